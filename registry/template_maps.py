"""What stands in which column of an office's own workbook: a file that says so, and a first one proposed."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from registry.errors import Phrase, unwritable
from registry.export_errors import TableMapError
from registry.importing.header_words import known_words, read_heading
from registry.rules.table_values import GROVE_FIELDS, TREE_FIELDS
from registry.table_records import RUNNING, SheetMap, TableLayout

_KEYS = {"sheet", "rows", "first", "last", "columns", "where"}
_NUMBER_WORDS = {"序号", "序", "no", "no.", "#", "行号"}
_SENSES = {
    "alias": "aliases", "grade": "protection_grade", "latin_verbatim": "name_latin",
    "name_verbatim": "name_zh", "measured_on": "surveyed_on",
}  # fmt: skip
"""Senses of headings whose field a table has under another name."""
_LEAST = 2
"""Headings that must be known before a row is taken for one of headings."""
_WORDS = re.compile(r"\s+")


def read_map(path: Path, layouts: Mapping[str, TableLayout]) -> list[SheetMap]:
    """The sheets of a file, checked whole. Raises TableMapError that names file and key."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableMapError(file=path.name, key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    sheets = found.get("sheets")
    if set(found) != {"sheets"} or not isinstance(sheets, list) or not sheets:
        raise TableMapError(file=path.name, key="sheets", reason=Phrase("a list of sheets is expected"))
    return [_sheet(sheet, path.name, place, layouts) for place, sheet in enumerate(sheets, start=1)]


def known_fields(rows: str, layouts: Mapping[str, TableLayout]) -> list[str]:
    """What a column may name where the rows are trees, groves or those of a summary."""
    if rows in {"tree", "grove"}:
        return list(TREE_FIELDS if rows == "tree" else GROVE_FIELDS)
    return [column.id for column in layouts[rows].columns] if rows in layouts else []


def _sheet(found: Any, file: str, place: int, layouts: Mapping[str, TableLayout]) -> SheetMap:
    def wrong(key: str, reason: Phrase) -> TableMapError:
        return TableMapError(file=file, key=f"sheets {place} {key}".strip(), reason=reason)

    if not isinstance(found, dict):
        raise wrong("", Phrase("a table of keys is expected"))
    for key in found:
        if key not in _KEYS:
            raise wrong(key, Phrase("there is no such key; there are {known}", known=sorted(_KEYS)))
    sheet, rows = found.get("sheet", 1), found.get("rows", "tree")
    if not isinstance(sheet, str | int) or isinstance(sheet, bool):
        raise wrong("sheet", Phrase("a name of a sheet, or its place from 1, is expected"))
    summaries = [layout.id for layout in layouts.values() if layout.is_summary]
    if rows not in {"tree", "grove", *summaries}:
        known = ["tree", "grove", *summaries]
        raise wrong("rows", Phrase("{value} is none of {known}", value=str(rows), known=known))
    for key in ("first", "last"):
        value = found.get(key, 1 if key == "last" else None)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
            raise wrong(key, Phrase("a number of a row is expected"))
    if found.get("last", found["first"]) < found["first"]:
        raise wrong("last", Phrase("it comes before the first row"))
    columns = found.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise wrong("columns", Phrase("letters or headings, each with a field, are expected"))
    known = [RUNNING, *known_fields(rows, layouts)]
    for name, field in columns.items():
        if field not in known:
            raise wrong(
                f"columns {name}", Phrase("{value} is none of {known}", value=str(field), known=known)
            )
    where = found.get("where", [])
    if not isinstance(where, list) or not all(isinstance(text, str) for text in where):
        raise wrong("where", Phrase("a list of field=value is expected"))
    return SheetMap(sheet, rows, found["first"], columns, found.get("last"), tuple(where))


def proposed_field(headings: Sequence[str]) -> str | None:
    """The field of a tree that a column holds, by what stands above it, the nearest heading last."""
    last = headings[-1] if headings else ""
    if _WORDS.sub("", last).casefold() in _NUMBER_WORDS:
        return RUNNING
    together = " ".join(headings[-2:])
    for text in dict.fromkeys((last, together, "".join(headings[-2:]))):
        for sense in read_heading(text).senses:
            field = _SENSES.get(sense.name, sense.name)
            if not sense.is_beside and field in TREE_FIELDS and (sense.whole or text != last):
                return field
    for sense in read_heading(last).senses:
        field = _SENSES.get(sense.name, sense.name)
        if not sense.is_beside and field in TREE_FIELDS:
            return field
    return None


def propose(grid: Sequence[Sequence[str]]) -> tuple[int, dict[int, tuple[str, str | None]]] | None:
    """Of the top of a sheet the first row of data, from 1, and for each column, from 0, its heading and the
    field that was recognised. None where no row looks like headings.

    grid: texts row by row, a merged cell told in each of its places.
    """
    best = max(range(len(grid)), key=lambda row: (_recognised(grid, row), row), default=None)
    if best is None or _recognised(grid, best) < _LEAST:
        return None
    first = best + 1
    while first < len(grid) and _says_nothing(grid[first]):
        first += 1
    columns = {}
    for column in range(len(grid[best])):
        above = list(dict.fromkeys(row[column] for row in grid[max(best - 2, 0) : best + 1] if row[column]))
        if above and grid[best][column]:
            is_computed = first < len(grid) and grid[first][column].startswith("=")
            columns[column] = (above[-1], None if is_computed else proposed_field(above))
    return first + 1, columns


def _recognised(grid: Sequence[Sequence[str]], row: int) -> int:
    """How many different headings of a row are known words."""
    return known_words(list({text for text in grid[row] if text}))


def _says_nothing(row: Sequence[str]) -> bool:
    """Whether a row below the headings only counts columns or gives units."""
    said = [text for text in row if text]
    return len(said) > _LEAST and all(
        re.fullmatch(r"[（(]?[\dA-Z]{1,2}[)）]?|[（(].{1,6}[)）]", text) for text in said
    )


def map_text(sheets: Sequence[tuple[str, int, Mapping[str, tuple[str, str | None]]]], about: str) -> str:
    """A first file for `read_map`: of each sheet its name, first row, and headings by letter with the field
    that was recognised, None where none was. about: said at its top."""
    return "\n".join(_lines(sheets, about)) + "\n"


def _lines(
    sheets: Sequence[tuple[str, int, Mapping[str, tuple[str, str | None]]]], about: str
) -> Iterator[str]:
    for line in about.split("\n"):
        yield f"# {line}"
    for name, first, columns in sheets:
        yield ""
        yield "[[sheets]]"
        yield f"sheet = {_quoted(name)}"
        yield 'rows = "tree"'
        yield f"first = {first}"
        yield "[sheets.columns]"
        for letter, (heading, field) in columns.items():
            mark = "" if field else "# "
            yield f'{mark}{letter} = "{field or ""}"  # {" ".join(heading.split())}'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
