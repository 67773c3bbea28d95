"""Species and divisions: names, records that compare like with like, and counts that a search agrees with."""

import json
import re
from typing import Any

import pytest
from editions import make_division, make_grove, make_photo, make_species, make_tree

LANGUAGES = ("", "/en", "/zh-hant")
DOUBT = {"check": "girth_out_of_range", "severity": "warning", "field": "girth_cm", "value": "9999"}


def ranks(text: str, title: str) -> list[str]:
    """The numbers of the trees of the table of records with this title."""
    section = next(part for part in re.findall(r"<section.*?</section>", text, re.S) if title in part)
    return re.findall(r'href="(?:/en)?/tree/([^"]+)"', section)


async def test_every_name_of_a_species_is_told_with_its_kind(site):
    names = [
        {"species_id": "ficus-microcarpa", "kind": "synonym", "name": "Ficus retusa", "name_lang": "la"},
        {"species_id": "ficus-microcarpa", "kind": "also", "name": "小叶榕", "name_lang": "zh"},
    ]
    ds = site([make_tree()], rows={"species_name": names})
    text = (await ds.client.get("/species/ficus-microcarpa")).text
    for said in ("榕树", "Banyan", "曾用学名", "Ficus retusa", "小叶榕", "Moraceae"):
        assert said in text
    linked = json.loads(re.search(r'ld\+json">(.*?)</script>', text)[1])
    assert (linked["@type"], linked["name"]) == ("Taxon", "Ficus microcarpa")
    assert "Former scientific name" in (await ds.client.get("/en/species/ficus-microcarpa")).text


async def test_records_compare_like_with_like_and_leave_doubts_out_and_say_so(site):
    trees = [
        make_tree("1", girth_cm=500, measure_height_m=1.3),
        make_tree("2", girth_cm=700, measure_height_m=1.3),
        make_tree("3", girth_cm=9999, measure_height_m=1.3, flags=[DOUBT]),
        make_tree("4", girth_cm=900, measure_height_m=1.3, stem_count=3),
        make_tree("5", girth_cm=800, measure_height_m=1.0),
        make_tree("6", girth_cm=850, measure_height_m=1.3, status="dead"),
    ]
    ds = site(trees)
    text = (await ds.client.get("/species/ficus-microcarpa")).text
    assert ranks(text, "在 1.3 m 高处测量") == ["2", "1"]
    assert ranks(text, "在 1 m 高处测量") == ["5"]
    assert "存疑的 1 个未计入" in text
    assert "多干的 1 株未计入" in text
    answer = (await ds.client.get("/species/ficus-microcarpa.json")).json()
    assert answer["records"][0]["doubted_left_out"] == 1


async def test_sizes_are_a_chart_with_words_and_a_table(site):
    trees = [make_tree(str(number), girth_cm=100 + 10 * number) for number in range(20)]
    text = (await site(trees).client.get("/en/species/ficus-microcarpa")).text
    chart = re.search(r'<figure class="histogram">.*?</section>', text, re.S)[0]
    assert re.search(r'role="img" aria-label="Girth: most trees, \d+, have', chart)
    counted = [int(number) for number in re.findall(r'<td class="num">(\d+)</td>', chart)]
    assert sum(counted) == 20


async def test_few_sizes_make_no_chart(site):
    text = (await site([make_tree(girth_cm=100)]).client.get("/species/ficus-microcarpa")).text
    assert 'class="histogram"' not in text


async def test_the_newest_photos_of_a_species_lead_to_their_trees(site):
    photos = [make_photo(taken_on="2026-05-01", credit="某局")]
    text = (await site([make_tree("9", photos=photos)]).client.get("/species/ficus-microcarpa")).text
    assert re.search(r"<img[^>]+alt=\"[^\"]*2026-05-01", text)
    assert "某局" in text
    assert 'href="/tree/9"' in text


