"""`/stories`: all stories by kind, reliability and place, with a search of their words."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from datasette import Response

from datasette_plugins.site.pages import read_edition, render_page
from datasette_plugins.walks.loading import read_story, rows_of, subject
from exports.walk_content import StoryContent
from registry.vocab import culture_words
from registry.vocab.culture_words import Reliability, StoryKind

PER_PAGE = 30
_LONGEST = 60
_SUBJECTS = """
WITH subject(uuid, division_id) AS (
  SELECT uuid, division_id FROM tree UNION ALL SELECT uuid, division_id FROM grove
  UNION ALL SELECT uuid, division_id FROM garden UNION ALL SELECT uuid, division_id FROM place
  UNION ALL SELECT uuid, division_id FROM element UNION ALL SELECT id, id FROM division
), told AS (
  SELECT story.*, (SELECT division_id FROM subject WHERE subject.uuid = story.subject_uuid) AS division_id
  FROM story
)
"""
"""The stories, each with the division in which what it is about stands."""
_BELOW = """division_id IN (WITH RECURSIVE below(id) AS (SELECT id FROM division WHERE path = :place
  UNION SELECT division.id FROM division JOIN below ON division.parent_id = below.id) SELECT id FROM below)"""
_WORDS = """(title LIKE :like ESCAPE '!' OR text LIKE :like ESCAPE '!' OR source LIKE :like ESCAPE '!'
  OR teller LIKE :like ESCAPE '!' OR uuid IN (SELECT story_uuid FROM story_text
  WHERE title LIKE :like ESCAPE '!' OR text LIKE :like ESCAPE '!'))"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stories a reader asks for; empty texts ask for all."""

    q: str = ""
    kind: str = ""
    reliability: str = ""
    place: str = ""
    page: int = 1

    @property
    def values(self) -> dict[str, str]:
        """The values of `where`."""
        like = "".join(f"!{c}" if c in "!%_" else c for c in self.q)
        return {"like": f"%{like}%", "kind": self.kind, "reliability": self.reliability, "place": self.place}

    def where(self, without: str = "") -> str:
        """The condition in SQL, `without` one of its fields."""
        parts = {"q": _WORDS, "kind": "kind = :kind", "reliability": "reliability = :reliability",
                 "place": _BELOW}  # fmt: skip
        chosen = [sql for name, sql in parts.items() if getattr(self, name) and name != without]
        return " AND ".join(chosen) or "1"

    def url(self, **changes: Any) -> str:
        """The address of `/stories` with some fields changed; it begins at the first page again."""
        other = replace(self, **{"page": 1, **changes})
        kept = {name: getattr(other, name) for name in ("q", "kind", "reliability", "place")}
        question = {name: value for name, value in kept.items() if value}
        if other.page > 1:
            question["page"] = str(other.page)
        return "/stories" + (f"?{urlencode(question)}" if question else "")


@dataclass(frozen=True, slots=True)
class StoriesPage:
    """One page of stories, and how many there are of each kind, reliability and place."""

    asked: Asked
    stories: tuple[StoryContent, ...]
    total: int
    of_all: int
    kinds: tuple[tuple[str, int], ...]
    reliabilities: tuple[tuple[str, int], ...]
    places: tuple[tuple[sqlite3.Row, int], ...]
    chosen_place: sqlite3.Row | None

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PER_PAGE))


def read_asked(args: Any) -> Asked:
    """What the query string asks for; what it should not hold is passed over."""
    page = args.get("page", "1")
    kind, reliability = args.get("kind", ""), args.get("reliability", "")
    return Asked(
        q=args.get("q", "").replace("\0", "").strip()[:_LONGEST],
        kind=kind if kind in set(StoryKind) else "",
        reliability=reliability if reliability in set(Reliability) else "",
        place=args.get("place", "")[:300],
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


async def stories_page(datasette: Any, request: Any) -> Response:
    """`/stories`"""
    asked = read_asked(request.args)
    page = await read_edition(datasette, request, lambda db: load_stories(db, asked))
    return render_page(datasette, request, "walks/stories_list.html", page=page, C=culture_words)


def load_stories(db: sqlite3.Connection, asked: Asked) -> StoriesPage:
    """The stories asked for; none in an edition that knows no stories."""
    chosen = db.execute("SELECT * FROM division WHERE path = ?", (asked.place,)).fetchone()
    if asked.place and chosen is None:
        asked = replace(asked, place="")
    of_all = _number(db, "SELECT count(*) FROM story", {})
    total = _number(db, f"{_SUBJECTS} SELECT count(*) FROM told WHERE {asked.where()}", asked.values)
    asked = replace(asked, page=min(asked.page, max(1, -(-total // PER_PAGE))))
    values = {**asked.values, "limit": PER_PAGE, "offset": (asked.page - 1) * PER_PAGE}
    part = "ORDER BY title, uuid LIMIT :limit OFFSET :offset"
    sql = f"{_SUBJECTS} SELECT * FROM told WHERE {asked.where()} {part}"
    rows = rows_of(db, sql, values)
    return StoriesPage(
        asked=asked,
        stories=tuple(
            replace(read_story(row), subject=subject(db, row["subject_kind"], row["subject_uuid"]))
            for row in rows
        ),
        total=total,
        of_all=of_all,
        kinds=_tallies(db, asked, "kind"),
        reliabilities=_tallies(db, asked, "reliability"),
        places=_places(db, asked),
        chosen_place=chosen,
    )


def _tallies(db: sqlite3.Connection, asked: Asked, name: str) -> tuple[tuple[str, int], ...]:
    where = asked.where(without=name)
    sql = f"{_SUBJECTS} SELECT {name}, count(*) FROM told WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    return tuple((row[0], row[1]) for row in rows_of(db, sql, asked.values))


def _places(db: sqlite3.Connection, asked: Asked) -> tuple[tuple[sqlite3.Row, int], ...]:
    sql = (
        f"{_SUBJECTS} SELECT division.*, count(*) AS stories FROM told "
        f"JOIN division ON division.id = told.division_id WHERE {asked.where(without='place')} "
        "GROUP BY division.id ORDER BY stories DESC, division.id LIMIT 20"
    )
    return tuple((row, row["stories"]) for row in rows_of(db, sql, asked.values))


def _number(db: sqlite3.Connection, sql: str, values: dict[str, Any]) -> int:
    rows = rows_of(db, sql, values)
    return int(rows[0][0]) if rows else 0
