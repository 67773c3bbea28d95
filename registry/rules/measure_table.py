"""The table of measures: finding, vigour and site lead to measures that may be proposed. Pure.

A row holds where every finding, and the vigour and the site that it names, are as it says. What it gives is a
proposal, never a decision: a person confirms or strikes each line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.care_errors import MeasureTableError
from registry.errors import Phrase
from registry.vocab.measures import all_measures
from registry.vocab.rule_words import CONFIDENCES
from registry.vocab.words import GrowthPlace, Label, Vigour

_NEEDED = {"id", "measures", "why_zh", "why_en", "source", "confidence"}
_CONDITIONS = {"when", "vigour", "growth_place"}
_FINDING = {"finding", "levels", "from", "to", "below", "over", "score_below"}
_BOUNDS = ("from", "over", "to", "below", "score_below")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row asks of one finding: one of `levels`, or a value within the bounds that are given, or a
    score (0 bad to 100 good, as the model scored the answer) below `score_below`. Any of them will do."""

    finding: str
    levels: tuple[str, ...] = ()
    least: float | None = None
    over: float | None = None
    most: float | None = None
    below: float | None = None
    score_below: float | None = None

    def holds(self, answer: Mapping[str, Any]) -> bool:
        """Whether an answer ({level, levels, value or score}) is so; nothing is where nothing was said."""
        value, score = answer.get("value"), answer.get("score")
        chosen = {str(level) for level in (answer.get("level"), *(answer.get("levels") or ()))}
        if chosen & set(self.levels):
            return True
        if self.score_below is not None and score is not None and score < self.score_below:
            return True
        if not self.is_measured or not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return (
            (self.least is None or value >= self.least)
            and (self.over is None or value > self.over)
            and (self.most is None or value <= self.most)
            and (self.below is None or value < self.below)
        )

    @property
    def is_measured(self) -> bool:
        """Whether it asks for a number."""
        return any(each is not None for each in (self.least, self.over, self.most, self.below))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: what it asks, the measures it leads to, why, on whose word, how sure."""

    id: str
    measures: tuple[str, ...]
    why: Label
    source: str
    confidence: str
    when: tuple[Condition, ...] = ()
    vigour: frozenset[str] = frozenset()
    growth_place: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TreeState:
    """What the table is asked about: answers by indicator (level, value, score), vigour, growth place."""

    answers: Mapping[str, Mapping[str, Any]]
    vigour: str | None = None
    growth_place: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One measure that a row leads to, and the finding that it answers."""

    measure: str
    row: TableRow
    finding: str | None


def propose(table: Iterable[TableRow], state: TreeState) -> list[Proposal]:
    """The measures for a state, in the order of their codes; of two rows for one the first counts."""
    found: dict[str, Proposal] = {}
    for row in table:
        if holds(row, state):
            finding = row.when[0].finding if row.when else "vigour" if row.vigour else None
            for measure in row.measures:
                found.setdefault(measure, Proposal(measure, row, finding))
    return [found[code] for code in sorted(found)]


def holds(row: TableRow, state: TreeState) -> bool:
    """Whether a row is for this state. What is not known holds for no row that asks it."""
    return (
        all(condition.holds(state.answers.get(condition.finding, {})) for condition in row.when)
        and (not row.vigour or state.vigour in row.vigour)
        and (not row.growth_place or state.growth_place in row.growth_place)
    )


