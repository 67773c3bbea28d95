"""Figures and reports on the command line: what a leader asks, with every denominator."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.report_tables import group_word, kpi_word, report_lines, report_title, share_text
from registry.calendars import calendar_folder, register_today, register_zone
from registry.cli.app import Office, _, app
from registry.cli.exporting import DivisionName, division_chosen, written
from registry.cli.rule_tables import table
from registry.commands.reports import facts_of, is_whole, keep_report, kept_report, kept_reports
from registry.db import reading, transaction
from registry.errors import OutputError, Phrase
from registry.kpi_counts import Period
from registry.kpis import LEVELS
from registry.outputs import check_output
from registry.report_records import ReportFacts
from registry.reports import measure_report
from registry.vocab.language import Translator

KINDS = (".xlsx", ".html", ".pdf")
report = typer.Typer(
    no_args_is_help=True, help=_("Figures with their denominators, yearly reports, comparison with before.")
)
app.add_typer(report, name="report")

Year = Annotated[int | None, typer.Argument(min=1900, max=2999, help=_("A calendar year."))]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help=_("First day of the period."))
]
To = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Last day of the period."))]
Level = Annotated[
    str, typer.Option(help=_("Divisions that are told apart: province, city, county, town, village or none."))
]


@report.command(help=_("Say the figures of a year or period: each with what is counted over what."))
def show(
    ctx: typer.Context,
    year: Year = None,
    from_: From = None,
    to: To = None,
    division: DivisionName = None,
    level: Level = "none",
) -> None:
    """Show."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        facts, _division = _measured(session, office, year, from_, to, division, level)
    for line in _lines(facts, office.t):
        office.say(line)
    office.answer(_answer(facts))


@report.command(help=_("Write the report of a year or period: .xlsx, .html or .pdf, compared with before."))
def make(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(help=_("A .xlsx, .html or .pdf file."))],
    year: Year = None,
    from_: From = None,
    to: To = None,
    division: DivisionName = None,
    level: Level = "county",
) -> None:
    """Make."""
    office: Office = ctx.obj
    _check(out, office)
    with reading(office.engine()) as session:
        facts, _division = _measured(session, office, year, from_, to, division, level)
    _write(facts, out, office)
    office.answer({"path": str(out), **_answer(facts)})


@report.command(help=_("Keep the figures as they are told today, so that they can be shown again."))
def keep(
    ctx: typer.Context,
    year: Year = None,
    from_: From = None,
    to: To = None,
    division: DivisionName = None,
    level: Level = "county",
) -> None:
    """Keep."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        facts, own = _measured(session, office, year, from_, to, division, level)
        title = report_title(facts, office.t)
        row, is_new = keep_report(
            session, facts, title, division_id=own, actor=office.actor, now=office.now()
        )
        digest = row.sha256
    told = _("Kept: {title}") if is_new else _("Kept already: {title}")
    office.say(office.t.gettext(told, title=title))
    office.say(office.t.gettext("Hash of its content: {digest}", digest=digest))
    office.answer({"title": title, "sha256": digest, "new": is_new})


@report.command("list", help=_("List the reports that were kept."))
def list_(ctx: typer.Context) -> None:
    """List."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        rows = [
            (register_today(session, row.made_at).isoformat(), row.title, is_whole(row), row.sha256)
            for row in kept_reports(session)
        ]
    for made_on, title, whole, digest in rows:
        state = "" if whole else t.gettext("its content was altered")
        office.say("  ".join(filter(None, (made_on, title, digest[:16], state))))
    office.say(t.ngettext("{count} report", "{count} reports", len(rows)))
    office.answer({"reports": [{"made_on": m, "title": n, "whole": w, "sha256": d} for m, n, w, d in rows]})


@report.command("again", help=_("Write a report that was kept, as it was told then."))
def again(
    ctx: typer.Context,
    digest: Annotated[str, typer.Argument(help=_("The beginning of its hash; see gushu report list."))],
    out: Annotated[Path, typer.Argument(help=_("A .xlsx, .html or .pdf file."))],
) -> None:
    """Write a kept report once more."""
    office: Office = ctx.obj
    _check(out, office)
    with reading(office.engine()) as session:
        found = [row for row in kept_reports(session) if row.sha256.startswith(digest.lower())]
        if len(found) != 1 or not digest:
            told = Phrase("its hash begins with {digest} in {count} reports", digest=digest, count=len(found))
            raise OutputError(path=out, reason=told)
        facts = facts_of(session, found[0])
    _write(facts, out, office)
    office.answer({"path": str(out), **_answer(facts)})


