"""The sketch map of a tree: its neighbours in metres around it, with scale, north and how sure the place is.

There is no basemap: everything drawn is registered. Where the public sees a grid cell only, the cell is drawn
and nothing else, so that two trees of one cell have the same map.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from exports.kit import CARD, INK, LEAF, LINE, SOFT, Pen, translucent
from registry.records import MapPoint, TreeRecord
from registry.vocab.language import Translator
from registry.vocab.words import Precision

METRES_PER_DEGREE = 111_320.0
"""Metres in one degree of latitude, and of longitude at the equator: good to 0.6 %, ample for a sketch."""

LEAST_RADIUS_M = 25.0
MOST_RADIUS_M = 500.0
"""A neighbour farther away than this is not drawn."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A box on the page with a scale: (x, y) is its middle, `scale` is in points for a metre."""

    x: float
    y: float
    width: float
    height: float
    scale: float

    def holds(self, px: float, py: float, margin: float = 6.0) -> bool:
        """Whether a point of the page lies inside."""
        return abs(px - self.x) <= self.width / 2 - margin and abs(py - self.y) <= self.height / 2 - margin


def is_generalised(tree: TreeRecord) -> bool:
    """Whether the public sees a grid cell, or nothing, in place of the position."""
    return tree.position_precision != Precision.EXACT


