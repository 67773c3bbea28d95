"""What an import looks up beyond its file: lists of species, codes and boundaries of divisions."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from registry.commands.importing_said import Said
from registry.divisions import Divisions, divisions
from registry.rules.place_doubts import county_of_number, number_doubts, outside_doubts
from registry.rules.plausibility import Doubt
from registry.rules.species_names import Resolution, SpeciesList, species_doubts
from registry.settings import all_settings
from registry.species_list import species_list

if TYPE_CHECKING:
    from registry.boundaries import Boundaries

Path = tuple[tuple[str, str], ...]
"""Divisions as (level, name), largest first."""
Plain = tuple[str, str, str, str]
"""A doubt as rows carry it: check, field, value, severity."""
_MOST = 50_000


class Reference:
    """The lists that a register is set to use, asked for the rows of one import.

    Raises InputMissingError, InputUnreadableError where a list of the office cannot be read.
    """

    def __init__(self, session: Session, jurisdiction: str) -> None:
        self.settings = settings = all_settings(session)
        self.is_chinese = f"{jurisdiction}-".startswith("cn-")
        self.species: SpeciesList = species_list(settings["species_list"])
        self.divisions: Divisions = divisions(settings["division_changes"])
        self.by_name = bool(settings["boundaries"])
        """An office's file may know divisions by name; the names that come along are not the world's."""
        self._codes: dict[Path, str | None] = {}
        self._areas: dict[Path, int | None] = {}
        self._name_doubts: dict[tuple[str | None, str, str], list[Plain]] = {}
        self._number_doubts: dict[tuple[str, Path], list[Plain]] = {}

    @cached_property
    def boundaries(self) -> "Boundaries":
        """The boundaries, read when the first of them is asked for."""
        from registry.boundaries import boundaries

        return boundaries(
            self.settings["boundaries"],
            code=self.settings["boundary_code"],
            name=self.settings["boundary_name"],
        )

    def code(self, path: Path) -> str | None:
        """The code of a path of divisions of mainland China; None elsewhere and where it is not clear."""
        if not self.is_chinese or not path:
            return None
        if path not in self._codes:
            _keep_small(self._codes)
            self._codes[path] = self.divisions.by_names([name for _, name in path])
        return self._codes[path]

    def resolve(self, name_zh: str | None, name_latin: str | None, lang: str) -> Resolution:
        """What the names of a tree mean."""
        return self.species.resolve(name_zh, name_latin, lang)

    def add_doubts(self, rows: Sequence[Said]) -> None:
        """Add to `rows` the doubts that only the lists can raise. All rows of a chunk at once."""
        looks_at_places = self.is_chinese or self.by_name
        placed: list[tuple[Said, int]] = []
        for said in rows:
            if doubts := self._of_names(said):
                said.doubts.extend(doubts)
            if not looks_at_places or not said.divisions:
                continue
            path = tuple(said.divisions)
            county = county_of_number(said.number, said.scheme)
            if county and (doubts := self._of_number(county, path)):
                said.doubts.extend(doubts)
            if said.tree.get("lon") is not None and (area := self._area(path)) is not None:
                placed.append((said, area))
        if not placed:
            return
        lons, lats = [said.tree["lon"] for said, _ in placed], [said.tree["lat"] for said, _ in placed]
        outside = self.boundaries.outside(lons, lats, [area for _, area in placed])
        for (said, _), found in zip(placed, outside, strict=True):
            if found:
                declared = said.divisions[-1][1]
                said.doubts.extend(_plain(outside_doubts(found.distance_m, declared, found.instead)))

    def _of_names(self, said: Said) -> list[Plain]:
        name_latin = said.tree.get("latin_verbatim")
        if not name_latin:
            return []
        key = (said.tree.get("name_verbatim"), name_latin, said.lang)
        if key not in self._name_doubts:
            _keep_small(self._name_doubts)
            self._name_doubts[key] = _plain(species_doubts(self.resolve(*key), key[0], name_latin))
        return self._name_doubts[key]

    def _of_number(self, county: str, path: Path) -> list[Plain]:
        key = (county, path)
        if key not in self._number_doubts:
            _keep_small(self._number_doubts)
            code = self.code(path)
            is_county = code is not None and len(code) == 6 and not code.endswith("00")
            is_same = code is None or not is_county or self.divisions.same_county(code, county)
            self._number_doubts[key] = _plain(number_doubts(county, code or "", is_same=is_same))
        return self._number_doubts[key]

    def _area(self, path: Path) -> int | None:
        if path not in self._areas:
            _keep_small(self._areas)
            code = self.code(path)
            current = self.divisions.current(code) if code else None
            self._areas[path] = self.boundaries.area_of(current, path[-1][1] if self.by_name else None)
        return self._areas[path]


def _plain(doubts: list[Doubt]) -> list[Plain]:
    return [(each.check, each.field, each.value, each.severity.value) for each in doubts]


def _keep_small(known: dict[Any, Any]) -> None:
    if len(known) > _MOST:
        known.clear()
