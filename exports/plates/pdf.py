"""Plates as PDF: operators written straight into the page, so that sheets by the thousand cost little.

A plate's ground (frame, band, rules) and each seal are drawn once in a document.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from exports.fonts import Fonts, new_canvas
from exports.kit import MM
from exports.plates.column import KEPT
from exports.plates.layout import Cast, Mould, Plate
from exports.plates.outlines import symbol_outlines
from exports.plates.primitives import SLANT, Box, Primitive, Rule, Seal, Symbol, Text
from exports.plates.typeset import is_stand_in
from exports.qr import Matrix, dark_runs_of

ENGRAVED_LINE = 0.15
"""Width of every line of an engraved plate, in millimetres."""
BOLD = 0.026
"""How much the strokes of names are thickened, as a share of the type size."""
CURVE = 0.5523
"""Where the handles of a quarter of a circle lie, as a share of its radius."""


def write_plate_pdf(
    plate: Plate, out: BinaryIO, *, fonts: Fonts, author: str = "", lang: str = "zh-Hans",
    made_at: datetime | None = None,
) -> None:  # fmt: skip
    """Write one plate as a PDF page of its own size; vectors all through; same plate, same bytes."""
    canvas = new_canvas(
        out,
        pagesize=(plate.size_mm[0] * MM, plate.size_mm[1] * MM),
        title=plate.title,
        author=author,
        lang=lang,
        made_at=made_at,
    )
    press = Press(canvas, fonts)
    press.draw(0.0, 0.0, press.plate(plate))
    canvas.showPage()
    canvas.save()


class Press:
    """Draws plates on the pages of one document."""

    def __init__(self, canvas: Canvas, fonts: Fonts) -> None:
        self._canvas = canvas
        self._faces = {
            "sans": pdfmetrics.getFont(fonts.sans),
            "serif": pdfmetrics.getFont(fonts.serif),
            "italic": pdfmetrics.getFont(fonts.serif),
        }
        self._subsets: dict[Any, dict[str, dict[int, str]]] = {face: {} for face in self._faces.values()}
        self._looks: dict[str, dict[tuple[object, ...], tuple[str, str]]] = {role: {} for role in self._faces}
        self._used: set[str] = set()
        self._moulds: dict[int, tuple[Mould, str, list[int]]] = {}
        self._forms: dict[int, tuple[str, tuple[Primitive, ...]]] = {}

    def symbols(self, symbols: Sequence[Symbol | None], *, is_engraved: bool) -> list[str]:
        """The operators of QR codes, "" for None; worked out together."""
        if is_engraved:
            return [_outlined(symbol) if symbol is not None else "" for symbol in symbols]
        made = [""] * len(symbols)
        by_size: dict[int, list[tuple[int, Symbol]]] = {}
        for place, symbol in enumerate(symbols):
            if symbol is not None:
                by_size.setdefault(len(symbol.matrix), []).append((place, symbol))
        for alike in by_size.values():
            paths = rectangles([symbol.matrix for _, symbol in alike])
            for (place, symbol), path in zip(alike, paths, strict=True):
                module = symbol.module * MM
                made[place] = (
                    f"q 0 g {module:.5f} 0 0 {module:.5f} {symbol.x * MM:.3f} {symbol.y * MM:.3f} cm\n"
                    f"{path}f Q"
                )
        return made

    def plate(self, plate: Plate) -> str:
        """The operators of a plate."""
        symbols = self.symbols(
            [s for s in plate.primitives if isinstance(s, Symbol)], is_engraved=plate.is_engraved
        )
        return "\n".join([self._printed(plate.ground, plate.primitives, plate.is_engraved), *symbols])

    def cast(self, cast: Cast) -> str:
        """The operators of a plate without its code: those of its mould, with its digits in their places."""
        mould, digits, _symbol = cast
        known = self._moulds.get(id(mould))
        if known is None:
            if len(self._moulds) >= KEPT:
                self._moulds.clear()
            drawn = self._printed(mould.ground, mould.drawn, mould.is_engraved)
            numbers = [number for _, _, each in mould.moving for number in each]
            known = self._moulds[id(mould)] = mould, drawn, numbers  # held, so that its id stays its own
        _, drawn, numbers = known
        return drawn % tuple([digits[number] for number in numbers])

    def draw(self, x_mm: float, y_mm: float, *parts: str) -> None:
        """Draw a plate's operators with its lower left corner at a place of the page."""
        self._canvas.addLiteral("\n".join([f"q 1 0 0 1 {x_mm * MM:.3f} {y_mm * MM:.3f} cm", *parts, "Q"]))
        in_use = self._canvas._formsinuse  # reportlab forgets them where a form is made in between
        in_use.extend(sorted(self._used.difference(in_use)))

    def line(self, text: Text) -> str:
        """The operators of a line of type, in millimetres from the origin."""
        return self._text(text, is_engraved=False)

    def _printed(self, ground: tuple[Primitive, ...], drawn: Iterable[Primitive], is_engraved: bool) -> str:
        """The operators of a plate without its code; in a mould a `%s` stands for each digit."""
        parts = [self._operators(each, is_engraved) for each in drawn]
        return "\n".join([self._form("ground", ground, is_engraved), *filter(None, parts)])

    def _operators(self, each: Primitive, is_engraved: bool) -> str:
        if isinstance(each, Text):
            return self._text(each, is_engraved)
        if isinstance(each, Seal):
            return self._seal(each, is_engraved)
        if isinstance(each, Box):
            return _box(each)
        if isinstance(each, Rule):
            return _rule(each)
        return ""  # symbols are drawn together

    def _text(self, text: Text, is_engraved: bool) -> str:
        look = (text.x, text.y, text.size_pt, id(text.colour), text.is_bold, text.turn_deg, is_engraved)
        known = self._looks[text.role].get(look)
        if known is None:
            if len(self._looks[text.role]) > KEPT:
                self._looks[text.role].clear()
            known = self._looks[text.role][look] = self._look_of(text, is_engraved=is_engraved)
        begin, end = known
        return f"{begin}{self._shown(self._faces[text.role], text.text, text.size_pt)}{end}"

    def _look_of(self, text: Text, *, is_engraved: bool) -> tuple[str, str]:
        """What stands before and after the characters of a line of type: the same for all in its place."""
        lean = SLANT if text.role == "italic" else 0.0
        mode = ""
        if is_engraved:
            mode = f"{_stroke(text.colour)} {ENGRAVED_LINE * MM:.3f} w 1 Tr "
        elif text.is_bold:
            mode = f"{_stroke(text.colour)} {text.size_pt * BOLD:.3f} w 2 Tr "
        matrix = f"1 0 {lean:g} 1"
        if text.turn_deg:
            angle = math.radians(text.turn_deg)
            cos, sin = math.cos(angle), math.sin(angle)
            matrix = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f}"
        begin = f"BT {_fill(text.colour)} {mode}{matrix} {text.x * MM:.3f} {text.y * MM:.3f} Tm "
        return begin, " 0 Tr ET" if mode else " ET"

    def _shown(self, face: Any, text: str, size: float) -> str:
        """The text in codes of the document's font subsets."""
        subsets = self._subsets[face]
        characters = set(map(ord, text))
        for subset, codes in subsets.items():
            if codes.keys() >= characters:
                return f"{subset} {size:.3f} Tf <{text.translate(codes)}> Tj"
        for character in text:
            self._learn(face, character)
        runs = groupby(text, lambda each: next(name for name, codes in subsets.items() if ord(each) in codes))
        return " ".join(
            f"{subset} {size:.3f} Tf <{''.join(run).translate(subsets[subset])}> Tj" for subset, run in runs
        )

    def _learn(self, face: Any, character: str) -> None:
        """Have a character in a subset of the document: reportlab counts which glyphs to embed."""
        document = self._canvas._doc
        is_digit = is_stand_in(character)
        ((number, code),) = face.splitString("0" if is_digit else character, document)
        subset = face.getSubsetInternalName(number, document)
        written = f"{code.hex()[0]}%s" if is_digit else code.hex()  # the code of a digit ends in that digit
        self._subsets[face].setdefault(subset, {})[ord(character)] = written

    def _seal(self, seal: Seal, is_engraved: bool) -> str:
        flat = Seal(0.0, 0.0, seal.side, seal.character, seal.glyph_width, seal.is_engraved)
        name = f"seal{ord(seal.character[0]):X}s{round(seal.side * 1000)}"
        if not self._canvas.hasForm(name):
            self._make(name, flat.parts(), is_engraved)
        return f"q 1 0 0 1 {seal.x * MM:.3f} {seal.y * MM:.3f} cm {self._use(name)} Q"

    def _form(self, stem: str, drawn: tuple[Primitive, ...], is_engraved: bool) -> str:
        known = self._forms.get(id(drawn))
        if known is None:
            name = f"{stem}{len(self._forms)}"
            self._make(name, drawn, is_engraved)
            known = self._forms[id(drawn)] = (name, drawn)
        return self._use(known[0])

    def _make(self, name: str, drawn: Sequence[Primitive], is_engraved: bool) -> None:
        canvas = self._canvas
        canvas.beginForm(name)
        canvas.addLiteral("\n".join(self._operators(each, is_engraved) for each in drawn))
        canvas.endForm()

    def _called(self, name: str) -> str:
        return str(self._canvas._doc.getXObjectName(name))

    def _use(self, name: str) -> str:
        """The operator that draws a form on the page at hand."""
        self._used.add(name)
        return f"/{self._called(name)} Do"


