"""How `gushu letters` tells what it made, saw and found: lines, workbooks, JSON."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.care_due import DueAgreement, DueKind, due_agreements
from registry.cli.app import Office
from registry.cli.duties import KINDS
from registry.cli.exporting import register_facts, written
from registry.commands.letters import MadeLetter
from registry.commands.scans import LetterSeen, missing_pages, pages_seen
from registry.models import CareLetter, CareLetterItem, Party
from registry.vocab.care_words import LetterKind, LetterState
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.words import PartyKind


def say_made(
    office: Office, made: Sequence[MadeLetter], out: Path, *, is_model: bool, foreign: Sequence[str]
) -> None:
    """Which letters were printed, and what to look at before they are signed."""
    t = office.t
    for each in made:
        row = each.row
        parts = (
            row.document_no, each.record.caretaker,
            t.ngettext("{count} record", "{count} records", len(each.record.lines)),
            t.ngettext("{count} page", "{count} pages", row.page_count),
            money_text(row.yearly_cents, row.currency, t), t.word(LetterState, row.state),
            "" if each.is_new else t.gettext("printed again"),
        )  # fmt: skip
        office.say("  ".join(filter(None, parts)))
    fresh = sum(each.is_new for each in made)
    said = t.ngettext("{count} letter", "{count} letters", len(made))
    office.say(
        t.gettext("{letters}, {new} of them new: {path}", letters=said, new=t.number(fresh, 0), path=out)
    )
    if more := sum(each.not_in_it for each in made):
        office.say(
            t.ngettext(
                "{count} record has come into care since: make a letter of another batch for it.",
                "{count} records have come into care since: make letters of another batch for them.",
                more,
            )
        )
    if is_model:
        office.say(
            t.gettext(
                "The text is a model: adapt it to your rules and give it with --terms before anybody signs."
            )
        )
    if foreign:
        office.say(
            t.gettext("Not written for {places}: use --terms for their records.", places=", ".join(foreign))
        )
    office.say(t.gettext("For the office only: holds what is not public."))


def say_scanned(
    office: Office,
    reports: Sequence[LetterSeen],
    pages: int,
    unread: Sequence[tuple[Path, int]],
    foreign: Sequence[tuple[Path, int, str]],
    day: date | None,
) -> None:
    """What came of scanned pages, letter by letter, and what is left to do by hand."""
    t = office.t
    for each in reports:
        office.say(f"{each.letter.document_no}  {each.party}  {_fate(each, t)}")
        if each.gone:
            office.say(
                "  "
                + t.gettext("no agreement for what stands no more: {records}", records=", ".join(each.gone))
            )
        for name in dict.fromkeys(each.ended):
            office.say("  " + t.gettext("The one with {party} ended on {day}.", party=name, day=day))
    for file, number in unread:
        office.say(t.gettext("{file}, page {page}: no readable code; name it with --letter, --page and --at.",
                             file=file.name, page=number))  # fmt: skip
    for file, number, code in foreign:
        office.say(t.gettext("{file}, page {page}: the code {code} is not of this register, or forged.",
                             file=file.name, page=number, code=code))  # fmt: skip
    signed = sum(each.is_signed_now for each in reports)
    office.say(
        t.gettext(
            "{pages} looked at; {letters} found, {signed} signed now.",
            pages=t.ngettext("{count} page", "{count} pages", pages),
            letters=t.ngettext("{count} letter", "{count} letters", len(reports)),
            signed=t.number(signed, 0),
        )
    )
    if signed:
        office.say(
            t.gettext("A code shows that a page came back, not that it is signed: look at the signatures.")
        )
    office.answer(
        {
            "pages": pages,
            "letters": [_told_seen(each, t) for each in reports],
            "unread": [{"file": str(file), "page": number} for file, number in unread],
            "foreign": [{"file": str(file), "page": number, "code": code} for file, number, code in foreign],
        }
    )


def _fate(each: LetterSeen, t: Translator) -> str:
    if each.is_signed_now:
        bound = t.ngettext("{count} agreement", "{count} agreements", each.bound)
        return t.gettext("signed on {day}: {agreements}", day=each.letter.signed_on, agreements=bound)
    if each.refused:
        return t.gettext("not signed: {reason}", reason=t.phrase(each.refused))
    if each.letter.state == LetterState.SIGNED:
        return t.gettext("was signed on {day} already", day=each.letter.signed_on)
    if each.missing:
        return t.gettext("not signed: missing pages {pages} of {count}",
                         pages=", ".join(map(str, each.missing)), count=each.letter.page_count)  # fmt: skip
    return t.gettext("all pages are there; say on which day it was signed: --signed-on")


def _told_seen(each: LetterSeen, t: Translator) -> dict[str, Any]:
    return {
        "number": each.letter.document_no,
        "code": each.letter.code,
        "party": each.party,
        "new_pages": each.new_pages,
        "missing": each.missing,
        "state": each.letter.state.value,
        "signed_now": each.is_signed_now,
        "agreements": each.bound,
        "refused": t.phrase(each.refused) if each.refused else None,
        "gone": each.gone,
    }


def say_letters(
    office: Office, session: Session, out: Path | None, *, batch: str | None, unsigned: bool
) -> None:
    """The letters of the register, by number."""
    t = office.t
    query = select(CareLetter, Party).join(Party, col(Party.id) == col(CareLetter.party_id))
    if batch:
        query = query.where(CareLetter.batch == batch)
    if unsigned:
        query = query.where(CareLetter.state == LetterState.MADE)
    found = list(session.exec(query.order_by(col(CareLetter.document_no), col(CareLetter.made_at))))
    counts = Counter(session.exec(select(CareLetterItem.letter_id)))
    for letter, party in found:
        office.say(
            "  ".join(filter(None, (letter.document_no, letter.code, party.name, *_said(letter, counts, t))))
        )
    states = Counter(letter.state for letter, _party in found)
    said = t.ngettext("{count} letter", "{count} letters", len(found))
    parts = (
        f"{t.word(LetterState, state)} {t.number(states[state], 0)}" for state in LetterState if states[state]
    )
    office.say(" · ".join((said, *parts)))
    if not found:
        office.say(t.gettext("Print letters with `gushu letters make`."))
    if out:
        columns = (
            Column(t.gettext("No."), 6, "integer"), Column(t.gettext("Letter no."), 16),
            Column(t.gettext("Code"), 12),
            Column(t.gettext("Caretaker"), 24), Column(t.gettext("Unit or person"), 10),
            Column(t.label("kind"), 14),
            Column(t.gettext("Records"), 9, "integer"), Column(t.gettext("A year"), 18),
            Column(t.gettext("Valid to"), 12, "date"),
            Column(t.gettext("State"), 10), Column(t.gettext("Signed on"), 12, "date"),
            Column(t.gettext("Pages"), 8, "integer"), Column(t.gettext("Missing pages"), 14),
        )  # fmt: skip
        rows = (
            (x.document_no, x.code, p.name, t.word(PartyKind, p.kind), t.word(LetterKind, x.kind),
             counts[x.id], money_text(x.yearly_cents, x.currency, t), x.valid_to,
             t.word(LetterState, x.state), x.signed_on,
             x.page_count, ", ".join(map(str, missing_pages(x))) if x.state == LetterState.MADE else "")
            for x, p in found
        )  # fmt: skip
        title = t.gettext("Care letters")
        write_list(office, session, out, title, [Sheet(title, columns, numbered(rows))], (said,))
    office.answer({"letters": [_told_letter(letter, party, counts) for letter, party in found]})


def _said(letter: CareLetter, counts: Counter[str], t: Translator) -> tuple[str, ...]:
    records = t.ngettext("{count} record", "{count} records", counts[letter.id])
    state = t.word(LetterState, letter.state)
    if letter.signed_on:
        return records, f"{state} {letter.signed_on}"
    have, missing = len(pages_seen(letter)), missing_pages(letter)
    if letter.state == LetterState.MADE and have and not missing:
        return records, state, t.gettext("all pages are there; the day of signing is not")
    if letter.state == LetterState.MADE and have:
        numbers = ", ".join(map(str, missing))
        return records, state, t.gettext("missing pages: {pages}", pages=numbers)
    return records, state


def _told_letter(letter: CareLetter, party: Party, counts: Counter[str]) -> dict[str, Any]:
    names = ("code", "document_no", "batch", "terms_version", "valid_from", "valid_to", "page_count",
             "currency", "yearly_cents", "signed_on", "scan_name", "scan_sha256")  # fmt: skip
    return {
        **{name: getattr(letter, name) for name in names},
        "kind": letter.kind.value,
        "state": letter.state.value,
        "party": party.name,
        "records": counts[letter.id],
        "missing_pages": missing_pages(letter),
    }


def due_words(kind: DueKind, t: Translator) -> str:
    """Why something is to be signed."""
    _ = t.gettext
    return {
        DueKind.CHANGED: _("caretaker changed"),
        DueKind.NEVER: _("never signed"),
        DueKind.RUN_OUT: _("ran out"),
        DueKind.ENDED: _("ended"),
        DueKind.RUNNING_OUT: _("running out"),
    }[kind]


def say_due(office: Office, session: Session, out: Path | None, where: Sequence[str], within: int) -> None:
    """What is to be signed, changes of caretaker first."""
    t, today = office.t, office.today(session)
    library = office.packs()
    found, counts = due_agreements(session, library, today, where, within_days=within)
    for each in found:
        parts = (
            due_words(each.kind, t),
            t.pick(KINDS[each.record]),
            each.number,
            each.name,
            each.party,
            _when(each, today, t),
        )
        office.say("  ".join(filter(None, parts)))
    kinds = Counter(each.kind for each in found)
    said = [f"{due_words(kind, t)} {t.number(kinds[kind], 0)}" for kind in DueKind if kinds[kind]]
    total = t.ngettext("{count} to be signed", "{count} to be signed", len(found))
    office.say(" · ".join((total, *said)))
    if counts.without:
        office.say(
            t.ngettext(
                "{count} of {all} has no caretaker: `gushu duty suggest` says who it might be.",
                "{count} of {all} have no caretaker: `gushu duty suggest` says who it might be.",
                counts.without,
                all=t.ngettext("{count} record", "{count} records", counts.records),
            )
        )
    if out:
        columns = (
            Column(t.gettext("No."), 6, "integer"), Column(t.gettext("Why"), 14), Column(t.label("kind"), 10),
            Column(t.label("number"), 18), Column(t.label("name"), 18), Column(t.gettext("Caretaker"), 24),
            Column(t.gettext("Unit or person"), 10), Column(t.gettext("Before"), 20),
            Column(t.gettext("Since"), 12, "date"),
            Column(t.gettext("Due on"), 12, "date"), Column(t.gettext("Valid to"), 12, "date"),
            Column(t.gettext("What it rests on"), 40),
        )  # fmt: skip
        rows = (
            (due_words(x.kind, t), t.pick(KINDS[x.record]), x.number, x.name, x.party,
             t.word(PartyKind, x.party_kind),
             x.before, x.since, x.due_on, x.valid_to, _basis(x, t))
            for x in found
        )  # fmt: skip
        title = t.gettext("Agreements to be signed")
        write_list(office, session, out, title, [Sheet(title, columns, numbered(rows))], (total,))
    office.answer(
        {"due": [_told_due(each, t) for each in found], "records": counts.records, "without": counts.without}
    )


def _when(each: DueAgreement, today: date, t: Translator) -> str:
    _ = t.gettext
    if each.kind is DueKind.RUNNING_OUT:
        return _("in force until {day}", day=each.valid_to)
    if each.kind is DueKind.RUN_OUT:
        return _("ran out on {day}", day=each.valid_to)
    since = _("since {begin}", begin=each.since) if each.since else ""
    if each.is_since_told:
        since = _("since {day} at the latest, when it was entered", day=each.since)
    if each.kind is not DueKind.CHANGED:
        return since
    parts = [_("before: {party}", party=each.before), since or _("since when is not known")]
    if each.due_on:
        late = (today - each.due_on).days
        due = _("due on {day}", day=each.due_on)
        parts.append(
            due if late <= 0 else due + " " + t.ngettext("({count} day late)", "({count} days late)", late)
        )
    parts.append(_basis(each, t))
    return " · ".join(filter(None, parts))


def _basis(each: DueAgreement, t: Translator) -> str:
    if each.kind is not DueKind.CHANGED:
        return ""
    return each.basis.cited(t.lang) if each.basis else t.gettext("no deadline in the rule pack")


def _told_due(each: DueAgreement, t: Translator) -> dict[str, Any]:
    names = (
        "number",
        "name",
        "party",
        "since",
        "is_since_told",
        "due_on",
        "before",
        "valid_to",
        "document_no",
    )
    told = {name: getattr(each, name) for name in names}
    return {
        "why": each.kind.value,
        "kind": each.record,
        **told,
        "basis": each.basis.cited(t.lang) if each.basis else None,
    }


def write_list(
    office: Office, session: Session, out: Path, title: str, sheets: Sequence[Sheet], said: Sequence[str]
) -> None:
    """Write a list of the office into a workbook that says what it is and that it is not public."""
    t = office.t
    facts = register_facts(session, office)
    day = office.today(session).isoformat()
    made_by = (
        f"{facts.register_name} · {day}",
        *said,
        t.gettext("For the office only: holds what is not public."),
    )
    with written(out) as stream:
        write_workbook(sheets, stream, title=title, made_by=made_by, language=t, made_at=office.now())
    office.say(str(out))
