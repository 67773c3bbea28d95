"""What the file of records calls itself: JSON Lines, a head line, a line for each record, a closing line."""

from typing import Any, Final

FAMILY: Final = "gushu-records-"
VERSION: Final = 1
FORMAT: Final = f"{FAMILY}{VERSION}"
RESTRICTED: Final = "restricted"
"""Kind of a file that holds whole records: for the office, and for a register that takes them in."""
PUBLIC: Final = "public"
"""Kind of a file that holds what may be shown, for readers."""
END: Final = "end"
"""Key of the closing line: counts by kind of line, and the SHA-256 of all lines between head and end."""
_COUNT = {"type": "integer", "minimum": 0}
HEAD_LINE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "format": {"type": "string", "pattern": f"^{FAMILY}[0-9]+$"},
        "kind": {"enum": [RESTRICTED, PUBLIC]},
        "register": {"type": "string"},
        "made_at": {"type": "string", "format": "date-time"},
        "head": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "where": {"type": "array", "items": {"type": "string"}},
        "count": _COUNT,
        "licences": {"type": "array"},
    },
    "required": ["format", "kind", "made_at", "head", "count"],
}
"""The JSON Schema of the first line of a file of records."""
END_LINE: dict[str, Any] = {
    "type": "object",
    "properties": {
        END: {
            "type": "object",
            "properties": {
                "counts": {"type": "object", "additionalProperties": _COUNT},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
            "required": ["counts", "sha256"],
        }
    },
    "required": [END],
}
"""The JSON Schema of its last line."""
