"""What a tree's page and its tag tell of its story, and whether something is held back."""

from collections.abc import Mapping, Sequence
from typing import Any

_FIELDS = ("history_text", "peculiarity", "notes")


def stories_of(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """The released texts, history first; `tree` has the columns of the public edition."""
    return tuple(tree[name] for name in _FIELDS if tree[name])


def is_story_withheld(withheld: Sequence[str]) -> bool:
    """Whether a text is on record and not released."""
    return any(name in withheld for name in _FIELDS)


def excerpt(text: str, length: int) -> str:
    """The beginning of `text`, about `length` characters, to the end of a sentence where one ends in time."""
    plain = " ".join(text.split())
    if len(plain) <= length:
        return plain
    cut = plain[:length]
    end = max(cut.rfind(mark) for mark in ("。", "！", "？", ". ", "! ", "? "))
    if end >= length // 3:
        return cut[: end + 1]
    if cut.isascii():
        return cut.rpartition(" ")[0].rstrip(",;:") + " …" if " " in cut else cut + "…"
    return cut.rstrip("，、；：") + "……"
