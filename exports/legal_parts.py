"""The fifteen parts of a legal file (一树一档) on paper: headings, the page that lists them, the score."""

from reportlab.lib.colors import Color

from exports.flow import Flow
from exports.kit import (
    BARK,
    CARD,
    GOLD,
    LEAF,
    LINE,
    MARGIN,
    SEAL,
    SMALL,
    SOFT,
    WHITE,
    WIDTH,
    Pen,
    wrap,
)
from registry.legal_file_records import (
    MISSING,
    NOT_REQUIRED,
    PARTLY,
    PRESENT,
    WITHHELD,
    LegalFileRecord,
    PartRecord,
)
from registry.vocab.language import Translator
from registry.vocab.legal_parts import part_titles

MARK = 15.0
"""Side of the numbered square that stands for a part, points."""
_FILLS: dict[str, tuple[Color | None, Color, Color]] = {
    PRESENT: (LEAF, LEAF, WHITE),
    PARTLY: (CARD, GOLD, BARK),
    MISSING: (WHITE, SEAL, SEAL),
    NOT_REQUIRED: (None, LINE, SOFT),
    WITHHELD: (LINE, LINE, SOFT),
}
"""Fill, edge and number of a part's square."""
_FAIR, _GOOD = 0.5, 0.9
_TITLE = 10.5


class Parts:
    """Begins the parts of a file by their official numbers, and what follows them without one."""

    def __init__(self, flow: Flow, t: Translator, file: LegalFileRecord | None) -> None:
        self.flow = flow
        self.t = t
        self.file = file
        self._annexes = 0

    def begin(self, part_id: str, *, title: str = "", note: str = "", keep: float = 60.0) -> None:
        """The heading of a part that has something to show. title: in the place of that of the list."""
        named = f"{part_titles()[part_id][0]}  {title}" if title else self._title(part_id)
        self.flow.heading(named, key=f"part-{part_id}", note=note, keep=keep)

    def empty(self, part_id: str, text: str = "") -> None:
        """A part of which nothing is shown, in a line: why, and what is to be done."""
        said = self.words(part_id) or text
        title = self._title(part_id)
        flow, pen = self.flow, self.flow.pen
        left = MARGIN + pen.fonts.width(title, "serif", _TITLE) + 12
        lines = wrap(pen.fonts, said, "sans", 8.2, MARGIN + WIDTH - left)
        flow.gap(4)
        flow.need(18 + 12 * len(lines))
        key = f"part-{part_id}"
        pen.canvas.bookmarkPage(key, fit="XYZ", left=0, top=flow.y + 8, zoom=0)
        pen.canvas.addOutlineEntry(title, key, level=0)
        pen.bold(MARGIN, flow.y - 13, title, _TITLE, colour=BARK)
        pen.lines(left, flow.y - 13, lines, 8.2, colour=SOFT)
        flow.y -= 18 + 12 * (len(lines) - 1)
        pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, LINE, 0.5)

    def sub(self, title: str, *, note: str = "", keep: float = 46.0) -> None:
        """A heading within a part."""
        flow = self.flow
        flow.gap(7)
        flow.need(18 + keep)
        flow.pen.bold(MARGIN, flow.y - 11, title, _TITLE, colour=BARK)
        if note:
            flow.pen.text(MARGIN + WIDTH, flow.y - 11, note, SMALL, colour=SOFT, align="right")
        flow.y -= 18

    def __call__(self, title: str, *, note: str = "", keep: float = 60.0) -> None:
        """A section that is no part of the file: doubts, history, source."""
        self._annexes += 1
        self.flow.heading(title, key=f"annex-{self._annexes}", note=note, keep=keep)

    def words(self, part_id: str) -> str:
        """What is to be said of a part that is empty in this copy; "" where nobody judged it."""
        if self.file is None:
            return ""
        part = self.file.part(part_id)
        if part.state == WITHHELD:
            return self.t.gettext("Kept by the office; not in the public edition.")
        if part.missing:
            return _missing(part, self.t, with_command=not self.file.is_public)
        if any(each.count for each in part.documents):
            return self.t.gettext("Kept by the office; nothing of it is public.")
        return self.t.gettext("Nothing on record; not required.")

    def _title(self, part_id: str) -> str:
        number, label = part_titles()[part_id]
        return f"{number}  {self.t.pick(label)}"


def draw_overview(flow: Flow, file: LegalFileRecord, t: Translator) -> None:
    """The page that tells the score, and of each part whether it is there, missing or not required."""
    _ = t.gettext
    flow.heading(_("The fifteen parts of this file"), key="parts", keep=200)
    top = flow.y - 4
    _gauge(flow.pen, MARGIN + 31, top - 31, 28, file)
    pen, x = flow.pen, MARGIN + 76
    pen.bold(x, top - 18, _score_words(file, t), 12, colour=_colour(file.score))
    basis = _("What is required: {basis}.", basis=t.pick(file.basis))
    lines = wrap(pen.fonts, basis, "sans", SMALL, WIDTH - 76)
    pen.lines(x, top - 34, lines, SMALL, colour=SOFT)
    flow.y = top - 70
    words = state_words(t)
    for part in file.parts:
        _row(flow, part, t, words, with_command=not file.is_public)
    flow.gap(4)
    flow.paragraph(
        _("Counted are documents, not their quality: a part that is there may still be thin."),
        size=SMALL, colour=SOFT,
    )  # fmt: skip


