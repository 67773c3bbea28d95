"""Figures of a report on their way out of the register: shares with their denominators, tallies, money."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Kpi:
    """What a figure counts (`part`) over what (`whole`), in both languages, and what it rests on.

    unit: "trees", "times", "cases", "strategies" or "fields". is_of_today: known only as things stand when
    it is counted, because values of files carry no day.
    """

    id: str
    zh: str
    en: str
    part_zh: str
    part_en: str
    whole_zh: str
    whole_en: str
    citation: str
    citation_en: str
    unit: str = "trees"
    target: float | None = None
    is_low_better: bool = False
    is_of_today: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; no figure where there is nothing to count."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 1, None for nothing over nothing."""
        return self.part / self.whole if self.whole else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)


NOTHING = Share(0, 0)


@dataclass(frozen=True, slots=True)
class KpiLine:
    """The figures of one division (or of all) and one class ("all", "ancient", "famous", "reserve",
    "other", "grove"). shares: by id of the figure; None where it cannot be known for that day."""

    division_id: str | None
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    group: str
    shares: dict[str, Share | None]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many trees by one field: (code or text, count), the largest first or in the order of the list."""

    field: str
    rows: tuple[tuple[str | None, int], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _key, count in self.rows)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """What was spent on one kind of measure or from one source, in hundredths of the currency."""

    key: str
    count: int
    currency: str
    planned_cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """Heritage gardens or places and their condition: how many were assessed, by band, and works on them."""

    kind: str
    records: int
    assessed: int
    bands: tuple[tuple[str, str, int], ...]
    """(model, band, count)."""
    works: int
    works_accepted: int


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One research trial in the period."""

    number: str
    title: str
    state: str
    partners: int
    subjects: int
    results: str | None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything that a report says. Counts are as of `to_on`; what happened, from `from_on` to `to_on`."""

    register_name: str
    from_on: date
    to_on: date
    made_at: datetime
    made_on: date
    division: tuple[str, ...]
    division_en: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    lines: tuple[KpiLine, ...]
    start: tuple[KpiLine, ...]
    """The figures of the whole at the beginning of the period."""
    scattered: int
    groves: int
    in_groves: int
    tallies: tuple[Tally, ...]
    activities: tuple[tuple[str, int], ...]
    works: tuple[MoneyRow, ...]
    sources: tuple[MoneyRow, ...]
    conditions: tuple[ConditionRow, ...]
    trials: tuple[TrialRow, ...]
    undated: int
    """Records that are off the register without a dated case: on no day do they count as standing."""
    before: "ReportFacts | None" = None
    register_name_en: str = ""
    is_demonstration: bool = False
