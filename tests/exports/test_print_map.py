"""Maps on paper: true to scale, what the public sees as a cell never drawn as a point, everything counted."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pypdf
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from exports.kit import MM
from exports.map_zones import MapZone
from exports.print_map import (
    MEGAPIXELS,
    Printed,
    PrintOptions,
    check_picture,
    write_print_map,
    write_print_picture,
)
from exports.print_map_content import MapShape
from exports.print_map_ground import Grid, Ground, spoken_degrees
from exports.print_map_labels import Room
from exports.print_map_paper import Rect, bar_metres, lay_paper, page_mm, round_scale, scale_of
from exports.print_map_sheets import grid_over, sheets_with
from exports.print_map_words import scale_error_percent
from registry.cli.map_content import printed_basemap, printed_grid
from registry.errors import GlyphMissingError
from registry.export_errors import (
    MapEmptyError,
    MapScaleError,
    MapTooWideError,
    PictureTooLargeError,
    TooManySheetsError,
)
from registry.geopackage import polygon_blob
from registry.records import MapTree, RegisterFacts, SourceRecord

SOURCE = SourceRecord(
    "s", "臺北市受保護樹木", "zh-Hant", "Protected trees of Taipei", "臺北市政府", "CC BY 4.0", "",
    "臺北市政府", "", date(2026, 8, 23),
)  # fmt: skip
FACTS = RegisterFacts(
    "示范名录", "https://trees.example", "0" * 64, datetime(2026, 11, 21, 8, tzinfo=UTC),
    date(2026, 11, 21), 3, True,
    map_review_no="GS(2026)0001号",
)  # fmt: skip


def make_tree(tree_no: str = "768", **facts: Any) -> MapTree:
    plain = MapTree(
        path=tree_no, tree_no=tree_no, jurisdiction="tw-taipei", category="ancient", status="alive",
        text_lang="zh-Hant", source=SOURCE, name_zh="榕", protection_grade="1",
        division_path=("臺北市", "萬華區"), lon=121.5056, lat=25.0232, vigour="weak", age_years=320,
    )  # fmt: skip
    return replace(plain, **facts)


def grid_of_trees(rows: int, step: float = 0.004) -> list[MapTree]:
    return [
        make_tree(str(row * rows + column), lon=121.5 + column * step, lat=25.0 + row * step)
        for row in range(rows)
        for column in range(rows)
    ]


def printed(*trees: MapTree, language: str = "zh", **options: Any) -> tuple[Printed, bytes]:
    out = BytesIO()
    extra = {
        name: options.pop(name)
        for name in ("zones", "areas", "areas_left_off", "divisions", "basemap")
        if name in options
    }
    told = write_print_map(
        trees,
        out,
        language=language,
        facts=FACTS,
        grid_for=printed_grid,
        options=PrintOptions(**options),
        **extra,
    )
    return told, out.getvalue()


def text_of(pdf: bytes, page: int = 0) -> str:
    return pypdf.PdfReader(BytesIO(pdf)).pages[page].extract_text()


def marks_of(pdf: bytes, page: int = 0) -> list[tuple[float, float]]:
    """Where trees are drawn on a page, in points: the marks are forms that are placed."""
    content = pypdf.PdfReader(BytesIO(pdf)).pages[page].get_contents().get_data().decode("latin-1")
    found = re.findall(r"q\s+([\d.]+) 0 0 [\d.]+ ([\d.-]+) ([\d.-]+) cm\s+/\S*mark\S* Do", content)
    return [(float(x), float(y)) for _size, x, y in found]


def test_the_same_trees_make_the_same_bytes():
    assert printed(*grid_of_trees(3))[1] == printed(*grid_of_trees(3))[1]


def test_lengths_on_paper_are_those_of_the_ground_at_the_scale():
    grid = printed_grid(121.5, 25.0)
    (east, north) = grid.to_metres(np.array([[121.5, 25.0]]))[0]
    places = [grid.to_degrees(np.array([[east + x, north]]))[0] for x in (0.0, 500.0)]
    trees = [make_tree(str(at), lon=lon, lat=lat) for at, (lon, lat) in enumerate(places)]
    _told, pdf = printed(*trees, scale=5_000)
    inside = lay_paper(210, 297).map
    at = [(x, y) for x, y in marks_of(pdf) if y > inside.y]
    assert abs(at[0][0] - at[1][0]) == pytest.approx(500 / 5_000 * 1000 * MM, abs=0.05)
    assert at[0][1] == pytest.approx(at[1][1], abs=0.05)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_panel_says_register_edition_review_licence_scale_and_sample(language: str):
    _told, pdf = printed(*grid_of_trees(3), language=language, scale=20_000)
    said = text_of(pdf)
    for words in ("GS(2026)0001号", "1:20,000", "CC BY 4.0", "2026-08-23", "SAMPLE", "EPSG:3826", "N"):
        assert words in said
    assert ("第 3 版" if language == "zh" else "edition 3") in said


def test_every_number_is_written_or_counted_as_left_out():
    told, pdf = printed(*grid_of_trees(5))
    words = set(text_of(pdf).split())
    assert sum(str(number) in words for number in range(25)) >= 25 - told.unlabelled - 1
    told, _pdf = printed(*[make_tree(str(number)) for number in range(40)])  # all on one spot
    assert told.unlabelled >= 30


def test_a_generalised_position_is_a_cell_and_never_a_point():
    hidden = make_tree("1", lon=121.55, lat=25.05, position_precision="0.1")
    told, pdf = printed(hidden)
    inside = lay_paper(210, 297).map
    assert told.generalised == 1
    assert [at for at in marks_of(pdf) if at[1] > inside.y] == []
    assert "有 1 株" in text_of(pdf)


def test_trees_without_a_position_are_counted_and_none_at_all_is_an_error():
    told, pdf = printed(make_tree(), make_tree("2", lon=None, lat=None))
    assert (told.trees, told.placed) == (2, 1)
    assert "另有 1 株" in text_of(pdf)
    with pytest.raises(MapEmptyError):
        printed(make_tree(lon=None, lat=None))


def test_one_tree_alone_makes_a_map_no_larger_than_1_to_500():
    told, _pdf = printed(make_tree())
    assert told.scale == 500


def test_what_does_not_fit_at_a_scale_is_refused_with_the_sheets_it_would_take():
    with pytest.raises(MapScaleError) as caught:
        printed(*grid_of_trees(5, 0.02), scale=5_000)
    assert int(caught.value.facts["sheets"]) > 1
    assert caught.value.facts["fitting"].startswith("1:")


def test_a_series_has_an_index_and_only_sheets_with_something_on_them():
    corners = [make_tree("a"), make_tree("b", lon=121.62, lat=25.13)]
    told, pdf = printed(*corners, scale=10_000, is_series=True)
    reader = pypdf.PdfReader(BytesIO(pdf))
    assert (told.sheets, told.pages, len(reader.pages)) == (2, 3, 3)
    assert "图幅索引，共 2 幅" in text_of(pdf)
    assert "第 2 幅，共 2 幅" in text_of(pdf, 2)
    assert [line for line in text_of(pdf, 1).split("\n") if line == "b"]  # the north comes first


def test_sheets_tell_their_neighbours():
    told, pdf = printed(*grid_of_trees(10, 0.01), scale=20_000, is_series=True)
    assert told.sheets > 4
    assert re.search(r"[↑↓] \d+", text_of(pdf, 1))


@pytest.mark.parametrize("is_series", [True, False])
def test_a_series_beyond_reason_is_refused_and_never_advised(is_series: bool):
    with pytest.raises(TooManySheetsError):
        printed(*grid_of_trees(30, 0.05), scale=500, is_series=is_series)


def test_places_on_two_continents_are_refused_with_a_selection_for_each():
    london = make_tree("2", lon=-0.1, lat=51.5, jurisdiction="sg")
    with pytest.raises(MapTooWideError) as caught:
        printed(make_tree(), london)
    assert any("jurisdiction=tw-taipei" in choice for choice in caught.value.facts["choices"])


def test_both_sides_of_the_antimeridian_lie_side_by_side():
    told, _pdf = printed(make_tree(lon=179.99, lat=-17.0), make_tree("2", lon=-179.99, lat=-17.0))
    assert told.scale <= 50_000


def test_zones_areas_and_a_basemap_are_drawn_and_told():
    ring = [(121.505, 25.023), (121.506, 25.023), (121.506, 25.024), (121.505, 25.023)]
    zone = MapZone("legal", "768", None, 90.0, None, "", polygon_blob(ring))
    area = MapShape(
        "area", shapely.Polygon(ring), "一座名字有三十个字那么长的古树群落它的名字怎么也写不完啊真的吗"
    )
    road = MapShape("base_road", shapely.LineString(ring[:2]))
    _told, pdf = printed(make_tree(), zones=[zone], areas=[area], basemap=[road])
    said = text_of(pdf)
    assert "依法划定" in said
    assert "古树群、历史名园" in said
    assert "一座名字" in said


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "有 2 处古树群或历史名园"), ("en", "2 groves or gardens")]
)
def test_groves_and_gardens_that_cannot_be_shown_are_counted(language, said):
    _told, pdf = printed(make_tree(), language=language, areas_left_off=2)
    assert said in text_of(pdf).replace("\n", "")
    assert said not in text_of(printed(make_tree(), language=language)[1])


def test_a_missing_glyph_is_an_error_that_names_it():
    with pytest.raises(GlyphMissingError):
        printed(make_tree("\U0001f333"))


def test_a_picture_has_the_pixels_of_its_page_and_a_limit():
    _told, pdf = printed(make_tree())
    out = BytesIO()
    assert write_print_picture(pdf, out, dpi=50) == (414, 585)
    assert Image.open(out).size == (414, 585)
    with pytest.raises(PictureTooLargeError) as caught:
        check_picture((841, 1189), 1200)
    check_picture((841, 1189), caught.value.facts["fitting"])
    assert caught.value.facts["limit"] == MEGAPIXELS


def test_a_basemap_is_looked_at_by_its_tags(tmp_path):
    path = tmp_path / "base.geojson"
    line = '{"type":"LineString","coordinates":[[121,25],[121.1,25]]}'
    tags = ('{"highway":"primary"}', '{"waterway":"river"}', '{"railway":"rail"}', '{"x":1}')
    features = ",".join(f'{{"type":"Feature","properties":{tag},"geometry":{line}}}' for tag in tags)
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    looks = [shape.look for shape in printed_basemap(path)]
    assert looks == ["base_road", "base_stream", "base_rail", "base_line"]


@pytest.mark.parametrize(
    ("text", "size"),
    [("A4", (210, 297)), ("a0", (841, 1189)), ("600x400", (600, 400)), ("300×200", (300, 200))],
)
def test_pages_are_called_as_people_call_them(text: str, size: tuple[float, float]):
    assert page_mm(text) == size


@pytest.mark.parametrize("text", ["A9", "10x10", "5000x5000", "nan"])
def test_a_page_beyond_reason_is_refused(text: str):
    with pytest.raises(ValueError, match=re.escape(text)):
        page_mm(text)


@pytest.mark.parametrize(
    ("text", "scale"),
    [("1:5000", 5000), ("1:5,000", 5000), ("5000", 5000), ("auto", None), ("1：2000", 2000)],
)
def test_scales_are_written_as_people_write_them(text: str, scale: int | None):
    assert scale_of(text) == scale


@pytest.mark.parametrize("text", ["0", "1:", "1:0", "x", "1:999999999999"])
def test_a_scale_that_is_none_is_refused(text: str):
    with pytest.raises(ValueError, match=re.escape(text)):
        scale_of(text)


@given(st.floats(1, 4e7))
def test_a_round_scale_is_never_larger_than_what_fits_and_not_much_smaller(least: float):
    scale = round_scale(least)
    assert scale >= least * (1 - 1e-6)
    assert scale <= max(500, least * 1.34 + 1)


@given(st.floats(60, 2000), st.integers(100, 50_000_000))
def test_a_scale_bar_is_round_and_fits(width: float, scale: int):
    metres = bar_metres(width, scale)
    assert 0 < metres / scale * 1000 * MM <= width * (1 + 1e-9)
    assert f"{metres:e}"[0] in "125"


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0, 40), st.floats(3, 30)), max_size=60))
def test_words_never_cover_each_other(spots: list[tuple[float, float, float]]):
    room = Room(Rect(0, 0, 100, 50))
    boxes = []
    for x, y, width in spots:
        place = room.beside(x, y, 2.0, width, 5.0)
        if place:
            boxes.append((place[0], place[1], place[0] + width, place[1] + 3.7))
    for at, (left, low, right, top) in enumerate(boxes):
        assert min(left, low) >= 0
        assert right <= 100
        assert top <= 50
        assert not any(
            left < other[2] and other[0] < right and low < other[3] and other[1] < top for other in boxes[:at]
        )


@given(
    st.lists(st.tuples(st.floats(0, 9_999), st.floats(0, 9_999)), min_size=1, max_size=50),
    st.floats(300, 20_000),
    st.floats(300, 20_000),
)
def test_every_point_lies_on_a_sheet(points: list[tuple[float, float]], width: float, height: float):
    array = np.array(points)
    (west, south), (east, north) = array.min(axis=0), array.max(axis=0)
    grid = grid_over((west, south, east, north), width, height)
    sheets = sheets_with(grid, array, ())
    assert [sheet.number for sheet in sheets] == list(range(1, len(sheets) + 1))
    assert sheets_with(grid, array, (), len(sheets)) == sheets
    assert sheets_with(grid, array, (), len(sheets) - 1) is None
    boxes = [grid.box(sheet) for sheet in sheets]
    for x, y in points:
        assert any(b[0] - 1e-6 <= x <= b[2] + 1e-6 and b[1] - 1e-6 <= y <= b[3] + 1e-6 for b in boxes)


def test_the_sheets_of_a_wide_place_are_counted_before_they_are_laid_out():
    box = (0.0, 0.0, 1e7, 1e7)
    assert sheets_with(grid_over(box, 10, 10), np.empty((0, 2)), [box]) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(121.5, "121°30′E"), (-0.5, "0°30′W"), (180.0, "180°"), (181.0, "179°W"), (0.5025, "0°30′09″E")],
)
def test_degrees_are_written_as_maps_write_them(value: float, said: str):
    assert spoken_degrees(value, "E", "W") == said


def test_the_grid_says_how_far_its_north_and_its_scale_are_off():
    def ground(lon: float, scale: int) -> Ground:
        grid: Grid = printed_grid(114.0, 36.0)
        (east, north) = grid.to_metres(np.array([[lon, 36.0]]))[0]
        return Ground(grid, lay_paper(297, 210).map, (float(east), float(north)), scale)

    assert ground(114.0, 10_000).convergence_degrees() == pytest.approx(0, abs=0.01)
    assert ground(117.0, 10_000).convergence_degrees() == pytest.approx(1.76, abs=0.02)
    assert scale_error_percent(ground(114.0, 10_000)) < 0.001
    assert scale_error_percent(ground(117.0, 10_000)) == pytest.approx(0.09, abs=0.02)
