"""Which grade a rule pack proposes for a tree. It only proposes: the legal grade is a decision (认定).

Lower bounds are included, upper ones are not: 500 years are the first grade, 499 the second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.errors import Phrase
from registry.rules.packs import Basis, Rule, RulePack
from registry.vocab.words import Category


class Turn(StrEnum):
    """What re-designation would do to the decision in force."""

    NONE = "none"
    UNKNOWN = "unknown"
    NEW = "new"
    RAISE = "raise"
    REVIEW = "review"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What a judgement looks at. None: not known; lengths and ages as their names say.

    age_is_confirmed: a document says so; age_is_legend: a legend does.
    legal_…: the decision in force, which no suggestion changes; listings: the lists that the tree is on.
    """

    age_years: int | None = None
    age_is_confirmed: bool = False
    age_is_legend: bool = False
    age_as_of: date | None = None
    is_famous: bool = False
    is_urban: bool | None = None
    girth_cm: float | None = None
    diameter_cm: float | None = None
    ground_diameter_cm: float | None = None
    height_m: float | None = None
    crown_m: float | None = None
    is_deciduous: bool | None = None
    in_timber_plantation: bool | None = None
    genus: str | None = None
    legal_category: str | None = None
    legal_grade: str | None = None
    listings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a pack proposes for one tree on one day.

    grade: by the pack's scheme, None where it gives none (a young famous tree has none by age).
    protection: the grade as which the tree is protected; age_years: on that day, an estimate if it grew.
    why, doubts: sentences; with a doubt the appraisal has to look first. basis: what the proposal rests on.
    """

    pack_id: str
    category: Category | None = None
    grade: str | None = None
    protection: str | None = None
    listing: str | None = None
    age_years: int | None = None
    turn: Turn = Turn.UNKNOWN
    why: tuple[Phrase, ...] = ()
    doubts: tuple[Phrase, ...] = ()
    basis: Basis | None = None

    @property
    def is_due(self) -> bool:
        """Whether the decision in force should be looked at again."""
        return self.turn not in {Turn.NONE, Turn.UNKNOWN}

    @property
    def is_uncertain(self) -> bool:
        """Whether something that decides is not sure."""
        return bool(self.doubts)

    @property
    def citation(self) -> str:
        """Where the law stands that this rests on; "" where nothing was found."""
        return self.basis.citation if self.basis else ""

    @property
    def kind(self) -> str | None:
        """The class whose rules hold for the tree, such as "1" or "famous"; see `vocab.rule_words`."""
        return protection_class(self.category, self.protection)


def protection_class(category: str | None, grade: str | None) -> str | None:
    """The class by which patrols and zones are ruled: famous, reserve and big trees have their own."""
    if category in {Category.FAMOUS, Category.RESERVE, Category.CITY_BIG}:
        return str(category)
    return grade


def age_on(facts: TreeFacts, on: date) -> int | None:
    """The age in whole years on a day: an estimate that adds the years since it was said, never below 0."""
    if facts.age_years is None or facts.age_as_of is None:
        return facts.age_years
    since = facts.age_as_of
    return max(facts.age_years + on.year - since.year - ((on.month, on.day) < (since.month, since.day)), 0)


def suggest(pack: RulePack, facts: TreeFacts, on: date) -> Suggestion:
    """What `pack` proposes for a tree on a day, and whether the decision in force should be looked at again.

    Source: domain rules of the pack, cited in `basis`. The legal grade of `facts` is read, never changed.
    """
    age = age_on(facts, on)
    found = (
        _left_out(pack, facts)
        or _famous(pack, facts, age)
        or _ancient(pack, facts, age)
        or _reserve(pack, facts, age)
        or _by_size(pack, facts, age, "city_big", Category.CITY_BIG)
        or _by_size(pack, facts, age, "listing", Category.LISTED)
        or _nothing(pack, age)
    )
    return _judged(found, pack, facts, age)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found before it is compared with the decision in force."""

    category: Category | None
    rule: Rule | None
    grade: str | None = None
    protection: str | None = None
    listing: str | None = None
    by_age: bool = False
    why: tuple[Phrase, ...] = ()
    doubts: tuple[Phrase, ...] = ()
    is_known: bool = True


def _left_out(pack: RulePack, facts: TreeFacts) -> _Found | None:
    plantation = pack.rule("exclusions", "timber_plantation")
    if plantation and facts.in_timber_plantation:
        return _Found(None, plantation, why=(Phrase("it stands in a plantation grown mainly for timber"),))
    return None


