"""`gushu case sheet`: a case on paper, to go with a referral to enforcement."""

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from exports.case_sheet import write_case_sheet
from registry.case_records import CaseSheet
from registry.cli.app import Office, _
from registry.cli.case_desk import case_called, label_of
from registry.cli.case_follow import case_app
from registry.cli.case_words import state_word
from registry.cli.case_works_words import (
    cited,
    fine_of,
    local_instant,
    project_class_word,
    ruled,
    step_word,
)
from registry.cli.exporting import register_facts, written
from registry.commands.case_effects import SUBJECTS, subject_of
from registry.commands.case_files import CaseView, view_case
from registry.db import reading
from registry.models import CaseDocument, CaseFile, Tree
from registry.outputs import check_output
from registry.rules.casework_works import penalty_rules, works_rule
from registry.rules.packs import RulePack
from registry.vocab.care_words import INCIDENTS, DocumentKind
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.rule_words import CLASSES
from registry.vocab.words import CaseKind

__all__ = ["case_app"]


@case_app.command(
    help=_(
        "Print the summary of a case (PDF): facts, law, steps, files with their hashes; without the reporter."
    )
)
def sheet(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    out: Annotated[Path, typer.Option(help=_("The file to write (.pdf)."))],
) -> None:
    """Print a case."""
    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        case = case_called(session, {"case": number})
        pack = office.packs().find(case.pack_id) if case.pack_id else None
        made = sheet_of(session, office, view_case(session, case), pack)
    with written(out) as stream:
        write_case_sheet(made, stream)
    office.say(str(out))
    office.answer({"case": made.number, "file": str(out), "files": len(made.files)})


def sheet_of(session: Session, office: Office, view: CaseView, pack: RulePack | None) -> CaseSheet:
    """What the printed summary of a case says."""
    t, case = office.t, view.case
    facts = register_facts(session, office)
    kind = t.word(CaseKind, case.kind)
    return CaseSheet(
        title=t.gettext("Case summary: {kind}", kind=kind),
        number=case.number,
        register_name=facts.register_name,
        lang=t.lang,
        confidential=t.gettext("For the office only: holds what is not public."),
        facts=tuple(_facts(session, t, view, pack)),
        law=tuple(_law(t, view, pack)),
        law_note=t.gettext("Only the range stands here; what is imposed is decided by the enforcing office.")
        if case.incident
        else "",
        steps=tuple(
            (
                str(step.happened_on),
                step_word(t, step.kind, case.kind),
                step.by or "",
                step.document_no or "",
                t.gettext("left out: {reason}", reason=step.omitted_reason)
                if step.omitted_reason
                else step.text or "",
            )
            for step in view.steps
        ),
        files=tuple(_file(t, row, view.zone) for row in view.documents),
        history_head=facts.history_head,
        made_at=facts.made_at,
        sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
    )


def _facts(
    session: Session, t: Translator, view: CaseView, pack: RulePack | None
) -> Iterator[tuple[str, str]]:
    _, case = t.gettext, view.case
    classes = " · ".join(t.word(CLASSES, one) for one in view.facts.classes)
    incident = f"{case.incident} {t.word(INCIDENTS, case.incident)}" if case.incident else ""
    named = project_class_word(t, case.project_class, pack) if case.project_class else None
    for label, value in (
        (_("About"), " · ".join([_named(session, case), *view.also])),
        (_("Protected as"), classes),
        (_("Incident"), incident),
        (_("Project"), " · ".join(filter(None, [case.project, named]))),
        (_("Applicant"), view.people.get(case.applicant_id or "", "")),
        (_("Opened on"), str(case.opened_on)),
        (_("State"), state_word(t, view)),
        (_("Checks of the zones"), " · ".join(view.checks)),
        (_("Fine imposed"), money_text(case.penalty_cents, case.currency, t)),
        (_("Compensation paid"), money_text(case.compensation_cents, case.currency, t)),
    ):
        if value:
            yield label, value


def _named(session: Session, case: CaseFile) -> str:
    """The record that the case is filed under: its number and name."""
    kind, own = subject_of(case)
    record = session.get_one(SUBJECTS[kind], own)
    name = record.name_verbatim if isinstance(record, Tree) else getattr(record, "name", None)
    return " ".join(filter(None, [label_of(session, case), name]))


def _law(t: Translator, view: CaseView, pack: RulePack | None) -> Iterator[tuple[str, str]]:
    if view.case.kind == CaseKind.WORKS and (rule := works_rule(view.facts, pack)):
        yield t.gettext("The law asks"), ruled(t, rule)
    for rule in penalty_rules(view.facts, pack):
        yield t.gettext("Range of fines, each tree"), f"{fine_of(t, rule)} — {cited(t, rule.basis)}"


def _file(t: Translator, row: CaseDocument, zone: tzinfo) -> tuple[str, str, str, str, str]:
    named = " · ".join(filter(None, [row.title, row.file_name, row.document_no]))
    size = t.ngettext("{count} byte", "{count} bytes", row.size_bytes)
    return (
        t.word(DocumentKind, row.kind),
        named,
        local_instant(row.taken_at, zone) if row.taken_at else "",
        size,
        row.sha256,
    )
