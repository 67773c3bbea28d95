"""What the readers of the formats hand over: shapes in the file's own coordinates, x before y."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.errors import Phrase

NAME_PROPERTIES = (
    "name", "名称", "项目名称", "地块名称", "工程名称", "title", "标题", "xmmc", "dkmc", "mc",
)  # fmt: skip
"""Properties that name a feature, the first that is filled in; capitals do not matter."""
MAX_BYTES = 256 << 20
MAX_FEATURES = 200_000
MAX_VERTICES = 2_000_000


class Unusable(Exception):
    """Why a file cannot be used, as a Phrase; the door names the file."""

    def __init__(self, template: str, **facts: object) -> None:
        self.reason = Phrase(template, **facts)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature as the file has it. number: its place in the file, from 1."""

    number: int
    name: str | None
    properties: Mapping[str, Any]
    geometry: Any

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return f"{self.number} ({self.name})" if self.name else str(self.number)


@dataclass(slots=True)
class RawFile:
    """Features, the system that the file itself declares (as pyproj takes it), and what is to be told."""

    features: list[RawFeature] = field(default_factory=list)
    system: str | None = None
    notes: list[Phrase] = field(default_factory=list)


def name_in(properties: Mapping[str, Any]) -> str | None:
    """What a feature's properties call it; None where they do not."""
    folded = {str(key).casefold(): value for key, value in properties.items()}
    values = (folded.get(key) for key in NAME_PROPERTIES)
    return next((text for value in values if isinstance(value, str) and (text := value.strip())), None)


def the_layer(layers: list[str], wanted: str | None) -> str:
    """The one layer that is meant. Raises Unusable where that is not clear."""
    known = ", ".join(layers)
    if wanted is not None:
        if wanted not in layers:
            raise Unusable("it has no layer {layer}; it has {layers}", layer=wanted, layers=known)
        return wanted
    if len(layers) > 1:
        raise Unusable("it has several layers, say which with --layer: {layers}", layers=known)
    return layers[0]
