"""Models, blank forms and sheets of assessments on the command line."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from exports.assessment_form import write_form_book, write_form_pdf
from exports.assessment_sheet import write_assessment_sheet
from registry.assessment_models import model_folder
from registry.cli.app import Office, _
from registry.cli.assessment_options import Which_, assess, library_of, one_of
from registry.cli.assessment_words import model_line
from registry.cli.exporting import FontFiles, Where, register_facts, written
from registry.commands.assessments import find_assessment
from registry.db import reading
from registry.errors import NothingSelectedError, OutputKindError
from registry.health import with_evidence
from registry.models import Tree
from registry.outputs import check_output
from registry.selection import select_trees


@assess.command(help=_("List the models: those shipped and the office's own; one whole with its id."))
def models(ctx: typer.Context, model: Annotated[str | None, typer.Argument()] = None) -> None:
    """List models."""
    office: Office = ctx.obj
    t = office.t
    library = library_of(office)
    found = [library.get(model)] if model else library.all()
    for each in found:
        office.say(model_line(each, t))
        if model:
            office.say(t.pick(each.citation))
            for indicator in each.indicators:
                steps = " · ".join(f"{level.code} {t.pick(level.label)}" for level in indicator.levels)
                weight = f"  {indicator.weight:.0%}" if indicator.weight else ""
                unit = f" ({indicator.unit})" if indicator.unit else ""
                office.say(f"  {indicator.code} {t.pick(indicator.label)}{unit}{weight}  {steps}".rstrip())
    if not model:
        office.say(t.ngettext("{count} model", "{count} models", len(found)))
        office.say(
            t.gettext("Models of your own: TOML files in {folder}", folder=model_folder(office.address))
        )
    names = ("id", "version", "about", "applies_to", "standing", "confidence", "sha256")
    office.answer({"models": [{name: getattr(each, name) for name in names} for each in found]})


@assess.command(help=_("A blank form of a model for the field: workbook (.xlsx) or paper (.pdf)."))
def form(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    out: Annotated[Path, typer.Option(help=_("The file to write, .xlsx or .pdf."))],
    where: Where = None,
    font: FontFiles = None,
) -> None:
    """Write a form."""
    office: Office = ctx.obj
    kind = out.suffix.lower()
    if kind not in {".xlsx", ".pdf"}:
        raise OutputKindError(path=out, known=[".pdf", ".xlsx"])
    found = library_of(office).get(model)
    check_output(out, kind, office.address)
    numbers: list[str] = []
    if where:
        with reading(office.engine()) as session:
            ids = select_trees(where).subquery()
            query = select(Tree.tree_no).where(col(Tree.id).in_(select(ids.c[0])))
            numbers = list(session.exec(query.order_by(col(Tree.tree_no))))
        if not numbers:
            raise NothingSelectedError(where=" ".join(where))
    with written(out) as stream:
        if kind == ".xlsx":
            write_form_book(found, numbers, stream, language=office.t, made_at=office.now())
        else:
            write_form_pdf(
                found, numbers, stream, language=office.t, made_at=office.now(), extra_fonts=font or ()
            )
    office.say(str(out))
    office.answer({"path": str(out), "model": found.id, "rows": len(numbers)})


@assess.command(help=_("Write one assessment as a sheet (.pdf) for the office."))
def sheet(ctx: typer.Context, assessment: Which_, out: Path, font: FontFiles = None) -> None:
    """Write a sheet."""
    office: Office = ctx.obj
    if out.suffix.lower() != ".pdf":
        raise OutputKindError(path=out, known=[".pdf"])
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        kept = with_evidence(
            session, one_of(session, find_assessment(session, assessment)), office.paper_photos()
        )
        facts = register_facts(session, office)
    with written(out) as stream:
        write_assessment_sheet(
            kept, stream, register_name=facts.register_name, history_head=facts.history_head,
            made_at=facts.made_at, made_on=facts.made_on, language=office.t, extra_fonts=font or (),
        )  # fmt: skip
    office.say(str(out))
    office.answer({"path": str(out), "id": kept.id})
