"""For the leak tests: a register with something of everything that the site shows, and where that stands.

To the office of `leak_kit` come stories, walks, a published protection list, a webhook, kept editions of
which one was taken back, and tiles of a base map.
"""

import sqlite3
import struct
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from leak_kit import (
    EXACT_NO,
    EXACT_ZONE,
    GENERALISED_NO,
    NOW,
    SECRET_POINT,
    Office,
    plant,
    publish_again,
)
from sqlmodel import Session, col, select

from registry.commands.editions import withdraw_edition, withdrawn_editions
from registry.commands.protection_lists import make_list
from registry.commands.register import change_setting
from registry.commands.stories import StoryDraft, add_story, release_story, review_story, translate_story
from registry.commands.walks import StopDraft, WalkDraft, keep_walk, release_walk
from registry.commands.webhooks import add_webhook
from registry.db import transaction
from registry.edition_store import settle
from registry.keys import key_path, read_keys
from registry.models import Tag, Tree
from registry.queries import full_trees
from registry.rules.listing import listed_tree
from registry.rules.redaction import redact
from registry.rules.tag_codes import printed_text
from registry.selection import stream_ids
from registry.vocab.words import Precision
from registry.webhook_keys import keep_secret, webhook_secrets

PRIVATE = {
    "teller": "逯讲述",
    "collector": "厍采集",
    "reviewer": "蔚复核",
    "releaser": "郏主任",
    "translator": "麴译者",
    "draft": "待审故事的私话",
    "household": "故事里某家院内的话",
    "of a hidden tree": "隐秘之树的传说",
    "source": "来源电话 0355-8769999",
    "stop": "站点说明里的电话 13800138999",
    "near": "隐秘树旁的休息点",
}
DAYS: dict[str, Any] = {"today": NOW.date(), "actor": "test", "now": NOW}
MORE_PRIVATE = {
    "webhook address": "hook-token-5f1c",
    "webhook secret": "c0ffee" * 10 + "beef",
    "why an edition was taken back": "撤回原因里的私话",
    "list that is not published": "尚未公布的名录",
}


def told(session: Session, number: str, *, is_released: bool = True, **facts: Any) -> None:
    """A story about the tree of that number, with a translation."""
    tree = session.exec(select(Tree).where(Tree.tree_no == number)).one()
    people = {"teller": PRIVATE["teller"], "collector": PRIVATE["collector"]}
    draft = StoryDraft(
        ("tree", tree.id, number), **{"title": "公开的故事", "text": "公开的话", **people, **facts}
    )
    story, _new = add_story(session, draft, **DAYS)
    translate_story(
        session, story, "en", "A public story", "Public words", translator=PRIVATE["translator"],
        actor="test", now=NOW,
    )  # fmt: skip
    if is_released:
        review_story(session, story, by=PRIVATE["reviewer"], on=date(2026, 2, 1), **DAYS)
        release_story(session, story, by=PRIVATE["releaser"], on=date(2026, 2, 1), **DAYS)


def office_with_culture(
    folder: Path, *, point: tuple[float, float] = SECRET_POINT, precision: Precision = Precision.MEDIUM
) -> Office:
    """Stories and walks, released and not, some of which hold what must not leave."""
    office = plant(folder, point=point, precision=precision)
    with transaction(office.engine) as session:
        told(session, EXACT_NO, source_text=PRIVATE["source"], collected_on=date(2026, 1, 1))
        told(session, EXACT_NO, title="待审", text=PRIVATE["draft"], is_released=False)
        told(session, EXACT_NO, title="院内", text=PRIVATE["household"])
        told(session, GENERALISED_NO, title=PRIVATE["of a hidden tree"])
        trees = {tree.tree_no: tree.id for tree in session.exec(select(Tree))}
        stops = [
            StopDraft(lon=EXACT_ZONE[0], lat=EXACT_ZONE[1], name="起点", text=PRIVATE["stop"]),
            StopDraft(at=("tree", trees[EXACT_NO], EXACT_NO)),
            StopDraft(at=("tree", trees[GENERALISED_NO], GENERALISED_NO), text="到了隐秘树"),
            StopDraft(lon=SECRET_POINT[0] + 0.0004, lat=SECRET_POINT[1], name=PRIVATE["near"]),
        ]
        walk, _new = keep_walk(session, WalkDraft({"title": "一条路线"}, stops), actor="test", now=NOW)
        release_walk(session, walk, by=PRIVATE["releaser"], on=date(2026, 2, 1), **DAYS)
    publish_again(office)
    return office


