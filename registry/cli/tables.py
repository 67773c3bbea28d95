"""`gushu tables`: the official tables and summaries, or an office's own workbook filled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.workbook import Sheet
from registry.cli.app import Office, _, app
from registry.cli.asof import Restricted
from registry.cli.exporting import DivisionName, Where, division_chosen, written
from registry.cli.progress import progress_bar
from registry.db import reading
from registry.errors import NothingSelectedError, OutputError, Phrase
from registry.export_errors import TableSumsError
from registry.outputs import check_output
from registry.rules.table_counts import Summary
from registry.rules.table_values import listed_rows
from registry.table_layouts import chosen_layouts, table_layouts
from registry.table_records import TableFacts, TableGrove, TableLayout, TableTree
from registry.tables import TableSource
from registry.vocab.language import Translator
from registry.vocab.sentences import count_sentence

KINDS = (".xlsx", ".ods", ".csv", "")
_SINGLE = "trees"
"""The table that a single CSV file holds where none is named."""

TableNames = Annotated[
    list[str] | None,
    typer.Option("--table", help=_("A table by its name; several times. Without it, the usual ones.")),
]
WithBom = Annotated[
    bool,
    typer.Option("--bom/--no-bom", help=_("Begin CSV with the mark by which older spreadsheets know UTF-8.")),
]
Template = Annotated[
    Path | None, typer.Option(help=_("An office's own workbook (.xlsx, .xlsm) that is to be filled."))
]
FieldMap = Annotated[
    Path | None,
    typer.Option(
        "--fields",
        help=_("What stands in which column of the workbook: a TOML file; without it the headings say it."),
    ),
]
Propose = Annotated[
    bool,
    typer.Option("--propose", help=_("Read the headings of the workbook OUT and propose a --fields file.")),
]
ListNames = Annotated[bool, typer.Option("--list", help=_("List the tables that there are."))]


@app.command(
    help=_("Write official tables and summaries as .xlsx, .ods or CSV, or fill an office's own workbook.")
)
def tables(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Argument(help=_("A .xlsx, .ods or .csv file, or a folder for CSV."))
    ] = None,
    table: TableNames = None,
    where: Where = None,
    division: DivisionName = None,
    restricted: Restricted = False,
    bom: WithBom = False,
    template: Template = None,
    fields: FieldMap = None,
    propose: Propose = False,
    list_names: ListNames = False,
) -> None:
    """Make tables."""
    from registry.cli.table_templates import fill_template, propose_fields

    office: Office = ctx.obj
    if list_names:
        _list(office)
        return
    if out is None:
        raise typer.BadParameter(_("Say where the tables are to be written."))
    if propose:
        propose_fields(out, office)
        return
    if fields is not None and template is None:
        raise typer.BadParameter(_("--fields goes with --template; --propose makes a first file."))
    with reading(office.engine()) as session:
        if template is not None:

            def choose(more: Sequence[str]) -> tuple[TableSource, TableFacts]:
                return chosen(session, office, [*(where or ()), *more], division, restricted)

            fill_template(template, fields, out, office, choose)
            return
        layouts = _layouts(out, table or (), office)
        source, facts = chosen(session, office, where or (), division, restricted)
        book = Tables(source, layouts, facts, office.t)
        with progress_bar(office.t.gettext("trees"), source.total(), quiet=office.as_json) as tell:
            book.tell = tell
            _write(book, out, office, with_bom=bom)
    _answer(book, out, office)


def chosen(
    session: Session, office: Office, where: Sequence[str], division: str | None, restricted: bool
) -> tuple[TableSource, TableFacts]:
    """The trees and groves that are asked for. Raises NothingSelectedError, SelectionError."""
    own, within = division_chosen(session, division)
    source = TableSource(session, [*where, *within], is_restricted=restricted)
    facts = source.facts(now=office.now(), today=office.today(session), division_id=own)
    if not facts.counts.total and not facts.counts.groves:
        said = " ".join(filter(None, (*where, division)))
        raise NothingSelectedError(where=said or Phrase("anything: the register is empty"))
    return source, facts


@dataclass(slots=True)
class Tables:
    """The tables of one run. Summaries are counted while the trees are listed, in one reading."""

    source: TableSource
    layouts: Sequence[TableLayout]
    facts: TableFacts
    t: Translator
    tell: Callable[[int], None] = lambda _done: None
    rows: dict[str, int] = field(default_factory=dict)
    """How many rows each table has, once it is written."""
    _summaries: dict[str, Summary] = field(default_factory=dict)

    def sheets(self) -> Iterator[tuple[TableLayout, Sheet]]:
        """Each table, to be written before the next is asked for."""
        from exports.tables.sheets import list_sheet, summary_sheet

        for layout in self.layouts:
            if layout.rows == "tree":
                rows = listed_rows(layout, self._trees(), self.t)
                yield layout, list_sheet(layout, self._numbered(layout, rows), self.t)
            elif layout.rows == "grove":
                rows = listed_rows(layout, self.source.groves(), self.t)
                yield layout, list_sheet(layout, self._numbered(layout, rows), self.t)
            else:
                table = self.summary(layout)
                self.rows[layout.id] = len(table.rows)
                yield layout, summary_sheet(table, self.facts, self.t)

    def summary(self, layout: TableLayout) -> Any:
        """One summary, counted whole. Raises TableSumsError where it does not add up to the register's."""
        if layout.id not in self._summaries:
            for _tree in self._trees():
                pass
        summary = self._summaries[layout.id]
        counted, registered = summary.counts(), self.facts.counts
        if (counted.scattered, counted.in_groves) != (registered.scattered, registered.in_groves):
            raise TableSumsError(
                table=layout.title,
                counted=count_sentence(self.t, counted),
                registered=count_sentence(self.t, registered),
            )
        return summary.table(self.t)

    def _trees(self) -> Iterator[TableTree]:
        """The trees; while they pass for the first time, the summaries count them, and then the groves."""
        fresh = [] if self._summaries else [Summary(layout) for layout in self.layouts if layout.is_summary]
        for done, tree in enumerate(self.source.trees(), start=1):
            for summary in fresh:
                summary.add_tree(tree)
            yield tree
            self.tell(done)
        groves: Iterator[TableGrove] = self.source.groves() if fresh else iter(())
        for grove in groves:
            for summary in fresh:
                summary.add_grove(grove)
        self._summaries |= {summary.layout.id: summary for summary in fresh}

    def _numbered(self, layout: TableLayout, rows: Iterator[Any]) -> Iterator[Any]:
        self.rows[layout.id] = 0
        for row in rows:
            self.rows[layout.id] += 1
            yield row


