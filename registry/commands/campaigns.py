"""Running a census (普查): villages and target list, what the forms said, checks, samples, the freeze."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.bulk import insert_rows
from registry.commands.history import Change, canonical, history_head, record_event
from registry.commands.parties import party_named
from registry.errors import (
    CampaignExistsError,
    CampaignFrozenError,
    CampaignNotFoundError,
    CampaignOpenError,
    CheckRefusedError,
    Phrase,
)
from registry.models import (
    Campaign,
    CampaignSurvey,
    CampaignTarget,
    CampaignVillage,
    Grove,
    Party,
    Tree,
)
from registry.models.base import new_id
from registry.rules.surveying import draw_sample
from registry.vocab.words import (
    ON_REGISTER,
    CampaignState,
    PartyKind,
    TargetOutcome,
    TreeStatus,
    Verdict,
    VillageState,
)

STANDING = (*ON_REGISTER, TreeStatus.MISSING)
"""Trees that a census looks for: the dead, the delisted and the merged have been settled."""
FOUND = (TargetOutcome.FOUND, TargetOutcome.NEW)


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A census to be opened. `form` is the id of the mapping by which its forms are read."""

    id: str
    title: str
    form: str
    starts_on: date
    ends_on: date | None = None
    previous_id: str | None = None
    authority_id: str | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one form said: of which tree or grove, where, when, by whom, and the answers as JSON values."""

    subject_type: str
    subject_id: str
    town: str
    village: str
    surveyed_on: date | None
    surveyor: str | None
    answers: Mapping[str, Any]
    is_dead: bool = False


def find_campaign(session: Session, campaign_id: str, *, to_change: bool = False) -> Campaign:
    """The census of this id. Raises CampaignNotFoundError; CampaignFrozenError where it may not change."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        known = list(session.exec(select(Campaign.id).order_by(col(Campaign.id))))
        raise CampaignNotFoundError(campaign=campaign_id, known=known or Phrase("none"))
    if to_change and campaign.state == CampaignState.FROZEN:
        raise CampaignFrozenError(campaign=campaign_id)
    return campaign


def open_campaign(session: Session, draft: CampaignDraft, *, actor: str, now: datetime) -> Campaign:
    """Open a census. Raises CampaignExistsError, CampaignNotFoundError (the one before)."""
    if session.get(Campaign, draft.id) is not None:
        raise CampaignExistsError(campaign=draft.id)
    if draft.previous_id:
        find_campaign(session, draft.previous_id)
    values = {name: getattr(draft, name) for name in CampaignDraft.__dataclass_fields__}
    campaign = Campaign(**values)
    session.add(campaign)
    session.flush()
    told = {name: (None, value) for name, value in values.items() if value is not None and name != "id"}
    record_event(
        session, "campaign:opened", [Change("campaign", draft.id, "created", told)], actor=actor, at=now
    )
    return campaign


def list_targets(
    session: Session, campaign_id: str, ids: Iterable[str], *, actor: str, now: datetime
) -> tuple[int, int]:
    """Put trees, and the groves of the same authorities, on the target list, village by village.

    ids: of trees, as a selection gave them. Only what stands is listed, and nothing twice. Returns how many
    trees and groves were added.
    """
    campaign = find_campaign(session, campaign_id, to_change=True)
    wanted = set(ids)
    trees = [tree for tree in _standing(session, Tree) if tree[0] in wanted]
    authorities = {tree[3] for tree in trees}
    groves = [grove for grove in _standing(session, Grove) if grove[3] in authorities]
    known_trees = set(session.exec(_targets(CampaignTarget.tree_id, campaign.id)))
    known_groves = set(session.exec(_targets(CampaignTarget.grove_id, campaign.id)))
    villages = _Villages(session, campaign.id, now)
    rows = [
        {"tree_id": own, "grove_id": None, "village_id": villages.of(town, village)}
        for own, town, village, _ in trees
        if own not in known_trees
    ]
    added_groves = [
        {"tree_id": None, "grove_id": own, "village_id": villages.of(town, village)}
        for own, town, village, _ in groves
        if own not in known_groves
    ]
    plain = {"campaign_id": campaign.id, "outcome": TargetOutcome.PENDING, "outcome_on": None, "note": None}
    insert_rows(
        session,
        CampaignTarget,
        [{"id": new_id(), **plain, "is_sampled": False, **row} for row in (*rows, *added_groves)],
    )
    _tell(
        session,
        campaign.id,
        "campaign:listed",
        {"targets": (None, len(rows) + len(added_groves))},
        actor,
        now,
    )
    return len(rows), len(added_groves)


