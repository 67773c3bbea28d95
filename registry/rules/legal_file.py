"""Judging a legal file (一树一档): which of its fifteen parts are there, missing, or not required. Pure.

Source: 《古树名木保护条例》 article 11 demands the file; its parts and what is required are data
(`schema/legal_file.toml`), a proposal of this project that an office may edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from registry.ledger_records import AgreementRecord
from registry.legal_file_records import CaseRecord, DocumentRecord, LegalFileRecord, PartRecord, StoryRecord
from registry.rules.private_matters import private_matter
from registry.rules.public_positions import rounding_m, shift_of
from registry.rules.redaction import may_show_zone, outline_anchor, public_text
from registry.rules.redaction_culture import why_held
from registry.strategy_records import StrategyRecord, WorkRecord
from registry.vocab.care_words import StrategyState, WorkState, ZoneKind
from registry.vocab.culture_words import StoryState
from registry.vocab.labels import Label
from registry.vocab.words import CaseKind, CaseState, PartyKind, Precision, StepKind
from registry.zone_records import ZoneLine

Facts = Mapping[str, int]
"""How many of what a file holds, by the names that the rules count by."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The record whose file is judged, as far as it matters which documents it must have and may show."""

    kind: str
    jurisdiction: str
    status: str = "alive"
    grade: str | None = None
    category: str | None = None
    vigour: str | None = None
    precision: str = "exact"
    growth_place: str | None = None
    lon: float | None = None
    lat: float | None = None
    decimals: int | None = None
    """To how many decimals of a degree its position is published; None: as it is."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a document is required: all that is named must hold. Empty: whatever it is."""

    kinds: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    vigours: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def holds(self, subject: Subject, facts: Facts) -> bool:
        """Whether it is so of this record."""
        named = (
            (self.kinds, subject.kind), (self.statuses, subject.status), (self.grades, subject.grade),
            (self.categories, subject.category), (self.vigours, subject.vigour),
        )  # fmt: skip
        within = any(_is_within(subject.jurisdiction, each) for each in self.jurisdictions)
        return (
            all(value in wanted for wanted, value in named if wanted)
            and (within or not self.jurisdictions)
            and (any(facts.get(name) for name in self.facts) or not self.facts)
        )


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A document of a part: there where any fact of `counts` is, required where any condition holds."""

    id: str
    title: Label
    counts: tuple[str, ...]
    required: tuple[Condition, ...]
    todo: Label
    command: str


@dataclass(frozen=True, slots=True)
class PartRule:
    """A part of the file. is_private: for the office alone."""

    number: int
    id: str
    title: Label
    documents: tuple[DocumentRule, ...]
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class FileRules:
    """All parts, with what they rest on."""

    parts: tuple[PartRule, ...]
    basis: Label
    elsewhere: Label
    confidence: str

    def basis_in(self, jurisdiction: str) -> Label:
        """What the list rests on in a jurisdiction: the national regulation, or nothing but this project."""
        return self.basis if _is_within(jurisdiction, "cn") else self.elsewhere

    @property
    def facts(self) -> frozenset[str]:
        """Every fact that is counted or asked for."""
        documents = [each for part in self.parts for each in part.documents]
        asked = (name for each in documents for one in each.required for name in one.facts)
        return frozenset({*asked, *(name for each in documents for name in each.counts)})


def judged_parts(rules: FileRules, subject: Subject, facts: Facts) -> tuple[PartRecord, ...]:
    """Every part of a record's file as it stands, in order."""
    return tuple(
        PartRecord(
            part.number,
            part.id,
            part.title,
            tuple(_judged(document, subject, facts) for document in part.documents),
        )
        for part in rules.parts
    )


def _judged(rule: DocumentRule, subject: Subject, facts: Facts) -> DocumentRecord:
    return DocumentRecord(
        rule.id,
        rule.title,
        sum(facts.get(name, 0) for name in rule.counts),
        any(each.holds(subject, facts) for each in rule.required),
        rule.todo,
        rule.command,
    )


def _is_within(jurisdiction: str, around: str) -> bool:
    return jurisdiction == around or jurisdiction.startswith(f"{around}-")


PUBLIC_CASES = frozenset(
    {CaseKind.DESIGNATION, CaseKind.REDESIGNATION, CaseKind.DELISTING, CaseKind.DEATH, CaseKind.MISSING}
)
"""Cases that end in a public decision."""
PUBLIC_STEPS = frozenset(
    {StepKind.NOTICE, StepKind.DECISION, StepKind.APPROVAL, StepKind.PUBLICATION, StepKind.CONFIRMATION,
     StepKind.APPRAISAL, StepKind.ARCHIVE}
)  # fmt: skip
SETTLED = frozenset({StrategyState.APPROVED, StrategyState.IN_PROGRESS, StrategyState.ACCEPTED})


def redact_file(file: LegalFileRecord, subject: Subject, private: frozenset[str]) -> LegalFileRecord:
    """`file` as the public may see it: no person, no money, no words but those that were released, nothing
    of `private` parts; of a record whose place is generalised nothing that could be looked up."""
    is_exact = subject.precision == Precision.EXACT
    kept: dict[str, Any] = {
        "surveys": tuple(replace(each, surveyor=None, checker=None) for each in file.surveys),
        "cases": tuple(
            _public_case(each, is_exact)
            for each in file.cases
            if each.kind in PUBLIC_CASES and each.state == CaseState.GRANTED
        ),
        "plates": tuple(replace(each, code=None, batch=None) for each in file.plates),
        "zones": tuple(_public_zone(each, subject) for each in file.zones if _shows_zone(each, subject)),
        "agreements": tuple(_public_agreement(each, is_exact) for each in file.agreements),
        "strategies": tuple(
            _public_strategy(each, is_exact) for each in file.strategies if each.state in SETTLED
        ),
        "works": tuple(_public_work(each) for each in file.works if each.state == WorkState.ACCEPTED),
        "stories": tuple(filter(None, (_public_story(each) for each in file.stories))) if is_exact else (),
    }
    held = tuple(name for name, rows in kept.items() if len(rows) < len(getattr(file, name)))
    parts = tuple(
        replace(part, is_withheld=True, documents=()) if part.id in private else part for part in file.parts
    )
    return replace(file, parts=parts, is_public=True, held=held, **kept)


