"""A tree that was found in the field and taken on the register: its number is allotted under a lock."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session, col, select

from registry.access import divisions_above, divisions_below
from registry.calendars import register_today
from registry.commands.directory import Directory
from registry.commands.history import Change, record_event
from registry.commands.measuring import record_measurement
from registry.commands.numbering import allot_number
from registry.commands.submission_reading import form_error
from registry.commands.visits import record_visit
from registry.desk_errors import SubmissionProblemError
from registry.errors import Phrase
from registry.importing.parts import species_facts
from registry.models import Authority, Division, InspectionDraft, Source, Tree, TreeDraft
from registry.rules.distances import metres_between
from registry.rules.submission_format import Fix, NewTreeForm
from registry.settings import get_setting
from registry.vocab.words import Category, Datum, InspectionKind, PartyKind

SOURCE_ID = "field"
"""The source of what the office's own people found."""
PROVISIONAL = "provisional"
"""The scheme of numbers that stand in until the official one is allotted."""
NEAR_M = 30.0
"""So near may stand the very tree that somebody takes for a new one."""
_COPIED = ("town", "village", "small_place", "age_years", "age_basis", "notes")


def register_tree(
    session: Session,
    form: NewTreeForm,
    *,
    division_id: str | None,
    fix: Fix | None,
    number: str,
    on: date,
    by: str,
    today: date,
    actor: str,
    now: datetime,
) -> tuple[Tree, dict[str, Any]]:
    """Make the file of a tree that was found; returns it and the ids of what was recorded with it.

    number: the provisional one, which stays an alias once the county's next number is allotted; where the
    division has no county with a six-digit code, it stays the tree's number. Raises SubmissionProblemError
    where no office of the register can hold it, SubmissionFormError, NumberAllotError, VisitError.
    """
    authority = _authority(session, division_id)
    _make_source(session, authority)
    draft = _draft(form, number, fix, on)
    directory = Directory(session, authority.jurisdiction, "zh-Hans")
    named = species_facts({"name_verbatim": form.species, "latin_verbatim": form.latin})
    names = (named.name_latin, named.name_author, named.name_zh, named.name_en, named.family, named.genus)
    species_id = directory.species_id(names, "zh-Hans", form.latin)
    directory.take().write(session)
    tree = Tree(
        **draft.model_dump(),
        authority_id=authority.id,
        source_id=SOURCE_ID,
        division_id=division_id,
        species_id=species_id,
        updated_on=register_today(session, now),
    )
    session.add(tree)
    session.flush()
    values = tree.model_dump(exclude={"id", "released", "imported_hash", "updated_on"})
    told = {name: (None, value) for name, value in values.items() if value is not None}
    record_event(session, "tree:found", [Change("tree", tree.id, "created", told)], actor=actor, at=now)
    made = _first_readings(session, tree, form, on=on, by=by, today=today, actor=actor, now=now)
    if (county := county_code(session, division_id)) is not None:
        allot_number(session, tree, county=county, actor=actor, now=now)
    return tree, {"tree": tree.id, "tree_no": tree.tree_no, **made}


def county_code(session: Session, division_id: str | None) -> str | None:
    """The six digits of the county in which a division lies, None where they are not known."""
    for own in divisions_above(session, division_id):
        division = session.get_one(Division, own)
        code = (division.code or "").strip()
        if division.level == "county" and code[:6].isdigit() and len(code) >= 6:
            return code[:6]
    return None


def trees_near(
    session: Session, lon: float, lat: float, within: Any
) -> tuple[list[tuple[Tree, float]], bool]:
    """Trees within `NEAR_M` of a point with their distances in metres, the nearest first; whether others are.

    within: the condition on `Tree` for what whoever asks may see of them (`access.reach`).
    """
    span = NEAR_M / 50_000  # degrees: more than enough up to 60° of latitude
    query = select(Tree, within).where(
        col(Tree.lon).between(lon - span, lon + span), col(Tree.lat).between(lat - span, lat + span)
    )
    near = [
        (tree, away, is_within)
        for tree, is_within in session.exec(query)
        if tree.lon is not None
        and tree.lat is not None
        and (away := metres_between((lon, lat), (tree.lon, tree.lat))) <= NEAR_M
    ]
    seen = sorted(((tree, away) for tree, away, is_within in near if is_within), key=lambda pair: pair[1])
    return seen, len(seen) < len(near)


def _draft(form: NewTreeForm, number: str, fix: Fix | None, on: date) -> TreeDraft:
    facts: dict[str, Any] = {name: getattr(form, name) or None for name in _COPIED}
    if fix is not None:
        facts |= {"lon": fix.lon, "lat": fix.lat, "lon_raw": str(fix.lon), "lat_raw": str(fix.lat)}
        facts |= {"datum": Datum.WGS84, "coordinate_uncertainty_m": round(fix.accuracy_m, 1)}
    if form.age_years is not None:
        facts["age_as_of"] = on
    facts["category"] = form.category or Category.RESERVE
    facts |= {"name_verbatim": form.species or None, "latin_verbatim": form.latin or None}
    try:
        return TreeDraft(tree_no=number, number_scheme=PROVISIONAL, **facts)
    except ValidationError as error:
        raise form_error(error, "content") from None


def _first_readings(
    session: Session, tree: Tree, form: NewTreeForm, *, on: date, by: str, **common: Any
) -> dict[str, Any]:
    """Sizes and vigour as they were met on the first day."""
    ref = ("tree", tree.id, tree.tree_no)
    made: dict[str, Any] = {}
    if form.sizes.model_dump(exclude_none=True, exclude={"measured_on", "measure_height_m"}):
        draft = form.sizes.model_copy(update={"measured_on": form.sizes.measured_on or on})
        made["measurement"] = record_measurement(session, ref, draft, **common)[0].id
    visit = InspectionDraft(
        inspected_on=on, kind=InspectionKind.ASSESSMENT, vigour=form.vigour,
        vigour_scale=form.vigour_scale or None, environment=form.environment,
    )  # fmt: skip
    row, _is_new = record_visit(session, ref, visit, by=by, by_kind=PartyKind.PERSON, **common)
    return {**made, "inspection": row.id}


def _authority(session: Session, division_id: str | None) -> Authority:
    """The office that numbers the trees around; otherwise the only one, or the first, of the register."""
    if division_id is not None:
        for own in divisions_above(session, division_id):
            most = sa.func.count(col(Tree.id)).desc()
            query = (
                select(Tree.authority_id)
                .where(col(Tree.division_id).in_(divisions_below([own])))
                .group_by(col(Tree.authority_id))
                .order_by(most, col(Tree.authority_id))
            )
            if (found := session.exec(query.limit(1)).first()) is not None:
                return session.get_one(Authority, found)
    authority = session.exec(select(Authority).order_by(col(Authority.id)).limit(1)).first()
    if authority is None:
        reason = Phrase("the register has no office yet that could hold a new tree; import its trees first")
        raise SubmissionProblemError(reason=reason)
    return authority


def _make_source(session: Session, authority: Authority) -> None:
    if session.get(Source, SOURCE_ID) is not None:
        return
    title = get_setting(session, "register_name")
    row = Source(
        id=SOURCE_ID, title=f"{title}：现场采集", title_lang="zh-Hans",
        title_en=f"{get_setting(session, 'register_name_en')}: found in the field",
        publisher=authority.name_zh, licence="", licence_url="", attribution=authority.name_zh,
        origin=get_setting(session, "public_address"),
    )  # fmt: skip
    session.add(row)
    session.flush()
