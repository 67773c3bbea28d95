"""Layouts and rows as sheets: what stands in a workbook, an ODS file and CSV alike."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exports.workbook import Column, Formula, Sheet
from registry.table_records import (
    RUNNING,
    ColumnLayout,
    SummaryRow,
    SummaryTable,
    TableFacts,
    TableLayout,
    Value,
)
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.rule_words import CONFIDENCES
from registry.vocab.sentences import count_sentence


def sheet_columns(layout: TableLayout, t: Translator) -> tuple[Column, ...]:
    """The columns of a layout with their headings, units and widths."""
    return tuple(_column(column, t) for column in layout.columns)


def _column(column: ColumnLayout, t: Translator) -> Column:
    unit = column.unit or (t.unit(column.field) if column.field in FIELDS else "")
    group = t.pick(column.group) if column.group else ""
    width = column.width if t.lang == "zh" else max(column.width, 11.0)
    return Column(column_title(column, t), width, column.kind, unit, column.decimals, group)


def column_title(column: ColumnLayout, t: Translator) -> str:
    """What a column is called."""
    if column.label is not None:
        return t.pick(column.label)
    return t.gettext("No.") if column.field == RUNNING else t.label(column.field)


def list_sheet(layout: TableLayout, rows: Iterable[Sequence[Value]], t: Translator) -> Sheet:
    """A table with a row for each of `rows`, which are read as they are written."""
    return Sheet(t.pick(layout.title), sheet_columns(layout, t), rows, notes=(_citation(layout, t),))


def summary_sheet(table: SummaryTable, facts: TableFacts, t: Translator) -> Sheet:
    """A table of counts: sums and shares are formulas, so that whoever checks sees how they came about."""
    layout = table.layout
    cells = [
        tuple(_cell(column, table, number, row) for column in layout.columns)
        for number, row in enumerate(table.rows, start=1)
    ]
    total = [_total(column, place, table, t) for place, column in enumerate(layout.columns)]
    return Sheet(
        t.pick(layout.title),
        sheet_columns(layout, t),
        cells,
        notes=tuple(_notes(table, facts, t)),
        total=total if table.rows else None,
    )


def summary_values(table: SummaryTable) -> Iterator[dict[str, Any]]:
    """The rows of a summary as plain values by the id of the column, for an office's own workbook."""
    for number, row in enumerate(table.rows, start=1):
        values = (_cell(column, table, number, row) for column in table.layout.columns)
        yield {
            column.id: value.value if isinstance(value, Formula) else value
            for column, value in zip(table.layout.columns, values, strict=True)
        }


def _cell(column: ColumnLayout, table: SummaryTable, number: int, row: SummaryRow) -> Any:
    layout, counts = table.layout, row.counts
    if column.field:
        return number
    if column.key is not None:
        return row.names[column.key] if column.key < len(row.names) else ""
    if column.sum:
        letters = [_letter(layout, name) for name in column.sum]
        return Formula(_added(layout, column.sum, letters), counts[column.id])
    if column.share:
        letter = _letter(layout, column.share)
        whole = table.totals[column.share]
        every = f"SUM({letter}${{first}}:{letter}${{last}})"
        value = counts[column.share] / whole if whole else 0.0
        return Formula(f"IF({every}=0,0,{letter}{{row}}/{every})", value)
    return counts[column.id]


def _added(layout: TableLayout, names: Sequence[str], letters: Sequence[str]) -> str:
    """A sum over columns: of neighbours as one range."""
    ids = [column.id for column in layout.columns]
    places = [ids.index(name) for name in names]
    parts, start = [], 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            first, last = letters[start], letters[at - 1]
            parts.append(f"{first}{{row}}" if first == last else f"{first}{{row}}:{last}{{row}}")
            start = at
    return f"SUM({','.join(parts)})"


def _total(column: ColumnLayout, place: int, table: SummaryTable, t: Translator) -> Any:
    layout, whole = table.layout, table.totals
    keys = [at for at, each in enumerate(layout.columns) if each.key is not None]
    if keys and place == keys[0]:
        return t.gettext("Total")
    if column.count or column.sum:
        letter = letter_of(place)
        return Formula(f"SUM({letter}{{first}}:{letter}{{last}})", whole[column.id])
    if column.share:
        letter = letter_of(place)
        return Formula(f"SUM({letter}{{first}}:{letter}{{last}})", 1.0 if whole[column.share] else 0.0)
    return None


def _letter(layout: TableLayout, own: str) -> str:
    return letter_of([column.id for column in layout.columns].index(own))


def letter_of(place: int) -> str:
    """The letters of a column from its place, from 0: A, B … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _notes(table: SummaryTable, facts: TableFacts, t: Translator) -> Iterator[str]:
    _ = t.gettext
    layout = table.layout
    for column in layout.columns:
        if column.share:
            named = layout.column(column.share)
            name = t.pick(named.label) if named and named.label else column.share
            yield _("Share: of {total} ({name}).", total=t.number(table.totals[column.share], 0), name=name)
    yield _(
        "Checked: the rows add up to {count}, as the register counts.", count=count_sentence(t, facts.counts)
    )
    if not facts.has_groves:
        yield _("Groves cannot be chosen by this: of trees in groves, those with files are counted.")
    if any(column.of == "famous" for column in layout.columns):
        yield _("A famous or reserve tree is counted as such, and not again under a grade.")
    yield _citation(layout, t)


def _citation(layout: TableLayout, t: Translator) -> str:
    return t.gettext(
        "Layout: {citation} Confidence: {confidence}.",
        citation=t.pick(layout.citation),
        confidence=t.word(CONFIDENCES, layout.confidence),
    )


def about_lines(facts: TableFacts, t: Translator) -> tuple[str, ...]:
    """Of which register, day and selection tables are; what stands below each title."""
    _ = t.gettext
    name = t.pick(facts.division or facts.register_name) or "Gushu"
    counts = count_sentence(t, facts.counts)
    lines = [_("{name} · as of {day} · {counts}", name=name, day=facts.on.isoformat(), counts=counts)]
    if facts.where:
        lines.append(_("Chosen: {where}", where=" · ".join(facts.where)))
    if facts.is_restricted:
        lines.append(_("For the office only: holds what is not public."))
    return tuple(lines)
