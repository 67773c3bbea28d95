"""What one row of a file says, as rows of the register's tables and as the history tells them."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from sqlmodel import SQLModel

from registry.commands.history import canonical
from registry.commands.importing_said import RowDict, Said
from registry.importing.mapping import Mapping
from registry.models import AgeReading, Designation, Flag, Inspection, Measurement, TreeAlias, TreeParty

Rows = dict[type[SQLModel], list[RowDict]]
"""Rows by table."""
TOLD_AS: dict[type[SQLModel], str] = {
    TreeAlias: "aliases",
    Measurement: "measurements",
    Inspection: "inspections",
    Designation: "designations",
    TreeParty: "parties",
    AgeReading: "ages",
}
"""Under which name the history tells rows that belong to a tree. Doubts follow from the values."""
NOT_TOLD = frozenset({"id", "imported_hash", "updated_on"})
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def new_ids() -> Iterator[str]:
    """Random UUIDs (version 4), a thousand at a time with the same first eight digits.

    Rows written together so lie together in every index: a large register stays quick to write to.
    """
    while True:
        head, digits = secrets.token_hex(4), secrets.token_hex(12 * 1024)
        for at in range(0, len(digits), 24):
            yield (
                f"{head}-{digits[at : at + 4]}-4{digits[at + 5 : at + 8]}-"
                f"{_VARIANT[digits[at + 8]]}{digits[at + 9 : at + 12]}-{digits[at + 12 : at + 24]}"
            )


class Finder(Protocol):
    """Finds what trees refer to: `registry.commands.directory.Directory`, or what stands for it."""

    def species_id(
        self, names: tuple[str | None, ...], text_lang: str, verbatim: str | None = None
    ) -> str | None: ...

    def division_id(self, path: Iterable[tuple[str, str]]) -> str | None: ...

    def party_id(self, kind: str, name: str, text_lang: str) -> str: ...


class RowMaker:
    """Makes the rows of one tree out of the facts of one row."""

    def __init__(self, mapping: Mapping, directory: Finder) -> None:
        self.directory = directory
        self.source_id, self.authority_id = mapping.source["id"], mapping.authority["id"]
        self.released = canonical(sorted(mapping.release))
        self.ids = new_ids()

    def tree(self, said: Said) -> RowDict:
        """The tree's own row but for its id and day; what is empty is left out."""
        row = {
            **said.tree,
            "authority_id": self.authority_id,
            "source_id": self.source_id,
            "released": self.released,
            "imported_hash": said.digest,
        }
        verbatim = said.tree.get("latin_verbatim")
        if species_id := self.directory.species_id(said.species, said.lang, verbatim):
            row["species_id"] = species_id
        if division_id := self.directory.division_id(said.divisions):
            row["division_id"] = division_id
        return row

    def children(self, said: Said) -> Rows:
        """The rows that belong to the tree, by table, but for its id; what is empty is left out."""
        rows = self.told(said)
        if flags := self.flags(said):
            rows[Flag] = flags
        return rows

    def flags(self, said: Said) -> list[RowDict]:
        """The doubts about the tree, as rows but for its id."""
        if not said.doubts:
            return []
        doubts = {(check, name): (value, severity) for check, name, value, severity in said.doubts}
        return [
            {"id": next(self.ids), "check": check, "field": name, "value": value, "severity": severity}
            for (check, name), (value, severity) in doubts.items()
        ]

    def told(self, said: Said) -> Rows:
        """The rows that belong to the tree and are told in its history; its id is not in them."""
        ids, own = self.ids, {"source_id": self.source_id}
        rows: Rows = {}
        if said.aliases:
            rows[TreeAlias] = [
                {"id": next(ids), "number": number, "scheme": scheme} for number, scheme in said.aliases
            ]
        if said.measurement:
            rows[Measurement] = [{**said.measurement, **own, "id": next(ids)}]
        if said.designations:
            by = {**own, "authority_id": self.authority_id}
            rows[Designation] = [{**each, **by, "id": next(ids)} for each in said.designations]
        if said.ages:
            rows[AgeReading] = [{**age, **own, "id": next(ids)} for age in said.ages]
        if said.parties:
            rows[TreeParty] = [
                {"id": next(ids), "role": role, "party_id": self._party(kind, name, said.lang)}
                for role, kind, name in said.parties
            ]
        if said.inspection:
            visit = {**said.inspection, **own, "id": next(ids)}
            if said.inspected_by:
                visit["party_id"] = self._party(*said.inspected_by[1:], said.lang)
            rows[Inspection] = [visit]
        return rows

    def _party(self, kind: str, name: str, lang: str) -> str:
        return self.directory.party_id(kind, name, lang)


def is_duty(party: RowDict) -> bool:
    """Whether an office has said from when, or until when, a party has its role: no file overturns that."""
    return party.get("from_on") is not None or party.get("to_on") is not None


def told_tree(row: RowDict, rows: Rows) -> dict[str, tuple[Any, Any]]:
    """A new tree as the history tells it. row, rows: as from RowMaker."""
    told: dict[str, tuple[Any, Any]] = {
        name: (None, value) for name, value in row.items() if name not in NOT_TOLD
    }
    for table, children in rows.items():
        if table in TOLD_AS:
            told[TOLD_AS[table]] = (None, children)
    return told
