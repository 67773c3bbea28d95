"""The history of editions as pages, Atom feeds and a change feed for programs."""

import json
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from editions import make_edition, make_species, make_tree

from datasette_plugins.asgi import create_datasette

ATOM = "{http://www.w3.org/2005/Atom}"
WHATS = ("added", "removed", "died", "redesignated", "zone", "photo", "text", "changed")


def log(number: int, before: int | None, **facts: Any) -> dict[str, Any]:
    counts = dict.fromkeys((f"{kind}_count" for kind in ("tree", "grove", "garden", "place", "element")), 1)
    plain = {"number": number, "made_at": f"2026-0{number}-01T00:00:00+00:00", "compared_with": before}
    return {**plain, **counts, **dict.fromkeys(WHATS, 0), "is_listed": int(before is not None),
            "sha256": None, "history_head": "0" * 64, **facts}  # fmt: skip


def change(edition: int, place: int, what: str, tree: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "cursor": edition * 1_000_000 + place, "edition": edition, "kind": "tree", "uuid": tree["uuid"],
        "path": tree["path"], "number": tree["tree_no"], "name": "榕", "name_lang": "zh-Hant", "what": what,
        "fields": "[]", "codes": "{}", **facts,
    }  # fmt: skip


OLD, NEW, OTHER = make_tree("768"), make_tree("769"), make_tree("770", species_id="ginkgo", name_zh="銀杏")
GONE = make_tree("771")
LOG = [log(1, None), log(2, 1, added=2, redesignated=1), log(3, 2, added=1, removed=1)]
CHANGES = [
    change(2, 1, "added", NEW),
    change(2, 2, "added", GONE, name=None, path=None),
    change(2, 3, "redesignated", OLD, fields='["protection_grade", "position"]',
           codes='{"protection_grade": ["2", "1"]}'),
    change(3, 1, "added", OTHER),
    change(3, 2, "removed", GONE, name=None, path=None),
]  # fmt: skip


def write(path: Path, changes: list[dict[str, Any]], rows: list[dict[str, Any]] = LOG, **facts: str) -> Path:
    make_edition(
        path, [OLD, NEW, OTHER], species=[make_species(), make_species("ginkgo", name_hans="银杏")],
        facts={"number": "3", **facts},
    )  # fmt: skip
    with sqlite3.connect(path) as db:
        for table, some in (("edition_log", rows), ("edition_change", changes)):
            for row in some:
                names = ", ".join(row)
                db.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
                )
    db.close()
    return path


@pytest.fixture
def client(tmp_path):
    ds = create_datasette(write(tmp_path / "public.gpkg", CHANGES))
    yield ds.client
    ds.executor.shutdown()
    for database in ds.databases.values():
        database.close()


async def get(client: Any, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def test_all_editions_are_listed_newest_first_with_what_happened(client):
    text = await get(client, "/changes")
    assert text.index("第 3 版") < text.index("第 2 版") < text.index("第 1 版")
    assert "/changes/2?what=redesignated" in text
    assert "Edition 2" in await get(client, "/en/changes")


async def test_an_edition_says_from_which_grade_to_which(client):
    text = await get(client, "/changes/2?what=redesignated")
    for said in ("/tree/768", "二级", "一级", "位置", "认定变更"):
        assert said in text


async def test_the_first_edition_says_that_all_is_new(client):
    assert "全部内容均为新增" in await get(client, "/changes/1")


async def test_what_came_and_went_between_two_editions_is_not_told(client):
    text = await get(client, "/changes?from=1&to=3&what=added")
    assert [number in text for number in ("769", "770", "771")] == [True, True, False]
    assert "removed" not in text.split("<main")[1]


async def test_a_tree_that_is_gone_has_a_number_and_no_link(client):
    text = await get(client, "/changes/3?what=removed")
    assert "771" in text
    assert "/tree/771" not in text


@pytest.mark.parametrize("path", ["/changes/99", "/changes/x", "/changes/-1", "/changes?from=1&to=99"])
async def test_editions_that_are_not_known_are_not_found(client, path):
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/changes?from=x&to=", "/changes/2?what=nonsense&page=9999999", "/changes?from=3&to=1",
     "/feed.atom?species=%00&q=%01", "/feed.atom?q=" + "榕" * 300, "/changes.json?limit=-5&since=",
     "/feed.atom?page=99&vigour=x"],
)  # fmt: skip
async def test_absurd_questions_get_an_answer(client, path):
    assert (await client.get(path)).status_code == 200


