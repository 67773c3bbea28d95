"""A new edition takes the place of the old one while the site runs."""

import asyncio
import re
import threading
import time
from pathlib import Path

import pytest
from editions import make_edition, make_tree
from serving import fetch, served

from datasette_plugins.asgi import create_datasette
from datasette_plugins.site.compat import IS_NEXT
from registry.errors import EditionMissingError

PAGES = ("/tree/768", "/tree/768.json", "/search?q=768", "/", "/public/tree.json?_shape=array")


def put_edition(path: Path, number: int) -> None:
    """Edition `number`: the tree's girth and address tell it, and it has as many trees."""
    tree = make_tree("768", girth_cm=1000 + number, address=f"edition {number} here")
    others = [make_tree(f"x{other}") for other in range(number)]
    make_edition(path, [tree, *others], facts={"number": str(number)})


def test_two_workers_under_load_switch_without_a_failed_request(tmp_path):
    public = tmp_path / "public.gpkg"
    put_edition(public, 1)
    answers: list[tuple[int, str]] = []
    mixed: list[str] = []
    done = threading.Event()

    def read(path: str) -> None:
        while not done.is_set():
            status, text = fetch(port, path)
            answers.append((status, path))
            if path == "/tree/768" and len(set(told(text))) != 1:
                mixed.append(text)

    with served(public, workers=2) as port:
        readers = [threading.Thread(target=read, args=(path,)) for path in PAGES]
        for reader in readers:
            reader.start()
        for number in range(2, 12):
            put_edition(public, number)
            time.sleep(0.12)
        last = [told(fetch(port, "/tree/768")[1]) for _ in range(20)]  # both workers are met
        done.set()
        for reader in readers:
            reader.join()
    assert len(answers) > 20
    assert {status for status, _ in answers} == {200}
    assert mixed == []
    assert last == [["11", "11", "11"]] * 20


def told(text: str) -> list[str]:
    """The edition as the size, the place and the foot of a tree's page tell it."""
    girth = re.search(r"<dd>1,0(\d\d) cm", text)
    place = re.search(r">edition (\d+) here<", text)
    foot = re.search(r"第 (\d+) 版", text)
    return [str(int(match[1])) for match in (girth, place, foot) if match]


async def test_counts_hash_and_catalogue_follow_the_edition(tmp_path):
    public = make_edition(tmp_path / "public.gpkg", [make_tree("1")])
    ds = create_datasette(public)
    edition = ds.get_database("public")
    await ds.refresh_schemas()
    before = (edition.hash, edition.size, (await edition.table_counts())["tree"], (await edition.sha256())[0])
    make_edition(public, [make_tree(str(number)) for number in range(500)])
    with_view = public.with_name("beside")
    with_view.write_bytes(public.read_bytes())
    import sqlite3

    db = sqlite3.connect(with_view)
    db.execute("CREATE TABLE new_table (a)")
    db.commit()
    db.close()
    with_view.replace(public)
    after = (edition.hash, edition.size, (await edition.table_counts())["tree"], (await edition.sha256())[0])
    assert after[2] == 500
    assert not [pair for pair in zip(before, after, strict=True) if pair[0] == pair[1]]
    assert (await ds.client.get("/public/new_table.json")).status_code == 200
    internal = ds.get_internal_database() if IS_NEXT else ds.get_database("_internal")
    tables = await internal.execute(f"SELECT table_name FROM {'catalog_' if IS_NEXT else ''}tables")
    assert "new_table" in {row[0] for row in tables.rows}


async def test_what_has_begun_ends_on_its_edition(tmp_path):
    public = make_edition(tmp_path / "public.gpkg", [make_tree("1")])
    edition = create_datasette(public).get_database("public")
    count = "SELECT COUNT(*) FROM tree"
    with edition.private_connection() as long_read:
        make_edition(public, [make_tree("1"), make_tree("2")])
        assert long_read.execute(count).fetchone()[0] == 1
    for _ in range(12):  # every thread of the pool
        assert (await edition.execute(count)).single_value() == 2


async def test_an_edition_that_is_moved_away_stays_readable_and_none_is_said_politely(tmp_path):
    public = make_edition(tmp_path / "public.gpkg")
    ds = create_datasette(public)
    edition = ds.get_database("public")
    assert edition.read_now(lambda db: db.execute("SELECT 1").fetchone()[0]) == 1
    public.rename(tmp_path / "elsewhere.gpkg")
    assert edition.read_now(lambda db: db.execute("SELECT 1").fetchone()[0]) == 1
    with pytest.raises(EditionMissingError):
        edition.stamp()
    empty = create_datasette(tmp_path / "never.gpkg")
    answer = await empty.client.get("/")
    assert answer.status_code == 503
    assert "还没有公开版" in answer.text


async def test_a_folder_with_odd_characters_is_no_obstacle(tmp_path):
    folder = tmp_path / "登记 100% #1?"
    folder.mkdir()
    ds = create_datasette(make_edition(folder / "public.gpkg"))
    assert (await asyncio.wait_for(ds.client.get("/tree/768"), 10)).status_code == 200
