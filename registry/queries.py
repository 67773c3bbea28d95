"""Reading whole files out of the register, in bounded batches and a constant number of statements each."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.care_events import care_events
from registry.chunks import chunks
from registry.models import (
    AgeReading,
    Designation,
    Flag,
    Grove,
    HeritageGarden,
    Inspection,
    Measurement,
    Party,
    Photo,
    Place,
    Species,
    Tree,
    TreeAlias,
    TreeParty,
)
from registry.parts import (
    designation_record,
    events,
    grouped,
    has_han,
    in_force,
    inspection_record,
    measurement_record,
    newest,
    photo_records,
    rows_of,
    word,
)
from registry.photos import PhotoStore
from registry.records import (
    AgeRecord,
    AliasRecord,
    FlagRecord,
    TreeRecord,
)
from registry.rules.redaction import Disclosure
from registry.surroundings import Surroundings
from registry.vocab.words import PartyKind, PartyRole, Precision

BATCH = 500
SAME_POINT = "same_point"


@dataclass(frozen=True, slots=True)
class FullTree:
    """A tree's whole file and what of it may be disclosed. It passes through `redact` before it leaves."""

    record: TreeRecord
    disclosure: Disclosure


def full_trees(session: Session, ids: Iterable[str], photos: PhotoStore | None = None) -> Iterator[FullTree]:
    """The whole files of the trees `ids`, in their order, `BATCH` at a time."""
    surroundings = Surroundings(session)
    for batch in chunks(ids, BATCH):
        yield from _load(session, batch, surroundings, photos)
        session.expunge_all()


class TreeRows:
    """The rows of some trees, read table by table as plain rows: objects would cost twice the time."""

    def __init__(self, session: Session, ids: list[str]) -> None:
        self.trees = {row.id: row for row in rows_of(session, Tree, col(Tree.id).in_(ids))}
        self.aliases = grouped(session, TreeAlias, ids)
        self.sizes = grouped(session, Measurement, ids)
        self.ages = grouped(session, AgeReading, ids)
        self.visits = grouped(session, Inspection, ids)
        self.decisions = grouped(session, Designation, ids)
        self.flags = grouped(session, Flag, ids)
        self.pictures = grouped(session, Photo, ids, col(Photo.is_released))
        self.roles = grouped(session, TreeParty, ids, col(TreeParty.to_on).is_(None))
        named = {row.party_id for rows in self.roles.values() for row in rows}
        named |= {row.party_id for rows in self.visits.values() for row in rows if row.party_id}
        named |= {
            row.credit_party_id for rows in self.pictures.values() for row in rows if row.credit_party_id
        }
        self.parties = {row.id: row for row in rows_of(session, Party, col(Party.id).in_(named))}
        self.near_hidden = _on_the_point_of_a_hidden_tree(
            session, [own for own, flags in self.flags.items() if any(f.check == SAME_POINT for f in flags)]
        )
        self.events = events(session, ids)
        self.on: date | None = None
        """The day on which decisions are in force; None: today."""

    def parties_of(self, tree_id: str, *roles: PartyRole) -> list[Any]:
        """The parties of the first of `roles` that anybody has, by name."""
        for role in roles:
            found = [self.parties[row.party_id] for row in self.roles[tree_id] if row.role == role]
            if found:
                return sorted(found, key=lambda party: str(party.name))
        return []


def _load(
    session: Session, ids: list[str], around: Surroundings, photos: PhotoStore | None
) -> Iterator[FullTree]:
    batch = TreeRows(session, ids)
    done = care_events(session, ids)
    around.learn_numbers(tree.tree_no for tree in batch.trees.values())
    for tree_id in ids:
        full = full_tree(tree_id, batch, around, photos)
        if tree_id in done:
            full = replace(full, record=replace(full.record, care_events=done[tree_id]))
        yield full


def full_tree(tree_id: str, batch: TreeRows, around: Surroundings, photos: PhotoStore | None) -> FullTree:
    """The whole file of one tree out of rows that were read, or replayed."""
    tree, pictures = batch.trees[tree_id], batch.pictures[tree_id]
    stewards = [
        *batch.parties_of(tree_id, PartyRole.MANAGER),
        *batch.parties_of(tree_id, PartyRole.STEWARD),
    ]
    units = [party.name for party in stewards if party.kind == PartyKind.UNIT]
    surveyors = batch.parties_of(tree_id, PartyRole.SURVEYOR)
    record = TreeRecord(
        **_tree_values(tree, around),
        **_dated_rows(tree, batch, around),
        **in_force(batch.decisions[tree_id], batch.on),
        photos=photo_records(pictures, batch.parties, photos, tree.tree_no) if photos else (),
        steward="、".join(dict.fromkeys(party.name for party in stewards)) or None,
        surveyor="、".join(party.name for party in surveyors) or None,
        lead=_units(batch.parties_of(tree_id, PartyRole.LEAD)),
        cooperating=_units(batch.parties_of(tree_id, PartyRole.COOPERATING)),
    )
    kinds = {party.kind for party in stewards}
    return FullTree(
        record,
        Disclosure(
            released=frozenset(json.loads(tree.released)),
            steward_kind=PartyKind.UNIT if kinds == {PartyKind.UNIT} else PartyKind.PERSON,
            steward_units="、".join(dict.fromkeys(units)) or None,
            species_name=_species_name(tree, around),
            position_decimals=around.decimals(record.jurisdiction),
            hidden_holders=around.hidden_holders(tree),
        ),
    )


