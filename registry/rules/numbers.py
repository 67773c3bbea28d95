"""Tree numbers of known schemes: what a number of the scheme looks like. Other numbers are opaque text."""

import re

PATTERNS = {"lyt1664-11": re.compile(r"[0-9]{6}(?!00000)[0-9]{5}")}
"""LY/T 1664: six digits of the county, five of the serial, as published lists show them."""


def fits_scheme(number: str, scheme: str) -> bool:
    """Whether `number` can be one of `scheme`; always so for a scheme without a form of its own."""
    pattern = PATTERNS.get(scheme)
    return pattern is None or pattern.fullmatch(number) is not None