def assign_village(
    session: Session, campaign_id: str, town: str, village: str, surveyor: str, *, actor: str, now: datetime
) -> CampaignVillage:
    """Say who surveys a village."""
    campaign = find_campaign(session, campaign_id, to_change=True)
    villages = _Villages(session, campaign.id, now)
    row = session.get_one(CampaignVillage, villages.of(town, village))
    party, made = party_named(session, surveyor)
    old = row.surveyor_id
    if old != party.id:
        row.surveyor_id, row.updated_on = party.id, register_today(session, now)
        session.flush()
        told = Change("campaign_village", row.id, "updated", {"surveyor_id": (old, party.id)})
        record_event(session, "campaign:assigned", [*made, told], actor=actor, at=now)
    return row


def record_surveys(
    session: Session,
    campaign_id: str,
    surveys: Iterable[Surveyed],
    *,
    survey_round: int,
    source: str,
    actor: str,
    now: datetime,
) -> int:
    """Keep what the forms of a file said, and what of the target list was found; returns how many forms.

    survey_round: 1 for the survey, 2 for those surveyed once more. The same form again changes nothing; a
    later form of the same tree takes the place of the earlier one, which stays in the history.
    """
    campaign = find_campaign(session, campaign_id, to_change=True)
    villages = _Villages(session, campaign.id, now)
    targets = {
        (row.tree_id or row.grove_id): row
        for row in session.exec(select(CampaignTarget).where(CampaignTarget.campaign_id == campaign.id))
    }
    present = {
        (row.tree_id or row.grove_id): row
        for row in session.exec(
            select(CampaignSurvey).where(
                CampaignSurvey.campaign_id == campaign.id, CampaignSurvey.round == survey_round
            )
        )
    }
    parties: dict[str, str] = {}
    changes: list[Change] = []
    count = 0
    for said in surveys:
        if survey_round == 2 and not ((target := targets.get(said.subject_id)) and target.is_sampled):
            continue  # only what was drawn: nobody may choose what is compared
        count += 1
        surveyor_id = _party_id(session, said.surveyor, parties, changes)
        answers = canonical(dict(said.answers))
        change = _keep_survey(session, campaign.id, present, said, survey_round, answers, surveyor_id)
        if change:
            changes.append(change)
        if survey_round == 1:
            _mark(session, campaign.id, targets, said, villages)
    session.flush()
    if survey_round == 1:
        _advance_villages(session, campaign.id, now)
    record_event(
        session, "campaign:surveyed", changes, actor=actor, at=now, reason=f"{campaign.id}: {source}"
    )
    return count


def check_surveys(
    session: Session,
    campaign_id: str,
    subject_ids: Iterable[str],
    checker: str,
    verdict: Verdict,
    *,
    note: str | None = None,
    actor: str,
    now: datetime,
) -> int:
    """A second person's word on forms of the first round; returns how many.

    Raises CheckRefusedError where the checker is the surveyor, or there is no form to check.
    """
    campaign = find_campaign(session, campaign_id, to_change=True)
    party, changes = party_named(session, checker, PartyKind.PERSON)
    wanted = set(subject_ids)
    rows = [
        row
        for row in session.exec(
            select(CampaignSurvey).where(CampaignSurvey.campaign_id == campaign.id, CampaignSurvey.round == 1)
        )
        if (row.tree_id or row.grove_id) in wanted
    ]
    if not rows:
        raise CheckRefusedError(campaign=campaign.id, reason=Phrase("there is no form to check"))
    today = register_today(session, now)
    for row in rows:
        if row.surveyor_id and _name_of(session, row.surveyor_id) == checker:
            reason = Phrase("whoever surveyed a tree cannot check it: a second person must")
            raise CheckRefusedError(campaign=campaign.id, reason=reason)
        old = {"verdict": row.verdict, "checker_id": row.checker_id}
        row.verdict, row.checker_id, row.checked_on, row.note = verdict, party.id, today, note
        told = {name: (old[name], getattr(row, name)) for name in old if old[name] != getattr(row, name)}
        if told:
            changes.append(Change("campaign_survey", row.id, "checked", told))
    session.flush()
    _advance_villages(session, campaign.id, now)
    record_event(session, "campaign:checked", changes, actor=actor, at=now, reason=note)
    return len(rows)


