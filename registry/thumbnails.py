"""Small pictures of photos, made once and kept beside the photo store: JPEG without metadata, ≤ 320 px."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from registry.errors import PhotoError, Phrase
from registry.file_store import put_once
from registry.photos import THUMB_PX, PhotoStore

MOST_BYTES = 40_000
"""No small picture is larger, so that those of six hundred trees go along where the link is thin."""
QUALITIES = (70, 50, 30)
"""The first counts at which a picture is small enough, else the last: most take about 15 kB at the first."""
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError, LookupError)


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """A folder of small pictures by the SHA-256 of their originals; it may be emptied at any time."""

    folder: Path
    photos: PhotoStore

    def get(self, digest: str) -> bytes:
        """The small picture of a photo. Raises PhotoError where the original is missing or damaged."""
        path = self.folder / digest[:2] / f"{digest}.jpg"
        if not path.is_file():
            put_once(path, self._made(digest), folder_mode=0o700, file_mode=0o600)
        return path.read_bytes()

    def _made(self, digest: str) -> bytes:
        path = self.photos.path(digest)
        try:
            with Image.open(path) as original:
                original.draft("RGB", (THUMB_PX * 2, THUMB_PX * 2))  # a JPEG is read small, many times faster
                picture = ImageOps.exif_transpose(original).convert("RGB")
                picture.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
                clean = Image.new("RGB", picture.size)
                clean.paste(picture)
                return _packed(clean)
        except _DAMAGED as error:
            raise PhotoError(path=path.name, reason=Phrase("it is damaged or not an image")) from error


def _packed(picture: Image.Image) -> bytes:
    for quality in QUALITIES:
        stream = BytesIO()
        picture.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= MOST_BYTES:
            break
    return stream.getvalue()


def thumbnails(photos: PhotoStore) -> Thumbnails:
    """The small pictures of the photos in a store."""
    return Thumbnails(photos.folder.with_name(f"{photos.folder.name}.small"), photos)
