"""Commitments: how private values stand in the history without being written there, and can be forgotten.

All private fields of one item share one digest. Each field has a leaf, SHA-256 over a salt of its own, its
name and its [old, new]; the digest is SHA-256 over the leaves in the order of the names. The salts of the
fields are drawn out of one random salt of the item by SHAKE-256, so a field can be forgotten by itself: the
item's salt goes, the salts of the other fields are written out, and of the forgotten one its leaf alone
stays. The digest holds as before.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import sha256, shake_256
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

COMMITTED = "committed"
"""The name under which an item holds its commitment: {"digest": …, "fields": [names, sorted]}."""
WHOLE = "*"
"""The field of a commitment row that stands for all private fields of one item."""
_SALT_BYTES = 16


class Erased:
    """Stands where a private value was that the register has forgotten."""

    def __repr__(self) -> str:
        return "ERASED"


ERASED = Erased()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a commitment row keeps: the digest, the item's salt ("" once a field is forgotten), the values."""

    digest: str
    salt: str
    value: str


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


_make: Any = json.encoder.c_make_encoder  # type: ignore[attr-defined]
_pieces = _make and _make(None, _plain, encode_basestring, None, ":", ",", True, False, True)
"""What `_encoder` would make anew for every value."""


def canonical(value: Any) -> str:
    """`value` as JSON in the one form that is hashed: sorted keys, no blanks, UTF-8."""
    return "".join(_pieces(value, 0)) if _pieces else _encoder.encode(value)


def pair_text(pair: Iterable[Any]) -> str:
    """[old, new] in canonical form; quick for a plain value where there was nothing."""
    old, new = pair
    if old is None:
        kind = type(new)
        if kind is str:
            return f"[null,{encode_basestring(new)}]"
        if kind is int or (kind is float and isfinite(new)):
            return f"[null,{new!r}]"
    return canonical([old, new])


def seal(fields: Mapping[str, Iterable[Any]], salt: str) -> Sealed:
    """Commit to `fields` ({name: (old, new)}, at least one). salt: 32 random hexadecimal digits."""
    return seal_texts({name: pair_text(pair) for name, pair in fields.items()}, salt)


def seal_texts(told: Mapping[str, str], salt: str) -> Sealed:
    """Commit to fields that are told already: [old, new] by name, as from `pair_text`."""
    names = sorted(told)
    texts = [told[name] for name in names]
    value = ",".join([f"{encode_basestring(name)}:{text}" for name, text in zip(names, texts, strict=True)])
    return Sealed(_digest_of(names, texts, salt), salt, f"{{{value}}}")


def is_whole(sealed: Sealed, fields: Iterable[str]) -> bool:
    """Whether what `sealed` keeps is what its digest commits to, under just these field names."""
    try:
        kept, leaves = _opened(sealed)
        if sorted({*kept, *leaves}) != sorted(fields):
            return False
        made = {name: _leaf(salt, name, pair_text(pair)) for name, (salt, pair) in kept.items()}
        made.update({name: bytes.fromhex(told["leaf"]) for name, told in leaves.items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return sha256(b"".join([made[name] for name in sorted(made)])).hexdigest() == sealed.digest


def open_sealed(sealed: Sealed) -> dict[str, Any]:
    """{field: [old, new]}; for a forgotten field what was left of it, or ERASED."""
    kept, leaves = _opened(sealed)
    values: dict[str, Any] = {name: pair for name, (_, pair) in kept.items()}
    values.update({name: told.get("left", ERASED) for name, told in leaves.items()})
    return values


def forget(sealed: Sealed, field: str, left: list[Any] | None = None) -> Sealed:
    """`sealed` without the value of `field`. left: [old, new] as they may be shown from now on."""
    kept, leaves = _opened(sealed)
    if field in kept:
        salt, pair = kept.pop(field)
        leaves[field] = {"leaf": _leaf(salt, field, pair_text(pair)).hex()}
    leaves[field].pop("left", None)
    if left is not None:
        leaves[field]["left"] = left
    told = {name: [salt.hex(), pair] for name, (salt, pair) in kept.items()}
    return Sealed(sealed.digest, "", canonical({"kept": told, "erased": leaves}))


def left_of(sealed: Sealed) -> dict[str, list[Any]]:
    """What was left of forgotten fields, by name."""
    return {name: told["left"] for name, told in _opened(sealed)[1].items() if "left" in told}


def told_fields(change: str) -> list[str]:
    """The names of all fields that an item tells, private ones too, sorted."""
    told = json.loads(change)
    committed = told.pop(COMMITTED, {"fields": []})
    return sorted([*told, *committed["fields"]])


def commitment_of(salt: str, field: str, value: str) -> str:
    """The digest of a single value, as items held them before all fields of an item shared one."""
    return sha256(f"{salt}\0{field}\0{value}".encode()).hexdigest()


def _opened(sealed: Sealed) -> tuple[dict[str, tuple[bytes, list[Any]]], dict[str, dict[str, Any]]]:
    """({field: (salt, [old, new])}, {forgotten field: {"leaf": …, "left"?: …}})."""
    values = json.loads(sealed.value)
    if sealed.salt:
        names = sorted(values)
        salts = _salts(sealed.salt, len(names))
        return {name: (salt, values[name]) for name, salt in zip(names, salts, strict=True)}, {}
    kept = {name: (bytes.fromhex(salt), pair) for name, (salt, pair) in values["kept"].items()}
    return kept, values["erased"]


def _digest_of(names: list[str], texts: list[str], salt: str) -> str:
    salts = _salts(salt, len(names))
    leaves = [_leaf(own, name, text) for own, name, text in zip(salts, names, texts, strict=True)]
    return sha256(b"".join(leaves)).hexdigest()


def _salts(salt: str, count: int) -> list[bytes]:
    drawn = shake_256(salt.encode()).digest(_SALT_BYTES * count)
    return [drawn[start : start + _SALT_BYTES] for start in range(0, len(drawn), _SALT_BYTES)]


def _leaf(salt: bytes, name: str, text: str) -> bytes:
    return sha256(salt + f"{name}\0{text}".encode()).digest()
