// Whether the browser may remove what is kept here, and how to keep it from doing so.

import * as store from "./store.js";
import { isApple, isInstalled } from "./abilities.js";
import { onStatus, setStatus, status } from "./status.js";

const LITTLE = 10e6;
let hasAsked = false;

/** "" where it promised to keep everything; "apple" (seven days), "may" (when room is short). */
export async function risk() {
  if (isApple() && !isInstalled()) return "apple";
  const { persisted } = await store.room();
  return persisted === true ? "" : "may";
}

/** Ask for lasting storage once there is something to keep, and warn where it may go. */
export function watchRoom() {
  look();
  onStatus(() => { if (!hasAsked && (status.state.queue || status.state.drafts)) look(); });
  store.onChange((what) => {
    if (what === "full" || what === "freed") setStatus({ isFull: what === "full" });
  });
}

async function look() {
  if (status.state.queue || status.state.drafts) {
    hasAsked = true;
    await store.persist().catch(() => false);
  }
  const { usage, quota } = await store.room();
  const isTight = quota !== null && usage !== null && quota - usage < LITTLE;
  setStatus({ evict: (await risk()) === "apple", isFull: isTight });
}
