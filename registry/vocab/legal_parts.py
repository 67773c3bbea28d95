"""The fifteen parts of a legal file (一树一档): their numbers and titles, from `schema/legal_file.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path

from registry.vocab.labels import Label

_FILE = Path(__file__).resolve().parents[2] / "schema" / "legal_file.toml"


@lru_cache(maxsize=1)
def part_titles() -> dict[str, tuple[int, Label]]:
    """Number and title of each part by its id, in order."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        part["id"]: (number, Label(part["title"]["zh"], part["title"]["en"]))
        for number, part in enumerate(found["part"], start=1)
    }
