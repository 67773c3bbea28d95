"""The figures (考核指标) of an edition: shares of the whole register by class, no persons, no money."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from registry.calendars import register_today, register_zone
from registry.care_errors import CalendarYearError
from registry.edition import EditionWriter
from registry.kpi_counts import Period
from registry.kpis import all_kpis, kpi_lines
from registry.report_records import Kpi, Share
from registry.rulepacks import PackLibrary


def write_kpis(
    session: Session,
    writer: EditionWriter,
    library: PackLibrary,
    now: datetime,
    calendars: Path | None = None,
) -> None:
    """Write the table `kpi`: every figure of every class that has something to count, this year so far.

    Where working days cannot be counted (no calendar of that year), nothing is written: a report says why.
    """
    today = register_today(session, now)
    period = Period(date(today.year, 1, 1), today, today, register_zone(session))
    try:
        lines = kpi_lines(session, period, library, level=None, calendars=calendars)
    except CalendarYearError:
        return
    rows = [
        _row(kpi, share, line.group, period, place)
        for line in lines
        if line.division_id is None
        for place, kpi in enumerate(all_kpis())
        if (share := line.shares.get(kpi.id)) is not None and share.whole
    ]
    writer.insert("kpi", rows)


def _row(kpi: Kpi, share: Share, group: str, period: Period, place: int) -> dict[str, Any]:
    return {
        "kpi": kpi.id,
        "group": group,
        "numerator": share.part,
        "denominator": share.whole,
        "unit": kpi.unit,
        "target": kpi.target,
        "from_on": period.from_on,
        "as_of": period.to_on,
        "name_zh": kpi.zh,
        "name_en": kpi.en,
        "sentence_zh": f"{kpi.whole_zh} {share.whole:,}，其中{kpi.part_zh} {share.part:,}。",
        "sentence_en": f"{share.part:,} {kpi.part_en}, of {share.whole:,} {kpi.whole_en}.",
        "citation_zh": kpi.citation,
        "citation_en": kpi.citation_en,
        "ordinal": place,
    }
