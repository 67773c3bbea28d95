// A tag or plate for a tree: its code bound to the record, or told that it hangs there now.

import { fill, h, route } from "../view.js";
import { _ } from "../texts.js";
import { readTagText } from "../tagtext.js";
import { button } from "../frame.js";
import { scanOnce } from "../scanner.js";
import { choice, joined, text } from "./fields.js";
import { Form, FormError, draftFor, formPage, nameOf, treeOr } from "./kit.js";
import * as store from "../store.js";

const KINDS = ["bind_tag", "mount_tag"];

route("/tag/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const named = query.get("draft") ? await store.draft(query.get("draft")) : null;
  const wanted = named && KINDS.includes(named.kind) ? named.kind : KINDS.includes(query.get("do")) ? query.get("do") : "bind_tag";
  const draft = named && KINDS.includes(named.kind) ? named : await draftFor(wanted, tree, query);
  const content = draft.content;
  const scanned = query.get("text");
  const isNew = Boolean(scanned) && content.text !== scanned;
  if (isNew) content.text = scanned;
  const form = new Form(wanted, tree, draft, ctx, { content: () => {
    if (!content.text || !content.text.trim()) throw new FormError(_("tag.needed"), document.querySelector("[data-part=code] input"));
    const made = { text: content.text.trim() };
    if (content.notes && content.notes.trim()) made.notes = content.notes.trim();
    return made;
  } });
  if (isNew) form.changed();
  const care = h("p", { class: "line is-info" }, _("tag.never_nail"));
  const hang = () => { care.hidden = form.kind !== "mount_tag"; };
  const about = h("p", { class: "line is-info", role: "status" });
  const tell = () => {
    const read = readTagText(content.text || "");
    about.hidden = !content.text;
    fill(about, read.kind === "tag" ? _("tag.ours", { code: read.code }) : _("tag.others"));
  };
  const field = text({ label: _("tag.text"), value: content.text, max: 2000, set: (value) => { content.text = value; tell(); form.changed(); } });
  const scan = button(_("tag.scan"), async () => {
    const found = await scanOnce();
    if (!found) return;
    content.text = found;
    field.querySelector("input").value = found;
    tell();
    form.changed();
  }, { class: "button wide" });
  tell();
  hang();
  const is = choice({ label: _("tag.what"), isWide: true, value: wanted, choices: KINDS.map((kind) => [kind, _("tag.do." + kind)]), set: async (kind) => {
    if (!kind || kind === form.kind) return;
    draft.kind = kind;
    form.kind = kind;
    hang();
    form.changed();
  } });
  return formPage(form, { title: _("form.tag"), sub: joined([nameOf(tree), tree.no]), body: [
    is, care, scan, h("div", { dataset: { part: "code" } }, field), about,
    text({ label: _("visit.notes"), value: content.notes, rows: 2, set: (value) => { content.notes = value; form.changed(); } }),
    form.photos({ viewpoint: "plate" }),
  ] });
});
