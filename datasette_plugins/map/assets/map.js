/* The site's map at any size: it asks for what stands in its window, counted squares or the trees themselves,
 * and keeps list, filters and address in step. Everything is in the page without it. Written for Chromium 80. */
(function () {
  "use strict";
  var root = document.getElementById("map");
  if (!root || !root.dataset.given || !window.L) return;
  var parts = window.treeMap.parts, element = parts.element, fill = parts.fill;
  var given = JSON.parse(root.dataset.given), words = given.words;
  var POINTS_FROM = 12, FEW = 400, TILE = 256, CELLS_APART = 46, POINTS_APART = 34, MAX_ZOOM = 19, LISTED = 60;
  var place = given.shifted ? window.gcj02(given.shifted) : parts.asIs;
  var status = document.getElementById("map-status"), seen = document.getElementById("map-seen");

  var maxZoom = given.tiles ? given.tiles.maxZoom : MAX_ZOOM;
  var map = L.map(root, { maxZoom: maxZoom, minZoom: 2, zoomSnap: 1, worldCopyJump: false });
  parts.prepare(map, words);

  /* ---- where to look first: the address, a tree, the reader, a walk, the whole register ---- */
  function fromHash() {
    var found = /^#(\d{1,2})\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(location.hash);
    if (!found || Math.abs(found[2]) > 85 || Math.abs(found[3]) > 180) return false;
    map.setView([+found[2], +found[3]], Math.min(maxZoom, Math.max(2, +found[1])), { animate: false });
    return true;
  }
  function fit(box, zoom) {
    map.fitBounds(L.latLngBounds([place(box[0], box[1]), place(box[2], box[3])]), {
      paddingTopLeft: [36, 36], paddingBottomRight: [44, 64], maxZoom: zoom || 16, animate: false
    });
  }
  function around(points) {
    var lons = points.map(function (p) { return p[0]; }), lats = points.map(function (p) { return p[1]; });
    return [Math.min.apply(0, lons), Math.min.apply(0, lats), Math.max.apply(0, lons), Math.max.apply(0, lats)];
  }
  function look() {
    if (fromHash()) return;
    if (given.treeAt) map.setView(place(given.treeAt[0], given.treeAt[1]), Math.min(16, maxZoom), { animate: false });
    else if (given.stops.length) fit(around(given.stops), 17);
    else if (given.near) fit(around([given.near].concat(given.nearest)), 17);
    else if (given.box) fit(given.box);
    else map.setView([35, 105], 4, { animate: false });
  }
  look();

  /* ---- below the trees ---- */
  if (given.tiles) {
    given.tiles.layers.forEach(function (url, index) {
      L.tileLayer(url, {
        maxZoom: maxZoom, attribution: index ? "" : credit(given.tiles), referrerPolicy: "origin"
      }).addTo(map);
    });
  } else {
    parts.drawGraticule(map);
  }
  function credit(tiles) {
    var text = parts.escaped(tiles.attribution);
    return tiles.link ? '<a href="' + encodeURI(tiles.link) + '" rel="noopener">' + text + "</a>" : text;
  }
  if (given.reviewNo) map.attributionControl.addAttribution(parts.escaped(given.reviewNo));
  if (given.tiles && given.tiles.isShifted) map.attributionControl.addAttribution(parts.escaped(words.shifted));
  var putOutlines = given.tiles ? null : parts.drawOutlines(map, [], place);

  /* ---- what is asked ---- */
  function world(latLng) { return map.project(latLng, map.getZoom()); }
  /* The window, widened to whole tiles: the same few addresses for everybody, and small moves ask nothing. */
  function windowNow() {
    var view = map.getPixelBounds(), zoom = map.getZoom(), spare = given.shifted ? 1 : 0;
    var last = Math.pow(2, zoom);
    function cut(value) { return Math.min(last, Math.max(0, value)); }
    var left = cut(Math.floor(view.min.x / TILE) - spare), right = cut(Math.ceil(view.max.x / TILE) + spare);
    var top = cut(Math.floor(view.min.y / TILE) - spare), foot = cut(Math.ceil(view.max.y / TILE) + spare);
    var northWest = map.unproject([left * TILE, top * TILE], zoom), southEast = map.unproject([right * TILE, foot * TILE], zoom);
    /* A hair inside the last tile: its far edge is the first square of the next. */
    var hair = 1e-7 * 360 / last;
    return { zoom: zoom, west: northWest.lng, north: northWest.lat, east: southEast.lng - hair, south: southEast.lat + hair };
  }
  function boxOf(at) {
    return [at.west, Math.max(-90, at.south), at.east, at.north].map(function (value) { return value.toFixed(7); }).join(",");
  }
  function holds(known, view) {
    return known && known.zoom === map.getZoom() && known.west <= view.getWest() && known.east >= view.getEast() &&
      known.south <= view.getSouth() && known.north >= view.getNorth();
  }
  function ask(address) {
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }
  function question(at) {
    return "?" + (given.asked ? given.asked + "&" : "") + "bbox=" + boxOf(at) + "&z=" + at.zoom;
  }

  var turn = 0, known = null, few = given.placed !== null && given.placed <= FEW;
  function refresh(again) {
    var view = map.getBounds();
    if (!again && holds(known, view)) { tell(); return; }
    var at = windowNow(), mine = ++turn, isNear = at.zoom >= POINTS_FROM || few;
    root.setAttribute("aria-busy", "true");
    ask((isNear ? given.points : given.cells) + question(at))
      .then(function (answer) {
        if (mine !== turn) return null;
        if (!isNear && !answer.state && answer.trees <= FEW) return ask(given.points + question(at));
        return answer;
      })
      .then(function (answer) {
        if (mine !== turn || !answer) return;
        known = at;
        root.removeAttribute("aria-busy");
        draw(answer);
      })
      .catch(function () { if (mine === turn) fail(); });
    if (putOutlines) {
      ask(given.outlines + "?box=" + boxOf(at))
        .then(function (found) { if (mine === turn) putOutlines(found); })
        .catch(function () { /* the map stands without them */ });
    }
  }
  function fail() {
    root.removeAttribute("aria-busy");
    status.hidden = false;
    status.textContent = words.failed;
  }

  /* ---- what is drawn ---- */
  var held = L.layerGroup().addTo(map), shown = [], current = null;
  var popup = L.popup({ minWidth: 220, maxWidth: 300, className: "tm-popup", autoPanPadding: [12, 12] });
  var openedBy = null, wanted = given.tree;

  function draw(answer) {
    var focused = shown.filter(function (item) { return item.marker.getElement() === document.activeElement; })[0];
    held.clearLayers();
    document.getElementById("map-dots") && document.getElementById("map-dots").remove();
    status.hidden = true;
    current = answer;
    shown = answer.state ? [] : answer.points ? pointItems(answer) : cellItems(answer);
    if (answer.points) parts.drawCells(held, answer.points, place);
    shown.forEach(function (item) { item.marker = markerOf(item).addTo(held); });
    root.dataset.drawn = answer.state || (answer.points ? "points" : "cells");
    if (focused) (iconOf(focused) || root).focus();
    tell();
    if (wanted) openWanted();
    if (window.performance && performance.mark) performance.mark("map-drawn");
  }
  /* The mark of the tree that an item was drawn for; the map may have been drawn anew meanwhile. */
  function iconOf(item) {
    if (!item.list.length) return null;
    var path = pathOf(item.list[0].tree);
    var now = shown.filter(function (each) {
      return each.list.some(function (one) { return pathOf(one.tree) === path; });
    })[0];
    return now ? now.marker.getElement() : null;
  }
  function tell() {
    if (!current) return;
    if (current.state) { seen.textContent = words.tooMany; return; }
    var view = map.getBounds(), count = 0;
    shown.forEach(function (item) { if (view.contains(item.at)) count += item.trees; });
    seen.textContent = count ? fill(words.inView, "n", parts.grouped(count)) : words.noneInView;
  }
  function cellItems(answer) {
    return merged(answer.cells.map(function (cell) {
      return { at: L.latLng(place(cell[4], cell[5])), trees: cell[2], generalised: cell[3], list: [] };
    }), CELLS_APART);
  }
  function pointItems(answer) {
    var data = answer.points;
    return merged(data.trees.map(function (tree, index) {
      return {
        at: L.latLng(place(tree[0], tree[1])), trees: 1, generalised: data.classes[tree[2]][3] ? 1 : 0,
        list: [{ tree: tree, age: answer.ages[index] }]
      };
    }), POINTS_APART);
  }
  /* Neighbours whose marks would lie over each other become one, where most of their trees stand. */
  function merged(items, apart) {
    var grid = {}, found = [];
    items.sort(function (a, b) { return b.trees - a.trees; });
    items.forEach(function (item) {
      var at = world(item.at), x = Math.floor(at.x / apart), y = Math.floor(at.y / apart), host = null;
      for (var dx = -1; dx <= 1 && !host; dx++) {
        for (var dy = -1; dy <= 1 && !host; dy++) {
          (grid[(x + dx) + "," + (y + dy)] || []).some(function (other) {
            if (Math.abs(other.px.x - at.x) < apart && Math.abs(other.px.y - at.y) < apart) host = other;
            return host;
          });
        }
      }
      if (!host) {
        item.px = at;
        item.bounds = L.latLngBounds([item.at, item.at]);
        (grid[x + "," + y] = grid[x + "," + y] || []).push(item);
        found.push(item);
        return;
      }
      host.trees += item.trees;
      host.generalised += item.generalised;
      host.list = host.list.concat(item.list);
      host.bounds.extend(item.at);
    });
    return found;
  }

  function markerOf(item) {
    var single = item.list.length === 1 ? item.list[0].tree : null, icon, name = "";
    if (single) {
      icon = parts.dotIcon(current.points.kinds[current.points.classes[single[2]][0]]);
      name = parts.title(dataOf(), single);
    } else if (item.trees === 1) {
      icon = L.divIcon({ className: "tm-one", html: '<span class="tm-hidden">1</span>', iconSize: [24, 24] });
      name = fill(words.cluster, "n", "1");
    } else {
      icon = parts.rings(item.trees, words, item.generalised === item.trees ? "tm-all-generalised" : "");
    }
    var marker = L.marker(item.at, { icon: icon, title: name, alt: name, riseOnHover: true });
    marker.on("click", function () { press(item, false); });
    marker.on("keydown", function (event) {
      var key = event.originalEvent.key;
      if (key !== "Enter" && key !== " ") return;
      L.DomEvent.preventDefault(event.originalEvent);
      press(item, true);
    });
    return marker;
  }
  function dataOf() {
    return {
      words: words, lang: given.lang, kinds: current.points.kinds, classes: current.points.classes,
      names: current.points.names, places: current.points.places, sources: current.points.sources
    };
  }
  function press(item, byKey) {
    var single = item.list.length === 1, spread = item.bounds.getNorthEast().distanceTo(item.bounds.getSouthWest());
    if (single || (item.list.length && (map.getZoom() >= maxZoom || spread < 3))) { open(item, byKey); return; }
    var zoom = map.getZoom() + (item.list.length ? 1 : 2);
    if (item.list.length) zoom = Math.max(zoom, Math.min(maxZoom, map.getBoundsZoom(item.bounds.pad(0.2))));
    map.setView(item.list.length ? item.bounds.getCenter() : item.at, Math.min(maxZoom, zoom));
    if (byKey) root.focus();
  }
  function open(item, byKey) {
    openedBy = byKey ? item : null;
    popup.setLatLng(item.at).setContent(item.list.length === 1 ? cardOf(item.list[0]) : listOf(item)).openOn(map);
    var close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
    if (byKey) (popup.getElement().querySelector(".leaflet-popup-content a") || close).focus();
  }
  function cardOf(one) {
    return parts.card(dataOf(), {
      treeBase: given.treeBase,
      facts: function () { return one.age ? [[words.age, one.age, ""]] : []; },
      after: function (body, tree) { if (!dataOf().classes[tree[2]][3]) body.appendChild(walkLink(pathOf(tree))); }
    }, one.tree);
  }
  function listOf(item) {
    var box = element("div", "tm-zone-told"), list = element("ul", "tm-here");
    box.appendChild(element("b", "", fill(words.here, "n", parts.grouped(item.trees))));
    item.list.slice(0, LISTED).forEach(function (one) {
      var link = element("a", "tm-result", parts.title(dataOf(), one.tree));
      link.href = given.treeBase + pathOf(one.tree);
      list.appendChild(element("li")).appendChild(link);
    });
    box.appendChild(list);
    if (item.list.length > LISTED) {
      box.appendChild(element("p", "tm-note", fill(words.more, "n", parts.grouped(item.list.length - LISTED))));
    }
    return box;
  }
  function pathOf(tree) { return tree[7] || tree[6]; }
  function walkLink(path) {
    if (given.walk.indexOf(path) >= 0) return element("p", "tm-note", words.walkIn);
    var link = element("a", "tm-walk", words.walkAdd);
    link.href = given.walkBase + given.walk.concat(path).map(encodeURIComponent).join(",") + hashNow();
    return link;
  }
  function openWanted() {
    if (!current.points) return;
    var item = shown.filter(function (each) {
      return each.list.some(function (one) { return pathOf(one.tree) === wanted; });
    })[0];
    wanted = "";
    if (item) open({ at: item.at, list: item.list.filter(function (one) { return pathOf(one.tree) === given.tree; }) }, false);
  }
  root.addEventListener("keydown", function (event) { if (event.key === "Escape") map.closePopup(); });
  map.on("popupclose", function () {
    var icon = openedBy && iconOf(openedBy);
    openedBy = null;
    if (icon && root.contains(icon)) icon.focus(); else if (root.contains(document.activeElement)) root.focus();
  });

  /* ---- zones, groves, gardens and places, from nearby ---- */
  function areaCard(area) {
    var box = element("div", "tm-zone-told");
    box.appendChild(element("b", "", area[3] || area[2], area[3] ? area[4] : ""));
    box.appendChild(element("p", "", words[area[0]] + " · " + area[2]));
    var link = box.appendChild(element("a", "tm-open", words.openArea));
    link.href = given.areaBase + (area[0] === "place" ? "landmark" : area[0]) + "/" + area[1];
    return box;
  }
  var zones = given.hasZones || given.hasAreas
    ? parts.drawZones(map, words, { zonesUrl: given.zones, place: place, onArea: areaCard,
      window: function () { return given.shifted ? map.getBounds().pad(0.3) : map.getBounds(); }
    }) : null;

  /* ---- the walk and the reader ---- */
  function drawWay() {
    var points = given.stops.map(function (stop) { return place(stop[0], stop[1]); });
    if (points.length > 1) L.polyline(points, { className: "tm-way", weight: 3, interactive: false }).addTo(map);
    points.forEach(function (point, index) {
      L.marker(point, {
        icon: L.divIcon({ className: "tm-stop", html: String(index + 1), iconSize: [26, 26], iconAnchor: [13, 40] }),
        interactive: false, keyboard: false
      }).addTo(map);
    });
    if (given.near) {
      L.circleMarker(place(given.near[0], given.near[1]), { radius: 9, className: "tm-you", interactive: false })
        .bindTooltip(words.you, { permanent: true, direction: "top", className: "tm-you-said" }).addTo(map);
    }
  }
  drawWay();
  var button = document.getElementById("near-me"), said = document.getElementById("near-said");
  if (button && navigator.geolocation) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = found.coords.longitude.toFixed(4) + "," + found.coords.latitude.toFixed(4);
        location.assign(button.dataset.near.replace("HERE", at));
      }, function () { button.disabled = false; said.textContent = words.noPosition; }, { timeout: 15000, maximumAge: 60000 });
    });
  }

  /* ---- legend, places to begin with ---- */
  var legend = document.getElementById("legend");
  document.getElementById("legend-box").hidden = false;
  parts.fillLegend(legend, { kinds: given.kinds, words: words, outlines: given.tiles ? [] : [1] }, null, true, zones);
  var regions = document.getElementById("regions");
  given.regions.forEach(function (region) {
    var made = regions.appendChild(element("button", "tm-region", region[0]));
    made.type = "button";
    made.appendChild(element("span", "tm-number", parts.grouped(region[1])));
    made.addEventListener("click", function () { fit(region[2]); });
  });

  /* ---- filters: the page of the new question brings its own list, counts and chips ---- */
  var form = document.querySelector("form.map-filter"), waiting = 0, filterTurn = 0;
  function hashNow() {
    var at = map.getCenter();
    return "#" + map.getZoom() + "/" + at.lat.toFixed(5) + "/" + at.lng.toFixed(5);
  }
  function address() {
    var asked = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value) asked.append(name, value); });
    var text = asked.toString();
    return form.action.split("?")[0] + (text ? "?" + text : "");
  }
  function filter() {
    var to = address(), mine = ++filterTurn;
    fetch(to, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) throw new Error(String(answer.status)); return answer.text(); })
      .then(function (html) {
        if (mine !== filterTurn) return;
        var page = new DOMParser().parseFromString(html, "text/html");
        ["map-top", "map-side", "map-credits"].forEach(function (id) {
          var fresh = page.getElementById(id), old = document.getElementById(id);
          if (fresh && old) old.innerHTML = fresh.innerHTML;
        });
        var next = JSON.parse(page.getElementById("map").dataset.given || "null");
        history.replaceState(null, "", to + hashNow());
        if (!next) { held.clearLayers(); shown = []; current = { trees: 0 }; tell(); return; }
        ["asked", "box", "placed", "walkBase"].forEach(function (name) { given[name] = next[name]; });
        few = given.placed !== null && given.placed <= FEW;
        known = null;
        map.closePopup();
        var box = given.box && L.latLngBounds([place(given.box[0], given.box[1]), place(given.box[2], given.box[3])]);
        if (box && given.placed && !map.getBounds().intersects(box)) fit(given.box);
        refresh(true);
      })
      .catch(function () { location.assign(to); });
  }
  var more = form.querySelector(".map-more");
  form.classList.add("is-live");
  if (window.innerWidth < 700) {
    more.open = Array.prototype.some.call(more.querySelectorAll("select"), function (choice) { return choice.value; });
  }
  form.addEventListener("change", function (event) { if (event.target.tagName === "SELECT") filter(); });
  form.addEventListener("input", function (event) {
    if (event.target.type !== "search") return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(filter, 400);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    window.clearTimeout(waiting);
    filter();
  });

  map.on("moveend resize", function () {
    history.replaceState(null, "", location.pathname + location.search + hashNow());
    refresh(false);
  });
  refresh(true);
})();
