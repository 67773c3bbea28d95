"""What a print run made, plate by plate, as CSV, with a file of checksums beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import BinaryIO

from exports.csv_cells import BYTE_ORDER_MARK, csv_line
from registry.records import TagContent
from registry.vocab.language import Translator
from registry.vocab.tag_words import NEVER_NAIL


@dataclass(frozen=True, slots=True)
class PlateRow:
    """One plate of a run. `file` and its SHA-256; on sheets which sheet and place (from 1), else None."""

    code: str
    number: str
    name: str
    place: str
    template: str
    size: str
    state: str
    file: str
    sheet: int | None
    spot: int | None
    sha256: str


def row_of(
    tag: TagContent, template: str, size: str, state: str, file: str, sha256: str,
    sheet: int | None = None, spot: int | None = None,
) -> PlateRow:  # fmt: skip
    """The row of one plate."""
    name = tag.name_zh or tag.name_en or tag.name_latin or ""
    return PlateRow(
        tag.code, tag.tree_no, name, tag.place or "", template, size, state, file, sheet, spot, sha256
    )


def write_manifest(rows: Iterable[PlateRow], out: BinaryIO, language: Translator) -> None:
    """Write the manifest as UTF-8 with a byte order mark, which Excel needs; same rows, same bytes."""
    _ = language.gettext
    head = [
        _("Tag code"), _("Number"), _("Name"), _("Place"), _("Template"), _("Size (mm)"), _("State"),
        _("File"), _("Sheet"), _("Place on the sheet"), "SHA-256", _("Mounting"),
    ]  # fmt: skip
    out.write(BYTE_ORDER_MARK.encode() + csv_line(head))
    mounting = language.pick(NEVER_NAIL)
    for row in rows:
        out.write(csv_line([*astuple(row), mounting]))


def checksums(files: Sequence[tuple[str, str]]) -> bytes:
    """(name, SHA-256) of files as `sha256sum --check` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in files).encode()
