"""Readings and filled forms taken in on the command line."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.care_errors import AssessmentError, AssessmentFileError
from registry.cli.app import Office, _
from registry.cli.assessment_files import FormRow, form_rows, reading_rows
from registry.cli.assessment_options import ModelOption, Notes, Unit, assess, library_of
from registry.cli.ledgers import Record, ref_of
from registry.commands.assessments import find_assessment, record_assessment
from registry.commands.readings import ReadingDraft, record_reading
from registry.db import transaction
from registry.errors import RegistryError
from registry.file_store import file_store
from registry.vocab.care_words import InstrumentKind
from registry.vocab.words import PartyKind

ReadingDay = typer.Option(formats=["%Y-%m-%d"], help=_("Day of the measurement."))
Instrument = Annotated[InstrumentKind, typer.Option(help=_("With what."))]


@assess.command(help=_("Record what an instrument read, as NAME=NUMBER UNIT; its file is kept."))
def reading(
    ctx: typer.Context,
    record: Record,
    instrument: Instrument,
    on: Annotated[datetime, ReadingDay],
    values: Annotated[list[str] | None, typer.Argument(metavar="NAME=NUMBER…")] = None,
    position: Annotated[str | None, typer.Option(help=_("Where on the tree: height, side, depth."))] = None,
    file: Annotated[Path | None, typer.Option(help=_("The instrument's own file."))] = None,
    assessment: Annotated[str | None, typer.Option(help=_("For which assessment it was taken."))] = None,
    by: Annotated[str | None, typer.Option(help=_("Who measured."))] = None,
    notes: Notes = None,
    unit: Unit = False,
) -> None:
    """Record a reading."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    read = dict(_value(each) for each in values or ())
    engine = office.engine()
    kept = (file.name, file_store(office.address).keep(file)[0]) if file else None
    draft = ReadingDraft(
        instrument, on.date(), read, position, kept, by, PartyKind.UNIT if unit else None, notes
    )
    with transaction(engine) as session:
        found = find_assessment(session, assessment) if assessment else None
        row, is_new = record_reading(
            session, ref_of(session, record), draft, assessment=found, today=office.today(session),
            actor=office.actor, now=now,
        )  # fmt: skip
        own = row.id
    office.say(
        t.gettext("The reading is on record.") if is_new else t.gettext("The reading was on record already.")
    )
    office.answer({"record": record, "id": own, "new": is_new, "file": kept[1] if kept else None})


@assess.command("import", help=_("Take the filled rows of a form (.xlsx, .csv): all of them, or none."))
def import_(
    ctx: typer.Context,
    file: Path,
    model: ModelOption,
    by: Annotated[str | None, typer.Option(help=_("Who assessed, where the rows do not say."))] = None,
) -> None:
    """Import forms."""
    office: Office = ctx.obj
    now = office.now()
    chosen = library_of(office).get(model)
    rows = form_rows(file, [each.code for each in chosen.indicators], by=by)

    def take(session: Session, row: FormRow) -> bool:
        ref = ref_of(session, row.record)
        facts: dict[str, Any] = {"today": office.today(session), "actor": office.actor, "now": now}
        return record_assessment(session, ref, chosen, row.draft, **facts)[1]

    _take_all(office, file, rows, take)


@assess.command(help=_("Take a table of readings, a value a row: sensors, laboratories, models of images."))
def readings(
    ctx: typer.Context,
    file: Path,
    instrument: Annotated[InstrumentKind | None, typer.Option(help=_("With what, for all rows."))] = None,
    record: Annotated[str | None, typer.Option(help=_("Of which record, for all rows."))] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help=_("KEY=HEADER: record, on, position, name, value, unit; several times.")),
    ] = None,
    by: Annotated[str | None, typer.Option(help=_("Who measured."))] = None,
    unit: Unit = False,
) -> None:
    """Import readings."""
    office: Office = ctx.obj
    now = office.now()
    named = dict(each.partition("=")[::2] for each in column or ())
    engine = office.engine()
    digest, _size = file_store(office.address).keep(file)
    rows = reading_rows(
        file, named, record=record, instrument=instrument, by=by,
        by_kind=PartyKind.UNIT if unit else None, file=(file.name, digest),
    )  # fmt: skip

    def take(session: Session, row: FormRow) -> bool:
        facts: dict[str, Any] = {"today": office.today(session), "actor": office.actor, "now": now}
        return record_reading(session, ref_of(session, row.record), row.draft, **facts)[1]

    _take_all(office, file, rows, take, engine)


def _take_all(
    office: Office,
    file: Path,
    rows: Iterable[FormRow],
    take: Callable[[Session, FormRow], bool],
    engine: Engine | None = None,
) -> None:
    """Take rows in one transaction; where any is bad, none, and the first is told."""
    t = office.t
    new = again = 0
    bad: list[tuple[str, RegistryError]] = []
    with transaction(engine or office.engine()) as session:
        for row in rows:
            if isinstance(row.draft, AssessmentError):
                bad.append((row.place, row.draft))
                continue
            try:
                is_new = take(session, row)
            except RegistryError as error:
                bad.append((row.place, error))
                continue
            new, again = new + is_new, again + (not is_new)
        if bad:
            for where, each in bad[1:20]:
                typer.echo(f"{where}: {t.error(each)}", err=True)
            place, first = bad[0]
            raise AssessmentFileError(file=file.name, count=len(bad), row=place, told=t.error(first))
    office.say(t.ngettext("{count} new record taken", "{count} new records taken", new))
    if again:
        office.say(t.ngettext("{count} was on record already", "{count} were on record already", again))
    if not new and not again:
        office.say(t.gettext("No row is filled in."))
    office.answer({"path": str(file), "new": new, "again": again})


def _value(text: str) -> tuple[str, tuple[float, str]]:
    name, _sign, said = text.partition("=")
    number, _blank, unit = said.strip().partition(" ")
    try:
        return name.strip(), (float(number.replace(",", "")), unit.strip())
    except ValueError:
        raise typer.BadParameter(f"NAME=NUMBER: {text}") from None
