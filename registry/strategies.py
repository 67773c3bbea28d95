"""Reading strategies, works, money, trials and what came of them, as plain records for the office."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.strategy_rows import (
    TEXTS,
    content_sha256,
    facts_of,
    lines_of,
    signatures_of,
    works_of,
)
from registry.commands.subjects import OWNERS, subject_of
from registry.models import (
    Assessment,
    CaseFile,
    CaseSubject,
    Grove,
    HeritageGarden,
    Party,
    Photo,
    Place,
    Strategy,
    StrategyLine,
    StrategySignature,
    Tree,
    Trial,
    TrialPartner,
    TrialSubject,
    WorkOrder,
    WorkPhoto,
)
from registry.photos import PhotoStore
from registry.rules.measure_table import TableRow
from registry.rules.packs import RulePack
from registry.rules.strategies import clock
from registry.strategy_records import (
    AboutRecord,
    AnswerBrief,
    AssessmentBrief,
    ClockRecord,
    LineRecord,
    SignatureRecord,
    StrategyRecord,
    TrialRecord,
    TrialSubjectRecord,
    WorkPhotoRecord,
    WorkRecord,
)
from registry.surroundings import Surroundings
from registry.vocab.care_words import StrategyState

_TABLES: dict[str, Any] = {"tree": Tree, "grove": Grove, "garden": HeritageGarden, "place": Place}
_CHUNK = 500
PackOf = Callable[[str, str], RulePack | None]
"""Gives the rule pack that holds for a record (kind, id)."""


class Subjects:
    """What records are called, where they stand and of which species, each looked up once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.around = Surroundings(session)
        self._known: dict[tuple[str, str], AboutRecord] = {}
        self._parties: dict[str, str] = {}

    def about(self, row: Any) -> AboutRecord:
        """The record that a row is about."""
        return self.record(*subject_of(row))

    def record(self, kind: str, own: str) -> AboutRecord:
        """A record by kind and id."""
        if (kind, own) not in self._known:
            row = self.session.get_one(_TABLES[kind], own)
            species = self._species(row.species_id, row.text_lang) if kind == "tree" else None
            self._known[kind, own] = AboutRecord(
                kind=kind,
                number=row.tree_no if kind == "tree" else row.number,
                name=(row.name_verbatim or species or row.latin_verbatim) if kind == "tree" else row.name,
                division_path=self.around.division_path(row.division_id),
                species=species,
                division_id=row.division_id,
            )
        return self._known[kind, own]

    def party(self, party_id: str | None) -> str | None:
        """The name of a party, None for none."""
        if party_id is None:
            return None
        if party_id not in self._parties:
            self._parties[party_id] = self.session.get_one(Party, party_id).name
        return self._parties[party_id]

    def _species(self, species_id: str | None, lang: str) -> str | None:
        species = self.around.species.get(species_id) if species_id else None
        if species is None:
            return None
        own = species.name_hant if lang == "zh-Hant" else None
        return own or species.name_hans or species.name_hant or species.name_latin


def strategy_record(
    session: Session,
    strategy: Strategy,
    *,
    table: dict[str, TableRow] | None = None,
    pack: RulePack | None = None,
    photos: PhotoStore | None = None,
    subjects: Subjects | None = None,
) -> StrategyRecord:
    """One version, whole. table: says why its lines were proposed; photos: where pictures are wanted."""
    known = subjects or Subjects(session)
    lines = lines_of(session, strategy)
    digest = content_sha256(strategy, lines)
    due = _due(session, strategy, pack)
    return StrategyRecord(
        number=strategy.number,
        version=strategy.version,
        about=known.about(strategy),
        state=strategy.state.value,
        is_rescue=strategy.is_rescue,
        made_on=strategy.made_on,
        currency=strategy.currency,
        **{name: getattr(strategy, name) for name in TEXTS},
        starts_on=strategy.starts_on,
        ends_on=strategy.ends_on,
        approved_by=strategy.approved_by,
        approved_on=strategy.approved_on,
        document_no=strategy.document_no,
        accepted_on=strategy.accepted_on,
        outcome=strategy.outcome,
        content_sha256=digest,
        before=_brief(session, strategy.assessment_id),
        after=_brief(session, strategy.outcome_id),
        lines=tuple(_line(line, known, table or {}) for line in lines),
        signatures=tuple(_signature(row, known, digest) for row in signatures_of(session, strategy)),
        works=tuple(work_records(session, works_of(session, strategy), photos=photos, subjects=known)),
        due=due,
    )


def _due(session: Session, strategy: Strategy, pack: RulePack | None) -> ClockRecord | None:
    found = clock(facts_of(session, strategy), pack)
    if found is None:
        return None
    basis = found.rule.basis
    return ClockRecord(found.step, found.due_on, basis.citation, not basis.is_lawful)


