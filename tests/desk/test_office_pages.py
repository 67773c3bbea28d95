"""The office at the desk: import, publishing, exports, statistics, zone checks, settings, jobs."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from desk_kit import HERE, THERE, TREES, DeskKit, make_desk
from httpx import AsyncClient, Response
from register_kit import TAIPEI, make_csv, make_mapping
from sqlmodel import col, select
from typer.testing import CliRunner

from datasette_plugins.desk import exporting, zone_checks
from datasette_plugins.desk.app import Desk
from datasette_plugins.desk.exporting import may_take  # noqa: F401 (the button asks what the form asks)
from datasette_plugins.desk.imports import MOST_BYTES, safe_name
from registry.cli.app import app
from registry.commands.jobs import message_of
from registry.commands.parties import party_named
from registry.commands.register import change_setting
from registry.db import reading, transaction
from registry.edition_store import number_in
from registry.models import AuditEntry, Event, Job, Setting, Tag, Tree, TreeParty, ZoneCheck
from registry.vocab.desk_words import JobState
from registry.vocab.words import PartyRole

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
BAD_ROWS = "编号,名称,胸围\nA-1,国槐,312\nA-2,侧柏,很粗\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskKit]:
    """A desk whose jobs are done when a test says so."""
    kit = make_desk(tmp_path)
    kit.desk.public = tmp_path / "public.gpkg"
    monkeypatch.setattr(kit.desk.jobs, "wake", lambda: None)
    yield kit
    kit.engine.dispose()


def work(desk: DeskKit) -> list[Job]:
    """Do all jobs that wait; all jobs there are, the newest first."""
    while desk.desk.jobs.run_next():
        pass
    with reading(desk.engine) as session:
        jobs = session.exec(select(Job).order_by(col(Job.created_at).desc())).all()
        session.expunge_all()
        return list(jobs)


def trees_in(desk: DeskKit) -> int:
    with reading(desk.engine) as session:
        return int(session.execute(sa.select(sa.func.count()).select_from(Tree)).scalar_one())


async def bring(client: AsyncClient, content: bytes, name: str = "rows.csv") -> str:
    """Upload a file; the page it led to."""
    answer = await client.post("import", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return page_after(answer)


def page_after(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/-/desk/")


async def test_a_real_file_is_imported_through_the_page_with_the_counts_of_the_command_line(
    desk: DeskKit, tmp_path: Path
):
    other = tmp_path / "other"
    other.mkdir()
    said = CliRunner().invoke(app, ["--register", str(other / "r.db"), "--json", "init"])
    assert said.exit_code == 0, said.output
    plain = CliRunner().invoke(app, ["--register", str(other / "r.db"), "--json", "import", str(TAIPEI)])
    counts = json.loads(plain.stdout)
    before = trees_in(desk)
    async with desk.client("registrar") as registrar:
        page = await bring(registrar, TAIPEI.read_bytes(), TAIPEI.name)
        work(desk)
        looked = (await registrar.get(page)).text
        assert "tw-taipei-protected" in looked
        assert "樹木編號" in looked
        tried = await registrar.post(f"{page}/try", data={"mapping": "tw-taipei-protected"})
        assert page_after(tried) == page
        work(desk)
        preview = (await registrar.get(page)).text
        assert f"{counts['created']:,}" in preview
        assert trees_in(desk) == before
        for _ in range(2):  # pressed twice
            assert page_after(await registrar.post(f"{page}/run")) == page
        jobs = work(desk)
        done = (await registrar.get(page)).text
        report = (await registrar.get(f"{page}/report")).json()
    assert sum(job.kind == "import" for job in jobs) == 1
    names = ("read", "created", "updated", "unchanged", "rejected", "flagged")
    assert {name: report[name] for name in names} == {name: counts[name] for name in names}
    assert f"{counts['read']:,}" in done
    assert trees_in(desk) == before + counts["created"]
    with reading(desk.engine) as session:
        assert session.exec(select(Event.actor).where(Event.kind == "import:batch")).all()[-1] == (
            "account:registrar"
        )


async def test_rejected_rows_are_shown_with_their_reason_and_come_as_a_file(desk: DeskKit, tmp_path: Path):
    mapping = make_mapping(tmp_path).read_text("utf-8")
    wrong, *others = TREES
    file = make_csv(tmp_path / "rows.csv", {**wrong, "girth": "9999999"}, *others)
    rows = file.read_text("utf-8")
    async with desk.client("registrar") as registrar:
        page = await bring(registrar, rows.encode())
        work(desk)
        answer = await registrar.post(f"{page}/try", data={"mapping": "own", "text": mapping})
        assert answer.status_code == 303
        work(desk)
        assert "1 行未被接受" in (await registrar.get(page)).text
        strict = await registrar.post(f"{page}/run", data={"strict": "yes"})
        assert strict.status_code == 303
        assert work(desk)[0].state == JobState.FAILED
        assert "9999999" in (await registrar.get(page)).text or "1" in (await registrar.get(page)).text
        await registrar.post(f"{page}/run")
        job = work(desk)[0]
        result = await registrar.get(f"jobs/{job.id}/result")
    assert result.status_code == 200
    assert "9999999" in result.content.decode("utf-8-sig")
    with reading(desk.engine) as session:
        taken = session.exec(select(AuditEntry).where(AuditEntry.action == "export_taken")).all()
    assert [each.login for each in taken] == ["registrar"]


async def test_a_mapping_that_cannot_be_read_is_told_at_its_field(desk: DeskKit):
    async with desk.client("registrar") as registrar:
        page = await bring(registrar, BAD_ROWS.encode())
        work(desk)
        answer = await registrar.post(f"{page}/try", data={"mapping": "own", "text": "id = 'x'\n[nonsense"})
    assert answer.status_code == 422
    assert "[nonsense" in answer.text
    assert 'role="alert"' in answer.text


async def test_what_is_no_table_is_told_in_words(desk: DeskKit):
    async with desk.client("registrar") as registrar:
        page = await bring(registrar, b"%PDF-1.7 nothing", "list.csv")
        assert work(desk)[0].state == JobState.FAILED
        assert "PDF" in (await registrar.get(page)).text
        none = await registrar.post("import", files={"file": ("empty.csv", b"")})
    assert none.status_code == 422


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk: DeskKit):
    async with desk.client("registrar") as registrar:
        headers = {"content-length": str(MOST_BYTES * 2), "content-type": "multipart/form-data; boundary=x"}
        answer = await registrar.post("import", content=b"--x--", headers=headers)
    assert answer.status_code == 413
    async with desk.client() as nobody:
        answer = await nobody.post("import", content=b"--x--", headers=headers)
    assert answer.status_code == 303


async def test_a_county_s_clerk_does_not_import_publish_or_set_what_concerns_all(desk: DeskKit):
    async with desk.client("clerk") as clerk:
        for page in ("import", "publish", "settings", "zone-checks"):
            assert (await clerk.get(page)).status_code == 403, page
        home = (await clerk.get("")).text
    assert "/-/desk/import" not in home
    assert "/-/desk/export" in home


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\x.csv", "-rf.csv", ".hidden", "a\n\x00b.csv", "名册.xlsx", "x" * 300]
)
def test_a_file_name_is_only_a_name(name: str):
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set("/\\\n\x00")
    assert not safe.startswith((".", "-"))
    assert len(safe.encode()) <= 255


async def export(desk: DeskKit, login: str, **form: Any) -> tuple[Job, bytes]:
    """Ask for something, have it made, take it."""
    async with desk.client(login) as client:
        page = page_after(await client.post("export", data=form))
        jobs = work(desk)
        job = next(job for job in jobs if page.endswith(job.id))
        result = await client.get(f"{page}/result")
    return job, result.content


async def test_a_county_s_clerk_takes_out_what_lies_within_reach_and_nothing_beyond(desk: DeskKit):
    job, content = await export(desk, "clerk", what="dossiers")
    assert (job.state, message_of(job).get("facts", {}).get("written")) == (JobState.DONE, 2)
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 3  # two dossiers and their list
    job, content = await export(desk, "registrar", what="dossiers")
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 4
    async with desk.client("clerk") as clerk:
        beyond = await clerk.post("export", data={"what": "dossiers", "division": THERE})
        number = await clerk.post("export", data={"what": "dossier", "record": "3"})
        whole = await clerk.post("export", data={"what": "report", "year": "2026"})
        offered = (await clerk.get("export?what=dossiers")).text
    assert (beyond.status_code, number.status_code, whole.status_code) == (422, 403, 403)
    assert HERE in offered
    assert THERE not in offered


async def test_dossiers_for_the_office_are_made_by_who_may_see_files_whole(desk: DeskKit):
    async with desk.client("inspector") as inspector:
        assert (await inspector.post("export", data={"what": "office_dossiers"})).status_code == 403
    job, content = await export(desk, "clerk", what="office_dossiers")
    assert (job.state, message_of(job)["facts"]["written"]) == (JobState.DONE, 2)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(names) == 3
    assert all(".restricted." in name for name in names)


async def test_a_selection_is_what_the_form_says(desk: DeskKit):
    job, content = await export(desk, "registrar", what="map", grade="2")
    assert message_of(job)["facts"]["trees"] == 1
    assert content[:9] == b"<!DOCTYPE"
    async with desk.client("registrar") as registrar:
        none = await registrar.post("export", data={"what": "map", "grade": "4"})
    assert none.status_code == 422


async def test_tags_are_issued_by_who_may_change_records_and_not_by_an_auditor(desk: DeskKit):
    with transaction(desk.engine) as session:
        change_setting(session, "public_address", "https://t.example.org", actor="tests", now=NOW)
    async with desk.client("auditor") as auditor:
        assert (await auditor.post("export", data={"what": "tags"})).status_code == 403
        assert (await auditor.get("export?what=tags")).status_code == 403
    job, _content = await export(desk, "clerk", what="tags", start_at="2")
    assert message_of(job)["facts"]["new"] == 2
    with reading(desk.engine) as session:
        assert set(session.exec(select(Tag.tree_id))) == {desk.tree_ids["1"], desk.tree_ids["2"]}


@pytest.mark.parametrize(
    ("what", "more", "ending"), [("tags", {}, ".pdf"), ("plates", {"file_kind": "svg"}, ".svg")]
)
async def test_a_run_of_tags_comes_with_its_manifest_and_checksums_that_hold(
    desk: DeskKit, what: str, more: dict[str, str], ending: str
):
    with transaction(desk.engine) as session:
        change_setting(session, "public_address", "https://t.example.org", actor="tests", now=NOW)
    job, content = await export(desk, "clerk", what=what, **more)
    assert str(job.result_name).endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    [manifest] = [name for name in files if name.endswith(".csv")]
    rows = list(csv.DictReader(files[manifest].decode("utf-8-sig").splitlines()))
    assert {row["文件"] for row in rows} == {name for name in files if name.endswith(ending)}
    [sums] = [files[name].decode() for name in files if name.endswith(".sha256")]
    told = dict(line.split("  ")[::-1] for line in sums.splitlines())
    assert told == {
        name: hashlib.sha256(each).hexdigest() for name, each in files.items() if not name.endswith(".sha256")
    }


@pytest.mark.parametrize(
    ("what", "more", "start"),
    [
        ("dossier", {"record": "1", "restricted": "yes"}, b"%PDF"),
        ("patrols", {"days": "30"}, b"PK"),
        ("field_sheets", {"as_list": "yes"}, b"%PDF"),
        ("quality", {"kind": ".html"}, b"<!"),
        ("report", {"year": "2026", "kind": ".xlsx"}, b"PK"),
        ("ledger", {"ledger": "garden", "kind": ".html"}, b"<!"),
        ("assessments", {}, b"PK"),
        ("list", {"kind": ".xlsx"}, b"PK"),
        ("zones", {"kind": ".geojson"}, b"{"),
    ],
)
async def test_each_kind_of_file_is_made(desk: DeskKit, what: str, more: dict[str, str], start: bytes):
    job, content = await export(desk, "registrar", what=what, **more)
    assert job.state == JobState.DONE, message_of(job)
    assert content.lstrip().startswith(start)


async def test_field_sheets_of_one_steward_name_nobody_in_what_stays(desk: DeskKit):
    with transaction(desk.engine) as session:
        party, _told = party_named(session, "贾管护")
        for number in ("2", "3"):
            own = {"tree_id": desk.tree_ids[number], "party_id": party.id}
            session.add(TreeParty(**own, role=PartyRole.STEWARD))
        steward = party.id
    async with desk.client("clerk") as clerk, desk.client("inspector") as inspector:
        page = (await clerk.get("export?what=field_sheets")).text
        assert (await inspector.get("export?what=field_sheets")).status_code == 403
        unknown = await clerk.post("export", data={"what": "field_sheets", "steward": "nobody"})
    assert f'<option value="{steward}">贾管护</option>' in page
    assert unknown.status_code == 422
    job, content = await export(desk, "clerk", what="field_sheets", steward=steward)
    assert content.startswith(b"%PDF")
    assert message_of(job)["facts"]["trees"] == 1, "tree 3 is beyond the clerk's reach"
    with reading(desk.engine) as session:
        noted = [entry.detail for entry in session.exec(select(AuditEntry))]
    assert "贾管护" not in f"{job.arguments} {noted}"


async def test_of_more_stewards_than_a_list_takes_it_is_said_and_one_without_such_trees_is_named(
    desk: DeskKit, monkeypatch: pytest.MonkeyPatch
):
    with transaction(desk.engine) as session:
        for name in ("甲管护", "乙管护"):
            party, _told = party_named(session, name)
            own = {"tree_id": desk.tree_ids["2"], "party_id": party.id}
            session.add(TreeParty(**own, role=PartyRole.STEWARD))
        form = {"what": "field_sheets", "steward": party.id, "status": "dead"}
    async with desk.client("clerk") as clerk:
        all_of_them = (await clerk.get("export?what=field_sheets")).text
        refused = await clerk.post("export", data=form)
        monkeypatch.setattr(exporting, "_MOST_CHOICES", 1)
        cut = (await clerk.get("export?what=field_sheets")).text
    assert [page.count("管护</option>") for page in (all_of_them, cut)] == [2, 1]
    assert ["field-sheet OUT.pdf --steward" in page for page in (all_of_them, cut)] == [False, True]
    assert (refused.status_code, "乙管护" in refused.text, work(desk)) == (422, True, [])


async def test_of_more_divisions_and_species_than_a_list_takes_the_largest_are_offered_and_it_is_said(
    desk: DeskKit, monkeypatch: pytest.MonkeyPatch
):
    async with desk.client("registrar") as client:
        whole = (await client.get("export?what=map")).text
        monkeypatch.setattr(exporting, "_MOST_CHOICES", 1)
        cut = (await client.get("export?what=map")).text
    assert ["上党区</option>" in page for page in (whole, cut)] == [True, False]
    assert ["长治市</option>" in page for page in (whole, cut)] == [True, True]
    assert [
        page.count("--where within=CODE") + page.count("--where species=NAME") for page in (whole, cut)
    ] == [0, 2]


async def test_a_job_is_seen_by_who_asked_and_by_an_administrator(desk: DeskKit):
    job, _content = await export(desk, "registrar", what="map")
    for login, status in (("registrar", 200), ("admin", 200), ("clerk", 404), ("inspector", 403)):
        async with desk.client(login) as client:
            for page in (f"jobs/{job.id}", f"jobs/{job.id}/state"):
                assert (await client.get(page)).status_code == status, (login, page)
            taken = await client.get(f"jobs/{job.id}/result")
            assert taken.status_code == (403 if login == "admin" else status)
            cancelled = await client.post(f"jobs/{job.id}/cancel")
            assert cancelled.status_code == (303 if status == 200 else status)
    with reading(desk.engine) as session:
        actions = session.exec(select(AuditEntry.login).where(AuditEntry.action == "export_taken")).all()
    assert actions == ["registrar", "registrar"]


async def test_progress_of_a_job_is_told_while_it_runs(desk: DeskKit):
    async with desk.client("registrar") as registrar:
        page = page_after(await registrar.post("export", data={"what": "dossiers"}))
        waiting = (await registrar.get(f"{page}/state")).json()
        own = page.rpartition("/")[2]
        with transaction(desk.engine) as session:
            job = session.get_one(Job, own)
            job.state, job.started_at, job.beat_at = JobState.RUNNING, NOW, datetime.now(UTC)
            session.add(job)
        desk.desk.jobs.room.begin(own)
        desk.desk.jobs.room.tell(own, 2, 3)
        running = (await registrar.get(f"{page}/state")).json()
        shown = (await registrar.get(page)).text
    assert (waiting["state"], waiting["total"], waiting["is_over"]) == ("waiting", 3, False)
    assert (running["state"], running["done"], running["total"]) == ("running", 2, 3)
    assert 'http-equiv="refresh"' in shown
    assert 'max="3" value="2"' in shown


async def test_what_is_published_is_what_the_site_shows(desk: DeskKit):
    public = desk.desk.public
    assert public is not None
    async with desk.client("registrar") as registrar:
        before = (await registrar.get("publish")).text
        assert "第一版" in before
        assert page_after(await registrar.post("publish")).startswith("jobs/")
        assert work(desk)[0].state == JobState.DONE
        assert number_in(public) == 1
        assert "此后名册没有变化" in (await registrar.get("publish")).text
        with transaction(desk.engine) as session:
            change_setting(session, "duty_phone", "0355-1234567", actor="tests", now=NOW)
        changed = (await registrar.get("publish")).text
        assert "此后名册没有变化" not in changed
        await registrar.post("publish")
        work(desk)
        assert number_in(public) == 2
        silent = await registrar.post("publish/withdraw", data={"number": "2"})
        assert silent.status_code == 422
        taken = await registrar.post("publish/withdraw", data={"number": "2", "reason": "坐标有误"})
        assert taken.status_code == 303
        assert number_in(public) == 1
        assert "坐标有误" in (await registrar.get("publish")).text
        given = await registrar.post("publish/restore", data={"number": "2", "reason": "已核对"})
        assert given.status_code == 303
        assert number_in(public) == 2
        unknown = await registrar.post("publish/withdraw", data={"number": "9", "reason": "x"})
        assert unknown.status_code in {404, 422}


async def test_statistics_count_what_lies_within_reach(desk: DeskKit):
    async with desk.client("clerk") as clerk:
        own = (await clerk.get("statistics")).text
        table = (await clerk.get("statistics.csv")).text
    async with desk.client("registrar") as registrar:
        all_of_it = (await registrar.get("statistics")).text
    assert "共 2 株" in own
    assert "共 3 株" in all_of_it
    assert "屯留区" in all_of_it
    assert "屯留区" not in own + table
    assert "上党区" in table


async def test_settings_are_changed_all_or_none_with_the_fault_at_its_field(desk: DeskKit):
    form = {"register_name": "某市古树名木名册", "duty_mail": "nobody"}
    async with desk.client("registrar") as registrar:
        wrong = await registrar.post("settings", data=form)
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text
        with reading(desk.engine) as session:
            assert session.get(Setting, "register_name") is None
        right = await registrar.post("settings", data={**form, "duty_mail": "trees@example.org"})
        assert right.status_code == 303
        assert "某市古树名木名册" in (await registrar.get("settings/changes")).text
        file = await registrar.post("settings", data={"boundaries": "/etc/hostname"})
        assert file.status_code == 303
    with reading(desk.engine) as session:
        assert session.get_one(Setting, "register_name").value == "某市古树名木名册"
        assert session.get(Setting, "boundaries") is None
        assert session.exec(select(AuditEntry.subject_id).where(AuditEntry.action == "setting_changed")).all()


async def test_a_footprint_of_drawn_corners_is_checked_numbered_and_printed(desk: DeskKit):
    corners = "113.0499,36.0499\n113.0501,36.0499\n113.0501，36.0501\n113.0499 36.0501"
    async with desk.client("registrar") as registrar:
        wrong = await registrar.post("zone-checks", data={"points": "113.05\n1"})
        assert wrong.status_code == 422
        asked = await registrar.post(
            "zone-checks", data={"points": corners, "crs": "WGS84", "project": "道路拓宽", "buffer": "5"}
        )
        job = page_after(asked)
        found = work(desk)[0]
        assert found.state == JobState.DONE, message_of(found)
        number = message_of(found)["facts"]["number"]
        assert f"zone-checks/{number}" in (await registrar.get(job)).text
        page = (await registrar.get(f"zone-checks/{number}")).text
        opinion = await registrar.get(f"zone-checks/{number}/opinion")
        listed = (await registrar.get("zone-checks")).text
    assert "<svg" in page
    assert "道路拓宽" in page
    assert number in listed
    assert opinion.content.startswith(b"%PDF")
    with reading(desk.engine) as session:
        assert session.exec(select(ZoneCheck.number)).all() == [number]


def test_corners_of_a_footprint_are_read_as_people_write_them():
    drawn = json.loads(zone_checks.drawn_footprint("113.1, 36.1\n113.2，36.1\n\n113.2;36.2\n113.1 36.1"))
    assert drawn["geometry"]["coordinates"][0][0] == drawn["geometry"]["coordinates"][0][-1]
    for text in ("", "1,2\n3,4", "a,b\n1,2\n3,4", "181,1\n1,2\n3,4"):
        with pytest.raises(ValueError, match="lease"):
            zone_checks.drawn_footprint(text)


async def test_the_worker_of_a_served_desk_takes_what_is_asked_for(tmp_path: Path):
    kit = make_desk(tmp_path)
    async with kit.client("registrar") as registrar:
        page = page_after(await registrar.post("export", data={"what": "map"}))
        for _ in range(200):
            if (await registrar.get(f"{page}/state")).json()["is_over"]:
                break
            import asyncio

            await asyncio.sleep(0.1)
        assert (await registrar.get(f"{page}/result")).status_code == 200
    kit.desk.jobs.stop()
    kit.engine.dispose()


def test_a_desk_without_an_edition_says_so(tmp_path: Path):
    assert Desk(str(tmp_path / "none.db")).public is None
