"""A tree's file as of a day, both ways: what the register said then, and what is now known to have been true.

`tree_as_of` asks the history alone and none of today's rows. `tree_effective` asks today's rows, each by its
own day; what bears no day, and may have been otherwise then, is left out and named. In both views names of
authorities, divisions, sources and species are those of today, and so is what may be disclosed: nothing that
is held back today comes out of an old view of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.calendars import register_today
from registry.commands.history import CHILDREN
from registry.commands.replay import State, last_event_at, states, typed_row
from registry.errors import NoRecordThenError
from registry.models import CaseFile, CaseStep, Event, Party, Photo, Tree
from registry.photos import PhotoStore
from registry.queries import FullTree, TreeRows, full_tree
from registry.records import TreeRecord, ViewFacts
from registry.rules.commitments import ERASED
from registry.rules.redaction import HOME_TEXTS, redact
from registry.surroundings import Surroundings
from registry.vocab.words import CaseKind, CaseState, GrowthPlace, Precision, StepKind, TreeStatus

_ATTRIBUTES = {
    "aliases": "aliases",
    "measurements": "sizes",
    "ages": "ages",
    "inspections": "visits",
    "designations": "decisions",
    "flags": "flags",
    "photos": "pictures",
    "parties": "roles",
}
"""Where `TreeRows` keeps the rows that items tell under a name."""
_DAYS = {"measurements": "measured_on", "ages": "as_of", "inspections": "inspected_on", "photos": "taken_on"}
_CHANGING = frozenset(
    {"damage", "threats", "protection_measures", "rejuvenation", "environment", "condition", "ownership"}
    | {"has_care_agreement", "soil_compaction", "stem_count", "notes", "photo_note", "growth_place"}
)
"""What may have been otherwise before the day it is known of; the rest belongs to the tree or its place."""
_STATUS_STEPS = (StepKind.CONFIRMATION, StepKind.APPROVAL, StepKind.DECISION)
_STATUS_CASES = {
    TreeStatus.DEAD: (CaseKind.DEATH,),
    TreeStatus.MISSING: (CaseKind.MISSING,),
    TreeStatus.TRANSPLANTED: (CaseKind.MOVE, CaseKind.TRANSPLANT),
    TreeStatus.DELISTED: (CaseKind.DELISTING,),
}
_STRICTNESS = tuple(Precision)


@dataclass(frozen=True, slots=True)
class TreeView:
    """A tree's whole file as of a day, and what is said of it. `public` is what may leave the office."""

    full: FullTree
    facts: ViewFacts
    precision_now: str

    @property
    def restricted(self) -> TreeRecord:
        """The file for the office itself: nothing held back."""
        return self.full.record

    @property
    def public(self) -> TreeRecord:
        """The file as the public may see it today: as little as was public of its place then, or is now."""
        record = self.full.record
        strict = max((record.position_precision, self.precision_now), key=_strictness)
        return redact(replace(record, position_precision=strict), self.full.disclosure)[0]


def tree_as_of(
    session: Session, tree_id: str, at: datetime, photos: PhotoStore | None = None, *, seq: int | None = None
) -> TreeView:
    """What the register said of a tree at the instant `at`, from the history alone.

    seq: the event after which it is asked, where several bear the same instant.
    Raises NoRecordThenError where the tree had no file yet.
    """
    event = last_event_at(session, at) if seq is None else session.get(Event, seq)
    state = states(session, [tree_id], event.seq).get(tree_id) if event else None
    today = session.get_one(Tree, tree_id)
    if event is None or state is None or state.at is None:
        raise NoRecordThenError(tree_no=today.tree_no, at=at.isoformat(timespec="minutes"))
    around, rows = Surroundings(session), TreeRows(session, [tree_id])
    known = {"id": tree_id, "released": today.released, "updated_on": register_today(session, state.at)}
    tree = typed_row(Tree, state.fields, **known)
    unknown = _without_strangers(tree, around)
    told = {name: _typed_rows(name, state, tree_id) for name in _ATTRIBUTES}
    told["photos"] = _disclosed_photos(told["photos"], session, tree_id)
    told["parties"] = [row for row in told["parties"] if row.to_on is None]
    _put(rows, session, tree_id, tree, told)
    rows.on = register_today(session, at)
    rows.events[tree_id] = [record for record in rows.events[tree_id] if record.seq <= event.seq]
    erased = {name for name, value in state.fields.items() if value is ERASED} | state.erased
    facts = ViewFacts("as_of", None, at, event.seq, event.hash, tuple(sorted(unknown)), tuple(sorted(erased)))
    return _view(tree_id, rows, around, photos, facts, today)


