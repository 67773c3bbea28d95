// Sending what waits: the forms first, then their photos piece by piece. An item leaves the phone only after the
// server has confirmed every photo by its checksum. What fails waits and never holds up the rest.

import { AskError, askJson, jitter, setCsrf } from "./http.js";
import { alone } from "./locks.js";
import { leaveOthers } from "./package.js";
import * as store from "./store.js";
import { setStatus, status } from "./status.js";

const PIECE = 512 * 1024;
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 15 * 60 * 1000;
const EVERY = 60 * 1000;
const CLOCK_MAY_BE_OFF = 5 * 60;
const IDS_AT_ONCE = 50;
const AT_ONCE = 3;

let isAsked = false;
let timer = null;
let sendNow = false;
let current = null;
let hadLeft = store.hasLeft();

/** Whether the phone thinks that it has a signal. */
export function isOnline() {
  return navigator.onLine !== false;
}

/** Begin to sync: on opening, when the signal comes back, when the app is looked at again, every minute. */
export function startSync() {
  addEventListener("online", async () => {
    setStatus({ isOnline: true });
    await hurry();
    syncSoon();
  });
  addEventListener("offline", () => setStatus({ isOnline: false }));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) syncSoon(); });
  addEventListener("pageshow", () => syncSoon());
  setInterval(() => { if (status.state.queue && !document.hidden) syncSoon(); }, EVERY);
  if (navigator.connection && navigator.connection.addEventListener) {
    navigator.connection.addEventListener("change", () => syncSoon());
  }
  store.onChange(() => refreshCounts());
  return refreshCounts().then(() => syncSoon());
}

/** Sync in a moment; many calls become one. */
export function syncSoon(milliseconds = 150) {
  clearTimeout(timer);
  timer = setTimeout(() => sync(), milliseconds);
}

/** Send everything now, photos too, whatever the setting and however often it failed. */
export async function sendEverything() {
  sendNow = true;
  await hurry();
  return sync();
}

/** Try one item again now. */
export async function retry(id) {
  await store.updateItem(id, (item) => { item.next_at = 0; item.problem = null; });
  return sync();
}

/** Sync once. Two calls, or two tabs, never do it at the same time. */
export function sync() {
  noteLeave();
  if (current) {
    isAsked = true;
    return current;
  }
  current = alone("sync", round).catch((error) => console.error(error)).then(async () => {
    current = null;
    await refreshCounts();
    if (isAsked) {
      isAsked = false;
      syncSoon();
    }
  });
  return current;
}

/** The page is drawn anew where somebody has signed out, or in again, since: at the desk, or in another tab. */
function noteLeave() {
  if (store.hasLeft() === hadLeft) return;
  hadLeft = !hadLeft;
  dispatchEvent(new Event("field-account"));
}

/** The numbers that the pages show. */
export async function refreshCounts() {
  setStatus(Object.assign(await store.counts(), { account: await store.account() }));
}

/** Whether photos may be sent now: {may, why: "" | "wifi" | "unknown"}. */
export async function photosMayGo() {
  if (sendNow || !(await store.meta("photos_wait", false))) return { may: true, why: "" };
  const type = navigator.connection && navigator.connection.type;
  if (!type || type === "unknown" || type === "none") return { may: false, why: "unknown" };
  return type === "wifi" || type === "ethernet" ? { may: true, why: "" } : { may: false, why: "wifi" };
}

let tidied = null;

/**
 * Ask who is signed in; keeps it. What others had taken along on this phone goes before anything is shown.
 * Raises AskError ("signed_out", "offline", …).
 */
export async function whoAmI() {
  const before = Date.now();
  const value = await askJson("GET", "me", { timeout: 20000, tries: 3 });
  setCsrf(value.csrf);
  await noteClock(value.server_time, before, Date.now());
  const known = await store.account();
  const own = Object.assign({}, value.account, { rights: value.rights || [], form: value.form });
  if (tidied !== own.login) {
    await leaveOthers(own.login);
    tidied = own.login;
  }
  if (JSON.stringify(known) !== JSON.stringify(own)) await store.noteMeta("account", own);
  await noteReturned(own.login, value.returned || []);
  setStatus({ isSignedOut: false, account: own });
  if (!known || known.login !== own.login) dispatchEvent(new Event("field-account"));
  return own;
}

/** Keep what came back from review; the pages that show it are told when it is something else. */
async function noteReturned(login, came) {
  const key = "returned " + login;
  if (JSON.stringify(await store.meta(key, [])) === JSON.stringify(came)) return;
  await store.noteMeta(key, came);
  store.changed("returned");
}

/**
 * One round: who am I and what came back, forms, photos, confirmation, and what became of what was sent before. Where
 * something that had come back was sent anew, what came back is asked for once more.
 */
