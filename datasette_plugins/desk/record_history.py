"""What happened to a record, as the office reads it: when, who, what, old and new, why."""

from dataclasses import dataclass
from datetime import tzinfo

from sqlmodel import Session, col, select

from datasette_plugins.desk.asking import Ask
from registry.calendars import register_zone
from registry.cli.history import names_of
from registry.cli.wording import told_fields
from registry.commands.replay import Told, told_items
from registry.commands.undoing import is_undoable
from registry.models import Account
from registry.strategies import subjects_beside
from registry.vocab.language import Translator
from registry.vocab.sentences import event_sentence


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as it is shown. `about`: the number of the work or strategy that it is about, if any.

    is_undoable: whether the desk offers to put it back.
    """

    seq: int
    when: str
    who: str
    what: str
    about: str
    lines: tuple[str, ...]
    reason: str | None
    document: str | None
    is_undoable: bool = False


def happened_at(ask: Ask, session: Session, tree_id: str, seq: int) -> Happened:
    """One event of a tree that can be put back. Raises LookupError for any other."""
    told = [item for item in told_items(session, [tree_id]) if item.seq == seq and is_undoable(item)]
    if not told:
        raise LookupError(seq)
    names, zone = names_of(session, told, ask.t), register_zone(session)
    return _happened(told[0], {}, names, _people(session, told), zone, ask.t)


def history_of(ask: Ask, session: Session, kind: str, own: str, most: int) -> tuple[list[Happened], bool]:
    """The newest events of a record, and whether there are more."""
    beside = subjects_beside(session, own) if kind == "tree" else {}
    told = told_items(session, [own, *beside])[::-1]
    names, zone = names_of(session, told[:most], ask.t), register_zone(session)
    people = _people(session, told[:most])
    found = [_happened(item, beside, names, people, zone, ask.t) for item in told[:most]]
    return found, len(told) > most


def _happened(
    item: Told,
    beside: dict[str, tuple[str, str]],
    names: dict[str, str],
    people: dict[str, str],
    zone: tzinfo,
    t: Translator,
) -> Happened:
    return Happened(
        item.seq,
        item.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        people.get(item.actor, item.actor),
        event_sentence(t, f"{item.kind}:{item.action}"),
        beside.get(item.subject_id, ("", ""))[1],
        tuple(told_fields(item, names, t)),
        item.reason,
        item.document,
        is_undoable(item),
    )


def _people(session: Session, told: list[Told]) -> dict[str, str]:
    """What actors are called: people at the desk by their names."""
    logins = {item.actor.removeprefix("account:") for item in told if item.actor.startswith("account:")}
    query = select(Account.login, Account.name).where(col(Account.login).in_(logins))
    return {f"account:{login}": name for login, name in session.exec(query)}
