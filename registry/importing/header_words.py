"""What stands above columns: the senses that `schema/header_words.toml` knows for a header.

A header suggests; it never decides: see `registry.importing.evidence` for what the values say.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry.db import SCHEMA_FOLDER

WORDS_FILE = SCHEMA_FOLDER / "header_words.toml"
_BRACKETS = re.compile(r"[(\[【〔<](.*?)[)\]】〕>]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[\s_\-./:,;|'\"#*?？：、，。’+]+")
_HAN_UNIT = re.compile(r"(?<=\w)(公尺|公分|公釐|厘米|毫米|英尺|英寸|米)$")
_JOINING = frozenset({"en", "in", "em", "v", "im", "of"})
_LANGUAGE_ENDINGS = {
    "en": "en", "fr": "fr", "pt": "pt", "cz": "cs", "cs": "cs", "sk": "sk", "et": "et", "nl": "nl",
    "de": "de", "es": "es", "ca": "ca", "zh": "zh", "ja": "ja", "jp": "ja",
}  # fmt: skip
_SHAPEFILE_NAME = 10
"""Shapefiles cut the names of columns to so many characters."""
_GENERIC = frozenset({"no", "id", "x", "y", "age", "area", "type", "year", "number", "name", "note", "kind"})
"""Words that say little unless they stand alone."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a header may mean.

    name: a field of the register, or with `is_beside` a kind of column that is known and left out.
    whole: the header is this word; otherwise it only contains it.
    """

    name: str
    is_beside: bool
    language: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A header taken apart: unit (mm, cm, m, ft, in), language of the texts, and senses, best first."""

    text: str
    unit: str | None
    language: str | None
    senses: tuple[Sense, ...]

    @property
    def is_generic(self) -> bool:
        """Whether it is one of the words that say little by themselves (`id`, `no`, `name` …)."""
        return plain_word(self.text) in _GENERIC or "".join(_tokens(self.text)[:-1]) in _GENERIC

    @property
    def is_known(self) -> bool:
        """Whether the header is a known word as a whole."""
        return any(sense.whole for sense in self.senses)


@dataclass(frozen=True, slots=True)
class _Words:
    by_key: dict[str, tuple[Sense, ...]]
    by_tokens: dict[tuple[str, ...], tuple[Sense, ...]]
    han: tuple[str, ...]
    units: dict[str, str]
    other_units: frozenset[str]
    besides: dict[str, tuple[str, str]]


@lru_cache(maxsize=8192)
def read_heading(header: str) -> Heading:
    """What `header` may mean."""
    words = _words()
    plain = unicodedata.normalize("NFKC", header)
    unit = _bracketed_unit(plain, words)
    without_brackets = _BRACKETS.sub(" ", plain)
    for text in dict.fromkeys((_BRACKETS.sub(r" \1 ", plain), without_brackets, plain.split(" ")[-1])):
        tokens, found_unit, language = _taken_apart(text, words)
        senses = words.by_key.get("".join(tokens), ())
        if senses:
            return Heading(header, unit or found_unit, language, senses)
    tokens, found_unit, language = _taken_apart(without_brackets, words)
    parts = tuple(dict.fromkeys((*_cut_name(header, words), *_contained(tokens, words))))
    return Heading(header, unit or found_unit, language, parts)


def known_words(headers: Sequence[str]) -> int:
    """How many of `headers` are known words as a whole: what tells a header row from any other."""
    return sum(read_heading(header).is_known for header in headers if header and len(header) <= 80)


def is_unit(text: str) -> bool:
    """Whether `text` is a unit and nothing else, bracketed or not."""
    words = _words()
    bare = unicodedata.normalize("NFKC", text).strip().strip("()[] ").lower()
    return bare in words.units or bare in words.other_units


def unit_of(text: str) -> str | None:
    """mm, cm, m, ft or in for a word that means it, however it is written (`m.`, `公尺`); else None."""
    return _words().units.get(unicodedata.normalize("NFKC", text).strip().rstrip(".").lower())


def beside_label(name: str, lang: str) -> str:
    """What a column that is left out holds, in Chinese or English."""
    zh, en = _words().besides[name]
    return zh if lang == "zh" else en


def plain_word(text: str) -> str:
    """`text` for comparison: NFKC, small letters without accents, traditional characters folded."""
    return "".join(_tokens(unicodedata.normalize("NFKC", text)))


def _taken_apart(text: str, words: _Words) -> tuple[list[str], str | None, str | None]:
    text, han_unit = _without_han_unit(text, words)
    tokens = _tokens(text)
    whole = "".join(tokens)
    unit, language = han_unit, None
    if len(tokens) > 1 and tokens[-1] in words.units and whole not in words.by_key:
        unit = words.units[tokens.pop()]
        if len(tokens) > 1 and tokens[-1] in _JOINING:
            tokens.pop()
    if len(tokens) > 1 and tokens[-1] in words.other_units and "".join(tokens) not in words.by_key:
        tokens.pop()
    if len(tokens) > 1 and tokens[-1] in _LANGUAGE_ENDINGS:
        language = _LANGUAGE_ENDINGS[tokens[-1]]
        if "".join(tokens) not in words.by_key:
            tokens.pop()
    return tokens, unit, language


def _tokens(text: str) -> list[str]:
    folded = text.translate(_fold())
    split = _SPLIT.split(_CAMEL.sub(" ", folded))
    return [bare for token in split if (bare := _without_accents(token.casefold()))]


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        base if (base := unicodedata.normalize("NFD", letter)[0]).isascii() else letter for letter in text
    )


