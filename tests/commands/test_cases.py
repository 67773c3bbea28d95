"""Cases change the register only at their end, with every document, and history tells who and why."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from case_kit import (
    ACTOR,
    PACK,
    appraise,
    designated,
    facts,
    make_trees,
    opened,
    take,
    tree_of,
)
from register_kit import NOW, count, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.commands.areas import AreaPlace, register_grove
from registry.commands.case_effects import Moved, proposed_grove_grade
from registry.commands.case_files import find_case, list_cases, view_case
from registry.commands.case_opinions import add_objection, answer_objection
from registry.commands.cases import CaseDraft, StepDraft, close_case, open_case, record_step
from registry.commands.numbering import allot_number
from registry.commands.tags import issue_tags
from registry.commands.undoing import undo_event
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.errors import (
    CaseConflictError,
    CaseNotFoundError,
    CaseStepError,
    NumberAllotError,
    UndoError,
)
from registry.keys import Keys
from registry.models import (
    AreaDraft,
    CaseFile,
    CaseStep,
    Designation,
    Event,
    EventItem,
    Grove,
    Party,
    Tag,
    Tree,
    TreeAlias,
)
from registry.queries import full_trees
from registry.rules.in_force import legal_grade
from registry.selection import find_tree
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Category,
    DeathDisposal,
    RemovalReason,
    StepKind,
    TagState,
    TreeStatus,
)


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    """A register with two trees."""
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    return engine


def grade_of(engine: Engine, number: str = "甲-1") -> str | None:
    with reading(engine) as session:
        (full,) = full_trees(session, [tree_of(session, number).id])
        return full.record.protection_grade


def test_a_designation_comes_into_force_at_its_last_step_with_all_its_documents(engine: Engine) -> None:
    with transaction(engine) as session:
        designated(session, grade="1")
    assert grade_of(engine) == "1"
    earlier, row = sorted(rows_of(engine, Designation), key=lambda row: str(row.grade), reverse=True)
    assert (row.grade, row.scheme, row.category) == ("1", "cn-2025", Category.ANCIENT)
    assert (row.document_no, row.approved_by, row.approved_on) == (
        "认〔2026〕1号", "晋城市人民政府", date(2026, 2, 12),
    )  # fmt: skip
    assert (row.published_on, row.published_url) == (date(2026, 2, 13), "https://x.example/1")
    assert row.designated_on == date(2026, 2, 13)
    assert (earlier.grade, earlier.ended_on) == ("2", date(2026, 2, 13))
    with reading(engine) as session:
        case = session.exec(select(CaseFile)).one()
        assert (case.state, case.closed_on) == (CaseState.GRANTED, date(2026, 2, 13))
        assert row.case_id == case.id
        event = session.exec(select(Event).order_by(Event.seq.desc())).first()  # type: ignore[attr-defined]
        assert event is not None
        assert (event.kind, event.actor, event.document) == ("case:closed", "tests", "公告 1")
        assert verify_history(session)


def test_a_tree_that_turned_300_keeps_its_grade_until_it_is_designated_again(engine: Engine) -> None:
    """Domain fact 4: a grade is a decision with a document, not a function of today's age."""
    with transaction(engine) as session:
        designated(session, grade="3")
        tree_of(session, "甲-1").age_years = 500
    assert grade_of(engine) == "3"
    with transaction(engine) as session:
        case = opened(
            session, CaseKind.REDESIGNATION, category=Category.ANCIENT, grade="1", pack_id="cn-2025"
        )
        assert case.state == CaseState.OPEN
    assert grade_of(engine) == "3"


def test_a_famous_tree_has_first_grade_protection_and_needs_neither_age_nor_grade(engine: Engine) -> None:
    """Domain fact 3."""
    with transaction(engine) as session:
        tree_of(session, "甲-2").age_years = None
        designated(session, "甲-2", grade=None, category=Category.FAMOUS)
        assert tree_of(session, "甲-2").category == Category.FAMOUS
    assert grade_of(engine, "甲-2") == "1"


def test_the_grade_on_a_day_in_the_past_is_that_of_then(engine: Engine) -> None:
    with transaction(engine) as session:
        designated(session, "甲-2", grade="3")
        rows = session.exec(
            select(Designation).where(Designation.tree_id == tree_of(session, "甲-2").id)
        ).all()
        assert legal_grade(rows, date(2026, 2, 12)) is None
        found = legal_grade(rows, date(2026, 2, 13))
        assert found is not None
        assert found.grade == "3"


