"""The care log on the command line: what was done, checked and scored, month by month."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.care_log import CareLine, CaretakerMonth, care_lines, cared_for, caretaker_months
from registry.cli.app import Office, _, app, day_of
from registry.cli.care_rows import care_rows
from registry.cli.exporting import FontFiles, register_facts, written
from registry.cli.ledgers import Document, Record, ref_of
from registry.cli.rule_tables import table
from registry.cli.word_options import codes_of, either
from registry.commands.care import CareDraft, check_care, log_care
from registry.commands.erasing import find_party
from registry.db import reading, transaction
from registry.errors import NothingSelectedError
from registry.outputs import check_output
from registry.vocab.care_words import CareKind
from registry.vocab.language import Translator
from registry.vocab.words import PartyKind

care = typer.Typer(no_args_is_help=True, help=_("Care log: what was done for a tree, by whom, and how well."))
app.add_typer(care, name="care")

By = Annotated[str | None, typer.Option(help=_("Unit or person who did it."))]
Party = Annotated[str | None, typer.Option(help=_("Only what this unit or person did."))]
Out = Annotated[Path | None, typer.Option(help=_("Write the whole list as a workbook (.xlsx)."))]
On = Annotated[str, typer.Option(help=_("Day of the care, YYYY-MM-DD."))]


@care.command(help=_("Record what was done for a tree, grove, garden or place."))
def add(
    ctx: typer.Context,
    record: Record,
    kind: Annotated[
        CareKind,
        typer.Option(parser=either(CareKind), metavar=codes_of(CareKind), help=_("What was done.")),
    ],
    on: On,
    amount: Annotated[float | None, typer.Option(help=_("How much; with --unit."))] = None,
    unit: Annotated[str | None, typer.Option(help=_("Unit of the amount, such as L or kg."))] = None,
    agent: Annotated[str | None, typer.Option(help=_("Fertiliser or pesticide, with its dose."))] = None,
    notes: Annotated[str | None, typer.Option(help=_("Notes for the office."))] = None,
    by: By = None,
    by_unit: Annotated[bool, typer.Option("--by-unit", help=_("Who did it is a unit."))] = False,
    document: Document = None,
) -> None:
    """Add one line."""
    office: Office = ctx.obj
    t = office.t
    day = day_of(on, "--on")
    draft = CareDraft(
        kind, day or date.max, amount, unit, agent, notes, by, PartyKind.UNIT if by_unit else None
    )
    with transaction(office.engine()) as session:
        made, _known = log_care(
            session, [(ref_of(session, record), draft)], today=office.today(session),
            actor=office.actor, now=office.now(), document=document,
        )  # fmt: skip
    facts = {"record": record, "day": day, "kind": t.word(CareKind, kind)}
    if made:
        office.say(t.gettext("{record}: {kind} of {day} is on the care log.", **facts))
    else:
        office.say(t.gettext("{record}: {kind} of {day} was on the care log already.", **facts))
    office.answer({"record": record, "new": bool(made)})


@care.command("import", help=_("Record a month of the care log out of a caretaker's file (CSV, XLSX)."))
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    by: By = None,
    document: Document = None,
) -> None:
    """Import lines: all of them, or none."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        today = office.today(session)
        rows = care_rows(session, file, by, today)
        made, known = log_care(
            session, rows, today=today, actor=office.actor, now=office.now(), document=document
        )
    office.say(
        t.gettext(
            "{rows}: {new} on the care log, {known} known already.", known=t.number(known, 0),
            rows=t.ngettext("{count} row", "{count} rows", len(rows)),
            new=t.ngettext("{count} new line", "{count} new lines", len(made)),
        )
    )  # fmt: skip
    if made:
        office.say(t.gettext("A second person checks them with `gushu care check`."))
    office.answer({"rows": len(rows), "new": len(made), "known": known})


