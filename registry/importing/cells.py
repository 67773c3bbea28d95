"""Reading cells: one reader for each column of a file, made ready once, then asked row by row. Pure."""

import html
import math
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from sqlmodel import SQLModel

from registry.importing.ages import AgeFacts, read_age
from registry.importing.mapping import AREAS_IN_HA, LENGTHS_IN_M, Column, codelist
from registry.importing.problems import RowProblem
from registry.models import DesignationDraft, InspectionDraft, MeasurementDraft, TreeDraft
from registry.models.areas import AREA_DRAFTS
from registry.rules.angles import Axis, parse_angle, parse_position
from registry.rules.numbers import as_written, damaged_number
from registry.rules.plausibility import Doubt, combined, doubt, stems
from registry.vocab.checks import all_checks
from registry.vocab.words import AgeBasis, Severity

_MODELS: tuple[type[SQLModel], ...] = (
    TreeDraft,
    MeasurementDraft,
    InspectionDraft,
    DesignationDraft,
    *AREA_DRAFTS.values(),
)
DATES = frozenset({"measured_on", "inspected_on", "designated_on", "surveyed_on", "age_as_of"})
LONGEST_NUMBER = 64
"""Characters of a tree's or an area's number."""


def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _fields_of(*kinds: type) -> frozenset[str]:
    return frozenset(
        name
        for model in _MODELS
        for name, info in model.model_fields.items()
        for part in _parts(info.annotation)
        if isinstance(part, type) and issubclass(part, kinds) and (part is not bool or bool in kinds)
    )


WHOLE_NUMBERS = _fields_of(int) | {"grove_tree_count"}
NUMBERS = _fields_of(float) | WHOLE_NUMBERS
_BOOLEANS = _fields_of(bool)
_CLOSED = _fields_of(Enum) | _BOOLEANS | {"grade", "listing", "steward_kind"}
"""Fields that hold a word of a closed list: any other word turns the row away."""
_STEM_FIELDS = frozenset({"girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "stem_girths"})

_SIZES = frozenset(all_checks()["recorded_as_zero"].fields)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+|[+-]?[0-9]+(?:\.[0-9]{1,2})?")
_WITH_UNIT = re.compile(
    r"(.*?[0-9.,])\s*(mm|cm|m|ft|feet|foot|in|inch|inches|毫米|厘米|公分|米|公尺|英尺|英寸|['′\"″])\.?"
)
_UNIT_WORDS = {
    "feet": "ft", "foot": "ft", "英尺": "ft", "'": "ft", "′": "ft", "inch": "in", "inches": "in",
    "英寸": "in", '"': "in", "″": "in", "毫米": "mm", "厘米": "cm", "公分": "cm", "米": "m", "公尺": "m",
}  # fmt: skip
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"([0-9]{3,4})(?:\.0+)?(?:年|[-/.T ].*)?")
_POINT_NOUGHT = re.compile(r"([0-9]+)\.0+")
_CODE_BEFORE_WORD = re.compile(r"[0-9]{1,2}[\s.、．:：-]*(?=\D)")
_JOINED_WORDS = re.compile(r"\s*[、,，;；|]\s*")

Reader = Callable[["Cells", str], None]
_Value = Callable[["Cells", str], Any]


@dataclass(slots=True)
class Cells:
    """Values of one row by field, each with the column it came from."""

    located: dict[str, Column] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    digits: dict[str, str] = field(default_factory=dict)
    """The number alone, of cells that hold more: `2.5` of `2,5 m.`."""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    other_numbers: list[tuple[str, str]] = field(default_factory=list)
    """Numbers that are never the record's own."""
    number_column: str = ""
    ages: list[AgeFacts] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)
    """What a second column says of a field that has its value."""

    def put(self, name: str, value: Any, column: str, raw: str) -> None:
        """Take in one value."""
        self.values[name], self.columns[name], self.raws[name] = value, column, raw

    def take(self, names: frozenset[str]) -> dict[str, Any]:
        """The values of some fields."""
        return {name: value for name, value in self.values.items() if name in names}


