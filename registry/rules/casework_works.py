"""What the steps of works, transplants, fellings, incidents, rescues and greening need to say. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from registry.errors import Phrase
from registry.rules.case_facts import CaseFacts, StepFacts
from registry.rules.negative_list import LEAST_REASON, Practice, has_substance, practice_problems
from registry.rules.packs import Place, Rule, RulePack
from registry.vocab.rule_words import CLASSES, PROJECTS
from registry.vocab.words import CaseKind, StepKind

K, S = CaseKind, StepKind
NEVER_LEFT_OUT = frozenset(
    {
        (K.WORKS, S.ADVICE),
        (K.WORKS, S.ACCEPTANCE),
        (K.TRANSPLANT, S.APPROVAL),
        (K.TRANSPLANT, S.CONFIRMATION),
        (K.AFTERCARE, S.ACCEPTANCE),
        (K.FELLING, S.REPORT),
        (K.INCIDENT, S.ARCHIVE),
        (K.RESCUE, S.HANDLING),
        (K.RESCUE, S.ACCEPTANCE),
        (K.GREENING, S.ADVICE),
        (K.GREENING, S.ACCEPTANCE),
    }
)
"""Steps of these cases without which there is no case."""
ON_DOCUMENT = frozenset(
    {
        (K.TRANSPLANT, S.DECISION),
        (K.TRANSPLANT, S.APPROVAL),
        (K.FELLING, S.REPORT),
        (K.INCIDENT, S.REFERRAL),
        (K.INCIDENT, S.PENALTY),
    }
)
"""Steps of these cases that rest on a document."""
BY_SOMEBODY = frozenset(
    {
        (K.WORKS, S.SUPERVISION),
        (K.WORKS, S.ACCEPTANCE),
        (K.INCIDENT, S.REFERRAL),
        (K.INCIDENT, S.PENALTY),
        (K.RESCUE, S.ACCEPTANCE),
        (K.GREENING, S.ACCEPTANCE),
    }
)
"""Steps of these cases that name who acted."""
SAID = frozenset(
    {
        (K.WORKS, S.MEASURES),
        (K.AFTERCARE, S.FOLLOW_UP),
        (K.FELLING, S.HANDLING),
        (K.INCIDENT, S.COMPENSATION),
        (K.INCIDENT, S.RESTORATION),
        (K.RESCUE, S.PLAN),
        (K.RESCUE, S.HANDLING),
        (K.GREENING, S.ADVICE),
    }
)
"""Steps of these cases that say something, in words or in a document."""
ENDED_LATER = frozenset({(K.FELLING, S.HANDLING)})
"""Steps that may come again to give the day on which they ended: a term runs from it."""
HELD_TO_THE_LIST = frozenset({(K.WORKS, S.ADVICE), (K.TRANSPLANT, S.DECISION), (K.GREENING, S.ADVICE)})
"""Steps before which the negative list has been answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What else a step is held against: the negative list, and where the record stands."""

    practices: Sequence[Practice] = ()
    place: Place | None = None


def works_problems(case: CaseFacts, step: StepFacts, pack: RulePack | None, asked: Asked) -> Iterator[Phrase]:
    """What a step of these cases lacks, as sentences."""
    place = (case.kind, step.kind)
    if place in ON_DOCUMENT and not step.document_no:
        yield Phrase("it rests on a document: name its number with --document")
    if place in BY_SOMEBODY and not step.by:
        yield Phrase("name with --by who acted")
    is_end = place in ENDED_LATER and step.ended_on is not None and case.last(step.kind) is not None
    if place in SAID and not (step.text or step.document_no or is_end):
        yield Phrase("say with --text what was done or found, or name a document with --document")
    if (own := _OWN.get(place)) is not None:
        yield from own(case, step, pack)
    if place in HELD_TO_THE_LIST:
        yield from practice_problems(case.practices, asked.practices, asked.place)


def _application(case: CaseFacts, _step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    if not case.project:
        yield Phrase("name the project with --project")
    if not case.is_applied_for:
        yield Phrase("name who applies with --applicant")


def _transplant(case: CaseFacts, step: StepFacts, pack: RulePack | None) -> Iterator[Phrase]:
    yield from _application(case, step, pack)
    if not has_project_classes(pack):
        return
    if case.project_class is None:
        yield Phrase("say with --class what project it is: {known}", known=list(PROJECTS))
        return
    yield from _refused(case, pack)


def has_project_classes(pack: RulePack | None) -> bool:
    """Whether the rules say which classes of projects may ask for a transplant."""
    return pack is not None and bool(pack.section("transplant"))


def _refused(case: CaseFacts, pack: RulePack | None) -> Iterator[Phrase]:
    """The decision table of article 15, as the pack has it: a project of this class and each grade."""
    rule = pack.rule("transplant", case.project_class or "") if pack else None
    if rule is None:
        return
    for kind in case.classes:
        if kind in _GRADED and kind not in rule.values["classes"]:
            yield Phrase(
                "by {citation} this may not be applied for: {project}, {grade}",
                citation=rule.basis.citation,
                project=PROJECTS[rule.name],
                grade=CLASSES[kind],
            )


_GRADED = frozenset({"1", "2", "3", "famous"})
"""Classes of which the table speaks; reserve trees and city big trees have rules of their own, or none."""


def _advice(case: CaseFacts, step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    if not case.has_check and not has_substance(no_check_reason(step.text)):
        yield Phrase(
            "add the check of the protection zones with --check, or say why there is none with --no-check "
            "REASON, in {least} characters or more, or with the number of a document",
            least=LEAST_REASON,
        )


NO_CHECK = {"zh": "无核查：", "en": "No check: "}
"""How a text begins that says why there is no check of the zones."""


def without_check(reason: str, text: str | None, lang: str) -> str:
    """The text of a step that says first why there is no check of the zones."""
    sign = "；" if lang == "zh" else "; "
    return sign.join(filter(None, [f"{NO_CHECK.get(lang, NO_CHECK['en'])}{reason.strip()}", text]))


def no_check_reason(text: str | None) -> str | None:
    """Why there is no check of the zones, where a text begins with that; it ends at the first semicolon."""
    found = re.match(r"(?:无核查|no check)\s*[：:]([^；;]*)", (text or "").strip(), re.IGNORECASE)
    return found[1].strip() if found else None


def _handled(case: CaseFacts, step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    begun = min((taken.happened_on for taken in case.steps), default=step.happened_on)
    if step.ended_on and step.ended_on < begun:
        yield Phrase("the handling ends before it begins")


def _care_ends(case: CaseFacts, step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    if case.until_on and step.happened_on < case.until_on and not step.text:
        yield Phrase(
            "the care lasts until {day}: where it ends before, say why with --text", day=case.until_on
        )


def _incident(case: CaseFacts, _step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    if case.incident is None:
        yield Phrase("say with --incident what happened: I01 to I18, or I99")


def _evidence(case: CaseFacts, _step: StepFacts, _pack: RulePack | None) -> Iterator[Phrase]:
    if not case.file_count:
        yield Phrase("put the photos and documents into the case first: gushu case file NUMBER FILE")


def _approval(case: CaseFacts, _step: StepFacts, pack: RulePack | None) -> Iterator[Phrase]:
    yield from _refused(case, pack)  # a further tree may have come since


_OWN: dict[tuple[CaseKind, StepKind], Callable[[CaseFacts, StepFacts, RulePack | None], Iterator[Phrase]]] = {
    (K.WORKS, S.APPLICATION): _application,
    (K.WORKS, S.ADVICE): _advice,
    (K.TRANSPLANT, S.APPLICATION): _transplant,
    (K.TRANSPLANT, S.DECISION): _approval,
    (K.TRANSPLANT, S.APPROVAL): _approval,
    (K.AFTERCARE, S.ACCEPTANCE): _care_ends,
    (K.FELLING, S.HANDLING): _handled,
    (K.INCIDENT, S.REPORT): _incident,
    (K.INCIDENT, S.EVIDENCE): _evidence,
    (K.GREENING, S.PLAN): _application,
}


def works_rule(case: CaseFacts, pack: RulePack | None) -> Rule | None:
    """What the law asks of whoever builds near these trees: the row for the highest class among them."""
    if pack is None:
        return None
    return pack.rule_for("works", case.classes[0] if case.classes else "any")


def penalty_rules(case: CaseFacts, pack: RulePack | None) -> tuple[Rule, ...]:
    """The ranges of fines that the pack sets for such an incident and these trees. Never a sentence.

    A row holds by its acts, and where it says so for any damage of which the tree died; by the classes that
    it names, for all where it names none.
    """
    if pack is None or case.incident is None:
        return ()

    def holds(rule: Rule) -> bool:
        is_act = case.incident in rule.values["acts"] or (case.is_dead and bool(rule.get("if_dead")))
        classes = rule.get("classes")
        return is_act and (classes is None or bool(set(classes) & set(case.classes)))

    return tuple(rule for rule in pack.section("penalties").values() if holds(rule))
