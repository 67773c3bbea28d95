"""Figures: which class a tree counts in, and how shares add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.report_records import Share
from registry.rules.kpis import ALL, CLASSES, GROVES, classes_of, rolled_up
from registry.vocab.words import Category


@pytest.mark.parametrize(
    ("category", "classes"),
    [
        ("ancient", (ALL, "ancient")),
        ("famous", (ALL, "famous")),
        ("ancient_famous", (ALL, "ancient", "famous")),
        ("reserve", (ALL, "reserve")),
        ("city_big", (ALL, "other")),
        ("listed", (ALL, "other")),
    ],
)
def test_a_tree_that_is_both_counts_in_both_classes_and_once_in_all(
    category: str, classes: tuple[str, ...]
) -> None:
    assert classes_of(category) == classes


def test_every_category_has_a_class() -> None:
    assert set().union(*CLASSES.values()) == set(Category)


@pytest.mark.parametrize(
    ("share", "value"), [(Share(0, 0), None), (Share(0, 3), 0.0), (Share(3, 3), 1.0), (Share(1, 4), 0.25)]
)
def test_nothing_over_nothing_is_no_figure(share: Share, value: float | None) -> None:
    assert share.value == value


def test_groves_are_never_added_to_trees() -> None:
    counted = [("a", "ancient", {"zoned": Share(1, 2)}), ("a", GROVES, {"zoned": Share(1, 1)})]
    sums = rolled_up(counted, lambda _division: None)
    assert sums[None, ALL] == {"zoned": Share(1, 2)}
    assert sums[None, GROVES] == {"zoned": Share(1, 1)}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a1", "a2", "b1", None]),
            st.sampled_from([*map(str, Category)]),
            st.integers(0, 50),
            st.integers(0, 50),
        )
    )
)
def test_the_divisions_add_up_to_the_whole(rows: list[tuple[str | None, str, int, int]]) -> None:
    counted = [(d, c, {"tagged": Share(part, part + rest)}) for d, c, part, rest in rows]
    sums = rolled_up(counted, lambda division: division[0] if division else "elsewhere")
    whole = sums.get((None, ALL), {}).get("tagged", Share(0, 0))
    parts = [line["tagged"] for (place, group), line in sums.items() if place and group == ALL]
    assert sum(parts, Share(0, 0)) == whole
    assert whole == Share(sum(r[2] for r in rows), sum(r[2] + r[3] for r in rows))
