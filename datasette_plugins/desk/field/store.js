// What is kept on the phone: who is signed in, drafts, the queue, photos, and the lines of what was sent.
// Everything belongs to an account; signing in as somebody else shows other things and removes no work.

import { StorageFullError, all, done, get, isWriting, read, walk, write } from "./database.js";
import { changed, onChange } from "./changes.js";
import { dropThumbs, persist, room, roomy } from "./room.js";

export { StorageFullError, changed, dropThumbs, isWriting, onChange, persist, room, roomy };

// --- small facts ------------------------------------------------------------------------------------------

/** A fact kept under a name; `fallback` where there is none. */
export async function meta(key, fallback = null) {
  const value = await get("meta", key);
  return value === undefined ? fallback : value;
}

/** Keep a fact. */
export async function setMeta(key, value) {
  await write("meta", (store) => { store.put(value, key); });
  changed("meta");
}

/** Keep a fact that may be forgotten where the phone is full. */
export async function noteMeta(key, value) {
  try {
    await setMeta(key, value);
  } catch (error) {
    if (!(error instanceof StorageFullError)) throw error;
  }
}

/** Whoever was signed in last on this phone: {login, name, roles, …}, or null. It stays when a session ends. */
export function account() {
  return meta("account");
}

/** The login that new work belongs to; "" where nobody was ever signed in. */
export async function login() {
  const own = await account();
  return own ? own.login : "";
}

/**
 * Whether whoever was signed in last has signed out. A session that ran out, or that the office ended, is no such
 * leave: in the valley work goes on without one.
 */
export function hasLeft() {
  return /(?:^|; )gushu_left=/.test(document.cookie);
}

/** The login whose records may be seen: "" once that person has signed out. What waits is `login()`'s, also then. */
export async function reader() {
  return hasLeft() ? "" : login();
}

/** This phone's own id, made once. */
export async function device() {
  const known = await meta("device");
  if (known) return known;
  const made = newId();
  await setMeta("device", made);
  return made;
}

/** A new random UUID. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** SHA-256 of an ArrayBuffer or a text, in hexadecimal. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- drafts -----------------------------------------------------------------------------------------------

/**
 * Save a draft as a whole; all of it is on the disk when this resolves. Any fields may stand in it; these are known:
 * {id, login, kind: a SubmissionKind, record: {kind, id} | null, label: what it is called in lists,
 *  photos: [{sha256, size, kind, …}], content: {...}, updated_at}. Rejects with StorageFullError.
 */
export async function saveDraft(draft) {
  draft.id = draft.id || newId();
  draft.login = draft.login || (await login());
  draft.photos = draft.photos || [];
  draft.updated_at = new Date().toISOString();
  const kept = JSON.parse(JSON.stringify(draft));
  await roomy(() => write("drafts", (store) => { store.put(kept); }));
  changed("drafts");
  return draft;
}

/** A draft of whoever is signed in by its id, or undefined. */
export async function draft(id) {
  const found = await get("drafts", id);
  return found && found.login === (await login()) ? found : undefined;
}

/** The drafts of whoever is signed in, the newest first. */
export async function drafts() {
  const found = await all("drafts", { index: "login", range: await login() });
  return found.sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
}

/** How many drafts an account has. */
export function draftCount(of) {
  return read("drafts", (store) => done(store.index("login").count(of)));
}

/** The draft of this kind for a record, or undefined: a form opened again goes on where it was left. */
export async function draftOf(kind, record) {
  const key = record ? record.kind + ":" + record.id : "";
  return (await drafts()).find((each) => each.kind === kind
    && (each.record ? each.record.kind + ":" + each.record.id : "") === key);
}

/** Remove a draft and those of its photos that nothing else needs. */
export async function deleteDraft(id) {
  await write(["drafts", "queue", "photos"], async (own, queue, photos) => {
    const gone = await done(own.get(id));
    own.delete(id);
    if (gone) await dropPhotos(gone.photos, own, queue, photos);
  });
  changed("drafts");
}

