"""`gushu export geopackage|geojson|csv|dwca|json`: what offices, portals and other registers take."""

import gzip
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from sqlmodel import Session

from exports import whole_files
from registry.cli.app import Office, _
from registry.cli.asof import Restricted
from registry.cli.evidence import export_app
from registry.cli.exporting import Where, written
from registry.cli.progress import progress_bar, trees_expected
from registry.db import reading
from registry.errors import unwritable
from registry.export_errors import LicenceChoiceError
from registry.outputs import check_output

Out = Annotated[Path, typer.Argument(metavar="OUT", help=_("The file to write."))]
WithPhotos = Annotated[bool, typer.Option("--photos", help=_("Photos as well."))]
LAYERS = ("tree", "grove", "garden", "place", "element", "zone")


@dataclass(frozen=True, slots=True)
class Part:
    """The public content of a selection, in a file of its own while it is read. head: of the history."""

    path: Path
    db: sqlite3.Connection
    facts: dict[str, str]

    @property
    def made_on(self) -> str:
        """The day, YYYY-MM-DD."""
        return self.facts["made_at"][:10]


@export_app.command(
    help=_("Write what may be shown of the trees chosen as one GeoPackage, with all its tables.")
)
def geopackage(ctx: typer.Context, out: Out, where: Where = None, photos: WithPhotos = False) -> None:
    """Write a GeoPackage."""
    from registry.public_part import finish_part

    office: Office = ctx.obj
    check_output(out, "part", office.address)
    with _part(office, where, out, photos=photos) as part:
        counts = {name: _count(part.db, name) for name in LAYERS}
        part.db.close()
        finish_part(part.path, out.name, office.now())
        with written(out) as stream, part.path.open("rb") as source:
            while piece := source.read(1 << 20):
                stream.write(piece)
        _tell(office, out, counts, part)


@export_app.command(help=_("Write what may be shown of the trees chosen as GeoJSON (RFC 7946)."))
def geojson(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("A .geojson file, or .geojson.gz."))],
    where: Where = None,
    layer: Annotated[str, typer.Option(help=_("tree, grove, garden, place, element or zone."))] = "tree",
) -> None:
    """Write GeoJSON."""
    from exports.open_tables import TableFacts, geojson_pieces

    office: Office = ctx.obj
    if layer not in LAYERS:
        raise typer.BadParameter(", ".join(LAYERS))
    check_output(out, "packed" if out.suffix == ".gz" else "geojson", office.address)
    with _part(office, where, out) as part:
        total = _count(part.db, layer)
        licences = () if layer == "zone" else _licences(part.db, layer)
        rows = part.db.execute(f"SELECT * FROM {layer} ORDER BY fid")
        facts = TableFacts({**part.facts, "number": part.facts["history_head"][:12]}, total, licences)
        with written(out) as stream, _packed(stream, is_packed=out.suffix == ".gz") as target:
            for piece in geojson_pieces(rows, facts):
                target.write(piece)
        _tell(office, out, {layer: total}, part)


@export_app.command(
    "csv",
    help=_("Write what planning offices publish: orders, zones and trees (.zip), or zones and trees (.csv)."),
)
def csv_(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("A .csv file, or a .zip."))],
    where: Where = None,
) -> None:
    """Write open data in the manner of planning offices."""
    from exports.exchange.part_rows import order_rows, preserved_trees, preserved_zones
    from exports.exchange.preservation import DATASETS, FLAT, About, table_pieces

    office: Office = ctx.obj
    check_output(out, "orders" if out.suffix == ".zip" else "", office.address)
    with _part(office, where, out) as part:
        about = About(part.made_on, part.facts.get("public_address", ""))
        makers = dict(zip(DATASETS, (order_rows, preserved_zones, preserved_trees), strict=True))
        counts = {name: sum(1 for _row in make(part.db, about)) for name, make in makers.items()}
        with written(out) as stream:
            if out.suffix == ".zip":
                with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, make in makers.items():
                        pieces = table_pieces(DATASETS[name], make(part.db, about), counts[name])
                        _put(archive, f"{name}.csv", pieces)
                    _put(archive, "about.json", [_about(part, counts)])
            else:
                kinds = ("tree", "tree-preservation-zone")
                counts = {kind: counts[kind] for kind in kinds}
                rows = chain.from_iterable(
                    ({"dataset": kind, **row} for row in makers[kind](part.db, about)) for kind in kinds
                )
                for piece in table_pieces(FLAT, rows, sum(counts.values())):
                    stream.write(piece)
        _tell(office, out, counts, part)


