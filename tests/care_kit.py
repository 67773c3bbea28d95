"""A register in which one person has to do with everything that is done for trees: for tests of what becomes
of all that when a record is merged, a person erased, a table altered.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from case_kit import ACTOR, make_trees, tree_of
from PIL import Image
from sqlalchemy.engine import Engine
from sqlmodel import Session, select
from strategy_kit import TODAY, approve, carried_out, sign

from exports.care_letter import paginate
from registry.assessment_models import ModelLibrary
from registry.care_data import read_terms
from registry.care_letters import Rates, letter_drafts
from registry.care_payments import paid_records
from registry.check_records import Asked
from registry.commands.assessments import AssessmentDraft, record_assessment, review_assessment
from registry.commands.budgets import BudgetDraft, set_budget
from registry.commands.care import CareDraft, check_care, log_care
from registry.commands.case_documents import DocumentDraft, add_document
from registry.commands.case_works import Details
from registry.commands.cases import CaseDraft, open_case
from registry.commands.comparing import deviations
from registry.commands.duties import set_duties
from registry.commands.letters import Batch, make_letters
from registry.commands.map_layers import LayerDraft, add_layer
from registry.commands.notices import NoticeDraft, add_notices
from registry.commands.payments import make_payments, record_paid
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.readings import ReadingDraft, record_reading
from registry.commands.reports import keep_report
from registry.commands.scans import SeenPage, record_pages
from registry.commands.strategies import LineDraft, add_line, change_lines, propose_strategy, set_strategy
from registry.commands.strategy_rows import find_strategy, works_of
from registry.commands.strategy_steps import start_strategy
from registry.commands.trials import add_partner, add_subject, open_trial
from registry.commands.verifying import verify_history
from registry.commands.works import WorkDraft, make_work
from registry.commands.zone_checking import record_check
from registry.commands.zones import LegalDraft, set_legal_zones
from registry.db import reading, transaction
from registry.file_store import FileStore
from registry.kpi_counts import Period
from registry.measure_tables import measure_table
from registry.models import CareLetter, Strategy
from registry.photos import PhotoStore
from registry.reports import measure_report
from registry.rulepacks import PackLibrary, rule_pack
from registry.rules.case_facts import StepFacts
from registry.rules.conflicts import footprint_of
from registry.vocab.care_words import (
    CareKind,
    DocumentKind,
    FundSource,
    InstrumentKind,
    LayerKind,
    LetterKind,
    NoticeKind,
    SignRole,
)
from registry.vocab.language import translator
from registry.vocab.words import CaseKind, PartyKind, PartyRole, StepKind
from registry.zone_checks import answer

PERSON = "甄小明"
ON = date(2026, 3, 1)
ANSWERS = {"H01": 90, "H02": 1, "H03": 8, "H04": {"value": 5, "note": f"{PERSON}家后墙"}, "H06": 0, "H07": 95,
           "H08": 1, "H09": 5, "H11": 0, "H13": 1}  # fmt: skip
LIBRARY = PackLibrary()


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the private files and the photos of the test's register lie."""

    files: FileStore
    photos: PhotoStore


def fill(engine: Engine, folder: Path) -> Stores:
    """Of everything one, about tree 甲-1, with `PERSON` in every role and text that takes a person."""
    stores = Stores(FileStore(folder / "files"), PhotoStore(folder / "photos"))
    make_trees(engine, folder)
    for step in (_zones, _health, _strategy, _works, _care, _letters, _cases, _checks, _figures):
        with transaction(engine) as session:
            step(session, ref_of(session), stores, folder)
    return stores


def ref_of(session: Session, number: str = "甲-1") -> tuple[str, str, str]:
    """A tree as commands take it."""
    return "tree", tree_of(session, number).id, number


def is_true(engine: Engine) -> None:
    """That the register is what its history tells, and the history whole."""
    with reading(engine) as session:
        assert [(each.kind, each.field) for each in deviations(session)] == []
        assert verify_history(session)


