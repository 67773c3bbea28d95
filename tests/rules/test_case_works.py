"""Works, transplants, fellings, incidents, rescues and greening: what the law asks, and by when."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.calendars import calendar_of
from registry.negative_list import negative_list
from registry.rulepacks import rule_pack
from registry.rules.case_facts import ORDERS, CaseFacts, StepFacts
from registry.rules.casework import step_problems
from registry.rules.casework_works import Asked, penalty_rules, without_check, works_rule
from registry.rules.negative_list import Answer, answers_from, has_substance, plain_answers, practices_for
from registry.rules.packs import Place, RulePack
from registry.rules.terms import dues
from registry.vocab.care_words import INCIDENTS
from registry.vocab.language import translator
from registry.vocab.words import CaseKind, StepKind

D = date
TODAY = D(2032, 1, 1)
SHANXI = Place("cn-shanxi", ("14", "山西省"))
APPLIED: dict[str, Any] = {"project": "某高速", "is_applied_for": True}


def pack(name: str = "cn-2025") -> RulePack:
    found = rule_pack(name)
    assert found is not None
    return found


def step(kind: StepKind, day: date = D(2026, 3, 10), **facts: Any) -> StepFacts:
    return StepFacts(kind, day, **facts)


def problems(case: CaseFacts, taken: StepFacts, place: Place | None = None) -> list[str]:
    asked = Asked(practices_for(negative_list(), case.kind), place)
    return [each.template for each in step_problems(case, taken, today=TODAY, pack=pack(), asked=asked)]


def up_to(kind: CaseKind, last: StepKind, **facts: Any) -> CaseFacts:
    """A case whose next step is `last`; the steps before it were left out or taken on one day."""
    order = ORDERS[kind]
    steps = [step(each, D(2026, 3, 1)) for each in order[: order.index(last)] if each != StepKind.APPRAISAL]
    if StepKind.APPRAISAL in order[: order.index(last)]:
        steps.append(step(StepKind.APPRAISAL, D(2026, 3, 1), omitted_reason="x"))
    return CaseFacts(kind, steps=steps, **facts)


ART_15 = {
    "national_key": {"1", "famous", "2", "3"},
    "provincial_key": {"2", "3"},
    "other_infrastructure": {"3"},
    "public_danger": {"1", "famous", "2", "3"},
}
"""The decision table of article 15: which project may apply for a tree protected as what."""


@pytest.mark.parametrize("kind", ["1", "famous", "2", "3"])
@pytest.mark.parametrize("project", ART_15)
def test_who_may_apply_to_transplant_is_the_table_of_article_15(project: str, kind: str) -> None:
    case = CaseFacts(CaseKind.TRANSPLANT, project_class=project, classes=(kind,), **APPLIED)
    found = step_problems(case, step(StepKind.APPLICATION), today=TODAY, pack=pack())
    assert (found == ()) == (kind in ART_15[project])
    if found:
        assert found[0].facts["citation"] == "《古树名木保护条例》第十五条"


def test_the_highest_tree_of_a_project_decides_and_reserve_trees_are_not_in_the_table() -> None:
    case = CaseFacts(CaseKind.TRANSPLANT, project_class="other_infrastructure", classes=("1", "3"), **APPLIED)
    assert len(problems(case, step(StepKind.APPLICATION))) == 1
    assert problems(replace(case, classes=("reserve",)), step(StepKind.APPLICATION)) == []
    assert problems(replace(case, classes=()), step(StepKind.APPLICATION)) == []
    assert problems(replace(case, project_class=None), step(StepKind.APPLICATION))[0].startswith("say with")


@pytest.mark.parametrize(
    ("classes", "government"),
    [(("1",), "province"), (("famous",), "province"), (("2", "3"), "prefecture"), (("3",), "county")],
)
def test_the_government_of_the_level_of_the_highest_grade_approves(
    classes: tuple[str, ...], government: str
) -> None:
    case = up_to(
        CaseKind.TRANSPLANT, StepKind.APPROVAL, project_class="national_key", classes=classes, **APPLIED
    )
    taken = step(StepKind.APPROVAL, document_no="批1")
    (problem,) = step_problems(case, taken, today=TODAY, pack=pack())
    assert government in str(problem.facts["government"])
    assert step_problems(case, replace(taken, by="某人民政府"), today=TODAY, pack=pack()) == ()


FINES = {
    ("I01", "1"): ("第二十六条", (500_000, 1_000_000)),
    ("I01", "famous"): ("第二十六条", (500_000, 1_000_000)),
    ("I02", "2"): ("第二十六条", (200_000, 500_000)),
    ("I01", "3"): ("第二十六条", (100_000, 200_000)),
    ("I16", "1"): ("第二十八条", (200_000, 500_000)),
    ("I16", "famous"): ("第二十八条", (200_000, 500_000)),
    ("I16", "2"): ("第二十八条", (100_000, 200_000)),
    ("I16", "3"): ("第二十八条", (50_000, 100_000)),
    ("I03", "1"): ("第二十七条", (10_000, 100_000)),
    ("I11", "3"): ("第二十七条", (10_000, 100_000)),
    ("I12", "2"): ("第二十七条", (0, 10_000)),
    ("I15", "famous"): ("第二十七条", (0, 10_000)),
}
"""The table of penalties of the national Regulation, in yuan for each tree."""


@pytest.mark.parametrize(("incident", "kind"), FINES)
def test_the_range_of_fines_is_that_of_articles_26_to_28(incident: str, kind: str) -> None:
    case = CaseFacts(CaseKind.INCIDENT, incident=incident, classes=(kind,))
    (rule,) = penalty_rules(case, pack())
    article, yuan = FINES[incident, kind]
    assert rule.basis.citation.endswith(article)
    assert rule.values["yuan"] == yuan
    serious = {
        "I03": (50_000, 200_000),
        "I11": (50_000, 200_000),
        "I12": (10_000, 100_000),
        "I15": (10_000, 100_000),
    }
    assert rule.get("serious_yuan") == serious.get(incident)


def test_damage_of_which_the_tree_died_has_the_range_of_a_felling_beside_its_own() -> None:
    case = CaseFacts(CaseKind.INCIDENT, incident="I07", classes=("2",), is_dead=True)
    assert [rule.name for rule in penalty_rules(case, pack())] == ["felling_2", "acts_grave"]
    assert [rule.name for rule in penalty_rules(replace(case, is_dead=False), pack())] == ["acts_grave"]


@pytest.mark.parametrize("incident", ["I17", "I18"])
def test_what_local_rules_alone_forbid_has_no_range_in_the_national_regulation(incident: str) -> None:
    assert incident in INCIDENTS
    assert penalty_rules(CaseFacts(CaseKind.INCIDENT, incident=incident, classes=("1",)), pack()) == ()
    assert penalty_rules(CaseFacts(CaseKind.INCIDENT, incident="I01", classes=("1",)), None) == ()


def test_works_in_a_zone_are_avoided_or_reported_before_they_begin() -> None:
    rule = works_rule(CaseFacts(CaseKind.WORKS, classes=("1",)), pack())
    assert rule is not None
    assert rule.get("requires") == "avoid_or_report"
    assert "十八条" in rule.basis.citation


def test_an_emergency_felling_is_reported_within_30_days_of_the_end_of_the_handling_also_over_new_year() -> (
    None
):
    handled = step(StepKind.HANDLING, D(2026, 12, 10), ended_on=D(2026, 12, 15), text="松材线虫疫木")
    (due,) = dues(CaseFacts(CaseKind.FELLING, steps=(handled,)), pack())
    assert (due.step, due.due_on) == (StepKind.REPORT, D(2027, 1, 14))
    assert due.basis.citation == "《古树名木保护条例》第十四条"
    assert due.text is not None
    assert "国务院主管部门" in due.text.zh
    (due,) = dues(CaseFacts(CaseKind.FELLING, steps=(replace(handled, ended_on=None),)), pack())
    assert due.due_on == D(2027, 1, 9)


def test_advice_on_works_counts_working_days_over_spring_festival_with_its_make_up_days() -> None:
    """2026: 15 to 23 February off, Saturday 14 and Saturday 28 February worked."""
    case = CaseFacts(CaseKind.WORKS, steps=(step(StepKind.APPLICATION, D(2026, 2, 12)),))
    (due,) = dues(case, pack("shanghai-2017"), calendar_of("cn-shanghai"))
    assert (due.step, due.due_on) == (StepKind.ADVICE, D(2026, 2, 26))


def test_the_review_of_a_reserve_tree_has_a_term_of_its_own() -> None:
    case = CaseFacts(CaseKind.TRANSPLANT, steps=(step(StepKind.APPLICATION, D(2026, 3, 2)),), classes=("2",))
    calendar = calendar_of("cn-shanghai")
    assert [due.term for due in dues(case, pack("shanghai-2017"), calendar)] == ["transplant_review"]
    case = replace(case, classes=("reserve",))
    assert [due.term for due in dues(case, pack("shanghai-2017"), calendar)] == ["reserve_transplant_review"]


@pytest.mark.parametrize(
    ("visits", "wanted"),
    [
        ([], [(StepKind.FOLLOW_UP, D(2025, 2, 28)), (StepKind.ACCEPTANCE, D(2029, 2, 28))]),
        ([D(2025, 3, 1)], [(StepKind.FOLLOW_UP, D(2026, 3, 1)), (StepKind.ACCEPTANCE, D(2029, 2, 28))]),
        ([D(2028, 2, 29)], [(StepKind.ACCEPTANCE, D(2029, 2, 28))]),
        ([D(2028, 2, 27)], [(StepKind.FOLLOW_UP, D(2029, 2, 27)), (StepKind.ACCEPTANCE, D(2029, 2, 28))]),
    ],
)
def test_five_years_of_care_from_a_29th_of_february_with_a_visit_each_year(
    visits: list[date], wanted: list[tuple[StepKind, date]]
) -> None:
    steps = [step(StepKind.PLAN, D(2024, 2, 29)), *(step(StepKind.FOLLOW_UP, day) for day in visits)]
    case = CaseFacts(CaseKind.AFTERCARE, steps=steps, until_on=D(2029, 2, 28))
    found = dues(case, pack())
    assert [(due.step, due.due_on) for due in found] == wanted
    standing = {due.step: due.basis.standing for due in found}
    assert standing[StepKind.ACCEPTANCE] == "law"
    assert standing.get(StepKind.FOLLOW_UP, "default") == "default"


def test_care_ends_on_its_day_or_says_why_before() -> None:
    case = up_to(CaseKind.AFTERCARE, StepKind.ACCEPTANCE, until_on=D(2031, 3, 2))
    assert problems(case, step(StepKind.ACCEPTANCE, D(2031, 3, 2))) == []
    assert problems(case, step(StepKind.ACCEPTANCE, D(2031, 3, 1)))[0].startswith("the care lasts until")
    assert problems(case, step(StepKind.ACCEPTANCE, D(2031, 3, 1), text="树已死亡")) == []


def test_each_step_of_a_rescue_has_a_clock_that_says_it_is_a_default() -> None:
    steps: list[StepFacts] = []
    for kind, day, following, due_on in (
        (StepKind.REPORT, D(2026, 3, 1), StepKind.SURVEY, D(2026, 3, 4)),
        (StepKind.SURVEY, D(2026, 3, 2), StepKind.PLAN, D(2026, 3, 17)),
        (StepKind.PLAN, D(2026, 3, 10), StepKind.HANDLING, D(2026, 3, 25)),
        (StepKind.HANDLING, D(2026, 3, 20), StepKind.FOLLOW_UP, D(2026, 4, 19)),
    ):
        steps.append(step(kind, day))
        (due,) = dues(CaseFacts(CaseKind.RESCUE, steps=steps), pack())
        assert (due.step, due.due_on, due.basis.standing) == (following, due_on, "default")


@pytest.mark.parametrize(
    ("kind", "taken", "facts"),
    [
        (CaseKind.WORKS, StepKind.APPLICATION, APPLIED),
        (CaseKind.WORKS, StepKind.ADVICE, {"has_check": True}),
        (CaseKind.INCIDENT, StepKind.REPORT, {"incident": "I05"}),
        (CaseKind.INCIDENT, StepKind.EVIDENCE, {"file_count": 1}),
        (CaseKind.GREENING, StepKind.PLAN, APPLIED),
    ],
)
def test_a_step_waits_for_what_the_case_must_hold(
    kind: CaseKind, taken: StepKind, facts: dict[str, Any]
) -> None:
    assert problems(up_to(kind, taken), step(taken))
    assert problems(up_to(kind, taken, **facts), step(taken)) == []


@pytest.mark.parametrize(
    ("kind", "taken", "said"),
    [
        (CaseKind.WORKS, StepKind.MEASURES, {"text": "架空板桥"}),
        (CaseKind.WORKS, StepKind.SUPERVISION, {"by": "县林业局"}),
        (CaseKind.WORKS, StepKind.ACCEPTANCE, {"by": "县林业局"}),
        (CaseKind.AFTERCARE, StepKind.FOLLOW_UP, {"text": "新梢正常"}),
        (CaseKind.FELLING, StepKind.HANDLING, {"text": "雪压倒伏"}),
        (CaseKind.FELLING, StepKind.REPORT, {"document_no": "报1"}),
        (CaseKind.INCIDENT, StepKind.REFERRAL, {"by": "执法队", "document_no": "移1"}),
        (CaseKind.INCIDENT, StepKind.PENALTY, {"by": "执法队", "document_no": "罚1"}),
        (CaseKind.INCIDENT, StepKind.RESTORATION, {"text": "已拆除硬化"}),
        (CaseKind.RESCUE, StepKind.HANDLING, {"text": "支撑、输液"}),
        (CaseKind.RESCUE, StepKind.ACCEPTANCE, {"by": "县林业局"}),
    ],
)
def test_a_step_says_who_acted_what_was_done_or_on_which_document(
    kind: CaseKind, taken: StepKind, said: dict[str, Any]
) -> None:
    case = up_to(kind, taken)
    assert len(problems(case, step(taken))) == len(said)
    assert problems(case, step(taken, **said)) == []


def test_visits_may_come_again_and_what_comes_once_may_not() -> None:
    case = CaseFacts(
        CaseKind.WORKS,
        steps=[
            step(kind) for kind in ORDERS[CaseKind.WORKS][: ORDERS[CaseKind.WORKS].index(StepKind.ACCEPTANCE)]
        ],
    )
    assert problems(case, step(StepKind.SUPERVISION, by="县林业局")) == []
    assert problems(case, step(StepKind.MEASURES, text="x")) == ["it has been recorded already"]


NONE = {"N01": Answer(is_touched=False), "N02": Answer(is_touched=False), "N03": Answer(is_touched=False),
        "N04": Answer(is_touched=False), "N05": Answer(is_touched=False)}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "begins"),
    [
        (NONE, None),
        ({}, "answer these items"),
        ({**NONE, "N05": Answer(is_touched=True)}, "{code} ({practice}) is touched"),
        ({**NONE, "N05": Answer(is_touched=True, why="病枝有倒伏危险")}, None),
        ({**NONE, "N01": Answer(is_touched=True, why="必须")}, "{code} ({practice}) is forbidden"),
    ],
)
def test_the_negative_list_stops_advice_until_it_is_answered_and_what_the_law_forbids_for_good(
    answers: dict[str, Answer], begins: str | None
) -> None:
    case = up_to(CaseKind.WORKS, StepKind.ADVICE, has_check=True, practices=answers)
    found = problems(case, step(StepKind.ADVICE), SHANXI)
    assert found == [] if begins is None else found[0].startswith(begins)


@pytest.mark.parametrize(
    ("reason", "is_said"),
    [(None, False), ("", False), ("试", False), ("危树处", False), ("。。。。", False), ("试试试试", False),
     ("危树须除", True), ("3号", True), ("dead branch", True)],
)  # fmt: skip
def test_a_reason_has_substance_or_names_a_document(reason: str | None, is_said: bool) -> None:
    assert has_substance(reason) is is_said
    case = up_to(CaseKind.WORKS, StepKind.ADVICE, has_check=True, practices={"N05": Answer(True, reason)})
    assert (problems(case, step(StepKind.ADVICE)) == []) is is_said
    bare = up_to(CaseKind.WORKS, StepKind.ADVICE)
    text = without_check(reason or "", "改线绕行", "zh")
    assert (problems(bare, step(StepKind.ADVICE, text=text)) == []) is is_said


def test_what_is_not_answered_is_said_with_its_words_and_the_form_of_the_answer() -> None:
    asked = Asked(practices_for(negative_list(), CaseKind.WORKS), SHANXI)
    case = up_to(CaseKind.WORKS, StepKind.ADVICE, has_check=True, practices={"N01": Answer(False)})
    (found,) = step_problems(case, step(StepKind.ADVICE), today=TODAY, pack=pack(), asked=asked)
    said = translator("zh").phrase(found)
    assert "N03 砍伐古树名木（N03=no 或 N03=yes:理由）" in said
    assert "N01" not in said


def test_elsewhere_the_list_need_not_be_answered_but_what_the_law_forbids_stays_forbidden() -> None:
    case = up_to(CaseKind.WORKS, StepKind.ADVICE, has_check=True)
    for place in (Place("cn-beijing"), Place("hk"), None):
        assert problems(case, step(StepKind.ADVICE), place) == []
    touched = replace(case, practices={"N03": Answer(is_touched=True, why="x")})
    assert len(problems(touched, step(StepKind.ADVICE), Place("cn-beijing"))) == 1


def test_every_item_of_the_negative_list_says_where_it_stands_and_only_law_forbids() -> None:
    for each in negative_list():
        assert each.basis.citation
        assert each.is_forbidden == (each.basis.standing == "law")
        assert each.label.zh
        assert each.label.en
    kinds = {kind for each in negative_list() for kind in each.kinds}
    assert kinds == {CaseKind.WORKS, CaseKind.TRANSPLANT, CaseKind.GREENING}


def test_answers_are_kept_as_they_were_given() -> None:
    given = {"N05": Answer(is_touched=True, why="病枝"), "N01": Answer(is_touched=False)}
    assert answers_from(plain_answers(given)) == given
