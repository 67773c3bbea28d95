"""Which season it is for a tree: by its genus, its latitude and the month."""

from collections.abc import Iterable
from dataclasses import replace

from registry.vocab.seasons import Climate, Season

MONTHS = 12


def climate_at(climates: Iterable[Climate], latitude: float) -> str:
    """The climate of a latitude (degrees, south negative); "" where none is told."""
    far = abs(latitude)
    return next((climate.code for climate in climates if climate.start <= far < climate.end), "")


def is_in(month: int, first: int, last: int) -> bool:
    """Whether `month` (1 to 12) lies from `first` to `last`, both included, over the turn of the year too."""
    return first <= month <= last if first <= last else month >= first or month <= last


def seasons_now(
    seasons: Iterable[Season], climates: Iterable[Climate], *, genus: str, latitude: float, month: int
) -> list[Season]:
    """What trees of `genus` show at `latitude` in `month`, with the months of that hemisphere.

    Raises ValueError unless `month` is 1 to 12.
    """
    if not 1 <= month <= MONTHS:
        raise ValueError(f"month must be 1 to 12, got {month}")
    climate = climate_at(climates, latitude)
    here = [season for season in seasons if season.genus == genus and season.climate == climate]
    if latitude < 0:
        here = [replace(season, first=_turned(season.first), last=_turned(season.last)) for season in here]
    return [season for season in here if is_in(month, season.first, season.last)]


def _turned(month: int) -> int:
    """The month half a year later."""
    return (month + 5) % MONTHS + 1
