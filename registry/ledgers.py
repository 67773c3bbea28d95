"""Reading ledgers: records with what stands in them, duties of a unit, agreements, crafts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.area_queries import AREAS, full_areas_of
from registry.chunks import chunks
from registry.errors import SelectionError
from registry.ledger_records import AgreementRecord, CraftRecord, CraftsmanRecord, DutyRecord, LedgerEntry
from registry.models import (
    Authority,
    CareAgreement,
    CareLetter,
    Craft,
    Craftsman,
    Grove,
    HeritageGarden,
    Party,
    Place,
    Tree,
    TreeParty,
)
from registry.rules.counting import TreeCounts, count_trees
from registry.rules.private_matters import private_matter
from registry.rules.redaction import redact_area
from registry.surroundings import Surroundings
from registry.vocab.words import ON_REGISTER, Distribution, PartyKind, PartyRole

WHERE = {
    "number": "number",
    "name": "name",
    "kind": "kind",
    "status": "status",
    "authority": "authority_id",
    "source": "source_id",
    "division": "division_id",
    "town": "town",
    "village": "village",
    "garden": "garden_id",
    "place": "place_id",
    "green_class": "green_class",
    "list_batch": "list_batch",
    "relic_level": "relic_level",
    "protection_grade": "protection_grade",
}
"""What the lines of a ledger may be chosen by, and the column behind it."""
_HOLDERS: dict[str, Any] = {"garden_id": HeritageGarden, "place_id": Place}
_CHUNK = 500


def select_records(session: Session, kind: str, where: Sequence[str]) -> list[str]:
    """The ids of the records of a ledger that every `field=value` of `where` holds for, by authority and
    number. Raises SelectionError for a field that this ledger cannot be chosen by.
    """
    table = AREAS[kind]
    query = select(table.id)
    for text in where:
        field, sign, value = text.partition("=")
        column = getattr(table, WHERE.get(field, ""), None)
        if column is None or not sign:
            known = [f"{name}=…" for name, behind in WHERE.items() if hasattr(table, behind)]
            raise SelectionError(where=text, known=known)
        holder = _HOLDERS.get(WHERE[field])
        if holder is not None:
            query = query.where(column.in_(select(holder.id).where(holder.number == value)))
        else:
            query = query.where(column == value)
    number = table.number
    return list(session.exec(query.order_by(table.authority_id, sa.func.length(number), number, table.id)))


def ledger_entries(
    session: Session, kind: str, where: Sequence[str] = (), *, restricted: bool = False
) -> list[LedgerEntry]:
    """The lines of a ledger; redacted unless `restricted`."""
    ids = select_records(session, kind, where)
    counts = trees_within(session, kind, ids)
    entries = []
    for full in full_areas_of(session, kind, ids):
        area = full.record if restricted else redact_area(full.record, full.disclosure)[0]
        entries.append(LedgerEntry(replace(area, history=()), counts[full.record.uuid]))
    return entries


def total_of(counts: Iterable[TreeCounts]) -> TreeCounts:
    """Counts of several records that share no tree, as one."""
    found = list(counts)
    return TreeCounts(
        scattered=sum(each.scattered for each in found),
        groves=sum(each.groves for each in found),
        in_groves=sum(each.in_groves for each in found),
        with_files=sum(each.with_files for each in found),
        uncounted=sum(each.uncounted for each in found),
    )


def trees_within(session: Session, kind: str, ids: Sequence[str]) -> dict[str, TreeCounts]:
    """The trees that stand in each of some groves, gardens or places; the gone are not counted."""
    if kind == "grove":
        return _in_groves(session, ids)
    if kind not in {"garden", "place"}:
        return {own: TreeCounts(0, 0, 0) for own in ids}
    held, theirs = getattr(Tree, f"{kind}_id"), getattr(Grove, f"{kind}_id")
    grouped: defaultdict[str, int] = defaultdict(int)
    alone: defaultdict[str, int] = defaultdict(int)
    groves: defaultdict[str, list[tuple[int | None, int]]] = defaultdict(list)
    for some in chunks(ids, _CHUNK):
        rows = session.execute(
            select(Grove.id, theirs, Grove.tree_count).where(
                theirs.in_(some), col(Grove.status).in_(ON_REGISTER)
            )
        ).all()
        files = _files(session, [row[0] for row in rows])
        for own, holder, said in rows:
            groves[holder].append((said, files.get(own, 0)))
        counted = {row[0] for row in rows}
        trees = session.execute(
            select(held, Tree.grove_id, Tree.distribution, sa.func.count())
            .where(held.in_(some), col(Tree.status).in_(ON_REGISTER))
            .group_by(held, col(Tree.grove_id), col(Tree.distribution))
        )
        for holder, grove_id, distribution, count in trees:
            if grove_id in counted:
                continue  # told by its grove
            is_grouped = grove_id is not None or distribution == Distribution.GROUPED
            (grouped if is_grouped else alone)[holder] += count
    return {own: count_trees(scattered=alone[own], grouped=grouped[own], groves=groves[own]) for own in ids}


def _in_groves(session: Session, ids: Sequence[str]) -> dict[str, TreeCounts]:
    found: dict[str, TreeCounts] = {}
    for some in chunks(ids, _CHUNK):
        files = _files(session, some)
        said = session.execute(select(Grove.id, Grove.tree_count).where(col(Grove.id).in_(some)))
        for own, count in said:
            found[own] = count_trees(scattered=0, groves=[(count, files.get(own, 0))])
    return found


def _files(session: Session, grove_ids: Sequence[str]) -> dict[str, int]:
    """How many trees of each grove have a file of their own."""
    whose = col(Tree.grove_id)
    counted = sa.select(whose, sa.func.count()).where(whose.in_(grove_ids)).group_by(whose)
    rows = session.execute(counted.where(col(Tree.status).in_(ON_REGISTER)))
    return {row[0]: row[1] for row in rows}


_SUBJECTS: tuple[tuple[str, Any, str], ...] = (
    ("tree", Tree, "tree_no"),
    ("grove", Grove, "number"),
    ("garden", HeritageGarden, "number"),
    ("place", Place, "number"),
)


def duty_records(
    session: Session,
    *,
    party_id: str | None = None,
    record: tuple[str, str] | None = None,
    ended: bool = False,
    roles: Sequence[PartyRole] = tuple(PartyRole),
) -> list[DutyRecord]:
    """Duties of a party, or of a record (kind and id), by role and number; `ended` ones only if asked."""
    around = Surroundings(session)
    found = []
    for kind, table, number in _SUBJECTS:
        whose = col(getattr(TreeParty, f"{kind}_id"))
        columns: list[Any] = [TreeParty, Party, table.id, getattr(table, number), table.division_id]
        columns.append(table.name_verbatim if kind == "tree" else table.name)
        query = sa.select(*columns).join(Party, col(Party.id) == col(TreeParty.party_id))
        query = query.join(table, table.id == whose).where(col(TreeParty.role).in_(roles))
        if party_id is not None:
            query = query.where(col(TreeParty.party_id) == party_id)
        if record is not None:
            query = query.where(whose == record[1]) if record[0] == kind else query.where(sa.false())
        if not ended:
            query = query.where(col(TreeParty.to_on).is_(None))
        rows = session.execute(query).all()
        trees = _in_groves(session, [row[2] for row in rows]) if kind == "grove" else {}
        for duty, party, own, called, division_id, name in rows:
            found.append(
                DutyRecord(
                    kind=kind,
                    number=called,
                    name=name,
                    division_path=around.division_path(division_id),
                    role=duty.role.value,
                    party=party.name,
                    party_kind=party.kind.value,
                    from_on=duty.from_on,
                    to_on=duty.to_on,
                    trees=trees[own].in_groves if own in trees else int(kind == "tree"),
                )
            )
    return sorted(found, key=_by_role)


def _by_role(duty: DutyRecord) -> tuple[Any, ...]:
    roles, kinds = list(PartyRole), [kind for kind, *_rest in _SUBJECTS]
    place = (roles.index(PartyRole(duty.role)), kinds.index(duty.kind), len(duty.number), duty.number)
    return (*place, duty.to_on is not None, str(duty.from_on or ""), duty.party)


def duty_counts(duties: Iterable[DutyRecord]) -> TreeCounts:
    """The trees behind duties, said apart."""
    found = [duty for duty in duties if duty.to_on is None]
    groves = [duty for duty in found if duty.kind == "grove"]
    scattered = sum(duty.kind == "tree" for duty in found)
    return TreeCounts(scattered, len(groves), sum(duty.trees for duty in groves))


def agreement_records(session: Session, record: tuple[str, str] | None = None) -> list[AgreementRecord]:
    """Care agreements, of all trees and groves or of one record (kind and id), the newest first."""
    found = []
    for kind, table, number in _SUBJECTS[:2]:
        whose = col(getattr(CareAgreement, f"{kind}_id"))
        name = table.name_verbatim if kind == "tree" else table.name
        columns: list[Any] = [
            CareAgreement, Party.name, Party.kind, getattr(table, number), name, CareLetter.code,
        ]  # fmt: skip
        query = (
            sa.select(*columns)
            .join(Party, col(Party.id) == col(CareAgreement.party_id))
            .join(table, table.id == whose)
            .outerjoin(CareLetter, col(CareLetter.id) == col(CareAgreement.letter_id))
        )
        if record is not None:
            query = query.where(whose == record[1]) if record[0] == kind else query.where(sa.false())
        for row, party, party_kind, called, own_name, letter in session.execute(query):
            found.append(
                AgreementRecord(
                    kind=kind,
                    number=called,
                    name=own_name,
                    party=party,
                    party_kind=party_kind.value,
                    signed_on=row.signed_on,
                    valid_to=row.valid_to,
                    ended_on=row.ended_on,
                    document_no=row.document_no,
                    terms=row.terms,
                    version=row.version,
                    letter=letter,
                    currency=row.currency,
                    yearly_cents=row.yearly_cents,
                )
            )
    found.sort(key=lambda each: (each.kind != "tree", len(each.number), each.number))
    return sorted(found, key=lambda each: each.signed_on, reverse=record is not None)


def covered(session: Session, on: date) -> dict[str, tuple[int, int]]:
    """(with an agreement in force on a day, standing on the register) of trees and of groves."""
    counts = {}
    for kind, table, _number in _SUBJECTS[:2]:
        whose = col(getattr(CareAgreement, f"{kind}_id"))
        binding = sa.and_(
            col(CareAgreement.signed_on) <= on,
            sa.or_(col(CareAgreement.ended_on).is_(None), col(CareAgreement.ended_on) > on),
            sa.or_(col(CareAgreement.valid_to).is_(None), col(CareAgreement.valid_to) >= on),
        )
        standing = table.status.in_(ON_REGISTER)
        under = sa.select(sa.func.count(sa.distinct(whose))).join(table, table.id == whose)
        bound = session.execute(under.where(binding, standing)).scalar_one()
        whole = session.execute(sa.select(sa.func.count()).select_from(table).where(standing)).scalar_one()
        counts[kind] = (int(bound), int(whole))
    return counts


def craft_records(
    session: Session, craft_id: str | None = None, *, public: bool = False
) -> list[CraftRecord]:
    """Garden crafts with those who master them, by authority and number.

    public: only what anybody may read: persons who agreed to be named, no texts that were not released.
    """
    query = select(Craft, Authority).join(Authority, col(Authority.id) == col(Craft.authority_id))
    if craft_id is not None:
        query = query.where(Craft.id == craft_id)
    query = query.order_by(Craft.authority_id, sa.func.length(Craft.number), col(Craft.number))
    return [_craft(session, craft, authority, public=public) for craft, authority in session.exec(query)]


def _craft(session: Session, craft: Craft, authority: Authority, *, public: bool) -> CraftRecord:
    rows = session.exec(
        select(Craftsman, Party)
        .join(Party, col(Party.id) == col(Craftsman.party_id))
        .where(Craftsman.craft_id == craft.id)
        .order_by(Party.name, Party.id)
    ).all()
    masters = [
        CraftsmanRecord(
            name=party.name,
            kind=party.kind.value,
            is_public=party.kind == PartyKind.UNIT or party.consented_on is not None,
            title=row.title,
            learned_from=None if public else row.learned_from,
            since_year=row.since_year,
            works=None if public and private_matter(row.works or "") else row.works,
        )
        for row, party in rows
    ]
    shown = [master for master in masters if master.is_public] if public else masters
    texts = {name: getattr(craft, name) for name in ("description", "lineage")}
    if public:
        released = craft.released
        texts = {
            name: text if f'"{name}"' in released and not private_matter(text or "") else None
            for name, text in texts.items()
        }
    return CraftRecord(
        number=craft.number,
        name=craft.name,
        authority_zh=authority.name_zh,
        authority_en=authority.name_en,
        kind=craft.kind,
        period=craft.period,
        state_of_care=craft.state_of_care,
        craftsmen=tuple(shown),
        hidden=len(masters) - len(shown),
        **texts,
    )
