"""The register's keys: a file beside the register, readable by its owner alone, never in the database.

It holds the tag keys (HMAC; a new one takes over, one that leaked is revoked), the key that signs editions
(Ed25519) and the desk's key, from which those are derived that seal second factors and sign the step between
password and code. Files made before there was a desk have none: theirs is derived from the key of the
editions.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.db import sqlite_path
from registry.errors import KeyMissingError, OutputError, Phrase, unwritable
from registry.export_errors import TagKeyUnknownError
from registry.rules.tag_signatures import public_half

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """`tag_keys` by id, `tag_key_id` the one that signs new tags, `edition_key` 32 raw bytes, `desk_key` too;
    None in files that are older than the desk. `revoked`: ids of tag keys that somebody else may know."""

    tag_key_id: str
    tag_keys: dict[str, bytes]
    edition_key: bytes
    desk_key: bytes | None = None
    revoked: frozenset[str] = frozenset()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of `message`, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.edition_key).sign(message)

    def tag_key(self, key_id: str) -> bytes:
        """The tag key called `key_id`. Raises KeyMissingError: the key file is of another register."""
        if key_id not in self.tag_keys:
            raise KeyMissingError(path=f"(tag key {key_id})")
        return self.tag_keys[key_id]

    @property
    def tag_public_keys(self) -> dict[str, bytes]:
        """The public halves, 32 bytes each, that check signed tags: of the tag keys that are not revoked."""
        trusted = sorted(self.tag_keys.keys() - self.revoked)
        return {key_id: public_half(self.tag_keys[key_id]) for key_id in trusted}

    def derived(self, purpose: str) -> bytes:
        """A key of the desk for one purpose, 32 bytes; always the same for the same file (HKDF, RFC 5869)."""
        info = f"gushu-desk:{purpose}".encode()
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self.desk_key or self.edition_key)

    def seal(self, secret: bytes, about: str) -> str:
        """`secret` as only `unseal` opens it, with the same `about` (AES-256-GCM, base64)."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.derived("seal")).encrypt(nonce, secret, about.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unseal(self, text: str, about: str) -> bytes:
        """What was sealed. Raises KeyMissingError: by other keys, or about something else."""
        try:
            whole = base64.b64decode(text)
            return AESGCM(self.derived("seal")).decrypt(whole[:_NONCE], whole[_NONCE:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyMissingError(path="(desk key)") from error

    @property
    def public_key(self) -> bytes:
        """The raw public key that checks `sign`, 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.edition_key).public_key().public_bytes_raw()


def key_path(address: str) -> Path:
    """Where the keys of the register at `address` are kept (env GUSHU_KEYS overrides it)."""
    if named := os.environ.get("GUSHU_KEYS"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.keys") if path is None else path.with_name(path.name + ".keys")


def make_keys(path: Path) -> Keys:
    """Make new keys in a new file with mode 0600. An existing file is never overwritten: OutputError."""
    desk_key = secrets.token_bytes(32)
    keys = Keys("1", {"1": secrets.token_bytes(32)}, secrets.token_bytes(32), desk_key)
    text = json.dumps(
        {
            "tag_key_id": keys.tag_key_id,
            "tag_keys": {name: base64.b64encode(key).decode() for name, key in keys.tag_keys.items()},
            "edition_key": base64.b64encode(keys.edition_key).decode(),
            "desk_key": base64.b64encode(desk_key).decode(),
        },
        indent=1,
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
    except FileExistsError as error:
        reason = Phrase("there are keys already; they were left as they are")
        raise OutputError(path=path, reason=reason) from error
    except OSError as error:
        raise unwritable(path, error) from error
    return keys


def read_keys(path: Path) -> Keys:
    """The keys in `path`. Raises KeyMissingError where there are none to be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        keys = Keys(
            found["tag_key_id"],
            {name: base64.b64decode(key) for name, key in found["tag_keys"].items()},
            base64.b64decode(found["edition_key"]),
            base64.b64decode(found["desk_key"]) if "desk_key" in found else None,
            frozenset(found.get("revoked_tag_keys", ())),
        )
        is_short = len(keys.edition_key) != 32 or len(keys.desk_key or keys.edition_key) != 32
        if keys.tag_key_id not in keys.tag_keys or is_short:
            raise ValueError("the key file is not whole")
        return keys
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyMissingError(path=path) from error


def rotate_tag_key(path: Path) -> Keys:
    """Make a new tag key that signs tags from now on; those made with older ones stay genuine.

    Raises KeyMissingError, OutputError.
    """
    return _changed(path, _with_new_key)


def revoke_tag_key(path: Path, key_id: str) -> Keys:
    """Nothing made with this tag key is genuine any more; where it signs new tags, a new one takes over.

    Again, nothing happens. Raises TagKeyUnknownError, KeyMissingError, OutputError.
    """
    keys = read_keys(path)
    if key_id not in keys.tag_keys:
        raise TagKeyUnknownError(key=key_id[:40], known=" ".join(sorted(keys.tag_keys)))
    if key_id in keys.revoked:
        return keys

    def revoke(found: dict[str, Any]) -> None:
        found["revoked_tag_keys"] = sorted({*found.get("revoked_tag_keys", ()), key_id})
        if found["tag_key_id"] == key_id:
            _with_new_key(found)

    return _changed(path, revoke)


def _with_new_key(found: dict[str, Any]) -> None:
    numbers = [int(name) for name in found["tag_keys"] if name.isascii() and name.isdigit()]
    found["tag_key_id"] = str(max(numbers, default=0) + 1)
    found["tag_keys"][found["tag_key_id"]] = base64.b64encode(secrets.token_bytes(32)).decode()


def _changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Keys:
    """The key file as `change` makes it, written aside, flushed and renamed: it is never half a file."""
    read_keys(path)
    found = json.loads(path.read_text(encoding="utf-8"))
    change(found)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(found, indent=1) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        aside.unlink(missing_ok=True)
    return read_keys(path)
