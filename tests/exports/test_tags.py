"""Tag sheets: re-opened, rendered and scanned as a printing shop and a visitor would."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from builders import FACTS
from PIL import Image
from pypdf import PdfReader

from exports.plates.sheets import PAGES_MM, SheetLayout, SheetReport, write_plate_sheets
from registry.errors import (
    GlyphMissingError,
    RegistryError,
    SettingInvalidError,
    TagAddressTooLongError,
    TagGlyphMissingError,
    TagTextTooLongError,
)
from registry.export_errors import PlateGridError
from registry.plate_templates import HOUSE, shipped_template
from registry.records import TagContent
from registry.vocab.language import translator

DPI = 150
ZH, EN = translator("zh"), translator("en")
TEMPLATE = shipped_template(HOUSE)
HONG_KONG = "Greening, Landscape and Tree Management Section, Development Bureau"
LONG_LATIN = "Calocedrus macrolepis Kurz var. formosana (Florin) Cheng & L.K. Fu."


def make_tag(number: int = 1, **facts: object) -> TagContent:
    """A tag with a number, a code and the names of a tree."""
    code = f"7HBKM{number:03d}"
    tag = TagContent(
        address=f"HTTPS://TREES.EXAMPLE.ORG/T/{code}-ABCDEFGHIJKLMNOP",
        code=code,
        tree_no=str(number),
        name_zh="榕",
        name_latin="Ficus microcarpa L. f.",
        name_en="Banyan",
        authority_zh="臺北市政府",
        authority_en="Taipei City Government",
    )
    return replace(tag, **facts)  # type: ignore[arg-type]


def sheets(*tags: TagContent, **options: object) -> tuple[bytes, SheetReport]:
    out = BytesIO()
    report = write_plate_sheets(tags, out, **{"facts": FACTS, "language": ZH, "template": TEMPLATE} | options)
    return out.getvalue(), report


def page_texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def page_images(pdf: bytes) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]


def scanned(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


def tag_image(page: Image.Image, layout: SheetLayout, place: int) -> Image.Image:
    """What is printed on one place of a sheet."""
    x, y = (length * DPI / 25.4 for length in layout.corner_mm(place))
    width, height = (length * DPI / 25.4 for length in layout.plate_mm)
    return page.crop((int(x), int(page.height - y - height), int(x + width), int(page.height - y)))


@pytest.mark.parametrize("sample", [False, True])
def test_every_qr_code_of_a_printed_sheet_leads_to_its_tree(sample):
    tags = [make_tag(number, grade="一", duty_phone="02-2720-8889") for number in range(1, 12)]
    pdf, report = sheets(*tags, sample=sample)
    layout = SheetLayout()
    assert (report.tags, report.sheets, report.next_place) == (11, 2, 4)
    assert report.least_module_mm > 1.0
    pages = page_images(pdf)
    found = [scanned(tag_image(pages[i // 8], layout, i % 8 + 1)) for i in range(11)]
    assert found == [[tag.address] for tag in tags]


def test_the_tag_says_all_that_is_known_of_the_tree():
    tag = make_tag(
        tree_no="14040400001",
        name_zh="臺灣欒樹",
        grade="一",
        grade_label="一级古树",
        age_text="约 1,300 年（估测）",
        place="上党区荫城镇",
        duty_phone="0355-8081234",
    )
    (text,) = page_texts(sheets(tag)[0])
    for expected in (
        *("14040400001", "臺灣欒樹", "Ficus microcarpa L. f.", "Banyan", "臺北市政府", "一级古树"),
        *("约 1,300 年（估测）", "上党区荫城镇", "值班电话 0355-8081234", tag.code),
        *("古树名木登记册", "第 1 张，共 1 张", "2026年11月21日"),
    ):
        assert expected in text


def test_the_sheet_speaks_english_when_asked():
    (text,) = page_texts(sheets(make_tag(duty_phone="1999"), language=EN)[0])
    assert "Duty phone 1999" in text
    assert "Taipei City Government" in text
    assert "Sheet 1 of 1 · 21 November 2026" in text


def test_a_tag_without_a_duty_phone_has_no_empty_line_for_it():
    (text,) = page_texts(sheets(make_tag())[0])
    assert "值班电话" not in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"name_zh": None}, "Ficus microcarpa"),
        ({"name_zh": None, "name_latin": None}, "Banyan"),
        ({"name_zh": None, "name_latin": None, "name_en": None}, "AFCD/KS/005"),
        ({"name_latin": "Ficus ‘Ālaea’"}, "Ficus ‘Ālaea’"),
    ],
)
def test_a_missing_name_gives_way_to_the_next(names, shown):
    (text,) = page_texts(sheets(make_tag(tree_no="AFCD/KS/005", **names))[0])
    assert shown in " ".join(text.split())
    assert "AFCD/KS/005" in text


def test_used_places_stay_empty():
    layout = SheetLayout()
    pdf, report = sheets(make_tag(1), make_tag(2), sheet=SheetLayout(start_at=7))
    (page,) = page_images(pdf)
    assert [scanned(tag_image(page, layout, place)) != [] for place in range(1, 9)] == [False] * 6 + [
        True
    ] * 2
    inner = [tag_image(page, layout, place).crop((9, 9, 500, 300)).getextrema() for place in range(1, 7)]
    assert inner == [(255, 255)] * 6
    assert (report.sheets, report.next_place) == (1, 1)


@pytest.mark.parametrize("start_at", [0, 9, -1])
def test_a_place_that_is_not_on_the_sheet_is_refused(start_at):
    with pytest.raises(SettingInvalidError) as caught:
        SheetLayout(start_at=start_at)
    assert "1 至第 8" in ZH.error(caught.value)


def test_a_sample_says_so_on_every_tag_and_a_real_tag_does_not():
    tags = [make_tag(number) for number in range(1, 4)]
    with pypdfium2.PdfDocument(sheets(*tags, sample=True)[0]) as document:
        assert document[0].get_textpage().get_text_range().count("样张 SAMPLE") == 3
    assert "SAMPLE" not in page_texts(sheets(*tags)[0])[0]


def test_a_demonstration_register_prints_samples_alone():
    (text,) = page_texts(sheets(make_tag(), facts=replace(FACTS, is_demonstration=True))[0])
    assert "SAMPLE" in text


@pytest.mark.parametrize(
    "facts",
    [
        {
            "name_latin": LONG_LATIN,
            "name_en": "Taiwan Incense Cedar, a Tree of Many Names",
            "place": "臺北市" * 9,
        },
        {"name_zh": "越南悦目金蛛榕与其共生古树群"},
        {"tree_no": "X" * 64},
        {
            "authority_zh": HONG_KONG,
            "grade": "二",
            "age_text": "约 1,300 年（估测）",
            "place": "Sha Lo Wan, Lantau",
        },
    ],
)
def test_long_texts_become_smaller_and_stay_whole(facts):
    pdf, _ = sheets(make_tag(**facts))
    text = "".join(page_texts(pdf)[0].split())
    for value in facts.values():
        assert "".join(str(value).split()) in text
    layout = SheetLayout()
    image = tag_image(page_images(pdf)[0], layout, 1)
    assert scanned(image) == ["HTTPS://TREES.EXAMPLE.ORG/T/7HBKM001-ABCDEFGHIJKLMNOP"]


@pytest.mark.parametrize(
    "facts",
    [
        {"name_zh": "很长的树名" * 12},
        {"duty_phone": "1" * 90},
        {"authority_zh": "某某委员会" * 30},
        {"place": "某村" * 120},
    ],
)
def test_a_text_that_cannot_fit_is_an_error_that_names_tree_and_text(facts):
    with pytest.raises(TagTextTooLongError) as caught:
        sheets(make_tag(tree_no="AFCD/KS/005", **facts))
    assert caught.value.facts["tree_no"] == "AFCD/KS/005"
    assert str(next(iter(facts.values()))) in str(caught.value)
    assert "AFCD/KS/005 号树" in ZH.error(caught.value)


def test_a_tag_that_cannot_be_drawn_names_its_tree_and_leaves_nothing():
    out = BytesIO()
    tags = [make_tag(1), make_tag(2, name_zh="𣘺木🌳"), make_tag(3), make_tag(4, tree_no="古 4", place="🌳")]
    with pytest.raises(TagGlyphMissingError) as caught:
        write_plate_sheets(tags, out, facts=FACTS, language=ZH, template=TEMPLATE)
    assert caught.value.code == "tag_glyph_missing"
    assert caught.value.facts["tree_no"] == "2, 古 4"
    assert "2, 古 4 号树" in ZH.error(caught.value)
    assert "🌳 (U+1F333)" in ZH.error(caught.value)
    assert "🌳 (U+1F333)" in str(caught.value)
    assert out.getvalue() == b""


def test_of_many_tags_that_cannot_be_drawn_the_first_are_named():
    with pytest.raises(TagGlyphMissingError) as caught:
        sheets(*(make_tag(number, name_zh="🌳") for number in range(1, 30)))
    assert str(caught.value.facts["tree_no"]).endswith("19, 20, …")


def test_a_register_name_that_cannot_be_drawn_is_no_tree_s_fault():
    with pytest.raises(GlyphMissingError) as caught:
        sheets(make_tag(), facts=replace(FACTS, register_name="🌳"))
    assert not isinstance(caught.value, TagGlyphMissingError)


@pytest.mark.parametrize("text", ["<b>{{7*7}}</b>", '<img src="file:///etc/passwd"/>', "&lt;", "(\\)) Tj"])
def test_markup_in_a_text_is_printed_as_it_stands(text):
    (page,) = page_texts(sheets(make_tag(place=text))[0])
    assert text in page


def test_a_character_without_a_glyph_is_named():
    with pytest.raises(GlyphMissingError, match=r"U\+20000"):
        sheets(make_tag(name_zh="\U00020000樹"))


def test_a_long_address_makes_a_finer_code_that_still_scans():
    tag = make_tag(address="https://树木.example.org/" + "path/" * 34)
    pdf, report = sheets(tag)
    assert 0.5 < report.least_module_mm < 0.8
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=300 / 72).to_pil()
    assert scanned(image) == [tag.address]


@pytest.mark.parametrize("length", [900, 5000])
def test_an_address_too_long_to_scan_is_an_error(length):
    with pytest.raises(TagAddressTooLongError) as caught:
        sheets(make_tag(address="x" * length))
    assert f"{length} 个字符" in ZH.error(caught.value)


def test_nothing_is_written_when_a_tag_is_wrong():
    out = BytesIO()
    tags = [make_tag(1), make_tag(2, duty_phone="1" * 90)]
    with pytest.raises(RegistryError):
        write_plate_sheets(tags, out, facts=FACTS, language=ZH, template=TEMPLATE)
    assert out.getvalue() == b""


def test_the_same_tags_make_the_same_bytes():
    tags = [make_tag(number) for number in range(1, 10)]
    assert sheets(*tags)[0] == sheets(*tags)[0]


def test_no_tags_make_one_empty_sheet():
    pdf, report = sheets()
    assert report == SheetReport(tags=0, sheets=1, next_place=1, least_module_mm=None, finest_mm=None)
    assert len(page_texts(pdf)) == 1


@pytest.mark.parametrize(
    "layout",
    [
        SheetLayout(plate_mm=(180, 120), columns=1, rows=2),
        SheetLayout(plate_mm=(60, 40), columns=3, rows=6),
        SheetLayout(PAGES_MM["a3-landscape"], (120, 80), 3, 3, (10, 6), (15, 20)),
    ],
)
def test_other_grids_are_drawn_to_scale(layout):
    tags = [make_tag(number) for number in range(1, layout.places + 2)]
    pdf, report = sheets(*tags, sheet=layout)
    assert report.sheets == 2
    assert report.least_module_mm == pytest.approx(43.5 / 41 * layout.plate_mm[0] / 90)
    page = page_images(pdf)[0]
    assert scanned(tag_image(page, layout, layout.places)) == [tags[layout.places - 1].address]


def test_copies_stand_side_by_side_and_use_up_places():
    layout = SheetLayout(copies=3, start_at=7)
    pdf, report = sheets(make_tag(1), make_tag(2), sheet=layout)
    assert (report.tags, report.sheets, report.next_place) == (6, 2, 5)
    first, second = page_images(pdf)
    addresses = [scanned(tag_image(page, layout, place)) for page, place in
                 [(first, 7), (first, 8), (second, 1), (second, 2), (second, 4)]]  # fmt: skip
    assert [found[0][-25:-17] for found in addresses] == ["7HBKM001"] * 3 + ["7HBKM002"] * 2


def test_a_page_is_filled_with_as_many_plates_as_it_has_room_for():
    full = SheetLayout.fullest(PAGES_MM["a4"], (90, 60))
    assert (full.columns, full.rows) == (2, 4)
    labels = SheetLayout.fullest((210, 297), (70, 42.4), gap_mm=(0, 0), has_marks=False)
    assert (labels.columns, labels.rows) == (3, 7)


def test_without_marks_nothing_stands_beside_the_plates():
    layout = SheetLayout(has_marks=False)
    (text,) = page_texts(sheets(make_tag(), sheet=layout)[0])
    assert "100" not in text
    assert "古树名木登记册" not in text


def test_the_sheet_says_never_to_nail():
    (text,) = page_texts(sheets(make_tag())[0])
    assert "不得钉" in text
    (text,) = page_texts(sheets(make_tag(), language=EN)[0])
    assert "never nail" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": 5},
        {"columns": 0},
        {"gap_mm": (-1.0, 6.0)},
        {"plate_mm": (0.0, 60.0)},
        {"margin_mm": (5.0, 20.0)},
        {"margin_mm": (20.0, 20.0)},
        {"rows": 5, "has_marks": False},
    ],
)
def test_a_grid_that_does_not_fit_the_page_is_refused_with_its_numbers(wrong):
    with pytest.raises(PlateGridError) as caught:
        SheetLayout(**wrong)
    assert "210 × 297" in ZH.error(caught.value)


def test_the_qr_code_is_a_vector():
    page = PdfReader(BytesIO(sheets(make_tag())[0])).pages[0]
    assert list(page.images) == []
    assert page.get_contents().get_data().count(b" 1 re") > 200
