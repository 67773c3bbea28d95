"""Importing a file: every good row becomes a tree or changes one; every bad row is named; nothing is lost.

read = created + updated + unchanged + rejected, always. The caller's transaction decides whether it stays.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.directory import Directory
from registry.commands.history import Change, canonical, record_event
from registry.importing.files import Row, Table
from registry.importing.interpret import TreeFacts, interpret
from registry.importing.mapping import MEASUREMENT_FIELDS, Column, Mapping
from registry.importing.problems import Rejection, RowProblem
from registry.models import (
    Authority,
    Designation,
    Flag,
    Inspection,
    Measurement,
    Source,
    SourceFile,
    Tree,
    TreeAlias,
    TreeParty,
)
from registry.models.base import new_id
from registry.vocab.words import Precision, Severity

CHUNK = 1000
AHEAD = timedelta(hours=14)
"""Where the day begins first, it is that much later than UTC."""


@dataclass(slots=True)
class ImportReport:
    """What came of one file."""

    file: str
    mapping: str
    encoding: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    flagged: int = 0
    """Trees of the file's source that have at least one doubt."""
    advice: str = ""
    rejects_file: Path | None = None
    unused_columns: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of the report."""
        names = ("read", "created", "updated", "unchanged", "rejected", "flagged")
        return {name: getattr(self, name) for name in names}


def import_table(
    session: Session, table: Table, mapping: Mapping, *, actor: str, now: datetime
) -> ImportReport:
    """Import every row of `table` through `mapping`; one history event for every thousand rows."""
    located = mapping.locate(table.headers, table.path)
    report = ImportReport(table.path.name, mapping.id, table.encoding)
    report.unused_columns, report.advice = mapping.unused(table.headers), mapping.advice
    batch = _Batch(session, mapping, located, report, actor, now)
    today = (now + AHEAD).date()
    for chunk in chunks(table.rows, CHUNK):
        batch.take(_interpreted(chunk, mapping, located, report, today))
    _flag_shared_points(session, mapping.source["id"])
    report.flagged = _count_doubtful(session, mapping.source["id"])
    session.add(
        SourceFile(
            source_id=mapping.source["id"],
            file_name=table.path.name,
            sha256=table.sha256,
            encoding=table.encoding,
            mapping_id=mapping.id,
            imported_at=now,
            rows_read=report.read,
            rows_created=report.created,
            rows_updated=report.updated,
            rows_unchanged=report.unchanged,
            rows_rejected=report.rejected,
        )
    )
    return report


def _interpreted(
    rows: Iterable[Row], mapping: Mapping, located: dict[str, Column], report: ImportReport, today: date
) -> Iterator[tuple[Row, TreeFacts]]:
    for row in rows:
        report.read += 1
        try:
            facts = interpret(row, mapping, located, today=today)
        except RowProblem as problem:
            _reject(report, row, problem)
            continue
        yield row, facts


def _reject(report: ImportReport, row: Row, problem: RowProblem) -> None:
    report.rejected += 1
    report.rejections.append(
        Rejection(
            report.file,
            row.number,
            problem.column,
            str(problem.value),
            problem.kind,
            problem.facts,
            dict(row.cells),
        )
    )


class _Batch:
    """Writes interpreted rows chunk by chunk; knows which numbers the file has brought already."""

    def __init__(
        self,
        session: Session,
        mapping: Mapping,
        located: dict[str, Column],
        report: ImportReport,
        actor: str,
        now: datetime,
    ) -> None:
        self.session, self.mapping, self.report = session, mapping, report
        self.actor, self.now = actor, now
        self.source_id = mapping.source["id"]
        self.authority_id = mapping.authority["id"]
        self.seen: dict[tuple[str, str], tuple[int, str]] = {}
        self.given = mapping.given_fields(located.values())
        self.sizes_are_new = False
        self.number_column = next(c.header for c in mapping.columns if c.field == "tree_no")
        _upsert(session, Source, mapping.source)
        _upsert(session, Authority, mapping.authority)
        session.flush()
        self.directory = Directory(session, mapping.authority["jurisdiction"], mapping.division_lang)
        for level in mapping.divisions:
            self.directory.name_division(level)

    def take(self, rows: Iterator[tuple[Row, TreeFacts]]) -> None:
        """Write one chunk and its event."""
        fresh = [(facts, digest) for row, facts in rows if (digest := self._first_time(row, facts))]
        known = self._known([facts.tree.tree_no for facts, _ in fresh])
        changes: list[Change] = []
        new: dict[type[SQLModel], list[dict[str, Any]]] = {}
        for facts, digest in fresh:
            tree = known.get((facts.tree.tree_no, facts.tree.number_scheme))
            if tree is None:
                changes.append(self._create(facts, digest, new))
                self.report.created += 1
            elif tree.imported_hash == digest:
                self.report.unchanged += 1
            else:
                changes.append(self._update(tree, facts, digest, new))
                self.report.updated += 1
        self.directory.flush()
        self.session.flush()
        for table in (Tree, TreeAlias, Measurement, Inspection, Designation, Flag, TreeParty):
            if new.get(table):
                self.session.execute(sa.insert(table), new[table])
        if changes:
            reason = f"import of {self.report.file} with mapping {self.mapping.id}"
            record_event(self.session, "import:batch", changes, actor=self.actor, at=self.now, reason=reason)

    def _first_time(self, row: Row, facts: TreeFacts) -> str | None:
        """The digest of a row's content; None where the number stood in the file before."""
        digest = _digest(facts, self.mapping)
        key = (facts.tree.tree_no, facts.tree.number_scheme)
        number, earlier = self.seen.setdefault(key, (row.number, digest))
        if number == row.number:
            return digest
        if earlier == digest:
            self.report.unchanged += 1
        else:
            _reject(
                self.report,
                row,
                RowProblem("number_twice", self.number_column, facts.tree.tree_no, first=number),
            )
        return None

    def _known(self, numbers: list[str]) -> dict[tuple[str, str], Tree]:
        found = self.session.exec(
            select(Tree).where(col(Tree.authority_id) == self.authority_id, col(Tree.tree_no).in_(numbers))
        )
        return {(tree.tree_no, tree.number_scheme): tree for tree in found}

    def _tree_values(self, facts: TreeFacts, digest: str) -> dict[str, Any]:
        return {
            **facts.tree.model_dump(),
            "authority_id": self.authority_id,
            "species_id": self.directory.species_id(facts.species, facts.tree.text_lang),
            "division_id": self.directory.division_id(facts.divisions),
            "source_id": self.source_id,
            "released": canonical(sorted(self.mapping.release)),
            "imported_hash": digest,
        }

    def _create(
        self, facts: TreeFacts, digest: str, new: dict[type[SQLModel], list[dict[str, Any]]]
    ) -> Change:
        tree_id = new_id()
        values = {"id": tree_id, **self._tree_values(facts, digest), "updated_on": self.now.date()}
        new.setdefault(Tree, []).append(values)
        rows = self._child_rows(tree_id, facts)
        for table, children in rows.items():
            new.setdefault(table, []).extend(children)
        told = {name: (None, value) for name, value in values.items() if _is_told(name, value)}
        return Change("tree", tree_id, "created", {**told, **_told_children(rows)})

    def _update(
        self, tree: Tree, facts: TreeFacts, digest: str, new: dict[type[SQLModel], list[dict[str, Any]]]
    ) -> Change:
        fields: dict[str, tuple[Any, Any]] = {}
        said = {*self.given, *facts.tree.model_fields_set, *_OURS}
        for name, value in self._tree_values(facts, digest).items():
            old = getattr(tree, name)
            if name in said and old != value:
                setattr(tree, name, value)
                if name != "imported_hash":
                    fields[name] = (old, value)
        tree.updated_on = self.now.date()
        rows = self._child_rows(tree.id, facts)
        for table, children in rows.items():
            gone, added = self._replace_children(tree.id, table, children)
            if table is Measurement:
                self.sizes_are_new = bool(children or gone)
            new.setdefault(table, []).extend(added)
            for name, (_, now) in _told_children({table: added}).items():
                fields[name] = (None, now)
            for name, (_, before) in _told_children({table: gone}).items():
                fields[name] = (before, fields.get(name, (None, None))[1])
        return Change("tree", tree.id, "updated", fields)

    def _child_rows(self, tree_id: str, facts: TreeFacts) -> dict[type[SQLModel], list[dict[str, Any]]]:
        base = {"tree_id": tree_id}
        own = {**base, "source_id": self.source_id}
        rows: dict[type[SQLModel], list[dict[str, Any]]] = {
            TreeAlias: [{**base, "id": new_id(), "number": n, "scheme": s} for n, s in facts.aliases],
            Measurement: [{**own, "id": new_id(), **facts.measurement.model_dump()}]
            if facts.measurement
            else [],
            Designation: [
                {**own, "id": new_id(), "authority_id": self.authority_id, **draft.model_dump()}
                for draft in facts.designations
            ],
            Flag: [
                {**base, "id": new_id(), **asdict(doubt)}
                for doubt in {(doubt.check, doubt.field): doubt for doubt in facts.doubts}.values()
            ],
            TreeParty: [
                {
                    **base,
                    "id": new_id(),
                    "party_id": self.directory.party_id(party, facts.tree.text_lang),
                    "role": party.role,
                    "from_on": None,
                    "to_on": None,
                }
                for party in facts.parties
            ],
            Inspection: [],
        }
        if facts.inspection:
            by = (
                self.directory.party_id(facts.inspected_by, facts.tree.text_lang)
                if facts.inspected_by
                else None
            )
            draft = facts.inspection.model_dump()
            draft["findings"] = canonical(draft["findings"])
            rows[Inspection] = [{**own, "id": new_id(), **draft, "party_id": by}]
        return rows

    def _replace_children(
        self, tree_id: str, table: type[SQLModel], children: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Children that went and children to add. What the file no longer says goes; dated rows stay."""
        present = self.session.exec(select(table).where(table.tree_id == tree_id)).all()  # type: ignore[attr-defined]
        wanted = {_content(child): child for child in children}
        gone: list[dict[str, Any]] = []
        for row in present:
            if wanted.pop(_content(row.model_dump()), None) is None and self._may_go(table, row, children):
                gone.append(row.model_dump())
                self.session.delete(row)
        self.session.flush()
        return gone, list(wanted.values())

    def _may_go(self, table: type[SQLModel], row: Any, children: list[dict[str, Any]]) -> bool:
        """Whether a row that the file does not repeat goes.

        A number never does; a dated row only where the file corrects the same day; an undated size, and a
        party, where the file has their column and no value in it.
        """
        if table is Flag:
            return self._flag_may_go(row)
        if table is TreeAlias or getattr(row, "source_id", self.source_id) != self.source_id:
            return False
        if table is TreeParty:
            return row.role in self.given
        if table is Measurement and not children:
            return row.measured_on is None and bool(self.given & MEASUREMENT_FIELDS)
        day = _DAYS.get(table)
        return day is None or any(child[day] == getattr(row, day) for child in children)

    def _flag_may_go(self, flag: Flag) -> bool:
        """A doubt is made anew from what the file says; one about a value that stays, stays."""
        if flag.check == SHARED_POINT:
            return False
        if flag.field in MEASUREMENT_FIELDS:
            return flag.field in self.given and self.sizes_are_new
        return flag.field in self.given or flag.field not in Tree.model_fields


SHARED_POINT = "same_point"
_DAYS: dict[type[SQLModel], str] = {
    Measurement: "measured_on",
    Inspection: "inspected_on",
    Designation: "designated_on",
}
_OURS = frozenset({"authority_id", "source_id", "released", "imported_hash"})
"""Values of a tree that the import itself gives; of the others it changes only what a file can say."""


def _flag_shared_points(session: Session, source_id: str) -> None:
    """Flag trees of a source that stand on one and the same point: at most one of them can be right.

    Where one of them is not shown exactly, none is flagged: the flag would give its place away.
    """
    ours = select(Tree.id).where(Tree.source_id == source_id)
    session.execute(sa.delete(Flag).where(col(Flag.check) == SHARED_POINT, col(Flag.tree_id).in_(ours)))
    points = (
        select(Tree.lon, Tree.lat, sa.func.count().label("trees"))
        .where(Tree.source_id == source_id, col(Tree.lon).is_not(None))
        .group_by(col(Tree.lon), col(Tree.lat))
        .having(
            sa.func.count() > 1,
            sa.func.min(sa.case((col(Tree.position_precision) == Precision.EXACT, 1), else_=0)) == 1,
        )
        .subquery()
    )
    same = sa.and_(col(Tree.lon) == points.c.lon, col(Tree.lat) == points.c.lat)
    shared = session.execute(
        select(Tree.id, points.c.trees).join(points, same).where(Tree.source_id == source_id)
    )
    for rows in chunks(shared, CHUNK):
        session.execute(
            sa.insert(Flag),
            [
                {
                    "id": new_id(),
                    "tree_id": tree_id,
                    "check": SHARED_POINT,
                    "severity": Severity.NOTE,
                    "field": "lon",
                    "value": str(trees),
                }
                for tree_id, trees in rows
            ],
        )


def _count_doubtful(session: Session, source_id: str) -> int:
    """How many trees of a source have at least one doubt."""
    doubtful = (
        select(sa.func.count(sa.distinct(col(Flag.tree_id))))
        .join(Tree, col(Tree.id) == col(Flag.tree_id))
        .where(col(Tree.source_id) == source_id)
    )
    return int(session.exec(doubtful).one())


def _upsert(session: Session, table: type[SQLModel], values: dict[str, Any]) -> None:
    known = {name: value for name, value in values.items() if name in table.model_fields}
    session.merge(table(**known))


def _digest(facts: TreeFacts, mapping: Mapping) -> str:
    parts = {
        "tree": facts.tree.model_dump(mode="json"),
        "measurement": facts.measurement and facts.measurement.model_dump(mode="json"),
        "inspection": facts.inspection and facts.inspection.model_dump(mode="json"),
        "designations": [draft.model_dump(mode="json") for draft in facts.designations],
        "species": asdict(facts.species),
        "parties": [asdict(party) for party in facts.parties],
        "inspected_by": facts.inspected_by and asdict(facts.inspected_by),
        "aliases": facts.aliases,
        "divisions": facts.divisions,
        "doubts": [asdict(doubt) for doubt in facts.doubts],
        "release": sorted(mapping.release),
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def _content(row: dict[str, Any]) -> str:
    skipped = {"id", "from_on", "to_on"}
    return canonical({name: value for name, value in row.items() if name not in skipped})


def _is_told(name: str, value: Any) -> bool:
    return value is not None and name not in {"id", "imported_hash", "released", "updated_on"}


_TOLD_CHILDREN: dict[type[SQLModel], str] = {
    TreeAlias: "aliases",
    Measurement: "measurements",
    Inspection: "inspections",
    Designation: "designations",
}


def _told_children(rows: dict[type[SQLModel], list[dict[str, Any]]]) -> dict[str, tuple[Any, Any]]:
    """Children as the history tells them: under one name each, parties and findings as commitments."""
    told: dict[str, tuple[Any, Any]] = {}
    for table, name in _TOLD_CHILDREN.items():
        facts = [_plain_child(row) for row in rows.get(table, [])]
        if facts:
            told[name] = (None, facts)
    findings = [row["findings"] for row in rows.get(Inspection, []) if row["findings"] != "[]"]
    if findings:
        told["findings"] = (None, findings[0])
    if parties := rows.get(TreeParty):
        told["parties"] = (None, [{"role": str(row["role"]), "party_id": row["party_id"]} for row in parties])
    return told


def _plain_child(row: dict[str, Any]) -> dict[str, Any]:
    left_out = {"id", "tree_id", "source_id", "findings", "notes"}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if value is not None and name not in left_out
    }
