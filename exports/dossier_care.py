"""Pages of a dossier on care: zones, health, the strategy, care and patrols for the office; for everybody the
dated list of what was done."""

import math
from collections import defaultdict
from collections.abc import Sequence

from shapely import from_wkb

from exports.care_words import (
    amount_words,
    assessment_words,
    care_titles,
    event_words,
    growth_words,
    log_words,
    patrol_words,
    reading_words,
    strategy_words,
    zone_words,
)
from exports.charts import draw_series
from exports.flow import Column, Flow
from exports.kit import BARK, CARD, LEAF, LINE, MARGIN, SEAL, SMALL, SOFT, WIDTH, Pen, span, translucent, wrap
from exports.legal_parts import Parts
from registry.health_records import AssessmentRecord
from registry.office_records import OfficeCare
from registry.records import CareEventRecord
from registry.strategy_records import StrategyRecord, WorkRecord
from registry.vocab.care_words import SignRole, WorkState
from registry.vocab.growth_words import CAVEATS
from registry.vocab.language import Translator
from registry.vocab.measures import measure_labels
from registry.vocab.money import money_text
from registry.zone_records import ZoneLine

ZONE_MAP = 150.0
TREND_HEIGHT = 96.0
MOST_LOG_LINES = 60
MOST_ANSWERS = 40
_ROLES = [str(role) for role in SignRole]
_METRES_OF_A_DEGREE = 111_320.0
_BARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw_care_events(flow: Flow, rows: Sequence[CareEventRecord], t: Translator) -> None:
    """What was done for the tree, as everybody may know it."""
    if rows:
        columns = [Column(t.gettext("Date"), 1.6), Column(t.gettext("What"), 9)]
        flow.table(columns, [[row.happened_on.isoformat(), event_words(row, t)] for row in rows])


def has_health(care: OfficeCare | None) -> bool:
    """Whether there is anything to tell of a tree's health."""
    return care is not None and bool(care.assessments or care.readings)


def draw_growth_words(flow: Flow, care: OfficeCare, t: Translator) -> None:
    """What the line through the girths says, below their chart."""
    if care.growth is not None and care.growth.model is not None:
        flow.pen.text(MARGIN, flow.y - 8, "- - -", SMALL, colour=BARK)
        for line in growth_words(care.growth, t):
            flow.paragraph(line, size=SMALL, x=MARGIN + 22, width=WIDTH - 22, colour=SOFT)


def draw_zones(flow: Flow, zones: Sequence[ZoneLine], t: Translator) -> None:
    """The zones to scale, with what each rests on."""
    _ = t.gettext
    drawn = [line for line in zones if line.outline]
    flow.gap(6)
    flow.need(ZONE_MAP + 10 if drawn else 40)
    top, x, width = flow.y, MARGIN, WIDTH
    if drawn:
        _zone_map(flow.pen, MARGIN, top - ZONE_MAP, span(5), ZONE_MAP, drawn)
        x, width = MARGIN + span(5) + 14, WIDTH - span(5) - 14
    y = top - 9
    for line in zones:
        first, *rest = zone_words(line, t)
        colour = SEAL if line.kind == "legal" else BARK
        y = flow.pen.lines(x, y, wrap(flow.pen.fonts, first, "sans", 9.2, width), 9.2, colour=colour)
        for text in filter(None, rest):
            y = flow.pen.lines(x, y, wrap(flow.pen.fonts, text, "sans", SMALL, width), SMALL, colour=SOFT)
        y -= 5
    flow.y = min(y, top - ZONE_MAP - 6 if drawn else y)
    flow.paragraph(
        _("Only a zone that the authority has delineated and published binds."), size=SMALL, colour=SOFT
    )


