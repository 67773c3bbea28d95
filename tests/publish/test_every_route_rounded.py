"""Where positions are published rounded, no address says one more exactly; maps show the review number."""

import re
import sqlite3
from contextlib import closing

import pytest
import shapely
from leak_kit import EXACT_NO, Office, publish_again, unpacked
from public_kit import full_office, own_addresses

from datasette_plugins.asgi import create_datasette

LON, LAT = 112.7345678, 40.0123456
EXACT = re.compile(rb"112\.734[56]|40\.0123[0-9]")
REVIEW_NO = "GS(2026)0001"
LANGUAGES = ("", "/en", "/zh-hant")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """All that has a place has the same one, to seven decimals; nothing is generalised."""
    office = full_office(tmp_path_factory.mktemp("rounded") / "office", decimals="3")
    ring = [(LON - 0.0001, LAT - 0.0001), (LON + 0.0001, LAT - 0.0001), (LON, LAT + 0.0001)]
    boundary = str([[lon, lat] for lon, lat in (*ring, ring[0])])
    with closing(sqlite3.connect(office.address)) as db, db:
        db.execute("DELETE FROM zone WHERE kind = 'legal'")
        for table in ("tree", "grove", "garden", "place", "element"):
            where = f" WHERE tree_no = '{EXACT_NO}'" if table == "tree" else ""
            name = "heritage_garden" if table == "garden" and _lacks(db, "garden") else table
            db.execute(f"UPDATE {name} SET lon = ?, lat = ?, position_precision = 'exact'{where}", (LON, LAT))
            if table != "tree":
                db.execute(f"UPDATE {name} SET boundary = ?", (boundary,))
        db.execute("UPDATE walk_stop SET lon = ?, lat = ? WHERE lon IS NOT NULL", (LON, LAT))
        outline = shapely.to_wkb(shapely.Polygon(ring), hex=True)
        db.execute("UPDATE zone SET outline = ?", (outline,))
    publish_again(office)
    return office


def _lacks(db: sqlite3.Connection, table: str) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None


async def test_no_address_says_a_position_more_exactly(office: Office) -> None:
    addresses = own_addresses(office)
    asked = [address for some in addresses.values() for address in some if "/edition/2/" not in address]
    asked += ["/map/zones.json?box=112,39,114,41", "/map/points.json?bbox=112.7,40,112.8,40.1&z=19"]
    seen = 0
    datasette = create_datasette(office.edition)
    try:
        for address in asked:
            answer = await datasette.client.get(address)
            assert answer.status_code < 400, address
            for part in unpacked("", answer.content):
                assert not EXACT.search(part), address
                seen += b"112.735" in part
    finally:
        _end(datasette)
    assert seen > 10


async def test_every_page_with_a_map_shows_the_review_number(office: Office) -> None:
    with closing(sqlite3.connect(office.edition)) as db:
        paths = {name: db.execute(f"SELECT path FROM {name} ORDER BY fid LIMIT 1").fetchone()[0]
                 for name in ("grove", "garden", "place", "element", "tree")}  # fmt: skip
        species = db.execute("SELECT path FROM species LIMIT 1").fetchone()[0]
    words = {"place": "landmark"}
    pages = [f"/{words.get(kind, kind)}/{path}" for kind, path in paths.items() if kind != "tree"]
    pages += [f"/tree/{EXACT_NO}", "/map", f"/map?walk={EXACT_NO}", "/", "/walk/WK-0001"]
    pages += [f"/species/{species}"]
    datasette = create_datasette(office.edition)
    try:
        for prefix in LANGUAGES:
            for page in pages:
                answer = await datasette.client.get(prefix + page)
                drawn = re.search(
                    r"<svg[^>]*class=\"[^\"]*(?:map|sketch|dots)|data-map|id=\"map\"", answer.text
                )
                assert not drawn or REVIEW_NO in answer.text, prefix + page
        leaflet = (await datasette.client.get("/walk/WK-0001/leaflet.pdf")).content
        assert any(REVIEW_NO.encode() in part for part in unpacked("", leaflet))
        for sure in ("/map", f"/tree/{EXACT_NO}", "/walk/WK-0001"):
            assert REVIEW_NO in (await datasette.client.get(sure)).text, sure
    finally:
        _end(datasette)


def _end(datasette) -> None:  # type: ignore[no-untyped-def]
    datasette.executor.shutdown()
    for database in datasette.databases.values():
        database.close()
