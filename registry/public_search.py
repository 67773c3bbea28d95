"""What the site's search reads: words of every tree and of all else that has a page, counts of facets.

All of it is made out of the edition's own tables, which have passed redaction: nothing else can come in.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from registry.chunks import chunks
from registry.rules.facets import COLUMNS, profile_of, tally
from registry.rules.search_text import index_words, name_words, number_words
from registry.species_list import family_names
from registry.vocab.genera import genus_names

_BATCH = 2000
_NAMES = ("name_zh", "name_verbatim", "common_name", "name_latin", "latin_verbatim", "name_en")
_PLACES = ("town", "village", "small_place")
_TEXTS = ("name_author", "address", "steward", "history_text", "peculiarity", "notes")
_TREES = (
    "SELECT fid, uuid, tree_no, species_id, authority_id, family, genus, division_path, division_path_en, "
    f"grove_no, garden_no, place_no, {', '.join(_NAMES + _PLACES + _TEXTS)} FROM tree ORDER BY fid"
)
_AREAS = {"grove": "grove", "garden": "garden", "place": "landmark", "element": "element"}
"""Tables of areas, and the word in the addresses of their pages."""
_THING = (
    "kind", "path", "name", "name_lang", "name_hant", "name_en", "name_latin", "place", "jurisdiction",
    "tree_count",
)  # fmt: skip
"""Columns of `found` but for its key."""
Said = dict[str, Any]


def write_search(connection: sqlite3.Connection) -> None:
    """Fill the tables of the search; to be called when all else is written."""
    write_tree_words(connection)
    _write_found(connection)
    _write_facets(connection)


def write_tree_words(connection: sqlite3.Connection) -> None:
    """The words under which each tree is found, in the order of the trees."""
    species = _species_words(connection)
    numbers = _grouped(connection, "SELECT tree_uuid, number FROM alias ORDER BY id")
    texts = _story_texts(connection)
    areas = {table: _area_names(connection, table) for table in ("grove", "garden", "place")}
    rows = _rows(connection, _TREES)
    for batch in chunks(rows, _BATCH):
        words = (
            (
                row["fid"],
                " ".join(
                    filter(
                        None,
                        (
                            tree_words(row, numbers.get(row["uuid"], ()), _standing_in(row, areas)),
                            species(row["species_id"], row["family"], row["genus"]),
                            index_words(*texts.get(row["uuid"], ())),
                        ),
                    )
                ),
            )
            for row in batch
        )
        connection.executemany("INSERT INTO tree_search(rowid, words) VALUES (?, ?)", words)


def tree_words(tree: Said, numbers: Iterable[str], areas: Iterable[str]) -> str:
    """The words of one tree but for those of its species. `areas`: names of what it stands in."""
    names = [tree[name] for name in _NAMES]
    places = [*json.loads(tree["division_path"]), *json.loads(tree["division_path_en"])]
    places += [tree[name] for name in _PLACES]
    places = list(dict.fromkeys(filter(None, (*places, *areas))))
    own = (tree["tree_no"], *numbers)
    plain = index_words(*_once(names), *_once(own), *places, *(tree[name] for name in _TEXTS))
    return " ".join((plain, number_words(own), _names(*_once(names)), _place_words(tuple(places))))


@lru_cache(maxsize=20_000)
def _names(*names: str) -> str:
    return name_words(names)


@lru_cache(maxsize=20_000)
def _place_words(names: tuple[str, ...]) -> str:
    return name_words(names, sign="⌂")


def _once(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _species_words(connection: sqlite3.Connection) -> Any:
    """A function: the words of a species by its id, family and genus; remembered."""
    names = _grouped(
        connection,
        "SELECT species_id, name FROM species_name WHERE kind <> 'shared' ORDER BY id",
        "SELECT id, name_latin FROM species UNION ALL SELECT id, name_hans FROM species "
        "UNION ALL SELECT id, name_hant FROM species UNION ALL SELECT id, name_en FROM species",
    )

    said = {row["id"]: row for row in _rows(connection, "SELECT id, family, genus FROM species")}

    @lru_cache(maxsize=20_000)
    def words(species_id: str | None, family: str | None, genus: str | None) -> str:
        own = said.get(species_id, {})
        family, genus = family or own.get("family") or "", genus or own.get("genus") or ""
        kin = (family, genus, *family_names().get(family, ()), genus_names().get(genus, ""))
        every = _once((*names.get(species_id or "", ()), *kin))
        return f"{index_words(*every)} {name_words(every, sign='≈')}"

    return words


def _standing_in(tree: Said, areas: dict[str, dict[tuple[str, str], str]]) -> list[str]:
    keys = ((table, (tree["authority_id"], tree[f"{table}_no"])) for table in areas)
    return [areas[table][key] for table, key in keys if key in areas[table]]


def _area_names(connection: sqlite3.Connection, table: str) -> dict[tuple[str, str], str]:
    sql = f"SELECT authority_id, number, name FROM {table} WHERE name IS NOT NULL"
    return {(authority, number): name for authority, number, name in connection.execute(sql)}


def _story_texts(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Titles and texts of stories by the record that they tell of."""
    return _grouped(
        connection,
        "SELECT subject_uuid, title || ' ' || text FROM story ORDER BY id",
        "SELECT story.subject_uuid, story_text.title || ' ' || story_text.text FROM story_text "
        "JOIN story ON story.uuid = story_text.story_uuid ORDER BY story_text.id",
    )