@export_app.command(
    help=_("Write a Darwin Core Archive: visits and measurings as events, trees as occurrences.")
)
def dwca(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("The file to write (.zip)."))],
    where: Where = None,
    licence: Annotated[
        str | None, typer.Option(help=_("Only trees under this licence: cc0, cc-by, cc-by-nc or other-…"))
    ] = None,
) -> None:
    """Write a Darwin Core Archive."""
    from exports.dwca_groups import archive_dataset, licence_groups
    from exports.exchange.event_archive import write_event_archive
    from exports.exchange.part_rows import tree_rows

    office: Office = ctx.obj
    check_output(out, "dwca", office.address)
    with _part(office, where, out) as part:
        groups = {group.key: group for group in licence_groups(part.db)}
        chosen = [licence] if licence in groups else list(groups)
        if len(chosen) != 1 or (licence and licence not in groups):
            choices = [f"{key} ({group.licence}: {group.trees})" for key, group in groups.items()]
            raise LicenceChoiceError(licences=choices)
        group = groups[chosen[0]]
        facts = {**part.facts, "number": part.facts["history_head"][:12]}
        dataset = archive_dataset(part.db, facts, group)
        with written(out) as stream:
            counts = write_event_archive(dataset, tree_rows(part.db, group), stream)
        _tell(office, out, counts, part)
        if not group.is_for_gbif:
            office.say(
                office.t.gettext(
                    "GBIF does not take data under these terms: {licence}", licence=group.licence
                )
            )


@export_app.command(
    "json",
    help=_("Write records as JSON Lines; --restricted: whole ones, for another register. Or their schema."),
)
def json_(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Argument(metavar="[OUT]", help=_("A .jsonl file, or .jsonl.gz."))
    ] = None,
    where: Where = None,
    restricted: Restricted = False,
    photos: WithPhotos = False,
    schema: Annotated[Path | None, typer.Option(help=_("Write the JSON Schema of the lines there."))] = None,
) -> None:
    """Write JSON Lines."""
    office: Office = ctx.obj
    if out is None and schema is None:
        raise typer.BadParameter(office.t.gettext("name a file for the records, or --schema, or both"))
    if schema is not None:
        _write_schema(office, schema, restricted=restricted)
    if out is None:
        return
    check_output(out, "packed" if out.suffix == ".gz" else "records", office.address)
    with reading(office.engine()) as session:
        _write_records(office, session, out, where or [], restricted=restricted, photos=photos)


def _write_schema(office: Office, path: Path, *, restricted: bool) -> None:
    from exports.exchange.public_lines import public_schema
    from registry.exchange.carried import line_schema

    check_output(path, "", office.address)
    found = line_schema() if restricted else public_schema()
    with written(path) as stream:
        stream.write(json.dumps(found, indent=1).encode() + b"\n")
    office.say(str(path))


