"""Who usually cares for a tree: by ownership and kind of place, from the data, never guessed."""

import pytest

from registry.care_data import caretaker_table
from registry.rules.caretakers import caretaker_rule


@pytest.mark.parametrize(
    ("growth_place", "ownership", "rule"),
    [
        ("school", "state", "institution"),
        ("unit_courtyard", None, "institution"),
        ("transport_line", None, "line"),
        ("waterside", "state", "water"),
        ("park", None, "green"),
        ("street", "state", "green"),
        ("scenic_site", None, "scenic"),
        ("relic_unit", "state", "relic"),
        ("private_home", None, "home"),
        ("rural", "collective", "village"),
        ("rural", "private", "owned"),
        ("school", "private", "owned"),
        ("rural", "state", None),
        ("rural", None, None),
        ("urban", "state", None),
        ("historic_district", None, None),
        ("other", None, None),
        (None, None, None),
    ],
)
def test_the_table_tells_who_it_usually_is(growth_place: str, ownership: str, rule: str | None) -> None:
    found = caretaker_rule(caretaker_table().rules, growth_place, ownership)
    assert (found and found.id) == rule


def test_the_table_names_what_it_rests_on() -> None:
    table = caretaker_table()
    for city in ("上海", "北京", "郑州"):
        assert city in table.citation.zh
    assert all(row.unit.zh and row.unit.en and row.place.zh and row.place.en for row in table.rules)
