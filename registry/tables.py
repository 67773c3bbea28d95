"""Reading trees and groves for tables out of the register: a batch at a time, through the one redaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.area_queries import FullArea, full_areas_of
from registry.models import Tree
from registry.queries import FullTree, full_trees
from registry.records import AreaRecord, TreeRecord
from registry.rules.counting import TreeCounts, count_trees
from registry.rules.redaction import redact, redact_area
from registry.selection import STANDING, select_groves, select_trees, stream_ids
from registry.surroundings import Surroundings
from registry.table_records import NOWHERE, PlaceNames, TableFacts, TableGrove, TableTree
from registry.vocab.labels import Label
from registry.vocab.words import Distribution

_SAME_LEVEL = {"district": "county", "territory": "province"}
"""Levels of places without counties or provinces, and the column in which they are told."""
_OF_GROVES = ("standing", "authority=", "jurisdiction=", "division=", "within=", "status=", "source=")


class TableSource:
    """The trees and groves of a selection. Those off the register are left out, unless a status is asked for.

    is_restricted: whole files for the office; else what is public. Raises SelectionError.
    """

    def __init__(self, session: Session, where: Sequence[str] = (), *, is_restricted: bool = False) -> None:
        asks_status = any(text.startswith("status=") for text in where)
        self._session, self._is_restricted = session, is_restricted
        self.where = tuple(where) if asks_status else (*where, STANDING)
        self._around = Surroundings(session)
        self._places: dict[str | None, PlaceNames] = {None: NOWHERE}
        self._by_path: dict[tuple[str, ...], str] = {}
        self._selected = select_trees(self.where).order_by(None).subquery()
        self._filed = self._files()

    @property
    def has_groves(self) -> bool:
        """Whether the selection asks for nothing but what groves have too."""
        return all(text.startswith(_OF_GROVES) for text in self.where)

    def total(self) -> int:
        """How many trees with files there are."""
        return int(self._session.execute(sa.select(sa.func.count()).select_from(self._selected)).scalar_one())

    def counts(self) -> TreeCounts:
        """What the register counts, by statements of its own."""
        grouped, alone = self._grouped(), ~self._grouped()
        mine = col(Tree.id).in_(sa.select(self._selected.c.id))
        scattered, inside = self._session.execute(
            sa.select(sa.func.count().filter(alone), sa.func.count().filter(grouped))
            .select_from(Tree)
            .where(mine)
        ).one()
        groves = [(grove.record.tree_count, grove.files) for grove in self.groves()]
        return count_trees(scattered=scattered, grouped=inside - sum(n for _s, n in groves), groves=groves)

    def trees(self, ids: Iterable[str] | None = None) -> Iterator[TableTree]:
        """The trees `ids`; every tree of the selection, in a settled order, where it is None."""
        chosen = stream_ids(self._session, self.where) if ids is None else ids
        for full in full_trees(self._session, chosen):
            record = full.record if self._is_restricted else redact(full.record, full.disclosure)[0]
            is_grouped = full.record.grove_no is not None
            yield TableTree(
                record,
                self._place(record),
                is_grouped or full.record.distribution == Distribution.GROUPED,
                self._species(record),
                _steward_kind(full, record),
            )

    def groves(self) -> Iterator[TableGrove]:
        """Every grove, in a settled order."""
        ids = list(self._session.execute(select_groves(self.where)).scalars())
        for full in full_areas_of(self._session, "grove", ids):
            record = full.record if self._is_restricted else redact_area(full.record, full.disclosure)[0]
            files = self._filed.get(full.record.uuid, 0)
            trees = max(full.record.tree_count or 0, files)
            yield TableGrove(record, self._place(record), trees, files, _steward_kind(full, record))

    def facts(self, *, now: datetime, today: date, division_id: str | None = None) -> TableFacts:
        """What the tables say of themselves."""
        settings, around = self._around.settings, self._around
        names = around.division_path(division_id), around.division_path(division_id, in_english=True)
        return TableFacts(
            register_name=Label(settings["register_name"], settings["register_name_en"]),
            made_at=now,
            on=today,
            counts=self.counts(),
            where=tuple(text for text in self.where if text != STANDING and not text.startswith("within=")),
            division=Label("".join(names[0]), ", ".join(reversed(names[1]))) if division_id else None,
            place=Label(names[0][-1], names[1][-1]) if division_id else None,
            is_restricted=self._is_restricted,
            has_groves=self.has_groves,
        )

    def _grouped(self) -> Any:
        distribution = sa.func.coalesce(sa.cast(col(Tree.distribution), sa.String), "")
        return sa.or_(col(Tree.grove_id).is_not(None), distribution == Distribution.GROUPED.value)

    def _files(self) -> Mapping[str, int]:
        """How many trees of the selection each grove has."""
        rows = self._session.execute(
            sa.select(col(Tree.grove_id), sa.func.count())
            .where(col(Tree.grove_id).is_not(None), col(Tree.id).in_(sa.select(self._selected.c.id)))
            .group_by(col(Tree.grove_id))
        )
        return {str(row[0]): int(row[1]) for row in rows}

    def _species(self, record: TreeRecord) -> Label | None:
        """The name of the species and its scientific name; of an unknown one, the name as recorded."""
        known = self._around.species.get(record.species_id) if record.species_id else None
        if known is None:
            name = record.name_verbatim or record.name_zh or record.name_latin
            return Label(name, record.name_latin or "") if name else None
        name = known.name_hans or known.name_hant or known.name_en or known.name_latin
        return Label(name or known.id, known.name_latin or "")

    def _place(self, record: TreeRecord | AreaRecord) -> PlaceNames:
        own = record.division_id or self._named(record.division_path)
        if own not in self._places:
            self._places[own] = self._names(own)
        return self._places[own]

    def _named(self, path: tuple[str, ...]) -> str | None:
        """The division of a path that was shortened."""
        if path and not self._by_path:
            self._by_path = {self._around.division_path(own): own for own in self._around.divisions}
        return self._by_path.get(path)

    def _names(self, own: str | None) -> PlaceNames:
        names: dict[str, Label] = {}
        codes: dict[str, str] = {}
        while own is not None and own in self._around.divisions:
            row = self._around.divisions[own]
            level = _SAME_LEVEL.get(row.level, row.level)
            names[level] = Label(row.name, row.name_en or row.name)
            codes[level] = row.code or ""
            own = row.parent_id
        return PlaceNames(names, codes)


def _steward_kind(full: FullTree | FullArea, record: TreeRecord | AreaRecord) -> str | None:
    """What the stewards are; None where nobody is told, or not all are."""
    is_told = record.steward is not None and record.steward == full.record.steward
    return full.disclosure.steward_kind if is_told else None
