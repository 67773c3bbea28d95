"""The marks of trees on paper: shapes and tones as on the screen, drawn once each and then repeated."""

import math
from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import Color, HexColor

from exports.kit import BARK, CARD, LEAF, SEAL, SOFT, Pen

TONES: dict[str, Color] = {
    "seal": SEAL,
    "gold": HexColor("#8a641e"),
    "leaf": LEAF,
    "bark": BARK,
    "ink": HexColor("#33566e"),
    "soft": SOFT,
}
BOX = 24.0
"""A mark is drawn in a square of so many units, its middle at (0, 0)."""
SEAL_FROM_PT = 6.4
"""A mark smaller than this has no character in it: nobody could read it."""

Points = Sequence[tuple[float, float]]


def _star(points: int, outer: float, inner: float) -> list[tuple[float, float]]:
    corners = []
    for number in range(points * 2):
        angle = math.pi / 2 + number * math.pi / points
        reach = inner if number % 2 else outer
        corners.append((reach * math.cos(angle), reach * math.sin(angle)))
    return corners


_POLYGONS: dict[str, Points] = {
    "square": ((-9.5, -9.5), (9.5, -9.5), (9.5, 9.5), (-9.5, 9.5)),
    "diamond": ((0, 11.6), (11.6, 0), (0, -11.6), (-11.6, 0)),
    "hexagon": ((-5.9, 10.2), (5.9, 10.2), (11.6, 0), (5.9, -10.2), (-5.9, -10.2), (-11.6, 0)),
    "star": _star(8, 12.0, 9.0),
    "triangle": ((0, 11), (11, -8.6), (-11, -8.6)),
    "pentagon": ((0, 11), (10.8, 3), (6.8, -10), (-6.8, -10), (-10.8, 3)),
    "kite": ((0, 11.4), (8.4, 3), (0, -11.4), (-8.4, 3)),
}


def define_marks(pen: Pen, kinds: Sequence[dict[str, Any]], size: float) -> None:
    """Put the marks of `kinds` (label, shape, tone, seal) into the document, for `draw_mark`."""
    for number, kind in enumerate(kinds):
        for name, has_seal in ((_form(number, plain=False), size >= SEAL_FROM_PT), (_form(number), False)):
            canvas = pen.canvas
            canvas.beginForm(name, -BOX, -BOX, BOX, BOX)
            _draw(pen, kind["shape"], TONES[kind["tone"]], kind["seal"] if has_seal else "")
            canvas.endForm()


def draw_mark(pen: Pen, kind: int, x: float, y: float, size: float, *, plain: bool = False) -> None:
    """Draw the mark of a kind, `size` points wide, its middle at (x, y). plain: without its character."""
    canvas = pen.canvas
    canvas.saveState()
    canvas.transform(size / BOX, 0, 0, size / BOX, round(x, 2), round(y, 2))
    canvas.doForm(_form(kind, plain=plain))
    canvas.restoreState()


def _form(number: int, *, plain: bool = True) -> str:
    return f"mark-{number}-{'plain' if plain else 'seal'}"


def _draw(pen: Pen, shape: str, tone: Color, seal: str) -> None:
    canvas = pen.canvas
    canvas.setLineJoin(1)
    if shape in {"ring", "cross"}:
        canvas.setFillColor(CARD)
        canvas.setStrokeColor(tone)
        canvas.setLineWidth(2.6)
        canvas.circle(0, 0, 9.6, fill=1, stroke=1)
        if shape == "cross":
            canvas.line(-6, -6, 6, 6)
    else:
        canvas.setFillColor(tone)
        canvas.setStrokeColor(CARD)
        canvas.setLineWidth(1.4)
        _outline(pen, shape)
    if seal and shape != "cross":
        pen.bold(0, -4.4, seal, 12.2, colour=tone if shape == "ring" else CARD, align="center")


def _outline(pen: Pen, shape: str) -> None:
    canvas = pen.canvas
    if shape in {"circle", "dot"}:
        canvas.circle(0, 0, 10.4 if shape == "circle" else 7.6, fill=1, stroke=1)
        return
    path = canvas.beginPath()
    if shape == "drop":
        path.moveTo(0, 11.5)
        path.curveTo(-6, 6.5, -8.6, 2.5, -8.6, -2.4)
        path.curveTo(-8.6, -7, -5, -10.8, 0, -10.8)
        path.curveTo(5, -10.8, 8.6, -7, 8.6, -2.4)
        path.curveTo(8.6, 2.5, 6, 6.5, 0, 11.5)
    else:
        corners = _POLYGONS[shape]
        path.moveTo(*corners[0])
        for corner in corners[1:]:
            path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, fill=1, stroke=1)
