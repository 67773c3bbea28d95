"""What many trees share when they are read: authorities, divisions, sources, species, and their addresses."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.models import (
    Authority,
    Division,
    Grove,
    HeritageGarden,
    Place,
    Source,
    Species,
    Tree,
    TreeAlias,
)
from registry.records import SourceRecord
from registry.rules.addresses import encode_segment
from registry.rules.public_positions import decimals_for
from registry.settings import all_settings
from registry.vocab.words import Precision, TreeStatus


class Surroundings:
    """What many trees share: authorities, divisions, sources, species, and which numbers others have too."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._holders: dict[str, tuple[list[str | None], list[str]]] = {}
        """Numbers: the ids of the trees that have one, and the schemes of those whose own it is."""
        self.settings = all_settings(session)
        self.authorities = {row.id: row for row in _detached(session, Authority)}
        self.divisions = {row.id: row for row in _detached(session, Division)}
        self.sources = {row.id: source_record(row) for row in _detached(session, Source)}

    def decimals(self, jurisdiction: str) -> int | None:
        """To how many decimals positions of this jurisdiction are published; None: as they are."""
        return decimals_for(jurisdiction, self.settings["public_position_decimals"])

    @cached_property
    def species(self) -> dict[str, Species]:
        """Every species by its id."""
        return {row.id: row for row in _detached(self._session, Species)}

    @cached_property
    def numbers(self) -> dict[type[Any], dict[str, str]]:
        """Numbers of groves, gardens and places by the id of the record."""
        return {
            table: {row.id: row.number for row in self._session.execute(select(table.id, table.number))}
            for table in (Grove, HeritageGarden, Place)
        }

    @cached_property
    def _hidden_areas(self) -> frozenset[str]:
        """Groves, gardens and places whose position is not published exactly, by id."""
        return frozenset(
            own
            for table in (Grove, HeritageGarden, Place)
            for own in self._session.execute(
                select(table.id).where(col(table.position_precision) != Precision.EXACT)
            ).scalars()
        )

    def hidden_holders(self, row: Any) -> frozenset[str]:
        """Which of `grove_no`, `garden_no` and `place_no` of a record name an area whose place is hidden: a
        record with a point of its own would tell it."""
        holders = {kind: getattr(row, f"{kind}_id", None) for kind in ("grove", "garden", "place")}
        return frozenset(f"{kind}_no" for kind, own in holders.items() if own in self._hidden_areas)

    def learn_numbers(self, numbers: Iterable[str]) -> None:
        """Look up which trees have these numbers, for `path`: one statement, whatever the register's size."""
        wanted = set(numbers)
        own = select(Tree.tree_no, Tree.id, Tree.number_scheme).where(
            col(Tree.tree_no).in_(wanted), Tree.status != TreeStatus.MERGED
        )
        others = select(TreeAlias.number, TreeAlias.tree_id, sa.null()).where(
            col(TreeAlias.number).in_(wanted)
        )
        self._holders = {number: ([], []) for number in wanted}
        for number, tree_id, scheme in self._session.execute(own.union_all(others)):
            ids, schemes = self._holders[number]
            ids.append(tree_id)
            if scheme is not None:
                schemes.append(scheme)

    def path(self, tree: Any) -> str:
        """The tree's own segment in addresses: always one tree, never two."""
        if tree.tree_no not in self._holders:
            self.learn_numbers([tree.tree_no])
        ids, schemes = self._holders[tree.tree_no]
        if schemes.count(tree.number_scheme) > 1:
            return encode_segment(f"{tree.authority_id}:{tree.number_scheme}:{tree.tree_no}")
        if len(set(ids)) > 1:
            return encode_segment(f"{tree.number_scheme}:{tree.tree_no}")
        return encode_segment(tree.tree_no)

    def division_path(self, division_id: str | None, *, in_english: bool = False) -> tuple[str, ...]:
        """The names of a division and those around it, largest first."""
        names: list[str] = []
        while division_id is not None:
            division = self.divisions[division_id]
            names.insert(0, (in_english and division.name_en) or division.name)
            division_id = division.parent_id
        return tuple(names)


def _detached(session: Session, table: Any) -> list[Any]:
    rows = list(session.exec(select(table)))
    for row in rows:
        session.expunge(row)
    return rows


def source_record(row: Source) -> SourceRecord:
    """A source as records carry it."""
    return SourceRecord(
        source_id=row.id,
        title=row.title,
        title_lang=row.title_lang,
        title_en=row.title_en,
        publisher=row.publisher,
        licence=row.licence,
        licence_url=row.licence_url,
        attribution=row.attribution,
        origin=row.origin,
        as_of=row.as_of,
    )
