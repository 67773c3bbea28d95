"""The edition as a file: what it is, where it comes from, and the file itself."""

import asyncio
import os
import sqlite3
from typing import Any, BinaryIO

from datasette import Response

from datasette_plugins.site.edition_database import EditionDatabase, stamp_of
from datasette_plugins.site.pages import edition_of, read_edition, render_page

FILE_NAME = "public.gpkg"
_CONTENT_TYPE = "application/geopackage+sqlite3"
_PIECE = 256 * 1024
_DIGITS = 18


async def download_page(datasette: Any, request: Any) -> Response:
    """`/download`"""
    edition = edition_of(datasette)
    while True:
        stamp = edition.stamp()
        sha256, size = await edition.sha256()
        sources, counts = await read_edition(datasette, request, _load)
        if edition.stamp() == stamp:
            break
    return render_page(
        datasette, request, "site/download.html", sources=sources, counts=counts, sha256=sha256, size=size
    )


async def edition_file(datasette: Any, request: Any) -> "FileAnswer":
    """`/public.gpkg`, whole or (for a download that was broken off) from a byte on."""
    return FileAnswer(
        edition_of(datasette), request.headers.get("range", ""), request.headers.get("if-range", "")
    )


class FileAnswer:
    """The edition's file as a response: opened once, so that a new edition cannot cut it short."""

    def __init__(self, edition: EditionDatabase, wanted: str, only_if: str) -> None:
        self._edition = edition
        self._wanted = wanted
        self._only_if = only_if
        self.headers: dict[str, str] = {}

    async def asgi_send(self, send: Any) -> None:
        with open(self._edition.path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            etag = '"{:x}-{:x}-{:x}-{:x}"'.format(*stamp_of(os.fstat(file.fileno())))
            start, end = (0, size)
            if self._only_if in {"", etag}:
                start, end = byte_range(self._wanted, size)
            await send(self._start(etag, start, end, size))
            await self._pieces(send, file, start, end)

    def _start(self, etag: str, start: int, end: int, size: int) -> dict[str, Any]:
        headers = {
            "content-type": _CONTENT_TYPE,
            "content-disposition": f'attachment; filename="{FILE_NAME}"',
            "content-length": str(end - start),
            "accept-ranges": "bytes",
            "etag": etag,
            "cache-control": "public, max-age=0, must-revalidate",
        }
        part = (start, end) != (0, size)
        if part:
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        raw = [(key.encode(), value.encode()) for key, value in {**headers, **self.headers}.items()]
        return {"type": "http.response.start", "status": 206 if part else 200, "headers": raw}

    async def _pieces(self, send: Any, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        while start < end:
            piece = await asyncio.to_thread(file.read, min(_PIECE, end - start))
            if not piece:
                break
            start += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def byte_range(wanted: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last of a Range header; the whole file for any but one range."""
    unit, _, span = wanted.partition("=")
    first, dash, last = span.partition("-")
    if unit != "bytes" or not dash or not (first.isdecimal() and (last.isdecimal() or not last)):
        return 0, size
    if len(first) > _DIGITS:
        return 0, size
    start, end = int(first), min(int(last) + 1, size) if last and len(last) <= _DIGITS else size
    return (start, end) if start < end else (0, size)


def _load(db: sqlite3.Connection) -> tuple[list[sqlite3.Row], dict[str, int]]:
    sources = db.execute("SELECT * FROM source ORDER BY tree_count DESC, id").fetchall()
    tables = ("tree", "grove", "garden", "place", "element", "species", "measurement", "inspection", "photo")
    counts = {table: db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables}
    return sources, counts
