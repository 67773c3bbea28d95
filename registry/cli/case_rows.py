"""Files of cases: one row for each tree, columns in English or Chinese; all rows are recorded, or none."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from registry.errors import CaseRowError, Phrase, RegistryError
from registry.importing.reading import open_table
from registry.vocab.words import (
    WORDS,
    Category,
    DeathDisposal,
    Grade,
    RemovalReason,
    Verdict,
)

HEADERS: dict[str, tuple[str, ...]] = {
    "tree_no": ("古树编号", "编号"),
    "case": ("案号", "案件编号"),
    "category": ("类别", "古树名木类别"),
    "grade": ("级别", "等级", "保护等级"),
    "on": ("日期",),
    "until": ("截止日期", "公示截止"),
    "by": ("单位", "机关", "批准机关"),
    "document": ("文号",),
    "url": ("网址",),
    "text": ("说明", "意见内容"),
    "omit": ("省略原因",),
    "reason": ("原因", "事由"),
    "cause": ("死亡原因", "减少原因"),
    "disposal": ("处置", "处置措施"),
    "county": ("县代码",),
    "submission_id": ("提交编号",),
    "expert": ("专家", "专家姓名"),
    "verdict": ("结论",),
    "species": ("树种",),
    "age": ("树龄",),
    "method": ("鉴定方法",),
}
"""Columns that a file may have, with the Chinese headers that mean the same."""
_WORDS: dict[str, type[StrEnum]] = {
    "category": Category,
    "grade": Grade,
    "cause": RemovalReason,
    "disposal": DeathDisposal,
    "verdict": Verdict,
}
_NAMES = {header: name for name, headers in HEADERS.items() for header in (name, *headers)}
_Word = TypeVar("_Word", bound=StrEnum)
Cells = dict[str, Any]


def word_of(words: type[_Word], text: str) -> _Word:
    """The word that a text means: its code, or its label in Chinese or English. Raises ValueError."""
    for code, label in WORDS[words].items():
        if text.strip().casefold() in {code, label.zh, label.en.casefold()}:
            return words(code)
    raise ValueError(text)


def words_known(words: type[StrEnum]) -> list[str]:
    """The codes of a list with their Chinese labels, for errors."""
    return [f"{code} ({label.zh})" for code, label in WORDS[words].items()]


def case_rows(path: Path, usual: Mapping[str, Any], needed: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    """(row number, values) of a file of cases; an empty cell takes the value of the option.

    needed: columns of which a row must have one. Raises CaseRowError that names row and column.
    """
    table = open_table(path)
    unknown = [header for header in table.headers if header not in _NAMES]
    if unknown:
        known = [f"{name} ({headers[0]})" for name, headers in HEADERS.items()]
        reason = Phrase("there is no such column; there are {known}", known=known)
        raise CaseRowError(path=path, row=1, column=unknown[0], value="", reason=reason)
    for row in table.rows:
        values = {**usual}
        for header, cell in row.cells.items():
            if header in _NAMES and cell.strip():
                values[_NAMES[header]] = _value(path, row.number, header, cell.strip())
        if not any(values.get(name) for name in needed):
            reason = Phrase("one of {known} is needed", known=list(needed))
            raise CaseRowError(path=path, row=row.number, column=needed[0], value="", reason=reason)
        yield row.number, values


def _value(path: Path, row: int, header: str, cell: str) -> Any:
    name = _NAMES[header]
    try:
        if name in {"on", "until"}:
            return date.fromisoformat(cell.replace("/", "-"))
        if name == "age":
            return int(cell)
        return word_of(_WORDS[name], cell) if name in _WORDS else cell
    except ValueError:
        if name in _WORDS:
            reason = Phrase("it is none of {known}", known=words_known(_WORDS[name]))
        elif name == "age":
            reason = Phrase("it is not a whole number of years")
        else:
            reason = Phrase("it is not a day such as 2026-03-15")
        raise CaseRowError(path=path, row=row, column=header, value=cell, reason=reason) from None


def each_row(
    path: Path, usual: Mapping[str, Any], needed: tuple[str, ...], do: Callable[[Cells], Any]
) -> list[Any]:
    """Do something with every row of a file. What cannot be done is a CaseRowError that names the row."""
    done = []
    for number, values in case_rows(path, usual, needed):
        try:
            done.append(do(values))
        except CaseRowError:
            raise
        except RegistryError as error:
            name = next(name for name in needed if values.get(name))
            reason = Phrase(error.template, **error.facts)
            raise CaseRowError(
                path=path, row=number, column=name, value=values[name], reason=reason
            ) from error
    return done
