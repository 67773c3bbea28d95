"""Rule packs: law as data, with its citation, dates and how sure we are (`schema/rulepacks/*.toml`).

An office may have packs of its own: files that adoption copies into the register's rule pack folder.
"""

import hashlib
import os
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import InputMissingError, Phrase, RulePackError, RulePackMissingError, unwritable
from registry.rules.pack_format import pack_from
from registry.rules.packs import RulePack

__all__ = [
    "RULEPACK_FOLDER",
    "PackLibrary",
    "RulePack",
    "pack_folder",
    "read_pack",
    "rule_pack",
    "shipped_packs",
]

RULEPACK_FOLDER = SCHEMA_FOLDER / "rulepacks"


def pack_folder(address: str) -> Path:
    """Where the register at `address` keeps its own packs (env GUSHU_RULEPACKS overrides it)."""
    if named := os.environ.get("GUSHU_RULEPACKS"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.rulepacks") if path is None else path.with_name(path.name + ".rulepacks")


@lru_cache(maxsize=64)
def rule_pack(pack_id: str) -> RulePack | None:
    """The shipped pack called `pack_id`, or None where there is none."""
    path = RULEPACK_FOLDER / f"{pack_id}.toml"
    return read_pack(path) if path.is_file() else None


def shipped_packs() -> list[RulePack]:
    """All packs that come with the program, by id."""
    packs = (rule_pack(path.stem) for path in sorted(RULEPACK_FOLDER.glob("*.toml")))
    return [pack for pack in packs if pack is not None]


class PackLibrary:
    """The packs at hand: those that come with the program, and an office's own in `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._read: dict[str, RulePack | None] = {}

    def path(self, pack_id: str) -> Path | None:
        """The file of a pack. What is shipped cannot be changed: an own pack has an id of its own."""
        if not pack_id.replace("-", "").isalnum():
            return None
        folders = [RULEPACK_FOLDER, self._folder] if self._folder else [RULEPACK_FOLDER]
        return next((path for folder in folders if (path := folder / f"{pack_id}.toml").is_file()), None)

    def find(self, pack_id: str) -> RulePack | None:
        """The pack called `pack_id`, or None. Raises RulePackError."""
        if pack_id not in self._read:
            self._read[pack_id] = None  # a pack that extends itself, however far round, finds nothing
            path = self.path(pack_id)
            is_shipped = path is not None and path.parent == RULEPACK_FOLDER
            if path is not None:
                self._read[pack_id] = rule_pack(pack_id) if is_shipped else read_pack(path, self)
        return self._read[pack_id]

    def get(self, name: str) -> RulePack:
        """The pack called `name`, or the one in the file `name` (which ends in .toml).

        Raises RulePackMissingError, RulePackError, InputMissingError.
        """
        if name.endswith(".toml"):
            return read_pack(Path(name), self)
        found = self.find(name)
        if found is None:
            raise RulePackMissingError(pack=name, known=self.ids())
        return found

    def ids(self) -> list[str]:
        """The ids of all packs."""
        folders: Iterable[Path] = [RULEPACK_FOLDER, self._folder] if self._folder else [RULEPACK_FOLDER]
        return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})

    def all(self) -> list[RulePack]:
        """All packs, by id. Raises RulePackError."""
        return [pack for pack_id in self.ids() if (pack := self.find(pack_id)) is not None]


def read_pack(path: Path, library: PackLibrary | None = None) -> RulePack:
    """The pack in the TOML file `path`, checked whole.

    Raises InputMissingError, RulePackError that names the file and the key.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputMissingError(path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RulePackError(pack=path.name, key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    known = library.find if library else rule_pack
    pack = pack_from(found, path.name, known)
    if path.parent == RULEPACK_FOLDER and pack.id != path.stem:
        reason = Phrase("it must be the name of the file")
        raise RulePackError(pack=path.name, key="id", reason=reason)
    return pack


def pack_digest(path: Path) -> str:
    """The SHA-256 of a pack's file, as an adoption keeps it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
