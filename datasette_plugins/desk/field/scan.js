// Scanning: a tag of ours, a plate of others, a number; all lead to the tree's form with no further tap.

import { fill, go, h, href, icon, route } from "./view.js";
import { button, note, page } from "./frame.js";
import { _, pick } from "./texts.js";
import * as pack from "./package.js";
import { tone } from "./roles.js";
import { sha256 } from "./store.js";
import { readTagText, tagHash } from "./tagtext.js";
import { isSigned } from "./signatures.js";
import { liveScanner, readPhoto } from "./scanner.js";
import { pickFile } from "./camera.js";
import { joined, own, text as textField } from "./forms/fields.js";
import { nameOf, treePath } from "./forms/kit.js";

/**
 * The tree to which a text leads and what the tag is: {tree, state}. state: "genuine" (code and check are those of the
 * tag in force), "unsure" (a code or number was typed: nothing proves a tag), "wrong" (the check is not that of this
 * tag), "signed" (genuine, and its signature is the register's: checked without the network), "withdrawn", "plate"
 * (bound to the tree). `signature` tells of a signed tag alone whether it is the register's; null where nothing tells.
 */
export async function findByText(raw) {
  const read = readTagText(raw);
  if (read.kind === "tag") {
    const keys = read.signature ? await pack.tagKeys() : [];
    const signature = keys.length ? await isSigned(read.printed, read.signature, keys) : null;
    const tree = await pack.byTag(read.code);
    if (!tree) return { tree: (await pack.byTag(read.text)) || null, state: "plate", read, signature };
    const tag = (tree.tags || []).find((each) => each.code === read.code);
    if (signature === false) return { tree, state: "wrong", read, signature };
    if (!tag) return { tree, state: signature ? "signed" : "unsure", read, signature };
    if (tag.state && tag.state !== "issued") return { tree, state: "withdrawn", read, signature };
    if (!read.printed) return { tree, state: "unsure", read, signature };
    const isOurs = (await tagHash(read.printed, sha256)) === tag.hash;
    return { tree, state: !isOurs ? "wrong" : signature ? "signed" : "genuine", read, signature };
  }
  const tree = await pack.byTag(read.kind === "number" ? read.no : read.text);
  const isNumber = tree && (read.kind === "number" || String(tree.no).toUpperCase() === read.text.toUpperCase());
  return { tree: tree || null, state: isNumber ? "unsure" : "plate", read };
}

/** To the form of the tree that a text names; false where no record on this phone belongs to it. */
export async function goByText(raw, options) {
  const { tree, state } = await findByText(raw);
  if (!tree) return false;
  await go(treePath(tree, "tree", "?scan=" + encodeURIComponent(String(raw).slice(0, 2000)) + "&tag=" + state), options);
  return true;
}

route("/scan", async (params, query, ctx) => {
  const said = h("p", { class: "scan-said", role: "status" }, _("scan.aim"));
  const box = h("div", { class: "scan-box" });
  const onText = async (raw) => {
    if (!(await goByText(raw, { replace: true }))) go("/scan/" + encodeURIComponent(raw), { replace: true });
  };
  const photo = button(_("scan.photo"), async () => {
    const file = await pickFile();
    if (!file) return;
    fill(said, _("scan.reading"));
    try {
      const [found] = await readPhoto(file);
      if (found) await onText(found);
      else fill(said, _("scan.no_code"));
    } catch (error) {
      fill(said, error.code === "offline" || error.code === "signed_out" ? _("scan.offline") : _("scan.no_code"));
    }
  }, { class: "button wide" });
  const live = liveScanner(onText, (code) => {
    box.hidden = true;
    fill(said, _("scan." + code));
  });
  fill(box, live.element);
  ctx.onLeave(() => live.stop());
  let typed = "";
  const trouble = h("p", { class: "said-at is-wrong", role: "alert" });
  const field = textField({ label: _("scan.type"), hint: _("scan.type_hint"), value: "", max: 2000, set: (value) => { typed = value; trouble.textContent = ""; } });
  return page({ title: _("scan.title"), tab: "scan", tone: await tone(), body: [
    box, said, photo,
    h("form", { class: "scan-type", onsubmit: async (event) => {
      event.preventDefault();
      if (!typed.trim()) { field.querySelector("input").focus(); return; }
      if (await goByText(typed)) return;
      const hits = await pack.search(typed, 20);
      if (hits.length === 1) go(treePath(hits[0]));
      else if (hits.length) go("/?q=" + encodeURIComponent(typed.trim()));
      else if (readTagText(typed).kind === "tag") go("/scan/" + encodeURIComponent(typed.trim()));
      else fill(trouble, _("scan.nothing"));
    } }, field, trouble, h("button", { type: "submit", class: "button wide" }, icon("search"), _("scan.find"))),
  ] });
}, { isOpen: true });

route("/scan/:text", async (params, query) => {
  const { tree, state, read, signature } = await findByText(params.text);
  if (tree) {
    await go(treePath(tree, "tree", "?scan=" + encodeURIComponent(params.text.slice(0, 2000)) + "&tag=" + state), { replace: true });
    return h("p");
  }
  return unknownTag(params.text, read, query.get("q") || "", signature);
}, { isOpen: true });

/** A code that belongs to no record here: said, and a way to bind it to a tree. */
async function unknownTag(raw, read, question, signature) {
  const list = h("ul", { class: "rows" });
  const show = async (wanted) => {
    const found = wanted.trim() ? await pack.search(wanted, 12) : [];
    fill(list, found.map((row) => h("li", null, h("a", { class: "row", href: href(treePath(row, "tag", "?do=bind_tag&text=" + encodeURIComponent(raw))) },
      h("span", { class: "row-text" }, h("b", null, own(nameOf(row))), h("small", null, joined([row.no, pick(row.place)])))))));
  };
  await show(question);
  return page({ title: _("scan.unknown"), tone: await tone(), back: "/scan", body: [
    unknownNote(raw, read, signature),
    h("h2", null, _("scan.bind")), h("p", { class: "soft" }, _("scan.bind_text")),
    textField({ label: _("day.search"), value: question, type: "search", set: (value) => { show(value); } }), list,
    h("p", null, h("a", { class: "button wide", href: href("/new") }, _("scan.new"))),
    h("p", null, h("a", { class: "button wide", href: href("/scan") }, _("scan.again"))),
  ] });
}

/** What can be said of it all the same: a signature tells genuine from forged without a network. */
function unknownNote(raw, read, signature) {
  const whole = h("p", { class: "small soft raw" }, raw.slice(0, 200));
  if (read.kind !== "tag") return note("warn", _("scan.unknown_plate"), _("scan.unknown_plate_text"), whole);
  const code = _("scan.unknown_tag", { code: read.code });
  if (signature) return note("good", code, _("scan.is.signed"), _("scan.signed_text"), whole);
  if (signature === false) return note("bad", code, _("scan.is.wrong"), whole);
  return note("warn", code, _("scan.unknown_tag_text"), whole);
}
