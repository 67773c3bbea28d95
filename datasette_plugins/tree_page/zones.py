"""The protection zones of a tree, drawn to scale: north is up, the trunk is the dot."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.map_zones import rings_of
from registry.vocab.rule_words import CONFIDENCES
from registry.vocab.words import Label

WIDTH, HEIGHT = 420, 300
_EDGE = 26.0
_FOOT = 34.0
_METRES_OF_A_DEGREE = 111_320.0
_BARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class ZoneDrawing:
    """The zones of a tree: rows with the columns of the edition, and a sketch of them.

    paths: kind and path of each; trunk in pixels; bar: metres of the scale, and their pixels.
    """

    rows: tuple[dict[str, Any], ...]
    paths: tuple[tuple[str, str], ...]
    trunk: tuple[float, float]
    haze: float | None
    bar: tuple[int, float]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_delineated(self) -> bool:
        """Whether one of them binds."""
        return any(row["kind"] == "legal" and row["published_on"] for row in self.rows)

    def bases(self, lang: str) -> list[tuple[str, str]]:
        """(rule in short words, its source) of each row; "" for what is not there."""
        told = (row["basis_en" if lang == "en" else "basis_zh"] or "" for row in self.rows)
        return [(text, source) for text, _, source in (each.partition(" · ") for each in told)]

    def is_default(self, row: dict[str, Any]) -> bool:
        """Whether its rule is no law but a default, as its source says of itself."""
        _, _, source = (row["basis_zh"] or "").partition(" · ")
        return source.startswith("默认值")

    def sources(self, lang: str) -> list[str]:
        """What the rules rest on, each once."""
        return list(dict.fromkeys(source for _, source in self.bases(lang) if source))

    @property
    def confidences(self) -> dict[str, Label]:
        """Words for how sure a rule is."""
        return CONFIDENCES


def zone_drawing(found: Sequence[Mapping[str, Any]], tree: Mapping[str, Any]) -> ZoneDrawing | None:
    """The zones of a tree, the delineated one first; None where it has none that is public."""
    rows = [dict(row) for row in found]
    if not rows or tree["lon"] is None:
        return None
    lon, lat = tree["lon"], tree["lat"]
    east = math.cos(math.radians(lat)) * _METRES_OF_A_DEGREE

    def metres(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - lon) * east, (point[1] - lat) * _METRES_OF_A_DEGREE

    shapes = [
        (row["kind"], [[metres(p) for p in ring] for ring in rings_of(row.pop("geom"))]) for row in rows
    ]
    points = [(0.0, 0.0), *(p for _, rings in shapes for ring in rings for p in ring)]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    scale = min((WIDTH - 2 * _EDGE) / max(right - left, 1), (HEIGHT - _EDGE - _FOOT) / max(high - low, 1))
    off_x = (WIDTH - (right - left) * scale) / 2 - left * scale
    off_y = (HEIGHT - _FOOT + _EDGE - (high - low) * scale) / 2 + high * scale

    def pixels(point: tuple[float, float]) -> str:
        return f"{point[0] * scale + off_x:.1f} {off_y - point[1] * scale:.1f}"

    paths = tuple(
        (kind, "".join("M" + "L".join(pixels(p) for p in ring[:-1]) + "Z" for ring in rings))
        for kind, rings in shapes
    )
    metres_of_bar = max((bar for bar in _BARS if bar * scale <= WIDTH / 3), default=_BARS[0])
    uncertain = tree["coordinate_uncertainty_m"]
    haze = uncertain * scale if uncertain and 3 < uncertain * scale < WIDTH else None
    return ZoneDrawing(
        tuple(rows), paths, (round(off_x, 1), round(off_y, 1)), haze and round(haze, 1),
        (metres_of_bar, round(metres_of_bar * scale, 1)),
    )  # fmt: skip