@care.command(help=_("Check and score what was done for a record on a day, as a second person."))
def check(
    ctx: typer.Context,
    record: Record,
    on: On,
    score: Annotated[float, typer.Option(min=0, max=100, help=_("From 0 to 100."))],
    by: Annotated[str, typer.Option(help=_("Who checked; not who did it."))],
    kind: Annotated[
        CareKind | None,
        typer.Option(parser=either(CareKind), metavar=codes_of(CareKind), help=_("Only care of this kind.")),
    ] = None,
    note: Annotated[str | None, typer.Option(help=_("What the check found; for the office."))] = None,
    checked_on: Annotated[
        str | None, typer.Option("--checked-on", help=_("Day of the check; today if not given."))
    ] = None,
) -> None:
    """Check lines."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        today = office.today(session)
        rows, changed = check_care(
            session, ref_of(session, record), on=day_of(on, "--on") or today, kind=kind, by=by, score=score,
            note=note, checked_on=day_of(checked_on, "--checked-on") or today, today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        count = len(rows)
    if changed:
        points = t.number(score)
        office.say(
            t.ngettext("{count} line checked: {score} points.",
                       "{count} lines checked: {score} points.", count, score=points)
        )  # fmt: skip
    else:
        office.say(t.gettext("Nothing to change."))
    office.answer({"record": record, "lines": count, "changed": changed})


@care.command("list", help=_("List the care log: of a record, a month, a caretaker, or what is not checked."))
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    month: Annotated[str | None, typer.Option(help=_("Only this month, YYYY-MM."))] = None,
    party: Party = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help=_("Only what nobody has checked."))] = False,
    out: Out = None,
) -> None:
    """List lines."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    first, last = _month(t, month) if month else (None, None)
    with reading(office.engine()) as session:
        about = ref_of(session, record)[:2] if record else None
        whose = find_party(session, party).id if party else None
        lines = list(
            care_lines(session, record=about, first=first, last=last, party_id=whose, unchecked=unchecked)
        )
        if out:
            title = t.gettext("Care log")
            _write(office, session, [_line_sheet(t, title, lines)], title, out)
    for row in table([_cells(t, line) for line in lines]):
        office.say(row)
    office.say(t.ngettext("{count} line", "{count} lines", len(lines)) + (f": {out}" if out else ""))
    office.answer({"lines": [asdict(line) for line in lines], "path": str(out) if out else None})


@care.command("month", help=_("Sum up a month by caretaker: lines, records, checked share, mean score."))
def month_(
    ctx: typer.Context,
    month: Annotated[str, typer.Argument(metavar="YYYY-MM")],
    party: Party = None,
    out: Out = None,
) -> None:
    """Sum up a month."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    first, last = _month(t, month)
    with reading(office.engine()) as session:
        whose = find_party(session, party).id if party else None
        months = caretaker_months(care_lines(session, first=first, last=last, party_id=whose))
        if out:
            title = t.gettext("Care log of {month}", month=month)
            _write(office, session, _month_sheets(t, months), title, out)
    if not months:
        office.say(t.gettext("Nothing is on the care log of {month}.", month=month))
    else:
        heads = [column.title for column in _month_columns(t)]
        for row in table([heads, *([str(cell) for cell in _summed(t, each)] for each in months)]):
            office.say(row)
        _say_unchecked(office, months)
    if out:
        office.say(str(out))
    office.answer({"month": month, "caretakers": [_told(each) for each in months]})


@care.command(help=_("Print the sheet of a month for a caretaker with their trees, to be filled in by hand."))
def sheet(
    ctx: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY")],
    month: Annotated[str, typer.Argument(metavar="YYYY-MM")],
    out: Annotated[Path, typer.Argument()],
    font: FontFiles = None,
) -> None:
    """Print a sheet."""
    from exports.care_sheet import SheetTree, write_care_sheet

    office: Office = ctx.obj
    t = office.t
    check_output(out, ".pdf", office.address)
    _month(t, month)
    with reading(office.engine()) as session:
        found = find_party(session, party)
        trees = [
            SheetTree(one.tree_no, one.name, one.place)
            for one in cared_for(session, found.id, office.today(session))
        ]
        facts = register_facts(session, office)
        name = found.name
    if not trees:
        raise NothingSelectedError(where=name)
    with written(out) as stream:
        write_care_sheet(name, month, trees, facts, stream, language=t, extra_fonts=tuple(font or ()))
    office.say(t.ngettext("A sheet for {count} tree: {path}", "A sheet for {count} trees: {path}", len(trees),
                          path=out))  # fmt: skip
    office.say(t.gettext("Filled in, it is entered as a table: `gushu care import`."))
    office.answer({"party": name, "month": month, "trees": len(trees), "path": str(out)})


def _month(t: Translator, text: str) -> tuple[date, date]:
    """The first and last day of a month, YYYY-MM. A wrong one is a usage error."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(t.gettext("a month is written as 2026-05, not {text}", text=text)) from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _amount(t: Translator, line: CareLine) -> str:
    return " ".join(filter(None, (t.number(line.amount), line.unit))) if line.amount is not None else ""


