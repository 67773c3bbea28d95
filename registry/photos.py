"""Photos: originals kept under their SHA-256 beside the register; what leaves is re-encoded, without EXIF."""

import hashlib
import os
import struct
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from registry.db import sqlite_path
from registry.errors import InputMissingError, PhotoError, PhotoUnreadableError, Phrase
from registry.file_store import put_once

MAX_PHOTO_BYTES = 40 << 20
MAX_PHOTO_PIXELS = 120_000_000
"""Of a JPEG, which is decoded at a fraction of its size where that will do."""
MAX_OTHER_PIXELS = 50_000_000
"""Of the other formats: a small file of one colour may unfold to hundreds of megabytes."""
LARGE_PX, THUMB_PX = 1600, 320
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
_JPEGS = ("JPEG", "MPO")
"""Many phones put a second, smaller picture behind the first: Pillow calls that MPO."""
THUMBS = "thumbs"
"""The folder of the small pictures, in a store: drawn once, and drawn anew where it is gone."""
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif", b"avif", b"avis")
_DAMAGED = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error, RuntimeError,
            TypeError, LookupError, Image.DecompressionBombError)  # fmt: skip
"""What Pillow raises over damaged files."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A photo as it leaves: JPEG without metadata, `jpeg` at most 1,600 px and `thumb` at most 320 px."""

    width: int
    height: int
    jpeg: bytes
    thumb: bytes


@dataclass(frozen=True, slots=True)
class PhotoStore:
    """A folder of originals by SHA-256."""

    folder: Path

    def keep(self, source: Path) -> tuple[str, int, int]:
        """Take `source` in; returns its SHA-256, width and height. The same photo twice is kept once.

        Raises InputMissingError, PhotoError (not an image, too large), OutputError.
        """
        if not source.is_file():
            raise InputMissingError(path=source)
        if source.stat().st_size > MAX_PHOTO_BYTES:
            raise PhotoError(
                path=source, reason=Phrase("it is larger than {limit} MiB", limit=MAX_PHOTO_BYTES >> 20)
            )
        content = source.read_bytes()
        width, height = _check(source, content)
        digest = hashlib.sha256(content).hexdigest()
        put_once(self.path(digest), content)
        return digest, width, height

    def rendition(self, digest: str) -> Rendition:
        """The photo as it may leave. Raises PhotoError where the original is missing or was altered."""
        return _rendition(self.path(digest), digest)

    def shown(self, digest: str, record: str) -> Rendition:
        """A photo of `record` as it may leave. Raises PhotoUnreadableError, which names the record."""
        try:
            return self.rendition(digest)
        except PhotoError as error:
            raise PhotoUnreadableError(record=record, **error.facts) from error

    def thumb(self, digest: str) -> bytes:
        """The photo as a small JPEG without metadata, at most 320 px; kept once it was drawn.

        Raises PhotoError, OutputError.
        """
        kept = self.folder / THUMBS / digest[:2] / f"{digest}.{THUMB_PX}.jpg"
        if kept.is_file():
            return kept.read_bytes()
        with _opened(self.path(digest), digest) as image:
            image.draft("RGB", (2 * THUMB_PX, 2 * THUMB_PX))
            drawn = _jpeg(_fit(ImageOps.exif_transpose(image).convert("RGB"), THUMB_PX))
        put_once(kept, drawn)
        return drawn

    def has(self, digest: str) -> bool:
        """Whether a photo is kept."""
        return self.path(digest).is_file()

    def size(self, digest: str) -> tuple[int, int]:
        """Width and height of a photo that is kept, out of its head. Raises PhotoError."""
        path = self.path(digest)
        try:
            with Image.open(path) as image:
                return image.size
        except _DAMAGED as error:
            raise PhotoError(path=path, reason=Phrase("it is damaged or not an image")) from error

    def path(self, digest: str) -> Path:
        """Where a photo lies."""
        return self.folder / digest[:2] / digest


