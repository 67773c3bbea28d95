"""Open data: every form is complete, says of which edition it is, and is read back by other programs."""

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import tracemalloc
import zipfile
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
from editions import make_edition, make_photo, make_source, make_tree

from datasette_plugins.asgi import create_datasette
from datasette_plugins.download.searches import MOST_PACKED
from registry.rules.edition_files import kept_path, withdrawn_path

DWC = "{http://rs.tdwg.org/dwc/text/}"
TREES = [
    make_tree("1", licence="CC0", measurements=[{"girth_cm": 310, "measured_on": "2026-01-02"}], girth_cm=310,
              photos=[make_photo(caption="树\t形")], aliases=[{"number": "A-1", "scheme": "x"}],
              measured_on="2026-01-02"),
    make_tree("2", licence="CC BY 4.0", lon=None, lat=None, position_precision="withheld", name_zh="=银杏"),
    make_tree("3", licence="CC0", lon=121.55, lat=25.05, position_precision="medium",
              coordinate_uncertainty_m=1570, withheld=["address"], species_id=None),
    make_tree("4"),
]  # fmt: skip


def asking(path: str) -> dict[str, object]:
    """A request as a server hands it over."""
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"x")],
        "scheme": "http",
        "http_version": "1.1",
    }


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def tables(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str]]]:
    """The archive as its own descriptor tells a reader to take it: rows by row type, cells by term."""
    meta = ET.fromstring(archive.read("meta.xml"))
    found = {}
    for part in meta:
        name = part.find(f"{DWC}files/{DWC}location").text
        lines = archive.read(name).decode("utf-8").split("\n")
        assert lines.pop() == ""
        terms = {int(field.get("index")): field.get("term") for field in part.findall(f"{DWC}field")}
        own = "id" if part.tag == f"{DWC}core" else "coreid"
        terms.setdefault(int(part.find(f"{DWC}{own}").get("index")), own)
        assert all(term in {"id", "coreid"} or term.startswith("http") for term in terms.values())
        cells = [line.split("\t") for line in lines]
        assert {len(row) for row in cells} == {len(terms)}
        found[part.get("rowType").rsplit("/", 1)[-1]] = [
            {terms[place].rsplit("/", 1)[-1]: cell for place, cell in enumerate(row)} for row in cells[1:]
        ]
    return found


async def test_a_table_says_its_edition_its_count_and_where_it_lasts(site):
    ds = site([make_tree(str(number)) for number in range(1, 901)])
    for path, lasting in (("/download/trees.csv", "/edition/1/trees.csv"), ("/search.csv", None)):
        answer = await ds.client.get(path)
        rows = rows_of(answer.text)
        assert len(rows) == int(answer.headers["x-total-count"]) == 900
        assert [row["row"] for row in rows] == [str(number) for number in range(1, 901)]
        assert {(row["rows"], row["edition"], row["edition_date"]) for row in rows} == {
            ("900", "1", "2026-11-21")
        }
        assert answer.headers["gushu-edition"] == "1"
        assert answer.headers.get("content-location") == lasting
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-disposition"] == 'attachment; filename="gushu-1-2026-11-21-trees.csv"'
    assert (await ds.client.get("/edition/1/trees.csv")).content == answer.content


async def test_a_search_gives_the_same_trees_in_every_form(site, tmp_path):
    ds = site([make_tree(str(n), protection_grade=str(1 + n % 2)) for n in range(1, 42)])
    asked = "?grade=1"
    page = (await ds.client.get(f"/search{asked}")).text
    assert "20" in page
    counted = len(rows_of((await ds.client.get(f"/search.csv{asked}")).text))
    listed = (await ds.client.get(f"/search.json{asked}")).json()
    drawn = await ds.client.get(f"/search.geojson{asked}")
    packed = await ds.client.get(f"/search.gpkg{asked}")
    cored = await ds.client.get(f"/search.dwca.zip{asked}")
    path = tmp_path / "part.gpkg"
    path.write_bytes(packed.content)
    in_package = pyogrio.read_info(path, layer="tree")["features"]
    in_archive = len(tables(opened(cored.content))["Occurrence"])
    said = drawn.json()["numberReturned"]
    assert (counted, listed["count"], said, in_package, in_archive) == (20, 20, 20, 20, 20)
    for answer in (drawn, packed, cored):
        assert answer.headers["x-total-count"] == "20"


