"""Checks of construction footprints at the desk: a file or corners in, an opinion with a map out."""

import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from sqlmodel import col, select
from starlette.datastructures import UploadFile
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.imports import safe_name
from datasette_plugins.desk.office_kit import (
    PAGE,
    instant,
    page_of,
    paged,
    put_in_line,
    whole_register,
)
from datasette_plugins.desk.routing import Route
from exports import zone_opinion_text as words
from exports.zone_opinion import write_zone_opinion
from registry.calendars import register_zone
from registry.check_records import CheckResult
from registry.cli.exporting import signer_with
from registry.cli.zone_checks import opinion_paper
from registry.errors import Phrase
from registry.models import ZoneCheck
from registry.models.base import new_id
from registry.rules.permissions import Right
from registry.vocab.care_words import ZoneVerdict
from registry.zone_check_reviews import find_check, whole_result

MOST_BYTES = 40 << 20
_KINDS = (".geojson", ".json", ".kml", ".gpkg", ".dxf", ".zip", ".shp")
SYSTEMS = ("CGCS2000", "WGS84", "GCJ-02", "BD-09", "TWD97")
_PAIR = re.compile(r"^\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)[\s,，;；]+(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*$")
_MOST_POINTS = 500
_WIDTH, _MARGIN = 480.0, 24.0
_LINES = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline of the drawing: its class and its path."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of a check, in pixels. trunks: (x, y, number). scale: (pixels, metres) of its bar."""

    width: int
    height: int
    shapes: list[Shape]
    trunks: list[tuple[float, float, str]]
    scale: tuple[float, int]


def checks_page(ask: Ask) -> Response:
    """The form, and the checks that were made."""
    return _page(ask)


def check(ask: Ask) -> Response:
    """Have a footprint checked."""
    t, sent = ask.t, ask.form.get("file")
    own, room = new_id(), ask.desk.jobs.room
    about = {"login": ask.me.login, "at": ask.now.isoformat()}
    if isinstance(sent, UploadFile) and sent.filename and sent.size:
        name = safe_name(sent.filename)
        if not name.lower().endswith(_KINDS):
            said = ", ".join(_KINDS)
            return _page(ask, t.gettext("A footprint is a file of one of these kinds: {kinds}.", kinds=said))
        room.take_upload(own, name, sent.file, about)
    else:
        try:
            drawn = drawn_footprint(ask.text("points"))
        except ValueError as error:
            return _page(ask, str(t.phrase(error.args[0])))
        name = "drawn.geojson"
        room.take_upload(own, name, io.BytesIO(drawn), about)
    argv = ["zones", "check", f"{{upload}}/{name}"]
    for field in ("crs", "unit", "layer", "project", "applicant"):
        if text := ask.text(field)[:200]:
            argv.append(f"--{field}={text}")
    buffer = ask.text("buffer")
    if buffer and re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", buffer):
        argv.append(f"--buffer={buffer}")
    arguments = {"argv": argv, "upload": own, "about": ask.text("project") or name}
    job = put_in_line(ask, "zone_check", arguments, action="zone_check_asked", file=name)
    return ask.go(f"/jobs/{job}")


def check_page(ask: Ask) -> Response:
    """One check: what was answered, drawn and said."""
    t = ask.t
    with ask.read() as session:
        row = find_check(session, ask.vars["number"])
        result, today = whole_result(row), ask.today(session)
        ran_out = today > row.valid_to
    if result.asked.applicant:
        with ask.write() as session:
            ask.audit(session, "private_seen", ("zone_check", row.id), what="applicant")
    hits = [
        {
            "name": words.record_name(hit.record, t),
            "grade": words.grade_word(hit.record, t),
            "kind": hit.record.kind,
            "id": hit.record.id,
            "share": t.gettext(
                "{area} m², {zone} % of the zone, {footprint} % of the footprint",
                area=t.number(hit.overlap_m2),
                zone=t.number(hit.zone_percent),
                footprint=t.number(hit.footprint_percent),
            ),
            "distances": words.distances(hit, t),
            "basis": words.basis_sentence(hit, t),
            "requires": words.requirement_sentence(hit, t),
            "cited": words.citation(hit.ruling, t) if hit.ruling else "",
        }
        for hit in result.hits
    ]
    lists = [
        (words.list_title(each, t), [words.open_sentence(record, t) for record in each.records[:_LINES]],
         each.count)
        for each in result.lists
        if each.count
    ]  # fmt: skip
    return ask.page(
        "desk/office/zone_check.html",
        row=row,
        result=result,
        verdict=words.verdict_word(result, t),
        sentence=words.verdict_sentence(result, t),
        warnings=words.warnings(result, t),
        remarks=words.remarks(result, t),
        hits=hits,
        lists=lists,
        shown=_LINES,
        drawing=draw(result),
        ran_out=ran_out,
    )


