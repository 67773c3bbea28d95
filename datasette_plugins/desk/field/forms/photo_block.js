// The photos of a form: thumbnails, kinds, sizes, and the ways to take more.

import { fill, h } from "../view.js";
import { ask, button, say } from "../frame.js";
import { _, size } from "../texts.js";
import * as store from "../store.js";
import * as pack from "../package.js";
import { LARGEST_BYTES, capture, downscaled, pickFile, picture, shoot } from "../camera.js";
import { options, select, word } from "./fields.js";

const SAID = ["sha256", "size", "kind", "viewpoint", "evidence", "taken_at", "lon", "lat", "accuracy_m", "bearing_deg"];
/** What a viewpoint shows, where it is not the whole tree; as registry.vocab.viewpoints has it. */
const SHOWS = { base: "trunk", crown: "crown", bark: "bark", leaf: "leaf", plate: "tag", site: "site", defect: "defect", works: "other" };
const MOST = 40;

/** A photo as a submission names it. */
export function saidOf(photo) {
  const said = {};
  for (const name of SAID) if (photo[name] !== undefined && photo[name] !== null) said[name] = photo[name];
  return said;
}

/** The photos of a form. isEvidence: the file stays as the camera made it, byte by byte. */
export function photoBlock(form, { isEvidence = false, viewpoint = null, isOpen = true, title = _("photo.title") } = {}) {
  const list = h("ul", { class: "photos" });
  const total = h("p", { class: "soft small", role: "status" });
  let view = viewpoint || "";
  const show = async () => {
    const photos = form.draft.photos;
    fill(total, photos.length ? _("photo.count", { n: photos.length, size: size(photos.reduce((sum, each) => sum + each.size, 0)) })
      : isEvidence ? _("photo.evidence_hint") : _("photo.none"));
    fill(list, await Promise.all(photos.map((each, index) => item(each, index))));
  };
  const item = async (each, index) => {
    const blob = await store.photo(each.sha256);
    const name = each.viewpoint ? word("viewpoint", each.viewpoint) : word("photo_kind", each.kind);
    return h("li", null, blob ? picture(blob, _("photo.alt", { n: index + 1, what: name })) : null,
      h("span", { class: "photo-name" }, name, h("small", null, size(each.size))),
      h("button", { type: "button", class: "photo-gone", "aria-label": _("photo.remove_n", { n: index + 1 }), onclick: async () => {
        if (!(await ask(_("photo.remove"), _("photo.remove_text"), _("photo.remove_yes")))) return;
        await store.removePhoto(form.draft, each.sha256);
        show();
      } }, "×"));
  };
  const add = async (taken) => {
    if (!taken) return;
    if (taken.blob.size > LARGEST_BYTES) { say(_("photo.too_large"), "bad"); return; }
    const said = Object.assign({ kind: view ? SHOWS[view] || "whole" : isEvidence ? "defect" : "whole" }, taken.said);
    if (view) said.viewpoint = view;
    if (isEvidence) said.evidence = true;
    try {
      await store.addPhoto(form.draft, taken.blob, said);
      form.changed();
    } catch (error) {
      if (error.code === "storage_full") form.tell("full");
      else throw error;
    }
    await show();
  };
  const take = button(_("photo.take"), async () => {
    if (form.draft.photos.length >= MOST) { say(_("photo.most", { n: MOST }), "warn"); return; }
    if (isEvidence) {
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
    await add(await (isEvidence ? Promise.resolve(file) : downscaled(file)).then((blob) => ({ blob, said })).catch(failed));
  }, { class: "button" });
  show();
  return h("section", { class: "part photo-part", hidden: !isOpen }, h("h2", null, title), list, total,
    isEvidence ? null : select({ label: _("photo.viewpoint"), choices: options("viewpoint"), value: view, none: _("photo.free"), set: (code) => { view = code || ""; } }),
    h("div", { class: "buttons" }, take, choose));
}

function failed(error) {
  say(error.message, "bad");
  return null;
}

/** The last photo of a viewpoint as it was taken along, to be laid over the picture; null where there is none. */
export async function lastOf(tree, viewpoint) {
  if (!tree || !viewpoint) return null;
  const own = (tree.photos || []).filter((each) => each.viewpoint === viewpoint);
  own.sort((a, b) => ((a.taken_on || "") < (b.taken_on || "") ? 1 : -1));
  return own.length ? pack.thumb(own[0].sha256) : null;
}
