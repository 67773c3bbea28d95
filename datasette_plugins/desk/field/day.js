// My day: what came back, works that were given, what is due near me, in the order of a walk; and a search over all.

import { fill, h, href, icon, route } from "./view.js";
import { button, linkButton, note, page } from "./frame.js";
import { _, pick } from "./texts.js";
import { againOn } from "./changes.js";
import * as store from "./store.js";
import * as pack from "./package.js";
import { isCaretakerOnly } from "./roles.js";
import { slot } from "./camera.js";
import { watchPosition } from "./position.js";
import { bearingDeg, distanceM, hasPlace, walkLengthM, walkOrder } from "./geo.js";
import { joined, own, word } from "./forms/fields.js";
import { localDay, metres, nameOf, treePath } from "./forms/kit.js";
import { caretakerHome } from "./caretaker.js";
import { formPath, returnedPart } from "./returned.js";
import { pickedCard, treeMap } from "./map.js";

const AT_ONCE = 30;
const SOON_DAYS = 7;
/** Far-off trees do not count as near: those within are walked first. */
const WALK_MOST = 150;
const MOVED_M = 60;

/** What is to be done today: overdue, due within a week, each once; `today` as "2026-11-21". */
export function dueRows(rows, today, days = SOON_DAYS) {
  const limit = localDay(new Date(Date.parse(today + "T12:00:00") + days * 86400000));
  return rows.filter((row) => row.is_overdue || (row.due_on && row.due_on <= limit));
}

/** In the order of a walk from `fix`; without a fix by village, within one as a walk. */
export function inOrder(rows, fix) {
  if (fix) {
    const near = rows.map((row) => [far(fix, row), row]).sort((a, b) => (a[0] === b[0] ? 0 : a[0] - b[0])).map((pair) => pair[1]);
    return walkOrder(fix, near.slice(0, WALK_MOST)).concat(near.slice(WALK_MOST));
  }
  const villages = new Map();
  for (const row of rows) {
    const place = pick(row.place) || "";
    if (!villages.has(place)) villages.set(place, []);
    villages.get(place).push(row);
  }
  return [...villages.keys()].sort((a, b) => a.localeCompare(b, "zh")).flatMap((place) => walkOrder(null, villages.get(place)));
}

function far(fix, row) {
  return hasPlace(row) ? distanceM(fix, row) : Infinity;
}

/** One row of a list: picture, name, number and place, how far and where, whether it is late. */
export function treeRow(row, fix, index = null) {
  const way = fix && hasPlace(row) ? h("span", null, h("span", { class: "arrow", "aria-hidden": "true" }, arrow(bearingDeg(fix, row))), metres(distanceM(fix, row))) : null;
  return h("li", null, h("a", { class: "row", href: href(treePath(row)), dataset: { id: row.id } },
    slot(pack.thumb(row.thumb), ""),
    h("span", { class: "row-text" },
      h("b", null, index === null ? null : h("span", { class: "nth" }, index + 1 + ". "), own(nameOf(row)), row.grade ? h("span", { class: "seal small-seal", "aria-hidden": "true", lang: "zh-Hans" }, word("seal", row.grade)) : null),
      h("small", null, joined([row.no, pick(row.place)]))),
    h("span", { class: "row-side" }, way,
      row.is_overdue ? h("span", { class: "late" }, _("day.overdue")) : row.due_on ? h("span", { class: "due" }, row.due_on.slice(5)) : null,
      row.works ? h("span", { class: "work" }, _("day.works_n", { n: row.works })) : null)));
}

function arrow(degrees) {
  return "↑↗→↘↓↙←↖"[Math.round(degrees / 45) % 8];
}

/** A list that grows by a button; `again(rows)` draws it anew. */
export function growingList(fix, isNumbered) {
  const list = h("ol", { class: "rows" });
  const rest = button("", async () => grow(), { class: "button wide", hidden: true });
  let rows = [];
  let shown = 0;
  const grow = () => {
    const next = rows.slice(shown, shown + AT_ONCE);
    next.forEach((row, index) => list.append(treeRow(row, fix(), isNumbered ? shown + index : null)));
    shown += next.length;
    rest.hidden = shown >= rows.length;
    rest.textContent = _("day.more", { n: rows.length - shown });
  };
  return { element: h("div", null, list, rest), again: (found) => { rows = found; const keep = Math.max(AT_ONCE, shown); shown = 0; fill(list); do { grow(); } while (shown < Math.min(keep, rows.length)); } };
}

