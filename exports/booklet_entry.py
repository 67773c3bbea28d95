"""One tree in a booklet: seal, names, facts, photo and story, as high as they need to be."""

from exports.dossier_cover import page_address
from exports.dossier_text import FREE_TEXTS, Said
from exports.flow import TOP, Flow
from exports.fonts import Role
from exports.kit import BARK, BODY, INK, LINE, MARGIN, SMALL, SOFT, WIDTH, draw_seal, fit, span, wrap
from exports.pictures import draw_jpeg, draw_qr
from exports.qr import encode_batch
from registry.records import RegisterFacts
from registry.vocab.sentences import seal_character

SEAL = 30.0
QR = 42.0
PHOTO = 132.0
HEAD = 50.0
FACTS = (
    "age_years", "girth_cm", "diameter_cm", "height_m", "crown_m", "vigour", "protection_grade", "listing",
    "status", "growth_place", "ownership", "steward", "environment", "lon", "lat", "elevation_m",
)  # fmt: skip
"""What is told of each tree, in this order, where the record has it."""
WIDE_FACTS = ("address", "protection_measures", "damage", "threats")
_COLUMNS = 4
_LABEL, _VALUE = 6.8, 8.8
_ROW = 24.0
_SPACE = 12.0


def draw_entry(flow: Flow, said: Said, facts: RegisterFacts, key: str) -> None:
    """Draw a tree's entry, beginning a new page where its head would stand alone."""
    photo = said.tree.photos[0] if said.tree.photos else None
    told, columns = _told(said), _columns(said)
    flow.need(entry_height(said))
    flow.gap(_SPACE)
    if flow.y < TOP:
        flow.pen.rule(MARGIN, flow.y + 4, MARGIN + WIDTH, flow.y + 4, LINE, 0.8)
    flow.pen.canvas.bookmarkPage(key, fit="XYZ", left=0, top=flow.y + 12, zoom=0)
    _head(flow, said, facts)
    top, left = flow.y, MARGIN
    if photo:
        missing = said.t.gettext("this photo cannot be read")
        draw_jpeg(flow.pen, MARGIN, top - PHOTO, span(5), PHOTO, photo.jpeg, missing=missing)
        left += span(5) + 14
    _facts(flow, told, left, MARGIN + WIDTH - left, columns)
    flow.y = min(top - _facts_height(told, columns), top - PHOTO if photo else top) - 4
    for field in WIDE_FACTS:
        if text := _value(said, field):
            _line(flow, said.t.label(field), text)
    for field in FREE_TEXTS:
        if text := getattr(said.tree, field, None):
            flow.gap(3)
            flow.paragraph(text, size=BODY - 0.4, role="serif", leading=1.6)


def entry_height(said: Said) -> float:
    """How high an entry is up to the texts that may go on overleaf, with the space around it."""
    photo = PHOTO if said.tree.photos else 0.0
    return HEAD + max(_facts_height(_told(said), _columns(said)), photo) + 2 * _SPACE


def entry_name(said: Said) -> str:
    """What a tree is called in a booklet: in the reader's language where it has a name there."""
    tree = said.tree
    return (tree.name_en or tree.name_latin or said.name) if said.t.lang == "en" else said.name


def _head(flow: Flow, said: Said, facts: RegisterFacts) -> None:
    pen, tree, t = flow.pen, said.tree, said.t
    top, x = flow.y, MARGIN + SEAL + 10
    right = MARGIN + WIDTH
    seal = seal_character(tree.category, tree.status, tree.protection_grade) or "录"
    draw_seal(pen, MARGIN, top - SEAL - 4, SEAL, seal)
    if address := page_address(said, facts):
        matrix = encode_batch([address], correction="M")[0]
        draw_qr(pen, right - QR, top - QR, QR, matrix)
        pen.canvas.linkURL(address, (right - QR, top - QR, right, top), relative=0)
        right -= QR + 12
    number = f"{t.label('tree_no')} {tree.tree_no}"
    size, number = fit(pen.fonts, number, "sans", 9.4, (right - x) * 0.5, 6)
    pen.text(right, top - 15, number, size, colour=BARK, align="right")
    room = right - x - pen.fonts.width(number, "sans", size) - 12
    called = entry_name(said)
    size, name = fit(pen.fonts, called, "serif", 16, room, 9)
    pen.bold(x, top - 17, name, size, colour=INK)
    names = (tree.name_zh, tree.name_latin, tree.name_en)
    others = [text for text in names if text and text != called]
    at = x
    for text in others:
        role: Role = "italic" if text == tree.name_latin else "sans"
        size, shown = fit(pen.fonts, text, role, 9.2, right - at, 6)
        if right - at > 30:
            pen.text(at, top - 33, shown, size, role=role, colour=SOFT)
            at += pen.fonts.width(shown, role, size) + 10
    flow.y = top - HEAD


def _told(said: Said) -> list[tuple[str, str]]:
    return [(said.t.label(field), text) for field in FACTS if (text := _value(said, field))]


def _columns(said: Said) -> int:
    return 2 if said.tree.photos else _COLUMNS


def _facts_height(told: list[tuple[str, str]], columns: int) -> float:
    return -(-len(told) // columns) * _ROW


def _facts(flow: Flow, told: list[tuple[str, str]], x: float, width: float, columns: int) -> None:
    step = width / columns
    for place, (label, text) in enumerate(told):
        left, y = x + place % columns * step, flow.y - place // columns * _ROW
        flow.pen.fitted(left, y - 7, label, _LABEL, step - 6, colour=SOFT, least=5)
        flow.pen.fitted(left, y - 17.5, text, _VALUE, step - 6, least=5.6)


def _line(flow: Flow, label: str, text: str) -> None:
    room = WIDTH - 84
    for place, line in enumerate(wrap(flow.pen.fonts, text, "sans", 8.4, room)):
        flow.need(12.6)
        if not place:
            flow.pen.text(MARGIN, flow.y - 9, label, SMALL, colour=SOFT)
        flow.pen.text(MARGIN + 84, flow.y - 9, line, 8.4)
        flow.y -= 12.6
    flow.y -= 1


def _value(said: Said, field: str) -> str | None:
    if field == "status" and said.tree.status == "alive":
        return None
    if field == "age_years":
        return said.age()
    try:
        return said.value(field)
    except AttributeError:
        return None
