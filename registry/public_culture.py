"""Stories and walks of an edition: those that were released, about what the edition itself shows exactly.

A story about a record whose place is hidden stays with the office: its words would tell the place. A stop at
such a record is left out of the walk, which says only how many were.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.commands.stories import about_of, translations_of
from registry.commands.walks import stop_at, stops_of
from registry.edition import EditionWriter
from registry.geopackage import register_attributes
from registry.models import (
    Authority,
    Element,
    Grove,
    HeritageGarden,
    Party,
    Place,
    Story,
    Tree,
    Walk,
    WalkStop,
)
from registry.rules.addresses import encode_segment
from registry.rules.public_positions import decimals_for, rounded
from registry.rules.redaction import cells_around
from registry.rules.redaction_culture import Named, public_name, why_held
from registry.settings import all_settings
from registry.vocab.culture_words import StoryState, WalkState
from registry.vocab.words import GrowthPlace, Precision

_EXACT = "SELECT 1 FROM {kind} WHERE uuid = ? AND position_precision = 'exact'"
_KNOWN = {"division": "SELECT 1 FROM division WHERE id = ?", "species": "SELECT 1 FROM species WHERE id = ?"}
_POINT = "SELECT lon, lat{more} FROM {kind} WHERE uuid = ? AND position_precision = 'exact'"
_NEAR_DEGREES = 0.002
"""About 200 m: a point of a walk so near to the cell of a record whose place is hidden is left out."""


def write_culture(session: Session, writer: EditionWriter) -> None:
    """Write the released stories and walks; to be called after all records are written."""
    stories = list(_stories(session, writer))
    writer.insert("story", [row for row, _texts in stories])
    writer.insert("story_text", [text for _row, texts in stories for text in texts])
    walks = list(_walks(session, writer))
    writer.insert("walk", [row for row, _stops in walks])
    writer.insert("walk_stop", [stop for _row, stops in walks for stop in stops])
    writer.report.stories, writer.report.walks = len(stories), len(walks)
    for table, about in (("story", "故事与传说 / stories"), ("walk", "游览路线 / walks"),
                         ("walk_stop", "路线站点 / stops of walks (walk_uuid)")):  # fmt: skip
        register_attributes(writer.connection, table, about=about, at=writer.now)


def _stories(
    session: Session, writer: EditionWriter
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    released = select(Story).where(Story.state == StoryState.RELEASED).order_by(Story.code)
    for story in session.exec(released):
        kind, own = about_of(story)
        people = _people(session, story)
        reason = why_held(story.title, people.values()) or why_held(story.text, people.values())
        if reason is None and not _is_shown(writer, kind, own):
            reason = "position"
        if reason is not None:
            writer.report.withheld[f"story: {reason}"] += 1
            continue
        yield _story_row(writer, story, kind, own, people), list(_texts(session, writer, story, people))


def _story_row(
    writer: EditionWriter, story: Story, kind: str, own: str, people: dict[str, Named | None]
) -> dict[str, Any]:
    def kept(field: str, text: str | None) -> str | None:
        if reason := why_held(text, people.values()):
            writer.report.withheld[f"story {field}: {reason}"] += 1
            return None
        return text

    def named(role: str) -> str | None:
        name = public_name(people[role])
        if people[role] is not None and name is None:
            writer.report.withheld[f"story {role}: person"] += 1
        return name

    return {
        "uuid": story.id,
        "path": encode_segment(story.code),
        "kind": story.kind.value,
        "subject_kind": kind,
        "subject_uuid": own,
        "title": story.title,
        "text": story.text,
        "lang": story.lang,
        "source": kept("source", story.source_text),
        "source_url": kept("source_url", story.source_url),
        "reliability": story.reliability.value,
        "teller": named("teller"),
        "collector": named("collector"),
        "collected_on": story.collected_on,
        "released_on": story.released_on,
    }


def _texts(
    session: Session, writer: EditionWriter, story: Story, people: dict[str, Named | None]
) -> Iterator[dict[str, Any]]:
    for row in translations_of(session, story):
        translator = _named(session, row.translator_id)
        everybody = (*people.values(), translator)
        if reason := why_held(row.title, everybody) or why_held(row.text, everybody):
            writer.report.withheld[f"story: {reason}"] += 1
            continue
        facts = {name: getattr(row, name) for name in ("story_id", "lang", "title", "text")}
        yield {**facts, "story_uuid": facts.pop("story_id"), "translator": public_name(translator)}


def _people(session: Session, story: Story) -> dict[str, Named | None]:
    teller = _named(session, story.teller_id, is_historic=story.is_historic_teller)
    return {"teller": teller, "collector": _named(session, story.collector_id)}


def _named(session: Session, party_id: str | None, *, is_historic: bool = False) -> Named | None:
    party = session.get(Party, party_id) if party_id else None
    if party is None:
        return None
    return Named(party.name, party.kind, party.consented_on is not None, is_historic)


def _is_shown(writer: EditionWriter, kind: str, own: str) -> bool:
    """Whether the edition has what a story is about, and shows exactly where it is."""
    query = _KNOWN.get(kind) or _EXACT.format(kind=kind)
    return writer.connection.execute(query, (own,)).fetchone() is not None


def _walks(session: Session, writer: EditionWriter) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    decimals = _decimals(session)
    for walk in session.exec(select(Walk).where(Walk.state == WalkState.RELEASED).order_by(Walk.code)):
        if reason := why_held(walk.title):
            writer.report.withheld[f"walk: {reason}"] += 1
            continue
        stops = stops_of(session, walk)
        shown = list(_stops(session, writer, walk, stops, decimals))
        author = _named(session, walk.author_id)
        texts = {
            name: _kept(writer, f"walk {name}", getattr(walk, name))
            for name in ("title_en", "intro", "intro_en", "season", "accessibility", "start")
        }
        yield (
            {
                "uuid": walk.id,
                "path": encode_segment(walk.code),
                "kind": walk.kind.value,
                "title": walk.title,
                "lang": walk.lang,
                **texts,
                "duration_h": walk.duration_h,
                "length_m": walk.length_m,
                "author": public_name(author),
                "stop_count": len(shown),
                "hidden_stops": len(stops) - len(shown),
                "released_on": walk.released_on,
            },
            shown,
        )


def _stops(
    session: Session, writer: EditionWriter, walk: Walk, stops: list[WalkStop], decimals: int | None
) -> Iterator[dict[str, Any]]:
    """The stops whose place is public, numbered anew so that no gap tells of the others."""
    place = 0
    for stop in stops:
        at = stop_at(stop)
        point, reason = _at_record(writer, *at) if at else _at_point(session, stop, decimals)
        if reason is not None:
            writer.report.withheld[f"walk stop: {reason}"] += 1
            continue
        place += 1
        texts = {
            name: _kept(writer, f"walk stop {name}", getattr(stop, name))
            for name in ("name", "name_en", "text", "text_en")
        }
        kind, own = at or (None, None)
        yield {
            "walk_uuid": walk.id,
            "place": place,
            "subject_kind": kind,
            "subject_uuid": own,
            "lang": walk.lang,
            "lon": point[0] if point else None,
            "lat": point[1] if point else None,
            **texts,
        }


_Found = tuple[tuple[float, float] | None, str | None]
"""A point, or none; and why the stop is left out, or None."""


def _at_record(writer: EditionWriter, kind: str, own: str) -> _Found:
    more = ", growth_place" if kind == "tree" else ", NULL"
    row = writer.connection.execute(_POINT.format(kind=kind, more=more), (own,)).fetchone()
    if row is None:
        return None, "position"
    if row[2] == GrowthPlace.PRIVATE_HOME:
        return None, "household"
    return ((row[0], row[1]) if row[0] is not None else None), None


def _at_point(session: Session, stop: WalkStop, decimals: int | None) -> _Found:
    if why_held(stop.name):
        return None, "household"
    lon, lat = float(stop.lon or 0), float(stop.lat or 0)
    if _is_near_hidden(session, lon, lat):
        return None, "position"
    return (rounded(lon, lat, decimals) if decimals is not None else (lon, lat)), None


def _is_near_hidden(session: Session, lon: float, lat: float) -> bool:
    """Whether a record whose place is hidden stands in a cell so near that a point would give it away.

    The cell is asked for, never the place in it: else the points that are shown would tell where it is not.
    """
    for table in (Tree, Grove, HeritageGarden, Place, Element):
        near = (
            sa.and_(
                col(table.position_precision) == precision,
                col(table.lon).between(*cells_around(lon, precision, _NEAR_DEGREES)),
                col(table.lat).between(*cells_around(lat, precision, _NEAR_DEGREES)),
            )
            for precision in Precision
            if precision != Precision.EXACT
        )
        if session.exec(select(table.id).where(sa.or_(*near)).limit(1)).first() is not None:
            return True
    return False


def _kept(writer: EditionWriter, field: str, text: str | None) -> str | None:
    if reason := why_held(text):
        writer.report.withheld[f"{field}: {reason}"] += 1
        return None
    return text


def _decimals(session: Session) -> int | None:
    """To how many decimals points of walks are rounded: as the records of this register's jurisdictions."""
    setting = all_settings(session).get("public_position_decimals", "")
    found = [decimals_for(each, setting) for each in session.exec(select(col(Authority.jurisdiction)))]
    return next((each for each in found if each is not None), None)
