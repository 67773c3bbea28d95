// The photos of a form: thumbnails, kinds, sizes, and the ways to take more.

import { fill, h } from "../view.js";
import { ask, button, say } from "../frame.js";
import { _, size } from "../texts.js";
import * as store from "../store.js";
import * as pack from "../package.js";
import { fetchBytes } from "../http.js";
import { LARGEST_BYTES, capture, downscaled, pickFile, picture, shoot, slot } from "../camera.js";
import { options, select, word } from "./fields.js";

const SAID = ["sha256", "size", "kind", "viewpoint", "taken_at", "lon", "lat", "accuracy_m", "bearing_deg"];
/** What a viewpoint shows, where it is not the whole tree; as registry.vocab.viewpoints has it. */
const SHOWS = { base: "trunk", crown: "crown", bark: "bark", leaf: "leaf", plate: "tag", site: "site", defect: "defect", works: "other" };
const MOST = 40;

/** What is sent of a photo: of evidence the file as the camera made it, byte by byte, where it is still here. */
function toSend(photo, isEvidence) {
  return isEvidence && photo.original ? Object.assign({}, photo, photo.original) : photo;
}

/** A photo as a submission names it. */
export function saidOf(photo, isEvidence) {
  const sent = toSend(photo, isEvidence);
  const said = isEvidence ? { evidence: true } : {};
  for (const name of SAID) if (sent[name] !== undefined && sent[name] !== null) said[name] = sent[name];
  return said;
}

/**
 * The photos of a form. Whether they are evidence the form says, and may say otherwise until it is sent: originals are
 * kept until then. kind: what a photo shows that is of no viewpoint.
 */
export function photoBlock(form, { kind = "whole", viewpoint = null, hasViews = true, isOpen = true, title = _("photo.title") } = {}) {
  const list = h("ul", { class: "photos" });
  const total = h("p", { class: "soft small", role: "status" });
  const lost = h("p", { class: "line is-bad", role: "alert", hidden: true });
  const isEvidence = () => Boolean(form.isEvidence && form.isEvidence());
  let view = viewpoint || "";
  const tell = () => {
    const photos = form.draft.photos;
    const is = isEvidence();
    const bytes = photos.reduce((sum, each) => sum + toSend(each, is).size, 0);
    const gone = is ? photos.filter((each) => each.is_reduced && !each.original).length : 0;
    fill(total, photos.length ? _("photo.count", { n: photos.length, size: size(bytes) }) : is ? "" : _("photo.none"),
      is ? " " + _("photo.evidence_hint") : "");
    fill(lost, gone ? _("photo.evidence_lost", { n: gone }) : "");
    lost.hidden = !gone;
  };
  const show = async () => {
    tell();
    fill(list, await Promise.all(form.draft.photos.map((each, index) => item(each, index))));
  };
  const item = async (each, index) => {
    const blob = await store.photo(each.sha256);
    const name = each.viewpoint ? word("viewpoint", each.viewpoint) : word("photo_kind", each.kind);
    const alt = _("photo.alt", { n: index + 1, what: name });
    return h("li", null, blob ? picture(blob, alt) : slot(small(each.sha256), alt),
      h("span", { class: "photo-name" }, name, h("small", null, each.complete ? _("photo.at_office") : size(each.size))),
      h("button", { type: "button", class: "photo-gone", "aria-label": _("photo.remove_n", { n: index + 1 }), onclick: async () => {
        const what = each.complete ? _("photo.remove_at_office") : _("photo.remove_text");
        if (!(await ask(_("photo.remove"), what, _("photo.remove_yes")))) return;
        await store.removePhoto(form.draft, each.sha256);
        show();
      } }, "×"));
  };
  const add = async (taken) => {
    if (!taken) return;
    if (taken.blob.size > LARGEST_BYTES) { say(_("photo.too_large"), "bad"); return; }
    const said = Object.assign({ kind: view ? SHOWS[view] || "whole" : kind }, taken.said);
    if (view) said.viewpoint = view;
    if (taken.original) said.is_reduced = true;
    const original = form.isEvidence && taken.original && taken.original.size <= LARGEST_BYTES ? taken.original : null;
    try {
      await store.addPhoto(form.draft, taken.blob, said, original);
      form.changed();
    } catch (error) {
      if (error.code === "storage_full") form.tell("full");
      else throw error;
    }
    await show();
  };
  const take = button(_("photo.take"), async () => {
    if (form.draft.photos.length >= MOST) { say(_("photo.most", { n: MOST }), "warn"); return; }
    if (isEvidence()) {
      const file = await pickFile();
      await add(file && { blob: file, said: capture() });
    } else {
      await add(await shoot({ title: view ? word("viewpoint", view) : _("photo.free"), ghost: await lastOf(form.tree, view) }).catch(failed));
    }
  }, { class: "button", dataset: { act: "photo" } });
  const choose = button(_("photo.choose"), async () => {
    const file = await pickFile({ camera: false });
    if (!file) return;
    const said = { taken_at: new Date(file.lastModified || Date.now()).toISOString() };
    await add(isEvidence() ? { blob: file, said } : await downscaled(file).then((blob) => ({ blob, original: file, said })).catch(failed));
  }, { class: "button" });
  form.onAnswer = tell;
  show();
  return h("section", { class: "part photo-part", hidden: !isOpen }, h("h2", null, title), list, total, lost,
    !hasViews ? null : select({ label: _("photo.viewpoint"), choices: options("viewpoint"), value: view, none: _("photo.free"), set: (code) => { view = code || ""; } }),
    h("div", { class: "buttons" }, take, choose));
}

function failed(error) {
  say(error.message, "bad");
  return null;
}

/** The small picture of a photo that left this phone: as it was taken along, else as the office has it. */
async function small(digest) {
  return (await pack.thumb(digest)) || new Blob([await fetchBytes("thumb/" + digest)], { type: "image/jpeg" });
}

/** The last photo of a viewpoint as it was taken along, to be laid over the picture; null where there is none. */
export async function lastOf(tree, viewpoint) {
  return tree && viewpoint ? pack.thumb(pack.lastViews(tree)[viewpoint]) : null;
}