@pytest.mark.usefixtures("gdal_whole")
async def test_geojson_counts_at_its_end_and_gdal_reads_it(site, tmp_path):
    answer = await site(TREES).client.get("/download/trees.geojson")
    found = answer.json()
    assert list(found)[-1] == "numberReturned"
    assert found["numberReturned"] == found["numberMatched"] == 4
    assert found["edition"] == {"number": "1", "date": "2026-11-21"}
    assert set(found["licences"]) == {"CC0", "CC BY 4.0", "政府資料開放授權條款 1.0"}
    assert [each["geometry"] for each in found["features"]][1] is None
    assert found["features"][0]["properties"]["division_path"] == ["臺北市", "萬華區"]
    (tmp_path / "t.geojson").write_bytes(answer.content)
    assert pyogrio.read_info(tmp_path / "t.geojson")["features"] == 4
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text[:-3])


async def test_darwin_core_is_split_by_licence_and_tells_what_is_hidden(site):
    ds = site(TREES, facts={"public_address": "https://trees.example", "number": "7"},
              sources=[make_source(), make_source("b", licence="CC0")])  # fmt: skip
    page = (await ds.client.get("/en/download")).text
    keys = re.findall(r"/edition/7/dwca/([a-z0-9-]+)\.zip", page)
    assert keys[:2] == ["cc0", "cc-by"]
    assert len(keys) == 3
    found = {key: opened((await ds.client.get(f"/edition/7/dwca/{key}.zip")).content) for key in keys}
    records = {key: tables(archive) for key, archive in found.items()}
    assert sum(len(each["Occurrence"]) for each in records.values()) == 4
    first, hidden = records["cc0"]["Occurrence"]
    tree = TREES[0]["uuid"]
    assert (first["organismID"], first["otherCatalogNumbers"]) == (f"urn:uuid:{tree}", "A-1")
    assert first["license"] == "http://creativecommons.org/publicdomain/zero/1.0/legalcode"
    assert (first["decimalLatitude"], first["geodeticDatum"]) == ("25.0232", "EPSG:4326")
    assert first["countryCode"] == "TW"
    assert hidden["coordinateUncertaintyInMeters"] == "1570"
    assert "0.01 degrees" in hidden["dataGeneralizations"]
    assert hidden["informationWithheld"] == "not published: address"
    (withheld,) = records["cc-by"]["Occurrence"]
    assert (withheld["decimalLatitude"], withheld["geodeticDatum"]) == ("", "")
    assert withheld["informationWithheld"] == "not published: position"
    (size,) = records["cc0"]["MeasurementOrFact"]
    assert (size["coreid"], size["measurementValue"], size["measurementUnit"]) == (
        first["occurrenceID"],
        "310",
        "cm",
    )
    (medium,) = records["cc0"]["Multimedia"]
    assert medium["identifier"] == "https://trees.example/photo/1.jpg"
    assert medium["title"] == "树 形"
    eml = ET.fromstring(found["cc0"].read("eml.xml"))
    assert "publicdomain/zero" in ET.tostring(eml.find("dataset/intellectualRights"), encoding="unicode")
    assert eml.find("dataset/coverage/geographicCoverage") is not None
    other = found[keys[2]].read("eml.xml").decode()
    assert "GBIF does not take them" in other


async def test_where_a_search_meets_several_licences_the_reader_chooses(site):
    ds = site(TREES)
    choice = await ds.client.get("/en/search.dwca.zip")
    assert choice.status_code == 300
    links = re.findall(r'href="(/search\.dwca\.zip[^"]+)"', choice.text)
    counts = [len(tables(opened((await ds.client.get(link)).content))["Occurrence"]) for link in links]
    assert sum(counts) == 4
    assert (await ds.client.get("/search.dwca.zip?licence=nope")).status_code == 404
    assert (await ds.client.get("/search.dwca.zip?q=zzzz")).status_code == 300


async def test_a_package_of_a_search_is_whole_and_none_is_too_large(site, tmp_path, monkeypatch):
    ds = site(TREES)
    answer = await ds.client.get("/search.gpkg?q=2")
    path = tmp_path / "part.gpkg"
    path.write_bytes(answer.content)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT tree_no FROM tree").fetchall() == [("2",)]
        assert db.execute("SELECT COUNT(*) FROM measurement").fetchone() == (0,)
        assert db.execute("SELECT value FROM edition WHERE key = 'number'").fetchone() == ("1",)
    monkeypatch.setattr("datasette_plugins.download.searches.MOST_PACKED", 3)
    refused = await ds.client.get("/en/search.gpkg")
    assert refused.status_code == 400
    assert "at most 3 trees" in refused.text
    assert MOST_PACKED == 20_000


