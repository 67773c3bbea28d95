"""Reading a file of records: its head, its lines one by one, and whether all of it is there, as it was made.

Everything is looked at before anything is taken in: form of each line, order, counts, SHA-256.
"""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from registry.errors import Phrase, unwritable
from registry.exchange.carried import ALL, line_schema
from registry.export_errors import RecordsFileError
from registry.rules.json_shape import Misfit, misfits
from registry.vocab.exchange_words import END, FAMILY, FORMAT, PUBLIC

MOST_LINE_BYTES = 32 << 20
_GZIP = b"\x1f\x8b"
_SHOWN = 5
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
_RANKS = {each.kind: rank for rank, each in enumerate(ALL)}
Line = dict[str, Any]


@dataclass(slots=True)
class Checked:
    """A file that was looked through. records: trees and areas; `counts`: lines by kind."""

    head: Line
    counts: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


def is_records_file(path: Path) -> bool:
    """Whether a file says in its first line that it is one of records."""
    try:
        with _opened(path) as stream:
            return _format_of(stream.readline(1 << 16)).startswith(FAMILY)
    except (OSError, *_DAMAGED):
        return False


def check_records(path: Path) -> Checked:
    """Look through a whole file. Raises RecordsFileError naming the first lines that are wrong, each with the
    key: nothing of the file was used before."""
    with _reading(path) as stream:
        first = stream.readline(MOST_LINE_BYTES)
        checked = Checked(_head(path, first))
        last = _look_through(path, stream, checked)
    if last is None:
        raise _error(path, Phrase("it is cut off: its closing line is missing"))
    if any(checked.counts[kind] != count for kind, count in last["counts"].items()) or (
        checked.counts.keys() - last["counts"].keys()
    ):
        raise _error(path, Phrase("lines are missing, or were added: its counts do not hold"))
    if checked.sha256 != last["sha256"]:
        raise _error(path, Phrase("it is not as it was made: its SHA-256 does not hold"))
    return checked


def record_lines(path: Path) -> Iterator[tuple[int, Line]]:
    """The lines of a file that was looked through, between head and end, each with its number."""
    with _reading(path) as stream:
        for number, raw in enumerate(stream, start=1):
            line = json.loads(raw)
            if "record" in line:
                yield number, line


def _look_through(path: Path, stream: IO[bytes], checked: Checked) -> Line | None:
    """Check every line behind the head; returns what the closing one says."""
    digest, problems, rank, number = hashlib.sha256(), list[Phrase](), 0, 1
    last: Line | None = None
    while raw := stream.readline(MOST_LINE_BYTES + 1):
        number += 1
        if last is not None:
            problems.append(Phrase("line {number}: it stands behind the closing line", number=number))
            break
        line, wrong = _parsed(raw)
        if line is not None and END in line:
            found = list(misfits(line, line_schema()["$defs"]["end"]))
            if found:
                raise _error(path, _said(number, found[0]))
            last = line[END]
            continue
        digest.update(raw)
        if wrong or line is None:
            problems.append(Phrase("line {number}: {what}", number=number, what=wrong))
        else:
            problems += [_said(number, each) for each in _wrong(line)][:_SHOWN]
            kind = line.get("record")
            if isinstance(kind, str) and kind in _RANKS:
                if _RANKS[kind] < rank:
                    problems.append(Phrase("line {number}: it stands too late in the file", number=number))
                rank = max(rank, _RANKS[kind])
                checked.counts[kind] += 1
        if len(problems) > _SHOWN:
            break
    if problems:
        more = " …" if len(problems) > _SHOWN else ""
        raise _error(path, Phrase("{problems}{more}", problems=problems[:_SHOWN], more=more))
    checked.sha256 = digest.hexdigest()
    return last


def _head(path: Path, raw: bytes) -> Line:
    if _format_of(raw) != FORMAT:
        told = Phrase(
            "it is of the format {format}, this program reads {known}; update Gushu",
            format=_format_of(raw), known=FORMAT,
        )  # fmt: skip
        raise _error(path, told)
    head: Line = json.loads(raw)
    if found := list(misfits(head, line_schema()["$defs"]["head"])):
        raise _error(path, _said(1, found[0]))
    if head["kind"] == PUBLIC:
        told = Phrase(
            "it holds what the public may see, not whole records; a register takes in what "
            "`gushu export json --restricted` writes"
        )
        raise _error(path, told)
    return head


def _format_of(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["format"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _parsed(raw: bytes) -> tuple[Line | None, Phrase | None]:
    if len(raw) > MOST_LINE_BYTES:
        return None, Phrase("it is too long")
    try:
        line = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None, Phrase("it is not JSON")
    return (line, None) if isinstance(line, dict) else (None, Phrase("it is no record"))


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _wrong(line: Line) -> list[Misfit]:
    kind = line.get("record")
    if not isinstance(kind, str) or kind not in _RANKS:
        return [Misfit("record", "enum", ", ".join(_RANKS), kind)]
    return list(misfits(line, line_schema()["$defs"][kind]))


def _said(number: int, misfit: Misfit) -> Phrase:
    facts: dict[str, object] = {"number": number, "key": misfit.where, "asked": misfit.asked[:200]}
    facts["value"] = json.dumps(misfit.found, ensure_ascii=True)[:60]
    if misfit.rule == "required":
        return Phrase("line {number}, {key}: it is missing", **facts)
    if misfit.rule == "additionalProperties":
        return Phrase("line {number}, {key}: no record has it", **facts)
    if misfit.rule == "enum":
        return Phrase("line {number}, {key}: {value} is none of {asked}", **facts)
    return Phrase("line {number}, {key}: {value} is not allowed ({rule}: {asked})", **facts, rule=misfit.rule)


def _error(path: Path, reason: Phrase) -> RecordsFileError:
    return RecordsFileError(path=path, reason=reason)


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    try:
        with _opened(path) as stream:
            yield stream
    except _DAMAGED:
        raise _error(path, Phrase("it is cut off or damaged")) from None
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        is_packed = plain.read(2) == _GZIP
        plain.seek(0)
        if not is_packed:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as packed:
            yield cast(IO[bytes], packed)
