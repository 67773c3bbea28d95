"""What the field sends in: kept whatever it says, taken once, settled, put up for review, or set aside."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import HERE, THERE
from register_kit import count
from sqlalchemy.engine import Engine
from submission_kit import AT, TODAY, Field, jpeg, make_field, photo_said, sent

from registry.commands.merging import merge_trees
from registry.commands.reviewing import Desk, Verdict, decide
from registry.commands.submission_returned import returned_submissions
from registry.commands.submission_rows import captured_on
from registry.db import transaction
from registry.desk_errors import SubmissionConflictError, SubmissionFormError
from registry.keys import Keys
from registry.models import CaseFile, Division, Inspection, Submission, SubmissionPhoto, Tree
from registry.vocab.desk_words import Decision, SubmissionState

NEAR = {"lon": 113.05, "lat": 36.05, "accuracy_m": 8}
FAR = {"lon": 113.06, "lat": 36.05, "accuracy_m": 8}
NO_CHANGE = {"no_change": True}


@pytest.fixture
def field(engine: Engine, keys: Keys, tmp_path: Path) -> Iterator[Field]:
    yield make_field(engine, keys, tmp_path)
    engine.dispose()


def problem(row: Submission) -> str:
    return str(json.loads(row.problem or "{}").get("code"))


def notes(row: Submission) -> list[str]:
    return [note["code"] for note in json.loads(row.outcome).get("notes", [])]


def test_a_visit_with_neither_a_position_nor_a_reason_waits_for_the_county(field: Field) -> None:
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"], no_fix_reason=None))
    assert (row.state, row.level) == ("pending", "county")
    assert [note["code"] for note in json.loads(row.outcome)["notes"]] == ["no_fix"]
    told = field.send(sent("told", "visit", NO_CHANGE, field.trees["1"], no_fix_reason="手机没有定位"))
    assert told.state == "accepted"
    field.assert_whole()


def test_the_same_visit_in_two_forms_stands_once_and_both_say_which_it_is(field: Field) -> None:
    first = field.send(sent("one", "visit", NO_CHANGE, field.trees["1"]))
    second = field.send(sent("two", "visit", NO_CHANGE, field.trees["1"]))
    [visit] = field.rows(Inspection)
    one, two = (json.loads(row.outcome) for row in (first, second))
    assert one["inspection"] == two["inspection"] == visit.id
    assert "notes" not in one
    assert [note["code"] for note in two["notes"]] == ["visit_known"]
    other = field.send(sent("three", "visit", NO_CHANGE, field.trees["1"]), "second")
    assert json.loads(other.outcome)["inspection"] != visit.id, "somebody else's visit is another"


def test_a_visit_is_on_record_as_soon_as_it_is_in(field: Field):
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"], fix=NEAR))
    (visit,) = field.rows(Inspection)
    assert row.state == SubmissionState.ACCEPTED
    assert json.loads(row.outcome)["inspection"] == visit.id
    assert visit.inspected_on == TODAY
    assert json.loads(visit.checks)["no_change"] is True
    field.assert_whole()


def test_the_same_again_is_the_same(field: Field):
    form = sent("visit", "visit", {"vigour": "weak"}, field.trees["1"])
    first, second = field.send(form), field.send(dict(reversed(form.items())))
    assert first.id == second.id
    assert count(field.engine, Inspection) == 1


def test_the_same_id_with_other_content_is_refused(field: Field):
    field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"]))
    with pytest.raises(SubmissionConflictError):
        field.send(sent("visit", "visit", {"vigour": "weak"}, field.trees["1"]))
    assert count(field.engine, Submission) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"captured_at": "yesterday"}, "captured_at"),
        ({"content": {"vigour": "splendid"}}, "content.vigour"),
        ({"content": {"weather": "sunny"}}, "content.weather"),
        ({"photos": [{"sha256": "x", "size": 3}]}, "photos.0.sha256"),
        ({"kind": "song"}, "kind"),
    ],
)
def test_what_is_no_form_is_refused_and_its_field_named(field: Field, more, named):
    with pytest.raises(SubmissionFormError) as caught:
        field.send({**sent("visit", "visit", NO_CHANGE, field.trees["1"]), **more})
    assert caught.value.facts["field"] == named


def test_a_record_that_nobody_knows_is_kept_and_set_aside(field: Field):
    row = field.send(sent("visit", "visit", NO_CHANGE, "no-such-tree"))
    assert (row.state, problem(row)) == (SubmissionState.QUARANTINED, "record_unknown")


def test_a_record_out_of_reach_is_kept_and_set_aside(field: Field):
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["3"]))
    assert (row.state, problem(row), row.division_id) == (SubmissionState.QUARANTINED, "outside", THERE)
    assert count(field.engine, Inspection) == 0


def test_a_newer_form_is_kept_whole_and_set_aside(field: Field):
    form = sent("visit", "visit", {"aura": "blue"}, field.trees["1"]) | {"form": 2, "song": "la"}
    row = field.send(form)
    assert (row.state, problem(row)) == (SubmissionState.QUARANTINED, "form_newer")
    assert json.loads(row.content) == {"aura": "blue"}


def test_a_form_for_a_merged_tree_goes_to_the_file_that_goes_on(field: Field):
    with transaction(field.engine) as session:
        merge_trees(session, field.trees["1"], field.trees["2"], reason="one tree", actor="tests", now=AT)
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["2"]))
    assert (row.state, row.subject_id) == (SubmissionState.ACCEPTED, field.trees["1"])
    assert notes(row) == ["record_merged"]
    field.assert_whole()


def test_a_file_that_went_into_one_of_another_county_does_not_tell_which(field: Field):
    with transaction(field.engine) as session:
        merge_trees(session, field.trees["3"], field.trees["2"], reason="one tree", actor="tests", now=AT)
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["2"]))
    assert (row.state, problem(row), notes(row)) == (SubmissionState.QUARANTINED, "outside", [])


@pytest.mark.parametrize(("kind", "state"), [("visit", "quarantined"), ("incident", "accepted")])
def test_of_a_dead_tree_damage_is_taken_and_a_visit_is_set_aside(field: Field, kind, state):
    with transaction(field.engine) as session:
        tree = session.get_one(Tree, field.trees["1"])
        tree.status = "dead"
        session.add(tree)
    content = {"visit": {"vigour": "weak"}, "incident": {"incident": "I08", "text": "断枝"}}[kind]
    assert field.send(sent("form", kind, content, field.trees["1"])).state == state


def test_a_division_that_went_into_another_is_followed(field: Field):
    with transaction(field.engine) as session:
        facts = {"name": "长治县", "level": "county", "jurisdiction": "cn-shanxi"}
        session.add(Division(id="140421", successor_id=HERE, **facts))
    row = field.send(sent("found", "new_tree", {"species": "国槐", "division_id": "140421"}))
    assert (row.division_id, row.state) == (HERE, SubmissionState.PENDING)


def test_a_clock_that_is_off_by_a_year_is_put_right_and_said(field: Field):
    a_year_ago = AT - timedelta(days=365)
    form = sent("visit", "visit", NO_CHANGE, field.trees["1"], captured_on="2025-03-05")
    form["captured_at"] = (a_year_ago - timedelta(hours=2)).isoformat()
    row = field.send(form, sent_at=a_year_ago)
    assert captured_on(row) == TODAY
    assert field.rows(Inspection)[0].inspected_on == TODAY
    assert row.captured_at == AT - timedelta(hours=2)
    assert "clock_wrong" in notes(row)


def test_a_day_that_lies_ahead_is_never_recorded(field: Field):
    form = sent("visit", "visit", NO_CHANGE, field.trees["1"], captured_on="2027-03-05")
    form["captured_at"] = (AT + timedelta(days=365)).isoformat()
    assert captured_on(field.send(form)) == TODAY


def test_the_day_on_the_phones_calendar_counts(field: Field):
    form = sent("visit", "visit", NO_CHANGE, field.trees["1"], captured_on="2026-03-04")
    assert captured_on(field.send(form)).isoformat() == "2026-03-04"


def test_a_visit_from_afar_waits_for_somebody_to_look(field: Field):
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"], fix=FAR))
    assert (row.state, row.level, notes(row)) == (SubmissionState.PENDING, "county", ["far_away"])
    assert count(field.engine, Inspection) == 0


def test_a_visit_from_afar_with_a_reason_counts_and_tells_the_distance(field: Field):
    row = field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"], fix=FAR, no_fix_reason="河对岸拍摄"))
    assert row.state == SubmissionState.ACCEPTED
    assert 850 < json.loads(field.rows(Inspection)[0].checks)["gps_distance_m"] < 950


def test_what_gps_and_register_are_unsure_of_is_no_distance(field: Field):
    unsure = {**FAR, "accuracy_m": 900}
    assert field.send(sent("v", "visit", NO_CHANGE, field.trees["1"], fix=unsure)).state == "accepted"


def test_a_correction_takes_the_place_of_the_form_that_waits(field: Field):
    first = field.send(sent("one", "visit", NO_CHANGE, field.trees["1"], fix=FAR))
    second = field.send(sent("two", "visit", NO_CHANGE, field.trees["1"], fix=NEAR, replaces=first.id))
    states = {row.id: row.state for row in field.rows(Submission)}
    assert states == {first.id: SubmissionState.REPLACED, second.id: SubmissionState.ACCEPTED}


def test_a_correction_that_overtakes_its_form_still_replaces_it(field: Field):
    first = sent("one", "visit", NO_CHANGE, field.trees["1"])
    second = sent("two", "visit", {"vigour": "weak"}, field.trees["1"], replaces=first["id"])
    assert field.send(second).state == SubmissionState.ACCEPTED
    assert field.send(first).state == SubmissionState.REPLACED
    assert count(field.engine, Inspection) == 1


def test_a_second_correction_of_one_form_takes_the_place_of_the_first_correction(field: Field):
    first, second, third = (
        field.send(sent(own, "visit", content, field.trees["1"], fix=FAR, replaces=replaces))
        for own, content, replaces in (
            ("one", NO_CHANGE, None),
            ("two", NO_CHANGE, "one-0000-0000"),
            ("three", {"vigour": "weak"}, "one-0000-0000"),
        )
    )
    states = {row.id: row.state for row in field.rows(Submission)}
    assert states == {first.id: "replaced", second.id: "replaced", third.id: "pending"}
    assert third.replaces_id == second.id


def test_a_second_correction_after_the_first_counts_is_no_new_visit_by_itself(field: Field):
    first = field.send(sent("one", "visit", NO_CHANGE, field.trees["1"], fix=FAR))
    second = field.send(sent("two", "visit", NO_CHANGE, field.trees["1"], fix=NEAR, replaces=first.id))
    third = field.send(
        sent("three", "visit", {"vigour": "weak"}, field.trees["1"], fix=NEAR, replaces=first.id)
    )
    assert (second.state, third.state, third.level) == ("accepted", "pending", "county")
    assert notes(third) == ["corrects_accepted"]
    assert third.replaces_id == second.id
    assert count(field.engine, Inspection) == 1


@pytest.mark.parametrize("names", [("one", "two"), ("one", "two", "three")])
def test_forms_that_name_each_other_in_a_ring_replace_each_other_in_the_order_of_their_coming(
    field: Field, names: tuple[str, ...]
):
    for name, before in zip((*names, "more"), (names[-1], *names[:-1], "one"), strict=True):
        more = {"fix": FAR, "replaces": f"{before}-0000-0000"}
        field.send(sent(name, "visit", NO_CHANGE, field.trees["1"], **more))
    rows = {row.id.partition("-")[0]: row for row in field.rows(Submission)}
    assert [rows[name].state for name in (*names, "more")] == ["replaced"] * len(names) + ["pending"]
    before = [None, *(rows[name].id for name in names)]
    assert [rows[name].replaces_id for name in (*names, "more")] == before


def test_a_ring_that_a_register_already_holds_ends_nobodys_sending(field: Field):
    one, two = (field.send(sent(own, "visit", NO_CHANGE, field.trees["1"])) for own in ("one", "two"))
    with transaction(field.engine) as session:
        for own, other in ((one.id, two.id), (two.id, one.id)):
            row = session.get_one(Submission, own)
            row.state, row.replaces_id = SubmissionState.REPLACED, other
            session.add(row)
    three = field.send(sent("three", "visit", NO_CHANGE, field.trees["1"], replaces=one.id))
    assert three.replaces_id in {one.id, two.id}


def test_what_came_back_is_told_by_the_clock_of_the_phone_and_put_right_once(field: Field):
    late = timedelta(days=365)
    at = AT - late - timedelta(hours=2)
    photo = photo_said(jpeg(), taken_at=at.isoformat())
    form = sent("one", "visit", NO_CHANGE, field.trees["1"], fix=FAR, captured_on="2025-03-05")
    form |= {"captured_at": at.isoformat(), "photos": [photo]}
    first = field.send(form, sent_at=AT - late)
    with transaction(field.engine) as session:
        desk = Desk(TODAY, "tests", AT, field.keys, field.photos)
        decide(session, first.id, Verdict(Decision.RETURN, "请核对"), holder=None, desk=desk)
        (told,) = returned_submissions(session, first.account_id)
    assert (datetime.fromisoformat(told["captured_at"]), told["captured_on"]) == (at, "2025-03-05")
    assert datetime.fromisoformat(told["photos"][0]["taken_at"]) == at
    again = {name: told[name] for name in ("captured_at", "captured_on")}
    again["photos"] = [{**photo, "taken_at": told["photos"][0]["taken_at"]}]
    later = timedelta(hours=1)
    second = field.send(
        sent("two", "visit", NO_CHANGE, field.trees["1"], replaces=first.id) | again,
        sent_at=AT + later - late, now=AT + later,
    )  # fmt: skip
    assert (captured_on(second), second.captured_at) == (TODAY, first.captured_at)
    assert {row.taken_at for row in field.rows(SubmissionPhoto)} == {AT - timedelta(hours=2)}


def test_nobody_replaces_the_form_of_another(field: Field):
    first = field.send(sent("one", "visit", NO_CHANGE, field.trees["1"], fix=FAR))
    field.send(sent("two", "visit", NO_CHANGE, field.trees["1"], replaces=first.id), "second")
    assert {row.state for row in field.rows(Submission)} == {"pending", "accepted"}


def test_two_inspectors_on_one_tree_have_two_visits(field: Field):
    for login in ("inspector", "second"):
        assert field.send(sent(login, "visit", NO_CHANGE, field.trees["1"]), login).state == "accepted"
    assert count(field.engine, Inspection) == 2
    field.assert_whole()


def test_photos_are_announced_with_what_the_phone_knew(field: Field):
    photo = photo_said(jpeg(), kind="trunk", lon=113.05, lat=36.05, taken_at=AT.isoformat())
    field.send(sent("visit", "visit", NO_CHANGE, field.trees["1"], photos=[photo]))
    (row,) = field.rows(SubmissionPhoto)
    assert (row.kind, row.lon, row.taken_at, row.received_at) == ("trunk", 113.05, AT, None)


def test_an_incident_opens_a_case_once(field: Field):
    form = sent("harm", "incident", {"incident": "I08", "text": "断枝", "reporter": "王五"}, field.trees["1"])
    for _ in range(2):
        assert field.send(form).state == SubmissionState.ACCEPTED
    (case,) = field.rows(CaseFile)
    assert (case.incident, case.submission_id) == ("I08", form["id"])
    field.assert_whole()


def test_what_the_register_cannot_take_is_set_aside_before_anybody_reviews_it(field: Field):
    form = sent("bad", "assessment", {"model": "no-such-model", "answers": {}}, field.trees["1"])
    row = field.send(form)
    assert (row.state, problem(row)) == (SubmissionState.QUARANTINED, "assessment_model_missing")
