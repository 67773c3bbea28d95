// The form that holds nothing but photos.

import { h, route } from "../view.js";
import { _ } from "../texts.js";
import { joined, text, word } from "./fields.js";
import { Form, FormError, draftFor, formPage, nameOf, treeOr } from "./kit.js";

route("/photos/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const draft = await draftFor("photo", tree, query);
  const content = draft.content;
  const form = new Form("photo", tree, draft, ctx, { content: () => {
    if (!draft.photos.length) throw new FormError(_("photo.needed"));
    return content.caption && content.caption.trim() ? { caption: content.caption.trim() } : {};
  } });
  const views = new Map((tree.photos || []).filter((each) => each.viewpoint).map((each) => [each.viewpoint, each]));
  return formPage(form, { title: _("form.photo"), sub: joined([nameOf(tree), tree.no]), body: [
    views.size ? h("p", { class: "soft small" }, _("photo.before", { views: [...views.keys()].map((code) => word("viewpoint", code)).join("、") })) : null,
    form.photos({ viewpoint: query.get("view") }),
    text({ label: _("photo.caption"), value: content.caption, rows: 2, set: (value) => { content.caption = value; form.changed(); } }),
  ] });
});
