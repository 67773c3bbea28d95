"""Photos of a visit that met damage or a dead tree: their bytes stay, and are in the later case's ZIP."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from case_kit import facts
from sqlalchemy.engine import Engine
from sqlmodel import select
from submission_kit import AT, TODAY, Field, jpeg, make_field, photo_said, sent

from registry.commands.case_works import NO_DETAILS, Details
from registry.commands.cases import CaseDraft, open_case
from registry.commands.settling import settle
from registry.commands.submission_rows import find_submission
from registry.commands.uploads import photo_arrived
from registry.db import reading, transaction
from registry.evidence.writing import write_evidence
from registry.file_store import FileStore
from registry.keys import Keys
from registry.models import Account, CaseFile, SubmissionPhoto
from registry.rules.case_facts import StepFacts
from registry.rules.evidence import FOUND_WITHIN
from registry.vocab.desk_words import SubmissionState
from registry.vocab.language import translator
from registry.vocab.words import CaseKind, StepKind

DEAD = {"vigour": "dead", "vigour_scale": "lyt2738"}
DAMAGED = {"checks": {"damage": ["I08"]}}


@pytest.fixture
def field(engine: Engine, keys: Keys, tmp_path: Path) -> Iterator[Field]:
    yield make_field(engine, keys, tmp_path)
    engine.dispose()


def arrives(field: Field, content: bytes) -> None:
    aside = field.photos.folder.with_name("aside.jpg")
    aside.write_bytes(content)
    digest = field.photos.keep(aside)[0]
    with transaction(field.engine) as session:
        own = session.exec(select(Account.id).where(Account.login == "inspector")).one()
        photo_arrived(session, own, digest, photos=field.photos, actor="account:inspector", now=AT)


def visited(field: Field, content: dict[str, Any], photo: bytes, days_ago: int = 0) -> str:
    """A visit with a photo, accepted where it had to be reviewed; its id."""
    at = AT - timedelta(days=days_ago)
    form = sent(f"visit{days_ago}", "visit", content, field.trees["1"], photos=[photo_said(photo)])
    form["captured_at"] = at.isoformat()
    own = field.send(form).id
    arrives(field, photo)
    with transaction(field.engine) as session:
        row = find_submission(session, own)
        if row.state != SubmissionState.ACCEPTED:
            settle(
                session, row, today=TODAY, actor="account:county", now=AT, keys=field.keys,
                photos=field.photos,
            )  # fmt: skip
    return own


def case_of(field: Field, kind: CaseKind) -> str:
    """A case that the office opens at the desk today."""
    first = StepFacts(StepKind.REPORT, TODAY, document_no="报〔2026〕1号")
    said = Details(incident="I08") if kind == CaseKind.INCIDENT else NO_DETAILS
    draft = CaseDraft(kind, ("tree", field.trees["1"]), first, details=said)
    with transaction(field.engine) as session:
        return open_case(session, draft, actor="tests", now=AT).id


def zipped(field: Field, case: str, folder: Path) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Capture data and members of the evidence of a case."""
    out = folder / "evidence.zip"
    with reading(field.engine) as session, out.open("w+b") as stream:
        write_evidence(
            session, session.get_one(CaseFile, case), stream, keys=field.keys, photos=field.photos,
            files=FileStore(folder / "files"), t=translator("zh"),
        )  # fmt: skip
    with zipfile.ZipFile(out) as evidence:
        members = {name: evidence.read(name) for name in evidence.namelist()}
    return json.loads(members["capture.json"]), members


@pytest.mark.parametrize(
    ("kind", "content", "is_evidence"),
    [
        ("visit", DEAD, True),
        ("visit", DAMAGED, True),
        ("visit", {"vigour": "weak", "vigour_scale": "lyt2738"}, False),
        ("assessment", {"model": "gushu-health", "answers": {}, **DEAD}, True),
        ("incident", {"incident": "I08", "text": "断枝"}, True),
        ("photo", {}, False),
    ],
)
def test_photos_are_evidence_where_their_form_tells_of_damage_or_death(
    field: Field, kind: str, content: dict[str, Any], is_evidence: bool
) -> None:
    field.send(sent("form", kind, content, field.trees["1"], photos=[photo_said(jpeg())]))
    assert [row.is_evidence for row in field.rows(SubmissionPhoto)] == [is_evidence]


@pytest.mark.parametrize(
    ("kind", "content"), [(CaseKind.DEATH, DEAD), (CaseKind.INCIDENT, DAMAGED)], ids=["death", "incident"]
)
def test_the_evidence_of_a_case_opened_after_the_visit_holds_its_original_bytes(
    field: Field, tmp_path: Path, kind: CaseKind, content: dict[str, Any]
) -> None:
    photo = jpeg(77)
    own = visited(field, content, photo, days_ago=5)
    ((told,), members) = zipped(field, case_of(field, kind), tmp_path)
    assert (told["relation"], told["submission"]["id"]) == ("found_before", own)
    assert told["sha256"] == hashlib.sha256(photo).hexdigest()
    assert members[told["original"]] == photo
    manifest = json.loads(members["manifest.json"])
    assert {"name": told["original"], "sha256": told["sha256"], "size": len(photo)} in manifest["members"]


@pytest.mark.parametrize(
    ("days_ago", "photos"), [(FOUND_WITHIN.days, 1), (FOUND_WITHIN.days + 1, 0)], ids=["within", "before"]
)
def test_what_was_met_too_long_before_is_of_another_matter(
    field: Field, tmp_path: Path, days_ago: int, photos: int
) -> None:
    visited(field, DEAD, jpeg(), days_ago)
    assert len(zipped(field, case_of(field, CaseKind.DEATH), tmp_path)[0]) == photos


def test_a_case_of_another_kind_takes_no_photo_of_before(field: Field, tmp_path: Path) -> None:
    visited(field, DAMAGED, jpeg(), days_ago=5)
    first = facts(StepKind.PROPOSAL, 20, document_no="报〔2026〕1号")
    with transaction(field.engine) as session:
        draft = CaseDraft(CaseKind.DELISTING, ("tree", field.trees["1"]), first, reason="树龄鉴定有误")
        own = open_case(session, draft, actor="tests", now=AT).id
    with transaction(field.engine) as session:
        session.get_one(CaseFile, own).opened_on = TODAY
    assert zipped(field, own, tmp_path)[0] == []


def test_a_photo_without_evidence_is_of_no_case(field: Field, tmp_path: Path) -> None:
    visited(field, {"no_change": True}, jpeg(), days_ago=5)
    assert zipped(field, case_of(field, CaseKind.DEATH), tmp_path)[0] == []


def test_the_day_by_the_clock_of_the_register_counts(field: Field, tmp_path: Path) -> None:
    early = sent("early", "visit", DEAD, field.trees["1"], photos=[photo_said(jpeg())])
    early["captured_at"] = f"{TODAY}T06:30:00+08:00"  # the day before in UTC
    own = field.send(early).id
    arrives(field, jpeg())
    with transaction(field.engine) as session:
        settle(
            session, find_submission(session, own), today=TODAY, actor="account:county", now=AT,
            keys=field.keys, photos=field.photos,
        )  # fmt: skip
    ((told,), _members) = zipped(field, case_of(field, CaseKind.DEATH), tmp_path)
    assert told["relation"] == "while_open"
