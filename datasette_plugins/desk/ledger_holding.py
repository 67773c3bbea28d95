"""What stands in a grove, garden or place, and which records belong together."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import (
    KINDS,
    ONE,
    demand_records,
    may_see,
    number_of,
    path_of,
    ref_of,
    row_of,
    title_of,
)
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import sent
from registry.access import reach
from registry.commands.ledger_fields import refuse
from registry.commands.ledgers import HOLDS, LINKS, TABLES, Ref, hold_records, holder_column, link_records
from registry.errors import Phrase, RecordKindError, RegistryError
from registry.models import RecordLink
from registry.rules.permissions import Right
from registry.selection import RecordRef, find_record
from registry.vocab.words import LinkKind

MOST = 500
"""So many records of a kind are listed in one that holds them."""


def held_in(ask: Ask, session: Session, kind: str, own: str, most: int = MOST) -> list[tuple[str, Any]]:
    """(kind, row) of what stands in a record by number, trees last: at most so many of a kind.

    Of what lies in divisions whose files one may not see nothing is told.
    """
    found: list[tuple[str, Any]] = []
    for held in sorted(HOLDS.get(kind, ()), key=lambda each: (each == "tree", each)):
        table: Any = TABLES[held]
        column = getattr(table, holder_column(kind, held))
        number = table.tree_no if held == "tree" else table.number
        query = select(table).where(column == own)
        if held != "element":
            query = query.where(reach(ask.holder, Right.FILE, table, ask.today(session)))
        query = query.order_by(sa.func.length(number), col(number), col(table.id))
        found += [(held, row) for row in session.exec(query.limit(most))]
    return found


def holds_page(ask: Ask, problem: str = "") -> Response:
    """What stands here, and the numbers of what comes in."""
    with ask.read() as session:
        kind, own, _ref = _holder(ask, session)
        row = row_of(session, kind, own)
        rows = [
            {"value": f"{held}:{row.id}", "path": path_of(held, row.id), "number": number_of(held, row),
             "title": title_of(held, row), "kind": ask.t.pick(ONE[held]), "lang": row.text_lang}
            for held, row in held_in(ask, session, kind, own)
        ]  # fmt: skip
        return ask.page(
            "desk/ledger_holds.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            number=number_of(kind, row), title=title_of(kind, row), path=path_of(kind, own),
            rows=rows, most=MOST, is_cut=len(rows) >= MOST,
            prefixes=" · ".join(f"{each}:NO" for each in HOLDS[kind] if each != "tree"),
        )  # fmt: skip


def hold(ask: Ask) -> Response:
    """Put records here, or take those that are ticked out."""
    is_release = ask.text("what") == "release"
    try:
        with ask.write() as session:
            holder = _holder(ask, session)
            held = _ticked(ask, session, holder) if is_release else _numbered(ask, session)
            changed = hold_records(
                session, holder, held, release=is_release, actor=ask.actor, now=ask.now,
                reason=ask.text("reason") or None, document=ask.text("document") or None,
            )  # fmt: skip
            if changed:
                ask.audit(session, "record changed", holder[:2], count=changed)
    except RegistryError as error:
        return holds_page(ask, ask.t.error(error))
    t = ask.t
    if not changed:
        ask.say(t.gettext("Nothing was changed."))
    elif is_release:
        ask.say(
            t.ngettext(
                "{count} record stands here no longer.", "{count} records stand here no longer.", changed
            )
        )
    else:
        ask.say(t.ngettext("{count} record stands here now.", "{count} records stand here now.", changed))
    return ask.go(f"/record{path_of(*holder[:2])}/holds")


def links_page(ask: Ask, problem: str = "") -> Response:
    """The records that belong with this one."""
    t = ask.t
    with ask.read() as session:
        kind, own, _ref = ref_of(ask, session)
        row = row_of(session, kind, own)
        return ask.page(
            "desk/record_links.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            title=title_of(kind, row), path=path_of(kind, own), number=number_of(kind, row),
            links=links_of(ask, session, kind, own),
            sorts=[(each.value, t.word(LinkKind, each)) for each in LINKS],
            kinds=[(each, t.pick(name)) for each, name in ONE.items()],
        )  # fmt: skip


def link(ask: Ask) -> Response:
    """Link another record with this one, or take a link away."""
    said = ask.text("sort")
    try:
        with ask.write() as session:
            one = ref_of(ask, session)
            if taken := ask.text("remove"):
                row = session.get(RecordLink, taken)
                if row is None or one[:2] not in ((row.from_type, row.from_id), (row.to_type, row.to_id)):
                    raise LookupError("link")
                ends = ((row.from_type, row.from_id), (row.to_type, row.to_id))
                first, second = ((*end, _called(session, *end)) for end in ends)
                word = LinkKind(row.kind)
            else:
                kind = ask.text("other_kind")
                number = ask.text("other")
                found = _found(session, number if kind == "tree" else f"{kind}:{number}")
                first, second = one, (found.kind, found.id, found.called)
                word = LinkKind(said) if said in set(LINKS) else LinkKind.RELATED
            demand_records(ask, session, first[:2], second[:2])
            changed = link_records(
                session, first, second, word, remove=bool(taken), note=ask.text("note") or None,
                actor=ask.actor, now=ask.now,
            )  # fmt: skip
            if changed:
                ask.audit(session, "record changed", one[:2], what="links")
    except RegistryError as error:
        return links_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("Done.") if changed else ask.t.gettext("Nothing was changed."))
    return ask.go(f"/record{path_of(*one[:2])}/links")


def links_of(ask: Ask, session: Session, kind: str, own: str) -> list[dict[str, Any]]:
    """The links of a record in words, with what is at their other end."""
    here = sa.or_(
        sa.and_(col(RecordLink.from_type) == kind, col(RecordLink.from_id) == own),
        sa.and_(col(RecordLink.to_type) == kind, col(RecordLink.to_id) == own),
    )
    found = []
    for row in session.exec(
        select(RecordLink).where(here).order_by(col(RecordLink.made_on), col(RecordLink.id))
    ):
        is_from = (row.from_type, row.from_id) == (kind, own)
        other = (row.to_type, row.to_id) if is_from else (row.from_type, row.from_id)
        if other[0] not in KINDS:
            continue
        record = row_of(session, *other)
        is_near = may_see(ask, session, *other)
        found.append({
            "id": row.id, "number": number_of(other[0], record), "path": path_of(*other) if is_near else "",
            "title": title_of(other[0], record) if is_near else "", "lang": record.text_lang,
            "word": ask.t.word(LinkKind, row.kind), "is_from": is_from or row.kind == LinkKind.RELATED,
            "note": row.note if is_near else None, "by_hand": is_near and row.kind in set(LINKS),
        })  # fmt: skip
    return found


def _holder(ask: Ask, session: Session) -> Ref:
    """The record of the address, one that may hold others. Raises LookupError."""
    if ask.vars["kind"] not in HOLDS:
        raise LookupError(ask.vars["kind"])
    return ref_of(ask, session)


def _numbered(ask: Ask, session: Session) -> list[Ref]:
    """The records whose numbers the form says, one in a line. Raises RegistryError."""
    lines = [line for each in ask.text("numbers").splitlines() if (line := each.strip())]
    found = [_found(session, line) for line in lines]
    demand_records(ask, session, *((each.kind, each.id) for each in found))
    return [(each.kind, each.id, each.called) for each in found]


def _found(session: Session, called: str) -> RecordRef:
    """The record called so, of a kind that the desk shows. Raises RegistryError."""
    found = find_record(session, called)
    if found.kind not in KINDS:
        raise RecordKindError(record=called, kinds=Phrase("trees, groves, gardens, places and elements"))
    return found


def _ticked(ask: Ask, session: Session, holder: Ref) -> list[Ref]:
    """The ticked records of those that stand here; others are left aside."""
    known = {f"{kind}:{row.id}": (kind, row) for kind, row in held_in(ask, session, *holder[:2])}
    ticked = [known[each] for each in ask.form.getlist("held") if isinstance(each, str) and each in known]
    for kind, row in ticked:
        if kind == "element" and None in (row.garden_id, row.place_id):
            reason, remedy = Phrase("would stand nowhere then"), Phrase("put it into another garden or place")
            refuse(holder[2], ONE["element"], row.number, reason, remedy)
    demand_records(ask, session, *((kind, row.id) for kind, row in ticked))
    return [(kind, row.id, number_of(kind, row)) for kind, row in ticked]


def _called(session: Session, kind: str, own: str) -> str:
    return number_of(kind, row_of(session, kind, own))


_AT = "/record/{kind}/{id}"
ROUTES = (
    Route("GET", f"{_AT}/holds", holds_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/holds", hold, Right.RECORD, subject=record_place),
    Route("GET", f"{_AT}/links", links_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/links", link, Right.RECORD, subject=record_place),
)
