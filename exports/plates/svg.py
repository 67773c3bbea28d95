"""Plates as SVG: every letter an outline, so that it looks the same with any fonts or none."""

from collections.abc import Iterator
from html import escape
from typing import BinaryIO

from reportlab.lib.colors import Color

from exports.fonts import Fonts
from exports.plates.layout import Plate
from exports.plates.outlines import symbol_outlines, text_path
from exports.plates.pdf import BOLD, ENGRAVED_LINE
from exports.plates.primitives import PT, Box, Primitive, Rule, Seal, Symbol, Text


def write_plate_svg(plate: Plate, out: BinaryIO, *, fonts: Fonts, lang: str = "zh-Hans") -> None:
    """Write one plate as SVG in millimetres, its words as title and description; same plate, same bytes."""
    out.write(plate_svg(plate, fonts=fonts, lang=lang).encode())


def plate_svg(plate: Plate, *, fonts: Fonts, lang: str = "zh-Hans") -> str:
    """The SVG document of a plate: it can stand in a page as it is."""
    wide, high = plate.size_mm
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}mm" height="{high:g}mm" '
        f'viewBox="0 0 {wide:g} {high:g}" role="img" xml:lang="{escape(lang)}">',
        f"<title>{_words(plate.title)}</title>",
        f"<desc>{_words(plate.description)}</desc>",
    ]
    if not plate.is_engraved:
        lines.append(f'<path fill="#fff" d="M0 0H{wide:g}V{high:g}H0Z"/>')
    for each in plate.all:
        lines.extend(_elements(each, plate, fonts))
    return "\n".join([*lines, "</svg>", ""])


def _elements(each: Primitive, plate: Plate, fonts: Fonts) -> Iterator[str]:
    high = plate.size_mm[1]
    if isinstance(each, Seal):
        for part in each.parts():
            yield from _elements(part, plate, fonts)
    elif isinstance(each, Text):
        if path := _letters(each, high, fonts):
            yield f'<path {_look(each, plate.is_engraved)} d="{path}"/>'
    elif isinstance(each, Symbol):
        look = _outline_look() if plate.is_engraved else 'fill="#000" fill-rule="evenodd"'
        yield f'<path {look} d="{_symbol(each, high)}"/>'
    elif isinstance(each, Box):
        fill = f'fill="{_colour(each.fill)}"' if each.fill is not None else 'fill="none"'
        stroke = f' stroke="{_colour(each.stroke)}" stroke-width="{_n(each.line)}"' if each.line else ""
        corner = f' rx="{_n(each.radius)}"' if each.radius else ""
        yield (
            f'<rect {fill}{stroke}{corner} x="{_n(each.x)}" y="{_n(high - each.y - each.height)}" '
            f'width="{_n(each.width)}" height="{_n(each.height)}"/>'
        )
    elif isinstance(each, Rule):
        yield (
            f'<path fill="none" stroke="{_colour(each.colour)}" stroke-width="{_n(each.line)}" '
            f'd="M{_n(each.x0)} {_n(high - each.y0)}L{_n(each.x1)} {_n(high - each.y1)}"/>'
        )


def _letters(text: Text, high: float, fonts: Fonts) -> str:
    parts = []
    for letter, points in text_path(text, fonts):
        parts.append(letter + " ".join(f"{_n(x)} {_n(high - y)}" for x, y in points))
    return "".join(parts)


def _symbol(symbol: Symbol, high: float) -> str:
    """Dark areas with their edges merged, in whole modules."""
    top = high - symbol.y - symbol.side
    parts = []
    for ring in symbol_outlines(symbol.matrix):
        points = [f"{_n(symbol.x + x * symbol.module)} {_n(top + y * symbol.module)}" for x, y in ring]
        parts.append("M" + "L".join(points) + "Z")
    return "".join(parts)


def _look(text: Text, is_engraved: bool) -> str:
    if is_engraved:
        return _outline_look()
    colour = _colour(text.colour)
    if not text.is_bold:
        return f'fill="{colour}"'
    width = text.size_pt * PT * BOLD
    return f'fill="{colour}" stroke="{colour}" stroke-width="{_n(width)}" stroke-linejoin="round"'


def _outline_look() -> str:
    return f'fill="none" stroke="#000" stroke-width="{ENGRAVED_LINE:g}"'


def _colour(colour: Color) -> str:
    return "#" + str(colour.hexval())[2:8]


def _words(text: str) -> str:
    """Text for XML, without the control characters that XML cannot hold."""
    return escape("".join(c for c in text if c >= " "), quote=False)


def _n(value: float) -> str:
    """A length with thousandths of a millimetre at most."""
    return f"{value + 0.0:.3f}".rstrip("0").rstrip(".") if abs(value) >= 5e-4 else "0"
