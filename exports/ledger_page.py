"""A ledger as one page: opens without a network, reads on a phone, prints on A4."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, BinaryIO

from exports.assets import asset
from exports.ledger_tables import ledger_sheets, ledger_title, made_lines
from exports.workbook import Column, Sheet
from registry.ledger_records import LedgerEntry, LedgerFacts
from registry.vocab.language import Translator


def write_ledger_page(
    entries: Sequence[LedgerEntry], facts: LedgerFacts, out: BinaryIO, *, language: Translator
) -> None:
    """Write a ledger as one page that opens without a network, reads on a phone and prints on A4."""
    sheets = ledger_sheets(entries, facts, language)
    title = ledger_title(facts.kind, language)
    page = "".join(_page(title, made_lines(facts, language), sheets, language))
    out.write(page.encode("utf-8", "replace"))


def _page(title: str, made_by: Sequence[str], sheets: Iterable[Sheet], t: Translator) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{t.html_lang}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>\n{asset('protection_list.css')}</style>\n"
    yield "</head>\n<body>\n"
    yield f"<header><h1>{escape(title)}</h1>"
    yield "".join(f'<p class="note">{escape(line)}</p>' for line in made_by) + "</header>\n<main>\n"
    for sheet in sheets:
        yield f"<h2>{escape(sheet.title)}</h2>\n" + html_table(sheet, t)
    yield "</main>\n</body>\n</html>\n"


def html_table(sheet: Sheet, t: Translator) -> str:
    """A sheet as a table that turns into cards on a phone; columns without any value are left out."""
    rows = list(sheet.rows)
    looks = ["" if column.kind == "text" else ' class="number"' for column in sheet.columns]
    heads = [f"{c.title} ({c.unit})" if c.unit else c.title for c in sheet.columns]
    kept = [place for place in range(len(heads)) if any(row[place] not in (None, "") for row in rows)]
    if not rows:
        return f'<p class="note">{escape(t.gettext("No record."))}</p>\n'

    def line(values: Sequence[Any], tag: str = "tr") -> str:
        cells = []
        for place in kept:
            column, value = sheet.columns[place], values[place]
            label = escape(heads[place], quote=True)
            cells.append(f'<td{looks[place]} data-label="{label}">{escape(cell_text(column, value, t))}</td>')
        return f"<{tag}>{''.join(cells)}</tr>\n"

    head = "".join(f"<th{looks[place]}>{escape(heads[place])}</th>" for place in kept)
    body = "".join(line(row) for row in rows)
    foot = line(sheet.total, 'tr class="total"') if sheet.total is not None else ""
    return (
        f'<div class="wide"><table class="lines"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}{foot}</tbody></table></div>\n"
    )


def cell_text(column: Column, value: Any, t: Translator) -> str:
    """A cell as people read it outside a spreadsheet."""
    if value is None or value == "":
        return ""
    if column.kind == "percent":
        return f"{value:.1%}"
    if column.kind in {"integer", "decimal"} and isinstance(value, int | float):
        return t.number(value, 0 if column.kind == "integer" else column.decimals)
    return str(value)