async def test_a_package_of_a_search_is_made_of_an_older_edition_without_styles_too(site, tmp_path):
    ds = site(TREES)
    with closing(sqlite3.connect(tmp_path / "public.gpkg")) as db:
        db.executescript("DROP TABLE layer_styles; DROP TABLE zone; DROP TABLE care_event")
    answer = await ds.client.get("/search.gpkg?q=2")
    assert answer.status_code == 200
    path = tmp_path / "part.gpkg"
    path.write_bytes(answer.content)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT tree_no FROM tree").fetchall() == [("2",)]


async def test_the_head_of_a_download_is_that_of_the_whole(site, tmp_path):
    ds = site(TREES)
    size = (tmp_path / "public.gpkg").stat().st_size
    head = await ds.client.head("/public.gpkg")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))
    table = await ds.client.head("/download/trees.csv")
    assert (table.headers["x-total-count"], table.content) == ("4", b"")


@pytest.mark.parametrize("path", ["/public.gpkg", "/download/trees.csv", "/edition/1/trees.geojson"])
async def test_what_a_reader_has_is_not_sent_again_until_the_next_edition(site, tmp_path, path):
    ds = site(TREES)
    etag = (await ds.client.get(path)).headers["etag"]
    again = await ds.client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    make_edition(
        tmp_path / "public.gpkg", TREES[:1], facts={"number": "2", "made_at": "2026-12-01T00:00:00+00:00"}
    )
    current = path.replace("/edition/1/", "/edition/2/")
    fresh = await ds.client.get(current, headers={"if-none-match": etag})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != etag


async def test_a_download_that_has_begun_ends_on_its_edition(tmp_path):
    public = make_edition(tmp_path / "public.gpkg", [make_tree(f"old-{n}") for n in range(1500)])
    ds = create_datasette(public)
    pieces = []

    async def send(message):
        if message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))
            if len(pieces) == 2:
                make_edition(public, [make_tree("new")], facts={"number": "2"})

    async def receive():
        return {"type": "http.request", "body": b""}

    scope = asking("/search.csv")
    await ds.app()(scope, receive, send)
    rows = rows_of(b"".join(pieces).decode())
    assert len(rows) == 1500
    assert {(row["edition"], row["rows"], row["tree_no"][:4]) for row in rows} == {("1", "1500", "old-")}
    assert len(rows_of((await ds.client.get("/search.csv")).text)) == 1


def keep(public: Path, number: int, **facts: str) -> None:
    """Put an edition in place and keep it, as `gushu publish` does."""
    make_edition(public, [make_tree(str(n)) for n in range(number)], facts={"number": str(number), **facts})
    kept_path(public, number).parent.mkdir(exist_ok=True)
    shutil.copyfile(public, kept_path(public, number))


async def test_earlier_editions_keep_their_addresses(tmp_path):
    public = tmp_path / "public.gpkg"
    keep(public, 1)
    keep(public, 2)
    ds = create_datasette(public)
    old = await ds.client.get("/edition/1/trees.csv")
    assert (len(rows_of(old.text)), old.headers["gushu-edition"]) == (1, "1")
    assert (await ds.client.get("/edition/1/public.gpkg")).content == kept_path(public, 1).read_bytes()
    assert "/edition/1/public.gpkg" in (await ds.client.get("/download")).text
    sums = (await ds.client.get("/edition/1/SHA256SUMS")).text
    assert re.fullmatch(r"[0-9a-f]{64}  gushu-1-2026-11-21\.gpkg\n", sums)
    for path in (
        "/edition/3/public.gpkg",
        "/edition/1/nothing.csv",
        "/edition/1/trees.exe",
        "/edition/9",
        "/edition/0",
    ):
        assert (await ds.client.get(path)).status_code == 404, path
    assert (await ds.client.get("/edition/1")).headers["location"] == "/download#edition-1"


