"""Signatures for large tags: whoever has the register's public key knows a tag genuine without a network.

The printed text is CODE-CHECK-SIGNATURE. SIGNATURE is Ed25519 (RFC 8032) over domain + CODE-CHECK in base32,
103 characters: the whole address stays alphanumeric for QR. The signing key follows from the tag key, so that
both are rotated and revoked as one; the public halves of those in force stand in the edition and on phones.
A signature proves who issued a tag, not where it hangs: a copied tag verifies too.
"""

import base64
import binascii
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.rules.tag_codes import parse_printed, signature_part

LEAST_SIGNED_MODULE_MM = 0.8
"""A signed code is denser (version 8 for a short address): with finer modules it is not printed."""
_DOMAIN = b"gushu tag signature v1\0"
_KEY_PURPOSE = b"gushu tag signing key v1"


def public_half(tag_key: bytes) -> bytes:
    """The public key, 32 raw bytes, that checks what `signed_text` makes with `tag_key`."""
    return _signing_key(tag_key).public_key().public_bytes_raw()


def signed_text(printed: str, tag_key: bytes) -> str:
    """What stands in the QR code of a signed tag: CODE-CHECK-SIGNATURE. `printed` is CODE-CHECK."""
    signature = _signing_key(tag_key).sign(_DOMAIN + printed.encode("ascii"))
    return f"{printed}-{base64.b32encode(signature).decode('ascii').rstrip('=')}"


def parse_signed(text: str) -> tuple[str, bytes] | None:
    """(CODE-CHECK, signature of 64 bytes) of a signed tag's text, any case; None for any other text."""
    printed, part = parse_printed(text), signature_part(text)
    if printed is None or not part:
        return None
    try:
        signature = base64.b32decode(part + "=")
    except binascii.Error:
        return None
    is_canonical = base64.b32encode(signature).decode("ascii").rstrip("=") == part
    return (printed, signature) if is_canonical else None


def is_signed(text: str, public_keys: Iterable[bytes]) -> bool | None:
    """Whether the signature in `text` is by one of the keys; None where it carries none at all."""
    if not signature_part(text):
        return None
    parsed = parse_signed(text)
    return parsed is not None and any(_verifies(*parsed, key) for key in public_keys)


def _verifies(printed: str, signature: bytes, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _DOMAIN + printed.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signing_key(tag_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        HKDF(SHA256(), 32, salt=None, info=_KEY_PURPOSE).derive(tag_key)
    )
