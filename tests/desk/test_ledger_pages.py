"""Groves, gardens, places and elements at the desk: entering, boundary, what stands in them, links."""

import json
import re
from typing import Any

import pytest
from desk_kit import HERE, THERE, DeskKit, alert_of, rows, told_otherwise

from registry.models import AuditEntry, Element, Grove, HeritageGarden, Place, RecordLink, Tree

SQUARE = [[113.05, 36.05], [113.06, 36.05], [113.06, 36.06], [113.05, 36.06], [113.05, 36.05]]


def geojson(ring: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    """The file of a form."""
    content = json.dumps({"type": kind, "coordinates": [ring]}).encode()
    return {"boundary": ("边界.geojson", content, "application/geo+json")}


async def made(desk: DeskKit, kind: str, login: str = "clerk", /, **said: Any) -> Any:
    """The answer to a form that enters a record."""
    async with desk.client(login) as client:
        return await client.post(f"records/new/{kind}", data={"division": HERE, **said})


async def own_of(desk: DeskKit, kind: str, /, **said: Any) -> str:
    """The id of a record that was entered."""
    answer = await made(desk, kind, **said)
    assert answer.status_code == 303, alert_of(answer.text)
    return str(answer.headers["location"].rpartition("/")[2])


@pytest.mark.parametrize("kind", ["grove", "garden", "place", "element"])
@pytest.mark.parametrize("lang", ["", "en/"])
async def test_a_registrar_sees_the_form_of_each_kind(desk: DeskKit, kind: str, lang: str):
    async with desk.client("registrar") as client:
        answer = await client.get(f"http://desk.test/{lang}-/desk/records/new/{kind}")
        assert f"records/new/{kind}" in (await client.get(f"records?kind={kind}")).text
    assert answer.status_code == 200
    assert 'name="number"' in answer.text
    assert ('name="kind"' in answer.text) == (kind in {"place", "element"})


async def test_a_grove_is_entered_with_its_fields_position_and_boundary(desk: DeskKit):
    said = {
        "division": HERE, "number": "Q01", "name": "西和油松群", "tree_count": "120", "canopy_closure": "0.7",
        "lon": "113.055", "lat": "36.055", "datum": "CGCS2000", "notes": "第一行\r\n第二行", "reason": "普查",
    }  # fmt: skip
    async with desk.client("clerk") as client:
        answer = await client.post("records/new/grove", data=said, files=geojson())
        assert answer.status_code == 303, alert_of(answer.text)
        page = (await client.get(answer.headers["location"].removeprefix("/-/desk/"))).text
    assert "西和油松群" in page
    (grove,) = rows(desk, Grove)
    assert (grove.number, grove.tree_count, grove.canopy_closure) == ("Q01", 120, 0.7)
    assert (grove.lon_raw, grove.datum.value, grove.division_id) == ("113.055", "CGCS2000", HERE)
    assert json.loads(grove.boundary) == SQUARE
    assert grove.notes == "第一行\n第二行"
    assert told_otherwise(desk) == []
    assert [each.action for each in rows(desk, AuditEntry)].count("record made") == 1


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        ("garden", HeritageGarden, {"number": "Y-01", "name": "某园", "is_world_heritage": "no"}),
        ("place", Place, {"number": "P-01", "kind": "park", "name": "白水公园"}),
        ("grove", Grove, {"number": "Q-02"}),
    ],
)
async def test_each_kind_is_entered_with_what_is_needed(desk: DeskKit, kind: str, table: Any, said: Any):
    own = await own_of(desk, kind, **said)
    (row,) = rows(desk, table)
    assert (row.id, row.number) == (own, said["number"])
    assert told_otherwise(desk) == []


