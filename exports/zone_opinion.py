"""The opinion on a check of a footprint as PDF, Chinese and English; the same check, the same bytes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import shapely
from reportlab.lib.colors import Color

from exports.flow import Column, Flow, Running, draw_foot
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
    translucent,
    wrap,
)
from exports.pictures import draw_qr
from exports.proofs import Paper, close_paper
from exports.protection_list_text import EN, ZH, Both
from exports.protection_list_text import both as _
from exports.qr import encode_matrix
from exports.zone_opinion_map import draw_opinion_map
from exports.zone_opinion_text import (
    BASES,
    LISTS,
    TIERS,
    TITLE,
    basis_sentence,
    citation,
    distances,
    grade_word,
    metres,
    record_name,
    requirement_sentence,
    scope_sentence,
    verdict_sentence,
    verdict_word,
    warnings,
)
from registry.check_records import CheckedRecord, CheckResult, Context, HitRecord, OpenList, OpenRecord
from registry.errors import Phrase
from registry.vocab.care_words import ZONE_LACKS
from registry.vocab.labels import Label
from registry.vocab.language import Translator

LISTED = 60
"""So many records of a list are printed; the check keeps more, and counts all."""
_LABEL = 104.0
_QR = 74.0
_MAP_HEIGHT = 250.0
_COLOURS = {"conflict": SEAL, "undecided": GOLD, "none": LEAF}
_HIT_SHARES = (1.2, 5.2, 2.7, 2.5, 2.2, 2.3, 3.4, 6.6, 3.2)
_LIST_SHARES = (5.0, 4.6, 2.4, 3.2, 5.0)


def write_zone_opinion(
    result: CheckResult, out: BinaryIO, *, extra_fonts: Sequence[Path] = (), paper: Paper | None = None
) -> None:
    """Write the opinion as PDF. paper: its proof. Raises GlyphMissingError where a glyph is missing."""
    text = _Text(result)
    made_at = datetime.fromisoformat(result.made_at)
    said = {*text.texts(), *(paper.texts(ZH, EN) if paper else ())}
    running = paper.foot(text.running, ZH) if paper else text.running
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{TITLE.zh} {result.number}",
        author=result.register_name,
        subject=TITLE.en,
        keywords=result.code,
        lang="zh-Hans",
        made_at=made_at,
    )
    flow = Flow(Pen(canvas, fonts), running)
    _head(flow, text)
    _verdict(flow, text)
    _map(flow, text)
    _hits(flow, text)
    _rulings(flow, text)
    _lists(flow, text)
    _notes(flow, text)
    _signatures(flow)
    close_paper(flow, paper, ZH, EN)


def told_opinion(result: CheckResult) -> CheckResult:
    """What travels inside an opinion: no more of places and of long lists than its pages show."""
    return replace(
        result,
        hits=tuple(replace(hit, outline=None, trunk=None) for hit in result.hits),
        lists=tuple(replace(each, records=each.records[:LISTED]) for each in result.lists),
        context=Context(),
    )


@dataclass(slots=True)
class _Text:
    """Everything that an opinion says, ready to be set."""

    result: CheckResult
    running: Running = field(init=False)
    facts: list[tuple[Both, str]] = field(init=False)
    hits: list[tuple[str, ...]] = field(init=False)
    rulings: list[Both] = field(init=False)
    notes: list[Both] = field(init=False)
    lists: list[tuple[OpenList, list[tuple[str, ...]]]] = field(init=False)

    def __post_init__(self) -> None:
        result = self.result
        self.running = Running(
            head=f"{TITLE.zh} {TITLE.en}",
            head_right=f"{result.number} · {result.code}",
            foot=_("History head {head}", head=result.history_head).zh,
            page_of=ZH.gettext("page {page} of {total}"),
            sample=_("SAMPLE").line if result.is_demonstration else None,
        )
        self.facts = list(_facts(result))
        self.rulings, self.hits = _hit_rows(result)
        self.notes = list(_notes_of(result))
        self.lists = [(each, _list_rows(each)) for each in result.lists if each.count]

    @property
    def verdict(self) -> tuple[Both, Both]:
        """The verdict in a word, and in a sentence."""
        return _said(verdict_word, self.result), _said(verdict_sentence, self.result)

    @property
    def warnings(self) -> list[Both]:
        """What has to be known first."""
        return [
            Both(*pair) for pair in zip(warnings(self.result, ZH), warnings(self.result, EN), strict=True)
        ]

    @property
    def remarks(self) -> list[Both]:
        """What reading the file told."""
        return [Both(*pair) for pair in self.result.asked.notes]

    def texts(self) -> Iterator[str]:
        """Every text, for the fonts."""
        running = self.running
        yield from (running.head, running.head_right, running.foot, running.page_of, running.sample or "")
        for label, value in self.facts:
            yield from (*label, value)
        for row in (*self.hits, *(row for each in self.lists for row in each[1])):
            yield from row
        for said in (*self.rulings, *self.notes, *self.warnings, *self.remarks, *self.verdict, *_FIXED):
            yield from said
        for each in self.result.lists:
            yield from (*_both(LISTS[each.name]), *_more(each))
        yield from _said(scope_sentence, self.result)
        yield "一二三四五、：（）[]·–"


def _said(say: Callable[[CheckResult, Translator], str], result: CheckResult) -> Both:
    return Both(say(result, ZH), say(result, EN))


def _both(label: Label) -> Both:
    return Both(label.zh, label.en)


_HEADS = (
    _("No."), _("Record"), _("Grade"), _("Overlap m²"), _("of zone %"), _("of site %"), _("Distance"),
    _("Zone rests on"), _("Requires"),
)  # fmt: skip
_LIST_HEADS = (_("Record"), _("Division"), _("Distance"), _("Uncertainty"), _("Missing"))
_SECTIONS = (
    _("Zones and trunks that are met"),
    _("What is required there"),
    _("What leaves the answer open"),
    _("Notes"),
)
_OPEN = 2
"""Place of the section of open lists."""
_LEGEND = (
    _("footprint"),
    _("zone that is met"),
    _("other zone"),
    _("trunk"),
    _("broken line: computed, not legally published"),
)
_SIGNED = (_("Checked by"), _("Reviewed by"), _("Office (seal)"), _("Day"))
_OFFICE = _("For the office only: it shows where trees stand exactly.")
_VALIDITY = Phrase("How long an opinion is valid is an office's default: {citation}.", citation="")
_NOTHING = _("No zone and no trunk is met.")
_ALL_EMPTY = _("Nothing: every record has a place and a zone, and none is uncertain enough to be reached.")
_FIXED = (
    *_HEADS, *_LIST_HEADS, *_SECTIONS, *_LEGEND, *_SIGNED, _OFFICE, _NOTHING, _ALL_EMPTY, _both(TITLE),
    *map(_both, BASES.values()),
)  # fmt: skip


def _facts(result: CheckResult) -> Iterator[tuple[Both, str]]:
    asked = result.asked
    middle = shapely.from_wkb(result.outline).representative_point()
    register = Both(result.register_name, result.register_name_en)
    yield _("Register"), register.line
    yield _("Project"), asked.project or "–"
    yield _("Applicant"), asked.applicant or "–"
    yield _("Footprint"), f"{asked.file_name} · {asked.projection} · SHA-256 {asked.file_sha256[:16]}…"
    around = _(" with {metres} m around it", metres=f"{asked.buffer_m:g}") if asked.buffer_m else Both("", "")
    area = f"{ZH.number(result.area_m2, 1)} m²"
    place = f"{middle.y:.6f}°, {middle.x:.6f}° (WGS84)"
    yield _("Area and middle"), f"{area}{around.line} · {place} · {result.grid}"
    yield _("Checked on"), _day(result.checked_on)
    yield _("Valid to"), _day(result.valid_to)
    made = result.edition
    edition = _("public edition {number}", number=made) if made else _("no public edition")
    yield _("State of the register"), edition.line
    packs = "；".join(f"{pack[0]}（{pack[1]}）" for pack in result.packs)
    yield _("Rule packs"), packs or "–"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{ZH.day(day)}  {day.isoformat()}"


def _hit_rows(result: CheckResult) -> tuple[list[Both], list[tuple[str, ...]]]:
    """The distinct requirements, and a row of texts for each hit that points to one by its number."""
    rulings: list[Both] = []
    rows: list[tuple[str, ...]] = []
    for place, hit in enumerate(result.hits, start=1):
        ruling = _ruling(hit)
        if ruling not in rulings:
            rulings.append(ruling)
        tier = _both(TIERS[hit.tier]).line if hit.tier else ""
        rows.append(
            (
                str(place),
                _record(hit.record),
                _twice(Both(grade_word(hit.record, ZH), grade_word(hit.record, EN))) or "–",
                ZH.number(hit.overlap_m2),
                ZH.number(hit.zone_percent),
                ZH.number(hit.footprint_percent),
                _twice(Both(distances(hit, ZH), distances(hit, EN))),
                f"{basis_sentence(hit, ZH)}\n{_both(BASES[hit.zone]).en}",
                f"[{rulings.index(ruling) + 1}]\n{tier}".strip(),
            )
        )
    return rulings, rows


def _ruling(hit: HitRecord) -> Both:
    """What is asked, with where it stands; without the tier, which is each hit's own."""
    plain = replace(hit, tier=None)

    def say(t: Translator) -> str:
        asked = requirement_sentence(plain, t)
        if hit.ruling is None:
            return asked
        return f"{asked}{'。' if t.lang == 'zh' else '. '}{citation(hit.ruling, t)}"

    return Both(say(ZH), say(EN))


