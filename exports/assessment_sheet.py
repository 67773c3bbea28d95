"""One assessment as a PDF of a page or two, for the office: result, answers, matrices, readings, people."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.colors import Color

from exports.blocks import Bars, Block, Card, Cards, Facts, Heading, Note, Pictures, Table, write_blocks
from exports.flow import Column, Running
from exports.kit import INK, LEAF, SEAL, SOFT
from registry.health_records import AssessmentRecord
from registry.vocab.care_words import AssessmentState, InstrumentKind
from registry.vocab.columns import COLUMNS
from registry.vocab.language import Translator, translator
from registry.vocab.readings import reading_text
from registry.vocab.rule_words import CONFIDENCES, STANDINGS
from registry.vocab.words import VIGOUR_SCALES, Environment, RiskRating, Vigour


def write_assessment_sheet(
    record: AssessmentRecord,
    out: BinaryIO,
    *,
    register_name: str,
    history_head: str,
    made_at: datetime,
    made_on: date,
    language: Translator | None = None,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the sheet. Raises GlyphMissingError where no font draws a character."""
    t = language or translator("zh")
    _ = t.gettext
    result = record.result
    running = Running(
        head=register_name,
        head_right=_("For the office only: holds what is not public."),
        foot=_("History head {head} · made on {day}", head=history_head[:16], day=made_on.isoformat()),
        page_of=_("page {page} of {total}"),
    )
    called = " · ".join(filter(None, (record.number, record.name, record.assessed_on.isoformat())))
    write_blocks(
        list(assessment_blocks(record, t)),
        out,
        title=t.pick(result.title),
        subtitle=called,
        running=running,
        html_lang=t.html_lang,
        made_at=made_at,
        extra_fonts=extra_fonts,
    )


def assessment_blocks(record: AssessmentRecord, t: Translator) -> Iterator[Block]:
    """What stands on the sheet, for a dossier as well."""
    _, result = t.gettext, record.result
    if cards := list(_cards(record, t)):
        yield Cards(cards)
    if result.is_scored and not result.sums:
        yield Note(_("The parts stand by themselves and are not added up."))
    if result.knockout:
        told = _("Overridden by “{finding}”: the answers alone would have given {total}.",
                 finding=t.pick(result.knockout), total=_score(result.total, t))  # fmt: skip
        yield Note(told, warns=True)
    elif result.lacks_coverage:
        shares = {"share": f"{result.coverage:.0%}", "least": f"{result.required_coverage:.0%}"}
        yield Note(_("No band: {share} was answered, the model wants {least}.", **shares), warns=True)
    if result.is_scored and len(result.groups) > 1:
        yield Heading(_("Scores by part"), "scores")
        yield Bars([
            (t.pick(group.label), group.score,
             " · ".join(filter(None, (_score(group.score, t), t.pick(group.band) if group.band else "",
                                      f"{group.coverage:.0%}"))))
            for group in result.groups
        ])  # fmt: skip
    if result.lines:
        yield Heading(_("Answers"), "answers")
        yield _answers(record, t)
        if result.unanswered:
            yield Note(_("Not answered: {codes}", codes=" ".join(result.unanswered)))
    if result.pairs:
        yield from _pairs(record, t)
    if record.readings:
        yield from _readings(record, t)
    if record.evidence:
        yield Heading(_("Photos of the day"), "photos")
        yield Pictures(record.evidence, _("this photo cannot be read"))
    yield Heading(_("People and source"), "people")
    yield Facts(list(_people(record, t)))
    yield Note(_("Score, vigour, environment, risk and grade are five things; none follows from another."))


