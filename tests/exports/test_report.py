"""A report says the same in its workbook, its page and its PDF."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pypdf
import pytest

from exports.report import write_report_page, write_report_pdf, write_report_workbook
from exports.report_tables import report_sections, report_title, share_text, tally_key
from registry.kpis import all_kpis
from registry.report_records import (
    ConditionRow,
    KpiLine,
    MoneyRow,
    ReportFacts,
    Share,
    Tally,
    TrialRow,
)
from registry.vocab.language import translator

SHARES: dict[str, Share | None] = {kpi.id: Share(3, 12) for kpi in all_kpis()} | {"filed": None}
WHOLE = KpiLine(None, (), (), "all", SHARES)
COUNTY = KpiLine("140524", ("山西省", "晋城市", "陵川县"), ("Shanxi", "Jincheng", "Lingchuan"), "all", SHARES)
FACTS = ReportFacts(
    register_name="陵川古树名册",
    from_on=date(2025, 1, 1),
    to_on=date(2025, 12, 31),
    made_at=datetime(2026, 3, 4, tzinfo=UTC),
    made_on=date(2026, 3, 4),
    division=("山西省", "晋城市"),
    division_en=("Shanxi", "Jincheng"),
    kpis=all_kpis(),
    lines=(WHOLE, COUNTY, replace(COUNTY, group="reserve")),
    start=(WHOLE,),
    scattered=12,
    groves=1,
    in_groves=30,
    tallies=(
        Tally("category", (("ancient", 11), ("reserve", 1))),
        Tally("vigour", (("lyt2738:normal", 8), ("gbt51168:slightly_weak", 3), (None, 1))),
        Tally("age_years", (("100-299", 7), ("1000+", 5))),
        Tally("species", (("槐 Styphnolobium japonicum", 10), ("others", 2))),
    ),
    activities=(("patrols", 48), ("care", 7)),
    works=(MoneyRow("T07", 2, "CNY", 200_000, 123_450),),
    sources=(MoneyRow("county", 2, "CNY", 200_000, 123_450),),
    conditions=(ConditionRow("garden", 2, 1, (("garden-condition", "good", 1),), 3, 2),),
    trials=(TrialRow("KY-1", "侧柏生根试验", "running", 2, 6, "=1+1"),),
    undated=1,
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_workbook_page_and_pdf_have_the_same_tables(lang: str) -> None:
    t = translator(lang)
    titles = [section.sheet.title for section in report_sections(FACTS, t)]
    book, page, pdf = BytesIO(), BytesIO(), BytesIO()
    write_report_workbook(FACTS, book, language=t)
    write_report_page(FACTS, page, language=t)
    write_report_pdf(FACTS, pdf, language=t)
    assert openpyxl.load_workbook(book).sheetnames == [title[:31] for title in titles]
    html = page.getvalue().decode()
    read = pypdf.PdfReader(pdf)
    text = "\n".join(each.extract_text() for each in read.pages)
    for title in titles:
        assert title in html
        assert title in text
    assert [entry["/Title"] for entry in read.outline] == titles
    assert report_title(FACTS, t) in html


def test_every_figure_is_printed_with_its_denominator() -> None:
    figures = next(report_sections(FACTS, translator("en")))
    rows = {row[0]: row for row in figures.sheet.rows}
    assert rows["Protected"][2:5] == (3, 12, 0.25)
    assert rows["Protected"][7] == 1.0
    assert rows["Files complete"][2:5] == (None, None, None)
    assert {bar.text for bar in figures.bars} == {"3/12 = 25.0%"}


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(12, 1200), "12/1,200 = 1.0%"),
        (Share(0, 0), "nothing to count"),
        (None, "not known for that day"),
    ],
)
def test_no_figure_is_made_up(share: Share | None, said: str) -> None:
    assert share_text(share, translator("en")) == said


@pytest.mark.parametrize(
    ("field", "key", "said"),
    [
        ("vigour", "lyt2738:weak", "Weak (LY/T 2738, four classes)"),
        ("vigour", "gbt51168:endangered", "Endangered (GB/T 51168, four classes)"),
        ("protection_grade", "cn-2025:1", "First grade (National grades of China (2025 Regulation))"),
        ("age_years", "300-499", "300 to 499 years"),
        ("age_years", "1000+", "1,000 years and more"),
        ("species", None, "Not said"),
    ],
)
def test_words_of_two_scales_are_two_rows(field: str, key: str | None, said: str) -> None:
    assert tally_key(field, key, translator("en")) == said


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    book = BytesIO()
    write_report_workbook(FACTS, book, language=translator("en"))
    sheet = openpyxl.load_workbook(book)["Research trials"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    ("lang", "to", "period"),
    [
        ("zh", date(2025, 12, 31), "2025年"),
        ("en", date(2025, 12, 31), "2025"),
        ("en", date(2025, 12, 30), "2025-01-01 to 2025-12-30"),
    ],
)
def test_a_whole_year_is_called_by_its_number(lang: str, to: date, period: str) -> None:
    assert report_title(replace(FACTS, to_on=to), translator(lang)).split(" · ")[-1] == period


def test_an_empty_register_has_a_report() -> None:
    nothing = {kpi.id: Share(0, 0) for kpi in all_kpis()}
    line = KpiLine(None, (), (), "all", dict(nothing))
    empty = replace(
        FACTS, lines=(line,), start=(), tallies=(), works=(), sources=(), conditions=(), trials=()
    )
    for write in (write_report_workbook, write_report_page, write_report_pdf):
        out = BytesIO()
        write(empty, out, language=translator("zh"))
        assert out.getvalue()
