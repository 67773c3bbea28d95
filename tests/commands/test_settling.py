"""What is accepted becomes part of the register by the office's own commands; the history says for what."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_kit import HERE
from register_kit import count
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from submission_kit import AT, TODAY, Field, jpeg, make_field, photo_said, sent

from registry.commands.editing import change_record
from registry.commands.parties import party_named
from registry.commands.settling import Settled, settle
from registry.commands.submission_rows import find_submission
from registry.commands.submissions import Setting, look_again
from registry.commands.tag_life import make_blank_tags
from registry.commands.uploads import photo_arrived
from registry.db import transaction
from registry.desk_errors import SubmissionProblemError, SubmissionSettledError
from registry.keys import Keys
from registry.models import (
    Account,
    Assessment,
    CaseFile,
    Event,
    EventItem,
    Measurement,
    Party,
    Photo,
    Submission,
    Tag,
    Tree,
    TreeAlias,
)
from registry.vocab.desk_words import SubmissionState

COMMON: dict[str, Any] = {"today": TODAY, "now": AT}
NEW = {"species": "油松", "latin": "Pinus tabuliformis", "village": "东庄村", "sizes": {"girth_cm": 180}}


@pytest.fixture
def field(engine: Engine, keys: Keys, tmp_path: Path) -> Iterator[Field]:
    yield make_field(engine, keys, tmp_path)
    engine.dispose()


def accept(field: Field, own: str, chosen: Any = None, by: str = "county") -> Settled:
    with transaction(field.engine) as session:
        return settle(
            session, find_submission(session, own), chosen=chosen, actor=f"account:{by}", keys=field.keys,
            photos=field.photos, **COMMON,
        )  # fmt: skip


def edit(field: Field, fields: dict[str, tuple[Any, Any]], own: str = "edit") -> Submission:
    said = {name: {"base": base, "to": to} for name, (base, to) in fields.items()}
    return field.send(sent(own, "edit", {"fields": said}, field.trees["1"]))


def change_here(field: Field, **fields: Any) -> None:
    with transaction(field.engine) as session:
        ref = ("tree", field.trees["1"], "1")
        change_record(session, ref, fields, actor="account:second", **COMMON)


def test_a_measurement_waits_and_then_stands_beside_the_earlier_one(field: Field):
    row = field.send(sent("size", "measurement", {"sizes": {"girth_cm": 320}}, field.trees["1"]))
    assert (row.state, count(field.engine, Measurement)) == (SubmissionState.PENDING, 3)
    settled = accept(field, row.id)
    newest = next(each for each in field.rows(Measurement) if each.id == settled.outcome["measurement"])
    assert (newest.girth_cm, newest.measured_on) == (320, TODAY)
    field.assert_whole()


def test_a_reviewer_may_put_a_size_right(field: Field):
    row = field.send(sent("size", "measurement", {"sizes": {"girth_cm": 3200}}, field.trees["1"]))
    settled = accept(field, row.id, {"girth_cm": 320})
    assert any(each.id == settled.outcome["measurement"] and each.girth_cm == 320
               for each in field.rows(Measurement))  # fmt: skip


def test_an_edit_leaves_the_register_as_it_is_until_it_is_accepted(field: Field):
    row = edit(field, {"village": (None, "东庄村")})
    assert (row.state, field.tree("1").village) == (SubmissionState.PENDING, None)
    accept(field, row.id)
    assert field.tree("1").village == "东庄村"
    field.assert_whole()


def test_edits_of_different_fields_merge(field: Field):
    row = edit(field, {"village": (None, "东庄村")})
    change_here(field, town="苏店镇")
    accept(field, row.id)
    assert (field.tree("1").town, field.tree("1").village) == ("苏店镇", "东庄村")


def test_a_field_that_the_sender_did_not_change_is_not_put_back(field: Field):
    change_here(field, town="苏店镇")
    row = edit(field, {"village": (None, "东庄村"), "town": (None, None)})
    accept(field, row.id)
    assert field.tree("1").town == "苏店镇"


def test_the_same_field_changed_by_both_is_a_proposal_with_who_and_when(field: Field):
    change_here(field, village="乙村")
    row = edit(field, {"village": (None, "甲村")})
    (conflict,) = json.loads(row.conflicts)
    assert (conflict["here"], conflict["theirs"], conflict["by"]) == ("乙村", "甲村", "account:second")
    assert conflict["at"].startswith("2026-03-05T02:00")
    accept(field, row.id)
    assert field.tree("1").village == "甲村"


def test_what_changed_after_the_reviewer_looked_is_not_written_over(field: Field):
    row = edit(field, {"village": (None, "甲村")})
    change_here(field, village="乙村")
    with pytest.raises(SubmissionProblemError):
        accept(field, row.id)
    assert field.tree("1").village == "乙村"


def test_of_an_edit_only_what_was_chosen_is_taken_over(field: Field):
    row = edit(field, {"village": (None, "甲村"), "town": (None, "苏店镇")})
    accept(field, row.id, {"town": "苏店镇"})
    assert (field.tree("1").town, field.tree("1").village) == ("苏店镇", None)


def test_what_nobody_edits_from_the_field_is_set_aside(field: Field):
    assert edit(field, {"tree_no": ("1", "9")}).state == SubmissionState.QUARANTINED


def test_nothing_is_accepted_twice(field: Field):
    row = edit(field, {"village": (None, "甲村")})
    accept(field, row.id)
    with pytest.raises(SubmissionSettledError):
        accept(field, row.id)


def test_every_event_names_the_submission(field: Field):
    row = edit(field, {"village": (None, "甲村")})
    accept(field, row.id)
    newest = max(field.rows(Event), key=lambda event: event.seq)
    assert (newest.actor, newest.reason) == ("account:county", f"submission {row.id}")


def test_a_new_tree_has_the_countys_next_number_and_keeps_the_provisional_one(field: Field):
    form = sent(
        "found", "new_tree", {**NEW, "division_id": HERE, "vigour": "normal"}, provisional_no="LS-7",
        fix={"lon": 113.1, "lat": 36.1, "accuracy_m": 6},
    )  # fmt: skip
    row = field.send(form)
    assert (row.state, json.loads(row.levels)) == (SubmissionState.PENDING, ["county", "city", "province"])
    assert count(field.engine, Tree) == 3
    settled = accept(field, row.id)
    (alias,) = field.rows(TreeAlias)
    with transaction(field.engine) as session:
        tree = session.get_one(Tree, settled.outcome["tree"])
        assert (tree.tree_no, tree.number_scheme, tree.division_id) == (f"{HERE}00001", "lyt1664-11", HERE)
        assert (tree.lon, tree.coordinate_uncertainty_m, tree.vigour) == (113.1, 6.0, "normal")
        assert tree.species_id is not None
        assert session.get_one(Submission, row.id).subject_id == tree.id
    assert (alias.number, alias.scheme) == ("LS-7", "provisional")
    field.assert_whole()


def test_a_tree_that_stands_there_already_is_pointed_out(field: Field):
    fix = {"lon": 113.0501, "lat": 36.05, "accuracy_m": 6}
    row = field.send(sent("found", "new_tree", {**NEW, "division_id": HERE}, fix=fix))
    assert [note["code"] for note in json.loads(row.outcome)["notes"]] == ["tree_near"]


def test_a_tree_of_another_county_is_not_pointed_out_to_whoever_works_in_this_one(field: Field):
    fix = {"lon": 112.8901, "lat": 36.31, "accuracy_m": 6}
    form = sent("found", "new_tree", {**NEW, "division_id": HERE}, fix=fix)
    assert "notes" not in json.loads(field.send(form).outcome)


def test_a_tree_that_is_met_dead_is_on_record_only_once_somebody_looked(field: Field):
    row = field.send(sent("dead", "visit", {"vigour": "dead"}, field.trees["1"]))
    assert row.state == SubmissionState.PENDING
    settled = accept(field, row.id)
    assert [note["code"] for note in settled.notes] == ["found_dead"]
    assert field.tree("1").status == "alive"
    field.assert_whole()


def test_an_assessment_is_reviewed_by_whoever_accepts_it(field: Field):
    content = {"model": "gbt51168", "answers": {}, "vigour": "slightly_weak", "vigour_scale": "gbt51168"}
    from registry.assessment_models import ModelLibrary

    content["model"] = next(
        model.id for model in ModelLibrary().all() if "tree" in model.applies_to and not model.matrices
    )
    row = field.send(sent("look", "assessment", content | {"notes": "枝条稀疏"}, field.trees["1"]))
    assert row.state == SubmissionState.PENDING, row.problem
    accept(field, row.id)
    (assessment,) = field.rows(Assessment)
    assert (assessment.state, assessment.submission_id) == ("reviewed", row.id)
    assert assessment.reviewer_id != assessment.party_id
    field.assert_whole()


def test_photos_that_come_later_join_the_record(field: Field):
    content = jpeg()
    photo = photo_said(content, kind="bark")
    field.send(sent("visit", "visit", {"no_change": True}, field.trees["1"], photos=[photo]))
    assert count(field.engine, Photo) == 0
    _arrives(field, content)
    _arrives(field, content)
    (kept,) = field.rows(Photo)
    assert (kept.tree_id, kept.kind, kept.is_released) == (field.trees["1"], "bark", False)
    field.assert_whole()


def test_photos_that_came_first_join_the_record_as_it_is_accepted(field: Field):
    content = jpeg()
    form = sent("size", "measurement", {"sizes": {"girth_cm": 320}}, field.trees["1"])
    row = field.send({**form, "photos": [photo_said(content)]})
    _arrives(field, content)
    assert count(field.engine, Photo) == 0
    accept(field, row.id)
    assert count(field.engine, Photo) == 1
    field.assert_whole()


def _arrives(field: Field, content: bytes, login: str = "inspector") -> None:
    aside = field.photos.folder.with_name("aside.jpg")
    aside.write_bytes(content)
    digest = field.photos.keep(aside)[0]
    with transaction(field.engine) as session:
        own = session.exec(select(Account.id).where(Account.login == login)).one()
        photo_arrived(session, own, digest, photos=field.photos, actor=f"account:{login}", now=AT)


def test_evidence_keeps_its_bytes_and_what_the_phone_knew(field: Field):
    content = jpeg()
    photo = photo_said(content, kind="defect", lon=113.05, lat=36.05, taken_at=AT.isoformat())
    form = sent("harm", "incident", {"incident": "I08", "text": "断枝"}, field.trees["1"], photos=[photo])
    row = field.send(form)
    _arrives(field, content)
    assert field.photos.path(photo["sha256"]).read_bytes() == content
    (case,) = field.rows(CaseFile)
    assert case.submission_id == row.id
    field.assert_whole()


def report(field: Field, own: str, **said: str) -> list[str]:
    """An incident that somebody reported; codes of what is noted of it."""
    content = {"incident": "I08", "text": "断枝", **said}
    row = field.send(sent(own, "incident", content, field.trees["1"]))
    assert row.state == SubmissionState.ACCEPTED, row.problem
    return [note["code"] for note in json.loads(row.outcome)["notes"]]


def test_the_telephone_of_who_reported_it_is_kept_and_only_committed_to_in_the_history(field: Field):
    report(field, "harm", reporter="王五", reporter_phone="13698765432")
    (case,) = field.rows(CaseFile)
    party = next(each for each in field.rows(Party) if each.id == case.reporter_id)
    assert (party.name, party.phone) == ("王五", "13698765432")
    told = "".join(f"{each.change}" for each in field.rows(EventItem))
    assert "13698765432" not in told
    field.assert_whole()


def test_another_telephone_of_the_same_name_replaces_none_and_is_said(field: Field):
    assert report(field, "one", reporter="王五", reporter_phone="13698765432") == ["case_opened"]
    assert report(field, "two", reporter="王五", reporter_phone="13600000000") == [
        "case_opened",
        "reporter_phone",
    ]
    assert [each.phone for each in field.rows(Party) if each.name == "王五"] == ["13698765432"]


def test_no_telephone_is_written_to_somebody_who_was_on_record_before_and_it_is_said(field: Field):
    with transaction(field.engine) as session:
        party_named(session, "王五")
    assert report(field, "harm", reporter="王五", reporter_phone="13698765432") == [
        "case_opened",
        "reporter_phone",
    ]
    assert [each.phone for each in field.rows(Party) if each.name == "王五"] == [None]


def test_who_leaves_only_a_telephone_can_be_called_back(field: Field):
    report(field, "harm", reporter_phone="13698765432")
    (case,) = field.rows(CaseFile)
    party = next(each for each in field.rows(Party) if each.id == case.reporter_id)
    assert (party.kind, party.phone) == ("person", "13698765432")
    field.assert_whole()


@pytest.mark.parametrize("kind", ["bind_tag", "mount_tag"])
def test_a_blank_tag_is_bound_and_mounted(field: Field, kind):
    with transaction(field.engine) as session:
        ((_, printed),) = make_blank_tags(session, 1, keys=field.keys, actor="tests", **COMMON)
    row = field.send(sent("tag", kind, {"text": printed}, field.trees["1"]))
    assert row.state == SubmissionState.PENDING, row.problem
    assert field.rows(Tag)[0].tree_id is None
    accept(field, row.id)
    assert field.rows(Tag)[0].tree_id == field.trees["1"]
    field.assert_whole()


def test_a_tag_that_is_forged_is_set_aside(field: Field):
    row = field.send(sent("tag", "bind_tag", {"text": "7Q3W8Z2K-ABCDEFGHIJKLMNOP"}, field.trees["1"]))
    assert (row.state, json.loads(row.problem)["code"]) == (SubmissionState.QUARANTINED, "tag_code")


def test_a_reviewers_own_measurement_is_not_made_provisional_again(field: Field):
    form = sent("size", "measurement", {"sizes": {"girth_cm": 320}}, field.trees["1"])
    assert field.send(form, "county").state == SubmissionState.ACCEPTED


def test_a_file_is_no_sign_in(field: Field):
    form = sent("size", "measurement", {"sizes": {"girth_cm": 320}}, field.trees["1"])
    assert field.send(form, "county", via="file").state == SubmissionState.PENDING


def test_what_was_set_aside_is_taken_once_the_register_can(field: Field):
    row = field.send(sent("visit", "visit", {"no_change": True}, field.trees["3"]))
    assert row.state == SubmissionState.QUARANTINED
    with transaction(field.engine) as session:
        from registry.access import holder_of
        from registry.models import AccountRole

        account = session.exec(select(Account).where(Account.login == "inspector")).one()
        role = session.exec(select(AccountRole).where(col(AccountRole.account_id) == account.id)).one()
        role.division_id = None
        session.add(role)
        session.flush()
        setting = Setting(
            holder_of(session, account), TODAY, "account:inspector", AT, field.keys, field.photos
        )
        look_again(session, find_submission(session, row.id), setting)
    assert field.rows(Submission)[0].state == SubmissionState.ACCEPTED
