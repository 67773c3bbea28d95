"""The map of an opinion: footprint, zones and trunks to scale, with bar, north, coordinates; no basemap."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import shapely
from reportlab.lib.colors import Color

from exports.kit import CARD, GOLD, INK, LEAF, SEAL, SOFT, Pen, translucent
from exports.sketch_map import METRES_PER_DEGREE, Box, Frame, draw_grid, draw_north, draw_scale
from registry.check_records import CheckResult

LEAST_M = 30.0
"""The map shows at least so much around the footprint."""
_PAD = 1.18
_MARK = 5.2


def draw_opinion_map(pen: Pen, x: float, y: float, width: float, height: float, result: CheckResult) -> None:
    """Draw the map into the box whose lower left corner is (x, y). Hits are numbered as in their table."""
    pen.box(x, y, width, height, fill=CARD, stroke=SOFT, line=0.8)
    footprint = shapely.from_wkb(result.outline)
    zones = [(hit, shapely.from_wkb(hit.outline)) for hit in result.hits if hit.outline]
    ground = _Ground(footprint, [shape for _, shape in zones], x, y, width, height)
    with pen.state() as canvas:
        clip = canvas.beginPath()
        clip.rect(x, y, width, height)
        canvas.clipPath(clip, stroke=0, fill=0)
        draw_grid(pen, ground.frame)
        for is_legal, outline in result.context.zones:
            _area(pen, ground, shapely.from_wkb(outline), LEAF, 0.07, 0.5, dashed=not is_legal)
        _area(pen, ground, footprint, GOLD, 0.34, 1.3, edge=INK)
        for hit, shape in zones:
            _area(pen, ground, shape, SEAL, 0.13, 0.9, dashed=hit.zone != "legal")
        for lon, lat, _ in result.context.trees:
            pen.dot(*ground.at(lon, lat), 1.7, LEAF)
        taken: list[Box] = list(_furniture(ground.frame))
        for place, hit in enumerate(result.hits, start=1):
            shape = shapely.from_wkb(hit.outline) if hit.outline else None
            spot = hit.trunk or (shape.representative_point().coords[0] if shape is not None else None)
            if spot is not None:
                px, py = ground.at(*spot)
                pen.dot(px, py, 2.2, SEAL if hit.is_trunk_hit else LEAF, CARD)
                _mark(pen, ground.frame, px, py, str(place), taken)
    draw_north(pen, ground.frame)
    draw_scale(pen, ground.frame)
    _corners(pen, ground)


class _Ground:
    """From degrees to points of the page: metres around the middle of what is shown."""

    def __init__(
        self, footprint: Any, zones: Sequence[Any], x: float, y: float, width: float, height: float
    ) -> None:
        west, south, east, north = shapely.union_all([footprint, *(shape.envelope for shape in zones)]).bounds
        self.lon, self.lat = (west + east) / 2, (south + north) / 2
        self.squeeze = math.cos(math.radians(self.lat)) or 1e-9
        wide = max((east - west) * METRES_PER_DEGREE * self.squeeze, LEAST_M) * _PAD
        high = max((north - south) * METRES_PER_DEGREE, LEAST_M) * _PAD
        scale = min(width / wide, height / high)
        self.frame = Frame(x + width / 2, y + height / 2, width, height, scale)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position lies on the page."""
        east = (lon - self.lon) * METRES_PER_DEGREE * self.squeeze
        north = (lat - self.lat) * METRES_PER_DEGREE
        return self.frame.x + east * self.frame.scale, self.frame.y + north * self.frame.scale

    def degrees(self, px: float, py: float) -> tuple[float, float]:
        """The position that lies at a point of the page."""
        east, north = (px - self.frame.x) / self.frame.scale, (py - self.frame.y) / self.frame.scale
        return (
            self.lon + east / (METRES_PER_DEGREE * self.squeeze),
            self.lat + north / METRES_PER_DEGREE,
        )


def _area(
    pen: Pen,
    ground: _Ground,
    shape: Any,
    colour: Color,
    alpha: float,
    line: float,
    *,
    edge: Color | None = None,
    dashed: bool = False,
) -> None:
    canvas = pen.canvas
    path = canvas.beginPath()
    for part in getattr(shape, "geoms", [shape]):
        for ring in (part.exterior, *part.interiors):
            corners = [ground.at(lon, lat) for lon, lat in ring.coords]
            path.moveTo(*corners[0])
            for corner in corners[1:-1]:
                path.lineTo(*corner)
            path.close()
    canvas.setFillColor(translucent(colour, alpha))
    canvas.setStrokeColor(edge or colour)
    canvas.setLineWidth(line)
    canvas.setDash(3, 2) if dashed else canvas.setDash()
    canvas.drawPath(path, fill=1, stroke=1, fillMode=0)
    canvas.setDash()


def _mark(pen: Pen, frame: Frame, px: float, py: float, text: str, taken: list[Box]) -> None:
    """A number in a small disc beside its trunk, where it covers no other; else it is left out."""
    away = _MARK + 3.6
    for turn in range(16):
        reach = away * (1 + turn // 8 * 0.9)
        angle = math.pi / 4 * (turn % 8) + math.pi / 4
        cx, cy = px + reach * math.cos(angle), py + reach * math.sin(angle)
        box = (cx - _MARK, cy - _MARK, cx + _MARK, cy + _MARK)
        if frame.holds(cx, cy, _MARK + 1) and not any(_meet(box, other) for other in taken):
            taken.append(box)
            pen.rule(px, py, cx, cy, SEAL, 0.4)
            pen.dot(cx, cy, _MARK - 0.4, CARD, SEAL)
            pen.text(cx, cy - 2.1, text, 6.2 if len(text) < 3 else 4.8, colour=SEAL, align="center")
            return


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _furniture(frame: Frame) -> Iterator[Box]:
    """Where north arrow, scale bar and coordinates stand."""
    left, right = frame.x - frame.width / 2, frame.x + frame.width / 2
    low, top = frame.y - frame.height / 2, frame.y + frame.height / 2
    yield (right - 28, top - 40, right, top)
    yield (left, low, right, low + 22)
    yield (left, top - 14, left + 130, top)


def _corners(pen: Pen, ground: _Ground) -> None:
    """The coordinates of the upper left and lower right corner, WGS84."""
    frame = ground.frame
    left, right = frame.x - frame.width / 2, frame.x + frame.width / 2
    low, top = frame.y - frame.height / 2, frame.y + frame.height / 2
    for px, py, dx, dy, align in ((left, top, 5, -9, "left"), (right, low, -5, 5, "right")):
        lon, lat = ground.degrees(px, py)
        text = f"{_angle(lat, 'N', 'S')}  {_angle(lon, 'E', 'W')}"
        wide = pen.fonts.width(text, "sans", 6.2) + 6
        pen.box(px if dx > 0 else px - wide - 2, py + dy - 2.6, wide + 2, 9.4, fill=translucent(CARD, 0.82))
        pen.text(px + dx, py + dy, text, 6.2, colour=SOFT, align="right" if align == "right" else "left")


def _angle(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):.5f}°{positive if value >= 0 else negative}"
