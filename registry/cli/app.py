"""The application: global options, one place where errors become a line and an exit code."""

import importlib
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from sqlalchemy.engine import Engine
from sqlmodel import Session
from typer.core import TyperGroup

from registry.calendars import register_today
from registry.db import open_register, reading
from registry.errors import RegisterMissingError, RegistryError, UnexpectedError
from registry.keys import Keys, key_path, read_keys
from registry.photos import PaperPhotos, PhotoStore, photo_store
from registry.rulepacks import PackLibrary, pack_folder
from registry.vocab.language import LANGUAGES, Translator, translator

DEFAULT_REGISTER = "register.db"
MOST_UNREAD = 20
"""Photos that could not be read and are told one by one; more are counted."""


def detect_language(arguments: list[str]) -> str:
    """The language asked for by --lang or GUSHU_LANG, else that of the terminal: Chinese where it says zh."""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and position + 1 < len(arguments):
            value = arguments[position + 1]
        if value in LANGUAGES:
            return value
    if os.environ.get("GUSHU_LANG") in LANGUAGES:
        return os.environ["GUSHU_LANG"]
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if locale.lower().startswith("zh") else "en"


_ = translator(detect_language(sys.argv[1:])).gettext


@dataclass(slots=True)
class Office:
    """What every command works with: the register's address, the language, and how to answer."""

    address: str
    t: Translator
    as_json: bool
    actor: str
    _paper: PaperPhotos | None = field(default=None, init=False)

    def engine(self) -> Engine:
        """The register, opened and checked."""
        return open_register(self.address)

    def keys(self) -> Keys:
        """The register's keys."""
        return read_keys(key_path(self.address))

    def photos(self) -> PhotoStore:
        """The register's photos."""
        return photo_store(self.address)

    def paper_photos(self) -> PaperPhotos:
        """The register's photos for paper: those that cannot be read are told with the answer."""
        if self._paper is None:
            self._paper = PaperPhotos(self.photos().folder)
        return self._paper

    def packs(self) -> PackLibrary:
        """The rule packs at hand: those that come along, and the office's own."""
        return PackLibrary(pack_folder(self.address))

    def now(self) -> datetime:
        """This instant, UTC."""
        return datetime.now(UTC)

    def today(self, session: Session | None = None) -> date:
        """The day it is where the register belongs, whatever clock this computer goes by; where there is no
        register yet, the day of this computer."""
        if session is not None:
            return register_today(session, self.now())
        try:
            engine = self.engine()
        except RegisterMissingError:
            return self.now().astimezone().date()
        with reading(engine) as own:
            return register_today(own, self.now())

    def say(self, text: str) -> None:
        """A line for a person; silent where JSON was asked for."""
        if not self.as_json:
            _echo(text)

    def say_change(self, said: str, *, changed: bool) -> None:
        """`said`, or that there was nothing to change."""
        self.say(said if changed else self.t.gettext("Nothing to change."))

    def answer(self, facts: dict[str, Any]) -> None:
        """The answer for a program: one JSON object, where asked for; photos missing on paper are told."""
        unread = [*self._paper.unread.values()] if self._paper else []
        for error in unread[:MOST_UNREAD]:
            _complain(self, error)
        if more := len(unread[MOST_UNREAD:]):
            told = self.t.ngettext(
                "{count} more photo cannot be read.", "{count} more photos cannot be read.", more
            )
            typer.echo(told, err=True)
        if self.as_json:
            left = {"photos_unread": [self.t.error(error) for error in unread]} if unread else {}
            _echo(json.dumps({**facts, **left}, ensure_ascii=False, default=str))


