"""A walk as GPX and as a leaflet: read again by others, codes decoded, nothing shortened in silence."""

import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree as Xml

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from exports.gpx import GpxPoint, write_gpx
from exports.walk_content import StopContent, StoryContent, StoryText, SubjectContent, Told, WalkContent
from exports.walk_leaflet import LeafletFacts, write_leaflet
from exports.walk_map import draw_sketch
from registry.vocab.language import translator

NAMES = {"g": "http://www.topografix.com/GPX/1/1"}
HOME = "https://trees.example"
FACTS = LeafletFacts(
    "某名册", "A register", HOME, "3", datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1), duty=("12345",)
)


def subject(number: str) -> SubjectContent:
    names = {"name": "国槐", "name_lang": "zh-Hans", "name_latin": "Styphnolobium japonicum"}
    return SubjectContent("tree", number, f"/tree/{number}", number, **names, seal="一", attribution="某局")


def stop(place: int, text: str = "树下有一块石头。") -> StopContent:
    original = StoryText("来历", text, "zh-Hans")
    story = StoryContent("u", "ST-1", "legend", "oral", original, source="某志")
    told = Told("国槐", "zh-Hans")
    lon, lat = 112.85 + place / 1000, 35.5 + place / 2000
    return StopContent(
        place, told, "Scholar tree", lon, lat, None, None, subject(f"T{place}"), (story,), 90.0
    )


def walk(*stops: StopContent, hidden: int = 0) -> WalkContent:
    return WalkContent(
        uuid="u", path="WK-1", kind="city_walk", title="一条路线", title_en="A walk", lang="zh-Hans",
        intro="简介。", intro_en="Intro.", season="春秋", duration_h=1.5, length_m=2100.0, accessibility=None,
        start="南门", author="某园林局", released_on=date(2026, 3, 1), hidden_stops=hidden, stops=stops,
    )  # fmt: skip


def leaflet(content: WalkContent, facts: LeafletFacts = FACTS, tag: str = "zh") -> bytes:
    out = io.BytesIO()
    write_leaflet(content, [(112.852, 35.501)], facts, out, language=translator(tag))
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@given(
    st.lists(
        st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.text(max_size=30), st.text(max_size=30)),
        max_size=5,
    ),
    st.text(min_size=1, max_size=30),
)
def test_whatever_is_written_as_gpx_can_be_read_again(points, title):
    out = io.BytesIO()
    given_points = [GpxPoint(lon, lat, name, about) for lon, lat, name, about in points]
    assert write_gpx(given_points, out, title=title, as_route=True) == len(points)
    found = Xml.fromstring(out.getvalue())
    read = [(float(p.get("lon")), float(p.get("lat"))) for p in found.findall("g:wpt", NAMES)]
    assert read == [pytest.approx((lon, lat), abs=1e-6) for lon, lat, *_ in points]
    assert len(found.findall("g:rte/g:rtept", NAMES)) == len(points)


def test_a_point_that_is_not_on_the_earth_is_refused():
    with pytest.raises(ValueError, match="degrees"):
        write_gpx([GpxPoint(112.0, 112.0, "x")], io.BytesIO(), title="t")


@pytest.mark.parametrize("tag", ["zh", "en", "zh-hant"])
def test_a_leaflet_is_two_pages_with_both_languages(tag):
    pdf = leaflet(walk(stop(1), stop(2), hidden=1), tag=tag)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 2
    text = text_of(pdf)
    for said in ("一条路线", "A walk", "国槐", "来历", "某志", "At old trees", "12345", "At old trees"):
        assert said in text
    assert "protected: 1" in text


def test_its_codes_lead_to_the_pages_and_there_are_none_without_an_address():
    addresses = {f"{HOME}/walk/WK-1", f"{HOME}/tree/T1", f"{HOME}/tree/T2"}
    assert decoded(leaflet(walk(stop(1), stop(2)))) == addresses
    nowhere = LeafletFacts("某名册", "", "", "3", None, None)
    assert decoded(leaflet(walk(stop(1), stop(2)), nowhere)) == set()


def decoded(pdf: bytes) -> set[str]:
    pages = (page.render(scale=200 / 72).to_pil() for page in pypdfium2.PdfDocument(pdf))
    return {code.text for page in pages for code in zxingcpp.read_barcodes(page)}


def test_what_does_not_fit_is_shortened_and_says_so():
    long = "从前有一段很长的话。" * 300
    text = text_of(leaflet(walk(*(stop(place, long) for place in range(1, 9)))))
    assert "节选，全文见网页" in text
    assert "排不下" not in text
    crowded = text_of(leaflet(walk(*(stop(place, long) for place in range(1, 60)))))
    assert "排不下" in crowded


def test_numbers_of_a_sketch_stand_clear_of_each_other_and_inside():
    stops = [(place, 112.85, 35.5) for place in range(1, 9)]
    sketch = draw_sketch(stops, width=480, height=340, pad=36, mark=26)
    marks = [(spot.mark_x, spot.mark_y) for spot in sketch.spots]
    apart = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for i, a in enumerate(marks) for b in marks[:i]]
    assert min(apart) >= 20
    assert all(0 < x < 480 and 0 < y < 340 for x, y in marks)
    assert draw_sketch([], width=480, height=340, pad=36, mark=26) is None


def test_a_panel_without_stops_has_lines_to_write_on():
    few, many = (text_of(leaflet(walk(*map(stop, range(1, count + 1))))) for count in (2, 12))
    assert (few.count("Notes on the way"), few.count("The stops")) == (2, 1)
    assert many.count("The stops") >= 2
