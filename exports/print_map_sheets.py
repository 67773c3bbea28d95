"""A large area on several sheets: a grid of rectangles over the ground, of which those with something on them
are numbered, row by row from the north-west."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from exports.print_map_ground import Box

SHEET_LIMIT = 400
AUTO_SHEETS = 24
"""So many sheets at most where the scale is chosen by itself."""
_AROUND = {
    "nw": (-1, 1), "n": (0, 1), "ne": (1, 1), "w": (-1, 0),
    "e": (1, 0), "sw": (-1, -1), "s": (0, -1), "se": (1, -1),
}  # fmt: skip


class Sheet(NamedTuple):
    """One sheet: its number, the middle of its map in metres, its place in the grid, and the numbers of the
    sheets around it by where they lie (n, ne, e …)."""

    number: int
    middle: tuple[float, float]
    column: int
    row: int
    around: dict[str, int]


class SheetGrid(NamedTuple):
    """A grid over a box of the ground: the lower left corner, size of a sheet in metres, columns, rows."""

    left: float
    low: float
    width: float
    height: float
    columns: int
    rows: int

    def box(self, sheet: Sheet) -> Box:
        """What a sheet shows, in metres."""
        left, low = self.left + sheet.column * self.width, self.low + sheet.row * self.height
        return left, low, left + self.width, low + self.height


def grid_over(box: Box, width_m: float, height_m: float) -> SheetGrid:
    """The fewest sheets of this size that cover a box, the box in their middle."""
    west, south, east, north = box
    columns = max(1, math.ceil((east - west) / width_m - 1e-9))
    rows = max(1, math.ceil((north - south) / height_m - 1e-9))
    left = (west + east) / 2 - columns * width_m / 2
    low = (south + north) / 2 - rows * height_m / 2
    return SheetGrid(left, low, width_m, height_m, columns, rows)


def sheets_with(
    grid: SheetGrid, points: Any, boxes: Iterable[Box], most: int = SHEET_LIMIT
) -> list[Sheet] | None:
    """The sheets that hold a point of the array (n, 2) or meet a box, numbered; None where there are more
    than `most`: those are never laid out.
    """
    used: set[tuple[int, int]] = set()
    if len(points):
        columns = np.clip((points[:, 0] - grid.left) // grid.width, 0, grid.columns - 1).astype(int)
        rows = np.clip((points[:, 1] - grid.low) // grid.height, 0, grid.rows - 1).astype(int)
        used.update(zip(columns.tolist(), rows.tolist(), strict=True))
    for west, south, east, north in boxes:
        if len(used) > most:
            return None
        across = _covered(west, east, grid.left, grid.width, grid.columns)
        along = _covered(south, north, grid.low, grid.height, grid.rows)
        if len(across) * len(along) > most:
            return None
        used.update((column, row) for column in across for row in along)
    if len(used) > most:
        return None
    ordered = sorted(used, key=lambda at: (-at[1], at[0]))
    numbers = {at: number for number, at in enumerate(ordered, start=1)}
    return [
        Sheet(
            number,
            (grid.left + (column + 0.5) * grid.width, grid.low + (row + 0.5) * grid.height),
            column,
            row,
            {
                side: numbers[column + east, row + north]
                for side, (east, north) in _AROUND.items()
                if (column + east, row + north) in numbers
            },
        )
        for (column, row), number in numbers.items()
    ]


def _covered(low: float, high: float, first: float, size: float, count: int) -> range:
    begin = min(max(int((low - first) // size), 0), count - 1)
    end = min(max(int((high - first) // size), 0), count - 1)
    return range(begin, end + 1)
