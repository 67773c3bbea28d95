"""Rule packs: law as data, with its citation, dates and how sure we are (`schema/rulepacks/*.toml`)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from registry.db import SCHEMA_FOLDER
from registry.rules.plausibility import GradeAges

RULEPACK_FOLDER = SCHEMA_FOLDER / "rulepacks"


@dataclass(frozen=True, slots=True)
class RulePack:
    """One pack. `grade_ages`: years of age of each grade, from (included) to (excluded; None: open)."""

    id: str
    jurisdiction: str
    title_zh: str
    title_en: str
    valid_from: date
    citation: str
    confidence: str
    grade_ages: GradeAges


@lru_cache(maxsize=32)
def rule_pack(pack_id: str) -> RulePack | None:
    """The shipped pack called `pack_id`, or None where there is none."""
    path = RULEPACK_FOLDER / f"{pack_id}.toml"
    if not path.is_file():
        return None
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    grades = {grade: (ages["from"], ages.get("below")) for grade, ages in found.pop("grades", {}).items()}
    return RulePack(**found, grade_ages=grades)
