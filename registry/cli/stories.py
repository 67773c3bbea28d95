"""Stories and legends on the command line: collected, read by a second person, released, taken back."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from registry.cli.app import Office, _, app, day_of
from registry.cli.case_rows import word_of, words_known
from registry.cli.held import reason_words
from registry.cli.rule_tables import table
from registry.cli.story_rows import import_stories, write_rejected
from registry.cli.story_subjects import subject_called, subject_words
from registry.cli.word_options import codes_of, either
from registry.commands.stories import (
    SETTABLE,
    StoryDraft,
    about_of,
    add_story,
    edit_story,
    find_story,
    release_story,
    retract_story,
    review_story,
    translate_story,
    translations_of,
)
from registry.db import reading, transaction
from registry.errors import InputMissingError, InputUnreadableError, Phrase, WordUnknownError
from registry.models import Party, Story
from registry.outputs import check_output
from registry.rules.redaction_culture import why_held
from registry.vocab.culture_words import Reliability, StoryKind, StoryState

story = typer.Typer(
    no_args_is_help=True,
    help=_("Stories and legends: with source, teller and how far they can be relied on."),
)
app.add_typer(story, name="story")

Code = Annotated[str, typer.Argument(metavar="STORY", help=_("Code such as ST-0001."))]
About = Annotated[
    str,
    typer.Argument(
        metavar="RECORD",
        help=_("What it is about: number of a tree, grove:NO, garden:NO …, division:CODE, species:NAME."),
    ),
]
Title = Annotated[str, typer.Option(help=_("Its title."))]
Text = Annotated[str | None, typer.Option(help=_("Its text."))]
TextFile = Annotated[Path | None, typer.Option(help=_("A plain text file (UTF-8) that holds its text."))]
By = Annotated[str, typer.Option(help=_("Who decides; the name stays in the office."))]
On = Annotated[str | None, typer.Option(help=_("Day, YYYY-MM-DD; today if not given."))]
_FIELDS = tuple({"source_text": "source", "source_url": "url", "is_historic_teller": "historic"}.get(n, n)
                for n in SETTABLE)  # fmt: skip
_COLUMNS = dict(zip(_FIELDS, SETTABLE, strict=True))


@story.command(help=_("Enter a story as a draft."))
def add(
    ctx: typer.Context,
    record: About,
    title: Title,
    text: Text = None,
    text_file: TextFile = None,
    kind: Annotated[
        StoryKind, typer.Option(parser=either(StoryKind), metavar=codes_of(StoryKind), help=_("What it is."))
    ] = StoryKind.LEGEND,
    reliability: Annotated[
        Reliability,
        typer.Option(
            parser=either(Reliability), metavar=codes_of(Reliability), help=_("How far it can be relied on.")
        ),
    ] = Reliability.UNKNOWN,
    lang: Annotated[
        str, typer.Option(help=_("Language in which it is written: zh-Hans, zh-Hant, en …"))
    ] = "zh-Hans",
    source: Annotated[
        str | None, typer.Option(help=_("Document, book or inscription that tells it."))
    ] = None,
    url: Annotated[str | None, typer.Option(help=_("Where it can be looked up, https://…"))] = None,
    teller: Annotated[str | None, typer.Option(help=_("Who told it."))] = None,
    historic: Annotated[
        bool, typer.Option("--historic", help=_("The teller is a person of history."))
    ] = False,
    consent: Annotated[
        str | None, typer.Option(help=_("Document by which the teller agreed to be named in public."))
    ] = None,
    collector: Annotated[str | None, typer.Option(help=_("Who collected it."))] = None,
    collected: Annotated[
        str | None, typer.Option(help=_("Day on which it was collected, YYYY-MM-DD."))
    ] = None,
    code: Annotated[str | None, typer.Option(help=_("A code of your own; else one is given."))] = None,
) -> None:
    """Enter a story."""
    office: Office = ctx.obj
    t = office.t
    said = _text(text, text_file)
    with transaction(office.engine()) as session:
        draft = StoryDraft(
            subject_called(session, record), title, said, kind, lang, reliability, source, url, teller,
            historic, consent, collector, day_of(collected, "--collected"), code,
        )  # fmt: skip
        row, what = add_story(
            session, draft, today=office.today(session), actor=office.actor, now=office.now()
        )
        own = row.code
    if what == "same":
        office.say(t.gettext("{code} says this already.", code=own))
    else:
        office.say(t.gettext("{code} is entered as a draft.", code=own))
        office.say(
            t.gettext("Next: a second person reads it, `gushu story review {code} --by NAME`", code=own)
        )
    office.answer({"code": own, "what": what})


@story.command("import", help=_("Enter many stories out of a table (CSV, XLSX …), as drafts."))
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    rejects: Annotated[Path | None, typer.Option(help=_("Where rejected rows go (CSV)."))] = None,
) -> None:
    """Enter many."""
    office: Office = ctx.obj
    t = office.t
    out = rejects or file.with_name(file.name + ".rejects.csv")
    check_output(out, "", office.address)
    with transaction(office.engine()) as session:
        done = import_stories(
            session, file, today=office.today(session), actor=office.actor, now=office.now()
        )
    office.say(
        t.gettext(
            "{rows}: {new} new, {changed} changed, {same} known already, {rejected} rejected",
            rows=t.ngettext("{count} row", "{count} rows", done.read),
            new=t.number(done.new), changed=t.number(done.changed),
            same=t.number(done.same), rejected=t.number(len(done.rejected)),
        )
    )  # fmt: skip
    for place, _cells, error in done.rejected[:_SHOWN]:
        office.say(t.gettext("  row {row}: {problem}", row=place, problem=t.error(error)))
    if done.rejected:
        write_rejected(done, out, t)
        office.say(t.gettext("The rejected rows, to be mended and imported: {path}", path=out))
    if done.new or done.changed:
        office.say(t.gettext("They are drafts: `gushu story review` and `gushu story release` follow."))
    office.answer(
        {"read": done.read, "new": done.new, "changed": done.changed, "same": done.same,
         "rejected": len(done.rejected), "rejects": str(out) if done.rejected else None}
    )  # fmt: skip


@story.command("list", help=_("List stories: all, of a record, or in one state."))
def list_(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Argument(metavar="RECORD")] = None,
    state: Annotated[
        StoryState | None,
        typer.Option(parser=either(StoryState), metavar=codes_of(StoryState), help=_("Only in this state.")),
    ] = None,
) -> None:
    """List stories."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        query = select(Story).order_by(col(Story.code))
        found = list(session.exec(query.where(Story.state == state) if state else query))
        if record:
            about = subject_called(session, record)[:2]
            found = [each for each in found if about_of(each) == about]
        rows = [
            [each.code, each.title, t.word(StoryKind, each.kind), t.word(Reliability, each.reliability),
             subject_words(session, *about_of(each)), t.word(StoryState, each.state)]
            for each in found
        ]  # fmt: skip
        told = [_told(session, each) for each in found]
    for line in table(rows):
        office.say(line)
    count = t.ngettext("{count} story", "{count} stories", len(found))
    office.say(count if found else t.gettext("No story here yet: `gushu story add RECORD --title …`"))
    office.answer({"stories": told})


