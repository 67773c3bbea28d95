"""Tags at the desk: the list by state and box, one tag's life, the tags of a record, blank ones."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.datastructures import UploadFile
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_exports import pdf
from datasette_plugins.desk.record_reading import (
    choices,
    number_of,
    office_of,
    path_of,
    ref_of,
    row_of,
    rows_about,
    title_of,
)
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import day_said, number_said, sent
from datasette_plugins.desk.taken_files import taken_files
from registry.access import place_of, reach
from registry.chunks import chunks
from registry.cli.exporting import register_facts
from registry.commands.ledgers import TABLES
from registry.commands.tag_life import (
    MOST_BLANKS,
    NOWHERE,
    Where,
    bind_tag,
    end_plate,
    make_blank_tags,
    mount_tag,
    note_tag,
    notes_of,
    printed_of,
    replace_tag,
    tags_of,
)
from registry.commands.tag_printing import CHUNK, boxed_run, note_printed
from registry.commands.tags import end_tag, issue_tags
from registry.errors import AddressMissingError, RegistryError
from registry.models import PlateBinding, Tag
from registry.plate_templates import BLANK, shipped_template
from registry.rules.permissions import Place, Right
from registry.rules.tag_content import blank_tag_content
from registry.settings import all_settings
from registry.vocab import desk_words
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.tag_words import NEVER_NAIL
from registry.vocab.words import TagState

PER_PAGE = 100
MOST_BYTES = 45 << 20
_NOTED = (TagNoteKind.PRINTED, TagNoteKind.MOUNTED, TagNoteKind.DAMAGED, TagNoteKind.LOST, TagNoteKind.FOUND)


def owner_of(tag: Tag) -> tuple[str, str] | None:
    """(kind, id) of a tag's record; None for a blank one."""
    if tag.tree_id:
        return "tree", tag.tree_id
    return ("grove", tag.grove_id) if tag.grove_id else None


def tag_place(session: Session, found: Mapping[str, str], today: date) -> Place | None:
    """Where the record of a tag lies that an address names; None for a blank one. Raises LookupError."""
    tag = session.get(Tag, found["tag"])
    if tag is None:
        raise LookupError(found["tag"])
    owner = owner_of(tag)
    return place_of(session, *owner, today) if owner else None


def _tag_for(ask: Ask, session: Session, right: Right) -> Tag:
    """The tag that an address names, asked once more in this transaction: it may be bound by now.

    Raises LookupError, Refused.
    """
    ask.place = tag_place(session, ask.vars, ask.today(session))
    ask.demand(right, ask.place)
    return session.get_one(Tag, ask.vars["tag"])


def tags_page(ask: Ask) -> Response:
    """The tags within reach and the blank ones, by state, condition and box."""
    said = {name: ask.query.get(name, "")[:64] for name in ("state", "condition", "batch")}
    number = ask.query.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and int(number[:6]) > 0 else 1
    with ask.read() as session:
        query = select(Tag).where(within_reach(ask, ask.today(session)))
        within = within_reach(ask, ask.today(session))
        counted = select(Tag.state, sa.func.count()).where(within).group_by(Tag.state)
        counts = {str(state.value): count for state, count in session.exec(counted)}
        if said["state"] in set(TagState):
            query = query.where(Tag.state == said["state"])
        if said["condition"] in set(TagNoteKind):
            query = query.where(col(Tag.condition) == said["condition"])
        if said["batch"]:
            query = query.where(Tag.batch == said["batch"])
        query = query.order_by(col(Tag.issued_on).desc(), col(Tag.code))
        rows = list(session.exec(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)))
        batches = session.exec(select(Tag.batch).where(col(Tag.batch).is_not(None)).distinct().limit(200))
        boxes = sorted(each for each in batches if each)
        return ask.page(
            "desk/tags.html",
            lines=[(tag, _about(session, tag)) for tag in rows[:PER_PAGE]],
            asked=said, counts=counts, page=page, has_more=len(rows) > PER_PAGE, words=desk_words,
            states=choices(ask.t, TagState), conditions=_conditions(ask), boxes=[(b, b) for b in boxes],
            may_record=ask.may(Right.RECORD),
        )  # fmt: skip


