"""Reading answers: what somebody wrote for an indicator becomes an answer as it is kept, or a clear refusal.

An answer is {"value": number}, {"level": code}, {"levels": [codes]}, {"text": words}, {"pairs": [...]} or
{"na": true}, each perhaps with a {"note": words}.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry.care_errors import AssessmentError
from registry.errors import Phrase
from registry.health_records import AssessmentModel, Indicator, Level
from registry.rules.traq import JUDGED, RESIDUAL

PAIR_FIELDS = ("part", "target", *JUDGED, "mitigation", *RESIDUAL)
"""What is said of a pair of tree part and target, in the order in which it is written, between `|`."""
NOTE = ".note"
"""A key that ends so is a note on the answer before it: H04.note=…"""
_NOT_APPLICABLE = frozenset({"na", "n/a", "不适用", "不適用"})
_BETWEEN = re.compile(r"[,，、;；\n]+")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")


def read_answers(model: AssessmentModel, told: Mapping[str, Any], record: str) -> dict[str, dict[str, Any]]:
    """{code: answer} of what was told, by code or label of the indicator; what is empty is left out.

    told: texts, numbers, lists, or answers as they are kept. Raises AssessmentError that names all that is
    wrong.
    """
    answers: dict[str, dict[str, Any]] = {}
    notes: dict[str, str] = {}
    faults: list[AssessmentError] = []
    for key, value in told.items():
        name, is_note = (key.removesuffix(NOTE), key.endswith(NOTE))
        try:
            indicator = _called(model, name, record)
            if is_note:
                notes[indicator.code] = str(value).strip()
            elif answer := _answer(model, indicator, value, record):
                answers[indicator.code] = answer
        except AssessmentError as fault:
            faults.append(fault)
    if faults:
        raise _together(record, faults)
    for code, note in notes.items():
        if note and code not in answers:
            raise _refused(record, code + NOTE, note, Phrase("it is a note on an answer that is not given"))
        if note:
            answers[code]["note"] = note
    return answers


def _together(record: str, faults: Sequence[AssessmentError]) -> AssessmentError:
    """All faults of one record as one error, told in the order in which they were met."""
    first, *others = (fault.facts for fault in faults)
    reason = first["reason"]
    for other in others:
        told = {name: other[name] for name in ("field", "value", "reason")}
        reason = Phrase("{first}; {other}", first=reason, other=Phrase("{field} {value}: {reason}", **told))
    return AssessmentError(record=record, field=first["field"], value=first["value"], reason=reason)


def _called(model: AssessmentModel, name: str, record: str) -> Indicator:
    for indicator in model.indicators:
        if name.casefold() in {part.casefold() for part in (indicator.code, *indicator.label)}:
            return indicator
    told = Phrase("the model {model} has {codes}", model=model.id, codes=[i.code for i in model.indicators])
    raise _refused(record, name, "", told)


def _answer(model: AssessmentModel, indicator: Indicator, value: Any, record: str) -> dict[str, Any]:
    """One answer as it is kept; {} where nothing is said."""
    if isinstance(value, Mapping):
        kept = {name: inner for name, inner in value.items() if name != "note"}
        inner = "na" if kept.get("na") else next(iter(kept.values()), None)
        note = str(value.get("note") or "").strip()
        answer = _answer(model, indicator, inner, record)
        return {**answer, "note": note} if answer and note else answer
    if value is None or (isinstance(value, str) and not value.strip()):
        return {}
    if isinstance(value, str) and value.strip().casefold() in _NOT_APPLICABLE:
        _assert_may_not_apply(indicator, record)
        return {"na": True}
    return _ANSWERS[indicator.kind](model, indicator, value, record)


def _chosen(_model: AssessmentModel, indicator: Indicator, value: Any, record: str) -> dict[str, Any]:
    words = [str(each).strip() for each in (value if isinstance(value, list) else _words(indicator, value))]
    codes = {_level(indicator.levels, word, indicator.code, record).code for word in words if word}
    if indicator.kind == "many":
        return {"levels": [each.code for each in indicator.levels if each.code in codes]}
    if len(codes) != 1:
        raise _refused(record, indicator.code, str(value), Phrase("only one of its levels can hold"))
    return {"level": codes.pop()}


def _worded(_model: AssessmentModel, _indicator: Indicator, value: Any, _record: str) -> dict[str, Any]:
    return {"text": str(value).strip()}


def _assert_may_not_apply(indicator: Indicator, record: str) -> None:
    if not indicator.may_not_apply:
        told = Phrase("it applies to all; leave it empty where it is not known")
        raise _refused(record, indicator.code, "na", told)


def _words(indicator: Indicator, value: Any) -> list[str]:
    text = str(value).strip()
    return _BETWEEN.split(text) if indicator.kind == "many" else [text]


def _level(levels: tuple[Level, ...], word: str, field: str, record: str) -> Level:
    for level in levels:
        if word.casefold() in {part.casefold() for part in (level.code, *level.label)}:
            return level
    known = " · ".join(f"{level.code} {level.label.zh}" for level in levels)
    raise _refused(record, field, word, Phrase("it is one of {known}", known=known))


def _number(_model: AssessmentModel, indicator: Indicator, value: Any, record: str) -> dict[str, Any]:
    text = str(value).strip().removesuffix(indicator.unit or "\0").strip()
    if not _NUMBER.fullmatch(text) or isinstance(value, bool):
        raise _refused(record, indicator.code, str(value), Phrase("it must be a number"))
    number = float(text.replace(",", ""))
    low, high = indicator.least, indicator.most
    is_within = math.isfinite(number) and (low is None or number >= low) and (high is None or number <= high)
    if not is_within:
        told = Phrase("it lies between {least} and {most}", least=_shown(low), most=_shown(high))
        raise _refused(record, indicator.code, str(value), told)
    return {"value": number}


def _shown(bound: float | None) -> str:
    return "…" if bound is None else f"{bound:g}"


def _pairs(model: AssessmentModel, indicator: Indicator, value: Any, record: str) -> dict[str, Any]:
    told = value if isinstance(value, list) else re.split(r"[;；\n]+", str(value))
    said = [each for each in told if not isinstance(each, str) or each.strip(" |｜")]
    return {"pairs": [_pair(model, indicator, _parts(indicator, each, record), record) for each in said]}


def _parts(indicator: Indicator, told: Any, record: str) -> Mapping[str, Any]:
    if isinstance(told, Mapping):
        return told
    parts = [part.strip() for part in re.split(r"[|｜]", str(told))]
    if len(parts) > len(PAIR_FIELDS):
        raise _refused(record, indicator.code, str(told), _shape())
    return dict(zip(PAIR_FIELDS, parts, strict=False))


def _pair(
    model: AssessmentModel, indicator: Indicator, told: Mapping[str, Any], record: str
) -> dict[str, str]:
    pair = {name: str(told[name]).strip() for name in PAIR_FIELDS if told.get(name)}
    if unknown := set(told) - set(PAIR_FIELDS):
        raise _refused(record, indicator.code, ", ".join(sorted(unknown)), _shape())
    if any(name not in pair for name in ("part", "target", *JUDGED)):
        raise _refused(record, indicator.code, " | ".join(pair.values()), _shape())
    for name in (*JUDGED, *RESIDUAL):
        if name in pair:
            scale = model.scale(name.removeprefix("residual_"))
            levels = scale.levels if scale else ()
            pair[name] = _level(levels, pair[name], f"{indicator.code} {name}", record).code
    return pair


def _shape() -> Phrase:
    return Phrase("a pair is written {shape}", shape=" | ".join(PAIR_FIELDS))


def _refused(record: str, field: str, value: str, reason: Phrase) -> AssessmentError:
    return AssessmentError(record=record, field=field, value=value or "—", reason=reason)


_ANSWERS = {"levels": _chosen, "many": _chosen, "number": _number, "text": _worded, "pairs": _pairs}
