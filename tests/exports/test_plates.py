"""Plates: every template in every size and form, laid out so that nothing overlaps and nothing is cut off."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import combinations

import ezdxf
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from shapely.geometry import Polygon

from exports.fonts import Fonts, prepare_fonts
from exports.plates.layout import Plate, PlateSetter, lay_out, plate_texts
from exports.plates.outlines import symbol_outlines, text_rings
from exports.plates.pdf import write_plate_pdf
from exports.plates.png import write_plate_png
from exports.plates.primitives import Bounds, Symbol, Text
from exports.plates.single import KINDS, preview, write_plate
from exports.plates.svg import plate_svg
from exports.qr import QUIET_ZONE, encode_matrix
from registry.errors import SettingInvalidError, TagAddressTooLongError, TagTextTooLongError
from registry.plate_records import PlateTemplate
from registry.plate_templates import PlateLibrary, shipped_template
from registry.records import TagContent
from registry.vocab.language import translator

ZH, EN = translator("zh"), translator("en")
TEMPLATES = {name: shipped_template(name) for name in PlateLibrary().ids()}
FORMS = [(name, size) for name, template in TEMPLATES.items() for size in template.sizes_mm]
FREE = (143.0, 107.5)
TALL = (80.0, 130.0)
WORDS = (
    "臺灣欒樹国槐银杏越南悦目金蛛榕与其共生古树群某村老爷庙东南角一级约年估测"
    " Koelreuteria henryi Dümmer var. formosana (Florin) 0123456789-/，。（）"
)

WHOLE = TagContent(
    address="HTTPS://TREES.EXAMPLE.ORG/T/7HBKM001-ABCDEFGHIJKLMNOP",
    code="7HBKM001",
    tree_no="14040400001",
    name_zh="臺灣欒樹",
    name_latin="Koelreuteria henryi Dümmer",
    name_en="Taiwan golden-rain tree",
    authority_zh="臺北市政府文化局",
    authority_en="Taipei City Government",
    grade="一",
    grade_label="一级古树",
    age_text="约 1,300 年（估测）",
    place="上党区荫城镇",
    duty_phone="0355-8081234",
    texts={
        "family": "无患子科",
        "genus": "栾属",
        "age_years_en": "about 1,300 years (estimated)",
        "protection_grade_en": "First grade",
        "place_en": "Yincheng",
        "steward": "上党区园林绿化服务中心",
        "protection_zone": "树冠垂直投影外 5 米",
        "values": "相传为明代所植，县志有载。",
        "story": "树下旧有水井，村民世代取水于此。",
    },
)
BARE = TagContent("HTTPS://T.EXAMPLE/T/1", "7HBKM002", "5", None, None, None, "某市", "City")


@cache
def fonts() -> Fonts:
    """Fonts with every character of these tests, prepared once."""
    texts = [WORDS]
    for template in TEMPLATES.values():
        for language in (ZH, EN):
            texts += plate_texts(WHOLE, template, language)
    return prepare_fonts(texts)


def laid(content: TagContent, template: PlateTemplate, size: tuple[float, float], **options: object) -> Plate:
    return lay_out(content, template, size, options.pop("language", ZH), fonts(), **options)  # type: ignore[arg-type]


def overlap(a: Bounds, b: Bounds) -> bool:
    """Whether two boxes share more than a hair's breadth."""
    hair = 0.02
    return min(a[2], b[2]) - max(a[0], b[0]) > hair and min(a[3], b[3]) - max(a[1], b[1]) > hair


def check_whole(plate: Plate) -> None:
    """Everything inside the plate; no text on another, on the code or in its silence."""
    width, height = plate.size_mm
    for each in plate.all:
        left, foot, right, top = each.bounds
        assert left > -0.01
        assert foot > -0.01
        assert right < width + 0.01
        assert top < height + 0.01
    texts = [each for each in plate.all if isinstance(each, Text) and not each.is_behind]
    for one, other in combinations(texts, 2):
        assert not overlap(one.bounds, other.bounds), (one.text, other.text)
    for symbol in (each for each in plate.all if isinstance(each, Symbol)):
        left, foot, right, top = symbol.bounds
        silence = QUIET_ZONE * symbol.module
        quiet = (left - silence, foot - silence, right + silence, top + silence)
        for text in texts:
            assert not overlap(text.bounds, quiet), text.text