def rectangles(matrices: Sequence[Matrix]) -> list[str]:
    """The dark runs of symbols of one size, in modules from the lower left corner, as a path to be filled."""
    size = len(matrices[0])
    runs, counts = dark_runs_of(np.stack(matrices))
    numbers, widths = _figures(size)
    path = np.empty(len(runs), dtype=[("x", numbers.dtype), ("y", numbers.dtype), ("wide", widths.dtype)])
    path["x"] = numbers[runs[:, 0]]
    path["y"] = numbers[size - 1 - runs[:, 1]]
    path["wide"] = widths[runs[:, 2]]
    text, long = path.tobytes().decode("ascii"), path.dtype.itemsize
    ends = np.cumsum(counts) * long
    return [text[end - count * long : end] for end, count in zip(ends.tolist(), counts.tolist(), strict=True)]


@lru_cache(maxsize=40)
def _figures(size: int) -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """The numbers up to `size` as they are written, all of one length: as places, and as widths of runs."""
    figures = len(str(size))
    written = [f"{number:0{figures}} " for number in range(size + 1)]
    return np.array(written, dtype="S"), np.array([f"{number}1 re\n" for number in written], dtype="S")


def _outlined(symbol: Symbol) -> str:
    """The merged outlines of a symbol, in one weight."""
    size, module = len(symbol.matrix), symbol.module * MM
    left, foot = symbol.x * MM, symbol.y * MM
    parts = []
    for ring in symbol_outlines(symbol.matrix):
        points = [f"{left + x * module:.3f} {foot + (size - y) * module:.3f}" for x, y in ring]
        parts.append(f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:]) + " h")
    return f"q 0 G {ENGRAVED_LINE * MM:.3f} w " + "\n".join(parts) + " S Q"


