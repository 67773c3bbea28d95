"""`gushu verify --file`: whether a document is ours, unaltered, and says what the register said then."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlmodel import Session

from registry.asof import tree_as_of
from registry.calendars import register_today
from registry.cli.app import Office
from registry.cli.document_records import PAPERS, held
from registry.commands.verifying import find_head
from registry.db import reading
from registry.errors import HeadUnknownError, InputMissingError, NoRecordThenError
from registry.export_errors import DocumentNotGenuineError, DocumentUnreadableError, NotProvedError
from registry.file_store import FileStore, file_store
from registry.models import Event, Tree
from registry.proof_records import Proof, read_proof
from registry.vocab.document_words import DOCUMENTS
from registry.vocab.fields import FIELDS
from registry.vocab.language import LANGUAGES, Translator, translator

MOST_BYTES = 512 << 20
"""A document that is larger is none of ours."""
_OF_TODAY = frozenset(
    {"flags", "photos", "history", "withheld", "updated_on", "path", "care_events", "source", "authority_zh"}
    | {"authority_en", "duty_phone", "duty_mail", "division_path", "division_path_en", "name_en", "genus"}
    | {"name_latin", "name_author", "name_zh", "name_zh_lang", "family", "jurisdiction", "text_lang"}
    | {"species_id", "division_id", "grove_no", "garden_no", "place_no", "datum"}
)
"""What a record takes from lists of today or has computed: the history tells nothing of it."""
_PLACE = frozenset({"lon", "lat", "coordinate_uncertainty_m", "elevation_m", "position_precision"})
_SIZES = ("girth_cm", "diameter_cm", "height_m", "crown_m")


class Finding(NamedTuple):
    """One question and its answer: True, False, or None where it cannot be told."""

    check: str
    holds: bool | None
    said: str


class Inside(NamedTuple):
    """What a document carries: the record as it lies in it, its proof, and the text of its pages."""

    record: bytes
    proof: Proof
    pages: tuple[str, ...]


def verify_document(office: Office, path: Path) -> None:
    """Check a document and say what was found.

    Raises InputMissingError, DocumentUnreadableError, NotProvedError (it carries no proof),
    DocumentNotGenuineError.
    """
    t = office.t
    inside = read_document(path)
    public_key = office.keys().public_key
    with reading(office.engine()) as session:
        findings = list(_findings(session, inside, public_key, file_store(office.address), t))
        statement = inside.proof.statement
        made_on = register_today(session, statement.made_at)
    office.say(
        t.gettext(
            "{path}: {kind} {number}, issued by {register} on {day}, event {seq}, check code {code}",
            path=path.name,
            kind=t.pick(DOCUMENTS[statement.kind]),
            number=statement.number,
            register=statement.register,
            day=made_on.isoformat(),
            seq=t.number(statement.history_seq, 0),
            code=inside.proof.check_code,
        )
    )
    for each in findings:
        mark = {True: "✓", False: "✗", None: "–"}[each.holds]
        office.say(f"  {mark} {each.said}")
    wrong = [each for each in findings if each.holds is False]
    if not wrong:
        office.say(t.gettext("The document is genuine."))
    office.answer(
        {
            "path": str(path),
            "genuine": not wrong,
            "check_code": inside.proof.check_code,
            "statement": statement.values(),
            "checks": [each._asdict() for each in findings],
        }
    )
    if wrong:
        raise DocumentNotGenuineError(path=path, first=wrong[0].said)


def read_document(path: Path) -> Inside:
    """What a PDF carries. Raises InputMissingError, DocumentUnreadableError, NotProvedError."""
    import pikepdf

    from exports.proofs import PROOF_FILE, RECORD_FILE

    if not path.is_file():
        raise InputMissingError(path=path)
    if path.stat().st_size > MOST_BYTES:
        raise DocumentUnreadableError(path=path, reason=f"> {MOST_BYTES >> 20} MiB")
    try:
        with pikepdf.open(path) as pdf:
            files = {
                name: pdf.attachments[name].get_file().read_bytes()
                for name in (RECORD_FILE, PROOF_FILE)
                if name in pdf.attachments
            }
    except (pikepdf.PdfError, OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error).partition("\n")[0].replace(str(path), path.name)
        raise DocumentUnreadableError(path=path, reason=reason or type(error).__name__) from error
    if PROOF_FILE not in files or RECORD_FILE not in files:
        raise NotProvedError(path=path)
    try:
        proof = read_proof(files[PROOF_FILE])
    except ValueError as error:
        raise NotProvedError(path=path) from error
    return Inside(files[RECORD_FILE], proof, tuple(_texts(path)))


def _texts(path: Path) -> Iterator[str]:
    """The text of each page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise DocumentUnreadableError(path=path, reason=str(error)) from error
    try:
        for page in document:
            yield page.get_textpage().get_text_range()
    finally:
        document.close()


def _findings(
    session: Session, inside: Inside, public_key: bytes, files: FileStore, t: Translator
) -> Iterator[Finding]:
    _, proof, statement = t.gettext, inside.proof, inside.proof.statement
    digest = hashlib.sha256(inside.record).hexdigest()
    same = digest == statement.record_sha256
    yield Finding(
        "record",
        same,
        _("the record inside is the one that was signed")
        if same
        else _("the record inside is not the one that was signed: it was altered"),
    )
    yield _signature(proof, public_key, t)
    yield _printed(inside, t)
    known = _head(session, proof, t)
    yield known
    try:
        record = json.loads(inside.record)
        told = record["record"]
        if not isinstance(told, dict):
            raise TypeError("no record")
    except (ValueError, KeyError, TypeError):
        yield Finding("pages", False, _("the record inside cannot be read"))
        return
    yield _shown(told, statement.kind, inside.pages, t)
    if statement.kind in PAPERS:
        yield Finding("register", *held(session, statement, told, files, t))
    else:
        yield _replayed(session, proof, told, t, is_known=bool(known.holds))


