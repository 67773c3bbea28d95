"""Where the parts of a register lie: what a backup takes and a restore puts in place."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.assessment_models import model_folder
from registry.calendars import calendar_folder
from registry.db import sqlite_path
from registry.file_store import file_store
from registry.keys import key_path
from registry.measure_tables import own_table_path
from registry.photos import photo_store
from registry.rulepacks import pack_folder
from registry.webhook_keys import webhook_secrets

STORES = ("photos", "files")
"""Folders of files under their SHA-256."""
FOLDERS = ("rulepacks", "assessments", "calendars")
"""Folders of small files of the office's own."""
MEASURES = "measures.toml"
SUPPLEMENTS = "supplements"
"""Files that settings name (`species_list` …), a folder for each setting."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where each part of a register lies. `folders`: by the names in STORES and FOLDERS."""

    address: str
    keys: Path
    folders: dict[str, Path]
    measures: Path
    supplements: Path

    @property
    def register(self) -> Path | None:
        """The file of a register on SQLite."""
        return sqlite_path(self.address)

    @property
    def webhooks(self) -> Path:
        """The secrets of the webhooks."""
        return webhook_secrets(self.keys)

    def all(self) -> Iterator[Path]:
        """Every file and folder."""
        if self.register is not None:
            yield self.register
        yield from (self.keys, self.webhooks, *self.folders.values(), self.measures, self.supplements)


def places_of(address: str) -> Places:
    """The parts of the register at `address`, where its program looks for them."""
    folders = {
        "photos": photo_store(address).folder,
        "files": file_store(address).folder,
        "rulepacks": pack_folder(address),
        "assessments": model_folder(address),
        "calendars": calendar_folder(address),
    }
    path = sqlite_path(address)
    supplements = Path(f"gushu.{SUPPLEMENTS}") if path is None else _beside(path, SUPPLEMENTS)
    return Places(address, key_path(address), folders, own_table_path(address), supplements)


def places_in(folder: Path) -> Places:
    """The parts of a register all in one folder, whatever the variables of the environment name."""
    path = folder / "register.db"
    folders = {name: _beside(path, name) for name in (*STORES, *FOLDERS)}
    return Places(
        str(path), _beside(path, "keys"), folders, _beside(path, MEASURES), _beside(path, SUPPLEMENTS)
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")
