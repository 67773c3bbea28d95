"""Delineated zones (依法划定) on the command line: drawn for one record, or imported for many."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import shapely
import typer
from sqlmodel import Session

from registry.care_errors import ZoneError, ZoneFileError
from registry.cli.app import Office, _
from registry.cli.ledgers import Reason, Record, ref_of
from registry.cli.zones import zones
from registry.commands.subjects import Ref
from registry.commands.zones import LegalDraft, LegalReport, check_legal_zone, set_legal_zones
from registry.db import transaction
from registry.errors import (
    Phrase,
    RecordAmbiguousError,
    RecordNotFoundError,
    TreeAmbiguousError,
    TreeNotFoundError,
)
from registry.vocab.language import Translator

if TYPE_CHECKING:
    from registry.geofiles import GeoFeature, GeoFile

Crs = Annotated[
    str | None, typer.Option("--crs", metavar="EPSG", help=_("System of the coordinates, such as EPSG:4547."))
]
Unit = Annotated[str | None, typer.Option(help=_("Unit of a drawing without one: m or mm."))]
Layer = Annotated[str | None, typer.Option(help=_("Layer within the file."))]
Number = Annotated[str, typer.Option(help=_("Number of the document that delineates it."))]
Approved = Annotated[str | None, typer.Option("--approved-by", help=_("Government that approved it."))]
Published = Annotated[
    datetime | None,
    typer.Option("--published-on", formats=["%Y-%m-%d"], help=_("Day on which it was published.")),
]
Address = Annotated[str | None, typer.Option("--published-url", help=_("Where it was published."))]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help=_("Day from which it holds; else today.")),
]
Deviation = Annotated[
    str | None, typer.Option(help=_("Why it is not what the rule gives, such as buildings that stand."))
]


@zones.command(help=_("Record the delineated zone of a record out of a file with its one polygon."))
def draw(
    ctx: typer.Context,
    record: Record,
    file: Annotated[Path, typer.Option(help=_("GeoJSON, KML, SHP, GPKG or DXF."))],
    document: Number,
    approved_by: Approved = None,
    published_on: Published = None,
    published_url: Address = None,
    deviation: Deviation = None,
    since: From = None,
    crs: Crs = None,
    unit: Unit = None,
    layer: Layer = None,
    reason: Reason = None,
) -> None:
    """Draw one."""
    from registry.geofiles import read_features

    office: Office = ctx.obj
    now = office.now()
    found = read_features(file, crs=crs, unit=unit, layer=layer)
    shape = _one_area(found, file)
    facts = _facts(document, approved_by, published_on, published_url, deviation, since, found)
    with transaction(office.engine()) as session:
        ref = ref_of(session, record)
        report = set_legal_zones(
            session, [(ref, LegalDraft(shape, **facts))], today=office.today(session),
            actor=office.actor, now=now, reason=reason,
        )  # fmt: skip
    _say(office, report)
    office.answer(_answer(report))


@zones.command(
    "import", help=_("Record delineated zones of a file whose features carry the number of a record.")
)
def import_(
    ctx: typer.Context,
    file: Path,
    number_field: Annotated[
        str, typer.Option("--number-field", metavar="NAME", help=_("Attribute with the number of the tree."))
    ],
    document: Number,
    approved_by: Approved = None,
    published_on: Published = None,
    published_url: Address = None,
    deviation: Annotated[
        str | None,
        typer.Option("--deviation-field", metavar="NAME", help=_("Attribute that tells why it deviates.")),
    ] = None,
    since: From = None,
    crs: Crs = None,
    unit: Unit = None,
    layer: Layer = None,
    reason: Reason = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only look; change nothing."))] = False,
) -> None:
    """Import many."""
    from registry.geofiles import read_features

    office: Office = ctx.obj
    t, now = office.t, office.now()
    found = read_features(file, crs=crs, unit=unit, layer=layer)
    if not any(number_field in each.properties for each in found.features):
        known = sorted({name for each in found.features for name in each.properties})
        told = Phrase("no feature has {name}; there are {known}", name=number_field, known=known)
        raise ZoneFileError(path=file, reason=told)
    with transaction(office.engine()) as session:
        refs, problems = _matched(session, found, number_field, t)
        if problems:
            for line in problems:
                typer.echo(line, err=True)
            count = t.ngettext(
                "{count} feature cannot be matched", "{count} features cannot be matched", len(problems)
            )
            raise ZoneFileError(path=file, reason=count)
        drafts = []
        for ref, each in zip(refs, found.features, strict=True):
            why = str(each.properties.get(deviation) or "") or None if deviation else None
            facts = _facts(document, approved_by, published_on, published_url, why, since, found)
            drafts.append((ref, LegalDraft(each.geometry, **facts)))
        _refuse_any(session, drafts, office, file)
        report = LegalReport()
        if not dry_run:
            report = set_legal_zones(
                session, drafts, today=office.today(session), actor=office.actor, now=now, reason=reason
            )
    if dry_run:
        office.say(t.ngettext("{count} feature matches its record.", "{count} features match their records.",
                              len(drafts)))  # fmt: skip
        office.say(t.gettext("Nothing was changed."))
    else:
        _say(office, report)
    office.answer({**_answer(report), "features": len(found.features), "dry_run": dry_run})


def _refuse_any(session: Session, drafts: list[tuple[Ref, LegalDraft]], office: Office, file: Path) -> None:
    """Say of each feature why it cannot be recorded. Raises ZoneFileError where there is any."""
    t, today = office.t, office.today(session)
    count = 0
    for ordinal, (ref, draft) in enumerate(drafts, start=1):
        try:
            check_legal_zone(session, ref, draft, today)
        except ZoneError as error:
            count += 1
            typer.echo(
                t.gettext("feature {ordinal}: {problem}", ordinal=ordinal, problem=t.error(error)), err=True
            )
    if count:
        told = t.ngettext("{count} feature cannot be recorded", "{count} features cannot be recorded", count)
        raise ZoneFileError(path=file, reason=told)


def _matched(
    session: Session, found: "GeoFile", number_field: str, t: Translator
) -> tuple[list[Ref], list[str]]:
    """The record of each feature, and a line for each that has none, or one that another has too."""
    refs: list[Ref] = []
    problems = []
    for ordinal, each in enumerate(found.features, start=1):
        number = _number(each, number_field)
        place = t.gettext("feature {ordinal}, {field} {value}", ordinal=ordinal, field=number_field,
                          value=number or "–")  # fmt: skip
        if not number:
            problems.append(f"{place}: " + t.gettext("it has no number"))
            continue
        if each.geometry.geom_type not in {"Polygon", "MultiPolygon"}:
            problems.append(f"{place}: " + t.gettext("it is no area; a zone is a polygon"))
            continue
        try:
            refs.append(ref_of(session, number))
        except (TreeNotFoundError, TreeAmbiguousError, RecordNotFoundError, RecordAmbiguousError) as error:
            problems.append(f"{place}: {t.error(error)}")
    twice = [own for own, count in Counter(ref[:2] for ref in refs).items() if count > 1]
    for own in twice:
        ordinals = [
            str(n) for n, each in enumerate(found.features, start=1)
            if _number(each, number_field) in {ref[2] for ref in refs if ref[:2] == own}
        ]  # fmt: skip
        name = next(ref[2] for ref in refs if ref[:2] == own)
        problems.append(
            t.gettext("features {ordinals}: all are of {record}; join them into one multipolygon",
                      ordinals=", ".join(ordinals), record=name)
        )  # fmt: skip
    return refs, problems


def _number(each: "GeoFeature", field: str) -> str:
    """The number as text: files of planners keep 14040400001 as 14040400001.0."""
    value = each.properties.get(field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if value is not None else ""


def _one_area(found: "GeoFile", file: Path) -> Any:
    """The one polygon of a file, or all its polygons as one."""
    areas = [each.geometry for each in found.features if each.geometry.geom_type.endswith("Polygon")]
    if not areas:
        raise ZoneFileError(path=file, reason=Phrase("it has no polygon"))
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)


def _facts(
    document: str,
    approved_by: str | None,
    published_on: datetime | None,
    published_url: str | None,
    deviation: str | None,
    since: datetime | None,
    found: "GeoFile",
) -> dict[str, Any]:
    return {
        "document_no": document, "approved_by": approved_by,
        "published_on": published_on.date() if published_on else None, "published_url": published_url,
        "deviation": deviation, "from_on": since.date() if since else None, "file_name": found.file_name,
        "file_sha256": found.sha256,
    }  # fmt: skip


def _say(office: Office, report: LegalReport) -> None:
    t = office.t
    office.say(t.ngettext("{count} zone recorded.", "{count} zones recorded.", len(report.recorded)))
    if report.ended:
        office.say(t.ngettext("{count} earlier one ended.", "{count} earlier ones ended.", report.ended))
    if report.unchanged:
        office.say(
            t.ngettext("{count} was on record already.", "{count} were on record already.", report.unchanged)
        )
    for record, metres in report.apart:
        office.say(
            t.gettext("{record} stands {metres} m outside its zone: is it the right one?", record=record,
                      metres=t.number(metres, 1))
        )  # fmt: skip


def _answer(report: LegalReport) -> dict[str, Any]:
    apart = [{"record": record, "metres": metres} for record, metres in report.apart]
    return {
        "recorded": report.recorded, "ended": report.ended, "unchanged": report.unchanged, "apart": apart,
    }  # fmt: skip
