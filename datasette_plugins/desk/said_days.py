"""Days, numbers and reasons as forms say them."""

from collections import defaultdict
from datetime import date
from typing import NoReturn

from datasette_plugins.desk.asking import Ask
from registry.commands.ledger_fields import refuse
from registry.errors import Phrase
from registry.vocab.field_names import field_name


def sent(ask: Ask) -> defaultdict[str, str]:
    """What a form said, so that it can be shown again; "" for what it did not say."""
    return defaultdict(str, {name: value for name, value in ask.form.items() if isinstance(value, str)})


def day_said(ask: Ask, name: str) -> date | None:
    """The day in a field of the form, None where it is empty. Raises LedgerFieldError."""
    text = ask.text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        _wrong(ask, name, Phrase("is no day"), Phrase("write it as 2026-03-04"))


def number_said(ask: Ask, name: str) -> float | None:
    """The number in a field of the form, None where it is empty. Raises LedgerFieldError."""
    text = ask.text(name).replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        _wrong(ask, name, Phrase("is no number"), Phrase("write a number such as 12.5"))


def need_reason(ask: Ask, called: str) -> None:
    """Raises LedgerFieldError where the form says no reason. `called`: what it is about."""
    if not ask.text("reason"):
        refuse(called, field_name("reason"), "", Phrase("is empty"), Phrase("say why; do not name persons"))


def _wrong(ask: Ask, name: str, reason: Phrase, remedy: Phrase) -> NoReturn:
    refuse(ask.vars.get("id", "—"), field_name(name), ask.text(name), reason, remedy)
