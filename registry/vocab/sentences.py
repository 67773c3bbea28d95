"""Sentences that pages, dossiers and tags share: doubts, events, ages, and the character of a seal."""

from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import AgeBasis, Category, Grade, TreeStatus

GRADE_SEALS = {Grade.FIRST: "一", Grade.SECOND: "二", Grade.THIRD: "三", Grade.FOURTH: "四"}
CATEGORY_SEALS = {Category.FAMOUS: "名", Category.RESERVE: "备"}


def seal_character(category: str, status: str, grade: str | None) -> str:
    """The one character of a tree's seal: 故 for a dead tree, its grade, else its class; "" for none."""
    if status == TreeStatus.DEAD:
        return "故"
    if grade in set(Grade):
        return GRADE_SEALS[Grade(grade)]
    return CATEGORY_SEALS.get(Category(category), "") if category in set(Category) else ""


def field_name(t: Translator, field: str) -> str:
    """The label of a field, the field itself where the vocabulary has none."""
    return t.label(field) if field in FIELDS else field


def flag_sentence(t: Translator, check: str, field: str, value: str) -> str:
    """A doubt about one value as a sentence. `check` is a code of `registry.rules.plausibility`."""
    _ = t.gettext
    sentences = {
        "unit_suspected": _(
            "{field} is recorded as {value}; the unit may have been mistaken, "
            "such as centimetres in a column of metres."
        ),
        "girth_diameter_ratio": _(
            "Girth and diameter do not fit each other ({value}). "
            "The tree may have several stems, or one of them is wrong."
        ),
        "diameter_exceeds_girth": _(
            "The diameter is larger than the girth ({value}): they may have been swapped."
        ),
        "crown_lopsided": _("The crown is far wider in one direction than in the other ({value})."),
        "crown_mean_differs": _("The mean crown spread does not fit its two directions ({value})."),
        "girth_small_for_height": _("The girth is small for this height ({value})."),
        "coordinates_rounded": _(
            "{field} has hardly any decimals ({value}): the point on the map may be far from the tree."
        ),
        "datum_not_converted": _(
            "The position is given in {value} and is not drawn until it can be converted without guessing."
        ),
        "same_point": _("{value} trees are recorded at exactly the same point."),
        "placeholder_date": _("{field} {value} is a date the source uses where it knows none."),
        "grade_age_mismatch": _("Age and protection grade do not fit each other ({value})."),
    }
    out_of_range = _("{field} is recorded as {value}, which is outside what such trees reach.")
    other = (
        out_of_range
        if check.endswith("_out_of_range")
        else _("{field} is recorded as {value} and should be checked.")
    )
    return sentences.get(check, other).format(field=field_name(t, field), value=value)


def event_sentence(t: Translator, kind: str) -> str:
    """What happened to a record. `kind` is that of its history, such as "import:batch:created"."""
    _ = t.gettext
    sentences = {
        "import:batch:created": _("Entered from a source file"),
        "import:batch:updated": _("Changed from a newer source file"),
        "photo:added:updated": _("Photo added"),
        "photo:added:created": _("Photo added"),
        "tree:designated:updated": _("Designated"),
        "tree:inspected:updated": _("Inspection recorded"),
    }
    actions = {"created": _("Entered on the register"), "updated": _("Values changed")}
    return sentences.get(kind) or actions.get(kind.rsplit(":", 1)[-1], _("Record changed"))


def age_words(t: Translator, years: int, basis: str | None) -> str:
    """An age as people say it: 约 300 年, without 约 where a document says so."""
    if basis == AgeBasis.DOCUMENTED:
        return t.ngettext("{count} year", "{count} years", years)
    return t.ngettext("about {count} year", "about {count} years", years)
