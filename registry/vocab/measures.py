"""Measures as data (`schema/measures.toml`): what a code is called, its unit, its chapter of the plan."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from registry.vocab.labels import Label

MEASURE_FILE = Path(__file__).resolve().parent.parent.parent / "schema" / "measures.toml"
OTHER = "T99"

MEASURE_GROUPS: dict[str, Label] = {
    "9.1": Label("生境改善", "Improving the site"),
    "9.2": Label("树体处理", "Trunk and crown"),
    "9.3": Label("支撑加固", "Support"),
    "9.4": Label("有害生物防治", "Pests and competitors"),
    "9.5": Label("水肥管理", "Water and feeding"),
    "9.6": Label("复壮沟与通气", "Trenches and aeration"),
    "9.7": Label("避雷", "Lightning protection"),
    "9.8": Label("围栏与步道", "Fences and walkways"),
    "9.9": Label("监测与其他", "Monitoring and other"),
}
"""Chapters of the measures in a plan, as the template numbers them."""

UNITS: dict[str, Label] = {
    "m": Label("米", "m"),
    "m2": Label("平方米", "m²"),
    "m3": Label("立方米", "m³"),
    "place": Label("处", "places"),
    "piece": Label("个", "pieces"),
    "set": Label("套", "sets"),
    "time": Label("次", "times"),
    "kg": Label("千克", "kg"),
    "day": Label("工日", "days of work"),
    "item": Label("项", "items"),
}
"""Units of quantities; any other short text may stand for itself."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `group` is a chapter of `MEASURE_GROUPS`, `unit` a unit of `UNITS`."""

    code: str
    name: Label
    group: str
    unit: str
    caution: Label


@lru_cache(maxsize=1)
def all_measures() -> Mapping[str, Measure]:
    """Every measure by its code, in the order of the file. Raises ValueError for a file that is wrong."""
    found: dict[str, Measure] = {}
    for code, row in tomllib.loads(MEASURE_FILE.read_text(encoding="utf-8")).items():
        if set(row) != {"zh", "en", "group", "unit", "caution_zh", "caution_en"}:
            raise ValueError(f"{MEASURE_FILE.name}: {code} has the keys {sorted(row)}")
        if row["group"] not in MEASURE_GROUPS or row["unit"] not in UNITS:
            raise ValueError(f"{MEASURE_FILE.name}: {code} has no known group and unit")
        name, caution = Label(row["zh"], row["en"]), Label(row["caution_zh"], row["caution_en"])
        found[code] = Measure(code, name, row["group"], row["unit"], caution)
    return MappingProxyType(found)


def measure_labels() -> dict[str, Label]:
    """What the measures are called, by code."""
    return {code: measure.name for code, measure in all_measures().items()}


def measure_code(text: str) -> str | None:
    """The code that a text means: the code itself, or a name in Chinese or English; None for neither."""
    wanted = text.strip().casefold()
    for code, measure in all_measures().items():
        if wanted in {code.casefold(), measure.name.zh, measure.name.en.casefold()}:
            return code
    return None
