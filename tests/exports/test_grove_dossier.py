"""The dossier of a grove: the same bytes for the same record, every part there, nothing private."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from register_kit import SOURCE, make_tree

from exports.grove_dossier import write_grove_dossier
from registry.ledger_records import AgreementRecord
from registry.records import AreaRecord, DetailRecord, InspectionRecord, RegisterFacts, SpeciesShareRecord
from registry.vocab.language import translator

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FACTS = RegisterFacts("某县古树名木名册", "https://gushu.example.org", "a" * 64, NOW, NOW.date(), 3, False)
RING = ((112.85, 35.51), (112.86, 35.51), (112.86, 35.52), (112.85, 35.51))


def grove(**facts: Any) -> AreaRecord:
    usual: dict[str, Any] = {
        "uuid": "g",
        "kind": "grove",
        "number": "Q01",
        "path": "Q01",
        "authority_id": "cn-test",
        "authority_zh": "某县林业局",
        "authority_en": "Forestry Bureau",
        "jurisdiction": "cn",
        "name": "白马寺侧柏林",
        "name_lang": "zh-Hans",
        "source": SOURCE,
        "tree_count": 186,
        "boundary": RING,
        "protection_grade": "2",
        "composition": (SpeciesShareRecord("侧柏", "Platycladus orientalis", 150, 80.6),),
        "details": (DetailRecord("canopy_closure", 0.7), DetailRecord("shrub_species", "荆条")),
        "inspections": (InspectionRecord(date(2026, 1, 2), "patrol", findings=("枯梢",)),),
    }
    return AreaRecord(**{**usual, **facts})


def made(record: AreaRecord, lang: str = "zh", **more: Any) -> bytes:
    out = io.BytesIO()
    write_grove_dossier(record, more.pop("facts", FACTS), out, language=translator(lang), **more)
    return out.getvalue()


def pdf_text(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(text.split())


@pytest.mark.parametrize(("lang", "word"), [("zh", "古树群调查表"), ("en", "Survey form of the grove")])
def test_the_same_record_gives_the_same_bytes_with_every_part(lang: str, word: str) -> None:
    members = (make_tree(tree_no="甲-1", name_zh="国槐"),)
    pdf = made(grove(file_count=1), lang, members=members)
    assert pdf == made(grove(file_count=1), lang, members=members)
    text = pdf_text(pdf)
    for part in (word, "Q01", "186", "侧柏", "甲-1", "荆条", "枯梢"):
        assert "".join(part.split()) in text, part


def test_agreements_stand_in_the_copy_that_is_given_them() -> None:
    signed = AgreementRecord("grove", "Q01", None, "张老三", "person", date(2025, 3, 1), document_no="责1")
    assert "张老三" in pdf_text(made(grove(), agreements=(signed,), facts=replace(FACTS, is_restricted=True)))
    assert "张老三" not in pdf_text(made(grove()))


def test_a_grove_whose_place_is_hidden_has_no_map_and_says_so() -> None:
    text = pdf_text(made(grove(position_precision="0.01", boundary=(), lon=112.855, lat=35.515)))
    assert "不公布确切位置" in text
    assert "位置与范围" not in text


def test_a_grove_without_a_name_or_answers_is_drawn_too() -> None:
    text = pdf_text(made(grove(name=None, composition=(), details=(), inspections=(), tree_count=None)))
    assert "古树群" in text
