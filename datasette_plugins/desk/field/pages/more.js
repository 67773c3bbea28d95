// Everything else: packages, storage, language, Wi-Fi, who is signed in, what this browser lacks.

import { again, h, href, icon, put, route } from "../view.js";
import { button, note, page } from "../frame.js";
import { _, lang, setLanguage, when } from "../texts.js";
import * as store from "../store.js";
import { isApple, isInstalled, lacks } from "../abilities.js";
import { canInstall, install } from "../installing.js";
import { status } from "../status.js";
import { syncSoon } from "../sync.js";

route("/more", async (params, query, ctx) => {
  const own = await store.account();
  const [waits, synced, found] = await Promise.all([store.meta("photos_wait", false), store.meta("synced_at"), lacks()]);
  return page({
    title: _("tab.more"), tab: "more",
    body: [
      h("ul", { class: "rows" }, [["download", "/packages", "packages.title"], ["settings", "/storage", "storage.title"],
        [found.length ? "alarm" : "done", "/missing", "missing.title"]].map(([name, to, key]) => h("li", null,
        h("a", { class: "row has-icon", href: href(to) }, icon(name), h("span", { class: "row-main" }, h("b", null, _(key)),
          to === "/missing" ? h("span", { class: "soft" }, found.length ? _("missing.n", { n: found.length }) : _("missing.nothing")) : null))))),
      installing(ctx),
      h("section", { class: "card" }, h("h2", null, _("more.photos")),
        choice("photos", waits ? "wait" : "now", [["now", _("more.photos_now")], ["wait", _("more.photos_wait")]], async (value) => {
          await store.setMeta("photos_wait", value === "wait");
          syncSoon();
        }),
        h("p", { class: "small soft" }, navigator.connection && navigator.connection.type ? _("more.wifi_known") : _("more.wifi_unknown"))),
      h("section", { class: "card" }, h("h2", null, h("span", { lang: "zh-Hans" }, "语言"), " · ", h("span", { lang: "en" }, "Language")),
        choice("language", lang(), [["zh", "中文", "zh-Hans"], ["en", "English", "en"]], (value) => { setLanguage(value); again(); })),
      h("section", { class: "card" }, h("h2", null, _("more.account")), account(own, synced)),
    ],
  });
}, { isOpen: true });

function installing(ctx) {
  if (isInstalled()) return null;
  if (isApple()) return note("info", _("install.title"), h("ol", null, [1, 2, 3].map((n) => h("li", null, _("install.apple_" + n)))));
  if (canInstall()) return note("info", _("install.title"), _("install.why"), button(_("install.now"), async () => { await install(); ctx.again(); }));
  return note("info", _("install.title"), _("install.menu"));
}

/** Answers of which one holds, as large radio buttons. */
export function choice(name, current, answers, onChoice) {
  return h("fieldset", { class: "choice" }, h("legend", { class: "visually-hidden" }, name), answers.map(([value, text, language]) =>
    h("label", { lang: language || null }, h("input", {
      type: "radio", name, value, checked: value === current, onchange: () => onChoice(value),
    }), h("span", null, text))));
}

function account(own, synced) {
  const box = h("div");
  if (own) put(box, h("p", null, h("b", null, own.name), " ", h("span", { class: "soft" }, own.login)));
  put(box, h("p", { class: "soft" }, synced ? _("more.synced", { time: when(synced) }) : _("more.never_synced")),
    h("p", { class: "small soft" }, _("more.account_text")),
    h("div", { class: "buttons" }, own && !status.state.isSignedOut ? h("a", { class: "button", href: "/-/desk/account" }, _("more.desk"))
      : h("a", { class: "button main", href: "/-/desk/field/enter" }, _("notice.sign_in"))));
  return box;
}
