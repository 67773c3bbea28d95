"""Care letters on the command line: printed in bulk, found again in scans, listed, withdrawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.care_letter import paginate, write_letters
from exports.proofs import Paper
from registry.care_data import read_terms
from registry.care_errors import LetterError
from registry.care_letters import Rates, letter_drafts
from registry.cli.app import Office, _, app, day_of
from registry.cli.exporting import FontFiles, Where, kept_paper, register_facts, signer_of, written
from registry.cli.letter_tables import say_due, say_letters, say_made, say_scanned
from registry.cli.shared_names import person_words, refused_words, without_shared
from registry.commands.erasing import find_party
from registry.commands.letters import Batch, MadeLetter, make_letters, void_letter
from registry.commands.scans import SeenPage, assigned_page, record_pages, sort_codes
from registry.db import reading, transaction
from registry.errors import NothingSelectedError, OutputKindError, Phrase
from registry.file_store import file_store
from registry.keys import Keys
from registry.letter_records import LetterRecord
from registry.outputs import check_output
from registry.proof_records import Signer
from registry.rules.letter_codes import page_text
from registry.rules.money import cents_of, is_negative
from registry.scanning import read_scan, scan_files
from registry.vocab.care_words import LetterKind
from registry.vocab.language import Translator
from registry.vocab.words import WORDS, Grade

letters = typer.Typer(
    no_args_is_help=True, help=_("Care letters: one for each caretaker about all their trees; scans of them.")
)
app.add_typer(letters, name="letters")

Code = Annotated[str, typer.Argument(metavar="LETTER", help=_("Code or number of a letter."))]
_Ready = tuple[LetterRecord, list[str], Paper]


@letters.command(
    help=_(
        "Print letters to be signed: one for each caretaker. The same batch again prints the same letters."
    )
)
def make(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help=_("A PDF for all of them (.pdf), or a folder: a PDF for each."))],
    where: Where = None,
    party: Annotated[str | None, typer.Option(help=_("Only this caretaker."))] = None,
    kind: Annotated[LetterKind, typer.Option(help=_("What is signed."))] = LetterKind.AGREEMENT,
    batch: Annotated[str | None, typer.Option(help=_("Name of the batch; else the year."))] = None,
    series: Annotated[
        str | None, typer.Option(help=_("How the letters' numbers begin; else YH and the year."))
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help=_("First day, YYYY-MM-DD; else today."))] = None,
    until: Annotated[str | None, typer.Option(help=_("Last day, YYYY-MM-DD; else open."))] = None,
    yearly: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AMOUNT|GRADE=AMOUNT",
            help=_("Paid a year for each tree or grove, also by legal grade; several times."),
        ),
    ] = None,
    currency: Annotated[str, typer.Option(help=_("Currency of the amounts, ISO 4217."))] = "CNY",
    terms: Annotated[Path | None, typer.Option(help=_("The office's own text (.toml)."))] = None,
    allow_shared: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=_("A bare name such as 村委会 that is one party in all its villages; several times."),
        ),
    ] = None,
    font: FontFiles = None,
) -> None:
    """Print letters."""
    office: Office = ctx.obj
    t, now, keys = office.t, office.now(), office.keys()
    begins = day_of(from_, "--from") or office.today()
    text = read_terms(kind, t.lang, terms)
    rates = _rates(yearly or (), t)
    _check_target(out, office)
    extra = tuple(font or ())
    with transaction(office.engine()) as session:
        party_id = find_party(session, party).id if party else None
        drafts = letter_drafts(session, t, where or (), party_id=party_id, rates=rates)
        if not drafts:
            raise NothingSelectedError(where=" ".join(where or ()) or party or Phrase("a caretaker"))
        drafts, refused = without_shared(drafts, allow_shared or (), t)
        facts = register_facts(session, office)
        made = make_letters(
            session,
            drafts,
            Batch(
                name=batch or str(begins.year),
                series=_series(series or f"YH-{begins.year}", t),
                valid_from=begins,
                valid_to=day_of(until, "--until"),
                currency=currency.upper(),
                lang=t.lang,
                register_name=facts.register_name,
                is_demonstration=facts.is_demonstration,
            ),
            text,
            paginate=lambda records: paginate(records, extra_fonts=extra),
            store=file_store(office.address),
            actor=office.actor,
            now=now,
        )
        signer = signer_of(office)
        ready = [_ready(session, each, keys, signer) for each in made]
        told = [_told(each) for each in made]
        places = {place for draft in drafts for place in draft.jurisdictions}
        foreign = sorted(place for place in places if not f"{place}-".startswith(f"{text.jurisdiction}-"))
        foreign = foreign if text.jurisdiction else []
        say_made(office, made, out, is_model=text.is_model, foreign=foreign)
        for said in (*refused_words(refused, t), *person_words(drafts, t)):
            office.say(said)
    paths = _print(ready, out, extra)  # written once they are on record: no page has a code that is not
    office.answer(
        {
            "letters": told,
            "not_made": [each.caretaker for each in refused],
            "paths": [str(path) for path in paths],
        }
    )


def _ready(session: Session, each: MadeLetter, keys: Keys, signer: Signer | None) -> _Ready:
    """A letter with what the QR code of each of its pages says, and its proof."""
    key, count, record = keys.tag_keys[keys.tag_key_id], each.row.page_count, each.record
    marks = [page_text(record.code, page, count, key) for page in range(1, count + 1)]
    subject = ("care_letter", each.row.id)
    paper = kept_paper(
        session, "letter", subject, record.document_no, record, signer, register_name=record.register_name
    )
    return record, marks, paper


def _print(ready: Sequence[_Ready], out: Path, fonts: tuple[Path, ...]) -> list[Path]:
    """All letters in one PDF, or each in one of its own."""
    try:
        if out.suffix.lower() == ".pdf":
            paper = ready[0][2] if len(ready) == 1 else None
            with written(out) as stream:
                write_letters([each[:2] for each in ready], stream, extra_fonts=fonts, paper=paper)
            return [out]
        out.mkdir(parents=True, exist_ok=True)
        paths = []
        for one in ready:
            path = out / f"{one[0].document_no}.pdf"
            with written(path) as stream:
                write_letters([one[:2]], stream, extra_fonts=fonts, paper=one[2])
            paths.append(path)
        return paths
    except ValueError as error:
        reason = Phrase("it cannot be printed page for page as it was; withdraw it and make it again")
        raise LetterError(letter=str(error).partition(":")[0], reason=reason) from error


def _check_target(out: Path, office: Office) -> None:
    if out.suffix.lower() == ".pdf":
        check_output(out, ".pdf", office.address)
    elif out.suffix and not out.is_dir():
        raise OutputKindError(path=out, known=[".pdf"])
    elif out.is_dir():
        for path in out.glob("*.pdf"):
            check_output(path, ".pdf", office.address)
    else:
        check_output(out, "", office.address)


def _series(text: str, t: Translator) -> str:
    if not text.strip() or set("%_/\\") & set(text) or len(text) > 40:
        raise typer.BadParameter(t.gettext("--series: letters, digits and hyphens, 40 at most"))
    return text.strip()


def _rates(given: Sequence[str], t: Translator) -> Rates:
    """What `--yearly` says: 500 for all, 1=800 or 一级=800 for a grade."""
    otherwise, by_grade = None, {}
    words = {name: grade.value for grade in Grade for name in (grade.value, *WORDS[Grade][grade])}
    for text in given:
        key, sign, amount = text.rpartition("=")
        try:
            cents = cents_of(amount)
        except ValueError:
            if is_negative(amount):
                raise typer.BadParameter(
                    t.gettext("--yearly: {text}: it cannot be negative", text=text)
                ) from None
            raise typer.BadParameter(t.gettext("--yearly: {text} is not an amount", text=text)) from None
        if not sign:
            otherwise = cents
        elif key in words:
            by_grade[words[key]] = cents
        else:
            known = " · ".join(f"{t.word(Grade, grade)}={t.gettext('AMOUNT')}" for grade in Grade)
            raise typer.BadParameter(
                t.gettext("--yearly: {key} is no grade; there are {known}", key=key, known=known)
            )
    return Rates(otherwise, by_grade)


@letters.command(
    help=_(
        "Read scanned or photographed pages (PDF, JPEG, PNG, a folder); letters that are whole become signed."
    )
)
def scan(
    ctx: typer.Context,
    path: Path,
    signed_on: Annotated[
        str | None, typer.Option(help=_("Day on which they were signed, YYYY-MM-DD."))
    ] = None,
    letter: Annotated[
        str | None,
        typer.Option(help=_("Letter of a page without readable code, which somebody has looked at.")),
    ] = None,
    page: Annotated[int | None, typer.Option(min=1, help=_("Page of that letter."))] = None,
    at: Annotated[int, typer.Option(min=1, help=_("Page of the file that it is."))] = 1,
) -> None:
    """Read scans."""
    office: Office = ctx.obj
    if (letter is None) != (page is None):
        raise typer.BadParameter(office.t.gettext("--letter and --page belong together"))
    day = day_of(signed_on, "--signed-on")
    files, now = scan_files(path), office.now()
    store, keys = file_store(office.address), tuple(office.keys().tag_keys.values())
    seen: list[SeenPage] = []
    unread: list[tuple[Path, int]] = []
    foreign: list[tuple[Path, int, str]] = []
    pages = 0
    with transaction(office.engine()) as session:
        for file in files:
            found: list[tuple[Any, int]] = []
            for scanned in read_scan(file):
                pages += 1
                if letter is not None and page is not None:
                    marks: tuple[Any, ...] = ()
                    if scanned.number == at:
                        marks = (assigned_page(session, letter, page),)
                else:
                    told = sort_codes(scanned.texts, keys)
                    marks = told.marks
                    foreign += [(file, scanned.number, code) for code in told.foreign]
                    if not told.marks and not told.foreign:
                        unread.append((file, scanned.number))
                found += [(mark, scanned.number) for mark in marks]
            if found:
                digest, _size = store.keep(file)
                seen += [SeenPage(m.code, m.page, m.pages, digest, file.name, place) for m, place in found]
        if letter is not None and not seen:
            raise LetterError(letter=letter, reason=Phrase("the file has no page {page}", page=at))
        reports = record_pages(
            session, seen, signed_on=day, today=office.today(session), actor=office.actor, now=now
        )
        say_scanned(office, reports, pages, unread, foreign, day)


@letters.command("list", help=_("List letters: all, or those not signed yet; here or in a workbook (.xlsx)."))
def list_(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument()] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help=_("Only those still to be signed."))] = False,
    batch: Annotated[str | None, typer.Option(help=_("Only this batch."))] = None,
) -> None:
    """List letters."""
    office: Office = ctx.obj
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        say_letters(office, session, out, batch=batch, unsigned=unsigned)


@letters.command(help=_("Withdraw a letter that nobody signed; its pages are not taken any more."))
def void(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help=_("Why; it enters the history."))],
) -> None:
    """Withdraw a letter."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        letter = void_letter(session, code, reason=reason, actor=office.actor, now=office.now())
        number = letter.document_no
    office.say(office.t.gettext("The letter {number} is withdrawn.", number=number))
    office.answer({"letter": number, "state": "void"})


@letters.command(
    help=_("List what is to be signed: a caretaker changed, nothing signed yet, running out, run out.")
)
def due(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument()] = None,
    where: Where = None,
    within: Annotated[
        int, typer.Option(min=0, metavar="DAYS", help=_("Running out within so many days."))
    ] = 60,
) -> None:
    """List what is due."""
    office: Office = ctx.obj
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        say_due(office, session, out, where or (), within)


def _told(each: MadeLetter) -> dict[str, Any]:
    row, record = each.row, each.record
    return {
        "code": row.code,
        "number": row.document_no,
        "party": record.caretaker,
        "records": len(record.lines),
        "pages": row.page_count,
        "yearly_cents": row.yearly_cents,
        "state": row.state.value,
        "new": each.is_new,
        "not_in_it": each.not_in_it,
    }
