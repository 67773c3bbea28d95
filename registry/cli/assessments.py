"""Assessments on the command line: recorded, corrected, reviewed, shown, listed, due."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.workbook import write_workbook
from registry.cli import assessment_forms, assessment_intake  # noqa: F401 (their commands)
from registry.cli.app import Office, _, given_day
from registry.cli.assessment_files import answers_file
from registry.cli.assessment_options import (
    AnswerFile,
    Answers,
    By,
    Day,
    EnvironmentOption,
    ModelOption,
    Next,
    Notes,
    Risk,
    Scale,
    Submission,
    Unit,
    VigourOption,
    Which_,
    Years,
    assess,
    library_of,
    one_of,
)
from registry.cli.assessment_words import (
    assessment_line,
    assessment_sheet,
    due_line,
    reading_line,
    told,
    trend_lines,
    whole_lines,
)
from registry.cli.exporting import register_facts, written
from registry.cli.ledgers import Document, Reason, Record, ref_of
from registry.commands.assessments import (
    AssessmentDraft,
    correct_assessment,
    find_assessment,
    record_assessment,
    review_assessment,
)
from registry.db import reading, transaction
from registry.health import Which, assessment_records, due_assessments, never_assessed, reading_records
from registry.outputs import check_output
from registry.vocab.care_words import AssessmentState
from registry.vocab.words import PartyKind, RiskRating, Vigour


@assess.command(help=_("Record an assessment; somebody else reviews it."))
def record(
    ctx: typer.Context,
    record: Record,
    model: ModelOption,
    on: Annotated[datetime, Day],
    by: By,
    answers: Answers = None,
    file: AnswerFile = None,
    vigour: VigourOption = None,
    scale: Scale = None,
    environment: EnvironmentOption = None,
    risk: Risk = None,
    years: Years = None,
    next_: Next = None,
    notes: Notes = None,
    document: Document = None,
    submission: Submission = None,
    unit: Unit = False,
) -> None:
    """Record an assessment."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    chosen = library_of(office).get(model)
    draft = AssessmentDraft(
        on.date(), by, _answers(answers, file), vigour, scale, environment, risk, years, given_day(next_),
        notes, document, submission, PartyKind.UNIT if unit else None,
    )  # fmt: skip
    with transaction(office.engine()) as session:
        ref = ref_of(session, record)
        row, is_new = record_assessment(
            session, ref, chosen, draft, today=office.today(session), actor=office.actor, now=now
        )
        kept = one_of(session, row)
    sentence = _("The assessment is on record.") if is_new else _("The assessment was on record already.")
    office.say(t.gettext(sentence))
    for line in whole_lines(kept, t):
        office.say(line)
    if is_new:
        office.say(t.gettext("Somebody else reviews it: `gushu assess review {id}`", id=kept.id[:8]))
    office.answer({**told(kept), "new": is_new})


@assess.command(help=_("Correct an assessment that awaits review: answers are changed or added."))
def correct(
    ctx: typer.Context,
    assessment: Which_,
    answers: Answers = None,
    on: Annotated[datetime | None, Day] = None,
    file: AnswerFile = None,
    vigour: VigourOption = None,
    scale: Scale = None,
    environment: EnvironmentOption = None,
    risk: Risk = None,
    years: Years = None,
    next_: Next = None,
    notes: Notes = None,
    reason: Reason = None,
) -> None:
    """Correct an assessment."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    with transaction(office.engine()) as session:
        row = find_assessment(session, assessment)
        before = one_of(session, row)
        draft = AssessmentDraft(
            on.date() if on else row.assessed_on,
            before.party or "",
            {**json.loads(row.answers), **_answers(answers, file)},
            vigour or row.vigour, scale or row.vigour_scale, environment or row.environment,
            risk or row.risk_rating, years if years is not None else row.time_frame_years,
            given_day(next_) or row.next_on, notes or row.notes, row.document_no,
        )  # fmt: skip
        changed = correct_assessment(
            session, row, library_of(office).get(row.model_id), draft, today=office.today(session),
            reason=reason, actor=office.actor, now=now,
        )  # fmt: skip
        kept = one_of(session, row)
    office.say_change(t.gettext("The assessment is corrected."), changed=bool(changed))
    for line in whole_lines(kept, t):
        office.say(line)
    office.answer({**told(kept), "changed": changed})


@assess.command(help=_("Review an assessment that somebody else made; then it counts."))
def review(
    ctx: typer.Context,
    assessment: Which_,
    by: Annotated[str, typer.Option(help=_("Who reviewed; not who assessed."))],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Day of the review; else today."))
    ] = None,
    unit: Unit = False,
) -> None:
    """Review an assessment."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    with transaction(office.engine()) as session:
        row = find_assessment(session, assessment)
        changed = review_assessment(
            session, row, by=by, on=given_day(on) or office.today(session), today=office.today(session),
            by_kind=PartyKind.UNIT if unit else None, actor=office.actor, now=now,
        )  # fmt: skip
        kept = one_of(session, row)
    office.say(t.gettext("Reviewed: {assessment}", assessment=assessment_line(kept, t)))
    for name, (old, new) in changed.items():
        pair = {"field": t.label(name), "old": _plain(old), "new": _plain(new)}
        office.say(t.gettext("  {field}: {old} → {new}", **pair))
    office.answer({**told(kept), "changed": sorted(changed)})


