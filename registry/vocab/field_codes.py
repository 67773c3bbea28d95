"""Code lists that the forms of the field app offer, each word under `list.code`, in the order of the form."""

from collections.abc import Iterator

from registry.vocab.care_words import CARE_WORDS, INCIDENTS, FacilityState, PlateState
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label
from registry.vocab.patrol_words import WEATHER
from registry.vocab.sentences import GRADE_SEALS
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.vigour_words import SCALE_WORDS
from registry.vocab.words import (
    VIGOUR_SCALES,
    WORDS,
    AgeBasis,
    Category,
    Condition,
    Datum,
    Department,
    Distribution,
    Environment,
    FamousCategory,
    Grade,
    GrowthPlace,
    Ownership,
    PhotoKind,
    Precision,
    RiskRating,
    Vigour,
)

_CHOICES = {
    "growth_place": GrowthPlace,
    "distribution": Distribution,
    "ownership": Ownership,
    "datum": Datum,
    "position_precision": Precision,
    "age_basis": AgeBasis,
    "department": Department,
    "famous_category": FamousCategory,
    "condition": Condition,
}
"""Fields of a record that hold one of a list of words."""
_LISTS: dict[str, dict[str, Label]] = {
    "plate": CARE_WORDS[PlateState],
    "facilities": CARE_WORDS[FacilityState],
    "damage": INCIDENTS,
    "weather": WEATHER,
    "viewpoint": dict(VIEWPOINTS),
    "photo_kind": WORDS[PhotoKind],
    "environment": WORDS[Environment],
    "risk": WORDS[RiskRating],
    "category": WORDS[Category],
    "grade": WORDS[Grade],
    "scale": VIGOUR_SCALES,
    **{f"choice.{name}": WORDS[words] for name, words in _CHOICES.items()},
}


def code_lists() -> Iterator[tuple[str, Label]]:
    """Every word with its key: `plate.ok`, `vigour.lyt2738.weak`, `choice.ownership.state`, `field.town` …"""
    for name, words in _LISTS.items():
        yield from ((f"{name}.{code}", Label(*label)) for code, label in words.items())
    for scale, known in SCALE_WORDS.items():
        yield from ((f"vigour.{scale}.{each}", WORDS[Vigour][each]) for each in Vigour if each in known)
    yield from ((f"vigour.any.{each}", WORDS[Vigour][each]) for each in Vigour)
    yield from ((f"seal.{grade}", Label(seal, seal)) for grade, seal in GRADE_SEALS.items())
    yield from ((f"field.{name}", Label(label.zh, label.en)) for name, label in FIELDS.items())