def _box(box: Box) -> str:
    x, y, wide, high = (length * MM for length in (box.x, box.y, box.width, box.height))
    radius = box.radius * MM
    paint = {(True, True): "B", (True, False): "f", (False, True): "S"}.get(
        (box.fill is not None, box.line > 0), "n"
    )
    look = f"{_fill(box.fill)} " if box.fill is not None else ""
    if box.line:
        look += f"{_stroke(box.stroke)} {box.line * MM:.3f} w "
    if not radius:
        return f"{look}{x:.3f} {y:.3f} {wide:.3f} {high:.3f} re {paint}"
    r, c = radius, radius * (1 - CURVE)
    x1, y1 = x + wide, y + high
    path = (
        f"{x + r:.3f} {y:.3f} m {x1 - r:.3f} {y:.3f} l "
        f"{x1 - c:.3f} {y:.3f} {x1:.3f} {y + c:.3f} {x1:.3f} {y + r:.3f} c {x1:.3f} {y1 - r:.3f} l "
        f"{x1:.3f} {y1 - c:.3f} {x1 - c:.3f} {y1:.3f} {x1 - r:.3f} {y1:.3f} c {x + r:.3f} {y1:.3f} l "
        f"{x + c:.3f} {y1:.3f} {x:.3f} {y1 - c:.3f} {x:.3f} {y1 - r:.3f} c {x:.3f} {y + r:.3f} l "
        f"{x:.3f} {y + c:.3f} {x + c:.3f} {y:.3f} {x + r:.3f} {y:.3f} c h"
    )
    return f"{look}{path} {paint}"


def _rule(rule: Rule) -> str:
    ends = f"{rule.x0 * MM:.3f} {rule.y0 * MM:.3f} m {rule.x1 * MM:.3f} {rule.y1 * MM:.3f} l S"
    return f"{_stroke(rule.colour)} {rule.line * MM:.3f} w {ends}"


def _fill(colour: Color) -> str:
    return _look(colour, "rg")


def _stroke(colour: Color) -> str:
    return _look(colour, "RG")


_looks: dict[tuple[int, str], tuple[str, Color]] = {}


def _look(colour: Color, operator: str) -> str:
    known = _looks.get((id(colour), operator))
    if known is None:
        said = f"{colour.red:.4g} {colour.green:.4g} {colour.blue:.4g} {operator}"
        known = _looks[id(colour), operator] = (said, colour)
    return known[0]
