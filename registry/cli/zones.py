"""Protection zones (保护范围) on the command line: computed, shown, ended, listed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.zone_list import (
    Citations,
    ZoneListFacts,
    basis_words,
    confidence_word,
    counts_sentence,
    document_words,
    grade_word,
    missing_words,
    write_zone_book,
    write_zone_pdf,
)
from registry.cli.app import Office, _, app
from registry.cli.exporting import FontFiles, Where, register_facts, written
from registry.cli.ledgers import Document, Record, ref_of
from registry.commands.history import lock_history
from registry.commands.zones import ComputeReport, compute_zones, end_zone
from registry.db import reading, transaction
from registry.errors import OutputKindError
from registry.outputs import check_output
from registry.rules.zones import Proposed
from registry.vocab.care_words import ZONE_INPUTS, ZONE_LACKS, ZoneKind
from registry.vocab.language import Translator
from registry.vocab.rule_words import CLASSES
from registry.zone_lists import counts_by_kind, zone_lines, zones_of
from registry.zone_records import ZoneLine
from registry.zoning import proposed_among, proposed_for, proposed_zones

zones = typer.Typer(no_args_is_help=True, help=_("Protection zones: computed, delineated, checked."))
app.add_typer(zones, name="zones")
_SHOWN = 10
"""So many records are named where something is missing; all of them stand in the list."""
Day = typer.Option(formats=["%Y-%m-%d"])


@zones.command(
    help=_("Compute the zones of trees and groves by their rule pack; the same inputs change nothing.")
)
def compute(
    ctx: typer.Context,
    where: Where = None,
    pack: Annotated[
        str | None, typer.Option(metavar="PACK", help=_("This rule pack instead of the one in use."))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only count; change nothing."))] = False,
) -> None:
    """Compute."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    library = office.packs()
    with transaction(office.engine()) as session:
        if not dry_run:
            lock_history(session)
        named = library.get(pack) if pack else None
        proposals = proposed_zones(session, library, office.today(session), where or (), named)
        report = compute_zones(
            session, proposals, today=office.today(session), actor=office.actor, now=now, dry_run=dry_run
        )
    for line in _report_lines(report, t):
        office.say(line)
    if dry_run:
        office.say(t.gettext("Nothing was changed."))
    office.answer(
        {
            "read": report.read, "computed": report.computed, "replaced": report.replaced,
            "unchanged": report.unchanged, "dry_run": dry_run,
            "lacking": [{"missing": list(names), "records": count}
                        for names, count in report.lacking.most_common()],
            "without": [{"record": record_name(each.subject[0], each.called), "missing": list(each.missing)}
                        for each in report.left],
        }
    )  # fmt: skip


def _report_lines(report: ComputeReport, t: Translator) -> list[str]:
    told = {
        "read": t.ngettext("{count} record", "{count} records", report.read),
        "new": t.ngettext("{count} zone", "{count} zones", report.computed),
        "replaced": t.number(report.replaced, 0), "same": t.number(report.unchanged, 0),
    }  # fmt: skip
    found = [t.gettext("{read}: {new} computed, {replaced} computed anew, {same} unchanged.", **told)]
    for names, count in report.lacking.most_common():
        words = lacking_words(names, t)
        found.append(
            "  " + t.ngettext("{count} record: {what}", "{count} records: {what}", count, what=words)
        )
    if report.left:
        shown = [record_name(each.subject[0], each.called) for each in report.left[:_SHOWN]]
        more = " …" if len(report.left) > _SHOWN else ""
        found.append(t.gettext("Without a zone: {records}", records="、".join(shown) + more))
        found.append(t.gettext("See all with `gushu zones list --missing`."))
    return found