async def test_an_element_stands_in_a_garden_and_lies_where_it_does(desk: DeskKit):
    garden = await own_of(desk, "garden", number="Y-01")
    own = await own_of(
        desk, "element", number="E-01", kind="well", within_kind="garden", within="Y-01", division=""
    )
    (element,) = rows(desk, Element)
    assert (element.id, element.garden_id) == (own, garden)
    async with desk.client("clerk") as client:
        assert "E-01" in (await client.get(f"garden/{garden}")).text


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        ("grove", {"number": ""}, "编号"),
        ("grove", {"number": "Q1", "tree_count": "许多"}, "许多"),
        ("grove", {"number": "Q1", "lon": "113.05"}, "lon, lat"),
        ("grove", {"number": "Q1", "tree_count": "9" * 30}, "2e+09"),
        ("grove", {"number": "Q1", "area_ha": "1e400"}, "2e+09"),
        ("grove", {"number": "Q1", "lon": "113.05", "lat": "36.05", "datum": "unknown"}, "datum"),
        ("element", {"number": "E1", "kind": "well"}, "请写明所在的名园或地点"),
        ("place", {"number": "P1", "kind": ""}, "park"),
        ("element", {"number": "E1", "kind": "well", "within_kind": "garden", "within": "无"}, "无"),
    ],
    ids=[
        "no number",
        "no whole number",
        "half a position",
        "too many",
        "endless",
        "no datum",
        "nowhere",
        "no kind",
        "no such garden",
    ],
)
async def test_what_cannot_be_entered_is_told_and_nothing_typed_is_lost(
    desk: DeskKit, kind: str, said: Any, told: str
):
    answer = await made(desk, kind, name="写了很久的名称", **said)
    assert answer.status_code == 422
    assert told in alert_of(answer.text)
    assert "写了很久的名称" in answer.text
    assert rows(desk, Grove) + rows(desk, Place) + rows(desk, Element) == []


async def test_a_number_is_entered_once(desk: DeskKit):
    await own_of(desk, "grove", number="Q01")
    answer = await made(desk, "grove", number="Q01")
    assert answer.status_code == 422
    assert "Q01" in alert_of(answer.text)
    assert len(rows(desk, Grove)) == 1


@pytest.mark.parametrize("division", ["", THERE], ids=["nowhere", "another county"])
async def test_a_clerk_enters_records_in_his_county_alone(desk: DeskKit, division: str):
    answer = await made(desk, "grove", number="Q01", division=division)
    assert answer.status_code == 403
    assert rows(desk, Grove) == []
    anywhere = await made(desk, "grove", "registrar", number="Q01", division="")
    assert anywhere.status_code == 303


async def test_a_clerk_puts_no_element_into_a_garden_of_another_county(desk: DeskKit):
    assert (await made(desk, "garden", "registrar", number="Y-09", division=THERE)).status_code == 303
    said = {"number": "E1", "kind": "well", "within_kind": "garden", "within": "Y-09"}
    assert (await made(desk, "element", **said)).status_code == 403
    assert rows(desk, Element) == []


@pytest.mark.parametrize("kind", ["tree", "craft", "nothing"])
async def test_only_groves_gardens_places_and_elements_are_entered_so(desk: DeskKit, kind: str):
    async with desk.client("registrar") as client:
        assert (await client.get(f"records/new/{kind}")).status_code == 404


async def test_the_form_claims_no_datum_that_nobody_chose(desk: DeskKit):
    async with desk.client("clerk") as client:
        page = (await client.get("records/new/grove")).text
    assert re.search(r'<option value="unknown" selected>', page)


async def test_a_boundary_is_not_taken_away_where_a_file_was_chosen(desk: DeskKit):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        await client.post(f"record/grove/{own}/boundary", files=geojson())
        both = await client.post(f"record/grove/{own}/boundary", data={"none": "yes"}, files=geojson())
    assert both.status_code == 422
    assert json.loads(rows(desk, Grove)[0].boundary) == SQUARE


