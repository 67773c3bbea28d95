"""The hand-over map against Folium's own markers: one object a tree, in Folium's MarkerCluster.

Run: `python benchmarks/bench_map.py`. What Folium is given is timed on 1,000 trees (its time grows in
proportion) and set against the same number of ours.
"""

import random
import time
from collections.abc import Callable
from io import BytesIO
from math import isnan, nan
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory

import folium
from folium.plugins import MarkerCluster

from benchmarks.facts import FACTS
from exports.folium_map import write_map
from exports.print_map import PrintOptions, write_print_map
from registry.cli.map_content import printed_grid
from registry.records import MapTree, SourceRecord

ROUNDS = 3
SAMPLE = 1_000
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


def on_paper(trees: list[MapTree]) -> bytes:
    """The same on A3, in vectors."""
    out = BytesIO()
    options = PrintOptions((420.0, 297.0))
    write_print_map(trees, out, language="zh", facts=FACTS, grid_for=printed_grid, options=options)
    return out.getvalue()


def opened(trees: list[MapTree]) -> float:
    """Seconds until a browser shows the clusters of the hand-over map; without Playwright and Chromium the
    figure is left out (nan)."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return nan
    chromium = which("chromium") or which("google-chrome")
    if chromium is None:
        return nan
    with TemporaryDirectory() as folder, sync_playwright() as play:
        path = Path(folder) / "map.html"
        path.write_bytes(ours(trees))
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        times = []
        for _ in range(ROUNDS):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            start = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector(".tm-cluster")
            times.append(time.perf_counter() - start)
            page.close()
        browser.close()
    return median(times)


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


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure; Folium's own time is measured on SAMPLE trees and scaled up."""
    theirs, size = seconds(foliums, make_trees(SAMPLE))
    figures = [(f"folium Marker + MarkerCluster, {SAMPLE:,} trees", theirs, "s")]
    for count in (4_842, 20_000):
        taken, size = seconds(ours, make_trees(count))
        figures += [
            (f"ours, {count:,} trees", taken, "s"),
            (f"ours, {count:,} trees, size", size / 1e6, "MB"),
            (f"ours over folium, {count:,} trees", theirs / SAMPLE * count / taken, "x"),
        ]
        if not isnan(shown := opened(make_trees(count))):
            figures.append((f"opened until its clusters stand, {count:,} trees", shown, "s"))
    taken, size = seconds(on_paper, make_trees(20_000))
    figures.append(("on paper (A3), 20,000 trees", taken, "s"))
    figures.append(("on paper (A3), 20,000 trees, size", size / 1e6, "MB"))
    return figures


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:44} {value:10,.2f} {unit}")
