"""What a form says of plates, as options of `gushu tags`."""

import re
from typing import Any

from sqlmodel import Session

from datasette_plugins.desk.asking import Ask
from registry.commands.tag_printing import batch_name
from registry.plate_templates import PlateLibrary, plate_folder

FILE_KINDS = ("pdf", "svg", "dxf", "png")
_SIZE = r"[0-9]{1,4}(?:\.[0-9])?"
_SHAPES = {
    "plate": ("--plate", f"{_SIZE}[x×]{_SIZE}", "120x80"),
    "page": ("--page", f"(?i:a4|a3|a4-landscape|a3-landscape)|{_SIZE}[x×]{_SIZE}", "A4"),
    "grid": ("--grid", "[0-9]{1,2}[x×][0-9]{1,2}", "2x4"),
    "gap": ("--gap", f"{_SIZE}(?:[x×]{_SIZE})?", "6"),
    "copies": ("--copies", "[1-9][0-9]?", "1"),
}
"""Of each field: its option, its form, an example."""


def plate_templates(ask: Ask) -> list[tuple[str, str]]:
    """The templates with their titles."""
    return [(each.id, ask.t.pick(each.title)) for each in PlateLibrary(plate_folder(ask.desk.address)).all()]


def ask_plates(ask: Ask, _session: Session, chosen: Any) -> None:
    """Template, size, look, and the print run. Raises ValueError, PlateTemplateMissingError."""
    if name := ask.text("template"):
        if name.endswith(".toml"):
            raise ValueError(ask.t.gettext("Such as {example}, please.", example="house"))
        template = PlateLibrary(plate_folder(ask.desk.address)).get(name)
        chosen.argv += ["--template", template.id]
        chosen.said.append(ask.t.pick(template.title))
    _shaped(ask, chosen, "plate")
    for option in ("engraved", "signed"):
        if ask.text(option):
            chosen.argv.append(f"--{option}")
    batch = batch_name(ask.text("batch")) or f"desk-{ask.now:%Y%m%d-%H%M%S}"
    chosen.argv.append(f"--batch={batch}")
    chosen.said.append(batch)
    if reason := ask.text("reprint")[:300]:
        chosen.argv.append(f"--reprint={reason}")


def ask_sheet(ask: Ask, _session: Session, chosen: Any) -> None:
    """The sheet. Raises ValueError."""
    for name in ("page", "grid", "gap", "copies"):
        _shaped(ask, chosen, name)


def ask_file_kind(ask: Ask, _session: Session, chosen: Any) -> None:
    """What the single files are."""
    kind = ask.text("file_kind") if ask.text("file_kind") in FILE_KINDS else FILE_KINDS[0]
    chosen.argv += ["--as", kind]
    chosen.said.append(kind.upper())


def _shaped(ask: Ask, chosen: Any, name: str) -> None:
    option, shape, example = _SHAPES[name]
    text = ask.text(name).replace(" ", "")
    if not text:
        return
    if not re.fullmatch(shape, text):
        raise ValueError(ask.t.gettext("Such as {example}, please.", example=example))
    chosen.argv += [option, text]
