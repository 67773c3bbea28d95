"""Figures of a register: as of any day, with their denominators; reports that are kept."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from register_kit import NOW, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.calendars import register_zone
from registry.commands.comparing import deviations
from registry.commands.history import canonical
from registry.commands.reports import facts_of, is_whole, keep_report, kept_report, kept_reports
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.kpi_counts import Period, counted_alerts, counted_patrols
from registry.models import (
    Assessment,
    CareAgreement,
    CaseFile,
    CaseStep,
    Designation,
    Event,
    Grove,
    HeritageGarden,
    Inspection,
    Party,
    Strategy,
    Tag,
    Tree,
    WorkOrder,
    Zone,
)
from registry.report_records import ReportFacts, Share
from registry.reports import measure_report
from registry.rulepacks import RULEPACK_FOLDER as PACKS
from registry.rulepacks import PackLibrary
from registry.vocab.care_words import StrategyState, WorkState, ZoneKind
from registry.vocab.words import CaseKind, CaseState, Category, InspectionKind, StepKind, TagState, TreeStatus

TODAY = date(2026, 3, 4)
YEAR_2025 = Period(date(2025, 1, 1), date(2025, 12, 31), TODAY)
NOW_2026 = Period(date(2026, 1, 1), date(2026, 12, 31), TODAY)
CATEGORIES = {
    "1": Category.ANCIENT,
    "2": Category.ANCIENT_FAMOUS,
    "3": Category.FAMOUS,
    "4": Category.RESERVE,
    "5": Category.ANCIENT,
}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    rows = [
        {"no": number, "name": "槐", "designated": "2020-05-01", "grade": "一级", "girth": 200 + int(number)}
        for number in CATEGORIES
    ]
    import_rows(engine, tmp_path, *rows)
    with transaction(engine) as session:
        for tree in trees(session).values():
            tree.category = CATEGORIES[tree.tree_no]
            session.add(tree)
    return engine


def trees(session: Session) -> dict[str, Tree]:
    return {tree.tree_no: tree for tree in session.exec(select(Tree))}


def measured(engine: Engine, period: Period, **options: Any) -> ReportFacts:
    with reading(engine) as session:
        return measure_report(session, period, PackLibrary(), now=NOW, **options)


def shares(facts: ReportFacts, group: str = "all") -> dict[str, Share | None]:
    return next(line.shares for line in facts.lines if line.division_id is None and line.group == group)


def tag(tree: Tree, code: str, issued: date, ended: date | None = None) -> Tag:
    state = TagState.WITHDRAWN if ended else TagState.ISSUED
    return Tag(tree_id=tree.id, code=code, key_id="1", state=state, issued_on=issued, ended_on=ended)


def zone(tree: Tree, published: date | None, ended: date | None = None) -> Zone:
    box = {"west": 1.0, "south": 1.0, "east": 1.1, "north": 1.1}
    return Zone(
        tree_id=tree.id, kind=ZoneKind.LEGAL, outline="00", **box, cell=1,
        area_m2=9.0, projection="EPSG:4547", made_on=date(2024, 1, 1), document_no="x",
        published_on=published, ended_on=ended,
    )  # fmt: skip


def test_protected_asks_for_zone_tag_and_agreement_at_once(office: Engine) -> None:
    with transaction(office) as session:
        of = trees(session)
        party = Party(kind="unit", name="某村村民委员会")
        session.add(party)
        session.flush()
        for number, code in (("1", "AAAAAAA1"), ("2", "AAAAAAA2"), ("4", "AAAAAAA4")):
            session.add(tag(of[number], code, date(2025, 2, 1)))
        for number in ("1", "2", "3"):
            session.add(zone(of[number], date(2025, 3, 1)))
        for number in ("1", "4"):
            session.add(
                CareAgreement(
                    tree_id=of[number].id, party_id=party.id, signed_on=date(2025, 4, 1), document_no="d"
                )
            )
    found = shares(measured(office, NOW_2026))
    assert (found["tagged"], found["zoned"], found["contracted"], found["protected"]) == (
        Share(3, 5), Share(3, 5), Share(2, 5), Share(1, 5),
    )  # fmt: skip
    by_class = {
        name: shares(measured(office, NOW_2026), name)["protected"]
        for name in ("ancient", "famous", "reserve")
    }
    assert by_class == {"ancient": Share(1, 3), "famous": Share(0, 2), "reserve": Share(0, 1)}


@pytest.mark.parametrize(
    ("on", "part"),
    [(date(2025, 1, 31), 0), (date(2025, 2, 1), 1), (date(2025, 6, 29), 1), (date(2025, 6, 30), 0)],
)
def test_a_tag_counts_from_its_day_until_the_day_it_ended(office: Engine, on: date, part: int) -> None:
    with transaction(office) as session:
        session.add(tag(trees(session)["1"], "AAAAAAA1", date(2025, 2, 1), date(2025, 6, 30)))
    found = shares(measured(office, Period(date(2025, 1, 1), on, TODAY)))
    assert found["tagged"] == Share(part, 5)


@pytest.mark.parametrize(
    ("seen", "part"),
    [
        ([(date(2025, 3, 1), "ok")], 1),
        ([(date(2025, 3, 1), "missing")], 0),
        ([(date(2025, 3, 1), "damaged"), (date(2025, 5, 1), "ok")], 1),
        ([(date(2025, 3, 1), "ok"), (date(2025, 5, 1), "damaged")], 0),
        ([(date(2025, 3, 1), "missing"), (date(2025, 5, 1), None)], 0),
        ([(date(2025, 1, 15), "missing")], 1),  # the tag was issued afterwards
    ],
)
def test_a_tag_that_a_patrol_missed_does_not_count(
    office: Engine, seen: list[tuple[date, str | None]], part: int
) -> None:
    with transaction(office) as session:
        tree = trees(session)["1"]
        session.add(tag(tree, "AAAAAAA1", date(2025, 2, 1)))
        session.add_all(
            Inspection(tree_id=tree.id, inspected_on=day, kind=InspectionKind.PATROL,
                       checks=canonical({"plate": state, "weather": "x"}) if state else None)
            for day, state in seen
        )  # fmt: skip
    assert shares(measured(office, YEAR_2025))["tagged"] == Share(part, 5)


def test_a_zone_that_was_not_published_is_none(office: Engine) -> None:
    with transaction(office) as session:
        session.add(zone(trees(session)["1"], None))
    assert shares(measured(office, NOW_2026))["zoned"] == Share(0, 5)


def test_a_tree_that_died_since_still_stood_then(office: Engine) -> None:
    with transaction(office) as session:
        tree = trees(session)["5"]
        tree.status = TreeStatus.DEAD
        session.add(tree)
        session.add(
            CaseFile(number="2026-0001", kind=CaseKind.DEATH, state=CaseState.GRANTED, tree_id=tree.id,
                     opened_on=date(2026, 1, 5), closed_on=date(2026, 2, 1))
        )  # fmt: skip
    assert shares(measured(office, YEAR_2025))["tagged"] == Share(0, 5)
    facts = measured(office, NOW_2026)
    assert shares(facts)["tagged"] == Share(0, 4)
    assert shares(facts)["died"] == Share(1, 5)
    assert shares(facts, "ancient")["died"] == Share(1, 3)
    assert facts.undated == 0


def test_what_carries_no_day_is_not_known_for_a_day_gone_by(office: Engine) -> None:
    found = shares(measured(office, YEAR_2025))
    assert found["filed"] is None
    assert found["complete"] is None
    now = shares(measured(office, NOW_2026))
    assert now["filed"] == Share(0, 5)
    assert now["complete"] is not None
    assert now["complete"].whole > now["complete"].part > 0


def test_a_tree_without_any_decision_is_no_denominator(office: Engine, tmp_path: Path) -> None:
    import_rows(office, tmp_path, *({"no": number} for number in ("8", "9")))
    facts = measured(office, NOW_2026)
    assert shares(facts)["tagged"] == Share(0, 5)
    assert facts.scattered == 7


@pytest.mark.parametrize(
    ("kind", "surveyed", "closed", "handled"),
    [
        (CaseKind.INCIDENT, None, date(2025, 9, 1), Share(1, 1)),
        (CaseKind.INCIDENT, None, None, Share(0, 1)),
        (CaseKind.INCIDENT, None, date(2026, 1, 1), Share(0, 1)),
        (CaseKind.RESCUE, date(2025, 5, 4), date(2025, 9, 1), Share(1, 1)),
        (CaseKind.RESCUE, date(2025, 5, 5), date(2025, 9, 1), Share(0, 1)),
    ],
)
def test_an_alert_counts_when_it_was_closed_and_every_step_came_in_time(
    office: Engine, kind: CaseKind, surveyed: date | None, closed: date | None, handled: Share
) -> None:
    """A survey is due three days after the report of a rescue, by the office's defaults."""
    with transaction(office) as session:
        state = CaseState.GRANTED if closed else CaseState.OPEN
        case = CaseFile(number="2025-0001", kind=kind, state=state, tree_id=trees(session)["1"].id,
                        opened_on=date(2025, 5, 1), closed_on=closed, pack_id="cn-2025")  # fmt: skip
        session.add(case)
        session.flush()
        days = [(StepKind.REPORT, date(2025, 5, 1)), (StepKind.SURVEY, surveyed)]
        session.add_all(
            CaseStep(case_id=case.id, ordinal=place, kind=step, happened_on=day, recorded_at=NOW)
            for place, (step, day) in enumerate(days, start=1)
            if day
        )
    assert shares(measured(office, YEAR_2025))["handled"] == handled
    assert shares(measured(office, NOW_2026))["handled"] == Share(0, 0)


