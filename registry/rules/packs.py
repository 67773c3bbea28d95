"""Rule packs as the rules see them: law as data, each value with what it rests on. Pure; read elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from registry.rules.plausibility import GradeAges
from registry.vocab.words import GrowthPlace

GRADES = ("1", "2", "3", "4")
URBAN_PLACES = frozenset({GrowthPlace.URBAN, GrowthPlace.HISTORIC_DISTRICT, GrowthPlace.PARK_STREET})
RURAL_PLACES = frozenset({GrowthPlace.REMOTE, GrowthPlace.RURAL, GrowthPlace.NATURAL_FOREST})


@dataclass(frozen=True, slots=True)
class Basis:
    """What a value rests on: where it stands, how sure we are of it, and whose pack says so."""

    pack_id: str
    citation: str
    source: str
    confidence: str
    standing: str
    citation_en: str = ""

    def cited(self, lang: str) -> str:
        """The citation as it is said in a language: documents keep their names."""
        return (lang == "en" and self.citation_en) or self.citation

    @property
    def is_lawful(self) -> bool:
        """Whether an authority said so; a default of ours and what nobody has verified are not."""
        return self.standing not in {"default", "unverified"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a pack: `values` as the file gives them (ages in years, lengths as their names say)."""

    section: str
    name: str
    values: Mapping[str, Any]
    basis: Basis

    def get(self, key: str) -> Any:
        """The value called `key`, None where the pack does not say."""
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tree stands, as far as packs ask: `divisions` are codes or names, largest first."""

    jurisdiction: str = "cn"
    divisions: tuple[str, ...] = ()
    is_urban: bool | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a pack holds: everywhere in its jurisdiction, or in some divisions, or in cities only."""

    jurisdiction: str
    divisions: tuple[str, ...] = ()
    is_urban: bool | None = None

    def covers(self, place: Place) -> bool | None:
        """Whether `place` lies within; None where it is not known whether it is in a city."""
        if not (
            _within(place.jurisdiction, self.jurisdiction)
            or (_within(self.jurisdiction, place.jurisdiction) and self._names_a_division_of(place))
        ):
            return False
        if self.is_urban is None:
            return True
        return None if place.is_urban is None else place.is_urban == self.is_urban

    def _names_a_division_of(self, place: Place) -> bool:
        return any(
            found == own or (own.isdigit() and found.isdigit() and found.startswith(own))
            for own in self.divisions
            for part in place.divisions
            for found in (part, *part.split("/"))
        )


def _within(inner: str, outer: str) -> bool:
    return f"{inner}-".startswith(f"{outer}-")


