"""Protection zones as geometry for planning, on the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from exports.whole_files import room_beside
from exports.zone_files import DRIVERS, LAYER, write_zone_files
from registry.cli.app import Office, _
from registry.cli.exporting import Where
from registry.cli.zones import zones
from registry.db import reading
from registry.errors import OutputKindError, OutputTakenError, Phrase, unwritable
from registry.outputs import check_output
from registry.rules.zone_grids import to_system
from registry.zone_lists import zone_lines

CGCS2000 = "EPSG:4490"


@zones.command(
    "export", help=_("Write zones for planning's one map: .gpkg, .shp or .geojson; for the office.")
)
def export_zones(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    legal: Annotated[bool, typer.Option("--legal", help=_("Only delineated zones."))] = False,
    crs: Annotated[
        str | None,
        typer.Option("--crs", metavar="EPSG", help=_("System of the coordinates; else CGCS2000 in degrees.")),
    ] = None,
) -> None:
    """Export."""
    office: Office = ctx.obj
    t = office.t
    kind = out.suffix.lower()
    if kind not in DRIVERS:
        raise OutputKindError(path=out, known=list(DRIVERS))
    if kind == ".geojson" and crs not in {None, "EPSG:4326"}:
        raise typer.BadParameter(t.gettext("GeoJSON is always WGS84 in degrees."), param_hint="--crs")
    _check_free(out, kind, office.address)
    try:
        system, move = to_system(crs or (CGCS2000 if kind != ".geojson" else "EPSG:4326"))
    except ValueError as error:
        raise typer.BadParameter(str(t.phrase(error.args[0])), param_hint="--crs") from None
    library = office.packs()
    with reading(office.engine()) as session:
        lines = [
            line
            for line in zone_lines(session, library, office.today(session), where or (), lang=t.lang)
            if line.kind is not None and (line.kind == "legal" or not legal)
        ]
    try:
        with room_beside(out) as room:
            write_zone_files(lines, room / f"{out.stem}{kind}", system, move, language=t)
            for made in sorted(room.iterdir(), key=lambda path: path.suffix == kind):
                made.replace(out.with_suffix(made.suffix))
    except OSError as error:
        raise unwritable(out, error) from error
    delineated = sum(line.kind == "legal" for line in lines)
    office.say(
        t.ngettext("{count} zone in {system}, {legal} of them delineated: {path}",
                   "{count} zones in {system}, {legal} of them delineated: {path}", len(lines), system=system,
                   legal=t.number(delineated, 0), path=out)
    )  # fmt: skip
    office.say(t.gettext("For the office only: holds what is not public."))
    office.answer({"zones": len(lines), "legal": delineated, "system": system, "path": str(out)})


def _check_free(out: Path, kind: str, register: str) -> None:
    """Raises OutputTakenError unless nothing of ours or of others would be lost."""
    if kind == ".geojson":
        check_output(out, "", register)
        return
    check_output(out.with_suffix(out.suffix + ".part"), "", register)  # part of the register itself?
    if out.exists() and not (_is_ours(out) if kind == ".gpkg" else out.with_suffix(".cpg").exists()):
        raise OutputTakenError(path=out, what=Phrase("a file that Gushu did not make"))


def _is_ours(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
            names = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")]
    except sqlite3.DatabaseError:
        return False
    return names == [LAYER]
