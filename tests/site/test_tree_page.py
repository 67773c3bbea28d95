"""The page of a tree: its life in one list, what machines read of it, what is unknown, who is remembered."""

import json
import re
import sqlite3

import pytest
from editions import make_authority, make_photo, make_tree

from datasette_plugins.tree_page.card import HEIGHT, WIDTH
from registry.public_visits import write_parts

DARWIN_CORE = frozenset(
    ("organismID", "organismScope", "organismName", "occurrenceID", "basisOfRecord", "occurrenceStatus",
     "catalogNumber", "otherCatalogNumbers", "scientificName", "scientificNameAuthorship", "family", "genus",
     "vernacularName", "verbatimIdentification", "eventDate", "decimalLatitude", "decimalLongitude",
     "geodeticDatum", "coordinateUncertaintyInMeters", "dataGeneralizations", "countryCode",
     "higherGeography", "locality", "institutionCode", "datasetName", "informationWithheld")
)  # fmt: skip
"""Terms of https://dwc.tdwg.org/terms/ that the page uses."""
DUBLIN_CORE = frozenset({"license", "rightsHolder", "modified"})
SCHEMA = frozenset(
    ("name", "url", "inLanguage", "isPartOf", "version", "dateModified", "license", "creditText",
     "mainEntity", "contentLocation", "identifier", "alternateName", "image", "subjectOf", "about", "address",
     "geo", "latitude", "longitude")
)  # fmt: skip
CLASSES = frozenset(
    ("WebPage", "Dataset", "Thing", "dwc:Organism", "CreativeWork", "dwc:Occurrence", "Place",
     "GeoCoordinates")
)  # fmt: skip
UUID = "0b8f2f8e-6c1d-4c2b-9d57-1f1f6f0f3a11"
GIRTH = {"check": "from_the_future", "severity": "note", "field": "girth_cm", "value": "1"}
LIVED = {
    "measurements": [{"measured_on": "2020-06-01", "girth_cm": 355}],
    "inspections": [
        {"inspected_on": "2026-03-01", "kind": "patrol", "findings": ["枯枝"], "text_lang": "zh-Hans"}
    ],
    "designations": [
        {"kind": "listing", "scheme": "tw-taipei", "designated_on": "2003-05-01",
         "approved_by": "臺北市政府", "published_on": "2003-05-09", "published_url": "https://example.org/x"}
    ],
    "photos": [make_photo(kind="bark", taken_on="2024-08-01")],
}  # fmt: skip


