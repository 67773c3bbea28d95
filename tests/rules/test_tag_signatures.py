"""Signatures of large tags: checked by the public key alone, short enough for an alphanumeric QR code."""

from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import util

from exports.qr import smallest_version
from registry.rules.tag_codes import (
    is_genuine,
    make_code,
    parse_printed,
    printed_text,
    signature_part,
    tag_address,
    tag_hash,
)
from registry.rules.tag_signatures import is_signed, parse_signed, public_half, signed_text

KEY, OTHER = b"k" * 32, b"o" * 32
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PRINTED = st.binary(min_size=5, max_size=5).map(lambda drawn: printed_text(make_code(drawn), KEY))


@given(PRINTED)
def test_a_signed_tag_is_known_by_the_public_key_alone(printed: str) -> None:
    signed = signed_text(printed, KEY)
    assert is_signed(signed, [public_half(OTHER), public_half(KEY)])
    assert is_signed(f" {signed.lower()}\n", [public_half(KEY)])
    assert not is_signed(signed, [public_half(OTHER)])
    assert not is_signed(signed, [])


@given(PRINTED)
def test_to_the_register_it_is_the_same_tag(printed: str) -> None:
    signed = signed_text(printed, KEY)
    assert parse_printed(signed) == printed
    assert is_genuine(signed, KEY)
    assert tag_hash(parse_printed(signed) or "") == tag_hash(printed)


@settings(max_examples=60)
@given(PRINTED, st.integers(0, 127), st.sampled_from(BASE32))
def test_one_changed_character_breaks_the_signature(printed: str, place: int, other: str) -> None:
    signed = signed_text(printed, KEY)
    changed = signed[:place] + other + signed[place + 1 :]
    assert bool(is_signed(changed, [public_half(KEY)])) == (changed == signed)


def test_without_a_signature_nothing_is_said() -> None:
    printed = printed_text("0123ABCD", KEY)
    assert is_signed(printed, [public_half(KEY)]) is None
    assert (parse_signed(printed), signature_part(printed)) == (None, "")
    assert parse_printed(f"{printed}-{'A' * 102}") is None


def test_the_address_of_a_signed_tag_stays_alphanumeric() -> None:
    signed = signed_text(printed_text("0123ABCD", KEY), KEY)
    address = tag_address("https://gushu.example.gov.cn", signed)
    assert len(signed) == 129
    assert util.RE_ALPHA_NUM.match(address.encode())
    assert smallest_version(address) == 9


def test_the_form_of_signatures_never_changes() -> None:
    signed = signed_text(printed_text("0123ABCD", b"\0" * 32), b"\0" * 32)
    assert public_half(b"\0" * 32).hex() == "49627e6d16932d58b956d5d60fc32851aed36f2fec8124f69adae9216f2092c5"
    assert signed.startswith("0123ABCD-FVDCPPTF22MJD7E5-JFKSYEA6OS6KZR7I")
    assert signed.endswith("FZWOMBT7FCMG33PN4QDLSIHJ5FC63I4L4EKSAY")
