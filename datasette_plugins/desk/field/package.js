// What was taken into the field: records by their key, compact lists for searching, small pictures.
// A record is found by its key alone: it does not matter how many there are.

import { all, done, get, read, walk, write } from "./database.js";
import { readTagText } from "./tagtext.js";
import { changed, login, meta, reader, roomy, sha256 } from "./store.js";
import { pick } from "./texts.js";

const CHUNK = 500;
/** So many bytes a package takes with its small pictures: a little below 30 MB. Of the viewpoints goes along what fits. */
const MOST_BYTES = 28e6;
const PLATE = "gushu-plate:";
const FACTS = ["packages", "words", "returned", "divisions"];

/** Every package of whoever is signed in: {name: {pack, title, made_at, trees, bytes, thumbs, …}}. */
export async function packages() {
  return meta("packages " + (await reader()), {});
}

/** A record as it was taken along: tree("1f0c…") or tree(id, "grove"); undefined where it is not on the phone. */
export async function tree(id, kind = "tree") {
  const own = await reader();
  return read("trees", async (store) => {
    const found = await done(store.index("key").getAll([own, kind + ":" + id]));
    const newest = found.sort((a, b) => (a.made_at < b.made_at ? 1 : -1))[0];
    return newest && newest.tree;
  });
}

/** The record to which a scanned or typed text belongs: by one of our tags, a plate bound to it, or its number. */
export async function byTag(text) {
  const own = await reader();
  const said = readTagText(text);
  const wanted = [["plate", await sha256(PLATE + said.text)], ["no", (said.no || said.code || said.text).toUpperCase()]];
  if (said.kind === "tag") wanted.unshift(["tag", said.code]);
  for (const [kind, value] of wanted) {
    const found = await byCode([own, kind, value].join(" "));
    if (found) return found;
  }
  return undefined;
}

async function byCode(key) {
  const [found] = await read("trees", (store) => done(store.index("codes").getAll(key, 1)));
  return found && found.tree;
}

/** The words (code lists) that came with the newest package: {name: {code: {zh, en}}}. */
export async function words() {
  return (await newest()).words || {};
}

/** The assessment models that came with the newest package. */
export async function models() {
  return (await newest()).models || [];
}

/** The register's duty telephone, or null. */
export async function dutyPhone() {
  return (await newest()).duty_phone || null;
}

/** The register's public keys that check signed tags, base64, as of the newest package. */
export async function tagKeys() {
  return Object.values((await newest()).tag_keys || {});
}

/** What came back from review: the submissions with their reasons. */
export async function returned() {
  return meta("returned " + (await reader()), []);
}

/** The divisions of the packages, each once: [[id, its name within that of the one around it]]. */
export async function divisions() {
  const found = new Map(Object.values(await packages()).flatMap((pack) => pack.divisions || []).map((each) => [each.id, each]));
  const called = (each) => pick({ zh: each.name, en: each.name_en || each.name });
  return [...found.values()].map((each) => [each.id, [found.get(each.parent), each].filter(Boolean).map(called).join(" ")]);
}

/** The outlines of the packages' divisions as GeoJSON, those that have one. */
export async function outlines() {
  return Object.values(await packages()).map((pack) => pack.outline).filter(Boolean);
}

async function newest() {
  return meta("words " + (await login()), {});
}

// --- lists ------------------------------------------------------------------------------------------------

let kept = { key: "", rows: [] };

/**
 * All records of all packages in short: [{kind, id, no, name, species, lon, lat, grade, vigour, due_on, is_overdue,
 * works: n, place, thumb, division_id}]. Read once and kept until another package comes.
 */
export async function rows() {
  const own = await reader();
  const found = await packages();
  const key = own + JSON.stringify(Object.entries(found).map(([name, pack]) => [name, pack.made_at]));
  if (kept.key === key) return kept.rows;
  const chunks = await all("lists", { range: IDBKeyRange.bound([own], [own, []]) });
  const seen = new Map();
  for (const chunk of chunks) for (const row of chunk) seen.set(row.kind + ":" + row.id, row);
  kept = { key, rows: [...seen.values()] };
  return kept.rows;
}

