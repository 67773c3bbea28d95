"""Scans of signed letters: pages of PDFs and photos in grey, and what their QR codes say.

A page is looked at plainly first, then harder: in a finer raster, blurred, and with its paper made white, as
far as it takes.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter, ImageOps

from registry.care_errors import ScanError
from registry.errors import InputMissingError, Phrase
from registry.photos import MAX_PHOTO_PIXELS

PDF = ".pdf"
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"})
MAX_SCAN_BYTES = 200 << 20
MAX_PAGES = 5000
FINE, COARSE = 300, 170
"""Dots per inch in which a PDF's page is looked at."""
_MOST_SIDE = 6000
"""Pixels of the longer side of a page: a PDF may call itself metres wide."""
_LOOKS = (1600, 2600, 1000)
"""Pixels of the longer side at which a picture is looked at again."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page of a scan: the file, the page in it from 1, and what its QR codes say (none: unreadable)."""

    file: Path
    number: int
    texts: tuple[str, ...]


def scan_files(path: Path) -> list[Path]:
    """The PDFs and pictures at `path`: itself, or all in a folder by name.

    Raises InputMissingError, ScanError.
    """
    if path.is_dir():
        known = PICTURES | {PDF}
        found = sorted(each for each in path.iterdir() if each.is_file() and each.suffix.lower() in known)
        if not found:
            raise ScanError(path=path, reason=Phrase("the folder holds no PDF and no picture"))
        return found
    if not path.is_file():
        raise InputMissingError(path=path)
    return [path]


def read_scan(file: Path) -> Iterator[ScannedPage]:
    """The pages of one PDF, or a picture as one page. Raises ScanError."""
    if file.stat().st_size > MAX_SCAN_BYTES:
        raise ScanError(path=file, reason=Phrase("it is larger than {limit} MiB", limit=MAX_SCAN_BYTES >> 20))
    if _begins_as_pdf(file):
        yield from _pdf_pages(file)
    else:
        yield ScannedPage(file, 1, _hard_look(_picture(file)))


def codes_in(image: Image.Image) -> tuple[str, ...]:
    """What the QR codes in one grey picture say; looked at harder where it takes that. Raises ScanError."""
    image.thumbnail((_MOST_SIDE, _MOST_SIDE))
    return _hard_look(image)


def _reader() -> Any:
    import zxingcpp  # heavy to load

    return zxingcpp


def _begins_as_pdf(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"%PDF-" in stream.read(1024)


def _pdf_pages(file: Path) -> Iterator[ScannedPage]:
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise ScanError(path=file, reason=Phrase("it is no PDF that can be opened")) from error
    with closing(opened) as document:
        if len(document) > MAX_PAGES:
            raise ScanError(path=file, reason=Phrase("it has more than {limit} pages", limit=MAX_PAGES))
        for place in range(len(document)):
            yield ScannedPage(file, place + 1, _of_pdf_page(document, place))


def _of_pdf_page(document: Any, place: int) -> tuple[str, ...]:
    with closing(document[place]) as page:
        for dpi in (COARSE, FINE):
            if texts := _codes(_raster(page, dpi)):
                return texts
        return _hard_look(_raster(page, FINE))


def _raster(page: Any, dpi: int) -> Image.Image:
    scale = min(dpi / 72, _MOST_SIDE / max(*page.get_size(), 1))
    with closing(page.render(scale=scale, grayscale=True)) as bitmap:
        image: Image.Image = bitmap.to_pil().convert("L")
        return image


def _picture(file: Path) -> Image.Image:
    try:
        with Image.open(file) as opened:
            if opened.width * opened.height > MAX_PHOTO_PIXELS:
                raise ScanError(path=file, reason=Phrase("it has too many pixels"))
            turned = ImageOps.exif_transpose(opened).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ScanError(path=file, reason=Phrase("it is neither a PDF nor a picture")) from error
    turned.thumbnail((_MOST_SIDE, _MOST_SIDE))
    return turned


def _hard_look(image: Image.Image) -> tuple[str, ...]:
    """What is found plainly, else at other sizes, softened, and with the paper made white."""
    if texts := _codes(image):
        return texts
    for side in _LOOKS:
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        resized = image.resize(size, Image.Resampling.LANCZOS)
        softened = resized.filter(ImageFilter.MedianFilter(3))
        for look in (resized, softened, ImageOps.autocontrast(softened, cutoff=(8, 30))):
            if texts := _codes(look):
                return texts
    return ()


def _codes(image: Image.Image) -> tuple[str, ...]:
    zxingcpp = _reader()
    found: Sequence[Any] = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return tuple(dict.fromkeys(each.text for each in found if each.text))
