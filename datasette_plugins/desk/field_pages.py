"""The field app's files: the shell, its modules, its words and its service worker, all under one version.

Nothing here is private, nobody is asked who he is: the app has to open without a session and a signal.
"""

import hashlib
import json
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.field_icons import draw_icon
from datasette_plugins.desk.routing import Route
from registry.vocab.field_app_words import FIELD_APP

FOLDER = Path(__file__).parent / "field"
BASE = "/-/desk/field/"
WORKER = "worker.js"
WORDS = "words.json"
SHELL = "index.html"
ICONS = (("icon-192", 192, False), ("icon-512", 512, False), ("maskable-512", 512, True))
"""Name, pixels, and whether the phone cuts it into a shape of its own."""
_KINDS = {".js", ".css", ".html", ".svg", ".png", ".webmanifest", ".json", ".wasm"}
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}
_TEXTS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class AppFile:
    """One file of the app. `digest`: SHA-256 in hexadecimal."""

    content: bytes
    content_type: str
    digest: str


@lru_cache(maxsize=1)
def app_files() -> dict[str, AppFile]:
    """Every file that the phone keeps, by its address: "/-/desk/field/" is the shell."""
    found = {BASE: _app_file(SHELL, (FOLDER / SHELL).read_bytes())}
    for path in sorted(FOLDER.rglob("*")):
        name = path.relative_to(FOLDER).as_posix()
        if path.is_file() and path.suffix in _KINDS and name not in {SHELL, WORKER}:
            found[BASE + name] = _app_file(name, path.read_bytes())
    for name, size, is_maskable in ICONS:
        found[f"{BASE}icons/{name}.png"] = _app_file("icon.png", draw_icon(size, is_maskable=is_maskable))
    words = {key: {"zh": label.zh, "en": label.en} for key, label in FIELD_APP.items()}
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    found[BASE + WORDS] = _app_file(WORDS, text.encode())
    return found


def version() -> str:
    """Sixteen characters that change with any file of the app."""
    files = json.dumps({address: file.digest for address, file in app_files().items()}, sort_keys=True)
    code = (FOLDER / WORKER).read_bytes()
    return hashlib.sha256(files.encode() + code).hexdigest()[:16]


def app_file(ask: Ask) -> Response:
    """The shell, or one of the files; 304 where the browser has it."""
    name = ask.vars.get("name", "")
    file = app_files().get(BASE + name)
    if file is None:
        raise LookupError(name)
    headers = {"etag": f'"{file.digest[:32]}"', "cache-control": "no-cache"}
    if file.digest[:32] in ask.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers={**headers, "content-type": file.content_type})


def worker(_ask: Ask) -> Response:
    """The service worker with the list of this version's files. Its scope is the whole site; of that it
    answers for the app and, without a signal, for scanned tags."""
    digests = {address: file.digest for address, file in app_files().items()}
    head = f"const VERSION = {json.dumps(version())};\nconst FILES = {json.dumps(digests)};\n"
    headers = {
        "service-worker-allowed": "/",
        "cache-control": "no-cache",
        "content-type": "text/javascript; charset=utf-8",
    }
    return Response(head.encode() + (FOLDER / WORKER).read_bytes(), headers=headers)


def enter(ask: Ask) -> Response:
    """Back to the app, after signing in where that was needed."""
    return ask.go("/field/")


def _app_file(name: str, content: bytes) -> AppFile:
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith(_TEXTS)
    content_type = f"{kind}; charset=utf-8" if is_text else kind
    return AppFile(content, content_type, hashlib.sha256(content).hexdigest())


ROUTES = (
    Route("GET", "/field", app_file, None),
    Route("GET", "/field/", app_file, None),
    Route("GET", "/field/worker.js", worker, None),
    Route("GET", "/field/enter", enter, None, is_open=True),
    Route("GET", "/field/{name:path}", app_file, None),
)