route("/", async (params, query, ctx) => {
  if (await isCaretakerOnly()) return caretakerHome(ctx);
  let isBusy = () => false;
  againOn(ctx, "package", () => !isBusy());
  const [rows, packs, returned, drafts] = await Promise.all([pack.rows(), pack.packages(), returnedPart(ctx), store.drafts()]);
  const today = localDay();
  const due = dueRows(rows, today);
  const late = due.filter((row) => row.is_overdue).length;
  const works = rows.filter((row) => row.works);
  let fix = null;
  let order = [];
  const list = growingList(() => fix, true);
  const walked = h("p", { class: "soft small", role: "status" });
  const isMap = query.get("as") === "map";
  const picked = h("div", { role: "status" });
  let map = null;
  const sort = () => {
    order = inOrder(due, fix);
    fill(walked, order.length ? (fix ? _("day.walk", { n: Math.min(order.length, WALK_MOST), far: metres(walkLengthM(fix, order.slice(0, WALK_MOST))) }) : _("day.by_village")) : null);
    if (!isMap) list.again(order);
  };
  sort();
  const unwatch = watchPosition((now) => {
    if (!now || (fix && distanceM(fix, now) < MOVED_M)) return;
    fix = now;
    sort();
  });
  ctx.onLeave(() => { unwatch(); if (map) map.stop(); });
  if (isMap) {
    map = treeMap(rows, { walk: order, outlines: await pack.outlines(), onPick: (row) => pickedCard(picked, row, fix) });
  }
  const hits = growingList(() => fix, false);
  const found = h("section", { class: "part", hidden: true, "aria-live": "polite" });
  const all = h("div");
  const search = searchField(query.get("q") || "", async (wanted) => {
    const isAsked = Boolean(wanted.trim());
    found.hidden = !isAsked;
    all.hidden = isAsked;
    if (!isAsked) return;
    const some = await pack.search(wanted, 300);
    hits.again(some);
    fill(found, h("h2", null, some.length ? _("day.found", { n: some.length }) : _("day.found_none")), hits.element);
  });
  isBusy = () => Boolean(search.querySelector("input").value || (isMap && rows.length));
  const dueNow = h("section", { class: "part" },
    h("div", { class: "part-head" }, h("h2", null, _("day.due", { n: due.length })),
      due.length || rows.length ? h("nav", { class: "switch", "aria-label": _("day.as") },
        h("a", { href: href("/"), "aria-current": isMap ? null : "page" }, icon("day"), _("day.list")),
        h("a", { href: href("/?as=map"), "aria-current": isMap ? "page" : null }, icon("map"), _("day.map"))) : null),
    walked, isMap ? [map.element, picked] : due.length ? list.element : empty(rows, packs));
  fill(all, isMap ? dueNow : null,
    returned,
    drafts.length ? draftsPart(drafts) : null,
    works.length ? h("section", { class: "part" }, h("h2", null, _("day.works", { n: works.length })), h("ol", { class: "rows" }, works.slice(0, 10).map((row) => treeRow(row, fix)))) : null,
    isMap ? null : dueNow,
    h("p", null, linkButton(_("form.new_tree"), "/new", { class: "button wide" })));
  return page({ title: _("day.title"), tab: "day", sub: rows.length ? _("day.sub", { late, due: due.length, n: rows.length }) : null, body: [search, found, all] });
});

function searchField(value, onSearch) {
  let timer = null;
  const input = h("input", { type: "search", value, placeholder: _("day.search"), "aria-label": _("day.search"), enterkeyhint: "search", autocomplete: "off",
    oninput: () => { clearTimeout(timer); timer = setTimeout(() => onSearch(input.value), 120); } });
  if (value) onSearch(value);
  return h("div", { class: "search", role: "search" }, icon("search"), input);
}

function empty(rows, packs) {
  if (!Object.keys(packs).length) {
    return note("info", _("day.no_package"), _("day.no_package_text"), h("p", null, linkButton(_("day.take"), "/packages", { class: "button main" })));
  }
  return note("good", _("day.nothing_due"), _(rows.length ? "day.nothing_due_text" : "day.no_trees"));
}

function draftsPart(drafts) {
  return h("section", { class: "part" }, h("h2", null, _("day.drafts", { n: drafts.length })),
    h("ul", { class: "rows" }, drafts.slice(0, 3).map(draftRow)),
    drafts.length > 3 ? h("p", null, linkButton(_("day.all_drafts"), "/drafts", { class: "button wide" })) : null);
}

/** A draft in a list: what it is, of which tree, when it was touched last. */
export function draftRow(draft) {
  const at = new Date(draft.updated_at);
  const photos = draft.photos.length ? _("draft.photos", { n: draft.photos.length }) : "";
  return h("li", null, h("a", { class: "row", href: href(formPath(draft)) }, icon("draft"),
    h("span", { class: "row-text" }, h("b", null, word("form", draft.kind)), h("small", null, joined([draft.label, photos]))),
    h("span", { class: "row-side" }, localDay(at) === localDay() ? String(at.getHours()).padStart(2, "0") + ":" + String(at.getMinutes()).padStart(2, "0") : localDay(at).slice(5))));
}
