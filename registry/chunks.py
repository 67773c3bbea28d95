"""Long work in pieces: what is read, written or asked for is never held as a whole."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of `size`, the last one shorter; each is read when it is asked for."""
    stream = iter(items)
    while chunk := list(islice(stream, size)):
        yield chunk
