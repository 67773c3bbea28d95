"""Files of walks: a whole walk as TOML, or its stops as a table (CSV, XLSX …)."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session

from registry.care_errors import CultureFileError
from registry.cli.case_rows import word_of, words_known
from registry.cli.story_subjects import subject_called
from registry.commands.walks import SETTABLE, StopDraft, WalkDraft
from registry.errors import InputMissingError, Phrase, WordUnknownError
from registry.importing.reading import open_table
from registry.vocab.culture_words import WalkKind

STOP_HEADERS: dict[str, tuple[str, ...]] = {
    "record": ("对象", "古树编号", "编号", "record", "tree_no", "number"),
    "lon": ("经度", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "name": ("名称", "站名", "name"),
    "name_en": ("英文名称", "英文名", "name_en"),
    "text": ("说明", "正文", "内容", "text"),
    "text_en": ("英文说明", "英文正文", "text_en"),
}
"""Columns of a table of stops, in the order of the walk; their names as files write them."""
_NAMES = {_name.casefold(): _column for _column, names in STOP_HEADERS.items() for _name in names}
_NUMBERS = {"duration_h", "length_m"}


def walk_of(session: Session, path: Path) -> WalkDraft:
    """The walk that a TOML file describes: fields of SETTABLE, `code`, and a [[stops]] for each stop.

    Raises CultureFileError, and what `subject_called` raises for a record that there is not.
    """
    if not path.is_file():
        raise InputMissingError(path=path)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CultureFileError(path=path, reason=Phrase("it is no UTF-8 text")) from error
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise CultureFileError(path=path, reason=str(error)) from error
    stops = told.pop("stops", None)
    code = told.pop("code", None)
    if unknown := sorted(set(told) - set(SETTABLE)):
        reason = Phrase("it says {names}, which a walk does not have; it has {known}",
                        names=", ".join(unknown), known=" · ".join(SETTABLE))  # fmt: skip
        raise CultureFileError(path=path, reason=reason)
    values = {name: field_value(name, str(value)) for name, value in told.items()}
    if stops is None:
        return WalkDraft(values, None, code)
    if not isinstance(stops, list) or not all(isinstance(stop, dict) for stop in stops):
        raise CultureFileError(
            path=path, reason=Phrase("stops are written as [[stops]], one after the other")
        )
    drafts = [_stop(session, path, str(place), stop) for place, stop in enumerate(stops, start=1)]
    return WalkDraft(values, drafts, code)


def stops_in(session: Session, path: Path) -> list[StopDraft]:
    """The stops of a file: a table, one row for each in their order, or the stops of a TOML file."""
    if path.suffix.casefold() == ".toml":
        return list(walk_of(session, path).stops or ())
    table = open_table(path, fits=lambda headers: bool(_columns(headers)))
    columns = _columns(table.headers)
    if not {"record", "name"} & set(columns.values()):
        names = " · ".join(STOP_HEADERS[name][0] for name in ("record", "name"))
        raise CultureFileError(path=path, reason=Phrase("it has no column {names}", names=names))
    found = []
    for row in table.rows:
        cells = {columns[head]: cell.strip() for head, cell in row.cells.items() if head in columns}
        if any(cells.values()):
            found.append(_stop(session, path, row.place, {n: cell for n, cell in cells.items() if cell}))
    return found


def field_value(name: str, said: str) -> Any:
    """The value of a walk's field as it was written. Raises WordUnknownError, CultureFileError."""
    if name not in SETTABLE:
        raise WordUnknownError(value=name, known=list(SETTABLE))
    if name == "kind":
        try:
            return word_of(WalkKind, said)
        except ValueError:
            raise WordUnknownError(value=said, known=words_known(WalkKind)) from None
    return _number(Path(name), name, said) if name in _NUMBERS and said.strip() else said.strip() or None


def _stop(session: Session, path: Path, place: str, cells: Mapping[str, Any]) -> StopDraft:
    if unknown := sorted(set(cells) - set(STOP_HEADERS)):
        reason = Phrase(
            "stop {place}: {names} is nothing that a stop has", place=place, names=", ".join(unknown)
        )
        raise CultureFileError(path=path, reason=reason)
    texts = {name: str(cells[name]) for name in ("name", "name_en", "text", "text_en") if name in cells}
    at = subject_called(session, str(cells["record"])) if "record" in cells else None
    lon, lat = (_number(path, name, str(cells[name])) if name in cells else None for name in ("lon", "lat"))
    return StopDraft(at, lon, lat, **texts)


def _number(path: Path, name: str, said: str) -> float:
    try:
        return float(said.replace(",", ""))
    except ValueError:
        reason = Phrase("{name}: “{value}” is not a number", name=name, value=said)
        raise CultureFileError(path=path, reason=reason) from None


def _columns(headers: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in headers:
        name = _NAMES.get(re.sub(r"[（(].*?[）)]", "", header).strip().casefold())
        if name and name not in found.values():
            found[header] = name
    return found
