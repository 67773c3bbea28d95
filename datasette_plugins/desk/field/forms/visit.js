// A tree's page is its visit form: what was found last, "all as before" in one tap, and everything there is to say.

import { fill, h, href, icon, route } from "../view.js";
import { button, note } from "../frame.js";
import { _, pick } from "../texts.js";
import * as pack from "../package.js";
import { isCaretakerOnly } from "../roles.js";
import { picture } from "../camera.js";
import { choice, joined, more, options, own, text, word } from "./fields.js";
import { Form, FormError, draftFor, finished, formPage, nameOf, treeOr, treePath } from "./kit.js";
import { caretakerTree } from "../caretaker.js";
import { returnedOf } from "../returned.js";

/** Vigour is asked for by the scale by which the file is kept; without one by this. */
const USUAL_SCALE = "lyt2738";

/** The words of a tree's own scale of vigour: [scale, [[code, word], …]]. */
export function vigourScale(tree) {
  const own = tree && tree.vigour_scale;
  const words = own ? options("vigour." + own) : [];
  return words.length ? [own, words] : [USUAL_SCALE, options("vigour." + USUAL_SCALE)];
}

/** A form's vigour, marked with what was said last. */
export function vigourChoice(form, content) {
  const [scale, words] = vigourScale(form.tree);
  return choice({
    label: _("visit.vigour"), choices: words, value: content.vigour, mark: form.tree && form.tree.vigour, isWide: true,
    hint: _("visit.vigour_scale", { scale: word("scale", scale) }),
    set: (value) => { content.vigour = value; content.vigour_scale = value ? scale : null; form.changed(); },
  });
}

/** Whether a form says that the tree is dead. */
export function isDead(content) {
  return content.vigour === "dead";
}

/** Answers without those that were left empty. */
export function filled(content) {
  const kept = {};
  for (const [name, value] of Object.entries(content)) {
    if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) continue;
    kept[name] = typeof value === "string" ? value.trim() : value;
    if (kept[name] === "") delete kept[name];
  }
  return kept;
}

/** The answers of a visit as they are sent; FormError where nothing was filled in. */
export function visitContent(content, { photos = 0, noChange = false } = {}) {
  const { checks = {}, ...rest } = content;
  const kept = filled(rest);
  const checked = filled(checks);
  if (Object.keys(checked).length) kept.checks = checked;
  delete kept.no_change;
  const isEmpty = !Object.keys(kept).length;
  if (noChange) return Object.assign(kept, { no_change: true });
  if (isEmpty && !photos) throw new FormError(_("visit.empty"));
  return kept;
}

route("/tree/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  if (await isCaretakerOnly()) return caretakerTree(tree, query, ctx);
  const draft = await draftFor("visit", tree, query);
  const content = draft.content;
  const checks = content.checks = content.checks || {};
  const form = new Form("visit", tree, draft, ctx, {
    content: ({ noChange }) => visitContent(content, { photos: draft.photos.length, noChange }),
    isEvidence: () => isDead(content) || (checks.damage || []).length > 0,
  });
  const set = (of, name) => (value) => { of[name] = value; form.changed(); };
  const before = button(_("visit.as_before"), async () => {
    if (await form.send({ noChange: true })) finished(form);
  }, { class: "button calm", dataset: { act: "no-change" } });
  return formPage(form, {
    title: own(nameOf(tree)), sub: joined([tree.no, pick(tree.place)]), back: "/", send: _("visit.send"), second: before,
    body: [
      await treeCard(tree),
      scannedNote(tree, query),
      (await returnedOf(tree)).filter((each) => each.id !== draft.replaces).map((each) => each.card()),
      worksNote(tree),
      h("section", { class: "part" }, h("h2", null, _("visit.title")),
        vigourChoice(form, content),
        choice({ label: _("visit.plate"), choices: options("plate"), value: checks.plate, set: set(checks, "plate") }),
        choice({ label: _("visit.facilities"), choices: options("facilities"), value: checks.facilities, set: set(checks, "facilities") }),
        more(_("visit.damage"), (checks.damage || []).length > 0,
          choice({ label: _("visit.damage_which"), choices: options("damage"), value: checks.damage, isMany: true, isWide: true, set: set(checks, "damage") }),
          h("p", null, h("a", { class: "button danger", href: href(treePath(tree, "incident")) }, icon("alarm"), _("visit.to_incident")))),
        more(_("visit.more"), Boolean(checks.encroachment || checks.pest || content.environment || content.risk_rating),
          text({ label: _("visit.encroachment"), value: checks.encroachment, set: set(checks, "encroachment") }),
          text({ label: _("visit.pest"), value: checks.pest, set: set(checks, "pest") }),
          choice({ label: _("visit.environment"), choices: options("environment"), value: content.environment, set: set(content, "environment") })),
        choice({ label: _("visit.weather"), choices: options("weather"), value: checks.weather, set: set(checks, "weather") }),
        text({ label: _("visit.follow_up"), value: checks.follow_up, rows: 2, set: set(checks, "follow_up") }),
        text({ label: _("visit.notes"), value: content.notes, rows: 3, set: set(content, "notes") })),
      form.photos(),
      otherForms(tree),
    ],
  });
});