def _write_found(connection: sqlite3.Connection) -> None:
    """Everything else that has a page of its own, and its words."""
    texts = _story_texts(connection)
    things = [*_species(connection), *_divisions(connection)]
    for table, word in _AREAS.items():
        things += _areas(connection, table, word, texts)
    things += [*_stories(connection, texts), *_walks(connection)]
    marks = ", ".join("?" * (len(_THING) + 1))
    for number, (row, words) in enumerate(things, start=1):
        values = [number, *(row.get(name) for name in _THING)]
        connection.execute(f"INSERT INTO found (id, {', '.join(_THING)}) VALUES ({marks})", values)
        connection.execute("INSERT INTO found_search(rowid, words) VALUES (?, ?)", (number, words))


def _species(connection: sqlite3.Connection) -> Iterator[tuple[Said, str]]:
    others = _grouped(connection, "SELECT species_id, name FROM species_name ORDER BY id")
    for row in _rows(connection, "SELECT * FROM species ORDER BY tree_count DESC, id"):
        own = _once((row["name_hans"], row["name_hant"], row["name_latin"], row["name_en"]))
        chinese = row["name_hans"] or row["name_hant"]
        name = chinese or row["name_latin"] or row["name_en"] or row["id"]
        lang = (
            ("zh-Hans" if row["name_hans"] else "zh-Hant") if chinese else "la" if row["name_latin"] else "en"
        )
        also = _once((*others.get(row["id"], ()), *json.loads(row["also"])))
        more = _once((row["family"], row["genus"], *family_names().get(row["family"] or "", ())))
        words = f"{name_words(own)} {name_words((*also, *more), sign='≈')} {index_words(*own, *also, *more)}"
        yield (
            {**row, "kind": "species", "path": f"/species/{row['path']}", "name": name, "name_lang": lang},
            words,
        )


def _divisions(connection: sqlite3.Connection) -> Iterator[tuple[Said, str]]:
    sql = (
        "SELECT division.*, above.name AS place FROM division "
        "LEFT JOIN division AS above ON above.id = division.parent_id "
        "ORDER BY division.tree_count DESC, division.id"
    )
    for row in _rows(connection, sql):
        names = _once((row["name"], row["name_en"]))
        yield {**row, "kind": "division", "path": f"/place/{row['path']}"}, _called(names)