def _write_records(
    office: Office, session: Session, out: Path, where: Sequence[str], *, restricted: bool, photos: bool
) -> None:
    from exports.exchange.json_lines import write_lines
    from registry.cli.record_lines import public_lines, records_head
    from registry.exchange.reading_out import Records

    t, chosen = office.t, Records(session, where)
    total = chosen.count()
    head = records_head(session, office, where, total, restricted=restricted)
    lines = chosen.lines() if restricted else public_lines(session, office, chosen, where, photos=photos)
    with progress_bar(t.gettext("records"), total, quiet=office.as_json) as tell, written(out) as stream:
        if restricted:
            os.chmod(stream.fileno(), 0o600)
        found = write_lines(head, _counted(lines, tell), stream, is_packed=out.suffix == ".gz")
    kept, missing = _keep_photos(office, chosen, out) if restricted and photos else (0, 0)
    records = sum(found.counts[kind] for kind in LAYERS)
    office.say(str(out))
    office.say(
        t.ngettext(
            "{count} record, content {sha256}",
            "{count} records, content {sha256}",
            records,
            sha256=found.sha256,
        )
    )
    if restricted:
        office.say(t.gettext("It holds private matters: for the office only, not to be handed on."))
    if kept or missing:
        folder = photos_folder(out)
        office.say(t.ngettext("{count} photo in {path}", "{count} photos in {path}", kept, path=folder))
    if missing:
        office.say(
            t.ngettext(
                "The original of {count} photo is missing.",
                "The originals of {count} photos are missing.",
                missing,
            )
        )
    office.answer(
        {"file": str(out), "records": records, "counts": dict(found.counts), "sha256": found.sha256,
         "head": head["head"], "photos": kept, "missing": missing}
    )  # fmt: skip


def photos_folder(out: Path) -> Path:
    """Where the photos of a file of records lie."""
    return out.with_name(out.name + ".photos")


def _keep_photos(office: Office, chosen: Any, out: Path) -> tuple[int, int]:
    """Put the originals beside the file, as a register keeps them: how many, and how many are missing."""
    from registry.file_store import put_once
    from registry.photos import PhotoStore

    ours, beside = office.photos(), PhotoStore(photos_folder(out))
    kept = missing = 0
    for digest in chosen.photos():
        try:
            content = ours.path(digest).read_bytes()
        except OSError:
            missing += 1
            continue
        put_once(beside.path(digest), content)
        kept += 1
    return kept, missing


def _counted(lines: Iterable[dict[str, Any]], tell: Any) -> Iterator[dict[str, Any]]:
    done = 0
    for line in lines:
        done += line["record"] in LAYERS
        tell(done)
        yield line


@contextmanager
def _part(office: Office, where: Sequence[str] | None, out: Path, *, photos: bool = False) -> Iterator[Part]:
    """The public content of a selection, made beside `out` and gone when it has been read."""
    from registry.public_part import Described, write_public_part

    with whole_files.room_beside(out) as room:
        path = room / "part.gpkg"
        with (
            reading(office.engine()) as session,
            progress_bar(
                office.t.gettext("trees"), trees_expected(session, where or ()), quiet=office.as_json
            ) as tell,
        ):
            try:
                write_public_part(
                    session, path, where or [],
                    photos=office.photos() if photos else Described(room), now=office.now(),
                    progress=tell, library=office.packs(),
                )  # fmt: skip
            except (OSError, sqlite3.OperationalError) as error:
                raise unwritable(out, error) from error
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            facts = {row["key"]: row["value"] for row in db.execute("SELECT key, value FROM edition")}
            yield Part(path, db, facts)


def _tell(office: Office, out: Path, counts: dict[str, int], part: Part) -> None:
    t = office.t
    office.say(str(out))
    office.say(", ".join(f"{name} {t.number(count, 0)}" for name, count in counts.items()))
    head = part.facts["history_head"]
    office.say(t.gettext("What may be shown, as of history head {head}", head=head))
    office.answer({"file": str(out), "counts": counts, "head": head})


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def _licences(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(row[0] for row in db.execute(f"SELECT DISTINCT licence FROM {table} ORDER BY 1"))


def _about(part: Part, counts: dict[str, int]) -> bytes:
    rows = part.db.execute(
        "SELECT title, title_en, licence, licence_url, attribution FROM source ORDER BY id"
    )
    said = {
        "register": part.facts.get("register_name", ""), "made_at": part.facts["made_at"],
        "history_head": part.facts["history_head"], "rows": counts, "sources": [dict(row) for row in rows],
        "specification": "https://www.planning.data.gov.uk/guidance/specifications/tree-preservation-order",
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def _put(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    from exports.dwca import member_info

    with archive.open(member_info(name), "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)


@contextmanager
def _packed(stream: BinaryIO, *, is_packed: bool) -> Iterator[Any]:
    if not is_packed:
        yield stream
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as target:
        yield target
