"""What a legal file holds, part by part, as tables and texts: for trees, groves and gardens alike."""

from collections.abc import Iterable, Sequence

from exports.flow import Column, Flow
from exports.kit import BARK, BODY, MARGIN, SMALL, SOFT
from exports.legal_parts import Parts
from registry.ledger_records import AgreementRecord
from registry.legal_file_records import CaseRecord, LegalFileRecord, OpinionRecord, StepRecord, StoryRecord
from registry.strategy_records import StrategyRecord, WorkRecord
from registry.vocab.care_words import INCIDENTS as DAMAGES
from registry.vocab.care_words import FundSource, StrategyState, WorkState
from registry.vocab.culture_words import Reliability, StoryKind, StoryState
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.language import Translator
from registry.vocab.measures import measure_labels
from registry.vocab.money import money_text
from registry.vocab.words import (
    CaseKind,
    CaseState,
    DeathDisposal,
    PartyKind,
    RemovalReason,
    StepKind,
    TagState,
    Verdict,
)

DECIDED = frozenset({"designation", "redesignation"})
INCIDENTS = frozenset({"incident", "rescue"})
WORKS = frozenset({"works", "transplant", "aftercare", "felling", "move", "greening"})
CLOSING = frozenset({"death", "delisting", "missing"})
GIVEN = frozenset({"adoption", "donation"})
MOST_ROWS = 40
"""Rows of one table that the public copy prints; how many are left out is told."""


def cases_of(file: LegalFileRecord | None, kinds: frozenset[str]) -> tuple[CaseRecord, ...]:
    """The cases of some kinds, the oldest first."""
    return tuple(each for each in file.cases if each.kind in kinds) if file is not None else ()


def day(value: object) -> str:
    """A day as tables write it."""
    return value.isoformat() if value is not None else "—"  # type: ignore[attr-defined]


def tell_rest(flow: Flow, count: int, t: Translator, *, is_public: bool) -> None:
    """How many older rows this copy leaves out."""
    if is_public and (more := count - MOST_ROWS) > 0:
        told = t.ngettext("{count} older line is not printed", "{count} older lines are not printed", more)
        flow.paragraph(told, size=SMALL, colour=SOFT)


def draw_surveys(flow: Flow, parts: Parts, file: LegalFileRecord | None, t: Translator) -> None:
    """The forms of censuses."""
    if file is None or not file.surveys:
        return
    _ = t.gettext
    parts.sub(_("Census forms"))
    columns = [
        Column(_("Census"), 4),
        Column(_("Form"), 2.2),
        Column(_("Round"), 1),
        Column(_("Surveyed on"), 1.8),
    ]
    columns += [Column(_("Checked on"), 1.8), Column(_("Outcome"), 1.6)]
    if not file.is_public:
        columns.append(Column(_("Surveyor, checker"), 2.4))
    rows = [
        [each.campaign, each.form, str(each.round), day(each.surveyed_on), day(each.checked_on),
         t.word(Verdict, each.verdict) or "—", *_people(file, each.surveyor, each.checker)]
        for each in file.surveys
    ]  # fmt: skip
    flow.table(columns, rows)


def draw_opinions(flow: Flow, file: LegalFileRecord | None, t: Translator) -> None:
    """What experts found, in every case of designation."""
    cases = [case for case in cases_of(file, DECIDED) if case.opinions]
    if file is None or not cases:
        return
    _ = t.gettext
    columns = [Column(_("Date"), 1.7), Column(_("Verdict"), 1.5), Column(_("Expert"), 2.2)]
    columns += [
        Column(_("Species"), 2.2),
        Column(t.label("age_years"), 1.3),
        Column(t.label("age_method"), 2.4),
    ]
    opinions = [each for case in cases for each in case.opinions]
    flow.table(columns, [_opinion(each, t) for each in opinions])
    for each in opinions:
        if each.text:
            flow.paragraph(f"{each.expert or _('an expert')}{_(': ')}{each.text}", size=8.6)


def _opinion(each: OpinionRecord, t: Translator) -> list[str]:
    return [
        day(each.given_on), t.word(Verdict, each.verdict), each.expert or t.gettext("not public"),
        each.species or "—", "—" if each.age_years is None else str(each.age_years), each.age_method or "—",
    ]  # fmt: skip


