"""What tests of the field app are built with: the app's real files behind a server that may fail on purpose.

The server keeps what arrives in memory, by the protocol of the field; tests look there for what has arrived.
"""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from desk_kit import DeskKit, _with_language
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from datasette_plugins.site.visits import split_prefix

API = "/-/desk/api/"
TREE = "11111111-1111-4111-8111-111111111111"
PUBLIC_PAGE = "a public page"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class LostReplyError(Exception):
    """What was asked for is done, and nobody hears of it."""


@dataclass
class FieldServer:
    """A server of the field's protocol. What it has: `forms` by id, `photos` by checksum."""

    desk: DeskKit
    port: int
    login: str | None = "inspector"
    """Who is signed in, None for nobody."""
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times_sent: dict[str, int] = field(default_factory=dict)
    clock_off_s: float = 0
    is_real: bool = False
    """Whether the desk itself answers, with its register; then nothing is kept here."""
    trees: list[dict[str, Any]] = field(default_factory=list)
    answer_form: Callable[[dict[str, Any]], Response | None] | None = None
    """Answers a form in another way than by taking it."""
    before: Callable[[Request], Response | None] | None = None
    """Looks at every request of the API first; may raise LostReplyError."""
    after: Callable[[Request], None] | None = None
    """Looks at it again once it is done, before the answer is sent."""
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it answers; localhost counts as secure."""
        return f"http://localhost:{self.port}"

    @property
    def whole_photos(self) -> set[str]:
        """The checksums of the photos that are here as a whole."""
        return {name for name, data in self.photos.items() if hashlib.sha256(data).hexdigest() == name}

    def start(self) -> None:
        """Answer, with everything that was here before."""
        self.stop()
        config = uvicorn.Config(self, port=self.port, log_level="critical", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        for _ in range(200):
            if self._server.started:
                return
            time.sleep(0.02)
        raise RuntimeError("the server does not start")

    def stop_soon(self) -> None:
        """Fall silent from within a request."""
        if self._server is not None:
            self._server.should_exit = self._server.force_exit = True

    def stop(self) -> None:
        """Fall silent in the middle of whatever it does."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(60)
            self._server = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        path = split_prefix(scope["path"])[1]
        if path.startswith(API) and not self.is_real:
            body = await request.body()
            await self._answered(request, body)(scope, receive, send)
        elif path.startswith("/-/desk"):
            await _with_language(self.desk.desk)(scope, receive, send)
        else:
            await HTMLResponse(f"<!doctype html><title>x</title><h1>{PUBLIC_PAGE}</h1>")(scope, receive, send)

    def _answered(self, request: Request, body: bytes) -> Response:
        path = split_prefix(request.url.path)[1].removeprefix(API)
        self.asked.append(f"{request.method} {path}")
        early = self.before(request) if self.before else None
        if early is not None:
            return early
        if self.login is None:
            return JSONResponse({"error": {"code": "signed_out", "message": "Please sign in."}}, 401)
        answer = self._done(request, path, body)
        if self.after:
            self.after(request)
        return answer

    def _done(self, request: Request, path: str, body: bytes) -> Response:
        if path == "submissions" and request.method == "POST":
            return self._take(json.loads(body))
        if path == "submissions":
            ids = request.query_params["ids"].split(",")
            return JSONResponse({"submissions": [self._state(name) for name in ids if name in self.forms]})
        if path.startswith("photos/"):
            return self._photo(request, path.removeprefix("photos/"), body)
        if path.startswith("thumb/"):
            return Response(JPEG, media_type="image/jpeg")
        return JSONResponse(self._me() if path == "me" else self._package())

    def _photo(self, request: Request, digest: str, body: bytes) -> Response:
        if digest not in self.sizes:
            return JSONResponse({"error": {"code": "not_found", "message": "not announced"}}, 404)
        if request.method == "PUT":
            return self._piece(digest, int(request.query_params["offset"]), body)
        return JSONResponse(self._told(digest))

    def _me(self) -> dict[str, Any]:
        now = datetime.fromtimestamp(time.time() + self.clock_off_s, UTC)
        roles = [{"role": "inspector", "division": "140404"}]
        account = {"login": self.login, "name": "王建国", "roles": roles}
        return {
            "account": account,
            "csrf": "x",
            "server_time": now.isoformat(),
            "form": 1,
            "rights": ["submit"],
            "returned": [],
        }

    def _package(self) -> dict[str, Any]:
        made_at = datetime.now(UTC).isoformat()
        return {
            "made_at": made_at,
            "head_seq": 7,
            "trees": self.trees,
            "words": {},
            "models": [],
        }

    def _take(self, sent: dict[str, Any]) -> Response:
        draft = sent["submission"]
        other = self.answer_form(draft) if self.answer_form else None
        if other is not None:
            return other
        name = draft["id"]
        self.times_sent[name] = self.times_sent.get(name, 0) + 1
        known = self.forms.get(name)
        if known is not None and known != draft:
            return JSONResponse({"error": {"code": "submission_conflict", "message": "other content"}}, 409)
        self.forms[name] = draft
        for photo in draft["photos"]:
            self.sizes[photo["sha256"]] = photo["size"]
        return JSONResponse(self._state(name))

    def _state(self, name: str) -> dict[str, Any]:
        photos = [self._told(photo["sha256"]) for photo in self.forms[name]["photos"]]
        facts = {"said": [], "record": None, "conflicts": [], "problem": None}
        return {"id": name, "state": "accepted", "photos": photos, **facts}

    def _piece(self, digest: str, offset: int, body: bytes) -> Response:
        has = self.photos.setdefault(digest, bytearray())
        told = self._told(digest)
        if not told["complete"] and offset != len(has):
            return JSONResponse({"error": {"code": "wrong_offset"}, **told}, 409)
        if not told["complete"]:
            has.extend(body)
            if len(has) >= self.sizes[digest] and digest not in self.whole_photos:
                has.clear()
        return JSONResponse(self._told(digest))

    def _told(self, digest: str) -> dict[str, Any]:
        has = self.photos.get(digest, b"")
        is_whole = digest in self.photos and hashlib.sha256(has).hexdigest() == digest
        return {"sha256": digest, "received": len(has), "size": self.sizes[digest], "complete": is_whole}


@contextmanager
def field_server(desk: DeskKit) -> Iterator[FieldServer]:
    """A server that answers while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = FieldServer(desk, port)
    server.trees = [make_tree(TREE, "14040400001", "国槐")]
    server.start()
    try:
        yield server
    finally:
        server.stop()


def make_tree(name: str, no: str, called: str, **facts: Any) -> dict[str, Any]:
    """A record of a package."""
    tree = {
        "kind": "tree", "id": name, "no": no, "path": f"/tree/{no}", "name": called, "species": "国槐",
        "latin": "Styphnolobium japonicum", "lon": 113.05, "lat": 36.05, "uncertainty_m": 5,
        "grade": "first", "category": "ancient", "vigour": "normal", "status": "alive",
        "place": "上党区 东庄村", "last": {}, "is_overdue": False, "base_seq": 7, "editable": {},
        "tags": [{"code": "GTEST123", "hash": "0" * 64}], "thumb": hashlib.sha256(JPEG).hexdigest(),
    }  # fmt: skip
    return {**tree, **facts}
