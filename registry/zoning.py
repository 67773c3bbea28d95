"""The protection zones that rule packs give trees and groves: read and drawn, not written."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.affected import facts_of_trees, pack_chooser
from registry.chunks import chunks
from registry.models import Authority, Grove, Measurement, Tree
from registry.rulepacks import PackLibrary
from registry.rules.commitments import canonical
from registry.rules.grading import protection_class
from registry.rules.packs import Place, Rule, RulePack, is_urban
from registry.rules.zone_shapes import Plan, drawn, drawn_group
from registry.rules.zones import (
    BOUNDARY,
    CROWN,
    FORMULA,
    Proposed,
    ZoneSizes,
    crown_radii,
    proposal,
    rule_digest,
    rule_name,
    stems_of,
    zone_rule,
)
from registry.selection import select_groves, stream_ids
from registry.surroundings import Surroundings
from registry.vocab.words import ON_REGISTER

BATCH = 1000
Chooser = Callable[[Place], RulePack | None]
_RADII = ("crown_n_m", "crown_e_m", "crown_s_m", "crown_w_m")
_SIZES: tuple[Any, ...] = (
    Measurement.tree_id, Measurement.measured_on, Measurement.girth_cm, Measurement.diameter_cm,
    Measurement.ground_diameter_cm, Measurement.crown_m, Measurement.crown_ew_m, Measurement.crown_ns_m,
    Measurement.crown_n_m, Measurement.crown_e_m, Measurement.crown_s_m, Measurement.crown_w_m,
    Measurement.measure_height_m, Measurement.stem_girths,
)  # fmt: skip


def proposed_zones(
    session: Session,
    library: PackLibrary,
    on: date,
    where: Sequence[str] = (),
    pack: RulePack | None = None,
) -> Iterator[Proposed]:
    """What each tree's and grove's pack (or `pack`) gives it; see `Proposed`.

    What does not stand is left out. Raises RulePackError, SelectionError.
    """
    in_use = pack_chooser(session, library, on)
    choose: Chooser = (lambda _place: pack) if pack is not None else in_use
    for ids in chunks(stream_ids(session, where), BATCH):
        yield from _of_trees(session, ids, choose, on)
    yield from _of_groves(session, list(session.exec(select_groves(where))), choose)


def proposed_for(
    session: Session, subject: tuple[str, str], library: PackLibrary, on: date
) -> Proposed | None:
    """What the pack in use gives one tree or grove; None for what does not stand, or is neither."""
    choose = pack_chooser(session, library, on)
    if subject[0] == "tree":
        return next(_of_trees(session, [subject[1]], choose, on), None)
    if subject[0] == "grove":
        return next(_of_groves(session, [subject[1]], choose), None)
    return None


def proposed_among(
    session: Session, subjects: Iterable[tuple[str, str]], library: PackLibrary, on: date
) -> Iterator[Proposed]:
    """What the packs in use give those trees and groves of `subjects` that stand; see `Proposed`."""
    choose = pack_chooser(session, library, on)
    wanted = list(subjects)
    for ids in chunks([own for kind, own in wanted if kind == "tree"], BATCH):
        yield from _of_trees(session, ids, choose, on)
    for ids in chunks([own for kind, own in wanted if kind == "grove"], BATCH):
        yield from _of_groves(session, ids, choose)


def sizes_of(session: Session, ids: Sequence[str]) -> dict[str, ZoneSizes]:
    """What is known of place, crown and stem of trees: each from the latest measurement that has it."""
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    query = sa.select(*_SIZES).where(col(Measurement.tree_id).in_(ids))
    for row in session.execute(query.order_by(col(Measurement.id))):
        rows[row.tree_id].append(row)
    place = sa.select(*[col(column) for column in (Tree.id, Tree.lon, Tree.lat)]).where(col(Tree.id).in_(ids))
    return {row.id: _sizes(row, rows[row.id]) for row in session.execute(place)}


def _sizes(tree: Any, rows: list[Any]) -> ZoneSizes:
    newest = sorted(rows, key=lambda row: row.measured_on or date.min, reverse=True)
    found = ZoneSizes(tree.lon, tree.lat)
    crown = next((row for row in newest if _crown(row) is not None or _four(row) is not None), None)
    if crown is not None:
        found = replace(found, crown_m=_crown(crown), crown_radii_m=_four(crown), crown_on=crown.measured_on)
    for row in newest:
        if stems := stems_of(row.stem_girths, row.diameter_cm, row.girth_cm):
            found = replace(found, stems_cm=stems, at_m=row.measure_height_m, stem_on=row.measured_on)
            break
    return replace(
        found, ground_cm=next((r.ground_diameter_cm for r in newest if r.ground_diameter_cm), None)
    )


def _crown(row: Any) -> float | None:
    """The mean spread: as recorded, else the mean of the two that were measured crosswise."""
    if row.crown_m:
        return float(row.crown_m)
    return (row.crown_ew_m + row.crown_ns_m) / 2 if row.crown_ew_m and row.crown_ns_m else None


def _four(row: Any) -> tuple[float, float, float, float] | None:
    north, east, south, west = (getattr(row, name) for name in _RADII)
    if north is None or east is None or south is None or west is None or not any((north, east, south, west)):
        return None
    return float(north), float(east), float(south), float(west)


def _of_trees(session: Session, ids: Sequence[str], choose: Chooser, on: date) -> Iterator[Proposed]:
    sizes = sizes_of(session, ids)
    columns: list[Any] = [Tree.id, Tree.tree_no, Tree.coordinate_uncertainty_m]
    rows = {row.id: row for row in session.execute(sa.select(*columns).where(col(Tree.id).in_(ids)))}
    found: list[tuple[Proposed, Plan | None]] = []
    for tree_id, place, facts in facts_of_trees(session, ids, on):
        row, pack = rows[tree_id], choose(place)
        kind = protection_class(facts.legal_category, facts.legal_grade)
        base = Proposed(("tree", tree_id), row.tree_no, kind, "{}", row.coordinate_uncertainty_m)
        found.append(_for_tree(base, pack, sizes[tree_id]))
    outlines = iter(drawn([plan for _, plan in found if plan is not None]))
    for proposed, plan in found:
        yield proposed if plan is None else replace(proposed, outline=next(outlines))


def _for_tree(base: Proposed, pack: RulePack | None, sizes: ZoneSizes) -> tuple[Proposed, Plan | None]:
    rule, reason = zone_rule(pack, base.kind)
    if pack is None or rule is None:
        return replace(base, pack_id=pack.id if pack else None, missing=(reason,)), None
    given = proposal(rule, sizes)
    inputs = {"class": base.kind, **given.inputs}
    return replace(_ruled(base, pack, rule), inputs=canonical(inputs), missing=given.missing), given.plan


def _ruled(base: Proposed, pack: RulePack, rule: Rule) -> Proposed:
    return replace(
        base,
        pack_id=pack.id,
        rule=rule_name(rule),
        rule_sha256=rule_digest(rule),
        confidence=rule.basis.confidence,
    )


def _of_groves(session: Session, ids: Sequence[str], choose: Chooser) -> Iterator[Proposed]:
    around = Surroundings(session)
    jurisdictions = dict(session.exec(select(Authority.id, Authority.jurisdiction)).all())
    standing = col(Grove.status).in_(list(ON_REGISTER))
    for grove in session.exec(select(Grove).where(col(Grove.id).in_(ids), standing)).all():
        place = _place_of(grove, around, jurisdictions[grove.authority_id])
        base = Proposed(("grove", grove.id), grove.number, "grove", "{}")
        yield _for_grove(session, grove, base, choose(place))


def _place_of(grove: Grove, around: Surroundings, jurisdiction: str) -> Place:
    own = around.settings["jurisdiction"]
    chain: list[str] = []
    at = grove.division_id
    while at is not None:
        division = around.divisions[at]
        chain = [part for part in (division.id, division.code, division.name) if part] + chain
        at = division.parent_id
    narrow = own if own.startswith(f"{jurisdiction}-") else jurisdiction
    return Place(narrow, tuple(dict.fromkeys(chain)), is_urban(grove.growth_place))


def _for_grove(session: Session, grove: Grove, base: Proposed, pack: RulePack | None) -> Proposed:
    kind = "grove" if pack and pack.rule("zone", "grove") else grove.protection_grade
    rule, reason = zone_rule(pack, kind)
    if pack is None or rule is None:
        return replace(base, pack_id=pack.id if pack else None, missing=(reason,))
    base = replace(_ruled(base, pack, rule), kind=kind)
    offset = rule.get("crown_offset_m")
    strip = rule.get("boundary_offset_m")
    strip = offset if strip is None else strip
    if strip is None:
        return replace(base, missing=(FORMULA,))
    ring = _ring(grove.boundary)
    crowns, without = _crowns_of(session, grove) if offset is not None else ([], 0)
    files = len(crowns) + without
    inputs: dict[str, Any] = {"class": kind, "trees_drawn": len(crowns), "trees_with_files": files}
    inputs["trees"] = grove.tree_count
    inputs["boundary_sha256"] = _digest(grove.boundary) if ring is not None else None
    inputs["crowns_sha256"] = _digest(repr(crowns)) if crowns else None
    base = replace(base, inputs=canonical({k: v for k, v in inputs.items() if v is not None}))
    if ring is None and (missing := _lacks(crowns, without, grove.tree_count, files)):
        return replace(base, missing=missing)
    return replace(base, outline=drawn_group(crowns, offset, ring, strip))


def _lacks(crowns: list[Plan], without: int, count: int | None, files: int) -> tuple[str, ...]:
    """Why the trees of a grove without a boundary do not tell where it ends."""
    if not crowns or (count is not None and count > files):
        return (BOUNDARY,)
    return (BOUNDARY, CROWN) if without else ()


def _crowns_of(session: Session, grove: Grove) -> tuple[list[Plan], int]:
    """The crowns of a grove's trees, and how many trees lack position or crown."""
    standing = col(Tree.status).in_(list(ON_REGISTER))
    ids = list(
        session.exec(select(Tree.id).where(Tree.grove_id == grove.id, standing).order_by(col(Tree.id)))
    )
    plans = []
    for sizes in (found for batch in chunks(ids, BATCH) for found in sizes_of(session, batch).values()):
        radii = crown_radii(sizes)
        if sizes.lon is not None and sizes.lat is not None and radii is not None:
            plans.append(Plan(sizes.lon, sizes.lat, radii))
    return sorted(plans, key=lambda plan: (plan.lon, plan.lat)), len(ids) - len(plans)


def _ring(boundary: str) -> Any | None:
    """The boundary of a grove as a polygon in degrees; None where none is recorded, or it is no area."""
    points = json.loads(boundary)
    if len(points) < 4:
        return None
    shape = shapely.make_valid(shapely.Polygon(points))
    return shape if shape.area > 0 else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