def test_an_older_decision_recorded_late_does_not_undo_a_newer_one(engine: Engine) -> None:
    with transaction(engine) as session:
        tree = tree_of(session, "甲-1")
        for row in session.exec(select(Designation).where(Designation.tree_id == tree.id)):
            row.designated_on = date(2026, 3, 1)
        designated(session, grade="3")
    assert grade_of(engine) == "2"
    late = next(row for row in rows_of(engine, Designation) if row.grade == "3")
    assert late.ended_on == date(2026, 3, 1)


def test_no_decision_before_the_notice_has_ended_and_every_objection_is_answered(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DESIGNATION, category=Category.ANCIENT, grade="2")
        take(session, case, StepKind.APPRAISAL, 2)
        appraise(session, case)
        take(session, case, StepKind.NOTICE, 3, ended_on=date(2026, 2, 9))
        add_objection(session, case, received_on=date(2026, 2, 8), text="树龄不足", by="刘某某", **ACTOR)
        with pytest.raises(CaseStepError, match="objections without an answer: 1"):
            take(session, case, StepKind.DECISION, 10, document_no="1")
        answer_objection(session, case, 1, on=date(2026, 2, 9), answer="经复核无误", is_upheld=False, **ACTOR)
        with pytest.raises(CaseStepError, match="lasts until 2026-02-09"):
            take(session, case, StepKind.DECISION, 9, document_no="1")
        take(session, case, StepKind.DECISION, 10, document_no="1")


def test_what_experts_and_objectors_are_called_is_nowhere_in_the_chain(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DESIGNATION, category=Category.ANCIENT, grade="2")
        take(session, case, StepKind.APPRAISAL, 2, text="专家组组长张专家")
        appraise(session, case)
        take(session, case, StepKind.NOTICE, 3, ended_on=date(2026, 2, 9))
        add_objection(session, case, received_on=date(2026, 2, 8), text="家住村东头", by="刘某某", **ACTOR)
    told = "".join(item.change for item in rows_of(engine, EventItem))
    for private in ("专家", "刘某某", "村东头"):
        assert private not in told
    assert {party.name for party in rows_of(engine, Party)} == {"张专家", "李专家", "王专家", "刘某某"}


def test_opening_a_case_twice_opens_one(engine: Engine) -> None:
    with transaction(engine) as session:
        first = opened(session, CaseKind.DEATH, submission_id="a")
        assert opened(session, CaseKind.DEATH, submission_id="a").id == first.id
        assert opened(session, CaseKind.DEATH).id == first.id  # same document, same day
        with pytest.raises(CaseConflictError, match="open already"):
            opened(session, CaseKind.DEATH, first=facts(StepKind.REPORT, 2))
        with pytest.raises(CaseConflictError, match="has opened case"):
            opened(session, CaseKind.DEATH, "甲-2", submission_id="a")
    assert count(engine, CaseFile) == 1
    assert count(engine, CaseStep) == 1


def test_a_step_recorded_twice_is_recorded_once_also_the_last(engine: Engine) -> None:
    with transaction(engine) as session:
        case = designated(session)
        again = {"document_no": "公告 1", "url": "https://x.example/1"}
        take(session, case, StepKind.PUBLICATION, 13, **again)
        with pytest.raises(CaseStepError, match="closed"):
            take(session, case, StepKind.PUBLICATION, 14, **again)
    assert sum(row.case_id is not None for row in rows_of(engine, Designation)) == 1


@pytest.mark.parametrize("state", [CaseState.REFUSED, CaseState.WITHDRAWN])
def test_a_refused_or_withdrawn_case_changes_nothing_but_itself(engine: Engine, state: CaseState) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.REDESIGNATION, category=Category.ANCIENT, grade="1")
        for _ in range(2):
            close_case(session, case, state, on=date(2026, 2, 5), reason="证据不足", **ACTOR)
        with pytest.raises(CaseStepError):
            take(session, case, StepKind.APPRAISAL, 6)
        other = CaseState.REFUSED if state == CaseState.WITHDRAWN else CaseState.WITHDRAWN
        with pytest.raises(CaseStepError):
            close_case(session, case, other, on=date(2026, 2, 5), reason="x", **ACTOR)
        with pytest.raises(ValueError, match="granted"):
            close_case(session, case, CaseState.GRANTED, on=date(2026, 2, 5), reason="x", **ACTOR)
    assert grade_of(engine) == "2"


