"""What the commands of assessments share: their group, their options, and how they find things."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from registry.assessment_models import ModelLibrary, model_folder
from registry.cli.app import Office, _, app
from registry.cli.word_options import codes_of, either
from registry.health import Which, assessment_records
from registry.health_records import AssessmentRecord
from registry.models import Assessment
from registry.vocab.words import Environment, RiskRating, Vigour

assess = typer.Typer(
    no_args_is_help=True, help=_("Assessments by a model: health, risk, condition; readings of instruments.")
)
app.add_typer(assess, name="assess")

Day = typer.Option(formats=["%Y-%m-%d"], help=_("Day of the assessment."))
Answers = Annotated[
    list[str] | None,
    typer.Argument(metavar="CODE=VALUE…", help=_("Answers by code; CODE.note=… is a note on one.")),
]
ModelOption = Annotated[str, typer.Option(help=_("Model; `gushu assess models` lists them."))]
By = Annotated[str, typer.Option(help=_("Who assessed."))]
Unit = Annotated[bool, typer.Option("--unit", help=_("Who is named is a unit."))]
VigourOption = Annotated[
    Vigour | None,
    typer.Option(
        parser=either(Vigour), metavar=codes_of(Vigour), help=_("Vigour as the assessor states it.")
    ),
]
Scale = Annotated[str | None, typer.Option(help=_("Scale of the vigour; else the model's, such as lyt2738."))]
EnvironmentOption = Annotated[Environment | None, typer.Option(help=_("Growth environment, as stated."))]
Risk = Annotated[RiskRating | None, typer.Option(help=_("Risk rating, as stated."))]
Years = Annotated[float | None, typer.Option(help=_("Time frame of the risk, in years."))]
Next = Annotated[datetime | None, typer.Option("--next", formats=["%Y-%m-%d"], help=_("Next assessment."))]
Notes = Annotated[str | None, typer.Option(help=_("Notes for the office."))]
AnswerFile = Annotated[
    Path | None, typer.Option("--file", help=_("Answers as JSON, or as a table of code and value."))
]
Submission = Annotated[
    str | None, typer.Option(help=_("Id of the submission: sent again, it is recorded once."))
]
Which_ = Annotated[
    str, typer.Argument(metavar="ASSESSMENT", help=_("The first letters of its id, as lists show it."))
]


def library_of(office: Office) -> ModelLibrary:
    """The models at hand."""
    return ModelLibrary(model_folder(office.address))


def one_of(session: Session, row: Assessment) -> AssessmentRecord:
    """An assessment as a record."""
    which = Which(record=next(
        (kind, own) for kind in ("tree", "grove", "garden", "place") if (own := getattr(row, f"{kind}_id"))
    ))  # fmt: skip
    return next(each for each in assessment_records(session, which) if each.id == row.id)
