// What stands around a page: title and way back above, the main actions within the thumb's reach below.

import { h, href, icon, here, put } from "./view.js";
import { _, langOf } from "./texts.js";
import { status } from "./status.js";

/**
 * A page: page({title, back: "/", body: [...], actions: [button, ...], tab: "day"}).
 * title: text; back: the page above (or true: where one came from); sub: a line under the title; tone: "calm" or
 * "large" (20 px, for people who do not use an app every day); actions: shown at the bottom, at most two;
 * where there are none the tabs stand there.
 */
export function page({ title, sub, back, body, actions, tab, tone }) {
  const head = h("header", { class: "head" },
    back ? backLink(back) : null,
    h("div", { class: "head-text" }, h("h1", { lang: langOf(title) }, title), sub ? h("p", { class: "sub", lang: langOf(sub) }, sub) : null),
    status.badge());
  const foot = actions && actions.length
    ? h("footer", { class: "actions" }, actions)
    : tabs(tab);
  const notices = h("div", { class: "notices", role: "status" });
  put(notices, status.notices());
  return h("div", { class: "page" + (tone ? " is-" + tone : ""), dataset: { page: here() } },
    head, h("main", { id: "main" }, notices, body), foot);
}

function backLink(back) {
  if (back === true) {
    return h("button", { class: "back", type: "button", "aria-label": _("app.back"), onclick: () => history.back() }, icon("back"));
  }
  return h("a", { class: "back", href: href(back), "aria-label": _("app.back") }, icon("back"));
}

const TABS = [["day", "/"], ["scan", "/scan"], ["queue", "/queue"], ["more", "/more"]];

function tabs(current) {
  return h("nav", { class: "tabs", "aria-label": _("app.tabs") }, TABS.map(([name, to]) =>
    h("a", { href: href(to), "aria-current": name === current ? "page" : null }, icon(name),
      h("span", null, _("tab." + name)), name === "queue" ? status.count() : null)));
}

/** A large button: button(_("…"), fn, {class: "main"}). While `fn` works it cannot be pressed again. */
export function button(text, fn, attrs = {}) {
  const own = h("button", Object.assign({ type: "button", class: "button" }, attrs, {
    onclick: async (event) => {
      if (own.disabled) return;
      own.disabled = true;
      try { await fn(event); } finally { own.disabled = false; }
    },
  }), text);
  return own;
}

/** A link that looks like a button. */
export function linkButton(text, to, attrs = {}) {
  return h("a", Object.assign({ class: "button" }, attrs, { href: href(to) }), text);
}

/** A box that says something: note("warn", title, text, …). Kinds: "info", "warn", "good", "bad". */
export function note(kind, title, ...text) {
  return h("section", { class: "note is-" + kind }, title ? h("h2", null, title) : null, text.map((each) =>
    typeof each === "string" ? h("p", { lang: langOf(each) }, each) : each));
}

const SAID_MS = { info: 3000, good: 3000, warn: 6000, bad: 8000 };
const MOST_SAID = 2;

/**
 * Say a sentence for a few seconds at the head of the page, away from the main action; also to a screen reader.
 * What went well takes the place of what went well before; beside it stands at most one trouble.
 */
export function say(text, kind = "info") {
  const place = document.getElementById("said");
  const isTrouble = kind === "bad" || kind === "warn";
  if (!isTrouble) place.querySelectorAll(".is-info, .is-good").forEach((each) => each.remove());
  while (place.children.length >= MOST_SAID) place.firstChild.remove();
  const own = h("p", { class: "said is-" + kind }, text);
  place.append(own);
  setTimeout(() => own.remove(), SAID_MS[kind]);
}

/** Ask before something that cannot be undone: resolves with true or false. The safe answer has the focus. */
export function ask(title, text, yes, no) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const place = document.getElementById("asked");
    const end = (answer) => {
      place.textContent = "";
      document.removeEventListener("keydown", onKey, true);
      if (before && before.focus) before.focus();
      resolve(answer);
    };
    const stay = h("button", { type: "button", class: "button main", onclick: () => end(false) }, no || _("app.cancel"));
    const leave = h("button", { type: "button", class: "button danger", onclick: () => end(true) }, yes);
    const onKey = (event) => {
      if (event.key === "Escape") end(false);
      if (event.key !== "Tab") return;
      event.preventDefault();
      (document.activeElement === stay ? leave : stay).focus();
    };
    document.addEventListener("keydown", onKey, true);
    place.append(h("div", { class: "veil" }, h("div", {
      class: "question", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "asked-title", "aria-describedby": "asked-text",
    }, h("h2", { id: "asked-title" }, title), h("p", { id: "asked-text" }, text), h("div", { class: "buttons" }, stay, leave))));
    stay.focus();
  });
}
