"""Webhooks: adding and removing them, which messages are due, what came of each."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from registry.care_errors import WebhookTakenError, WebhookUnknownError, WebhookUrlError
from registry.commands.history import Change, canonical, record_event
from registry.errors import Phrase
from registry.models import Edition
from registry.models.webhooks import Webhook, WebhookDelivery
from registry.rules.webhooks import pause_after, url_problem
from registry.vocab.change_words import DeliveryState

LEASE = timedelta(minutes=10)
"""So long a message that somebody has begun to send is left alone by others."""


@dataclass(frozen=True, slots=True)
class Due:
    """One message that is to be sent now."""

    delivery_id: str
    webhook_id: str
    name: str
    url: str
    edition: int
    filters: dict[str, list[str]]
    may_be_private: bool


def add_webhook(
    session: Session,
    name: str,
    url: str,
    *,
    filters: Mapping[str, Sequence[str]],
    may_be_private: bool,
    actor: str,
    now: datetime,
) -> Webhook:
    """Add a webhook; it is told of editions that are made from now on.

    Raises WebhookTakenError, WebhookUrlError. The history names its host, never the whole address: there may
    be a password in it.
    """
    if problem := url_problem(url):
        raise WebhookUrlError(url=url, reason=Phrase(problem))
    if find_one(session, name) is not None:
        raise WebhookTakenError(name=name)
    newest = session.exec(select(Edition.number).order_by(col(Edition.number).desc()).limit(1)).first()
    hook = Webhook(
        name=name,
        url=url,
        filters=canonical(dict(filters)),
        may_be_private=may_be_private,
        since_edition=newest or 0,
    )
    session.add(hook)
    session.flush()
    told = {
        "name": (None, name),
        "host": (None, urlsplit(url).hostname),
        "filters": (None, hook.filters),
        "may_be_private": (None, may_be_private),
        "is_active": (None, True),
    }
    record_event(session, "webhook:added", [Change("webhook", hook.id, "created", told)], actor=actor, at=now)
    return hook


def remove_webhook(session: Session, name: str, *, actor: str, now: datetime) -> Webhook:
    """Tell a webhook nothing more; what was sent stays on record, the address does not.

    Raises WebhookUnknownError.
    """
    hook = find_webhook(session, name)
    gone = f"{name}~{hook.id[:8]}"[:64]
    told = {"is_active": (True, False), "name": (name, gone)}
    hook.is_active, hook.name, hook.url = False, gone, "https://removed.invalid/"
    session.add(hook)
    for delivery in session.exec(_of(hook.id, DeliveryState.PENDING)):
        delivery.state = DeliveryState.GIVEN_UP
        session.add(delivery)
    session.flush()
    change = Change("webhook", hook.id, "updated", told)
    record_event(session, "webhook:removed", [change], actor=actor, at=now)
    return hook


def find_one(session: Session, name: str) -> Webhook | None:
    """The webhook of that name that is active."""
    return session.exec(select(Webhook).where(Webhook.name == name, col(Webhook.is_active))).first()


def find_webhook(session: Session, name: str) -> Webhook:
    """The webhook of that name. Raises WebhookUnknownError."""
    found = find_one(session, name)
    if found is None:
        raise WebhookUnknownError(name=name, known=[hook.name for hook in webhooks(session)] or ["—"])
    return found


def webhooks(session: Session) -> list[Webhook]:
    """All that are active, by name."""
    return list(session.exec(select(Webhook).where(col(Webhook.is_active)).order_by(Webhook.name)))


def deliveries(session: Session, webhook_id: str) -> list[WebhookDelivery]:
    """The messages to a webhook, the newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return list(session.exec(query.order_by(col(WebhookDelivery.edition).desc())))


def plan_deliveries(session: Session, editions: Iterable[int], now: datetime) -> int:
    """Note down the messages that editions ask for and that nobody has noted yet; how many."""
    planned = 0
    known = sorted(editions)
    for hook in webhooks(session):
        told = {row.edition for row in deliveries(session, hook.id)}
        for edition in known:
            if edition > hook.since_edition and edition not in told:
                session.add(WebhookDelivery(webhook_id=hook.id, edition=edition, next_at=now))
                planned += 1
    session.flush()
    return planned


def take_due(session: Session, now: datetime) -> list[Due]:
    """The messages to be sent now: of each webhook the oldest that waits, if its time has come.

    They are lent for ten minutes: another sender at work at the same time leaves them alone.
    """
    found = []
    for hook in webhooks(session):
        waiting = session.exec(_of(hook.id, DeliveryState.PENDING).with_for_update()).first()
        if waiting is None or waiting.next_at > now:
            continue
        waiting.next_at = now + LEASE
        session.add(waiting)
        filters = json.loads(hook.filters)
        found.append(
            Due(waiting.id, hook.id, hook.name, hook.url, waiting.edition, filters, hook.may_be_private)
        )
    session.flush()
    return found


def note_outcome(
    session: Session,
    due: Due,
    *,
    body: bytes,
    status: int | None,
    problem: str | None,
    actor: str,
    now: datetime,
) -> WebhookDelivery:
    """Note down what came of a message. It is delivered, waits for its next attempt, or is given up."""
    delivery = session.get_one(WebhookDelivery, due.delivery_id)
    delivery.attempts += 1
    delivery.last_status, delivery.last_problem = status, problem
    delivery.body_sha256 = hashlib.sha256(body).hexdigest()
    pause = pause_after(delivery.attempts)
    if problem is None:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
    elif pause is None or not session.get_one(Webhook, due.webhook_id).is_active:
        delivery.state = DeliveryState.GIVEN_UP
    else:
        delivery.next_at = now + timedelta(seconds=pause)
    session.add(delivery)
    session.flush()
    if delivery.state != DeliveryState.PENDING:
        told = {"edition": (None, due.edition), "attempts": (None, delivery.attempts),
                "body_sha256": (None, delivery.body_sha256), "last_status": (None, status)}  # fmt: skip
        change = Change("webhook_delivery", delivery.id, "created", told)
        record_event(session, f"webhook:{delivery.state}", [change], actor=actor, at=now)
    return delivery


def _of(webhook_id: str, state: DeliveryState) -> Any:
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == state
    )
    return query.order_by(col(WebhookDelivery.edition))
