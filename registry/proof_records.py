"""The proof of a document: which record it is made from, of which register, at which point of its history.

What is proved stands in a statement. Its SHA-256 and the little that the public page must know are packed
into 58 bytes, which the register's edition key signs (Ed25519). In base32 that is the last part of an
address: with the public key that every edition holds, anybody can check it, and nobody keeps a list of
documents.
"""

import base64
import hashlib
import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Sign = Callable[[bytes], bytes]
"""Makes the signature of a message; whoever holds the key gives it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a callable that holds the private key, and the public key (32 bytes) that checks it."""

    sign: Sign
    public_key: bytes


FORMAT = "gushu-proof-1"
DOMAIN = b"gushu document proof v1\0"
"""What stands before whatever is signed here: a signature of something else proves nothing."""
KINDS = ("tree", "grove", "garden", "place", "element", "booklet", "strategy", "opinion", "letter", "list")
"""What a document is about; the place in this list stands in its address and never changes."""
CODE_LENGTH = 20
"""Characters of a check code: 100 bits."""
_BODY = struct.Struct(">BBII16s32s")
_SIGNATURE = 64
_VERSION = 1
_RESTRICTED = 0x80
_TOKEN = re.compile("[A-Z2-7]{196}")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is proved. kind, uuid, number: the record. record_sha256: of the JSON inside the document.

    history_head, history_seq: the last event of the history when it was made. view_seq: the event that an
    older view of the record rests on; None for the record of that moment, 0 where no event tells it.
    """

    kind: str
    uuid: str
    number: str
    register: str
    made_at: datetime
    history_head: str
    history_seq: int
    record_sha256: str
    is_restricted: bool = False
    view_seq: int | None = None

    def values(self) -> dict[str, Any]:
        """The statement as JSON says it."""
        told = {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}
        return {
            "format": FORMAT,
            **told,
            "made_at": self.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def body(self) -> bytes:
        """What is signed, 58 bytes; see `Token`."""
        return _body_of(self)


@dataclass(frozen=True, slots=True)
class Token:
    """What an address says: a signed body."""

    body: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """In base32: capital letters and digits alone, which keeps a QR code coarse."""
        return base64.b32encode(self.body + self.signature).decode().rstrip("=")

    @property
    def check_code(self) -> str:
        """The short code that is printed: five groups of four characters out of the SHA-256 of the whole."""
        digest = hashlib.sha256(self.body + self.signature).digest()
        code = base64.b32encode(digest).decode()[:CODE_LENGTH]
        return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))

    @property
    def kind(self) -> str:
        """What the document is about."""
        return KINDS[self.body[1] & ~_RESTRICTED]

    @property
    def is_restricted(self) -> bool:
        """Whether it holds what is for the office alone."""
        return bool(self.body[1] & _RESTRICTED)

    @property
    def history_seq(self) -> int:
        """The number of the last event of the history when it was made."""
        return int(_BODY.unpack(self.body)[2])

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        return datetime.fromtimestamp(_BODY.unpack(self.body)[3], UTC)

    @property
    def uuid(self) -> str:
        """The record."""
        return str(UUID(bytes=_BODY.unpack(self.body)[4]))

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether the holder of this key (32 bytes) signed it."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, DOMAIN + self.body)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement that was signed, the public key that checks it, and the JSON that it is about."""

    statement: Statement
    signature: bytes
    public_key: bytes
    record: bytes = b""

    @property
    def token(self) -> Token:
        """The part that fits into an address."""
        return Token(self.statement.body(), self.signature)

    @property
    def check_code(self) -> str:
        """The short code that is printed."""
        return self.token.check_code

    def address(self, public_address: str) -> str:
        """The address for the QR code, host and token in capital letters: `HTTPS://HOST/CHECK/…`."""
        scheme, _, rest = public_address.rstrip("/").partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme.upper()}://{host.upper()}{slash}{path}/CHECK/{self.token.text}"

    def to_json(self) -> bytes:
        """The proof as the file that goes into the document."""
        values = {
            **self.statement.values(),
            "check_code": self.check_code,
            "signature": base64.b64encode(self.signature).decode(),
            "public_key": base64.b64encode(self.public_key).decode(),
        }
        return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n"


def prove(statement: Statement, record: bytes, sign: Sign, public_key: bytes) -> Proof:
    """The statement, signed."""
    return Proof(statement, sign(DOMAIN + statement.body()), public_key, record)


def read_proof(content: bytes) -> Proof:
    """The proof in a file that `Proof.to_json` wrote. Raises ValueError for any other."""
    try:
        found = json.loads(content)
        statement = Statement(
            kind=_one_of(found["kind"]),
            uuid=str(UUID(found["uuid"])),
            number=_text(found["number"]),
            register=_text(found["register"]),
            made_at=datetime.fromisoformat(found["made_at"]).astimezone(UTC),
            history_head=_text(found["history_head"]),
            history_seq=_number(found["history_seq"]),
            record_sha256=_text(found["record_sha256"]),
            is_restricted=bool(found["is_restricted"]),
            view_seq=None if found.get("view_seq") is None else _number(found["view_seq"]),
        )
        statement.body()
        signature, key = base64.b64decode(found["signature"]), base64.b64decode(found["public_key"])
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error) as error:
        raise ValueError("no proof") from error
    if found.get("format") != FORMAT or len(signature) != _SIGNATURE:
        raise ValueError("no proof")
    return Proof(statement, signature, key)


def read_token(text: str) -> Token | None:
    """The token in the last part of an address, in any case; None where it is none."""
    squeezed = "".join(text.split()).upper() if len(text) < 400 else ""
    if not _TOKEN.fullmatch(squeezed):
        return None
    whole = base64.b32decode(squeezed + "=" * (-len(squeezed) % 8))
    body = whole[: _BODY.size]
    if body[0] != _VERSION or (body[1] & ~_RESTRICTED) >= len(KINDS):
        return None
    token = Token(body, whole[_BODY.size :])
    return token if token.text == squeezed else None


@lru_cache(maxsize=16)
def _body_of(statement: Statement) -> bytes:
    kind = KINDS.index(statement.kind) | (_RESTRICTED if statement.is_restricted else 0)
    digest = hashlib.sha256(_canonical(statement.values())).digest()
    moment, uuid = int(statement.made_at.timestamp()), UUID(statement.uuid).bytes
    return _BODY.pack(_VERSION, kind, statement.history_seq, moment, uuid, digest)


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )


def _one_of(kind: Any) -> str:
    if kind not in KINDS:
        raise ValueError("no proof")
    return str(kind)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value
