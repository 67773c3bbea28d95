"""What stands in which column of an office's own workbook: a file that says so, or what its headings say."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from registry.errors import Phrase, unwritable
from registry.export_errors import TableMapError
from registry.importing.header_words import known_words, read_heading
from registry.importing.mapping import named_mapping
from registry.importing.mapping_parts import plain_header
from registry.rules.table_values import GROVE_FIELDS, TREE_FIELDS
from registry.table_records import RUNNING, SheetMap, TableLayout

_KEYS = {"sheet", "rows", "first", "last", "columns", "where"}
_NUMBER_WORDS = {"序号", "序", "no", "no.", "#", "行号"}
_SENSES = {
    "alias": "aliases", "grade": "protection_grade", "latin_verbatim": "name_latin",
    "name_verbatim": "name_zh", "measured_on": "surveyed_on",
}  # fmt: skip
"""Senses of headings whose field a table has under another name."""
_FORMS = ("cn-census-3", "cn-census-2", "cn-census-3-grove", "cn-census-2-grove")
"""Mappings of the official forms: their headings say word for word what stands below them."""
_FIELDS: dict[str, Mapping[str, Any]] = {"tree": TREE_FIELDS, "grove": GROVE_FIELDS}
_NUMBERS = {"tree": "tree_no", "grove": "number"}
"""The field that tells which tree or grove a row is."""
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
        return list(_FIELDS[rows])
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


class Headings(NamedTuple):
    """What the headings of a sheet say. rows: tree or grove. first: the first row of data, from 1. columns:
    for each, from 0, its heading and the field that was recognised, None where none was."""

    rows: str
    first: int
    columns: Mapping[int, tuple[str, str | None]]

    @property
    def is_numbered(self) -> bool:
        """Whether one column has the numbers of trees or groves; a sheet without may be of anything."""
        return _NUMBERS[self.rows] in {field for _heading, field in self.columns.values()}


def propose(grid: Sequence[Sequence[str]]) -> Headings | None:
    """What the headings at the top of a sheet say. None where no row looks like headings.

    grid: texts row by row, a merged cell told in each of its places.
    """
    best = max(range(len(grid)), key=lambda row: (_recognised(grid, row), row), default=None)
    if best is None or _recognised(grid, best) < _LEAST:
        return None
    first = best + 1
    while first < len(grid) and _says_nothing(grid[first]):
        first += 1
    headings = {}
    for column in range(len(grid[best])):
        above = list(dict.fromkeys(row[column] for row in grid[max(best - 2, 0) : best + 1] if row[column]))
        if above and grid[best][column]:
            headings[column] = above
    rows, form = _form_of(list(headings.values()))
    columns = {}
    for column, above in headings.items():
        is_computed = first < len(grid) and grid[first][column].startswith("=")
        columns[column] = (above[-1], None if is_computed else _field(above, rows, form))
    return Headings(rows, first + 1, columns)


def _form_of(headings: Sequence[Sequence[str]]) -> tuple[str, Mapping[str, str | None]]:
    """The official form that knows most of the headings: of those that know the number, if one does."""

    def fit(form: tuple[str, Mapping[str, str | None]]) -> tuple[bool, int]:
        rows, fields = form
        known = [fields[text] for above in headings if (text := _known(above, fields)) is not None]
        return _NUMBERS[rows] in known, len(known)

    return max(map(_form, _FORMS), key=fit)


@lru_cache(maxsize=len(_FORMS))
def _form(name: str) -> tuple[str, Mapping[str, str | None]]:
    """What the rows of an official form are, and by heading the field; None where no cell can show it."""
    mapping = named_mapping(name)
    fields: dict[str, str | None] = {}
    for column in mapping.columns:
        field = _SENSES.get(column.field or "", column.field)
        for text in (column.header, *column.aliases):
            fields.setdefault(plain_header(text), field if field in _FIELDS[mapping.record] else None)
    return mapping.record, fields


def _known(above: Sequence[str], form: Mapping[str, str | None]) -> str | None:
    """The heading as a form has it, with the one over it if need be, of what stands above a column."""
    return next((text for text in map(plain_header, ("".join(above[-2:]), above[-1])) if text in form), None)


def _field(above: Sequence[str], rows: str, form: Mapping[str, str | None]) -> str | None:
    """The field that a column holds, by what stands above it, the nearest heading last: as an official form
    has it, else by its words."""
    last = above[-1]
    if _WORDS.sub("", last).casefold() in _NUMBER_WORDS:
        return RUNNING
    if (known := _known(above, form)) is not None:
        return form[known]
    for text in dict.fromkeys((last, " ".join(above[-2:]), "".join(above[-2:]))):
        for sense in read_heading(text).senses:
            field = _SENSES.get(sense.name, sense.name)
            if not sense.is_beside and field in _FIELDS[rows] and (sense.whole or text != last):
                return field
    for sense in read_heading(last).senses:
        field = _SENSES.get(sense.name, sense.name)
        if not sense.is_beside and field in _FIELDS[rows]:
            return field
    return None


def _recognised(grid: Sequence[Sequence[str]], row: int) -> int:
    """How many different headings of a row are known words."""
    return known_words(list({text for text in grid[row] if text}))


def _says_nothing(row: Sequence[str]) -> bool:
    """Whether a row below the headings only counts columns or gives units."""
    said = [text for text in row if text]
    return len(said) > _LEAST and all(
        re.fullmatch(r"[（(]?[\dA-Z]{1,2}[)）]?|[（(].{1,6}[)）]", text) for text in said
    )


def map_text(sheets: Sequence[tuple[str, Headings]], letter: Callable[[int], str], about: str) -> str:
    """A first file for `read_map`: of each sheet its name and what its headings say. letter: of a column,
    from 0. about: said at its top."""
    return "\n".join(_lines(sheets, letter, about)) + "\n"


def _lines(sheets: Sequence[tuple[str, Headings]], letter: Callable[[int], str], about: str) -> Iterator[str]:
    for line in about.split("\n"):
        yield f"# {line}"
    for name, found in sheets:
        yield ""
        yield "[[sheets]]"
        yield f"sheet = {_quoted(name)}"
        yield f'rows = "{found.rows}"'
        yield f"first = {found.first}"
        yield "[sheets.columns]"
        for place, (heading, field) in found.columns.items():
            mark = "" if field else "# "
            yield f'{mark}{letter(place)} = "{field or ""}"  # {" ".join(heading.split())}'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
