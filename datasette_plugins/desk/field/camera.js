// Taking a photo: in the app with the last photo of the viewpoint laid over it, or by the phone's own camera.

import { fill, h, icon } from "./view.js";
import { _ } from "./texts.js";
import { fixNow, headingNow, watchHeading } from "./position.js";

export const LONGEST_PX = 2048;
const QUALITY = 0.8;
/** The server takes no larger file. */
export const LARGEST_BYTES = 40 * 1024 * 1024;

/** When, where and in which direction a photo was taken just now; goes to the office with it and no further. */
export function capture() {
  const fix = fixNow(180);
  const said = { taken_at: new Date().toISOString() };
  if (fix) Object.assign(said, { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m });
  const bearing = headingNow();
  if (bearing !== null) said.bearing_deg = bearing;
  return said;
}

/** A picture as JPEG with at most 2,048 px on its longer side, upright. Rejects where it cannot be read. */
export async function downscaled(blob, longest = LONGEST_PX) {
  const address = URL.createObjectURL(blob);
  try {
    const image = await loaded(address);
    const scale = Math.min(1, longest / Math.max(image.naturalWidth, image.naturalHeight));
    const width = Math.max(1, Math.round(image.naturalWidth * scale));
    const height = Math.max(1, Math.round(image.naturalHeight * scale));
    return await jpeg(image, width, height);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(_("photo.unreadable")));
    image.src = address;
  });
}

function jpeg(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error(_("photo.unreadable")))), "image/jpeg", QUALITY);
  });
}

/** Whether the app may show the camera by itself. */
export function hasCamera() {
  return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
}

/** The camera at the back, as a stream. Rejects where there is none or it may not be used. */
export function openCamera(width = 2560) {
  return navigator.mediaDevices.getUserMedia({
    audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: width }, height: { ideal: Math.round(width * 0.75) } },
  });
}

/** Let go of the camera. */
export function closeCamera(stream) {
  if (stream) stream.getTracks().forEach((track) => track.stop());
}

/**
 * A photo by the phone's own camera, or out of its album: the file as it is, or null. Must be called by a tap.
 */
export function pickFile({ camera = true } = {}) {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept: "image/*", capture: camera ? "environment" : null, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    input.addEventListener("change", () => { resolve(input.files[0] || null); input.remove(); });
    input.addEventListener("cancel", () => { resolve(null); input.remove(); });
    document.body.append(input);
    input.click();
  });
}

/**
 * The viewfinder over the whole screen. `ghost`: the last photo of this viewpoint as a Blob, or null; `title`: what is to
 * be seen. Resolves with {blob, said} or null. Where the camera may not be used: by the phone's own camera, whose file is
 * `original` beside the smaller blob.
 */
export async function shoot({ title, ghost = null }) {
  watchHeading();
  if (!hasCamera()) return byFile();
  let stream;
  try {
    stream = await openCamera();
  } catch (error) {
    return byFile();
  }
  return finder(stream, title, ghost);
}

async function byFile() {
  const file = await pickFile();
  return file ? { blob: await downscaled(file), original: file, said: capture() } : null;
}

function finder(stream, title, ghost) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const address = ghost ? URL.createObjectURL(ghost) : null;
    const video = h("video", { playsinline: true, muted: true, autoplay: true, "aria-label": title });
    video.muted = true;
    video.srcObject = stream;
    const overlay = address ? h("img", { class: "ghost", src: address, alt: "" }) : null;
    const end = (answer) => {
      closeCamera(stream);
      removeEventListener("keydown", onKey, true);
      removeEventListener("hashchange", onLeave);
      box.remove();
      if (address) URL.revokeObjectURL(address);
      if (before && before.focus) before.focus({ preventScroll: true });
      resolve(answer);
    };
    const onLeave = () => end(null);
    const onKey = (event) => {
      if (event.key === "Escape") end(null);
      if (event.key !== "Tab") return;
      const stops = [...box.querySelectorAll("button, input")];
      const at = stops.indexOf(document.activeElement);
      event.preventDefault();
      stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length].focus();
    };
    const shutter = h("button", { type: "button", class: "shutter", "aria-label": _("photo.shutter"), onclick: async () => {
      shutter.disabled = true;
      const said = capture();
      try {
        const [width, height] = [video.videoWidth, video.videoHeight];
        const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
        end({ blob: await jpeg(video, Math.round(width * scale), Math.round(height * scale)), said });
      } catch (error) {
        shutter.disabled = false;
      }
    } });
    const box = h("div", { class: "finder", role: "dialog", "aria-modal": "true", "aria-label": title },
      video, overlay,
      h("p", { class: "finder-title" }, title),
      h("div", { class: "finder-bar" },
        h("button", { type: "button", class: "button finder-close", onclick: () => end(null) }, _("app.cancel")),
        shutter,
        overlay ? h("label", { class: "finder-ghost" }, _("photo.ghost"), h("input", {
          type: "range", min: "0", max: "100", value: "40", oninput: (event) => { overlay.style.opacity = event.target.value / 100; },
        })) : h("span", { class: "finder-gap" })));
    addEventListener("keydown", onKey, true);
    addEventListener("hashchange", onLeave);
    document.body.append(box);
    shutter.focus();
  });
}

/** Let an element show a Blob; its address is let go of when the picture is there. */
export function picture(blob, alt, attrs = {}) {
  const address = URL.createObjectURL(blob);
  const image = h("img", Object.assign({ alt, src: address }, attrs));
  image.addEventListener("load", () => URL.revokeObjectURL(address));
  return image;
}

/** A place for a small picture that comes later; a drawn tree until then and where there is none. */
export function slot(promise, alt) {
  const box = h("span", { class: "thumb" }, icon("tree"));
  Promise.resolve(promise).then((blob) => { if (blob) fill(box, picture(blob, alt)); }).catch(() => {});
  return box;
}