/**
 * Saves a draft again and again while it is filled in: const saver = autosave(draft, onState); call saver.changed()
 * after every change and `await saver.flush()` before leaving. onState("saving" | "saved" | "full" | "failed").
 */
export function autosave(own, onState = () => {}) {
  let running = null;
  let isDirty = false;
  const run = async () => {
    while (isDirty) {
      isDirty = false;
      onState("saving");
      try {
        await saveDraft(own);
        if (!isDirty) onState("saved");
      } catch (error) {
        onState(error instanceof StorageFullError ? "full" : "failed", error);
        return;
      }
    }
  };
  const change = () => {
    isDirty = true;
    if (!running) running = run().finally(() => { running = null; });
    return running;
  };
  return { changed: change, flush: () => (isDirty ? change() : running || Promise.resolve()) };
}

// --- photos -----------------------------------------------------------------------------------------------

/**
 * Keep a photo and name it in its draft, both or neither. `said`: {kind, viewpoint, taken_at, lon, lat, …}; `original`:
 * the file that it was made smaller from, kept beside it as long as the draft is, where there is room.
 * Answers with what now stands in draft.photos: {sha256, size, original: {sha256, size}, …said}; the same photo twice
 * stands there once.
 */
export async function addPhoto(own, blob, said = {}, original = null) {
  const row = await photoRow(blob);
  const digest = row.sha256;
  own.id = own.id || newId();
  own.photos = own.photos || [];
  const known = own.photos.find((each) => each.sha256 === digest);
  if (known) return known;
  const photo = Object.assign({}, said, { sha256: digest, size: row.size });
  own.updated_at = new Date().toISOString();
  own.login = own.login || (await login());
  const kept = JSON.parse(JSON.stringify(own));
  kept.photos.push(photo);
  const keep = (rows) => write(["drafts", "photos"], (drafts_, photos) => {
    rows.forEach((each) => photos.put(each));
    drafts_.put(kept);
  });
  if (original) {
    const whole = await photoRow(original);
    photo.original = { sha256: whole.sha256, size: whole.size };
    await keep([row, whole]).catch((error) => {
      if (!(error instanceof StorageFullError)) throw error;
      delete photo.original;
    });
  }
  if (!photo.original) await roomy(() => keep([row]));
  // named only now: a draft that is saved meanwhile must not name a photo that is not kept
  const other = own.photos.find((each) => each.sha256 === digest);
  if (other) return other;
  own.photos.push(photo);
  const whole = JSON.parse(JSON.stringify(own));
  await write(["drafts"], (drafts_) => { drafts_.put(whole); });
  changed("drafts");
  return photo;
}

async function photoRow(blob) {
  const bytes = blob instanceof ArrayBuffer ? blob : await blob.arrayBuffer();
  return { sha256: await sha256(bytes), bytes, type: blob.type || "image/jpeg", size: bytes.byteLength, at: Date.now() };
}

/** The checksums of what is kept for a photo: of itself and of its original. */
function keptFor(photo) {
  return photo.original ? [photo.sha256, photo.original.sha256] : [photo.sha256];
}

/** Take a photo out of a draft. */
export async function removePhoto(own, digest) {
  const gone = own.photos.filter((each) => each.sha256 === digest);
  own.photos = own.photos.filter((each) => each.sha256 !== digest);
  const kept = JSON.parse(JSON.stringify(own));
  await write(["drafts", "queue", "photos"], async (drafts_, queue, photos) => {
    drafts_.put(kept);
    await dropPhotos(gone, drafts_, queue, photos);
  });
  changed("drafts");
}

/** A photo of ours as a Blob, or null. */
export async function photo(digest) {
  const found = await get("photos", digest);
  return found ? new Blob([found.bytes], { type: found.type }) : null;
}

/** A photo of ours as {sha256, bytes, type, size}, or undefined. */
export function photoBytes(digest) {
  return get("photos", digest);
}

