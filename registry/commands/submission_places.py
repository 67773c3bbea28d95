"""Where what was sent in belongs: the division of a new tree, the rules that hold at a record."""

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import Session

from registry.access import divisions_above
from registry.affected import adoptions_of
from registry.models import Authority, Division, Grove, Submission, Tree
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.packs import Place as RulesPlace
from registry.rules.packs import RulePack, is_urban, pack_for
from registry.rules.permissions import Holder, Place, home_divisions
from registry.settings import get_setting


def division_in_force(session: Session, division_id: str) -> str | None:
    """A division as it is today: one that went into another is followed; None where there is none."""
    seen: set[str] = set()
    while (division := session.get(Division, division_id)) is not None and division_id not in seen:
        if division.successor_id is None:
            return division_id
        seen.add(division_id)
        division_id = division.successor_id
    return division_id if seen else None


def new_tree_place(
    session: Session, submission: Submission, holder: Holder, chosen: str | None = None
) -> Place:
    """Where a tree was found: in the division that a reviewer chose or the finder named, else where
    the finder works."""
    named = chosen or json.loads(submission.content).get("division_id")
    home = home_divisions(holder.grants)
    own = division_in_force(session, named) if named else (home[0] if home else None)
    submission.division_id = own
    return Place(divisions_above(session, own))


def pack_at(session: Session, submission: Submission, today: date) -> RulePack | None:
    """The rule pack that holds where the record is."""
    place = _rules_place(session, submission)
    if place is None:
        return None
    address = session.get_bind().engine.url.render_as_string(hide_password=False)
    folder = pack_folder(address)
    library = _library(folder, tuple((path, path.stat().st_mtime_ns) for path in folder.glob("*.toml")))
    return pack_for(place, today, adoptions_of(session, library), _packs(library))


@lru_cache(maxsize=8)
def _library(folder: Path, _stamps: tuple[tuple[Path, int], ...]) -> PackLibrary:
    """The packs at hand, read anew when a file of the office's own is another one."""
    return PackLibrary(folder)


@lru_cache(maxsize=8)
def _packs(library: PackLibrary) -> list[RulePack]:
    return library.all()


def _rules_place(session: Session, submission: Submission) -> RulesPlace | None:
    table: Any = {"tree": Tree, "grove": Grove}.get(submission.subject_type or "")
    row = session.get(table, submission.subject_id) if table else None
    jurisdiction = get_setting(session, "jurisdiction")
    if row is not None:
        wider = session.get_one(Authority, row.authority_id).jurisdiction
        jurisdiction = jurisdiction if jurisdiction.startswith(f"{wider}-") else wider
    if not jurisdiction:
        return None
    chain: list[str] = []
    for own in reversed(divisions_above(session, submission.division_id)):
        division = session.get_one(Division, own)
        chain += [part for part in (division.id, division.code, division.name) if part]
    return RulesPlace(jurisdiction, tuple(dict.fromkeys(chain)), is_urban(getattr(row, "growth_place", None)))