def _twice(said: Both) -> str:
    return said.zh if said.zh == said.en else f"{said.zh}\n{said.en}"


def _record(record: CheckedRecord, between: str = "\n") -> str:
    """Number and name, and the English name on a line of its own."""
    bare = replace(record, number="")
    zh, en = record_name(bare, ZH), record_name(bare, EN)
    first = f"{record.number}{between}{zh}" if zh else record.number
    return first if en in {zh, ""} else f"{first}\n{en}"


def _list_rows(each: OpenList) -> list[tuple[str, ...]]:
    return [_list_row(record) for record in each.records[:LISTED]]


def _list_row(each: OpenRecord) -> tuple[str, ...]:
    record = each.record
    off = "–" if each.uncertainty_m is None else metres(each.uncertainty_m, ZH)
    if not each.is_stated:
        off = _twice(_("taken as {metres}", metres=off))
    missing = Both(
        "、".join(ZH.word(ZONE_LACKS, name) for name in each.missing),
        ", ".join(EN.word(ZONE_LACKS, name) for name in each.missing),
    )
    return (
        _record(record, " "),
        " ".join(record.division) or "–",
        metres(each.distance_m, ZH),
        off,
        _twice(missing) or "–",
    )


def _more(each: OpenList) -> Both:
    """How many records of a list are not printed; empty where all are."""
    rest = each.count - min(len(each.records), LISTED)
    return (
        _("and {count} more, in the check's own record", count=ZH.number(rest, 0)) if rest else Both("", "")
    )


