"""Public records as lines, and the schema of such a file."""

from typing import Any

from exports.record_json import record_schema, record_values
from registry.records import AreaRecord, SourceRecord, TreeRecord
from registry.vocab.exchange_words import END_LINE, HEAD_LINE


def public_line(record: TreeRecord | AreaRecord) -> dict[str, Any]:
    """A redacted record as a line: its kind and its values."""
    kind = record.kind if isinstance(record, AreaRecord) else "tree"
    return {"record": kind, "values": record_values(record)}


def source_line(source: SourceRecord) -> dict[str, Any]:
    """A source with its terms of re-use as a line."""
    return {"record": "source", "values": record_values(source)}


def public_schema() -> dict[str, Any]:
    """The JSON Schema of a line of a public file: head, record or end."""
    found = record_schema(TreeRecord, AreaRecord, SourceRecord)
    kinds = {
        "TreeRecord": ["tree"],
        "AreaRecord": ["grove", "garden", "place", "element"],
        "SourceRecord": ["source"],
    }
    lines = [
        {
            "type": "object",
            "properties": {"record": {"enum": names}, "values": {"$ref": f"#/$defs/{name}"}},
            "required": ["record", "values"],
            "additionalProperties": False,
        }
        for name, names in kinds.items()
    ]
    return {
        "$schema": found["$schema"],
        "title": "Gushu records: a public line",
        "anyOf": [HEAD_LINE, *lines, END_LINE],
        "$defs": found["$defs"],
    }
