"""The figures (考核指标) of a register for each division and class. Reads only."""

import tomllib
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session

from registry.db import SCHEMA_FOLDER
from registry.kpi_counts import (
    Period,
    counted_alerts,
    counted_deaths,
    counted_fields,
    counted_groves,
    counted_patrols,
    counted_strategies,
    counted_trees,
)
from registry.report_records import Kpi, KpiLine, Share
from registry.rulepacks import PackLibrary
from registry.rules.kpis import ALL, CLASSES, GROVES, rolled_up
from registry.surroundings import Surroundings

LEVELS = ("province", "city", "county", "town", "village")


@lru_cache(maxsize=1)
def all_kpis() -> tuple[Kpi, ...]:
    """Every figure, in the order in which it is told: `schema/kpis.toml`."""
    found = tomllib.loads((SCHEMA_FOLDER / "kpis.toml").read_text(encoding="utf-8"))
    return tuple(Kpi(**one) for one in found["kpi"])


class Homes:
    """Under which division each division is told: its ancestor of a level, or of the places in `within`."""

    def __init__(self, around: Surroundings, level: str | None, within: str | None) -> None:
        self._rows, self._level, self._within = around.divisions, level, within
        self._known: dict[str | None, str | None] = {}

    def home(self, division_id: str | None) -> str | None:
        """The division under which `division_id` is told; None where all is one."""
        if division_id not in self._known:
            self._known[division_id] = self._found(division_id)
        return self._known[division_id]

    def holds(self, division_id: str | None) -> bool:
        """Whether a division lies within the one that the report is about."""
        return self._within is None or self._within in self._chain(division_id)

    def _chain(self, division_id: str | None) -> list[str]:
        chain = []
        while division_id is not None and division_id in self._rows:
            chain.append(division_id)
            division_id = self._rows[division_id].parent_id
        return chain

    def _found(self, division_id: str | None) -> str | None:
        chain = self._chain(division_id)
        if self._level is None or not chain:
            return None
        fitting = next((own for own in chain if self._rows[own].level == self._level), None)
        return fitting or chain[-1]


def kpi_lines(
    session: Session,
    period: Period,
    library: PackLibrary,
    *,
    level: str | None = "county",
    within: str | None = None,
    calendars: Path | None = None,
) -> tuple[KpiLine, ...]:
    """The figures of a period: the whole first, then each division; in each, all, then class by class.

    level: of the divisions that are told; None for the whole only. within: of one division alone. library:
    the rule packs by which patrols and cases are due. calendars: folder of the office's own.
    """
    around = Surroundings(session)
    homes = Homes(around, level, within)
    counted = [
        *counted_trees(session, period, period.to_on),
        *counted_groves(session, period, period.to_on),
        *counted_deaths(session, period),
        *counted_alerts(session, library, period, calendars),
        *counted_strategies(session, period),
        *counted_patrols(session, library, period),
    ]
    if period.is_now:
        counted += counted_fields(session)
    kept = (one for one in counted if homes.holds(one[0]))
    sums = rolled_up(kept, homes.home)
    order = (ALL, *CLASSES, GROVES)
    names = {division: around.division_path(division) for division, _group in sums}
    keys = sorted(sums, key=lambda at: (at[0] is not None, names[at[0]], at[0] or "", order.index(at[1])))
    if (None, ALL) not in sums:
        keys = [(None, ALL), *keys]
    lines = []
    for division, group in keys:
        found = sums.get((division, group), {})
        shares: dict[str, Share | None] = {
            kpi.id: found.get(kpi.id, Share(0, 0)) if period.is_now or not kpi.is_of_today else None
            for kpi in all_kpis()
        }
        english = around.division_path(division, in_english=True)
        lines.append(KpiLine(division, names.get(division, ()), english, group, shares))
    return tuple(lines)
