"""Protection zones (保护范围) by a row of a rule pack: what it needs, and the plan of what to draw. Pure.

Nothing is proposed where an input is missing: the answer then says which. Lengths are metres, stems and the
crown's spread as recorded: a spread is a diameter, so a zone reaches half of it plus the offset.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.commitments import canonical
from registry.rules.packs import Rule, RulePack
from registry.rules.zone_shapes import Outline, Plan

POSITION, CROWN, STEM, GRADE, PACK, FORMULA, BOUNDARY = (
    "position",
    "crown",
    "stem",
    "grade",
    "pack",
    "formula",
    "boundary",
)
"""What may be missing; their words are in `registry.vocab.care_words`."""
_FEW_STEMS = 5
_NUMBERS = ("crown_offset_m", "diameter_factor", "boundary_offset_m")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class ZoneSizes:
    """What was measured of a tree; None where it was not. Radii of the crown are from the trunk's centre.

    stems_cm: diameters of its stems. at_m: the height at which they were measured.
    """

    lon: float | None = None
    lat: float | None = None
    crown_m: float | None = None
    crown_radii_m: tuple[float, float, float, float] | None = None
    stems_cm: tuple[float, ...] = ()
    ground_cm: float | None = None
    at_m: float | None = None
    crown_on: date | None = None
    stem_on: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule gives for one tree: a plan with its inputs, or what is missing."""

    plan: Plan | None
    inputs: Mapping[str, Any]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """The zone that a pack gives a record, or why it gives none.

    subject: kind and id of the record; called: its number. kind: the class whose row held. inputs: canonical
    JSON. missing: what is lacking; `outline` is None then.
    """

    subject: tuple[str, str]
    called: str
    kind: str | None
    inputs: str
    uncertainty_m: float | None = None
    pack_id: str | None = None
    rule: str | None = None
    rule_sha256: str | None = None
    confidence: str | None = None
    outline: Outline | None = None
    missing: tuple[str, ...] = ()

    @property
    def basis(self) -> tuple[str | None, ...]:
        """What a zone rests on: as long as it is the same, so is the zone."""
        return self.pack_id, self.rule, self.rule_sha256, self.inputs


def rule_name(rule: Rule) -> str:
    """How a row is told: zone.1, zone.any …"""
    return f"{rule.section}.{rule.name}"


def rule_digest(rule: Rule) -> str:
    """The digest of a row's numbers: another one, another zone. What it says in words does not count."""
    told = {key: value for key, value in rule.values.items() if not key.startswith("text_")}
    return hashlib.sha256(canonical({"row": rule_name(rule), **told}).encode()).hexdigest()


def zone_rule(pack: RulePack | None, kind: str | None) -> tuple[Rule | None, str]:
    """The row for a class such as "1", "famous" or "grove", or the one for all; else None and why there is
    none: no pack, no formula in it, or rows by grade and no grade known."""
    if pack is None:
        return None, PACK
    rule = pack.rule_for("zone", kind or "any")
    if rule is not None and has_formula(rule):
        return rule, ""
    named = any(row.name and has_formula(row) for row in pack.section("zone").values())
    return None, GRADE if named and kind != "grove" else FORMULA


def has_formula(rule: Rule) -> bool:
    """Whether a row gives a number, not words alone."""
    return any(rule.get(key) is not None for key in _NUMBERS)


def proposal(rule: Rule, sizes: ZoneSizes) -> Proposal:
    """What `rule` gives for a tree. Where it combines crown and stem, both have to be known."""
    values = rule.values
    by_crown, by_stem = values.get("crown_offset_m") is not None, values.get("diameter_factor") is not None
    crown = crown_radii(sizes) if by_crown else None
    missing = tuple(
        name
        for name, is_missing in (
            (POSITION, sizes.lon is None or sizes.lat is None),
            (CROWN, by_crown and crown is None),
            (STEM, by_stem and not sizes.stems_cm),
            (FORMULA, not (by_crown or by_stem)),
        )
        if is_missing
    )
    inputs = _inputs(sizes, by_crown=by_crown, by_stem=by_stem)
    if missing or sizes.lon is None or sizes.lat is None:
        return Proposal(None, inputs, missing)
    stem = stem_radius_m(values, sizes) if by_stem else None
    if stem is not None:
        inputs["stem_radius_m"] = round(stem, 3)
    if crown is not None:
        inputs["crown_reach_m"] = [round(radius + values["crown_offset_m"], 3) for radius in crown]
    if (root := root_radius_m(values, sizes)) is not None:
        inputs["root_radius_m"] = round(root, 3)
    plan = Plan(
        sizes.lon,
        sizes.lat,
        crown,
        float(values.get("crown_offset_m") or 0),
        stem,
        values.get("combine", "larger_of"),
    )
    return Proposal(plan, inputs)


