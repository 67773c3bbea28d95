"""Trees that a file says something new of: what changes in them and in the rows that belong to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.commands.bulk import update_row
from registry.commands.history import canonical, told_row
from registry.commands.importing_decided import DECISIONS, moved_in, settled_fields
from registry.commands.importing_rows import TOLD_AS, Rows, is_duty, new_ids
from registry.commands.importing_said import RowDict
from registry.importing.mapping import MEASUREMENT_FIELDS
from registry.models import (
    AgeReading,
    Designation,
    Flag,
    Inspection,
    Measurement,
    Tree,
    TreeAlias,
    TreeDraft,
    TreeParty,
)
from registry.rules.in_force import legal_grade
from registry.rules.plausibility import doubt
from registry.vocab.words import DesignationKind

SHARED_POINT = "same_point"
_TABLES: tuple[type[SQLModel], ...] = (
    TreeAlias,
    Measurement,
    Designation,
    Flag,
    TreeParty,
    Inspection,
    AgeReading,
)
"""Sizes before doubts: a doubt about a size goes where sizes changed."""
_DAYS: dict[type[SQLModel], str] = {
    Measurement: "measured_on",
    Inspection: "inspected_on",
    Designation: "designated_on",
    AgeReading: "as_of",
}
_OURS = frozenset({"authority_id", "source_id", "released", "imported_hash"})
"""Values of a tree that the import itself gives; of the others it changes only what a file can say."""
_NOTHING = dict.fromkeys((*TreeDraft.model_fields, "species_id", "division_id"))
_NO_CONTENT = frozenset({"id", "tree_id", "from_on", "to_on", "ended_on"})
_NUMBERED = frozenset({"tree_no", "number_scheme"})
"""By these the tree was found; an official number that it has by now is not taken from it."""
_READINGS: tuple[type[SQLModel], ...] = (Measurement, Inspection, AgeReading)


@dataclass(slots=True)
class Present:
    """Trees as they stand in the register, with the rows that belong to them, by the tree's id."""

    trees: dict[str, RowDict]
    children: dict[type[SQLModel], dict[str, list[RowDict]]]
    settled: dict[str, frozenset[str]] = field(default_factory=dict)
    """The fields that a case has settled."""
    moved_in: frozenset[str] = frozenset()
    """Rows that came with a merger."""

    @classmethod
    def of(cls, session: Session, ids: Sequence[str]) -> "Present":
        """Load some trees at once."""
        trees = {row["id"]: row for row in _rows(session, Tree, "id", ids)}
        children: dict[type[SQLModel], dict[str, list[RowDict]]] = {}
        for table in _TABLES:
            children[table] = defaultdict(list)
            for row in _rows(session, table, "tree_id", ids):
                children[table][row["tree_id"]].append(row)
        return cls(trees, children, settled_fields(session, ids), moved_in(session, ids))


@dataclass(slots=True)
class Revision:
    """What is to be written: columns of trees, rows that go, and (elsewhere) rows that come."""

    trees: list[RowDict] = field(default_factory=list)
    gone: dict[type[SQLModel], list[str]] = field(default_factory=dict)

    def write(self, session: Session) -> None:
        """Write it, before rows come that may take the place of those that go."""
        for table, ids in self.gone.items():
            session.execute(sa.delete(_table(table)).where(_table(table).c.id.in_(ids)))
        for row in self.trees:
            values = {name: value for name, value in row.items() if name != "id"}
            update_row(session, Tree, row["id"], values)


