"""A walk as files: GPX and leaflet, the same from the site and from the command line."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from datasette_plugins.walks.loading import LoadedWalk
from exports.gpx import GpxPoint, write_gpx
from exports.walk_content import StopContent
from exports.walk_leaflet import LeafletFacts, write_leaflet
from registry.vocab.language import Translator


def write_walk_gpx(loaded: LoadedWalk, out: BinaryIO, t: Translator) -> int:
    """The stops whose place is public, in order, as points and as a route; returns how many."""
    walk, home = loaded.walk, loaded.public_address
    title = walk.title_en if t.lang == "en" and walk.title_en else walk.title
    points = [
        GpxPoint(stop.lon, stop.lat, f"{stop.place} {_name(stop, t)}", about=_about(stop, t),
                 link=home + stop.subject.url if home and stop.subject else None, symbol="Park")
        for stop in walk.stops
        if stop.lon is not None and stop.lat is not None
    ]  # fmt: skip
    intro = walk.intro_en if t.lang == "en" and walk.intro_en else walk.intro
    return write_gpx(
        points,
        out,
        title=title,
        about=intro,
        author=walk.author or None,
        link=f"{home}/walk/{walk.path}" if home else None,
        made_at=_made_at(loaded),
        as_route=len(points) > 1,
    )


def write_walk_leaflet(
    loaded: LoadedWalk, out: BinaryIO, t: Translator, *, extra_fonts: Sequence[Path] = ()
) -> None:
    """The leaflet of a walk as PDF, Chinese first. Raises GlyphMissingError."""
    said, made_at = loaded.facts.get, _made_at(loaded)
    facts = LeafletFacts(
        register_name=said("register_name") or "",
        register_name_en=said("register_name_en") or "",
        public_address=loaded.public_address,
        edition=said("number") or "",
        made_at=made_at,
        made_on=made_at.date() if made_at else None,
        is_demonstration=said("demonstration") == "yes",
        map_review_no=said("map_review_no") or "",
        duty=loaded.duty,
    )
    write_leaflet(loaded.walk, loaded.around, facts, out, language=t, extra_fonts=extra_fonts)


def _name(stop: StopContent, t: Translator) -> str:
    return stop.name_en if t.lang == "en" and stop.name_en else stop.name.text


def _about(stop: StopContent, t: Translator) -> str | None:
    text = stop.text_en if t.lang == "en" and stop.text_en else stop.text.text if stop.text else None
    number = stop.subject.number if stop.subject else None
    return " · ".join(filter(None, (number, text))) or None


def _made_at(loaded: LoadedWalk) -> datetime | None:
    made = loaded.facts.get("made_at")
    return datetime.fromisoformat(made) if made else None
