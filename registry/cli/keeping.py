"""Commands that keep the register: init, import, config, publish, photo, tag, verify, migrate."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import Engine

from registry.cli.app import Office, _, app, day_of
from registry.cli.held import held_words
from registry.cli.importing import (
    RejectsFile,
    difference_lines,
    import_facts,
    party_names,
    sentence,
    tell_import,
)
from registry.cli.photo_pairs import Bearing, Distance, Viewpoint, add_pairs, viewpoint_of
from registry.cli.progress import progress_bar, trees_expected
from registry.cli.records_in import take_records_files
from registry.cli.unsent import take_unsent_files
from registry.commands.import_file import ImportReport, import_table
from registry.commands.photos import PHOTO_OWNERS, PhotoFacts, add_photo
from registry.commands.register import change_setting, init_register, migrate_register
from registry.commands.tags import end_tag
from registry.db import reading, transaction
from registry.edition import PublishReport
from registry.errors import InputMissingError, OutputTakenError, Phrase, RecordKindError, RowsRejectedError
from registry.exchange.file import is_records_file
from registry.importing.files import Row, Table
from registry.importing.mapping import Mapping, choose_mapping, named_mapping, shipped_mappings
from registry.importing.reading import open_table
from registry.importing.unsent import is_unsent_file
from registry.outputs import check_output
from registry.publish import publish as publish_edition
from registry.selection import find_record
from registry.settings import KNOWN, all_settings, get_setting
from registry.vocab.viewpoints import KINDS
from registry.vocab.words import PhotoKind, TagState


@app.command(help=_("Make a new, empty register with its keys."))
def init(
    ctx: typer.Context,
    jurisdiction: Annotated[
        str | None, typer.Option(help=_("Where it is kept, such as cn-shanxi; kept as a setting."))
    ] = None,
) -> None:
    """Make a register."""
    office: Office = ctx.obj
    engine = init_register(office.address, actor=office.actor, now=office.now())
    if jurisdiction:
        with transaction(engine) as session:
            change_setting(session, "jurisdiction", jurisdiction, actor=office.actor, now=office.now())
    t = office.t
    office.say(
        t.gettext(
            "A new register stands at {address}; its keys beside it: keep a copy of both.",
            address=office.address,
        )
    )
    office.answer({"register": office.address})


@app.command(
    "import",
    help=_(
        "Import files: CSV, TSV, XLSX, XLS, ODS, JSON, GeoJSON, GeoPackage; each also as .gz; "
        "unsent work of a phone; records that another register wrote."
    ),
)
def import_(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    mapping: Annotated[str | None, typer.Option(help=_("Name of a mapping, or a .toml file."))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Say what would happen; change nothing."))
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help=_("Import nothing if a row is rejected."))] = False,
    rejects: Annotated[Path | None, typer.Option(help=_("Where rejected rows go (CSV)."))] = None,
) -> None:
    """Import files, one after the other, each wholly or not at all."""
    office: Office = ctx.obj
    engine = office.engine()
    reports: list[ImportReport] = []
    for path in files:
        if not path.is_file():
            raise InputMissingError(path=path)
    if any(is_unsent_file(path) for path in files):
        take_unsent_files(office, files, dry_run=dry_run)
        return
    if any(is_records_file(path) for path in files):
        take_records_files(office, files, dry_run=dry_run)
        return
    if rejects is not None:
        check_output(rejects, "", office.address)
        if rejects.resolve() in {path.resolve() for path in files}:
            raise OutputTakenError(path=rejects, what=Phrase("one of the files to import"))
    with ExitStack() as stack:
        shared = stack.enter_context(closing(RejectsFile(rejects, office.t))) if rejects else None
        for path in files:
            beside = path.with_name(path.name + ".rejects.csv")
            own = shared or stack.enter_context(closing(RejectsFile(beside, office.t)))
            reports.append(_import_one(office, engine, path, mapping, own, dry_run, strict))
    totals = {name: sum(report.counts[name] for report in reports) for name in reports[0].counts}
    office.answer({**totals, "files": [import_facts(report, office.t) for report in reports]})


def _import_one(
    office: Office,
    engine: Engine,
    path: Path,
    mapping: str | None,
    rejects: RejectsFile,
    dry_run: bool,
    strict: bool,
) -> ImportReport:
    table, chosen = understand(path, mapping)
    tell = None if dry_run else rejects.add
    with (
        progress_bar("", quiet=True) as count,
        transaction(engine, patient=True) as session,
    ):
        table = replace(table, rows=_counted(table.rows, count))
        report = import_table(session, table, chosen, actor=office.actor, now=office.now(), on_reject=tell)
        if not dry_run:
            report.rejects_file = rejects.keep()
        if strict and report.rejected:
            first = sentence(report.rejections[0], office.t)
            raise RowsRejectedError(count=report.rejected, path=path, first=first)
        names = party_names(session, report)
        report.said = list(difference_lines(report, names, office.t))
        if dry_run:
            session.rollback()
    tell_import(office, report, names, dry_run=dry_run)
    return report


def _counted(rows: Iterator[Row], tell: Callable[[int], None]) -> Iterator[Row]:
    for done, row in enumerate(rows, start=1):
        yield row
        tell(done)


def understand(path: Path, name: str | None) -> tuple[Table, Mapping]:
    """The table in a file and the mapping that reads it: the one named, or the one whose headers fit."""
    if name is not None:
        chosen = named_mapping(name)
        table = open_table(path, fits=chosen.fits)
        chosen.locate(table.headers, path)
        return table, chosen
    mappings = shipped_mappings()
    table = open_table(path, fits=lambda headers: any(mapping.fits(headers) for mapping in mappings))
    return table, choose_mapping(path, table.headers, mappings)


@app.command(help=_("Make the next public edition: a GeoPackage that is also the site's database."))
def publish(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help=_("Where the edition goes."))] = Path("public.gpkg"),
    notify: Annotated[bool, typer.Option("--notify", help=_("Tell the webhooks of it."))] = False,
) -> None:
    """Publish."""
    office: Office = ctx.obj
    t = office.t
    check_output(out, ".gpkg", office.address)
    with reading(office.engine()) as session:
        total = trees_expected(session)
    with progress_bar(t.gettext("trees"), total, quiet=office.as_json) as tell:
        report = publish_edition(
            office.engine(),
            out,
            keys=office.keys(),
            photos=office.photos(),
            actor=office.actor,
            now=office.now(),
            progress=tell,
            library=office.packs(),
        )
    _tell_edition(office, report)
    if notify:
        from registry.cli.webhooks import tell_webhooks

        tell_webhooks(office, out, quiet=True)


def _tell_edition(office: Office, report: PublishReport) -> None:
    t = office.t
    office.say(
        t.gettext(
            "Edition {number} stands at {path}: {trees}, {groves}, {gardens}, {tags}.",
            number=report.number,
            path=report.path,
            trees=t.ngettext("{count} tree", "{count} trees", report.trees),
            groves=t.ngettext("{count} grove", "{count} groves", report.groves),
            gardens=t.ngettext("{count} garden", "{count} gardens", report.gardens),
            tags=t.ngettext("{count} tag", "{count} tags", report.tags),
        )
    )
    if report.kept > 1:
        office.say(
            t.ngettext(
                "{count} edition stays open to readers, {size} MB in all.",
                "{count} editions stay open to readers, {size} MB in all.",
                report.kept,
                size=t.number(report.kept_bytes / 1_000_000, 1),
            )
        )
    if report.kept > 1 and report.shown_less:
        office.say(
            t.ngettext(
                "Take care: of {count} record, story or walk the editions before show more than this one, "
                "and what is kept of them stays readable: see `gushu edition list`, then withdraw with "
                "`gushu edition withdraw NUMBER --reason TEXT`.",
                "Take care: of {count} records, stories and walks the editions before show more than this "
                "one, and what is kept of them stays readable: see `gushu edition list`, then withdraw with "
                "`gushu edition withdraw NUMBER --reason TEXT`.",
                report.shown_less,
            )
        )
    for title, trees in report.unlicensed.items():
        office.say(
            t.ngettext(
                "Take care: {title} names no terms of re-use, and {count} tree of it is in this edition. "
                "Make sure that you may publish it, and say the licence in the mapping.",
                "Take care: {title} names no terms of re-use, and {count} trees of it are in this edition. "
                "Make sure that you may publish it, and say the licence in the mapping.",
                trees,
                title=title,
            )
        )
    if report.withheld:
        office.say(t.gettext("Held back (field: reason, count):"))
        for what, count in sorted(report.withheld.items()):
            office.say(f"  {held_words(what, t)}: {t.number(count, 0)}")
    facts = asdict(report)
    facts["withheld"] = dict(report.withheld)
    office.answer(facts)


config = typer.Typer(help=_("Settings of this register."), no_args_is_help=True)
app.add_typer(config, name="config")


@config.command("get", help=_("Show a setting, or all of them."))
def config_get(ctx: typer.Context, name: Annotated[str | None, typer.Argument()] = None) -> None:
    """Show settings."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = {name: get_setting(session, name)} if name else all_settings(session)
    for key, value in found.items():
        office.say(value if name else f"{key} = {value}    # {office.t.gettext(KNOWN[key].help)}")
    office.answer(found)