def die(session: Session, number: str = "甲-1", **more: Any) -> CaseFile:
    case = opened(session, CaseKind.DEATH, number)
    take(session, case, StepKind.CONFIRMATION, 5, by="某县林业局", document_no="死〔2026〕1号")
    take(session, case, StepKind.CAUSE, 6, cause=RemovalReason.NATURAL_DISASTER)
    take(session, case, StepKind.DISPOSAL, 7, disposal=DeathDisposal.KEPT)
    take(session, case, StepKind.TAG_RECOVERY, 8, **more)
    return take(session, case, StepKind.ARCHIVE, 9)


def test_a_dead_tree_is_not_deleted_its_tag_is_withdrawn_and_its_number_retired(
    engine: Engine, keys: Keys
) -> None:
    """Domain fact 17."""
    with transaction(engine) as session:
        issue_tags(session, [tree_of(session, "甲-1").id], keys=keys, **ACTOR)
        die(session)
    with reading(engine) as session:
        tree = tree_of(session, "甲-1")
        assert (tree.status, tree.removal_reason, tree.death_disposal) == (
            TreeStatus.DEAD, RemovalReason.NATURAL_DISASTER, DeathDisposal.KEPT,
        )  # fmt: skip
        (full,) = full_trees(session, [tree.id])
        assert full.record.status == "dead"
        assert full.record.protection_grade is None
        assert [row.grade for row in full.record.designations] == ["2"]
        assert find_tree(session, "甲-1") == tree.id
    (tag,) = rows_of(engine, Tag)
    assert (tag.state, tag.ended_on) == (TagState.WITHDRAWN, date(2026, 2, 8))
    with transaction(engine) as session:
        tree = tree_of(session, "甲-1")
        with pytest.raises(NumberAllotError, match="closed"):
            allot_number(session, tree, county="140524", **ACTOR)
    with transaction(engine) as session, pytest.raises(CaseConflictError, match="dead"):
        opened(session, CaseKind.DESIGNATION)


def test_a_lost_tag_ends_as_well_and_says_why(engine: Engine, keys: Keys) -> None:
    with transaction(engine) as session:
        issue_tags(session, [tree_of(session, "甲-1").id], keys=keys, **ACTOR)
        die(session, omitted_reason="标牌已遗失")
    (tag,) = rows_of(engine, Tag)
    assert (tag.state, tag.reason) == (TagState.WITHDRAWN, "标牌已遗失")


def test_a_tree_that_lives_after_all_comes_back_by_a_new_case(engine: Engine) -> None:
    with transaction(engine) as session:
        die(session)
    assert grade_of(engine) is None
    with transaction(engine) as session:
        case = opened(session, CaseKind.FOUND)
        take(session, case, StepKind.CONFIRMATION, 10)
        take(session, case, StepKind.DECISION, 11, document_no="复〔2026〕1号")
        tree = tree_of(session, "甲-1")
        assert (tree.status, tree.removal_reason, tree.death_disposal) == (TreeStatus.ALIVE, None, None)
    assert grade_of(engine) == "2"
    assert len(rows_of(engine, Designation)) == 2


def test_a_tree_that_is_not_found_keeps_its_protection_and_can_be_found_again(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.MISSING)
        take(session, case, StepKind.CONFIRMATION, 3)
        take(session, case, StepKind.DECISION, 4)
        assert tree_of(session, "甲-1").status == TreeStatus.MISSING
    assert grade_of(engine) == "2"
    with transaction(engine) as session:
        case = opened(session, CaseKind.FOUND)
        take(session, case, StepKind.CONFIRMATION, 5)
        take(session, case, StepKind.DECISION, 6)
        assert tree_of(session, "甲-1").status == TreeStatus.ALIVE
    assert grade_of(engine) == "2"


def moving(session: Session) -> CaseFile:
    case = opened(session, CaseKind.MOVE)
    take(session, case, StepKind.APPRAISAL, 2)
    appraise(session, case)
    take(session, case, StepKind.DECISION, 3)
    return take(session, case, StepKind.APPROVAL, 4, by="晋城市人民政府", document_no="移〔2026〕1号")