async def test_a_boundary_is_taken_over_and_taken_away(desk: DeskKit):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        assert "还没有登记边界" in (await client.get(f"record/grove/{own}/boundary")).text
        assert (await client.post(f"record/grove/{own}/boundary", files=geojson())).status_code == 303
        assert json.loads(rows(desk, Grove)[0].boundary) == SQUARE
        assert "登记的边界有 4 个拐点" in (await client.get(f"record/grove/{own}/boundary")).text
        assert (await client.post(f"record/grove/{own}/boundary", data={"none": "yes"})).status_code == 303
    assert rows(desk, Grove)[0].boundary == "[]"
    assert told_otherwise(desk) == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (geojson(SQUARE[:-1]), "边界.geojson"),
        (geojson(["12", "34", "56", "12"]), "边界.geojson"),
        (geojson([["113", "36"]] * 4), "边界.geojson"),
        (geojson([[True, False]] * 4), "边界.geojson"),
        (geojson([[113.0, 36.0]] * 4), "边界.geojson"),
        (geojson([[10**400, 36.0]] * 4), "边界.geojson"),
        (geojson(None), "边界.geojson"),
        (geojson(5), "边界.geojson"),
        (geojson(5, "MultiPolygon"), "边界.geojson"),
        (
            {"boundary": ("x.json", b'{"type": "FeatureCollection", "features": 5}', "application/json")},
            "x.json",
        ),
        (
            {"boundary": ("x.json", b'{"type": "MultiPolygon", "coordinates": true}', "application/json")},
            "x.json",
        ),
        (geojson(kind="Point"), "边界.geojson"),
        ({"boundary": ("x.json", b"{", "application/json")}, "x.json"),
        ({"boundary": ("x.json", b"[" * 100_000, "application/json")}, "x.json"),
        ({}, "GeoJSON"),
    ],
    ids=[
        "open",
        "texts",
        "points of texts",
        "points of truths",
        "one point",
        "huge",
        "none",
        "number",
        "many of a number",
        "features of a number",
        "many of a truth",
        "no polygon",
        "no GeoJSON",
        "deep",
        "nothing",
    ],
)
async def test_a_boundary_that_cannot_be_taken_is_told_by_the_file_s_own_name(
    desk: DeskKit, files: dict[str, Any], told: str
):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/grove/{own}/boundary", data={"reason": "测"}, files=files)
    assert answer.status_code == 422
    assert told in alert_of(answer.text)
    assert rows(desk, Grove)[0].boundary == "[]"


async def test_trees_are_put_into_a_grove_and_taken_out(desk: DeskKit):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        put = {"what": "hold", "numbers": "1\r\n2\r\n", "reason": "普查"}
        assert (await client.post(f"record/grove/{own}/holds", data=put)).status_code == 303
        page = (await client.get(f"record/grove/{own}/holds")).text
        assert "已放入 2 份档案" in page
        taken = {"what": "release", "held": f"tree:{desk.tree_ids['1']}"}
        assert (await client.post(f"record/grove/{own}/holds", data=taken)).status_code == 303
        assert "已移出 1 份档案" in (await client.get(f"record/grove/{own}/holds")).text
    standing = {tree.tree_no: tree.grove_id for tree in rows(desk, Tree)}
    assert standing == {"1": None, "2": own, "3": None}
    assert told_otherwise(desk) == []


async def test_a_garden_holds_groves_and_trees(desk: DeskKit):
    garden = await own_of(desk, "garden", number="Y-01")
    grove = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        put = {"what": "hold", "numbers": "grove:Q01\n1"}
        assert (await client.post(f"record/garden/{garden}/holds", data=put)).status_code == 303
        page = (await client.get(f"garden/{garden}")).text
    assert f"/grove/{grove}" in page
    assert f"/tree/{desk.tree_ids['1']}" in page


@pytest.mark.parametrize("numbers", ["1\n没有", "place:P9", "garden:Y-01", "craft:J1"])
async def test_a_number_that_cannot_stand_there_moves_nothing(desk: DeskKit, numbers: str):
    await own_of(desk, "garden", number="Y-01")
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/grove/{own}/holds", data={"what": "hold", "numbers": numbers})
    assert answer.status_code == 422
    assert alert_of(answer.text)
    assert numbers.splitlines()[0] in answer.text
    assert {tree.grove_id for tree in rows(desk, Tree)} == {None}


async def test_a_clerk_moves_no_tree_of_another_county(desk: DeskKit):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/grove/{own}/holds", data={"what": "hold", "numbers": "1\n3"})
        assert answer.status_code == 403
        assert {tree.grove_id for tree in rows(desk, Tree)} == {None}
    async with desk.client("registrar") as client:
        await client.post(f"record/grove/{own}/holds", data={"what": "hold", "numbers": "3"})
    async with desk.client("clerk") as client:
        taken = {"what": "release", "held": f"tree:{desk.tree_ids['3']}"}
        assert "银杏" not in (await client.get(f"record/grove/{own}/holds")).text
        await client.post(f"record/grove/{own}/holds", data=taken)
    assert own in {tree.grove_id for tree in rows(desk, Tree)}


async def test_every_line_of_a_long_list_is_looked_at(desk: DeskKit):
    own = await own_of(desk, "grove", number="Q01")
    numbers = "1\n" * 1500 + "没有这一株"
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/grove/{own}/holds", data={"what": "hold", "numbers": numbers})
    assert "没有这一株" in alert_of(answer.text)


