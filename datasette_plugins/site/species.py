"""The pages of species: what each is called, where it stands, its largest trees; and the list of them all."""

import json
import sqlite3
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response
from datasette.utils import tilde_decode

from datasette_plugins.site.area_drawing import sampled_points
from datasette_plugins.site.area_timeline import rows_if_told
from datasette_plugins.site.areas import canonical, page_number
from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.hits import Hit
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.species_sizes import Histogram, Records, histogram, hit_of, size_records
from datasette_plugins.site.visits import Visit, visit_of
from datasette_plugins.walks.loading import stories_of_record, story_facts
from exports.walk_content import StoryContent
from registry.rules.seasons import MONTHS, seasons_now
from registry.vocab import culture_words
from registry.vocab.seasons import KINDS, Season, all_seasons

PER_PAGE = 100
MANY = 2000
"""From so many trees on what a page counts is kept until the next edition."""
_SHOWN = 20
_NAME_COLUMNS = (("name_latin", "la"), ("name_hans", "zh-Hans"), ("name_hant", "zh-Hant"), ("name_en", "en"))
_NAMES = "SELECT kind, name, name_lang FROM species_name WHERE species_id = ? ORDER BY id LIMIT 200"
_MATCHES = (
    "(name_latin LIKE :like ESCAPE '!' OR name_hans LIKE :like ESCAPE '!' OR name_hant LIKE :like ESCAPE '!' "
    "OR name_en LIKE :like ESCAPE '!' OR also LIKE :like ESCAPE '!' OR genus LIKE :like ESCAPE '!')"
)


@dataclass(frozen=True, slots=True)
class SpeciesPage:
    """One species. names: (kind, name, language); parts: trees by jurisdiction; divisions: (row, trees);
    maps: a dot map for each of the largest jurisdictions."""

    row: sqlite3.Row
    names: tuple[tuple[str, str, str], ...]
    parts: tuple[tuple[str, int], ...]
    divisions: tuple[tuple[sqlite3.Row, int], ...]
    maps: tuple[tuple[str, DotMap], ...]
    records: tuple[Records, ...]
    histogram: Histogram | None
    photos: tuple[sqlite3.Row, ...]
    hits: tuple[Hit, ...]
    stories: tuple[StoryContent, ...]
    seasons: tuple[Season, ...] = ()
    """What its genus shows where its trees stand, by kind and climate: general knowledge."""

    @property
    def trees(self) -> int:
        """All its trees, as a search for it counts them."""
        return int(self.row["tree_count"])


