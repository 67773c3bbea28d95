"""JSON Lines: a head line, a line for each record, a closing line with counts and the SHA-256 of all between.

The same content gives the same lines, whatever database it lies in: keys are sorted, numbers in one form.
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from exports.record_json import canonical_json
from registry.vocab.exchange_words import END


@dataclass(slots=True)
class Written:
    """What a file holds: lines by kind, and the SHA-256 of the lines between head and end."""

    counts: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


def write_lines(
    head: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], out: BinaryIO, *, is_packed: bool = False
) -> Written:
    """Write the file; each of `lines` has its kind under "record". is_packed: as gzip, the same bytes again
    for the same content."""
    if is_packed:
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed:
            return write_lines(head, lines, cast(BinaryIO, packed))
    written, digest = Written(), hashlib.sha256()
    out.write(json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    for line in lines:
        raw = canonical_json(line) + b"\n"
        digest.update(raw)
        out.write(raw)
        written.counts[line["record"]] += 1
    written.sha256 = digest.hexdigest()
    out.write(canonical_json({END: {"counts": dict(written.counts), "sha256": written.sha256}}) + b"\n")
    return written
