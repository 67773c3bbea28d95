// What came back from review: the reviewer's reason, and the way to put it right as a new form.

import { go, h } from "./view.js";
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
  const [drafts, queue] = await Promise.all([store.drafts(), store.queue()]);
  const told = await Promise.all(came.map(async (each) => Object.assign({ label: await labelFor(each) }, each)));
  const again = new Set([...drafts.map((each) => each.replaces), ...queue.map((each) => each.submission.replaces)].filter(Boolean));
  return told.filter((each) => !queue.some((item) => item.submission.replaces === each.id))
    .map((each) => item(each, again.has(each.id) ? drafts.find((draft) => draft.replaces === each.id) : null));
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
  const sent = told.submission || told;
  const record = told.record || sent.record;
  const reason = told.reason || (told.review && told.review.reason) || "";
  const open = async () => {
    const kept = draft || await store.saveDraft({
      kind: told.kind || sent.kind, record: record ? { kind: record.kind || "tree", id: record.id } : null, label: told.label || "",
      content: sent.content || {}, photos: [], replaces: told.id, returned_reason: reason,
      provisional_no: sent.provisional_no || undefined, captured_at: sent.captured_at, captured_on: sent.captured_on || undefined,
      fix: sent.fix || undefined, base_seq: sent.base_seq === null ? undefined : sent.base_seq,
    });
    go(formPath(kept));
  };
  return { id: told.id, record, reason, card: () => h("section", { class: "note is-warn returned" },
    h("h3", null, joined([word("form", told.kind || sent.kind), told.label])), h("p", null, own(reason) || _("returned.no_reason")),
    h("p", { class: "small soft" }, [told.by || told.reviewer || "", when(told.at || told.returned_at)].filter(Boolean).join(" · ")),
    button(_("returned.open"), open, { class: "button" })) };
}