async def test_a_withdrawn_edition_is_gone_at_once_in_every_form(tmp_path):
    public = tmp_path / "public.gpkg"
    keep(public, 1)
    keep(public, 2)
    ds = create_datasette(public)
    assert (await ds.client.get("/edition/1/trees.csv")).status_code == 200
    said = {"format": "gushu-withdrawn-1", "said_at": "2026-12-01T00:00:00+00:00", "withdrawn": [1]}
    withdrawn_path(public).write_text(json.dumps(said), "utf-8")
    files = (
        "public.gpkg",
        "public.gpkg.json",
        "SHA256SUMS",
        "trees.csv",
        "trees.json",
        "trees.geojson",
        "dwca/cc0.zip",
    )
    for path in (
        "/edition/1",
        *(f"/edition/1/{file}" for file in files),
        "/ogc/collections/tree/items?edition=1",
    ):
        assert (await ds.client.get(path)).status_code == 410, path
    assert (await ds.client.get("/edition/2/trees.csv")).status_code == 200
    page = (await ds.client.get("/download")).text
    assert "已撤回" in page
    assert "/edition/1/" not in page


async def test_where_the_edition_in_place_is_withdrawn_the_whole_site_is_gone_until_the_next(tmp_path):
    public = tmp_path / "public.gpkg"
    keep(public, 1)
    ds = create_datasette(public)
    paths = (
        "/",
        "/tree/0",
        "/search.csv",
        "/public.gpkg",
        "/ogc",
        "/public/tree.json",
        "/download",
        "/edition/1/trees.csv",
    )
    for path in paths:
        assert (await ds.client.get(path)).status_code == 200, path
    said = {"format": "gushu-withdrawn-1", "said_at": "2026-12-01T00:00:00+00:00", "withdrawn": [1]}
    withdrawn_path(public).write_text(json.dumps(said), "utf-8")
    for path in paths:
        answer = await ds.client.get(path)
        assert answer.status_code == 410, path
        assert "榕" not in answer.text
    style = re.search(r'href="(/-/gushu/static/[^"]+site\.css)"', (await ds.client.get("/")).text)
    assert (await ds.client.get(style[1])).status_code == 200
    make_edition(
        public, TREES, facts={"number": "2", "made_at": "2026-12-02T00:00:00+00:00", "withdrawn": "[1]"}
    )
    assert (await ds.client.get("/")).status_code == 200
    assert (await ds.client.get("/edition/1/trees.csv")).status_code == 410


async def test_memory_does_not_grow_with_the_edition(tmp_path):
    """20,000 made-up trees: no form takes more than some megabytes while it is sent."""
    public = make_edition(tmp_path / "public.gpkg", [make_tree("0", licence="CC0")])
    many = public.with_name("many")
    os.replace(public, many)
    with closing(sqlite3.connect(many)) as db, db:
        names = [
            row[1] for row in db.execute("PRAGMA table_info(tree)") if row[1] not in {"fid", "uuid", "path"}
        ]
        columns = ", ".join(f'"{name}"' for name in names)
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) "
            f"INSERT INTO tree (uuid, path, {columns}) "
            f"SELECT printf('%032x', i), 'p' || i, {columns} FROM n, tree"
        )
    os.replace(many, public)
    ds = create_datasette(public)
    for path in ("/edition/1/trees.csv", "/edition/1/trees.geojson", "/edition/1/dwca/cc0.zip"):
        ends: list[bytes] = [b""]
        sent = 0

        async def send(message, ends=ends):
            nonlocal sent
            body = message.get("body", b"")
            sent += len(body)
            ends[0] = (ends[0] + body)[-2000:]

        async def receive():
            return {"type": "http.request", "body": b""}

        scope = asking(path)
        tracemalloc.start()
        await ds.app()(scope, receive, send)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sent > 300_000
        assert peak < 8_000_000, (path, peak)
        if path.endswith("csv"):
            assert ends[0].endswith(b",20000,20000\r\n")
        elif path.endswith("json"):
            assert ends[0].endswith(b'"numberReturned": 20000}\n')


async def test_a_reader_who_goes_away_ends_the_work(site):
    ds = site([make_tree(str(number)) for number in range(2000)])
    sent = []

    async def send(message):
        sent.append(message)

    messages = iter([{"type": "http.request", "body": b""}])

    async def receive():
        return next(messages, {"type": "http.disconnect"})

    scope = asking("/search.csv")
    await ds.app()(scope, receive, send)
    assert len(sent) < 6
