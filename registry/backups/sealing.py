"""Keys under a passphrase: scrypt (RFC 7914) makes a key of it, ChaCha20-Poly1305 (RFC 8439) seals."""

import base64
import json
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from registry.desk_errors import PassphraseError
from registry.errors import InputMissingError, Phrase

FORMAT = "gushu-sealed-keys-1"
LEAST_CHARACTERS = 12
_COST, _BLOCK, _LANES = 1 << 16, 8, 1
"""64 MiB and about a quarter of a second for each try."""
_MOST_COST = 1 << 20


def read_passphrase(path: Path) -> bytes:
    """The first line of a file. Raises InputMissingError, PassphraseError where it is too short."""
    if not path.is_file():
        raise InputMissingError(path=path)
    lines = path.read_bytes().splitlines()
    found = lines[0].strip() if lines else b""
    if len(found.decode("utf-8", "replace")) < LEAST_CHARACTERS:
        reason = Phrase("a passphrase has at least {count} characters", count=LEAST_CHARACTERS)
        raise PassphraseError(path=path, reason=reason)
    return found


def seal(parts: dict[str, bytes], passphrase: bytes) -> bytes:
    """Files by name under a passphrase, as JSON text."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps({name: base64.b64encode(content).decode() for name, content in parts.items()})
    made = ChaCha20Poly1305(_key(passphrase, salt, _COST)).encrypt(nonce, plain.encode(), FORMAT.encode())
    facts = {"format": FORMAT, "scrypt": {"n": _COST, "r": _BLOCK, "p": _LANES}}
    texts = {"salt": salt, "nonce": nonce, "sealed": made}
    told = facts | {name: base64.b64encode(content).decode() for name, content in texts.items()}
    return (json.dumps(told, indent=1) + "\n").encode()


def unseal(sealed: bytes, passphrase: bytes, path: Path) -> dict[str, bytes]:
    """What was sealed. Raises PassphraseError: not the passphrase, or altered. path: named in the error."""
    wrong = Phrase("the passphrase is not the one they were sealed with, or the file was altered")
    try:
        told = json.loads(sealed)
        cost = int(told["scrypt"]["n"])
        if told["format"] != FORMAT or not 2 <= cost <= _MOST_COST:
            raise PassphraseError(path=path, reason=wrong)
        salt, nonce, made = (base64.b64decode(told[name]) for name in ("salt", "nonce", "sealed"))
        plain = ChaCha20Poly1305(_key(passphrase, salt, cost)).decrypt(nonce, made, FORMAT.encode())
        return {str(name): base64.b64decode(content) for name, content in json.loads(plain).items()}
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise PassphraseError(path=path, reason=wrong) from error


def _key(passphrase: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_LANES).derive(passphrase)
