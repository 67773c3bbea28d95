// One tab at a time: the browser's locks where it has them (Chrome 69, Safari 15.4), else a lease in the database.

import { done, write } from "./database.js";

const LEASE = 30000;
const own = Math.random().toString(36).slice(2);

/** Do `work()` unless another tab is at it; answers with false where it is, otherwise with what `work` answers. */
export async function alone(name, work, { useLease = false } = {}) {
  if (navigator.locks && !useLease) {
    return navigator.locks.request("gushu-" + name, { ifAvailable: true }, (lock) => (lock ? work() : false));
  }
  if (!(await take(name))) return false;
  const timer = setInterval(() => take(name), LEASE / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await write("meta", async (store) => {
      const lease = await done(store.get("lease " + name));
      if (lease && lease.own === own) store.delete("lease " + name);
    });
  }
}

/** Whether the lease is ours now. One whose end lies further off than a lease lasts was made by a wrong clock. */
function take(name) {
  return write("meta", async (store) => {
    const now = Date.now();
    const lease = await done(store.get("lease " + name));
    if (lease && lease.own !== own && lease.until > now && lease.until < now + 2 * LEASE) return false;
    store.put({ own, until: now + LEASE }, "lease " + name);
    return true;
  });
}