def tree_effective(session: Session, tree_id: str, on: date, photos: PhotoStore | None = None) -> TreeView:
    """What is now known to have been true of a tree on the day `on`, by the days that its rows bear."""
    event = session.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
    today = session.get_one(Tree, tree_id)
    around, rows = Surroundings(session), TreeRows(session, [tree_id])
    state = states(session, [tree_id]).get(tree_id, State())
    unknown: set[str] = set()
    told = {name: list(getattr(rows, attribute)[tree_id]) for name, attribute in _ATTRIBUTES.items()}
    told["flags"] = []
    for name, day in _DAYS.items():
        told[name] = _by(on, told[name], day, name, unknown)
    told["designations"] = _in_force_on(on, told["designations"], unknown)
    told["parties"] = _acting_on(on, told["parties"], unknown)
    tree = SimpleNamespace(**{name: getattr(today, name) for name in Tree.model_fields})
    tree.updated_on = None
    _forget_later(tree, on, _days_known(session, state, rows, tree_id), unknown)
    _age_on(tree, on, unknown)
    _vigour_on(tree, told["inspections"], unknown)
    _status_on(session, tree, on, state, unknown)
    _put(rows, session, tree_id, tree, told)
    rows.on = on
    facts = ViewFacts("effective", on, None, event.seq, event.hash, tuple(sorted(unknown)), ())
    return _view(tree_id, rows, around, photos, facts, today)


def _view(
    tree_id: str,
    rows: TreeRows,
    around: Surroundings,
    photos: PhotoStore | None,
    facts: ViewFacts,
    today: Tree,
) -> TreeView:
    full = full_tree(tree_id, rows, around, photos)
    if today.growth_place == GrowthPlace.PRIVATE_HOME:
        allowed = replace(full.disclosure, released=full.disclosure.released - {*HOME_TEXTS})
        full = replace(full, disclosure=allowed)
    return TreeView(full, facts, today.position_precision.value)


def _put(
    rows: TreeRows, session: Session, tree_id: str, tree: SimpleNamespace, told: dict[str, list[Any]]
) -> None:
    """Put other rows of one tree in the place of those that were read."""
    parties = {row.party_id for name in ("parties", "inspections") for row in told[name]}
    parties |= {row.credit_party_id for row in told["photos"]}
    found = session.exec(select(Party).where(col(Party.id).in_(parties - {None})))
    rows.parties = {party.id: party for party in found}
    told["parties"] = [row for row in told["parties"] if row.party_id in rows.parties]
    rows.trees[tree_id] = tree
    for name, attribute in _ATTRIBUTES.items():
        setattr(rows, attribute, defaultdict(list, {tree_id: told[name]}))


def _typed_rows(name: str, state: State, tree_id: str) -> list[SimpleNamespace]:
    table: type[SQLModel] = CHILDREN[name]
    rows = state.rows.get(name, {})
    return [typed_row(table, {"id": key, **row}, tree_id=tree_id) for key, row in rows.items()]


def _without_strangers(tree: SimpleNamespace, around: Surroundings) -> set[str]:
    """Names of fields that refer to what the register no longer has; they are emptied."""
    unknown = set()
    if tree.division_id not in {None, *around.divisions}:
        tree.division_id = None
        unknown.add("division")
    if tree.species_id not in {None, *around.species}:
        tree.species_id = None
        unknown.add("name_latin")
    return unknown


def _disclosed_photos(photos: list[Any], session: Session, tree_id: str) -> list[Any]:
    """Photos of then that are not held back today, with captions cleared only where they still are."""
    now = {row.sha256: row for row in session.exec(select(Photo).where(Photo.tree_id == tree_id))}
    kept = []
    for row in photos:
        today = now.get(row.sha256)
        if today is not None and today.is_released and row.is_released:
            row.caption_released = row.caption_released and today.caption_released
            kept.append(row)
    return kept