@zones.command(help=_("Show all zones of a record: rule, inputs, basis, confidence, area."))
def show(
    ctx: typer.Context,
    record: Record,
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help=_("Write the zones that hold as GeoJSON (WGS84)."))
    ] = None,
) -> None:
    """Show."""
    office: Office = ctx.obj
    t, today = office.t, office.today()
    library = office.packs()
    if geojson:
        check_output(geojson, "", office.address)
    with reading(office.engine()) as session:
        ref = ref_of(session, record)
        lines = zones_of(session, library, today, (ref[0], ref[1]), lang=t.lang)
        given = proposed_for(session, (ref[0], ref[1]), library, today)
    for line in lines:
        for text in _zone_texts(line, t):
            office.say(text)
    if not any(line.kind == ZoneKind.COMPUTED and line.ended_on is None for line in lines):
        office.say(_why_none(given, t))
    elif _is_stale(lines, given):
        office.say(
            t.gettext("Inputs or rule have changed since: compute it anew with `gushu zones compute`.")
        )
    if geojson:
        _write_geojson(geojson, [line for line in lines if line.ended_on is None])
        office.say(str(geojson))
    told = [_told(line) for line in lines]
    office.answer({"record": record, "zones": told, "missing": list(given.missing) if given else []})


def _is_stale(lines: Sequence[ZoneLine], given: Proposed | None) -> bool:
    held = [line for line in lines if line.kind == ZoneKind.COMPUTED and line.ended_on is None]
    told = (given.pack_id, given.rule, json.loads(given.inputs)) if given else None
    return told is not None and all((z.pack_id, z.rule, dict(z.inputs)) != told for z in held)


def _why_none(given: Proposed | None, t: Translator) -> str:
    if given is None:
        return t.gettext("No zone is computed for what does not stand, or is no tree or grove.")
    if given.missing:
        words = lacking_words(given.missing, t)
        return t.gettext("No zone can be computed: {what}.", what=words)
    return t.gettext("Its zone can be computed: `gushu zones compute`.")


def _zone_texts(line: ZoneLine, t: Translator) -> list[str]:
    _ = t.gettext
    area = _("{area} m² in {projection}", area=t.number(line.area_m2 or 0, 1), projection=line.projection)
    span = (
        _("held from {first}, ended on {last}", first=line.made_on, last=line.ended_on)
        if line.ended_on
        else _("since {day}", day=line.made_on)
    )
    found = [" · ".join((t.word(ZoneKind, line.kind), area, span))]
    facts = [(_("Basis"), basis_words(line, t)), (_("Document"), document_words(line, t))]
    if line.kind == ZoneKind.COMPUTED:
        facts += [
            (_("Rule"), f"{line.pack_id} {line.rule}"),
            (_("Confidence"), confidence_word(line, t)),
            (_("Inputs"), _inputs(line, t)),
        ]
    if line.uncertainty_m:
        facts.append((_("Position"), f"± {t.number(line.uncertainty_m, 1)} m"))
    return found + [f"  {name}: {value}" for name, value in facts if value]


def _inputs(line: ZoneLine, t: Translator) -> str:
    parts = []
    for name, label in ZONE_INPUTS.items():
        value = line.inputs.get(name)
        if name == "class":
            value = t.word(CLASSES, value)
        if isinstance(value, list):
            value = " ".join(f"{each:g}" for each in value)
        unit = " m" if name.endswith("_m") else " cm" if name.endswith("_cm") else ""
        if value not in (None, ""):
            parts.append(f"{t.pick(label)} {value}{unit}")
    return "; ".join(parts) if t.lang == "en" else "；".join(parts)


@zones.command(help=_("End the delineated zone of a record, or its computed one."))
def end(
    ctx: typer.Context,
    record: Record,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("Day from which it no longer holds."))],
    reason: Annotated[str, typer.Option(help=_("Why; it enters the history."))],
    kind: Annotated[ZoneKind, typer.Option(help=_("Which zone."))] = ZoneKind.LEGAL,
    document: Document = None,
) -> None:
    """End."""
    office: Office = ctx.obj
    now = office.now()
    with transaction(office.engine()) as session:
        count = end_zone(
            session, ref_of(session, record), kind, on=on.date(), today=office.today(session), reason=reason,
            document=document, actor=office.actor, now=now,
        )  # fmt: skip
    office.say(office.t.gettext("{record}: the zone ended on {day}.", record=record, day=on.date()))
    office.answer({"record": record, "ended": count})


