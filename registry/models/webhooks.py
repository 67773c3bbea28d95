"""Webhooks: who is told of every new edition, and what has become of each message.

The secret that signs the messages is not here: it lies beside the keys (`registry.webhook_keys`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.models.base import JsonText, UtcDateTime, new_id, not_blank, word_column
from registry.vocab.change_words import DeliveryState


class Webhook(SQLModel, table=True):
    """An address that is told of every new edition."""

    __table_args__ = (not_blank("name"), not_blank("url"))
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(max_length=64, unique=True)
    url: str = Field(max_length=2000)
    filters: str = Field(default="{}", sa_type=JsonText)
    """{"what": […], "kind": […]}: which changes are told; all where a list is missing."""
    may_be_private: bool = False
    """Whether the address may lie in the office's own network."""
    is_active: bool = True
    since_edition: int = 0
    """The newest edition when it was added: it is told of those after it."""


class WebhookDelivery(SQLModel, table=True):
    """One message about one edition; its id is the idempotency key that the receiver sees."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (sa.UniqueConstraint("webhook_id", "edition"),)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    webhook_id: str = Field(foreign_key="webhook.id", index=True, max_length=36)
    edition: int
    state: DeliveryState = Field(default=DeliveryState.PENDING, sa_type=word_column(DeliveryState))
    attempts: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    last_status: int | None = None
    """Status of the last answer; None where there was none."""
    last_problem: str | None = Field(default=None, max_length=200)
    body_sha256: str | None = Field(default=None, max_length=64)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
