"""The page of an area: drawn to scale, told day by day, and silent about places that are hidden."""

import json
import re
import sqlite3

import pytest
from editions import make_area, make_division, make_grove, make_photo, make_tree
from shapely import Polygon, to_wkb

LANGUAGES = ("", "/en", "/zh-hant")
SQUARE = [(113.0, 36.0), (113.01, 36.0), (113.01, 36.01), (113.0, 36.01), (113.0, 36.0)]


def polygon(ring: list[tuple[float, float]]) -> bytes:
    """A GeoPackage polygon without an envelope."""
    return b"GP\x00\x01" + (4326).to_bytes(4, "little") + to_wkb(Polygon(ring), byte_order=1)


def legal_zone(**facts: object) -> dict[str, object]:
    return {
        "geom": polygon(SQUARE), "area_uuid": "14040401", "number": "14040401", "kind": "legal",
        "statement": "依法划定 / delineated", "area_m2": 900_000, "projection": "CGCS2000",
        "since": "2026-05-01", "document_no": "上政发〔2026〕8号", "approved_by": "上党区人民政府",
        "published_on": "2026-05-20", "west": 113.0, "south": 36.0, "east": 113.01, "north": 36.01, **facts,
    }  # fmt: skip


def member(number: str, **facts: object) -> dict[str, object]:
    return make_tree(number, grove_no="14040401", lon=113.005, lat=36.005, **facts)


async def test_boundary_zone_and_trees_are_drawn_to_scale_with_a_key(site):
    grove = make_grove(lon=113.005, lat=36.005, geom=polygon(SQUARE), file_count=1, tree_count=30)
    ds = site([member("1")], groves=[grove], rows={"zone": [legal_zone()]})
    for prefix, said in zip(LANGUAGES, ("近看", "Close up", "近看"), strict=True):
        text = (await ds.client.get(f"{prefix}/grove/14040401")).text
        sketch = re.search(r'id="sketch">.*?</section>', text, re.S)[0]
        assert said in sketch
        assert sketch.count("Z") >= 2
        assert {'class="boundary"', 'class="zone zone-legal"', 'class="tree-dots"'} <= set(
            re.findall(r'class="[^"]+"', sketch)
        )
        assert "上政发〔2026〕8号" in text


async def test_of_a_grove_whose_place_is_hidden_nothing_is_drawn_and_no_tree_listed(site):
    grove = make_grove(lon=113.05, lat=36.05, position_precision="0.01", file_count=1, name=None)
    ds = site([member("1")], groves=[grove])
    text = (await ds.client.get("/grove/14040401")).text
    assert 'id="sketch"' not in text
    assert "/tree/1" not in text
    assert "不逐株列出" in text
    assert '<circle class="here"' not in text
    assert '"geo"' not in text
    answer = (await ds.client.get("/grove/14040401.json")).json()
    assert "113.005" not in json.dumps(answer)


async def test_a_tree_with_a_generalised_place_is_never_a_dot_of_a_sketch(site):
    grove = make_grove(lon=113.005, lat=36.005, geom=polygon(SQUARE), file_count=1)
    ds = site([member("1", position_precision="0.01")], groves=[grove])
    assert 'class="tree-dots"' not in (await ds.client.get("/grove/14040401")).text


async def test_visits_decisions_works_zones_and_plates_stand_in_one_line_of_time(site):
    grove = make_grove(
        inspections=[{"inspected_on": "2026-10-05", "kind": "patrol", "text_lang": "zh-Hans"}],
        designations=[{"kind": "grade", "scheme": "cn-2025", "grade": "1", "designated_on": "2020-02-02",
                       "document_no": "上园字第1号", "approved_by": "上党区人民政府"}],
    )  # fmt: skip
    done = {
        "area_uuid": "14040401",
        "code": "T01",
        "label_zh": "去硬化",
        "label_en": "Removing sealed ground",
    }
    rows = {
        "care_event": [{**done, "happened_on": "2026-06-20", "kind": "works"}],
        "zone": [legal_zone()],
        "tag": [{"tag_hash": "h", "grove_uuid": "14040401", "state": "issued", "issued_on": "2026-11-01"}],
    }
    ds = site([make_tree()], groves=[grove], rows=rows)
    text = (await ds.client.get("/grove/14040401")).text
    line = re.search(r"逐日记录</h3>.*?</ol>", text, re.S)[0]
    days = re.findall(r'datetime="([^"]+)"', line)
    assert days == ["2026-11-01", "2026-10-05", "2026-06-20", "2026-05-20", "2020-02-02"]
    assert "去硬化" in line
    assert "上园字第1号" in text
    assert "Removing sealed ground" in (await ds.client.get("/en/grove/14040401")).text