def grid_cell(tree: TreeRecord) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the grid cell of a generalised position; None where there is none."""
    if tree.lon is None or tree.lat is None or not _is_grid(tree.position_precision):
        return None
    step = float(tree.position_precision)
    digits = len(tree.position_precision.partition(".")[2])
    west, south = (math.floor(value / step + 1e-6) * step for value in (tree.lon, tree.lat))
    return round(west, digits), round(south, digits), round(west + step, digits), round(south + step, digits)


def drawn_neighbours(tree: TreeRecord, neighbours: Sequence[MapPoint]) -> tuple[MapPoint, ...]:
    """Those that may be drawn round `tree`: none where its place is generalised, none whose own place is."""
    if is_generalised(tree):
        return ()
    return tuple(p for p in neighbours if p.is_exact and not p.is_self and p.tree_no != tree.tree_no)


def draw_sketch_map(
    pen: Pen,
    x: float,
    y: float,
    width: float,
    height: float,
    tree: TreeRecord,
    neighbours: Sequence[MapPoint],
    t: Translator,
) -> None:
    """Draw the map into the box whose lower left corner is (x, y)."""
    pen.box(x, y, width, height, fill=CARD, stroke=SOFT, line=0.8)
    middle = (x + width / 2, y + height / 2)
    if is_generalised(tree):
        draw_cell(pen, middle, width, height, tree, t)
    elif tree.lon is None or tree.lat is None:
        pen.text(*middle, t.gettext("The source gives no position"), 8.4, colour=SOFT, align="center")
    else:
        _draw_around(pen, middle, width, height, tree, neighbours, t)


def draw_cell(
    pen: Pen, middle: tuple[float, float], width: float, height: float, tree: TreeRecord, t: Translator
) -> None:
    cell = grid_cell(tree)
    if cell is None:
        pen.text(*middle, t.gettext("The position is not public"), 8.4, colour=SOFT, align="center")
        return
    west, south, east, north = cell
    wide_m = (east - west) * METRES_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    high_m = (north - south) * METRES_PER_DEGREE
    frame = Frame(*middle, width, height, min(width * 0.55 / wide_m, height * 0.55 / high_m))
    w, h = wide_m * frame.scale, high_m * frame.scale
    left, low = frame.x - w / 2, frame.y - h / 2
    pen.box(left, low, w, h, fill=translucent(LEAF, 0.14), stroke=LEAF, line=1)
    words = t.gettext("somewhere in this square")
    pen.fitted(frame.x, frame.y - 3, words, 7.6, w - 10, colour=LEAF, align="center", least=4)
    digits = len(tree.position_precision.partition(".")[2])
    for text, px, py, align in (
        (f"{west:.{digits}f}°", left, low - 9, "left"),
        (f"{east:.{digits}f}°", left + w, low - 9, "right"),
        (f"{north:.{digits}f}°", left - 4, low + h - 5, "right"),
        (f"{south:.{digits}f}°", left - 4, low + 1, "right"),
    ):
        pen.text(px, py, text, 6.2, colour=SOFT, align="right" if align == "right" else "left")
    draw_north(pen, frame)
    draw_scale(pen, frame)


def _draw_around(
    pen: Pen,
    middle: tuple[float, float],
    width: float,
    height: float,
    tree: TreeRecord,
    neighbours: Sequence[MapPoint],
    t: Translator,
) -> None:
    spots = _spots(tree, neighbours)
    radius = _radius(tree, [math.hypot(east, north) for east, north, _ in spots])
    frame = Frame(*middle, width, height, min(width, height) * 0.43 / radius)
    with pen.state() as canvas:
        clip = canvas.beginPath()
        clip.rect(frame.x - width / 2, frame.y - height / 2, width, height)
        canvas.clipPath(clip, stroke=0, fill=0)
        draw_grid(pen, frame)
        _draw_extents(pen, frame, tree)
    taken: list[Box] = [(frame.x - 6, frame.y - 6, frame.x + 6, frame.y + 6), *_corners(frame)]
    _draw_self(pen, frame, tree, taken)
    _draw_neighbours(pen, frame, spots, taken)
    draw_north(pen, frame)
    draw_scale(pen, frame)
    if tree.coordinate_uncertainty_m:
        note = t.gettext("place known to ± {metres} m", metres=f"{tree.coordinate_uncertainty_m:g}")
        pen.text(frame.x + width / 2 - 8, frame.y - height / 2 + 9, note, 6.6, colour=SOFT, align="right")


def _spots(tree: TreeRecord, neighbours: Sequence[MapPoint]) -> list[tuple[float, float, str]]:
    """Neighbours as metres east and north and a label; those at one spot share it. Nearest first."""
    assert tree.lon is not None and tree.lat is not None  # noqa: S101, PT018 - the caller has looked
    squeeze = math.cos(math.radians(tree.lat))
    spots: dict[tuple[float, float], list[str]] = {}
    for point in drawn_neighbours(tree, neighbours):
        east = (point.lon - tree.lon) * METRES_PER_DEGREE * squeeze
        north = (point.lat - tree.lat) * METRES_PER_DEGREE
        if math.hypot(east, north) <= MOST_RADIUS_M:
            spots.setdefault((round(east, 1), round(north, 1)), []).append(point.tree_no)
    nearest = sorted(spots.items(), key=lambda spot: (math.hypot(*spot[0]), spot[1]))
    return [(east, north, _shared(numbers)) for (east, north), numbers in nearest]


def _shared(numbers: Sequence[str]) -> str:
    first, *others = sorted(numbers)
    return f"{first} +{len(others)}" if others else first


def _radius(tree: TreeRecord, distances: Sequence[float]) -> float:
    """Metres from the middle to the edge: room for the nearest dozen, the crown and the uncertainty."""
    size = tree.size
    crown = (size.crown_m or 0.0) / 2 if size else 0.0
    wanted = max(LEAST_RADIUS_M, crown * 1.6, (tree.coordinate_uncertainty_m or 0.0) * 1.25)
    if distances:
        wanted = max(wanted, distances[: min(12, len(distances))][-1] * 1.08)
    return wanted


def draw_grid(pen: Pen, frame: Frame) -> None:
    """Thin lines a scale bar apart."""
    step = scale_metres(frame) * frame.scale
    count = int(max(frame.width, frame.height) / step / 2) + 1
    for line in range(-count, count + 1):
        at = line * step
        pen.rule(
            frame.x + at, frame.y - frame.height / 2, frame.x + at, frame.y + frame.height / 2, LINE, 0.3
        )
        pen.rule(frame.x - frame.width / 2, frame.y + at, frame.x + frame.width / 2, frame.y + at, LINE, 0.3)


def _draw_extents(pen: Pen, frame: Frame, tree: TreeRecord) -> None:
    """The crown to scale, and a dashed circle in which the tree stands for sure."""
    canvas = pen.canvas
    size = tree.size
    if size and size.crown_m:
        canvas.setFillColor(translucent(LEAF, 0.16))
        canvas.circle(frame.x, frame.y, size.crown_m / 2 * frame.scale, fill=1, stroke=0)
    if tree.coordinate_uncertainty_m:
        canvas.setStrokeColor(SOFT)
        canvas.setLineWidth(0.7)
        canvas.setDash(3, 2.5)
        canvas.circle(frame.x, frame.y, tree.coordinate_uncertainty_m * frame.scale, fill=0, stroke=1)
        canvas.setDash()


def _draw_self(pen: Pen, frame: Frame, tree: TreeRecord, taken: list[Box]) -> None:
    pen.dot(frame.x, frame.y, 5.2, LEAF, CARD)
    pen.dot(frame.x, frame.y, 1.7, CARD)
    _label(pen, frame, frame.x, frame.y, tree.tree_no, taken, size=8.0, away=7.5)


def _draw_neighbours(
    pen: Pen, frame: Frame, spots: Sequence[tuple[float, float, str]], taken: list[Box]
) -> None:
    inside = []
    for east, north, label in spots:
        px, py = frame.x + east * frame.scale, frame.y + north * frame.scale
        if frame.holds(px, py):
            inside.append((px, py, label))
            taken.append((px - 2.5, py - 2.5, px + 2.5, py + 2.5))
    for px, py, _ in inside:
        pen.dot(px, py, 2.4, SOFT, CARD)
    for px, py, label in inside:
        _label(pen, frame, px, py, label, taken, size=6.0, away=4.0)


def _label(
    pen: Pen, frame: Frame, px: float, py: float, text: str, taken: list[Box], *, size: float, away: float
) -> None:
    """Write a number beside its dot, on the first side where it covers nothing; else leave it out."""
    wide = pen.fonts.width(text, "sans", size)
    for left, low in (
        (px + away, py - size * 0.36),
        (px - away - wide, py - size * 0.36),
        (px - wide / 2, py + away),
        (px - wide / 2, py - away - size * 0.8),
    ):
        box = (left, low, left + wide, low + size * 0.8)
        if (
            frame.holds(left, low, 2)
            and frame.holds(box[2], box[3], 2)
            and not any(_meet(box, b) for b in taken)
        ):
            taken.append(box)
            pen.text(left, low, text, size, colour=INK)
            return


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _corners(frame: Frame) -> list[Box]:
    """Where the north arrow and the scale bar stand."""
    left, right = frame.x - frame.width / 2, frame.x + frame.width / 2
    low, top = frame.y - frame.height / 2, frame.y + frame.height / 2
    return [(right - 26, top - 38, right, top), (left, low, right, low + 24)]


def draw_north(pen: Pen, frame: Frame) -> None:
    x, top = frame.x + frame.width / 2 - 15, frame.y + frame.height / 2 - 8
    arrow = pen.canvas.beginPath()
    arrow.moveTo(x, top)
    arrow.lineTo(x - 4.2, top - 16)
    arrow.lineTo(x, top - 12.5)
    arrow.lineTo(x + 4.2, top - 16)
    arrow.close()
    pen.canvas.setFillColor(INK)
    pen.canvas.drawPath(arrow, fill=1, stroke=0)
    pen.text(x, top - 25, "N", 7.4, align="center")


def scale_metres(frame: Frame) -> float:
    """A round length (1, 2 or 5 times a power of ten) that takes about a quarter of the width."""
    wanted = frame.width * 0.27 / frame.scale
    power = 10.0 ** math.floor(math.log10(wanted))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= wanted)


def draw_scale(pen: Pen, frame: Frame) -> None:
    metres = scale_metres(frame)
    x, y = frame.x - frame.width / 2 + 9, frame.y - frame.height / 2 + 9
    length = metres * frame.scale
    pen.box(x, y, length / 2, 2.6, fill=INK)
    pen.box(x, y, length, 2.6, stroke=INK, line=0.6)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    pen.text(x + length + 4, y - 0.6, text, 6.8)
    pen.text(x, y + 6, "0", 5.6, colour=SOFT)


def _is_grid(precision: str) -> bool:
    return precision in (Precision.LOW, Precision.MEDIUM, Precision.HIGH)
