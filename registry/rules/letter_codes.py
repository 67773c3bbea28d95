"""Codes of care letters: what the QR code of a page says, and the check that only the register's key makes.

A page says GUSHU:L:CODE:PAGE:PAGES:CHECK in characters that QR keeps coarse. CODE is 8 characters as on tags;
CHECK is the first 80 bits of HMAC-SHA-256(key, domain + CODE:PAGE:PAGES) in base32, 16 characters.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules.tag_codes import CHECK_LENGTH, CODE_ALPHABET, CODE_LENGTH

_DOMAIN = b"gushu letter page v1\0"
_PAGE = re.compile(
    rf"GUSHU:L:([{CODE_ALPHABET}]{{{CODE_LENGTH}}}):([1-9][0-9]{{0,3}}):([1-9][0-9]{{0,3}})"
    rf":([A-Z2-7]{{{CHECK_LENGTH}}})"
)
_LIKE = re.compile(r"GUSHU:L:", re.IGNORECASE)
LONGEST = 9999
"""Pages of a letter."""


@dataclass(frozen=True, slots=True)
class PageMark:
    """One page of a letter: its code, the page, and how many pages the letter has."""

    code: str
    page: int
    pages: int
    check: str = ""


def page_text(code: str, page: int, pages: int, key: bytes) -> str:
    """What the QR code of a page says. Raises ValueError unless 1 <= page <= pages <= 9999."""
    if not 1 <= page <= pages <= LONGEST:
        raise ValueError(f"page {page} of {pages}")
    return f"GUSHU:L:{code}:{page}:{pages}:{_check(code, page, pages, key)}"


def parse_page(text: str) -> PageMark | None:
    """The page that a QR code names, None where it is not of our form; its check is not looked at here."""
    found = _PAGE.fullmatch(text.strip().upper()) if len(text) < 80 else None
    if found is None or int(found[2]) > int(found[3]):
        return None
    return PageMark(found[1], int(found[2]), int(found[3]), found[4])


def looks_like_page(text: str) -> bool:
    """Whether a code means to be a letter's, well formed or not."""
    return _LIKE.match(text.strip()) is not None


def is_genuine_page(mark: PageMark, keys: Iterable[bytes]) -> bool:
    """Whether one of the register's keys, old or new, made the check; each compared in constant time."""
    made = (_check(mark.code, mark.page, mark.pages, key) for key in keys)
    return any(hmac.compare_digest(mark.check, check) for check in made)


def _check(code: str, page: int, pages: int, key: bytes) -> str:
    said = f"{code}:{page}:{pages}".encode("ascii")
    digest = hmac.new(key, _DOMAIN + said, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode("ascii")
