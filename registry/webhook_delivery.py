"""Telling webhooks: what is due is taken, sent without holding the register, and noted down."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Engine

from registry.commands.webhooks import Due, note_outcome, plan_deliveries, take_due
from registry.db import transaction
from registry.errors import EditionMissingError, KeyMissingError
from registry.models.webhooks import WebhookDelivery
from registry.rules.webhooks import SIGNATURE, TIMESTAMP, signature
from registry.webhook_keys import read_secret
from registry.webhook_messages import editions_in, message, ping
from registry.webhook_sending import Answer, send

_MOST_ROUNDS = 1000
Sender = Callable[..., Answer]


def deliver(
    engine: Engine,
    public: Path,
    secrets: Path,
    *,
    actor: str,
    now: Callable[[], datetime],
    sender: Sender = send,
) -> list[tuple[Due, WebhookDelivery]]:
    """Send every message that is due, each webhook's in the order of editions; what came of each.

    public: the edition now in place, out of which all messages are made. Raises EditionMissingError.
    """
    editions = editions_in(public)
    with transaction(engine) as session:
        plan_deliveries(session, editions, now())
    done = []
    for _round in range(_MOST_ROUNDS):
        with transaction(engine) as session:
            taken = take_due(session, now())
        if not taken:
            break
        for due in taken:
            body, answer = _one(due, public, secrets, sender)
            with transaction(engine) as session:
                row = note_outcome(
                    session,
                    due,
                    body=body,
                    status=answer.status,
                    problem=answer.problem,
                    actor=actor,
                    now=now(),
                )
                session.expunge(row)
            done.append((due, row))
    return done


def try_out(url: str, secret: bytes, delivery: str, *, may_be_private: bool, sender: Sender = send) -> Answer:
    """Send a trial message; nothing is noted down."""
    body = ping(delivery)
    return sender(url, body, headers_of(body, secret, delivery, "ping"), may_be_private=may_be_private)


def headers_of(body: bytes, secret: bytes, delivery: str, event: str) -> dict[str, str]:
    """The headers of a message: what it is, under which key it is never taken twice, and its signature."""
    timestamp = int(time.time())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Gushu",
        "Gushu-Event": event,
        "Idempotency-Key": delivery,
        TIMESTAMP: str(timestamp),
        SIGNATURE: signature(secret, timestamp, body),
    }


def _one(due: Due, public: Path, secrets: Path, sender: Sender) -> tuple[bytes, Answer]:
    try:
        body = message(public, due.edition, due.filters, due.delivery_id)
    except EditionMissingError:
        return b"", Answer(None, "this edition is not in the log any more")
    try:
        secret = read_secret(secrets, due.webhook_id)
    except KeyMissingError:
        return body, Answer(None, "its secret is missing")
    headers = headers_of(body, secret, due.delivery_id, "edition.published")
    return body, sender(due.url, body, headers, may_be_private=due.may_be_private)
