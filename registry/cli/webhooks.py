"""`gushu webhook`: other systems are told of every new edition, in signed messages."""

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.cli.app import Office, _, app
from registry.commands.webhooks import add_webhook, deliveries, find_webhook, remove_webhook, webhooks
from registry.db import reading, transaction
from registry.errors import Phrase
from registry.keys import key_path
from registry.vocab.change_words import KIND, WHAT, DeliveryState
from registry.vocab.language import Translator
from registry.webhook_delivery import deliver, try_out
from registry.webhook_keys import keep_secret, new_secret, read_secret, webhook_secrets
from registry.webhook_messages import filters_of

webhook = typer.Typer(no_args_is_help=True, help=_("Tell other systems of every new edition, signed."))
app.add_typer(webhook, name="webhook")

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("What the webhook is called."))]
PublicFile = Annotated[Path, typer.Option(help=_("Where `gushu publish` puts the edition."))]
_SHOWN = 5


def secrets_of(office: Office) -> Path:
    """The file of the secrets of this register's webhooks."""
    return webhook_secrets(key_path(office.address))


@webhook.command(
    help=_("Add an address that is told of editions made from now on; its secret is shown once.")
)
def add(
    ctx: typer.Context,
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help=_("https://… that takes the messages."))],
    what: Annotated[
        list[str] | None,
        typer.Option(help=_("Only what happened so: {words}").format(words=" · ".join(WHAT))),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help=_("Only records of a kind: {words}").format(words=" · ".join(KIND))),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=_("The address may lie in your own network."))
    ] = False,
) -> None:
    """Add a webhook."""
    office: Office = ctx.obj
    t = office.t
    try:
        filters = filters_of(what or (), kind or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    secret = new_secret()
    with transaction(office.engine()) as session:
        hook = add_webhook(
            session, name, url, filters=filters, may_be_private=allow_private,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        keep_secret(secrets_of(office), hook.id, secret)
        own, since = hook.id, hook.since_edition
    office.say(t.gettext("The webhook {name} is told of editions after {number}.", name=name, number=since))
    office.say(
        t.gettext("Its secret, shown this once, for who receives the messages: {secret}", secret=secret)
    )
    office.say(t.gettext("Try it with `gushu webhook test {name}`.", name=name))
    office.answer({"id": own, "name": name, "since_edition": since, "filters": filters, "secret": secret})


@webhook.command("list", help=_("All webhooks, and what became of the newest messages."))
def list_(ctx: typer.Context) -> None:
    """List webhooks."""
    office: Office = ctx.obj
    t = office.t
    told: list[dict[str, Any]] = []
    with reading(office.engine()) as session:
        for hook in webhooks(session):
            sent = [row.model_dump(exclude={"webhook_id"}) for row in deliveries(session, hook.id)]
            told.append({**hook.model_dump(exclude={"is_active"}), "deliveries": sent})
    for row in told:
        office.say(f"{row['name']}  {row['url']}")
        for sent_row in row["deliveries"][:_SHOWN]:
            office.say("  " + _said(t, sent_row))
    if not told:
        office.say(t.gettext("There is no webhook yet; add one with `gushu webhook add`."))
    office.answer({"webhooks": told})


@webhook.command(help=_("Tell a webhook nothing more; its address and secret are forgotten."))
def remove(ctx: typer.Context, name: Name) -> None:
    """Remove a webhook."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        own = remove_webhook(session, name, actor=office.actor, now=office.now()).id
        keep_secret(secrets_of(office), own, None)
    office.say(office.t.gettext("The webhook {name} is told nothing more.", name=name))
    office.answer({"removed": name})


@webhook.command(help=_("Send a trial message; nothing is noted down."))
def test(ctx: typer.Context, name: Name) -> None:
    """Try a webhook."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        hook = find_webhook(session, name)
        own, url, may_be_private = hook.id, hook.url, hook.may_be_private
    secret = read_secret(secrets_of(office), own)
    answer = try_out(url, secret, str(uuid.uuid4()), may_be_private=may_be_private)
    if answer.problem is None:
        office.say(t.gettext("It took the message (status {status}).", status=answer.status))
    else:
        problem = t.phrase(Phrase(answer.problem))
        office.say(t.gettext("It did not take the message: {problem}", problem=problem))
    office.answer({"name": name, "status": answer.status, "problem": answer.problem})
    if answer.problem is not None:
        raise typer.Exit(1)


@webhook.command(
    help=_("Send what is due: new editions, and what failed before. Call it again every few minutes.")
)
def send(ctx: typer.Context, public: PublicFile = Path("public.gpkg")) -> None:
    """Send messages."""
    tell_webhooks(ctx.obj, public)


def tell_webhooks(office: Office, public: Path, *, quiet: bool = False) -> list[dict[str, Any]]:
    """Send what is due and say what came of it; quiet: no answer for programs, the caller has its own."""
    t = office.t
    done = deliver(office.engine(), public, secrets_of(office), actor=office.actor, now=office.now)
    facts = [{"webhook": due.name, **row.model_dump(exclude={"id", "webhook_id"})} for due, row in done]
    for fact in facts:
        office.say(f"{fact['webhook']}: {_said(t, fact)}")
    if not facts:
        office.say(t.gettext("No message is due."))
    if not quiet:
        office.answer({"messages": facts})
    return facts


def _said(t: Translator, row: dict[str, Any]) -> str:
    """One message in words."""
    words = [
        t.gettext("edition {number}", number=row["edition"]),
        t.word(DeliveryState, row["state"]),
        t.ngettext("{count} attempt", "{count} attempts", row["attempts"]),
    ]
    if problem := row["last_problem"]:
        words.append(str(t.phrase(Phrase(problem))))
    if row["last_status"] is not None:
        words.append(str(row["last_status"]))
    if row["state"] == DeliveryState.PENDING:
        words.append(t.gettext("again at {time}", time=row["next_at"].isoformat(timespec="minutes")))
    return " · ".join(words)
