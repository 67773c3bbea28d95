"""What the desk answers: every address with its right, so that a test can walk them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from registry.access import place_of
from registry.rules.permissions import Place, Right
from registry.vocab.labels import Label

Handler = Callable[[Ask], Response]
WherePlace = Callable[[Session, Mapping[str, str], date], Place | None]
"""Finds the place of the record that an address names, None where it lies nowhere (a blank tag): then the
right is asked of anywhere. Raises LookupError where there is no such record."""
FORM_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Route:
    """One address below `/-/desk`. `path` is one of Starlette's ("/tree/{id}").

    right: None: for anybody, signed in or not; otherwise asked of the place that `subject` finds, or of
    anywhere. body: the most bytes that are taken. raw: whether the body is no form.
    """

    method: str
    path: str
    handler: Handler
    right: Right | None
    subject: WherePlace | None = None
    body: int = FORM_BYTES
    raw: bool = False
    is_open: bool = False
    """Whether whoever is signed in may come here, whatever the roles (own account, sign out)."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A part of the desk with an entrance of its own in the menu, for whoever holds a right."""

    path: str
    name: Label
    right: Right | None = None
    is_whole: bool = False
    """Whether the right has to hold everywhere."""


def record_place(session: Session, found: Mapping[str, str], today: date) -> Place:
    """Of the record that an address names by `kind` and `id` ("tree" where it names no kind)."""
    kind = found.get("kind", "tree")
    if kind not in {"tree", "grove", "garden", "place", "element"}:
        raise LookupError(kind)
    return place_of(session, kind, found["id"], today)


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """The place of a record of one kind, named by `id`. Two of one kind are the same."""

    kind: str

    def __call__(self, session: Session, found: Mapping[str, str], today: date) -> Place:
        """As `record_place`."""
        return record_place(session, {**found, "kind": self.kind}, today)


def routes_of(*modules: Any) -> tuple[Route, ...]:
    """The `ROUTES` of the modules."""
    return tuple(route for module in modules for route in module.ROUTES)
