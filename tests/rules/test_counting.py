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


@pytest.mark.parametrize(
    ("place", "scattered", "groves", "in_groves", "total"),
    [
        ("China, second census", (1_221_300,), 0, 3_860_600, 5_081_900),
        ("Shanxi, 2017", (4_712, 4_809, 13_558, 106), 258, 79_909, 103_094),
        ("Datong, 2024", (89, 141, 369), 9, 3_795, 4_394),
        ("Taiyuan, whole municipality", (3_991, 48), 55, 5_767, 9_806),
        ("Chengdu, 2023", (197, 674, 8_525, 56), 0, 0, 9_452),
    ],
)
def test_published_totals_add_up_as_this_register_counts(
    place: str, scattered: tuple[int, ...], groves: int, in_groves: int, total: int
) -> None:
    """Sources: national census 2022; Shanxi 2018; Datong Daily 2025-03-22; Taiyuan study; Chengdu 2023."""
    known = [(in_groves // groves, 0)] * (groves - 1) if groves else []
    rest = in_groves - sum(said or 0 for said, _ in known)
    counts = count_trees(scattered=sum(scattered), groves=[*known, *([(rest, 0)] if in_groves else [])])
    assert (counts.in_groves, counts.total) == (in_groves, total), place