def _notes_of(result: CheckResult) -> Iterator[Both]:
    computed = any(hit.zone == "computed" for hit in result.hits)
    if computed:
        yield _(
            "A zone that is computed, not legally published, is a rule applied to measurements; the law "
            "knows a zone when the county government has delineated and published it."
        )
    yield _(
        "Overlap and distances are measured in {grid}; a legal zone stands in the place of what is computed "
        "for the same record.",
        grid=result.grid,
    )
    yield _(
        "A place whose accuracy nobody states is taken to be within {metres} m: an office's default, "
        "not law.",
        metres=f"{result.unstated_m:g}",
    )
    if result.valid_by:
        by = result.valid_by
        zh = ZH.gettext(_VALIDITY.template, citation=by.citation)
        yield Both(zh, EN.gettext(_VALIDITY.template, citation=by.citation_en or by.citation))
    yield _(
        "Whether this paper is what was answered, and whether it still holds: "
        "gushu zones verify-check {code}",
        code=result.code,
    )
    yield _OFFICE


def _head(flow: Flow, text: _Text) -> None:
    """Title, number, code with QR, and what was asked."""
    pen, result = flow.pen, text.result
    draw_foot(pen, flow.running, 1)
    y = A4[1] - 66
    right = MARGIN + WIDTH
    if text.running.sample:
        draw_sample_mark(pen, right, A4[1] - 40, text.running.sample)
    pen.bold(MARGIN, y, TITLE.zh, 23, colour=BARK)
    pen.text(MARGIN, y - 17, TITLE.en, 10.5, role="serif", colour=SOFT)
    draw_qr(
        pen, right - _QR, y - _QR + 20, _QR, encode_matrix(f"{result.number} {result.code}", correction="M")
    )
    pen.text(right - _QR - 10, y + 4, result.number, 13, role="serif", align="right")
    code = _("code of the check {code}", code=result.code)
    pen.text(right - _QR - 10, y - 11, code.zh, 8.4, colour=SOFT, align="right")
    pen.text(right - _QR - 10, y - 22, code.en, 7.2, colour=SOFT, align="right")
    flow.y = y - 34
    room = WIDTH - _LABEL
    for label, value in text.facts:
        beside = room - _QR - 12 if flow.y > y - _QR + 12 else room
        lines = wrap(pen.fonts, value, "sans", 8.6, beside)
        pen.fitted(MARGIN, flow.y - 9, label.line, SMALL, _LABEL - 8, colour=SOFT, least=5)
        pen.lines(MARGIN + _LABEL, flow.y - 9, lines, 8.6)
        flow.y -= len(lines) * 13.4 + 1.6


