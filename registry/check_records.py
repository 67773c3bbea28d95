"""A check of a footprint against the protection zones as plain data: what was asked, and what was answered.

The same data is kept with the check, hashed, and printed; nothing in it depends on a language.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

OPEN_LISTS = (
    "trees_without_position",
    "groves_without_boundary",
    "without_zone",
    "uncertain",
    "outside_register",
)
"""What keeps a check from saying that there is no conflict, in the order in which it is told."""
KEPT = 5000
"""As many records of a list are kept by name; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was to be checked. notes: (Chinese, English) of what reading the file told."""

    file_name: str
    file_sha256: str
    projection: str
    project: str | None = None
    applicant: str | None = None
    layer: str | None = None
    unit: str | None = None
    buffer_m: float = 0.0
    uncertainty_m: float = 0.0
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A tree, grove, garden or place. grade: its class, such as "1" or "famous"; division: largest first."""

    kind: str
    id: str
    number: str
    name: str = ""
    name_en: str = ""
    division: tuple[str, ...] = ()
    grade: str | None = None
    precision: str = "exact"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the law asks of whoever builds there, by a row of a rule pack."""

    pack_id: str
    requires: str
    citation: str
    citation_en: str
    confidence: str
    standing: str
    forbids: tuple[str, ...] = ()
    minor_percent: float | None = None
    text_zh: str = ""
    text_en: str = ""


@dataclass(frozen=True, slots=True)
class HitRecord:
    """A zone or trunk that is hit. zone: legal, computed, or None for a trunk without a zone.

    outline: hexadecimal WKB in degrees; trunk: lon and lat. Shares are percentages.
    """

    record: CheckedRecord
    zone: str | None
    overlap_m2: float
    zone_percent: float
    footprint_percent: float
    zone_distance_m: float | None
    trunk_distance_m: float | None
    is_trunk_hit: bool
    zone_id: str | None = None
    area_m2: float | None = None
    pack_id: str | None = None
    rule: str | None = None
    confidence: str | None = None
    document_no: str | None = None
    published_on: str | None = None
    tier: str | None = None
    ruling: Ruling | None = None
    outline: str | None = None
    trunk: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """One record that keeps a check open, and why. missing: words of `care_words.ZONE_LACKS`."""

    record: CheckedRecord
    distance_m: float | None = None
    uncertainty_m: float | None = None
    is_stated: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list that has to be empty for "no conflict": all are counted, the first KEPT are named."""

    name: str
    count: int
    records: tuple[OpenRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the map shows beside the hits: outlines (legal, hex) and trunks (lon, lat, number)."""

    zones: tuple[tuple[bool, str], ...] = ()
    trees: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check, whole. verdict: a word of ZoneVerdict. outline: the footprint's, hexadecimal WKB in degrees.

    scope: divisions in which the footprint is known to lie; outside_scope: trees without a position that
    are left out because they stand in divisions which it does not touch. nearest_record_km: where nothing is
    near at all, how far the nearest position of the register is.
    """

    asked: Asked
    verdict: str
    outline: str
    grid: str
    area_m2: float
    hits: tuple[HitRecord, ...]
    lists: tuple[OpenList, ...]
    checked_on: str
    zones_near: int = 0
    nearest_m: float | None = None
    nearest_record_km: float | None = None
    scope: tuple[str, ...] = ()
    outside_scope: int = 0
    unstated_m: float = 0.0
    packs: tuple[tuple[str, str, str], ...] = ()
    """(id, Chinese title, English title) of the rule packs that speak in this check."""
    history_head: str = ""
    edition: int | None = None
    context: Context = field(default_factory=Context)
    register_name: str = ""
    register_name_en: str = ""
    is_demonstration: bool = False
    number: str = ""
    code: str = ""
    made_at: str = ""
    valid_to: str = ""
    valid_by: Ruling | None = None
    format: str = "gushu-zone-check-1"

    @property
    def open_count(self) -> int:
        """How many records keep it open."""
        return sum(each.count for each in self.lists)

    def open_list(self, name: str) -> OpenList:
        """One of OPEN_LISTS."""
        return next((each for each in self.lists if each.name == name), OpenList(name, 0))

    def named(self, **facts: Any) -> "CheckResult":
        """With number, code and days."""
        return replace(self, **facts)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


def check_result(told: Mapping[str, Any]) -> CheckResult:
    """The check that `CheckResult.plain` told, out of JSON."""
    facts = dict(told)
    facts["asked"] = Asked(**{**told["asked"], "notes": _pairs(told["asked"]["notes"])})
    facts["hits"] = tuple(map(_hit, told["hits"]))
    facts["lists"] = tuple(
        OpenList(each["name"], each["count"], tuple(map(_open, each["records"]))) for each in told["lists"]
    )
    facts["scope"], facts["packs"] = tuple(told["scope"]), _pairs(told["packs"])
    facts["context"] = Context(_pairs(told["context"]["zones"]), _pairs(told["context"]["trees"]))
    facts["valid_by"] = _ruling(told["valid_by"])
    return CheckResult(**facts)


def _hit(told: Mapping[str, Any]) -> HitRecord:
    trunk = tuple(told["trunk"]) if told["trunk"] else None
    more = {"record": _record(told["record"]), "ruling": _ruling(told["ruling"]), "trunk": trunk}
    return HitRecord(**{**told, **more})


def _open(told: Mapping[str, Any]) -> OpenRecord:
    return OpenRecord(**{**told, "record": _record(told["record"]), "missing": tuple(told["missing"])})


def _record(told: Mapping[str, Any]) -> CheckedRecord:
    return CheckedRecord(**{**told, "division": tuple(told["division"])})


def _ruling(told: Mapping[str, Any] | None) -> Ruling | None:
    return None if told is None else Ruling(**{**told, "forbids": tuple(told["forbids"])})


def _pairs(told: Any) -> Any:
    return tuple(map(tuple, told))
