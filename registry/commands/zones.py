"""Protection zones (保护范围): computed ones by their rule, legal ones by their document."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.care_errors import ZoneError
from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.commands.history import Change, lock_history, record_event
from registry.commands.replay import plain_row
from registry.commands.subjects import OWNERS, Ref, told_rows, whose
from registry.errors import Phrase
from registry.models import Tree, Zone
from registry.models.base import new_id
from registry.rules.quadtree import cell_of
from registry.rules.zone_shapes import Outline, on_the_globe
from registry.rules.zones import Proposed
from registry.vocab.care_words import ZoneKind

_BATCH = 500
_LEAST_M2 = 1.0
"""Square metres below which a polygon is no zone."""
_PLAUSIBLE_M = 200.0
"""Farther from its record than this, and than the record's place may be off, a polygon is another's."""


@dataclass(slots=True)
class ComputeReport:
    """What a computation did: how many zones are new, came in place of an older one, or stay as they are.

    lacking: for how many records a zone cannot be computed, by what is missing. left: those records.
    """

    computed: int = 0
    replaced: int = 0
    unchanged: int = 0
    lacking: Counter[tuple[str, ...]] = field(default_factory=Counter)
    left: list[Proposed] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many records were looked at."""
        return self.computed + self.replaced + self.unchanged + sum(self.lacking.values())


@dataclass(frozen=True, slots=True)
class LegalDraft:
    """A zone as it was delineated. shape: a polygon or multipolygon in WGS84 degrees."""

    shape: Any
    document_no: str
    approved_by: str | None = None
    published_on: date | None = None
    published_url: str | None = None
    deviation: str | None = None
    from_on: date | None = None
    file_name: str | None = None
    file_sha256: str | None = None


@dataclass(slots=True)
class LegalReport:
    """What a delineation did. `apart`: records whose own point lies outside their zone, with the metres."""

    recorded: list[str] = field(default_factory=list)
    ended: int = 0
    unchanged: int = 0
    apart: list[tuple[str, float]] = field(default_factory=list)


def compute_zones(
    session: Session,
    proposals: Iterable[Proposed],
    *,
    today: date,
    actor: str,
    now: datetime,
    dry_run: bool = False,
) -> ComputeReport:
    """Keep the zones that rules give (`registry.zoning.proposed_zones`), in one event.

    The same inputs under the same rule change nothing; others end the computed zone and add a new one. What
    is missing leaves all as it is, and is told. dry_run: only count.
    """
    report = ComputeReport()
    changes: list[Change] = []
    if not dry_run:
        lock_history(session)
    for batch in chunks(proposals, _BATCH):
        ready = [each for each in batch if each.outline is not None]
        for each in batch:
            if each.outline is None:
                report.lacking[each.missing] += 1
                report.left.append(each)
        changes += _computed(session, ready, report, today, dry_run=dry_run)
    if changes:
        record_event(session, "zones:computed", changes, actor=actor, at=now)
    return report


def _computed(
    session: Session, ready: Sequence[Proposed], report: ComputeReport, today: date, *, dry_run: bool
) -> list[Change]:
    present = _open_zones(session, [each.subject for each in ready], ZoneKind.COMPUTED)
    rows, ended, changes = [], [], []
    for each in ready:
        old = present.get(each.subject, [])
        if any((z.pack_id, z.rule, z.rule_sha256, z.inputs) == each.basis for z in old):
            report.unchanged += 1
            continue
        report.replaced += bool(old)
        report.computed += not old
        if dry_run or each.outline is None:
            continue
        row = _row(each.subject, ZoneKind.COMPUTED, each.outline, today)
        row.pack_id, row.rule, row.rule_sha256 = each.pack_id, each.rule, each.rule_sha256
        row.confidence, row.inputs, row.uncertainty_m = each.confidence, each.inputs, each.uncertainty_m
        gone = [plain_row(Zone, zone) for zone in old]
        ended += [zone.id for zone in old]
        came = [{**zone, "ended_on": today.isoformat()} for zone in gone] + [plain_row(Zone, row)]
        changes.append(Change(each.subject[0], each.subject[1], "updated", {"zones": (gone or None, came)}))
        rows.append(row.model_dump())
    for ids in chunks(ended, _BATCH):
        session.execute(sa.update(Zone).where(col(Zone.id).in_(ids)).values(ended_on=today))
    insert_rows(session, Zone, rows)
    return changes


