"""Cases step by step: each step in its order, none before its day, nothing left out without a reason."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from registry.calendars import calendar_of
from registry.rules.case_facts import ORDERS, CaseFacts, ObjectionFacts, StepFacts
from registry.rules.casework import (
    ALWAYS_TAKEN,
    STEPS,
    approving_level,
    experts_needed,
    grade_bestowed,
    step_problems,
)
from registry.rules.in_force import grove_grade, in_force, legal_grade
from registry.rules.pack_format import pack_from
from registry.rules.packs import RulePack
from registry.rules.terms import add_term, care_until, dues
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    DesignationKind,
    RemovalReason,
    StepKind,
    Verdict,
)

TODAY = date(2026, 3, 20)
D = date
CN = calendar_of("cn")
AGREED = (Verdict.AGREES,) * 3


def make_pack(**sections: Any) -> RulePack:
    head = {"id": "p", "jurisdiction": "cn", "title_zh": "z", "title_en": "e", "citation": "《条例》第十条"}
    return pack_from({**head, "confidence": "high", **sections}, "p.toml", lambda _: None)


def step(kind: StepKind, day: date = D(2026, 3, 10), **facts: Any) -> StepFacts:
    return StepFacts(kind, day, **facts)


def noticed(until: date = D(2026, 3, 12), **facts: Any) -> CaseFacts:
    """A designation whose notice has begun."""
    steps = (
        step(StepKind.PROPOSAL, D(2026, 3, 1)),
        step(StepKind.APPRAISAL, D(2026, 3, 2)),
        step(StepKind.NOTICE, D(2026, 3, 3), ended_on=until),
    )
    usual = {"category": Category.ANCIENT, "grade": "2", "verdicts": AGREED}
    return CaseFacts(CaseKind.DESIGNATION, steps=steps, **{**usual, **facts})


def decide(day: date = D(2026, 3, 13), **facts: Any) -> StepFacts:
    return step(StepKind.DECISION, day, **{"document_no": "认〔2026〕1号", **facts})


def problems(case: CaseFacts, taken: StepFacts, pack: RulePack | None = None) -> list[str]:
    return [phrase.template for phrase in step_problems(case, taken, today=TODAY, pack=pack)]


@pytest.mark.parametrize("kind", CaseKind)
def test_every_kind_of_case_has_steps_that_end(kind: CaseKind) -> None:
    assert len(set(ORDERS[kind])) == len(ORDERS[kind])
    assert set(ORDERS[kind]) <= set(STEPS)
    assert (kind, ORDERS[kind][0]) in ALWAYS_TAKEN


@pytest.mark.parametrize("kind", CaseKind)
def test_the_steps_come_one_after_the_other_and_no_other_way(kind: CaseKind) -> None:
    case = CaseFacts(kind)
    for place, wanted in enumerate(ORDERS[kind]):
        assert case.next_step == wanted
        for other in set(ORDERS[kind][place + 1 :]):
            assert problems(case, step(other))[0].startswith("before it comes")
        case = replace(case, steps=[*case.steps, step(wanted)])
    assert case.next_step is None


def test_a_step_of_another_kind_of_case_is_refused() -> None:
    assert problems(CaseFacts(CaseKind.DEATH), step(StepKind.NOTICE))[0].startswith("such a case has other")


@pytest.mark.parametrize(
    ("day", "is_fine"),
    [(D(2026, 3, 12), False), (D(2026, 3, 13), True), (TODAY, True), (TODAY + timedelta(days=1), False)],
)
def test_no_decision_before_the_notice_has_ended_and_none_in_the_future(day: date, is_fine: bool) -> None:
    assert (problems(noticed(), decide(day)) == []) == is_fine


@pytest.mark.parametrize(
    ("objection", "is_fine"),
    [
        (ObjectionFacts(D(2026, 3, 5)), False),
        (ObjectionFacts(D(2026, 3, 5), D(2026, 3, 9), is_upheld=False), True),
        (ObjectionFacts(D(2026, 3, 5), D(2026, 3, 9), is_upheld=True), False),
        (ObjectionFacts(D(2026, 3, 5), D(2026, 3, 3), is_upheld=True), True),
    ],
)
def test_no_decision_before_every_objection_is_answered_and_an_upheld_one_heeded(
    objection: ObjectionFacts, is_fine: bool
) -> None:
    assert (problems(noticed(objections=(objection,)), decide()) == []) == is_fine


def test_after_an_upheld_objection_the_case_can_be_announced_once_more() -> None:
    case = noticed(objections=(ObjectionFacts(D(2026, 3, 5), D(2026, 3, 9), is_upheld=True),))
    again = step(StepKind.NOTICE, D(2026, 3, 9), ended_on=D(2026, 3, 14))
    assert problems(case, again) == []
    case = replace(case, steps=[*case.steps, again])
    assert problems(case, decide(D(2026, 3, 14))) == ["the public notice lasts until {day}"]
    assert problems(case, decide(D(2026, 3, 15))) == []
    assert problems(replace(case, steps=[*case.steps, decide()]), again) == ["it has been recorded already"]


def test_a_notice_left_out_with_a_reason_holds_nothing_up_but_open_objections_do() -> None:
    case = noticed()
    left_out = StepFacts(StepKind.NOTICE, D(2026, 3, 3), omitted_reason="2018 年已公示")
    case = replace(case, steps=[*case.steps[:2], left_out])
    assert problems(case, decide(D(2026, 3, 3))) == []
    case = replace(case, objections=(ObjectionFacts(D(2026, 3, 3)),))
    assert problems(case, decide()) == ["objections without an answer: {count}"]


@pytest.mark.parametrize(("reason", "is_fine"), [("已鉴定", True), (" ", False), ("", False)])
def test_a_step_is_left_out_only_with_a_reason(reason: str, is_fine: bool) -> None:
    case = CaseFacts(CaseKind.DESIGNATION, steps=(step(StepKind.PROPOSAL),))
    assert (problems(case, step(StepKind.APPRAISAL, omitted_reason=reason)) == []) == is_fine


@pytest.mark.parametrize(("kind", "needed"), sorted(ALWAYS_TAKEN))
def test_what_makes_a_case_cannot_be_left_out(kind: CaseKind, needed: StepKind) -> None:
    if needed not in ORDERS[kind]:
        return
    before = [step(other) for other in ORDERS[kind][: ORDERS[kind].index(needed)]]
    case = CaseFacts(kind, steps=before, verdicts=AGREED)
    assert "this step cannot be left out" in problems(case, step(needed, omitted_reason="x"))


def test_a_step_is_not_before_the_one_before_it() -> None:
    case = CaseFacts(CaseKind.DEATH, steps=(step(StepKind.REPORT, D(2026, 3, 10)),))
    assert problems(case, step(StepKind.CONFIRMATION, D(2026, 3, 10))) == []
    assert problems(case, step(StepKind.CONFIRMATION, D(2026, 3, 9)))


@pytest.mark.parametrize(
    ("experts", "verdicts", "is_fine"),
    [(None, 2, False), (None, 3, True), (5, 4, False), (5, 5, True), (1, 1, True)],
)
def test_an_appraisal_needs_as_many_experts_as_the_pack_says_and_three_by_default(
    experts: int | None, verdicts: int, is_fine: bool
) -> None:
    pack = make_pack(appraisal={"experts": experts}) if experts else None
    assert experts_needed(pack) == (experts or 3)
    case = noticed(verdicts=(Verdict.AGREES,) * verdicts)
    assert (problems(case, decide(), pack) == []) == is_fine


def test_a_decision_against_the_experts_says_why() -> None:
    case = noticed(verdicts=(Verdict.DISAGREES, Verdict.DISAGREES, Verdict.AGREES))
    assert problems(case, decide())
    assert problems(case, decide(text="县志有明确记载")) == []


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"document_no": None}, "it rests on a document"),
        ({"case": {"grade": None}}, "say the grade"),
        ({"case": {"category": None}}, "say what it is decided to be"),
    ],
)
def test_a_decision_names_its_document_category_and_grade(facts: dict[str, Any], missing: str) -> None:
    case = noticed(**facts.pop("case", {}))
    assert problems(case, decide(**facts))[0].startswith(missing)


def test_a_famous_tree_needs_no_age_and_no_grade_of_its_own_and_has_first_grade_protection() -> None:
    pack = make_pack(famous={"grade": "1"})
    assert grade_bestowed(pack, Category.FAMOUS, None) == "1"
    assert grade_bestowed(pack, Category.ANCIENT, None) is None
    assert grade_bestowed(None, Category.FAMOUS, None) is None
    assert problems(noticed(category=Category.FAMOUS, grade=None), decide(), pack) == []


LAW = {
    "1": {"decides": "province", "approves": "province"},
    "2": {"decides": "city", "approves": "city"},
    "3": {"decides": "county", "approves": "county"},
    "famous": {"decides": "province", "approves": "province"},
}


@pytest.mark.parametrize(
    ("category", "grade", "level"),
    [
        (Category.ANCIENT, "1", "province"),
        (Category.ANCIENT, "2", "city"),
        (Category.ANCIENT, "3", "county"),
        (Category.FAMOUS, None, "province"),
        (Category.ANCIENT_FAMOUS, "3", "province"),
        (Category.RESERVE, None, None),
    ],
)
def test_the_government_of_the_same_level_approves_by_grade(
    category: Category, grade: str | None, level: str | None
) -> None:
    assert approving_level(make_pack(designation=LAW), category, grade) == level


def test_an_approval_names_who_approved_and_a_publication_where() -> None:
    case = noticed()
    case = replace(case, steps=[*case.steps, decide()])
    unnamed = step(StepKind.APPROVAL, D(2026, 3, 14))
    (phrase,) = step_problems(case, unnamed, today=TODAY, pack=make_pack(designation=LAW))
    assert "prefecture-level city" in phrase
    approved = replace(unnamed, by="晋城市人民政府")
    assert problems(case, approved) == []
    case = replace(case, steps=[*case.steps, approved])
    assert problems(case, step(StepKind.PUBLICATION, D(2026, 3, 15)))
    assert problems(case, step(StepKind.PUBLICATION, D(2026, 3, 15), url="https://x.example/")) == []


@pytest.mark.parametrize(
    ("term", "until", "is_fine"),
    [
        ({"days": 7}, D(2026, 3, 8), False),
        ({"days": 7}, D(2026, 3, 9), True),
        ({"working_days": 5}, D(2026, 3, 8), False),
        ({"working_days": 5}, D(2026, 3, 9), True),
    ],
)
def test_a_notice_lasts_as_long_as_the_pack_says(term: dict[str, int], until: date, is_fine: bool) -> None:
    steps = (step(StepKind.PROPOSAL, D(2026, 3, 1)), step(StepKind.APPRAISAL, D(2026, 3, 2)))
    case = CaseFacts(CaseKind.DESIGNATION, steps=steps, verdicts=AGREED)
    notice = step(StepKind.NOTICE, D(2026, 3, 3), ended_on=until)
    found = step_problems(case, notice, today=TODAY, pack=make_pack(notice=term), calendar=CN)
    assert (found == ()) == is_fine


def test_a_notice_without_an_end_or_with_one_before_its_beginning_is_none() -> None:
    steps = (step(StepKind.PROPOSAL, D(2026, 3, 1)), step(StepKind.APPRAISAL, D(2026, 3, 2)))
    case = CaseFacts(CaseKind.DESIGNATION, steps=steps, verdicts=AGREED)
    assert problems(case, step(StepKind.NOTICE))
    assert problems(case, step(StepKind.NOTICE, D(2026, 3, 10), ended_on=D(2026, 3, 9)))


def test_a_death_is_confirmed_by_the_authority_that_designated_or_says_why_not() -> None:
    case = CaseFacts(CaseKind.DEATH, steps=(step(StepKind.REPORT),), authority="市林业局")
    assert problems(case, step(StepKind.CONFIRMATION, by="市林业局")) == []
    assert problems(case, step(StepKind.CONFIRMATION, by="县林业局"))
    assert problems(case, step(StepKind.CONFIRMATION, by="县林业局", text="受市局委托")) == []


def test_a_death_has_its_cause_and_its_disposal() -> None:
    steps = (step(StepKind.REPORT), step(StepKind.CONFIRMATION))
    case = CaseFacts(CaseKind.DEATH, steps=steps)
    assert problems(case, step(StepKind.CAUSE)) == ["say the cause with --cause"]
    case = replace(case, cause=RemovalReason.AGEING)
    assert problems(case, step(StepKind.CAUSE)) == []
    case = replace(case, steps=[*steps, step(StepKind.CAUSE)])
    assert problems(case, step(StepKind.DISPOSAL))
    assert problems(replace(case, disposal=DeathDisposal.KEPT), step(StepKind.DISPOSAL)) == []


def test_a_closed_case_takes_no_more_steps() -> None:
    case = CaseFacts(CaseKind.DEATH, state=CaseState.WITHDRAWN)
    assert problems(case, step(StepKind.REPORT)) == ["the case is closed"]
    assert case.next_step is None


@pytest.mark.parametrize(
    ("day", "term", "until"),
    [
        (D(2026, 3, 2), {"working_days": 10}, D(2026, 3, 16)),
        (D(2026, 3, 6), {"working_days": 1}, D(2026, 3, 9)),
        (D(2026, 3, 7), {"working_days": 1}, D(2026, 3, 9)),
        (D(2026, 3, 2), {"working_days": 0}, D(2026, 3, 2)),
        (D(2026, 3, 2), {"days": 30}, D(2026, 4, 1)),
        (D(2026, 3, 2), {"weeks": 2}, D(2026, 3, 16)),
        (D(2026, 1, 31), {"months": 1}, D(2026, 2, 28)),
        (D(2024, 2, 29), {"years": 1}, D(2025, 2, 28)),
        (D(2026, 12, 1), {"months": 1}, D(2027, 1, 1)),
        (D(2026, 3, 2), {}, None),
    ],
)
def test_a_term_ends_on_its_day(day: date, term: dict[str, int], until: date | None) -> None:
    assert add_term(day, term, CN) == until


def test_the_verification_of_a_death_is_due_where_the_pack_sets_a_term_and_nowhere_else() -> None:
    case = CaseFacts(CaseKind.DEATH, steps=(step(StepKind.REPORT, D(2026, 3, 2)),))
    pack = make_pack(deadlines={"death_verification": {"working_days": 10}})
    (due,) = dues(case, pack, CN)
    assert (due.step, due.due_on) == (StepKind.CONFIRMATION, D(2026, 3, 16))
    assert due.basis.citation == "《条例》第十条"
    assert dues(case, make_pack()) == dues(case, None) == ()
    assert dues(replace(case, steps=[*case.steps, step(StepKind.CONFIRMATION)]), pack, CN) == ()
    assert dues(replace(case, state=CaseState.WITHDRAWN), pack, CN) == ()


def test_five_years_of_care_follow_a_transplant_where_the_pack_says_so() -> None:
    case = CaseFacts(CaseKind.MOVE, steps=(step(StepKind.CONFIRMATION, D(2026, 3, 2)),))
    assert care_until(case, make_pack(deadlines={"transplant_care": {"years": 5}})) == D(2031, 3, 2)
    assert care_until(case, None) is None


def designation(key: str, since: date | None, until: date | None = None, grade: str = "2") -> Any:
    return SimpleNamespace(
        id=key, designated_on=since, ended_on=until, grade=grade, kind=DesignationKind.GRADE
    )


@pytest.mark.parametrize(
    ("on", "wanted"),
    [
        (D(2009, 12, 31), "undated"),
        (D(2010, 1, 1), "first"),
        (D(2019, 12, 31), "first"),
        (D(2020, 1, 1), "second"),
        (D(2025, 6, 1), "undated"),
        (D(2027, 1, 1), "future"),
    ],
)
def test_the_legal_grade_on_a_day_is_that_of_the_latest_decision_in_force(on: date, wanted: str) -> None:
    rows = [
        designation("undated", None),
        designation("first", D(2010, 1, 1), D(2020, 1, 1)),
        designation("second", D(2020, 1, 1), D(2025, 6, 1)),
        designation("future", D(2027, 1, 1)),
    ]
    assert legal_grade(rows, on).id == wanted


def test_a_decision_that_ended_gives_no_grade() -> None:
    rows = [designation("only", D(2010, 1, 1), D(2020, 1, 1))]
    assert in_force(rows, D(2020, 1, 1)) == []
    assert legal_grade(rows, D(2020, 1, 1)) is None


@pytest.mark.parametrize(
    ("members", "counts", "grade"),
    [
        (["3", "1", "2"], {}, "1"),
        (["3"], {"1": 0, "2": 4, "3": 10}, "2"),
        ([], {"1": 0, "2": 0, "3": 9}, "3"),
        ([None], {"1": None}, None),
    ],
)
def test_a_grove_is_designated_at_the_highest_grade_inside_also_where_members_have_no_files(
    members: list[str | None], counts: dict[str, int | None], grade: str | None
) -> None:
    assert grove_grade(members, counts) == grade
