"""The largest and oldest trees of a species, like compared with like, and how its sizes are spread."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from datasette_plugins.site.counts import STANDING
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit

TOP = 5
_FEWEST = 8
_MOST_BINS = 12
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
_DOUBTED = (
    "fid IN (SELECT doubted.fid FROM flag JOIN tree AS doubted ON doubted.uuid = flag.tree_uuid "
    "WHERE flag.field = '{field}')"
)
_OF_STEMS = "(COALESCE(stem_count, 1) > 1 OR stem_girths IS NOT NULL)"
_STEM_FIELDS = ("girth_cm", "diameter_cm")
CHARTED = ("girth_cm", "diameter_cm", "height_m")
WIDTH, HEIGHT, FOOT = 420, 170, 26


@dataclass(frozen=True, slots=True)
class SizeRecord:
    """One tree of a table of records. on: the day of the measure, or as of which the age is told."""

    hit: Hit
    value: float
    on: str | None


@dataclass(frozen=True, slots=True)
class Records:
    """The largest of one size, measured alike. height_m: where on the trunk, None where nobody said.

    among: undoubted values that were compared; doubted: those left out because a check doubts them;
    several: those left out because the tree has several stems.
    """

    field: str
    rows: tuple[SizeRecord, ...]
    among: int
    doubted: int
    several: int = 0
    height_m: float | None = None

    @property
    def is_of_stem(self) -> bool:
        """Whether it matters at which height it was measured."""
        return self.field in _STEM_FIELDS


@dataclass(frozen=True, slots=True)
class Bin:
    """Trees whose size lies from `low` up to `high` (None: and more); x, y, width and height in pixels."""

    low: float
    high: float | None
    trees: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many trees have which size; doubted values are left out."""

    field: str
    bins: tuple[Bin, ...]
    trees: int
    most: float
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = HEIGHT - FOOT

    @property
    def fullest(self) -> Bin:
        """The bin with most trees."""
        return max(self.bins, key=lambda each: each.trees)


def size_records(db: sqlite3.Connection, species_id: str) -> tuple[Records, ...]:
    """The records of a species: stem sizes by height of measure, height, crown, age; what has no values is
    left out."""
    found: list[Records] = []
    found += _stem_records(db, "girth_cm", "1", species_id)
    found += _stem_records(db, "diameter_cm", "girth_cm IS NULL", species_id)
    found = sorted(found, key=lambda table: -table.among)[:3]
    for field, on in (("height_m", "measured_on"), ("crown_m", "measured_on"), ("age_years", "age_as_of")):
        table = _records(db, field, on, "1", {"species": species_id})
        if table is not None:
            found.append(table)
    return tuple(found)


def histogram(db: sqlite3.Connection, species_id: str) -> Histogram | None:
    """The spread of the size that is known of most trees; None where fewer than eight have one."""
    best: tuple[str, int, float] | None = None
    for field in CHARTED:
        where = f"species_id = :species AND {field} > 0 AND NOT {is_doubted(field)}"
        sql = f"SELECT COUNT(*), MAX({field}) FROM tree WHERE {where}"
        count, most = db.execute(sql, {"species": species_id}).fetchone()
        if count >= _FEWEST and (best is None or count > best[1]):
            best = (field, count, float(most))
    if best is None:
        return None
    field, count, most = best
    where = f"species_id = :species AND {field} > 0 AND NOT {is_doubted(field)}"
    facts: dict[str, object] = {"species": species_id, "skipped": count // 100}
    usual = f"SELECT {field} FROM tree WHERE {where} ORDER BY 1 DESC LIMIT 1 OFFSET :skipped"
    top = float(db.execute(usual, facts).fetchone()[0])
    step = next((step for step in _STEPS if top / step < _MOST_BINS), top / _MOST_BINS)
    facts["step"] = step
    last = int(top / step)
    found: Counter[int] = Counter()
    sql = f"SELECT CAST({field} / :step AS INTEGER), COUNT(*) FROM tree WHERE {where} GROUP BY 1"
    for place, trees in db.execute(sql, facts):
        found[min(place, last)] += trees
    first = min(found)
    counts = [found[place] for place in range(first, last + 1)]
    return Histogram(field, _bins(counts, first, step, is_open=most >= (last + 1) * step), count, most)


def _bins(counts: Sequence[int], first: int, step: float, *, is_open: bool) -> tuple[Bin, ...]:
    """The bars, one for each step; `is_open` says that the last one holds all above it too."""
    width = WIDTH / len(counts)
    room = HEIGHT - FOOT - 22
    bins = []
    for place, trees in enumerate(counts):
        height = round(room * trees / max(counts), 1)
        low = (first + place) * step
        high = None if is_open and place == len(counts) - 1 else low + step
        x, y = round(place * width + 1, 1), round(HEIGHT - FOOT - height, 1)
        bins.append(Bin(low, high, trees, x, y, round(width - 2, 1), height))
    return tuple(bins)


def _stem_records(db: sqlite3.Connection, field: str, where: str, species_id: str) -> list[Records]:
    """Records of a stem's size, a table for each height at which it was measured."""
    sql = (
        f"SELECT measure_height_m, COUNT(*) FROM tree WHERE species_id = :species AND {field} > 0 "
        f"AND {STANDING} AND {where} GROUP BY 1 ORDER BY 2 DESC LIMIT 3"
    )
    found = []
    for height, _count in db.execute(sql, {"species": species_id}).fetchall():
        alike = f"measure_height_m IS :height AND {where}"
        table = _records(db, field, "measured_on", alike, {"species": species_id, "height": height})
        if table is not None:
            found.append(table)
    return found


def _records(
    db: sqlite3.Connection, field: str, on: str, alike: str, facts: dict[str, object]
) -> Records | None:
    whole = f"species_id = :species AND {field} > 0 AND {STANDING} AND {alike}"
    several = _OF_STEMS if field in _STEM_FIELDS else "0"
    doubted = is_doubted(field)
    left, stems, among = db.execute(
        f"SELECT COALESCE(SUM(d), 0), COALESCE(SUM(s AND NOT d), 0), COALESCE(SUM(NOT s AND NOT d), 0) "
        f"FROM (SELECT {doubted} AS d, {several} AS s FROM tree WHERE {whole})",
        facts,
    ).fetchone()
    if not among:
        return None
    best = db.execute(
        f"SELECT fid, {field} FROM tree WHERE {whole} AND NOT {several} AND NOT {doubted} "
        f"ORDER BY {field} DESC, fid LIMIT {TOP}",
        facts,
    ).fetchall()
    day = f"SELECT {on} FROM tree WHERE fid = ?"
    rows = tuple(
        SizeRecord(hit_of(db, fid), float(value), db.execute(day, (fid,)).fetchone()[0])
        for fid, value in best
    )
    height = facts.get("height")
    return Records(
        field, rows, among, left, stems, float(height) if isinstance(height, int | float) else None
    )


def is_doubted(field: str) -> str:
    """The condition of a tree whose value of `field` some check doubts."""
    return _DOUBTED.format(field=field)


def hit_of(db: sqlite3.Connection, fid: int) -> Hit:
    """The hit of one tree. Many are picked by their `fid` first: an index has that, and rows are long."""
    return read_hit(db.execute(f"SELECT {HIT_COLUMNS} FROM tree WHERE fid = ?", (fid,)).fetchone())
