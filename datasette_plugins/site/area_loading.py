"""Everything the page of one area shows, read in one go from one edition."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasette.utils import tilde_decode

from datasette_plugins.site.area_drawing import (
    Locator,
    Sketch,
    ZoneFacts,
    locator_of,
    sketch_of,
    zones_of,
)
from datasette_plugins.site.area_timeline import Moment, timeline_of
from datasette_plugins.site.counts import KINDS
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.links import Link, links_of
from datasette_plugins.walks.loading import stories_of_record, walks_of_record
from exports.walk_content import StoryContent, WalkContent
from registry.vocab.sentences import seal_character
from registry.vocab.words import Precision

PER_PAGE = 50
"""Trees of an area that one page of it lists."""
_LISTS = (
    "details", "inspections", "designations", "aliases", "flags", "history", "withheld", "division_path",
    "division_path_en", "composition", "listings",
)  # fmt: skip
_TOLD = ("description", "notes", "values_note")
"""Fields that tell a story, in the order in which it is told."""
GRADE_COUNTS = ("count_first", "count_second", "count_third")
AGE_SHARES = ("share_over_500", "share_300_500", "share_100_300")
FOOTBALL_PITCH_HA = 0.714
"""105 by 68 metres, as international matches are played."""


Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One species of a grove: as recorded, and the page of it where the register has one."""

    name: str
    latin: str | None
    path: str | None
    tree_count: int | None
    percent: float | None
    width: float
    """Percent of the trees, for the bar: as the form says, else worked out from the counts."""