async def test_stories_photos_and_composition_are_told_with_their_words(site):
    grove = make_grove(
        notes="村民在此赛社。",
        composition=[
            {"name_verbatim": "榕", "latin_verbatim": "Ficus microcarpa", "tree_count": 30},
            {"name_verbatim": "侧柏", "tree_count": 10},
        ],
    )
    story = {
        "uuid": "s", "path": "s", "kind": "legend", "subject_kind": "grove", "subject_uuid": "14040401",
        "title": "槐神", "text": "相传有神。", "lang": "zh-Hans", "reliability": "oral",
        "released_on": "2026-01-01",
    }  # fmt: skip
    photo = {**make_photo(taken_on="2026-05-01", caption="槐荫"), "area_uuid": "14040401"}
    ds = site([make_tree()], groves=[grove], rows={"story": [story], "photo": [photo]})
    text = (await ds.client.get("/grove/14040401")).text
    for said in ("村民在此赛社。", "槐神", "相传有神。", "槐荫", "/species/ficus-microcarpa", "75", "25"):
        assert said in text
    assert re.search(r'alt="[^"]*柏树坡[^"]*2026-05-01[^"]*槐荫"', text)


async def test_an_edition_without_the_newer_tables_has_pages_all_the_same(site, tmp_path):
    ds = site([member("1")], groves=[make_grove(file_count=1)])
    with sqlite3.connect(tmp_path / "public.gpkg") as db:
        for table in ("care_event", "story", "zone", "species_name", "record_link", "tag"):
            db.execute(f"DROP TABLE {table}")
    db.close()
    for address in ("/grove/14040401", "/grove/14040401.json", "/species/ficus-microcarpa", "/groves"):
        assert (await ds.client.get(address)).status_code == 200


async def test_the_record_as_data_has_what_the_page_has(site):
    ds = site([member("1")], groves=[make_grove(file_count=1)], rows={"zone": [legal_zone()]})
    answer = (await ds.client.get("/grove/14040401.json")).json()
    assert (answer["kind"], answer["number"], answer["zones"][0]["document_no"]) == (
        "grove", "14040401", "上政发〔2026〕8号",
    )  # fmt: skip
    text = (await ds.client.get("/en/grove/14040401")).text
    linked = json.loads(re.search(r'ld\+json">(.*?)</script>', text)[1])
    assert linked["@type"] == "Place"
    assert linked["identifier"] == "14040401"


async def test_many_trees_of_a_grove_come_page_by_page(site):
    trees = [member(f"{number:03}") for number in range(60)]
    ds = site(trees, groves=[make_grove(file_count=60)])
    first, second = [(await ds.client.get(f"/grove/14040401?page={page}")).text for page in (1, 2)]
    assert "/tree/000" in first
    assert "/tree/059" not in first
    assert "/tree/059" in second
    beyond = await ds.client.get("/grove/14040401?page=99")
    assert beyond.status_code == 200


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=99999999999", "division=nowhere", "kind=%00"])
@pytest.mark.parametrize("address", ["/groves", "/gardens", "/landmarks", "/elements", "/groves.csv"])
async def test_whatever_is_asked_of_a_list_is_answered(site, address, query):
    assert (await site([make_tree()]).client.get(f"{address}?{query}")).status_code == 200


async def test_a_list_is_narrowed_by_division_and_kind_and_is_a_table_too(site):
    divisions = [
        make_division("cn/a", "甲县", jurisdiction="cn"),
        make_division("cn/b", "乙县", jurisdiction="cn"),
    ]
    elements = [
        make_area("E1", name="甜水井", subkind="well", division_id="cn/a"),
        make_area("E2", name="引静桥", subkind="bridge", division_id="cn/b"),
        make_area("E3", name="=cmd()", subkind="bridge", division_id="cn/b"),
    ]
    ds = site([make_tree()], divisions=divisions, elements=elements)
    everything = (await ds.client.get("/elements")).text
    assert "/elements?division=cn%2Fa" in everything
    assert "/elements?kind=bridge" in everything
    narrowed = (await ds.client.get("/elements?division=cn%2Fa")).text
    assert ("甜水井" in narrowed, "引静桥" in narrowed) == (True, False)
    bridges = (await ds.client.get("/elements?kind=bridge&division=cn/b")).text
    assert ("甜水井" in bridges, "引静桥" in bridges) == (False, True)
    table = (await ds.client.get("/elements.csv?kind=bridge")).text
    assert table.startswith("\ufeffuuid,")
    assert "'=cmd()" in table
    assert "甜水井" not in table
