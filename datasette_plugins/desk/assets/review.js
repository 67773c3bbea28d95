// Keys of the review pages: a accept, r return, e correct, n and p walk the queue, ? tells them.
// Everything works without this script; keys are never taken from somebody who is typing.
const SWITCH = "gushu-review-keys";
const form = document.querySelector("[data-review]");
const keys = document.getElementById("keys");
const box = document.querySelector("[data-keys-switch]");
let sent = false;

function remembered() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch (error) {
    return true;
  }
}

function remember(isOn) {
  try {
    localStorage.setItem(SWITCH, isOn ? "on" : "off");
  } catch (error) {
    // A browser that keeps nothing: the switch holds for this page.
  }
}

let isOn = remembered();
if (box) {
  const tick = box.querySelector("input");
  box.hidden = false;
  tick.checked = isOn;
  tick.addEventListener("change", () => {
    isOn = tick.checked;
    remember(isOn);
  });
}

function isTyping(target) {
  return target.isContentEditable || target.closest("input, textarea, select, [role=textbox]") !== null;
}

function press(name) {
  const button = form && form.querySelector(`[data-key="${name}"]`);
  if (button) button.click();
  return Boolean(button);
}

function writeReason() {
  const reason = form && form.querySelector("textarea[name=reason]");
  if (!reason) return false;
  if (reason.value.trim()) return press("r");
  reason.focus();
  return true;
}

function correct() {
  const first = form && form.querySelector("fieldset:not([disabled]) input[type=radio], details.correct");
  if (!first) return false;
  if (first.tagName !== "DETAILS") {
    first.focus();
    return true;
  }
  first.open = true;
  const field = first.querySelector("input, select, textarea");
  field.focus();
  if (field.select) field.select();
  return true;
}

function follow(way) {
  const link = document.querySelector(`.review-walk a[rel=${way}]`) || (way === "next" && document.querySelector("a[data-first]"));
  if (link) link.click();
  return Boolean(link);
}

function tell() {
  if (!keys) return false;
  keys.open = !keys.open;
  keys.querySelector("summary").focus();
  return true;
}

const DOES = { a: () => press("a"), r: writeReason, e: correct, n: () => follow("next"), p: () => follow("prev"), "?": tell };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (isTyping(event.target) && event.key !== "Escape") return;
  const does = DOES[event.key];
  if (does && (isOn || event.key === "?") && does()) event.preventDefault();
});

if (form) {
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Typing another value means that it is chosen.
  for (const radio of form.querySelectorAll("input[type=radio][value=other]")) {
    const field = form.querySelector(`[name="c.${radio.name.slice(2)}"]`);
    if (field) field.addEventListener("input", () => { radio.checked = true; });
  }
}
window.addEventListener("pageshow", () => { sent = false; });
