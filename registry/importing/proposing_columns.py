"""What one column may be: each sense of its header is held against its values. Pure.

A header that the values bear out is sure; one that they contradict is a question, never a guess.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as default_field
from enum import StrEnum
from typing import Any

from registry.errors import Phrase
from registry.importing import evidence
from registry.importing.evidence import Profile
from registry.importing.header_words import Heading, Sense
from registry.importing.mapping import FIELDS, codelist
from registry.importing.proposing_verdicts import LISTED, verdict

_FINE_DEGREES = re.compile(r"-?\d{1,3}\.\d{4,}")
_ABBREVIATED = re.compile(r"[A-Z]\. ?[a-z]")
"""A scientific name whose genus stands in another column: `U. minor`."""
_BASIS = (("documented", "真实|实际|實際"), ("legend", "传说|傳說"), ("estimated", "估|推|estim|presunta"))


class Sure(StrEnum):
    """How sure a proposal is."""

    SURE = "sure"
    PROBABLY = "probably"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a column is taken for. `keys` are those of a mapping; without a field it is left out.

    questions: what a person has to settle. beside: the kind of column that is known and left out.
    """

    header: str
    field: str | None
    sure: Sure
    score: int = 0
    keys: dict[str, Any] = default_field(default_factory=dict)
    questions: tuple[Phrase, ...] = ()
    beside: str | None = None
    reason: Phrase | None = None
    """Why it is left out, where it is not for what it is."""

    @property
    def is_used(self) -> bool:
        """Whether the mapping reads the column: nothing unsure is read before somebody has looked."""
        return self.field is not None and self.sure is not Sure.UNSURE


def candidates(profile: Profile, heading: Heading, language: str | None) -> list[Proposed]:
    """All that the column may be, best first. Empty where neither header nor values say anything."""
    if not profile.filled:
        return [_empty(profile, sense) for sense in heading.senses[:1]]
    found = [_judged(profile, heading, sense, language) for sense in _senses(profile, heading)]
    kept = [proposed for proposed in found if proposed.score > 0]
    return sorted(kept, key=lambda proposed: proposed.score, reverse=True)


def _empty(profile: Profile, sense: Sense) -> Proposed:
    reason = Phrase("the column is empty")
    beside = sense.name if sense.is_beside else None
    return Proposed(profile.header, None, Sure.SURE, 1, beside=beside, reason=reason)


def _senses(profile: Profile, heading: Heading) -> Iterator[Sense]:
    """What the header says, and what the values could be instead or of themselves."""
    yield from heading.senses
    names = {sense.name for sense in heading.senses}
    is_name = bool(names & {"latin_verbatim", "name_verbatim", "common_name"})
    if evidence.scientific_names(profile) >= 0.7 and "latin_verbatim" not in names:
        yield Sense("latin_verbatim", False, "", whole=is_name)
    if "latin_verbatim" in names:
        if evidence.epithets(profile) >= 0.7 or profile.share(_ABBREVIATED.match) >= 0.5:
            yield Sense("epithet", True, "", whole=True)
        elif "name_verbatim" not in names:
            yield Sense("name_verbatim", False, "", whole=evidence.han(profile) >= 0.5)
    if names & {"lon", "lat"}:
        yield Sense("lat" if "lon" in names else "lon", False, "", whole=False)
    if not heading.is_known and evidence.telephones(profile) >= 0.5:
        yield Sense("phone", True, "", whole=True)
    if evidence.pairs(profile):
        yield Sense("position", False, "", whole=False)
    if not heading.senses:
        yield from _senses_of_values(profile)


def _senses_of_values(profile: Profile) -> Iterator[Sense]:
    """What a column under an unknown header may be, by its values alone."""
    if profile.is_unique and _looks_like_census_number(profile):
        yield Sense("tree_no", False, "", whole=False)
    for name in LISTED:
        words = codelist(name)
        if profile.share(lambda text, words=words: text in words and not text.isdigit()) >= 0.95:  # type: ignore[misc]
            yield Sense(name, False, "", whole=False)
    if profile.share(_FINE_DEGREES.fullmatch) >= 0.9:
        yield from (Sense(name, False, "", whole=False) for name in ("lon", "lat"))


def _looks_like_census_number(profile: Profile) -> bool:
    return profile.share(re.compile(r"\d{6}(?!00000)\d{5}").fullmatch) >= 0.95


def _judged(profile: Profile, heading: Heading, sense: Sense, language: str | None) -> Proposed:
    base = 6 if sense.whole else 3 if sense in heading.senses else 0
    base += 1 if sense.language and sense.language == language else 0
    base -= 2 if heading.is_generic else 0
    if sense.is_beside:
        weight = -20 if sense.name == "phone" and heading.is_known and not profile.filled else 0
        return Proposed(profile.header, None, Sure.SURE, base + weight, beside=sense.name)
    if sense.name not in FIELDS:
        return Proposed(profile.header, None, Sure.UNSURE, 0)
    said = verdict(sense.name, profile, heading)
    is_bare = sense.name in {"lon", "lat"} and not heading.senses
    if is_bare:
        question = Phrase(
            "{column}: by its values this may be a coordinate; which one?", column=profile.header
        )
        said = replace(said, questions=(*said.questions, question))
    if said.is_open or said.weight < 0 or is_bare:
        sure = Sure.UNSURE
    elif sense.whole and sense in heading.senses:
        sure = Sure.SURE
    else:
        sure = Sure.PROBABLY
    score = base + said.weight if base or said.weight > 0 else 0
    keys: dict[str, Any] = {"field": sense.name, **said.keys}
    return Proposed(profile.header, str(keys["field"]), sure, score, keys, said.questions)


def age_basis(header: str) -> str | None:
    """How the age under this header is known, where the header says it."""
    return next((word for word, pattern in _BASIS if re.search(pattern, header)), None)


def with_keys(proposed: Proposed, **keys: Any) -> Proposed:
    """The same with more keys."""
    return replace(proposed, keys={**proposed.keys, **keys})
