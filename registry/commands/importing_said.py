"""What rows of a file say, in plain values: read in a process of its own where a file is long.

A row that was understood becomes a `Said`: nothing but texts, numbers and lists, words and days as they are
stored, which cross from one process to another quickly.
"""

import fcntl
import hashlib
import marshal
import os
import pickle
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, BinaryIO, get_args

from pydantic import BaseModel

from registry.chunks import chunks
from registry.commands.history import canonical
from registry.commands.importing_areas_said import AreaSaid, area_said_by
from registry.importing.ages import AgeFacts
from registry.importing.files import Row, Table
from registry.importing.interpret import AreaFacts, PartyFacts, SpeciesFacts, TreeFacts, interpret
from registry.importing.mapping import Column, Mapping
from registry.importing.problems import Rejection, RowProblem
from registry.rules.plausibility import Doubt

RowDict = dict[str, Any]
_PIPE_BYTES = 1 << 20
"""So much a process that reads may be ahead; the usual 64 KiB hold no piece of a file."""


@dataclass(slots=True)
class Said:
    """What one row says of one tree; rows of tables (`RowDict`) hold no more than is said."""

    number: str
    scheme: str
    row: int
    place: str
    """The row, after its sheet where there are several."""
    file: str
    cells: dict[str, str]
    digest: str
    lang: str
    tree: RowDict
    given: list[str]
    """Fields of the tree that the row itself gives."""
    measurement: RowDict | None
    inspection: RowDict | None
    designations: list[RowDict]
    doubts: list[tuple[str, str, str, str]]
    """(check, field, value, severity)."""
    species: tuple[Any, ...]
    parties: list[tuple[str, str, str]]
    inspected_by: tuple[str, str, str] | None
    """(role, kind, name)."""
    aliases: list[tuple[str, str]]
    divisions: list[tuple[str, str]]
    ages: list[RowDict]
    ready: Any = None
    """A new tree's rows, made ready (`registry.commands.importing_ready`); None where it may not be new."""

    @property
    def key(self) -> tuple[str, str]:
        """The number and its scheme."""
        return self.number, self.scheme


@dataclass(slots=True)
class Understood:
    """One chunk of a file: what was read, understood and rejected."""

    read: int = 0
    said: list[Said] = field(default_factory=list)
    areas: list[AreaSaid] = field(default_factory=list)
    rejected: list[tuple[Rejection, list[str]]] = field(default_factory=list)
    """Each with what stands in the columns of the number."""


class Reader:
    """Understands the rows of one file. today: no day of the file may be later.

    prepare: makes new trees ready, where all are new.
    """

    def __init__(
        self,
        mapping: Mapping,
        located: dict[str, Column],
        file: str,
        today: date,
        prepare: Callable[[Said], Said] | None = None,
    ) -> None:
        self.mapping, self.located, self.file, self.today = mapping, located, file, today
        self.prepare = prepare
        self.number_columns = [
            header for header, column in located.items() if column.field in {"tree_no", "number"}
        ]

    def understand(self, rows: list[Row]) -> Understood:
        """What `rows` say."""
        found = Understood(len(rows))
        for row in rows:
            try:
                facts: Any = interpret(row, self.mapping, self.located, today=self.today)
                file, release = row.file_as_told(self.file), self.mapping.release
                area = facts if type(facts) is AreaFacts else facts.grove
                if area is not None:
                    found.areas.append(area_said_by(row, file, area, release, is_beside=area is not facts))
                if area is not facts:
                    said = said_by(row, file, facts, release)
                    found.said.append(self.prepare(said) if self.prepare else said)
            except RowProblem as problem:
                named = [row.cells.get(header, "") for header in self.number_columns]
                rejection = rejected(row.file_as_told(self.file), row.number, row.cells, problem)
                found.rejected.append((rejection, named))
        return found


def rejected(file: str, row: int, cells: dict[str, str], problem: RowProblem) -> Rejection:
    """A row that is not taken in."""
    whole = dict[str, object](cells)
    return Rejection(file, row, problem.column, str(problem.value), problem.kind, problem.facts, whole)


def plain(draft: BaseModel) -> RowDict:
    """What a checked draft says, words and days as they are stored; what it does not say is left out."""
    usual, words, days = _special(type(draft))
    said = draft.__dict__
    values = {**usual}
    for name in draft.model_fields_set:
        if (value := said[name]) is None:
            values.pop(name, None)
        else:
            values[name] = value
    for name in words:
        if name in values:
            values[name] = values[name].value
    for name in days:
        if name in values:
            values[name] = values[name].isoformat()
    return values


@lru_cache(maxsize=16)
def _special(model: type[BaseModel]) -> tuple[RowDict, tuple[str, ...], tuple[str, ...]]:
    """What a draft says by itself; its fields that hold words of code lists, and those that hold days."""
    usual = {
        name: info.default
        for name, info in model.model_fields.items()
        if info.default is not None and not info.is_required()
    }
    kinds = {name: (info.annotation, *get_args(info.annotation)) for name, info in model.model_fields.items()}

    def holding(kind: type) -> tuple[str, ...]:
        return tuple(
            name
            for name, parts in kinds.items()
            if any(isinstance(part, type) and issubclass(part, kind) for part in parts)
        )

    return usual, holding(Enum), holding(date)