def table_from(found: Mapping[str, Any], file: str) -> dict[str, TableRow]:
    """The rows of a parsed file by id, checked whole. Raises MeasureTableError that names row and key."""
    for key in found:
        if key not in {"row", "drop"}:
            raise _wrong(
                file, "—", key, Phrase("there is no such key; there are {known}", known=["row", "drop"])
            )
    rows: dict[str, TableRow] = {}
    listed = found.get("row", [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _wrong(file, "—", "row", Phrase("rows are written as [[row]]"))
    for place, each in enumerate(listed, start=1):
        row = _row(each, file, str(each.get("id", place)))
        if row.id in rows:
            raise _wrong(file, row.id, "id", Phrase("it stands twice"))
        rows[row.id] = row
    return rows


def dropped(found: Mapping[str, Any], known: Iterable[str], file: str) -> set[str]:
    """Ids of rows that a file of the office takes away. Raises MeasureTableError for an unknown one."""
    drop = found.get("drop", [])
    if not isinstance(drop, list):
        raise _wrong(file, "—", "drop", Phrase("it must be a list"))
    if unknown := [each for each in drop if each not in set(known)]:
        raise _wrong(file, str(unknown[0]), "drop", Phrase("there is no such row"))
    return set(drop)


def _row(each: Mapping[str, Any], file: str, called: str) -> TableRow:
    if missing := sorted(_NEEDED - each.keys()):
        raise _wrong(file, called, missing[0], Phrase("it is missing"))
    if odd := sorted(each.keys() - _NEEDED - _CONDITIONS):
        known = sorted(_NEEDED | _CONDITIONS)
        raise _wrong(file, called, odd[0], Phrase("there is no such key; there are {known}", known=known))
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(each["id"])):
        raise _wrong(file, called, "id", Phrase("it must be lower-case letters, digits and hyphens"))
    for key in ("why_zh", "why_en", "source"):
        if not isinstance(each[key], str) or not each[key].strip():
            raise _wrong(file, called, key, Phrase("it must be a text"))
    if not _CONDITIONS & each.keys():
        raise _wrong(file, called, "when", Phrase("a row needs a finding, a vigour or a growth place"))
    return TableRow(
        id=each["id"],
        measures=_known(each, "measures", list(all_measures()), file, called),
        why=Label(each["why_zh"], each["why_en"]),
        source=each["source"],
        confidence=_known(
            {"confidence": [each["confidence"]]}, "confidence", list(CONFIDENCES), file, called
        )[0],
        when=tuple(_condition(one, file, called) for one in _tables(each.get("when", []), file, called)),
        vigour=frozenset(_known(each, "vigour", list(Vigour), file, called)),
        growth_place=frozenset(_known(each, "growth_place", list(GrowthPlace), file, called)),
    )


def _known(
    each: Mapping[str, Any], key: str, known: Sequence[str], file: str, called: str
) -> tuple[str, ...]:
    values = each.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or not values:
        raise _wrong(file, called, key, Phrase("it must be a list"))
    for value in values:
        if value not in known:
            reason = Phrase("{value} is not one of {known}", value=value, known=[str(one) for one in known])
            raise _wrong(file, called, key, reason)
    return tuple(str(value) for value in values)


def _tables(value: Any, file: str, called: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(file, called, "when", Phrase("it must be a list"))
    return value


def _condition(one: Mapping[str, Any], file: str, called: str) -> Condition:
    if odd := sorted(one.keys() - _FINDING):
        reason = Phrase("there is no such key; there are {known}", known=sorted(_FINDING))
        raise _wrong(file, called, f"when.{odd[0]}", reason)
    finding, levels = one.get("finding"), one.get("levels", [])
    if not isinstance(finding, str) or not finding.strip():
        raise _wrong(file, called, "when.finding", Phrase("it must be a text"))
    if not isinstance(levels, list):
        raise _wrong(file, called, "when.levels", Phrase("it must be a list"))
    bounds = {key: one[key] for key in _BOUNDS if key in one}
    for key, value in bounds.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(file, called, f"when.{key}", Phrase("it must be a number"))
    if not levels and not bounds:
        reason = Phrase("it needs one of {known}", known=["levels", *_BOUNDS])
        raise _wrong(file, called, f"when.{finding}", reason)
    return Condition(
        finding,
        tuple(str(level) for level in levels),
        bounds.get("from"),
        bounds.get("over"),
        bounds.get("to"),
        bounds.get("below"),
        bounds.get("score_below"),
    )


def _wrong(file: str, row: str, key: str, reason: Phrase) -> MeasureTableError:
    return MeasureTableError(file=file, row=row, key=key, reason=reason)
