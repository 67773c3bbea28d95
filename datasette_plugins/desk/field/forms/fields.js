// What forms are made of: choices to tap, numbers, texts. Each tells the form when it changes.

import { fill, h } from "../view.js";
import { _, keys, lang } from "../texts.js";

const HAN = /[\u3400-\u9fff]/;

/** A text of the register on a page in another language, tagged as what it is; in Chinese the text itself. */
export function own(text) {
  const said = text === null || text === undefined ? "" : String(text);
  return lang() === "en" && HAN.test(said) ? h("span", { lang: "zh-Hans" }, said) : said;
}

/** Texts with a mark between them, each tagged where it has to be. */
export function joined(texts, mark = " · ") {
  return texts.filter(Boolean).flatMap((text, index) => (index ? [mark, own(text)] : [own(text)]));
}

let serial = 0;

/** An id that no other element has. */
export function freshId(name = "f") {
  serial += 1;
  return name + "-" + serial;
}

/** [code, words] of a code list among the app's words: options("word.plate") reads "word.plate.ok", … */
export function options(prefix) {
  return keys(prefix + ".").map((key) => [key.slice(prefix.length + 1), _(key)]);
}

/** The word for a code; the code itself where the app has none. */
export function word(prefix, code) {
  if (code === null || code === undefined || code === "") return "";
  const key = prefix + "." + code;
  const said = _(key);
  return said === key ? String(code) : said;
}

/**
 * One of several, or many of them (`isMany`), as large buttons; what is chosen can be let go of by another tap.
 * value: a code or a list of codes; `set(value)` is told; `mark`: the code that stood there before.
 */
export function choice({ label, choices, value, set, isMany = false, mark = null, hint = "", isWide = false }) {
  const name = freshId("choice");
  let chosen = isMany ? new Set(value || []) : value || null;
  const buttons = choices.map(([code, text]) => {
    const input = h("input", { type: isMany ? "checkbox" : "radio", name, value: code, checked: isMany ? chosen.has(code) : chosen === code });
    input.addEventListener("click", () => {
      if (isMany) {
        if (input.checked) chosen.add(code);
        else chosen.delete(code);
        set([...chosen]);
        return;
      }
      if (chosen === code) {
        input.checked = false;
        chosen = null;
      } else {
        chosen = code;
      }
      set(chosen);
    });
    return h("label", { class: "chip" }, input, h("span", null, text, mark === code ? h("small", { class: "mark" }, _("form.before")) : null));
  });
  return h("fieldset", { class: "pick" + (isWide ? " is-wide" : "") }, h("legend", null, label),
    hint ? h("p", { class: "hint" }, hint) : null, h("div", { class: "chips" }, buttons));
}

/**
 * A number with its unit and what was read last. `set(text)` is told the text; `check(text)` answers with
 * {error: text} or {warnings: [texts]}. A warning asks, an error holds the form back.
 */
export function number({ label, unit, text, set, check, last = "", placeholder = "", step = "" }) {
  const id = freshId("n");
  const said = h("p", { class: "said-at", id: id + "-said", "aria-live": "polite" });
  const input = h("input", {
    id, type: "text", inputmode: "decimal", autocomplete: "off", value: text || "", placeholder, enterkeyhint: "next",
    "aria-describedby": id + "-said " + id + "-last", dataset: { step },
  });
  const tell = () => {
    const found = check ? check(input.value) : {};
    input.setAttribute("aria-invalid", found.error ? "true" : "false");
    said.className = "said-at" + (found.error ? " is-wrong" : found.warnings && found.warnings.length ? " is-odd" : "");
    fill(said, found.error || (found.warnings || []).join(" "));
  };
  input.addEventListener("input", () => { set(input.value); tell(); });
  tell();
  return h("div", { class: "field" }, h("label", { for: id }, label, " ", h("span", { class: "unit" }, unit)),
    h("p", { class: "last", id: id + "-last" }, last), input, said);
}

/** A line, or several (`rows`) of text. */
export function text({ label, value, set, rows = 0, hint = "", type = "text", list = null, inputmode = null, lang = null, max = 200, autocomplete = "off" }) {
  const id = freshId("t");
  const attrs = { id, value: value || "", oninput: (event) => set(event.target.value), maxlength: String(rows ? 4000 : max),
    "aria-describedby": hint ? id + "-hint" : null, inputmode, lang, autocomplete };
  const field = rows ? h("textarea", Object.assign(attrs, { rows: String(rows) }))
    : h("input", Object.assign(attrs, { type, list: list ? id + "-list" : null }));
  return h("div", { class: "field" }, h("label", { for: id }, label),
    hint ? h("p", { class: "hint", id: id + "-hint" }, hint) : null, field,
    list ? h("datalist", { id: id + "-list" }, list.map((each) => h("option", { value: each }))) : null);
}

/** One of many as the phone's own list. */
export function select({ label, choices, value, set, hint = "", none = "—" }) {
  const id = freshId("s");
  const known = choices.some(([code]) => code === value);
  const all = [["", none], ...choices, ...(value && !known ? [[value, value]] : [])];
  return h("div", { class: "field" }, h("label", { for: id }, label), hint ? h("p", { class: "hint" }, hint) : null,
    h("select", { id, value: value || "", onchange: (event) => set(event.target.value || null) },
      all.map(([code, words]) => h("option", { value: code }, words))));
}

/** A part of a form that is opened when it is needed; open where something stands in it. */
export function more(title, isOpen, ...body) {
  return h("details", { class: "more", open: isOpen }, h("summary", null, title), h("div", { class: "more-body" }, body));
}
