"""A published protection list (保护名录) as it leaves the register: plain, frozen, already redacted."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ListedTree:
    """One tree of a list. `place` names no household; sizes in the unit of their names, None: not known."""

    subject_id: str
    number: str
    scheme: str
    category: str
    name_zh: str | None = None
    name_latin: str | None = None
    name_en: str | None = None
    family: str | None = None
    grade: str | None = None
    listings: tuple[str, ...] = ()
    age_years: int | None = None
    age_basis: str | None = None
    division: tuple[str, ...] = ()
    place: str | None = None
    girth_cm: float | None = None
    diameter_cm: float | None = None
    height_m: float | None = None
    crown_m: float | None = None
    designated_on: date | None = None
    document_no: str | None = None
    grove_id: str | None = None


@dataclass(frozen=True, slots=True)
class ListedGrove:
    """One grove of a list, protected as a whole. `tree_count`: its trees, with files of their own or not."""

    subject_id: str
    number: str
    name: str | None = None
    grade: str | None = None
    tree_count: int | None = None
    species: str | None = None
    area_ha: float | None = None
    division: tuple[str, ...] = ()
    place: str | None = None
    designated_on: date | None = None
    document_no: str | None = None


@dataclass(frozen=True, slots=True)
class ListCount:
    """How much of one class a list has: `kind` is a grade, a category, or the code of a list."""

    kind: str
    scattered: int = 0
    groves: int = 0
    in_groves: int = 0


@dataclass(frozen=True, slots=True)
class ListChange:
    """One line that differs from the edition before: `kind` is added, removed or changed.

    was, now: class and number on either side; `became`: what has become of a tree that is gone.
    """

    kind: str
    number: str
    name: str | None
    was: str | None = None
    now: str | None = None
    number_before: str | None = None
    became: str | None = None


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What an edition says of itself; everything that its papers show beside the lines."""

    edition: int
    title: str
    authority_id: str
    authority_zh: str
    authority_en: str
    register_zh: str
    register_en: str
    made_at: datetime
    made_on: date
    history_head: str
    sha256: str
    document_no: str | None = None
    published_on: date | None = None
    url: str | None = None
    where: tuple[str, ...] = ()
    previous: int | None = None
    is_demonstration: bool = False


@dataclass(frozen=True, slots=True)
class ListRecord:
    """One edition: its facts, trees by division and number, groves, counts, and what changed."""

    facts: ListFacts
    trees: tuple[ListedTree, ...]
    groves: tuple[ListedGrove, ...]
    counts: tuple[ListCount, ...]
    changes: tuple[ListChange, ...]
