// Doubts about sizes that were read: they ask, they never block. Pure.

const FACTOR = 5;
const MOST = {
  girth_cm: 2500, ground_girth_cm: 3500, diameter_cm: 800, ground_diameter_cm: 1100, height_m: 90,
  crown_m: 70, crown_ew_m: 70, crown_ns_m: 70,
};
const SHRINKS_NOT = new Set(["girth_cm", "ground_girth_cm", "diameter_cm", "ground_diameter_cm"]);

/** A number as people type it: "3,5" and full-width digits too; NaN for what is none, null for nothing. */
export function readNumber(text) {
  const clean = String(text === null || text === undefined ? "" : text).normalize("NFKC").trim().replace(",", ".");
  if (clean === "") return null;
  return /^\d*\.?\d+$|^\d+\.$/.test(clean) ? Number(clean) : NaN;
}

/**
 * What is odd about `value` (a number) beside `last` (a number or null): [{code, …facts}], empty where nothing is.
 * Codes: "factor" (ten times more or less: a unit or a point?), "girth_or_diameter" (as if π were missing), "smaller"
 * (a trunk does not shrink), "high" (more than any tree is known to have), "jump" (half as much again or more).
 */
export function sizeDoubts(name, value, last) {
  if (value === null || !isFinite(value)) return [];
  if (!(value > 0)) return [{ code: "not_positive" }];
  const doubts = [];
  if (last > 0) {
    const ratio = value / last;
    if (SHRINKS_NOT.has(name) && (near(ratio, Math.PI) || near(ratio, 1 / Math.PI))) {
      doubts.push({ code: "girth_or_diameter", last });
    } else if (ratio >= FACTOR || ratio <= 1 / FACTOR) {
      doubts.push({ code: "factor", last });
    } else if (SHRINKS_NOT.has(name) && value < last) {
      doubts.push({ code: "smaller", last });
    } else if (ratio >= 1.5 || ratio <= 0.5) {
      doubts.push({ code: "jump", last });
    }
  }
  if (value > (MOST[name] || Infinity)) doubts.push({ code: "high" });
  return doubts;
}

/** Whether height and crown were perhaps typed into each other's field, beside what stood there before. */
export function isSwapped(sizes, last) {
  const crown = sizes.crown_ew_m || sizes.crown_m;
  const [h, c, lh, lc] = [sizes.height_m, crown, last.height_m, last.crown_m];
  if (!(h > 0 && c > 0 && lh > 0 && lc > 0) || Math.abs(lh - lc) < 0.3 * lh) return false;
  return near(h / lc, 1, 0.1) && near(c / lh, 1, 0.1);
}

function near(ratio, target, share = 0.03) {
  return Math.abs(ratio - target) <= share * target;
}
