"""A census from target list to freeze: who may check, what is found, what is compared, what never changes."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kit import MAPPING, NOW, import_rows, make_csv, make_mapping, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.censuses import compare, errors_of, listed, progress, register_counts, totals_of
from registry.commands.campaigns import (
    CampaignDraft,
    assign_village,
    check_surveys,
    find_campaign,
    freeze_campaign,
    list_targets,
    open_campaign,
    record_surveys,
    sample_targets,
    set_outcome,
)
from registry.commands.surveying import surveyed_in
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import (
    CampaignExistsError,
    CampaignFrozenError,
    CampaignNotFoundError,
    CampaignOpenError,
    CheckRefusedError,
)
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.models import CampaignSurvey, CampaignTarget, Event, Grove, Tree
from registry.vocab.words import TargetOutcome, Verdict

BY = {"actor": "tests", "now": NOW}
DRAFT = CampaignDraft("2026", "补充普查", "plain", date(2026, 1, 1))
TOWNS = (
    MAPPING + 'town = { field = "town", optional = true }\nvillage = { field = "village", optional = true }\n'
)
ROWS = (
    {"no": "1", "name": "国槐", "height": 20, "town": "苏店镇", "village": "东庄", "surveyor": "甲某某"},
    {"no": "2", "name": "侧柏", "height": 12, "town": "苏店镇", "village": "东庄", "surveyor": "甲某某"},
    {"no": "3", "name": "油松", "height": 9, "town": "荫城镇", "village": "西庄", "surveyor": "乙某某"},
)


def begin(engine: Engine, folder: Path, *rows: dict[str, object]) -> None:
    import_rows(engine, folder, *(rows or ROWS), mapping=TOWNS)
    with transaction(engine) as session:
        open_campaign(session, DRAFT, **BY)
        list_targets(session, "2026", session.exec(select(Tree.id)).all(), **BY)


def survey(
    engine: Engine, folder: Path, *rows: dict[str, object], survey_round: int = 1, of: str = "2026"
) -> int:
    mapping = read_mapping(make_mapping(folder, TOWNS))
    path = make_csv(folder / "forms.csv", *(rows or ROWS))
    with transaction(engine) as session:
        said = surveyed_in(session, open_table(path), mapping, today=NOW.date())
        return record_surveys(session, of, said, survey_round=survey_round, source="forms.csv", **BY)


def ids(engine: Engine) -> dict[str, str]:
    return {tree.tree_no: tree.id for tree in rows_of(engine, Tree)}


def test_the_target_list_is_made_village_by_village_and_nothing_stands_on_it_twice(
    engine: Engine, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    with transaction(engine) as session:
        again = list_targets(session, "2026", session.exec(select(Tree.id)).all(), **BY)
        state = progress(session, find_campaign(session, "2026"))
    assert again == (0, 0)
    assert [(v.town, v.village, v.targets, v.state) for v in state.villages] == [
        ("苏店镇", "东庄", 2, "planned"),
        ("荫城镇", "西庄", 1, "planned"),
    ]


def test_forms_find_the_trees_of_the_list_and_the_same_forms_again_change_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    assert survey(engine, tmp_path, *ROWS[:2]) == 2
    before = len(rows_of(engine, CampaignSurvey))
    survey(engine, tmp_path, *ROWS[:2])
    with reading(engine) as session:
        state = progress(session, find_campaign(session, "2026"))
        assert state.outcomes == {"found": 2, "pending": 1}
        assert [v.state for v in state.villages] == ["surveyed", "planned"]
        assert [row.number for row in listed(session, state.campaign, TargetOutcome.PENDING)] == ["3"]
    assert len(rows_of(engine, CampaignSurvey)) == before == 2


def test_a_tree_that_was_not_on_the_list_is_new_and_a_dead_one_is_dead(
    engine: Engine, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    more = {"no": "9", "name": "槐", "town": "苏店镇", "village": "东庄"}
    import_rows(engine, tmp_path, *ROWS, more, mapping=TOWNS)
    survey(engine, tmp_path, more)
    with transaction(engine) as session:
        set_outcome(session, "2026", ids(engine)["3"], TargetOutcome.NOT_FOUND, note="伐根亦无", **BY)
    outcomes = {row.tree_id: row.outcome.value for row in rows_of(engine, CampaignTarget)}
    numbers = ids(engine)
    assert (outcomes[numbers["9"]], outcomes[numbers["3"]]) == ("new", "not_found")


def test_whoever_surveyed_a_tree_cannot_check_it(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path)
    own = ids(engine)["1"]
    with transaction(engine) as session, pytest.raises(CheckRefusedError, match="second person"):
        check_surveys(session, "2026", [own], "甲某某", Verdict.AGREES, **BY)
    with transaction(engine) as session:
        assert check_surveys(session, "2026", [own], "丙某某", Verdict.DISAGREES, note="胸围不符", **BY) == 1
        villages = {v.village: v.state for v in progress(session, find_campaign(session, "2026")).villages}
    assert villages == {"东庄": "returned", "西庄": "surveyed"}


def test_a_form_that_is_corrected_must_be_checked_again(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path)
    with transaction(engine) as session:
        check_surveys(session, "2026", ids(engine).values(), "丙某某", Verdict.AGREES, **BY)
        assert {v.state for v in progress(session, find_campaign(session, "2026")).villages} == {"checked"}
    survey(engine, tmp_path, {**ROWS[0], "height": 21})
    with reading(engine) as session:
        assert progress(session, find_campaign(session, "2026")).checked == 2


def test_error_rates_compare_the_sample_with_its_second_survey(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path)
    with transaction(engine) as session:
        assert sample_targets(session, "2026", 1.0, "种子", **BY) == 3
    again = ({**ROWS[0], "height": 20.4}, {**ROWS[2], "height": 15, "name": "白皮松"})
    survey(engine, tmp_path, *again, survey_round=2)
    with reading(engine) as session:
        found = {
            e.field: (e.compared, e.differing) for e in errors_of(session, find_campaign(session, "2026"))
        }
    assert found["height_m"] == (2, 1)
    assert found["name_verbatim"] == (2, 1)
    assert found["village"] == (2, 0)
    assert "surveyor" not in found


def test_only_what_was_drawn_counts_in_the_second_round(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path)
    with transaction(engine) as session:
        drawn = sample_targets(session, "2026", 0.5, "种子", **BY)
    assert drawn == 2
    assert survey(engine, tmp_path, *ROWS, survey_round=2) == 2


def test_the_seed_of_the_sample_stands_in_the_history(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path)
    with transaction(engine) as session:
        sample_targets(session, "2026", 0.1, "公开的种子", **BY)
        event = session.exec(select(Event).order_by(sa.desc(Event.seq)).limit(1)).one()
        items = session.execute(
            sa.text(f"SELECT change FROM event_item WHERE seq = {event.seq}")
        ).scalar_one()
        assert verify_history(session)
    assert json.loads(items)["sample"][1]["seed"] == "公开的种子"


def test_a_census_is_frozen_when_done_or_with_a_reason_and_never_changes_then(
    engine: Engine, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path, *ROWS[:2])
    with transaction(engine) as session, pytest.raises(CampaignOpenError) as refused:
        freeze_campaign(session, "2026", totals_of, **BY)
    assert refused.value.facts["pending"] == 1
    with transaction(engine) as session:
        frozen = freeze_campaign(session, "2026", totals_of, reason="大雪封山", **BY)
        totals = json.loads(frozen.totals)
        assert (totals["scattered"], totals["pending"], len(frozen.history_head or "")) == (3, 1, 64)
    with transaction(engine) as session, pytest.raises(CampaignFrozenError):
        assign_village(session, "2026", "苏店镇", "东庄", "丁某某", **BY)
    with pytest.raises(CampaignFrozenError):
        survey(engine, tmp_path)


def test_two_censuses_are_compared_by_tree_and_by_total(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    survey(engine, tmp_path, *ROWS[:2])
    with transaction(engine) as session:
        open_campaign(session, replace(DRAFT, id="2036", previous_id="2026"), **BY)
    survey(engine, tmp_path, {**ROWS[1], "height": 13}, ROWS[2], of="2036")
    with reading(engine) as session:
        found = compare(session, find_campaign(session, "2026"), find_campaign(session, "2036"))
    assert (found.both, found.only_before, found.only_now) == (1, ("1",), ("3",))
    assert found.changed == {"2": {"height_m": (12.0, 13.0)}}
    assert found.totals["forms"] == (2, 2)


def test_a_census_that_is_not_there_or_there_already_is_named(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    with transaction(engine) as session, pytest.raises(CampaignExistsError, match="2026"):
        open_campaign(session, DRAFT, **BY)
    with transaction(engine) as session, pytest.raises(CampaignNotFoundError, match="2026"):
        find_campaign(session, "2027")


def test_trees_in_groves_are_counted_apart_from_scattered_ones(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "1")).one()
        facts = {"authority_id": tree.authority_id, "source_id": tree.source_id, "updated_on": NOW.date()}
        grove = Grove(number="G1", tree_count=120, **facts)
        session.add(grove)
        session.flush()
        tree.grove_id = grove.id
        session.flush()
        counts = register_counts(session)
        assert (counts.scattered, counts.groves, counts.in_groves, counts.with_files) == (2, 1, 120, 1)
        assert list_targets(session, "2026", [tree.id], **BY) == (0, 1)
