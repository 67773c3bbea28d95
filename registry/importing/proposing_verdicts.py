"""What the values of a column say to one sense of its header: they bear it out or speak against it."""

import re
from dataclasses import dataclass
from dataclasses import field as default_field
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from registry.errors import Phrase
from registry.importing import evidence
from registry.importing.evidence import Profile
from registry.importing.header_words import Heading, plain_word, value_words
from registry.importing.mapping import MEASUREMENT_FIELDS, PARTY_FIELDS, codelist
from registry.models import DesignationDraft, InspectionDraft, MeasurementDraft, TreeDraft
from registry.rules.numbers import damaged_number
from registry.vocab.words import WORDS

_DRAFTS = (TreeDraft, MeasurementDraft, InspectionDraft, DesignationDraft)
LISTED = ("category", "distribution", "environment", "grade", "growth_place", "ownership", "vigour")
"""Fields whose words are in a shipped code list of that name."""
_DATES = frozenset({"measured_on", "inspected_on", "designated_on", "surveyed_on", "age_as_of"})
_MOST_WORDS = 60
_YEAR_OR_DAY = re.compile("^(?P<planted_year>[0-9]{4})(?:$|[-/.年])")
_PLAUSIBLE: dict[str, tuple[float, float]] = {
    "girth_cm": (20, 2500), "ground_girth_cm": (20, 3000), "diameter_cm": (5, 800),
    "ground_diameter_cm": (5, 1000), "height_m": (1, 80), "crown_m": (1, 60), "crown_ew_m": (0.5, 80),
    "crown_ns_m": (0.5, 80), "elevation_m": (-200, 6000), "age_years": (1, 5500), "planted_year": (900, 2100),
    "stem_count": (1, 200),
}  # fmt: skip
"""Between which a middle value of a column lies; outside, its unit or its sense is doubted."""
CENTIMETRES = {"mm": 0.1, "cm": 1.0, "m": 100.0, "ft": 30.48, "in": 2.54}
"""Centimetres of a unit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the values say to a sense: 3 bear it out, 0 say nothing, -2 weak, -20 contradict."""

    weight: int
    keys: dict[str, Any] = default_field(default_factory=dict)
    questions: tuple[Phrase, ...] = ()
    is_open: bool = False
    """Whether a question has to be answered before the column can be read."""


_NOTHING = Verdict(0)
_AGAINST = Verdict(-20)


def verdict(name: str, profile: Profile, heading: Heading) -> Verdict:  # noqa: PLR0911  (one for each kind)
    """What the values say to the field `name`."""
    if name in {"tree_no", "alias"}:
        return _number(name, profile)
    if name in {"lon", "lat"}:
        return _coordinate(name, profile)
    if name == "position":
        return _position(profile)
    if name in _DATES:
        return _day(profile)
    if name in _PLAUSIBLE:
        return _size(name, profile, heading)
    if name == "latin_verbatim":
        return _latin(profile)
    if name in PARTY_FIELDS:
        return _party(name, profile)
    if name == "grade" or _enum_of(name) is not None or _is_boolean(name):
        return _code(name, profile)
    return _text(name, profile, heading)


def _number(name: str, profile: Profile) -> Verdict:
    questions = []
    damaged = profile.share(damaged_number)
    if damaged:
        questions.append(Phrase(
            "{percent} % of the numbers in {column} were changed by a spreadsheet (such as {value}): "
            "ask for the original list",
            percent=round(damaged * 100) or 1, column=profile.header,
            value=next(text for text in profile.counts if damaged_number(text)),
        ))  # fmt: skip
    if len(profile.counts) == 1 and profile.filled > 4:
        return _AGAINST
    if profile.share(lambda text: len(text) > 64):
        return _AGAINST
    whole = {"whole": True} if profile.share(re.compile(r"\d{1,15}\.0").fullmatch) >= 0.9 else {}
    if not profile.repeated:
        full = profile.filled + sum(profile.placeholders.values()) >= 0.9 * profile.rows
        return Verdict(3 if full else 1, whole, tuple(questions))
    questions.append(Phrase(
        "cells of {column} that repeat a number: {count}; what tells those trees apart?",
        column=profile.header, count=profile.repeated,
    ))  # fmt: skip
    is_rare = profile.repeated * 20 < profile.filled
    return Verdict(1 if is_rare else 0 if name == "tree_no" else -2, whole, tuple(questions))


