"""Filled forms, answers and readings out of files: rows into drafts, or what is wrong with them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

from registry.care_errors import AssessmentError
from registry.commands.assessments import AssessmentDraft
from registry.commands.readings import ReadingDraft
from registry.errors import InputMissingError, InputUnreadableError, Phrase
from registry.importing.reading import open_table
from registry.vocab.care_words import CARE_WORDS, InstrumentKind
from registry.vocab.words import WORDS, Environment, PartyKind, RiskRating, Vigour

FORM_KEYS = (
    *("record", "on", "by", "vigour", "scale", "environment", "risk", "years", "next", "notes", "document"),
    "submission",
)
"""Keys of a form's columns besides those of its indicators; a header begins with one."""
_SAME = {
    "record": {"编号", "树号", "古树编号", "記錄", "tree", "tree_no", "number", "no."},
    "on": {"日期", "评估日期", "測量日期", "测量日期", "采样日期", "时间", "date", "time", "measured_on"},
    "by": {"评估人", "測量人", "检测人", "assessor"},
    "position": {"位置", "测点", "部位", "where"},
    "name": {"项目", "指标", "名称", "參數", "参数", "parameter", "label"},
    "value": {"值", "数值", "结果", "读数", "result", "score", "confidence"},
    "unit": {"单位", "單位"},
    "code": {"代码", "指标代码"},
    "note": {"备注", "说明"},
    "instrument": {"仪器", "仪器类型", "device"},
}
_DAY = re.compile(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
READING_KEYS = ("record", "on", "position", "name", "value", "unit", "instrument", "by")
"""What a table of readings may hold; a day, a name and a value it must."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a file: where it stands, the record it names, and what it says."""

    place: str
    record: str
    draft: Any


def answers_file(path: Path) -> dict[str, Any]:
    """Answers by code out of a JSON object, or a table with the columns code and value (and note).

    Raises InputMissingError, InputUnreadableError.
    """
    if path.suffix.lower() == ".json":
        return _json_answers(path)
    told: dict[str, Any] = {}
    table = open_table(path, fits=lambda headers: {"code", "value"} <= {_key(each) for each in headers})
    for row in table.rows:
        cells = {_key(header): cell for header, cell in row.cells.items()}
        if code := cells.get("code", "").strip():
            told[code] = cells.get("value", "")
            if cells.get("note"):
                told[f"{code}.note"] = cells["note"]
    if not told:
        raise InputUnreadableError(
            path=path, reason=Phrase("it needs the columns {known}", known="code, value")
        )
    return told


def _json_answers(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise InputMissingError(path=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputUnreadableError(path=path, reason=str(error)) from error
    answers = found.get("answers", found) if isinstance(found, dict) else None
    if not isinstance(answers, dict):
        raise InputUnreadableError(path=path, reason=Phrase("it must be one JSON object of answers by code"))
    return answers


def form_rows(path: Path, codes: Sequence[str], *, by: str | None) -> Iterator[FormRow]:
    """The filled rows of a form, each with a draft. Raises InputUnreadableError, AssessmentError."""
    known = {code.casefold(): code for code in codes}
    table = open_table(path, fits=lambda headers: {"record", "on"} <= {_key(each) for each in headers})
    keys = {header: known.get(_first(header)) or _key(header) for header in table.headers}
    if not {"record", "on"} <= set(keys.values()):
        raise InputUnreadableError(
            path=path, reason=Phrase("it needs the columns {known}", known="record, on")
        )
    for row in table.rows:
        cells = {keys[header]: cell.strip() for header, cell in row.cells.items() if cell.strip()}
        if answers := {code: cells[code] for code in cells if code.removesuffix(".note") in codes}:
            yield FormRow(row.place, cells.get("record", ""), _form_draft(cells, answers, by))


def _form_draft(
    cells: Mapping[str, str], answers: Mapping[str, str], by: str | None
) -> AssessmentDraft | AssessmentError:
    """The draft of a row, or what is wrong with it."""
    called = cells.get("record", "—")
    try:
        return AssessmentDraft(
            assessed_on=_day(cells.get("on"), called, "on"),
            by=_needed(cells.get("by") or by, called, "by"),
            answers=answers,
            vigour=_word(Vigour, cells.get("vigour"), called, "vigour"),
            vigour_scale=cells.get("scale"),
            environment=_word(Environment, cells.get("environment"), called, "environment"),
            risk_rating=_word(RiskRating, cells.get("risk"), called, "risk"),
            time_frame_years=_number(cells["years"], called, "years") if "years" in cells else None,
            next_on=_day(cells["next"], called, "next") if "next" in cells else None,
            notes=cells.get("notes"),
            document_no=cells.get("document"),
            submission_id=cells.get("submission"),
        )
    except AssessmentError as error:
        return error


@dataclass(slots=True)
class _Sample:
    values: dict[str, list[float]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    place: str = ""


def reading_rows(
    path: Path,
    columns: Mapping[str, str],
    *,
    record: str | None,
    instrument: InstrumentKind | None,
    by: str | None,
    by_kind: PartyKind | None,
    file: tuple[str, str],
) -> Iterator[FormRow]:
    """The readings of a table with one value a row: those of a record, day, position and instrument together.

    columns: {key: header} where the file's headers say something else. Of several values of a name on one day
    the mean, least, greatest and number are kept (the file itself is kept whole).
    """
    given = {header.casefold(): key for key, header in columns.items()}

    def key_of(header: str) -> str:
        return given.get(header.strip().casefold()) or _key(header)

    def fits(headers: Sequence[str]) -> bool:
        return {"on", "name", "value"} <= {key_of(each) for each in headers}

    table = open_table(path, fits=fits)
    if not fits(table.headers):
        told = Phrase("it needs the columns {known}; name yours with --column", known="on, name, value")
        raise InputUnreadableError(path=path, reason=told)
    samples: dict[tuple[Any, ...], _Sample] = {}
    for row in table.rows:
        cells = {key_of(header): cell.strip() for header, cell in row.cells.items()}
        called = cells.get("record") or record or ""
        try:
            key = (
                _needed(called, "—", "record"),
                _day(cells.get("on"), called, "on"),
                cells.get("position") or None,
                _word(InstrumentKind, cells.get("instrument"), called, "instrument") or instrument,
                cells.get("by") or by,
            )
            name, value = (
                _needed(cells.get("name"), called, "name"),
                _number(cells.get("value"), called, "value"),
            )
            _needed(key[3], called, "instrument")
        except AssessmentError as error:
            yield FormRow(row.place, called, error)
            continue
        sample = samples.setdefault(key, _Sample(place=row.place))
        sample.values.setdefault(name, []).append(value)
        sample.units.setdefault(name, cells.get("unit", ""))
    for (called, on, position, kind, who), sample in samples.items():
        draft = ReadingDraft(kind, on, _summed_up(sample), position, file, who, by_kind)
        yield FormRow(sample.place, called, draft)


def _summed_up(sample: _Sample) -> dict[str, tuple[float, str]]:
    values: dict[str, tuple[float, str]] = {}
    for name, found in sample.values.items():
        unit = sample.units[name]
        if len(found) == 1:
            values[name] = (found[0], unit)
            continue
        made = {"mean": fmean(found), "min": min(found), "max": max(found)}
        values |= {f"{name} {what}": (round(value, 6), unit) for what, value in made.items()}
        values[f"{name} n"] = (float(len(found)), "")
    return values


def _first(header: str) -> str:
    return re.split(r"[\s(（]", header.strip(), maxsplit=1)[0].casefold()


def _key(header: str) -> str:
    """The key that a header means, itself where it means none."""
    whole, first = header.strip().casefold(), _first(header)
    for key in (*FORM_KEYS, *READING_KEYS, "code", "note"):
        if key in {whole, first} or {whole, first} & _SAME.get(key, set()):
            return key
    return first if first.endswith(".note") else whole


def _needed(value: Any, called: str, name: str) -> Any:
    if not value:
        raise _refused(called, name, "", Phrase("it is missing"))
    return value


def _day(text: str | None, called: str, name: str) -> date:
    told = _needed(text, called, name)
    try:
        year, month, day = _DAY.match(told).groups()  # type: ignore[union-attr]
        return date(int(year), int(month), int(day))
    except (AttributeError, ValueError):
        raise _refused(called, name, told, Phrase("it must be a day such as 2025-03-15")) from None


def _number(text: str | None, called: str, name: str) -> float:
    told = _needed(text, called, name)
    try:
        return float(told.replace(",", ""))
    except ValueError:
        raise _refused(called, name, told, Phrase("it must be a number")) from None


def _word(words: Any, text: str | None, called: str, name: str) -> Any:
    """A word by its code or label."""
    if not text:
        return None
    labels: Mapping[str, Any] = CARE_WORDS.get(words) or WORDS[words]
    for code, label in labels.items():
        if text.casefold() in {code, label.zh.casefold(), label.en.casefold()}:
            return words(code)
    known = " · ".join(f"{code} {label.zh}" for code, label in labels.items())
    raise _refused(called, name, text, Phrase("it is one of {known}", known=known))


def _refused(called: str, name: str, value: str, reason: Phrase) -> AssessmentError:
    return AssessmentError(
        record=called or "—", field=Phrase("field {name}", name=name), value=value or "—", reason=reason
    )
