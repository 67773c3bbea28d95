"""Taking in a file of records: what is new comes with its ids and its history, what is there stays as it is.

A record of the file that the register has, word for word, is unchanged; one that it has otherwise, or whose
number another record has, is refused with all of the file. What records refer to (offices, sources,
divisions, species, parties) stays as the register has it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.chunks import chunks
from registry.commands.bulk import insert_rows, update_row
from registry.commands.history import Change, lock_history, record_event, told_row
from registry.errors import Phrase
from registry.exchange.carried import AROUND, BY_KIND, RECORDS, Carried, stored, table_of
from registry.exchange.file import check_records, record_lines
from registry.exchange.reading_out import Line, lines_by_id
from registry.export_errors import RecordsClashError, RecordsFileError
from registry.vocab.exchange_words import FORMAT

BATCH = 250
_EVENT = 1000
_SHOWN = 5
_NOT_TOLD = frozenset({"id", "imported_hash", "updated_on"})
_OF_LINKS = ("kind", "to_type", "to_id", "note")
_REFUSED = frozenset({"IntegrityError", "DataError"})


@dataclass(slots=True)
class RecordsReport:
    """What came of a file: lines by kind that were created, that were there alike, and (of what records refer
    to) that the register has otherwise and keeps. sha256: of its lines. photos: digests that it names."""

    file: str
    created: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    sha256: str = ""
    photos: set[str] = field(default_factory=set)

    def records(self, counts: Counter[str]) -> int:
        """How many of some lines are trees or areas."""
        return sum(counts[each.kind] for each in RECORDS)


def import_records(session: Session, path: Path, *, actor: str, now: datetime) -> RecordsReport:
    """Take in the file at `path`, all of it or nothing.

    Raises RecordsFileError (cut off, altered, of a newer format, a line that is wrong: before anything is
    written; or what the tables refuse), RecordsClashError.
    """
    checked = check_records(path)
    lock_history(session)
    taking = _Taking(session, path, actor, now)
    taking.report.sha256 = checked.sha256
    for kind, lines in groupby(record_lines(path), key=lambda pair: str(pair[1]["record"])):
        for some in chunks(lines, BATCH):
            taking.take(BY_KIND[kind], some)
        taking.end_kind()
    if taking.clashes:
        shown = taking.clashes[:_SHOWN]
        more = [Phrase("and {count} more", count=len(taking.clashes) - _SHOWN)]
        records = [*shown, *(more if len(taking.clashes) > _SHOWN else [])]
        raise RecordsClashError(path=path, count=len(taking.clashes), records=records)
    taking.tell(0)
    return taking.report


class _Taking:
    """Takes lines in, a batch of one kind at a time."""

    def __init__(self, session: Session, path: Path, actor: str, now: datetime) -> None:
        self.session, self.path, self.actor, self.now = session, path, actor, now
        self.report = RecordsReport(path.name)
        self.clashes: list[Phrase] = []
        self._changes: list[Change] = []
        self._loops: list[tuple[Carried, str, dict[str, Any]]] = []

    def take(self, each: Carried, lines: list[tuple[int, Line]]) -> None:
        """Take some lines of one kind in."""
        by_id = {line["values"]["id"]: line for _number, line in lines}
        known = lines_by_id(self.session, each, list(by_id))
        taken = self._numbers(each, by_id)
        new = []
        for own, line in by_id.items():
            if own in known:
                self._met(each, line, known[own])
            elif (other := taken.get(_number(each, line["values"]))) is not None:
                told = Phrase("{record} has the id {id} there", record=_called(each, line), id=other)
                self.clashes.append(told)
            else:
                new.append(line)
        if self.clashes:  # nothing will stay: go on only to name them all
            return
        try:
            self._write(each, new)
        except sa.exc.DatabaseError as error:
            names = {kind.__name__ for kind in type(error.orig).__mro__}
            if not names & _REFUSED:
                raise
            reason = Phrase(
                "the register refuses lines {first} to {last}: {what}",
                first=lines[0][0], last=lines[-1][0], what=str(error.orig).splitlines()[0],
            )  # fmt: skip
            raise RecordsFileError(path=self.path, reason=reason) from error
        self.tell(_EVENT)

    def end_kind(self) -> None:
        """Let records of one kind refer to one another, now that all of them are there."""
        for each, own, values in self._loops if not self.clashes else ():
            update_row(self.session, each.table, own, values)
        self._loops = []

    def tell(self, least: int) -> None:
        """Record what came, once there are more than `least` changes."""
        if len(self._changes) <= least:
            return
        reason = f"import of {self.path.name} ({FORMAT})"
        for some in chunks(self._changes, _EVENT):
            record_event(self.session, "import:batch", some, actor=self.actor, at=self.now, reason=reason)
        self._changes = []

    def _met(self, each: Carried, line: Line, known: Line) -> None:
        if _settled(line) == known:
            self.report.unchanged[each.kind] += 1
        elif each in AROUND:
            self.report.kept[each.kind] += 1
        else:
            self.clashes.append(Phrase("{record} ({fields})", record=_called(each, line),
                                       fields=sorted(_differing(_settled(line), known))))  # fmt: skip

    def _numbers(self, each: Carried, lines: dict[str, Line]) -> dict[tuple[Any, ...], str]:
        """Which of the numbers in some lines the register has, and whose they are."""
        if each.number == ("id",):
            return {}
        table = table_of(each.table)
        own = table.c[each.number[1] if each.number[0] == "authority_id" else each.number[0]]
        wanted = [line["values"][own.name] for line in lines.values()]
        query = sa.select(table.c.id, *(table.c[name] for name in each.number)).where(own.in_(wanted))
        return {_number(each, row._mapping): row.id for row in self.session.execute(query)}

    def _write(self, each: Carried, lines: list[Line]) -> None:
        rows = [stored(line["values"], each.table) for line in lines]
        loops = each.loops
        insert_rows(self.session, each.table, [_without(row, loops) for row in rows])
        for name, table in each.rows:
            children = [child for line in lines for child in _children(each, name, table, line)]
            insert_rows(self.session, table, children)
        for row, line in zip(rows, lines, strict=True):
            if found := {name: row[name] for name in loops if name in row}:
                self._loops.append((each, row["id"], found))
            self.report.photos |= {photo["sha256"] for photo in line.get("rows", {}).get("photos", ())}
            if each.is_told:
                self._changes.append(_change(each, row, line))
            self.report.created[each.kind] += 1


def _change(each: Carried, row: dict[str, Any], line: Line) -> Change:
    """A record that came, as the history tells it; a link is told of the record that it is from."""
    if each.kind == "link":
        link = {name: row.get(name) for name in _OF_LINKS}
        return Change(row["from_type"], row["from_id"], "updated", {"links": (None, [link])})
    told: dict[str, tuple[Any, Any]] = {
        name: (None, value) for name, value in row.items() if name not in _NOT_TOLD
    }
    for name, table in each.rows:
        rows = _children(each, name, table, line)
        if rows and name != "flags":  # doubts follow from the values
            told[name] = (None, [told_row(child) for child in rows])
    return Change(each.kind, row["id"], "created", told)


def _children(each: Carried, name: str, table: type[SQLModel], line: Line) -> list[dict[str, Any]]:
    """The rows of a name that belong to a record, each with whose it is."""
    whose = {each.whose: line["values"]["id"]}
    return [{**stored(child, table, each.whose), **whose} for child in line.get("rows", {}).get(name, ())]


def _number(each: Carried, values: Any) -> tuple[Any, ...]:
    return tuple(values[name] for name in each.number)


def _called(each: Carried, line: Line) -> str:
    own = " ".join(str(line["values"].get(name, "")) for name in each.number)
    return f"{each.kind} {own}"


def _settled(line: Line) -> Line:
    """A line with its rows in their order, and without what is empty."""
    rows = {
        name: sorted(each, key=lambda row: str(row["id"]))
        for name, each in line.get("rows", {}).items()
        if each
    }
    settled = {"record": line["record"], "values": line["values"]}
    return {**settled, "rows": rows} if rows else settled


def _differing(line: Line, known: Line) -> Iterator[str]:
    for part in ("values", "rows"):
        said, has = line.get(part, {}), known.get(part, {})
        yield from (name for name in said.keys() | has.keys() if said.get(name) != has.get(name))


def _without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