def make_reader(header: str, column: Column, name: str | None) -> Reader:
    """The reader of one column whose cells fill the field `name` (None: only what its pattern finds).

    A reader raises RowProblem for a cell that cannot be read.
    """
    steps: list[Reader] = []
    if column.pattern is not None:
        steps.append(_pattern_reader(header, column))
    if name is not None:
        steps.append(_field_reader(header, column, name))
    if column.empty:
        empty = column.empty
        whole = steps

        def unless_empty(cells: Cells, raw: str) -> None:
            if raw not in empty:
                for step in whole:
                    step(cells, raw)

        return unless_empty
    if len(steps) == 1:
        return steps[0]

    def each(cells: Cells, raw: str) -> None:
        for step in steps:
            step(cells, raw)

    return each


def _pattern_reader(header: str, column: Column) -> Reader:
    pattern = column.pattern
    assert pattern is not None  # noqa: S101  (for the type checker)
    wordless = column if column.field is None else replace(column, words=None)
    reads = {
        name: _value_reader(name, column if name in _CLOSED else wordless, header)
        for name in pattern.groupindex
    }

    def read(cells: Cells, raw: str) -> None:
        if match := pattern.search(raw):
            for name, part in match.groupdict().items():
                if part and (value := reads[name](cells, part.strip())) is not None:
                    cells.put(name, value, header, part)

    return read


def _field_reader(header: str, column: Column, name: str) -> Reader:
    if name in {"tree_no", "number", "alias"}:
        return _number_reader(header, column, is_own=name != "alias")
    if name in {"age_years", "age_text"}:
        return _age_reader(header, column, name)
    if name == "position":
        return _position_reader(header, column)
    if name == "remark":
        return lambda cells, raw: cells.remarks.append(f"{header}: {raw}")
    value_of, also = _value_reader(name, column, header), column.also.items()

    def read(cells: Cells, raw: str) -> None:
        if name in cells.values:
            return
        value = value_of(cells, raw)
        if value is not None:
            cells.put(name, value, header, raw)
            for other, said in also:
                cells.put(other, said, header, raw)

    return read


def _number_reader(header: str, column: Column, *, is_own: bool) -> Reader:
    scheme, whole = column.scheme or "", column.whole

    def read(cells: Cells, raw: str) -> None:
        if whole and (match := _POINT_NOUGHT.fullmatch(raw)):
            raw = match[1]
        if len(raw) > LONGEST_NUMBER:
            raise RowProblem("too_long", header, raw, limit=LONGEST_NUMBER)
        if damaged_number(raw):
            raise RowProblem("number_damaged", header, raw)
        if not is_own:
            cells.other_numbers.append((as_written(raw), scheme))
            return
        cells.number_column = cells.number_column or header
        cells.numbers.append((as_written(raw), scheme))

    return read


def _age_reader(header: str, column: Column, name: str) -> Reader:
    basis = AgeBasis(column.also.get("age_basis", AgeBasis.ESTIMATED))
    is_said = "age_basis" in column.also
    also = {other: said for other, said in column.also.items() if other != "age_basis"}
    strict = _value_reader("age_years", column, header)

    words = column.words or {}

    def read(cells: Cells, raw: str) -> None:
        if name == "age_years":
            years, lower, upper = strict(cells, raw), None, None
            if years is None:
                return
        else:
            raw = words.get(raw, raw)
            years, lower, upper = read_age(raw)
        text = raw if years is None else None
        cells.ages.append(AgeFacts(years, lower, upper, basis, evidence=text))
        if "age_years" not in cells.values and years is not None:
            cells.put("age_years", years, header, raw)
            if is_said:
                cells.put("age_basis", basis, header, raw)
        elif years is not None and basis is not AgeBasis.LEGEND and raw != cells.raws["age_years"]:
            cells.again["age_years"] = raw
        for other, said in also.items():
            cells.put(other, said, header, raw)

    return read