def _coordinate(name: str, profile: Profile) -> Verdict:
    if evidence.degrees_written_out(profile) >= 0.8:
        return Verdict(3)
    found = evidence.numbers(profile)
    if found.share < 0.8:
        return _AGAINST
    if found.median > 1000:
        question = Phrase(
            "{column} is in metres of a projected grid (such as {value}): which grid, by its EPSG code?",
            column=profile.header, value=profile.sample,
        )  # fmt: skip
        return Verdict(3, questions=(question,), is_open=True)
    bound = 180 if name == "lon" else 90
    if max(abs(found.low), abs(found.high)) > bound:
        return _AGAINST
    is_decimal = profile.share(lambda text: "." in text or "," in text) >= 0.5
    commas = {"decimal": ","} if found.has_decimal_commas else {}
    return Verdict(3 if is_decimal else -2, commas)


def _position(profile: Profile) -> Verdict:
    found = evidence.pairs(profile)
    firsts, seconds = [abs(pair[0]) for pair in found], [abs(pair[1]) for pair in found]
    order = "lon-lat" if max(firsts) > 90 else "lat-lon" if max(seconds) > 90 else None
    if order is None:
        words = plain_word(profile.header)
        order = "lon-lat" if words in {"lonlat", "lnglat", "经纬度", "经纬"} else "lat-lon"
        question = Phrase(
            "{column} holds both coordinates: is the first the latitude (read as {order})?",
            column=profile.header, order=order,
        )  # fmt: skip
        return Verdict(4, {"field": "position", "order": order}, (question,))
    return Verdict(5, {"field": "position", "order": order})


def _day(profile: Profile) -> Verdict:
    found = evidence.days(profile)
    if found.is_undecided:
        question = Phrase(
            "in {column}, is {value} written day first or month first? No cell settles it",
            column=profile.header, value=profile.sample,
        )  # fmt: skip
        return Verdict(2, {"date": "%d/%m/%Y"}, (question,), is_open=True)
    if not found.formats:
        if evidence.years(profile) >= 0.5:
            question = Phrase("{column} holds years, and the register needs a day", column=profile.header)
            return Verdict(0, questions=(question,), is_open=True)
        return _AGAINST
    keys: dict[str, Any] = {} if found.formats == evidence.YEAR_FIRST else {"date": found.formats[0]}
    questions = []
    if found.placeholder is not None:
        day = found.placeholder.isoformat()
        questions.append(Phrase(
            "in {column}, {day} stands so often that it may mean “not known”", column=profile.header, day=day
        ))  # fmt: skip
    if found.share < 0.95:
        questions.append(_not_all(profile, found.share, Phrase("days")))
    return Verdict(3 if found.share >= 0.8 else -2, keys, tuple(questions))


def _size(name: str, profile: Profile, heading: Heading) -> Verdict:
    found = evidence.numbers(profile)
    if name == "age_years" and evidence.ages_in_words(profile) >= 0.05:
        question = Phrase(
            "{column} holds ages such as {value}: they are kept as text", column=profile.header,
            value=next(iter(found.odd), profile.sample),
        )  # fmt: skip
        return Verdict(2, {"field": "age_text"}, (question,))
    if name == "planted_year" and profile.share(_YEAR_OR_DAY.match) >= 0.9:
        return Verdict(3, {"pattern": _YEAR_OR_DAY.pattern})
    if found.share < 0.5:
        return _AGAINST
    keys: dict[str, Any] = {"zero_is_empty": True} if found.zeros else {}
    if found.has_decimal_commas:
        keys["decimal"] = ","
    questions = [] if found.share >= 0.97 else [_not_all(profile, found.share, Phrase("numbers"))]
    if name in MEASUREMENT_FIELDS:
        return _length(name, profile, heading, found, keys, questions)
    low, high = _PLAUSIBLE[name]
    fits = low <= found.median <= high
    return Verdict(3 if fits and found.share >= 0.8 else -2, keys, tuple(questions), is_open=not fits)