def _cells(t: Translator, line: CareLine) -> list[str]:
    if line.score is None:
        checked = t.gettext("not checked")
    else:
        checked = t.gettext("{score} points by {name}", score=t.number(line.score), name=line.checker or "")
    what = [t.word(CareKind, line.kind), _amount(t, line), line.agent or ""]
    return [
        line.done_on.isoformat(), line.record, line.name, " ".join(filter(None, what)), line.by or "",
        checked, line.notes or "",
    ]  # fmt: skip


def _line_sheet(t: Translator, title: str, lines: Iterable[CareLine]) -> Sheet:
    columns = (
        Column(t.gettext("No."), 6, "integer"),
        Column(t.gettext("Day"), 12, "date"),
        Column(t.label("number"), 18),
        Column(t.label("name"), 14),
        Column(t.label("kind"), 14),
        Column(t.gettext("Amount"), 9, "decimal"),
        Column(t.gettext("Unit"), 8),
        Column(t.gettext("Product and dose"), 22),
        Column(t.label("notes"), 26),
        Column(t.gettext("Done by"), 16),
        Column(t.gettext("Checked on"), 12, "date"),
        Column(t.gettext("Checked by"), 14),
        Column(t.gettext("Score"), 8, "decimal"),
        Column(t.gettext("Result of the check"), 24),
    )
    rows = (
        (line.done_on, line.record, line.name, t.word(CareKind, line.kind), line.amount, line.unit,
         line.agent, line.notes, line.by, line.checked_on, line.checker, line.score, line.check_note)
        for line in lines
    )  # fmt: skip
    return Sheet(title, columns, numbered(rows))


def _month_columns(t: Translator) -> tuple[Column, ...]:
    return (
        Column(t.gettext("Caretaker"), 22),
        Column(t.gettext("Lines"), 8, "integer"),
        Column(t.gettext("Records cared for"), 10, "integer"),
        Column(t.gettext("Checked"), 8, "integer"),
        Column(t.gettext("Share checked"), 9, "percent"),
        Column(t.gettext("Mean score"), 9, "decimal"),
        Column(t.gettext("Kinds of care"), 44),
    )


def _kinds(t: Translator, each: CaretakerMonth) -> str:
    counted = sorted(each.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    return t.gettext(", ").join(f"{t.word(CareKind, kind)} {count}" for kind, count in counted)


def _values(t: Translator, each: CaretakerMonth) -> tuple[Any, ...]:
    return (
        each.name or t.gettext("not named"), each.entries, len(each.records), len(each.scores),
        each.checked_share, each.mean_score, _kinds(t, each),
    )  # fmt: skip


def _summed(t: Translator, each: CaretakerMonth) -> Iterator[Any]:
    name, entries, records, checked, share, mean, kinds = _values(t, each)
    yield from (name, entries, records, checked, f"{share:.1%}")
    yield "—" if mean is None else f"{mean:.1f} (n={checked})"
    yield kinds


def _month_sheets(t: Translator, months: Sequence[CaretakerMonth]) -> Iterator[Sheet]:
    title = t.gettext("By caretaker")
    note = t.gettext("The mean score is that of the lines that were checked; their number stands beside it.")
    yield Sheet(title, _month_columns(t), (_values(t, each) for each in months), (note,))
    unchecked = [line for each in months for line in each.unchecked]
    yield _line_sheet(t, t.gettext("Not checked"), unchecked)


def _say_unchecked(office: Office, months: Sequence[CaretakerMonth]) -> None:
    t = office.t
    unchecked = [line for each in months for line in each.unchecked]
    if unchecked:
        said = t.ngettext("Not checked: {count} line", "Not checked: {count} lines", len(unchecked))
        office.say(said)
        for row in table([_cells(t, line)[:5] for line in unchecked[:_SHOWN]], indent=2):
            office.say(row)
        if len(unchecked) > _SHOWN:
            more = t.number(len(unchecked) - _SHOWN, 0)
            office.say(t.gettext("… and {count} more; --out FILE.xlsx lists all", count=more))


_SHOWN = 20


def _told(each: CaretakerMonth) -> dict[str, Any]:
    return {
        "caretaker": each.name,
        "lines": each.entries,
        "records": len(each.records),
        "checked": len(each.scores),
        "checked_share": each.checked_share,
        "mean_score": each.mean_score,
        "kinds": each.kinds,
        "unchecked": [asdict(line) for line in each.unchecked],
    }


def _write(office: Office, session: Session, sheets: Iterable[Sheet], title: str, out: Path) -> None:
    t = office.t
    made_by = (
        register_facts(session, office).register_name,
        t.gettext("For the office only: holds what is not public."),
    )
    with written(out) as stream:
        write_workbook(sheets, stream, title=title, made_by=made_by, language=t, made_at=office.now())
