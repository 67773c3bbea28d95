"""Cases: `gushu case …` opens them, records their steps, shows what is missing and what is overdue."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from registry.care_errors import MoneyError
from registry.cli.app import Office, _, app, given_day
from registry.cli.case_desk import (
    Desk,
    asked_at,
    calendar_for,
    case_called,
    chosen,
    details_of,
    dues_of,
    label_of,
    moved_to,
    step_called,
    step_draft,
)
from registry.cli.case_rows import Cells, each_row
from registry.cli.case_words import say_case, say_line, told_case
from registry.cli.case_works_words import warnings
from registry.commands.case_effects import subject_of
from registry.commands.case_files import view_case
from registry.commands.case_opinions import OpinionDraft, add_objection, add_opinion, answer_objection
from registry.commands.cases import close_case, record_step
from registry.db import reading, transaction
from registry.errors import Phrase, WordUnknownError
from registry.models import CaseFile
from registry.rules.casework_works import without_check
from registry.rules.money import cents_of
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    Grade,
    RemovalReason,
    Verdict,
)

case_app = typer.Typer(
    no_args_is_help=True,
    help=_("Designations, deaths, moves and other decisions, step by step, each with its document."),
)
app.add_typer(case_app, name="case")

Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help=_("Day of the step; today if not given.")),
]
By = Annotated[str | None, typer.Option(help=_("Office or government that acted."))]
Document = Annotated[str | None, typer.Option(help=_("Number of the document."))]
Text = Annotated[str | None, typer.Option(help=_("What else is to be said; stays in the office."))]
Reason = Annotated[str | None, typer.Option(help=_("Why; do not name persons: it stands in the history."))]
CategoryOption = Annotated[
    str | None, typer.Option("--category", help=_("What it is in law, such as ancient."))
]
GradeOption = Annotated[str | None, typer.Option("--grade", help=_("The grade: 1, 2, 3 …"))]
Cause = Annotated[
    str | None, typer.Option("--cause", help=_("Why the tree is gone, such as natural_disaster."))
]
Check = Annotated[str | None, typer.Option(help=_("Number of a check of the protection zones."))]
Also = Annotated[
    list[str] | None, typer.Option(metavar="RECORD", help=_("A further tree or grove; several times."))
]
PracticeOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE=ANSWER", help=_("Answer to the negative list: N04=no, N04=yes:REASON; several times.")
    ),
]
CasesFile = Annotated[
    Path | None,
    typer.Option("--file", help=_("A table with a row for each tree: all are recorded, or none.")),
]
NumberOrTree = Annotated[
    str | None,
    typer.Argument(metavar="NUMBER", help=_("Number of the case, or of the tree that it is about.")),
]


@case_app.command(
    "open",
    help=_(
        "Open a case: designation, redesignation, delisting, death, missing, found, move, works, transplant, "
        "felling, incident, rescue, greening."
    ),
)
def open_(
    ctx: typer.Context,
    kind: str,
    tree_no: Annotated[
        str | None,
        typer.Argument(help=_("Number of the tree, or grove:NUMBER, garden:NUMBER, place:NUMBER.")),
    ] = None,
    on: Day = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("Last day of the handling of an emergency felling.")),
    ] = None,
    by: By = None,
    document: Document = None,
    text: Text = None,
    reason: Reason = None,
    category: CategoryOption = None,
    grade: GradeOption = None,
    cause: Cause = None,
    project: Annotated[str | None, typer.Option(help=_("The project that wants it; for the office."))] = None,
    class_: Annotated[
        str | None, typer.Option("--class", help=_("Class of the project: national_key, provincial_key …"))
    ] = None,
    applicant: Annotated[str | None, typer.Option(help=_("Who applies; for the office."))] = None,
    incident: Annotated[str | None, typer.Option(help=_("What happened: I01 to I18, or I99."))] = None,
    reporter: Annotated[
        str | None, typer.Option(help=_("Who reported it; known to the office alone, in no list."))
    ] = None,
    check: Check = None,
    also: Also = None,
    practice: PracticeOption = None,
    parent: Annotated[
        str | None, typer.Option(metavar="CASE", help=_("The case that it comes from."))
    ] = None,
    pack: Annotated[str | None, typer.Option(help=_("Rule pack; otherwise the one in force there."))] = None,
    submission_id: Annotated[
        str | None, typer.Option(help=_("The same one again opens nothing new."))
    ] = None,
    file: CasesFile = None,
) -> None:
    """Open cases."""
    office: Office = ctx.obj
    word = chosen(CaseKind, kind)
    assert_one(ctx, tree_no, file)
    usual = _given(
        on=given_day(on), until=given_day(until), by=by, document=document, text=text, reason=reason,
        submission_id=submission_id,
        category=chosen(Category, category), grade=chosen(Grade, grade), cause=chosen(RemovalReason, cause),
        project=project, applicant=applicant, incident=incident, reporter=reporter, check=check, also=also,
        practice=practice, parent=parent, **{"class": class_},
    )  # fmt: skip
    with transaction(office.engine()) as session:
        desk = Desk(session, office)

        def one(values: Cells) -> CaseFile:
            return desk.open(word or CaseKind.DESIGNATION, values, pack)

        cases = _each(file, {**usual, "tree_no": tree_no}, ("tree_no",), one)
        _say_all(office, session, cases)


@case_app.command(
    help=_(
        "Record a step: proposal, appraisal, notice, decision, approval, publication, report, confirmation …"
    )
)
def step(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[NUMBER] STEP", help=_("Case or tree, and the step; with --file the step alone.")
        ),
    ],
    on: Day = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Last day of a public notice."))
    ] = None,
    by: By = None,
    document: Document = None,
    url: Annotated[str | None, typer.Option(help=_("Address where it is published."))] = None,
    text: Text = None,
    omit: Annotated[
        str | None, typer.Option(metavar="REASON", help=_("Leave the step out, and why."))
    ] = None,
    category: CategoryOption = None,
    grade: GradeOption = None,
    cause: Cause = None,
    disposal: Annotated[
        str | None, typer.Option(help=_("What becomes of a dead tree: kept, kept_in_part, felled."))
    ] = None,
    lon: Annotated[
        float | None, typer.Option(help=_("Where a moved tree stands: longitude in degrees."))
    ] = None,
    lat: Annotated[
        float | None, typer.Option(help=_("Where a moved tree stands: latitude in degrees."))
    ] = None,
    datum: Annotated[
        str | None, typer.Option(help=_("Datum of the new position: WGS84 or CGCS2000."))
    ] = None,
    out: Annotated[bool, typer.Option("--out", help=_("The tree was moved out of the district."))] = False,
    county: Annotated[
        str | None,
        typer.Option(help=_("Six-digit county whose next number the tree gets with the last step.")),
    ] = None,
    check: Check = None,
    no_check: Annotated[
        str | None,
        typer.Option(metavar="REASON", help=_("Why there is no check of the zones; begins the text.")),
    ] = None,
    also: Also = None,
    practice: PracticeOption = None,
    penalty: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help=_("The fine that was imposed: 120000.00"))
    ] = None,
    compensation: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help=_("What was paid as compensation: 8000.50"))
    ] = None,
    file: CasesFile = None,
) -> None:
    """Record a step."""
    office: Office = ctx.obj
    if len(words) != (1 if file else 2):
        raise typer.BadParameter(ctx.get_usage())
    if no_check is not None:
        text = without_check(no_check, text, office.t.lang)
    moved = moved_to(lon, lat, datum, is_out=out)
    usual = _given(
        on=given_day(on), until=given_day(until), by=by, document=document, url=url, text=text, omit=omit,
        county=county, category=chosen(Category, category), grade=chosen(Grade, grade),
        cause=chosen(RemovalReason, cause),
        disposal=chosen(DeathDisposal, disposal), check=check, also=also, practice=practice,
        penalty=cents(penalty, "--penalty"), compensation=cents(compensation, "--compensation"),
    )  # fmt: skip
    with transaction(office.engine()) as session:
        library = office.packs()

        def one(values: Cells) -> CaseFile:
            case = case_called(session, values)
            today = office.today(session)
            details = details_of(session, values, case.kind)
            kind = step_called(office.t, case, words[-1])
            draft = step_draft(kind, values, moved, today, details)
            pack = library.find(case.pack_id) if case.pack_id else None
            facts: Any = {"actor": office.actor, "now": office.now()}
            facts["asked"] = asked_at(session, case.kind, subject_of(case), today)
            return record_step(session, case, draft, pack=pack, calendar=calendar_for(office, pack), **facts)

        cases = _each(file, {**usual, "case": words[0] if not file else None}, ("case", "tree_no"), one)
        _say_all(office, session, cases)


@case_app.command(help=_("Record an expert's opinion in the appraisal of a case."))
def opinion(
    ctx: typer.Context,
    number: NumberOrTree = None,
    expert: Annotated[str | None, typer.Option(help=_("Name of the expert; private."))] = None,
    verdict: Annotated[str | None, typer.Option(help=_("agrees, disagrees or abstains."))] = None,
    on: Day = None,
    species: Annotated[str | None, typer.Option(help=_("Species as identified."))] = None,
    age: Annotated[int | None, typer.Option(min=0, help=_("Age in years as found."))] = None,
    method: Annotated[str | None, typer.Option(help=_("How the age was found."))] = None,
    text: Text = None,
    file: CasesFile = None,
) -> None:
    """Record opinions."""
    office: Office = ctx.obj
    assert_one(ctx, number, file)
    usual = _given(on=given_day(on), expert=expert, verdict=chosen(Verdict, verdict), species=species,
                   age=age, method=method, text=text)  # fmt: skip
    with transaction(office.engine()) as session:

        def one(values: Cells) -> CaseFile:
            case = case_called(session, values)
            for name in ("expert", "verdict"):
                if values.get(name) is None:
                    raise WordUnknownError(value=name, known=[f"--{name}"])
            draft = OpinionDraft(
                values["expert"],
                values.get("on") or office.today(session),
                values["verdict"],
                species=values.get("species"),
                age_years=values.get("age"),
                age_method=values.get("method"),
                text=values.get("text"),
            )
            add_opinion(session, case, draft, actor=office.actor, now=office.now())
            return case

        _say_all(office, session, _each(file, {**usual, "case": number}, ("case", "tree_no"), one))


@case_app.command(help=_("Record an objection to a public notice."))
def objection(
    ctx: typer.Context,
    number: str,
    text: Annotated[str, typer.Option(help=_("What is objected; stays in the office."))],
    on: Day = None,
    by: Annotated[str | None, typer.Option(help=_("Who objects; private."))] = None,
) -> None:
    """Record an objection."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        case = case_called(session, {"case": number})
        day = given_day(on) or office.today(session)
        add_objection(session, case, received_on=day, text=text, by=by, actor=office.actor, now=office.now())
        _say_all(office, session, [case])


