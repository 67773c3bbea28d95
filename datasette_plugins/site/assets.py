"""Files that pages load (styles, scripts, pictures): under hashed names, to be kept for ever."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette import NotFound, Response

ASSETS_ROUTE = r"^/-/gushu/static/(?P<hash>[0-9a-f]{12})/(?P<name>[A-Za-z0-9._/-]+)$"
_FOLDERS = [Path(__file__).parent / "assets"]
_STYLES = Path(__file__).parent / "styles"
"""The parts of `site.css`, joined in the order of their names."""
_FOR_EVER = "public, max-age=31536000, immutable"
_TEXT_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to send."""

    content: bytes
    zipped: bytes | None
    content_type: str
    hash: str


def add_assets(folder: Path) -> None:
    """Let pages use the files of `folder` too (a plugin's own, or a package's); the first of a name wins."""
    if folder not in _FOLDERS:
        _FOLDERS.append(folder)
        load_asset.cache_clear()


@lru_cache(maxsize=256)
def load_asset(name: str) -> Asset:
    """The asset `name` ("site.css", "images/marker.png"). Raises KeyError where there is none."""
    if name == "site.css":
        return _asset(Path(name), b"\n".join(path.read_bytes() for path in sorted(_STYLES.glob("*.css"))))
    for folder in _FOLDERS:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return _asset(path, path.read_bytes())
    raise KeyError(name)


def static_url(name: str) -> str:
    """The address of an asset, with its hash. Raises KeyError where there is none."""
    return f"/-/gushu/static/{load_asset(name).hash}/{name}"


async def asset_page(request: Any) -> Response:
    """Answer with an asset; an address of an older version gets today's file, not to be kept."""
    try:
        asset = load_asset(request.url_vars["name"])
    except KeyError as error:
        raise NotFound("no such file") from error
    current = asset.hash == request.url_vars["hash"]
    headers = {"cache-control": _FOR_EVER if current else "no-cache"}
    body = asset.content
    if asset.zipped is not None:
        headers["vary"] = "accept-encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = asset.zipped
    return Response(body, headers=headers, content_type=asset.content_type)


def _asset(path: Path, content: bytes) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = kind.startswith(_TEXT_TYPES)
    return Asset(
        content=content,
        zipped=gzip.compress(content, 9, mtime=0) if is_text else None,
        content_type=f"{kind}; charset=utf-8" if is_text else kind,
        hash=hashlib.sha256(content).hexdigest()[:12],
    )
