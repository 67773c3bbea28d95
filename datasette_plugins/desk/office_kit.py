"""What the pages of the office share: the whole register as a place, instants, selections within reach."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlmodel import Session

from datasette_plugins.desk.asking import Ask
from registry.commands.jobs import ask_job
from registry.rules.permissions import Place, Right, divisions_of

PAGE = 50


def whole_register(_session: Session, _found: Mapping[str, str], _today: date) -> Place:
    """A place that only rights over the whole register reach: what is done there concerns all of it."""
    return Place()


def has_all(ask: Ask, right: Right) -> bool:
    """Whether whoever asks holds a right everywhere."""
    return ask.may(right, Place())


def within(ask: Ask, right: Right) -> list[str]:
    """The selection that keeps a list of trees within somebody's right; empty where it holds everywhere."""
    divisions = divisions_of(ask.holder, right)
    return [] if divisions is None else [f"within={','.join(sorted(divisions))}"]


def instant(at: datetime | None, zone: tzinfo) -> str:
    """An instant as pages show it, to the minute; "" for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def page_of(ask: Ask) -> int:
    """Which page of a list is asked for, from 1."""
    text = ask.query.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def paged(rows: Iterable[Any], size: int = PAGE) -> tuple[list[Any], bool]:
    """The rows of a page, of which one more was read than it shows; whether there is another page."""
    found = list(rows)
    return found[:size], len(found) > size


def put_in_line(
    ask: Ask,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    action: str,
    total: int | None = None,
    is_once: bool = False,
    **detail: Any,
) -> str:
    """Ask for long work, note who did, and wake the worker of this process; returns the job's id."""
    told = {**arguments, "lang": ask.t.lang}
    with ask.write() as session:
        job, is_new = ask_job(
            session, kind, told, account_id=ask.me.id, now=ask.now, total=total, is_once=is_once
        )
        if is_new:
            ask.audit(session, action, ("job", job.id), job=kind, **detail)
        own = job.id
    ask.desk.jobs.wake()
    return own
