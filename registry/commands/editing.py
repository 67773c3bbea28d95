"""Editing what the register says of a record, field by field, with its reason.

What has ways of its own is not edited here: numbers, decisions and what has become of a tree (cases), vigour
and environment (visits), sizes (measurements), names of persons and units (parties).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.commands import ledgers
from registry.commands.directory import Directory
from registry.commands.ledger_fields import checked, refuse, typed_value
from registry.commands.replay import plain
from registry.commands.subjects import Ref
from registry.errors import Phrase
from registry.importing.cells import plain_number
from registry.importing.parts import species_facts
from registry.models import Authority, Flag, Tree, TreeDraft
from registry.models.areas import AREA_DRAFTS
from registry.models.base import new_id
from registry.rules.datums import CONVERTIBLE, SAME_AS_WGS84, conversion_uncertainty_m, to_wgs84
from registry.rules.plausibility import Checker, position_doubts, rounding_m
from registry.vocab.field_names import field_name
from registry.vocab.words import Datum, TreeStatus

DRAFTS: dict[str, type[SQLModel]] = {"tree": TreeDraft, **AREA_DRAFTS}
"""What may be said of each kind of record."""
_POSITION = ("lon", "lat", "datum", "datum_code")
_NOT_EDITED = frozenset(
    {"tree_no", "number_scheme", "number", "grove_no", "kind", "category", "status", "census_scope"}
    | {"removal_reason", "added_reason", "death_disposal", "vigour", "vigour_scale", "environment"}
    | {"boundary", "lon_raw", "lat_raw", "text_lang", "name_lang", "source_url"}
)
"""What a draft says and an edit may not: it has a way of its own, or belongs to the source."""
EDITABLE: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name in draft.model_fields if name not in _NOT_EDITED)
    for kind, draft in DRAFTS.items()
}
"""The fields that may be edited, by kind of record, in the order of the form."""
_NAMES = ("name_verbatim", "latin_verbatim")


def current_values(session: Session, kind: str, own: str) -> dict[str, Any]:
    """What the register says now in the editable fields of a record, as JSON has it.

    Raises LookupError where there is no such record.
    """
    row: Any = session.get(ledgers.TABLES[kind], own) if kind in EDITABLE else None
    if row is None:
        raise LookupError(own)
    return {name: plain(getattr(row, name)) for name in EDITABLE[kind]}


def change_record(
    session: Session,
    ref: Ref,
    fields: Mapping[str, Any],
    *,
    today: date,
    actor: str,
    now: datetime,
    reason: str | None = None,
    document: str | None = None,
) -> dict[str, tuple[Any, Any]]:
    """Set fields of a record; returns {field: (old, new)} of those that changed, empty where none did.

    Values are JSON values, or texts as somebody types them; None and "" say that nothing is known. `lon` and
    `lat` are in the `datum` that is given with them, in WGS84 without one: they are kept as written beside
    the degrees that follow; a datum alone tells what the numbers as written mean. Doubts about what changed
    are made anew. Raises LedgerFieldError: no such field, a value that it cannot hold, a merged file.
    """
    kind, own, called = ref
    row: Any = session.get_one(ledgers.TABLES[kind], own)
    if row.status == TreeStatus.MERGED:
        remedy = Phrase("edit the file in which it goes on")
        refuse(called, field_name("status"), "", Phrase("the file was merged into another"), remedy)
    said = _said(kind, called, fields)
    _check_days(called, said, today)
    values = _followed(session, kind, row, called, said)
    changed = ledgers.change_record(
        session, ref, values, actor=actor, now=now, reason=reason, document=document, event=f"{kind}:edited"
    )
    if changed:
        _doubt_anew(session, kind, row, changed)
    return changed


def _said(kind: str, called: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, as the draft of the kind holds it; a longitude or latitude as number and text."""
    draft = DRAFTS[kind]
    numbers: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in EDITABLE[kind]:
            remedy = Phrase("fields that may be edited: {known}", known=" ".join(EDITABLE[kind]))
            refuse(called, name, "", Phrase("is not edited by hand"), remedy)
        if name in {"lon", "lat"}:
            numbers[name] = _coordinate(called, name, value)
        else:
            values[name] = (
                typed_value(draft, called, name, value.strip()) if isinstance(value, str) else value
            )
    needed = {"tree_no": "1", "number_scheme": "-"} if kind == "tree" else {"number": "1"}
    if "kind" in draft.model_fields:
        needed["kind"] = "other"
    whole = checked(draft, called, {**needed, **values})
    return {name: getattr(whole, name) for name in values} | numbers


