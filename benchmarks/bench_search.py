"""The search at 500,000 trees against LIKE over the same texts: `python -m benchmarks.bench_search`.

The edition is synthetic and says so: species, places and addresses are drawn from lists with a fixed seed.
For words of two characters the search is asked for their number and the first fifty in order, LIKE for all
of them in the order of the register; recall says how many of those that LIKE finds the search finds as well.
Then the pages of the site, facets included.
"""

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "site"))
from editions import make_edition, make_tree

from datasette_plugins.asgi import create_datasette
from datasette_plugins.search.pages import load_search
from datasette_plugins.search.suggest import suggestions
from datasette_plugins.search.wishes import Wish
from datasette_plugins.site.pages import edition_of
from datasette_plugins.site.visits import Visit
from registry.public_search import write_search

TREES = 500_000
PAGES_AT = 100_000
ROUNDS = 3
WORDS = ("永乐", "云门", "石匠", "龙泉", "崇福")
"""Two characters each, of a kind that people look for: names of temples, wells and lanes."""
COLUMNS = ("name_zh", "name_latin", "name_en", "address", "tree_no", "division_path")
_SPECIES = (
    ("国槐", "Styphnolobium japonicum", 30), ("侧柏", "Platycladus orientalis", 24),
    ("银杏", "Ginkgo biloba", 12), ("油松", "Pinus tabuliformis", 12), ("旱柳", "Salix matsudana", 8),
    ("白皮松", "Pinus bungeana", 5),
    ("楸", "Catalpa bungei", 4), ("文冠果", "Xanthoceras sorbifolium", 2), ("皂荚", "Gleditsia sinensis", 2),
)  # fmt: skip
_BEGINNINGS = "东西南北上下大小前后中新老石沙清白黄青龙凤金银福寿安宁永长平"
_MIDDLES = "庄村沟岭河泉坪坡湾堡寨营店桥口头家门山岗峪滩渠窑院庙寺塔井"
_RARE = tuple(f"{word}寺" for word in WORDS)
_SPREAD = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def synthetic_tree(number: int, draw: random.Random) -> dict[str, Any]:
    """One made-up tree; about one in ten thousand stands at a temple with a name of WORDS."""
    name, latin, _ = draw.choices(_SPECIES, [share for *_, share in _SPECIES])[0]
    place = "".join(draw.choice(letters) for letters in (_BEGINNINGS, _MIDDLES, _SPREAD, _MIDDLES))
    temple = draw.choice(_RARE) if draw.random() < len(_RARE) / 10_000 else ""
    grade = draw.choice(("1", "2", "2", "3", "3", "3"))
    return make_tree(
        f"{140_000_000_000 + number}",
        uuid=f"synthetic-{number}",
        jurisdiction="cn",
        species_id=None,
        name_zh=name,
        name_zh_lang="zh-Hans",
        name_latin=latin,
        name_en=None,
        division_path=["合成数据", f"{draw.choice(_BEGINNINGS)}{draw.choice(_MIDDLES)}镇"],
        address=f"{place}{draw.randrange(1, 400)}号{temple}旁",
        protection_grade=grade,
        category="ancient",
        age_years=draw.randrange(90, 1500),
        girth_cm=float(draw.randrange(60, 900)),
        text_lang="zh-Hans",
    )


def make_synthetic(path: Path, trees: int) -> float:
    """An edition of `trees` made-up trees at `path`; the seconds that its search took to write."""
    make_edition(path, [], facts={"demonstration": "yes", "register_name": "合成数据，只供测速"})
    draw = random.Random(20_261_121)
    with sqlite3.connect(path) as db:
        rows = (synthetic_tree(number, draw) for number in range(trees))
        for batch in iter(lambda: [row for row, _ in zip(rows, range(10_000), strict=False)], []):
            stored = [{key: _stored(value) for key, value in row.items()} for row in batch]
            names = ", ".join(stored[0])
            marks = ", ".join(f":{name}" for name in stored[0])
            db.executemany(f"INSERT INTO tree ({names}) VALUES ({marks})", stored)
        for table in ("found", "facet_count", "facet_key", "tree_facet"):
            db.execute(f"DELETE FROM {table}")
        for index in ("tree_search", "found_search"):
            db.execute(f"INSERT INTO {index}({index}) VALUES ('delete-all')")
        begun = time.perf_counter()
        write_search(db)
        db.execute("INSERT INTO tree_search(tree_search) VALUES ('optimize')")
        took = time.perf_counter() - begun
    db.close()
    return took