@dataclass(frozen=True, slots=True)
class RulePack:
    """One pack. `rules` holds its own rows and those of the pack that it extends.

    since, until: as the file gives them, a day or a year alone; None where not known.
    unverified: sections about which there may be rules that nobody here has read.
    """

    id: str
    jurisdiction: str
    title_zh: str
    title_en: str
    citation: str
    confidence: str
    standing: str = "law"
    citation_en: str = ""
    source: str = ""
    document_no: str = ""
    since: date | int | None = None
    until: date | int | None = None
    supersedes: tuple[str, ...] = ()
    extends: str | None = None
    scope: Scope = Scope("cn")
    needs_document: bool = False
    is_automatic: bool = False
    is_base: bool = False
    unverified: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    rules: Mapping[tuple[str, str], Rule] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def valid_from(self) -> date | None:
        """The first day; of a year alone, its first; None where not known."""
        return date(self.since, 1, 1) if isinstance(self.since, int) else self.since

    @property
    def valid_to(self) -> date | None:
        """The last day; of a year alone, its last; None where there is no end."""
        return date(self.until, 12, 31) if isinstance(self.until, int) else self.until

    def is_valid(self, on: date) -> bool:
        """Whether the pack is in force on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def section(self, name: str) -> dict[str, Rule]:
        """The rows of a section by name; a section of one row has it under ""."""
        return {rule.name: rule for (section, _), rule in self.rules.items() if section == name}

    def rule(self, section: str, name: str = "") -> Rule | None:
        """One row, or None."""
        return self.rules.get((section, name))

    def value(self, section: str, name: str, key: str) -> Any:
        """One value, or None where the pack does not say."""
        rule = self.rule(section, name)
        return rule.get(key) if rule else None

    @property
    def grade_ages(self) -> GradeAges:
        """Years of age of each grade, from (included) to (excluded; None: open)."""
        ages = {
            name: (int(rule.values["from"]), rule.get("below"))
            for name, rule in self.section("grades").items()
            if rule.get("from") is not None
        }
        reserve = self.rule("reserve")
        if reserve and reserve.get("grade") and reserve.get("from") is not None:
            ages[reserve.values["grade"]] = (int(reserve.values["from"]), reserve.get("below"))
        return ages

    def rule_for(self, section: str, kind: str) -> Rule | None:
        """The row of `section` for a class such as "1" or "famous", or the one for all."""
        return self.rule(section, kind) or self.rule(section, "any")

    def patrol_months(self, kind: str, vigour: str | None = None) -> float | None:
        """Months between two patrols of a tree of a class; None where the pack does not say."""
        rule = self.rule_for("patrol", kind)
        months = rule.get("months") if rule else None
        by_vigour = self.rule("patrol_vigour", vigour) if vigour else None
        if by_vigour is None:
            return months
        if by_vigour.get("months") is not None:
            return float(min(by_vigour.values["months"], months or by_vigour.values["months"]))
        return None if months is None else float(months * by_vigour.values["factor"])

    def may_transplant(self, project: str, kind: str) -> bool | None:
        """Whether a project of a kind may apply for a tree of a class; None where the pack does not say."""
        rule = self.rule("transplant", project)
        return None if rule is None else kind in rule.values["classes"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """That an office goes by a pack: from when to when (excluded), where, and by which document."""

    pack: RulePack
    adopted_on: date
    ended_on: date | None = None
    jurisdiction: str = "cn"
    division_id: str | None = None
    is_urban_only: bool = False
    document_no: str | None = None

    def holds(self, place: Place, on: date) -> bool:
        """Whether the pack is applied to a place on a day."""
        return (
            self.adopted_on <= on
            and (self.ended_on is None or on < self.ended_on)
            and self.pack.is_valid(on)
            and self._covers(place)
        )

    def _covers(self, place: Place) -> bool:
        if self.is_urban_only and not place.is_urban:
            return False
        if self.division_id is not None:
            return self.division_id in place.divisions
        return Scope(self.jurisdiction, self.pack.scope.divisions).covers(place) is True


def pack_for(
    place: Place, on: date, adoptions: Iterable[Adoption], shipped: Iterable[RulePack] = ()
) -> RulePack | None:
    """The pack for a tree at `place` on a day: the narrowest and latest adopted, else the law in force.

    Law in force is a shipped pack that says it needs no adoption; None where there is neither.
    """
    adopted = [adoption for adoption in adoptions if adoption.holds(place, on)]
    if adopted:
        return max(adopted, key=lambda a: (*_narrowness(a.pack, a.division_id), a.adopted_on, a.pack.id)).pack
    automatic = [p for p in shipped if p.is_automatic and p.is_valid(on) and p.scope.covers(place)]
    replaced = {name for pack in automatic for name in pack.supersedes}
    return max(
        (pack for pack in automatic if pack.id not in replaced),
        key=lambda pack: (*_narrowness(pack, None), pack.valid_from or date.min, pack.id),
        default=None,
    )


def _narrowness(pack: RulePack, division_id: str | None) -> tuple[int, int, int, bool]:
    codes = max((len(code) for code in pack.scope.divisions), default=0)
    return (
        len(division_id or ""),
        pack.scope.jurisdiction.count("-"),
        codes,
        pack.scope.is_urban is not None,
    )


def is_urban(growth_place: str | None) -> bool | None:
    """Whether a growth place (生长场所) is in a city; None where its word does not tell."""
    if growth_place in URBAN_PLACES:
        return True
    return False if growth_place in RURAL_PLACES else None
