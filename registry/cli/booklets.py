"""`gushu booklet`: the trees of a county in one PDF, or in volumes."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import sqlalchemy as sa
import typer
from sqlmodel import Session, col

from registry.cli.app import Office, _, app
from registry.cli.exporting import (
    DivisionName,
    FontFiles,
    Where,
    division_chosen,
    public_trees,
    register_facts,
    signer_of,
    written,
)
from registry.cli.progress import progress_bar
from registry.db import reading
from registry.errors import unwritable
from registry.models import Division, Tree
from registry.outputs import check_output
from registry.selection import FETCHED, count_trees, select_trees


@app.command(help=_("Bind the files of many trees into one PDF: contents, figures, entries, indexes."))
def booklet(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    division: DivisionName = None,
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
    limits = Limits(split_pages, int(split_mb * 1_000_000) if split_mb else None)
    is_split = limits != Limits()
    for path in [_volume(out, 1), *_volumes(out).values()] if is_split else [out]:
        check_output(path, ".pdf", office.address)
    volumes: list[Path] = []

    @contextmanager
    def open_volume(number: int) -> Iterator[BinaryIO]:
        path = _volume(out, number) if is_split else out
        with written(path) as stream:
            yield stream
        volumes.append(path)

    with reading(office.engine()) as session:
        own, within = division_chosen(session, division)
        chosen = [*(where or ()), *within]
        total, facts = count_trees(session, chosen), register_facts(session, office)
        with progress_bar(t.gettext("trees"), total, quiet=office.as_json) as tell:
            done = 0

            def advance(more: int) -> None:
                nonlocal done
                done += more
                tell(done)

            bound = write_booklet(
                public_trees(session, _town_by_town(session, chosen), office.paper_photos()),
                facts,
                open_volume,
                language=t,
                place=session.get_one(Division, own).name if own else "",
                limits=limits,
                signer=signer_of(office),
                extra_fonts=tuple(font or ()),
                on_progress=advance,
            )
    if is_split:
        _remove_further(out, len(volumes))
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


def _volume(out: Path, number: int) -> Path:
    return out.with_name(f"{out.stem}-{number}{out.suffix}")


def _volumes(out: Path) -> dict[int, Path]:
    """What lies beside `out` under the names of its volumes, by number."""
    name = re.compile(rf"{re.escape(out.stem)}-([1-9][0-9]*){re.escape(out.suffix)}")
    try:
        found = [(match[1], path) for path in out.parent.iterdir() if (match := name.fullmatch(path.name))]
    except OSError:  # no folder yet, or one that is told when it is written to
        return {}
    return {int(number): path for number, path in found}


def _remove_further(out: Path, last: int) -> None:
    """Remove volumes that an earlier, longer booklet left behind the last one; what is none of ours stays."""
    for number, path in _volumes(out).items():
        if number > last and _is_volume(path, number):
            try:
                path.unlink()
            except OSError as error:
                raise unwritable(path, error) from error


def _is_volume(path: Path, number: int) -> bool:
    """Whether a file holds the record of this volume of a booklet of ours."""
    import pikepdf

    from exports.proofs import RECORD_FILE

    try:
        with pikepdf.open(path) as pdf:
            told = json.loads(pdf.attachments[RECORD_FILE].get_file().read_bytes())
            is_booklet = bool(told["kind"] == "booklet")
            return is_booklet and str(told["record"]["number"]).split()[-1:] == [str(number)]
    except (pikepdf.PdfError, OSError, ValueError, KeyError, TypeError):
        return False


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