async function round() {
  setStatus({ isSyncing: true });
  try {
    const own = await whoAmI();
    setStatus({ isOnline: true });
    const line = new Line();
    await eachOf(due(await store.queue(own.login), "waiting"), (item) => sendForm(item, line), line);
    const photos = await photosMayGo();
    if (photos.may) await eachOf(due(await store.queue(own.login), "photos"), (item) => sendPhotos(item, line), line);
    const gone = await confirm(own.login, line);
    await lookAfter(line);
    if (gone.some((item) => item.submission.replaces)) await whoAmI();
    await store.noteMeta("synced_at", new Date().toISOString());
    setStatus({ sync: { at: Date.now(), error: null, photos: photos.why } });
    plan(await store.queue(own.login));
  } catch (error) {
    await later(error);
  } finally {
    sendNow = false;
    setStatus({ isSyncing: false });
  }
}

async function later(error) {
  if (!(error instanceof AskError)) throw error;
  setStatus({ sync: { at: Date.now(), error: error.code, message: error.message } });
  if (error.code === "signed_out") setStatus({ isSignedOut: true });
  else if (error.isPassing) {
    failures += 1;
    timer = timer || null;
    clearTimeout(timer);
    timer = setTimeout(() => sync(), backoff(failures));
  }
}

let failures = 0;

/** How long to wait after the n-th failure in a row. */
export function backoff(attempts) {
  return jitter(Math.min(FIRST_PAUSE * 2 ** Math.max(0, attempts - 1), LONGEST_PAUSE));
}

/** Breaks off a round when the line is dead or the session is over; one bad item does not. */
class Line {
  constructor() {
    this.failed = 0;
    this.error = null;
  }

  /** Note that something failed for good or for now. */
  broke(error) {
    if (error.code === "signed_out") this.error = error;
    if (error.code === "offline" && ++this.failed >= 3) this.error = error;
  }

  worked() {
    this.failed = 0;
    failures = 0;
  }
}

