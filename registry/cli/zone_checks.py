"""Checks of construction footprints against the protection zones, on the command line."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlmodel import Session

from exports.zone_opinion_text import (
    basis_sentence,
    citation,
    distances,
    grade_word,
    list_title,
    open_sentence,
    record_name,
    remarks,
    requirement_sentence,
    scope_sentence,
    verdict_sentence,
    verdict_word,
    warnings,
)
from registry.calendars import register_today
from registry.check_records import Asked, CheckResult, OpenList
from registry.cli.app import Office, _
from registry.cli.exporting import FontFiles, kept_paper, signer_of, written
from registry.cli.zones import zones
from registry.commands.zone_checking import record_check
from registry.db import reading, transaction
from registry.geofiles import GeoFile, read_features
from registry.models import ZoneCheck
from registry.outputs import check_output
from registry.proof_records import Signer
from registry.vocab.care_words import ZoneVerdict
from registry.vocab.language import Translator, translator
from registry.zone_check_reviews import Review, checks, find_check, review, whole_result
from registry.zone_checks import DEFAULTS, answer, footprint_in

if TYPE_CHECKING:
    from exports.proofs import Paper

__all__ = ["zones"]
_SHOWN = 8
"""So many hits and records of a list are said; the opinion and --json have more."""
Named = Annotated[str, typer.Argument(metavar="NUMBER", help=_("Number or code of a check."))]


@zones.command(
    help=_(
        "Check a construction footprint against all zones: GeoJSON, KML, shapefile, GeoPackage or DXF. "
        "The check is recorded; the same file on the same day gives the same check."
    )
)
def check(
    ctx: typer.Context,
    footprint: Annotated[Path, typer.Argument(metavar="FOOTPRINT", help=_("File with the footprint."))],
    crs: Annotated[
        str | None,
        typer.Option(help=_("Coordinate system: an EPSG code, CGCS2000, WGS84, GCJ-02, BD-09 or TWD97.")),
    ] = None,
    unit: Annotated[str | None, typer.Option(help=_("Unit of a drawing: m, mm, cm …"))] = None,
    layer: Annotated[str | None, typer.Option(help=_("Layer of the file."))] = None,
    buffer: Annotated[
        float, typer.Option(min=0, max=5000, metavar="METRES", help=_("So many metres around what is drawn."))
    ] = 0.0,
    project: Annotated[str | None, typer.Option(help=_("Name of the project."))] = None,
    applicant: Annotated[str | None, typer.Option(metavar="PARTY", help=_("Who applies."))] = None,
    out: Annotated[Path | None, typer.Option(help=_("Write the opinion as PDF."))] = None,
    font: FontFiles = None,
) -> None:
    """Check."""
    office: Office = ctx.obj
    if out is not None:
        check_output(out, ".pdf", office.address)
    file = read_features(footprint, crs=crs, unit=unit, layer=layer)
    built = footprint_in(file, buffer)
    asked = replace(
        _asked(file), layer=layer, unit=unit, buffer_m=buffer, project=project, applicant=applicant
    )
    now, library = office.now(), office.packs()
    with transaction(office.engine()) as session:
        today = register_today(session, now)
        answered = answer(session, built, asked, library, today, may_see_exact=True)
        defaults = library.get(DEFAULTS).rule("deadlines", "zone_check")
        row, is_new = record_check(
            session,
            answered,
            valid_for=dict(defaults.values) if defaults else {"months": 6},
            actor=office.actor,
            now=now,
            today=today,
            may_see_exact=True,
        )
        result, sha256 = whole_result(row), row.sha256
        paper = opinion_paper(session, row, result, signer_of(office)) if out is not None else None
    if out is not None:
        _write(result, out, font, paper)
    _say(result, office)
    if not is_new:
        office.say(office.t.gettext("The same as before: nothing was recorded anew."))
    if out is not None:
        office.say(office.t.gettext("Opinion: {path}", path=out))
    elif not office.as_json:
        office.say(
            office.t.gettext("As PDF: gushu zones opinion {number} --out opinion.pdf", number=result.number)
        )
    office.answer({**result.plain(), "is_new": is_new, "sha256": sha256})


@zones.command("checks", help=_("List the checks of footprints, the newest first."))
def list_checks(ctx: typer.Context) -> None:
    """List the checks."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        today = office.today(session)
        found = checks(session)
        for row in found:
            parts = (
                row.number,
                row.code,
                register_today(session, row.made_at).isoformat(),
                t.word(ZoneVerdict, row.verdict),
                row.project or row.file_name,
                _valid(row.valid_to, today, t),
            )
            office.say("  ".join(parts))
        office.answer({"checks": [_row(row, today) for row in found]})
    if not found:
        office.say(t.gettext("No footprint has been checked yet: gushu zones check FOOTPRINT"))
        return
    office.say(t.ngettext("{count} check", "{count} checks", len(found)))


@zones.command(help=_("Write the opinion of a check that was made, as PDF: the same content again."))
def opinion(
    ctx: typer.Context,
    check: Named,
    out: Annotated[Path, typer.Option(help=_("The PDF to write."))],
    font: FontFiles = None,
) -> None:
    """Write an opinion again."""
    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        row = find_check(session, check)
        result = whole_result(row)
        paper = opinion_paper(session, row, result, signer_of(office))
    _write(result, out, font, paper)
    office.say(office.t.gettext("Opinion: {path}", path=out))
    office.answer({"number": result.number, "path": str(out)})


