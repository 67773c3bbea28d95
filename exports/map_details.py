"""What the hand-over map knows beyond the marks of the site's map: ages, sizes, vigour, genera, inspections
year by year, groves and gardens, outlines of divisions. For `static/handover.js`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from exports.map_marks import (
    AGE,
    GENUS,
    GRADE,
    NAMED_GENERA,
    OTHER,
    UNKNOWN,
    VIGOUR,
    Kind,
    age_kind,
    kind_of,
    legend_order,
    said_kinds,
    vigour_kind,
)
from exports.map_points import PlacedTree
from exports.map_zones import Ring, ring_steps
from registry.records import InspectionRecord, MeasurementRecord
from registry.vocab.language import Translator
from registry.vocab.sentences import age_words

YEARS = "years"
"""The theme that shows vigour as inspected up to a year."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class DetailedTree(PlacedTree, Protocol):
    """What the hand-over map reads of a tree: `MapTree` and `TreeRecord` both have it."""

    @property
    def genus(self) -> str | None: ...
    @property
    def vigour(self) -> str | None: ...
    @property
    def age_years(self) -> int | None: ...
    @property
    def age_basis(self) -> str | None: ...
    @property
    def size(self) -> MeasurementRecord | None: ...
    @property
    def inspections(self) -> tuple[InspectionRecord, ...]: ...


class MapArea(NamedTuple):
    """A grove or garden on the map: its kind, path, number, name and rings of (lon, lat); one ring of one
    point where its boundary is not known."""

    kind: str
    path: str
    number: str
    name: str | None
    lang: str
    rings: Sequence[Ring]


class MapDivision(NamedTuple):
    """The outline of a division, for orientation: its name and its rings."""

    name: str
    rings: Sequence[Ring]


def left_off_words(count: int, t: Translator) -> str:
    """How many groves and gardens are not on a map, and why."""
    return t.ngettext(
        "{count} grove or garden has no place that can be shown exactly and is not on the map.",
        "{count} groves or gardens have no place that can be shown exactly and are not on the map.",
        count,
    )


class Details:
    """Collected while the trees pass; told once they are through."""

    def __init__(self) -> None:
        self._vigours: list[Kind] = []
        self._ages: list[Kind] = []
        self._genera: list[str | None] = []
        self._facts: list[list[float]] = []
        self._age_words: dict[tuple[int, str | None], int] = {}
        self._visits: list[tuple[int, list[tuple[int, Kind]]]] = []

    def note(self, tree: DetailedTree) -> None:
        """One tree, in the order of the map."""
        at = len(self._facts)
        gone = kind_of(tree)
        self._vigours.append(gone if gone.what == "gone" else vigour_kind(tree.vigour))
        self._ages.append(age_kind(tree.age_years))
        self._genera.append(genus_of(tree))
        self._facts.append(self._sizes(tree))
        if seen := yearly(tree.inspections):
            self._visits.append((at, seen))

    def said(self, t: Translator, colour_by: str = GRADE) -> dict[str, Any]:
        """Everything for JSON. A theme's `of` has a digit in base 36 for each tree; null: by grade."""
        genera = _named_genera(self._genera)
        themes = [
            {"name": GRADE, "label": t.label("protection_grade"), "of": None},
            _theme(VIGOUR, t.label("vigour"), self._vigours, t),
            _theme(AGE, t.label("age_years"), self._ages, t),
            _theme(GENUS, t.label("genus"), genera, t),
        ]
        useful = [theme for theme in themes if theme["name"] == GRADE or _tells(theme)]
        told = {
            "themes": useful,
            "chosen": colour_by if any(theme["name"] == colour_by for theme in useful) else GRADE,
            "ages": [age_words(t, years, basis) for years, basis in self._age_words],
            "facts": self._facts,
            "words": detail_words(t),
        }
        return {**told, "time": self._time(t)} if self._visits else told

    def _sizes(self, tree: DetailedTree) -> list[float]:
        """`[age, girth, height, crown, diameter]`: the age's place in `ages` from 1, cm and m, 0 for none."""
        size = tree.size
        age = 0
        if tree.age_years is not None:
            key = (tree.age_years, tree.age_basis)
            age = self._age_words.setdefault(key, len(self._age_words)) + 1
        told: list[float] = [age]
        if size is not None:
            told += [value or 0 for value in (size.girth_cm, size.height_m, size.crown_m, size.diameter_cm)]
        while told and not told[-1]:
            told.pop()
        return told

    def _time(self, t: Translator) -> dict[str, Any]:
        years = [year for _at, seen in self._visits for year, _kind in seen]
        first = min(years)
        counts = Counter(kind for _at, seen in self._visits for _year, kind in seen)
        order = sorted(counts, key=legend_order)
        kinds = said_kinds(order, counts, t)
        missing = Kind(VIGOUR, UNKNOWN)
        if missing not in order:
            order.append(missing)
            kinds += said_kinds([missing], Counter(), t)
        kinds[order.index(missing)]["label"] = t.gettext("Not inspected by then")
        return {
            "name": YEARS,
            "label": t.gettext("Inspections, year by year"),
            "first": first,
            "last": max(years),
            "kinds": kinds,
            "none": order.index(missing),
            "visits": [
                [at, *(part for year, kind in seen for part in (year - first, order.index(kind)))]
                for at, seen in self._visits
            ],
        }


