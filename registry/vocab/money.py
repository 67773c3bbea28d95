"""Money as people write it: kept in whole hundredths, said with its currency."""

from decimal import Decimal

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


def money_text(cents: int | None, currency: str, t: Translator) -> str:
    """An amount with its currency: 1,234.50 元, CNY 1,234.50; "" for None."""
    if cents is None:
        return ""
    amount = f"{Decimal(cents) / 100:,.2f}"
    label = CURRENCIES.get(currency)
    if t.lang == "zh":
        return f"{amount} {label.zh if label else currency}"
    return f"{label.en if label else currency} {amount}"
