"""The negative list of greening practice (负面清单): its items, the answers, what stands in the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import Phrase
from registry.rules.packs import Basis, Place, Scope
from registry.vocab.labels import Label
from registry.vocab.words import CaseKind


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
    open_ = [each.code for each in practices if each.code not in answers and is_asked(each, place)]
    if open_:
        yield Phrase(
            "answer these items of the negative list with --practice CODE=yes or no: {codes}", codes=open_
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
        elif not answer.why:
            yield Phrase(
                "{code} ({practice}) is touched: say why with --practice {code}=yes:REASON",
                code=each.code,
                practice=each.label,
            )


def plain_answers(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Answers as a case keeps them, by code."""
    return [
        {"code": code, "touched": answer.is_touched, **({"why": answer.why} if answer.why else {})}
        for code, answer in sorted(answers.items())
    ]


def answers_from(kept: Iterable[Mapping[str, Any]]) -> dict[str, Answer]:
    """The answers that a case keeps."""
    return {each["code"]: Answer(bool(each["touched"]), each.get("why")) for each in kept}
