"""Reading a census: how far it is, how reliable, what it found, and what the one before had found."""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.db import SCHEMA_FOLDER
from registry.models import (
    Campaign,
    CampaignSurvey,
    CampaignTarget,
    CampaignVillage,
    Grove,
    Party,
    Tree,
)
from registry.rules.counting import TreeCounts, count_trees
from registry.rules.surveying import (
    Answers,
    FieldErrors,
    Tolerance,
    changed_fields,
    error_rates,
)
from registry.vocab.words import ON_REGISTER, Distribution, TargetOutcome

PRIVATE_ANSWERS = frozenset({"steward", "manager", "surveyor", "reviewer", "surveyed_on"})
"""Answers that say who and when, and nothing of the tree."""
DATED_ANSWERS = frozenset({"measured_on", "age_as_of", "designated_on", "inspected_on"})
"""Answers that differ between any two censuses."""
_TALLIED = ("category", "grade", "vigour", "environment", "ownership", "growth_place")


@dataclass(frozen=True, slots=True)
class VillageProgress:
    """One village: who surveys it, and how many of its trees have which outcome."""

    town: str
    village: str
    surveyor: str | None
    state: str
    outcomes: Counter[str]

    @property
    def targets(self) -> int:
        """Trees and groves on its list."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Progress:
    """A census village by village, and as a whole."""

    campaign: Campaign
    villages: tuple[VillageProgress, ...]
    forms: int
    checked: int
    sampled: int
    resurveyed: int

    @property
    def outcomes(self) -> Counter[str]:
        """Outcomes of all villages together."""
        total: Counter[str] = Counter()
        for village in self.villages:
            total.update(village.outcomes)
        return total


@dataclass(frozen=True, slots=True)
class Listed:
    """One tree or grove of a target list."""

    number: str
    name: str | None
    town: str
    village: str
    outcome: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two censuses side by side, by tree (number -> what changed) and by total."""

    both: int
    only_before: tuple[str, ...]
    only_now: tuple[str, ...]
    changed: dict[str, dict[str, tuple[Any, Any]]]
    totals: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def campaigns(session: Session) -> list[Campaign]:
    """All censuses, the newest first."""
    return list(session.exec(select(Campaign).order_by(col(Campaign.starts_on).desc(), col(Campaign.id))))


def progress(session: Session, campaign: Campaign) -> Progress:
    """How far a census has come."""
    outcomes: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    counted = (
        sa.select(col(CampaignTarget.village_id), col(CampaignTarget.outcome), sa.func.count())
        .where(col(CampaignTarget.campaign_id) == campaign.id)
        .group_by(col(CampaignTarget.village_id), col(CampaignTarget.outcome))
    )
    for village_id, outcome, count in session.execute(counted):
        outcomes[village_id][outcome.value] = count
    villages = session.execute(
        select(CampaignVillage, Party.name)
        .join(Party, col(Party.id) == col(CampaignVillage.surveyor_id), isouter=True)
        .where(CampaignVillage.campaign_id == campaign.id)
        .order_by(col(CampaignVillage.town), col(CampaignVillage.village))
    )
    forms = session.execute(
        select(
            sa.func.count().filter(col(CampaignSurvey.round) == 1),
            sa.func.count().filter(
                sa.and_(col(CampaignSurvey.round) == 1, col(CampaignSurvey.verdict).is_not(None))
            ),
            sa.func.count().filter(col(CampaignSurvey.round) == 2),
        ).where(CampaignSurvey.campaign_id == campaign.id)
    ).one()
    sampled = select(sa.func.count()).where(
        CampaignTarget.campaign_id == campaign.id, col(CampaignTarget.is_sampled)
    )
    return Progress(
        campaign,
        tuple(
            VillageProgress(row.town, row.village, name, row.state.value, outcomes[row.id])
            for row, name in villages
        ),
        forms=forms[0],
        checked=forms[1],
        sampled=session.exec(sampled).one(),
        resurveyed=forms[2],
    )


def listed(
    session: Session, campaign: Campaign, outcome: TargetOutcome | None = None, *, sampled: bool = False
) -> Iterator[Listed]:
    """Trees and groves of the target list, by village and number: all, of one outcome, or of the sample."""
    number = sa.func.coalesce(col(Tree.tree_no), col(Grove.number))
    query = (
        sa.select(
            number,
            sa.func.coalesce(col(Tree.name_verbatim), col(Grove.name)),
            CampaignVillage,
            CampaignTarget,
        )
        .select_from(CampaignTarget)
        .join(CampaignVillage, col(CampaignVillage.id) == col(CampaignTarget.village_id))
        .join(Tree, col(Tree.id) == col(CampaignTarget.tree_id), isouter=True)
        .join(Grove, col(Grove.id) == col(CampaignTarget.grove_id), isouter=True)
        .where(col(CampaignTarget.campaign_id) == campaign.id)
        .order_by(col(CampaignVillage.town), col(CampaignVillage.village), number)
    )
    if outcome is not None:
        query = query.where(col(CampaignTarget.outcome) == outcome)
    if sampled:
        query = query.where(col(CampaignTarget.is_sampled))
    for own, name, village, target in session.execute(query):
        yield Listed(own, name, village.town, village.village, target.outcome.value, target.note)


