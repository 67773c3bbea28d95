"""The table of measures, the steps of a strategy and of works, amounts, and what worked: pure rules."""

import tomllib
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.care_errors import MeasureTableError
from registry.measure_tables import SHIPPED_TABLE, measure_table
from registry.rulepacks import rule_pack
from registry.rules.measure_table import TreeState, propose, table_from
from registry.rules.money import cents_of, line_cents
from registry.rules.outcomes import ScorePair, outcomes
from registry.rules.packs import RulePack
from registry.rules.strategies import (
    WORK_NEXT,
    WORK_STEPS,
    Signed,
    StrategyFacts,
    clock,
    experts_needed,
    review_gaps,
    signing_problems,
    work_problem,
)
from registry.vocab.care_words import SignRole, StrategyState, WorkState
from registry.vocab.language import translator
from registry.vocab.measures import MEASURE_GROUPS, UNITS, all_measures, measure_code
from registry.vocab.money import money_text

DAY = date(2026, 3, 4)
ROW = {
    "id": "x", "measures": ["T10"], "why_zh": "因", "why_en": "why", "source": "s", "confidence": "low",
    "when": [{"finding": "H04", "from": 10}],
}  # fmt: skip


def codes(answers: dict[str, Any], **more: str) -> list[str]:
    return [each.measure for each in propose(measure_table().values(), TreeState(answers, **more))]


@pytest.mark.parametrize(
    ("answers", "measures"),
    [
        ({"H14": {"value": 29.9}}, []),
        ({"H14": {"value": 30}}, ["T01", "T02"]),
        ({"H15": {"value": 1.44}}, []),
        ({"H15": {"value": 1.45}}, ["T03", "T06"]),
        ({"H17": {"level": "4", "score": 25}}, ["T05", "T07"]),
        ({"H04": {"value": 10}}, ["T10"]),
        ({"H08": {"level": "large", "score": 20}}, ["T11", "T12", "T13"]),
        ({"H06": {"value": 15}}, ["T14", "T15"]),
        ({"H13": {"level": "x", "score": 59}}, ["T18"]),
        ({"H13": {"level": "x", "score": 60}}, []),
        ({"H19": {"score": 10, "level": "x"}}, ["T20"]),
        ({"H14": {"na": True}}, []),
        ({}, []),
    ],
)
def test_a_finding_leads_to_its_measures_from_its_bound_on(
    answers: dict[str, Any], measures: list[str]
) -> None:
    assert codes(answers) == measures


def test_vigour_and_site_count_only_where_they_are_known() -> None:
    assert "T25" in codes({}, vigour="endangered")
    sealed = {"H14": {"value": 55}}
    assert "T04" in codes(sealed, vigour="weak", growth_place="street")
    assert "T04" not in codes(sealed, vigour="weak")


def test_every_row_that_is_shipped_says_that_an_expert_has_to_confirm_it() -> None:
    assert all("expert" in row.source and row.why.zh and row.why.en for row in measure_table().values())
    used = {measure for row in measure_table().values() for measure in row.measures}
    assert used <= set(all_measures())
    assert next(iter(all_measures())) == "T01"
    assert len(all_measures()) == 26
    assert {m.group for m in all_measures().values()} <= set(MEASURE_GROUPS)
    assert {m.unit for m in all_measures().values()} <= set(UNITS)
    assert measure_code("枯枝修剪") == measure_code("t10") == "T10"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"measures": ["T98"]}, "measures"),
        ({"confidence": "sure"}, "confidence"),
        ({"vigour": ["fine"]}, "vigour"),
        ({"growth_place": "street"}, "growth_place"),
        ({"when": [{"finding": "H04"}]}, "when.H04"),
        ({"when": [{"finding": "H04", "from": "ten"}]}, "when.from"),
        ({"when": [{"finding": "H04", "least": 1}]}, "when.least"),
        ({"why_zh": " "}, "why_zh"),
        ({"price": 1}, "price"),
        ({"id": "Not So"}, "id"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row_and_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(MeasureTableError) as caught:
        table_from({"row": [{**ROW, **change}]}, "own.toml")
    assert caught.value.facts["key"] == key
    assert caught.value.facts["file"] == "own.toml"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(ROW)), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["row", "drop", "odd"]), ANYTHING))
def test_whatever_stands_in_a_table_it_is_read_or_refused(found: dict[str, Any]) -> None:
    with suppress(MeasureTableError):
        assert isinstance(table_from(found, "own.toml"), dict)


