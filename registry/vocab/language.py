"""Languages: every sentence, label and word in Chinese first, English beside it.

Sentences are written in English in the code and translated in `locale/<locale>/*.po`; labels and words
carry both languages where they are defined. `translator("zh")` is the one way in. Traditional characters are
our own Chinese, converted; what a register has recorded is never converted.
"""

import gettext as stdlib_gettext
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date, get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from registry.errors import Phrase, RegistryError
from registry.vocab.fields import FIELDS, Field
from registry.vocab.words import WORDS, Label

LANGUAGES = ("zh", "en")
TRADITIONAL = "zh-hant"
SITE_LANGUAGES = ("zh", "en", TRADITIONAL)
"""The languages of the public site: those of the command line, and Chinese in traditional characters."""
DEFAULT_LANGUAGE = "zh"
HTML_LANG = {"zh": "zh-Hans", "en": "en", TRADITIONAL: "zh-Hant"}
BABEL_LOCALE = {"zh": "zh_Hans_CN", "en": "en_GB", TRADITIONAL: "zh_Hant_TW"}
LOCALE_FOLDER = Path(__file__).parent / "locale"


class Translator:
    """Says things in one language. `tag` is one of SITE_LANGUAGES, anything else raises ValueError; `lang` is
    "zh" or "en": which of two texts, whatever the script."""

    def __init__(self, tag: str) -> None:
        if tag not in SITE_LANGUAGES:
            raise ValueError(f"lang must be one of {SITE_LANGUAGES}, got {tag!r}")
        self.tag = tag
        self.lang = "zh" if tag == TRADITIONAL else tag
        self.html_lang = HTML_LANG[tag]
        self._catalogue = _catalogue(self.lang)
        self._said: dict[str, str] = {}
        self._labels: dict[str, str] = {}

    def gettext(self, message: str, /, **facts: object) -> str:
        """`message` in this language, with `{names}` filled in."""
        text = self._said.get(message)
        if text is None:
            text = self._said[message] = self._ours(self._catalogue.gettext(message))
        return text.format(**facts) if facts else text

    def ngettext(self, singular: str, plural: str, count: float, /, **facts: object) -> str:
        """The right form for `count`, which may be used as `{count}` (with thousands separators); a fraction
        is no one."""
        text = self._ours(self._catalogue.ngettext(singular, plural, 1 if count == 1 else 2))
        return text.format(count=self.number(count), **facts)

    def ours(self, zh: str, en: str) -> str:
        """One of two texts that are our own words (never a recorded one), in the reader's script."""
        return en if self.lang == "en" else self._ours(zh)

    def label(self, field: str) -> str:
        """How `field` is called; see `registry.vocab.fields`."""
        text = self._labels.get(field)
        if text is None:
            text = self._labels[field] = self._pick(FIELDS[field])
        return text

    def unit(self, field: str) -> str:
        """The unit of `field` ("" where it has none)."""
        unit = FIELDS[field].unit
        return {"年": "years"}.get(unit, unit) if self.lang == "en" else self._ours(unit)

    def word(self, words: type[StrEnum] | Mapping[str, Label], value: str | None) -> str:
        """The label of a code, the code itself where the list has none, "" for None."""
        if value is None:
            return ""
        labels = WORDS[words] if isinstance(words, type) else words
        label = labels.get(str(value))
        return self._pick(label) if label else str(value)

    def pick(self, label: Label) -> str:
        """A label in this language."""
        return self._pick(label)

    def number(self, value: float | int, digits: int = 2) -> str:
        """A number as people write it here: 1,234.5."""
        return _decimal(value, digits, self.tag)

    def day(self, value: date) -> str:
        """A date in prose; tables use ISO."""
        return _long_day(value, self.tag)

    def month(self, number: int, *, is_short: bool = False) -> str:
        """The name of a month, 1 to 12: 十一月, November; short 11月, Nov."""
        names = get_month_names("abbreviated" if is_short else "wide", locale=BABEL_LOCALE[self.lang])
        return str(names[number])

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
        return self.ours(label.zh, label.en)

    def _ours(self, text: str) -> str:
        return in_traditional(text) if self.tag == TRADITIONAL else text


@lru_cache(maxsize=20_000)
def _long_day(value: date, tag: str) -> str:
    return str(format_date(value, format="long", locale=BABEL_LOCALE[tag]))


@lru_cache(maxsize=20_000)
def _decimal(value: float | int, digits: int, tag: str) -> str:
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return str(format_decimal(value, format=pattern, locale=BABEL_LOCALE[tag]))


@lru_cache(maxsize=len(SITE_LANGUAGES))
def translator(tag: str) -> Translator:
    """The translator of one of SITE_LANGUAGES, read once."""
    return Translator(tag)


@lru_cache(maxsize=20_000)
def in_traditional(text: str) -> str:
    """Our own simplified Chinese in traditional characters, as they are written in Taiwan; words stay."""
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2tw")


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


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(lang: str) -> stdlib_gettext.NullTranslations:
    if lang == "en":
        return stdlib_gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)
