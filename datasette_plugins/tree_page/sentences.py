"""What the page says in plain sentences: doubts about values, what happened to the record, ages."""

from typing import Any

from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import WORDS, AgeBasis


def field_name(t: Translator, field: str) -> str:
    """The label of a field, the field itself where the list has none."""
    return t.label(field) if field in FIELDS else field


def flag_sentence(t: Translator, flag: dict[str, Any]) -> str:
    """A doubt about one value, as one sentence."""
    _ = t.gettext
    facts = {"field": field_name(t, flag["field"]), "value": flag["value"]}
    check = flag["check"]
    if check.endswith("_out_of_range"):
        return _("{field} is recorded as {value}, which is outside what such trees reach.", **facts)
    sentences = {
        "unit_suspected": _(
            "{field} is recorded as {value}; the unit may have been mistaken, such as centimetres in a column of "
            "metres.",
            **facts,
        ),
        "girth_diameter_ratio": _(
            "Girth and diameter do not fit each other ({value}). The tree may have several stems, or one of them is "
            "wrong.",
            **facts,
        ),
        "diameter_exceeds_girth": _(
            "The diameter is larger than the girth ({value}): they may have been swapped.", **facts
        ),
        "crown_lopsided": _("The crown is far wider in one direction than in the other ({value}).", **facts),
        "crown_mean_differs": _("The mean crown spread does not fit its two directions ({value}).", **facts),
        "girth_small_for_height": _("The girth is small for this height ({value}).", **facts),
        "coordinates_rounded": _(
            "{field} has hardly any decimals ({value}): the point on the map may be far from the tree.",
            **facts,
        ),
        "same_point": _("Other trees are recorded at exactly the same point.", **facts),
        "placeholder_date": _("{field} {value} is a date the source uses where it knows none.", **facts),
        "grade_age_mismatch": _("Age and protection grade do not fit each other ({value}).", **facts),
    }
    return sentences.get(check) or _("{field} is recorded as {value} and should be checked.", **facts)


def event_sentence(t: Translator, event: dict[str, Any]) -> str:
    """What happened to the record."""
    _ = t.gettext
    kinds = {
        "import": _("Entered from a source file"),
        "created": _("Entered on the register"),
        "registered": _("Entered on the register"),
        "imported": _("Entered from a source file"),
        "updated": _("Values changed"),
        "published": _("Published"),
        "designated": _("Designated"),
        "recorded": _("Inspection recorded"),
    }
    words = str(event["kind"]).split(":")
    return next((kinds[word] for word in reversed(words) if word in kinds), _("Record changed"))


def age_text(t: Translator, years: int | None, basis: str | None) -> str:
    """An age: with 约 unless it is documented; "" where it is not known."""
    if years is None:
        return ""
    if basis == AgeBasis.DOCUMENTED:
        return t.ngettext("{count} year", "{count} years", years)
    return t.ngettext("about {count} year", "about {count} years", years)


def age_basis(t: Translator, basis: str | None) -> str:
    """How the age is known."""
    return t.word(WORDS[AgeBasis], basis) if basis else t.gettext("basis not stated")
