// Room on the phone: what goes when there is none left, how much there is, and whether it lasts.

import { StorageFullError, walk, write } from "./database.js";
import { changed } from "./changes.js";

const PIECE = 60;

/** Do something that writes; where the phone is full, small pictures make room, the oldest first. */
export async function roomy(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      if (!(await dropThumbs(PIECE).catch(() => 0))) {
        changed("full");
        throw error;
      }
    }
  }
}

/** Remove the `count` oldest small pictures; answers how many there were. They can be downloaded again. */
export async function dropThumbs(count) {
  let gone = 0;
  await write("thumbs", (store) => walk(store.index("at"), null, "next", (value, cursor) => {
    cursor.delete();
    gone += 1;
    return gone < count;
  }));
  return gone;
}

/** {usage, quota, persisted} in bytes as the browser tells them; nulls where it does not. */
export async function room() {
  const told = { usage: null, quota: null, persisted: null };
  const storage = navigator.storage;
  if (storage && storage.estimate) Object.assign(told, await storage.estimate().catch(() => ({})));
  if (storage && storage.persisted) told.persisted = await storage.persisted().catch(() => null);
  return told;
}

/** Ask the browser not to evict what is kept here; answers whether it promises. */
export async function persist() {
  const storage = navigator.storage;
  if (!storage || !storage.persist) return false;
  return (await storage.persisted()) || storage.persist();
}
