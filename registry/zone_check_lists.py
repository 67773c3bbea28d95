"""What a check of a footprint names: the records that are hit, and the lists that leave it undecided."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.affected import facts_of_trees
from registry.check_records import KEPT, CheckedRecord, OpenList, OpenRecord
from registry.chunks import chunks
from registry.models import Grove, HeritageGarden, Place, Tree
from registry.rulepacks import PackLibrary
from registry.rules.conflicts import NEAR_M, Footprint, Found, overlaps
from registry.rules.grading import protection_class
from registry.rules.packs import Place as Where
from registry.surroundings import Surroundings
from registry.zone_candidates import (
    Candidates,
    Scope,
    boundary_distance_m,
    groves_without_zone,
    trees_without_position,
    with_zone,
)
from registry.zoning import proposed_among, proposed_for

_AREAS: dict[str, Any] = {"grove": Grove, "garden": HeritageGarden, "place": Place}
_TREE_COLUMNS: tuple[Any, ...] = (
    Tree.id, Tree.tree_no, Tree.name_verbatim, Tree.latin_verbatim, Tree.species_id, Tree.division_id,
    Tree.position_precision, Tree.lon, Tree.lat,
)  # fmt: skip
_CHUNK = 500
_CURRENT = "current"
_ASKED_WHY = 100
"""So many trees without a zone are told what is missing; of more the count is enough."""
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A record with what rule packs ask of it: where it stands. trunk: lon and lat."""

    record: CheckedRecord
    place: Where | None = None
    trunk: tuple[float, float] | None = None


class Named:
    """Names, numbers and classes of records, read when they are asked for."""

    def __init__(self, session: Session, on: date) -> None:
        self._session, self._on = session, on
        self.surroundings = Surroundings(session)

    def known(self, subjects: Iterable[Subject]) -> dict[Subject, Known]:
        """Everything about the records `subjects`."""
        found: dict[Subject, Known] = {}
        wanted = list(dict.fromkeys(subjects))
        for ids in chunks([own for kind, own in wanted if kind == "tree"], _CHUNK):
            found.update(self._trees(ids))
        for kind, table in _AREAS.items():
            for own in (own for each, own in wanted if each == kind):
                found[kind, own] = self._area(kind, self._session.get_one(table, own))
        return found

    def numbers(self, ids: Sequence[str]) -> dict[str, str]:
        """The numbers of trees by their ids."""
        found: dict[str, str] = {}
        for some in chunks(ids, _CHUNK):
            query = sa.select(col(Tree.id), col(Tree.tree_no)).where(col(Tree.id).in_(some))
            found.update((own, number) for own, number in self._session.execute(query))
        return found

    def listed(self, kind: str, row: Any, number: str, name: str | None) -> CheckedRecord:
        """A record of which a list names no more than number, name and division."""
        return CheckedRecord(
            kind, row.id, number, name or "", "", self.surroundings.division_path(row.division_id)
        )

    def _trees(self, ids: Sequence[str]) -> dict[Subject, Known]:
        query = sa.select(*_TREE_COLUMNS).where(col(Tree.id).in_(ids))
        rows = {row.id: row for row in self._session.execute(query)}
        judged = {own: (place, facts) for own, place, facts in facts_of_trees(self._session, ids, self._on)}
        found: dict[Subject, Known] = {}
        for own, row in rows.items():
            place, facts = judged.get(own, (None, None))
            grade = protection_class(facts.legal_category, facts.legal_grade) if facts else None
            species = self.surroundings.species.get(row.species_id) if row.species_id else None
            name = row.name_verbatim or (species and species.name_hans) or ""
            english = (species and (species.name_en or species.name_latin)) or row.latin_verbatim or ""
            record = CheckedRecord(
                "tree",
                own,
                row.tree_no,
                name,
                english,
                self.surroundings.division_path(row.division_id),
                grade,
                str(row.position_precision),
            )
            trunk = None if row.lon is None else (row.lon, row.lat)
            found["tree", own] = Known(record, place, trunk)
        return found

    def _area(self, kind: str, row: Any) -> Known:
        jurisdiction = self.surroundings.authorities[row.authority_id].jurisdiction
        own = self.surroundings.settings["jurisdiction"]
        narrow = own if own.startswith(f"{jurisdiction}-") else jurisdiction
        chain: list[str] = []
        at = row.division_id
        while at is not None:
            division = self.surroundings.divisions[at]
            chain = [part for part in (division.id, division.code, division.name) if part] + chain
            at = division.parent_id
        grade = getattr(row, "protection_grade", None)
        record = CheckedRecord(
            kind,
            row.id,
            row.number,
            row.name or "",
            "",
            self.surroundings.division_path(row.division_id),
            grade,
            str(row.position_precision),
        )
        return Known(record, Where(narrow, tuple(dict.fromkeys(chain))))


