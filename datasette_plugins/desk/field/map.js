// A map out of what is on the phone: outlines and trees. It needs no tiles and no signal.

import { fill, go, h, href, route } from "./view.js";
import { button, page } from "./frame.js";
import { _, pick } from "./texts.js";
import * as pack from "./package.js";
import { watchPosition } from "./position.js";
import { distanceM, hasPlace } from "./geo.js";
import { joined, own } from "./forms/fields.js";
import { metres, nameOf, treePath } from "./forms/kit.js";

const TURN = Math.PI / 180;
const HIT_PX = 26;
const LEAST_SPAN_M = 60;

/** Colours as the style sheet has them now, for light and dark. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const named = (name, fallback) => style.getPropertyValue("--" + name).trim() || fallback;
  return { paper: named("card", "#fff"), line: named("edge", "#888"), leaf: named("leaf", "#2f6b4a"), late: named("seal", "#b3372a"),
    due: named("gold", "#b58a3c"), ink: named("ink", "#111"), soft: named("soft", "#555"), me: named("sky", "#33566e") };
}

/**
 * A map of `rows` (what the lists hold) with `walk` (rows in their order) as a line. onPick(row or null) when one is
 * tapped. Answers with {element, stop()}.
 */
export function treeMap(rows, { walk = [], outlines = [], onPick = () => {}, height = "60vh" } = {}) {
  const placed = rows.filter(hasPlace);
  const late = placed.filter((row) => row.is_overdue).length;
  const canvas = h("canvas", { tabindex: "0", role: "img", "aria-label": _("map.label", { n: placed.length, late }) });
  canvas.style.height = height;
  let me = null;
  let picked = null;
  let view = null;
  let isAsked = false;
  const draw = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => { isAsked = false; paint(); });
  };
  const paint = () => {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(box.width * ratio) || canvas.height !== Math.round(box.height * ratio)) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    if (!view) view = around(walk.filter(hasPlace).length ? walk.filter(hasPlace) : placed, me, box);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintMap(pen, box, view, { placed, walk, outlines, me, picked, colours: colours() });
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const zoom = (factor, [x, y]) => {
    const [lon, lat] = toPlace(view, x, y);
    view.scale = Math.max(view.least, Math.min(view.most, view.scale * factor));
    const [nx, ny] = toScreen(view, lon, lat);
    view.x += nx - x;
    view.y += ny - y;
    draw();
  };
  const middle = () => { const box = canvas.getBoundingClientRect(); return [box.width / 2, box.height / 2]; };
  const choose = (point) => {
    picked = nearest(placed, view, point);
    onPick(picked);
    draw();
  };
  gestures(canvas, { at, zoom, move: (dx, dy) => { view.x -= dx; view.y -= dy; draw(); }, tap: choose });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
    if (step) { view.x += step[0]; view.y += step[1]; draw(); }
    else if (event.key === "+" || event.key === "=") zoom(1.5, middle());
    else if (event.key === "-") zoom(1 / 1.5, middle());
    else if (event.key === "Enter") choose(middle());
    else return;
    event.preventDefault();
  });
  const unwatch = watchPosition((fix) => { me = fix; draw(); });
  addEventListener("resize", draw);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  if (dark.addEventListener) dark.addEventListener("change", draw);
  requestAnimationFrame(draw);
  const tools = h("div", { class: "map-tools" },
    h("button", { type: "button", class: "button", "aria-label": _("map.closer"), onclick: () => zoom(1.6, middle()) }, "+"),
    h("button", { type: "button", class: "button", "aria-label": _("map.wider"), onclick: () => zoom(1 / 1.6, middle()) }, "−"),
    h("button", { type: "button", class: "button", onclick: () => { if (me) { centre(view, me, canvas.getBoundingClientRect()); draw(); } } }, _("map.me")));
  const key = h("p", { class: "map-key" }, ["late", "due", "rest"].map((name) => h("span", { class: "key-" + name }, _("map.key." + name))));
  return { element: h("div", { class: "map" }, canvas, tools, key), stop: () => { unwatch(); removeEventListener("resize", draw); } };
}

