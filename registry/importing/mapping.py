"""Mappings: which column of a file is which field of the register, in what unit and with what words.

A mapping is a TOML file (`schema/mappings/*.toml`; its keys are explained in docs/mappings.md). It is read
and checked whole before any row is: a mapping that is wrong never meets the data.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from registry.db import SCHEMA_FOLDER
from registry.errors import InputMissingError, MappingChoiceError, MappingError, Phrase
from registry.importing.mapping_fields import (
    ANYWHERE,
    AREA_FIELDS,
    AREAS_IN_HA,
    DESIGNATION_FIELDS,
    DIVISION_LEVELS,
    FIELDS,
    INSPECTION_FIELDS,
    LENGTHS_IN_M,
    MEASUREMENT_FIELDS,
    PARTY_FIELDS,
    RECORD_FIELDS,
    RECORDS,
    SPECIES_FIELDS,
    TREE_DRAFTS,
    TREE_FIELDS,
    YEAR_FIRST,
)
from registry.importing.mapping_parts import Column, Finding, Join, Located, Mapping, When, plain_header
from registry.models import TreeDraft
from registry.models.areas import AREA_DRAFTS
from registry.rules.datums import grid_code
from registry.vocab.words import Datum

__all__ = [
    "ANYWHERE",
    "AREAS_IN_HA",
    "AREA_FIELDS",
    "CODELIST_FOLDER",
    "DESIGNATION_FIELDS",
    "DIVISION_LEVELS",
    "FIELDS",
    "INSPECTION_FIELDS",
    "LENGTHS_IN_M",
    "MAPPING_FOLDER",
    "MEASUREMENT_FIELDS",
    "PARTY_FIELDS",
    "RECORDS",
    "RECORD_FIELDS",
    "SPECIES_FIELDS",
    "TREE_FIELDS",
    "YEAR_FIRST",
    "Column",
    "Finding",
    "Join",
    "Located",
    "Mapping",
    "When",
    "choose_mapping",
    "codelist",
    "named_mapping",
    "plain_header",
    "read_mapping",
    "shipped_mappings",
]

MAPPING_FOLDER = SCHEMA_FOLDER / "mappings"
CODELIST_FOLDER = SCHEMA_FOLDER / "codelists"
Shape = type | tuple[type, ...]
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
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
    drafts = TREE_DRAFTS if record == "tree" else (AREA_DRAFTS[record],)
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
