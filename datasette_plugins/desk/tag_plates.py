"""Plates at the desk: template and size with a preview, the tag of a record as a file, print runs."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import number_of, office_of, path_of, ref_of, row_of, title_of
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import sent
from datasette_plugins.desk.tags import owner_of, within_reach
from registry.access import reach
from registry.cli.exporting import register_facts
from registry.cli.groves import grove_tags
from registry.cli.tags import contents
from registry.commands.tag_printing import batch_facts, batches, note_printed, plan_run
from registry.commands.tags import IssuedTag, issue_tags
from registry.errors import AddressMissingError, Phrase, RecordKindError, RegistryError, SettingInvalidError
from registry.export_errors import TagBatchUnknownError
from registry.models import Grove, Tag, Tree
from registry.plate_records import GROVE, TREE, PlateTemplate
from registry.plate_templates import HOUSE, PlateLibrary, plate_folder
from registry.records import TagContent
from registry.rules.permissions import Right
from registry.rules.plate_format import FIELDS
from registry.rules.tag_codes import tag_address
from registry.rules.tag_signatures import LEAST_SIGNED_MODULE_MM, signed_text
from registry.settings import all_settings
from registry.vocab import desk_words
from registry.vocab.tag_words import NEVER_NAIL
from registry.vocab.words import TagState

NO_TAG = "00000000-AAAAAAAAAAAAAAAA"
"""What stands on the preview of a tree that has no tag yet; it is never printed."""
FORMS = ("sheet", "pdf", "svg", "dxf", "png")
_TYPES = {"svg": "image/svg+xml", "dxf": "image/vnd.dxf", "png": "image/png"}
_SIZE = re.compile(r"([0-9]{2,4}(?:\.[0-9])?)\s*[x×*]\s*([0-9]{2,4}(?:\.[0-9])?)")
_LARGEST_MM = 2000.0
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What plate is wanted."""

    template: PlateTemplate
    size_mm: tuple[float, float]
    engraved: bool
    signed: bool

    @property
    def size(self) -> str:
        """As it is written in a field."""
        return f"{self.size_mm[0]:g}x{self.size_mm[1]:g}"

    @property
    def said(self) -> dict[str, str]:
        """As a form says it."""
        ticks = {name: "yes" for name in ("engraved", "signed") if getattr(self, name)}
        return {"template": self.template.id, "plate": self.size, **ticks}


def library_of(ask: Ask) -> PlateLibrary:
    """The templates of this register."""
    return PlateLibrary(plate_folder(ask.desk.address))


def wish_of(ask: Ask, given: Mapping[str, str]) -> Wish:
    """What a form wishes for. Raises PlateTemplateMissingError, SettingInvalidError."""
    name = given.get("template", "")
    template = library_of(ask).get(HOUSE if name.endswith(".toml") else name or HOUSE)
    size = template.size_mm
    if text := (given.get("own_size", "").strip() or given.get("plate", "").strip()):
        found = _SIZE.fullmatch(text.lower())
        if found is None or max(float(side) for side in found.groups()) > _LARGEST_MM:
            raise SettingInvalidError(name="plate", value=text[:40], reason=Phrase("such as 120x80, in mm"))
        is_usual = text == given.get("plate", "") and given.get("of") not in {None, "", template.id}
        size = template.size_mm if is_usual else (float(found[1]), float(found[2]))
    engraved = given.get("engraved") == "yes"
    return Wish(
        replace(template, look="engraved") if engraved else template,
        size,
        engraved,
        given.get("signed") == "yes",
    )


def _shown(ask: Ask, given: Mapping[str, str], content: TagContent, *, is_sample: bool) -> dict[str, Any]:
    """The preview, and the wish that it shows; a problem where it cannot be drawn."""
    from exports.plates.layout import module_mm
    from exports.plates.single import preview

    t = ask.t
    nothing: dict[str, Any] = {"picture": "", "module": None, "finest": None, "left_out": []}
    try:
        wish = wish_of(ask, given)
    except RegistryError as error:
        return {"wish": wish_of(ask, {}), "problem": t.error(error), **nothing}
    try:
        picture, plate = preview(content, wish.template, wish.size_mm, t, is_sample=is_sample)
        module = module_mm(content, wish.template, wish.size_mm) if wish.template.qr_share else None
    except RegistryError as error:
        return {"wish": wish, "problem": t.error(error), **nothing}
    too_fine = wish.signed and (module or 0) < LEAST_SIGNED_MODULE_MM
    problem = t.gettext(
        "A signed code needs modules of {least} mm; take a larger plate.", least=LEAST_SIGNED_MODULE_MM
    ) if too_fine else ""  # fmt: skip
    return {
        "wish": wish, "problem": problem, "picture": Markup(picture), "module": module,  # noqa: S704
        "finest": plate.finest_mm, "left_out": [t.word(FIELDS, name) for name in plate.left_out],
    }  # fmt: skip


