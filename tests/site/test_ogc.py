"""OGC API – Features: as the standard has it, and as GDAL reads it."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pyogrio
import pytest
from editions import make_edition, make_grove, make_tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import served

from datasette_plugins.asgi import create_datasette
from datasette_plugins.ogc_api.asking import AskingError, read_question
from datasette_plugins.ogc_api.collections import COLLECTIONS
from registry.geopackage import polygon_blob

RING = ((121.50, 25.00), (121.60, 25.00), (121.60, 25.10), (121.50, 25.00))
TREES = [
    make_tree("1", lon=121.5, lat=25.0, girth_cm=300, updated_on="2026-01-01"),
    make_tree("2", lon=-179.5, lat=-17.0, protection_grade="1", updated_on="2026-02-01"),
    make_tree("3", lon=None, lat=None, position_precision="withheld", updated_on="2026-03-01"),
    make_tree("4", lon=179.5, lat=-17.0, name_latin="Ficus & co"),
]


@pytest.fixture
def ogc(site, tmp_path):
    ds = site(TREES, groves=[make_grove("G1", geom=polygon_blob(RING), lon=121.57, lat=25.02)])
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db, db:
        for table in COLLECTIONS:
            box = (-179.5, -17, 179.5, 25) if table in {"tree", "grove"} else (None,) * 4
            db.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', '', ?, ?, ?, ?, 4326)",
                (table, table, *box),
            )
    return ds


def local(address: str) -> str:
    """An address of the answer as the test's client takes it."""
    assert address.startswith("http://localhost/")
    return address.removeprefix("http://localhost")


async def asked(ds, path: str, status: int = 200):
    answer = await ds.client.get(path, headers={"accept": "application/geo+json"})
    assert answer.status_code == status, answer.text[:300]
    return answer.json()


async def numbers(ds, query: str, collection: str = "tree") -> list[str]:
    found = await asked(ds, f"/ogc/collections/{collection}/items?{query}")
    assert found["numberReturned"] == len(found["features"])
    return [each["properties"].get("tree_no") or each["properties"]["number"] for each in found["features"]]


async def test_the_landing_page_leads_to_everything(ogc):
    landing = await asked(ogc, "/ogc")
    assert {"self", "service-desc", "conformance", "data"} <= {link["rel"] for link in landing["links"]}
    for link in landing["links"]:
        assert (await ogc.client.get(local(link["href"]))).status_code == 200, link
    conforms = (await asked(ogc, "/ogc/conformance"))["conformsTo"]
    assert {name.rsplit("/", 1)[1] for name in conforms} == {"core", "oas30", "html", "geojson"}


async def test_every_collection_and_every_link_of_it_answers(ogc):
    found = (await asked(ogc, "/ogc/collections"))["collections"]
    assert [each["id"] for each in found] == ["tree", "grove", "garden", "place", "element", "zone"]
    for each in found:
        for link in each["links"]:
            answer = await ogc.client.get(local(link["href"]))
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].startswith(link["type"]), link
    assert found[0]["extent"]["spatial"]["bbox"] == [[-179.5, -17, 179.5, 25]]


async def test_the_api_description_names_every_address_and_parameter(ogc):
    answer = await ogc.client.get("/ogc/api")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    paths = answer.json()["paths"]
    for collection in COLLECTIONS:
        names = {p["name"] for p in paths[f"/ogc/collections/{collection}/items"]["get"]["parameters"]}
        assert {"bbox", "datetime", "limit", "f"} <= names
    operations = [each["get"]["operationId"] for each in paths.values()]
    assert len(operations) == len(set(operations))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["1", "2", "3", "4"]),
        ("bbox=121,24,122,26", ["1"]),
        ("bbox=121,24,0,122,26,9", ["1"]),
        ("bbox=179,-18,-179,-16", ["2", "4"]),
        ("bbox=0,0,1,1", []),
        ("datetime=2026-02-01", ["2"]),
        ("datetime=2026-01-15T10:00:00Z/..", ["2", "3"]),
        ("datetime=../2026-01-31", ["1"]),
        ("protection_grade=1", ["2"]),
        ("girth_cm=300", ["1"]),
        ("name_latin=Ficus+%26+co", ["4"]),
        ("q=ficus&bbox=121,24,122,26", ["1"]),
        ("tree_no=%27+OR+1=1", []),
    ],
)
async def test_a_question_finds_what_it_asks_for(ogc, query, found):
    assert await numbers(ogc, query) == found


async def test_a_polygon_is_found_by_its_shape_not_its_frame(ogc):
    assert await numbers(ogc, "bbox=121.59,25.05,121.7,25.2", "grove") == ["G1"]
    assert await numbers(ogc, "bbox=121.50,25.08,121.51,25.1", "grove") == []


@pytest.mark.parametrize(
    "query",
    ["x=1", "limit=0", "limit=-1", "limit=a", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,9,2,8", "bbox=nan,0,1,1",
     "bbox=0,0,999,1", "datetime=x", "datetime=../..", "datetime=2026-02-30",
     "datetime=2026-02-01/2026-01-01",
     "girth_cm=tall", "girth_cm=inf", "f=xml", "limit=1&limit=2", "edition=x", "geom=1", "withheld=1",
     "tree_no=" + "9" * 999],
)  # fmt: skip
async def test_what_cannot_be_understood_is_a_400_in_json(ogc, query):
    found = await asked(ogc, f"/ogc/collections/tree/items?{query}", 400)
    assert found["code"] == "InvalidParameterValue"
    assert found["description"]


