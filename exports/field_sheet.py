"""Sheets of paper for the field (现场记录表): for whoever has no phone. A page for each tree, or a list for
each village. What is ticked here somebody types in at the office.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from exports.field_sheet_parts import (
    FOOT,
    PAGE_TOP,
    QR_SIDE,
    draw_boxes,
    draw_line,
    draw_section,
)
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import (
    A4,
    BARK,
    CARD,
    INK,
    LEAF,
    LINE,
    MARGIN,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    draw_plaque,
    draw_sample_mark,
    draw_seal,
    fit,
    wrap,
)
from exports.pictures import draw_qr
from exports.qr import encode_matrix
from registry.records import RegisterFacts
from registry.vocab.care_words import CARE_WORDS, INCIDENTS, FacilityState, PlateState
from registry.vocab.language import Translator
from registry.vocab.patrol_words import CHECKS, WEATHER
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import Vigour

_SHOWN_VIEWS = ("north", "south", "crown", "base", "plate", "site", "defect")
_ROW = 66.0
_LIST_QR = 58.0
_LIST_HEAD = 20.0
_LIST_SHARES = (3.1, 4.6, 6.0, 3.9, 4.2)


@dataclass(frozen=True, slots=True)
class FieldTree:
    """What a sheet says of one tree. `address`: the upper-case URL of its tag, None where it has none.

    scale: the words of the vigour by which its file is kept. last: what was found last, as a line.
    sizes: (what, unit, last value, its day) of each size asked for.
    """

    tree_no: str
    name: str
    village: str
    latin: str = ""
    place: str = ""
    seal: str = ""
    position: str = ""
    steward: str = ""
    code: str = ""
    address: str | None = None
    scale: tuple[Vigour, ...] = (Vigour.NORMAL, Vigour.WEAK, Vigour.ENDANGERED, Vigour.DEAD)
    last: str = ""
    due: str = ""
    sizes: tuple[tuple[str, str, str, str], ...] = field(default_factory=tuple)


def write_field_sheets(
    trees: Iterable[FieldTree],
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    as_list: bool = False,
    extra_fonts: Sequence[Path] = (),
) -> int:
    """Write a page for each tree, or lists by village, as PDF; returns the number of pages.

    Trees of a list come in the order of villages, within one as they are given. Raises GlyphMissingError.
    """
    found = list(trees)
    said = _Words(language, facts)
    fonts = prepare_fonts(sorted({*said.texts(), *_texts_of(found), "0123456789"}), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out, pagesize=A4, title=said.title, author=facts.register_name, subject=said.title,
        lang=language.html_lang, made_at=facts.made_at,
    )  # fmt: skip
    pen = Pen(canvas, fonts)
    pages = list(_list_pages(found)) if as_list else [[tree] for tree in found]
    for number, page in enumerate(pages, start=1):
        _draw_frame(pen, said, facts, number, len(pages))
        if as_list:
            _draw_list(pen, said, page)
        else:
            _draw_tree(pen, said, page[0])
        canvas.showPage()
    canvas.save()
    return len(pages)


class _Words:
    """Every text of a sheet that does not come from a tree."""

    def __init__(self, t: Translator, facts: RegisterFacts) -> None:
        _ = t.gettext
        self.t = t
        self.title = _("Sheet for the field")
        self.private = _("For the office only")
        self.hint = _("Tick what holds; write the rest in block letters. Bring it to the office.")
        self.list_hint = _("All as before: one tick is enough. Anything else: tick it, and write a line.")
        self.sample = _("SAMPLE") if facts.is_demonstration else ""
        self.no_change = _("All as before, no change")
        self.day, self.time, self.by = _("Day"), _("Time of day"), _("Inspected by")
        self.weather_title = t.pick(CHECKS["weather"])
        self.weather = tuple(map(t.pick, WEATHER.values()))
        self.vigour = t.label("vigour")
        self.plate_title = t.pick(CHECKS["plate"])
        self.plate = tuple(map(t.pick, CARE_WORDS[PlateState].values()))
        self.facilities_title = t.pick(CHECKS["facilities"])
        self.facilities = tuple(map(t.pick, CARE_WORDS[FacilityState].values()))
        self.damage_title = t.pick(CHECKS["damage"])
        self.damage = tuple(f"{code} {t.pick(label)}" for code, label in INCIDENTS.items())
        self.encroachment = t.pick(CHECKS["encroachment"])
        self.pest = t.pick(CHECKS["pest"])
        self.sizes_title = _("Sizes")
        self.photos_title = t.label("photos")
        self.photos = tuple(t.pick(VIEWPOINTS[code]) for code in _SHOWN_VIEWS)
        self.follow_up = t.pick(CHECKS["follow_up"])
        self.notes = t.label("notes")
        self.signature, self.entered = _("Signature"), _("Typed in on, by")
        self.steward, self.position, self.last, self.due = (
            t.label("steward"), _("Position"), _("Last time"), _("Due on"),
        )  # fmt: skip
        self.no_tag = _("No tag yet: find it by its number.")
        self.no_village = _("Village not recorded")
        self.list_heads = ("", _("Tree"), self.vigour, _("Plate, damage"), self.notes)
        self.good_plate, self.bad_plate, self.damaged = _("plate in order"), _("plate bad"), _("new damage")
        self.girth = f"{t.label('girth_cm')} ______ cm"

    def vigour_words(self, scale: Sequence[Vigour]) -> list[str]:
        """The words of a scale."""
        return [self.t.word(Vigour, each) for each in scale]

    def page_of(self, page: int, total: int) -> str:
        """Which page this is."""
        return self.t.gettext("page {page} of {total}", page=page, total=total)

    def texts(self) -> Iterator[str]:
        """All of them, for the fonts."""
        for value in vars(self).values():
            if isinstance(value, str):
                yield value
            elif isinstance(value, tuple):
                yield from value
        yield from (self.t.word(Vigour, each) for each in Vigour)
        yield self.page_of(0, 0)


def _texts_of(trees: Sequence[FieldTree]) -> Iterator[str]:
    for tree in trees:
        yield from (tree.tree_no, tree.name, tree.village, tree.latin, tree.place, tree.seal, tree.position,
                    tree.steward, tree.code, tree.last, tree.due)  # fmt: skip
        for size in tree.sizes:
            yield from size


def _list_pages(trees: Sequence[FieldTree]) -> Iterator[list[FieldTree]]:
    """Trees of one village, as many as a page holds."""
    room = int((PAGE_TOP - 74 - FOOT - 34) / _ROW)
    villages: dict[str, list[FieldTree]] = {}
    for tree in trees:
        villages.setdefault(tree.village, []).append(tree)
    for village in sorted(villages):
        own = villages[village]
        yield from (own[start : start + room] for start in range(0, len(own), room))


def _draw_frame(pen: Pen, said: _Words, facts: RegisterFacts, page: int, total: int) -> None:
    top, right = A4[1] - 36, MARGIN + WIDTH
    pen.text(right, top, said.private, SMALL, colour=SOFT, align="right")
    taken = pen.fonts.width(said.private, "sans", SMALL) + 12
    if said.sample:
        draw_sample_mark(pen, right - taken, top, said.sample)
        taken += 60
    pen.fitted(MARGIN, top, facts.register_name, SMALL + 0.6, WIDTH - taken, role="serif", colour=BARK)
    pen.rule(MARGIN, top - 7, right, top - 7, LINE)
    pen.rule(MARGIN, FOOT - 12, right, FOOT - 12, LINE)
    pen.text(MARGIN, FOOT - 22, f"{said.title} · {facts.made_on.isoformat()}", 6.6, colour=SOFT)
    pen.text(right, FOOT - 22, said.page_of(page, total), 6.6, colour=SOFT, align="right")


def _draw_tree(pen: Pen, said: _Words, tree: FieldTree) -> None:
    y = _draw_head(pen, said, tree)
    third = WIDTH / 3
    for place, label in enumerate((said.day, said.time, said.by)):
        draw_line(pen, MARGIN + place * third, y, third - 14, label)
    y -= 30
    y = draw_section(pen, y, said.weather_title, said.weather)
    pen.box(MARGIN, y - 25, WIDTH, 27, fill=CARD, stroke=LEAF, line=1.2, radius=4)
    pen.box(MARGIN + 10, y - 18.5, 14, 14, stroke=INK, line=1.1, radius=2)
    pen.bold(MARGIN + 34, y - 16.5, said.no_change, 12.5, colour=LEAF)
    pen.fitted(MARGIN + WIDTH - 10, y - 16, f"{said.last} {tree.last}" if tree.last else "", 8, WIDTH / 2,
               colour=SOFT, align="right")  # fmt: skip
    y -= 38
    y = draw_section(pen, y, said.vigour, said.vigour_words(tree.scale), size=10.5)
    y = draw_section(pen, y, said.plate_title, said.plate)
    y = draw_section(pen, y, said.facilities_title, said.facilities)
    y = draw_section(pen, y, said.damage_title, said.damage, size=8)
    y = _draw_sizes(pen, said, tree, y)
    y = draw_section(pen, y, said.photos_title, said.photos, size=8)
    half, y = WIDTH / 2, y - 10
    draw_line(pen, MARGIN, y - 4, half - 14, said.encroachment)
    draw_line(pen, MARGIN + half, y - 4, half, said.pest)
    y -= 30
    draw_line(pen, MARGIN, y - 2, WIDTH, said.follow_up)
    _draw_notes(pen, said, y - 14, FOOT + 30)
    _draw_signatures(pen, said)


def _draw_head(pen: Pen, said: _Words, tree: FieldTree) -> float:
    """Plaque, names, number, place, QR code; returns where the form may begin."""
    top = PAGE_TOP
    height, left, wide = 106.0, MARGIN + 62, WIDTH - 62 - QR_SIDE - 14
    draw_plaque(pen, MARGIN, top - height, 48, height, tree.name)
    pen.text(left, top - 9, said.title, 9, colour=BARK)
    if tree.seal:
        draw_seal(pen, left + wide - 24, top - 44, 24, tree.seal)
    pen.fitted(left, top - 40, tree.tree_no, 25, wide - 34, role="serif", least=9)
    pen.fitted(left, top - 55, " · ".join(filter(None, (tree.name, tree.latin))), 9.5, wide, colour=INK)
    labelled = ((said.steward, tree.steward), (said.position, tree.position), (said.due, tree.due))
    y = top - 70
    for line in filter(None, [tree.place, *(f"{label} {value}" for label, value in labelled if value)]):
        pen.fitted(left, y, line, 8.2, wide, colour=SOFT)
        y -= 12
    x = MARGIN + WIDTH - QR_SIDE
    if tree.address:
        draw_qr(pen, x, top - QR_SIDE, QR_SIDE, encode_matrix(tree.address))
        pen.text(x + QR_SIDE / 2, top - QR_SIDE - 19, tree.code, 8, colour=SOFT, align="center")
    else:
        pen.box(x, top - QR_SIDE, QR_SIDE, QR_SIDE, stroke=LINE, radius=4)
        _wrapped(pen, x + 8, top - QR_SIDE / 2 + 8, said.no_tag, QR_SIDE - 16)
    pen.rule(MARGIN, top - height - 26, MARGIN + WIDTH, top - height - 26, BARK, 1.1)
    pen.fitted(MARGIN, top - height - 37, said.hint, 7.4, WIDTH, colour=SOFT)
    return top - height - 56


def _wrapped(pen: Pen, x: float, y: float, text: str, width: float) -> None:
    pen.lines(x, y, wrap(pen.fonts, text, "sans", 8, width), 8, colour=SOFT)


def _draw_sizes(pen: Pen, said: _Words, tree: FieldTree, y: float) -> float:
    """A row of boxes, one for each size: its last value, and room for the new one."""
    pen.text(MARGIN, y - 9, said.sizes_title, 8.4, colour=BARK)
    if not tree.sizes:
        return y - 14
    y -= 15
    wide, height = WIDTH / len(tree.sizes), 44.0
    pen.box(MARGIN, y - height, WIDTH, height, stroke=LINE, radius=3)
    for place, (label, unit, last, day) in enumerate(tree.sizes):
        x = MARGIN + place * wide
        if place:
            pen.rule(x, y, x, y - height, LINE, 0.5)
        pen.fitted(x + 6, y - 11, label, 8.2, wide - 12)
        pen.fitted(x + 6, y - 20.5, " ".join(filter(None, (said.last, last, day))) if last else "—", 6.6,
                   wide - 12, colour=SOFT, least=5)  # fmt: skip
        pen.rule(x + 8, y - 38, x + wide - 30, y - 38, INK, 0.6)
        pen.text(x + wide - 6, y - 38, unit, 8.4, colour=SOFT, align="right")
    return y - height - 8


def _draw_notes(pen: Pen, said: _Words, top: float, bottom: float) -> None:
    pen.text(MARGIN, top - 10, said.notes, 8.4, colour=BARK)
    y = top - 28
    while y > bottom:
        pen.rule(MARGIN, y, MARGIN + WIDTH, y, LINE, 0.6)
        y -= 19


def _draw_signatures(pen: Pen, said: _Words) -> None:
    half = WIDTH / 2
    draw_line(pen, MARGIN, FOOT + 6, half - 14, said.signature)
    draw_line(pen, MARGIN + half, FOOT + 6, half, said.entered)


def _draw_list(pen: Pen, said: _Words, trees: Sequence[FieldTree]) -> None:
    y = PAGE_TOP
    village = trees[0].village or said.no_village
    pen.bold(MARGIN, y - 18, fit(pen.fonts, village, "serif", 19, WIDTH * 0.6, 11)[1], 19, colour=BARK)
    pen.text(MARGIN + WIDTH, y - 18, said.title, 9, colour=BARK, align="right")
    third = WIDTH / 3
    for place, label in enumerate((said.day, said.by, said.signature)):
        draw_line(pen, MARGIN + place * third, y - 40, third - 14, label)
    pen.fitted(MARGIN, y - 56, said.list_hint, 7.4, WIDTH, colour=SOFT)
    y -= 62
    widths = [share / sum(_LIST_SHARES) * WIDTH for share in _LIST_SHARES]
    pen.box(MARGIN, y - _LIST_HEAD, WIDTH, _LIST_HEAD, fill=CARD)
    pen.rule(MARGIN, y, MARGIN + WIDTH, y, BARK, 0.9)
    x = MARGIN
    for head, width in zip(said.list_heads, widths, strict=True):
        pen.fitted(x + 5, y - 13, head, SMALL + 0.4, width - 10, colour=SOFT, least=5)
        x += width
    y -= _LIST_HEAD
    for tree in trees:
        _draw_row(pen, said, tree, y, widths)
        y -= _ROW
    draw_line(pen, MARGIN + WIDTH / 2, FOOT + 6, WIDTH / 2, said.entered)


def _draw_row(pen: Pen, said: _Words, tree: FieldTree, y: float, widths: Sequence[float]) -> None:
    xs = [MARGIN + sum(widths[:place]) for place in range(len(widths))]
    if tree.address:
        draw_qr(pen, xs[0], y - _ROW + (_ROW - _LIST_QR) / 2, _LIST_QR, encode_matrix(tree.address))
    pen.fitted(xs[1] + 5, y - 16, tree.name, 12, widths[1] - 10, role="serif", least=6)
    pen.fitted(xs[1] + 5, y - 29, tree.tree_no, 10, widths[1] - 10, least=6)
    pen.fitted(xs[1] + 5, y - 41, tree.place, 7, widths[1] - 10, colour=SOFT, least=4.8)
    pen.fitted(xs[1] + 5, y - 52, " ".join(filter(None, (said.last, tree.last))) if tree.last else tree.due,
               7, widths[1] - 10, colour=SOFT, least=4.8)  # fmt: skip
    draw_boxes(pen, xs[2] + 5, y - 15, [said.no_change], widths[2] - 10, size=9.5, colour=LEAF)
    words = said.vigour_words(tree.scale)
    draw_boxes(pen, xs[2] + 5, y - 33, words, widths[2] - 10, size=9)
    draw_boxes(pen, xs[3] + 5, y - 15, [said.good_plate], widths[3] - 10, size=8)
    draw_boxes(pen, xs[3] + 5, y - 30, [said.bad_plate], widths[3] - 10, size=8)
    draw_boxes(pen, xs[3] + 5, y - 45, [said.damaged], widths[3] - 10, size=8)
    pen.text(xs[4] + 5, y - 15, said.girth, 8, colour=SOFT)
    for down in (34, 52):
        pen.rule(xs[4] + 5, y - down, xs[4] + widths[4] - 4, y - down, LINE, 0.6)
    pen.rule(MARGIN, y - _ROW, MARGIN + WIDTH, y - _ROW, LINE, 0.6)
