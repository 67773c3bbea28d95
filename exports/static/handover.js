/* The hand-over map: what it has beyond `treemap.js`. `handOver(map, given, trees, parts)`, with `given` as
 * exports/folium_map.py packs it, `trees` what `treeMap` returned, `parts` the elements of the page to fill.
 * Written for Chromium 80; everything that somebody typed reaches the page through textContent alone. */
(function () {
  "use strict";

  var AREAS_FROM = 9, STEP_MS = 900;

  function points(steps) {
    var lon = 0, lat = 0, found = [];
    for (var i = 0; i < steps.length; i += 2) {
      lon += steps[i]; lat += steps[i + 1];
      found.push([lat / 1e6, lon / 1e6]);
    }
    return found;
  }

  window.handOver = function (map, given, trees, parts) {
    var tools = window.treeMap.parts, element = tools.element, fill = tools.fill, grouped = tools.grouped;
    var details = given.details, words = details.words, time = details.time;
    var list = parts.legend.querySelector("ul"), playing = null;

    function switchable(text, change) {
      var label = list.appendChild(element("li")).appendChild(element("label"));
      var box = label.appendChild(element("input"));
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", function () { change(box.checked); });
      label.appendChild(element("span", "tm-label", text));
      return label;
    }
    function shown(layer, isOn) { map[isOn ? "addLayer" : "removeLayer"](layer); }

    /* ---- divisions, groves and gardens ---- */
    function drawDivisions() {
      var pane = map.createPane("divisions");
      pane.style.zIndex = 245;
      pane.style.pointerEvents = "none";
      var renderer = L.svg({ pane: "divisions", padding: 0.3 }), held = L.layerGroup().addTo(map);
      var named = given.divisions.map(function (division) {
        var shape = L.polygon(division[1].map(points), { renderer: renderer, interactive: false, weight: 1.2, className: "tm-division" }).addTo(held);
        var name = L.marker(shape.getBounds().getCenter(), {
          icon: L.divIcon({ className: "tm-place", html: element("span", "", division[0]), iconSize: null }),
          interactive: false, keyboard: false, pane: "divisions"
        });
        return { bounds: shape.getBounds(), name: name };
      });
      function nameThem() { tools.nameFitting(map, named, held); }
      map.on("moveend resize", nameThem);
      nameThem();
      var label = switchable(words.divisions, function (isOn) { shown(held, isOn); });
      label.insertBefore(element("span", "tm-swatch tm-swatch-division"), label.lastChild);
    }
    function areaCard(area) {
      var root = element("article", "tm-card"), body = element("div", "tm-body");
      root.appendChild(element("div", "tm-plaque" + ((area[3] || "").length > 6 ? " tm-long" : ""), area[3] || area[2], area[4]));
      body.appendChild(element("h2", "", words.kinds[area[0]] || area[0]));
      body.appendChild(element("p", "", area[2]));
      if (given.areaBase) {
        var way = body.appendChild(element("a", "tm-open", words.openArea));
        way.href = given.areaBase + area[0] + "/" + area[1];
      }
      root.appendChild(body);
      return root;
    }
    function drawAreas() {
      var pane = map.createPane("areas"), held = L.layerGroup(), isOn = true;
      pane.style.zIndex = 380;
      var renderer = L.svg({ pane: "areas", padding: 0.2 });
      given.areas.forEach(function (area) {
        var rings = area[5].map(points);
        var shape = rings[0].length > 2
          ? L.polygon(rings, { renderer: renderer, weight: 1.6, className: "tm-area" })
          : L.circleMarker(rings[0][0], { renderer: renderer, radius: 9, weight: 2, className: "tm-area" });
        shape.bindPopup(function () { return areaCard(area); }, { className: "tm-popup", maxWidth: 280 }).addTo(held);
        shape.on("add", function () { reachable(shape, area[3] || area[2]); });
        var icon = L.divIcon({ className: "tm-area-name", html: element("span", "", area[3] || area[2], area[3] ? area[4] : ""), iconSize: null });
        L.marker(shape.getBounds ? shape.getBounds().getCenter() : rings[0][0], { icon: icon, interactive: false, keyboard: false }).addTo(held);
      });
      function draw() { shown(held, isOn && map.getZoom() >= AREAS_FROM); }
      map.on("zoomend", draw);
      draw();
      var label = switchable(words.areas, function (wanted) { isOn = wanted; draw(); });
      label.insertBefore(element("span", "tm-swatch tm-swatch-area"), label.lastChild);
    }
    function reachable(shape, name) {
      var drawn = shape.getElement();
      if (!drawn) return;
      drawn.setAttribute("tabindex", "0");
      drawn.setAttribute("role", "button");
      drawn.setAttribute("aria-label", name);
      L.DomEvent.on(drawn, "keydown", function (event) { if (event.key === "Enter") shape.openPopup(); });
    }

    /* ---- what the trees are coloured by ---- */
    function themeOf(theme) {
      if (theme.of === null) {
        return { kinds: given.points.kinds, of: function (at) { return given.points.classes[given.points.trees[at][2]][0]; } };
      }
      return { kinds: theme.kinds, of: function (at) { return parseInt(theme.of.charAt(at), 36); } };
    }
    function choose(theme) {
      stop();
      parts.time.hidden = theme !== time;
      if (theme === time) { showYear(+parts.year.value); return; }
      var chosen = themeOf(theme);
      trees.colour(chosen, false);
      tools.fillKinds(list, chosen.kinds, trees);
    }
    var all = details.themes.concat(time ? [time] : []);
    if (all.length > 1) {
      all.forEach(function (theme) {
        var label = parts.themes.appendChild(element("label", "tm-theme"));
        var box = label.appendChild(element("input"));
        box.type = "radio";
        box.name = "theme";
        box.checked = theme.name === details.chosen;
        box.addEventListener("change", function () { choose(theme); });
        label.appendChild(element("span", "", theme.label));
      });
    } else {
      parts.themes.hidden = true;
    }

    /* ---- the years of inspection ---- */
    function stateAt(year) {
      var kinds = new Uint8Array(given.points.trees.length).fill(time.none), count = 0, counts = time.kinds.map(function () { return 0; });
      time.visits.forEach(function (visit) {
        for (var i = 1; i < visit.length && visit[i] <= year - time.first; i += 2) kinds[visit[0]] = visit[i + 1];
        if (visit[1] <= year - time.first) count += 1;
      });
      given.points.trees.forEach(function (tree, at) { if (tree[0] !== null) counts[kinds[at]] += 1; });
      return { kinds: kinds, count: count, counts: counts };
    }
    var isByYear = false;
    function showYear(year) {
      var state = stateAt(year);
      var kinds = time.kinds.map(function (kind, index) { return Object.assign({}, kind, { count: state.counts[index] }); });
      trees.colour({ kinds: kinds, of: function (at) { return state.kinds[at]; } }, isByYear);
      isByYear = true;
      tools.fillKinds(list, kinds, trees);
      parts.year.value = String(year);
      parts.yearSaid.textContent = String(year);
      var said = fill(fill(fill(words.byThen, "year", String(year)), "n", grouped(state.count)), "m", grouped(given.points.trees.length - state.count));
      parts.timeSaid.textContent = said;
      parts.year.setAttribute("aria-valuetext", said);
    }
    function stop() {
      if (playing) clearInterval(playing);
      playing = null;
      isByYear = false;
      parts.play.textContent = "▶ " + words.play;
      parts.play.setAttribute("aria-pressed", "false");
    }
    function play() {
      if (playing) { stop(); isByYear = true; return; }
      showYear(+parts.year.value >= time.last ? time.first : +parts.year.value);
      parts.play.textContent = "❚❚ " + words.pause;
      parts.play.setAttribute("aria-pressed", "true");
      playing = setInterval(function () {
        var next = +parts.year.value + 1;
        if (next <= time.last) showYear(next);
        if (next >= time.last) { stop(); isByYear = true; }
      }, STEP_MS);
    }
    stop();
    if (time) {
      parts.year.min = time.first;
      parts.year.max = time.last;
      parts.year.value = time.last;
      parts.year.addEventListener("input", function () { showYear(+parts.year.value); });
      parts.play.addEventListener("click", play);
    }

    if (given.divisions.length) drawDivisions();
    if (given.areas.length) drawAreas();
    var first = details.themes.filter(function (theme) { return theme.name === details.chosen; })[0];
    if (first && first.of !== null) choose(first);

    /* ---- on paper: the map takes the width of the page ---- */
    var centre = null, zoom = 0;
    window.addEventListener("beforeprint", function () {
      centre = map.getCenter();
      zoom = map.getZoom();
      document.body.classList.add("tm-printed");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(centre, zoom, { animate: false });
    });
    window.addEventListener("afterprint", function () {
      document.body.classList.remove("tm-printed");
      map.invalidateSize({ animate: false, pan: false });
      if (centre) map.setView(centre, zoom, { animate: false });
    });
    parts.print.addEventListener("click", function () { window.print(); });
  };

  /* Facts of a tree for its card: age, sizes, vigour. */
  window.handOver.facts = function (given) {
    var details = given.details, words = details.words;
    var vigour = details.themes.filter(function (theme) { return theme.name === "vigour"; })[0];
    var places = new Map();
    given.points.trees.forEach(function (tree, at) { places.set(tree, at); });
    return function (tree) {
      var at = places.get(tree), row = details.facts[at] || [], told = [];
      if (row[0]) told.push([words.facts[0][0], details.ages[row[0] - 1], ""]);
      for (var i = 1; i < 5; i++) {
        if (row[i]) told.push([words.facts[i][0], row[i] + " " + words.facts[i][1], ""]);
      }
      if (vigour) {
        var kind = vigour.kinds[parseInt(vigour.of.charAt(at), 36)];
        told.push([words.vigour, kind.label, ""]);
      }
      return told;
    };
  };
})();
