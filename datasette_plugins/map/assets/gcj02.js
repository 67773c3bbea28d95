/* Where a base map in GCJ-02 shows a WGS84 position: registry/rules/datums.py says whence the sums. For display
 * only: nothing that the site publishes is moved. `gcj02(area)` gives a function (lon, lat) → [lat, lon]. */
(function () {
  "use strict";
  var AXIS_M = 6378245, ECCENTRICITY_2 = 0.00669342162296594323, PI = Math.PI;

  function isInside(area, lon, lat) {
    var inside = false, last = area[area.length - 1];
    area.forEach(function (corner) {
      if ((last[1] > lat) !== (corner[1] > lat) &&
        lon < (corner[0] - last[0]) * (lat - last[1]) / (corner[1] - last[1]) + last[0]) inside = !inside;
      last = corner;
    });
    return inside;
  }
  function moved(lon, lat) {
    var x = lon - 105, y = lat - 35, root = Math.sqrt(Math.abs(x));
    var wave = (20 * Math.sin(6 * x * PI) + 20 * Math.sin(2 * x * PI)) * 2 / 3;
    var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave;
    north += (20 * Math.sin(y * PI) + 40 * Math.sin(y / 3 * PI)) * 2 / 3;
    north += (160 * Math.sin(y / 12 * PI) + 320 * Math.sin(y * PI / 30)) * 2 / 3;
    var east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave;
    east += (20 * Math.sin(x * PI) + 40 * Math.sin(x / 3 * PI)) * 2 / 3;
    east += (150 * Math.sin(x / 12 * PI) + 300 * Math.sin(x / 30 * PI)) * 2 / 3;
    var phi = lat * PI / 180, bend = 1 - ECCENTRICITY_2 * Math.pow(Math.sin(phi), 2);
    var meridian = AXIS_M * (1 - ECCENTRICITY_2) / (bend * Math.sqrt(bend));
    var parallel = AXIS_M / Math.sqrt(bend) * Math.cos(phi);
    return [lat + north / meridian * 180 / PI, lon + east / parallel * 180 / PI];
  }
  window.gcj02 = function (area) {
    return function (lon, lat) { return isInside(area, lon, lat) ? moved(lon, lat) : [lat, lon]; };
  };
})();
