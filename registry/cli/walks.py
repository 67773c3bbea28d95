"""Walks on the command line: drawn up, released, taken back; as GPX and as a leaflet to print."""

import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from registry.care_errors import CultureNotFoundError
from registry.cli.app import Office, _, app, day_of
from registry.cli.exporting import FontFiles, written
from registry.cli.rule_tables import table
from registry.cli.serving import check_edition
from registry.cli.story_subjects import subject_words
from registry.cli.walk_files import field_value, stops_in, walk_of
from registry.commands.walks import (
    SETTABLE,
    WalkDraft,
    find_walk,
    keep_walk,
    release_walk,
    retract_walk,
    stop_at,
    stops_of,
)
from registry.db import reading, transaction
from registry.errors import Phrase, WordUnknownError
from registry.models import Party, Walk
from registry.outputs import check_output
from registry.rules.addresses import encode_segment
from registry.vocab.culture_words import WalkKind, WalkState

walk = typer.Typer(
    no_args_is_help=True, help=_("Walks: from stop to stop along trees, gardens and places, for visitors.")
)
app.add_typer(walk, name="walk")

Code = Annotated[str, typer.Argument(metavar="WALK", help=_("Code such as WK-0001."))]
Public = Annotated[Path, typer.Option(help=_("The edition it is taken from: nothing else goes out."))]
_EDITION = Path("public.gpkg")


@walk.command(help=_("Enter a walk as a draft, or bring the one of this code up to date."))
def add(
    ctx: typer.Context,
    title: Annotated[str | None, typer.Argument(metavar="TITLE")] = None,
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help=" · ".join(SETTABLE))
    ] = None,
    file: Annotated[Path | None, typer.Option(help=_("The whole walk as TOML, stops included."))] = None,
    stops: Annotated[
        Path | None, typer.Option(help=_("A table of its stops, in order (CSV, XLSX, TOML)."))
    ] = None,
    code: Annotated[str | None, typer.Option(help=_("A code of your own; else one is given."))] = None,
) -> None:
    """Enter a walk."""
    office: Office = ctx.obj
    t = office.t
    said = dict(_field(text) for text in fields or ())
    with transaction(office.engine()) as session:
        told = walk_of(session, file) if file else WalkDraft({}, None, None)
        values = {**told.values, **({"title": title} if title else {}), **said}
        drafts = stops_in(session, stops) if stops else told.stops
        draft = WalkDraft(values, drafts, code or told.code)
        row, what = keep_walk(session, draft, actor=office.actor, now=office.now())
        own, count = row.code, len(stops_of(session, row))
    if what == "same":
        office.say(t.gettext("{code} says this already.", code=own))
    else:
        many = t.ngettext("{count} stop", "{count} stops", count)
        office.say(t.gettext("{code} is a draft with {stops}.", code=own, stops=many))
        office.say(t.gettext("Next: `gushu walk release {code} --by NAME`", code=own) if count > 1
                   else t.gettext("Next: `gushu walk stops {code} FILE`", code=own))  # fmt: skip
    office.answer({"code": own, "what": what, "stops": count})


@walk.command("list", help=_("List walks."))
def list_(ctx: typer.Context) -> None:
    """List walks."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        found = list(session.exec(select(Walk).order_by(col(Walk.code))))
        counts = [len(stops_of(session, each)) for each in found]
        told = [_told(session, each) for each in found]
    rows = [
        [each.code, each.title, t.word(WalkKind, each.kind),
         t.ngettext("{count} stop", "{count} stops", count), t.word(WalkState, each.state)]
        for each, count in zip(found, counts, strict=True)
    ]  # fmt: skip
    for line in table(rows):
        office.say(line)
    count = t.ngettext("{count} walk", "{count} walks", len(found))
    office.say(count if found else t.gettext("No walk yet: `gushu walk add TITLE --stops FILE`"))
    office.answer({"walks": told})


@walk.command(help=_("Show a walk with its stops."))
def show(ctx: typer.Context, code: Code) -> None:
    """Show a walk."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        told = _told(session, find_walk(session, code))
    office.say(f"{told['code']}  {told['title']}  {t.word(WalkState, told['state'])}")
    for name in SETTABLE[2:]:
        if told.get(name) is not None:
            value = t.word(WalkKind, told[name]) if name == "kind" else told[name]
            office.say(t.gettext("  {field}: {value}", field=_label(name, office), value=value))
    _say_stops(office, told["stops"])
    office.answer(told)


@walk.command(help=_("Set the stops of a walk out of a file, or list them; a changed walk is a draft again."))
def stops(
    ctx: typer.Context,
    code: Code,
    file: Annotated[Path | None, typer.Argument(metavar="FILE")] = None,
) -> None:
    """Set or list stops."""
    office: Office = ctx.obj
    t = office.t
    what = "same"
    if file is None:
        with reading(office.engine()) as session:
            told = _told(session, find_walk(session, code))
    else:
        with transaction(office.engine()) as session:
            row = find_walk(session, code)
            draft = WalkDraft({}, stops_in(session, file), row.code)
            row, what = keep_walk(session, draft, actor=office.actor, now=office.now())
            told = _told(session, row)
    _say_stops(office, told["stops"])
    if file is not None:
        office.say(t.gettext("Nothing to change.") if what == "same" else
                   t.gettext("Next: `gushu walk release {code} --by NAME`", code=code))  # fmt: skip
    office.answer({"code": code, "what": what, "stops": told["stops"]})


