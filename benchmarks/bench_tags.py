"""Tag sheets against the usual ways to draw them, with the same texts, in one run.

Run: `python -m benchmarks.bench_tags`. The slow ways draw fewer tags; what is compared is tags in a second of
processor time, each way after the other in every round, so that what else the machine does matters little.
Fonts are prepared before the clock starts: everyone needs them once. Names, ages and places differ from tag
to tag as they do in a county; nothing is drawn twice.

Goals: whole sheets 100 times as fast as with reportlab's widget; codes alone (encoded, best mask) 50 times
as fast as a loop over `qrcode`. Whole sheets over that loop with rectangles are told as well: most of our
time there is layout, compression and the file, not the codes.
"""

import time
from collections.abc import Callable
from io import BytesIO
from statistics import median

import qrcode
from reportlab import rl_config
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from benchmarks.facts import FACTS
from exports.fonts import Fonts, prepare_fonts
from exports.kit import MM
from exports.plates.sheets import SheetLayout, write_plate_sheets
from exports.qr import encode_batch
from registry.plate_templates import HOUSE, shipped_template
from registry.records import TagContent
from registry.vocab.language import translator

ROUNDS = 3
MANY, FEW = 2_000, 24
SIDE = 110.0
"""Side of the QR code in points, for the other ways."""
NAMES = [
    ("臺灣欒樹", "Koelreuteria henryi"), ("樟", "Cinnamomum camphora"), ("银杏", "Ginkgo biloba"),
    ("国槐", "Styphnolobium japonicum"), ("侧柏", "Platycladus orientalis"), ("榕", "Ficus microcarpa"),
    ("油松", "Pinus tabuliformis"), ("皂荚", "Gleditsia sinensis"), ("酸枣", "Ziziphus jujuba var. spinosa"),
]  # fmt: skip
TOWNS = ["荫城镇", "韩店街道", "苏店镇", "西火镇", "八义镇", "贾掌镇", "郝家庄镇"]


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
            grade="一二三"[number % 3],
            grade_label="一二三"[number % 3] + "级古树",
            age_text=f"约 {100 + number * 7 % 900} 年（估测）",
            place=TOWNS[number % 7],
            duty_phone="02-2720-8889",
        )
        tags.append(tag)
    return tags


def ours(tags: list[TagContent], fonts: Fonts) -> bytes:
    """Our sheets."""
    out = BytesIO()
    template = shipped_template(HOUSE)
    write_plate_sheets(tags, out, facts=FACTS, language=translator("zh"), template=template, fonts=fonts)
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
        x, y = (length * MM for length in layout.corner_mm(place % layout.places + 1))
        texts = [
            tag.name_zh,
            tag.name_latin,
            tag.grade_label,
            tag.age_text,
            tag.place,
            tag.tree_no,
            tag.authority_zh,
            tag.duty_phone,
            tag.code,
        ]
        for line, text in enumerate(texts):
            fonts.draw(canvas, x + 8, y + 12 + 15 * line, text or "", "serif", 12)
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


def symbols_in_batches(tags: list[TagContent], _fonts: Fonts) -> None:
    """The QR codes alone, ours."""
    encode_batch([tag.address for tag in tags])


def symbols_one_by_one(tags: list[TagContent], _fonts: Fonts) -> None:
    """The QR codes alone, in a loop over `qrcode`."""
    for tag in tags:
        symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
        symbol.add_data(tag.address)
        symbol.make()


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure: tags a second, and how many times faster ours is."""
    tags = make_tags(MANY)
    words = (
        "样张年月日一二三四值班电话古树名木示范名录按原尺寸打印沿角线裁切第张共请，。（）；扫读这棵的故事"
        "用弹簧或可放长的绑带悬挂给树干留出生长余地不得钉在上级估测约"
    )
    fonts = prepare_fonts([words, *TOWNS, *(name for name, _ in NAMES), tags[0].authority_zh])
    ways: dict[str, tuple[Callable[[list[TagContent], Fonts], object], int]] = {
        "sheets: ours": (ours, MANY),
        "sheets: reportlab QrCodeWidget": (reportlab_widget, FEW),
        "sheets: qrcode and rectangles": (plain_qrcode, FEW),
        "codes: ours": (symbols_in_batches, MANY),
        "codes: qrcode in a loop": (symbols_one_by_one, FEW),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for way, _ in ways.values():
        way(tags[:8], fonts)
    for _ in range(ROUNDS):
        for name, (way, count) in ways.items():
            began = time.process_time()
            way(tags[:count], fonts)
            speeds[name].append(count / (time.process_time() - began))
    figures = [(name, median(values), "tags/s") for name, values in speeds.items()]
    values = {name: value for name, value, _ in figures}
    for name, value, _ in figures[:]:
        kind, _, way = name.partition(": ")
        if way != "ours":
            figures.append((f"{kind}: ours over {way}", values[f"{kind}: ours"] / value, "x"))
    return figures


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:44} {value:10,.1f} {unit}")
