"""A code in a photo, read by the server for phones that cannot read it themselves."""

import io

import pytest
from PIL import Image
from qrcode.main import QRCode

TEXT = "HTTPS://TREES.EXAMPLE.ORG/T/7HBKM20T-ABCDEFGHIJKLMNOP"


def photo_of(text: str) -> bytes:
    code = QRCode(box_size=6)
    code.add_data(text)
    image = Image.new("RGB", (900, 700), (96, 110, 80))
    image.paste(code.make_image().get_image().convert("RGB"), (220, 140))
    out = io.BytesIO()
    image.rotate(4, fillcolor=(96, 110, 80)).save(out, "JPEG", quality=70)
    return out.getvalue()


@pytest.mark.anyio
async def test_a_photo_of_a_tag_is_read(desk) -> None:
    async with desk.client("inspector") as client:
        answer = await client.post("api/decode", content=photo_of(TEXT))
    assert answer.json() == {"texts": [TEXT]}


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"", b"no picture", b"\xff\xd8\xff\xe0"])
async def test_what_is_no_picture_has_no_code(desk, body: bytes) -> None:
    async with desk.client("inspector") as client:
        answer = await client.post("api/decode", content=body)
    assert (answer.status_code, answer.json()) == (200, {"texts": []})


@pytest.mark.anyio
async def test_a_picture_of_too_many_pixels_is_not_opened(desk) -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    async with desk.client("inspector") as client:
        answer = await client.post("api/decode", content=out.getvalue())
    assert answer.json() == {"texts": []}
