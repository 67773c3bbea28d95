"""Edits from the field are held against the register field by field, by their final values."""

from hypothesis import given
from hypothesis import strategies as st

from registry.rules.merging_edits import is_same, merge_edits

VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text("ab ", max_size=3)
FIELDS = st.sampled_from(["town", "village", "notes", "age_years"])
RECORDS = st.fixed_dictionaries(dict.fromkeys(("town", "village", "notes", "age_years"), VALUES))


def test_a_field_that_nobody_else_touched_is_applied():
    merged = merge_edits({"town": ("旧镇", "新镇")}, {"town": "旧镇"})
    assert merged.apply == {"town": "新镇"}
    assert not merged.conflicts


def test_the_same_value_on_both_sides_is_nothing_to_do():
    merged = merge_edits({"town": ("旧镇", "新镇")}, {"town": " 新镇 "})
    assert (merged.apply, merged.same, merged.conflicts) == ({}, ("town",), ())


def test_what_both_changed_to_something_else_is_a_conflict():
    (conflict,) = merge_edits({"town": ("旧镇", "甲镇")}, {"town": "乙镇"}).conflicts
    assert (conflict.base, conflict.here, conflict.theirs) == ("旧镇", "乙镇", "甲镇")


def test_a_field_that_the_sender_left_alone_never_undoes_another():
    merged = merge_edits({"town": ("旧镇", "旧镇")}, {"town": "乙镇"})
    assert (merged.apply, merged.forgone, merged.conflicts) == ({}, ("town",), ())


def test_an_empty_text_is_nothing_and_whole_numbers_are_numbers():
    assert is_same("", None)
    assert is_same(12, 12.0)
    assert not is_same(True, 1)


@given(base=RECORDS, theirs=RECORDS)
def test_without_changes_here_every_edit_goes_through(base, theirs):
    merged = merge_edits({name: (base[name], theirs[name]) for name in base}, base)
    assert not merged.conflicts
    assert all(is_same((base | merged.apply)[name], theirs[name]) for name in base)


@given(base=RECORDS, theirs=RECORDS, here=RECORDS)
def test_every_field_falls_into_one_class_and_nothing_is_written_over_in_silence(base, theirs, here):
    merged = merge_edits({name: (base[name], theirs[name]) for name in base}, here)
    classes = [*merged.apply, *merged.same, *merged.forgone, *(each.field for each in merged.conflicts)]
    assert sorted(classes) == sorted(base)
    assert all(is_same(base[name], here[name]) for name in merged.apply)


@given(base=RECORDS, value=VALUES, other=VALUES)
def test_disjoint_edits_merge_in_either_order(base, value, other):
    mine, yours = {"town": (base["town"], value)}, {"notes": (base["notes"], other)}
    first = base | merge_edits(mine, base).apply
    first |= merge_edits(yours, first).apply
    second = base | merge_edits(yours, base).apply
    second |= merge_edits(mine, second).apply
    assert first == second


@given(base=RECORDS, theirs=RECORDS)
def test_an_edit_that_arrives_twice_does_nothing_the_second_time(base, theirs):
    edits = {name: (base[name], theirs[name]) for name in base}
    once = base | merge_edits(edits, base).apply
    again = merge_edits(edits, once)
    assert not again.apply
    assert not again.conflicts
