"""The file of a tree of another day: the options that ask for it, and reading it."""

from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from typing import Annotated

import typer
from sqlmodel import Session

from registry.asof import TreeView, tree_as_of, tree_effective
from registry.calendars import register_zone
from registry.cli.app import Office, _
from registry.legal_file import legal_files
from registry.legal_file_records import LegalFileRecord
from registry.office_care import office_care
from registry.office_records import OfficeCare
from registry.queries import full_trees
from registry.records import RegisterFacts, TreeRecord
from registry.rules.redaction import redact
from registry.selection import find_tree
from registry.vocab.language import Translator

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="WHEN", help=_("What the register said then: a day (its end) or an instant.")
    ),
]
Effective = Annotated[
    str | None,
    typer.Option("--effective", metavar="DAY", help=_("What is known now to have been true on that day.")),
]
Restricted = Annotated[
    bool, typer.Option("--restricted", help=_("Hold nothing back: for the office only, not to be handed on."))
]


def file_of(
    session: Session,
    office: Office,
    tree_no: str,
    as_of: str | None,
    effective: str | None,
    *,
    restricted: bool = False,
    own: str | None = None,
) -> tuple[TreeRecord, RegisterFacts]:
    """The file of a tree of today, or of another day, and what is said of it. own: its id where known."""
    from registry.cli.exporting import register_facts

    if as_of and effective:
        raise typer.BadParameter(office.t.gettext("--as-of and --effective exclude each other"))
    tree_id, photos = own or find_tree(session, tree_no), office.paper_photos()
    facts = replace(register_facts(session, office), is_restricted=restricted)
    if not as_of and not effective:
        full = next(full_trees(session, [tree_id], photos))
        return (full.record if restricted else redact(full.record, full.disclosure)[0]), facts
    view: TreeView
    if as_of:
        view = tree_as_of(session, tree_id, _instant(as_of, register_zone(session), office.t), photos)
    else:
        view = tree_effective(session, tree_id, _day(effective or "", office.t), photos)
    return (view.restricted if restricted else view.public), replace(facts, view=view.facts)


def care_of(session: Session, office: Office, tree: TreeRecord, facts: RegisterFacts) -> OfficeCare | None:
    """What the office keeps beside the file; None where the file may leave it, or is of another day."""
    if not facts.is_restricted or facts.view is not None:
        return None
    library = office.packs()
    return office_care(session, tree.uuid, library, office.today(session), lang=office.t.lang)


def legal_file_of(
    session: Session, office: Office, tree: TreeRecord, facts: RegisterFacts
) -> LegalFileRecord | None:
    """The fifteen parts of the file, as the public may see them unless it stays in the office; None for the
    file of another day."""
    if facts.view is not None:
        return None
    library = office.packs()
    today, lang = office.today(session), office.t.lang
    full = legal_files(session, "tree", [tree.uuid], library, today, lang=lang)[tree.uuid]
    return full.record if facts.is_restricted else full.public


def _instant(text: str, zone: tzinfo, t: Translator) -> datetime:
    """An instant; a day means its end, and a time without an offset is that of `zone`."""
    try:
        if len(text) <= len("2026-03-04"):
            return datetime.combine(date.fromisoformat(text), time.max, zone)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            t.gettext("--as-of takes a day such as 2026-03-04 or an instant such as 2026-03-04T12:00+08:00")
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _day(text: str, t: Translator) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(t.gettext("--effective takes a day such as 2026-03-04")) from None
