"""Where things go on a plate: the four arrangements, worked out for any size. Lengths are millimetres."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from exports.kit import BOARD, GOLD, INK
from exports.plates.primitives import Box, Primitive, Rule
from registry.plate_records import PlateTemplate

Area = tuple[float, float, float, float]
"""Left, foot, right, top."""
Line = tuple[float, float, float]
"""Left end, middle, right end."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The areas of one plate. unit: 1 on a plate of 90 × 60 mm; everything but the least sizes grows with it.

    column: the texts. qr: corner and side of the code with its silence. seal: where it stands, None for above
    the number. mark: right end and middle of the mark on a sample.
    """

    size: tuple[float, float]
    unit: float
    column: Area
    boxes: tuple[Primitive, ...]
    engraved: tuple[Primitive, ...]
    qr: tuple[float, float, float] | None = None
    head: Line | None = None
    head_high: float = 0.0
    foot: Line | None = None
    foot_high: float = 0.0
    heading: Area | None = None
    has_band: bool = False
    plaque: Area | None = None
    seal: tuple[float, float] | None = None
    seal_side: float = 8.5
    is_seal_in_column: bool = False
    is_top_heavy: bool = False
    is_small: bool = False
    mark: tuple[float, float] | None = None

    def lines(self, is_engraved: bool) -> Iterator[Primitive]:
        """Frame and rules, as they are printed or engraved."""
        yield from self.engraved if is_engraved else self.boxes


@lru_cache(maxsize=256)
def frame_of(template: PlateTemplate, size: tuple[float, float], has_plaque: bool) -> Frame:
    """The areas of a plate of `size` on a template."""
    if template.arrangement == "code":
        return _code(size)
    if template.arrangement == "form":
        return _form(template, size)
    if template.arrangement == "visitor":
        return _visitor(template, size, has_plaque)
    return _house(template, size)


def _unit(size: tuple[float, float], wide: float, high: float) -> float:
    return min(size[0] / wide, size[1] / high)


def _house(template: PlateTemplate, size: tuple[float, float]) -> Frame:
    """Ours: authority above, names and number left, the code right, the duty line below."""
    width, height = size
    is_tall = height > 1.05 * width
    u = _unit(size, 60, 90) if is_tall else _unit(size, 90, 60)
    left, right, top, floor = 6 * u, width - 6 * u, height - 8.6 * u, 11.0 * u
    qr, column = _beside(template, size, u, (left, floor, right, top), is_tall)
    frame = Box(2 * u, 2 * u, width - 4 * u, height - 4 * u, 2.2 * u, 0.25 * u, INK)
    rule = Rule(left, 8.7 * u, right, 8.7 * u, 0.12 * u, INK)
    return Frame(
        size, u, column, (frame, rule), _one_weight((frame, rule)), qr,
        head=(left, height - 5.3 * u, right), head_high=5.4 * u,
        foot=(left, 5.4 * u, right), foot_high=5.6 * u,
        seal_side=8.5 * u, mark=(right, height - 5.3 * u),
    )  # fmt: skip


def _form(template: PlateTemplate, size: tuple[float, float]) -> Frame:
    """A sign as departments put up: a heading on a band, rows of label and value, the code at the right."""
    width, height = size
    is_tall = height > 1.05 * width
    u = _unit(size, 60, 90) if is_tall else _unit(size, 90, 60)
    inset, band = 2.8 * u, 8.6 * u
    heading = (inset, height - inset - band, width - inset, height - inset)
    left, right, top, floor = 6 * u, width - 6 * u, heading[1] - 2 * u, 10.4 * u
    qr, column = _beside(template, size, u, (left, floor, right, top), is_tall)
    outer = Box(1.6 * u, 1.6 * u, width - 3.2 * u, height - 3.2 * u, 2 * u, 0.5 * u, BOARD)
    inner = Box(inset, inset, width - 2 * inset, height - 2 * inset, 1 * u, 0.15 * u, BOARD)
    filled = Box(inset, heading[1], width - 2 * inset, band, 1 * u, 0.0, BOARD, BOARD)
    rule = Rule(left, 8.9 * u, right, 8.9 * u, 0.12 * u, BOARD)
    under = Rule(inset, heading[1], width - inset, heading[1], 0.12 * u, INK)
    side = 8.5 * u
    return Frame(
        size, u, column, (outer, inner, filled, rule), _one_weight((outer, inner, under, rule)), qr,
        foot=(left, 6.0 * u, right), foot_high=5.2 * u, heading=heading, has_band=True,
        seal=(column[2] - side, column[3] - side), seal_side=side, is_seal_in_column=True,
        is_top_heavy=True, mark=(right, (heading[1] + heading[3]) / 2),
    )  # fmt: skip


def _visitor(template: PlateTemplate, size: tuple[float, float], has_plaque: bool) -> Frame:
    """For people who pass: the name on a board, what is worth knowing beside it."""
    width, height = size
    is_tall = height > 1.05 * width
    u = _unit(size, 60, 90) if is_tall else _unit(size, 90, 60)
    board = (3.6 * u, 3.6 * u, (18.6 if not is_tall else 15.6) * u, height - 3.6 * u)
    left = board[2] + 4 * u if has_plaque else 6 * u
    right, top, floor = width - 6 * u, height - 9.6 * u, 11.0 * u
    qr, column = _beside(template, size, u, (left, floor, right, top), is_tall)
    if qr is not None and not is_tall:
        qr = (qr[0], floor - 1.4 * u, qr[2])
    frame = Box(1.8 * u, 1.8 * u, width - 3.6 * u, height - 3.6 * u, 2.4 * u, 0.3 * u, BOARD)
    rule = Rule(left, 8.7 * u, right, 8.7 * u, 0.12 * u, BOARD)
    boxes: tuple[Primitive, ...] = (frame, rule)
    lines = _one_weight(boxes)
    if has_plaque:
        wide, high = board[2] - board[0], board[3] - board[1]
        wood = Box(board[0], board[1], wide, high, 1.6 * u, 0.0, BOARD, BOARD)
        gold = Box(board[0] + u, board[1] + u, wide - 2 * u, high - 2 * u, 1.0 * u, 0.2 * u, GOLD)
        boxes = (frame, rule, wood, gold)
        lines = (*lines, replace(wood, fill=None, line=0.15, stroke=INK))
    side = 8.5 * u
    corner = (right - side, top - side) if not is_tall else (column[2] - side, column[3] - side)
    if qr is not None and not is_tall and corner[1] < qr[1] + qr[2] + 0.5 * u:
        corner = (column[2] - side, column[3] - side)
    return Frame(
        size, u, column, boxes, lines, qr,
        head=(left, height - 6.0 * u, right), head_high=5.4 * u,
        foot=(left, 5.6 * u, right), foot_high=5.4 * u, plaque=board if has_plaque else None,
        seal=corner, seal_side=side, is_seal_in_column=corner[0] < column[2],
        is_top_heavy=True, mark=(right, height - 6.0 * u),
    )  # fmt: skip


def _code(size: tuple[float, float]) -> Frame:
    """The code and little else, for small plates."""
    width, height = size
    is_wide = width > 1.15 * height
    u = _unit(size, 45, 30) if is_wide else _unit(size, 30, 40)
    frame = Box(0.6 * u, 0.6 * u, width - 1.2 * u, height - 1.2 * u, 1.4 * u, 0.15 * u, INK)
    if is_wide:
        side = min(height - 2 * u, width * 0.58)
        qr = (u, (height - side) / 2, side)
        left = u + side + 0.4 * u
        column = (left, 6.6 * u, width - 1.8 * u, height - 2.4 * u)
        foot = (left, 4.0 * u, width - 1.8 * u)
    else:
        side = min(width - 2 * u, height - 11.6 * u)
        qr = ((width - side) / 2, height - u - side, side)
        column = (2.0 * u, 5.2 * u, width - 2.0 * u, qr[1])
        foot = (2.0 * u, 3.2 * u, width - 2.0 * u)
    return Frame(
        size, u, column, (frame,), _one_weight((frame,)), qr,
        foot=foot, foot_high=3.6 * u, seal_side=5 * u, is_small=True,
    )  # fmt: skip


def _beside(
    template: PlateTemplate, size: tuple[float, float], u: float, body: Area, is_tall: bool
) -> tuple[tuple[float, float, float] | None, Area]:
    """The code at the right of the column, or below it on a tall plate; and what is left for the column."""
    left, floor, right, top = body
    if not template.qr_share:
        return None, body
    if is_tall:
        side = min(right - left + 4 * u, template.qr_share * size[1] * 0.86)
        foot = floor - 1.8 * u
        return ((left + right - side) / 2, foot, side), (left, foot + side + 0.6 * u, right, top)
    low, high = floor - 1.9 * u, top + 1.2 * u
    side = min(high - low, template.qr_share * size[0])
    x = right + 3.2 * u - side
    return (x, (low + high - side) / 2, side), (left, floor, x - 0.7 * u, top)


def _one_weight(lines: tuple[Primitive, ...]) -> tuple[Primitive, ...]:
    """The same lines as an engraver cuts them: one weight, no fill."""
    made: list[Primitive] = []
    for line in lines:
        if isinstance(line, Box):
            made.append(replace(line, line=0.15, stroke=INK, fill=None))
        elif isinstance(line, Rule):
            made.append(replace(line, line=0.15, colour=INK))
    return tuple(made)
