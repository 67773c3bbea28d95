"""Assessments as lines for a person and rows for a workbook."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from exports.workbook import Column, Sheet, numbered
from registry.cli.duties import KINDS
from registry.health_records import AssessmentModel, AssessmentRecord, DueAssessment, ReadingRecord
from registry.rules.trends import by_model, by_scale, change_of
from registry.vocab.care_words import AssessmentState, InstrumentKind
from registry.vocab.columns import COLUMNS
from registry.vocab.language import Translator
from registry.vocab.readings import reading_text
from registry.vocab.rule_words import CONFIDENCES, STANDINGS
from registry.vocab.words import VIGOUR_SCALES, Environment, RiskRating, Vigour

_COLUMNS = ("assessed_on", "score", "coverage", "band", "knocked_out_by", "next_on")


def model_line(model: AssessmentModel, t: Translator) -> str:
    """A model in a line."""
    kinds = "、" if t.lang == "zh" else ", "
    applies = kinds.join(t.pick(KINDS[each]) for each in model.applies_to)
    standing = f"{t.word(STANDINGS, model.standing)} · {t.word(CONFIDENCES, model.confidence)}"
    return f"{model.id}  {t.pick(model.title)}  [{applies}]  {standing}"


def outcome(each: AssessmentRecord, t: Translator) -> list[str]:
    """What came out of an assessment, in short pieces: score, coverage, band or why there is none, risk."""
    _, result = t.gettext, each.result
    said = []
    if result.is_scored and result.score is not None:
        said.append(_("score {score}", score=t.number(result.score, 1)))
    if result.is_scored:
        said.append(_("coverage {share}", share=f"{result.coverage:.0%}"))
    if result.knockout:
        said.append(_("overridden by: {finding}", finding=t.pick(result.knockout)))
    if result.band_label:
        said.append(t.pick(result.band_label))
    elif result.lacks_coverage:
        least = f"{result.required_coverage:.0%}"
        said.append(_("no band: the model wants {share} answered", share=least))
    if result.rating_label:
        said.append(_("matrices: {risk}", risk=t.pick(result.rating_label)))
    return said


def stated(each: AssessmentRecord, t: Translator) -> list[str]:
    """What the assessor stated, in short pieces."""
    _ = t.gettext
    said = []
    if each.vigour:
        scale = t.word(VIGOUR_SCALES, each.vigour_scale)
        said.append(_("vigour {vigour} ({scale})", vigour=t.word(Vigour, each.vigour), scale=scale))
    if each.environment:
        said.append(_("environment {word}", word=t.word(Environment, each.environment)))
    if each.risk_rating:
        said.append(_("risk {word}", word=t.word(RiskRating, each.risk_rating)))
    if each.time_frame_years is not None:
        years = each.time_frame_years
        said.append(t.ngettext("time frame {count} year", "time frame {count} years", years))
    if each.next_on:
        said.append(_("next on {day}", day=each.next_on))
    return said


def assessment_line(each: AssessmentRecord, t: Translator) -> str:
    """An assessment in a line of a list."""
    parts = (
        each.id[:8], t.pick(KINDS[each.kind]), each.number, each.name, each.assessed_on.isoformat(),
        each.model_id, t.word(AssessmentState, each.state), *outcome(each, t), *stated(each, t),
    )  # fmt: skip
    return "  ".join(filter(None, parts))


def whole_lines(each: AssessmentRecord, t: Translator) -> Iterable[str]:
    """An assessment with its groups, answers, pairs and readings."""
    _, result = t.gettext, each.result
    yield f"{each.id[:8]}  {each.assessed_on}  {t.pick(result.title)}"
    people = [_("by {name}", name=each.party)] if each.party else []
    if each.reviewer:
        people.append(_("reviewed by {name} on {day}", name=each.reviewer, day=each.reviewed_on))
    else:
        people.append(t.word(AssessmentState, each.state))
    for pieces in (people, outcome(each, t), stated(each, t)):
        if pieces:
            yield "  " + " · ".join(pieces)
    groups = {group.code: group for group in result.groups}
    last = None
    for line in result.lines:
        if line.group != last and (group := groups.get(line.group)):
            score = "" if group.score is None else f"  {t.number(group.score, 1)}"
            band = f"  {t.pick(group.band)}" if group.band else ""
            yield f"  {t.pick(group.label)}{score}{band}"
        last = line.group
        score = "" if line.score is None else f"  → {t.number(line.score, 1)}"
        note = f"  ({line.note})" if line.note else ""
        yield f"    {line.code} {t.pick(line.label)}: {t.pick(line.said)}{score}{note}"
    for pair in result.pairs:
        steps = " / ".join(t.pick(step) for step in (pair.failure, pair.impact, pair.consequence))
        left = f" → {pair.mitigation} → {t.pick(pair.residual)}" if pair.residual else ""
        yield f"    {pair.part} > {pair.target}: {steps} = {t.pick(pair.risk)}{left}"
    for reading in each.readings:
        yield "    " + reading_line(reading, t)
    if each.notes:
        yield f"  {each.notes}"


def reading_line(each: ReadingRecord, t: Translator) -> str:
    """A reading in a line."""
    values = " · ".join(reading_text(name, number, unit, t) for name, number, unit in each.values)
    parts = (each.measured_on.isoformat(), t.word(InstrumentKind, each.instrument), each.position, values,
             each.file_name)  # fmt: skip
    return "  ".join(filter(None, parts))


def trend_lines(records: Sequence[AssessmentRecord], t: Translator) -> Iterable[str]:
    """The course of the years: by model, then vigour by scale."""
    _ = t.gettext
    for model_id, own in by_model(records).items():
        yield f"{model_id}  {t.pick(own[-1].result.title)}"
        for each in own:
            state = "" if each.state == AssessmentState.REVIEWED else t.word(AssessmentState, each.state)
            groups = [
                f"{t.pick(group.label)} {t.number(group.score, 1)}"
                for group in (() if each.result.sums else each.result.groups)
                if group.score is not None
            ]
            said = (*groups, *outcome(each, t), state)
            yield f"  {each.assessed_on}  v{each.model_version}  " + "  ".join(filter(None, said))
        if (change := change_of(own)) is not None:
            yield "  " + _("from first to last: {change}", change=f"{change:+g}")
    for scale, own in by_scale(records).items():
        words = " → ".join(f"{each.assessed_on} {t.word(Vigour, each.vigour)}" for each in own)
        yield _("vigour by {scale}: {words}", scale=t.word(VIGOUR_SCALES, scale), words=words)


def due_line(each: DueAssessment, today: date, t: Translator) -> str:
    """What is due, in a line."""
    _ = t.gettext
    late = (today - each.next_on).days
    when = t.ngettext("{count} day overdue", "{count} days overdue", late) if late > 0 else ""
    endangered = t.word(Vigour, "endangered") if each.is_endangered else ""
    parts = (each.next_on.isoformat(), t.pick(KINDS[each.kind]), each.number, each.name, endangered,
             t.pick(each.title), _("last on {day}", day=each.last_on), when)  # fmt: skip
    return "  ".join(filter(None, parts))


def assessment_sheet(records: Sequence[AssessmentRecord], t: Translator) -> Sheet:
    """Assessments as a sheet of a workbook."""
    _ = t.gettext
    titles = {name: t.pick(COLUMNS[name]) for name in _COLUMNS}
    columns = (
        Column(_("No."), 6, "integer"),
        Column(t.label("kind"), 10),
        Column(t.label("number"), 18),
        Column(t.label("name"), 18),
        Column(titles["assessed_on"], 12, "date"),
        Column(_("Model"), 26),
        Column(titles["score"], 9, "decimal", decimals=1),
        Column(titles["coverage"], 9, "percent"),
        Column(titles["band"], 12),
        Column(titles["knocked_out_by"], 16),
        Column(t.label("vigour"), 10),
        Column(_("Scale"), 16),
        Column(t.label("environment"), 10),
        Column(_("Risk"), 8),
        Column(titles["next_on"], 12, "date"),
        Column(_("Assessor"), 16),
        Column(_("Reviewer"), 16),
        Column(_("State"), 10),
    )
    rows = (
        (t.pick(KINDS[a.kind]), a.number, a.name, a.assessed_on, t.pick(a.result.title), a.result.score,
         a.result.coverage if a.result.is_scored else None,
         t.pick(a.result.band_label) if a.result.band_label else "",
         t.pick(a.result.knockout) if a.result.knockout else "", t.word(Vigour, a.vigour),
         t.word(VIGOUR_SCALES, a.vigour_scale), t.word(Environment, a.environment),
         t.word(RiskRating, a.risk_rating), a.next_on, a.party, a.reviewer, t.word(AssessmentState, a.state))
        for a in records
    )  # fmt: skip
    return Sheet(_("Assessments"), columns, numbered(rows))


def told(each: AssessmentRecord) -> dict[str, Any]:
    """An assessment for a program."""
    names = ("id", "kind", "number", "model_id", "model_version", "assessed_on", "state", "vigour")
    more = ("vigour_scale", "environment", "risk_rating", "time_frame_years", "next_on", "reviewed_on")
    facts = {name: getattr(each, name) for name in (*names, *more)}
    result = each.result
    groups = [{"code": g.code, "score": g.score, "coverage": g.coverage} for g in result.groups]
    return {**facts, "score": result.score, "coverage": result.coverage, "band": result.band,
            "knocked_out_by": result.knocked_out_by, "rating": result.rating, "groups": groups}  # fmt: skip
