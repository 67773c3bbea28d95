"""Recording a check of a construction footprint: its number, its code, and the hash of what was answered."""

import hashlib
import json
import secrets
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import ExactPositionsError
from registry.check_records import CheckResult, check_result
from registry.commands.history import Change, canonical, record_event
from registry.commands.parties import party_named
from registry.commands.subjects import next_serial, told_record
from registry.models import Event, ZoneCheck
from registry.rules.tag_codes import make_code
from registry.rules.terms import add_term
from registry.vocab.care_words import ZoneVerdict

CHECKED = "zone:checked"


def record_check(
    session: Session,
    answered: CheckResult,
    *,
    valid_for: dict[str, Any],
    actor: str,
    now: datetime,
    today: date,
    may_see_exact: bool,
) -> tuple[ZoneCheck, bool]:
    """Put an answer on record with a number, a code and its last day; returns it, and whether it is new.

    valid_for: a term such as {"months": 6}. The same file for the same project on the same day, while the
    register has not changed, is the same check. may_see_exact: an answer holds exact positions, so only the
    office makes one; there are no accounts yet, and the command line is the office.
    Raises ExactPositionsError.
    """
    if not may_see_exact:
        raise ExactPositionsError
    submission = _submission(session, answered)
    earlier = session.exec(select(ZoneCheck).where(ZoneCheck.submission_id == submission)).first()
    if earlier is not None:
        return earlier, False
    number = next_serial(session, ZoneCheck.number, f"ZC-{today.year}")
    valid_to = add_term(today, valid_for, None)
    if valid_to is None:
        raise ValueError(f"{valid_for} is no term")
    whole = answered.named(
        number=number,
        code=_free_code(session),
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        valid_to=valid_to.isoformat(),
    )
    asked = whole.asked
    changes: list[Change] = []
    applicant = None
    if asked.applicant:
        party, changes = party_named(session, asked.applicant)
        applicant = party.id
    text = canonical(whole.plain())
    row = ZoneCheck(
        number=number,
        code=whole.code,
        made_at=now,
        valid_to=valid_to,
        project=asked.project,
        applicant_id=applicant,
        file_name=asked.file_name,
        file_sha256=asked.file_sha256,
        projection=asked.projection,
        outline=whole.outline,
        verdict=ZoneVerdict(whole.verdict),
        hit_count=len(whole.hits),
        result=text,
        sha256=digest(text),
        edition=whole.edition,
        history_head=whole.history_head,
        submission_id=submission,
    )
    session.add(row)
    session.flush()
    record_event(session, CHECKED, [*changes, told_record("zone_check", row)], actor=actor, at=now)
    return row, True


def digest(text: str) -> str:
    """The SHA-256 of a result's canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def result_of(row: ZoneCheck) -> CheckResult:
    """What a check answered."""
    return check_result(json.loads(row.result))


def _submission(session: Session, answered: CheckResult) -> str:
    """Of which checks are one and the same: file and how it was read, project, day, and state of the register
    (its newest event that is no check)."""
    newest = select(Event.hash).where(Event.kind != CHECKED).order_by(col(Event.seq).desc()).limit(1)
    asked = answered.plain()["asked"]
    told = [asked, answered.outline, answered.checked_on, session.exec(newest).first()]
    return digest(canonical(told))


def _free_code(session: Session) -> str:
    while True:
        code = make_code(secrets.token_bytes(5))
        if session.exec(select(ZoneCheck.id).where(ZoneCheck.code == code)).first() is None:
            return code
