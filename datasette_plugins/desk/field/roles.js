// Who is signed in, as far as the pages differ.

import * as store from "./store.js";

/** The tone of a page: large for those who look after trees of their own. */
export async function tone() {
  return (await isCaretakerOnly()) ? "large" : undefined;
}

/** Whether an account does nothing but look after trees of its own. */
export async function isCaretakerOnly() {
  const own = await store.account();
  const roles = (own && own.roles) || [];
  return roles.length > 0 && roles.every((each) => (each.role || each) === "caretaker");
}
