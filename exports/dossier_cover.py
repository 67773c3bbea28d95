"""The cover of a dossier: plaque, names, number, seal, four facts, photo and rings."""

from exports.charts import (
    KIND_COLOURS,
    SIZES,
    draw_rings,
    kind_words,
    rings_sentence,
    tree_rings,
)
from exports.dossier_text import Said, age_number
from exports.flow import Running, draw_foot
from exports.kit import (
    A4,
    BARK,
    INK,
    LEADING,
    LEAF,
    LINE,
    MARGIN,
    PAPER,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    column_x,
    draw_plaque,
    draw_sample_mark,
    draw_seal,
    fit,
    fit_lines,
    span,
    wrap,
)
from exports.legal_parts import draw_score_strip
from exports.pictures import draw_empty_frame, draw_jpeg, draw_qr
from exports.qr import encode_batch
from exports.views import view_title
from registry.legal_file_records import LegalFileRecord
from registry.records import RegisterFacts
from registry.vocab.genera import genus_word
from registry.vocab.sentences import seal_character
from registry.vocab.words import Category, Grade, TreeStatus

SEAL_SIZE = 50.0
PLAQUE_WIDTH = 76.0
PLAQUE_TOP = 742.0
PLAQUE_HEIGHT = 246.0
BAND_BOTTOM = 747.5
BAND_HEIGHT = 13.0
PHOTO_TOP = 472.0
PHOTO_HEIGHT = 238.0
QR_SIZE = 62.0


def draw_cover(
    pen: Pen, said: Said, facts: RegisterFacts, running: Running, file: LegalFileRecord | None = None
) -> None:
    """Draw the first page; with `file` the score of the fifteen parts stands on it."""
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
    _draw_rings(pen, said, facts)
    draw_office(pen, said, facts, file)
    draw_foot(pen, running, 1)


def page_address(said: Said, facts: RegisterFacts) -> str | None:
    """The address of the tree's page; None while the site has none."""
    if not facts.public_address:
        return None
    return f"{facts.public_address.rstrip('/')}/{said.page}"


def draw_title(pen: Pen, said: Said, facts: RegisterFacts) -> None:
    _ = said.t.gettext
    right = MARGIN + WIDTH
    y = A4[1] - 62
    room = WIDTH - pen.fonts.width(said.motto, "serif", 10) - 16
    size = pen.fitted(MARGIN, y, facts.register_name, 14, room, role="serif", colour=BARK)
    pen.text(right, y, said.motto, min(size, 10), role="serif", colour=SOFT, align="right")
    if facts.is_demonstration:
        draw_sample_mark(pen, right, y + 20, _("SAMPLE"))
    pen.rule(MARGIN, y - 12, right, y - 12, BARK, 1.6)
    pen.rule(MARGIN, y - 15.5, right, y - 15.5, BARK, 0.5)


def draw_view(pen: Pen, said: Said, facts: RegisterFacts) -> None:
    """A band across the page: that this is not the file of today, or not for everybody."""
    texts = [view_title(facts.view, said.t)] if facts.view else []
    if facts.is_restricted:
        texts.append(said.t.gettext("For the office only: holds what is not public."))
    if texts:
        pen.box(MARGIN, BAND_BOTTOM, WIDTH, BAND_HEIGHT, fill=SEAL)
        pen.fitted(MARGIN + 8, BAND_BOTTOM + 3.6, " · ".join(texts), 9, WIDTH - 16, colour=PAPER)