def draw_steps(flow: Flow, parts: Parts, cases: Iterable[CaseRecord], t: Translator) -> None:
    """Each case with its steps and their documents; a step left out says why."""
    _ = t.gettext
    for case in cases:
        kind, state = t.word(CaseKind, case.kind), t.word(CaseState, case.state)
        parts.sub(" · ".join(filter(None, (kind, case.number, state))), note=_dates(case), keep=110)
        for line in _case_lines(case, t):
            flow.paragraph(line, size=8.8)
        if case.steps:
            columns = [Column(_("Step"), 1.9), Column(_("Date"), 2.0), Column(_("By"), 3.2)]
            columns += [Column(t.label("document_no"), 2.6), Column(_("Text"), 4.4)]
            flow.table(columns, [_step(step, t) for step in case.steps])


def _dates(case: CaseRecord) -> str:
    ends = (day(case.opened_on), day(case.closed_on) if case.closed_on else "")
    return " – ".join(filter(None, ends))


def _case_lines(case: CaseRecord, t: Translator) -> list[str]:
    """What else is said of a case, a label and its value in a line."""
    _ = t.gettext
    papers = t.ngettext("{count} document", "{count} documents", case.documents) if case.documents else ""
    penalty, compensation = (
        _money(cents, case.currency, t) for cents in (case.penalty_cents, case.compensation_cents)
    )
    pairs = (
        (_("Damage"), t.word(DAMAGES, case.incident)),
        (_("Project"), case.project),
        (_("Applicant"), case.applicant),
        (_("Reason"), case.reason),
        (_("Cause"), t.word(RemovalReason, case.cause)),
        (_("Disposal"), t.word(DeathDisposal, case.disposal)),
        (_("Penalty"), penalty),
        (_("Compensation"), compensation),
        (_("Watched until"), day(case.until_on) if case.until_on else ""),
        (_("Documents kept"), papers),
    )
    return [f"{label}{_(': ')}{value}" for label, value in pairs if value]


def _money(cents: int | None, currency: str, t: Translator) -> str:
    return "" if cents is None else money_text(cents, currency, t)


def _step(step: StepRecord, t: Translator) -> list[str]:
    _ = t.gettext
    when = day(step.happened_on) + (f" – {day(step.ended_on)}" if step.ended_on else "")
    left_out = _("left out: {reason}", reason=step.omitted_reason) if step.omitted_reason else ""
    said = "\n".join(filter(None, (left_out, step.text, step.url)))
    return [t.word(StepKind, step.kind), when, step.by or "—", step.document_no or "—", said or "—"]


def draw_plates(flow: Flow, file: LegalFileRecord | None, t: Translator) -> bool:
    """The tags that were issued; whether there are any."""
    if file is None or not file.plates:
        return False
    _ = t.gettext
    columns = [Column(_("Issued on"), 1.8), Column(_("State"), 1.8), Column(_("Mounted on"), 1.8)]
    columns += [Column(_("As last met"), 2.2), Column(t.label("ended_on"), 1.8)]
    if not file.is_public:
        columns += [Column(_("Code"), 1.8), Column(_("Batch"), 2.2)]
    rows = [
        [day(each.issued_on), t.word(TagState, each.state), day(each.mounted_on),
         t.word(TagNoteKind, each.condition) or "—", day(each.ended_on),
         *([] if file.is_public else [each.code or "—", each.batch or "—"])]
        for each in file.plates
    ]  # fmt: skip
    flow.table(columns, rows)
    return True


def draw_agreements(flow: Flow, rows: Sequence[AgreementRecord], t: Translator, *, is_public: bool) -> None:
    """Care agreements: with whom (the public reads units alone) and until when."""
    _ = t.gettext
    columns = [Column(_("Signed on"), 1.8), Column(_("With"), 4.4), Column(_("Unit or person"), 1.5)]
    columns += [Column(_("Valid to"), 1.8), Column(t.label("ended_on"), 1.8)]
    if not is_public:
        columns += [Column(_("Agreement"), 2.6), Column(_("A year"), 1.9, align="right")]
    flow.table(columns, [_agreement(each, t, is_public=is_public) for each in rows])
    for each in rows:
        if each.terms:
            flow.paragraph(each.terms, size=8.6)


