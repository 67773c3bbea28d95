"""Outlines: letters as the curves of their font, QR codes as the edges of their dark areas.

So a plate looks the same wherever it is opened, and a machine can cut it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics

from exports.fonts import Fonts
from exports.glyphs import UNITS_PER_EM
from exports.plates.primitives import PT, SLANT, Text
from exports.qr import Matrix

Point = tuple[float, float]
Command = tuple[str, tuple[Point, ...]]
"""M (one point), L (one), Q (handle and end), Z (none)."""
FLATNESS_MM = 0.02
"""How far a straight piece may stray from the curve that it stands for."""


def text_path(text: Text, fonts: Fonts) -> Iterator[Command]:
    """A line of type as closed curves, in millimetres on the plate."""
    face = fonts.sans if text.role == "sans" else fonts.serif
    scale = text.size_pt * PT / UNITS_PER_EM
    lean = SLANT if text.role == "italic" else 0.0
    angle = np.radians(text.turn_deg)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    along = 0.0
    for character in text.text:
        commands, advance = _glyph(face, ord(character))
        for letter, points in commands:
            placed = []
            for x, y in points:
                a, b = along + (x + lean * y) * scale, y * scale
                placed.append((text.x + a * cos - b * sin, text.y + a * sin + b * cos))
            yield letter, tuple(placed)
        along += advance * scale


def text_rings(text: Text, fonts: Fonts) -> list[list[Point]]:
    """A line of type as closed polygons whose sides stray at most FLATNESS_MM from the letters."""
    rings: list[list[Point]] = []
    for letter, points in text_path(text, fonts):
        if letter == "M":
            rings.append([points[0]])
        elif letter == "L":
            rings[-1].append(points[0])
        elif letter == "Q":
            rings[-1].extend(_flattened(rings[-1][-1], *points))
    return [ring[:-1] if ring[0] == ring[-1] else ring for ring in rings if len(ring) > 2]


def symbol_outlines(matrix: Matrix) -> list[list[tuple[int, int]]]:
    """The edges of a symbol's dark areas as closed rings of corners, in modules from the upper left.

    Outer edges and holes alike; areas that touch at a corner alone stay apart. Filled by the even-odd rule
    the rings are the symbol again.
    """
    size = len(matrix)
    framed = np.zeros((size + 2, size + 2), dtype=np.bool_)
    framed[1:-1, 1:-1] = matrix
    going: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for y, x in zip(*np.nonzero(framed), strict=True):
        sides = (
            (framed[y - 1, x], (x - 1, y - 1), (x, y - 1)),
            (framed[y, x + 1], (x, y - 1), (x, y)),
            (framed[y + 1, x], (x, y), (x - 1, y)),
            (framed[y, x - 1], (x - 1, y), (x - 1, y - 1)),
        )
        for is_inner, begin, end in sides:
            if not is_inner:
                going.setdefault((int(begin[0]), int(begin[1])), []).append((int(end[0]), int(end[1])))
    rings = []
    while going:
        start = min(going)
        ring = [start]
        here, step = start, (0, 0)
        while True:
            choices = going[here]
            ahead = _turning(here, step, choices)
            choices.remove(ahead)
            if not choices:
                del going[here]
            step = (ahead[0] - here[0], ahead[1] - here[1])
            here = ahead
            if here == start:
                break
            ring.append(here)
        rings.append(_corners(ring))
    return rings


def _turning(
    here: tuple[int, int], step: tuple[int, int], choices: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Of two ways on, the one that stays with the same module: the turn to the right (y downwards)."""
    if len(choices) == 1 or step == (0, 0):
        return choices[0]
    right = (here[0] - step[1], here[1] + step[0])
    return right if right in choices else choices[0]


def _corners(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ring without the points at which it goes straight on."""
    kept = []
    for place, point in enumerate(ring):
        before, after = ring[place - 1], ring[(place + 1) % len(ring)]
        if (point[0] - before[0], point[1] - before[1]) != (after[0] - point[0], after[1] - point[1]):
            kept.append(point)
    return kept


def _flattened(start: Point, handle: Point, end: Point) -> Iterator[Point]:
    bend = max(abs(start[i] - 2 * handle[i] + end[i]) for i in (0, 1)) / 4
    pieces = max(1, int(np.ceil(np.sqrt(bend / FLATNESS_MM))))
    for piece in range(1, pieces + 1):
        t = piece / pieces
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        yield (
            a * start[0] + b * handle[0] + c * end[0],
            a * start[1] + b * handle[1] + c * end[1],
        )


@lru_cache(maxsize=8)
def _font(face: str) -> tuple[dict[int, str], Any, Any]:
    """Names, shapes and advances of the glyphs of a registered face."""
    font = TTFont(BytesIO(pdfmetrics.getFont(face).face._ttf_data), lazy=True)
    return font.getBestCmap(), font.getGlyphSet(), font["hmtx"]


@lru_cache(maxsize=8192)
def _glyph(face: str, code: int) -> tuple[tuple[Command, ...], float]:
    names, shapes, advances = _font(face)
    name = names[code]
    pen = DecomposingRecordingPen(shapes)
    shapes[name].draw(pen)
    return tuple(_commands(pen.value)), float(advances[name][0])


def _commands(recorded: list[tuple[str, Any]]) -> Iterator[Command]:
    """Moves, lines and curves of one handle each: TrueType leaves out points that lie midway."""
    for kind, points in recorded:
        if kind == "moveTo":
            yield "M", (points[0],)
        elif kind == "lineTo":
            yield "L", (points[0],)
        elif kind == "qCurveTo":
            yield from _curves(points)
        elif kind == "closePath":
            yield "Z", ()


def _curves(points: Sequence[Any]) -> Iterator[Command]:
    if points[-1] is None:  # a ring of handles alone: begin midway between two
        handles = list(points[:-1])
        start = _midway(handles[-1], handles[0])
        yield "M", (start,)
        points = [*handles, start]
    for place, handle in enumerate(points[:-1]):
        is_last = place == len(points) - 2
        yield "Q", (handle, points[-1] if is_last else _midway(handle, points[place + 1]))


def _midway(a: Point, b: Point) -> Point:
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
