"""Figures (考核指标): which class a tree counts in, and how shares of divisions add up. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from registry.report_records import NOTHING, Share
from registry.vocab.words import Category

ALL, GROVES = "all", "grove"
CLASSES: dict[str, frozenset[Category]] = {
    "ancient": frozenset({Category.ANCIENT, Category.ANCIENT_FAMOUS}),
    "famous": frozenset({Category.FAMOUS, Category.ANCIENT_FAMOUS}),
    "reserve": frozenset({Category.RESERVE}),
    "other": frozenset({Category.CITY_BIG, Category.LISTED}),
}
"""Classes that are told apart. A tree that is both ancient and famous counts in both, and once in all."""


def classes_of(category: str) -> tuple[str, ...]:
    """The classes in which a tree of a category counts, `ALL` first."""
    return (ALL, *(name for name, members in CLASSES.items() if category in members))


def rolled_up(
    shares: Iterable[tuple[str | None, str, Mapping[str, Share]]],
    home: Callable[[str | None], str | None],
) -> dict[tuple[str | None, str], dict[str, Share]]:
    """Shares of (division, category or `GROVES`) added up by home division and class.

    home: the division under which one is told. The whole stands under (None, class) in any case.
    """
    sums: defaultdict[tuple[str | None, str], dict[str, Share]] = defaultdict(dict)
    for division, category, own in shares:
        groups = (GROVES,) if category == GROVES else classes_of(category)
        at = home(division)
        for place in {None, at}:
            for group in groups:
                line = sums[place, group]
                for kpi, share in own.items():
                    line[kpi] = line.get(kpi, NOTHING) + share
    return dict(sums)
