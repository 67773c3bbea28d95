"""What the office keeps beside a tree's public file: zones, assessments, strategies, works, care, growth."""

from dataclasses import dataclass
from datetime import date

from registry.growth_records import GrowthRecord
from registry.health_records import AssessmentRecord, ReadingRecord
from registry.strategy_records import StrategyRecord, WorkRecord
from registry.zone_records import ZoneLine


@dataclass(frozen=True, slots=True)
class CareLogRecord:
    """One line of the care log; score: 0 to 100 by whoever checked it."""

    done_on: date
    kind: str
    amount: float | None = None
    unit: str | None = None
    agent: str | None = None
    notes: str | None = None
    by: str | None = None
    checked_on: date | None = None
    checker: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class OfficeCare:
    """All of it about one tree, for the office alone: it names persons, money and exact places.

    assessments, readings, care: the newest first. works: those that belong to no strategy shown. patrols:
    days of the patrols, the newest first.
    """

    zones: tuple[ZoneLine, ...] = ()
    assessments: tuple[AssessmentRecord, ...] = ()
    readings: tuple[ReadingRecord, ...] = ()
    strategies: tuple[StrategyRecord, ...] = ()
    works: tuple[WorkRecord, ...] = ()
    care: tuple[CareLogRecord, ...] = ()
    patrols: tuple[date, ...] = ()
    growth: GrowthRecord | None = None
