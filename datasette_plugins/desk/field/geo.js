// Distances on the ground, the order of a walk, the mean of several fixes. Pure: degrees and metres in, the same out.

const RADIUS_M = 6371008.8;
const TURN = Math.PI / 180;
/** More metres than this, after all that is unsure, between phone and tree: the wrong place. */
export const WRONG_PLACE_M = 30;

/** Whether something has a position. */
export function hasPlace(it) {
  return Boolean(it) && typeof it.lon === "number" && typeof it.lat === "number" && isFinite(it.lon) && isFinite(it.lat);
}

/** Metres between two positions {lon, lat} on the ground. */
export function distanceM(a, b) {
  const lat = (b.lat - a.lat) * TURN;
  const lon = (b.lon - a.lon) * TURN;
  const half = Math.sin(lat / 2) ** 2 + Math.cos(a.lat * TURN) * Math.cos(b.lat * TURN) * Math.sin(lon / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees from north, clockwise, in which `b` lies from `a`. */
export function bearingDeg(a, b) {
  const lon = (b.lon - a.lon) * TURN;
  const y = Math.sin(lon) * Math.cos(b.lat * TURN);
  const x = Math.cos(a.lat * TURN) * Math.sin(b.lat * TURN) - Math.sin(a.lat * TURN) * Math.cos(b.lat * TURN) * Math.cos(lon);
  return (Math.atan2(y, x) / TURN + 360) % 360;
}

/** Metres that phone and tree are apart beyond all that is unsure: distance − accuracy − registered uncertainty. */
export function excessM(tree, fix) {
  if (!hasPlace(tree) || !hasPlace(fix)) return 0;
  return distanceM(tree, fix) - (fix.accuracy_m || 0) - (tree.uncertainty_m || 0);
}

/** Whether a fix says that somebody stands at another place than the tree. Without a position nobody can say. */
export function isWrongPlace(tree, fix) {
  return excessM(tree, fix) > WRONG_PLACE_M;
}

/**
 * The best estimate of several fixes: each counts by the inverse square of its accuracy. Those that lie far from the
 * middle one are left out. {lon, lat, accuracy_m, count}; null without any. The accuracy never gets better than that
 * of the best fix by more than half: errors of one place and hour are alike.
 */
export function meanFix(fixes) {
  const known = fixes.filter((fix) => hasPlace(fix) && fix.accuracy_m > 0);
  if (!known.length) return null;
  const middle = { lon: median(known.map((fix) => fix.lon)), lat: median(known.map((fix) => fix.lat)) };
  const best = Math.min(...known.map((fix) => fix.accuracy_m));
  const near = known.filter((fix) => distanceM(middle, fix) <= Math.max(3 * fix.accuracy_m, 15));
  const used = near.length ? near : known;
  let weights = 0;
  let lon = 0;
  let lat = 0;
  for (const fix of used) {
    const weight = 1 / fix.accuracy_m ** 2;
    weights += weight;
    lon += weight * fix.lon;
    lat += weight * fix.lat;
  }
  const accuracy = Math.max(Math.sqrt(1 / weights), best / 2);
  return { lon: lon / weights, lat: lat / weights, accuracy_m: Math.round(accuracy * 10) / 10, count: used.length };
}

function median(numbers) {
  const sorted = numbers.slice().sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/**
 * The order in which to walk from `start` ({lon, lat} or null: from the westernmost) by all `stops` that have a place:
 * to the nearest one each time, then without crossings (2-opt). Stops without a place come last, as they came.
 */
export function walkOrder(start, stops, { rounds = 12 } = {}) {
  const placed = stops.filter(hasPlace);
  const others = stops.filter((stop) => !hasPlace(stop));
  if (placed.length < 2) return [...placed, ...others];
  const from = hasPlace(start) ? start : placed.reduce((a, b) => (b.lon < a.lon ? b : a));
  const scale = Math.cos(from.lat * TURN);
  const xy = (it) => [(it.lon - from.lon) * TURN * RADIUS_M * scale, (it.lat - from.lat) * TURN * RADIUS_M];
  const points = [[0, 0], ...placed.map(xy)];
  const order = nearestFirst(points);
  uncross(points, order, rounds);
  return [...order.slice(1).map((index) => placed[index - 1]), ...others];
}

/** Metres of a walk from `start` through the stops in their order. */
export function walkLengthM(start, stops) {
  let sum = 0;
  let last = hasPlace(start) ? start : null;
  for (const stop of stops) {
    if (!hasPlace(stop)) continue;
    if (last) sum += distanceM(last, stop);
    last = stop;
  }
  return sum;
}

function apart(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function nearestFirst(points) {
  const left = new Set(points.keys());
  left.delete(0);
  const order = [0];
  let at = 0;
  while (left.size) {
    let best = -1;
    let least = Infinity;
    for (const index of left) {
      const far = apart(points[at], points[index]);
      if (far < least) { least = far; best = index; }
    }
    left.delete(best);
    order.push(best);
    at = best;
  }
  return order;
}

/** Turn pieces of the walk round as long as that makes it shorter; its end is free. */
function uncross(points, order, rounds) {
  const last = order.length - 1;
  for (let round = 0, better = true; better && round < rounds; round += 1) {
    better = false;
    for (let i = 0; i < last - 1; i += 1) {
      for (let j = i + 2; j <= last; j += 1) {
        const [a, b, c] = [points[order[i]], points[order[i + 1]], points[order[j]]];
        const after = j < last ? points[order[j + 1]] : null;
        const now = apart(a, b) + (after ? apart(c, after) : 0);
        const then = apart(a, c) + (after ? apart(b, after) : 0);
        if (then < now - 1e-6) {
          for (let low = i + 1, high = j; low < high; low += 1, high -= 1) {
            [order[low], order[high]] = [order[high], order[low]];
          }
          better = true;
        }
      }
    }
  }
}
