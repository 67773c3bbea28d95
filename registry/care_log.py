"""Reading the care log: its lines with names and numbers, and a month of each caretaker."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.models import CareEntry, Grove, HeritageGarden, Party, Place, Tree, TreeParty
from registry.vocab.words import ON_REGISTER, PartyRole


@dataclass(frozen=True, slots=True)
class CareLine:
    """One line of the care log. `record`: as commands call it, such as grove:12; score: 0 to 100."""

    id: str
    record: str
    name: str
    done_on: date
    kind: str
    amount: float | None
    unit: str | None
    agent: str | None
    notes: str | None
    party_id: str | None
    by: str | None
    checked_on: date | None
    checker: str | None
    score: float | None
    check_note: str | None


@dataclass(slots=True)
class CaretakerMonth:
    """What one caretaker did in a month. `scores`: of the lines that were checked."""

    name: str | None
    entries: int = 0
    records: set[str] = field(default_factory=set)
    scores: list[float] = field(default_factory=list)
    unchecked: list[CareLine] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def checked_share(self) -> float:
        """Checked lines over all lines."""
        return len(self.scores) / self.entries if self.entries else 0.0

    @property
    def mean_score(self) -> float | None:
        """The mean of the scores, None where nothing was checked."""
        return sum(self.scores) / len(self.scores) if self.scores else None


@dataclass(frozen=True, slots=True)
class CaredFor:
    """A tree in somebody's care, for the sheet on which a month is written down by hand."""

    tree_no: str
    name: str
    place: str


def care_lines(
    session: Session,
    *,
    record: tuple[str, str] | None = None,
    first: date | None = None,
    last: date | None = None,
    party_id: str | None = None,
    unchecked: bool = False,
) -> Iterator[CareLine]:
    """Lines of the care log by day, then record; first, last: days, both included."""
    checker, by = aliased(Party), aliased(Party)
    columns: list[Any] = [
        CareEntry, Tree.tree_no, Tree.name_verbatim, Grove.number, Grove.name, HeritageGarden.number,
        HeritageGarden.name, Place.number, Place.name, by.name, checker.name,
    ]  # fmt: skip
    query: Any = (
        sa.select(*columns)
        .outerjoin(Tree, col(Tree.id) == col(CareEntry.tree_id))
        .outerjoin(Grove, col(Grove.id) == col(CareEntry.grove_id))
        .outerjoin(HeritageGarden, col(HeritageGarden.id) == col(CareEntry.garden_id))
        .outerjoin(Place, col(Place.id) == col(CareEntry.place_id))
        .outerjoin(by, col(by.id) == col(CareEntry.party_id))
        .outerjoin(checker, col(checker.id) == col(CareEntry.checker_id))
    )
    for column, value in (("party_id", party_id), *([(f"{record[0]}_id", record[1])] if record else [])):
        if value is not None:
            query = query.where(col(getattr(CareEntry, column)) == value)
    if first is not None:
        query = query.where(col(CareEntry.done_on) >= first)
    if last is not None:
        query = query.where(col(CareEntry.done_on) <= last)
    if unchecked:
        query = query.where(col(CareEntry.score).is_(None))
    query = query.order_by(CareEntry.done_on, sa.func.length(Tree.tree_no), Tree.tree_no, CareEntry.id)
    for entry, *names, did, checked_by in session.execute(query):
        yield _line(entry, names, did, checked_by)


def caretaker_months(lines: Iterable[CareLine]) -> list[CaretakerMonth]:
    """The lines of a month by caretaker, who did most first; those nobody is named for last."""
    found: dict[str | None, CaretakerMonth] = {}
    for line in lines:
        month = found.setdefault(line.party_id, CaretakerMonth(line.by))
        month.entries += 1
        month.records.add(line.record)
        month.kinds[line.kind] = month.kinds.get(line.kind, 0) + 1
        if line.score is None:
            month.unchecked.append(line)
        else:
            month.scores.append(line.score)
    return sorted(found.values(), key=lambda month: (month.name is None, -month.entries, month.name or ""))


def cared_for(session: Session, party_id: str, today: date) -> list[CaredFor]:
    """The standing trees that a party looks after, by number."""
    ended = col(TreeParty.to_on)
    columns: list[Any] = [Tree.tree_no, Tree.name_verbatim, Tree.village, Tree.small_place]
    query = (
        sa.select(*columns)
        .join(TreeParty, col(TreeParty.tree_id) == col(Tree.id))
        .where(
            col(TreeParty.party_id) == party_id,
            col(TreeParty.role) == PartyRole.STEWARD,
            sa.or_(ended.is_(None), ended > today),
            col(Tree.status).in_(ON_REGISTER),
        )
        .distinct()
        .order_by(col(Tree.tree_no))
    )
    return [
        CaredFor(number, name or "", " ".join(filter(None, (village, place))))
        for number, name, village, place in session.execute(query)
    ]


def _line(entry: CareEntry, names: list[Any], by: str | None, checker: str | None) -> CareLine:
    tree_no, tree_name, *rest = names
    record, name = tree_no, tree_name
    for kind, number, called in zip(("grove", "garden", "place"), rest[::2], rest[1::2], strict=True):
        if number is not None:
            record, name = f"{kind}:{number}", called
    return CareLine(
        entry.id, record, name or "", entry.done_on, entry.kind.value, entry.amount, entry.unit, entry.agent,
        entry.notes, entry.party_id, by, entry.checked_on, checker, entry.score, entry.check_note,
    )  # fmt: skip
