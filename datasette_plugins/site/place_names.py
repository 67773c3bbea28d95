"""Places and other recorded words for a reader of one language, each with the language it is in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from registry.rules.pinyin import place_pinyin
from registry.vocab.language import Translator
from registry.vocab.words import JURISDICTIONS, Label

Name = tuple[str, str]
"""A text and its language, as HTML names it."""
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_TRADITIONAL = ("hk", "mo", "tw")
PINYIN = "zh-Latn-pinyin"
"""The language of a Chinese name in letters, as HTML names it."""
TONGUES = {
    "zh-Hans": Label("简体中文", "Chinese"),
    "zh-Hant": Label("繁体中文", "Chinese (traditional)"),
    "zh": Label("中文", "Chinese"),
    "en": Label("英文", "English"),
    "fr": Label("法文", "French"),
    "la": Label("拉丁文", "Latin"),
}
"""Languages in which registers write, by the names that readers give them."""


def lang_of(text: str, near: str = "", jurisdiction: str = "") -> str:
    """The language of recorded words: that of the record (`near`) where the script allows it.

    Chinese in a record that is not Chinese is written as it is in that jurisdiction.
    """
    if not _HAN.search(text):
        return near if near and not near.startswith("zh") else "en"
    if near.startswith("zh"):
        return near
    return "zh-Hant" if jurisdiction.startswith(_TRADITIONAL) else "zh-Hans"


def place_names(
    t: Translator, recorded: Sequence[str], english: Sequence[str], text_lang: str, jurisdiction: str
) -> list[Name]:
    """A place, largest part first, in the reader's language where it has a name there, else as recorded.

    Names of the Chinese mainland without an English one are read out in pinyin.
    """
    names = english if t.lang == "en" and english else recorded
    return [_name(t, name, text_lang, jurisdiction) for name in names]


def division_name(t: Translator, row: Mapping[str, Any]) -> Name:
    """The name of a row of `division`."""
    if t.lang == "en" and row["name_en"]:
        return row["name_en"], lang_of(row["name_en"], jurisdiction=row["jurisdiction"])
    return _name(t, row["name"], row["name_lang"], row["jurisdiction"])


def place_text(t: Translator, names: Sequence[Name]) -> str:
    """The names as one text, where languages cannot be marked."""
    return joint(t).join(name for name, _ in names)


def joint(t: Translator) -> str:
    """What stands between the parts of a place."""
    return ", " if t.lang == "en" else " "


def _name(t: Translator, name: str, text_lang: str, jurisdiction: str) -> Name:
    """A recorded name; a whole jurisdiction goes by the name that the vocabulary gives it."""
    whole = JURISDICTIONS.get(jurisdiction)
    if whole is not None and t.lang == "zh" and name == whole.en:
        return t.pick(whole), t.html_lang
    said = lang_of(name, text_lang, jurisdiction)
    if t.lang == "en" and said == "zh-Hans" and jurisdiction.startswith("cn"):
        return place_pinyin(name), PINYIN
    return name, said
