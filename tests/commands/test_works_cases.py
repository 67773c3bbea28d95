"""Works, transplants, fellings, incidents and rescues: what each leaves in the register and its history."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from case_kit import ACTOR, facts, make_trees, tree_of
from register_kit import NOW, count, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.care_errors import FileKeptError
from registry.commands.case_documents import (
    DocumentDraft,
    add_document,
    documents_expiring,
    verify_documents,
)
from registry.commands.case_effects import Moved
from registry.commands.case_files import find_case, view_case
from registry.commands.case_works import Details
from registry.commands.cases import CaseDraft, StepDraft, open_case, record_step
from registry.commands.comparing_records import stray_values
from registry.commands.erasing import erase_party
from registry.commands.rescues import endangered_without_rescue
from registry.commands.verifying import verify_history
from registry.db import open_register, reading, transaction
from registry.errors import CaseConflictError, CaseStepError, RecordNotFoundError
from registry.file_store import FileStore, file_store
from registry.models import Assessment, CaseDocument, CaseFile, CaseStep, EventItem, Party, Tree, ZoneCheck
from registry.rulepacks import rule_pack
from registry.rules.negative_list import Answer
from registry.vocab.care_words import DocumentKind, ZoneVerdict
from registry.vocab.words import (
    CaseKind,
    CaseState,
    Condition,
    Datum,
    DeathDisposal,
    RemovalReason,
    StepKind,
    TreeStatus,
    Vigour,
)

S = StepKind
PACK = rule_pack("cn-2025")
WANTED = Details(project="某高速", project_class="provincial_key", applicant="某某建设公司")


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    """A register with two trees: the first of the second grade, the other without."""
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    return engine


@pytest.fixture
def store(register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """The private files of the register."""
    monkeypatch.setenv("GUSHU_FILES", str(tmp_path / "files"))
    return file_store(register_address)


def opened(session: Session, kind: CaseKind, first: S, number: str = "甲-1", **more: Any) -> CaseFile:
    own = tree_of(session, number).id
    said = {"text": more.pop("text", None), "document_no": more.pop("document_no", None)}
    draft = CaseDraft(kind, ("tree", own), facts(first, 1, **said), **more)
    return open_case(session, draft, pack=PACK, **ACTOR)


def take(session: Session, case: CaseFile, kind: S, day: int, **more: Any) -> CaseFile:
    own = {name: more.pop(name) for name in ("details", "moved", "cause", "disposal") if name in more}
    return record_step(session, case, StepDraft(facts(kind, day, **more), **own), pack=PACK, **ACTOR)


def is_sound(engine: Engine) -> bool:
    with reading(engine) as session:
        return bool(verify_history(session)) and list(stray_values(session)) == []


def transplanted(session: Session, moved: Moved) -> CaseFile:
    case = opened(session, CaseKind.TRANSPLANT, S.APPLICATION, details=WANTED)
    take(session, case, S.SURVEY, 2)
    take(session, case, S.APPRAISAL, 2, omitted_reason="批次鉴定")
    take(session, case, S.DECISION, 3, document_no="审1")
    take(session, case, S.APPROVAL, 4, document_no="批1", by="某市人民政府")
    return take(session, case, S.CONFIRMATION, 10, moved=moved)


def test_a_transplant_moves_the_tree_and_opens_five_years_of_care_by_itself(engine: Engine) -> None:
    with transaction(engine) as session:
        case = transplanted(session, Moved(112.9, 35.6, Datum.WGS84))
        assert case.state == CaseState.GRANTED
    with transaction(engine) as session:
        tree = tree_of(session, "甲-1")
        assert (tree.status, tree.condition) == (TreeStatus.ALIVE, Condition.TRANSPLANTED)
        assert (tree.lon, tree.lat) == (112.9, 35.6)
        care = session.exec(select(CaseFile).where(CaseFile.kind == CaseKind.AFTERCARE)).one()
        assert (care.until_on, care.opened_on) == (date(2031, 2, 10), date(2026, 2, 10))
        assert view_case(session, care).parent == "2026-0001"
        assert find_case(session, "甲-1", tree.id).id == care.id
        take(session, care, S.FOLLOW_UP, 20, text="新梢正常")
        take(session, care, S.FOLLOW_UP, 21, text="已浇水")
        with pytest.raises(CaseStepError, match="2031-02-10"):
            take(session, care, S.ACCEPTANCE, 22)
    assert is_sound(engine)


def test_a_tree_that_left_the_district_has_no_aftercare_here(engine: Engine) -> None:
    with transaction(engine) as session:
        transplanted(session, Moved())
    with reading(engine) as session:
        assert tree_of(session, "甲-1").status == TreeStatus.TRANSPLANTED
    assert [case.kind for case in rows_of(engine, CaseFile)] == [CaseKind.TRANSPLANT]
    assert is_sound(engine)


@pytest.mark.parametrize("project_class", ["other_infrastructure", None])
def test_what_the_law_does_not_allow_opens_no_case(engine: Engine, project_class: str | None) -> None:
    said = Details(project="某商场", project_class=project_class, applicant="某某公司")
    with pytest.raises(CaseStepError), transaction(engine) as session:
        opened(session, CaseKind.TRANSPLANT, S.APPLICATION, details=said)
    assert count(engine, CaseFile) == count(engine, Party) == 0


def keep(engine: Engine, store: FileStore, path: Path, number: str, **facts_: Any) -> CaseDocument:
    path.write_bytes(b"\xff\xd8 evidence")
    with transaction(engine) as session:
        draft = DocumentDraft(DocumentKind.EVIDENCE, "现场照片", **facts_)
        case = find_case(session, number)
        row = add_document(session, case, path, draft, store=store, **ACTOR)
        session.flush()
        session.expunge(row)
        return row


def test_an_incident_keeps_its_evidence_whole_and_whoever_reported_it_out_of_sight(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        said = Details(incident="I08", reporter="王举报")
        case = opened(session, CaseKind.INCIDENT, S.REPORT, details=said, text="树下浇筑水泥")
        take(session, case, S.SURVEY, 2)
        with pytest.raises(CaseStepError, match="gushu case file"):
            take(session, case, S.EVIDENCE, 2)
    taken = datetime(2026, 2, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    for _ in range(2):
        row = keep(engine, store, tmp_path / "a.jpg", "2026-0001", taken_at=taken)
    assert (row.media_type, row.size_bytes, row.taken_at) == ("image/jpeg", 11, taken)
    assert store.read(row.sha256) == b"\xff\xd8 evidence"
    assert count(engine, CaseDocument) == 1
    with transaction(engine) as session:
        case = find_case(session, "2026-0001")
        take(session, case, S.EVIDENCE, 3)
        take(session, case, S.REFERRAL, 4, by="县综合执法队", document_no="移1")
        take(session, case, S.PENALTY, 5, by="县综合执法队", document_no="罚1",
             details=Details(penalty_cents=5_000_000))  # fmt: skip
        take(session, case, S.COMPENSATION, 6, text="已赔", details=Details(compensation_cents=80_050))
        take(session, case, S.RESTORATION, 7, text="已拆除水泥")
        take(session, case, S.FOLLOW_UP, 8, text="长势正常")
        take(session, case, S.ARCHIVE, 9)
        assert (case.state, case.penalty_cents, case.compensation_cents) == (
            CaseState.GRANTED, 5_000_000, 80_050,
        )  # fmt: skip
    told = "".join(item.change for item in rows_of(engine, EventItem))
    party = rows_of(engine, Party)
    assert [row.name for row in party] == ["王举报"]
    for secret in ("王举报", party[0].id, "现场照片", "a.jpg", "树下浇筑水泥"):
        assert secret not in told.replace('"party"', "")
    assert is_sound(engine)


def test_a_reporter_who_is_erased_is_gone_from_the_case_its_texts_and_its_files(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        said = Details(incident="I12", reporter="王举报")
        opened(session, CaseKind.INCIDENT, S.REPORT, details=said, text="王举报来电")
    path = tmp_path / "王举报.jpg"
    keep(engine, store, path, "2026-0001")
    with transaction(engine) as session:
        erase_party(session, "王举报", basis="个人申请", texts=True, **ACTOR)
    with reading(engine) as session:
        view = view_case(session, find_case(session, "2026-0001"))
        assert view.people[str(view.case.reporter_id)] == "某"
        assert (view.steps[0].text, view.documents[0].file_name) == ("某来电", "某.jpg")
    assert is_sound(engine)


def test_a_file_that_was_altered_or_lost_is_found(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    with transaction(engine) as session:
        opened(session, CaseKind.INCIDENT, S.REPORT, details=Details(incident="I12"))
    row = keep(engine, store, tmp_path / "a.jpg", "2026-0001")
    with reading(engine) as session:
        assert list(verify_documents(session, store)) == [None]
        store.path(row.sha256).write_bytes(b"other")
        (found,) = verify_documents(session, store)
    assert found is not None
    assert isinstance(found.error, FileKeptError)
    assert (found.case, found.document.sha256) == ("2026-0001", row.sha256)


def test_permits_that_run_out_are_listed_the_first_at_the_top(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        for number in ("甲-1", "甲-2"):
            opened(session, CaseKind.INCIDENT, S.REPORT, number, details=Details(incident="I12"))
    keep(engine, store, tmp_path / "a.jpg", "2026-0001", valid_to=date(2026, 5, 1))
    keep(engine, store, tmp_path / "a.jpg", "2026-0002", valid_to=date(2026, 4, 1))
    with reading(engine) as session:
        assert [case.number for case, _ in documents_expiring(session, date(2026, 5, 1))] == [
            "2026-0002",
            "2026-0001",
        ]
        assert len(documents_expiring(session, date(2026, 4, 30))) == 1


def checked(session: Session) -> ZoneCheck:
    check = ZoneCheck(
        number="ZC-2026-0001", code="AB12", made_at=NOW, valid_to=date(2026, 8, 1), file_name="f.geojson",
        file_sha256="0" * 64, projection="EPSG:4326", outline="00", verdict=ZoneVerdict.CONFLICT, hit_count=1,
        result="{}", sha256="0" * 64, history_head="0" * 64,
    )  # fmt: skip
    session.add(check)
    session.flush()
    return check


NO = {code: Answer(is_touched=False) for code in ("N01", "N02", "N03", "N04", "N05")}


def test_works_near_several_trees_from_application_to_acceptance(engine: Engine) -> None:
    with transaction(engine) as session:
        checked(session)
        also = (("tree", tree_of(session, "甲-2").id),)
        said = Details(
            project="燃气管线", applicant="某燃气公司", check="ZC-2026-0001", also=also, practices=NO
        )
        case = opened(session, CaseKind.WORKS, S.APPLICATION, details=said, submission_id="s1")
        again = opened(session, CaseKind.WORKS, S.APPLICATION, details=said, submission_id="s1")
        assert again.id == case.id
        view = view_case(session, case)
        assert (view.also, view.checks, view.facts.classes) == (["甲-2"], ["ZC-2026-0001"], ("2",))
        assert view.facts.practices == NO
        take(session, case, S.SURVEY, 2)
        take(session, case, S.ADVICE, 3, document_no="意见1")
        take(session, case, S.MEASURES, 4, text="架空板桥")
        take(session, case, S.SUPERVISION, 5, by="县林业局")
        take(session, case, S.SUPERVISION, 6, by="县林业局")
        take(session, case, S.SUPERVISION, 6, by="县林业局")
        take(session, case, S.ACCEPTANCE, 9, by="县林业局")
        assert case.state == CaseState.GRANTED
        assert tree_of(session, "甲-1").status == TreeStatus.ALIVE
    assert count(engine, CaseStep) == 7
    assert is_sound(engine)


def test_a_check_belongs_to_one_case_and_must_be_there(engine: Engine) -> None:
    said = Details(project="管线", applicant="某公司", check="ZC-2026-0001")
    with pytest.raises(RecordNotFoundError), transaction(engine) as session:
        opened(session, CaseKind.WORKS, S.APPLICATION, details=said)
    with transaction(engine) as session:
        checked(session)
        opened(session, CaseKind.WORKS, S.APPLICATION, details=said)
    with pytest.raises(CaseConflictError, match="2026-0001"), transaction(engine) as session:
        opened(session, CaseKind.WORKS, S.APPLICATION, "甲-2", details=said)


@pytest.mark.parametrize(
    ("kind", "first", "details", "is_fine"),
    [
        (CaseKind.INCIDENT, S.REPORT, Details(incident="I12"), True),
        (CaseKind.WORKS, S.APPLICATION, Details(project="p", applicant="某公司"), True),
        (CaseKind.RESCUE, S.REPORT, Details(), False),
        (CaseKind.TRANSPLANT, S.APPLICATION, WANTED, False),
    ],
)
def test_several_incidents_and_works_may_be_open_but_one_rescue(
    engine: Engine, kind: CaseKind, first: S, details: Details, is_fine: bool
) -> None:
    with transaction(engine) as session:
        opened(session, kind, first, details=details)
        try:
            opened(session, kind, first, details=details)
        except CaseConflictError:
            assert not is_fine
        else:
            assert is_fine


@pytest.mark.parametrize("said", [{"incident": "I05"}, {"penalty_cents": 100}, {"compensation_cents": 100}])
def test_what_is_said_of_an_incident_is_refused_in_another_case(engine: Engine, said: dict[str, Any]) -> None:
    with pytest.raises(CaseStepError, match="incident alone"), transaction(engine) as session:
        opened(session, CaseKind.DESIGNATION, S.PROPOSAL, details=Details(**said))
    with transaction(engine) as session:
        case = opened(session, CaseKind.RESCUE, S.REPORT)
        with pytest.raises(CaseStepError, match="incident alone"):
            take(session, case, S.SURVEY, 2, details=Details(**said))


def test_an_emergency_felling_leads_to_the_death_of_the_tree(engine: Engine) -> None:
    with transaction(engine) as session:
        felling = opened(session, CaseKind.FELLING, S.HANDLING, text="雪压倒伏，危及民房")
        take(session, felling, S.EVIDENCE, 2, omitted_reason="夜间抢险，未及拍照")
        take(session, felling, S.REPORT, 5, document_no="报1", by="县林业局")
        assert felling.state == CaseState.GRANTED
        assert tree_of(session, "甲-1").status == TreeStatus.ALIVE
        death = opened(session, CaseKind.DEATH, S.REPORT, details=Details(parent_id=felling.id))
        take(session, death, S.CONFIRMATION, 6)
        take(session, death, S.CAUSE, 6, cause=RemovalReason.NATURAL_DISASTER)
        take(session, death, S.DISPOSAL, 6, disposal=DeathDisposal.FELLED)
        take(session, death, S.TAG_RECOVERY, 6)
        take(session, death, S.ARCHIVE, 6)
        assert tree_of(session, "甲-1").status == TreeStatus.DEAD
        assert view_case(session, felling).children == [death.number]
    assert is_sound(engine)


def test_a_rescue_is_brought_to_its_end_also_where_the_tree_died(engine: Engine) -> None:
    with transaction(engine) as session:
        rescue = opened(session, CaseKind.RESCUE, S.REPORT)
        take(session, rescue, S.SURVEY, 2)
        tree_of(session, "甲-1").status = TreeStatus.DEAD
        session.flush()
        take(session, rescue, S.PLAN, 3, text="支撑、输液")
        take(session, rescue, S.HANDLING, 4, text="无效")
        take(session, rescue, S.FOLLOW_UP, 5, text="已死亡")
        assert take(session, rescue, S.ACCEPTANCE, 6, by="县林业局").state == CaseState.GRANTED
        with pytest.raises(CaseConflictError):
            opened(session, CaseKind.RESCUE, S.REPORT)
        opened(session, CaseKind.INCIDENT, S.REPORT, details=Details(incident="I07"))


def numbers(found: Iterable[Any]) -> list[str]:
    return [each.tree_no for each in found]


def test_endangered_trees_without_a_rescue_are_found_by_file_and_by_the_latest_assessment(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        tree_of(session, "甲-1").vigour = Vigour.ENDANGERED
        other = tree_of(session, "甲-2")
        _assess(session, other, date(2025, 3, 1), Vigour.ENDANGERED)
        assert numbers(endangered_without_rescue(session)) == ["甲-1", "甲-2"]
        _assess(session, other, date(2025, 9, 1), Vigour.WEAK)
        assert numbers(endangered_without_rescue(session)) == ["甲-1"]
        _assess(session, other, date(2026, 1, 1), Vigour.ENDANGERED)
        found = endangered_without_rescue(session)
        assert [(each.tree_no, each.seen_on) for each in found] == [
            ("甲-1", None),
            ("甲-2", date(2026, 1, 1)),
        ]
        opened(session, CaseKind.RESCUE, S.REPORT, "甲-2")
        assert numbers(endangered_without_rescue(session)) == ["甲-1"]
        tree_of(session, "甲-1").status = TreeStatus.DEAD
        assert endangered_without_rescue(session) == []


def _assess(session: Session, tree: Tree, on: date, vigour: Vigour) -> None:
    scale = "lyt2738" if (tree.vigour_scale is None) else tree.vigour_scale
    row = Assessment(tree_id=tree.id, model_id="m", model_version="1", model_sha256="0" * 64, assessed_on=on,
                     vigour=vigour, vigour_scale=scale)  # fmt: skip
    session.add(row)
    session.flush()


def test_further_trees_of_a_transplant_have_cases_of_their_own_and_the_highest_grade_decides(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        also = (("tree", tree_of(session, "甲-2").id),)
        with pytest.raises(CaseConflictError, match="each tree"):
            opened(
                session,
                CaseKind.TRANSPLANT,
                S.APPLICATION,
                details=Details(**{**_plain(WANTED), "also": also}),
            )
        session.rollback()
    with transaction(engine) as session:
        opened(session, CaseKind.TRANSPLANT, S.APPLICATION, details=WANTED)
        other = opened(session, CaseKind.TRANSPLANT, S.APPLICATION, "甲-2", details=WANTED)
        assert view_case(session, other).facts.classes == ("2",)


def _plain(details: Details) -> dict[str, Any]:
    return {
        "project": details.project,
        "project_class": details.project_class,
        "applicant": details.applicant,
    }
