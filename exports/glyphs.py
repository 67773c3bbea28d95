"""Glyphs: a small TrueType font of just the characters asked for, drawn from fonts of any kind.

PDF libraries refuse the outlines that most Chinese fonts have (CFF), and converting a whole font takes half a
minute. So each character is converted when it is first needed. The first source that can draw a character
gives its shape; a character that none can draw is an error, never a box and never a gap.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from registry.errors import FontError, GlyphMissingError

UNITS_PER_EM = 1000
TOLERANCE = 1.0
"""How far a converted outline may stray, in 1/1000 of the type size."""
EMBEDDING_RESTRICTED = 0x0002
NAMED_CHARACTERS = 30

Shape = tuple[Any, int]
"""A quadratic outline and its advance, both in 1/1000 of the type size."""


class GlyphSource:
    """One font file, of TrueType or CFF outlines, opened when it is first asked for a glyph.

    Raises FontError where the file is no font, or one that must not be embedded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def font(self) -> Any:
        """The font as fontTools reads it."""
        try:
            font = TTFont(BytesIO(self.path.read_bytes()), lazy=True, fontNumber=0)
            restricted = font["OS/2"].fsType & 0x000F == EMBEDDING_RESTRICTED
            font.getBestCmap()
        except (TTLibError, OSError, KeyError) as error:
            raise FontError(path=self.path, reason=str(error) or type(error).__name__) from error
        if restricted:
            raise FontError(path=self.path, reason="its licence does not allow embedding")
        return font

    @cached_property
    def _glyph_names(self) -> dict[int, str]:
        return self.font.getBestCmap() or {}

    @cached_property
    def _glyph_set(self) -> Any:
        return self.font.getGlyphSet()

    def glyph(self, code: int) -> Shape | None:
        """The shape of a character; None where this font has none."""
        name = self._glyph_names.get(code)
        if name is None:
            return None
        scale = UNITS_PER_EM / self.font["head"].unitsPerEm
        pen = TTGlyphPen(None)
        convert = Cu2QuPen(pen, TOLERANCE, reverse_direction="CFF " in self.font or "CFF2" in self.font)
        glyph = self._glyph_set[name]
        glyph.draw(convert if scale == 1 else TransformPen(convert, (scale, 0, 0, scale, 0, 0)))
        outline = pen.glyph()
        if outline.numberOfContours == 0 and blank_width(code) is None:
            return None
        return outline, round(glyph.width * scale)


def blank_width(code: int) -> int | None:
    """The advance (1/1000 em) of a character that rightly shows nothing; None for every other character."""
    category = unicodedata.category(chr(code))
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return 224
    variation_selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return 0 if category == "Cf" or variation_selector else None


def build_font(sources: Sequence[GlyphSource], characters: Collection[int], known: bytes | None) -> bytes:
    """A TrueType font that draws `characters` (code points), named and measured as the first of `sources`.

    known: an earlier result for the same sources; its glyphs are kept and not converted again.
    Same sources and characters, same glyph bytes. Raises GlyphMissingError, FontError.
    """
    glyphs = _glyphs_of(known) if known else {}
    glyphs |= _convert(sources, [code for code in characters if code not in glyphs])
    return _assemble(sources[0].font, glyphs)


def name_characters(codes: Iterable[int]) -> str:
    """Characters as a person can look them up: `𠀀 (U+20000), ✗ (U+2717)`."""
    ordered = sorted(codes)
    named = [f"{chr(code)} (U+{code:04X})" for code in ordered[:NAMED_CHARACTERS]]
    return ", ".join(named + ["…"] * (len(ordered) > NAMED_CHARACTERS))


def _convert(sources: Sequence[GlyphSource], codes: Iterable[int]) -> dict[int, Shape]:
    made: dict[int, Shape] = {}
    missing = []
    for code in codes:
        found = next((glyph for source in sources if (glyph := source.glyph(code))), None)
        blank = blank_width(code)
        if found is None and blank is None:
            missing.append(code)
        else:
            made[code] = found or (TTGlyphPen(None).glyph(), blank or 0)
    if missing:
        raise GlyphMissingError(characters=name_characters(missing), codes=tuple(missing))
    return made


def _glyphs_of(made: bytes) -> dict[int, Shape]:
    font = TTFont(BytesIO(made), lazy=True)
    outlines, metrics = font["glyf"], font["hmtx"]
    return {code: (outlines[name], metrics[name][0]) for code, name in font.getBestCmap().items()}


def _assemble(model: Any, glyphs: dict[int, Shape]) -> bytes:
    """Every table but the glyphs is fixed by `model`, so that a larger font embeds the same bytes."""
    names = {code: f"u{code:04X}" for code in sorted(glyphs)}
    outlines = {".notdef": TTGlyphPen(None).glyph()} | {names[code]: glyphs[code][0] for code in names}
    advances = {".notdef": UNITS_PER_EM} | {names[code]: glyphs[code][1] for code in names}
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap(names)
    builder.setupGlyf(outlines)
    left = {name: getattr(outline, "xMin", 0) for name, outline in outlines.items()}
    builder.setupHorizontalMetrics({name: (advances[name], left[name]) for name in outlines})
    hhea, head = model["hhea"], model["head"]
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent, lineGap=hhea.lineGap)
    kept = {"copyright": 0, "familyName": 1, "psName": 6, "licenseDescription": 13}
    builder.setupNameTable({name: model["name"].getDebugName(number) or "" for name, number in kept.items()})
    builder.setupPost(keepGlyphNames=False)
    font = builder.font
    font["OS/2"] = DefaultTable("OS/2")
    font["OS/2"].data = model.reader["OS/2"]
    scale = UNITS_PER_EM / head.unitsPerEm
    for edge in ("xMin", "yMin", "xMax", "yMax"):
        setattr(font["head"], edge, round(getattr(head, edge) * scale))
    font["head"].created = font["head"].modified = head.created
    for limit in ("maxPoints", "maxContours"):
        setattr(font["maxp"], limit, 4096)
    font.recalcBBoxes = font.recalcTimestamp = False
    written = BytesIO()
    font.save(written)
    return written.getvalue()