async def test_an_edition_without_history_has_pages_all_the_same(tmp_path, site):
    ds = site()
    with sqlite3.connect(tmp_path / "public.gpkg") as db:
        db.executescript("DROP TABLE edition_change; DROP TABLE edition_log")
    db.close()
    assert "尚无历次记录" in await get(ds.client, "/changes")
    assert json.loads(await get(ds.client, "/changes.json"))["changes"] == []
    ElementTree.fromstring(await get(ds.client, "/feed.atom?q=榕"))
    ElementTree.fromstring(await get(ds.client, "/feed.atom"))


def entries(text: str) -> list[Any]:
    return ElementTree.fromstring(text).findall(f"{ATOM}entry")


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
@pytest.mark.parametrize("path", ["/feed.atom", "/feed.atom?q=榕", "/species/ginkgo/feed.atom",
                                  "/place/taipei-wanhua/feed.atom"])  # fmt: skip
async def test_feeds_have_what_atom_demands(client, prefix, path):
    answer = await client.get(prefix + path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.text)
    assert root.tag == f"{ATOM}feed"
    for one in (root, *root.findall(f"{ATOM}entry")):
        assert one.find(f"{ATOM}id").text.startswith("urn:uuid:")
        assert one.find(f"{ATOM}title").text
        assert len(one.find(f"{ATOM}updated").text) == 25
        assert any(link.get("rel") == "alternate" for link in one.findall(f"{ATOM}link"))
    ids = [one.find(f"{ATOM}id").text for one in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) > 0
    assert root.find(f"{ATOM}author/{ATOM}name").text
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")].count("self") == 1


async def test_a_filtered_feed_tells_only_what_it_finds(client):
    titles = [
        entry.find(f"{ATOM}title").text for entry in entries(await get(client, "/feed.atom?species=ginkgo"))
    ]
    assert titles == ["榕 770 · 新增"]


async def test_links_are_absolute_where_the_address_is_known(tmp_path):
    ds = create_datasette(write(tmp_path / "public.gpkg", CHANGES, public_address="https://t.example"))
    root = ElementTree.fromstring((await ds.client.get("/en/feed.atom")).text)
    assert all(
        link.get("href").startswith("https://t.example/en")
        for link in root.iterfind(f".//{ATOM}entry/{ATOM}link")
    )
    ds.executor.shutdown()
    for database in ds.databases.values():
        database.close()


@pytest.mark.parametrize("path", ["/feed.atom", "/changes.json", "/changes/2"])
async def test_who_has_it_already_is_told_so(client, path):
    etag = (await client.get(path)).headers["etag"]
    again = await client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.text) == (304, "")


async def test_page_by_page_the_change_feed_tells_everything_once_and_in_order(client):
    seen, since = [], 1
    for _turn in range(10):
        page = json.loads(await get(client, f"/changes.json?since={since}&limit=2"))
        assert page["complete"]
        seen += [row["cursor"] for row in page["changes"]]
        since = page["next"]
        if not page["more"]:
            break
    assert seen == [row["cursor"] for row in CHANGES]
    assert json.loads(await get(client, f"/changes.json?since={since}"))["changes"] == []


async def test_who_asks_for_what_is_not_kept_is_told_to_fetch_the_edition(client):
    assert json.loads(await get(client, "/changes.json?since=0"))["complete"] is False
    assert json.loads(await get(client, "/changes.json?since=2"))["complete"] is True


@pytest.mark.parametrize("since", ["-1", "x", "1e9", "9" * 400, "１"])
async def test_a_cursor_that_is_none_is_refused(client, since):
    answer = await client.get("/changes.json", params={"since": since})
    assert answer.status_code == 400
    assert answer.json()["error"] == "since_invalid"
