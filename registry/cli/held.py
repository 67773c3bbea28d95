"""What was held back of an edition, in words: the field and the reason."""

from registry.errors import Phrase
from registry.vocab.culture_columns import CULTURE_COLUMNS
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label
from registry.vocab.language import Translator

REASONS = {
    "not released": Phrase("not released"),
    "household": Phrase("looks like a household"),
    "telephone": Phrase("holds a telephone number"),
    "identity": Phrase("holds an identity number"),
    "mail": Phrase("holds a mail address"),
    "person": Phrase("names a person"),
    "position": Phrase("gives a protected position away"),
}
"""Reasons of the redaction, by their words in the report."""
_OWN = {
    "story": Label("故事", "story"),
    "walk": Label("路线", "walk"),
    "stop": Label("路线站点", "stop of a walk"),
}


def reason_words(reason: str, t: Translator) -> str:
    """A reason of the redaction."""
    return str(t.phrase(REASONS.get(reason, reason)))


def held_words(what: str, t: Translator) -> str:
    """`field: reason` of the report as people read it."""
    field, _colon, reason = what.rpartition(": ")
    name = field.rpartition(" ")[2]
    known = _OWN.get(name) or CULTURE_COLUMNS.get(name)
    label = t.label(name) if name in FIELDS else t.pick(known) if known else name
    return f"{label} ({reason_words(reason, t)})"
