"""Counting trees: scattered ones, groves, and the trees in groves are always said apart.

A grove is not a number of trees: Datong counts 599 scattered trees and 9 groves with 3,795 trees.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeCounts:
    """How many trees there are. `in_groves` counts by the grove form, or by files where those are more.

    with_files: trees in groves that have a file of their own. uncounted: groves whose form says no number
    and of which no tree has a file.
    """

    scattered: int
    groves: int
    in_groves: int
    with_files: int = 0
    uncounted: int = 0

    @property
    def total(self) -> int:
        """All trees."""
        return self.scattered + self.in_groves


def count_trees(
    *, scattered: int, grouped: int = 0, groves: Iterable[tuple[int | None, int]] = ()
) -> TreeCounts:
    """Counts from files and groves.

    scattered: files of trees that belong to no grove. grouped: files of trees that are said to stand in a
    grove which has no record of its own. groves: for each, the trees its form counts (None: not said) and
    the files of its trees.
    """
    found = list(groves)
    return TreeCounts(
        scattered=scattered,
        groves=len(found),
        in_groves=grouped + sum(max(said or 0, files) for said, files in found),
        with_files=grouped + sum(files for _said, files in found),
        uncounted=sum(said is None and files == 0 for said, files in found),
    )
