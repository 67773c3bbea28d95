"""Photos of fixed viewpoints on the command line: what they are called, and pairs of then and now."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from registry.area_queries import full_areas_of
from registry.cli.app import Office, _
from registry.cli.asof import Restricted
from registry.cli.ledgers import Record, ref_of
from registry.commands.photos import PHOTO_OWNERS
from registry.db import reading
from registry.errors import Phrase, RecordKindError
from registry.outputs import check_output
from registry.photo_records import PhotoSeries, missing_viewpoints, photo_series
from registry.queries import full_trees
from registry.records import AreaRecord, TreeRecord
from registry.rules.redaction import redact, redact_area
from registry.vocab.language import Translator
from registry.vocab.viewpoints import VIEWPOINTS, viewpoint_code

LONGEST = 32
Viewpoint = Annotated[
    str | None,
    typer.Option(help=_("Fixed viewpoint, such as north, base, crown, bark; or a name of your own.")),
]
Bearing = Annotated[
    float | None, typer.Option(min=0, max=360, help=_("Where it was taken from: degrees from north."))
]
Distance = Annotated[float | None, typer.Option(min=0, max=1000, help=_("How far from the tree, metres."))]


def viewpoint_of(text: str | None) -> str | None:
    """The code of a viewpoint; a usage error where it is blank or too long."""
    if text is None:
        return None
    code = viewpoint_code(text)
    if not 0 < len(code) <= LONGEST:
        raise typer.BadParameter(f"--viewpoint: 1–{LONGEST}")
    return code


def add_pairs(photo: typer.Typer) -> None:
    """Add `pairs` to the commands on photos."""
    text = _("Show the photos of fixed viewpoints as pairs of then and now; missing viewpoints are named.")
    photo.command("pairs", help=text)(pairs)


def pairs(
    ctx: typer.Context,
    record: Record,
    out: Annotated[Path | None, typer.Option(help=_("Write the pairs side by side (PDF)."))] = None,
    restricted: Restricted = False,
) -> None:
    """Show pairs of photos."""
    from exports.photo_pairs import write_photo_pairs
    from registry.cli.exporting import register_facts, written

    office: Office = ctx.obj
    t = office.t
    if out:
        check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        found = _record(session, office, record, restricted=restricted)
        facts = replace(register_facts(session, office), is_restricted=restricted)
    series, missing = photo_series(found.photos), missing_viewpoints(found.photos)
    for line in _lines(found, series, missing, t):
        office.say(line)
    if out:
        with written(out) as stream:
            write_photo_pairs(found, facts, stream, language=t)
        office.say(str(out))
    told = [
        {
            "viewpoint": each.viewpoint,
            "photos": len(each.photos) + each.undated,
            "first_on": each.photos[0].taken_on if each.photos else None,
            "last_on": each.photos[-1].taken_on if each.photos else None,
        }
        for each in series
    ]
    answer = {"record": record, "series": told, "missing": missing, "withheld": "photos" in found.withheld}
    office.answer({**answer, "path": str(out) if out else None})


def _record(session: Session, office: Office, called: str, *, restricted: bool) -> TreeRecord | AreaRecord:
    kind, own, name = ref_of(session, called)
    if kind not in PHOTO_OWNERS:
        raise RecordKindError(record=name, kinds=Phrase("trees, groves and gardens"))
    if kind == "tree":
        tree = next(full_trees(session, [own], office.paper_photos()))
        return tree.record if restricted else redact(tree.record, tree.disclosure)[0]
    area = next(full_areas_of(session, kind, [own], office.paper_photos()))
    return area.record if restricted else redact_area(area.record, area.disclosure)[0]


def _lines(
    found: TreeRecord | AreaRecord, series: list[PhotoSeries], missing: list[str], t: Translator
) -> list[str]:
    _ = t.gettext
    if "photos" in found.withheld:
        told = _("Its photos are not shown, because they would give away where it stands.")
        return [f"{told} --restricted"]
    lines = [_line(each, t) for each in series]
    if not series:
        lines.append(_("No photo names its viewpoint yet: gushu photo add … --viewpoint north"))
    count = sum(each.pair is not None for each in series)
    lines.append(t.ngettext("{count} pair of then and now", "{count} pairs of then and now", count))
    if missing:
        names = _(", ").join(t.word(VIEWPOINTS, code) for code in missing)
        lines.append(_("Not photographed yet: {viewpoints}", viewpoints=names))
    return lines


def _line(each: PhotoSeries, t: Translator) -> str:
    from exports.photo_pairs import years_apart

    _ = t.gettext
    name = t.word(VIEWPOINTS, each.viewpoint)
    count = t.ngettext("{count} photo", "{count} photos", len(each.photos) + each.undated)
    if each.pair is None:
        return _("{viewpoint}: {count}, no second day yet", viewpoint=name, count=count)
    return _(
        "{viewpoint}: {count}, {first} → {last}, {apart}",
        viewpoint=name,
        count=count,
        first=each.pair[0].taken_on,
        last=each.pair[1].taken_on,
        apart=years_apart(each, t),
    )