def _draw_names(pen: Pen, said: Said) -> None:
    """Beside the plaque: scientific name, other names, number, and the seal at the right."""
    tree, t = said.tree, said.t
    _ = t.gettext
    x = MARGIN + PLAQUE_WIDTH + 24
    right = MARGIN + WIDTH
    room = right - x - SEAL_SIZE - 20
    grade = seal_character(tree.category, tree.status, tree.protection_grade) or "录"
    draw_seal(pen, right - SEAL_SIZE, PLAQUE_TOP - SEAL_SIZE, SEAL_SIZE, grade)
    meaning = _seal_meaning(said)
    pen.fitted(
        right - SEAL_SIZE / 2,
        PLAQUE_TOP - SEAL_SIZE - 11,
        meaning,
        SMALL,
        84,
        colour=SOFT,
        align="center",
        least=5,
    )
    y = PLAQUE_TOP - 20
    if tree.name_latin:
        size, latin = fit(pen.fonts, tree.name_latin, "italic", 22, room, 13)
        lines = (
            [latin] if latin == tree.name_latin else wrap(pen.fonts, tree.name_latin, "italic", size, room)
        )
        pen.lines(x, y, lines, size, role="italic", leading=1.2)
        y -= (len(lines) - 1) * size * 1.2
        if tree.name_author:
            y -= 16
            pen.fitted(x, y, tree.name_author, 10, room, role="serif", colour=SOFT)
    else:
        pen.text(x, y, _("scientific name not in the source"), 10, colour=SOFT)
    others = [n for n in (tree.name_zh, tree.name_en, tree.common_name) if n and n != said.name]
    if others:
        y -= 25
        pen.fitted(x, y, " · ".join(dict.fromkeys(others)), 13, room, role="serif")
    family = " · ".join(filter(None, (tree.family, genus_word(tree.genus, said.t))))
    if family:
        y -= 18
        pen.fitted(x, y, family, 9.5, room, colour=SOFT)
    _draw_number(pen, said, x, right)


def _draw_number(pen: Pen, said: Said, x: float, right: float) -> None:
    tree, t = said.tree, said.t
    y = PLAQUE_TOP - PLAQUE_HEIGHT + 92
    pen.text(x, y + 27, t.label("tree_no"), SMALL, colour=SOFT)
    size = pen.fitted(x, y, tree.tree_no, 25, (right - x) * 0.62, colour=INK)
    words = [t.word(Category, tree.category), t.word(TreeStatus, tree.status)]
    left = x + pen.fonts.width(tree.tree_no, "sans", size) + 16
    for word in words:
        wide = pen.fonts.width(word, "sans", 8.2) + 14
        if left + wide <= right:
            pen.box(left, y - 1, wide, 16, stroke=LEAF, radius=8)
            pen.text(left + wide / 2, y + 4, word, 8.2, colour=LEAF, align="center")
        left += wide + 6
    pen.rule(x, y - 15, right, y - 15, LINE)


def _draw_facts(pen: Pen, said: Said) -> None:
    """Age, girth (or diameter), height and crown: value large, unit and how it was measured small."""
    t = said.t
    x = MARGIN + PLAQUE_WIDTH + 24
    width = (MARGIN + WIDTH - x) / 4
    y = PLAQUE_TOP - PLAQUE_HEIGHT
    for place, field in enumerate(("age_years", _trunk_field(said), "height_m", "crown_m")):
        left = x + place * width
        pen.fitted(left, y + 56, t.label(field), SMALL, width - 8, colour=SOFT)
        value, note = _fact(said, field)
        if value is None:
            pen.text(left, y + 31, "—", 19, role="serif", colour=SOFT)
        else:
            unit = t.unit(field)
            wide = pen.fonts.width(unit, "sans", 8) + 12
            size, value = fit(pen.fonts, value, "serif", 21, width - wide, 10)
            pen.text(left, y + 31, value, size, role="serif")
            pen.text(left + pen.fonts.width(value, "serif", size) + 3, y + 31, unit, 8, colour=SOFT)
        size, lines = fit_lines(pen.fonts, note, "sans", 7, width - 8, 3, least=5)
        pen.lines(left, y + 16, lines, size, colour=SOFT, leading=10 / 7)


def _trunk_field(said: Said) -> str:
    """The trunk size that the source gives, girth first."""
    size = said.tree.size
    fields = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm")
    return next((f for f in fields if size and getattr(size, f) is not None), "girth_cm")


def _fact(said: Said, field: str) -> tuple[str | None, str]:
    """A fact's value without its unit, and how it is known."""
    tree, t = said.tree, said.t
    _ = t.gettext
    if field == "age_years":
        if tree.age_years is None:
            return None, said.absence(field)
        basis = said.value("age_basis") or _("basis not in the source")
        return age_number(tree, t), basis
    size = tree.size
    value = getattr(size, field) if size else None
    if size is None or value is None:
        return None, said.absence(field)
    notes = []
    if field in ("girth_cm", "diameter_cm"):
        at = size.measure_height_m
        notes.append(_("at {metres} m", metres=f"{at:g}") if at else _("height of measure not given"))
    if size.measured_on:
        notes.append(size.measured_on.isoformat())
    return f"{value:g}", " · ".join(notes)


