"""The desk as an ASGI application: sign-in, rights, limits and forged requests are looked at here, once."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route as StarletteRoute

from datasette_plugins.desk.asking import Ask, Refused, Who
from datasette_plugins.desk.bodies import check_texts, take_body, texts_of
from datasette_plugins.desk.failures import log, said_of
from datasette_plugins.desk.features import ENTRANCES, ROUTES
from datasette_plugins.desk.first_things import first_to_do
from datasette_plugins.desk.job_runner import Runner
from datasette_plugins.desk.limits import Limits, TooMany
from datasette_plugins.desk.routing import Entrance, Route
from datasette_plugins.site.assets import add_assets
from datasette_plugins.site.visits import Visit
from registry.access import holder_of
from registry.commands.sessions import (
    SEEN_EVERY,
    SignedIn,
    find_api_token,
    find_session,
    keep_alive,
    note_token_used,
)
from registry.db import open_register, reading, transaction
from registry.file_store import FileStore, file_store
from registry.keys import Keys, key_path, read_keys
from registry.photos import PhotoStore, photo_store
from registry.rules.permissions import Place, Right, may

add_assets(Path(__file__).parent / "assets")
COOKIE = "gushu_desk"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-gushu-csrf"
PREFIX = "/-/desk"
SAFE = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}
_LARGE = 4 << 20
"""From so many bytes on, who asks is looked at before the body is read."""


class Desk:
    """The desk over one register."""

    def __init__(self, address: str, public: Path | None = None) -> None:
        self.address = address
        self.public = public
        """Where the edition lies that the site shows."""
        self.writing = threading.Lock()
        self.limits = Limits()
        self._keys: tuple[int, Keys] | None = None
        self._app = Starlette(
            routes=[
                StarletteRoute(PREFIX + route.path, self._endpoint(route), methods=[route.method])
                for route in ROUTES
            ],
            exception_handlers={HTTPException: self._http_error},
        )

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request whose path begins with `/-/desk`."""
        await self._app(scope, receive, send)

    @cached_property
    def engine(self) -> Engine:
        """The register, opened and checked."""
        return open_register(self.address)

    @property
    def keys(self) -> Keys:
        """The register's keys, read anew where the file changed: a rotated key counts at once."""
        path = key_path(self.address)
        stamp = path.stat().st_mtime_ns if path.exists() else 0
        if self._keys is None or self._keys[0] != stamp:
            self._keys = stamp, read_keys(path)
        return self._keys[1]

    @cached_property
    def photos(self) -> PhotoStore:
        """The register's photos."""
        return photo_store(self.address)

    @cached_property
    def files(self) -> FileStore:
        """The register's private files."""
        return file_store(self.address)

    @cached_property
    def jobs(self) -> Runner:
        """Does the long work of this process."""
        return Runner(self.address, self.engine, self.writing)

    def nav(self, ask: Ask) -> list[Entrance]:
        """The entrances that whoever asks may use."""
        if ask.who is None:
            return []
        return [
            each
            for each in ENTRANCES
            if each.right is None or ask.may(each.right, Place() if each.is_whole else None)
        ]

    def form_of_scan(self, cookies: Mapping[str, str], path: str) -> str | None:
        """Where a scanned tag leads whoever is signed in and may send something in; None for all others."""
        token = cookies.get(COOKIE)
        if not token:
            return None
        with reading(self.engine) as session:
            found = find_session(session, token, datetime.now(UTC))
            if found is None or not may(holder_of(session, found.account), Right.SUBMIT):
                return None
        return f"{PREFIX}/field/#/scan/{path.rpartition('/')[2]}"

    def _endpoint(self, route: Route) -> Any:
        async def endpoint(request: Request) -> Response:
            ask = Ask(self, request, _visit(request), None, "", request.path_params)
            try:
                early = None
                self.limits.count_address(ask.address)
                check_texts(texts_of(request))
                if route.method not in SAFE:
                    _check_origin(request)
                    early = await self._before_much_is_read(ask, route)
                    if early is None:
                        await take_body(ask, route)
                response = early or await asyncio.to_thread(self._answer, ask, route)
            except Exception as error:  # the last net of this edge: every error becomes a page in words
                response = self._error(ask, route, error)
            finally:
                await ask.form.close()
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return endpoint

    async def _before_much_is_read(self, ask: Ask, route: Route) -> Response | None:
        """Who asks, before a large body is taken from anybody. Raises Refused."""
        if route.body <= _LARGE or route.right is None:
            return None
        await asyncio.to_thread(self._admit, ask, route)
        if ask.who is None:
            return self._please_sign_in(ask)
        ask.demand(route.right)
        return None

    def _admit(self, ask: Ask, route: Route) -> None:
        """Find out who asks and whether it asks too often, once: before the body of a request that is large.

        Raises TooMany.
        """
        if ask.who is None:
            self._sign_in(ask)
            if ask.who is not None:
                self.limits.count_account(ask.who.id, route.method, route.path)

    def _answer(self, ask: Ask, route: Route) -> Response:
        """Who asks, whether it may be, and the answer."""
        self._admit(ask, route)
        if route.method not in SAFE:
            _check_csrf(ask)
        if route.right is not None or route.is_open:
            if ask.who is None:
                return self._please_sign_in(ask)
            if ask.who.is_held_up(route.path):
                return self._please_sign_in(ask) if _is_api(ask) else ask.go(ask.who.first)
        if route.subject is not None:
            with ask.read() as session:
                ask.place = route.subject(session, ask.vars, ask.today(session))
        if route.right is not None:
            ask.demand(route.right, ask.place)
        return route.handler(ask)

    def _sign_in(self, ask: Ask) -> None:
        bearer = ask.request.headers.get("authorization", "")
        cookie = ask.request.cookies.get(COOKIE, "")
        if not bearer and not cookie:
            return
        with reading(self.engine) as session:
            if bearer:
                is_bearer = bearer[:7].lower() == "bearer "
                found = find_api_token(session, bearer[7:].strip(), ask.now) if is_bearer else None
            else:
                found = find_session(session, cookie, ask.now)
            if found is None:
                return
            ask.who = _who(session, found)
            ask.csrf = csrf_of(cookie) if not bearer else ""
            row, token = found.session, found.token
            seen_at = row.seen_at if row else token.used_at if token else None
        if seen_at is None or ask.now - seen_at > SEEN_EVERY:
            with self.writing, transaction(self.engine) as session:
                if row is not None:
                    keep_alive(session, row.id, ask.now)
                elif token is not None:
                    note_token_used(session, token.id, ask.now)

    def _please_sign_in(self, ask: Ask) -> Response:
        if _is_api(ask):
            message = ask.t.gettext("Please sign in.")
            return JSONResponse({"error": {"code": "signed_out", "message": message}}, status_code=401)
        back = ask.visit.url(ask.request.url.path) + (
            f"?{ask.request.url.query}" if ask.request.url.query else ""
        )
        response = RedirectResponse(ask.url("/sign-in"), status_code=303)
        if ask.request.method in SAFE and len(back) < 500:
            response.set_cookie(
                "gushu_back", back, max_age=900, path=PREFIX, httponly=True, samesite="lax",
                secure=ask.request.url.scheme == "https",
            )  # fmt: skip
        return response

    def _error(self, ask: Ask, route: Route, error: Exception) -> Response:
        status, code, message = said_of(ask, error)
        if status == 500:
            log(error)
        response: Response = (
            JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
            if _is_api(ask) or route.raw
            else ask.page("desk/error.html", status=status, code=code, message=message)
        )
        if isinstance(error, TooMany):
            response.headers["retry-after"] = str(error.seconds)
        return response

    def _http_error(self, request: Request, error: Exception) -> Response:
        """No such address, or not with this method."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        ask = Ask(self, request, _visit(request), None, "", {})
        self._sign_in(ask)
        text = (
            ask.t.gettext("There is no such page.") if status == 404 else ask.t.gettext("Not possible here.")
        )
        if _is_api(ask):
            return JSONResponse({"error": {"code": f"http_{status}", "message": text}}, status_code=status)
        response = ask.page("desk/error.html", status=status, code=f"http_{status}", message=text)
        response.headers.update(HEADERS)
        return response


def csrf_of(token: str) -> str:
    """The token that forms and scripts of a session send along."""
    return hashlib.sha256(f"gushu-csrf:{token}".encode()).hexdigest()[:40]


def _who(session: Any, found: SignedIn) -> Who:
    account = found.account
    limits = json.loads(found.token_rights) if found.token_rights else None
    holder = holder_of(session, account, limits or None)
    own = found.session.id if found.session else None
    return Who(account.id, account.login, account.name, holder, own, first_to_do(session, account, holder))


def _visit(request: Request) -> Visit:
    visit = request.scope.get("gushu")
    return visit if isinstance(visit, Visit) else Visit(path=request.url.path)


def _is_api(ask: Ask) -> bool:
    return ask.request.url.path.startswith(f"{PREFIX}/api/")


def _check_origin(request: Request) -> None:
    """Refuse what another site sends. Raises Refused."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refused
    origin = request.headers.get("origin")
    if origin is not None and _host_of(origin) != request.headers.get("host", "").lower():
        raise Refused


def _host_of(origin: str) -> str | None:
    """Host and port of an origin; None of "null", and of what is none."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _check_csrf(ask: Ask) -> None:
    """Refuse a form that was not drawn for this session. Raises Refused."""
    if ask.who is None or not ask.csrf:
        return  # nobody to misuse; or a script with its token, which no browser sends by itself
    sent = ask.request.headers.get(CSRF_HEADER) or ask.text(CSRF_FIELD)
    if not hmac.compare_digest(sent.encode(), ask.csrf.encode()):
        raise Refused
