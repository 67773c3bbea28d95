"""Whom a rule pack affects, and whose designation is due: the register against the rules, in a stream."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.models import Designation, Measurement, RuleAdoption, Tree
from registry.rulepacks import PackLibrary
from registry.rules.grading import Suggestion, TreeFacts, Turn, protection_class, suggest
from registry.rules.in_force import in_force, legal_grade
from registry.rules.packs import Adoption, Place, RulePack, is_urban, pack_for
from registry.selection import stream_ids
from registry.surroundings import Surroundings
from registry.vocab.words import ON_REGISTER, AgeBasis, Category, DesignationKind

BATCH = 1000
OUTSIDE, URBAN_UNKNOWN, NO_PACK, NOT_STANDING = "outside", "urban_unknown", "no_pack", "not_standing"
_COLUMNS: tuple[Any, ...] = (
    Tree.id, Tree.tree_no, Tree.number_scheme, Tree.authority_id, Tree.category, Tree.status, Tree.species_id,
    Tree.name_verbatim, Tree.latin_verbatim, Tree.division_id, Tree.growth_place, Tree.age_years,
    Tree.age_basis, Tree.age_as_of, Tree.vigour, Tree.is_in_timber_plantation, Tree.town, Tree.village,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """One tree held against a pack. `legal_…` is the decision in force; months are those between patrols.

    before: what another pack proposes, where two packs are compared; `division`: names, largest first.
    """

    tree_id: str
    tree_no: str
    number_scheme: str
    name: str
    division: tuple[str, ...]
    category: str
    legal_grade: str | None
    legal_scheme: str | None
    age_years: int | None
    age_as_of: date | None
    vigour: str | None
    suggestion: Suggestion
    before: Suggestion | None = None
    old_months: float | None = None
    new_months: float | None = None

    @property
    def old(self) -> tuple[str | None, str | None]:
        """(category, grade) in force, or by the pack that it is compared with."""
        if self.before is not None:
            return self.before.category, self.before.protection
        return self.category, self.legal_grade

    @property
    def new(self) -> tuple[str | None, str | None]:
        """(category, grade as which it would be protected) by the pack."""
        return self.suggestion.category, self.suggestion.protection

    @property
    def is_regraded(self) -> bool:
        """Whether grade or category would be another one; never so where the pack cannot tell."""
        if self.before is not None:
            return self.suggestion.turn is not Turn.UNKNOWN and self.old != self.new
        return self.suggestion.is_due

    @property
    def is_repatrolled(self) -> bool:
        """Whether the patrol interval would be another one."""
        return None not in (self.old_months, self.new_months) and self.old_months != self.new_months


@dataclass(slots=True)
class Tally:
    """What was looked at: counts by outcome, and by district and change."""

    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    regraded: int = 0
    repatrolled: int = 0
    changes: Counter[tuple[tuple[str, ...], tuple[str | None, str | None], tuple[str | None, str | None]]] = (
        field(default_factory=Counter)
    )

    def add(self, judged: Judged) -> None:
        """Count one tree that was judged."""
        self.unknown += judged.suggestion.turn is Turn.UNKNOWN
        self.repatrolled += judged.is_repatrolled
        if judged.is_regraded:
            self.regraded += 1
            self.changes[judged.division, judged.old, judged.new] += 1


def adoptions_of(session: Session, library: PackLibrary) -> list[Adoption]:
    """The adoptions of a register. Raises RulePackMissingError for one whose pack is not at hand."""
    return [
        Adoption(
            pack=library.get(row.pack_id),
            adopted_on=row.adopted_on,
            ended_on=row.ended_on,
            jurisdiction=row.jurisdiction,
            division_id=row.division_id,
            is_urban_only=row.is_urban_only,
            document_no=row.document_no,
        )
        for row in session.exec(select(RuleAdoption).order_by(col(RuleAdoption.adopted_on)))
    ]


def pack_chooser(session: Session, library: PackLibrary, on: date) -> Callable[[Place], RulePack | None]:
    """Says which pack a register goes by at a place on a day; asked once for each kind of place."""
    adoptions, packs = adoptions_of(session, library), library.all()
    known: dict[Place, RulePack | None] = {}

    def choose(place: Place) -> RulePack | None:
        if place not in known:
            known[place] = pack_for(place, on, adoptions, packs)
        return known[place]

    return choose


def due_trees(
    session: Session, library: PackLibrary, on: date, tally: Tally, where: Sequence[str] = ()
) -> Iterator[Judged]:
    """The trees whose decision in force should be looked at again, by the packs that the register goes by."""
    choose = pack_chooser(session, library, on)
    for place, row, facts in _read(session, stream_ids(session, where), tally, on):
        pack = choose(place)
        if pack is None:
            tally.passed_over[NO_PACK] += 1
            continue
        judged = _judged(row, facts, suggest(pack, facts, on))
        tally.add(judged)
        if judged.is_regraded:
            yield judged


def affected_trees(
    session: Session,
    pack: RulePack,
    library: PackLibrary,
    on: date,
    tally: Tally,
    *,
    where: Sequence[str] = (),
    urban_only: bool = False,
    assume_urban: bool = False,
    against: RulePack | None = None,
) -> Iterator[Judged]:
    """The trees for which `pack` would propose another grade, category or patrol interval.

    Compared with the decision in force and the patrols of the pack in use; or with `against`, pack for pack.
    assume_urban: a tree whose growth place does not tell is taken to stand in a city.
    """
    choose = pack_chooser(session, library, on)
    for place, row, facts in _read(session, stream_ids(session, where), tally, on, assume_urban=assume_urban):
        covered = pack.scope.covers(place)
        if urban_only and covered:
            covered = place.is_urban
        if not covered:
            tally.passed_over[URBAN_UNKNOWN if covered is None else OUTSIDE] += 1
            continue
        found = suggest(pack, facts, on)
        before = suggest(against, facts, on) if against else None
        present = against or choose(place)
        kind = before.kind if before else protection_class(facts.legal_category, facts.legal_grade)
        judged = _judged(
            row,
            facts,
            found,
            before,
            present.patrol_months(kind, row.vigour) if present and kind else None,
            pack.patrol_months(found.kind, row.vigour) if found.kind else None,
        )
        tally.add(judged)
        if judged.is_regraded or judged.is_repatrolled:
            yield judged


def facts_of_trees(
    session: Session, tree_ids: Iterable[str], on: date
) -> Iterator[tuple[str, Place, TreeFacts]]:
    """(id, place, facts) of those of `tree_ids` that stand, for whoever has a judgement to make."""
    for place, row, facts in _read(session, tree_ids, Tally(), on):
        yield row.id, place, facts


def trees_with_class(
    session: Session, tree_ids: Iterable[str], on: date
) -> Iterator[tuple[Any, Place, str | None]]:
    """(tree, place, class) of `tree_ids`, in a stream: the class by which patrols and zones are ruled.

    The tree carries its columns, `name` and `division` (names, largest first). Of those that no longer stand
    the class is not asked for: None.
    """
    around = _Around(session, assume_urban=False)
    for ids in chunks(tree_ids, BATCH):
        rows = {row.id: row for row in session.execute(sa.select(*_COLUMNS).where(col(Tree.id).in_(ids)))}
        grades, _lists = _decisions(session, ids, on)
        for tree_id in ids:
            tree = _Tree(rows[tree_id], around, grades.get(tree_id))
            stands = tree.status in ON_REGISTER
            kind = protection_class(tree.legal_category, tree.legal_grade) if stands else None
            yield tree, around.place(tree), kind


def suggestion_for(session: Session, tree_id: str, library: PackLibrary, on: date) -> Suggestion | None:
    """What the pack in use proposes for one tree; None for a dead one, or where there is no pack."""
    choose = pack_chooser(session, library, on)
    for _tree_id, place, facts in facts_of_trees(session, [tree_id], on):
        pack = choose(place)
        return suggest(pack, facts, on) if pack else None
    return None


def _read(
    session: Session, tree_ids: Iterable[str], tally: Tally, on: date, *, assume_urban: bool = False
) -> Iterator[tuple[Place, "_Tree", TreeFacts]]:
    around = _Around(session, assume_urban=assume_urban)
    for ids in chunks(tree_ids, BATCH):
        rows = {row.id: row for row in session.execute(sa.select(*_COLUMNS).where(col(Tree.id).in_(ids)))}
        grades, lists = _decisions(session, ids, on)
        sizes = _sizes(session, ids)
        for tree_id in ids:
            row = rows[tree_id]
            tally.read += 1
            if row.status not in ON_REGISTER:
                tally.passed_over[NOT_STANDING] += 1
                continue
            tree = _Tree(row, around, grades.get(tree_id))
            place = around.place(row)
            yield place, tree, _facts(tree, place, lists.get(tree_id, ()), sizes.get(tree_id))


class _Tree:
    """A tree's columns with what stands around them."""

    __slots__ = ("_columns", "division", "genus", "legal_category", "legal_grade", "legal_scheme", "name")

    def __init__(self, columns: Any, around: "_Around", decision: Any) -> None:
        self._columns = columns
        species = around.surroundings.species.get(columns.species_id) if columns.species_id else None
        latin = (species and species.name_latin) or columns.latin_verbatim
        self.name = columns.name_verbatim or (species and species.name_hans) or latin or ""
        self.genus = latin.split()[0] if latin and latin.split() else None
        self.division = around.names(columns.division_id)
        self.legal_category = (decision and decision.category) or columns.category
        self.legal_grade = decision.grade if decision else None
        self.legal_scheme = decision.scheme if decision else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._columns, name)