def _by(on: date, rows: Iterable[Any], day: str, name: str, unknown: set[str]) -> list[Any]:
    """The rows of no later day; that there are some without a day is noted."""
    days = [(row, getattr(row, day)) for row in rows]
    if any(is_on is None for _, is_on in days):
        unknown.add(name)
    return [row for row, is_on in days if is_on is not None and is_on <= on]


def _in_force_on(on: date, rows: Iterable[Any], unknown: set[str]) -> list[Any]:
    decided = _by(on, rows, "designated_on", "designations", unknown)
    return [row for row in decided if row.ended_on is None or row.ended_on > on]


def _acting_on(on: date, rows: Iterable[Any], unknown: set[str]) -> list[Any]:
    acting = _by(on, rows, "from_on", "steward", unknown)
    return [row for row in acting if row.to_on is None or row.to_on >= on]


def _days_known(session: Session, state: State, rows: TreeRows, tree_id: str) -> dict[str, date]:
    """From which day each field of a tree is known to be as it is: that of the survey told last before it
    was recorded, else that on which it was recorded."""
    set_by = {*state.set_by.values()}
    instants = session.exec(select(Event.seq, Event.at).where(col(Event.seq).in_(set_by))).all()
    recorded = {seq: register_today(session, at) for seq, at in instants}
    surveys = sorted({row.inspected_on for row in rows.visits[tree_id]})
    known = {}
    for name, seq in state.set_by.items():
        before = [day for day in surveys if day <= recorded[seq]]
        known[name] = before[-1] if before else recorded[seq]
    return known


def _forget_later(tree: SimpleNamespace, on: date, known: dict[str, date], unknown: set[str]) -> None:
    """Empty what may have been otherwise on a day before the one that it is known from."""
    for name in _CHANGING:
        if getattr(tree, name, None) is not None and on < known.get(name, date.max):
            setattr(tree, name, None)
            unknown.add(name)


def _age_on(tree: SimpleNamespace, on: date, unknown: set[str]) -> None:
    """A tree's age by the years between; a tree that was not there yet has none."""
    if tree.age_years is None:
        return
    if tree.age_as_of is None or tree.age_years + on.year - tree.age_as_of.year < 0:
        tree.age_years = None
        unknown.add("age_years")
        return
    tree.age_years += on.year - tree.age_as_of.year
    tree.age_as_of = on


def _vigour_on(tree: SimpleNamespace, visits: list[Any], unknown: set[str]) -> None:
    """The vigour that the last visit found, and the scale that it was told in."""
    said = sorted((row for row in visits if row.vigour is not None), key=lambda row: row.inspected_on)
    had = tree.vigour is not None
    tree.vigour, tree.vigour_scale = (said[-1].vigour, said[-1].vigour_scale) if said else (None, None)
    if had and not said:
        unknown.add("vigour")


def _status_on(session: Session, tree: SimpleNamespace, on: date, state: State, unknown: set[str]) -> None:
    """What had become of the tree by the days of decisions; without one the status then is not known."""
    if tree.status == TreeStatus.ALIVE:
        return
    decided = _decided_on(session, tree)
    if decided is not None:
        tree.status = tree.status if on >= decided else TreeStatus.ALIVE
        return
    recorded = session.get(Event, state.set_by.get("status", 0))
    if recorded is None or on < register_today(session, recorded.at):
        tree.status = ""
        unknown.add("status")


def _decided_on(session: Session, tree: SimpleNamespace) -> date | None:
    """The day on which it was decided that a tree is what it is today, where there is a case of it."""
    query = select(CaseStep).join(CaseFile, col(CaseFile.id) == col(CaseStep.case_id))
    query = query.where(
        CaseFile.tree_id == tree.id,
        CaseFile.state == CaseState.GRANTED,
        col(CaseFile.kind).in_(_STATUS_CASES.get(tree.status, ())),
        col(CaseStep.kind).in_(_STATUS_STEPS),
    )
    step = session.exec(query.order_by(col(CaseStep.happened_on).desc())).first()
    return step.happened_on if step else None


def _strictness(precision: str) -> int:
    return _STRICTNESS.index(Precision(precision))
