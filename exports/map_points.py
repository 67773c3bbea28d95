"""Trees as compact arrays for `static/treemap.js`, the same for the hand-over file and the site's map.

Whatever many trees share (name, place, source, what is said of them) stands once in a table, and a tree is
`[lon, lat, class, name, place, source, number]`, followed by its path where that differs from the number.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from exports.map_marks import Kind, kind_of, legend_order, said_kinds
from registry.errors import TooManyTreesError
from registry.records import SourceRecord
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS, LISTINGS, Category, Grade, TreeStatus

MAP_LIMIT = 20_000
_DECIMALS = 6
_PLACE_LEVELS = 3
"""A hull is drawn per county or district: divisions below the third level are taken together."""


class PlacedTree(Protocol):
    """What a map reads of a tree: `MapTree` and `TreeRecord` both have it."""

    @property
    def path(self) -> str: ...
    @property
    def tree_no(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def text_lang(self) -> str: ...
    @property
    def source(self) -> SourceRecord: ...
    @property
    def name_zh(self) -> str | None: ...
    @property
    def name_zh_lang(self) -> str: ...
    @property
    def name_latin(self) -> str | None: ...
    @property
    def name_en(self) -> str | None: ...
    @property
    def protection_grade(self) -> str | None: ...
    @property
    def listings(self) -> tuple[str, ...]: ...
    @property
    def division_path(self) -> tuple[str, ...]: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def position_precision(self) -> str: ...


class _Table:
    """Values in the order of their first use."""

    def __init__(self) -> None:
        self.index: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        return self.index.setdefault(value, len(self.index))


def pack_points(trees: Iterable[PlacedTree], t: Translator, *, limit: int = MAP_LIMIT) -> dict[str, Any]:
    """Everything the map draws, ready for JSON. Raises TooManyTreesError past `limit` trees."""
    classes, names, places, sources = _Table(), _Table(), _Table(), _Table()
    kinds: Counter[Kind] = Counter()
    rows: list[list[Any]] = []
    regions: dict[str, _Extent] = {}
    outlines: dict[tuple[str, ...], _Outline] = {}
    counts = {"total": 0, "placed": 0, "generalised": 0}
    for tree in trees:
        counts["total"] += 1
        if counts["total"] > limit:
            raise TooManyTreesError(count=f"{t.number(limit, 0)}+", limit=t.number(limit, 0))
        kind = kind_of(tree)
        kinds[kind] += 1
        said = (kind, _said(tree), str(tree.status), cell_side(tree.position_precision))
        row: list[Any] = [
            None,
            None,
            classes(said),
            names((tree.name_zh, tree.name_zh_lang, tree.name_latin, tree.name_en)),
            places((tree.division_path[:_PLACE_LEVELS], tree.text_lang, tree.jurisdiction)),
            sources(tree.source),
            tree.tree_no,
        ]
        if tree.path != tree.tree_no:
            row.append(tree.path)
        if tree.lon is not None and tree.lat is not None:
            row[0], row[1] = round(tree.lon, _DECIMALS), round(tree.lat, _DECIMALS)
            point = (row[0], row[1])
            counts["placed"] += 1
            counts["generalised"] += said[3] > 0
            regions.setdefault(tree.jurisdiction, _Extent()).add(point)
            if tree.division_path:
                key = (*tree.division_path[:_PLACE_LEVELS], tree.text_lang)
                outlines.setdefault(key, _Outline(key[-2], tree.text_lang, set())).points.add(point)
        rows.append(row)
    order = sorted(kinds, key=legend_order)
    return {
        "lang": t.html_lang,
        "counts": counts,
        "kinds": said_kinds(order, kinds, t),
        "classes": [
            [order.index(kind), _said_words(said, t), t.word(TreeStatus, status), cell]
            for kind, said, status, cell in classes.index
        ],
        "names": [list(name) for name in names.index],
        "places": [_said_place(place, t) for place in places.index],
        "sources": [[source.attribution, source.licence] for source in sources.index],
        "regions": [[_jurisdiction(name, t), *extent.said()] for name, extent in regions.items()],
        "outlines": _said_outlines(outlines),
        "trees": rows,
        "words": map_words(t),
    }


def map_words(t: Translator) -> dict[str, str]:
    """What the script says, in the reader's language; `{n}`, `{cell}` and `{name}` are filled in there."""
    _ = t.gettext
    return {
        "number": t.label("tree_no"),
        "status": t.label("status"),
        "place": t.label("place"),
        "source": t.label("source"),
        "nameless": _("Name not recorded"),
        "open": _("Open this tree's page"),
        "close": _("Close"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "all": _("Everything"),
        "cluster": _("{n} trees here; press to look closer", n="{n}"),
        "cell": _("Position generalised: somewhere within a cell of {cell}°", cell="{cell}"),
        "cellLegend": _("Cell of a generalised position"),
        "outlineLegend": _("Outline of registered trees, not a boundary"),
        "unplaced": _("no position"),
        "found": _("{n} found", n="{n}"),
        "more": _("and {n} more: type a little more", n="{n}"),
        "none": _("Nothing found for “{name}”", name="{name}"),
        "zones": _("Protection zones, seen from nearby"),
        "zoneComputed": _("computed, not legally published"),
        "zoneLegal": _("Delineated"),
        "zoneOf": _("Protection zone of {number}", number="{number}"),
        "zoneCut": _("Too many zones in view: look closer."),
        "noPositions": _("None of these trees has a position to show."),
    }


class _Extent:
    """The box and the number of some points."""

    def __init__(self) -> None:
        self.count = 0
        self.box = [180.0, 90.0, -180.0, -90.0]

    def add(self, point: tuple[float, float]) -> None:
        self.count += 1
        (lon, lat), box = point, self.box
        self.box = [min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)]

    def said(self) -> list[Any]:
        return [self.count, self.box]


