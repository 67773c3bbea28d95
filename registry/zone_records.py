"""What lists, maps and exports of protection zones are made of: plain, frozen data for the office."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """One zone of one record, or (kind None) that it has none, and why.

    record_kind: tree, grove, garden, place. outline: hexadecimal WKB in WGS84; box: its west, south, east and
    north, None where the place of the record is not public. rule: pack and row, citation its source.
    """

    record_kind: str
    record_id: str
    number: str
    name: str | None = None
    name_latin: str | None = None
    division_path: tuple[str, ...] = ()
    grade: str | None = None
    grade_scheme: str | None = None
    category: str | None = None
    kind: str | None = None
    pack_id: str | None = None
    rule: str | None = None
    citation: str = ""
    rule_text: str = ""
    confidence: str | None = None
    standing: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    area_m2: float | None = None
    projection: str | None = None
    uncertainty_m: float | None = None
    made_on: date | None = None
    ended_on: date | None = None
    document_no: str | None = None
    approved_by: str | None = None
    published_on: date | None = None
    published_url: str | None = None
    deviation: str | None = None
    outline: str | None = None
    box: tuple[float, float, float, float] | None = None
    is_sensitive: bool = False
    missing: tuple[str, ...] = ()
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One feature of a loaded layer that lies in a zone. share: of the zone's area, 0 to 1."""

    zone: ZoneLine
    layer_id: str
    layer_kind: str
    layer_title: str
    ordinal: int
    feature: str | None
    overlap_m2: float
    length_m: float
    share: float
