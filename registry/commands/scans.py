"""Scanned pages of care letters: to which letter each belongs; a letter is signed once all are there."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.calendars import register_today
from registry.care_errors import LetterError
from registry.commands.agreements import (
    OWNERS,
    AgreementDraft,
    bind_record,
    refusal_of_days,
    signed_later,
)
from registry.commands.history import Change, canonical, record_event
from registry.commands.letters import find_letter, items_of
from registry.commands.subjects import told_record
from registry.errors import Phrase
from registry.models import CareLetter, CareLetterItem, Grove, Party, Tree, TreeParty
from registry.rules.letter_codes import PageMark, is_genuine_page, looks_like_page, parse_page
from registry.vocab.care_words import LetterState
from registry.vocab.words import ON_REGISTER, PartyRole


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page of a file: which letter's page it shows. `sha256`: of the file, `place`: the page in it."""

    code: str
    page: int
    pages: int
    sha256: str
    file_name: str
    place: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """What the codes of one scanned page come to: letters' pages, and codes that are not of this register."""

    marks: tuple[PageMark, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(slots=True)
class LetterSeen:
    """What came of a letter.

    missing: its pages that nobody has seen yet. refused: why a whole letter is not signed. gone: records that
    stand no more and have no agreement. ended: with whom an agreement ended.
    """

    letter: CareLetter
    party: str
    new_pages: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    is_signed_now: bool = False
    refused: Phrase | None = None
    bound: int = 0
    gone: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


def sort_codes(texts: Iterable[str], keys: Sequence[bytes]) -> Sorted:
    """Which pages of letters the QR codes of a scanned page name; other codes are passed over.

    A code that means to be a letter's and was not made with one of the register's keys is foreign.
    """
    marks, foreign = [], []
    for text in texts:
        mark = parse_page(text)
        if mark and is_genuine_page(mark, keys):
            marks.append(mark)
        elif looks_like_page(text):
            foreign.append(text[:80])
    return Sorted(tuple(marks), tuple(foreign))


def assigned_page(session: Session, called: str, page: int) -> PageMark:
    """A page that somebody has looked at and names by hand. Raises LetterError."""
    letter = find_letter(session, called)
    if not 1 <= page <= letter.page_count:
        reason = Phrase("it has {count} pages, there is no page {page}", count=letter.page_count, page=page)
        raise LetterError(letter=called, reason=reason)
    return PageMark(letter.code, page, letter.page_count)


def record_pages(
    session: Session,
    seen: Sequence[SeenPage],
    *,
    signed_on: date | None,
    today: date,
    actor: str,
    now: datetime,
) -> list[LetterSeen]:
    """Note the pages that scans have shown; sign each letter that is whole, where the day is known.

    Nothing is signed of which a page is missing. The same pages again change nothing. One letter that cannot
    be signed holds up no other. Raises LetterError for a code that no letter has, before anything is noted.
    """
    codes = list(dict.fromkeys(page.code for page in seen))
    letters = {code: find_letter(session, code) for code in codes}
    return [
        _note(
            session, letters[code], [page for page in seen if page.code == code], signed_on, today, actor, now
        )
        for code in codes
    ]


def pages_seen(letter: CareLetter) -> list[list[Any]]:
    """[page, SHA-256 of the file, page in the file] of every page seen so far, by page."""
    found: list[list[Any]] = json.loads(letter.pages_seen)
    return found


def missing_pages(letter: CareLetter) -> list[int]:
    """The pages of a letter that no scan has shown."""
    have = {page for page, *_where in pages_seen(letter)}
    return [page for page in range(1, letter.page_count + 1) if page not in have]


def _note(
    session: Session,
    letter: CareLetter,
    seen: Sequence[SeenPage],
    signed_on: date | None,
    today: date,
    actor: str,
    now: datetime,
) -> LetterSeen:
    report = LetterSeen(letter, session.get_one(Party, letter.party_id).name)
    if letter.state == LetterState.VOID:
        report.refused = Phrase("it was withdrawn")
        return report
    before = letter.model_dump()
    kept = {page: [page, *where] for page, *where in pages_seen(letter)}
    for each in sorted(seen, key=lambda each: each.page):
        if each.pages != letter.page_count or each.page > letter.page_count:
            report.refused = Phrase("a page says {said} pages, the letter has {count}", said=each.pages,
                                    count=letter.page_count)  # fmt: skip
            return report
        if each.page not in kept:
            kept[each.page] = [each.page, each.sha256, each.place]
            report.new_pages.append(each.page)
    changes: list[Change] = []
    if report.new_pages:
        letter.pages_seen = canonical([kept[page] for page in sorted(kept)])
        letter.scan_name, letter.scan_sha256 = seen[0].file_name[:200], seen[0].sha256
    report.missing = missing_pages(letter)
    if not report.missing and letter.state == LetterState.MADE and signed_on is not None:
        changes = _sign(session, letter, report, signed_on, today)
    if letter.model_dump() != before:
        session.add(letter)
        session.flush()
        changes.append(told_record("care_letter", letter, before))
        kind = "letter:signed" if report.is_signed_now else "letter:scanned"
        record_event(session, kind, changes, actor=actor, at=now, document=letter.document_no)
    return report


def _sign(
    session: Session, letter: CareLetter, report: LetterSeen, signed_on: date, today: date
) -> list[Change]:
    """Make the agreement of each record; [] where one of them refuses, with the reason in the report."""
    draft = AgreementDraft(
        party=report.party,
        signed_on=signed_on,
        document_no=letter.document_no,
        valid_to=letter.valid_to,
        terms=letter.terms_version,
    )
    items = items_of(session, letter.id)
    report.refused = refusal_of_days(draft, today) or _too_early(session, letter, signed_on)
    if report.refused:
        return []
    refs = [(item, _ref(session, item)) for item in items]
    standing = [(item, ref) for item, (ref, stands) in refs if stands]
    report.gone = [ref[2] for _item, (ref, stands) in refs if not stands]
    for _item, ref in standing:
        if later := signed_later(session, ref[0], ref[1], draft):
            report.refused = Phrase("{record}: {reason}", record=ref[2], reason=later)
            return []
    changes = []
    for item, ref in standing:
        bound = bind_record(
            session, ref, draft, letter.party_id, beside=_beside(session, ref, letter.party_id),
            letter_id=letter.id, currency=letter.currency if item.yearly_cents is not None else None,
            yearly_cents=item.yearly_cents,
        )  # fmt: skip
        if bound.change is not None:
            changes.append(bound.change)
        report.bound += 1
        report.ended += bound.ended
    letter.state, letter.signed_on = LetterState.SIGNED, signed_on
    report.is_signed_now = True
    return changes


def _too_early(session: Session, letter: CareLetter, signed_on: date) -> Phrase | None:
    printed = register_today(session, letter.made_at)
    if signed_on < printed:
        return Phrase("it was printed on {day} and cannot have been signed before", day=printed)
    return None


def _ref(session: Session, item: CareLetterItem) -> tuple[tuple[str, str, str], bool]:
    """The record of an item as commands take it, and whether it still stands on the register."""
    if item.tree_id is not None:
        tree = session.get_one(Tree, item.tree_id)
        return ("tree", tree.id, tree.tree_no), tree.status in ON_REGISTER
    grove = session.get_one(Grove, item.grove_id)
    return ("grove", grove.id, f"grove:{grove.number}"), grove.status in ON_REGISTER


def _beside(session: Session, ref: tuple[str, str, str], party_id: str) -> set[str]:
    """Who cares for a record together with the party."""
    whose = col(getattr(TreeParty, OWNERS[ref[0]]))
    query = select(TreeParty.party_id).where(
        whose == ref[1], TreeParty.role == PartyRole.STEWARD, col(TreeParty.to_on).is_(None)
    )
    return set(session.exec(query)) - {party_id}
