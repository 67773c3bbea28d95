"""Reading the code in a photo, for phones whose browser cannot. The photo is looked at and not kept."""

import io

from PIL import Image
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from registry.rules.permissions import Right
from registry.scanning import codes_in

MOST_BYTES = 6 << 20
MOST_PIXELS = 24_000_000
_LONGEST_TEXT = 2000


def decode(ask: Ask) -> Response:
    """The texts of the QR codes in the picture that is the body, as {"texts": [...]}. Raises ScanError."""
    try:
        with Image.open(io.BytesIO(ask.body), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return ask.json({"texts": []})
            opened.load()
            texts = codes_in(opened.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        texts = ()
    return ask.json({"texts": [text for text in texts if len(text) <= _LONGEST_TEXT]})


ROUTES = (Route("POST", "/api/decode", decode, Right.FIELD, body=MOST_BYTES, raw=True),)