def _choices(ask: Ask, kind: str, wish: Wish) -> dict[str, Any]:
    t = ask.t
    found = [each for each in library_of(ask).all() if kind in each.kinds]
    return {
        "templates": [(each.id, t.pick(each.title)) for each in found],
        "sizes": [(f"{wide:g}x{high:g}", f"{wide:g} × {high:g} mm") for wide, high in wish.template.sizes_mm],
        "never_nail": t.pick(NEVER_NAIL),
    }  # fmt: skip


def _content(ask: Ask, session: Session, ref: tuple[str, str], tag: IssuedTag, *, signed: bool) -> TagContent:
    """What the tag of a tree or grove says; with a signed address where that is wanted."""
    address = all_settings(session)["public_address"]
    if not address:
        raise AddressMissingError
    kind, own = ref
    office, issued = office_of(ask), {own: tag}
    said = (
        grove_tags(session, office, [own], issued, address)
        if kind == "grove"
        else contents(session, [own], issued, address, office)
    )
    content = next(iter(said))
    if not signed:
        return content
    keys = ask.desk.keys
    text = signed_text(tag.printed, keys.tag_key(tag.key_id or keys.tag_key_id))
    return replace(content, address=tag_address(address, text))


def _tag_shown(ask: Ask, session: Session, ref: tuple[str, str]) -> tuple[IssuedTag, Tag | None]:
    """The tag in force, or one that stands for it where there is none: a preview issues nothing."""
    whose = col(getattr(Tag, f"{ref[0]}_id")) == ref[1]
    found = session.exec(select(Tag).where(whose, Tag.state == TagState.ISSUED)).first()
    if found is None:
        return IssuedTag(ref[1], NO_TAG, False), None
    from registry.commands.tag_life import printed_of

    return IssuedTag(ref[1], printed_of(found, ask.desk.keys), False, found.id, found.key_id), found


def record_plate_page(ask: Ask, problem: str = "") -> Response:
    """How the tag of one record will look, and the file of it."""
    given = ask.form if ask.request.method == "POST" else ask.query
    with ask.read() as session:
        kind, own, called = ref_of(ask, session)
        if kind not in {"tree", "grove"}:
            raise LookupError(kind)
        tag, found = _tag_shown(ask, session, (kind, own))
        content = _content(ask, session, (kind, own), tag, signed=given.get("signed") == "yes")
        shown = _shown(ask, given, content, is_sample=found is None)
        return ask.page(
            "desk/tag_plate.html", status=422 if problem else 200, kind=kind, called=called, tag=found,
            path=path_of(kind, own), at=f"/record/{kind}/{own}",
            title=title_of(kind, row_of(session, kind, own)),
            forms=FORMS, form=given.get("form", "sheet"), wrong=problem, words=desk_words, sent=sent(ask),
            **shown, **_choices(ask, GROVE if kind == "grove" else TREE, shown["wish"]),
        )  # fmt: skip


def record_plate(ask: Ask) -> Response:
    """The tag in force as a sheet or as a single plate; a record without one is issued one.

    It is noted as printed. One that another run printed is printed again only for a reason.
    """
    form = ask.text("form") if ask.text("form") in FORMS else "sheet"
    try:
        wish = wish_of(ask, {name: ask.text(name) for name in ask.form})
        with ask.write() as session:
            kind, own, called = ref_of(ask, session)
            if kind not in {"tree", "grove"}:
                raise RecordKindError(record=called, kinds=Phrase("trees and groves"))
            owner: Any = kind
            (tag,) = issue_tags(session, [own], keys=ask.desk.keys, actor=ask.actor, now=ask.now, owner=owner)
            content = _content(ask, session, (kind, own), tag, signed=wish.signed)
            batch, reason = f"desk-{ask.now:%Y%m%d}", ask.text("reason")[:300] or None
            run = plan_run(session, batch, [tag], reprint=reason is not None, now=ask.now)
            if not run.tags:
                elsewhere = ", ".join(run.elsewhere)
                text = ask.t.gettext(
                    "Batch {batch} printed it already. Say why it is printed again.", batch=elsewhere
                )
                session.rollback()
                return record_plate_page(ask, text)
            body = _drawn(ask, session, content, wish, form, run.made_at)
            note_printed(
                session, run, [tag.id], today=ask.today(session), actor=ask.actor, now=ask.now, reason=reason
            )
            ask.audit(session, "export made", (kind, own), what="tag")
    except RegistryError as error:
        if isinstance(error, AddressMissingError):
            raise
        return record_plate_page(ask, ask.t.error(error))
    ending = "pdf" if form == "sheet" else form
    headers = {"content-disposition": f'attachment; filename="tag-{tag.printed[:8]}.{ending}"'}
    return Response(body, media_type=_TYPES.get(form, "application/pdf"), headers=headers)


