"""What the office keeps beside a tree, as lines: for pages of a dossier and for the file as text or HTML."""

from collections.abc import Iterator, Mapping

from exports.zone_list import basis_words, confidence_word, document_words
from registry.growth_records import GrowthRecord
from registry.health_records import AssessmentRecord, ReadingRecord
from registry.office_records import CareLogRecord, OfficeCare
from registry.records import CareEventRecord
from registry.strategy_records import LineRecord, StrategyRecord, WorkRecord
from registry.vocab.care_words import CareKind, InstrumentKind, StrategyState, WorkState, ZoneKind
from registry.vocab.growth_words import CAVEATS, LACKS
from registry.vocab.language import Translator
from registry.vocab.measures import UNITS, measure_labels
from registry.vocab.money import money_text
from registry.vocab.readings import reading_text
from registry.vocab.words import VIGOUR_SCALES, Environment, RiskRating, Vigour
from registry.zone_records import ZoneLine


def event_words(row: CareEventRecord, t: Translator) -> str:
    """One thing that was done, without its day."""
    _ = t.gettext
    label, detail = (row.label_zh, row.detail_zh) if t.lang == "zh" else (row.label_en, row.detail_en)
    if row.kind == "works":
        return _("Works accepted: {measure}", measure=label)
    said = [f"{label}{_(': ')}{detail}" if detail else label]
    if row.score is not None:
        said.append(_("{score} of 100", score=t.number(row.score, 1)))
    return _(", ").join(said)


def zone_words(line: ZoneLine, t: Translator) -> list[str]:
    """One zone: kind and area, what it rests on, its document, how sure."""
    _ = t.gettext
    area = "" if line.area_m2 is None else f"{t.number(line.area_m2, 1)} m²"
    sure = confidence_word(line, t)
    return [
        " · ".join(filter(None, (t.word(ZoneKind, line.kind), area))),
        basis_words(line, t),
        document_words(line, t),
        _("confidence: {word}", word=sure) if sure and line.kind != "legal" else "",
    ]


def assessment_words(each: AssessmentRecord, t: Translator) -> str:
    """What came out of an assessment and what the assessor stated, in a line."""
    _, result = t.gettext, each.result
    said = []
    if result.band_label:
        said.append(t.pick(result.band_label))
    if result.is_scored and result.score is not None:
        said.append(_("{score} of 100", score=t.number(result.score, 1)))
    if result.is_scored:
        said.append(_("{share} of the model answered", share=f"{result.coverage:.0%}"))
    if result.knockout:
        said.append(_("overridden by: {finding}", finding=t.pick(result.knockout)))
    if result.rating_label:
        said.append(_("matrices: {risk}", risk=t.pick(result.rating_label)))
    if each.vigour:
        scale = t.word(VIGOUR_SCALES, each.vigour_scale)
        said.append(_("vigour {vigour} ({scale})", vigour=t.word(Vigour, each.vigour), scale=scale))
    if each.environment:
        said.append(_("environment {word}", word=t.word(Environment, each.environment)))
    if each.risk_rating:
        said.append(_("risk {word}", word=t.word(RiskRating, each.risk_rating)))
    return " · ".join(said)


def reading_words(each: ReadingRecord, t: Translator) -> str:
    """A reading without its day."""
    values = " · ".join(reading_text(name, number, unit, t) for name, number, unit in each.values)
    said = (t.word(InstrumentKind, each.instrument), each.position, values, each.file_name)
    return "  ".join(filter(None, said))


def strategy_words(each: StrategyRecord, t: Translator) -> str:
    """A strategy in a line: number, state, when, what was planned and spent."""
    _ = t.gettext
    number = each.number if each.version == 1 else f"{each.number} v{each.version}"
    planned, spent = (money_text(c, each.currency, t) for c in (each.planned_cents, each.spent_cents))
    days = " – ".join(day.isoformat() for day in (each.starts_on, each.ends_on) if day)
    said = (
        number,
        t.word(StrategyState, each.state),
        _("rescue") if each.is_rescue else "",
        days,
        _("planned {amount}", amount=planned) if planned else "",
        _("spent {amount}", amount=spent) if spent else "",
    )
    return " · ".join(filter(None, said))


def amount_words(quantity: float | None, unit: str | None, t: Translator) -> str:
    """A quantity with its unit, "" where there is none."""
    if quantity is None:
        return ""
    return f"{t.number(quantity)} {t.word(UNITS, unit) if unit in UNITS else unit or ''}".rstrip()


