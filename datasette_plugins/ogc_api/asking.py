"""What a client asks for: parameters of `/items`, checked one by one, and the SQL that answers."""

import math
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from datasette_plugins.ogc_api.collections import Collection
from datasette_plugins.search.wishes import FACETS, read_wish

DEFAULT_LIMIT, MOST = 100, 10_000
FORMATS = ("json", "html")
_PLAIN = ("f", "limit", "bbox", "datetime", "after", "edition")
_LONGEST = 200
_DAY = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?)?$")

Box = tuple[float, float, float, float]


class AskingError(Exception):
    """A parameter that is not known, or a value that is not allowed; `str(error)` is for the client."""

    status = 400


class TooLongError(AskingError):
    """Answering would take longer than any one client may keep the site busy."""

    status = 503


@dataclass(frozen=True, slots=True)
class Question:
    """What `/items` is asked: conditions in SQL, how many, behind which feature, of which edition.

    box: west, south, east, north; west > east where it crosses the antimeridian.
    """

    where: str = "1"
    values: dict[str, Any] = field(default_factory=dict)
    limit: int = DEFAULT_LIMIT
    after: int = 0
    edition: int | None = None
    box: Box | None = None
    asked: tuple[tuple[str, str], ...] = ()
    """The parameters as they were given, but for those of paging."""


def read_question(args: dict[str, list[str]], collection: Collection, known: dict[str, str]) -> Question:
    """The question in a query string. known: columns with their SQL types. Raises AskingError."""
    wishes = ("q", *FACETS) if collection.id == "tree" else ()
    once: dict[str, str] = {}
    for name, values in args.items():
        if name not in _PLAIN and name not in known and name not in wishes:
            raise AskingError(f"unknown parameter {name[:60]!r}")
        if len(values) != 1:
            raise AskingError(f"parameter {name!r} is given more than once")
        once[name] = values[0]
    box = _box(once["bbox"]) if "bbox" in once else None
    conditions, values_of = _conditions(once, collection, known, wishes)
    if box is not None:
        sql, corners = _in_box(box, collection)
        conditions.append(sql)
        values_of.update(corners)
    return Question(
        " AND ".join(conditions) or "1",
        values_of,
        min(_whole(once, "limit", DEFAULT_LIMIT, least=1), MOST),
        _whole(once, "after", 0, least=0),
        _whole(once, "edition", 0, least=1) or None if "edition" in once else None,
        box,
        tuple((name, value) for name, value in once.items() if name not in {"after", "edition"}),
    )


def only_format(args: dict[str, list[str]]) -> None:
    """Raises AskingError where anything but `f` is asked."""
    for name, values in args.items():
        if name != "f" or len(values) != 1:
            raise AskingError(f"unknown parameter {name[:60]!r}")


def _conditions(
    once: dict[str, str], collection: Collection, known: dict[str, str], wishes: tuple[str, ...]
) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    wish = read_wish({name: value for name, value in once.items() if name in wishes})
    if not wish.is_empty:
        conditions.append(f"({wish.where()})")
        values.update(wish.values)
    if "datetime" in once:
        sql, days = _in_time(once["datetime"], collection.day)
        conditions.append(sql)
        values.update(days)
    for name, text in once.items():
        if name in known and name not in wishes and name not in _PLAIN:
            conditions.append(f'"{name}" = :of_{name}')
            values[f"of_{name}"] = _value(name, text, known[name])
    return conditions, values


def _value(name: str, text: str, kind: str) -> Any:
    if len(text) > _LONGEST or "\0" in text:
        raise AskingError(f"the value of {name!r} is too long")
    if kind in {"INTEGER", "REAL"}:
        try:
            number = float(text)
        except ValueError:
            raise AskingError(f"{name!r} is a number") from None
        if not math.isfinite(number):
            raise AskingError(f"{name!r} is a number")
        return number
    return text


def _whole(once: dict[str, str], name: str, default: int, *, least: int) -> int:
    text = once.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,12}", text) or int(text) < least:
        raise AskingError(f"{name!r} is a whole number from {least} on")
    return int(text)


def _box(text: str) -> Box:
    """Four numbers, or six with heights, which are not looked at."""
    try:
        numbers = [float(part) for part in text.split(",")] if len(text) <= _LONGEST else []
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise AskingError("'bbox' is west,south,east,north in degrees")
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise AskingError("'bbox' is west,south,east,north in degrees, south not above north")
    return west, south, east, north


def _in_box(box: Box, collection: Collection) -> tuple[str, dict[str, Any]]:
    """Points by their columns; other shapes by `meets_box`, a function of the connection."""
    corners = dict(zip(("west", "south", "east", "north"), box, strict=True))
    if collection.id != "tree":
        return "meets_box(geom)", {}
    joint = "AND" if corners["west"] <= corners["east"] else "OR"
    return f"(lat BETWEEN :south AND :north AND (lon >= :west {joint} lon <= :east))", corners


def _in_time(text: str, column: str) -> tuple[str, dict[str, Any]]:
    """A day, or from/to where `..` or nothing is open. What has no day is not found."""
    first, slash, last = text.partition("/")
    bounds = {
        "first": _day(first, open_end=bool(slash)),
        "last": _day(last if slash else first, open_end=bool(slash)),
    }
    if bounds["first"] is None and bounds["last"] is None:
        raise AskingError("'datetime' is a day, or an interval with one end at least")
    if bounds["first"] and bounds["last"] and bounds["first"] > bounds["last"]:
        raise AskingError("'datetime' ends before it begins")
    conditions = []
    if bounds["first"]:
        conditions.append(f"substr({column}, 1, 10) >= :first")
    if bounds["last"]:
        conditions.append(f"substr({column}, 1, 10) <= :last")
    return f"({' AND '.join(conditions)})", {name: day for name, day in bounds.items() if day}


def _day(text: str, *, open_end: bool) -> str | None:
    if open_end and text in {"", ".."}:
        return None
    match = _DAY.match(text)
    try:
        return date.fromisoformat(match[1]).isoformat() if match else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> str:
    raise AskingError("'datetime' is a day or instant (RFC 3339), or an interval of them")
