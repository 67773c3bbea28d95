"""The negative list of greening practice (负面清单): its items, the answers, what stands in the way."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import Phrase
from registry.rules.packs import Basis, Place, Scope
from registry.vocab.labels import Label
from registry.vocab.words import CaseKind

LEAST_REASON = 4
"""Letters, digits or characters of a reason, at least; usual practice, not law."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One item. `is_forbidden`: by law, so no reason makes it good; other items need a reason on record.

    kinds: of cases that answer it. scope: where the list holds; elsewhere in China it may be answered.
    """

    code: str
    label: Label
    kinds: frozenset[CaseKind]
    basis: Basis
    scope: Scope
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the works touch an item, and why where they do."""

    is_touched: bool
    why: str | None = None


def practices_for(every: Iterable[Practice], kind: CaseKind) -> tuple[Practice, ...]:
    """The items that cases of a kind answer."""
    return tuple(each for each in every if kind in each.kinds)


def is_asked(practice: Practice, place: Place | None) -> bool:
    """Whether the item must be answered at a place, not only may."""
    return place is not None and practice.scope.covers(place) is True


def practice_problems(
    answers: Mapping[str, Answer], practices: Sequence[Practice], place: Place | None
) -> Iterator[Phrase]:
    """What of the negative list stands in the way of advice or approval, as sentences."""
    open_ = [
        Phrase("{code} {practice} ({code}=no or {code}=yes:REASON)", code=each.code, practice=each.label)
        for each in practices
        if each.code not in answers and is_asked(each, place)
    ]
    if open_:
        yield Phrase(
            "answer these items of the negative list, each with --practice: {items}", items=listed(open_)
        )
    for each in practices:
        answer = answers.get(each.code)
        if answer is None or not answer.is_touched:
            continue
        if each.is_forbidden:
            yield Phrase(
                "{code} ({practice}) is forbidden by {citation}",
                code=each.code,
                practice=each.label,
                citation=each.basis.citation,
            )
        elif not has_substance(answer.why):
            yield Phrase(
                "{code} ({practice}) is touched: say why with --practice {code}=yes:REASON, in {least} "
                "characters or more, or with the number of a document",
                code=each.code,
                practice=each.label,
                least=LEAST_REASON,
            )


def has_substance(reason: str | None) -> bool:
    """Whether a reason says something: a few different characters, or the number of a document (3号)."""
    signs = [sign for sign in reason or "" if sign.isalnum()]
    is_said = len(signs) >= LEAST_REASON and len(set(signs)) > 1
    return is_said or re.search(r"\d+\s*号", reason or "") is not None


def listed(phrases: Sequence[Phrase]) -> Phrase:
    """Several sentences as one."""
    if len(phrases) == 1:
        return phrases[0]
    return Phrase("{first}; {rest}", first=phrases[0], rest=listed(phrases[1:]))


def plain_answers(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Answers as a case keeps them, by code."""
    return [
        {"code": code, "touched": answer.is_touched, **({"why": answer.why} if answer.why else {})}
        for code, answer in sorted(answers.items())
    ]


def answers_from(kept: Iterable[Mapping[str, Any]]) -> dict[str, Answer]:
    """The answers that a case keeps."""
    return {each["code"]: Answer(bool(each["touched"]), each.get("why")) for each in kept}
