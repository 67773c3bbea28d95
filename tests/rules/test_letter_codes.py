"""Codes of care letters' pages: made with a key, told apart from others, never mistaken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qrcode import util

from registry.rules.letter_codes import is_genuine_page, looks_like_page, page_text, parse_page
from registry.rules.tag_codes import make_code

KEY, OTHER = b"k" * 32, b"o" * 32
CODE = "7HBKM20T"


@given(code=st.binary(min_size=5, max_size=5), pages=st.integers(1, 9999), data=st.data())
def test_what_is_printed_is_read_again(code: bytes, pages: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, pages))
    text = page_text(make_code(code), page, pages, KEY)
    mark = parse_page(text)
    assert mark is not None
    assert (mark.code, mark.page, mark.pages) == (make_code(code), page, pages)
    assert is_genuine_page(mark, [OTHER, KEY])
    assert not is_genuine_page(mark, [OTHER])
    assert util.RE_ALPHA_NUM.match(text.encode())  # written in few, coarse modules


@pytest.mark.parametrize(("page", "pages"), [(0, 1), (2, 1), (1, 10_000), (-1, 3)])
def test_there_is_no_page_beside_the_letter(page: int, pages: int) -> None:
    with pytest.raises(ValueError, match="page"):
        page_text(CODE, page, pages, KEY)


def test_another_page_of_the_same_letter_needs_a_check_of_its_own() -> None:
    text = page_text(CODE, 1, 3, KEY)
    forged = parse_page(text.replace(":1:3:", ":2:3:"))
    assert forged is not None
    assert not is_genuine_page(forged, [KEY])


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("GUSHU:L:7HBKM20T:4:3:ABCDEFGHIJKLMNOP", True),
        ("GUSHU:L:7HBKM20T:1", True),
        ("gushu:l:", True),
        ("HTTPS://TREES.EXAMPLE.ORG/T/7HBKM20T-ABCDEFGHIJKLMNOP", False),
        ("", False),
    ],
)
def test_a_code_of_another_form_is_no_page(text: str, is_ours: bool) -> None:
    assert parse_page(text) is None
    assert looks_like_page(text) is is_ours


@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    mark = parse_page(text)
    assert mark is None or not is_genuine_page(mark, [KEY])