def _conditions(ask: Ask) -> list[tuple[str, str]]:
    return [(each.value, ask.t.word(TagNoteKind, each)) for each in TagNoteKind]


def within_reach(ask: Ask, today: date) -> Any:
    """The tags of what somebody may read the file of, and the blank ones: a condition."""
    conditions = []
    for kind in ("tree", "grove"):
        table: Any = TABLES[kind]
        ids = select(table.id).where(reach(ask.holder, Right.FILE, table, today))
        conditions.append(col(getattr(Tag, f"{kind}_id")).in_(ids))
    ownerless = sa.and_(col(Tag.tree_id).is_(None), col(Tag.grove_id).is_(None))
    return sa.or_(*conditions, ownerless)


def _about(session: Session, tag: Tag) -> tuple[str, str, str] | None:
    """(path, title, number) of a tag's record."""
    owner = owner_of(tag)
    if owner is None:
        return None
    row = row_of(session, *owner)
    return path_of(*owner), title_of(owner[0], row), number_of(owner[0], row)


def tag_page(ask: Ask, problem: str = "") -> Response:
    """One tag: what is printed on it, its record, what happened to it, what may be done."""
    with ask.read() as session:
        tag = _tag_for(ask, session, Right.FILE)
        may_record = ask.may(Right.RECORD, ask.place)
        return ask.page(
            "desk/tag.html", status=422 if problem else 200, problem=problem, tag=tag, sent=sent(ask),
            about=_about(session, tag), printed=printed_of(tag, ask.desk.keys) if may_record else "",
            notes=notes_of(session, [tag.id]), words=desk_words, today=ask.today(session).isoformat(),
            kinds=[(each.value, ask.t.word(TagNoteKind, each)) for each in _NOTED],
            may_record=may_record, never_nail=ask.t.pick(NEVER_NAIL),
        )  # fmt: skip


def note(ask: Ask) -> Response:
    """Tell what happened to a tag, with a photo where there is one."""
    kind = ask.text("kind")
    if kind not in set(_NOTED):
        raise LookupError(kind)
    try:
        where = _where(ask)
        with ask.write() as session:
            tag = _tag_for(ask, session, Right.RECORD)
            owner = owner_of(tag)
            today = ask.today(session)
            day, text = day_said(ask, "on") or today, ask.text("note") or None
            if kind == TagNoteKind.MOUNTED and owner is not None:
                ref = (*owner, number_of(owner[0], row_of(session, *owner)))
                mount_tag(
                    session, ref, tag.code, keys=ask.desk.keys, today=today, mounted_on=day, where=where,
                    note=text, actor=ask.actor, now=ask.now,
                )  # fmt: skip
            else:
                note_tag(session, tag, TagNoteKind(kind), today=today, on=day, where=where, note=text,
                         actor=ask.actor, now=ask.now)  # fmt: skip
    except RegistryError as error:
        return tag_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("It was noted."))
    return ask.go(f"/tag/{ask.vars['tag']}")


def _where(ask: Ask) -> Where:
    """Where it hangs, and the photo, kept as it is in the office's photos. Raises PhotoError."""
    lon, lat, accuracy = (number_said(ask, name) for name in ("lon", "lat", "accuracy_m"))
    digest = None
    given = ask.form.get("photo")
    if isinstance(given, UploadFile) and given.filename:
        with taken_files(ask, "photo") as files:
            digest = ask.desk.photos.keep(files[0])[0]
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return Where(digest) if digest else NOWHERE
    return Where(digest, lon, lat, accuracy)


def withdraw(ask: Ask) -> Response:
    """Withdraw a tag."""
    try:
        with ask.write() as session:
            tag = _tag_for(ask, session, Right.RECORD)
            if not ask.text("reason"):
                return tag_page(ask, ask.t.gettext("Say why."))
            end_tag(
                session, tag.code, TagState.WITHDRAWN, keys=ask.desk.keys, actor=ask.actor, now=ask.now,
                reason=ask.text("reason"),
            )  # fmt: skip
            ask.audit(session, "tag withdrawn", ("tag", tag.id))
    except RegistryError as error:
        return tag_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The tag was withdrawn. Publish to let the public know."))
    return ask.go(f"/tag/{ask.vars['tag']}")


