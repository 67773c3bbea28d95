"""Mappings: which column of a file is which field of the register, in what unit and with what words.

A mapping is a TOML file (`schema/mappings/*.toml`; its keys are explained in docs/mappings.md). It is read
and checked whole before any row is: a mapping that is wrong never meets the data.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as default_field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from registry.db import SCHEMA_FOLDER
from registry.errors import (
    InputMissingError,
    MappingChoiceError,
    MappingError,
    MappingMissingColumnError,
    Phrase,
)
from registry.models import (
    AreaDraft,
    DesignationDraft,
    ElementDraft,
    GardenDraft,
    GroveDraft,
    InspectionDraft,
    MeasurementDraft,
    PlaceDraft,
    TreeDraft,
)
from registry.rulepacks import rule_pack
from registry.rules.angles import Order
from registry.rules.datums import grid_code
from registry.rules.plausibility import GradeAges
from registry.vocab.words import Datum, PartyRole

MAPPING_FOLDER = SCHEMA_FOLDER / "mappings"
CODELIST_FOLDER = SCHEMA_FOLDER / "codelists"

_DRAFTS = (TreeDraft, MeasurementDraft, InspectionDraft)
TREE_FIELDS = frozenset(TreeDraft.model_fields)
MEASUREMENT_FIELDS = frozenset(MeasurementDraft.model_fields)
INSPECTION_FIELDS = frozenset(InspectionDraft.model_fields) - {"kind"} | {"inspected_by"}
DESIGNATION_FIELDS = frozenset(DesignationDraft.model_fields) - {"kind", "scheme"} | {"listing"}
PARTY_FIELDS = frozenset(role.value for role in PartyRole)
SPECIES_FIELDS = frozenset({"name_en", "family", "genus"})
DIVISION_LEVELS = ("province", "city", "district", "county")
ANYWHERE = frozenset({"alias", "position", "remark", "steward_kind", "surveyed_on"}) | set(DIVISION_LEVELS)
"""Fields of any record that are no column of its table: both coordinates, a note with its header …"""
OTHER_FIELDS = ANYWHERE | {"crown_mean", "age_text", "age_evidence", "grove_name", "grove_tree_count"}
FIELDS = (
    TREE_FIELDS | MEASUREMENT_FIELDS | INSPECTION_FIELDS | DESIGNATION_FIELDS | PARTY_FIELDS | SPECIES_FIELDS
) | OTHER_FIELDS

RECORDS = ("tree", "grove", "garden", "place", "element")
AREA_DRAFTS: dict[str, type[AreaDraft]] = {
    "grove": GroveDraft,
    "garden": GardenDraft,
    "place": PlaceDraft,
    "element": ElementDraft,
}
_BESIDE_AREAS = ANYWHERE | DESIGNATION_FIELDS | PARTY_FIELDS
RECORD_FIELDS: dict[str, frozenset[str]] = {
    "tree": FIELDS,
    "grove": frozenset(GroveDraft.model_fields)
    | _BESIDE_AREAS
    | {"composition", "name_verbatim", "latin_verbatim", "name_en"},
    "garden": frozenset(GardenDraft.model_fields) | _BESIDE_AREAS,
    "place": frozenset(PlaceDraft.model_fields) | _BESIDE_AREAS,
    "element": frozenset(ElementDraft.model_fields) | _BESIDE_AREAS,
}
"""The fields that a column may fill, by the record that its row becomes."""
AREA_FIELDS = frozenset().union(*(RECORD_FIELDS[record] for record in AREA_DRAFTS))

YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
"""Ways to write a day that can be read in one way only; a mapping names any other."""
LENGTHS_IN_M = {"mm": 0.001, "cm": 0.01, "m": 1.0, "ft": 0.3048, "in": 0.0254}
AREAS_IN_HA = {"m2": 0.0001, "ha": 1.0, "km2": 100.0, "mu": 1 / 15}
Shape = type | tuple[type, ...]
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
_SHAPES: dict[str, Shape] = {
    "id": str, "title": str, "about": str, "source": dict, "authority": dict, "defaults": dict,
    "release": list, "placeholders": dict, "placeholder_dates": list, "columns": dict, "ignore": list,
    "divisions": dict, "finding": list, "designation": dict, "advice": str,
    "record": str, "when": list, "join": list,
}  # fmt: skip
_COLUMN_SHAPES: dict[str, Shape] = {
    "field": str, "aliases": list, "optional": bool, "unit": (str, list), "date": (str, list),
    "vocabulary": dict, "codelist": str, "split": str, "pattern": str, "scheme": str, "zero_is_empty": bool,
    "also": dict, "decimal": str, "order": str, "empty": list, "whole": bool, "as": dict,
}  # fmt: skip
_SHAPE_NAMES: dict[Shape, Phrase] = {
    str: Phrase("text"),
    dict: Phrase("table"),
    list: Phrase("list"),
    bool: Phrase("true or false"),
    (str, list): Phrase("text, or a list of texts"),
    (int, float): Phrase("number"),
}
_WHOLE = Phrase("the mapping")
_SOURCE_KEYS = (
    "id", "title", "title_lang", "title_en", "publisher", "licence", "licence_url", "attribution", "origin",
)  # fmt: skip


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


def shipped_mappings() -> list[Mapping]:
    """All mappings that come with the program, by name."""
    return [read_mapping(path) for path in sorted(MAPPING_FOLDER.glob("*.toml"))]


def named_mapping(name: str) -> Mapping:
    """The mapping called `name`, or the one in the file `name`. Raises MappingError, InputMissingError."""
    path = Path(name) if name.endswith(".toml") else MAPPING_FOLDER / f"{name}.toml"
    if not path.is_file():
        if path.suffix == ".toml" and path.parent != MAPPING_FOLDER:
            raise InputMissingError(path=path)
        known = [mapping.id for mapping in shipped_mappings()]
        raise MappingError(
            mapping=name, reason=Phrase("there is no such mapping; there are {known}", known=known)
        )
    return read_mapping(path)


def choose_mapping(path: Path, headers: Sequence[str], mappings: Sequence[Mapping]) -> Mapping:
    """The one mapping whose columns `headers` has. Raises MappingChoiceError for none or several."""
    fitting = [mapping for mapping in mappings if mapping.fits(headers)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        reason = Phrase("several mappings fit")
        raise MappingChoiceError(path=path, reason=reason, mappings=[mapping.id for mapping in fitting])
    known = [mapping.id for mapping in mappings]
    nearest = min(mappings, key=lambda mapping: len(mapping.missing(headers)), default=None)
    if nearest and len(nearest.missing(headers)) < len([c for c in nearest.columns if not c.optional]):
        reason = Phrase(
            "the nearest mapping is {nearest}, but the columns {missing} are not in the first row",
            nearest=nearest.id,
            missing=nearest.missing(headers),
        )
    else:
        reason = Phrase(
            "no mapping fits its first row, which should be the headers ({columns})",
            columns=list(headers)[:20],
        )
    raise MappingChoiceError(path=path, reason=reason, mappings=known)


@lru_cache(maxsize=64)
def codelist(name: str) -> dict[str, Any]:
    """The words of a shipped code list: text in files -> word of the register."""
    with (CODELIST_FOLDER / f"{name}.toml").open("rb") as stream:
        return dict(tomllib.load(stream)["words"])


def read_mapping(path: Path) -> Mapping:
    """The mapping in the TOML file `path`. Raises MappingError that names what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(mapping=path.name, reason=str(error)) from error
    except OSError as error:
        raise MappingError(mapping=path.name, reason=error.strerror or str(error)) from error
    try:
        return _mapping(path, found)
    except _Wrong as error:
        raise MappingError(mapping=path.name, reason=error.phrase) from error


