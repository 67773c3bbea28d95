"""Words on a map that cover nothing: each tries the sides of its mark, and stays away where all are taken."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from exports.print_map_paper import Rect

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Room:
    """What is taken of a rectangle of paper, kept by cells of `cell` points."""

    frame: Rect
    cell: float = 24.0
    _taken: dict[tuple[int, int], list[Box]] = field(default_factory=lambda: defaultdict(list))

    def take(self, box: Box) -> None:
        """Nothing else may stand here."""
        for key in self._cells(box):
            self._taken[key].append(box)

    def is_free(self, box: Box) -> bool:
        """Whether a box lies inside the frame and meets nothing that is taken."""
        left, low, right, top = box
        frame = self.frame
        if left < frame.x + 1 or low < frame.y + 1 or right > frame.right - 1 or top > frame.top - 1:
            return False
        return not any(
            left < other[2] and other[0] < right and low < other[3] and other[1] < top
            for key in self._cells(box)
            for other in self._taken.get(key, ())
        )

    def beside(
        self, x: float, y: float, away: float, width: float, size: float
    ) -> tuple[float, float] | None:
        """The lower left corner of a free place for words beside a mark, which is taken then; None: no room.

        away: half of the mark's width; width: of the words; size: of the type.
        """
        high = size * 0.74
        gap = away + size * 0.22
        for left, low in (
            (x + gap, y - high / 2),
            (x - gap - width, y - high / 2),
            (x - width / 2, y + gap),
            (x - width / 2, y - gap - high),
            (x + gap * 0.75, y + gap * 0.6),
            (x - gap * 0.75 - width, y + gap * 0.6),
            (x + gap * 0.75, y - gap * 0.6 - high),
            (x - gap * 0.75 - width, y - gap * 0.6 - high),
        ):
            box = (left - 0.5, low - 0.5, left + width + 0.5, low + high + 0.5)
            if self.is_free(box):
                self.take(box)
                return left, low
        return None

    def _cells(self, box: Box) -> Iterator[tuple[int, int]]:
        cell = self.cell
        for column in range(int(box[0] // cell), int(box[2] // cell) + 1):
            for row in range(int(box[1] // cell), int(box[3] // cell) + 1):
                yield column, row
