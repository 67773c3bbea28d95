// Damage or danger: what, where, evidence as the camera made it; the duty telephone first.

import { h, icon, route } from "../view.js";
import { _ } from "../texts.js";
import * as pack from "../package.js";
import { tone } from "../roles.js";
import { choice, joined, more, options, text } from "./fields.js";
import { Form, FormError, draftFor, formPage, localDay, nameOf, treeOr } from "./kit.js";

/** A telephone number as a link: digits and + alone are dialled. */
export function dutyCall(phone) {
  if (!phone) return null;
  return h("a", { class: "button danger wide call", href: "tel:" + String(phone).replace(/[^\d+]/g, ""), dataset: { act: "call" } }, icon("alarm"), _("incident.call", { phone }));
}

/** The duty telephone for a tree: its authority's, else that of the register. */
export async function dutyPhone(tree) {
  return (tree && tree.duty_phone) || pack.dutyPhone();
}

route("/incident/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const draft = await draftFor("incident", tree, query);
  const content = draft.content;
  const form = new Form("incident", tree, draft, ctx, { isEvidence: () => true, content: () => {
    if (!content.incident) throw new FormError(_("incident.which_needed"), document.querySelector("fieldset input"));
    const made = { incident: content.incident, text: (content.text || "").trim(), seen_on: content.seen_on || draft.captured_on || localDay() };
    for (const name of ["reporter", "reporter_phone"]) if (content[name] && content[name].trim()) made[name] = content[name].trim();
    return made;
  } });
  const set = (name) => (value) => { content[name] = value; form.changed(); };
  const phone = await dutyPhone(tree);
  return formPage(form, { title: _("form.incident"), sub: joined([nameOf(tree), tree.no]), send: _("incident.send"), tone: await tone(), body: [
    h("section", { class: "note is-bad" }, h("h2", null, _("incident.danger")), h("p", null, phone ? _("incident.danger_text") : _("incident.no_phone")), dutyCall(phone)),
    form.photos({ kind: "defect", hasViews: false, title: _("photo.evidence") }),
    choice({ label: _("incident.which"), choices: options("damage"), value: content.incident, isWide: true, set: set("incident") }),
    text({ label: _("incident.text"), hint: _("incident.text_hint"), value: content.text, rows: 4, set: set("text") }),
    text({ label: _("incident.seen_on"), type: "date", value: content.seen_on || localDay(), set: set("seen_on") }),
    more(_("incident.reporter_part"), Boolean(content.reporter || content.reporter_phone),
      h("p", { class: "hint" }, _("incident.private")),
      text({ label: _("incident.reporter"), value: content.reporter, set: set("reporter") }),
      text({ label: _("incident.reporter_phone"), type: "tel", inputmode: "tel", value: content.reporter_phone, set: set("reporter_phone") })),
  ] });
});
