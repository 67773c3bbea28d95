"""The format of a rule pack: what may stand in its file, checked whole before anything of it is used."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from registry.errors import Phrase, RulePackError
from registry.rules.packs import GRADES, Basis, Rule, RulePack, Scope
from registry.vocab.care_words import INCIDENTS
from registry.vocab.desk_words import ReviewLevel
from registry.vocab.rule_words import (
    CLASSES,
    CONFIDENCES,
    DEADLINES,
    EXCLUSIONS,
    HABITS,
    LEVELS,
    MEASURES,
    MULTI_STEMS,
    PLATE_FIELDS,
    PROJECTS,
    REQUIREMENTS,
    REVIEWED,
    SECTIONS,
    STANDINGS,
    STEM_EDGES,
    TWO_PERSONS,
    ZONE_COMBINED,
)
from registry.vocab.words import NUMBER_SCHEMES, VIGOUR_SCALES, FamousCategory, Vigour

MOST = 20_000
"""The greatest number that a rule may have: years of an age, days, metres, centimetres, experts."""
MOST_MONEY = 100_000_000
"""The greatest fine that a rule may have, in whole yuan."""
Check = Callable[[Any], Phrase | None]
"""Looks at one value: what is wrong with it, or None."""


def _text(value: Any) -> Phrase | None:
    return None if isinstance(value, str) and value.strip() else Phrase("it must be a text")


def _bounded(value: float) -> Phrase | None:
    """No law has such a number, and no day comes so late."""
    return None if value <= MOST else Phrase("it must be {most} at most", most=MOST)


def _number(value: Any) -> Phrase | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return _bounded(value) if is_number else Phrase("it must be a number, 0 or more")


def _whole(value: Any) -> Phrase | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return _bounded(value) if is_whole else Phrase("it must be a whole number, 0 or more")


def _flag(value: Any) -> Phrase | None:
    return None if isinstance(value, bool) else Phrase("it must be true or false")


def _day(value: Any) -> Phrase | None:
    is_year = isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999
    is_day = type(value) is date or is_year
    return None if is_day else Phrase("it must be a day such as 2025-03-15, or a year such as 2017")


def _word(known: Mapping[str, Any] | tuple[str, ...]) -> Check:
    def check(value: Any) -> Phrase | None:
        if isinstance(value, str) and value in known:
            return None
        return Phrase("{value} is not one of {known}", value=value, known=list(known))

    return check


def _list(each: Check) -> Check:
    def check(value: Any) -> Phrase | None:
        if not isinstance(value, list) or not value:
            return Phrase("it must be a list")
        return next(filter(None, map(each, value)), None)

    return check


def _levels(value: Any) -> Phrase | None:
    """Levels of review from the lowest to the highest, each once; none: it needs no review."""
    order = [level.value for level in ReviewLevel]
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if is_list and value == [level for level in order if level in value]:
        return None
    return Phrase("it must be a list of {known}, in this order, each once at most", known=order)


def _range(value: Any) -> Phrase | None:
    """Two whole amounts of money, the lower first."""
    is_range = isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value)
    is_fine = is_range and 0 <= value[0] <= value[1] <= MOST_MONEY
    return None if is_fine else Phrase("it must be two whole amounts, the lower first")


def _slug(value: Any) -> Phrase | None:
    is_slug = isinstance(value, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value)
    return None if is_slug else Phrase("it must be lower-case letters, digits and hyphens")


PACK_KEYS: dict[str, Check] = {
    "id": _slug, "jurisdiction": _slug, "title_zh": _text, "title_en": _text, "valid_from": _day,
    "valid_to": _day, "supersedes": _list(_slug), "extends": _slug, "citation": _text, "citation_en": _text,
    "source": _text,
    "document_no": _text, "confidence": _word(CONFIDENCES), "standing": _word(STANDINGS),
    "needs_document": _flag, "automatic": _flag, "base": _flag, "unverified": _list(_word(SECTIONS)),
    "drops": _list(_word(SECTIONS)), "note_zh": _text, "note_en": _text,
}  # fmt: skip
"""Keys at the head of a pack."""
NEEDED = ("id", "jurisdiction", "title_zh", "title_en", "citation", "confidence")
BASIS_KEYS: dict[str, Check] = {
    "citation": _text, "citation_en": _text, "source": _text, "confidence": _word(CONFIDENCES),
    "standing": _word(STANDINGS),
}  # fmt: skip
"""Keys that a section or a row may give for itself; otherwise they are those of the pack."""
TEXT_KEYS: dict[str, Check] = {"text_zh": _text, "text_en": _text}
"""What the law says in words, where it gives no number; always both."""
SCOPE_KEYS: dict[str, Check] = {"divisions": _list(_text), "urban": _flag}
TERMS: dict[str, Check] = {"days": _whole, "working_days": _whole, "weeks": _whole, "months": _whole,
                           "years": _whole}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `rows`: names its rows may have (None: any; empty: it is one row itself)."""

    values: Mapping[str, Check]
    rows: tuple[str, ...] | None = ()
    own: Mapping[str, Check] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    adds: bool = False
    """Whether its rows add to those of the extended pack, instead of standing in their place."""