class _Outline(NamedTuple):
    name: str
    lang: str
    points: set[tuple[float, float]]


def _said(tree: PlacedTree) -> tuple[str, str | None, tuple[str, ...]]:
    return str(tree.category), tree.protection_grade, tree.listings


def cell_side(precision: str) -> float:
    """The side of the grid cell in degrees, 0 for an exact position."""
    try:
        return float(precision)
    except ValueError:
        return 0


def _said_words(said: tuple[str, str | None, tuple[str, ...]], t: Translator) -> list[str]:
    category, grade, listings = said
    words = [t.word(Grade, grade)] if grade else []
    words += [t.word(LISTINGS, listing) for listing in listings]
    if category != Category.LISTED or not words:
        words.append(t.word(Category, category))
    return words


def _said_place(place: tuple[tuple[str, ...], str, str], t: Translator) -> list[str]:
    division, lang, jurisdiction = place
    if division:
        return [(" · " if lang == "en" else "").join(division), lang]
    return [_jurisdiction(jurisdiction, t), t.html_lang]


def _jurisdiction(name: str, t: Translator) -> str:
    return t.word(JURISDICTIONS, name)


def _said_outlines(outlines: dict[tuple[str, ...], _Outline]) -> list[list[Any]]:
    rings = ((outline, convex_hull(outline.points)) for outline in outlines.values())
    return [[outline.name, outline.lang, ring] for outline, ring in rings if len(ring) > 2]


def east_of_180(given: dict[str, Any]) -> None:
    """Move what lies west of Greenwich a turn to the east where the trees stand on both sides of 180°.

    given: what the hand-over map is made of; changed in place. Elsewhere nothing is moved.
    """
    points = given["points"]
    rows = [tree for tree in points["trees"] if tree[0] is not None]
    lons = [tree[0] for tree in rows]
    turned = [lon + 360 if lon < 0 else lon for lon in lons]
    if not lons or max(lons) - min(lons) <= 180 or max(turned) - min(turned) > 180:
        return
    for tree, lon in zip(rows, turned, strict=True):
        tree[0] = round(lon, _DECIMALS)
    box = [min(turned), min(tree[1] for tree in rows), max(turned), max(tree[1] for tree in rows)]
    for region in points["regions"]:
        region[1:] = [region[1], box]
    points["outlines"] = []
    shapes = [zone[6] for zone in given["zones"]["zones"]] + [area[5] for area in given["areas"]]
    for ring in (ring for rings in [*shapes, *(each[1] for each in given["divisions"])] for ring in rings):
        if ring[0] < 0:
            ring[0] += 360_000_000


def convex_hull(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the convex ring round `points`, anticlockwise, not closed; fewer than 3 if flat."""
    ordered = sorted(set(points))
    lower, upper = _half_hull(ordered), _half_hull(ordered[::-1])
    return lower[:-1] + upper[:-1] if len(ordered) > 1 else ordered


def _half_hull(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    hull: list[tuple[float, float]] = []
    for point in ordered:
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    return hull


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
