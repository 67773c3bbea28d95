"""Groves like trees on the command line: visits, tags, dossiers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from registry.area_queries import full_areas_of
from registry.calendars import register_today
from registry.cli.app import Office, _, app
from registry.cli.ledgers import Document, Record, one_of, ref_of
from registry.commands.tags import IssuedTag
from registry.commands.visits import is_found_dead, record_visit
from registry.db import transaction
from registry.errors import NothingSelectedError, Phrase
from registry.ledgers import select_records
from registry.models import InspectionDraft
from registry.records import TagContent
from registry.rules.redaction import redact_area
from registry.rules.tag_content import grove_tag_content
from registry.vocab.care_words import INCIDENTS, FacilityState, PlateState
from registry.vocab.patrol_words import said_checks
from registry.vocab.words import Environment, InspectionKind, PartyKind, RiskRating, Vigour

BATCH = 20


@app.command(help=_("Record a visit to a tree or a grove: a patrol, an assessment."))
def inspect(
    ctx: typer.Context,
    record: Record,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day of the visit."))],
    kind: Annotated[InspectionKind, typer.Option(help=_("What kind of visit."))] = InspectionKind.PATROL,
    vigour: Annotated[Vigour | None, typer.Option(help=_("Vigour as it was met."))] = None,
    scale: Annotated[str | None, typer.Option(help=_("Scale of the vigour, such as lyt2738."))] = None,
    environment: Annotated[Environment | None, typer.Option(help=_("Growth environment."))] = None,
    risk: Annotated[RiskRating | None, typer.Option(help=_("Risk rating."))] = None,
    finding: Annotated[list[str] | None, typer.Option(help=_("What was found; several times."))] = None,
    notes: Annotated[str | None, typer.Option(help=_("Notes for the office."))] = None,
    plate: Annotated[PlateState | None, typer.Option(help=_("The plate as it was met."))] = None,
    facilities: Annotated[
        FacilityState | None, typer.Option(help=_("Fences, supports and the like as they were met."))
    ] = None,
    damage: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help=_("New damage by its code, such as I08; several times.")),
    ] = None,
    encroachment: Annotated[
        str | None, typer.Option(help=_("What was built, laid or piled up in the zone."))
    ] = None,
    pest: Annotated[str | None, typer.Option(help=_("Pest or disease that was seen."))] = None,
    weather: Annotated[str | None, typer.Option(help=_("The weather."))] = None,
    gps_distance: Annotated[
        float | None, typer.Option(min=0, help=_("Metres from the position on record to where the fix was."))
    ] = None,
    follow_up: Annotated[str | None, typer.Option(help=_("What has to follow."))] = None,
    by: Annotated[str | None, typer.Option(help=_("Unit or person who came."))] = None,
    unit: Annotated[bool, typer.Option("--unit", help=_("Who came is a unit."))] = False,
    document: Document = None,
) -> None:
    """Record a visit."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    draft = InspectionDraft(
        inspected_on=on.date(), kind=kind, vigour=vigour, vigour_scale=scale, environment=environment,
        risk_rating=risk, findings=tuple(finding or ()), notes=notes,
    )  # fmt: skip
    answers = {
        "plate": plate, "facilities": facilities, "damage": _damage(office, damage or ()),
        "encroachment": encroachment, "pest": pest, "weather": weather, "gps_distance_m": gps_distance,
        "follow_up": follow_up,
    }  # fmt: skip
    checks = {name: value for name, value in answers.items() if value not in (None, "", [])}
    with transaction(office.engine()) as session:
        ref = ref_of(session, record)
        visit, is_new = record_visit(
            session, ref, draft, by=by, by_kind=PartyKind.UNIT if unit else None, checks=checks,
            today=register_today(session, now), document=document, actor=office.actor, now=now,
        )  # fmt: skip
        facts = {"record": record, "id": visit.id, "new": is_new, "vigour_scale": visit.vigour_scale}
        is_dead = is_found_dead(session, ref, draft)
    day = on.date()
    if is_new:
        office.say(t.gettext("The visit of {day} is on record.", day=day))
    else:
        office.say(t.gettext("The visit of {day} was on record already.", day=day))
    if is_dead:
        office.say(t.gettext("It stays on the register as alive: open a case with `gushu case open death`."))
    for answer in said_checks(t, checks):
        office.say(f"  {answer}")
    if damage:
        office.say(t.gettext("A case for it: `gushu case open incident`."))
    office.answer({**facts, "checks": checks})


def _damage(office: Office, codes: Sequence[str]) -> list[str]:
    """Codes of damage, in order. One that is none is a usage error that lists them."""
    found = sorted({code.strip().upper() for code in codes})
    for code in found:
        one_of(INCIDENTS, code, office.t)
    return found


def chosen_groves(session: Session, where: Sequence[str]) -> list[str]:
    """The ids of the groves of a selection. Raises NothingSelectedError."""
    ids = select_records(session, "grove", where)
    if not ids:
        raise NothingSelectedError(where=" ".join(where) or Phrase("anything: there is no grove"))
    return ids


def grove_tags(
    session: Session, office: Office, ids: Sequence[str], issued: Mapping[str, IssuedTag], address: str
) -> Iterator[TagContent]:
    """What the tags of groves say."""
    for full in full_areas_of(session, "grove", list(ids)):
        area, _withheld = redact_area(full.record, full.disclosure)
        yield grove_tag_content(area, issued[area.uuid].printed, address, office.t)
