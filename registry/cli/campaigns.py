"""`gushu campaign`: running a census from the target list to the freeze."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from exports.workbook import Sheet, write_workbook
from registry.area_queries import AREAS
from registry.censuses import (
    campaigns,
    compare,
    errors_of,
    listed,
    progress,
    subjects_of_village,
    totals_of,
)
from registry.cli.app import Office, _, app, day_of
from registry.cli.campaign_tables import (
    comparison_sheets,
    listed_facts,
    listed_sheet,
    progress_facts,
    progress_sheets,
    say_comparison,
    say_listed,
    say_progress,
)
from registry.cli.exporting import Where, written
from registry.cli.keeping import understand
from registry.commands.campaigns import (
    CampaignDraft,
    assign_village,
    check_surveys,
    find_campaign,
    freeze_campaign,
    list_targets,
    open_campaign,
    record_surveys,
    sample_targets,
    set_outcome,
)
from registry.commands.import_file import import_table
from registry.commands.surveying import surveyed_in
from registry.db import reading, transaction
from registry.errors import InputMissingError, InputUnreadableError, Phrase, TreeNotFoundError
from registry.importing.mapping import named_mapping
from registry.outputs import check_output
from registry.selection import find_tree, stream_ids
from registry.vocab.sentences import field_name
from registry.vocab.words import CampaignState, TargetOutcome, Verdict

campaign = typer.Typer(
    help=_("Censuses: villages, target lists, forms, checks, freeze."), no_args_is_help=True
)
app.add_typer(campaign, name="campaign")
Id = Annotated[str, typer.Argument(metavar="ID")]


@campaign.command("open", help=_("Open a census; its form is the mapping by which its files are read."))
def campaign_open(
    ctx: typer.Context,
    id: Id,
    title: Annotated[str, typer.Option(help=_("Title of the census."))],
    form: Annotated[str, typer.Option(help=_("Mapping of its form, such as cn-census-3."))] = "cn-census-3",
    starts_on: Annotated[str | None, typer.Option("--from", help=_("First day, YYYY-MM-DD."))] = None,
    ends_on: Annotated[str | None, typer.Option("--to", help=_("Last day, YYYY-MM-DD."))] = None,
    previous: Annotated[str | None, typer.Option(help=_("The census before, to compare with."))] = None,
) -> None:
    """Open a census."""
    office: Office = ctx.obj
    named_mapping(form)
    begins = day_of(starts_on, "--from") or office.today()
    draft = CampaignDraft(id, title, form, begins, day_of(ends_on, "--to"), previous)
    with transaction(office.engine()) as session:
        open_campaign(session, draft, actor=office.actor, now=office.now())
    office.say(office.t.gettext("The census {id} is open: {title}.", id=id, title=title))
    office.answer({"campaign": id})


@campaign.command("list", help=_("List the censuses of this register."))
def campaign_list(ctx: typer.Context) -> None:
    """List censuses."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = [
            {
                "id": row.id,
                "title": row.title,
                "form": row.form,
                "starts_on": str(row.starts_on),
                "state": row.state.value,
            }
            for row in campaigns(session)
        ]
    for row in found:
        state = office.t.word(CampaignState, row["state"])
        office.say(f"{row['id']}  {row['title']}  {row['starts_on']}  {row['form']}  {state}")
    if not found:
        office.say(office.t.gettext("No census yet; open one with `gushu campaign open`."))
    office.answer({"campaigns": found})


