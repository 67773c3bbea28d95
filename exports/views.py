"""Of when a file is, in words: what the register said then, or what is known now to have been true then."""

from datetime import datetime

from registry.records import RegisterFacts, ViewFacts
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator


def view_title(view: ViewFacts, t: Translator) -> str:
    """Of when and of which kind, in a line: fit for a band or the head of every page."""
    _ = t.gettext
    if view.kind == "as_of":
        return _("As the register said on {when}", when=instant_words(view.at))
    return _("As now known to have been on {when}", when=view.on.isoformat() if view.on else "")


def view_lines(facts: RegisterFacts, t: Translator) -> list[str]:
    """All that is to be said of a view before its file is read; empty for the file of today."""
    _ = t.gettext
    lines = []
    if (view := facts.view) is not None:
        if view.kind == "as_of":
            lines.append(
                _("This is not the file of today. It quotes what the register said then, right or wrong.")
            )
            lines.append(_("Chain of history then: event {seq}, head {head}", seq=view.seq, head=view.head))
        else:
            lines.append(
                _(
                    "This is not the file of today. It gives what is known now of that day, "
                    "by the days that the records bear."
                )
            )
            lines.append(
                _("Known up to event {seq} of the history, head {head}", seq=view.seq, head=view.head)
            )
        if view.unknown:
            lines.append(_("Not known for then, and left out: {fields}.", fields=_names(view.unknown, t)))
        if view.erased:
            lines.append(_("Erased for good, in whole or in part: {fields}.", fields=_names(view.erased, t)))
    if facts.is_restricted:
        lines.append(_("For the office only: holds what is not public."))
    return lines


def instant_words(at: datetime | None) -> str:
    """An instant with its offset from UTC, to the second: 2026-03-04 13:06:07 +08:00."""
    if at is None:
        return ""
    text = at.strftime("%Y-%m-%d %H:%M:%S %z")
    return f"{text[:-2]}:{text[-2:]}" if at.tzinfo else text


def _names(fields: tuple[str, ...], t: Translator) -> str:
    return t.gettext(", ").join(t.label(name) if name in FIELDS else name for name in fields)
