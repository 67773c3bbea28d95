"""Care letters (养护协议, 责任书) as PDF: the terms, all trees of one caretaker, the lines to sign on.

Each page carries a QR code of its own, so that a scanned page finds its letter. The same record gives the
same pages.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

from reportlab.pdfgen.canvas import Canvas

from exports.flow import BOTTOM, Column, Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import A4, BARK, LINE, MARGIN, MM, SMALL, SOFT, WIDTH, Pen, draw_sample_mark, fit_lines, wrap
from exports.pictures import draw_qr
from exports.proofs import Paper, attach_record
from exports.qr import encode_matrix
from registry.letter_records import LetterPages, LetterRecord, TermsSection
from registry.vocab.language import Translator, translator
from registry.vocab.money import money_text

QR = 21 * MM
"""Side of a page's QR code without its quiet zone: 0.72 mm a module, 4 dots at 150 dpi."""
_TOP = A4[1] - 104
"""Where the text begins on a page that carries on."""
_FIRST = A4[1] - 58
_CODE_ROOM = QR + 14
_HAN_NUMBERS = "一二三四五六七八九十"
_SEAL = 18 * MM
"""Radius of the place for a seal."""
_BLOCK = 176.0
"""Height of the lines to sign on."""
_SIZE = 9.6
_TOGETHER = 3
"""How many lines of a list stand together at its end."""


def paginate(letters: Sequence[LetterRecord], *, extra_fonts: Sequence[Path] = ()) -> list[LetterPages]:
    """On how many pages each letter falls, and on which of them each of its lines."""
    fonts = _fonts(letters, extra_fonts)
    return [_draw(letter, new_canvas(io.BytesIO(), pagesize=A4, title=""), fonts, ()) for letter in letters]


def write_letters(
    letters: Sequence[tuple[LetterRecord, Sequence[str]]],
    out: BinaryIO,
    *,
    extra_fonts: Sequence[Path] = (),
    paper: Paper | None = None,
) -> int:
    """Write letters into one PDF, each with what the QR code of its every page says; returns the pages.

    paper: the proof of a letter that is written alone; its code goes into the foot, which moves nothing.
    Raises ValueError where a letter has not as many pages as marks, GlyphMissingError where no font draws a
    character.
    """
    fonts = _fonts([letter for letter, _marks in letters], extra_fonts)
    first = letters[0][0]
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{first.terms.title} · {first.document_no}" if len(letters) == 1 else first.terms.title,
        author=first.office,
        subject=first.register_name,
        lang=translator(first.lang).html_lang,
    )
    total = 0
    for letter, marks in letters:
        pages = _draw(letter, canvas, fonts, marks, paper)
        if pages.count != len(marks):
            raise ValueError(f"{letter.code}: {pages.count} pages, {len(marks)} marks")
        total += pages.count
    if paper is not None:
        attach_record(canvas, paper.content, paper.proof)
    canvas.save()
    return total


def _fonts(letters: Iterable[LetterRecord], extra_fonts: Sequence[Path]) -> Fonts:
    said: set[str] = {_HAN_NUMBERS, "0123456789.,:/·—_□×年月日（）()"}
    for letter in letters:
        t = translator(letter.lang)
        said |= {letter.register_name, letter.office, letter.caretaker, letter.document_no, letter.terms.note,
                 letter.terms.title, letter.terms.first, letter.terms.second, *_own_words(t)}  # fmt: skip
        said.update(
            part for line in letter.lines for part in (line.number, line.name, line.grade, line.place)
        )
        for section in letter.terms.sections:
            said |= {section.title, *(_filled(passage.text, letter, t) for passage in section.passages)}
        said.add(_money(letter.yearly_cents, letter, t))
    return prepare_fonts(sorted(said), extra_fonts=extra_fonts)


def _own_words(t: Translator) -> set[str]:
    _ = t.gettext
    return {
        _("No."), t.label("number"), _("Species"), _("Grade"), _("Place"), _("A year"), _("Letter no."),
        _("page {page} of {total}"), _("(seal)"), _("Signature"), _("Representative"), _("Telephone"),
        _("Date"), _("year      month      day"), _("SAMPLE"), _hint(t), _("Check code"),
        t.day(date(2026, 12, 28)), *(_count_words(letter_count, letter_count, t) for letter_count in (1, 2)),
    }  # fmt: skip


