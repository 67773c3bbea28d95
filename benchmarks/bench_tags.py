"""Tag sheets against the usual ways to draw them, with the same texts, in one run.

Run: `python -m benchmarks.bench_tags`. The slow ways draw fewer tags; what is compared is tags a second.
Fonts are prepared before the clock starts: everyone needs them once.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from statistics import median

import qrcode
from reportlab import rl_config
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from exports.fonts import Fonts, prepare_fonts
from exports.tags import SheetLayout, write_tag_sheets
from registry.records import RegisterFacts, TagContent
from registry.vocab.language import translator

ROUNDS = 3
MANY, FEW = 2_000, 24
SIDE = 110.0
"""Side of the QR code in points, for the other ways."""
NAMES = [("臺灣欒樹", "Koelreuteria henryi"), ("樟", "Cinnamomum camphora"), ("银杏", "Ginkgo biloba")]
FACTS = RegisterFacts(
    "示范名录", "https://trees.example", "0" * 64, datetime(2026, 11, 21, tzinfo=UTC), 1, False
)


def make_tags(count: int) -> list[TagContent]:
    """`count` tags that differ in number, code and address."""
    tags = []
    for number in range(count):
        name, latin = NAMES[number % len(NAMES)]
        tag = TagContent(
            address=f"HTTPS://TREES.EXAMPLE.ORG/T/{number:08}-ABCDEFGHIJKLMNOP",
            code=f"{number:08}",
            tree_no=f"1404040{number:04}",
            name_zh=name,
            name_latin=latin,
            name_en=None,
            authority_zh="某市园林局",
            authority_en="Parks Office",
            grade="一",
            age_text="约 300 年（估测）",
            duty_phone="02-2720-8889",
        )
        tags.append(tag)
    return tags


def ours(tags: list[TagContent], fonts: Fonts) -> bytes:
    """Our sheets."""
    out = BytesIO()
    write_tag_sheets(tags, out, facts=FACTS, language=translator("zh"), fonts=fonts)
    return out.getvalue()


def reportlab_widget(tags: list[TagContent], fonts: Fonts) -> bytes:
    """reportlab's own QR widget on a canvas with its default settings."""
    rl_config.useA85 = 1
    return _sheets(tags, fonts, _draw_widget)


def plain_qrcode(tags: list[TagContent], fonts: Fonts) -> bytes:
    """`qrcode` and one rectangle for each dark module."""
    rl_config.useA85 = 1
    return _sheets(tags, fonts, _draw_modules)


def _sheets(tags: list[TagContent], fonts: Fonts, draw: Callable[[Canvas, str, float, float], None]) -> bytes:
    out, layout = BytesIO(), SheetLayout()
    canvas = Canvas(out, pagesize=A4)
    for place, tag in enumerate(tags):
        if place and place % layout.places == 0:
            canvas.showPage()
        x, y = layout.corner(place % layout.places + 1)
        texts = [
            tag.name_zh,
            tag.name_latin,
            tag.age_text,
            tag.tree_no,
            tag.authority_zh,
            tag.duty_phone,
            tag.code,
        ]
        for line, text in enumerate(texts):
            fonts.draw(canvas, x + 8, y + 12 + 18 * line, text or "", "serif", 12)
        draw(canvas, tag.address, x + 130, y + 20)
    canvas.save()
    return out.getvalue()


def _draw_widget(canvas: Canvas, address: str, x: float, y: float) -> None:
    widget = QrCodeWidget(address, barLevel="Q", barWidth=SIDE, barHeight=SIDE)
    drawing = Drawing(SIDE, SIDE)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)


def _draw_modules(canvas: Canvas, address: str, x: float, y: float) -> None:
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    symbol.add_data(address)
    matrix = symbol.get_matrix()
    module = SIDE / len(matrix)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                canvas.rect(x + column * module, y + SIDE - row * module, module, module, stroke=0, fill=1)


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure: tags a second, and how many times faster ours is."""
    tags = make_tags(MANY)
    texts = (text for tag in tags for text in (tag.name_zh, tag.age_text, tag.authority_zh) if text)
    fonts = prepare_fonts(
        [
            *texts,
            "样张年月日一二三四值班电话古树名木示范名录按原尺寸打印沿角线裁切第张共请，。（）扫读这棵的故事",
        ]
    )
    ways: dict[str, tuple[Callable[[list[TagContent], Fonts], bytes], int]] = {
        "ours": (ours, MANY),
        "reportlab QrCodeWidget": (reportlab_widget, FEW),
        "qrcode and rectangles": (plain_qrcode, FEW),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (way, count) in ways.items():
            began = time.perf_counter()
            way(tags[:count], fonts)
            speeds[name].append(count / (time.perf_counter() - began))
    figures = [(name, median(values), "tags/s") for name, values in speeds.items()]
    best = median(speeds["ours"])
    return figures + [(f"ours over {name}", best / value, "x") for name, value, _ in figures[1:]]


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:32} {value:10,.1f} {unit}")
