"""Money as people write it: kept in whole hundredths, said with its currency, read from what people type."""

import re
from decimal import Decimal, InvalidOperation

from registry.vocab.labels import Label
from registry.vocab.language import Translator

CURRENCIES: dict[str, Label] = {
    "CNY": Label("元", "CNY"),
    "HKD": Label("港元", "HKD"),
    "TWD": Label("新台币元", "TWD"),
    "SGD": Label("新加坡元", "SGD"),
    "EUR": Label("欧元", "EUR"),
    "GBP": Label("英镑", "GBP"),
    "USD": Label("美元", "USD"),
    "AUD": Label("澳元", "AUD"),
}
"""Names of currencies; any other ISO 4217 code is said as it is."""
MOST_CENTS = 10**14
_AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d+(\.\d{1,2})?")


def money_text(cents: int | None, currency: str, t: Translator) -> str:
    """An amount with its currency: 1,234.50 元, CNY 1,234.50; "" for None."""
    if cents is None:
        return ""
    amount = f"{Decimal(cents) / 100:,.2f}"
    label = CURRENCIES.get(currency)
    if t.lang == "zh":
        return f"{amount} {label.zh if label else currency}"
    return f"{label.en if label else currency} {amount}"


def cents_of(text: str) -> int:
    """The hundredths of an amount such as 1,234.5 or 1234. Raises ValueError for anything else."""
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(text)
    try:
        cents = int(Decimal(plain.replace(",", "")) * 100)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if cents > MOST_CENTS:
        raise ValueError(text)
    return cents