def replace(ask: Ask) -> Response:
    """End a tag as replaced and put another in its place."""
    try:
        with ask.write() as session:
            tag = _tag_for(ask, session, Right.RECORD)
            owner = owner_of(tag)
            if owner is None or not ask.text("reason"):
                return tag_page(ask, ask.t.gettext("Say why."))
            ref = (*owner, number_of(owner[0], row_of(session, *owner)))
            fresh = replace_tag(
                session, ref, tag, keys=ask.desk.keys, today=ask.today(session), actor=ask.actor, now=ask.now,
                reason=ask.text("reason"), text=ask.text("text") or None,
            ).id  # fmt: skip
            ask.audit(session, "tag replaced", ("tag", tag.id))
    except RegistryError as error:
        return tag_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("This tag is in force now. Publish before it is hung."))
    return ask.go(f"/tag/{fresh}")


def record_tags_page(ask: Ask, problem: str = "") -> Response:
    """The tags and plates of a record, and what may be done."""
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        if kind not in {"tree", "grove"}:
            raise LookupError(kind)
        tags = tags_of(session, kind, own)
        notes: dict[str, list[Any]] = {}
        for row in notes_of(session, [tag.id for tag in tags]):
            notes.setdefault(row.tag_id, []).append(row)
        return ask.page(
            "desk/record_tags.html", status=422 if problem else 200, problem=problem, kind=kind, ref=called,
            path=path_of(kind, own), at=f"/record/{kind}/{own}",
            title=title_of(kind, row_of(session, kind, own)), tags=tags, notes=notes,
            plates=rows_about(session, PlateBinding, kind, own), sent=sent(ask), words=desk_words,
            has_tag=any(tag.state == TagState.ISSUED for tag in tags), today=ask.today(session).isoformat(),
            never_nail=ask.t.pick(NEVER_NAIL),
        )  # fmt: skip


def issue(ask: Ask) -> Response:
    """Issue a record a tag."""
    with ask.write() as session:
        ref = ref_of(ask, session)
        owner = "tree" if ref[0] == "tree" else "grove"
        (tag,) = issue_tags(session, [ref[1]], keys=ask.desk.keys, actor=ask.actor, now=ask.now, owner=owner)
    ask.say(ask.t.gettext("Tag {code} is issued. Publish before it is hung.", code=tag.printed[:8]))
    return ask.go(f"/record/{ref[0]}/{ref[1]}/tags")


def bind(ask: Ask) -> Response:
    """Bind a blank tag or another maker's plate to a record; mount it in the same stroke where said so."""
    try:
        where = _where(ask)
        with ask.write() as session:
            ref, today = ref_of(ask, session), ask.today(session)
            given: dict[str, Any] = {
                "keys": ask.desk.keys, "today": today, "actor": ask.actor, "now": ask.now,
                "note": ask.text("note") or None,
            }  # fmt: skip
            day = day_said(ask, "on") or today
            if ask.text("mounted") == "yes":
                found = mount_tag(session, ref, ask.text("text"), mounted_on=day, where=where, **given)
            else:
                found = bind_tag(session, ref, ask.text("text"), bound_on=day, **given)
            is_ours = found.tag is not None
    except RegistryError as error:
        return record_tags_page(ask, ask.t.error(error))
    t = ask.t
    ask.say(t.gettext("The tag is bound. Publish to let the public know.") if is_ours
            else t.gettext("The plate leads here from now on."))  # fmt: skip
    return ask.go(f"/record/{ref[0]}/{ref[1]}/tags")


