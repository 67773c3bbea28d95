/* The site's map page: asks for its points once and hands them to treeMap. */
(function () {
  "use strict";
  var root = document.getElementById("map");
  if (!root || !root.dataset.points) return;
  var status = document.getElementById("map-status");

  function draw(given) {
    status.hidden = true;
    var map = L.map(root, { maxZoom: 19, minZoom: 2 });
    var trees = treeMap(map, given.points, {
      treeBase: given.treeBase, tiles: given.tiles, zonesUrl: given.zonesUrl,
      legend: document.getElementById("legend"), regions: document.getElementById("regions")
    });
    document.getElementById("legend-box").hidden = false;
    if (root.dataset.tree) trees.goTo(root.dataset.tree);
  }

  fetch(root.dataset.points, { credentials: "same-origin" })
    .then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    })
    .then(draw)
    .catch(function () { status.textContent = root.dataset.failed; });
})();
