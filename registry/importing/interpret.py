"""Interpreting rows: cells become checked drafts, or a RowProblem that names the column. Pure."""

import html
import math
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from registry.importing.files import Row
from registry.importing.mapping import (
    DIVISION_LEVELS,
    INSPECTION_FIELDS,
    LENGTHS_IN_M,
    MEASUREMENT_FIELDS,
    PARTY_FIELDS,
    TREE_FIELDS,
    Column,
    Mapping,
)
from registry.importing.problems import RowProblem
from registry.models import DesignationDraft, InspectionDraft, MeasurementDraft, TreeDraft
from registry.rules.names import is_unit_name, split_scientific_name
from registry.rules.numbers import fits_scheme
from registry.rules.plausibility import (
    Doubt,
    Sizes,
    date_doubts,
    decimals,
    position_doubts,
    rounding_m,
    size_doubts,
)
from registry.vocab.words import AgeBasis, Datum, DesignationKind, InspectionKind, PartyKind

WHOLE_NUMBERS = frozenset({"age_years"})
NUMBERS = frozenset(
    name
    for model in (TreeDraft, MeasurementDraft)
    for name, info in model.model_fields.items()
    if {float, int}
    & set(get_args(info.annotation) if get_origin(info.annotation) in (Union, UnionType) else ())
)
DATES = frozenset({"measured_on", "inspected_on", "designated_on", "surveyed_on", "age_as_of"})
_Model = TypeVar("_Model", TreeDraft, MeasurementDraft, InspectionDraft, DesignationDraft)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
FIRST_DAY = date(1800, 1, 1)
"""No record of measuring, inspecting or designating a tree is older."""
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WGS84_LIKE = frozenset({Datum.WGS84, Datum.CGCS2000})