def _echo(text: str) -> None:
    """A line on stdout; where nobody reads on (`| head`), the work goes on in silence."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


HOMES = {
    "init": "keeping", "mapping": "mapping", "import": "keeping", "quality": "quality", "report": "reports",
    "publish": "keeping", "edition": "editions", "webhook": "webhooks",
    "serve": "serving",
    "tags": "tags tag_office", "field-sheet": "field_sheets", "map": "maps", "tables": "tables",
    "dossier": "dossiers", "dossiers": "dossiers", "booklet": "booklets",
    "file": "history",
    "export": "evidence exchange",
    "case": "cases case_follow case_print", "list": "lists",
    "duplicates": "merging", "merge": "merging", "split": "merging", "allot": "merging",
    "rules": "rules", "campaign": "campaigns",
    "ledger": "ledgers", "duty": "duties", "agreement": "agreements", "craft": "ledgers", "inspect": "groves",
    "assess": "assessment_options assessments assessment_forms assessment_intake",
    "zones": "zones zone_legal zone_exports zone_layers zone_checks",
    "growth": "growth", "age": "growth",
    "letters": "letters", "payments": "payments", "notices": "notices",
    "care": "care", "patrol": "patrols",
    "strategy": "strategies strategy_steps", "work": "works", "budget": "budgets", "outcomes": "budgets",
    "trial": "trials",
    "story": "stories", "walk": "walks",
    "photo": "keeping photo_pairs", "tag": "keeping tag_desk", "edit": "tag_desk", "party": "parties",
    "species": "reference", "place": "reference", "fields": "dictionary",
    "history": "history", "undo": "history", "verify": "history", "config": "keeping", "migrate": "keeping",
    "backup": "backups", "restore": "backups",
    "submissions": "submissions", "review": "reviewing",
    "account": "accounts account_access", "audit": "audits",
    "doctor": "doctor",
}  # fmt: skip
"""Commands in the order in which help lists them, and the modules of each: only those are imported."""


def load_commands(name: str | None = None) -> None:
    """Import the modules that have the command `name`; all of them where it is None or not known."""
    homes = [HOMES[name]] if name in HOMES else HOMES.values()
    for module in dict.fromkeys(module for home in homes for module in home.split()):
        importlib.import_module(f"registry.cli.{module}")


def asked_command(arguments: list[str]) -> str | None:
    """The command among the arguments, None where only options or something unknown stand there."""
    rest = iter(arguments)
    for argument in rest:
        if argument in {"--register", "--lang"}:
            next(rest, None)
        elif not argument.startswith("-"):
            return argument
    return None


def day_of(text: str | None, option: str) -> date | None:
    """The day that an option gives, YYYY-MM-DD; None where it is not given. A wrong one is a usage error."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option}: {text}") from None


def given_day(value: datetime | None) -> date | None:
    """The day that an option gives which is read as a datetime; None where it is not given."""
    return value.date() if value else None


class GushuGroup(TyperGroup):
    """Turns every RegistryError into `code: message` on stderr and exit code 1, once for all commands."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The commands in the order of `HOMES`."""
        return sorted(super().list_commands(ctx), key=[*HOMES].index)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RegistryError as error:
            _complain(ctx.obj, error)
            raise typer.Exit(1) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


def _complain(office: object, error: RegistryError) -> None:
    t = office.t if isinstance(office, Office) else translator(detect_language(sys.argv[1:]))
    typer.echo(f"{error.code}: {t.error(error)}", err=True)


app = typer.Typer(
    cls=GushuGroup,
    name="gushu",
    help=_("One file and one strategy for every ancient tree (一树一档、一树一策)."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def globals_(
    ctx: typer.Context,
    register: Annotated[
        str,
        typer.Option(
            "--register", envvar="GUSHU_REGISTER", help=_("Path or database address of the register.")
        ),
    ] = DEFAULT_REGISTER,
    lang: Annotated[str | None, typer.Option("--lang", help=_("Language of what is said: zh or en."))] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Answer with one JSON object on stdout."))
    ] = False,
) -> None:
    """Options of every command."""
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"--lang: {' | '.join(LANGUAGES)}")
    language = lang or detect_language([])
    ctx.obj = Office(register, translator(language), as_json, os.environ.get("GUSHU_ACTOR", "cli"))


def main() -> None:
    """Entry point of the `gushu` command. A fault of ours is one line too; GUSHU_DEBUG=1 shows where."""
    load_commands(asked_command(sys.argv[1:]))
    try:
        app()
    except Exception as error:
        if os.environ.get("GUSHU_DEBUG"):
            raise
        _complain(None, UnexpectedError(what=type(error).__name__))
        sys.exit(1)