def _position_reader(header: str, column: Column) -> Reader:
    order = column.order

    def read(cells: Cells, raw: str) -> None:
        try:
            lon, lat = parse_position(raw, order)
        except ValueError as error:
            raise RowProblem("not_a_position", header, raw, detail=error.args[0]) from None
        parts = [part.strip() for part in raw.strip("()[] ").split(",")]
        plain = len(parts) == 2 and all(map(_NUMBER.fullmatch, parts))
        first, second = parts if plain else (raw, raw)
        lon_raw, lat_raw = (second, first) if order == "lat-lon" else (first, second)
        cells.put("lon", lon, header, lon_raw)
        cells.put("lat", lat, header, lat_raw)

    return read


def _value_reader(name: str, column: Column, header: str) -> _Value:  # noqa: PLR0911  (one for each kind)
    words = column.words
    if words is None and name in _BOOLEANS:
        words = codelist("yes_no")
    if words is not None:
        return _word_reader(words, header) if name in _CLOSED else _open_word_reader(words, column.split)
    if name == "planted_year":
        return _year_reader(header)
    if name in _STEM_FIELDS:
        return _stem_reader(name, column, header)
    if name in {"lon", "lat"}:
        return _angle_reader(name, header)  # type: ignore[arg-type]
    if name in NUMBERS:
        return _amount_reader(name, column, header)
    if name in DATES:
        return _date_reader(name, column, header)
    if column.split is not None:
        separator = column.split
        return lambda _cells, raw: tuple(
            filter(None, (_piece(part, separator) for part in raw.split(separator)))
        )
    return lambda _cells, raw: raw


def _piece(text: str, separator: str) -> str:
    return " ".join(html.unescape(text).split()).strip(separator).strip()


def _word_reader(words: dict[str, Any], header: str) -> _Value:
    folded = {_folded(word): value for word, value in words.items()}

    def read(_cells: Cells, raw: str) -> Any:
        if raw in words:
            value = words[raw]
        else:
            word = _folded(raw)
            if word not in folded:
                word = _CODE_BEFORE_WORD.sub("", word, count=1)
            if word not in folded:
                known = list(dict.fromkeys(word for word in words if not word.isdigit()))
                raise RowProblem("not_in_vocabulary", header, raw, known="、".join(known[:30]))
            value = folded[word]
        return None if value == "" else value

    return read


def _folded(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split()).lower()


def _open_word_reader(words: dict[str, Any], split: str | None) -> _Value:
    """Words of an open list, one or several in a cell; what the list does not have stays as written."""
    separator = re.compile(re.escape(split)) if split else _JOINED_WORDS

    def read(_cells: Cells, raw: str) -> str | None:
        if raw in words:
            return words[raw] or None
        pieces = [piece for piece in separator.split(raw) if piece]
        if not any(piece in words for piece in pieces):
            return raw
        return "、".join(filter(None, dict.fromkeys(words.get(piece, piece) for piece in pieces))) or None

    return read


def _year_reader(header: str) -> _Value:
    def read(_cells: Cells, raw: str) -> int:
        match = _YEAR.fullmatch(unicodedata.normalize("NFKC", raw).strip())
        if match is None:
            raise RowProblem("not_a_year", header, raw)
        return int(match[1])

    return read


def _angle_reader(axis: Axis, header: str) -> _Value:
    def read(_cells: Cells, raw: str) -> float:
        number = plain_number(raw)
        if number is not None:
            return number  # degrees, or metres of a grid: the datum decides
        try:
            return parse_angle(raw, axis)
        except ValueError as error:
            raise RowProblem("not_a_position", header, raw, detail=error.args[0]) from None

    return read


