/* The scan page: reads itself aloud, and says how far away its tree stands. Neither is needed for anything. */
(function () {
  "use strict";
  var main = document.querySelector("main");

  /* Reading aloud: only where this device has a voice for the page's language. */
  var button = document.getElementById("aloud");
  var voices = window.speechSynthesis;

  function voiceFor(lang) {
    var wanted = lang.toLowerCase().split("-")[0];
    return voices.getVoices().filter(function (voice) {
      return voice.lang.toLowerCase().replace("_", "-").split("-")[0] === wanted;
    })[0];
  }

  function languageOf(element) {
    var holder = element.closest("[lang]");
    return holder ? holder.getAttribute("lang") : document.documentElement.lang;
  }

  function parts() {
    var chosen = main.querySelectorAll("h1, .verdict, dl > div, .visits, .signs li, .told");
    return Array.prototype.map.call(chosen, function (element) {
      return { text: element.textContent.replace(/\s+/g, " ").trim(), lang: languageOf(element) };
    }).filter(function (part) { return part.text; });
  }

  function silence() {
    voices.cancel();
    button.setAttribute("aria-pressed", "false");
    button.lastElementChild.textContent = button.dataset.start;
  }

  function speak() {
    var said = parts();
    said.forEach(function (part, place) {
      var voice = voiceFor(part.lang) || voiceFor(document.documentElement.lang);
      var utterance = new SpeechSynthesisUtterance(part.text);
      utterance.voice = voice;
      utterance.lang = voice ? voice.lang : part.lang;
      if (place === said.length - 1) utterance.onend = silence;
      voices.speak(utterance);
    });
    button.setAttribute("aria-pressed", "true");
    button.lastElementChild.textContent = button.dataset.stop;
  }

  function offer() {
    if (voiceFor(document.documentElement.lang)) button.hidden = false;
  }

  if (button && voices && window.SpeechSynthesisUtterance) {
    button.addEventListener("click", function () {
      if (button.getAttribute("aria-pressed") === "true") silence(); else speak();
    });
    window.addEventListener("pagehide", function () { voices.cancel(); });
    offer();
    if (voices.addEventListener) voices.addEventListener("voiceschanged", offer);
  }

  /* How far it is to the tree: asked only when somebody presses the button. */
  var where = document.getElementById("where");

  function metres(position) {
    var east = (position.longitude - Number(where.dataset.lon)) * Math.cos(Number(where.dataset.lat) * Math.PI / 180);
    var north = position.latitude - Number(where.dataset.lat);
    return Math.sqrt(east * east + north * north) * 111320;
  }

  function rounded(distance) {
    if (distance >= 1000) {
      return where.dataset.km.replace("{distance}", (distance / 1000).toFixed(distance < 10000 ? 1 : 0));
    }
    var metres = distance < 20 ? Math.round(distance) : Math.round(distance / 10) * 10;
    return where.dataset.m.replace("{distance}", metres);
  }

  function tell(found) {
    var distance = metres(found.coords), accuracy = found.coords.accuracy || 0;
    var doubt = accuracy + Number(where.dataset.uncertainty || 0);
    var said = where.dataset.said.replace("{distance}", rounded(distance)).replace("{doubt}", rounded(doubt));
    if (distance > doubt + 50) said += where.dataset.far;
    where.lastElementChild.textContent = said;
  }

  if (where && navigator.geolocation) {
    where.hidden = false;
    where.firstElementChild.addEventListener("click", function () {
      where.lastElementChild.textContent = where.dataset.asking;
      navigator.geolocation.getCurrentPosition(tell, function () {
        where.lastElementChild.textContent = where.dataset.unknown;
      }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 10000 });
    });
  }
})();
