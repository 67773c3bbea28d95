"""A tree's vigour and environment as its file shows them: those of whoever looked at it last."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.errors import Phrase
from registry.models import Assessment, Inspection
from registry.vocab.care_words import AssessmentState
from registry.vocab.vigour_words import SCALE_WORDS
from registry.vocab.words import WORDS, Environment, Vigour


def foreign_to_scale(vigour: Vigour, scale: str) -> Phrase | None:
    """What is wrong with a word of vigour where its scale does not have it."""
    words = SCALE_WORDS.get(scale)
    if words is not None and vigour in words:
        return None
    if others := sorted(name for name, known in SCALE_WORDS.items() if vigour in known):
        return Phrase(
            "the scale {scale} has the words {words}; for this one: --scale {others}",
            scale=scale,
            words=_listed(words),
            others=" / ".join(others),
        )
    return Phrase(
        "the scale {scale} has the words {words}; name another with --scale",
        scale=scale,
        words=_listed(words),
    )


def _listed(words: frozenset[Vigour] | None) -> str:
    return (
        " · ".join(f"{each.value} {WORDS[Vigour][each].zh}" for each in Vigour if each in (words or ()))
        or "—"
    )


def brought_up_to_date(
    tree: Any, *, vigour: Vigour | None, scale: str | None, environment: Environment | None
) -> dict[str, tuple[Any, Any]]:
    """Set what is said of a tree, and tell what changed: {field: (old, new)}."""
    values = {"vigour": vigour, "vigour_scale": scale, "environment": environment}
    told = {
        name: (getattr(tree, name), value)
        for name, value in values.items()
        if value is not None and getattr(tree, name) != value
    }
    for name, (_old, new) in told.items():
        setattr(tree, name, new)
    return told


def is_latest(session: Session, tree_id: str, on: date) -> bool:
    """Whether nobody looked at a tree after that day: no visit, no reviewed assessment that says so."""
    visits = select(sa.func.max(Inspection.inspected_on)).where(Inspection.tree_id == tree_id)
    says = col(Assessment.vigour).is_not(None) | col(Assessment.environment).is_not(None)
    assessments = select(sa.func.max(Assessment.assessed_on)).where(
        Assessment.tree_id == tree_id, Assessment.state == AssessmentState.REVIEWED, says
    )
    days = (session.exec(visits).one(), session.exec(assessments).one())
    return all(day is None or day <= on for day in days)