def set_outcome(
    session: Session,
    campaign_id: str,
    subject_id: str,
    outcome: TargetOutcome,
    *,
    note: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Say what became of a tree that was looked for. Raises CheckRefusedError where it is not on the list."""
    campaign = find_campaign(session, campaign_id, to_change=True)
    query = select(CampaignTarget).where(
        CampaignTarget.campaign_id == campaign.id,
        sa.or_(col(CampaignTarget.tree_id) == subject_id, col(CampaignTarget.grove_id) == subject_id),
    )
    target = session.exec(query).first()
    if target is None:
        raise CheckRefusedError(campaign=campaign.id, reason=Phrase("it is not on the target list"))
    old = target.outcome
    target.outcome, target.outcome_on, target.note = outcome, register_today(session, now), note
    session.flush()
    _advance_villages(session, campaign.id, now)
    change = Change("campaign_target", target.id, "updated", {"outcome": (old, outcome)})
    record_event(session, "campaign:outcome", [change], actor=actor, at=now, reason=note)


def sample_targets(
    session: Session, campaign_id: str, share: float, seed: str, *, actor: str, now: datetime
) -> int:
    """Draw the trees that are surveyed once more, of those found, township by township; returns how many.

    The seed stands in the history, so that anybody can draw the same sample again.
    """
    campaign = find_campaign(session, campaign_id, to_change=True)
    found = session.exec(
        select(CampaignTarget).where(
            CampaignTarget.campaign_id == campaign.id, col(CampaignTarget.outcome).in_(FOUND)
        )
    ).all()
    villages = select(CampaignVillage).where(CampaignVillage.campaign_id == campaign.id)
    towns = {village.id: village.town for village in session.exec(villages)}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for target in found:
        groups[towns.get(target.village_id or "", "")].append(str(target.tree_id or target.grove_id))
    drawn = draw_sample(groups, share, seed)
    for target in found:
        target.is_sampled = (target.tree_id or target.grove_id) in drawn
    session.flush()
    facts = {"sample": (None, {"share": share, "seed": seed, "drawn": len(drawn), "of": len(found)})}
    _tell(session, campaign.id, "campaign:sampled", facts, actor, now)
    return len(drawn)


def freeze_campaign(
    session: Session,
    campaign_id: str,
    count: Callable[[Session], dict[str, Any]],
    *,
    reason: str | None = None,
    actor: str,
    now: datetime,
) -> Campaign:
    """Close a census for good: its totals and the head of the history are kept, nothing of it changes again.

    count: counts the totals. Raises CampaignOpenError while a tree on the list is pending or a form is
    unchecked, unless a reason is given.
    """
    campaign = find_campaign(session, campaign_id, to_change=True)
    pending = _count(session, CampaignTarget, campaign.id, CampaignTarget.outcome == TargetOutcome.PENDING)
    unchecked = _count(
        session,
        CampaignSurvey,
        campaign.id,
        sa.and_(col(CampaignSurvey.round) == 1, col(CampaignSurvey.verdict).is_(None)),
    )
    if (pending or unchecked) and not reason:
        raise CampaignOpenError(campaign=campaign.id, pending=pending, unchecked=unchecked)
    totals = canonical({**count(session), "pending": pending, "unchecked": unchecked})
    campaign.history_head = history_head(session)
    campaign.totals, campaign.frozen_at, campaign.state = totals, now, CampaignState.FROZEN
    session.flush()
    told = {"state": (CampaignState.OPEN, CampaignState.FROZEN), "totals": (None, totals)}
    _tell(session, campaign.id, "campaign:frozen", told, actor, now, reason)
    return campaign


class _Villages:
    """The villages of a census by town and name, made as they are met."""

    def __init__(self, session: Session, campaign_id: str, now: datetime) -> None:
        self.session, self.campaign_id, self.today = session, campaign_id, register_today(session, now)
        rows = session.exec(select(CampaignVillage).where(CampaignVillage.campaign_id == campaign_id))
        self.known = {(row.town, row.village): row.id for row in rows}

    def of(self, town: str | None, village: str | None) -> str:
        """The id of the village."""
        key = (town or "", village or "-")
        if key not in self.known:
            row = CampaignVillage(
                campaign_id=self.campaign_id, town=key[0], village=key[1], updated_on=self.today
            )
            self.session.add(row)
            self.session.flush()
            self.known[key] = row.id
        return self.known[key]


def _standing(session: Session, table: Any) -> list[tuple[str, str | None, str | None, str]]:
    query = select(table.id, table.town, table.village, table.authority_id)
    rows = session.execute(query.where(table.status.in_(STANDING)))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _targets(column: Any, campaign_id: str) -> Any:
    return select(column).where(CampaignTarget.campaign_id == campaign_id, column.is_not(None))


def _keep_survey(
    session: Session,
    campaign_id: str,
    present: dict[str | None, CampaignSurvey],
    said: Surveyed,
    survey_round: int,
    answers: str,
    surveyor_id: str | None,
) -> Change | None:
    row = present.get(said.subject_id)
    if row is None:
        row = CampaignSurvey(
            campaign_id=campaign_id,
            tree_id=said.subject_id if said.subject_type == "tree" else None,
            grove_id=said.subject_id if said.subject_type == "grove" else None,
            round=survey_round,
            surveyed_on=said.surveyed_on,
            surveyor_id=surveyor_id,
            answers=answers,
        )
        session.add(row)
        present[said.subject_id] = row
        facts = {"answers": (None, answers), said.subject_type + "_id": (None, said.subject_id)}
        return Change("campaign_survey", row.id, "created", {**facts, "round": (None, survey_round)})
    if row.answers == answers and row.surveyor_id == surveyor_id:
        return None
    told: dict[str, tuple[Any, Any]] = {"answers": (row.answers, answers)}
    told |= {
        name: (old, None) for name in ("verdict", "checker_id") if (old := getattr(row, name)) is not None
    }
    row.answers, row.surveyor_id, row.surveyed_on = answers, surveyor_id, said.surveyed_on
    row.verdict = row.checker_id = row.checked_on = None
    return Change("campaign_survey", row.id, "updated", told)


def _mark(
    session: Session,
    campaign_id: str,
    targets: dict[str | None, CampaignTarget],
    said: Surveyed,
    villages: _Villages,
) -> None:
    target = targets.get(said.subject_id)
    if target is None:
        target = CampaignTarget(
            campaign_id=campaign_id,
            tree_id=said.subject_id if said.subject_type == "tree" else None,
            grove_id=said.subject_id if said.subject_type == "grove" else None,
            village_id=villages.of(said.town, said.village),
            outcome=TargetOutcome.NEW,
        )
        session.add(target)
        targets[said.subject_id] = target
    elif target.outcome != TargetOutcome.NEW:
        target.outcome = TargetOutcome.FOUND
    if said.is_dead:
        target.outcome = TargetOutcome.DEAD
    target.outcome_on = said.surveyed_on or villages.today


def _advance_villages(session: Session, campaign_id: str, now: datetime) -> None:
    """A village is surveyed when nothing in it is pending, checked when every form in it was agreed to."""
    today = register_today(session, now)
    pending = _village_ids(session, campaign_id, col(CampaignTarget.outcome) == TargetOutcome.PENDING)
    settled = _village_ids(session, campaign_id, col(CampaignTarget.outcome) != TargetOutcome.PENDING)
    subject = sa.or_(
        col(CampaignSurvey.tree_id) == col(CampaignTarget.tree_id),
        col(CampaignSurvey.grove_id) == col(CampaignTarget.grove_id),
    )
    verdicts: defaultdict[str, set[Verdict | None]] = defaultdict(set)
    forms = (
        select(CampaignTarget.village_id, CampaignSurvey.verdict)
        .join(CampaignSurvey, sa.and_(subject, col(CampaignSurvey.campaign_id) == campaign_id))
        .where(CampaignTarget.campaign_id == campaign_id, CampaignSurvey.round == 1)
        .distinct()
    )
    for village_id, verdict in session.execute(forms):
        verdicts[village_id].add(verdict)
    for village in session.exec(select(CampaignVillage).where(CampaignVillage.campaign_id == campaign_id)):
        state = _state(village.id in pending, village.id in settled, verdicts[village.id])
        if village.state != state:
            village.state, village.updated_on = state, today
    session.flush()


def _state(is_pending: bool, has_settled: bool, verdicts: set[Verdict | None]) -> VillageState:
    if Verdict.DISAGREES in verdicts:
        return VillageState.RETURNED
    if is_pending or not has_settled:
        return VillageState.SURVEYING if has_settled else VillageState.PLANNED
    return VillageState.CHECKED if verdicts == {Verdict.AGREES} else VillageState.SURVEYED


def _village_ids(session: Session, campaign_id: str, where: Any) -> set[str | None]:
    query = select(CampaignTarget.village_id).where(CampaignTarget.campaign_id == campaign_id, where)
    return set(session.exec(query.distinct()))


def _party_id(session: Session, name: str | None, known: dict[str, str], changes: list[Change]) -> str | None:
    if not name:
        return None
    if name not in known:
        party, made = party_named(session, name)
        changes.extend(made)
        known[name] = party.id
    return known[name]


def _name_of(session: Session, party_id: str) -> str | None:
    party = session.get(Party, party_id)
    return party.name if party else None


def _count(session: Session, table: Any, campaign_id: str, where: Any) -> int:
    query = select(sa.func.count()).select_from(table).where(table.campaign_id == campaign_id, where)
    return int(session.exec(query).one())


def _tell(
    session: Session,
    campaign_id: str,
    kind: str,
    facts: dict[str, tuple[Any, Any]],
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    change = Change("campaign", campaign_id, "updated", facts)
    record_event(session, kind, [change], actor=actor, at=now, reason=reason)
