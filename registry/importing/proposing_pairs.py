"""Columns held against each other: girth and diameter the two coordinates, feet and metres. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import pi
from typing import Any

from registry.errors import Phrase
from registry.importing import evidence
from registry.importing.files import Row
from registry.importing.header_words import read_heading
from registry.importing.proposing_columns import Proposed, Sure
from registry.importing.proposing_verdicts import CENTIMETRES


def held_together(columns: list[Proposed], compared: list[Row], *, is_chinese: bool) -> list[Proposed]:
    """Girth against diameter, longitude with latitude: what one column alone does not tell."""
    columns = _girth_and_diameter(columns, compared, is_chinese=is_chinese)
    columns = _both_coordinates(columns)
    return _imperial(columns)


def _girth_and_diameter(columns: list[Proposed], compared: list[Row], *, is_chinese: bool) -> list[Proposed]:
    girth = next((column for column in columns if column.field == "girth_cm"), None)
    diameter = next((column for column in columns if column.field == "diameter_cm"), None)
    if girth and diameter:
        return _by_ratio(columns, girth, diameter, compared)
    if diameter and diameter.is_used:
        return changed(
            columns, diameter.header, lambda column: _asked_for_girth(column, compared, is_chinese=is_chinese)
        )
    if girth and girth.is_used:
        return changed(columns, girth.header, lambda column: _asked_for_diameter(column, compared))
    return columns


def _by_ratio(
    columns: list[Proposed], girth: Proposed, diameter: Proposed, compared: list[Row]
) -> list[Proposed]:
    """The ratio of the two columns tells which is which, and tells units apart."""
    found = evidence.ratio(_pairs(compared, girth.header, diameter.header))
    if found is None:
        return columns
    own = (_unit(girth), _unit(diameter))
    if own[0] and own[1] and abs(found * CENTIMETRES[own[0]] / CENTIMETRES[own[1]] / pi - 1) < 0.1:
        return [replace(c, sure=Sure.SURE) if c in (girth, diameter) and c.is_used else c for c in columns]
    others = [
        (first, second)
        for first in CENTIMETRES
        for second in CENTIMETRES
        if abs(found * CENTIMETRES[first] / CENTIMETRES[second] / pi - 1) < 0.06
        and _is_a_girth(first, girth, compared)
    ]
    is_turned = abs(found * pi - 1) < 0.1
    if len(others) == 1 and not is_turned:
        question = Phrase(
            "{girth} and {diameter} have the ratio π if they are in {unit} and {other}; is that so?",
            girth=girth.header, diameter=diameter.header, unit=others[0][0], other=others[0][1],
        )  # fmt: skip
        units = dict(zip((girth.header, diameter.header), others[0], strict=True))
        return [
            replace(
                column, keys={**column.keys, "unit": units[column.header]}, sure=Sure.PROBABLY,
                questions=(question,),
            )
            if column.header in units else column
            for column in columns
        ]  # fmt: skip
    question = Phrase(
        "{girth} is {ratio} times {diameter}; girth and diameter would be 3.14: "
        "which is what, and in which unit?",
        girth=girth.header, diameter=diameter.header, ratio=f"{found:.2f}",
    )  # fmt: skip
    return [
        replace(column, sure=Sure.UNSURE, questions=(*column.questions, question))
        if column.header in {girth.header, diameter.header} else column
        for column in columns
    ]  # fmt: skip


def _is_a_girth(unit: str, girth: Proposed, compared: list[Row]) -> bool:
    values = sorted(value for value in _numbers(compared, girth.header) if value > 0)
    return bool(values) and 30 <= values[len(values) // 2] * CENTIMETRES[unit] <= 1500


def _asked_for_girth(column: Proposed, compared: list[Row], *, is_chinese: bool) -> Proposed:
    """A diameter alone: official lists put girths under 胸径; large values tell."""
    values = [value * _in_cm(column) for value in _numbers(compared, column.header)]
    if not values:
        return column
    large = sum(value > 314 for value in values) / len(values)
    middle = sorted(values)[len(values) // 2]
    if large > 0.02 or middle > 150:
        question = Phrase(
            "{column}: is this the diameter (胸径), or the girth (胸围)? The middle value is {value} cm, "
            "and {percent} % are above 314 cm",
            column=column.header, value=f"{middle:g}", percent=round(large * 100),
        )  # fmt: skip
        return replace(column, sure=Sure.UNSURE, questions=(*column.questions, question))
    said = {sense.language for sense in read_heading(column.header).senses}
    if not is_chinese and not said & {"zh", "short"}:
        return column
    sure = Sure.PROBABLY if column.sure is Sure.SURE else column.sure
    question = Phrase(
        "{column} is read as the diameter; is it really not the girth? Nothing in the file shows it",
        column=column.header,
    )
    return replace(column, sure=sure, questions=(*column.questions, question))


def _asked_for_diameter(column: Proposed, compared: list[Row]) -> Proposed:
    values = [value * _in_cm(column) for value in _numbers(compared, column.header)]
    middle = sorted(values)[len(values) // 2] if values else 0
    if not 0 < middle < 80:
        return column
    question = Phrase(
        "{column}: is this the girth (胸围), or the diameter (胸径)? The middle value is only {value} cm",
        column=column.header, value=f"{middle:g}",
    )  # fmt: skip
    return replace(column, sure=Sure.UNSURE, questions=(*column.questions, question))


def _both_coordinates(columns: list[Proposed]) -> list[Proposed]:
    """Latitude and longitude need each other."""
    lon = next((column for column in columns if column.field == "lon"), None)
    lat = next((column for column in columns if column.field == "lat"), None)
    if lon and lat:
        return _a_pair(columns, lon, lat)
    return [_without_the_other(column) if column.field in {"lon", "lat"} else column for column in columns]


def _without_the_other(column: Proposed) -> Proposed:
    question = Phrase("{column} is one coordinate; where is the other?", column=column.header)
    return replace(column, sure=Sure.UNSURE, questions=(*column.questions, question))


def _a_pair(columns: list[Proposed], lon: Proposed, lat: Proposed) -> list[Proposed]:
    if "lat" in {sense.name for sense in read_heading(lon.header).senses}:
        question = Phrase(
            "{lat} stands under the header of longitudes and {lon} under that of latitudes: "
            "by their values they are interchanged",
            lat=lat.header, lon=lon.header,
        )  # fmt: skip
        return [
            replace(column, sure=Sure.PROBABLY, questions=(question,)) if column in (lon, lat) else column
            for column in columns
        ]
    if Sure.UNSURE in (lon.sure, lat.sure):
        return [replace(c, sure=Sure.UNSURE) if c in (lon, lat) else c for c in columns]
    return columns


def _imperial(columns: list[Proposed]) -> list[Proposed]:
    """Where trunks are in feet or inches, heights without a unit are asked for, not taken for metres."""
    is_imperial = any(
        _unit(column) in {"ft", "in"} and column.field in {"girth_cm", "diameter_cm"} for column in columns
    )
    if not is_imperial:
        return columns
    changed = []
    for column in columns:
        if column.field in {"height_m", "crown_m"} and read_heading(column.header).unit is None:
            question = Phrase(
                "{column}: in feet, as the trunk seems to be, or in metres?", column=column.header
            )
            column = replace(  # noqa: PLW2901
                column, sure=Sure.UNSURE, keys={**column.keys, "unit": "ft"}, questions=(question,)
            )
        changed.append(column)
    return changed


def changed(columns: list[Proposed], header: str, change: Callable[[Proposed], Proposed]) -> list[Proposed]:
    return [change(column) if column.header == header else column for column in columns]


def _unit(column: Proposed) -> str | None:
    unit: Any = column.keys.get("unit")
    return str(unit[-1]) if isinstance(unit, list) else unit


def _in_cm(column: Proposed) -> float:
    return CENTIMETRES.get(_unit(column) or "cm", 1.0)


def _numbers(rows: Iterable[Row], header: str) -> list[float]:
    found = (evidence.read_number(row.cells.get(header, "")) for row in rows)
    return [number[0] for number in found if number]


def _pairs(rows: Iterable[Row], first: str, second: str) -> Iterable[tuple[float, float]]:
    for row in rows:
        one, other = (evidence.read_number(row.cells.get(name, "")) for name in (first, second))
        if one and other:
            yield one[0], other[0]
