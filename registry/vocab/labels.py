"""A word as people read it: the one thing that all code lists are made of."""

from typing import NamedTuple


class Label(NamedTuple):
    """A word as people read it."""

    zh: str
    en: str
