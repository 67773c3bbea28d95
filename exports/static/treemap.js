/* The tree map, for the hand-over file and for the site alike: `treeMap(map, data, options)`.
 *
 * data: as packed by exports/map_points.py. options: { treeBase: "https://…/tree/" or "/tree/" or null,
 * tiles: { layers, attribution, maxZoom } or null, legend, search, regions: elements to fill, or absent }.
 * Everything a person typed reaches the page through textContent alone. Written for Chromium 80.
 */
(function () {
  "use strict";

  var SHAPES = {
    square: '<rect x="3" y="3" width="18" height="18" rx="2"/>',
    diamond: '<path d="M12 .8 23.2 12 12 23.2 .8 12Z"/>',
    hexagon: '<path d="M6.2 2h11.6L23.4 12l-5.6 10H6.2L.6 12Z"/>',
    circle: '<circle cx="12" cy="12" r="10.5"/>',
    star: '<path d="m12 .5 3 3.6 4.6-.8.8 4.6 3.6 3-2.6 3.9 1 4.6-4.6 1L15 23.5l-3-2-3 2-2.8-3.1-4.6-1 1-4.6L0 10.9l3.6-3 .8-4.6 4.6.8Z"/>',
    ring: '<circle cx="12" cy="12" r="9.5" class="tm-hollow"/>',
    cross: '<circle cx="12" cy="12" r="10" class="tm-hollow"/><path class="tm-line" d="m6 18 12-12"/>',
    drop: '<path d="M12 1C6 5.5 3.5 9.5 3.5 14a8.5 8.5 0 0 0 17 0C20.5 9.5 18 5.5 12 1Z"/><path class="tm-vein" d="M12 21V9m0 8 3.5-3.5M12 14 9 11"/>',
    triangle: '<path d="M12 2 22.5 21h-21Z"/><path class="tm-vein" d="M12 18v-7"/>',
    pentagon: '<path d="m12 1.5 10.5 7.7-4 12.3h-13l-4-12.3Z"/><circle class="tm-eye" cx="12" cy="12.5" r="3.5"/>',
    kite: '<path d="M12 1 20 9.5 12 23 4 9.5Z"/><path class="tm-vein" d="M5.5 9.5h13"/>',
    dot: '<circle cx="12" cy="12" r="8"/>'
  };
  var STEPS = [45, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  var MAX_RESULTS = 20;

  function element(name, className, text, lang) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    if (lang) made.lang = lang;
    return made;
  }

  function escaped(text) {
    var holder = element("i", "", text);
    return holder.innerHTML;
  }

  function fill(sentence, name, value) {
    return sentence.replace("{" + name + "}", function () { return value; });
  }

  function grouped(count) {
    return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  function symbol(kind) {
    var hollow = kind.shape === "ring" || kind.shape === "cross" ? " tm-on-paper" : "";
    var seal = kind.seal && kind.shape !== "cross"
      ? '<text x="12" y="16.3" text-anchor="middle" class="tm-char' + hollow + '">' + escaped(kind.seal) + "</text>" : "";
    return '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">' + SHAPES[kind.shape] + seal + "</svg>";
  }

  function dotIcon(kind) {
    return L.divIcon({
      className: "tm-dot tm-" + kind.tone, html: symbol(kind), iconSize: [24, 24], iconAnchor: [12, 12]
    });
  }

  /* Many trees are drawn as the rings of a trunk: the more trees, the more rings. */
  function rings(count, words, className) {
    var number = Math.min(5, 1 + Math.floor(Math.log(count) / Math.LN10 * 1.6));
    var size = 34 + number * 5;
    var circles = "";
    for (var i = 0; i < number; i++) {
      circles += '<circle cx="50" cy="50" r="' + (46 - i * 6) + '" class="tm-ring' + (i ? "" : " tm-bark") + '"/>';
    }
    var label = '<span class="tm-count">' + grouped(count) + "</span>";
    return L.divIcon({
      className: "tm-cluster" + (className ? " " + className : ""),
      html: '<svg viewBox="0 0 100 100" aria-hidden="true" focusable="false">' + circles + "</svg>" + label +
        '<span class="tm-hidden"> ' + escaped(fill(words.cluster, "n", "").trim()) + "</span>",
      iconSize: [size, size]
    });
  }

  /* The paper: a thin graticule with its degrees at the edge, redrawn after every move. */
  function drawGraticule(map) {
    if (map.getPane("graticule")) return;
    var pane = map.createPane("graticule");
    pane.style.zIndex = 240;
    pane.style.pointerEvents = "none";
    var renderer = L.svg({ pane: "graticule", padding: 0.3 });
    var layer = L.layerGroup().addTo(map);

    function degrees(value, positive, negative) {
      var size = Math.abs(Math.round(value * 1000) / 1000);
      return size + "°" + (size === 0 ? "" : value > 0 ? positive : negative);
    }
    function line(points) {
      L.polyline(points, { renderer: renderer, interactive: false, className: "tm-graticule", weight: 1 }).addTo(layer);
    }
    function note(at, text, className) {
      var icon = L.divIcon({ className: "tm-degrees " + className, html: text, iconSize: null });
      L.marker(at, { icon: icon, interactive: false, keyboard: false, pane: "graticule" }).addTo(layer);
    }
    function draw() {
      layer.clearLayers();
      var bounds = map.getBounds().pad(0.3);
      var width = map.getBounds().getEast() - map.getBounds().getWest();
      var lines = Math.max(2, map.getSize().x / 140);
      var step = STEPS[0];
      STEPS.forEach(function (each) { if (width / each <= lines) step = each; });
      var south = Math.max(-85, bounds.getSouth()), north = Math.min(85, bounds.getNorth());
      var edge = map.containerPointToLatLng([0, map.getSize().y]);
      for (var lon = Math.ceil(bounds.getWest() / step) * step; lon <= bounds.getEast(); lon += step) {
        line([[south, lon], [north, lon]]);
        var x = map.latLngToContainerPoint([edge.lat, lon]).x;
        if (x > 50 && x < map.getSize().x - 110) note([edge.lat, lon], degrees(lon, "E", "W"), "tm-degrees-lon");
      }
      for (var lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
        line([[lat, bounds.getWest()], [lat, bounds.getEast()]]);
        var fromFoot = map.getSize().y - map.latLngToContainerPoint([lat, edge.lng]).y;
        if (fromFoot > 60) note([lat, edge.lng], degrees(lat, "N", "S"), "tm-degrees-lat");
      }
    }
    map.on("moveend resize", draw);
    draw();
  }

  /* Show those names for which there is room: `named` has the bounds and the name's marker of each. */
  function nameFitting(map, named, held) {
    var view = map.getBounds(), taken = [];
    named.forEach(function (each) {
      var at = map.latLngToContainerPoint(each.name.getLatLng());
      var width = map.latLngToContainerPoint(each.bounds.getNorthEast()).x -
        map.latLngToContainerPoint(each.bounds.getSouthWest()).x;
      var fits = width > 90 && width < map.getSize().x * 3 && view.contains(each.name.getLatLng()) &&
        taken.every(function (other) { return Math.abs(at.x - other.x) > 90 || Math.abs(at.y - other.y) > 22; });
      if (fits) taken.push(at);
      if (fits !== held.hasLayer(each.name)) held[fits ? "addLayer" : "removeLayer"](each.name);
    });
  }

  /* Faint hulls round the registered trees of each division, named where the name has room. Returns what
   * puts others in their stead. `place` turns longitude and latitude into where the map shows them. */
  function drawOutlines(map, outlines, place) {
    var pane = map.createPane("outlines");
    pane.style.zIndex = 250;
    pane.style.pointerEvents = "none";
    var renderer = L.svg({ pane: "outlines", padding: 0.3 });
    var named = [], held = L.layerGroup().addTo(map);
    function put(given) {
      held.clearLayers();
      named = given.map(function (outline) {
        var ring = outline[2].map(function (point) { return place(point[0], point[1]); });
        var hull = L.polygon(ring, { renderer: renderer, interactive: false, className: "tm-outline", weight: 1 });
        hull.addTo(held);
        var icon = L.divIcon({ className: "tm-place", html: element("span", "", outline[0], outline[1]), iconSize: null });
        var name = L.marker(hull.getBounds().getCenter(), {
          icon: icon, interactive: false, keyboard: false, pane: "outlines"
        });
        return { bounds: hull.getBounds(), name: name };
      });
      nameThem();
    }
    function nameThem() { nameFitting(map, named, held); }
    map.on("moveend resize", nameThem);
    put(outlines);
    return put;
  }

  function asIs(lon, lat) { return [lat, lon]; }

  function drawCells(map, data, place) {
    var seen = {};
    data.trees.forEach(function (tree) {
      var side = data.classes[tree[2]][3];
      var key = tree[0] + " " + tree[1] + " " + side;
      if (!side || tree[0] === null || seen[key]) return;
      seen[key] = true;
      var half = side / 2;
      L.rectangle([place(tree[0] - half, tree[1] - half), place(tree[0] + half, tree[1] + half)], {
        interactive: false, className: "tm-cell", weight: 1.5
      }).addTo(map);
    });
    return Object.keys(seen).length;
  }

  /* Protection zones: a layer that can be switched, drawn from nearby only. options.zones: packed by
   * exports/map_zones.py; options.zonesUrl: where the site gives those of a box, and the groves, gardens and
   * places in it; options.place: where the map shows a longitude and latitude; options.onArea: what is said of one. */
  var ZONES_FROM = 15;
  function drawZones(map, words, options) {
    var pane = map.createPane("zones"), held = L.layerGroup(), isShown = true, asked = 0;
    var place = options.place || asIs;
    pane.style.zIndex = 390;
    var renderer = L.svg({ pane: "zones", padding: 0.2 });
    var note = map.getContainer().appendChild(element("p", "tm-zone-note", words.zoneCut));
    note.hidden = true;

    function points(steps) {
      var lon = 0, lat = 0, found = [];
      for (var i = 0; i < steps.length; i += 2) {
        lon += steps[i]; lat += steps[i + 1];
        found.push(place(lon / 1e6, lat / 1e6));
      }
      return found;
    }
    function told(zone, basis) {
      var root = element("div", "tm-zone-told");
      root.appendChild(element("b", "", fill(words.zoneOf, "number", zone[1]) + (zone[2] ? " · " + zone[2] : "")));
      root.appendChild(element("p", "", (zone[0] === "legal" ? words.zoneLegal : words.zoneComputed) + " · " + grouped(Math.round(zone[3])) + " m²"));
      [zone[4], basis].forEach(function (text) { if (text) root.appendChild(element("p", "tm-note", text)); });
      return root;
    }
    function put(given) {
      held.clearLayers();
      given.zones.forEach(function (zone) {
        var shape = L.polygon(zone[6].map(points), {
          renderer: renderer, weight: 1.6, className: "tm-zone tm-zone-" + zone[0]
        }).bindPopup(function () { return told(zone, given.bases[zone[5]]); }, {
          className: "tm-popup", maxWidth: 280
        });
        shape.label = fill(words.zoneOf, "number", zone[1]);
        shape.addTo(held);
      });
      (given.areas || []).forEach(function (area) {
        var rings = area[5].map(points);
        var shape = rings[0].length > 2
          ? L.polygon(rings, { renderer: renderer, weight: 1.6, className: "tm-area" })
          : L.circleMarker(rings[0][0], { renderer: renderer, radius: 9, weight: 2, className: "tm-area" });
        shape.label = area[3] || area[2];
        shape.bindPopup(function () { return options.onArea(area); }, { className: "tm-popup", maxWidth: 280 }).addTo(held);
        var icon = L.divIcon({ className: "tm-area-name", html: element("span", "", area[3] || area[2], area[3] ? area[4] : ""), iconSize: null });
        L.marker(shape.getBounds ? shape.getBounds().getCenter() : rings[0][0], { icon: icon, interactive: false, keyboard: false }).addTo(held);
      });
      held.eachLayer(reachable);
      note.hidden = !given.cut;
    }
    /* Polygons by keyboard: each can be reached with the tab key and opened with Enter. */
    function reachable(layer) {
      var shape = layer.getElement && layer.getElement();
      if (!shape || !layer.getPopup || !layer.getPopup()) return;
      shape.setAttribute("tabindex", "0");
      shape.setAttribute("role", "button");
      shape.setAttribute("aria-label", layer.label || "");
      L.DomEvent.on(shape, "keydown", function (event) {
        if (event.key !== "Enter") return;
        layer.openPopup();
        var inside = layer.getPopup().getElement();
        var first = inside && inside.querySelector("a");
        if (first) first.focus();
      });
    }
    function draw() {
      var isNear = isShown && map.getZoom() >= ZONES_FROM;
      if (isNear !== map.hasLayer(held)) {
        map[isNear ? "addLayer" : "removeLayer"](held);
        if (isNear) held.eachLayer(reachable);
      }
      if (!isNear) { note.hidden = true; return; }
      if (!options.zonesUrl) return;
      var view = options.window ? options.window() : map.getBounds(), mine = ++asked;
      var box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map(function (value) { return value.toFixed(5); });
      fetch(options.zonesUrl + "?box=" + box.join(","), { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (given) { if (given && mine === asked) put(given); })
        .catch(function () { /* the map stands without them */ });
    }
    if (options.zones) put(options.zones);
    map.on("moveend", draw);
    draw();
    return function (shown) { isShown = shown; draw(); };
  }

  function names(data, tree) {
    var name = data.names[tree[3]];
    return { zh: name[0], zhLang: name[1], latin: name[2], en: name[3] };
  }

  function address(options, tree) {
    return options.treeBase ? options.treeBase + ((tree[7] || tree[6])) : null;
  }

  function title(data, tree) {
    var name = names(data, tree);
    var chosen = data.lang === "en" ? name.en || name.latin || name.zh : name.zh || name.latin || name.en;
    return (chosen || data.words.nameless) + " · " + tree[6];
  }

  /* One tree in the house style: plaque, seal, names, number, status, place, source, way in. */
  function card(data, options, tree) {
    var words = data.words, name = names(data, tree), kind = data.kinds[data.classes[tree[2]][0]];
    var said = data.classes[tree[2]], place = data.places[tree[4]], source = data.sources[tree[5]];
    var root = element("article", "tm-card");
    if (name.zh) root.appendChild(element("div", "tm-plaque" + (name.zh.length > 6 ? " tm-long" : ""), name.zh, name.zhLang));
    var body = root.appendChild(element("div", "tm-body"));
    if (!name.zh) body.appendChild(element("h2", "", name.en || name.latin || words.nameless));
    if (name.latin) body.appendChild(element("p", "tm-latin", name.latin, "la"));
    if (name.zh && name.en) body.appendChild(element("p", "tm-en", name.en, "en"));
    var badges = body.appendChild(element("p", "tm-badges"));
    var mark = badges.appendChild(element("span", "tm-mark tm-" + kind.tone));
    mark.innerHTML = symbol(kind);
    said[1].forEach(function (word) { badges.appendChild(element("span", "tm-badge", word)); });
    var facts = body.appendChild(element("dl", "tm-facts"));
    var told = [[words.number, tree[6], ""], [words.status, said[2], ""], [words.place, place[0], place[1]]];
    told.concat(options.facts ? options.facts(tree) : []).forEach(function (fact) {
      facts.appendChild(element("dt", "", fact[0]));
      facts.appendChild(element("dd", "", fact[1], fact[2]));
    });
    if (said[3]) body.appendChild(element("p", "tm-note", fill(words.cell, "cell", said[3])));
    var link = address(options, tree);
    if (link) {
      var way = body.appendChild(element("a", "tm-open", words.open));
      way.href = link;
    }
    if (options.after) options.after(body, tree);
    body.appendChild(element("p", "tm-source", source[0] + " · " + source[1]));
    return root;
  }

  /* theme: what the trees are coloured by: { kinds: marks with labels, of: gives a tree's kind by its place }. */
  function drawTrees(map, data, options) {
    var theme = { kinds: data.kinds, of: function (at) { return data.classes[data.trees[at][2]][0]; } };
    var icons = theme.kinds.map(dotIcon);
    var group = L.markerClusterGroup({
      iconCreateFunction: function (cluster) { return rings(cluster.getChildCount(), data.words); }, maxClusterRadius: 56, showCoverageOnHover: false,
      animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      spiderLegPolylineOptions: { weight: 1, className: "tm-leg" }
    });
    var markers = data.trees.map(function (tree, at) {
      if (tree[0] === null) return null;
      var marker = L.marker([tree[1], tree[0]], { icon: icons[theme.of(at)], title: title(data, tree) });
      marker.tree = tree;
      marker.at = at;
      return marker;
    });
    var popup = L.popup({ minWidth: 220, maxWidth: 300, className: "tm-popup", autoPanPadding: [12, 12] });
    var openedBy = null;

    function open(marker, byKey) {
      openedBy = byKey ? marker : null;
      popup.setLatLng(marker.getLatLng()).setContent(card(data, options, marker.tree)).openOn(map);
      var close = popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", data.words.close);
      if (byKey) (popup.getElement().querySelector(".tm-open") || close).focus();
    }
    function isEnter(event) { return event.originalEvent.key === "Enter"; }

    group.on("click", function (event) { open(event.layer || event.propagatedFrom, false); });
    group.on("keypress", function (event) { if (isEnter(event)) open(event.layer || event.propagatedFrom, true); });
    group.on("clusterkeypress", function (event) {
      if (!isEnter(event)) return;
      var cluster = event.layer || event.propagatedFrom;
      if (map.getZoom() === map.getMaxZoom()) cluster.spiderfy(); else cluster.zoomToBounds({ padding: [30, 30] });
      map.getContainer().focus();
    });
    map.getContainer().addEventListener("keydown", function (event) {
      if (event.key === "Escape") map.closePopup();
    });
    map.on("popupclose", function () {
      var icon = openedBy && openedBy.getElement();
      openedBy = null;
      if (icon) icon.focus();
    });

    var hidden = {};
    function isShown(marker) { return marker && !hidden[theme.of(marker.at)]; }
    function show() {
      group.clearLayers();
      group.addLayers(markers.filter(isShown));
    }
    show();
    map.addLayer(group);
    function go(index) {
      var marker = markers[index];
      if (!isShown(marker)) return;
      group.zoomToShowLayer(marker, function () { open(marker, true); });
    }
    function colour(given, isKept) {
      var before = hidden, isAll = Object.keys(before).every(function (kind) { return !before[kind]; });
      theme = given;
      hidden = isKept ? before : {};
      icons = theme.kinds.map(dotIcon);
      markers.forEach(function (marker) { if (marker) marker.setIcon(icons[theme.of(marker.at)]); });
      if (!isAll) show();
    }
    return {
      go: go,
      goTo: function (path) {
        go(data.trees.findIndex(function (tree) { return (tree[7] || tree[6]) === path; }));
      },
      toggle: function (kind, isOn) { hidden[kind] = !isOn; show(); },
      isOn: function (kind) { return !hidden[kind]; },
      colour: colour
    };
  }

  /* The marks of the legend, at the head of its list: the others are put away first. */
  function fillKinds(list, kinds, trees) {
    Array.prototype.slice.call(list.querySelectorAll(".tm-kind")).forEach(function (old) { list.removeChild(old); });
    var first = list.firstChild;
    kinds.forEach(function (kind, index) {
      var item = list.insertBefore(element("li", trees ? "tm-kind" : "tm-kind tm-key"), first);
      var label = trees ? item.appendChild(element("label")) : item;
      if (trees) {
        var box = label.appendChild(element("input"));
        box.type = "checkbox";
        box.checked = trees.isOn(index);
        box.addEventListener("change", function () { trees.toggle(index, box.checked); });
      }
      var mark = label.appendChild(element("span", "tm-mark tm-" + kind.tone));
      mark.innerHTML = symbol(kind);
      label.appendChild(element("span", "tm-label", kind.label));
      if (kind.count !== null) label.appendChild(element("span", "tm-number", grouped(kind.count)));
    });
  }

  function fillLegend(root, data, trees, cells, zones) {
    var list = root.appendChild(element("ul", "tm-legend"));
    fillKinds(list, data.kinds, trees);
    function key(className, text) {
      var item = list.appendChild(element("li", "tm-key"));
      item.appendChild(element("span", "tm-swatch " + className));
      item.appendChild(element("span", "tm-label", text));
    }
    if (zones) {
      var zoneLabel = list.appendChild(element("li")).appendChild(element("label"));
      var zoneBox = zoneLabel.appendChild(element("input"));
      zoneBox.type = "checkbox";
      zoneBox.checked = true;
      zoneBox.addEventListener("change", function () { zones(zoneBox.checked); });
      zoneLabel.appendChild(element("span", "tm-label", data.words.zones));
      key("tm-swatch-zone-computed", data.words.zoneComputed);
      key("tm-swatch-zone-legal", data.words.zoneLegal);
    }
    if (data.words.areas && zones) key("tm-swatch-area", data.words.areas);
    if (cells) key("tm-swatch-cell", data.words.cellLegend);
    if (data.outlines.length) key("tm-swatch-outline", data.words.outlineLegend);
  }

  function fillRegions(root, map, data, whole) {
    if (data.regions.length < 2) return;
    function button(text, count, bounds) {
      var made = root.appendChild(element("button", "tm-region", text));
      made.type = "button";
      made.appendChild(element("span", "tm-number", grouped(count)));
      made.addEventListener("click", function () { map.fitBounds(bounds, { padding: [30, 30], maxZoom: 16 }); });
    }
    button(data.words.all, data.counts.placed, whole);
    data.regions.forEach(function (region) { button(region[0], region[1], box(region[2])); });
  }

  function box(corners) {
    return L.latLngBounds([corners[1], corners[0]], [corners[3], corners[2]]);
  }

  function plain(text) {
    return text.normalize("NFKC").toLowerCase();
  }

  function fillSearch(root, data, options, trees) {
    var words = data.words, haystack = null;
    var input = root.querySelector("input"), count = root.querySelector("[role=status]"), list = root.querySelector("ul");

    function index() {
      return data.trees.map(function (tree) {
        var name = data.names[tree[3]];
        return plain([tree[6], name[0], name[2], name[3], data.places[tree[4]][0]].filter(Boolean).join(" "));
      });
    }
    function result(tree, at) {
      var item = list.appendChild(element("li"));
      var link = address(options, tree);
      var made = item.appendChild(element(tree[0] === null ? (link ? "a" : "span") : "button", "tm-result", title(data, tree)));
      made.appendChild(element("small", "", tree[0] === null ? words.unplaced : data.places[tree[4]][0]));
      if (tree[0] !== null) {
        made.type = "button";
        made.addEventListener("click", function () { trees.go(at); });
      } else if (link) {
        made.href = link;
      }
    }
    function find() {
      var query = plain(input.value.trim());
      list.textContent = count.textContent = "";
      if (!query) return;
      haystack = haystack || index();
      var terms = query.split(/\s+/), found = [];
      haystack.forEach(function (text, at) {
        if (!terms.every(function (term) { return text.indexOf(term) >= 0; })) return;
        var number = plain(data.trees[at][6]);
        found.push([number === query ? 0 : number.indexOf(query) === 0 ? 1 : 2, at]);
      });
      found.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
      count.textContent = found.length
        ? fill(words.found, "n", grouped(found.length)) : fill(words.none, "name", input.value.trim());
      found.slice(0, MAX_RESULTS).forEach(function (each) { result(data.trees[each[1]], each[1]); });
      if (found.length > MAX_RESULTS) {
        list.appendChild(element("li", "tm-more", fill(words.more, "n", grouped(found.length - MAX_RESULTS))));
      }
    }
    input.addEventListener("input", find);
    root.addEventListener("submit", function (event) { event.preventDefault(); find(); });
    if (input.value) find();
  }

  function prepare(map, words) {
    map.attributionControl.setPrefix(false);
    map.zoomControl.setPosition("bottomright");
    [words.zoomIn, words.zoomOut].forEach(function (word, index) {
      var button = map.zoomControl.getContainer().children[index];
      button.title = word;
      button.setAttribute("aria-label", word);
    });
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  }

  window.treeMap = function (map, data, options) {
    prepare(map, data.words);
    var whole = null;
    data.regions.forEach(function (region) { whole = whole ? whole.extend(box(region[2])) : box(region[2]); });
    if (whole) map.fitBounds(whole, { paddingTopLeft: [36, 36], paddingBottomRight: [44, 64], maxZoom: 16, animate: false });
    else map.setView([35, 105], 4, { animate: false });
    if (options.tiles) {
      options.tiles.layers.forEach(function (url, index) {
        var credit = index ? "" : escaped(options.tiles.attribution);
        L.tileLayer(url, { maxZoom: 19, maxNativeZoom: options.tiles.maxZoom, attribution: credit }).addTo(map);
      });
    } else {
      drawGraticule(map);
    }
    drawOutlines(map, data.outlines, asIs);
    var cells = drawCells(map, data, asIs);
    var hasZones = options.zonesUrl || (options.zones && options.zones.zones.length);
    var zones = hasZones ? drawZones(map, data.words, options) : null;
    var trees = drawTrees(map, data, options);
    if (!whole) map.getContainer().appendChild(element("p", "tm-empty", data.words.noPositions));
    if (options.legend) fillLegend(options.legend, data, trees, cells, zones);
    if (options.regions) fillRegions(options.regions, map, data, whole);
    if (options.search) fillSearch(options.search, data, options, trees);
    return trees;
  };

  /* What the site's own map, which asks for its trees window by window, is made of too. */
  window.treeMap.parts = {
    element: element, fill: fill, grouped: grouped, escaped: escaped, symbol: symbol, dotIcon: dotIcon, rings: rings,
    title: title, card: card, box: box, asIs: asIs, prepare: prepare, fillLegend: fillLegend, fillKinds: fillKinds, nameFitting: nameFitting,
    drawGraticule: drawGraticule, drawOutlines: drawOutlines, drawCells: drawCells, drawZones: drawZones
  };
})();
