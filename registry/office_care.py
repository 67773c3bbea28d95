"""Reading what the office keeps beside the file of a tree."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.care_log import care_lines
from registry.growing import tree_growth
from registry.health import Which, assessment_records, reading_records
from registry.models import Inspection
from registry.office_records import CareLogRecord, OfficeCare
from registry.rulepacks import PackLibrary
from registry.strategies import strategy_records, works_about
from registry.vocab.words import InspectionKind
from registry.zone_lists import zones_of

_LOGGED = tuple(CareLogRecord.__dataclass_fields__)


def office_care(
    session: Session, own: str, library: PackLibrary, today: date, *, lang: str = "zh", kind: str = "tree"
) -> OfficeCare:
    """All that the office keeps beside the file of a tree, grove, garden or place. Not to be handed on."""
    about = (kind, own)
    strategies = strategy_records(session, about, latest=True)
    told = {work.number for strategy in strategies for work in strategy.works}
    day, owner = col(Inspection.inspected_on), getattr(Inspection, f"{kind}_id", None)
    was_patrol = col(Inspection.kind) == InspectionKind.PATROL
    whose = sa.false() if owner is None else col(owner) == own
    patrols = sa.select(day).where(whose, was_patrol).order_by(day.desc())
    log = [
        CareLogRecord(**{name: getattr(line, name) for name in _LOGGED})
        for line in care_lines(session, record=about)
    ]
    return OfficeCare(
        zones=tuple(zones_of(session, library, today, about, lang=lang, ended=False)),
        assessments=tuple(assessment_records(session, Which(record=about))),
        readings=tuple(reading_records(session, about)),
        strategies=tuple(strategies),
        works=tuple(work for work in works_about(session, about) if work.number not in told),
        care=tuple(reversed(log)),
        patrols=tuple(session.execute(patrols).scalars()),
        growth=tree_growth(session, own, today) if kind == "tree" else None,
    )
