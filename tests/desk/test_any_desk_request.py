"""Whatever is sent to any address of the desk: a page or a refusal in words, never a 5xx or a trace, never
what belongs to another county. Odd addresses, questions, fields, bodies and methods, at every address."""

import asyncio
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from desk_kit import DeskKit, make_desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_kit import NOW
from sqlmodel import select
from test_permission_walk import example, name_of

from datasette_plugins.desk.app import COOKIE, PREFIX, csrf_of
from datasette_plugins.desk.features import ROUTES
from datasette_plugins.desk.limits import Limits
from datasette_plugins.desk.routing import Route
from datasette_plugins.site.visits import Visit
from registry.commands.accounts import add_account
from registry.commands.jobs import ask_job
from registry.db import reading, transaction
from registry.models import Account, Job, Party, Setting, Tree, TreeParty
from registry.rules.permissions import Grant
from registry.vocab.desk_words import Role
from registry.vocab.words import PartyKind, PartyRole

SECRET = "GEHEIM-13800000000"
"""What only whoever works in the other county may read."""
ODD = (
    *("", "0", "-1", "1", "2026-02-30", "2026-11-20", "9999-12-31", "0001-01-01", "9" * 400, "1e999", "nan"),
    *("inf", "-inf", "²", "١", "'", '"', "%", "*", "\\", "x" * 5000, "../../etc/passwd", "\x00", "\ud800"),
    *("🌳", "<script>", "null", "tree", "county", "registrar", "yes", "a=b,c", "1,2,3", "\r\nx: y", "{name}"),
)
MULTIPART = "multipart/form-data; boundary=b"
KINDS = (
    *("application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data", ""),
    *(MULTIPART, "multipart/form-data; boundary=b; charset=utf-7"),
)
PART = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="a.csv"\r\n\r\n'
ENDS_OWN_SESSION = {"POST /sign-out", "POST /account/sessions/end", "POST /account/password"}
WALKED = [route for route in ROUTES if name_of(route) not in ENDS_OWN_SESSION]
LONGEST_WAIT = 60.0
"""Seconds after which an answer is taken for one that never comes."""
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=20))


