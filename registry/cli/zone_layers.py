"""Map layers and their conflicts with the protection zones, on the command line."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.zone_list import write_conflict_book
from registry.cli.app import Office, _
from registry.cli.exporting import Where, written
from registry.cli.ledgers import Document, Reason
from registry.cli.zone_legal import Crs, Unit
from registry.cli.zones import lines_now, list_facts, record_name, zones
from registry.commands.map_layers import LayerDraft, add_layer, layers_of, remove_layer
from registry.db import reading, transaction
from registry.errors import OutputKindError
from registry.outputs import check_output
from registry.vocab.care_words import LayerKind, ZoneKind
from registry.zone_lists import conflicts as conflicts_of
from registry.zone_records import ConflictLine

layer = typer.Typer(no_args_is_help=True, help=_("Layers that zones may conflict with: green lines …"))
zones.add_typer(layer, name="layer")


@layer.command(help=_("Load a layer: green line, buildings, pipelines … in a declared system."))
def add(
    ctx: typer.Context,
    name: str,
    file: Path,
    kind: Annotated[LayerKind, typer.Option(help=_("What it shows."))],
    title: Annotated[str | None, typer.Option(help=_("How it is called; else its name."))] = None,
    source: Annotated[str | None, typer.Option(help=_("Where it comes from."))] = None,
    document: Document = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=_("Day of the data."))
    ] = None,
    crs: Crs = None,
    unit: Unit = None,
    part: Annotated[str | None, typer.Option("--layer", help=_("Layer within the file."))] = None,
) -> None:
    """Load a layer."""
    from registry.geofiles import read_features

    office: Office = ctx.obj
    t = office.t
    found = read_features(file, crs=crs, unit=unit, layer=part)
    draft = LayerDraft(
        name, kind, title or name, found.file_name, found.sha256, found.projection,
        [(each.name, each.geometry) for each in found.features], source, document,
        as_of.date() if as_of else None,
    )  # fmt: skip
    with transaction(office.engine()) as session:
        is_new = add_layer(session, draft, actor=office.actor, now=office.now())
    count = len(draft.features)
    if is_new:
        office.say(
            t.ngettext(
                "{count} feature loaded: {layer}", "{count} features loaded: {layer}", count, layer=name
            )
        )
        office.say(t.gettext("See what lies in zones with `gushu zones conflicts`."))
    else:
        office.say(t.gettext("Nothing to change."))
    office.answer({"layer": name, "features": count, "new": is_new, "projection": found.projection})


@layer.command("list", help=_("List the layers that are loaded."))
def layer_list(ctx: typer.Context) -> None:
    """List layers."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        rows = [row.model_dump() for row in layers_of(session)]
    for row in rows:
        count = t.ngettext("{count} feature", "{count} features", row["feature_count"])
        facts = (row["id"], t.word(LayerKind, row["kind"]), row["title"], count, row["projection"],
                 row["file_name"], str(row["as_of"] or ""))  # fmt: skip
        office.say("  ".join(filter(None, facts)))
    office.say(t.ngettext("{count} layer", "{count} layers", len(rows)))
    office.answer({"layers": rows})


@layer.command(help=_("Take a layer away."))
def remove(ctx: typer.Context, name: str, reason: Reason = None) -> None:
    """Remove a layer."""
    office: Office = ctx.obj
    now = office.now()
    with transaction(office.engine()) as session:
        count = remove_layer(
            session, name, today=office.today(session), reason=reason, actor=office.actor, now=now
        )
    office.say(office.t.gettext("{layer} is removed.", layer=name))
    office.answer({"layer": name, "features": count})


@zones.command(help=_("List what of the loaded layers lies in zones: which, m² and share of the zone."))
def conflicts(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument(help=_("Write them into a workbook (.xlsx)."))] = None,
    where: Where = None,
    part: Annotated[str | None, typer.Option("--layer", help=_("Only this layer."))] = None,
) -> None:
    """List conflicts."""
    office: Office = ctx.obj
    t = office.t
    if out:
        if out.suffix.lower() != ".xlsx":
            raise OutputKindError(path=out, known=[".xlsx"])
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        layers = layers_of(session)
        every = list(lines_now(session, office, where or ()))
        found = [each for each in conflicts_of(session, every) if part in {None, each.layer_id}]
        facts = list_facts(session, office, every)
    if not layers:
        office.say(t.gettext("No layer is loaded: `gushu zones layer add`."))
    for each in found:
        office.say(_line(each, t))
    count = len({(each.zone.record_kind, each.zone.record_id) for each in found})
    office.say(
        t.ngettext("{count} conflict, with zones of {records} records", "{count} conflicts, with zones of "
                   "{records} records", len(found), records=t.number(count, 0))
    )  # fmt: skip
    without = facts.counts["none"]
    if without:
        office.say(
            t.ngettext("{count} record has no zone and was not looked at.",
                       "{count} records have no zone and were not looked at.", without)
        )  # fmt: skip
    if out:
        with written(out) as stream:
            write_conflict_book(found, facts, stream, language=t)
        office.say(str(out))
    office.answer({"conflicts": [_told(each) for each in found], "records": count, "without_zone": without})


def _line(each: ConflictLine, t: Any) -> str:
    feature = each.feature or f"#{each.ordinal}"
    share = t.gettext("{share} % of the zone", share=t.number(each.share * 100, 1))
    size = f"{t.number(each.overlap_m2, 1)} m² ({share})" if each.overlap_m2 else ""
    length = f"{t.number(each.length_m, 1)} m" if each.length_m else ""
    name = record_name(each.zone.record_kind, each.zone.number)
    kind = t.word(ZoneKind, each.zone.kind)
    return "  ".join(filter(None, (name, each.zone.name, kind, each.layer_title, feature, size, length)))


def _told(each: ConflictLine) -> dict[str, Any]:
    return {
        "record": record_name(each.zone.record_kind, each.zone.number), "zone": each.zone.kind,
        "layer": each.layer_id, "feature": each.feature, "ordinal": each.ordinal,
        "overlap_m2": each.overlap_m2, "length_m": each.length_m, "share": each.share,
    }  # fmt: skip
