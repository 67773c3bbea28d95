"""Decisions and visits in a dossier, as tables."""

from collections.abc import Sequence

from exports.dossier_text import Said
from exports.flow import Column, Flow
from exports.legal_rows import MOST_ROWS, day, tell_rest
from registry.records import DesignationRecord, InspectionRecord
from registry.vocab.language import Translator
from registry.vocab.patrol_words import said_checks
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    VIGOUR_SCALES,
    DesignationKind,
    Environment,
    Grade,
    InspectionKind,
    RiskRating,
    Vigour,
)


def draw_designations(flow: Flow, said: Said) -> None:
    """The decisions, each with the government that approved it and when it was published."""
    tree, t = said.tree, said.t
    _ = t.gettext
    columns = [
        Column(_("Kind"), 1.7),
        Column(_("What was decided"), 4.2),
        Column(t.label("designated_on"), 1.8),
        Column(t.label("authority"), 3.2),
        Column(t.label("document_no"), 2.4),
        Column(_("Approved and published"), 3.2),
    ]
    rows = []
    for d in tree.designations:
        scheme = t.word({**GRADE_SCHEMES, **LISTINGS}, d.scheme)
        decided = " · ".join(filter(None, (t.word(Grade, d.grade), scheme)))
        day = d.designated_on.isoformat() if d.designated_on else _("not in the source")
        rows.append(
            [
                t.word(DesignationKind, d.kind),
                decided,
                day,
                (d.authority_en if t.lang == "en" else d.authority) or said.authority,
                d.document_no or "—",
                _published(d, t) or "—",
            ]
        )
    flow.table(columns, rows)


def _published(row: DesignationRecord, t: Translator) -> str:
    _ = t.gettext
    approved = " ".join(filter(None, (row.approved_by, day(row.approved_on) if row.approved_on else None)))
    return "\n".join(
        (
            *([_("approved: {what}", what=approved)] if approved else []),
            *([_("published: {what}", what=row.published_on.isoformat())] if row.published_on else []),
            *([row.published_url] if row.published_url else []),
            *([_("until {day}", day=row.ended_on.isoformat())] if row.ended_on else []),
        )
    )


def draw_inspections(flow: Flow, said: Said, visits: Sequence[InspectionRecord], *, is_public: bool) -> None:
    """Visits, the newest first; the public copy prints the latest and tells how many it leaves out."""
    t = said.t
    _ = t.gettext
    columns = [
        Column(t.label("inspected_on"), 1.8),
        Column(_("Kind"), 1.6),
        Column(_("Condition"), 3.1),
        Column(t.label("findings"), 7.4, size=8.0),
    ]
    rows = []
    for visit in visits[: MOST_ROWS if is_public else None]:
        answers = [f"· {answer}" for answer in said_checks(t, dict(visit.checks))]
        findings = [f"· {finding}" for finding in visit.findings]
        found = "\n".join([*findings, *answers, *filter(None, [visit.notes])])
        condition = [
            (t.label("vigour"), t.word(Vigour, visit.vigour)),
            ("", t.word(VIGOUR_SCALES, visit.vigour_scale) if visit.vigour else ""),
            (t.label("environment"), t.word(Environment, visit.environment)),
            (t.label("risk_rating"), t.word(RiskRating, visit.risk_rating)),
            (t.label("inspected_by"), visit.inspected_by or ""),
        ]
        said_lines = [" ".join(filter(None, pair)) for pair in condition if pair[1]]
        day = visit.inspected_on.isoformat()
        rows.append([day, t.word(InspectionKind, visit.kind), "\n".join(said_lines) or "—", found or "—"])
    flow.table(columns, rows)
    tell_rest(flow, len(visits), t, is_public=is_public)