def _layouts(out: Path, names: Sequence[str], office: Office) -> list[TableLayout]:
    """The tables that are asked for, those that list trees first: they are counted on the way."""
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise OutputError(
            path=out, reason=Phrase("tables are a .xlsx, .ods or .csv file, or a folder for CSV")
        )
    if kind == ".csv" and len(names) > 1:
        raise OutputError(path=out, reason=Phrase("a CSV file holds one table; name a folder for several"))
    names = [_SINGLE] if kind == ".csv" and not names else names
    layouts = chosen_layouts(names, table_layouts(office.address))
    for path in _paths(out, layouts):
        check_output(path, kind if kind in {".xlsx", ".ods"} else "", office.address)
    return sorted(layouts, key=lambda layout: layout.rows != "tree")


def _paths(out: Path, layouts: Sequence[TableLayout]) -> list[Path]:
    return [out] if out.suffix else [out / f"{layout.id}.csv" for layout in layouts]


def _write(book: Tables, out: Path, office: Office, *, with_bom: bool) -> None:
    from exports.tables.csv_files import write_csv
    from exports.tables.ods import write_ods
    from exports.tables.sheets import about_lines
    from exports.workbook import write_workbook

    if out.suffix.lower() in {".csv", ""}:
        for layout, sheet in book.sheets():
            path = out if out.suffix else out / f"{layout.id}.csv"
            with written(path) as stream:
                write_csv(sheet, stream, with_bom=with_bom)
        return
    writer = write_ods if out.suffix.lower() == ".ods" else write_workbook
    with written(out) as stream:
        writer(
            (sheet for _layout, sheet in book.sheets()),
            stream,
            title=office.t.gettext("Tables of ancient and famous trees"),
            made_by=about_lines(book.facts, office.t),
            language=office.t,
            made_at=book.facts.made_at,
        )


def _list(office: Office) -> None:
    t = office.t
    layouts = list(table_layouts(office.address).values())
    width = max(len(layout.id) for layout in layouts) + 2
    for layout in layouts:
        usual = "" if layout.is_usual else t.gettext(" (only where it is named)")
        office.say(f"{layout.id:<{width}}{t.pick(layout.title)}{usual}")
    office.answer(
        {"tables": [{"name": x.id, "title": t.pick(x.title), "usual": x.is_usual} for x in layouts]}
    )


def _answer(book: Tables, out: Path, office: Office) -> None:
    t = office.t
    counts = book.facts.counts
    for layout in book.layouts:
        rows = t.ngettext("{count} row", "{count} rows", book.rows[layout.id])
        office.say(f"{t.pick(layout.title)}: {rows}")
    office.say(t.gettext("They add up to {count}.", count=count_sentence(t, counts)))
    office.say(t.gettext("Written: {path}", path=out))
    office.answer(
        {
            "path": str(out),
            "tables": book.rows,
            "counts": {"scattered": counts.scattered, "groves": counts.groves, "in_groves": counts.in_groves},
        }
    )
