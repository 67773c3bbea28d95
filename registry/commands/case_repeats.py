"""A step that comes a second time: the same again changes nothing, another one is not taken for the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session

from registry.commands.case_effects import SUBJECTS, Moved, subject_of
from registry.commands.case_files import CaseView
from registry.commands.case_works import Details, further
from registry.errors import CaseStepError, Phrase
from registry.models import Tree
from registry.rules.case_facts import StepFacts
from registry.rules.casework import STEPS, VISITS
from registry.vocab.words import TreeStatus

_SAYS = {"by": "--by", "url": "--url", "text": "--text"}
_KEPT = {
    "project": "--project", "project_class": "--class", "incident": "--incident", "parent_id": "--parent",
    "penalty_cents": "--penalty", "compensation_cents": "--compensation",
}  # fmt: skip
"""What details say once for the whole case, and the options that say it."""


def is_repeated(
    session: Session,
    view: CaseView,
    step: StepFacts,
    settled: Mapping[str, Any],
    details: Details,
    moved: Moved | None,
) -> bool:
    """Whether this very step has been recorded before, with everything that it says.

    settled: what it decides, by column of the case. Raises CaseStepError where the step of that day and
    document says something else; a visit that says something else is another visit.
    """
    known = next((taken for taken in view.facts.steps if _key(taken) == _key(step)), None)
    if known is None:
        return False
    other = [option for name, option in _SAYS.items() if getattr(known, name) != getattr(step, name)]
    other += [
        f"--{name.removeprefix('proposed_')}"
        for name, value in settled.items()
        if value != getattr(view.case, name)
    ]
    other += [*_details_beside(session, view, details), *_elsewhere(session, view, moved)]
    if other:
        reason = Phrase(
            "already recorded; it says something else: {options}. What was recorded stays; --check, --also, "
            "--practice and amounts can still be given with a later step",
            options=other,
        )
        raise CaseStepError(case=view.case.number, step=STEPS[step.kind], reason=reason)
    return True


def _key(step: StepFacts) -> tuple[object, ...]:
    """What makes two entries one and the same step."""
    key = (step.kind, step.happened_on, step.ended_on, step.document_no, step.omitted_reason)
    return (*key, step.by, step.url, step.text) if step.kind in VISITS else key


def _details_beside(session: Session, view: CaseView, said: Details) -> Iterator[str]:
    """The options of details that say what the case does not hold."""
    case = view.case
    for name, option in _KEPT.items():
        if (value := getattr(said, name)) is not None and value != getattr(case, name):
            yield option
    if said.check is not None and said.check not in view.checks:
        yield "--check"
    if set(said.also) - {subject_of(case), *further(session, case)}:
        yield "--also"
    if any(view.facts.practices.get(code) != answer for code, answer in said.practices.items()):
        yield "--practice"


def _elsewhere(session: Session, view: CaseView, moved: Moved | None) -> Iterator[str]:
    """The options of a new position that is not the one on record."""
    if moved is None:
        return
    kind, own = subject_of(view.case)
    record = session.get_one(SUBJECTS[kind], own)
    if moved.is_out:
        if isinstance(record, Tree) and record.status != TreeStatus.TRANSPLANTED:
            yield "--out"
    elif (record.lon, record.lat) != (moved.lon, moved.lat):
        yield "--lon --lat"