def draw_score_strip(
    pen: Pen, x: float, y: float, width: float, file: LegalFileRecord, t: Translator
) -> None:
    """The score in a line with a numbered square for each part, on the baseline `y`."""
    pen.text(x, y + 3, t.gettext("How complete"), 7.6, colour=SOFT)
    left = x + 78
    score = "—" if file.score is None else f"{file.score:.0%}"
    pen.bold(left, y, score, 17, colour=_colour(file.score))
    left += pen.fonts.width(score, "serif", 17) + 6
    told = f"{file.present}/{file.required}"
    pen.text(left, y + 1, told, 8, colour=SOFT)
    left += pen.fonts.width(told, "sans", 8) + 12
    step = min(MARK + 3, (x + width - left) / len(file.parts))
    for part in file.parts:
        draw_mark(pen, left, y - 3, part, side=step - 3)
        left += step


def draw_mark(pen: Pen, x: float, y: float, part: PartRecord, *, side: float = MARK) -> None:
    """The numbered square of a part: filled where it is there, half where something is missing."""
    fill, edge, colour = _FILLS[part.state]
    pen.box(x, y, side, side, fill=fill, stroke=edge, line=0.9, radius=2.5)
    if part.state == PARTLY:
        pen.box(x + 1, y + 1, side - 2, side / 5, fill=GOLD, radius=1.2)
    size = side * 0.56
    pen.text(x + side / 2, y + side / 2 - size * 0.36, str(part.number), size, colour=colour, align="center")


def state_words(t: Translator) -> dict[str, str]:
    """What the states of a part are called."""
    _ = t.gettext
    return {
        PRESENT: _("there"),
        PARTLY: _("in part"),
        MISSING: _("missing"),
        NOT_REQUIRED: _("not required"),
        WITHHELD: _("for the office"),
    }


def _row(flow: Flow, part: PartRecord, t: Translator, words: dict[str, str], *, with_command: bool) -> None:
    pen, left = flow.pen, MARGIN + 244.0
    lines = wrap(pen.fonts, _told(part, t, with_command=with_command), "sans", 8, MARGIN + WIDTH - left)
    height = max(25.0, 9 + 11.6 * len(lines))
    flow.need(height)
    draw_mark(pen, MARGIN, flow.y - 20, part)
    pen.fitted(MARGIN + 24, flow.y - 16, t.pick(part.title), 9.6, 160, role="serif", least=6.5)
    colour = {PRESENT: LEAF, MISSING: SEAL, PARTLY: BARK}.get(part.state, SOFT)
    pen.fitted(MARGIN + 192, flow.y - 16, words[part.state], 8, 48, colour=colour, least=5)
    pen.lines(left, flow.y - 16, lines, 8, colour=SOFT, leading=1.45)
    flow.y -= height
    pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, LINE, 0.4)


def _told(part: PartRecord, t: Translator, *, with_command: bool) -> str:
    """What is there, and what is missing with what to do next."""
    _ = t.gettext
    if part.state == WITHHELD:
        return _("not in the public edition")
    counted = [
        _("{document} ({count})", document=t.pick(each.title), count=each.count)
        for each in part.documents
        if each.count
    ]
    held = _("; ").join(counted)
    if not part.missing:
        return held or "—"
    return "\n".join(filter(None, (held, _missing(part, t, with_command=with_command))))


def _missing(part: PartRecord, t: Translator, *, with_command: bool) -> str:
    """缺 …：… (gushu …)."""
    _ = t.gettext
    texts = []
    for each in part.missing:
        text = _("missing: {document} – {todo}", document=t.pick(each.title), todo=t.pick(each.todo))
        command = f" ({each.command})" if with_command and each.command else ""
        texts.append(text + command)
    return _("; ").join(texts)


def _score_words(file: LegalFileRecord, t: Translator) -> str:
    if file.score is None:
        return t.gettext("Nothing is required of this file.")
    return t.gettext(
        "Complete to {share}: {present} of {required} required documents",
        share=f"{file.score:.0%}", present=file.present, required=file.required,
    )  # fmt: skip


def _colour(score: float | None) -> Color:
    if score is None:
        return SOFT
    return LEAF if score >= _GOOD else BARK if score >= _FAIR else SEAL


def _gauge(pen: Pen, x: float, y: float, radius: float, file: LegalFileRecord) -> None:
    """A ring that closes as the file does, with a gap between its documents."""
    canvas, share = pen.canvas, file.score or 0.0
    with pen.state():
        canvas.setLineWidth(6)
        canvas.setStrokeColor(LINE)
        canvas.circle(x, y, radius, fill=0, stroke=1)
        if share:
            canvas.setStrokeColor(_colour(file.score))
            canvas.arc(x - radius, y - radius, x + radius, y + radius, 90, -360 * min(share, 0.9999))
    text = "—" if file.score is None else f"{share:.0%}"
    pen.fitted(x, y - 5, text, 14, radius * 1.5, role="serif", align="center")
