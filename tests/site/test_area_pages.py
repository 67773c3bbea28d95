"""Groves, gardens, places and landmark elements have pages; every count says groves apart."""

import pytest
from editions import make_area, make_grove, make_tree


async def test_a_grove_shows_its_form_its_composition_and_its_trees(site):
    grove = make_grove(
        tree_count=120,
        file_count=1,
        protection_grade="1",
        details=[["canopy_closure", 0.7], ["layers", "单层"], ["department", "forestry"]],
        composition=[{"name_verbatim": "侧柏", "tree_count": 120, "share_percent": 100.0}],
    )
    ds = site([make_tree("14040400001", grove_no="14040401")], groves=[grove])
    text = (await ds.client.get("/grove/14040401")).text
    for said in (
        "柏树坡",
        "120",
        "其中 1 株单独建档",
        "郁闭度",
        "0.7",
        "林业",
        "侧柏",
        "/tree/14040400001",
        "一",
    ):
        assert said in text
    english = (await ds.client.get("/en/grove/14040401")).text
    for said in ("Grove number", "1 of them has a file of its own", "Canopy closure", "Forestry"):
        assert said in english


async def test_a_garden_shows_what_stands_in_it_and_what_stands_in_it_leads_back(site):
    garden = make_area("Y1", name="某园", period="明", listings=[])
    grove = make_grove("G1", garden_no="Y1")
    bridge = make_area("E1", name="引静桥", subkind="bridge", garden_no="Y1")
    ds = site([make_tree("7", garden_no="Y1")], groves=[grove], gardens=[garden], elements=[bridge])
    text = (await ds.client.get("/garden/Y1")).text
    for said in ("某园", "明", "引静桥", "古桥", "/grove/G1", "/element/E1"):
        assert said in text
    assert "/garden/Y1" in (await ds.client.get("/element/E1")).text
    assert "/garden/Y1" in (await ds.client.get("/grove/G1")).text


@pytest.mark.parametrize(
    ("kinds", "facts"),
    [
        ("groves", {"groves": [make_grove(tree_count=80)]}),
        ("gardens", {"gardens": [make_area(listings=[])]}),
        ("landmarks", {"places": [make_area(subkind="village")]}),
        ("elements", {"elements": [make_area(subkind="well")]}),
    ],
)
async def test_every_kind_has_its_list_and_an_empty_one_says_so(site, kinds, facts):
    for prefix in ("", "/en"):
        listed = await site([make_tree()], **facts).client.get(f"{prefix}/{kinds}")
        assert "柏树坡" in listed.text
    empty = await site([make_tree()]).client.get(f"/{kinds}")
    assert (empty.status_code, "尚未登记" in empty.text) == (200, True)


async def test_the_home_page_says_scattered_trees_groves_and_trees_in_groves_apart(site):
    trees = [make_tree(str(number)) for number in range(3)]
    trees += [make_tree("9", grove_no="14040401"), make_tree("10", status="dead")]
    ds = site(trees, groves=[make_grove(tree_count=120, file_count=1)])
    english = (await ds.client.get("/en/")).text
    assert "3 scattered trees, 1 grove, 120 trees in groves" in english
    assert "123" in english
    assert "散生 3 株" in (await ds.client.get("/")).text


async def test_a_dead_groves_page_says_so_and_an_unknown_one_is_not_found(site):
    ds = site([make_tree()], groves=[make_grove(status="delisted")])
    assert "已注销" in (await ds.client.get("/grove/14040401")).text
    assert (await ds.client.get("/grove/nowhere")).status_code == 404
