"""Readings, genera and sums in documents are said in the reader's language."""

from io import BytesIO

import pytest

from exports.dossier import write_dossier
from exports.dossier_text import dossier_characters
from registry.vocab.genera import genus_word
from registry.vocab.language import translator
from registry.vocab.readings import reading_text
from tests.exports.builders import make_facts, make_tree_record

ZH, EN = translator("zh"), translator("en")


@pytest.mark.parametrize(
    ("name", "unit", "zh", "en"),
    [
        ("decay", "percent", "腐朽率 12%", "decay 12%"),
        ("空洞率", "%", "空洞率 12%", "cavity 12%"),
        ("soil moisture mean", "%", "土壤含水率 平均 12%", "soil moisture mean 12%"),
        ("wave_speed", "m/s", "应力波波速 12 m/s", "wave speed 12 m/s"),
        ("Bq", "", "Bq 12", "Bq 12"),
    ],
)
def test_readings_are_said_in_words_with_their_units(name: str, unit: str, zh: str, en: str) -> None:
    assert reading_text(name, 12.0, unit, ZH) == zh
    assert reading_text(name, 12.0, unit, EN) == en


def test_a_genus_recorded_in_latin_has_its_chinese_name_in_chinese_only() -> None:
    assert genus_word("Styphnolobium", ZH) == "槐属"
    assert genus_word("Styphnolobium", EN) == "Styphnolobium"
    assert (genus_word("某属", ZH), genus_word("Nobodia", ZH), genus_word(None, ZH)) == (
        "某属",
        "Nobodia",
        "",
    )


def test_the_chinese_name_of_a_genus_is_among_the_characters_of_a_dossier() -> None:
    tree, facts, out = make_tree_record(name_zh="黄荆", genus="Vitex"), make_facts(), BytesIO()
    assert dossier_characters(tree, facts, ZH) >= set("牡荆属")
    write_dossier(tree, facts, out, language=ZH)
    assert out.getvalue().startswith(b"%PDF")
