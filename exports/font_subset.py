"""A font in a PDF: of each face only the glyphs that a document shows, at most 256 to a subset.

The glyphs are those of `glyphs.build_font`; the tables are the ones that a TrueType font program in a PDF
needs (ISO 32000-1, 9.9), the character map among them is the only one (ISO 19005-3, 6.2.11.6).
"""

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace, TTFontMaker

EFFORT = 2
"""How hard glyphs are squeezed, as zlib counts it: more takes twice the time for four parts in a hundred."""
_COPIED = ("cvt ", "fpgm", "prep")
_COMPOSED = 0x80
"""The highest bit of a glyph that is made of others."""
_MOST_SHORT = 2 * 0xFFFF


class SubsetFace(TTFont):  # type: ignore[misc]
    """A face of which subsets go into documents.

    reportlab writes five digits for characters beyond U+FFFF, which then cannot be copied from the PDF.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Put every subset that was used into the document."""
        state = self.state.pop(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for number, subset in enumerate(state.subsets):
            name = f"{state.internalName}+{number}"
            fonts[name] = self._font(doc, name, number, subset)
            doc.Reference(fonts[name], name)

    def _font(self, doc: Any, name: str, number: int, subset: Sequence[int]) -> "_Font":
        face = self.face
        base = f"{_tag(number)}+{face.name.decode()}{face.subfontNameX.decode()}"
        program = make_subset(face, subset)
        descriptor = {
            "Type": PDFName("FontDescriptor"),
            "Ascent": face.ascent,
            "CapHeight": face.capHeight,
            "Descent": face.descent,
            "Flags": face.flags & ~32 | 4,  # symbolic: its codes are its own
            "FontBBox": f"[ {fp_str(face.bbox)} ]",
            "FontName": PDFName(base),
            "ItalicAngle": face.italicAngle,
            "StemV": face.stemV,
            "FontFile2": doc.Reference(_squeezed(program, {"Length1": len(program)})),
            "MissingWidth": face.defaultWidth,
        }
        widths = face.charWidths
        return _Font(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("TrueType"),
                "BaseFont": PDFName(base),
                "Name": PDFName(name),
                "FirstChar": 0,
                "LastChar": len(subset) - 1,
                "Widths": f"[ {fp_str([widths.get(code, face.defaultWidth) for code in subset])} ]",
                "ToUnicode": doc.Reference(_squeezed(_to_unicode(base, subset), {})),
                "FontDescriptor": doc.Reference(PDFDictionary(descriptor)),
            }
        )


class _Font(PDFDictionary):  # type: ignore[misc]
    """A font, which pages refer to."""

    __RefOnly__ = 1


def make_subset(face: TTFontFace, subset: Sequence[int]) -> bytes:
    """The TrueType font of the characters `subset` in this order: the code of each is its place."""
    data, place, glyphs, codes = face._ttf_data, {0: 0}, [0], []
    for code in subset:
        glyph = face.charToGlyph.get(code, 0)
        if glyph not in place:
            place[glyph] = len(glyphs)
            glyphs.append(glyph)
        codes.append(place[glyph])
    start, at = face.get_table_pos("glyf")[0], face.glyphPos
    shapes = [data[start + at[glyph] : start + at[glyph + 1]] for glyph in glyphs]
    if any(shape and shape[0] & _COMPOSED for shape in shapes):
        whole: bytes = face.makeSubset(subset)
        return whole
    shapes = [shape + b"\0" * (-len(shape) % 4) for shape in shapes]
    offsets = [0, *accumulate(map(len, shapes))]
    is_long = offsets[-1] > _MOST_SHORT
    metrics = chain.from_iterable(face.hmetrics[glyph] for glyph in glyphs)
    count = len(glyphs)
    made = TTFontMaker()
    for table in _COPIED:
        if table in face.table:
            made.add(table, face.get_table(table))
    made.add("hmtx", struct.pack(f">{2 * count}H", *(int(each) for each in metrics)))
    made.add("hhea", _with(face.get_table("hhea"), 34, count))
    made.add("maxp", _with(face.get_table("maxp"), 4, count))
    head = (0, 1, 1, 0, 0, 12, 6, 10 + 2 * len(codes), 0, 0, len(codes))
    made.add("cmap", struct.pack(f">{len(head) + len(codes)}H", *head, *codes))
    made.add("glyf", b"".join(shapes))
    kept = offsets if is_long else [offset >> 1 for offset in offsets]
    made.add("loca", struct.pack(f">{len(kept)}{'L' if is_long else 'H'}", *kept))
    made.add("head", _with(face.get_table("head"), 50, int(is_long)))
    program: bytes = made.makeStream()
    return program


def _with(table: bytes, at: int, value: int) -> bytes:
    """A table with another number of two bytes."""
    return table[:at] + struct.pack(">H", value) + table[at + 2 :]


def _squeezed(content: bytes, about: dict[str, Any]) -> PDFStream:
    entries = {**about, "Filter": PDFName("FlateDecode")}
    return PDFStream(PDFDictionary(entries), content=zlib.compress(content, EFFORT), filters=())


def _to_unicode(name: str, subset: Sequence[int]) -> bytes:
    """The map from the codes of a subset to its characters."""
    shown = "\n".join([f"<{place:02X}> <{_utf16(code)}>" for place, code in enumerate(subset)])
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
        f"<< /Registry ({name})\n/Ordering ({name})\n/Supplement 0\n>> def\n/CMapName /{name} def\n"
        f"/CMapType 2 def\n1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n"
        f"{len(subset)} beginbfchar\n{shown}\nendbfchar\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


@lru_cache(maxsize=30_000)
def _utf16(code: int) -> str:
    return chr(code).encode("utf-16-be").hex().upper()


def _tag(number: int) -> str:
    """Six capital letters that tell the subsets of a document apart."""
    letters = ""
    for _ in range(6):
        number, last = divmod(number, 26)
        letters = chr(ord("A") + last) + letters
    return letters
