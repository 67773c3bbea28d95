"""What the pages answer: statuses, languages, numbers, headers, errors."""

import re

import pytest
from editions import make_authority, make_edition, make_photo, make_species, make_tag, make_tree, printed_tag


async def test_every_page_answers_in_both_languages(site):
    tree = make_tree("AFCD/KS/005", tags=[make_tag()])
    ds = site([tree])
    pages = ("/", "/search", "/tree/AFCD~2FKS~2F005", "/species/ficus-microcarpa", "/place/taipei-wanhua")
    for path in (*pages, "/download", f"/T/{printed_tag()}"):
        for prefix, lang in (("", "zh-Hans"), ("/en", "en")):
            answer = await ds.client.get(prefix + path)
            assert answer.status_code == 200, prefix + path
            assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize("address", ["AFCD~2FKS~2F005", "AFCD%2FKS%2F005", "hk-ovt:AFCD%2FKS%2F005"])
async def test_a_number_with_a_slash_finds_its_tree(site, address):
    ds = site([make_tree("AFCD/KS/005", number_scheme="hk-ovt")])
    answer = await ds.client.get(f"/tree/{address}", follow_redirects=True)
    assert answer.status_code == 200
    assert "AFCD/KS/005" in answer.text


async def test_another_number_leads_to_the_tree_and_is_explained(site):
    ds = site([make_tree("AFCD/KS/005", aliases=[{"number": "AFCD/IS/00001", "scheme": "hk-tr"}])])
    answer = await ds.client.get("/en/tree/AFCD~2FIS~2F00001", follow_redirects=True)
    assert answer.url.path.endswith("/tree/AFCD~2FKS~2F005")
    assert "AFCD/IS/00001 is another number of this tree" in answer.text


async def test_a_number_held_by_two_trees_shows_a_choice(site):
    trees = [make_tree("1", path=f"{scheme}~3A1", number_scheme=scheme, uuid=scheme) for scheme in ("a", "b")]
    ds = site(trees)
    choice = await ds.client.get("/en/tree/1")
    assert "2 trees carry the number 1." in choice.text
    assert 'href="/en/tree/a~3A1"' in choice.text
    assert (await ds.client.get("/tree/b:1")).status_code == 200


async def test_the_record_as_json_is_the_whole_public_file(site):
    ds = site([make_tree("768", girth_cm=355, measurements=[{"girth_cm": 355}])])
    record = (await ds.client.get("/tree/768.json")).json()
    assert record["girth_cm"] == 355
    assert record["division_path"] == ["臺北市", "萬華區"]
    assert record["attribution"] == "臺北市政府"
    assert not {"fid", "geom"} & set(record)


async def test_what_the_source_lacks_is_said_and_never_invented(site):
    answer = await site([make_tree()]).client.get("/tree/768")
    assert answer.text.count("来源未载") >= 2
    assert "未见尺寸记录" in answer.text
    assert "约" not in re.sub(r"<title>.*?</title>", "", answer.text).partition("<h2>")[0]


async def test_an_age_is_about_unless_it_is_documented(site):
    ds = site(
        [
            make_tree("1", age_years=320, age_basis="estimated"),
            make_tree("2", age_years=320, age_basis="documented"),
        ]
    )
    assert "约 320 年" in (await ds.client.get("/tree/1")).text
    assert "约 320 年" not in (await ds.client.get("/tree/2")).text


async def test_withheld_fields_are_named(site):
    ds = site(
        [
            make_tree(
                withheld=["address", "photos"],
                address=None,
                lon=None,
                lat=None,
                position_precision="withheld",
            )
        ]
    )
    text = (await ds.client.get("/tree/768")).text
    assert "未公开的内容：" in text
    assert "位置不公开" in text


async def test_a_flag_is_a_plain_sentence_even_if_its_check_is_new(site):
    flags = [
        {"check": "unit_suspected", "severity": "warning", "field": "girth_cm", "value": "22700"},
        {"check": "from_the_future", "severity": "note", "field": "height_m", "value": "9"},
    ]
    text = (await site([make_tree(flags=flags)]).client.get("/tree/768")).text
    assert "胸围记为 22700，可能填错了单位" in text
    assert "树高记为 9，有待核对。" in text


async def test_the_grade_is_a_seal(site):
    ds = site([make_tree(protection_grade="1", grade_scheme="cn-2025", category="ancient")])
    assert '<span class="seal" lang="zh-Hans">一</span>' in (await ds.client.get("/tree/768")).text


async def test_recorded_text_cannot_become_markup(site):
    ds = site([make_tree(history_text="<script>alert(1)</script>", name_en='"><b>')])
    for path in ("/tree/768", "/search?q=%3Cscript%3Ealert(1)", "/tree/%3Cscript%3E"):
        text = (await ds.client.get(path)).text
        assert "<script>alert" not in text
        assert '"><b>' not in text


async def test_photos_are_served_and_credited(site):
    ds = site([make_tree(photos=[make_photo(caption="正门", credit="某馆", taken_on="2026-03-01")])])
    text = (await ds.client.get("/tree/768")).text
    assert "正门" in text
    assert "某馆" in text
    for path in ("/photo/1.jpg", "/photo/1.thumb.jpg"):
        answer = await ds.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert (await ds.client.get("/photo/99.jpg")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/tree/none", 404), ("/species/none", 404), ("/%E5%9D", 404), ("/-/databases", 404)],
)
async def test_an_error_is_a_page_in_house_style_with_its_status(site, path, status):
    answer = await site().client.get(f"/en{path}", follow_redirects=True)
    assert answer.status_code == status
    assert "site.css" in answer.text
    assert '<html lang="en">' in answer.text


