"""Commands on rule packs: what they say, whom they affect, and going by one."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from registry.affected import Judged, Tally, adoptions_of, affected_trees, due_trees
from registry.cli.app import Office, _, app, day_of
from registry.cli.exporting import DivisionName, Where, division_chosen, register_facts, written
from registry.cli.rule_tables import (
    cells,
    change_cells,
    change_lines,
    class_text,
    diff_lines,
    differences,
    judged_facts,
    list_of,
    looked_at,
    months_text,
    pack_facts,
    pack_title,
    passed_lines,
    place_of,
    reasons,
    rule_facts,
    show_lines,
    table,
    validity,
)
from registry.commands.adoption import adopt_pack, keep_pack
from registry.db import open_register, reading, transaction
from registry.errors import RegisterMissingError, RegistryError
from registry.outputs import check_output
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.packs import RulePack
from registry.vocab.rule_words import CONFIDENCES

rules = typer.Typer(help=_("Rule packs: law as data, with citation and confidence."), no_args_is_help=True)
app.add_typer(rules, name="rules")

SHOWN = 20
Day = Annotated[str | None, typer.Option(help=_("As of this day, YYYY-MM-DD; otherwise today."))]
Out = Annotated[Path | None, typer.Option(help=_("Write the whole list as a workbook (.xlsx)."))]
PackName = Annotated[str, typer.Argument(metavar="ID")]


@rules.command("list", help=_("List the rule packs at hand, and which of them this register goes by."))
def rules_list(ctx: typer.Context) -> None:
    """List the packs."""
    office: Office = ctx.obj
    t, library = office.t, office.packs()
    used = _used(office, library)
    packs = library.all()
    rows = [[t.gettext("pack"), t.gettext("title"), t.gettext("place"), t.gettext("in force"),
             t.gettext("confidence"), t.gettext("use")]]  # fmt: skip
    for pack in packs:
        confidence = t.word(CONFIDENCES, pack.confidence)
        use = used.get(pack.id) or _by_itself(office, pack, packs)
        rows.append([pack.id, pack_title(t, pack), place_of(t, pack), validity(t, pack), confidence, use])
    for line in table(rows):
        office.say(line)
    facts = [{key: value for key, value in pack_facts(pack).items() if key != "rules"} for pack in packs]
    office.answer({"packs": [{**fact, "used": used.get(fact["id"])} for fact in facts]})


def _by_itself(office: Office, pack: RulePack, packs: Sequence[RulePack]) -> str:
    """Whether a pack applies without adoption today, or what has come after it."""
    t, today = office.t, office.today()
    if not pack.is_valid(today):
        return t.gettext("no longer in force")
    after = next((one.id for one in packs if pack.id in one.supersedes and one.is_valid(today)), None)
    if after:
        return t.gettext("superseded by {pack}", pack=after)
    return t.gettext("by itself") if pack.is_automatic else ""


def _used(office: Office, library: PackLibrary) -> dict[str, str]:
    """Since when the register goes by which pack; empty where there is no register yet."""
    try:
        engine = open_register(office.address)
    except RegisterMissingError:
        return {}
    with reading(engine) as session:
        return {
            adoption.pack.id: office.t.gettext("adopted from {day}", day=adoption.adopted_on.isoformat())
            for adoption in adoptions_of(session, library)
            if adoption.ended_on is None
        }


@rules.command("show", help=_("Show a rule pack: every value with its source and how sure it is."))
def rules_show(ctx: typer.Context, pack: PackName) -> None:
    """Show a pack."""
    office: Office = ctx.obj
    found = office.packs().get(pack)
    for line in show_lines(office.t, found):
        office.say(line)
    office.answer(pack_facts(found))


@rules.command("check", help=_("Check rule packs: files of your own, or packs by id."))
def rules_check(ctx: typer.Context, packs: Annotated[list[str], typer.Argument(metavar="FILE|ID…")]) -> None:
    """Check packs; every wrong one is named."""
    office: Office = ctx.obj
    t, library = office.t, office.packs()
    wrong: list[RegistryError] = []
    for name in packs:
        try:
            found = library.get(name)
        except RegistryError as error:
            wrong.append(error)
            typer.echo(f"{error.code}: {t.error(error)}", err=True)
        else:
            office.say(
                t.ngettext("{pack}: in order, {count} rule", "{pack}: in order, {count} rules",
                           len(found.rules), pack=found.id)
            )  # fmt: skip
    told = [{"code": error.code, "message": t.error(error)} for error in wrong]
    office.answer({"checked": len(packs), "wrong": told})
    if wrong:
        raise typer.Exit(1)


@rules.command("diff", help=_("Show what differs between two rule packs, value by value."))
def rules_diff(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A")],
    other: Annotated[str, typer.Argument(metavar="B")],
) -> None:
    """Compare two packs."""
    office: Office = ctx.obj
    library = office.packs()
    packs = library.get(one), library.get(other)
    for line in diff_lines(office.t, *packs):
        office.say(line)
    told = [
        {
            "section": section,
            "name": name,
            "old": left and rule_facts(left),
            "new": right and rule_facts(right),
        }
        for section, name, left, right in differences(*packs)
    ]
    office.answer({"from": packs[0].id, "to": packs[1].id, "differences": told})


@rules.command("affected", help=_("Who would be affected by a rule pack, before it is adopted."))
def rules_affected(
    ctx: typer.Context,
    pack: PackName,
    where: Where = None,
    urban_only: Annotated[bool, typer.Option("--urban-only", help=_("Only trees in cities."))] = False,
    assume_urban: Annotated[
        bool,
        typer.Option("--assume-urban", help=_("Take trees whose growth place does not tell as in a city.")),
    ] = False,
    against: Annotated[
        str | None, typer.Option(help=_("Compare with this pack instead of the decisions in force."))
    ] = None,
    on: Day = None,
    out: Out = None,
) -> None:
    """Say whom a pack affects."""
    office: Office = ctx.obj
    library, day = office.packs(), day_of(on, "--on") or office.today()
    found = library.get(pack)
    other = library.get(against) if against else None
    tally, t = Tally(), office.t
    with reading(office.engine()) as session:
        judged = affected_trees(
            session,
            found,
            library,
            day,
            tally,
            where=where or (),
            urban_only=urban_only,
            assume_urban=assume_urban,
            against=other,
        )
        title = t.gettext("Trees affected by {pack}", pack=found.id)
        listed = _listed(office, session, tally, judged, title, out, day)
    office.say(f"{found.id} · {looked_at(t, day, tally.read)}")
    _tell(office, tally, listed, out, day)


@rules.command("due", help=_("List the trees due for re-designation: the decision in force, and the rules."))
def rules_due(ctx: typer.Context, where: Where = None, on: Day = None, out: Out = None) -> None:
    """List what is due."""
    office: Office = ctx.obj
    library, day = office.packs(), day_of(on, "--on") or office.today()
    tally, t = Tally(), office.t
    with reading(office.engine()) as session:
        judged = due_trees(session, library, day, tally, where or ())
        listed = _listed(office, session, tally, judged, t.gettext("Trees due for re-designation"), out, day)
    office.say(looked_at(t, day, tally.read))
    _tell(office, tally, listed, out, day)


@dataclass(slots=True)
class _Listed:
    """What is kept of a stream of trees: how many, the first of them, and all for a program that asks."""

    count: int = 0
    first: list[Judged] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


def _listed(
    office: Office,
    session: Session,
    tally: Tally,
    judged: Iterable[Judged],
    title: str,
    out: Path | None,
    day: date,
) -> _Listed:
    """Read the stream to its end, into the workbook `out` where there is one."""
    kept = _Listed()

    def passing() -> Iterator[Judged]:
        for one in judged:
            kept.count += 1
            if kept.count <= SHOWN:
                kept.first.append(one)
            if office.as_json:
                kept.facts.append(judged_facts(office.t, one))
            yield one

    if out is None:
        deque(passing(), maxlen=0)
    else:
        _write(office, session, tally, passing(), title, out, day)
    return kept


def _tell(office: Office, tally: Tally, listed: _Listed, out: Path | None, day: date) -> None:
    t = office.t
    for line in passed_lines(t, tally):
        office.say(line)
    said = t.gettext("Another grade or category: {count}", count=t.number(tally.regraded, 0))
    if tally.repatrolled:
        said += t.gettext("; another patrol interval: {count}", count=t.number(tally.repatrolled, 0))
    office.say(said)
    for line in change_lines(t, tally):
        office.say(line)
    if listed.first:
        office.say("")
        for line in table([_line(office, one) for one in listed.first]):
            office.say(line)
    if listed.count > SHOWN and out is None:
        more = t.number(listed.count - SHOWN, 0)
        office.say(t.gettext("… and {count} more; --out FILE.xlsx lists all", count=more))
    if out is not None:
        office.say(list_of(t, listed.count, out))
    office.say(t.gettext("The rules only propose: a grade changes by a decision of designation."))
    office.answer(_facts(tally, listed, day))


def _line(office: Office, judged: Judged) -> list[str]:
    t = office.t
    text = f"{class_text(t, *judged.old)} → {class_text(t, *judged.new)}" if judged.is_regraded else ""
    if judged.is_repatrolled:
        months = f"{months_text(t, judged.old_months)} → {months_text(t, judged.new_months)}"
        text += ("，" if t.lang == "zh" else ", ") * bool(text) + t.gettext("patrols {months}", months=months)
    return [judged.tree_no, judged.name, text, reasons(t, judged)]


def _facts(tally: Tally, listed: _Listed, day: date) -> dict[str, Any]:
    changes = [
        {"division": division, "old_category": old[0], "old_grade": old[1], "new_category": new[0],
         "new_grade": new[1], "count": count}
        for (division, old, new), count in tally.changes.items()
    ]  # fmt: skip
    return {
        "on": day,
        "read": tally.read,
        "passed_over": dict(tally.passed_over),
        "unknown": tally.unknown,
        "regraded": tally.regraded,
        "repatrolled": tally.repatrolled,
        "changes": changes,
        "trees": listed.facts,
    }


def _write(
    office: Office,
    session: Session,
    tally: Tally,
    judged: Iterable[Judged],
    title: str,
    out: Path,
    day: date,
) -> None:
    from exports.workbook import Column, Sheet, write_workbook

    t = office.t
    check_output(out, ".xlsx", office.address)
    columns = (
        Column(t.label("tree_no"), 18),
        Column(t.label("name_zh"), 12),
        Column(t.label("division"), 18),
        Column(t.label("age_years"), 9, "integer", t.unit("age_years")),
        Column(t.label("age_as_of"), 12, "date"),
        Column(t.gettext("Age on the day"), 12, "integer", t.unit("age_years")),
        Column(t.gettext("In force"), 16),
        Column(t.gettext("Proposed"), 16),
        Column(t.gettext("What follows"), 12),
        Column(t.gettext("Patrols now"), 10, "decimal", t.gettext("months")),
        Column(t.gettext("Patrols then"), 10, "decimal", t.gettext("months")),
        Column(t.gettext("Why"), 50),
        Column(t.gettext("Source of the rule"), 30),
    )
    notes = (t.gettext("The rules only propose: a grade changes by a decision of designation."),)
    counted = t.gettext("Counts by district")
    heads = (
        Column(t.label("division"), 24),
        Column(t.gettext("In force"), 24),
        Column(t.gettext("Proposed"), 24),
        Column(t.gettext("Number of trees"), 10, "integer"),
    )
    facts = register_facts(session, office)
    made_by = (f"{facts.register_name} · {day.isoformat()}",)
    with written(out) as stream:
        write_workbook(
            [Sheet(title, columns, cells(t, judged), notes), Sheet(counted, heads, change_cells(t, tally))],
            stream,
            title=title,
            made_by=made_by,
            language=t,
            made_at=office.now(),
        )


@rules.command("adopt", help=_("Go by a rule pack, by id or of a file of your own, from a day on."))
def rules_adopt(
    ctx: typer.Context,
    pack: Annotated[str, typer.Argument(metavar="ID|FILE")],
    document: Annotated[str | None, typer.Option(help=_("Number of the decision."))] = None,
    from_: Annotated[str | None, typer.Option("--from", help=_("From this day on, YYYY-MM-DD."))] = None,
    division: DivisionName = None,
    note: Annotated[str | None, typer.Option(help=_("Why; kept in the history."))] = None,
) -> None:
    """Adopt a pack."""
    office: Office = ctx.obj
    folder = pack_folder(office.address)
    library, day = PackLibrary(folder), day_of(from_, "--from") or office.today()
    engine = office.engine()
    found: RulePack = library.get(pack)
    given = Path(pack) if pack.endswith(".toml") else library.path(pack)
    if given is None:
        raise RuntimeError(f"{pack} was found and has no file")
    file = keep_pack(given, found, folder, library)
    with transaction(engine) as session:
        adoption = adopt_pack(
            session,
            found,
            file,
            adopted_on=day,
            document_no=document,
            division_id=division_chosen(session, division)[0],
            note=note,
            actor=office.actor,
            now=office.now(),
        )
        facts = {
            "pack": found.id,
            "adopted_on": adoption.adopted_on,
            "document_no": adoption.document_no,
            "jurisdiction": adoption.jurisdiction,
            "division": adoption.division_id,
            "urban_only": adoption.is_urban_only,
            "sha256": adoption.sha256,
        }
    office.say(
        office.t.gettext(
            "{pack} applies from {day}, by {document}; what is due now: gushu rules due",
            pack=found.id,
            day=facts["adopted_on"],
            document=facts["document_no"],
        )
    )
    office.answer(facts)
