"""Reading whole records out of the register as the lines of a file of records; memory stays flat.

The order depends on what the records say and not on the database: the same content gives the same lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.chunks import chunks
from registry.errors import NothingSelectedError
from registry.exchange.carried import AROUND, BESIDE, BY_KIND, RECORDS, Carried, columns, table_of, told
from registry.models import RecordLink
from registry.selection import select_areas, select_trees

BATCH = 500
_CHOSEN = sa.table("gushu_chosen", sa.column("kind"), sa.column("id"))
_LINKED = ("tree", "grove", "garden", "place", "element")
Line = dict[str, Any]


class Records:
    """What a file of records holds: all of the register, or what `where` chooses with what it refers to.

    Raises SelectionError, NothingSelectedError.
    """

    def __init__(self, session: Session, where: Sequence[str] = ()) -> None:
        self.session, self.where = session, tuple(where)
        self._is_whole = not where
        self._collation = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
        if where:
            self._choose()

    def count(self) -> int:
        """How many trees, groves, gardens, places and elements there are."""
        counts = (self._number_of(each) for each in RECORDS)
        return sum(counts)

    def lines(self) -> Iterator[Line]:
        """The lines: first what records refer to, then the records, then what stands beside them."""
        for each in (*AROUND, *RECORDS, *BESIDE):
            yield from self._lines_of(each)

    def photos(self) -> Iterator[str]:
        """The SHA-256 of every photo of the records, each once."""
        digests = sa.union(
            *(
                sa.select(table_of(dict(each.rows)["photos"]).c.sha256).where(
                    table_of(dict(each.rows)["photos"]).c[each.whose].in_(self.ids(each.kind))
                )
                for each in RECORDS
                if "photos" in dict(each.rows)
            )
        )
        yield from self._streamed(sa.select(digests.subquery().c.sha256).order_by(sa.text("1")))

    def _lines_of(self, each: Carried) -> Iterator[Line]:
        table = table_of(each.table)
        order = [sa.collate(table.c[name], self._collation) for name in dict.fromkeys((*each.number, "id"))]
        query = sa.select(table.c.id).where(self._wanted(each)).order_by(*order)
        for ids in chunks(self._streamed(query), BATCH):
            found = lines_by_id(self.session, each, ids)
            yield from (found[own] for own in ids)

    def _streamed(self, query: Any) -> Iterator[str]:
        with self.session.execute(query.execution_options(yield_per=1000)) as found:
            yield from found.scalars()

    def _number_of(self, each: Carried) -> int:
        query = sa.select(sa.func.count()).select_from(table_of(each.table)).where(self._wanted(each))
        return int(self.session.execute(query).scalar_one())

    def ids(self, kind: str) -> Any:
        """The ids of a kind, as a query."""
        if self._is_whole:
            return sa.select(table_of(BY_KIND[kind].table).c.id)
        return sa.select(_CHOSEN.c.id).where(_CHOSEN.c.kind == kind)

    def _wanted(self, each: Carried) -> Any:
        """Which rows of a kind are wanted."""
        table = table_of(each.table)
        if each.table is RecordLink:
            ends = ((one, other) for one in _LINKED for other in _LINKED)
            return sa.or_(
                *(
                    sa.and_(
                        table.c.from_type == one, table.c.to_type == other,
                        table.c.from_id.in_(self.ids(one)), table.c.to_id.in_(self.ids(other)),
                    )
                    for one, other in ends
                )
            )  # fmt: skip
        return sa.true() if self._is_whole else table.c.id.in_(self.ids(each.kind))

    def _choose(self) -> None:
        """Put the ids of what `where` chooses, and of what that refers to, into a temporary table."""
        run = self.session.execute
        run(sa.text("DROP TABLE IF EXISTS gushu_chosen"))
        key = "PRIMARY KEY (kind, id)"
        run(sa.text(f"CREATE TEMPORARY TABLE gushu_chosen (kind TEXT, id TEXT, {key})"))
        for each in RECORDS:
            chosen = select_trees(self.where) if each.kind == "tree" else select_areas(each.kind, self.where)
            self._add(each.kind, chosen.order_by(None))
        if not run(sa.select(sa.func.count()).select_from(_CHOSEN)).scalar_one():
            raise NothingSelectedError(where=" ".join(self.where))
        for holder in ("grove", "garden", "place"):
            self._add_referred(holder, RECORDS)
        stories = table_of(BY_KIND["story"].table)
        about = (stories.c[f"{kind}_id"].in_(self.ids(kind)) for kind in _LINKED)
        self._add("story", sa.select(stories.c.id).where(sa.or_(*about)))
        for each in AROUND:
            self._add_referred(each.kind, (*RECORDS, BY_KIND["story"]))

    def _add_referred(self, kind: str, by: Iterable[Carried]) -> None:
        """Add what the chosen records of some kinds and their rows refer to, and what that lies in."""
        each = BY_KIND[kind]
        target = table_of(each.table)
        for record in by:
            chosen = self.ids(record.kind)
            for column in _referring(record.table, target):
                self._add(kind, sa.select(column).where(table_of(record.table).c.id.in_(chosen)))
            for _name, child in record.rows:
                for column in _referring(child, target, record.whose):
                    owner = table_of(child).c[record.whose]
                    self._add(kind, sa.select(column).where(owner.in_(chosen)))
        above = [sa.select(target.c[name]).where(target.c.id.in_(self.ids(kind))) for name in each.loops]
        while sum(self._add(kind, some) for some in above):
            pass

    def _add(self, kind: str, ids: Any) -> int:
        """Add ids of a kind; returns how many are new."""
        known = sa.select(_CHOSEN.c.id).where(_CHOSEN.c.kind == kind)
        own = ids.subquery().c[0]
        new = sa.select(sa.literal(kind), own).distinct().where(own.is_not(None), own.not_in(known))
        found: Any = self.session.execute(sa.insert(_CHOSEN).from_select(["kind", "id"], new))
        return int(found.rowcount)


def lines_by_id(session: Session, each: Carried, ids: list[str]) -> dict[str, Line]:
    """What the register says of some records of a kind, as lines; those that it does not have are absent."""
    table = table_of(each.table)
    children = {name: _rows(session, child, each.whose, ids) for name, child in each.rows}
    lines: dict[str, Line] = {}
    for row in session.execute(sa.select(table).where(table.c.id.in_(ids))):
        lines[row.id] = {"record": each.kind, "values": told(dict(row._mapping), each.table)}
        if rows := {name: of[row.id] for name, of in children.items() if row.id in of}:
            lines[row.id]["rows"] = rows
    return lines


def _rows(session: Session, table: type[SQLModel], whose: str, ids: list[str]) -> dict[str, list[Line]]:
    own = table_of(table)
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for row in session.execute(sa.select(own).where(own.c[whose].in_(ids))):
        found[row._mapping[whose]].append(told(dict(row._mapping), table, whose))
    for rows in found.values():
        rows.sort(key=lambda each: str(each["id"]))
    return found


def _referring(table: type[SQLModel], target: sa.Table, whose: str = "") -> list[sa.Column[Any]]:
    """The columns of a table that refer to `target`; a record's own kind aside."""
    return [
        column
        for column in columns(table, whose)
        if any(key.column.table is target for key in column.foreign_keys) and table_of(table) is not target
    ]
