"""Layouts of tables: those that are shipped in `schema/tables`, and an office's own beside the register.

A layout is data and is checked whole before it is used; an error names file and key.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import Phrase, unwritable
from registry.export_errors import TableLayoutError, TableUnknownError
from registry.rules.table_counts import CLASSES, COUNTS, DIMENSIONS, REST
from registry.rules.table_values import GROVE_FIELDS, TREE_FIELDS
from registry.table_records import RUNNING, CellKind, ColumnLayout, TableLayout
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label
from registry.vocab.rule_words import CONFIDENCES

SHIPPED = SCHEMA_FOLDER / "tables"
_TABLE_KEYS = {"id", "zh", "en", "rows", "bands", "usual", "citation", "citation_en", "confidence", "columns"}
_SHOWS = ("field", "key", "count", "sum", "share")
_COLUMN_KEYS = {
    *_SHOWS, "id", "of", "zh", "en", "group_zh", "group_en", "unit", "width", "kind", "decimals"
}  # fmt: skip
_KINDS = ("text", "integer", "decimal", "percent", "date")
_MOST_COLUMNS = 200


def own_layout_folder(address: str) -> Path:
    """Where the register at `address` looks for its own layouts (env GUSHU_TABLES overrides it)."""
    if named := os.environ.get("GUSHU_TABLES"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.tables") if path is None else path.with_name(path.name + ".tables")


def table_layouts(address: str | None = None) -> dict[str, TableLayout]:
    """The layouts by id: the shipped ones, an office's own in their place or behind them.

    Raises TableLayoutError for a file that is wrong.
    """
    layouts = dict(_shipped())
    folder = own_layout_folder(address) if address is not None else None
    if folder is not None and folder.is_dir():
        layouts |= {layout.id: layout for layout in _read_folder(folder)}
    return layouts


def chosen_layouts(names: Sequence[str], layouts: Mapping[str, TableLayout]) -> list[TableLayout]:
    """The layouts called `names`, the usual ones where none is named. Raises TableUnknownError."""
    for name in names:
        if name not in layouts:
            raise TableUnknownError(name=name, known=list(layouts))
    if not names:
        return [layout for layout in layouts.values() if layout.is_usual]
    return [layouts[name] for name in dict.fromkeys(names)]


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, TableLayout]:
    return {layout.id: layout for layout in _read_folder(SHIPPED)}


def _read_folder(folder: Path) -> Iterator[TableLayout]:
    for path in sorted(folder.glob("*.toml")):
        yield read_layout(path)


def read_layout(path: Path) -> TableLayout:
    """One layout, checked whole. Raises TableLayoutError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableLayoutError(file=path.name, key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    return layout_from(found, path.name)


def layout_from(found: Mapping[str, Any], file: str) -> TableLayout:
    """The layout of a parsed file. Raises TableLayoutError."""
    check = _Check(file)
    check.keys(found, _TABLE_KEYS, "")
    rows = check.one_of(found.get("rows"), ("tree", "grove", *DIMENSIONS), "rows")
    listed = found.get("columns")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_COLUMNS:
        raise check.wrong("columns", Phrase("columns are a list of one to {most}", most=_MOST_COLUMNS))
    columns = tuple(
        check.column(column, rows, f"columns {place}") for place, column in enumerate(listed, start=1)
    )
    layout = TableLayout(
        id=check.text(found.get("id"), "id"),
        title=check.label(found, "", ""),
        rows=rows,
        columns=columns,
        citation=Label(
            check.text(found.get("citation"), "citation"),
            check.text(found.get("citation_en"), "citation_en"),
        ),
        confidence=check.one_of(found.get("confidence"), tuple(CONFIDENCES), "confidence"),
        bands=check.bands(found.get("bands", []), rows),
        is_usual=check.truth(found.get("usual", True), "usual"),
    )
    check.whole(layout)
    return layout


class _Check:
    """Checks the parts of one file; every error names it."""

    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, key: str, reason: Phrase) -> TableLayoutError:
        return TableLayoutError(file=self.file, key=key, reason=reason)

    def keys(self, found: Any, known: set[str], place: str) -> None:
        if not isinstance(found, dict):
            raise self.wrong(place, Phrase("a table of keys is expected"))
        for key in found:
            if key not in known:
                raise self.wrong(
                    f"{place} {key}".strip(),
                    Phrase("there is no such key; there are {known}", known=sorted(known)),
                )

    def text(self, value: Any, key: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, Phrase("a text is expected"))
        return value

    def truth(self, value: Any, key: str) -> bool:
        if not isinstance(value, bool):
            raise self.wrong(key, Phrase("true or false is expected"))
        return value

    def one_of(self, value: Any, known: Sequence[str], key: str) -> str:
        if value not in known:
            raise self.wrong(key, Phrase("{value} is none of {known}", value=str(value), known=list(known)))
        return str(value)

    def number(self, value: Any, low: float, high: float, key: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, Phrase("a number from {low} to {high} is expected", low=low, high=high))
        return value

    def label(self, found: Mapping[str, Any], prefix: str, place: str) -> Label:
        zh, en = f"{prefix}zh", f"{prefix}en"
        return Label(
            self.text(found.get(zh), f"{place} {zh}".strip()),
            self.text(found.get(en), f"{place} {en}".strip()),
        )

    def bands(self, value: Any, rows: str) -> tuple[int, ...]:
        good = isinstance(value, list) and all(isinstance(each, int) and each > 0 for each in value)
        if not good or list(value) != sorted(set(value)) or bool(value) != (rows == "age"):
            reason = Phrase("ages are counted by bands: whole years above 0, rising; other rows have none")
            raise self.wrong("bands", reason)
        return tuple(value)

    def column(self, found: Any, rows: str, place: str) -> ColumnLayout:
        self.keys(found, _COLUMN_KEYS, place)
        shown = [name for name in _SHOWS if name in found]
        if len(shown) != 1:
            raise self.wrong(place, Phrase("a column shows exactly one of {known}", known=list(_SHOWS)))
        self._shows(found, shown[0], rows, place)
        named = f"key_{found['key']}" if "key" in found else shown[0]
        own = found.get("id") or found.get("field") or found.get("count") or named
        is_named = "zh" in found or "en" in found
        field = found.get("field", "")
        if not is_named and field not in FIELDS and field != RUNNING:
            raise self.wrong(f"{place} zh", Phrase("a text is expected"))
        return ColumnLayout(
            id=self.text(own, f"{place} id"),
            field=field,
            key=found.get("key"),
            count=found.get("count", ""),
            of=found.get("of", ""),
            sum=tuple(found.get("sum", ())),
            share=found.get("share", ""),
            label=self.label(found, "", place) if is_named else None,
            group=self.label(found, "group_", place) if "group_zh" in found else None,
            unit=found.get("unit", ""),
            width=self.number(found.get("width", 12), 2, 120, f"{place} width"),
            kind=self.kind(found, shown[0], rows, place),
            decimals=int(self.number(found.get("decimals", 3), 0, 8, f"{place} decimals")),
        )

    def kind(self, found: Mapping[str, Any], shown: str, rows: str, place: str) -> CellKind:
        if "kind" in found:
            self.one_of(found["kind"], _KINDS, f"{place} kind")
            kind: CellKind = found["kind"]
            return kind
        if shown == "field":
            return (GROVE_FIELDS if rows == "grove" else TREE_FIELDS)[found["field"]].kind
        return "percent" if shown == "share" else "text" if shown == "key" else "integer"

    def _shows(self, found: Mapping[str, Any], shown: str, rows: str, place: str) -> None:
        key, value = f"{place} {shown}", found[shown]
        is_summary = rows not in {"tree", "grove"}
        if is_summary is (shown == "field") and value != RUNNING:
            raise self.wrong(key, Phrase("rows of {rows} do not show it", rows=rows))
        if shown == "field":
            fields = GROVE_FIELDS if rows == "grove" else TREE_FIELDS
            self.one_of(value, [RUNNING] if is_summary else list(fields), key)
        elif shown == "count":
            self.one_of(value, COUNTS, key)
            if "of" in found:
                self.one_of(found["of"], (*CLASSES, REST), f"{place} of")
        elif shown == "key":
            self.number(value, 0, 4, key)

    def whole(self, layout: TableLayout) -> None:
        """What columns say of each other."""
        ids = [column.id for column in layout.columns]
        for place, column in enumerate(layout.columns, start=1):
            if ids.count(column.id) > 1:
                raise self.wrong(f"columns {place} id", Phrase("{id} is there twice", id=column.id))
            counted = [each.id for each in layout.columns if each.count]
            sums = [each.id for each in layout.columns if each.sum]
            for name in column.sum:
                self.one_of(name, counted, f"columns {place} sum")
            if column.share:
                self.one_of(column.share, [*counted, *sums], f"columns {place} share")
            classes = {each.of for each in layout.columns if each.count == column.count}
            if column.of and REST not in classes:
                reason = Phrase("a column with of = “rest” is needed, so that the classes add up")
                raise self.wrong(f"columns {place} of", reason)
