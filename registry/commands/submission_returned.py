"""What came back from review, as whoever sent it puts it right: nothing has to be captured twice."""

import json
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_zone
from registry.commands.submission_rows import circumstances, clock_shift, photos_of
from registry.models import Review, Submission, SubmissionPhoto
from registry.rules.submission_format import PhotoSaid
from registry.vocab.desk_words import Decision, SubmissionState


def returned_submissions(session: Session, account_id: str) -> list[dict[str, Any]]:
    """What came back to an account and was not sent anew yet, with the reason, the latest first."""
    query = (
        select(Submission, Review)
        .join(Review, col(Review.submission_id) == col(Submission.id))
        .where(
            Submission.account_id == account_id,
            Submission.state == SubmissionState.RETURNED,
            Review.decision == Decision.RETURN,
        )
        .order_by(col(Review.at).desc())
    )
    found: dict[str, dict[str, Any]] = {}
    for row, review in session.exec(query):
        if row.id not in found:
            found[row.id] = _told(session, row, review)
    return list(found.values())


def _told(session: Session, row: Submission, review: Review) -> dict[str, Any]:
    """A form as it was sent, by the names under which it is sent again, and what was said of it. Instants are
    told by the phone's own clock: sent again, they are put right again."""
    beside, shift = circumstances(row), clock_shift(row.clock_offset_s)
    captured_at, captured_on = row.captured_at - shift, beside.get("on")
    if shift:
        captured_on = captured_at.astimezone(register_zone(session)).date().isoformat()
    return {
        "id": row.id,
        "kind": row.kind,
        "record": {"kind": row.subject_type, "id": row.subject_id} if row.subject_id else None,
        "provisional_no": row.provisional_no,
        "captured_at": captured_at.isoformat(),
        "captured_on": captured_on,
        "base_seq": row.base_seq,
        "fix": beside.get("fix"),
        "no_fix_reason": beside.get("no_fix_reason"),
        "scanned": beside.get("scanned"),
        "content": json.loads(row.content),
        "photos": [_photo(photo, shift) for photo in photos_of(session, row)],
        "reason": review.reason,
        "returned_at": review.at.isoformat(),
        "fields": json.loads(review.fields),
    }


def _photo(row: SubmissionPhoto, shift: timedelta) -> dict[str, Any]:
    """A photo as a form names it. complete: its bytes are here and need not be sent again."""
    said = PhotoSaid(
        sha256=row.sha256, size=row.size_bytes, kind=row.kind, viewpoint=row.viewpoint,
        evidence=row.is_evidence, taken_at=row.taken_at - shift if row.taken_at else None,
        lon=row.lon, lat=row.lat,
        accuracy_m=row.accuracy_m, bearing_deg=row.bearing_deg,
    )  # fmt: skip
    return {**said.model_dump(mode="json", exclude_none=True), "complete": row.received_at is not None}
