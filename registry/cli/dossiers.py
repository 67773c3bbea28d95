"""`gushu dossier` and `gushu dossiers`: whole files on paper."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from registry.area_queries import AREAS
from registry.chunks import chunks
from registry.cli.app import Office, _, app
from registry.cli.asof import AsOf, Effective, Restricted, care_of, file_of, legal_file_of
from registry.cli.exporting import (
    Cluster,
    FontFiles,
    Gardens,
    Groves,
    Where,
    register_facts,
    signer_of,
    workers_of,
    written,
)
from registry.cli.progress import progress_bar
from registry.db import reading
from registry.legal_file import legal_files
from registry.office_care import office_care
from registry.outputs import check_output
from registry.queries import full_trees
from registry.records import RegisterFacts
from registry.rules.redaction import redact
from registry.selection import count_trees, neighbours_of, stream_ids

if TYPE_CHECKING:
    from exports.dossier import Dossier

BATCH = 25
"""Trees whose legal files are read at a time: their photos wait in memory."""


@app.command(help=_("Make the dossier of a tree, or of grove:NO, garden:NO, place:NO or element:NO (PDF)."))
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
    from registry.cli.area_dossiers import make_area_dossier

    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    kind, colon, _number = tree_no.partition(":")
    if colon and kind in AREAS:
        make_area_dossier(office, tree_no, out, font or (), restricted=restricted, of_then=as_of or effective)
        return
    with reading(office.engine()) as session:
        tree, facts = file_of(session, office, tree_no, as_of, effective, restricted=restricted)
        around = () if facts.view else neighbours_of(session, tree, restricted=facts.is_restricted)
        with written(out) as stream:
            write_dossier(
                tree, facts, stream, language=office.t, neighbours=around, extra_fonts=tuple(font or ()),
                care=care_of(session, office, tree, facts), file=legal_file_of(session, office, tree, facts),
                signer=signer_of(office),
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
    gardens: Gardens = False,
    font: FontFiles = None,
    cluster: Cluster = None,
    restricted: Restricted = False,
) -> None:
    """Make many dossiers."""
    from exports.dossier_run import MANIFEST, path_in, write_dossiers
    from registry.cli.area_dossiers import area_dossiers

    office: Office = ctx.obj
    t = office.t
    if groves and gardens:
        raise typer.BadParameter("--groves | --gardens")
    kind = "grove" if groves else "garden" if gardens else "tree"
    manifest = MANIFEST if kind == "tree" else f"{kind}-{MANIFEST}"
    with reading(office.engine()) as session:
        facts = replace(register_facts(session, office), is_restricted=restricted)
        check_output(path_in(out, manifest, facts), "dossiers", office.address)
        total, drafts = (
            _tree_dossiers(session, office, where or (), facts)
            if kind == "tree"
            else area_dossiers(session, office, kind, where or (), facts)
        )
        with (
            progress_bar(t.gettext("dossiers"), total, quiet=office.as_json) as tell,
            workers_of(cluster) as executor,
        ):
            report = write_dossiers(
                drafts,
                out,
                facts,
                language=t,
                executor=executor,
                overwrite=overwrite,
                signer=signer_of(office),
                on_progress=tell,
                extra_fonts=tuple(font or ()),
                manifest=manifest,
            )
    office.say(
        t.ngettext(
            "{count} dossier written to {path}, {kept} kept.",
            "{count} dossiers written to {path}, {kept} kept.",
            report.made,
            kept=t.number(report.kept, 0),
            path=out,
        )
    )
    failed = [{"tree_no": tree_no, "error": t.error(error)} for tree_no, error in report.failed]
    told = {"written": report.made, "kept": report.kept, "failed": failed, "path": str(out)}
    office.answer({**told, "is_restricted": restricted})
    for tree_no, error in report.failed:
        typer.echo(f"{error.code}: {tree_no}: {t.error(error)}", err=True)
    if failed:
        raise typer.Exit(1)


def _tree_dossiers(
    session: Session, office: Office, where: Sequence[str], facts: RegisterFacts
) -> tuple[int, Iterator["Dossier"]]:
    """How many trees are chosen, and what their dossiers are made from."""
    return count_trees(session, where), _contents(session, stream_ids(session, where), office, facts)


def _contents(
    session: Session, ids: Iterable[str], office: Office, facts: RegisterFacts
) -> Iterator["Dossier"]:
    """Each tree as the edition shows it, with those around it, its legal file and, for the office, what is
    kept beside it; read in batches."""
    from exports.dossier import Dossier

    restricted, library = facts.is_restricted, office.packs()
    today, lang = office.today(session), office.t.lang
    for some in chunks(full_trees(session, ids, office.paper_photos()), BATCH):
        own = [full.record.uuid for full in some]
        files = legal_files(session, "tree", own, library, today, lang=lang)
        for full in some:
            tree = full.record if restricted else redact(full.record, full.disclosure)[0]
            file = files[tree.uuid].record if restricted else files[tree.uuid].public
            around = neighbours_of(session, tree, restricted=restricted)
            care = office_care(session, tree.uuid, library, today, lang=lang) if restricted else None
            yield Dossier(tree, around, file, care)
