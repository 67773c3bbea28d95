"""However long the names are, they stand whole on the page; what must end says so."""

import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from builders import make_facts, make_tree_record
from hypothesis import given
from hypothesis import strategies as st
from pdf_kit import squeezed_text_of
from test_care_letter import letter, written
from test_grove_dossier import grove
from test_grove_dossier import made as made_grove
from test_pdf_archive import SIGNER
from test_print_map import FACTS as MAP_FACTS
from test_print_map import make_tree as map_tree
from test_walk_files import leaflet, stop, walk

from exports.dossier import write_dossier
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, Pen, fit_lines
from exports.print_map import PrintOptions, write_print_map
from exports.proofs import draw_proof_strip, prove_content
from registry.cli.map_content import printed_grid
from registry.vocab.language import translator

REGISTER = (
    "某省某市某县及其所辖二十三个乡镇街道与国有林场风景名胜区古树名木和古"
    "树群历史名园景观要素数字化一树一档联合登记总名册第二期（试行本）"
)
NAME = "白水村东头老渡口石牌坊后面三圣庙遗址院内第二进天井西南角相传唐代手植七枝并蒂古柏"
LATIN = "Camphora officinarum of the old ferry yard"
STEWARD = (
    "某县白水镇石门村村民委员会与县自然资源局国有林场管理总站及三"
    "圣庙文物保护管理所联合养护责任单位（甲方代表）"
)


def dossier(lang: str = "zh", **facts: Any) -> bytes:
    out = io.BytesIO()
    tree = make_tree_record(authority_zh=STEWARD, authority_en="Unit " * 16, steward=STEWARD, **facts)
    about = make_facts(register_name=REGISTER)
    write_dossier(tree, about, out, language=translator(lang), signer=SIGNER)
    return out.getvalue()


def test_the_names_are_as_long_as_is_claimed() -> None:
    assert len(REGISTER) >= 60
    assert min(len(NAME), len(LATIN)) >= 40


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_dossier_tells_a_long_register_tree_and_steward_whole(lang: str) -> None:
    text = squeezed_text_of(dossier(lang, name_zh=NAME))
    assert REGISTER in text
    assert NAME in text
    assert STEWARD in text


def test_the_cover_tells_a_long_register_office_and_latin_name_whole() -> None:
    cover = squeezed_text_of(
        dossier(name_zh=None, name_latin=None, common_name=LATIN, name_en=LATIN), first=True
    )
    assert STEWARD in cover
    assert REGISTER in cover
    assert cover.count("".join(LATIN.split())) >= 1


def test_the_cover_of_a_grove_tells_a_long_name_whole() -> None:
    assert NAME in squeezed_text_of(made_grove(grove(name=NAME)), first=True)


def test_a_care_letter_is_signed_by_the_whole_name_of_a_unit() -> None:
    pdf = written(letter(caretaker=STEWARD, office=STEWARD, is_unit=True))
    assert squeezed_text_of(pdf).count(STEWARD) >= 3


def test_a_leaflet_has_both_titles_and_its_facts_whole() -> None:
    start = "从" + STEWARD + "门前出发"
    content = replace(walk(stop(1), stop(2)), title=NAME, title_en=LATIN * 2, start=start)
    text = squeezed_text_of(leaflet(content))
    for whole in (NAME, LATIN * 2, start):
        assert "".join(whole.split()) in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_map_on_paper_has_the_whole_name_of_its_register(language: str) -> None:
    out = io.BytesIO()
    facts = replace(MAP_FACTS, register_name=REGISTER)
    options = PrintOptions()
    write_print_map([map_tree()], out, language=language, facts=facts, grid_for=printed_grid, options=options)
    assert REGISTER in squeezed_text_of(out.getvalue(), first=True)


def test_the_words_of_a_proof_stay_in_their_strip_in_two_languages() -> None:
    facts, out = make_facts(register_name=REGISTER), io.BytesIO()
    languages = [translator("zh"), translator("en")]
    proof = prove_content(b"{}", "tree", "0" * 32, "1", facts, SIGNER)
    canvas = new_canvas(out, pagesize=A4, title="t")
    pen = Pen(canvas, prepare_fonts([REGISTER, *(chr(n) for n in range(32, 127))]))
    draw_proof_strip(pen, 500, proof, "https://trees.example.org", *languages)
    canvas.showPage()
    canvas.save()
    lows: list[float] = []
    page = pypdf.PdfReader(out).pages[0]
    page.extract_text(visitor_text=lambda text, _cm, tm, _f, _s: lows.append(tm[5]) if text.strip() else None)
    assert min(lows) > 500 - 96
    text = squeezed_text_of(out.getvalue())
    assert text.count(REGISTER) == 2
    assert "…" not in text


@given(
    st.text("古树名木 abcd，。", min_size=1, max_size=120),
    st.floats(30, 200),
    st.integers(1, 4),
    st.sampled_from([4.0, 7.0, 12.0]),
)
def test_lines_hold_the_whole_text_or_end_with_a_sign(
    text: str, width: float, most: int, least: float
) -> None:
    fonts = prepare_fonts([""])
    size, lines = fit_lines(fonts, text, "sans", 9, width, most, least)
    said, whole = ("".join("".join(each).split()) for each in (lines, text))
    assert len(lines) <= most
    assert size <= 9
    assert said == whole or (said.endswith("…") and whole.startswith(said[:-1]) and size <= max(least, 4))
    assert all(fonts.width(line, "sans", size) <= width + 0.01 for line in lines)