def opinion(ask: Ask) -> Response:
    """The opinion as a PDF, as it was answered."""
    with ask.read() as session:
        row = find_check(session, ask.vars["number"])
        result, number, own = whole_result(row), row.number, row.id
        paper = opinion_paper(session, row, result, signer_with(lambda: ask.desk.keys))
    stream = io.BytesIO()
    write_zone_opinion(result, stream, paper=paper)
    with ask.write() as session:
        ask.audit(session, "export_taken", ("zone_check", own), file=f"{number}.pdf")
    headers = {"content-disposition": f'attachment; filename="{number}.pdf"'}
    return Response(stream.getvalue(), media_type="application/pdf", headers=headers)


def drawn_footprint(text: str) -> bytes:
    """A GeoJSON polygon of corners, one a line: longitude, then latitude, in degrees. Raises ValueError."""
    corners = []
    for line in filter(str.strip, text.splitlines()):
        found = _PAIR.match(line)
        if found is None:
            raise ValueError(Phrase("Please give one corner a line: longitude, latitude, in degrees."))
        corners.append([float(found[1]), float(found[2])])
    if corners and corners[0] == corners[-1]:
        corners.pop()
    if not 3 <= len(corners) <= _MOST_POINTS:
        raise ValueError(Phrase("Please choose a file, or give at least three corners."))
    if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in corners):
        raise ValueError(Phrase("Please give one corner a line: longitude, latitude, in degrees."))
    outline = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": outline}).encode()


def draw(result: CheckResult) -> Drawing | None:
    """A drawing of the footprint, the zones around it and the trunks; None where nothing can be drawn."""
    site = shapely.from_wkb(result.outline)
    hit = [shapely.from_wkb(each.outline) for each in result.hits if each.outline]
    around = [shapely.from_wkb(outline) for _legal, outline in result.context.zones]
    if site is None or site.is_empty:
        return None
    near = shapely.union_all([site, *hit])
    west, south, east, north = near.bounds
    middle = math.cos(math.radians((south + north) / 2)) or 1.0
    metres = 111_320.0
    reach = max((east - west) * middle, north - south, 40 / metres) * 0.25
    west, east = west - reach / middle, east + reach / middle
    south, north = south - reach, north + reach
    scale = (_WIDTH - 2 * _MARGIN) / ((east - west) * middle * metres)
    height = (north - south) * metres * scale + 2 * _MARGIN

    def place(lon: float, lat: float) -> tuple[float, float]:
        x = _MARGIN + (lon - west) * middle * metres * scale
        return round(x, 1), round(_MARGIN + (north - lat) * metres * scale, 1)

    shapes = [Shape("zone", path) for path in _paths(around, place)]
    shapes += [Shape("site", path) for path in _paths([site], place)]
    shapes += [Shape("hit", path) for path in _paths(hit, place)]
    trunks = [(*place(lon, lat), number) for lon, lat, number in result.context.trees]
    inside = [(x, y, number) for x, y, number in trunks if 0 <= x <= _WIDTH and 0 <= y <= height]
    bar = _round_metres((east - west) * middle * metres / 4)
    return Drawing(int(_WIDTH), round(height), shapes, inside[:60], (round(bar * scale, 1), bar))


def _paths(shapes: list[BaseGeometry], place: object) -> Iterator[str]:
    for shape in shapes:
        polygons = getattr(shape, "geoms", [shape])
        rings = [
            ring
            for each in polygons
            if each.geom_type == "Polygon"
            for ring in (each.exterior, *each.interiors)
        ]
        path = "".join(_ring(ring, place) for ring in rings)
        if path:
            yield path


def _ring(ring: BaseGeometry, place: object) -> str:
    points = [place(*point[:2]) for point in ring.coords]  # type: ignore[operator]
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _round_metres(length: float) -> int:
    """1, 2 or 5 times a power of ten, not above `length`."""
    power = 10 ** max(math.floor(math.log10(max(length, 1))), 0)
    return int(next((step * power for step in (5, 2, 1) if step * power <= length), power))


def _page(ask: Ask, wrong: str = "") -> Response:
    page = page_of(ask)
    query = select(ZoneCheck).order_by(col(ZoneCheck.made_at).desc(), col(ZoneCheck.number).desc())
    with ask.read() as session:
        rows, has_more = paged(session.exec(query.offset((page - 1) * PAGE).limit(PAGE + 1)))
        zone, today = register_zone(session), ask.today(session)
        shown = [
            (row.number, row.code, instant(row.made_at, zone), row.verdict, row.project or row.file_name,
             row.valid_to, today > row.valid_to)
            for row in rows
        ]  # fmt: skip
    given = {
        name: ask.text(name) for name in ("points", "crs", "unit", "layer", "buffer", "project", "applicant")
    }
    return ask.page(
        "desk/office/zone_checks.html", status=422 if wrong else 200, checks=shown, page=page,
        has_more=has_more, wrong=wrong, given=given, systems=[(name, name) for name in SYSTEMS],
        verdicts=ZoneVerdict, limit=MOST_BYTES >> 20,
    )  # fmt: skip


ROUTES = (
    Route("GET", "/zone-checks", checks_page, Right.RECORD, whole_register),
    Route("POST", "/zone-checks", check, Right.RECORD, whole_register, body=MOST_BYTES),
    Route("GET", "/zone-checks/{number}", check_page, Right.RECORD, whole_register),
    Route("GET", "/zone-checks/{number}/opinion", opinion, Right.RECORD, whole_register),
)