def subjects_of_village(session: Session, campaign: Campaign, village: str) -> list[str]:
    """The ids of the trees and groves on the target list of a village."""
    subject = sa.func.coalesce(CampaignTarget.tree_id, CampaignTarget.grove_id)
    query = (
        sa.select(subject)
        .join(CampaignVillage, col(CampaignVillage.id) == col(CampaignTarget.village_id))
        .where(col(CampaignTarget.campaign_id) == campaign.id, col(CampaignVillage.village) == village)
    )
    return list(session.execute(query).scalars())


def errors_of(session: Session, campaign: Campaign) -> list[FieldErrors]:
    """Error rate of each field: the first round against the second, of those surveyed twice."""
    again = {
        row.tree_id or row.grove_id: json.loads(row.answers) for row in session.exec(_forms(campaign, 2))
    }
    pairs = (
        (json.loads(row.answers), again[row.tree_id or row.grove_id])
        for row in session.exec(_forms(campaign, 1))
        if (row.tree_id or row.grove_id) in again
    )
    return error_rates(pairs, tolerances(), PRIVATE_ANSWERS)


def compare(session: Session, before: Campaign, now: Campaign) -> Comparison:
    """Two censuses by tree and by total."""
    numbers = _numbers(session)
    then, today = _answers(session, before), _answers(session, now)
    both = then.keys() & today.keys()
    changed = {
        numbers[own]: changes
        for own in both
        if (changes := changed_fields(then[own], today[own], PRIVATE_ANSWERS | DATED_ANSWERS))
    }
    first, second = _tallies(then), _tallies(today)
    totals = {"forms": (len(then), len(today))}
    totals.update(
        {name: (first.get(name, 0), second.get(name, 0)) for name in sorted(first.keys() | second.keys())}
    )
    return Comparison(
        both=len(both),
        only_before=tuple(sorted(numbers[own] for own in then.keys() - both)),
        only_now=tuple(sorted(numbers[own] for own in today.keys() - both)),
        changed=dict(sorted(changed.items())),
        totals=totals,
    )


def register_counts(session: Session) -> TreeCounts:
    """Scattered trees, groves and trees in groves that stand on the register."""
    standing = col(Tree.status).in_(ON_REGISTER)
    alone = sa.and_(
        col(Tree.grove_id).is_(None), sa.func.coalesce(col(Tree.distribution), "") != Distribution.GROUPED
    )
    grouped = sa.and_(col(Tree.grove_id).is_(None), col(Tree.distribution) == Distribution.GROUPED)
    counts = session.execute(
        sa.select(sa.func.count().filter(alone), sa.func.count().filter(grouped))
        .select_from(Tree)
        .where(standing)
    ).one()
    filed = session.execute(
        sa.select(col(Tree.grove_id), sa.func.count())
        .where(standing, col(Tree.grove_id).is_not(None))
        .group_by(col(Tree.grove_id))
    )
    files = {row[0]: row[1] for row in filed}
    groves = session.execute(
        sa.select(col(Grove.id), col(Grove.tree_count)).where(col(Grove.status).in_(ON_REGISTER))
    )
    return count_trees(
        scattered=counts[0],
        grouped=counts[1],
        groves=[(said, files.get(own, 0)) for own, said in groves],
    )


def totals_of(session: Session) -> dict[str, Any]:
    """Totals of the register for a freeze: counts, and trees by category and status."""
    counts = register_counts(session)
    by = {
        name: {str(word): count for word, count in session.execute(
            sa.select(column, sa.func.count()).where(column.is_not(None)).group_by(column).order_by(column)
        )}
        for name, column in (("category", col(Tree.category)), ("status", col(Tree.status)),
                             ("vigour", col(Tree.vigour)))
    }  # fmt: skip
    return {
        "scattered": counts.scattered,
        "groves": counts.groves,
        "in_groves": counts.in_groves,
        "total": counts.total,
        **by,
    }


@lru_cache(maxsize=1)
def tolerances() -> dict[str, Tolerance]:
    """How far two readings of a field may lie apart: `schema/campaigns/tolerances.toml`."""
    path = SCHEMA_FOLDER / "campaigns" / "tolerances.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8"))["fields"]
    return {name: Tolerance(**values) for name, values in found.items()}


def _forms(campaign: Campaign, survey_round: int) -> Any:
    return select(CampaignSurvey).where(
        CampaignSurvey.campaign_id == campaign.id, CampaignSurvey.round == survey_round
    )


def _answers(session: Session, campaign: Campaign) -> dict[str, Answers]:
    return {
        str(row.tree_id or row.grove_id): json.loads(row.answers) for row in session.exec(_forms(campaign, 1))
    }


def _numbers(session: Session) -> dict[str, str]:
    numbers: dict[str, str] = {}
    for table, column in ((Tree, Tree.tree_no), (Grove, Grove.number)):
        numbers.update({row[0]: row[1] for row in session.execute(sa.select(col(table.id), col(column)))})
    return numbers


def _tallies(forms: dict[str, Answers]) -> Counter[str]:
    """How many forms give each answer to the questions that totals are made of."""
    found: Counter[str] = Counter()
    for answers in forms.values():
        found.update(f"{name}={answers[name]}" for name in _TALLIED if answers.get(name))
    return found
