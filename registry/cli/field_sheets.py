"""Sheets of paper for the field on the command line: for whoever has no phone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from exports.field_sheet import FieldTree, write_field_sheets
from registry.access import cares_for
from registry.chunks import chunks
from registry.cli.app import Office, _, app
from registry.cli.exporting import FontFiles, Where, register_facts, written
from registry.commands.erasing import find_party
from registry.db import reading
from registry.errors import NothingSelectedError
from registry.keys import Keys
from registry.models import Party, Tag
from registry.outputs import check_output
from registry.patrols import Tally, next_patrols
from registry.queries import full_trees
from registry.records import TreeRecord
from registry.rules.tag_codes import printed_text, tag_address
from registry.rules.vigour import LYT2738
from registry.selection import STANDING, stream_ids
from registry.settings import all_settings
from registry.vocab.language import Translator
from registry.vocab.sentences import seal_character
from registry.vocab.vigour_words import SCALE_WORDS
from registry.vocab.words import TagState, Vigour

_CHUNK = 500
_SIZES = (("girth_cm", "cm"), ("height_m", "m"), ("crown_ew_m", "m"), ("crown_ns_m", "m"))
_WHOLE_CROWN = ("crown_m", "m")


@app.command(
    "field-sheet",
    help=_("Print sheets for the field, for whoever has no phone: a page for each tree, or lists."),
)
def field_sheet(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    steward: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=_("Only trees that this unit or person looks after (name or id); several times."),
        ),
    ] = None,
    as_list: Annotated[
        bool, typer.Option("--list", help=_("A list for each village, nine trees a page."))
    ] = False,
    font: FontFiles = None,
) -> None:
    """Print sheets."""
    office: Office = ctx.obj
    t, keys = office.t, office.keys()
    check_output(out, ".pdf", office.address)
    with reading(office.engine()) as session:
        ids = list(stream_ids(session, [*(where or ()), STANDING]))
        stewards = [find_party(session, name) for name in steward or ()]
        if stewards:
            ids = _looked_after(session, ids, stewards, office.today(session))
        if not ids:
            said = (f"--steward {party.name}" for party in stewards)
            raise NothingSelectedError(where=" ".join([*(where or ()), *said]))
        facts = register_facts(session, office)
        printed = _printed_tags(session, ids, keys)
        due = _due_days(session, office, where or ())
        trees = list(_trees(session, ids, printed, due, all_settings(session)["public_address"] or None, t))
    with written(out) as stream:
        pages = write_field_sheets(
            trees, facts, stream, language=t, as_list=as_list, extra_fonts=tuple(font or ())
        )
    office.say(
        t.gettext("{trees} on {pages}: {path}", trees=t.ngettext("{count} tree", "{count} trees", len(trees)),
                  pages=t.ngettext("{count} page", "{count} pages", pages), path=out)
    )  # fmt: skip
    if untagged := sum(tree.address is None for tree in trees):
        office.say(
            t.ngettext("{count} of them has no tag that could be scanned.",
                       "{count} of them have no tag that could be scanned.", untagged)
        )  # fmt: skip
    office.answer({"trees": len(trees), "pages": pages, "without_tag": untagged, "path": str(out)})


def _looked_after(session: Session, ids: Sequence[str], parties: Sequence[Party], today: date) -> list[str]:
    """Those of some trees that one of these units and persons looks after today."""
    theirs = {own for party in parties for own in session.exec(cares_for("tree", party.id, today))}
    return [own for own in ids if own in theirs]


def _printed_tags(session: Session, ids: Sequence[str], keys: Keys) -> dict[str, str]:
    """What is printed on the tag in force of each tree that has one; none is issued for a sheet."""
    found: dict[str, str] = {}
    for chunk in chunks(ids, _CHUNK):
        tags = session.exec(select(Tag).where(col(Tag.tree_id).in_(chunk), Tag.state == TagState.ISSUED))
        found.update({tag.tree_id or "": printed_text(tag.code, keys.tag_key(tag.key_id)) for tag in tags})
    return found


def _due_days(session: Session, office: Office, where: Sequence[str]) -> dict[str, date]:
    library = office.packs()
    today = office.today(session)
    return {due.tree_id: due.due_on for due in next_patrols(session, library, today, Tally(), where=where)}


def _trees(
    session: Session,
    ids: Sequence[str],
    printed: Mapping[str, str],
    due: Mapping[str, date],
    address: str | None,
    t: Translator,
) -> Iterator[FieldTree]:
    for full in full_trees(session, ids):
        tree = full.record
        tag = printed.get(tree.uuid)
        yield FieldTree(
            tree_no=tree.tree_no,
            name=_name(tree, t),
            latin=tree.name_latin or "",
            village=" ".join(filter(None, (tree.town, tree.village)))
            or next(reversed(tree.places(t.lang)), ""),
            place=" ".join(filter(None, (tree.town, tree.village, tree.small_place or tree.address))),
            seal=seal_character(tree.category, tree.status, tree.protection_grade),
            position=_position(tree),
            steward=tree.steward or "",
            code=tag.partition("-")[0] if tag else "",
            address=tag_address(address, tag) if tag and address else None,
            scale=_scale(tree.vigour_scale),
            last=_last(tree, t),
            due=due[tree.uuid].isoformat() if tree.uuid in due else "",
            sizes=tuple(_sizes(tree, t)),
        )


def _name(tree: TreeRecord, t: Translator) -> str:
    names = (tree.name_zh, tree.name_en) if t.lang == "zh" else (tree.name_en, tree.name_zh)
    return next(filter(None, (*names, tree.name_latin, tree.tree_no)))


def _position(tree: TreeRecord) -> str:
    if tree.lon is None or tree.lat is None:
        return ""
    unsure = tree.coordinate_uncertainty_m
    return f"{tree.lat:.5f}, {tree.lon:.5f}" + (f" ±{unsure:g} m" if unsure else "")


def _scale(name: str | None) -> tuple[Vigour, ...]:
    words = SCALE_WORDS.get(name or LYT2738, SCALE_WORDS[LYT2738])
    return tuple(each for each in Vigour if each in words)


def _last(tree: TreeRecord, t: Translator) -> str:
    """What the last visit found, with its day."""
    visit = tree.inspections[0] if tree.inspections else None
    parts = (t.word(Vigour, tree.vigour), visit.inspected_on.isoformat() if visit else "")
    return " ".join(filter(None, parts))


def _sizes(tree: TreeRecord, t: Translator) -> Iterator[tuple[str, str, str, str]]:
    """Each size asked for with its latest value: (what, unit, value, day)."""
    is_whole = not any(size.crown_ew_m or size.crown_ns_m for size in tree.measurements) and any(
        size.crown_m for size in tree.measurements
    )
    for name, unit in (*_SIZES[:2], _WHOLE_CROWN) if is_whole else _SIZES:
        size = next((each for each in tree.measurements if getattr(each, name) is not None), None)
        value = f"{getattr(size, name):g}" if size else ""
        day = size.measured_on.isoformat() if size and size.measured_on else ""
        yield t.label(name), unit, value, day