class _Wrong(Exception):
    def __init__(self, template: str, **facts: object) -> None:
        super().__init__(template)
        self.phrase = Phrase(template, **facts)


def _mapping(path: Path, found: dict[str, Any]) -> Mapping:
    _only(found, frozenset(_SHAPES), _WHOLE)
    _shaped(found, _SHAPES, _WHOLE)
    for key in ("id", "source", "authority", "columns"):
        if key not in found:
            raise _Wrong("it has no {key}", key=key)
    for key in _SOURCE_KEYS:
        if not isinstance(found["source"].get(key), str):
            raise _Wrong("it has no {key}", key=f"source.{key}")
    if not isinstance(found["source"].get("as_of"), date | None):
        raise _Wrong("{where}: {key} must be a {shape}", where="source", key="as_of", shape=Phrase("day"))
    for key in ("id", "name_zh", "name_en", "jurisdiction"):
        if not isinstance(found["authority"].get(key), str):
            raise _Wrong("it has no {key}", key=f"authority.{key}")
    record = _record(found.get("record", "tree"))
    placeholders = found.get("placeholders", {})
    divisions = found.get("divisions", {})
    mapping = Mapping(
        id=found["id"],
        title=found.get("title", found["id"]),
        path=path,
        source=found["source"],
        authority=found["authority"],
        columns=tuple(_column(header, keys, record) for header, keys in found["columns"].items()),
        defaults=_with_grid(found.get("defaults", {})),
        release=tuple(found.get("release", ())),
        ignore=tuple(found.get("ignore", ())),
        placeholder_texts=frozenset(placeholders.get("texts", ())),
        placeholder_beginnings=tuple(placeholders.get("beginnings", ())),
        placeholder_dates=frozenset(found.get("placeholder_dates", ())),
        divisions=tuple(divisions.get("within", ())),
        division_lang=divisions.get("lang", "zh-Hans"),
        findings=tuple(_finding(keys) for keys in found.get("finding", ())),
        designation=found.get("designation", {}),
        advice=found.get("advice", ""),
        record=record,
        whens=tuple(_when(keys) for keys in found.get("when", ())),
        joins=tuple(_join(keys) for keys in found.get("join", ())),
    )
    _check_whole(mapping)
    return mapping