def graph(text: str) -> list[dict[str, object]]:
    """The nodes of the page's JSON-LD."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])["@graph"]


def terms(node: object) -> set[str]:
    """All names of properties in a node and in the nodes within."""
    if isinstance(node, list):
        return {name for each in node for name in terms(each)}
    if not isinstance(node, dict):
        return set()
    inner = (terms(value) for value in node.values())
    return {name for name in node if not name.startswith("@")}.union(*inner)


async def test_a_life_is_one_list_in_the_order_of_days(site):
    text = (await site([make_tree(**LIVED)]).client.get("/tree/768")).text
    life = re.search(r'<ol class="time life">.*?</ol>\s*</section>', text, re.DOTALL)[0]
    assert re.findall(r'<time datetime="([^"]+)"', life) == [
        "2026-03-01",
        "2024-08-01",
        "2020-06-01",
        "2003-05-01",
    ]
    assert re.findall(r'<li class="is-(\w+)"', life) == ["visit", "photo", "size", "decision"]
    assert '<a href="https://example.org/x" rel="noopener">2003-05-09 公布</a>' in life
    assert '<span lang="zh-Hant">臺北市政府</span>批准' in life


async def test_a_long_life_is_whole_and_its_earlier_part_can_be_scrolled_by_keyboard(site):
    visits = [
        {"inspected_on": f"20{n:02}-03-01", "kind": "patrol", "findings": [], "text_lang": "zh-Hans"}
        for n in range(40)
    ]
    text = (await site([make_tree(inspections=visits)]).client.get("/en/tree/768")).text
    assert text.count('<li class="is-visit">') == 40
    assert 'tabindex="0" role="region" aria-labelledby="earlier"' in text


async def test_the_graph_has_known_terms_only_and_says_that_a_tree_is_an_organism(site):
    full = make_tree(uuid=UUID, aliases=[{"number": "9", "scheme": "x"}], withheld=["notes"], **LIVED,
                     last_inspected_on="2026-03-01", latin_verbatim="Ficus", family="Moraceae", genus="Ficus",
                     updated_on="2026-01-01", coordinate_uncertainty_m=5)  # fmt: skip
    ds = site([full], facts={"public_address": "https://trees.example.org"})
    nodes = graph((await ds.client.get("/en/tree/768")).text)
    for name in terms(nodes):
        prefix, _, term = name.rpartition(":")
        assert term in {"dwc": DARWIN_CORE, "dcterms": DUBLIN_CORE, "": SCHEMA}[prefix], name
    kinds = [node["@type"] for node in nodes]
    assert {kind for each in kinds for kind in ([each] if isinstance(each, str) else each)} <= CLASSES
    assert ["Thing", "dwc:Organism"] in kinds
    record = next(node for node in nodes if "dwc:occurrenceID" in node)
    assert record["dwc:occurrenceID"] == record["dwc:organismID"] == f"urn:uuid:{UUID}"
    assert (record["dwc:decimalLatitude"], record["dwc:coordinateUncertaintyInMeters"]) == (25.0232, 5)
    assert record["dwc:scientificName"] == "Ficus microcarpa L. f."
    assert record["dwc:informationWithheld"] == "notes"
    ids = {node["@id"] for node in nodes}
    assert {node["mainEntity"]["@id"] for node in nodes if "mainEntity" in node} <= ids


async def test_a_generalised_tree_has_no_point_of_its_own_and_a_withheld_one_none_at_all(site):
    blurred = make_tree("1", position_precision="low", coordinate_uncertainty_m=157)
    hidden = make_tree("2", position_precision="withheld", lon=None, lat=None)
    ds = site([blurred, hidden])
    nodes = graph((await ds.client.get("/tree/1")).text)
    assert not [node for node in nodes if "geo" in node]
    record = next(node for node in nodes if "dwc:occurrenceID" in node)
    assert record["dwc:dataGeneralizations"]
    assert record["dwc:coordinateUncertaintyInMeters"] == 157
    hidden_text = (await ds.client.get("/tree/2")).text
    assert not {"dwc:decimalLatitude", "latitude", "dwc:geodeticDatum"} & terms(graph(hidden_text))


async def test_recorded_words_can_neither_leave_the_script_nor_the_page(site):
    evil = '</script><script>alert(1)</script>"&\\'
    rows = {"inspections": [{"inspected_on": "2026-03-01", "kind": evil, "findings": [evil], "notes": evil,
                             "inspected_by": evil, "text_lang": "zh-Hans"}],
            "designations": [{"kind": "listing", "scheme": evil, "authority": evil, "document_no": evil,
                              "approved_by": evil, "published_on": evil, "published_url": "javascript:x"}],
            "aliases": [{"number": evil, "scheme": evil}],
            "photos": [make_photo(caption=evil, credit=evil, kind=evil, taken_on="2026-01-01")],
            "ages": [{"basis": evil, "method": evil, "evidence": evil, "as_of": "2000-01-01"}]}  # fmt: skip
    texts = ("name_zh", "name_latin", "name_en", "common_name", "address", "history_text", "steward",
             "family", "planted_by", "stem_girths", "attribution", "licence", "age_basis", "vigour", "status",
             "damage", "latin_verbatim", "name_verbatim", "soil", "patrol_basis_zh")  # fmt: skip
    tree = make_tree(**rows, **dict.fromkeys(texts, evil), planted_year=1900, girth_cm=9, age_years=9,
                     patrol_months=3)  # fmt: skip
    for prefix in ("", "/en", "/zh-hant"):
        text = (await site([tree]).client.get(f"{prefix}/tree/768")).text
        assert "<script>alert" not in text
        assert "javascript:" not in text
        assert graph(text)


async def test_a_citation_names_register_number_edition_day_and_lasting_address(site):
    ds = site(facts={"public_address": "https://trees.example.org/", "number": "7"})
    cites = [re.search(r'<p class="cite">(.*?)</p>', (await ds.client.get(f"{prefix}/tree/768")).text)[1]
             for prefix in ("", "/en", "/zh-hant")]  # fmt: skip
    for cite in cites:
        assert "https://trees.example.org/tree/768" in cite
        assert "2026-11-21" in cite
        assert "Ficus microcarpa" in cite
    assert "第 7 版" in cites[0]
    assert "Edition 7" in cites[1]
    assert "編號 768" in cites[2]


async def test_shared_links_have_a_card_that_is_a_picture(site):
    ds = site(facts={"public_address": "https://trees.example.org"})
    text = (await ds.client.get("/en/tree/768")).text
    assert '<meta property="og:image" content="https://trees.example.org/en/tree/768/card.png">' in text
    answer = await ds.client.get("/en/tree/768/card.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    size = answer.content[16:24]
    assert (int.from_bytes(size[:4]), int.from_bytes(size[4:])) == (WIDTH, HEIGHT)
    assert "etag" in answer.headers
    assert (await ds.client.get("/tree/none/card.png")).status_code == 404


@pytest.mark.parametrize("facts", [
    {"name_zh": None, "name_en": None, "name_latin": None, "species_id": None},
    {"name_zh": "一株名字很长很长的古老大榕树王" * 4, "protection_grade": "1"},
    {"status": "dead", "age_years": 300, "age_basis": "estimated"},
])  # fmt: skip
async def test_a_card_is_drawn_of_any_tree(site, facts):
    assert (await site([make_tree(**facts)]).client.get("/tree/768/card.png")).status_code == 200


async def test_a_photo_has_a_page_that_needs_no_script(site):
    shots = [make_photo(taken_on=f"202{n}-01-01", viewpoint="south") for n in range(3)]
    ds = site([make_tree(photos=shots)])
    tree = (await ds.client.get("/en/tree/768")).text
    assert 'href="/en/photo/2"' in tree
    page = (await ds.client.get("/en/photo/2")).text
    assert 'alt="Whole tree from the south, Banyan, 2021-01-01"' in page
    assert {'href="/en/photo/3"', 'href="/en/photo/1"'} <= set(re.findall(r'href="/en/photo/\d"', page))
    assert 'href="/en/tree/768"' in page
    assert (await ds.client.get("/photo/99")).status_code == 404


async def test_a_viewpoint_seen_twice_makes_a_pair_then_and_now(site):
    shots = [make_photo(taken_on=day, viewpoint="south") for day in ("2014-05-06", "2026-04-02")]
    text = (await site([make_tree(photos=shots)]).client.get("/tree/768")).text
    pair = re.search(r'<figure class="pair">.*?</figure>', text, re.DOTALL)[0]
    assert pair.index("2014-05-06") < pair.index("2026-04-02")
    alone = (await site([make_tree(photos=shots[:1])]).client.get("/tree/768")).text
    assert 'class="pair"' not in alone


@pytest.mark.parametrize(("prefix", "said"), [
    ("", "斯树已故，档案长存。"), ("/en", "This tree has died."), ("/zh-hant", "斯樹已故，檔案長存。"),
])  # fmt: skip
async def test_a_dead_tree_is_remembered(site, prefix, said):
    text = (await site([make_tree(status="dead")]).client.get(f"{prefix}/tree/768")).text
    assert said in text
    assert '<span class="seal" lang="zh-Hans">故</span>' in text
    assert "tree-page is-gone" in text


async def test_a_next_visit_is_told_only_where_a_rule_gives_one(site):
    ruled = {"patrol_months": 3, "patrol_basis_zh": "某条例", "next_visit_on": "2026-12-10"}
    ds = site([make_tree("1", **ruled), make_tree("2", **{**ruled, "next_visit_on": None}), make_tree("3")])
    texts = [(await ds.client.get(f"/tree/{n}")).text for n in (1, 2, 3)]
    assert "2026年12月10日</time>之前" in texts[0]
    assert "每 3 个月一次" in texts[1]
    assert "下次到场" not in texts[1]
    assert "下次到场" not in texts[2]


async def test_what_nobody_knows_is_asked_of_those_who_may(site):
    mute, reachable = [
        (await site([make_tree()], authorities=[make_authority(**contact)]).client.get("/en/tree/768")).text
        for contact in ({}, {"duty_mail": "duty@example.org"})
    ]
    assert "No size is on record" in mute
    assert "Do you know it?" not in mute
    assert re.search(r'<a href="mailto:duty@example.org\?subject=768%20Banyan">Do you know it\?', reachable)


async def test_a_page_is_the_same_whether_the_edition_says_which_tables_to_ask(site, tmp_path):
    ds = site([make_tree(flags=[GIRTH], girth_cm=355, **LIVED)])
    path = tmp_path / "public.gpkg"
    for address in ("/tree/768.json", "/en/tree/768"):
        before = (await ds.client.get(address)).text
        with sqlite3.connect(path) as db:
            write_parts(db)
            (parts,) = db.execute("SELECT parts FROM tree").fetchone()
        db.close()
        after = (await ds.client.get(f"{address}?again")).text
        assert json.loads(parts) == ["measurement", "inspection", "designation", "flag", "photo"]
        assert after.replace("?again", "") == before


async def test_the_choice_and_the_unknown_number_speak_three_languages(site):
    trees = [make_tree("1", path=f"{scheme}~3A1", number_scheme=scheme, uuid=scheme) for scheme in ("a", "b")]
    ds = site(trees)
    for prefix, several, none in (
        ("", "有 2 棵树的编号是 1。", "没有"),
        ("/en", "2 trees carry the number 1.", "No tree carries the number 99."),
        ("/zh-hant", "有 2 棵樹的編號是 1。", "沒有"),
    ):
        assert several in (await ds.client.get(f"{prefix}/tree/1")).text
        answer = await ds.client.get(f"{prefix}/tree/99")
        assert answer.status_code == 404
        assert none in answer.text
