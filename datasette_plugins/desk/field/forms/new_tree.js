// A tree that is not on the register yet: where it stands, what it looks like, a provisional number.

import { h, route } from "../view.js";
import { note } from "../frame.js";
import { _ } from "../texts.js";
import * as pack from "../package.js";
import { distanceM, hasPlace } from "../geo.js";
import { choice, more, number, options, select, text } from "./fields.js";
import { Form, FormError, draftFor, formPage, localDay, metres, nameOf } from "./kit.js";
import { readNumber } from "./plausible.js";
import { sizeFields, sizesToSend } from "./measure.js";
import { filled, vigourChoice } from "./visit.js";
import { positionMeter } from "./position_meter.js";

const NEAR_M = 40;
const MOST_NAMES = 300;
/** So far from a registered tree another one stands in the same division, as long as nobody says otherwise. */
const SAME_DIVISION_M = 3000;

/** A number for the time until the office gives one: it says so, and is never given twice. */
export function provisionalNo(day, random) {
  const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
  const tail = Array.from(random, (byte) => letters[byte % letters.length]).join("");
  return "临" + day.replace(/-/g, "") + "-" + tail;
}

route("/new", async (params, query, ctx) => {
  const draft = await draftFor("new_tree", null, query);
  const content = draft.content;
  const sizes = content.sizes = content.sizes || {};
  if (!draft.provisional_no) draft.provisional_no = provisionalNo(localDay(), crypto.getRandomValues(new Uint8Array(5)));
  draft.label = draft.label || draft.provisional_no;
  const rows = await pack.rows();
  const species = [...new Set(rows.map((row) => row.species).filter(Boolean))].sort().slice(0, MOST_NAMES);
  const divisions = await pack.divisions();
  const divisionId = () => content.division_id || divisionNear(rows, draft.fix, divisions) || (divisions.length === 1 ? divisions[0][0] : null);
  const division = divisions.length > 1 ? select({ label: _("new.division"), choices: divisions, value: divisionId(), set: (id) => {
    content.division_id = id;
    showDivision();
    form.changed();
  } }) : null;
  const showDivision = () => { if (division) division.querySelector("select").value = divisionId() || ""; };
  const form = new Form("new_tree", null, draft, ctx, { content: () => {
    const said = Object.assign(contentOf(content, sizes), filled({ division_id: divisionId() }));
    if (division && !said.division_id) throw new FormError(_("new.division_needed"), division.querySelector("select"));
    if (!said.species && !draft.photos.length) throw new FormError(_("new.needed"), document.querySelector("[data-part=species] input"));
    return said;
  } });
  const set = (name) => (value) => {
    content[name] = value;
    draft.label = [content.species, draft.provisional_no].filter(Boolean).join(" ");
    form.changed();
  };
  const near = h("div");
  const meter = positionMeter((mean) => {
    draft.fix = { lon: mean.lon, lat: mean.lat, accuracy_m: mean.accuracy_m, at: new Date().toISOString() };
    content.is_placed = true;
    form.changed();
    near.replaceChildren(...nearby(rows, draft.fix));
    showDivision();
  }, { isAuto: !content.is_placed });
  form.onFix = function (fix) {
    if (content.is_placed || !fix) return;
    this.draft.fix = fix;
    showDivision();
  };
  showDivision();
  return formPage(form, { title: _("form.new_tree"), sub: draft.provisional_no, back: "/", done: "/", body: [
    h("section", { class: "part" }, h("h2", null, _("new.place")), h("p", { class: "hint" }, _("new.place_hint")), meter, near),
    form.photos({ title: _("new.photos") }),
    h("section", { class: "part" }, h("h2", null, _("new.what")),
      h("div", { dataset: { part: "species" } }, text({ label: _("new.species"), hint: _("new.species_hint"), value: content.species, list: species, set: set("species") })),
      choice({ label: _("new.category"), choices: options("category"), value: content.category, set: set("category") }),
      number({ label: _("new.age"), unit: _("new.years"), text: content.age_years, step: "age", set: set("age_years"), check: (said) => ageFault(said) }),
      choice({ label: _("new.age_basis"), choices: options("choice.age_basis"), value: content.age_basis, set: set("age_basis") }),
      vigourChoice(form, content)),
    h("section", { class: "part" }, h("h2", null, _("form.measurement")), sizeFields(form, sizes)),
    h("section", { class: "part" }, h("h2", null, _("new.where")), division,
      text({ label: _("field.town"), value: content.town, list: placesOf(rows), set: set("town") }),
      text({ label: _("field.village"), value: content.village, set: set("village") }),
      text({ label: _("field.small_place"), hint: _("new.small_place_hint"), value: content.small_place, rows: 2, set: set("small_place") })),
    more(_("visit.more"), Boolean(content.latin || content.environment),
      text({ label: _("new.latin"), value: content.latin, lang: "la", set: set("latin") }),
      choice({ label: _("visit.environment"), choices: options("environment"), value: content.environment, set: set("environment") })),
    text({ label: _("visit.notes"), value: content.notes, rows: 3, set: set("notes") }),
  ] });
});

function ageFault(said) {
  const value = readNumber(said);
  if (value === null) return {};
  return value >= 0 && value <= 20000 && Number.isInteger(value) ? {} : { error: _("new.age_fault") };
}

function contentOf(content, sizes) {
  const { species, latin, category, town, village, small_place, age_basis, vigour, vigour_scale, environment, notes } = content;
  const said = filled({ species, latin, category, town, village, small_place, age_basis, vigour, vigour_scale, environment, notes });
  if (ageFault(content.age_years).error) throw new FormError(_("new.age_fault"), document.querySelector("[data-step=age]"));
  const age = readNumber(content.age_years);
  if (age !== null) said.age_years = age;
  const sent = sizesToSend(sizes);
  if (Object.keys(sent).length) said.sizes = Object.assign({ measured_on: localDay() }, sent);
  return said;
}

/** The division of the nearest registered tree within some kilometres, among `divisions` where they are known. */
function divisionNear(rows, fix, divisions) {
  const known = new Set(divisions.map(([id]) => id));
  let nearest = null;
  let least = SAME_DIVISION_M;
  for (const row of hasPlace(fix) ? rows : []) {
    if (!row.division_id || !hasPlace(row) || (known.size && !known.has(row.division_id))) continue;
    const far = distanceM(row, fix);
    if (far < least) [nearest, least] = [row.division_id, far];
  }
  return nearest;
}

/** Trees of the register so near that this may be one of them. */
function nearby(rows, fix) {
  const found = rows.filter((row) => hasPlace(row) && distanceM(row, fix) < NEAR_M + fix.accuracy_m + (row.uncertainty_m || 0))
    .sort((a, b) => distanceM(a, fix) - distanceM(b, fix)).slice(0, 4);
  if (!found.length) return [];
  return [note("warn", _("new.near"), h("ul", { class: "plain" }, found.map((row) => h("li", null,
    h("a", { href: "#/tree/" + (row.kind || "tree") + "/" + encodeURIComponent(row.id) }, nameOf(row) + " " + row.no), " · ", metres(distanceM(row, fix))))))];
}

function placesOf(rows) {
  return [...new Set(rows.map((row) => row.place).filter((each) => typeof each === "string"))].sort().slice(0, MOST_NAMES);
}

