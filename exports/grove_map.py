"""The sketch map of a grove: its boundary, its trees with files, scale and north; nothing that is not
registered, and nothing at all where the public does not see the place exactly."""

import math
from collections.abc import Sequence

from exports.kit import CARD, INK, LEAF, SOFT, Pen, translucent
from exports.sketch_map import (
    METRES_PER_DEGREE,
    Frame,
    draw_grid,
    draw_north,
    draw_scale,
)
from registry.records import AreaRecord, TreeRecord
from registry.vocab.words import Precision

LEAST_WIDTH_M = 40.0
Point = tuple[float, float]


def has_map(grove: AreaRecord, members: Sequence[TreeRecord]) -> bool:
    """Whether there is anything to draw."""
    return grove.position_precision == Precision.EXACT and bool(_points(grove, members))


def draw_grove_map(
    pen: Pen,
    x: float,
    y: float,
    width: float,
    height: float,
    grove: AreaRecord,
    members: Sequence[TreeRecord],
) -> None:
    """Draw the map into the box whose lower left corner is (x, y)."""
    pen.box(x, y, width, height, fill=CARD, stroke=SOFT, line=0.8)
    points = _points(grove, members)
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    centre = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    squeeze = math.cos(math.radians(centre[1]))
    wide = max((max(lons) - min(lons)) * METRES_PER_DEGREE * squeeze, LEAST_WIDTH_M)
    high = max((max(lats) - min(lats)) * METRES_PER_DEGREE, LEAST_WIDTH_M)
    scale = min(width * 0.78 / wide, height * 0.76 / high)
    frame = Frame(x + width / 2, y + height / 2, width, height, scale)

    def place(point: Point) -> Point:
        east = (point[0] - centre[0]) * METRES_PER_DEGREE * squeeze
        north = (point[1] - centre[1]) * METRES_PER_DEGREE
        return frame.x + east * scale, frame.y + north * scale

    with pen.state() as canvas:
        clip = canvas.beginPath()
        clip.rect(x, y, width, height)
        canvas.clipPath(clip, stroke=0, fill=0)
        draw_grid(pen, frame)
        if grove.boundary:
            _draw_ring(pen, [place(point) for point in grove.boundary])
    for tree in members:
        if tree.lon is not None and tree.lat is not None:
            px, py = place((tree.lon, tree.lat))
            pen.dot(px, py, 2.6, LEAF, CARD)
    if grove.lon is not None and grove.lat is not None:
        px, py = place((grove.lon, grove.lat))
        pen.rule(px - 4, py, px + 4, py, INK, 0.9)
        pen.rule(px, py - 4, px, py + 4, INK, 0.9)
    draw_north(pen, frame)
    draw_scale(pen, frame)


def _draw_ring(pen: Pen, ring: Sequence[Point]) -> None:
    canvas = pen.canvas
    path = canvas.beginPath()
    path.moveTo(*ring[0])
    for point in ring[1:]:
        path.lineTo(*point)
    path.close()
    canvas.setFillColor(translucent(LEAF, 0.13))
    canvas.setStrokeColor(LEAF)
    canvas.setLineWidth(1.3)
    canvas.drawPath(path, fill=1, stroke=1)


def _points(grove: AreaRecord, members: Sequence[TreeRecord]) -> list[Point]:
    points: list[Point] = [*grove.boundary]
    points += [(tree.lon, tree.lat) for tree in members if tree.lon is not None and tree.lat is not None]
    if grove.lon is not None and grove.lat is not None:
        points.append((grove.lon, grove.lat))
    return points
