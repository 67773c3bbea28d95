"""A report of figures, counted out of the register: shares, tallies, works and money, conditions, trials."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.kpi_counts import Period, left_undated, standing_on, tallied
from registry.kpis import Homes, all_kpis, kpi_lines
from registry.models import (
    Assessment,
    CareEntry,
    CaseFile,
    Designation,
    Grove,
    HeritageGarden,
    Inspection,
    Measurement,
    Photo,
    Place,
    Species,
    Tree,
    Trial,
    TrialPartner,
    TrialSubject,
    WorkOrder,
)
from registry.report_records import ConditionRow, MoneyRow, ReportFacts, Tally, TrialRow
from registry.rulepacks import PackLibrary
from registry.rules.counting import count_trees
from registry.surroundings import Surroundings
from registry.vocab.care_words import TrialState, WorkState
from registry.vocab.words import ON_REGISTER, DesignationKind, Distribution, InspectionKind

SPECIES_SHOWN = 30
OTHERS = "others"
AGE_BANDS = ((0, 100), (100, 300), (300, 500), (500, 1000), (1000, None))
"""Years, from (included) to (excluded): the bounds of the national grades, and a thousand."""


def measure_report(
    session: Session,
    period: Period,
    library: PackLibrary,
    *,
    level: str | None = "county",
    within: str | None = None,
    now: datetime,
    calendars: Path | None = None,
) -> ReportFacts:
    """Everything that a report of a period says. within: id of the one division that it is about; calendars:
    folder of the office's own."""
    around = Surroundings(session)
    homes = Homes(around, None, within)
    inside = _inside(around, homes) if within else None
    begun = replace(period, to_on=period.from_on - timedelta(days=1))
    stands = _within(standing_on(Tree, "tree_id", period, period.to_on), col(Tree.division_id), inside)
    counts = _counts(session, period, inside)
    return ReportFacts(
        register_name=around.settings["register_name"],
        from_on=period.from_on,
        to_on=period.to_on,
        made_at=now,
        made_on=period.today,
        division=around.division_path(within),
        division_en=around.division_path(within, in_english=True),
        kpis=all_kpis(),
        lines=kpi_lines(session, period, library, level=level, within=within, calendars=calendars),
        start=tuple(
            line
            for line in kpi_lines(session, begun, library, level=None, within=within)
            if line.division_id is None
        ),
        scattered=counts.scattered,
        groves=counts.groves,
        in_groves=counts.in_groves,
        tallies=_tallies(session, stands, period, around),
        activities=_activities(session, period, inside),
        works=_works(session, period, col(WorkOrder.measure), inside),
        sources=_works(session, period, col(WorkOrder.fund_source), inside),
        conditions=_conditions(session, period, inside),
        trials=_trials(session, period),
        undated=left_undated(session),
        register_name_en=around.settings["register_name_en"],
        is_demonstration=around.settings["demonstration"] == "yes",
    )


def _inside(around: Surroundings, homes: Homes) -> list[str]:
    return [own for own in around.divisions if homes.holds(own)]


def _within(condition: Any, column: Any, inside: list[str] | None) -> Any:
    return condition if inside is None else sa.and_(condition, column.in_(inside))


def _counts(session: Session, period: Period, inside: list[str] | None) -> Any:
    """Scattered trees, groves and trees in groves on the last day."""
    stands = _within(standing_on(Tree, "tree_id", period, period.to_on), col(Tree.division_id), inside)
    grouped = sa.func.coalesce(col(Tree.distribution), "") == Distribution.GROUPED
    alone = col(Tree.grove_id).is_(None)
    scattered, ungrouped = session.execute(
        sa.select(
            sa.func.count().filter(sa.and_(alone, ~grouped)), sa.func.count().filter(sa.and_(alone, grouped))
        )
        .select_from(Tree)
        .where(stands)
    ).one()
    filed = session.execute(
        sa.select(col(Tree.grove_id), sa.func.count())
        .where(stands, col(Tree.grove_id).is_not(None))
        .group_by(col(Tree.grove_id))
    )
    files = {row[0]: row[1] for row in filed}
    in_force = standing_on(Grove, "grove_id", period, period.to_on)
    groves = session.execute(
        sa.select(col(Grove.id), col(Grove.tree_count)).where(
            _within(in_force, col(Grove.division_id), inside)
        )
    )
    return count_trees(
        scattered=scattered, grouped=ungrouped, groves=[(said, files.get(own, 0)) for own, said in groves]
    )


