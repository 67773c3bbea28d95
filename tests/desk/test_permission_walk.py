"""Every address of the desk refuses whoever may not come there: nobody, the wrong role, the wrong district.

A route that names a record does so by a function that finds its place; each of these has an example here,
so that no address is left out of the walk.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from desk_kit import CAST, HERE, DeskKit, a_case, make_desk
from register_kit import NOW
from review_kit import SIZES, Field
from sqlmodel import Session, select

from datasette_plugins.desk import case_reading, evidence, review_photos, tags
from datasette_plugins.desk.app import PREFIX
from datasette_plugins.desk.features import ROUTES
from datasette_plugins.desk.office_kit import whole_register
from datasette_plugins.desk.routing import PlaceOf, Route, record_place
from registry.commands.ledgers import TABLES
from registry.commands.tags import issue_tags
from registry.db import transaction
from registry.models import Tag, Tree
from registry.rules.permissions import WHOLE_REGISTER_ONLY, Grant, Holder, Right, may
from registry.vocab.words import ElementKind, PlaceKind

KINDS = ("tree", "grove", "garden", "place", "element")
GUARDED = [route for route in ROUTES if route.right is not None or route.is_open]
BY_RIGHT = [route for route in ROUTES if route.right is not None]
BY_PLACE = [route for route in ROUTES if route.subject is not None]
THERE_WITH: dict[Right, str] = {
    Right.FIELD: "stranger",
    Right.SUBMIT: "stranger",
    Right.FILE: "faraway",
    Right.RECORD: "faraway",
    Right.EXPORT: "faraway",
    Right.REVIEW: "elsewhere",
}
"""Who holds a right, but in another county than the example's."""


def a_submission(desk: DeskKit) -> str:
    """A form about a tree of HERE that waits to be reviewed; its id."""
    with TemporaryDirectory() as folder:
        return Field(desk, Path(folder)).send("measurement", SIZES)


def a_record(kind: str, desk: DeskKit) -> dict[str, str]:
    """A record of a kind that lies HERE; its id."""
    if kind == "tree":
        return {"id": desk.tree_ids["1"]}
    with transaction(desk.engine) as session:
        tree = session.get_one(Tree, desk.tree_ids["1"])
        facts = {"authority_id": tree.authority_id, "source_id": tree.source_id, "updated_on": NOW.date()}
        table: Any = TABLES[kind]
        if kind == "place":
            facts["kind"] = PlaceKind.VILLAGE
        if kind == "element":
            garden: Any = TABLES["garden"]
            owner = a_row(session, garden, number="garden-of-one", division_id=HERE, **facts)
            row = a_row(
                session, table, number="element-1", kind=ElementKind.WELL, garden_id=owner.id, **facts
            )
        else:
            row = a_row(session, table, number=f"{kind}-1", division_id=HERE, **facts)
        return {"id": row.id}


def a_row(session: Session, table: Any, **facts: Any) -> Any:
    """A row that the register now has."""
    row = table(**facts)
    session.add(row)
    session.flush()
    return row


def a_tag(desk: DeskKit) -> str:
    """A tag of a tree of HERE; its id."""
    with transaction(desk.engine) as session:
        own = desk.tree_ids["1"]
        issue_tags(session, [own], keys=desk.desk.keys, actor="tests", now=NOW)
        return session.exec(select(Tag.id).where(Tag.tree_id == own)).one()


