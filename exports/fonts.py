"""Fonts for every PDF: Chinese that copies and pastes, checked before the first page is drawn.

`prepare_fonts` looks at every character first. The converted glyphs are kept in a cache of the user's, one
growing file for each face, so that only characters never met before cost time. A word that a document did not
announce is drawn too: its face grows while the document is made, at the cost of a second face in the file.
"""

import hashlib
import math
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from pylopdf_fonts_zh_cn import sans_path, serif_path
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError
from reportlab.pdfgen.canvas import Canvas

from exports.font_subset import SubsetFace
from exports.glyphs import GlyphSource, build_font
from exports.pdf_archive import fit_for_xml
from exports.pdf_canvas import ArchiveCanvas
from exports.whole_files import written
from registry.errors import FontError, OutputError

Role = Literal["sans", "serif", "italic"]
Align = Literal["left", "center", "right"]

LEAN = math.tan(math.radians(12))
"""How far the serif face leans where it stands for italics: every face must be in the document."""
CACHE_FORMAT = b"gushu fonts 1\0"
ALWAYS = frozenset(
    [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x3000, 0x3011), *range(0xFF01, 0xFF5F)]
    + [ord(c) for c in "‐‑–—―‘’“”†‡•…‰′″※€℃№™Ω←↑→↓≈≠≤≥−√∞■□▲△◆◇○●★☆♀♂✓〇〒〔〕〖〗・￥㎡㎝㎏①②③④⑤⑥⑦⑧⑨⑩"]
)
"""Code points that every font made here can draw, so that small additions need no new font."""


@dataclass(frozen=True)
class Fonts:
    """The names under which the two faces are registered with reportlab, in this process.

    Text is drawn by role: "sans", "serif", or "italic", which is the serif face leaning to the right for text
    within Latin-1, upright for everything else: Chinese is never slanted.
    """

    sans: str
    serif: str

    def face(self, text: str, role: Role) -> str:
        """The name of the registered font in which `text` is drawn.

        Raises GlyphMissingError for a character that no font draws.
        """
        name = self.sans if role == "sans" else self.serif
        return name if _widths(name).keys() >= set(text) else _grown(name, text)

    def width(self, text: str, role: Role, size: float) -> float:
        """The width of `text` in points at `size` points. Raises as `face`."""
        name = self.sans if role == "sans" else self.serif
        try:
            return sum(map(_widths(name).__getitem__, text)) * 0.001 * size
        except KeyError:
            return sum(map(_widths(_grown(name, text)).__getitem__, text)) * 0.001 * size

    def draw(
        self, canvas: Canvas, x: float, y: float, text: str, role: Role, size: float, align: Align = "left"
    ) -> None:
        """Draw one line with its baseline at `y`; `x` (points) is its left end, middle or right end."""
        face = self.face(text, role)
        if align != "left":
            x -= self.width(text, role, size) / (2 if align == "center" else 1)
        canvas.setFont(face, size)
        if role == "italic" and _is_latin1(text):
            canvas.draw_leaning(x, y, text, LEAN)
        else:
            canvas.drawString(x, y, text)


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
    """The canvas on which every PDF is drawn: PDF/A-3b, compressed, the same bytes for the same content.

    pagesize: width and height in points. lang: the document's language as HTML says it.
    made_at: the document's date (aware), if it is to have one; the clock is never read.
    """
    rl_config.useA85 = 0
    canvas = ArchiveCanvas(out, pagesize=pagesize, pageCompression=1, invariant=1, lang=lang)
    canvas.setTitle(fit_for_xml(title))
    canvas.setAuthor(fit_for_xml(author))
    canvas.setSubject(fit_for_xml(subject))
    canvas.setKeywords(fit_for_xml(keywords))
    canvas.setCreator("Gushu")
    canvas.file.made_at(made_at)
    return canvas


@lru_cache(maxsize=64)
def _widths(name: str) -> dict[str, float]:
    """How wide each character of a registered font is, in thousandths of the type size.

    The name is that of the font's content.
    """
    face = pdfmetrics.getFont(name).face
    return {chr(code): face.charWidths.get(code, face.defaultWidth) for code in face.charToGlyph}


_registered: dict[tuple[str, str], SubsetFace] = {}
_origins: dict[str, tuple[str, Sequence[Path], Path]] = {}
"""The role, sources and cache folder of each font that was registered here, by its name."""


def _register(role: str, sources: Sequence[Path], wanted: frozenset[int], folder: Path) -> str:
    key = _digest(sources)
    known = _registered.get((role, key))
    if known is None or not wanted <= known.face.charToGlyph.keys():
        known = _registered[role, key] = _load(f"gushu-{role}", folder / f"{key}.ttf", sources, wanted)
        _origins[known.fontName] = role, sources, folder
    return str(known.fontName)


def _grown(name: str, text: str) -> str:
    """The name of a font like the registered `name` that draws all of `text` too."""
    role, sources, folder = _origins[name]
    known = pdfmetrics.getFont(name).face.charToGlyph
    wanted = frozenset({*known, *map(ord, text)}) - {0xFFFF}  # which ends the table of every font
    return _register(role, sources, wanted, folder)


def _load(name: str, cached: Path, sources: Sequence[Path], wanted: frozenset[int]) -> SubsetFace:
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


def _open(name: str, font: bytes) -> SubsetFace | None:
    """The font under a name of its own, or None where the bytes are damaged."""
    unique = f"{name}-{hashlib.sha256(font).hexdigest()[:12]}"
    try:
        return SubsetFace(unique, BytesIO(font), validate=1, asciiReadable=1)
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
    """A cache that cannot be written is done without."""
    with suppress(OutputError), written(path) as stream:
        stream.write(content)


def _is_latin1(text: str) -> bool:
    return all(" " <= c <= "~" or "\xa0" <= c <= "\xff" for c in text)
