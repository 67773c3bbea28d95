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
        for said in rows:
            self._add(said, self._of_names(said) + self._of_number(said))
        if not (self.is_chinese or self.by_name):
            return
        placed = [(said, area) for said in rows if (area := self._area(said)) is not None]
        lons, lats = [said.tree["lon"] for said, _ in placed], [said.tree["lat"] for said, _ in placed]
        outside = self.boundaries.outside(lons, lats, [area for _, area in placed])
        for (said, _), found in zip(placed, outside, strict=True):
            if found:
                declared = said.divisions[-1][1]
                self._add(said, outside_doubts(found.distance_m, declared, found.instead))

    def _of_names(self, said: Said) -> list[Doubt]:
        name_zh, name_latin = said.tree.get("name_verbatim"), said.tree.get("latin_verbatim")
        if not name_latin:
            return []
        return species_doubts(self.resolve(name_zh, name_latin, said.lang), name_zh, name_latin)

    def _of_number(self, said: Said) -> list[Doubt]:
        county = county_of_number(said.number, said.scheme)
        code = self.code(tuple(said.divisions)) if county else None
        if not county or not code or len(code) != 6 or code.endswith("00"):
            return []
        return number_doubts(said.number, code, is_same=self.divisions.same_county(code, county))

    def _area(self, said: Said) -> int | None:
        if said.tree.get("lon") is None or not said.divisions:
            return None
        path = tuple(said.divisions)
        if path not in self._areas:
            _keep_small(self._areas)
            code = self.code(path)
            current = self.divisions.current(code) if code else None
            self._areas[path] = self.boundaries.area_of(current, path[-1][1] if self.by_name else None)
        return self._areas[path]

    @staticmethod
    def _add(said: Said, doubts: list[Doubt]) -> None:
        said.doubts.extend((each.check, each.field, each.value, each.severity.value) for each in doubts)


def _keep_small(known: dict[Any, Any]) -> None:
    if len(known) > _MOST:
        known.clear()