@story.command(help=_("Show a story with its source, its people and its translations."))
def show(ctx: typer.Context, code: Code) -> None:
    """Show a story."""
    office: Office = ctx.obj
    t = office.t
    with reading(office.engine()) as session:
        row = find_story(session, code)
        told = _told(session, row)
        held = _doubts(session, row)
        texts = [(each.lang, each.title, each.text) for each in translations_of(session, row)]
    lines = (
        (t.gettext("About"), told["about"]),
        (t.label("kind"), t.word(StoryKind, row.kind)),
        (t.gettext("Reliability"), t.word(Reliability, row.reliability)),
        (t.label("source"), " ".join(filter(None, (row.source_text, row.source_url)))),
        (t.gettext("Told by"), told["teller"]),
        (t.gettext("Collected by"), " ".join(filter(None, (told["collector"], str(row.collected_on or ""))))),
        (t.gettext("State"), t.word(StoryState, row.state)),
    )
    office.say(f"{row.code}  {row.title}")
    for label, value in lines:
        if value:
            office.say(t.gettext("  {field}: {value}", field=label, value=value))
    for lang, title, text in ((row.lang, row.title, row.text), *texts):
        office.say(f"  [{lang}] {title}\n  {text}")
    _say_held(office, held)
    office.answer({**told, "text": row.text, "translations": [list(each) for each in texts], "held": held})


