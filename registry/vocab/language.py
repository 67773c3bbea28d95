"""Languages: every sentence, label and word in Chinese first, English beside it.

Sentences are written in English in the code and translated in `locale/<locale>/*.po`; labels and words
carry both languages where they are defined. `translator("zh")` is the one way in.
"""

import gettext as stdlib_gettext
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from registry.errors import Phrase, RegistryError
from registry.vocab.fields import FIELDS, Field
from registry.vocab.words import WORDS, Label

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
HTML_LANG = {"zh": "zh-Hans", "en": "en"}
BABEL_LOCALE = {"zh": "zh_Hans_CN", "en": "en_GB"}
LOCALE_FOLDER = Path(__file__).parent / "locale"


class Translator:
    """Says things in one language. `lang` is "zh" or "en"; anything else raises ValueError."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"lang must be one of {LANGUAGES}, got {lang!r}")
        self.lang = lang
        self.html_lang = HTML_LANG[lang]
        self._catalogue = _catalogue(lang)

    def gettext(self, message: str, /, **facts: object) -> str:
        """`message` in this language, with `{names}` filled in."""
        text = self._catalogue.gettext(message)
        return text.format(**facts) if facts else text

    def ngettext(self, singular: str, plural: str, count: int, /, **facts: object) -> str:
        """The right form for `count`, which may be used as `{count}` (with thousands separators)."""
        text = self._catalogue.ngettext(singular, plural, count)
        return text.format(count=self.number(count), **facts)

    def label(self, field: str) -> str:
        """How `field` is called; see `registry.vocab.fields`."""
        return self._pick(FIELDS[field])

    def unit(self, field: str) -> str:
        """The unit of `field` ("" where it has none)."""
        unit = FIELDS[field].unit
        return {"年": "years"}.get(unit, unit) if self.lang == "en" else unit

    def word(self, words: type[StrEnum] | Mapping[str, Label], value: str | None) -> str:
        """The label of a code, the code itself where the list has none, "" for None."""
        if value is None:
            return ""
        labels = words if isinstance(words, Mapping) else WORDS[words]
        label = labels.get(str(value))
        return self._pick(label) if label else str(value)

    def pick(self, label: Label) -> str:
        """A label in this language."""
        return self._pick(label)

    def number(self, value: float | int, digits: int = 2) -> str:
        """A number as people write it here: 1,234.5."""
        pattern = "#,##0." + "#" * digits if digits else "#,##0"
        return str(format_decimal(value, format=pattern, locale=BABEL_LOCALE[self.lang]))

    def day(self, value: date) -> str:
        """A date in prose; tables use ISO."""
        return str(format_date(value, format="long", locale=BABEL_LOCALE[self.lang]))

    def error(self, error: RegistryError) -> str:
        """What went wrong, in this language."""
        facts = {name: self.phrase(value) for name, value in error.facts.items()}
        return self.gettext(error.template).format(**facts)

    def phrase(self, value: object) -> object:
        """A fact of an error as it is said here: phrases translated, labels picked, lists joined."""
        if isinstance(value, Phrase):
            facts = {name: self.phrase(fact) for name, fact in value.facts.items()}
            return self.gettext(value.template).format(**facts)
        if isinstance(value, Label):
            return self._pick(value)
        if isinstance(value, list | tuple | set):
            return ", ".join(str(self.phrase(each)) for each in value)
        return value

    def _pick(self, label: Label | Field) -> str:
        return label.zh if self.lang == "zh" else label.en


@lru_cache(maxsize=len(LANGUAGES))
def translator(lang: str) -> Translator:
    """The translator of `lang`, read once."""
    return Translator(lang)


def read_catalogue(lang: str) -> Catalog:
    """All messages of a language's .po files as one catalogue; English has none."""
    locale = BABEL_LOCALE[lang]
    merged = Catalog(locale=locale)
    for path in sorted((LOCALE_FOLDER / locale.removesuffix("_CN").removesuffix("_GB")).glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=locale):
                if message.id:
                    merged[message.id] = message
    return merged


def _catalogue(lang: str) -> stdlib_gettext.NullTranslations:
    if lang == "en":
        return stdlib_gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)
