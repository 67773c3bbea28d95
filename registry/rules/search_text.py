"""Search text: the same words on both sides of the search, so that one or two Chinese characters are enough.

Everything that is written into an index or asked of it passes `fold`, whose comment says what becomes alike.
A run of Chinese characters then becomes its overlapping pairs and its last character
(国槐树 -> 国槐 槐树 树), in order, so that a phrase of pairs is exact and one character is found by prefix.
Everything else is split at blanks and punctuation.

Beside these words stand marked ones, each a whole thing in one word behind a sign that no text contains:

| sign | word |
|---|---|
| № | a whole number without its signs: №afcdks005 |
| ‡ | three characters of a number, in a row: ‡afc ‡fcd …, so that any part of it is found |
| § | a whole name: §国槐, §ginkgobiloba |
| ¶ | the rest of a name from any character or word on: ¶槐, ¶biloba |
| ≈ | a whole other name of the species, its family or genus |
| ⌂ | a whole name of a place |
| ♪ | how a name sounds: ♪guohuai, and its initials ♪gh |

They make the order of what is found (`tiers`), the search by a part of a number, and the one by pinyin.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

from registry.rules.pinyin import syllables

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_LATIN = re.compile(r"[a-z]+")
_HYBRID = "x"
_LONGEST_NAME = 24
"""Characters: what is longer is a sentence and no name."""
_SHORT = 80
"""Characters: what is longer is a story of one tree, not worth remembering."""
_MOST_RUNS = 24
_VARIANTS = {
    "栢": "柏", "枏": "楠", "柟": "楠", "楳": "梅", "埜": "野", "锺": "钟", "嵒": "岩", "菴": "庵",
    "堦": "阶",
}  # fmt: skip
"""Variants of characters in names of trees and places that the character table leaves apart."""


class _Simplified(dict[int, str]):
    """Characters and their simplified forms, each looked up once."""

    def __missing__(self, code: int) -> str:
        found = character = chr(code)
        if _IS_HAN.match(character):
            while (following := _VARIANTS.get(found) or str(_converter().convert(found))) != found:
                found = following
        self[code] = found
        return found


_SIMPLIFIED = _Simplified()


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def fold(text: str) -> str:
    """`text` as it is compared: half and full width, capitals, accents, simplified and traditional alike.

    臺 and 台, 銀杏 and 银杏, Ａ and a, é and e are the same. Folding twice changes nothing.
    """
    while (following := _fold_once(text)) != text:
        text = following
    return text


def _fold_once(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    apart = unicodedata.normalize("NFKD", plain)
    bare = "".join(character for character in apart if unicodedata.category(character) != "Mn")
    return unicodedata.normalize("NFKC", bare).translate(_SIMPLIFIED)


def index_words(*texts: str | None) -> str:
    """The words under which `texts` are found, blank-separated and in order, for the index."""
    said = filter(None, texts)
    return " ".join(filter(None, (_short_words(t) if len(t) <= _SHORT else _words_of(t) for t in said)))


def _words_of(text: str) -> str:
    words: list[str] = []
    for run in _runs(text):
        if _IS_HAN.match(run):
            words.extend(_pairs(run))
            words.append(run[-1])
        else:
            words.append(run)
    return " ".join(words)


_short_words = lru_cache(maxsize=20_000)(_words_of)
"""The same of a name or place, which many trees share."""


def number_words(numbers: Iterable[str | None]) -> str:
    """The marked words of numbers, besides those of `index_words`."""
    words: list[str] = []
    for number in dict.fromkeys(filter(None, numbers)):
        plain = "".join(_runs(number))
        words += [f"№{plain}", *_triples(plain)] if plain else []
    return " ".join(words)


def name_words(names: Iterable[str | None], *, sign: str = "§", sounds: bool = True) -> str:
    """The marked words of names: whole, from each character or word on (own names only), and their sounds."""
    words: dict[str, None] = {}
    for name in filter(None, names):
        runs = _name_runs(name)
        whole = "".join(runs)
        if not whole or len(whole) > _LONGEST_NAME * 2:
            continue
        words[f"{sign}{whole}"] = None
        if sign == "§":
            words.update((f"¶{rest}", None) for rest in _endings(runs))
        if sounds and len(whole) <= _LONGEST_NAME:
            words.update((f"♪{sound}", None) for sound in _sounds(whole))
    return " ".join(words)


def match_expression(query: str) -> str | None:
    """The FTS5 expression that finds every record with all the words of `query`; None where it has none.

    A Chinese run is a phrase of its pairs; one character, and any other word, matches by its beginning.
    Letters are also how a name sounds, digits also a part of a number.
    """
    return " AND ".join(dict.fromkeys(_alternatives(group) for group in _groups(query))) or None


def text_expression(query: str) -> str | None:
    """`match_expression` by what is written alone, neither by sound nor by a part of a number."""
    return " AND ".join(dict.fromkeys(_term(run) for run in _query_runs(query))) or None


def name_expression(query: str) -> str | None:
    """Names that begin with `query`, or that sound like its beginning: for suggestions."""
    runs = _query_runs(query)
    whole = "".join(runs)
    if not whole:
        return None
    terms = [f'"{sign}{whole}"*' for sign in "§≈¶"]
    if _LATIN.fullmatch(whole):
        terms.append(f'"♪{whole}"*')
    return " OR ".join(terms)


def sound_expression(query: str) -> str | None:
    """Names that sound exactly as the Chinese `query` does; None where it is not Chinese."""
    sounds = _sounds("".join(_query_runs(query)))
    return f'"♪{sounds[0]}"' if sounds else None


def tiers(query: str) -> tuple[str, ...]:
    """Expressions for the order of what is found, best first: what none of them finds comes last.

    The exact number; the exact name; names that begin so, numbers too; other names of the species, and names
    that hold the words inside; places; whatever else is written so.
    """
    runs = _query_runs(query)
    whole = "".join(runs)
    if not whole:
        return ()
    written = text_expression(query) or ""
    found = [f'"№{whole}"', f'"§{whole}"', f'"§{whole}"* OR "№{whole}"*']
    found += [f'"≈{whole}"* OR "¶{whole}"*', f'"⌂{whole}"*', written]
    return tuple(found)


def _groups(query: str) -> list[list[str]]:
    """The runs of a query; those that are not Chinese and follow one another stand together."""
    groups: list[list[str]] = []
    for run in _query_runs(query):
        if groups and not _IS_HAN.match(run) and not _IS_HAN.match(groups[-1][0]):
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _alternatives(group: list[str]) -> str:
    """A group as an expression: its words, or a part of a number, or sounds."""
    if _IS_HAN.match(group[0]):
        return _term(group[0])
    each = " AND ".join(_heard(run) for run in group)
    ways = [f"({each})" if len(group) > 1 else each]
    joined = "".join(group)
    if len(group) > 1 and _LATIN.fullmatch(joined):
        ways.append(f'"♪{joined}"*')
    if len(joined) >= 3 and any(character.isdigit() for character in joined):
        ways.append(f'"{" ".join(_triples(joined))}"')
    return f"({' OR '.join(ways)})" if len(ways) > 1 else ways[0]


def _heard(run: str) -> str:
    """A word, or a name that sounds so."""
    return f'({_term(run)} OR "♪{run}"*)' if len(run) > 1 and _LATIN.fullmatch(run) else _term(run)


def _term(run: str) -> str:
    if _IS_HAN.match(run) and len(run) > 1:
        return f'"{" ".join(_pairs(run))}"'
    return f'"{run}"*'


def _query_runs(query: str) -> list[str]:
    runs = _runs(query)[:_MOST_RUNS]
    return [run for run in runs if run != _HYBRID] or runs


def _name_runs(name: str) -> list[str]:
    return [run for run in _runs(name) if run != _HYBRID]


def _endings(runs: list[str]) -> list[str]:
    """What follows in a name from each of its later characters (Chinese) or words on."""
    endings = []
    for position, run in enumerate(runs):
        rest = "".join(runs[position + 1 :])
        if position:
            endings.append(run + rest)
        if _IS_HAN.match(run):
            endings += [run[start:] + rest for start in range(1, len(run))]
    return endings


@lru_cache(maxsize=20_000)
def _sounds(name: str) -> tuple[str, ...]:
    """How a folded name sounds: syllables joined, ü as v and as u, and the initials."""
    said = [syllable for run in _RUNS.findall(name) if _IS_HAN.match(run) for syllable in syllables(run)]
    spoken, initials = "".join(said), "".join(syllable[0] for syllable in said)
    found = (spoken, spoken.replace("v", "u"), initials if len(said) > 1 else "")
    return tuple(dict.fromkeys(filter(None, found)))


def _triples(plain: str) -> list[str]:
    return [f"‡{plain[start : start + 3]}" for start in range(len(plain) - 2)]


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)]


def _runs(text: str) -> list[str]:
    return _RUNS.findall(fold(text))