async function eachOf(items, work, line) {
  const waiting = items.slice();
  const worker = async () => {
    while (waiting.length && !line.error) await work(waiting.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (line.error) throw line.error;
}

function due(items, state) {
  const now = Date.now();
  return items.filter((item) => item.state === state && !(item.problem && item.problem.is_final)
    && (item.next_at <= now || item.next_at > now + 2 * LONGEST_PAUSE));
}

async function hurry() {
  failures = 0;
  for (const item of await store.queue()) {
    if (item.next_at) await store.updateItem(item.id, (each) => { each.next_at = 0; });
  }
}

function plan(items) {
  const times = items.filter((item) => item.next_at && !(item.problem && item.problem.is_final)).map((item) => item.next_at);
  if (!times.length) return;
  clearTimeout(timer);
  timer = setTimeout(() => sync(), Math.min(Math.max(Math.min(...times) - Date.now(), 1000), LONGEST_PAUSE));
}

// --- forms ------------------------------------------------------------------------------------------------

async function sendForm(item, line) {
  const sent = { submission: item.submission, sent_at: new Date().toISOString() };
  try {
    const answer = await askJson("POST", "submissions", {
      body: JSON.stringify(sent), type: "application/json", timeout: 45000,
    });
    if (answer.id !== item.id) throw new AskError("strange_answer", "");
    line.worked();
    await store.updateItem(item.id, (each) => {
      Object.assign(each, { state: "photos", answer, facts_at: new Date().toISOString(), attempts: 0, next_at: 0, problem: null });
      notePhotos(each, answer.photos);
    });
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    await noteProblem(item, error, line);
  }
}

/** What the server has of each photo. It is believed only about the photos that it names. */
function notePhotos(item, said) {
  for (const photo of item.photos) {
    const told = (said || []).find((each) => each.sha256 === photo.sha256);
    if (!told) continue;
    photo.received = told.complete ? photo.size : told.received || 0;
    photo.complete = told.complete === true;
  }
}

async function noteProblem(item, error, line) {
  line.broke(error);
  if (error.code === "signed_out") return;
  const isFinal = !error.isPassing;
  await store.updateItem(item.id, (each) => {
    each.attempts += 1;
    each.next_at = isFinal ? 0 : Date.now() + backoff(each.attempts);
    each.problem = {
      code: error.code, message: error.answer ? error.message : "", status: error.status, at: new Date().toISOString(),
      field: (error.answer && error.answer.error && error.answer.error.field) || null, is_final: isFinal,
    };
  });
}

// --- photos -----------------------------------------------------------------------------------------------

async function sendPhotos(item, line) {
  for (const photo of item.photos) {
    if (photo.complete) continue;
    if (line.error) return;
    try {
      await sendPhoto(item.id, photo, line);
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      await noteProblem(item, ofPhoto(error), line);
      if (error.isPassing || error.code === "signed_out") return;
    }
  }
}

/** What the server says against a photo is not said against the form. */
function ofPhoto(error) {
  const isSaid = error.status >= 400 && !error.isPassing && error.code !== "signed_out";
  return isSaid ? new AskError("photo_not_taken", error.message, error.status, error.answer) : error;
}

async function sendPhoto(id, photo, line) {
  const kept = await store.photoBytes(photo.sha256);
  if (!kept) throw new AskError("photo_gone", "");
  const size = kept.bytes.byteLength;
  const path = "photos/" + photo.sha256;
  let told = { received: photo.received || 0, complete: false };
  let rounds = 0;
  while (!told.complete) {
    const offset = told.received < size ? told.received : 0;
    if (offset === 0 && rounds++ > 1) throw new AskError("photo_not_taken", "");
    if (offset === 0 && (await store.sha256(kept.bytes)) !== photo.sha256) throw new AskError("photo_damaged", "");
    told = await sendPiece(path, kept.bytes, size, offset);
    line.worked();
    await store.updateItem(id, (item) => notePhotos(item, [Object.assign({ sha256: photo.sha256 }, told)]));
  }
  if (told.sha256 && told.sha256 !== photo.sha256) throw new AskError("strange_answer", "");
  await store.updateItem(id, (item) => notePhotos(item, [{ sha256: photo.sha256, complete: true }]));
}

async function sendPiece(path, bytes, size, offset) {
  const piece = bytes.slice(offset, offset + PIECE);
  try {
    return await askJson("PUT", path + "?size=" + size + "&offset=" + offset, {
      body: piece, type: "application/octet-stream", timeout: 60000,
    });
  } catch (error) {
    const answer = error instanceof AskError && error.status === 409 ? error.answer : null;
    const told = answer && (typeof answer.received === "number" ? answer : answer.error);
    if (told && typeof told.received === "number") return Object.assign({ complete: false }, told);
    throw error;
  }
}

// --- confirmation -----------------------------------------------------------------------------------------

/** Ask what the server has of everything that seems to be there; answers with what it has whole: that left the queue. */
async function confirm(login, line) {
  const ready = (await store.queue(login)).filter((item) => item.state === "photos"
    && item.photos.every((photo) => photo.complete));
  const gone = [];
  for (const answer of await statesOf(ready.map((item) => item.id), line)) {
    const item = await store.item(answer.id);
    if (!item) continue;
    await store.updateItem(item.id, (each) => { notePhotos(each, answer.photos); each.answer = answer; });
    const has = new Set((answer.photos || []).filter((photo) => photo.complete).map((photo) => photo.sha256));
    if (!item.photos.every((photo) => has.has(photo.sha256))) continue;
    await store.finish(item.id, answer);
    gone.push(item);
  }
  return gone;
}

/** What has become of what was sent and still waits for a decision. */
async function lookAfter(line) {
  const open = (await store.sent(100)).filter((each) => each.state === "pending" || each.state === "quarantined");
  for (const answer of await statesOf(open.map((each) => each.id), line)) {
    const before = open.find((each) => each.id === answer.id);
    if (before && before.state !== answer.state) await store.updateSent(answer);
  }
}

async function statesOf(ids, line) {
  const found = [];
  for (let begin = 0; begin < ids.length; begin += IDS_AT_ONCE) {
    const some = ids.slice(begin, begin + IDS_AT_ONCE);
    try {
      const answer = await askJson("GET", "submissions?ids=" + some.map(encodeURIComponent).join(","));
      found.push(...(Array.isArray(answer) ? answer : answer.submissions || []));
      line.worked();
    } catch (error) {
      if (!(error instanceof AskError) || error.code === "signed_out") throw error;
      line.broke(error);
    }
  }
  return found;
}

// --- the clock --------------------------------------------------------------------------------------------

/** Compare the phone's clock with the server's: the middle of asking and being answered counts. */
async function noteClock(serverTime, before, after) {
  const server = Date.parse(serverTime);
  if (isNaN(server)) return;
  const offset = Math.round(((before + after) / 2 - server) / 1000);
  await store.noteMeta("clock", { offset_s: offset, at: serverTime });
  setStatus({ clock: Math.abs(offset) > CLOCK_MAY_BE_OFF ? sayOffset(offset) : null });
}

/** How much a clock is off, as facts for a sentence. */
export function sayOffset(offset) {
  const seconds = Math.abs(offset);
  const [n, unit] = seconds >= 2 * 86400 ? [Math.round(seconds / 86400), "day"]
    : seconds >= 2 * 3600 ? [Math.round(seconds / 3600), "hour"] : [Math.round(seconds / 60), "minute"];
  return { n, unit, ahead: offset > 0 };
}

