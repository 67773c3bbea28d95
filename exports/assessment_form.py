"""A blank form of an assessment model for the field: a workbook to fill and send back, or a paper."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from exports.blocks import Block, Facts, Heading, Note, Table, write_blocks
from exports.flow import Column as Cell
from exports.flow import Running
from exports.workbook import Column, Sheet, write_workbook
from registry.health_records import AssessmentModel, Indicator
from registry.vocab.language import Translator
from registry.vocab.rule_words import CONFIDENCES, STANDINGS
from registry.vocab.words import Environment, RiskRating, Vigour

BLANK_ROWS = 30
"""Rows to fill where no records were chosen."""
_BOX = "□ "
_WIDE = 46
"""Letters that a cell for answers is wide; a Chinese character counts two."""


def write_form_book(
    model: AssessmentModel,
    numbers: Sequence[str],
    out: BinaryIO,
    *,
    language: Translator,
    made_at: datetime | None = None,
) -> None:
    """Write a workbook: a row for each record (`numbers`, or blank), a column for each indicator; and a sheet
    that says what may be answered. Its headers begin with keys that an import knows again.
    """
    t = language
    _ = t.gettext
    first = [
        Column(f"record {_('Number')}", 20), Column(f"on {_('Day')}", 13, "date"),
        Column(f"by {_('Assessor')}", 14),
    ]  # fmt: skip
    asked = [Column(f"{each.code} {t.pick(each.label)}", 16, unit=each.unit) for each in model.indicators]
    stated = [
        Column(f"{key} {label}", 14)
        for key, label in (
            ("vigour", _("Vigour, as stated")), ("scale", _("Scale")),
            ("environment", _("Environment, as stated")), ("risk", _("Risk, as stated")),
            ("years", _("Time frame, years")), ("next", _("Next assessment")),
            ("document", _("Document")), ("notes", _("Notes")),
        )
    ]  # fmt: skip
    columns = (*first, *asked, *stated)
    blank = [None] * (len(columns) - 1)
    rows = [(number, *blank) for number in numbers] or [(None, *blank) for _row in range(BLANK_ROWS)]
    made_by = (f"{model.id} v{model.version} · {t.pick(model.citation)}",)
    write_workbook(
        [Sheet(t.pick(model.title), columns, rows), _key_sheet(model, t)],
        out,
        title=t.pick(model.title),
        made_by=made_by,
        language=t,
        made_at=made_at,
    )


def write_form_pdf(
    model: AssessmentModel,
    numbers: Sequence[str],
    out: BinaryIO,
    *,
    language: Translator,
    made_at: datetime | None = None,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write a sheet of paper with a line for each indicator; `numbers` stand in its head."""
    t = language
    _ = t.gettext
    standing = f"{t.word(STANDINGS, model.standing)} · {t.word(CONFIDENCES, model.confidence)}"
    running = Running(
        head=f"{model.id} v{model.version}",
        head_right=standing,
        foot=t.pick(model.citation),
        page_of=_("page {page} of {total}"),
    )
    write_blocks(
        list(_blocks(model, numbers, t)),
        out,
        title=t.pick(model.title),
        subtitle=_("Form for the field"),
        running=running,
        html_lang=t.html_lang,
        made_at=made_at,
        extra_fonts=extra_fonts,
    )


def _blocks(model: AssessmentModel, numbers: Sequence[str], t: Translator) -> Iterator[Block]:
    _ = t.gettext
    line = "_" * 26
    yield Facts([
        (_("Number"), " ".join(numbers) or line), (_("Day"), line), (_("Assessor"), line),
        (_("Reviewer"), line),
    ])  # fmt: skip
    if model.note:
        yield Note(t.pick(model.note))
    for group in model.groups:
        own = [each for each in model.indicators if each.group == group.code]
        yield Heading(t.pick(group.label), group.code)
        columns = [Cell(_("Code"), 2), Cell(_("Asked"), 3), Cell(_("Answer"), 6.4), Cell(_("Notes"), 2.6)]
        yield Table(columns, [[each.code, _asked(each, t), _room(each, t), ""] for each in own])
    if model.scales:
        yield Heading(_("Words of the matrices"), "scales")
        yield Facts([
            (t.pick(scale.label), " · ".join(t.pick(level.label) for level in scale.levels))
            for scale in model.scales
        ])  # fmt: skip
    yield Heading(_("Stated by the assessor"), "stated")
    applies = {
        _("Vigour, as stated"): line,
        _("Environment, as stated"): _boxes(t.word(Environment, each) for each in Environment),
        _("Risk, as stated"): _boxes(t.word(RiskRating, each) for each in RiskRating),
        _("Next assessment"): line,
        _("Notes"): line * 2,
    }
    yield Facts(list(applies.items()))


def _asked(indicator: Indicator, t: Translator) -> str:
    unit = f" ({indicator.unit})" if indicator.unit else ""
    note = f"\n{t.pick(indicator.note)}" if indicator.note else ""
    return f"{t.pick(indicator.label)}{unit}{note}"


def _room(indicator: Indicator, t: Translator) -> str:
    if indicator.levels:
        options = [t.pick(level.label) for level in indicator.levels]
        return _boxes([*options, *([t.gettext("does not apply")] if indicator.may_not_apply else [])])
    if indicator.kind == "pairs":
        return "\n" * 9
    return "_" * 12 + f" {indicator.unit}" if indicator.kind == "number" else "\n"


def _boxes(options: Sequence[str] | Iterator[str]) -> str:
    """Options to tick, none of them broken over two lines of its cell."""
    lines = [""]
    for option in options:
        told = f"{_BOX}{option}"
        line = f"{lines[-1]}   {told}".strip()
        is_full = sum(2 if character > "\u2e7f" else 1 for character in line) > _WIDE
        lines[-1:] = [lines[-1], told] if is_full and lines[-1] else [line]
    return "\n".join(lines)


def _key_sheet(model: AssessmentModel, t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("Code"), 14), Column(_("Asked"), 26), Column(_("What may be answered"), 70),
        Column(_("Weight"), 9, "percent"), Column(_("Note"), 40),
    )  # fmt: skip
    words = {"vigour": Vigour, "environment": Environment, "risk": RiskRating}
    rows = [
        (each.code, t.pick(each.label), _answers(each, t), each.weight or None,
         t.pick(each.note) if each.note else "")
        for each in model.indicators
    ]  # fmt: skip
    rows += [
        (key, "", " · ".join(f"{word.value} {t.word(enum, word)}" for word in enum), None, "")
        for key, enum in words.items()
    ]
    notes = (t.pick(model.note),) if model.note else ()
    return Sheet(_("What may be answered"), columns, rows, notes=notes)


def _answers(indicator: Indicator, t: Translator) -> str:
    _ = t.gettext
    steps = " · ".join(f"{level.code} {t.pick(level.label)}" for level in indicator.levels)
    if indicator.kind == "many":
        return _("several, with commas: {levels}", levels=steps)
    if indicator.kind == "number":
        bounds = "–".join(f"{each:g}" for each in (indicator.least, indicator.most) if each is not None)
        return " ".join(filter(None, (_("a number"), bounds, indicator.unit)))
    return steps or _("words")