@zones.command(
    "list", help=_("List the zones that hold: here, as workbook (.xlsx) or for publication (.pdf).")
)
def list_(
    ctx: typer.Context,
    where: Where = None,
    missing: Annotated[
        bool, typer.Option("--missing", help=_("Only records without a zone, and why."))
    ] = False,
    stale: Annotated[
        bool, typer.Option("--stale", help=_("Only zones whose inputs or rule have changed since."))
    ] = False,
    out: Annotated[Path | None, typer.Option(help=_("Write the list (.xlsx or .pdf)."))] = None,
    font: FontFiles = None,
) -> None:
    """List."""
    office: Office = ctx.obj
    t = office.t
    if out:
        kind = out.suffix.lower()
        if kind not in {".xlsx", ".pdf"}:
            raise OutputKindError(path=out, known=[".xlsx", ".pdf"])
        check_output(out, kind, office.address)
    with reading(office.engine()) as session:
        every = list(lines_now(session, office, where or ()))
        facts = list_facts(session, office, every)
    chosen = [line for line in every if (line.kind is None or not missing) and (line.is_stale or not stale)]
    if out:
        with written(out) as stream:
            if out.suffix.lower() == ".pdf":
                write_zone_pdf(chosen, facts, stream, language=t, extra_fonts=tuple(font or ()))
            else:
                write_zone_book(chosen, facts, stream, language=t)
        office.say(str(out))
    else:
        notes = Citations()
        for line in chosen:
            office.say(_line(line, t, notes))
        for note in notes.lines():
            office.say(note)
    office.say(t.ngettext("{count} line", "{count} lines", len(chosen)))
    office.say(counts_sentence(facts.counts, t))
    if facts.counts["stale"]:
        office.say(t.ngettext("{count} computed zone is stale.", "{count} computed zones are stale.",
                              facts.counts["stale"]))  # fmt: skip
    office.answer({"zones": [_told(line) for line in chosen], "counts": facts.counts})


def _line(line: ZoneLine, t: Translator, notes: Citations) -> str:
    name = record_name(line.record_kind, line.number)
    if line.kind is None:
        return "  ".join(filter(None, (name, line.name, grade_word(line, t), missing_words(line, t))))
    area = f"{t.number(line.area_m2 or 0, 1)} m²"
    stale = t.gettext("stale") if line.is_stale else ""
    words = (t.word(ZoneKind, line.kind), area, basis_words(line, t, notes), document_words(line, t), stale)
    return "  ".join(filter(None, (name, line.name, grade_word(line, t), *words)))


def lines_now(session: Session, office: Office, where: Sequence[str]) -> Any:
    """Every zone that holds, with what the rules give today: stale ones and missing inputs are known."""
    library, today = office.packs(), office.today(session)

    def propose(subjects: Sequence[tuple[str, str]]) -> Iterable[Proposed]:
        return proposed_among(session, subjects, library, today)

    return zone_lines(session, library, today, where, lang=office.t.lang, propose=propose)


def list_facts(session: Session, office: Office, lines: Sequence[ZoneLine]) -> ZoneListFacts:
    """What a list says of itself."""
    facts = register_facts(session, office)
    return ZoneListFacts(
        facts.register_name,
        facts.made_at,
        facts.made_on,
        counts_by_kind(lines),
        facts.history_head,
        facts.is_demonstration,
    )


def record_name(kind: str, number: str) -> str:
    """A record as commands take it: a tree's number, or grove:NUMBER …"""
    return number if kind == "tree" else f"{kind}:{number}"


def lacking_words(names: Sequence[str], t: Translator) -> str:
    """What is missing, in words."""
    return ("、" if t.lang == "zh" else ", ").join(t.word(ZONE_LACKS, name) for name in names)


def _told(line: ZoneLine) -> dict[str, Any]:
    names = (
        "kind", "pack_id", "rule", "citation", "confidence", "area_m2", "projection", "uncertainty_m",
        "made_on", "ended_on", "document_no", "approved_by", "published_on", "published_url", "deviation",
        "is_stale",
    )  # fmt: skip
    told = {name: getattr(line, name) for name in names}
    record = record_name(line.record_kind, line.number)
    return {"record": record, **told, "inputs": dict(line.inputs), "missing": list(line.missing)}


def _write_geojson(path: Path, lines: Sequence[ZoneLine]) -> None:
    import shapely

    features = [
        {
            "type": "Feature",
            "properties": {name: value for name, value in _told(line).items() if name != "inputs"},
            "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(line.outline))),
        }
        for line in lines
        if line.outline
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, default=str)
    with written(path) as stream:
        stream.write(text.encode())
