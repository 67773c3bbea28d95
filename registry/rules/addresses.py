"""Numbers in addresses and file names: tilde-encoding makes `AFCD/KS/005` and `HT 2007-163` one segment.

The same encoding as Datasette's: letters, digits, `_` and `-` stay, every other byte becomes `~` and two
hexadecimal digits.
"""

import re

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_ESCAPE = re.compile(rb"~([0-9A-Fa-f]{2})")


def encode_segment(text: str) -> str:
    """`text` as one segment of an address, or a file name, in ASCII."""
    return "".join(chr(byte) if byte in _SAFE else f"~{byte:02X}" for byte in text.encode("utf-8"))


def decode_segment(segment: str) -> str:
    """The text of a segment; bytes that are no UTF-8 become U+FFFD, so that nothing fails."""
    raw = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), segment.encode("utf-8"))
    return raw.decode("utf-8", "replace")