/** What is known of the tree: picture, number, last visit and sizes, whether it is due. */
export async function treeCard(tree) {
  const last = tree.last || {};
  const box = h("div", { class: "card-picture" }, icon("tree"));
  const digest = tree.thumb || ((tree.photos || [])[0] || {}).sha256;
  pack.thumb(digest).then((blob) => { if (blob) fill(box, picture(blob, _("tree.last_photo"))); });
  const facts = [
    [_("tree.last_visit"), last.visited_on || _("tree.never")],
    [_("tree.vigour"), word("vigour.any", tree.vigour) || "—"],
    [_("tree.sizes"), sizesLine(last) || _("tree.not_measured")],
    tree.due_on ? [_("tree.due"), h("span", { class: tree.is_overdue ? "late" : "" }, tree.due_on, tree.is_overdue ? " " + _("tree.overdue") : "")] : null,
    tree.stewards && tree.stewards.length ? [_("tree.stewards"), joined(tree.stewards.map((each) => pick(each.name || each)), "、")] : null,
  ].filter(Boolean);
  return h("section", { class: "tree-card" }, box,
    h("dl", null, facts.map(([label, value]) => h("div", null, h("dt", null, label), h("dd", null, value)))),
    tree.grade ? h("span", { class: "seal", role: "img", "aria-label": word("grade", tree.grade), lang: "zh-Hans" }, word("seal", tree.grade)) : null);
}

function sizesLine(last) {
  return [["girth_cm", "cm"], ["height_m", "m"], ["crown_m", "m"]].filter(([name]) => last[name])
    .map(([name, unit]) => word("field", name) + "\u00a0" + last[name] + "\u00a0" + unit).join(" · ");
}

function scannedNote(tree, query) {
  const state = query.get("tag");
  if (!state) return null;
  const kind = { genuine: "good", signed: "good", unsure: "info", wrong: "bad", withdrawn: "bad", plate: "info" }[state] || "info";
  return h("p", { class: "line is-" + kind, dataset: { tag: state } }, _("scan.is." + state));
}

function worksNote(tree) {
  const works = tree.works || [];
  if (!works.length) return null;
  return note("info", _("works.title", { n: works.length }), h("ul", { class: "plain" }, works.map((work) => h("li", null,
    joined([work.number, pick(work.text || work.measure), work.due_on])))));
}

const OTHERS = [["measure", "measurement"], ["photos", "photo"], ["assess", "assessment"], ["incident", "incident"], ["edit", "edit"], ["tag", "tag"]];

function otherForms(tree) {
  const shown = OTHERS.filter(([path]) => (tree.kind || "tree") === "tree" || path !== "measure");
  return h("nav", { class: "part", "aria-label": _("visit.others") }, h("h2", null, _("visit.others")),
    h("div", { class: "others" }, shown.map(([path, form]) => h("a", { class: "button", href: href(treePath(tree, path)) }, _("form." + form)))));
}
