"""Protection lists (保护名录): making an edition, showing it, comparing two, printing one again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from sqlmodel import Session, col, select

from registry.area_queries import full_areas
from registry.cli.app import Office, _, app
from registry.cli.exporting import FontFiles, Where, kept_paper, signer_of, written
from registry.cli.progress import progress_bar, trees_expected
from registry.commands.protection_lists import editions, find_list, make_list, one_authority, read_list
from registry.db import reading, transaction
from registry.errors import NothingSelectedError, OutputKindError, Phrase
from registry.list_records import ListChange, ListedGrove, ListedTree, ListRecord
from registry.models import Authority, ProtectionList, Tree
from registry.outputs import check_output
from registry.queries import full_trees
from registry.rules.listing import list_order, listed_grove, listed_tree
from registry.rules.redaction import redact, redact_area
from registry.selection import select_trees, stream_ids
from registry.vocab.language import Translator
from registry.vocab.words import GRADE_SCHEMES, LISTINGS, Category, Grade, TreeStatus

if TYPE_CHECKING:
    from exports.proofs import Paper

list_app = typer.Typer(
    no_args_is_help=True, help=_("Protection lists as they are published; every edition is kept.")
)
app.add_typer(list_app, name="list")

Writer = Callable[[ListRecord, BinaryIO, "Paper | None"], None]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Day of publication."))]
AuthorityOption = Annotated[
    str | None, typer.Option(help=_("Authority whose list it is, where there are several."))
]


def _writer(path: Path, fonts: Sequence[Path]) -> Writer:
    """What writes a list into a file of this name. Raises OutputKindError."""
    from exports.protection_list import write_list_page, write_list_pdf, write_list_workbook

    writers: dict[str, Writer] = {
        ".pdf": lambda record, out, paper: write_list_pdf(record, out, extra_fonts=fonts, paper=paper),
        ".html": lambda record, out, _paper: write_list_page(record, out),
        ".xlsx": lambda record, out, _paper: write_list_workbook(record, out),
    }
    if path.suffix.lower() not in writers:
        raise OutputKindError(path=path, known=sorted(writers))
    return writers[path.suffix.lower()]


def _paper(
    session: Session, kept: ProtectionList, record: ListRecord, office: Office, out: Path
) -> "Paper | None":
    """What the PDF of an edition carries along; other kinds of file carry nothing."""
    if out.suffix.lower() != ".pdf":
        return None
    facts = record.facts
    return kept_paper(
        session, "list", ("protection_list", kept.id), f"{facts.title} · {facts.edition}", record,
        signer_of(office), register_name=facts.register_zh, is_restricted=False,
    )  # fmt: skip


@list_app.command(
    help=_("Make a protection list (PDF, HTML or XLSX) of what is designated; it is kept as an edition.")
)
def make(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    document: Annotated[str | None, typer.Option(help=_("Number of the document that publishes it."))] = None,
    title: Annotated[str | None, typer.Option(help=_("Title of the list."))] = None,
    on: Day = None,
    url: Annotated[str | None, typer.Option(help=_("Address where it is published."))] = None,
    authority: AuthorityOption = None,
    font: FontFiles = None,
) -> None:
    """Make a list."""
    office: Office = ctx.obj
    write = _writer(out, font or ())
    check_output(out, out.suffix.lower(), office.address)
    engine = office.engine()
    chosen = tuple(sorted([*(where or ()), *([f"authority={authority}"] if authority else ())]))
    with transaction(engine) as session:
        total = trees_expected(session, chosen)
        with progress_bar(office.t.gettext("trees"), total, quiet=office.as_json) as tell:
            trees = _listed_trees(session, chosen, tell)
        owner = authority or one_authority(_authorities(session, [tree.subject_id for tree in trees], chosen))
        groves = _listed_groves(session, owner, chosen)
        if not trees and not groves:
            raise NothingSelectedError(where=" ".join(chosen) or Phrase("anything: nothing is designated"))
        named = session.get_one(Authority, owner)
        known = {row.id for row in editions(session, owner)}
        made = make_list(
            session,
            trees,
            groves,
            authority_id=owner,
            title=title or f"{named.name_zh}古树名木保护名录",
            where=chosen,
            document_no=document,
            published_on=on.date() if on else None,
            url=url,
            actor=office.actor,
            now=office.now(),
        )
        is_new = made.id not in known
        record = read_list(session, made)
        with written(out) as stream:
            write(record, stream, _paper(session, made, record, office, out))
    t = office.t
    sentence = (
        t.gettext("Edition {number}: {trees} and {groves}: {path}", **_counted(record, out, t))
        if is_new
        else t.gettext(
            "Nothing has changed since edition {number}; it was printed again: {path}",
            number=record.facts.edition,
            path=out,
        )
    )
    office.say(sentence)
    if record.facts.previous is not None and is_new:
        office.say(_since(record, t))
    office.answer({**_told(record), "new": is_new, "path": str(out)})


def _counted(record: ListRecord, out: Path, t: Translator) -> dict[str, object]:
    return {
        "number": record.facts.edition,
        "trees": t.ngettext("{count} tree", "{count} trees", len(record.trees)),
        "groves": t.ngettext("{count} grove", "{count} groves", len(record.groves)),
        "path": out,
    }


def _listed_trees(session: Session, where: Sequence[str], tell: Callable[[int], None]) -> list[ListedTree]:
    """The lines of the trees of a selection, redacted, by division and number."""
    ids = stream_ids(session, where)
    groves = dict(session.exec(select(Tree.id, Tree.grove_id).where(col(Tree.grove_id).is_not(None))).all())
    found = []
    for done, full in enumerate(full_trees(session, ids), start=1):
        public = redact(full.record, full.disclosure)[0]
        if (line := listed_tree(public, groves.get(full.record.uuid))) is not None:
            found.append(line)
        tell(done)
    return sorted(found, key=list_order)


_OF_GROVES = {"authority": "authority_id", "division": "division_id", "jurisdiction": "jurisdiction"}


def _listed_groves(session: Session, authority_id: str, where: Sequence[str]) -> list[ListedGrove]:
    """The authority's groves of a selection; none where it asks for what only trees have."""
    asked = [text.partition("=")[::2] for text in where]
    if any(name not in _OF_GROVES for name, _value in asked):
        return []
    found = []
    for full in full_areas(session, "grove"):
        record = full.record
        fits = all(getattr(record, _OF_GROVES[name]) == value for name, value in asked)
        if record.authority_id == authority_id and fits:
            line = listed_grove(redact_area(record, full.disclosure)[0])
            found += [line] if line else []
    return sorted(found, key=list_order)