def crown_radii(sizes: ZoneSizes) -> tuple[float, float, float, float] | None:
    """The crown's reach to the north, east, south, west: as measured, else half its spread all around."""
    if sizes.crown_radii_m is not None:
        return sizes.crown_radii_m
    return None if sizes.crown_m is None else (sizes.crown_m / 2,) * 4


def stem_radius_m(values: Mapping[str, Any], sizes: ZoneSizes) -> float:
    """The radius by the stem, from its centre, between the least and the most that the rule gives.

    `base_edge`: the distance begins at the edge of the trunk's base, as wide as measured at the ground, else
    as the stem.
    """
    stem = stem_diameter_m(sizes.stems_cm, values.get("multi_stem"))
    radius = float(values["diameter_factor"]) * stem
    radius = min(max(radius, values.get("least_m") or 0.0), values.get("most_m") or math.inf)
    if values.get("stem_factor_from") == "base_edge":
        radius += max(sizes.ground_cm / 100 if sizes.ground_cm else 0.0, stem) / 2
    return float(radius)


def stem_diameter_m(stems_cm: Sequence[float], how: str | None = None) -> float:
    """One diameter for a tree of several stems, metres: the root of the sum of their squares.

    how: `mean_over_five` takes √(n · mean²) for more than five. Source: BS 5837:2012, 4.6.1.
    """
    if how == "mean_over_five" and len(stems_cm) > _FEW_STEMS:
        return math.sqrt(len(stems_cm)) * (sum(stems_cm) / len(stems_cm)) / 100
    return math.hypot(*stems_cm) / 100


def root_radius_m(values: Mapping[str, Any], sizes: ZoneSizes) -> float | None:
    """The structural root zone, (D · scale)^power · factor with D above the root crown; None: no such rule.

    Source: AS 4970-2009, 3.3.5: 0.64 · (50 D)^0.42; 1.5 m where D is below 0.15 m. D is the diameter at the
    ground; None where that was not measured.
    """
    if values.get("root_factor") is None or sizes.ground_cm is None:
        return None
    diameter = sizes.ground_cm / 100
    if diameter < (values.get("root_least_below_m") or 0.0):
        return float(values["root_least_m"])
    scaled = (diameter * values.get("root_scale", 1.0)) ** values.get("root_power", 1.0)
    return float(scaled * values["root_factor"])


def stems_of(stem_girths: str | None, diameter_cm: float | None, girth_cm: float | None) -> tuple[float, ...]:
    """Diameters of the stems, centimetres: of several by their girths "273 - 200 - 155", else of the one."""
    girths = [float(number) for number in _NUMBER.findall(stem_girths or "")]
    if len(girths) > 1 and all(girths):
        return tuple(girth / math.pi for girth in girths)
    if diameter_cm:
        return (diameter_cm,)
    return (girth_cm / math.pi,) if girth_cm else ()


def _inputs(sizes: ZoneSizes, *, by_crown: bool, by_stem: bool) -> dict[str, Any]:
    """What the rule looked at, and no more: what it does not look at must not make a zone stale."""
    found: dict[str, Any] = {"lon": sizes.lon, "lat": sizes.lat}
    if by_crown:
        radii = sizes.crown_radii_m
        found["crown_radii_m"] = list(radii) if radii is not None else None
        found["crown_m"] = sizes.crown_m if radii is None else None
        found["crown_on"] = sizes.crown_on.isoformat() if sizes.crown_on else None
    if by_stem:
        found["stems_cm"] = [round(stem, 2) for stem in sizes.stems_cm] or None
        found["ground_cm"], found["at_m"] = sizes.ground_cm, sizes.at_m
        found["stem_on"] = sizes.stem_on.isoformat() if sizes.stem_on else None
    return {name: value for name, value in found.items() if value is not None}
