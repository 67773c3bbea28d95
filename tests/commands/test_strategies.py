"""A strategy from its proposal to its result, on both databases; the history holds after each step."""

import json
from datetime import date
from pathlib import Path

import pytest
import strategy_kit as kit
from register_kit import HONG_KONG, REPOSITORY, TAIPEI, import_path, import_rows, rows_of
from sqlalchemy.engine import Engine
from strategy_kit import ACTOR, TODAY

from registry.care_errors import StrategyError, WorkError
from registry.commands.budgets import BudgetDraft, set_budget
from registry.commands.comparing import deviations
from registry.commands.strategies import (
    LineDraft,
    add_line,
    change_lines,
    new_version,
    set_strategy,
    strike_lines,
)
from registry.commands.strategy_rows import find_strategy, lines_of
from registry.commands.strategy_steps import (
    accept_strategy,
    set_outcome,
    start_strategy,
    withdraw_strategy,
)
from registry.commands.trials import add_partner, add_subject, find_trial, open_trial, set_trial
from registry.commands.verifying import verify_history
from registry.commands.works import WorkDraft, change_work, find_work, make_work
from registry.db import reading, transaction
from registry.errors import Phrase
from registry.importing.mapping import read_mapping
from registry.models import Event, Photo, Strategy, StrategyLine, WorkOrder
from registry.photos import PhotoStore
from registry.selection import find_record, find_tree
from registry.spending import budget_records, outcome_records, spending
from registry.strategies import strategy_records, subjects_beside, trial_records, works_about
from registry.vocab.care_words import FundSource, SignRole, StrategyState, TrialState, WorkState

SHANGDANG = REPOSITORY.parent / "shared/data/shanxi-shangdang-ancient-trees/shangdang_points.json"


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "pictures")


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"}, {"no": "2", "name": "国槐"})
    return engine


def assert_whole(engine: Engine) -> None:
    with reading(engine) as session:
        verify_history(session, None)
        assert list(deviations(session)) == []


def accept(engine: Engine, number: str, on: date = TODAY) -> None:
    with transaction(engine) as session:
        strategy = find_strategy(session, number)
        accept_strategy(session, strategy, on=on, by="李验", outcome="树势回升", today=TODAY, **ACTOR)


def whole_run(engine: Engine, record: str, store: PhotoStore, folder: Path) -> None:
    """Assessment, strategy, works, acceptance, new score."""
    number = kit.run_until_works_are_accepted(engine, record, store, folder)
    accept(engine, number)
    with reading(engine) as session:
        about = find_record(session, record)
        told = strategy_records(session, (about.kind, about.id))[0]
        assert (told.state, told.after) == ("accepted", None)
    with transaction(engine) as session:
        kit.assess(session, record, TODAY, 61.0, {"H14": {"value": 5}})
        set_outcome(session, find_strategy(session, number), **ACTOR)
    with reading(engine) as session:
        told = strategy_records(session, (about.kind, about.id), photos=store)[0]
        assert told.change == pytest.approx(8.5)
        assert told.spent_cents == 100_010 * len(told.works)
        assert {photo.stage for work in told.works for photo in work.photos} == {"before", "after"}
        assert all(photo.jpeg for work in told.works for photo in work.photos)
        rows = outcome_records(session)
        assert {row.measure for row in rows} == {line.measure for line in told.lines}
        assert all((row.records, row.median, row.is_anecdote) == (1, 8.5, True) for row in rows)
    assert all(not photo.is_released for photo in rows_of(engine, Photo))
    assert_whole(engine)


def test_a_hong_kong_tree_goes_from_its_assessment_to_a_new_score(
    engine: Engine, store: PhotoStore, tmp_path: Path
) -> None:
    import_path(engine, HONG_KONG, read_mapping(REPOSITORY / "schema/mappings/hk-ovt.toml"))
    whole_run(engine, "AFCD/KS/005", store, tmp_path)


def test_a_taipei_tree_goes_from_its_assessment_to_a_new_score(
    engine: Engine, store: PhotoStore, tmp_path: Path
) -> None:
    import_path(engine, TAIPEI, read_mapping(REPOSITORY / "schema/mappings/tw-taipei-protected.toml"))
    whole_run(engine, "768", store, tmp_path)


@pytest.mark.skipif(not SHANGDANG.is_file(), reason="the points of Shangdang lie beside the project only")
def test_a_shangdang_tree_goes_from_its_assessment_to_a_new_score(
    engine: Engine, store: PhotoStore, tmp_path: Path
) -> None:
    point = json.loads(SHANGDANG.read_text("utf-8"))[0]
    import_rows(engine, tmp_path, {"no": point["id"], "name": point["species"], "age": point["age"]})
    whole_run(engine, point["id"], store, tmp_path)