def full_office(
    folder: Path,
    *,
    point: tuple[float, float] = SECRET_POINT,
    precision: Precision = Precision.MEDIUM,
    decimals: str = "",
) -> Office:
    """The office with everything; its edition 1 was taken back, 2 is kept, 3 stands in place."""
    office = office_with_culture(folder, point=point, precision=precision)
    with transaction(office.engine) as session:
        settings = [("basemap", "pmtiles"), ("map_review_no", "GS(2026)0001号")]
        for name, value in (*settings, ("public_position_decimals", decimals)):
            change_setting(session, name, value, actor="test", now=NOW)
        session.flush()
        _add_lists(session)
        hook = add_webhook(
            session, "city", f"https://city.example/{MORE_PRIVATE['webhook address']}",
            filters={}, may_be_private=False, actor="test", now=NOW,
        )  # fmt: skip
        keep_secret(webhook_secrets(key_path(office.address)), hook.id, MORE_PRIVATE["webhook secret"])
    publish_again(office)
    with transaction(office.engine) as session:
        reason = MORE_PRIVATE["why an edition was taken back"]
        withdraw_edition(session, 1, reason=reason, today=NOW.date(), actor="test", now=NOW)
        gone = withdrawn_editions(session)
    settle(office.edition, gone, NOW)
    write_tiles(office.folder / "basemap.pmtiles")
    return office


def _add_lists(session: Session) -> None:
    found = (redact(full.record, full.disclosure)[0] for full in full_trees(session, stream_ids(session, ())))
    lines = [line for line in map(listed_tree, found) if line is not None]
    facts: dict[str, Any] = {"authority_id": "cn-local", "actor": "test", "now": NOW}
    make_list(session, lines, [], title="某县古树名木保护名录", published_on=date(2026, 2, 1), **facts)
    make_list(
        session, lines, [], title=MORE_PRIVATE["list that is not published"], document_no="草案", **facts
    )


def write_tiles(path: Path) -> None:
    """A base map of one tile, the world."""
    tile, root = b"\x89PNG\r\n\x1a\nworld", bytes([1, 0, 1, 13, 1])
    places = (127, len(root), 127 + len(root), 0, 127 + len(root), 0, 127 + len(root), len(tile))
    head = struct.pack("<7sB8Q3Q", b"PMTiles", 3, *places, 1, 1, 1) + bytes([1, 1, 1, 2]) + bytes(27)
    path.write_bytes(head + root + tile)


def printed_tags(office: Office) -> list[str]:
    """What is printed on the tags of the office, that of the tree with an exact position first."""
    keys = read_keys(key_path(office.address))
    with transaction(office.engine) as session:
        exact = session.exec(select(Tree.id).where(Tree.tree_no == EXACT_NO)).one()
        tags = session.exec(select(Tag).order_by(col(Tag.tree_id) != exact, col(Tag.code)))
        return [printed_text(tag.code, keys.tag_key(tag.key_id)) for tag in tags]


