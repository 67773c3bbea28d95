"""Strategies as lines and JSON: what `gushu strategy` prints."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from registry.cli.app import Office
from registry.cli.rule_tables import table
from registry.cli.strategy_desk import about_words, quantity_words
from registry.strategy_records import LineRecord, StrategyRecord
from registry.vocab.care_words import FundSource, SignRole, StrategyState, WorkState
from registry.vocab.language import Translator
from registry.vocab.measures import measure_labels
from registry.vocab.money import money_text
from registry.vocab.rule_words import DEADLINES
from registry.vocab.strategy_words import STRATEGY_TEXTS


def full_number(record: StrategyRecord) -> str:
    """Number and version."""
    return record.number if record.version == 1 else f"{record.number}v{record.version}"


def strategy_line(record: StrategyRecord, today: date, t: Translator) -> str:
    """A strategy in one line."""
    works = sum(work.is_open for work in record.works)
    parts = (
        full_number(record),
        about_words(record.about),
        t.word(StrategyState, record.state),
        t.gettext("rescue") if record.is_rescue else "",
        money_text(record.planned_cents, record.currency, t),
        t.ngettext("{count} work open", "{count} works open", works) if works else "",
        _due(record, today, t),
    )
    return "  ".join(filter(None, parts))


def say_strategy(office: Office, record: StrategyRecord, today: date, *, brief: bool = False) -> None:
    """A strategy for a person; brief: state and lines alone."""
    t = office.t
    office.say(strategy_line(record, today, t))
    if not brief:
        for line in _head(record, t):
            office.say(line)
    rows = [_line_row(line, record.currency, t) for line in record.lines]
    for line in table(rows, indent=2):
        office.say(line)
    waiting = sum(not line.is_confirmed for line in record.lines)
    if waiting:
        office.say(
            t.ngettext(
                "{count} line is proposed only (?): look at it, then",
                "{count} lines are proposed only (?): look at each, then",
                waiting,
            )
            + f" `gushu strategy confirm {full_number(record)}`"
        )
    if brief:
        return
    for signature in record.signatures:
        office.say("  " + _signed(signature, t))
    for work in record.works:
        said = (work.number, t.word(measure_labels(), work.measure), t.word(WorkState, work.state))
        office.say(
            "  " + "  ".join(filter(None, (*said, work.crew, money_text(work.cost_cents, work.currency, t))))
        )


def _head(record: StrategyRecord, t: Translator) -> Iterator[str]:
    before = record.before
    if before is not None:
        score = t.gettext("score {score}", score=t.number(before.score)) if before.score is not None else ""
        said = t.gettext("assessed on {day} by {model}", day=before.assessed_on, model=before.model_id)
        yield "  " + "  ".join(filter(None, (said, score)))
    for name, label in STRATEGY_TEXTS.items():
        if text := getattr(record, name):
            yield t.gettext("  {field}: {value}", field=t.pick(label), value=text)
    if record.approved_by:
        facts = {"by": record.approved_by, "day": record.approved_on, "document": record.document_no}
        yield "  " + t.gettext("approved by {by} on {day}, {document}", **facts)
    if record.outcome:
        yield "  " + t.gettext("accepted on {day}: {outcome}", day=record.accepted_on, outcome=record.outcome)


def _line_row(line: LineRecord, currency: str, t: Translator) -> list[str]:
    why = line.why_zh if t.lang == "zh" else line.why_en
    fund = t.word(FundSource, line.fund_source) if line.fund_source else ""
    return [
        f"{line.ordinal}{'' if line.is_confirmed else ' ?'}",
        line.measure,
        t.word(measure_labels(), line.measure),
        quantity_words(t, line.quantity, line.unit),
        money_text(line.amount_cents, currency, t),
        "  ".join(filter(None, (fund, line.party, str(line.due_on or ""), line.text or why))),
    ]


def _signed(signature: Any, t: Translator) -> str:
    said = t.gettext(
        "{role}: {party}, {day}",
        role=t.word(SignRole, signature.role),
        party=signature.party,
        day=signature.signed_on,
    )
    marks = (
        "" if signature.is_favourable else t.gettext("against"),
        t.gettext("does not count: the content was changed since") if signature.is_void else "",
        signature.opinion,
    )
    return "  ".join(filter(None, (said, *marks)))


def _due(record: StrategyRecord, today: date, t: Translator) -> str:
    if record.due is None:
        return ""
    kind = "rescue" if record.is_rescue else "strategy"
    step = t.word(DEADLINES, f"{kind}_{record.due.step}")
    facts = {"step": step, "day": record.due.due_on}
    is_late = record.due.due_on < today
    said = (
        t.gettext("{step} was due on {day}", **facts)
        if is_late
        else t.gettext("{step} due on {day}", **facts)
    )
    return f"{said} *{t.gettext('a default, not law')}" if record.due.is_default else said


def told_strategy(record: StrategyRecord) -> dict[str, Any]:
    """A strategy for programs."""
    facts = asdict(record)
    for work in facts["works"]:
        for photo in work["photos"]:
            photo.pop("jpeg")
    return {
        **facts,
        "planned_cents": record.planned_cents,
        "spent_cents": record.spent_cents,
        "change": record.change,
    }
