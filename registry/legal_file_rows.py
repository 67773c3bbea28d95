"""The rows behind legal files (一树一档), table by table, and the records that are made of them."""

from collections import Counter, defaultdict
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.ledger_records import AgreementRecord
from registry.legal_file_records import (
    CaseRecord,
    LegalFileRecord,
    OpinionRecord,
    PartRecord,
    PlateRecord,
    StepRecord,
    StoryRecord,
    StoryTextRecord,
    SurveyRecord,
)
from registry.models import (
    AppraisalOpinion,
    Assessment,
    Campaign,
    CampaignSurvey,
    CareAgreement,
    CaseDocument,
    CaseFile,
    CaseStep,
    CaseSubject,
    Designation,
    Inspection,
    Party,
    Photo,
    ProtectionList,
    ProtectionListEntry,
    Story,
    StoryText,
    Strategy,
    StrategyLine,
    Tag,
    TagNote,
    WorkOrder,
)
from registry.parts import grouped, rows_of, word
from registry.rulepacks import PackLibrary
from registry.strategy_records import AboutRecord, LineRecord, StrategyRecord, WorkRecord
from registry.vocab.care_words import AssessmentState
from registry.vocab.culture_words import StoryState
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.labels import Label
from registry.vocab.words import PartyKind, TagState
from registry.zone_lists import zones_of_many

_PARTIES = ("party_id", "reporter_id", "applicant_id", "teller_id", "collector_id", "surveyor_id",
            "checker_id", "accepted_by_id")  # fmt: skip


