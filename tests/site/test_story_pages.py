"""The pages of stories and walks: three languages, empty and old editions, any address, axe clean."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from browser_kit import launched_chromium
from editions import make_edition, make_tree
from serving import served

from datasette_plugins.asgi import create_datasette

STORY = {"uuid": "s1", "path": "ST-1", "kind": "legend", "subject_kind": "tree", "title": "树的来历",
         "text": "从前有一棵树。", "lang": "zh-Hans", "source": "某志", "reliability": "oral",
         "teller": "某公",
         "released_on": "2026-03-01"}  # fmt: skip
WALK = {"uuid": "w1", "path": "WK-1", "kind": "city_walk", "title": "一条路线", "title_en": "A walk",
        "lang": "zh-Hans", "intro": "简介。", "stop_count": 2, "hidden_stops": 1,
        "released_on": "2026-03-01"}  # fmt: skip
PAGES = ("/stories", "/story/ST-1", "/walks", "/walk/WK-1")


def insert(db: sqlite3.Connection, table: str, **row: Any) -> None:
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def make_cultured(path: Path) -> Path:
    tree = make_tree()
    make_edition(path, [tree])
    with closing(sqlite3.connect(path)) as db, db:
        insert(db, "story", **STORY, subject_uuid=tree["uuid"])
        insert(db, "story_text", story_uuid="s1", lang="en", title="How it began", text="Once upon a time.")
        insert(db, "walk", **WALK)
        place = {"walk_uuid": "w1", "lang": "zh-Hans"}
        insert(db, "walk_stop", **place, place=1, subject_kind="tree", subject_uuid=tree["uuid"],
               lon=121.5056, lat=25.0232)  # fmt: skip
        insert(db, "walk_stop", **place, place=2, name="休息处", name_en="A rest", lon=121.507, lat=25.024)
    return path


async def answer(path: Path, address: str) -> Any:
    datasette = create_datasette(path)
    try:
        return await datasette.client.get(address)
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/stories", "口头流传"),
        ("/en/stories", "Oral tradition"),
        ("/zh-hant/stories", "口頭流傳"),
        ("/story/ST-1", "从前有一棵树"),
        ("/en/story/ST-1", "Once upon a time"),
        ("/zh-hant/story/ST-1", "从前有一棵树"),
        ("/en/walk/WK-1", "1 stop is not shown"),
        ("/walk/WK-1", "从前有一棵树"),
        ("/stories?q=从前&kind=legend&reliability=oral&place=taipei-wanhua", "树的来历"),
        ("/stories?q=upon", "树的来历"),
        ("/stories?q=没有的话", "没有符合"),
    ],
)
async def test_a_page_says_what_it_has_to_say(tmp_path, address, said):
    response = await answer(make_cultured(tmp_path / "public.gpkg"), address)
    assert response.status_code == 200
    assert said in response.text


@pytest.mark.parametrize("address", ["/stories", "/walks", "/en/stories", "/stories?q=%"])
async def test_an_edition_made_before_there_were_stories_has_none(tmp_path, address):
    path = make_edition(tmp_path / "public.gpkg")
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("story", "story_text", "walk", "walk_stop"):
            db.execute(f"DROP TABLE {table}")
    response = await answer(path, address)
    assert response.status_code == 200
    assert "href=" in response.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/story/no", 404),
        ("/walk/no", 404),
        ("/walk/no.gpx", 404),
        ("/walk/no/leaflet.pdf", 404),
        ("/walk/%FF%00", 302),
        ("/story/" + "x" * 900, 404),
        ("/stories?page=99999999&kind=nonsense&place=" + "x" * 500, 200),
        ("/stories?q=" + "%25_!" * 100, 200),
        ("/stories?q=%00%FF&page=-3", 200),
    ],
)
async def test_whatever_is_asked_is_answered_politely(tmp_path, address, status):
    response = await answer(make_cultured(tmp_path / "public.gpkg"), address)
    assert response.status_code == status
    assert "Traceback" not in response.text


async def test_files_of_a_walk_can_be_fetched(tmp_path):
    path = make_cultured(tmp_path / "public.gpkg")
    gpx = await answer(path, "/walk/WK-1.gpx")
    assert gpx.text.count("<wpt") == 2
    assert (await answer(path, "/walk/WK-1/leaflet.pdf")).content.startswith(b"%PDF")


@pytest.mark.browser
def test_axe_finds_nothing_on_these_pages(tmp_path):
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    run = "axe.run({resultTypes: ['violations']}).then(result => result.violations)"
    wide = "document.documentElement.scrollWidth"
    with served(make_cultured(tmp_path / "public.gpkg")) as port, launched_chromium() as browser:
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
            page = context.new_page()
            for prefix in ("", "/en", "/zh-hant"):
                for address in PAGES:
                    page.goto(f"http://127.0.0.1:{port}{prefix}{address}")
                    page.evaluate(axe)
                    found = [(each["id"], each["nodes"][0]["html"]) for each in page.evaluate(run)]
                    assert found == [], (prefix + address, scheme)
                    assert page.evaluate(wide) <= 390
            context.close()


@pytest.mark.parametrize(
    ("prefix", "said"), [("", "从前有一棵树"), ("/en", "Once upon a time"), ("/zh-hant", "口頭流傳")]
)
async def test_a_tree_tells_its_stories_with_their_source(tmp_path, prefix, said):
    response = await answer(make_cultured(tmp_path / "public.gpkg"), f"{prefix}/tree/768")
    assert said in response.text
    assert "某志" in response.text
