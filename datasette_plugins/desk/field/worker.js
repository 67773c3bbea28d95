// The service worker. The server puts two lines before this: VERSION, and FILES = {address: SHA-256 of its content}.
// It answers for the app's own files and, where there is no signal, for a scanned tag; it touches nothing else.
/* global VERSION, FILES */

const CACHE = "gushu-field-" + VERSION;
const SHELL = "/-/desk/field/";
const APP = /^(?:\/(?:en|zh-hant))?\/-\/desk\/field\/?$/;
const TAG = /^(?:\/(?:en|zh-hant))?\/t\/[^/]+\/?$/i;
const PATIENCE = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(fetchAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
  if (event.data === "version" && event.ports[0]) event.ports[0].postMessage(VERSION);
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (APP.test(url.pathname)) event.respondWith(kept(SHELL, request));
    else if (TAG.test(url.pathname)) event.respondWith(tag(request));
    return;
  }
  if (url.pathname in FILES) event.respondWith(kept(url.pathname, request));
});

/** All files of this version, each with the content that belongs to it, or the version is not taken. */
async function fetchAll() {
  const cache = await caches.open(CACHE);
  const waiting = Object.keys(FILES);
  const worker = async () => {
    while (waiting.length) {
      const address = waiting.shift();
      if (await cache.match(address)) continue;
      const response = await fetch(address, { cache: "no-store", credentials: "omit" });
      const content = await response.clone().arrayBuffer();
      if (!response.ok || response.redirected || (await digest(content)) !== FILES[address]) {
        throw new Error("not of this version: " + address);
      }
      await cache.put(address, response);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

async function digest(content) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function removeOld() {
  for (const name of await caches.keys()) {
    if (name.startsWith("gushu-field-") && name !== CACHE) await caches.delete(name);
  }
}

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) || fetch(request);
}

/** The public page of a tag; without a signal, or with one too weak to use, the app, which opens the tree's form. */
async function tag(request) {
  const shell = await (await caches.open(CACHE)).match(SHELL);
  if (!shell) return fetch(request);
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve(shell.clone()), PATIENCE); });
  const page = fetch(request).then((response) => (response.status >= 502 && response.status <= 504 ? shell.clone() : response),
    () => shell.clone());
  try {
    return await Promise.race([page, late]);
  } finally {
    clearTimeout(timer);
  }
}