@walk.command(help=_("Release a walk for publication."))
def release(
    ctx: typer.Context,
    code: Code,
    by: Annotated[str, typer.Option(help=_("Who decides; the name stays in the office."))],
    on: Annotated[str | None, typer.Option(help=_("Day, YYYY-MM-DD; today if not given."))] = None,
) -> None:
    """Release a walk."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        today = office.today(session)
        changed = release_walk(
            session, find_walk(session, code), by=by, on=day_of(on, "--on") or today, today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    said = office.t.gettext("{code} goes out with the next edition.", code=code)
    office.say_change(said, changed=changed)
    if changed:
        office.say(office.t.gettext("Stops whose place is protected are left out; the page says how many."))
    office.answer({"code": code, "changed": changed})


@walk.command(help=_("Take a walk back: the next edition is without it."))
def retract(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help=_("Why; do not name persons: it stands in the history."))],
) -> None:
    """Take a walk back."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        changed = retract_walk(
            session, find_walk(session, code), reason=reason, actor=office.actor, now=office.now()
        )
    office.say_change(
        office.t.gettext("{code} is taken back. Publish to take it off the site.", code=code), changed=changed
    )
    office.answer({"code": code, "changed": changed})


@walk.command(help=_("Write a published walk as GPX, for hand-held devices and map programs."))
def gpx(
    ctx: typer.Context,
    code: Code,
    out: Annotated[Path, typer.Argument()],
    public: Public = _EDITION,
) -> None:
    """Write GPX."""
    office: Office = ctx.obj
    check_output(out, "", office.address)
    loaded = _loaded(code, public)
    with written(out) as stream:
        count = _site("files").write_walk_gpx(loaded, stream, office.t)
    office.say(office.t.ngettext("{count} stop: {path}", "{count} stops: {path}", count, path=out))
    office.answer({"code": code, "stops": count, "path": str(out)})


@walk.command(help=_("Print the leaflet of a published walk (A4, both sides, folded twice)."))
def leaflet(
    ctx: typer.Context,
    code: Code,
    out: Annotated[Path, typer.Argument()],
    public: Public = _EDITION,
    font: FontFiles = None,
) -> None:
    """Print a leaflet."""
    office: Office = ctx.obj
    check_output(out, ".pdf", office.address)
    loaded = _loaded(code, public)
    with written(out) as stream:
        _site("files").write_walk_leaflet(loaded, stream, office.t, extra_fonts=tuple(font or ()))
    office.say(
        office.t.gettext("The leaflet: {path}. Print it on both sides, flipped on the short edge.", path=out)
    )
    if not loaded.public_address:
        office.say(
            office.t.gettext("It has no QR codes: `gushu config set public_address` makes them possible.")
        )
    office.answer({"code": code, "path": str(out)})


def _site(module: str) -> Any:
    """A module of the site that reads walks out of an edition; imported only where one is asked for."""
    import_module("datasette_plugins.asgi")  # the plugins know one another only once it has loaded them
    return import_module(f"datasette_plugins.walks.{module}")


def _loaded(code: str, public: Path) -> Any:
    """A walk out of an edition. Raises EditionMissingError, EditionForeignError, CultureNotFoundError."""

    check_edition(public)
    address = public.resolve().as_uri() + "?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as db:
        db.row_factory = sqlite3.Row
        found = _site("loading").load_walk(db, encode_segment(code.strip()))
    if found is None:
        raise CultureNotFoundError(
            what=Phrase("published walk"), called=code, list="`gushu walk release`, `gushu publish`"
        )
    return found


def _field(text: str) -> tuple[str, Any]:
    name, sign, said = text.partition("=")
    if not sign:
        raise WordUnknownError(value=text, known=list(SETTABLE))
    return name.strip(), field_value(name.strip(), said)


def _label(name: str, office: Office) -> str:
    from registry.vocab.columns import COLUMNS

    known = COLUMNS.get(name) or COLUMNS.get(f"{name}_id")
    return office.t.pick(known) if known else office.t.label(name)


def _say_stops(office: Office, told: list[dict[str, Any]]) -> None:
    rows = [[str(stop["place"]), stop["name"] or "", stop["about"] or f"{stop['lat']:.5f}, {stop['lon']:.5f}"]
            for stop in told]  # fmt: skip
    for line in table(rows, indent=2):
        office.say(line)
    if not told:
        office.say(office.t.gettext("It has no stops yet."))


def _told(session: Session, row: Walk) -> dict[str, Any]:
    names = ("code", "title", "title_en", "lang", "intro", "intro_en", "season", "duration_h", "length_m",
             "accessibility", "start", "released_on")  # fmt: skip
    facts = {name: getattr(row, name) for name in names}
    stops = [
        {
            "place": stop.ordinal,
            "about": subject_words(session, *at) if (at := stop_at(stop)) else None,
            "name": stop.name,
            "lon": stop.lon,
            "lat": stop.lat,
            "text": stop.text,
        }
        for stop in stops_of(session, row)
    ]
    author = session.get_one(Party, row.author_id).name if row.author_id else None
    words = {"kind": row.kind.value, "state": row.state.value}
    return {**facts, **words, "author": author, "stops": stops}