_CRITERION: dict[str, Check] = {
    "measure": _word(MEASURES), "from": _number, "over": _number, "only": _word(HABITS),
    "at_height_m": _number,
}  # fmt: skip

FORMAT: dict[str, Section] = {
    "grades": Section({"from": _whole, "below": _whole}, GRADES, one_of=("from", "text_zh")),
    "famous": Section({"grade": _word(GRADES)}),
    "famous_categories": Section({"categories": _list(_word(tuple(FamousCategory)))}),
    "reserve": Section(
        {
            "from": _whole,
            "below": _whole,
            "grade": _word(GRADES),
            "protected_as": _word(GRADES),
            "urban": _flag,
        }
    ),
    "city_big": Section(_CRITERION, None, {"grade": _word(GRADES)}, ("measure", "text_zh")),
    "listing": Section(_CRITERION, None, {"list": _slug}, ("measure", "text_zh")),
    "exclusions": Section({"genera": _list(_text), "except": _list(_text)}, tuple(EXCLUSIONS), adds=True),
    "grove": Section({"grade": _word(("highest",)), "least_trees": _whole}),
    "designation": Section({"decides": _word(LEVELS), "approves": _word(LEVELS)}, tuple(CLASSES)),
    "appraisal": Section({"experts": _whole}),
    "notice": Section({"days": _whole, "working_days": _whole}),
    "patrol": Section({"months": _whole}, tuple(CLASSES), one_of=("months", "text_zh")),
    "patrol_vigour": Section(
        {"factor": _number, "months": _whole}, tuple(Vigour), one_of=("factor", "months")
    ),
    "zone": Section(
        {
            "crown_offset_m": _number,
            "diameter_factor": _number,
            "least_m": _number,
            "most_m": _number,
            "combine": _word(ZONE_COMBINED),
            "stem_factor_from": _word(STEM_EDGES),
            "measured_at_m": _number,
            "multi_stem": _word(MULTI_STEMS),
            "boundary_offset_m": _number,
            "root_factor": _number,
            "root_power": _number,
            "root_scale": _number,
            "root_least_m": _number,
            "root_least_below_m": _number,
        },
        tuple(CLASSES),
        one_of=("crown_offset_m", "diameter_factor", "boundary_offset_m", "text_zh"),
    ),
    "census": Section({"years": _whole}),
    "deadlines": Section(TERMS, tuple(DEADLINES), one_of=tuple(TERMS), adds=True),
    "transplant": Section({"classes": _list(_word(CLASSES))}, tuple(PROJECTS), one_of=("classes",)),
    "works": Section(
        {
            "requires": _word(REQUIREMENTS),
            "forbids": _list(_word(INCIDENTS)),
            "minor_percent": _number,
            "root_is_major": _flag,
        },
        tuple(CLASSES),
        own={"unstated_uncertainty_m": _number, "covered_km": _number},
        one_of=("requires",),
    ),
    "penalties": Section(
        {
            "acts": _list(_word(INCIDENTS)),
            "classes": _list(_word(CLASSES)),
            "yuan": _range,
            "serious_yuan": _range,
            "if_dead": _flag,
        },
        None,
        one_of=("yuan",),
    ),
    "plate": Section({"fields": _list(_word(PLATE_FIELDS))}),
    "vigour": Section({"scale": _word(VIGOUR_SCALES)}),
    "number": Section({"scheme": _word(NUMBER_SCHEMES)}),
    "strategy": Section({"experts": _whole, "rescue_experts": _whole}),
    "review": Section(
        {"levels": _levels},
        tuple(REVIEWED),
        own={"two_persons": _list(_word(TWO_PERSONS)), "alone": _flag},
        one_of=("levels",),
    ),
}
"""Every section of a pack. One that is given replaces that of the extended pack, unless its rows add up."""


