"""Assessing: answers by a model become scores of indicators, of groups and of the whole, 0 to 100.

What was not answered takes no part: the weights of what was are brought to 1 again, and the coverage says how
much that is. Below the model's required coverage there is no band. A knock-out overrides the sum. Nothing
here says anything of vigour, environment, risk or grade.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.health_records import (
    AnswerLine,
    AssessmentModel,
    Band,
    Group,
    GroupScore,
    Indicator,
    Knockout,
    PairLine,
    ResultRecord,
)
from registry.rules.traq import pair_line, risk_label, worst
from registry.vocab.labels import Label

NOT_APPLICABLE = Label("不适用", "does not apply")
DIGITS = 2
"""Digits of a score that are kept."""


def indicator_score(indicator: Indicator, answer: Mapping[str, Any]) -> float | None:
    """The score of one answer, 0 to 100; None where it is not scored.

    answer: as `registry.rules.answers` reads it. Between two points of a number the score runs straight;
    beyond the first and last it stays. Of several levels the lowest counts.
    """
    if answer.get("na"):
        return None
    if indicator.kind == "number":
        return score_at(indicator.points, answer["value"]) if indicator.points else None
    chosen = [answer["level"]] if "level" in answer else answer.get("levels", ())
    scores = [each.score for each in indicator.levels if each.code in chosen and each.score is not None]
    return min(scores) if scores else None


def score_at(points: Sequence[tuple[float, float]], value: float) -> float:
    """The score of `value` on a line through `points` (value, score), which go up in value."""
    if value <= points[0][0]:
        return points[0][1]
    if value >= points[-1][0]:
        return points[-1][1]
    place = bisect_right([at for at, _score in points], value)
    (low, left), (high, right) = points[place - 1], points[place]
    share = (value - low) / (high - low)
    return min(max(left + share * (right - left), min(left, right)), max(left, right))


def assess(model: AssessmentModel, answers: Mapping[str, Mapping[str, Any]]) -> ResultRecord:
    """What the model makes of answers, by code of the indicator; they must have been read by its rules."""
    lines = tuple(
        _line(indicator, answers[indicator.code])
        for indicator in model.indicators
        if indicator.code in answers and indicator.kind != "pairs"
    )
    scored = {line.code: line.score for line in lines if line.score is not None}
    asked = [each for each in model.indicators if each.weight and not answers.get(each.code, {}).get("na")]
    groups = tuple(_group(model, group, asked, scored) for group in model.groups)
    coverage = _coverage(asked, scored)
    total = _mean(asked, scored) if model.sums else None
    is_enough = bool(scored) and coverage >= model.required_coverage
    band = band_of(model.bands, total) if is_enough and total is not None else None
    knockout = _knocked_out(model, answers)
    if knockout:
        band = next((each for each in model.bands if each.code == knockout.band and not each.group), None)
    pairs, rating = _pairs(model, answers)
    return ResultRecord(
        title=model.title,
        about=model.about,
        citation=model.citation,
        confidence=model.confidence,
        standing=model.standing,
        required_coverage=model.required_coverage,
        groups=tuple(group for group in groups if group.coverage or _has_weight(model, group.code)),
        lines=lines,
        pairs=pairs,
        score=knockout.score if knockout else total,
        total=total,
        band=band.code if band else None,
        band_label=band.label if band else None,
        coverage=coverage if model.is_scored else 0.0,
        is_scored=model.is_scored,
        sums=model.sums,
        knocked_out_by=knockout.code if knockout else None,
        knockout=knockout.label if knockout else None,
        rating=rating,
        rating_label=risk_label(model, rating) if rating else None,
        unanswered=tuple(each.code for each in asked if each.code not in scored),
    )


def band_of(bands: Iterable[Band], score: float, group: str = "") -> Band | None:
    """The band of a score; its lower bound belongs to it."""
    own = [band for band in bands if band.group == group and score >= band.least]
    return max(own, key=lambda band: band.least, default=None)


def _line(indicator: Indicator, answer: Mapping[str, Any]) -> AnswerLine:
    score = indicator_score(indicator, answer)
    return AnswerLine(
        code=indicator.code,
        group=indicator.group,
        label=indicator.label,
        said=_said(indicator, answer),
        score=None if score is None else round(score, DIGITS),
        weight=indicator.weight,
        note=answer.get("note", ""),
        instrument=indicator.instrument,
    )


def _said(indicator: Indicator, answer: Mapping[str, Any]) -> Label:
    if answer.get("na"):
        return NOT_APPLICABLE
    if "value" in answer:
        text = f"{answer['value']:g} {indicator.unit}".strip()
        return Label(text, text)
    if "text" in answer:
        return Label(answer["text"], answer["text"])
    chosen = [answer["level"]] if "level" in answer else answer.get("levels", ())
    labels = [level.label for level in indicator.levels if level.code in chosen]
    return Label("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


def _group(
    model: AssessmentModel, group: Group, asked: Sequence[Indicator], scored: Mapping[str, float]
) -> GroupScore:
    own = [each for each in asked if each.group == group.code]
    score, coverage = _mean(own, scored), _coverage(own, scored)
    is_enough = score is not None and coverage >= model.required_coverage
    band = band_of(model.bands, score, group.code) if is_enough and score is not None else None
    return GroupScore(group.code, group.label, score, coverage, band.label if band else None)


def _has_weight(model: AssessmentModel, group: str) -> bool:
    return any(each.weight for each in model.indicators if each.group == group)


def _coverage(asked: Sequence[Indicator], scored: Mapping[str, float]) -> float:
    whole = sum(each.weight for each in asked)
    answered = sum(each.weight for each in asked if each.code in scored)
    return round(answered / whole, 4) if whole else 0.0


def _mean(asked: Sequence[Indicator], scored: Mapping[str, float]) -> float | None:
    """The weighted mean of what was answered."""
    own = [(each.weight, scored[each.code]) for each in asked if each.code in scored]
    whole = sum(weight for weight, _score in own)
    if not whole:
        return None
    return round(min(max(sum(weight * score for weight, score in own) / whole, 0.0), 100.0), DIGITS)


def _knocked_out(model: AssessmentModel, answers: Mapping[str, Mapping[str, Any]]) -> Knockout | None:
    """The knock-out that holds; of several the one with the lowest score."""
    holding = [each for each in model.knockouts if _holds(each, answers.get(each.indicator, {}))]
    return min(holding, key=lambda each: each.score, default=None)


def _holds(knockout: Knockout, answer: Mapping[str, Any]) -> bool:
    if "value" in answer:
        is_high = knockout.at_least is not None and answer["value"] >= knockout.at_least
        return is_high or (knockout.at_most is not None and answer["value"] <= knockout.at_most)
    chosen = {answer["level"]} if "level" in answer else set(answer.get("levels", ()))
    return bool(chosen & set(knockout.levels))


def _pairs(
    model: AssessmentModel, answers: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[PairLine, ...], str | None]:
    told = [
        pair_line(model, pair)
        for indicator in model.indicators
        if indicator.kind == "pairs"
        for pair in answers.get(indicator.code, {}).get("pairs", ())
    ]
    return tuple(line for line, _risk in told), worst(model, [risk for _line, risk in told])
