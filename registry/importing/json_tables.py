"""JSON: a list of records, an object that holds one under any key, one record a line, or GeoJSON."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import Fits, Notes, Row, Table, cell_text, certain_text, clean, read_whole
from registry.importing.header_words import known_words

_DEEPEST = 4
"""Lists of records are looked for so many levels down: open-data services wrap them."""


def read_json(path: Path, sha256: str, fits: Fits) -> Table:
    """The table in the JSON file `path`. Raises InputUnreadableError."""
    content = read_whole(path)
    encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else json.detect_encoding(content)
    try:
        document = _parsed(content.decode(encoding))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is not whole, valid JSON ({error})", error=error)
        ) from error
    notes = Notes()
    entries = [_flat(entry) for entry in _entries(path, document, fits, notes)]
    texts = ({name: clean(_text(value)) for name, value in entry.items()} for entry in entries)
    rows = (Row(number, cells) for number, cells in enumerate(texts, start=1))
    return Table(path, "json", encoding, sha256, _headers(entries), rows, notes)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise
        return [json.loads(line, parse_float=str, parse_int=str) for line in lines]


def _text(value: Any) -> str:
    """A cell; JSON keeps every digit, so that none was lost to rounding here."""
    return certain_text(value) if isinstance(value, str) else cell_text(value)


def _headers(entries: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries for name in entry))


def _entries(path: Path, document: Any, fits: Fits, notes: Notes) -> list[dict[str, Any]]:
    tables = dict(_lists(document, "", 0))
    named = sorted(tables, key=lambda name: _worth(tables[name], fits), reverse=True)
    worths = [_worth(tables[name], fits) for name in named]
    if not named or (len(named) > 1 and worths[0] == worths[1]):
        raise InputUnreadableError(
            path=path, reason=Phrase("it holds {count} lists of records instead of one", count=len(named))
        )
    for name in named[1:]:
        notes.tell("the list {name} was not read: its columns are others", name=name)
    return tables[named[0]]


def _lists(found: Any, name: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(found, list):
        if found and all(isinstance(row, dict) for row in found):
            yield name, found
    elif isinstance(found, dict) and depth < _DEEPEST:
        for key, value in found.items():
            yield from _lists(value, f"{name}.{key}" if name else str(key), depth + 1)


def _worth(rows: list[dict[str, Any]], fits: Fits) -> tuple[bool, int]:
    headers = _headers([_flat(row) for row in rows[:50]])
    return fits(headers), known_words(headers)


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature as a flat record with `longitude` and `latitude`; anything else as it is."""
    if entry.get("type") != "Feature":
        return entry
    properties, geometry = entry.get("properties"), entry.get("geometry")
    flat = dict(properties) if isinstance(properties, dict) else {}
    place = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if (
        isinstance(geometry, dict)
        and geometry.get("type") == "Point"
        and isinstance(place, list)
        and place[1:]
    ):
        flat.setdefault("longitude", place[0])
        flat.setdefault("latitude", place[1])
    return flat
