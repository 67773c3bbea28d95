"""Charts of one tree: its rings (each a dated record, the green one today) and its size over time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from reportlab.lib.colors import Color

from exports.kit import BARK, CARD, GOLD, INK, LEAF, LINE, SEAL, SOFT, Pen, translucent
from registry.growth_records import GrowthModel
from registry.records import TreeRecord
from registry.vocab.language import Translator

MOST_RINGS = 12
SIZES = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m")
"""Sizes in the order in which one is chosen to stand for the tree."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A day on which something was recorded. `kinds`: measured, inspected, designated, photographed."""

    on: date
    kinds: tuple[str, ...]


KIND_COLOURS: dict[str, Color] = {
    "measured": BARK,
    "inspected": LEAF,
    "designated": SEAL,
    "photographed": GOLD,
}


def tree_rings(tree: TreeRecord) -> list[Ring]:
    """The days with a record, oldest first."""
    days: dict[date, set[str]] = {}
    for kind, dates in (
        ("measured", [m.measured_on for m in tree.measurements]),
        ("inspected", [i.inspected_on for i in tree.inspections]),
        ("designated", [d.designated_on for d in tree.designations]),
        ("photographed", [p.taken_on for p in tree.photos]),
    ):
        for day in dates:
            if day is not None:
                days.setdefault(day, set()).add(kind)
    return [Ring(day, tuple(k for k in KIND_COLOURS if k in days[day])) for day in sorted(days)]


def kind_words(t: Translator) -> dict[str, str]:
    """What the dots on the rings are called."""
    _ = t.gettext
    return {
        "measured": _("Measured"),
        "inspected": _("Inspected"),
        "designated": _("Designated"),
        "photographed": _("Photographed"),
    }


def rings_sentence(rings: Sequence[Ring], t: Translator) -> str:
    """The rings in words, for those who cannot see them."""
    _ = t.gettext
    if not rings:
        return _("The source gives no date for any of its records: there is today's ring only.")
    words = kind_words(t)
    both = _(" and ")
    shown = [f"{r.on.isoformat()} {both.join(words[k] for k in r.kinds)}" for r in rings[-4:]]
    count = t.ngettext("{count} dated record", "{count} dated records", len(rings))
    records = _("; ").join(shown)
    if len(rings) > len(shown):
        return _("{count}, the latest: {records}", count=count, records=records)
    return _("{count}: {records}", count=count, records=records)


def draw_rings(
    pen: Pen,
    x: float,
    y: float,
    radius: float,
    rings: Sequence[Ring],
    *,
    today: date,
    centre: tuple[str, str],
) -> None:
    """Draw the rings around (x, y). Distance from the middle is time; the outermost ring is today.

    centre: the size that stands for the tree, as value and unit.
    """
    canvas = pen.canvas
    rings = rings[-MOST_RINGS:]
    pith = radius * 0.32
    canvas.setFillColor(CARD)
    canvas.setStrokeColor(LEAF)
    canvas.setLineWidth(2.6)
    canvas.circle(x, y, radius, fill=1, stroke=1)
    radii = _radii(rings, today, pith, radius)
    for place, at in enumerate(radii):
        canvas.setStrokeColor(translucent(BARK, 0.45 + 0.5 * (place + 1) / len(radii)))
        canvas.setLineWidth(1.1)
        canvas.circle(x, y, at, fill=0, stroke=1)
    canvas.setFillColor(translucent(BARK, 0.07))
    canvas.circle(x, y, pith * 0.92, fill=1, stroke=0)
    value, unit = centre
    pen.fitted(x, y - 2, value, 15, pith * 1.6, role="serif", align="center")
    pen.fitted(x, y - 12, unit, 6.4, pith * 1.7, colour=SOFT, align="center", least=4.5)
    _year(pen, x, y - radius, today.isoformat())
    for place, (ring, at) in enumerate(zip(rings, radii, strict=True)):
        _mark(pen, x, y, at, math.radians(62 - 47 * (len(rings) - 1 - place)), ring)


def has_trend(tree: TreeRecord) -> str | None:
    """The field to draw over time: the first with two or more dated values, or None."""
    for size in SIZES:
        if len(_series(tree, size)) > 1:
            return size
    return None


def trend_sizes(tree: TreeRecord) -> list[str]:
    """The sizes to draw over time: the one that stands for the tree, and its height."""
    first = has_trend(tree)
    also = [size for size in ("height_m",) if size != first and len(_series(tree, size)) > 1]
    return [first, *also] if first else []


