"""QR codes: the batch encoder makes what `qrcode` makes, and a reader reads it."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import util
from qrcode.main import QRCode

from exports.qr import LEVELS, dark_runs, encode_batch, encode_matrix, smallest_version

ADDRESS = "HTTPS://TREES.EXAMPLE.ORG/T/7HBKM20T-ABCDEFGHIJKLMNOP"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
texts = st.text(ALPHANUMERIC, max_size=220) | st.text(st.characters(codec="utf-8"), max_size=120)
levels = st.sampled_from(sorted(LEVELS))


def reference(text: str, level: str, mask: int | None) -> np.ndarray:
    """What `qrcode` makes of `text` by itself, in one mode."""
    encoded = text.encode()
    is_alphanumeric = util.RE_ALPHA_NUM.match(encoded)
    mode = util.MODE_ALPHA_NUM if is_alphanumeric else util.MODE_8BIT_BYTE
    symbol = QRCode(error_correction=LEVELS[level], mask_pattern=mask)
    symbol.add_data(util.QRData(encoded, mode=mode))
    symbol.make()
    return np.array(symbol.modules, dtype=bool)


def read(symbol: np.ndarray) -> str:
    image = np.kron(~np.pad(symbol, 4), np.ones((4, 4), dtype=np.uint8)) * np.uint8(255)
    return zxingcpp.read_barcode(image.astype(np.uint8)).text


@settings(max_examples=40)
@given(batch=st.lists(texts, max_size=4), level=levels, mask=st.none() | st.integers(0, 7))
def test_a_batch_equals_qrcode_module_for_module(batch, level, mask):
    symbols = encode_batch(batch, correction=level, mask=mask)
    assert len(symbols) == len(batch)
    for text, symbol in zip(batch, symbols, strict=True):
        assert np.array_equal(symbol, reference(text, level, mask))


@settings(max_examples=15)
@given(text=texts, level=levels)
def test_one_symbol_equals_its_place_in_a_batch(text, level):
    assert np.array_equal(encode_matrix(text, correction=level), encode_batch([text], correction=level)[0])


@pytest.mark.parametrize("version", [1, 6, 7, 9, 10, 14, 26, 27, 40])
def test_large_versions_equal_qrcode_too(version):
    size = util.BIT_LIMIT_TABLE[LEVELS["M"]][version] // 8 - 4
    text = "é" + "x" * (size - 2)
    symbol = encode_batch([text], correction="M", mask=3)[0]
    assert symbol.shape == (17 + 4 * version,) * 2
    assert np.array_equal(symbol, reference(text, "M", 3))


@pytest.mark.parametrize(
    "text", [ADDRESS, "https://树.example/T/臺灣欒樹", "HTTP://127.0.0.1:8001/T/A", "0", ADDRESS + "/X" * 70]
)
def test_a_reader_reads_it_back(text):
    assert read(encode_batch([text])[0]) == text


def test_many_texts_of_different_lengths_keep_their_order():
    batch = [f"{ADDRESS[: 30 + number % 20]}{number}" for number in range(600)]
    symbols = encode_batch(batch)
    assert [read(symbol) for symbol in symbols[::37]] == batch[::37]


def test_an_upper_case_address_with_its_check_fits_version_4():
    assert smallest_version(ADDRESS) == 4
    assert smallest_version(ADDRESS.lower()) > 4


@pytest.mark.parametrize("encode", [encode_matrix, lambda text: encode_batch([text])])
def test_a_text_that_fits_no_version_is_a_value_error(encode):
    with pytest.raises(ValueError, match="does not fit"):
        encode("x" * 3000)


@settings(max_examples=20)
@given(text=texts)
def test_dark_runs_cover_exactly_the_dark_modules(text):
    symbol = encode_batch([text])[0]
    drawn = np.zeros_like(symbol)
    for x, y, width in dark_runs(symbol):
        assert not drawn[y, x : x + width].any()
        drawn[y, x : x + width] = True
        assert x + width == len(symbol) or not symbol[y, x + width]
    assert np.array_equal(drawn, symbol)
