"""Fields of a ledger as somebody types them, `field=value`: read by the drafts, refused with a remedy."""

import json
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, NoReturn, Union, get_args, get_origin

from pydantic import ValidationError
from sqlmodel import Field, SQLModel

from registry.errors import BoundaryFileError, InputMissingError, LedgerFieldError, Phrase
from registry.models.areas import AREA_DRAFTS
from registry.models.base import TreeNo
from registry.models.tree import ShortText, Text
from registry.rules.datums import to_wgs84
from registry.vocab.field_names import field_name
from registry.vocab.fields import FIELDS
from registry.vocab.words import WORDS, Datum

Ring = tuple[tuple[float, float], ...]
_YES = {
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
}
_NOT_TYPED = frozenset({"boundary", "number", "lon_raw", "lat_raw"})
_WGS84_NAMES = re.compile(r"CRS:?84|4326|WGS ?84", re.IGNORECASE)
LARGEST_BOUNDARY = 20_000_000
_LARGEST_NUMBER = 2_000_000_000


class CraftDraft(SQLModel):
    """What an archive says of one traditional garden craft (传统造园技艺)."""

    number: TreeNo
    name: ShortText
    name_lang: ShortText = "zh-Hans"
    kind: ShortText | None = None
    period: ShortText | None = None
    description: Text | None = None
    lineage: Text | None = None
    state_of_care: ShortText | None = None
    text_lang: ShortText = "zh-Hans"


class CraftsmanDraft(SQLModel):
    """What is said of somebody who masters a craft."""

    title: ShortText | None = None
    learned_from: ShortText | None = None
    since_year: int | None = Field(default=None, ge=1800, le=2200)
    works: Text | None = None


DRAFTS: dict[str, type[SQLModel]] = {**AREA_DRAFTS, "craft": CraftDraft}
"""What may be said of each kind of record."""


def typed_fields(draft: type[SQLModel]) -> tuple[str, ...]:
    """The fields of a draft that `field=value` may name."""
    return tuple(name for name in draft.model_fields if name not in _NOT_TYPED)


def read_fields(draft: type[SQLModel], record: str, words: Iterable[str]) -> dict[str, Any]:
    """The values of `field=value` words as their draft holds them; an empty value is None: not known.

    Codes may be given as such or by their label (公园, Park); yes and no as 是, 否. `lon` and `lat` are taken
    with the `datum` they are in and turned into WGS84; as they were given they are kept beside it.
    Raises LedgerFieldError.
    """
    known = typed_fields(draft)
    values: dict[str, Any] = {}
    for word in words:
        name, sign, text = word.partition("=")
        name = field_called(name.strip(), known)
        if not sign or name not in known:
            refuse(record, word, text, Phrase("is no field of it"),
                    Phrase("fields are written field=value, of {known}", known=" ".join(known)))  # fmt: skip
        values[name] = typed_value(draft, record, name, text.strip())
    return _placed(values, record) if {"lon", "lat"} & set(values) else values


def checked(draft: type[SQLModel], record: str, values: dict[str, Any]) -> SQLModel:
    """The draft made of `values`. Raises LedgerFieldError for the first value that it refuses."""
    try:
        return draft.model_validate(values)
    except ValidationError as error:
        found = error.errors()[0]
        name = str(found["loc"][0]) if found["loc"] else "boundary"
        given = values.get(name)
        reason, remedy = _said(found["type"], found.get("ctx") or {}, str(found["msg"]))
        if name == "kind" and given is None:
            remedy = _one_of(_annotation(draft, name))
        raise LedgerFieldError(
            record=record,
            field=field_name(name),
            value="" if given is None else str(given)[:60],
            reason=reason,
            remedy=remedy,
        ) from None


def read_boundary(path: Path) -> Ring:
    """The one ring of a GeoJSON file, as `boundary_of`. Raises InputMissingError, BoundaryFileError."""
    if not path.is_file():
        raise InputMissingError(path=path)
    if path.stat().st_size > LARGEST_BOUNDARY:
        raise BoundaryFileError(path=path, reason=Phrase("the file is too large for one boundary"))
    return boundary_of(path.read_bytes(), path)


