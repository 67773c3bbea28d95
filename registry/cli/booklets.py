"""`gushu booklet`: the trees of a county in one PDF, or in volumes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import sqlalchemy as sa
import typer
from sqlmodel import Session, col, select

from registry.cli.app import Office, _, app
from registry.cli.exporting import (
    FontFiles,
    Where,
    public_trees,
    register_facts,
    signer_of,
    written,
)
from registry.cli.progress import progress_bar
from registry.db import reading
from registry.models import Division, Tree
from registry.outputs import check_output
from registry.selection import FETCHED, count_trees, select_trees


@app.command(help=_("Bind the files of many trees into one PDF: contents, figures, entries, indexes."))
def booklet(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    division: Annotated[
        str | None, typer.Option(metavar="CODE", help=_("Only trees of this division and below it."))
    ] = None,
    split_pages: Annotated[
        int | None, typer.Option("--split-pages", min=20, help=_("Begin a new volume before so many pages."))
    ] = None,
    split_mb: Annotated[
        float | None,
        typer.Option("--split-mb", min=1, help=_("Begin a new volume before so many megabytes.")),
    ] = None,
    font: FontFiles = None,
) -> None:
    """Make a booklet."""
    from exports.booklet import Limits, write_booklet

    office: Office = ctx.obj
    t = office.t
    check_output(out, ".pdf", office.address)
    chosen = [*(where or ()), *([f"division={division}"] if division else ())]
    limits = Limits(split_pages, int(split_mb * 1_000_000) if split_mb else None)
    volumes: list[Path] = []

    @contextmanager
    def open_volume(number: int) -> Iterator[BinaryIO]:
        is_split = limits != Limits()
        path = out.with_name(f"{out.stem}-{number}{out.suffix}") if is_split else out
        with written(path) as stream:
            yield stream
        volumes.append(path)

    with reading(office.engine()) as session:
        total, facts = count_trees(session, chosen), register_facts(session, office)
        with progress_bar(t.gettext("trees"), total, quiet=office.as_json) as tell:
            done = 0

            def advance(more: int) -> None:
                nonlocal done
                done += more
                tell(done)

            bound = write_booklet(
                public_trees(session, _town_by_town(session, chosen), office.photos()),
                facts,
                open_volume,
                language=t,
                place=_called(session, division),
                limits=limits,
                signer=signer_of(office),
                extra_fonts=tuple(font or ()),
                on_progress=advance,
            )
    for path, (pages, trees) in zip(volumes, bound.volumes, strict=True):
        office.say(
            t.gettext(
                "{path}: {trees}, {pages}",
                path=path,
                trees=t.ngettext("{count} tree", "{count} trees", trees),
                pages=t.ngettext("{count} page", "{count} pages", pages),
            )
        )
    failed = [{"tree_no": tree_no, "error": t.error(error)} for tree_no, error in bound.failed]
    made = [
        {"path": str(path), "pages": pages, "trees": trees}
        for path, (pages, trees) in zip(volumes, bound.volumes, strict=True)
    ]
    office.answer({"volumes": made, "failed": failed})
    for tree_no, error in bound.failed:
        typer.echo(f"{error.code}: {tree_no}: {t.error(error)}", err=True)
    if failed:
        raise typer.Exit(1)


def _town_by_town(session: Session, where: list[str]) -> Iterator[str]:
    """The ids of the trees, by division, town and village, then by number; read as they are asked for."""
    query: Any = (
        select_trees(where)
        .order_by(None)
        .join(Division, col(Tree.division_id) == col(Division.id), isouter=True)
    )
    blanks = (
        sa.func.coalesce(column, "") for column in (col(Division.id), col(Tree.town), col(Tree.village))
    )
    query = query.order_by(*blanks, sa.func.length(Tree.tree_no), col(Tree.tree_no), col(Tree.id))
    found = session.execute(query, execution_options={"yield_per": FETCHED})
    return iter(found.scalars())


def _called(session: Session, division: str | None) -> str:
    """What the division is called; it was found when trees were counted."""
    if division is None:
        return ""
    known = sa.or_(
        col(Division.id) == division, col(Division.code) == division, col(Division.name) == division
    )
    name = session.exec(select(Division.name).where(known).limit(1)).first()
    return name or division