def _authorities(session: Session, tree_ids: Sequence[str], where: Sequence[str]) -> list[str]:
    """The authorities of the listed trees of a selection; of all of it where none is listed."""
    chosen = select_trees(where).order_by(None).subquery()
    rows = session.execute(select(Tree.id, Tree.authority_id).join(chosen, chosen.c.id == Tree.id)).all()
    listed = set(tree_ids)
    return [owner for tree_id, owner in rows if tree_id in listed] or [owner for _id, owner in rows]


@list_app.command(
    help=_("Show an edition of the list: what it holds and what changed; without a number, all.")
)
def show(
    ctx: typer.Context,
    edition: Annotated[int | None, typer.Argument(metavar="N")] = None,
    authority: AuthorityOption = None,
) -> None:
    """Show editions."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        if edition is None:
            rows = editions(session, authority)
            for row in rows:
                published = t.gettext("published on {day}", day=row.published_on) if row.published_on else ""
                lines = t.ngettext("{count} line", "{count} lines", row.entry_count)
                parts = (str(row.edition), row.title, lines, row.document_no, published)
                office.say("  ".join(part for part in parts if part))
            office.answer(
                {
                    "editions": [
                        {
                            "edition": row.edition,
                            "authority": row.authority_id,
                            "title": row.title,
                            "document": row.document_no,
                            "lines": row.entry_count,
                            "sha256": row.sha256,
                        }
                        for row in rows
                    ]
                }
            )
            return
        record = read_list(session, find_list(session, edition, authority))
    facts = record.facts
    office.say(f"{facts.title} · {t.gettext('edition {edition}', edition=facts.edition)}")
    for count in record.counts:
        inside = t.ngettext("{count} tree", "{count} trees", count.in_groves)
        office.say(
            t.gettext(
                "  {kind}: {scattered}, {groves}",
                kind=_class(count.kind, t),
                scattered=t.ngettext("{count} scattered tree", "{count} scattered trees", count.scattered),
                groves=t.ngettext(
                    "{count} grove with {inside}", "{count} groves with {inside}", count.groves, inside=inside
                ),
            )
        )
    if facts.previous is not None:
        office.say(_since(record, t))
    for change in record.changes:
        office.say("  " + _change(change, t))
    office.answer(_told(record))


@list_app.command(help=_("Compare two editions: what came, what went, what changed its class or number."))
def diff(
    ctx: typer.Context,
    before: Annotated[int, typer.Argument(metavar="A")],
    after: Annotated[int, typer.Argument(metavar="B")],
    authority: AuthorityOption = None,
) -> None:
    """Compare two editions."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        against = find_list(session, before, authority)
        record = read_list(session, find_list(session, after, authority), against)
    office.say(_since(record, office.t))
    for change in record.changes:
        office.say("  " + _change(change, office.t))
    office.answer(_told(record))


