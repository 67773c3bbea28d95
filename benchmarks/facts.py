"""What the register of the benchmarks says of itself: the same in all of them."""

from datetime import UTC, date, datetime

from registry.records import RegisterFacts

FACTS = RegisterFacts(
    "示范名录",
    "https://trees.example",
    "0" * 64,
    datetime(2026, 11, 21, tzinfo=UTC),
    date(2026, 11, 21),
    1,
    False,
)
