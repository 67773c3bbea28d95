"""The home page: what this register holds, in numbers that mean something, and where to begin reading."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from datasette import Response

from datasette_plugins.site.area_drawing import sampled_points
from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.counts import KINDS, tree_counts
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import Hit
from datasette_plugins.site.home_lists import (
    Growing,
    News,
    Picture,
    Tale,
    growing,
    newest_designated,
    news,
    offers,
    pictures,
    species_of_genera,
    superlative,
    tales,
    zoned_trees,
)
from datasette_plugins.site.pages import edition_of, read_edition, render_page
from registry.rules.counting import TreeCounts
from registry.vocab import culture_words, seasons
from registry.vocab.change_words import WHAT

_CARDS = 12
_MAP_SIZES = {True: (640.0, 340.0), False: (320.0, 200.0)}
"""Width and height of the map of one authority alone, and of one among several."""


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
    zoned: tuple[int, int]
    authorities: tuple[AuthorityCard, ...]
    species: tuple[sqlite3.Row, ...]
    examples: tuple[tuple[str, str], ...]
    """Words to try, and the language of each."""
    superlative: tuple[str, tuple[Hit, ...]]
    newest: tuple[tuple[str, Hit], ...]
    tales: tuple[Tale, ...]
    pictures: tuple[Picture, ...]
    news: News | None
    growing: tuple[Growing, ...]
    genera: Mapping[str, tuple[sqlite3.Row, ...]]


async def home_page(datasette: Any, request: Any) -> Response:
    """`/`: depends on the edition and on the month, for the trees of the season."""
    edition = edition_of(datasette)
    page = await read_edition(datasette, request, lambda db: edition.remember(db, "home", load_home))
    month = this_month()
    return render_page(
        datasette,
        request,
        "site/home.html",
        also=month.isoformat()[:7],
        page=page,
        month=month,
        offers=offers(page.growing, page.genera, month.month),
        season_words=seasons,
        culture_words=culture_words,
        change_words=WHAT,
    )


def this_month() -> date:
    """The first day of the month that it is."""
    return datetime.now(UTC).date().replace(day=1)


def load_home(db: sqlite3.Connection) -> HomePage:
    """Everything the home page says, from one edition."""
    counts = db.execute(
        "SELECT COUNT(*) AS trees, COUNT(DISTINCT species_id) AS species, "
        "SUM(girth_cm IS NOT NULL OR diameter_cm IS NOT NULL OR height_m IS NOT NULL) AS measured, "
        "COUNT(last_inspected_on) AS inspected, "
        "MIN(last_inspected_on) AS first, MAX(last_inspected_on) AS last FROM tree"
    ).fetchone()
    flagged = db.execute("SELECT COUNT(DISTINCT tree_uuid) FROM flag").fetchone()[0]
    facts = dict(db.execute("SELECT key, value FROM edition").fetchall())
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
        flagged_count=flagged,
        zoned=zoned_trees(db),
        authorities=tuple(
            _card(db, row, offices[row["jurisdiction"]] == 1, is_wide=len(authorities) == 1)
            for row in authorities[:_CARDS]
        ),
        species=species,
        examples=_examples(db, species),
        superlative=superlative(db),
        newest=newest_designated(db, facts.get("made_at", "")[:10]),
        tales=tales(db),
        pictures=pictures(db),
        news=news(db, facts.get("number", "")),
        growing=growing(db),
        genera=species_of_genera(db),
    )


def jurisdiction_points(
    edition: EditionDatabase, db: sqlite3.Connection, jurisdiction: str
) -> list[tuple[float, float]]:
    """The published positions (lon, lat) in one jurisdiction, thinned where there are very many."""

    def load(db: sqlite3.Connection) -> list[tuple[float, float]]:
        sql = "SELECT COALESCE(SUM(tree_count), 0) FROM authority WHERE jurisdiction = ?"
        trees = db.execute(sql, (jurisdiction,)).fetchone()[0]
        return sampled_points(db, "jurisdiction = :code", {"code": jurisdiction}, trees)

    return edition.remember(db, f"points {jurisdiction}", load)


def _card(db: sqlite3.Connection, row: sqlite3.Row, is_alone: bool, *, is_wide: bool) -> AuthorityCard:
    """The card of one authority; where it is the only one its map is larger."""
    width, height = _MAP_SIZES[is_wide]
    found = db.execute(
        "SELECT COUNT(DISTINCT species_id) AS species, "
        "MIN(last_inspected_on) AS first, MAX(last_inspected_on) AS last "
        "FROM tree WHERE authority_id = ?",
        (row["id"],),
    ).fetchone()
    points = sampled_points(db, "authority_id = :id", {"id": row["id"]}, row["tree_count"])
    return AuthorityCard(
        row=row,
        is_alone=is_alone,
        map=dot_map(points, width=width, height=height),
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


def _examples(db: sqlite3.Connection, species: tuple[sqlite3.Row, ...]) -> tuple[tuple[str, str], ...]:
    """Words to try that find something here: Chinese names, a genus, a place, a number with a slash."""
    grown = [row for row in species if row["tree_count"]]
    named = [
        (row["name_hans"] or row["name_hant"], "zh-Hans" if row["name_hans"] else "zh-Hant")
        for row in grown
        if row["name_hans"] or row["name_hant"]
    ]
    genera = [(row["name_latin"].split()[0], "la") for row in grown if row["name_latin"]]
    slashed = db.execute("SELECT tree_no FROM tree WHERE tree_no LIKE '%/%' LIMIT 1").fetchone()
    place = db.execute(
        "SELECT name, name_lang FROM division WHERE tree_count > 0 "
        "AND level IN ('district', 'county', 'town') ORDER BY tree_count DESC, id LIMIT 1"
    ).fetchone()
    words = [
        *named[:2],
        *genera[:1],
        *([(place[0], place[1])] if place else []),
        *([(slashed[0], "")] if slashed else []),
    ]
    return tuple(dict(words).items())
