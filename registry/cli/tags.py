"""`gushu tags`: print tags to hang, in batches that can be taken up again and printed again as they were."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session
from typer.core import TyperGroup

from registry.chunks import chunks
from registry.cli.app import Office, _, app
from registry.cli.exporting import Cluster, FontFiles, Groves, Where, public_trees, register_facts
from registry.cli.progress import progress_bar
from registry.cli.tag_plates import Asked, asked_of, check_out, check_together, write_plates
from registry.commands.tag_printing import CHUNK, Run, batch_name, blank_run, note_printed, plan_run
from registry.commands.tags import IssuedTag, issue_tags
from registry.db import reading, transaction
from registry.errors import AddressMissingError
from registry.export_errors import TagsNothingToPrintError
from registry.plate_texts import PlateTexts
from registry.records import TagContent
from registry.rules.tag_content import blank_tag_content, tag_content
from registry.selection import STANDING, count_trees, stream_ids
from registry.settings import all_settings

ISSUED_AT_ONCE = 2000
"""So many tags are issued in one transaction, and told in one event."""


class TagsGroup(TyperGroup):
    """`gushu tags OUT.pdf` prints: what names no other command is given to `print`."""

    default = "print"

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the usual command before what is none."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


tags = typer.Typer(cls=TagsGroup, no_args_is_help=True, help=_("Print tags, and verify what was printed."))
app.add_typer(tags, name="tags")


@tags.command("print", help=_("Print tags with signed QR codes. Trees without a tag are issued one."))
def print_tags(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("A PDF, or a folder with --as."))],
    where: Where = None,
    start_at: Annotated[int, typer.Option(min=1, help=_("First free place on a used sheet."))] = 1,
    groves: Groves = False,
    font: FontFiles = None,
    template: Annotated[
        str | None, typer.Option(metavar="ID", help=_("What stands on it; see `gushu tags templates`."))
    ] = None,
    plate: Annotated[
        str | None, typer.Option(metavar="WxH", help=_("Size of the plate in millimetres, such as 120x80."))
    ] = None,
    page: Annotated[str, typer.Option(metavar="A4|A3|WxH", help=_("Size of the sheet."))] = "A4",
    grid: Annotated[
        str | None, typer.Option(metavar="COLSxROWS", help=_("Plates on a sheet; as many as fit otherwise."))
    ] = None,
    gap: Annotated[
        str | None, typer.Option(metavar="MM|WxH", help=_("Millimetres between columns and between rows."))
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(metavar="MM|WxH", help=_("Millimetres at the left and the top; centred if not given.")),
    ] = None,
    copies: Annotated[int, typer.Option(min=1, max=99, help=_("So many of each plate, side by side."))] = 1,
    cut_marks: Annotated[bool, typer.Option(help=_("Marks to cut along."))] = True,
    kind: Annotated[
        str | None,
        typer.Option("--as", metavar="pdf|svg|dxf|png", help=_("A file for each plate, in the folder OUT.")),
    ] = None,
    dpi: Annotated[int, typer.Option(min=72, max=1200, help=_("Dots per inch of PNG."))] = 300,
    engraved: Annotated[bool, typer.Option("--engraved", help=_("Lines alone, for engraving."))] = False,
    sample: Annotated[bool, typer.Option("--sample", help=_("SAMPLE across every plate."))] = False,
    signed: Annotated[
        bool, typer.Option("--signed", help=_("With a signature that phones check without a network."))
    ] = False,
    batch: Annotated[
        str | None, typer.Option(help=_("Name of the print run; that of the file if not given."))
    ] = None,
    reprint: Annotated[
        str | None,
        typer.Option(metavar="REASON", help=_("Also what other batches printed, and why.")),
    ] = None,
    blank: Annotated[
        int | None, typer.Option(min=1, help=_("So many blank tags instead, to be bound in the field."))
    ] = None,
    cluster: Cluster = None,
) -> None:
    """Print tags."""
    office: Office = ctx.obj
    check_together(_given(ctx), kind, is_blank=blank is not None, t=office.t)
    asked = asked_of(
        office, template=template, plate=plate, page=page, grid=grid, gap=gap, margin=margin,
        copies=copies, cut_marks=cut_marks, kind=kind, dpi=dpi, engraved=engraved, sample=sample,
        signed=signed, start_at=start_at, is_blank=blank is not None, fonts=tuple(font or ()),
        cluster=cluster,
    )  # fmt: skip
    check_out(office, out, asked)
    job = _Job(office, out, asked, batch_name(batch or out.stem) or "tags", reprint)
    print_run(job, where or (), groves=groves, blank=blank)


def _given(ctx: typer.Context) -> set[str]:
    """The options that were written, whatever their values."""
    sources = ((each.opts[0], ctx.get_parameter_source(each.name or "")) for each in ctx.command.params)
    return {option for option, source in sources if source is not None and source.name == "COMMANDLINE"}


@dataclass(frozen=True, slots=True)
class _Job:
    """A run as it was asked for. reprint: why tags of other batches are printed again, None where not."""

    office: Office
    out: Path
    asked: Asked
    batch: str
    reprint: str | None


def print_run(job: _Job, where: Sequence[str], *, groves: bool, blank: int | None) -> None:
    """Issue, print, note, and say what was done."""
    office = job.office
    engine = office.engine()
    with reading(engine) as session:
        address = all_settings(session)["public_address"]
        if not address:
            raise AddressMissingError
    issued = [] if blank else _issue(office, where, groves=groves)
    run = _planned(job, issued, blank)
    if issued and not run.tags:
        raise TagsNothingToPrintError(count=len(issued), batches=", ".join(sorted(run.elsewhere)))
    t = office.t
    with (
        reading(engine) as session,
        progress_bar(t.gettext("tags"), len(run.tags), quiet=office.as_json) as tell,
    ):
        facts = register_facts(session, office, run.made_at)
        said = _signed(_contents(session, job, run, address, groves=groves, tell=tell), run, job, address)
        report = write_plates(
            said, job.out, job.asked, facts=facts, language=t, note=lambda codes: _note(job, run, codes),
            count=len(run.tags),
        )  # fmt: skip
    fresh = sum(tag.is_new for tag in run.tags)
    _say(job, run, report, fresh)


def _issue(office: Office, where: Sequence[str], *, groves: bool) -> list[IssuedTag]:
    """The tags in force of all that was chosen, in order; what has none is issued one first: a sheet never
    shows a tag that the register lacks."""
    from registry.cli.groves import chosen_groves

    engine, keys = office.engine(), office.keys()
    with reading(engine) as session:
        ids = chosen_groves(session, where) if groves else _standing(session, where)
    found: list[IssuedTag] = []
    for some in chunks(ids, ISSUED_AT_ONCE):
        with transaction(engine) as session:
            owner: Any = "grove" if groves else "tree"
            found += issue_tags(session, some, keys=keys, actor=office.actor, now=office.now(), owner=owner)
    return found


def _standing(session: Session, where: Sequence[str]) -> list[str]:
    """The trees that stand among those chosen. Raises NothingSelectedError for none."""
    standing = [*where, STANDING]
    count_trees(session, standing)
    return list(stream_ids(session, standing))


def _planned(job: _Job, issued: Sequence[IssuedTag], blank: int | None) -> Run:
    office = job.office
    with transaction(office.engine()) as session:
        if blank:
            return blank_run(
                session, job.batch, blank, keys=office.keys(), today=office.today(session),
                actor=office.actor, now=office.now(),
            )  # fmt: skip
        return plan_run(session, job.batch, issued, reprint=job.reprint is not None, now=office.now())


def _contents(
    session: Session, job: _Job, run: Run, address: str, *, groves: bool, tell: Callable[[int], None]
) -> Iterator[TagContent]:
    """What stands on the tags of a run, in their order; `tell` is told how many are done."""
    from registry.cli.groves import grove_tags

    issued = {tag.tree_id: tag for tag in run.tags}
    ids = [tag.tree_id for tag in run.tags]
    if groves:
        said = grove_tags(session, job.office, ids, issued, address)
    elif run.tags and not run.tags[0].tree_id:
        said = _blank_contents(session, run, address, job.office)
    else:
        said = contents(session, ids, issued, address, job.office)
    for done, each in enumerate(said, start=1):
        yield each
        tell(done)


def contents(
    session: Session, ids: Sequence[str], issued: Mapping[str, IssuedTag], address: str, office: Office
) -> Iterator[TagContent]:
    """What stands on the tags of some trees."""
    library = office.packs()
    texts = PlateTexts(session, library, office.today(session), office.t)
    for tree in public_trees(session, ids, None):
        yield tag_content(tree, issued[tree.uuid].printed, address, office.t, texts.of(tree))


def _blank_contents(session: Session, run: Run, address: str, office: Office) -> Iterator[TagContent]:
    settings = all_settings(session)
    offices = settings["register_name"], settings["register_name_en"]
    phone = settings["duty_phone"] or None
    for tag in run.tags:
        yield blank_tag_content(tag.printed, address, run.batch, office.t, offices=offices, duty_phone=phone)


def _signed(said: Iterator[TagContent], run: Run, job: _Job, address: str) -> Iterator[TagContent]:
    """The same with signed addresses, where that was asked for."""
    from registry.rules.tag_codes import tag_address
    from registry.rules.tag_signatures import signed_text

    if not job.asked.signed:
        return said
    keys = job.office.keys()
    by_code = {tag.printed.partition("-")[0]: tag for tag in run.tags}

    def sign(tag: TagContent) -> TagContent:
        issued = by_code[tag.code]
        text = signed_text(issued.printed, keys.tag_key(issued.key_id))
        return replace(tag, address=tag_address(address, text))

    return map(sign, said)


def _note(job: _Job, run: Run, codes: Sequence[str]) -> None:
    """Note some tags of the run as printed, by their codes; what was noted before stays as it is."""
    office, wanted = job.office, set(codes)
    ids = [tag.id for tag in run.tags if tag.printed[:8] in wanted]
    for some in chunks(ids, CHUNK):
        with transaction(office.engine()) as session:
            note_printed(
                session, run, some, today=office.today(session), actor=office.actor, now=office.now(),
                reason=job.reprint,
            )  # fmt: skip


def _say(job: _Job, run: Run, report: Mapping[str, Any], fresh: int) -> None:
    office, t = job.office, job.office.t
    office.say(report["said"])
    if run.elsewhere:
        count = sum(run.elsewhere.values())
        office.say(
            t.ngettext(
                "{count} tag was left out: {batches} printed it. To print it again: --reprint and a reason.",
                "{count} tags were left out: {batches} printed them. To print them again: --reprint and a "
                "reason.",
                count, batches=", ".join(sorted(run.elsewhere)),
            )
        )  # fmt: skip
    if fresh:
        office.say(
            t.ngettext("{count} is new: run `gushu publish` before it is hung.",
                       "{count} are new: run `gushu publish` before they are hung.", fresh)
        )  # fmt: skip
    told = t.gettext("Batch {batch}; its manifest: {path}", batch=run.batch, path=report["manifest"])
    office.say(told)
    facts = {name: value for name, value in report.items() if name != "said"}
    office.answer({**facts, "batch": run.batch, "new": fresh, "elsewhere": dict(run.elsewhere)})
