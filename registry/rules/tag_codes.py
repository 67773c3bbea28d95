"""Tag codes: a short code of its own for every tag, and a check that only the register's key can make.

The printed text is CODE-CHECK. CODE is 8 characters of Crockford's alphabet (no I, L, O, U), drawn at random;
CHECK is the first 80 bits of HMAC-SHA-256(key, domain + CODE) in base32, 16 characters. The check covers the
code and not the host, so that a tag outlives an address. The public edition holds `tag_hash` alone.

Plates of other makers and former hosts are known by the text of their code: its `plate_hash`.
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import unquote, urlsplit

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
CHECK_LENGTH = 16
LONGEST_TEXT = 2000
"""Characters of the text of a plate's code at most."""
SIGNATURE_LENGTH = 103
"""Characters of the signature that a large tag may carry behind its check; see `tag_signatures`."""
_CHECK_DOMAIN = b"gushu tag check v1\0"
_HASH_DOMAIN = b"gushu tag hash v1\0"
_PATH = re.compile(r"(?i)(?:^|/)T/([^/]+)/?$")
_PRINTED = re.compile(
    rf"([{CODE_ALPHABET}]{{{CODE_LENGTH}}})-?([A-Z2-7]{{{CHECK_LENGTH}}})(?:-([A-Z2-7]{{{SIGNATURE_LENGTH}}}))?"
)
_LONGEST = CODE_LENGTH + CHECK_LENGTH + SIGNATURE_LENGTH + 2


def make_code(random_bytes: bytes) -> str:
    """The code of 5 random bytes: 40 bits, 8 characters. Raises ValueError for another length."""
    if len(random_bytes) != 5:
        raise ValueError(f"a code takes 5 random bytes, got {len(random_bytes)}")
    number = int.from_bytes(random_bytes, "big")
    return "".join(CODE_ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))


def check_of(code: str, key: bytes) -> str:
    """The check of `code` under `key`, 16 characters."""
    digest = hmac.new(key, _CHECK_DOMAIN + code.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode("ascii")


def printed_text(code: str, key: bytes) -> str:
    """What stands on the tag: CODE-CHECK."""
    return f"{code}-{check_of(code, key)}"


def is_genuine(printed: str, key: bytes) -> bool:
    """Whether `printed` (any case, blanks ignored) was made with `key`; compared in constant time."""
    found = parse_printed(printed)
    if found is None:
        return False
    code, _, check = found.partition("-")
    return hmac.compare_digest(check, check_of(code, key))


def parse_printed(text: str) -> str | None:
    """`text` as it was printed (CODE-CHECK, upper case), or None where it has not the form of a tag.

    The signature of a large tag is left out: `tag_signatures` checks it.
    """
    match = _match(text)
    return f"{match[1]}-{match[2]}" if match else None


def signature_part(text: str) -> str:
    """The signature in the text of a large tag, 103 characters in upper case; "" where it carries none."""
    match = _match(text)
    return (match[3] or "") if match else ""


def _match(text: str) -> re.Match[str] | None:
    squeezed = "".join(text.split()).upper()
    return _PRINTED.fullmatch(squeezed) if len(squeezed) <= _LONGEST else None


def parse_code(text: str) -> str | None:
    """The short code alone, as printed in small on a tag, in upper case; None where `text` is none.

    It names a tag to those who keep the register; to the public it proves nothing.
    """
    squeezed = "".join(text.split()).upper()
    return squeezed if re.fullmatch(rf"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}", squeezed) else None


def tag_hash(printed: str) -> str:
    """What the public edition knows a tag by: SHA-256, hexadecimal. `printed` as from `parse_printed`."""
    return hashlib.sha256(_HASH_DOMAIN + printed.encode("ascii")).hexdigest()


def plate_hash(text: str) -> str:
    """By what the text of a plate's code is found: its SHA-256, domain-separated."""
    return hashlib.sha256(f"gushu-plate:{text.strip()}".encode()).hexdigest()


def plate_ending(text: str) -> str:
    """What our own site sees of a plate's address where its host sends on to ours: what follows `/T/`.

    The text itself where it is no such address.
    """
    ending = tag_text(text)
    return parse_printed(ending) or ending


def tag_text(text: str) -> str:
    """What of a scanned text can name a tag of ours: CODE-CHECK out of an address on any host, or itself."""
    text = text.strip()[:LONGEST_TEXT]
    if "/" not in text:
        return text
    try:
        path = unquote(urlsplit(text).path)
    except ValueError:
        return text
    found = _PATH.search(path)
    return found[1] if found else text


def tag_address(public_address: str, printed: str) -> str:
    """The upper-case URL for the QR code: `HTTPS://HOST/T/CODE-CHECK`.

    A path in `public_address` (a site below a folder) keeps its case.
    """
    scheme, _, rest = public_address.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.upper()}://{host.upper()}{slash}{path}/T/{printed}"
