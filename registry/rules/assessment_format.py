"""The format of an assessment model: what may stand in its file, checked whole before it is used."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from registry.care_errors import AssessmentModelError
from registry.errors import Phrase
from registry.health_records import (
    AssessmentModel,
    Band,
    Group,
    Indicator,
    Knockout,
    Level,
    Matrix,
    Scale,
)
from registry.rules.traq import JUDGED, LIKELIHOOD, RATING
from registry.vocab.care_words import InstrumentKind
from registry.vocab.labels import Label
from registry.vocab.rule_words import CONFIDENCES, STANDINGS
from registry.vocab.words import VIGOUR_SCALES

KINDS = ("levels", "many", "number", "text", "pairs")
ABOUT = ("health", "condition", "comprehensive", "risk")
APPLIES_TO = ("tree", "grove", "garden", "place")
DIRECTIONS = ("up", "down", "optimum")
EVIDENCE = ("observed", "measured", "photo", "instrument", "laboratory", "document", "asked")
HEAD = frozenset(
    {"id", "version", "title_zh", "title_en", "citation", "citation_en", "source", "confidence", "standing"}
    | {
        "about",
        "applies_to",
        "required_coverage",
        "sums",
        "next_months",
        "vigour_scale",
        "note_zh",
        "note_en",
    }
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MISSING = Phrase("it is missing")


@dataclass(frozen=True, slots=True)
class _Reader:
    """One table of the file; `at` is where it stands, for errors."""

    file: str
    at: str
    found: Mapping[str, Any]

    def refuse(self, key: str, reason: Phrase) -> AssessmentModelError:
        """An error at a key of this table."""
        return AssessmentModelError(
            model=self.file, key=f"{self.at}.{key}" if self.at else key, reason=reason
        )

    def only(self, known: frozenset[str]) -> None:
        """Refuse keys that are none of `known`."""
        for key in self.found:
            if key not in known:
                raise self.refuse(key, Phrase("there is no such key; known are {known}", known=sorted(known)))

    def text(self, key: str, default: str | None = None) -> str:
        """A text; missing only where there is a default."""
        value = self.found.get(key, default)
        if value is None:
            raise self.refuse(key, _MISSING)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.refuse(key, Phrase("it must be a text"))
        return value

    def code(self, key: str = "code") -> str:
        """A short code."""
        value = self.text(key)
        if not _CODE.fullmatch(value):
            raise self.refuse(key, Phrase("it must be letters, digits and hyphens, 32 at most"))
        return value

    def label(self, stem: str = "") -> Label:
        """A text in both languages."""
        zh, en = (f"{stem}_zh", f"{stem}_en") if stem else ("zh", "en")
        return Label(self.text(zh), self.text(en))

    def maybe_label(self, stem: str) -> Label | None:
        """A text in both languages or in none."""
        return self.label(stem) if {f"{stem}_zh", f"{stem}_en"} & self.found.keys() else None

    def number(self, key: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A number within bounds, None where the key is missing."""
        value = self.found.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            told = Phrase("it must be a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
            raise self.refuse(key, told)
        return float(value)

    def word(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value not in known and value != default:
            raise self.refuse(key, Phrase("{value} is not one of {known}", value=value, known=list(known)))
        return value

    def words(self, key: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of words, empty where the key is missing."""
        value = self.found.get(key, [])
        if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
            raise self.refuse(key, Phrase("it must be a list"))
        for each in value:
            if known is not None and each not in known:
                raise self.refuse(key, Phrase("{value} is not one of {known}", value=each, known=list(known)))
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.found.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(key, Phrase("it must be true or false"))
        return value

    def tables(self, key: str) -> list["_Reader"]:
        """The tables of a list, each with its place; their codes differ."""
        value = self.found.get(key, [])
        if not isinstance(value, list) or any(not isinstance(each, dict) for each in value):
            raise self.refuse(key, Phrase("it must be a list of tables"))
        seen: set[Any] = set()
        readers = []
        for place, each in enumerate(value, start=1):
            called = each.get("code", place)
            if called in seen and key not in {"bands"}:
                raise self.refuse(key, Phrase("{code} stands there twice", code=called))
            seen.add(called)
            readers.append(_Reader(self.file, f"{self.at}.{key}[{called}]".lstrip("."), each))
        return readers


def model_from(found: Mapping[str, Any], file: str, sha256: str = "") -> AssessmentModel:
    """The model that a parsed TOML file describes. Raises AssessmentModelError with the file and the key."""
    head = _Reader(file, "", found)
    head.only(HEAD | {"groups", "indicators", "bands", "knockouts", "scales", "matrices"})
    if not _SLUG.fullmatch(head.text("id")):
        raise head.refuse("id", Phrase("it must be lower-case letters, digits and hyphens"))
    applies_to = head.words("applies_to", APPLIES_TO)
    if not applies_to:
        raise head.refuse("applies_to", _MISSING)
    months = head.number("next_months", 1, 240)
    citation = head.text("citation")
    model = AssessmentModel(
        id=found["id"],
        version=head.text("version"),
        title=head.label("title"),
        citation=Label(citation, head.text("citation_en", citation)),
        confidence=head.word("confidence", list(CONFIDENCES)),
        standing=head.word("standing", list(STANDINGS)),
        about=head.word("about", ABOUT),
        applies_to=applies_to,
        groups=tuple(_group(each) for each in head.tables("groups")),
        indicators=tuple(_indicator(each) for each in head.tables("indicators")),
        bands=tuple(_band(each) for each in head.tables("bands")),
        knockouts=tuple(_knockout(each) for each in head.tables("knockouts")),
        scales=tuple(_scale(each) for each in head.tables("scales")),
        required_coverage=head.number("required_coverage", 0, 1) or 0.0,
        sums=head.flag("sums", default=True),
        next_months=int(months) if months else None,
        vigour_scale=head.word("vigour_scale", list(VIGOUR_SCALES), "") or None,
        source=head.text("source", ""),
        note=head.maybe_label("note"),
        sha256=sha256,
    )
    _check_whole(head, model)
    matrices = tuple(_matrix(each, model) for each in head.tables("matrices"))
    _check_pairs(head, model, matrices)
    return AssessmentModel(
        **{name: getattr(model, name) for name in model.__slots__ if name != "matrices"}, matrices=matrices
    )


def _group(row: _Reader) -> Group:
    row.only(frozenset({"code", "zh", "en"}))
    return Group(row.code(), row.label())


def _level(row: _Reader) -> Level:
    row.only(frozenset({"code", "zh", "en", "score"}))
    return Level(row.code(), row.label(), row.number("score", 0, 100))


_INDICATOR = frozenset(
    {"code", "group", "zh", "en", "kind", "unit", "weight", "levels", "points", "direction", "least", "most"}
    | {"evidence", "instrument", "may_not_apply", "note_zh", "note_en"}
)


def _indicator(row: _Reader) -> Indicator:
    row.only(_INDICATOR)
    kind = row.word("kind", KINDS)
    levels = tuple(_level(each) for each in row.tables("levels"))
    weight = row.number("weight", 0, 1) or 0.0
    if bool(levels) != (kind in {"levels", "many"}):
        raise row.refuse("levels", Phrase("levels and many have levels, no other kind has"))
    direction = row.word("direction", DIRECTIONS, "")
    points = _points(row, direction)
    is_scored = bool(points) or any(level.score is not None for level in levels)
    if points and kind != "number":
        raise row.refuse("points", Phrase("only a number has points"))
    if (weight > 0) != is_scored:
        raise row.refuse("weight", Phrase("what has a weight has scores, and the other way round"))
    if levels and is_scored and any(level.score is None for level in levels):
        raise row.refuse("levels", Phrase("each level has a score, or none has"))
    least, most = row.number("least"), row.number("most")
    if least is not None and most is not None and most < least:
        raise row.refuse("most", Phrase("it is less than {least}", least=f"{least:g}"))
    return Indicator(
        code=row.code(),
        group=row.code("group"),
        label=row.label(),
        kind=kind,
        unit=row.text("unit", ""),
        weight=weight,
        levels=levels,
        points=points,
        direction=direction,
        least=least,
        most=most,
        evidence=row.words("evidence", EVIDENCE),
        instrument=row.word("instrument", [each.value for each in InstrumentKind], ""),
        may_not_apply=row.flag("may_not_apply", default=False),
        note=row.maybe_label("note"),
    )


def _points(row: _Reader, direction: str) -> tuple[tuple[float, float], ...]:
    """(value, score) by value; the scores follow the direction."""
    value = row.found.get("points", [])
    if not value:
        return ()
    is_list = isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(_is_number(each) for each in pair) for pair in value
    )
    if not is_list or len(value) < 2:
        raise row.refuse("points", Phrase("it must be two or more pairs [value, score]"))
    points = tuple((float(at), float(score)) for at, score in value)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(points)):
        raise row.refuse("points", Phrase("their values must go up"))
    scores = [score for _at, score in points]
    if any(not 0 <= score <= 100 for score in scores):
        raise row.refuse("points", Phrase("a score lies between 0 and 100"))
    top = scores.index(max(scores))
    rising, falling = _sorted(scores), _sorted(scores[::-1])
    fits = {
        "up": rising,
        "down": falling,
        "optimum": _sorted(scores[: top + 1]) and _sorted(scores[top:][::-1]),
    }
    if direction not in fits:
        raise row.refuse("direction", _MISSING)
    if not fits[direction]:
        raise row.refuse("points", Phrase("their scores do not go {direction}", direction=direction))
    return points


def _sorted(scores: Sequence[float]) -> bool:
    return all(later >= earlier for earlier, later in pairwise(scores))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _band(row: _Reader) -> Band:
    row.only(frozenset({"code", "zh", "en", "from", "group"}))
    least = row.number("from", 0, 100)
    if least is None:
        raise row.refuse("from", _MISSING)
    return Band(row.code(), row.label(), least, row.text("group", ""))


def _knockout(row: _Reader) -> Knockout:
    row.only(frozenset({"code", "zh", "en", "indicator", "levels", "at_least", "at_most", "band", "score"}))
    score = row.number("score", 0, 100)
    if score is None:
        raise row.refuse("score", _MISSING)
    found = Knockout(
        code=row.code(),
        label=row.label(),
        indicator=row.code("indicator"),
        band=row.code("band"),
        score=score,
        levels=row.words("levels"),
        at_least=row.number("at_least"),
        at_most=row.number("at_most"),
    )
    if not found.levels and found.at_least is None and found.at_most is None:
        raise row.refuse("levels", _MISSING)
    return found


def _scale(row: _Reader) -> Scale:
    row.only(frozenset({"code", "zh", "en", "levels"}))
    levels = tuple(_level(each) for each in row.tables("levels"))
    if not levels:
        raise row.refuse("levels", _MISSING)
    return Scale(row.code(), row.label(), levels)


def _matrix(row: _Reader, model: AssessmentModel) -> Matrix:
    row.only(frozenset({"code", "rows", "columns", "gives", "cells"}))
    names = [row.code(key) for key in ("rows", "columns", "gives")]
    scales = [model.scale(name) for name in names]
    for key, scale in zip(("rows", "columns", "gives"), scales, strict=True):
        if scale is None:
            raise row.refuse(key, Phrase("there is no scale of this code"))
    rows, columns, gives = (scale.codes for scale in scales if scale)
    cells = row.found.get("cells", {})
    if not isinstance(cells, dict) or set(cells) != set(rows):
        raise row.refuse("cells", Phrase("it must have a row for each of {known}", known=list(rows)))
    found: dict[tuple[str, str], str] = {}
    for name, line in cells.items():
        if not isinstance(line, list) or len(line) != len(columns) or set(line) - set(gives):
            told = Phrase("it must have a word of {known} for each of {columns}", known=list(gives),
                          columns=list(columns))  # fmt: skip
            raise row.refuse(f"cells.{name}", told)
        found |= {(name, column): word for column, word in zip(columns, line, strict=True)}
    return Matrix(row.code(), names[0], names[1], names[2], found)


def _check_whole(head: _Reader, model: AssessmentModel) -> None:
    """What no table can say by itself."""
    groups, codes = {each.code for each in model.groups}, {each.code for each in model.indicators}
    if not model.indicators:
        raise head.refuse("indicators", _MISSING)
    for each in model.indicators:
        if each.group not in groups:
            raise head.refuse(f"indicators[{each.code}].group", Phrase("there is no such group"))
    for band in model.bands:
        if band.group and band.group not in groups:
            raise head.refuse(f"bands[{band.code}].group", Phrase("there is no such group"))
    bands = {band.code for band in model.bands if not band.group}
    for knockout in model.knockouts:
        at = f"knockouts[{knockout.code}]"
        if knockout.indicator not in codes:
            raise head.refuse(f"{at}.indicator", Phrase("there is no such indicator"))
        known = {level.code for each in model.indicators for level in each.levels
                 if each.code == knockout.indicator}  # fmt: skip
        if set(knockout.levels) - known:
            raise head.refuse(f"{at}.levels", Phrase("the indicator has no such level"))
        if knockout.band not in bands:
            raise head.refuse(f"{at}.band", Phrase("there is no such band"))
    _check_weights(head, model)


def _check_weights(head: _Reader, model: AssessmentModel) -> None:
    """The weights of the whole are 1, or of each group where the groups stand apart."""
    parts = [None] if model.sums else [group.code for group in model.groups]
    for part in parts:
        weights = [each.weight for each in model.indicators if part in {None, each.group} and each.weight]
        if weights and abs(sum(weights) - 1) > 1e-6:
            key = "indicators" if part is None else f"groups[{part}]"
            raise head.refuse(key, Phrase("their weights add up to {sum}, not to 1", sum=f"{sum(weights):g}"))


def _check_pairs(head: _Reader, model: AssessmentModel, matrices: Sequence[Matrix]) -> None:
    has_pairs = any(each.kind == "pairs" for each in model.indicators)
    wanted = {LIKELIHOOD: JUDGED[:2], RATING: (LIKELIHOOD, JUDGED[2])}
    shapes = {each.code: (each.rows, each.columns) for each in matrices}
    if has_pairs and shapes != wanted:
        told = Phrase("pairs need the matrices {known}", known=list(wanted))
        raise head.refuse("matrices", told)