def strategy_records(
    session: Session,
    about: tuple[str, str] | None = None,
    states: Collection[StrategyState] = (),
    *,
    latest: bool = False,
    pack_of: PackOf | None = None,
    table: dict[str, TableRow] | None = None,
    photos: PhotoStore | None = None,
) -> list[StrategyRecord]:
    """Strategies by number and version, of all records or of one (kind, id).

    states: only in these. latest: of each number the version in use alone, neither superseded nor withdrawn
    where there is another.
    """
    query = select(Strategy)
    if about is not None:
        query = query.where(col(getattr(Strategy, OWNERS[about[0]])) == about[1])
    rows = list(
        session.exec(
            query.order_by(sa.func.length(Strategy.number), col(Strategy.number), col(Strategy.version))
        )
    )
    if latest:
        closed = {StrategyState.SUPERSEDED, StrategyState.WITHDRAWN}
        ordered = sorted(rows, key=lambda row: (row.state not in closed, row.version))
        in_use = {row.number: row.id for row in ordered}
        rows = [row for row in rows if in_use[row.number] == row.id]
    known = Subjects(session)
    return [
        strategy_record(
            session,
            row,
            table=table,
            photos=photos,
            subjects=known,
            pack=pack_of(*subject_of(row)) if pack_of else None,
        )
        for row in rows
        if not states or row.state in states
    ]


def work_records(
    session: Session,
    works: Iterable[WorkOrder],
    *,
    photos: PhotoStore | None = None,
    subjects: Subjects | None = None,
) -> list[WorkRecord]:
    """Work orders as records; `photos` where their pictures are wanted as well as their days."""
    known, rows = subjects or Subjects(session), list(works)
    pictures = _pictures(session, {work.id: known.about(work).number for work in rows}, photos)
    strategies = {
        row.id: row for row in _by_id(session, Strategy, {w.strategy_id for w in rows if w.strategy_id})
    }
    lines = {
        row.id: row.ordinal for row in _by_id(session, StrategyLine, {w.line_id for w in rows if w.line_id})
    }
    return [
        WorkRecord(
            number=work.number,
            about=known.about(work),
            measure=work.measure,
            state=work.state.value,
            currency=work.currency,
            strategy_no=strategies[work.strategy_id].number if work.strategy_id else None,
            strategy_version=strategies[work.strategy_id].version if work.strategy_id else None,
            line=lines.get(work.line_id) if work.line_id else None,
            text=work.text,
            quantity=work.quantity,
            unit=work.unit,
            crew=known.party(work.party_id),
            ordered_on=work.ordered_on,
            due_on=work.due_on,
            started_on=work.started_on,
            finished_on=work.finished_on,
            planned_cents=work.planned_cents,
            cost_cents=work.cost_cents,
            fund_source=work.fund_source and work.fund_source.value,
            accepted_on=work.accepted_on,
            accepted_by=known.party(work.accepted_by_id),
            outcome=work.outcome,
            notes=work.notes,
            photos=tuple(pictures[work.id]),
        )
        for work in rows
    ]


def works_about(
    session: Session,
    about: tuple[str, str] | None = None,
    strategy_no: str | None = None,
    *,
    photos: PhotoStore | None = None,
) -> list[WorkRecord]:
    """Work orders by number: of all records, of one (kind, id), or of all versions of a strategy."""
    query = select(WorkOrder)
    if about is not None:
        query = query.where(col(getattr(WorkOrder, OWNERS[about[0]])) == about[1])
    if strategy_no is not None:
        versions = sa.select(col(Strategy.id)).where(col(Strategy.number) == strategy_no)
        query = query.where(col(WorkOrder.strategy_id).in_(versions))
    rows = session.exec(query.order_by(sa.func.length(WorkOrder.number), col(WorkOrder.number)))
    return work_records(session, rows, photos=photos)


def trial_records(session: Session, trial_id: str | None = None) -> list[TrialRecord]:
    """Research trials by number, with partners and subjects."""
    query = select(Trial)
    if trial_id is not None:
        query = query.where(Trial.id == trial_id)
    known = Subjects(session)
    return [
        _trial(session, trial, known)
        for trial in session.exec(query.order_by(sa.func.length(Trial.number), col(Trial.number)))
    ]


def subjects_beside(session: Session, tree_id: str) -> dict[str, tuple[str, str]]:
    """Strategies, works, cases and trials about a tree: id -> (kind in the history, number)."""
    own: tuple[tuple[str, Any], ...] = (("strategy", Strategy), ("work", WorkOrder), ("case", CaseFile))
    more: tuple[tuple[str, Any, Any, Any], ...] = (
        ("case", CaseFile, CaseSubject, CaseSubject.case_id),
        ("trial", Trial, TrialSubject, TrialSubject.trial_id),
    )
    queries = [(kind, sa.select(t.id, t.number).where(t.tree_id == tree_id)) for kind, t in own]
    queries += [
        (kind, sa.select(t.id, t.number).join(rows, key == t.id).where(rows.tree_id == tree_id))
        for kind, t, rows, key in more
    ]
    return {own_id: (kind, number) for kind, query in queries for own_id, number in session.execute(query)}