def _zone_map(pen: Pen, x: float, y: float, width: float, height: float, lines: list[ZoneLine]) -> None:
    """The zones to scale, north up; the delineated one in red."""
    shapes = [(line, from_wkb(line.outline)) for line in lines if line.outline]
    west, south, east, north = (
        pick(shape.bounds[side] for _line, shape in shapes) for side, pick in enumerate((min, min, max, max))
    )
    metres_east = math.cos(math.radians((south + north) / 2)) * _METRES_OF_A_DEGREE
    wide, high = (east - west) * metres_east, (north - south) * _METRES_OF_A_DEGREE
    scale = min((width - 24) / max(wide, 1e-9), (height - 40) / max(high, 1e-9))
    left, low = x + (width - wide * scale) / 2, y + 22 + (height - 30 - high * scale) / 2
    pen.box(x, y, width, height, fill=CARD)
    pen.box(x, y, width, height, stroke=LINE)
    for line, shape in shapes:
        colour = SEAL if line.kind == "legal" else LEAF
        for part in getattr(shape, "geoms", [shape]):
            path = pen.canvas.beginPath()
            corners = [
                (left + (lon - west) * metres_east * scale, low + (lat - south) * _METRES_OF_A_DEGREE * scale)
                for lon, lat, *_rest in part.exterior.coords
            ]
            path.moveTo(*corners[0])
            for corner in corners[1:]:
                path.lineTo(*corner)
            path.close()
            with pen.state() as canvas:
                canvas.setStrokeColor(colour)
                canvas.setFillColor(translucent(colour, 0.12))
                canvas.setLineWidth(1.2)
                canvas.drawPath(path, fill=1, stroke=1)
    bar = max((metres for metres in _BARS if metres * scale <= width / 3), default=_BARS[0])
    pen.rule(x + 10, y + 10, x + 10 + bar * scale, y + 10, SOFT, 1.2)
    pen.text(x + 14 + bar * scale, y + 7.5, f"{bar} m", SMALL, colour=SOFT)
    pen.text(x + width - 10, y + height - 12, "N ↑", SMALL, colour=SOFT, align="right")


def draw_health(flow: Flow, care: OfficeCare, t: Translator) -> None:
    """The assessments, the latest first and in full, their trend, and what instruments read."""
    _ = t.gettext
    if care.assessments:
        _latest(flow, care.assessments[0], t)
        columns = [
            Column(_("Date"), 1.8), Column(_("Model"), 3.4), Column(_("Outcome"), 5.4),
            Column(_("Assessed by"), 2),
        ]  # fmt: skip
        rows = [
            [
                each.assessed_on.isoformat(), t.pick(each.result.title), assessment_words(each, t),
                "\n".join(filter(None, (each.party, each.reviewer))) or "—",
            ]
            for each in care.assessments
        ]  # fmt: skip
        flow.table(columns, rows)
        _trends(flow, care.assessments, t)
    for reading in care.readings:
        flow.gap(3)
        flow.paragraph(f"{reading.measured_on.isoformat()} · {reading_words(reading, t)}", size=SMALL + 0.6)


def _latest(flow: Flow, each: AssessmentRecord, t: Translator) -> None:
    """What the newest assessment found: the worst answers first."""
    _ = t.gettext
    flow.paragraph(_("Latest, {day}: {words}", day=each.assessed_on, words=assessment_words(each, t)))
    scored = [line for line in each.result.lines if line.score is not None]
    worst = sorted(scored, key=lambda line: (line.score or 0, line.code))[:MOST_ANSWERS]
    told = [f"{t.pick(line.label)} {t.pick(line.said)}" for line in worst if (line.score or 0) < 60]
    if told:
        flow.paragraph(
            _("To be watched: {findings}", findings=_("; ").join(told)), size=SMALL + 0.6, colour=SOFT
        )
    if each.next_on:
        flow.paragraph(_("next on {day}", day=each.next_on), size=SMALL + 0.6, colour=SOFT)
    flow.gap(4)


def _trends(flow: Flow, assessments: tuple[AssessmentRecord, ...], t: Translator) -> None:
    """The scores over the years, a chart for each model: scores of two models are never joined."""
    models: defaultdict[tuple[str, str], dict[object, tuple[AssessmentRecord, float]]] = defaultdict(dict)
    for each in reversed(assessments):
        if each.result.score is not None:
            models[each.model_id, each.model_version][each.assessed_on] = (each, each.result.score)
    for rows in models.values():
        if len(rows) > 1:
            found = [(each.assessed_on, round(score, 1)) for each, score in rows.values()]
            first = next(iter(rows.values()))[0]
            flow.need(TREND_HEIGHT + 22)
            caption = t.gettext("Score by {model}", model=t.pick(first.result.title))
            flow.pen.text(MARGIN, flow.y - 12, caption, SMALL, colour=SOFT)
            draw_series(
                flow.pen, MARGIN, flow.y - TREND_HEIGHT - 16, WIDTH, TREND_HEIGHT, found, bounds=(0, 100)
            )
            flow.y -= TREND_HEIGHT + 20