def _stored(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _median(ask: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Seconds, the median of some rounds after one that does not count."""
    ask()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def compare(db: sqlite3.Connection) -> Iterator[tuple[str, float, str]]:
    """Search and LIKE for all trees with a word, in turn."""
    like = " OR ".join(f"{column} LIKE :like" for column in COLUMNS)
    every = f"SELECT fid FROM tree WHERE {like} ORDER BY fid"
    ratios, recalls, found = [], [], 0
    for word in WORDS:
        wish, holding = Wish(q=word), {"like": f"%{word}%"}
        ours = {row[0] for row in db.execute(wish.picking(), wish.values)}
        theirs = {row[0] for row in db.execute(every, holding)}
        recalls.append(len(ours & theirs) / len(theirs))
        found += len(theirs)
        quick = _median(lambda wish=wish: first_page(db, wish), 21)
        ratios.append(_median(lambda holding=holding: db.execute(every, holding).fetchall()) / quick)
    yield "two characters: trees found, mean", found / len(WORDS), "trees"
    yield "two characters: recall against LIKE, least", min(recalls), "of 1"
    yield "two characters: times as quick as LIKE, median", statistics.median(ratios), "x"
    yield "two characters: times as quick as LIKE, least", min(ratios), "x"
    wish, holding = Wish(q="国槐"), {"like": "%国槐%"}
    yield "a name that many trees have", first_page(db, wish)[0], "trees"
    slow = _median(lambda: db.execute(every, holding).fetchall(), 1)
    yield "the same: times as quick as LIKE", slow / _median(lambda: first_page(db, wish)), "x"


def first_page(db: sqlite3.Connection, wish: Wish) -> tuple[int, list[int]]:
    """What the list asks for: how many trees, and which are the first fifty, best first."""
    trees = db.execute(wish.counting, wish.values).fetchone()[0]
    return trees, [row[0] for row in db.execute(f"{wish.picking()} LIMIT 50", wish.values)]


def pages(path: Path) -> Iterator[tuple[str, float, str]]:
    """What the site does for a page of the list, and for a suggestion, without drawing it."""
    datasette = create_datasette(path)
    edition = edition_of(datasette)
    asked = {
        "everything": Wish(),
        "国槐": Wish(q="国槐"),
        "永乐": Wish(q="永乐"),
        "third grade": Wish(facets={"grade": "3"}),
        "国槐, third grade, oldest first": Wish(q="国槐", facets={"grade": "3"}, sort="oldest"),
        "guohuai": Wish(q="guohuai"),
        "part of a number": Wish(q="00477"),
        "page 300 of 国槐": Wish(q="国槐", page=300),
    }
    for name, wish in asked.items():
        yield (
            f"list: {name}",
            1000 * _median(lambda w=wish: edition.read_now(lambda db: load_search(edition, w, db))),
            "ms",
        )
    for typed in ("国", "guo", "1400"):
        ask = lambda q=typed: edition.read_now(lambda db: suggestions(db, q, Visit()))  # noqa: E731
        yield f"suggestions: {typed}", 1000 * _median(ask, 21), "ms"
    datasette.executor.shutdown()
    for database in datasette.databases.values():
        database.close()


def run() -> Iterator[tuple[str, float, str]]:
    """The figures, one at a time: what, value, unit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.gpkg"
        make_synthetic(path, PAGES_AT)
        for what, value, unit in pages(path):
            yield f"{PAGES_AT:,}: {what}", value, unit
        path = Path(folder) / "words.gpkg"
        yield f"{TREES:,}: search written in", make_synthetic(path, TREES), "s"
        db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        size = "SELECT SUM(pgsize) / 1e6 FROM dbstat WHERE name {}"
        yield "words of the trees", db.execute(size.format("LIKE 'tree_search%'")).fetchone()[0], "MB"
        yield "index of facets", db.execute(size.format("= 'tree_facet_index'")).fetchone()[0], "MB"
        yield "the whole edition", path.stat().st_size / 1e6, "MB"
        for what, value, unit in compare(db):
            yield f"{TREES:,}: {what}", value, unit
        db.close()


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:64} {value:12,.2f} {unit}", flush=True)
