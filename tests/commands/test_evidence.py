"""The evidence of a case: originals untouched, the same bytes every time, a proof that anybody can check."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, make_trees, opened, tree_of
from PIL import Image
from register_kit import NOW
from sqlalchemy.engine import Engine

from registry.commands.accounts import add_account
from registry.commands.case_documents import DocumentDraft, add_document
from registry.commands.history import record_event
from registry.db import SCHEMA_FOLDER, reading, transaction
from registry.evidence.writing import EvidenceReport, write_evidence
from registry.file_store import FileStore
from registry.keys import Keys
from registry.models import CaseFile, Edition, Submission, SubmissionPhoto
from registry.photos import photo_store
from registry.rules.permissions import Grant
from registry.vocab.care_words import DocumentKind
from registry.vocab.desk_words import Role, SubmissionKind, SubmissionState
from registry.vocab.language import translator
from registry.vocab.words import CaseKind, PhotoKind

CHECKER = SCHEMA_FOLDER / "evidence" / "check_evidence.py"


class Case:
    """A case of a death with a document and a photo of the report, on a register that goes on."""

    def __init__(self, engine: Engine, address: str, folder: Path, keys: Keys) -> None:
        self.engine, self.keys, self.folder = engine, keys, folder
        self.photos, self.files = photo_store(address), FileStore(folder / "files")
        make_trees(engine, folder)
        (folder / "report.pdf").write_bytes(b"%PDF- a report")
        Image.new("RGB", (30, 20), "brown").save(folder / "dead.jpg", comment=b"where it stood")
        with transaction(engine) as session:
            grants = [Grant(Role.INSPECTOR)]
            account = add_account(session, "wang", "Wang", grants, password="a long password", **ACTOR)
            case = opened(session, CaseKind.DEATH)
            self.id, self.number = case.id, case.number
            draft = DocumentDraft(DocumentKind.OTHER, title="报告", document_no="秘-7")
            add_document(session, case, folder / "report.pdf", draft, store=self.files, **ACTOR)
            tree = tree_of(session, "甲-1")
            for own, days in (("s-1", 0), ("s-before", -400)):
                self.add_photo(session, account.id, tree.id, own, days)
            case.submission_id = "s-1"

    def add_photo(self, session: Any, account_id: str, tree_id: str, own: str, days: int) -> None:
        digest = self.photos.keep(self.folder / "dead.jpg")[0]
        at = NOW + timedelta(days=days)
        form: dict[str, Any] = {"content": '{"text": "枯死"}', "content_hash": "0" * 64}
        form |= {"subject_type": "tree", "subject_id": tree_id, "captured_at": at, "received_at": at}
        state, kind = SubmissionState.ACCEPTED, SubmissionKind.VISIT
        session.add(Submission(id=own, account_id=account_id, kind=kind, state=state, **form))
        session.flush()
        taken: dict[str, Any] = {
            "taken_at": at,
            "lon": 112.85,
            "lat": 35.5,
            "accuracy_m": 4.0,
            "device": "Phone",
        }
        taken |= {"kind": PhotoKind.WHOLE, "is_evidence": True, "size_bytes": 1, "received_at": at}
        session.add(SubmissionPhoto(submission_id=own, ordinal=1, sha256=digest, **taken))

    def write(self, out: Path, lang: str = "zh") -> EvidenceReport:
        with reading(self.engine) as session, out.open("w+b") as stream:
            case = session.get_one(CaseFile, self.id)
            return write_evidence(session, case, stream, keys=self.keys, photos=self.photos, files=self.files,
                                  t=translator(lang))  # fmt: skip


@pytest.fixture
def case(engine: Engine, register_address: str, tmp_path: Path, keys: Keys) -> Case:
    return Case(engine, register_address, tmp_path, keys)


def checked(path: Path, *words: str) -> tuple[int, str]:
    """What the script inside says, run by itself: nothing of this program is there."""
    with zipfile.ZipFile(path) as evidence:
        script = path.with_name("check_evidence.py")
        script.write_bytes(evidence.read("check_evidence.py"))
    found = subprocess.run([sys.executable, "-I", "-S", str(script), str(path), *words], capture_output=True,
                           text=True, check=False)  # fmt: skip
    return found.returncode, found.stdout


def altered(path: Path, **members: bytes | None) -> Path:
    """The same ZIP with members replaced, left out (None) or added."""
    out = path.with_name("altered.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = members.pop(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in members.items():
            new.writestr(name, content or b"")
    return out


def test_the_originals_are_in_it_byte_for_byte_with_how_they_were_taken(case: Case, tmp_path: Path) -> None:
    report = case.write(tmp_path / "e.zip")
    assert (report.originals, report.photos, report.missing, report.altered) == (2, 1, [], [])
    with zipfile.ZipFile(tmp_path / "e.zip") as evidence:
        capture = json.loads(evidence.read("capture.json"))
        told = json.loads(evidence.read("case.json"))
        assert evidence.read(capture[0]["original"]) == (tmp_path / "dead.jpg").read_bytes()
        assert evidence.read(told["documents"][0]["original"]) == b"%PDF- a report"
        assert "枯死" in json.dumps(capture, ensure_ascii=False)
        log = evidence.read("log.txt").decode()
    assert (capture[0]["lon"], capture[0]["accuracy_m"], capture[0]["by"]) == (112.85, 4.0, "wang")
    assert capture[0]["relation"] == "of_the_report"
    assert told["about"]["number"] == "甲-1"
    assert case.number in log
    assert "report.pdf" in log


def test_the_same_state_gives_the_same_bytes(case: Case, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        case.write(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_anybody_can_check_it_with_the_script_inside(case: Case, tmp_path: Path) -> None:
    import base64

    with transaction(case.engine) as session:
        record_event(session, "something:else", [], actor="t", at=NOW)
    report = case.write(tmp_path / "e.zip")
    key = base64.b64encode(case.keys.public_key).decode()
    code, said = checked(tmp_path / "e.zip", "--key", key, "--head", report.head)
    assert code == 0, said
    assert said.count("✓") == 5
    assert checked(tmp_path / "e.zip", "--key", base64.b64encode(bytes(32)).decode())[0] == 1
    assert checked(tmp_path / "e.zip", "--head", "ab" * 32)[0] == 1


def test_heads_of_published_editions_lie_on_its_chain(case: Case, tmp_path: Path) -> None:
    head = case.write(tmp_path / "e.zip").head
    with transaction(case.engine) as session:
        session.add(
            Edition(number=1, made_at=NOW, history_head=head, sha256="1" * 64, tree_count=2, withheld="{}")
        )
        record_event(session, "edition:published", [], actor="t", at=NOW)
    case.write(tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "e.zip") as evidence:
        heads = json.loads(evidence.read("proof/heads.json"))
    assert [each["head"] for each in heads] == [head]
    assert checked(tmp_path / "e.zip")[0] == 0


@pytest.mark.parametrize("what", ["original", "step", "event", "item", "opened", "gone", "added", "unsigned"])
def test_whatever_is_altered_is_found(case: Case, tmp_path: Path, what: str) -> None:
    case.write(tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "e.zip") as evidence:
        members = {name: evidence.read(name) for name in evidence.namelist()}
    photo = next(name for name in members if name.startswith("originals/photos"))
    changed: dict[str, bytes | None] = {
        "original": {photo: members[photo] + b"x"},
        "step": {"case.json": members["case.json"].replace(b"2026-02-01", b"2026-01-01")},
        "event": {"proof/events.jsonl": members["proof/events.jsonl"].replace(b'"tests"', b'"other"')},
        "item": {"proof/items.jsonl": members["proof/items.jsonl"].replace(b"created", b"creates")},
        "opened": {
            "proof/opened.jsonl": members["proof/opened.jsonl"].replace(b"report.pdf", b"receipt.pdf")
        },
        "gone": {photo: None},
        "added": {"originals/more.jpg": b"x"},
        "unsigned": {"manifest.json": members["manifest.json"].replace(b'"case": "', b'"case": "x')},
    }[what]
    code, said = checked(altered(tmp_path / "e.zip", **changed))
    assert code == 1, said
    assert "✗" in said


@pytest.mark.parametrize("part", ["events", "items", "opened"])
def test_even_with_a_manifest_signed_anew_the_chain_does_not_fit(
    case: Case, tmp_path: Path, part: str
) -> None:
    import base64
    import hashlib

    from registry.rules.commitments import canonical

    case.write(tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "e.zip") as evidence:
        name = f"proof/{part}.jsonl"
        content = evidence.read(name)
        manifest = json.loads(evidence.read("manifest.json"))
    old = {"events": b'"tests"', "items": b"created", "opened": b"report.pdf"}[part]
    assert old in content
    content = content.replace(old, old.replace(b"t", b"T").replace(b"c", b"C"))
    del manifest["signature"]
    for member in manifest["members"]:
        if member["name"] == name:
            member.update(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    signature = base64.b64encode(case.keys.sign(canonical(manifest).encode())).decode()
    forged = json.dumps(manifest | {"signature": signature}).encode()
    code, said = checked(altered(tmp_path / "e.zip", **{name: content, "manifest.json": forged}))
    assert code == 1
    assert "✓" in said  # the files are as the new manifest states: it is the chain that does not hold


def test_what_is_gone_or_altered_is_named_and_nothing_stops(case: Case, tmp_path: Path) -> None:
    with reading(case.engine) as session:
        from sqlmodel import select

        digest = session.exec(select(SubmissionPhoto.sha256)).first()
    case.photos.path(digest).unlink()
    document = next(path for path in case.files.folder.rglob("*") if path.is_file())
    document.write_bytes(b"altered")
    report = case.write(tmp_path / "e.zip")
    assert len(report.missing) == 1
    assert len(report.altered) == 1
    assert checked(tmp_path / "e.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "e.zip") as evidence:
        assert json.loads(evidence.read("manifest.json"))["altered"] == report.altered


def test_the_checker_knows_signatures_as_others_make_them() -> None:
    import importlib.util

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    spec = importlib.util.spec_from_file_location("check_evidence", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    for seed in range(4):
        key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        public, message = key.public_key().public_bytes_raw(), b"message" * seed
        signature = key.sign(message)
        assert checker.is_signed(public, message, signature)
        assert not checker.is_signed(public, message + b"x", signature)
        assert not checker.is_signed(public, message, signature[:63] + bytes([signature[63] ^ 1]))
        assert not checker.is_signed(bytes(32), message, signature)
