"""One name that is many parties: bare names of committees, persons of two towns."""

import pytest

from registry.rules.shared_names import is_bare_name, many_places, places_apart
from registry.vocab.words import PartyKind

HIGH, LOW = ("泽州县", "高都镇"), ("泽州县", "金村镇")


@pytest.mark.parametrize(
    "name", ["村委", "村委会", "村民委员会", "居委会", "学校", "本村村委会", "社区居委会", " 村委 会 "]
)
def test_a_name_without_its_village_is_bare(name: str) -> None:
    assert is_bare_name(name)


@pytest.mark.parametrize("name", ["某村村委会", "东街居委会", "张三", "县林业局", "第一小学", ""])
def test_a_name_that_says_which_is_not_bare(name: str) -> None:
    assert not is_bare_name(name)


def test_a_less_exact_place_is_not_another_one() -> None:
    assert places_apart([HIGH, (*HIGH, "东村"), ("泽州县",), ()]) == [(*HIGH, "东村")]
    assert len(places_apart([HIGH, LOW])) == 2


@pytest.mark.parametrize(
    ("name", "kind", "places", "count"),
    [
        ("村委会", PartyKind.UNIT, [(HIGH, "东村"), (HIGH, "西村")], 2),
        ("村委会", PartyKind.UNIT, [(HIGH, None), (LOW, None)], 2),
        ("村委会", PartyKind.UNIT, [(HIGH, "东村"), (HIGH, None)], 0),
        ("东村村委会", PartyKind.UNIT, [(HIGH, "东村"), (HIGH, "西村")], 0),
        ("张三", PartyKind.PERSON, [(HIGH, "东村"), (HIGH, "西村")], 0),
        ("张三", PartyKind.PERSON, [(HIGH, "东村"), (LOW, "东村")], 2),
        ("县林业局", PartyKind.UNIT, [(HIGH, None), (LOW, None)], 0),
        ("村委会", PartyKind.UNIT, [((), None)], 0),
    ],
)
def test_one_name_in_several_places_is_told(name, kind, places, count) -> None:  # type: ignore[no-untyped-def]
    assert len(many_places(name, kind, places)) == count
