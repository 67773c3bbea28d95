"""One page of every kind, over an edition with something of everything: a new kind of page is one line."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from editions import (
    make_area,
    make_authority,
    make_division,
    make_edition,
    make_grove,
    make_photo,
    make_tag,
    make_tree,
    printed_tag,
)

LONG_NUMBER = "HT 2007-163/" + "long" * 12
PAGES: Mapping[str, str] = {
    "home": "/",
    "about": "/about",
    "search": "/search",
    "search for words": "/search?q=榕",
    "empty search": "/search?q=zzz&jurisdiction=hk",
    "map": "/map",
    "tree": "/tree/768",
    "bare tree": "/tree/HT+2007-163~2F" + "long" * 12,
    "photo": "/photo/1",
    "scan": f"/T/{printed_tag()}",
    "unknown scan": "/T/NOPE",
    "code cut short": "/T/7K2M9QXA",
    "missing": "/nothing",
    "bad wish": "/changes/99",
    "download": "/download",
    "species": "/species/ficus-microcarpa",
    "list of species": "/species",
    "division": "/place/taipei-wanhua",
    "list of divisions": "/place",
    "grove": "/grove/14040401",
    "list of groves": "/groves",
    "garden": "/garden/G1",
    "landmark": "/landmark/P1",
    "element": "/element/E1",
    "stories": "/stories",
    "story": "/story/s1",
    "walks": "/walks",
    "walk": "/walk/w1",
    "changes": "/changes",
    "changes of an edition": "/changes/2",
    "dashboard": "/dashboard",
    "figures": "/kpi",
    "lists": "/lists",
    "ledger": "/ledger/trees",
    "parks": "/ledger/parks",
    "queries": "/queries",
    "services": "/ogc?f=html",
    "layers": "/ogc/collections?f=html",
    "layer": "/ogc/collections/tree?f=html",
    "features": "/ogc/collections/tree/items?f=html",
}
"""Addresses without prefix; some answer with an error, in house style."""
STORY = "相传为宋代所植，树身中空，可容三人对坐。"
_MEASURED = [{"girth_cm": 355, "measured_on": "2026-03-01"}, {"girth_cm": 300, "measured_on": "2010-03-01"}]
_INSPECTED = {"inspected_on": "2026-03-01", "kind": "patrol", "findings": ["枯枝"], "text_lang": "zh-Hans"}
_FLAGS = [
    {"check": "same_point", "severity": "note", "field": "lon", "value": "1"},
    {"check": "girth_out_of_range", "severity": "warning", "field": "girth_cm", "value": "355"},
]
_HISTORY = {
    "seq": 1,
    "at": "2026-03-01T00:00:00Z",
    "kind": "import:batch",
    "fields": ["girth_cm"],
    "hash": "ab" * 32,
}
TREES = [
    make_tree(
        "768",
        tags=[make_tag()],
        photos=[make_photo(caption="春日", taken_on="2026-03-01")] * 6,
        protection_grade="1",
        grade_scheme="cn-2025",
        designated_on="2024-05-01",
        age_years=320,
        age_basis="estimated",
        girth_cm=355,
        genus="Ficus",
        measurements=_MEASURED,
        inspections=[_INSPECTED],
        flags=_FLAGS,
        history=[_HISTORY],
        history_text=STORY,
        withheld=["address"],
    ),
    make_tree(LONG_NUMBER, name_zh=None, name_en="A tree of very long name", lon=121.6),
    make_tree(
        "12", jurisdiction="cn-shanxi", division_path=["山西省", "长治市"], text_lang="zh-Hans", lon=113.1
    ),
]
_ROWS: dict[str, list[dict[str, Any]]] = {
    "story": [
        {
            "id": 1,
            "uuid": "s1",
            "path": "s1",
            "kind": "legend",
            "subject_kind": "tree",
            "subject_uuid": TREES[0]["uuid"],
            "title": "一树成林",
            "text": STORY,
            "lang": "zh-Hans",
            "source": "《县志》",
            "reliability": "oral",
            "released_on": "2026-05-01",
        }
    ],
    "walk": [
        {
            "id": 1,
            "uuid": "w1",
            "path": "w1",
            "kind": "city_walk",
            "title": "城南看树",
            "lang": "zh-Hans",
            "intro": "三株老榕。",
            "stop_count": 1,
            "hidden_stops": 0,
            "released_on": "2026-05-01",
        }
    ],
    "walk_stop": [
        {
            "walk_uuid": "w1",
            "place": 1,
            "subject_kind": "tree",
            "subject_uuid": TREES[0]["uuid"],
            "lang": "zh-Hans",
            "lon": 121.5056,
            "lat": 25.0232,
            "text": "先看树冠。",
        }
    ],
    "edition_log": [
        {
            "number": number,
            "made_at": f"2026-1{number - 1}-01T00:00:00+00:00",
            "compared_with": number - 1 or None,
            **{f"{kind}_count": 1 for kind in ("tree", "grove", "garden", "place", "element")},
            **dict.fromkeys(("added", "redesignated"), number - 1),
            **dict.fromkeys(("removed", "died", "zone", "photo", "text", "changed"), 0),
            "is_listed": 1,
            "history_head": "0",
        }
        for number in (1, 2)
    ],
    "edition_change": [
        {
            "cursor": cursor,
            "edition": 2,
            "kind": "tree",
            "uuid": TREES[0]["uuid"],
            "path": "768",
            "number": "768",
            "name": "榕",
            "name_lang": "zh-Hant",
            "what": what,
            "fields": "[]",
            "codes": "{}",
        }
        for cursor, what in enumerate(("added", "redesignated"), 1)
    ],
}


def make_full_edition(path: Path) -> Path:
    """Write an edition at `path` with something of every kind."""
    make_edition(
        path,
        TREES,
        authorities=[make_authority(duty_phone="02 2720 8889", duty_mail="duty@example.org")],
        divisions=[make_division(), make_division("taipei", "臺北市", level="city")],
        groves=[make_grove(tree_count=12, protection_grade="1", grade_scheme="cn-2025", notes=STORY)],
        gardens=[make_area("G1", name="拙政园", period="明", listings=[])],
        places=[make_area("P1", name="古树公园", subkind="park")],
        elements=[make_area("E1", name="石桥", subkind="bridge")],
        facts={"number": "2", "map_review_no": "GS(2026)0000号", "public_address": "https://example.org"},
    )
    with sqlite3.connect(path) as db:
        for table, rows in _ROWS.items():
            for row in rows:
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    db.close()
    return path
