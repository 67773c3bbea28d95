"""What surrounds every request: language prefix, caching, compression, security headers, the last net."""

import asyncio
import gzip
import re
import zlib
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from typing import Any

from datasette import Request, Response

from datasette_plugins.desk import MOUNTED
from datasette_plugins.site.compat import DATABASE
from datasette_plugins.site.errors import error_page, error_response
from datasette_plugins.site.versions import code_mark
from datasette_plugins.site.visits import OTHER_PREFIXES, Visit, ascii_path, split_prefix
from registry.errors import EditionMissingError

_COMMON = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
OWN_POLICY = f"default-src 'self'; img-src 'self' data:; {_COMMON}"
STOCK_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    f"img-src 'self' data:; {_COMMON}"
)
_SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
}
_HSTS = (b"strict-transport-security", b"max-age=15552000")
"""180 days; of this host alone, since others of the office may have no HTTPS."""
_INSIDES = (
    "databases",
    "threads",
    "config",
    "settings",
    "plugins",
    "metadata",
    "actor",
    "messages",
    "versions",
)
_MORE_INSIDES = ("allow-debug", "permissions", "patterns")
_HIDDEN = tuple(f"/-/{name}" for name in _INSIDES + _MORE_INSIDES)
_ZIP_TYPES = (
    b"text/",
    b"application/json",
    b"application/geo+json",
    b"application/ld+json",
    b"image/svg+xml",
)
_OF_THE_BODY = (b"content-length", b"content-type", b"content-encoding")
_ZIP_FROM = 900
_KEPT_BYTES = 24 * 1024 * 1024
_LONGEST_QUERY = 8000
_ROOT = re.compile(rb"^(?:[/\\\x00-\x20]|%2f|%5c)+", re.I)
"""How an address of our own may begin, read as generously as any browser or proxy reads it."""

_NOT_OF_THE_EDITION = ("/-/gushu/static/", "/edition/", "/robots.txt", "/favicon.ico")
"""What is answered also where the edition in place was taken back; `/edition/…` looks for itself."""

Headers = list[tuple[bytes, bytes]]
_DESK = "/-/desk"
_SCAN = re.compile(r"^/[Tt]/[^/]+$")
"""Addresses of tags: whoever is signed in at the desk comes to the form instead of the public page."""
DIRECT_ROUTES: list[tuple[re.Pattern[str], Any]] = []
"""Routes that are answered before Datasette's own handling (CSRF token, cookies, actors)."""


