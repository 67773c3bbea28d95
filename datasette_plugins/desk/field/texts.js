// The app's words in the reader's language. words.json holds {key: {zh, en}}; both are on the phone.

let table = {};
let language = "zh";
const KEPT = "gushu-field-language";

/** Read the words and choose a language: the one kept, that of the address, that of the phone. */
export async function loadTexts() {
  const answer = await fetch("/-/desk/field/words.json");
  if (!answer.ok) throw new Error("words.json: " + answer.status);
  table = await answer.json();
  setLanguage(keptLanguage() || (location.pathname.startsWith("/en/") ? "en" : phoneLanguage()));
}

/** "zh" or "en". */
export function lang() {
  return language;
}

/** Speak `wanted` from now on, also the next time. */
export function setLanguage(wanted) {
  language = wanted === "en" ? "en" : "zh";
  document.documentElement.lang = language === "en" ? "en" : "zh-Hans";
  try { localStorage.setItem(KEPT, language); } catch (error) { /* private mode: for this visit only */ }
}

/**
 * A sentence: `_("queue.count", {n: 3})`. In a text `{n}` stands for the fact of that name and
 * `{n|tree|trees}` for the word that goes with one, or with any other number.
 */
export function _(key, facts) {
  const label = table[key];
  return label ? fill(label[language], facts || {}) : key;
}

/** The keys that begin with `prefix`, in the order in which they are written down: a code list. */
export function keys(prefix) {
  return Object.keys(table).filter((key) => key.startsWith(prefix));
}

/** A text that came as {zh, en} (code lists of a package); of a plain text the text. */
export function pick(label) {
  if (label && typeof label === "object") return label[language] || label.zh || label.en || "";
  return label === null || label === undefined ? "" : String(label);
}

/** The language of a name or a message that came from elsewhere, for `lang`; null where it is the page's own. */
export function langOf(text) {
  const isChinese = typeof text === "string" && /[\u3400-\u9fff]/.test(text);
  return isChinese && language === "en" ? "zh-Hans" : null;
}

/** Day and time as the reader writes them; "" for nothing. */
export function when(instant) {
  if (!instant) return "";
  const day = new Date(instant);
  if (isNaN(day)) return "";
  const two = (number) => String(number).padStart(2, "0");
  return day.getFullYear() + "-" + two(day.getMonth() + 1) + "-" + two(day.getDate())
    + " " + two(day.getHours()) + ":" + two(day.getMinutes());
}

/** Bytes as people read them: "840 kB", "12.3 MB". */
export function size(bytes) {
  if (bytes < 1e6) return Math.max(bytes ? 1 : 0, Math.round(bytes / 1e3)) + " kB";
  if (bytes < 1e9) return (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0) + " MB";
  return (bytes / 1e9).toFixed(1) + " GB";
}

function fill(text, facts) {
  return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name, one, more) => {
    if (!(name in facts)) return whole;
    if (one === undefined) return String(facts[name]);
    return Number(facts[name]) === 1 ? one : more;
  });
}

function keptLanguage() {
  try { return localStorage.getItem(KEPT); } catch (error) { return null; }
}

function phoneLanguage() {
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en";
}
