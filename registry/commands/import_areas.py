"""Importing rows that are no trees: groves, gardens, places of a ledger, landmark elements.

The same guarantees as for trees: a row is created, updated, unchanged or rejected; the same row again changes
nothing; the history tells every change. `registry.commands.import_file` reads the file and shares its chunks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows, update_row
from registry.commands.history import Change, canonical, told_row
from registry.commands.importing_areas_said import AreaSaid, RowDict
from registry.commands.importing_report import ImportReport
from registry.commands.importing_rows import NOT_TOLD, RowMaker, Rows, is_duty
from registry.importing.area_rows import area_fields
from registry.importing.mapping import Column, Mapping
from registry.importing.problems import RowProblem
from registry.models import (
    Designation,
    Element,
    Flag,
    Grove,
    GroveSpecies,
    HeritageGarden,
    Place,
    Tree,
    TreeAlias,
    TreeParty,
)

TABLES: dict[str, type[SQLModel]] = {
    "grove": Grove,
    "garden": HeritageGarden,
    "place": Place,
    "element": Element,
}
"""The table of each kind of record."""
_TOLD: dict[type[SQLModel], str] = {
    TreeAlias: "aliases",
    Designation: "designations",
    TreeParty: "parties",
    GroveSpecies: "composition",
}
_CHILDREN: tuple[type[SQLModel], ...] = (*_TOLD, Flag)
_IN_ORDER: tuple[type[SQLModel], ...] = (*TABLES.values(), *_CHILDREN)
_NO_CONTENT = frozenset({"id", "from_on", "to_on", "grove_id", "garden_id", "place_id", "tree_id"})
_OURS = frozenset({"authority_id", "source_id", "released", "imported_hash"})
_CHUNK = 500
Reject = Callable[[AreaSaid, RowProblem], None]


@dataclass(slots=True)
class AreaWriting:
    """What one chunk writes of areas."""

    new: Rows = field(default_factory=dict)
    gone: dict[type[SQLModel], list[str]] = field(default_factory=dict)
    changed: list[tuple[type[SQLModel], str, RowDict]] = field(default_factory=list)

    def write(self, session: Session) -> None:
        """Write it, after the directory and before the trees."""
        for table, ids in self.gone.items():
            session.execute(sa.delete(table).where(col(table.id).in_(ids)))  # type: ignore[attr-defined]
        for table, area_id, values in self.changed:
            update_row(session, table, area_id, values)
        for table in _IN_ORDER:
            for rows in _alike(self.new.get(table, [])):
                insert_rows(session, table, rows)


class AreaBatch:
    """Makes rows of the register out of rows that tell of areas, chunk by chunk."""

    def __init__(
        self,
        session: Session,
        mapping: Mapping,
        located: dict[str, Column],
        report: ImportReport,
        maker: RowMaker,
        today: str,
        reject: Reject,
    ) -> None:
        self.session, self.mapping, self.report, self.maker = session, mapping, report, maker
        self.reject = reject
        self.today = today
        self.seen: dict[tuple[str, str], tuple[str, str]] = {}
        self.said = mapping.given_fields(located.values())
        self.given = {record: area_fields(mapping, located.values(), record) for record in TABLES}
        self.number_column = next(
            (header for header, column in located.items() if column.field in {"number", "tree_no"}), ""
        )

    def take(self, said: Sequence[AreaSaid]) -> tuple[AreaWriting, list[Change]]:
        """What a chunk's areas change. Uses the session, which nobody else may use meanwhile."""
        writing, changes = AreaWriting(), list[Change]()
        fresh = [each for each in said if self._first_time(each)]
        for record, table in TABLES.items():
            ours = [each for each in fresh if each.record == record]
            if not ours:
                continue
            known = self._known(table, [each.number for each in ours])
            children = self._children(record, [row["id"] for row in known.values()])
            for each in ours:
                if row := known.get(each.number):
                    change = self._update(each, table, row, children, writing)
                else:
                    change = self._create(each, table, writing)
                if change:
                    changes.append(change)
        return writing, changes

    def _first_time(self, said: AreaSaid) -> bool:
        place, digest = self.seen.setdefault((said.record, said.number), (said.place, said.digest))
        if place == said.place:
            return True
        if said.is_beside:
            return False
        if digest == said.digest:
            self.report.unchanged += 1
        else:
            self.reject(said, RowProblem("number_twice", self.number_column, said.number, first=place))
        return False

    def _known(self, table: Any, numbers: list[str]) -> dict[str, RowDict]:
        query = sa.select(table.__table__).where(
            table.authority_id == self.maker.authority_id, table.number.in_(numbers)
        )
        return {row["number"]: dict(row) for row in self.session.execute(query).mappings()}

    def _children(self, record: str, ids: list[str]) -> dict[type[SQLModel], dict[str, list[RowDict]]]:
        """Rows that belong to areas, by table and the area's id."""
        found: dict[type[SQLModel], dict[str, list[RowDict]]] = {}
        whose = f"{record}_id"
        for child in _CHILDREN:
            found[child] = {}
            table: sa.Table = child.__table__  # type: ignore[attr-defined]
            if whose in table.c and ids:
                for row in self.session.execute(sa.select(table).where(table.c[whose].in_(ids))).mappings():
                    found[child].setdefault(row[whose], []).append(_stored(row))
        return found

    def _create(self, said: AreaSaid, table: type[SQLModel], writing: AreaWriting) -> Change:
        area_id = next(self.maker.ids)
        values = self._values(said)
        writing.new.setdefault(table, []).append({**values, "id": area_id, "updated_on": self.today})
        told: dict[str, tuple[Any, Any]] = {
            name: (None, value)
            for name, value in values.items()
            if value is not None and name not in NOT_TOLD
        }
        for child, rows in self._rows(said, area_id).items():
            writing.new.setdefault(child, []).extend(rows)
            if rows and child in _TOLD:
                told[_TOLD[child]] = (None, [told_row(row) for row in rows])
        if not said.is_beside:
            self.report.created += 1
            self.report.differs(said.number, "created", {})
        return Change(said.record, area_id, "created", told)

    def _update(
        self,
        said: AreaSaid,
        table: type[SQLModel],
        present: RowDict,
        children: dict[type[SQLModel], dict[str, list[RowDict]]],
        writing: AreaWriting,
    ) -> Change | None:
        area_id = present["id"]
        if present["imported_hash"] == said.digest:
            self.report.unchanged += not said.is_beside
            return None
        values, present = self._values(said), _stored(present)
        sayable = {*self.given[said.record], *said.given, *_OURS} - (
            {"imported_hash"} if said.is_beside else set()
        )
        if said.is_beside:  # a tree's row tells its grove's name and count, not whose record it is
            sayable = set(said.given)
        changed = {
            name: value for name, value in values.items() if name in sayable and present[name] != value
        }
        fields = {name: (present[name], value) for name, value in changed.items() if name not in NOT_TOLD}
        is_same = not fields and "released" not in changed
        for child, rows in self._rows(said, area_id).items():
            gone, added = self._replaced(child, children[child].get(area_id, []), rows, said)
            if gone or added:
                is_same = False
                writing.gone.setdefault(child, []).extend(row["id"] for row in gone)
                writing.new.setdefault(child, []).extend(added)
                if child in _TOLD:
                    fields[_TOLD[child]] = (_told(gone), _told(added))
        if not is_same:
            changed["updated_on"] = self.today
        if changed:
            writing.changed.append((table, area_id, changed))
        if not said.is_beside:
            self.report.unchanged += is_same
            self.report.updated += not is_same
            if not is_same:
                self.report.differs(said.number, "updated", fields)
        return None if is_same else Change(said.record, area_id, "updated", fields)

    def _replaced(
        self, table: type[SQLModel], present: list[RowDict], rows: list[RowDict], said: AreaSaid
    ) -> tuple[list[RowDict], list[RowDict]]:
        """Rows that go and rows that come: a number never goes, nor what another source said."""
        wanted = {_content(row): row for row in rows}
        gone = [
            row
            for row in present
            if wanted.pop(_content(row), None) is None
            and not said.is_beside
            and table is not TreeAlias
            and (table is not GroveSpecies or said.species)
            and row.get("source_id", self.maker.source_id) == self.maker.source_id
            and (table is not TreeParty or (row["role"] in self.said and not is_duty(row)))
            and (
                table is not Designation
                or any(row["designated_on"] == each["designated_on"] for each in rows)
            )
        ]
        return gone, list(wanted.values())

    def _values(self, said: AreaSaid) -> RowDict:
        return {
            **said.draft,
            "authority_id": self.maker.authority_id,
            "source_id": self.maker.source_id,
            "division_id": self.maker.directory.division_id(said.divisions),
            "released": self.maker.released,
            "imported_hash": None if said.is_beside else said.digest,
        }

    def _rows(self, said: AreaSaid, area_id: str) -> Rows:
        ids, whose = self.maker.ids, {f"{said.record}_id": area_id}
        directory = self.maker.directory
        rows: Rows = {}
        if said.record in {"grove", "garden"}:
            rows[TreeAlias] = [
                {**whose, "id": next(ids), "number": number, "scheme": scheme}
                for number, scheme in said.aliases
            ]
            by = {"source_id": self.maker.source_id, "authority_id": self.maker.authority_id}
            rows[Designation] = [{**each, **whose, **by, "id": next(ids)} for each in said.designations]
            doubts = {(check, name): (value, severity) for check, name, value, severity in said.doubts}
            rows[Flag] = [
                {
                    **whose,
                    "id": next(ids),
                    "check": check,
                    "field": name,
                    "value": value,
                    "severity": severity,
                }
                for (check, name), (value, severity) in doubts.items()
            ]
        if said.record != "element":
            rows[TreeParty] = [
                {
                    **whose,
                    "id": next(ids),
                    "role": role,
                    "party_id": directory.party_id(kind, name, said.lang),
                }
                for role, kind, name in said.parties
            ]
        if said.record == "grove":
            rows[GroveSpecies] = [
                {
                    **whose,
                    "id": next(ids),
                    "ordinal": ordinal,
                    "name_verbatim": name,
                    "latin_verbatim": latin,
                    "tree_count": count,
                    "share_percent": share,
                    "species_id": directory.species_id(taxon, said.lang) if taxon else None,
                }
                for ordinal, (name, latin, count, share, taxon) in enumerate(said.species, start=1)
            ]
        return rows

    def count_doubtful(self) -> int:
        """How many areas of the source have at least one doubt."""
        return sum(
            int(
                self.session.scalar(
                    select(sa.func.count(sa.distinct(whose)))
                    .select_from(Flag)
                    .join(table, col(table.id) == whose)
                    .where(table.source_id == self.maker.source_id)
                )
                or 0
            )
            for table, whose in ((Grove, col(Flag.grove_id)), (HeritageGarden, col(Flag.garden_id)))
        )


