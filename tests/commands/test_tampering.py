"""Whoever changes the register behind its back is noticed: records, their rows, the lines of lists."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from case_kit import ACTOR, appraise, designated, make_trees, opened, take, tree_of
from register_kit import NOW, import_rows, tamper
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.commands.adoption import adopt_pack
from registry.commands.areas import AreaPlace, register_garden, register_grove
from registry.commands.campaigns import CampaignDraft, Surveyed, open_campaign, record_surveys
from registry.commands.case_opinions import add_objection
from registry.commands.comparing import deviations
from registry.commands.comparing_records import stray_values
from registry.commands.duties import set_duties
from registry.commands.erasing import erase_party
from registry.commands.history import GENESIS, event_hash
from registry.commands.merging import merge_trees, unmerge_tree
from registry.commands.protection_lists import editions, make_list, read_list
from registry.commands.register import change_setting
from registry.commands.tags import issue_tags
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.errors import HistoryBrokenError, RegisterAlteredError
from registry.keys import Keys
from registry.models import CaseFile, Event, GardenDraft, GroveDraft, Objection, Party
from registry.queries import full_trees
from registry.rulepacks import RULEPACK_FOLDER, PackLibrary
from registry.rules.listing import listed_tree
from registry.rules.redaction import redact
from registry.selection import stream_ids
from registry.vocab.words import CaseKind, Category, PartyKind, PartyRole, StepKind


@pytest.fixture
def engine(register_address: str, tmp_path: Path, keys: Keys) -> Engine:
    """Of every kind of record one."""
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    with transaction(engine) as session:
        place = AreaPlace("cn-test", tree_of(session, "甲-1").source_id)
        register_grove(session, GroveDraft(number="群1", name="松林", tree_count=40), place, **ACTOR)
        register_garden(session, GardenDraft(number="园1", name="某园", lon=112.8, lat=35.5), place, **ACTOR)
        issue_tags(session, [tree_of(session, "甲-1").id], keys=keys, **ACTOR)
        designated(session)
        case = opened(session, CaseKind.REDESIGNATION, category=Category.ANCIENT, grade="1")
        take(session, case, StepKind.APPRAISAL, 2)
        appraise(session, case)
        take(session, case, StepKind.NOTICE, 3, ended_on=date(2026, 2, 9))
        add_objection(session, case, received_on=date(2026, 2, 8), text="树龄不足", by="刘某某", **ACTOR)
        open_campaign(session, CampaignDraft("2026", "普查", "plain", date(2026, 1, 1)), **ACTOR)
        form = Surveyed(
            "tree", tree_of(session, "甲-1").id, "镇", "村", None, "甄小明", {"steward": "甄小明"}
        )
        record_surveys(session, "2026", [form], survey_round=1, source="表.csv", **ACTOR)
        change_setting(session, "register_name", "某县登记册", **ACTOR)
        library = PackLibrary()
        adopt_pack(session, library.get("cn-2025"), RULEPACK_FOLDER / "cn-2025.toml",
                   adopted_on=date(2026, 1, 1), document_no="文1", **ACTOR)  # fmt: skip
        _list(session)
    return engine


def _list(session: Session) -> None:
    lines = [
        listed_tree(redact(full.record, full.disclosure)[0], None)
        for full in full_trees(session, stream_ids(session, ()))
    ]
    listed = [line for line in lines if line]
    facts: dict[str, Any] = {"document_no": "告1", "published_on": date(2026, 3, 1), **ACTOR}
    make_list(session, listed, [], authority_id="cn-test", title="名录", **facts)


def found(engine: Engine) -> set[tuple[str, str]]:
    with reading(engine) as session:
        return {(each.kind, each.field) for each in deviations(session)}


def test_what_was_done_through_the_register_is_what_its_history_tells(engine: Engine) -> None:
    assert found(engine) == set()


CHANGES: dict[str, tuple[str, str]] = {
    "UPDATE tree SET released = '[]'": ("tree", "released"),
    "UPDATE protection_list SET published_on = '2020-01-01'": ("protection_list", "published_on"),
    "UPDATE protection_list SET document_no = '假'": ("protection_list", "document_no"),
    "UPDATE grove SET tree_count = 4000": ("grove", "tree_count"),
    "UPDATE grove SET protection_grade = '1'": ("grove", "protection_grade"),
    "UPDATE heritage_garden SET lon = 100": ("garden", "lon"),
    "DELETE FROM heritage_garden": ("garden", ""),
    "UPDATE case_file SET proposed_grade = '3' WHERE state = 'granted'": ("case", "proposed_grade"),
    "UPDATE case_file SET state = 'refused' WHERE state = 'granted'": ("case", "state"),
    "UPDATE case_step SET happened_on = '2020-01-01' WHERE kind = 'decision'": ("case", "steps"),
    "DELETE FROM case_step WHERE kind = 'notice'": ("case", "steps"),
    "UPDATE appraisal_opinion SET verdict = 'disagrees'": ("case", "opinions"),
    "DELETE FROM objection": ("case", "objections"),
    "UPDATE tag SET state = 'withdrawn'": ("tag", "state"),
    "UPDATE protection_list_entry SET content = replace(content, '305', '905')": (
        "protection_list", "entries",
    ),
    "UPDATE protection_list SET sha256 = '0'": ("protection_list", "sha256"),
    "UPDATE campaign SET starts_on = '2020-01-01'": ("campaign", "starts_on"),
    "UPDATE campaign_survey SET answers = '{}'": ("campaign_survey", "answers"),
    "UPDATE rule_adoption SET adopted_on = '2020-01-01'": ("rule_adoption", "adopted_on"),
    "UPDATE setting SET value = 'x' WHERE name = 'register_name'": ("setting", "value"),
}  # fmt: skip


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_behind_the_back_of_the_register_is_named(engine: Engine, statement: str) -> None:
    assert tamper(engine, statement) > 0
    assert CHANGES[statement] in found(engine)


def test_a_list_whose_lines_were_altered_is_not_printed(engine: Engine) -> None:
    tamper(engine, "UPDATE protection_list_entry SET content = replace(content, '305', '905')")
    with reading(engine) as session, pytest.raises(RegisterAlteredError, match="edition 1"):
        read_list(session, editions(session)[0])


def test_a_tag_that_went_over_with_a_merger_and_came_back_is_where_it_belongs(engine: Engine) -> None:
    with transaction(engine) as session:
        one, two = (tree_of(session, number).id for number in ("甲-1", "甲-2"))
        merge_trees(session, two, one, reason="同一株", **ACTOR)
    assert found(engine) == set()
    with transaction(engine) as session:
        unmerge_tree(session, one, reason="不是", **ACTOR)
    assert found(engine) == set()


def test_a_closed_grove_case_tells_that_the_grade_went(engine: Engine) -> None:
    with transaction(engine) as session:
        grove = session.connection().exec_driver_sql("SELECT id FROM grove").scalar_one()
        case = opened(session, CaseKind.DESIGNATION, subject=("grove", grove), category=Category.ANCIENT,
                      grade="2", pack_id="cn-2025")  # fmt: skip
        for day, kind in enumerate((StepKind.APPRAISAL, StepKind.NOTICE), start=2):
            take(session, case, kind, day, omitted_reason="x")
        take(session, case, StepKind.DECISION, 5, document_no="1")
        take(session, case, StepKind.APPROVAL, 6, by="县政府")
        take(session, case, StepKind.PUBLICATION, 7, document_no="2")
        gone = opened(session, CaseKind.DELISTING, subject=("grove", grove))
        for day, kind in enumerate((StepKind.APPRAISAL, StepKind.NOTICE), start=2):
            take(session, gone, kind, day, omitted_reason="x")
        take(session, gone, StepKind.DECISION, 8, document_no="1")
        take(session, gone, StepKind.APPROVAL, 9, by="县政府")
        take(session, gone, StepKind.PUBLICATION, 10, document_no="2")
        take(session, gone, StepKind.TAG_RECOVERY, 11)
        take(session, gone, StepKind.ARCHIVE, 12)
    assert found(engine) == set()


def test_answers_of_a_form_stand_in_the_history_as_a_commitment_alone(engine: Engine) -> None:
    with reading(engine) as session:
        told = session.connection().exec_driver_sql("SELECT change FROM event_item").scalars().all()
    assert not [each for each in told if "甄小明" in each or "张专家" in each or "刘某某" in each]


@pytest.mark.parametrize("texts", [True, False])
def test_erasing_a_person_looks_like_no_tampering(engine: Engine, texts: bool) -> None:
    for name in ("甄小明", "刘某某", "张专家"):
        with transaction(engine) as session:
            erase_party(session, name, basis="某法", texts=texts, actor="t", now=NOW)
    assert found(engine) == set()


def test_an_erased_person_is_in_no_case_form_grove_or_craft(engine: Engine) -> None:
    person = "甄小明"
    with transaction(engine) as session:
        one = tree_of(session, "甲-1")
        place = AreaPlace("cn-test", one.source_id)
        grove = register_grove(
            session, GroveDraft(number="群2", notes=f"{person}所植", tree_count=3), place, **ACTOR
        )
        ref = ("grove", grove.id, "群2")
        set_duties(session, ref, {PartyRole.STEWARD: [person]}, from_on=date(2026, 1, 1),
                   today=date(2026, 3, 4), kinds={person: PartyKind.PERSON}, **ACTOR)  # fmt: skip
        case = session.get_one(CaseFile, session.exec(select(Objection.case_id)).one())
        words = f"{person}家的树"
        add_objection(session, case, received_on=date(2026, 2, 7), text=words, by=person, **ACTOR)
    with transaction(engine) as session:
        report = erase_party(session, person, basis="某法", texts=True, actor="t", now=NOW)
    assert (report.roles, report.mentions, report.events) == (1, [], [])
    assert person not in everything(engine)
    assert found(engine) == set()


def test_other_parties_of_the_same_name_are_named(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Party(id="p-2", kind=PartyKind.PERSON, name="刘某某"))
        first = session.exec(select(Objection.party_id)).one()
    with transaction(engine) as session:
        report = erase_party(session, str(first), basis="某法", texts=True, actor="t", now=NOW)
    assert [(each.field, each.text) for each in report.mentions] == [("party.name", "刘某某")]


def everything(engine: Engine) -> str:
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        return "".join(
            str(row) for table in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        )


def test_a_history_written_anew_lacks_the_heads_that_lists_and_editions_state(engine: Engine) -> None:
    with transaction(engine) as session:
        previous = GENESIS
        for event in session.exec(select(Event).order_by(col(Event.seq))).all():
            event.actor, event.previous_hash = "somebody else", previous
            event.hash = previous = event_hash(event)
    with reading(engine) as session, pytest.raises(HistoryBrokenError, match="cut off"):
        verify_history(session)


def test_a_name_of_a_unit_that_was_changed_behind_the_back_is_named(engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, tmp_path, {"no": "1", "steward": "东庄村委会"})
    with reading(engine) as session:
        assert list(stray_values(session)) == []
    tamper(engine, "UPDATE party SET name = '西庄村委会' WHERE name = '东庄村委会'")
    with reading(engine) as session:
        assert [(stray.kind, stray.field) for stray in stray_values(session)] == [("party", "name")]
