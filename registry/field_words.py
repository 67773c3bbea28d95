"""Words that go along into the field, in both languages: code lists, fields that may be corrected."""

from enum import StrEnum
from functools import lru_cache
from typing import Any, get_args

from registry.commands.editing import DRAFTS, EDITABLE
from registry.vocab.care_words import CARE_WORDS, INCIDENTS, FacilityState, PlateState
from registry.vocab.desk_words import DESK_WORDS, SubmissionKind, SubmissionState
from registry.vocab.field_names import field_name
from registry.vocab.labels import Label
from registry.vocab.measures import all_measures
from registry.vocab.patrol_words import CHECKS, WEATHER
from registry.vocab.words import (
    WORDS,
    AgeBasis,
    Category,
    Environment,
    InspectionKind,
    PhotoKind,
    RiskRating,
    TreeStatus,
    Vigour,
)

_LISTS: dict[str, Any] = {
    "vigour": WORDS[Vigour],
    "environment": WORDS[Environment],
    "risk_rating": WORDS[RiskRating],
    "inspection_kind": WORDS[InspectionKind],
    "photo_kind": WORDS[PhotoKind],
    "category": WORDS[Category],
    "status": WORDS[TreeStatus],
    "age_basis": WORDS[AgeBasis],
    "plate": CARE_WORDS[PlateState],
    "facilities": CARE_WORDS[FacilityState],
    "damage": INCIDENTS,
    "weather": WEATHER,
    "checks": CHECKS,
    "submission_kind": DESK_WORDS[SubmissionKind],
    "submission_state": DESK_WORDS[SubmissionState],
}


@lru_cache(maxsize=1)
def package_words() -> dict[str, Any]:
    """{list: {code: {zh, en}}}; of fields also the code list that holds their values, by kind of record."""
    lists = {name: _both(words) for name, words in _LISTS.items()}
    lists["measure"] = _both({code: each.name for code, each in all_measures().items()})
    return {**lists, "fields": {kind: _fields(kind) for kind in ("tree", "grove")}}


def _fields(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in EDITABLE[kind]:
        label, words = field_name(name), _words_of(kind, name)
        found[name] = {"zh": label.zh, "en": label.en, **({"words": _both(words)} if words else {})}
    return found


def _words_of(kind: str, name: str) -> Any:
    """The code list of a field that holds one of its words."""
    annotation = DRAFTS[kind].model_fields[name].annotation
    kinds = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
    enum = next((each for each in kinds if issubclass(each, StrEnum)), None)
    return WORDS.get(enum) if enum else None


def _both(words: Any) -> dict[str, dict[str, str]]:
    return {str(code): _label(label) for code, label in words.items()}


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}
