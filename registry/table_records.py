"""Tables for the office on their way out: layouts, which are data, and what stands in their rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from registry.records import AreaRecord, TreeRecord
from registry.rules.counting import TreeCounts
from registry.vocab.labels import Label

CellKind = Literal["text", "integer", "decimal", "percent", "date"]
Value = str | int | float | date | None
"""What stands in a cell; None: not known."""
RUNNING = "$number"
"""The running number (序号) of a row, which is no field."""


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """One column of a layout. Exactly one of `field`, `key`, `count`, `sum` and `share` says what it shows.

    field: of a tree or grove. key: which name of the row, from 0. count: what is counted (`COUNTS`), of the
    class `of` alone where it is given. sum: columns of this row that are added up. share: the column whose
    share of its own sum is shown. label: None as the field is called.
    """

    id: str
    field: str = ""
    key: int | None = None
    count: str = ""
    of: str = ""
    sum: tuple[str, ...] = ()
    share: str = ""
    label: Label | None = None
    group: Label | None = None
    unit: str = ""
    width: float = 12
    kind: CellKind = "text"
    decimals: int = 3


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table. rows: "tree" or "grove" for a row each, else the dimension by which trees are counted.

    bands: bounds of the classes of age in years, from (included). is_usual: made where no table is named.
    Which columns a law or standard prescribes is not settled: `citation` says what a layout rests on, with
    its confidence ("high", "medium", "low").
    """

    id: str
    title: Label
    rows: str
    columns: tuple[ColumnLayout, ...]
    citation: Label
    confidence: str
    bands: tuple[int, ...] = ()
    is_usual: bool = True

    @property
    def is_summary(self) -> bool:
        """Whether it counts trees instead of listing them."""
        return self.rows not in {"tree", "grove"}

    def column(self, own: str) -> ColumnLayout | None:
        """The column with the id `own`."""
        return next((column for column in self.columns if column.id == own), None)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row of a summary: what it is called (one text or several), and its counts by the id of a column."""

    names: tuple[str, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """A summary as it was counted. totals: of all rows, by the id of a column."""

    layout: TableLayout
    rows: tuple[SummaryRow, ...]
    totals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Names of a division and those around it by level ("province", "city", "county" …), and its codes."""

    names: Mapping[str, Label] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


NOWHERE = PlaceNames()


@dataclass(frozen=True, slots=True)
class TableTree:
    """One tree for a table. is_in_grove: whether it stands in a grove, also where its number is not told.
    steward_kind: word of PartyKind, None where the name of a steward is not told."""

    record: TreeRecord
    place: PlaceNames = NOWHERE
    is_in_grove: bool = False
    species: Label | None = None
    steward_kind: str | None = None


@dataclass(frozen=True, slots=True)
class TableGrove:
    """One grove for a table. trees: by its form, or its files where those are more; files: trees of it that
    the selection has."""

    record: AreaRecord
    place: PlaceNames = NOWHERE
    trees: int = 0
    files: int = 0
    steward_kind: str | None = None

    @property
    def without_files(self) -> int:
        """Trees of it that have no file of their own."""
        return self.trees - self.files


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What tables say of themselves. division: of which one they are, None for the whole register; counts:
    all trees of the selection, as the register counts them."""

    register_name: Label
    made_at: datetime
    on: date
    counts: TreeCounts
    where: tuple[str, ...] = ()
    division: Label | None = None
    place: Label | None = None
    """Name of the division alone; `division` is told with those around it."""
    is_restricted: bool = False
    has_groves: bool = True
    """False where the selection asks for what groves do not have: then only files are counted."""


@dataclass(frozen=True, slots=True)
class SheetMap:
    """How one sheet of an office's workbook is filled.

    sheet: its name, or its place from 1. first: the first row of data. last: the last row that may be
    written, where the table cannot grow; else None. columns: letter, or text of the heading, → what stands
    there; a `$number` is the running number.
    """

    sheet: str | int
    table: str
    first: int
    columns: Mapping[str, str]
    last: int | None = None
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FillReport:
    """What was filled and what could not be. unmapped: headings of columns that no field is named for, by
    sheet; empty: rows without a value, by sheet and heading; unknown: marks in braces that mean nothing;
    lost: parts of the workbook that cannot be kept."""

    rows: Mapping[str, int]
    unmapped: tuple[tuple[str, str], ...] = ()
    empty: tuple[tuple[str, str, int], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    lost: tuple[Label, ...] = ()
