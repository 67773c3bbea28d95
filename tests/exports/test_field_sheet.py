"""Sheets of paper for the field: what stands on them, that their codes read, that nothing is cut off."""

import io
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp
from builders import make_facts

from exports.field_sheet import FieldTree, write_field_sheets
from registry.vocab.language import translator
from registry.vocab.words import Vigour

ADDRESS = "HTTPS://TREES.EXAMPLE.ORG/T/7HBKM20T-ABCDEFGHIJKLMNOP"


def tree(**facts: Any) -> FieldTree:
    usual: dict[str, Any] = {
        "tree_no": "14040400001", "name": "国槐", "latin": "Styphnolobium japonicum", "village": "白水村",
        "place": "白水村东口", "address": ADDRESS, "code": "7HBKM20T", "last": "正常 2026-03-01",
        "sizes": (("胸围", "cm", "312", "2022-05-01"), ("树高", "m", "", "")),
    }  # fmt: skip
    return FieldTree(**{**usual, **facts})


def written(trees: list[FieldTree], lang: str = "zh", **how: Any) -> bytes:
    out = io.BytesIO()
    write_field_sheets(trees, make_facts(), out, language=translator(lang), **how)
    return out.getvalue()


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "") for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("as_list", [False, True])
def test_the_code_of_a_sheet_is_read_at_150_dpi(as_list: bool) -> None:
    with pypdfium2.PdfDocument(written([tree()], as_list=as_list)) as document:
        image = document[0].render(scale=150 / 72, grayscale=True).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [ADDRESS]


def test_a_whole_page_of_a_list_can_be_read_code_by_code() -> None:
    trees = [tree(address=f"{ADDRESS[:-1]}{letter}") for letter in "ABCDEFGHI"]
    with pypdfium2.PdfDocument(written(trees, as_list=True)) as document:
        image = document[0].render(scale=200 / 72, grayscale=True).to_pil()
    assert {found.text for found in zxingcpp.read_barcodes(image)} == {each.address for each in trees}


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", ("一切如常", "签", "I12 刻划钉钉")), ("en", ("All as before", "Signature", "I12"))],
)
def test_each_tree_has_its_page_with_everything_to_tick(lang: str, said: tuple[str, ...]) -> None:
    pages = texts(written([tree(), tree(tree_no="14040400002")], lang))
    assert len(pages) == 2
    assert "14040400001" in pages[0]
    assert "14040400002" in pages[1]
    assert all(word in page for word in said for page in pages)


def test_a_tree_is_asked_by_the_words_of_its_own_scale() -> None:
    scale = (Vigour.NORMAL, Vigour.SLIGHTLY_WEAK, Vigour.VERY_WEAK, Vigour.ENDANGERED)
    (page,) = texts(written([tree(scale=scale)]))
    assert "轻弱" in page
    assert "死亡" not in page


def test_the_last_value_stands_beside_the_line_for_the_new_one() -> None:
    (page,) = texts(written([tree()]))
    assert "上次 312 2022-05-01" in page


def test_every_village_begins_a_page_of_its_own_and_no_tree_is_lost() -> None:
    trees = [tree(tree_no=f"N{n:03d}", village=f"村{n % 2}") for n in range(25)]
    pages = texts(written(trees, as_list=True))
    assert len(pages) == 4
    assert all(sum(f"N{n:03d}" in page for page in pages) == 1 for n in range(25))
    assert "村0" in pages[0]
    assert "村1" in pages[-1]


def test_a_tree_without_a_tag_says_so_and_is_found_by_its_number() -> None:
    (page,) = texts(written([tree(address=None, code="")]))
    assert "尚未挂牌" in page
    assert "14040400001" in page


def test_long_names_and_numbers_stay_on_the_paper() -> None:
    long = tree(name="国槐" * 12, tree_no="A" * 64, latin="Styphnolobium " * 6, place="白水村" * 30)
    with pypdfium2.PdfDocument(written([long])) as document:
        page = document[0]
        width = page.get_width()
        box = [obj.get_bounds() for obj in page.get_objects()]
    assert max(right for _left, _bottom, right, _top in box) <= width - 30


def test_the_same_trees_give_the_same_bytes() -> None:
    assert written([tree()]) == written([tree()])