def draw_strategies(flow: Flow, care: OfficeCare, t: Translator) -> None:
    """Strategies with their lines, signatures, works and money."""
    _ = t.gettext
    for each in care.strategies:
        _strategy(flow, each, t)
    if care.works:
        if care.strategies:
            flow.paragraph(_("Works by themselves"), size=SMALL, colour=SOFT)
        _works(flow, care.works, t)


def _strategy(flow: Flow, each: StrategyRecord, t: Translator) -> None:
    _ = t.gettext
    flow.need(60)
    flow.gap(4)
    flow.paragraph(strategy_words(each, t), role="serif", size=10.4, colour=BARK)
    for label, text in (
        (_("Diagnosis"), each.diagnosis), (_("Risks"), each.risks), (_("Problems"), each.problems),
        (_("Aims"), each.aims), (_("Monitoring"), each.monitoring),
        (_("Emergency plan"), each.emergency_plan), (_("Result"), each.outcome),
    ):  # fmt: skip
        if text:
            flow.paragraph(f"{label}{_(': ')}{text}")
    if each.lines:
        flow.gap(3)
        columns = [
            Column(_("No."), 0.6), Column(_("Measure"), 3.6), Column(_("Quantity"), 1.4),
            Column(_("Sum"), 2.0, align="right"), Column(_("In charge"), 2.2), Column(_("Due"), 1.8),
        ]  # fmt: skip
        rows = [
            [
                f"{line.ordinal}{'' if line.is_confirmed else ' ?'}",
                "\n".join(filter(None, (t.word(measure_labels(), line.measure), line.text))),
                amount_words(line.quantity, line.unit, t),
                money_text(line.amount_cents, each.currency, t),
                line.party or "",
                line.due_on.isoformat() if line.due_on else "",
            ]
            for line in each.lines
        ]
        flow.table(columns, rows)
    signed = [
        " ".join((t.word(SignRole, s.role), s.party, s.signed_on.isoformat()))
        for s in sorted(each.signatures, key=lambda s: (s.signed_on, _ROLES.index(str(s.role))))
        if not s.is_void
    ]
    if signed:
        flow.paragraph(" · ".join(signed), size=SMALL, colour=SOFT)
    if each.works:
        _works(flow, each.works, t)


def _works(flow: Flow, works: tuple[WorkRecord, ...], t: Translator) -> None:
    _ = t.gettext
    columns = [
        Column(_("Work order"), 2.3), Column(_("Measure"), 2.8), Column(_("State"), 1.5),
        Column(_("Date"), 1.8),
        Column(_("Crew"), 2.2), Column(_("Cost"), 1.9, align="right"), Column(_("Result"), 2.4),
    ]  # fmt: skip
    rows = []
    for work in works:
        day = work.accepted_on or work.finished_on or work.started_on or work.ordered_on or work.due_on
        rows.append(
            [
                work.number, t.word(measure_labels(), work.measure), t.word(WorkState, work.state),
                day.isoformat() if day else "", work.crew or "",
                money_text(work.cost_cents, work.currency, t), work.outcome or "",
            ]
        )  # fmt: skip
    flow.table(columns, rows)


def draw_care_log(flow: Flow, care: OfficeCare, t: Translator, parts: Parts) -> None:
    """How often it was patrolled, and the latest lines of the care log."""
    _ = t.gettext
    if care.care:
        parts.sub(care_titles(t)["care"])
    if care.patrols:
        flow.paragraph(patrol_words(care, t))
        flow.gap(3)
    if care.care:
        columns = [Column(_("Date"), 1.8), Column(_("What"), 9)]
        shown = care.care[:MOST_LOG_LINES]
        flow.table(columns, [[line.done_on.isoformat(), log_words(line, t)] for line in shown])
    if (more := len(care.care) - MOST_LOG_LINES) > 0:
        flow.paragraph(
            t.ngettext("{count} older line is not printed", "{count} older lines are not printed", more),
            size=SMALL, colour=SOFT,
        )  # fmt: skip


def care_texts(care: OfficeCare, t: Translator) -> list[str]:
    """What the pages may say that is in no record, for the fonts."""
    texts = [t.pick(label) for label in CAVEATS.values()]
    texts += [text for line in care.zones for text in zone_words(line, t)]
    texts += [assessment_words(each, t) for each in care.assessments]
    texts += [reading_words(each, t) for each in care.readings]
    return [*texts, "- ↑N；？?—"]