def own_addresses(office: Office) -> dict[str, list[str]]:
    """Addresses of the edition in place, by the pattern of what they hold: one page each, in all three
    languages, and files."""
    with closing(sqlite3.connect(office.edition)) as db:

        def paths(table: str) -> list[str]:
            return [row[0] for row in db.execute(f'SELECT path FROM "{table}" ORDER BY 1')]

        words = {"tree": "tree", "grove": "grove", "garden": "garden", "landmark": "place",
                 "element": "element", "species": "species", "place": "division",
                 "story": "story", "walk": "walk"}  # fmt: skip
        records = [f"/{word}/{path}" for word, table in words.items() for path in paths(table)]
        stories = {address for address in records if address.startswith(("/story/", "/walk/"))}
        photos = [row[0] for row in db.execute("SELECT id FROM photo")]
        licences = [row[0] for row in db.execute("SELECT DISTINCT licence FROM tree")]
        sitemaps = [f"/sitemap/{word}-1.xml" for word in ("pages", *words)]
        uuids = [(kind, row[0]) for kind in ("tree", "grove", "garden", "place", "element")
                 for row in db.execute(f"SELECT uuid FROM {kind} ORDER BY fid")]  # fmt: skip
        uuids += [("zone", str(row[0])) for row in db.execute("SELECT fid FROM zone ORDER BY fid")]
        (number,) = db.execute("SELECT value FROM edition WHERE key = 'number'").fetchone()
    assert licences
    walks = [address for address in records if address.startswith("/walk/")]
    trees = [address for address in records if address.startswith("/tree/")]
    layers = ("trees", "groves", "gardens", "places", "elements", "zones")
    files = [f"{layer}.{kind}" for layer in layers for kind in ("csv", "json", "geojson")]
    files += ["public.gpkg", "public.gpkg.json", "SHA256SUMS"]
    lists = ["/list/1", "/list/cn-local/1"]
    ledgers = [f"/ledger/{kind}" for kind in ("parks", "green", "trees")]
    areas = ["/groves", "/gardens", "/landmarks", "/elements"]
    collections = [f"/ogc/collections/{kind}" for kind in sorted({kind for kind, _ in uuids})]
    both = [f"/tree/{EXACT_NO}", f"/tree/{GENERALISED_NO}"]
    asked = ",".join(address.removeprefix("/tree/") for address in both)
    lon, lat = SECRET_POINT
    return {
        "pages": [
            *("/", "/about", "/species", "/place", "/search"),
            *("/search?q=国槐", "/search?q=gh", "/search?q=zzz"),
            *("/search?sort=number", "/search?sort=oldest", "/search?q=" + GENERALISED_NO),
            *("/map", f"/map?near={lon},{lat}", f"/map?walk={asked}", f"/map?tree={GENERALISED_NO}"),
            *("/stories", "/stories?q=故事", "/walks", "/dashboard", "/kpi"),
            *("/changes", f"/changes/{number}"),
            *("/lists", *lists, *ledgers, *areas, "/download", "/queries", "/ogc", "/ogc/conformance?f=html"),
            *("/ogc/collections?f=html", *(f"{each}?f=html" for each in collections)),
            *(f"{each}/items?f=html" for each in collections),
            *(f"/ogc/collections/{kind}/items/{own}?f=html" for kind, own in uuids),
            *(f"/photo/{photo}" for photo in photos),
            *(f"/T/{printed}" for printed in printed_tags(office)),
            "/check",
            *records,
        ],
        "files": [
            *(f"{each}.json" for each in records if each not in stories),
            *(f"{each}/card.png" for each in trees),
            *(f"{each}{ending}" for each in walks for ending in (".gpx", "/leaflet.pdf")),
            *(f"/photo/{photo}{ending}" for photo in photos for ending in (".jpg", ".thumb.jpg")),
            *(f"{each}.csv" for each in areas),
            *(f"{each}.{ending}" for each in (*lists, *ledgers) for ending in ("csv", "json")),
            *(f"/download/{name}" for name in files),
            *(f"/edition/{number}/{name}" for name in files),
            *(f"/edition/2/{name}" for name in files),
            *(f"/search.{kind}?q=" for kind in ("csv", "json", "geojson", "gpkg")),
            *(f"/search.{kind}?q={GENERALISED_NO}" for kind in ("csv", "json", "geojson", "gpkg")),
            *("/search.dwca.zip", "/public.gpkg"),
            *("/search/suggest.json?q=gh", "/search/suggest.json?q=国槐"),
            f"/search/suggest.json?q={GENERALISED_NO[:-2]}",
            *("/map/cells.json?bbox=110,35,115,41&z=11", "/map/cells.json?bbox=113,36,113.1,36.1&z=16"),
            "/map/cells.json?bbox=110,35,115,41&z=11&q=国槐",
            "/map/points.json?bbox=113,36,113.1,36.1&z=19",
            *("/map/zones.json?box=112,35,114,37", "/map/outlines.json?box=110,35,115,41"),
            *(f"/map/walk.gpx?walk={asked}", "/map/tiles/0/0/0"),
            *("/changes.json", "/feed.atom", "/feed.atom?q=国槐", "/dashboard.json"),
            *(f"{each}/feed.atom" for each in records if each.startswith(("/species/", "/place/"))),
            *("/ogc/api", "/ogc/collections?f=json", *(f"{each}?f=json" for each in collections)),
            *(f"{each}/items?f=json" for each in collections),
            *(f"{each}/items?f=json&bbox=113,36,114,37" for each in collections),
            *(f"/ogc/collections/{kind}/items/{own}?f=json" for kind, own in uuids),
            *("/ogc/collections/tree/items?f=json&edition=2", "/ogc/conformance?f=json", "/ogc?f=json"),
            *("/robots.txt", "/sitemap.xml", *sitemaps, "/favicon.ico", f"/edition/{number}"),
        ],
        "datasette": [
            *("/public", "/public/tree", "/public/tree.csv", "/public/photo"),
            "/public/tree.json?_shape=array",
            *(f"/public/{name}.json?_shape=array" for name in (
                "zone", "walk", "walk_stop", "story", "story_text", "kpi", "protection_list",
                "protection_list_entry", "edition", "edition_log", "edition_change", "species", "division",
                "map_count", "map_cell", "map_outline", "map_area", "found", "gpkg_contents")),
        ],
    }  # fmt: skip


def everything_private(planted: dict[str, str]) -> dict[str, str]:
    """All planted values by what they are."""
    return {**planted, **PRIVATE, **MORE_PRIVATE}
