// Reading a code with the camera: live where the browser can, else from a photo that the server reads.

import { h } from "./view.js";
import { _ } from "./texts.js";
import { closeCamera, downscaled, hasCamera, openCamera, pickFile } from "./camera.js";
import { askBytes } from "./decoding.js";

const EVERY = 150;

/** Whether this browser reads QR codes by itself. */
export async function readsCodes() {
  if (typeof window.BarcodeDetector === "undefined") return false;
  try {
    const known = await window.BarcodeDetector.getSupportedFormats();
    return known.includes("qr_code");
  } catch (error) {
    return false;
  }
}

/**
 * A viewfinder that looks until it finds a code: {element, stop()}. onFound(text) is called once; onTrouble(code) with
 * "no_detector" or "no_camera" where it cannot look.
 */
export function liveScanner(onFound, onTrouble) {
  const video = h("video", { playsinline: true, muted: true, "aria-hidden": "true" });
  video.muted = true;
  const torch = h("button", { type: "button", class: "button torch", hidden: true, "aria-pressed": "false" }, _("scan.torch"));
  const element = h("div", { class: "scanner" }, video, h("span", { class: "aim", "aria-hidden": "true" }), torch);
  let stream = null;
  let isOver = false;
  let timer = null;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    closeCamera(stream);
  };
  const look = async (detector) => {
    if (isOver) return;
    try {
      if (video.readyState >= 2) {
        const found = (await detector.detect(video)).find((each) => each.rawValue);
        if (found && !isOver) {
          stop();
          if (navigator.vibrate) navigator.vibrate(60);
          onFound(found.rawValue);
          return;
        }
      }
    } catch (error) { /* a frame that could not be read: the next one */ }
    timer = setTimeout(() => look(detector), EVERY);
  };
  const begin = async () => {
    if (!(await readsCodes())) return onTrouble("no_detector");
    if (!hasCamera()) return onTrouble("no_camera");
    try {
      stream = await openCamera(1280);
    } catch (error) {
      return onTrouble("no_camera");
    }
    if (isOver) return closeCamera(stream);
    video.srcObject = stream;
    await video.play().catch(() => {});
    offerTorch(stream, torch);
    return look(new window.BarcodeDetector({ formats: ["qr_code"] }));
  };
  begin();
  return { element, stop };
}

function offerTorch(stream, torch) {
  const track = stream.getVideoTracks()[0];
  const can = track && track.getCapabilities ? track.getCapabilities() : {};
  if (!can.torch) return;
  torch.hidden = false;
  torch.addEventListener("click", async () => {
    const isOn = torch.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: isOn }] }).catch(() => {});
    torch.setAttribute("aria-pressed", String(isOn));
  });
}

/** The texts of the codes in a photo: read here where the browser can, else by the server. Rejects where neither can. */
export async function readPhoto(file) {
  if (await readsCodes()) {
    const bitmap = await createImageBitmap(file);
    const found = await new window.BarcodeDetector({ formats: ["qr_code"] }).detect(bitmap);
    if (found.length) return found.map((each) => each.rawValue).filter(Boolean);
  }
  return askBytes(await downscaled(file));
}

/** A scanner over the whole screen: resolves with a text, or null. Without a live one: from a photo. */
export async function scanOnce() {
  if (!(await readsCodes()) || !hasCamera()) {
    const file = await pickFile();
    return file ? (await readPhoto(file))[0] || null : null;
  }
  return new Promise((resolve) => {
    const end = (text) => {
      scanner.stop();
      box.remove();
      removeEventListener("keydown", onKey, true);
      removeEventListener("hashchange", onLeave);
      resolve(text);
    };
    const onKey = (event) => { if (event.key === "Escape") end(null); };
    const onLeave = () => end(null);
    const close = h("button", { type: "button", class: "button finder-close", onclick: () => end(null) }, _("app.cancel"));
    const scanner = liveScanner((text) => end(text), () => end(null));
    const box = h("div", { class: "finder", role: "dialog", "aria-modal": "true", "aria-label": _("scan.title") }, scanner.element,
      h("div", { class: "finder-bar" }, close));
    addEventListener("keydown", onKey, true);
    addEventListener("hashchange", onLeave);
    document.body.append(box);
    close.focus();
  });
}
