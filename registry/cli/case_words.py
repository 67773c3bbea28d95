"""What is said of a case: one line in lists, the whole of it, and the same for programs."""

from datetime import date
from typing import Any

from registry.cli.app import Office
from registry.cli.case_works_words import due_text, say_files, say_works, step_word, told_works
from registry.commands.case_files import CaseView
from registry.models import CaseStep
from registry.rules.case_facts import DESIGNATING
from registry.rules.casework import GOVERNMENTS, approving_rule, experts_needed
from registry.rules.packs import RulePack
from registry.rules.terms import Due, care_until
from registry.vocab.language import Translator
from registry.vocab.rule_words import STANDINGS
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    Grade,
    RemovalReason,
    StepKind,
    Verdict,
)


def say_line(office: Office, view: CaseView, due: tuple[Due, ...], label: str, today: date) -> None:
    """A case on one line: number, kind, what it is about, where it stands, what comes next."""
    t, case = office.t, view.case
    parts = [case.number, t.word(CaseKind, case.kind), label, state_word(t, view)]
    following = view.facts.next_step
    if following is not None:
        parts.append(t.gettext("next: {step}", step=step_word(t, following, case.kind)))
    parts += [_due(t, one, today, case.kind) for one in due]
    office.say("  ".join(parts))


def _due(t: Translator, due: Due, today: date, kind: CaseKind) -> str:
    step = step_word(t, due.step, kind)
    if due.due_on < today:
        return t.gettext("{step} was due by {day}: overdue", step=step, day=due.due_on)
    return t.gettext("{step} is due by {day}", step=step, day=due.due_on)


def state_word(t: Translator, view: CaseView) -> str:
    """The state of a case as it is called for its kind: what is granted is, for a death, done."""
    if view.case.state == CaseState.GRANTED and view.case.kind not in DESIGNATING:
        return t.gettext("done")
    if view.case.state == CaseState.REFUSED and view.case.kind not in DESIGNATING:
        return t.gettext("refused")
    return t.word(CaseState, view.case.state)


def say_case(
    office: Office,
    view: CaseView,
    pack: RulePack | None,
    due: tuple[Due, ...],
    label: str,
    today: date,
    *,
    is_restricted: bool = False,
) -> None:
    """A case with its steps, documents, opinions and objections; names and texts only where asked for."""
    t, case = office.t, view.case
    say_line(office, view, due, label, today)
    if pack is not None:
        title = pack.title_zh if t.lang == "zh" else pack.title_en
        office.say("  " + t.gettext("rules: {pack} ({title})", pack=pack.id, title=title))
    if case.proposed_category:
        decided = [t.word(Category, case.proposed_category), t.word(Grade, case.proposed_grade)]
        office.say("  " + t.gettext("proposed: {what}", what=" · ".join(filter(None, decided))))
        if pack is not None:
            _say_approval(office, view, pack)
    for word, value in ((RemovalReason, case.cause), (DeathDisposal, case.disposal)):
        if value is not None:
            office.say(f"  {t.word(word, value)}")
    say_works(office, view, pack, is_restricted=is_restricted)
    for step in view.steps:
        office.say("  " + _step_line(t, step, case.kind, is_restricted=is_restricted))
        if step.kind == StepKind.APPRAISAL and not step.omitted_reason:
            _say_opinions(office, view, pack, is_restricted=is_restricted)
        if step.kind == StepKind.NOTICE:
            _say_objections(office, view, is_restricted=is_restricted)
    say_files(office, view, is_restricted=is_restricted)
    for one in due:
        office.say("  " + due_text(t, one, today, case.kind))
    if until := care_until(view.facts, pack):
        office.say("  " + t.gettext("care after the move until {day}", day=until))
    if case.reason:
        office.say("  " + t.gettext("reason: {reason}", reason=case.reason))


