"""Two who record at the same time: one waits, and what was sent twice is recorded once under one number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from care_kit import ANSWERS, LIBRARY, is_true, ref_of, square
from case_kit import ACTOR, make_trees
from register_kit import NOW, count, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel
from strategy_kit import TODAY

from registry.assessment_models import ModelLibrary
from registry.check_records import Asked
from registry.commands.assessments import AssessmentDraft, record_assessment
from registry.commands.care import CareDraft, log_care
from registry.commands.case_works import Details
from registry.commands.cases import CaseDraft, open_case
from registry.commands.notices import NoticeDraft, add_notices
from registry.commands.readings import ReadingDraft, record_reading
from registry.commands.strategies import propose_strategy
from registry.commands.trials import open_trial
from registry.commands.works import WorkDraft, make_work
from registry.commands.zone_checking import record_check
from registry.commands.zones import LegalDraft, set_legal_zones
from registry.db import open_register, transaction
from registry.measure_tables import measure_table
from registry.models import (
    Assessment,
    CareEntry,
    CaseFile,
    InstrumentReading,
    Party,
    StewardNotice,
    Strategy,
    Trial,
    WorkOrder,
    Zone,
    ZoneCheck,
)
from registry.rulepacks import rule_pack
from registry.rules.case_facts import StepFacts
from registry.rules.conflicts import footprint_of
from registry.vocab.care_words import CareKind, InstrumentKind, NoticeKind
from registry.vocab.words import CaseKind, StepKind
from registry.zone_checks import answer

ON = date(2026, 3, 1)
Record = Callable[[Session, dict[str, Any]], object]


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    make_trees(
        engine, tmp_path, {"no": "甲-1", "name": "侧柏", "lon": 112.85, "lat": 35.5, "steward": "张三"}
    )
    return engine


def assessment(session: Session, who: dict[str, Any]) -> object:
    draft = AssessmentDraft(assessed_on=ON, by="李评估", answers=ANSWERS)
    model = ModelLibrary().get("gushu-health")
    return record_assessment(session, ref_of(session), model, draft, today=TODAY, **who)


def instrument(session: Session, who: dict[str, Any]) -> object:
    draft = ReadingDraft(InstrumentKind.RESISTOGRAPH, ON, {"decay": (12.0, "percent")}, by="李评估")
    return record_reading(session, ref_of(session), draft, today=TODAY, **who)


def watering(session: Session, who: dict[str, Any]) -> object:
    draft = CareDraft(CareKind.WATERING, ON, by="张三")
    return log_care(session, [(ref_of(session), draft)], today=TODAY, **who)


def notice(session: Session, who: dict[str, Any]) -> object:
    draft = NoticeDraft(NoticeKind.WARNING, ON, document_no="函1")
    return add_notices(session, [ref_of(session)], draft, today=TODAY, **who)


def zone(session: Session, who: dict[str, Any]) -> object:
    return set_legal_zones(session, [(ref_of(session), LegalDraft(square(), "划1"))], today=TODAY, **who)


def incident(session: Session, who: dict[str, Any]) -> object:
    first = StepFacts(StepKind.REPORT, ON, document_no="报1")
    draft = CaseDraft(CaseKind.INCIDENT, ref_of(session)[:2], first, details=Details(incident="I01"))
    return open_case(session, draft, pack=rule_pack("cn-2025"), **who)


def work(session: Session, who: dict[str, Any]) -> object:
    ref, draft = ref_of(session), WorkDraft(text="x")
    return make_work(session, ref, "T01", draft, today=TODAY, submission_id="w-1", **who)


def strategy(session: Session, who: dict[str, Any]) -> object:
    row, _new = record_assessment(
        session, ref_of(session), ModelLibrary().get("gushu-health"),
        AssessmentDraft(assessed_on=ON, by="李评估", answers=ANSWERS), today=TODAY, **who,
    )  # fmt: skip
    assert row
    return propose_strategy(
        session, ref_of(session), measure_table(), today=TODAY, submission_id="s-1", **who
    )


def trial(session: Session, who: dict[str, Any]) -> object:
    return open_trial(session, "复壮", {}, today=TODAY, **who)


ONCE: dict[Record, type[SQLModel]] = {
    assessment: Assessment, instrument: InstrumentReading, watering: CareEntry, notice: StewardNotice,
    zone: Zone, incident: CaseFile, work: WorkOrder, strategy: Strategy, trial: Trial,
}  # fmt: skip
LATER = {**ACTOR, "now": NOW + timedelta(seconds=1)}


@pytest.mark.parametrize("record", ONCE, ids=lambda record: record.__name__)
def test_what_is_recorded_again_a_second_later_is_recorded_once(engine: Engine, record: Record) -> None:
    for who in (ACTOR, LATER, ACTOR):
        with transaction(engine) as session:
            record(session, who)
    assert count(engine, ONCE[record]) == 1
    is_true(engine)


@pytest.mark.parametrize("record", ONCE, ids=lambda record: record.__name__)
def test_what_two_record_at_once_is_recorded_once(engine: Engine, record: Record) -> None:
    at_once(engine, record, record)
    assert count(engine, ONCE[record]) == 1
    assert len({(party.kind, party.name) for party in rows_of(engine, Party)}) == count(engine, Party)
    is_true(engine)


def test_two_who_record_at_once_never_get_the_same_number(engine: Engine) -> None:
    def one(measure: str) -> Record:
        return lambda session, who: make_work(
            session, ref_of(session), measure, WorkDraft(), today=TODAY, **who
        )

    at_once(engine, one("T01"), one("T02"), one("T03"), incident, trial)
    assert sorted(row.number[-4:] for row in rows_of(engine, WorkOrder)) == ["0001", "0002", "0003"]
    is_true(engine)


def test_the_same_check_of_a_footprint_asked_for_twice_is_one(engine: Engine) -> None:
    footprint = footprint_of([square()])
    assert footprint is not None
    asked = Asked("a.geojson", "f" * 64, "WGS84", applicant="某公司")
    for later in (0, 1):
        with transaction(engine) as session:
            result = answer(session, footprint, asked, LIBRARY, TODAY, may_see_exact=True)
            facts = {"actor": "tests", "now": NOW + timedelta(seconds=later), "today": TODAY}
            record_check(session, result, valid_for={"months": 6}, may_see_exact=True, **facts)
    assert count(engine, ZoneCheck) == 1


def at_once(engine: Engine, *records: Record) -> None:
    """Record from threads that begin together."""
    barrier = Barrier(len(records))

    def run(record: Record) -> None:
        barrier.wait(60)
        with transaction(engine, patient=True) as session:
            record(session, ACTOR)

    with ThreadPoolExecutor(len(records)) as pool:
        for done in [pool.submit(run, record) for record in records]:
            done.result()
