"""Sentences that pages, dossiers and tags share: doubts, events, ages, and the character of a seal."""

from typing import Any, Protocol

from registry.vocab.care_columns import CARE_COLUMNS, CARE_ROWS
from registry.vocab.checks import all_checks
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.strategy_words import STRATEGY_EVENTS
from registry.vocab.words import (
    AddedReason,
    AgeBasis,
    Category,
    CensusScope,
    Datum,
    Department,
    Environment,
    Grade,
    GrowthPlace,
    Ownership,
    TreeStatus,
    Vigour,
)

ANSWER_WORDS: dict[str, Any] = {
    "added_reason": AddedReason,
    "category": Category,
    "census_scope": CensusScope,
    "department": Department,
    "environment": Environment,
    "grade": Grade,
    "growth_place": GrowthPlace,
    "ownership": Ownership,
    "vigour": Vigour,
}
"""Answers of forms that are codes, and the list that says what they mean."""


class Counted(Protocol):
    """Trees as they are counted; see `registry.rules.counting`."""

    @property
    def scattered(self) -> int: ...
    @property
    def groves(self) -> int: ...
    @property
    def in_groves(self) -> int: ...


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
    if field in FIELDS:
        return t.label(field)
    known = CARE_ROWS.get(field) or CARE_COLUMNS.get(field)
    return t.pick(known) if known else field


def flag_sentence(t: Translator, check: str, field: str, value: str) -> str:
    """A doubt about one value as a sentence. `check` is a code of `registry.vocab.checks`."""
    known = all_checks().get(check)
    unknown = t.gettext("{field} is recorded as {value} and should be checked.")
    said = unknown if known is None else t.pick(known.message)
    return said.format(field=field_name(t, field), value=_as_word(t, field, value))


def flag_remedy(t: Translator, check: str) -> str:
    """What helps against a doubt, "" for a check that is not known."""
    known = all_checks().get(check)
    return "" if known is None else t.pick(known.remedy)


def flag_name(t: Translator, check: str) -> str:
    """A check in a few words, its code where it is not known."""
    known = all_checks().get(check)
    return check if known is None else t.pick(known.name)


def _as_word(t: Translator, field: str, value: str) -> str:
    """A code as people read it; any other value as it is."""
    words = _CODES.get(field)
    return t.word(words, value) if words else value


_CODES = {"vigour": Vigour, "category": Category, "status": TreeStatus, "age_basis": AgeBasis}


_EDITED = ("tree", "grove", "garden", "place", "element")


def event_sentence(t: Translator, kind: str) -> str:
    """What happened to a record. `kind` is that of its history, such as "import:batch:created"."""
    _ = t.gettext
    sentences = {
        "import:batch:created": _("Entered from a source file"),
        "import:batch:updated": _("Changed from a newer source file"),
        "photo:added:updated": _("Photo added"),
        "photo:added:created": _("Photo added"),
        "photo:changed:updated": _("Photo changed"),
        "number:added:updated": _("Another number added"),
        **{f"{kind}:edited:updated": _("Edited at the office") for kind in _EDITED},
        "party:erased:updated": _("Personal data erased"),
        "tree:designated:updated": _("Designated"),
        "case:closed:updated": _("Changed by a decision"),
        "tree:merged:updated": _("Another file of the same tree was merged into this one"),
        "tree:unmerged:updated": _("A merger was undone"),
        "tree:split:created": _("Parted from another file"),
        "tree:numbered:updated": _("Given its official number"),
        "tree:inspected:updated": _("Inspection recorded"),
        "tree:measured:updated": _("Measured anew"),
        "tree:found:created": _("Found in the field and taken on the register"),
        "grove:inspected:updated": _("Inspection recorded"),
        "duty:set:updated": _("Duties settled"),
        "warning:sent:updated": _("Stewards warned"),
        "care:logged:updated": _("Care logged"),
        "care:checked:updated": _("Care checked"),
        "assessment:recorded:updated": _("Assessment recorded"),
        "assessment:corrected:updated": _("Assessment corrected"),
        "assessment:reviewed:updated": _("Assessment reviewed"),
        "reading:recorded:updated": _("Instrument reading recorded"),
        "agreement:signed:updated": _("Care agreement signed"),
        "agreement:ended:updated": _("Care agreement ended"),
        "zones:computed:updated": _("Protection zone computed"),
        "zones:delineated:updated": _("Protection zone delineated"),
        "zones:ended:updated": _("Protection zone ended"),
        "age:estimated:updated": _("Age estimate added"),
    }
    actions = {
        "created": _("Entered on the register"),
        "updated": _("Values changed"),
        "undone": _("A change undone"),
        "erased": _("Personal data erased"),
    }
    if label := STRATEGY_EVENTS.get(kind):
        return t.pick(label)
    return sentences.get(kind) or actions.get(kind.rsplit(":", 1)[-1], _("Record changed"))


def count_sentence(t: Translator, counts: Counted) -> str:
    """Scattered trees, groves and trees in groves, said apart: 散生 599 株，古树群 9 群 3,795 株."""
    scattered = t.ngettext("{count} scattered tree", "{count} scattered trees", counts.scattered)
    if not counts.groves and not counts.in_groves:
        return scattered
    groves = t.ngettext("{count} grove", "{count} groves", counts.groves)
    within = t.ngettext("{count} tree in groves", "{count} trees in groves", counts.in_groves)
    return t.gettext("{scattered}, {groves}, {within}", scattered=scattered, groves=groves, within=within)


def datum_words(t: Translator, datum: str, code: str | None = None) -> str:
    """The datum of the source, and that the position shown was converted from it where it was."""
    named = f"{t.word(Datum, datum)} {code or ''}".strip() if datum == Datum.GRID else t.word(Datum, datum)
    if datum in {Datum.WGS84, Datum.CGCS2000, Datum.UNKNOWN, Datum.LOCAL}:
        return named
    return t.gettext("{datum}, converted to WGS84", datum=named)


def value_words(t: Translator, field: str, value: str | float | bool) -> str:
    """The answer of a form as people read it: a code as its word, a number with its unit."""
    if isinstance(value, bool):
        return t.gettext("yes") if value else t.gettext("no")
    if isinstance(value, str):
        return t.word(ANSWER_WORDS[field], value) if field in ANSWER_WORDS else value
    digits = 0 if float(value).is_integer() else 2
    return f"{t.number(value, digits)} {t.unit(field)}".rstrip()


def age_words(t: Translator, years: int, basis: str | None) -> str:
    """An age as people say it: 约 300 年, without 约 where a document says so."""
    if basis == AgeBasis.DOCUMENTED:
        return t.ngettext("{count} year", "{count} years", years)
    return t.ngettext("about {count} year", "about {count} years", years)
