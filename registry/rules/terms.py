"""Days that the law sets for the steps of a case: terms come from the pack, days from the case. Pure."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.rules.case_facts import MOVES, CaseFacts
from registry.rules.packs import Basis, Rule, RulePack
from registry.rules.workdays import Calendar
from registry.vocab.labels import Label
from registry.vocab.words import CaseKind, CaseState, StepKind


@dataclass(frozen=True, slots=True)
class Due:
    """A step that a rule wants by a day. `basis`: where that rule stands."""

    step: StepKind
    due_on: date
    term: str
    basis: Basis
    text: Label | None = None
    """What the rule says beside its term."""


TERMS: dict[tuple[CaseKind, StepKind], tuple[StepKind, str]] = {
    (CaseKind.DEATH, StepKind.CONFIRMATION): (StepKind.REPORT, "death_verification"),
    (CaseKind.DEATH, StepKind.TAG_RECOVERY): (StepKind.CAUSE, "plate_retrieval"),
    (CaseKind.DELISTING, StepKind.TAG_RECOVERY): (StepKind.PUBLICATION, "plate_retrieval"),
    (CaseKind.MOVE, StepKind.DECISION): (StepKind.PROPOSAL, "transplant_review"),
    (CaseKind.WORKS, StepKind.ADVICE): (StepKind.APPLICATION, "works_advice"),
    (CaseKind.TRANSPLANT, StepKind.DECISION): (StepKind.APPLICATION, "transplant_review"),
    (CaseKind.FELLING, StepKind.REPORT): (StepKind.HANDLING, "felling_report"),
    (CaseKind.RESCUE, StepKind.SURVEY): (StepKind.REPORT, "rescue_survey"),
    (CaseKind.RESCUE, StepKind.PLAN): (StepKind.SURVEY, "rescue_plan"),
    (CaseKind.RESCUE, StepKind.HANDLING): (StepKind.PLAN, "rescue_handling"),
    (CaseKind.RESCUE, StepKind.FOLLOW_UP): (StepKind.HANDLING, "rescue_follow_up"),
}
"""Which step a deadline of the pack is for, and from which step it runs."""
UNKNOWN = Calendar("?", "?.toml")
"""A calendar for where there is none: it knows no year."""


def dues(case: CaseFacts, pack: RulePack | None, calendar: Calendar | None = None) -> tuple[Due, ...]:
    """The steps still to come for which the pack sets a day, nearest first.

    calendar: that of the pack's jurisdiction, for terms of working days. Raises CalendarYearError.
    """
    if pack is None or case.state != CaseState.OPEN:
        return ()
    found = []
    for (kind, step), (since, term) in TERMS.items():
        if kind != case.kind or case.last(step):
            continue
        begun, rule = case.last(since), pack.rule("deadlines", _own_term(case, term))
        if begun and rule:
            due_on = add_term(begun.ended_on or begun.happened_on, rule.values, calendar)
            if due_on is not None:
                found.append(_due(step, due_on, rule))
    found += _visits(case, pack, calendar)
    return tuple(sorted(found, key=lambda due: due.due_on))


def is_in_time(case: CaseFacts, pack: RulePack | None, calendar: Calendar | None = None) -> bool:
    """Whether every step of a case that has a term was taken by its day; a case without terms is in time."""
    for (kind, step), (since, term) in TERMS.items():
        begun, taken = case.last(since), case.last(step)
        rule = pack.rule("deadlines", _own_term(case, term)) if pack else None
        if kind == case.kind and begun and taken and rule:
            due_on = add_term(begun.ended_on or begun.happened_on, rule.values, calendar)
            if due_on is not None and taken.happened_on > due_on:
                return False
    return True


def _due(step: StepKind, due_on: date, rule: Rule) -> Due:
    said = (rule.get("text_zh"), rule.get("text_en"))
    return Due(step, due_on, rule.name, rule.basis, Label(*said) if all(said) else None)


def _own_term(case: CaseFacts, term: str) -> str:
    is_reserve = bool(case.classes) and set(case.classes) <= {"reserve"}
    return "reserve_transplant_review" if term == "transplant_review" and is_reserve else term


def _visits(case: CaseFacts, pack: RulePack, calendar: Calendar | None) -> Iterator[Due]:
    """What is due in the years after a transplant: the next visit, and the end of the care."""
    if case.kind != CaseKind.AFTERCARE or case.until_on is None:
        return
    seen = case.last(StepKind.FOLLOW_UP) or case.last(StepKind.PLAN)
    if seen and (rule := pack.rule("deadlines", "follow_up")):
        next_on = add_term(seen.happened_on, rule.values, calendar)
        if next_on is not None and next_on < case.until_on:
            yield _due(StepKind.FOLLOW_UP, next_on, rule)
    if rule := pack.rule("deadlines", "transplant_care"):
        yield _due(StepKind.ACCEPTANCE, case.until_on, rule)


def care_until(case: CaseFacts, pack: RulePack | None) -> date | None:
    """The last day of the care that follows a transplant, None where there is none or no rule."""
    moved = case.took(StepKind.CONFIRMATION) if case.kind in MOVES else None
    rule = pack.rule("deadlines", "transplant_care") if pack and moved else None
    return add_term(moved.happened_on, rule.values) if moved and rule else None


def add_term(day: date, term: Mapping[str, Any], calendar: Calendar | None = None) -> date | None:
    """`day` and a term of days, working days, weeks, months or years; None for no term.

    The day itself is not counted, the last day is. calendar: says which days are worked; a term of working
    days needs it. Raises CalendarYearError where it is not given or lacks a year.
    """
    if (days := term.get("days")) is not None:
        return day + timedelta(days=days)
    if (weeks := term.get("weeks")) is not None:
        return day + timedelta(weeks=weeks)
    if (working := term.get("working_days")) is not None:
        return (calendar or UNKNOWN).add_workdays(day, working)
    months = term.get("months", 0) + 12 * term.get("years", 0)
    return months_after(day, months) if months else None


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
