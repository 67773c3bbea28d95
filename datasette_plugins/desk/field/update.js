// The service worker, and a new version of the app: it takes over only when nothing is being saved or sent.

import { isWriting, onClosing } from "./database.js";
import { here } from "./view.js";
import { onUpdate, setStatus, status } from "./status.js";

const CHECK_EVERY = 60 * 60 * 1000;
const QUIET = ["/", "/queue", "/more", "/packages", "/storage", "/missing"];
let registration = null;
let isTaking = false;

/** Register the service worker; answers with whether this browser has one. */
export async function startWorker() {
  if (!("serviceWorker" in navigator)) return false;
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (hadOne || isTaking) whenQuiet(() => location.reload()); });
  try {
    registration = await navigator.serviceWorker.register("/-/desk/field/worker.js", { scope: "/", updateViaCache: "none" });
  } catch (error) {
    return false;
  }
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  noteWaiting();
  setInterval(look, CHECK_EVERY);
  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  onUpdate(takeOver);
  onClosing(() => whenQuiet(() => location.reload()));
  return true;
}

/** Whether everything is on the phone, so that the app opens without a signal. */
export async function isReady() {
  if (!("serviceWorker" in navigator)) return false;
  const found = await navigator.serviceWorker.getRegistration("/");
  return Boolean(found && found.active);
}

/** Let the newer version take over as soon as nothing is being saved or sent. */
export function takeOver() {
  isTaking = true;
  whenQuiet(() => { if (registration && registration.waiting) registration.waiting.postMessage("take-over"); }, true);
}

function look() {
  if (registration && navigator.onLine !== false) registration.update().catch(() => {});
}

function watch(worker) {
  if (worker) worker.addEventListener("statechange", noteWaiting);
}

function noteWaiting() {
  if (!registration.waiting || !navigator.serviceWorker.controller) return;
  setStatus({ hasUpdate: true });
  if (document.hidden) takeOver();
}

/** Do something once nothing is being written and (unless a person asked for it) no form is open. */
function whenQuiet(work, isAskedFor = false) {
  const isQuiet = !isWriting() && !status.state.isSyncing && (isAskedFor || QUIET.includes(here()));
  if (isQuiet) work();
  else setTimeout(() => whenQuiet(work, isAskedFor), 400);
}