async def test_an_error_of_a_json_address_is_json(site):
    answer = await site().client.get("/tree/none.json")
    assert answer.status_code == 404
    assert answer.json()["ok"] is False


async def test_what_nobody_foresaw_shows_no_stack_trace_and_logs_no_locals(site, monkeypatch, caplog, capsys):
    ds = site()

    def broken(*_: object) -> None:
        secret = "geheim-4711"
        raise ZeroDivisionError(len(secret))

    monkeypatch.setattr("datasette_plugins.tree_page.pages.find_tree", broken)
    answer = await ds.client.get("/tree/768")
    printed = "".join(capsys.readouterr()) + caplog.text
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert "geheim-4711" not in printed.replace('secret = "geheim-4711"', "")


async def test_writing_is_refused(site):
    answer = await site().client.post("/tree/768")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


async def test_a_head_request_has_the_headers_of_the_page_and_no_body(site):
    ds = site()
    whole, head = await ds.client.get("/"), await ds.client.head("/")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


async def test_a_page_is_compared_by_its_edition(site, tmp_path):
    ds = site([make_tree()])
    first = await ds.client.get("/tree/768")
    etag = first.headers["etag"]
    assert (await ds.client.get("/tree/768", headers={"if-none-match": etag})).status_code == 304
    make_edition(tmp_path / "public.gpkg", [make_tree(girth_cm=444)])
    again = await ds.client.get("/tree/768", headers={"if-none-match": etag})
    assert again.status_code == 200
    assert "444" in again.text


async def test_every_answer_is_secured_and_sets_no_cookie(site):
    ds = site([make_tree(tags=[make_tag()])])
    for path in ("/", "/tree/768", "/search", "/search.csv", "/public", "/nothing", f"/T/{printed_tag()}"):
        answer = await ds.client.get(path, headers={"cookie": "a=b"})
        assert "set-cookie" not in answer.headers, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert ("unsafe-inline" in policy) == (path == "/public")


async def test_links_keep_the_language(site):
    ds = site([make_tree("1"), make_tree("2")])
    for path in ("/en/", "/en/search", "/en/tree/1"):
        text = (await ds.client.get(path)).text
        own = re.findall(r'href="(/[^"]*)"', text)
        free = ("/en/", "/zh-hant/", "/-/", "/public", "/tree/1.json", "/photo/")
        assert [href for href in own if not href.startswith(free) and href != path.removeprefix("/en")] == []
    assert (await ds.client.get("/en/search/")).headers["location"] == "/en/search"


async def test_assets_are_kept_for_ever_under_their_hash(site):
    ds = site()
    address = re.search(r'href="(/-/gushu/static/[^"]+site\.css)"', (await ds.client.get("/")).text)
    answer = await ds.client.get(address[1])
    assert "immutable" in answer.headers["cache-control"]
    assert (await ds.client.get("/-/gushu/static/000000000000/../../etc/passwd")).status_code == 404


async def test_the_file_is_the_edition_and_its_sum_is_stated(site, tmp_path):
    import hashlib

    ds = site()
    file = await ds.client.get("/public.gpkg")
    assert file.content == (tmp_path / "public.gpkg").read_bytes()
    assert file.headers["content-disposition"] == 'attachment; filename="gushu-1-2026-11-21.gpkg"'
    assert hashlib.sha256(file.content).hexdigest() in (await ds.client.get("/download")).text
    rest = await ds.client.get("/public.gpkg", headers={"range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, file.content[100:])


async def test_datasettes_own_pages_stay_and_hide_the_helpers(site):
    ds = site()
    text = (await ds.client.get("/public")).text
    tables = (await ds.client.get("/public.json")).json()["tables"]
    assert "/public/tree" in text
    shown = {table["name"] for table in tables if not table["hidden"]}
    assert {"tree", "species", "source"} <= shown
    assert not [name for name in shown if name.startswith(("gpkg_", "tree_search", "rtree_"))]
    assert (await ds.client.get("/public/tree/1.json")).json()["rows"]


async def test_names_have_their_languages(site):
    text = (await site().client.get("/tree/768")).text
    assert '<span lang="zh-Hant">榕</span>' in text
    assert '<span class="latin" lang="la">Ficus microcarpa</span>' in text


async def test_a_tree_without_a_name_of_its_own_has_that_of_its_species(site):
    ds = site([make_tree(name_zh=None, name_en=None)], species=[make_species(name_hans="榕树")])
    assert '<h1><span lang="zh-Hans">榕树</span>' in (await ds.client.get("/tree/768")).text
    assert '<span lang="zh-Hans">榕树</span>' in (await ds.client.get("/search")).text


async def test_an_authority_without_contact_offers_none(site):
    ds = site([make_tree(tags=[make_tag()])], authorities=[make_authority()])
    for path in ("/tree/768", f"/T/{printed_tag()}"):
        text = (await ds.client.get(path)).text
        assert "tel:" not in text
        assert "mailto:" not in text