class Site:
    """The ASGI application around Datasette's."""

    def __init__(self, app: Any, datasette: Any) -> None:
        self.app = app
        self.datasette = datasette
        self.kept = KeptPages(_KEPT_BYTES)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope.get("scheme") == "https":
            send = _secure_from_now_on(send)
        path = ascii_path(scope)
        lang, inner = split_prefix(path)
        query = scope.get("query_string", b"").decode("latin-1")
        is_gone = not inner.startswith(_DESK) and self._is_gone(inner)
        visit = Visit(lang, inner, query, "" if is_gone else self._etag(inner))
        answer = Answer(scope, visit, send, self.kept)
        if await answer.from_memory():
            return
        asked, scope = scope, _inner_scope(scope, visit)
        desk = getattr(self.datasette, MOUNTED, None)
        try:
            if desk is not None and inner.startswith(_DESK):
                await desk(scope, receive, answer.send)
                return
            if desk is not None and _SCAN.match(inner) and (cookies := _cookies(asked)) and query != "public":
                form = await asyncio.to_thread(desk.form_of_scan, cookies, inner)
                if form is not None:
                    await _staff_only(visit.url(form)).asgi_send(answer.send)
                    return
            if is_gone:
                response = error_page(self.datasette, Request(scope, None), 410)
            else:
                response = await self._direct(scope, visit) or self._refusal(scope, visit)
            if response is not None:
                await response.asgi_send(answer.send)
            else:
                await self.app(scope, receive, answer.send)
        except Exception as error:
            if answer.started:
                raise
            await error_response(self.datasette, Request(scope, receive), error).asgi_send(answer.send)

    def _is_gone(self, path: str) -> bool:
        """Whether the edition in place was taken back: then all that is made of it is gone."""
        if path.startswith(_NOT_OF_THE_EDITION):
            return False
        try:
            return bool(self.datasette.get_database(DATABASE).is_withdrawn)
        except (KeyError, AttributeError, EditionMissingError):
            return False

    def _etag(self, path: str) -> str:
        """The ETag of every lasting page of the edition now in place; "" where there is none."""
        if is_stock(path):
            return ""
        try:
            return f'W/"{self.datasette.get_database(DATABASE).mark}-{code_mark()}"'
        except (KeyError, AttributeError, EditionMissingError):
            return ""

    async def _direct(self, scope: dict[str, Any], visit: Visit) -> Any:
        """The answer of a page that needs nothing of Datasette's request handling, or None."""
        if scope["method"] != "GET" or len(visit.query) > _LONGEST_QUERY:
            return None
        for pattern, handler in DIRECT_ROUTES:
            match = pattern.match(visit.path)
            if match is not None:
                request = Request({**scope, "url_route": {"kwargs": match.groupdict()}}, None)
                return await handler(self.datasette, request)
        return None

    def _refusal(self, scope: dict[str, Any], visit: Visit) -> Any:
        """The answer to what is refused before any page is asked, or None."""
        request = Request(scope, None)
        if scope["method"] != "GET" and not (scope["method"] == "POST" and _takes_input(visit.path)):
            return error_page(self.datasette, request, 405, headers={"allow": "GET, HEAD"})
        if len(visit.query) > _LONGEST_QUERY:
            return error_page(self.datasette, request, 400)
        if visit.path.split(".")[0] in _HIDDEN or visit.path.startswith("/-/config"):
            return error_page(self.datasette, request, 404)
        for prefix in OTHER_PREFIXES:
            if visit.lang == "zh" and (visit.path == prefix or visit.path.startswith(f"{prefix}/")):
                return _redirect(visit.path.removeprefix(prefix) or "/", visit.query)
        return None


