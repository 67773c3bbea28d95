"""Fonts for every PDF: Chinese that copies and pastes, checked before the first page is drawn.

`prepare_fonts` looks at every character first. The converted glyphs are kept in a cache of the user's, one
growing file for each face, so that only characters never met before cost time.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Literal

from pylopdf_fonts_zh_cn import sans_path, serif_path
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFName, PDFStream, PDFZCompress
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from exports.glyphs import GlyphSource, build_font, name_characters
from registry.errors import FontError, GlyphMissingError

Role = Literal["sans", "serif", "italic"]
Align = Literal["left", "center", "right"]

ITALIC = "Times-Italic"
"""The slanted face of scientific names: one that every PDF reader has."""
CACHE_FORMAT = b"gushu fonts 1\0"
ALWAYS = frozenset(
    [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x3000, 0x3011), *range(0xFF01, 0xFF5F)]
    + [ord(c) for c in "‐‑–—―‘’“”†‡•…‰′″※€℃№™Ω←↑→↓≈≠≤≥−√∞■□▲△◆◇○●★☆♀♂✓〇〒〔〕〖〗・￥㎡㎝㎏①②③④⑤⑥⑦⑧⑨⑩"]
)
"""Code points that every font made here can draw, so that small additions need no new font."""


@dataclass(frozen=True)
class Fonts:
    """The names under which the two faces are registered with reportlab, in this process.

    Text is drawn by role: "sans", "serif", or "italic", which is a real slanted face for text within Latin-1
    and "serif" for everything else: Chinese is never slanted.
    """

    sans: str
    serif: str

    def face(self, text: str, role: Role) -> str:
        """The name of the registered font in which `text` is drawn.

        Raises GlyphMissingError for a character that `prepare_fonts` was not shown.
        """
        if role == "italic" and _is_latin1(text):
            return ITALIC
        name = self.sans if role == "sans" else self.serif
        drawable = pdfmetrics.getFont(name).face.charToGlyph
        if missing := {ord(c) for c in text if ord(c) not in drawable}:
            raise GlyphMissingError(characters=name_characters(missing))
        return name

    def width(self, text: str, role: Role, size: float) -> float:
        """The width of `text` in points at `size` points."""
        return float(pdfmetrics.stringWidth(text, self.face(text, role), size))

    def draw(
        self, canvas: Canvas, x: float, y: float, text: str, role: Role, size: float, align: Align = "left"
    ) -> None:
        """Draw one line with its baseline at `y`; `x` (points) is its left end, middle or right end."""
        canvas.setFont(self.face(text, role), size)
        draw = {
            "left": canvas.drawString,
            "center": canvas.drawCentredString,
            "right": canvas.drawRightString,
        }
        draw[align](x, y, text)


def prepare_fonts(
    texts: Iterable[str], *, extra_fonts: Sequence[Path] = (), cache_folder: Path | None = None
) -> Fonts:
    """Register the two faces with every character of `texts`; call once before a document, in its process.

    extra_fonts: .ttf or .otf files asked, in order, for characters that Noto lacks.
    cache_folder: by default `gushu/fonts` in the user's cache; one that cannot be written costs time only.
    Raises GlyphMissingError where no font draws a character, FontError for an unusable extra font.
    """
    wanted = ALWAYS.union(*(map(ord, text) for text in texts))
    folder = cache_folder or _user_cache()
    sans, serif = Path(sans_path()), Path(serif_path())
    return Fonts(
        sans=_register("sans", (sans, *extra_fonts, serif), wanted, folder),
        serif=_register("serif", (serif, *extra_fonts, sans), wanted, folder),
    )


def new_canvas(
    out: BinaryIO,
    *,
    pagesize: tuple[float, float],
    title: str,
    author: str = "",
    subject: str = "",
    keywords: str = "",
    lang: str = "zh-Hans",
    made_at: datetime | None = None,
) -> Canvas:
    """The canvas on which every PDF is drawn: compressed, the same bytes for the same content.

    pagesize: width and height in points. lang: the document's language as HTML says it.
    made_at: the document's date (aware), if it is to have one; the clock is never read.
    """
    rl_config.useA85 = 0
    canvas = _LeanCanvas(out, pagesize=pagesize, pageCompression=1, invariant=1, lang=lang)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setSubject(subject)
    canvas.setKeywords(keywords)
    canvas.setCreator("Gushu")
    if made_at:
        written = made_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
        canvas.setDateFormatter(lambda *_: written)
    return canvas


class _LeanCanvas(Canvas):  # type: ignore[misc]
    """reportlab keeps every page as plain text until the end; here a finished page is compressed at once."""

    def showPage(self) -> None:  # noqa: N802
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.Contents = PDFStream(content=PDFZCompress.encode(page.stream), filters=())
        page.Contents.dictionary["Filter"] = PDFName(PDFZCompress.pdfname)
        page.stream = None


class _Face(TTFont):  # type: ignore[misc]
    """reportlab writes five digits for characters beyond U+FFFF, which then cannot be copied from the PDF."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = re.sub(r"(?<=> <)[0-9A-F]{5,6}(?=>)", _utf16, stream.content)


def _utf16(digits: re.Match[str]) -> str:
    return chr(int(digits[0], 16)).encode("utf-16-be").hex().upper()


_registered: dict[tuple[str, str], _Face] = {}


def _register(role: str, sources: Sequence[Path], wanted: frozenset[int], folder: Path) -> str:
    key = _digest(sources)
    known = _registered.get((role, key))
    if known is None or not wanted <= known.face.charToGlyph.keys():
        known = _registered[role, key] = _load(f"gushu-{role}", folder / f"{key}.ttf", sources, wanted)
    return str(known.fontName)


def _load(name: str, cached: Path, sources: Sequence[Path], wanted: frozenset[int]) -> _Face:
    earlier = _read(cached)
    face = _open(name, earlier) if earlier else None
    if face is None or not wanted <= face.face.charToGlyph.keys():
        made = build_font([GlyphSource(path) for path in sources], wanted, earlier if face else None)
        _write(cached, made)
        face = _open(name, made)
        if face is None:
            raise FontError(path=sources[0], reason="its converted form cannot be read back")
    # reportlab would quietly keep an earlier font of the same face name
    face_name, face.face.name = face.face.name, face.fontName.encode()
    pdfmetrics.registerFont(face)
    face.face.name = face_name
    return face


def _open(name: str, font: bytes) -> _Face | None:
    """The font under a name of its own, or None where the bytes are damaged."""
    unique = f"{name}-{hashlib.sha256(font).hexdigest()[:12]}"
    try:
        return _Face(unique, BytesIO(font), validate=1)
    except (TTFError, ValueError, IndexError, KeyError):
        return None


def _digest(sources: Sequence[Path]) -> str:
    digest = hashlib.sha256(CACHE_FORMAT)
    for path in sources:
        try:
            facts = path.stat()
            digest.update(_file_digest(path, facts.st_mtime_ns, facts.st_size))
        except OSError as error:
            raise FontError(path=path, reason=error.strerror or str(error)) from error
    return digest.hexdigest()[:24]


@lru_cache(maxsize=64)
def _file_digest(path: Path, _mtime_ns: int, _size: int) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "gushu" / "fonts"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Written aside and renamed; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=path.stem, suffix=".part", delete=False) as aside:
            aside.write(content)
        os.replace(aside.name, path)
    except OSError:
        return


def _is_latin1(text: str) -> bool:
    return all(" " <= c <= "~" or "\xa0" <= c <= "\xff" for c in text)
