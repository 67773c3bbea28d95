"""Ledgers on the command line: entering, changing, listing, holding and linking records; crafts."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from registry.area_queries import AREAS
from registry.censuses import register_counts
from registry.cli.app import Office, _, app
from registry.cli.asof import Restricted
from registry.cli.exporting import register_facts, written
from registry.commands.crafts import name_craftsman
from registry.commands.ledger_fields import (
    DRAFTS,
    CraftDraft,
    CraftsmanDraft,
    checked,
    read_boundary,
    read_fields,
)
from registry.commands.ledgers import (
    LINKS,
    TABLES,
    Entry,
    Ref,
    add_record,
    change_record,
    find_division,
    hold_records,
    link_records,
    own_authority,
    own_source,
    stored,
)
from registry.db import reading, transaction
from registry.errors import OutputKindError, RecordKindError
from registry.ledger_records import CraftRecord, LedgerEntry, LedgerFacts
from registry.ledgers import craft_records, ledger_entries, total_of
from registry.outputs import check_output
from registry.selection import RecordRef, find_record
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.sentences import count_sentence
from registry.vocab.words import ElementKind, LinkKind, PartyKind, PlaceKind

ledger = typer.Typer(
    no_args_is_help=True,
    help=_("Ledgers: groves, gardens, places (parks, green spaces, villages …), landmark elements."),
)
app.add_typer(ledger, name="ledger")
craft = typer.Typer(no_args_is_help=True, help=_("Garden crafts and the craftsmen who master them."))
app.add_typer(craft, name="craft")

FieldWords = Annotated[
    list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help=_("What is said of it; by name or label."))
]
Boundary = Annotated[Path | None, typer.Option(help=_("GeoJSON file with its one boundary, in WGS84."))]
Within = Annotated[
    str | None, typer.Option("--in", metavar="RECORD", help=_("Garden or place that it stands in."))
]
DivisionOption = Annotated[
    str | None, typer.Option(help=_("Division: its code, its name, or its names from the largest."))
]
AuthorityOption = Annotated[str | None, typer.Option(help=_("Authority whose ledger it is."))]
Document = Annotated[str | None, typer.Option(help=_("On whose document."))]
Reason = Annotated[str | None, typer.Option(help=_("Why; it enters the history."))]
Release = Annotated[
    list[str] | None, typer.Option(help=_("A text field that may be published; several times."))
]
Record = Annotated[
    str, typer.Argument(metavar="RECORD", help=_("Number of a tree, or grove:NO, garden:NO …"))
]


def ref_of(session: Session, called: str) -> Ref:
    """The record called so, as commands take it."""
    found: RecordRef = find_record(session, called)
    return found.kind, found.id, found.called


def one_of(known: Any, word: str, t: Translator) -> str:
    """`word` if it is one of `known`; a usage error that lists them otherwise."""
    if word not in known:
        raise typer.BadParameter(t.gettext("{word}: one of {known}", word=word, known=" · ".join(known)))
    return word


@ledger.command(help=_("Enter a record: a grove, garden, place or element with its number and fields."))
def add(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help="grove · garden · place · element")],
    number: str,
    fields: FieldWords = None,
    boundary: Boundary = None,
    within: Within = None,
    division: DivisionOption = None,
    authority: AuthorityOption = None,
    release: Release = None,
    document: Document = None,
    reason: Reason = None,
) -> None:
    """Enter a record."""
    office: Office = ctx.obj
    one_of(AREAS, kind, office.t)
    called = f"{kind}:{number}"
    values = {"number": number, **_read(kind, called, fields, boundary)}
    draft = checked(DRAFTS[kind], called, values)
    with transaction(office.engine()) as session:
        owner = own_authority(session, authority)
        entry = Entry(
            kind,
            draft,
            owner,
            own_source(session, owner),
            find_division(session, called, division) if division else None,
            ref_of(session, within) if within else None,
            tuple(release or ()),
        )
        add_record(session, entry, actor=office.actor, now=office.now(), reason=reason, document=document)
    office.say(office.t.gettext("{record} is entered.", record=called))
    office.answer({"record": called})


@ledger.command(
    "set", help=_("Change fields of a record; `field=` with nothing behind it says that it is not known.")
)
def set_(
    ctx: typer.Context,
    record: Record,
    fields: FieldWords = None,
    boundary: Boundary = None,
    within: Within = None,
    division: DivisionOption = None,
    release: Release = None,
    document: Document = None,
    reason: Reason = None,
) -> None:
    """Change a record."""
    office: Office = ctx.obj
    t = office.t
    with transaction(office.engine()) as session:
        ref = ref_of(session, record)
        if ref[0] not in DRAFTS:
            raise RecordKindError(record=record, kinds=", ".join(DRAFTS))
        row: Any = session.get_one(TABLES[ref[0]], ref[1])
        values = _read(ref[0], record, fields, boundary)
        told = {name: value for name, value in _said(row, ref[0]).items() if name not in values}
        draft = checked(DRAFTS[ref[0]], record, {**told, **values})
        columns = stored(ref[0], draft, values)
        if division:
            columns["division_id"] = find_division(session, record, division)
        if release:
            columns["released"] = json.dumps(
                sorted({*json.loads(row.released), *release}), separators=(",", ":")
            )
        facts: dict[str, Any] = {
            "actor": office.actor,
            "now": office.now(),
            "reason": reason,
            "document": document,
        }
        changed = change_record(session, ref, columns, **facts)
        moved = hold_records(session, ref_of(session, within), [ref], **facts) if within else 0
    shown = {name: pair for name, pair in changed.items() if name in FIELDS}
    for name, (old, new) in shown.items():
        if name != "boundary":
            facts = {"field": t.label(name), "old": _plain(old), "new": _plain(new)}
            office.say(t.gettext("  {field}: {old} → {new}", **facts))
    if changed or not moved:
        office.say(t.ngettext("{count} field changed.", "{count} fields changed.", len(changed)))
    if moved:
        office.say(t.gettext("It stands in {holder} now.", holder=within))
    office.answer({"record": record, "changed": sorted(changed), "moved": moved})


@ledger.command("list", help=_("List a ledger, here or into a workbook (.xlsx) or page (.html)."))
def list_(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help="grove · garden · place · element")],
    out: Annotated[Path | None, typer.Argument()] = None,
    where: Annotated[
        list[str] | None, typer.Option(help=_("Only records with field=value; may be given several times."))
    ] = None,
    restricted: Restricted = False,
) -> None:
    """List a ledger."""
    office: Office = ctx.obj
    t = office.t
    one_of(AREAS, kind, t)
    write = _writer(out) if out else None
    if out:
        check_output(out, out.suffix.lower(), office.address)
    with reading(office.engine()) as session:
        entries = ledger_entries(session, kind, where or (), restricted=restricted)
        said = register_facts(session, office)
        facts = LedgerFacts(
            kind=kind,
            where=tuple(where or ()),
            register_name=said.register_name,
            made_at=said.made_at,
            made_on=said.made_on,
            trees=total_of(entry.trees for entry in entries),
            register=register_counts(session),
            is_restricted=restricted,
        )
    if out and write:
        with written(out) as stream:
            write(entries, facts, stream, language=t)
        told = t.ngettext("{count} record: {path}", "{count} records: {path}", len(entries), path=out)
        office.say(told)
    else:
        for entry in entries:
            office.say("  ".join(filter(None, _line(entry, t))))
        office.say(t.ngettext("{count} record", "{count} records", len(entries)))
    if kind != "element":
        office.say(t.gettext("In this ledger: {counts}", counts=count_sentence(t, facts.trees)))
    office.say(t.gettext("Whole register: {counts}", counts=count_sentence(t, facts.register)))
    office.answer(_answer(entries, facts, out))


@ledger.command(help=_("Say that trees or records stand in a grove, garden or place."))
def hold(
    ctx: typer.Context,
    holder: Annotated[str, typer.Argument(metavar="HOLDER", help="grove:NO · garden:NO · place:NO")],
    held: Annotated[list[str], typer.Argument(metavar="RECORD…", help=_("Numbers of trees, or grove:NO …"))],
    release: Annotated[bool, typer.Option("--release", help=_("They stand there no longer."))] = False,
    document: Document = None,
    reason: Reason = None,
) -> None:
    """Hold records."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        changed = hold_records(
            session,
            ref_of(session, holder),
            [ref_of(session, called) for called in held],
            release=release,
            actor=office.actor,
            now=office.now(),
            reason=reason,
            document=document,
        )
    t = office.t
    office.say(
        t.gettext("{changed} of {all} changed.", changed=t.number(changed, 0), all=t.number(len(held), 0))
    )
    office.answer({"holder": holder, "changed": changed, "asked": len(held)})


