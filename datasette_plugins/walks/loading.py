"""Stories and walks out of an edition, as plain values. An edition made before there were any has none."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from datasette_plugins.site.hits import HIT_COLUMNS, read_hit
from exports.walk_content import (
    StopContent,
    StoryContent,
    StoryText,
    SubjectContent,
    Told,
    WalkContent,
)
from registry.rules.distances import metres_between
from registry.vocab.sentences import seal_character

WORDS = {"tree": "tree", "grove": "grove", "garden": "garden", "place": "landmark", "element": "element",
         "division": "place", "species": "species"}  # fmt: skip
"""The word in the address of the page of what a story is about."""
MOST_STORIES = 40
"""So many stories are told of one record."""


@dataclass(frozen=True, slots=True)
class LoadedWalk:
    """A walk, the points of the register around it (lon, lat), and what the edition says of itself."""

    walk: WalkContent
    around: tuple[tuple[float, float], ...]
    facts: dict[str, str]
    duty: tuple[str, ...] = ()
    """Telephone numbers of the authorities at whose records it stops."""

    @property
    def public_address(self) -> str:
        """Where the site stands, without a slash at its end; "" where nobody said."""
        return self.facts.get("public_address", "").rstrip("/")


def stories_of_record(db: sqlite3.Connection, uuid: str) -> tuple[StoryContent, ...]:
    """The stories about a record, or about a division or species by its id; the best founded first."""
    order = "CASE reliability WHEN 'documented' THEN 0 WHEN 'recorded' THEN 1 WHEN 'oral' THEN 2 ELSE 3 END"
    sql = f"SELECT * FROM story WHERE subject_uuid = ? ORDER BY {order}, title LIMIT ?"
    return _stories(db, sql, (uuid, MOST_STORIES))


def story_facts(story: StoryContent) -> dict[str, Any]:
    """A story as plain data, in the language it was recorded in."""
    told = {"title": story.original.title, "text": story.original.text, "lang": story.original.lang}
    where = {"source": story.source, "source_url": story.source_url, "teller": story.teller}
    return {"path": story.path, "kind": story.kind, **told, "reliability": story.reliability, **where}


def walks_of_record(db: sqlite3.Connection, uuid: str) -> tuple[WalkContent, ...]:
    """The walks that stop at a record, without their stops."""
    sql = (
        "SELECT DISTINCT walk.* FROM walk JOIN walk_stop ON walk_stop.walk_uuid = walk.uuid "
        "WHERE walk_stop.subject_uuid = ? ORDER BY walk.title"
    )
    return tuple(_walk(row) for row in rows_of(db, sql, (uuid,)))


def load_story(db: sqlite3.Connection, path: str) -> StoryContent | None:
    """One story with what it is about, or None."""
    found = _stories(db, "SELECT * FROM story WHERE path = ?", (path,))
    return replace(found[0], subject=_subject_of(db, found[0].uuid)) if found else None


def load_walks(db: sqlite3.Connection) -> tuple[tuple[WalkContent, int], ...]:
    """All walks by title, each with the number of its stops."""
    rows = rows_of(db, "SELECT * FROM walk ORDER BY kind, title LIMIT 500")
    return tuple((_walk(row), row["stop_count"]) for row in rows)


def load_walk(db: sqlite3.Connection, path: str) -> LoadedWalk | None:
    """One walk with its stops, their stories and what lies around, or None."""
    found = rows_of(db, "SELECT * FROM walk WHERE path = ?", (path,))
    if not found:
        return None
    rows = rows_of(db, "SELECT * FROM walk_stop WHERE walk_uuid = ? ORDER BY place", (found[0]["uuid"],))
    stops = tuple(_with_steps(_stop(db, row) for row in rows))
    facts = {str(key): str(value) for key, value in db.execute("SELECT key, value FROM edition")}
    walk = replace(_walk(found[0]), stops=stops)
    return LoadedWalk(walk, _around(db, stops), facts, _duty(db, stops))


def rows_of(
    db: sqlite3.Connection, sql: str, facts: tuple[Any, ...] | dict[str, Any] = ()
) -> list[sqlite3.Row]:
    """The rows of a query; none in an edition that does not know the table."""
    try:
        return db.execute(sql, facts).fetchall()
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            return []
        raise


def subject(db: sqlite3.Connection, kind: str, uuid: str) -> SubjectContent | None:
    """What a story or stop is about, or None where the edition does not have it."""
    if kind == "tree":
        return _tree(db, uuid)
    if kind in {"division", "species"}:
        row = db.execute(f"SELECT * FROM {kind} WHERE id = ?", (uuid,)).fetchone()
        return _other(kind, uuid, row) if row else None
    return _area(db, kind, uuid) if kind in WORDS else None


def _subject_of(db: sqlite3.Connection, uuid: str) -> SubjectContent | None:
    kind, own = db.execute("SELECT subject_kind, subject_uuid FROM story WHERE uuid = ?", (uuid,)).fetchone()
    return subject(db, kind, own)


def _stories(db: sqlite3.Connection, sql: str, facts: tuple[Any, ...]) -> tuple[StoryContent, ...]:
    rows = rows_of(db, sql, facts)
    texts: dict[str, list[StoryText]] = {}
    for row in rows:
        query = "SELECT lang, title, text, translator FROM story_text WHERE story_uuid = ? ORDER BY lang"
        texts[row["uuid"]] = [
            StoryText(title, text, lang, translator)
            for lang, title, text, translator in rows_of(db, query, (row["uuid"],))
        ]
    return tuple(read_story(row, texts[row["uuid"]]) for row in rows)


def read_story(row: sqlite3.Row, translations: Iterable[StoryText] = ()) -> StoryContent:
    """The story of a row of `story`."""
    return StoryContent(
        uuid=row["uuid"],
        path=row["path"],
        kind=row["kind"],
        reliability=row["reliability"],
        original=StoryText(row["title"], row["text"], row["lang"]),
        translations=tuple(translations),
        source=row["source"],
        source_url=row["source_url"],
        teller=row["teller"],
        collector=row["collector"],
        collected_on=_day(row["collected_on"]),
    )


def _walk(row: sqlite3.Row) -> WalkContent:
    names = ("uuid", "path", "kind", "title", "title_en", "lang", "intro", "intro_en", "season", "duration_h",
             "length_m", "accessibility", "start", "author", "hidden_stops")  # fmt: skip
    facts = {name: row[name] for name in names}
    return WalkContent(**facts, released_on=date.fromisoformat(row["released_on"]))


def _stop(db: sqlite3.Connection, row: sqlite3.Row) -> StopContent:
    about = subject(db, row["subject_kind"], row["subject_uuid"]) if row["subject_kind"] else None
    name = Told(row["name"], row["lang"]) if row["name"] else None
    if name is None:
        name = Told(about.name, about.name_lang) if about else Told(str(row["place"]), row["lang"])
    return StopContent(
        place=row["place"],
        name=name,
        name_en=row["name_en"] or (about.name_en if about and not row["name"] else None),
        lon=row["lon"],
        lat=row["lat"],
        text=Told(row["text"], row["lang"]) if row["text"] else None,
        text_en=row["text_en"],
        subject=about,
        stories=stories_of_record(db, row["subject_uuid"]) if about else (),
    )


def _with_steps(stops: Iterable[StopContent]) -> Iterable[StopContent]:
    before: tuple[float, float] | None = None
    for stop in stops:
        if stop.lon is None or stop.lat is None:
            yield stop
            continue
        here = (stop.lon, stop.lat)
        yield replace(stop, step_m=metres_between(before, here)) if before else stop
        before = here


def _around(db: sqlite3.Connection, stops: Iterable[StopContent]) -> tuple[tuple[float, float], ...]:
    """Trees with an exact position near the walk: they draw the ground of its sketch."""
    points = [(stop.lon, stop.lat) for stop in stops if stop.lon is not None and stop.lat is not None]
    if not points:
        return ()
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    pad = max(max(lons) - min(lons), max(lats) - min(lats), 0.002) * 0.5
    rows = db.execute(
        "SELECT lon, lat FROM tree WHERE lon BETWEEN ? AND ? AND lat BETWEEN ? AND ? "
        "AND position_precision = 'exact' LIMIT 3000",
        (min(lons) - pad, max(lons) + pad, min(lats) - pad, max(lats) + pad),
    )
    return tuple((row[0], row[1]) for row in rows)


def _duty(db: sqlite3.Connection, stops: Iterable[StopContent]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for stop in stops:
        if stop.subject is None:
            continue
        row = db.execute(
            f"SELECT duty_phone FROM authority WHERE id = "
            f"(SELECT authority_id FROM {stop.subject.kind} WHERE uuid = ?)",
            (stop.subject.uuid,),
        ).fetchone()
        if row and row[0]:
            found[row[0]] = None
    return tuple(found)


def _tree(db: sqlite3.Connection, uuid: str) -> SubjectContent | None:
    row = db.execute(
        f"SELECT {HIT_COLUMNS}, attribution, licence FROM tree WHERE uuid = ?", (uuid,)
    ).fetchone()
    if row is None:
        return None
    facts = dict(row)
    attribution, licence = facts.pop("attribution"), facts.pop("licence")
    hit = read_hit(facts)  # type: ignore[arg-type]
    name, lang = next(
        (pair for pair in ((hit.name_zh, hit.name_zh_lang or "zh-Hans"), (hit.name_local, hit.text_lang),
                           (hit.name_en, "en"), (hit.name_latin, "la")) if pair[0]),
        (hit.tree_no, "zh-Hans"),
    )  # fmt: skip
    return SubjectContent(
        kind="tree", uuid=uuid, url=f"/tree/{hit.path}", number=hit.tree_no, name=str(name), name_lang=lang,
        name_en=hit.name_en, name_latin=hit.name_latin, division_path=hit.division_path,
        division_path_en=hit.division_path_en, text_lang=hit.text_lang, jurisdiction=hit.jurisdiction,
        status=hit.status, seal=hit.seal, grade=hit.protection_grade, age_years=hit.age_years,
        age_basis=hit.age_basis, girth_cm=hit.girth_cm, height_m=hit.height_m,
        photo=_photo(db, "tree_uuid", uuid), attribution=attribution, licence=licence,
    )  # fmt: skip


def _area(db: sqlite3.Connection, kind: str, uuid: str) -> SubjectContent | None:
    row = db.execute(f"SELECT * FROM {kind} WHERE uuid = ?", (uuid,)).fetchone()
    if row is None:
        return None
    grade = row["protection_grade"] if kind == "grove" else None
    return SubjectContent(
        kind=kind, uuid=uuid, url=f"/{WORDS[kind]}/{row['path']}", number=row["number"],
        name=row["name"] or row["number"], name_lang=row["name_lang"],
        division_path=tuple(json.loads(row["division_path"])),
        division_path_en=tuple(json.loads(row["division_path_en"])), text_lang=row["text_lang"],
        jurisdiction=row["jurisdiction"], status=row["status"],
        seal=seal_character("", row["status"], grade) if kind == "grove" else "", grade=grade,
        photo=_photo(db, "area_uuid", uuid), attribution=row["attribution"], licence=row["licence"],
    )  # fmt: skip


def _other(kind: str, own: str, row: sqlite3.Row) -> SubjectContent:
    if kind == "division":
        name, lang, latin = row["name"], row["name_lang"], None
    else:
        name = row["name_hans"] or row["name_hant"] or row["name_latin"] or own
        lang = "zh-Hans" if row["name_hans"] else "zh-Hant" if row["name_hant"] else "la"
        latin = row["name_latin"]
    return SubjectContent(
        kind=kind, uuid=own, url=f"/{WORDS[kind]}/{row['path']}", number="", name=name, name_lang=lang,
        name_en=row["name_en"], name_latin=latin,
    )  # fmt: skip


def _photo(db: sqlite3.Connection, column: str, uuid: str) -> int | None:
    sql = f"SELECT id FROM photo WHERE {column} = ? ORDER BY kind <> 'whole', taken_on DESC, id LIMIT 1"
    row = db.execute(sql, (uuid,)).fetchone()
    return int(row[0]) if row else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