_REPEATED = frozenset({None, "tree_no", "alias", "remark", "age_years", "age_text"})
_NUMBER_FIELD = {"tree": "tree_no"}
_EPSG = re.compile(r"EPSG:[0-9]{4,6}")


def _with_grid(defaults: dict[str, Any]) -> dict[str, Any]:
    """`datum = "EPSG:3826"` is a grid with that code."""
    datum = defaults.get("datum")
    if isinstance(datum, str) and _EPSG.fullmatch(datum):
        return {**defaults, "datum": Datum.GRID.value, "datum_code": datum}
    return defaults


def _check_whole(mapping: Mapping) -> None:
    fields = [column.field for column in mapping.columns]
    number = _NUMBER_FIELD.get(mapping.record, "number")
    if number not in fields:
        raise _Wrong("no column gives the field {field}", field=number)
    single = [
        column.field for column in mapping.columns if column.field not in _REPEATED and not column.optional
    ]
    doubled = {name for name in single if single.count(name) > 1}
    if doubled:
        raise _Wrong("two columns give the field {field}", field=sorted(map(str, doubled)))
    if (
        "tree" in mapping.records
        and "number_scheme" not in mapping.defaults
        and not all(column.scheme for column in mapping.columns if column.field == "tree_no")
    ):
        raise _Wrong("no number scheme is given for the field {field}", field="tree_no")
    _check_datum(mapping)
    known = frozenset().union(*(RECORD_FIELDS[record] for record in mapping.records))
    settled = {name for when in mapping.whens for name in when.settled}
    unknown = {*mapping.defaults, *mapping.release, *settled} - known
    if unknown:
        raise _Wrong("there is no field {field}", field=sorted(unknown))
    scaled = {*mapping.defaults, *fields, *(name for column in mapping.columns for name in column.also)}
    if "vigour" in fields and "vigour_scale" not in scaled:
        raise _Wrong("vigour needs a vigour_scale")
    for record in mapping.records:
        _check_defaults(record, mapping.defaults)
    for when in mapping.whens:
        _check_defaults(when.record or mapping.record, {**mapping.defaults, **when.settled})


def _check_datum(mapping: Mapping) -> None:
    """A position without a datum is a question to whoever made the file, never a guess."""
    given = mapping.given_fields()
    datum = mapping.defaults.get("datum")
    if ({"lon", "lat", "position"} & given and not {"datum"} & given and datum is None) or datum not in {
        None,
        *(d.value for d in Datum),
    }:
        raise _Wrong(
            "positions need a datum under [defaults], which nobody can see in the numbers: ask who made the "
            "file which of {known} it is, or its EPSG code",
            known=[d.value for d in Datum],
        )
    if code := mapping.defaults.get("datum_code"):
        try:
            grid_code(code)
        except ValueError as error:
            raise _Wrong("{detail}", detail=error.args[0]) from error
    elif datum == Datum.GRID.value:
        raise _Wrong("a grid needs its EPSG code")


