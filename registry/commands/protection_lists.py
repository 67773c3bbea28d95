"""Protection lists (保护名录): an edition is made once, kept line by line, and never changed."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.chunks import chunks
from registry.commands.history import Change, canonical, history_head, insert_rows, record_event
from registry.commands.numbering import lock_numbers
from registry.errors import ListAuthorityError, ListUnknownError, Phrase, RegisterAlteredError
from registry.list_records import ListedGrove, ListedTree, ListFacts, ListRecord
from registry.models import Authority, ProtectionList, ProtectionListEntry, Tree
from registry.rules.listing import compare_lists, count_list
from registry.settings import all_settings

_CHUNK = 500
_Line = TypeVar("_Line", ListedTree, ListedGrove)


def make_list(
    session: Session,
    trees: Sequence[ListedTree],
    groves: Sequence[ListedGrove],
    *,
    authority_id: str,
    title: str,
    where: Sequence[str] = (),
    document_no: str | None = None,
    published_on: date | None = None,
    url: str | None = None,
    actor: str,
    now: datetime,
) -> ProtectionList:
    """Keep the lines of a list, in their order, as the authority's next edition.

    Lines that stand so in its latest edition of the same selection, on the same document, make no new one.
    """
    lock_numbers(session)
    lines: list[ListedTree | ListedGrove] = [*trees, *groves]
    contents = [canonical(asdict(line)) for line in lines]
    sha256 = hashlib.sha256("\n".join(contents).encode()).hexdigest()
    newest = editions(session, authority_id)
    previous = next((row for row in newest if _where(row) == tuple(where)), None)
    if previous is not None and (previous.sha256, previous.document_no) == (sha256, document_no):
        return previous
    authority, settings = session.get_one(Authority, authority_id), all_settings(session)
    told = {
        "where": list(where),
        "authority_zh": authority.name_zh,
        "authority_en": authority.name_en,
        "register_zh": settings["register_name"],
        "register_en": settings["register_name_en"],
        "demonstration": settings["demonstration"] == "yes",
        "previous": previous.edition if previous else None,
        "removed": _became(session, previous, {line.subject_id for line in trees}),
    }
    made = ProtectionList(
        authority_id=authority_id,
        edition=newest[0].edition + 1 if newest else 1,
        title=title,
        made_at=now,
        document_no=document_no,
        published_on=published_on,
        url=url,
        selection=canonical(told),
        entry_count=len(contents),
        sha256=sha256,
        history_head=history_head(session),
    )
    session.add(made)
    session.flush()
    insert_rows(
        session,
        ProtectionListEntry,
        [
            {
                "list_id": made.id,
                "ordinal": ordinal,
                "tree_id": line.subject_id if isinstance(line, ListedTree) else None,
                "grove_id": line.subject_id if isinstance(line, ListedGrove) else None,
                "number": line.number,
                "content": content,
            }
            for ordinal, (line, content) in enumerate(zip(lines, contents, strict=True), start=1)
        ],
    )
    kept = made.model_dump(
        include={"authority_id", "edition", "title", "entry_count", "sha256", "history_head"}
        | {"document_no", "published_on", "url", "selection"},
        exclude_none=True,
    )
    change = Change(
        "protection_list", made.id, "created", {name: (None, value) for name, value in kept.items()}
    )
    record_event(session, "list:made", [change], actor=actor, at=now, document=document_no)
    return made


def editions(session: Session, authority_id: str | None = None) -> list[ProtectionList]:
    """Editions, newest first; of one authority, or of all by authority."""
    query = select(ProtectionList).order_by(
        col(ProtectionList.authority_id), col(ProtectionList.edition).desc()
    )
    if authority_id is not None:
        query = query.where(ProtectionList.authority_id == authority_id)
    return list(session.exec(query))


def find_list(session: Session, edition: int, authority_id: str | None = None) -> ProtectionList:
    """One edition. Raises ListUnknownError, ListAuthorityError where several authorities have it."""
    known = editions(session, authority_id)
    found = [row for row in known if row.edition == edition]
    if not found:
        raise ListUnknownError(edition=edition, known=[row.edition for row in known] or ["—"])
    if len(found) > 1:
        raise ListAuthorityError(known=[row.authority_id for row in found])
    return found[0]


def read_list(session: Session, made: ProtectionList, against: ProtectionList | None = None) -> ListRecord:
    """An edition as it was made, with what changed since the one before it, or since `against`.

    Raises RegisterAlteredError where its lines are not those that its hash was made of.
    """
    if not is_whole(session, made):
        first = Phrase("protection list, edition {number}", number=made.edition)
        raise RegisterAlteredError(count=1, first=first)
    told = json.loads(made.selection)
    trees, groves = _lines(session, made)
    before: list[ListedTree | ListedGrove] = []
    if against is None and told["previous"] is not None:
        against = find_list(session, told["previous"], made.authority_id)
    if against is not None:
        earlier = _lines(session, against)
        before = [*earlier[0], *earlier[1]]
    now: list[ListedTree | ListedGrove] = [*trees, *groves]
    return ListRecord(
        facts=ListFacts(
            edition=made.edition,
            title=made.title,
            authority_id=made.authority_id,
            authority_zh=told["authority_zh"],
            authority_en=told["authority_en"],
            register_zh=told["register_zh"],
            register_en=told["register_en"],
            made_at=made.made_at,
            made_on=register_today(session, made.made_at),
            history_head=made.history_head,
            sha256=made.sha256,
            document_no=made.document_no,
            published_on=made.published_on,
            url=made.url,
            where=tuple(told["where"]),
            previous=against.edition if against else None,
            is_demonstration=told["demonstration"],
        ),
        trees=tuple(trees),
        groves=tuple(groves),
        counts=count_list(trees, groves),
        changes=compare_lists(before, now, told["removed"]) if against else (),
    )


def is_whole(session: Session, made: ProtectionList) -> bool:
    """Whether the lines of an edition are those that it was made of, in their order."""
    query = select(ProtectionListEntry).where(ProtectionListEntry.list_id == made.id)
    digest, count = hashlib.sha256(), 0
    for row in session.exec(query.order_by(col(ProtectionListEntry.ordinal))):
        told = json.loads(row.content)
        if (told["number"], told["subject_id"]) != (row.number, row.tree_id or row.grove_id):
            return False
        digest.update(b"\n" * bool(count) + row.content.encode())
        count += 1
    return (digest.hexdigest(), count) == (made.sha256, made.entry_count)


def _where(row: ProtectionList) -> tuple[str, ...]:
    return tuple(json.loads(row.selection)["where"])


def _became(session: Session, previous: ProtectionList | None, standing: set[str]) -> dict[str, str]:
    """The status of every tree of the edition before that is not on the list any more."""
    if previous is None:
        return {}
    query = select(ProtectionListEntry.tree_id).where(ProtectionListEntry.list_id == previous.id)
    gone = [tree_id for tree_id in session.exec(query) if tree_id is not None and tree_id not in standing]
    found: dict[str, str] = {}
    for ids in chunks(gone, _CHUNK):
        rows = session.exec(select(Tree.id, Tree.status).where(col(Tree.id).in_(ids)))
        found.update({tree_id: str(status) for tree_id, status in rows})
    return found


def _lines(session: Session, made: ProtectionList) -> tuple[list[ListedTree], list[ListedGrove]]:
    query = (
        select(ProtectionListEntry.tree_id, ProtectionListEntry.content)
        .where(ProtectionListEntry.list_id == made.id)
        .order_by(col(ProtectionListEntry.ordinal))
    )
    trees, groves = [], []
    for tree_id, content in session.exec(query):
        if tree_id is not None:
            trees.append(_line(ListedTree, json.loads(content)))
        else:
            groves.append(_line(ListedGrove, json.loads(content)))
    return trees, groves


def _line(kind: type[_Line], told: dict[str, Any]) -> _Line:
    values: dict[str, Any] = {field.name: told[field.name] for field in fields(kind) if field.name in told}
    for name, value in values.items():
        if name.endswith("_on") and value is not None:
            values[name] = date.fromisoformat(value)
        elif isinstance(value, list):
            values[name] = tuple(value)
    return kind(**values)


def one_authority(authorities: Iterable[str]) -> str:
    """The only authority among those of the lines. Raises ListAuthorityError for none or several."""
    found = sorted(set(authorities))
    if len(found) != 1:
        raise ListAuthorityError(known=found or ["—"])
    return found[0]
