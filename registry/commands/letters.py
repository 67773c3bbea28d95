"""Care letters in bulk: one for each caretaker, made once for a batch and printed again as often as asked."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.care_errors import LetterError
from registry.commands.history import record_event
from registry.commands.numbering import lock_numbers
from registry.commands.replay import plain_row
from registry.commands.subjects import next_serial, told_record
from registry.errors import Phrase
from registry.file_store import FileStore
from registry.letter_records import (
    LetterDraft,
    LetterPages,
    LetterRecord,
    LetterTerms,
    letter_bytes,
    letter_from,
)
from registry.models import CareLetter, CareLetterItem
from registry.rules.tag_codes import make_code
from registry.vocab.care_words import LetterKind, LetterState

Paginate = Callable[[Sequence[LetterRecord]], list[LetterPages]]
_NO_CODE = "00000000"
_COLUMNS = {"tree": "tree_id", "grove": "grove_id"}
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """What the letters of a batch have in common. `series`: how their numbers begin, such as YH-2026."""

    name: str
    series: str
    valid_from: date
    valid_to: date | None
    currency: str
    lang: str
    register_name: str
    is_demonstration: bool = False


@dataclass(frozen=True, slots=True)
class MadeLetter:
    """One letter of a batch as its row and what is printed. `not_in_it`: records that came into the
    caretaker's care since it was made."""

    row: CareLetter
    record: LetterRecord
    is_new: bool
    not_in_it: int = 0


def make_letters(
    session: Session,
    drafts: Sequence[LetterDraft],
    batch: Batch,
    terms: LetterTerms,
    *,
    paginate: Paginate,
    store: FileStore,
    actor: str,
    now: datetime,
) -> list[MadeLetter]:
    """The letters of a batch, one for each draft, in their order; caretakers who have theirs keep it.

    A letter that was made is printed again as it was, whatever has changed since; one that was withdrawn is
    made anew. paginate: lays letters out. Raises LetterError, FileKeptError.
    """
    if batch.valid_to is not None and batch.valid_to < batch.valid_from:
        raise LetterError(letter=batch.name, reason=Phrase("it would end before it begins"))
    lock_numbers(session)
    kind = LetterKind(terms.kind)
    had = _letters_of(session, batch.name, kind)
    fresh = [draft for draft in drafts if draft.party_id not in had]
    today = register_today(session, now)
    records = [_record(draft, batch, terms, today) for draft in fresh]
    codes = _free_codes(session, len(fresh))
    first = int(next_serial(session, CareLetter.document_no, batch.series).rpartition("-")[2])
    records = [
        replace(record, code=code, document_no=f"{batch.series}-{number:04d}")
        for number, (record, code) in enumerate(zip(records, codes, strict=True), start=first)
    ]
    made = {}
    changes = []
    for draft, record, pages in zip(fresh, records, paginate(records) if records else [], strict=True):
        row = _row(draft, record, batch, kind, pages, store.keep_bytes(letter_bytes(record)), now)
        session.add(row)
        session.flush()
        items = [
            CareLetterItem(
                letter_id=row.id,
                ordinal=number,
                page=page,
                yearly_cents=line.yearly_cents,
                **{_COLUMNS[ref[0]]: ref[1]},
            )
            for number, (ref, line, page) in enumerate(
                zip(draft.refs, record.lines, pages.of_lines, strict=True), start=1
            )
        ]
        session.add_all(items)
        session.flush()
        told = [plain_row(CareLetterItem, item) for item in items]
        changes.append(told_record("care_letter", row, items=(None, told)))
        made[draft.party_id] = MadeLetter(row, record, True)
    if changes:
        record_event(session, "letters:made", changes, actor=actor, at=now)
    return [
        made.get(draft.party_id) or _again(session, had[draft.party_id], draft, store) for draft in drafts
    ]


