"""The first page says what waits for whoever is signed in, and nothing of what others have to do."""

from datetime import UTC, datetime

from desk_kit import HERE, THERE, DeskKit
from sqlmodel import select

from datasette_plugins.desk.app import Desk
from registry.commands.accounts import add_account
from registry.db import transaction
from registry.models import Account, Submission
from registry.rules.permissions import Grant
from registry.vocab.desk_words import ReviewLevel, Role, SubmissionKind, SubmissionState

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def sent(desk: DeskKit, number: int, login: str, state: SubmissionState, division: str = HERE) -> None:
    with transaction(desk.engine) as session:
        account = session.exec(select(Account).where(Account.login == login)).one()
        session.add(
            Submission(
                id=f"submission-{number}", account_id=account.id, kind=SubmissionKind.EDIT, captured_at=NOW,
                received_at=NOW, content='{"fields":{"town":{"base":null,"to":"x"}}}', content_hash="0" * 64,
                state=state, levels='["county"]', level=ReviewLevel.COUNTY if state == "pending" else None,
                subject_type="tree", subject_id=desk.tree_ids["1" if division == HERE else "3"],
                division_id=division,
            )
        )  # fmt: skip


async def first_page(desk: DeskKit, login: str) -> str:
    async with desk.client(login) as client:
        return (await client.get("http://desk.test/en/-/desk/")).text


async def test_a_reviewer_sees_how_many_wait_in_his_own_county(desk):
    sent(desk, 1, "inspector", SubmissionState.PENDING)
    sent(desk, 2, "second", SubmissionState.PENDING)
    sent(desk, 3, "stranger", SubmissionState.PENDING, THERE)
    assert '<span class="count">2</span> for you to review' in await first_page(desk, "county")
    assert '<span class="count">1</span> for you to review' in await first_page(desk, "elsewhere")
    assert "for you to review" not in await first_page(desk, "inspector")


async def test_whoever_got_something_back_sees_that(desk):
    sent(desk, 1, "inspector", SubmissionState.RETURNED)
    assert '<span class="count">1</span> came back to you' in await first_page(desk, "inspector")
    assert "Nothing waits for you." in await first_page(desk, "second")


async def test_a_caretaker_comes_to_the_trees_at_once(desk):
    with transaction(desk.engine) as session:
        add_account(session, "elder", "老王", [Grant(Role.CARETAKER)], actor="tests", now=NOW)
    async with desk.client("elder") as client:
        answer = await client.get("")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/-/desk/field/"


async def test_a_visitor_is_not_told_where_a_register_lies_that_cannot_be_opened(tmp_path):
    gone = DeskKit(str(tmp_path / "gone.db"), Desk(str(tmp_path / "gone.db")))
    async with gone.client() as client:
        answer = await client.post("sign-in", data={"login": "x", "password": "y"})
    assert answer.status_code == 503
    assert "gone.db" not in answer.text