def _tallies(session: Session, stands: Any, period: Period, around: Surroundings) -> tuple[Tally, ...]:
    def by(field: str, column: Any, where: Any = stands) -> Tally:
        found = tallied(session, column, where)
        return Tally(field, tuple(sorted(found.items(), key=lambda row: (row[0] is None, -row[1], row[0]))))

    scaled = sa.case(
        (col(Tree.vigour).is_(None), None),
        else_=sa.func.coalesce(col(Tree.vigour_scale), "") + ":" + sa.cast(col(Tree.vigour), sa.String),
    )
    on = period.to_on
    decision = (
        sa.select(col(Designation.scheme) + ":" + col(Designation.grade))
        .where(
            col(Designation.tree_id) == col(Tree.id),
            col(Designation.kind) == DesignationKind.GRADE,
            sa.or_(col(Designation.designated_on).is_(None), col(Designation.designated_on) <= on),
            sa.or_(col(Designation.ended_on).is_(None), col(Designation.ended_on) > on),
        )
        .order_by(sa.func.coalesce(col(Designation.designated_on), date.min).desc(), col(Designation.id))
        .limit(1)
        .correlate(Tree)
        .scalar_subquery()
    )
    return (
        by("category", col(Tree.category)),
        by("protection_grade", decision),
        _species(session, stands, around),
        Tally("age_years", tuple(_ages(session, stands).items())),
        by("vigour", scaled),
        by("environment", col(Tree.environment)),
        by("ownership", col(Tree.ownership)),
        by("growth_place", col(Tree.growth_place)),
    )


def _species(session: Session, stands: Any, around: Surroundings) -> Tally:
    found = tallied(session, col(Tree.species_id), stands)
    unknown = found.pop(None, 0)
    most = found.most_common(SPECIES_SHOWN)
    rest = sum(found.values()) - sum(count for _own, count in most)
    rows: list[tuple[str | None, int]] = [
        (_species_name(around.species.get(str(own))) or own, count) for own, count in most
    ]
    if rest:
        rows.append((OTHERS, rest))
    if unknown:
        rows.append((None, unknown))
    return Tally("species", tuple(rows))


def _species_name(species: Species | None) -> str | None:
    if species is None:
        return None
    names = (species.name_hans or species.name_hant or species.name_en, species.name_latin)
    return " ".join(name for name in names if name) or None


def _ages(session: Session, stands: Any) -> dict[str | None, int]:
    age = col(Tree.age_years)
    bands: dict[str | None, int] = {}
    columns = [
        sa.func.count().filter(age >= low if high is None else sa.and_(age >= low, age < high))
        for low, high in AGE_BANDS
    ]
    *found, unknown = session.execute(
        sa.select(*columns, sa.func.count().filter(age.is_(None))).select_from(Tree).where(stands)
    ).one()
    for (low, high), count in zip(AGE_BANDS, found, strict=True):
        bands[f"{low}-{high - 1}" if high else f"{low}+"] = count
    if unknown:
        bands[None] = unknown
    return bands


def _about(row: Any, inside: list[str] | None) -> Any:
    """Whether a dated row is about a record that lies in the divisions of the report."""
    if inside is None:
        return sa.true()
    owners = (("tree_id", Tree), ("grove_id", Grove), ("garden_id", HeritageGarden), ("place_id", Place))
    return sa.or_(
        *(
            col(getattr(row, own)).in_(sa.select(col(table.id)).where(col(table.division_id).in_(inside)))
            for own, table in owners
            if own in row.model_fields
        )
    )