async def test_what_is_not_there_is_a_404_in_json(ogc):
    for path in (
        "/ogc/collections/photo",
        "/ogc/collections/tree/items/nothing",
        "/ogc/collections/tag/items",
    ):
        assert (await asked(ogc, path, 404))["code"] == "NotFound"


async def test_a_feature_without_a_published_position_has_no_geometry(ogc):
    first = (await asked(ogc, "/ogc/collections/tree/items?tree_no=3"))["features"][0]
    assert first["geometry"] is None
    assert first["properties"]["position_precision"] == "withheld"
    alone = await asked(ogc, f"/ogc/collections/tree/items/{first['id']}")
    assert alone["properties"] == first["properties"]
    assert {"self", "collection"} <= {link["rel"] for link in alone["links"]}


async def test_pages_follow_one_another_and_none_is_lost(site):
    ds = site([make_tree(str(number)) for number in range(25)])
    path, seen = "/ogc/collections/tree/items?limit=10", []
    while path:
        page = await asked(ds, path)
        assert page["numberMatched"] == 25
        seen += [each["id"] for each in page["features"]]
        path = next((local(link["href"]) for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == 25


async def test_following_pages_come_from_the_edition_of_the_first(site, tmp_path):
    ds = site([make_tree(str(number)) for number in range(5)])
    first = await asked(ds, "/ogc/collections/tree/items?limit=2")
    following = next(local(link["href"]) for link in first["links"] if link["rel"] == "next")
    make_edition(tmp_path / "public.gpkg", [make_tree("new")], facts={"number": "2"})
    assert (await asked(ds, following, 404))["description"] == "this edition is not kept"


async def test_people_get_pages_and_programs_json(ogc):
    for path in ("/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/tree",
                 "/ogc/collections/tree/items", "/ogc/collections/grove/items"):  # fmt: skip
        page = await ogc.client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*"})
        assert page.headers["content-type"].startswith("text/html"), path
        assert "Accept" in page.headers["vary"]
        assert (await ogc.client.get(f"{path}?f=json", headers={"accept": "text/html"})).json()
    assert (await ogc.client.get("/ogc")).headers["access-control-allow-origin"] == "*"


async def test_a_forged_host_is_not_repeated(ogc):
    for host in ("evil.example/<script>", 'a"b', "x y"):
        assert host not in (await ogc.client.get("/ogc", headers={"host": host})).text


NAMES = st.sampled_from(
    ["bbox", "datetime", "limit", "f", "after", "edition", "tree_no", "girth_cm", "q", "grade", "zzz"]
)


@given(st.dictionaries(NAMES, st.lists(st.text(max_size=30), min_size=1, max_size=2)))
def test_any_question_is_read_or_refused(args):
    for collection in COLLECTIONS.values():
        try:
            question = read_question(args, collection, {"tree_no": "TEXT", "girth_cm": "REAL"})
        except AskingError:
            continue
        assert 1 <= question.limit <= 10_000


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(query=st.dictionaries(NAMES, st.text(max_size=40)))
def test_no_question_breaks_the_site(whole, query):
    answer = asyncio.run(whole.client.get("/ogc/collections/tree/items", params=query))
    assert answer.status_code < 500


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return create_datasette(make_edition(tmp_path_factory.mktemp("ogc") / "public.gpkg", TREES))


@pytest.mark.usefixtures("gdal_whole")
def test_gdal_reads_every_collection_whole_and_by_box(tmp_path):
    trees = [make_tree(str(n), lon=120 + n / 1000, lat=25) for n in range(1300)]
    public = make_edition(tmp_path / "public.gpkg", trees, groves=[make_grove("G1", geom=polygon_blob(RING))])
    with served(public) as port:
        source = f"OAPIF:http://127.0.0.1:{port}/ogc"
        assert {str(name) for name, _ in pyogrio.list_layers(source)} == set(COLLECTIONS)
        assert pyogrio.read_info(source, layer="tree", force_feature_count=True)["features"] == 1300
        _, _, shapes, _ = pyogrio.raw.read(source, layer="tree")
        assert len(shapes) == 1300
        _, _, shapes, _ = pyogrio.raw.read(source, layer="tree", bbox=(120, 24, 120.0995, 26))
        assert len(shapes) == 100
        meta, _, shapes, fields = pyogrio.raw.read(source, layer="grove")
        assert dict(zip(meta["fields"], (values[0] for values in fields), strict=True))["number"] == "G1"
        assert len(shapes) == 1


def test_a_question_keeps_what_it_was_asked_for_its_links():
    question = read_question(
        {"limit": ["5"], "after": ["9"], "tree_no": ["1"]}, COLLECTIONS["tree"], {"tree_no": "TEXT"}
    )
    assert question.asked == (("limit", "5"), ("tree_no", "1"))
    assert json.dumps(question.values) == '{"of_tree_no": "1"}'