def _length(
    name: str, profile: Profile, heading: Heading, found: evidence.Numbers, keys: dict[str, Any],
    questions: list[Phrase],
) -> Verdict:  # fmt: skip
    """A length: its unit is said by the header or the cells; else the usual one, if the sizes allow it."""
    usual = "cm" if name.endswith("_cm") else "m"
    said = heading.unit or found.unit
    unit = said or usual
    low, high = _PLAUSIBLE[name]
    scale = CENTIMETRES[unit] / (1 if usual == "cm" else 100)
    middle = found.median * scale
    is_open = not low <= middle <= high
    if is_open:
        likely = [
            other for other, factor in CENTIMETRES.items()
            if low <= found.median * factor / (1 if usual == "cm" else 100) <= high
        ]  # fmt: skip
        questions.append(Phrase(
            "{column}: its middle value is {value}; in which unit? It could be {units}",
            column=profile.header, value=f"{found.median:g}", units=", ".join(likely) or "?",
        ))  # fmt: skip
    elif found.high * scale > 4 * high and said:
        questions.append(Phrase(
            "{column}: the largest value is {value} {unit}; are there cells in another unit?",
            column=profile.header, value=f"{found.high:g}", unit=unit,
        ))  # fmt: skip
    keys["unit"] = ["value", unit] if found.has_units else unit
    weight = 3 if not is_open else -1
    return Verdict(weight, keys, tuple(questions), is_open=is_open)


def _latin(profile: Profile) -> Verdict:
    share = evidence.scientific_names(profile)
    return Verdict(3) if share >= 0.7 else Verdict(-2) if share >= 0.3 else _AGAINST


def _party(name: str, profile: Profile) -> Verdict:
    if evidence.numbers(profile).share >= 0.5 or evidence.telephones(profile) >= 0.3:
        return _AGAINST
    kinds = value_words("ownership")
    if name == "owner" and profile.share(lambda text: plain_word(text.split(",")[0]) in kinds) >= 0.2:
        return _AGAINST  # kinds of owners, not names
    return _NOTHING


def _code(name: str, profile: Profile) -> Verdict:
    """A code list: which words of the cells it has. What it does not know is left empty, and asked."""
    if len(profile.counts) > _MOST_WORDS or profile.more:
        return _AGAINST
    known = _known_words(name)
    found = {text: known.get(text, known.get(plain_word(text))) for text in profile.counts}
    share = profile.share(lambda text: found.get(text) is not None)
    unknown = [text for text, word in found.items() if word is None]
    if share == 0 or (share < 0.5 and len(unknown) > 8):
        words = ", ".join(list(profile.counts)[:4])
        question = Phrase(
            "{column}: the register's list has none of these words ({words})",
            column=profile.header,
            words=words,
        )
        return Verdict(-1, {"vocabulary": dict.fromkeys(found, "")}, (question,), is_open=True)
    questions: tuple[Phrase, ...] = ()
    if unknown:
        questions = (Phrase(
            "{column}: {words} is in no list of the register; such cells are left empty until you say more",
            column=profile.header, words=", ".join(unknown[:4]),
        ),)  # fmt: skip
    listed = codelist(name) if name in LISTED else {}
    if name == "vigour" and not any(text in listed for text in profile.counts):
        question = Phrase(
            "{column}: by which scale of vigour ({words})? Scales cannot be turned into each other",
            column=profile.header, words=", ".join(list(profile.counts)[:4]),
        )  # fmt: skip
        vocabulary = {text: word or "" for text, word in found.items()}
        return Verdict(0, {"vocabulary": vocabulary}, (question,), is_open=True)
    if not unknown and all(text in listed for text in profile.counts):
        keys: dict[str, Any] = {"codelist": name}
    else:
        vocabulary = {
            text: "" if word is None else word for text, word in found.items() if text not in listed
        }
        keys = {**({"codelist": name} if listed else {}), "vocabulary": vocabulary}
    return Verdict(3 if share >= 0.9 else 0, keys, questions)


