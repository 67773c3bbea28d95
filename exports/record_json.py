"""Records as JSON: the values of a frozen record, one canonical form of them, and their JSON Schema.

A day is an ISO text, an instant one with its offset, a code word its value. Empty values are left out.
Bytes never stand in JSON: a photo is told by the SHA-256 of its rendition.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from registry.records import AreaRecord, TreeRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DIGESTS = {"jpeg": "sha256"}
"""Fields of bytes that are told by a digest, and under which name; other bytes are left out."""
_SHA256 = "^[0-9a-f]{64}$"
_SAFE = 2**53


def record_values(record: Any) -> dict[str, Any]:
    """The values of a frozen record in the order of its fields, ready for JSON; empty ones are left out.

    Raises TypeError for what is no dataclass, or holds a value that JSON has no form for.
    """
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"no record: {record!r}")
    values: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, bytes):
            if value and field.name in _DIGESTS:
                values[_DIGESTS[field.name]] = photo_digest(value)
            continue
        told = _plain(value)
        if not _is_empty(told):
            values[field.name] = told
    return values


@lru_cache(maxsize=8)
def photo_digest(jpeg: bytes) -> str:
    """The SHA-256 of a picture in hexadecimal digits; one document asks for it more than once."""
    return hashlib.sha256(jpeg).hexdigest()


def canonical_json(value: Any) -> bytes:
    """The one form of a JSON value that digests are made of: keys sorted, UTF-8, no blanks, whole numbers
    without a point. Raises ValueError for what is no number (NaN, infinity) or no text of Unicode."""
    text = json.dumps(
        _settled(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def record_schema(*kinds: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `record_values` makes of records of `kinds`, by default of trees and
    areas: each is a definition under `$defs`, and the whole is any one of them."""
    roots = kinds or (TreeRecord, AreaRecord)
    definitions: dict[str, Any] = {}
    for root in roots:
        _define(root, definitions)
    refs = [{"$ref": f"#/$defs/{root.__name__}"} for root in roots]
    return {
        "$schema": DIALECT,
        "title": "Gushu records",
        **(refs[0] if len(refs) == 1 else {"anyOf": refs}),
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return record_values(value)
    for kinds, told in _FORMS:
        if isinstance(value, kinds):
            return told(value)
    raise TypeError(f"JSON has no form for {type(value).__name__}")


_FORMS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    (str | bool | int | float | NoneType, lambda value: value),
    (date, lambda value: value.isoformat()),  # an instant is a date, too
    (Decimal, str),
    (Mapping, lambda value: {str(key): _plain(each) for key, each in value.items()}),
    (set | frozenset, lambda value: sorted(_plain(each) for each in value)),
    (list | tuple, lambda value: [_plain(each) for each in value]),
)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _settled(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < _SAFE:
        return int(value)
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items()}
    return [_settled(each) for each in value] if isinstance(value, list | tuple) else value


def _define(kind: type, definitions: dict[str, Any]) -> None:
    if kind.__name__ in definitions:
        return
    definitions[kind.__name__] = {}  # a record may hold its own kind
    hints = get_type_hints(kind)
    properties, required = {}, []
    for field in fields(kind):
        hint = hints[field.name]
        if hint is bytes:
            if field.name in _DIGESTS:
                properties[_DIGESTS[field.name]] = {"type": "string", "pattern": _SHA256}
            continue
        properties[field.name] = _schema_of(hint, definitions)
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        if not has_default and hint in {int, float, bool, date, datetime}:  # texts may be empty: left out
            required.append(field.name)
    doc = (kind.__doc__ or "").strip().split("\n\n")[0]
    definitions[kind.__name__] = {
        "description": " ".join(doc.split()),
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


_SIMPLE: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Decimal: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}


def _schema_of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if isinstance(hint, type) and is_dataclass(hint):
        _define(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    return _schema_of_many(get_origin(hint), get_args(hint), definitions)


def _schema_of_many(origin: Any, arguments: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    """Of what holds others; of `object` and the like: whatever JSON has."""
    parts = [_schema_of(each, definitions) for each in arguments if each not in {NoneType, Ellipsis}]
    if origin in {Union, UnionType}:
        return parts[0] if len(parts) == 1 else {"anyOf": parts}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": parts[1]}
    if origin is tuple and Ellipsis not in arguments:
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return {"type": "array", "items": parts[0]}
    return {}
