"""Columns of a public file of this program, as a neighbouring office published it: known by their names.

The names are those of the layer of trees in `schema/public.sql`, to which every such file is written; what
a mapping may fill is `mapping_fields.FIELDS`. So only what is called otherwise there is listed here. Pure.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from registry.db import SCHEMA_FOLDER
from registry.errors import Phrase
from registry.importing.evidence import Profile
from registry.importing.mapping_fields import FIELDS, MEASUREMENT_FIELDS
from registry.importing.proposing_columns import Proposed, Sure
from registry.rules.datums import CONVERTIBLE, SAME_AS_WGS84
from registry.vocab.words import Datum

_CALLED = {
    "protection_grade": "grade",
    "name_latin": "latin_verbatim",
    "last_inspected_on": "inspected_on",
}
"""Columns that fill a field of another name, where no column of the field's own name has done so."""
_KEPT_THERE = frozenset({"datum_code"})
"""The grid in which a position was once measured: published positions are WGS84."""
_NAME = r'[^,;\[\]"]+'
_PATH = (
    rf'^\[?"?(?P<province>{_NAME})'
    rf'(?:"?[,;] *"?(?P<city>{_NAME})(?="?[,;]))?(?:"?[,;] *"?(?P<county>{_NAME}))?'
)
"""Names of divisions, largest first, however a list is written in a cell: one, two or three of them."""
_DATUMS: dict[str, str] = {
    datum.value: datum.value if datum in SAME_AS_WGS84 or datum not in CONVERTIBLE else Datum.WGS84.value
    for datum in Datum
}


@lru_cache(maxsize=1)
def own_columns() -> dict[str, bool]:
    """Columns of the published layer of trees, and whether a row always has one."""
    with sqlite3.connect(":memory:") as db:
        db.executescript((SCHEMA_FOLDER / "public.sql").read_text(encoding="utf-8"))
        found = db.execute("SELECT name, \"notnull\" AND dflt_value IS NULL FROM pragma_table_info('tree')")
        columns = {name: bool(is_needed) for name, is_needed in found}
    db.close()
    return columns


def is_own(headers: Sequence[str]) -> bool:
    """Whether `headers` are those of a public file of this program."""
    return {name for name, is_needed in own_columns().items() if is_needed} <= set(headers)


def own_proposals(profiles: Mapping[str, Profile]) -> list[Proposed]:
    """What each column is, none of it in question; a field's own column comes before any other."""
    found = [_proposed(profile) for profile in profiles.values()]
    return sorted(found, key=lambda column: column.header in _CALLED)


def _proposed(profile: Profile) -> Proposed:
    name = profile.header
    if not profile.filled and not profile.placeholders:
        return Proposed(name, None, Sure.SURE, reason=Phrase("the column is empty"))
    if name == "division_path":
        return Proposed(name, "district", Sure.SURE, keys={"pattern": _PATH})
    if name == "listings" and not profile.sample.startswith("["):  # else the first of them will do
        split = ";" if any(";" in text for text in profile.counts) else ","
        return Proposed(name, "listing", Sure.SURE, keys={"field": "listing", "split": split})
    field = _CALLED.get(name, name)
    if field not in FIELDS or field in _KEPT_THERE or name not in own_columns():
        return Proposed(name, None, Sure.SURE, reason=Phrase("the publishing register's own"))
    return Proposed(name, field, Sure.SURE, keys={"field": field, **_keys(field)})


def _keys(field: str) -> dict[str, Any]:
    """How the cells are written: lengths in the unit of the name, words as the register keeps them."""
    if field == "datum":
        return {"vocabulary": _DATUMS}
    if field in MEASUREMENT_FIELDS and (unit := re.search("_(cm|m)$", field)):
        return {"unit": unit[1]}
    return {"unit": "cm"} if field == "stem_girths" else {}


def said_once(profiles: Mapping[str, Profile], name: str) -> str:
    """The commonest cell of a column; empty where there is none."""
    counts = profiles[name].counts if name in profiles else {}
    return max(counts, key=lambda text: counts[text], default="")
