"""Weather warnings: that the stewards of trees at risk were told, on which day and by which means."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.history import Change, record_event
from registry.commands.subjects import told_rows
from registry.models import StewardNotice
from registry.vocab.care_words import NoticeKind

_BATCH = 500


def record_warnings(
    session: Session,
    pairs: Iterable[tuple[str, str]],
    *,
    sent_on: date,
    text: str,
    means: str | None = None,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Record that stewards were warned: `pairs` of (tree id, party id). Returns how many notices are new.

    The same warning (tree, steward, day, text) again is recorded once. One event tells of all of them.
    """
    made, changes = 0, list[Change]()
    for some in chunks(dict.fromkeys(pairs), _BATCH):
        known = _known(session, {tree_id for tree_id, _party_id in some}, sent_on, text)
        rows: dict[str, list[StewardNotice]] = {}
        for tree_id, party_id in some:
            if (tree_id, party_id) not in known:
                notice = StewardNotice(
                    tree_id=tree_id, party_id=party_id, kind=NoticeKind.WARNING, sent_on=sent_on,
                    means=means, document_no=document, text=text,
                )  # fmt: skip
                session.add(notice)
                rows.setdefault(tree_id, []).append(notice)
                made += 1
        session.flush()
        changes += [told_rows(("tree", tree_id), "notices", came=came) for tree_id, came in rows.items()]
    if changes:
        record_event(session, "warning:sent", changes, actor=actor, at=now, document=document)
    return made


def _known(session: Session, tree_ids: set[str], sent_on: date, text: str) -> set[tuple[str | None, str]]:
    query = select(StewardNotice.tree_id, StewardNotice.party_id).where(
        col(StewardNotice.tree_id).in_(tree_ids),
        StewardNotice.kind == NoticeKind.WARNING,
        StewardNotice.sent_on == sent_on,
        StewardNotice.text == text,
    )
    return {(tree_id, party_id) for tree_id, party_id in session.execute(query)}