def _activities(session: Session, period: Period, inside: list[str] | None) -> tuple[tuple[str, int], ...]:
    """What was done in the period: how many of each kind of dated rows."""

    def count(row: Any, day: Any, *conditions: Any) -> int:
        query = sa.select(sa.func.count()).select_from(row)
        query = query.where(col(day).between(period.from_on, period.to_on), _about(row, inside), *conditions)
        return int(session.execute(query).scalar_one())

    measured = sa.select(sa.func.count(sa.distinct(col(Measurement.tree_id)))).where(
        col(Measurement.measured_on).between(period.from_on, period.to_on), _about(Measurement, inside)
    )
    return (
        (
            "patrols",
            count(Inspection, Inspection.inspected_on, col(Inspection.kind) == InspectionKind.PATROL),
        ),
        ("inspections", count(Inspection, Inspection.inspected_on)),
        ("assessments", count(Assessment, Assessment.assessed_on)),
        ("measured", int(session.execute(measured).scalar_one())),
        ("care", count(CareEntry, CareEntry.done_on)),
        ("photos", count(Photo, Photo.taken_on)),
        ("cases_opened", count(CaseFile, CaseFile.opened_on)),
        ("cases_closed", count(CaseFile, CaseFile.closed_on)),
    )


def _works(session: Session, period: Period, key: Any, inside: list[str] | None) -> tuple[MoneyRow, ...]:
    """Works finished in the period, by measure or source of money; currencies are never added together."""
    finished = sa.func.coalesce(col(WorkOrder.finished_on), col(WorkOrder.accepted_on))
    query = (
        sa.select(
            key,
            col(WorkOrder.currency),
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(col(WorkOrder.planned_cents)), 0),
            sa.func.coalesce(sa.func.sum(col(WorkOrder.cost_cents)), 0),
        )
        .where(
            finished.between(period.from_on, period.to_on),
            col(WorkOrder.state) != WorkState.CANCELLED,
            _about(WorkOrder, inside),
        )
        .group_by(key, col(WorkOrder.currency))
    )
    rows = [
        MoneyRow(str(own) if own else "", int(count), currency, int(planned), int(cost))
        for own, currency, count, planned, cost in session.execute(query)
    ]
    return tuple(sorted(rows, key=lambda row: (row.currency, -row.cost_cents, row.key)))


def _conditions(session: Session, period: Period, inside: list[str] | None) -> tuple[ConditionRow, ...]:
    """Gardens and places: the latest assessment of each by the last day, and works on them in the period."""
    rows = []
    for kind, table, own in (("garden", HeritageGarden, "garden_id"), ("place", Place, "place_id")):
        whole = sa.select(sa.func.count()).select_from(table)
        whole = whole.where(_within(col(table.status).in_(ON_REGISTER), col(table.division_id), inside))
        records = int(session.execute(whole).scalar_one())
        owner = col(getattr(Assessment, own))
        latest: dict[str, tuple[str, str]] = {}
        found = session.execute(
            sa.select(owner, col(Assessment.model_id), col(Assessment.band))
            .where(
                owner.is_not(None), col(Assessment.assessed_on) <= period.to_on, _about(Assessment, inside)
            )
            .order_by(col(Assessment.assessed_on), col(Assessment.id))
        )
        for about, model, band in found:
            latest[about] = (model, band or "")
        bands = Counter(latest.values())
        works = col(getattr(WorkOrder, own)).is_not(None)
        done = session.execute(
            sa.select(
                sa.func.count(), sa.func.count().filter(col(WorkOrder.state) == WorkState.ACCEPTED)
            ).where(
                works,
                sa.func.coalesce(col(WorkOrder.finished_on), col(WorkOrder.accepted_on)).between(
                    period.from_on, period.to_on
                ),
                _about(WorkOrder, inside),
            )
        ).one()
        if records:
            told = tuple((model, band, count) for (model, band), count in sorted(bands.items()))
            rows.append(ConditionRow(kind, records, len(latest), told, int(done[0]), int(done[1])))
    return tuple(rows)


def _trials(session: Session, period: Period) -> tuple[TrialRow, ...]:
    def count(row: Any) -> Any:
        return (
            sa.select(sa.func.count())
            .select_from(row)
            .where(col(row.trial_id) == col(Trial.id))
            .correlate(Trial)
            .scalar_subquery()
        )

    query = (
        sa.select(Trial, count(TrialPartner), count(TrialSubject))
        .where(
            col(Trial.state) != TrialState.PLANNED,
            sa.or_(col(Trial.starts_on).is_(None), col(Trial.starts_on) <= period.to_on),
            sa.or_(col(Trial.ends_on).is_(None), col(Trial.ends_on) >= period.from_on),
        )
        .order_by(col(Trial.number))
    )
    return tuple(
        TrialRow(trial.number, trial.title, trial.state.value, partners, subjects, trial.results)
        for trial, partners, subjects in session.execute(query)
    )
