"""What an import doubts: the checks made ready for a file, and what only its cells can tell."""

from collections.abc import Mapping as Dict
from typing import Any

from registry.importing.mapping import Column, Mapping
from registry.rulepacks import rule_pack
from registry.rules.pack_checks import law_of
from registry.rules.plausibility import Checker, Doubt, doubt, stems

_STEM_FIELDS = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm")
_ready: list[tuple[Mapping, Dict[str, Column], Checker]] = []
"""The checker of the file that is being read: all rows of a file come with the same mapping and columns."""


def checker_of(mapping: Mapping, located: Dict[str, Column]) -> Checker:
    """The checks for a file with these columns, made once."""
    if _ready:
        known_mapping, known_columns, checker = _ready[0]
        if known_mapping is mapping and known_columns is located:
            return checker
    scheme = mapping.grade_scheme
    checker = Checker(
        mapping.authority["jurisdiction"],
        law_of(rule_pack(scheme)) if scheme else None,
        {*mapping.given_fields(located.values()), *mapping.defaults},
    )
    _ready[:] = [(mapping, located, checker)]
    return checker


def written_doubts(values: Dict[str, Any], raws: Dict[str, str], again: Dict[str, str]) -> list[Doubt]:
    """Doubts about how cells were written: several stems in one, an age that two columns say."""
    found = [
        doubt("several_stems", name, f"{raw} → {values[name]:g} cm")
        for name in _STEM_FIELDS
        if (raw := raws.get(name)) and not raw.replace(".", "", 1).isdigit() and stems(raw)
    ]
    if (other := again.get("age_years")) and values.get("age_years") is not None:
        found.append(doubt("age_twice", "age_years", f"{raws['age_years']} / {other}"))
    return found
