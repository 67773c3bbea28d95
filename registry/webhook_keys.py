"""The secrets of webhooks: a file beside the register's keys, for its owner alone, never in the database."""

import json
import os
import secrets
from pathlib import Path

from registry.errors import KeyMissingError, unwritable

_BYTES = 32


def webhook_secrets(keys: Path) -> Path:
    """The file of the secrets beside the keys of a register."""
    return keys.with_name(keys.name + ".webhooks")


def new_secret() -> str:
    """A new secret: 64 hexadecimal digits; its text is what signs."""
    return secrets.token_hex(_BYTES)


def read_secret(path: Path, webhook_id: str) -> bytes:
    """The secret of a webhook. Raises KeyMissingError."""
    found = _read(path).get(webhook_id)
    if not found:
        raise KeyMissingError(path=path)
    return found.encode()


def keep_secret(path: Path, webhook_id: str, secret: str | None) -> None:
    """Keep the secret of a webhook; None takes it away. Raises OutputError, KeyMissingError."""
    known = {name: value for name, value in _read(path).items() if name != webhook_id}
    if secret is not None:
        known[webhook_id] = secret
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(known, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KeyMissingError(path=path) from error
    if not isinstance(found, dict):
        raise KeyMissingError(path=path)
    return {str(name): str(value) for name, value in found.items()}