def link_members(session: Session, authority_id: str) -> list[Change]:
    """Bind trees that name a grove by its number to that grove, once both are in the register.

    Whichever comes first waits: a tree keeps the number as it was written. Returns what changed.
    """
    pairs = (
        select(Tree.id, Tree.grove_id, Grove.id)
        .join(
            Grove,
            sa.and_(
                col(Grove.number) == col(Tree.grove_no), col(Grove.authority_id) == col(Tree.authority_id)
            ),
        )
        .where(
            Tree.authority_id == authority_id,
            sa.or_(col(Tree.grove_id).is_(None), col(Tree.grove_id) != col(Grove.id)),
        )
    )
    changes = []
    for some in chunks(session.exec(pairs).all(), _CHUNK):
        for tree_id, before, grove_id in some:
            changes.append(Change("tree", tree_id, "updated", {"grove_id": (before, grove_id)}))
        by_grove: dict[str, list[str]] = {}
        for tree_id, _, grove_id in some:
            by_grove.setdefault(grove_id, []).append(tree_id)
        for grove_id, members in by_grove.items():
            session.execute(sa.update(Tree).where(col(Tree.id).in_(members)).values(grove_id=grove_id))
    return changes


def _alike(rows: list[RowDict]) -> list[list[RowDict]]:
    """Rows in groups that have the same columns: a grove's doubts and a garden's differ in whose they are."""
    groups: dict[tuple[str, ...], list[RowDict]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())


def _stored(row: Any) -> RowDict:
    """A row of the register, words and days as they are stored."""
    return {
        name: value.value
        if hasattr(value, "value")
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        for name, value in dict(row).items()
    }


def _content(row: RowDict) -> str:
    return canonical({k: v for k, v in row.items() if v is not None and k not in _NO_CONTENT})


def _told(rows: list[RowDict]) -> list[RowDict] | None:
    return [told_row(row) for row in rows] or None
