"""Options that take a word of a list as people write it: its code, or its label in Chinese or English."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from registry.cli.case_rows import word_of, words_known
from registry.errors import WordUnknownError
from registry.vocab.words import WORDS

_Word = TypeVar("_Word", bound=StrEnum)


def either(words: type[_Word]) -> Callable[[str], _Word]:
    """A parser of an option for typer: `--fund county` and `--fund 县级` are one. Raises WordUnknownError."""

    def read(text: str) -> _Word:
        try:
            return word_of(words, text)
        except ValueError:
            begun = [code for code, label in WORDS[words].items() if label.zh.startswith(text.strip() or "-")]
            if len(begun) == 1:  # 县级 for 县级财政
                return words(begun[0])
            raise WordUnknownError(value=text, known=words_known(words)) from None

    return read


def codes_of(words: type[StrEnum]) -> str:
    """How help shows the words of a list: [a|b|c]."""
    return f"[{'|'.join(words)}]"
