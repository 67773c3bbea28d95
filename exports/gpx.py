"""GPX 1.1: named points, and a route through them, as hand-held devices and map programs read them.

Coordinates are WGS84 degrees, as the format demands. Source: https://www.topografix.com/GPX/1/1/
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="Gushu" xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd">\n'
)


@dataclass(frozen=True, slots=True)
class GpxPoint:
    """One point. `link`: the address of its page, whole. `symbol`: a word that devices know, such as Park."""

    lon: float
    lat: float
    name: str
    about: str | None = None
    link: str | None = None
    symbol: str | None = None


def write_gpx(
    points: Iterable[GpxPoint],
    out: BinaryIO,
    *,
    title: str,
    about: str | None = None,
    author: str | None = None,
    licence: str | None = None,
    link: str | None = None,
    made_at: datetime | None = None,
    as_route: bool = False,
) -> int:
    """Write the points as waypoints, and with `as_route` as a route through them too; returns how many.

    licence: the address of its text, whole. made_at: aware. Memory is flat unless a route is asked for.
    Raises ValueError for a point that is not on the earth.
    """
    write = _writer(out)
    write(_HEAD)
    write("<metadata>" + _text("name", title) + _text("desc", about))
    if author:
        write(f"<author>{_text('name', author)}</author>")
    if licence:
        write(
            f"<copyright author={quoteattr(_clean(author or title))}>{_text('license', licence)}</copyright>"
        )
    write(_link(link))
    if made_at:
        write(_text("time", made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
    write("</metadata>\n")
    count, route = 0, []
    for point in points:
        write(_point("wpt", point))
        count += 1
        if as_route:
            route.append(point)
    if route:
        write("<rte>" + _text("name", title) + "\n")
        for point in route:
            write(_point("rtept", point))
        write("</rte>\n")
    write("</gpx>\n")
    return count


def _writer(out: BinaryIO) -> Callable[[str], int]:
    return lambda text: out.write(text.encode("utf-8"))


def _point(tag: str, point: GpxPoint) -> str:
    if not (-180 <= point.lon <= 180 and -90 <= point.lat <= 90):
        raise ValueError(f"lon, lat must be degrees on the earth, got {point.lon}, {point.lat}")
    inner = _text("name", point.name) + _text("desc", point.about) + _link(point.link)
    return f'<{tag} lat="{point.lat:.7f}" lon="{point.lon:.7f}">{inner}{_text("sym", point.symbol)}</{tag}>\n'


def _link(href: str | None) -> str:
    return f"<link href={quoteattr(_clean(href))}></link>" if href else ""


def _text(tag: str, text: str | None) -> str:
    return f"<{tag}>{escape(_clean(text))}</{tag}>" if text else ""


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
