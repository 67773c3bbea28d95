"""A whole legal file for tests: invented rows of every part, and the same as the public sees it."""

from dataclasses import replace
from datetime import date
from typing import Any

from builders import make_photo, make_tree_record
from shapely.geometry import Point

from registry.ledger_records import AgreementRecord
from registry.legal_file import file_rules, private_parts
from registry.legal_file_records import (
    CaseRecord,
    LegalFileRecord,
    OpinionRecord,
    PlateRecord,
    StepRecord,
    StoryRecord,
    StoryTextRecord,
    SurveyRecord,
)
from registry.records import DesignationRecord, InspectionRecord, MeasurementRecord, PhotoRecord, TreeRecord
from registry.rules.legal_file import Subject, judged_parts, redact_file
from registry.strategy_records import AboutRecord, LineRecord, StrategyRecord, WorkRecord
from registry.vocab.measures import all_measures
from registry.zone_records import ZoneLine

SUBJECT = Subject("tree", "cn", grade="1", category="ancient", vigour="weak")
ABOUT = AboutRecord("tree", "14040400001")
STORY = "相传唐代有僧人在此结庐，手植此槐。\n每逢大旱，村人在树下祈雨，井水从未干过。"
FACTS = {
    "form": 1, "census": 1, "opinion": 3, "appraisal": 1, "decision": 1, "publication": 1, "legal_zone": 1,
    "published_zone": 1, "agreement": 1, "patrol": 4, "assessment": 2, "strategy": 1, "finished_works": 1,
    "accepted_works": 1, "costed_works": 1, "incident_case": 1, "damage": 1, "works_case": 1, "photo": 6,
    "viewpoint_photo": 4, "story": 1, "sourced_story": 1, "adoption": 1,
}  # fmt: skip


def steps(*kinds: str) -> tuple[StepRecord, ...]:
    """Steps a week apart, each with its document."""
    return tuple(
        StepRecord(
            kind, date(2025, 4, 1 + 5 * place), by="汾川市人民政府" if kind == "approval" else "汾川市林业局",
            document_no=f"林〔2025〕{place + 1}号", text=f"经办人签字（{kind}）",
        )
        for place, kind in enumerate(kinds)
    )  # fmt: skip


def make_file(**facts: Any) -> LegalFileRecord:
    """A file with something in every part but the last."""
    rules = file_rules()
    measure = next(iter(all_measures()))
    outline = Point(113.0, 36.2).buffer(0.00016).wkb_hex
    opinions = tuple(
        OpinionRecord(date(2025, 4, 2), "agrees", name, "国槐", 1484, "文献追踪法", f"{name}认为树龄可信。")
        for name in ("张专家", "李专家", "王专家")
    )
    work = WorkRecord(
        "GD-2025-7", ABOUT, measure, "accepted", "CNY", crew="某园林工程公司", accepted_on=date(2025, 9, 9),
        cost_cents=1234567, fund_source="adoption",
    )  # fmt: skip
    line = LineRecord(
        1, measure, True, quantity=12.5, unit="m2", amount_cents=150000, due_on=date(2025, 10, 1)
    )
    usual: dict[str, Any] = {
        "kind": "tree",
        "parts": judged_parts(rules, SUBJECT, FACTS),
        "basis": rules.basis,
        "confidence": rules.confidence,
        "surveys": (
            SurveyRecord("第三次普查", "lyt2738", 1, date(2025, 3, 1), "赵调查", date(2025, 3, 9), "钱核查",
                         "agrees"),
        ),
        "cases": (
            CaseRecord(
                "AJ-2025-1", "designation", "granted", date(2025, 4, 1), date(2025, 5, 6), documents=3,
                steps=steps("proposal", "appraisal", "notice", "decision", "approval", "publication"),
                opinions=opinions,
            ),
            CaseRecord(
                "AJ-2025-8", "incident", "granted", date(2025, 6, 1), date(2025, 7, 1), reason="树下堆放柴草",
                incident="I08", penalty_cents=200000, compensation_cents=50000,
                steps=steps("report", "evidence", "penalty"),
            ),
            CaseRecord(
                "AJ-2025-9", "works", "open", date(2025, 8, 1), project="村村通道路拓宽",
                applicant="某路桥公司",
                steps=steps("application", "survey"),
            ),
        ),
        "plates": (
            PlateRecord("issued", date(2025, 5, 20), None, "mounted", "K7Q2MZ", "2025-05",
                        date(2025, 6, 2), 1),
        ),
        "zones": (
            ZoneLine(
                "tree", "x", "", kind="legal", area_m2=804.2, outline=outline, document_no="林划〔2025〕3号",
                box=Point(113.0, 36.2).buffer(0.00016).bounds, approved_by="汾东县人民政府",
                published_on=date(2025, 7, 1),
            ),
        ),
        "agreements": (
            AgreementRecord("tree", "", None, "石门村村民委员会", "unit", date(2025, 1, 5), date(2028, 1, 4),
                            document_no="责〔2025〕1号", currency="CNY", yearly_cents=60000),
            AgreementRecord("tree", "", None, "孙护树", "person", date(2020, 1, 5), date(2023, 1, 4)),
        ),
        "strategies": (
            StrategyRecord(
                "CL-2025-1", 1, ABOUT, "in_progress", False, date(2025, 5, 1), "CNY", aims="恢复树势",
                approved_by="汾川市林业局", approved_on=date(2025, 5, 20), lines=(line,),
            ),
        ),
        "works": (work,),
        "stories": (
            StoryRecord(
                "S-1", "legend", "唐槐祈雨", STORY, "zh-Hans", "oral", "released", "《汾东县志》卷三", None,
                "周讲述", "汾东文化馆", date(2024, 5, 1),
                (StoryTextRecord("en", "Praying for rain", "A monk planted it, they say."),),
                is_teller_public=False, hidden_names=("周讲述",),
            ),
        ),
    }  # fmt: skip
    return replace(LegalFileRecord(**usual), **facts)


