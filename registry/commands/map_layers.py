"""Map layers that protection zones may conflict with: green lines (绿线), buildings, pipelines …"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.care_errors import LayerError
from registry.commands.bulk import insert_rows
from registry.commands.history import canonical, lock_history, record_event, streamed
from registry.commands.subjects import told_record
from registry.errors import Phrase
from registry.models import MapFeature, MapLayer
from registry.rules.quadtree import cell_of
from registry.vocab.care_words import LayerKind

_NAME_LENGTH = 200
FEATURES = "features_sha256"
"""Name under which the history tells the hash of a layer's features."""


@dataclass(frozen=True, slots=True)
class LayerDraft:
    """A layer as it is loaded. features: (name, shape in WGS84 degrees); projection as declared."""

    id: str
    kind: LayerKind
    title: str
    file_name: str
    file_sha256: str
    projection: str
    features: Sequence[tuple[str | None, Any]]
    source: str | None = None
    document_no: str | None = None
    as_of: date | None = None


def layers_of(session: Session) -> list[MapLayer]:
    """The layers that are loaded, by name."""
    query = select(MapLayer).where(col(MapLayer.ended_on).is_(None))
    return list(session.exec(query.order_by(col(MapLayer.id))))


def add_layer(session: Session, draft: LayerDraft, *, actor: str, now: datetime) -> bool:
    """Load a layer; False where the same file is loaded under this name already.

    Raises LayerError where the name is taken by another file, or where there is nothing to load.
    """
    lock_history(session)
    if not draft.id.strip() or len(draft.id) > 64:
        raise LayerError(layer=draft.id, reason=Phrase("its name needs 1 to 64 characters"))
    if not draft.features:
        raise LayerError(layer=draft.id, reason=Phrase("the file has no features"))
    row = session.get(MapLayer, draft.id)
    if row is not None and row.ended_on is None:
        if row.file_sha256 == draft.file_sha256 and row.projection == draft.projection:
            return False
        told = Phrase("another file is loaded under this name; remove it first, or give another name")
        raise LayerError(layer=draft.id, reason=told)
    before = row.model_dump(exclude={"id"}) if row is not None else None
    names = ("kind", "title", "source", "document_no", "as_of", "file_name", "file_sha256", "projection")
    facts = {name: getattr(draft, name) for name in names}
    facts |= {"feature_count": len(draft.features), "loaded_at": now, "ended_on": None}
    layer = row or MapLayer(id=draft.id, **facts)
    for name, value in facts.items():
        setattr(layer, name, value)
    session.add(layer)
    session.flush()
    insert_rows(session, MapFeature, [_row(draft.id, n, *each) for n, each in enumerate(draft.features, 1)])
    hashed = {FEATURES: (None, features_sha256(session, layer.id))}
    change = told_record("map_layer", layer, before, **hashed)
    record_event(session, "layer:loaded", [change], actor=actor, at=now, document=draft.document_no)
    return True


def remove_layer(
    session: Session, name: str, *, today: date, reason: str | None = None, actor: str, now: datetime
) -> int:
    """Take a layer away with its features; returns how many. Raises LayerError where none is called so."""
    lock_history(session)
    layer = session.get(MapLayer, name)
    if layer is None or layer.ended_on is not None:
        known = [each.id for each in layers_of(session)]
        raise LayerError(layer=name, reason=Phrase("no such layer is loaded; there are {known}", known=known))
    before = layer.model_dump(exclude={"id"})
    layer.ended_on = today
    session.add(layer)
    session.execute(sa.delete(MapFeature).where(col(MapFeature.layer_id) == name))
    session.flush()
    change = told_record("map_layer", layer, before, **{FEATURES: (None, None)})
    record_event(session, "layer:removed", [change], actor=actor, at=now, reason=reason)
    return layer.feature_count


def features_sha256(session: Session, layer_id: str) -> str | None:
    """The hash of the names and outlines of a layer's features, in their order; None where it has none."""
    columns = (col(MapFeature.ordinal), col(MapFeature.name), col(MapFeature.outline))
    query = sa.select(*columns).where(col(MapFeature.layer_id) == layer_id).order_by(columns[0])
    digest = hashlib.sha256()
    for row in streamed(session, query):
        digest.update((canonical(list(row)) + "\n").encode())
    return digest.hexdigest() if digest.digest() != hashlib.sha256().digest() else None


def _row(layer_id: str, ordinal: int, name: str | None, shape: Any) -> dict[str, Any]:
    west, south, east, north = shape.bounds
    return {
        "layer_id": layer_id,
        "ordinal": ordinal,
        "name": name[:_NAME_LENGTH] if name else None,
        "outline": shapely.to_wkb(shapely.force_2d(shape), hex=True),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "cell": cell_of(west, south, east, north),
    }
