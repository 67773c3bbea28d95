"""What lists of ledgers, duties, agreements and crafts are made of: plain, frozen data for the exports."""

from dataclasses import dataclass, field
from datetime import date, datetime

from registry.records import AreaRecord
from registry.rules.counting import TreeCounts


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of a ledger: the record, and the trees of the register that stand in it."""

    area: AreaRecord
    trees: TreeCounts


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """A ledger as a whole. `where`: by which choice its lines were taken; `trees`: in all of them together;
    `register`: on the whole register."""

    kind: str
    where: tuple[str, ...]
    register_name: str
    made_at: datetime
    made_on: date
    trees: TreeCounts
    register: TreeCounts
    is_restricted: bool = False


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """What a party is to a record, from when to when; `to_on` None: still."""

    kind: str
    number: str
    name: str | None
    division_path: tuple[str, ...]
    role: str
    party: str
    party_kind: str
    from_on: date | None
    to_on: date | None
    trees: int = 1
    """Trees that the record stands for: those of a grove, none for a garden or a place."""


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """One care agreement (养护责任书)."""

    kind: str
    number: str
    name: str | None
    party: str
    party_kind: str
    signed_on: date
    valid_to: date | None = None
    ended_on: date | None = None
    document_no: str | None = None
    terms: str | None = None
    version: int | None = None
    letter: str | None = None
    """Code of the care letter that it was signed on."""
    currency: str | None = None
    yearly_cents: int | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether it binds on a day: signed, not ended, not run out. Its last day is included."""
        has_ended = self.ended_on is not None and self.ended_on <= on
        return self.signed_on <= on and not has_ended and not self.is_expired(on)

    def is_expired(self, on: date) -> bool:
        """Whether its term has run out without anybody having ended it before."""
        return self.ended_on is None and self.valid_to is not None and self.valid_to < on


@dataclass(frozen=True, slots=True)
class CraftsmanRecord:
    """Who masters a craft. `is_public`: a unit, or a person who agreed to be named."""

    name: str
    kind: str
    is_public: bool
    title: str | None = None
    learned_from: str | None = None
    since_year: int | None = None
    works: str | None = None


@dataclass(frozen=True, slots=True)
class CraftRecord:
    """One garden craft (传统造园技艺) and those who master it; `hidden`: how many are not named."""

    number: str
    name: str
    authority_zh: str
    authority_en: str
    kind: str | None = None
    period: str | None = None
    description: str | None = None
    lineage: str | None = None
    state_of_care: str | None = None
    craftsmen: tuple[CraftsmanRecord, ...] = field(default=())
    hidden: int = 0
