"""Plates as DXF for engravers and cutters: closed outlines in millimetres, on layers by what is done there.

CUT: the edge of the plate. LINE: frame and rules. TEXT: letters. QR: the dark areas of the code. Letters and
code are to be engraved inside their outlines (even-odd: a ring within a ring is a hole).
"""

from io import StringIO
from typing import Any, BinaryIO

from exports.fonts import Fonts
from exports.plates.layout import Plate
from exports.plates.outlines import symbol_outlines, text_rings
from exports.plates.primitives import Box, Primitive, Rule, Seal, Symbol, Text
from registry.export_errors import EngraverExtraError

LAYERS = {"CUT": 1, "LINE": 3, "TEXT": 7, "QR": 5}
"""Layers and their colour numbers."""
QUARTER = 0.41421356237
"""The bulge of a quarter of a circle: the tangent of a quarter of its angle."""


def write_plate_dxf(plate: Plate, out: BinaryIO, *, fonts: Fonts) -> None:
    """Write one plate as DXF (R2010, millimetres); same plate, same bytes.

    Raises EngraverExtraError where ezdxf is not installed.
    """
    try:
        import ezdxf
        from ezdxf import units
    except ImportError as error:
        raise EngraverExtraError from error
    ezdxf.options.write_fixed_meta_data_for_testing = True
    drawing = ezdxf.new("R2010", units=units.MM)
    for name, colour in LAYERS.items():
        drawing.layers.add(name, color=colour)
    drawing.header.custom_vars.append("TITLE", plate.title)
    drawing.header.custom_vars.append("FINEST_STROKE_MM", f"{plate.finest_mm:g}")
    space = drawing.modelspace()
    wide, high = plate.size_mm
    _rounded(space, Box(0, 0, wide, high, plate.corner_mm), "CUT")
    for each in plate.all:
        _draw(space, each, fonts)
    text = StringIO()
    drawing.write(text)
    out.write(text.getvalue().encode(drawing.output_encoding, errors="dxfreplace"))


def _draw(space: Any, each: Primitive, fonts: Fonts) -> None:
    if isinstance(each, Seal):
        for part in each.parts():
            _draw(space, part, fonts)
    elif isinstance(each, Text):
        if each.is_behind:
            return  # the tint of a sample cannot be engraved; its frame and word are
        for ring in text_rings(each, fonts):
            _closed(space, ring, "TEXT")
    elif isinstance(each, Symbol):
        top = each.y + each.side
        for corners in symbol_outlines(each.matrix):
            _closed(space, [(each.x + x * each.module, top - y * each.module) for x, y in corners], "QR")
    elif isinstance(each, Box):
        _rounded(space, each, "LINE")
    elif isinstance(each, Rule):
        space.add_line((each.x0, each.y0), (each.x1, each.y1), dxfattribs={"layer": "LINE"})


def _closed(space: Any, ring: list[tuple[float, float]], layer: str) -> None:
    points = [(round(x, 4), round(y, 4)) for x, y in ring]
    space.add_lwpolyline(points, close=True, dxfattribs={"layer": layer})


def _rounded(space: Any, box: Box, layer: str) -> None:
    x0, y0, x1, y1, r = box.x, box.y, box.x + box.width, box.y + box.height, box.radius
    if not r:
        _closed(space, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], layer)
        return
    points = [
        (x0 + r, y0, 0.0), (x1 - r, y0, QUARTER), (x1, y0 + r, 0.0), (x1, y1 - r, QUARTER),
        (x1 - r, y1, 0.0), (x0 + r, y1, QUARTER), (x0, y1 - r, 0.0), (x0, y0 + r, QUARTER),
    ]  # fmt: skip
    space.add_lwpolyline(points, format="xyb", close=True, dxfattribs={"layer": layer})
