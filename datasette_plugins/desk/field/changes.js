// What changed on the phone, told within this tab and to the others.

const listeners = new Set();
const TICK = "gushu-field-tick";

/** Call `fn(what)` when something here changes, also in another tab ("queue", "drafts", "meta", "sent", "package", "returned"). */
export function onChange(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

/** Draw a page anew when `what` changes, here or in another tab; `mayNow()`: not while its reader would be disturbed. */
export function againOn(ctx, what, mayNow = () => true) {
  ctx.onLeave(onChange((told) => { if (told === what && ctx.isHere() && mayNow()) ctx.again(); }));
}

/** Tell this tab and the others that something changed. */
export function changed(what) {
  listeners.forEach((fn) => fn(what));
  try { localStorage.setItem(TICK, what + " " + Date.now() + Math.random()); } catch (error) { /* alone then */ }
}

if (typeof window !== "undefined") {
  addEventListener("storage", (event) => {
    if (event.key === TICK && event.newValue) listeners.forEach((fn) => fn(event.newValue.split(" ")[0]));
  });
}