class _Around:
    """Places and divisions, each worked out once."""

    def __init__(self, session: Session, *, assume_urban: bool) -> None:
        self._assume_urban = assume_urban or None
        self.surroundings = Surroundings(session)
        self._own = self.surroundings.settings["jurisdiction"]
        self._places: dict[tuple[str, str | None, str | None], Place] = {}
        self._names: dict[str | None, tuple[str, ...]] = {}

    def names(self, division_id: str | None) -> tuple[str, ...]:
        """The names of a division and those around it, largest first."""
        if division_id not in self._names:
            self._names[division_id] = self.surroundings.division_path(division_id)
        return self._names[division_id]

    def place(self, row: Any) -> Place:
        """Where a tree stands."""
        key = (row.authority_id, row.division_id, row.growth_place)
        if key not in self._places:
            jurisdiction = self.surroundings.authorities[row.authority_id].jurisdiction
            if self._own.startswith(f"{jurisdiction}-"):  # the register says it more narrowly
                jurisdiction = self._own
            known = is_urban(row.growth_place)
            in_city = self._assume_urban if known is None else known
            self._places[key] = Place(jurisdiction, self._chain(row.division_id), in_city)
        return self._places[key]

    def _chain(self, division_id: str | None) -> tuple[str, ...]:
        chain: list[str] = []
        while division_id is not None:
            division = self.surroundings.divisions[division_id]
            chain = [part for part in (division.id, division.code, division.name) if part] + chain
            division_id = division.parent_id
        return tuple(dict.fromkeys(chain))