class _LetterFlow(Flow):
    """Pages of one letter: a code at the upper right of each, and which page each line of a table fell on."""

    def __init__(self, pen: Pen, running: Running, letter: LetterRecord, marks: Sequence[str]) -> None:
        super().__init__(pen, running)
        self.letter, self.marks = letter, marks
        self.rows: list[int] = []
        self.listed: Sequence[Sequence[str]] = ()
        self._dress()

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table of lines of which the last few stay together, so that none is alone on a page."""
        self.listed = rows
        super().table(columns, rows)

    def new_page(self) -> None:
        """Finish this page and begin the next, with its code."""
        self.pen.canvas.showPage()
        self.page += 1
        self.y = _TOP
        pen, running = self.pen, self.running
        pen.fitted(MARGIN, A4[1] - 46, running.head, 9, WIDTH - _CODE_ROOM, role="serif", colour=BARK)
        pen.fitted(MARGIN, A4[1] - 60, running.head_right, SMALL, WIDTH - _CODE_ROOM, colour=SOFT)
        pen.rule(MARGIN, _TOP + 8, MARGIN + WIDTH, _TOP + 8, LINE)
        self._dress()

    def close(self) -> None:
        """Finish the last page."""
        self.pen.canvas.showPage()

    def _dress(self) -> None:
        """The code with its number at the upper right, and the foot."""
        pen, right = self.pen, MARGIN + WIDTH
        top = A4[1] - 26
        total = len(self.marks) or self.page
        if self.marks and self.page <= total:
            draw_qr(pen, right - QR, top - QR, QR, encode_matrix(self.marks[self.page - 1], correction="Q"))
        said = f"{self.letter.code}  {self.page}/{total}"
        pen.text(right, top - QR - 9, said, SMALL - 0.6, colour=SOFT, align="right")
        pen.rule(MARGIN, 46, right, 46, LINE)
        pages = self.running.page_of.format(page=self.page, total=total)
        pen.text(right, 34, pages, SMALL, colour=SOFT, align="right")
        room = WIDTH - pen.fonts.width(pages, "sans", SMALL) - 14
        pen.fitted(MARGIN, 34, self.running.foot, SMALL - 0.8, room, colour=SOFT, least=4.6)

    def _table_row(self, columns: Sequence[Column], widths: Sequence[float], row: Sequence[str]) -> None:
        if len(self.letter.lines) - len(self.rows) == _TOGETHER < len(self.letter.lines):
            rest = self.listed[len(self.rows) :]
            needed = sum(self._row_height(columns, widths, each) for each in rest)
            if self.y - needed < BOTTOM:
                self.new_page()
                self._table_head(columns, widths)
        super()._table_row(columns, widths, row)
        self.rows.append(self.page)


def _draw(
    letter: LetterRecord, canvas: Canvas, fonts: Fonts, marks: Sequence[str], paper: Paper | None = None
) -> LetterPages:
    t = translator(letter.lang)
    _ = t.gettext
    pen = Pen(canvas, fonts)
    running = Running(
        head=letter.terms.title,
        head_right=f"{letter.document_no} · {letter.caretaker}",
        foot=" · ".join(filter(None, (letter.register_name, letter.document_no, letter.terms.note))),
        page_of=_("page {page} of {total}"),
    )
    flow = _LetterFlow(pen, paper.foot(running, t) if paper else running, letter, marks)
    canvas.bookmarkPage(letter.code)
    canvas.addOutlineEntry(f"{letter.caretaker} · {letter.document_no}", letter.code, level=0)
    _cover(flow, t)
    for number, section in enumerate(letter.terms.sections, start=1):
        _section(flow, number, section, t)
    flow.close()
    return LetterPages(flow.page, tuple(flow.rows))


def _cover(flow: _LetterFlow, t: Translator) -> None:
    """Title and facts at the top of the first page, beside its code."""
    pen, letter = flow.pen, flow.letter
    y = _FIRST
    if letter.is_demonstration:
        draw_sample_mark(pen, MARGIN + WIDTH - _CODE_ROOM - 4, A4[1] - 34, t.gettext("SAMPLE"))
    size = 19.0 if t.lang == "zh" else 15.0
    for line in wrap(pen.fonts, letter.terms.title, "serif", size, WIDTH - _CODE_ROOM - 12):
        pen.bold(MARGIN, y, line, size, colour=BARK)
        y -= size * 1.35
    said = f"{t.gettext('Letter no.')}  {letter.document_no}"
    pen.text(MARGIN, y, said, 9, colour=SOFT)
    flow.y = min(y - 16, _TOP + 4)
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.8)
    flow.y -= 4


def _section(flow: _LetterFlow, number: int, section: TermsSection, t: Translator) -> None:
    pen, letter = flow.pen, flow.letter
    flow.gap(7)
    is_signed = section.key == "signatures"
    texts = [_filled(p.text, letter, t) for p in section.passages if _holds(p.when, letter)]
    needed = 40 + (_BLOCK + 18 * len(texts) if is_signed else 84 if section.key == "records" else 18)
    flow.need(needed)
    flow.y -= 15
    title = (
        f"{_HAN_NUMBERS[(number - 1) % 10]}、{section.title}"
        if t.lang == "zh"
        else f"{number}. {section.title}"
    )
    pen.bold(MARGIN, flow.y, title, 11.5, colour=BARK)
    flow.y -= 7
    indent = 2 * _SIZE if t.lang == "zh" else 12.0
    for text in texts:
        flow.paragraph(text, size=_SIZE, x=MARGIN + indent, width=WIDTH - indent, leading=1.62)
        flow.y -= 1.5
    if section.key == "records":
        flow.y -= 4
        flow.table(*_table(letter, t))
    if is_signed:
        _sign(flow, t)


def _holds(when: str, letter: LetterRecord) -> bool:
    is_paid, has_end = letter.yearly_cents is not None, letter.valid_to is not None
    return {"": True, "paid": is_paid, "unpaid": not is_paid, "until": has_end, "open": not has_end}[when]


def _filled(text: str, letter: LetterRecord, t: Translator) -> str:
    trees = sum(line.kind == "tree" for line in letter.lines)
    return text.format(
        office=letter.office,
        caretaker=letter.caretaker,
        records=_count_words(trees, len(letter.lines) - trees, t),
        amount=_money(letter.yearly_cents, letter, t),
        until=_day(letter.valid_to, t),
        **{"from": _day(letter.valid_from, t)},
    )


def _count_words(trees: int, groves: int, t: Translator) -> str:
    said = []
    if trees:
        said.append(t.ngettext("{count} ancient or famous tree", "{count} ancient or famous trees", trees))
    if groves:
        said.append(t.ngettext("{count} protected grove", "{count} protected groves", groves))
    return ("、" if t.lang == "zh" else " and ").join(said)


def _money(cents: int | None, letter: LetterRecord, t: Translator) -> str:
    return money_text(cents, letter.currency, t) if cents is not None else "—"


def _day(iso: str | None, t: Translator) -> str:
    return t.day(date.fromisoformat(iso)) if iso else "—"


def _table(letter: LetterRecord, t: Translator) -> tuple[list[Column], list[list[str]]]:
    """The list of trees; what is paid for each only where the letter says it."""
    _ = t.gettext
    columns = [
        Column(_("No."), 1.3, colour=SOFT, align="right"),
        Column(t.label("number"), 4.6),
        Column(_("Species"), 4.4),
        Column(_("Grade"), 2.7),
        Column(_("Place"), 6.7),
    ]
    rows = [
        [str(number), line.number, line.name, line.grade or "—", line.place or "—"]
        for number, line in enumerate(letter.lines, start=1)
    ]
    if letter.yearly_cents is not None:
        columns.append(Column(_("A year"), 3.0, align="right"))
        for row, line in zip(rows, letter.lines, strict=True):
            row.append(_money(line.yearly_cents, letter, t))
    return columns, rows


def _sign(flow: _LetterFlow, t: Translator) -> None:
    """Two columns to sign in: the department's and the caretaker's, with places for their seals."""
    letter, pen = flow.letter, flow.pen
    flow.need(_BLOCK)
    top, half = flow.y - 10, WIDTH / 2
    _column(pen, MARGIN, top, half - 10, letter.terms.first, letter.office, t, is_unit=True)
    _column(
        pen,
        MARGIN + half + 10,
        top,
        half - 10,
        letter.terms.second,
        letter.caretaker,
        t,
        is_unit=letter.is_unit,
    )
    hint = _hint(t)
    pen.text(MARGIN, top - _BLOCK + 16, hint, SMALL - 0.4, colour=SOFT)
    flow.y -= _BLOCK


def _hint(t: Translator) -> str:
    return t.gettext("Sign by hand. When the scan comes back, the code above finds this page.")


def _column(
    pen: Pen, x: float, top: float, width: float, role: str, name: str, t: Translator, *, is_unit: bool
) -> None:
    _ = t.gettext
    pen.text(x, top - 8, role, SMALL + 0.4, colour=SOFT)
    size, lines = fit_lines(pen.fonts, name, "serif", 10.5, width, 3)
    y = pen.lines(x, top - 24, lines, size, role="serif")
    if is_unit:
        middle, low = x + width - _SEAL - 2, top - 24 - _SEAL - 14
        with pen.state() as canvas:
            canvas.setDash(2, 2.4)
            canvas.setStrokeColor(LINE)
            canvas.circle(middle, low, _SEAL, fill=0, stroke=1)
        pen.text(middle, low - 3, _("(seal)"), SMALL + 0.6, colour=LINE, align="center")
    y = min(y, top - 58) - 2
    for label in (_("Representative") if is_unit else _("Signature"), _("Telephone")):
        pen.text(x, y, label, SMALL + 0.6, colour=SOFT)
        pen.rule(x + 62, y - 2, x + (width - 2 * _SEAL - 12 if is_unit else width * 0.94), y - 2, SOFT, 0.5)
        y -= 25
    pen.text(x, y, _("Date"), SMALL + 0.6, colour=SOFT)
    pen.text(x + 40, y, _("year      month      day"), SMALL + 0.6, colour=SOFT)