@dataclass(frozen=True, slots=True)
class AreaPage:
    """One record with an extent: its row, its trees that have files, and what stands in it.

    row: the columns of the edition, JSON read; details and texts are parted from it. parents: divisions,
    the largest first. hits: one page of its trees, none where their places would tell its own.
    """

    kind: str
    row: dict[str, Any]
    details: dict[str, Any]
    texts: tuple[tuple[str, str], ...]
    shares: tuple[Share, ...]
    hits: tuple[Hit, ...]
    page: int
    groves: Rows
    elements: Rows
    within: tuple[tuple[str, sqlite3.Row], ...]
    photos: tuple[sqlite3.Row, ...]
    parents: tuple[sqlite3.Row, ...]
    authority: sqlite3.Row | None
    source: sqlite3.Row | None
    locator: Locator | None
    sketch: Sketch | None
    zones: ZoneFacts
    timeline: tuple[Moment, ...]
    links: tuple[Link, ...]
    stories: tuple[StoryContent, ...]
    walks: tuple[WalkContent, ...]

    @property
    def seal(self) -> str:
        """The character of a grove's seal, or ""."""
        if self.kind != "grove":
            return ""
        return seal_character("", self.row["status"], self.row["protection_grade"])

    @property
    def is_exact(self) -> bool:
        """Whether its place is published as exactly as it is known."""
        return bool(self.row["position_precision"] == Precision.EXACT)

    @property
    def is_story_withheld(self) -> bool:
        """Whether a text is on record and not released."""
        return any(name in self.row["withheld"] for name in _TOLD)

    @property
    def pages(self) -> int:
        """How many pages its trees fill."""
        return max(1, -(-self.row["file_count"] // PER_PAGE))

    @property
    def pitches(self) -> float | None:
        """Its area in football pitches, where that helps to see it."""
        area = self.row["area_ha"]
        return round(area / FOOTBALL_PITCH_HA, 1) if area and FOOTBALL_PITCH_HA / 2 <= area < 1000 else None

    def bars(self, fields: Sequence[str]) -> tuple[tuple[str, float, float], ...]:
        """(field, value, percent of all of them) for those of `fields` that the form answers."""
        found = [(name, float(self.details[name])) for name in fields if self.details.get(name) is not None]
        whole = sum(value for _, value in found)
        return tuple((name, value, round(100 * value / whole, 1)) for name, value in found if whole)

    @property
    def lines(self) -> tuple[tuple[str, Any], ...]:
        """The answers of the form that stand nowhere else on the page."""
        shown = {*_TOLD, *GRADE_COUNTS, *AGE_SHARES}
        return tuple((name, value) for name, value in self.details.items() if name not in shown)


def load_area(
    edition: EditionDatabase, db: sqlite3.Connection, table: str, path: str, number: int
) -> AreaPage | None:
    """One record of the table grove, garden, place or element, with page `number` of its trees, or None."""
    found = db.execute(
        f"SELECT * FROM {table} WHERE path = ? UNION ALL SELECT * FROM {table} WHERE number = ? LIMIT 1",
        (path, tilde_decode(path)),
    ).fetchone()
    if found is None:
        return None
    row = {key: found[key] for key in found.keys() if key not in {"fid", "geom"}}  # noqa: SIM118
    row.update({name: json.loads(row[name]) for name in _LISTS if name in row})
    details = dict(row["details"])
    is_exact = row["position_precision"] == Precision.EXACT
    facts = {"number": row["number"], "authority": row["authority_id"]}
    where = f"{table}_no = :number AND authority_id = :authority"
    holder = (where, facts) if table != "element" and is_exact else None
    holds_parts = table in {"garden", "place"} and is_exact
    groves = _parts(db, "grove", where, facts) if holds_parts else ()
    elements = _parts(db, "element", where, facts) if holds_parts else ()
    zones = zones_of(db, row["uuid"])
    return AreaPage(
        kind=table,
        row=row,
        details=details,
        texts=_texts(row, details),
        shares=_shares(db, row),
        hits=_hits(db, *holder, number) if holder and row["file_count"] else (),
        page=number,
        groves=groves,
        elements=elements,
        within=_within(db, row),
        photos=_photos(db, row["uuid"]),
        parents=division_chain(db, row["division_id"]),
        authority=_one(db, "SELECT * FROM authority WHERE id = ?", row["authority_id"]),
        source=_one(db, "SELECT * FROM source WHERE id = ?", row["source_id"]),
        locator=locator_of(edition, db, row),
        sketch=sketch_of(
            db, row, found["geom"], zones, holder, (("grove", groves), ("element", elements))
        ),
        zones=ZoneFacts(zones),
        timeline=timeline_of(db, row, zones),
        links=links_of(db, row["uuid"]),
        stories=stories_of_record(db, row["uuid"]),
        walks=walks_of_record(db, row["uuid"]),
    )  # fmt: skip


def division_chain(db: sqlite3.Connection, division_id: str | None) -> tuple[sqlite3.Row, ...]:
    """A division and those above it, the largest first; eight at most."""
    chain: list[sqlite3.Row] = []
    while division_id is not None and len(chain) < 8:
        row = _one(db, "SELECT * FROM division WHERE id = ?", division_id)
        if row is None:
            break
        chain.insert(0, row)
        division_id = row["parent_id"]
    return tuple(chain)


def listed_area(row: sqlite3.Row) -> dict[str, Any]:
    """A row of grove, garden, place or element for a list: places read, and the species of a grove."""
    plain = dict(row)
    shares = json.loads(plain.get("composition") or "[]")
    paths = {name: json.loads(plain[name]) for name in ("division_path", "division_path_en")}
    return {**plain, **paths, "species": ", ".join(share["name_verbatim"] for share in shares[:3])}


def _texts(row: dict[str, Any], details: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """(field, text) of what is told of an area."""
    told = ((name, details.get(name) or row.get(name)) for name in _TOLD)
    return tuple((name, str(text)) for name, text in told if text)


def _shares(db: sqlite3.Connection, row: dict[str, Any]) -> tuple[Share, ...]:
    composition = row.get("composition") or []
    whole = sum(share.get("tree_count") or 0 for share in composition)
    found = []
    for share in composition:
        name, latin = share["name_verbatim"], share.get("latin_verbatim")
        count, percent = share.get("tree_count"), share.get("share_percent")
        if percent is None and count is not None and whole:
            percent = round(100 * count / whole, 1)
        paths = db.execute(
            "SELECT path FROM species WHERE :name IN (name_hans, name_hant) OR name_latin = :latin LIMIT 1",
            {"name": name, "latin": latin},
        ).fetchone()
        width = min(max(percent or 0.0, 0.0), 100.0)
        found.append(Share(name, latin, paths[0] if paths else None, count, percent, width))
    return tuple(found)


def _within(db: sqlite3.Connection, row: dict[str, Any]) -> tuple[tuple[str, sqlite3.Row], ...]:
    """The garden and the place that it stands in."""
    found = []
    for word, table in KINDS.items():
        number = row.get(f"{table}_no")
        sql = f"SELECT * FROM {table} WHERE number = ? AND authority_id = ?"
        if number and (holder := db.execute(sql, (number, row["authority_id"])).fetchone()):
            found.append((word, holder))
    return tuple(found)


def _parts(db: sqlite3.Connection, table: str, where: str, facts: dict[str, Any]) -> Rows:
    """Groves or elements that stand in an area."""
    order = "subkind, number" if table == "element" else "number"
    sql = f"SELECT * FROM {table} WHERE {where} ORDER BY {order} LIMIT 300"
    return tuple(listed_area(row) for row in db.execute(sql, facts))


def _hits(db: sqlite3.Connection, where: str, facts: dict[str, Any], number: int) -> tuple[Hit, ...]:
    sql = f"SELECT {HIT_COLUMNS} FROM tree WHERE {where} ORDER BY tree_no LIMIT {PER_PAGE} OFFSET :offset"
    return tuple(read_hit(row) for row in db.execute(sql, {**facts, "offset": (number - 1) * PER_PAGE}))


def _photos(db: sqlite3.Connection, uuid: str) -> tuple[sqlite3.Row, ...]:
    sql = (
        "SELECT id, kind, taken_on, caption, caption_lang, credit, width, height, viewpoint "
        "FROM photo WHERE area_uuid = ? ORDER BY taken_on DESC, id LIMIT 60"
    )
    return tuple(db.execute(sql, (uuid,)))


def _one(db: sqlite3.Connection, sql: str, value: Any) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(sql, (value,)).fetchone()
    return found
