// What waits, what went wrong and what to do about it, and what has arrived.

import { h, href, icon, put, route } from "../view.js";
import { ask, button, linkButton, note, page, say } from "../frame.js";
import { _, langOf, when } from "../texts.js";
import * as store from "../store.js";
import { formPath } from "../returned.js";
import { onStatus, status } from "../status.js";
import { exportAndHandOver } from "../export.js";
import { photosMayGo, retry, sendEverything, syncSoon } from "../sync.js";

const SHOWN_SENT = 50;

route("/queue", async (params, query, ctx) => {
  ctx.onLeave(onChanges(ctx));
  const [items, photos, counts, reader] = await Promise.all([store.queue(), photosMayGo(), store.counts(), store.reader()]);
  return page({
    title: _("tab.queue"), tab: "queue", body: [head(items, photos), others(counts.others), reader ? await lists(items) : null],
    sub: items.length ? _("queue.count", { n: items.length, photos: left(items) }) : null,
  });
}, { isOpen: true });

/** What waits, is being filled in and has arrived, one by one: for whoever is signed in. */
async function lists(items) {
  const [drafts, sent] = await Promise.all([store.drafts(), store.sent(SHOWN_SENT)]);
  return [["queue.waiting_title", items, itemRow], ["queue.drafts_title", drafts, draftRow], ["queue.sent_title", sent, sentRow]]
    .map(([title, found, row]) => (found.length ? section(_(title), found.map(row)) : null));
}

route("/queue/:id", async (params, query, ctx) => {
  const item = await store.item(params.id);
  if (!item) return page({ title: _("queue.gone_title"), back: "/queue", body: [h("p", null, _("queue.gone"))] });
  ctx.onLeave(onChanges(ctx));
  return page({
    title: item.label || kindOf(item), sub: item.label ? kindOf(item) : null, back: "/queue",
    body: [...details(item), ...ways(item)],
    actions: [mainWay(item)],
  });
});

route("/sent/:id", async (params) => {
  const line = (await store.sent(1000)).find((each) => each.id === params.id);
  if (!line) return page({ title: _("queue.gone_title"), back: "/queue", body: [h("p", null, _("queue.gone"))] });
  return page({
    title: line.label || kindOf(line), sub: line.label ? kindOf(line) : null, back: "/queue",
    body: [
      facts([[_("queue.f_state"), sentState(line)], [_("queue.f_queued"), when(line.queued_at)],
        [_("queue.f_sent"), when(line.sent_at)], [_("queue.f_photos"), photosReceived(line)]]),
      line.problem ? note("warn", _("queue.set_aside_title"), line.problem.message, _("queue.set_aside")) : null,
      line.conflicts.length ? note("info", _("queue.conflict_title"), _("queue.conflict")) : null,
      line.said.map((text) => h("p", null, text)),
    ],
  });
});

/** Draw the page anew when something changes, but not while somebody reads or presses something else. */
function onChanges(ctx) {
  let timer = null;
  const draw = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (ctx.isHere() && !document.querySelector(".question")) ctx.again(); }, 400);
  };
  const stops = [store.onChange((what) => { if (what !== "meta") draw(); }), onStatus(live)];
  return () => { clearTimeout(timer); stops.forEach((stop) => stop()); };
}

/** The line about the connection changes in its place. */
function live() {
  const place = document.querySelector("[data-live]");
  if (place) place.textContent = connection();
}

function connection() {
  const { isSyncing, isSignedOut, isOnline, sync, queue } = status.state;
  if (isSyncing && queue) return _("queue.sending");
  if (isSignedOut) return _("queue.signed_out");
  if (!isOnline) return _("queue.offline");
  if (sync && sync.error) return _("queue.no_answer");
  return sync ? _("queue.synced", { time: when(sync.at) }) : "";
}

