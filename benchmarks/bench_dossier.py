"""Dossiers against the same pages drawn with reportlab as it comes, with weasyprint, and many with a pool.

Run: `python -m benchmarks.bench_dossier`. As it comes: reportlab's own canvas with its settings, ASCII85 on,
no C accelerator, photos through its own ImageReader, its own widths of lines and subsets of fonts; measured
in a process of its own, since the accelerator is chosen when reportlab is loaded. Ours is PDF/A-3b, with the
record, its proof and its signature inside; the others are neither signed nor PDF/A. weasyprint is compared
with only where it is installed: it is given the same texts, tables and photo as HTML (70.0, Chinese from
system fonts: one dossier took seconds, ours 0.04 s). Fonts are prepared before the clock starts; the clock is
the processor's time but for the pool.
"""

import json
import struct
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.facts import FACTS
from exports import dossier, dossier_run, font_subset, pictures
from exports.dossier_text import Said, dossier_characters
from exports.fonts import Fonts, Role, prepare_fonts
from registry.proof_records import Signer
from registry.records import (
    HistoryRecord,
    InspectionRecord,
    MapPoint,
    MeasurementRecord,
    PhotoRecord,
    SourceRecord,
    TreeRecord,
)
from registry.vocab.fields import FIELDS
from registry.vocab.language import translator

ROUNDS = 3
SINGLE = 30
MANY = 240
WORKERS = 2
PLAIN = (
    "import sys; sys.modules['_rl_accel'] = None; from benchmarks import bench_dossier as b; b.as_it_comes()"
)
ZH = translator("zh")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer(KEY.sign, KEY.public_key().public_bytes_raw())
SOURCE = SourceRecord(
    "example", "示范名录", "zh-Hans", "Example list", "某市园林局", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/",
    "某市园林局", "example.csv", date(2026, 8, 23),
)  # fmt: skip
STORY = "相传此树为建寺时所植，历代碑记屡有提及。大旱之年井水不竭，乡人岁时祭扫，至今不绝。" * 8


