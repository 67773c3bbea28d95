"""What tests of the desk are built with: a register of two counties, a cast of people, a client for each."""

import atexit
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from register_kit import NOW, import_rows
from sqlmodel import select

from datasette_plugins.asgi import load_plugins
from datasette_plugins.desk.app import COOKIE, Desk, csrf_of
from datasette_plugins.site.visits import Visit, split_prefix
from registry.calendars import register_today
from registry.commands import reviewing
from registry.commands.accounts import add_account, get_account
from registry.commands.api_tokens import make_api_token
from registry.commands.cases import CaseDraft, open_case
from registry.commands.comparing import deviations
from registry.commands.history import Change, record_event
from registry.commands.register import init_register
from registry.commands.sessions import open_session
from registry.db import open_register, reading, transaction
from registry.models import Account, Division, Tree
from registry.rules.case_facts import StepFacts
from registry.rules.permissions import Grant, Right
from registry.vocab.desk_words import Decision, Role, SessionKind
from registry.vocab.words import CaseKind, StepKind

load_plugins()
HERE, THERE, CITY = "140404", "140405", "1404"
"""上党区 (where people work), 屯留区 (where they have no rights), and the city above both."""
COUNTIES = (
    (CITY, "长治市", "city", None),
    (HERE, "上党区", "county", CITY),
    (THERE, "屯留区", "county", CITY),
)
TREES = (
    {"no": "1", "name": "国槐", "girth": "312", "height": "15", "age": "350", "lon": "113.05", "lat": "36.05",
     "grade": "一级"},
    {"no": "2", "name": "侧柏", "girth": "205", "height": "12", "age": "210", "lon": "113.06", "lat": "36.06",
     "grade": "二级"},
    {"no": "3", "name": "银杏", "girth": "400", "height": "22", "age": "800", "lon": "112.89", "lat": "36.31",
     "grade": "一级"},
)  # fmt: skip
"""Trees 1 and 2 stand HERE, tree 3 stands THERE."""
CAST: dict[str, tuple[Role, str | None]] = {
    "inspector": (Role.INSPECTOR, HERE),
    "second": (Role.INSPECTOR, HERE),
    "stranger": (Role.INSPECTOR, THERE),
    "county": (Role.REVIEWER_COUNTY, HERE),
    "city": (Role.REVIEWER_CITY, CITY),
    "province": (Role.REVIEWER_PROVINCE, None),
    "registrar": (Role.REGISTRAR, None),
    "clerk": (Role.REGISTRAR, HERE),
    "admin": (Role.ADMINISTRATOR, None),
    "auditor": (Role.AUDITOR, None),
    "faraway": (Role.REGISTRAR, THERE),
    "elsewhere": (Role.REVIEWER_COUNTY, THERE),
    "onlooker": (Role.AUDITOR, THERE),
}
"""Everybody's login, role and division."""


@dataclass
class DeskKit:
    """A register with its desk, and people who sign in."""

    address: str
    desk: Desk
    tree_ids: dict[str, str] = field(default_factory=dict)
    """Ids of the trees by number."""

    @property
    def engine(self) -> Any:
        """The register."""
        return self.desk.engine

    def client(self, login: str | None = None) -> httpx.AsyncClient:
        """A browser: of nobody, or of somebody who is signed in and sends the token of the forms along."""
        headers, cookies = {"origin": "http://desk.test"}, {}
        if login is not None:
            token = self.token(login)
            headers["x-gushu-csrf"] = csrf_of(token)
            cookies[COOKIE] = token
        transport = httpx.ASGITransport(app=_with_language(self.desk), raise_app_exceptions=True)
        return httpx.AsyncClient(
            transport=transport, base_url="http://desk.test/-/desk/", headers=headers, cookies=cookies
        )

    def token(self, login: str, kind: SessionKind = SessionKind.BROWSER) -> str:
        """A session of somebody, as the cookie holds it."""
        with transaction(self.engine) as session:
            account = session.exec(select(Account).where(Account.login == login)).one()
            return open_session(session, account, kind, address=None, device="test", now=datetime.now(UTC))[1]

    def script(self, login: str, *rights: Right) -> dict[str, str]:
        """The header of somebody's script, with a token that may do these things alone."""
        ends = datetime(2100, 1, 1, tzinfo=UTC)
        with transaction(self.engine) as session:
            own, now = get_account(session, login), datetime.now(UTC)
            made = make_api_token(session, own, "x", list(rights), expires_at=ends, actor="tests", now=now)
        return {"authorization": f"Bearer {made[1]}"}


