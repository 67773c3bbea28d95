"""The list of protection zones (保护范围公布清单) as workbook and PDF, and standing conflicts as workbook."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from exports.flow import Column as PdfColumn
from exports.flow import Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, SEAL, SMALL, SOFT, Pen
from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.vocab.care_words import ZONE_LACKS, LayerKind, ZoneKind
from registry.vocab.language import Translator
from registry.vocab.rule_words import CLASSES, CONFIDENCES
from registry.vocab.words import Category
from registry.zone_records import ConflictLine, ZoneLine

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class ZoneListFacts:
    """What a list says of itself. counts: as `registry.zone_lists.counts_by_kind` gives them."""

    register_name: str
    made_at: datetime
    made_on: date
    counts: dict[str, int]
    history_head: str = ""
    is_demonstration: bool = False


class Citations:
    """The sources that a list cites, each once, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def mark(self, line: ZoneLine, t: Translator) -> str:
        """Such as ①; that it is a default, where it is one."""
        if not line.citation:
            return ""
        number = len(self._marks) + 1
        new = _CIRCLED[number - 1] if number <= len(_CIRCLED) else f"[{number}]"
        mark = self._marks.setdefault(line.citation, new)
        return t.gettext("default {mark}", mark=mark) if line.standing == "default" else mark

    def lines(self) -> list[str]:
        """The notes: mark and citation."""
        return [f"{mark} {citation}" for citation, mark in self._marks.items()]


def write_zone_book(
    lines: Sequence[ZoneLine], facts: ZoneListFacts, out: BinaryIO, *, language: Translator
) -> None:
    """Write the list as a workbook: zones that hold on the first sheet, records without one on the second."""
    t, _ = language, language.gettext
    there = [line for line in lines if line.kind]
    without = [line for line in lines if not line.kind]
    sheets = [Sheet(_("Protection zones"), _columns(t), numbered(_rows(there, t)))]
    if without:
        columns = (
            Column(_("No."), 6, "integer"), Column(t.label("number"), 20), Column(t.label("name"), 16),
            Column(_("Grade"), 12), Column(t.label("division"), 26), Column(_("What is missing"), 40),
        )  # fmt: skip
        rows = (
            (line.number, line.name, grade_word(line, t), _place(line, t), missing_words(line, t))
            for line in without
        )
        sheets.append(Sheet(_("Without a zone"), columns, numbered(rows)))
    write_workbook(
        sheets, out, title=_("Protection zones"), made_by=_made_by(facts, t), language=t,
        made_at=facts.made_at,
    )  # fmt: skip


def write_conflict_book(
    lines: Iterable[ConflictLine], facts: ZoneListFacts, out: BinaryIO, *, language: Translator
) -> None:
    """Write what of the loaded layers lies in zones as a workbook."""
    t, _ = language, language.gettext
    columns = (
        Column(_("No."), 6, "integer"), Column(t.label("number"), 20), Column(t.label("name"), 16),
        Column(_("Zone"), 10), Column(_("Area"), 12, "decimal", "m²", 1), Column(_("Layer"), 22),
        Column(_("Kind"), 12), Column(_("Feature"), 22), Column(_("Overlap"), 12, "decimal", "m²", 2),
        Column(_("Of the zone"), 11, "percent"), Column(_("Length inside"), 12, "decimal", "m", 1),
        Column(t.label("division"), 26),
    )  # fmt: skip
    rows = (
        (c.zone.number, c.zone.name, t.word(ZoneKind, c.zone.kind), c.zone.area_m2, c.layer_title,
         t.word(LayerKind, c.layer_kind), c.feature or f"#{c.ordinal}", c.overlap_m2, c.share,
         c.length_m or None, _place(c.zone, t))
        for c in lines
    )  # fmt: skip
    write_workbook(
        [Sheet(_("Conflicts"), columns, numbered(rows))], out, title=_("Conflicts with protection zones"),
        made_by=_made_by(facts, t), language=t, made_at=facts.made_at,
    )  # fmt: skip


