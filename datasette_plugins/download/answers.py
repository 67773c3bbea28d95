"""Answers that are files: a file on disk, whole or in part, and a stream that is made while it is sent."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any, BinaryIO

from datasette_plugins.site.edition_database import stamp_of

_PIECE = 256 * 1024
_DIGITS = 18
_NOTHING = {"type": "http.response.body", "body": b"", "more_body": True}
"""The headers are those of a long answer, also where only they are asked for."""
OPEN_TO_ALL = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "X-Total-Count, Gushu-Edition, Content-Location, ETag",
}
"""Headers that let scripts of any site read open data."""


class FileAnswer:
    """An open file as a response: a new edition cannot cut it short. The file is closed when it is sent."""

    def __init__(self, request: Any, file: BinaryIO, content_type: str, name: str, **headers: str) -> None:
        self._file = file
        self._wanted = request.headers.get("range", "")
        self._only_if = request.headers.get("if-range", "")
        self._had = request.headers.get("if-none-match", "")
        self._is_head = bool(request.scope.get("gushu_head"))
        self.headers: dict[str, str] = {**_named(content_type, name), **headers}

    async def asgi_send(self, send: Any) -> None:
        """Send it."""
        with self._file as file:
            status = os.fstat(file.fileno())
            size = status.st_size
            etag = '"{:x}-{:x}-{:x}-{:x}"'.format(*stamp_of(status))
            if etag in self._had:
                await _send_unchanged(send, self.headers, etag)
                return
            start, end = (0, size)
            if self._only_if in {"", etag}:
                start, end = byte_range(self._wanted, size)
            await send(self._start(etag, start, end, size))
            if self._is_head:
                await send(_NOTHING)
            else:
                await self._pieces(send, file, start, end)
        await send({"type": "http.response.body", "body": b""})

    def _start(self, etag: str, start: int, end: int, size: int) -> dict[str, Any]:
        headers = {"content-length": str(end - start), "accept-ranges": "bytes", "etag": etag}
        part = (start, end) != (0, size)
        if part:
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        return _begun(206 if part else 200, {**headers, **self.headers})

    async def _pieces(self, send: Any, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        while start < end:
            piece = await asyncio.to_thread(file.read, min(_PIECE, end - start))
            if not piece:
                break
            start += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})


class StreamAnswer:
    """Bytes as a response, sent as they are made: memory does not grow with their number.

    held: what the pieces are read from, closed when the last one is sent or the reader has gone.
    """

    def __init__(
        self,
        request: Any,
        pieces: Iterator[bytes],
        held: ExitStack,
        content_type: str,
        name: str,
        etag: str,
        **headers: str,
    ) -> None:
        self._request = request
        self._content, self._held, self._etag = pieces, held, etag
        self.headers: dict[str, str] = {**_named(content_type, name), **headers}

    async def asgi_send(self, send: Any) -> None:
        """Send it; a reader who goes away is noticed."""
        with self._held:
            if self._etag and self._etag in self._request.headers.get("if-none-match", ""):
                await _send_unchanged(send, self.headers, self._etag)
                return
            etag = {"etag": self._etag} if self._etag else {}
            await send(_begun(200, {**self.headers, **etag}))
            if self._request.scope.get("gushu_head"):
                await send(_NOTHING)
            else:
                await self._pieces(send)
        await send({"type": "http.response.body", "body": b""})

    async def _pieces(self, send: Any) -> None:
        gone = asyncio.create_task(_reader_gone(self._request))
        try:
            while not gone.done():
                piece = await asyncio.to_thread(next, self._content, b"")
                if not piece:
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone


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


async def _reader_gone(request: Any) -> None:
    """Return when the reader has closed the connection."""
    for _ in range(2):  # the (empty) question itself comes first
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return
    await asyncio.Event().wait()


async def _send_unchanged(send: Any, headers: dict[str, str], etag: str) -> None:
    kept = {name: value for name, value in headers.items() if name not in {"content-type", "content-length"}}
    await send(_begun(304, {**kept, "etag": etag}))
    await send({"type": "http.response.body", "body": b""})


def _begun(status: int, headers: dict[str, str]) -> dict[str, Any]:
    raw = [(key.encode(), value.encode()) for key, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def _named(content_type: str, name: str) -> dict[str, str]:
    return {
        "content-type": content_type,
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "public, max-age=0, must-revalidate",
        **OPEN_TO_ALL,
    }
