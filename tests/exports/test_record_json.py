"""Records as JSON: what is told, in which form, and that the schema says so."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import make_photo, make_tree_record
from hypothesis import given
from hypothesis import strategies as st

from exports.record_json import canonical_json, record_schema, record_values
from registry.records import DesignationRecord, HistoryRecord, MeasurementRecord, TreeRecord
from registry.rules.json_shape import misfits

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXTS, each, max_size=4),
    max_leaves=12,
)


def make_full_tree() -> TreeRecord:
    return make_tree_record(
        lon=121.5,
        is_key_state_forest=False,
        age_years=0,
        measurements=(MeasurementRecord(date(2020, 5, 1), girth_cm=300.0),),
        designations=(DesignationRecord("grade", "cn-2023", "first"),),
        history=(HistoryRecord(1, datetime(2026, 1, 2, 3, tzinfo=UTC), "tree:created", ("lon",), "9f" * 32),),
        photos=(make_photo(),),
    )


def test_values_stand_in_the_order_of_the_fields_and_empty_ones_are_left_out():
    values = record_values(make_full_tree())
    assert list(values) == [each.name for each in fields(TreeRecord) if each.name in values]
    assert not {"steward", "aliases"} & values.keys()
    assert (values["is_key_state_forest"], values["age_years"]) == (False, 0)


def test_days_and_instants_are_iso_texts():
    values = record_values(make_full_tree())
    assert values["measurements"][0] == {"measured_on": "2020-05-01", "girth_cm": 300.0}
    assert values["history"][0]["at"] == "2026-01-02T03:00:00+00:00"


def test_a_photo_is_told_by_its_digest_and_never_by_its_bytes():
    photo = make_photo()
    told = record_values(photo)
    assert told["sha256"] == hashlib.sha256(photo.jpeg).hexdigest()
    assert not {"jpeg", "thumb"} & told.keys()


def test_what_is_no_record_is_refused():
    with pytest.raises(TypeError):
        record_values({"tree_no": "1"})
    with pytest.raises(TypeError):
        record_values(TreeRecord)


def test_a_value_that_json_has_no_form_for_is_refused():
    @dataclass(frozen=True)
    class Odd:
        what: Any

    with pytest.raises(TypeError):
        record_values(Odd(1 + 2j))


def test_the_schema_takes_what_records_make_and_nothing_else():
    schema = record_schema()
    for tree in (make_full_tree(), make_tree_record()):
        assert not list(misfits(json.loads(canonical_json(record_values(tree))), schema))
    told = record_values(make_full_tree())
    assert [each.where for each in misfits({**told, "altitude": 3}, schema)] == ["altitude"]
    wrong = {**told, "measurements": [{"girth_cm": "300"}]}
    assert [each.where for each in misfits(wrong, schema)] == ["measurements[0].girth_cm"]


def test_every_field_that_a_record_has_stands_in_the_schema():
    defined = record_schema()["$defs"]["TreeRecord"]["properties"]
    assert list(defined) == [each.name for each in fields(TreeRecord)]


@given(PLAIN)
def test_the_canonical_form_says_the_same_value_and_is_settled(value):
    told = canonical_json(value)
    assert json.loads(told) == value
    assert canonical_json(json.loads(told)) == told


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=5))
def test_the_order_of_keys_makes_no_difference(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_a_whole_number_is_written_without_a_point():
    assert canonical_json({"b": 300.0, "a": [1.5, -0.0]}) == b'{"a":[1.5,0],"b":300}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_no_json_may_hold_is_a_value_error(value):
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        canonical_json(value)
