"""Care letters as PDF: each page finds its letter again; long and short ones fall well on their pages."""

import io
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from exports.care_letter import paginate, write_letters
from registry.care_data import PLACES, SECTION_KEYS, read_terms
from registry.care_errors import TermsError
from registry.letter_records import LetterLine, LetterRecord
from registry.rules.letter_codes import page_text
from registry.vocab.care_words import LetterKind

KEY = b"k" * 32


def letter(
    count: int = 3, lang: str = "zh", kind: LetterKind = LetterKind.AGREEMENT, **facts: Any
) -> LetterRecord:
    lines = tuple(
        LetterLine(
            "tree", f"1405250{n:04d}", "国槐" if lang == "zh" else "Pagoda tree", "一级", "白水村东", 80_000
        )
        for n in range(1, count + 1)
    )
    usual: dict[str, Any] = {
        "code": "7HBKM20T", "document_no": "YH-2026-0001", "lang": lang, "register_name": "某县古树名木名册",
        "office": "某县林业局", "caretaker": "张三", "is_unit": False, "made_on": "2026-03-04",
        "valid_from": "2026-03-04", "valid_to": "2028-12-31", "currency": "CNY",
        "yearly_cents": 80_000 * count,
        "terms": read_terms(kind, lang), "lines": lines,
    }  # fmt: skip
    return LetterRecord(**{**usual, **facts})


def written(record: LetterRecord) -> bytes:
    (pages,) = paginate([record])
    marks = [page_text(record.code, page, pages.count, KEY) for page in range(1, pages.count + 1)]
    out = io.BytesIO()
    assert write_letters([(record, marks)], out) == pages.count
    return out.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("count", [1, 26, 300])
def test_every_page_has_a_code_that_a_reader_reads_at_150_dpi(lang: str, count: int) -> None:
    with pypdfium2.PdfDocument(written(letter(count, lang))) as document:
        for number in (0, len(document) - 1):
            image = document[number].render(scale=150 / 72, grayscale=True).to_pil()
            (found,) = zxingcpp.read_barcodes(image)
            assert found.text == page_text("7HBKM20T", number + 1, len(document), KEY)


@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_letter_says_who_what_and_until_when(kind: LetterKind) -> None:
    reader = pypdf.PdfReader(io.BytesIO(written(letter(30, kind=kind))))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    for said in (
        "某县林业局",
        "张三",
        "14052500030",
        "2028年12月31日",
        "24,000.00 元",
        "示范文本",
        "古树名木 30 株",
    ):
        assert said in text.replace(" 元", " 元"), said


def test_lines_stand_on_their_pages_in_order() -> None:
    (pages,) = paginate([letter(300)])
    assert len(pages.of_lines) == 300
    assert list(pages.of_lines) == sorted(pages.of_lines)
    assert pages.of_lines[0] == 1
    assert pages.of_lines[-1] <= pages.count


def test_what_is_not_paid_says_no_amount_and_what_has_no_end_no_day() -> None:
    record = letter(1, yearly_cents=None, valid_to=None)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written(record))).pages)
    assert "不约定养护补助" in text
    assert "另行签订或者终止" in text
    assert "元" not in text


def test_a_letter_of_other_pages_than_its_marks_is_not_printed() -> None:
    with pytest.raises(ValueError, match="marks"):
        write_letters([(letter(), ["GUSHU:L:7HBKM20T:1:1:A"])], io.BytesIO())


OWN = """
id = "own"
version = "3"
kind = "agreement"
title_zh = "协议"
first_zh = "甲方"
second_zh = "乙方"
[[section]]
key = "records"
title_zh = "清单"
[[section.text]]
zh = "共{records}。"
[[section]]
key = "signatures"
title_zh = "签章"
"""


def test_an_office_uses_its_own_text(tmp_path: Any) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    terms = read_terms(LetterKind.AGREEMENT, "zh", path)
    assert terms.version.startswith("own 3 ")
    assert (terms.is_model, terms.is_paid_by_month, len(terms.sections)) == (False, False, 2)
    assert written(letter(2, terms=terms)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "own"', "", "id"),
        ('kind = "agreement"', 'kind = "contract"', "kind"),
        ('kind = "agreement"', 'kind = "responsibility"', "kind"),
        ('key = "records"', 'key = "trees"', "section 1.key"),
        ('key = "signatures"', 'key = "records"', "section"),
        ("{records}", "{phone}", "section 1.text.zh"),
        ("{records}", "{records", "section 1.text.zh"),
        ('zh = "共{records}。"', 'zh = "x"\nwhen = "never"', "section 1.text.when"),
        ('title_zh = "协议"', 'title = "协议"', "title"),
        ('id = "own"', 'id = "own', ""),
    ],
)
def test_a_wrong_text_is_refused_and_names_its_key(tmp_path: Any, old: str, new: str, key: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(TermsError) as caught:
        read_terms(LetterKind.AGREEMENT, "zh", path)
    assert caught.value.facts["key"] == key


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_our_texts_have_every_heading_and_say_that_they_are_models(kind: LetterKind, lang: str) -> None:
    terms = read_terms(kind, lang)
    assert [section.key for section in terms.sections] == list(SECTION_KEYS)
    assert terms.is_model
    assert terms.note
    assert {"office", "caretaker", "records"} <= PLACES
