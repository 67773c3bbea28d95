// What a page says about the state of things: signal, sign-in, what waits, room, a newer version.

import { h, href, put } from "./view.js";
import { _ } from "./texts.js";

const state = {
  queue: 0, drafts: 0, photos: 0, problems: 0, others: {},
  isOnline: navigator.onLine !== false, isSignedOut: false, isSyncing: false, isFull: false, hasUpdate: false,
  account: null, clock: null, evict: false, sync: null,
};
const listeners = new Set();
let update = () => {};

/** Note something and show it where it stands. */
export function setStatus(facts) {
  Object.assign(state, facts);
  document.querySelectorAll("[data-status]").forEach((element) => element.replaceWith(status[element.dataset.status]()));
  listeners.forEach((fn) => fn(state));
}

/** Call `fn(state)` whenever something changes; answers with a function that stops it. */
export function onStatus(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

/** What happens when a reader wants the newer version. */
export function onUpdate(fn) {
  update = fn;
}

/** The parts that pages show; each is drawn anew when something changes. */
export const status = {
  state,

  /** In the head: nothing waits, n wait, n cannot be sent; and whether there is a signal. */
  badge() {
    const text = state.problems ? _("badge.problems", { n: state.problems })
      : state.isSyncing && state.queue ? _("badge.sending", { n: state.queue })
        : state.queue ? _("badge.waiting", { n: state.queue }) : state.isOnline ? "" : _("badge.offline");
    const kind = state.problems ? "bad" : state.queue ? "wait" : "calm";
    return h("a", { class: "badge is-" + kind, href: href("/queue"), dataset: { status: "badge" }, hidden: !text },
      state.isOnline ? null : h("span", { class: "off", title: _("badge.offline") }), text);
  },

  /** In the tabs: how many forms wait. */
  count() {
    return h("b", { class: "count", dataset: { status: "count" }, hidden: !state.queue }, state.queue || "");
  },

  /** Above a page: what has to be known now, the most important first. */
  notices() {
    const box = h("div", { dataset: { status: "notices" } });
    if (state.isFull) put(box, line("bad", _("notice.full"), "/storage", _("notice.full_go")));
    if (state.isSignedOut) {
      const text = !state.account ? _("notice.sign_in_first")
        : state.queue ? _("notice.signed_out_waiting", { n: state.queue }) : _("notice.signed_out");
      put(box, h("p", { class: "line is-warn" }, text, " ", h("a", { href: "/-/desk/field/enter" }, _("notice.sign_in"))));
    }
    if (state.clock) {
      const much = _("time." + state.clock.unit, { n: state.clock.n });
      put(box, line("warn", _(state.clock.ahead ? "notice.clock_fast" : "notice.clock_slow", { much })));
    }
    if (state.evict && state.queue) put(box, line("warn", _("notice.evict", { n: state.queue }), "/storage", _("notice.how")));
    if (state.hasUpdate) {
      put(box, h("p", { class: "line is-info" }, _("notice.update"), " ",
        h("button", { type: "button", class: "link", onclick: () => update() }, _("notice.update_go"))));
    }
    return box;
  },
};

function line(kind, text, to, more) {
  return h("p", { class: "line is-" + kind }, text, to ? [" ", h("a", { href: href(to) }, more)] : null);
}