def square(lon: float = 112.85, lat: float = 35.5, side: float = 0.0002) -> Any:
    """A square with its lower left corner there, degrees."""
    return shapely.box(lon, lat, lon + side, lat + side)


def _zones(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    draft = LegalDraft(
        square(),
        "划1",
        approved_by=f"{PERSON}批",
        deviation=f"避开{PERSON}宅",
        published_on=ON,
        from_on=ON,
        file_name=f"{PERSON}.geojson",
        file_sha256="e" * 64,
    )
    set_legal_zones(session, [(ref, draft)], today=TODAY, **ACTOR)
    layer = LayerDraft("lv", LayerKind.GREEN_LINE, "绿线", "lv.geojson", "a" * 64, "EPSG:4326",
                       [(f"{PERSON}旧宅", square())])  # fmt: skip
    add_layer(session, layer, **ACTOR)


def _health(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    model = ModelLibrary().get("gushu-health")
    for by, day in ((PERSON, ON), ("李评估", date(2026, 3, 2))):
        draft = AssessmentDraft(
            assessed_on=day, by=by, answers=ANSWERS, notes=f"{PERSON}在场", document_no="评1"
        )
        row, _new = record_assessment(session, ref, model, draft, today=TODAY, **ACTOR)
        other = "李评估" if by == PERSON else PERSON
        review_assessment(session, row, by=other, on=TODAY, today=TODAY, **ACTOR)
    file = folder / f"{PERSON}.csv"
    file.write_text("x")
    kept = (file.name, stores.files.keep(file)[0])
    reading_ = ReadingDraft(
        InstrumentKind.RESISTOGRAPH,
        ON,
        {"decay": (12.0, "percent")},
        position=f"朝{PERSON}家一侧",
        file=kept,
        by=PERSON,
        notes=f"{PERSON}记",
    )
    record_reading(session, ref, reading_, assessment=row, today=TODAY, **ACTOR)


def _strategy(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    strategy, _new = propose_strategy(session, ref, measure_table(), today=TODAY, **ACTOR)
    texts = ("basis", "site", "diagnosis", "risks", "problems", "aims", "monitoring", "emergency_plan")
    set_strategy(session, strategy, {name: f"{PERSON}说{name}" for name in texts}, **ACTOR)
    line = LineDraft(measure="T01", text=f"{PERSON}家上方", party=PERSON, amount_cents=100_000)
    add_line(session, strategy, line, **ACTOR)
    change_lines(session, strategy, [], confirm=True, **ACTOR)
    sign(session, strategy, PERSON, SignRole.PREPARED, opinion=f"{PERSON}意见")
    sign(session, strategy, "李审", SignRole.REVIEWED)
    for name in ("王一", "赵二", "钱三"):
        sign(session, strategy, name, SignRole.EXPERT)
    approve(session, strategy)
    start_strategy(session, strategy, today=TODAY, **ACTOR)


def _works(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    (strategy,) = [find_strategy(session, own) for own in _numbers(session)]
    for work in works_of(session, strategy):
        carried_out(session, work, stores.photos, folder)
    make_work(session, ref, "T01", WorkDraft(text=f"{PERSON}门前", crew=PERSON,
                           notes=f"{PERSON}带路", cost_cents=1234), today=TODAY, **ACTOR)  # fmt: skip
    trial, _new = open_trial(
        session, "复壮试验", {"aims": f"{PERSON}的想法", "budget_cents": 5}, today=TODAY, **ACTOR
    )
    add_partner(session, trial, PERSON, f"{PERSON}测", **ACTOR)
    add_subject(session, trial, ref, treatment=f"{PERSON}法", result="好", **ACTOR)
    set_budget(session, BudgetDraft(2026, FundSource.CITY, 100, "CNY", document_no="财1",
                                    notes=f"{PERSON}报"), **ACTOR)  # fmt: skip


def _numbers(session: Session) -> list[str]:
    return list(session.exec(select(Strategy.number)))


def _care(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    draft = CareDraft(CareKind.WATERING, ON, 2.0, "m3", f"{PERSON}井水", f"{PERSON}浇", PERSON)
    log_care(session, [(ref, draft)], today=TODAY, **ACTOR)
    other = CareDraft(CareKind.FEEDING, ON, by="李四")
    log_care(session, [(ref, other)], today=TODAY, **ACTOR)
    facts = {"on": ON, "checked_on": TODAY, "today": TODAY, "score": 90.0}
    check_care(session, ref, kind=CareKind.FEEDING, by=PERSON, note=f"{PERSON}验", **facts, **ACTOR)
    set_duties(session, ref, {PartyRole.STEWARD: [PERSON]}, from_on=ON, today=TODAY,
               kinds={PERSON: PartyKind.PERSON}, **ACTOR)  # fmt: skip
    notice = NoticeDraft(NoticeKind.WARNING, ON, f"面交{PERSON}", "函1", f"告知{PERSON}")
    add_notices(session, [ref], notice, today=TODAY, **ACTOR)
    path = folder / "p.jpg"
    Image.new("RGB", (20, 20), (9, 9, 9)).save(path)
    facts_ = PhotoFacts(caption=f"{PERSON}与树", credit=PERSON, viewpoint=f"{PERSON}家二楼", taken_on=ON)
    add_photo(session, ref[1], path, facts_, store=stores.photos, **ACTOR)


def _letters(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    drafts = letter_drafts(session, translator("zh"), (), rates=Rates(30_000, {}))
    batch = Batch("2026", "YH-2026", ON, None, "CNY", "zh", "某县名册")
    terms = read_terms(LetterKind.AGREEMENT, "zh")
    (made,) = make_letters(session, drafts, batch, terms, paginate=paginate, store=stores.files, **ACTOR)
    digest = stores.files.keep_bytes(b"a scan")
    pages = range(1, made.row.page_count + 1)
    seen = [
        SeenPage(made.row.code, page, made.row.page_count, digest, f"{PERSON}.pdf", page) for page in pages
    ]
    record_pages(session, seen, signed_on=TODAY, today=TODAY, **ACTOR)
    make_payments(session, 2026, paid_records(session, 2026, TODAY), **ACTOR)
    party = session.exec(select(CareLetter.party_id)).one()
    record_paid(session, 2026, party, PERSON, paid_on=TODAY, document_no="支1", today=TODAY,
                notes=f"{PERSON}领", **ACTOR)  # fmt: skip


def _cases(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    first = StepFacts(StepKind.REPORT, ON, text=f"{PERSON}来电", by=PERSON)
    second = tree_of(session, "甲-2").id
    details = Details(reporter=PERSON, incident="I01", also=(("tree", second),), penalty_cents=50_000,
                      compensation_cents=70_000, project=f"{PERSON}翻建", applicant=PERSON)  # fmt: skip
    draft = CaseDraft(CaseKind.INCIDENT, ref[:2], first, reason=f"{PERSON}见", details=details)
    case = open_case(session, draft, pack=rule_pack("cn-2025"), **ACTOR)
    file = folder / f"{PERSON}.txt"
    file.write_text("现场")
    add_document(session, case, file, DocumentDraft(DocumentKind.PHOTO, title=f"{PERSON}拍"),
                 store=stores.files, **ACTOR)  # fmt: skip


def _checks(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    footprint = footprint_of([square()])
    assert footprint is not None
    asked = Asked(f"{PERSON}.geojson", "f" * 64, "WGS84", project=f"{PERSON}建房", applicant=PERSON)
    result = answer(session, footprint, asked, LIBRARY, TODAY, may_see_exact=True)
    record_check(session, result, valid_for={"months": 6}, today=TODAY, may_see_exact=True, **ACTOR)


def _figures(session: Session, ref: Any, stores: Stores, folder: Path) -> None:
    period = Period(date(2026, 1, 1), date(2026, 12, 31), TODAY)
    report = measure_report(session, period, LIBRARY, now=ACTOR["now"])
    keep_report(session, report, "二〇二六年", division_id=None, **ACTOR)
