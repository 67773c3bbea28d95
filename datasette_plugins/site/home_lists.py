"""What the home page picks out of an edition: remarkable trees, stories, photos, seasons, what is new.

Tables that came later are missing in editions made before: then there is nothing of them.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette_plugins.site.counts import STANDING
from datasette_plugins.site.hits import HIT_COLUMNS, Hit, read_hit
from datasette_plugins.site.species_sizes import is_doubted
from datasette_plugins.site.stories import excerpt
from registry.rules.seasons import seasons_now
from registry.vocab.seasons import all_seasons

_SHOWN = 5
_EXCERPT = 110
_OFFERS = 6
_GENUS = "COALESCE(SUBSTR(species.name_latin, 1, INSTR(species.name_latin || ' ', ' ') - 1), species.genus)"
"""SQL: the Latin genus of a species; a Chinese register writes the column in Chinese (银杏属)."""
_TOLD = (("added", "added"), ("redesignated", "redesignated"), ("died", "died"), ("removed", "removed"))


@dataclass(frozen=True, slots=True)
class Text:
    """A title and the beginning of a text, in one language."""

    title: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Tale:
    """A story to begin reading: where it goes on, how far it can be relied on, in which languages it is.

    `texts`: as recorded first. A tree's own text has no title, `hit` is the tree.
    """

    path: str
    kind: str | None
    reliability: str | None
    texts: tuple[Text, ...]
    hit: Hit | None = None

    def text_for(self, html_lang: str) -> Text:
        """The text in the reader's language where there is one, else as recorded."""
        mine = [text for text in self.texts if text.lang[:2] == html_lang[:2]]
        return next((text for text in mine if text.lang == html_lang), (mine or self.texts)[0])


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo and the tree that it shows."""

    photo: Mapping[str, Any]
    hit: Hit


@dataclass(frozen=True, slots=True)
class Growing:
    """How many trees of a species stand at one degree of latitude in one jurisdiction."""

    genus: str
    name: str
    """Latin name of the species, "" where none is known."""
    jurisdiction: str
    latitude: int
    trees: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be seen this month: a kind of season, of a genus, in the months from `first` to `last`."""

    kind: str
    genus: str
    species: sqlite3.Row
    is_alone: bool
    """Whether the genus has one species here."""
    trees: int
    jurisdictions: tuple[str, ...]
    first: int
    last: int
    confidence: str


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the edition before: how many records by what happened, and the first few of them."""

    compared_with: int
    counts: tuple[tuple[str, int], ...]
    rows: tuple[sqlite3.Row, ...]


def superlative(db: sqlite3.Connection) -> tuple[str, tuple[Hit, ...]]:
    """The oldest trees that stand ("age_years"); where no age is recorded the thickest ("girth_cm").

    A tree whose number is doubted is not held up as remarkable.
    """
    for field in ("age_years", "girth_cm"):
        rows = db.execute(
            f"SELECT fid FROM tree WHERE {STANDING} AND {field} IS NOT NULL "
            f"AND NOT {is_doubted(field)} ORDER BY {field} DESC, fid LIMIT {_SHOWN}"
        ).fetchall()
        if rows:
            return field, tuple(_hit(db, "fid = ?", row["fid"]) for row in rows)
    return "", ()


def newest_designated(db: sqlite3.Connection, made_on: str) -> tuple[tuple[str, Hit], ...]:
    """The trees designated last, each with its day; none after `made_on` and none of a doubted day."""
    rows = db.execute(
        f"SELECT fid, designated_on FROM tree WHERE {STANDING} AND designated_on <= ? "
        f"AND NOT {is_doubted('designated_on')} ORDER BY designated_on DESC, fid LIMIT {_SHOWN}",
        (made_on or "9999",),
    ).fetchall()
    return tuple((row["designated_on"], _hit(db, "fid = ?", row["fid"])) for row in rows)


def tales(db: sqlite3.Connection) -> tuple[Tale, ...]:
    """The stories released last; where there are none, trees with a text of their own."""
    found = _rows(db, "SELECT * FROM story ORDER BY released_on DESC, id DESC LIMIT 3")
    if found:
        return tuple(_tale(db, row) for row in found)
    rows = db.execute(
        "SELECT fid, path, history_text, text_lang FROM tree WHERE history_text IS NOT NULL "
        "ORDER BY photo_count > 0 DESC, LENGTH(history_text) DESC, fid LIMIT 3"
    ).fetchall()
    return tuple(
        Tale(
            f"/tree/{row['path']}",
            None,
            None,
            (Text("", excerpt(row["history_text"], _EXCERPT), row["text_lang"]),),
            _hit(db, "fid = ?", row["fid"]),
        )
        for row in rows
    )


def pictures(db: sqlite3.Connection) -> tuple[Picture, ...]:
    """The newest photo of a whole tree, of each of six trees."""
    rows = db.execute(
        "SELECT id, tree_uuid, kind, taken_on, caption, caption_lang, credit, viewpoint FROM photo "
        "WHERE id IN (SELECT MAX(id) FROM photo WHERE tree_uuid IS NOT NULL AND kind = 'whole' "
        "GROUP BY tree_uuid) "
        "ORDER BY taken_on DESC, id DESC LIMIT 6"
    ).fetchall()
    return tuple(Picture(dict(row), _hit(db, "uuid = ?", row["tree_uuid"])) for row in rows)


def zoned_trees(db: sqlite3.Connection) -> tuple[int, int]:
    """How many trees have a protection zone, and how many of them one that is in force by law."""
    found = _rows(
        db,
        "SELECT COUNT(DISTINCT tree_uuid), "
        "COUNT(DISTINCT CASE WHEN kind = 'legal' THEN tree_uuid END) FROM zone",
    )
    return (found[0][0], found[0][1]) if found else (0, 0)


def news(db: sqlite3.Connection, number: str) -> News | None:
    """What edition `number` changed; None for the first one, and where nothing was compared."""
    found = _rows(db, "SELECT * FROM edition_log WHERE number = ? AND compared_with IS NOT NULL", number)
    if not found:
        return None
    row = found[0]
    counts = tuple((what, row[column]) for what, column in _TOLD if row[column])
    rest = sum(row[column] for column in ("zone", "photo", "text", "changed"))
    rows = _rows(
        db,
        "SELECT what, kind, path, number, name, name_lang FROM edition_change WHERE edition = ? "
        "AND what IN ('added', 'redesignated', 'died') ORDER BY cursor LIMIT 4",
        number,
    )
    return News(row["compared_with"], (*counts, *((("changed", rest),) if rest else ())), tuple(rows))


def growing(db: sqlite3.Connection) -> tuple[Growing, ...]:
    """Where which species stands, by whole degrees of the published latitude."""
    rows = db.execute(
        f"SELECT {_GENUS}, IFNULL(species.name_latin, ''), jurisdiction, CAST(ROUND(lat) AS INTEGER), "
        "COUNT(*) FROM species JOIN tree ON tree.species_id = species.id "
        f"WHERE {STANDING} AND {_GENUS} IS NOT NULL AND lat IS NOT NULL GROUP BY 1, 2, 3, 4"
    )
    return tuple(Growing(*row) for row in rows)


def species_of_genera(db: sqlite3.Connection) -> dict[str, tuple[sqlite3.Row, ...]]:
    """For each genus its species, the commonest first."""
    found: dict[str, list[sqlite3.Row]] = {}
    rows = db.execute(
        f"SELECT *, {_GENUS} AS kin FROM species WHERE kin IS NOT NULL AND tree_count > 0 "
        "ORDER BY tree_count DESC, id"
    )
    for row in rows:
        found.setdefault(row["kin"], []).append(row)
    return {genus: tuple(rows) for genus, rows in found.items()}


def offers(
    grown: Sequence[Growing], species: Mapping[str, tuple[sqlite3.Row, ...]], month: int
) -> tuple[Offer, ...]:
    """What can be seen in `month` (1 to 12), most trees first."""
    told = all_seasons()
    known = {season.genus for season in told.seasons}
    trees: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[str]] = {}
    months: dict[tuple[str, str], tuple[int, int, int, str]] = {}
    for stand in grown:
        if stand.genus not in known or stand.genus not in species:
            continue
        for season in seasons_now(
            told.seasons, told.climates, genus=stand.genus, latitude=stand.latitude, month=month
        ):
            if not told.shows(season.kind, stand.name):
                continue
            key = (season.kind, season.genus)
            trees[key] += stand.trees
            where.setdefault(key, set()).add(stand.jurisdiction)
            said = (stand.trees, season.first, season.last, season.confidence)
            months[key] = max(months.get(key, said), said)
    return tuple(
        Offer(
            kind,
            genus,
            next(row for row in species[genus] if told.shows(kind, row["name_latin"] or "")),
            len(species[genus]) == 1,
            count,
            tuple(sorted(where[kind, genus])),
            *months[kind, genus][1:],
        )
        for (kind, genus), count in sorted(trees.items(), key=lambda item: (-item[1], item[0]))[:_OFFERS]
    )


def _tale(db: sqlite3.Connection, row: sqlite3.Row) -> Tale:
    sql = "SELECT title, text, lang FROM story_text WHERE story_uuid = ? ORDER BY id"
    told = (row, *_rows(db, sql, row["uuid"]))
    texts = tuple(Text(each["title"], excerpt(each["text"], _EXCERPT), each["lang"]) for each in told)
    return Tale(f"/story/{row['path']}", row["kind"], row["reliability"], texts)


def _hit(db: sqlite3.Connection, where: str, value: Any) -> Hit:
    return read_hit(db.execute(f"SELECT {HIT_COLUMNS} FROM tree WHERE {where}", (value,)).fetchone())


def _rows(db: sqlite3.Connection, sql: str, *values: Any) -> list[sqlite3.Row]:
    """The rows of a question; none where the edition is older than its table."""
    try:
        return db.execute(sql, values).fetchall()
    except sqlite3.OperationalError:
        return []