function around(rows, me, box) {
  const all = rows.length ? rows.slice() : me ? [me] : [{ lon: 105, lat: 35 }];
  const near = me && rows.length && rows.some((row) => distanceM(me, row) < 20000) ? all.concat(me) : all;
  const lons = near.map((it) => it.lon);
  const lats = near.map((it) => it.lat);
  const [west, east, south, north] = [low(lons), high(lons), low(lats), high(lats)];
  const lat = (south + north) / 2;
  const squeeze = Math.cos(lat * TURN);
  const wide = Math.max((east - west) * squeeze, LEAST_SPAN_M / 111000, 1e-4);
  const tall = Math.max(north - south, LEAST_SPAN_M / 111000, 1e-4);
  const scale = Math.min((box.width - 56) / wide, (box.height - 72) / tall);
  const view = { squeeze, scale, least: scale / 8, most: 4e7, x: 0, y: 0 };
  centre(view, { lon: (west + east) / 2, lat }, box);
  return view;
}

function low(numbers) { return numbers.reduce((a, b) => Math.min(a, b), Infinity); }
function high(numbers) { return numbers.reduce((a, b) => Math.max(a, b), -Infinity); }

function centre(view, place, box) {
  view.x = place.lon * view.squeeze * view.scale - box.width / 2;
  view.y = -place.lat * view.scale - box.height / 2;
}

function toScreen(view, lon, lat) {
  return [lon * view.squeeze * view.scale - view.x, -lat * view.scale - view.y];
}

function toPlace(view, x, y) {
  return [(x + view.x) / (view.squeeze * view.scale), -(y + view.y) / view.scale];
}

function nearest(rows, view, [x, y]) {
  let best = null;
  let least = HIT_PX;
  for (const row of rows) {
    const [px, py] = toScreen(view, row.lon, row.lat);
    const far = Math.hypot(px - x, py - y);
    if (far < least) { least = far; best = row; }
  }
  return best;
}

function paintMap(pen, box, view, { placed, walk, outlines, me, picked, colours: ink }) {
  pen.fillStyle = ink.paper;
  pen.fillRect(0, 0, box.width, box.height);
  pen.lineJoin = "round";
  pen.strokeStyle = ink.line;
  pen.lineWidth = 1.4;
  for (const ring of outlines.flatMap(ringsOf)) path(pen, view, ring, true);
  const order = walk.filter(hasPlace);
  if (order.length > 1) {
    pen.strokeStyle = ink.soft;
    pen.lineWidth = 2;
    pen.setLineDash([2, 6]);
    path(pen, view, order.map((row) => [row.lon, row.lat]), false);
    pen.setLineDash([]);
  }
  const due = new Set(walk);
  for (const pass of [0, 1, 2]) {
    for (const row of placed) {
      const kind = row.is_overdue ? 2 : due.has(row) ? 1 : 0;
      if (kind === pass) mark(pen, toScreen(view, row.lon, row.lat), kind, ink, box);
    }
  }
  order.slice(0, 30).forEach((row, index) => number(pen, toScreen(view, row.lon, row.lat), index + 1, ink));
  if (picked) {
    const [x, y] = toScreen(view, picked.lon, picked.lat);
    pen.strokeStyle = ink.ink;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x, y, 15, 0, 7);
    pen.stroke();
  }
  if (me) paintMe(pen, view, me, ink);
  scaleBar(pen, box, view, ink);
}

/** Told apart by shape and colour: a square is overdue, a diamond is due, a dot is neither. */
function mark(pen, [x, y], kind, ink, box) {
  if (x < -20 || y < -20 || x > box.width + 20 || y > box.height + 20) return;
  pen.beginPath();
  if (kind === 2) pen.rect(x - 7, y - 7, 14, 14);
  else if (kind === 1) { pen.moveTo(x, y - 9); pen.lineTo(x + 9, y); pen.lineTo(x, y + 9); pen.lineTo(x - 9, y); pen.closePath(); }
  else pen.arc(x, y, 4.5, 0, 7);
  pen.fillStyle = [ink.leaf, ink.due, ink.late][kind];
  pen.fill();
  pen.strokeStyle = ink.paper;
  pen.lineWidth = 1.5;
  pen.stroke();
}

