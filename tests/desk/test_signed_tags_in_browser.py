"""Signed tags in the field: verified without a network, by the browser's Ed25519 and by ours (RFC 8032)."""

import base64
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser_kit import launched_chromium
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datasette_plugins.desk import field_pages
from registry.rules.tag_codes import printed_text
from registry.rules.tag_signatures import public_half, signed_text

pytestmark = pytest.mark.browser
KEY = b"k" * 32
PRINTED = printed_text("0123ABCD", KEY)
VECTORS = {
    "of no bytes": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    "of one byte": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "of two bytes": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
}  # fmt: skip
"""Tests 1 to 3 of RFC 8032, section 7.1: public key, message, signature."""
VERIFY = """async ([how, key, message, signature]) => {
  const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  return (await import('/ed25519.js'))[how](bytes(key), bytes(message), bytes(signature));
}"""
SIGNED = """async ([text, keys]) => {
  const { readTagText } = await import('/tagtext.js');
  const read = readTagText(text);
  return (await import('/signatures.js')).isSigned(read.printed, read.signature, keys);
}"""


@pytest.fixture(scope="module")
def page():
    handler = partial(_Quiet, directory=str(field_pages.FOLDER))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, launched_chromium() as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        opened = browser.new_page()
        opened.goto(f"http://127.0.0.1:{server.server_port}/README.md")
        yield opened
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def log_message(self, *_given: object) -> None:
        pass


@pytest.mark.parametrize("how", ["verify", "verifyHere"])
@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_standard_hold(page, name, how):
    key, message, signature = VECTORS[name]
    assert page.evaluate(VERIFY, [how, key, message, signature]) is True
    for place in (0, 40, 64, 127):
        changed = signature[:place] + ("0" if signature[place] != "0" else "1") + signature[place + 1 :]
        assert page.evaluate(VERIFY, [how, key, message, changed]) is False
    assert page.evaluate(VERIFY, [how, key, message + "00", signature]) is False


def test_our_own_agrees_with_the_library_over_many_keys(page):
    for number in range(12):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        message = bytes(range(number * 7))
        given = [private.public_key().public_bytes_raw(), message, private.sign(message)]
        assert page.evaluate(VERIFY, ["verifyHere", *(each.hex() for each in given)]) is True
        assert page.evaluate(VERIFY, ["verifyHere", given[0].hex(), "ff", given[2].hex()]) is False


@pytest.mark.parametrize("wrong", ["ff" * 32, "02" + "00" * 31, "01" + "00" * 30 + "80", "aa"])
def test_what_is_no_key_verifies_nothing(page, wrong):
    assert page.evaluate(VERIFY, ["verifyHere", wrong, "", VECTORS["of no bytes"][2]]) is False


def test_a_signature_with_an_order_added_is_refused(page):
    key, message, signature = VECTORS["of one byte"]
    order = 2**252 + 27742317777372353535851937790883648493
    grown = int.from_bytes(bytes.fromhex(signature[64:]), "little") + order
    other = signature[:64] + grown.to_bytes(32, "little").hex()
    assert page.evaluate(VERIFY, ["verifyHere", key, message, other]) is False


def test_a_signed_tag_is_known_by_the_keys_of_the_package(page):
    ours, other = (base64.b64encode(public_half(key)).decode() for key in (KEY, b"o" * 32))
    text = f"HTTPS://TREES.EXAMPLE.ORG/T/{signed_text(PRINTED, KEY)}"
    assert page.evaluate(SIGNED, [text, [other, ours]]) is True
    assert page.evaluate(SIGNED, [text, [other]]) is False
    assert page.evaluate(SIGNED, [text.replace("/T/0123ABCD", "/T/0123ABCE"), [ours]]) is False


def test_the_field_files_are_where_this_looks_for_them():
    assert (Path(field_pages.FOLDER) / "ed25519.js").is_file()
