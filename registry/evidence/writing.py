"""Writing the evidence of a case: the same state of the register gives the same bytes.

Instants in it are those of the register; the ZIP itself carries none.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlmodel import Session, col, select

from registry.commands.history import commitments_behind, history_head, streamed
from registry.db import SCHEMA_FOLDER
from registry.evidence.gathering import Evidence, Original, gather
from registry.file_store import FileStore
from registry.keys import Keys
from registry.models import CaseFile, Edition, Event, EventItem, ProtectionList
from registry.photos import PhotoStore
from registry.rules.commitments import canonical
from registry.settings import all_settings
from registry.vocab.language import Translator
from registry.vocab.words import CaseKind, StepKind

FORMAT, VERSION = "gushu-evidence", 1
CHECKER = SCHEMA_FOLDER / "evidence" / "check_evidence.py"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20
_EVENT = ("seq", "kind", "actor", "reason", "document", "item_count", "items_hash", "previous_hash", "hash")
README = """证据包 · Evidence of a case

本包含内部资料，只供办案使用。
This file holds private matters; it is for the proceedings alone.

originals/          原始文件，一字节未改 · the originals, byte for byte
case.json, log.txt  案卷全文与经过 · the case with every step
capture.json        照片何时、何地、由谁、用什么拍摄
                    when, where, by whom and with what the photos were taken
proof/              历史链：从本案第一条到出具时的末尾，附本案各条的明细
                    the history from the first event of the case to its head, with the items of the case
manifest.json       以上每个文件的 SHA-256，由本名册的密钥签名
                    the SHA-256 of each file, signed with the key of the register
check_evidence.py   核对工具，只需 Python 3.8 · checks all of it, with Python 3.8 and nothing else

核对 · to check:    python3 check_evidence.py EVIDENCE.zip

公钥应与公开版旁 public.gpkg.json 所载相同（--key）；已发出的档案、名录和公开版上印有历史哈希（--head）。
签名证明出具者，历史链证明事后未改；二者都不证明当初所记属实。

The public key should be the one beside a public edition, in public.gpkg.json (--key). Dossiers, lists and
editions that were given out show hashes of the history (--head). The signature proves who wrote this file,
the chain that nothing was altered since; neither proves that what was recorded was true.
"""


@dataclass(slots=True)
class EvidenceReport:
    """What was written. `missing`, `altered`: names of originals that are not there as they were taken in."""

    case: str
    originals: int
    photos: int
    events: int
    head: str
    missing: list[str]
    altered: list[str]


class _Zip:
    """A ZIP that remembers what went into it; `written` are its members with their hashes."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w")
        self.written: list[dict[str, Any]] = []

    def add(self, name: str, pieces: Iterable[bytes], *, is_packed: bool = True) -> str:
        """Write a member out of pieces; returns its SHA-256."""
        info = zipfile.ZipInfo(name, _LONG_AGO)
        info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self.written.append({"name": name, "size": size, "sha256": digest.hexdigest()})
        return digest.hexdigest()

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()


def write_evidence(
    session: Session,
    case: CaseFile,
    out: BinaryIO,
    *,
    keys: Keys,
    photos: PhotoStore,
    files: FileStore,
    t: Translator,
) -> EvidenceReport:
    """Write the ZIP to `out`, a piece of a file at a time. Originals that are gone or altered are named."""
    found = gather(session, case, photos, files)
    zipped = _Zip(out)
    missing, altered = [], []
    for original in found.originals:
        if not original.path.is_file():
            missing.append(original.name)
        elif zipped.add(original.name, _pieces(original), is_packed=False) != original.sha256:
            altered.append(original.name)
    zipped.add("README.txt", [README.encode()])
    zipped.add("case.json", [_json(found.facts)])
    zipped.add("capture.json", [_json(found.capture)])
    zipped.add("log.txt", [_log(found, t).encode()])
    zipped.add("check_evidence.py", [CHECKER.read_bytes()])
    events = _write_proof(session, case, zipped)
    head = history_head(session)
    manifest = _manifest(session, case, zipped.written, head, missing, altered, keys)
    zipped.add("manifest.json", [_json(manifest)])
    zipped.close()
    return EvidenceReport(
        case.number, len(found.originals) - len(missing), len(found.capture), events, head, missing, altered
    )


