"""`gushu tags verify|templates|batches|keys`: is a tag genuine, what was printed, by which key."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.cli.app import Office, _
from registry.cli.tags import tags
from registry.commands.tag_checking import TagCheck, check_tag
from registry.commands.tag_keys import tag_key_facts, withdraw_tags_of_key
from registry.commands.tag_printing import BatchFacts, batch_facts, batches
from registry.db import reading, transaction
from registry.errors import InputMissingError
from registry.export_errors import NoTagSeenError
from registry.keys import key_path, revoke_tag_key, rotate_tag_key
from registry.plate_templates import PlateLibrary, plate_folder
from registry.scanning import PDF, PICTURES, read_scan, scan_files
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.language import Translator
from registry.vocab.tag_words import VERDICT_ADVICE, VERDICTS
from registry.vocab.words import TagState

MOST_TEXTS = 5000
"""So many codes of one file are looked up at most."""


@tags.command(
    help=_(
        "Verify a tag: a picture or PDF of it, or its text. Exit code 1 unless it is genuine and in force."
    )
)
def verify(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="FILE|CODE", help=_("A picture, a PDF, a folder of them, or a text."))
    ],
) -> None:
    """Verify tags."""
    office: Office = ctx.obj
    keys = office.keys()
    texts = texts_of(what)
    with reading(office.engine()) as session:
        found = [check_tag(session, text, keys) for text in texts]
    for check in found:
        for line in check_lines(check, office.t):
            office.say(line)
    office.answer({
        "is_genuine": all(check.is_genuine for check in found),
        "tags": [{**asdict(check), "is_genuine": check.is_genuine} for check in found],
    })  # fmt: skip
    if not all(check.is_genuine for check in found):
        raise typer.Exit(1)


def texts_of(what: str) -> list[str]:
    """The texts of the QR codes in a file, or `what` itself. Raises InputMissingError, ScanError,
    NoTagSeenError."""
    path = Path(what)
    is_named = path.suffix.lower() in PICTURES | {PDF} and "://" not in what
    if not is_named and not path.exists():
        return [what]
    if not path.exists():
        raise InputMissingError(path=path)
    pages = (page for file in scan_files(path) for page in read_scan(file))
    texts = list(dict.fromkeys(text for page in pages for text in page.texts))[:MOST_TEXTS]
    if not texts:
        raise NoTagSeenError(path=path)
    return texts


def check_lines(check: TagCheck, t: Translator) -> list[str]:
    """What is said of one tag: the verdict, then its record, state and key."""
    verdict = t.word(VERDICTS, check.verdict)
    head = f"{check.code or check.text[:60]}  {verdict}"
    if check.signed:
        head += t.gettext(" · signature checked")
    facts = []
    if check.record:
        facts.append(f"{check.record[1]} {check.name}".strip())
    if check.state:
        facts.append(t.word(TagState, check.state))
    if check.condition:
        facts.append(t.word(TagNoteKind, check.condition))
    if check.issued_on:
        facts.append(t.gettext("of {day}", day=t.day(check.issued_on)))
    if check.ended_on:
        facts.append(t.gettext("ended {day}", day=t.day(check.ended_on)))
    if check.batch:
        facts.append(t.gettext("batch {name}", name=check.batch))
    if check.key_id:
        facts.append(t.gettext("key {id}", id=check.key_id))
    advice = t.word(VERDICT_ADVICE, check.verdict) if check.verdict in VERDICT_ADVICE else ""
    return [head, *(f"    {line}" for line in (" · ".join(facts), advice) if line)]


@tags.command("templates", help=_("The plate templates at hand, each with its source."))
def list_templates(ctx: typer.Context) -> None:
    """List the templates."""
    office: Office = ctx.obj
    t = office.t
    found = PlateLibrary(plate_folder(office.address)).all()
    for each in found:
        sizes = " ".join(f"{wide:g}x{high:g}" for wide, high in each.sizes_mm)
        office.say(f"{each.id}  {t.pick(each.title)}  {sizes} mm")
        office.say(f"    {each.citation}")
    office.answer({
        "templates": [
            {"id": each.id, "title": t.pick(each.title), "sizes_mm": each.sizes_mm, "look": each.look,
             "jurisdiction": each.jurisdiction, "citation": each.citation, "confidence": each.confidence,
             "fields": each.asked}
            for each in found
        ]
    })  # fmt: skip


@tags.command("batches", help=_("The print runs: how many tags of each, and what became of them."))
def list_batches(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=_("One batch; all of them if not given."))
    ] = None,
) -> None:
    """List batches."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = [batch_facts(session, name)] if name else batches(session)
    for each in found:
        office.say(batch_line(each, office.t))
    if not found:
        office.say(office.t.gettext("No tag was printed yet; `gushu tags` prints a batch."))
    office.answer({"batches": [asdict(each) for each in found]})


