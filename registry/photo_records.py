"""Photos of fixed viewpoints, oldest first, and which viewpoints of the protocol have none."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from registry.records import PhotoRecord
from registry.vocab.viewpoints import ONLY_IF_ANY, VIEWPOINTS

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class PhotoSeries:
    """The dated photos of one viewpoint, oldest first; those without a day are counted."""

    viewpoint: str
    photos: tuple[PhotoRecord, ...]
    undated: int = 0

    @property
    def pair(self) -> tuple[PhotoRecord, PhotoRecord] | None:
        """The oldest and the newest, where two days differ."""
        if not self.photos or self.photos[0].taken_on == self.photos[-1].taken_on:
            return None
        return self.photos[0], self.photos[-1]

    @property
    def years(self) -> float | None:
        """Years between the two of the pair."""
        if self.pair is None:
            return None
        first, last = self.pair[0].taken_on, self.pair[1].taken_on
        return (last - first).days / DAYS_A_YEAR if first and last else None


def photo_series(photos: Iterable[PhotoRecord]) -> list[PhotoSeries]:
    """The series of all viewpoints: those of the protocol in its order, then the office's own by name."""
    found: defaultdict[str, list[PhotoRecord]] = defaultdict(list)
    for photo in photos:
        if photo.viewpoint:
            found[photo.viewpoint].append(photo)
    order = {code: place for place, code in enumerate(VIEWPOINTS)}
    names = sorted(found, key=lambda name: (order.get(name, len(order)), name))
    return [_series(name, found[name]) for name in names]


def missing_viewpoints(photos: Iterable[PhotoRecord]) -> list[str]:
    """Viewpoints of the protocol that no photo was taken from."""
    seen = {photo.viewpoint for photo in photos}
    return [code for code in VIEWPOINTS if code not in seen | ONLY_IF_ANY]


def _series(name: str, photos: list[PhotoRecord]) -> PhotoSeries:
    dated = sorted((each for each in photos if each.taken_on), key=lambda each: str(each.taken_on))
    return PhotoSeries(name, tuple(dated), len(photos) - len(dated))
