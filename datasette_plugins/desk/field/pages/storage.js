// How much room there is, whether it lasts, and what may be freed.

import { h, route } from "../view.js";
import { button, linkButton, note, page, say } from "../frame.js";
import { _, size } from "../texts.js";
import * as store from "../store.js";
import * as pack from "../package.js";
import { isInstalled } from "../abilities.js";
import { risk } from "../eviction.js";
import { canInstall, install } from "../installing.js";
import { isReady } from "../update.js";
import { setStatus } from "../status.js";
import { exported } from "./queue.js";

route("/storage", async (params, query, ctx) => {
  const [told, danger, counts, packs, ready] = await Promise.all([store.room(), risk(), store.counts(), pack.packages(), isReady()]);
  const thumbs = Object.values(packs).reduce((sum, each) => sum + (each.thumb_bytes || 0), 0);
  return page({
    title: _("storage.title"), back: "/more",
    body: [
      danger ? note("warn", _("storage.may_go_title"), _(danger === "apple" ? "storage.may_go_apple" : "storage.may_go"), how(danger, ctx))
        : note("good", _("storage.lasts_title"), _("storage.lasts")),
      h("section", { class: "card" },
        meter(told),
        h("dl", { class: "facts" },
          fact(_("storage.used"), told.usage === null ? _("storage.unknown") : size(told.usage)),
          fact(_("storage.free"), told.quota === null ? _("storage.unknown") : size(Math.max(0, told.quota - told.usage))),
          fact(_("storage.waiting"), _("storage.forms", { n: counts.queue, photos: counts.photos })),
          fact(_("storage.drafts"), counts.drafts),
          fact(_("storage.offline"), ready ? _("storage.offline_yes") : _("storage.offline_no")))),
      h("section", null, h("h2", null, _("storage.free_title")), h("p", null, _("storage.free_text")),
        h("div", { class: "stack" },
          counts.queue ? button(_("queue.export"), () => exported(), { class: "button main" }) : null,
          button(_("storage.drop_thumbs", { size: size(thumbs) }), () => freed(ctx)),
          linkButton(_("storage.to_packages"), "/packages"))),
    ],
  });
}, { isOpen: true });

function how(danger, ctx) {
  if (danger === "apple") return h("ol", null, [1, 2, 3].map((n) => h("li", null, _("install.apple_" + n))));
  return h("div", null,
    h("p", null, isInstalled() ? _("storage.may_go_installed") : _("storage.may_go_how")),
    h("div", { class: "buttons" },
      canInstall() ? button(_("install.now"), async () => { await install(); ctx.again(); }, { class: "button main" }) : null,
      button(_("storage.ask"), async () => {
        say((await store.persist()) ? _("storage.granted") : _("storage.not_granted"));
        ctx.again();
      })));
}

function meter({ usage, quota }) {
  if (!quota) return null;
  const own = h("meter", { min: 0, max: quota, high: quota * 0.9, "aria-label": _("storage.used") });
  own.value = usage || 0;
  return own;
}

async function freed(ctx) {
  const n = await store.dropThumbs(Infinity);
  setStatus({ isFull: false });
  say(_("storage.dropped", { n }));
  ctx.again();
}

function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value));
}
