"""Assessments are recorded, corrected, reviewed by somebody else, and told in the history; readings too."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_kit import NOW, import_rows, rows_of, tamper
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.assessment_models import ModelLibrary
from registry.care_errors import AssessmentError, AssessmentNotFoundError
from registry.commands.areas import AreaPlace, register_garden, register_grove
from registry.commands.assessments import (
    AssessmentDraft,
    correct_assessment,
    find_assessment,
    record_assessment,
    review_assessment,
)
from registry.commands.comparing import deviations
from registry.commands.readings import ReadingDraft, record_reading
from registry.commands.verifying import verify_history
from registry.commands.visits import record_visit
from registry.db import reading, transaction
from registry.errors import RecordKindError
from registry.health import Which, assessment_records, due_assessments, never_assessed, reading_records
from registry.models import (
    Assessment,
    Event,
    GardenDraft,
    GroveDraft,
    InspectionDraft,
    InstrumentReading,
    Tree,
)
from registry.rules.trends import change_of
from registry.selection import find_record
from registry.vocab.care_words import AssessmentState, InstrumentKind
from registry.vocab.words import Environment, RiskRating, Vigour

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
LIBRARY = ModelLibrary()
ENOUGH = {
    "H01": 90,
    "H02": 1,
    "H03": 8,
    "H04": 5,
    "H06": 0,
    "H07": 95,
    "H08": 1,
    "H09": 5,
    "H11": 0,
    "H13": 1,
}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, {"no": "1", "name": "侧柏"}, {"no": "2"})
    with transaction(engine) as session:
        place = AreaPlace("cn-test", session.exec(select(Tree)).first().source_id)  # type: ignore[union-attr]
        register_grove(session, GroveDraft(number="群1", name="松林", tree_count=40), place, **ACTOR)
        register_garden(session, GardenDraft(number="园1", name="某园", lon=112.8, lat=35.5), place, **ACTOR)
    return engine


def ref(session: Session, called: str) -> tuple[str, str, str]:
    found = find_record(session, called)
    return found.kind, found.id, found.called


def take(engine: Engine, called: str = "1", model: str = "gushu-health", **facts: Any) -> tuple[str, bool]:
    usual: dict[str, Any] = {"assessed_on": date(2026, 3, 1), "by": "张评估", "answers": ENOUGH}
    draft = AssessmentDraft(**{**usual, **facts})
    with transaction(engine) as session:
        row, is_new = record_assessment(
            session, ref(session, called), LIBRARY.get(model), draft, today=TODAY, **ACTOR
        )
        return row.id, is_new


def review(engine: Engine, own: str, by: str = "李复核", on: date = TODAY) -> dict[str, Any]:
    with transaction(engine) as session:
        return review_assessment(session, find_assessment(session, own), by=by, on=on, today=TODAY, **ACTOR)


def tree(engine: Engine, number: str = "1") -> Tree:
    return next(each for each in rows_of(engine, Tree) if each.tree_no == number)


def assert_whole(engine: Engine) -> None:
    with reading(engine) as session:
        verify_history(session)
        assert list(deviations(session)) == []


def test_an_assessment_is_recorded_once_with_its_score_and_the_hash_of_its_model(office: Engine) -> None:
    own, is_new = take(office)
    assert is_new
    assert take(office) == (own, False)
    (row,) = rows_of(office, Assessment)
    assert row.state == AssessmentState.DRAFT
    assert row.model_sha256 == LIBRARY.get("gushu-health").sha256
    assert (row.band, row.coverage) == ("healthy", pytest.approx(0.72))
    assert_whole(office)


def test_a_submission_sent_again_is_recorded_once_and_other_content_under_its_id_is_refused(
    office: Engine,
) -> None:
    own, _new = take(office, submission_id="phone-7")
    assert take(office, submission_id="phone-7") == (own, False)
    with pytest.raises(AssessmentError, match="phone-7"):
        take(office, submission_id="phone-7", answers={"H01": 10})
    review(office, own)
    assert take(office, submission_id="phone-7") == (own, False)
    assert len(rows_of(office, Assessment)) == 1


def test_a_score_says_nothing_of_vigour_and_the_statement_counts_from_its_review_on(office: Engine) -> None:
    own, _new = take(office)
    review(office, own)
    assert tree(office).vigour is None
    stated = {"vigour": Vigour.SLIGHTLY_WEAK, "vigour_scale": "gbt51168", "environment": Environment.POOR}
    own, _new = take(office, **stated, risk_rating=RiskRating.HIGH)
    assert tree(office).vigour is None
    changed = review(office, own)
    assert set(changed) == {"vigour", "vigour_scale", "environment"}
    now = tree(office)
    assert (now.vigour, now.vigour_scale, now.environment) == (
        Vigour.SLIGHTLY_WEAK,
        "gbt51168",
        Environment.POOR,
    )
    assert_whole(office)


def test_whoever_looked_last_says_how_a_tree_is(office: Engine) -> None:
    with transaction(office) as session:
        draft = InspectionDraft(inspected_on=date(2026, 3, 2), vigour=Vigour.NORMAL)
        record_visit(session, ref(session, "1"), draft, today=TODAY, **ACTOR)
    own, _new = take(office, vigour=Vigour.WEAK)  # of the day before
    assert review(office, own) == {}
    assert tree(office).vigour == Vigour.NORMAL
    later, _new = take(office, assessed_on=date(2026, 3, 3), vigour=Vigour.ENDANGERED)
    review(office, later)
    with transaction(office) as session:
        draft = InspectionDraft(inspected_on=date(2026, 3, 2), vigour=Vigour.WEAK, notes="迟到")
        record_visit(session, ref(session, "1"), draft, today=TODAY, **ACTOR)
    assert tree(office).vigour == Vigour.ENDANGERED
    assert_whole(office)


def test_nobody_reviews_his_own_assessment_nor_twice_nor_before_it_was_made(office: Engine) -> None:
    own, _new = take(office)
    for wrong in ({"by": "张评估"}, {"on": date(2026, 2, 1)}, {"on": date(2026, 3, 5)}):
        with pytest.raises(AssessmentError):
            review(office, own, **wrong)  # type: ignore[arg-type]
    review(office, own)
    with pytest.raises(AssessmentError):
        review(office, own, by="王复核")
    assert_whole(office)


def test_a_draft_is_corrected_and_what_was_reviewed_is_not(office: Engine) -> None:
    own, _new = take(office, submission_id="phone-8")

    def correct(**answers: Any) -> bool:
        draft = AssessmentDraft(date(2026, 3, 1), "张评估", {**ENOUGH, **answers})
        with transaction(office) as session:
            row = find_assessment(session, own)
            model = LIBRARY.get("gushu-health")
            return correct_assessment(session, row, model, draft, today=TODAY, reason="笔误", **ACTOR)

    before = rows_of(office, Assessment)[0].score
    assert correct(H01=20)
    assert not correct(H01=20)
    (row,) = rows_of(office, Assessment)
    assert (row.id, row.submission_id) == (own, "phone-8")
    assert row.score < before
    assert_whole(office)
    review(office, own)
    with pytest.raises(AssessmentError):
        correct(H01=90)


@pytest.mark.parametrize(
    "wrong",
    [
        {"assessed_on": date(2026, 3, 5)},
        {"next_on": date(2026, 3, 1)},
        {"answers": {}},
        {"answers": {"H01": "很好"}},
        {"answers": {"X": 1}},
        {"vigour": Vigour.HIGH},
        {"vigour": Vigour.WEAK, "vigour_scale": "no-such-scale"},
        {"time_frame_years": 0.0},
        {"model": "isa-basic", "answers": {"RISK": "枝|人|probable|medium|minor"}},
        {"model": "vta", "answers": {"TR": 0.3}, "vigour": Vigour.WEAK},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(office: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(AssessmentError):
        take(office, **wrong)
    assert rows_of(office, Assessment) == []


def test_models_are_for_their_own_kinds_and_the_dead_are_not_assessed(office: Engine) -> None:
    with pytest.raises(RecordKindError):
        take(office, "garden:园1")
    with pytest.raises(RecordKindError):
        take(office, "1", "garden-condition", answers={"G01": 1})
    tamper(office, "UPDATE tree SET status = 'dead' WHERE tree_no = '2'")
    with pytest.raises(AssessmentError, match="Status"):
        take(office, "2")


def test_groves_and_gardens_are_assessed_like_trees(office: Engine) -> None:
    take(office, "grove:群1", "hk-form1", answers={"TREES": 40, "COLOUR": "紅色,綠色"})
    take(office, "grove:群1", "shanxi-comprehensive", answers={"A01": 80, "A02": 10, "A03": 2, "C01": 1})
    garden, _new = take(office, "garden:园1", "garden-condition", answers={f"G0{n}": 2 for n in range(1, 9)})
    review(office, garden)
    assert_whole(office)
    with reading(office) as session:
        (record,) = assessment_records(session, Which(record=ref(session, "garden:园1")[:2]))
    assert (record.number, record.name, record.result.band) == ("园1", "某园", "fair")


def test_trends_follow_the_years_and_what_is_due_begins_with_the_endangered(office: Engine) -> None:
    for year, leaves in ((2023, 90), (2025, 40)):
        own, _new = take(office, assessed_on=date(year, 2, 1), answers={**ENOUGH, "H01": leaves})
        review(office, own)
    take(office, "2", assessed_on=date(2024, 1, 1), next_on=date(2026, 3, 20), vigour=Vigour.ENDANGERED)
    with reading(office) as session:
        ours = assessment_records(session, Which(record=ref(session, "1")[:2]))
        models = {each.id: each for each in LIBRARY.all()}
        due = due_assessments(session, models, until=date(2026, 4, 1))
        assert never_assessed(session) == (0, 2)
    change = change_of(ours[::-1])
    assert change is not None
    assert change < 0
    assert [(each.number, each.next_on, each.is_stated) for each in due] == [
        ("1", date(2026, 2, 1), False),
        ("2", date(2026, 3, 20), True),
    ]
    last = find(office, "2")
    review(office, last)
    with reading(office) as session:
        assert [each.number for each in due_assessments(session, models, until=date(2026, 4, 1))] == [
            "2",
            "1",
        ]


def find(engine: Engine, number: str) -> str:
    with reading(engine) as session:
        return assessment_records(session, Which(record=ref(session, number)[:2]))[0].id


def test_an_assessment_is_found_by_its_first_letters_where_they_are_its_own(office: Engine) -> None:
    own, _new = take(office)
    with reading(office) as session:
        assert find_assessment(session, own[:8]).id == own
        for wrong in ("zz", "", "%"):
            with pytest.raises(AssessmentNotFoundError):
                find_assessment(session, wrong)


def test_a_reading_is_recorded_once_and_belongs_to_its_records_assessment(office: Engine) -> None:
    own, _new = take(office)
    draft = ReadingDraft(
        InstrumentKind.TOMOGRAPH,
        date(2026, 3, 1),
        {"t/R": (0.34, "")},
        "1.2 m",
        ("断层.pit", "a" * 64),
        "某公司",
    )

    def measure(called: str = "1", what: ReadingDraft = draft) -> bool:
        with transaction(office) as session:
            assessment = find_assessment(session, own)
            return record_reading(
                session, ref(session, called), what, assessment=assessment, today=TODAY, **ACTOR
            )[1]

    assert [measure(), measure()] == [True, False]
    with pytest.raises(AssessmentError):
        measure("2")
    for wrong in (
        ReadingDraft(InstrumentKind.SOIL, date(2026, 3, 5), {"pH": (7.0, "")}),
        ReadingDraft(InstrumentKind.SOIL, date(2026, 3, 1)),
        ReadingDraft(InstrumentKind.SOIL, date(2026, 3, 1), {"pH": (float("nan"), "")}),
    ):
        with pytest.raises(AssessmentError):
            measure("1", wrong)
    assert len(rows_of(office, InstrumentReading)) == 1
    with reading(office) as session:
        (kept,) = reading_records(session, ref(session, "1")[:2])
        (assessed,) = assessment_records(session)
    assert kept.values == (("t/R", 0.34, ""),)
    assert [each.id for each in assessed.readings] == [kept.id]
    assert_whole(office)


def test_the_history_tells_who_did_what_and_notices_a_score_that_was_altered(office: Engine) -> None:
    own, _new = take(office, vigour=Vigour.WEAK)
    review(office, own)
    kinds = [event.kind for event in rows_of(office, Event)]
    assert kinds[-2:] == ["assessment:recorded", "assessment:reviewed"]
    tamper(office, "UPDATE assessment SET score = 100")
    with reading(office) as session:
        assert [(each.tree_no, each.field) for each in deviations(session)] == [("1", "assessments")]