def batch_line(batch: BatchFacts, t: Translator) -> str:
    """A batch on one line: its name, days, tags by state and by what was last told of them."""
    counts = [*_counts(batch.states, TagState, t), *_counts(batch.conditions, TagNoteKind, t)]
    days = dict.fromkeys(t.day(day) for day in (batch.first_on, batch.last_on) if day)
    when = " – ".join(days) or t.gettext("not printed yet")
    tags_said = t.ngettext("{count} tag", "{count} tags", batch.tags)
    return f"{batch.name}  {when}  {tags_said}: " + " · ".join(counts)


def _counts(counts: Mapping[Any, int], words: type[StrEnum], t: Translator) -> list[str]:
    return [f"{t.word(words, each)} {t.number(counts[each], 0)}" for each in words if counts.get(each)]


keys_ = typer.Typer(no_args_is_help=True, help=_("The keys that sign tags: list, rotate, revoke."))
tags.add_typer(keys_, name="keys")


@keys_.command("list", help=_("The tag keys, and how many tags each has made."))
def list_keys(ctx: typer.Context) -> None:
    """List keys."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        found = tag_key_facts(session, office.keys())
    for each in found:
        word = (
            t.gettext("revoked") if each.is_revoked
            else t.gettext("signs new tags") if each.is_signing
            else t.gettext("its tags stay genuine")
        )  # fmt: skip
        counts = " · ".join(_counts(each.tags, TagState, t)) or t.gettext("no tags")
        office.say(f"{t.gettext('key {id}', id=each.key_id)}  {word}  {counts}")
    office.answer({"keys": [asdict(each) for each in found]})


@keys_.command(help=_("Make a new key for tags from now on; those that hang stay genuine."))
def rotate(ctx: typer.Context) -> None:
    """Rotate the tag key."""
    office: Office = ctx.obj
    keys = rotate_tag_key(key_path(office.address))
    office.say(
        office.t.gettext(
            "Key {id} signs new tags from now on. Back up the key file: {path}",
            id=keys.tag_key_id, path=key_path(office.address),
        )
    )  # fmt: skip
    office.answer({"key": keys.tag_key_id})


@keys_.command(
    help=_("Revoke a key that leaked: no tag made with it is genuine any more, and all are withdrawn.")
)
def revoke(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help=_("Which key; see `gushu tags keys list`."))],
    reason: Annotated[str, typer.Option(help=_("Why."))],
) -> None:
    """Revoke a key."""
    office: Office = ctx.obj
    t = office.t
    engine = office.engine()
    keys = revoke_tag_key(key_path(office.address), key)
    withdrawn = 0
    while True:
        with transaction(engine) as session:
            done = withdraw_tags_of_key(session, key, actor=office.actor, now=office.now(), reason=reason)
        withdrawn += done
        if not done:
            break
    office.say(
        t.ngettext(
            "Key {id} is revoked; {count} tag was withdrawn. Key {new} signs new tags.",
            "Key {id} is revoked; {count} tags were withdrawn. Key {new} signs new tags.",
            withdrawn, id=key, new=keys.tag_key_id,
        )
    )  # fmt: skip
    office.say(
        t.gettext(
            "Publish now, so that the public is told; then print new tags with `gushu tags`. Phones learn of "
            "it with their next package. Back up the key file."
        )
    )
    office.answer({"revoked": key, "withdrawn": withdrawn, "key": keys.tag_key_id})