@cache
def make_jpeg() -> bytes:
    """A picture of about 200 kB."""
    noise = np.random.default_rng(7).integers(0, 255, (225, 300, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).resize((1200, 900)).save(out, "JPEG", quality=38)
    return out.getvalue()


def make_photo(number: int) -> PhotoRecord:
    """A photo of its own for each tree: a comment in the picture tells them apart."""
    start, rest = make_jpeg()[:2], make_jpeg()[2:]
    jpeg = start + struct.pack(">HHI", 0xFFFE, 6, number) + rest
    return PhotoRecord("whole", date(2026, 3, 1), "村口", "林业站", 1200, 900, jpeg, b"")


def make_tree(number: int) -> TreeRecord:
    """A tree with a photo, a story, visits and a history: four pages."""
    findings = tuple(f"第{n}项：东侧有枯枝，建议修剪" for n in range(5))
    return TreeRecord(
        uuid=f"00000000-0000-4000-8000-{number:012}",
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
        photos=(make_photo(number),),
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


def one_after_another(signer: Signer | None = None) -> tuple[float, int]:
    """Dossiers a second of this processor's time, the median of the rounds, and the bytes of one."""
    trees = [make_tree(n) for n in range(SINGLE)]
    fonts = prepare_fonts(sorted(frozenset().union(*(dossier_characters(t, FACTS, ZH) for t in trees))))
    rates, size = [], 0
    for _ in range(ROUNDS):
        began = time.process_time()
        for tree in trees:
            out = BytesIO()
            near = neighbours_of(tree)
            dossier.write_dossier(tree, FACTS, out, language=ZH, neighbours=near, fonts=fonts, signer=signer)
            size = len(out.getvalue())
        rates.append(SINGLE / (time.process_time() - began))
    return median(rates), size


def many_at_once() -> float:
    """Dossiers a second with a pool that writes files, its start included."""

    def dossiers() -> Iterator[dossier.Dossier]:
        for number in range(MANY):
            tree = make_tree(number)
            yield dossier.Dossier(tree, neighbours_of(tree))

    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        dossier_run.write_dossiers(
            dossiers(), Path(folder), FACTS, language=ZH, workers=WORKERS, signer=SIGNER
        )
        return MANY / (time.perf_counter() - began)


class PlainCanvas(Canvas):  # type: ignore[misc]
    """reportlab's canvas with nothing changed; what is to travel inside is left behind."""

    def draw_leaning(self, x: float, y: float, text: str, lean: float) -> None:
        """Letters that lean, by a text object of reportlab's."""
        line = self.beginText()
        line.setTextTransform(1, 0, lean, 1, x, y)
        line.textOut(text)
        self.drawText(line)

    class file:  # noqa: N801
        """Takes attachments and forgets them."""

        @staticmethod
        def attach(_file: object) -> None:
            """Forget the file."""


def own_width(fonts: Fonts, text: str, role: Role, size: float) -> float:
    """The width of a line as reportlab works it out."""
    return float(stringWidth(text, fonts.face(text, role), size))


def as_it_comes() -> None:
    """Measure with reportlab's defaults and print the outcome for the process that asked."""

    def with_defaults(out: object, *, pagesize: object, **_more: object) -> object:
        rl_config.useA85 = 1
        return PlainCanvas(out, pagesize=pagesize)

    dossier.new_canvas = with_defaults
    font_subset.SubsetFace.addObjects = TTFont.addObjects
    Fonts.width = own_width
    pictures._Jpeg = lambda jpeg: ImageReader(BytesIO(jpeg))
    print(json.dumps(one_after_another()))


def page_of(tree: TreeRecord) -> str:
    """The same texts, tables and photo as a page of HTML."""
    photo = b64encode(tree.photos[0].jpeg).decode()
    said = Said(tree, ZH)
    cells = "".join(
        f"<tr><th>{ZH.label(name)}</th><td>{escape(said.value(name) or '来源未载')}</td></tr>"
        for name in FIELDS
        if hasattr(tree, name)
    )
    visits = "".join(
        f"<tr><td>{visit.inspected_on}</td><td>{'<br>'.join(visit.findings)}</td></tr>"
        for visit in tree.inspections
    )
    events = "".join(
        f"<tr><td>{each.seq}</td><td>{each.at}</td><td>{each.kind}</td><td>{each.hash}</td></tr>"
        for each in tree.history
    )
    style = (
        "@page{size:A4;margin:18mm}body{font:9.5pt 'Noto Sans SC',sans-serif}td,th{border:.5pt solid #999}"
    )
    return (
        f"<html lang=zh><style>{style}</style><h1>{said.name}</h1><p>{tree.name_latin} {tree.tree_no}</p>"
        f"<img width=400 src='data:image/jpeg;base64,{photo}'><table>{cells}</table>"
        f"<p>{tree.history_text}</p><table>{visits}</table><table>{events}</table></html>"
    )


def weasyprint_rate() -> float | None:
    """Dossiers a second with weasyprint; None where it is not installed."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        return None
    HTML(string=page_of(make_tree(0))).write_pdf()
    began = time.process_time()
    for number in range(4):
        HTML(string=page_of(make_tree(number))).write_pdf()
    return 4 / (time.process_time() - began)


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure: dossiers a second, and how many times faster ours is."""
    told = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, check=True, text=True).stdout
    plain_rate, plain_size = json.loads(told)
    rate, size = one_after_another(SIGNER)
    beside = weasyprint_rate()
    pooled = many_at_once()
    return [
        ("reportlab as it comes", plain_rate, "dossiers/s"),
        ("ours, PDF/A-3b and signed", rate, "dossiers/s"),
        ("ours against it", rate / plain_rate, "x"),
        *([("ours against weasyprint", rate / beside, "x")] if beside else []),
        ("size of ours against it", size / plain_size, "x"),
        (f"ours, {WORKERS} processes, their start included", pooled, "dossiers/s"),
        (f"1,000 dossiers with {WORKERS} processes", 1000 / pooled, "s"),
    ]


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:44} {value:12,.2f} {unit}")
