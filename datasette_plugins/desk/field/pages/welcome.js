// What whoever was never signed in on this phone, or has signed out, sees of pages that are not open.

import { h } from "../view.js";
import { page } from "../frame.js";
import { _ } from "../texts.js";

/** What the app is for, and the way in. */
export function welcome() {
  return page({
    title: _("app.name"), tab: "day",
    body: [
      h("p", { class: "lead" }, _("home.welcome")),
      h("p", null, h("a", { class: "button main wide", href: "/-/desk/field/enter" }, _("notice.sign_in"))),
      h("p", { class: "soft" }, _("home.stay")),
    ],
  });
}