@campaign.command("targets", help=_("Put trees and their groves on the target list, village by village."))
def campaign_targets(ctx: typer.Context, id: Id, where: Where = None) -> None:
    """Fill the target list."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        ids = stream_ids(session, where or ())
        trees, groves = list_targets(session, id, ids, actor=office.actor, now=office.now())
    office.say(
        office.t.gettext(
            "Added to the target list: {trees}, {groves}.",
            trees=office.t.ngettext("{count} tree", "{count} trees", trees),
            groves=office.t.ngettext("{count} grove", "{count} groves", groves),
        )
    )
    office.answer({"trees": trees, "groves": groves})


@campaign.command(
    "assign", help=_("Say who surveys a village, or many out of a CSV with town, village, surveyor.")
)
def campaign_assign(
    ctx: typer.Context,
    id: Id,
    town: Annotated[str | None, typer.Option(help=_("Township."))] = None,
    village: Annotated[str | None, typer.Option(help=_("Village."))] = None,
    surveyor: Annotated[str | None, typer.Option(help=_("Who surveys it."))] = None,
    file: Annotated[
        Path | None, typer.Option(help=_("CSV with the columns town, village, surveyor."))
    ] = None,
) -> None:
    """Assign villages."""
    office: Office = ctx.obj
    if file is None and not (village and surveyor):
        raise typer.BadParameter(office.t.gettext("give --village and --surveyor, or --file"))
    rows = list(_assignments(file)) if file else [(town or "", village or "", surveyor or "")]
    with transaction(office.engine()) as session:
        for of_town, of_village, name in rows:
            assign_village(session, id, of_town, of_village, name, actor=office.actor, now=office.now())
    office.say(office.t.ngettext("{count} village assigned.", "{count} villages assigned.", len(rows)))
    office.answer({"villages": len(rows)})


def _assignments(file: Path) -> Iterator[tuple[str, str, str]]:
    if not file.is_file():
        raise InputMissingError(path=file)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if missing := {"town", "village", "surveyor"} - set(reader.fieldnames or ()):
            reason = Phrase("the columns {columns} are missing", columns=sorted(missing))
            raise InputUnreadableError(path=file, reason=reason)
        for number, row in enumerate(reader, start=2):
            if not row["village"] or not row["surveyor"]:
                reason = Phrase("row {row} lacks a village or a surveyor", row=number)
                raise InputUnreadableError(path=file, reason=reason)
            yield row["town"] or "", row["village"], row["surveyor"]


@campaign.command("survey", help=_("Bring in forms: round 1 updates the register, round 2 is only compared."))
def campaign_survey(
    ctx: typer.Context,
    id: Id,
    file: Path,
    survey_round: Annotated[
        int, typer.Option("--round", min=1, max=2, help=_("1, or 2 for the re-survey."))
    ] = 1,
    mapping: Annotated[str | None, typer.Option(help=_("Another mapping than that of the census."))] = None,
) -> None:
    """Bring in the forms of a file."""
    office: Office = ctx.obj
    now = office.now()
    with transaction(office.engine()) as session:
        found = find_campaign(session, id, to_change=True)
        report = None
        if survey_round == 1:
            table, chosen = understand(file, mapping or found.form)
            report = import_table(session, table, chosen, actor=office.actor, now=now)
        table, chosen = understand(file, mapping or found.form)
        surveys = surveyed_in(session, table, chosen, today=office.today(session))
        count = record_surveys(
            session, id, surveys, survey_round=survey_round, source=file.name, actor=office.actor, now=now
        )
    t = office.t
    office.say(t.ngettext("{count} form recorded.", "{count} forms recorded.", count))
    if report is not None:
        office.say(
            t.gettext(
                "  {read} read = {created} created + {updated} updated + {unchanged} unchanged "
                "+ {rejected} rejected; {flagged} with doubts",
                **{name: t.number(value, 0) for name, value in report.counts.items()},
            )
        )
    office.answer({"forms": count, "import": report.counts if report else None})


@campaign.command("check", help=_("A second person's word on forms: of one tree, or of a whole village."))
def campaign_check(
    ctx: typer.Context,
    id: Id,
    by: Annotated[str, typer.Option(help=_("Who checked; never the surveyor."))],
    tree: Annotated[str | None, typer.Option(help=_("Number of a tree or grove."))] = None,
    village: Annotated[str | None, typer.Option(help=_("A village: all its forms."))] = None,
    verdict: Annotated[Verdict, typer.Option(help=_("What the checker says."))] = Verdict.AGREES,
    note: Annotated[str | None, typer.Option(help=_("What is wrong."))] = None,
) -> None:
    """Check forms."""
    office: Office = ctx.obj
    if bool(tree) == bool(village):
        raise typer.BadParameter(office.t.gettext("give either --tree or --village"))
    with transaction(office.engine()) as session:
        if tree:
            subjects = [_subject(session, tree)]
        else:
            subjects = subjects_of_village(session, find_campaign(session, id), village or "")
        count = check_surveys(
            session, id, subjects, by, verdict, note=note, actor=office.actor, now=office.now()
        )
    office.say(office.t.ngettext("{count} form checked.", "{count} forms checked.", count))
    office.answer({"checked": count})


@campaign.command("outcome", help=_("Say what became of a tree that was looked for."))
def campaign_outcome(
    ctx: typer.Context,
    id: Id,
    tree: Annotated[str, typer.Argument(metavar="TREE_NO")],
    outcome: TargetOutcome,
    note: Annotated[str | None, typer.Option(help=_("What was seen, whom one asked."))] = None,
) -> None:
    """Record an outcome."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        subject = _subject(session, tree)
        set_outcome(session, id, subject, outcome, note=note, actor=office.actor, now=office.now())
    office.say(f"{tree}: {office.t.word(TargetOutcome, outcome)}")
    office.answer({"tree_no": tree, "outcome": outcome.value})