class Answer:
    """One response on its way out: it gets its headers, is compressed, kept, and loses its body for HEAD."""

    def __init__(self, scope: dict[str, Any], visit: Visit, send: Any, kept: "KeptPages") -> None:
        headers = dict(scope.get("headers") or [])
        self.visit = visit
        self.started = False
        self._send = send
        self._kept = kept
        self._is_head = scope["method"] == "HEAD"
        self._takes_gzip = b"gzip" in headers.get(b"accept-encoding", b"")
        self._if_none_match = headers.get(b"if-none-match", b"").decode("latin-1")
        self._readable = scope["method"] in {"GET", "HEAD"}
        self._start: dict[str, Any] | None = None
        self._zipper: Any = None

    async def from_memory(self) -> bool:
        """Answer without asking anybody, where this very address was answered before."""
        etag = self.visit.etag
        if not etag or not self._readable:
            return False
        kept = self._kept.get(self.visit)
        if kept is None:
            return False
        headers, plain, zipped = kept
        is_wanted = self._takes_gzip and etag not in self._if_none_match
        if zipped is None and is_wanted and len(plain) >= _ZIP_FROM and _is_zippable(headers):
            zipped = gzip.compress(plain, 5, mtime=0)
            self._kept.add_zipped(self.visit, zipped)
        await self._lasting(headers, plain, zipped)
        return True

    async def send(self, message: dict[str, Any]) -> None:
        """Stands where `send` stood."""
        if message["type"] == "http.response.start":
            self.started = True
            self._start = message
        elif self._start is not None:
            start, self._start = self._start, None
            await self._begin(start, message)
        else:
            await self._go_on(message)

    async def _begin(self, start: dict[str, Any], message: dict[str, Any]) -> None:
        """The first piece of the body decides: a whole page, or the beginning of a stream."""
        headers = self._dressed(start.get("headers") or [])
        body, more = message.get("body", b""), message.get("more_body", False)
        zippable = _is_zippable(headers)
        if not more:
            lasting = start["status"] == 200 and self.visit.etag.encode() == _value(headers, b"etag")
            lasting = lasting and bool(self.visit.etag)
            wanted = zippable and len(body) >= _ZIP_FROM and self._takes_gzip
            zipped = gzip.compress(body, 5, mtime=0) if wanted else None
            if zippable:
                headers = _with_vary(headers)
            if lasting:
                self._kept.put(self.visit, headers, body, zipped)
                await self._lasting(headers, body, zipped)
                return
            await self._whole(start["status"], headers, body, zipped)
            return
        if zippable and self._takes_gzip:
            self._zipper = zlib.compressobj(5, zlib.DEFLATED, 31)
            headers = [(k, v) for k, v in _with_vary(headers) if k != b"content-length"]
            headers.append((b"content-encoding", b"gzip"))
        await self._send({**start, "headers": headers})
        await self._go_on(message)

    async def _go_on(self, message: dict[str, Any]) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._zipper is not None:
            body = self._zipper.compress(body) + (b"" if more else self._zipper.flush())
        body = b"" if self._is_head else body
        if body or not more:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _lasting(self, headers: Headers, plain: bytes, zipped: bytes | None) -> None:
        """A page of this edition: 304 where the reader has it."""
        if self.visit.etag not in self._if_none_match:
            await self._whole(200, headers, plain, zipped)
            return
        headers = [(k, v) for k, v in headers if k not in _OF_THE_BODY]
        await self._send({"type": "http.response.start", "status": 304, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})

    async def _whole(self, status: int, headers: Headers, plain: bytes, zipped: bytes | None) -> None:
        use_zip = zipped is not None and self._takes_gzip
        body = zipped if use_zip and zipped is not None else plain
        headers = [(k, v) for k, v in headers if k != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        if use_zip:
            headers.append((b"content-encoding", b"gzip"))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self._is_head else body})

    def _dressed(self, headers: Any) -> Headers:
        """`headers` in lower case, with those of security, and addresses that keep the language."""
        dressed: Headers = []
        names = set()
        for name, value in headers:
            key = bytes(name).lower()
            text = bytes(value)
            if key == b"location" and _ROOT.match(text):
                text = self._same_language(_ROOT.sub(b"/", text))
            names.add(key)
            dressed.append((key, text))
        if b"content-security-policy" not in names:
            policy = STOCK_POLICY if is_stock(self.visit.path) else OWN_POLICY
            dressed.append((b"content-security-policy", policy.encode()))
        dressed.extend((key, value) for key, value in _SECURITY.items() if key not in names)
        return dressed

    def _same_language(self, location: bytes) -> bytes:
        prefix = self.visit.prefix.encode()
        return location if not prefix or location.startswith(prefix + b"/") else prefix + location