def image_of(plate: Plate, dpi: int = 150) -> Image.Image:
    out = BytesIO()
    write_plate_pdf(plate, out, fonts=fonts())
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        return document[0].render(scale=dpi / 72).to_pil().convert("L")


def scanned(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize(("name", "size"), [*FORMS, *((name, FREE) for name in TEMPLATES)])
def test_every_template_in_every_size_holds_together(name, size, language):
    template = TEMPLATES[name]
    for content in (WHOLE, BARE):
        for look in ("printed", "engraved"):
            for is_sample in (False, True):
                plate = laid(
                    content, replace(template, look=look), size, language=language, is_sample=is_sample
                )
                check_whole(plate)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_tall_plate_holds_together_too(name):
    check_whole(laid(WHOLE, TEMPLATES[name], TALL))


names = st.text(WORDS, min_size=1, max_size=34).map(str.strip).filter(bool)
long_texts = st.lists(st.text(WORDS, max_size=40), max_size=40).map("\n".join).filter(str.strip)


def check_refusal(error: TagTextTooLongError, number: str, template: PlateTemplate) -> None:
    """It names tree, text and template."""
    assert error.facts["tree_no"] == number
    assert error.facts["template"] == template.title.zh
    assert str(error.facts["text"]).strip()


@settings(max_examples=40)
@given(
    form=st.sampled_from(
        [*FORMS, *((name, FREE) for name in TEMPLATES), *((name, TALL) for name in TEMPLATES)]
    ),
    zh=st.none() | names,
    latin=st.none() | names,
    en=st.none() | names,
    place=st.none() | names,
    number=st.text("0123456789ABC-/", min_size=1, max_size=40),
    story=st.just("") | long_texts,
    is_engraved=st.booleans(),
)
@example(
    FORMS[0], "越南悦目金蛛榕与其共生古树群越南悦目金蛛榕与其共生古树群国槐", None, None, None, "1", "", False
)
def test_whatever_a_tree_is_called_its_plate_holds_together_or_says_what_does_not_fit(
    form, zh, latin, en, place, number, story, is_engraved
):
    name, size = form
    template = replace(TEMPLATES[name], look="engraved" if is_engraved else "printed")
    texts = {**WHOLE.texts, "story": story, "values": story[:200].strip() or "无"[:0]}
    texts = {field: text for field, text in texts.items() if text}
    content = replace(
        WHOLE, name_zh=zh, name_latin=latin, name_en=en, place=place, tree_no=number, texts=texts
    )
    try:
        plate = laid(content, template, size)
    except TagTextTooLongError as error:
        check_refusal(error, number, template)
        return
    check_whole(plate)
    shown = "".join("".join(each.text for each in plate.primitives if isinstance(each, Text)).split())
    if "name_latin" in template.asked and latin:
        assert "".join(latin.split()) in shown
    if "story" in template.asked and story.strip():
        assert ("story" in plate.left_out) or "".join(story.split()) in shown


@settings(deadline=None, max_examples=15)
@given(
    number=st.from_regex(r"[0-9]{1,14}", fullmatch=True),
    age=st.integers(1, 3000),
    name=st.sampled_from([name for name in TEMPLATES if name != "code-only"]),
)
def test_what_was_worked_out_for_one_number_is_right_for_another(number, age, name):
    setter = _setter(name)
    content = replace(WHOLE, tree_no=number, age_text=f"约 {age} 年")
    found = [setter.lay_out(content), laid(content, TEMPLATES[name], TEMPLATES[name].size_mm)]
    one, other = ([each for each in plate.all if not isinstance(each, Symbol)] for plate in found)
    assert one == other


@cache
def _setter(name: str) -> PlateSetter:
    setter = PlateSetter(TEMPLATES[name], TEMPLATES[name].size_mm, ZH, fonts())
    for digit in range(1, 10):
        setter.lay_out(replace(WHOLE, tree_no=str(digit) * digit, age_text=f"约 {digit * 111} 年"))
    return setter


def test_a_text_is_never_smaller_than_its_template_says():
    for name, size in FORMS:
        template = TEMPLATES[name]
        least = min(field.least_pt for field in template.fields)
        plate = laid(WHOLE, template, size)
        assert min(each.size_pt for each in plate.primitives if isinstance(each, Text)) >= min(least, 4.5)


def test_forty_lines_of_story_are_left_out_whole_and_told():
    content = replace(
        WHOLE, texts={**WHOLE.texts, "story": "\n".join(["树下旧有水井，村民世代取水于此"] * 40)}
    )
    plate = laid(content, TEMPLATES["visitor"], (120.0, 80.0))
    assert plate.left_out == ("story",)
    assert "水井" not in plate.description
    assert laid(WHOLE, TEMPLATES["visitor"], (120.0, 80.0)).left_out == ()


def test_a_text_that_must_stand_there_is_an_error_that_names_tree_text_and_template():
    content = replace(WHOLE, texts={**WHOLE.texts, "values": "\n".join(["相传为明代所植"] * 40)})
    with pytest.raises(TagTextTooLongError) as caught:
        laid(content, TEMPLATES["zhengzhou"], (90.0, 60.0))
    said = ZH.error(caught.value)
    for part in ("14040400001", "郑州保护标志", "90 × 60", "相传为明代所植"):
        assert part in said


def test_an_address_too_long_for_a_small_plate_is_refused():
    with pytest.raises(TagAddressTooLongError):
        laid(replace(WHOLE, address="x" * 200), TEMPLATES["code-only"], (30.0, 40.0))


def test_a_plate_without_a_code_uses_the_room_for_words():
    template = replace(TEMPLATES["zhengzhou"], qr_share=0.0)
    plate = laid(WHOLE, template, (90.0, 60.0))
    check_whole(plate)
    assert not [each for each in plate.all if isinstance(each, Symbol)]
    assert WHOLE.code not in plate.description


def test_engraving_knows_one_weight_and_no_fill():
    plate = laid(WHOLE, replace(TEMPLATES["visitor"], look="engraved"), (120.0, 80.0))
    svg = ET.fromstring(plate_svg(plate, fonts=fonts()))
    shapes = [each for each in svg.iter() if each.get("fill") is not None]
    assert {each.get("fill") for each in shapes} == {"none"}
    flat = {each.get("stroke-width") for each in shapes}
    assert "0.15" in flat
    out = BytesIO()
    write_plate_pdf(plate, out, fonts=fonts())
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        colours = {obj.type for obj in document[0].get_objects()}
    assert colours
    assert 0.1 < plate.finest_mm < 0.3


def test_the_same_plate_makes_the_same_bytes_in_every_form():
    for kind in KINDS:
        made = []
        for _ in range(2):
            out = BytesIO()
            write_plate(WHOLE, out, kind, template=TEMPLATES["house"], size_mm=(90.0, 60.0), language=ZH)
            made.append(out.getvalue())
        assert made[0] == made[1], kind


def test_a_form_that_is_none_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="gif"):
        write_plate(WHOLE, BytesIO(), "gif", template=TEMPLATES["house"], size_mm=(90.0, 60.0), language=ZH)


