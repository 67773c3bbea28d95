"""Dossiers against the same pages drawn with reportlab as it comes, and many of them with a pool.

Run: `python -m benchmarks.bench_dossier`. As it comes: ASCII85 on, no C accelerator, photos through its own
ImageReader; measured in a process of its own, since the accelerator is chosen when reportlab is loaded.
Fonts are prepared before the clock starts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader

from exports import dossier, pictures
from exports.dossier_text import dossier_characters
from exports.fonts import prepare_fonts
from registry.records import (
    HistoryRecord,
    InspectionRecord,
    MapPoint,
    MeasurementRecord,
    PhotoRecord,
    RegisterFacts,
    SourceRecord,
    TreeRecord,
)
from registry.vocab.language import translator

ROUNDS = 3
SINGLE = 30
MANY = 240
WORKERS = 2
PLAIN = (
    "import sys; sys.modules['_rl_accel'] = None; from benchmarks import bench_dossier as b; b.as_it_comes()"
)
ZH = translator("zh")
FACTS = RegisterFacts(
    "示范名录", "https://trees.example", "0" * 64, datetime(2026, 11, 21, tzinfo=UTC), 1, False
)
SOURCE = SourceRecord(
    "example", "示范名录", "zh-Hans", "Example list", "某市园林局", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/",
    "某市园林局", "example.csv", date(2026, 8, 23),
)  # fmt: skip
STORY = "相传此树为建寺时所植，历代碑记屡有提及。大旱之年井水不竭，乡人岁时祭扫，至今不绝。" * 8


@cache
def make_photo() -> PhotoRecord:
    """A photo of about 150 KB."""
    noise = np.random.default_rng(7).integers(0, 255, (225, 300, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).resize((1200, 900)).save(out, "JPEG", quality=38)
    return PhotoRecord("whole", date(2026, 3, 1), "村口", "林业站", 1200, 900, out.getvalue(), b"")


def make_tree(number: int) -> TreeRecord:
    """A tree with a photo, a story, visits and a history: four pages."""
    findings = tuple(f"第{n}项：东侧有枯枝，建议修剪" for n in range(5))
    return TreeRecord(
        uuid=str(number),
        tree_no=f"1404040{number:04}",
        number_scheme="lyt1664-11",
        path=f"1404040{number:04}",
        authority_id="example",
        authority_zh="某市园林局",
        authority_en="Parks Office",
        jurisdiction="cn",
        category="ancient",
        status="alive",
        text_lang="zh-Hans",
        source=SOURCE,
        name_zh="国槐",
        name_latin="Sophora japonica",
        protection_grade="1",
        grade_scheme="cn-2025",
        age_years=500 + number % 900,
        age_basis="estimated",
        division_path=("某省", "某市", "某县"),
        address="某镇某村村口井边",
        lon=113.04 + number / 10_000,
        lat=36.04,
        coordinate_uncertainty_m=8.0,
        vigour="weak",
        vigour_scale="lyt2738",
        history_text=STORY,
        measurements=(
            MeasurementRecord(date(2024, 5, 20), girth_cm=446.0, height_m=18.9, crown_m=18.0),
            MeasurementRecord(date(2017, 6, 22), girth_cm=440.0, height_m=18.4),
        ),
        inspections=tuple(
            InspectionRecord(date(2020 + n, 4, 2), "patrol", vigour="weak", findings=findings)
            for n in range(4)
        ),
        photos=(make_photo(),),
        history=tuple(
            HistoryRecord(
                n, datetime(2026, 8, n, tzinfo=UTC), "import:batch", ("tree_no", "name_zh"), "ab" * 32
            )
            for n in range(5, 0, -1)
        ),
    )


def neighbours_of(tree: TreeRecord) -> tuple[MapPoint, ...]:
    """Twelve trees near by."""
    assert tree.lon is not None
    assert tree.lat is not None
    return tuple(MapPoint(tree.lon + n * 2e-4, tree.lat - n % 5 * 2e-4, str(900 + n)) for n in range(12))


def one_after_another() -> tuple[float, int]:
    """Dossiers a second in this process, the median of the rounds, and the bytes of one."""
    trees = [make_tree(n) for n in range(SINGLE)]
    fonts = prepare_fonts(sorted(frozenset().union(*(dossier_characters(t, FACTS, ZH) for t in trees))))
    rates, size = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for tree in trees:
            out = BytesIO()
            near = neighbours_of(tree)
            dossier.write_dossier(tree, FACTS, out, language=ZH, neighbours=near, fonts=fonts)
            size = len(out.getvalue())
        rates.append(SINGLE / (time.perf_counter() - began))
    return median(rates), size


def many_at_once() -> float:
    """Dossiers a second with a pool that writes files, its start included."""

    def dossiers() -> Iterator[dossier.Dossier]:
        for number in range(MANY):
            tree = make_tree(number)
            yield tree, neighbours_of(tree)

    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        dossier.write_dossiers(dossiers(), Path(folder), FACTS, language=ZH, workers=WORKERS)
        return MANY / (time.perf_counter() - began)


def as_it_comes() -> None:
    """Measure with reportlab's defaults and print the outcome for the process that asked."""
    ours = dossier.new_canvas

    def with_defaults(*args: object, **more: object) -> object:
        canvas = ours(*args, **more)
        rl_config.useA85 = 1
        return canvas

    dossier.new_canvas = with_defaults
    pictures._Jpeg = lambda jpeg: ImageReader(BytesIO(jpeg))
    print(json.dumps(one_after_another()))


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure: dossiers a second, and how many times faster ours is."""
    told = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, check=True, text=True).stdout
    plain_rate, plain_size = json.loads(told)
    rate, size = one_after_another()
    pooled = many_at_once()
    return [
        ("reportlab as it comes", plain_rate, "dossiers/s"),
        ("ours", rate, "dossiers/s"),
        ("ours against it", rate / plain_rate, "x"),
        ("size of ours against it", size / plain_size, "x"),
        (f"ours, {WORKERS} processes, their start included", pooled, "dossiers/s"),
        (f"1,000 dossiers with {WORKERS} processes", 1000 / pooled, "s"),
    ]


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:44} {value:12,.2f} {unit}")
