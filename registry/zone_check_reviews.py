"""Looking at checks of footprints again: listed, found by number or code, and held against the register."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlmodel import Session, col, select

from registry.care_errors import ZoneCheckError
from registry.check_records import OPEN_LISTS, CheckResult
from registry.commands.history import commitments_behind, open_change
from registry.commands.zone_checking import CHECKED, digest, result_of
from registry.errors import Phrase
from registry.models import Event, EventItem, ZoneCheck
from registry.rulepacks import PackLibrary
from registry.rules.conflicts import footprint_of
from registry.rules.tag_codes import parse_code
from registry.zone_checks import answer


@dataclass(frozen=True, slots=True)
class Review:
    """A check held against the register of today. came, gone: numbers of records that are hit now and were
    not, and the other way round; opened: lists that have grown, by how much."""

    row: ZoneCheck
    result: CheckResult
    is_whole: bool
    is_told: bool
    is_valid: bool
    events_since: int
    verdict_now: str
    came: tuple[str, ...]
    gone: tuple[str, ...]
    lists_now: dict[str, int]

    @property
    def still_holds(self) -> bool:
        """Whether it is whole, in time, and would be answered alike today."""
        same = self.verdict_now == self.result.verdict and not self.came and not self.gone
        return self.is_whole and self.is_told and self.is_valid and same


def find_check(session: Session, named: str) -> ZoneCheck:
    """The check of a number (ZC-2026-0001) or code. Raises ZoneCheckError."""
    query = select(ZoneCheck).where(ZoneCheck.number == named.strip().upper())
    row = session.exec(query).first()
    code = parse_code(named)
    if row is None and code is not None:
        row = session.exec(select(ZoneCheck).where(ZoneCheck.code == code)).first()
    if row is None:
        raise ZoneCheckError(
            number=named, reason=Phrase("none has this number or code; see gushu zones checks")
        )
    return row


def checks(session: Session) -> list[ZoneCheck]:
    """All checks, the newest first."""
    return list(
        session.exec(select(ZoneCheck).order_by(col(ZoneCheck.made_at).desc(), col(ZoneCheck.number).desc()))
    )


def whole_result(row: ZoneCheck) -> CheckResult:
    """What a check answered. Raises ZoneCheckError where its record was altered."""
    if digest(row.result) != row.sha256:
        raise ZoneCheckError(number=row.number, reason=Phrase("its record is not what was answered"))
    return result_of(row)


def review(session: Session, row: ZoneCheck, library: PackLibrary, today: date) -> Review:
    """Whether a check is whole, and what has changed since."""
    is_whole = digest(row.result) == row.sha256
    result = result_of(row)
    footprint = footprint_of([shapely.from_wkb(result.outline)])
    if footprint is None:
        raise ZoneCheckError(number=row.number, reason=Phrase("its record is not what was answered"))
    now = answer(session, footprint, result.asked, library, today, may_see_exact=True)
    before, after = _hit_numbers(result), _hit_numbers(now)
    return Review(
        row=row,
        result=result,
        is_whole=is_whole,
        is_told=_told_hash(session, row) == row.sha256,
        is_valid=today <= row.valid_to,
        events_since=_events_since(session, row),
        verdict_now=now.verdict,
        came=tuple(sorted(after - before)),
        gone=tuple(sorted(before - after)),
        lists_now={name: now.open_list(name).count for name in OPEN_LISTS},
    )


def _hit_numbers(result: CheckResult) -> set[str]:
    return {hit.record.number for hit in result.hits}


def _events_since(session: Session, row: ZoneCheck) -> int:
    seq = session.exec(select(Event.seq).where(Event.hash == row.history_head)).first() or 0
    kinds = session.exec(select(Event.kind).where(col(Event.seq) > seq)).all()
    return sum(kind != CHECKED for kind in kinds)


def _told_hash(session: Session, row: ZoneCheck) -> Any:
    """The hash of the result as the history tells it: when the check was made, and when a person was taken
    out of it since."""
    query = select(EventItem.change).where(
        EventItem.subject_type == "zone_check", EventItem.subject_id == row.id
    )
    kept, found = commitments_behind(session, [row.id]), None
    for change in session.exec(query.order_by(col(EventItem.seq), col(EventItem.ordinal))):
        found = open_change(change, kept).get("sha256", [None, found])[1]
    return found
