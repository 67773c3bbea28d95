"""The book of a strategy and the acceptance sheet: every heading is there, what is empty says so."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from register_kit import make_tree

from exports.gantt import draw_gantt
from exports.strategy_book import write_strategy_book
from exports.strategy_text import strategy_sections
from exports.work_sheet import write_work_sheet
from registry.records import RegisterFacts
from registry.strategy_records import (
    AboutRecord,
    AnswerBrief,
    AssessmentBrief,
    LineRecord,
    SignatureRecord,
    StrategyRecord,
    WorkPhotoRecord,
    WorkRecord,
)
from registry.vocab.language import translator
from registry.vocab.strategy_words import HEADINGS

DAY = date(2026, 3, 4)
FACTS = RegisterFacts(
    "示范名册", None, "0" * 64, datetime(2026, 3, 4, tzinfo=UTC), date(2026, 3, 4), None, True
)
ABOUT = AboutRecord("tree", "1", "侧柏", ("山西省", "长治市"), "侧柏")


def picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (60, 40), (80, 120, 90)).save(stream, "JPEG")
    return stream.getvalue()


def strategy(**more: Any) -> StrategyRecord:
    usual: dict[str, Any] = {
        "number": "ST-2026-0001", "version": 1, "about": ABOUT, "state": "draft", "is_rescue": False,
        "made_on": DAY, "currency": "CNY", "content_sha256": "ab" * 32,
    }  # fmt: skip
    return StrategyRecord(**{**usual, **more})


def work(**more: Any) -> WorkRecord:
    usual: dict[str, Any] = {
        "number": "WO-2026-0001", "about": ABOUT, "measure": "T10", "state": "accepted", "currency": "CNY",
        "line": 1, "started_on": DAY, "finished_on": DAY, "cost_cents": 1_234_50, "accepted_by": "李验",
        "outcome": "合格", "photos": (WorkPhotoRecord("before", DAY, "东侧", picture(), 60, 40),),
    }  # fmt: skip
    return WorkRecord(**{**usual, **more})


def whole() -> StrategyRecord:
    answer = AnswerBrief("H14", "site", ("硬化率", "sealed share"), ("60 %", "60 %"), 25, "东侧")
    before = AssessmentBrief(DAY, "m", "1", 52.5, title=("健康评估", "Health"), answers=(answer,))
    lines = (
        LineRecord(1, "T10", True, "去除危枝", quantity=2, unit="time", unit_price_cents=100_00,
                   amount_cents=200_00, fund_source="county", starts_on=DAY, due_on=date(2027, 5, 1)),
        LineRecord(2, "T24", False, why_zh="濒危", why_en="endangered"),
    )  # fmt: skip
    signatures = (SignatureRecord("王一", "expert", DAY, True, True, "同意"),)
    return strategy(
        aims="恢复树势", before=before, after=AssessmentBrief(DAY, "m", "1", 61.0), lines=lines,
        signatures=signatures, works=(work(),), state="accepted", accepted_on=DAY, outcome="回升",
    )  # fmt: skip


def pages(record: StrategyRecord, lang: str, **more: Any) -> list[str]:
    out = BytesIO()
    write_strategy_book(record, FACTS, out, language=translator(lang), **more)
    return [page.extract_text() for page in PdfReader(out).pages]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_book_has_the_eighteen_headings_of_the_template_in_their_order(lang: str) -> None:
    text = "".join("\n".join(pages(whole(), lang)).split())
    places = [text.index(f"{n}" + "".join(translator(lang).pick(label).split())) for n, label in
              enumerate(HEADINGS.values(), start=1)]  # fmt: skip
    assert len(HEADINGS) == 18
    assert len(set(places)) == 18


@pytest.mark.parametrize(("lang", "word"), [("zh", "未填写"), ("en", "not yet written")])
def test_an_empty_heading_says_that_it_is_not_yet_written(lang: str, word: str) -> None:
    empty = strategy_sections(strategy(), translator(lang))
    assert len(empty) == 17
    for section in empty:
        if section.key not in {"facts", "measures"}:
            assert word in "".join(section.texts()), section.key


def test_the_book_says_sums_void_signatures_and_scores() -> None:
    text = "\n".join("".join(section.texts()) for section in strategy_sections(whole(), translator("zh")))
    for said in (
        "200.00 元",
        "内容已改动，签署失效",
        "施工前得分 52.5，施工后 61",
        "（建议，未确认）",
        "1 条尚未列金额",
    ):
        assert said in text, said


def test_every_page_says_that_it_is_for_the_office_only() -> None:
    for lang, word in (("zh", "限内部使用"), ("en", "For the office only")):
        assert all(word in page for page in pages(whole(), lang))


def test_the_same_strategy_gives_the_same_bytes_with_and_without_its_tree() -> None:
    made = []
    for tree in (None, make_tree(name_zh="侧柏", division_path=("山西省",)), None):
        out = BytesIO()
        write_strategy_book(whole(), FACTS, out, language=translator("zh"), tree=tree)
        made.append(out.getvalue())
    assert made[0] == made[2] != made[1]


def test_a_long_plan_goes_over_pages_with_its_calendar() -> None:
    lines = tuple(
        LineRecord(n, "T10", True, "修剪" * 60, starts_on=date(2026, 1 + n % 12, 1), due_on=date(2031, 1, 1))
        for n in range(1, 61)
    )
    assert len(pages(strategy(lines=lines, aims="长文" * 900), "zh")) > 8
    assert callable(draw_gantt)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("工程验收单", "1,234.50 元")), ("en", ("Acceptance", "CNY 1,234.50"))]
)
def test_the_acceptance_sheet_shows_before_and_after(lang: str, words: tuple[str, ...]) -> None:
    out = BytesIO()
    write_work_sheet(work(), FACTS, out, language=translator(lang))
    page = PdfReader(out).pages[0]
    assert len(page.images) == 1
    for word in words:
        assert word in page.extract_text()