def boundary_of(content: bytes, called: object) -> Ring:
    """The one ring of GeoJSON (a polygon, a feature of one, or a collection of one feature).

    Positions are WGS84 degrees, as GeoJSON says; heights are left aside. What names another system,
    holds several polygons, or one with holes, is refused rather than cut. Raises BoundaryFileError.
    """
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise BoundaryFileError(path=called, reason=Phrase("it is no GeoJSON")) from None
    try:
        polygons = list(_polygons(told, called))
    except TypeError:
        raise BoundaryFileError(path=called, reason=Phrase("it is no GeoJSON")) from None
    if len(polygons) != 1:
        reason = Phrase("it holds {count} polygons, and a boundary is one", count=len(polygons))
        raise BoundaryFileError(path=called, reason=reason)
    rings = polygons[0]
    if not isinstance(rings, list) or len(rings) != 1:
        raise BoundaryFileError(path=called, reason=Phrase("its polygon has holes, and a boundary has none"))
    if not isinstance(rings[0], list) or not all(_is_point(point) for point in rings[0]):
        raise BoundaryFileError(path=called, reason=Phrase("its points are no pairs of numbers"))
    if not all(-180 <= point[0] <= 180 and -90 <= point[1] <= 90 for point in rings[0]):
        raise BoundaryFileError(path=called, reason=Phrase("its points are no degrees of WGS84"))
    ring = tuple((float(point[0]), float(point[1])) for point in rings[0])
    if len(ring) < 4 or ring[0] != ring[-1] or len(set(ring)) < 3:
        raise BoundaryFileError(path=called, reason=Phrase("its ring is not closed"))
    return ring


def _is_point(point: Any) -> bool:
    """Whether a point of GeoJSON begins with two numbers."""
    is_list = isinstance(point, list) and len(point) >= 2
    return is_list and all(isinstance(each, int | float) and not isinstance(each, bool) for each in point[:2])


def _polygons(told: Any, called: object) -> Iterable[Any]:
    if not isinstance(told, dict):
        return
    crs = told.get("crs")
    if crs and not _WGS84_NAMES.search(json.dumps(crs)):
        raise BoundaryFileError(path=called, reason=Phrase("it is not in WGS84"))
    kind = told.get("type")
    if kind == "FeatureCollection":
        for feature in told.get("features") or ():
            yield from _polygons(feature, called)
    elif kind == "Feature":
        yield from _polygons(told.get("geometry"), called)
    elif kind == "Polygon":
        yield told.get("coordinates")
    elif kind == "MultiPolygon":
        yield from told.get("coordinates") or ()


def field_called(name: str, known: Iterable[str]) -> str:
    """A field by its name, or by its label in either language."""
    if name in known:
        return name
    return next((f for f in known if f in FIELDS and name.casefold() in _labels(FIELDS[f])), name)


def _labels(label: Any) -> set[str]:
    return {label.zh.casefold(), label.en.casefold()}


