"""Amounts of money: whole hundredths of a currency, read and said exactly. Pure."""

import re
from decimal import Decimal

MOST_CENTS = 10**15
_AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2}))?")


def cents_of(text: str) -> int:
    """Hundredths of an amount such as 1234, 1,234.5 or 1234.50. Raises ValueError for anything else.

    More than two decimals are refused, not rounded: nobody loses a cent unseen.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no amount")
    cents = int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0") or 0)
    if cents > MOST_CENTS:
        raise ValueError(f"{text!r} is too much")
    return cents


def is_negative(text: str) -> bool:
    """Whether a text is an amount below nothing, which `cents_of` refuses as it refuses any other text."""
    sign, rest = text.strip()[:1], text.strip()[1:].strip()
    return sign in {"-", "−", "–", "－"} and _AMOUNT.fullmatch(rest) is not None


def line_cents(quantity: float, unit_price_cents: int) -> int:
    """Quantity times unit price in whole hundredths; half a hundredth goes up."""
    exact = Decimal(str(quantity)) * unit_price_cents
    return int(exact.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