function head(items, photos) {
  const box = h("section", { class: "card" });
  if (!items.length) put(box, h("p", { class: "big-good" }, icon("done"), _("queue.empty")));
  put(box, h("p", { class: "soft", dataset: { live: "yes" }, role: "status" }, connection()));
  if (items.length && !photos.may && left(items)) {
    put(box, h("p", null, _(photos.why === "wifi" ? "queue.photos_wait" : "queue.photos_by_hand", { n: left(items) })));
  }
  if (items.length) {
    put(box, h("div", { class: "buttons" },
      button(photos.may ? _("queue.send") : _("queue.send_all"), sendNow, { class: "button main" }),
      button(_("queue.export"), () => exported({}))));
    put(box, h("p", { class: "small soft" }, _("queue.safe")));
  }
  return box;
}

async function sendNow() {
  await sendEverything();
  say(connection(), status.state.sync && status.state.sync.error ? "warn" : "info");
}

function others(found) {
  return Object.entries(found).map(([login, n]) => note("warn", _("queue.others_title"), _("queue.others", { n, login }),
    h("div", { class: "buttons" }, button(_("queue.export"), () => exported({ login })))));
}

function section(title, rows) {
  return h("section", null, h("h2", null, title), h("ul", { class: "rows" }, rows.map((row) => h("li", null, row))));
}

function itemRow(item) {
  const kind = item.problem && item.problem.is_final ? "bad" : item.state === "photos" ? "half" : "wait";
  return h("a", { class: "row", href: href("/queue/" + item.id) },
    h("span", { class: "row-main" }, h("b", { lang: langOf(item.label) }, item.label || kindOf(item)),
      h("span", { class: "soft" }, [item.label ? kindOf(item) : "", when(item.queued_at)].filter(Boolean).join(" · ")),
      item.problem ? h("span", { class: item.problem.is_final ? "bad" : "soft" }, inWords(item.problem)[0]) : null),
    h("span", { class: "state is-" + kind }, stateOf(item)));
}

function draftRow(draft) {
  return h("a", { class: "row", href: href(formPath(draft)) },
    h("span", { class: "row-main" }, h("b", { lang: langOf(draft.label) }, draft.label || kindOf(draft)),
      h("span", { class: "soft" }, [draft.label ? kindOf(draft) : "", when(draft.updated_at)].filter(Boolean).join(" · "))),
    h("span", { class: "state" }, _("queue.draft")));
}

function sentRow(line) {
  const kind = line.state === "accepted" ? "good" : line.state === "pending" ? "wait" : "half";
  return h("a", { class: "row", href: href("/sent/" + line.id) },
    h("span", { class: "row-main" }, h("b", { lang: langOf(line.label) }, line.label || kindOf(line)),
      h("span", { class: "soft" }, [when(line.sent_at), photosReceived(line)].filter(Boolean).join(" · "))),
    h("span", { class: "state is-" + kind }, sentState(line)));
}

function details(item) {
  const has = item.photos.filter((each) => each.complete).length;
  const rows = [[_("queue.f_state"), stateOf(item)], [_("queue.f_queued"), when(item.queued_at)],
    [_("queue.f_form"), item.facts_at ? _("queue.form_in", { time: when(item.facts_at) }) : _("queue.form_here")]];
  if (item.photos.length) rows.push([_("queue.f_photos"), _("queue.photos_of", { done: has, n: item.photos.length })]);
  if (item.attempts) rows.push([_("queue.f_attempts"), item.attempts]);
  if (item.next_at > Date.now()) rows.push([_("queue.f_next"), when(item.next_at)]);
  rows.push([_("queue.f_id"), h("span", { class: "mono" }, item.id)]);
  const found = [facts(rows)];
  if (item.problem) found.unshift(note(item.problem.is_final ? "bad" : "info", ...inWords(item.problem)));
  if (item.answer && item.answer.problem) {
    found.unshift(note("warn", _("queue.set_aside_title"), item.answer.problem.message, _("queue.set_aside")));
  }
  return found;
}

