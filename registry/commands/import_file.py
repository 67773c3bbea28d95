"""Importing a file: every good row becomes a tree or changes one; every bad row is named; nothing is lost.

read = created + updated + unchanged + rejected, always. The caller's transaction decides whether it stays.
However long the file is, memory does not grow with it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.calendars import register_today
from registry.chunks import chunks
from registry.commands.bulk import insert_flat, insert_rows
from registry.commands.directory import Directory, Entries
from registry.commands.history import Change, ToldChange, lock_history, record_event
from registry.commands.import_areas import AreaBatch, AreaWriting, link_members
from registry.commands.importing_ahead import Beside, much_room
from registry.commands.importing_areas_said import AreaSaid
from registry.commands.importing_changes import SHARED_POINT, Present, Reviser, Revision
from registry.commands.importing_decided import numbered_anew, survivors
from registry.commands.importing_numbers import Key, Numbers
from registry.commands.importing_points import count_doubtful, flag_shared_points, note_missing
from registry.commands.importing_ready import Flat, Preparer, finish
from registry.commands.importing_report import KEPT, Difference, ImportReport
from registry.commands.importing_rows import RowMaker, Rows, told_tree
from registry.commands.importing_said import Reader, Said, Understood, rejected, understood_chunks
from registry.errors import Phrase
from registry.importing.files import Table
from registry.importing.mapping import Column, Mapping
from registry.importing.problems import Rejection, RowProblem
from registry.models import (
    AgeReading,
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
"""So many changes one event of the history tells, at most."""
PIECE = 250
"""So many rows are read, understood and written at a time."""
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
            batch = _Batch(session, mapping, located, report, numbers, beside, actor, now, on_reject)
            prepare = None if batch.has_earlier else Preparer(mapping, batch.reviser.today).prepare
            reader = Reader(mapping, located, table.path.name, (now + AHEAD).date(), prepare)
            with closing(understood_chunks(table, reader, min(PIECE, CHUNK))) as pieces:
                for chunk in pieces:
                    batch.take(chunk)
            batch.end()
            in_areas = batch.areas.count_doubtful()
        if batch.has_earlier:
            note_missing(session, report, numbers, source_id, authority_id)
    report.notes = list(table.notes)
    if batch.of_merged:
        report.notes.append(
            Phrase(
                "{count} changed rows are about trees whose file was merged into another: dated sizes, "
                "visits and ages went there, the rest was settled by the merger",
                count=batch.of_merged,
            )
        )
    flag_shared_points(session, source_id)
    report.flagged = count_doubtful(session, source_id) + in_areas
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
class _Written:
    """One chunk, ready to be written."""

    entries: Entries
    revision: Revision
    new: Rows = field(default_factory=dict)
    flat: Flat = field(default_factory=dict)
    changes: Sequence[Change | ToldChange] = field(default_factory=list)
    areas: AreaWriting = field(default_factory=AreaWriting)


_IN_ORDER: tuple[type[SQLModel], ...] = (
    Tree, TreeAlias, Measurement, AgeReading, Inspection, Designation, Flag, TreeParty,
)  # fmt: skip


class _Batch:
    """Makes rows of the register out of rows of the file, chunk by chunk, and has them written."""

    def __init__(
        self,
        session: Session,
        mapping: Mapping,
        located: dict[str, Column],
        report: ImportReport,
        numbers: Numbers,
        beside: Beside,
        actor: str,
        now: datetime,
        on_reject: OnReject | None,
    ) -> None:
        self.session, self.report, self.numbers, self.beside = session, report, numbers, beside
        self.actor, self.now, self.on_reject = actor, now, on_reject
        self.reason = f"import of {report.file} with mapping {mapping.id}"
        self.authority_id = mapping.authority["id"]
        self.number_column = next((c.header for c in mapping.columns if c.field == "tree_no"), "")
        self.directory = Directory(session, mapping.authority["jurisdiction"], mapping.division_lang)
        for level in mapping.divisions:
            self.directory.name_division(level)
        self.maker = RowMaker(mapping, self.directory)
        today = register_today(session, now).isoformat()
        self.reviser = Reviser(mapping.given_fields(located.values()), mapping.source["id"], today)
        self.areas = AreaBatch(
            session, mapping, located, report, self.maker, self.reviser.today, self._reject_area
        )
        self.changes: list[Change | ToldChange] = []
        self.of_merged = 0
        earlier = select(Tree.id).where(col(Tree.authority_id) == self.authority_id).limit(1)
        self.has_earlier = session.exec(earlier).first() is not None

    def take(self, chunk: Understood) -> None:
        """Have one chunk and its event written, beside what the caller does next."""
        self.report.read += chunk.read
        for rejection, named in chunk.rejected:
            self._reject(rejection)
            for number in named:
                self.numbers.name(number)
        if self.has_earlier:
            self._call_anew(chunk.said)
        fresh = self._first_time(chunk.said)
        if self.has_earlier or not self.directory.has_all_parties:
            self.beside.wait()
        known, present, merged = self._standing(fresh) if self.has_earlier else ({}, Present({}, {}), {})
        self.directory.reference.add_doubts(
            [said for said in fresh if known.get(said.key, ("", None))[1] != said.digest]
        )
        if not self.directory.has_all_parties:
            self.directory.look_up(name for said in fresh for name in _names(said))
        new: Rows = {}
        flat: Flat = {}
        changes: list[Change | ToldChange] = []
        for said in fresh:
            tree_id, digest = known.get(said.key, (None, None))
            if tree_id is None:
                changes.append(self._create(said, new, flat))
            elif digest == said.digest:
                self.report.unchanged += 1
            elif change := self._update(tree_id, said, present, new, merged.get(tree_id)):
                changes.append(change)
        areas = AreaWriting()
        if chunk.areas:
            self.beside.wait()
            areas, of_areas = self.areas.take(chunk.areas)
            changes += of_areas
        entries = self.directory.take()
        changes += entries.told_parties()
        told: list[Change | ToldChange] = []
        self.changes += changes
        if len(self.changes) > CHUNK - PIECE:  # the next piece might not fit in
            told, self.changes = self.changes, []
        written = _Written(entries, self.reviser.take(), new, flat, told, areas)
        self.beside.start(lambda: self._write(written))

    def end(self) -> None:
        """Tell what has not been told yet; all is written when this comes back."""
        self.beside.wait()
        self._write(_Written(self.directory.take(), self.reviser.take(), changes=self.changes))
        for some in chunks(link_members(self.session, self.authority_id), CHUNK):
            self._write(_Written(Entries(), Revision(), changes=some))

    def _write(self, chunk: _Written) -> None:
        chunk.entries.write(self.session)
        chunk.areas.write(self.session)
        chunk.revision.write(self.session)
        for table in _IN_ORDER:
            insert_flat(self.session, table, chunk.flat.get(table, []))
            insert_rows(self.session, table, chunk.new.get(table, []))
        for changes in chunks(chunk.changes, CHUNK):
            record_event(
                self.session, "import:batch", changes, actor=self.actor, at=self.now, reason=self.reason
            )

    def _reject(self, rejection: Rejection) -> None:
        self.report.rejected += 1
        if len(self.report.rejections) < KEPT:
            self.report.rejections.append(rejection)
        if self.on_reject:
            self.on_reject(rejection)

    def _reject_area(self, said: AreaSaid, problem: RowProblem) -> None:
        self._reject(rejected(said.file, said.row, said.cells, problem))

    def _first_time(self, chunk: list[Said]) -> list[Said]:
        """Those whose number is new in the file; a second row of it says the same, or is wrong."""
        seen = self.numbers.earlier(said.key for said in chunk)
        fresh: list[Said] = []
        for said in chunk:
            if said.key not in seen:
                seen[said.key] = (said.place, said.digest)
                fresh.append(said)
                continue
            first, digest = seen[said.key]
            if digest == said.digest:
                self.report.unchanged += 1
            else:
                problem = RowProblem("number_twice", self.number_column, said.number, first=first)
                self._reject(rejected(said.file, said.row, said.cells, problem))
        self.numbers.keep((said.key, said.place, said.digest) for said in fresh)
        return fresh

    def _call_anew(self, chunk: list[Said]) -> None:
        """Call trees by the official number that they were given since the file was written."""
        self.beside.wait()
        anew = numbered_anew(self.session, self.authority_id, [said.key for said in chunk])
        for said in chunk:
            if said.key in anew:
                said.number, said.scheme = anew[said.key]

    def _standing(
        self, fresh: list[Said]
    ) -> tuple[dict[Key, tuple[str, str | None]], Present, dict[str, str]]:
        """What is known of the trees in some rows: by number, those that may change, mergers."""
        known = self._known([said.number for said in fresh])
        ids = [
            known[said.key][0] for said in fresh if said.key in known and known[said.key][1] != said.digest
        ]
        if not ids:
            return known, Present({}, {}), {}
        merged = survivors(self.session, ids)
        return known, Present.of(self.session, sorted({*ids, *merged.values()})), merged

    def _known(self, numbers: list[str]) -> dict[Key, tuple[str, str | None]]:
        """Of trees that the register has: id and digest of what was imported last."""
        query = select(Tree.tree_no, Tree.number_scheme, Tree.id, Tree.imported_hash).where(
            col(Tree.authority_id) == self.authority_id, col(Tree.tree_no).in_(numbers)
        )
        return {
            (number, scheme): (tree_id, digest)
            for number, scheme, tree_id, digest in self.session.exec(query)
        }

    def _create(self, said: Said, new: Rows, flat: Flat) -> Change | ToldChange:
        if said.ready:
            return self._finish(said, new, flat)
        tree_id = next(self.maker.ids)
        row, rows = self.maker.tree(said), self.maker.children(said)
        new.setdefault(Tree, []).append({**row, "id": tree_id, "updated_on": self.reviser.today})
        for table, children in rows.items():
            new.setdefault(table, []).extend({**child, "tree_id": tree_id} for child in children)
        self.report.created += 1
        self.report.differs(said.number, "created", {})
        return Change("tree", tree_id, "created", told_tree(row, rows))

    def _finish(self, said: Said, new: Rows, flat: Flat) -> ToldChange:
        """Create a tree that was made ready."""
        find, by = self.directory, said.inspected_by
        change = finish(
            said.ready,
            find.species_id(said.species, said.lang, said.tree.get("latin_verbatim")),
            find.division_id(said.divisions),
            [find.party_id(kind, name, said.lang) for _, kind, name in said.parties],
            find.party_id(*by[1:], said.lang) if by else None,
            flat,
        )
        if said.doubts:
            flags = self.maker.flags(said)
            new.setdefault(Flag, []).extend({**each, "tree_id": change.subject_id} for each in flags)
        self.report.created += 1
        self.report.differs(said.number, "created", {})
        return change

    def _update(
        self, tree_id: str, said: Said, present: Present, new: Rows, survivor_id: str | None
    ) -> Change | None:
        row, rows = self.maker.tree(said), self.maker.children(said)
        if survivor_id is None:
            fields = self.reviser.revise(present, tree_id, said.given, row, rows, new)
        else:
            self.of_merged += 1
            fields = self.reviser.pass_on(present, tree_id, survivor_id, row, rows, new)
        if fields is None:  # the file says it in another way
            self.report.unchanged += 1
            return None
        self.report.updated += 1
        self.report.differs(said.number, "updated", fields)
        return Change("tree", survivor_id or tree_id, "updated", fields)


def _names(said: Said) -> Iterator[str]:
    parties = [*said.parties, said.inspected_by] if said.inspected_by else said.parties
    return (name for _, _, name in parties)


def _upsert(session: Session, table: type[SQLModel], values: dict[str, Any]) -> None:
    known = {name: value for name, value in values.items() if name in table.model_fields}
    session.merge(table(**known))