class Reviser:
    """Compares what a file says with what the register has. given: the fields that the file can say."""

    def __init__(self, given: frozenset[str], source_id: str, today: str) -> None:
        self.given, self.source_id, self.today = given, source_id, today
        self.revision = Revision()
        self.ids = new_ids()

    def take(self) -> Revision:
        """What is to be written since the last time."""
        taken, self.revision = self.revision, Revision()
        return taken

    def revise(
        self, present: Present, tree_id: str, said: Iterable[str], row: RowDict, rows: Rows, new: Rows
    ) -> dict[str, tuple[Any, Any]] | None:
        """What changes in one tree, as the history tells it; None where nothing does.

        said: fields that the row gives beyond those of the file. row, rows: as from RowMaker. Rows that
        come are added to `new`.
        """
        tree, settled = present.trees[tree_id], present.settled.get(tree_id, frozenset())
        values = {**_NOTHING, **row}
        sayable = {*self.given, *said, *_OURS} - settled - _NUMBERED
        rows = self._with_doubts(tree, settled & {*self.given, *said}, values, rows, present)
        changed = {name: values[name] for name in values if name in sayable and tree[name] != values[name]}
        fields = {name: (tree[name], value) for name, value in changed.items() if name != "imported_hash"}
        is_same, sizes_are_new = not fields, False
        for table in _TABLES:
            children = rows.get(table, [])
            gone, added = self._replaced(table, present.children[table][tree_id], children, sizes_are_new)
            gone = [each for each in gone if each["id"] not in present.moved_in]
            if table is Designation and DECISIONS in settled:
                gone, added = [], []
            if table is Measurement:
                sizes_are_new = bool(children or gone)
            is_same = is_same and not gone and not added
            if added:
                new.setdefault(table, []).extend({**row, "tree_id": tree_id} for row in added)
            if gone:
                self.revision.gone.setdefault(table, []).extend(row["id"] for row in gone)
            if (gone or added) and table in TOLD_AS:
                fields[TOLD_AS[table]] = (_told(gone), _told(added))
        if not is_same:
            changed["updated_on"] = self.today
        if changed:
            self.revision.trees.append({"id": tree_id, **changed})
        return None if is_same else fields

    def pass_on(
        self, present: Present, tree_id: str, survivor_id: str, row: RowDict, rows: Rows, new: Rows
    ) -> dict[str, tuple[Any, Any]] | None:
        """What a row about a merged record changes in the file that it goes on in, as the history tells it.

        Its dated readings come there; the rest was settled when the two were made one.
        """
        fields: dict[str, tuple[Any, Any]] = {}
        for table in _READINGS:
            there = {_content(each) for each in present.children[table][survivor_id]}
            came = [each for each in rows.get(table, []) if each.get(_DAYS[table]) is not None]
            added = [each for each in came if _content(each) not in there]
            if added:
                new.setdefault(table, []).extend({**each, "tree_id": survivor_id} for each in added)
                fields[TOLD_AS[table]] = (None, _told(added))
        self.revision.trees.append({"id": tree_id, "imported_hash": row["imported_hash"]})
        if fields:
            self.revision.trees.append({"id": survivor_id, "updated_on": self.today})
        return fields or None

    def _with_doubts(
        self, tree: RowDict, settled: frozenset[str], values: RowDict, rows: Rows, present: Present
    ) -> Rows:
        """`rows` with a doubt for each thing that a case has settled and the row says otherwise."""
        found = [
            ("decided_otherwise", name, str(values[name]))
            for name in sorted(settled)
            if name in tree and values[name] is not None and values[name] != tree[name]
        ]
        if DECISIONS in present.settled.get(tree["id"], ()):
            grade = _grade(present.children[Designation][tree["id"]], self.today)
            said = _grade(rows.get(Designation, []), self.today)
            if said is not None and said != grade:
                found.append(("decided_otherwise", "protection_grade", said))
        flags = [doubt(*each) for each in found]
        doubts = [
            {
                "id": next(self.ids),
                "check": f.check,
                "field": f.field,
                "value": f.value,
                "severity": f.severity,
            }
            for f in flags
        ]
        return {**rows, Flag: [*rows.get(Flag, []), *doubts]} if doubts else rows

    def _replaced(
        self, table: type[SQLModel], present: list[RowDict], children: list[RowDict], sizes_are_new: bool
    ) -> tuple[list[RowDict], list[RowDict]]:
        """Rows that go and rows that come. What the file no longer says goes; dated rows stay."""
        wanted = {_content(child): child for child in children}
        gone = [
            row
            for row in present
            if wanted.pop(_content(row), None) is None and self._may_go(table, row, children, sizes_are_new)
        ]
        return gone, list(wanted.values())

    def _may_go(
        self, table: type[SQLModel], row: RowDict, children: list[RowDict], sizes_are_new: bool
    ) -> bool:
        """Whether a row that the file does not repeat goes.

        A number never does; a dated row only where the file corrects the same day; an undated size, and a
        party, where the file has their column and no value in it. A duty that an office has set is its own.
        """
        if table is Flag:
            return self._flag_may_go(row, sizes_are_new)
        if table is TreeAlias or row.get("source_id", self.source_id) != self.source_id:
            return False
        if table is TreeParty:
            return row["role"] in self.given and not is_duty(row)
        if table is Measurement and not children:
            return row["measured_on"] is None and bool(self.given & MEASUREMENT_FIELDS)
        day = _DAYS.get(table)
        return day is None or any(child.get(day) == row[day] for child in children)

    def _flag_may_go(self, flag: RowDict, sizes_are_new: bool) -> bool:
        """A doubt is made anew from what the file says; one about a value that stays, stays."""
        if flag["check"] == SHARED_POINT:
            return False
        if flag["field"] in MEASUREMENT_FIELDS:
            return flag["field"] in self.given and sizes_are_new
        return flag["field"] in self.given or flag["field"] not in Tree.model_fields


def _grade(rows: Iterable[RowDict], on: str) -> str | None:
    """The grade that rows of decisions give on a day; days are ISO texts."""
    graded = [SimpleNamespace(**{"id": "", "designated_on": None, "ended_on": None, **row}) for row in rows]
    found = legal_grade([each for each in graded if each.kind == DesignationKind.GRADE], on)  # type: ignore[arg-type]
    return found.grade if found else None


def _told(rows: list[RowDict]) -> list[RowDict] | None:
    return [told_row(row) for row in rows] or None


def _content(row: RowDict) -> str:
    return canonical(
        {name: value for name, value in row.items() if value is not None and name not in _NO_CONTENT}
    )


def _rows(session: Session, table: type[SQLModel], name: str, ids: Sequence[str]) -> Iterable[RowDict]:
    """Rows of a table by the values of one column, words and days as they are stored."""
    query = sa.select(_table(table)).where(_table(table).c[name].in_(ids))
    for row in session.execute(query).mappings():
        yield {key: _stored(value) for key, value in row.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table
