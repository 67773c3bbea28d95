"""Redaction of stories and walks: what of a released one the public may read."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from registry.rules.private_matters import private_matter
from registry.vocab.words import PartyKind

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A unit or person as the register knows it. `is_historic`: a person of history."""

    name: str
    kind: str
    has_consented: bool = False
    is_historic: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the public may read the name."""
        return self.kind == PartyKind.UNIT or self.has_consented or self.is_historic


def is_language(tag: str) -> bool:
    """Whether `tag` is a language as HTML names it: zh-Hans, en, ms, zh-Hant-HK."""
    return bool(_LANGUAGE.fullmatch(tag))


def public_name(person: Named | None) -> str | None:
    """The name if the public may read it: a unit, a person of history, or one who agreed."""
    if person is None or not person.is_public:
        return None
    is_unit = person.kind == PartyKind.UNIT
    return None if private_matter(person.name, is_unit=is_unit) else person.name


def why_held(text: str | None, people: Collection[Named | None] = ()) -> str | None:
    """Why a released text stays with the office nevertheless, or None.

    It looks like a household, a telephone, an identity number …, or it names one of `people` who did not
    agree to be named.
    """
    if not text:
        return None
    private = (each.name for each in people if each is not None and not each.is_public)
    if any(len(name) >= _SHORTEST_NAME and name in text for name in private):
        return "person"
    return private_matter(text)