async def test_an_element_is_not_taken_out_of_the_only_record_that_it_stands_in(desk: DeskKit):
    garden = await own_of(desk, "garden", number="Y-01")
    own = await own_of(desk, "element", number="E-01", kind="well", within_kind="garden", within="Y-01")
    async with desk.client("clerk") as client:
        taken = {"what": "release", "held": f"element:{own}"}
        answer = await client.post(f"record/garden/{garden}/holds", data=taken)
        assert "请放入另一名园或地点" in alert_of(answer.text)
        assert "E-01" in (await client.get("records?kind=element")).text
    assert rows(desk, Element)[0].garden_id == garden


async def test_a_place_stands_neither_in_itself_nor_in_a_circle(desk: DeskKit):
    one = await own_of(desk, "place", number="P1", kind="park")
    two = await own_of(desk, "place", number="P2", kind="park")
    async with desk.client("clerk") as client:
        itself = await client.post(f"record/place/{one}/holds", data={"what": "hold", "numbers": "place:P1"})
        assert itself.status_code == 422
        put = await client.post(f"record/place/{one}/holds", data={"what": "hold", "numbers": "place:P2"})
        assert put.status_code == 303
        circle = await client.post(f"record/place/{two}/holds", data={"what": "hold", "numbers": "place:P1"})
        assert circle.status_code == 422
    assert {row.number: row.parent_id for row in rows(desk, Place)} == {"P1": None, "P2": one}


async def test_two_records_are_linked_and_parted_again(desk: DeskKit):
    garden = await own_of(desk, "garden", number="Y-01", name="某园")
    tree = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        said = {"sort": "related", "other_kind": "garden", "other": "Y-01", "note": "同一寺院"}
        assert (await client.post(f"record/tree/{tree}/links", data=said)).status_code == 303
        assert (await client.post(f"record/tree/{tree}/links", data=said)).status_code == 303
        (link,) = rows(desk, RecordLink)
        assert "某园" in (await client.get(f"tree/{tree}")).text
        assert "国槐" in (await client.get(f"garden/{garden}")).text
        taken = await client.post(f"record/garden/{garden}/links", data={"remove": link.id})
        assert taken.status_code == 303
    assert rows(desk, RecordLink) == []


async def test_a_link_needs_the_right_to_change_both(desk: DeskKit):
    tree = desk.tree_ids["1"]
    said = {"sort": "related", "other_kind": "tree", "other": "3"}
    async with desk.client("clerk") as client:
        assert (await client.post(f"record/tree/{tree}/links", data=said)).status_code == 403
    async with desk.client("registrar") as client:
        assert (await client.post(f"record/tree/{tree}/links", data=said)).status_code == 303
    (link,) = rows(desk, RecordLink)
    async with desk.client("clerk") as client:
        assert (await client.post(f"record/tree/{tree}/links", data={"remove": link.id})).status_code == 403
        page = (await client.get(f"record/tree/{tree}/links")).text
        assert "银杏" not in page, "of a file of another county the number is told alone"
        other = await client.post(f"record/tree/{desk.tree_ids['2']}/links", data={"remove": link.id})
        assert other.status_code == 404
    assert len(rows(desk, RecordLink)) == 1


@pytest.mark.parametrize("other", ["没有", "1"], ids=["unknown", "itself"])
async def test_a_link_that_cannot_be_is_told(desk: DeskKit, other: str):
    tree = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        answer = await client.post(
            f"record/tree/{tree}/links", data={"sort": "related", "other_kind": "tree", "other": other}
        )
    assert answer.status_code == 422
    assert alert_of(answer.text)
    assert rows(desk, RecordLink) == []


@pytest.mark.parametrize("login", ["county", "auditor"])
async def test_whoever_only_reads_enters_and_moves_nothing(desk: DeskKit, login: str):
    own = await own_of(desk, "grove", number="Q01")
    async with desk.client(login) as client:
        page = (await client.get(f"grove/{own}")).text
        for path in ("holds", "links", "boundary"):
            assert (await client.post(f"record/grove/{own}/{path}", data={})).status_code == 403
            assert f"record/grove/{own}/{path}" not in page
        assert (await client.post("records/new/grove", data={"number": "Q02"})).status_code == 403
        assert "records/new" not in (await client.get("records?kind=grove")).text
    assert len(rows(desk, Grove)) == 1