async def test_seasons_are_said_to_be_general_knowledge(site):
    species = make_species("ginkgo", name_latin="Ginkgo biloba", genus="Ginkgo", name_hans="银杏")
    ds = site([make_tree(species_id="ginkgo", lat=31.0)], species=[species])
    assert "非本名册的观测记录" in (await ds.client.get("/species/ginkgo")).text
    assert "Through the year" not in (await site().client.get("/en/species/ficus-microcarpa")).text


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 2), ("q=榕", 1), ("q=ginkgo", 1), ("letter=F", 1), ("family=Ginkgoaceae", 1), ("q=%25", 0),
     ("letter=%27", 0), ("q=榕&family=Ginkgoaceae", 0), ("order=name&page=9", 2)],
)  # fmt: skip
async def test_the_list_of_species_is_searched_by_name_letter_and_family(site, query, found):
    ginkgo = make_species("ginkgo", name_latin="Ginkgo biloba", name_hans="银杏", name_hant="銀杏",
                          name_en="Ginkgo", genus="Ginkgo", family="Ginkgoaceae")  # fmt: skip
    ds = site([make_tree(), make_tree("2", species_id="ginkgo")], species=[make_species(), ginkgo])
    for prefix in LANGUAGES:
        answer = await ds.client.get(f"{prefix}/species?{query}")
        assert answer.status_code == 200
        assert len(re.findall(rf'<li><a href="{prefix}/species/[a-z-]+">', answer.text)) == found


def nested() -> list[dict[str, Any]]:
    mainland = {"jurisdiction": "cn", "name_lang": "zh-Hans"}
    return [
        make_division("cn/p", "山西省", level="province", **mainland),
        make_division("cn/p/c", "长治市", level="city", parent_id="cn/p", **mainland),
        make_division("cn/p/c/k", "上党区", level="county", parent_id="cn/p/c", **mainland),
    ]


async def test_a_division_counts_what_a_search_for_it_finds(site):
    trees = [
        make_tree(str(number), division_id="cn/p/c/k" if number % 2 else "cn/p/c") for number in range(9)
    ]
    trees += [make_tree("dead", status="dead", division_id="cn/p/c/k"), make_tree("far", division_id=None)]
    divisions = nested()
    for division, count in zip(divisions, (10, 10, 5), strict=True):
        division["tree_count"] = count
    ds = site(trees, divisions=divisions)
    for path, count in (("cn/p", 10), ("cn/p/c", 10), ("cn/p/c/k", 5)):
        page = (await ds.client.get("/place/" + path.replace("/", "~2F") + ".json")).json()
        found = (await ds.client.get(f"/search.json?division={path}")).json()
        assert page["tree_count"] == count == len(found["trees"])
        assert sum(each["trees"] for each in page["species"]) == count


async def test_a_division_tells_scattered_trees_and_groves_apart_and_what_lies_in_it(site):
    trees = [make_tree("1", division_id="cn/p/c/k", age_years=300, protection_grade="1", girth_cm=400)]
    trees += [make_tree("2", division_id="cn/p/c/k", grove_no="14040401")]
    grove = make_grove(tree_count=120, file_count=1, division_id="cn/p/c/k")
    ds = site(trees, groves=[grove], divisions=nested())
    english = (await ds.client.get("/en/place/cn~2Fp")).text
    assert "1 scattered tree, 1 grove, 120 trees in groves" in english
    assert "/en/grove/14040401" in english
    assert ranks(english, "The oldest") == ["1"]
    county = (await ds.client.get("/place/cn~2Fp~2Fc~2Fk")).text
    for address in ("/place/cn~2Fp", "/place/cn~2Fp~2Fc", "/place", "division=cn%2Fp%2Fc%2Fk&amp;grade=1"):
        assert address in county


async def test_doubted_ages_and_girths_lead_no_ranking(site):
    flags = [{**DOUBT, "field": "age_years"}]
    trees = [make_tree("1", age_years=3000, flags=flags), make_tree("2", age_years=300)]
    assert ranks((await site(trees).client.get("/place/taipei-wanhua")).text, "最老") == ["2"]


async def test_the_index_of_divisions_is_a_tree_with_names_a_reader_can_say(site):
    ds = site([make_tree(division_id="cn/p/c/k")], divisions=nested())
    assert "上党区" in (await ds.client.get("/place")).text
    english = (await ds.client.get("/en/place")).text
    assert "Shangdang" in english
    assert english.index("Shanxi") < english.index("Changzhi") < english.index("Shangdang")
