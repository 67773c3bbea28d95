"""How trees are drawn on maps, on screens and on paper: by grade, vigour, age or genus, each value with a
shape and a tone, so that colour alone never decides."""

from collections import Counter
from itertools import cycle
from typing import Any, NamedTuple, Protocol

from registry.vocab.language import Translator
from registry.vocab.words import LISTINGS, Category, Grade, TreeStatus, Vigour

GRADE, VIGOUR, AGE, GENUS = "grade", "vigour", "age", "genus"
"""By what trees are coloured. The first says what a tree is in law: grade, fame or reserve, list."""
UNKNOWN, OTHER = "unknown", "other"
AGE_BOUNDS = (100, 300, 500, 1000)
"""Years at which another band of ages begins."""
NAMED_GENERA = 8


class Mark(NamedTuple):
    """How a kind of tree is drawn: shape, tone and seal character."""

    shape: str
    tone: str
    seal: str = ""


class Kind(NamedTuple):
    """What a tree is drawn as: one of `_ORDER`, and the code of the grade, category, list, vigour …"""

    what: str
    value: str


class MarkedTree(Protocol):
    """What decides the mark by grade."""

    @property
    def category(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def protection_grade(self) -> str | None: ...
    @property
    def listings(self) -> tuple[str, ...]: ...


_ORDER = ("grade", "category", "listing", VIGOUR, AGE, GENUS, "gone")
_GRADES = {
    "1": Mark("square", "seal", "一"),
    "2": Mark("diamond", "gold", "二"),
    "3": Mark("hexagon", "leaf", "三"),
    "4": Mark("circle", "ink", "四"),
}
_CATEGORIES = {
    "famous": Mark("star", "seal", "名"),
    "ancient_famous": Mark("star", "seal", "名"),
    "reserve": Mark("ring", "leaf", "备"),
}
_GONE = Mark("cross", "soft", "故")
_LISTING_SHAPES = (
    Mark("drop", "leaf"),
    Mark("triangle", "bark"),
    Mark("pentagon", "gold"),
    Mark("kite", "ink"),
)
_LISTINGS = dict(zip(LISTINGS, cycle(_LISTING_SHAPES), strict=False))
"""A list keeps its mark whatever else is on the map."""
_VIGOURS = {
    Vigour.HIGH: Mark("circle", "leaf", "旺"),
    Vigour.NORMAL: Mark("circle", "leaf", "正"),
    Vigour.GOOD: Mark("circle", "leaf", "良"),
    Vigour.FAIR: Mark("hexagon", "ink", "般"),
    Vigour.SLIGHTLY_WEAK: Mark("diamond", "gold", "轻"),
    Vigour.WEAK: Mark("diamond", "gold", "弱"),
    Vigour.LOW: Mark("diamond", "gold", "低"),
    Vigour.VERY_WEAK: Mark("square", "bark", "重"),
    Vigour.POOR: Mark("square", "bark", "差"),
    Vigour.ENDANGERED: Mark("star", "seal", "危"),
    Vigour.DEAD: _GONE,
}
"""From the best to the worst, over all scales."""
_AGES = (
    Mark("dot", "ink"),
    Mark("hexagon", "leaf", "百"),
    Mark("diamond", "gold", "三"),
    Mark("square", "seal", "五"),
    Mark("star", "seal", "千"),
)
_GENERA = (
    Mark("circle", "leaf"),
    Mark("diamond", "gold"),
    Mark("triangle", "bark"),
    Mark("hexagon", "ink"),
    Mark("pentagon", "seal"),
    Mark("drop", "gold"),
    Mark("kite", "leaf"),
    Mark("square", "bark"),
)
_NOT_KNOWN = Mark("ring", "soft")
_PLAIN = Mark("dot", "leaf")


def kind_of(tree: MarkedTree) -> Kind:
    """What decides the mark: being gone, then the grade, then fame or reserve, then the list."""
    if tree.status != TreeStatus.ALIVE:
        return Kind("gone", "")
    if tree.protection_grade in _GRADES:
        return Kind("grade", str(tree.protection_grade))
    if tree.category in _CATEGORIES or not tree.listings:
        return Kind("category", str(tree.category))
    return Kind("listing", tree.listings[0])


def vigour_kind(vigour: str | None) -> Kind:
    """What a tree is drawn as by its vigour."""
    return Kind(VIGOUR, str(vigour or UNKNOWN))


def age_kind(years: int | None) -> Kind:
    """What a tree is drawn as by its age in years: the lower bound of its band."""
    if years is None:
        return Kind(AGE, UNKNOWN)
    return Kind(AGE, str(max((bound for bound in AGE_BOUNDS if years >= bound), default=0)))


def pack_kinds(counts: Counter[Kind], t: Translator) -> list[dict[str, Any]]:
    """The marks of these kinds with their labels and numbers, in the order of the legend."""
    return said_kinds(sorted(counts, key=legend_order), counts, t)


def said_kinds(order: list[Kind], counts: Counter[Kind], t: Translator) -> list[dict[str, Any]]:
    """Label, number and mark of each of `order`."""
    genera = [kind for kind in order if kind.what == GENUS and kind.value not in {OTHER, UNKNOWN}]
    marks = dict(zip(genera, cycle(_GENERA), strict=False))
    return [
        {"label": kind_label(kind, t), "count": counts[kind], **marks.get(kind, mark_of(kind))._asdict()}
        for kind in order
    ]


def legend_order(kind: Kind) -> tuple[int, int, str]:
    """Where a kind stands in the legend: what is known before what is not."""
    what, value = kind
    place = 0
    if what == VIGOUR:
        place = list(_VIGOURS).index(Vigour(value)) if value in _VIGOURS else len(_VIGOURS)
    elif what == AGE:
        place = -1 if value == UNKNOWN else -2 - int(value)
    elif what == GENUS:
        place = {OTHER: 1, UNKNOWN: 2}.get(value, 0)
    return _ORDER.index(what), place, value


def mark_of(kind: Kind) -> Mark:
    """The mark of a kind; genera get theirs by their place in the legend."""
    what, value = kind
    if what == "gone":
        return _GONE
    if value == UNKNOWN:
        return _NOT_KNOWN
    if what == AGE:
        return _AGES[sum(int(value) >= bound for bound in AGE_BOUNDS)]
    if what == VIGOUR:
        return _VIGOURS.get(Vigour(value), _PLAIN) if value in _VIGOURS else _PLAIN
    tables: dict[str, Any] = {"listing": _LISTINGS, "grade": _GRADES, "category": _CATEGORIES}
    found: Mark = tables.get(what, {}).get(value, _PLAIN)
    return found


def kind_label(kind: Kind, t: Translator) -> str:
    """A kind in words."""
    what, value = kind
    _ = t.gettext
    if what == "gone":
        return _("Dead, missing, moved or delisted")
    if what == AGE:
        return _age_label(value, t)
    if what == GENUS:
        return {OTHER: _("Other genera"), UNKNOWN: _("Genus not recorded")}.get(value, value)
    if value == UNKNOWN:
        return _("Vigour not recorded")
    words: dict[str, Any] = {"grade": Grade, "listing": LISTINGS, VIGOUR: Vigour}
    return t.word(words.get(what, Category), value)


def _age_label(value: str, t: Translator) -> str:
    _ = t.gettext
    if value == UNKNOWN:
        return _("Age not recorded")
    low = int(value)
    if low == 0:
        return _("under {years} years", years=AGE_BOUNDS[0])
    if low == AGE_BOUNDS[-1]:
        return _("{years} years and more", years=t.number(low, 0))
    return _("{low} to {high} years", low=low, high=AGE_BOUNDS[AGE_BOUNDS.index(low) + 1] - 1)
