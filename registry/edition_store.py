"""Editions as files: keeping them, putting another one in place, checking one without a register."""

import base64
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.commands.history import canonical
from registry.errors import EditionForeignError, EditionForgedError, EditionMissingError, Phrase, unwritable
from registry.outputs import is_edition
from registry.rules.edition_files import kept_folder, kept_path, manifest_path, withdrawn_path, withdrawn_text


def keep_edition(public: Path, edition: Path, manifest: str, number: int) -> None:
    """Keep `edition`, made for `public`, as edition `number`. The bytes are shared where the disk can."""
    kept = kept_path(public, number)
    kept.parent.mkdir(exist_ok=True)
    _same_file(edition, kept)
    manifest_path(kept).write_text(manifest, encoding="utf-8")


def drop_oldest(public: Path, keep: int) -> tuple[int, int]:
    """Leave the newest `keep` editions; how many are kept then, and how many bytes they are."""
    numbers = kept_numbers(public)
    for number in numbers[keep:]:
        path = kept_path(public, number)
        path.unlink(missing_ok=True)
        manifest_path(path).unlink(missing_ok=True)
    left = numbers[:keep]
    return len(left), sum(kept_path(public, number).stat().st_size for number in left)


def kept_numbers(public: Path) -> list[int]:
    """The editions that are kept, newest first."""
    found = [path.stem for path in kept_folder(public).glob("*.gpkg")]
    return sorted((int(stem) for stem in found if stem.isascii() and stem.isdecimal()), reverse=True)


def number_in(path: Path) -> int | None:
    """The number of the edition at `path`, None where there is none. Raises EditionForeignError."""
    if not path.is_file():
        return None
    if not is_edition(path):
        raise EditionForeignError(path=path)
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True)) as connection:
        found = connection.execute("SELECT value FROM edition WHERE key = 'number'").fetchone()
    return int(found[0]) if found else None


def settle(public: Path, withdrawn: Collection[int], now: datetime) -> int | None:
    """Say beside `public` what is withdrawn, and put the newest kept edition that is not in its place.

    Returns the number of the edition then in place. Where none is left that may be given out, the one in
    place stays, and the site answers that it is gone. Raises OutputError, EditionForeignError.
    """
    in_place = number_in(public)
    usable = [number for number in kept_numbers(public) if number not in withdrawn]
    try:
        tell_withdrawn(public, withdrawn, now)
        if usable and in_place is not None and (in_place in withdrawn or usable[0] > in_place):
            _put_in_place(public, usable[0])
            return usable[0]
    except OSError as error:
        raise unwritable(public, error) from error
    return in_place


def tell_withdrawn(public: Path, withdrawn: Collection[int], now: datetime) -> None:
    """Say beside `public` which editions are withdrawn; the site reads it at once."""
    path = withdrawn_path(public)
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    aside.write_text(withdrawn_text(withdrawn, now), encoding="utf-8")
    os.replace(aside, path)


def verify_edition(path: Path, key: str | None = None) -> dict[str, Any]:
    """What the manifest beside `path` says of it, once signature and content are found to be true.

    key: the publisher's public key (base64), noted earlier; None: the one that came with the manifest.
    Raises EditionMissingError, EditionForgedError.
    """
    if not path.is_file():
        raise EditionMissingError(path=path)
    try:
        facts: dict[str, Any] = json.loads(manifest_path(path).read_text(encoding="utf-8"))
        signature = base64.b64decode(facts.pop("signature"))
        stated = str(facts["public_key"])
        public_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(key or stated))
        sha256 = str(facts["sha256"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EditionForgedError(path=path, reason=Phrase("there is no manifest to be read")) from error
    if key and key != stated:
        raise EditionForgedError(path=path, reason=Phrase("it was signed with another key"))
    try:
        public_key.verify(signature, canonical(facts).encode())
    except InvalidSignature as error:
        raise EditionForgedError(path=path, reason=Phrase("the manifest was changed")) from error
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise EditionForgedError(path=path, reason=Phrase("the file is not the one that was signed"))
    return facts


def _put_in_place(public: Path, number: int) -> None:
    kept = kept_path(public, number)
    for source, target in ((kept, public), (manifest_path(kept), manifest_path(public))):
        if source.is_file():
            aside = target.with_name(f"{target.name}.{os.getpid()}.part")
            _same_file(source, aside)
            os.replace(aside, target)


def _same_file(source: Path, target: Path) -> None:
    with suppress(FileNotFoundError):
        target.unlink()
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