def _check_defaults(record: str, defaults: dict[str, Any]) -> None:
    """Each default must be one that the field can hold: else every row would be turned away."""
    draft = AREA_DRAFTS.get(record, TreeDraft)
    needed: dict[str, Any] = (
        {"tree_no": "1", "number_scheme": "other"} if record == "tree" else {"number": "1"}
    )
    given = {name: value for name, value in defaults.items() if name in draft.model_fields and value != ""}
    try:
        draft(**{"kind": "other", **needed, **given} if "kind" in draft.model_fields else {**needed, **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise _Wrong(
            "the default {value} does not fit the field {field}", value=first["input"], field=first["loc"][0]
        ) from error


def _record(word: str) -> str:
    if word not in RECORDS:
        raise _Wrong("there is no record {word}; there are {known}", word=word, known=list(RECORDS))
    return word


_WHEN_SHAPES: dict[str, Shape] = {
    "column": str, "values": list, "pattern": str, "above": (int, float), "record": str, "set": dict,
    "leave_out": str,
}  # fmt: skip
_JOIN_SHAPES: dict[str, Shape] = {"header": str, "columns": list, "separator": str, "strip": str}


def _when(keys: Any) -> When:
    keys = _table(keys, _WHEN_SHAPES, "when")
    if len({"values", "pattern", "above"} & keys.keys()) != 1 or "column" not in keys:
        raise _Wrong("a when needs a column and one of values, pattern and above")
    return When(
        header=keys["column"],
        values=frozenset(map(str, keys.get("values", ()))),
        pattern=_pattern(keys["pattern"], "when") if "pattern" in keys else None,
        above=keys.get("above"),
        record=_record(keys["record"]) if "record" in keys else None,
        settled=keys.get("set", {}),
        left_out=keys.get("leave_out"),
    )


def _join(keys: Any) -> Join:
    keys = _table(keys, _JOIN_SHAPES, "join")
    if "header" not in keys or len(keys.get("columns", ())) < 2:
        raise _Wrong("a join needs a header and two columns or more")
    strip = _pattern(keys["strip"], "join") if "strip" in keys else None
    return Join(keys["header"], tuple(keys["columns"]), keys.get("separator", " "), strip)


def _table(keys: Any, shapes: dict[str, Shape], where: str) -> dict[str, Any]:
    if not isinstance(keys, dict):
        raise _Wrong("{where}: {key} must be a {shape}", where=_WHOLE, key=where, shape=Phrase("table"))
    _only(keys, frozenset(shapes), where)
    _shaped(keys, shapes, where)
    return keys


def _column(header: str, keys: Any, record: str) -> Column:
    if not isinstance(keys, dict):
        raise _Wrong("{where}: {key} must be a {shape}", where="columns", key=header, shape=Phrase("table"))
    _only(keys, frozenset(_COLUMN_SHAPES), header)
    _shaped(keys, _COLUMN_SHAPES, header)
    name = keys.get("field")
    pattern = _pattern(keys["pattern"], header) if "pattern" in keys else None
    groups = set(pattern.groupindex) if pattern else set()
    known = RECORD_FIELDS.get(record, FIELDS)
    for wanted in {name, *groups, *keys.get("also", {})} - {None}:
        if wanted not in known:
            raise _Wrong("column {header}: there is no field {field}", header=header, field=wanted)
    for other, wanted in keys.get("as", {}).items():
        if wanted and wanted not in RECORD_FIELDS[_record(other)]:
            raise _Wrong("column {header}: there is no field {field}", header=header, field=wanted)
    if name is None and not groups and not keys.get("as"):
        raise _Wrong("column {header}: it names no field", header=header)
    _check_words(name, _words(keys, header), header, record)
    unit, own_unit = _unit(keys, header)
    if _is_length(name) and unit is None and not own_unit:
        raise _Wrong(
            "column {header}: it needs a unit, one of {known}", header=header, known=list(LENGTHS_IN_M)
        )
    return Column(
        header=header,
        field=name,
        aliases=tuple(keys.get("aliases", ())),
        optional=bool(keys.get("optional", False)),
        unit=unit,
        own_unit=own_unit,
        dates=_dates(keys.get("date")),
        words=_words(keys, header),
        split=keys.get("split"),
        pattern=pattern,
        scheme=keys.get("scheme"),
        zero_is_empty=bool(keys.get("zero_is_empty", False)),
        also=keys.get("also", {}),
        decimal=_one_of(keys.get("decimal", "."), (".", ","), header),
        order=_one_of(keys.get("order"), ("lat-lon", "lon-lat", None), header),
        empty=frozenset(map(str, keys.get("empty", ()))),
        whole=bool(keys.get("whole", False)),
        elsewhere=keys.get("as", {}),
    )


def _is_length(name: str | None) -> bool:
    return name == "stem_girths" or (
        name is not None and name.endswith(("_cm", "_m")) and name in MEASUREMENT_FIELDS
    )


def _unit(keys: dict[str, Any], header: str) -> tuple[str | None, bool]:
    """The unit of bare numbers, and whether cells may name their own: `unit = ["value", "m"]` says both."""
    given = keys.get("unit")
    words = [given] if isinstance(given, str) else list(given or ())
    units = [word for word in words if word != "value"]
    known = AREAS_IN_HA if keys.get("field") == "area_ha" else LENGTHS_IN_M
    for unit in units:
        if unit not in known:
            raise _Wrong("column {header}: the unit {unit} is not known", header=header, unit=unit)
    return (units[0] if units else None), "value" in words


def _one_of(word: Any, known: tuple[Any, ...], header: str) -> Any:
    if word not in known:
        raise _Wrong(
            "column {header}: {word} is none of {known}",
            header=header,
            word=word,
            known=list(filter(None, known)),
        )
    return word


def _dates(given: str | list[str] | None) -> tuple[str, ...]:
    if given is None:
        return YEAR_FIRST
    return (given,) if isinstance(given, str) else tuple(given)


def _check_words(name: str | None, words: dict[str, Any] | None, header: str, record: str) -> None:
    """Every word of a vocabulary must be one that the field can hold: else each row would be turned away."""
    drafts = _DRAFTS if record == "tree" else (AREA_DRAFTS[record],)
    known = next((m.model_fields[name] for m in drafts if name in m.model_fields), None) if name else None
    if known is None or not words or name == "findings":
        return
    field: TypeAdapter[Any] = TypeAdapter(known.annotation or str)
    for word in filter(None, words.values()):
        try:
            field.validate_python(word)
        except ValidationError as error:
            raise _Wrong(
                "column {header}: {word} is no word of the field {field}",
                header=header,
                word=word,
                field=name,
            ) from error


def _words(keys: dict[str, Any], header: str) -> dict[str, Any] | None:
    if "codelist" in keys:
        try:
            words = codelist(keys["codelist"])
        except OSError as error:
            raise _Wrong(
                "column {header}: there is no code list {name}", header=header, name=keys["codelist"]
            ) from error
        return {**words, **keys.get("vocabulary", {})}
    return keys.get("vocabulary")


def _finding(keys: Any) -> Finding:
    shapes: dict[str, Shape] = {"pattern": str, "field": str, "vocabulary": dict, "scale": str}
    if not isinstance(keys, dict):
        raise _Wrong("{where}: {key} must be a {shape}", where=_WHOLE, key="finding", shape=Phrase("table"))
    _only(keys, frozenset(shapes), "finding")
    _shaped(keys, shapes, "finding")
    for key in ("pattern", "field", "vocabulary"):
        if key not in keys:
            raise _Wrong("it has no {key}", key=f"finding.{key}")
    pattern = _pattern(keys["pattern"], "finding")
    if pattern.groups != 1 or keys["field"] not in INSPECTION_FIELDS:
        raise _Wrong("a finding needs a pattern with one group and a field of inspections")
    if keys["field"] == "vigour" and "scale" not in keys:
        raise _Wrong("vigour needs a vigour_scale")
    return Finding(pattern, keys["field"], keys["vocabulary"], keys.get("scale"))


def _shaped(found: dict[str, Any], shapes: dict[str, Shape], where: str) -> None:
    for key, value in found.items():
        if not isinstance(value, shapes[key]):
            raise _Wrong(
                "{where}: {key} must be a {shape}", where=where, key=key, shape=_SHAPE_NAMES[shapes[key]]
            )


def _pattern(text: str, header: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise _Wrong(
            "column {header}: the pattern cannot be used ({error})", header=header, error=error
        ) from error


def _only(found: dict[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := sorted(set(found) - known):
        raise _Wrong("{where} has the unknown key {keys}", where=where, keys=unknown)