def _draw_photo(pen: Pen, said: Said) -> None:
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


def _draw_rings(pen: Pen, said: Said, facts: RegisterFacts) -> None:
    tree, t = said.tree, said.t
    x, width = column_x(8), span(4)
    rings = tree_rings(tree)
    radius = width / 2 - 4
    middle = x + width / 2
    draw_rings(
        pen,
        middle,
        PHOTO_TOP - radius - 3,
        radius,
        rings,
        today=facts.made_on,
        centre=_ring_centre(said),
    )
    y = PHOTO_TOP - 2 * radius - 20
    kinds = list(dict.fromkeys(kind for ring in rings for kind in ring.kinds))
    words = kind_words(t)
    left = x
    for kind in kinds:
        wide = pen.fonts.width(words[kind], "sans", 6.8) + 15
        if left > x and left + wide > x + width:
            left, y = x, y - 11
        pen.dot(left + 3, y + 2.3, 2.4, KIND_COLOURS[kind])
        pen.text(left + 8, y, words[kind], 6.8, colour=SOFT)
        left += wide
    y -= 12 if kinds else 0
    sentence = rings_sentence(rings, t)
    if rings:
        sentence = t.gettext("Each ring is a day with a record; the green one is today.") + "\n" + sentence
    room = int((y - (PHOTO_TOP - PHOTO_HEIGHT)) / (7 * LEADING)) + 1
    size, lines = fit_lines(pen.fonts, sentence, "sans", 7, width, room, least=5)
    pen.lines(x, y, lines, size, colour=SOFT)


def _ring_centre(said: Said) -> tuple[str, str]:
    size = said.tree.size
    for field in SIZES:
        value = getattr(size, field) if size else None
        if value is not None:
            return f"{value:g}", f"{said.t.label(field)} {said.t.unit(field)}"
    return "—", said.t.gettext("no size")


def draw_office(pen: Pen, said: Said, facts: RegisterFacts, file: LegalFileRecord | None = None) -> None:
    """Who keeps the tree's file, when this copy was made, and the way to its page."""
    t = said.t
    _ = t.gettext
    top = PHOTO_TOP - PHOTO_HEIGHT - 22
    right = MARGIN + WIDTH
    pen.rule(MARGIN, top, right, top, BARK, 0.8)
    address = page_address(said, facts)
    room = WIDTH - (QR_SIZE + 40 if address else 150)
    edition = str(facts.edition) if facts.edition is not None else _("not from an edition")
    y = top - 22
    if file is not None:
        draw_score_strip(pen, MARGIN, y - 3, room, file, t)
        y -= 27
    for label, value in (
        (t.label("authority"), said.authority),
        (t.label("jurisdiction"), said.value("jurisdiction") or ""),
        (t.label("place"), _place(said)),
        (_("Edition"), edition),
        (_("Made on"), t.day(facts.made_on)),
    ):
        pen.text(MARGIN, y, label, 7.6, colour=SOFT)
        size, _line = fit(pen.fonts, value, "sans", 9.2, room - 78, 7.2)
        size, lines = fit_lines(pen.fonts, value, "sans", size, room - 78, 2)
        y = pen.lines(MARGIN + 78, y, lines, size, leading=1.5) - 5
    if address:
        matrix = encode_batch([address], correction="M")[0]
        draw_qr(pen, right - QR_SIZE, top - 16 - QR_SIZE, QR_SIZE, matrix)
        caption = said.scan_label
        pen.fitted(right, top - 28 - QR_SIZE, caption, 7, 150, colour=SOFT, align="right")
    else:
        sentence = _("There is no QR code: the register's public address has not been set.")
        lines = wrap(pen.fonts, sentence, "sans", 7.4, 128)
        pen.lines(right - 128, top - 22, lines, 7.4, colour=SOFT)


def _place(said: Said) -> str:
    tree = said.tree
    parts = [*tree.places(said.t.lang), tree.town or "", tree.village or ""]
    shown = " ".join(dict.fromkeys(filter(None, parts))) or (tree.address or "")
    return shown or said.absence("address")


def _seal_meaning(said: Said) -> str:
    tree, t = said.tree, said.t
    if tree.status == TreeStatus.DEAD:
        return t.word(TreeStatus, tree.status)
    if tree.protection_grade:
        return t.word(Grade, tree.protection_grade)
    return t.word(Category, tree.category)
