// Corrections: the values that the register has, each to be put right; what it showed goes along.

import { fill, h, route } from "../view.js";
import { note } from "../frame.js";
import { _, keys } from "../texts.js";
import { joined, more, number, options, select, text, word } from "./fields.js";
import { readNumber } from "./plausible.js";
import { Form, FormError, draftFor, formPage, nameOf, treeOr } from "./kit.js";
import { positionMeter } from "./position_meter.js";

const NUMBERS = new Set(["age_years", "elevation_m", "coordinate_uncertainty_m", "stem_count", "planted_year", "lon", "lat", "area_ha", "tree_count"]);
const LONG = new Set(["small_place", "address", "damage", "threats", "protection_measures", "rejuvenation", "values", "history_text", "peculiarity", "notes", "species_record"]);
const FIRST = ["common_name", "town", "village", "small_place", "address", "growth_place", "ownership", "age_years", "age_basis", "protection_measures", "notes"];
/** What may stand in a tree's file: what is empty is not taken along, and can be filled in all the same. */
const OF_TREES = [
  ...FIRST, "lon", "lat", "datum", "coordinate_uncertainty_m", "distribution", "elevation_m", "slope", "slope_position", "aspect",
  "soil", "soil_compaction", "soil_depth", "age_method", "damage", "threats", "rejuvenation", "values", "history_text",
  "peculiarity", "stem_count", "planted_year", "planted_by",
];
const PLACE = ["lon", "lat", "datum", "coordinate_uncertainty_m", "datum_code"];
const OWN = new Set(["position_precision"]);

route("/edit/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const draft = await draftFor("edit", tree, query);
  const content = draft.content;
  const base = Object.assign({}, tree.editable);
  if ((tree.kind || "tree") === "tree" && tree.editable) for (const name of OF_TREES) if (!(name in base)) base[name] = null;
  const to = content.to = content.to || sentBefore(content.fields);
  content.base = content.base || basesBefore(content.fields);
  const form = new Form("edit", tree, draft, ctx, { content: () => contentOf(content, to) });
  const set = (name) => (value) => {
    if (!(name in content.base)) content.base[name] = name in base ? base[name] : null;
    to[name] = value === "" ? null : value;
    form.changed();
  };
  const known = Object.keys(base).filter((name) => !OWN.has(name) && !PLACE.includes(name));
  const rest = known.filter((name) => !FIRST.includes(name));
  const own = (name) => field(name, name in to ? to[name] : base[name], base[name], set(name));
  return formPage(form, { title: _("form.edit"), sub: joined([nameOf(tree), tree.no]), body: known.length ? [
    h("p", { class: "soft" }, _("edit.hint")),
    h("section", { class: "part" }, FIRST.filter((name) => known.includes(name)).map(own)),
    placePart(base, to, set),
    more(_("edit.more", { n: rest.length }), rest.some((name) => name in to), rest.map(own)),
    text({ label: _("edit.reason"), value: content.reason, rows: 2, set: (value) => { content.reason = value; form.changed(); } }),
    form.photos(),
  ] : [note("info", "", _("edit.none"))] });
});

function field(name, value, base, set) {
  const label = word("field", name);
  const said = base === null || base === undefined || base === "" ? _("edit.was_empty") : "";
  if (typeof base === "boolean" || keys("choice." + name + ".").length) {
    const choices = typeof base === "boolean" ? [["true", _("form.yes")], ["false", _("form.no")]] : options("choice." + name);
    const read = (code) => (typeof base === "boolean" && code !== null ? code === "true" : code);
    return select({ label, hint: said, choices, value: value === null || value === undefined ? "" : String(value), set: (code) => set(read(code)) });
  }
  if (NUMBERS.has(name)) {
    return number({ label, unit: "", text: value === null || value === undefined ? "" : String(value), last: said, step: name,
      check: (typed) => (readNumber(String(typed).replace(/^-/, "")) !== readNumber(String(typed).replace(/^-/, "")) ? { error: _("size.no_number") } : {}), set });
  }
  return text({ label, hint: said, value: value === null || value === undefined ? "" : String(value), rows: LONG.has(name) ? 2 : 0, set });
}

/** The position: what the register has, and the mean of several fixes taken at the trunk. */
function placePart(base, to, set) {
  if (!("lon" in base)) return null;
  const shown = h("p", { class: "num" });
  const tell = () => {
    const [lon, lat] = ["lon", "lat"].map((name) => (name in to ? to[name] : base[name]));
    fill(shown, lon === null || lon === undefined ? _("edit.no_place") : Number(lat).toFixed(6) + ", " + Number(lon).toFixed(6), "lon" in to ? " · " + _("edit.changed") : "");
  };
  tell();
  return more(_("edit.place"), "lon" in to, shown, positionMeter((mean) => {
    for (const [name, value] of Object.entries({ lon: mean.lon, lat: mean.lat, datum: "WGS84", coordinate_uncertainty_m: Math.max(1, Math.round(mean.accuracy_m)) })) {
      if (name in base) set(name)(typeof value === "number" && name.startsWith("l") ? Math.round(value * 1e7) / 1e7 : value);
    }
    tell();
  }));
}

/** Only what differs from what the register showed. */
function contentOf(content, to) {
  const fields = {};
  for (const [name, value] of Object.entries(to)) {
    const was = name in content.base ? content.base[name] : null;
    const now = NUMBERS.has(name) && value !== null ? asNumber(name, value) : typeof value === "string" ? value.trim() || null : value;
    if (!same(was, now)) fields[name] = { base: was === undefined ? null : was, to: now };
  }
  if (!Object.keys(fields).length) throw new FormError(_("edit.nothing"));
  const made = { fields };
  if (content.reason && content.reason.trim()) made.reason = content.reason.trim();
  return made;
}

function asNumber(name, value) {
  if (typeof value === "number") return value;
  const clean = String(value).normalize("NFKC").trim();
  if (clean === "") return null;
  const number_ = readNumber(clean.replace(/^-/, ""));
  if (number_ !== number_) throw new FormError(_("size.wrong", { what: word("field", name) }), document.querySelector('[data-step="' + name + '"]'));
  return clean.startsWith("-") ? -number_ : number_;
}

function same(a, b) {
  const empty = (it) => it === null || it === undefined || it === "";
  return (empty(a) && empty(b)) || a === b || (!empty(a) && !empty(b) && String(a) === String(b));
}

function basesBefore(fields) {
  const base = {};
  for (const [name, edit] of Object.entries(fields || {})) base[name] = edit.base;
  return base;
}

function sentBefore(fields) {
  const to = {};
  for (const [name, edit] of Object.entries(fields || {})) to[name] = edit.to;
  return to;
}
