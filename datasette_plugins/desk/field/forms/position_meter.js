// Taking the position of a trunk: the mean of many fixes, with its accuracy shown as it gets better.

import { fill, h } from "../view.js";
import { button } from "../frame.js";
import { _ } from "../texts.js";
import { meanFix } from "../geo.js";
import { watchPosition } from "../position.js";

const MOST_FIXES = 60;

/** A button that begins to collect fixes, and one that takes their mean: onTaken({lon, lat, accuracy_m, count}). */
export function positionMeter(onTaken, { isAuto = false } = {}) {
  const said = h("p", { role: "status", class: "meter-said" }, _("meter.hint"));
  const fixes = [];
  let stop = null;
  const begin = () => {
    if (stop) return;
    start.hidden = true;
    take.hidden = false;
    stop = watchPosition((fix, trouble) => {
      if (fix && !fixes.some((each) => each.at === fix.at)) fixes.push(fix);
      if (fixes.length > MOST_FIXES) fixes.shift();
      const mean = meanFix(fixes);
      take.disabled = !mean;
      fill(said, mean ? _("meter.now", { m: mean.accuracy_m.toFixed(1), n: mean.count }) : _("place.none." + (trouble || "waiting")));
    });
  };
  const end = () => {
    if (stop) stop();
    stop = null;
    start.hidden = false;
    take.hidden = true;
  };
  const start = button(_("meter.start"), async () => begin(), { class: "button wide" });
  const take = h("button", { type: "button", class: "button main wide", hidden: true, disabled: true, dataset: { act: "take-place" }, onclick: () => {
    const mean = meanFix(fixes);
    if (!mean) return;
    end();
    fill(said, _("meter.taken", { lat: mean.lat.toFixed(6), lon: mean.lon.toFixed(6), m: mean.accuracy_m.toFixed(1), n: mean.count }));
    onTaken(mean);
  } }, _("meter.take"));
  addEventListener("hashchange", end, { once: true });
  if (isAuto) begin();
  return h("div", { class: "meter" }, said, start, take);
}