def _famous(pack: RulePack, facts: TreeFacts, age: int | None) -> _Found | None:
    rule = pack.rule("famous")
    if rule is None or not facts.is_famous:
        return None
    ancient = _ancient(pack, facts, age)
    why = Phrase("a famous tree is protected as {grade} at any age", grade=_GRADES[rule.values["grade"]])
    return _Found(
        Category.ANCIENT_FAMOUS if ancient else Category.FAMOUS,
        rule,
        grade=ancient.grade if ancient else None,
        protection=rule.values["grade"],
        why=(why, *(ancient.why if ancient else ())),
    )


def _ancient(pack: RulePack, facts: TreeFacts, age: int | None) -> _Found | None:
    for name, rule in pack.section("grades").items():
        low, high = rule.get("from"), rule.get("below")
        if age is not None and low is not None and low <= age and (high is None or age < high):
            why = Phrase(
                "{age}: {grade} is for {band}", age=_years(age), grade=_GRADES[name], band=_band(rule)
            )
            doubts = tuple(_exclusion_doubts(pack, facts))
            return _Found(Category.ANCIENT, rule, name, name, by_age=True, why=(why,), doubts=doubts)
    return None


def _reserve(pack: RulePack, facts: TreeFacts, age: int | None) -> _Found | None:
    rule = pack.rule("reserve")
    low = rule.get("from") if rule else None
    if rule is None or low is None or age is None or not low <= age < rule.values.get("below", age + 1):
        return None
    if rule.get("urban") and facts.is_urban is False:
        return None
    doubts = [_URBAN_UNKNOWN] if rule.get("urban") and facts.is_urban is None else []
    grade, protected_as = rule.get("grade"), rule.get("protected_as")
    why = [Phrase("{age}: reserve trees are {band}", age=_years(age), band=_band(rule))]
    if protected_as:
        why.append(Phrase("reserve trees are protected as {grade}", grade=_GRADES[protected_as]))
    return _Found(
        Category.RESERVE,
        rule,
        grade,
        grade or protected_as,
        by_age=True,
        why=tuple(why),
        doubts=tuple(doubts),
    )


def _by_size(
    pack: RulePack, facts: TreeFacts, age: int | None, section: str, category: Category
) -> _Found | None:
    rows = pack.section(section)
    passed = [row for row in rows.values() if row.get("measure") and _passes(row, facts, age)]
    sure = [row for row in passed if _habit_is_known(row, facts)]
    # a tree whose habit is unknown passes for sure where both habits would
    both = {row.get("only") for row in passed} >= {"deciduous", "evergreen"}
    if not passed:
        return None
    whole = rows.get("")
    grade = whole.get("grade") if whole else None
    row = (sure or passed)[0]
    doubts = () if sure or both else (Phrase("it is not known whether the tree is deciduous or evergreen"),)
    return _Found(
        category,
        row,
        grade,
        grade,
        listing=whole.get("list") if whole else None,
        by_age=row.get("measure") == "age_years",
        why=(_size_phrase(row, facts, age),),
        doubts=doubts,
    )


def _passes(row: Rule, facts: TreeFacts, age: int | None) -> bool:
    value = _measured(row, facts, age)
    if value is None or (facts.is_deciduous is not None and not _fits_habit(row, facts.is_deciduous)):
        return False
    low, over = row.get("from"), row.get("over")
    return bool(value >= low if low is not None else value > over)


def _measured(row: Rule, facts: TreeFacts, age: int | None) -> float | None:
    measure = row.values["measure"]
    return age if measure == "age_years" else getattr(facts, measure)


def _fits_habit(row: Rule, is_deciduous: bool) -> bool:
    return row.get("only") in {None, "deciduous" if is_deciduous else "evergreen"}


def _habit_is_known(row: Rule, facts: TreeFacts) -> bool:
    return row.get("only") is None or facts.is_deciduous is not None


def _nothing(pack: RulePack, age: int | None) -> _Found:
    """No rule fits. Below every age is a judgement; an age that nobody knows is none."""
    ages = [low for low, _ in pack.grade_ages.values()]
    if age is None and ages:
        return _Found(None, None, why=(Phrase("its age is not known"),), is_known=False)
    if not ages:
        why = Phrase("none of the criteria that are numbers is met or known; the others need a judgement")
        return _Found(None, None, why=(why,), is_known=False)
    why = Phrase("{age}: below the ages of this pack", age=_years(age or 0))
    lowest = pack.rule("reserve") or pack.rule("grades", max(pack.section("grades"), default=""))
    return _Found(None, lowest, by_age=True, why=(why,))


def _judged(found: _Found, pack: RulePack, facts: TreeFacts, age: int | None) -> Suggestion:
    turn = _turn(found, facts) if found.is_known else Turn.UNKNOWN
    doubts = (*found.doubts, *(_age_doubts(pack, found, facts, age) if turn is not Turn.NONE else ()))
    return Suggestion(
        pack_id=pack.id,
        category=found.category,
        grade=found.grade,
        protection=found.protection,
        listing=found.listing,
        age_years=age,
        turn=turn,
        why=(*found.why, *_in_force(facts, turn)),
        doubts=doubts,
        basis=found.rule.basis if found.rule else None,
    )