class FileRows:
    """The rows that legal files of some records of one kind are made of."""

    def __init__(self, session: Session, kind: str, ids: list[str], library: PackLibrary, lang: str) -> None:
        owner = f"{kind}_id"
        self.kind = kind
        self.texts: dict[str, Any] = {}
        """The rows of the records themselves, as whoever reads them puts them here."""

        def of(table: Any, *where: Any) -> defaultdict[str, list[Any]]:
            if owner not in table.model_fields:
                return defaultdict(list)
            return grouped(session, table, ids, *where, owner=owner)

        self.decisions = of(Designation)
        self.visits = of(Inspection)
        self.pictures = of(Photo)
        self.tags = of(Tag, col(Tag.state) != TagState.BLANK)
        self.agreements = of(CareAgreement)
        self.strategies = of(Strategy)
        self.works = of(WorkOrder)
        self.stories = of(Story, col(Story.state) != StoryState.RETRACTED)
        self.zones = zones_of_many(session, library, kind, ids, lang=lang)
        self.assessed = _counted(
            session, Assessment, owner, ids, col(Assessment.state) == AssessmentState.REVIEWED
        )
        self.listed = _listed(session, owner, ids)
        self.surveys = of(CampaignSurvey)
        self._read_cases(session, owner, ids, of(CaseFile))
        self.notes = self._below(session, TagNote, "tag_id", self.tags)
        self.lines = self._below(session, StrategyLine, "strategy_id", self.strategies)
        self.translations = self._below(session, StoryText, "story_id", self.stories)
        named = {row.campaign_id for rows in self.surveys.values() for row in rows}
        self.campaigns = {row.id: row for row in rows_of(session, Campaign, col(Campaign.id).in_(named))}
        self.parties = self._read_parties(session)

    def _read_cases(
        self, session: Session, owner: str, ids: list[str], own_cases: defaultdict[str, list[Any]]
    ) -> None:
        """Cases that are filed under a record, and those that it is a further subject of."""
        self._cases = {own: {row.id: row for row in rows} for own, rows in own_cases.items()}
        if owner in CaseSubject.model_fields:
            subject = col(getattr(CaseSubject, owner))
            pairs = session.execute(
                sa.select(subject, col(CaseSubject.case_id)).where(subject.in_(ids))
            ).all()
            wanted = {case_id for _own, case_id in pairs}
            more = {row.id: row for row in rows_of(session, CaseFile, col(CaseFile.id).in_(wanted))}
            for own, case_id in pairs:
                self._cases.setdefault(own, {})[case_id] = more[case_id]
        by_case = {own: list(rows.values()) for own, rows in self._cases.items()}
        self.steps = self._below(session, CaseStep, "case_id", by_case)
        self.opinions = self._below(session, AppraisalOpinion, "case_id", by_case)
        cases = [row.id for rows in by_case.values() for row in rows]
        self.papers = _counted(session, CaseDocument, "case_id", cases)

    def _below(
        self, session: Session, table: Any, owner: str, above: dict[str, list[Any]]
    ) -> defaultdict[str, list[Any]]:
        ids = [row.id for rows in above.values() for row in rows]
        return grouped(session, table, ids, owner=owner)

    def _read_parties(self, session: Session) -> dict[str, Any]:
        cases = {own: list(rows.values()) for own, rows in self._cases.items()}
        groups = (self.agreements, self.stories, self.surveys, self.works, self.opinions, cases)
        named = {
            getattr(row, name, None)
            for group in groups
            for rows in group.values()
            for row in rows
            for name in _PARTIES
        }
        return {row.id: row for row in rows_of(session, Party, col(Party.id).in_(named - {None}))}

    def cases_of(self, own: str) -> list[Any]:
        """The cases about a record, the oldest first."""
        return sorted(self._cases.get(own, {}).values(), key=lambda row: (row.opened_on, row.number))

    def record(
        self, own: str, basis: Label, confidence: str, parts: tuple[PartRecord, ...]
    ) -> LegalFileRecord:
        """Everything about one record, for the office."""
        return LegalFileRecord(
            self.kind,
            parts,
            basis,
            confidence,
            surveys=tuple(self._surveys_of(own)),
            cases=tuple(self._case(row) for row in self.cases_of(own)),
            plates=tuple(self.plates_of(own)),
            zones=tuple(self.zones[own]),
            agreements=tuple(self.agreements_of(own)),
            strategies=tuple(self._strategies_of(own)),
            works=tuple(self._works_of(own)),
            stories=tuple(self._stories_of(own)),
        )

    def _name(self, party_id: str | None) -> str | None:
        return self.parties[party_id].name if party_id else None

    def _surveys_of(self, own: str) -> list[SurveyRecord]:
        rows = sorted(self.surveys[own], key=lambda row: (str(row.surveyed_on or ""), row.round))
        return [
            SurveyRecord(
                self.campaigns[row.campaign_id].title,
                self.campaigns[row.campaign_id].form,
                row.round,
                row.surveyed_on,
                self._name(row.surveyor_id),
                row.checked_on,
                self._name(row.checker_id),
                word(row.verdict),
            )
            for row in rows
        ]

    def _case(self, row: Any) -> CaseRecord:
        steps = sorted(self.steps[row.id], key=lambda step: int(step.ordinal))
        opinions = sorted(self.opinions[row.id], key=lambda each: (each.given_on, each.id))
        return CaseRecord(
            row.number,
            word(row.kind),
            word(row.state),
            row.opened_on,
            row.closed_on,
            row.reason,
            word(row.cause),
            word(row.disposal),
            row.incident,
            row.project,
            self._name(row.applicant_id),
            row.until_on,
            row.currency,
            row.penalty_cents,
            row.compensation_cents,
            self.papers[row.id],
            tuple(
                StepRecord(
                    word(step.kind), step.happened_on, step.ended_on, step.by, step.document_no, step.url,
                    step.text, step.omitted_reason,
                )
                for step in steps
            ),
            tuple(
                OpinionRecord(
                    each.given_on, word(each.verdict), self._name(each.party_id), each.species,
                    each.age_years, each.age_method, each.text,
                )
                for each in opinions
            ),
        )  # fmt: skip

    def plates_of(self, own: str) -> list[PlateRecord]:
        """The tags of a record, the newest first."""
        found = []
        for tag in sorted(self.tags[own], key=lambda row: (row.issued_on, row.code), reverse=True):
            notes = self.notes[tag.id]
            mounted = [note.happened_on for note in notes if note.kind == TagNoteKind.MOUNTED]
            found.append(
                PlateRecord(
                    word(tag.state), tag.issued_on, tag.ended_on, word(tag.condition), tag.code, tag.batch,
                    max(mounted, default=None), sum(note.photo_sha256 is not None for note in notes),
                )
            )  # fmt: skip
        return found

    def agreements_of(self, own: str) -> list[AgreementRecord]:
        """The care agreements of a record, the newest first."""
        rows = sorted(self.agreements[own], key=lambda row: (row.signed_on, row.id), reverse=True)
        return [
            AgreementRecord(
                self.kind, "", None, self.parties[row.party_id].name, word(self.parties[row.party_id].kind),
                row.signed_on, row.valid_to, row.ended_on, row.document_no, row.terms, row.version, None,
                row.currency, row.yearly_cents,
            )
            for row in rows
        ]  # fmt: skip

    def _strategies_of(self, own: str) -> list[StrategyRecord]:
        rows = sorted(self.strategies[own], key=lambda row: (row.made_on, row.number, row.version))
        return [
            StrategyRecord(
                row.number, row.version, AboutRecord(self.kind, ""), word(row.state), row.is_rescue,
                row.made_on, row.currency, aims=row.aims, starts_on=row.starts_on, ends_on=row.ends_on,
                approved_by=row.approved_by, approved_on=row.approved_on, document_no=row.document_no,
                accepted_on=row.accepted_on, outcome=row.outcome,
                lines=tuple(self._line(line) for line in self._sorted(self.lines[row.id])),
            )
            for row in rows
        ]  # fmt: skip

    @staticmethod
    def _sorted(rows: list[Any]) -> list[Any]:
        return sorted(rows, key=lambda row: int(row.ordinal))

    @staticmethod
    def _line(row: Any) -> LineRecord:
        return LineRecord(
            row.ordinal, row.measure, row.is_confirmed, row.text, quantity=row.quantity, unit=row.unit,
            amount_cents=row.amount_cents, starts_on=row.starts_on, due_on=row.due_on,
        )  # fmt: skip

    def _works_of(self, own: str) -> list[WorkRecord]:
        return [
            WorkRecord(
                row.number, AboutRecord(self.kind, ""), row.measure, word(row.state), row.currency,
                text=row.text, quantity=row.quantity, unit=row.unit, crew=self._name(row.party_id),
                ordered_on=row.ordered_on, due_on=row.due_on, started_on=row.started_on,
                finished_on=row.finished_on, planned_cents=row.planned_cents, cost_cents=row.cost_cents,
                fund_source=word(row.fund_source), accepted_on=row.accepted_on,
                accepted_by=self._name(row.accepted_by_id), outcome=row.outcome, notes=row.notes,
            )
            for row in sorted(self.works[own], key=lambda row: (len(row.number), row.number))
        ]  # fmt: skip

    def _stories_of(self, own: str) -> list[StoryRecord]:
        found = []
        for row in sorted(self.stories[own], key=lambda row: str(row.code)):
            teller, collector = (self.parties.get(each) for each in (row.teller_id, row.collector_id))
            texts = sorted(self.translations[row.id], key=lambda each: str(each.lang))
            is_told = _is_public(teller) or bool(row.is_historic_teller)
            hidden = [
                party.name
                for party, is_public in ((teller, is_told), (collector, _is_public(collector)))
                if party and not is_public and len(party.name) > 1
            ]
            found.append(
                StoryRecord(
                    row.code, word(row.kind), row.title, row.text, row.lang, word(row.reliability),
                    word(row.state), row.source_text, row.source_url, teller.name if teller else None,
                    collector.name if collector else None, row.collected_on,
                    tuple(StoryTextRecord(each.lang, each.title, each.text) for each in texts),
                    is_told, _is_public(collector), tuple(hidden),
                )
            )  # fmt: skip
        return found


def _is_public(party: Any) -> bool:
    """Whether a party may be named: a unit, or a person who agreed; nobody is nobody's secret."""
    return party is None or party.kind == PartyKind.UNIT or party.consented_on is not None


def _counted(session: Session, table: Any, owner: str, ids: list[str], *where: Any) -> Counter[str]:
    """How many rows of a table each record has."""
    if owner not in table.model_fields:
        return Counter()
    column = col(getattr(table, owner))
    query = sa.select(column, sa.func.count()).where(column.in_(ids), *where).group_by(column)
    return Counter({own: int(count) for own, count in session.execute(query)})


def _listed(session: Session, owner: str, ids: list[str]) -> Counter[str]:
    """On how many published protection lists each record stands."""
    if owner not in ProtectionListEntry.model_fields:
        return Counter()
    column = col(getattr(ProtectionListEntry, owner))
    query = (
        sa.select(column, sa.func.count())
        .join(ProtectionList, col(ProtectionList.id) == col(ProtectionListEntry.list_id))
        .where(column.in_(ids), col(ProtectionList.published_on).is_not(None))
        .group_by(column)
    )
    return Counter({own: int(count) for own, count in session.execute(query)})
