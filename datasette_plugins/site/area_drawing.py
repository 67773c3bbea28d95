"""Sketch maps of areas: boundary, protection zones and what stands there, to scale and north up."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasette_plugins.site.charts import DotMap, Frame, close_frame, dot_map, dots_in, outline
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.zones import zone_rows
from exports.map_zones import rings_of
from registry.rules.redaction import GRID_UNCERTAINTY_M
from registry.vocab.rule_words import CONFIDENCES
from registry.vocab.words import Label, Precision

_MOST_TREES = 5000
_MOST_POINTS = 20_000
_ZONES = (
    "SELECT geom, kind, statement, basis_zh, basis_en, confidence, area_m2, projection, since, document_no, "
    "approved_by, published_on, published_url FROM zone WHERE area_uuid = ? ORDER BY kind DESC, fid"
)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something with a point of its own, drawn and numbered on the sketch."""

    x: float
    y: float
    number: int
    name: str
    lang: str
    url: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """An area close up. shapes: class of the style and path data; trees: path data of their dots."""

    frame: Frame
    shapes: tuple[tuple[str, str], ...]
    trees: str
    tree_count: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where an area lies among the trees of its jurisdiction.

    here: pixels, None where its place is not exact; haze: centre and radius of the circle it lies in then.
    """

    map: DotMap
    here: Point | None = None
    haze: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The protection zones of an area, the delineated one first: rows with the columns of the edition."""

    rows: tuple[dict[str, Any], ...]

    @property
    def is_delineated(self) -> bool:
        """Whether one of them binds."""
        return any(row["kind"] == "legal" and row["published_on"] for row in self.rows)

    @property
    def confidences(self) -> dict[str, Label]:
        """Words for how sure a rule is."""
        return CONFIDENCES


def zones_of(db: sqlite3.Connection, uuid: str) -> tuple[dict[str, Any], ...]:
    """The zones of an area, each with its `rings`, and its basis parted from the source of that."""
    found = []
    for row in zone_rows(db, _ZONES, [uuid]):
        zone = dict(row)
        zone["rings"] = rings_of(zone.pop("geom"))
        for lang in ("zh", "en"):
            rule, _, source = (zone[f"basis_{lang}"] or "").partition(" · ")
            zone[f"rule_{lang}"], zone[f"source_{lang}"] = rule, source
        zone["is_default"] = (zone["basis_zh"] or "").partition(" · ")[2].startswith("默认值")
        found.append(zone)
    return tuple(found)


def sketch_of(
    db: sqlite3.Connection,
    row: dict[str, Any],
    geom: bytes | None,
    zones: Sequence[dict[str, Any]],
    holder: tuple[str, dict[str, Any]] | None,
    inside: Sequence[tuple[str, Sequence[dict[str, Any]]]],
) -> Sketch | None:
    """The sketch of an area whose place is exact and that has some extent, else None.

    geom: its GeoPackage blob; holder: the condition and facts that find its trees; inside: groves and
    elements in it, with the word of their addresses.
    """
    if row["position_precision"] != Precision.EXACT:
        return None
    boundary = rings_of(geom) if geom is not None and _is_polygon(geom) else []
    trees = exact_points(db, *holder, limit=_MOST_TREES) if holder else []
    parts = [(word, part) for word, parts in inside for part in parts if part["lon"] is not None]
    parts = [(word, part) for word, part in parts if part["position_precision"] == Precision.EXACT]
    rings = [ring for zone in zones for ring in zone["rings"]] + boundary
    extent = [point for ring in rings for point in ring] + trees + [(p["lon"], p["lat"]) for _, p in parts]
    if len(set(extent)) < 2:
        return None
    frame = close_frame(extent)
    shapes = [(f"zone zone-{zone['kind']}", outline(frame, zone["rings"])) for zone in zones]
    shapes += [("boundary", outline(frame, boundary))] if boundary else []
    marks = tuple(
        Mark(*frame.place(part["lon"], part["lat"]), number, part["name"] or part["number"],
             part["name_lang"], f"/{word}/{part['path']}")
        for number, (word, part) in enumerate(parts[:20], start=1)
    )  # fmt: skip
    return Sketch(frame, tuple(shapes), dots_in(frame, trees), len(trees), marks)


def locator_of(edition: EditionDatabase, db: sqlite3.Connection, row: dict[str, Any]) -> Locator | None:
    """The small map of the jurisdiction; None where the area has no position or nothing else has one."""
    if row["lon"] is None:
        return None
    land = edition.remember(db, f"land {row['jurisdiction']}", lambda db: _land(db, row["jurisdiction"]))
    if land is None:
        return None
    x, y = land.frame.place(row["lon"], row["lat"])
    if row["position_precision"] == Precision.EXACT:
        return Locator(land, here=(x, y))
    metres = GRID_UNCERTAINTY_M.get(Precision(row["position_precision"]), 0.0)
    return Locator(land, haze=(x, y, max(round(land.frame.px_of_metres(metres), 1), 9.0)))


def exact_points(
    db: sqlite3.Connection, where: str, facts: dict[str, Any], *, limit: int
) -> list[tuple[float, float]]:
    """Points (lon, lat) of the trees of `where` whose place is published exactly."""
    sql = f"SELECT lon, lat FROM tree WHERE {where} AND lon IS NOT NULL AND position_precision = 'exact' "
    return [(lon, lat) for lon, lat in db.execute(f"{sql} LIMIT {limit}", facts)]


def sampled_points(
    db: sqlite3.Connection, where: str, facts: dict[str, Any], trees: int
) -> list[tuple[float, float]]:
    """Points of the trees of `where` as they are published, about 20,000 of them spread over all `trees`."""
    step = 1 + trees // _MOST_POINTS
    sql = f"SELECT lon, lat FROM tree WHERE {where} AND lon IS NOT NULL AND fid % {step} = 0 LIMIT 40000"
    return [(lon, lat) for lon, lat in db.execute(sql, facts)]


def _land(db: sqlite3.Connection, jurisdiction: str) -> DotMap | None:
    where, facts = "jurisdiction = :jurisdiction", {"jurisdiction": jurisdiction}
    trees = db.execute(f"SELECT COUNT(*) FROM tree WHERE {where}", facts).fetchone()[0]
    return dot_map(sampled_points(db, where, facts, trees), width=420, height=240)


def _is_polygon(geom: bytes) -> bool:
    """Whether a GeoPackage blob (little-endian WKB) is a polygon or several."""
    start = 8 + (0, 32, 48, 48, 64)[geom[3] >> 1 & 7]
    return geom[start + 1] in {3, 6}
