"""The office's dossier shows zones, health, strategy and care; the public one only what may leave."""

import io
from datetime import date
from typing import Any

import pypdf
import pytest
from builders import make_facts
from register_kit import make_tree
from shapely.geometry import Point

from exports.dossier import write_dossier
from exports.tree_file import file_facts, file_text
from registry.growing import model_terms
from registry.health_records import AnswerLine, AssessmentRecord, ResultRecord
from registry.office_records import CareLogRecord, OfficeCare
from registry.records import CareEventRecord, MeasurementRecord
from registry.rules.growth import girth_readings, growth_of
from registry.strategy_records import AboutRecord, LineRecord, StrategyRecord, WorkRecord
from registry.vocab.labels import Label
from registry.vocab.language import translator
from registry.vocab.measures import all_measures
from registry.zone_records import ZoneLine

ABOUT = AboutRecord("tree", "1")
SIZES = tuple(
    MeasurementRecord(date(2024 - 5 * n, 5, 1), girth_cm=330 - 10 * n, measure_height_m=1.3) for n in range(4)
)
EVENTS = (
    CareEventRecord(date(2025, 6, 3), "works", "T01", "去硬化", "Removing sealed ground", state="accepted"),
)
TREE: dict[str, Any] = {"measurements": SIZES, "care_events": EVENTS, "lon": 113.0, "lat": 36.0}


def assessment(year: int, score: float) -> AssessmentRecord:
    title, poor = Label("健康评估", "Health"), Label("较差", "poor")
    line = AnswerLine("H01", "crown", Label("叶片正常率", "Normal leaves"), poor, score=20.0)
    result = ResultRecord(
        title, "health", title, "low", "default", 0.6, (), (line,), score=score,
        band_label=Label("亚健康", "fair"), coverage=0.84,
    )  # fmt: skip
    return AssessmentRecord(
        str(year), "tree", "1", None, "m", "1", date(year, 6, 3), "reviewed", result, party="谌评估"
    )


def care(**facts: Any) -> OfficeCare:
    measure = next(iter(all_measures()))
    work = WorkRecord("GD-1", ABOUT, measure, "accepted", "CNY", crew="某园林公司" * 6, cost_cents=1234567)
    line = LineRecord(1, measure, True, quantity=12.5, unit="m2", amount_cents=150000, party="某公司")
    strategy = StrategyRecord(
        "CL-1", 1, ABOUT, "in_progress", False, date(2025, 7, 1), "CNY", aims="恢复到亚健康以上",
        lines=(line,), works=(work,),
    )  # fmt: skip
    outline = Point(113.0, 36.0).buffer(0.0001).wkb_hex
    usual: dict[str, Any] = {
        "zones": (ZoneLine("tree", "x", "1", kind="computed", area_m2=268.8, outline=outline),),
        "assessments": (assessment(2025, 78.5), assessment(2022, 64)),
        "strategies": (strategy,),
        "care": tuple(CareLogRecord(date(2026, 1, 1 + n % 28), "water", 200, "L") for n in range(70)),
        "patrols": (date(2026, 3, 1),),
        "growth": growth_of(girth_readings(SIZES), model_terms(), date(2026, 3, 4)),
    }
    return OfficeCare(**{**usual, **facts})


def pdf_text(lang: str, kept: OfficeCare | None) -> str:
    out = io.BytesIO()
    write_dossier(make_tree(**TREE), make_facts(), out, language=translator(lang), care=kept)
    return "".join(page.extract_text() for page in pypdf.PdfReader(out).pages)


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        (
            "zh",
            ("保护范围", "健康评估", "一树一策", "养护与巡查", "恢复到亚健康以上", "12,345.67 元", "268.8"),
        ),
        ("en", ("Protection zone", "Diagnosis reports", "Strategy, works", "CNY 12,345.67")),
    ],
)
def test_the_offices_dossier_has_its_four_sections(lang: str, wanted: tuple[str, ...]) -> None:
    text = pdf_text(lang, care())
    assert [each for each in wanted if each not in text] == []


def test_the_public_dossier_has_what_was_done_and_no_money() -> None:
    text = pdf_text("zh", None)
    assert "工程验收合格：去硬化" in text
    assert "12,345.67" not in text
    assert "谌评估" not in text


def test_empty_sections_say_what_to_do_next() -> None:
    text = pdf_text("zh", OfficeCare())
    for wanted in ("还没有保护范围", "还没有评估过", "还没有方案", "养护日志还没有内容"):
        assert wanted in text


def test_the_file_carries_them_for_the_office_alone() -> None:
    tree, facts, t = make_tree(**TREE), make_facts(), translator("zh")
    private, public = ("\n".join(file_text(tree, facts, t, kept)) for kept in (care(), None))
    assert "12,345.67 元" in private
    assert "胸围每年增长" in private
    assert "12,345.67" not in public
    assert "工程验收合格：去硬化" in public
    assert file_facts(tree, facts)["care"] is None
    told = file_facts(tree, facts, care())["care"]
    assert told["strategies"][0]["works"][0]["cost_cents"] == 1234567
    assert "evidence" not in told["assessments"][0]
