"""Whether a JSON value has the shape that a JSON Schema asks for: the part of 2020-12 that our schemas use.

Known words: type, enum, const, pattern, format (date, date-time), minimum, maximum, exclusiveMinimum,
minLength, maxLength, properties, required, additionalProperties, items, prefixItems, minItems, maxItems,
anyOf, $ref (within the schema).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit: where (`a.b[2].c`; "" is the value itself), what is asked for, what stands there."""

    where: str
    rule: str
    asked: str
    found: Any


def misfits(value: Any, schema: Schema, *, root: Schema | None = None, where: str = "") -> Iterator[Misfit]:
    """Everything in `value` that `schema` does not allow, in the order of the value."""
    whole = schema if root is None else root
    if "$ref" in schema:
        yield from misfits(value, _target(whole, schema["$ref"]), root=whole, where=where)
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if kinds and not any(_TYPES[kind](value) for kind in kinds):
        yield Misfit(where, "type", " | ".join(kinds), value)
        return
    yield from _of_value(value, schema, where)
    if isinstance(value, dict):
        yield from _of_object(value, schema, whole, where)
    if isinstance(value, list):
        yield from _of_list(value, schema, whole, where)
    if "anyOf" in schema:
        each = [list(misfits(value, part, root=whole, where=where)) for part in schema["anyOf"]]
        if all(each):
            yield from min(each, key=len)


def _of_value(value: Any, schema: Schema, where: str) -> Iterator[Misfit]:
    if "const" in schema and value != schema["const"]:
        yield Misfit(where, "const", str(schema["const"]), value)
    if "enum" in schema and value not in schema["enum"]:
        yield Misfit(where, "enum", ", ".join(str(each) for each in schema["enum"]), value)
    if isinstance(value, str):
        for rule, holds in _OF_TEXT.items():
            if rule in schema and not holds(value, schema[rule]):
                yield Misfit(where, rule, str(schema[rule]), value)
    if _TYPES["number"](value):
        for rule, fits in _OF_NUMBER.items():
            if rule in schema and not fits(value, schema[rule]):
                yield Misfit(where, rule, str(schema[rule]), value)


def _of_object(value: dict[str, Any], schema: Schema, root: Schema, where: str) -> Iterator[Misfit]:
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield Misfit(_under(where, name), "required", name, None)
    for name, each in value.items():
        place = _under(where, name)
        if name in known:
            yield from misfits(each, known[name], root=root, where=place)
        elif other is False:
            yield Misfit(place, "additionalProperties", "", each)
        elif isinstance(other, Mapping):
            yield from misfits(each, other, root=root, where=place)


def _of_list(value: list[Any], schema: Schema, root: Schema, where: str) -> Iterator[Misfit]:
    if len(value) < schema.get("minItems", 0):
        yield Misfit(where, "minItems", str(schema["minItems"]), value)
    if len(value) > schema.get("maxItems", len(value)):
        yield Misfit(where, "maxItems", str(schema["maxItems"]), value)
    first = schema.get("prefixItems", ())
    for place, each in enumerate(value):
        asked = first[place] if place < len(first) else schema.get("items", {})
        yield from misfits(each, asked, root=root, where=f"{where}[{place}]")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool)
        and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}
_FORMATS = {"date": _is_day, "date-time": _is_instant}
_OF_TEXT: dict[str, Callable[[str, Any], bool]] = {
    "pattern": lambda text, asked: re.search(asked, text) is not None,
    "format": lambda text, asked: _FORMATS[asked](text),
    "minLength": lambda text, asked: len(text) >= asked,
    "maxLength": lambda text, asked: len(text) <= asked,
}
_OF_NUMBER: dict[str, Callable[[float, Any], bool]] = {
    "minimum": lambda number, asked: number >= asked,
    "maximum": lambda number, asked: number <= asked,
    "exclusiveMinimum": lambda number, asked: number > asked,
}


def _target(root: Schema, address: str) -> Schema:
    found: Any = root
    for part in address.removeprefix("#/").split("/"):
        found = found[part]
    target: Schema = found
    return target


def _under(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
