"""Tables over pages: no row stands alone, none leaves a line or two behind; a photo lies on its mount."""

from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from builders import MADE_AT, make_jpeg
from reportlab.lib.pagesizes import A4

from exports.flow import LEAST_LINES, Column, Flow, Running
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import SOFT, Pen
from exports.pictures import draw_jpeg
from exports.protection_list_text import both

RUNNING = Running("head", "right", "foot", "page {page} of {total}")


def drawn(draw: Any) -> list[str]:
    """The text of every page of a flow that `draw` filled."""
    out = BytesIO()
    pen = Pen(
        new_canvas(
            out, pagesize=A4, title="t", author="a", subject="s", keywords="k", lang="en", made_at=MADE_AT
        ),
        prepare_fonts(["abcdefghijklmnopqrstuvwxyz 0123456789 ABCR"]),
    )
    flow = Flow(pen, RUNNING)
    flow.begin()
    draw(flow)
    flow.close()
    pen.canvas.save()
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out.getvalue())]


@pytest.mark.parametrize("rows", [30, 35, 36, 37, 38, 39, 40])
def test_the_last_row_of_a_table_never_stands_alone_on_a_page(rows: int) -> None:
    table = [[f"R{place:03}"] for place in range(rows)]
    counts = [page.count("R0") for page in drawn(lambda flow: flow.table([Column("a", 1)], table))]
    assert sum(counts) == rows
    assert min(counts) >= 2


@pytest.mark.parametrize("lines", [4, 5, 8, 12])
def test_a_row_is_split_only_where_some_lines_stay_on_either_side(lines: int) -> None:
    tall = "\n".join(f"C{place:03}" for place in range(lines))
    for before in range(26, 38):
        table = [["R"]] * before + [[tall]]
        counts = [
            page.count("C0") for page in drawn(lambda flow, table=table: flow.table([Column("a", 1)], table))
        ]
        assert sum(counts) == lines
        assert all(count == 0 or count >= LEAST_LINES for count in counts)


def test_a_photo_that_does_not_fill_its_frame_lies_on_a_mount() -> None:
    out = BytesIO()
    canvas = new_canvas(
        out, pagesize=A4, title="t", author="a", subject="s", keywords="k", lang="en", made_at=MADE_AT
    )
    pen = Pen(canvas, prepare_fonts(["a"]))
    pen.box(0, 0, *A4, fill=SOFT)
    draw_jpeg(pen, 100, 100, 200, 100, make_jpeg(100, 200), missing="a")
    canvas.showPage()
    canvas.save()
    picture = pypdfium2.PdfDocument(out.getvalue())[0].render().to_pil().convert("RGB")
    beside, within = (picture.getpixel((x, round(A4[1]) - 150)) for x in (120, 200))
    assert min(beside) > 240
    assert within[0] < 120


def test_what_both_languages_say_alike_is_said_once() -> None:
    assert both("SAMPLE").line == "样张 SAMPLE"
