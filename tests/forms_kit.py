"""What tests of the field app's forms are built with: a district to take along, a phone at a place."""

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from field_kit import FieldServer, make_tree
from phone_kit import Phone, opened_phone
from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from registry.assessment_models import ModelLibrary
from registry.field_package import _model
from registry.rules.submission_format import SubmissionDraft
from registry.rules.tag_codes import printed_text, tag_hash
from registry.rules.tag_signatures import public_half, signed_text

KEY = b"k" * 32
HERE = {"longitude": 113.0500, "latitude": 36.0500, "accuracy": 6}
"""At the first tree."""
FAR = {"longitude": 113.0600, "latitude": 36.0500, "accuracy": 6}
"""900 m to the east of it."""
CODES = ("7HBKM20T", "A1B2C3D4", "ZZZZ0000")
PRINTED = [printed_text(code, KEY) for code in CODES]
SIGNED = [signed_text(printed, KEY) for printed in PRINTED]
PLATE = "某厂古树牌 NO.0007"
SPECIES = (
    ("国槐", "normal"),
    ("侧柏", "weak"),
    ("银杏", "normal"),
    ("油松", "endangered"),
    ("皂荚", "normal"),
)
DIVISIONS = [
    {"id": "140404", "name": "上党区", "level": "county", "parent": "1404"},
    {"id": "140405", "name": "屯留区", "level": "county", "parent": "1404"},
]
VILLAGES = ("白水村", "东庄村", "西坡村")
FINDS = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code']; }
  async detect() { const said = window.scanned || ''; return said ? [{rawValue: said}] : []; }
};"""
"""A detector that reads what a test puts into `window.scanned`."""
NONE = "delete window.BarcodeDetector;"


def tree_id(number: int) -> str:
    """The id of the tree with this number in the package, from 0."""
    return f"{number:08d}-1111-4111-8111-111111111111"


def jpeg_of(number: int) -> bytes:
    """A small picture of a tree, one for each number."""
    image = Image.new("RGB", (240, 300), (201, 219, 226))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 230, 240, 300), fill=(150, 160, 110))
    draw.rectangle((108, 150, 132, 262), fill=(92, 66, 46))
    shade = 80 + number * 7 % 60
    draw.ellipse((40, 30 + number % 5 * 6, 200, 190), fill=(50, shade, 60))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


PICTURES = {hashlib.sha256(data).hexdigest(): data for data in map(jpeg_of, range(16))}
"""Those of the lists, then those of a viewpoint that no list shows."""


def make_package(count: int = 24, today: date | None = None) -> dict[str, Any]:
    """A package of one district: trees in three villages, overdue, due and neither; models, an outline."""
    day = today or datetime.now().astimezone().date()
    digests = list(PICTURES)
    trees = []
    for number in range(count):
        name, vigour = SPECIES[number % len(SPECIES)]
        due = day + timedelta(days=number - 6)
        facts: dict[str, Any] = {
            "species": name, "lon": 113.05 + number % 6 * 0.0021, "lat": 36.05 + number // 6 * 0.0017,
            "vigour": vigour, "vigour_scale": "gbt51168" if number == 2 else "lyt2738",
            "grade": str(number % 3 + 1), "place": f"上党区 {VILLAGES[number % 3]}",
            "due_on": due.isoformat(), "is_overdue": due < day, "thumb": digests[number % 8],
            "last": {"visited_on": "2026-03-01", "girth_cm": 312, "height_m": 15, "crown_m": 12,
                     "measured_on": "2022-05-01"},
            "stewards": ["白水村委会"], "tags": [], "base_seq": 40 + number,
            "photos": [{"sha256": digests[number % 8], "kind": "whole", "viewpoint": "north",
                        "taken_on": "2026-03-01"},
                       {"sha256": digests[8 + number % 8], "kind": "trunk", "viewpoint": "base",
                        "taken_on": "2026-03-01"}],
            "division_id": DIVISIONS[number // 12 % 2]["id"],
            "editable": {"common_name": name, "village": VILLAGES[number % 3], "town": "韩店镇",
                         "ownership": "collective", "small_place": "村东土地庙前", "age_years": 350,
                         "age_basis": "estimated", "lon": 113.05, "lat": 36.05, "datum": "WGS84",
                         "history_text": "相传为明代所植。"},
        }  # fmt: skip
        trees.append(make_tree(tree_id(number), f"1404040{number + 1:04d}", name, **facts))
    for tree, printed in zip(trees, PRINTED[:2], strict=False):
        tree["tags"] = [{"code": printed[:8], "hash": tag_hash(printed)}]
    for tree in trees[1:2]:
        tree["plates"] = [hashlib.sha256(f"gushu-plate:{PLATE}".encode()).hexdigest()]
    for tree in trees[3:4]:
        tree["works"] = [
            {
                "id": "w1",
                "number": "YH-2026-0007",
                "text": "支撑加固",
                "due_on": "2026-12-01",
                "state": "ordered",
            }
        ]
    library = ModelLibrary()
    ring = [[113.045, 36.046], [113.066, 36.045], [113.067, 36.061], [113.052, 36.063], [113.045, 36.046]]
    return {
        "made_at": datetime.now(UTC).isoformat(), "head_seq": 99, "divisions": DIVISIONS, "words": {},
        "trees": trees,
        "models": [_model(library.get(name)) for name in ("gushu-health", "vta", "isa-basic")],
        "outline": {"type": "Polygon", "coordinates": [ring]}, "duty_phone": "0355-1234567",
        "tag_keys": {"1": base64.b64encode(public_half(KEY)).decode()},
    }  # fmt: skip


def returned_visit(tree: dict[str, Any]) -> dict[str, Any]:
    """A visit that a reviewer sent back."""
    return {
        "id": "old-visit-1", "kind": "visit", "record": {"kind": "tree", "id": tree["id"]},
        "provisional_no": None,
        "captured_at": "2026-11-18T03:00:00+00:00", "returned_at": "2026-11-19T08:00:00+00:00",
        "reason": "照片看不清树干基部，请补拍并核对生长势。", "fields": {},
        "content": {"vigour": "weak", "vigour_scale": "lyt2738"}, "photos": [],
    }  # fmt: skip


def serve_package(
    server: FieldServer,
    package: dict[str, Any],
    roles: tuple[str, ...] = ("inspector",),
    returned: Sequence[dict[str, Any]] = (),
) -> None:
    """Let the server answer with this package, pictures, roles, and what came back from review."""

    def before(request: Request) -> Response | None:
        path = request.url.path.rpartition("/-/desk/api/")[2]  # English phones ask below /en
        if path == "package":
            return JSONResponse(package)
        if path.startswith("thumb/"):
            return Response(PICTURES.get(path[6:], jpeg_of(0)), media_type="image/jpeg")
        if path == "me":
            told = [{"role": role, "division": "140404"} for role in roles]
            return JSONResponse({
                "account": {"login": "inspector", "name": "王建国", "roles": told}, "csrf": "x",
                "server_time": datetime.now(UTC).isoformat(), "form": 1, "rights": ["submit"],
                "returned": list(returned),
            })  # fmt: skip
        return None

    server.before = before


@contextmanager
def phone_in_the_field(
    chromium: Any,
    server: FieldServer,
    *,
    package: dict[str, Any] | None = None,
    place: dict[str, float] | None = HERE,
    roles: tuple[str, ...] = ("inspector",),
    returned: Sequence[dict[str, Any]] = (),
    init: str = FINDS,
    **options: Any,
) -> Iterator[Phone]:
    """A phone that has taken the package along and stands at `place` (None: the position is not allowed)."""
    serve_package(server, package or make_package(), roles, returned)
    allowed = ["camera", *(["geolocation"] if place else [])]
    where = {"geolocation": place} if place else {}
    with opened_phone(chromium, server, init=init, permissions=allowed, **where, **options) as phone:
        phone.take_package()
        phone.go_offline()
        yield phone


def forms_of(phone: Phone) -> list[SubmissionDraft]:
    """What waits in the queue, each read by the protocol of the field: what it refuses fails here."""
    items: list[dict[str, Any]] = phone.page.evaluate(
        "import('/-/desk/field/store.js').then(store => store.queue())"
    )
    return [SubmissionDraft.model_validate(item["submission"]) for item in items]