@ledger.command(help=_("Link two records that belong together, such as a bridge and a garden."))
def link(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="RECORD")],
    other: Annotated[str, typer.Argument(metavar="RECORD")],
    kind: Annotated[str, typer.Option(help=" · ".join(LINKS))] = LinkKind.RELATED.value,
    note: Annotated[str | None, typer.Option(help=_("A note for the office."))] = None,
    remove: Annotated[bool, typer.Option("--remove", help=_("Take the link away."))] = False,
) -> None:
    """Link two records."""
    office: Office = ctx.obj
    word = LinkKind(one_of([each.value for each in LINKS], kind, office.t))
    with transaction(office.engine()) as session:
        pair = ref_of(session, one), ref_of(session, other)
        done = link_records(
            session, *pair, word, remove=remove, note=note, actor=office.actor, now=office.now()
        )
    t = office.t
    office.say_change(t.gettext("Done."), changed=bool(done))
    office.answer({"changed": done})


@craft.command("add", help=_("Enter a traditional garden craft with its number and fields."))
def craft_add(
    ctx: typer.Context,
    number: str,
    fields: FieldWords = None,
    authority: AuthorityOption = None,
    release: Release = None,
    document: Document = None,
) -> None:
    """Enter a craft."""
    office: Office = ctx.obj
    called = f"craft:{number}"
    draft = checked(CraftDraft, called, {"number": number, **read_fields(CraftDraft, called, fields or ())})
    with transaction(office.engine()) as session:
        owner = own_authority(session, authority)
        entry = Entry("craft", draft, owner, own_source(session, owner), released=tuple(release or ()))
        add_record(session, entry, actor=office.actor, now=office.now(), document=document)
    office.say(office.t.gettext("{record} is entered.", record=called))
    office.answer({"record": called})


