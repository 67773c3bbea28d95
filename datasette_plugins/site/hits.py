"""Trees in lists: what one line says of a tree, for search, places, species and groves."""

import json
import sqlite3
from dataclasses import dataclass

from registry.vocab.sentences import seal_character

_OF_SPECIES = "(SELECT {} FROM species WHERE species.id = tree.species_id)"
_NAME_ZH = _OF_SPECIES.format("COALESCE(name_hans, name_hant)")
_LANG_ZH = _OF_SPECIES.format("CASE WHEN name_hans IS NULL THEN 'zh-Hant' ELSE 'zh-Hans' END")
HIT_COLUMNS = (
    "path, tree_no, number_scheme, jurisdiction, category, status, protection_grade, listing, "
    f"COALESCE(tree.name_zh, {_NAME_ZH}) AS name_zh, "
    f"CASE WHEN tree.name_zh IS NULL THEN {_LANG_ZH} ELSE tree.name_zh_lang END AS name_zh_lang, "
    f"name_latin, name_author, COALESCE(tree.name_en, {_OF_SPECIES.format('name_en')}) AS name_en, "
    "COALESCE(common_name, name_verbatim) AS name_local, "
    "division_path, division_path_en, address, text_lang, age_years, age_basis, "
    "girth_cm, diameter_cm, height_m"
)
"""The columns of a hit; a tree without a name of its own has that of its species."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One tree in a list."""

    path: str
    tree_no: str
    number_scheme: str
    jurisdiction: str
    category: str
    status: str
    protection_grade: str | None
    listing: str | None
    name_zh: str | None
    name_zh_lang: str | None
    name_latin: str | None
    name_author: str | None
    name_en: str | None
    name_local: str | None
    """A local name, or the name as recorded, in `text_lang`."""
    division_path: tuple[str, ...]
    division_path_en: tuple[str, ...]
    address: str | None
    text_lang: str
    age_years: int | None
    age_basis: str | None
    girth_cm: float | None
    diameter_cm: float | None
    height_m: float | None

    @property
    def seal(self) -> str:
        """The character of the tree's seal, or ""."""
        return seal_character(self.category, self.status, self.protection_grade)


def read_hit(row: sqlite3.Row) -> Hit:
    """The hit of a row with `HIT_COLUMNS`."""
    paths = {name: tuple(json.loads(row[name])) for name in ("division_path", "division_path_en")}
    return Hit(**{**dict(row), **paths})
