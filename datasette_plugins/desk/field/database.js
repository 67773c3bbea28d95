// IndexedDB with promises. One database for the whole app; newer versions add and never drop data.

const NAME = "gushu-field";

/** Each step is run once, in order, on every phone: never change one that was given out, only add another. */
const STEPS = [
  (db) => {
    db.createObjectStore("meta");
    const trees = db.createObjectStore("trees", { keyPath: ["login", "pack", "key"] });
    trees.createIndex("key", ["login", "key"]);
    trees.createIndex("codes", "codes", { multiEntry: true });
    db.createObjectStore("lists");
    db.createObjectStore("thumbs", { keyPath: ["login", "sha256"] }).createIndex("at", "at");
    db.createObjectStore("drafts", { keyPath: "id" }).createIndex("login", "login");
    db.createObjectStore("queue", { keyPath: "id" }).createIndex("login", "login");
    db.createObjectStore("photos", { keyPath: "sha256" });
    db.createObjectStore("sent", { keyPath: "id" }).createIndex("login", ["login", "sent_at"]);
  },
];

/** The stores that hold work which is nowhere else: written through to the disk before "saved" is said. */
const PRECIOUS = new Set(["drafts", "queue", "photos", "sent"]);

let opened = null;
let writing = 0;
const closing = [];

/** The phone has no room left for this; nothing of it was written, nothing that was there is lost. */
export class StorageFullError extends Error {
  constructor() {
    super("storage_full");
    this.code = "storage_full";
  }
}

/** The database, opened once. Rejects where the browser keeps nothing (private mode of some). */
export function database() {
  if (!opened) {
    opened = new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, STEPS.length);
      asked.onupgradeneeded = (event) => {
        for (const step of STEPS.slice(event.oldVersion)) step(asked.result, asked.transaction);
      };
      asked.onsuccess = () => {
        const db = asked.result;
        db.onversionchange = () => { db.close(); opened = null; closing.forEach((fn) => fn()); };
        db.onclose = () => { opened = null; };
        resolve(db);
      };
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("database_blocked"));
    });
    opened.catch(() => { opened = null; });
  }
  return opened;
}

/** Call `fn` when another tab brings a newer version of the database. */
export function onClosing(fn) {
  closing.push(fn);
}

/** Whether something is being written just now. */
export function isWriting() {
  return writing > 0;
}

/** The result of one request. */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Read: `work(store, …)` with the stores named; answers with what it answers. */
export async function read(names, work) {
  const db = await database();
  const list = [].concat(names);
  const transaction = db.transaction(list, "readonly");
  return work(...list.map((name) => transaction.objectStore(name)));
}

/**
 * Write: all that `work(store, …)` asks for, or nothing of it. Resolves only once it is on the disk.
 * `work` must not wait for anything but requests of these stores. Rejects with StorageFullError.
 */
export async function write(names, work) {
  const list = [].concat(names);
  const db = await database();
  const durability = list.some((name) => PRECIOUS.has(name)) ? "strict" : "relaxed";
  writing += 1;
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(list, "readwrite", { durability });
      let answer;
      let problem = null;
      transaction.oncomplete = () => resolve(answer);
      transaction.onabort = () => reject(named(problem || transaction.error || new Error("aborted")));
      transaction.onerror = (event) => { problem = problem || event.target.error; };
      const stores = list.map((name) => transaction.objectStore(name));
      new Promise((begin) => begin(work(...stores))).then(
        (value) => { answer = value; },
        (error) => { problem = problem || error; try { transaction.abort(); } catch (gone) { reject(named(problem)); } },
      );
    });
  } finally {
    writing -= 1;
  }
}

/** One value by its key. */
export function get(name, key) {
  return read(name, (store) => done(store.get(key)));
}

/** All of a store, or of an index of it within a range. For small stores only. */
export function all(name, { index, range, limit } = {}) {
  return read(name, (store) => done((index ? store.index(index) : store).getAll(range, limit)));
}

/** Walk over a store or an index: `each(value, cursor)` answers false to stop. */
export function walk(source, range, direction, each) {
  return new Promise((resolve, reject) => {
    const request = source.openCursor(range, direction);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || each(cursor.value, cursor) === false) resolve();
      else cursor.continue();
    };
  });
}

function named(error) {
  const isFull = error && (error.name === "QuotaExceededError" || /quota|disk.*full/i.test(error.message || ""));
  return isFull ? new StorageFullError() : error;
}
