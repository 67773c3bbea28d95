"""A word as people read it: the one thing that all code lists are made of."""

from typing import NamedTuple


class Label(NamedTuple):
    """A word as people read it."""

    zh: str
    en: str

    def __str__(self) -> str:
        """As an error says it that nobody translates."""
        return self.en