def _annotation(draft: type[SQLModel], name: str) -> Any:
    """The type of a field without its None."""
    kind: Any = draft.model_fields[name].annotation
    if get_origin(kind) in {Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind


def typed_value(draft: type[SQLModel], record: str, name: str, text: str) -> Any:
    """What was typed into a field, as its draft holds it; None for nothing. Raises LedgerFieldError."""
    if not text:
        return None
    kind = _annotation(draft, name)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        for word in kind:
            if text == word.value or text.casefold() in _labels(WORDS[kind][word.value]):
                return word.value
        alike = [word.value for word in kind if text in WORDS[kind][word.value].zh]
        if len(alike) == 1:  # 桥 is 古桥
            return alike[0]
        refuse(record, field_name(name), text, Phrase("is none of its words"), _one_of(kind))
    if kind is bool:
        if text.casefold() not in _YES:
            refuse(
                record, field_name(name), text, Phrase("says neither yes nor no"), Phrase("write yes or no")
            )
        return _YES[text.casefold()]
    return _number(record, name, text) if kind in {int, float} else text


def _number(record: str, name: str, text: str) -> str:
    """A number as its draft reads it. Raises LedgerFieldError for one that no register can hold."""
    plain = text.replace(",", "")
    try:
        is_held = abs(float(plain)) <= _LARGEST_NUMBER
    except ValueError:
        return plain  # the draft says what is wrong with it
    if not is_held:
        reason = Phrase("is more than {limit}", limit=_plain(_LARGEST_NUMBER))
        refuse(record, field_name(name), text, reason, Phrase("look at its unit"))
    return plain


def _placed(values: dict[str, Any], record: str) -> dict[str, Any]:
    lon, lat, datum = (values.get(name) for name in ("lon", "lat", "datum"))
    if lon is None and lat is None:
        return {**values, "lon_raw": None, "lat_raw": None, "datum": Datum.UNKNOWN.value}
    remedy = Phrase("give lon, lat and the datum they are in, such as datum=CGCS2000")
    if lon is None or lat is None or datum is None or datum in {Datum.UNKNOWN, Datum.LOCAL}:
        refuse(record, "lon, lat", f"{lon or ''} {lat or ''}".strip(), Phrase("is no whole position"), remedy)
    try:
        east, north = to_wgs84(float(lon), float(lat), datum, values.get("datum_code"))
    except ValueError as error:
        reason = error.args[0] if isinstance(error.args[0], Phrase) else Phrase("is no whole position")
        refuse(record, "lon, lat", f"{lon} {lat}", reason, remedy)
    return {**values, "lon": east, "lat": north, "lon_raw": lon, "lat_raw": lat}


def _one_of(kind: type[StrEnum]) -> Phrase:
    words = (f"{word.value} {WORDS[kind][word.value].zh}" for word in kind)
    return Phrase("write one of {words}", words=" · ".join(words))


def _said(kind: str, facts: dict[str, Any], message: str) -> tuple[Phrase, Phrase]:
    """Why a draft refuses a value, and what would be right."""
    number = Phrase("write a number such as 12.5")
    known = {
        "int_parsing": (Phrase("is no whole number"), Phrase("write a whole number such as 12")),
        "int_from_float": (Phrase("is no whole number"), Phrase("write a whole number such as 12")),
        "float_parsing": (Phrase("is no number"), number),
        "finite_number": (Phrase("is no number"), number),
        "missing": (Phrase("is not given"), Phrase("it is needed")),
        "string_too_short": (Phrase("is not given"), Phrase("it is needed")),
        "string_type": (Phrase("is not given"), Phrase("it is needed")),
        "enum": (Phrase("is not given"), Phrase("it is needed")),
    }
    if kind in known:
        return known[kind]
    limit = next(
        (_plain(facts[name]) for name in ("gt", "ge", "lt", "le", "max_length") if name in facts), None
    )
    if kind == "string_too_long":
        reason = Phrase("is longer than {limit} characters", limit=limit)
        return reason, Phrase("shorten it, or put it into the description or the notes")
    bounds = {
        "greater_than": Phrase("is not more than {limit}", limit=limit),
        "greater_than_equal": Phrase("is less than {limit}", limit=limit),
        "less_than": Phrase("is not less than {limit}", limit=limit),
        "less_than_equal": Phrase("is more than {limit}", limit=limit),
    }
    return bounds.get(kind, Phrase(message.replace("{", "(").replace("}", ")"))), Phrase("look at its unit")


def refuse(record: str, field: object, value: str, reason: Phrase, remedy: Phrase) -> NoReturn:
    """Raise LedgerFieldError: what is wrong with a value, and what would be right."""
    raise LedgerFieldError(record=record, field=field, value=value[:60], reason=reason, remedy=remedy)


def _plain(limit: Any) -> str:
    return f"{limit:g}" if isinstance(limit, int | float) else str(limit)