def test_an_office_replaces_drops_and_adds_rows(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'drop = ["lean"]\n[[row]]\nid = "deadwood"\nmeasures = ["T99"]\nwhy_zh = "因"\nwhy_en = "why"\n'
        'source = "our bureau"\nconfidence = "high"\nwhen = [{ finding = "H04", from = 5 }]\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("GUSHU_MEASURES", str(own))
    table = measure_table("r.db")
    assert "lean" not in table
    assert table["deadwood"].measures == ("T99",)
    assert len(table) == len(tomllib.loads(SHIPPED_TABLE.read_text("utf-8"))["row"]) - 1
    own.write_text('drop = ["nothing"]', encoding="utf-8")
    with pytest.raises(MeasureTableError):
        measure_table("r.db")


def facts(**more: Any) -> StrategyFacts:
    usual: dict[str, Any] = {
        "number": "ST-2026-0001", "state": StrategyState.DRAFT, "is_rescue": False, "made_on": DAY,
        "confirmed": 1, "has_aims": True,
    }  # fmt: skip
    return StrategyFacts(**{**usual, **more})


def signed(role: SignRole, party: str, *, current: bool = True, favourable: bool = True) -> Signed:
    return Signed(role, DAY, favourable, party, current)


TEAM = (signed(SignRole.PREPARED, "a"), signed(SignRole.REVIEWED, "b"))


@pytest.mark.parametrize(("given", "lacks"), [(2, 1), (3, 0), (4, 0)])
def test_a_review_needs_its_experts(given: int, lacks: int) -> None:
    experts = tuple(signed(SignRole.EXPERT, str(each)) for each in range(given))
    assert len(review_gaps(facts(signatures=TEAM + experts), 3)) == lacks


def test_signatures_under_another_content_do_not_count() -> None:
    old = tuple(signed(each.role, each.party, current=False) for each in TEAM)
    assert len(review_gaps(facts(signatures=old), 0)) == 2


def test_nothing_is_signed_before_every_proposal_is_confirmed_or_struck() -> None:
    assert signing_problems(facts(unsettled=1), SignRole.PREPARED, "a")
    assert signing_problems(facts(has_aims=False), SignRole.PREPARED, "a")
    assert not signing_problems(facts(), SignRole.PREPARED, "a")
    assert signing_problems(facts(), SignRole.REVIEWED, "b")
    assert signing_problems(facts(signatures=TEAM), SignRole.REVIEWED, "a")


@pytest.mark.parametrize("step", WORK_STEPS)
@pytest.mark.parametrize("state", list(WorkState))
def test_a_step_of_works_is_taken_in_its_states_alone(step: str, state: WorkState) -> None:
    before, after = WORK_STEPS[step]
    assert (work_problem(state, step, "WO-1") is None) == (state in before)
    assert after not in before
    if state in WORK_NEXT:
        assert state in WORK_STEPS[WORK_NEXT[state]][0]


def pack() -> RulePack:
    found = rule_pack("office-defaults")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("is_rescue", "due", "experts"), [(False, date(2026, 4, 3), 3), (True, date(2026, 3, 9), 1)]
)
def test_a_rescue_has_shorter_clocks_and_says_that_they_are_defaults(
    is_rescue: bool, due: date, experts: int
) -> None:
    found = clock(facts(is_rescue=is_rescue), pack())
    assert found is not None
    assert (found.step, found.due_on, found.rule.basis.is_lawful) == ("review", due, False)
    assert experts_needed(pack(), is_rescue=is_rescue) == experts
    assert experts_needed(None, is_rescue=is_rescue) == experts


def test_what_is_withdrawn_or_superseded_has_no_clock() -> None:
    for state in (StrategyState.WITHDRAWN, StrategyState.SUPERSEDED, StrategyState.IN_PROGRESS):
        assert clock(facts(state=state), pack()) is None


def pair(before: float, after: float, version: str = "1") -> ScorePair:
    return ScorePair("樟", "m", version, before, after, ("T10",))


def test_what_worked_is_the_median_change_and_few_are_anecdotes() -> None:
    (row,) = outcomes([pair(50, 55), pair(50, 48), pair(50, 60), pair(40, 41)])
    assert (row.records, row.median, row.least, row.most, row.improved) == (4, 3, -2, 10, 0.75)
    assert row.is_anecdote
    (row,) = outcomes([pair(50, 55)] * 5)
    assert not row.is_anecdote


def test_scores_of_two_versions_of_a_model_stay_apart() -> None:
    assert [row.records for row in outcomes([pair(50, 55), pair(50, 55, "2")])] == [1, 1]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("1,234.5", 123_450), ("1234.05", 123_405), (" 12 ", 1_200), ("12,345,678.90", 1_234_567_890)],
)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    assert cents_of(text) == cents


@pytest.mark.parametrize("text", ["", "-1", "1.234", "12,34", "1e3", "１２", "nan", "一百", "9" * 20])
def test_what_is_no_amount_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cents_of(text)


@given(st.integers(0, 10**13))
def test_an_amount_that_was_said_is_read_back_exactly(cents: int) -> None:
    assert cents_of(money_text(cents, "CNY", translator("en")).removeprefix("CNY ")) == cents


@pytest.mark.parametrize(
    ("quantity", "price", "cents"),
    [(3.0, 33_33, 99_99), (0.5, 1, 1), (12, 95_50, 114_600), (2.675, 100, 268)],
)
def test_a_line_is_quantity_times_price_and_half_a_cent_goes_up(
    quantity: float, price: int, cents: int
) -> None:
    assert line_cents(quantity, price) == cents
