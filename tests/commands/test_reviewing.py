"""Review level by level: who may, what counts when, what is refused in words; on both databases."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_kit import CITY, HERE, THERE, DeskKit, make_desk
from sqlmodel import Session, select

from registry.access import holder_of
from registry.calendars import register_today
from registry.commands.accounts import add_account
from registry.commands.comparing import deviations
from registry.commands.editing import change_record
from registry.commands.review_set_aside import accept_many, assign, take_photos, try_again
from registry.commands.reviewing import Decided, Desk, Verdict, conflicts_of, decide
from registry.commands.submission_rows import reviews_of
from registry.commands.submissions import Setting, look_again, receive
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.desk_errors import ReviewConflictError, ReviewRefusedError, SubmissionNotFoundError
from registry.models import Account, AccountRole, Event, Measurement, Submission, Tree
from registry.review_items import here_for, load_item, pending_of
from registry.review_queue import Filters, next_of, queue_counts, queue_page, waiting_for
from registry.rules.permissions import Grant
from registry.vocab.desk_words import AccountState, Decision, ReviewLevel, Role, SubmissionState

ACCEPT, CORRECT, RETURN, REFUSE = Decision.ACCEPT, Decision.CORRECT, Decision.RETURN, Decision.REFUSE
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
S = SubmissionState


class Office:
    """A register with its cast: sends, decides, looks."""

    def __init__(self, kit: DeskKit) -> None:
        self.kit, self.count = kit, 0

    def desk(self, session: Session, login: str) -> Desk:
        keys, photos = self.kit.desk.keys, self.kit.desk.photos
        return Desk(register_today(session, NOW), f"account:{login}", NOW, keys, photos)

    def holder(self, session: Session, login: str | None) -> Any:
        if login is None:
            return None
        return holder_of(session, session.exec(select(Account).where(Account.login == login)).one())

    def send(
        self, kind: str, content: dict[str, Any], *, by: str = "inspector", no: str = "1", **more: Any
    ) -> str:
        self.count += 1
        own = f"submission-{self.count:04d}"
        record = {"kind": "tree", "id": self.kit.tree_ids.get(no, no)}
        sent = {"id": own, "kind": kind, "captured_at": (NOW - timedelta(hours=1)).isoformat(),
                "content": content, **({} if kind == "new_tree" else {"record": record}), **more}  # fmt: skip
        with transaction(self.kit.engine) as session:
            today = register_today(session, NOW)
            receive(
                session, sent, holder=self.holder(session, by), today=today, actor=f"account:{by}",
                now=NOW + timedelta(seconds=self.count), keys=self.kit.desk.keys, photos=self.kit.desk.photos,
            )  # fmt: skip
        return own

    def decide(self, login: str | None, own: str, verdict: Verdict, shown: str | None = None) -> Decided:
        with transaction(self.kit.engine) as session:
            desk = self.desk(session, login or "office")
            return decide(session, own, verdict, holder=self.holder(session, login), desk=desk, shown=shown)

    def edit(self, **fields: Any) -> None:
        """Somebody at the office changes tree 1."""
        with transaction(self.kit.engine) as session:
            ref = ("tree", self.kit.tree_ids["1"], "1")
            change_record(
                session, ref, fields, today=register_today(session, NOW), actor="account:clerk", now=NOW
            )

    def state(self, own: str) -> tuple[str, str | None]:
        with reading(self.kit.engine) as session:
            row = session.get_one(Submission, own)
            return row.state.value, row.level

    def tree(self, no: str = "1") -> Tree:
        with reading(self.kit.engine) as session:
            return session.get_one(Tree, self.kit.tree_ids[no])

    def girths(self) -> list[float | None]:
        with reading(self.kit.engine) as session:
            query = select(Measurement.girth_cm).where(Measurement.tree_id == self.kit.tree_ids["1"])
            return sorted(filter(None, session.exec(query)))

    def check(self) -> None:
        with reading(self.kit.engine) as session:
            assert verify_history(session)
            assert not [told for told in deviations(session) if told.field != "division_id"]


@pytest.fixture
def office(register_address: str, tmp_path: Path) -> Iterator[Office]:
    kit = make_desk(tmp_path, register_address)
    yield Office(kit)
    kit.engine.dispose()


def edit_of(**fields: tuple[Any, Any]) -> dict[str, Any]:
    return {"fields": {name: {"base": base, "to": to} for name, (base, to) in fields.items()}}


SIZES = {"sizes": {"girth_cm": 320}}
NEW_TREE = {"species": "油松", "division_id": HERE, "village": "东和", "sizes": {"girth_cm": 210}}


def test_the_registered_value_stands_until_the_last_level_has_accepted(office: Office) -> None:
    own = office.send("edit", edit_of(village=(None, "东和")))
    assert office.state(own) == ("pending", "county")
    assert office.tree().village is None
    office.decide("county", own, Verdict(ACCEPT, level=ReviewLevel.COUNTY))
    assert office.state(own) == ("accepted", None)
    assert office.tree().village == "东和"
    office.check()


def test_a_new_tree_passes_county_city_and_province_each_by_another_person(office: Office) -> None:
    own = office.send("new_tree", NEW_TREE)
    for login, level in (("city", "county"), ("province", "county")):
        with pytest.raises(ReviewRefusedError, match=level):
            office.decide(login, own, Verdict(ACCEPT))
    office.decide("county", own, Verdict(ACCEPT))
    assert office.state(own) == ("pending", "city")
    with pytest.raises(ReviewRefusedError, match="another"):
        office.decide("county", own, Verdict(ACCEPT))
    office.decide("city", own, Verdict(ACCEPT))
    office.decide("province", own, Verdict(ACCEPT))
    assert office.state(own) == ("accepted", None)
    with reading(office.kit.engine) as session:
        assert session.exec(select(Tree).where(Tree.village == "东和")).one().name_verbatim == "油松"
        told = session.exec(select(Event.kind, Event.actor).where(Event.kind.startswith("submission:"))).all()  # type: ignore[attr-defined]
    assert ("submission:passed", "account:county") in told
    assert ("submission:accepted", "account:province") in told
    office.check()


def test_nobody_decides_on_what_he_or_she_sent_in(office: Office) -> None:
    with transaction(office.kit.engine) as session:
        county = session.exec(select(Account).where(Account.login == "county")).one()
        session.add(AccountRole(account_id=county.id, role=Role.REVIEWER_CITY, division_id=CITY))
    own = office.send("new_tree", NEW_TREE, by="county")
    assert office.state(own) == ("pending", "province"), "levels up to the sender's own are passed by sending"
    with pytest.raises(ReviewRefusedError, match="yourself"):
        office.decide("county", own, Verdict(ACCEPT))
    office.decide("province", own, Verdict(ACCEPT))
    assert office.state(own)[0] == "accepted"


def test_a_reviewers_own_measurement_counts_at_once_but_a_death_needs_a_second_person(office: Office) -> None:
    assert office.state(office.send("measurement", SIZES, by="county"))[0] == "accepted"
    seen = {"vigour": "dead", "vigour_scale": "lyt2738"}
    own = office.send("visit", seen, by="county", no_fix_reason="山谷里收不到")
    assert office.state(own) == ("pending", "county")
    with pytest.raises(ReviewRefusedError, match="yourself"):
        office.decide("county", own, Verdict(ACCEPT))


def test_whoever_does_not_review_here_is_refused(office: Office) -> None:
    own = office.send("measurement", SIZES)
    for login in ("inspector", "registrar", "auditor", "admin"):
        with pytest.raises(ReviewRefusedError, match="do not review here"):
            office.decide(login, own, Verdict(ACCEPT))
    assert office.state(own)[0] == "pending"


def test_a_higher_level_steps_in_where_a_level_has_nobody(office: Office) -> None:
    own = office.send("measurement", SIZES)
    with transaction(office.kit.engine) as session:
        county = session.exec(select(Account).where(Account.login == "county")).one()
        county.state = AccountState.CLOSED
        session.add(county)
    with reading(office.kit.engine) as session:
        city = office.holder(session, "city")
        assert waiting_for(session, city, today=NOW.date(), now=NOW) == 1
    office.decide("city", own, Verdict(ACCEPT))
    assert office.state(own)[0] == "accepted"


def test_the_same_decision_twice_is_taken_once(office: Office) -> None:
    own = office.send("new_tree", NEW_TREE)
    verdict = Verdict(ACCEPT, level=ReviewLevel.COUNTY)
    assert not office.decide("county", own, verdict).is_repeat
    assert office.decide("county", own, verdict).is_repeat
    with reading(office.kit.engine) as session:
        assert len(reviews_of(session, own)) == 1
    assert office.state(own) == ("pending", "city")


def test_a_page_that_is_no_longer_true_is_refused_in_words(office: Office) -> None:
    own = office.send("edit", edit_of(village=(None, "东和")))
    with reading(office.kit.engine) as session:
        item = load_item(session, session.get_one(Submission, own), holder=None, today=NOW.date())
    office.edit(village="西和")
    with reading(office.kit.engine) as session:
        now = load_item(session, session.get_one(Submission, own), holder=None, today=NOW.date())
    with pytest.raises(ReviewConflictError, match="changed"):
        office.decide("county", own, Verdict(ACCEPT, seen=item.seen), shown=now.seen)
    office.decide("county", own, Verdict(REFUSE, reason="查无此村"))
    with pytest.raises(ReviewConflictError, match="by now"):
        office.decide("province", own, Verdict(ACCEPT))


def test_what_two_sides_changed_has_to_be_chosen(office: Office) -> None:
    own = office.send("edit", edit_of(village=(None, "东和"), town=(None, "韩店")))
    office.edit(village="西和")
    with reading(office.kit.engine) as session:
        assert [each["field"] for each in conflicts_of(session, session.get_one(Submission, own))] == [
            "village"
        ]
    with pytest.raises(ReviewRefusedError, match="choose"):
        office.decide("county", own, Verdict(ACCEPT))
    office.decide("county", own, Verdict(CORRECT, chosen={"village": "西和"}))
    assert (office.tree().village, office.tree().town) == ("西和", "韩店")
    office.check()


def test_theirs_or_another_value_may_be_chosen(office: Office) -> None:
    first = office.send("edit", edit_of(village=(None, "东和")))
    second = office.send("edit", edit_of(village=(None, "南和")), by="second")
    office.decide("county", first, Verdict(ACCEPT))
    office.decide("county", second, Verdict(CORRECT, chosen={"village": "南和村"}))
    assert office.tree().village == "南和村"


def test_a_correction_is_kept_beside_what_was_sent(office: Office) -> None:
    own = office.send("measurement", SIZES)
    office.decide("county", own, Verdict(CORRECT, chosen={"girth_cm": 315.0}, reason="尺读错"))
    with reading(office.kit.engine) as session:
        assert json.loads(session.get_one(Submission, own).content) == SIZES
        assert json.loads(reviews_of(session, own)[0].fields) == {"girth_cm": 315.0}
    assert office.girths() == [312.0, 315.0]
    office.check()


def test_the_corrections_of_one_level_go_on_to_the_next(office: Office) -> None:
    own = office.send("new_tree", NEW_TREE)
    office.decide("county", own, Verdict(CORRECT, chosen={"village": "北和", "girth_cm": 211}))
    office.decide("city", own, Verdict(ACCEPT))
    office.decide("province", own, Verdict(ACCEPT))
    with reading(office.kit.engine) as session:
        tree = session.exec(select(Tree).where(Tree.village == "北和")).one()
        girth = session.exec(select(Measurement.girth_cm).where(Measurement.tree_id == tree.id)).one()
    assert girth == 211


def test_a_new_tree_without_a_division_can_be_given_one_by_a_reviewer(office: Office) -> None:
    with transaction(office.kit.engine) as session:
        grants = [Grant(Role.INSPECTOR, None)]
        add_account(session, "rover", "Rover", grants, password="rover-long-password", actor="tests", now=NOW)
    own = office.send("new_tree", {"species": "油松"}, by="rover")
    with reading(office.kit.engine) as session:
        row = session.get_one(Submission, own)
        item = load_item(session, row, holder=office.holder(session, "province"), today=NOW.date())
    [shown] = [each for each in item.rows if each.field == "division_id"]
    assert (shown.new, shown.can_correct) == (None, True)
    assert {CITY, HERE} <= set(item.divisions)
    assert item.divisions[HERE].zh == "长治市 上党区"


def test_a_new_tree_that_is_looked_at_again_stays_in_the_division_that_a_reviewer_chose(
    office: Office,
) -> None:
    own = office.send("new_tree", NEW_TREE)
    office.decide("county", own, Verdict(ACCEPT))
    office.decide("city", own, Verdict(CORRECT, chosen={"division_id": THERE}))
    with transaction(office.kit.engine) as session:
        sender, desk = office.holder(session, "inspector"), office.desk(session, "office")
        setting = Setting(sender, desk.today, desk.actor, desk.now, desk.keys, desk.photos)
        row = look_again(session, session.get_one(Submission, own), setting)
        assert (row.division_id, row.state, row.problem) == (THERE, S.PENDING, None)


def test_a_value_that_the_form_cannot_have_is_refused(office: Office) -> None:
    own = office.send("measurement", SIZES)
    with pytest.raises(ReviewRefusedError):
        office.decide("county", own, Verdict(CORRECT, chosen={"girth_cm": -3}))
    assert office.state(own) == ("pending", "county")


def test_returning_and_refusing_need_a_reason_and_change_nothing(office: Office) -> None:
    own, other = office.send("measurement", SIZES), office.send("edit", edit_of(village=(None, "东和")))
    with pytest.raises(ReviewRefusedError, match="reason"):
        office.decide("county", own, Verdict(RETURN))
    office.decide("county", own, Verdict(RETURN, reason="请在 1.3 米处再量一次"))
    office.decide("county", other, Verdict(REFUSE, reason="村名没有错"))
    assert (office.state(own)[0], office.state(other)[0]) == ("returned", "refused")
    assert office.girths() == [312.0]
    assert office.tree().village is None
    office.check()


def test_what_was_returned_and_sent_again_takes_its_place(office: Office) -> None:
    own = office.send("measurement", SIZES)
    office.decide("county", own, Verdict(RETURN, reason="请再量一次"))
    again = office.send("measurement", {"sizes": {"girth_cm": 318}}, replaces=own)
    assert office.state(own)[0] == "replaced"
    with reading(office.kit.engine) as session:
        item = load_item(session, session.get_one(Submission, again), holder=None, today=NOW.date())
        assert item.replaces is not None
        assert item.replaces.id == own
    office.decide("county", again, Verdict(ACCEPT))
    assert office.girths() == [312.0, 318.0]


def test_the_office_decides_without_a_browser(office: Office) -> None:
    own = office.send("measurement", SIZES)
    office.decide(None, own, Verdict(ACCEPT))
    assert office.state(own)[0] == "accepted"
    with reading(office.kit.engine) as session:
        assert reviews_of(session, own)[0].account_id is None
    with pytest.raises(SubmissionNotFoundError):
        office.decide(None, "nothing-of-the-kind", Verdict(ACCEPT))


def test_several_are_accepted_each_whole_or_not_at_all(office: Office) -> None:
    fine = office.send("edit", edit_of(village=(None, "东和")))
    torn = office.send("edit", edit_of(town=(None, "韩店")))
    office.edit(town="苏店")
    with transaction(office.kit.engine) as session:
        holder = office.holder(session, "county")
        taken, left = accept_many(
            session, [(fine, ""), (torn, ""), ("no-such-thing", "")], holder=holder,
            desk=office.desk(session, "county"), shown=lambda _: "",
        )  # fmt: skip
    assert taken == [fine]
    assert [(own, error.code) for own, error in left] == [
        (torn, "review_refused"), ("no-such-thing", "submission_not_found")
    ]  # fmt: skip
    assert (office.state(fine)[0], office.state(torn)[0]) == ("accepted", "pending")


def test_only_what_says_nothing_new_is_harmless(office: Office) -> None:
    same = office.send("measurement", {"sizes": {"girth_cm": 312}})
    grown = office.send("measurement", SIZES)
    wild = office.send("measurement", {"sizes": {"girth_cm": 3120}})
    with reading(office.kit.engine) as session:
        county = office.holder(session, "county")
        items = {
            own: load_item(session, session.get_one(Submission, own), holder=county, today=NOW.date())
            for own in (same, grown, wild)
        }
    assert {own: item.is_harmless for own, item in items.items()} == {same: True, grown: False, wild: False}
    assert not items[grown].doubts
    assert {each.field for each in items[wild].doubts} == {"girth_cm"}


def test_trees_near_a_new_one_are_shown_as_far_as_the_reviewer_may_see_them(office: Office) -> None:
    own = office.send("new_tree", NEW_TREE, fix={"lon": 112.8901, "lat": 36.31, "accuracy_m": 6})
    with reading(office.kit.engine) as session:
        row = session.get_one(Submission, own)
        items = {
            login: load_item(session, row, holder=office.holder(session, login), today=NOW.date())
            for login in ("county", "city", None)
        }
    seen = {
        login: ([each.tree_no for each in item.neighbours], item.are_others_near)
        for login, item in items.items()
    }
    assert seen == {"county": ([], True), "city": (["3"], False), None: (["3"], False)}


def test_what_was_set_aside_is_assigned_and_judged_anew(office: Office) -> None:
    own = office.send("measurement", SIZES, no="no-such-record")
    assert office.state(own) == ("quarantined", None)
    with transaction(office.kit.engine) as session:
        holder, desk = office.holder(session, "county"), office.desk(session, "county")
        with pytest.raises(ReviewRefusedError, match="set aside"):
            decide(session, own, Verdict(ACCEPT), holder=holder, desk=desk)
        with pytest.raises(ReviewRefusedError, match="no such record"):
            assign(session, own, ("tree", "nowhere", "x"), holder=holder, desk=desk)
        with pytest.raises(ReviewRefusedError, match="where this record is"):
            assign(session, own, ("tree", office.kit.tree_ids["3"], "3"), holder=holder, desk=desk)
        assert try_again(session, own, holder=holder, desk=desk).state == S.QUARANTINED
        assign(session, own, ("tree", office.kit.tree_ids["1"], "1"), holder=holder, desk=desk)
    assert office.state(own) == ("pending", "county")
    office.decide("county", own, Verdict(ACCEPT))
    assert office.girths() == [312.0, 320.0]
    office.check()


def test_photos_alone_may_be_taken_over(office: Office) -> None:
    own = office.send("measurement", SIZES, no="no-such-record")
    with transaction(office.kit.engine) as session:
        holder, desk = office.holder(session, "county"), office.desk(session, "county")
        with pytest.raises(ReviewRefusedError, match="which record"):
            take_photos(session, own, None, holder=holder, desk=desk)
        take_photos(session, own, ("tree", office.kit.tree_ids["1"], "1"), holder=holder, desk=desk)
    assert office.state(own)[0] == "accepted"
    assert office.girths() == [312.0]
    office.check()


def test_the_queue_shows_what_is_within_reach_and_can_be_filtered(office: Office) -> None:
    mine = office.send("measurement", SIZES)
    new = office.send("new_tree", NEW_TREE)
    there = office.send("measurement", SIZES, by="stranger", no="3")
    aside = office.send("measurement", SIZES, no="no-such-record")
    today = NOW.date()
    with reading(office.kit.engine) as session:
        county, province = office.holder(session, "county"), office.holder(session, "province")

        def ids(holder: Any, **filters: Any) -> list[str]:
            rows, _more = queue_page(session, holder, Filters(**filters), today=today, now=NOW)
            return [row.submission.id for row in rows]

        assert ids(county) == [mine, new]
        assert ids(province) == [mine, new, there]
        assert ids(province, mine=True) == []
        assert ids(county, mine=True, kind="new_tree") == [new]
        assert ids(province, sort="newest") == [there, new, mine]
        assert ids(province, division=HERE) == [mine, new]
        assert ids(province, person="stran") == [there]
        assert ids(province, place="屯留") == [there]
        assert ids(county, state=S.QUARANTINED) == [aside]
        assert ids(county, conflicts=True) == []
        assert ids(county, older_days=3) == []
        counts = queue_counts(session, county, today=today)
        assert (counts.pending, counts.set_aside) == (2, 1)
        assert dict(counts.by_kind) == {"measurement": 1, "new_tree": 1}
        first = session.get_one(Submission, mine)
        assert next_of(session, county, Filters(), first, today=today, now=NOW) == (None, new)
        assert [each.id for each in pending_of(session, "tree", office.kit.tree_ids["1"])] == [mine]
        assert here_for(session, first)["girth_cm"] == 312.0


def test_a_second_reviewer_of_the_same_level_may_decide(office: Office) -> None:
    with transaction(office.kit.engine) as session:
        grants = [Grant(Role.REVIEWER_COUNTY, HERE)]
        add_account(
            session, "deputy", "Deputy", grants, password="deputy-long-password", actor="tests", now=NOW
        )
    own = office.send("edit", edit_of(village=("", "东和")), by="county")
    assert office.state(own)[0] == "accepted"
    own = office.send("measurement", SIZES)
    office.decide("deputy", own, Verdict(ACCEPT))
    with pytest.raises(ReviewConflictError, match="by now"):
        office.decide("county", own, Verdict(ACCEPT))