def test_svg_needs_no_font_and_says_its_words_apart():
    svg, _plate = preview(WHOLE, TEMPLATES["visitor"], (120.0, 80.0), ZH)
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("width") == "120mm"
    assert root.get("viewBox") == "0 0 120 80"
    assert not list(root.iter(f"{space}text"))
    assert root.findtext(f"{space}title") == "臺灣欒樹 14040400001"
    words = root.findtext(f"{space}desc").split(" · ")
    assert "臺灣欒樹" in words, "the name on the board is one word"
    assert "Taiwan golden-rain tree" in root.findtext(f"{space}desc")


def test_markup_in_a_name_stays_words_in_svg():
    content = replace(WHOLE, name_en='<script>alert("1")</script>&amp;')
    svg, _plate = preview(content, TEMPLATES["house"], (90.0, 60.0), ZH)
    assert "<script" not in svg
    assert '<script>alert("1")</script>&amp;' in ET.fromstring(svg).findtext(
        "{http://www.w3.org/2000/svg}desc"
    )


@pytest.mark.parametrize("name", ["house", "zhengzhou", "visitor", "code-only"])
def test_dxf_is_sound_closed_and_in_millimetres_on_named_layers(name, tmp_path):
    template = replace(TEMPLATES[name], look="engraved")
    path = tmp_path / "plate.dxf"
    with path.open("wb") as stream:
        write_plate(WHOLE, stream, "dxf", template=template, size_mm=template.size_mm, language=ZH)
    drawing = ezdxf.readfile(path)
    audit = drawing.audit()
    assert not audit.errors
    assert not audit.fixes
    assert drawing.units == ezdxf.units.MM
    entities = list(drawing.modelspace())
    assert {entity.dxf.layer for entity in entities} == {"CUT", "TEXT", "QR", "LINE"}
    lines = [entity for entity in entities if entity.dxftype() == "LWPOLYLINE"]
    assert all(entity.closed for entity in lines)
    (edge,) = [entity for entity in lines if entity.dxf.layer == "CUT"]
    points = np.array(edge.get_points("xy"))
    assert np.allclose(points.max(axis=0) - points.min(axis=0), template.size_mm)