def _cards(record: AssessmentRecord, t: Translator) -> Iterator[Card]:
    _, result = t.gettext, record.result
    if result.is_scored and result.sums:
        yield Card(t.pick(COLUMNS["score"]), _score(result.score, t), _("of 100"), _colour(result.score))
        band = t.pick(result.band_label) if result.band_label else "—"
        yield Card(t.pick(COLUMNS["band"]), band, "", _colour(result.score) if result.band else SOFT)
    if result.is_scored:
        wanted = _("at least {share}", share=f"{result.required_coverage:.0%}")
        yield Card(t.pick(COLUMNS["coverage"]), f"{result.coverage:.0%}", wanted)
    if result.rating_label:
        years = record.time_frame_years
        frame = "" if years is None else t.ngettext("within {count} year", "within {count} years", years)
        yield Card(_("Risk by the matrices"), _capital(t.pick(result.rating_label)), frame, SEAL)
    if record.vigour:
        scale = t.word(VIGOUR_SCALES, record.vigour_scale)
        yield Card(_("Vigour, as stated"), t.word(Vigour, record.vigour), scale)
    if record.environment:
        yield Card(_("Environment, as stated"), t.word(Environment, record.environment))
    if record.risk_rating:
        yield Card(_("Risk, as stated"), t.word(RiskRating, record.risk_rating), "", SEAL)


def _answers(record: AssessmentRecord, t: Translator) -> Table:
    _ = t.gettext
    is_scored = record.result.is_scored
    columns = [Column(_("Code"), 2), Column(_("Asked"), 3.4), Column(_("Answer"), 5 if is_scored else 8)]
    if is_scored:
        columns += [Column(_("Score"), 1.2, align="right"), Column(_("Weight"), 1.3, align="right")]
    rows = []
    for line in record.result.lines:
        said = t.pick(line.said) + (f" ({line.note})" if line.note else "")
        row = [line.code, t.pick(line.label), said]
        if is_scored:
            row += [_score(line.score, t, ""), f"{line.weight:.0%}" if line.weight else ""]
        rows.append(row)
    return Table(columns, rows)


def _pairs(record: AssessmentRecord, t: Translator) -> Iterator[Block]:
    _ = t.gettext
    yield Heading(_("Risk: parts and targets"), "pairs")
    columns = [
        Column(_("Part"), 2.2), Column(_("Target"), 2.2), Column(_("Failure"), 1.6), Column(_("Impact"), 1.4),
        Column(_("Likelihood"), 1.8), Column(_("Consequence"), 1.8), Column(_("Risk"), 1.8),
        Column(_("Mitigation"), 2.6), Column(_("Residual risk"), 1.8),
    ]  # fmt: skip
    rows = [
        [pair.part, pair.target, *(t.pick(each) for each in (pair.failure, pair.impact, pair.likelihood,
                                                             pair.consequence, pair.risk)),
         pair.mitigation, t.pick(pair.residual) if pair.residual else ""]
        for pair in record.result.pairs
    ]  # fmt: skip
    yield Table(columns, rows)
    yield Note(
        _("The rating is that of the worst pair. Manage the target before cutting: fence, reroute, close.")
    )


def _readings(record: AssessmentRecord, t: Translator) -> Iterator[Block]:
    _ = t.gettext
    yield Heading(_("Instrument readings"), "readings")
    columns = [Column(_("Day"), 1.8), Column(_("Instrument"), 2.4), Column(_("Position"), 2.4),
               Column(_("Values"), 5), Column(_("File"), 3)]  # fmt: skip
    rows = [
        [each.measured_on.isoformat(), t.word(InstrumentKind, each.instrument), each.position or "",
         " · ".join(reading_text(name, number, unit, t) for name, number, unit in each.values),
         each.file_name or ""]
        for each in record.readings
    ]  # fmt: skip
    yield Table(columns, rows)


def _people(record: AssessmentRecord, t: Translator) -> Iterator[tuple[str, str]]:
    _, result = t.gettext, record.result
    yield _("Assessor"), record.party or ""
    reviewed = " · ".join(filter(None, (record.reviewer, str(record.reviewed_on or ""))))
    yield _("Reviewer"), reviewed
    yield _("State"), t.word(AssessmentState, record.state)
    yield _("Next assessment"), record.next_on.isoformat() if record.next_on else ""
    yield _("Document"), record.document_no or ""
    yield _("Notes"), record.notes or ""
    standing = f"{t.word(STANDINGS, result.standing)} · {t.word(CONFIDENCES, result.confidence)}"
    yield _("Model"), f"{record.model_id} v{record.model_version} · {standing}"
    yield _("Source"), t.pick(result.citation)


def _score(score: float | None, t: Translator, nothing: str = "—") -> str:
    return nothing if score is None else t.number(score, 1)


def _colour(score: float | None) -> Color:
    if score is None:
        return INK
    return LEAF if score >= 60 else SEAL


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
