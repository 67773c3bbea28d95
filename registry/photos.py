"""Photos: originals kept under their SHA-256 beside the register; what leaves is re-encoded, without EXIF."""

import hashlib
import os
import struct
import warnings
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from registry.db import sqlite_path
from registry.errors import InputMissingError, PhotoError, Phrase
from registry.file_store import put_once

MAX_PHOTO_BYTES = 40 << 20
MAX_PHOTO_PIXELS = 120_000_000
LARGE_PX, THUMB_PX = 1600, 320
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
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
        put_once(self._path(digest), content)
        return digest, width, height

    def rendition(self, digest: str) -> Rendition:
        """The photo as it may leave. Raises PhotoError where the original is missing or was altered."""
        return _rendition(self._path(digest), digest)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def photo_store(address: str) -> PhotoStore:
    """The photos of the register at `address` (env GUSHU_PHOTOS overrides the folder)."""
    if named := os.environ.get("GUSHU_PHOTOS"):
        return PhotoStore(Path(named))
    path = sqlite_path(address)
    return PhotoStore(Path("gushu.photos") if path is None else path.with_name(path.name + ".photos"))


def _check(source: Path, content: bytes) -> tuple[int, int]:
    try:
        with _open(content) as image:
            if image.format not in FORMATS:
                raise PhotoError(
                    path=source, reason=Phrase("it is not one of {kinds}", kinds=", ".join(FORMATS))
                )
            image.load()
            return image.size
    except _DAMAGED as error:
        raise PhotoError(path=source, reason=Phrase("it is damaged or not an image")) from error


@lru_cache(maxsize=16)
def _rendition(path: Path, digest: str) -> Rendition:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PhotoError(path=path, reason=error.strerror or str(error)) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise PhotoError(path=path, reason=Phrase("its content is not what was taken in"))
    with _open(content) as original:
        upright = ImageOps.exif_transpose(original).convert("RGB")
    large, thumb = _fit(upright, LARGE_PX), _fit(upright, THUMB_PX)
    return Rendition(large.width, large.height, _jpeg(large), _jpeg(thumb))


def _open(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(BytesIO(content))
    if image.width * image.height > MAX_PHOTO_PIXELS:
        raise ValueError(f"{image.width} x {image.height} pixels are too many")
    return image


def _fit(image: Image.Image, side: int) -> Image.Image:
    copy = Image.new("RGB", image.size)
    copy.paste(image)
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _jpeg(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=82, optimize=True)
    return stream.getvalue()
