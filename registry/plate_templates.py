"""Plate templates: what stands on a plate, as data with its source (`schema/plates/*.toml`).

An office may have templates of its own, in a folder beside the register.
"""

import os
import tomllib
from functools import lru_cache
from pathlib import Path

from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import InputMissingError, Phrase, unwritable
from registry.export_errors import PlateTemplateError, PlateTemplateMissingError
from registry.plate_records import PlateTemplate
from registry.rules.plate_format import template_from

PLATE_FOLDER = SCHEMA_FOLDER / "plates"
HOUSE, BLANK = "house", "blank"
"""The templates that are used where none is named: for records, and for tags that are bound later."""


def plate_folder(address: str) -> Path:
    """Where the register at `address` keeps templates of its own (env GUSHU_PLATES overrides it)."""
    if named := os.environ.get("GUSHU_PLATES"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.plates") if path is None else path.with_name(path.name + ".plates")


class PlateLibrary:
    """The templates at hand: those that come with the program, and an office's own in `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = [PLATE_FOLDER, folder] if folder else [PLATE_FOLDER]

    def ids(self) -> list[str]:
        """The ids of all templates."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def get(self, name: str) -> PlateTemplate:
        """The template called `name`, or the one in the file `name` (which ends in .toml).

        What is shipped cannot be changed: an own template has an id of its own. Raises
        PlateTemplateMissingError, PlateTemplateError, InputMissingError.
        """
        if name.endswith(".toml"):
            return read_template(Path(name))
        path = next((p for folder in self._folders if (p := folder / f"{name}.toml").is_file()), None)
        if path is None or not name.replace("-", "").isalnum():
            raise PlateTemplateMissingError(template=name, known=self.ids())
        return shipped_template(name) if path.parent == PLATE_FOLDER else read_template(path)

    def all(self) -> list[PlateTemplate]:
        """All templates, by id. Raises PlateTemplateError."""
        return [self.get(name) for name in self.ids()]


def read_template(path: Path) -> PlateTemplate:
    """The template in the TOML file `path`, checked whole.

    Raises InputMissingError, PlateTemplateError that names the file and the key.
    """
    try:
        found = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError as error:
        raise InputMissingError(path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlateTemplateError(file=path.name, key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    template = template_from(found, path.name)
    if template.id != path.stem:
        raise PlateTemplateError(file=path.name, key="id", reason=Phrase("it must be the name of the file"))
    return template


@lru_cache(maxsize=64)
def shipped_template(name: str) -> PlateTemplate:
    """A template that comes with the program, the same object each time."""
    return read_template(PLATE_FOLDER / f"{name}.toml")