@zones.command(
    "verify-check", help=_("Whether a check is whole and still holds, and what has changed since.")
)
def verify_check(ctx: typer.Context, check: Named) -> None:
    """Verify a check."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        today = office.today(session)
        found = review(session, find_check(session, check), office.packs(), today)
        for line in _review_lines(found, office.t):
            office.say(line)
        office.answer(_reviewed(found))
    if not found.is_whole or not found.is_told:
        raise typer.Exit(1)


def _asked(file: GeoFile) -> Asked:
    both = translator("zh"), translator("en")
    notes = tuple((str(both[0].phrase(note)), str(both[1].phrase(note))) for note in file.notes)
    return Asked(file.file_name, file.sha256, file.projection, uncertainty_m=file.uncertainty_m, notes=notes)


def opinion_paper(session: Session, row: ZoneCheck, result: CheckResult, signer: Signer | None) -> "Paper":
    """What an opinion carries along: what its pages say, and the proof."""
    from exports.zone_opinion import told_opinion

    return kept_paper(
        session, "opinion", ("zone_check", row.id), row.number, told_opinion(result), signer,
        register_name=result.register_name,
    )  # fmt: skip


def _write(result: CheckResult, out: Path, font: list[Path] | None, paper: "Paper | None") -> None:
    from exports.zone_opinion import write_zone_opinion

    with written(out) as stream:
        write_zone_opinion(result, stream, extra_fonts=tuple(font or ()), paper=paper)


def _say(result: CheckResult, office: Office) -> None:
    t = office.t
    office.say(
        t.gettext(
            "{number}  code {code}  valid to {day}",
            number=result.number,
            code=result.code,
            day=result.valid_to,
        )
    )
    office.say(f"{verdict_word(result, t)}{'。' if t.lang == 'zh' else '. '}{verdict_sentence(result, t)}")
    for line in warnings(result, t):
        office.say(f"! {line}")
    for line in remarks(result, t):
        office.say(f"· {line}")
    for hit in result.hits[:_SHOWN]:
        parts = (
            record_name(hit.record, t),
            grade_word(hit.record, t),
            t.gettext(
                "{area} m², {zone} % of the zone, {footprint} % of the footprint",
                area=t.number(hit.overlap_m2),
                zone=t.number(hit.zone_percent),
                footprint=t.number(hit.footprint_percent),
            ),
            distances(hit, t),
        )
        office.say("  " + "  ".join(filter(None, parts)))
        office.say(f"      {basis_sentence(hit, t)}")
        office.say(f"      {requirement_sentence(hit, t)}")
        if hit.ruling:
            office.say(f"      {citation(hit.ruling, t)}")
    if len(result.hits) > _SHOWN:
        office.say("  " + t.gettext("and {count} more", count=t.number(len(result.hits) - _SHOWN, 0)))
    if not result.hits and result.nearest_m is not None:
        away = t.number(result.nearest_m, 1)
        office.say(t.gettext("The nearest zone is {metres} m away.", metres=away))
    for each in result.lists:
        _say_list(each, office)
    if result.open_list("trees_without_position").count or result.outside_scope:
        office.say(scope_sentence(result, t))


def _say_list(each: OpenList, office: Office) -> None:
    if not each.count:
        return
    t = office.t
    office.say(list_title(each, t))
    for record in each.records[:_SHOWN]:
        office.say("  " + open_sentence(record, t))
    if each.count > _SHOWN:
        office.say("  " + t.gettext("and {count} more", count=t.number(each.count - _SHOWN, 0)))


def _valid(last: date, today: date, t: Translator) -> str:
    if today <= last:
        return t.gettext("valid to {day}", day=last)
    return t.gettext("ran out on {day}", day=last)


def _row(row: Any, today: date) -> dict[str, Any]:
    names = (
        "number",
        "code",
        "made_at",
        "valid_to",
        "project",
        "file_name",
        "verdict",
        "hit_count",
        "sha256",
    )
    return {**{name: getattr(row, name) for name in names}, "is_valid": today <= row.valid_to}


def _review_lines(found: Review, t: Translator) -> list[str]:
    lines = [
        f"{found.row.number}  {found.row.code}  {verdict_word(found.result, t)}",
        t.gettext("The record is what was answered.")
        if found.is_whole and found.is_told
        else t.gettext("The record is NOT what was answered: it was altered."),
        t.gettext("It is valid to {day}.", day=found.row.valid_to)
        if found.is_valid
        else t.gettext("It ran out on {day}; check again.", day=found.row.valid_to),
        t.ngettext(
            "The register has changed {count} time since.",
            "The register has changed {count} times since.",
            found.events_since,
        ),
    ]
    if found.verdict_now != found.result.verdict:
        word = t.word(ZoneVerdict, found.verdict_now)
        lines.append(t.gettext("Today the answer would be: {verdict}.", verdict=word))
    if found.came:
        lines.append(t.gettext("Hit today, not then: {records}", records=", ".join(found.came)))
    if found.gone:
        lines.append(t.gettext("Hit then, not today: {records}", records=", ".join(found.gone)))
    if found.still_holds:
        lines.append(t.gettext("It still holds."))
    return lines


def _reviewed(found: Review) -> dict[str, Any]:
    return {
        "number": found.row.number,
        "is_whole": found.is_whole and found.is_told,
        "is_valid": found.is_valid,
        "still_holds": found.still_holds,
        "events_since": found.events_since,
        "verdict": found.result.verdict,
        "verdict_now": found.verdict_now,
        "hit_now_not_then": list(found.came),
        "hit_then_not_now": list(found.gone),
        "lists_now": found.lists_now,
    }