def said_by(row: Row, file: str, facts: TreeFacts, release: tuple[str, ...]) -> Said:
    """`facts` in plain values, with the digest of all that the row says."""
    inspection = None
    if facts.inspection:
        inspection = plain(facts.inspection)
        inspection["findings"] = canonical(inspection["findings"])
    by = facts.inspected_by
    said = Said(
        number=facts.tree.tree_no,
        scheme=facts.tree.number_scheme,
        row=row.number,
        place=row.place,
        file=file,
        cells=row.cells,
        digest="",
        lang=facts.tree.text_lang,
        tree=plain(facts.tree),
        given=list(facts.tree.model_fields_set),
        measurement=plain(facts.measurement) if facts.measurement else None,
        inspection=inspection,
        designations=[plain(draft) for draft in facts.designations],
        doubts=[_doubt(doubt) for doubt in facts.doubts],
        species=_SPECIES(facts.species),
        parties=[_party(party) for party in facts.parties],
        inspected_by=_party(by) if by else None,
        aliases=list(dict.fromkeys(facts.aliases)),
        divisions=list(facts.divisions),
        ages=[_plain_age(age) for age in facts.ages],
    )
    said.digest = _digest(said, release)
    return said


def _plain_age(age: AgeFacts) -> RowDict:
    said = {each.name: getattr(age, each.name) for each in fields(AgeFacts)}
    said["basis"] = age.basis.value
    said["as_of"] = age.as_of.isoformat() if age.as_of else None
    return {name: value for name, value in said.items() if value is not None}


_SPECIES = attrgetter(*(each.name for each in fields(SpeciesFacts)))


def _party(party: PartyFacts) -> tuple[str, str, str]:
    return party.role, str(party.kind), party.name


def _doubt(doubt: Doubt) -> tuple[str, str, str, str]:
    return doubt.check, doubt.field, doubt.value, doubt.severity.value


def _digest(said: Said, release: tuple[str, ...]) -> str:
    """SHA-256 of what a row says, 64 hexadecimal digits; what it leaves out counts for nothing."""
    parts = (
        said.tree,
        said.measurement,
        said.inspection,
        said.designations,
        said.doubts,
        said.species,
        said.parties,
        said.inspected_by,
        said.aliases,
        said.divisions,
        sorted(release),
        *said.ages,
    )
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


_PACKED = attrgetter(*(each.name for each in fields(Said)))


def understood_chunks(table: Table, reader: Reader, size: int) -> Generator[Understood, None, None]:
    """What the rows of a file say, `size` rows at a time.

    Where a file is longer than that its rows are read in a process of their own, a copy of this one, if the
    system can copy processes and nothing else is going on in this one.
    """
    pieces = chunks(table.rows, size)
    first = next(pieces, [])
    if len(first) == size and _can_copy():
        yield from _read_apart(table, reader, first, pieces)
        return
    while first:
        yield reader.understand(first)
        first = next(pieces, [])


def _can_copy() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _read_apart(
    table: Table, reader: Reader, first: list[Row], pieces: Iterator[list[Row]]
) -> Generator[Understood, None, None]:
    incoming, outgoing = os.pipe()
    with suppress(OSError):  # some systems allow less
        fcntl.fcntl(outgoing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    child = os.fork()
    if child == 0:
        _be_the_reader(incoming, outgoing, table, reader, pieces)
    os.close(outgoing)
    try:
        with open(incoming, "rb") as stream:
            yield reader.understand(first)
            yield from _received(stream, table)
    finally:  # a reader whose pipe is closed ends by itself
        with suppress(ChildProcessError):
            os.waitpid(child, 0)


def _be_the_reader(
    incoming: int, outgoing: int, table: Table, reader: Reader, pieces: Iterator[list[Row]]
) -> None:
    """The other process: it reads, tells, and ends without a word to anything it shares."""
    status = 1
    try:
        os.close(incoming)
        with open(outgoing, "wb") as stream:
            try:
                for rows in pieces:
                    found = reader.understand(rows)
                    said = marshal.dumps([_PACKED(each) for each in found.said])
                    pickle.dump((found.read, said, found.areas, found.rejected), stream)
                    stream.flush()
                pickle.dump(table.notes, stream)
            except Exception as error:
                pickle.dump(error, stream)
        status = 0
    finally:
        os._exit(status)


def _received(stream: BinaryIO, table: Table) -> Generator[Understood, None, None]:
    while True:
        try:
            told = pickle.load(stream)  # noqa: S301  (from a copy of this process)
        except EOFError:
            raise RuntimeError("the process that read the file was ended") from None
        if isinstance(told, Exception):
            raise told
        if not isinstance(told, tuple):
            table.notes.__dict__.update(told.__dict__)
            return
        read, said, areas, turned_down = told
        yield Understood(read, [Said(*packed) for packed in marshal.loads(said)], areas, turned_down)  # noqa: S302
