// Unsent work as one file: the way out when a phone cannot send. The office imports it as the same submissions.

import * as store from "./store.js";
import { ZipWriter } from "./zip.js";

/**
 * The file with everything that waits of an account (or the items given): {blob, name, submissions, photos, missing,
 * drafts: how many are unfinished and therefore not in it}.
 * manifest.json, submissions.jsonl (one {"submission", "sent_at"} a line), photos/<sha256>. Nothing leaves the queue.
 */
export async function exportUnsent({ login = null, items = null, onProgress = () => {} } = {}) {
  const of = login === null ? await store.login() : login;
  const list = items || (await store.queue(of));
  const wanted = [...new Set(list.flatMap((item) => item.photos.map((photo) => photo.sha256)))];
  const atOffice = new Set(list.flatMap((item) => item.photos.filter((photo) => photo.complete).map((photo) => photo.sha256)));
  const madeAt = new Date();
  const zip = new ZipWriter(madeAt);
  const lines = list.map((item) => JSON.stringify({ submission: item.submission, sent_at: null }) + "\n").join("");
  const kept = [];
  const missing = [];
  const sizes = new Map();
  for (const digest of wanted) {
    const photo = await store.photoBytes(digest);
    if (photo) { kept.push(digest); sizes.set(digest, photo.bytes.byteLength); } else if (!atOffice.has(digest)) missing.push(digest);
  }
  zip.add("manifest.json", JSON.stringify({
    format: "gushu-field", version: 1, login: of, device: await store.device(), made_at: madeAt.toISOString(),
    submissions: list.length, photos: kept.length, sha256: { "submissions.jsonl": await store.sha256(lines) },
  }, null, 1));
  zip.add("submissions.jsonl", lines);
  for (const digest of kept) {
    const photo = await store.photoBytes(digest);
    if (photo) zip.add("photos/" + digest, photo.bytes);
    onProgress(zip.entries.length - 2, kept.length);
  }
  const day = madeAt.toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  return { blob: zip.finish(), name: "gushu-field-" + safe(of) + "-" + day + ".zip", submissions: list.length, photos: kept.length, missing, drafts: items ? 0 : await store.draftCount(of) };
}

/** Hand a file over: to another app where the phone can share files, else as a download. Answers how. */
export async function handOver(blob, name) {
  const file = typeof File === "function" ? new File([blob], name, { type: blob.type }) : null;
  if (file && navigator.canShare && navigator.share && navigator.canShare({ files: [file] })) {
    try {
      await navigator.share({ files: [file], title: name });
      return "shared";
    } catch (error) {
      if (error && error.name === "AbortError") return "cancelled";
    }
  }
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return "downloaded";
}

/** Export what waits and hand it over; remembers when. */
export async function exportAndHandOver(options = {}) {
  const made = await exportUnsent(options);
  const how = await handOver(made.blob, made.name);
  if (how !== "cancelled") await store.setMeta("exported_at", new Date().toISOString());
  return Object.assign(made, { how });
}

function safe(text) {
  return String(text || "phone").replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
}