def _public_case(case: CaseRecord, is_exact: bool) -> CaseRecord:
    steps = tuple(
        replace(
            step,
            by=public_text(step.by, is_unit=True) if is_exact else None,
            document_no=public_text(step.document_no) if is_exact else None,
            url=public_text(step.url) if is_exact else None,
            text=None,
            omitted_reason=None,
        )
        for step in case.steps
        if step.kind in PUBLIC_STEPS and step.omitted_reason is None
    )
    opinions = tuple(replace(each, expert=None, text=None, species=None) for each in case.opinions)
    return replace(
        case, number="", reason=None, project=None, applicant=None, incident=None, penalty_cents=None,
        compensation_cents=None, documents=0, steps=steps, opinions=opinions,
    )  # fmt: skip


def _shows_zone(zone: ZoneLine, subject: Subject) -> bool:
    """Published zones alone, where the place of the record is public."""
    is_published = zone.kind == ZoneKind.LEGAL and zone.published_on is not None
    return is_published and may_show_zone(subject.precision, subject.growth_place, is_published=True)


def _public_zone(zone: ZoneLine, subject: Subject) -> ZoneLine:
    """A zone moves with its record where positions are published rounded."""
    moved: dict[str, Any] = {}
    if subject.decimals is not None and zone.outline is not None and zone.box is not None:
        west, south, east, north = zone.box
        anchor = outline_anchor(subject.lon, subject.lat, ((west, south), (east, north)))
        moved = moved_zone(zone.outline, shift_of(*anchor, subject.decimals))
        moved["uncertainty_m"] = round((zone.uncertainty_m or 0.0) + rounding_m(subject.decimals), 1)
    return replace(
        zone,
        **moved,
        inputs={},
        deviation=None,
        document_no=public_text(zone.document_no),
        approved_by=public_text(zone.approved_by, is_unit=True),
        published_url=public_text(zone.published_url),
    )


def moved_zone(outline: str, shift: tuple[float, float]) -> dict[str, Any]:
    """An outline (hexadecimal WKB) and its box, moved by degrees east and north."""
    import shapely
    from shapely.affinity import translate

    shape = translate(shapely.from_wkb(outline), *shift)
    return {"outline": shapely.to_wkb(shape, hex=True, byte_order=1), "box": tuple(shape.bounds)}


def _public_agreement(row: AgreementRecord, is_exact: bool) -> AgreementRecord:
    """When it was signed and until when it binds, and with which unit; of a person nothing."""
    is_named = is_exact and row.party_kind == PartyKind.UNIT and not private_matter(row.party, is_unit=True)
    return replace(
        row, name=None, party=row.party if is_named else "", document_no=None, terms=None, letter=None,
        currency=None, yearly_cents=None, version=None,
    )  # fmt: skip


def _public_strategy(row: StrategyRecord, is_exact: bool) -> StrategyRecord:
    """Number, state, days and measures: no diagnosis, no persons, no money."""
    lines = tuple(
        replace(
            line, text=None, finding=None, why_zh=None, why_en=None, unit_price_cents=None, amount_cents=None,
            fund_source=None, party=None, proposed_by=None,
        )
        for line in row.lines
        if line.is_confirmed
    )  # fmt: skip
    return StrategyRecord(
        number=row.number if is_exact else "",
        version=row.version,
        about=replace(row.about, name=None, division_path=(), division_id=None),
        state=row.state,
        is_rescue=row.is_rescue,
        made_on=row.made_on,
        currency=row.currency,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        approved_by=public_text(row.approved_by, is_unit=True) if is_exact else None,
        approved_on=row.approved_on,
        document_no=public_text(row.document_no) if is_exact else None,
        accepted_on=row.accepted_on,
        lines=lines,
    )


def _public_work(row: WorkRecord) -> WorkRecord:
    """Which measure was accepted when."""
    return WorkRecord(
        number="", about=replace(row.about, name=None, division_path=(), division_id=None),
        measure=row.measure, state=row.state, currency=row.currency, quantity=row.quantity, unit=row.unit,
        started_on=row.started_on, finished_on=row.finished_on, accepted_on=row.accepted_on,
    )  # fmt: skip


def _public_story(row: StoryRecord) -> StoryRecord | None:
    """A released story that names nobody who may not be named; None for any other."""
    if row.state != StoryState.RELEASED:
        return None
    if any(_is_held(text, row.hidden_names) for text in (row.title, row.text)):
        return None
    return replace(
        row,
        source=None if _is_held(row.source, row.hidden_names) else row.source,
        source_url=None if _is_held(row.source_url, row.hidden_names) else row.source_url,
        teller=row.teller if row.is_teller_public else None,
        collector=row.collector if row.is_collector_public else None,
        texts=tuple(
            each
            for each in row.texts
            if not _is_held(each.title, row.hidden_names) and not _is_held(each.text, row.hidden_names)
        ),
        hidden_names=(),
    )


def _is_held(text: str | None, hidden: tuple[str, ...]) -> bool:
    return bool(text) and (any(name in str(text) for name in hidden) or why_held(text) is not None)