def test_the_code_of_a_dxf_is_the_code_of_the_tag(tmp_path):
    path = tmp_path / "plate.dxf"
    with path.open("wb") as stream:
        write_plate(WHOLE, stream, "dxf", template=TEMPLATES["house"], size_mm=(90.0, 60.0), language=ZH)
    rings = [
        entity.get_points("xy") for entity in ezdxf.readfile(path).modelspace() if entity.dxf.layer == "QR"
    ]
    scale = 12
    image = Image.new("L", (90 * scale, 60 * scale), 255)
    for ring in sorted(rings, key=lambda ring: -Polygon(ring).area):  # even-odd: the larger first
        mask = Image.new("1", image.size)
        ImageDraw.Draw(mask).polygon([(x * scale, (60 - y) * scale) for x, y in ring], fill=1)
        image.paste(Image.eval(image, lambda v: 255 - v), mask=mask)
    assert scanned(image) == [WHOLE.address]


@settings(max_examples=10)
@given(text=st.text("0123456789ABCDEFGHIJ:/.-", min_size=1, max_size=120))
def test_outlines_filled_by_the_even_odd_rule_are_the_symbol_again(text):
    matrix = encode_matrix(text)
    turns = np.zeros((len(matrix), len(matrix) + 1), dtype=np.int64)
    for ring in symbol_outlines(matrix):
        assert ring[0] != ring[-1]
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            assert (x0 == x1) != (y0 == y1)
            if x0 == x1:
                turns[min(y0, y1) : max(y0, y1), x0] += 1
    assert np.array_equal(np.cumsum(turns, axis=1)[:, :-1] % 2 == 1, matrix)


def test_letters_of_the_outlines_are_as_wide_as_the_layout_says():
    plate = laid(WHOLE, TEMPLATES["linqing-nantong"], (120.0, 80.0))
    for text in (each for each in plate.all if isinstance(each, Text)):
        rings = text_rings(text, fonts())
        xs = [x for ring in rings for x, _ in ring]
        ys = [y for ring in rings for _, y in ring]
        left, foot, right, top = text.bounds
        assert left - 0.4 < min(xs) < max(xs) < right + 0.4
        assert foot - 0.2 < min(ys) < max(ys) < top + 0.2


def test_the_visitor_plate_says_what_a_listed_tree_is_in_both_languages():
    listed = {"category": "Listed tree", "category_zh": "名录树木", "category_en": "Listed tree"}
    content = replace(WHOLE, grade=None, grade_label=None, texts=listed)
    said = list(plate_texts(content, TEMPLATES["visitor"], EN))
    assert any("名录树木" in text and "Listed tree" in text for text in said)


def test_the_invitation_to_scan_falls_where_it_has_no_room():
    content = replace(BARE, name_zh="樟", name_latin="Cinnamomum camphora")
    plate = laid(content, TEMPLATES["visitor"], TALL, language=EN)
    assert not any("Scan" in each.text for each in plate.all if isinstance(each, Text))
    phoned = replace(content, duty_phone="0355-8081234, 0355-8081235 and 0355-8081236")
    with pytest.raises(TagTextTooLongError):
        laid(phoned, TEMPLATES["visitor"], TALL, language=EN)


def test_png_has_the_dots_that_were_asked_for():
    out = BytesIO()
    write_plate_png(laid(WHOLE, TEMPLATES["house"], (90.0, 60.0)), out, fonts=fonts(), dpi=300)
    image = Image.open(out)
    assert image.size == (pytest.approx(90 / 25.4 * 300, abs=1), pytest.approx(60 / 25.4 * 300, abs=1))
    assert image.info["dpi"] == (pytest.approx(300, abs=0.1),) * 2
    assert scanned(image) == [WHOLE.address]


