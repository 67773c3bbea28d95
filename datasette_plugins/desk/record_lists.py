"""The list of the office's records: search by number, name or place, filters, order, pages."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import (
    KINDS,
    choices,
    division_words,
    number_of,
    path_of,
    title_of,
)
from datasette_plugins.desk.routing import Route
from registry.access import divisions_below, reach
from registry.commands.ledgers import TABLES
from registry.commands.tag_life import find_by_text
from registry.errors import TagCodeError
from registry.models import Designation, Division, Tree, TreeAlias
from registry.rules.permissions import Right, divisions_of
from registry.rules.search_text import fold
from registry.vocab.words import Category, DesignationKind, Grade, TreeStatus, Vigour

PER_PAGE = 50
_SORTS = ("number", "changed", "name")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for, as the address says."""

    kind: str
    text: str
    status: str
    category: str
    grade: str
    vigour: str
    division: str
    sort: str
    page: int


def records_page(ask: Ask) -> Response:
    """The list. A whole tag text or number that means one record leads to it."""
    wish = _wish(ask)
    with ask.read() as session:
        if wish.text and wish.page == 1 and (path := _meant(ask, session, wish)):
            return ask.go(path)
        query = _query(ask, session, wish)
        total = int(session.exec(select(sa.func.count()).select_from(query.subquery())).one())
        page = query.order_by(*_order(wish)).offset((wish.page - 1) * PER_PAGE).limit(PER_PAGE)
        rows = [_line(ask, session, wish.kind, row) for row in session.execute(page).scalars()]
        divisions = divisions_within(ask, session)
    return ask.page(
        "desk/records.html",
        wish=wish,
        rows=rows,
        total=total,
        has_more=wish.page * PER_PAGE < total,
        kinds=KINDS,
        divisions=divisions,
        statuses=choices(ask.t, TreeStatus),
        categories=choices(ask.t, Category),
        grades=choices(ask.t, Grade),
        vigours=choices(ask.t, Vigour),
    )


def _wish(ask: Ask) -> Wish:
    said = ask.query
    kind = said.get("kind", "tree")
    page = said.get("page", "1")
    sort = said.get("sort", "number")
    names = ("status", "category", "grade", "vigour", "division")
    return Wish(
        kind if kind in KINDS else "tree",
        said.get("q", "").strip()[:200],
        **{name: said.get(name, "")[:64] for name in names},
        sort=sort if sort in _SORTS else "number",
        page=min(int(page), 100_000) if page.isascii() and page.isdigit() and int(page[:9]) else 1,
    )


def _meant(ask: Ask, session: Session, wish: Wish) -> str | None:
    """The page of the one record that a scanned tag's text means, where it is within reach."""
    try:
        found = find_by_text(session, wish.text, ask.desk.keys)
    except TagCodeError as error:
        ask.say(ask.t.error(error))
        return None
    if found is None or found.record is None or found.how == "number":
        return None
    kind, own = found.record
    table: Any = TABLES[kind]
    within = reach(ask.holder, Right.FILE, table, ask.today(session))
    is_there = session.exec(select(table.id).where(table.id == own, within)).first()
    return path_of(kind, own) if is_there else None


def _query(ask: Ask, session: Session, wish: Wish) -> Any:
    table: Any = TABLES[wish.kind]
    today = ask.today(session)
    if wish.kind == "element":
        query = select(table).where(_elements_within(ask, today))
    else:
        query = select(table).where(reach(ask.holder, Right.FILE, table, today))
    if wish.text:
        query = query.where(_says(wish.kind, table, wish.text))
    if wish.status in set(TreeStatus):
        query = query.where(col(table.status) == wish.status)
    elif not wish.status:
        query = query.where(col(table.status) != TreeStatus.MERGED)
    if wish.division and wish.kind != "element":
        query = query.where(col(table.division_id).in_(divisions_below([wish.division])))
    if wish.kind == "tree":
        if wish.category in set(Category):
            query = query.where(col(Tree.category) == wish.category)
        if wish.vigour in set(Vigour):
            query = query.where(col(Tree.vigour) == wish.vigour)
    if wish.grade in set(Grade) and wish.kind in {"tree", "grove", "garden"}:
        whose = col(getattr(Designation, f"{wish.kind}_id"))
        graded = select(whose).where(
            Designation.kind == DesignationKind.GRADE,
            Designation.grade == wish.grade,
            sa.or_(col(Designation.ended_on).is_(None), col(Designation.ended_on) > today),
            whose.is_not(None),
        )
        query = query.where(col(table.id).in_(graded))
    return query


