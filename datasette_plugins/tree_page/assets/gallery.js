// Photos over the page: arrows, Escape, a swipe. Without script each photo is a link to a page of its own.
(function () {
  "use strict";
  var links = Array.prototype.slice.call(document.querySelectorAll("[data-gallery] a[data-full]"));
  if (!links.length || !document.body.append) { return; }
  var words = { zh: ["关闭", "上一张", "下一张", "照片"], en: ["Close", "Previous", "Next", "Photo"] };
  words["zh-Hant"] = ["關閉", "上一張", "下一張", "照片"];
  var lang = document.documentElement.lang;
  var say = words[lang] || (lang.indexOf("zh") === 0 ? words.zh : words.en);
  var box, image, text, count, at = 0, from = null, touch = null;

  function button(label, sign, act, css) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = css;
    made.setAttribute("aria-label", label);
    made.textContent = sign;
    made.addEventListener("click", act);
    return made;
  }
  function build() {
    box = document.createElement("div");
    box.className = "gallery";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", say[3]);
    image = document.createElement("img");
    text = document.createElement("p");
    text.setAttribute("aria-live", "polite");
    count = document.createElement("span");
    count.className = "gallery-count";
    box.append(button(say[0], "×", close, "gallery-close"), button(say[1], "‹", back, "gallery-back"), image,
      button(say[2], "›", on, "gallery-on"), text, count);
    box.addEventListener("click", function (event) { if (event.target === box) { close(); } });
    box.addEventListener("touchstart", function (event) { touch = event.touches[0].clientX; }, { passive: true });
    box.addEventListener("touchend", function (event) {
      var moved = event.changedTouches[0].clientX - touch;
      if (Math.abs(moved) > 50) { show(at + (moved < 0 ? 1 : -1)); }
    });
    box.addEventListener("keydown", keys);
    document.body.append(box);
  }
  function show(place) {
    at = (place + links.length) % links.length;
    var link = links[at], thumb = link.querySelector("img");
    image.src = link.getAttribute("data-full");
    image.alt = thumb.alt;
    text.innerHTML = link.parentNode.querySelector("figcaption").innerHTML;
    count.textContent = (at + 1) + " / " + links.length;
  }
  function back() { show(at - 1); }
  function on() { show(at + 1); }
  function open(place) {
    from = document.activeElement;
    if (!box) { build(); }
    box.hidden = false;
    document.documentElement.classList.add("gallery-open");
    show(place);
    box.querySelector("button").focus();
  }
  function close() {
    box.hidden = true;
    document.documentElement.classList.remove("gallery-open");
    if (from) { from.focus(); }
  }
  function keys(event) {
    var buttons = box.querySelectorAll("button"), last = buttons[buttons.length - 1];
    if (event.key === "Escape") { close(); }
    else if (event.key === "ArrowLeft") { back(); }
    else if (event.key === "ArrowRight") { on(); }
    else if (event.key === "Tab" && event.shiftKey && document.activeElement === buttons[0]) { last.focus(); }
    else if (event.key === "Tab" && !event.shiftKey && document.activeElement === last) { buttons[0].focus(); }
    else { return; }
    event.preventDefault();
  }
  links.forEach(function (link, place) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      event.preventDefault();
      open(place);
    });
  });
}());
