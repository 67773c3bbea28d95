"""The audit log of the desk: who looked at what and did what. Entries are only ever added."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.models import AuditEntry
from registry.rules.commitments import canonical


def record_audit(
    session: Session,
    action: str,
    *,
    account_id: str | None,
    login: str | None,
    subject: tuple[str, str] | None = None,
    address: str | None = None,
    now: datetime,
    **detail: Any,
) -> None:
    """Note one action; `detail` holds no secrets and no private values."""
    session.add(
        AuditEntry(
            at=now,
            account_id=account_id,
            login=login[:40] if login else None,
            action=action,
            subject_type=subject[0] if subject else None,
            subject_id=subject[1] if subject else None,
            address=address,
            detail=canonical(detail),
        )
    )
