"""Two records may be of one tree: of one kind, near each other, kept by two offices or by two schemes."""

from dataclasses import replace

import pytest

from registry.rules.duplicates import METRES_PER_DEGREE, Standing, near_pairs

TREE = Standing("a", "1", "lyt1664-11", "forestry", "ginkgo-biloba", 112.0, 35.0)


def north(metres: float, **facts: object) -> Standing:
    """Another office's tree, so many metres further north."""
    lat = TREE.lat + metres / METRES_PER_DEGREE
    return replace(TREE, **{"id": "b", "authority_id": "greening", "lat": lat, **facts})  # type: ignore[arg-type]


def is_suspected(other: Standing, **options: float) -> bool:
    return bool(list(near_pairs([TREE, other], **options)))


@pytest.mark.parametrize(("metres", "found"), [(0, True), (14.9, True), (15.1, False)])
def test_trees_within_fifteen_metres_are_suspected(metres: float, found: bool) -> None:
    assert is_suspected(north(metres)) == found


@pytest.mark.parametrize(
    ("metres", "uncertainty", "found"), [(34, 20, True), (36, 20, False), (64, 50, True), (66, 5000, False)]
)
def test_what_a_position_lacks_in_certainty_is_added_up_to_a_limit(
    metres: float, uncertainty: float, found: bool
) -> None:
    assert is_suspected(north(metres, uncertainty_m=uncertainty)) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"kind": "sophora"}, False),
        ({"kind": None}, False),
        ({"authority_id": "forestry"}, False),
        ({"authority_id": "forestry", "scheme": "legacy"}, True),
    ],
)
def test_neighbours_of_one_office_and_other_kinds_are_no_duplicates(
    facts: dict[str, object], found: bool
) -> None:
    assert is_suspected(north(3, **facts)) == found


def test_a_degree_of_longitude_is_shorter_further_north() -> None:
    east = replace(north(0), lon=TREE.lon + 18 / METRES_PER_DEGREE)
    assert is_suspected(east)  # 14.7 m at 35 degrees north
    assert not is_suspected(replace(east, lat=0.0), within_m=15.0)


def test_a_distance_below_zero_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="within_m"):
        list(near_pairs([TREE], within_m=-1))
