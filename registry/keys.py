"""The register's keys: a file beside the register, readable by its owner alone, never in the database.

It holds the tag keys (HMAC, rotatable) and the key that signs editions (Ed25519).
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.db import sqlite_path
from registry.errors import KeyMissingError, OutputError, Phrase, unwritable


@dataclass(frozen=True, slots=True)
class Keys:
    """`tag_keys` by id, `tag_key_id` the one that signs new tags, `edition_key` 32 raw bytes."""

    tag_key_id: str
    tag_keys: dict[str, bytes]
    edition_key: bytes

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of `message`, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.edition_key).sign(message)

    def tag_key(self, key_id: str) -> bytes:
        """The tag key called `key_id`. Raises KeyMissingError: the key file is of another register."""
        if key_id not in self.tag_keys:
            raise KeyMissingError(path=f"(tag key {key_id})")
        return self.tag_keys[key_id]

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
    keys = Keys("1", {"1": secrets.token_bytes(32)}, secrets.token_bytes(32))
    text = json.dumps(
        {
            "tag_key_id": keys.tag_key_id,
            "tag_keys": {name: base64.b64encode(key).decode() for name, key in keys.tag_keys.items()},
            "edition_key": base64.b64encode(keys.edition_key).decode(),
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
        )
        if keys.tag_key_id not in keys.tag_keys or len(keys.edition_key) != 32:
            raise ValueError("the key file is not whole")
        return keys
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyMissingError(path=path) from error
