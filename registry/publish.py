"""Publishing: the register, redacted, as one file that is GeoPackage, Datasette database and download.

The file is built aside and renamed over the old one; a running site notices by itself. A manifest
(`public.gpkg.json`) names its SHA-256, counts and the history head, signed with the register's Ed25519 key.
Editions that are not the newest are kept beside it, as many as the setting `editions_kept` says.
"""

import base64
import errno
import glob
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.area_queries import AREAS, full_areas
from registry.calendars import register_zone
from registry.commands.editions import withdrawn_editions
from registry.commands.history import Change, canonical, history_head, record_event
from registry.db import SCHEMA_FOLDER, reading, transaction
from registry.edition import FORMAT, EditionWriter, Progress, PublishReport
from registry.edition_store import drop_oldest, keep_edition, tell_withdrawn
from registry.errors import RegisterLockedError, unwritable
from registry.geopackage import begin_geopackage
from registry.keys import Keys
from registry.layer_styles import write_styles
from registry.models import Edition
from registry.photos import PhotoStore
from registry.public_changes import write_changes
from registry.public_culture import write_culture
from registry.public_kpis import write_kpis
from registry.public_lists import write_lists
from registry.public_map import write_map
from registry.public_plates import write_plates
from registry.public_search import write_search
from registry.public_visits import write_parts, write_visits
from registry.public_zones import write_zones
from registry.qgis_project import write_project
from registry.queries import full_trees
from registry.records import AreaRecord, TreeRecord
from registry.rulepacks import PackLibrary
from registry.rules.edition_files import manifest_path
from registry.rules.redaction import redact, redact_area
from registry.selection import stream_ids
from registry.settings import get_setting

LEFTOVER_SECONDS = 3600


def publish(
    engine: Engine,
    out: Path,
    *,
    keys: Keys,
    photos: PhotoStore,
    actor: str,
    now: datetime,
    progress: Progress = lambda _done: None,
    library: PackLibrary | None = None,
) -> PublishReport:
    """Make the next edition at `out`. Raises OutputError; the edition there before then stays.

    library: rule packs at hand, for what zones rest on; None: those that are shipped.

    The edition says when it was made by the clock of the register's place, so that its day is the day there.
    It is a consistent view: everything is read in one transaction. The register records it before
    the file is put in place: what is out there is always known; a number is lost rather than used twice.
    """
    aside = out.with_name(f"{out.name}.{os.getpid()}.part")
    manifest_aside = out.with_name(f"{out.name}.json.{os.getpid()}.part")
    report = PublishReport(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _clear_leftovers(out)
        with reading(engine) as session:
            keep = int(get_setting(session, "editions_kept"))
            withdrawn = withdrawn_editions(session)
            made_at = now.astimezone(register_zone(session))
            _build(session, aside, report, keys, photos, made_at, progress, library)
        _sync(aside)
        report.sha256 = _sha256(aside)
        manifest = _manifest(report, keys, made_at)
        manifest_aside.write_text(manifest, encoding="utf-8")
        with transaction(engine) as session:
            _record(session, report, actor, now)
        if keep:
            keep_edition(out, aside, manifest, report.number)
        os.replace(aside, out)
        os.replace(manifest_aside, manifest_path(out))
        report.kept, report.kept_bytes = drop_oldest(out, keep)
        tell_withdrawn(out, withdrawn, now)
    except (OSError, sqlite3.OperationalError) as error:
        raise unwritable(out, error) from error
    finally:
        for path in (aside, manifest_aside):
            with suppress(OSError):
                path.unlink()
    return report


def _clear_leftovers(out: Path) -> None:
    """Remove what a publish that was killed left beside the edition."""
    for path in out.parent.glob(glob.escape(out.name) + ".*part"):
        if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)


def _build(
    session: Session,
    path: Path,
    report: PublishReport,
    keys: Keys,
    photos: PhotoStore,
    now: datetime,
    progress: Progress,
    library: PackLibrary | None,
) -> None:
    report.number = _newest_number(session) + 1
    report.history_head = history_head(session)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;"
        )
        connection.executescript((SCHEMA_FOLDER / "public.sql").read_text(encoding="utf-8"))
        with connection:
            begin_geopackage(connection)
            writer = EditionWriter(connection, report, now)
            writer.learn_names(session)
            writer.trees(_public_trees(session, photos, report), progress)
            for kind in AREAS:
                writer.areas(kind, _public_areas(session, kind, photos, report))
            writer.surroundings(session)
            writer.tags(session, keys)
            write_plates(session, writer)
            writer.links(session)
            write_zones(session, writer, library or PackLibrary())
            write_visits(session, writer, library or PackLibrary())
            write_culture(session, writer)
            write_parts(connection)
            write_map(connection)
            write_kpis(session, writer, library or PackLibrary(), now)
            write_lists(session, writer, now)
            write_styles(connection, now)
            write_project(connection, now, report.path.name)
            write_search(connection)
            writer.edition(session, keys, now)
        write_changes(session, connection, report.path, report, now)
        for index in ("tree_search", "found_search"):
            connection.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("DROP TABLE IF EXISTS sqlite_stat4")
        connection.commit()


def _public_trees(session: Session, photos: PhotoStore, report: PublishReport) -> Iterator[TreeRecord]:
    for full in full_trees(session, stream_ids(session, ()), photos):
        tree, held = redact(full.record, full.disclosure)
        report.withheld.update(f"{item.field}: {item.reason}" for item in held)
        report.trees += 1
        report.photos += len(tree.photos)
        report.without_position += tree.lon is None
        report.generalised += tree.position_precision != "exact"
        yield tree


def _public_areas(
    session: Session, kind: str, photos: PhotoStore, report: PublishReport
) -> Iterator[AreaRecord]:
    for full in full_areas(session, kind, photos):
        area, held = redact_area(full.record, full.disclosure)
        report.withheld.update(f"{kind} {item.field}: {item.reason}" for item in held)
        yield area


def _newest_number(session: Session) -> int:
    return session.exec(select(Edition.number).order_by(col(Edition.number).desc()).limit(1)).first() or 0


def _record(session: Session, report: PublishReport, actor: str, now: datetime) -> None:
    if _newest_number(session) != report.number - 1:  # another publish was quicker
        raise RegisterLockedError(address=report.path)
    withheld = canonical(dict(report.withheld))
    session.add(
        Edition(
            number=report.number,
            made_at=now,
            history_head=report.history_head,
            sha256=report.sha256,
            tree_count=report.trees,
            withheld=withheld,
        )
    )
    change = Change("edition", str(report.number), "published", {"sha256": (None, report.sha256)})
    record_event(session, "edition:published", [change], actor=actor, at=now)


def _manifest(report: PublishReport, keys: Keys, now: datetime) -> str:
    facts = {
        "format": FORMAT,
        "edition": report.number,
        "made_at": now.isoformat(timespec="seconds"),
        "sha256": report.sha256,
        "history_head": report.history_head,
        "trees": report.trees,
        "groves": report.groves,
        "gardens": report.gardens,
        "public_key": base64.b64encode(keys.public_key).decode(),
    }
    signature = base64.b64encode(keys.sign(canonical(facts).encode())).decode()
    return json.dumps({**facts, "signature": signature}, ensure_ascii=False, indent=1) + "\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
