"""The hand-over map against Folium's own markers: one object a tree, in Folium's MarkerCluster.

Run: `python benchmarks/bench_map.py`. What Folium is given is timed on 1,000 trees (its time grows in
proportion) and set against the same number of ours.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from statistics import median

import folium
from folium.plugins import MarkerCluster

from exports.folium_map import write_map
from registry.records import MapTree, RegisterFacts, SourceRecord

ROUNDS = 3
SAMPLE = 1_000
FACTS = RegisterFacts(
    "示范名录", "https://trees.example", "0" * 64, datetime(2026, 11, 21, tzinfo=UTC), 1, False
)
SOURCE = SourceRecord(
    "s", "名录", "zh-Hans", "Register", "某局", "CC BY 4.0", "https://x.example", "某局", "", None
)
SPECIES = [("榕", "Ficus microcarpa"), ("樟", "Cinnamomum camphora"), ("银杏", "Ginkgo biloba")]


def make_trees(count: int) -> list[MapTree]:
    """`count` trees of three species over three districts."""
    rng = random.Random(11)
    trees = []
    for number in range(count):
        name, latin = SPECIES[number % 3]
        tree = MapTree(
            path=f"{number:08}",
            tree_no=f"{number:08}",
            jurisdiction="tw-taipei",
            category="listed",
            status="alive",
            text_lang="zh-Hant",
            source=SOURCE,
            name_zh=name,
            name_latin=latin,
            listings=("tw-taipei",),
            division_path=("臺北市", f"{number % 12}區"),
            lon=121.5 + rng.random() / 5,
            lat=25 + rng.random() / 5,
        )
        trees.append(tree)
    return trees


def ours(trees: list[MapTree]) -> bytes:
    """The hand-over map."""
    out = BytesIO()
    write_map(trees, out, language="zh", facts=FACTS)
    return out.getvalue()


def foliums(trees: list[MapTree]) -> bytes:
    """Folium with a Marker and a Popup for every tree."""
    page = folium.Map(location=[25, 121.5], tiles=None)
    cluster = MarkerCluster().add_to(page)
    for tree in trees:
        popup = folium.Popup(f"{tree.name_zh} {tree.tree_no}")
        folium.Marker([tree.lat, tree.lon], popup=popup).add_to(cluster)
    html: str = page.get_root().render()
    return html.encode()


def seconds(make: Callable[[list[MapTree]], bytes], trees: list[MapTree]) -> tuple[float, int]:
    """The median time of some rounds, and the size in bytes."""
    times, size = [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        size = len(make(trees))
        times.append(time.perf_counter() - start)
    return median(times), size


def main() -> None:
    """Print one line per size."""
    theirs, size = seconds(foliums, make_trees(SAMPLE))
    each = theirs / SAMPLE
    _print("folium Marker + MarkerCluster", SAMPLE, theirs, size, 1)
    for count in (SAMPLE, 4_842, 20_000):
        time_taken, size = seconds(ours, make_trees(count))
        _print("write_map", count, time_taken, size, each * count / time_taken)


def _print(what: str, count: int, time_taken: float, size: int, ratio: float) -> None:
    print(f"{what:30} {count:>6,} trees {time_taken:6.2f} s {size / 1e6:5.2f} MB {ratio:5.0f}x")


if __name__ == "__main__":
    main()
