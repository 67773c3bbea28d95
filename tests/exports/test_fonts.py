"""Fonts: every character drawn is a real one, copies out of the PDF, and costs little the second time."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pylopdf_fonts_zh_cn import sans_path
from pypdf import PdfReader

from exports.fonts import Fonts, new_canvas, prepare_fonts
from registry.errors import FontError, GlyphMissingError

TREES = "臺灣欒樹 银杏 榕 茄苳 楸"
RARE = "\U00020000"  # in neither of the two faces


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def pdf_of(fonts: Fonts, *texts: str) -> bytes:
    out = BytesIO()
    canvas = new_canvas(out, pagesize=(595, 842), title="试页")
    for place, text in enumerate(texts):
        fonts.draw(canvas, 40, 780 - 80 * place, text, "serif", 18)
        fonts.draw(canvas, 40, 740 - 80 * place, text, "sans", 18)
    canvas.save()
    return out.getvalue()


def text_of(pdf: bytes) -> list[str]:
    return PdfReader(BytesIO(pdf)).pages[0].extract_text().splitlines()


def make_font(path: Path, *, characters: str, units_per_em: int = 2048, restricted: bool = False) -> Path:
    """A TrueType font in which every character is a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, units_per_em), (units_per_em, units_per_em), (units_per_em, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = {ord(c): f"u{ord(c):X}" for c in characters}
    builder = FontBuilder(units_per_em)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph()} | dict.fromkeys(names.values(), pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (units_per_em, 0)))
    builder.setupHorizontalHeader(ascent=units_per_em, descent=0)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular", "psName": "Squares"})
    builder.setupOS2(fsType=2 if restricted else 0)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.mark.parametrize(
    "text",
    [
        TREES,
        "⼈人 ⽊木 ⽜牛",  # Kangxi radicals look like, and are not, the characters beside them
        "豈豈 樂樂",  # compatibility ideographs
        "\U00023c97 \U00023c98 㙍㳇 〇",  # beyond U+FFFF and Extension A
        "℃ ㎡ × – … “” ｜ １２ é ü",
    ],
)
def test_text_copied_from_the_pdf_is_the_text_that_was_drawn(text, cache):
    fonts = prepare_fonts([text], cache_folder=cache)
    assert text_of(pdf_of(fonts, text)) == [text, text]


def test_a_missing_glyph_is_named_not_drawn_as_a_box(cache):
    with pytest.raises(GlyphMissingError, match=r"\U00020000 \(U\+20000\).*--font"):
        prepare_fonts([TREES, f"{RARE}桐"], cache_folder=cache)


def test_a_word_that_was_not_announced_is_drawn_all_the_same(cache):
    fonts, out = prepare_fonts(["古树"], cache_folder=cache), BytesIO()
    canvas = new_canvas(out, pagesize=(300, 100), title="牡荆属")
    fonts.draw(canvas, 10, 60, "古树", "sans", 12)
    assert fonts.width("牡荆属", "sans", 12) == pytest.approx(36)
    fonts.draw(canvas, 290, 30, "牡荆属古树", "sans", 12, align="right")
    canvas.save()
    assert "牡荆属古树" in PdfReader(BytesIO(out.getvalue())).pages[0].extract_text()


def test_a_character_that_no_font_has_is_refused_when_it_is_drawn(cache):
    fonts = prepare_fonts([], cache_folder=cache)
    with pytest.raises(GlyphMissingError, match="U\\+20000"):
        fonts.width(RARE, "sans", 10)


def test_an_extra_font_draws_what_the_others_lack(tmp_path, cache):
    extra = make_font(tmp_path / "rare.ttf", characters=RARE)
    fonts = prepare_fonts([f"{RARE}桐"], extra_fonts=[extra], cache_folder=cache)
    assert fonts.width(RARE, "sans", 10) == pytest.approx(10)  # 2,048 units of its em become 1,000
    assert text_of(pdf_of(fonts, f"{RARE}桐")) == [f"{RARE}桐"] * 2


def test_an_empty_glyph_in_an_extra_font_counts_as_missing(tmp_path, cache):
    extra = make_font(tmp_path / "rare.ttf", characters="A")
    with pytest.raises(GlyphMissingError):
        prepare_fonts([RARE], extra_fonts=[extra], cache_folder=cache)


@pytest.mark.parametrize("content", [None, b"", b"no font at all", b"\x00\x01\x00\x00" + b"\xff" * 40])
def test_an_unusable_extra_font_is_named(content, tmp_path, cache):
    extra = tmp_path / "broken.ttf"
    if content is not None:
        extra.write_bytes(content)
    with pytest.raises(FontError, match=r"broken\.ttf"):
        prepare_fonts([RARE], extra_fonts=[extra], cache_folder=cache)