def quickly(examples: int) -> Any:
    return settings(
        max_examples=examples, derandomize=True, database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip


@dataclass
class World:
    """A desk, somebody who may everything everywhere, and somebody of one county."""

    kit: DeskKit
    loop: asyncio.Runner
    everybody: str
    clerk: str
    known: dict[str, str]
    """What addresses name, by the name of the open place: what belongs to the other county."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    kit = make_desk(tmp_path_factory.mktemp("any_desk"))
    kit.desk.jobs.wake = lambda: None
    kit.desk.limits = Limits(clock=count(0, 60).__next__)  # a minute goes by between two requests
    with transaction(kit.engine) as session:
        session.add(Setting(name="public_address", value="https://trees.example"))
        grants = [Grant(role, None) for role in Role]
        add_account(session, "all", "全", grants, password="all-long-password", actor="t", now=NOW)
        known = _secrets(session, kit)
    with asyncio.Runner() as loop:
        yield World(kit, loop, kit.token("all"), kit.token("clerk"), known)
    kit.engine.dispose()


def _secrets(session: Any, kit: DeskKit) -> dict[str, str]:
    """A tree, somebody who looks after it, and a job, all of the other county; by names of open places."""
    there = session.get_one(Tree, kit.tree_ids["3"])
    there.notes = there.village = SECRET
    party = Party(name=SECRET, kind=PartyKind.PERSON, phone=SECRET)
    session.add_all([there, party])
    session.flush()
    session.add(TreeParty(party_id=party.id, tree_id=there.id, role=PartyRole.STEWARD))
    own = session.exec(select(Account.id).where(Account.login == "faraway")).one()
    job = ask_job(session, "export", {"about": SECRET}, account_id=own, now=NOW)[0]
    return {
        "kind": "tree",
        "id": there.id,
        "party": party.id,
        "job": job.id,
        "account": own,
        "pack": "cn-2025",
    }


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def joined(question: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{encoded(name)}={encoded(text)}" for name, text in question).encode()


@dataclass
class Answer:
    status: int = 0
    to: str = ""
    body: bytes = b""


async def _asked(
    kit: DeskKit, token: str, method: str, path: str, query: bytes, body: bytes, kind: str
) -> Answer:
    """The answer as it goes over the wire."""
    answer = Answer()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.to = dict(message["headers"]).get(b"location", b"").decode()
        else:
            answer.body += message.get("body", b"")

    bodies = [body]

    async def receive() -> Any:
        if not bodies:
            await asyncio.Event().wait()  # the other side listens on
        return {"type": "http.request", "body": bodies.pop()}

    headers = [
        *((b"host", b"desk.test"), (b"cookie", f"{COOKIE}={token}".encode())),
        *((b"x-gushu-csrf", csrf_of(token).encode()), (b"content-type", kind.encode())),
    ]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode("utf-8", "replace"),
        "root_path": "", "query_string": query, "headers": headers, "scheme": "http", "http_version": "1.1",
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 80),
        "gushu": Visit("zh", path, query.decode("latin-1")),
    }  # fmt: skip
    await asyncio.wait_for(kit.desk(scope, receive, send), LONGEST_WAIT)
    return answer


def check(
    world: World, route: Route, path: str, query: bytes = b"", body: bytes = b"", kind: str = KINDS[0],
    *, method: str = "", token: str = "",
) -> Answer:  # fmt: skip
    """Ask, and see that it is answered in words."""
    method, token = method or route.method, token or world.everybody
    answer = world.loop.run(_asked(world.kit, token, method, PREFIX + path, query, body, kind))
    told = (answer.status, method, path, query[:300], body[:300], answer.body[:300])
    assert 200 <= answer.status < 500, told
    assert b"Traceback" not in answer.body, told
    assert f"{PREFIX}/sign-in" not in answer.to or route.path.startswith("/sign-in"), "it is still signed in"
    return answer


def filled(route: Route, values: dict[str, str], other: str = "x") -> str:
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda part: values.get(part[1], other), route.path)
    return path.encode("utf-8", "replace").decode()


def own_values(world: World, route: Route) -> dict[str, str]:
    """What opens the address: a record that is there."""
    return example(route.subject, world.kit) if route.subject else _elsewhere(world, route)


def _elsewhere(world: World, route: Route) -> dict[str, str]:
    return {**world.known, **({"id": world.known["job"]} if route.path.startswith("/jobs") else {})}


@cache
def words_of(route: Route) -> list[str]:
    """Names and values that the module of a handler knows, as it spells them."""
    source = inspect.getsource(sys.modules[route.handler.__module__])
    return sorted({*re.findall(r'"([a-z][a-z_]{1,24})"', source), "q", "page", "reason", "file", "csrf"})


def pairs(route: Route, most: int) -> Any:
    """Fields: those of the page and strange ones, some of them twice."""
    names = st.sampled_from(words_of(route))
    return st.lists(st.tuples(st.one_of(names, names, texts), st.one_of(texts, names)), max_size=most)


@pytest.mark.parametrize("route", [each for each in WALKED if each.path.count("{")], ids=name_of)
def test_no_address_tells_or_does_what_belongs_to_another_county(world: World, route: Route):
    path = filled(route, _elsewhere(world, route))
    answer = check(world, route, path, b"q=GEHEIM&page=1", token=world.clerk)
    assert SECRET.encode() not in answer.body
    if route.subject is not None and "{kind}" in route.path:
        assert answer.status == 403


@pytest.mark.parametrize("route", [each for each in WALKED if "{" not in each.path], ids=name_of)
def test_no_list_shows_what_belongs_to_another_county(world: World, route: Route):
    if route.method == "GET":
        assert SECRET.encode() not in check(world, route, route.path, b"q=GEHEIM", token=world.clerk).body


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_a_method_that_an_address_does_not_know_is_refused(world: World, path: str):
    here = [route for route in ROUTES if route.path == path]
    methods = {"GET", "HEAD", *(route.method for route in ROUTES if filled(route, {}) == filled(here[0], {}))}
    method = next(each for each in ("POST", "PUT", "DELETE", "odd") if each not in methods)
    assert check(world, here[0], filled(here[0], {}), method=method).status in {404, 405}


@pytest.mark.parametrize("route", [each for each in WALKED if each.method == "GET"], ids=name_of)
@quickly(3)
@given(data=st.data(), value=texts)
def test_every_page_answers_to_every_question(world: World, route: Route, data: Any, value: str):
    values = data.draw(st.sampled_from([own_values(world, route), {}]))
    path = filled(route, values, value.replace("/", "_") or "x")
    check(world, route, path, joined(data.draw(pairs(route, 6))), kind="")


@pytest.mark.parametrize("route", [each for each in WALKED if each.method != "GET"], ids=name_of)
def test_a_form_without_fields_or_cut_off_or_too_large_is_answered(world: World, route: Route):
    path = filled(route, own_values(world, route))
    check(world, route, path)
    check(world, route, path, body=b"&".join([b"reason=" + b"x" * 2000] * 30))
    cut = check(world, route, path, body=PART % b"file" + b"\xff\xd8\xff", kind=MULTIPART)
    assert route.raw or cut.status == 400
    if route.body < 1 << 20:
        assert check(world, route, path, body=b"a=" + b"x" * route.body).status == 413


@pytest.mark.parametrize("route", [each for each in WALKED if each.method != "GET"], ids=name_of)
@quickly(4)
@given(data=st.data(), value=texts)
def test_every_form_takes_any_fields(world: World, route: Route, data: Any, value: str):
    values = data.draw(st.sampled_from([own_values(world, route), own_values(world, route), {}]))
    path = filled(route, values, value.replace("/", "_") or "x")
    check(world, route, path, joined(data.draw(pairs(route, 2))), joined(data.draw(pairs(route, 8))))


@pytest.mark.parametrize("route", [each for each in WALKED if each.method != "GET"], ids=name_of)
@quickly(2)
@given(data=st.data(), body=st.binary(max_size=200), kind=st.sampled_from(KINDS))
def test_every_form_takes_any_bytes(world: World, route: Route, data: Any, body: bytes, kind: str):
    name = data.draw(st.sampled_from(words_of(route))).encode()
    whole = data.draw(st.sampled_from([body, PART % name + body, PART % name + body + b"\r\n--b--\r\n"]))
    check(world, route, filled(route, own_values(world, route)), body=whole, kind=kind)


def test_whoever_may_everything_got_in(world: World):
    """The walk above was of doors that are open: the session still stands, and pages were pages."""
    with reading(world.kit.engine) as session:
        assert session.exec(select(Job)).first() is not None
    assert check(world, ROUTES[0], "/").status == 200
    for route in WALKED:
        if route.method == "GET" and route.subject is not None:
            assert check(world, route, filled(route, own_values(world, route))).status != 403, route.path