@story.command(help=_("Change fields: title=…, reliability=documented, source=…; it is a draft again."))
def edit(
    ctx: typer.Context,
    code: Code,
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help=" · ".join(_FIELDS))
    ] = None,
    text_file: TextFile = None,
    consent: Annotated[
        str | None, typer.Option(help=_("Document by which the teller agreed to be named in public."))
    ] = None,
) -> None:
    """Change a story."""
    office: Office = ctx.obj
    values = dict(_field(text) for text in fields or ())
    if text_file is not None:
        values["text"] = _text(None, text_file)
    with transaction(office.engine()) as session:
        row = find_story(session, code)
        if consent and "teller" not in values and row.teller_id:
            values["teller"] = session.get_one(Party, row.teller_id).name
        changed = edit_story(
            session, row, values, today=office.today(session), consent=consent,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        state = row.state
    t = office.t
    office.say(t.ngettext("{count} field changed.", "{count} fields changed.", len(changed)))
    if changed and state == StoryState.DRAFT:
        office.say(
            t.gettext("Next: a second person reads it, `gushu story review {code} --by NAME`", code=code)
        )
    office.answer({"code": code, "changed": changed, "state": state.value})


@story.command(help=_("Enter a story in another language; it is a draft again."))
def translate(
    ctx: typer.Context,
    code: Code,
    lang: Annotated[str, typer.Argument(help=_("Language: zh-Hans, zh-Hant, en …"))],
    title: Title,
    text: Text = None,
    text_file: TextFile = None,
    translator: Annotated[str | None, typer.Option(help=_("Who translated it."))] = None,
) -> None:
    """Translate a story."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        row = find_story(session, code)
        what = translate_story(
            session, row, lang, title, _text(text, text_file), translator=translator,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    t = office.t
    office.say(t.gettext("Nothing to change.") if what == "same" else t.gettext("Done."))
    office.answer({"code": code, "lang": lang, "what": what})


@story.command(help=_("Say that a second person has read a story with its source."))
def review(ctx: typer.Context, code: Code, by: By, on: On = None) -> None:
    """Review a story."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = find_story(session, code)
        changed = review_story(
            session, row, by=by, on=day_of(on, "--on") or today, today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
    office.say_change(
        office.t.gettext("{code} is reviewed. Next: `gushu story release {code} --by NAME`", code=code),
        changed=changed,
    )
    office.answer({"code": code, "changed": changed})


@story.command(help=_("Release a reviewed story for publication."))
def release(ctx: typer.Context, code: Code, by: By, on: On = None) -> None:
    """Release a story."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        today = office.today(session)
        row = find_story(session, code)
        changed = release_story(
            session, row, by=by, on=day_of(on, "--on") or today, today=today,
            actor=office.actor, now=office.now(),
        )  # fmt: skip
        held = _doubts(session, row)
    said = office.t.gettext("{code} goes out with the next edition.", code=code)
    office.say_change(said, changed=changed)
    _say_held(office, held)
    office.answer({"code": code, "changed": changed, "held": held})


@story.command(help=_("Take a story back: the next edition is without it."))
def retract(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help=_("Why; do not name persons: it stands in the history."))],
) -> None:
    """Take a story back."""
    office: Office = ctx.obj
    with transaction(office.engine()) as session:
        changed = retract_story(
            session, find_story(session, code), reason=reason, actor=office.actor, now=office.now()
        )
    office.say_change(
        office.t.gettext("{code} is taken back. Publish to take it off the site.", code=code), changed=changed
    )
    office.answer({"code": code, "changed": changed})


_SHOWN = 12


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise typer.BadParameter("--text | --text-file")
    if file is None:
        return text or ""
    if not file.is_file():
        raise InputMissingError(path=file)
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InputUnreadableError(path=file, reason=Phrase("it is no UTF-8 text")) from error
    except OSError as error:
        raise InputUnreadableError(path=file, reason=str(error)) from error


def _field(text: str) -> tuple[str, Any]:
    name, sign, said = (part.strip() for part in text.partition("="))
    if not sign or name not in _COLUMNS:
        raise WordUnknownError(value=name, known=list(_FIELDS))
    column = _COLUMNS[name]
    words: Any = {"kind": StoryKind, "reliability": Reliability}.get(name)
    if words is not None:
        try:
            return column, word_of(words, said)
        except ValueError:
            raise WordUnknownError(value=said, known=words_known(words)) from None
    if name == "historic":
        return column, said in {"yes", "true", "1", "是"}
    return column, day_of(said, name) if name == "collected_on" else said or None


def _told(session: Session, row: Story) -> dict[str, Any]:
    people = {
        name: session.get_one(Party, own).name if (own := getattr(row, f"{name}_id")) else None
        for name in ("teller", "collector", "reviewer", "releaser")
    }
    names = (
        "code",
        "title",
        "lang",
        "source_text",
        "source_url",
        "collected_on",
        "reviewed_on",
        "released_on",
    )
    facts = {name: getattr(row, name) for name in names}
    words = {name: getattr(row, name).value for name in ("kind", "reliability", "state")}
    return {**facts, **words, **people, "about": subject_words(session, *about_of(row))}


def _doubts(session: Session, row: Story) -> list[str]:
    """Why the texts would be held back though the story is released: reasons of the redaction."""
    texts = [row.title, row.text, row.source_text]
    texts += [part for each in translations_of(session, row) for part in (each.title, each.text)]
    return sorted({reason for text in texts if (reason := why_held(text))})


def _say_held(office: Office, held: list[str]) -> None:
    t = office.t
    for reason in held:
        said = reason_words(reason, t)
        office.say(
            t.gettext("It would be held back all the same ({reason}); write that part anew.", reason=said)
        )