def write_zone_pdf(
    lines: Sequence[ZoneLine],
    facts: ZoneListFacts,
    out: BinaryIO,
    *,
    language: Translator,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the list as PDF, legal zones first. Raises GlyphMissingError where no font draws a character."""
    t, _ = language, language.gettext
    title = _("Protection zones of heritage trees")
    running = Running(
        head=f"{facts.register_name} · {title}",
        head_right=t.day(facts.made_on),
        foot=_("History head {head}", head=facts.history_head[:16]),
        page_of=_("page {page} of {total}"),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )
    columns = _pdf_columns(t)
    notes = Citations()
    groups = [
        (t.word(ZoneKind, kind), [_cells(line, t, notes) for line in lines if line.kind == kind])
        for kind in ("legal", "computed")
    ]
    without = [
        [line.number, line.name or "", grade_word(line, t), missing_words(line, t)]
        for line in lines
        if not line.kind
    ]
    heads = [PdfColumn(t.label("number"), 3), PdfColumn(t.label("name"), 3), PdfColumn(_("Grade"), 2),
             PdfColumn(_("What is missing"), 6)]  # fmt: skip
    note = _(
        "A computed zone is worked out by a rule and not legally published; only a delineated one binds, "
        "with its document."
    )
    hidden = _("The place is sensitive: bounds are not shown.")
    said = {
        title, note, hidden, facts.register_name, counts_sentence(facts.counts, t), _("Without a zone"),
        *(column.title for column in (*columns, *heads)), *(name for name, _rows in groups),
        *(cell for _name, rows in groups for row in rows for cell in row),
        *(cell for row in without for cell in row),
        running.head, running.head_right, running.foot, running.page_of, running.sample or "",
        *notes.lines(), "0123456789 .,-–·…",
    }  # fmt: skip
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out, pagesize=A4, title=title, author=facts.register_name, subject=title,
        keywords=facts.history_head, lang="zh-Hans" if t.lang == "zh" else "en", made_at=facts.made_at,
    )  # fmt: skip
    flow = Flow(Pen(canvas, fonts), running)
    _head(flow, title, facts, t)
    flow.paragraph(note, size=SMALL, colour=SOFT)
    if any(line.is_sensitive and line.kind for line in lines):
        flow.paragraph(hidden, size=SMALL, colour=SOFT)
    for said_once in notes.lines():
        flow.paragraph(said_once, size=SMALL, colour=SOFT)
    for name, rows in groups:
        if rows:
            flow.heading(f"{name} ({len(rows)})", key=name)
            flow.table(columns, rows)
    if without:
        flow.heading(f"{_('Without a zone')} ({len(without)})", key="without")
        flow.table(heads, without)
    flow.close()
    canvas.save()


def _head(flow: Flow, title: str, facts: ZoneListFacts, t: Translator) -> None:
    pen = flow.pen
    draw_foot(pen, flow.running, 1)
    y = A4[1] - 84
    pen.bold(A4[0] / 2, y, title, 21, colour=BARK, align="center")
    pen.text(
        A4[0] / 2,
        y - 20,
        f"{facts.register_name} · {t.day(facts.made_on)}",
        10,
        colour=SOFT,
        align="center",
    )
    pen.rule(A4[0] / 2 - 34, y - 32, A4[0] / 2 + 34, y - 32, SEAL, 1.4)
    flow.y = y - 46
    flow.paragraph(counts_sentence(facts.counts, t))


def _pdf_columns(t: Translator) -> list[PdfColumn]:
    _ = t.gettext
    return [
        PdfColumn(t.label("number"), 2.4, 7.6), PdfColumn(t.label("name"), 1.8, 7.6),
        PdfColumn(_("Grade"), 1.2, 7.6), PdfColumn(_("Basis"), 2.9, 7.6),
        PdfColumn(_("Area m²"), 1.4, 7.6, "right"), PdfColumn(_("Bounds"), 5.2, 7.6),
        PdfColumn(_("Document"), 2.6, 7.6),
    ]  # fmt: skip


def _cells(line: ZoneLine, t: Translator, notes: Citations) -> list[str]:
    area = "" if line.area_m2 is None else t.number(line.area_m2, 1)
    return [
        line.number, line.name or "", grade_word(line, t), basis_words(line, t, notes), area,
        bounds_words(line, t), document_words(line, t),
    ]  # fmt: skip


def _columns(t: Translator) -> tuple[Column, ...]:
    _ = t.gettext
    return (
        Column(_("No."), 6, "integer"), Column(t.label("number"), 20), Column(t.label("name"), 16),
        Column(_("Scientific name"), 22), Column(_("Grade"), 12), Column(t.label("division"), 26),
        Column(_("Zone"), 10), Column(_("Basis"), 34), Column(_("Rule"), 22),
        Column(_("Radius"), 18, unit="m"), Column(_("Area"), 12, "decimal", "m²", 1), Column(_("Bounds"), 44),
        Column(_("Document"), 24),
        Column(_("Approved by"), 20), Column(_("Published on"), 12, "date"), Column(_("Deviation"), 24),
        Column(_("Since"), 12, "date"), Column(_("Confidence"), 10), Column(_("Note"), 24),
    )  # fmt: skip


def _rows(lines: Iterable[ZoneLine], t: Translator) -> Iterator[Sequence[object]]:
    for line in lines:
        yield (
            line.number, line.name, line.name_latin, grade_word(line, t), _place(line, t),
            t.word(ZoneKind, line.kind), basis_words(line, t),
            f"{line.pack_id} {line.rule}" if line.rule else None, radius_words(line), line.area_m2,
            bounds_words(line, t), line.document_no, line.approved_by, line.published_on, line.deviation,
            line.made_on, confidence_word(line, t),
            t.gettext("inputs or rule have changed since") if line.is_stale else None,
        )  # fmt: skip


def grade_word(line: ZoneLine, t: Translator) -> str:
    """The grade in force, or what the tree is where it has none."""
    if line.grade:
        return t.word(CLASSES, line.grade) if line.grade in CLASSES else line.grade
    known = {"famous", "reserve", "city_big"}
    return t.word(Category, line.category) if line.category in known else ""


def basis_words(line: ZoneLine, t: Translator, notes: Citations | None = None) -> str:
    """Why the zone is as wide as it is, in one line: the rule, or that it was delineated.

    notes: with them a citation is a short mark, and stands in the notes once.
    """
    if line.kind == "legal":
        return t.gettext("as delineated") + (f" · {line.deviation}" if line.deviation else "")
    cited = notes.mark(line, t) if notes else line.citation
    return " · ".join(filter(None, (line.rule_text, cited)))


def bounds_words(line: ZoneLine, t: Translator) -> str:
    """The four bounds (四至) in degrees; "" where the place is sensitive."""
    if line.box is None or line.is_sensitive:
        return ""
    west, south, east, north = (f"{value:.5f}" for value in line.box)
    return t.gettext(
        "E {east}°, W {west}°, S {south}°, N {north}°", east=east, west=west, south=south, north=north
    )


def radius_words(line: ZoneLine) -> str:
    """The radii that were computed, shortest first; "" for a delineated zone."""
    reach = [*line.inputs.get("crown_reach_m", ()), line.inputs.get("stem_radius_m")]
    values = sorted({round(value, 2) for value in reach if value})
    return " / ".join(f"{value:g}" for value in values)


def document_words(line: ZoneLine, t: Translator) -> str:
    """Document, government and day of a legal zone; of a computed one that it has none."""
    if line.kind != "legal":
        return t.gettext("computed, not legally published")
    day = t.gettext("published {day}", day=line.published_on) if line.published_on else ""
    return " · ".join(filter(None, (line.document_no, line.approved_by, day)))


def confidence_word(line: ZoneLine, t: Translator) -> str:
    """How sure the rule is."""
    return t.word(CONFIDENCES, line.confidence) if line.confidence else ""


def missing_words(line: ZoneLine, t: Translator) -> str:
    """What is missing for a zone."""
    words = [t.word(ZONE_LACKS, name) for name in line.missing]
    return ("、" if t.lang == "zh" else ", ").join(words) or t.gettext("not computed yet")


def counts_sentence(counts: dict[str, int], t: Translator) -> str:
    """How many records have which zone, with the whole printed."""
    told = {name: t.number(value, 0) for name, value in counts.items()}
    told["records"] = t.ngettext("{count} record", "{count} records", counts["records"])
    return t.gettext(
        "Of {records}: delineated {legal}, computed only {computed}, without a zone {none}.", **told
    )


def _place(line: ZoneLine, t: Translator) -> str:
    return ("" if t.lang == "zh" else ", ").join(line.division_path)


def _made_by(facts: ZoneListFacts, t: Translator) -> tuple[str, ...]:
    return (
        f"{facts.register_name} · {facts.made_on.isoformat()}",
        counts_sentence(facts.counts, t),
        t.gettext("For the office only: holds what is not public."),
    )
