"""The audit: who saw and changed what, with filters; and as a file for an inspection."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.account_parts import Clock
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from exports.audit_file import audit_csv
from registry.audit_log import AuditLine, AuditWish, audit_head, audit_lines, audit_row
from registry.calendars import register_zone
from registry.models import Account
from registry.rules.permissions import Right
from registry.vocab.audit_words import AUDIT_WORDS

PAGE_SIZE = 50
_SEEN = {"seen": True, "changed": False}


def list_page(ask: Ask) -> Response:
    """A page of the list."""
    number = ask.query.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 100_000 else 1
    wish, wrong = _wish(ask.query)
    with ask.read() as session:
        clock = Clock(session)
        start = (page - 1) * PAGE_SIZE
        found = [] if wrong else list(
            audit_lines(session, wish, register_zone(session), offset=start, limit=PAGE_SIZE + 1)
        )  # fmt: skip
        lines = [_shown(ask, clock, line) for line in found[:PAGE_SIZE]]
        people = _people(session)
    asked = {name: ask.query.get(name, "") for name in _FIELDS}
    return ask.page(
        "desk/audit.html",
        status=422 if wrong else 200,
        lines=lines,
        asked=asked,
        people=people,
        actions=_actions(ask),
        wrong=ask.t.gettext("A day is written like 2026-11-21.") if wrong else "",
        query=urlencode({name: value for name, value in asked.items() if value}),
        page=page,
        has_more=len(found) > PAGE_SIZE,
    )


def export(ask: Ask) -> Response:
    """The list as CSV; that it was taken out is in the audit."""
    wish, wrong = _wish({name: ask.text(name) for name in _FIELDS})
    if wrong:
        raise LookupError("day")
    with ask.write() as session:
        asked = {name: ask.text(name) for name in _FIELDS if ask.text(name)}
        ask.audit(session, "audit_exported", None, **asked)
    with ask.read() as session:
        zone = register_zone(session)
        rows = (audit_row(line, zone, ask.t) for line in audit_lines(session, wish, zone))
        content = b"".join(audit_csv(audit_head(ask.t), rows))
    name = f"audit-{ask.now:%Y%m%d-%H%M}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


_FIELDS = ("person", "record", "action", "what", "since", "until")


def _wish(given: Mapping[str, str]) -> tuple[AuditWish, bool]:
    """What is asked for, and whether one of its days is none."""
    text = {name: given.get(name, "").strip()[:200] for name in _FIELDS}
    try:
        since, until = (date.fromisoformat(text[name]) if text[name] else None for name in ("since", "until"))
    except ValueError:
        return AuditWish(), True
    wish = AuditWish(text["person"], text["record"], text["action"], _SEEN.get(text["what"]), since, until)
    return wish, False


def _shown(ask: Ask, clock: Clock, line: AuditLine) -> tuple[str, ...]:
    """Cells of a line: when, who, what, about what, detail, address, number in the history."""
    when, who, what, about, detail, address, number = audit_row(line, clock.zone, ask.t)
    return when[:16].replace("T", " "), who, what, about, detail, address, number


def _people(session: Session) -> list[tuple[str, str]]:
    query = select(Account.login, Account.name).order_by(col(Account.login)).limit(1000)
    return list(session.exec(query).all())


def _actions(ask: Ask) -> list[tuple[str, str]]:
    """Actions of the desk by their words, each word once."""
    words = {ask.t.pick(label): code for code, label in reversed(AUDIT_WORDS.items()) if ":" not in code}
    return sorted(
        ((code, word) for word, code in words.items()), key=lambda pair: [*AUDIT_WORDS].index(pair[0])
    )


ROUTES = (
    Route("GET", "/audit", list_page, Right.AUDIT),
    Route("POST", "/audit/export", export, Right.AUDIT),
)