def genus_of(tree: DetailedTree) -> str | None:
    """A tree's genus: as recorded, else the first word of its Latin name."""
    if tree.genus:
        return tree.genus
    first = (tree.name_latin or "").replace("×", " ").split()
    return first[0] if first and first[0].isalpha() else None


def yearly(inspections: Sequence[InspectionRecord]) -> list[tuple[int, Kind]]:
    """The last vigour that was seen in each year, the earliest year first; `inspections` are newest first."""
    found: dict[int, Kind] = {}
    for visit in inspections:
        if visit.vigour:
            found.setdefault(visit.inspected_on.year, vigour_kind(visit.vigour))
    return sorted(found.items())


def pack_areas(areas: Sequence[MapArea]) -> list[list[Any]]:
    """`[kind, path, number, name, language, rings]`, as the site's map has them."""
    return [[*area[:5], [_steps(ring) for ring in area.rings]] for area in areas]


def pack_divisions(divisions: Sequence[MapDivision]) -> list[list[Any]]:
    """`[name, rings]`."""
    return [[name, [_steps(ring) for ring in rings]] for name, rings in divisions]


def _steps(ring: Ring) -> list[int]:
    return ring_steps(ring if len(ring) > 1 else [*ring, *ring])


def detail_words(t: Translator) -> dict[str, Any]:
    """What the script says of all this."""
    _ = t.gettext
    return {
        "facts": [
            [t.label(name), t.unit(name)]
            for name in ("age_years", "girth_cm", "height_m", "crown_m", "diameter_cm")
        ],
        "vigour": t.label("vigour"),
        "areas": _("Groves and gardens"),
        "divisions": _("Outlines of divisions, for orientation only"),
        "kinds": {"grove": _("Grove"), "garden": _("Heritage garden")},
        "openArea": _("Open its page"),
        "play": _("Play"),
        "pause": _("Pause"),
        "byThen": _(
            "By the end of {year}: {n} trees inspected, {m} not yet", year="{year}", n="{n}", m="{m}"
        ),
    }


def _named_genera(genera: Sequence[str | None]) -> list[Kind]:
    """The genera with most trees by their names, the others together."""
    most = Counter(genus for genus in genera if genus).most_common(NAMED_GENERA)
    named = {genus for genus, _count in most}
    return [Kind(GENUS, UNKNOWN if not g else g if g in named else OTHER) for g in genera]


def _theme(name: str, label: str, kinds: Sequence[Kind], t: Translator) -> dict[str, Any]:
    counts = Counter(kinds)
    order = sorted(counts, key=lambda kind: (*legend_order(kind)[:2], -counts[kind], kind.value))
    digit = {kind: _DIGITS[place] for place, kind in enumerate(order)}
    return {
        "name": name,
        "label": label,
        "kinds": said_kinds(order, counts, t),
        "of": "".join(digit[kind] for kind in kinds),
        "known": any(kind.value != UNKNOWN and kind.what != "gone" for kind in order),
    }


def _tells(theme: dict[str, Any]) -> bool:
    return bool(theme.pop("known", True))


def collected(trees: Iterator[Any], details: Details) -> Iterator[Any]:
    """Trees passed on, and noted."""
    for tree in trees:
        details.note(tree)
        yield tree
