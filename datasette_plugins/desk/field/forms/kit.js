// What all forms share: the draft that saves itself, the position, the photos, and the way into the queue.

import { fill, go, h, href } from "../view.js";
import { button, note, page, say } from "../frame.js";
import { _, when } from "../texts.js";
import * as store from "../store.js";
import * as pack from "../package.js";
import { syncSoon } from "../sync.js";
import { fixNow, troubleNow, watchHeading, watchPosition } from "../position.js";
import { distanceM, excessM, hasPlace, isWrongPlace } from "../geo.js";
import { askWhy } from "./asking.js";
import { photoBlock, saidOf } from "./photo_block.js";

/** The newest version of the forms that this app fills in. */
const FORM = 1;

/** "2026-11-21" on the phone's calendar. */
export function localDay(at = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate());
}

/** Metres as people say them: "12 m", "850 m", "2.4 km". */
export function metres(number) {
  return number < 1000 ? _("unit.m", { n: Math.round(number) }) : _("unit.km", { n: (number / 1000).toFixed(number < 10000 ? 1 : 0) });
}

/** The name by which a record is called in lists. */
export function labelOf(tree) {
  return [tree.name || nameOf(tree), tree.no].filter(Boolean).join(" ");
}

/** A tree's name, else its species, else its number. */
export function nameOf(tree) {
  const species = tree.species && typeof tree.species === "object" ? tree.species.name || tree.species.zh || tree.species.latin : tree.species;
  return tree.name || species || tree.no || _("tree.nameless");
}

/**
 * The draft of a form: the one that `query` names, the one of this kind that was begun, or a new one. Nothing is kept
 * on the phone before something is filled in.
 */
export async function draftFor(kind, tree, query) {
  const named = query && query.get("draft") ? await store.draft(query.get("draft")) : null;
  if (named && named.kind === kind) return named;
  const record = tree ? { kind: tree.kind || "tree", id: tree.id } : null;
  const begun = record ? await store.draftOf(kind, record) : null;
  const draft = begun || { kind, record, label: tree ? labelOf(tree) : "", content: {}, photos: [] };
  const scanned = query && query.get("scan");
  if (scanned) draft.scanned = scanned;
  return draft;
}

/**
 * One form that is being filled in. `content()` of the options makes the answers as they are sent, or throws a FormError;
 * `isEvidence()` says whether its photos are evidence by now, and is null where they never are; `tree` is null for a new
 * one.
 */
export class Form {
  constructor(kind, tree, draft, ctx, { content, needsPlace = true, isEvidence = null }) {
    Object.assign(this, { kind, tree, draft, ctx, content, needsPlace, isEvidence });
    this.onAnswer = () => {};
    this.isSent = false;
    this.state = h("p", { class: "saved", role: "status" }, draft.updated_at ? _("form.kept", { at: when(draft.updated_at) }) : "");
    this.saver = store.autosave(draft, (state) => this.tell(state));
    this.place = h("div", { class: "place-line" });
    this.wrong = h("p", { class: "line is-bad form-wrong", role: "alert", hidden: true });
    watchHeading();
    this.unwatch = watchPosition((fix) => this.onFix(fix));
    ctx.onLeave(() => this.leave());
    this.tellPlace();
  }

  /** Call after every answer. */
  changed() {
    const draft = this.draft;
    if (!draft.captured_at) draft.captured_at = new Date().toISOString();
    if (!draft.captured_on) draft.captured_on = localDay();
    if (this.tree && draft.base_seq === undefined && this.tree.base_seq !== undefined) draft.base_seq = this.tree.base_seq;
    this.wrong.hidden = true;
    this.onAnswer();
    this.saver.changed();
  }

  tell(state) {
    const text = { saving: _("form.saving"), saved: _("form.saved"), full: _("form.full"), failed: _("form.failed") }[state];
    this.state.className = "saved is-" + state;
    fill(this.state, text, state === "full" ? [" ", h("a", { href: href("/storage") }, _("form.full_go"))] : null);
  }

  /** A better fix replaces the one of the draft as long as the form is open; a later one of another day never does. */
  onFix(fix) {
    const kept = this.draft.fix;
    if (fix && (!kept || fix.accuracy_m <= kept.accuracy_m || distanceM(kept, fix) > kept.accuracy_m + fix.accuracy_m)) {
      if (!kept || !this.draft.captured_on || this.draft.captured_on === localDay()) this.draft.fix = fix;
    }
    this.tellPlace();
  }

  get fix() {
    return this.draft.fix || fixNow();
  }

  tellPlace() {
    const fix = this.fix;
    const tree = this.tree;
    if (!fix) {
      fill(this.place, h("p", { class: "line is-info" }, _("place.none." + (troubleNow() || "waiting"))));
    } else if (!tree || !hasPlace(tree)) {
      fill(this.place, h("p", { class: "soft small" }, tree ? _("place.no_tree_place") : "", " ", _("place.accuracy", { m: Math.round(fix.accuracy_m) })));
    } else if (isWrongPlace(tree, fix)) {
      fill(this.place, h("p", { class: "line is-bad" }, _("place.far", { far: metres(distanceM(tree, fix)) })));
    } else {
      fill(this.place, h("p", { class: "soft small" }, _("place.near", { far: metres(distanceM(tree, fix)), m: Math.round(fix.accuracy_m) })));
    }
  }

