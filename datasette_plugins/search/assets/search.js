// Suggestions while somebody types: the combobox pattern of WAI-ARIA around a plain search form.
(function () {
  "use strict";
  const WAIT_MS = 140;

  function Suggestions(form) {
    const input = form.querySelector('input[name="q"]');
    const list = document.createElement("ul");
    const status = document.createElement("p");
    const known = new Map();
    let options = [], active = -1, composing = false, timer = 0, asked = "", typed = input.value;

    list.id = input.id + "-suggestions";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.querySelector("label").textContent);
    list.hidden = true;
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    input.parentNode.appendChild(list);
    form.appendChild(status);
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    Object.keys(said).forEach(function (name) { input.setAttribute(name, said[name]); });

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function piece(name, text, lang) {
      const span = document.createElement("span");
      span.className = lang === "la" ? name + " latin" : name;
      if (lang) span.lang = lang;
      span.textContent = text;
      return span;
    }

    function show(items) {
      list.textContent = "";
      options = items.map(function (item, place) {
        const option = document.createElement("li");
        option.id = list.id + "-" + place;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.appendChild(piece("thing-kind", item.what));
        option.appendChild(piece("thing-name", item.label, item.lang));
        const more = piece("thing-more", "");
        if (item.more) more.appendChild(piece("", item.more, item.more_lang));
        if (item.trees) more.appendChild(piece("tabular", item.trees));
        if (more.firstChild) option.appendChild(more);
        option.addEventListener("mousedown", function (event) { event.preventDefault(); });
        option.addEventListener("click", function () { location.href = item.url; });
        option.url = item.url;
        list.appendChild(option);
        return option;
      });
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !items.length;
      input.setAttribute("aria-expanded", String(items.length > 0));
      status.textContent = items.length === 1 ? form.dataset.one
        : items.length ? form.dataset.many.replace("{count}", items.length) : form.dataset.none;
    }

    function mark(place) {
      if (active >= 0) options[active].setAttribute("aria-selected", "false");
      active = place;
      if (place < 0) { input.removeAttribute("aria-activedescendant"); return; }
      options[place].setAttribute("aria-selected", "true");
      options[place].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[place].id);
    }

    function ask() {
      const q = input.value.trim().replace(/\s+/g, " ");
      asked = q;
      if (!q) { close(); status.textContent = ""; return; }
      if (known.has(q)) { show(known.get(q)); return; }
      fetch(form.dataset.suggest + "?q=" + encodeURIComponent(q), { credentials: "omit" })
        .then(function (answer) { return answer.ok ? answer.json() : { items: [] }; })
        .then(function (found) {
          known.set(q, found.items);
          if (q === asked && document.activeElement === input && !composing) show(found.items);
        })
        .catch(close);
    }

    function later() {
      if (composing || input.value === typed) return;
      clearTimeout(timer);
      typed = input.value;
      timer = setTimeout(ask, WAIT_MS);
    }

    input.addEventListener("compositionstart", function () { composing = true; clearTimeout(timer); });
    input.addEventListener("compositionend", function () { composing = false; later(); });
    input.addEventListener("input", function (event) { if (!event.isComposing) later(); });
    input.addEventListener("blur", close);
    form.addEventListener("submit", function () { clearTimeout(timer); asked = ""; close(); });
    input.addEventListener("keydown", function (event) {
      if (composing || event.isComposing || event.keyCode === 229) return;
      const isOpen = !list.hidden, last = options.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) { ask(); return; }
        const next = active + (event.key === "ArrowDown" ? 1 : -1);
        mark(next > last ? -1 : next < -1 ? last : next);
      } else if (event.key === "Enter" && isOpen && active >= 0) {
        event.preventDefault();
        location.href = options[active].url;
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        close();
      }
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-suggest]"), Suggestions);
})();