@dataclass(frozen=True, slots=True)
class PaperPhotos(PhotoStore):
    """The photos for paper: the frame of one that cannot be read stays empty, and `unread` tells why."""

    unread: dict[tuple[str, str], PhotoUnreadableError] = field(default_factory=dict)

    def shown(self, digest: str, record: str) -> Rendition:
        """A photo of `record`; without a picture where it cannot be read."""
        try:
            return PhotoStore.shown(self, digest, record)
        except PhotoUnreadableError as error:
            self.unread[record, digest] = error
            return Rendition(0, 0, b"", b"")


def photo_store(address: str) -> PhotoStore:
    """The photos of the register at `address` (env GUSHU_PHOTOS overrides the folder)."""
    if named := os.environ.get("GUSHU_PHOTOS"):
        return PhotoStore(Path(named))
    path = sqlite_path(address)
    return PhotoStore(Path("gushu.photos") if path is None else path.with_name(path.name + ".photos"))


def _check(source: Path, content: bytes) -> tuple[int, int]:
    """Width and height of a photo that can be read to its end. Raises PhotoError."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        reason = Phrase(
            "HEIC and AVIF are not read; set the phone's camera to JPEG (iPhone: Most Compatible), or save "
            "the picture as JPEG"
        )
        raise PhotoError(path=source, reason=reason)
    try:
        with _open(source, content) as image:
            size = image.size
            if image.format not in _JPEGS and getattr(image, "is_animated", False):
                raise PhotoError(path=source, reason=Phrase("it holds several pictures; send each by itself"))
            image.draft(image.mode, (1, 1))  # a JPEG is read to its end all the same, in a 64th of the room
            image.load()
            return size
    except _DAMAGED as error:
        is_short = isinstance(error, OSError) and "truncated" in str(error)
        reason = (
            Phrase("it is cut off: not all of it is there")
            if is_short
            else Phrase("it is damaged or not an image")
        )
        raise PhotoError(path=source, reason=reason) from error


@lru_cache(maxsize=16)
def _rendition(path: Path, digest: str) -> Rendition:
    with _opened(path, digest) as original:
        if original.width * original.height > MAX_OTHER_PIXELS:
            original.draft("RGB", (LARGE_PX, LARGE_PX))
        upright = ImageOps.exif_transpose(original).convert("RGB")
    large, thumb = _fit(upright, LARGE_PX), _fit(upright, THUMB_PX)
    return Rendition(large.width, large.height, _jpeg(large), _jpeg(thumb))


def _opened(path: Path, digest: str) -> Image.Image:
    """An original, looked at but not decoded. Raises PhotoError where it is missing or was altered."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise PhotoError(path=path, reason=Phrase("the file is missing")) from error
    except OSError as error:
        raise PhotoError(path=path, reason=error.strerror or str(error)) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise PhotoError(path=path, reason=Phrase("its content is not what was taken in"))
    return _open(path, content)


def _open(path: Path, content: bytes) -> Image.Image:
    """A picture whose head alone was read: format and size are judged before anything is decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(BytesIO(content), formats=FORMATS)
        except UnidentifiedImageError as error:
            raise PhotoError(path=path, reason=_unknown(content)) from error
        except Image.DecompressionBombError as error:
            raise PhotoError(path=path, reason=_too_many(MAX_PHOTO_PIXELS)) from error
    most = MAX_PHOTO_PIXELS if image.format in _JPEGS else MAX_OTHER_PIXELS
    if image.width * image.height > most:
        raise PhotoError(path=path, reason=_too_many(most))
    return image


def _too_many(most: int) -> Phrase:
    return Phrase("it has more than {limit} million pixels", limit=most // 1_000_000)


def _unknown(content: bytes) -> Phrase:
    """Why no format of ours reads a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(BytesIO(content)).close()
    except _DAMAGED:
        return Phrase("it is damaged or not an image")
    return Phrase("it is not one of {kinds}", kinds=", ".join(FORMATS))


def _fit(image: Image.Image, side: int) -> Image.Image:
    copy = Image.new("RGB", image.size)
    copy.paste(image)
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _jpeg(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=82, optimize=True)
    return stream.getvalue()
