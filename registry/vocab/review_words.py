"""What a reviewer reads: names and values of the answers of a form, in words and with units."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from registry.vocab.care_words import INCIDENTS, FacilityState, PlateState
from registry.vocab.field_names import field_name
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.patrol_words import CHECKS, WEATHER
from registry.vocab.words import (
    WORDS,
    AgeBasis,
    Category,
    Condition,
    Datum,
    Department,
    Distribution,
    Environment,
    FamousCategory,
    GrowthPlace,
    InspectionKind,
    Ownership,
    Precision,
    RiskRating,
    Vigour,
)

_NAMES: dict[str, Label] = {
    "species": Label("树种", "Species"),
    "latin": Label("学名", "Scientific name"),
    "text": Label("内容", "Text"),
    "model": Label("评估模型", "Assessment model"),
    "reporter": Label("报告人", "Reported by"),
    "reporter_phone": Label("报告人电话", "Telephone of the reporter"),
    "seen_on": Label("发现日期", "Seen on"),
    "findings": Label("发现的问题", "Findings"),
    "time_frame_years": Label("风险评级有效期（年）", "The rating of risk holds for (years)"),
    "notes": Label("备注", "Notes"),
    "reason": Label("更正理由", "Reason given"),
    "kind": Label("巡查类别", "Kind of visit"),
}
CODES: dict[str, type[StrEnum] | Mapping[str, Label]] = {
    "age_basis": AgeBasis,
    "category": Category,
    "condition": Condition,
    "datum": Datum,
    "department": Department,
    "distribution": Distribution,
    "environment": Environment,
    "famous_category": FamousCategory,
    "growth_place": GrowthPlace,
    "incident": INCIDENTS,
    "kind": InspectionKind,
    "ownership": Ownership,
    "position_precision": Precision,
    "risk_rating": RiskRating,
    "vigour": Vigour,
    "checks.damage": INCIDENTS,
    "checks.facilities": FacilityState,
    "checks.plate": PlateState,
    "checks.weather": WEATHER,
}
"""Answers that are codes, and the list that says what they mean."""
NOTHING = "—"


def answer_name(t: Translator, field: str) -> str:
    """How an answer is called."""
    group, _, name = field.rpartition(".")
    if group == "checks" and name in CHECKS:
        return t.pick(CHECKS[name])
    if group:
        return name
    if field in _NAMES:
        return t.pick(_NAMES[field])
    return t.label(field) if field in FIELDS else t.pick(field_name(field))


def answer_text(t: Translator, field: str, value: Any) -> str:
    """An answer as people read it: a code as its word, a number with its unit, "—" for none."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return t.gettext("yes") if value else t.gettext("no")
    if isinstance(value, list | tuple):
        return ("、" if t.lang == "zh" else ", ").join(answer_text(t, field, each) for each in value)
    if field in CODES:
        return t.word(CODES[field], str(value))
    if isinstance(value, int | float):
        digits = 6 if field in {"lon", "lat"} else 2
        is_plain = field in {"planted_year", "lon", "lat"}
        said = f"{value:.{digits}f}".rstrip("0").rstrip(".") if is_plain else t.number(value, digits)
        return f"{said} {answer_unit(t, field)}".rstrip()
    return str(value)


def answer_unit(t: Translator, field: str) -> str:
    """The unit of an answer, "" where it has none."""
    return t.unit(field) if field in FIELDS and field not in {"lon", "lat"} else ""


def answer_choices(t: Translator, field: str) -> list[tuple[str, str]]:
    """The values of an answer that is a code; empty for any other."""
    words = CODES.get(field)
    if words is None:
        return []
    labels = WORDS[words] if isinstance(words, type) else words
    return [(str(value), t.pick(label)) for value, label in labels.items()]