def test_a_draft_proposes_by_the_table_and_no_line_counts_unseen(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 50.0, vigour="weak", vigour_scale="lyt2738")
        strategy = kit.proposed(session, "1")
        lines = lines_of(session, strategy)
        assert [(line.measure, line.proposed_by) for line in lines][:2] == [
            ("T01", "sealed-high"),
            ("T02", "sealed-high"),
        ]
        assert not any(line.is_confirmed for line in lines)
        assert kit.proposed(session, "1").id == strategy.id
        with pytest.raises(StrategyError, match="neither confirmed nor struck"):
            kit.sign(session, strategy, "张工", SignRole.PREPARED)
    assert len(rows_of(office, Strategy)) == 1
    assert_whole(office)


def test_without_an_assessment_there_is_nothing_to_propose(office: Engine) -> None:
    with transaction(office) as session, pytest.raises(StrategyError, match="gushu assess"):
        kit.proposed(session, "1")


def test_an_endangered_tree_goes_on_the_rescue_track(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 20.0, vigour="endangered", vigour_scale="lyt2738")
        strategy = kit.proposed(session, "1")
        assert strategy.is_rescue
        assert "T25" in {line.measure for line in lines_of(session, strategy)}


def test_a_changed_content_voids_the_signatures_under_it(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 50.0)
        strategy = kit.reviewed(session, "1")
        assert strategy.state == StrategyState.REVIEWED
        add_line(session, strategy, LineDraft("T06", quantity=12, unit_price_cents=9550), **ACTOR)
        assert strategy.state == StrategyState.DRAFT
        with pytest.raises(StrategyError, match="prepared it"):
            kit.approve(session, strategy)
    with reading(office) as session:
        told = strategy_records(session)[0]
        assert [signature.is_void for signature in told.signatures] == [True] * 5
        assert told.lines[-1].amount_cents == 114_600
    assert_whole(office)


def test_a_signature_counts_once_and_for_one_role_of_the_review(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 50.0)
        strategy = kit.reviewed(session, "1")
        before = len(rows_of(office, Event))
        assert kit.sign(session, strategy, "李审", SignRole.REVIEWED) == ()
        with pytest.raises(StrategyError, match="does not review"):
            kit.sign(session, strategy, "张工", SignRole.REVIEWED)
        with pytest.raises(StrategyError, match="--opinion"):
            kit.sign(session, strategy, "孙四", SignRole.EXPERT, is_favourable=False)
    assert len(rows_of(office, Event)) >= before


def test_an_expert_against_it_does_not_make_the_number(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 50.0)
        strategy = kit.reviewed(session, "1")
        gaps = kit.sign(session, strategy, "王一", SignRole.EXPERT, is_favourable=False, opinion="先查根")
        assert strategy.state == StrategyState.DRAFT
        assert ["2 of 3 experts" in gap for gap in gaps] == [True]


def test_a_new_version_takes_over_when_it_is_approved_and_repeats_no_work(
    office: Engine, tmp_path: Path, store: PhotoStore
) -> None:
    number = kit.run_until_works_are_accepted(office, "1", store, tmp_path)
    with transaction(office) as session:
        first = find_strategy(session, number)
        second, is_new = new_version(session, first, today=TODAY, reason="增项", **ACTOR)
        assert (second.version, is_new) == (2, True)
        assert new_version(session, first, today=TODAY, reason="增项", **ACTOR) == (second, False)
        assert find_strategy(session, number).id == second.id
        assert find_strategy(session, f"{number}v1").id == first.id
        add_line(session, second, LineDraft("T24"), **ACTOR)
        kit.sign(session, second, "张工", SignRole.PREPARED)
        kit.sign(session, second, "李审", SignRole.REVIEWED)
        for name in ("王一", "赵二", "钱三"):
            kit.sign(session, second, name, SignRole.EXPERT)
        assert first.state == StrategyState.IN_PROGRESS
        assert [each.version for each in kit.approve(session, second)] == [1]
        assert first.state == StrategyState.SUPERSEDED
        works = start_strategy(session, second, today=TODAY, **ACTOR)
        assert [work.measure for work in works] == ["T24"]
    assert_whole(office)


def test_what_is_approved_is_changed_by_a_new_version_alone(office: Engine) -> None:
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 50.0)
        strategy, works = kit.begun(session, "1")
        for change in (
            lambda: set_strategy(session, strategy, {"aims": "x"}, **ACTOR),
            lambda: change_lines(session, strategy, [1], confirm=True, **ACTOR),
            lambda: strike_lines(session, strategy, [1], reason="x", **ACTOR),
        ):
            with pytest.raises(StrategyError, match="new-version"):
                change()
        with pytest.raises(StrategyError, match="neither accepted nor cancelled"):
            accept_strategy(session, strategy, on=TODAY, by="李验", outcome="好", today=TODAY, **ACTOR)
        with pytest.raises(StrategyError):
            withdraw_strategy(session, strategy, reason="x", **ACTOR)
        assert works
    assert len(rows_of(office, StrategyLine)) == len(rows_of(office, WorkOrder))


