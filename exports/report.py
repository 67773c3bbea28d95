"""A report of figures as workbook, page and PDF: the same tables, in the page and the PDF with charts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

from exports.assets import asset
from exports.flow import Column as FlowColumn
from exports.flow import Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import (
    A4,
    BARK,
    CARD,
    GOLD,
    INK,
    LEAF,
    LINE,
    MARGIN,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    draw_sample_mark,
    fit,
    wrap,
)
from exports.ledger_page import cell_text, html_table
from exports.report_tables import Bar, Section, register_called, report_lines, report_sections, report_title
from exports.workbook import Column, write_workbook
from registry.report_records import ReportFacts
from registry.vocab.language import Translator

_MOST_BARS = 14
_BAR_HEIGHT = 15.0
_LABEL_WIDTH = WIDTH * 0.3
_TEXT_WIDTH = WIDTH * 0.22
_LIST_CSS, _OWN_CSS = "protection_list.css", "report.css"


def write_report_workbook(facts: ReportFacts, out: BinaryIO, *, language: Translator) -> None:
    """Write the report as XLSX, a sheet for each table."""
    write_workbook(
        [section.sheet for section in report_sections(facts, language)],
        out,
        title=report_title(facts, language),
        made_by=report_lines(facts, language),
        language=language,
        made_at=facts.made_at,
    )


def write_report_page(facts: ReportFacts, out: BinaryIO, *, language: Translator) -> None:
    """Write the report as one page that opens without a network, reads on a phone and prints on A4."""
    out.write("".join(_page(facts, language)).encode("utf-8", "replace"))


def _page(facts: ReportFacts, t: Translator) -> Iterator[str]:
    title = report_title(facts, t)
    yield f'<!DOCTYPE html>\n<html lang="{t.html_lang}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>\n{asset(_LIST_CSS)}{asset(_OWN_CSS)}</style>\n"
    yield "</head>\n<body>\n"
    yield f"<header><h1>{escape(title)}</h1>"
    if facts.is_demonstration:
        yield f'<p class="sample">{escape(t.gettext("SAMPLE"))}</p>'
    yield "".join(f'<p class="note">{escape(line)}</p>' for line in report_lines(facts, t))
    yield "</header>\n<main>\n"
    for section in report_sections(facts, t):
        yield f"<h2>{escape(section.sheet.title)}</h2>\n"
        if section.bars:
            yield _html_bars(section.bars)
        yield html_table(section.printed or section.sheet, t)
        yield "".join(f'<p class="note">{escape(note)}</p>\n' for note in section.sheet.notes)
    yield "</main>\n</body>\n</html>\n"


def _html_bars(bars: Sequence[Bar]) -> str:
    """Bars whose lengths are seen and whose values are written; a table with the same follows."""
    rows = []
    for bar in bars[:_MOST_BARS]:
        mark = f'<b style="left:{bar.target:.1%}"></b>' if bar.target is not None else ""
        rows.append(
            f'<li><span class="name">{escape(bar.label)}</span>'
            f'<span class="track"><i style="width:{min(bar.share, 1.0):.1%}"></i>{mark}</span>'
            f'<span class="said">{escape(bar.text)}</span></li>'
        )
    return f'<ul class="bars" aria-hidden="true">{"".join(rows)}</ul>\n'


def write_report_pdf(
    facts: ReportFacts, out: BinaryIO, *, language: Translator, extra_fonts: Sequence[Path] = ()
) -> None:
    """Write the report as PDF. Raises GlyphMissingError where no font draws a character."""
    t = language
    title = report_title(facts, t)
    sections = [_read(section) for section in report_sections(facts, t)]
    running = Running(
        head=title,
        head_right=facts.made_on.isoformat(),
        foot=register_called(facts, t),
        page_of=t.gettext("page {page} of {total}"),
        sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
    )
    lines = report_lines(facts, t)
    said = {
        title,
        *lines,
        *_texts(sections, t),
        running.head_right,
        running.foot,
        running.page_of,
        running.sample or "",
    }
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out, pagesize=A4, title=title, author=running.foot, subject=title,
        keywords="gushu", lang=t.html_lang, made_at=facts.made_at,
    )  # fmt: skip
    flow = Flow(Pen(canvas, fonts), running)
    _cover(flow, title, lines)
    for place, (section, rows) in enumerate(sections):
        flow.heading(section.sheet.title, key=f"section-{place}", keep=80)
        if section.bars:
            _draw_bars(flow, section.bars)
        _draw_table(flow, section, rows, t)
        for note in section.sheet.notes:
            flow.paragraph(note, size=SMALL, colour=SOFT)
    flow.close()
    canvas.save()


_Read = tuple[Section, list[Sequence[Any]]]


def _read(section: Section) -> _Read:
    shown = replace(section, sheet=section.printed or section.sheet)
    return shown, list(shown.sheet.rows)


def _texts(sections: Sequence[_Read], t: Translator) -> Iterator[str]:
    for section, rows in sections:
        yield section.sheet.title
        yield from section.sheet.notes
        yield from (column.title for column in section.sheet.columns)
        for bar in section.bars:
            yield bar.label
            yield bar.text
        total = [section.sheet.total] if section.sheet.total is not None else []
        for row in (*rows, *total):
            yield from _row_texts(section.sheet.columns, row, t)


def _cover(flow: Flow, title: str, lines: Sequence[str]) -> None:
    """The title and what the report says of itself, at the top of the first page."""
    pen = flow.pen
    draw_foot(pen, flow.running, 1)
    if flow.running.sample:
        draw_sample_mark(pen, MARGIN + WIDTH, A4[1] - 42, flow.running.sample)
    y = A4[1] - 78
    size = fit(pen.fonts, title, "serif", 22, WIDTH - 20, 15)[0]
    for line in wrap(pen.fonts, title, "serif", size, WIDTH - 20):
        pen.bold(A4[0] / 2, y, line, size, colour=BARK, align="center")
        y -= size * 1.35
    pen.rule(A4[0] / 2 - 34, y, A4[0] / 2 + 34, y, SEAL, 1.4)
    flow.y = y - 14
    for said in lines:
        flow.paragraph(said, size=SMALL + 0.8, colour=SOFT)


def _draw_bars(flow: Flow, bars: Sequence[Bar]) -> None:
    """Horizontal bars: the name to the left, the value to the right, a gold line where the target stands."""
    pen = flow.pen
    left, wide = MARGIN + _LABEL_WIDTH, WIDTH - _LABEL_WIDTH - _TEXT_WIDTH
    for bar in bars[:_MOST_BARS]:
        flow.need(_BAR_HEIGHT)
        y = flow.y - _BAR_HEIGHT + 4
        pen.fitted(left - 6, y + 1, bar.label, 8, _LABEL_WIDTH - 8, align="right", least=5.5)
        pen.box(left, y - 1, wide, 8, fill=CARD, stroke=LINE, line=0.4)
        if bar.share > 0:
            pen.box(left, y - 1, wide * min(bar.share, 1.0), 8, fill=LEAF)
        if bar.target is not None:
            at = left + wide * bar.target
            pen.rule(at, y - 3, at, y + 9, GOLD, 1.6)
        pen.fitted(left + wide + 6, y + 1, bar.text, 7.4, _TEXT_WIDTH - 8, colour=SOFT, least=5.5)
        flow.y -= _BAR_HEIGHT
    flow.gap(6)


def _draw_table(flow: Flow, section: Section, rows: list[Sequence[Any]], t: Translator) -> None:
    sheet = section.sheet
    if not rows:
        flow.paragraph(t.gettext("No record."), colour=SOFT)
        return
    total = [sheet.total] if sheet.total is not None else []
    kept = [place for place in range(len(sheet.columns)) if any(row[place] not in (None, "") for row in rows)]
    columns = [
        FlowColumn(
            sheet.columns[place].title,
            sheet.columns[place].width,
            size=7.6,
            align="left" if sheet.columns[place].kind == "text" else "right",
            colour=INK,
        )
        for place in kept
    ]
    texts = [_row_texts(sheet.columns, row, t) for row in (*rows, *total)]
    flow.table(columns, [[row[place] for place in kept] for row in texts])


def _row_texts(columns: Sequence[Column], row: Sequence[Any], t: Translator) -> list[str]:
    return [cell_text(column, value, t) for column, value in zip(columns, row, strict=True)]
