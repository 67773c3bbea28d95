"""The sketch of a walk: its stops in their true places, numbered, with the scale; for pages and for print.

Units are those of the drawing (pixels or points), x to the right and y downwards from the upper left corner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_M_PER_DEGREE = 111_320.0
_STEPS_M = tuple(digit * 10**power for power in range(1, 7) for digit in (1, 2, 5))
_LEAST_DEGREES = 0.0015
"""No sketch shows less than about 170 m: a point cannot be true to the metre."""
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """One stop: where it is, and where its number stands (moved where numbers would cover each other)."""

    place: int
    x: float
    y: float
    mark_x: float
    mark_y: float

    @property
    def is_moved(self) -> bool:
        """Whether the number stands so far from its place that a line must lead there."""
        return math.hypot(self.mark_x - self.x, self.mark_y - self.y) > 1.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing of `width` x `height`. scale: metres, and their length in the drawing."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    around: tuple[tuple[float, float], ...]
    scale: tuple[int, float]


def draw_sketch(
    stops: Sequence[tuple[int, float, float]],
    around: Sequence[tuple[float, float]] = (),
    *,
    width: float,
    height: float,
    pad: float,
    mark: float,
) -> Sketch | None:
    """The sketch of stops (place, lon, lat in degrees); None where there are none.

    around: further points (lon, lat) that draw the ground. pad: free margin. mark: diameter of a number.
    """
    if not stops:
        return None
    lons, lats = [lon for _place, lon, _lat in stops], [lat for *_rest, lat in stops]
    middle = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    stretch = max(math.cos(math.radians(middle[1])), 0.01)
    wide = max((max(lons) - min(lons)) * stretch, _LEAST_DEGREES)
    high = max(max(lats) - min(lats), _LEAST_DEGREES)
    per_degree = min((width - 2 * pad) / wide, (height - 2 * pad) / high)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (
            round(width / 2 + (lon - middle[0]) * stretch * per_degree, 1),
            round(height / 2 - (lat - middle[1]) * per_degree, 1),
        )

    points = [at(lon, lat) for _place, lon, lat in stops]
    marks = _spread(points, mark, (width, height))
    spots = tuple(
        Spot(place, *point, *where) for (place, *_), point, where in zip(stops, points, marks, strict=True)
    )
    inside = {at(lon, lat) for lon, lat in around}
    shown = sorted((x, y) for x, y in inside if 3 < x < width - 3 and 3 < y < height - 3)
    px_per_m = per_degree / _M_PER_DEGREE
    fitting = [step for step in _STEPS_M if step * px_per_m <= width / 3] or [_STEPS_M[0]]
    return Sketch(width, height, spots, tuple(shown), (fitting[-1], round(fitting[-1] * px_per_m, 1)))


def _spread(
    points: Sequence[tuple[float, float]], mark: float, size: tuple[float, float]
) -> list[tuple[float, float]]:
    """Where the numbers stand: pushed apart until none covers another, as far as there is room."""
    places = [list(point) for point in points]
    least, edge = mark * 1.08, mark / 2 + 2
    for _round in range(_ROUNDS if len(places) <= 60 else 8):
        is_still = True
        for i, a in enumerate(places):
            for j in range(i):
                b = places[j]
                dx, dy = a[0] - b[0], a[1] - b[1]
                apart = math.hypot(dx, dy)
                if apart >= least:
                    continue
                is_still = False
                if apart < 0.01:  # at one place: each leaves in a direction of its own
                    dx, dy, apart = math.cos(i * 2.4), math.sin(i * 2.4), 1.0
                push = (least - apart if apart < least else 0.0) / 2 + 0.1
                for spot, sign in ((a, 1), (b, -1)):
                    spot[0] += sign * dx / apart * push
                    spot[1] += sign * dy / apart * push
        for spot in places:
            spot[0] = min(max(spot[0], edge), size[0] - edge)
            spot[1] = min(max(spot[1], edge), size[1] - edge)
        if is_still:
            break
    return [(round(x, 1), round(y, 1)) for x, y in places]
