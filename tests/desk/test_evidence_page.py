"""The evidence of a case at the desk: for whoever may take files out there, and noted."""

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from desk_kit import DeskKit
from register_kit import NOW
from sqlmodel import select

from registry.commands.case_documents import DocumentDraft, add_document
from registry.commands.cases import CaseDraft, open_case
from registry.db import SCHEMA_FOLDER, reading, transaction
from registry.models import AuditEntry
from registry.rules.case_facts import StepFacts
from registry.vocab.care_words import DocumentKind
from registry.vocab.words import CaseKind, StepKind


def make_case(desk: DeskKit, folder: Path, number: str = "1") -> str:
    """A case of a death about a tree, with a document; its id."""
    (folder / "报告.pdf").write_bytes(b"%PDF- what was found")
    with transaction(desk.engine) as session:
        first = StepFacts(StepKind.REPORT, NOW.date(), text="枯死")
        draft = CaseDraft(CaseKind.DEATH, ("tree", desk.tree_ids[number]), first)
        case = open_case(session, draft, pack=None, actor="t", now=NOW)
        document = DocumentDraft(DocumentKind.OTHER)
        add_document(session, case, folder / "报告.pdf", document, store=desk.desk.files, actor="t", now=NOW)
        return case.id


async def test_the_page_says_what_is_in_it_and_the_button_gives_it(desk: DeskKit, tmp_path: Path) -> None:
    own = make_case(desk, tmp_path)
    async with desk.client("clerk") as clerk:
        page = await clerk.get(f"evidence/{own}")
        assert page.status_code == 200
        assert "国槐" not in page.text
        assert "1 份材料" in page.text
        found = await clerk.post(f"evidence/{own}")
    assert found.headers["content-type"] == "application/zip"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["cache-control"] == "no-store"
    (tmp_path / "e.zip").write_bytes(found.content)
    with zipfile.ZipFile(BytesIO(found.content)) as evidence:
        assert any(evidence.read(name) == b"%PDF- what was found" for name in evidence.namelist())
    script = SCHEMA_FOLDER / "evidence" / "check_evidence.py"
    assert subprocess.run([sys.executable, script, tmp_path / "e.zip"], check=False).returncode == 0


async def test_whoever_takes_it_is_noted_and_the_page_alone_is_not(desk: DeskKit, tmp_path: Path) -> None:
    own = make_case(desk, tmp_path)
    async with desk.client("clerk") as clerk:
        await clerk.get(f"evidence/{own}")
        assert noted(desk) == []
        await clerk.post(f"evidence/{own}")
    assert noted(desk) == [("clerk", own)]


def noted(desk: DeskKit) -> list[tuple[str | None, str | None]]:
    with reading(desk.engine) as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.action == "evidence_exported"))
        return [(row.login, row.subject_id) for row in rows]


@pytest.mark.parametrize("login", ["inspector", "county", "stranger", "admin"])
async def test_whoever_may_not_take_files_out_gets_none(desk: DeskKit, tmp_path: Path, login: str) -> None:
    own = make_case(desk, tmp_path)
    async with desk.client(login) as client:
        for ask in (client.get, client.post):
            assert (await ask(f"evidence/{own}")).status_code == 403
    assert noted(desk) == []


async def test_a_clerk_of_another_county_gets_none(desk: DeskKit, tmp_path: Path) -> None:
    own = make_case(desk, tmp_path, "3")
    async with desk.client("clerk") as clerk:
        assert (await clerk.post(f"evidence/{own}")).status_code == 403
        assert (await clerk.get("evidence/nothing")).status_code == 404
