"""The cover of a grove's dossier: plaque, number, seal, four facts, photo, and of which trees it is made."""

from collections import Counter
from collections.abc import Sequence

from exports.dossier_cover import (
    PHOTO_HEIGHT,
    PHOTO_TOP,
    PLAQUE_HEIGHT,
    PLAQUE_TOP,
    PLAQUE_WIDTH,
    SEAL_SIZE,
    draw_office,
    draw_title,
    draw_view,
)
from exports.flow import Running, draw_foot
from exports.grove_text import GroveSaid, kind_word
from exports.kit import (
    A4,
    BARK,
    GOLD,
    INK,
    LEAF,
    LINE,
    MARGIN,
    PAPER,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    column_x,
    draw_plaque,
    draw_seal,
    fit,
    fit_lines,
    span,
)
from exports.pictures import draw_empty_frame, draw_jpeg
from registry.legal_file_records import LegalFileRecord
from registry.records import AreaRecord, RegisterFacts, SpeciesShareRecord
from registry.vocab.sentences import seal_character
from registry.vocab.words import GRADE_SCHEMES, Grade, TreeStatus

FACTS = {"grove": ("tree_count", "area_ha", "max_age_years", "mean_height_m")}
OTHER_FACTS = ("tree_count", "area_ha", "period", "relic_level")
SEALS = {"grove": "群", "garden": "园", "place": "地", "element": "要"}
SHOWN_SPECIES = 9


def draw_grove_cover(
    pen: Pen,
    said: GroveSaid,
    facts: RegisterFacts,
    running: Running,
    file: LegalFileRecord | None = None,
    holdings: Sequence[AreaRecord] = (),
) -> None:
    """Draw the first page."""
    pen.box(0, 0, *A4, fill=PAPER)
    canvas = pen.canvas
    canvas.bookmarkPage("cover", fit="Fit")
    canvas.addOutlineEntry(said.t.gettext("Cover"), "cover", level=0)
    draw_title(pen, said, facts)
    draw_view(pen, said, facts)
    draw_plaque(pen, MARGIN, PLAQUE_TOP - PLAQUE_HEIGHT, PLAQUE_WIDTH, PLAQUE_HEIGHT, said.name)
    _draw_names(pen, said)
    _draw_facts(pen, said)
    _draw_photo(pen, said)
    if said.tree.kind == "grove":
        _draw_composition(pen, said)
    else:
        _draw_holdings(pen, said, holdings)
    draw_office(pen, said, facts, file)
    draw_foot(pen, running, 1)


def _draw_names(pen: Pen, said: GroveSaid) -> None:
    grove, t = said.tree, said.t
    x, right = MARGIN + PLAQUE_WIDTH + 24, MARGIN + WIDTH
    room = right - x - SEAL_SIZE - 20
    seal = seal_character("", grove.status, grove.protection_grade) or SEALS[grove.kind]
    draw_seal(pen, right - SEAL_SIZE, PLAQUE_TOP - SEAL_SIZE, SEAL_SIZE, seal)
    graded = t.gettext("without a grade") if grove.kind == "grove" else kind_word(grove, t)
    grade = t.word(Grade, grove.protection_grade) or graded
    meaning = t.word(TreeStatus, grove.status) if grove.status == TreeStatus.DEAD else grade
    under = right - SEAL_SIZE / 2, PLAQUE_TOP - SEAL_SIZE - 11
    pen.fitted(*under, meaning, SMALL, 84, colour=SOFT, align="center", least=5)
    y = PLAQUE_TOP - 26
    size, _name = fit(pen.fonts, said.name, "serif", 24, room, 13)
    size, lines = fit_lines(pen.fonts, said.name, "serif", size, room, 4)
    pen.lines(x, y, lines, size, role="serif", leading=1.25)
    y -= (len(lines) - 1) * size * 1.25 + 22
    kind = " · ".join(filter(None, (kind_word(grove, t), t.word(GRADE_SCHEMES, grove.grade_scheme))))
    pen.fitted(x, y, kind, 10, room, colour=SOFT)
    if place := said.value("place"):
        pen.fitted(x, y - 18, place, 9.5, room, colour=SOFT)
    y = PLAQUE_TOP - PLAQUE_HEIGHT + 92
    pen.text(x, y + 27, said.number_label, SMALL, colour=SOFT)
    wide = pen.fitted(x, y, grove.number, 25, (right - x) * 0.62, colour=INK)
    left = x + pen.fonts.width(grove.number, "sans", wide) + 16
    word = t.word(TreeStatus, grove.status)
    room = pen.fonts.width(word, "sans", 8.2) + 14
    if left + room <= right:
        pen.box(left, y - 1, room, 16, stroke=LEAF, radius=8)
        pen.text(left + room / 2, y + 4, word, 8.2, colour=LEAF, align="center")
    pen.rule(x, y - 15, right, y - 15, LINE)


