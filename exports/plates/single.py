"""One plate, straight to a file of any kind or to a page of the desk."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from exports.plates.dxf import write_plate_dxf
from exports.plates.layout import Plate, lay_out
from exports.plates.pdf import write_plate_pdf
from exports.plates.png import write_plate_png
from exports.plates.sheets import prepared_fonts
from exports.plates.svg import plate_svg, write_plate_svg
from registry.plate_records import PlateTemplate
from registry.records import TagContent
from registry.vocab.language import Translator

KINDS = ("pdf", "svg", "dxf", "png")
"""What a single plate can be written as."""


def write_plate(
    content: TagContent,
    out: BinaryIO,
    kind: str,
    *,
    template: PlateTemplate,
    size_mm: tuple[float, float],
    language: Translator,
    dpi: int = 300,
    is_sample: bool = False,
    extra_fonts: Sequence[Path] = (),
) -> Plate:
    """Write one plate as "pdf", "svg", "dxf" or "png" (`dpi` counts for that alone); returns what was drawn.

    Raises TagTextTooLongError, TagAddressTooLongError, TagGlyphMissingError, EngraverExtraError,
    SettingInvalidError; ValueError for another kind.
    """
    fonts = prepared_fonts([content], template, language, extra_fonts=extra_fonts)
    plate = lay_out(content, template, size_mm, language, fonts, is_sample=is_sample)
    if kind == "pdf":
        write_plate_pdf(plate, out, fonts=fonts, lang=language.html_lang)
    elif kind == "svg":
        write_plate_svg(plate, out, fonts=fonts, lang=language.html_lang)
    elif kind == "dxf":
        write_plate_dxf(plate, out, fonts=fonts)
    elif kind == "png":
        write_plate_png(plate, out, fonts=fonts, dpi=dpi)
    else:
        raise ValueError(f"a plate is written as one of {KINDS}, not as {kind!r}")
    return plate


def preview(
    content: TagContent,
    template: PlateTemplate,
    size_mm: tuple[float, float],
    language: Translator,
    *,
    is_sample: bool = False,
) -> tuple[str, Plate]:
    """The plate as an SVG document, to be shown while a template is chosen, and what was drawn. Raises as
    `write_plate` does."""
    fonts = prepared_fonts([content], template, language)
    plate = lay_out(content, template, size_mm, language, fonts, is_sample=is_sample)
    return plate_svg(plate, fonts=fonts, lang=language.html_lang), plate
