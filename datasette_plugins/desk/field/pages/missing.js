// What is missing in this browser, and how to go on without it.

import { h, route } from "../view.js";
import { button, note, page, say } from "../frame.js";
import { _ } from "../texts.js";
import { inApp, lacks } from "../abilities.js";

route("/missing", async () => {
  const found = await lacks();
  const isStuck = found.some((each) => each.isFatal);
  return page({
    title: _("missing.title"), back: isStuck ? null : "/more",
    body: [
      found.length ? h("p", { class: "lead" }, isStuck ? _("missing.stuck") : _("missing.some"))
        : note("good", _("missing.nothing"), _("missing.nothing_text")),
      found.map((each) => note(each.isFatal ? "bad" : "warn", _("missing." + each.key), _("missing." + each.key + "_how"))),
      found.length ? h("section", { class: "card" }, h("h2", null, _("missing.go_on")),
        h("ul", { class: "plain" }, h("li", null, _("missing.other_browser")), h("li", null, _("missing.paper")), h("li", null, _("missing.kept"))),
        h("p", { class: "mono address" }, location.origin + "/-/desk/field/"),
        button(_("missing.copy"), copyAddress, { class: "button main" })) : null,
      inApp() ? h("p", { class: "small soft" }, _("missing.in_app_note")) : null,
    ],
  });
}, { isOpen: true });

async function copyAddress() {
  const address = location.origin + "/-/desk/field/";
  try {
    await navigator.clipboard.writeText(address);
    say(_("missing.copied"), "good");
  } catch (error) {
    say(address);
  }
}
