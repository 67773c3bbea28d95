"""The quality page in a browser: whole on a phone and on a desk, in both languages, and printable."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from browser_kit import launched_chromium

from exports.quality_page import write_quality_page
from registry.records import CheckCount, DoubtRow, FieldShare, FlagRecord, QualityFacts, QualityRow
from registry.vocab.language import translator


def row(*names: str, trees: int = 1234) -> QualityRow:
    fields = (FieldShare("lon", trees, trees, True), FieldShare("protection_measures", 3, trees))
    found = FlagRecord("points_shared", "warning", "lon", "68% (1502/2215)")
    return QualityRow(names, names, trees, 99, 60, 40, fields, (found,))


def facts() -> QualityFacts:
    flag = FlagRecord("unit_suspected", "warning", "girth_cm", "17300 / 55")
    doubt = DoubtRow("621", "臺灣油杉", ("臺北市", "大安區"), "臺北市受保護樹木", flag)
    return QualityFacts(
        register_name="一个名字很长很长很长很长很长很长的古树名木登记册",
        made_at=datetime(2026, 3, 4, tzinfo=UTC),
        made_on=date(2026, 3, 4),
        where=("jurisdiction=tw-taipei",),
        whole=row(),
        divisions=tuple(row("山西省", "长治市", f"第{number}区") for number in range(12)),
        sources=(row("Register of Old and Valuable Trees and Stonewall Trees"),),
        checks=(CheckCount("unit_suspected", "warning", 3, 3), CheckCount("same_point", "note", 9, 9)),
        worst=((doubt, doubt),),
    )


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_on_a_phone_and_on_a_desk(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "quality.html"
    with path.open("wb") as out:
        write_quality_page(facts(), out, language=translator(lang))
    with launched_chromium() as browser:
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 900})
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert asked == [path.as_uri()]
            assert page.get_by_role("table").count() == 4
            assert page.get_by_role("heading", level=1).count() == 1
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_facts_make_the_same_page(tmp_path: Path, lang: str) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        with (tmp_path / name).open("wb") as out:
            write_quality_page(facts(), out, language=translator(lang))
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
    assert "None" not in pages[0].decode()
