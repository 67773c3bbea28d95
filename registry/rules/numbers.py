"""Tree numbers of known schemes: what a number of the scheme looks like. Other numbers are opaque text."""

import re

PATTERNS = {"lyt1664-11": re.compile(r"[0-9]{6}(?!00000)[0-9]{5}")}
"""LY/T 1664: six digits of the county, five of the serial, as published lists show them."""


def fits_scheme(number: str, scheme: str) -> bool:
    """Whether `number` can be one of `scheme`; always so for a scheme without a form of its own."""
    pattern = PATTERNS.get(scheme)
    return pattern is None or pattern.fullmatch(number) is not None


_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_FRACTION = re.compile(r"[0-9]{16,}\.0+")
_ROUNDED = re.compile(r"[0-9]{15,}0")


def damaged_number(text: str) -> str | None:
    """What a spreadsheet did to a tree number, or None: "exponent" (`1.4E+10`), "rounded" (see below).

    A spreadsheet keeps 15 digits of a number; it writes 0 for the others. A number of 16 digits or more that
    ends in 0 can be one of those, and nobody can tell: one that truly ends so is written as text, with an
    apostrophe before it.
    """
    if _EXPONENT.fullmatch(text):
        return "exponent"
    return "rounded" if _FRACTION.fullmatch(text) or _ROUNDED.fullmatch(text) else None


def as_written(text: str) -> str:
    """A tree number without the apostrophe by which spreadsheets mark digits as text."""
    return text[1:] if text[:1] in {"'", "\u2019"} and text[1:].isdigit() else text
