"""Commands that make what people hold in their hands: tags, map, dossiers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from sqlmodel import Session, col, select

from registry.cli.app import Office, _, app
from registry.cli.asof import AsOf, Effective, Restricted, care_of, file_of
from registry.cli.progress import progress_bar
from registry.commands.history import history_head
from registry.commands.tags import IssuedTag, issue_tags
from registry.db import reading, transaction
from registry.errors import AddressMissingError, unwritable
from registry.models import Edition
from registry.outputs import check_output
from registry.photos import PhotoStore
from registry.public_zones import Shown, zones_around
from registry.queries import full_trees
from registry.records import MapPoint, RegisterFacts, TagContent, TreeRecord
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.redaction import redact
from registry.rules.tag_content import tag_content
from registry.selection import STANDING, count_trees, neighbours_of, stream_ids
from registry.settings import all_settings

if TYPE_CHECKING:
    from exports.map_zones import MapZone

Where = Annotated[
    list[str] | None, typer.Option(help=_("Only trees with field=value; may be given several times."))
]
Groves = Annotated[bool, typer.Option("--groves", help=_("Of groves instead of trees."))]
FontFiles = Annotated[
    list[Path] | None, typer.Option("--font", help=_("A further .ttf font for rare characters."))
]


@app.command(help=_("Print tags: A4 sheets with signed QR codes. Trees without a tag are issued one."))
def tags(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    start_at: Annotated[int, typer.Option(min=1, help=_("First free place on a used sheet."))] = 1,
    groves: Groves = False,
    font: FontFiles = None,
) -> None:
    """Print tags."""
    from exports.tags import write_tag_sheets
    from registry.cli.groves import grove_tags, issue_grove_tags

    office: Office = ctx.obj
    engine, keys = office.engine(), office.keys()
    check_output(out, ".pdf", office.address)
    with transaction(engine) as session:  # issued first: a sheet never shows a tag that the register lacks
        address = all_settings(session)["public_address"]
        if not address:
            raise AddressMissingError
        if groves:
            ids, tags_issued = issue_grove_tags(session, office, where or ())
            total = len(ids)
        else:
            standing = [*(where or ()), STANDING]
            total = count_trees(session, standing)
            ids = stream_ids(session, standing)
            tags_issued = issue_tags(session, ids, keys=keys, actor=office.actor, now=office.now())
    issued = {tag.tree_id: tag for tag in tags_issued}
    with reading(engine) as session:
        facts = register_facts(session, office)
        with (
            progress_bar(office.t.gettext("tags"), total, quiet=office.as_json) as tell,
            written(out) as stream,
        ):
            report = write_tag_sheets(
                grove_tags(session, office, ids, issued, address)
                if groves
                else _contents(session, ids, issued, address, office, tell),
                stream,
                facts=facts,
                language=office.t,
                start_at=start_at,
                extra_fonts=tuple(font or ()),
            )
    fresh = sum(tag.is_new for tag in issued.values())
    t = office.t
    office.say(
        t.gettext(
            "{tags} tags on {sheets} sheets: {path}; the next may start at place {place}.",
            tags=t.number(report.tags, 0),
            sheets=t.number(report.sheets, 0),
            path=out,
            place=report.next_place,
        )
    )
    if fresh:
        office.say(
            t.gettext("{count} are new: run `gushu publish` before they are hung.", count=t.number(fresh, 0))
        )
    office.answer(
        {"tags": report.tags, "sheets": report.sheets, "new": fresh, "next_place": report.next_place}
    )


def _contents(
    session: Session,
    ids: Sequence[str],
    issued: dict[str, IssuedTag],
    address: str,
    office: Office,
    tell: Callable[[int], None],
) -> Iterator[TagContent]:
    for done, tree in enumerate(public_trees(session, ids, None), start=1):
        yield tag_content(tree, issued[tree.uuid].printed, address, office.t)
        tell(done)


@app.command("map", help=_("Make a map: one HTML file that opens without a network."))
def map_(ctx: typer.Context, out: Path, where: Where = None) -> None:
    """Make a map."""
    from exports.folium_map import Basemap, write_map

    office: Office = ctx.obj
    check_output(out, ".html", office.address)
    with reading(office.engine()) as session:
        total = count_trees(session, where or ())
        facts = register_facts(session, office)
        url = all_settings(session)["basemap_url"]
        shown: dict[str, Shown] = {}
        with written(out) as stream:
            write_map(
                _noted(public_trees(session, stream_ids(session, where or ()), None), shown),
                stream,
                language=office.t.lang,
                facts=facts,
                basemap=Basemap(url, "") if url else None,
                zones=_map_zones(session, office, shown),
            )
    office.say(office.t.gettext("A map of {count} trees: {path}", count=office.t.number(total, 0), path=out))
    office.answer({"trees": total, "path": str(out)})


def _noted(trees: Iterator[TreeRecord], shown: dict[str, Shown]) -> Iterator[TreeRecord]:
    """Trees passed on, and noted as far as their zones ask: what the public sees of their places."""
    for tree in trees:
        if tree.lon is not None:
            shown[tree.uuid] = (tree.tree_no, tree.name_zh, tree.position_precision, tree.growth_place)
        yield tree


def _map_zones(session: Session, office: Office, shown: dict[str, Shown]) -> "Iterator[MapZone]":
    """The zones of the trees of a map, once those are known."""
    from exports.map_zones import MapZone

    library = PackLibrary(pack_folder(office.address))
    for row in zones_around(session, library, shown):
        parts = (row["document_no"], row["approved_by"], row["published_on"] and str(row["published_on"]))
        basis = row[f"basis_{office.t.lang}"] or ""
        document = " · ".join(filter(None, parts)) or None
        yield MapZone(row["kind"], row["number"], row["name"], row["area_m2"], document, basis, row["geom"])


@app.command(help=_("Make the dossier of one tree, or of grove:NUMBER (PDF)."))
def dossier(
    ctx: typer.Context,
    tree_no: str,
    out: Path,
    font: FontFiles = None,
    as_of: AsOf = None,
    effective: Effective = None,
    restricted: Restricted = False,
) -> None:
    """Make one dossier."""
    from exports.dossier import write_dossier
    from registry.cli.groves import GROVE, make_grove_dossier

    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    if tree_no.startswith(GROVE):
        make_grove_dossier(
            office, tree_no, out, font or (), restricted=restricted, of_then=as_of or effective
        )
        return
    with reading(office.engine()) as session:
        tree, facts = file_of(session, office, tree_no, as_of, effective, restricted=restricted)
        around = () if facts.view else neighbours_of(session, tree, restricted=facts.is_restricted)
        with written(out) as stream:
            write_dossier(
                tree, facts, stream, language=office.t, neighbours=around, extra_fonts=tuple(font or ()),
                care=care_of(session, office, tree, facts),
            )  # fmt: skip
    office.say(office.t.gettext("The dossier of {tree_no}: {path}", tree_no=tree.tree_no, path=out))
    office.answer({"tree_no": tree.tree_no, "path": str(out)})


@app.command(
    help=_("Make the dossiers of many trees: a PDF each, in a folder. What is there already is kept.")
)
def dossiers(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=_("Make those again that are there."))
    ] = False,
    groves: Groves = False,
    font: FontFiles = None,
) -> None:
    """Make many dossiers."""
    from exports.dossier import write_dossiers
    from registry.cli.groves import make_grove_dossiers

    office: Office = ctx.obj
    t = office.t
    if groves:
        make_grove_dossiers(office, out, where or (), font or ())
        return
    with reading(office.engine()) as session:
        total = count_trees(session, where or ())
        facts = register_facts(session, office)
        with progress_bar(t.gettext("dossiers"), total, quiet=office.as_json) as tell:
            total_done = 0

            def advance(more: int) -> None:
                nonlocal total_done
                total_done += more
                tell(total_done)

            report = write_dossiers(
                _with_neighbours(session, stream_ids(session, where or ()), office.photos()),
                out,
                facts,
                language=t,
                overwrite=overwrite,
                on_progress=advance,
                extra_fonts=tuple(font or ()),
            )
    office.say(
        t.gettext(
            "{written} dossiers written to {path}, {kept} kept.",
            written=t.number(report.made, 0),
            kept=t.number(report.kept, 0),
            path=out,
        )
    )
    failed = [{"tree_no": tree_no, "error": t.error(error)} for tree_no, error in report.failed]
    office.answer({"written": report.made, "kept": report.kept, "failed": failed, "path": str(out)})
    for tree_no, error in report.failed:
        typer.echo(f"{error.code}: {tree_no}: {t.error(error)}", err=True)
    if failed:
        raise typer.Exit(1)


def public_trees(session: Session, ids: Sequence[str], photos: PhotoStore | None) -> Iterator[TreeRecord]:
    """The public records of `ids`: through the one redaction, like the edition's."""
    for full in full_trees(session, ids, photos):
        yield redact(full.record, full.disclosure)[0]


def _with_neighbours(
    session: Session, ids: Sequence[str], photos: PhotoStore
) -> Iterator[tuple[TreeRecord, tuple[MapPoint, ...]]]:
    for tree in public_trees(session, ids, photos):
        yield tree, neighbours_of(session, tree)


def register_facts(session: Session, office: Office) -> RegisterFacts:
    """What exports say of the register."""
    settings = all_settings(session)
    name = settings["register_name" if office.t.lang == "zh" else "register_name_en"]
    return RegisterFacts(
        register_name=name,
        public_address=settings["public_address"] or None,
        history_head=history_head(session),
        made_at=office.now(),
        edition=session.exec(select(Edition.number).order_by(col(Edition.number).desc()).limit(1)).first(),
        is_demonstration=settings["demonstration"] == "yes",
        map_review_no=settings["map_review_no"] or None,
    )


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file written aside and renamed when whole. Raises OutputError; nothing half-written stays."""
    aside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as stream:
            yield stream
        aside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            aside.unlink()