class KeptPages:
    """Lasting pages of one edition as they were sent, the least used forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._etag = ""
        self._pages: OrderedDict[tuple[str, str, str], tuple[Headers, bytes, bytes | None]] = OrderedDict()

    def get(self, visit: Visit) -> tuple[Headers, bytes, bytes | None] | None:
        """The page as it was sent, or None."""
        if visit.etag != self._etag:
            return None
        key = (visit.lang, visit.path, visit.query)
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, visit: Visit, headers: Headers, plain: bytes, zipped: bytes | None) -> None:
        """Keep a page; those of another edition are forgotten."""
        if visit.etag != self._etag:
            self._pages.clear()
            self._etag, self._size = visit.etag, 0
        key = (visit.lang, visit.path, visit.query)
        if key in self._pages or len(plain) > self._limit // 16:
            return
        self._pages[key] = (headers, plain, zipped)
        self._size += len(plain) + len(zipped or b"")
        self._forget()

    def add_zipped(self, visit: Visit, zipped: bytes) -> None:
        """Keep the compressed body of a page that was first asked for by somebody who takes none."""
        key = (visit.lang, visit.path, visit.query)
        page = self._pages.get(key) if visit.etag == self._etag else None
        if page is not None and page[2] is None:
            self._pages[key] = (page[0], page[1], zipped)
            self._size += len(zipped)
            self._forget()

    def _forget(self) -> None:
        """Let go of the least used pages where there are too many."""
        while self._size > self._limit:
            _, (_, old, old_zipped) = self._pages.popitem(last=False)
            self._size -= len(old) + len(old_zipped or b"")


def _secure_from_now_on(send: Any) -> Any:
    """`send` which tells browsers to come by HTTPS from now on; only where they did so now."""

    async def secure(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*(message.get("headers") or []), _HSTS]}
        await send(message)

    return secure


def _is_zippable(headers: Headers) -> bool:
    """Whether the body is text that nobody has compressed yet."""
    is_text = _value(headers, b"content-type").startswith(_ZIP_TYPES)
    return is_text and not _value(headers, b"content-encoding")


def is_stock(path: str) -> bool:
    """Whether `path` is one of Datasette's own pages, which need scripts and styles inside the page."""
    if path.startswith("/-/"):
        return not path.startswith("/-/gushu/")
    return path == f"/{DATABASE}" or path.startswith((f"/{DATABASE}/", f"/{DATABASE}.json", "/_"))


def _takes_input(path: str) -> bool:
    return path.startswith("/-/") and not path.startswith("/-/gushu/")


def _inner_scope(scope: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """What Datasette sees: no prefix, no HEAD, and no cookies on pages that everybody reads."""
    headers = scope.get("headers") or []
    wants_cookies = visit.path.startswith("/-/")
    headers = [(k, v) for k, v in headers if k.lower() != b"cookie" or (wants_cookies and _is_cookie(v))]
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    raw = visit.path.encode()
    return {
        **scope,
        "path": visit.path,
        "raw_path": raw,
        "method": method,
        "headers": headers,
        "gushu": visit,
        "gushu_head": scope["method"] == "HEAD",
    }


def _cookies(scope: dict[str, Any]) -> dict[str, str]:
    """The cookies of a request as it came in."""
    values = [value for key, value in scope.get("headers") or [] if key.lower() == b"cookie"]
    found: SimpleCookie = SimpleCookie()
    for value in filter(_is_cookie, values):
        found.load(value.decode())
    return {name: morsel.value for name, morsel in found.items()}


def _staff_only(location: str) -> Response:
    """On to `location`; nobody keeps this answer, since others get another one."""
    headers = {"location": location, "cache-control": "no-store", "vary": "cookie"}
    return Response("", status=303, headers=headers)


def _is_cookie(value: bytes) -> bool:
    """Whether Datasette can read this header; it breaks down where it cannot."""
    try:
        SimpleCookie().load(value.decode())
    except (UnicodeDecodeError, CookieError):
        return False
    return True


def _redirect(path: str, query: str) -> Response:
    return Response.redirect(path + (f"?{query}" if query else ""))


def _value(headers: Headers, name: bytes) -> bytes:
    return next((value for key, value in headers if key == name), b"")


def _with_vary(headers: Headers) -> Headers:
    """`headers` with Accept-Encoding among what the response varies by."""
    vary = _value(headers, b"vary")
    if b"accept-encoding" in vary.lower():
        return headers
    joined = vary + b", Accept-Encoding" if vary else b"Accept-Encoding"
    return [(key, value) for key, value in headers if key != b"vary"] + [(b"vary", joined)]
