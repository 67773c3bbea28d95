"""Search text: the same words on both sides of the search, so that two Chinese characters are enough.

A run of Chinese characters becomes its overlapping pairs and its last character (國槐樹 -> 國槐 槐樹 樹), in
order, so that a phrase of pairs is exact and one character is found by prefix. Everything else is split at
blanks and punctuation.
"""

import re
import unicodedata
from itertools import pairwise

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")


def index_words(*texts: str | None) -> str:
    """The words under which `texts` are found, blank-separated and in order, for the index."""
    words: list[str] = []
    for text in texts:
        for run in _runs(text or ""):
            if _IS_HAN.match(run):
                words.extend(_pairs(run))
                words.append(run[-1])
            else:
                words.append(run)
    return " ".join(words)


def match_expression(query: str) -> str | None:
    """The FTS5 expression that finds every record with all the words of `query`; None where it has none.

    A Chinese run is a phrase of its pairs; one character, and any other word, matches by its beginning.
    """
    terms: list[str] = []
    for run in _runs(query):
        if _IS_HAN.match(run) and len(run) > 1:
            terms.append(f'"{" ".join(_pairs(run))}"')
        else:
            terms.append(f'"{run}"*')
    return " AND ".join(dict.fromkeys(terms)) or None


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)]


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())
