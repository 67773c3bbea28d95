"""The book of a strategy (一树一策方案) as PDF: cover with approvals, then the headings of the plan template.

For the office only: it holds money and names. The same record gives the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from exports.flow import Column, Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.gantt import draw_gantt, gantt_texts
from exports.kit import (
    A4,
    BARK,
    BODY,
    INK,
    MARGIN,
    PAPER,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    draw_plaque,
    draw_sample_mark,
    fit,
    wrap,
)
from exports.pictures import draw_empty_frame, draw_jpeg
from exports.proofs import Paper, close_paper
from exports.strategy_text import Gantt, Para, Pictures, Section, Table, called, strategy_sections
from registry.records import RegisterFacts, TreeRecord
from registry.strategy_records import SignatureRecord, StrategyRecord
from registry.vocab.care_words import SignRole, StrategyState
from registry.vocab.language import Translator
from registry.vocab.strategy_words import HEADINGS

PICTURE_HEIGHT = 170.0
FIGURES = "0123456789.,:;()（）–—-+%·/…"


def write_strategy_book(
    record: StrategyRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    tree: TreeRecord | None = None,
    extra_fonts: Sequence[Path] = (),
    paper: Paper | None = None,
) -> None:
    """Write one version of a strategy. tree: its whole file, where it is about a tree. paper: its proof.

    Raises GlyphMissingError where no font draws a character.
    """
    t = language
    sections = strategy_sections(record, t, tree)
    cover = _cover_rows(record, t, tree)
    running = _running(record, facts, t)
    running = paper.foot(running, t) if paper else running
    said = [text for section in sections for text in section.texts()]
    said += [cell for row in cover for cell in row] + [cell for row in _approvals(record, t) for cell in row]
    said += [
        *_heads(t),
        running.head,
        running.head_right,
        running.foot,
        running.page_of,
        running.sample or "",
    ]
    said += [
        _title(t),
        _name(record, tree),
        _private(t),
        t.pick(HEADINGS["cover"]),
        t.gettext("No photo"),
        t.gettext("this photo cannot be read"),
        FIGURES,
    ]
    said += [*gantt_texts(t), *(paper.texts(t) if paper else ())]
    fonts = prepare_fonts(sorted(set(said)), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{_title(t)} · {called(record, t)}",
        author=facts.register_name,
        subject=_name(record, tree),
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    flow = Flow(Pen(canvas, fonts), running)
    _cover(flow, record, cover, t, tree)
    flow.new_page()
    for section in sections:
        draw_section(flow, section, t)
    close_paper(flow, paper, t)


def draw_section(flow: Flow, section: Section, t: Translator) -> None:
    """One heading with its blocks; a small heading stays with what follows."""
    flow.heading(section.title, key=section.key, keep=40)
    for block in section.blocks:
        if isinstance(block, Para):
            _paragraph(flow, block)
        elif isinstance(block, Table):
            _table(flow, block)
        elif isinstance(block, Gantt):
            draw_gantt(flow, block, t)
        else:
            draw_pictures(flow, block, t)


def draw_pictures(flow: Flow, block: Pictures, t: Translator) -> None:
    """Photos two to a row, each with its caption; stays with nothing else."""
    width = (WIDTH - 12) / 2
    for place in range(0, len(block.shown), 2):
        flow.need(PICTURE_HEIGHT + 20)
        top = flow.y - 4
        for column, (jpeg, caption) in enumerate(block.shown[place : place + 2]):
            x = MARGIN + column * (width + 12)
            frame = (x, top - PICTURE_HEIGHT, width, PICTURE_HEIGHT)
            if jpeg is None:
                draw_empty_frame(flow.pen, *frame, t.gettext("No photo"))
            else:
                draw_jpeg(flow.pen, *frame, jpeg, missing=t.gettext("this photo cannot be read"))
            flow.pen.fitted(x, top - PICTURE_HEIGHT - 10, caption, SMALL, width, colour=SOFT)
        flow.y = top - PICTURE_HEIGHT - 18


def _paragraph(flow: Flow, block: Para) -> None:
    if block.look == "strong":
        flow.gap(4)
        flow.need(34)
        flow.pen.bold(MARGIN, flow.y - 10, block.text, 10, colour=BARK)
        flow.y -= 17
    elif block.look == "soft":
        flow.paragraph(block.text, size=SMALL + 0.4, colour=SOFT)
        flow.gap(2)
    else:
        flow.paragraph(block.text)
        flow.gap(2)


def _table(flow: Flow, block: Table) -> None:
    flow.gap(3)
    if any(title for title, _share, _align in block.columns):
        columns = [Column(title, share, align=align) for title, share, align in block.columns]  # type: ignore[arg-type]
        flow.table(columns, block.rows)
        return
    _pairs(flow, block)


def _pairs(flow: Flow, block: Table) -> None:
    """Labels and values two to a row, without a head."""
    shares = [share for _title, share, _align in block.columns]
    widths = [share / sum(shares) * WIDTH for share in shares]
    flow.need(18.0 * min(len(block.rows), 4))
    flow.pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, BARK, 0.8)
    for row in block.rows:
        lines = [
            wrap(flow.pen.fonts, cell, "sans", SMALL + 0.2 if place % 2 == 0 else 8.8, width - 8)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        height = max(len(each) for each in lines) * 13 + 5
        flow.need(height)
        x = MARGIN
        for place, (each, width) in enumerate(zip(lines, widths, strict=True)):
            size, colour = (SMALL + 0.2, SOFT) if place % 2 == 0 else (8.8, INK)
            flow.pen.lines(x + 4, flow.y - 12, each, size, colour=colour, leading=13 / size)
            x += width
        flow.y -= height
        flow.pen.rule(MARGIN, flow.y, MARGIN + WIDTH, flow.y, width=0.4)
    flow.y -= 6


def _running(record: StrategyRecord, facts: RegisterFacts, t: Translator) -> Running:
    return Running(
        head=f"{_title(t)} · {called(record, t)}",
        head_right=_private(t),
        foot=" · ".join((facts.register_name, facts.made_on.isoformat(), record.content_sha256[:16])),
        page_of=t.gettext("page {page} of {total}"),
        sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
    )


def _title(t: Translator) -> str:
    return t.gettext("One tree, one strategy: plan of protection")


def _private(t: Translator) -> str:
    return t.gettext("For the office only")


def _name(record: StrategyRecord, tree: TreeRecord | None) -> str:
    name = (tree.name_zh or tree.name_verbatim or tree.name_latin) if tree else record.about.name
    return name or record.about.number


def _cover_rows(record: StrategyRecord, t: Translator, tree: TreeRecord | None) -> list[tuple[str, str]]:
    _ = t.gettext
    place = " ".join(record.about.division_path) or (tree.address if tree else "") or ""
    state = t.word(StrategyState, record.state) + (f" · {_('rescue')}" if record.is_rescue else "")
    rows = [
        (_("Strategy"), called(record, t)),
        (_("State"), state),
        (_("Record"), record.about.number),
        (t.label("division"), place),
        (_("Made on"), record.made_on.isoformat()),
        (_("Content"), record.content_sha256[:32]),
    ]
    return [row for row in rows if row[1]]


def _heads(t: Translator) -> tuple[str, ...]:
    _ = t.gettext
    return _("As"), _("Who"), _("Day"), _("Document"), _("Signature or seal")


def _verdict(signature: SignatureRecord, t: Translator) -> str:
    """Whether an expert is for it; whoever prepared or reviewed it signs, and says no more."""
    if signature.role != SignRole.EXPERT:
        return ""
    return t.gettext("in favour") if signature.is_favourable else t.gettext("against")


def _approvals(record: StrategyRecord, t: Translator) -> list[tuple[str, ...]]:
    """Who has signed as what; a line for each role, empty where nobody has."""
    _ = t.gettext
    rows: list[tuple[str, ...]] = []
    void = _("void: the content was changed since")
    for role in (SignRole.PREPARED, SignRole.REVIEWED, SignRole.EXPERT):
        own = [each for each in record.signatures if each.role == role]
        rows += [
            (
                t.word(SignRole, role),
                s.party,
                s.signed_on.isoformat(),
                s.document_no or "",
                " · ".join(filter(None, (_verdict(s, t), void if s.is_void else ""))),
            )
            for s in own
        ] or [(t.word(SignRole, role), "", "", "", "")]
    approved = (record.approved_by or "", str(record.approved_on or ""), record.document_no or "")
    return [*rows, (t.word(SignRole, SignRole.APPROVED), *approved, "")]


def _cover(
    flow: Flow,
    record: StrategyRecord,
    rows: Sequence[tuple[str, str]],
    t: Translator,
    tree: TreeRecord | None,
) -> None:
    """Section 1: title, the tree's name, what the book is, and who approved it."""
    pen = flow.pen
    pen.box(0, 0, *A4, fill=PAPER)
    pen.canvas.bookmarkPage("cover", fit="Fit")
    pen.canvas.addOutlineEntry(f"1  {t.pick(HEADINGS['cover'])}", "cover", level=0)
    draw_foot(pen, flow.running, 1)
    right = MARGIN + WIDTH
    pen.text(right, A4[1] - 48, _private(t), 9, colour=SEAL, align="right")
    if flow.running.sample:
        draw_sample_mark(pen, right - 90, A4[1] - 48, flow.running.sample)
    draw_plaque(pen, MARGIN, A4[1] - 380, 84, 300, _name(record, tree))
    x, y = MARGIN + 112, A4[1] - 112
    size = fit(pen.fonts, _title(t), "serif", 24, right - x, 15)[0]
    for line in wrap(pen.fonts, _title(t), "serif", size, right - x):
        pen.bold(x, y, line, size, colour=BARK)
        y -= size * 1.4
    pen.rule(x, y + 4, x + 60, y + 4, SEAL, 1.6)
    y -= 22
    for label, value in rows:
        pen.text(x, y, label, SMALL + 0.6, colour=SOFT)
        y = pen.lines(x + 92, y, wrap(pen.fonts, value, "sans", 10, right - x - 92), 10) - 6
    flow.y = A4[1] - 420
    pen.bold(MARGIN, flow.y, f"1  {t.pick(HEADINGS['cover'])}", 13, colour=BARK)
    flow.y -= 12
    shares = (1.6, 4, 2, 3, 3.4)
    columns = [Column(head, share) for head, share in zip(_heads(t), shares, strict=True)]
    flow.table(columns, [tuple(cell or " " for cell in row) for row in _approvals(record, t)])
    flow.paragraph(" ", size=BODY)