def _areas(
    connection: sqlite3.Connection, table: str, word: str, texts: dict[str, list[str]]
) -> Iterator[tuple[Said, str]]:
    aliases = "SELECT json_group_array(json_extract(value, '$.number')) FROM json_each(aliases)"
    for row in _rows(connection, f"SELECT *, ({aliases}) AS numbers FROM {table} ORDER BY fid"):
        path = json.loads(row["division_path"])
        numbers = _once((row["number"], *json.loads(row["numbers"])))
        name = row["name"] or row["number"]
        said = _once((*path, row["town"], row["village"], row["small_place"], row["address"], row["notes"]))
        plain = index_words(*numbers, *said, *texts.get(row["uuid"], ()))
        words = f"{_called((name,))} {number_words(numbers)} {plain}"
        count = row["tree_count"] or row["file_count"] or None
        here = {
            "kind": table,
            "path": f"/{word}/{row['path']}",
            "name": name,
            "place": path[-1] if path else None,
        }
        kept = {column: row[column] for column in ("name_lang", "jurisdiction")}
        yield {**here, **kept, "tree_count": count}, words


def _stories(connection: sqlite3.Connection, texts: dict[str, list[str]]) -> Iterator[tuple[Said, str]]:
    english = dict(
        connection.execute("SELECT story_uuid, title FROM story_text WHERE lang = 'en'").fetchall()
    )
    for row in _rows(connection, "SELECT * FROM story ORDER BY id"):
        title_en = english.get(row["uuid"])
        told = index_words(*texts.get(row["subject_uuid"], ()))
        here = {
            "kind": "story",
            "path": f"/story/{row['path']}",
            "name": row["title"],
            "name_lang": row["lang"],
        }
        yield {**here, "name_en": title_en}, f"{_called(_once((row['title'], title_en)))} {told}"


def _walks(connection: sqlite3.Connection) -> Iterator[tuple[Said, str]]:
    for row in _rows(connection, "SELECT * FROM walk ORDER BY id"):
        names = _once((row["title"], row["title_en"]))
        here = {
            "kind": "walk",
            "path": f"/walk/{row['path']}",
            "name": row["title"],
            "name_lang": row["lang"],
        }
        told = index_words(row["intro"], row["intro_en"], row["start"])
        yield {**here, "name_en": row["title_en"]}, f"{_called(names)} {told}"


def _called(names: tuple[str, ...]) -> str:
    return f"{name_words(names)} {index_words(*names)}"


def _write_facets(connection: sqlite3.Connection) -> None:
    """The values of every tree as numbers, and how many trees have each."""
    keys: dict[tuple[str, Any], int] = {}
    counts: dict[str, Counter[Any]] = {name: Counter() for name in ("profile", "species", "division")}

    def number_of(kind: str, value: Any) -> int | None:
        if value is None:
            return None
        counts[kind][value] += 1
        return keys.setdefault((kind, value), len(keys) + 1)

    sql = f"SELECT fid, species_id, division_id, {', '.join(COLUMNS)} FROM tree ORDER BY fid"
    for batch in chunks(_rows(connection, sql), _BATCH):
        rows = [
            (
                row["fid"],
                number_of("profile", profile_of(row)),
                number_of("species", row["species_id"]),
                number_of("division", row["division_id"]),
            )
            for row in batch
        ]
        connection.executemany("INSERT INTO tree_facet VALUES (?, ?, ?, ?)", rows)
    texts = [(number, kind, _text_of(value)) for (kind, value), number in keys.items()]
    connection.executemany("INSERT INTO facet_key VALUES (?, ?, ?)", texts)
    totals = {**tally(counts.pop("profile").items()), **counts}
    rows_of_counts = [(name, key, n) for name, found in totals.items() for key, n in sorted(found.items())]
    connection.executemany("INSERT INTO facet_count VALUES (?, ?, ?)", rows_of_counts)


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _grouped(connection: sqlite3.Connection, *queries: str) -> dict[str, list[str]]:
    """The texts of (key, text) rows by key, without NULL."""
    found: dict[str, list[str]] = defaultdict(list)
    for sql in queries:
        for key, text in connection.execute(sql):
            if text:
                found[key].append(text)
    return dict(found)


def _rows(connection: sqlite3.Connection, sql: str) -> Iterator[Said]:
    """The rows of a query by name, whatever the connection's own rows are."""
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(sql)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
