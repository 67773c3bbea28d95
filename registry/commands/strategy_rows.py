"""Strategies as rows: finding them, what belongs to them, the hash of what was signed, facts for rules."""

import hashlib
import re
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.care_errors import StrategyNotFoundError
from registry.commands.history import canonical
from registry.commands.replay import plain, plain_row
from registry.commands.subjects import OWNERS
from registry.errors import Phrase
from registry.models import Assessment, Strategy, StrategyLine, StrategySignature, WorkOrder
from registry.rules.strategies import Signed, StrategyFacts
from registry.vocab.care_words import StrategyState

TEXTS = ("basis", "site", "diagnosis", "risks", "problems", "aims", "monitoring", "emergency_plan")
"""The texts of a strategy, in the order of the template."""
_CONTENT = ("number", "version", "is_rescue", "assessment_id", *TEXTS, "starts_on",
            "ends_on",
            "currency")  # fmt: skip
_LINE = ("ordinal", "measure", "text", "finding", "quantity", "unit", "unit_price_cents", "amount_cents",
         "fund_source", "party_id", "starts_on", "due_on")  # fmt: skip
NUMBER = re.compile(r"(ST-[0-9]{4}-[0-9]+)(?:v([0-9]+))?", re.IGNORECASE)
"""A number of a strategy, with its version where one is meant."""


def find_strategy(session: Session, number: str) -> Strategy:
    """The version in use of a number (the newest that was not withdrawn), or that of ST-2026-0001v2.

    Raises StrategyNotFoundError.
    """
    found = NUMBER.fullmatch(number.strip())
    if found is not None:
        query = select(Strategy).where(Strategy.number == found[1].upper())
        versions = list(session.exec(query.order_by(col(Strategy.version).desc())))
        if found[2]:
            versions = [each for each in versions if each.version == int(found[2])]
        if versions:
            return _in_use(versions)
    raise StrategyNotFoundError(what=Phrase("strategy"), number=number, list="`gushu strategy list`")


def strategy_about(session: Session, kind: str, own: str) -> Strategy | None:
    """The version in use of the newest strategy about a record, one that is still open first."""
    query = select(Strategy).where(col(getattr(Strategy, OWNERS[kind])) == own)
    found = list(session.exec(query.order_by(col(Strategy.made_on).desc(), col(Strategy.version).desc())))
    return _in_use(found) if found else None


def _in_use(versions: list[Strategy]) -> Strategy:
    closed = {StrategyState.WITHDRAWN, StrategyState.SUPERSEDED}
    return next((each for each in versions if each.state not in closed), versions[0])


def lines_of(session: Session, strategy: Strategy) -> list[StrategyLine]:
    """The lines of a version in their order."""
    query = select(StrategyLine).where(StrategyLine.strategy_id == strategy.id)
    return list(session.exec(query.order_by(col(StrategyLine.ordinal))))


def signatures_of(session: Session, strategy: Strategy) -> list[StrategySignature]:
    """The signatures under a version, the first first."""
    query = select(StrategySignature).where(StrategySignature.strategy_id == strategy.id)
    return list(session.exec(query.order_by(col(StrategySignature.signed_on), col(StrategySignature.id))))


def works_of(session: Session, strategy: Strategy) -> list[WorkOrder]:
    """The works of all versions of a strategy, by number."""
    versions = sa.select(col(Strategy.id)).where(col(Strategy.number) == strategy.number)
    query = select(WorkOrder).where(col(WorkOrder.strategy_id).in_(versions))
    return list(session.exec(query.order_by(sa.func.length(WorkOrder.number), col(WorkOrder.number))))


def content_sha256(strategy: Strategy, lines: list[StrategyLine]) -> str:
    """The hash of what is signed: texts, terms and every line; not the state, nor what happens later."""
    content = {
        "strategy": {name: plain(getattr(strategy, name)) for name in _CONTENT},
        "lines": [{name: plain(getattr(line, name)) for name in _LINE} for line in lines],
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def facts_of(session: Session, strategy: Strategy) -> StrategyFacts:
    """What the rules ask of a version."""
    lines = lines_of(session, strategy)
    digest = content_sha256(strategy, lines)
    return StrategyFacts(
        number=strategy.number,
        state=strategy.state,
        is_rescue=strategy.is_rescue,
        made_on=strategy.made_on,
        confirmed=sum(line.is_confirmed for line in lines),
        unsettled=sum(not line.is_confirmed for line in lines),
        has_aims=bool(strategy.aims),
        signatures=tuple(
            Signed(s.role, s.signed_on, s.is_favourable, s.party_id, s.content_sha256 == digest)
            for s in signatures_of(session, strategy)
        ),
        works=tuple(work.state for work in works_of(session, strategy)),
        approved_on=strategy.approved_on,
        accepted_on=strategy.accepted_on,
        has_outcome=strategy.outcome_id is not None,
    )


def latest_assessment(
    session: Session, kind: str, own: str, model_id: str | None = None
) -> Assessment | None:
    """The newest assessment of a record, of one model where it is named; of a day one with a score first."""
    query = select(Assessment).where(col(getattr(Assessment, OWNERS[kind])) == own)
    if model_id is not None:
        query = query.where(Assessment.model_id == model_id)
    is_scored = sa.case((col(Assessment.score).is_(None), 1), else_=0)
    return session.exec(
        query.order_by(col(Assessment.assessed_on).desc(), is_scored, col(Assessment.id))
    ).first()


def plain_lines(lines: list[StrategyLine]) -> list[dict[str, Any]]:
    """Lines as the history tells them."""
    return [plain_row(StrategyLine, line) for line in lines]
