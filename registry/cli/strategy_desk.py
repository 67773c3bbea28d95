"""What the commands on strategies, works and trials share: numbers, rules of a place, amounts, workbooks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from exports.workbook import Sheet, write_workbook
from registry.affected import pack_chooser
from registry.care_errors import MoneyError, StrategyNotFoundError
from registry.cli.app import Office, _
from registry.cli.case_desk import place_of
from registry.cli.exporting import register_facts, written
from registry.cli.ledgers import ref_of
from registry.commands.strategies import SUBJECT_TABLES
from registry.commands.strategy_rows import NUMBER, find_strategy, strategy_about
from registry.commands.subjects import OWNERS
from registry.errors import Phrase, RecordKindError, WordUnknownError
from registry.models import Authority, Strategy
from registry.outputs import check_output
from registry.rulepacks import rule_pack
from registry.rules.money import cents_of, is_negative
from registry.rules.packs import RulePack
from registry.strategy_records import AboutRecord
from registry.vocab.language import Translator
from registry.vocab.measures import UNITS, measure_code, measure_labels
from registry.vocab.money import CURRENCIES

CURRENCY_OF = {"hk": "HKD", "tw": "TWD", "sg": "SGD", "uk": "GBP", "it": "EUR", "us": "USD", "au": "AUD"}
"""The currency of a jurisdiction's first part; everywhere else CNY."""
FALLBACK = "office-defaults"
"""The pack whose defaults count where that of a place does not say."""
Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help=_("The day; today if not given.")),
]
Due = Annotated[
    datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help=_("Day by which it is to be done."))
]
Out = Annotated[Path | None, typer.Option("--out", help=_("Write them into a workbook (.xlsx)."))]
Amount = Annotated[str | None, typer.Option(help=_("An amount such as 1,234.50, to the cent."))]
Quantity = Annotated[float | None, typer.Option(min=0, help=_("How much, in the unit."))]
UnitWord = Annotated[str | None, typer.Option(help=" · ".join(UNITS))]


def strategy_called(session: Session, called: str) -> Strategy:
    """The strategy of a number, or the one about a record. Raises StrategyNotFoundError."""
    if NUMBER.fullmatch(called.strip()):
        return find_strategy(session, called)
    kind, own, _called = ref_of(session, called)
    found = strategy_about(session, kind, own) if kind in OWNERS else None
    if found is None:
        raise StrategyNotFoundError(
            what=Phrase("strategy of"), number=called, list=f"`gushu strategy propose {called}`"
        )
    return found


def pack_at(session: Session, office: Office, subject: tuple[str, str]) -> RulePack | None:
    """The rule pack that holds for a record; the office's defaults where it says nothing of strategies."""
    on = office.today(session)
    place = place_of(session, subject, on)
    found = pack_chooser(session, office.packs(), on)(place) if place else None
    return _saying(found)


def packs_at(session: Session, office: Office) -> Callable[[str, str], RulePack | None]:
    """`pack_at` for many records of which most are trees: rules and places are read once."""
    on = office.today(session)
    choose = pack_chooser(session, office.packs(), on)
    known: dict[tuple[str, str], RulePack | None] = {}

    def of(kind: str, own: str) -> RulePack | None:
        if (kind, own) not in known:
            place = place_of(session, (kind, own), on)
            known[kind, own] = _saying(choose(place) if place else None)
        return known[kind, own]

    return of


def _saying(pack: RulePack | None) -> RulePack | None:
    says = pack is not None and pack.rule("strategy") and pack.rule("deadlines", "strategy_review")
    return pack if says else rule_pack(FALLBACK)


def amount_of(text: str | None, field: str) -> int | None:
    """Hundredths of an amount that an option gives. Raises MoneyError."""
    if text is None:
        return None
    try:
        return cents_of(text)
    except ValueError:
        reason = Phrase("write it like 1234.50, with two decimals at most")
        if is_negative(text):
            reason = Phrase("it cannot be negative")
        raise MoneyError(field=field, value=text, reason=reason) from None


def currency_called(text: str | None) -> str | None:
    """The currency that an option gives, such as CNY. Raises MoneyError."""
    if text is None or text.upper() in CURRENCIES:
        return text.upper() if text else None
    raise MoneyError(
        field="currency", value=text, reason=Phrase("it is one of {known}", known=list(CURRENCIES))
    )


def usual_currency(session: Session, subject: tuple[str, str]) -> str:
    """The currency where a record stands."""
    authority = session.get_one(SUBJECT_TABLES[subject[0]], subject[1]).authority_id
    jurisdiction = session.get_one(Authority, authority).jurisdiction
    return CURRENCY_OF.get(jurisdiction.partition("-")[0], "CNY")


def measure_called(text: str) -> str:
    """The code of a measure: T10, or its name. Raises WordUnknownError."""
    code = measure_code(text)
    if code is None:
        known = [f"{code} ({label.zh})" for code, label in measure_labels().items()]
        raise WordUnknownError(value=text, known=known)
    return code


def about_words(about: AboutRecord) -> str:
    """A record in a line: its number and what it is called."""
    number = about.number if about.kind == "tree" else f"{about.kind}:{about.number}"
    return " ".join(filter(None, (number, about.name)))


def quantity_words(t: Translator, quantity: float | None, unit: str | None) -> str:
    """A quantity with its unit, "" where there is none."""
    if quantity is None:
        return ""
    return f"{t.number(quantity)} {t.word(UNITS, unit) if unit in UNITS else unit or ''}".rstrip()


def kept_kind(kind: str, called: str) -> None:
    """Raise RecordKindError for a record that strategies are not made for."""
    if kind not in OWNERS:
        raise RecordKindError(record=called, kinds=Phrase("trees, groves, gardens and places"))


def write_list(
    session: Session, office: Office, out: Path, sheets: Iterable[Sheet], title: str, notes: Sequence[str]
) -> None:
    """Write an office list as a workbook; `notes` stand below the title. The file was checked before."""
    t = office.t
    facts = register_facts(session, office)
    made_by = (
        f"{facts.register_name} · {office.today(session).isoformat()}",
        *notes,
        t.gettext("For the office only: holds what is not public."),
    )
    with written(out) as stream:
        write_workbook(sheets, stream, title=title, made_by=made_by, language=t, made_at=office.now())
    office.say(str(out))


def checked_out(out: Path | None, office: Office) -> None:
    """Refuse a workbook that could not be written, before anything is read."""
    if out is not None:
        check_output(out, ".xlsx", office.address)