/** Within a transaction, after its other changes: remove those photos that no draft and no form in the queue names. */
async function dropPhotos(list, drafts_, queue, photos) {
  if (!list || !list.length) return;
  const needed = new Set();
  const note = (each) => (each.photos || []).flatMap(keptFor).forEach((one) => needed.add(one));
  (await done(drafts_.getAll())).forEach(note);
  (await done(queue.getAll())).forEach(note);
  for (const each of list.flatMap(keptFor)) if (!needed.has(each)) photos.delete(each);
}

// --- the queue --------------------------------------------------------------------------------------------

/**
 * A draft is finished: in one step it leaves the drafts and waits in the queue, its photos with it.
 * `submission`: the SubmissionDraft as it will be sent, word for word, however often; its `id` is filled in from the
 * draft where it has none. Answers with the item of the queue.
 */
export async function queueDraft(own, submission) {
  const sent = JSON.parse(JSON.stringify(Object.assign({ id: own.id }, submission)));
  const item = {
    id: sent.id,
    login: own.login || (await login()),
    label: own.label || "",
    kind: sent.kind,
    record: sent.record || null,
    submission: sent,
    draft: JSON.parse(JSON.stringify(own)),
    photos: (sent.photos || []).map((each) => ({
      sha256: each.sha256, size: each.size, received: 0, complete: own.photos.some((one) => one.sha256 === each.sha256 && one.complete === true),
    })),
    queued_at: new Date().toISOString(),
    state: "waiting",
    attempts: 0,
    next_at: 0,
    problem: null,
    answer: null,
  };
  await roomy(() => write(["drafts", "queue", "photos"], async (drafts_, queue, photos) => {
    const before = await done(drafts_.get(own.id));
    queue.put(item);
    drafts_.delete(own.id);
    if (before) await dropPhotos(before.photos, drafts_, queue, photos);
  }));
  changed("queue");
  return item;
}

/** The queue of an account (of whoever is signed in), the oldest first. */
export async function queue(of) {
  const found = await all("queue", { index: "login", range: of === undefined ? await login() : of });
  return found.map((each) => unwritten.get(each.id) || each).sort((a, b) => (a.queued_at < b.queued_at ? -1 : 1));
}

/** How much waits: {queue, drafts, photos, problems, others: {login: n}} of whoever is signed in. */
export async function counts() {
  const own = await login();
  const found = { queue: 0, drafts: 0, photos: 0, problems: 0, others: {} };
  await read(["queue", "drafts"], async (queue_, drafts_) => {
    await walk(queue_, null, "next", (item) => {
      if (item.login !== own) { found.others[item.login] = (found.others[item.login] || 0) + 1; return; }
      found.queue += 1;
      found.photos += item.photos.filter((each) => !each.complete).length;
      if (item.problem && item.problem.is_final) found.problems += 1;
    });
    found.drafts = await done(drafts_.index("login").count(own));
  });
  return found;
}

/** How far items are that a full phone could not write down: sending has to go on, it is what makes room. */
const unwritten = new Map();

/** Change an item of the queue: `edit(item)` within one transaction; nothing where it is gone. */
export async function updateItem(id, edit) {
  let after;
  try {
    await roomy(() => write("queue", async (store) => {
      const found = await done(store.get(id));
      if (!found) return;
      after = unwritten.get(id) || found;
      edit(after);
      store.put(after);
    }));
    unwritten.delete(id);
  } catch (error) {
    if (!(error instanceof StorageFullError)) throw error;
    if (after) unwritten.set(id, after);
  }
  changed("queue");
  return after;
}

/** An item of the queue of whoever is signed in, or undefined. */
export async function item(id) {
  const found = await get("queue", id);
  return found && found.login === (await login()) ? unwritten.get(id) || found : undefined;
}

/**
 * The server has everything of this form: its line goes to what was sent, and only now its photos leave the phone.
 * A full phone first makes room, then writes the line.
 */
