"""Commands on the history: what happened to a tree, its file as of a day, whether all of it holds."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from exports.tree_file import file_facts, file_text, write_file_json, write_file_page
from registry.cli.app import Office, _, app
from registry.cli.asof import AsOf, Effective, Restricted, care_of, file_of, legal_file_of
from registry.cli.exporting import FontFiles, signer_of, written
from registry.cli.wording import shown, told_lines
from registry.commands.comparing import Deviation, deviations
from registry.commands.history import history_head
from registry.commands.replay import Told, told_items
from registry.commands.undoing import undo_event
from registry.commands.verifying import find_head, lost_values, verify_history
from registry.db import reading, transaction
from registry.errors import HistoryBrokenError, Phrase, RegisterAlteredError
from registry.models import Authority, Party
from registry.outputs import check_output
from registry.records import RegisterFacts, TreeRecord
from registry.selection import find_tree, neighbours_of
from registry.strategies import subjects_beside
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator

SHOWN = 20


@app.command(help=_("Check the whole history, link by link, and every value of the register against it."))
def verify(
    ctx: typer.Context,
    head: Annotated[
        str | None, typer.Option(help=_("A hash noted down earlier, which must still be in the chain."))
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help=_("A dossier or booklet (PDF) to check instead."))
    ] = None,
) -> None:
    """Verify the chain, then the tables; or one document."""
    office: Office = ctx.obj
    t = office.t
    if file is not None:
        from registry.cli.document_checks import verify_document

        if head is not None:
            raise typer.BadParameter(t.gettext("--file and --head exclude each other"))
        verify_document(office, file)
        return
    wanted = "".join(head.split()) if head is not None else None
    if wanted is not None and (len(wanted) != 64 or set(wanted.lower()) - set("0123456789abcdef")):
        raise typer.BadParameter(t.gettext("--head takes a hash of 64 hexadecimal digits"))
    facts: dict[str, Any] = {}
    with reading(office.engine()) as session:
        if wanted is not None:
            found = find_head(session, wanted)
            facts["found"] = asdict(found)
        facts["events"] = verify_history(session, wanted)
        facts["head"] = history_head(session)
        lost, lost_seq = lost_values(session)
        altered = [each for each, _place in zip(deviations(session), range(10_000), strict=False)]
    office.say(t.ngettext("{count} event holds.", "{count} events hold.", facts["events"]))
    if wanted is not None:
        when = found.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        office.say(
            t.gettext(
                "The head is that of event {seq} of {when}; {since} came since.",
                seq=found.seq,
                when=when,
                since=t.number(found.since, 0),
            )
        )
    office.say(t.gettext("Head: {head}", head=facts["head"]))
    facts["altered"], facts["lost"] = [asdict(each) for each in altered], lost
    office.answer(facts)
    if altered:
        for each in altered[1:SHOWN]:
            office.say(f"  {_deviation(each, t)}")
        raise RegisterAlteredError(count=len(altered), first=_deviation(altered[0], t))
    if lost:
        reason = Phrase("private values of {count} items are gone, and no erasure took them", count=lost)
        raise HistoryBrokenError(seq=lost_seq, reason=reason)


_KINDS = {
    "grove": _("grove {number}"),
    "garden": _("garden {number}"),
    "place": _("place {number}"),
    "element": _("element {number}"),
    "craft": _("craft {number}"),
    "case": _("case {number}"),
    "tag": _("tag {number}"),
    "strategy": _("strategy {number}"),
    "work": _("work order {number}"),
    "trial": _("trial {number}"),
    "budget": _("budget {number}"),
    "protection_list": _("protection list, edition {number}"),
    "campaign": _("census {number}"),
    "campaign_survey": _("form {number} of a census"),
    "rule_adoption": _("adoption of the rule pack {number}"),
    "setting": _("setting {number}"),
}
_PARTS = {
    "entries": _("lines"),
    "steps": _("steps"),
    "opinions": _("opinions"),
    "objections": _("objections"),
    "answers": _("answers"),
}


def _deviation(each: Deviation, t: Translator) -> str:
    label = t.label(each.field) if each.field in FIELDS else each.field or t.gettext("the whole record")
    label = t.gettext(_PARTS[each.field]) if each.field in _PARTS else label
    called = t.gettext(_KINDS.get(each.kind, _("tree {number}")), number=each.tree_no)
    if each.at is None:
        return t.gettext("{record}, {field}: no event told it", record=called, field=label)
    when = each.at.strftime("%Y-%m-%d %H:%M UTC")
    return t.gettext(
        "{record}, {field}: last told by event {seq} of {when}",
        record=called,
        field=label,
        seq=each.seq,
        when=when,
    )


@app.command("history", help=_("Show what happened to a tree: who, when, old and new, why; newest first."))
def history_(ctx: typer.Context, tree_no: str) -> None:
    """Show the history of a tree."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        tree_id = find_tree(session, tree_no)
        beside = subjects_beside(session, tree_id)
        told = told_items(session, [tree_id, *beside])[::-1]
        names = names_of(session, told, office.t)
    currencies = {item.subject_id: item.fields["currency"][1] for item in told if "currency" in item.fields}
    for item in told:
        _kind, called = beside.get(item.subject_id, ("", ""))
        for line in told_lines(item, names, office.t, called, currencies.get(item.subject_id, "")):
            office.say(line)
    office.answer({"tree_no": tree_no, "history": [_as_facts(item) for item in told]})


