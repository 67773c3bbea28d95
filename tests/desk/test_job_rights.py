"""Who is told of long work, and who is given what came of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import HERE, THERE, DeskKit, make_desk
from register_kit import NOW

from registry.commands.accounts import get_account, grant_role, revoke_role
from registry.commands.jobs import ask_job
from registry.db import transaction
from registry.models import Tree
from registry.rules.permissions import Grant, Right
from registry.vocab.desk_words import JobState, Role

WHOLE = ["tables", "--restricted", "{out}"]
COUNTY = ["tables", "--restricted", "--where", f"within={HERE}", "{out}"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskKit]:
    kit = make_desk(tmp_path)
    yield kit
    kit.engine.dispose()


def a_result(desk: DeskKit, login: str, kind: str, argv: list[str]) -> str:
    """A job of somebody that is done, with a file that came of it; its id."""
    with transaction(desk.engine) as session:
        account = get_account(session, login)
        about = {"argv": argv, "about": "SAID"}
        job = ask_job(session, kind, about, account_id=account.id, now=NOW)[0]
        job.state, job.result_name = JobState.DONE, "made.xlsx"
        job.result_sha256 = desk.desk.jobs.room.results.keep_bytes(b"RESTRICTED")
        session.add(job)
        return job.id


def tree_called(desk: DeskKit, number: str) -> str:
    with transaction(desk.engine) as session:
        tree = session.get_one(Tree, desk.tree_ids[number])
        return f"{tree.authority_id}:{tree.number_scheme}:{tree.tree_no}"


@pytest.mark.parametrize(
    ("kind", "argv", "rights", "status"),
    [
        ("export_office_tables", WHOLE, [Right.RECORD], 403),
        ("export_office_tables", WHOLE, [Right.EXPORT], 403),
        ("export_office_tables", WHOLE, [Right.EXPORT, Right.FILE], 200),
        ("export_tables", ["tables", "{out}"], [Right.EXPORT], 200),
        ("export_tags", ["tags", "{out}"], [Right.EXPORT], 403),
        ("export_tags", ["tags", "{out}"], [Right.EXPORT, Right.RECORD], 200),
        ("export_ledger", ["ledger", "list", "grove", "--restricted", "{out}"], [Right.EXPORT], 403),
        ("import", ["import", "{upload}/x.csv"], [Right.EXPORT, Right.FILE], 403),
        ("import", ["import", "{upload}/x.csv"], [Right.RECORD], 200),
        ("field_file", ["field", "take"], [Right.PUBLISH], 403),
        ("zone_check", ["zones", "check"], [Right.RECORD], 200),
        ("of_an_earlier_version", [], [Right.EXPORT, Right.FILE, Right.RECORD], 403),
    ],
)
async def test_a_token_takes_what_came_of_a_job_only_with_the_rights_that_the_job_asked_for(
    desk: DeskKit, kind: str, argv: list[str], rights: list[Right], status: int
):
    own = a_result(desk, "registrar", kind, argv)
    headers = desk.script("registrar", *rights)
    async with desk.client() as script:
        taken = await script.get(f"jobs/{own}/result", headers=headers)
        listed = await script.get("jobs", headers=headers)
    assert taken.status_code == status
    assert (b"RESTRICTED" in taken.content) == (status == 200)
    assert (f"jobs/{own}/result" in listed.text) == (status == 200)


async def test_work_of_which_a_token_has_not_the_right_is_not_told_to_it(desk: DeskKit):
    own = a_result(desk, "registrar", "export_office_tables", WHOLE)
    headers = desk.script("registrar", Right.RECORD)
    async with desk.client() as script:
        listed = await script.get("jobs", headers=headers)
        others = [await script.get(f"jobs/{own}{more}", headers=headers) for more in ("", "/state")]
        others.append(await script.post(f"jobs/{own}/cancel", headers=headers))
        for_forms = await script.get("jobs", headers=desk.script("registrar", Right.SUBMIT))
    assert "SAID" not in listed.text
    assert [answer.status_code for answer in (*others, for_forms)] == [403] * 4


@pytest.mark.parametrize(
    ("kind", "argv", "status"),
    [
        ("export_office_tables", WHOLE, 403),
        ("export_report", ["report", "make", "{out}", "2026"], 403),
        ("import", ["import", "{upload}/x.csv"], 403),
        ("export_office_tables", COUNTY, 200),
        ("export_office_tables", ["tables", "--where", f"within={HERE},{THERE}", "{out}"], 403),
        ("export_dossier", ["dossier", "1", "{out}"], 200),
        ("export_dossier", ["dossier", "3", "{out}"], 403),
        ("export_dossier", ["dossier", "gone", "{out}"], 403),
        ("export_strategy", ["strategy", "print", "gone", "{out}"], 403),
    ],
)
async def test_a_registrar_who_now_has_one_county_takes_nothing_that_reached_beyond_it(
    desk: DeskKit, kind: str, argv: list[str], status: int
):
    argv = [tree_called(desk, word) if word in desk.tree_ids else word for word in argv]
    own = a_result(desk, "registrar", kind, argv)
    async with desk.client("registrar") as registrar:
        before = await registrar.get(f"jobs/{own}/result")
        with transaction(desk.engine) as session:
            account = get_account(session, "registrar")
            grant_role(session, account, Grant(Role.REGISTRAR, HERE), actor="tests", now=NOW)
            revoke_role(session, account, Grant(Role.REGISTRAR), actor="tests", now=NOW)
        after = await registrar.get(f"jobs/{own}/result")
        shown = await registrar.get(f"jobs/{own}")
    assert (before.status_code, after.status_code) == (200, status)
    assert ("/result" in shown.text) == (status == 200)


async def test_an_administrator_stops_long_work_and_does_not_take_what_came_of_it(desk: DeskKit):
    own = a_result(desk, "registrar", "export_office_tables", WHOLE)
    async with desk.client("admin") as admin:
        listed = await admin.get("jobs")
        shown = await admin.get(f"jobs/{own}")
        taken = await admin.get(f"jobs/{own}/result")
        stopped = await admin.post(f"jobs/{own}/cancel")
    assert "SAID" in listed.text
    assert "/result" not in listed.text + shown.text
    assert [answer.status_code for answer in (shown, taken, stopped)] == [200, 403, 303]


def test_every_kind_of_work_says_which_rights_it_takes():
    from datasette_plugins.desk.job_rights import RIGHTS_OF
    from registry.vocab.desk_words import JOB_KINDS

    assert set(RIGHTS_OF) == set(JOB_KINDS)
    assert all(RIGHTS_OF.values())