@dataclass(slots=True)
class _Counted:
    """A list of which all are counted and the first are named."""

    name: str
    count: int = 0
    records: list[OpenRecord] = field(default_factory=list)

    def add(self, make: Callable[..., OpenRecord], *of: Any) -> None:
        """Count one, and name it (`make(*of)`) while there is room."""
        self.count += 1
        if len(self.records) < KEPT:
            self.records.append(make(*of))

    def closed(self) -> OpenList:
        """As a check keeps it."""
        return OpenList(self.name, self.count, tuple(self.records))


def open_lists(
    session: Session,
    footprint: Footprint,
    around: Candidates,
    found: Found,
    named: Named,
    library: PackLibrary,
    on: date,
) -> tuple[tuple[OpenList, ...], tuple[str, ...], int]:
    """What leaves a check undecided, in the order of OPEN_LISTS; the divisions in which the footprint is
    known to lie; and how many trees without position stand in divisions that it does not touch."""
    scope = Scope(named.surroundings, footprint)
    unplaced, outside = _unplaced(session, scope, named, on)
    unbounded, zoneless = _groves(session, footprint, scope, named, on)
    known = named.known(("tree", own) for own, _ in found.zoneless[:KEPT])
    displaced = with_zone(session, [own for own, _ in found.zoneless[:_ASKED_WHY]], on)
    for at, (own, distance) in enumerate(found.zoneless):
        proposed = proposed_for(session, ("tree", own), library, on) if at < _ASKED_WHY else None
        missing = tuple(proposed.missing) if proposed else ()
        if not missing and own in displaced:
            missing = (_CURRENT,)
        zoneless.add(
            lambda o, d, m: OpenRecord(known["tree", o].record, d, missing=m), own, distance, missing
        )
    outgrown = _outgrown(session, footprint, around, found, library, on)
    told = named.known(outgrown[:KEPT])
    for subject in outgrown:
        zoneless.add(lambda s: OpenRecord(told[s].record, 0.0, missing=(_CURRENT,)), subject)
    uncertain = _Counted("uncertain")
    reached = named.known(reach.subject for reach in found.reaching[:KEPT])
    for reach in found.reaching:
        uncertain.add(
            lambda r: OpenRecord(reached[r.subject].record, r.distance_m, r.uncertainty_m, r.is_stated), reach
        )
    lists = tuple(each.closed() for each in (unplaced, unbounded, zoneless, uncertain))
    return lists, tuple(scope.names()), outside


def _outgrown(
    session: Session,
    footprint: Footprint,
    around: Candidates,
    found: Found,
    library: PackLibrary,
    on: date,
) -> list[Subject]:
    """Records whose computed zone is not met, though the one that today's data and packs give would be."""
    met = {hit.subject for hit in found.hits} | {("tree", own) for own, _ in found.zoneless}
    legal = {zone.subject for zone in around.zones if zone.is_legal}
    computed = {zone.subject for zone in around.zones} - legal - met
    return [
        each.subject
        for each in proposed_among(session, sorted(computed), library, on)
        if each.outline is not None and overlaps(footprint, each.outline.shape)
    ]


def _unplaced(session: Session, scope: Scope, named: Named, on: date) -> tuple[_Counted, int]:
    found, outside = _Counted("trees_without_position"), 0
    for row in trees_without_position(session, on):
        if scope.may_hold(row.division_id):
            found.add(lambda r: OpenRecord(named.listed("tree", r, r.tree_no, r.name_verbatim)), row)
        else:
            outside += 1
    return found, outside


def _groves(
    session: Session, footprint: Footprint, scope: Scope, named: Named, on: date
) -> tuple[_Counted, _Counted]:
    """Groves that nobody has bounded, and those near the footprint that have a boundary and no zone."""
    unbounded, zoneless = _Counted("groves_without_boundary"), _Counted("without_zone")
    for row in groves_without_zone(session, on):
        away = boundary_distance_m(footprint, row.boundary)
        record = named.listed("grove", row, row.number, row.name)
        if away is None and scope.may_hold(row.division_id):
            unbounded.add(OpenRecord, record)
        elif away is not None and away <= NEAR_M:
            zoneless.add(OpenRecord, record, away)
    return unbounded, zoneless
