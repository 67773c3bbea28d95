// Asking for a reason: one tap on what usually holds, or words of one's own.

import { go, h } from "../view.js";
import { _ } from "../texts.js";
import { freshId } from "./fields.js";

/**
 * Resolves with the reason as a text, or null where somebody wants to look again. `away`: {text, to}: another way out.
 */
export function askWhy({ title, text, reasons, isAlarm = false, away = null }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const place = document.getElementById("asked");
    const [heading, body, input] = [freshId("why"), freshId("why"), freshId("why")];
    const end = (answer) => {
      place.textContent = "";
      document.removeEventListener("keydown", onKey, true);
      removeEventListener("hashchange", onLeave);
      if (before && before.focus) before.focus({ preventScroll: true });
      resolve(answer);
    };
    const onLeave = () => end(null);
    const own = h("input", { id: input, type: "text", maxlength: "200", autocomplete: "off" });
    const go_on = h("button", { type: "submit", class: "button" }, _("why.go_on"));
    const box = h("div", { class: "question" + (isAlarm ? " is-alarm" : ""), role: "alertdialog", "aria-modal": "true", "aria-labelledby": heading, "aria-describedby": body },
      h("h2", { id: heading }, title), h("p", { id: body }, text),
      away ? h("button", { type: "button", class: "button main wide", onclick: () => { end(null); go(away.to); } }, away.text) : null,
      h("p", { class: "why-lead" }, _("why.lead")),
      h("div", { class: "why-list" }, reasons.map((reason) => h("button", { type: "button", class: "button wide", onclick: () => end(reason) }, reason))),
      h("form", { onsubmit: (event) => { event.preventDefault(); if (own.value.trim()) end(own.value.trim()); else own.focus(); } },
        h("label", { for: input }, _("why.own")), own,
        h("div", { class: "buttons" }, h("button", { type: "button", class: "button", onclick: () => end(null) }, _("why.back")), go_on)));
    const onKey = (event) => {
      if (event.key === "Escape") { event.preventDefault(); end(null); }
      if (event.key !== "Tab") return;
      const stops = [...box.querySelectorAll("button, input")];
      const at = stops.indexOf(document.activeElement);
      event.preventDefault();
      stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length].focus();
    };
    document.addEventListener("keydown", onKey, true);
    addEventListener("hashchange", onLeave);
    place.append(h("div", { class: "veil" }, box));
    box.querySelector("button").focus();
  });
}
