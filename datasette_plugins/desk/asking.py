"""One request at the desk: who asks, in which language, with what; and how to answer."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from datasette_plugins.site.pages import environment, fill
from datasette_plugins.site.visits import Visit
from registry.calendars import register_today
from registry.commands.auditing import record_audit
from registry.db import reading, transaction
from registry.rules.permissions import Holder, Place, Right, may
from registry.vocab.language import Translator

if TYPE_CHECKING:
    from datasette_plugins.desk.app import Desk

SAID_COOKIE = "gushu_said"
_LONGEST_SAID = 900


class Refused(Exception):
    """Whoever asks may not do this here."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in."""

    id: str
    login: str
    name: str
    holder: Holder
    session_id: str | None
    first: str = ""
    """The page below which something has to be done before anything else: a new password, a second factor."""

    def is_held_up(self, path: str) -> bool:
        """Whether something else has to be done before `path` is open."""
        return bool(self.first) and not path.startswith(self.first) and path != "/sign-out"


@dataclass(slots=True)
class Ask:
    """One request. `vars`: of the address. `form`: fields and files of a form, `body`: any other body."""

    desk: "Desk"
    request: Request
    visit: Visit
    who: Who | None
    csrf: str
    vars: Mapping[str, str]
    place: Place | None = None
    """Where the record lies that the address names."""
    form: FormData = field(default_factory=FormData)
    body: bytes = b""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _said: list[str] = field(default_factory=list)
    _is_writing: bool = False

    @property
    def t(self) -> Translator:
        """Says things in the reader's language."""
        return self.visit.translator

    @property
    def actor(self) -> str:
        """How the history names whoever asks."""
        return f"account:{self.me.login}"

    @property
    def me(self) -> Who:
        """Who is signed in. Raises Refused where nobody is."""
        if self.who is None:
            raise Refused
        return self.who

    @property
    def holder(self) -> Holder:
        """What whoever asks may."""
        return self.me.holder

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark; of several of one name the last."""
        return self.request.query_params

    @property
    def address(self) -> str | None:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else None

    def text(self, name: str) -> str:
        """A field of the form as text without blanks around it; "" where it is missing."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with reading(self.desk.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it, or nothing; requests of this process come one after the other.

        One within another would wait for itself for ever: that is a RuntimeError.
        """
        if self._is_writing:
            raise RuntimeError("a transaction is open already: answer with a page after it")
        with self.desk.writing, transaction(self.desk.engine) as session:
            self._is_writing = True
            try:
                yield session
            finally:
                self._is_writing = False

    def today(self, session: Session) -> date:
        """The day it is where the register belongs."""
        return register_today(session, self.now)

    def may(self, right: Right, place: Place | None = None) -> bool:
        """Whether whoever asks may do something, here or (None) anywhere."""
        return self.who is not None and may(self.who.holder, right, place)

    def demand(self, right: Right, place: Place | None = None) -> None:
        """Raises Refused unless whoever asks may do something."""
        if not self.may(right, place):
            raise Refused

    def audit(
        self, session: Session, action: str, subject: tuple[str, str] | None = None, **detail: Any
    ) -> None:
        """Note in the audit log who did this."""
        who = self.who
        record_audit(
            session, action, account_id=who.id if who else None, login=who.login if who else None,
            subject=subject, address=self.address, now=self.now, **detail,
        )  # fmt: skip

    def say(self, text: str) -> None:
        """Show a sentence on top of the page that comes next."""
        self._said.append(text)

    def is_at(self, path: str) -> bool:
        """Whether this page belongs to the part of the desk that begins at `path`."""
        here = self.visit.path.removeprefix("/-/desk") or "/"
        return here == path or (path != "/" and here.startswith(f"{path}/"))

    def url(self, path: str) -> str:
        """An address below the desk, in the reader's language."""
        return self.visit.url(f"/-/desk{path}")

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> Response:
        """A page. Templates have what those of the site have, and `ask`, `said`, `csrf`, `nav`, `Right`."""
        said = [*self._said_before, *self._said]
        html = fill(
            environment().get_template(template),
            self.visit,
            ask=self,
            csrf=self.csrf,
            said=said,
            nav=self.desk.nav(self),
            Right=Right,
            **context,
        )
        response = HTMLResponse(html, status_code=status)
        if self._said_before:
            response.delete_cookie(SAID_COOKIE, path="/")
        return response

    def json(self, facts: Any, status: int = 200) -> Response:
        """An answer to a program."""
        return JSONResponse(facts, status_code=status)

    def go(self, path: str) -> Response:
        """After a form: on to a page of the desk, which shows what was said."""
        response = RedirectResponse(self.url(path), status_code=303)
        if self._said:
            text = json.dumps(_as_many_as_fit(self._said), ensure_ascii=False)
            told = base64.urlsafe_b64encode(text.encode()).decode()
            response.set_cookie(
                SAID_COOKIE, told, max_age=60, path="/", httponly=True, samesite="lax",
                secure=self.request.url.scheme == "https",
            )  # fmt: skip
        return response

    @property
    def _said_before(self) -> list[str]:
        told = self.request.cookies.get(SAID_COOKIE)
        if not told:
            return []
        try:
            found = json.loads(base64.urlsafe_b64decode(told))
        except (ValueError, RecursionError):
            return []
        said = found if isinstance(found, list) else []
        return [text for text in said if isinstance(text, str) and is_sayable(text)]


def _as_many_as_fit(said: list[str]) -> list[str]:
    """The sentences that fit into a cookie; the last that does is cut short."""
    left, found = _LONGEST_SAID, []
    for text in said:
        if left > 0:
            found.append(text[:left])
        left -= len(text)
    return found


def is_sayable(text: str) -> bool:
    """Whether a text can be written down: no NUL, which PostgreSQL refuses, and no half of a character."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
