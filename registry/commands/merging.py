"""Two records of one tree become one file, or one record two: nothing is lost, and a merger can be undone."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.calendars import register_today
from registry.commands.history import (
    CHILDREN,
    Change,
    canonical,
    commitments_behind,
    open_change,
    record_event,
    told_row,
)
from registry.commands.numbering import free_number
from registry.errors import MergeError, Phrase
from registry.models import Designation, EventItem, RecordLink, Tree, TreeAlias
from registry.rules.commitments import ERASED
from registry.rules.in_force import legal_grade
from registry.vocab.words import LinkKind, Precision, TreeStatus

_KEPT = frozenset(
    {"id", "tree_no", "number_scheme", "authority_id", "status", "source_id", "released", "imported_hash"}
    | {"updated_on", "text_lang"}
)
"""Columns that are a record's own and never in conflict."""
MERGED, SPLIT, UNDONE = "tree:merged", "tree:split", "tree:unmerged"
_ALONE: dict[str, tuple[str, ...]] = {
    "tree_alias": ("number", "scheme"),
    "flag": ("check", "field"),
    "photo": ("sha256",),
    "tree_party": ("party_id", "role"),
    "campaign_target": ("campaign_id",),
    "campaign_survey": ("campaign_id", "round"),
}
"""Tables whose rows stay with the merged file where the survivor has the same."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field in which two records differ: what the survivor said, the other said, and which was kept."""

    field: str
    own: Any
    other: Any
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merger: the conflicts, and how many rows of each table moved."""

    survivor: str
    other: str
    conflicts: tuple[Conflict, ...]
    moved: dict[str, int]


def merge_trees(
    session: Session,
    survivor_id: str,
    other_id: str,
    *,
    take: Iterable[str] = (),
    reason: str,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> Merged:
    """Make two records of one tree one file: the rows of `other_id` move, its number becomes an alias.

    take: fields in which the other's value replaces the survivor's ("protection_grade": its decision in
    force); what the survivor does not say is filled in. The same merger again changes nothing.
    Raises MergeError where one of them cannot be merged, or `take` names no conflict.
    """
    survivor, other = session.get_one(Tree, survivor_id), session.get_one(Tree, other_id)
    if _link(session, other_id, survivor_id) is not None:
        return Merged(survivor.tree_no, other.tree_no, (), {})
    _check_pair(survivor, other)
    chosen = frozenset(take)
    today = register_today(session, now)
    conflicts = _conflicts(session, survivor, other, chosen, today)
    unknown = chosen - {conflict.field for conflict in conflicts}
    if unknown:
        known = [conflict.field for conflict in conflicts] or ["—"]
        raise _error(survivor, other, Phrase("{fields}: there is no such conflict; there are {known}",
                                             fields=sorted(unknown), known=known))  # fmt: skip
    values = _taken_over(survivor, other, chosen)
    own: dict[str, tuple[Any, Any]] = {n: (getattr(survivor, n), v) for n, v in values.items()}
    gone, came, ended = _settle_grades(session, survivor, other, conflicts, today)
    moved, told_gone, told_came = _move_rows(session, other_id, survivor_id)
    came.extend(told_came.pop("designations", []))
    own |= {name: (None, rows) for name, rows in told_came.items()}
    if gone or came:
        own["designations"] = (gone or None, came)
    alias = TreeAlias(tree_id=survivor_id, number=other.tree_no, scheme=other.number_scheme)
    session.add(alias)
    own["aliases"] = (None, [*(own.get("aliases", (None, []))[1]), told_row(alias.model_dump())])
    for name, value in values.items():
        setattr(survivor, name, value)
    before, other.status = other.status, TreeStatus.MERGED
    survivor.updated_on = other.updated_on = today
    session.add_all([survivor, other])
    session.add(
        RecordLink(kind=LinkKind.MERGED_INTO, from_type="tree", from_id=other_id, to_type="tree",
                   to_id=survivor_id, made_on=today)
    )  # fmt: skip
    session.flush()
    parted = {name: (rows, None) for name, rows in told_gone.items()}
    undo = {"rows": moved, "alias": alias.id, "ended": ended, "into": survivor_id, "values": sorted(values)}
    theirs = {"status": (before, TreeStatus.MERGED), "merged": (None, undo), **parted}
    changes = [Change("tree", survivor_id, "updated", own), Change("tree", other_id, "merged", theirs)]
    record_event(session, MERGED, changes, actor=actor, at=now, reason=reason, document=document)
    counts = {table: len(ids) for table, ids in moved.items()}
    return Merged(survivor.tree_no, other.tree_no, conflicts, counts)


def merge_conflicts(session: Session, survivor_id: str, other_id: str, today: date) -> tuple[Conflict, ...]:
    """The fields in which two records differ, before anybody chooses; changes nothing.

    Raises MergeError where one of them cannot be merged.
    """
    survivor, other = session.get_one(Tree, survivor_id), session.get_one(Tree, other_id)
    _check_pair(survivor, other)
    return _conflicts(session, survivor, other, frozenset(), today)


def merged_into(session: Session, other_id: str) -> str | None:
    """The id of the tree into whose file this one was merged, None where it was not."""
    link = _link(session, other_id)
    return link.to_id if link is not None else None


def unmerge_tree(
    session: Session,
    other_id: str,
    *,
    reason: str,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> str:
    """Undo a merger as a new change: the rows go back, values that were taken over are as before.

    What the survivor got since stays with it. Returns the survivor's number. Raises MergeError.
    """
    other = session.get_one(Tree, other_id)
    link = _link(session, other_id)
    item = _merger(session, other_id)
    if link is None or item is None or other.status != TreeStatus.MERGED:
        raise MergeError(tree_no=other.tree_no, other="—", reason=Phrase("it is not merged into another"))
    survivor = session.get_one(Tree, link.to_id)
    if survivor.status == TreeStatus.MERGED:
        reason = Phrase("{tree} was merged on; split that file first", tree=survivor.tree_no)
        raise _error(survivor, other, reason)
    told: dict[str, Any] = json.loads(item.change)
    undo = told["merged"][1]
    own, theirs = _move_back(session, undo, survivor.id, other_id)
    values = {
        name: pair for name, pair in _values_before(session, item, survivor).items() if name in undo["values"]
    }
    for name, (_, old) in values.items():
        setattr(survivor, name, old)
    alias = session.get(TreeAlias, undo["alias"])
    if alias is not None:
        own["aliases"] = ([*(own.get("aliases", ([], None))[0] or []), told_row(alias.model_dump())], None)
        session.delete(alias)
    status = told["status"][0]
    other.status = TreeStatus(status)
    survivor.updated_on = other.updated_on = register_today(session, now)
    session.delete(link)
    session.add_all([survivor, other])
    session.flush()
    changes = [
        Change("tree", survivor.id, "updated", {**values, **own}),
        Change("tree", other_id, "updated", {"status": (TreeStatus.MERGED, status), **theirs}),
    ]
    record_event(session, UNDONE, changes, actor=actor, at=now, reason=reason, document=document)
    return survivor.tree_no


def split_tree(
    session: Session,
    tree_id: str,
    *,
    county: str | None = None,
    number: str | None = None,
    scheme: str | None = None,
    reason: str,
    document: str | None = None,
    actor: str,
    now: datetime,
) -> Tree:
    """Give a second tree that one record told of a file of its own, with a new number.

    What the record says of the place and the species is copied; its dated rows stay where they are.
    Raises MergeError, NumberAllotError.
    """
    tree = session.get_one(Tree, tree_id)
    if tree.status == TreeStatus.MERGED:
        raise MergeError(tree_no=tree.tree_no, other=number or "—", reason=Phrase("its file is closed"))
    number, scheme = free_number(session, tree.tree_no, county=county, number=number, scheme=scheme)
    today = register_today(session, now)
    fresh = Tree(
        **{name: getattr(tree, name) for name in _SHARED},
        tree_no=number,
        number_scheme=scheme,
        updated_on=today,
    )
    session.add(fresh)
    session.flush()
    link = RecordLink(kind=LinkKind.SPLIT_FROM, from_type="tree", from_id=fresh.id, to_type="tree",
                      to_id=tree_id, made_on=today)  # fmt: skip
    session.add(link)
    session.flush()
    values = fresh.model_dump(exclude={"id", "released", "imported_hash", "updated_on"})
    told = {name: (None, value) for name, value in values.items() if value is not None}
    change = Change("tree", fresh.id, "created", {**told, "split_from": (None, tree_id)})
    record_event(session, SPLIT, [change], actor=actor, at=now, reason=reason, document=document)
    return fresh


_SHARED = (
    *("authority_id", "category", "species_id", "name_verbatim", "latin_verbatim", "common_name"),
    *("division_id", "town", "village", "small_place", "address", "growth_place", "ownership", "lon_raw"),
    *("lat_raw", "datum", "datum_code", "lon", "lat", "coordinate_uncertainty_m", "position_precision"),
    *("elevation_m", "text_lang", "source_id", "released", "department", "grove_id", "garden_id", "place_id"),
)
"""What two trees that one record told of have in common, until somebody looks."""


def _check_pair(survivor: Tree, other: Tree) -> None:
    if survivor.id == other.id:
        raise _error(survivor, other, Phrase("they are one record"))
    for tree in (survivor, other):
        if tree.status == TreeStatus.MERGED:
            raise _error(survivor, other, Phrase("{tree} is merged already", tree=tree.tree_no))


def _error(survivor: Tree, other: Tree, reason: Phrase) -> MergeError:
    return MergeError(tree_no=survivor.tree_no, other=other.tree_no, reason=reason)


def _columns() -> list[str]:
    return [name for name in Tree.model_fields if name not in _KEPT]


_TOGETHER = (
    ("lon", "lat", "lon_raw", "lat_raw", "datum", "datum_code", "coordinate_uncertainty_m"),
    ("age_years", "age_basis", "age_as_of", "age_method"),
    ("vigour", "vigour_scale"),
    ("species_id", "name_verbatim", "latin_verbatim"),
)
"""Columns that only make sense together: all of them are one record's or the other's."""
_UNTOLD = frozenset({"lon_raw", "lat_raw", "datum_code"})
_STRICTEST = (Precision.EXACT, Precision.LOW, Precision.MEDIUM, Precision.HIGH, Precision.WITHHELD)


def _taken_over(survivor: Tree, other: Tree, chosen: frozenset[str]) -> dict[str, Any]:
    """{column: value} that the survivor takes over: what it does not say, and what was chosen.

    A position is shown no more exactly than before, and a text that was not released is not by this.
    """
    values: dict[str, Any] = {}
    grouped = {name for group in _TOGETHER for name in group}
    for group in _TOGETHER:
        is_empty = getattr(survivor, group[0]) is None and getattr(other, group[0]) is not None
        if is_empty or chosen.intersection(group):
            values |= {name: getattr(other, name) for name in group}
    for name in _columns():
        value = getattr(other, name)
        is_wanted = getattr(survivor, name) is None or name in chosen
        if name not in grouped and value is not None and is_wanted:
            values[name] = value
    if "position_precision" not in chosen:
        values["position_precision"] = max(
            survivor.position_precision, other.position_precision, key=_STRICTEST.index
        )
    released = set(json.loads(survivor.released))
    values["released"] = canonical(sorted(released - (values.keys() - set(json.loads(other.released)))))
    return {name: value for name, value in values.items() if value != getattr(survivor, name)}


def _conflicts(
    session: Session, survivor: Tree, other: Tree, chosen: frozenset[str], today: date
) -> tuple[Conflict, ...]:
    pairs: dict[str, tuple[Any, Any]] = {
        name: (getattr(survivor, name), getattr(other, name)) for name in _columns()
    }
    grades = [legal_grade(_decisions(session, tree.id), today) for tree in (survivor, other)]
    pairs["protection_grade"] = (grades[0] and grades[0].grade, grades[1] and grades[1].grade)
    return tuple(
        Conflict(name, old, new, name in chosen)
        for name, (old, new) in pairs.items()
        if old is not None and new is not None and old != new and name not in _UNTOLD
    )


def _decisions(session: Session, tree_id: str) -> Sequence[Designation]:
    return session.exec(select(Designation).where(Designation.tree_id == tree_id)).all()


def _settle_grades(
    session: Session, survivor: Tree, other: Tree, conflicts: Sequence[Conflict], today: date
) -> tuple[list[Any], list[Any], list[str]]:
    """Where the grades differ, the decision that is not kept ends today; returns (gone, came, ids ended)."""
    conflict = next((found for found in conflicts if found.field == "protection_grade"), None)
    if conflict is None:
        return [], [], []
    loser = survivor if conflict.is_taken else other
    gone, came, ended = [], [], []
    for row in _decisions(session, loser.id):
        if row.kind == "grade" and row.ended_on is None:
            before = told_row(row.model_dump())
            row.ended_on = today
            session.add(row)
            ended.append(row.id)
            if loser is survivor:  # the other's are told as they arrive
                gone.append(before)
                came.append(told_row(row.model_dump()))
    session.flush()
    return gone, came, ended


def _children() -> list[Any]:
    """The tables whose rows belong to a tree."""
    tables = SQLModel.metadata.sorted_tables
    return [table for table in tables if table.name != "tree" and "tree_id" in table.c and "id" in table.c]


_TOLD = {table.__table__.name: name for name, table in CHILDREN.items()}  # type: ignore[attr-defined]


def _move_rows(
    session: Session, from_id: str, to_id: str
) -> tuple[dict[str, list[str]], dict[str, list[Any]], dict[str, list[Any]]]:
    """Move every row of a tree but those that the other has as well.

    Returns the ids by table, and for the history the rows that went and came by name.
    """
    moved: dict[str, list[str]] = {}
    gone: dict[str, list[Any]] = {}
    for table in _children():
        rows = session.execute(sa.select(table).where(table.c.tree_id == from_id)).mappings().all()
        present = {
            _key(table.name, row)
            for row in session.execute(sa.select(table).where(table.c.tree_id == to_id)).mappings()
        }
        alone = _ALONE.get(table.name) is None
        rows = [row for row in rows if alone or _key(table.name, row) not in present]
        if not rows:
            continue
        moved[table.name] = [row["id"] for row in rows]
        _repoint(session, table, moved[table.name], from_id, to_id)
        if table.name in _TOLD:
            gone[_TOLD[table.name]] = [told_row(dict(row)) for row in rows]
    return moved, gone, dict(gone)


def _key(table: str, row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in _ALONE.get(table, ("id",)))


def _repoint(session: Session, table: Any, ids: list[str], from_id: str, to_id: str) -> None:
    session.execute(
        sa.update(table).where(table.c.id.in_(ids), table.c.tree_id == from_id).values(tree_id=to_id)
    )
    session.expire_all()


def _move_back(
    session: Session, undo: dict[str, Any], survivor_id: str, other_id: str
) -> tuple[dict[str, tuple[Any, Any]], dict[str, tuple[Any, Any]]]:
    """Move rows back and take back the ends that the merger set; returns what the two records then tell."""
    own: dict[str, tuple[Any, Any]] = {}
    theirs: dict[str, tuple[Any, Any]] = {}
    for table in _children():
        ids = undo["rows"].get(table.name, [])
        here = sa.select(table).where(table.c.id.in_(ids), table.c.tree_id == survivor_id)
        rows = session.execute(here).mappings().all()
        if not rows:
            continue
        _repoint(session, table, [row["id"] for row in rows], survivor_id, other_id)
        if table.name in _TOLD:
            told = [told_row(dict(row)) for row in rows]
            own[_TOLD[table.name]], theirs[_TOLD[table.name]] = (told, None), (None, told)
    for row_id in undo["ended"]:
        row = session.get(Designation, row_id)
        if row is None:
            continue
        side = theirs if row.tree_id == other_id else own
        before = told_row(row.model_dump())
        row.ended_on = None
        session.add(row)
        gone, came = side.get("designations", (None, None))
        if side is theirs:
            came = [told_row(row.model_dump()) if r["id"] == row_id else r for r in came or []]
        else:
            gone, came = [*(gone or []), before], [*(came or []), told_row(row.model_dump())]
        side["designations"] = (gone, came)
    session.flush()
    return own, theirs


def _link(session: Session, from_id: str, to_id: str | None = None) -> RecordLink | None:
    query = select(RecordLink).where(
        RecordLink.kind == LinkKind.MERGED_INTO, RecordLink.from_id == from_id, RecordLink.from_type == "tree"
    )
    return session.exec(query.where(RecordLink.to_id == to_id) if to_id else query).first()


def _merger(session: Session, other_id: str) -> EventItem | None:
    query = select(EventItem).where(
        EventItem.subject_type == "tree", EventItem.subject_id == other_id, EventItem.action == "merged"
    )
    return session.exec(query.order_by(col(EventItem.seq).desc()).limit(1)).first()


def _values_before(session: Session, item: EventItem, survivor: Tree) -> dict[str, tuple[Any, Any]]:
    """{field: (value now, value before the merger)} where the survivor still says what it took over.

    A value that has been erased since stays as it is.
    """
    same = select(EventItem).where(EventItem.seq == item.seq, EventItem.subject_id == survivor.id)
    told = open_change(session.exec(same).one().change, commitments_behind(session, [survivor.id]))
    found: dict[str, tuple[Any, Any]] = {}
    for name in (*_columns(), "released"):
        if name not in told or ERASED in told[name]:
            continue
        was, became = told[name]
        now = getattr(survivor, name)
        if json.loads(canonical(now)) == became:
            found[name] = (now, date.fromisoformat(was) if was and name.endswith(("_on", "_as_of")) else was)
    return found