def _verdict(flow: Flow, text: _Text) -> None:
    pen, colour = flow.pen, _COLOURS[text.result.verdict]
    word, sentence = text.verdict
    width = WIDTH - 128
    zh, en = (
        wrap(pen.fonts, said, "sans", size, width) for said, size in zip(sentence, (10, 8.2), strict=True)
    )
    height = max(46.0, len(zh) * 15 + len(en) * 11.5 + 16)
    flow.gap(8)
    flow.need(height)
    low = flow.y - height
    pen.box(MARGIN, low, WIDTH, height, fill=translucent(colour, 0.09), stroke=colour, line=1.0, radius=3)
    pen.box(MARGIN, low, 116, height, fill=colour, radius=3)
    size, shown = fit(pen.fonts, word.zh, "serif", 19, 104, 11)
    pen.bold(MARGIN + 58, low + height / 2, shown, size, colour=CARD, align="center")
    pen.fitted(MARGIN + 58, low + height / 2 - 14, word.en, 9, 106, colour=CARD, align="center", least=6)
    top = flow.y - (height - len(zh) * 15 - len(en) * 11.5) / 2 - 10
    after = pen.lines(MARGIN + 126, top, zh, 10, leading=1.5)
    pen.lines(MARGIN + 126, after + 2, en, 8.2, colour=SOFT, leading=1.4)
    flow.y = low - 6
    for said in text.warnings:
        _pair(flow, said, colour=SEAL)
    for said in text.remarks:
        _pair(flow, said, colour=SOFT)


def _map(flow: Flow, text: _Text) -> None:
    flow.gap(4)
    flow.need(_MAP_HEIGHT + 34)
    low = flow.y - _MAP_HEIGHT
    draw_opinion_map(flow.pen, MARGIN, low, WIDTH, _MAP_HEIGHT, text.result)
    _legend(flow.pen, MARGIN, low - 12)
    flow.y = low - 32


