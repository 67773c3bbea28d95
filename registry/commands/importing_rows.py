"""What one row of a file says, as rows of the register's tables and as the history tells them."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import fields
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, get_args

from pydantic import BaseModel
from sqlmodel import SQLModel

from registry.commands.directory import Directory
from registry.commands.history import canonical, told_row
from registry.importing.interpret import PartyFacts, SpeciesFacts, TreeFacts
from registry.importing.mapping import Mapping
from registry.models import Designation, Flag, Inspection, Measurement, TreeAlias, TreeParty
from registry.rules.plausibility import Doubt

RowDict = dict[str, Any]
Rows = dict[type[SQLModel], list[RowDict]]
"""Rows by table."""
TOLD_AS: dict[type[SQLModel], str] = {
    TreeAlias: "aliases",
    Measurement: "measurements",
    Inspection: "inspections",
    Designation: "designations",
    TreeParty: "parties",
}
"""Under which name the history tells rows that belong to a tree. Doubts follow from the values."""
NOT_TOLD = frozenset({"id", "imported_hash", "released", "updated_on"})
_SPECIES = attrgetter(*(each.name for each in fields(SpeciesFacts)))
_PARTY = attrgetter(*(each.name for each in fields(PartyFacts)))
_DOUBT_NAMES = tuple(each.name for each in fields(Doubt))
_DOUBT = attrgetter(*_DOUBT_NAMES)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def new_ids() -> Iterator[str]:
    """Random UUIDs (version 4) that share their first eight digits.

    Rows written together so lie together in every index: a large register stays quick to write to.
    """
    head = secrets.token_hex(4)
    while True:
        digits = secrets.token_hex(12 * 256)
        for at in range(0, len(digits), 24):
            yield (
                f"{head}-{digits[at : at + 4]}-4{digits[at + 5 : at + 8]}-"
                f"{_VARIANT[digits[at + 8]]}{digits[at + 9 : at + 12]}-{digits[at + 12 : at + 24]}"
            )


def plain(draft: BaseModel) -> RowDict:
    """The values of a checked draft, words as they are stored."""
    values = dict(draft.__dict__)
    for name in _words(type(draft)):
        word = values[name]
        if word is not None:
            values[name] = word.value
    return values


@lru_cache(maxsize=16)
def _words(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a draft that hold a word of a code list."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if any(
            isinstance(part, type) and issubclass(part, Enum)
            for part in (info.annotation, *get_args(info.annotation))
        )
    )


class RowMaker:
    """Makes the rows of one tree out of the facts of one row."""

    def __init__(self, mapping: Mapping, directory: Directory) -> None:
        self.directory = directory
        self.source_id, self.authority_id = mapping.source["id"], mapping.authority["id"]
        self.released = canonical(sorted(mapping.release))
        self.ids = new_ids()

    def tree(self, facts: TreeFacts, values: RowDict, digest: str) -> RowDict:
        """The tree's own row but for its id and day. values: the plain values of its draft."""
        return {
            **values,
            "authority_id": self.authority_id,
            "species_id": self.directory.species_id(facts.species, facts.tree.text_lang),
            "division_id": self.directory.division_id(facts.divisions),
            "source_id": self.source_id,
            "released": self.released,
            "imported_hash": digest,
        }

    def children(self, tree_id: str, facts: TreeFacts) -> Rows:
        """The rows that belong to the tree."""
        ids, source_id = self.ids, self.source_id
        rows: Rows = {
            TreeAlias: [
                {"id": next(ids), "tree_id": tree_id, "number": number, "scheme": scheme}
                for number, scheme in dict.fromkeys(facts.aliases)
            ]
        }
        rows[Measurement] = []
        if facts.measurement:
            own = {"id": next(ids), "tree_id": tree_id, "source_id": source_id}
            rows[Measurement].append({**plain(facts.measurement), **own})
        rows[Designation] = [
            {
                **plain(draft),
                "id": next(ids),
                "tree_id": tree_id,
                "source_id": source_id,
                "authority_id": self.authority_id,
            }
            for draft in facts.designations
        ]
        doubts = {(doubt.check, doubt.field): doubt for doubt in facts.doubts}
        rows[Flag] = [
            {**dict(zip(_DOUBT_NAMES, _DOUBT(doubt), strict=True)), "id": next(ids), "tree_id": tree_id}
            for doubt in doubts.values()
        ]
        lang = facts.tree.text_lang
        rows[TreeParty] = [
            {
                "id": next(ids),
                "tree_id": tree_id,
                "party_id": self.directory.party_id(party, lang),
                "role": party.role,
            }
            for party in facts.parties
        ]
        rows[Inspection] = []
        if facts.inspection:
            visit = plain(facts.inspection)
            visit["findings"] = canonical(visit["findings"])
            by = facts.inspected_by and self.directory.party_id(facts.inspected_by, lang)
            own = {"id": next(ids), "tree_id": tree_id, "source_id": source_id, "party_id": by}
            rows[Inspection].append({**visit, **own})
        return rows


def told_tree(values: RowDict, rows: Rows) -> dict[str, tuple[Any, Any]]:
    """A new tree as the history tells it."""
    told: dict[str, tuple[Any, Any]] = {
        name: (None, value) for name, value in values.items() if value is not None and name not in NOT_TOLD
    }
    for table, name in TOLD_AS.items():
        if rows[table]:
            told[name] = (None, [told_row(row) for row in rows[table]])
    return told


def digest_of(facts: TreeFacts, values: RowDict, release: tuple[str, ...]) -> str:
    """SHA-256 of what a row says, 64 hexadecimal digits. values: the plain values of its tree."""
    by = facts.inspected_by
    parts = (
        told_row(values),
        facts.measurement and told_row(plain(facts.measurement)),
        facts.inspection and told_row(plain(facts.inspection)),
        [told_row(plain(draft)) for draft in facts.designations],
        _SPECIES(facts.species),
        [_PARTY(party) for party in facts.parties],
        by and _PARTY(by),
        facts.aliases,
        facts.divisions,
        [_DOUBT(doubt) for doubt in facts.doubts],
        sorted(release),
    )
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
