"""Trees and groves that nobody looks after, each with who it would usually be by the kind of its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.care_data import CaretakerTable
from registry.chunks import chunks
from registry.models import Grove, Tree, TreeParty
from registry.rules.caretakers import CaretakerRule, caretaker_rule
from registry.selection import standing_ids
from registry.surroundings import Surroundings
from registry.vocab.words import PartyRole

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Unassigned:
    """One record without steward. rule: who it would be and why, None where its place does not tell."""

    kind: str
    number: str
    name: str | None
    division_path: tuple[str, ...]
    growth_place: str | None
    ownership: str | None
    rule: CaretakerRule | None


def unassigned_records(
    session: Session, table: CaretakerTable, where: Sequence[str] = (), *, in_english: bool = False
) -> tuple[list[Unassigned], int]:
    """The standing records of a selection without steward, and how many records the selection has.

    Nothing is settled by this. Raises SelectionError.
    """
    around = Surroundings(session)
    found: list[Unassigned] = []
    looked_at = 0
    models: dict[str, Any] = {"tree": Tree, "grove": Grove}
    for kind, model in models.items():
        ids = standing_ids(session, kind, where)
        looked_at += len(ids)
        whose = col(getattr(TreeParty, f"{kind}_id"))
        number, name = ("tree_no", "name_verbatim") if kind == "tree" else ("number", "name")
        for some in chunks(ids, _CHUNK):
            held = set(
                session.exec(
                    select(whose).where(
                        whose.in_(some), TreeParty.role == PartyRole.STEWARD, col(TreeParty.to_on).is_(None)
                    )
                )
            )
            wanted = ("id", number, name, "division_id", "growth_place", "ownership")
            columns: list[Any] = [getattr(model, column) for column in wanted]
            query = sa.select(*columns).where(columns[0].in_([own for own in some if own not in held]))
            rows = {row[0]: row for row in session.execute(query)}
            for own in some:
                if own in rows:
                    _own, called, said, division_id, growth_place, ownership = rows[own]
                    found.append(
                        Unassigned(
                            kind=kind,
                            number=called,
                            name=said,
                            division_path=around.division_path(division_id, in_english=in_english),
                            growth_place=growth_place,
                            ownership=ownership,
                            rule=caretaker_rule(table.rules, growth_place, ownership),
                        )
                    )
    return found, looked_at
