"""What can be seen on trees in which months: `schema/seasons.toml`, general knowledge and no observation."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.vocab.words import Label

SEASONS_FILE = Path(__file__).resolve().parents[2] / "schema" / "seasons.toml"
KINDS: Mapping[str, Label] = {
    "flowering": Label("花期", "in flower"),
    "autumn_colour": Label("秋色", "autumn colour"),
    "fruit": Label("果期", "in fruit"),
}
"""What there is to see, in the order in which it is said."""


@dataclass(frozen=True, slots=True)
class Climate:
    """A belt of latitudes: degrees from the equator, `start` included, `end` not."""

    code: str
    start: float
    end: float
    name: Label


@dataclass(frozen=True, slots=True)
class Season:
    """What a genus shows in one climate, in months of the northern hemisphere, both included; they may run
    over the turn of the year."""

    genus: str
    kind: str
    climate: str
    first: int
    last: int
    confidence: str


@dataclass(frozen=True, slots=True)
class Seasons:
    """The whole file. `source` says on what it rests, `evergreen` names species whose genus mostly is not."""

    source: Label
    climates: tuple[Climate, ...]
    seasons: tuple[Season, ...]
    evergreen: frozenset[str]

    def shows(self, kind: str, name: str) -> bool:
        """Whether a species (Latin name, or "") shows what its genus does: no evergreen turns colour."""
        return kind != "autumn_colour" or " ".join(name.split()[:2]) not in self.evergreen


@lru_cache(maxsize=1)
def all_seasons() -> Seasons:
    """The seasons that come along, read once."""
    said = tomllib.loads(SEASONS_FILE.read_text("utf-8"))
    climates = tuple(
        Climate(code, float(told["from"]), float(told["to"]), Label(told["zh"], told["en"]))
        for code, told in said["climate"].items()
    )
    seasons = tuple(
        season
        for genus, kinds in sorted(said["genus"].items())
        for kind, told in kinds.items()
        for season in _seasons(genus, kind, told)
    )
    source = Label(said["source_zh"], said["source_en"])
    return Seasons(source, climates, seasons, frozenset(said["evergreen"]))


def _seasons(genus: str, kind: str, told: Mapping[str, Any]) -> list[Season]:
    confidence = str(told["confidence"])
    return [
        Season(genus, kind, climate, int(months[0]), int(months[1]), confidence)
        for climate, months in told.items()
        if climate != "confidence"
    ]
