"""`gushu edition`: which editions were made, taking one back, checking a file that somebody passed on."""

from pathlib import Path
from typing import Annotated

import typer

from registry.calendars import register_today
from registry.cli.app import Office, _, app
from registry.commands.editions import all_editions, restore_edition, withdraw_edition, withdrawn_editions
from registry.db import reading, transaction
from registry.edition_store import kept_numbers, number_in, settle, verify_edition
from registry.models import Edition

edition_app = typer.Typer(no_args_is_help=True, help=_("Public editions: list, withdraw, restore, verify."))
app.add_typer(edition_app, name="edition")

Number = Annotated[int, typer.Argument(min=1, metavar="NUMBER", help=_("Number of the edition."))]
Public = Annotated[Path, typer.Option(help=_("Where `gushu publish` puts the edition."))]


@edition_app.command("list", help=_("Every edition that was made, newest first."))
def list_(ctx: typer.Context, public: Public = Path("public.gpkg")) -> None:
    """List editions."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        rows = [row.model_dump(exclude={"withheld"}) for row in all_editions(session)]
        days = [register_today(session, row["made_at"]).isoformat() for row in rows]
    in_place, kept = number_in(public), set(kept_numbers(public))
    for row, day in zip(rows, days, strict=True):
        row["kept"], row["in_place"] = row["number"] in kept, row["number"] == in_place
        trees = t.ngettext("{count} tree", "{count} trees", row["tree_count"])
        office.say("  ".join([f"{row['number']:>4}", day, trees, *_states(office, row)]))
    if not rows:
        office.say(t.gettext("No edition has been made yet; `gushu publish` makes the first."))
    office.answer({"editions": rows})


def _states(office: Office, row: dict[str, object]) -> list[str]:
    t = office.t
    said = []
    if row["withdrawn_on"]:
        said.append(
            t.gettext("withdrawn on {day}: {reason}", day=row["withdrawn_on"], reason=row["withdrawn_reason"])
        )
    if row["in_place"]:
        said.append(t.gettext("in place"))
    elif row["kept"]:
        said.append(t.gettext("kept"))
    return said


@edition_app.command(help=_("Take an edition back: the site answers 410 for it at once."))
def withdraw(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help=_("Why; it stays inside."))],
    public: Public = Path("public.gpkg"),
) -> None:
    """Withdraw an edition."""
    office: Office = ctx.obj
    number_in(public)  # a file of another kind is refused before anything is recorded
    if not reason.strip():
        raise typer.BadParameter("--reason")
    with transaction(office.engine()) as session:
        edition = withdraw_edition(
            session, number, reason=reason, today=office.today(session), actor=office.actor, now=office.now()
        )
        facts, gone = _facts(edition), withdrawn_editions(session)
    office.say(office.t.gettext("Edition {number} is withdrawn.", number=number))
    _settle(office, public, facts, gone)


@edition_app.command(help=_("Give a withdrawn edition out again."))
def restore(ctx: typer.Context, number: Number, public: Public = Path("public.gpkg")) -> None:
    """Restore an edition."""
    office: Office = ctx.obj
    number_in(public)
    with transaction(office.engine()) as session:
        edition = restore_edition(session, number, actor=office.actor, now=office.now())
        facts, gone = _facts(edition), withdrawn_editions(session)
    office.say(office.t.gettext("Edition {number} is given out.", number=number))
    _settle(office, public, facts, gone)


def _facts(edition: Edition) -> dict[str, object]:
    return edition.model_dump(include={"number", "withdrawn_on", "withdrawn_reason"})


def _settle(office: Office, public: Path, facts: dict[str, object], gone: list[int]) -> None:
    t = office.t
    in_place = settle(public, gone, office.now())
    if in_place is None:
        text = t.gettext("There is no edition at {path}; name it with --public.", path=public)
    elif in_place in gone:
        text = t.gettext(
            "No other edition is kept: the whole site answers 410 until you publish again. "
            "Correct the register, then `gushu publish`."
        )
    else:
        text = t.gettext("The site shows edition {number}.", number=in_place)
    office.say(text)
    office.answer({**facts, "in_place": in_place, "withdrawn": gone})


@edition_app.command(help=_("Check an edition with the signed manifest beside it; needs no register."))
def verify(
    ctx: typer.Context,
    file: Path,
    key: Annotated[
        str | None, typer.Option(help=_("The publisher's public key (base64), from a place you trust."))
    ] = None,
) -> None:
    """Verify an edition."""
    office: Office = ctx.obj
    t = office.t
    facts = verify_edition(file, key)
    office.say(t.gettext("{path} is edition {number}, as it was signed.", path=file, number=facts["edition"]))
    if key is None:
        text = t.gettext("The key came with the file: {key}", key=facts["public_key"])
        office.say(text)
        office.say(t.gettext("Compare it with the publisher's, from another place, or give it with --key."))
    office.answer({**facts, "ok": True})
