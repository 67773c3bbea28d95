"""Who may know of long work, and who may have what came of it: whoever now holds the rights it asked for."""

import json
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.export_kinds import EXPORTS, Export
from datasette_plugins.desk.exporting import place_of_strategy
from registry.access import divisions_above, place_of
from registry.errors import RegistryError
from registry.models import Job
from registry.rules.permissions import Place, Right
from registry.selection import find_record

_EXPORTS: dict[str, Export] = {each.kind: each for each in EXPORTS.values()}
RIGHTS_OF: dict[str, tuple[Right, ...]] = {
    **dict.fromkeys(("import_look", "import_try", "import", "field_file", "zone_check"), (Right.RECORD,)),
    "publish": (Right.PUBLISH,),
    **{kind: each.rights for kind, each in _EXPORTS.items()},
}
"""The rights with which each kind of work is asked for."""


def kinds_known(ask: Ask) -> list[str]:
    """The kinds of work that whoever asks may ask for somewhere. Raises Refused where there are none."""
    found = [kind for kind, rights in RIGHTS_OF.items() if all(map(ask.may, rights))]
    if not found and not ask.may(Right.ACCOUNTS):
        raise Refused
    return found


def may_have(ask: Ask, session: Session, job: Job) -> bool:
    """Whether whoever asks holds all that the work asked for, now, and wherever the work reached."""
    rights, argv = set(RIGHTS_OF.get(job.kind, Right)), arguments_of(job).get("argv", [])
    export = _EXPORTS.get(job.kind)
    if export is not None and (export.is_restricted or "--restricted" in argv):
        rights.add(Right.FILE)
    reached = _reached(ask, session, export, argv) if export else [[Place()]]
    return all(any(all(ask.may(right, each) for each in places) for places in reached) for right in rights)


def arguments_of(job: Job) -> dict[str, Any]:
    """What a job was asked for with."""
    found = json.loads(job.arguments)
    return found if isinstance(found, dict) else {}


def _reached(ask: Ask, session: Session, export: Export, argv: list[str]) -> list[list[Place]]:
    """Where an export reached: it lies within each of these lists of places. The whole register where nothing
    says less, or where its record is not there any more."""
    if export.scope == "where":
        kept = [term.removeprefix("within=").split(",") for term in argv if term.startswith("within=")]
        places = [[Place(divisions_above(session, each)) for each in divisions] for divisions in kept]
        return places or [[Place()]]
    own = (*argv[len(export.command) :], "")[0]
    with suppress(RegistryError, LookupError):
        if export.scope == "record":
            ref = find_record(session, own)
            return [[place_of(session, ref.kind, ref.id, ask.today(session))]]
        if export.scope == "strategy":
            return [[place_of_strategy(session, own, ask.today(session))]]
    return [[Place()]]
