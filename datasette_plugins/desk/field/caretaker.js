// The home of somebody who looks after trees of their own: large, few words, "no change" with a photo in three taps.

import { fill, h, href, icon } from "./view.js";
import { button, note, page } from "./frame.js";
import { _, pick } from "./texts.js";
import { againOn } from "./changes.js";
import * as store from "./store.js";
import * as pack from "./package.js";
import { picture, shoot, slot } from "./camera.js";
import { joined, own } from "./forms/fields.js";
import { Form, FormError, draftFor, finished, nameOf, treePath } from "./forms/kit.js";
import { dutyCall, dutyPhone } from "./forms/incident.js";
import { returnedPart } from "./returned.js";

/** Their trees, those first that are due; scanning above all. */
export async function caretakerHome(ctx) {
  againOn(ctx, "package");
  const [rows, returned, account, phone] = await Promise.all([pack.rows(), returnedPart(ctx), store.account(), dutyPhone(null)]);
  const order = rows.slice().sort((a, b) => Number(Boolean(b.is_overdue)) - Number(Boolean(a.is_overdue)) || String(a.due_on || "9").localeCompare(String(b.due_on || "9")));
  return page({ title: _("care.title"), sub: account ? own(account.name) : null, tone: "large", tab: "day", body: [
    h("p", null, h("a", { class: "button main huge", href: href("/scan"), dataset: { act: "scan" } }, icon("scan"), _("care.scan"))),
    returned,
    rows.length ? h("h2", null, _("care.trees", { n: rows.length })) : note("info", _("care.none"), _("care.none_text"), h("p", null, h("a", { class: "button main", href: href("/packages") }, _("day.take")))),
    h("ul", { class: "rows care-rows" }, order.map((row) => h("li", null, h("a", { class: "row", href: href(treePath(row)) }, slot(pack.thumb(row.thumb), ""),
      h("span", { class: "row-text" }, h("b", null, own(nameOf(row))), h("small", null, own(pick(row.place) || row.no))),
      row.is_overdue || row.due_on ? h("span", { class: "row-side" }, h("span", { class: row.is_overdue ? "late" : "due" }, row.is_overdue ? _("care.go_now") : row.due_on.slice(5))) : null)))),
    dutyCall(phone),
  ] });
}

/** Their page of one tree: "no change", then a photo, then send. Something wrong: the form for incidents. */
export async function caretakerTree(tree, query, ctx) {
  const draft = await draftFor("visit", tree, query);
  const content = draft.content;
  const form = new Form("visit", tree, draft, ctx, { content: () => {
    if (!content.no_change) throw new FormError(_("care.first"));
    return content.notes ? { no_change: true, notes: content.notes } : { no_change: true };
  } });
  form.isSimple = true;
  const body = h("div", { class: "care-steps" });
  const take = async () => {
    const taken = await shoot({ title: _("care.photo_of", { name: nameOf(tree) }) }).catch(() => null);
    if (taken) {
      await store.addPhoto(draft, taken.blob, Object.assign({ kind: "whole" }, taken.said)).catch((error) => {
        if (error.code !== "storage_full") throw error;
        form.tell("full");
      });
      form.changed();
    }
    await show();
  };
  const send = async () => {
    if (await form.send()) finished(form, "/");
  };
  const show = async () => {
    if (!content.no_change) {
      fill(body,
        button([icon("done"), _("care.no_change")], async () => { content.no_change = true; form.changed(); await take(); }, { class: "button main huge", dataset: { act: "no-change" } }),
        h("a", { class: "button danger huge", href: href(treePath(tree, "incident")), dataset: { act: "wrong" } }, icon("alarm"), _("care.wrong")));
      return;
    }
    const blobs = await Promise.all(draft.photos.map((each) => store.photo(each.sha256)));
    fill(body,
      blobs.map((blob, index) => (blob ? picture(blob, _("photo.alt", { n: index + 1, what: nameOf(tree) }), { class: "care-photo" }) : null)),
      h("p", { class: "care-said" }, _("care.ready", { n: draft.photos.length })),
      button(_("care.send"), send, { class: "button main huge", dataset: { act: "send" } }),
      button([icon("camera"), draft.photos.length ? _("care.another") : _("care.photo")], take, { class: "button huge", dataset: { act: "photo" } }),
      button(_("care.back"), async () => { content.no_change = false; form.changed(); await show(); }, { class: "button" }));
  };
  await show();
  return page({ title: own(nameOf(tree)), sub: joined([tree.no, pick(tree.place)]), back: "/", tone: "large", actions: [], body: [
    tree.last && tree.last.visited_on ? h("p", { class: "soft" }, _("care.last", { day: tree.last.visited_on })) : null, form.place, body, form.wrong, form.state] });
}
