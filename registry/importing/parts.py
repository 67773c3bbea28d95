"""What rows of every kind have: a position, divisions, parties, decisions, checked drafts. Pure."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from registry.importing.cells import Cells, plain_number
from registry.importing.mapping import DIVISION_LEVELS, PARTY_FIELDS, Mapping
from registry.importing.problems import RowProblem
from registry.models import DesignationDraft
from registry.rules.datums import CONVERTIBLE, SAME_AS_WGS84, conversion_uncertainty_m, to_wgs84
from registry.rules.names import is_unit_name, split_scientific_name
from registry.rules.plausibility import Doubt, date_doubts, position_doubts, rounding_m
from registry.vocab.words import Datum, DesignationKind, PartyKind

_Model = TypeVar("_Model", bound=BaseModel)
_DATUMS = frozenset(datum.value for datum in Datum)
_ARC_SECOND_M = 21.9
"""Half the diagonal of a square of one second of arc at the equator, in metres."""


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
    """A unit or person that a row names, and what it is to the record."""

    role: str
    kind: str
    name: str


def species_facts(values: dict[str, Any]) -> SpeciesFacts:
    """The taxon of a tree."""
    latin = values.get("latin_verbatim")
    scientific = split_scientific_name(latin) if latin else None
    return SpeciesFacts(
        name_latin=scientific.name if scientific else None,
        name_author=scientific.author if scientific else None,
        name_zh=values.get("name_verbatim") if is_chinese(values.get("name_verbatim")) else None,
        name_en=values.get("name_en"),
        family=values.get("family"),
        genus=values.get("genus"),
    )


def is_chinese(text: str | None) -> bool:
    """Whether there is a Chinese character in `text`, and no kana."""
    if not text or text.isascii():
        return False
    return any("\u3400" <= letter <= "\u9fff" for letter in text) and not any(
        "\u3041" <= letter <= "\u30ff" for letter in text
    )


def place_position(values: dict[str, Any], cells: Cells) -> list[Doubt]:
    """Keep the position as written; fill WGS84 where its datum can be converted. Raises RowProblem."""
    lon, lat = values.pop("lon", None), values.pop("lat", None)
    if lon is None and lat is None:
        return []
    if lon is None or lat is None:
        missing, other = ("lon", "lat") if lon is None else ("lat", "lon")
        raise RowProblem("half_position", cells.columns.get(missing, cells.columns[other]), cells.raws[other])
    lon_raw, lat_raw = cells.raws["lon"], cells.raws["lat"]
    datum = values.get("datum", "")
    if datum not in _DATUMS:
        raise RowProblem("not_in_vocabulary", cells.columns.get("datum", ""), datum, known="、".join(Datum))
    values["lon_raw"], values["lat_raw"] = lon_raw, lat_raw
    if datum in SAME_AS_WGS84 or datum not in CONVERTIBLE:
        for name, number, bound in (("lon", lon, 180), ("lat", lat, 90)):
            if datum in SAME_AS_WGS84 and abs(number) > bound:
                raise RowProblem(
                    "out_of_bounds", cells.columns[name], cells.raws[name], bounds=f"-{bound}…{bound}"
                )
    if datum not in CONVERTIBLE:
        return [Doubt("datum_not_converted", "datum", str(datum))]
    code = values.get("datum_code")
    if datum not in SAME_AS_WGS84:
        try:
            lon, lat = to_wgs84(lon, lat, datum, code)
        except ValueError as error:
            raise RowProblem(
                "position_elsewhere", cells.columns["lon"], f"{lon_raw}, {lat_raw}", detail=error.args[0]
            ) from None
        lon, lat = round(lon, 8), round(lat, 8)
    values["lon"], values["lat"] = lon, lat
    return _uncertainty(values, lon_raw, lat_raw, str(datum), code)


def _uncertainty(
    values: dict[str, Any], lon_raw: str, lat_raw: str, datum: str, code: str | None
) -> list[Doubt]:
    """Say how far off the position may be, by how it was written and converted."""
    first, second = plain_number(lon_raw), plain_number(lat_raw)
    is_number = first is not None and second is not None
    in_degrees = is_number and abs(first or 0) <= 180 and abs(second or 0) <= 90
    rounding = rounding_m(lon_raw, lat_raw) if in_degrees else 0.0 if is_number else _ARC_SECOND_M
    if datum not in SAME_AS_WGS84:
        rounding += conversion_uncertainty_m(datum, code) or 0.0
    if rounding >= 1:  # six decimals tell how a number was written, not how well the place is known
        values["coordinate_uncertainty_m"] = max(rounding, values.get("coordinate_uncertainty_m") or 0.0)
    return position_doubts(lon_raw, lat_raw) if in_degrees else []


def designations(
    values: dict[str, Any], mapping: Mapping, cells: Cells
) -> tuple[tuple[DesignationDraft, ...], list[Doubt]]:
    """The decisions that a row tells: places on lists, and a grade."""
    listing = values.get("listing") or mapping.designation.get("listing")
    listings = [listing] if isinstance(listing, str) else list(listing or ())
    day = values.get("designated_on")
    doubts = date_doubts("designated_on", day, mapping.placeholder_dates)
    if doubts:
        day = None
    said = {"designated_on": day, "document_no": values.get("document_no")}
    drafts = [
        make_draft(DesignationDraft, {"kind": DesignationKind.LISTING, "scheme": scheme, **said}, cells)
        for scheme in listings
    ]
    if grade := values.get("grade"):
        facts = {"kind": DesignationKind.GRADE, "scheme": mapping.grade_scheme, "grade": grade, **said}
        drafts.append(make_draft(DesignationDraft, facts, cells))
    return tuple(drafts), doubts


def parties(values: dict[str, Any], skipped: frozenset[str] = frozenset()) -> tuple[PartyFacts, ...]:
    """The units and persons that a row names."""
    return tuple(
        party
        for role in sorted(PARTY_FIELDS & values.keys() - skipped)
        if (
            party := make_party(
                role, values.get(role), values.get("steward_kind") if role == "steward" else None
            )
        )
    )


def make_party(role: str, name: str | None, said_kind: str | None = None) -> PartyFacts | None:
    """A party; what the file calls a person is one, what it calls a unit must look like one too."""
    if not name:
        return None
    is_unit = said_kind != PartyKind.PERSON.value and is_unit_name(name)
    return PartyFacts(role, (PartyKind.UNIT if is_unit else PartyKind.PERSON).value, name)


def divisions(values: dict[str, Any], mapping: Mapping) -> tuple[tuple[str, str], ...]:
    """(level, name) of the divisions of a row, largest first."""
    fixed = tuple((level["level"], level["name"]) for level in mapping.divisions)
    return fixed + tuple((level, values[level]) for level in DIVISION_LEVELS if values.get(level))


def other_numbers(cells: Cells) -> tuple[tuple[str, str], ...]:
    """(number, scheme) of the numbers beside the record's own."""
    own, more = cells.numbers[0][0], (*cells.numbers[1:], *cells.other_numbers)
    return tuple((number, scheme or "other") for number, scheme in more if number != own or scheme)


def with_remarks(values: dict[str, Any], cells: Cells) -> None:
    """Put remarks behind the notes."""
    if cells.remarks:
        values["notes"] = "; ".join(filter(None, (values.get("notes"), *cells.remarks)))


def make_draft(model: type[_Model], facts: dict[str, Any], cells: Cells) -> _Model:
    """A checked draft. Raises RowProblem that names the column."""
    try:
        return model.__pydantic_validator__.validate_python(facts)  # type: ignore[no-any-return]
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
        if first["type"] == "enum":
            raise RowProblem("not_in_vocabulary", column, raw, known=context["expected"]) from None
        raise RowProblem("invalid", column, raw, detail=first["msg"]) from None
