"""Mappings as the import uses them: columns, rules for single rows, joined columns, and the whole. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as default_field
from datetime import date
from pathlib import Path
from typing import Any

from registry.errors import MappingMissingColumnError
from registry.importing.mapping_fields import DIVISION_LEVELS, RECORD_FIELDS, YEAR_FIRST
from registry.rulepacks import rule_pack
from registry.rules.angles import Order
from registry.rules.plausibility import GradeAges

_DERIVED = {
    "lon": {"lat", "lon_raw", "lat_raw", "coordinate_uncertainty_m"},
    "position": {"lon", "lat", "lon_raw", "lat_raw", "coordinate_uncertainty_m"},
    "age_years": {"age_basis", "age_as_of"},
    "age_text": {"age_years", "age_basis", "age_as_of"},
    "girth_cm": {"stem_girths", "stem_count"},
    "stem_girths": {"girth_cm", "stem_count"},
    "remark": {"notes"},
    "vigour": {"vigour_scale"},
    "name_verbatim": {"species_id"},
    "latin_verbatim": {"species_id"},
    "name_en": {"species_id"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read. `field` is a name of FIELDS; `pattern` gives several fields by its groups."""

    header: str
    field: str | None = None
    aliases: tuple[str, ...] = ()
    optional: bool = False
    unit: str | None = None
    """Unit of bare numbers; None where a cell must name its own, or there is none."""
    own_unit: bool = False
    """Whether a cell may name its own unit."""
    dates: tuple[str, ...] = YEAR_FIRST
    words: dict[str, Any] | None = None
    split: str | None = None
    pattern: re.Pattern[str] | None = None
    scheme: str | None = None
    zero_is_empty: bool = False
    also: dict[str, Any] = default_field(default_factory=dict)
    """Fields that are so, because this column has a value."""
    decimal: str = "."
    order: Order | None = None
    """Which coordinate comes first where the column holds both."""
    empty: frozenset[str] = frozenset()
    whole: bool = False
    """A number that a program wrote with `.0` behind it is written without."""
    elsewhere: dict[str, str] = default_field(default_factory=dict)
    """The field that it fills in other records than the mapping's own."""

    def field_in(self, record: str, own: str) -> str | None:
        """The field that it fills where a row becomes `record`; `own` is the record of the mapping."""
        if record == own:
            return self.field
        if record in self.elsewhere:
            return self.elsewhere[record] or None
        alike = {"tree_no": "number", "number": "tree_no"}.get(self.field or "", self.field)
        return alike if alike in RECORD_FIELDS[record] else None


@dataclass(frozen=True, slots=True)
class When:
    """What is so for some rows only: those whose cell under `header` is one of `values`, or has `pattern`,
    or is a number above `above`.
    """

    header: str
    values: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    above: float | None = None
    record: str | None = None
    """What the row becomes."""
    settled: dict[str, Any] = default_field(default_factory=dict)
    """Values of fields, whatever the columns say."""
    left_out: str | None = None
    """Why such a row is not taken in."""

    def holds(self, cell: str) -> bool:
        """Whether a row with this cell is meant."""
        if self.pattern is not None:
            return self.pattern.search(cell) is not None
        if self.above is not None:
            try:
                return float(cell) > self.above
            except ValueError:
                return False
        return cell in self.values


