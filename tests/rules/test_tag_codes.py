"""Tag codes: genuine ones pass, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.tag_codes import (
    CODE_ALPHABET,
    check_of,
    is_genuine,
    make_code,
    parse_printed,
    printed_text,
    tag_address,
    tag_hash,
)

KEY = b"k" * 32
CODE_BYTES = st.binary(min_size=5, max_size=5)
PRINTABLE = CODE_ALPHABET + "ILOU2-"


@given(CODE_BYTES)
def test_a_code_has_eight_letters_of_its_alphabet_and_no_two_bytes_share_one(random_bytes: bytes) -> None:
    code = make_code(random_bytes)
    number = 0
    for letter in code:
        number = number * 32 + CODE_ALPHABET.index(letter)
    assert number.to_bytes(5, "big") == random_bytes
    assert len(code) == 8


@given(CODE_BYTES)
def test_a_printed_tag_is_genuine_in_any_case(random_bytes: bytes) -> None:
    printed = printed_text(make_code(random_bytes), KEY)
    assert is_genuine(printed, KEY)
    assert is_genuine(printed.lower(), KEY)
    assert is_genuine(f" {printed.replace('-', '')}\n", KEY)
    assert parse_printed(printed.lower()) == printed


@given(CODE_BYTES, st.integers(0, 24), st.sampled_from(PRINTABLE))
def test_one_changed_character_is_not_genuine(random_bytes: bytes, place: int, other: str) -> None:
    printed = printed_text(make_code(random_bytes), KEY)
    changed = printed[:place] + other + printed[place + 1 :]
    assert is_genuine(changed, KEY) == (changed == printed)


@given(CODE_BYTES, st.binary(min_size=1, max_size=64))
def test_another_key_makes_another_check(random_bytes: bytes, other: bytes) -> None:
    code = make_code(random_bytes)
    assert (check_of(code, KEY) == check_of(code, other)) == (other == KEY)


@pytest.mark.parametrize(
    "text", ["", "-", "ABCDEFGH", "ABCDEFGH-", "x" * 10_000, "ＡＢＣ", "０" * 24, "\0" * 25]
)
def test_what_has_not_the_form_of_a_tag_is_no_tag(text: str) -> None:
    assert parse_printed(text) is None
    assert not is_genuine(text, KEY)


@pytest.mark.parametrize("length", [0, 4, 6])
def test_a_code_takes_exactly_five_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="5 random bytes"):
        make_code(b"x" * length)


def test_the_form_of_codes_and_hashes_never_changes() -> None:
    printed = printed_text("0123ABCD", b"\0" * 32)
    assert printed == "0123ABCD-" + check_of("0123ABCD", b"\0" * 32)
    assert len(printed) == 25
    assert printed == "0123ABCD-FVDCPPTF22MJD7E5"
    assert tag_hash(printed) == "f6e5a2933f1dc2e327187aae68259ea42c7319436571aff138e64c44b8ca16be"


@pytest.mark.parametrize(
    ("site", "address"),
    [
        ("https://trees.example.org", "HTTPS://TREES.EXAMPLE.ORG/T/X-Y"),
        ("https://trees.example.org/", "HTTPS://TREES.EXAMPLE.ORG/T/X-Y"),
        ("http://10.0.0.5:8001", "HTTP://10.0.0.5:8001/T/X-Y"),
        ("https://example.org/Trees", "HTTPS://EXAMPLE.ORG/Trees/T/X-Y"),
    ],
)
def test_a_tag_address_is_upper_case_but_for_a_folder(site: str, address: str) -> None:
    assert tag_address(site, "X-Y") == address