def make_desk(folder: Path, address: str | None = None) -> DeskKit:
    """A register in `folder` (or the one at `address`, already made) with three trees and the whole cast."""
    if address is None:
        address = str(folder / "register.db")
        shutil.copytree(_first_made(), folder, dirs_exist_ok=True)
    else:
        _fill(address, folder)
    return DeskKit(address, Desk(address), _tree_ids(address))


@cache
def _first_made() -> Path:
    """A folder with such a register, made once: every other is a copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = str(folder / "register.db")
    init_register(address, actor="tests", now=NOW).dispose()
    _fill(address, folder)
    return folder


def alert_of(text: str) -> str:
    """What a page says went wrong, "" where nothing did."""
    found = re.search(r'role="alert">([^<]*)', text)
    return found[1] if found else ""


def rows(desk: DeskKit, table: Any) -> list[Any]:
    """All rows of a table."""
    with reading(desk.engine) as session:
        found = list(session.exec(select(table)))
        session.expunge_all()
        return found


def told_otherwise(desk: DeskKit) -> list[Any]:
    """What the history does not tell so; the kit moved the trees into divisions behind its back."""
    with reading(desk.engine) as session:
        return [told for told in deviations(session) if told.field != "division_id" or told.kind != "tree"]


def a_case(desk: DeskKit, number: str = "1") -> str:
    """A case about a tree, just opened; its id."""
    first = StepFacts(StepKind.REPORT, NOW.date(), text="枯死")
    draft = CaseDraft(CaseKind.DEATH, ("tree", desk.tree_ids[number]), first)
    with transaction(desk.engine) as session:
        return open_case(session, draft, pack=None, actor="tests", now=NOW).id


def send_back(desk: DeskKit, own: str, reason: str = "请核对") -> None:
    """The office returns a form."""
    with transaction(desk.engine) as session:
        now = datetime.now(UTC)
        office = reviewing.Desk(register_today(session, now), "tests", now, desk.desk.keys, desk.desk.photos)
        verdict = reviewing.Verdict(Decision.RETURN, reason)
        reviewing.decide(session, own, verdict, holder=None, desk=office)


def _fill(address: str, folder: Path) -> None:
    engine = open_register(address)
    import_rows(engine, folder, *TREES)
    with transaction(engine) as session:
        for own, name, level, parent in COUNTIES:
            if session.get(Division, own) is None:
                facts = {"name": name, "level": level, "parent_id": parent, "code": own}
                session.add(Division(id=own, jurisdiction="cn-shanxi", **facts))
                session.flush()
        placed = []
        for tree in session.exec(select(Tree)):
            before, tree.division_id = tree.division_id, THERE if tree.tree_no == "3" else HERE
            session.add(tree)
            placed.append(Change("tree", tree.id, "updated", {"division_id": (before, tree.division_id)}))
        record_event(session, "tree:edited", placed, actor="tests", at=NOW)
        for login, (role, division) in CAST.items():
            add_account(
                session, login, login.title(), [Grant(role, division)], password=f"{login}-long-password",
                actor="tests", now=NOW,
            )  # fmt: skip
    engine.dispose()


def _tree_ids(address: str) -> dict[str, str]:
    engine = open_register(address)
    with reading(engine) as session:
        found = {tree.tree_no: tree.id for tree in session.exec(select(Tree))}
    engine.dispose()
    return found


def _with_language(desk: Desk) -> Any:
    """What the site's middleware does before the desk: the prefix of the language."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        lang, path = split_prefix(scope["path"])
        query = scope.get("query_string", b"").decode("latin-1")
        await desk({**scope, "path": path, "gushu": Visit(lang, path, query)}, receive, send)

    return app