/** The rows in which every word of `question` stands (number, name, species, place), at most `limit`. */
export async function search(question, limit = 200) {
  const wanted = String(question).toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const row of await rows()) {
    if (!row.text) row.text = [row.no, row.name, row.species, row.place].filter(Boolean).join(" ").toLowerCase();
    if (wanted.every((word) => row.text.includes(word))) found.push(row);
    if (found.length >= limit) break;
  }
  return found;
}

/** A small picture as a Blob, or null where it was not taken along. */
export async function thumb(digest) {
  const found = digest ? await get("thumbs", [await reader(), digest]) : null;
  return found ? new Blob([found.bytes], { type: "image/jpeg" }) : null;
}

/** The last photo of each fixed viewpoint of a record: {viewpoint: SHA-256}. The package has the newest first. */
export function lastViews(each) {
  const found = {};
  for (const photo of each.photos || []) {
    if (photo.viewpoint && !found[photo.viewpoint]) found[photo.viewpoint] = photo.sha256;
  }
  return found;
}

// --- taking along and leaving -----------------------------------------------------------------------------

/**
 * Download a package: a division's id, or "mine". `fetchJson(path, onBytes)` and `fetchBytes(path)` are those of the
 * sync client. onProgress({step: "list" | "saving" | "thumbs", done, total, bytes}). The old one stays until the new
 * one is here as a whole. Small pictures come after the list and may be stopped and taken up again.
 */
export async function take(name, title, { fetchJson, fetchBytes }, onProgress = () => {}, isStopped = () => false) {
  const own = await login();
  const query = name === "mine" ? "mine=1" : "division=" + encodeURIComponent(name);
  const { value, bytes } = await fetchJson("package?" + query, (count) => onProgress({ step: "list", bytes: count }));
  onProgress({ step: "saving", done: 0, total: value.trees.length, bytes });
  await keep(own, name, value, { title, bytes });
  return takeThumbs(name, { fetchBytes }, onProgress, isStopped);
}

/** Put a package that was downloaded in the place of the one before, all of it or nothing. */
export async function keep(own, name, value, { title = name, bytes = 0 } = {}) {
  const range = IDBKeyRange.bound([own, name], [own, name, []]);
  const thumbs = new Set(value.trees.map((each) => each.thumb).filter(Boolean));
  const views = value.trees.slice().sort((a, b) => String(a.due_on || "9").localeCompare(String(b.due_on || "9")))
    .flatMap((each) => Object.values(lastViews(each)));
  await roomy(() => write(["trees", "lists", "meta"], async (trees, lists, facts) => {
    trees.delete(range);
    lists.delete(range);
    for (const each of value.trees) {
      const key = (each.kind || "tree") + ":" + each.id;
      trees.put({ login: own, pack: name, key, made_at: value.made_at, codes: codesOf(own, each), tree: each });
    }
    for (let begin = 0; begin < value.trees.length; begin += CHUNK) {
      lists.put(value.trees.slice(begin, begin + CHUNK).map(short), [own, name, begin]);
    }
    const packs = (await done(facts.get("packages " + own))) || {};
    packs[name] = {
      pack: name, title, bytes, made_at: value.made_at, head_seq: value.head_seq, taken_at: new Date().toISOString(),
      trees: value.trees.length, outline: value.outline || null, divisions: value.divisions || [],
      wanted: [...new Set([...thumbs, ...views])], of_lists: thumbs.size, thumbs: 0,
    };
    facts.put(packs, "packages " + own);
    facts.put({
      words: value.words || {}, models: value.models || [], duty_phone: value.duty_phone || null,
      tag_keys: value.tag_keys || {},
    }, "words " + own);
  }));
  changed("package");
}

/**
 * Fetch the small pictures that are still missing, four at a time: those of the lists, then those of the viewpoints as
 * long as there is room; what does not fit is no longer wanted. Answers with the package.
 */