def unbind(ask: Ask) -> Response:
    """Another maker's plate leads to a record no more."""
    with ask.write() as session:
        kind, own, _called = ref_of(ask, session)
        plate = session.get(PlateBinding, ask.text("plate"))
        if plate is None or getattr(plate, f"{kind}_id", None) != own:
            raise LookupError("plate")
        if not ask.text("reason"):
            return record_tags_page(ask, ask.t.gettext("Say why."))
        end_plate(
            session, plate, today=ask.today(session), actor=ask.actor, now=ask.now, reason=ask.text("reason")
        )
    ask.say(ask.t.gettext("The plate leads here no more."))
    return ask.go(f"/record/{kind}/{own}/tags")


def blank_page(ask: Ask, problem: str = "") -> Response:
    """The form that makes blank tags."""
    return ask.page(
        "desk/tags_blank.html",
        status=422 if problem else 200,
        problem=problem,
        sent=sent(ask),
        most=MOST_BLANKS,
    )


def make_blank(ask: Ask) -> Response:
    """Make blank tags: they are in the list of their box, to be printed."""
    count, batch = ask.text("count"), ask.text("batch")
    try:
        with ask.write() as session:
            wanted = int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 0
            made = make_blank_tags(
                session, wanted, keys=ask.desk.keys, today=ask.today(session), batch=batch or None,
                actor=ask.actor, now=ask.now,
            )  # fmt: skip
            ask.audit(session, "blank tags made", None, count=len(made), batch=batch)
    except RegistryError as error:
        return blank_page(ask, ask.t.error(error))
    ask.say(ask.t.ngettext("{count} blank tag was made.", "{count} blank tags were made.", wanted))
    return ask.go("/tags?state=blank")


def blank_sheet(ask: Ask) -> Response:
    """The blank tags of a box as sheets to print (PDF), noted as printed; those of none get one by it."""
    from exports.plates.sheets import write_plate_sheets

    box = ask.text("batch")
    with ask.read() as session:
        settings = all_settings(session)
        if not settings["public_address"]:
            raise AddressMissingError
        batch = box or f"desk-{ask.now:%Y%m%d}"
        run = boxed_run(session, batch, box=box or None, keys=ask.desk.keys, now=ask.now)
        if not run.tags:
            raise LookupError(box)
        facts = register_facts(session, office_of(ask), run.made_at)
    offices, phone = (settings["register_name"], settings["register_name_en"]), settings["duty_phone"]
    contents = [
        blank_tag_content(
            tag.printed, settings["public_address"], batch, ask.t, offices=offices, duty_phone=phone or None
        )
        for tag in run.tags
    ]
    out = io.BytesIO()
    write_plate_sheets(contents, out, facts=facts, language=ask.t, template=shipped_template(BLANK))
    with ask.write() as session:
        today = ask.today(session)
        for some in chunks([tag.id for tag in run.tags], CHUNK):
            note_printed(session, run, some, today=today, actor=ask.actor, now=ask.now)
        ask.audit(session, "export made", None, what="blank tags", batch=batch, count=len(run.tags))
    return pdf(out.getvalue(), f"blank-tags-{batch}")


ROUTES = (
    Route("GET", "/tags", tags_page, Right.FILE),
    Route("GET", "/tags/blank", blank_page, Right.RECORD),
    Route("POST", "/tags/blank", make_blank, Right.RECORD),
    Route("POST", "/tags/blank.pdf", blank_sheet, Right.RECORD),
    Route("GET", "/tag/{tag}", tag_page, Right.FILE, subject=tag_place),
    Route("POST", "/tag/{tag}/note", note, Right.RECORD, subject=tag_place, body=MOST_BYTES),
    Route("POST", "/tag/{tag}/withdraw", withdraw, Right.RECORD, subject=tag_place),
    Route("POST", "/tag/{tag}/replace", replace, Right.RECORD, subject=tag_place),
    Route("GET", "/record/{kind}/{id}/tags", record_tags_page, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/tags/issue", issue, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/tags/bind", bind, Right.RECORD, subject=record_place, body=MOST_BYTES),
    Route("POST", "/record/{kind}/{id}/tags/unbind", unbind, Right.RECORD, subject=record_place),
)
