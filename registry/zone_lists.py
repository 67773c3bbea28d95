"""Lists of protection zones, and of what conflicts with them, out of the register."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col

from registry.chunks import chunks
from registry.models import Designation, Grove, HeritageGarden, MapFeature, MapLayer, Place, Tree, Zone
from registry.rulepacks import PackLibrary
from registry.rules.in_force import legal_grade
from registry.rules.packs import Rule
from registry.rules.quadtree import ranges
from registry.rules.zone_grids import to_grid
from registry.rules.zones import Proposed, rule_name
from registry.selection import select_groves, stream_ids
from registry.surroundings import Surroundings
from registry.vocab.language import translator
from registry.vocab.rule_sentences import row_text
from registry.vocab.words import Precision
from registry.zone_records import ConflictLine, ZoneLine

BATCH = 500
Proposer = Callable[[Sequence[tuple[str, str]]], Iterable[Proposed]]
_KEPT = (
    "area_m2", "projection", "uncertainty_m", "made_on", "ended_on", "document_no", "approved_by",
    "published_on", "published_url", "deviation", "outline", "confidence", "pack_id", "rule",
)  # fmt: skip
_TABLES: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden, "place": Place}
_OWNERS = {kind: f"{kind}_id" for kind in _TABLES}


def zone_lines(
    session: Session,
    library: PackLibrary,
    on: date,
    where: Sequence[str] = (),
    *,
    lang: str = "zh",
    propose: Proposer | None = None,
) -> Iterator[ZoneLine]:
    """The zones that hold, of all records that `where` chooses, and a line for each that has none.

    propose: what the rules give some records today (`registry.zoning.proposed_among`); with it a computed
    zone that they no longer give is stale, and a record without zone says what is missing.
    """
    for kind, ids in _chosen(session, where):
        for batch in chunks(ids, BATCH):
            given = None
            if propose is not None:
                given = {each.subject: each for each in propose([(kind, own) for own in batch])}
            yield from _of_batch(session, library, on, kind, batch, lang, given)


def zones_of(
    session: Session,
    library: PackLibrary,
    on: date,
    subject: tuple[str, str],
    *,
    lang: str = "zh",
    ended: bool = True,
) -> list[ZoneLine]:
    """All zones of one record, those that hold first."""
    found = _of_batch(session, library, on, subject[0], [subject[1]], lang, None, ended=ended)
    return [line for line in found if line.kind is not None]


def zones_of_many(
    session: Session, library: PackLibrary, kind: str, ids: Sequence[str], *, lang: str = "zh"
) -> dict[str, list[ZoneLine]]:
    """The zones that hold of each of many records of a kind, without what the records are called."""
    found: defaultdict[str, list[ZoneLine]] = defaultdict(list)
    if kind not in _OWNERS:
        return found
    table: sa.Table = Zone.__table__  # type: ignore[attr-defined]
    owner = table.c[_OWNERS[kind]]
    query = sa.select(table).where(owner.in_(ids), table.c.ended_on.is_(None))
    for row in session.execute(query.order_by(table.c.kind.desc(), table.c.made_on.desc(), table.c.id)):
        own = row._mapping[owner]
        bare = ZoneLine(kind, own, "")
        found[own].append(_filled(bare, row, library, lang, None, is_checked=False))
    return found


def _chosen(session: Session, where: Sequence[str]) -> Iterator[tuple[str, Iterable[str]]]:
    """The records that may have zones: standing trees and groves, and gardens and places that have one."""
    standing = [*where, "standing"]
    yield "tree", stream_ids(session, standing)
    yield "grove", list(session.exec(select_groves(standing)))
    if not where:
        for kind in ("garden", "place"):
            owner = col(getattr(Zone, _OWNERS[kind]))
            query = sa.select(owner).where(owner.is_not(None), col(Zone.ended_on).is_(None)).distinct()
            yield kind, sorted(session.execute(query).scalars())


def _of_batch(
    session: Session,
    library: PackLibrary,
    on: date,
    kind: str,
    ids: Sequence[str],
    lang: str,
    given: dict[tuple[str, str], Proposed] | None,
    *,
    ended: bool = False,
) -> Iterator[ZoneLine]:
    zones: defaultdict[str, list[Any]] = defaultdict(list)
    table: sa.Table = Zone.__table__  # type: ignore[attr-defined]
    owner = table.c[_OWNERS[kind]]
    query = sa.select(table).where(owner.in_(ids))
    if not ended:
        query = query.where(table.c.ended_on.is_(None))
    order = (table.c.ended_on.is_not(None), table.c.kind.desc(), table.c.made_on.desc(), table.c.id)
    for row in session.execute(query.order_by(*order)):
        zones[row._mapping[owner]].append(row)
    lines = {line.record_id: line for line in _records(session, on, kind, ids)}
    for own in ids:
        proposed = given.get((kind, own)) if given is not None else None
        for row in zones[own]:
            yield _filled(lines[own], row, library, lang, proposed, is_checked=given is not None)
        if not zones[own]:
            yield replace(lines[own], missing=proposed.missing if proposed else ())


def _records(session: Session, on: date, kind: str, ids: Sequence[str]) -> Iterator[ZoneLine]:
    table = _TABLES[kind]
    around = Surroundings(session)
    grades = _grades(session, on, kind, ids)
    query = sa.select(table.__table__).where(table.__table__.c.id.in_(ids))
    for row in session.execute(query):
        species = around.species.get(row.species_id) if kind == "tree" and row.species_id else None
        by_species = species and (species.name_hans or species.name_hant or species.name_latin)
        own_name = row.name_verbatim if kind == "tree" else row.name
        grade, scheme = grades.get(row.id, (None, None))
        yield ZoneLine(
            kind,
            row.id,
            row.tree_no if kind == "tree" else row.number,
            own_name or by_species or None,
            species.name_latin if species else None,
            around.division_path(row.division_id),
            grade,
            scheme,
            _word(row.category) if kind == "tree" else None,
            is_sensitive=row.position_precision != Precision.EXACT,
        )


def _grades(
    session: Session, on: date, kind: str, ids: Sequence[str]
) -> dict[str, tuple[str | None, str | None]]:
    """The grade in force of each record, with its scheme."""
    if kind not in {"tree", "grove", "garden"}:
        return {}
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    table: sa.Table = Designation.__table__  # type: ignore[attr-defined]
    owner = table.c[_OWNERS[kind]]
    for row in session.execute(sa.select(table).where(owner.in_(ids))):
        rows[row._mapping[owner]].append(row)
    found = {own: legal_grade(decisions, on) for own, decisions in rows.items()}
    return {own: (row.grade, row.scheme) for own, row in found.items() if row is not None}


def _filled(
    line: ZoneLine,
    row: Any,
    library: PackLibrary,
    lang: str,
    proposed: Proposed | None,
    *,
    is_checked: bool,
) -> ZoneLine:
    rule = _rule(library, row.pack_id, row.rule)
    is_computed = _word(row.kind) == "computed"
    is_same = proposed is not None and proposed.basis == (row.pack_id, row.rule, row.rule_sha256, row.inputs)
    return replace(
        line,
        kind=_word(row.kind),
        citation=rule.basis.cited(lang) if rule else "",
        standing=rule.basis.standing if rule else None,
        rule_text=row_text(translator(lang), "zone", rule.values) if rule else "",
        inputs=json.loads(row.inputs),
        box=(row.west, row.south, row.east, row.north),
        is_stale=is_checked and is_computed and not is_same,
        missing=proposed.missing if proposed and is_computed else (),
        **{name: getattr(row, name) for name in _KEPT},
    )


def _rule(library: PackLibrary, pack_id: str | None, name: str | None) -> Rule | None:
    pack = library.find(pack_id) if pack_id else None
    return next((rule for rule in pack.rules.values() if rule_name(rule) == name), None) if pack else None


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def conflicts(session: Session, lines: Iterable[ZoneLine]) -> Iterator[ConflictLine]:
    """What of the loaded layers lies in the zones `lines`; lines and points count by their length, or 0."""
    titles = {row.id: row for row in session.execute(sa.select(MapLayer.__table__))}  # type: ignore[attr-defined]
    if not titles:
        return
    for line in lines:
        if line.outline is None or line.box is None or line.projection is None:
            continue
        zone = shapely.from_wkb(line.outline)
        move = to_grid(line.projection)
        own = shapely.transform(zone, move)
        for row in _features_near(session, line.box):
            shape = shapely.from_wkb(row.outline)
            if not shapely.intersects(zone, shape):
                continue
            common = shapely.intersection(own, shapely.make_valid(shapely.transform(shape, move)))
            share, layer = float(common.area / own.area), titles[row.layer_id]
            yield ConflictLine(
                line, row.layer_id, _word(layer.kind), layer.title, row.ordinal, row.name,
                round(float(common.area), 2), round(_length(common), 2), round(share, 6),
            )  # fmt: skip


def _length(common: Any) -> float:
    """The length of what is a line in it."""
    parts = getattr(common, "geoms", (common,))
    return float(sum(part.length for part in parts if part.geom_type.endswith("LineString")))


def _features_near(session: Session, box: tuple[float, float, float, float]) -> Iterator[Any]:
    table: sa.Table = MapFeature.__table__  # type: ignore[attr-defined]
    west, south, east, north = box
    keys = sa.or_(*(table.c.cell.between(low, high) for low, high in ranges(*box)))
    meets = sa.and_(
        table.c.west <= east, table.c.east >= west, table.c.south <= north, table.c.north >= south
    )
    query = sa.select(table).where(keys, meets).order_by(table.c.layer_id, table.c.ordinal)
    yield from session.execute(query).all()


def counts_by_kind(lines: Iterable[ZoneLine]) -> dict[str, int]:
    """How many records have a legal zone, only a computed one, or none; and how many zones are stale."""
    best: dict[tuple[str, str], str] = {}
    stale = 0
    for line in lines:
        key = (line.record_kind, line.record_id)
        if line.kind == "legal" or key not in best:
            best[key] = line.kind or "none"
        stale += line.is_stale
    found = {name: sum(kind == name for kind in best.values()) for name in ("legal", "computed", "none")}
    return {"records": len(best), **found, "stale": stale}
