"""Answering whether a construction footprint conflicts with protection zones: read, not written.

For the office alone: an answer tells where trees stand to the centimetre. `may_see_exact` says that whoever
asks may know that; there are no accounts yet, and the command line is the office.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.affected import pack_chooser
from registry.care_errors import ExactPositionsError, FootprintError
from registry.check_records import (
    Asked,
    CheckedRecord,
    CheckResult,
    Context,
    HitRecord,
    OpenList,
    OpenRecord,
    Ruling,
)
from registry.errors import Phrase
from registry.geofiles import GeoFile
from registry.models import Edition, Event
from registry.rulepacks import PackLibrary
from registry.rules.conflicts import (
    NEAR_M,
    Footprint,
    Found,
    Hit,
    footprint_of,
    found_near,
    tier_of,
    verdict,
)
from registry.rules.packs import Rule, RulePack
from registry.zone_candidates import Candidates, candidates, is_covered, nearest_tree
from registry.zone_check_lists import Known, Named, open_lists

DEFAULTS = "office-defaults"
"""The pack that says what no law says: how long a check is valid, what an unstated place may be off by."""
_ON_MAP = 150
_SAID = 5
_COVERED_KM = 10.0
"""Where no pack says how far a register reaches."""
_KM_A_DEGREE = 111.32


def footprint_in(file: GeoFile, buffer_m: float = 0.0) -> Footprint:
    """The footprint that a file draws. Raises FootprintError where it encloses no area, or where lines or
    points lie beside its areas: what is drawn is looked at, all of it."""
    footprint = footprint_of((feature.geometry for feature in file.features), buffer_m)
    if footprint is not None and not buffer_m and (beside := _beside(file, footprint)):
        reason = Phrase(
            "beside its areas it draws lines or points ({features}): give with --buffer how many metres "
            "around everything, or take them out",
            features=beside,
        )
        raise FootprintError(path=file.file_name, reason=reason)
    if footprint is None:
        raise FootprintError(
            path=file.file_name,
            reason=Phrase(
                "it draws lines or points, no area: give with --buffer how many metres around them"
            ),
        )
    return footprint


def _beside(file: GeoFile, footprint: Footprint) -> str:
    """The first features that are no area and lie in none; empty where there is none."""
    loose = [
        str(feature.name or feature.number)
        for feature in file.features
        if not feature.geometry.area and not footprint.shape.covers(feature.geometry)
    ]
    return ", ".join(loose[:_SAID]) + (" …" if len(loose) > _SAID else "")


def near(
    session: Session, footprint: Footprint, on: date, *, own_m: float = 0.0, unstated_m: float = 0.0
) -> tuple[Candidates, Found]:
    """What lies near and what of it is hit: the question that has to be quick among a million zones."""
    around = candidates(session, footprint, on, NEAR_M + own_m + unstated_m)
    found = found_near(footprint, around.zones, around.trees, own_uncertainty_m=own_m, unstated_m=unstated_m)
    return around, found


def answer(
    session: Session,
    footprint: Footprint,
    asked: Asked,
    library: PackLibrary,
    on: date,
    *,
    may_see_exact: bool,
) -> CheckResult:
    """Everything that a check says, without number and code: `registry.commands.zone_checking` gives those.

    Raises ExactPositionsError where whoever asks may not see exact positions.
    """
    if not may_see_exact:
        raise ExactPositionsError
    return _Answer(session, footprint, asked, library, on).whole()


class _Answer:
    """One check in the making."""

    def __init__(
        self, session: Session, footprint: Footprint, asked: Asked, library: PackLibrary, on: date
    ) -> None:
        self.session, self.footprint, self.asked = session, footprint, asked
        self.library, self.on = library, on
        self.named = Named(session, on)
        self.choose = pack_chooser(session, library, on)
        self.unstated_m = self._default("works", "", "unstated_uncertainty_m") or 0.0
        self.packs: dict[str, RulePack] = {}

    def whole(self) -> CheckResult:
        session, named = self.session, self.named
        own_m = self.asked.uncertainty_m
        around, found = near(session, self.footprint, self.on, own_m=own_m, unstated_m=self.unstated_m)
        known = named.known([hit.subject for hit in found.hits])
        hits = tuple(self._hit(hit, around, known) for hit in found.hits)
        lists, scope, outside = open_lists(
            session, self.footprint, around, found, named, self.library, self.on
        )
        away = self._outside_register(around)
        lists = (*lists, away)
        settings = named.surroundings.settings
        return CheckResult(
            asked=self.asked,
            verdict=verdict(len(hits), {each.name: each.count for each in lists}),
            outline=shapely.to_wkb(self.footprint.shape, hex=True),
            grid=self.footprint.grid,
            area_m2=round(self.footprint.area_m2, 2),
            hits=hits,
            lists=lists,
            checked_on=self.on.isoformat(),
            zones_near=len(around.zones),
            nearest_m=found.nearest_m,
            nearest_record_km=_km(away),
            scope=scope,
            outside_scope=outside,
            unstated_m=self.unstated_m,
            packs=tuple((id_, pack.title_zh, pack.title_en) for id_, pack in sorted(self.packs.items())),
            history_head=session.exec(select(Event.hash).order_by(col(Event.seq).desc()).limit(1)).first()
            or "",
            edition=session.exec(select(sa.func.max(Edition.number))).one(),
            context=_context(around, found, named),
            register_name=settings["register_name"],
            register_name_en=settings["register_name_en"],
            is_demonstration=settings["demonstration"] == "yes",
            valid_by=self._valid_by(),
        )

    def _default(self, section: str, name: str, key: str) -> Any:
        pack = self.library.find(DEFAULTS)
        return pack.value(section, name, key) if pack else None

    def _valid_by(self) -> Ruling | None:
        pack = self.library.find(DEFAULTS)
        rule = pack.rule("deadlines", "zone_check") if pack else None
        return _ruling(rule, "") if rule else None

    def _hit(self, hit: Hit, around: Candidates, records: Mapping[tuple[str, str], Known]) -> HitRecord:
        row = around.rows.get(hit.zone_id or "")
        known = records[hit.subject]
        rule = self._works(known, row.pack_id if row else None)
        return HitRecord(
            record=known.record,
            zone=str(row.kind) if row else None,
            overlap_m2=hit.overlap_m2,
            zone_percent=hit.zone_percent,
            footprint_percent=hit.footprint_percent,
            zone_distance_m=0.0 if row else None,
            trunk_distance_m=hit.trunk_distance_m,
            is_trunk_hit=hit.is_trunk_hit,
            zone_id=hit.zone_id,
            area_m2=row.area_m2 if row else None,
            pack_id=row.pack_id if row else None,
            rule=row.rule if row else None,
            confidence=row.confidence if row else None,
            document_no=row.document_no if row else None,
            published_on=row.published_on.isoformat() if row and row.published_on else None,
            tier=tier_of(rule, hit.zone_percent, meets_root=hit.meets_root),
            ruling=_ruling(rule, rule.get("requires")) if rule else None,
            outline=row.outline if row else None,
            trunk=known.trunk,
        )

    def _works(self, known: Known, pack_id: str | None) -> Rule | None:
        """What is asked there: by the pack that the zone was drawn by, else by the one that holds there."""
        drawn_by = self.library.find(pack_id) if pack_id else None
        for pack in (drawn_by, self.choose(known.place) if known.place else None):
            rule = pack.rule_for("works", known.record.grade or "any") if pack else None
            if pack and rule and rule.get("requires"):
                self.packs[pack.id] = pack
                return rule
        return None

    def _outside_register(self, around: Candidates) -> OpenList:
        """The nearest record, where it is so far away that the register may not cover the place at all.

        So that neither land of another office nor a wrong coordinate system passes for one without conflict.
        """
        name = "outside_register"
        km = self._default("works", "", "covered_km") or _COVERED_KM
        if around.zones or around.trees or is_covered(self.session, self.footprint, km * 1000, self.on):
            return OpenList(name, 0)
        row = nearest_tree(self.session, self.footprint)
        if row is None:
            nothing = CheckedRecord("register", "", "")
            return OpenList(name, 1, (OpenRecord(nothing, missing=("any_position",)),))
        away = round(row.degrees * _KM_A_DEGREE) * 1000.0
        nearest = self.named.listed("tree", row, row.tree_no, row.name_verbatim)
        return OpenList(name, 1, (OpenRecord(nearest, away, missing=("register",)),))


def _km(outside: OpenList) -> float | None:
    away = outside.records[0].distance_m if outside.records else None
    return None if away is None else away / 1000


def _ruling(rule: Rule, requires: str) -> Ruling:
    basis = rule.basis
    return Ruling(
        pack_id=basis.pack_id,
        requires=requires,
        citation=basis.citation,
        citation_en=basis.citation_en,
        confidence=basis.confidence,
        standing=basis.standing,
        forbids=tuple(rule.get("forbids") or ()),
        minor_percent=rule.get("minor_percent"),
        text_zh=rule.get("text_zh") or "",
        text_en=rule.get("text_en") or "",
    )


def _context(around: Candidates, found: Found, named: Named) -> Context:
    """What else the map shows: zones that were not hit, and trunks, the nearest of them first."""
    hit = {each.zone_id for each in found.hits}
    others = [zone for zone in around.zones if zone.id not in hit]
    zones = tuple((zone.is_legal, around.rows[zone.id].outline) for zone in others[:_ON_MAP])
    shown = around.trees[:_ON_MAP]
    numbers = named.numbers([tree.id for tree in shown])
    return Context(zones, tuple((tree.lon, tree.lat, numbers[tree.id]) for tree in shown))
