"""The field app's icon as PNG: the rings of the seal on leaf green, drawn by ourselves."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

LEAF, PAPER = (47, 107, 74, 255), (250, 247, 240, 255)
RINGS = ((40, 26), (98, 20), (156, 26))
"""Radius and width of each ring in a square of 512."""
_FINER = 4


@lru_cache(maxsize=8)
def draw_icon(size: int, *, is_maskable: bool = False) -> bytes:
    """A square PNG of `size` pixels.

    A maskable one is filled to the edges: the phone cuts its own shape, and the rings keep within the inner
    circle of 80 % that stays (W3C, Web Application Manifest, "maskable").
    """
    side = size * _FINER
    unit = side / 512
    image = Image.new("RGBA", (side, side), LEAF if is_maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if not is_maskable:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=96 * unit, fill=LEAF)
    middle = side / 2
    for radius, width in RINGS:
        outer = (radius + width / 2) * unit
        box = (middle - outer, middle - outer, middle + outer, middle + outer)
        draw.ellipse(box, outline=PAPER, width=round(width * unit))
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