@dataclass(frozen=True, slots=True)
class Join:
    """A column made of others: their cells one after another, what `strip` matches taken off."""

    header: str
    columns: tuple[str, ...]
    separator: str = " "
    strip: re.Pattern[str] | None = None

    def cell(self, cells: dict[str, str]) -> str:
        """The cell of a row; empty where the first of its columns is."""
        pieces = [cells.get(name, "") for name in self.columns]
        if not pieces[0]:
            return ""
        if self.strip is not None:
            pieces = [self.strip.sub("", piece) for piece in pieces]
        return self.separator.join(filter(None, pieces))


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern inside the findings of an inspection that also fills a field."""

    pattern: re.Pattern[str]
    field: str
    words: dict[str, str]
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping, checked."""

    id: str
    title: str
    path: Path
    source: dict[str, Any]
    authority: dict[str, str]
    columns: tuple[Column, ...]
    defaults: dict[str, Any] = default_field(default_factory=dict)
    release: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    placeholder_texts: frozenset[str] = frozenset()
    placeholder_beginnings: tuple[str, ...] = ()
    placeholder_dates: frozenset[date] = frozenset()
    divisions: tuple[dict[str, str], ...] = ()
    division_lang: str = "zh-Hans"
    findings: tuple[Finding, ...] = ()
    designation: dict[str, str] = default_field(default_factory=dict)
    advice: str = ""
    """What whoever imports with this mapping should know; said after the import."""
    record: str = "tree"
    """What a row becomes where no `when` says otherwise."""
    whens: tuple[When, ...] = ()
    joins: tuple[Join, ...] = ()

    @property
    def records(self) -> frozenset[str]:
        """What rows may become."""
        return frozenset({self.record, *(when.record for when in self.whens if when.record)})

    def given_fields(self, columns: Iterable[Column] | None = None) -> frozenset[str]:
        """What of a tree this mapping can say, so that its silence on anything else changes nothing."""
        columns = self.columns if columns is None else tuple(columns)
        given = {column.field for column in columns if column.field}
        for column in columns:
            given |= {*column.also, *(column.pattern.groupindex if column.pattern else ())}
        given |= {finding.field for finding in self.findings}
        given |= {name for when in self.whens for name in when.settled}
        for name, derived in _DERIVED.items():
            if name in given:
                given |= derived
        if "latin_verbatim" not in given and any(c.field == "latin_verbatim" for c in self.columns):
            given.discard("species_id")  # a folk name alone does not outdo a scientific name
        if self.divisions or given & set(DIVISION_LEVELS):
            given.add("division_id")
        return frozenset(given)

    @property
    def grade_scheme(self) -> str:
        """The rule pack by which grades in the file were given."""
        return self.designation.get("grade_scheme", "cn-2025")

    @property
    def grade_ages(self) -> GradeAges:
        """Ages of the grades of that pack; empty for a scheme without a pack."""
        pack = rule_pack(self.grade_scheme)
        return pack.grade_ages if pack else {}

    def locate(self, headers: Sequence[str], file: Path | None = None) -> "Located":
        """The column of each header that is used. Raises MappingMissingColumnError that names `file`."""
        found, missing = self._compare(headers)
        if missing:
            raise MappingMissingColumnError(
                mapping=self.id, column=missing[0], path=file or self.path, columns=list(headers)
            )
        return found

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether every column that this mapping needs is there."""
        found, missing = self._compare(headers)
        return bool(found) and not missing

    def missing(self, headers: Sequence[str]) -> list[str]:
        """Columns that this mapping needs and `headers` lacks; all of them where nothing is alike."""
        return self._compare(headers)[1]

    def _compare(self, headers: Sequence[str]) -> tuple["Located", list[str]]:
        by_name = {plain_header(header): header for header in headers}
        for join in self.joins:
            if all(name in headers for name in join.columns):
                by_name[plain_header(join.header)] = join.header
        found = Located()
        missing: list[str] = []
        for column in self.columns:
            wanted = (column.header, *column.aliases)
            names = [plain_header(name) for name in wanted]
            header = next((name for name in wanted if name in headers), None)  # “adresse” beside “Adresse”
            header = header or next((by_name[name] for name in names if name in by_name), None)
            if header is not None:
                found[header] = column
            elif not column.optional:
                missing.append(column.header)
        return found, missing

    def unused(self, headers: Sequence[str]) -> list[str]:
        """Headers that the mapping neither reads nor names as ignored."""
        used = {*self.locate(headers), *self.ignore, *(when.header for when in self.whens)}
        used |= {name for join in self.joins for name in join.columns}
        return [header for header in headers if header not in used]


class Located(dict[str, Column]):
    """The column of each header of one file; `made_ready` keeps how its rows are read."""

    made_ready: Any = None


def plain_header(text: str) -> str:
    """A header for comparison: full-width forms folded, blanks gone, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
