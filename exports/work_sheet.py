"""The acceptance sheet of a work order (工程验收单) as PDF, with its photos before and after.

For the office only: it holds money and names.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from exports.flow import Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, SEAL, Pen, draw_sample_mark
from exports.strategy_book import FIGURES, draw_section
from exports.strategy_text import Block, Para, Pictures, Section, Table
from registry.records import RegisterFacts
from registry.strategy_records import WorkPhotoRecord, WorkRecord
from registry.vocab.care_words import FundSource, WorkStage, WorkState
from registry.vocab.language import Translator
from registry.vocab.measures import UNITS, all_measures, measure_labels
from registry.vocab.money import money_text


def write_work_sheet(
    record: WorkRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the sheet of one work order. Raises GlyphMissingError where no font draws a character."""
    t = language
    title = t.gettext("Acceptance of works")
    sections = list(_sections(record, t))
    running = Running(
        head=f"{title} · {record.number}",
        head_right=t.gettext("For the office only"),
        foot=f"{facts.register_name} · {facts.made_on.isoformat()}",
        page_of=t.gettext("page {page} of {total}"),
        sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
    )
    said = {text for section in sections for text in section.texts()}
    said |= {
        title,
        running.head,
        running.head_right,
        running.foot,
        running.page_of,
        running.sample or "",
        FIGURES,
    }
    fonts = prepare_fonts(
        sorted({*said, t.gettext("No photo"), t.gettext("this photo cannot be read")}),
        extra_fonts=extra_fonts,
    )
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=running.head,
        author=facts.register_name,
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    flow = Flow(Pen(canvas, fonts), running)
    _head(flow, title, record)
    for section in sections:
        draw_section(flow, section, t)
    flow.close()
    canvas.save()


def _head(flow: Flow, title: str, record: WorkRecord) -> None:
    pen, right = flow.pen, A4[0] - 51
    draw_foot(pen, flow.running, 1)
    pen.text(right, A4[1] - 48, flow.running.head_right, 9, colour=SEAL, align="right")
    if flow.running.sample:
        draw_sample_mark(pen, right - 90, A4[1] - 48, flow.running.sample)
    pen.bold(A4[0] / 2, A4[1] - 86, title, 20, colour=BARK, align="center")
    pen.text(A4[0] / 2, A4[1] - 104, record.number, 11, align="center")
    flow.y = A4[1] - 112


def _sections(record: WorkRecord, t: Translator) -> Iterator[Section]:
    _ = t.gettext
    yield Section("order", _("The order"), tuple(_order(record, t)))
    yield Section("photos", _("Before and after"), (_pairs_of_photos(record, t),))
    others = _other_photos(record, t)
    if others.shown:
        yield Section("others", _("During the works, and hidden works"), (others,))
    yield Section("acceptance", _("Acceptance"), tuple(_acceptance(record, t)))


def _order(record: WorkRecord, t: Translator) -> Iterator[Block]:
    _ = t.gettext
    quantity = "" if record.quantity is None else f"{t.number(record.quantity)} {t.word(UNITS, record.unit)}"
    strategy = (
        f"{record.strategy_no} · {record.line}" if record.strategy_no and record.line else record.strategy_no
    )
    rows = [
        (_("Record"), " ".join(filter(None, (record.about.number, record.about.name)))),
        (t.label("division"), " ".join(record.about.division_path)),
        (_("What is done"), f"{record.measure} {t.word(measure_labels(), record.measure)}"),
        (_("How"), record.text or ""),
        (_("Quantity"), quantity),
        (_("Strategy"), strategy or ""),
        (_("Crew"), record.crew or ""),
        (_("State"), t.word(WorkState, record.state)),
        (_("Due on"), str(record.due_on or "")),
        (_("Begun on"), str(record.started_on or "")),
        (_("Finished on"), str(record.finished_on or "")),
        (_("Planned"), money_text(record.planned_cents, record.currency, t)),
        (_("Cost"), money_text(record.cost_cents, record.currency, t)),
        (_("Source of the money"), t.word(FundSource, record.fund_source)),
    ]
    shown = [row for row in rows if row[1]]
    if len(shown) % 2:
        shown.append(("", ""))
    columns = (("", 2.2, "left"), ("", 5, "left"), ("", 2.2, "left"), ("", 5, "left"))
    yield Table(columns, tuple((*shown[i], *shown[i + 1]) for i in range(0, len(shown), 2)))
    if record.measure in all_measures():
        yield Para(_("Mind: {caution}", caution=t.pick(all_measures()[record.measure].caution)), "soft")
    if record.notes:
        yield Para(record.notes)


def _pairs_of_photos(record: WorkRecord, t: Translator) -> Pictures:
    """Before on the left, after on the right; an empty frame where one is missing."""
    stages = (WorkStage.BEFORE, WorkStage.AFTER)
    before, after = ([p for p in record.photos if p.stage == stage] for stage in stages)
    shown: list[tuple[bytes | None, str]] = []
    for place in range(max(len(before), len(after), 1)):
        for stage, photos in zip(stages, (before, after), strict=True):
            photo = photos[place] if place < len(photos) else None
            shown.append((photo.jpeg if photo else None, _caption(stage, photo, t)))
    return Pictures(tuple(shown))


def _caption(stage: str, photo: WorkPhotoRecord | None, t: Translator) -> str:
    words = [t.word(WorkStage, stage)]
    words += [str(photo.taken_on or ""), photo.caption or ""] if photo else []
    return "  ".join(filter(None, words))


def _other_photos(record: WorkRecord, t: Translator) -> Pictures:
    others = [p for p in record.photos if p.stage in {WorkStage.DURING, WorkStage.HIDDEN}]
    return Pictures(tuple((p.jpeg, _caption(p.stage, p, t)) for p in others))


def _acceptance(record: WorkRecord, t: Translator) -> Iterator[Block]:
    _ = t.gettext
    unwritten = _("not yet written")
    rows = (
        (_("Outcome"), record.outcome or unwritten, _("Accepted on"), str(record.accepted_on or unwritten)),
        (_("Accepted by"), record.accepted_by or unwritten, _("Signature or seal"), " "),
        (_("Crew"), record.crew or unwritten, _("Signature or seal"), " "),
    )
    columns = (("", 2.2, "left"), ("", 5, "left"), ("", 2.6, "left"), ("", 4.6, "left"))
    yield Table(columns, rows)