def _coordinate(called: str, name: str, value: Any) -> tuple[float, str] | None:
    """A longitude or latitude as a number and as it was written; None where nothing is."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    number = plain_number(text)
    if number is None:
        refuse(called, field_name(name), text, Phrase("is no number"), Phrase("write degrees as 113.05123"))
    return number, text


def _check_days(called: str, said: Mapping[str, Any], today: date) -> None:
    for name, value in said.items():
        if isinstance(value, date) and value > today:
            remedy = Phrase("write a day up to today")
            refuse(called, field_name(name), value.isoformat(), Phrase("the day lies ahead"), remedy)


def _followed(session: Session, kind: str, row: Any, called: str, said: dict[str, Any]) -> dict[str, Any]:
    """The columns to be set: what was said, and what follows from it."""
    values = {name: value for name, value in said.items() if name not in _POSITION}
    if any(name in said for name in _POSITION):
        values = {**_position(row, called, said), **values}
    if kind == "tree" and any(said.get(name, getattr(row, name)) != getattr(row, name) for name in _NAMES):
        values["species_id"] = _species(session, row, {n: said.get(n, getattr(row, n)) for n in _NAMES})
    return values


def _position(row: Any, called: str, said: dict[str, Any]) -> dict[str, Any]:
    """The columns of a position that was said anew, or whose datum was; none where it stays as it is."""
    if "lon" in said or "lat" in said:
        pair = [said[name] if name in said else _standing(row, name) for name in ("lon", "lat")]
        datum, code = said.get("datum") or Datum.WGS84, said.get("datum_code")
        if [each and each[0] for each in pair] == [row.lon, row.lat] and datum in {Datum.WGS84, row.datum}:
            return {}
        if pair == [None, None]:
            return _no_position(row)
        if None in pair:
            remedy = Phrase("give longitude and latitude together")
            refuse(called, field_name("lon"), "", Phrase("is no whole position"), remedy)
    else:
        pair = [_coordinate(called, name, getattr(row, f"{name}_raw")) for name in ("lon", "lat")]
        datum, code = said.get("datum", row.datum), said.get("datum_code", row.datum_code)
        if (datum, code) == (row.datum, row.datum_code):
            return {}
    if pair[0] is None or pair[1] is None:
        return {"datum": datum, "datum_code": code}
    return _converted(row, called, pair[0], pair[1], datum, code)


def _standing(row: Any, name: str) -> tuple[float, str] | None:
    value = getattr(row, name)
    return None if value is None else (value, str(value))


def _no_position(row: Any) -> dict[str, Any]:
    names = ("lon", "lat", "lon_raw", "lat_raw", "datum_code", "coordinate_uncertainty_m")
    return {**{name: None for name in names if hasattr(row, name)}, "datum": Datum.UNKNOWN}


def _converted(
    row: Any, called: str, east: tuple[float, str], north: tuple[float, str], datum: Datum, code: str | None
) -> dict[str, Any]:
    values: dict[str, Any] = {"lon_raw": east[1], "lat_raw": north[1], "datum": datum, "datum_code": code}
    if datum not in CONVERTIBLE:
        return {**values, "lon": None, "lat": None}
    remedy = Phrase("give lon, lat and the datum they are in, such as datum=CGCS2000")
    try:
        lon, lat = to_wgs84(east[0], north[0], datum, code)
    except ValueError as error:
        refuse(called, field_name("lon"), f"{east[1]}, {north[1]}", error.args[0], remedy)
    if abs(lon) > 180 or abs(lat) > 90:
        refuse(called, field_name("lon"), f"{east[1]}, {north[1]}", Phrase("is no whole position"), remedy)
    values |= {"lon": round(lon, 8), "lat": round(lat, 8)}
    if hasattr(row, "coordinate_uncertainty_m"):
        values["coordinate_uncertainty_m"] = _uncertainty_m(east, north, datum, code)
    return values


def _uncertainty_m(
    east: tuple[float, str], north: tuple[float, str], datum: Datum, code: str | None
) -> float | None:
    """How far off a position may be by how it was written and converted, where that is a metre or more."""
    in_degrees = abs(east[0]) <= 180 and abs(north[0]) <= 90
    uncertain = rounding_m(east[1], north[1]) if in_degrees else 0.0
    if datum not in SAME_AS_WGS84:
        uncertain += conversion_uncertainty_m(datum, code) or 0.0
    return round(uncertain, 1) if uncertain >= 1 else None


def _species(session: Session, row: Tree, named: dict[str, Any]) -> str | None:
    """The species that the names now mean, made where it is new."""
    authority = session.get_one(Authority, row.authority_id)
    directory = Directory(session, authority.jurisdiction, row.text_lang)
    facts = species_facts(named)
    names = (facts.name_latin, facts.name_author, facts.name_zh, facts.name_en, facts.family, facts.genus)
    found = directory.species_id(names, row.text_lang, named["latin_verbatim"])
    directory.take().write(session)
    return found


def _doubt_anew(session: Session, kind: str, row: Any, changed: Mapping[str, Any]) -> None:
    """Doubts about old values go; a tree's new ones are asked as those of a file are."""
    if f"{kind}_id" not in Flag.model_fields:
        return
    whose = col(getattr(Flag, f"{kind}_id")) == row.id
    session.execute(sa.delete(Flag).where(whose, col(Flag.field).in_(sorted(changed))))
    if kind != "tree":
        return
    jurisdiction = session.get_one(Authority, row.authority_id).jurisdiction
    values = {name: value for name in TreeDraft.model_fields if (value := getattr(row, name)) is not None}
    found = Checker(jurisdiction, fields={*values, *changed}).doubts(values)
    if "lon_raw" in changed and row.lon is not None:
        found += position_doubts(row.lon_raw, row.lat_raw)
    standing = set(session.exec(select(Flag.check, Flag.field).where(whose)).all())
    for (check, field), told in {(each.check, each.field): each for each in found}.items():
        if field in changed and (check, field) not in standing:
            facts: dict[str, Any] = {"check": check, "field": field, "severity": told.severity}
            session.add(Flag(id=new_id(), tree_id=row.id, value=told.value, **facts))
    session.flush()