@lru_cache(maxsize=64)
def _known_words(name: str) -> dict[str, Any]:
    """Text in cells -> word of the register: shipped lists, labels in both languages, other languages."""
    if _is_boolean(name):
        return {text: word == "true" for text, word in value_words("is_yes").items()}
    known: dict[str, Any] = {}
    if words := _enum_of(name):
        for value, label in WORDS[words].items():
            known |= {value: value, label.zh: value, plain_word(label.zh): value, plain_word(label.en): value}
    known |= value_words(name)
    if name == "grade":
        known["名木"] = ""  # says what the tree is, not which grade it has
    return {**known, **(codelist(name) if name in LISTED else {})}


def _text(name: str, profile: Profile, heading: Heading) -> Verdict:  # noqa: PLR0911  (one for each kind)
    if name == "family" and evidence.family_and_genus(profile):
        return Verdict(3, {"pattern": r"^(?P<family>\S+科)\s+(?P<genus>\S+属)\s*$"})
    if name == "findings":
        marks = (" / ", "；", ";", "、", "\n", ",")
        return Verdict(0, {"split": max(marks, key=lambda mark: profile.share(lambda text: mark in text))})
    if name == "source_url":
        return Verdict(3) if profile.share(lambda text: text.startswith("http")) >= 0.8 else _AGAINST
    if name == "family":
        return _share_verdict(profile, r"(?i).*(?:科|aceae)$")
    if name == "genus":
        return _share_verdict(profile, r".*属$|.*屬$|[A-Z][a-zë-]+(?: .*)?")
    if name in {"name_verbatim", "common_name", "name_en"}:
        return _name(name, profile, is_generic=heading.is_generic)
    if name == "listing":
        question = Phrase(
            "{column}: does it name the list a tree is on ({words})?",
            column=profile.header, words=", ".join(list(profile.counts)[:3]),
        )  # fmt: skip
        return Verdict(0, questions=(question,), is_open=True) if len(profile.counts) <= 12 else _AGAINST
    return _NOTHING


def _share_verdict(profile: Profile, pattern: str) -> Verdict:
    share = profile.share(re.compile(pattern).fullmatch)
    return Verdict(3) if share >= 0.7 else _NOTHING if share >= 0.2 else Verdict(-2)


def _name(name: str, profile: Profile, *, is_generic: bool) -> Verdict:
    if evidence.numbers(profile).share >= 0.5:
        return _AGAINST
    if name == "name_verbatim" and evidence.scientific_names(profile) >= 0.7 and not evidence.han(profile):
        return _AGAINST
    if name == "name_verbatim" and is_generic and len(profile.counts) * 2 > profile.filled >= 20:
        question = Phrase(
            "{column}: are these names of species, or of single trees (such as {value})?",
            column=profile.header, value=profile.sample,
        )  # fmt: skip
        return Verdict(-1, questions=(question,), is_open=True)
    return Verdict(1)


def _not_all(profile: Profile, share: float, what: Phrase) -> Phrase:
    return Phrase(
        "{column}: {percent} % of the cells are no {what}; their rows will be rejected and named",
        column=profile.header, percent=max(1, round(100 - share * 100)), what=what,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _annotation(name: str) -> tuple[Any, ...]:
    for model in _DRAFTS:
        if name in model.model_fields:
            found = model.model_fields[name].annotation
            return get_args(found) if get_origin(found) in {Union, UnionType} else (found,)
    return ()


def _enum_of(name: str) -> type[StrEnum] | None:
    return next(
        (kind for kind in _annotation(name) if isinstance(kind, type) and issubclass(kind, StrEnum)), None
    )


def _is_boolean(name: str) -> bool:
    return bool in _annotation(name)