def _legend(pen: Pen, x: float, y: float) -> None:
    looks: tuple[tuple[Color, float, Color], ...] = (
        (GOLD, 0.34, INK), (SEAL, 0.13, SEAL), (LEAF, 0.07, LEAF), (LEAF, 1.0, LEAF), (LINE, 0.0, SOFT),
    )  # fmt: skip
    left = x
    for (colour, alpha, edge), said in zip(looks, _LEGEND, strict=True):
        if x + 15 + pen.fonts.width(said.line, "sans", 6.4) > MARGIN + WIDTH:
            x, y = left, y - 10
        if said is _LEGEND[3]:
            pen.dot(x + 5, y + 2.4, 2.2, colour)
        elif said is _LEGEND[4]:
            with pen.state() as canvas:
                canvas.setDash(3, 2)
                pen.rule(x, y + 2.4, x + 12, y + 2.4, edge, 0.9)
        else:
            pen.box(x, y - 0.6, 10, 6, fill=translucent(colour, alpha), stroke=edge, line=0.7)
        pen.text(x + 15, y, said.line, 6.4, colour=SOFT)
        x += 15 + pen.fonts.width(said.line, "sans", 6.4) + 11


def _hits(flow: Flow, text: _Text) -> None:
    _heading(flow, text, 0)
    if not text.hits:
        _pair(flow, _NOTHING)
        return
    columns = [
        Column(head.zh, share, size=7.2, align="right" if place in {3, 4, 5} else "left", under=head.en)
        for place, (head, share) in enumerate(zip(_HEADS, _HIT_SHARES, strict=True))
    ]
    flow.table(columns, text.hits)


def _rulings(flow: Flow, text: _Text) -> None:
    if not text.rulings:
        return
    _heading(flow, text, 1)
    for place, said in enumerate(text.rulings, start=1):
        _pair(flow, Both(f"[{place}] {said.zh}", said.en))


def _lists(flow: Flow, text: _Text) -> None:
    _heading(flow, text, 2)
    if not text.lists:
        _pair(flow, _ALL_EMPTY)
    for each, rows in text.lists:
        title = _both(LISTS[each.name])
        flow.gap(5)
        flow.need(70)
        count = ZH.number(each.count, 0)
        flow.pen.text(MARGIN, flow.y - 10, f"{title.zh}（{count}） {title.en}", 9, role="serif", colour=BARK)
        flow.y -= 15
        _list_table(flow, rows)
        more = _more(each)
        if more.zh:
            _pair(flow, more, colour=SOFT)
    _pair(flow, _said(scope_sentence, text.result), colour=SOFT)


def _list_table(flow: Flow, rows: list[tuple[str, ...]]) -> None:
    """Columns without any value are left out."""
    kept = [place for place in range(len(_LIST_HEADS)) if any(row[place] != "–" for row in rows)]
    columns = [
        Column(_LIST_HEADS[place].zh, _LIST_SHARES[place], size=7.2, under=_LIST_HEADS[place].en)
        for place in kept
    ]
    flow.table(columns, [[row[place] for place in kept] for row in rows])


def _notes(flow: Flow, text: _Text) -> None:
    _heading(flow, text, 3)
    for said in text.notes:
        _pair(flow, said)


def _signatures(flow: Flow) -> None:
    flow.gap(14)
    flow.need(64)
    width = WIDTH / len(_SIGNED)
    for place, said in enumerate(_SIGNED):
        x = MARGIN + place * width
        flow.pen.text(x, flow.y - 10, said.zh, 8.6)
        flow.pen.text(x, flow.y - 20, said.en, 6.8, colour=SOFT)
        flow.pen.rule(x, flow.y - 52, x + width - 14, flow.y - 52, SOFT, 0.6)
    flow.y -= 60


def _heading(flow: Flow, text: _Text, place: int) -> None:
    said = _SECTIONS[place]
    keep = 96 if place == _OPEN and text.lists else 40
    number = "一二三四"[place if text.rulings else place - (place > 1)]
    flow.heading(f"{number}、{said.zh}", key=f"section-{place}", note=said.en, keep=keep)


def _pair(flow: Flow, said: Both, *, colour: Color = INK) -> None:
    """A sentence in Chinese, the English below it smaller."""
    flow.paragraph(said.zh, size=9, colour=colour)
    if said.en != said.zh:
        flow.paragraph(said.en, size=7.4, colour=SOFT if colour == INK else colour)
    flow.gap(3)
