"""What lies in the frame of a print map: ground, outlines, areas, zones, cells, trees and their numbers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from reportlab.lib.colors import Color, HexColor

from exports.kit import BARK, CARD, GOLD, INK, LEAF, LINE, SEAL, SOFT, Pen, fit, translucent
from exports.map_marks import Kind, legend_order
from exports.print_map_content import Content, MapShape, Survey
from exports.print_map_ground import Ground, Tick, spoken_degrees
from exports.print_map_labels import Room
from exports.print_map_paper import Rect
from exports.print_map_symbols import draw_mark


class Look(NamedTuple):
    """How a kind of shape is drawn; widths in points on A4."""

    fill: Color | None = None
    stroke: Color | None = None
    width: float = 0.5
    dash: tuple[float, ...] = ()
    is_named: bool = False


_WATER = HexColor("#7fa3b5")
LOOKS: dict[str, Look] = {
    "base_area": Look(HexColor("#efe9da"), HexColor("#d9d1bd"), 0.3),
    "base_green": Look(HexColor("#e6ecd9")),
    "base_water": Look(HexColor("#d5e3ea"), _WATER, 0.3),
    "base_stream": Look(None, _WATER, 0.7),
    "base_line": Look(None, HexColor("#c9c0ab"), 0.5),
    "base_road": Look(None, HexColor("#bcae92"), 0.8),
    "base_rail": Look(None, HexColor("#8d8676"), 0.7, (4, 1.6)),
    "division": Look(None, translucent(BARK, 0.75), 0.7, (5, 1.8, 1, 1.8), is_named=True),
    "hull": Look(translucent(LEAF, 0.035), translucent(BARK, 0.45), 0.45, (1.2, 2), is_named=True),
    "area": Look(translucent(LEAF, 0.16), LEAF, 0.9, is_named=True),
    "zone_computed": Look(translucent(LEAF, 0.1), HexColor("#33566e"), 0.5, (2.6, 1.8)),
    "zone_legal": Look(translucent(LEAF, 0.14), SEAL, 0.7),
    "cell": Look(translucent(GOLD, 0.14), BARK, 0.7, (3, 2)),
}
"""In the order in which they lie upon each other."""
FEW, LEAST_SHARE = 60, 0.12
"""Of more trees than this on a page, at least this share must find room for its numbers."""
_ORDER = {name: place for place, name in enumerate(LOOKS)}


@dataclass(frozen=True, slots=True)
class Drawing:
    """One map in its frame. size: of a tree's mark in points; kinds: in the order of the legend."""

    pen: Pen
    ground: Ground
    content: Content
    survey: Survey
    kinds: tuple[Kind, ...]
    factor: float
    size: float
    has_numbers: bool = True


def mark_size(frame: Rect, placed: int, factor: float) -> float:
    """How large the mark of a tree is, in points: smaller where there are many."""
    roomy = 0.52 * math.sqrt(frame.width * frame.height / max(placed, 1))
    return min(max(roomy, 3.4 * factor), 8.0 * factor)


class Inside(NamedTuple):
    """What the frame of a page shows: trees whose point lies in it, and how many of their numbers do not."""

    trees: int = 0
    unlabelled: int = 0


def draw_inside(drawing: Drawing) -> Inside:
    """Draw everything inside the frame."""
    pen, frame = drawing.pen, drawing.ground.frame
    pen.box(*frame, fill=CARD)
    with pen.state() as canvas:
        clip = canvas.beginPath()
        clip.rect(*frame)
        canvas.clipPath(clip, stroke=0, fill=0)
        room = Room(frame)
        _shapes(drawing, [s for s in drawing.survey.shapes if not s[0].look.startswith(("zone", "area"))])
        _graticule(drawing)
        _shapes(drawing, [s for s in drawing.survey.shapes if s[0].look.startswith(("zone", "area"))])
        cells = _cells(drawing)
        seen = _seen(drawing)
        for _at, x, y, _kind in seen:
            half = drawing.size / 2
            room.take((x - half, y - half, x + half, y + half))
        canvas.setFillAlpha(1)
        canvas.setStrokeAlpha(1)
        for _at, x, y, kind in reversed(seen):  # what matters most is drawn last
            draw_mark(pen, kind, x, y, drawing.size)
        _cell_counts(drawing, cells, room)
        _names(drawing, room)
        inside = [each for each in seen if _is_within(each[1], each[2], frame)]
        return Inside(len(inside), _numbers(drawing, inside, room) if drawing.has_numbers else 0)


def _is_within(x: float, y: float, frame: Rect) -> bool:
    return frame.x <= x < frame.right and frame.y <= y < frame.top


