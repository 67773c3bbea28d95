"""What a dossier says: every value of a record as words in the reader's language, or why there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from babel import Locale
from babel.messages.pofile import read_po

from exports.form import FormCell
from exports.sketch_map import grid_cell, is_generalised
from registry.records import AgeRecord, FlagRecord, RegisterFacts, TreeRecord
from registry.vocab.care_columns import CARE_COLUMNS, CARE_ROWS
from registry.vocab.care_words import CARE_WORDS
from registry.vocab.checks import all_checks
from registry.vocab.fields import FIELDS
from registry.vocab.genera import genus_word
from registry.vocab.language import LOCALE_FOLDER, Translator, translator
from registry.vocab.measures import UNITS, measure_labels
from registry.vocab.sentences import datum_words, flag_sentence
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import (
    GRADE_SCHEMES,
    JURISDICTIONS,
    LISTINGS,
    NUMBER_SCHEMES,
    VIGOUR_SCALES,
    WORDS,
    AddedReason,
    AgeBasis,
    Category,
    CensusScope,
    Condition,
    Datum,
    DeathDisposal,
    Department,
    Distribution,
    Environment,
    FamousCategory,
    Grade,
    GrowthPlace,
    Label,
    Ownership,
    Precision,
    RemovalReason,
    TreeStatus,
    Vigour,
)

CODED: dict[str, type[StrEnum] | Mapping[str, Label]] = {
    "added_reason": AddedReason,
    "age_basis": AgeBasis,
    "category": Category,
    "census_scope": CensusScope,
    "condition": Condition,
    "datum": Datum,
    "death_disposal": DeathDisposal,
    "department": Department,
    "distribution": Distribution,
    "environment": Environment,
    "famous_category": FamousCategory,
    "grade_scheme": GRADE_SCHEMES,
    "growth_place": GrowthPlace,
    "jurisdiction": JURISDICTIONS,
    "number_scheme": NUMBER_SCHEMES,
    "ownership": Ownership,
    "position_precision": Precision,
    "protection_grade": Grade,
    "removal_reason": RemovalReason,
    "status": TreeStatus,
    "vigour": Vigour,
    "vigour_scale": VIGOUR_SCALES,
}
"""Fields that hold a code, and the list that says what it means."""

SIZE_FIELDS = (
    "girth_cm",
    "diameter_cm",
    "ground_girth_cm",
    "ground_diameter_cm",
    "height_m",
    "crown_m",
    "crown_ew_m",
    "crown_ns_m",
    "crown_n_m",
    "crown_e_m",
    "crown_s_m",
    "crown_w_m",
    "measure_height_m",
)
POSITION_FIELDS = ("lon", "lat")
FREE_TEXTS = ("history_text", "peculiarity", "notes")
"""Texts that are read on their own, below the form."""
FORM_TEXT_LIMIT = 240
"""A longer text is moved from its cell in the form to the texts below it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One record's values in the words of one language."""

    tree: TreeRecord
    t: Translator

    def value(self, field: str) -> str | None:
        """What the record says of `field`, with its unit; None where it says nothing."""
        tree, t = self.tree, self.t
        special = _SPECIAL.get(field)
        if special is not None:
            return special(self) or None
        if field in SIZE_FIELDS or field == "measured_on":
            return _plain(getattr(tree.size, field), t.unit(field)) if tree.size else None
        value = getattr(tree, field)
        if isinstance(value, bool):
            return t.gettext("yes") if value else t.gettext("no")
        if field in CODED:
            return t.word(CODED[field], value) or None
        return _plain(value, t.unit(field) if field in FIELDS else "")

    def cell(self, field: str, label: str | None = None) -> FormCell:
        """`field` as a cell of the form; an empty one says why it is empty."""
        _ = self.t.gettext
        label = label or self.t.label(field)
        text = self.value(field)
        if text is None:
            return FormCell(label, self.absence(field), is_empty=True)
        if field in FREE_TEXTS or len(text) > FORM_TEXT_LIMIT:
            return FormCell(label, _("given in full below"), is_empty=True)
        return FormCell(label, text)

    def absence(self, field: str) -> str:
        """Why there is no value."""
        _ = self.t.gettext
        return _("not public") if field in self.tree.withheld else _("not in the source")

    def is_withheld(self, field: str) -> bool:
        """Whether the redaction held the value back."""
        return field in self.tree.withheld

    @property
    def name(self) -> str:
        """The name of the tree on its plaque: Chinese where there is one."""
        tree = self.tree
        named = (tree.name_zh, tree.name_verbatim, tree.common_name, tree.name_en, tree.name_latin)
        english = (tree.name_en, tree.common_name, tree.name_latin, tree.name_verbatim)
        choice = next(filter(None, named), None) if tree.name_zh else next(filter(None, english), None)
        return choice or tree.tree_no

    @property
    def page(self) -> str:
        """Where its page is, below the public address."""
        return f"tree/{self.tree.path}"

    @property
    def page_label(self) -> str:
        """What its page is called."""
        return self.t.gettext("Page of this tree")

    @property
    def scan_label(self) -> str:
        """What is below the code that leads to its page."""
        return self.t.gettext("Scan for the tree's page")

    @property
    def motto(self) -> str:
        """What is written at the head of the cover."""
        return self.t.gettext("One tree, one file")

    @property
    def authority(self) -> str:
        """The office that the tree is registered with."""
        return self.tree.authority_zh if self.t.lang == "zh" else self.tree.authority_en

    @property
    def source_title(self) -> str:
        """The source's title: as it calls itself, or in English."""
        source = self.tree.source
        return source.title_en if self.t.lang == "en" else source.title

    def language_note(self, lang: str) -> str:
        """That a text is shown as recorded, and in which language; "" where it is the document's own."""
        if lang == self.t.html_lang or lang.partition("-")[0] == self.t.html_lang == "en":
            return ""
        return self.t.gettext("as recorded, in {language}", language=language_name(lang, self.t))

    def age(self) -> str | None:
        """The age with how it is known: about 1484 years (estimated)."""
        tree, t = self.tree, self.t
        if tree.age_years is None:
            return None
        age = age_number(tree, t)
        text = f"{age} {t.unit('age_years')}"
        basis = t.word(AgeBasis, tree.age_basis)
        return t.gettext("{age} ({basis})", age=text, basis=basis) if basis else text

    def flag(self, flag: FlagRecord) -> str:
        """A doubt about the data as a sentence."""
        return flag_sentence(self.t, flag.check, flag.field, flag.value)


