// What came back from review: the reviewer's reason, and the way to put it right as a new form.

import { fill, go, h } from "./view.js";
import { button } from "./frame.js";
import { _, when } from "./texts.js";
import * as store from "./store.js";
import * as pack from "./package.js";
import { joined, own, word } from "./forms/fields.js";
import { labelOf } from "./forms/kit.js";

const PATHS = {
  visit: "tree", measurement: "measure", assessment: "assess", edit: "edit", photo: "photos", incident: "incident",
  bind_tag: "tag", mount_tag: "tag",
};

/** The page of a form, by the kind of what is sent. */
export function formPath(draft) {
  if (draft.kind === "new_tree") return "/new?draft=" + draft.id;
  const record = draft.record || { kind: "tree", id: "" };
  return "/" + PATHS[draft.kind] + "/" + record.kind + "/" + encodeURIComponent(record.id) + "?draft=" + draft.id;
}

/** Everything that came back and was not sent anew yet: [{id, record, reason, card()}]. */
export async function returnedItems() {
  const came = await pack.returned();
  if (!came.length) return [];
  const [drafts, queue, sent] = await Promise.all([store.drafts(), store.queue(), store.sent()]);
  const again = new Set([...queue.map((each) => each.submission), ...sent].map((each) => each.replaces));
  const told = await Promise.all(came.filter((each) => !again.has(each.id))
    .map(async (each) => Object.assign({ label: await labelFor(each) }, each)));
  return told.map((each) => item(each, drafts.find((draft) => draft.replaces === each.id)));
}

/** What came back, as a part of a page: it draws itself anew when that changes, and hides where there is nothing. */
export async function returnedPart(ctx) {
  const part = h("section", { class: "part" });
  const show = async () => {
    const items = await returnedItems();
    part.hidden = !items.length;
    fill(part, items.length ? h("h2", null, _("day.returned", { n: items.length })) : null, items.map((each) => each.card()));
  };
  ctx.onLeave(store.onChange((what) => { if (what === "returned") show(); }));
  await show();
  return part;
}

/** The photos of a form that came back as far as they can go along again: the office has them, or they are still here. */
async function photosOf(told) {
  const photos = told.photos || [];
  const isHere = await Promise.all(photos.map(async (each) => each.complete || Boolean(await store.photoBytes(each.sha256))));
  return photos.filter((each, index) => isHere[index]);
}

async function labelFor(told) {
  const tree = told.record && await pack.tree(told.record.id, told.record.kind);
  return tree ? labelOf(tree) : told.provisional_no || "";
}

/** Those of one record. */
export async function returnedOf(tree) {
  return (await returnedItems()).filter((each) => each.record && each.record.id === tree.id);
}

function item(told, draft) {
  const { record, reason } = told;
  const open = async () => {
    const kept = draft || await store.saveDraft({
      kind: told.kind, record: record ? { kind: record.kind || "tree", id: record.id } : null, label: told.label || "",
      content: told.content || {}, photos: await photosOf(told), replaces: told.id, returned_reason: reason,
      provisional_no: told.provisional_no || undefined, captured_at: told.captured_at, captured_on: told.captured_on || undefined,
      fix: told.fix || undefined, no_fix_reason: told.no_fix_reason || undefined, scanned: told.scanned || undefined,
      base_seq: told.base_seq === null ? undefined : told.base_seq,
    });
    go(formPath(kept));
  };
  return { id: told.id, record, reason, card: () => h("section", { class: "note is-warn returned" },
    h("h3", null, joined([word("form", told.kind), told.label])), h("p", null, own(reason) || _("returned.no_reason")),
    h("p", { class: "small soft" }, when(told.returned_at)),
    button(_("returned.open"), open, { class: "button" })) };
}
