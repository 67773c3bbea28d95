"""What a patrol answers besides vigour (巡查项目): how each answer is called and said."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.vocab.care_words import CARE_WORDS, INCIDENTS, FacilityState, PlateState
from registry.vocab.labels import Label
from registry.vocab.language import Translator

CHECKS: dict[str, Label] = {
    "no_change": Label("与上次相比无变化", "No change since the last visit"),
    "plate": Label("保护标志", "Plate"),
    "facilities": Label("保护设施", "Facilities"),
    "damage": Label("新的损害", "New damage"),
    "encroachment": Label("保护范围被侵占", "Encroachment on the zone"),
    "pest": Label("病虫害", "Pests and diseases"),
    "weather": Label("天气", "Weather"),
    "gps_distance_m": Label("到场定位距登记点（米）", "Distance of the fix from the tree, in metres"),
    "follow_up": Label("需要跟进", "To be followed up"),
}
"""Answers of a patrol by their names in the register, in the order in which they are read."""
WEATHER: dict[str, Label] = {
    "sunny": Label("晴", "Sunny"),
    "cloudy": Label("多云", "Cloudy"),
    "overcast": Label("阴", "Overcast"),
    "rain": Label("雨", "Rain"),
    "heavy_rain": Label("大雨", "Heavy rain"),
    "snow": Label("雪", "Snow"),
    "wind": Label("大风", "Strong wind"),
    "fog": Label("雾", "Fog"),
}
"""Words that a form offers for the weather; others may be written."""
_WORDS: dict[str, Mapping[str, Label]] = {
    "weather": WEATHER,
    "plate": CARE_WORDS[PlateState],
    "facilities": CARE_WORDS[FacilityState],
    "damage": INCIDENTS,
}


def said_checks(t: Translator, checks: Mapping[str, Any]) -> Iterator[str]:
    """The answers of a patrol as short sentences: 保护标志 缺失."""
    for name, label in CHECKS.items():
        value = checks.get(name)
        if value is True:
            yield t.pick(label)
        elif value not in (None, "", [], False):
            values = value if isinstance(value, list | tuple) else [value]
            yield f"{t.pick(label)} {'、'.join(_word(t, name, one) for one in values)}"


def _word(t: Translator, name: str, value: Any) -> str:
    words = _WORDS.get(name, {})
    if isinstance(value, float | int):
        return t.number(value, 1)
    return t.pick(words[value]) if value in words else str(value)