@craft.command(help=_("Say who masters a craft, with title=, learned_from=, since_year=, works=."))
def craftsman(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="CRAFT")],
    name: str,
    fields: FieldWords = None,
    kind: Annotated[PartyKind, typer.Option(help=_("A person or a unit."))] = PartyKind.PERSON,
    consent: Annotated[
        str | None, typer.Option(help=_("Document by which the person agreed to be named in public."))
    ] = None,
) -> None:
    """Name a craftsman."""
    office: Office = ctx.obj
    called = f"craft:{number}"
    draft = checked(CraftsmanDraft, called, read_fields(CraftsmanDraft, called, fields or ()))
    with transaction(office.engine()) as session:
        _kind, own, _called = ref_of(session, called)
        _row, is_new = name_craftsman(
            session, own, name, CraftsmanDraft.model_validate(draft), kind=kind, consent=consent,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    t = office.t
    office.say(t.gettext("{name} is on the list.", name=name) if is_new else t.gettext("Brought up to date."))
    office.answer({"craft": number, "new": is_new})


Public = Annotated[
    bool, typer.Option("--public", help=_("Name only units, and persons who agreed; only released texts."))
]


@craft.command(
    "list", help=_("List the crafts and craftsmen for the office, here or into a workbook (.xlsx).")
)
def craft_list(
    ctx: typer.Context, out: Annotated[Path | None, typer.Argument()] = None, public: Public = False
) -> None:
    """List crafts."""
    from exports.ledger_tables import write_craft_book

    office: Office = ctx.obj
    t = office.t
    if out:
        if out.suffix.lower() != ".xlsx":
            raise OutputKindError(path=out, known=[".xlsx"])
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        crafts = craft_records(session, public=public)
        facts = register_facts(session, office)
    if out:
        made_by = [f"{facts.register_name} · {facts.made_on.isoformat()}"]
        if not public:
            made_by.append(t.gettext("For the office only: holds what is not public."))
        with written(out) as stream:
            write_craft_book(crafts, made_by, stream, language=t, made_at=facts.made_at)
    for each in crafts:
        masters = t.ngettext("{count} craftsman", "{count} craftsmen", len(each.craftsmen) + each.hidden)
        office.say("  ".join(filter(None, (each.number, each.name, each.kind, masters))))
    office.say(t.ngettext("{count} craft", "{count} crafts", len(crafts)) + (f": {out}" if out else ""))
    office.answer({"crafts": [_told_craft(each) for each in crafts], "path": str(out) if out else None})


@craft.command("show", help=_("Show a craft and who masters it."))
def craft_show(
    ctx: typer.Context, number: Annotated[str, typer.Argument(metavar="CRAFT")], public: Public = False
) -> None:
    """Show a craft."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        each = craft_records(session, ref_of(session, f"craft:{number}")[1], public=public)[0]
    office.say(f"{each.number}  {each.name}")
    for field in ("kind", "period", "lineage", "state_of_care", "description"):
        if value := getattr(each, field):
            office.say(t.gettext("  {field}: {value}", field=t.label(field), value=value))
    for master in each.craftsmen:
        said = (master.name, t.word(PartyKind, master.kind), master.title, master.since_year, master.works)
        office.say("  · " + "  ".join(str(part) for part in said if part))
    if each.hidden:
        office.say("  " + t.ngettext("{count} more is not named", "{count} more are not named", each.hidden))
    office.answer(_told_craft(each))


def _read(kind: str, called: str, fields: list[str] | None, boundary: Path | None) -> dict[str, Any]:
    values = read_fields(DRAFTS[kind], called, fields or ())
    return {**values, "boundary": read_boundary(boundary)} if boundary else values


def _said(row: Any, kind: str) -> dict[str, Any]:
    """What a record says, as its draft takes it."""
    values = {name: getattr(row, name) for name in DRAFTS[kind].model_fields}
    if "boundary" in values:
        values["boundary"] = json.loads(values["boundary"])
    return values


def _writer(out: Path) -> Any:
    from exports.ledger_page import write_ledger_page
    from exports.ledger_tables import write_ledger_book

    writers = {".xlsx": write_ledger_book, ".html": write_ledger_page}
    if out.suffix.lower() not in writers:
        raise OutputKindError(path=out, known=sorted(writers))
    return writers[out.suffix.lower()]


def _line(entry: LedgerEntry, t: Translator) -> tuple[str | None, ...]:
    area, counts = entry.area, entry.trees
    words = {"place": PlaceKind, "element": ElementKind}.get(area.kind)
    has_trees = counts.scattered or counts.groves or counts.in_groves
    return (
        area.number,
        area.name,
        t.word(words, area.subkind) if words else None,
        area.garden_no or area.place_no if area.kind == "element" else None,
        " ".join(area.places(t.lang)),
        count_sentence(t, counts) if has_trees else None,
        area.lead,
    )


def _answer(entries: list[LedgerEntry], facts: LedgerFacts, out: Path | None) -> dict[str, Any]:
    def counted(counts: Any) -> dict[str, int]:
        return {
            name: getattr(counts, name)
            for name in ("scattered", "groves", "in_groves", "with_files", "uncounted")
        }

    return {
        "kind": facts.kind,
        "records": [
            {
                "number": each.area.number,
                "name": each.area.name,
                "kind": each.area.subkind,
                **counted(each.trees),
            }
            for each in entries
        ],
        "counts": counted(facts.trees),
        "register": counted(facts.register),
        "path": str(out) if out else None,
    }


def _told_craft(each: CraftRecord) -> dict[str, Any]:
    names = ("number", "name", "kind", "period", "description", "lineage", "state_of_care", "hidden")
    masters = ("name", "kind", "title", "learned_from", "since_year", "works")
    return {
        **{name: getattr(each, name) for name in names},
        "craftsmen": [{name: getattr(master, name) for name in masters} for master in each.craftsmen],
    }


def _plain(value: Any) -> str:
    return "—" if value is None or value == "" else str(getattr(value, "value", value))