def _without_han_unit(text: str, words: _Words) -> tuple[str, str | None]:
    if match := _HAN_UNIT.search(text.strip()):
        return text.strip()[: match.start()], words.units.get(match[1])
    return text, None


def _bracketed_unit(text: str, words: _Words) -> str | None:
    found = (words.units.get(part.strip().rstrip(".").lower()) for part in _BRACKETS.findall(text))
    return next(filter(None, found), None)


def _contained(tokens: list[str], words: _Words) -> Iterator[Sense]:
    """Senses of the longest known word inside a header that is itself none."""
    whole = "".join(tokens)
    for word in words.han:
        if word in whole and len(word) * 5 >= len(whole) * 2:
            yield from (_as_part(sense) for sense in words.by_key[word])
            return
    for length in range(min(len(tokens), 4), 0, -1):
        for start in range(len(tokens) - length + 1):
            piece = tuple(tokens[start : start + length])
            if length == 1 and (len(piece[0]) < 3 or piece[0] in _GENERIC):
                continue
            if piece in words.by_tokens:
                yield from (_as_part(sense) for sense in words.by_tokens[piece])
                return


def _cut_name(header: str, words: _Words) -> Iterator[Sense]:
    if len(header) != _SHAPEFILE_NAME or not header.isascii():
        return
    stem = plain_word(header)
    whole = [key for key in words.by_key if len(stem) >= 8 and key.startswith(stem)]
    for key in sorted(whole, key=len):
        yield from (_as_part(sense) for sense in words.by_key[key])


def _as_part(sense: Sense) -> Sense:
    return Sense(sense.name, sense.is_beside, sense.language, whole=False)


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    with WORDS_FILE.open("rb") as stream:
        return tomllib.load(stream)


@lru_cache(maxsize=1)
def _fold() -> dict[int, str]:
    pairs = _file()["fold"]["pairs"]
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


@lru_cache(maxsize=1)
def _words() -> _Words:
    found = _file()
    by_key: dict[str, list[Sense]] = {}
    by_tokens: dict[tuple[str, ...], list[Sense]] = {}
    for is_beside, section in ((False, found["fields"]), (True, found["beside"])):
        for name, lists in section.items():
            for language, texts in _word_lists(lists):
                for text in texts:
                    sense = Sense(name, is_beside, language, whole=True)
                    tokens = _tokens(unicodedata.normalize("NFKC", text))
                    _add(by_key.setdefault("".join(tokens), []), sense)
                    if language != "short":
                        _add(by_tokens.setdefault(tuple(tokens), []), sense)
    han = [key for key in by_key if len(key) > 1 and not key.isascii()]
    return _Words(
        {key: tuple(senses) for key, senses in by_key.items()},
        {key: tuple(senses) for key, senses in by_tokens.items()},
        tuple(sorted(han, key=len, reverse=True)),
        {word: unit for unit, texts in found["units"].items() for word in texts},
        frozenset(found["other_units"]["words"]),
        {name: (lists["say_zh"], lists["say_en"]) for name, lists in found["beside"].items()},
    )


def _word_lists(lists: dict[str, Any]) -> Iterable[tuple[str, list[str]]]:
    return ((language, texts) for language, texts in lists.items() if isinstance(texts, list))


def _add(senses: list[Sense], sense: Sense) -> None:
    if not any(known.name == sense.name for known in senses):
        senses.append(sense)


def value_words(name: str) -> dict[str, str]:
    """Words of other languages in cells: plain word -> word of the register."""
    lists = _file()["values"].get(name, {})
    return {plain_word(text): word for word, texts in lists.items() for text in texts}


def is_placeholder(text: str) -> bool:
    """Whether a cell says only that nothing is known."""
    return text.lower() in _placeholders() or text.startswith(placeholder_beginnings())


def placeholder_beginnings() -> tuple[str, ...]:
    """How longer placeholders begin."""
    return tuple(_file()["placeholders"]["beginnings"])


def language_of(texts: Iterable[str]) -> str | None:
    """The language of texts in Latin letters by their small words; None where none stands out."""
    counts = dict.fromkeys(_file()["stopwords"], 0)
    for text in texts:
        for word in re.findall(r"\w+", text.lower()):
            for language in _stopwords().get(word, ()):
                counts[language] += 1
    ranked = sorted(counts.items(), key=lambda pair: pair[1], reverse=True)
    (first, most), (_, next_most) = ranked[:2]
    return first if most >= 10 and most >= 1.5 * next_most else None


def language_of_word(word: str) -> str | None:
    """A language that has `word` among its small words; None for any other word."""
    return next(iter(_stopwords().get(word.lower(), ())), None)


def letters_of_scripts() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that are simplified only, and those that are traditional or Japanese only."""
    pairs = _file()["fold"]["pairs"]
    return frozenset(pairs[1::2]) - frozenset(pairs[::2]), frozenset(pairs[::2]) - frozenset(pairs[1::2])


@lru_cache(maxsize=1)
def _placeholders() -> frozenset[str]:
    return frozenset(text.lower() for text in _file()["placeholders"]["texts"])


@lru_cache(maxsize=1)
def _stopwords() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, texts in _file()["stopwords"].items():
        for text in texts:
            found.setdefault(text, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}