@case_app.command(help=_("Answer an objection."))
def answer(
    ctx: typer.Context,
    number: str,
    objection_no: Annotated[int, typer.Argument(metavar="K", help=_("Which objection, from 1."))],
    text: Annotated[str, typer.Option(help=_("The answer; stays in the office."))],
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help=_("Whether the objection is right."))],
    on: Day = None,
) -> None:
    """Answer an objection."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        case = case_called(session, {"case": number})
        day = given_day(on) or office.today(session)
        answer_objection(session, case, objection_no, on=day, answer=text, is_upheld=upheld,
                         actor=office.actor, now=office.now())  # fmt: skip
        _say_all(office, session, [case])


@case_app.command(help=_("Close a case without its decision: refused or withdrawn, with the reason."))
def close(
    ctx: typer.Context,
    number: str,
    state: str,
    reason: Annotated[str, typer.Option(help=_("Why; do not name persons: it stands in the history."))],
    on: Day = None,
    document: Document = None,
) -> None:
    """Refuse or withdraw a case."""
    office: Office = ctx.obj
    word = chosen(CaseState, state)
    if word not in {CaseState.REFUSED, CaseState.WITHDRAWN}:
        raise WordUnknownError(value=state, known=["refused", "withdrawn"])
    with transaction(office.engine()) as session:
        case = case_called(session, {"case": number})
        day = given_day(on) or office.today(session)
        close_case(session, case, word, on=day, reason=reason, document=document, actor=office.actor,
                   now=office.now())  # fmt: skip
        _say_all(office, session, [case])


@case_app.command(help=_("Show a case: its steps and documents, what comes next and by when."))
def show(
    ctx: typer.Context,
    number: str,
    restricted: Annotated[
        bool, typer.Option("--restricted", help=_("With names and texts, for the office."))
    ] = False,
) -> None:
    """Show one case."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        case = case_called(session, {"case": number})
        view = view_case(session, case)
        pack = office.packs().find(case.pack_id) if case.pack_id else None
        label, due = label_of(session, case), dues_of(office, view.facts, pack)
        today = office.today(session)
        say_case(office, view, pack, due, label, today, is_restricted=restricted)
        told = told_case(view, pack, due, label, is_restricted=restricted)
    office.answer(told)