def draw_frame(pen: Pen, ground: Ground, factor: float, *, is_sheet: bool = False) -> None:
    """The neat line round the map, with the degrees of its meridians and parallels.

    The middle of each edge of a sheet is left free, for the number of the next one.
    """
    frame = ground.frame
    pen.box(*frame, stroke=INK, line=0.9 * factor)
    size, away = 5.2 * factor, 1.6 * factor
    for tick in ground.ticks():
        text = spoken_degrees(tick.degrees, *(("E", "W") if tick.is_meridian else ("N", "S")))
        wide = pen.fonts.width(text, "sans", size)
        for at, is_far in ((tick.low, False), (tick.high, True)):
            if at is None or (is_sheet and _is_middle(at, frame, factor, up=not tick.is_meridian)):
                continue
            if tick.is_meridian:
                y = frame.top + away if is_far else frame.y - away - size * 0.74
                if frame.x + wide / 2 < at < frame.right - wide / 2:
                    pen.text(at, y, text, size, colour=SOFT, align="center")
            elif frame.y + wide / 2 < at < frame.top - wide / 2:
                with pen.state() as canvas:
                    x = frame.right + away + size * 0.74 if is_far else frame.x - away
                    canvas.translate(x, at)
                    canvas.rotate(90)
                    pen.text(0, 0, text, size, colour=SOFT, align="center")


def _is_middle(at: float, frame: Rect, factor: float, *, up: bool) -> bool:
    """Whether a tick stands where the number of the next sheet is written."""
    middle = frame.y + frame.height / 2 if up else frame.x + frame.width / 2
    return abs(at - middle) < 16 * factor


def _graticule(drawing: Drawing) -> None:
    canvas = drawing.pen.canvas
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.3 * drawing.factor)
    for tick in drawing.ground.ticks():
        _line(canvas, tick)


def _line(canvas: Any, tick: Tick) -> None:
    path = canvas.beginPath()
    path.moveTo(*tick.line[0])
    for point in tick.line[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, fill=0, stroke=1)


def _shapes(drawing: Drawing, shapes: list[tuple[MapShape, Any]]) -> None:
    """Shapes in the order of their looks, each cut to what is seen."""
    west, south, east, north = drawing.ground.box
    margin = (east - west) * 0.02
    box = west - margin, south - margin, east + margin, north + margin
    for shape, metres in sorted(shapes, key=lambda each: _ORDER[each[0].look]):
        left, low, right, top = metres.bounds
        if left > box[2] or right < box[0] or low > box[3] or top < box[1]:
            continue
        look, seen = LOOKS[shape.look], _cut(metres, box, drawing)
        if shape.look == "hull" and (left < west or right > east or low < south or top > north):
            look = look._replace(fill=None)  # a tint whose edge is out of sight tells nothing
        _shape(drawing, look, seen)


def _cut(metres: Any, box: tuple[float, ...], drawing: Drawing) -> Any:
    """A shape cut to a box and simplified to 0.05 mm on paper; whole where cutting would break it."""
    fine = shapely.simplify(metres, 0.00005 * drawing.ground.scale)
    left, low, right, top = fine.bounds
    if left >= box[0] and right <= box[2] and low >= box[1] and top <= box[3]:
        return fine
    try:
        return shapely.clip_by_rect(fine, *box)
    except shapely.errors.GEOSException:
        return fine


def _shape(drawing: Drawing, look: Look, shape: Any) -> None:
    canvas, factor = drawing.pen.canvas, drawing.factor
    if look.fill:
        canvas.setFillColor(look.fill)
    if look.stroke:
        canvas.setStrokeColor(look.stroke)
        canvas.setLineWidth(look.width * factor)
    canvas.setDash([step * factor for step in look.dash] if look.dash else [])
    path, is_flat, any_ring = canvas.beginPath(), False, False
    for ring, is_closed in _rings(shape):
        points = drawing.ground.place(ring)
        if len(points) == 1:
            x, y = _near(points[0])
            drawing.pen.dot(x, y, 2.2 * factor, look.stroke or INK, CARD)
            continue
        any_ring, is_flat = True, is_flat or is_closed
        path.moveTo(*_near(points[0]))
        for point in points[1 : -1 if is_closed else None]:
            path.lineTo(*_near(point))
        if is_closed:
            path.close()
    if any_ring:
        fill = int(is_flat and look.fill is not None)
        canvas.drawPath(path, fill=fill, stroke=int(look.stroke is not None), fillMode=0)
    canvas.setDash()


def _near(point: Any) -> tuple[float, float]:
    return round(float(point[0]), 2), round(float(point[1]), 2)


def _rings(shape: Any) -> Iterator[tuple[Any, bool]]:
    """The rings and lines of a shape as arrays of metres, and whether each is closed."""
    if shape.is_empty:
        return
    if hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _rings(part)
    elif shape.geom_type == "Polygon":
        for ring in (shape.exterior, *shape.interiors):
            yield shapely.get_coordinates(ring), True
    else:
        yield shapely.get_coordinates(shape), False


