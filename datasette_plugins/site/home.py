"""The home page: what this register holds, in numbers that mean something."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

from datasette import Response

from datasette_plugins.site.areas import KINDS, tree_counts
from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from registry.rules.counting import TreeCounts

_MOST_POINTS = 60_000


@dataclass(frozen=True, slots=True)
class Tally:
    """A code and how many trees it has."""

    code: str
    trees: int


@dataclass(frozen=True, slots=True)
class AuthorityCard:
    """One authority: its names, its trees on a map, and on which lists and grades they stand.

    `is_alone` says that no other authority has trees in its jurisdiction.
    """

    row: sqlite3.Row
    is_alone: bool
    map: DotMap | None
    listings: tuple[Tally, ...]
    grades: tuple[Tally, ...]
    species_count: int
    inspected: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the home page shows."""

    tree_count: int
    counts: TreeCounts
    areas: tuple[tuple[str, int], ...]
    """Groves, gardens, places and elements: the word in addresses, and how many there are."""
    species_count: int
    measured_count: int
    inspected_count: int
    inspected: tuple[str, str] | None
    flagged_count: int
    authorities: tuple[AuthorityCard, ...]
    species: tuple[sqlite3.Row, ...]
    sources: tuple[sqlite3.Row, ...]
    examples: tuple[str, ...]


async def home_page(datasette: Any, request: Any) -> Response:
    """`/`"""
    edition = edition_of(datasette)
    page = await read_edition(datasette, request, lambda db: edition.remember(db, "home", load_home))
    return render_page(datasette, request, "site/home.html", page=page)


def load_home(db: sqlite3.Connection) -> HomePage:
    """Everything the home page says, from one edition."""
    counts = db.execute(
        "SELECT COUNT(*) AS trees, COUNT(DISTINCT species_id) AS species, "
        "SUM(girth_cm IS NOT NULL OR diameter_cm IS NOT NULL OR height_m IS NOT NULL) AS measured, "
        "COUNT(last_inspected_on) AS inspected, "
        "MIN(last_inspected_on) AS first, MAX(last_inspected_on) AS last, "
        "SUM(flag_count > 0) AS flagged FROM tree"
    ).fetchone()
    authorities = db.execute(
        "SELECT * FROM authority WHERE tree_count > 0 ORDER BY tree_count DESC, id"
    ).fetchall()
    species = tuple(db.execute("SELECT * FROM species ORDER BY tree_count DESC, id LIMIT 8").fetchall())
    offices = Counter(row["jurisdiction"] for row in authorities)
    return HomePage(
        tree_count=counts["trees"],
        counts=tree_counts(db),
        areas=tuple(
            (word, db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]) for word, table in KINDS.items()
        ),
        species_count=counts["species"],
        measured_count=counts["measured"] or 0,
        inspected_count=counts["inspected"],
        inspected=(counts["first"], counts["last"]) if counts["first"] else None,
        flagged_count=counts["flagged"] or 0,
        authorities=tuple(_card(db, row, offices[row["jurisdiction"]] == 1) for row in authorities[:12]),
        species=species,
        sources=tuple(db.execute("SELECT * FROM source ORDER BY tree_count DESC, id").fetchall()),
        examples=_examples(db, species),
    )


def jurisdiction_points(
    edition: EditionDatabase, db: sqlite3.Connection, jurisdiction: str
) -> list[tuple[float, float]]:
    """The published positions (lon, lat) in one jurisdiction, thinned where there are very many."""
    return edition.remember(
        db, f"points {jurisdiction}", lambda db: _points(db, "jurisdiction", jurisdiction)
    )


def _points(db: sqlite3.Connection, column: str, value: str) -> list[tuple[float, float]]:
    """Positions (lon, lat) of the trees that have this value in a column of `tree`."""
    sql = f"SELECT lon, lat FROM tree WHERE {column} = ? AND lon IS NOT NULL LIMIT ?"
    return [(row[0], row[1]) for row in db.execute(sql, (value, _MOST_POINTS))]


def _card(db: sqlite3.Connection, row: sqlite3.Row, is_alone: bool) -> AuthorityCard:
    found = db.execute(
        "SELECT COUNT(DISTINCT species_id) AS species, "
        "MIN(last_inspected_on) AS first, MAX(last_inspected_on) AS last "
        "FROM tree WHERE authority_id = ?",
        (row["id"],),
    ).fetchone()
    return AuthorityCard(
        row=row,
        is_alone=is_alone,
        map=dot_map(_points(db, "authority_id", row["id"])),
        listings=_tallies(
            db,
            "SELECT j.value, COUNT(*) FROM tree, json_each(tree.listings) j WHERE authority_id = ? "
            "GROUP BY 1 ORDER BY 2 DESC",
            row["id"],
        ),
        grades=_tallies(
            db,
            "SELECT protection_grade, COUNT(*) FROM tree "
            "WHERE authority_id = ? AND protection_grade IS NOT NULL GROUP BY 1 ORDER BY 1",
            row["id"],
        ),
        species_count=found["species"],
        inspected=(found["first"], found["last"]) if found["first"] else None,
    )


def _tallies(db: sqlite3.Connection, sql: str, authority_id: str) -> tuple[Tally, ...]:
    return tuple(Tally(code, trees) for code, trees in db.execute(sql, (authority_id,)))


def _examples(db: sqlite3.Connection, species: tuple[sqlite3.Row, ...]) -> tuple[str, ...]:
    """Words to try that find something here: a Chinese name, a genus, a number with a slash."""
    names = [row["name_hans"] or row["name_hant"] for row in species]
    genera = [row["genus"] for row in species]
    slashed = db.execute("SELECT tree_no FROM tree WHERE tree_no LIKE '%/%' LIMIT 1").fetchone()
    words = [
        *[name for name in names if name][:2],
        *[genus for genus in genera if genus][:1],
        *([slashed[0]] if slashed else []),
    ]
    return tuple(dict.fromkeys(words))