def _agreement(each: AgreementRecord, t: Translator, *, is_public: bool) -> list[str]:
    yearly = _money(each.yearly_cents, each.currency or "CNY", t)
    row = [day(each.signed_on), each.party or t.gettext("not public"), t.word(PartyKind, each.party_kind)]
    row += [day(each.valid_to), day(each.ended_on)]
    return row if is_public else [*row, each.document_no or "—", yearly or "—"]


def draw_public_strategies(flow: Flow, parts: Parts, file: LegalFileRecord, t: Translator) -> None:
    """Strategies and works without words, persons and money."""
    _ = t.gettext
    for each in file.strategies:
        number = each.number if each.version == 1 else f"{each.number} v{each.version}"
        parts.sub(" · ".join(filter(None, (number.strip(), t.word(StrategyState, each.state)))),
                  note=day(each.approved_on or each.made_on))  # fmt: skip
        approved = (each.approved_by, each.document_no)
        if any(approved):
            flow.paragraph(" · ".join(filter(None, approved)), size=8.6, colour=SOFT)
        if each.lines:
            columns = [Column(_("No."), 0.6), Column(_("Measure"), 6), Column(_("Due"), 2)]
            flow.table(columns, _measures(each, t))
    draw_accepted(flow, parts, file.works, t)


def _measures(each: StrategyRecord, t: Translator) -> list[list[str]]:
    return [
        [str(line.ordinal), t.word(measure_labels(), line.measure), day(line.due_on)] for line in each.lines
    ]


def draw_accepted(flow: Flow, parts: Parts, works: Sequence[WorkRecord], t: Translator) -> None:
    """Works that were accepted."""
    if not works:
        return
    _ = t.gettext
    parts.sub(_("Works that were accepted"))
    columns = [Column(_("Accepted on"), 2), Column(_("Measure"), 6), Column(_("State"), 2)]
    rows = [
        [day(work.accepted_on), t.word(measure_labels(), work.measure), t.word(WorkState, work.state)]
        for work in works
    ]
    flow.table(columns, rows)


def draw_given(flow: Flow, works: Sequence[WorkRecord], t: Translator) -> None:
    """Care that somebody else paid for."""
    _ = t.gettext
    columns = [
        Column(_("Date"), 2),
        Column(_("Measure"), 4),
        Column(_("Paid by"), 2),
        Column(_("Cost"), 2, align="right"),
    ]
    rows = [
        [day(w.accepted_on or w.finished_on or w.ordered_on), t.word(measure_labels(), w.measure),
         t.word(FundSource, w.fund_source), _money(w.cost_cents, w.currency, t) or "—"]
        for w in works
    ]  # fmt: skip
    flow.table(columns, rows)


def draw_stories(flow: Flow, stories: Sequence[StoryRecord], t: Translator, *, is_public: bool) -> None:
    """Each story whole, with its kind, source, teller and how far it can be relied on."""
    for each in stories:
        flow.gap(6)
        flow.need(58)
        flow.pen.bold(MARGIN, flow.y - 12, each.title, 11, colour=BARK)
        flow.y -= 17
        flow.paragraph(_story_line(each, t, is_public=is_public), size=SMALL, colour=SOFT)
        flow.gap(2)
        flow.paragraph(each.text, size=BODY + 0.5, role="serif", leading=1.75)
        for text in each.texts:
            flow.gap(4)
            flow.paragraph(f"{text.title} ({text.lang})", size=9, colour=SOFT)
            flow.paragraph(text.text, size=BODY, role="serif", leading=1.7)
        if source := _source(each, t):
            flow.paragraph(source, size=SMALL, colour=SOFT)


def _story_line(each: StoryRecord, t: Translator, *, is_public: bool) -> str:
    said = [t.word(StoryKind, each.kind), t.word(Reliability, each.reliability)]
    if not is_public:
        said += [t.word(StoryState, each.state), each.code]
    return " · ".join(said)


def _source(each: StoryRecord, t: Translator) -> str:
    _ = t.gettext
    when = day(each.collected_on) if each.collected_on else ""
    pairs = (
        (_("Source"), each.source), (_("Told by"), each.teller), (_("Collected by"), each.collector),
        (_("Collected on"), when), (_("Address"), each.source_url),
    )  # fmt: skip
    return " · ".join(f"{label}{_(': ')}{value}" for label, value in pairs if value)


def _people(file: LegalFileRecord, *names: str | None) -> list[str]:
    return [] if file.is_public else ["、".join(filter(None, names)) or "—"]