def _trial(session: Session, trial: Trial, known: Subjects) -> TrialRecord:
    partners = session.exec(select(TrialPartner).where(TrialPartner.trial_id == trial.id)).all()
    subjects = session.exec(select(TrialSubject).where(TrialSubject.trial_id == trial.id)).all()
    named = sorted((known.party(row.party_id) or "", row.task) for row in partners)
    tried = [TrialSubjectRecord(known.about(row), row.treatment, row.result) for row in subjects]
    return TrialRecord(
        number=trial.number,
        title=trial.title,
        state=trial.state.value,
        currency=trial.currency,
        starts_on=trial.starts_on,
        ends_on=trial.ends_on,
        aims=trial.aims,
        method=trial.method,
        results=trial.results,
        budget_cents=trial.budget_cents,
        fund_source=trial.fund_source and trial.fund_source.value,
        document_no=trial.document_no,
        url=trial.url,
        partners=tuple(named),
        subjects=tuple(sorted(tried, key=lambda each: (each.treatment or "", each.about.number))),
    )


def _brief(session: Session, assessment_id: str | None) -> AssessmentBrief | None:
    row = session.get(Assessment, assessment_id) if assessment_id else None
    if row is None:
        return None
    result = json.loads(row.result)
    return AssessmentBrief(
        assessed_on=row.assessed_on,
        model_id=row.model_id,
        model_version=row.model_version,
        score=row.score,
        band=row.band,
        band_label=_pair(result.get("band_label")),
        title=_pair(result.get("title")),
        coverage=row.coverage,
        vigour=row.vigour and row.vigour.value,
        risk_rating=row.risk_rating and row.risk_rating.value,
        answers=tuple(_answers(row, result)),
        notes=row.notes,
    )


def _answers(row: Assessment, result: dict[str, Any]) -> Iterable[AnswerBrief]:
    """What was answered, in the words of the model; in plain codes where the result does not say them."""
    lines = [line for line in result.get("lines", ()) if isinstance(line, dict)]
    for line in lines:
        label, said = _pair(line.get("label")), _pair(line.get("said"))
        code, group = str(line.get("code", "")), str(line.get("group", ""))
        yield AnswerBrief(
            code, group, label or (code, code), said or ("", ""), line.get("score"), line.get("note") or ""
        )
    if not lines:
        for code, answer in json.loads(row.answers).items():
            said = answer.get("level", answer.get("value")) if isinstance(answer, dict) else answer
            yield AnswerBrief(code, "", (code, code), (str(said), str(said)))


def _pair(value: Any) -> tuple[str, str] | None:
    """(Chinese, English) of a label in JSON."""
    if isinstance(value, dict):
        return str(value.get("zh", "")), str(value.get("en", ""))
    if isinstance(value, list) and len(value) == 2:
        return str(value[0]), str(value[1])
    return None


def _line(line: StrategyLine, known: Subjects, table: dict[str, TableRow]) -> LineRecord:
    row = table.get(line.proposed_by or "")
    return LineRecord(
        ordinal=line.ordinal,
        measure=line.measure,
        is_confirmed=line.is_confirmed,
        text=line.text,
        finding=line.finding,
        proposed_by=line.proposed_by,
        why_zh=row.why.zh if row else None,
        why_en=row.why.en if row else None,
        quantity=line.quantity,
        unit=line.unit,
        unit_price_cents=line.unit_price_cents,
        amount_cents=line.amount_cents,
        fund_source=line.fund_source and line.fund_source.value,
        party=known.party(line.party_id),
        starts_on=line.starts_on,
        due_on=line.due_on,
    )


def _signature(row: StrategySignature, known: Subjects, digest: str) -> SignatureRecord:
    return SignatureRecord(
        party=known.party(row.party_id) or "",
        role=row.role.value,
        signed_on=row.signed_on,
        is_favourable=row.is_favourable,
        is_void=row.content_sha256 != digest,
        opinion=row.opinion,
        document_no=row.document_no,
    )


def _pictures(
    session: Session, numbers: Mapping[str, str], photos: PhotoStore | None
) -> defaultdict[str, list[WorkPhotoRecord]]:
    """The photos of works by their ids. numbers: of the record that each work is about."""
    found: defaultdict[str, list[WorkPhotoRecord]] = defaultdict(list)
    for ids in chunks(numbers, _CHUNK):
        query = sa.select(WorkPhoto, Photo).join(Photo, col(Photo.id) == col(WorkPhoto.photo_id))
        query = query.where(col(WorkPhoto.work_id).in_(ids)).order_by(col(Photo.taken_on), col(Photo.id))
        for row, photo in session.execute(query):
            shown = photos.shown(photo.sha256, numbers[row.work_id]) if photos else None
            found[row.work_id].append(
                WorkPhotoRecord(
                    stage=row.stage.value,
                    taken_on=photo.taken_on,
                    caption=photo.caption,
                    jpeg=shown.jpeg if shown else b"",
                    width=shown.width if shown else photo.width,
                    height=shown.height if shown else photo.height,
                )
            )
    return found


def _by_id(session: Session, table: Any, wanted: Collection[str]) -> Iterable[Any]:
    for ids in chunks(sorted(wanted), _CHUNK):
        yield from session.exec(select(table).where(col(table.id).in_(ids)))