@pytest.mark.parametrize("dpi", [0, 20, 5000])
def test_dots_that_no_printer_has_are_refused(dpi):
    with pytest.raises(SettingInvalidError):
        write_plate_png(laid(WHOLE, TEMPLATES["house"], (90.0, 60.0)), BytesIO(), fonts=fonts(), dpi=dpi)


def weathered(image: Image.Image, symbol: Symbol, height: float, seed: int, dpi: int) -> Image.Image:
    """The plate as a phone sees it after years: a tenth of the code under mud, held askew, out of focus."""
    dice = np.random.default_rng(seed)
    scale = dpi / 25.4
    left, foot, right, top = (length * scale for length in symbol.bounds)
    upper, lower = height * scale - top, height * scale - foot
    module = symbol.module * scale
    spot, finder = 2.2 * module, 9 * module
    mud = Image.new("1", image.size)
    draw = ImageDraw.Draw(mud)
    while np.array(mud).sum() < 0.1 * (right - left) * (lower - upper):
        x, y = dice.uniform(left + spot, right - spot), dice.uniform(upper + spot, lower - spot)
        in_finder = (y < upper + finder and (x < left + finder or x > right - finder)) or (
            y > lower - finder and x < left + finder
        )
        if not in_finder:  # a code without its finders is none: the mud lies on the data
            draw.ellipse((x - spot, y - spot, x + spot, y + spot), fill=1)
    dirty = image.copy()
    dirty.paste(70, mask=mud)
    turned = dirty.rotate(float(dice.uniform(-25, 25)), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return turned.filter(ImageFilter.GaussianBlur(0.25 * module))


def read_after_weather(name: str, size: tuple[float, float], more: str, seeds: range) -> list[bool]:
    """Whether a code is read, for each seed; what is read is never another address."""
    found = []
    for seed in seeds:
        address = f"HTTPS://TREES.EXAMPLE.ORG/T/7HBKM{seed:03}-ABCDEFGHIJKLMNOP{more}"
        plate = laid(replace(WHOLE, address=address), TEMPLATES[name], size)
        (symbol,) = [each for each in plate.primitives if isinstance(each, Symbol)]
        assert scanned(image_of(plate)) == [address]
        read = scanned(weathered(image_of(plate), symbol, size[1], seed, 150))
        assert read in ([], [address])
        found.append(read == [address])
    return found


def test_codes_are_read_after_blur_turning_and_a_tenth_of_dirt_nine_times_in_ten():
    forms = [("house", (90.0, 60.0)), ("zhengzhou", (120.0, 80.0)), ("visitor", (200.0, 150.0))]
    read = [each for name, size in forms for each in read_after_weather(name, size, "", range(4))]
    assert sum(read) >= 0.9 * len(read)


@pytest.mark.parametrize(("more", "modules"), [("/" + "Z" * 99, 49), ("/" + "Z" * 159, 57)])
def test_the_large_code_of_a_signed_plate_is_read_too(more, modules):
    address = f"HTTPS://TREES.EXAMPLE.ORG/T/7HBKM001-ABCDEFGHIJKLMNOP{more}"
    assert len(encode_matrix(address)) == modules
    assert sum(read_after_weather("house", (120.0, 80.0), more, range(4))) >= 2
    check_whole(laid(replace(WHOLE, address=address), TEMPLATES["house"], (120.0, 80.0)))


def test_a_missing_name_moves_the_next_one_up():
    for template in (TEMPLATES["house"], TEMPLATES["zhengzhou"]):
        plates = [laid(replace(WHOLE, name_zh=name), template, (120.0, 80.0)) for name in (None, "國槐")]
        without, beside = ([t.size_pt for t in plate.all if isinstance(t, Text) and t.role == "italic"]
                           for plate in plates)  # fmt: skip
        assert min(without) > max(beside)


def test_a_line_is_left_to_write_on_where_the_day_is_not_known():
    from exports.plates.primitives import Rule

    plain = laid(WHOLE, TEMPLATES["jinjiang"], (120.0, 80.0))
    assert [each for each in plain.primitives if isinstance(each, Rule)]
    known = replace(WHOLE, texts={**WHOLE.texts, "hung_on": "2026年11月"})
    assert not [
        each
        for each in laid(known, TEMPLATES["jinjiang"], (120.0, 80.0)).primitives
        if isinstance(each, Rule)
    ]
