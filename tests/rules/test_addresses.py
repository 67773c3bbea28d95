"""Numbers in addresses."""

import re

import pytest
from datasette.utils import tilde_decode, tilde_encode
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.addresses import decode_segment, encode_segment


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_its_segment(text: str) -> None:
    segment = encode_segment(text)
    assert decode_segment(segment) == text
    assert re.fullmatch(r"[A-Za-z0-9_~-]*", segment)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_segment_means_the_same_to_datasette(text: str) -> None:
    assert tilde_decode(encode_segment(text)) == text
    assert decode_segment(tilde_encode(text).replace("+", "~20")) == text


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("14040400001", "14040400001"),
        ("AFCD/KS/005", "AFCD~2FKS~2F005"),
        ("HT 2007-163", "HT~202007-163"),
        ("a~b", "a~7Eb"),
        ("古1", "~E5~8F~A41"),
        ("..", "~2E~2E"),
    ],
)
def test_numbers_of_real_registers_make_one_segment_each(text: str, segment: str) -> None:
    assert encode_segment(text) == segment
    assert decode_segment(segment) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_damaged_segment_gives_a_text_and_no_failure(segment: str) -> None:
    assert isinstance(decode_segment("~FF~E5" + segment), str)