  /** The photos of this form: thumbnails, kinds, size, and the way to take more. */
  photos(options = {}) {
    return photoBlock(this, options);
  }

  async leave() {
    this.unwatch();
    if (!this.isSent) await this.saver.flush().catch(() => {});
  }

  /** What is wrong is said at the foot, and where it stands. */
  refuse(error) {
    fill(this.wrong, error.message);
    this.wrong.hidden = false;
    const at = error.at || document.querySelector("[aria-invalid=true]");
    if (at && at.focus) at.focus();
    else this.wrong.scrollIntoView({ block: "center" });
  }

  /** Into the queue: what is filled in is checked, the place too. True where it waits for sending now. */
  async send(extra = {}) {
    let content;
    try {
      content = this.content(extra);
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      this.refuse(error);
      return false;
    }
    if (!(await this.placeIsSaid())) return false;
    const draft = this.draft;
    this.changed();
    try {
      await this.saver.flush();
      await store.queueDraft(draft, await this.submission(content));
    } catch (error) {
      if (error.code === "storage_full") { this.tell("full"); return false; }
      throw error;
    }
    this.isSent = true;
    syncSoon();
    return true;
  }

  /** The draft as it is sent. */
  async submission(content) {
    const draft = this.draft;
    const fix = draft.fix || fixNow() || undefined;
    const said = {
      id: draft.id, kind: this.kind, form: FORM, record: draft.record || null, device: await store.device(),
      captured_at: draft.captured_at, captured_on: draft.captured_on, content,
      photos: draft.photos.map((each) => saidOf(each, Boolean(this.isEvidence && this.isEvidence()))),
    };
    if (draft.base_seq !== undefined && draft.base_seq !== null) said.base_seq = draft.base_seq;
    if (fix) said.fix = { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m, at: fix.at };
    if (draft.no_fix_reason) said.no_fix_reason = draft.no_fix_reason;
    if (draft.scanned) said.scanned = draft.scanned;
    if (draft.provisional_no) said.provisional_no = draft.provisional_no;
    if (draft.replaces) said.replaces = draft.replaces;
    return said;
  }

  /** Asks where the place is wrong or not known; false where somebody wants to look again. */
  async placeIsSaid() {
    const draft = this.draft;
    if (!this.needsPlace || draft.no_fix_reason) return true;
    const fix = this.fix;
    if (!fix) {
      const cause = troubleNow() || "waiting";
      const isSure = cause === "denied" || cause === "unsupported";
      const why = this.isSimple && isSure ? _("place.none." + cause)
        : await askWhy({ title: _("place.ask_none"), text: _("place.none." + cause), reasons: ["canopy", "valley", "off", "later"].map((code) => _("place.why." + code)) });
      if (!why) return false;
      draft.no_fix_reason = why;
      return true;
    }
    if (this.tree && isWrongPlace(this.tree, fix)) {
      const why = await askWhy({
        title: _("place.ask_wrong"), isAlarm: true, away: { text: _("place.scan_again"), to: "/scan" },
        text: _("place.ask_wrong_text", { far: metres(distanceM(this.tree, fix)), over: metres(excessM(this.tree, fix)), m: Math.round(fix.accuracy_m) }),
        reasons: ["register", "gps", "across", "later"].map((code) => _("place.why." + code)),
      });
      if (!why) return false;
      draft.no_fix_reason = why;
    }
    return true;
  }
}

/** Something that has to be put right before a form can be sent. `at`: the element that it is about. */
export class FormError extends Error {
  constructor(message, at = null) {
    super(message);
    this.at = at;
  }
}

/** The record of an address, or a page that says that it is not on this phone. */
export async function treeOr(params) {
  const tree = await pack.tree(params.id, params.kind);
  if (tree) return { tree };
  return { missing: page({ title: _("tree.missing"), back: "/", body: [
    note("info", "", _("tree.missing_text")),
    h("p", null, h("a", { class: "button", href: href("/packages") }, _("tree.missing_go"))),
  ] }) };
}

/** The page of a form: head, place, body, photos where it takes them, and the two actions at the foot. */
export function formPage(form, { title, sub, body, send = _("form.send"), second = null, back = true, done = null, tone }) {
  const main = button(send, async () => {
    if (await form.send()) finished(form, done);
  }, { class: "button main", dataset: { act: "send" } });
  return page({
    title, sub, back, tone,
    body: [form.place, returnedNote(form), body, form.wrong, form.state],
    actions: second ? [second, main] : [main],
  });
}

/** Said after a form went into the queue. */
export function finished(form, to) {
  say(_("form.queued", { what: form.draft.label || "" }), "good");
  const record = form.draft.record;
  go(to || (record && form.kind !== "visit" ? "/tree/" + record.kind + "/" + record.id : "/"), { replace: true });
}

/** Why a form came back, where it is one that came back. */
function returnedNote(form) {
  const reason = form.draft.returned_reason;
  return reason ? note("warn", _("returned.title"), reason) : null;
}

/** The other things that a page of a record links to. */
export function treePath(tree, what = "tree", query = "") {
  return "/" + what + "/" + (tree.kind || "tree") + "/" + encodeURIComponent(tree.id) + query;
}