def _as_facts(told: Told) -> dict[str, Any]:
    facts = asdict(told)
    facts["fields"] = {name: [shown(side) for side in pair] for name, pair in told.fields.items()}
    return facts


_PARTY_FIELDS = ("party_id", "accepted_by_id")


def names_of(session: Session, told: Sequence[Told], t: Translator) -> dict[str, str]:
    """What parties and authorities are called, by id."""
    ids = {
        row.get(key)
        for item in told
        for pair in item.fields.values()
        for side in pair
        if isinstance(side, list)
        for row in side
        if isinstance(row, dict)
        for key in ("party_id", "credit_party_id")
    }
    sides = (side for item in told for key in _PARTY_FIELDS for side in item.fields.get(key, ()))
    ids |= {side for side in sides if isinstance(side, str)}
    found = session.exec(select(Party.id, Party.name).where(col(Party.id).in_(ids - {None})))
    is_zh = t.lang == "zh"
    offices = {row.id: row.name_zh if is_zh else row.name_en for row in session.exec(select(Authority))}
    return {**offices, **dict(found.all())}


@app.command("file", help=_("Show the whole file of a tree, or write it: .json, .html or .pdf."))
def file_(
    ctx: typer.Context,
    tree_no: str,
    out: Annotated[Path | None, typer.Argument()] = None,
    as_of: AsOf = None,
    effective: Effective = None,
    restricted: Restricted = False,
    font: FontFiles = None,
) -> None:
    """Show or write a tree's file."""
    office: Office = ctx.obj
    ending = out.suffix.lower() if out else ""
    if out is not None:
        if ending not in {".json", ".html", ".pdf"}:
            raise typer.BadParameter(office.t.gettext("the file ends in .json, .html or .pdf"))
        check_output(out, "" if ending == ".json" else ending, office.address)
    with reading(office.engine()) as session:
        tree, facts = file_of(session, office, tree_no, as_of, effective, restricted=restricted)
        if out is None:
            care = care_of(session, office, tree, facts)
            for line in file_text(tree, facts, office.t, care):
                office.say(line)
            office.answer(file_facts(tree, facts, care))
            return
        _write(session, tree, facts, out, office, tuple(font or ()))
    office.say(office.t.gettext("The file of {tree_no}: {path}", tree_no=tree.tree_no, path=out))
    office.answer({"tree_no": tree.tree_no, "path": str(out)})


def _write(
    session: Session,
    tree: TreeRecord,
    facts: RegisterFacts,
    out: Path,
    office: Office,
    fonts: tuple[Path, ...],
) -> None:
    from exports.dossier import write_dossier

    care = care_of(session, office, tree, facts)
    with written(out) as stream:
        if out.suffix.lower() == ".json":
            write_file_json(tree, facts, stream, care)
        elif out.suffix.lower() == ".html":
            write_file_page(tree, facts, stream, language=office.t, care=care)
        else:
            around = () if facts.view else neighbours_of(session, tree, restricted=facts.is_restricted)
            write_dossier(
                tree, facts, stream, language=office.t, neighbours=around, extra_fonts=fonts, care=care,
                file=legal_file_of(session, office, tree, facts), signer=signer_of(office),
            )  # fmt: skip


@app.command(help=_("Undo one change by a new one; both stay in the history."))
def undo(
    ctx: typer.Context,
    seq: Annotated[int, typer.Argument(help=_("Number of the event, as `gushu history` shows it."))],
    reason: Annotated[str, typer.Option(help=_("Why."))],
    tree: Annotated[str | None, typer.Option(help=_("Only what the event did to this tree."))] = None,
    document: Annotated[str | None, typer.Option(help=_("On whose document."))] = None,
) -> None:
    """Undo a change."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        tree_id = find_tree(session, tree) if tree else None
        event = undo_event(
            session,
            seq,
            tree_id=tree_id,
            actor=office.actor,
            now=office.now(),
            reason=reason,
            document=document,
        )
        facts = {"undone": seq, "by": event.seq, "records": event.item_count}
    office.say(
        office.t.gettext(
            "Event {undone} is undone by event {by}: {records}.",
            undone=office.t.number(facts["undone"], 0),
            by=office.t.number(facts["by"], 0),
            records=office.t.ngettext("{count} record", "{count} records", facts["records"]),
        )
    )
    office.answer(facts)
