"""Pictures on a page: QR codes, photos, and the frame that stands where there is no photo."""

import struct
from io import BytesIO
from typing import ClassVar

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfdoc import PDFError
from reportlab.pdfbase.pdfutils import readJPEGInfo

from exports.kit import CARD, INK, LINE, SOFT, Pen
from exports.qr import Matrix, dark_runs
from exports.record_json import photo_digest


def draw_qr(pen: Pen, x: float, y: float, size: float, matrix: Matrix) -> None:
    """A QR code of merged runs of squares, from its lower left corner. `size` is without the quiet zone."""
    modules = len(matrix)
    runs = (f"{column} {modules - 1 - row} {width} 1 re" for column, row, width in dark_runs(matrix).tolist())
    with pen.state() as canvas:
        canvas.translate(x, y)
        canvas.scale(size / modules, size / modules)
        canvas.setFillColor(INK)
        canvas._code.append(f"n {' '.join(runs)} f")  # a path of reportlab's takes four times as long


def draw_jpeg(
    pen: Pen, x: float, y: float, width: float, height: float, jpeg: bytes, *, missing: str
) -> None:
    """A photo as large as fits into the frame, on a mount, in its own proportions and bytes.

    missing: what the frame says where the bytes are no JPEG.
    """
    shape = _jpeg_shape(jpeg)
    if shape is None:
        draw_empty_frame(pen, x, y, width, height, missing)
        return
    scale = min(width / shape[0], height / shape[1])
    w, h = shape[0] * scale, shape[1] * scale
    left, low = x + (width - w) / 2, y + (height - h) / 2
    pen.box(x, y, width, height, fill=CARD, stroke=LINE)
    pen.canvas.drawImage(_Jpeg(jpeg), left, low, w, h)
    pen.box(left, low, w, h, stroke=LINE)


def draw_empty_frame(pen: Pen, x: float, y: float, width: float, height: float, text: str) -> None:
    """A frame without a picture that says why."""
    pen.box(x, y, width, height, fill=CARD)
    pen.box(x, y, width, height, stroke=LINE)
    pen.rule(x, y, x + width, y + height, LINE, 0.3)
    pen.rule(x, y + height, x + width, y, LINE, 0.3)
    middle = y + height / 2
    wide = pen.fonts.width(text, "serif", 11) + 28
    pen.box(x + width / 2 - wide / 2, middle - 12, wide, 24, fill=CARD)
    pen.text(x + width / 2, middle - 4, text, 11, role="serif", colour=SOFT, align="center")


class _Jpeg(ImageReader):  # type: ignore[misc]
    """A JPEG that goes into the PDF as it is; reportlab would decode it just to tell it from others."""

    _dataA: ClassVar[None] = None  # noqa: N815

    def __init__(self, jpeg: bytes) -> None:
        self.jpeg = jpeg

    def getRGBData(self) -> bytes:  # noqa: N802
        """What tells it from others."""
        return bytes.fromhex(photo_digest(self.jpeg))

    def jpeg_fh(self) -> BytesIO:
        return BytesIO(self.jpeg)


def _jpeg_shape(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no JPEG, or breaks off."""
    if not jpeg.rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    try:
        width, height, *_rest = readJPEGInfo(BytesIO(jpeg))
    except (PDFError, struct.error, ValueError):
        return None
    return (int(width), int(height)) if width and height else None