def test_a_move_needs_an_approval_with_its_document_and_keeps_the_old_place_in_history(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        case = moving(session)
        with pytest.raises(CaseStepError, match="--lon"):
            take(session, case, StepKind.CONFIRMATION, 20)
        take(session, case, StepKind.CONFIRMATION, 20, moved=Moved(112.9, 35.6))
        tree = tree_of(session, "甲-1")
        assert (tree.status, tree.lon, tree.lat, tree.condition) == ("alive", 112.9, 35.6, "transplanted")
        event = session.exec(select(Event).order_by(Event.seq.desc())).first()  # type: ignore[attr-defined]
        assert event is not None
        items = session.exec(select(EventItem).where(EventItem.seq == event.seq)).all()
        told = next(item for item in items if item.subject_type == "tree")
        assert '"lon"' in told.change  # committed to, with what it was before


def test_a_tree_that_left_the_district_is_no_longer_designated_here(engine: Engine) -> None:
    with transaction(engine) as session:
        case = moving(session)
        take(session, case, StepKind.CONFIRMATION, 20, moved=Moved())
        tree = tree_of(session, "甲-1")
        assert (tree.status, tree.removal_reason) == (TreeStatus.TRANSPLANTED, RemovalReason.MOVED_OUT)
    assert grade_of(engine) is None


def test_a_delisted_tree_keeps_its_file_and_its_decisions(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DELISTING, reason="树龄鉴定有误")
        for day, kind in enumerate((StepKind.APPRAISAL, StepKind.NOTICE), start=2):
            take(session, case, kind, day, omitted_reason="已有鉴定报告")
        take(session, case, StepKind.DECISION, 5, document_no="注〔2026〕1号")
        take(session, case, StepKind.APPROVAL, 6, by="晋城市人民政府")
        take(session, case, StepKind.PUBLICATION, 7, document_no="公告 2")
        take(session, case, StepKind.TAG_RECOVERY, 8)
        take(session, case, StepKind.ARCHIVE, 9)
        assert tree_of(session, "甲-1").status == TreeStatus.DELISTED
    assert grade_of(engine) is None
    (row,) = rows_of(engine, Designation)
    assert (row.grade, row.ended_on) == ("2", date(2026, 2, 9))


def test_a_grove_is_designated_at_the_highest_grade_of_the_trees_inside(engine: Engine) -> None:
    """Domain fact 18; members may have files, or be only counted."""
    with transaction(engine) as session:
        source = tree_of(session, "甲-1").source_id
        grove = register_grove(
            session, AreaDraft(number="群1", tree_count=40), AreaPlace("cn-test", source), **ACTOR
        )
        assert proposed_grove_grade(session, grove, NOW.date()) is None
        grove.count_third = 39
        assert proposed_grove_grade(session, grove, NOW.date()) == "3"
        tree_of(session, "甲-1").grove_id = grove.id
        session.flush()
        grade = proposed_grove_grade(session, grove, NOW.date())
        assert grade == "2"
        draft = CaseDraft(
            CaseKind.DESIGNATION,
            ("grove", grove.id),
            facts(StepKind.PROPOSAL, 1),
            pack_id="cn-2025",
            category=Category.ANCIENT,
            grade=grade,
        )
        case = open_case(session, draft, pack=PACK, **ACTOR)
        for day, kind in enumerate((StepKind.APPRAISAL, StepKind.NOTICE), start=2):
            take(session, case, kind, day, omitted_reason="同批已办")
        take(session, case, StepKind.DECISION, 5, document_no="认〔2026〕2号")
        take(session, case, StepKind.APPROVAL, 6, by="晋城市人民政府")
        take(session, case, StepKind.PUBLICATION, 7, document_no="公告 3")
    (grove,) = rows_of(engine, Grove)
    assert (grove.protection_grade, grove.grade_scheme) == ("2", "cn-2025")
    assert grade_of(engine) == "2"


def test_numbers_are_allotted_by_county_gaps_stay_and_none_is_used_twice(engine: Engine) -> None:
    """Domain fact 11."""
    with transaction(engine) as session:
        first, second = tree_of(session, "甲-1"), tree_of(session, "甲-2")
        assert allot_number(session, first, county="140524", **ACTOR) == "14052400001"
        assert allot_number(session, first, county="140524", **ACTOR) == "14052400001"
        allot_number(session, first, number="14052400007", scheme="lyt1664-11", **ACTOR)
        assert allot_number(session, second, county="140524", **ACTOR) == "14052400008"
        for number in ("甲-1", "14052400001", "14052400007"):
            assert find_tree(session, number) == first.id
        with pytest.raises(NumberAllotError, match="never used again"):
            allot_number(session, second, number="14052400001", scheme="lyt1664-11", **ACTOR)
        with pytest.raises(NumberAllotError, match="looks otherwise"):
            allot_number(session, second, number="1405240", scheme="lyt1664-11", **ACTOR)
        second.number_scheme = "legacy"
        for county in ("14052", "1405240", "١٤٠٥٢٤"):
            with pytest.raises(NumberAllotError):
                allot_number(session, second, county=county, **ACTOR)
        last = TreeAlias(tree_id=first.id, number="14052499999", scheme="lyt1664-11")
        session.add(last)
        session.flush()
        with pytest.raises(NumberAllotError, match="no serial left"):
            allot_number(session, second, county="140524", **ACTOR)


def test_an_accepted_tree_gets_its_official_number_at_the_last_step(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DESIGNATION, "甲-2", category=Category.ANCIENT, grade="3")
        for day, kind in enumerate((StepKind.APPRAISAL, StepKind.NOTICE), start=2):
            take(session, case, kind, day, omitted_reason="x")
        take(session, case, StepKind.DECISION, 5, document_no="1")
        take(session, case, StepKind.APPROVAL, 6, by="县政府")
        take(session, case, StepKind.PUBLICATION, 7, document_no="2", county="140524")
        assert tree_of(session, "14052400001").id == find_tree(session, "甲-2")


def test_cases_are_found_by_number_or_by_their_tree(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DEATH)
        assert case.number == "2026-0001"
        tree = tree_of(session, "甲-1")
        assert find_case(session, "2026-0001").id == find_case(session, "甲-1", tree.id).id == case.id
        opened(session, CaseKind.MISSING)
        with pytest.raises(CaseConflictError, match="2026-0002"):
            find_case(session, "甲-1", tree.id)
        with pytest.raises(CaseNotFoundError):
            find_case(session, "2026-9999")
        assert [found.number for found in list_cases(session, only_open=True)] == ["2026-0001", "2026-0002"]
        assert view_case(session, case).facts.authority == "某县林业局"


def test_a_step_that_is_refused_leaves_no_trace(engine: Engine) -> None:
    before = count(engine, Event)
    with pytest.raises(CaseStepError), transaction(engine) as session:
        opened(session, CaseKind.DEATH, first=facts(StepKind.ARCHIVE, 1))
    assert count(engine, CaseFile) == 0
    assert count(engine, Event) == before


def test_a_step_on_a_case_whose_step_draft_says_nothing_of_a_cause_is_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.DEATH)
        take(session, case, StepKind.CONFIRMATION, 5, by="某县林业局")
        with pytest.raises(CaseStepError, match="--cause"):
            record_step(session, case, StepDraft(facts(StepKind.CAUSE, 6)), **ACTOR)
        assert session.exec(select(Tree).where(Tree.status == TreeStatus.DEAD)).first() is None


def test_a_case_that_was_open_when_the_tree_died_cannot_bring_it_back(engine: Engine) -> None:
    with transaction(engine) as session:
        case = opened(session, CaseKind.REDESIGNATION, category=Category.ANCIENT, grade="1")
        die(session)
        with pytest.raises(CaseConflictError, match="dead"):
            take(session, case, StepKind.APPRAISAL, 10)
        close_case(session, case, CaseState.WITHDRAWN, on=date(2026, 2, 11), reason="树已死亡", **ACTOR)
        assert tree_of(session, "甲-1").status == TreeStatus.DEAD


def test_a_decision_or_a_number_is_not_undone_as_a_slip_is(engine: Engine) -> None:
    with transaction(engine) as session:
        designated(session, grade="1")
        allot_number(session, tree_of(session, "甲-2"), county="140524", **ACTOR)
        kinds = dict(session.exec(select(Event.kind, Event.seq)).all())
    for kind, reason in {"case:closed": "another case", "tree:numbered": "stays"}.items():
        with transaction(engine) as session, pytest.raises(UndoError, match=reason):
            undo_event(session, kinds[kind], reason="x", **ACTOR)
