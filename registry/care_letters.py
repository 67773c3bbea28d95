"""Reading who is to be written a care letter, and about which trees and groves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.area_queries import full_areas_of
from registry.chunks import chunks
from registry.letter_records import LetterDraft, LetterLine
from registry.models import Grove, Party, Tree, TreeParty
from registry.queries import full_trees
from registry.records import AreaRecord, TreeRecord
from registry.selection import standing_ids
from registry.surroundings import Surroundings
from registry.vocab.language import Translator
from registry.vocab.words import Grade, PartyKind, PartyRole

_CHUNK = 500
Whereabouts = tuple[tuple[str, ...], str | None]
"""Where a record lies: its divisions down to the town, and its village."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What is paid a year for a record, in hundredths: by legal grade, else `otherwise` (None: nothing)."""

    otherwise: int | None = None
    by_grade: Mapping[str, int] = field(default_factory=dict)

    def cents(self, grade: str | None) -> int | None:
        """The amount for a record of a legal grade."""
        return self.by_grade.get(grade or "", self.otherwise)


@dataclass(slots=True)
class _Heap:
    """What is found for one caretaker."""

    refs: list[tuple[str, str]] = field(default_factory=list)
    lines: list[LetterLine] = field(default_factory=list)
    offices: dict[str, None] = field(default_factory=dict)
    jurisdictions: dict[str, None] = field(default_factory=dict)
    places: dict[Whereabouts, None] = field(default_factory=dict)


def letter_drafts(
    session: Session,
    language: Translator,
    where: Sequence[str] = (),
    *,
    party_id: str | None = None,
    rates: Rates | None = None,
) -> list[LetterDraft]:
    """A draft for every caretaker of standing trees and groves of a selection, by name; trees before groves.

    Raises SelectionError.
    """
    trees = _stewards(session, "tree", where, party_id)
    groves = _stewards(session, "grove", where, party_id)
    heaps: defaultdict[str, _Heap] = defaultdict(_Heap)
    for record in _records(session, list(trees), list(groves)):
        kind = "tree" if isinstance(record, TreeRecord) else "grove"
        for steward in (trees if kind == "tree" else groves)[record.uuid]:
            heap = heaps[steward]
            heap.refs.append((kind, record.uuid))
            heap.lines.append(_line(kind, record, language, rates or Rates()))
            heap.offices[(language.lang == "en" and record.authority_en) or record.authority_zh] = None
            heap.jurisdictions[record.jurisdiction] = None
            heap.places[_whereabouts(record.division_path, record.town, record.village)] = None
    parties = {row.id: row for ids in chunks(heaps, _CHUNK)
               for row in session.exec(select(Party).where(col(Party.id).in_(ids)))}  # fmt: skip
    drafts = [_draft(parties[own], heap) for own, heap in heaps.items()]
    return sorted(drafts, key=lambda draft: (draft.caretaker, draft.party_id))


def _draft(party: Party, heap: _Heap) -> LetterDraft:
    return LetterDraft(
        party_id=party.id,
        caretaker=party.name,
        is_unit=party.kind == PartyKind.UNIT,
        offices=tuple(heap.offices),
        jurisdictions=tuple(heap.jurisdictions),
        refs=tuple(heap.refs),
        lines=tuple(heap.lines),
        places=tuple(heap.places),
    )


def steward_places(session: Session, party_ids: Iterable[str]) -> dict[str, list[Whereabouts]]:
    """Where the trees and groves lie that each of some parties looks after today."""
    around = Surroundings(session)
    found: defaultdict[str, list[Whereabouts]] = defaultdict(list)
    for table, whose in ((Tree, TreeParty.tree_id), (Grove, TreeParty.grove_id)):
        columns: list[Any] = [TreeParty.party_id, table.division_id, table.town, table.village]
        for some in chunks(sorted(set(party_ids)), _CHUNK):
            query = (
                sa.select(*columns)
                .join(table, col(table.id) == col(whose))
                .where(
                    col(TreeParty.party_id).in_(some),
                    col(TreeParty.role) == PartyRole.STEWARD,
                    col(TreeParty.to_on).is_(None),
                )
                .distinct()
            )
            for party, division, town, village in session.execute(query):
                found[party].append(_whereabouts(around.division_path(division), town, village))
    return dict(found)


def _whereabouts(path: tuple[str, ...], town: str | None, village: str | None) -> Whereabouts:
    return ((*path, town) if town and town not in path else path), village or None


def _stewards(
    session: Session, kind: str, where: Sequence[str], party_id: str | None
) -> dict[str, list[str]]:
    """The caretakers of today of each chosen record that has any, in the order of the choice."""
    found: dict[str, list[str]] = {}
    whose = col(getattr(TreeParty, f"{kind}_id"))
    for some in chunks(standing_ids(session, kind, where), _CHUNK):
        roles: defaultdict[str, list[str]] = defaultdict(list)
        query = select(whose, TreeParty.party_id).where(
            whose.in_(some), TreeParty.role == PartyRole.STEWARD, col(TreeParty.to_on).is_(None)
        )
        if party_id is not None:
            query = query.where(TreeParty.party_id == party_id)
        for own, steward in session.exec(query.order_by(col(TreeParty.party_id))):
            if steward not in roles[own]:
                roles[own].append(steward)
        found.update({own: roles[own] for own in some if own in roles})
    return found


def _records(session: Session, trees: list[str], groves: list[str]) -> Iterator[TreeRecord | AreaRecord]:
    yield from (full.record for full in full_trees(session, trees))
    yield from (full.record for full in full_areas_of(session, "grove", groves))


def _line(kind: str, record: TreeRecord | AreaRecord, t: Translator, rates: Rates) -> LetterLine:
    return LetterLine(
        kind=kind,
        number=record.tree_no if isinstance(record, TreeRecord) else record.number,
        name=_tree_name(record, t) if isinstance(record, TreeRecord) else _grove_name(record, t),
        grade=t.word(Grade, record.protection_grade),
        place=_place(record, t),
        yearly_cents=rates.cents(record.protection_grade),
    )


def _tree_name(tree: TreeRecord, t: Translator) -> str:
    names = (
        (tree.name_en, tree.name_latin, tree.name_zh)
        if t.lang == "en"
        else (tree.name_zh, tree.name_verbatim)
    )
    return next(filter(None, (*names, tree.name_verbatim, tree.name_latin)), "")


def _grove_name(grove: AreaRecord, t: Translator) -> str:
    """A grove's own name with how many trees it has."""
    count = grove.tree_count if grove.tree_count is not None else grove.file_count or None
    said = t.ngettext("{count} tree", "{count} trees", count) if count else ""
    return " · ".join(filter(None, (grove.name or t.label("grove"), said)))


def _place(record: TreeRecord | AreaRecord, t: Translator) -> str:
    """Where it stands, as a caretaker finds it: the two smallest divisions and the place's own name."""
    own = (record.town, record.village, record.small_place or record.address)
    parts = [*record.places(t.lang)[-2:], *(part for part in own if part)]
    named = dict.fromkeys(parts)
    kept = [part for part in named if not any(part != other and part in other for other in named)]
    return " ".join(kept)