def _signature(proof: Proof, public_key: bytes, t: Translator) -> Finding:
    _ = t.gettext
    if proof.token.is_signed_by(public_key):
        return Finding("signature", True, _("signed with this register's key"))
    if proof.token.is_signed_by(proof.public_key):
        said = _("signed with the key of another register: ask there whether it is genuine")
        return Finding("signature", False, said)
    return Finding("signature", False, _("the signature does not hold: the proof was altered or made up"))


def _printed(inside: Inside, t: Translator) -> Finding:
    """Whether the code that is printed first and last is that of the proof."""
    _, code = t.gettext, _squeezed(inside.proof.check_code)
    ends = inside.pages[:1] + inside.pages[-1:]
    holds = bool(ends) and all(code in _squeezed(page) for page in ends)
    said = (
        _("its check code stands on the first and the last page")
        if holds
        else _("the pages do not bear its check code: pages and proof are not of one document")
    )
    return Finding("check_code", holds, said)


def _head(session: Session, proof: Proof, t: Translator) -> Finding:
    _, statement = t.gettext, proof.statement
    try:
        head = find_head(session, statement.history_head)
    except HeadUnknownError:
        return Finding("history", False, _("its event is not in the history of this register"))
    if head.seq != statement.history_seq:
        return Finding("history", False, _("its event has another number in the history of this register"))
    said = _("event {seq} is in the history", seq=t.number(head.seq, 0))
    since = t.ngettext("{count} event came since", "{count} events came since", head.since)
    return Finding("history", True, f"{said}{_(', ')}{since}")


def _shown(told: Mapping[str, Any], kind: str, pages: tuple[str, ...], t: Translator) -> Finding:
    """Whether no page is missing, and they show the number, the name and the latest sizes of the record."""
    _ = t.gettext
    if kind != "booklet" and not all(
        _is_page(text, number, len(pages)) for number, text in enumerate(pages, start=1)
    ):
        return Finding("pages", False, _("pages are missing, or in another order"))
    whole = "\n".join(pages)
    squeezed = _squeezed(whole)
    sizes = (told.get("measurements") or [{}])[0]
    asked = PAPERS[kind](told) if kind in PAPERS else {
        "tree_no" if kind == "tree" else "number": told.get("tree_no") or told.get("number"),
        "name_zh": told.get("name_zh") or told.get("name"),
    }  # fmt: skip
    missing = [field for field, text in asked.items() if text and _squeezed(str(text)) not in squeezed]
    figures = {field: sizes[field] for field in _SIZES if isinstance(sizes.get(field), int | float)}
    missing += [field for field, value in figures.items() if not _has_figure(whole, f"{value:g}")]
    if not missing:
        said = _("the pages show number, name and sizes as the record has them")
        if kind in PAPERS:
            said = _("no page is missing, and they show what the record is called")
        return Finding("pages", True, said)
    labels = _(", ").join(t.label(field) if field in FIELDS else field for field in missing)
    return Finding("pages", False, _("the pages do not show what the record has: {fields}", fields=labels))


def _replayed(
    session: Session, proof: Proof, told: Mapping[str, Any], t: Translator, *, is_known: bool
) -> Finding:
    """Whether the register said then what the document says, as far as its history tells."""
    from exports.record_json import record_values

    _, statement = t.gettext, proof.statement
    seq = statement.history_seq if statement.view_seq is None else statement.view_seq
    event = session.get(Event, seq) if seq and is_known else None
    if statement.kind != "tree" or event is None:
        return Finding("replay", None, _("not compared with the history: it tells nothing of this document"))
    tree = session.get(Tree, statement.uuid)
    if tree is None:
        return Finding("replay", False, _("this register has no such tree"))
    try:
        view = tree_as_of(session, statement.uuid, event.at, seq=seq)
    except NoRecordThenError:
        return Finding("replay", False, _("the tree had no file then"))
    left_out = {*_OF_TODAY, *view.facts.unknown, *view.facts.erased}
    if not statement.is_restricted:
        left_out |= _PLACE
    then = record_values(view.restricted)
    other = [name for name in told if name not in left_out and not _says(then.get(name), told[name])]
    if not other:
        return Finding("replay", True, _("what it says is what the register said then"))
    labels = _(", ").join(t.label(field) if field in FIELDS else field for field in other)
    return Finding("replay", False, _("the register said otherwise then: {fields}", fields=labels))


def _says(then: Any, told: Any) -> bool:
    """Whether all that is told was said then; a public document tells less."""
    if isinstance(told, dict):
        return isinstance(then, dict) and all(_says(then.get(key), value) for key, value in told.items())
    if isinstance(told, list):
        return isinstance(then, list) and all(any(_says(row, each) for row in then) for each in told)
    return bool(then == told)


def _is_page(text: str, number: int, total: int) -> bool:
    """Whether a page says that it has this number out of so many, in either language."""
    told = (
        translator(lang).gettext("page {page} of {total}", page=number, total=total) for lang in LANGUAGES
    )
    return any(_squeezed(each) in _squeezed(text) for each in told)


def _has_figure(text: str, figure: str) -> bool:
    """Whether a figure stands by itself in a text, and not as part of another or of a hash."""
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(figure)}(?![0-9A-Za-z]|\.[0-9])", text) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
