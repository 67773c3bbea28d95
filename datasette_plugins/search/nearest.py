"""What to offer where nothing was found: fewer words, fewer filters, names that are nearly the same."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from datasette_plugins.search.facets import Value, chosen_value
from datasette_plugins.search.things import Thing, read_things
from datasette_plugins.search.wishes import Wish
from registry.rules.search_text import fold, sound_expression
from registry.rules.species_names import edit_distance

_MOST = 5
_MOST_FACETS = 8
_SHORTEST = 4
"""Letters of a word from which on a slip is looked for."""
_LONG = 8
"""Letters of a word in which two slips are likely rather than another word."""
_READ = 20_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """Ways on from an empty list; each leads to at least one tree."""

    without: tuple[tuple[str, Value, int], ...] = ()
    """Facets to give up, with what is asked of them, and how many trees there are then."""
    widened: int = 0
    """Trees without any facet, where there are several to give up."""
    fewer: tuple[tuple[Wish, int], ...] = ()
    """The same wish with one of its words, or with a shorter number."""
    meant: tuple[Thing, ...] = ()
    """What was perhaps meant: it sounds the same, or is spelt nearly so."""
    common: tuple[sqlite3.Row, ...] = ()
    """The species with most trees."""


def read_nearest(db: sqlite3.Connection, wish: Wish) -> Nearest:
    """The ways on from `wish`, which finds nothing."""
    fewer = [(other, trees) for other in _shorter(wish) if (trees := count(db, other))]
    return Nearest(
        without=tuple(_without(db, wish)),
        widened=count(db, wish.widened()) if len(wish.facets) > 1 and wish.q else 0,
        fewer=tuple(fewer[:_MOST]),
        meant=_meant(db, wish.q) if wish.q else (),
        common=tuple(db.execute("SELECT * FROM species ORDER BY tree_count DESC, id LIMIT 6")),
    )


def count(db: sqlite3.Connection, wish: Wish) -> int:
    """How many trees a wish finds."""
    return int(db.execute(wish.counting, wish.values).fetchone()[0])


def _without(db: sqlite3.Connection, wish: Wish) -> Iterator[tuple[str, Value, int]]:
    for name in list(wish.facets)[:_MOST_FACETS]:
        if trees := count(db, wish.without(name)):
            yield name, chosen_value(db, name, wish.facets[name]), trees


def _shorter(wish: Wish) -> Iterator[Wish]:
    """The wish with each of its words alone; a number that is one word with its end cut off."""
    parts = wish.q.split()
    if len(parts) > 1:
        yield from (replace(wish, q=part, page=1) for part in dict.fromkeys(parts[:_MOST]))
    elif any(character.isdigit() for character in wish.q):
        yield from (replace(wish, q=wish.q[:end], page=1) for end in range(len(wish.q) - 1, 2, -1)[:_MOST])
    elif len(wish.q) > 2 and not wish.q.isascii():
        yield from (replace(wish, q=part, page=1) for part in (wish.q[:-1], wish.q[1:], wish.q[-2:]))


def _meant(db: sqlite3.Connection, query: str) -> tuple[Thing, ...]:
    sound = sound_expression(query)
    if sound is not None:
        condition = "id IN (SELECT rowid FROM found_search WHERE words MATCH :sound)"
        return read_things(db, condition, "tree_count DESC, id", {"sound": sound}, _MOST)
    wanted = fold(query)
    if len(wanted) < _SHORTEST or not wanted.isascii():
        return ()
    things = read_things(db, "kind IN ('species', 'division')", "tree_count DESC, id", {}, _READ)
    near = sorted((_distance(wanted, thing), number) for number, thing in enumerate(things))
    slips = 1 if len(wanted) < _LONG else 2
    return tuple(things[number] for distance, number in near[:3] if distance <= slips)


def _distance(wanted: str, thing: Thing) -> int:
    """Letters between `wanted` and the nearest Latin or English name or its first word; 3: far."""
    names = [fold(name) for name in (thing.names["name_latin"], thing.names["name_en"]) if name]
    words = {word for name in names for word in (name, name.split()[0] if name.split() else name)}
    return min((edit_distance(wanted, word) for word in words), default=3)