def test_a_rejected_work_is_done_again_and_a_cancelled_one_says_why(office: Engine) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "1"), "1")
        work, is_new = make_work(session, ref, "T10", WorkDraft(), today=TODAY, submission_id="s1", **ACTOR)
        again = make_work(session, ref, "T10", WorkDraft(), today=TODAY, submission_id="s1", **ACTOR)
        assert (is_new, again) == (True, (work, False))
        with pytest.raises(WorkError, match="--crew"):
            kit.step(session, work, "order")
        with pytest.raises(WorkError, match="gushu work order"):
            kit.step(session, work, "accept", outcome="好")
        kit.step(session, work, "order", draft=WorkDraft(crew="甲", due_on=TODAY))
        kit.step(session, work, "start")
        assert not kit.step(session, work, "start")
        kit.step(session, work, "finish", draft=WorkDraft(cost_cents=1))
        kit.step(session, work, "reject", by="李验", reason="伤口未处理")
        assert (work.state, work.outcome) == (WorkState.REJECTED, "伤口未处理")
        kit.step(session, work, "start")
        assert (work.state, work.finished_on) == (WorkState.IN_PROGRESS, None)
        with pytest.raises(WorkError, match="--reason"):
            kit.step(session, work, "cancel")
        kit.step(session, work, "cancel", reason="改期")
        with pytest.raises(WorkError, match="closed"):
            change_work(session, work, WorkDraft(text="x"), **ACTOR)
        assert find_work(session, "wo-2026-0001").id == work.id
    assert_whole(office)


def test_money_is_counted_to_the_cent_once_and_never_across_currencies(office: Engine) -> None:
    with transaction(office) as session:
        for place, (currency, cents) in enumerate((("CNY", 10_01), ("CNY", 20_02), ("HKD", 5_00)), start=1):
            ref = ("tree", find_tree(session, "1"), "1")
            draft = WorkDraft(crew="甲", due_on=TODAY, currency=currency, fund_source=FundSource.COUNTY)
            work, _new = make_work(session, ref, "T10", draft, today=TODAY, **ACTOR)
            kit.step(session, work, "start")
            kit.step(session, work, "finish", draft=WorkDraft(cost_cents=cents))
            assert work.number == f"WO-2026-000{place}"
        budget = BudgetDraft(2026, FundSource.COUNTY, 100_00, "CNY", None, "财〔2026〕1号")
        assert set_budget(session, budget, **ACTOR)[1] == "new"
        assert set_budget(session, budget, **ACTOR)[1] == "same"
    with reading(office) as session:
        (found,) = budget_records(session)
        assert (found.spent_cents, found.left_cents, found.works) == (30_03, 69_97, 2)
        assert [(row.key, row.currency, row.spent_cents) for row in spending(session, "record")] == [
            ("1", "CNY", 30_03),
            ("1", "HKD", 5_00),
        ]
        assert len(works_about(session)) == 3
    assert_whole(office)


def test_scores_of_two_models_are_never_compared(office: Engine, store: PhotoStore, tmp_path: Path) -> None:
    number = kit.run_until_works_are_accepted(office, "1", store, tmp_path)
    with transaction(office) as session:
        kit.assess(session, "1", TODAY, 90.0, {}, version="2")
    accept(office, number)
    with reading(office) as session:
        assert strategy_records(session)[0].change is None
        assert outcome_records(session) == []


def test_a_trial_has_partners_treated_trees_and_controls(office: Engine) -> None:
    with transaction(office) as session:
        trial, _new = open_trial(session, "菌根菌剂试验", {"aims": "促根"}, today=TODAY, **ACTOR)
        assert open_trial(session, "菌根菌剂试验", {}, today=TODAY, **ACTOR) == (trial, False)
        assert add_partner(session, trial, "某林业大学", "菌剂", **ACTOR)
        assert not add_partner(session, trial, "某林业大学", "菌剂", **ACTOR)
        for number, treatment in (("1", "菌剂"), ("2", "control")):
            add_subject(
                session, trial, ("tree", find_tree(session, number), number), treatment=treatment, **ACTOR
            )
    with transaction(office) as session:
        trial = find_trial(session, "TR-2026-0001")
        set_trial(session, trial, {"results": "新根增多", "state": TrialState.FINISHED}, **ACTOR)
    with reading(office) as session:
        (told,) = trial_records(session)
        assert told.partners == (("某林业大学", "菌剂"),)
        assert [each.treatment for each in told.subjects] == ["control", "菌剂"]
        assert set(subjects_beside(session, find_tree(session, "1")).values()) == {("trial", "TR-2026-0001")}
    assert_whole(office)


def test_a_reason_is_a_sentence_that_can_be_said_in_another_language() -> None:
    assert isinstance(StrategyError(strategy="x", reason=Phrase("it is missing")).facts["reason"], Phrase)
