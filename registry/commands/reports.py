"""Reports that are kept: the figures as they were told on a day, with their hash, for ever after."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.commands.history import canonical, history_head, lock_history, record_event
from registry.commands.subjects import told_record
from registry.models import YearReport
from registry.report_records import (
    ConditionRow,
    Kpi,
    KpiLine,
    MoneyRow,
    ReportFacts,
    Share,
    Tally,
    TrialRow,
)


def keep_report(
    session: Session, facts: ReportFacts, title: str, *, division_id: str | None, actor: str, now: datetime
) -> tuple[YearReport, bool]:
    """Keep a report; returns it and whether it is new. The same figures of the same period are kept once."""
    lock_history(session)
    content = canonical(_plain(facts))
    digest = hashlib.sha256(content.encode()).hexdigest()
    same = select(YearReport).where(
        YearReport.sha256 == digest,
        YearReport.division_id == division_id,
        YearReport.from_on == facts.from_on,
        YearReport.to_on == facts.to_on,
    )
    if (earlier := session.exec(same).first()) is not None:
        return earlier, False
    row = YearReport(
        division_id=division_id,
        from_on=facts.from_on,
        to_on=facts.to_on,
        title=title,
        made_at=now,
        content=content,
        sha256=digest,
        history_head=history_head(session),
    )
    session.add(row)
    session.flush()
    told = told_record("year_report", row)
    brief = {name: pair for name, pair in told.fields.items() if name != "content"}
    change = type(told)(told.subject_type, told.subject_id, told.action, brief)
    record_event(session, "report:kept", [change], actor=actor, at=now)
    return row, True


def kept_reports(session: Session, division_id: str | None = None) -> Sequence[YearReport]:
    """Reports that were kept, of all divisions or one, the newest first."""
    query = select(YearReport).order_by(col(YearReport.to_on).desc(), col(YearReport.made_at).desc())
    if division_id is not None:
        query = query.where(YearReport.division_id == division_id)
    return session.exec(query).all()


def kept_report(session: Session, from_on: date, to_on: date, division_id: str | None) -> YearReport | None:
    """The report last kept of exactly this period and division."""
    query = select(YearReport).where(
        YearReport.from_on == from_on, YearReport.to_on == to_on, YearReport.division_id == division_id
    )
    return session.exec(query.order_by(col(YearReport.made_at).desc())).first()


def is_whole(row: YearReport) -> bool:
    """Whether a kept report still is what its hash was made of."""
    return hashlib.sha256(row.content.encode()).hexdigest() == row.sha256


def facts_of(session: Session, row: YearReport) -> ReportFacts:
    """A kept report as it was told."""
    told: dict[str, Any] = json.loads(row.content)
    return ReportFacts(
        register_name=told["register_name"],
        from_on=row.from_on,
        to_on=row.to_on,
        made_at=row.made_at,
        made_on=register_today(session, row.made_at),
        division=tuple(told["division"]),
        division_en=tuple(told["division_en"]),
        kpis=tuple(Kpi(**kpi) for kpi in told["kpis"]),
        lines=tuple(_line(line) for line in told["lines"]),
        start=tuple(_line(line) for line in told["start"]),
        scattered=told["scattered"],
        groves=told["groves"],
        in_groves=told["in_groves"],
        tallies=tuple(Tally(t["field"], tuple((key, n) for key, n in t["rows"])) for t in told["tallies"]),
        activities=tuple((name, count) for name, count in told["activities"]),
        works=tuple(MoneyRow(**money) for money in told["works"]),
        sources=tuple(MoneyRow(**money) for money in told["sources"]),
        conditions=tuple(
            ConditionRow(**{**c, "bands": tuple(tuple(band) for band in c["bands"])})
            for c in told["conditions"]
        ),
        trials=tuple(TrialRow(**trial) for trial in told["trials"]),
        undated=told["undated"],
        register_name_en=told.get("register_name_en", ""),
        is_demonstration=told.get("is_demonstration", False),
    )


def _plain(facts: ReportFacts) -> dict[str, Any]:
    """The report without when it was counted and without the one it is compared with."""
    told = asdict(facts)
    del told["made_at"], told["made_on"], told["before"]
    return told


def _line(told: dict[str, Any]) -> KpiLine:
    shares = {name: Share(**share) if share else None for name, share in told["shares"].items()}
    return KpiLine(told["division_id"], tuple(told["names"]), tuple(told["names_en"]), told["group"], shares)