export async function takeThumbs(name, { fetchBytes }, onProgress = () => {}, isStopped = () => false) {
  const own = await login();
  const pack = (await meta("packages " + own, {}))[name];
  const here = new Map();
  await read("thumbs", (store) => walk(store, IDBKeyRange.bound([own], [own, []]), "next", (value) => {
    here.set(value.sha256, value.bytes.byteLength);
  }));
  const missing = pack.wanted.filter((digest) => !here.has(digest));
  const ofLists = new Set(pack.wanted.slice(0, pack.of_lists));
  const left = new Set();
  let ready = pack.wanted.length - missing.length;
  let kept = pack.wanted.reduce((sum, digest) => sum + (here.get(digest) || 0), 0);
  let bytes = 0;
  let failed = 0;
  const worker = async () => {
    while (missing.length && !isStopped()) {
      const digest = missing.shift();
      if (!ofLists.has(digest) && pack.bytes + kept > MOST_BYTES) { left.add(digest); continue; }
      try {
        const content = await fetchBytes("thumb/" + digest);
        bytes += content.byteLength;
        kept += content.byteLength;
        await write("thumbs", (store) => { store.put({ login: own, sha256: digest, bytes: content, at: Date.now() }); });
        ready += 1;
      } catch (error) {
        failed += 1;
        if (error.code === "storage_full" || error.code === "signed_out") { missing.length = 0; throw error; }
      }
      onProgress({ step: "thumbs", done: ready, total: pack.wanted.length - left.size, bytes });
    }
  };
  try {
    await Promise.all([worker(), worker(), worker(), worker()]);
  } finally {
    await write("meta", async (facts) => {
      const now = (await done(facts.get("packages " + own))) || {};
      if (!now[name]) return;
      now[name].wanted = now[name].wanted.filter((digest) => !left.has(digest));
      now[name].thumbs = ready;
      now[name].thumb_bytes = kept;
      facts.put(now, "packages " + own);
    });
    await dropUnwanted(own);
    changed("package");
  }
  return Object.assign({}, pack, { thumbs: ready, failed });
}

/** Remove a package from the phone; drafts and the queue stay. */
export async function leave(name) {
  const own = await login();
  const range = IDBKeyRange.bound([own, name], [own, name, []]);
  await write(["trees", "lists", "meta"], async (trees, lists, facts) => {
    trees.delete(range);
    lists.delete(range);
    const packs = (await done(facts.get("packages " + own))) || {};
    delete packs[name];
    facts.put(packs, "packages " + own);
  });
  await dropUnwanted(own);
  changed("package");
}

/** Remove the small pictures that no package wants any more. */
async function dropUnwanted(own) {
  const wanted = new Set(Object.values(await meta("packages " + own, {})).flatMap((pack) => pack.wanted));
  await write("thumbs", (store) => walk(store, IDBKeyRange.bound([own], [own, []]), "next", (value, cursor) => {
    if (!wanted.has(value.sha256)) cursor.delete();
  }));
}

/** Remove what other accounts had taken along on this phone. What they wrote and did not send yet stays. */
export async function leaveOthers(own) {
  const mine = new Set(FACTS.map((name) => name + " " + own));
  await write(["trees", "lists", "thumbs", "meta"], async (trees, lists, thumbs, facts) => {
    for (const store of [trees, lists, thumbs]) {
      store.delete(IDBKeyRange.upperBound([own], true));
      store.delete(IDBKeyRange.lowerBound([own, []], true));
    }
    for (const key of await done(facts.getAllKeys())) {
      if (FACTS.includes(key.split(" ", 1)[0]) && !mine.has(key)) facts.delete(key);
    }
  });
}

function codesOf(own, each) {
  const codes = [];
  if (each.no) codes.push([own, "no", String(each.no).toUpperCase()].join(" "));
  for (const tag of each.tags || []) codes.push([own, "tag", String(tag.code).toUpperCase()].join(" "));
  for (const plate of each.plates || []) codes.push([own, "plate", plate].join(" "));
  return codes;
}

function short(each) {
  return {
    kind: each.kind || "tree", id: each.id, no: each.no, name: each.name, species: pickName(each.species), lon: each.lon,
    lat: each.lat, grade: each.grade, vigour: each.vigour, status: each.status, due_on: each.due_on,
    is_overdue: each.is_overdue, works: (each.works || []).length, place: each.place, thumb: each.thumb,
    uncertainty_m: each.uncertainty_m, division_id: each.division_id,
  };
}

function pickName(species) {
  return species && typeof species === "object" ? species.name || species.zh || species.latin || "" : species;
}