def _say_approval(office: Office, view: CaseView, pack: RulePack) -> None:
    t, case = office.t, view.case
    rule = approving_rule(pack, case.proposed_category, case.proposed_grade)
    level = rule.get("approves") if rule else None
    if rule is None or level is None:
        return
    standing = "" if rule.basis.is_lawful else f" [{t.word(STANDINGS, rule.basis.standing)}]"
    sentence = t.gettext(
        "approved by {government} ({citation})",
        government=t.phrase(GOVERNMENTS[level]),
        citation=rule.basis.citation,
    )
    office.say(f"  {sentence}{standing}")


def _step_line(t: Translator, step: CaseStep, kind: CaseKind, *, is_restricted: bool) -> str:
    parts = [f"{step.happened_on} {step_word(t, step.kind, kind)}"]
    if step.omitted_reason:
        return f"{parts[0]}  {t.gettext('left out: {reason}', reason=step.omitted_reason)}"
    if step.ended_on:
        parts.append(t.gettext("until {day}", day=step.ended_on))
    parts += [value for value in (step.by, step.document_no, step.url) if value]
    if step.text:
        parts.append(step.text if is_restricted else t.gettext("with a text"))
    return "  ".join(parts)


def _say_opinions(office: Office, view: CaseView, pack: RulePack | None, *, is_restricted: bool) -> None:
    t = office.t
    wanted = experts_needed(pack)
    office.say(
        "    "
        + t.gettext("opinions of experts: {count} of {wanted}", count=len(view.opinions), wanted=wanted)
    )
    for place, row in enumerate(view.opinions, start=1):
        name = view.people.get(row.party_id) if is_restricted else t.gettext("expert {number}", number=place)
        years = (
            t.ngettext("{count} year", "{count} years", row.age_years) if row.age_years is not None else None
        )
        said = [name, t.word(Verdict, row.verdict), row.species, years, row.age_method]
        said += [row.text if is_restricted else None]
        office.say("    " + "  ".join(part for part in said if part))


def _say_objections(office: Office, view: CaseView, *, is_restricted: bool) -> None:
    t = office.t
    for place, row in enumerate(view.objections, start=1):
        outcome = t.gettext("not answered yet")
        if row.answered_on:
            upheld = t.gettext("upheld") if row.is_upheld else t.gettext("rejected")
            outcome = t.gettext("answered on {day}: {outcome}", day=row.answered_on, outcome=upheld)
        parts = [t.gettext("objection {number} of {day}", number=place, day=row.received_on), outcome]
        if is_restricted:
            parts += [view.people.get(row.party_id or "", ""), row.text, row.answer or ""]
        office.say("    " + "  ".join(part for part in parts if part))


_PRIVATE = {"text"}


def told_case(
    view: CaseView, pack: RulePack | None, due: tuple[Due, ...], label: str, *, is_restricted: bool = False
) -> dict[str, Any]:
    """A case as JSON says it; names and texts only where asked for."""
    case = view.case
    left_out = {"id", "case_id", "recorded_at"} | (set() if is_restricted else _PRIVATE)
    told: dict[str, Any] = {
        "number": case.number,
        "kind": case.kind,
        "about": label,
        "state": case.state,
        "opened_on": case.opened_on,
        "closed_on": case.closed_on,
        "pack": case.pack_id,
        "category": case.proposed_category,
        "grade": case.proposed_grade,
        "cause": case.cause,
        "disposal": case.disposal,
        "next_step": view.facts.next_step,
        "due": [{"step": one.step, "on": one.due_on, "citation": one.basis.citation} for one in due],
        "care_until": care_until(view.facts, pack),
        "steps": [step.model_dump(exclude=left_out, exclude_none=True) for step in view.steps],
        "opinions": [
            {"verdict": row.verdict, "given_on": row.given_on, "species": row.species,
             "age_years": row.age_years, "age_method": row.age_method,
             **({"expert": view.people.get(row.party_id), "text": row.text} if is_restricted else {})}
            for row in view.opinions
        ],
        "objections": [
            {"received_on": row.received_on, "answered_on": row.answered_on, "upheld": row.is_upheld,
             **({"by": view.people.get(row.party_id or ""), "text": row.text, "answer": row.answer}
                if is_restricted else {})}
            for row in view.objections
        ],
    }  # fmt: skip
    return told | told_works(view, pack, is_restricted=is_restricted)