@list_app.command(help=_("Print an edition again: the same content, and of one kind of file the same bytes."))
def reprint(
    ctx: typer.Context,
    edition: Annotated[int, typer.Argument(metavar="N")],
    out: Path,
    authority: AuthorityOption = None,
    font: FontFiles = None,
) -> None:
    """Print an edition again."""
    office: Office = ctx.obj
    write = _writer(out, font or ())
    check_output(out, out.suffix.lower(), office.address)
    with reading(office.engine()) as session:
        kept = find_list(session, edition, authority)
        record = read_list(session, kept)
        paper = _paper(session, kept, record, office, out)
    with written(out) as stream:
        write(record, stream, paper)
    t = office.t
    office.say(t.gettext("Edition {number}: {trees} and {groves}: {path}", **_counted(record, out, t)))
    office.answer({**_told(record), "path": str(out)})


def _since(record: ListRecord, t: Translator) -> str:
    counts = {kind: sum(c.kind == kind for c in record.changes) for kind in ("added", "removed", "changed")}
    return t.gettext(
        "Since edition {previous}: {added} added, {removed} removed, {changed} changed.",
        previous=record.facts.previous,
        **counts,
    )


def _class(kind: str | None, t: Translator) -> str:
    words: Any = (
        Grade if kind in set(Grade) else Category if kind in set(Category) else {**GRADE_SCHEMES, **LISTINGS}
    )
    return t.word(words, kind)


def _change(change: ListChange, t: Translator) -> str:
    who = " ".join(filter(None, (change.number, change.name)))
    if change.kind == "added":
        return t.gettext("+ {who}: {now}", who=who, now=_class(change.now, t))
    if change.kind == "removed":
        became = t.word(TreeStatus, change.became) or t.gettext("not in this list any more")
        return t.gettext("− {who}: {was}; {became}", who=who, was=_class(change.was, t), became=became)
    number = f" {change.number_before}" if change.number_before != change.number else ""
    return t.gettext(
        "~ {who}: {was} → {now}", who=who, was=_class(change.was, t) + number, now=_class(change.now, t)
    )


def _told(record: ListRecord) -> dict[str, Any]:
    """An edition as JSON says it."""
    facts = record.facts
    return {
        "edition": facts.edition,
        "title": facts.title,
        "authority": facts.authority_id,
        "document": facts.document_no,
        "made_at": facts.made_at.isoformat(),
        "history_head": facts.history_head,
        "sha256": facts.sha256,
        "previous": facts.previous,
        "trees": len(record.trees),
        "groves": len(record.groves),
        "counts": {
            count.kind: {"scattered": count.scattered, "groves": count.groves, "in_groves": count.in_groves}
            for count in record.counts
        },
        "changes": [
            {name: getattr(change, name) for name in ListChange.__dataclass_fields__ if getattr(change, name)}
            for change in record.changes
        ],
    }