EXAMPLES: dict[object, Callable[[DeskKit], dict[str, str]]] = {
    record_place: lambda desk: {"kind": "tree", "id": desk.tree_ids["1"]},
    **{PlaceOf(kind): partial(a_record, kind) for kind in KINDS},
    whole_register: lambda _desk: {},
    evidence.case_place: lambda desk: {"id": a_case(desk)},
    case_reading.case_place: lambda desk: {"case": a_case(desk, "2"), "document": "x"},
    tags.tag_place: lambda desk: {"tag": a_tag(desk)},
    review_photos.where_sent: lambda desk: {"submission": a_submission(desk)},
}
"""What an address is filled with, by the function that finds its place: a record of HERE."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskKit]:
    """One register for the whole walk: whoever is refused changes nothing."""
    kit = make_desk(tmp_path_factory.mktemp("walk"))
    yield kit
    kit.engine.dispose()


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def filled(route: Route, desk: DeskKit) -> str:
    found = example(route.subject, desk) if route.subject else {}
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda part: found.get(part[1], "x"), route.path)
    return path.lstrip("/")


@cache
def _examples(address: str) -> dict[object, dict[str, str]]:
    return {}


def example(subject: object, desk: DeskKit) -> dict[str, str]:
    """What an address with such a subject is filled with, made once in a register."""
    made = _examples(desk.address)
    if subject not in made:
        made[subject] = EXAMPLES[subject](desk)
    return made[subject]


def lacking(right: Right) -> list[str]:
    """One of each role that does not have a right."""
    holders = {login: Holder("", login, (Grant(*grant),)) for login, grant in CAST.items()}
    one_of_each = {grant[0]: login for login, grant in CAST.items()}
    return [login for login in one_of_each.values() if not may(holders[login], right)]


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
async def test_nobody_comes_in_without_signing_in(desk: DeskKit, route: Route):
    async with desk.client() as nobody:
        answer = await nobody.request(route.method, filled(route, desk))
    if route.path.startswith("/api/"):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out")
    else:
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{PREFIX}/sign-in"


@pytest.mark.parametrize("route", BY_RIGHT, ids=name_of)
async def test_a_role_without_the_right_is_refused(desk: DeskKit, route: Route):
    assert route.right is not None
    for login in lacking(route.right):
        async with desk.client(login) as wrong:
            answer = await wrong.request(route.method, filled(route, desk))
        assert answer.status_code == 403, login


@pytest.mark.parametrize("route", BY_PLACE, ids=name_of)
async def test_the_right_in_another_county_is_refused(desk: DeskKit, route: Route):
    assert route.right is not None, "a route that names a record asks for a right"
    if route.right in WHOLE_REGISTER_ONLY:
        return  # nobody has it in one county alone
    async with desk.client(THERE_WITH[route.right]) as stranger:
        answer = await stranger.request(route.method, filled(route, desk))
    assert answer.status_code == 403


@pytest.mark.parametrize("route", [route for route in GUARDED if route.method != "GET"], ids=name_of)
async def test_a_form_of_another_site_is_refused(desk: DeskKit, route: Route):
    async with desk.client("registrar") as registrar:
        away = await registrar.request(
            route.method, filled(route, desk), headers={"origin": "https://evil.example"}
        )
        blind = await registrar.request(route.method, filled(route, desk), headers={"x-gushu-csrf": "0" * 40})
    assert away.status_code == 403
    assert blind.status_code == 403


def test_every_address_that_names_something_says_where_it_is_or_asks_by_itself():
    named = {
        name_of(route)
        for route in GUARDED
        if "{" in route.path and route.subject is None and route.right not in WHOLE_REGISTER_ONLY
    }
    assert named == LOOKED_AFTER_INSIDE | OF_NO_PLACE | NEW


LOOKED_AFTER_INSIDE = {
    *("GET /party/{party}", "POST /party/{party}", "GET /party/{party}/erase", "POST /party/{party}/erase"),
    *("GET /api/photos/{sha256}", "PUT /api/photos/{sha256}", "GET /api/thumb/{sha256}"),
    *("GET /jobs/{id}", "GET /jobs/{id}/state", "POST /jobs/{id}/cancel", "GET /jobs/{id}/result"),
    *("POST /account/sessions/{session}/end", "POST /account/tokens/{token}/end"),
}
"""Addresses whose record has no one place: the handler finds whose it is. test_desk_attacks.py tries each."""
OF_NO_PLACE = {"GET /pack/{pack}"}
"""What is the same for everybody: the rules, from files."""
NEW = {"GET /records/new/{kind}", "POST /records/new/{kind}"}
"""What the form says is where the record will lie. test_ledger_pages.py tries each."""


async def test_whoever_is_signed_in_sees_the_first_page(desk: DeskKit):
    async with desk.client("inspector") as inspector:
        answer = await inspector.get("")
    assert answer.status_code == 200
    assert "Inspector" in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