@dataclass(frozen=True, slots=True)
class SpeciesList:
    """One page of the species of a register, narrowed by what the address asks."""

    rows: tuple[sqlite3.Row, ...]
    total: int
    page: int
    asked: Mapping[str, str]
    letters: frozenset[str]
    families: tuple[tuple[str, int], ...]
    most: int
    alphabet: str = string.ascii_uppercase

    @property
    def pages(self) -> int:
        """How many pages the list has, at least 1."""
        return max(1, -(-self.total // PER_PAGE))

    def url(self, **changes: Any) -> str:
        """The address of this list with changes; None drops one."""
        page = changes.pop("page", 1)
        asked = {**self.asked, **changes, "page": page if page > 1 else None}
        asked = {name: value for name, value in asked.items() if value}
        return "/species" + (f"?{urlencode(asked)}" if asked else "")


async def species_page(datasette: Any, request: Any) -> Response:
    """`/species/<path>`."""
    page = await _look_up(datasette, request)
    linked = linked_data(page, visit_of(request))
    told = all_seasons()
    climates = {climate.code: climate.name for climate in told.climates}
    season_words = {"kinds": KINDS, "climates": climates, "source": told.source}
    words = {"season_words": season_words, "C": culture_words}
    return render_page(datasette, request, "site/species.html", page=page, linked=linked, **words)


async def species_json(datasette: Any, request: Any) -> Response:
    """`/species/<path>.json`: names, counts and records."""
    page = await _look_up(datasette, request)
    return Response.json(record_of(page), headers=caching(visit_of(request), lasting=True), default=str)


async def species_list(datasette: Any, request: Any) -> Response:
    """`/species`, with `q`, `letter`, `family`, `order` and `page`."""
    asked = {
        name: (request.args.get(name) or "").strip()[:100] for name in ("q", "letter", "family", "order")
    }
    asked = {name: value.replace("\0", "") for name, value in asked.items() if value}
    load = partial(load_list, edition_of(datasette), asked, page_number(request))
    page = await read_edition(datasette, request, load)
    return render_page(datasette, request, "site/species_list.html", page=page)


def load_species(edition: EditionDatabase, db: sqlite3.Connection, path: str) -> SpeciesPage | None:
    """One species and where in the register it stands."""
    row = db.execute("SELECT * FROM species WHERE path = ? OR id = ?", (path, tilde_decode(path))).fetchone()
    if row is None:
        return None
    if row["tree_count"] < MANY:
        return _load(row, db)
    return edition.remember(db, f"species {row['id']}", partial(_load, row))


def load_list(
    edition: EditionDatabase, asked: Mapping[str, str], number: int, db: sqlite3.Connection
) -> SpeciesList:
    """One page of all species, those with most trees first, or by scientific name."""
    like = "".join(f"!{c}" if c in "!%_" else c for c in asked.get("q", ""))
    facts = {"like": f"%{like}%", "letter": f"{asked.get('letter', '')[:1]}%", "family": asked.get("family")}
    conditions = [_MATCHES] if like else []
    if "letter" in asked:
        conditions.append("name_latin LIKE :letter" if asked["letter"][:1].isalpha() else "0")
    if "family" in asked:
        conditions.append("family = :family")
    where = " AND ".join(conditions) or "1"
    total, most = db.execute(f"SELECT COUNT(*), MAX(tree_count) FROM species WHERE {where}", facts).fetchone()
    number = min(number, max(1, -(-total // PER_PAGE)))
    order = "name_latin IS NULL, name_latin, id" if asked.get("order") == "name" else "tree_count DESC, id"
    rows = db.execute(
        f"SELECT * FROM species WHERE {where} ORDER BY {order} LIMIT {PER_PAGE} "
        f"OFFSET {(number - 1) * PER_PAGE}",
        facts,
    )
    letters, families = edition.remember(db, "species of the list", _around)
    return SpeciesList(tuple(rows), total, number, asked, letters, families, most or 1)


def record_of(page: SpeciesPage) -> dict[str, Any]:
    """A species as plain data."""
    records = [
        {
            "field": table.field,
            "measured_at_m": table.height_m,
            "compared": table.among,
            "doubted_left_out": table.doubted,
            "trees": [
                {"path": row.hit.path, "tree_no": row.hit.tree_no, "value": row.value, "on": row.on}
                for row in table.rows
            ],
        }
        for table in page.records
    ]
    row = {**dict(page.row), "also": json.loads(page.row["also"])}
    names = [{"kind": kind, "name": name, "lang": lang} for kind, name, lang in page.names]
    divisions = [{"path": division["path"], "trees": trees} for division, trees in page.divisions]
    by_place = {"jurisdictions": dict(page.parts), "divisions": divisions}
    return {
        **row,
        "names": names,
        **by_place,
        "records": records,
        "stories": list(map(story_facts, page.stories)),
    }


def linked_data(page: SpeciesPage, visit: Visit) -> str:
    """The species as a schema.org Taxon, safe inside a script element."""
    row = page.row
    names = [name for _, name, _ in page.names]
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Taxon",
        "name": row["name_latin"] or row["name_hans"] or row["name_hant"] or row["id"],
        "alternateName": [name for name in dict.fromkeys(names) if name != row["name_latin"]],
        "taxonRank": "species",
        "url": visit.url(f"/species/{row['path']}"),
    }
    if row["genus"]:
        facts["parentTaxon"] = {"@type": "Taxon", "name": row["genus"], "taxonRank": "genus"}
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


async def _look_up(datasette: Any, request: Any) -> SpeciesPage:
    path = canonical(request.url_vars["path"])

    def load(db: sqlite3.Connection) -> SpeciesPage | None:
        return load_species(edition_of(datasette), db, path)

    page = await read_edition(datasette, request, load)
    if page is None:
        raise NotFound("no such page")
    return page


def _load(row: sqlite3.Row, db: sqlite3.Connection) -> SpeciesPage:
    own = {"id": row["id"]}
    parts = tuple(
        (code, trees)
        for code, trees in db.execute(
            "SELECT jurisdiction, COUNT(*) FROM tree WHERE species_id = :id GROUP BY 1 ORDER BY 2 DESC, 1",
            own,
        )
    )
    first = db.execute(
        f"SELECT fid FROM tree WHERE species_id = :id ORDER BY photo_count DESC, fid LIMIT {_SHOWN}", own
    ).fetchall()
    return SpeciesPage(
        row=row,
        names=_names(db, row),
        parts=parts,
        divisions=_divisions(db, row["id"]),
        maps=tuple(_maps(db, row["id"], parts[:3])),
        records=size_records(db, row["id"]),
        histogram=histogram(db, row["id"]),
        photos=_photos(db, row["id"]),
        hits=tuple(hit_of(db, fid) for (fid,) in first),
        stories=stories_of_record(db, row["id"]),
        seasons=_seasons(db, row),
    )


def _names(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[tuple[str, str, str], ...]:
    """Every name with its kind; an edition that keeps no kinds has the accepted ones and the others."""
    accepted = [("accepted", row[column], lang) for column, lang in _NAME_COLUMNS if row[column]]
    told = [tuple(each.values()) for each in rows_if_told(db, _NAMES, row["id"])]
    if not told:
        also = json.loads(row["also"]) if "also" in row.keys() else []  # noqa: SIM118  (a Row is no mapping)
        told = [("other", name, "la" if name[:1].isascii() else "zh") for name in also]
    known = {name for _, name, _ in accepted}
    return (*accepted, *((kind, name, lang) for kind, name, lang in told if name not in known))


def _divisions(db: sqlite3.Connection, species_id: str) -> tuple[tuple[sqlite3.Row, int], ...]:
    """The divisions in which most of its trees are recorded."""
    counted = db.execute(
        "SELECT division_id, COUNT(*) FROM tree WHERE species_id = ? AND division_id IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
        (species_id,),
    ).fetchall()
    rows = ((db.execute("SELECT * FROM division WHERE id = ?", (own,)).fetchone(), n) for own, n in counted)
    return tuple((row, trees) for row, trees in rows if row is not None)


def _maps(
    db: sqlite3.Connection, species_id: str, parts: tuple[tuple[str, int], ...]
) -> list[tuple[str, DotMap]]:
    where = "species_id = :id AND jurisdiction = :jurisdiction"
    found = []
    for code, trees in parts:
        points = sampled_points(db, where, {"id": species_id, "jurisdiction": code}, trees)
        drawn = dot_map(points, width=420, height=240)
        if drawn is not None:
            found.append((code, drawn))
    return found


def _seasons(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[Season, ...]:
    """The seasons of its genus at the latitudes, by whole degrees, at which its trees stand."""
    told = all_seasons()
    if row["genus"] not in {season.genus for season in told.seasons}:
        return ()
    latitudes = db.execute(
        "SELECT DISTINCT CAST(ROUND(lat) AS INTEGER) FROM tree WHERE species_id = ? AND lat IS NOT NULL",
        (row["id"],),
    ).fetchall()
    found = {
        season
        for (latitude,) in latitudes
        for month in range(1, MONTHS + 1)
        for season in seasons_now(
            told.seasons, told.climates, genus=row["genus"], latitude=latitude, month=month
        )
    }
    return tuple(sorted(found, key=lambda season: (list(KINDS).index(season.kind), season.first)))


def _photos(db: sqlite3.Connection, species_id: str) -> tuple[sqlite3.Row, ...]:
    """The newest photos of its trees, with the tree that each shows."""
    return tuple(
        db.execute(
            "SELECT photo.id, photo.kind, taken_on, caption, caption_lang, credit, viewpoint, tree.path, "
            "tree.tree_no "
            "FROM tree JOIN photo ON photo.tree_uuid = tree.uuid "
            "WHERE tree.species_id = ? AND tree.photo_count > 0 ORDER BY taken_on DESC, photo.id LIMIT 12",
            (species_id,),
        )
    )


def _around(db: sqlite3.Connection) -> tuple[frozenset[str], tuple[tuple[str, int], ...]]:
    """The letters with which scientific names begin, and the families with how many species each has."""
    found = db.execute("SELECT DISTINCT UPPER(SUBSTR(name_latin, 1, 1)) FROM species WHERE name_latin <> ''")
    families = db.execute(
        "SELECT family, COUNT(*) FROM species WHERE family IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 500"
    )
    return frozenset(row[0] for row in found), tuple((row[0], row[1]) for row in families)