def _measured(
    session: Session,
    office: Office,
    year: int | None,
    from_: datetime | None,
    to: datetime | None,
    division: str | None,
    level: str,
) -> tuple[ReportFacts, str | None]:
    """The report, and the id of the division that it is about; compared with the period before it."""
    if level not in {*LEVELS, "none"}:
        raise typer.BadParameter(f"--level: {' | '.join((*LEVELS, 'none'))}")
    now = office.now()
    today, folder = register_today(session, now), calendar_folder(office.address)
    zone = register_zone(session)
    first, last = _days(year, from_, to, today)
    own, _within = division_chosen(session, division)
    library = office.packs()
    told_level = None if level == "none" else level

    def measured(first: date, last: date, of: str | None) -> ReportFacts:
        period = Period(first, last, today, zone)
        return measure_report(session, period, library, level=of, within=own, now=now, calendars=folder)

    facts = measured(first, last, told_level)
    before_first, before_last = _before(first, last)
    kept = kept_report(session, before_first, before_last, own)
    before = facts_of(session, kept) if kept and is_whole(kept) else measured(before_first, before_last, None)
    return replace(facts, before=before), own


def _days(year: int | None, from_: datetime | None, to: datetime | None, today: date) -> tuple[date, date]:
    if year is not None and (from_ or to):
        raise typer.BadParameter(_("Give a year, or a first and a last day."))
    last = to.date() if to else today
    first = from_.date() if from_ else date(last.year, 1, 1)
    if year is not None:
        first, last = date(year, 1, 1), date(year, 12, 31)
    if first > last:
        raise typer.BadParameter(_("The first day comes after the last."))
    if first > today:
        raise typer.BadParameter(_("The period has not begun yet."))
    return first, last


def _before(first: date, last: date) -> tuple[date, date]:
    """The period before: the same days a year earlier where they are of one year, else as many days."""
    if first.year == last.year:
        return _year_earlier(first), _year_earlier(last)
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


def _year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _check(out: Path, office: Office) -> None:
    if out.suffix.lower() not in KINDS:
        raise OutputError(path=out, reason=Phrase("a report is a .xlsx, .html or .pdf file"))
    check_output(out, out.suffix.lower(), office.address)


def _write(facts: ReportFacts, out: Path, office: Office) -> None:
    from exports.report import write_report_page, write_report_pdf, write_report_workbook

    writers: dict[str, Any] = {
        ".xlsx": write_report_workbook,
        ".html": write_report_page,
        ".pdf": write_report_pdf,
    }
    with written(out) as stream:
        writers[out.suffix.lower()](facts, stream, language=office.t)
    office.say(office.t.gettext("Written: {path}", path=out))


def _lines(facts: ReportFacts, t: Translator) -> Iterator[str]:
    yield report_title(facts, t)
    yield from report_lines(facts, t)
    yield ""
    head = (t.gettext("Figure"), t.gettext("Class"), t.gettext("Share"))
    rows = []
    for line in facts.lines:
        names = line.names if t.lang == "zh" else line.names_en
        place = " ".join(names) if line.division_id else ""
        for kpi in facts.kpis:
            share = line.shares[kpi.id]
            if (share is not None and share.whole) or (line.group == "all" and not line.division_id):
                group = " · ".join(filter(None, (place, group_word(line.group, t))))
                rows.append((kpi_word(kpi, t), group, share_text(share, t)))
    yield from table([head, *rows])


def _answer(facts: ReportFacts) -> dict[str, Any]:
    return {
        "from": facts.from_on,
        "to": facts.to_on,
        "lines": [
            {
                "division": list(line.names),
                "class": line.group,
                "shares": {
                    name: {"part": share.part, "whole": share.whole} if share else None
                    for name, share in line.shares.items()
                },
            }
            for line in facts.lines
        ],
        "counts": {"scattered": facts.scattered, "groves": facts.groves, "in_groves": facts.in_groves},
        "activities": dict(facts.activities),
    }
