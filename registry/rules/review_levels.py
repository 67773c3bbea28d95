"""Who has to look at what the field sends in, before it is in the register. Pure.

Levels are those of 县级初审, 市级复审, 省级终审. No law read here lays them down: what counts is the section
`review` of the rule pack, and otherwise `USUAL`, which `office-defaults` states as a default of ours.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from registry.rules.packs import RulePack
from registry.vocab.desk_words import ReviewLevel, SubmissionKind
from registry.vocab.words import Vigour

DEATH = "death"
"""The matter of a form that says a tree is dead, whatever its kind."""
_COUNTY = (ReviewLevel.COUNTY,)
USUAL: Mapping[str, tuple[ReviewLevel, ...]] = MappingProxyType(
    {
        SubmissionKind.MEASUREMENT.value: _COUNTY,
        SubmissionKind.ASSESSMENT.value: _COUNTY,
        SubmissionKind.EDIT.value: _COUNTY,
        SubmissionKind.BIND_TAG.value: _COUNTY,
        SubmissionKind.MOUNT_TAG.value: _COUNTY,
        SubmissionKind.NEW_TREE.value: tuple(ReviewLevel),
        DEATH: _COUNTY,
    }
)
"""Levels by matter where no pack says; what is not named needs no review."""
USUAL_TWO = frozenset({"designation", "redesignation", "delisting", "death"})
"""What two persons decide where no pack says."""


def levels_for(
    kind: SubmissionKind,
    content: Mapping[str, Any],
    pack: RulePack | None,
    submitter: ReviewLevel | None = None,
) -> tuple[ReviewLevel, ...]:
    """The levels that a form has to pass, in order; empty where it counts as soon as it is in.

    content: the form's answers. submitter: the level at which whoever sends may review here. Levels up to
    it are passed by sending (a reviewer's own form is not made provisional again), except for what two
    persons have to decide.
    """
    found: set[ReviewLevel] = set()
    for matter in matters_of(kind, content):
        levels = _levels(matter, pack)
        if submitter is not None and not needs_second_person(matter, pack):
            levels = tuple(level for level in levels if rank(level) > rank(submitter))
        found.update(levels)
    return tuple(sorted(found, key=rank))


def matters_of(kind: SubmissionKind, content: Mapping[str, Any]) -> tuple[str, ...]:
    """What a form is about, as packs name it: its kind, and death where it says that the tree is dead."""
    fields = content.get("fields") if kind == SubmissionKind.EDIT else None
    edited = fields.get("vigour") if isinstance(fields, Mapping) else None
    said = edited.get("to") if isinstance(edited, Mapping) else content.get("vigour")
    is_death = said == Vigour.DEAD and kind != SubmissionKind.NEW_TREE
    return (kind.value, DEATH) if is_death else (kind.value,)


def needs_second_person(kind: str, pack: RulePack | None) -> bool:
    """Whether a matter (a kind of case or of submission) is decided by another person than who brought it."""
    said = pack.value("review", "", "two_persons") if pack else None
    return kind in (USUAL_TWO if said is None else said)


def may_decide_alone(pack: RulePack | None) -> bool:
    """Whether somebody may decide on what he or she sent in: only where a pack says so."""
    return bool(pack and pack.value("review", "", "alone"))


def rank(level: ReviewLevel) -> int:
    """How high a level is; 0 for the county."""
    return [*ReviewLevel].index(level)


def _levels(matter: str, pack: RulePack | None) -> tuple[ReviewLevel, ...]:
    """By the pack where it has rows of its own for review; otherwise what is usual."""
    rows = {name: rule for name, rule in pack.section("review").items() if name} if pack else {}
    if not rows:
        return USUAL.get(matter, ())
    rule = rows.get(matter)
    return tuple(ReviewLevel(level) for level in rule.values["levels"]) if rule else ()