/** What most likely helps: another number, other answers, or another try. */
function mainWay(item) {
  const problem = item.problem && item.problem.is_final && !item.facts_at ? item.problem : {};
  const attrs = { class: "button main" };
  if (problem.code === "submission_conflict") return button(_("queue.renew"), () => renewed(item), attrs);
  if (problem.status === 422) return button(_("queue.reopen"), () => reopened(item), attrs);
  return button(_("queue.retry"), () => again(item.id), attrs);
}

async function renewed(item) {
  await store.renew(item.id);
  syncSoon();
  location.hash = "#/queue";
}

function ways(item) {
  const problem = item.problem && item.problem.is_final && !item.facts_at ? item.problem : null;
  return [h("section", { class: "stack" },
    problem && problem.status === 422 ? button(_("queue.retry"), () => again(item.id)) : null,
    problem && problem.status !== 422 ? button(_("queue.reopen"), () => reopened(item)) : null,
    button(_("queue.export_one"), () => exported({ login: item.login, items: [item] })),
    button(_("queue.delete"), () => deleted(item), { class: "button danger" }))];
}

async function again(id) {
  await retry(id);
  const item = await store.item(id);
  if (!item) {
    say(_("queue.arrived"), "good");
    location.hash = "#/queue";
  } else say(item.problem ? inWords(item.problem)[0] : connection(), item.problem ? "warn" : "info");
}

async function reopened(item) {
  const draft = await store.reopen(item.id);
  say(_("queue.reopened"));
  location.hash = "#" + formPath(draft);
}

async function deleted(item) {
  const text = item.photos.length ? _("queue.delete_text_photos", { n: item.photos.length }) : _("queue.delete_text");
  if (!(await ask(_("queue.delete_title"), text, _("queue.delete_yes"), _("queue.delete_no")))) return;
  await store.deleteItem(item.id);
  location.hash = "#/queue";
}

/** Export, and say what is in the file and what is not. */
export async function exported(options = {}) {
  const made = await exportAndHandOver(options);
  if (made.how === "cancelled") return;
  say(_("queue.exported", { n: made.submissions, photos: made.photos, name: made.name }), "good");
  if (made.drafts) say(_("queue.export_drafts", { n: made.drafts }), "warn");
  if (made.missing.length) say(_("queue.export_missing", { n: made.missing.length }), "bad");
}

function facts(rows) {
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value !== "" && value !== null).map(([name, value]) =>
    h("div", null, h("dt", null, name), h("dd", null, value))));
}

function left(items) {
  return items.reduce((sum, item) => sum + item.photos.filter((each) => !each.complete).length, 0);
}

function kindOf(each) {
  return _("kind." + each.kind);
}

function photosReceived(line) {
  return line.photos ? _("queue.photos_received", { done: line.photos, n: line.photos }) : "";
}

function sentState(line) {
  return line.state ? _("state." + line.state) : _("state.arrived");
}

/** Where a form of the queue stands, in a few words. */
export function stateOf(item) {
  if (item.problem && item.problem.is_final) return _("queue.s_problem");
  if (item.state !== "photos") return _("queue.s_waiting");
  const done = item.photos.filter((each) => each.complete).length;
  return item.photos.length ? _("queue.photos_of", { done, n: item.photos.length }) : _("queue.s_confirm");
}

const KNOWN = new Set(["offline", "busy", "submission_conflict", "photo_gone", "photo_damaged", "photo_not_taken", "refused", "too_large"]);

/** What went wrong and what to do: [what, more…]. */
export function inWords(problem) {
  const key = KNOWN.has(problem.code) ? problem.code : problem.status === 422 ? "form" : "other";
  const found = [_("problem." + key), _("problem." + key + "_how")];
  if (problem.message && !["offline", "busy"].includes(key)) {
    found.push(_("problem.said", { message: problem.message, field: problem.field ? " (" + problem.field + ")" : "" }));
  }
  return found;
}
