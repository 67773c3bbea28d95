// Sizes: what was read last beside each field, doubts that ask and never block.

import { h, route } from "../view.js";
import { _ } from "../texts.js";
import { joined, more, number, text, word } from "./fields.js";
import { isSwapped, readNumber, sizeDoubts } from "./plausible.js";
import { Form, FormError, draftFor, formPage, localDay, nameOf, treeOr } from "./kit.js";

const UNITS = {
  girth_cm: "cm", diameter_cm: "cm", ground_girth_cm: "cm", ground_diameter_cm: "cm", measure_height_m: "m",
  height_m: "m", crown_m: "m", crown_ew_m: "m", crown_ns_m: "m",
};
const FIRST = ["girth_cm", "height_m", "crown_ew_m", "crown_ns_m"];
const OTHERS = ["crown_m", "diameter_cm", "ground_girth_cm", "ground_diameter_cm"];

/** The fields for sizes; `sizes` keeps the texts as they were typed. */
export function sizeFields(form, sizes, last = {}) {
  const swapped = h("p", { class: "line is-warn", hidden: true }, _("size.swapped"));
  const own = (name) => number({
    label: word("field", name), unit: UNITS[name], text: sizes[name], step: name,
    last: last[name] ? _("size.last", { value: last[name], unit: UNITS[name], day: last.measured_on || "" }) : _("size.none"),
    placeholder: name === "measure_height_m" ? "1.3" : "",
    check: (said) => checkSize(name, said, last[name] || null),
    set: (said) => {
      sizes[name] = said;
      swapped.hidden = !isSwapped(readSizes(sizes), last);
      form.changed();
    },
  });
  const isOpen = OTHERS.concat("measure_height_m").some((name) => sizes[name] || (last[name] && name !== "crown_m"));
  return h("div", { class: "sizes" }, FIRST.map(own), swapped,
    more(_("size.more"), isOpen, OTHERS.map(own), own("measure_height_m"),
      text({ label: _("size.stems"), hint: _("size.stems_hint"), value: sizes.stem_girths, inputmode: "text", set: (said) => { sizes.stem_girths = said; form.changed(); } })));
}

function checkSize(name, said, last) {
  const value = readNumber(said);
  if (value !== value) return { error: _("size.no_number") };
  if (name === "measure_height_m") return value > 10 ? { error: _("size.measure_height") } : {};
  const doubts = sizeDoubts(name, value, last);
  if (doubts.some((each) => each.code === "not_positive")) return { error: _("size.not_positive") };
  return { warnings: doubts.map((each) => _("size.doubt." + each.code, { last: each.last, unit: UNITS[name] })) };
}

/** The numbers that were typed; what is no number is left out. */
export function readSizes(sizes) {
  const kept = {};
  for (const name of Object.keys(UNITS)) {
    const value = readNumber(sizes[name]);
    if (value > 0 || (name === "measure_height_m" && value === 0)) kept[name] = value;
  }
  return kept;
}

/** The sizes as they are sent; FormError for what is no number. {} where nothing was typed. */
export function sizesToSend(sizes) {
  for (const name of Object.keys(UNITS)) {
    if (checkSize(name, sizes[name], null).error) {
      throw new FormError(_("size.wrong", { what: word("field", name) }), document.querySelector('[data-step="' + name + '"]'));
    }
  }
  const kept = readSizes(sizes);
  if ((kept.girth_cm || kept.diameter_cm) && kept.measure_height_m === undefined) kept.measure_height_m = 1.3;
  if (sizes.stem_girths && sizes.stem_girths.trim()) kept.stem_girths = sizes.stem_girths.trim();
  return Object.keys(kept).some((name) => name !== "measure_height_m") ? kept : {};
}

route("/measure/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const draft = await draftFor("measurement", tree, query);
  const content = draft.content;
  const sizes = content.sizes = content.sizes || {};
  const form = new Form("measurement", tree, draft, ctx, { content: () => {
    const sent = sizesToSend(sizes);
    if (!Object.keys(sent).length) throw new FormError(_("size.empty"));
    const made = { sizes: Object.assign({ measured_on: sizes.measured_on || draft.captured_on || localDay() }, sent) };
    if (content.notes && content.notes.trim()) made.notes = content.notes.trim();
    return made;
  } });
  return formPage(form, { title: _("form.measurement"), sub: joined([nameOf(tree), tree.no]), body: [
    sizeFields(form, sizes, tree.last || {}),
    text({ label: _("visit.notes"), value: content.notes, rows: 2, set: (value) => { content.notes = value; form.changed(); } }),
    form.photos(),
  ] });
});

export { UNITS };