def _units(parties: list[Any]) -> str | None:
    return "、".join(party.name for party in parties if party.kind == PartyKind.UNIT) or None


def _on_the_point_of_a_hidden_tree(session: Session, ids: list[str]) -> frozenset[str]:
    """Those of `ids` that share their point with a tree whose position is not exact: a note that others
    stand there would give it away, also where its precision was lowered after the note was made."""
    other = aliased(Tree)
    here = sa.and_(col(other.lat) == col(Tree.lat), col(other.lon) == col(Tree.lon))
    query = (
        sa.select(col(Tree.id))
        .join(other, here)
        .where(col(Tree.id).in_(ids), col(other.position_precision) != Precision.EXACT)
    )
    return frozenset(session.execute(query).scalars()) if ids else frozenset()


def _dated_rows(tree: Any, batch: TreeRows, around: Surroundings) -> dict[str, Any]:
    own = tree.id
    return {
        "aliases": tuple(
            AliasRecord(row.number, row.scheme)
            for row in sorted(batch.aliases[own], key=lambda row: str(row.number))
        ),
        "measurements": tuple(measurement_record(row) for row in newest(batch.sizes[own], "measured_on")),
        "ages": tuple(
            AgeRecord(
                word(row.basis),
                row.years,
                row.lower_years,
                row.upper_years,
                row.method,
                row.as_of,
                row.evidence,
            )
            for row in newest(batch.ages[own], "as_of")
        ),
        "inspections": tuple(
            inspection_record(row, batch.parties, tree.text_lang)
            for row in newest(batch.visits[own], "inspected_on")
        ),
        "designations": tuple(
            designation_record(row, around) for row in newest(batch.decisions[own], "designated_on")
        ),
        "flags": tuple(
            FlagRecord(row.check, word(row.severity), row.field, row.value)
            for row in sorted(batch.flags[own], key=lambda row: str(row.check))
            if row.check != SAME_POINT or own not in batch.near_hidden
        ),
        "history": tuple(batch.events[own]),
    }


_COPIED = tuple(
    name for name in TreeRecord.__dataclass_fields__ if name in Tree.model_fields and name not in {"values"}
)


def _tree_values(tree: Any, around: Surroundings) -> dict[str, Any]:
    authority = around.authorities[tree.authority_id]
    species = around.species.get(tree.species_id) if tree.species_id else None
    record = {name: word(getattr(tree, name)) for name in _COPIED}
    is_hant = tree.text_lang == "zh-Hant"
    written = tree.name_verbatim if has_han(tree.name_verbatim) else None
    by_species = species and (species.name_hans or species.name_hant)
    hans = not is_hant if written else bool(species and species.name_hans)
    record.update(
        uuid=tree.id,
        path=around.path(tree),
        authority_zh=authority.name_zh,
        authority_en=authority.name_en,
        jurisdiction=authority.jurisdiction,
        source=around.sources[tree.source_id],
        duty_phone=around.settings["duty_phone"] or None,
        duty_mail=around.settings["duty_mail"] or None,
        name_zh=written or by_species or None,
        name_zh_lang="zh-Hans" if hans else "zh-Hant",
        name_latin=species.name_latin if species else None,
        name_author=species.name_author if species else None,
        name_en=species.name_en if species else None,
        family=species.family if species else None,
        genus=species.genus if species else None,
        division_path=around.division_path(tree.division_id),
        division_path_en=around.division_path(tree.division_id, in_english=True),
        values=tree.values,
        grove_no=around.numbers[Grove].get(tree.grove_id),
        garden_no=around.numbers[HeritageGarden].get(tree.garden_id),
        place_no=around.numbers[Place].get(tree.place_id),
    )
    return record


def _species_name(tree: Any, around: Surroundings) -> str | None:
    """What the species is called: in the script of the tree's texts where the register knows it so."""
    species: Species | None = around.species.get(tree.species_id) if tree.species_id else None
    if species is None:
        return None
    is_hant = tree.text_lang == "zh-Hant"
    return (species.name_hant if is_hant else None) or species.name_hans or species.name_hant
