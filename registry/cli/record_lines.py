"""The head of a file of records, and the lines of a public one."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, select

from registry.cli.app import Office
from registry.commands.history import history_head
from registry.models import Source
from registry.photos import PhotoStore
from registry.settings import all_settings
from registry.vocab.exchange_words import FORMAT, PUBLIC, RESTRICTED


def records_head(
    session: Session, office: Office, where: Sequence[str], count: int, *, restricted: bool
) -> dict[str, Any]:
    """The first line: format, register, when and of what head it was made, how many records."""
    return {
        "format": FORMAT,
        "kind": RESTRICTED if restricted else PUBLIC,
        "register": all_settings(session)["register_name"],
        "made_at": office.now().isoformat(timespec="seconds"),
        "head": history_head(session),
        **({"where": list(where)} if where else {}),
        "count": count,
        "licences": sorted({row.licence for row in session.exec(select(Source))} - {""}),
    }


def public_lines(
    session: Session, office: Office, chosen: Any, where: Sequence[str], *, photos: bool
) -> Iterator[dict[str, Any]]:
    """What may be shown of a selection: sources with their terms, areas, trees; all through the redaction."""
    import sqlalchemy as sa

    from exports.exchange.public_lines import public_line, source_line
    from registry.area_queries import AREAS, full_areas_of
    from registry.queries import full_trees
    from registry.rules.redaction import redact, redact_area
    from registry.selection import stream_ids
    from registry.surroundings import Surroundings

    store: PhotoStore | None = office.photos() if photos else None
    sources = Surroundings(session).sources
    for own in sorted(session.execute(chosen.ids("source")).scalars()):
        yield source_line(sources[own])
    for kind, table in AREAS.items():
        query = sa.select(table.id).where(table.id.in_(chosen.ids(kind)))
        ids = list(session.execute(query.order_by(table.authority_id, table.number)).scalars())
        for area in full_areas_of(session, kind, ids, store):
            yield public_line(redact_area(area.record, area.disclosure)[0])
    for full in full_trees(session, stream_ids(session, where), store):
        yield public_line(redact(full.record, full.disclosure)[0])