def void_letter(session: Session, code: str, *, reason: str, actor: str, now: datetime) -> CareLetter:
    """Withdraw a letter that nobody signed: its pages are not taken any more. The same again changes nothing.

    Raises LetterError.
    """
    letter = find_letter(session, code)
    if letter.state == LetterState.VOID:
        return letter
    if letter.state == LetterState.SIGNED:
        raise LetterError(
            letter=code, reason=Phrase("it is signed; end its agreements with `gushu agreement end`")
        )
    before = letter.model_dump()
    letter.state = LetterState.VOID
    session.add(letter)
    session.flush()
    change = told_record("care_letter", letter, before)
    record_event(session, "letter:void", [change], actor=actor, at=now, reason=reason)
    return letter


def find_letter(session: Session, called: str) -> CareLetter:
    """The letter of that code or number. Raises LetterError."""
    wanted = called.strip()
    query = select(CareLetter).where((CareLetter.code == wanted.upper()) | (CareLetter.document_no == wanted))
    letter = session.exec(query).first()
    if letter is None:
        raise LetterError(letter=called, reason=Phrase("no letter has this code or number"))
    return letter


def printed_letter(letter: CareLetter, store: FileStore) -> LetterRecord:
    """What a letter says, as it was printed. Raises FileKeptError, LetterError."""
    try:
        return letter_from(store.read(letter.content_sha256 or ""))
    except (ValueError, KeyError, TypeError) as error:
        raise LetterError(letter=letter.code, reason=Phrase("what was printed is not on file")) from error


def items_of(session: Session, letter_id: str) -> list[CareLetterItem]:
    """The records of a letter, in their order."""
    query = select(CareLetterItem).where(CareLetterItem.letter_id == letter_id)
    return list(session.exec(query.order_by(col(CareLetterItem.ordinal))))


def _letters_of(session: Session, batch: str, kind: LetterKind) -> dict[str, CareLetter]:
    query = select(CareLetter).where(
        CareLetter.batch == batch, CareLetter.kind == kind, CareLetter.state != LetterState.VOID
    )
    return {letter.party_id: letter for letter in session.exec(query)}


def _again(session: Session, letter: CareLetter, draft: LetterDraft, store: FileStore) -> MadeLetter:
    told = {item.tree_id or item.grove_id for item in items_of(session, letter.id)}
    more = sum(own not in told for _kind, own in draft.refs)
    return MadeLetter(letter, printed_letter(letter, store), False, more)


def _record(draft: LetterDraft, batch: Batch, terms: LetterTerms, made_on: date) -> LetterRecord:
    paid = [line.yearly_cents for line in draft.lines if line.yearly_cents is not None]
    return LetterRecord(
        code=_NO_CODE,
        document_no=batch.series,
        lang=batch.lang,
        register_name=batch.register_name,
        office=("、" if batch.lang == "zh" else "; ").join(draft.offices),
        caretaker=draft.caretaker,
        is_unit=draft.is_unit,
        made_on=made_on.isoformat(),
        valid_from=batch.valid_from.isoformat(),
        valid_to=batch.valid_to.isoformat() if batch.valid_to else None,
        currency=batch.currency,
        yearly_cents=sum(paid) if paid else None,
        terms=terms,
        lines=draft.lines,
        is_demonstration=batch.is_demonstration,
    )


def _row(
    draft: LetterDraft,
    record: LetterRecord,
    batch: Batch,
    kind: LetterKind,
    pages: LetterPages,
    digest: str,
    now: datetime,
) -> CareLetter:
    return CareLetter(
        code=record.code,
        batch=batch.name,
        kind=kind,
        terms_version=record.terms.version,
        document_no=record.document_no,
        party_id=draft.party_id,
        made_at=now,
        valid_from=batch.valid_from,
        valid_to=batch.valid_to,
        page_count=pages.count,
        currency=batch.currency,
        yearly_cents=record.yearly_cents,
        content_sha256=digest,
        is_paid_by_month=record.terms.is_paid_by_month,
    )


def _free_codes(session: Session, count: int) -> list[str]:
    """`count` codes that no letter of this register has, or ever had."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        drawn = {make_code(secrets.token_bytes(5)) for _ in range(min(count - len(codes), _CHUNK))}
        taken = set(session.exec(select(CareLetter.code).where(col(CareLetter.code).in_(drawn))))
        codes.update(dict.fromkeys(sorted(drawn - taken - {_NO_CODE})))
    return list(codes)
