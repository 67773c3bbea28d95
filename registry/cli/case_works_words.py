"""What is said of works, transplants, incidents and rescues: project, law, negative list, files, money."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from registry.cli.app import Office
from registry.commands.case_files import CaseView
from registry.models import CaseDocument
from registry.negative_list import negative_list
from registry.rules.case_facts import DESIGNATING
from registry.rules.casework_works import has_project_classes, penalty_rules, works_rule
from registry.rules.negative_list import plain_answers
from registry.rules.packs import Basis, Rule, RulePack
from registry.rules.terms import Due
from registry.vocab.care_words import INCIDENTS, DocumentKind
from registry.vocab.language import Translator
from registry.vocab.money import money_text
from registry.vocab.rule_sentences import fine_text, row_text
from registry.vocab.rule_words import CLASSES, PROJECTS, STANDINGS
from registry.vocab.words import CaseKind, StepKind


def say_works(office: Office, view: CaseView, pack: RulePack | None, *, is_restricted: bool) -> None:
    """The lines of a case that stand before its steps."""
    for line in _lines(office.t, view, pack, is_restricted=is_restricted):
        office.say(f"  {line}")


def say_files(office: Office, view: CaseView, *, is_restricted: bool) -> None:
    """The files of a case, a line each."""
    t, count = office.t, len(view.documents)
    if count:
        office.say("  " + t.ngettext("{count} file:", "{count} files:", count))
    for row in view.documents:
        office.say("    " + file_line(t, row, view.zone, is_restricted=is_restricted))


def file_line(t: Translator, row: CaseDocument, zone: tzinfo, *, is_restricted: bool) -> str:
    """A file on one line: what it is, its size and hash; its name only for whoever may read names."""
    parts = [t.word(DocumentKind, row.kind)]
    parts += [value for value in (row.title, row.file_name) if value and is_restricted]
    parts += [row.document_no or ""]
    if row.valid_to:
        parts.append(t.gettext("valid to {day}", day=row.valid_to))
    if row.taken_at:
        parts.append(t.gettext("taken at {instant}", instant=local_instant(row.taken_at, zone)))
    size = t.ngettext("{count} byte", "{count} bytes", row.size_bytes)
    return "  ".join([*filter(None, parts), size, f"SHA-256 {row.sha256}"])


def local_instant(instant: datetime, zone: tzinfo) -> str:
    """An instant by the clock of a time zone, with its offset: 2026-03-02 09:30 +08:00."""
    day, clock = instant.astimezone(zone).isoformat(timespec="minutes").split("T")
    return f"{day} {clock[:5]} {clock[5:]}"


def step_word(t: Translator, step: StepKind, kind: CaseKind | None = None) -> str:
    """What a step is called; the decision of a case that designates nothing is a review."""
    if step == StepKind.DECISION and kind is not None and kind not in _DESIGNATED:
        return t.gettext("Review and decision")
    return t.word(StepKind, step)


_DESIGNATED = DESIGNATING | {CaseKind.DELISTING}


def due_text(t: Translator, due: Due, today: date, kind: CaseKind | None = None) -> str:
    """A clock with its source: the step, the day, how far off, and where it stands in the law."""
    step, days = step_word(t, due.step, kind), (due.due_on - today).days
    facts = {"step": step, "day": due.due_on}
    said = (
        t.ngettext(
            "{step} was due by {day}, {count} day ago",
            "{step} was due by {day}, {count} days ago",
            -days,
            **facts,
        )
        if days < 0
        else t.ngettext(
            "{step} is due by {day}, in {count} day", "{step} is due by {day}, in {count} days", days, **facts
        )
    )
    text = t.gettext(" ({text})", text=t.pick(due.text)) if due.text else ""
    return f"{said}{text} — {cited(t, due.basis)}"


def cited(t: Translator, basis: Basis) -> str:
    """Where a rule stands; what is no law says so."""
    standing = "" if basis.is_lawful else f" [{t.word(STANDINGS, basis.standing)}]"
    return f"{basis.cited(t.lang)}{standing}"


def _lines(t: Translator, view: CaseView, pack: RulePack | None, *, is_restricted: bool) -> Iterator[str]:
    _, case, facts = t.gettext, view.case, view.facts
    if case.project_class:
        yield _("class of the project: {name}", name=project_class_word(t, case.project_class, pack))
    yield from warnings(t, view, pack)
    if is_restricted:
        yield from _named(t, view)
    if facts.classes and case.kind in _BY_CLASS:
        yield _("protected as: {classes}", classes=" · ".join(t.word(CLASSES, one) for one in facts.classes))
    if case.incident:
        yield f"{case.incident} {t.word(INCIDENTS, case.incident)}"
    if view.also:
        yield _("also about: {records}", records=" · ".join(view.also))
    if view.checks:
        yield _("checks of the zones: {checks}", checks=" · ".join(view.checks))
    if view.parent:
        yield _("comes from case {case}", case=view.parent)
    if view.children:
        yield _("led to case {case}", case=" · ".join(view.children))
    if case.until_on:
        yield _("until {day}", day=case.until_on)
    if case.kind == CaseKind.WORKS and (rule := works_rule(facts, pack)):
        yield _("the law asks: {said}", said=ruled(t, rule))
    for rule in penalty_rules(facts, pack):
        yield _("range of fines for each tree: {said}", said=f"{fine_of(t, rule)} — {cited(t, rule.basis)}")
    if case.incident and pack and pack.section("penalties"):
        yield _("Only the range stands here; what is imposed is decided by the enforcing office.")
    yield from _answers(t, view, is_restricted=is_restricted)


def project_class_word(t: Translator, code: str, pack: RulePack | None) -> str:
    """A class of projects: in words where the rules know it, else the code alone."""
    return t.word(PROJECTS, code) if has_project_classes(pack) else code


def warnings(t: Translator, view: CaseView, pack: RulePack | None) -> Iterator[str]:
    """What the office should know of a case: what no rule checks, and from which day a term runs."""
    case = view.case
    if case.kind == CaseKind.TRANSPLANT and not has_project_classes(pack):
        if pack is None:
            yield t.gettext("Note: no rule pack holds here, so the class of the project is not checked.")
        else:
            yield t.gettext(
                "Note: the rule pack {pack} has no rule about classes of projects; "
                "whether the project may apply is not checked.",
                pack=pack.id,
            )
    handled = view.facts.last(StepKind.HANDLING) if case.kind == CaseKind.FELLING else None
    if handled is None or view.facts.last(StepKind.REPORT) or not pack:
        return
    if pack.rule("deadlines", "felling_report") is None:
        return
    if handled.ended_on:
        yield t.gettext("The term of the report runs from {day}, the end of the handling.",
                        day=handled.ended_on)  # fmt: skip
        return
    yield t.gettext(
        "The term of the report runs from {day}, the day of the handling. Where the handling ended later: "
        "gushu case step {case} handling --until DAY",
        day=handled.happened_on,
        case=case.number,
    )


_BY_CLASS = frozenset(
    {CaseKind.WORKS, CaseKind.TRANSPLANT, CaseKind.FELLING, CaseKind.INCIDENT, CaseKind.RESCUE}
)


def fine_of(t: Translator, rule: Rule) -> str:
    """The range of a fine, for whom and on what condition."""
    said = rule.get("text_zh" if t.lang == "zh" else "text_en")
    classes = " · ".join(t.word(CLASSES, one) for one in rule.get("classes") or ())
    return "  ".join(filter(None, [classes, fine_text(t, rule.values), said]))


def ruled(t: Translator, rule: Rule) -> str:
    """What a rule says, and where it stands."""
    return f"{row_text(t, rule.section, rule.values)} — {cited(t, rule.basis)}"


def _named(t: Translator, view: CaseView) -> Iterator[str]:
    _, case = t.gettext, view.case
    if case.project:
        yield _("project: {name}", name=case.project)
    for sentence, own in (
        (_("applicant: {name}"), case.applicant_id), (_("reported by: {name}"), case.reporter_id),
    ):  # fmt: skip
        if own:
            yield sentence.format(name=view.people.get(own, ""))
    for sentence, amount in (
        (_("fine imposed: {amount}"), case.penalty_cents),
        (_("compensation: {amount}"), case.compensation_cents),
    ):
        if amount is not None:
            yield sentence.format(amount=money_text(amount, case.currency, t))


def _answers(t: Translator, view: CaseView, *, is_restricted: bool) -> Iterator[str]:
    answers = view.facts.practices
    for each in negative_list() if answers else ():
        if (answer := answers.get(each.code)) is None:
            continue
        touched = t.gettext("touched") if answer.is_touched else t.gettext("not touched")
        why = answer.why if answer.why and is_restricted else ""
        stands = cited(t, each.basis) if answer.is_touched else ""
        yield "  ".join(filter(None, [f"{each.code} {t.pick(each.label)}", touched, why, stands]))


def told_works(view: CaseView, pack: RulePack | None, *, is_restricted: bool) -> dict[str, Any]:
    """The same for programs; names, texts and money only where asked for."""
    case, facts = view.case, view.facts
    told: dict[str, Any] = {
        "project_class": case.project_class,
        "incident": case.incident,
        "classes": list(facts.classes),
        "also": view.also,
        "checks": view.checks,
        "parent": view.parent,
        "children": view.children,
        "until_on": case.until_on,
        "practices": [
            {name: value for name, value in each.items() if is_restricted or name != "why"}
            for each in plain_answers(facts.practices)
        ],
        "penalties": [
            {**{name: rule.get(name) for name in ("yuan", "serious_yuan")}, "citation": rule.basis.citation}
            for rule in penalty_rules(facts, pack)
        ],
        "files": [told_file(row, view.zone, is_restricted=is_restricted) for row in view.documents],
    }  # fmt: skip
    if is_restricted:
        told |= {
            "project": case.project,
            "applicant": view.people.get(case.applicant_id or ""),
            "reporter": view.people.get(case.reporter_id or ""),
            "penalty_cents": case.penalty_cents,
            "compensation_cents": case.compensation_cents,
            "currency": case.currency,
        }
    return {name: value for name, value in told.items() if value not in (None, [], ())}


_NAMES: Sequence[str] = ("title", "file_name")


def told_file(row: CaseDocument, zone: tzinfo, *, is_restricted: bool) -> dict[str, Any]:
    """A file for programs; instants by the clock of `zone`, with their offset."""
    left_out = {"id", "case_id"} | (set() if is_restricted else set(_NAMES))
    told = row.model_dump(exclude=left_out, exclude_none=True)
    for name in ("taken_at", "added_at"):
        if name in told:
            told[name] = told[name].astimezone(zone).isoformat()
    return told
