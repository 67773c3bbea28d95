"""What pages about accounts share: rows for their tables, divisions by name, times by the register's day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.devices import device_words
from exports.qr import dark_runs, encode_matrix
from registry.access import divisions_above
from registry.calendars import register_zone
from registry.commands.sessions import open_sessions, valid_tokens
from registry.models import Account, Division
from registry.rules.permissions import Right
from registry.vocab.desk_words import SessionKind
from registry.vocab.labels import Label

RIGHT_NAMES: dict[Right, Label] = {
    Right.FIELD: Label("看野外所需的资料", "see what the field needs"),
    Right.SUBMIT: Label("提交", "send in"),
    Right.FILE: Label("看全部档案", "see whole files"),
    Right.REVIEW: Label("审核", "review"),
    Right.RECORD: Label("登记", "change records"),
    Right.EXPORT: Label("导出", "take files out"),
    Right.PUBLISH: Label("发布", "publish"),
    Right.ACCOUNTS: Label("管理账户", "manage accounts"),
    Right.AUDIT: Label("查看审计", "see the audit"),
}
_MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session as a table shows it."""

    id: str
    kind: str
    device: str
    address: str
    since: str
    seen: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token that works as a table shows it."""

    id: str
    name: str
    rights: tuple[str, ...]
    used: str
    ends: str


class Clock:
    """Instants as the register's own clock shows them."""

    def __init__(self, session: Session) -> None:
        self.zone = register_zone(session)

    def at(self, instant: datetime | None) -> str:
        """ "2026-11-21 20:05"; "" where there is none."""
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}" if instant else ""

    def day(self, instant: datetime | None) -> str:
        """ "2026-11-21"; "" where there is none."""
        return self.at(instant)[:10]


def person_only(ask: Ask) -> None:
    """Refuse scripts: a token changes no setting and no account, least of all its own. Raises Refused."""
    if ask.me.session_id is None:
        raise Refused


def session_rows(ask: Ask, session: Session, account: Account) -> list[SessionRow]:
    """The open sessions of an account."""
    clock = Clock(session)
    return [
        SessionRow(
            row.id, ask.t.word(SessionKind, row.kind), device_words(row.device), row.address or "",
            clock.at(row.created_at), clock.at(row.seen_at), row.id == ask.me.session_id,
        )
        for row in open_sessions(session, account.id, ask.now)
    ]  # fmt: skip


def token_rows(ask: Ask, session: Session, account: Account) -> list[TokenRow]:
    """The tokens of an account that work."""
    clock = Clock(session)
    rows = []
    for row in valid_tokens(session, account.id, ask.now):
        rights = tuple(ask.t.pick(RIGHT_NAMES[right]) for right in Right if f'"{right}"' in row.rights)
        rows.append(TokenRow(row.id, row.name, rights, clock.at(row.used_at), clock.day(row.expires_at)))
    return rows


def division_path(session: Session, division_id: str | None) -> str:
    """A division with those above it, the largest first; "" for none."""
    return paths_of(session, [division_id])[0] if division_id else ""


def paths_of(session: Session, ids: Sequence[str]) -> list[str]:
    """The same of several divisions, in their order."""
    chains = [divisions_above(session, own) for own in ids]
    every = {own for chain in chains for own in chain}
    query = select(Division.id, Division.name).where(col(Division.id).in_(sorted(every)))
    names: dict[str, str] = dict(session.exec(query).all())
    return [
        " ".join(names.get(own, own) for own in reversed(chain)) or ids[at] for at, chain in enumerate(chains)
    ]


def find_divisions(session: Session, asked: str) -> list[tuple[str, str]]:
    """Divisions of this id, code or name, else those whose name holds it: (id, path), a dozen at most."""
    text = asked.strip()
    if not text:
        return []
    wheres = (
        (col(Division.id) == text) | (col(Division.code) == text),
        col(Division.name) == text,
        col(Division.name).contains(text, autoescape=True),
    )
    for where in wheres:
        query = select(Division.id).where(where).order_by(col(Division.id)).limit(_MOST_FOUND)
        if ids := list(session.exec(query)):
            return list(zip(ids, paths_of(session, ids), strict=True))
    return []


def qr_path(text: str) -> tuple[int, str]:
    """A QR code as the path of an SVG: its width in modules with the quiet zone, and the path."""
    matrix = encode_matrix(text, correction="M")
    runs: Iterable[list[int]] = dark_runs(matrix).tolist()
    return len(matrix) + 8, "".join(f"M{x + 4} {y + 4}h{wide}v1h-{wide}z" for x, y, wide in runs)