def shown_flags(tree: TreeRecord) -> tuple[FlagRecord, ...]:
    """The doubts that are told: those about the exact position only where it is shown."""
    hidden = POSITION_FIELDS if is_generalised(tree) else ()
    return tuple(flag for flag in tree.flags if flag.field not in hidden)


def age_number(tree: TreeRecord, t: Translator) -> str:
    """The number of years, with "about" unless a document says so."""
    age = str(tree.age_years)
    return age if tree.age_basis == AgeBasis.DOCUMENTED else t.gettext("about {age}", age=age)


def language_name(lang: str, t: Translator) -> str:
    """What a language is called."""
    _ = t.gettext
    names = {"zh-Hans": _("Simplified Chinese"), "zh-Hant": _("Traditional Chinese"), "en": _("English")}
    return names.get(lang) or str(Locale(t.lang).languages.get(lang, lang))


def degrees(value: float) -> str:
    """Decimal degrees as given, at most six digits after the point."""
    return f"{value:.6f}".rstrip("0").rstrip(".") + "°"


def texts_of(record: object) -> Iterable[str]:
    """Every text in a record and the records within it, for the fonts."""
    if isinstance(record, str):
        yield record
    elif is_dataclass(record):
        for field in fields(record):
            yield from texts_of(getattr(record, field.name))
    elif isinstance(record, tuple):
        for item in record:
            yield from texts_of(item)


def dossier_characters(tree: TreeRecord, facts: RegisterFacts, t: Translator) -> frozenset[str]:
    """Every character that the dossier may draw: those of the record, and all of the words it may use."""
    genus = genus_word(tree.genus, t) if isinstance(tree, TreeRecord) else ""
    return _standing_characters(t.lang).union(*texts_of(tree), *texts_of(facts), genus)