def pack_from(found: Mapping[str, Any], file: str, known: Callable[[str], RulePack | None]) -> RulePack:
    """The pack that a parsed TOML file describes, with what it inherits.

    known: gives the pack of an id, for `extends`. Raises RulePackError that names `file` and the key.
    """
    head = {key: value for key, value in found.items() if key not in FORMAT and key != "scope"}
    _check_keys(file, "", head, PACK_KEYS)
    for key in NEEDED:
        if key not in head:
            raise RulePackError(pack=file, key=key, reason=Phrase("it is missing"))
    if ("note_zh" in head) != ("note_en" in head):
        raise RulePackError(pack=file, key="note_en", reason=Phrase("a text stands in both languages"))
    pack = _head_of(head, _scope(found, head["jurisdiction"], file))
    if pack.valid_from and pack.valid_to and pack.valid_to < pack.valid_from:
        raise RulePackError(pack=file, key="valid_to", reason=Phrase("it is before valid_from"))
    rules = _inherited(pack, found, file, known)
    for section in FORMAT:
        if section in found:
            rules |= {(section, rule.name): rule for rule in _rules(section, found[section], pack, file)}
    _check_bands(rules, file)
    return replace(pack, rules=MappingProxyType(rules))


def _head_of(head: Mapping[str, Any], scope: Scope) -> RulePack:
    return RulePack(
        id=head["id"],
        jurisdiction=head["jurisdiction"],
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        citation=head["citation"],
        confidence=head["confidence"],
        standing=head.get("standing", "law"),
        citation_en=head.get("citation_en", ""),
        source=head.get("source", ""),
        document_no=head.get("document_no", ""),
        since=head.get("valid_from"),
        until=head.get("valid_to"),
        supersedes=tuple(head.get("supersedes", ())),
        extends=head.get("extends"),
        scope=scope,
        needs_document=head.get("needs_document", False),
        is_automatic=head.get("automatic", False),
        is_base=head.get("base", False),
        unverified=tuple(head.get("unverified", ())),
        note_zh=head.get("note_zh", ""),
        note_en=head.get("note_en", ""),
    )


def _scope(found: Mapping[str, Any], jurisdiction: str, file: str) -> Scope:
    scope = found.get("scope", {})
    if not isinstance(scope, dict):
        raise RulePackError(pack=file, key="scope", reason=Phrase("it must be a table"))
    _check_keys(file, "scope", scope, SCOPE_KEYS)
    return Scope(jurisdiction, tuple(scope.get("divisions", ())), scope.get("urban"))