@config.command("set", help=_("Change a setting."))
def config_set(ctx: typer.Context, name: str, value: str) -> None:
    """Change a setting."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        kept = change_setting(session, name, value, actor=office.actor, now=office.now())
    office.say(f"{name} = {kept}")
    office.answer({name: kept})


photo = typer.Typer(help=_("Photos of trees."), no_args_is_help=True)
app.add_typer(photo, name="photo")


@photo.command("add", help=_("Add a photo to the file of a tree, of grove:NUMBER or garden:NUMBER."))
def photo_add(
    ctx: typer.Context,
    tree_no: str,
    file: Path,
    kind: Annotated[PhotoKind | None, typer.Option(help=_("What it shows."))] = None,
    taken_on: Annotated[str | None, typer.Option(help=_("Day it was taken, YYYY-MM-DD."))] = None,
    caption: Annotated[str | None, typer.Option(help=_("Caption; private until released."))] = None,
    release_caption: Annotated[bool, typer.Option(help=_("The caption may be published."))] = False,
    credit: Annotated[str | None, typer.Option(help=_("Who took it."))] = None,
    credit_consent: Annotated[bool, typer.Option(help=_("The photographer agreed to be named."))] = False,
    viewpoint: Viewpoint = None,
    bearing: Bearing = None,
    distance: Distance = None,
) -> None:
    """Add a photo."""
    office: Office = ctx.obj
    place = viewpoint_of(viewpoint)
    facts = PhotoFacts(
        kind or KINDS.get(place or "", PhotoKind.WHOLE), day_of(taken_on, "--taken-on"), caption,
        release_caption, credit, credit_consent, viewpoint=place, bearing_deg=bearing, distance_m=distance,
    )  # fmt: skip
    with transaction(office.engine()) as session:
        found = find_record(session, tree_no)
        if found.kind not in PHOTO_OWNERS:
            raise RecordKindError(record=tree_no, kinds=Phrase("trees, groves and gardens"))
        added = add_photo(
            session,
            found.id,
            file,
            facts,
            store=office.photos(),
            actor=office.actor,
            now=office.now(),
            owner=PHOTO_OWNERS[found.kind],
        )
        digest = added.sha256
    office.say(office.t.gettext("The photo is in the file of {tree_no}.", tree_no=tree_no))
    office.answer({"tree_no": tree_no, "sha256": digest})


add_pairs(photo)

tag = typer.Typer(help=_("Tags that were issued."), no_args_is_help=True)
app.add_typer(tag, name="tag")


@tag.command("withdraw", help=_("Withdraw a tag: its scan page says so from the next edition on."))
def tag_withdraw(ctx: typer.Context, code: str, reason: Annotated[str, typer.Option(help=_("Why."))]) -> None:
    """Withdraw a tag."""
    _end(ctx.obj, code, TagState.WITHDRAWN, reason)


@tag.command("replace", help=_("Mark a tag as replaced; `gushu tags` then issues a new one."))
def tag_replace(ctx: typer.Context, code: str, reason: Annotated[str, typer.Option(help=_("Why."))]) -> None:
    """Mark a tag as replaced."""
    _end(ctx.obj, code, TagState.REPLACED, reason)


def _end(office: Office, code: str, state: TagState, reason: str) -> None:
    with transaction(office.engine()) as session:
        ended = end_tag(
            session, code, state, keys=office.keys(), actor=office.actor, now=office.now(), reason=reason
        )
        facts = {"code": ended.code, "state": ended.state.value}
    office.say(
        office.t.gettext(
            "Tag {code}: {state}. Publish to let the public know.",
            code=facts["code"],
            state=office.t.word(TagState, facts["state"]),
        )
    )
    office.answer(facts)


@app.command(help=_("Bring an older register up to this version, with a copy kept beside it."))
def migrate(ctx: typer.Context) -> None:
    """Migrate."""
    office: Office = ctx.obj
    found, head, copy = migrate_register(office.address, now=office.now())
    if copy is None:
        office.say(office.t.gettext("The register is of this version already ({head}).", head=head))
    else:
        office.say(
            office.t.gettext(
                "Migrated from {found} to {head}; the register as it was: {copy}",
                found=found,
                head=head,
                copy=copy,
            )
        )
    office.answer({"from": found, "to": head, "copy": copy})