def _elements_within(ask: Ask, today: Any) -> Any:
    """Elements lie where their garden or place does; those that stand nowhere are for who sees all."""
    if divisions_of(ask.holder, Right.FILE) is None:
        return sa.true()
    element, garden, place = TABLES["element"], TABLES["garden"], TABLES["place"]
    gardens = select(garden.id).where(reach(ask.holder, Right.FILE, garden, today))
    places = select(place.id).where(reach(ask.holder, Right.FILE, place, today))
    return sa.or_(col(element.garden_id).in_(gardens), col(element.place_id).in_(places))


def _says(kind: str, table: Any, text: str) -> Any:
    """Rows whose number, name or place holds each word of a text, in any script or width."""
    names = (
        ("tree_no", "name_verbatim", "latin_verbatim", "common_name")
        if kind == "tree"
        else ("number", "name")
    )
    columns = [col(getattr(table, name)) for name in (*names, "town", "village", "small_place")]
    conditions = []
    for word in text.split()[:6]:
        forms = {word, fold(word)}
        said = [column.icontains(form, autoescape=True) for column in columns for form in forms]
        if f"{kind}_id" in TreeAlias.model_fields:
            whose = col(getattr(TreeAlias, f"{kind}_id"))
            known = select(whose).where(
                col(TreeAlias.number).icontains(word, autoescape=True), whose.is_not(None)
            )
            said.append(col(table.id).in_(known))
        conditions.append(sa.or_(*said))
    return sa.and_(*conditions)


def _order(wish: Wish) -> tuple[Any, ...]:
    table: Any = TABLES[wish.kind]
    number = table.tree_no if wish.kind == "tree" else table.number
    if wish.sort == "changed":
        return (col(table.updated_on).desc(), col(number), col(table.id))
    if wish.sort == "name":
        name = table.name_verbatim if wish.kind == "tree" else table.name
        return (col(name).is_(None), col(name), col(number), col(table.id))
    return (sa.func.length(number), col(number), col(table.id))


def _line(ask: Ask, session: Session, kind: str, row: Any) -> dict[str, Any]:
    division = division_words(session, getattr(row, "division_id", None), ask.t)
    return {
        "path": path_of(kind, row.id),
        "number": number_of(kind, row),
        "title": title_of(kind, row),
        "lang": row.text_lang,
        "category": ask.t.word(Category, row.category) if kind == "tree" else "",
        "status": row.status.value,
        "status_word": ask.t.word(TreeStatus, row.status),
        "vigour": ask.t.word(Vigour, row.vigour) if kind == "tree" and row.vigour else "",
        "place": " ".join(filter(None, (division, row.town, row.village))),
        "changed": row.updated_on.isoformat(),
    }


def divisions_within(ask: Ask, session: Session, right: Right = Right.FILE) -> list[tuple[str, str]]:
    """The divisions within reach of a right down to counties, for a choice."""
    found = divisions_of(ask.holder, right)
    if found is None:
        within = sa.true()
    else:
        within = col(Division.id).in_(divisions_below(found)) if found else sa.false()
    query = select(Division).where(within, col(Division.level).in_(("city", "county")))
    rows = session.exec(query.order_by(col(Division.code), col(Division.id)).limit(500))
    return [(row.id, (row.name_en if ask.t.lang == "en" else None) or row.name) for row in rows]


ROUTES = (Route("GET", "/records", records_page, Right.FILE),)
