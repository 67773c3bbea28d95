"""The fifteen parts on paper: recorded texts can be copied, nothing private is public."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from builders import make_facts, make_jpeg, make_photo, make_tree_record
from legal_kit import STORY, make_file, make_whole_tree, public_file
from pypdf import PdfReader
from test_dossier_care import care
from test_grove_dossier import grove

from exports.dossier import write_dossier
from exports.dossier_photos import MOST_PHOTOS
from exports.grove_dossier import write_grove_dossier
from exports.legal_rows import MOST_ROWS
from registry.errors import GlyphMissingError
from registry.legal_file import file_rules
from registry.legal_file_records import LegalFileRecord
from registry.records import DetailRecord, InspectionRecord, TreeRecord
from registry.rules.legal_file import Subject, judged_parts
from registry.vocab.language import translator
from registry.vocab.legal_parts import part_titles

OFFICE = make_facts(is_restricted=True)
CODES = frozenset({"path", "uuid", "outline", "authority_zh"})
"""Fields whose words are not printed as they stand, or in one language alone."""


def dossier(tree: TreeRecord, lang: str = "zh", *, facts: Any = None, **more: Any) -> bytes:
    out = BytesIO()
    write_dossier(tree, facts or make_facts(), out, language=translator(lang), **more)
    return out.getvalue()


def squeezed(text: str) -> str:
    return "".join(text.split())


def by_pypdf(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def by_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return squeezed("".join(page.get_textpage().get_text_range() for page in document))


@lru_cache
def whole(lang: str, *, is_public: bool) -> bytes:
    tree = make_whole_tree()
    if is_public:
        return dossier(tree, lang, file=public_file())
    return dossier(tree, lang, facts=OFFICE, file=make_file(), care=care(zones=make_file().zones))


def chinese_texts(record: object, name: str = "") -> Iterable[str]:
    """Every text with Chinese that somebody recorded, wherever in a record."""
    if isinstance(record, str):
        if name not in CODES and re.search(r"[\u3400-\u9fff]", record):
            yield from record.splitlines()
    elif is_dataclass(record):
        for field in fields(record):
            yield from chinese_texts(getattr(record, field.name), field.name)
    elif isinstance(record, tuple):
        for item in record:
            yield from chinese_texts(item, name)


@pytest.mark.parametrize("read", [by_pypdf, by_pdfium])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_recorded_chinese_text_is_copied_character_by_character(lang: str, read: Any) -> None:
    pdf, file = whole(lang, is_public=False), make_file()
    told = replace(file, parts=(), basis=("", ""), strategies=(), works=())  # the office has its own
    kept = (make_whole_tree(), told, care().strategies)
    recorded = {squeezed(text) for record in kept for text in chinese_texts(record)}
    text = read(pdf)
    assert len(recorded) > 40
    assert sorted(each for each in recorded if each not in text) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("is_public", [True, False], ids=["public", "office"])
def test_all_fifteen_parts_stand_in_the_bookmarks_by_their_numbers(lang: str, *, is_public: bool) -> None:
    reader = PdfReader(BytesIO(whole(lang, is_public=is_public)))
    titles = [str(entry.title) for entry in reader.outline]  # type: ignore[union-attr]
    numbered = [int(title.split()[0]) for title in titles if title.split()[0].isdigit()]
    assert numbered == list(range(1, 16))


PRIVATE = (
    "张专家", "赵调查", "孙护树", "周讲述", "K7Q2MZ", "2,000.00", "12,345.67", "1,500.00", "600.00",
    "AJ-2025", "村村通道路拓宽", "某路桥公司", "树下堆放柴草", "经办人签字", "责〔2025〕1号",
)  # fmt: skip


def test_the_public_edition_names_no_person_no_money_and_no_case_of_the_office() -> None:
    public, office = by_pypdf(whole("zh", is_public=True)), by_pypdf(whole("zh", is_public=False))
    assert [each for each in PRIVATE if each in public] == []
    assert [each for each in PRIVATE if each not in office] == []
    assert "恢复树势" not in public
    assert "某园林工程公司" not in public
    units = ("石门村村民委员会", "林划〔2025〕3号", "汾川市人民政府")
    for kept in (*units, "《汾东县志》卷三", "唐槐祈雨", "公开版不载"):
        assert kept in public, kept


def test_the_score_stands_on_the_cover_and_each_part_says_what_is_next() -> None:
    bare = make_tree_record(jurisdiction="cn")
    rules = file_rules()
    parts = judged_parts(rules, Subject("tree", "cn", grade="1"), {"form": 1})
    file = LegalFileRecord("tree", parts, rules.basis, rules.confidence)
    pdf = dossier(bare, file=file, facts=OFFICE)
    cover = squeezed(PdfReader(BytesIO(pdf)).pages[0].extract_text())
    assert f"{file.present}/{file.required}" in cover
    text = by_pypdf(pdf)
    for part in parts:
        assert part.title.zh in text
        for each in part.missing:
            assert squeezed(f"缺{each.title.zh}：{each.todo.zh}") in text
    assert "gushuagreementsign" in text


def test_the_file_of_another_day_has_all_parts_and_judges_none() -> None:
    text = by_pypdf(dossier(make_whole_tree()))
    assert "档案完整度" not in text
    assert text.count("本件无此内容") >= 3
    assert all(squeezed(f"{n}{label.zh}") in text for n, label in part_titles().values() if n > 1)


def test_many_patrols_and_photos_are_paged_and_the_public_copy_tells_what_it_leaves_out() -> None:
    first = date(2026, 1, 1)
    visits = tuple(
        InspectionRecord(first - timedelta(days=9 * n), "patrol", findings=(f"第{n}次巡查",))
        for n in range(200)
    )
    photos = tuple(make_photo(taken_on=first - timedelta(days=n), jpeg=make_jpeg(60, 40)) for n in range(60))
    tree = make_whole_tree(inspections=visits, photos=photos)
    public = by_pypdf(dossier(tree, file=public_file()))
    assert f"较早的{200 - MOST_ROWS}条未印出" in public
    assert f"另有较早的{60 - MOST_PHOTOS}张照片未印出" in public
    office = by_pypdf(dossier(tree, facts=OFFICE, file=make_file(), care=care()))
    assert all(f"第{n}次巡查" in office for n in range(200))
    assert "张照片未印出" not in office


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odd_content_stays_on_the_page(lang: str) -> None:
    long = "极其漫长的三十个字的树名极其漫长的三十个字的树名极其漫长的三十"
    lines = "\n".join(f"第{n}行：树下的井从未干过。" for n in range(1, 41))
    file = make_file()
    story = replace(file.stories[0], text=lines, title=long * 2)
    tree = make_whole_tree(name_zh=long, lon=None, lat=None, photos=(make_photo(jpeg=b"broken"),))
    pdf = dossier(tree, lang, facts=OFFICE, file=replace(file, stories=(story,)))
    text = by_pypdf(pdf)
    assert all(squeezed(line) in text for line in lines.splitlines())
    assert ("此照片无法读取" if lang == "zh" else "thisphotocannotberead") in text


def test_a_character_of_the_file_without_a_shape_is_an_error_that_names_it() -> None:
    story = replace(make_file().stories[0], text="井\U00100000")
    with pytest.raises(GlyphMissingError, match="\U00100000"):
        dossier(make_whole_tree(), file=replace(make_file(), stories=(story,)))


def test_the_same_file_gives_the_same_bytes() -> None:
    assert dossier(make_whole_tree(), file=public_file()) == whole("zh", is_public=True)


def test_a_garden_has_a_dossier_with_what_stands_in_it() -> None:
    rules = file_rules()
    parts = judged_parts(rules, Subject("garden", "cn"), {"form": 1})
    file = LegalFileRecord("garden", parts, rules.basis, rules.confidence, is_public=True)
    details = (DetailRecord("description", STORY), DetailRecord("extant_elements", "假山、碑刻四通"))
    garden = grove(kind="garden", number="Y-03", path="Y-03", name="晋溪园", period="明", composition=(),
                   details=details, protection_grade=None)  # fmt: skip
    bridge = grove(kind="element", number="E-2", name="双桥", subkind="bridge", details=(), composition=())
    for lang, kind in (("zh", "古桥"), ("en", "Bridge")):
        out = BytesIO()
        write_grove_dossier(
            garden, make_facts(), out, language=translator(lang), holdings=(bridge,), file=file
        )
        text = by_pypdf(out.getvalue())
        for wanted in ("晋溪园", "Y-03", "双桥", "E-2", kind, "假山、碑刻四通", *STORY.splitlines()):
            assert wanted in text, wanted
