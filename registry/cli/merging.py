"""Commands on records: looking for duplicates, making two records one or one two, giving numbers."""

from itertools import islice
from typing import Annotated, Any

import typer
from sqlmodel import Session, select

from registry.cli.app import Office, _, app
from registry.commands.merging import Conflict, merge_trees, merged_into, split_tree, unmerge_tree
from registry.commands.numbering import allot_number
from registry.db import reading, transaction
from registry.duplicates import find_duplicates
from registry.errors import MergeError, Phrase
from registry.models import Tree
from registry.selection import find_tree
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import WORDS, Grade, TreeStatus

SHOWN = 50
Reason = Annotated[str, typer.Option(help=_("Why; do not name persons: it stands in the history."))]
Document = Annotated[str | None, typer.Option(help=_("Number of the document."))]
County = Annotated[str | None, typer.Option(help=_("Six-digit county whose next number is given."))]
ByHand = Annotated[str | None, typer.Option("--number", help=_("The number, given by hand."))]
Scheme = Annotated[str | None, typer.Option(help=_("Scheme of the number given by hand, such as other."))]


@app.command(help=_("Make two records of one tree one file: both numbers go on leading to it."))
def merge(
    ctx: typer.Context,
    survivor: Annotated[str, typer.Argument(help=_("Number of the file that stays."))],
    other: Annotated[str, typer.Argument(help=_("Number of the file that goes into it."))],
    reason: Reason,
    document: Document = None,
    take: Annotated[
        list[str] | None,
        typer.Option(help=_("A field whose value is taken from the other; may be repeated.")),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Say what would happen; change nothing."))
    ] = False,
) -> None:
    """Merge two records."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        ids = (find_tree(session, survivor), _record_called(session, other))
        merged = merge_trees(
            session, *ids, take=take or (), reason=reason, document=document, actor=office.actor,
            now=office.now(),
        )  # fmt: skip
        if dry_run:
            session.rollback()
    office.say(t.gettext("{other} goes on in the file of {survivor}; both numbers lead to it.",
                         other=merged.other, survivor=merged.survivor))  # fmt: skip
    for conflict in merged.conflicts:
        office.say("  " + _conflict(t, conflict))
    if dry_run:
        office.say(t.gettext("  tried only: nothing was changed"))
    office.answer(
        {
            "survivor": merged.survivor,
            "other": merged.other,
            "moved": merged.moved,
            "conflicts": [
                {"field": c.field, "kept": c.other if c.is_taken else c.own,
                 "left": c.own if c.is_taken else c.other}
                for c in merged.conflicts
            ],
        }
    )  # fmt: skip


def _conflict(t: Translator, conflict: Conflict) -> str:
    left, kept = (conflict.own, conflict.other) if conflict.is_taken else (conflict.other, conflict.own)
    name = t.label(conflict.field) if conflict.field in FIELDS else conflict.field
    return t.gettext(
        "{field}: {kept} kept, {left} left", field=name, kept=_said(t, conflict.field, kept),
        left=_said(t, conflict.field, left),
    )  # fmt: skip


def _said(t: Translator, field: str, value: Any) -> str:
    if field == "protection_grade":
        return t.word(Grade, value)
    return t.word(type(value), value) if type(value) in WORDS else str(value)


def _record_called(session: Session, number: str) -> str:
    """The record that has `number` as its own, also one that was merged already; else as `find_tree`."""
    own = session.exec(select(Tree.id).where(Tree.tree_no == number, Tree.status == TreeStatus.MERGED)).all()
    standing = session.exec(select(Tree.id).where(Tree.tree_no == number, Tree.status != TreeStatus.MERGED))
    return own[0] if len(own) == 1 and not standing.all() else find_tree(session, number)


@app.command(help=_("Undo a merger, or give a second tree that one record tells of a file of its own."))
def split(
    ctx: typer.Context,
    tree_no: str,
    reason: Reason,
    document: Document = None,
    county: County = None,
    number: ByHand = None,
    scheme: Scheme = None,
) -> None:
    """Part what is one record."""
    office: Office = ctx.obj
    t = office.t
    why: dict[str, Any] = {
        "reason": reason,
        "document": document,
        "actor": office.actor,
        "now": office.now(),
    }
    with transaction(office.engine()) as session:
        tree_id = _record_called(session, tree_no)
        if merged_into(session, tree_id) is not None:
            survivor = unmerge_tree(session, tree_id, **why)
            office.say(t.gettext("{tree} has its own file again, apart from {survivor}.",
                                 tree=tree_no, survivor=survivor))  # fmt: skip
            office.answer({"tree_no": tree_no, "apart_from": survivor})
            return
        if not _is_numbered(county, number, scheme):
            raise MergeError(tree_no=tree_no, other="—", reason=Phrase(
                "it is not merged into another; for a second tree say its number: --county, or --number "
                "with --scheme"))  # fmt: skip
        fresh = split_tree(session, tree_id, county=county, number=number, scheme=scheme, **why)
        office.say(t.gettext("{number} is a file of its own, parted from {tree}.",
                             number=fresh.tree_no, tree=tree_no))  # fmt: skip
        office.answer({"tree_no": fresh.tree_no, "parted_from": tree_no})


@app.command(help=_("Give a tree its official number; the one before goes on leading to it."))
def allot(
    ctx: typer.Context,
    tree_no: str,
    county: County = None,
    number: ByHand = None,
    scheme: Scheme = None,
    reason: Annotated[
        str | None, typer.Option(help=_("Why; do not name persons: it stands in the history."))
    ] = None,
    document: Document = None,
) -> None:
    """Give a number."""
    office: Office = ctx.obj
    if not _is_numbered(county, number, scheme):
        raise typer.BadParameter(office.t.gettext("give --county, or --number with --scheme"))
    with transaction(office.engine()) as session:
        tree = session.get_one(Tree, find_tree(session, tree_no))
        given = allot_number(
            session, tree, county=county, number=number, scheme=scheme, reason=reason, document=document,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    office.say(office.t.gettext("{tree} has the number {number}.", tree=tree_no, number=given))
    office.answer({"tree_no": given, "before": tree_no})


def _is_numbered(county: str | None, number: str | None, scheme: str | None) -> bool:
    """Whether a number is told in one way: by its county, or by hand with its scheme."""
    return (county is not None) != (number is not None) and (number is None) == (scheme is None)


@app.command(help=_("Look for trees that stand on the register twice, with reasons; only people merge them."))
def duplicates(
    ctx: typer.Context,
    within: Annotated[float, typer.Option(min=0, help=_("Metres between two of the same species."))] = 15.0,
    limit: Annotated[int, typer.Option(min=1, help=_("How many pairs are told."))] = SHOWN,
) -> None:
    """Suggest duplicates."""
    office: Office = ctx.obj
    t, told = office.t, []
    with reading(office.engine()) as session:
        found = find_duplicates(session, within_m=within)
        for pair in islice(found, limit):
            first, second = (session.get_one(Tree, key) for key in (pair.first, pair.second))
            why = [str(t.phrase(phrase)) for phrase in pair.why]
            names = [f"{tree.authority_id}:{tree.number_scheme}:{tree.tree_no}" for tree in (first, second)]
            told.append({"first": names[0], "second": names[1], "distance_m": pair.distance_m, "why": why})
            office.say(f"{names[0]}  {names[1]}  {t.gettext('; ').join(why)}")
        more = sum(1 for _pair in found)
    if more:
        office.say(t.gettext("  … and {count} more", count=t.number(more, 0)))
    office.say(t.ngettext("{count} pair", "{count} pairs", len(told) + more))
    office.answer({"pairs": told, "count": len(told) + more})