function number(pen, [x, y], said, ink) {
  pen.font = "600 13px system-ui, sans-serif";
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.lineWidth = 4;
  pen.strokeStyle = ink.paper;
  pen.strokeText(String(said), x + 11, y - 9);
  pen.fillStyle = ink.ink;
  pen.fillText(String(said), x + 11, y - 9);
}

function paintMe(pen, view, me, ink) {
  const [x, y] = toScreen(view, me.lon, me.lat);
  const radius = (me.accuracy_m / 111195) * view.scale;
  pen.globalAlpha = 0.18;
  pen.fillStyle = ink.me;
  pen.beginPath();
  pen.arc(x, y, Math.max(radius, 8), 0, 7);
  pen.fill();
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(x, y, 7, 0, 7);
  pen.fill();
  pen.strokeStyle = ink.paper;
  pen.lineWidth = 2.5;
  pen.stroke();
}

function scaleBar(pen, box, view, ink) {
  const perPixel = 111195 / view.scale;
  const wanted = perPixel * 90;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const nice = [5, 2, 1].map((step) => step * power).find((step) => step <= wanted) || power;
  const wide = nice / perPixel;
  pen.strokeStyle = ink.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(12, box.height - 18);
  pen.lineTo(12, box.height - 12);
  pen.lineTo(12 + wide, box.height - 12);
  pen.lineTo(12 + wide, box.height - 18);
  pen.stroke();
  pen.font = "12px system-ui, sans-serif";
  pen.fillStyle = ink.ink;
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  pen.fillText(metres(nice), 16, box.height - 18);
}

function path(pen, view, ring, isClosed) {
  pen.beginPath();
  ring.forEach(([lon, lat], index) => {
    const [x, y] = toScreen(view, lon, lat);
    if (index) pen.lineTo(x, y);
    else pen.moveTo(x, y);
  });
  if (isClosed) pen.closePath();
  pen.stroke();
}

/** Every ring of a GeoJSON of any kind. */
function ringsOf(json) {
  if (!json) return [];
  if (json.type === "FeatureCollection") return json.features.flatMap(ringsOf);
  if (json.type === "Feature") return ringsOf(json.geometry);
  if (json.type === "GeometryCollection") return json.geometries.flatMap(ringsOf);
  if (json.type === "Polygon") return json.coordinates;
  if (json.type === "MultiPolygon") return json.coordinates.flat();
  if (json.type === "LineString") return [json.coordinates];
  return json.type === "MultiLineString" ? json.coordinates : [];
}

/** One finger moves, two zoom, a tap chooses, the wheel zooms with Ctrl or where the map has the focus. */
function gestures(canvas, { at, zoom, move, tap }) {
  const fingers = new Map();
  let travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 1) travelled = 0;
    if (canvas.setPointerCapture) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    if (fingers.size === 1) {
      travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
      move(now[0] - before[0], now[1] - before[1]);
    } else {
      travelled = 99;
      const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const is = Math.hypot(now[0] - other[0], now[1] - other[1]);
      if (was > 4) zoom(is / was, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    }
    fingers.set(event.pointerId, now);
  });
  const up = (event) => {
    if (fingers.delete(event.pointerId) && !fingers.size && travelled < 10 && event.type === "pointerup") tap(at(event));
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, at(event));
  }, { passive: false });
}

/** The card of a tree that was tapped on the map. */
export function pickedCard(box, row, fix) {
  fill(box, row ? h("a", { class: "row", href: href(treePath(row)) },
    h("span", { class: "row-text" }, h("b", null, own(nameOf(row))), h("small", null, joined([row.no, pick(row.place), fix && hasPlace(row) ? metres(distanceM(fix, row)) : ""])))) : null);
}

route("/map", async (params, query, ctx) => {
  const rows = await pack.rows();
  const box = h("div", { role: "status" });
  const map = treeMap(rows, { outlines: await pack.outlines(), onPick: (row) => pickedCard(box, row, null), height: "calc(100vh - 15rem)" });
  ctx.onLeave(() => map.stop());
  return page({ title: _("map.title"), sub: _("map.count", { n: rows.length }), back: "/", body: [map.element, box,
    button(_("map.list"), async () => go("/"), { class: "button wide" })] });
});
