"""What a volume of a booklet counts and lists: its figures, its chapters, where each tree stands."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from exports.booklet_entry import entry_name
from exports.dossier_text import Said
from registry.records import TreeRecord
from registry.vocab.language import Translator
from registry.vocab.words import Category, Grade, Vigour

BETWEEN = " · "
"""Between the names of a place, the largest first."""
AGES = (100, 300, 500, 1000)
"""Years at which a class of age begins."""
VIGOUR_ORDER = (
    Vigour.HIGH, Vigour.GOOD, Vigour.NORMAL, Vigour.FAIR, Vigour.SLIGHTLY_WEAK, Vigour.WEAK, Vigour.VERY_WEAK,
    Vigour.LOW, Vigour.POOR, Vigour.ENDANGERED, Vigour.DEAD,
)  # fmt: skip
"""From the best to the worst, every scale in its own order."""


class Place(NamedTuple):
    """Where a tree stands in the volume: the key of its bookmark, and its page."""

    number: str
    name: str
    key: str
    page: int


class Chapter(NamedTuple):
    """A town: its title, the key of its bookmark, its first page."""

    title: str
    key: str
    page: int


class Chart(NamedTuple):
    """Bars with a title: label and count."""

    title: str
    bars: list[tuple[str, int]]


@dataclass(slots=True)
class Volume:
    """What has been drawn into one volume."""

    chapters: list[Chapter] = field(default_factory=list)
    by_species: dict[str, list[Place]] = field(default_factory=dict)
    by_place: dict[str, list[Place]] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    sources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    records: list[dict[str, str]] = field(default_factory=list)
    trees: int = 0
    in_chapter: Counter[str] = field(default_factory=Counter)

    def count(self, said: Said, chapter: str, place: Place) -> None:
        """Take a tree into the figures and the indexes."""
        tree, t = said.tree, said.t
        _ = t.gettext
        unknown = _("not known")
        told = {
            "species": entry_name(said) if tree.species_id or tree.name_zh or tree.name_en else unknown,
            "grade": t.word(Grade, tree.protection_grade) or t.word(Category, tree.category),
            "vigour": t.word(Vigour, tree.vigour) or unknown,
            "age": age_class(tree, t),
            "town": chapter,
        }
        for name, word in told.items():
            self.counts.setdefault(name, Counter())[word] += 1
        self.by_species.setdefault(told["species"], []).append(place)
        if tree.town or tree.village:
            is_told = not tree.village or tree.village in chapter.split(BETWEEN)
            where = chapter if is_told else f"{chapter}{BETWEEN}{tree.village}"
            self.by_place.setdefault(where, []).append(place)
        self.in_chapter[chapter] += 1
        source = tree.source
        title = source.title_en if t.lang == "en" else source.title
        self.sources.setdefault(source.source_id, (title, source.licence, source.attribution))
        self.trees += 1

    def charts(self, t: Translator) -> list[Chart]:
        """The figures as bars: the largest first, or in an order of their own; none where all is alike."""
        _ = t.gettext
        titles = {
            "species": _("By species"),
            "grade": _("By grade or class"),
            "vigour": _("By vigour"),
            "age": _("By age"),
            "town": _("By place"),
        }
        orders = {
            "grade": [
                *(t.word(Grade, each) for each in Grade),
                *(t.word(Category, each) for each in Category),
            ],
            "vigour": [*(t.word(Vigour, each) for each in VIGOUR_ORDER), _("not known")],
            "age": [*age_classes(t), _("not known")],
        }
        charts = []
        for name, title in titles.items():
            counted = self.counts.get(name, Counter())
            bars = counted.most_common()
            if order := orders.get(name):
                place = {word: at for at, word in enumerate(order)}
                bars = sorted(bars, key=lambda bar: place.get(bar[0], len(place)))
            if len(bars) > 1:
                charts.append(Chart(title, bars))
        return charts


def age_classes(t: Translator) -> list[str]:
    """The classes of age, youngest first."""
    _ = t.gettext
    named = [_("under {years} years", years=AGES[0])]
    named += [_("{low} to {high} years", low=low, high=high - 1) for low, high in pairwise(AGES)]
    return [*named, _("{years} years and more", years=AGES[-1])]


def age_class(tree: TreeRecord, t: Translator) -> str:
    """The class of age that a tree belongs to."""
    if tree.age_years is None:
        return t.gettext("not known")
    return age_classes(t)[sum(tree.age_years >= years for years in AGES)]


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> tuple[str, ...]:
    """Where a name stands in an index: Chinese by its pinyin, numbers by their value, letters in any case."""
    from pypinyin import lazy_pinyin

    spelt = " ".join(lazy_pinyin(text)).casefold()
    parts = (part.zfill(12) if part.isdigit() else part for part in re.split(r"(\d+)", spelt))
    return (*parts, text)
