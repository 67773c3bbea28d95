"""What a care letter (养护协议, 责任书) is printed from: plain, frozen data, kept whole so that it can be
printed again; and a line of the payment list."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of the terms. `when`: "" always; "paid", "unpaid", "until", "open": only then."""

    text: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class TermsSection:
    """One section of the terms; the list stands in "records", the lines to sign in "signatures"."""

    key: str
    title: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class LetterTerms:
    """The terms of a letter in one language. `version`: id, version and hash of the text's file."""

    version: str
    kind: str
    jurisdiction: str
    title: str
    note: str
    first: str
    second: str
    is_model: bool
    is_paid_by_month: bool
    sections: tuple[TermsSection, ...]


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One tree or grove of a letter, as it is said there; money in whole hundredths a year."""

    kind: str
    number: str
    name: str
    grade: str = ""
    place: str = ""
    yearly_cents: int | None = None


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """One letter; days are said as ISO, money in whole hundredths."""

    code: str
    document_no: str
    lang: str
    register_name: str
    office: str
    caretaker: str
    is_unit: bool
    made_on: str
    valid_from: str
    valid_to: str | None
    currency: str
    yearly_cents: int | None
    terms: LetterTerms
    lines: tuple[LetterLine, ...]
    is_demonstration: bool = False


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A caretaker with all that a letter to them lists: `refs` are (kind, id) of the lines, in their order.

    jurisdictions: of the departments whose trees they are. places: (divisions down to the town, village) of
    each line.
    """

    party_id: str
    caretaker: str
    is_unit: bool
    offices: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    refs: tuple[tuple[str, str], ...]
    lines: tuple[LetterLine, ...]
    places: tuple[tuple[tuple[str, ...], str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class LetterPages:
    """How a letter fell on its pages: how many, and the page of each of its lines."""

    count: int
    of_lines: tuple[int, ...]


def letter_bytes(letter: LetterRecord) -> bytes:
    """A letter as canonical JSON."""
    return json.dumps(asdict(letter), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def letter_from(content: bytes) -> LetterRecord:
    """The letter that `letter_bytes` wrote. Raises ValueError, KeyError, TypeError for anything else."""
    found: dict[str, Any] = json.loads(content)
    terms = found.pop("terms")
    sections = tuple(_section(each) for each in terms.pop("sections"))
    lines = tuple(LetterLine(**line) for line in found.pop("lines"))
    return LetterRecord(**found, terms=LetterTerms(**terms, sections=sections), lines=lines)


def _section(found: Mapping[str, Any]) -> TermsSection:
    passages = tuple(Passage(**each) for each in found["passages"])
    return TermsSection(found["key"], found["title"], passages)


@dataclass(frozen=True, slots=True)
class PaidRecord:
    """One agreement in a payment list; `months`: of twelve, None where a year is paid whole."""

    kind: str
    number: str
    name: str | None
    party_id: str
    party: str
    party_kind: str
    document_no: str | None
    signed_on: str
    valid_to: str | None
    currency: str
    yearly_cents: int
    months: int | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """What one caretaker is paid for a year."""

    id: str
    year: int
    party_id: str
    party: str
    party_kind: str
    record_count: int
    currency: str
    amount_cents: int
    state: str
    paid_on: str | None = None
    document_no: str | None = None
    notes: str | None = None
