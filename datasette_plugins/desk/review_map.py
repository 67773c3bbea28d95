"""The small map of a submission: where the record is registered, where the phone was, to scale. Pure."""

import math
from dataclasses import dataclass

from registry.review_items import Spot, Whereabouts

WIDTH, HEIGHT = 320.0, 220.0
_LEAST_SPAN_M = 24.0
_MARGIN = 0.12
_M_PER_DEGREE = 111_320.0
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the map with its circle of uncertainty, in its own units; `radius` 0: nobody says."""

    name: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class SmallMap:
    """Marks, and a bar that is so many metres long."""

    marks: tuple[Mark, ...]
    bar: float
    bar_m: int

    def mark(self, name: str) -> Mark | None:
        """The mark of a name ("registered", "fix", "edited")."""
        return next((each for each in self.marks if each.name == name), None)


def small_map(where: Whereabouts) -> SmallMap | None:
    """The map of what is known; None where nothing is."""
    spots = {"registered": where.registered, "fix": where.fix, "edited": where.edited}
    known = {name: spot for name, spot in spots.items() if spot is not None}
    if not known:
        return None
    lon = sum(spot.lon for spot in known.values()) / len(known)
    lat = sum(spot.lat for spot in known.values()) / len(known)
    flat = {name: _metres(spot, lon, lat) for name, spot in known.items()}
    west, east = _reach(flat, known, 0)
    south, north = _reach(flat, known, 1)
    room_x, room_y = WIDTH * (1 - 2 * _MARGIN), HEIGHT * (1 - 2 * _MARGIN)
    scale = min(room_x / max(east - west, _LEAST_SPAN_M), room_y / max(north - south, _LEAST_SPAN_M))
    marks = tuple(
        Mark(
            name,
            round(WIDTH / 2 + (flat[name][0] - (east + west) / 2) * scale, 1),
            round(HEIGHT / 2 - (flat[name][1] - (north + south) / 2) * scale, 1),
            round((spot.uncertainty_m or 0.0) * scale, 1),
        )
        for name, spot in known.items()
    )
    bar_m = _round_m(WIDTH / 4 / scale)
    return SmallMap(marks, round(bar_m * scale, 1), bar_m)


def _metres(spot: Spot, lon: float, lat: float) -> tuple[float, float]:
    """East and north of (lon, lat), metres; near enough for a few kilometres."""
    return (spot.lon - lon) * _M_PER_DEGREE * math.cos(math.radians(lat)), (spot.lat - lat) * _M_PER_DEGREE


def _reach(flat: dict[str, tuple[float, float]], known: dict[str, Spot], axis: int) -> tuple[float, float]:
    """From where to where the circles reach along an axis."""
    least = min(flat[name][axis] - (spot.uncertainty_m or 0.0) for name, spot in known.items())
    most = max(flat[name][axis] + (spot.uncertainty_m or 0.0) for name, spot in known.items())
    return least, most


def _round_m(most: float) -> int:
    """The longest round length that is not longer: 1, 2, 5, 10, 20 … metres."""
    power = 10 ** max(math.floor(math.log10(max(most, 1.0))), 0)
    return int(max((step * power for step in _STEPS if step * power <= most), default=1))
