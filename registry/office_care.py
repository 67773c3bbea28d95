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
    session: Session, tree_id: str, library: PackLibrary, today: date, *, lang: str = "zh"
) -> OfficeCare:
    """All that the office keeps beside the file of a tree. Not to be handed on."""
    about = ("tree", tree_id)
    strategies = strategy_records(session, about, latest=True)
    told = {work.number for strategy in strategies for work in strategy.works}
    day = col(Inspection.inspected_on)
    kind = col(Inspection.kind) == InspectionKind.PATROL
    patrols = sa.select(day).where(col(Inspection.tree_id) == tree_id, kind).order_by(day.desc())
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
        growth=tree_growth(session, tree_id, today),
    )
