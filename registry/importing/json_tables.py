"""JSON: a list of records, an object that holds one, or GeoJSON."""

import codecs
import json
from pathlib import Path
from typing import Any

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import Fits, Row, Table, cell_text, clean, read_whole


def read_json(path: Path, sha256: str, _fits: Fits) -> Table:
    content = read_whole(path)
    encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else json.detect_encoding(content)
    try:
        document = json.loads(content.decode(encoding), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputUnreadableError(
            path=path, reason=Phrase("it is not whole, valid JSON ({error})", error=error)
        ) from error
    entries = [_flat(entry) for entry in _entries(path, document)]
    headers = tuple(dict.fromkeys(name for entry in entries for name in entry))
    texts = ({name: clean(cell_text(value)) for name, value in entry.items()} for entry in entries)
    rows = (Row(number, cells) for number, cells in enumerate(texts, start=1))
    return Table(path, "json", encoding, sha256, headers, rows)


def _entries(path: Path, document: Any) -> list[dict[str, Any]]:
    lists = (
        [document] if isinstance(document, list) else [v for v in document.values() if isinstance(v, list)]
    )
    tables = [rows for rows in lists if rows and all(isinstance(row, dict) for row in rows)]
    if len(tables) != 1:
        raise InputUnreadableError(
            path=path, reason=Phrase("it holds {count} lists of records instead of one", count=len(tables))
        )
    return tables[0]


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
