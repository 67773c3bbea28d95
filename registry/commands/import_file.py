"""Importing a file: every good row becomes a tree or changes one; every bad row is named; nothing is lost.

read = created + updated + unchanged + rejected, always. The caller's transaction decides whether it stays.
However long the file is, memory does not grow with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.commands.directory import Directory, Entries
from registry.commands.history import Change, lock_history, record_event
from registry.commands.importing_ahead import Beside, much_room
from registry.commands.importing_changes import SHARED_POINT, Present, Reviser, Revision
from registry.commands.importing_numbers import Key, Numbers
from registry.commands.importing_points import count_doubtful, flag_shared_points, note_missing
from registry.commands.importing_report import KEPT, Difference, ImportReport
from registry.commands.importing_rows import RowDict, RowMaker, Rows, digest_of, plain, told_tree
from registry.importing.files import Row, Table
from registry.importing.interpret import TreeFacts, interpret
from registry.importing.mapping import Column, Mapping
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

__all__ = ["CHUNK", "SHARED_POINT", "Difference", "ImportReport", "import_table"]

CHUNK = 1000
AHEAD = timedelta(hours=14)
"""Where the day begins first, it is that much later than UTC."""
OnReject = Callable[[Rejection], None]


def import_table(
    session: Session,
    table: Table,
    mapping: Mapping,
    *,
    actor: str,
    now: datetime,
    on_reject: OnReject | None = None,
) -> ImportReport:
    """Import every row of `table` through `mapping`; one history event for every thousand rows.

    on_reject: is told of every row that is rejected; the report itself keeps the first ones only.
    """
    located = mapping.locate(table.headers, table.path)
    report = ImportReport(table.path.name, mapping.id, table.encoding)
    report.unused_columns, report.advice = mapping.unused(table.headers), mapping.advice
    source_id, authority_id = mapping.source["id"], mapping.authority["id"]
    lock_history(session)
    _upsert(session, Source, mapping.source)
    _upsert(session, Authority, mapping.authority)
    session.flush()
    with Numbers() as numbers:
        with much_room(session), Beside() as beside:
            reading = _Reading(mapping, located, report, (now + AHEAD).date(), on_reject)
            batch = _Batch(session, reading, numbers, beside, actor, now)
            for chunk in chunks(table.rows, CHUNK):
                batch.take(chunk)
            beside.wait()
        if batch.has_earlier:
            note_missing(session, report, numbers, source_id, authority_id)
    report.notes = list(table.notes)
    flag_shared_points(session, source_id)
    report.flagged = count_doubtful(session, source_id)
    session.add(
        SourceFile(
            source_id=source_id,
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


@dataclass(slots=True)
class _Understood:
    """A row that was understood: its number in the file, what it says, and that in short."""

    row: Row
    facts: TreeFacts
    values: RowDict
    digest: str
    key: Key


class _Reading:
    """Understands rows, and names those that cannot be."""

    def __init__(
        self,
        mapping: Mapping,
        located: dict[str, Column],
        report: ImportReport,
        today: Any,
        on_reject: OnReject | None,
    ) -> None:
        self.mapping, self.located, self.report, self.today = mapping, located, report, today
        self.on_reject = on_reject
        self.number_columns = [header for header, column in located.items() if column.field == "tree_no"]

    def understand(self, rows: list[Row], numbers: Numbers) -> Iterator[_Understood]:
        """The rows that can be understood."""
        for row in rows:
            self.report.read += 1
            try:
                facts = interpret(row, self.mapping, self.located, today=self.today)
            except RowProblem as problem:
                for header in self.number_columns:
                    numbers.name(row.cells.get(header, ""))
                self.reject(row, problem)
                continue
            values = plain(facts.tree)
            digest = digest_of(facts, values, self.mapping.release)
            yield _Understood(row, facts, values, digest, (facts.tree.tree_no, facts.tree.number_scheme))

    def reject(self, row: Row, problem: RowProblem) -> None:
        """Name a row that is not taken in."""
        report = self.report
        report.rejected += 1
        value, cells = str(problem.value), dict[str, object](row.cells)
        rejection = Rejection(
            row.file_as_told(report.file), row.number, problem.column, value, problem.kind, problem.facts, cells
        )
        if len(report.rejections) < KEPT:
            report.rejections.append(rejection)
        if self.on_reject:
            self.on_reject(rejection)


@dataclass(slots=True)
class _Written:
    """One chunk, ready to be written."""

    entries: Entries
    revision: Revision
    new: Rows = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


_IN_ORDER: tuple[type[SQLModel], ...] = (
    Tree, TreeAlias, Measurement, Inspection, Designation, Flag, TreeParty,
)  # fmt: skip


class _Batch:
    """Makes rows of the register out of rows of the file, chunk by chunk, and has them written."""

    def __init__(
        self, session: Session, reading: _Reading, numbers: Numbers, beside: Beside, actor: str, now: datetime
    ) -> None:
        mapping = reading.mapping
        self.session, self.reading, self.numbers, self.beside = session, reading, numbers, beside
        self.report, self.actor, self.now = reading.report, actor, now
        self.reason = f"import of {self.report.file} with mapping {mapping.id}"
        self.authority_id = mapping.authority["id"]
        self.number_column = next(c.header for c in mapping.columns if c.field == "tree_no")
        self.directory = Directory(session, mapping.authority["jurisdiction"], mapping.division_lang)
        for level in mapping.divisions:
            self.directory.name_division(level)
        self.maker = RowMaker(mapping, self.directory)
        given = mapping.given_fields(reading.located.values())
        self.reviser = Reviser(given, mapping.source["id"], now.date())
        earlier = select(Tree.id).where(col(Tree.authority_id) == self.authority_id).limit(1)
        self.has_earlier = session.exec(earlier).first() is not None

    def take(self, rows: list[Row]) -> None:
        """Write one chunk and its event: beside what the caller does next."""
        fresh = self._first_time(list(self.reading.understand(rows, self.numbers)))
        known: dict[Key, tuple[str, str | None]] = {}
        present = Present({}, {})
        if self.has_earlier or not self.directory.has_all_parties:
            self.beside.wait()
        if self.has_earlier:
            known = self._known([each.key[0] for each in fresh])
            changed = [known[e.key][0] for e in fresh if e.key in known and known[e.key][1] != e.digest]
            present = Present.of(self.session, changed) if changed else present
        if not self.directory.has_all_parties:
            self.directory.look_up(party for each in fresh for party in _parties(each.facts))
        new: Rows = {}
        changes: list[Change] = []
        for each in fresh:
            tree_id, digest = known.get(each.key, (None, None))
            if tree_id is None:
                changes.append(self._create(each, new))
            elif digest == each.digest:
                self.report.unchanged += 1
            elif change := self._update(tree_id, each, present, new):
                changes.append(change)
        written = _Written(self.directory.take(), self.reviser.take(), new, changes)
        self.beside.start(lambda: self._write(written))

    def _write(self, chunk: _Written) -> None:
        chunk.entries.write(self.session)
        chunk.revision.write(self.session)
        for table in _IN_ORDER:
            insert_rows(self.session, table, chunk.new.get(table, []))
        if chunk.changes:
            record_event(
                self.session,
                "import:batch",
                chunk.changes,
                actor=self.actor,
                at=self.now,
                reason=self.reason,
            )

    def _first_time(self, understood: list[_Understood]) -> list[_Understood]:
        """Those whose number is new in the file; a second row of it says the same, or is wrong."""
        seen = self.numbers.earlier(each.key for each in understood)
        fresh: list[_Understood] = []
        for each in understood:
            first, digest = seen.setdefault(each.key, (each.row.place, each.digest))
            if first == each.row.place:
                fresh.append(each)
            elif digest == each.digest:
                self.report.unchanged += 1
            else:
                problem = RowProblem("number_twice", self.number_column, each.key[0], first=first)
                self.reading.reject(each.row, problem)
        self.numbers.keep((each.key, each.row.place, each.digest) for each in fresh)
        return fresh

    def _known(self, numbers: list[str]) -> dict[Key, tuple[str, str | None]]:
        """Of trees that the register has: id and digest of what was imported last."""
        query = select(Tree.tree_no, Tree.number_scheme, Tree.id, Tree.imported_hash).where(
            col(Tree.authority_id) == self.authority_id, col(Tree.tree_no).in_(numbers)
        )
        return {
            (number, scheme): (tree_id, digest)
            for number, scheme, tree_id, digest in self.session.exec(query)
        }

    def _create(self, each: _Understood, new: Rows) -> Change:
        tree_id = next(self.maker.ids)
        values = self.maker.tree(each.facts, each.values, each.digest)
        rows = self.maker.children(tree_id, each.facts)
        new.setdefault(Tree, []).append({**values, "id": tree_id, "updated_on": self.now.date()})
        for table, children in rows.items():
            if children:
                new.setdefault(table, []).extend(children)
        self.report.created += 1
        self.report.differs(each.key[0], "created", {})
        return Change("tree", tree_id, "created", told_tree(values, rows))

    def _update(self, tree_id: str, each: _Understood, present: Present, new: Rows) -> Change | None:
        values = self.maker.tree(each.facts, each.values, each.digest)
        rows = self.maker.children(tree_id, each.facts)
        said = each.facts.tree.model_fields_set
        fields = self.reviser.revise(present, tree_id, said, values, rows, new)
        if fields is None:  # the file says it in another way
            self.report.unchanged += 1
            return None
        self.report.updated += 1
        self.report.differs(each.key[0], "updated", fields)
        return Change("tree", tree_id, "updated", fields)


def _parties(facts: TreeFacts) -> Iterator[Any]:
    yield from facts.parties
    if facts.inspected_by:
        yield facts.inspected_by


def _upsert(session: Session, table: type[SQLModel], values: dict[str, Any]) -> None:
    known = {name: value for name, value in values.items() if name in table.model_fields}
    session.merge(table(**known))
