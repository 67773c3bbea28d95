"""Cases step by step: which step may follow, what is missing, what is due. Pure; the law comes in as a pack.

A step is recorded in its order, or left out with a reason. Only what the pack says is a legal number here.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from registry.errors import Phrase
from registry.rules.case_facts import DESIGNATING, ORDERS, CaseFacts, StepFacts
from registry.rules.casework_works import ENDED_LATER, NEVER_LEFT_OUT, Asked, works_problems
from registry.rules.negative_list import listed
from registry.rules.packs import Rule, RulePack
from registry.rules.terms import add_term
from registry.rules.workdays import Calendar
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    StepKind,
    Verdict,
)

ALWAYS_TAKEN = frozenset(
    {
        *((kind, order[0]) for kind, order in ORDERS.items()),
        *((kind, StepKind.DECISION) for kind in ORDERS),
        (CaseKind.DEATH, StepKind.CONFIRMATION),
        (CaseKind.DEATH, StepKind.ARCHIVE),
        (CaseKind.DELISTING, StepKind.ARCHIVE),
        (CaseKind.MOVE, StepKind.APPROVAL),
        (CaseKind.MOVE, StepKind.CONFIRMATION),
        *NEVER_LEFT_OUT,
    }
)
"""Steps without which there is no case; every other may be left out with a reason."""
_REPEATED = frozenset({StepKind.APPRAISAL, StepKind.NOTICE})
"""Steps that may come again until the decision."""
VISITS = frozenset({StepKind.SUPERVISION, StepKind.FOLLOW_UP, StepKind.EVIDENCE})
"""Steps that may come again as long as the case is open."""
_DOCUMENTED = frozenset(
    {
        (CaseKind.DESIGNATION, StepKind.DECISION),
        (CaseKind.REDESIGNATION, StepKind.DECISION),
        (CaseKind.DELISTING, StepKind.DECISION),
        (CaseKind.MOVE, StepKind.APPROVAL),
    }
)
"""Steps that rest on a document."""

STEPS: dict[StepKind, Phrase] = {
    StepKind.PROPOSAL: Phrase("the proposal"),
    StepKind.APPRAISAL: Phrase("the appraisal"),
    StepKind.NOTICE: Phrase("the public notice"),
    StepKind.DECISION: Phrase("the decision"),
    StepKind.APPROVAL: Phrase("the government's approval"),
    StepKind.PUBLICATION: Phrase("the publication"),
    StepKind.REPORT: Phrase("the report"),
    StepKind.CONFIRMATION: Phrase("the confirmation"),
    StepKind.CAUSE: Phrase("the cause"),
    StepKind.DISPOSAL: Phrase("the disposal"),
    StepKind.TAG_RECOVERY: Phrase("the recovery of the tag"),
    StepKind.ARCHIVE: Phrase("the closing of the file"),
    StepKind.APPLICATION: Phrase("the application"),
    StepKind.SURVEY: Phrase("the survey on site"),
    StepKind.PLAN: Phrase("the plan"),
    StepKind.ADVICE: Phrase("the advice"),
    StepKind.MEASURES: Phrase("the protective measures"),
    StepKind.SUPERVISION: Phrase("the supervision"),
    StepKind.ACCEPTANCE: Phrase("the acceptance"),
    StepKind.HANDLING: Phrase("the handling"),
    StepKind.EVIDENCE: Phrase("the evidence"),
    StepKind.REFERRAL: Phrase("the referral to enforcement"),
    StepKind.PENALTY: Phrase("the penalty"),
    StepKind.COMPENSATION: Phrase("the compensation"),
    StepKind.RESTORATION: Phrase("the restoration"),
    StepKind.FOLLOW_UP: Phrase("the visit afterwards"),
}
GOVERNMENTS: dict[str, Phrase] = {
    "state": Phrase("the State Council"),
    "province": Phrase("the government of the province"),
    "city": Phrase("the government of the prefecture-level city"),
    "county": Phrase("the government of the county"),
}

EXPERTS = 3
"""Experts of an appraisal where no pack gives a number: usual practice, not law."""


def step_problems(
    case: CaseFacts,
    step: StepFacts,
    *,
    today: date,
    pack: RulePack | None = None,
    calendar: Calendar | None = None,
    asked: Asked | None = None,
) -> tuple[Phrase, ...]:
    """Why `step` cannot be recorded now, as sentences; empty where it can.

    today: no step lies in the future. pack: gives the number of experts, the length of a notice, and which
    government approves. calendar: for a notice of working days.
    asked: the negative list of the place. Raises CalendarYearError.
    """
    wrong_order = _order_problem(case, step)
    if wrong_order is not None:
        return (wrong_order,)
    problems = [*_day_problems(case, step, today)]
    if step.omitted_reason is not None:
        if (case.kind, step.kind) in ALWAYS_TAKEN:
            problems.append(Phrase("this step cannot be left out"))
        elif not step.omitted_reason.strip():
            problems.append(Phrase("a step that is left out needs a reason"))
    else:
        problems += _content_problems(case, step, pack, calendar)
        problems += works_problems(case, step, pack, asked or Asked())
    if step.kind not in _REPEATED | {StepKind.PROPOSAL}:
        problems += _notice_problems(case, step)
    if step.kind not in {StepKind.PROPOSAL, StepKind.APPRAISAL}:
        problems += _appraisal_problems(case, step, pack)
    return tuple(problems)


def steps_to_come(case: CaseFacts) -> tuple[StepKind, ...]:
    """The steps that may be recorded now, as far as their order goes; the one expected comes first."""
    kinds = [kind for kind in ORDERS[case.kind] if _order_problem(case, StepFacts(kind, date.min)) is None]
    return tuple(sorted(kinds, key=lambda kind: kind != case.next_step))


def _order_problem(case: CaseFacts, step: StepFacts) -> Phrase | None:
    if case.state != CaseState.OPEN:
        return Phrase("the case is closed")
    if step.kind not in ORDERS[case.kind]:
        steps = [Phrase("{code} ({step})", code=kind, step=STEPS[kind]) for kind in ORDERS[case.kind]]
        return Phrase("such a case has other steps: {steps}", steps=listed(steps))
    expected = case.next_step
    if step.kind == expected:
        return None
    if case.last(step.kind):
        is_repeatable = step.kind in VISITS or (case.kind, step.kind) in ENDED_LATER
        if is_repeatable or (step.kind in _REPEATED and not case.last(StepKind.DECISION)):
            return None
        return Phrase("it has been recorded already")
    return Phrase("before it comes {step}: record it, or leave it out with --omit and the reason",
                  step=STEPS[expected or step.kind])  # fmt: skip


def _day_problems(case: CaseFacts, step: StepFacts, today: date) -> Iterable[Phrase]:
    if step.happened_on > today:
        yield Phrase("{day} has not come yet", day=step.happened_on)
    before = case.steps[-1] if case.steps else None
    if before and step.happened_on < before.happened_on:
        yield Phrase(
            "{day} is before {other}, the day of {step}",
            day=step.happened_on,
            other=before.happened_on,
            step=STEPS[before.kind],
        )


def _content_problems(
    case: CaseFacts, step: StepFacts, pack: RulePack | None, calendar: Calendar | None
) -> Iterable[Phrase]:
    if (case.kind, step.kind) in _DOCUMENTED and not step.document_no:
        yield Phrase("it rests on a document: name its number with --document")
    if step.kind == StepKind.NOTICE:
        yield from _length_problems(step, pack, calendar)
    if step.kind == StepKind.DECISION and case.kind in DESIGNATING:
        if case.category is None:
            yield Phrase("say what it is decided to be with --category")
        elif case.grade is None and case.category == Category.ANCIENT:
            yield Phrase("say the grade with --grade")
    if step.kind == StepKind.APPROVAL and not step.by:
        grade = case.grade or next(iter(case.classes), None)
        level = approving_level(pack, case.category, grade) if pack else None
        if level:
            yield Phrase(
                "name with --by who approved: by law it is {government}", government=GOVERNMENTS[level]
            )
        else:
            yield Phrase("name with --by the government that approved")
    if step.kind == StepKind.PUBLICATION and not (step.document_no or step.url):
        yield Phrase("say where it was published: --document or --url")
    if step.kind == StepKind.CAUSE and case.cause is None:
        yield Phrase("say the cause with --cause")
    if step.kind == StepKind.DISPOSAL and case.disposal is None:
        yield Phrase("say what becomes of the tree with --disposal")
    if (case.kind, step.kind) == (CaseKind.DEATH, StepKind.CONFIRMATION):
        yield from _confirmer_problems(case, step)


def _confirmer_problems(case: CaseFacts, step: StepFacts) -> Iterable[Phrase]:
    if case.authority and step.by and step.by != case.authority and not step.text:
        yield Phrase(
            "a death is confirmed by the authority that designated the tree, {authority}; "
            "where another did so, say why with --text",
            authority=case.authority,
        )


def _length_problems(step: StepFacts, pack: RulePack | None, calendar: Calendar | None) -> Iterable[Phrase]:
    if step.ended_on is None:
        yield Phrase("say the last day of the notice with --until")
        return
    if step.ended_on < step.happened_on:
        yield Phrase("the notice ends before it begins")
        return
    rule = pack.rule("notice") if pack else None
    if rule is None:
        return
    least = add_term(step.happened_on - timedelta(days=1), rule.values, calendar)
    if least is not None and step.ended_on < least:
        yield Phrase("by {citation} the notice lasts until {day}", citation=rule.basis.citation, day=least)


def _notice_problems(case: CaseFacts, step: StepFacts) -> Iterable[Phrase]:
    notice = case.took(StepKind.NOTICE)
    if notice and notice.ended_on and step.happened_on <= notice.ended_on:
        yield Phrase("the public notice lasts until {day}", day=notice.ended_on)
    unanswered = sum(objection.answered_on is None for objection in case.objections)
    if unanswered:
        yield Phrase("objections without an answer: {count}", count=unanswered)
    redone = [taken.happened_on for taken in case.steps if taken.kind in _REPEATED]
    for objection in case.objections:
        upheld_on = objection.answered_on if objection.is_upheld else None
        if upheld_on and not any(day >= upheld_on for day in redone):
            yield Phrase(
                "an objection was upheld on {day}: appraise or announce once more, or refuse the case",
                day=upheld_on,
            )


def _appraisal_problems(case: CaseFacts, step: StepFacts, pack: RulePack | None) -> Iterable[Phrase]:
    if case.took(StepKind.APPRAISAL) is None:
        return
    wanted, found = experts_needed(pack), len(case.verdicts)
    if found < wanted:
        yield Phrase(
            "the appraisal has the opinions of {count} experts and needs {wanted}", count=found, wanted=wanted
        )
        return
    agrees = sum(verdict == Verdict.AGREES for verdict in case.verdicts)
    disagrees = sum(verdict == Verdict.DISAGREES for verdict in case.verdicts)
    if step.kind == StepKind.DECISION and disagrees >= agrees and not step.text:
        yield Phrase(
            "{disagrees} experts disagree and {agrees} agree: give the reasons of the decision with --text",
            disagrees=disagrees,
            agrees=agrees,
        )


def experts_needed(pack: RulePack | None) -> int:
    """How many experts an appraisal needs, by the pack, else by usual practice."""
    found = pack.value("appraisal", "", "experts") if pack else None
    return EXPERTS if found is None else int(found)


def approving_rule(pack: RulePack, category: str | None, grade: str | None) -> Rule | None:
    """The row of the pack that says who decides and who approves; None where the pack does not say."""
    if category in {Category.FAMOUS, Category.ANCIENT_FAMOUS} and (
        rule := pack.rule("designation", "famous")
    ):
        return rule
    if category in {Category.RESERVE, Category.CITY_BIG} and (
        rule := pack.rule("designation", str(category))
    ):
        return rule
    return pack.rule_for("designation", grade or "any")


def approving_level(pack: RulePack, category: str | None, grade: str | None) -> str | None:
    """The level of the government that approves (province, city, county); None where not known."""
    rule = approving_rule(pack, category, grade)
    return rule.get("approves") if rule else None


def grade_bestowed(pack: RulePack | None, category: str | None, grade: str | None) -> str | None:
    """The grade that a designation bestows: for a famous tree without one, that of its protection."""
    if grade is None and pack and category in {Category.FAMOUS, Category.ANCIENT_FAMOUS}:
        found = pack.value("famous", "", "grade")
        return str(found) if found else None
    return grade
