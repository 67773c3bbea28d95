"""Days that the law sets for the steps of a case: terms come from the pack, days from the case. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.rules.case_facts import CaseFacts
from registry.rules.packs import Basis, RulePack
from registry.vocab.words import CaseKind, CaseState, StepKind


@dataclass(frozen=True, slots=True)
class Due:
    """A step that a rule wants by a day. `basis`: where that rule stands."""

    step: StepKind
    due_on: date
    term: str
    basis: Basis


TERMS: dict[tuple[CaseKind, StepKind], tuple[StepKind, str]] = {
    (CaseKind.DEATH, StepKind.CONFIRMATION): (StepKind.REPORT, "death_verification"),
    (CaseKind.DEATH, StepKind.TAG_RECOVERY): (StepKind.CAUSE, "plate_retrieval"),
    (CaseKind.DELISTING, StepKind.TAG_RECOVERY): (StepKind.PUBLICATION, "plate_retrieval"),
    (CaseKind.MOVE, StepKind.DECISION): (StepKind.PROPOSAL, "transplant_review"),
}
"""Which step a deadline of the pack is for, and from which step it runs."""


def dues(case: CaseFacts, pack: RulePack | None) -> tuple[Due, ...]:
    """The steps still to come for which the pack sets a day, nearest first.

    Working days are Monday to Friday: public holidays are not known here, so the law's own day may be later.
    """
    if pack is None or case.state != CaseState.OPEN:
        return ()
    found = []
    for (kind, step), (since, term) in TERMS.items():
        begun, rule = case.last(since), pack.rule("deadlines", term)
        if kind == case.kind and begun and rule and not case.last(step):
            due_on = add_term(begun.happened_on, rule.values)
            if due_on is not None:
                found.append(Due(step, due_on, term, rule.basis))
    return tuple(sorted(found, key=lambda due: due.due_on))


def care_until(case: CaseFacts, pack: RulePack | None) -> date | None:
    """The last day of the care that follows a transplant, None where there is none or no rule."""
    moved = case.took(StepKind.CONFIRMATION) if case.kind == CaseKind.MOVE else None
    rule = pack.rule("deadlines", "transplant_care") if pack and moved else None
    return add_term(moved.happened_on, rule.values) if moved and rule else None


def add_term(day: date, term: Mapping[str, Any]) -> date | None:
    """`day` and a term of days, working days (Monday to Friday), weeks, months or years; None for no term."""
    if (days := term.get("days")) is not None:
        return day + timedelta(days=days)
    if (weeks := term.get("weeks")) is not None:
        return day + timedelta(weeks=weeks)
    if (working := term.get("working_days")) is not None:
        return _working_days_after(day, working)
    months = term.get("months", 0) + 12 * term.get("years", 0)
    return _months_after(day, months) if months else None


def _working_days_after(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