export async function finish(id, answer) {
  let line = null;
  const leave = (isWithLine) => write(["drafts", "queue", "photos", "sent"], async (drafts_, queue_, photos, sent) => {
    const own = await done(queue_.get(id));
    if (!own) return;
    line = lineOf(own, answer);
    if (isWithLine) sent.put(line);
    queue_.delete(id);
    await dropPhotos(own.photos, drafts_, queue_, photos);
  });
  try {
    await leave(true);
  } catch (error) {
    if (!(error instanceof StorageFullError)) throw error;
    await leave(false);
    await roomy(() => write("sent", (sent) => { sent.put(line); })).catch(() => {});
  }
  unwritten.delete(id);
  changed("queue");
  changed("freed");
}

function lineOf(own, answer) {
  const said = answer || {};
  return {
    id: own.id, login: own.login, label: own.label, kind: own.kind, record: said.record || own.record,
    queued_at: own.queued_at, sent_at: new Date().toISOString(), state: said.state || null, said: said.said || [],
    problem: said.problem || null, conflicts: said.conflicts || [], photos: own.photos.length,
    replaces: own.submission.replaces || null,
  };
}

/** What could not be taken goes back to the drafts, to be put right and sent as a new form. */
export async function reopen(id) {
  let made = null;
  await roomy(() => write(["drafts", "queue"], async (drafts_, queue_) => {
    const own = await done(queue_.get(id));
    if (!own) return;
    made = Object.assign({}, own.submission, own.draft, {
      id: newId(), login: own.login, label: own.label, reopened_from: id, updated_at: new Date().toISOString(),
      photos: (own.submission.photos || []).map((each) => photoAgain(each, own.draft.photos || [])),
    });
    drafts_.put(made);
    queue_.delete(id);
  }));
  changed("queue");
  return made;
}

/**
 * A photo as it was to be sent, with what its draft knew beside: that it was made smaller, that the office has it. An
 * original that was not to be sent left the phone; one that was is the photo now.
 */
function photoAgain(sent, known) {
  const { is_reduced, complete } = known.find((each) => each.sha256 === sent.sha256) || {};
  return Object.assign({}, sent, is_reduced ? { is_reduced } : {}, complete ? { complete } : {});
}

/** Send the same content under a new id (the old id is taken on the server by something else). */
export async function renew(id) {
  await roomy(() => write("queue", async (store) => {
    const own = await done(store.get(id));
    if (!own) return;
    store.delete(id);
    own.id = newId();
    own.submission.id = own.id;
    Object.assign(own, { state: "waiting", attempts: 0, next_at: 0, problem: null, answer: null });
    own.photos.forEach((each) => { each.received = 0; each.complete = false; });
    store.put(own);
  }));
  changed("queue");
}

/** Remove a form that was never sent; only after a person was asked. */
export async function deleteItem(id) {
  await write(["drafts", "queue", "photos"], async (drafts_, queue_, photos) => {
    const own = await done(queue_.get(id));
    queue_.delete(id);
    if (own) await dropPhotos(own.photos, drafts_, queue_, photos);
  });
  changed("queue");
}

/** The lines of what was sent by whoever is signed in, the newest first. */
export async function sent(limit = 100) {
  const own = await login();
  const found = [];
  await read("sent", (store) => walk(store.index("login"), IDBKeyRange.bound([own], [own, []]), "prev", (line) => {
    found.push(line);
    return found.length < limit;
  }));
  return found;
}

/** Put down what has become of a form that was sent. */
export async function updateSent(answer) {
  const edit = async (store) => {
    const line = await done(store.get(answer.id));
    if (!line) return;
    Object.assign(line, {
      state: answer.state, said: answer.said || line.said, problem: answer.problem || null,
      conflicts: answer.conflicts || [], record: answer.record || line.record,
    });
    store.put(line);
  };
  await roomy(() => write("sent", edit)).catch((error) => { if (!(error instanceof StorageFullError)) throw error; });
  changed("sent");
}