@pytest.mark.parametrize(
    ("models", "scores", "helped"),
    [
        (("m", "m"), (50.0, 60.0), Share(1, 1)),
        (("m", "m"), (50.0, 50.0), Share(0, 1)),
        (("m", "other"), (50.0, 90.0), Share(0, 0)),
        (("m", "m 2"), (50.0, 90.0), Share(0, 0)),
        (("m", "m"), (None, 90.0), Share(0, 0)),
    ],
)
def test_only_scores_of_one_model_tell_whether_a_strategy_helped(
    office: Engine, models: tuple[str, str], scores: tuple[float | None, float], helped: Share
) -> None:
    with transaction(office) as session:
        own = trees(session)["1"].id
        rows = [
            Assessment(tree_id=own, model_id=model.split()[0], model_version=model.partition(" ")[2],
                       model_sha256="0" * 64,
                       assessed_on=date(2025, month, 1), score=score)
            for model, score, month in zip(models, scores, (1, 9), strict=True)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        session.add(
            Strategy(number="ST-2025-0001", tree_id=own, state=StrategyState.ACCEPTED,
                     made_on=date(2025, 2, 1), assessment_id=rows[0].id, outcome_id=rows[1].id,
                     accepted_on=date(2025, 10, 1))
        )  # fmt: skip
    assert shares(measured(office, YEAR_2025))["rejuvenated"] == helped


@pytest.mark.parametrize(
    ("visits", "share"),
    [
        ([], Share(0, 4)),
        ([date(2025, 2, 1), date(2025, 5, 1), date(2025, 8, 1), date(2025, 11, 1)], Share(3, 3)),
        ([date(2025, 2, 1), date(2025, 5, 1)], Share(1, 3)),
    ],
)
def test_patrols_on_time_are_counted_over_those_that_fell_due(
    office: Engine, visits: list[date], share: Share
) -> None:
    """Every three months since 2020; the first visit was late for the patrol of November 2024."""
    with transaction(office) as session:
        tree = trees(session)["1"]
        session.add_all(
            Inspection(tree_id=tree.id, inspected_on=day, kind=InspectionKind.PATROL) for day in visits
        )
        others = [other.id for number, other in trees(session).items() if number != "1"]
        session.execute(sa.update(Tree).where(Tree.id.in_(others)).values(status=TreeStatus.DEAD))
    with reading(office) as session:
        counted = list(counted_patrols(session, PackLibrary(), YEAR_2025))
    assert [shares["patrolled"] for _division, _category, shares in counted] == [share]


def test_currencies_are_never_added_together(office: Engine) -> None:
    with transaction(office) as session:
        own = trees(session)["1"].id
        for place, (currency, cents) in enumerate((("CNY", 1050), ("CNY", 950), ("HKD", 700))):
            session.add(
                WorkOrder(number=f"WO-2025-000{place}", tree_id=own, measure="T07", state=WorkState.ACCEPTED,
                          currency=currency, cost_cents=cents, finished_on=date(2025, 7, 1))
            )  # fmt: skip
    rows = measured(office, YEAR_2025).works
    assert [(row.key, row.currency, row.count, row.cost_cents) for row in rows] == [
        ("T07", "CNY", 2, 2000),
        ("T07", "HKD", 1, 700),
    ]


def test_gardens_are_told_by_their_latest_assessment(office: Engine) -> None:
    with transaction(office) as session:
        tree = trees(session)["1"]
        garden = HeritageGarden(
            number="G1", authority_id=tree.authority_id, source_id=tree.source_id, updated_on=TODAY
        )
        session.add(garden)
        session.flush()
        for month, band in ((1, "poor"), (6, "good")):
            session.add(
                Assessment(garden_id=garden.id, model_id="garden-condition", model_version="1",
                           model_sha256="0" * 64, assessed_on=date(2025, month, 1), band=band)
            )  # fmt: skip
    (row,) = measured(office, YEAR_2025).conditions
    assert (row.kind, row.records, row.assessed, row.bands) == (
        "garden",
        1,
        1,
        (("garden-condition", "good", 1),),
    )


def test_groves_and_trees_are_counted_apart(office: Engine) -> None:
    with transaction(office) as session:
        tree = trees(session)["1"]
        session.add(
            Grove(number="Q1", authority_id=tree.authority_id, source_id=tree.source_id, updated_on=TODAY,
                  tree_count=30)
        )  # fmt: skip
    facts = measured(office, NOW_2026)
    assert (facts.scattered, facts.groves, facts.in_groves) == (5, 1, 30)
    assert all(line.group != "grove" for line in facts.lines)  # nobody has designated it


def test_a_report_is_kept_once_and_read_as_it_was_told(office: Engine) -> None:
    facts = measured(office, YEAR_2025)
    for expected in (True, False):
        with transaction(office) as session:
            row, is_new = keep_report(session, facts, "2025", division_id=None, actor="tests", now=NOW)
            assert is_new is expected
            assert is_whole(row)
    with reading(office) as session:
        (row,) = kept_reports(session)
        assert facts_of(session, row) == replace(facts, made_at=row.made_at)
        assert kept_report(session, YEAR_2025.from_on, YEAR_2025.to_on, None) == row
        assert kept_report(session, YEAR_2025.from_on, date(2025, 12, 30), None) is None
        verify_history(session)
        assert [d for d in deviations(session) if d.kind == "year_report"] == []
    with transaction(office) as session:
        row = kept_reports(session)[0]
        row.content = row.content.replace('"part":0', '"part":5', 1)
        session.add(row)
        assert not is_whole(row)


@pytest.mark.parametrize(
    ("due", "made", "share"),
    [
        (date(2025, 12, 28), date(2026, 1, 3), Share(1, 1)),
        (date(2025, 12, 28), date(2026, 1, 5), Share(0, 1)),
        (date(2025, 12, 28), None, Share(0, 1)),
        (date(2026, 1, 1), date(2026, 1, 1), Share(0, 0)),
    ],
)
def test_a_patrol_due_in_the_last_days_of_a_year_counts_in_that_year(
    office: Engine, due: date, made: date | None, share: Share
) -> None:
    """Three months after the last visit, with a week of grace; the next year does not count it again."""
    with transaction(office) as session:
        own = trees(session)["1"].id
        visits = [due.replace(year=2025, month=9 if due.month == 12 else 10), *([made] if made else [])]
        session.add_all(
            Inspection(tree_id=own, inspected_on=day, kind=InspectionKind.PATROL) for day in visits
        )
        session.execute(sa.update(Tree).where(Tree.id != own).values(status=TreeStatus.DEAD))
        session.execute(sa.update(Designation).values(designated_on=visits[0]))
    with reading(office) as session:
        told = list(counted_patrols(session, PackLibrary(), YEAR_2025))
    assert [shares["patrolled"] for _division, _category, shares in told] == [share]


@pytest.mark.parametrize(("hour", "there"), [(15, 5), (16, 0), (23, 0)])
def test_a_record_is_there_from_its_day_in_china(office: Engine, hour: int, there: int) -> None:
    """16:00 UTC on 31 December is midnight in China: what is entered then is entered in the new year."""
    with transaction(office) as session:
        session.execute(sa.update(Event).values(at=datetime(2025, 12, 31, hour, tzinfo=UTC)))
        session.execute(sa.update(Designation).values(designated_on=None))
        zone = register_zone(session)
    period = replace(YEAR_2025, zone=zone)
    assert str(zone) == "Asia/Shanghai"
    assert shares(measured(office, period))["tagged"] == Share(0, there)


def test_terms_of_working_days_are_counted_by_the_calendar(office: Engine, tmp_path: Path) -> None:
    """Three working days after Wednesday, 30 April 2025, over the holiday: 8 May (1-5 May are off)."""
    pack = (PACKS / "cn-2025.toml").read_text(encoding="utf-8")
    pack = pack.replace("[deadlines]", "[deadlines]\nrescue_survey = { working_days = 3 }", 1)
    (tmp_path / "own.toml").write_text(pack.replace('id = "cn-2025"', 'id = "own"', 1), encoding="utf-8")
    with transaction(office) as session:
        for number, surveyed in (("2025-1", date(2025, 5, 8)), ("2025-2", date(2025, 5, 9))):
            case = CaseFile(number=number, kind=CaseKind.RESCUE, state=CaseState.GRANTED,
                            tree_id=trees(session)["1"].id, opened_on=date(2025, 4, 30),
                            closed_on=date(2025, 6, 1), pack_id="own")  # fmt: skip
            session.add(case)
            session.flush()
            days = [(StepKind.REPORT, date(2025, 4, 30)), (StepKind.SURVEY, surveyed)]
            session.add_all(
                CaseStep(case_id=case.id, ordinal=place, kind=step, happened_on=day, recorded_at=NOW)
                for place, (step, day) in enumerate(days, start=1)
            )
    with reading(office) as session:
        told = list(counted_alerts(session, PackLibrary(tmp_path), YEAR_2025))
    assert [shares["handled"] for _division, _category, shares in told] == [Share(1, 1), Share(0, 1)]