def _drawn(ask: Ask, session: Session, content: TagContent, wish: Wish, form: str, made_at: Any) -> bytes:
    """The file. Raises TagTextTooLongError and what else forbids it, TagSignedTooFineError."""
    from exports.plates.layout import module_mm
    from exports.plates.sheets import PAGES_MM, SheetLayout, write_plate_sheets
    from exports.plates.single import write_plate
    from registry.export_errors import TagSignedTooFineError

    facts = register_facts(session, office_of(ask), made_at)
    if wish.signed and (fine := module_mm(content, wish.template, wish.size_mm)) < LEAST_SIGNED_MODULE_MM:
        raise TagSignedTooFineError(
            tree_no=content.tree_no, module_mm=f"{fine:.2f}", least_mm=LEAST_SIGNED_MODULE_MM
        )
    out = io.BytesIO()
    if form == "sheet":
        sheet = SheetLayout.fullest(PAGES_MM["a4"], wish.size_mm)
        write_plate_sheets([content], out, facts=facts, language=ask.t, template=wish.template, sheet=sheet)
    else:
        write_plate(
            content, out, form, template=wish.template, size_mm=wish.size_mm, language=ask.t,
            is_sample=facts.is_demonstration,
        )  # fmt: skip
    return out.getvalue()


def plates_page(ask: Ask) -> Response:
    """How the tags of a selection will look, shown by one of the trees within reach."""
    with ask.read() as session:
        here = reach(ask.holder, Right.RECORD, Tree, ask.today(session))
        own = session.exec(
            select(Tree.id).where(here, Tree.status == "alive").order_by(Tree.id).limit(1)
        ).first()
        if own is None:
            raise LookupError("tree")
        tag, _found = _tag_shown(ask, session, ("tree", own))
        content = _content(ask, session, ("tree", own), tag, signed=ask.query.get("signed") == "yes")
        shown = _shown(ask, ask.query, content, is_sample=True)
        return ask.page(
            "desk/tag_plates.html", example=title_of("tree", row_of(session, "tree", own)),
            onwards=ask.url("/export?" + urlencode({"what": "tags", **shown["wish"].said})),
            **shown, **_choices(ask, TREE, shown["wish"]),
        )  # fmt: skip


def batches_page(ask: Ask) -> Response:
    """The print runs within reach; with `name` one of them and its tags."""
    name = ask.query.get("name", "")[:64]
    with ask.read() as session:
        within = within_reach(ask, ask.today(session))
        if not name:
            return ask.page(
                "desk/tag_batches.html", batches=batches(session, within), words=desk_words, one=None,
                may_record=ask.may(Right.RECORD),
            )  # fmt: skip
        try:
            one = batch_facts(session, name, within)
        except TagBatchUnknownError as error:
            raise LookupError(name) from error
        return ask.page(
            "desk/tag_batches.html", batches=[one], one=one, words=desk_words,
            may_record=ask.may(Right.RECORD), never_nail=ask.t.pick(NEVER_NAIL),
            query=urlencode({"name": name}), listed=ask.url("/tags?" + urlencode({"batch": name})),
        )  # fmt: skip


def batch_manifest(ask: Ask) -> Response:
    """The tags of a print run as CSV, as the register knows them now."""
    from exports.tag_manifest import PlateRow, write_manifest

    name, t = ask.query.get("name", "")[:64], ask.t
    with ask.read() as session:
        within = within_reach(ask, ask.today(session))
        query = select(Tag).where(Tag.batch == name, within).order_by(Tag.code).limit(_MOST_ROWS)
        tags = list(session.exec(query))
        if not tags:
            raise LookupError(name)
        rows = [
            PlateRow(tag.code, *_owner_of(session, tag), "", "", tag.state.value, "", None, None, "")
            for tag in tags
        ]
    out = io.BytesIO()
    write_manifest(rows, out, t)
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "batch"
    headers = {"content-disposition": f'attachment; filename="tags-{plain}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _owner_of(session: Session, tag: Tag) -> tuple[str, str, str]:
    """Number, name and village of a tag's record, "" for a blank one."""
    owner = owner_of(tag)
    if owner is None:
        return "", "", ""
    row: Any = session.get_one(Tree if owner[0] == "tree" else Grove, owner[1])
    return number_of(owner[0], row), title_of(owner[0], row), row.village or ""


ROUTES = (
    Route("GET", "/tags/print", plates_page, Right.RECORD),
    Route("GET", "/tags/batches", batches_page, Right.FILE),
    Route("GET", "/tags/batches.csv", batch_manifest, Right.FILE),
    Route("GET", "/record/{kind}/{id}/tags/print", record_plate_page, Right.RECORD, subject=record_place),
    Route("POST", "/record/{kind}/{id}/tag.pdf", record_plate, Right.RECORD, subject=record_place),
)
