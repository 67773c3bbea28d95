"""What a request brings: taken as far as its address takes it, refused where no register could keep it."""

from collections.abc import Iterable, Iterator
from typing import Any

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from datasette_plugins.desk.asking import Ask, is_sayable
from datasette_plugins.desk.routing import Route

_MOST_FIELDS, _MOST_FILES = 2000, 50
_AFTER_END = 1024
"""So many bytes may follow the end of a form with files."""


class TooLarge(Exception):
    """The body is larger than this address takes."""


def _end_of(kind: str) -> bytes:
    """With what a body of this content type ends: a form with files says so, else it was cut off."""
    name, options = parse_options_header(kind)
    boundary = options.get(b"boundary", b"")
    return b"--" + boundary + b"--" if name == b"multipart/form-data" else b""


async def take_body(ask: Ask, route: Route) -> None:
    """Read the body, as far as this address takes one.

    Raises TooLarge before anything is parsed, HTTPException for what is no form or was cut off.
    """
    length = ask.request.headers.get("content-length", "")
    if length and (not length.isdigit() or int(length) > route.body):
        raise TooLarge
    kind = ask.request.headers.get("content-type", "")
    received, end, last = 0, b"" if route.raw else _end_of(kind), b""
    inner = ask.request._receive

    async def limited() -> Any:
        nonlocal received, last
        message = await inner()
        part = message.get("body", b"")
        received += len(part)
        if received > route.body:
            raise TooLarge
        last = (last + part)[-len(end) - _AFTER_END :]
        if end not in last and not message.get("more_body"):
            raise HTTPException(400)
        return message

    ask.request._receive = limited
    if route.raw:
        ask.body = await ask.request.body()
    elif kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        ask.form = await ask.request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=1 << 20
        )
    else:
        ask.form = FormData()
    check_texts(text for pair in ask.form.multi_items() for text in _said_in(pair))


def texts_of(request: Request) -> Iterator[str]:
    """What an address says: its open places, and names and values behind the question mark."""
    yield from map(str, request.path_params.values())
    for name, value in request.query_params.multi_items():
        yield from (name, value)


def _said_in(pair: tuple[str, UploadFile | str]) -> tuple[str, ...]:
    name, value = pair
    return (name, value if isinstance(value, str) else value.filename or "")


def check_texts(texts: Iterable[str]) -> None:
    """Refuse what no register can keep and no page can show. Raises HTTPException."""
    if not all(map(is_sayable, texts)):
        raise HTTPException(400)