def test_a_font_that_must_not_be_embedded_is_refused(tmp_path, cache):
    extra = make_font(tmp_path / "closed.ttf", characters=RARE, restricted=True)
    with pytest.raises(FontError, match="embedding"):
        prepare_fonts([RARE], extra_fonts=[extra], cache_folder=cache)


def test_blanks_and_invisible_characters_are_no_missing_glyphs(cache):
    text = "a\u2009b\u200b\ufeff\u00a0\u3000\n\ufe0f"
    fonts = prepare_fonts([text], cache_folder=cache)
    assert fonts.width("\u200b\ufeff\ufe0f", "serif", 10) == 0


def test_the_same_texts_make_the_same_bytes_whatever_the_cache_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("exports.fonts._registered", {})
    small = pdf_of(prepare_fonts([TREES], cache_folder=tmp_path / "a"), TREES)
    monkeypatch.setattr("exports.fonts._registered", {})
    cold = prepare_fonts([TREES, "國槐黃葛樹皂莢樟楠" * 3], cache_folder=tmp_path / "b")
    assert pdf_of(cold, TREES) == small


def test_the_cache_grows_and_serves_every_smaller_request(cache, monkeypatch):
    monkeypatch.setattr("exports.fonts._registered", {})
    prepare_fonts(["银杏"], cache_folder=cache)
    prepare_fonts(["榕樹"], cache_folder=cache)
    monkeypatch.setattr("exports.fonts._registered", {})
    monkeypatch.setattr("exports.fonts.build_font", lambda *_: pytest.fail("converted again"))
    prepare_fonts(["榕", "杏"], cache_folder=cache)
    assert len(list(cache.iterdir())) == 2


def test_a_damaged_cache_is_replaced(cache, monkeypatch):
    monkeypatch.setattr("exports.fonts._registered", {})
    prepare_fonts([TREES], cache_folder=cache)
    for kept in cache.iterdir():
        kept.write_bytes(kept.read_bytes()[:5000] + bytes(3000))
    monkeypatch.setattr("exports.fonts._registered", {})
    fonts = prepare_fonts([TREES], cache_folder=cache)
    assert text_of(pdf_of(fonts, TREES)) == [TREES, TREES]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr("exports.fonts._registered", {})
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")
    fonts = prepare_fonts(["榕"], cache_folder=not_a_folder / "fonts")
    assert fonts.width("榕", "sans", 10) == pytest.approx(10)


def leaning(fonts, text) -> bool:
    out = BytesIO()
    canvas = new_canvas(out, pagesize=(300, 100), title="")
    fonts.draw(canvas, 10, 10, text, "italic", 12)
    canvas.save()
    page = pypdfium2.PdfDocument(out.getvalue())[0]
    assert page.get_textpage().get_text_range() == text
    return next(page.get_objects()).get_matrix().get()[2] > 0


def test_latin_names_are_slanted_and_chinese_never_is(cache):
    fonts = prepare_fonts(["臺灣", "Pseudotsuga menziesii ‘Glauca’"], cache_folder=cache)
    assert leaning(fonts, "Ficus × hybrida L. f. é")
    assert not leaning(fonts, "臺灣 Ficus")


def test_figures_are_tabular(cache):
    fonts = prepare_fonts([], cache_folder=cache)
    assert len({fonts.width(figure, "sans", 10) for figure in "0123456789"}) == 1


def test_a_document_says_its_title_language_and_date():
    out = BytesIO()
    made_at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    canvas = new_canvas(out, pagesize=(100, 100), title="挂牌", author="某县", lang="en", made_at=made_at)
    canvas.drawString(10, 10, "page")
    canvas.save()
    reader = PdfReader(BytesIO(out.getvalue()))
    assert (reader.metadata.title, reader.metadata.author) == ("挂牌", "某县")
    assert reader.metadata.creation_date == made_at
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert b"ASCII85" not in out.getvalue()


def test_glyphs_keep_their_shape_when_converted():
    from fontTools.pens.areaPen import AreaPen
    from fontTools.ttLib import TTFont

    from exports.glyphs import GlyphSource

    source = TTFont(BytesIO(Path(sans_path()).read_bytes()), lazy=True)
    glyphs, names = source.getGlyphSet(), source.getBestCmap()
    for character in "榕鬱A":
        before, after = AreaPen(glyphs), AreaPen({})
        glyphs[names[ord(character)]].draw(before)
        outline, advance = GlyphSource(Path(sans_path())).glyph(ord(character))
        outline.draw(after, {})
        assert -after.value == pytest.approx(before.value, rel=0.01)
        assert advance == glyphs[names[ord(character)]].width