@dataclass(frozen=True, slots=True)
class SpeciesFacts:
    """A taxon as a row names it."""

    name_latin: str | None = None
    name_author: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    family: str | None = None
    genus: str | None = None


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A unit or person that a row names, and what it is to the tree."""

    role: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """Everything that one row says of one tree."""

    tree: TreeDraft
    species: SpeciesFacts
    measurement: MeasurementDraft | None = None
    inspection: InspectionDraft | None = None
    inspected_by: PartyFacts | None = None
    designations: tuple[DesignationDraft, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    parties: tuple[PartyFacts, ...] = ()
    divisions: tuple[tuple[str, str], ...] = ()
    """(level, name), largest first."""
    doubts: tuple[Doubt, ...] = ()


@dataclass(slots=True)
class _Cells:
    """Values of one row by field, each with the column it came from."""

    values: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    number_column: str = ""

    def put(self, name: str, value: Any, column: str, raw: str) -> None:
        self.values[name], self.columns[name], self.raws[name] = value, column, raw

    def take(self, names: frozenset[str]) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name in names}


def interpret(row: Row, mapping: Mapping, located: dict[str, Column], *, today: date) -> TreeFacts:
    """What `row` says. `located` as from `Mapping.locate`; no day lies after `today`. Raises RowProblem."""
    if row.missing:
        found, expected = row.missing
        kind = "cells_missing" if found < expected else "cells_extra"
        raise RowProblem(kind, "", "", found=found, expected=expected)
    cells = _Cells()
    for header, column in located.items():
        raw = _without_placeholders(row.cells.get(header, ""), mapping)
        if odd := _UNREADABLE.search(raw):
            raise RowProblem("unreadable_characters", header, _UNREADABLE.sub("�", raw), found=ascii(odd[0]))
        if raw:
            _read_cell(cells, header, column, raw)
    for name in DATES & cells.values.keys():
        if not FIRST_DAY <= cells.values[name] <= today:
            raise RowProblem("day_impossible", cells.columns[name], cells.raws[name], first=FIRST_DAY)
    if not cells.numbers:
        raise RowProblem(
            "number_missing", next((h for h, c in located.items() if c.field == "tree_no"), ""), ""
        )
    return _facts(cells, mapping)


def _without_placeholders(raw: str, mapping: Mapping) -> str:
    if raw in mapping.placeholder_texts or raw.startswith(mapping.placeholder_beginnings or ("\0",)):
        return ""
    return raw


def _read_cell(cells: _Cells, header: str, column: Column, raw: str) -> None:
    if column.pattern and (match := column.pattern.search(raw)):
        for name, part in match.groupdict().items():
            if part:
                cells.put(name, _value(name, column, header, part.strip()), header, part)
    if column.field in {"tree_no", "alias"}:
        if len(raw) > 64:
            raise RowProblem("too_long", header, raw, limit=64)
        cells.number_column = cells.number_column or header
        cells.numbers.append((raw, column.scheme or ""))
    elif column.field and column.field not in cells.values:
        value = _value(column.field, column, header, raw)
        if value is not None:
            cells.put(column.field, value, header, raw)
            for name, also in column.also.items():
                cells.put(name, also, header, raw)


def _value(name: str, column: Column, header: str, raw: str) -> Any:
    if column.words is not None:
        if raw not in column.words:
            raise RowProblem("not_in_vocabulary", header, raw)
        return column.words[raw] or None
    if name in NUMBERS:
        return _number(name, column, header, raw)
    if name in DATES:
        return _date(column, header, raw)
    if column.split is not None:
        parts = [_piece(part, column.split) for part in raw.split(column.split)]
        return tuple(part for part in parts if part)
    return raw


def _piece(text: str, separator: str) -> str:
    return " ".join(html.unescape(text).split()).strip(separator).strip()


def _number(name: str, column: Column, header: str, raw: str) -> float | int | None:
    number = _plain_number(raw)
    if number is None:
        raise RowProblem("not_a_number", header, raw)
    if number == 0 and column.zero_is_empty:
        return None
    if column.unit:
        target = LENGTHS_IN_M["cm" if name.endswith("_cm") else "m"]
        number = round(number * LENGTHS_IN_M[column.unit] / target, 4)
    if name in WHOLE_NUMBERS:
        if number != int(number):
            raise RowProblem("not_a_number", header, raw)
        return int(number)
    return number


def _plain_number(raw: str) -> float | None:
    """The number that `raw` writes (full-width digits, and commas between thousands, are understood)."""
    text = unicodedata.normalize("NFKC", raw).replace(" ", "")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


def _date(column: Column, header: str, raw: str) -> date:
    for pattern in (*column.dates, "%Y-%m-%d") if _ISO_DAY.match(raw) else column.dates:
        day = (
            raw if " " in pattern else re.split("[T ]", raw)[0]
        )  # a workbook's time of day says nothing here
        if pattern == "%Y%m%d" and len(day) != 8:
            continue  # 2018111 could be two days
        with suppress(ValueError):
            return datetime.strptime(day, pattern).date()  # noqa: DTZ007  (a day has no time zone)
    example = date(2018, 5, 3).strftime(column.dates[0])
    raise RowProblem("not_a_date", header, raw, example=example)


def _facts(cells: _Cells, mapping: Mapping) -> TreeFacts:
    values = {**mapping.defaults, **cells.values}
    first_no, first_scheme = cells.numbers[0]
    values["tree_no"] = first_no
    values["number_scheme"] = first_scheme or mapping.defaults["number_scheme"]
    if not fits_scheme(first_no, values["number_scheme"]):
        raise RowProblem("number_malformed", cells.number_column, first_no, scheme=values["number_scheme"])
    doubts = [*_place_position(values, cells)]
    species = _species(values)
    inspection = _inspection(values, cells, mapping)
    surveyed_on = values.get("surveyed_on")
    if values.get("measured_on") is None and surveyed_on is not None:
        values["measured_on"] = surveyed_on
    if values.get("age_years") is not None:
        values.setdefault("age_basis", AgeBasis.ESTIMATED)
        values.setdefault("age_as_of", surveyed_on)
    if inspection is not None and inspection.vigour is not None:
        values["vigour"], values["vigour_scale"] = inspection.vigour, inspection.vigour_scale
    tree = _draft(TreeDraft, {k: v for k, v in values.items() if k in TREE_FIELDS}, cells)
    sizes = {k: v for k, v in values.items() if k in MEASUREMENT_FIELDS and v is not None}
    has_sizes = bool(set(sizes) - {"measured_on", "measure_height_m"})
    measurement = _draft(MeasurementDraft, sizes, cells) if has_sizes else None
    designations, more = _designations(values, mapping, cells)
    doubts.extend(more)
    doubts.extend(_size_doubts(values, cells, mapping))
    return TreeFacts(
        tree=tree,
        species=species,
        measurement=measurement,
        inspection=inspection,
        inspected_by=_party("inspected_by", values.get("inspected_by")) if inspection else None,
        designations=designations,
        aliases=tuple((number, scheme or "other") for number, scheme in cells.numbers[1:]),
        parties=tuple(p for role in sorted(PARTY_FIELDS) if (p := _party(role, values.get(role)))),
        divisions=_divisions(values, mapping),
        doubts=tuple(dict.fromkeys(doubts)),
    )


def _place_position(values: dict[str, Any], cells: _Cells) -> list[Doubt]:
    """Keep the position as written; fill WGS84 where the datum allows it without a conversion."""
    lon, lat = values.pop("lon", None), values.pop("lat", None)
    if (lon is None) != (lat is None):
        missing = "lon" if lon is None else "lat"
        other = "lat" if lon is None else "lon"
        raise RowProblem("half_position", cells.columns.get(missing, cells.columns[other]), cells.raws[other])
    if lon is None or lat is None:
        return []
    lon_raw, lat_raw = cells.raws["lon"], cells.raws["lat"]
    for name, number, bound in (("lon", lon, 180), ("lat", lat, 90)):
        if abs(number) > bound:
            raise RowProblem(
                "out_of_bounds", cells.columns[name], cells.raws[name], bounds=f"-{bound}…{bound}"
            )
    values["lon_raw"], values["lat_raw"] = lon_raw, lat_raw
    if values.get("datum") not in set(Datum):
        raise RowProblem("not_in_vocabulary", cells.columns.get("datum", ""), values.get("datum", ""))
    if Datum(values["datum"]) not in _WGS84_LIKE:
        return [Doubt("datum_not_converted", "datum", str(values["datum"]))]
    values["lon"], values["lat"] = lon, lat
    rounding = rounding_m(lon_raw, lat_raw)
    if rounding >= 1:  # six decimals tell how a number was written, not how well the place is known
        values["coordinate_uncertainty_m"] = max(rounding, values.get("coordinate_uncertainty_m") or 0.0)
    return position_doubts(lon_raw, lat_raw)


def _species(values: dict[str, Any]) -> SpeciesFacts:
    latin = values.get("latin_verbatim")
    scientific = split_scientific_name(latin) if latin else None
    return SpeciesFacts(
        name_latin=scientific.name if scientific else None,
        name_author=scientific.author if scientific else None,
        name_zh=values.get("name_verbatim") if _is_chinese(values.get("name_verbatim")) else None,
        name_en=values.get("name_en"),
        family=values.get("family"),
        genus=values.get("genus"),
    )


def _is_chinese(text: str | None) -> bool:
    return bool(text) and any("\u3400" <= character <= "\u9fff" for character in text or "")


def _inspection(values: dict[str, Any], cells: _Cells, mapping: Mapping) -> InspectionDraft | None:
    inspected_on, surveyed_on = values.get("inspected_on"), values.get("surveyed_on")
    if inspected_on is None and surveyed_on is None:
        return None
    facts = {k: v for k, v in values.items() if k in INSPECTION_FIELDS - {"inspected_by", "notes"}}
    facts["inspected_on"] = inspected_on or surveyed_on
    facts["kind"] = InspectionKind.ASSESSMENT if inspected_on else InspectionKind.CENSUS
    for finding in mapping.findings:
        for text in facts.get("findings", ()):
            if (match := finding.pattern.fullmatch(text)) and match[1] in finding.words:
                facts.setdefault(finding.field, finding.words[match[1]])
                if finding.scale:
                    facts.setdefault("vigour_scale", finding.scale)
    return _draft(InspectionDraft, facts, cells)


def _designations(
    values: dict[str, Any], mapping: Mapping, cells: _Cells
) -> tuple[tuple[DesignationDraft, ...], list[Doubt]]:
    listing = values.get("listing") or mapping.designation.get("listing")
    listings = [listing] if isinstance(listing, str) else list(listing or ())
    day = values.get("designated_on")
    doubts = date_doubts("designated_on", day, mapping.placeholder_dates)
    if doubts:
        day = None
    document = values.get("document_no")
    said = {"designated_on": day, "document_no": document}
    drafts = [
        _draft(DesignationDraft, {"kind": DesignationKind.LISTING, "scheme": scheme, **said}, cells)
        for scheme in listings
    ]
    if grade := values.get("grade"):
        scheme = mapping.grade_scheme
        facts = {"kind": DesignationKind.GRADE, "scheme": scheme, "grade": grade, **said}
        drafts.append(_draft(DesignationDraft, facts, cells))
    return tuple(drafts), doubts


def _size_doubts(values: dict[str, Any], cells: _Cells, mapping: Mapping) -> list[Doubt]:
    names = (
        "girth_cm",
        "diameter_cm",
        "height_m",
        "crown_m",
        "crown_ew_m",
        "crown_ns_m",
        "age_years",
        "grade",
    )
    rounding = max(
        (_last_digit(name, cells) / 2 for name in ("girth_cm", "diameter_cm") if name in cells.raws),
        default=0.5,
    )
    sizes = Sizes(**{name: values.get(name) for name in names})
    return size_doubts(sizes, grade_ages=mapping.grade_ages, rounding_cm=rounding)


def _last_digit(name: str, cells: _Cells) -> float:
    """What one step of the last written digit is worth, in cm."""
    raw, value = cells.raws[name], cells.values[name]
    written = _plain_number(raw)
    factor = value / written if written else 1.0
    return float(10.0 ** -decimals(raw) * factor)


def _party(role: str, name: str | None) -> PartyFacts | None:
    if not name:
        return None
    return PartyFacts(role, PartyKind.UNIT if is_unit_name(name) else PartyKind.PERSON, name)


def _divisions(values: dict[str, Any], mapping: Mapping) -> tuple[tuple[str, str], ...]:
    fixed = tuple((level["level"], level["name"]) for level in mapping.divisions)
    given = tuple((level, values[level]) for level in DIVISION_LEVELS if values.get(level))
    return fixed + given


def _draft(model: type[_Model], facts: dict[str, Any], cells: _Cells) -> _Model:
    try:
        return model(**facts)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        column, raw = cells.columns.get(name, name), cells.raws.get(name, str(facts.get(name, "")))
        context = first.get("ctx", {})
        if first["type"] == "greater_than":
            raise RowProblem("not_positive", column, raw) from None
        if first["type"] in {"greater_than_equal", "less_than_equal"}:
            bounds = " ".join(
                f"{sign} {context[key]}" for key, sign in (("ge", "≥"), ("le", "≤")) if key in context
            )
            raise RowProblem("out_of_bounds", column, raw, bounds=bounds) from None
        if first["type"] == "string_too_long":
            raise RowProblem("too_long", column, raw, limit=context["max_length"]) from None
        raise RowProblem("invalid", column, raw, detail=first["msg"]) from None