def _seen(drawing: Drawing) -> list[tuple[int, float, float, int]]:
    """The exact trees in the frame, what matters most first: index, x, y, kind."""
    frame, half = drawing.ground.frame, drawing.size / 2
    places = drawing.ground.place(drawing.survey.spots)
    inside = (
        (places[:, 0] > frame.x - half)
        & (places[:, 0] < frame.right + half)
        & (places[:, 1] > frame.y - half)
        & (places[:, 1] < frame.top + half)
    )
    kinds = {kind: place for place, kind in enumerate(drawing.kinds)}
    spots = drawing.content.spots
    found = [
        (int(at), float(places[at, 0]), float(places[at, 1]), kinds[spots[at].kind])
        for at in np.flatnonzero(inside)
        if not spots[at].side
    ]
    rank = {place: legend_order(kind) for kind, place in kinds.items()}
    return sorted(found, key=lambda each: (rank[each[3]], spots[each[0]].number, each[0]))


def _cells(drawing: Drawing) -> dict[bytes, tuple[Any, int]]:
    """Draw each cell once; returns its middle on the page and how many trees are somewhere in it."""
    found: dict[bytes, tuple[Any, int]] = {}
    for corners in drawing.survey.cells.values():
        key = np.round(corners, 1).tobytes()
        if key in found:
            found[key] = (found[key][0], found[key][1] + 1)
            continue
        _shape(drawing, LOOKS["cell"], shapely.Polygon(corners))
        found[key] = (drawing.ground.place(corners.mean(axis=0)[None])[0], 1)
    return found


def _cell_counts(drawing: Drawing, cells: dict[bytes, tuple[Any, int]], room: Room) -> None:
    size = 6.4 * drawing.factor
    for (x, y), count in cells.values():
        text = str(count)
        wide = drawing.pen.fonts.width(text, "sans", size)
        box = (x - wide / 2 - 1, y - size * 0.4, x + wide / 2 + 1, y + size * 0.4)
        if room.is_free(box):
            room.take(box)
            drawing.pen.text(x, y - size * 0.36, text, size, colour=BARK, align="center")


def _names(drawing: Drawing, room: Room) -> None:
    """Names of divisions and areas, at the middle of what is seen of them, where there is room."""
    pen, factor = drawing.pen, drawing.factor
    named = [(shape, metres) for shape, metres in drawing.survey.shapes if LOOKS[shape.look].is_named]
    for shape, metres in sorted(named, key=lambda each: -_ORDER[each[0].look]):
        if not shape.name:
            continue
        size, colour = (5.8, LEAF) if shape.look == "area" else (7.2, translucent(BARK, 0.8))
        part = shapely.clip_by_rect(metres, *drawing.ground.box)
        if part.is_empty:
            continue
        middle = part.representative_point() if shape.look == "area" else part.centroid
        (x, y) = drawing.ground.place([[middle.x, middle.y]])[0]
        width = (part.bounds[2] - part.bounds[0]) * drawing.ground.points_per_metre
        if shape.look != "area" and width < len(shape.name) * size * factor * 0.7:
            continue
        _word(pen, room, x, y, shape.name, size * factor, colour)


def _word(pen: Pen, room: Room, x: float, y: float, name: str, size: float, colour: Color) -> None:
    """A name near (x, y) where it covers nothing; at most 60 mm long."""
    size, name = fit(pen.fonts, name, "serif", size, 170.0, size * 0.7)
    wide = pen.fonts.width(name, "serif", size)
    for step in (0, 1, -1, 2, -2, 3, -3):
        low = y + step * size * 1.3 - size * 0.37
        box = (x - wide / 2 - 1, low - 1, x + wide / 2 + 1, low + size)
        if room.is_free(box):
            room.take(box)
            pen.text(x, low, name, size, role="serif", colour=colour, align="center")
            return


def _numbers(drawing: Drawing, inside: list[tuple[int, float, float, int]], room: Room) -> int:
    """Write the numbers that find room, in the order of the trees; returns how many do not.

    Where few of many would find room, none is written: scattered numbers tell less than none.
    """
    pen, size = drawing.pen, 4.7 * drawing.factor
    placed: list[tuple[float, float, float, str]] = []
    for at, x, y, _kind in inside:
        text = drawing.content.spots[at].number
        wide = pen.fonts.width(text, "sans", size)
        if place := room.beside(x, y, drawing.size / 2, wide, size):
            placed.append((*place, wide, text))
    if len(inside) > FEW and len(placed) < LEAST_SHARE * len(inside):
        return len(inside)
    plate = translucent(CARD, 0.72)
    for left, low, wide, _text in placed:
        pen.box(left - 0.4, low - size * 0.14, wide + 0.8, size * 0.98, fill=plate)
    for left, low, _wide, text in placed:
        pen.text(left, low, text, size, colour=INK)
    return len(inside) - len(placed)