def set_legal_zones(
    session: Session,
    drafts: Sequence[tuple[Ref, LegalDraft]],
    *,
    today: date,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> LegalReport:
    """Record zones as they were delineated, in one event; the legal one before ends that day.

    The same outline under the same document is recorded once. Raises ZoneError, RecordKindError.
    """
    report = LegalReport()
    changes = []
    lock_history(session)
    for ref, draft in drafts:
        if change := _delineated(session, ref, draft, today, report):
            changes.append(change)
    session.flush()
    if changes:
        documents = {draft.document_no for _, draft in drafts}
        document = documents.pop() if len(documents) == 1 else None
        record_event(
            session, "zones:delineated", changes, actor=actor, at=now, reason=reason, document=document
        )
    return report


def _delineated(
    session: Session, ref: Ref, draft: LegalDraft, today: date, report: LegalReport
) -> Change | None:
    outline = _checked(ref, draft, today)
    since = draft.from_on or today
    old = _zones_of(session, ref, ZoneKind.LEGAL)
    for zone in old:
        if zone.document_no == draft.document_no and zone.outline == outline.hex:
            report.unchanged += 1
            return None
        if zone.made_on > since:
            told = Phrase("one delineated later, on {day}, is on record", day=zone.made_on)
            raise ZoneError(record=ref[2], reason=told)
    _refuse_misplaced(session, ref, draft, outline)
    gone = [plain_row(Zone, zone) for zone in old]
    for zone in old:
        zone.ended_on = since
        session.add(zone)
    row = _row((ref[0], ref[1]), ZoneKind.LEGAL, outline, since)
    for name in ("document_no", "approved_by", "published_on", "published_url", "deviation"):
        setattr(row, name, getattr(draft, name))
    row.file_name, row.file_sha256 = draft.file_name, draft.file_sha256
    session.add(row)
    report.recorded.append(ref[2])
    report.ended += len(old)
    if (metres := _metres_outside(session, ref, outline)) > 0:
        report.apart.append((ref[2], metres))
    return told_rows(ref, "zones", gone=gone, came=[*old, row])


def check_legal_zone(session: Session, ref: Ref, draft: LegalDraft, today: date) -> None:
    """Whether a draft can be recorded; nothing is. Raises ZoneError, RecordKindError."""
    outline = _checked(ref, draft, today)
    old = _zones_of(session, ref, ZoneKind.LEGAL)
    if not any((zone.document_no, zone.outline) == (draft.document_no, outline.hex) for zone in old):
        _refuse_misplaced(session, ref, draft, outline)


def _refuse_misplaced(session: Session, ref: Ref, draft: LegalDraft, outline: Outline) -> None:
    """Raise ZoneError where a polygon lies too far from its record to be meant and nobody says why."""
    if (draft.deviation or "").strip():
        return
    away, off = _metres_from_record(session, ref, outline)
    if away is None or away <= _PLAUSIBLE_M + off:
        return
    distance = f"{away / 1000:,.1f} km" if away >= 1000 else f"{away:.0f} m"
    told = Phrase(
        "it lies {distance} from the record: is it the right one? If it is meant so, give --deviation",
        distance=distance,
    )
    raise ZoneError(record=ref[2], reason=told)


def _metres_from_record(session: Session, ref: Ref, outline: Outline) -> tuple[float | None, float]:
    """How far an outline lies from its record, and what the record's place may be off by, in metres.

    From a tree's position, else from the zones that hold; None where nothing tells where the record is.
    """
    tree = session.get(Tree, ref[1]) if ref[0] == "tree" else None
    if tree is not None and tree.lon is not None and tree.lat is not None:
        return outline.metres_to(tree.lon, tree.lat), tree.coordinate_uncertainty_m or 0.0
    zones = [zone for kind in ZoneKind for zone in _zones_of(session, ref, kind)]
    if not zones:
        return None, 0.0
    off = max(zone.uncertainty_m or 0.0 for zone in zones)
    return min(outline.metres_between(shapely.from_wkb(zone.outline)) for zone in zones), off


def _checked(ref: Ref, draft: LegalDraft, today: date) -> Outline:
    """The outline of a draft. Raises ZoneError where it is no area, or its days cannot be."""
    whose(ref)

    def refuse(reason: Phrase) -> ZoneError:
        return ZoneError(record=ref[2], reason=reason)

    if not draft.document_no.strip():
        raise refuse(Phrase("a delineated zone needs the number of its document"))
    for day in (draft.from_on, draft.published_on):
        if day is not None and day > today:
            raise refuse(Phrase("{day} lies ahead; record it on the day", day=day))
    shape = draft.shape
    if shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise refuse(Phrase("it is no area; a zone is a polygon"))
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        raise refuse(Phrase("its outline crosses itself ({why}); draw it anew", why=why))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise refuse(Phrase("its coordinates are no longitudes and latitudes in degrees"))
    outline = on_the_globe(shapely.force_2d(shape))
    if outline.area_m2 < _LEAST_M2:
        raise refuse(Phrase("it is smaller than a square metre"))
    return outline


def end_zone(
    session: Session,
    ref: Ref,
    kind: ZoneKind,
    *,
    on: date,
    today: date,
    reason: str,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> int:
    """End the zones of a kind that a record has; returns how many. Raises ZoneError where there is none."""
    whose(ref)
    if on > today:
        raise ZoneError(record=ref[2], reason=Phrase("{day} lies ahead; record it on the day", day=on))
    rows = [row for row in _zones_of(session, ref, kind) if row.made_on <= on]
    if not rows:
        raise ZoneError(record=ref[2], reason=Phrase("it has no such zone on {day}", day=on))
    gone = [plain_row(Zone, row) for row in rows]
    for row in rows:
        row.ended_on = on
        session.add(row)
    session.flush()
    change = told_rows(ref, "zones", gone=gone, came=rows)
    record_event(session, "zones:ended", [change], actor=actor, at=now, reason=reason, document=document)
    return len(rows)


def _row(subject: tuple[str, str], kind: ZoneKind, outline: Outline, on: date) -> Zone:
    west, south, east, north = outline.box
    owner: dict[str, Any] = {OWNERS[subject[0]]: subject[1]}
    return Zone(
        id=new_id(), **owner, kind=kind, outline=outline.hex, west=west, south=south, east=east, north=north,
        cell=cell_of(west, south, east, north), area_m2=outline.area_m2, projection=outline.projection,
        made_on=on,
    )  # fmt: skip


def _zones_of(session: Session, ref: Ref, kind: ZoneKind) -> list[Zone]:
    column = getattr(Zone, OWNERS[ref[0]])
    query = select(Zone).where(col(column) == ref[1], Zone.kind == kind, col(Zone.ended_on).is_(None))
    return list(session.exec(query.order_by(col(Zone.made_on), col(Zone.id))))


def _open_zones(
    session: Session, subjects: Sequence[tuple[str, str]], kind: ZoneKind
) -> dict[tuple[str, str], list[Any]]:
    """The zones of a kind that hold, by the record they belong to; plain rows."""
    found: dict[tuple[str, str], list[Any]] = {}
    table: sa.Table = Zone.__table__  # type: ignore[attr-defined]
    for what in {subject[0] for subject in subjects}:
        column = table.c[OWNERS[what]]
        ids = [own for each, own in subjects if each == what]
        query = sa.select(table).where(column.in_(ids), table.c.kind == kind, table.c.ended_on.is_(None))
        for row in session.execute(query):
            found.setdefault((what, row._mapping[column]), []).append(row)
    return found


def _metres_outside(session: Session, ref: Ref, outline: Outline) -> float:
    """How far a tree's own point lies outside its zone, metres; 0 where inside, or not known."""
    tree = session.get(Tree, ref[1]) if ref[0] == "tree" else None
    if tree is None or tree.lon is None or tree.lat is None:
        return 0.0
    return outline.metres_to(tree.lon, tree.lat)
