"""The public content of a selection as a GeoPackage of its own: like an edition, without what a site needs.

It is no edition: it has no number, nothing is recorded, and the register's head says what it is made of.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from registry.area_queries import AREAS, full_areas_of
from registry.calendars import register_zone
from registry.commands.history import canonical, history_head
from registry.db import SCHEMA_FOLDER
from registry.edition import FORMAT, PUBLIC_SETTINGS, EditionWriter, Progress, PublishReport
from registry.exchange.reading_out import Records
from registry.geopackage import begin_geopackage
from registry.layer_styles import write_styles
from registry.photos import PhotoStore, Rendition
from registry.public_culture import write_culture
from registry.public_visits import write_parts, write_visits
from registry.public_zones import write_zones
from registry.qgis_project import write_project
from registry.queries import full_trees
from registry.records import AreaRecord, TreeRecord
from registry.rulepacks import PackLibrary
from registry.rules.redaction import redact, redact_area
from registry.selection import stream_ids
from registry.settings import all_settings

KEPT = frozenset(
    {"tree", *AREAS, "zone", "measurement", "age", "inspection", "designation", "alias", "flag", "care_event"}
    | {"photo", "history", "species", "species_name", "division", "authority", "source", "record_link"}
    | {"story", "story_text", "walk", "walk_stop", "edition", "layer_styles", "qgis_projects"}
)
"""Tables that a part has; the others of an edition serve the site."""


class Described(PhotoStore):
    """Stands for the photos where they are told of and not shown: nothing is opened."""

    def rendition(self, digest: str) -> Rendition:  # noqa: ARG002
        """No picture."""
        return Rendition(0, 0, b"", b"")


def write_public_part(
    session: Session,
    path: Path,
    where: Sequence[str],
    *,
    photos: PhotoStore,
    now: datetime,
    progress: Progress,
    library: PackLibrary,
) -> PublishReport:
    """Write what may be shown of a selection to `path`, a new file; everything passes the one redaction.

    photos: `Described`, where pictures stay out. Raises SelectionError, NothingSelectedError, OSError,
    sqlite3.OperationalError (no room).
    """
    chosen = Records(session, where)
    report = PublishReport(path, history_head=history_head(session))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.executescript((SCHEMA_FOLDER / "public.sql").read_text(encoding="utf-8"))
        with connection:
            begin_geopackage(connection)
            writer = EditionWriter(connection, report, now)
            writer.learn_names(session)
            writer.trees(_trees(session, where, photos, report), progress)
            for kind in AREAS:
                writer.areas(kind, _areas(session, chosen, kind, photos, report))
            writer.surroundings(session)
            writer.links(session)
            _drop_strange_links(connection)
            write_zones(session, writer, library)
            write_visits(session, writer, library)
            write_culture(session, writer)
            write_parts(connection)
            write_styles(connection, now)
            writer.insert("edition", _facts(session, report, where, now))
            if isinstance(photos, Described):
                connection.execute("UPDATE photo SET jpeg = '', thumb = ''")
        _drop_tables_of_the_site(connection)
        connection.execute("VACUUM")
    return report


def finish_part(path: Path, file_name: str, now: datetime) -> None:
    """Make of a part a file to hand over that will be called `file_name`: without photos that are told of and
    not shown, and with a QGIS project."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM photo WHERE length(jpeg) = 0")
        write_project(connection, now, file_name)


def _trees(
    session: Session, where: Sequence[str], photos: PhotoStore, report: PublishReport
) -> Iterator[TreeRecord]:
    for full in full_trees(session, stream_ids(session, where), photos):
        tree, held = redact(full.record, full.disclosure)
        report.withheld.update(f"{item.field}: {item.reason}" for item in held)
        report.trees += 1
        report.photos += len(tree.photos)
        report.without_position += tree.lon is None
        report.generalised += tree.position_precision != "exact"
        yield tree


def _areas(
    session: Session, chosen: Records, kind: str, photos: PhotoStore, report: PublishReport
) -> Iterator[AreaRecord]:
    table = AREAS[kind]
    query = sa.select(table.id).where(table.id.in_(chosen.ids(kind)))
    ids = session.execute(query.order_by(table.authority_id, table.number)).scalars().all()
    for full in full_areas_of(session, kind, list(ids), photos):
        area, held = redact_area(full.record, full.disclosure)
        report.withheld.update(f"{kind} {item.field}: {item.reason}" for item in held)
        yield area


def _facts(
    session: Session, report: PublishReport, where: Sequence[str], now: datetime
) -> list[dict[str, str]]:
    settings = all_settings(session)
    facts = {
        "format": FORMAT,
        "number": "",
        "made_at": now.astimezone(register_zone(session)).isoformat(timespec="seconds"),
        "history_head": report.history_head,
        "where": canonical(list(where)),
        "tree_count": report.trees,
        "grove_count": report.groves,
        "garden_count": report.gardens,
        "place_count": report.places,
        "element_count": report.elements,
        "withheld": canonical(dict(report.withheld)),
        **{name: settings[name] for name in PUBLIC_SETTINGS},
    }
    return [{"key": key, "value": str(value)} for key, value in facts.items()]


def _drop_strange_links(connection: sqlite3.Connection) -> None:
    """Links to records that are not in the part."""
    here = " UNION ALL ".join(f"SELECT uuid FROM {name}" for name in ("tree", *AREAS))
    connection.execute(f"DELETE FROM record_link WHERE from_uuid NOT IN ({here}) OR to_uuid NOT IN ({here})")


def _drop_tables_of_the_site(connection: sqlite3.Connection) -> None:
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if name not in KEPT and not name.startswith(("gpkg_", "sqlite_"))
    ]
    for name in sorted(names, key=len):  # an index of texts takes its shadow tables with it
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    connection.execute("DELETE FROM gpkg_contents WHERE table_name NOT IN (SELECT name FROM sqlite_master)")
    connection.commit()
