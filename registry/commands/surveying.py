"""What the forms in a file say, tree by tree, for a census: read like an import, and nothing is changed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from registry.chunks import chunks
from registry.commands.campaigns import Surveyed
from registry.importing.area_rows import AreaFacts
from registry.importing.files import Table
from registry.importing.interpret import TreeFacts, interpret
from registry.importing.mapping import Mapping
from registry.importing.problems import RowProblem
from registry.models import Grove, Tree
from registry.vocab.words import Vigour

CHUNK = 1000
_NO_ANSWERS = frozenset({"tree_no", "number", "number_scheme", "text_lang", "boundary", "name_lang"})


def surveyed_in(session: Session, table: Table, mapping: Mapping, *, today: date) -> Iterator[Surveyed]:
    """One Surveyed for each row whose tree or grove is on the register; unreadable rows are left out.

    The import of the same file has told of those; a re-survey of a tree that is not there says nothing.
    """
    located = mapping.locate(table.headers, table.path)
    for chunk in chunks(table.rows, CHUNK):
        found = []
        for row in chunk:
            try:
                found.append(interpret(row, mapping, located, today=today))
            except RowProblem:
                continue
        trees = [facts for facts in found if isinstance(facts, TreeFacts)]
        areas = [facts for facts in found if isinstance(facts, AreaFacts) and facts.record == "grove"]
        ids = _tree_ids(session, mapping, [facts.tree.tree_no for facts in trees])
        for facts in trees:
            if own := ids.get((facts.tree.tree_no, facts.tree.number_scheme)):
                yield _tree_survey(own, facts)
        groves = _grove_ids(session, mapping, [facts.draft.number for facts in areas])
        for area in areas:
            if own := groves.get(area.draft.number):
                yield _grove_survey(own, area)


def _tree_survey(own: str, facts: TreeFacts) -> Surveyed:
    answers: dict[str, Any] = _said(facts.tree)
    for draft in (facts.measurement, *facts.designations):
        answers |= _said(draft) if draft is not None else {}
    for name in ("kind", "scheme"):
        answers.pop(name, None)
    names = {party.role: party.name for party in facts.parties}
    answers |= {role: name for role, name in names.items() if role != "surveyor"}
    surveyed_on = facts.inspection.inspected_on if facts.inspection else None
    return Surveyed(
        "tree",
        own,
        facts.tree.town or "",
        facts.tree.village or "",
        surveyed_on,
        names.get("surveyor"),
        answers,
        is_dead=facts.tree.vigour == Vigour.DEAD or facts.tree.status == "dead",
    )


def _grove_survey(own: str, facts: AreaFacts) -> Surveyed:
    names = {party.role: party.name for party in facts.parties}
    answers = _said(facts.draft) | {role: name for role, name in names.items() if role != "surveyor"}
    draft = facts.draft
    return Surveyed("grove", own, draft.town or "", draft.village or "", None, names.get("surveyor"), answers)


def _said(draft: Any) -> dict[str, Any]:
    values: dict[str, Any] = draft.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return {name: value for name, value in values.items() if name not in _NO_ANSWERS}


def _tree_ids(session: Session, mapping: Mapping, numbers: list[str]) -> dict[tuple[str, str], str]:
    query = select(Tree.tree_no, Tree.number_scheme, Tree.id).where(
        Tree.authority_id == mapping.authority["id"], col(Tree.tree_no).in_(numbers)
    )
    return {(number, scheme): own for number, scheme, own in session.exec(query)}


def _grove_ids(session: Session, mapping: Mapping, numbers: list[str]) -> dict[str, str]:
    query = select(Grove.number, Grove.id).where(
        Grove.authority_id == mapping.authority["id"], col(Grove.number).in_(numbers)
    )
    return {number: own for number, own in session.exec(query)}  # noqa: C416