_FAMOUS = {Category.FAMOUS, Category.ANCIENT_FAMOUS}
_BY_LAW = {Category.ANCIENT, Category.RESERVE, Category.CITY_BIG}


def _turn(found: _Found, facts: TreeFacts) -> Turn:
    if found.listing is not None:
        return Turn.NONE if found.listing in facts.listings else Turn.NEW
    if found.category is None:
        is_held = facts.legal_grade is not None or facts.legal_category in _BY_LAW
        return Turn.REVIEW if is_held else Turn.NONE
    if facts.legal_grade is not None:
        return _turn_of_grade(found, facts)
    is_held_so = facts.legal_category == found.category or {facts.legal_category, found.category} <= _FAMOUS
    if is_held_so and (found.grade is None or found.category in _FAMOUS):
        return Turn.NONE
    if found.grade is None and facts.legal_category in _BY_LAW:
        return Turn.CATEGORY
    return Turn.NEW


def _turn_of_grade(found: _Found, facts: TreeFacts) -> Turn:
    legal = facts.legal_grade
    wanted = found.protection if found.category in _FAMOUS else found.grade
    if legal == wanted:
        kinds = {facts.legal_category, found.category}
        return Turn.CATEGORY if len(kinds) == 2 and kinds <= _BY_LAW else Turn.NONE
    is_higher = legal in _GRADES and wanted is not None and wanted < str(legal)
    return Turn.RAISE if is_higher else Turn.REVIEW


def _in_force(facts: TreeFacts, turn: Turn) -> Iterator[Phrase]:
    if turn in {Turn.NONE, Turn.UNKNOWN}:
        return
    if facts.legal_grade in _GRADES:
        yield Phrase("in force: {grade}", grade=_GRADES[facts.legal_grade])
    else:
        yield Phrase("no grade is in force")


def _age_doubts(pack: RulePack, found: _Found, facts: TreeFacts, age: int | None) -> Iterator[Phrase]:
    if not found.by_age or age is None or facts.age_years is None:
        return
    if facts.age_is_legend:
        yield Phrase("the age is a legend")
    elif not facts.age_is_confirmed:
        yield Phrase("the age is an estimate")
    if facts.age_as_of is None:
        yield Phrase("the year of the age is not recorded")
    elif _grade_at(pack, age) != _grade_at(pack, facts.age_years):
        yield Phrase(
            "the age was {age} in {year} and has been added to since",
            age=_years(facts.age_years),
            year=facts.age_as_of.year,
        )


def _grade_at(pack: RulePack, age: int) -> str | None:
    bands = pack.grade_ages.items()
    return next((g for g, (low, high) in bands if low <= age and (high is None or age < high)), None)


def _exclusion_doubts(pack: RulePack, facts: TreeFacts) -> Iterator[Phrase]:
    row = pack.rule("exclusions", "without_value")
    if row and facts.genus in (row.get("genera") or ()):
        yield Phrase("the genus {genus} counts only where the tree has cultural value", genus=facts.genus)


_URBAN_UNKNOWN = Phrase("it is not known whether the tree stands in a built-up area")
_GRADES = {
    "1": Phrase("the first grade"),
    "2": Phrase("the second grade"),
    "3": Phrase("the third grade"),
    "4": Phrase("the fourth grade"),
}
_MEASURES = {
    "age_years": (Phrase("age"), ""),
    "girth_cm": (Phrase("girth"), " cm"),
    "diameter_cm": (Phrase("diameter"), " cm"),
    "ground_diameter_cm": (Phrase("diameter at ground"), " cm"),
    "height_m": (Phrase("height"), " m"),
    "crown_m": (Phrase("crown spread"), " m"),
}


def _years(age: int) -> Phrase:
    return Phrase("{age} years", age=age)


def _band(rule: Rule) -> Phrase:
    low, high = rule.values["from"], rule.get("below")
    if high is None:
        return Phrase("{low} years and more", low=low)
    return Phrase("{low} to {high} years", low=low, high=high - 1)


def _size_phrase(row: Rule, facts: TreeFacts, age: int | None) -> Phrase:
    measure, unit = _MEASURES[row.values["measure"]]
    value = f"{_measured(row, facts, age):g}{unit}"
    if row.get("over") is not None:
        limit = f"{row.values['over']:g}{unit}"
        return Phrase("{measure} {value}: more than {limit}", measure=measure, value=value, limit=limit)
    limit = f"{row.values['from']:g}{unit}"
    return Phrase("{measure} {value}: {limit} or more", measure=measure, value=value, limit=limit)