def _draw_facts(pen: Pen, said: GroveSaid) -> None:
    """Trees, area, greatest age and mean height: value large, unit small."""
    t, grove = said.t, said.tree
    x = MARGIN + PLAQUE_WIDTH + 24
    fields = FACTS.get(grove.kind, OTHER_FACTS)
    width = (MARGIN + WIDTH - x) / len(fields)
    y = PLAQUE_TOP - PLAQUE_HEIGHT
    for place, field in enumerate(fields):
        left = x + place * width
        pen.fitted(left, y + 56, t.label(field), SMALL, width - 8, colour=SOFT)
        value = getattr(grove, field, None)
        value = said.detail(field) if value is None else value
        note = said.absence(field) if value is None else ""
        if isinstance(value, str):
            size, told = fit(pen.fonts, value, "serif", 15, width - 10, 8)
            pen.text(left, y + 31, told, size, role="serif")
        elif not isinstance(value, int | float):
            pen.text(left, y + 31, "—", 19, role="serif", colour=SOFT)
        else:
            unit = t.unit(field)
            wide = pen.fonts.width(unit, "sans", 8) + 12
            number = t.number(value, 0 if float(value).is_integer() else 2)
            size, number = fit(pen.fonts, number, "serif", 21, width - wide, 10)
            pen.text(left, y + 31, number, size, role="serif")
            pen.text(left + pen.fonts.width(number, "serif", size) + 3, y + 31, unit, 8, colour=SOFT)
        if field == "tree_count":
            note = t.ngettext("{count} with a file", "{count} with files", grove.file_count)
        size, lines = fit_lines(pen.fonts, note, "sans", 7, width - 8, 3, least=5)
        pen.lines(left, y + 16, lines, size, colour=SOFT, leading=10 / 7)


def _draw_photo(pen: Pen, said: GroveSaid) -> None:
    _ = said.t.gettext
    x, width, y = column_x(0), span(8), PHOTO_TOP - PHOTO_HEIGHT
    if not said.tree.photos:
        draw_empty_frame(pen, x, y, width, PHOTO_HEIGHT, _("no photo yet"))
        return
    photo = said.tree.photos[0]
    draw_jpeg(pen, x, y, width, PHOTO_HEIGHT, photo.jpeg, missing=_("this photo cannot be read"))
    if photo.credit:
        credit = f"{said.t.label('credit')} {photo.credit}"
        pen.fitted(x + width, y - 10, credit, 6.8, width, colour=SOFT, align="right", least=5)


def _draw_holdings(pen: Pen, said: GroveSaid, holdings: Sequence[AreaRecord]) -> None:
    """How many of what kind stand in it, trees with files first."""
    t = said.t
    x, width, y = column_x(8), span(4), PHOTO_TOP - 10
    counts = Counter(kind_word(each, t) for each in holdings)
    pen.text(x, y, t.gettext("What stands in it"), 9, role="serif", colour=BARK)
    y -= 22
    rows = [(t.gettext("Trees with files"), said.tree.file_count)]
    for label, count in [*rows, *counts.most_common(SHOWN_SPECIES - 1)]:
        number = t.number(count, 0)
        room = width - pen.fonts.width(number, "serif", 12) - 8
        pen.fitted(x, y, label, 8.8, room, colour=SOFT, least=6)
        pen.text(x + width, y, number, 12, role="serif", align="right")
        pen.rule(x, y - 6, x + width, y - 6, LINE)
        y -= 21


def _draw_composition(pen: Pen, said: GroveSaid) -> None:
    """A bar for each species, as long as its share of the trees; grades below."""
    t, grove = said.t, said.tree
    x, width, y = column_x(8), span(4), PHOTO_TOP - 10
    pen.text(x, y, t.label("composition"), 9, role="serif", colour=BARK)
    y -= 20
    shares = grove.composition
    if not shares:
        pen.text(x, y, said.absence("composition"), 8, colour=SOFT)
        y -= 16
    shown = shares if len(shares) <= SHOWN_SPECIES else shares[: SHOWN_SPECIES - 1]
    most = max((_size(share, shares) or 0.0 for share in shown), default=0.0)
    for share in shown:
        part = _size(share, shares)
        told = _told(share, said)
        room = width - pen.fonts.width(told, "sans", 7.4) - 8
        pen.fitted(x, y, share.name_verbatim, 8.8, max(room, 40), least=6)
        pen.text(x + width, y, told, 7.4, colour=SOFT, align="right")
        pen.box(x, y - 7.5, width, 3, fill=LINE)
        if part and most:
            pen.box(x, y - 7.5, width * min(part, 1.0), 3, fill=LEAF)
        y -= 21
    if more := len(shares) - len(shown):
        pen.text(x, y, t.ngettext("{count} more species", "{count} more species", more), 7.4, colour=SOFT)
        y -= 16
    _draw_grades(pen, said, x, y - 4, width)


def _draw_grades(pen: Pen, said: GroveSaid, x: float, y: float, width: float) -> None:
    """How many trees have which grade, by the form."""
    t = said.t
    known = [(field, said.detail(field)) for field in ("count_first", "count_second", "count_third")]
    counts = [(field, int(value)) for field, value in known if isinstance(value, int)]
    if not counts:
        return
    pen.rule(x, y + 6, x + width, y + 6, LINE)
    step = width / len(counts)
    for place, (field, count) in enumerate(counts):
        left = x + place * step
        pen.text(left, y - 12, t.number(count, 0), 15, role="serif", colour=GOLD)
        pen.fitted(left, y - 23, t.label(field), 6.8, step - 4, colour=SOFT, least=5)


def _size(share: SpeciesShareRecord, shares: Sequence[SpeciesShareRecord]) -> float | None:
    """A species' part of the trees, between 0 and 1: as said, or by its count among all that are counted."""
    if share.share_percent is not None:
        return share.share_percent / 100
    counted = [each.tree_count for each in shares]
    total = sum(count for count in counted if count is not None)
    if share.tree_count is None or None in counted or not total:
        return None
    return share.tree_count / total


def _told(share: SpeciesShareRecord, said: GroveSaid) -> str:
    parts = []
    if share.tree_count is not None:
        parts.append(said.t.ngettext("{count} tree", "{count} trees", share.tree_count))
    if share.share_percent is not None:
        parts.append(f"{share.share_percent:g}%")
    return " · ".join(parts)
