// An assessment by a model that was taken along: its indicators as it words them. No score is shown here.

import { h, href, route } from "../view.js";
import { note, page } from "../frame.js";
import { _, pick } from "../texts.js";
import * as pack from "../package.js";
import { choice, joined, number, options, text } from "./fields.js";
import { readNumber } from "./plausible.js";
import { Form, FormError, draftFor, formPage, nameOf, treeOr, treePath } from "./kit.js";
import { filled, isDead, vigourChoice } from "./visit.js";

const NOT_APPLICABLE = "na";

/** A text of a model: [zh, en], {zh, en} or a plain one. */
function inWords(it) {
  return Array.isArray(it) ? pick({ zh: it[0], en: it[1] }) : pick(it);
}

function label(it) {
  return inWords(it.label || it.title) || it.code || it.id;
}

/** An indicator's answer as it is kept, out of what was tapped or typed; null where nothing was. */
export function answerOf(indicator, said) {
  if (said === NOT_APPLICABLE) return { na: true };
  if (said === null || said === undefined || said === "" || (Array.isArray(said) && !said.length)) return null;
  if (indicator.kind === "number") {
    const value = readNumber(said);
    return value === null ? null : { value };
  }
  if (indicator.kind === "levels") return { level: said };
  if (indicator.kind === "many") return { levels: said };
  return { text: String(said).trim() };
}

function asked(form, indicator, said) {
  const note_ = indicator.note ? inWords(indicator.note) : "";
  const set = (value) => { said[indicator.code] = value; form.changed(); };
  const extra = indicator.may_not_apply ? [[NOT_APPLICABLE, _("assess.na")]] : [];
  if (indicator.kind === "levels" || indicator.kind === "many") {
    return choice({ label: label(indicator), hint: note_, isWide: true, isMany: indicator.kind === "many", value: said[indicator.code], set,
      choices: [...(indicator.levels || []).map((each) => [each.code, label(each)]), ...(indicator.kind === "levels" ? extra : [])] });
  }
  if (indicator.kind === "number") {
    const bounds = [indicator.least, indicator.most].every((each) => each !== null && each !== undefined) ? indicator.least + "–" + indicator.most : "";
    return number({ label: label(indicator), unit: indicator.unit || "", text: said[indicator.code], set, last: [bounds, note_].filter(Boolean).join(" · "), step: indicator.code,
      check: (value) => numberFault(indicator, value) });
  }
  if (indicator.kind === "pairs") return h("p", { class: "hint" }, label(indicator) + "：", _("assess.at_desk"));
  return text({ label: label(indicator), hint: note_, value: said[indicator.code], set });
}

function numberFault(indicator, said) {
  const value = readNumber(said);
  if (value === null) return {};
  if (value !== value) return { error: _("size.no_number") };
  const { least, most } = indicator;
  if ((typeof least === "number" && value < least) || (typeof most === "number" && value > most)) return { error: _("assess.bounds", { least, most }) };
  return {};
}

function applies(model, tree) {
  const to = model.applies_to || ["tree"];
  return to.includes(tree.kind || "tree");
}

route("/assess/:kind/:id", async (params, query, ctx) => {
  const { tree, missing } = await treeOr(params);
  if (!tree) return missing;
  const draft = await draftFor("assessment", tree, query);
  const models = (await pack.models()).filter((model) => applies(model, tree));
  const wanted = query.get("model") || draft.content.model;
  const model = models.find((each) => each.id === wanted) || (models.length === 1 ? models[0] : null);
  return model ? filledBy(model, tree, draft, ctx) : chooser(models, tree);
});

function chooser(models, tree) {
  return page({ title: _("form.assessment"), sub: joined([nameOf(tree), tree.no]), back: treePath(tree), body: models.length
    ? [h("p", null, _("assess.choose")), h("ul", { class: "rows" }, models.map((model) => h("li", null,
      h("a", { class: "row", href: href(treePath(tree, "assess", "?model=" + encodeURIComponent(model.id))) },
        h("span", { class: "row-text" }, h("b", null, label(model)), h("small", null, _("assess.count", { n: (model.indicators || []).length })))))))]
    : [note("info", "", _("assess.none"))] });
}

function filledBy(model, tree, draft, ctx) {
  const content = draft.content;
  content.model = model.id;
  const said = content.said = content.said || toSaid(content.answers);
  const form = new Form("assessment", tree, draft, ctx, { content: () => contentOf(model, content, said), isEvidence: () => isDead(content) });
  const set = (name) => (value) => { content[name] = value; form.changed(); };
  const groups = model.groups && model.groups.length ? model.groups : [{ code: null, label: "" }];
  const progress = _("assess.count", { n: model.indicators.length });
  return formPage(form, { title: label(model), sub: joined([nameOf(tree), tree.no, progress]), body: [
    model.note ? h("p", { class: "soft" }, inWords(model.note)) : null,
    groups.map((group) => h("section", { class: "part" }, group.code ? h("h2", null, label(group)) : null,
      model.indicators.filter((each) => group.code === null || each.group === group.code).map((each) => asked(form, each, said)))),
    h("section", { class: "part" }, h("h2", null, _("assess.stated")), h("p", { class: "hint" }, _("assess.stated_hint")),
      vigourChoice(form, content),
      choice({ label: _("visit.environment"), choices: options("environment"), value: content.environment, set: set("environment") }),
      choice({ label: _("assess.risk"), choices: options("risk"), value: content.risk_rating, set: set("risk_rating") }),
      text({ label: _("visit.notes"), value: content.notes, rows: 3, set: set("notes") })),
    form.photos(),
  ] });
}

function contentOf(model, content, said) {
  const answers = {};
  for (const indicator of model.indicators) {
    if (indicator.kind === "number" && said[indicator.code] !== NOT_APPLICABLE && numberFault(indicator, said[indicator.code]).error) {
      throw new FormError(_("size.wrong", { what: label(indicator) }), document.querySelector('[data-step="' + indicator.code + '"]'));
    }
    const answer = answerOf(indicator, said[indicator.code]);
    if (answer) answers[indicator.code] = answer;
  }
  const { vigour, vigour_scale, environment, risk_rating, notes } = content;
  const stated = filled({ vigour, vigour_scale, environment, risk_rating, notes });
  if (!Object.keys(answers).length && !stated.vigour) throw new FormError(_("assess.empty"));
  return Object.assign({ model: model.id, answers }, stated);
}

/** What was sent once, as it was tapped: for a form that came back. */
function toSaid(answers) {
  const said = {};
  for (const [code, answer] of Object.entries(answers || {})) {
    said[code] = answer.na ? NOT_APPLICABLE : answer.level || answer.levels || answer.text || (answer.value === undefined ? null : String(answer.value));
  }
  return said;
}
