"""What is said of an error: its status, its code and a sentence, without values."""

import sys

from starlette.exceptions import HTTPException

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.bodies import TooLarge
from datasette_plugins.desk.limits import TooMany
from registry.errors import RegistryError

_NOT_OPENED = frozenset(
    {"register_missing", "register_older", "register_newer", "register_foreign", "register_unreachable"}
)
"""What a visitor is not told the whole of: it names files and machines."""


def said_of(ask: Ask, error: Exception) -> tuple[int, str, str]:
    """Status, code and sentence of an error."""
    t = ask.t
    if isinstance(error, Refused):
        return 403, "refused", t.gettext("You may not do this here.")
    if isinstance(error, (TooMany, TooLarge)):
        return _too_much(ask, error)
    if isinstance(error, LookupError):
        return 404, "not_found", t.gettext("There is no such record.")
    if isinstance(error, RegistryError):
        return _of_the_register(ask, error)
    if isinstance(error, HTTPException):
        return error.status_code, "bad_request", t.gettext("The form could not be read.")
    return 500, "unexpected", t.gettext("Something went wrong here; nothing was changed.")


def _too_much(ask: Ask, error: TooMany | TooLarge) -> tuple[int, str, str]:
    if isinstance(error, TooLarge):
        return 413, "too_large", ask.t.gettext("That is more than can be taken at once.")
    said = ask.t.ngettext(
        "Too much was asked for at once. Please go on in {count} second.",
        "Too much was asked for at once. Please go on in {count} seconds.",
        error.seconds,
    )
    return 429, "too_many", said


def _of_the_register(ask: Ask, error: RegistryError) -> tuple[int, str, str]:
    if error.code in _NOT_OPENED and ask.who is None:
        return (
            503,
            error.code,
            ask.t.gettext("The desk cannot open its register now; please tell the office."),
        )
    status = 404 if error.code.endswith("not_found") else 409 if "conflict" in error.code else 422
    return (503 if error.code == "register_locked" else status), error.code, ask.t.error(error)


def log(error: Exception) -> None:
    """One line without values: what went wrong and where."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    print(f"desk: {type(error).__name__} at {where}", file=sys.stderr)
