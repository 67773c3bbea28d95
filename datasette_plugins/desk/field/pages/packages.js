// What is taken into the field: choose a district, download it with its pictures, see how old it is, remove it.

import { fill, go, h, route } from "../view.js";
import { ask, button, note, page, say } from "../frame.js";
import { _, lang, size, when } from "../texts.js";
import { againOn } from "../changes.js";
import * as store from "../store.js";
import * as pack from "../package.js";
import { AskError, askJson, fetchBytes, fetchJson } from "../http.js";
import { whoAmI } from "../sync.js";
import { setStatus } from "../status.js";

const OLD_DAYS = 14;
let running = null;

route("/packages", async (params, query, ctx) => {
  const own = await store.account();
  againOn(ctx, "package", () => !running);
  const packs = await pack.packages();
  const offered = await offers(own);
  const more = await furtherDivisions();
  const wanted = more.find((each) => each.id === query.get("division"));
  if (wanted && !packs[wanted.id] && !offered.some((each) => each.name === wanted.id)) offered.unshift({ name: wanted.id, title: nameOf(wanted) });
  const names = new Set(offered.map((each) => each.name));
  const rest = Object.values(packs).filter((each) => !names.has(each.pack)).map((each) => ({ name: each.pack, title: each.title }));
  return page({
    title: _("packages.title"), back: "/more",
    body: [
      h("p", null, _("packages.what")),
      [...offered, ...rest].map((offer) => card(offer, packs[offer.name], ctx)),
      chooser(more.filter((each) => !names.has(each.id) && !packs[each.id])),
      offered.length + rest.length + more.length ? null : note("info", null, _("packages.none")),
    ],
  });
});

/** What this account may take along: what is its own, and each district of its roles. */
async function offers(own) {
  const found = new Map();
  const roles = own.roles || [];
  if (roles.some((each) => each.role === "caretaker")) found.set("mine", _("packages.mine"));
  for (const each of roles) {
    if (each.role !== "caretaker" && each.division) found.set(each.division, each.division_name || each.name || each.division);
  }
  return [...found].map(([name, title]) => ({ name, title }));
}

/** The divisions that have trees within reach, as the server lists them; without a signal those it listed before. */
async function furtherDivisions() {
  const key = "divisions " + (await store.login());
  try {
    if (navigator.onLine !== false) await store.noteMeta(key, (await askJson("GET", "divisions", { timeout: 8000, tries: 1 })).divisions);
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
  }
  return store.meta(key, []);
}

function nameOf(division) {
  return (lang() === "en" && division.name_en) || division.name;
}

/** Another division, chosen from a list that says how many trees each has. */
function chooser(divisions) {
  if (!divisions.length) return null;
  const select = h("select", { id: "division", onchange: () => { if (select.value) go("/packages?division=" + encodeURIComponent(select.value)); } },
    h("option", { value: "" }, _("packages.choose")),
    divisions.map((each) => h("option", { value: each.id }, "\u3000".repeat(each.depth) + nameOf(each) + " · " + _("packages.n_trees", { n: each.trees }))));
  return h("section", { class: "card field" }, h("h2", null, h("label", { for: "division" }, _("packages.others"))), select);
}

function card({ name, title }, have, ctx) {
  const bar = h("div", { class: "progress", hidden: true });
  const take = async () => {
    if (running) return;
    running = { isStopped: false };
    const stop = h("button", { type: "button", class: "button", onclick: () => { running.isStopped = true; } }, _("packages.stop"));
    bar.hidden = false;
    try {
      await whoAmI();
      const made = await pack.take(name, title, { fetchJson, fetchBytes }, (at) => progress(bar, at, stop), () => running.isStopped);
      say(made.failed ? _("packages.done_but", { n: made.failed }) : _("packages.done", { n: made.trees }), made.failed ? "warn" : "good");
    } catch (error) {
      failed(error);
    } finally {
      running = null;
      if (ctx.isHere()) ctx.again();
    }
  };
  const isWhole = have && have.thumbs >= have.wanted.length;
  return h("section", { class: "card package" },
    h("h2", null, title),
    have ? h("dl", { class: "facts" },
      fact(_("packages.as_of"), when(have.made_at) + (isOld(have.made_at) ? " · " + _("packages.old") : "")),
      fact(_("packages.trees"), _("packages.n_trees", { n: have.trees })),
      fact(_("packages.pictures"), _("packages.of", { done: have.thumbs, n: have.wanted.length })),
      fact(_("packages.size"), size((have.bytes || 0) + (have.thumb_bytes || 0)))) : h("p", { class: "soft" }, _("packages.not_here")),
    bar,
    h("div", { class: "buttons" },
      button(have ? (isWhole ? _("packages.renew") : _("packages.go_on")) : _("packages.take"), take, { class: "button main" }),
      have ? button(_("packages.leave"), () => leave(name, title, ctx), { class: "button" }) : null));
}

function progress(bar, at, stop) {
  const text = at.step === "list" ? _("packages.p_list", { size: size(at.bytes || 0) })
    : at.step === "saving" ? _("packages.p_saving", { n: at.total }) : _("packages.p_thumbs", { done: at.done, n: at.total, size: size(at.bytes) });
  const meter = h("progress", at.step === "thumbs" ? { max: Math.max(at.total, 1), "aria-label": text } : { "aria-label": text });
  if (at.step === "thumbs") meter.value = at.done;
  fill(bar, meter, h("p", { class: "small", role: "status" }, text), at.step === "thumbs" ? stop : null);
}

function failed(error) {
  if (error.code === "signed_out") setStatus({ isSignedOut: true });
  const key = error.code === "storage_full" ? "packages.full" : error.code === "signed_out" ? "notice.signed_out"
    : error instanceof AskError && error.isPassing ? "packages.no_signal" : "packages.failed";
  say(_(key) + (error.message && key === "packages.failed" ? " " + error.message : ""), "bad");
}

async function leave(name, title, ctx) {
  if (!(await ask(_("packages.leave_title", { title }), _("packages.leave_text"), _("packages.leave"), _("app.cancel")))) return;
  await pack.leave(name);
  ctx.again();
}

function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value));
}

function isOld(madeAt) {
  return Date.now() - Date.parse(madeAt) > OLD_DAYS * 86400000;
}

