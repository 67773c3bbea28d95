"""The sketch of a walk on its leaflet: numbered stops, the register's other trees, scale and north."""

from collections.abc import Sequence

from exports.kit import BARK, CARD, INK, LEAF, LINE, SEAL, SOFT, WHITE, Pen, translucent
from exports.walk_content import WalkContent
from exports.walk_leaflet_words import LeafletWords
from exports.walk_map import Sketch, draw_sketch

_MARK = 13.0


def draw_walk_map(
    pen: Pen,
    x: float,
    y: float,
    width: float,
    height: float,
    walk: WalkContent,
    around: Sequence[tuple[float, float]],
    words: LeafletWords,
) -> None:
    """Draw the sketch into a frame from its lower left corner; an empty frame where no stop has a place."""
    stops = [(s.place, s.lon, s.lat) for s in walk.stops if s.lon is not None and s.lat is not None]
    pen.box(x, y, width, height, fill=CARD, stroke=LINE, radius=4)
    sketch = draw_sketch(stops, around, width=width, height=height, pad=26, mark=_MARK)
    if sketch is None:
        return
    top = y + height
    with pen.state() as canvas:
        frame = canvas.beginPath()
        frame.roundRect(x, y, width, height, 4)
        canvas.clipPath(frame, stroke=0, fill=0)
        ground = translucent(LEAF, 0.28)
        for px, py in sketch.around:
            pen.dot(x + px, top - py, 1.5, ground)
        _draw_line(pen, sketch, x, top)
    for spot in sketch.spots:
        if spot.is_moved:
            pen.rule(x + spot.x, top - spot.y, x + spot.mark_x, top - spot.mark_y, SEAL, 0.6)
            pen.dot(x + spot.x, top - spot.y, 1.4, SEAL)
    for spot in sketch.spots:
        pen.dot(x + spot.mark_x, top - spot.mark_y, _MARK / 2, SEAL, WHITE)
        pen.text(x + spot.mark_x, top - spot.mark_y - 2.6, str(spot.place), 7.4, colour=WHITE, align="center")
    _draw_north(pen, x + width - 16, top - 26, words.north)
    _draw_scale(pen, x + 10, y + 10, sketch, words)


def _draw_line(pen: Pen, sketch: Sketch, x: float, top: float) -> None:
    canvas = pen.canvas
    canvas.setStrokeColor(BARK)
    canvas.setLineWidth(0.9)
    canvas.setDash(1.2, 2.6)
    path = canvas.beginPath()
    for number, spot in enumerate(sketch.spots):
        (path.lineTo if number else path.moveTo)(x + spot.x, top - spot.y)
    canvas.drawPath(path, stroke=1, fill=0)


def _draw_north(pen: Pen, x: float, y: float, letter: str) -> None:
    pen.rule(x, y, x, y + 14, SOFT, 0.9)
    pen.rule(x - 3, y + 9, x, y + 14, SOFT, 0.9)
    pen.rule(x + 3, y + 9, x, y + 14, SOFT, 0.9)
    pen.text(x, y - 8, letter, 7, colour=SOFT, align="center")


def _draw_scale(pen: Pen, x: float, y: float, sketch: Sketch, words: LeafletWords) -> None:
    metres, length = sketch.scale
    pen.rule(x, y, x + length, y, INK, 0.9)
    for end in (x, x + length):
        pen.rule(end, y, end, y + 3.5, INK, 0.9)
    pen.text(x + length + 4, y - 0.5, words.length(metres), 6.8, colour=SOFT)
