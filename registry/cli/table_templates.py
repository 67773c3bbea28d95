"""`gushu tables --template`: an office's own workbook, filled; `--propose`: a first mapping for it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from exports.tables.template import SheetJob, fill_workbook, top_rows
from registry.cli.app import Office
from registry.cli.exporting import written
from registry.errors import NothingSelectedError, Phrase
from registry.export_errors import TableTemplateError
from registry.outputs import check_output
from registry.rules.table_values import GROVE_FIELDS, TREE_FIELDS
from registry.table_layouts import table_layouts
from registry.table_records import RUNNING, FillReport, SheetMap, TableFacts, TableLayout, Value
from registry.tables import TableSource
from registry.template_maps import Headings, map_text, propose, read_map
from registry.vocab.language import Translator

Choose = Callable[[Sequence[str]], tuple[TableSource, TableFacts]]
_TOLD = 12
"""Columns told to a person one by one."""


def fill_template(template: Path, fields: Path | None, out: Path, office: Office, choose: Choose) -> None:
    """Fill a copy of `template`. fields: what stands in which column; None where the headings say it.
    choose: gives the selection, narrowed by further terms.

    Raises TableTemplateError, TableMapError.
    """
    if out.suffix.lower() != template.suffix.lower():
        reason = Phrase("a filled copy of it ends in {kind} as well", kind=template.suffix.lower())
        raise TableTemplateError(path=template.name, reason=reason)
    if out.resolve() == template.resolve():
        raise TableTemplateError(
            path=template.name, reason=Phrase("it is never written over: name another file")
        )
    check_output(out, ".xlsx", office.address)
    layouts = table_layouts(office.address)
    maps = read_map(fields, layouts) if fields else _by_headings(template, office)
    _source, facts = choose(())
    jobs = [SheetJob(each, list(_rows(each, layouts, office.t, choose))) for each in maps]
    with written(out) as stream:
        report = fill_workbook(template, jobs, _words(facts, office.t), stream, made_at=facts.made_at)
    _tell(report, out, office)


def propose_fields(workbook: Path, office: Office) -> None:
    """Print a first mapping of a workbook, by what its headings say. Raises TableTemplateError."""
    sheets = [(name, found) for name, grid in top_rows(workbook) if (found := propose(grid)) is not None]
    if not sheets:
        raise TableTemplateError(path=workbook.name, reason=Phrase("no sheet has headings that are known"))
    about = office.t.gettext("Proposed by the headings of {file}: look at every line.", file=workbook.name)
    text = map_text(sheets, _letter, about)
    office.say(text.rstrip())
    told = [
        {"sheet": name, "rows": found.rows, "first": found.first, "columns": _lettered(found)}
        for name, found in sheets
    ]
    office.answer({"fields": text, "sheets": told})


def _by_headings(template: Path, office: Office) -> list[SheetMap]:
    """The sheets whose headings say what their rows are; the others are left as they are, and told."""
    maps = []
    for name, grid in top_rows(template):
        found = propose(grid)
        if found is None or not found.is_numbered:
            office.say(
                office.t.gettext("{sheet}: left as it is; no heading is known for a number", sheet=name)
            )
            continue
        columns = {letter: field for letter, field in _lettered(found).items() if field is not None}
        maps.append(SheetMap(name, found.rows, found.first, columns))
    if not maps:
        reason = Phrase(
            "no heading is known for the number of a tree or grove: name the columns with --fields"
        )
        raise TableTemplateError(path=template.name, reason=reason)
    return maps


def _lettered(found: Headings) -> dict[str, str | None]:
    """By the letter of each column the field that was recognised."""
    return {_letter(place): field for place, (_heading, field) in found.columns.items()}


def _letter(place: int) -> str:
    from exports.tables.sheets import letter_of

    return letter_of(place)


def _rows(
    wish: SheetMap, layouts: dict[str, TableLayout], t: Translator, choose: Choose
) -> Iterator[list[Value]]:
    """The values of the rows of a sheet, in the order of its columns."""
    from exports.tables.sheets import summary_values
    from registry.cli.tables import Tables

    fields = list(wish.columns.values())
    try:
        source, facts = choose(wish.where)
    except NothingSelectedError:
        return  # one of several sheets may stay empty
    if wish.table in {"tree", "grove"}:
        known: Any = TREE_FIELDS if wish.table == "tree" else GROVE_FIELDS
        rows: Any = source.trees() if wish.table == "tree" else source.groves()
        for row in rows:
            yield [None if field == RUNNING else known[field].read(row, t) for field in fields]
        return
    layout = layouts[wish.table]
    table = Tables(source, [layout], facts, t).summary(layout)
    for values in summary_values(table):
        yield [values.get(field) for field in fields]


def _words(facts: TableFacts, t: Translator) -> dict[str, Value]:
    """What the marks in braces of a workbook may say."""
    counts = facts.counts
    return {
        "county": t.pick(facts.place or facts.register_name),
        "division": t.pick(facts.division or facts.register_name), "register": t.pick(facts.register_name),
        "date": facts.on, "day": t.day(facts.on), "year": facts.on.year,
        "count": counts.total, "scattered": counts.scattered, "groves": counts.groves,
        "in_groves": counts.in_groves,
    }  # fmt: skip


def _tell(report: FillReport, out: Path, office: Office) -> None:
    t = office.t
    for sheet, count in report.rows.items():
        office.say(f"{sheet}: {t.ngettext('{count} row', '{count} rows', count)}")
    for sheet, name in report.unmapped[:_TOLD]:
        office.say(t.gettext("{sheet}: no field is named for the column {column}", sheet=sheet, column=name))
    for sheet, name, count in report.empty[:_TOLD]:
        said = t.ngettext("{count} row without a value", "{count} rows without a value", count)
        office.say(f"{sheet} · {name}: {said}")
    more = max(len(report.unmapped) - _TOLD, 0) + max(len(report.empty) - _TOLD, 0)
    if more:
        office.say(
            t.ngettext("… and {count} more; all with --json", "… and {count} more; all with --json", more)
        )
    for sheet, name in report.unknown:
        office.say(t.gettext("{sheet}: nothing is known for {mark}", sheet=sheet, mark="{" + name + "}"))
    for lost in report.lost:
        office.say(t.gettext("not kept: {what}", what=t.pick(lost)))
    office.say(t.gettext("Written: {path}", path=out))
    office.answer(
        {
            "path": str(out),
            "rows": report.rows,
            "unmapped": [{"sheet": sheet, "column": name} for sheet, name in report.unmapped],
            "empty": [{"sheet": s, "column": name, "rows": count} for s, name, count in report.empty],
            "unknown": [{"sheet": sheet, "mark": name} for sheet, name in report.unknown],
            "lost": [t.pick(lost) for lost in report.lost],
        }
    )
