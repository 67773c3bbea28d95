"""`gushu tag blank|bind|mount|note` and `gushu edit`: what the desk does with tags and records, by hand."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.cli.keeping import tag
from registry.commands.editing import change_record
from registry.commands.ledger_fields import field_called, refuse
from registry.commands.replay import plain
from registry.commands.tag_life import (
    Found,
    Where,
    bind_tag,
    make_blank_tags,
    mount_tag,
    note_tag,
)
from registry.commands.tags import find_tag
from registry.db import transaction
from registry.errors import Phrase
from registry.selection import find_record
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.field_names import field_name

Record = Annotated[str, typer.Argument(help=_("Number of the tree, or grove:NUMBER."))]
Code = Annotated[
    str, typer.Argument(metavar="TEXT", help=_("What stands on it: the scanned text, or its code."))
]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help=_("The day; today if not given."))
]
Note = Annotated[str | None, typer.Option(help=_("What else is to be said; stays in the office."))]
Photo = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help=_("A photo of it; stays in the office."))
]
Lon = Annotated[float | None, typer.Option(min=-180, max=180, help=_("Longitude in WGS84 degrees."))]
Lat = Annotated[float | None, typer.Option(min=-90, max=90, help=_("Latitude in WGS84 degrees."))]


@tag.command("blank", help=_("Make blank tags, to be printed ahead and bound to their trees in the field."))
def tag_blank(
    ctx: typer.Context,
    count: Annotated[int, typer.Argument(help=_("How many."))],
    batch: Annotated[str | None, typer.Option(help=_("Name of the print run or box."))] = None,
) -> None:
    """Make blank tags."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        made = make_blank_tags(
            session, count, keys=office.keys(), today=office.today(session), batch=batch, actor=office.actor,
            now=office.now(),
        )  # fmt: skip
        printed = [text for _tag, text in made]
    for text in printed:
        office.say(text)
    office.say(
        office.t.ngettext(
            "{count} blank tag was made; publish before it is handed out.",
            "{count} blank tags were made; publish before they are handed out.",
            len(printed),
        )
    )
    office.answer({"tags": printed, "batch": batch})


@tag.command(
    "bind", help=_("Bind a blank tag, or another maker's plate by the text of its code, to a record.")
)
def tag_bind(ctx: typer.Context, record: Record, text: Code, on: On = None, note: Note = None) -> None:
    """Bind a tag or plate."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        found = find_record(session, record)
        bound = bind_tag(
            session, (found.kind, found.id, record), text, keys=office.keys(), today=office.today(session),
            bound_on=on.date() if on else None, note=note, actor=office.actor, now=office.now(),
        )  # fmt: skip
        facts = _facts(bound, record)
    _say_bound(office, facts)


@tag.command(
    "mount", help=_("Tell that a tag hangs on its tree, with photo and place; a blank one is bound.")
)
def tag_mount(
    ctx: typer.Context,
    record: Record,
    text: Code,
    on: On = None,
    photo: Photo = None,
    lon: Lon = None,
    lat: Lat = None,
    note: Note = None,
) -> None:
    """Mount a tag."""
    office: Office = ctx.obj
    where = _where(office, photo, lon, lat)
    with transaction(office.engine()) as session:
        found = find_record(session, record)
        mounted = mount_tag(
            session, (found.kind, found.id, record), text, keys=office.keys(), today=office.today(session),
            mounted_on=on.date() if on else None, where=where, note=note, actor=office.actor,
            now=office.now(),
        )  # fmt: skip
        facts = _facts(mounted, record)
    _say_bound(office, facts)


@tag.command("note", help=_("Note what happened to a tag: printed, damaged, lost or found."))
def tag_note(
    ctx: typer.Context,
    text: Code,
    kind: Annotated[str, typer.Argument(metavar="printed|damaged|lost|found")],
    on: On = None,
    photo: Photo = None,
    note: Note = None,
) -> None:
    """Note what happened to a tag."""
    office: Office = ctx.obj
    known = {each.value: each for each in _NOTED}
    if kind not in known:
        raise typer.BadParameter(" | ".join(known))
    where = _where(office, photo, None, None)
    with transaction(office.engine()) as session:
        row = find_tag(session, text, office.keys())
        told = note_tag(
            session, row, known[kind], today=office.today(session), on=on.date() if on else None, where=where,
            note=note, actor=office.actor, now=office.now(),
        )  # fmt: skip
        facts = {"code": row.code, "kind": kind, "is_new": told is not None}
    said = office.t.gettext("Tag {code}: {what}.", code=facts["code"], what=office.t.word(TagNoteKind, kind))
    office.say_change(said, changed=bool(facts["is_new"]))
    office.answer(facts)


_NOTED = (TagNoteKind.PRINTED, TagNoteKind.DAMAGED, TagNoteKind.LOST, TagNoteKind.FOUND)


@app.command(help=_("Edit fields of a record, told in the history with the reason."))
def edit(
    ctx: typer.Context,
    record: Annotated[
        str, typer.Argument(help=_("Number of the tree, or grove:, garden:, place:, element:NUMBER."))
    ],
    fields: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE…", help=_("An empty value takes it away."))
    ],
    reason: Annotated[str, typer.Option(help=_("Why; do not name persons: it stands in the history."))],
    document: Annotated[str | None, typer.Option(help=_("Number of the document."))] = None,
) -> None:
    """Edit a record."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        found = find_record(session, record)
        changed = change_record(
            session, (found.kind, found.id, record), _given(found.kind, record, fields),
            today=office.today(session), actor=office.actor, now=office.now(), reason=reason,
            document=document,
        )  # fmt: skip
        told = {name: [plain(old), plain(new)] for name, (old, new) in changed.items()}
    for name, (old, new) in told.items():
        office.say(
            f"{t.pick(field_name(name))}: {'—' if old is None else old} → {'—' if new is None else new}"
        )
    if not told:
        office.say(t.gettext("Nothing to change."))
    office.answer({"record": record, "changed": told})


def _given(kind: str, record: str, words: list[str]) -> dict[str, str]:
    """{field: text} of `field=value` words; a field may be called by its label."""
    from registry.commands.editing import EDITABLE

    known = EDITABLE.get(kind, ())
    given: dict[str, str] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            remedy = Phrase("fields are written field=value, of {known}", known=" ".join(known))
            refuse(record, word, "", Phrase("is no field of it"), remedy)
        given[field_called(name.strip(), known)] = text
    return given


def _where(office: Office, photo: Path | None, lon: float | None, lat: float | None) -> Where:
    if (lon is None) != (lat is None):
        raise typer.BadParameter(office.t.gettext("--lon and --lat belong together"))
    digest = office.photos().keep(photo)[0] if photo else None
    return Where(digest, lon, lat)


def _facts(found: Found, record: str) -> dict[str, str]:
    code = found.tag.code if found.tag else ""
    return {"record": record, "how": found.how, "code": code}


def _say_bound(office: Office, facts: dict[str, str]) -> None:
    t = office.t
    if facts["code"]:
        office.say(t.gettext("Tag {code} belongs to {record}; publish to let the public know.", **facts))
    else:
        office.say(t.gettext("The plate leads to {record} from now on.", record=facts["record"]))
    office.answer(dict(facts))