def _inherited(
    pack: RulePack, found: Mapping[str, Any], file: str, known: Callable[[str], RulePack | None]
) -> dict[tuple[str, str], Rule]:
    if pack.extends is None:
        return {}
    parent = known(pack.extends) if pack.extends != pack.id else None
    if parent is None:
        reason = Phrase("there is no rule pack {pack} that it could extend", pack=pack.extends)
        raise RulePackError(pack=file, key="extends", reason=reason)
    gone = {*found.get("drops", ()), *(name for name in found if name in FORMAT and not FORMAT[name].adds)}
    return {place: rule for place, rule in parent.rules.items() if place[0] not in gone}


def _rules(section: str, found: Any, pack: RulePack, file: str) -> Iterator[Rule]:
    if not isinstance(found, dict):
        raise RulePackError(pack=file, key=section, reason=Phrase("it must be a table"))
    form = FORMAT[section]
    base = Basis(pack.id, pack.citation, pack.source, pack.confidence, pack.standing, pack.citation_en)
    rows = {} if form.rows == () else {name: row for name, row in found.items() if isinstance(row, dict)}
    own = {name: value for name, value in found.items() if name not in rows}
    _check_keys(
        file, section, own, {**(form.own if form.rows != () else form.values), **BASIS_KEYS, **TEXT_KEYS}
    )
    basis = _basis(own, base)
    values = _values(own)
    if values:
        yield Rule(section, "", values, basis)
    for name, row in rows.items():
        place = f"{section}.{name}"
        if form.rows is not None and name not in form.rows:
            reason = Phrase("{value} is not one of {known}", value=name, known=list(form.rows))
            raise RulePackError(pack=file, key=place, reason=reason)
        _check_keys(file, place, row, {**form.values, **BASIS_KEYS, **TEXT_KEYS})
        if form.one_of and not set(form.one_of) & set(row):
            reason = Phrase("it needs one of {known}", known=list(form.one_of))
            raise RulePackError(pack=file, key=place, reason=reason)
        if "measure" in row and ("from" in row) == ("over" in row):
            reason = Phrase("it needs one of {known}", known=["from", "over"])
            raise RulePackError(pack=file, key=place, reason=reason)
        yield Rule(section, name, _values(row), _basis(row, basis))


def _values(row: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items() if key not in BASIS_KEYS}
    return MappingProxyType(kept)


def _basis(row: Mapping[str, Any], base: Basis) -> Basis:
    own = {key: row[key] for key in BASIS_KEYS if key in row}
    if "citation" in own:
        own.setdefault("citation_en", "")
    return replace(base, **own)


def _check_keys(file: str, place: str, found: Mapping[str, Any], known: Mapping[str, Check]) -> None:
    for key, value in found.items():
        where = f"{place}.{key}" if place else key
        if key not in known:
            reason = Phrase("there is no such key; there are {known}", known=sorted(known))
            raise RulePackError(pack=file, key=where, reason=reason)
        if wrong := known[key](value):
            raise RulePackError(pack=file, key=where, reason=wrong)
    if ("text_zh" in found) != ("text_en" in found):
        where = f"{place}.text_en" if place else "text_en"
        raise RulePackError(pack=file, key=where, reason=Phrase("a text stands in both languages"))


def _check_bands(rules: Mapping[tuple[str, str], Rule], file: str) -> None:
    """No age may have two grades, and none may begin after it ends: that would be a judgement by chance."""
    bands = [
        (rule.values["from"], rule.get("below"), f"{section}.{name}".rstrip("."))
        for (section, name), rule in rules.items()
        if section in {"grades", "reserve"} and rule.get("from") is not None
    ]
    for low, high, where in bands:
        if high is not None and high <= low:
            raise RulePackError(pack=file, key=where, reason=Phrase("below must be greater than from"))
    bands.sort(key=lambda band: band[0])
    for (_, high, where), (low, _, other) in pairwise(bands):
        if high is None or high > low:
            reason = Phrase("it overlaps with {other}", other=other)
            raise RulePackError(pack=file, key=where, reason=reason)