def assert_one(ctx: typer.Context, number: str | None, file: Path | None) -> None:
    """Either a number or a file is given; anything else is a wrong usage."""
    if (number is None) == (file is None):
        raise typer.BadParameter(ctx.get_usage())


def _each(
    file: Path | None, usual: Cells, needed: tuple[str, ...], do: Callable[[Cells], CaseFile]
) -> list[CaseFile]:
    return each_row(file, _given(**usual), needed, do) if file else [do(usual)]


def cents(text: str | None, option: str) -> int | None:
    """Whole hundredths of an amount that an option gives. Raises MoneyError."""
    try:
        return None if text is None else cents_of(text)
    except ValueError:
        reason = Phrase("write an amount such as 1234.50")
        raise MoneyError(field=option, value=text, reason=reason) from None


def _given(**values: Any) -> Cells:
    return {name: value for name, value in values.items() if value is not None}


def _say_all(office: Office, session: Session, cases: list[CaseFile]) -> None:
    library = office.packs()
    told = []
    for case in cases:
        view, label = view_case(session, case), label_of(session, case)
        pack = library.find(case.pack_id) if case.pack_id else None
        due = dues_of(office, view.facts, pack)
        say_line(office, view, due, label, office.today(session))
        for line in warnings(office.t, view, pack):
            office.say(f"  {line}")
        told.append(told_case(view, pack, due, label))
    office.answer({"cases": told})
