"""Genera of trees in Chinese (`schema/species/genera.csv`)."""

import csv
from functools import lru_cache
from pathlib import Path

from registry.vocab.language import Translator

GENUS_FILE = Path(__file__).resolve().parent.parent.parent / "schema" / "species" / "genera.csv"


@lru_cache(maxsize=1)
def genus_names() -> dict[str, str]:
    """Genera in Latin: name in Simplified characters."""
    with GENUS_FILE.open(encoding="utf-8-sig", newline="") as file:
        return {row["genus"]: row["name_hans"] for row in csv.DictReader(file)}


def genus_word(genus: str | None, t: Translator) -> str:
    """A genus as it is recorded; where Chinese is read, one in Latin under its Chinese name if known."""
    return t.ours(genus_names().get(genus or "", ""), "") or genus or ""