@campaign.command(
    "sample", help=_("Draw at random, township by township, the trees that are surveyed once more.")
)
def campaign_sample(
    ctx: typer.Context,
    id: Id,
    share: Annotated[float, typer.Option(min=0.0001, max=1.0, help=_("Share of the trees found."))] = 0.05,
    seed: Annotated[
        str | None, typer.Option(help=_("Words that settle the draw; today's date otherwise."))
    ] = None,
) -> None:
    """Draw the sample."""
    office: Office = ctx.obj
    words = seed or office.today().isoformat()
    with transaction(office.engine()) as session:
        count = sample_targets(session, id, share, words, actor=office.actor, now=office.now())
        found = find_campaign(session, id)
        rows = list(listed(session, found, sampled=True))
    office.say(
        office.t.ngettext(
            "{count} tree drawn with the seed {seed}:",
            "{count} trees drawn with the seed {seed}:",
            count,
            seed=words,
        )
    )
    say_listed(office, rows)
    office.answer({"drawn": count, "seed": words, "trees": [listed_facts(row) for row in rows]})


@campaign.command(
    "show", help=_("Show how far a census is, village by village; or its trees of one outcome.")
)
def campaign_show(
    ctx: typer.Context,
    id: Id,
    out: Annotated[Path | None, typer.Argument(metavar="[OUT.xlsx]")] = None,
    outcome: Annotated[TargetOutcome | None, typer.Option(help=_("List the trees of this outcome."))] = None,
) -> None:
    """Show a census."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = find_campaign(session, id)
        state = progress(session, found)
        rows = list(listed(session, found, outcome)) if outcome or out else []
        if out is not None:
            _write(office, out, [*progress_sheets(office, state), listed_sheet(office, rows)], found.title)
    if outcome:
        say_listed(office, rows, most=None)
    else:
        say_progress(office, state)
    office.answer({**progress_facts(state), "trees": [listed_facts(row) for row in rows]})


@campaign.command("errors", help=_("Error rate of every field: the survey against the re-survey."))
def campaign_errors(ctx: typer.Context, id: Id) -> None:
    """Show error rates."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = errors_of(session, find_campaign(session, id))
    if not found:
        office.say(office.t.gettext("Nothing has been surveyed twice yet."))
    for errors in found:
        rate = office.t.number(100 * errors.rate, 1)
        office.say(f"{field_name(office.t, errors.field)}  {errors.differing} / {errors.compared}  {rate} %")
    office.answer(
        {"fields": [{"field": e.field, "compared": e.compared, "differing": e.differing} for e in found]}
    )


@campaign.command(
    "freeze", help=_("Close a census for good; its totals and the head of the history are kept.")
)
def campaign_freeze(
    ctx: typer.Context,
    id: Id,
    reason: Annotated[str | None, typer.Option(help=_("Why it is frozen although it is not done."))] = None,
) -> None:
    """Freeze a census."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        frozen = freeze_campaign(session, id, totals_of, reason=reason, actor=office.actor, now=office.now())
        facts = {"campaign": id, "totals": frozen.totals, "history_head": frozen.history_head}
    office.say(office.t.gettext("The census {id} is frozen. Head of the history: {head}", id=id,
                                head=facts["history_head"]))  # fmt: skip
    office.answer(facts)


@campaign.command("compare", help=_("Compare two censuses, by tree and by total."))
def campaign_compare(
    ctx: typer.Context,
    before: Annotated[str, typer.Argument(metavar="BEFORE")],
    now: Annotated[str, typer.Argument(metavar="NOW")],
    out: Annotated[Path | None, typer.Argument(metavar="[OUT.xlsx]")] = None,
) -> None:
    """Compare two censuses."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = compare(session, find_campaign(session, before), find_campaign(session, now))
    if out is not None:
        _write(office, out, comparison_sheets(office, found, before, now), f"{before} → {now}")
    say_comparison(office, found)
    office.answer(
        {
            "both": found.both,
            "only_before": found.only_before,
            "only_now": found.only_now,
            "changed": found.changed,
            "totals": found.totals,
        }
    )


def _subject(session: Session, number: str) -> str:
    """The id of a tree, or of the grove of this number."""
    try:
        return find_tree(session, number)
    except TreeNotFoundError:
        table = AREAS["grove"]
        grove = session.query(table.id).filter(table.number == number).first()
        if grove is None:
            raise
        return str(grove[0])


def _write(office: Office, out: Path, sheets: list[Sheet], title: str) -> None:
    check_output(out, ".xlsx", office.address)
    with written(out) as stream:
        write_workbook(sheets, stream, title=title, language=office.t)
    office.say(office.t.gettext("Written: {path}", path=out))
