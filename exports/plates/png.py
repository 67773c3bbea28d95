"""Plates as PNG: the plate's PDF, drawn at so many dots per inch."""

from io import BytesIO
from typing import BinaryIO

from exports.fonts import Fonts
from exports.kit import MM
from exports.plates.layout import Plate
from exports.plates.pdf import write_plate_pdf
from registry.errors import Phrase, SettingInvalidError

LEAST_DPI, MOST_DPI = 36, 2400
MOST_PIXELS = 100_000_000
INCH_MM = 25.4


def write_plate_png(plate: Plate, out: BinaryIO, *, fonts: Fonts, dpi: int = 300) -> None:
    """Write one plate as PNG, which says its own dots per inch; same plate, same pixels.

    Raises SettingInvalidError for a resolution that no printer has, or that makes more than 100 megapixels.
    """
    import pypdfium2

    pixels = plate.size_mm[0] * plate.size_mm[1] * (dpi / INCH_MM) ** 2
    if not LEAST_DPI <= dpi <= MOST_DPI or pixels > MOST_PIXELS:
        most = min(MOST_DPI, int(dpi * (MOST_PIXELS / pixels) ** 0.5)) if pixels else MOST_DPI
        told = Phrase("it must be a number from {low} to {high}", low=LEAST_DPI, high=most)
        raise SettingInvalidError(name="dpi", value=dpi, reason=told)
    page = BytesIO()
    write_plate_pdf(plate, page, fonts=fonts)
    with pypdfium2.PdfDocument(page.getvalue()) as document:
        image = document[0].render(scale=dpi / INCH_MM / MM).to_pil()
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