def _amount_reader(name: str, column: Column, header: str) -> _Value:
    units = AREAS_IN_HA if name == "area_ha" else LENGTHS_IN_M
    target = units["cm" if name.endswith("_cm") else "ha" if name == "area_ha" else "m"]
    factor = units[column.unit] / target if column.unit else None
    zero_is_empty, whole, is_plain = column.zero_is_empty, name in WHOLE_NUMBERS, column.decimal == "."
    own_unit, is_size = column.own_unit, name in _SIZES

    def read(cells: Cells, raw: str) -> float | int | None:
        scale, text = factor, raw
        if own_unit:
            text, unit = _without_unit(raw)
            if unit:
                scale = units[unit] / target
            elif scale is None:
                raise RowProblem("unit_missing", header, raw)
            cells.digits[name] = text.replace(",", ".")
        number = plain_number(text) if is_plain else _comma_number(text)
        if number is None:
            raise RowProblem("not_a_number", header, raw)
        if number == 0 and zero_is_empty:
            return None
        if number == 0 and is_size:  # no tree has a size of nought: it was not measured
            cells.doubts.append(doubt("recorded_as_zero", name, raw))
            return None
        if scale is not None:
            number = round(number * scale, 4)
        if whole:
            if number != int(number):
                raise RowProblem("not_a_number", header, raw)
            return int(number)
        return number

    return read


def _stem_reader(name: str, column: Column, header: str) -> _Value:
    """A girth or diameter; several stems in one cell are combined, and kept as they were written."""
    size = "girth_cm" if name == "stem_girths" else name
    one = _amount_reader(size, column, header)

    def read(cells: Cells, raw: str) -> Any:
        if raw.isascii() and raw.replace(".", "", 1).isdigit():
            value = one(cells, raw)
        else:
            text, unit = _without_unit(raw) if column.own_unit else (raw, "")
            text = re.sub(r"(?<=\d),(?=\d)", ".", text) if column.decimal == "," else text
            found = [] if "," in text or "，" in text else stems(text)  # 3,10 may be one number
            if not found:
                value = one(cells, raw)
            else:
                value = one(cells, f"{combined(found)!r}{unit}".replace(".", column.decimal))
                cells.digits[size] = text
                if text != raw:
                    cells.doubts.append(Doubt("several_stems", size, f"{raw} → {value:g} cm", Severity.NOTE))
                if size == "girth_cm":
                    cells.put("stem_girths", raw, header, raw)
                    cells.put("stem_count", len(found), header, raw)
        if name == "stem_girths":
            if value is not None:
                cells.put(size, value, header, raw)
            return None
        return value

    return read


def _without_unit(raw: str) -> tuple[str, str]:
    match = _WITH_UNIT.fullmatch(raw.strip())
    if match is None:
        return raw, ""
    return match[1].strip(), _UNIT_WORDS.get(match[2], match[2])


def plain_number(raw: str) -> float | None:
    """The number that `raw` writes (full-width digits, and commas between thousands, are understood)."""
    if raw.isascii() and _NUMBER.fullmatch(raw):
        number = float(raw)
        return number if math.isfinite(number) else None
    text = unicodedata.normalize("NFKC", raw).replace(" ", "")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


def _comma_number(raw: str) -> float | None:
    """A number with a decimal comma; a point before the one or two last digits is a decimal point too."""
    text = unicodedata.normalize("NFKC", raw).replace(" ", "")
    if not _DECIMAL_COMMA.fullmatch(text):
        return plain_number(text) if "." in text and len(text.rpartition(".")[2]) > 3 else None
    return float(text.replace(".", "").replace(",", ".") if "," in text else text)


def _date_reader(name: str, column: Column, header: str) -> _Value:
    patterns = column.dates
    with_iso = (*patterns, "%Y-%m-%d")
    example = date(2018, 5, 3).strftime(patterns[0])

    def read(cells: Cells, raw: str) -> date | None:
        if len(raw) == 10 and _ISO_DAY.fullmatch(raw):
            with suppress(ValueError):
                return date.fromisoformat(raw)
        for pattern in with_iso if _ISO_DAY.match(raw) else patterns:
            day = raw if " " in pattern else re.split("[T ]", raw)[0]  # a time of day says nothing here
            if pattern == "%Y%m%d" and len(day) != 8:
                continue  # 2018111 could be two days
            with suppress(ValueError):
                found = datetime.strptime(day, pattern).date()  # noqa: DTZ007  (a day has no time zone)
                if pattern == "%Y":
                    cells.doubts.append(Doubt("year_only", name, raw, Severity.NOTE))
                    return None  # a year is no day: none is made up
                return found
        raise RowProblem("not_a_date", header, raw, example=example)

    return read
