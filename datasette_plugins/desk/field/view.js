// Elements by function, and a router over the part of the address behind "#". No text ever becomes HTML.

import { _ } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "hidden", "readOnly", "multiple", "open"]);

/**
 * An element: h("button", {class: "main", onclick: save}, "Save", count && h("b", null, count)).
 * Attributes: "on…" with a function listens, `dataset` takes an object, null and false leave out, true sets empty.
 * Children: texts, numbers, nodes, lists of them; null, undefined and false are left out.
 */
export function h(tag, attrs, ...children) {
  return dress(document.createElement(tag), attrs, children);
}

/** The same for SVG elements. */
export function svg(tag, attrs, ...children) {
  return dress(document.createElementNS(SVG, tag), attrs, children);
}

function dress(element, attrs, children) {
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (PROPERTIES.has(name) && name in element) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  put(element, children);
  if (attrs && element.tagName === "SELECT" && "value" in attrs) element.value = attrs.value;
  return element;
}

/** Put children behind those that `parent` has. */
export function put(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    parent.append(child instanceof Node ? child : String(child));
  }
  return parent;
}

/** Let `parent` hold exactly these children. */
export function fill(parent, ...children) {
  while (parent.firstChild) parent.firstChild.remove();
  return put(parent, children);
}

/** A drawn sign of 24 by 24 units from path data; says nothing to a screen reader. */
export function icon(name) {
  const paths = ICONS[name] || [];
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, paths.map((d) => svg("path", { d })));
}

const ICONS = {
  day: ["M4 6h16v14H4z", "M4 10h16M8 3v5M16 3v5", "M8 15l2.5 2.5L16 13"],
  scan: ["M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", "M4 12h16"],
  queue: ["M12 15V4M7 9l5-5 5 5", "M4 15v5h16v-5"],
  more: ["M5 7h14M5 12h14M5 17h14"],
  back: ["M15 5l-7 7 7 7"],
  tree: ["M12 21v-7M12 3a6 6 0 0 0-4 10.5h8A6 6 0 0 0 12 3z"],
  download: ["M12 4v11M7 10l5 5 5-5", "M4 19h16"],
  alarm: ["M12 3l10 18H2z", "M12 10v5M12 17.5v.5"],
  done: ["M4 12.5l5 5L20 6"],
  camera: ["M4 8h4l2-3h4l2 3h4v12H4z", "M12 17a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z"],
  map: ["M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z", "M9 4v14M15 6v14"],
  draft: ["M5 20l1-5L17 4l4 4L10 19z"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21"],
  settings: ["M4 7h10M18 7h2M4 17h2M10 17h10", "M16 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"],
};

// --- the router -------------------------------------------------------------------------------------------

const routes = [];
let root = null;
let missing = null;
let entrance = () => null;
let leaving = [];
let turn = 0;
let path = "";

/**
 * Show `view(params, query, ctx)` where the address matches: route("/tree/:kind/:id", treeView).
 * The view answers with a node (or a promise of one). `ctx.onLeave(fn)`: called before another page comes (may be
 * async: it is waited for); `ctx.isHere()`: whether this page is still the one shown; `ctx.again()`: draw it anew.
 * `isOpen`: it is shown to everybody, see `closed`.
 */
export function route(pattern, view, { isOpen = false } = {}) {
  const names = [];
  const source = pattern.replace(/:(\w+)/g, (whole, name) => { names.push(name); return "([^/]+)"; });
  routes.push({ pattern: new RegExp("^" + source + "/?$"), names, view, isOpen });
}

/** In place of every page that is not open: what `view()` answers with, unless that is null. */
export function closed(view) {
  entrance = view;
}

/** What is shown where no route matches. */
export function otherwise(view) {
  missing = view;
}

/** Go to a page: go("/tree/tree/1f0c…"). `replace`: the page now shown is not gone back to. */
export function go(to, { replace = false } = {}) {
  const address = "/-/desk/field/#" + to;
  if (replace) {
    history.replaceState(null, "", address);
    return show();
  }
  if (location.pathname !== "/-/desk/field/") {
    history.pushState(null, "", address);
    return show();
  }
  if (location.hash === "#" + to) return show();
  location.hash = to;
  return Promise.resolve();
}

/** The address of a page, for a link. */
export function href(to) {
  return "/-/desk/field/#" + to;
}

/** The page now shown, without "#". */
export function here() {
  return path;
}

/** Draw the page now shown anew (after the language changed, after a sync). */
export function again() {
  return show(true);
}

/** Begin to show pages in `element`. */
export function start(element) {
  root = element;
  addEventListener("hashchange", () => show());
  return show();
}

async function show(isSame = false) {
  const mine = ++turn;
  const scroll = isSame ? scrollY : 0;
  for (const leave of leaving.splice(0)) await leave();
  if (mine !== turn) return;
  path = decodeHash(location.hash) || "/";
  const [clean, question] = path.split("?");
  const own = [];
  const ctx = { onLeave: (fn) => own.push(fn), isHere: () => mine === turn, again };
  let node;
  try {
    node = await drawn(clean, new URLSearchParams(question || ""), ctx);
  } catch (error) {
    node = failure(error);
  }
  if (mine !== turn) {
    for (const leave of own) await leave();
    return;
  }
  leaving = own;
  fill(root, node);
  scrollTo(0, scroll);
  if (!isSame) {
    const title = root.querySelector("h1");
    if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
  }
  document.title = (root.querySelector("h1") || {}).textContent || _("app.name");
  dispatchEvent(new CustomEvent("field-shown", { detail: clean }));
}

async function drawn(clean, query, ctx) {
  for (const { pattern, names, view, isOpen } of routes) {
    const match = pattern.exec(clean);
    if (!match) continue;
    const shut = isOpen ? null : await entrance();
    if (shut) return shut;
    const params = {};
    names.forEach((name, index) => { params[name] = decodeURIComponent(match[index + 1]); });
    return view(params, query, ctx);
  }
  return missing ? missing({}, query, ctx) : h("p", null, _("app.no_page"));
}

function failure(error) {
  console.error(error);
  return h("main", { class: "page" }, h("h1", null, _("app.failed")), h("p", null, _("app.failed_text")),
    h("p", { class: "small soft" }, String((error && error.message) || error)),
    h("p", null, h("a", { class: "button", href: href("/") }, _("app.home"))));
}

function decodeHash(hash) {
  return hash.startsWith("#/") ? hash.slice(1) : "";
}
