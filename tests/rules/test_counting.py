"""Every count says scattered trees, groves and the trees in groves apart."""

import pytest

from registry.rules.counting import count_trees


def test_a_city_is_counted_as_its_office_counts_it() -> None:
    groves = [(400, 0)] * 8 + [(595, 0)]
    counts = count_trees(scattered=599, groves=groves)
    assert (counts.scattered, counts.groves, counts.in_groves, counts.total) == (599, 9, 3795, 4394)


@pytest.mark.parametrize(
    ("said", "files", "in_grove"), [(120, 0, 120), (120, 3, 120), (2, 3, 3), (None, 4, 4), (None, 0, 0)]
)
def test_a_grove_has_the_trees_of_its_form_or_of_its_files_whichever_are_more(
    said: int | None, files: int, in_grove: int
) -> None:
    counts = count_trees(scattered=0, groves=[(said, files)])
    assert (counts.in_groves, counts.with_files) == (in_grove, files)
    assert counts.uncounted == (said is None and files == 0)


def test_a_tree_said_to_stand_in_a_grove_without_a_record_is_not_scattered() -> None:
    counts = count_trees(scattered=5, grouped=2)
    assert (counts.total, counts.groves, counts.in_groves) == (7, 0, 2)
