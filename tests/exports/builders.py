"""Records for tests: each call names only the facts that its test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from PIL import Image

from registry.records import (
    HistoryRecord,
    PhotoRecord,
    RegisterFacts,
    SourceRecord,
    TreeRecord,
)

MADE_AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
HEAD = "9f2c" * 16

SOURCE = SourceRecord(
    source_id="taipei",
    title="臺北市受保護樹木",
    title_lang="zh-Hant",
    title_en="Protected trees of Taipei",
    publisher="臺北市政府工務局公園路燈工程管理處",
    licence="政府資料開放授權條款第 1 版",
    licence_url="https://data.gov.tw/license",
    attribution="臺北市政府，臺北市受保護樹木，政府資料開放授權條款第 1 版",
    origin="u8901006/taipei-trees-data, raw/open_data/protected_trees/2026-08-23.csv.gz",
    as_of=date(2026, 8, 23),
)

FACTS = RegisterFacts(
    register_name="古树名木登记册",
    public_address="https://trees.example.org",
    history_head=HEAD,
    made_at=MADE_AT,
    made_on=MADE_AT.date(),
    edition=3,
    is_demonstration=False,
)


def make_tree_record(**facts: Any) -> TreeRecord:
    """A tree with a number and a name, and nothing else that is not asked for."""
    number = facts.get("tree_no", "768")
    plain = TreeRecord(
        uuid="00000000-0000-4000-8000-000000000768",
        tree_no=number,
        number_scheme="tw-taipei",
        path=number,
        authority_id="tw-taipei",
        authority_zh="台北市政府",
        authority_en="Taipei City Government",
        jurisdiction="tw-taipei",
        category="listed",
        status="alive",
        text_lang="zh-Hant",
        source=SOURCE,
        name_zh="榕",
        name_zh_lang="zh-Hant",
        name_latin="Ficus microcarpa",
    )
    return replace(plain, **facts)


def make_facts(**facts: Any) -> RegisterFacts:
    """What a register says of itself."""
    return replace(FACTS, **facts)


def make_jpeg(width: int = 320, height: int = 240, colour: tuple[int, int, int] = (70, 110, 80)) -> bytes:
    """A small photo of one colour."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", quality=80)
    return out.getvalue()


def make_photo(**facts: Any) -> PhotoRecord:
    """A photo of the whole tree."""
    jpeg = facts.pop("jpeg", None) or make_jpeg()
    plain = PhotoRecord(
        kind="whole",
        taken_on=date(2026, 3, 1),
        caption=None,
        credit=None,
        width=320,
        height=240,
        jpeg=jpeg,
        thumb=jpeg,
    )
    return replace(plain, **facts)


def make_history(seq: int = 1, **facts: Any) -> HistoryRecord:
    """One event of the chain."""
    plain = HistoryRecord(
        seq=seq,
        at=datetime(2026, 8, 23, 3, 4, 5, tzinfo=UTC),
        kind="import:batch",
        fields=("tree_no", "name_zh"),
        hash=f"{seq:02x}" * 32,
    )
    return replace(plain, **facts)
