"""Editions that readers may have: the one in place and those that are kept; those taken back are gone."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette import NotFound

from datasette_plugins.site.edition_database import EditionDatabase, Stamp, stamp_of
from registry.rules.edition_files import kept_folder, kept_path, manifest_path


class EditionGone(Exception):
    """The edition was taken back."""

    status = 410


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """An edition that is being read: what it says of itself, and a connection that stays with its file."""

    facts: dict[str, str]
    db: sqlite3.Connection

    @property
    def number(self) -> int:
        """The number of the edition, 0 where it says none."""
        return int(self.facts.get("number") or 0)

    @property
    def package_name(self) -> str:
        """The name under which the whole edition is saved: `gushu-12-2026-11-21.gpkg`."""
        return package_name(self.facts)

    def file_name(self, ending: str) -> str:
        """A name for what is saved of it: `gushu-12-2026-11-21-trees.csv`."""
        return f"{self.package_name.removesuffix('.gpkg')}-{ending}"


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """An earlier edition in the list."""

    number: int
    made_on: str
    trees: int | None
    size: int
    is_withdrawn: bool


def package_name(facts: Mapping[str, str]) -> str:
    """The name under which an edition with these facts is saved."""
    return f"gushu-{facts.get('number') or 0}-{facts.get('made_at', '')[:10]}.gpkg"


@contextmanager
def open_edition(edition: EditionDatabase, number: int | None = None) -> Iterator[OpenEdition]:
    """Edition `number` for reading, that in place where it is None. Raises NotFound, EditionGone."""
    if number in edition.withdrawn or (number is None and edition.is_withdrawn):
        raise EditionGone
    with ExitStack() as stack:
        db = stack.enter_context(edition.private_connection())
        facts = _facts(db)
        if number is not None and facts.get("number") != str(number):
            stack.close()
            db = stack.enter_context(closing(_open_kept(edition, number)))
            facts = _facts(db)
        yield OpenEdition(facts, db)


def file_of(edition: EditionDatabase, number: int | None) -> Path:
    """Where the file of an edition lies. Raises NotFound, EditionGone."""
    if number in edition.withdrawn or (number is None and edition.is_withdrawn):
        raise EditionGone
    if number is None or edition.facts.get("number") == str(number):
        return Path(edition.path)
    path = kept_path(Path(edition.path), number)
    if not path.is_file():
        raise NotFound("this edition is not kept")
    return path


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, remembered until it is another one."""
    return _digest(path, stamp_of(path.stat()))


@lru_cache(maxsize=64)
def _digest(path: Path, _stamp: Stamp) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def earlier_editions(edition: EditionDatabase) -> list[KeptEdition]:
    """The editions that are kept beside the one in place, newest first, and those that were taken back."""
    public, withdrawn = Path(edition.path), edition.withdrawn
    newest = edition.facts.get("number")
    found = [KeptEdition(number, "", None, 0, True) for number in withdrawn]
    for path in kept_folder(public).glob("*.gpkg"):
        stem = path.stem
        if stem.isascii() and stem.isdecimal() and stem != newest and int(stem) not in withdrawn:
            found.append(_kept(path, int(stem)))
    return sorted(found, key=lambda kept: -kept.number)


def _kept(path: Path, number: int) -> KeptEdition:
    try:
        said: dict[str, Any] = json.loads(manifest_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = {}
    size = path.stat().st_size
    return KeptEdition(number, str(said.get("made_at", ""))[:10], said.get("trees"), size, False)


def _open_kept(edition: EditionDatabase, number: int) -> sqlite3.Connection:
    path = kept_path(Path(edition.path), number)
    if not path.is_file():
        raise NotFound("this edition is not kept")
    address = path.resolve().as_uri() + "?immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _facts(db: sqlite3.Connection) -> dict[str, str]:
    return {row[0]: row[1] for row in db.execute("SELECT key, value FROM edition")}
