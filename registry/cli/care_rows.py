"""A month of the care log in a file of a caretaker: columns in English or Chinese; all rows, or none."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from registry.care_errors import CareFileError
from registry.cli.ledgers import ref_of
from registry.commands.care import CareDraft
from registry.commands.subjects import Ref
from registry.errors import Phrase, RegistryError
from registry.importing.reading import open_table
from registry.vocab.care_words import CARE_WORDS, CareKind

HEADERS: dict[str, tuple[str, ...]] = {
    "record": ("古树编号", "编号", "树号", "对象", "tree_no", "number", "tree", "record"),
    "done_on": ("日期", "养护日期", "时间", "date", "day", "on", "done_on"),
    "kind": ("养护内容", "项目", "内容", "措施", "类型", "kind", "work", "care"),
    "amount": ("用量", "数量", "amount", "quantity"),
    "unit": ("单位", "计量单位", "unit"),
    "agent": ("药剂肥料", "药剂", "肥料", "产品", "agent", "product"),
    "notes": ("备注", "说明", "notes", "remark", "remarks"),
    "by": ("养护人", "作业人", "责任人", "养护单位", "by", "caretaker", "steward"),
    "submission_id": ("提交编号", "submission_id"),
}
"""Columns that a file may have; their names as files write them."""
NEEDED = ("record", "done_on", "kind")
MOST_TOLD = 12
"""Wrong cells that one message tells; more are counted."""
_NAMES = {_name.casefold(): field for field, names in HEADERS.items() for _name in names}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
_AMOUNT = re.compile(r"([\d,]*\.?\d+)\s*(\D*)")


def care_rows(session: Session, path: Path, by: str | None, today: date) -> list[tuple[Ref, CareDraft]]:
    """The lines of a file, each with the record that it is about. `by`: who did it where no column says so.

    Raises CareFileError that tells every wrong cell with row, column, value and what to do.
    """
    table = open_table(path, fits=lambda headers: {"record", "kind"} <= set(_fields(headers).values()))
    fields = _fields(table.headers)
    if missing := [name for name in NEEDED if name not in fields.values()]:
        names = " · ".join(HEADERS[name][0] for name in missing)
        raise CareFileError(path=path, problems=Phrase("it has no column {names}", names=names))
    problems, found = list[Phrase](), list[tuple[Ref, CareDraft]]()
    for row in table.rows:
        cells = {fields[header]: (header, cell.strip()) for header, cell in row.cells.items()
                 if header in fields and cell.strip()}  # fmt: skip
        if not cells:
            continue
        values, wrong = _values(cells, today), list[Phrase]()
        for name in NEEDED:
            if name not in cells:
                header = next(header for header, field in fields.items() if field == name)
                wrong.append(_problem(row.place, header, "", Phrase("the cell is empty")))
        for name, value in values.items():
            if isinstance(value, Phrase):
                wrong.append(_problem(row.place, *cells[name], value))
        ref = _ref(session, cells, row.place, wrong)
        if wrong or ref is None:
            problems += wrong
            continue
        if values.get("unit") and values.get("amount") is None:
            reason = Phrase("a unit needs an amount")
            problems.append(_problem(row.place, *cells["unit"], reason))
            continue
        found.append((ref, CareDraft(**{"by": by, **values})))
    if problems:
        raise CareFileError(path=path, problems=_joined(problems))
    if not found:
        raise CareFileError(path=path, problems=Phrase("it has no rows"))
    return found


def kind_called(text: str) -> CareKind | None:
    """The kind of care that a word means: its code, or its label in Chinese or English."""
    folded = text.strip().casefold()
    for code, label in CARE_WORDS[CareKind].items():
        if folded in {code, label.zh, label.en.casefold()}:
            return CareKind(code)
    return _OTHER_WORDS.get(folded)


_OTHER_WORDS = {
    word: kind
    for kind, words in {
        CareKind.WATERING: ("灌溉", "补水", "浇灌"),
        CareKind.FEEDING: ("追肥", "叶面肥"),
        CareKind.TREATMENT: ("打药", "防治", "喷药", "病虫防治"),
        CareKind.PRUNING: ("剪枝", "整枝"),
        CareKind.WEEDING: ("除草", "松土"),
        CareKind.CLEANING: ("保洁", "清理"),
        CareKind.DRAINAGE: ("排涝",),
        CareKind.MONITORING: ("巡视", "观察"),
    }.items()
    for word in words
}
"""What caretakers write for it as well."""


def _fields(headers: Iterable[str]) -> dict[str, str]:
    """Which field each header means; the first of several that mean the same."""
    found: dict[str, str] = {}
    for header in headers:
        field = _NAMES.get(re.sub(r"[（(].*?[）)]|\s", "", header).casefold())
        if field and field not in found.values():
            found[header] = field
    return found


def _values(cells: dict[str, tuple[str, str]], today: date) -> dict[str, Any]:
    """What the cells of a row mean; a Phrase where one cannot be understood."""
    values: dict[str, Any] = {}
    for name, (_header, cell) in cells.items():
        if name == "done_on":
            values[name] = _day(cell, today)
        elif name == "kind":
            known = " · ".join(label.zh for label in CARE_WORDS[CareKind].values())
            values[name] = kind_called(cell) or Phrase("one of {known}", known=known)
        elif name == "amount":
            values |= _amount(cell)
        elif name != "record":
            values[name] = cell
    return values


def _day(cell: str, today: date) -> date | Phrase:
    match = _DAY.fullmatch(cell)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        return Phrase("it is not a day such as 2026-03-15")
    return Phrase("the day lies ahead") if day > today else day


def _amount(cell: str) -> dict[str, Any]:
    """An amount, with its unit where the cell has both: 200 升."""
    match = _AMOUNT.fullmatch(cell)
    if not match:
        return {"amount": Phrase("it is not an amount such as 200 or 200 L")}
    unit = match[2].strip()
    return {"amount": float(match[1].replace(",", "")), **({"unit": unit} if unit else {})}


def _ref(session: Session, cells: dict[str, tuple[str, str]], place: str, wrong: list[Phrase]) -> Ref | None:
    if "record" not in cells:
        return None
    header, called = cells["record"]
    try:
        return ref_of(session, called)
    except RegistryError as error:
        reason = Phrase(error.template, **error.facts)
        wrong.append(_problem(place, header, called, reason))
        return None


def _problem(place: str, header: str, value: str, reason: Phrase) -> Phrase:
    return Phrase("row {row}, column {column}, value “{value}”: {reason}",
                  row=place, column=header, value=value, reason=reason)  # fmt: skip


def _joined(problems: list[Phrase]) -> Phrase:
    """The problems as one text; beyond `MOST_TOLD` only how many there are."""
    told, more = problems[:MOST_TOLD], len(problems) - MOST_TOLD
    text = Phrase("and {count} more", count=more) if more > 0 else told.pop()
    for problem in reversed(told):
        text = Phrase("{first}; {rest}", first=problem, rest=text)
    return text