def draw_trend(
    pen: Pen,
    x: float,
    y: float,
    width: float,
    height: float,
    tree: TreeRecord,
    size: str,
    model: GrowthModel | None = None,
) -> None:
    """Draw `size` over time in the box whose lower left corner is (x, y), with its values written beside.

    model: the line through the girths, drawn where `size` is the girth.
    """
    series = _series(tree, size)
    if size == "girth_cm" and model is not None:
        series = [(each.on, each.girth_cm) for each in model.readings if each.on is not None]
    draw_series(pen, x, y, width, height, series)
    if size == "girth_cm" and model is not None:
        ends = [(day, model.at(day)) for day in (model.since, model.until)]
        draw_series(pen, x, y, width, height, series, line=ends)


Series = Sequence[tuple[date, float]]
LEAST_GAP = 44.0
"""Values and days are written only so far apart, in points."""


def draw_series(
    pen: Pen,
    x: float,
    y: float,
    width: float,
    height: float,
    series: Series,
    *,
    line: Series | None = None,
    bounds: tuple[float, float] | None = None,
) -> None:
    """Draw dated values, oldest first, of two days at least, or a straight `line` among them.

    bounds: lowest and highest value of the axis; from the values where None.
    """
    days = [day.toordinal() for day, _ in series]
    values = [value for _, value in series]
    low, high = bounds or (min(values), max(values))
    slack = (high - low) * (0.25 if bounds is None else 0.08) or max(high * 0.1, 1.0)
    low, high = low - slack, high + slack
    left, foot = x + 26, y + 16

    def at(day: int, value: float) -> tuple[float, float]:
        along = (day - days[0]) / (days[-1] - days[0])
        return left + 20 + along * (width - 80), foot + (value - low) / (high - low) * (height - 24)

    if line is not None:
        (x0, y0), (x1, y1) = (at(day.toordinal(), value) for day, value in line)
        with pen.state() as canvas:
            canvas.setDash(4, 3)
            pen.rule(x0, y0, x1, y1, BARK, 1.0)
        return
    pen.rule(left, foot, x + width, foot, SOFT, 0.6)
    points = [at(day, value) for day, value in zip(days, values, strict=True)]
    for (x0, y0), (x1, y1) in pairwise(points):
        pen.rule(x0, y0, x1, y1, LEAF, 1.3)
    named = -LEAST_GAP
    for (px, py), (day, value) in zip(points, series, strict=True):
        pen.rule(px, foot, px, py, LINE, 0.5)
        pen.dot(px, py, 2.6, LEAF)
        if px - named >= LEAST_GAP:
            named = px
            pen.text(px, py + 6, f"{value:g}", 7.4, colour=INK, align="center")
            pen.text(px, foot - 10, day.isoformat(), 6.4, colour=SOFT, align="center")


def _series(tree: TreeRecord, size: str) -> list[tuple[date, float]]:
    """Dated values of one size, oldest first, one for each day."""
    dated = {
        m.measured_on: float(getattr(m, size))
        for m in tree.measurements
        if m.measured_on is not None and getattr(m, size) is not None
    }
    return sorted(dated.items())


def _radii(rings: Sequence[Ring], today: date, pith: float, radius: float) -> list[float]:
    """Radii by time, pushed inwards where two would touch."""
    if not rings:
        return []
    first = rings[0].on.toordinal()
    whole = max(1, today.toordinal() - first)
    gap = min(radius * 0.085, (radius - pith) / (len(rings) + 1))
    radii: list[float] = []
    outer = radius
    for ring in reversed(rings):
        by_time = pith + gap * 0.8 + (radius - pith - gap) * min(1.0, (ring.on.toordinal() - first) / whole)
        outer = min(by_time, outer - gap)
        radii.append(outer)
    return radii[::-1]


def _mark(pen: Pen, x: float, y: float, at: float, angle: float, ring: Ring) -> None:
    """Dots for what was recorded, side by side on the ring, and the year."""
    for place, kind in enumerate(ring.kinds):
        turn = angle - place * 5.4 / at
        pen.dot(x + at * math.cos(turn), y + at * math.sin(turn), 2.5, KIND_COLOURS[kind], CARD)
    turn = angle - (len(ring.kinds) * 5.4 + 4.5) / at
    px, py = x + at * math.cos(turn), y + at * math.sin(turn)
    _year(pen, px, py, f"{ring.on.year:04d}")


def _year(pen: Pen, x: float, y: float, text: str) -> None:
    """When a ring was, written on it."""
    size = 5.6
    wide = pen.fonts.width(text, "sans", size)
    pen.box(x - wide / 2 - 1.2, y - 3, wide + 2.4, 6.4, fill=CARD, radius=2)
    pen.text(x, y - 2, text, size, colour=SOFT, align="center")
