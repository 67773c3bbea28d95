"""Commands on parties: the units and persons of the register, and erasing one on a legal basis."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlmodel import col, select

from registry.cli.app import Office, _, app
from registry.commands.editions import all_editions
from registry.commands.erasing import ErasureReport, erase_party, find_party, scrub
from registry.db import reading, sqlite_path, transaction
from registry.models import Party, Photo, Tree, TreeParty
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import PartyKind, PartyRole

party = typer.Typer(help=_("Units and persons of the register."), no_args_is_help=True)
app.add_typer(party, name="party")


@party.command("list", help=_("List units and persons, all or those whose name holds a text."))
def list_(ctx: typer.Context, text: Annotated[str, typer.Argument()] = "") -> None:
    """List parties."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        query = select(Party).where(col(Party.name).contains(text, autoescape=True))
        found = [
            {"id": each.id, "kind": each.kind.value, "name": each.name}
            for each in session.exec(query.order_by(Party.name, Party.id))
        ]
    for each in found:
        office.say(f"{each['id']}  {office.t.word(PartyKind, each['kind'])}  {each['name']}")
    office.answer({"parties": found})


@party.command("show", help=_("Show a unit or person: telephone, trees, photos."))
def show(ctx: typer.Context, name: str) -> None:
    """Show a party."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        each = find_party(session, name)
        roles = select(Tree.tree_no, TreeParty.role).join(Tree, col(Tree.id) == col(TreeParty.tree_id))
        trees = [
            (number, str(role))
            for number, role in session.exec(
                roles.where(TreeParty.party_id == each.id).order_by(Tree.tree_no, TreeParty.role)
            )
        ]
        photos = len(session.exec(select(Photo.id).where(Photo.credit_party_id == each.id)).all())
        facts = {"id": each.id, "kind": each.kind.value, "name": each.name, "phone": each.phone}
    office.say(f"{facts['name']}  {t.word(PartyKind, facts['kind'])}  {facts['phone'] or ''}".rstrip())
    for number, role in trees:
        office.say(f"  {t.label('tree_no')} {number}  {t.word(PartyRole, role)}")
    if photos:
        office.say(f"  {t.label('photos')} {t.number(photos, 0)}")
    office.answer({**facts, "trees": [{"tree_no": n, "role": r} for n, r in trees], "photos": photos})


@party.command("erase", help=_("Erase a person everywhere; the history tells on which basis, and not whom."))
def erase(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME_OR_ID")],
    basis: Annotated[str, typer.Option(help=_("The legal basis; it enters the history."))],
    texts: Annotated[
        bool, typer.Option("--texts", help=_("Take the name out of texts of today too."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Say what would happen; change nothing."))
    ] = False,
) -> None:
    """Erase a person."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        report = erase_party(session, name, basis=basis, texts=texts, actor=office.actor, now=office.now())
        editions = [row.number for row in all_editions(session) if row.withdrawn_on is None]
        if dry_run:
            session.rollback()
    if not dry_run:
        scrub(office.address)
    copies = copies_of(office.address)
    for line in report_lines(report, copies, office.t):
        office.say(line)
    if editions:
        office.say(_told_of_editions(max(editions), office.t))
    if dry_run:
        office.say(office.t.gettext("  tried only: nothing was changed"))
    office.answer({**asdict(report), "copies": copies})


def _told_of_editions(newest: int, t: Translator) -> str:
    return t.gettext(
        "Editions up to {number} were made before and may name the person. Publish anew, then take back "
        "those that are kept and do: `gushu edition list`, `gushu edition withdraw NUMBER --reason TEXT`.",
        number=newest,
    )


def copies_of(address: str) -> list[str]:
    """Copies of the register beside it, as `gushu migrate` makes them."""
    path = sqlite_path(address)
    return [] if path is None else sorted(str(copy) for copy in path.parent.glob(path.name + ".before-*"))


def report_lines(report: ErasureReport, copies: list[str], t: Translator) -> list[str]:
    """What an erasing did, and what it could not reach."""
    _ = t.gettext
    lines = [
        _(
            "Erased: {roles}, {credits}, {values}, {texts}.",
            roles=t.ngettext("{count} role", "{count} roles", report.roles),
            credits=t.ngettext("{count} photo credit", "{count} photo credits", report.credits),
            values=t.ngettext("{count} value of the history", "{count} values of the history", report.values),
            texts=t.ngettext("{count} text", "{count} texts", report.texts),
        )
    ]
    if report.accounts:
        lines.append(
            t.ngettext(
                "{count} account is closed; its login stays in the history.",
                "{count} accounts are closed; their logins stay in the history.",
                report.accounts,
            )
        )
    if report.mentions:
        lines.append(
            _("Texts of today that name the person and stay as they are; --texts takes the name out:")
        )
    for each in report.mentions:
        label = t.label(each.field) if each.field in FIELDS else each.field
        lines.append(f"  {each.tree_no} {label}: {each.text}".replace("   ", "  "))
    if report.events:
        seqs = ", ".join(map(str, report.events))
        lines.append(_("Written in the chain itself and not to be changed: events {seqs}.", seqs=seqs))
    if report.files:
        names = "; ".join(report.files)
        lines.append(
            _("Private files about the person, which stay as they were taken in: {files}.", files=names)
        )
    if report.credits:
        lines.append(
            _("Originals of photos stay as they were taken in; what the camera wrote may hold the name.")
        )
    if copies:
        lines.append(_("Copies of the register that still hold the name: {paths}.", paths=", ".join(copies)))
    lines.append(_("So may imported files, their lists of rejected rows, and printed or saved lists."))
    lines.append(_("Publish a new edition; editions, dossiers and backups made before still hold the name."))
    return lines
