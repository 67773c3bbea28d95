"""Photos of a record: seen by whoever may see its file, added, released or held back."""

from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import choices, path_of, ref_of, row_of, title_of
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import day_said
from datasette_plugins.desk.taken_files import taken_files
from registry.commands.photo_care import moderate_photo
from registry.commands.photos import PHOTO_OWNERS, PhotoFacts, add_photo
from registry.errors import InputMissingError, Phrase, RecordKindError, RegistryError
from registry.models import Photo
from registry.rules.permissions import Right
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import PhotoKind

MOST_BYTES = 120 << 20
"""So much is taken with one form."""


def photo_of(ask: Ask, session: Session) -> Photo:
    """The photo that an address names, of the record that it names. Raises LookupError."""
    kind, own = ask.vars["kind"], ask.vars["id"]
    photo = session.get(Photo, ask.vars["photo"])
    if photo is None or getattr(photo, f"{kind}_id", None) != own:
        raise LookupError(ask.vars["photo"])
    return photo


def picture(ask: Ask) -> Response:
    """A photo without what the camera wrote, kept by no browser; `size` is "thumb" or "large"."""
    is_large = ask.vars["size"] != "thumb"
    with ask.read() as session:
        digest = photo_of(ask, session).sha256
    if is_large:
        with ask.write() as session:
            ask.audit(session, "private photo seen", ("photo", ask.vars["photo"]))
    made = ask.desk.photos.rendition(digest)
    headers = {"content-disposition": "inline"}
    return Response(made.jpeg if is_large else made.thumb, media_type="image/jpeg", headers=headers)


def photo_page(ask: Ask, problem: str = "") -> Response:
    """One photo, large, and what the office decides on it. The picture itself notes that it was seen."""
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        photo = photo_of(ask, session)
        return ask.page(
            "desk/record_photo.html", status=422 if problem else 200, photo=photo, kind=kind, own=own,
            ref=called, path=path_of(kind, own), title=title_of(kind, row_of(session, kind, own)),
            kinds=choices(ask.t, PhotoKind), problem=problem, may_record=ask.may(Right.RECORD, ask.place),
        )  # fmt: skip


def moderate(ask: Ask) -> Response:
    """Release a photo or hold it back; its kind and caption."""
    with ask.write() as session:
        ref, photo = ref_of(ask, session), photo_of(ask, session)
        kind = ask.text("kind")
        changed = moderate_photo(
            session, photo,
            is_released=ask.text("released") == "yes",
            kind=PhotoKind(kind) if kind in set(PhotoKind) else photo.kind,
            caption=ask.text("caption"), caption_released=ask.text("caption_released") == "yes",
            actor=ask.actor, now=ask.now, reason=ask.text("reason") or None,
        )  # fmt: skip
        ask.audit(session, "photo moderated", ("photo", photo.id), released=photo.is_released)
    ask.say(ask.t.gettext("The photo was changed.") if changed else ask.t.gettext("Nothing was changed."))
    return ask.go(f"{path_of(*ref[:2])}#photos")


def add_page(ask: Ask, problem: str = "") -> Response:
    """The form for new photos."""
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        return ask.page(
            "desk/record_photo_add.html", status=422 if problem else 200, kind=kind, ref=called,
            path=path_of(kind, own), title=title_of(kind, row_of(session, kind, own)), problem=problem,
            kinds=choices(ask.t, PhotoKind), today=ask.today(session).isoformat(),
            viewpoints=[(code, ask.t.pick(label)) for code, label in VIEWPOINTS.items()],
        )  # fmt: skip


def add(ask: Ask) -> Response:
    """Keep the photos that a form brings: all of them, or none."""
    try:
        with taken_files(ask, "photos") as files, ask.write() as session:
            ref = ref_of(ask, session)
            if ref[0] not in PHOTO_OWNERS:
                raise RecordKindError(record=ref[2], kinds=Phrase("trees, groves and gardens"))
            taken_on = day_said(ask, "taken_on")
            if taken_on and taken_on > ask.today(session):
                raise InputMissingError(path=Phrase("the day lies ahead"))
            facts = _facts(ask, taken_on)
            for file in files:
                add_photo(
                    session, ref[1], file, facts, store=ask.desk.photos, actor=ask.actor, now=ask.now,
                    owner=PHOTO_OWNERS[ref[0]],
                )  # fmt: skip
    except RegistryError as error:
        return add_page(ask, ask.t.error(error))
    ask.say(ask.t.ngettext("{count} photo was added.", "{count} photos were added.", len(files)))
    return ask.go(f"{path_of(*ref[:2])}#photos")


def _facts(ask: Ask, taken_on: Any) -> PhotoFacts:
    kind = ask.text("kind")
    return PhotoFacts(
        PhotoKind(kind) if kind in set(PhotoKind) else PhotoKind.WHOLE,
        taken_on,
        ask.text("caption") or None,
        ask.text("caption_released") == "yes",
        ask.text("credit") or None,
        ask.text("credit_consent") == "yes",
        viewpoint=ask.text("viewpoint") if ask.text("viewpoint") in VIEWPOINTS else None,
        is_released=ask.text("released") == "yes",
    )


_ONE = "/record/{kind}/{id}/photos/{photo}"
ROUTES = (
    Route("GET", "/record/{kind}/{id}/photos/add", add_page, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/photos/add", add, Right.RECORD, subject=record_place, body=MOST_BYTES),
    Route("GET", _ONE, photo_page, Right.FILE, subject=record_place),
    Route("POST", _ONE, moderate, Right.RECORD, subject=record_place),
    Route("GET", f"{_ONE}/{{size}}", picture, Right.FILE, subject=record_place),
)