@lru_cache(maxsize=4)
def _standing_characters(lang: str) -> frozenset[str]:
    texts: list[str] = ["年月日〇一二三四五六七八九十名备故录古大"]
    texts += [text for field in FIELDS.values() for text in (field.zh, field.en, field.unit)]
    lists = [*WORDS.values(), GRADE_SCHEMES, LISTINGS, VIGOUR_SCALES, NUMBER_SCHEMES, JURISDICTIONS]
    texts += [text for words in lists for label in words.values() for text in label]
    texts += [text for check in all_checks().values() for text in check.message]
    texts += [text for words in CARE_WORDS.values() for label in words.values() for text in label]
    words_of_care = (measure_labels(), UNITS, VIEWPOINTS, CARE_COLUMNS, CARE_ROWS)
    texts += [text for words in words_of_care for label in words.values() for text in label]
    for catalogue in ("dossier", "sentences", "history", "growth", "legal_file"):
        with (LOCALE_FOLDER / "zh_Hans" / f"{catalogue}.po").open("rb") as stream:
            messages = [message.id for message in read_po(stream) if message.id]
        texts += [translator(lang).gettext(m if isinstance(m, str) else m[0]) for m in messages]
    return frozenset("".join(texts))


def _plain(value: object, unit: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}" if unit else text


def _place(said: Said, axis: int) -> str | None:
    """Longitude (0) or latitude (1): the value, or the two edges of the cell where it is generalised."""
    tree = said.tree
    if is_generalised(tree):
        cell = grid_cell(tree)
        digits = len(tree.position_precision.partition(".")[2])
        return f"{cell[axis]:.{digits}f}° – {cell[axis + 2]:.{digits}f}°" if cell else None
    value = (tree.lon, tree.lat)[axis]
    return None if value is None else degrees(value)


def _aliases(said: Said) -> str:
    return "；".join(f"{a.number}（{said.t.word(NUMBER_SCHEMES, a.scheme)}）" for a in said.tree.aliases)


def _aliases_plain(said: Said) -> str:
    return "; ".join(f"{a.number} ({said.t.word(NUMBER_SCHEMES, a.scheme)})" for a in said.tree.aliases)


def _ages(said: Said) -> str | None:
    """Every way in which the age is known, where there is more than the one to go by."""
    tree, t = said.tree, said.t
    if not tree.ages or (len(tree.ages) == 1 and tree.ages[0].years == tree.age_years):
        return None
    return ("；" if t.lang == "zh" else "; ").join(_age_reading(age, t) for age in tree.ages)


def _age_reading(age: AgeRecord, t: Translator) -> str:
    """300 年（估测，访谈估测，2017）."""
    low, high = age.lower_years, age.upper_years
    span = (
        f"{low if low is not None else ''}–{high if high is not None else ''}"
        if (low, high) != (None, None)
        else ""
    )
    value = " / ".join(part for part in ("" if age.years is None else str(age.years), span) if part)
    day = str(age.as_of) if age.as_of else None
    known = [t.word(AgeBasis, age.basis), age.method, day, age.evidence]
    comma, (opened, closed) = t.gettext(", "), ("（", "）") if t.lang == "zh" else (" (", ")")
    return f"{value} {t.unit('age_years')}{opened}{comma.join(filter(None, known))}{closed}"


def _stem_girths(said: Said) -> str | None:
    return said.tree.size.stem_girths if said.tree.size else None


def _latin(said: Said) -> str:
    return " ".join(filter(None, (said.tree.name_latin, said.tree.name_author)))


def _uncertainty(said: Said) -> str | None:
    value = said.tree.coordinate_uncertainty_m
    return None if value is None else f"± {value:g} m"


def _datum(said: Said) -> str:
    return datum_words(said.t, said.tree.datum, said.tree.datum_code)


def _position(said: Said) -> str:
    """How the position is published; nothing where there is none."""
    has_none = said.tree.lon is None and not is_generalised(said.tree)
    return "" if has_none else said.t.word(Precision, said.tree.position_precision)


_SPECIAL = {
    "age_years": Said.age,
    "ages": _ages,
    "aliases": lambda said: (_aliases if said.t.lang == "zh" else _aliases_plain)(said),
    "authority": lambda said: said.authority,
    "coordinate_uncertainty_m": _uncertainty,
    "datum": _datum,
    "division": lambda said: " ".join(said.tree.places(said.t.lang)),
    "genus": lambda said: genus_word(said.tree.genus, said.t),
    "lat": lambda said: _place(said, 1),
    "listing": lambda said: " · ".join(said.t.word(LISTINGS, code) for code in said.tree.listings),
    "lon": lambda said: _place(said, 0),
    "name_latin": _latin,
    "position_precision": _position,
    "stem_girths": _stem_girths,
}
"""Fields whose words are put together."""