def public_file(**facts: Any) -> LegalFileRecord:
    """The same as the public may see it."""
    return redact_file(make_file(**facts), SUBJECT, private_parts(file_rules()))


def shots(*, jpeg: bytes | None = None) -> tuple[PhotoRecord, ...]:
    """Photos of two fixed viewpoints over the years, one of the plate, one of the bark."""
    more: dict[str, Any] = {"jpeg": jpeg} if jpeg is not None else {}
    series = [
        make_photo(taken_on=date(year, 5, 1), viewpoint=name, bearing_deg=bearing, distance_m=22.0, **more)
        for year in (2026, 2021)
        for name, bearing in (("north", 0.0), ("south", 180.0))
    ]
    plate = make_photo(kind="tag", taken_on=date(2025, 6, 2), caption="标牌完好", **more)
    return (*series, plate, make_photo(kind="bark", credit="某林业站", **more))


def make_whole_tree(**facts: Any) -> TreeRecord:
    """A tree whose own record fills the parts that are in it."""
    usual: dict[str, Any] = {
        "tree_no": "14040400001", "path": "14040400001", "number_scheme": "lyt1664-11", "jurisdiction": "cn",
        "authority_zh": "汾东县林业局", "authority_en": "Forestry Bureau", "category": "ancient",
        "text_lang": "zh-Hans", "name_zh": "国槐", "name_zh_lang": "zh-Hans",
        "name_latin": "Styphnolobium japonicum", "name_author": "(L.) Schott", "family": "豆科",
        "genus": "槐属",
        "protection_grade": "1", "grade_scheme": "cn-2025", "age_years": 1484, "age_basis": "estimated",
        "age_method": "文献追踪法", "division_path": ("山西省", "汾川市", "汾东县"), "town": "石门镇",
        "village": "石门村",
        "lon": 113.0, "lat": 36.2, "datum": "CGCS2000", "vigour": "weak", "vigour_scale": "lyt2738",
        "environment": "good", "history_text": STORY, "peculiarity": "树洞可容三人",
        "species_record": "经三位专家鉴定为国槐。",
        "measurements": tuple(
            MeasurementRecord(date(2025 - 5 * n, 5, 1), girth_cm=520.0 - 9 * n, height_m=14.5 - n * 0.2,
                              crown_m=16.0, measure_height_m=1.3)
            for n in range(4)
        ),
        "inspections": (
            *(InspectionRecord(date(2026, month, 3), "patrol", "weak", "lyt2738", 
                               findings=("西侧主枝有枯梢",), text_lang="zh-Hans") for month in (9, 6, 3)),
            InspectionRecord(date(2025, 8, 8), "assessment", "weak", "lyt2738", "good", "moderate",
                             findings=("根颈处填土约二十厘米", "树洞一处"), inspected_by="某检测中心"),
        ),
        "designations": (
            DesignationRecord("grade", "cn-2025", "1", date(2025, 4, 22), "汾川市林业局", "林〔2025〕4号",
                              approved_by="汾川市人民政府", approved_on=date(2025, 4, 29),
                              published_on=date(2025, 5, 6), published_url="https://example.org/list"),
        ),
        "photos": shots(),
    }  # fmt: skip
    return make_tree_record(**{**usual, **facts})