@assess.command(help=_("Show the assessments and readings of a record, the newest first."))
def show(
    ctx: typer.Context,
    record: Record,
    trend: Annotated[bool, typer.Option("--trend", help=_("Over the years, by model and scale."))] = False,
) -> None:
    """Show a record's assessments."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        kind, own, _called = ref_of(session, record)
        found = assessment_records(session, Which(record=(kind, own)))
        readings = reading_records(session, (kind, own))
    if trend:
        for line in trend_lines(found, t):
            office.say(line)
    else:
        for each in found:
            for line in whole_lines(each, t):
                office.say(line)
        for other in readings:
            if not other.assessment_id:
                office.say(reading_line(other, t))
    office.say(
        t.ngettext("{count} assessment", "{count} assessments", len(found))
        + " · "
        + t.ngettext("{count} reading", "{count} readings", len(readings))
    )
    if not found:
        office.say(t.gettext("Begin with a form: `gushu assess form gushu-health --out form.xlsx`"))
    office.answer({"record": record, "assessments": [told(e) for e in found], "readings": len(readings)})


@assess.command("list", help=_("List assessments of all records, here or into a workbook (.xlsx)."))
def list_(
    ctx: typer.Context,
    model: Annotated[str | None, typer.Option(help=_("Only of this model."))] = None,
    band: Annotated[str | None, typer.Option(help=_("Only with this band, by its code."))] = None,
    state: Annotated[AssessmentState | None, typer.Option(help=_("Only in this state."))] = None,
    vigour: Annotated[Vigour | None, typer.Option(help=_("Only with this vigour, as stated."))] = None,
    risk: Annotated[RiskRating | None, typer.Option(help=_("Only with this risk, as stated."))] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("From this day on."))] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Up to this day."))] = None,
    out: Annotated[Path | None, typer.Option(help=_("Write them into a workbook (.xlsx)."))] = None,
) -> None:
    """List assessments."""
    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".xlsx", office.address)
    which = Which(None, model, state, band, vigour, risk, given_day(since), given_day(until))
    with reading(office.engine()) as session:
        found = assessment_records(session, which)
        facts = register_facts(session, office)
    for each in found:
        office.say(assessment_line(each, t))
    drafts = sum(each.state == AssessmentState.DRAFT for each in found)
    count = t.ngettext("{count} assessment", "{count} assessments", len(found))
    office.say(t.gettext("{assessments}, of which {drafts} await review", assessments=count, drafts=drafts))
    if out:
        made_by = (
            f"{facts.register_name} · {office.today()}",
            t.gettext("For the office only: holds what is not public."),
        )
        with written(out) as stream:
            write_workbook(
                [assessment_sheet(found, t)], stream, title=t.gettext("Assessments"), made_by=made_by,
                language=t, made_at=office.now(),
            )  # fmt: skip
        office.say(str(out))
    office.answer({"assessments": [told(each) for each in found], "path": str(out) if out else None})


@assess.command(help=_("What is to be assessed again: endangered trees first, then the longest overdue."))
def due(
    ctx: typer.Context,
    within: Annotated[int, typer.Option(min=0, metavar="DAYS", help=_("Within so many days."))] = 30,
) -> None:
    """List what is due."""
    office: Office = ctx.obj
    t, by_id = office.t, {each.id: each for each in library_of(office).all()}
    with reading(office.engine()) as session:
        today = office.today(session)
        found = due_assessments(session, by_id, until=today + timedelta(days=within))
        never, trees = never_assessed(session)
    for each in found:
        office.say(due_line(each, today, t))
    overdue = sum(each.next_on < today for each in found)
    count = t.ngettext("{count} assessment due", "{count} assessments due", len(found))
    office.say(t.gettext("{due}, of which {overdue} overdue", due=count, overdue=overdue))
    all_trees = t.ngettext("{count} tree", "{count} trees", trees)
    office.say(t.gettext("Never assessed: {never} of {trees}", never=t.number(never, 0), trees=all_trees))
    names = ("kind", "number", "model_id", "last_on", "next_on", "vigour", "is_stated")
    rows = [{name: getattr(each, name) for name in names} for each in found]
    office.answer({"due": rows, "overdue": overdue, "never_assessed": never, "trees": trees})


def _answers(pairs: list[str] | None, file: Path | None) -> dict[str, Any]:
    found = answers_file(file) if file else {}
    for pair in pairs or ():
        code, sign, value = pair.partition("=")
        if not sign:
            raise typer.BadParameter(f"CODE=VALUE: {pair}")
        found[code.strip()] = f"{found[code]};{value}" if code in found and "|" in value else value
    return found


def _plain(value: Any) -> str:
    return "—" if value is None else str(getattr(value, "value", value))
