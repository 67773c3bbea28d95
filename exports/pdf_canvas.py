"""The canvas on which every PDF is drawn: PDF/A-3b, pages written at once, text without detours.

What is drawn lies where reportlab's own canvas would put it; the page says it in fewer words.
"""

import zlib
from functools import lru_cache
from itertools import groupby
from typing import Any, BinaryIO

from reportlab.lib.colors import Color
from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFImageXObject, PDFName, PDFStream, PDFZCompress
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from exports.pdf_archive import PDF_VERSION, PRINTED, ArchiveFile


class ArchiveCanvas(Canvas):  # type: ignore[misc]
    """reportlab keeps every page until the end; here a finished page goes into the file at once.

    `file` takes attachments, and writes all that is not drawn.
    """

    _fillColorObj: Any  # noqa: N815
    _strokeColorObj: Any  # noqa: N815
    effort = 4
    """How hard pages are squeezed, as zlib counts it; 1 for pages by the thousand."""

    def __init__(self, out: BinaryIO, **more: Any) -> None:
        self._shown_by: dict[str, _Codes] = {}
        super().__init__(out, pdfVersion=PDF_VERSION, **more)
        self.file = ArchiveFile(self._doc, out)

    def drawString(self, x: float, y: float, text: str, mode: int | None = None, **more: Any) -> None:  # noqa: N802
        """One line; mode: 2 for letters that are filled and stroked. As reportlab's where more is asked."""
        if more or not pdfmetrics.getFont(self._fontname)._dynamicFont:
            super().drawString(x, y, text, mode, **more)
        else:
            self._show(f"1 0 0 1 {fp_str(x, y)} Tm", text, mode)

    def draw_leaning(self, x: float, y: float, text: str, lean: float) -> None:
        """One line whose letters lean to the right by so much of their height."""
        self._show(f"1 0 {fp_str(lean)} 1 {fp_str(x, y)} Tm", text)

    def setFillColor(self, colour: Any, alpha: float | None = None) -> None:  # noqa: N802
        """Says nothing where the colour is the one that holds."""
        if not self._is_plain(colour, alpha):
            super().setFillColor(colour, alpha)
        elif colour is not self._fillColorObj:
            self._fillColorObj = colour
            self._code.append(_said(colour.red, colour.green, colour.blue, "rg"))
            self._setFillAlpha(colour.alpha)

    def setStrokeColor(self, colour: Any, alpha: float | None = None) -> None:  # noqa: N802
        """Says nothing where the colour is the one that holds."""
        if not self._is_plain(colour, alpha):
            super().setStrokeColor(colour, alpha)
        elif colour is not self._strokeColorObj:
            self._strokeColorObj = colour
            self._code.append(_said(colour.red, colour.green, colour.blue, "RG"))
            self._setStrokeAlpha(colour.alpha)

    def showPage(self) -> None:  # noqa: N802
        super().showPage()
        document = self._doc
        page = document.Pages.pages[-1]
        contents = PDFStream(content=zlib.compress(page.stream.encode(), self.effort), filters=())
        contents.dictionary["Filter"] = PDFName(PDFZCompress.pdfname)
        page.Contents, page.stream = document.Reference(contents), None
        self.file.put(page.Contents.name)
        used = page.XObjects.dict if page.XObjects else {}
        for drawn in used:
            if isinstance(document.idToObject.get(drawn), PDFImageXObject):
                self.file.put(drawn)
        if all(drawn in document.idToObject for drawn in used):  # else it waits for a form that comes later
            reference = document.Pages.pages[-1] = document.Reference(page)
            self.file.put(reference.name)

    def save(self) -> None:
        """Finish the document. Where a page was begun, it is finished first."""
        if self._code:
            self.showPage()
        self.file.finish(self)

    def _show(self, place: str, text: str, mode: int | None = None) -> None:
        codes = self._shown_by.get(self._fontname)
        if codes is None:
            font = pdfmetrics.getFont(self._fontname)
            codes = self._shown_by[self._fontname] = _Codes(font, self._doc)
        size = f" {fp_str(self._fontsize)} Tf <"
        shown = "".join([f"{name}{size}{digits}> Tj " for name, digits in codes.runs(text)])
        begin, end = (f"BT {mode} Tr", "0 Tr ET") if mode is not None else ("BT", "ET")
        self._code.append(f"{begin} {place} {shown}{end}")

    def _is_plain(self, colour: Any, alpha: float | None) -> bool:
        return type(colour) is Color and alpha is None and self._enforceColorSpace is None

    def _make_preamble(self) -> None:
        """Nothing: reportlab would begin each page with a font that is not in the document."""
        self._preamble = ""

    def _addAnnotation(self, annotation: Any, name: Any = None, addtopage: int = 1) -> None:  # noqa: N802
        """Every annotation says that it is printed."""
        entries = annotation.dict if isinstance(annotation, PDFDictionary) else annotation.otherkw
        entries["F"] = PRINTED
        super()._addAnnotation(annotation, name, addtopage)


class _Codes:
    """The codes of the characters of one font in one document, found as they are met."""

    def __init__(self, font: TTFont, document: Any) -> None:
        self.font, self.document = font, document
        self.subsets: dict[str, str] = {}
        """The name of the subset that has a character."""
        self.digits: dict[str, str] = {}
        """Its code there, in two hexadecimal digits."""

    def learn(self, text: str) -> None:
        """Give every new character of `text` its code."""
        new = "".join([each for each in dict.fromkeys(text) if each not in self.digits])
        at = 0
        for subset, codes in self.font.splitString(new, self.document):
            name = self.font.getSubsetInternalName(subset, self.document)
            for character, code in zip(new[at : at + len(codes)], codes, strict=True):
                self.subsets[character], self.digits[character] = name, f"{code:02X}"
            at += len(codes)

    def runs(self, text: str) -> list[tuple[str, str]]:
        """`text` in pieces of one subset each: its name, and the codes in hexadecimal digits."""
        if not self.digits.keys() >= set(text):
            self.learn(text)
        pieces = groupby(text, self.subsets.__getitem__)
        return [(name, "".join(map(self.digits.__getitem__, piece))) for name, piece in pieces]


@lru_cache(maxsize=256)
def _said(red: float, green: float, blue: float, operator: str) -> str:
    return f"{fp_str(red, green, blue)} {operator}"