def _manifest(
    session: Session,
    case: CaseFile,
    members: list[dict[str, Any]],
    head: str,
    missing: list[str],
    altered: list[str],
    keys: Keys,
) -> dict[str, Any]:
    newest = session.exec(select(Event.at).where(Event.hash == head)).one()
    settings = all_settings(session)
    facts: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "register": settings["register_name"],
        "case": case.number,
        "as_of": newest.isoformat(),
        "history_head": head,
        "missing": missing,
        "altered": altered,
        "members": members,
        "public_key": base64.b64encode(keys.public_key).decode(),
    }
    return facts | {"signature": base64.b64encode(keys.sign(canonical(facts).encode())).decode()}


def _write_proof(session: Session, case: CaseFile, zipped: _Zip) -> int:
    """The chain from the case's first event on, its items, and what their commitments hold; returns how many
    events are about the case."""
    is_own = (EventItem.subject_type == "case", EventItem.subject_id == case.id)
    own = sorted(set(session.exec(select(EventItem.seq).where(*is_own))))
    first = own[0] if own else 1
    chain = select(Event).where(col(Event.seq) >= first).order_by(col(Event.seq))
    zipped.add("proof/events.jsonl", (_line(_event(event)) for event in streamed(session, chain)))
    items = select(EventItem).where(col(EventItem.seq).in_(own))
    ordered = items.order_by(col(EventItem.seq), col(EventItem.ordinal))
    zipped.add("proof/items.jsonl", (_line(item.model_dump()) for item in streamed(session, ordered)))
    sealed = sorted(commitments_behind(session, [case.id]).values(), key=lambda row: row.digest)
    told = ({"digest": row.digest, "salt": row.salt, "value": row.value} for row in sealed)
    zipped.add("proof/opened.jsonl", map(_line, told))
    zipped.add("proof/heads.json", [_json(list(_heads(session, first)))])
    return len(own)


def _heads(session: Session, first: int) -> Iterator[dict[str, Any]]:
    """What was given out with a hash of this part of the chain."""
    within = select(Event.hash).where(col(Event.seq) >= first)
    editions = select(Edition).where(col(Edition.history_head).in_(within)).order_by(col(Edition.number))
    for edition in session.exec(editions):
        facts = {"sha256": edition.sha256, "made_at": edition.made_at.isoformat()}
        yield {"what": f"edition {edition.number}", "head": edition.history_head, **facts}
    lists = select(ProtectionList).where(col(ProtectionList.history_head).in_(within))
    for made in session.exec(lists.order_by(col(ProtectionList.made_at), col(ProtectionList.id))):
        facts = {"sha256": made.sha256, "made_at": made.made_at.isoformat()}
        yield {"what": f"protection list {made.title}", "head": made.history_head, **facts}


def _event(event: Event) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in _EVENT}
    return told | {"at": event.at.isoformat(timespec="microseconds")}


def _log(found: Evidence, t: Translator) -> str:
    """The case as a person reads it."""
    view, case = found.view, found.view.case
    about = found.facts["about"]["number"]
    lines = [f"{case.number}  {t.word(CaseKind, case.kind)}  {about}", ""]
    for step in view.steps:
        days = f"{step.happened_on} – {step.ended_on}" if step.ended_on else str(step.happened_on)
        parts = (
            days,
            t.word(StepKind, step.kind),
            step.by,
            step.document_no,
            step.url,
            step.text,
            step.omitted_reason,
        )
        lines.append(f"{step.ordinal}. " + "  ".join(part for part in parts if part))
    lines += ["", t.gettext("Files")]
    lines += [f"{row.sha256}  {row.file_name}  {row.title or ''}".rstrip() for row in view.documents]
    lines += [f"{row['sha256']}  {row['taken_at'] or '–'}  {row['by']}" for row in found.capture]
    return "\n".join(lines) + "\n"


def _pieces(original: Original) -> Iterator[bytes]:
    with original.path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _json(value: Any) -> bytes:
    stream = io.StringIO()
    json.dump(value, stream, ensure_ascii=False, indent=1, sort_keys=True)
    return (stream.getvalue() + "\n").encode()


def _line(value: dict[str, Any]) -> bytes:
    return canonical(value).encode() + b"\n"
