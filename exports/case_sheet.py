"""A case on paper: facts, law, steps, and the list of files with their hashes, to go with a referral."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from exports.flow import Column, Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, MARGIN, SEAL, SMALL, SOFT, WIDTH, Pen, draw_sample_mark, fit, wrap
from registry.case_records import CaseSheet
from registry.vocab.language import Translator, translator

_LABEL = 96.0
_GROUP = 8


def write_case_sheet(sheet: CaseSheet, out: BinaryIO, *, extra_fonts: Sequence[Path] = ()) -> None:
    """Write the case as PDF. Raises GlyphMissingError where no font draws a character."""
    t = translator(sheet.lang)
    running = Running(
        head=sheet.title,
        head_right=sheet.confidential,
        foot=t.gettext("History head {head}", head=sheet.history_head),
        page_of=t.gettext("page {page} of {total}"),
        sample=sheet.sample,
    )
    fonts = prepare_fonts(_texts(sheet, running, t), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{sheet.title} · {sheet.number}",
        author=sheet.register_name,
        subject=sheet.register_name,
        lang=t.html_lang,
        made_at=sheet.made_at,
    )
    flow = Flow(Pen(canvas, fonts), running)
    _head(flow, sheet)
    _facts(flow, sheet.facts)
    _sections(flow, sheet, t)
    flow.close()
    canvas.save()


def _texts(sheet: CaseSheet, running: Running, t: Translator) -> list[str]:
    pairs = (part for pair in (*sheet.facts, *sheet.law) for part in pair)
    cells = (cell for row in (*sheet.steps, *sheet.files) for cell in row)
    said = (sheet.title, sheet.number, sheet.register_name, sheet.law_note, sheet.sample or "", "0123456789…")
    heads = (*_step_heads(t), *_file_heads(t), *_headings(t), *_notes(t))
    around = (running.head, running.head_right, running.foot, running.page_of)
    return sorted({*pairs, *cells, *said, *heads, *around})


def _notes(t: Translator) -> tuple[str, str]:
    return (
        t.gettext("There are no files in this case."),
        t.gettext("Each file is kept with its original bytes; sha256sum of a copy gives the same digits."),
    )


def _headings(t: Translator) -> tuple[str, str, str]:
    return t.gettext("Law"), t.gettext("Steps"), t.gettext("Evidence and files")


def _step_heads(t: Translator) -> tuple[str, ...]:
    _ = t.gettext
    return _("Day"), _("Step"), _("By"), _("Document"), _("What was done or found")


def _file_heads(t: Translator) -> tuple[str, ...]:
    _ = t.gettext
    return _("Kind"), _("File"), _("Taken at"), _("Size"), "SHA-256"


def _head(flow: Flow, sheet: CaseSheet) -> None:
    pen = flow.pen
    draw_foot(pen, flow.running, 1)
    pen.text(MARGIN, A4[1] - 42, sheet.register_name, SMALL, colour=SOFT)
    pen.text(MARGIN + WIDTH, A4[1] - 42, sheet.confidential, SMALL, colour=SEAL, align="right")
    if sheet.sample:
        draw_sample_mark(pen, MARGIN + WIDTH, A4[1] - 56, sheet.sample)
    size, title = fit(pen.fonts, sheet.title, "serif", 21, WIDTH - 20, 13)
    y = A4[1] - 84
    pen.bold(A4[0] / 2, y, title, size, colour=BARK, align="center")
    pen.text(A4[0] / 2, y - 18, sheet.number, 11, role="serif", colour=SOFT, align="center")
    pen.rule(A4[0] / 2 - 34, y - 28, A4[0] / 2 + 34, y - 28, SEAL, 1.4)
    flow.y = y - 40


def _facts(flow: Flow, pairs: Sequence[tuple[str, str]]) -> None:
    pen = flow.pen
    for label, value in pairs:
        lines = wrap(pen.fonts, value, "sans", 9, WIDTH - _LABEL)
        flow.need(len(lines) * 14 + 3)
        pen.fitted(MARGIN, flow.y - 9, label, SMALL, _LABEL - 8, colour=SOFT, least=5)
        pen.lines(MARGIN + _LABEL, flow.y - 9, lines, 9)
        flow.y -= len(lines) * 14 + 3


def _sections(flow: Flow, sheet: CaseSheet, t: Translator) -> None:
    law, steps, files = _headings(t)
    if sheet.law:
        flow.heading(law, key="law")
        _facts(flow, sheet.law)
        if sheet.law_note:
            flow.paragraph(sheet.law_note, size=SMALL, colour=SOFT)
    flow.heading(steps, key="steps")
    shares = (2.2, 2.6, 3.4, 2.6, 6.2)
    flow.table([Column(*each) for each in zip(_step_heads(t), shares, strict=True)], sheet.steps)
    flow.heading(files, key="files")
    none, note = _notes(t)
    if not sheet.files:
        flow.paragraph(none)
        return
    shares = (1.9, 4.6, 2.9, 2.2, 5.4)
    rows = [(*row[:4], _grouped(row[4])) for row in sheet.files]
    flow.table([Column(*each) for each in zip(_file_heads(t), shares, strict=True)], rows)
    flow.paragraph(note, size=SMALL, colour=SOFT)


def _grouped(digest: str) -> str:
    """A hash in groups, so that it can be read aloud and breaks between them."""
    return " ".join(digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP))