def _decisions(
    session: Session, ids: list[str], on: date
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """The grade in force of each tree on a day, and the lists that it is on."""
    columns: list[Any] = [
        Designation.id, Designation.tree_id, Designation.kind, Designation.scheme, Designation.grade,
        Designation.category, Designation.designated_on, Designation.ended_on,
    ]  # fmt: skip
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.execute(sa.select(*columns).where(col(Designation.tree_id).in_(ids))):
        rows[row.tree_id].append(row)
    grades = {tree_id: legal_grade(own, on) for tree_id, own in rows.items()}
    lists = {
        tree_id: tuple(row.scheme for row in in_force(own, on) if row.kind == DesignationKind.LISTING)
        for tree_id, own in rows.items()
    }
    return grades, lists


def _sizes(session: Session, ids: list[str]) -> dict[str, Any]:
    columns: list[Any] = [
        Measurement.tree_id, Measurement.girth_cm, Measurement.diameter_cm, Measurement.ground_diameter_cm,
        Measurement.height_m, Measurement.crown_m,
    ]  # fmt: skip
    query = (
        sa.select(*columns)
        .where(col(Measurement.tree_id).in_(ids))
        .order_by(sa.func.coalesce(Measurement.measured_on, date.min), col(Measurement.id))
    )
    return {row.tree_id: row for row in session.execute(query)}


def _facts(row: "_Tree", place: Place, lists: tuple[str, ...], sizes: Any) -> TreeFacts:
    return TreeFacts(
        age_years=row.age_years,
        age_is_confirmed=row.age_basis == AgeBasis.DOCUMENTED,
        age_is_legend=row.age_basis == AgeBasis.LEGEND,
        age_as_of=row.age_as_of,
        is_famous=row.category in {Category.FAMOUS, Category.ANCIENT_FAMOUS},
        is_urban=place.is_urban,
        girth_cm=sizes and sizes.girth_cm,
        diameter_cm=sizes and sizes.diameter_cm,
        ground_diameter_cm=sizes and sizes.ground_diameter_cm,
        height_m=sizes and sizes.height_m,
        crown_m=sizes and sizes.crown_m,
        in_timber_plantation=row.is_in_timber_plantation,
        genus=row.genus,
        legal_category=row.legal_category,
        legal_grade=row.legal_grade,
        listings=lists,
    )


def _judged(
    row: "_Tree",
    facts: TreeFacts,
    suggestion: Suggestion,
    before: Suggestion | None = None,
    old_months: float | None = None,
    new_months: float | None = None,
) -> Judged:
    return Judged(
        tree_id=row.id,
        tree_no=row.tree_no,
        number_scheme=row.number_scheme,
        name=row.name,
        division=row.division,
        category=row.legal_category,
        legal_grade=row.legal_grade,
        legal_scheme=row.legal_scheme,
        age_years=facts.age_years,
        age_as_of=facts.age_as_of,
        vigour=row.vigour,
        suggestion=suggestion,
        before=before,
        old_months=old_months,
        new_months=new_months,
    )