def line_words(line: LineRecord, currency: str, t: Translator) -> str:
    """One measure of a strategy."""
    _ = t.gettext
    said = (
        t.word(measure_labels(), line.measure),
        "" if line.is_confirmed else _("proposed only"),
        amount_words(line.quantity, line.unit, t),
        money_text(line.amount_cents, currency, t),
        _("due {day}", day=line.due_on) if line.due_on else "",
        line.text,
    )
    return " · ".join(filter(None, said))


def work_words(work: WorkRecord, t: Translator) -> str:
    """One work order with its state, crew and cost."""
    _ = t.gettext
    day = work.accepted_on or work.finished_on or work.started_on or work.ordered_on
    said = (
        work.number,
        t.word(measure_labels(), work.measure),
        t.word(WorkState, work.state),
        day.isoformat() if day else "",
        work.crew,
        money_text(work.cost_cents, work.currency, t),
        work.outcome,
    )
    return " · ".join(filter(None, said))


def log_words(line: CareLogRecord, t: Translator) -> str:
    """One line of the care log without its day."""
    _ = t.gettext
    said = (
        t.word(CareKind, line.kind),
        amount_words(line.amount, line.unit, t),
        line.agent,
        line.by,
        _("checked: {score}", score=f"{line.score:g}") if line.score is not None else "",
        line.notes,
    )
    return " · ".join(filter(None, said))


def growth_words(found: GrowthRecord, t: Translator) -> list[str]:
    """How the tree grows, in sentences."""
    _ = t.gettext
    model = found.model
    if model is None:
        reason = t.pick(LACKS[found.lack]) if found.lack else ""
        return [_("No growth can be told: {reason}.", reason=reason)]
    rate, low, high = (f"{value:.2f}" for value in (model.rate, model.rate_low, model.rate_high))
    lines = [_("Girth grows {rate} cm a year ({low} – {high}).", rate=rate, low=low, high=high)]
    for each in found.projections:
        girth, low, high = (t.number(cm, 0) for cm in (each.girth_cm, each.low_cm, each.high_cm))
        lines.append(
            _("{day}: about {girth} cm ({low} – {high} cm)", day=each.on, girth=girth, low=low, high=high)
            + (_(" · farther ahead than the readings reach back") if each.is_far else "")
        )
    return lines + [t.pick(CAVEATS[caveat]) for caveat in model.caveats]


def care_lines(care: OfficeCare, t: Translator) -> Iterator[tuple[str, list[str]]]:
    """(title, lines) of each part of which anything is there."""
    titles, parts = care_titles(t), dict[str, list[str]]()
    parts["zones"] = [" · ".join(filter(None, zone_words(line, t))) for line in care.zones]
    parts["health"] = [
        f"{each.assessed_on} · {t.pick(each.result.title)} · {assessment_words(each, t)}"
        for each in care.assessments
    ]
    parts["health"] += [f"{each.measured_on} · {reading_words(each, t)}" for each in care.readings]
    for each in care.strategies:
        parts.setdefault("strategy", []).append(strategy_words(each, t))
        parts["strategy"] += [f"  {line_words(line, each.currency, t)}" for line in each.lines]
        parts["strategy"] += [f"  {work_words(work, t)}" for work in each.works]
    parts.setdefault("strategy", []).extend(work_words(work, t) for work in care.works)
    parts["care"] = [f"{line.done_on} · {log_words(line, t)}" for line in care.care]
    if care.patrols:
        parts["care"].append(patrol_words(care, t))
    parts["growth"] = growth_words(care.growth, t) if care.growth and care.growth.model else []
    for name, lines in parts.items():
        if lines:
            yield titles[name], lines


def patrol_words(care: OfficeCare, t: Translator) -> str:
    """How many patrols, and when the latest was."""
    count, day = len(care.patrols), care.patrols[0]
    return t.ngettext(
        "{count} patrol on record, the latest on {day}",
        "{count} patrols on record, the latest on {day}",
        count,
        day=day,
    )


def care_titles(t: Translator) -> Mapping[str, str]:
    """What the parts are called."""
    _ = t.gettext
    return {
        "zones": _("Protection zone"),
        "health": _("Health assessments"),
        "strategy": _("One tree, one strategy"),
        "care": _("Care and patrols"),
        "growth": _("Growth"),
    }
