"""What all plates of a run share: frame, heading and, on samples, the word; and the visitor's board."""

import math
from collections.abc import Iterator

from reportlab.lib.colors import HexColor

from exports.fonts import Fonts
from exports.kit import CREAM, INK, SEAL
from exports.plates.frames import Frame
from exports.plates.primitives import PT, Box, Primitive, Text, TextRole
from exports.plates.typeset import width_mm
from exports.plates.words import SAMPLE

SAMPLE_TINT = HexColor("#f3ddd8")
SAMPLE_TURN = 40.0
LEAST_BOARD_PT = 9.0
"""The smallest type on the visitor's board."""


def ground_of(
    frame: Frame, heading: str, fonts: Fonts, *, is_engraved: bool, is_sample: bool
) -> tuple[Primitive, ...]:
    """Frame, band, heading and the word on samples."""
    drawn: list[Primitive] = []
    if is_sample and not is_engraved:
        drawn.extend(_sample(frame, fonts))
    drawn.extend(frame.lines(is_engraved))
    if is_sample:
        drawn.extend(_mark(frame, fonts, is_engraved=is_engraved))
    if heading and frame.heading is not None:
        drawn.append(_heading(frame, heading, fonts, is_engraved=is_engraved, has_mark=is_sample))
    return tuple(drawn)


def board_name(frame: Frame, name: str, fonts: Fonts, *, is_engraved: bool) -> list[Text] | None:
    """The name written downwards on the board, in as many columns as it needs; None where it is too long."""
    left, foot, right, top = frame.plaque or (0.0, 0.0, 0.0, 0.0)
    role: TextRole = "sans" if is_engraved else "serif"
    pad = 2.2 * frame.unit
    wide, high = right - left - 2 * pad, top - foot - 2 * pad
    step, columns, rows = 0.0, 1, 1
    for number in range(1, 5):
        each = -(-len(name) // number)
        found = min(high / each / 1.16, wide / number / 1.1, 15 * frame.unit)
        if found > step:
            step, columns, rows = found, number, each
    size = step / PT
    if size < LEAST_BOARD_PT:
        return None
    first = (foot + top) / 2 + rows * step * 1.16 / 2
    drawn = []
    for number, character in enumerate(name):
        column, row = divmod(number, rows)
        glyph = width_mm(fonts, character, role, size)
        middle = (left + right) / 2 + ((columns - 1) / 2 - column) * step * 1.1
        base = first - (row + 1) * step * 1.16 + step * 0.28
        drawn.append(
            Text(middle - glyph / 2, base, character, size, glyph, role, INK if is_engraved else CREAM,
                 is_bold=not is_engraved, goes_on=number > 0)
        )  # fmt: skip
    return drawn


def _heading(frame: Frame, heading: str, fonts: Fonts, *, is_engraved: bool, has_mark: bool) -> Text:
    left, foot, right, top = frame.heading or (0.0, 0.0, 0.0, 0.0)
    role: TextRole = "sans" if is_engraved else "serif"
    room = (right - left) * (0.5 if has_mark else 0.92)
    size = min((top - foot) * 0.62 / PT, 14 * frame.unit)
    wide = width_mm(fonts, heading, role, size)
    if wide > room:
        size *= room / wide * 0.995
        wide = width_mm(fonts, heading, role, size)
    base = (foot + top) / 2 - 0.36 * size * PT
    colour = INK if is_engraved else CREAM
    return Text((left + right - wide) / 2, base, heading, size, wide, role, colour, is_bold=not is_engraved)


def _sample(frame: Frame, fonts: Fonts) -> Iterator[Text]:
    """样张 SAMPLE across the column of text, below everything."""
    left, foot, right, top = frame.column
    side = min(right - left, top - foot)
    angle = math.radians(SAMPLE_TURN)
    words: tuple[tuple[str, float, TextRole, float], ...] = (
        (SAMPLE[0], 0.4, "serif", 0.02),
        (SAMPLE[1], 0.22, "sans", -0.22),
    )
    for text, share, role, up in words:
        size = side * share / PT
        wide = width_mm(fonts, text, role, size)
        x = (left + right) / 2 - wide / 2 * math.cos(angle) - up * side * math.sin(angle)
        y = (foot + top) / 2 - wide / 2 * math.sin(angle) + up * side * math.cos(angle)
        yield Text(
            x, y, text, size, wide, role, SAMPLE_TINT, turn_deg=SAMPLE_TURN, is_behind=True
        )  # fmt: skip


def _mark(frame: Frame, fonts: Fonts, *, is_engraved: bool) -> Iterator[Primitive]:
    """The word in a small frame, where everybody sees it."""
    if frame.mark is None:
        return
    right, middle = frame.mark
    word = " ".join(SAMPLE)
    size = max(7 * frame.unit, 4.5)
    wide = width_mm(fonts, word, "sans", size)
    colour = INK if is_engraved else (CREAM if frame.has_band else SEAL)
    pad, high = 0.36 * size * PT, size * PT * 1.5
    yield Box(right - wide - 2 * pad, middle - high / 2, wide + 2 * pad, high, 0.7 * frame.unit, 0.2, colour)
    yield Text(right - wide - pad, middle - 0.36 * size * PT, word, size, wide, "sans", colour)
