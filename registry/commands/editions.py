"""Editions that were made: taking one back, giving it out again."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.errors import EditionUnknownError
from registry.models import Edition


def all_editions(session: Session) -> list[Edition]:
    """Every edition ever made, newest first."""
    return list(session.exec(select(Edition).order_by(col(Edition.number).desc())))


def withdrawn_editions(session: Session) -> list[int]:
    """The numbers of the editions that were taken back."""
    query = select(Edition.number).where(col(Edition.withdrawn_on).is_not(None))
    return list(session.exec(query.order_by(col(Edition.number))))


def withdraw_edition(
    session: Session, number: int, *, reason: str, today: date, actor: str, now: datetime
) -> Edition:
    """Take an edition back. One that was taken back before stays as it is, with its first reason.

    Raises EditionUnknownError.
    """
    edition = find_edition(session, number)
    if edition.withdrawn_on is None:
        edition.withdrawn_on, edition.withdrawn_reason = today, reason.strip()[:500]
        _record(session, edition, "withdrawn", {"withdrawn_on": (None, today)}, actor, now, reason)
    return edition


def restore_edition(session: Session, number: int, *, actor: str, now: datetime) -> Edition:
    """Give an edition out again; one that is given out stays as it is. Raises EditionUnknownError."""
    edition = find_edition(session, number)
    if edition.withdrawn_on is not None:
        change = {"withdrawn_on": (edition.withdrawn_on, None)}
        edition.withdrawn_on = edition.withdrawn_reason = None
        _record(session, edition, "restored", change, actor, now, None)
    return edition


def find_edition(session: Session, number: int) -> Edition:
    """Edition `number`. Raises EditionUnknownError."""
    edition = session.get(Edition, number)
    if edition is None:
        known = [str(row.number) for row in all_editions(session)]
        raise EditionUnknownError(number=number, known=known or ["—"])
    return edition


def _record(
    session: Session,
    edition: Edition,
    action: str,
    change: Mapping[str, tuple[date | None, date | None]],
    actor: str,
    now: datetime,
    reason: str | None,
) -> None:
    session.add(edition)
    told = Change("edition", str(edition.number), action, change)
    record_event(session, f"edition:{action}", [told], actor=actor, at=now, reason=reason)
