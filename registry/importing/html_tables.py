"""Web pages and XML that call themselves .xls, as office systems export them: their tables are sheets."""

import codecs
import re
from html.parser import HTMLParser
from pathlib import Path

from registry.errors import InputUnreadableError, Phrase
from registry.importing.files import Fits, Table, read_whole
from registry.importing.layouts import Line
from registry.importing.sheets import table_of_sheets

_BEGINNINGS = (b"<html", b"<table", b"<!doctype html", b"<head", b"<meta", b"<style", b"<?xml", b"<!--")
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.I)
_WIDEST = 1000
"""Cells that claim to span more columns or rows are not believed."""


def is_markup(head: bytes) -> bool:
    """Whether a file that begins with `head` holds tables in HTML, or a workbook as XML."""
    plain = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return plain.startswith(_BEGINNINGS) and (b"<table" in plain or b"excel" in plain or b"<html" in plain)


def read_markup(path: Path, sha256: str, fits: Fits) -> Table:
    """The table in the page `path`. Raises InputUnreadableError."""
    content = read_whole(path)
    text, encoding = _decoded(path, content)
    parser = _Tables()
    parser.feed(text)
    parser.close()
    named = [(name or str(number), lines) for number, (name, lines) in enumerate(parser.tables, start=1)]
    return table_of_sheets(path, "html", encoding, sha256, named, fits)


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    said = _CHARSET.search(content[:4096])
    names = [said[1].decode("ascii")] if said else []
    for name in (*names, "utf-8-sig", "gb18030", "big5hkscs"):
        try:
            wider = "gb18030" if name.lower() in {"gb2312", "gbk"} else name
            return content.decode(wider).removeprefix("\ufeff"), codecs.lookup(wider).name
        except (UnicodeDecodeError, LookupError):
            continue
    raise InputUnreadableError(
        path=path, reason=Phrase("its text is in none of UTF-8, UTF-16, GB18030 and Big5")
    )


class _Tables(HTMLParser):
    """Collects the cells of all tables; a cell that spans columns or rows leaves the others blank."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, list[Line]]] = []
        self._name = ""
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._spans: dict[int, int] = {}
        self._across = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a sheet, a row or a cell."""
        name, given = _local(tag), {_local(key): value or "" for key, value in attrs}
        if name == "worksheet":
            self._name = given.get("name", "")
        elif name == "table":
            self.tables.append((self._name, []))
            self._spans = {}
        elif name in {"tr", "row"}:
            self._end_row()
            if not self.tables:
                self.tables.append((self._name, []))
            self._row = []
        elif name in {"td", "th", "cell"} and self._row is not None:
            self._end_cell()
            self._begin_cell(given)
        elif name == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a cell, a row or a sheet."""
        name = _local(tag)
        if name in {"td", "th", "cell"}:
            self._end_cell()
        elif name in {"tr", "row", "table"}:
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Text inside a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        """End what is still open."""
        super().close()
        self._end_row()

    def _begin_cell(self, given: dict[str, str]) -> None:
        row = self._row if self._row is not None else []
        while len(row) in self._spans:
            row.append("")
        at = _count(given.get("index", "")) if "index" in given else 0
        row.extend([""] * max(0, min(at, _WIDEST) - 1 - len(row)))
        self._across = _count(given.get("colspan", "")) if "colspan" in given else 1
        self._across = min(self._across + _count(given.get("mergeacross", "0")), _WIDEST)
        down = _count(given.get("rowspan", "1"))
        if down > 1:
            self._spans |= {len(row) + step: down for step in range(self._across)}
        self._cell = []

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text = "".join(self._cell)
        self._row.extend([text, *[""] * (self._across - 1)])
        self._cell, self._across = None, 1

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is None:
            return
        lines = self.tables[-1][1]
        lines.append((len(lines) + 1, self._row))
        self._spans = {column: left - 1 for column, left in self._spans.items() if left > 1}
        self._spans = {column: left for column, left in self._spans.items() if left > 0}
        self._row = None


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _count(text: str) -> int:
    return min(int(text), _WIDEST) if text.strip().isascii() and text.strip().isdigit() else 0
