"""Builders of public editions: a test names only what it is about, everything else is plain."""

import hashlib
import json
import os
import sqlite3
import struct
from pathlib import Path
from typing import Any

from registry.public_map import write_map
from registry.public_search import write_search
from registry.rules.tag_codes import check_of, plate_hash, tag_hash

SCHEMA = Path(__file__).parents[2] / "schema" / "public.sql"
KEY = b"a key of the tests"


def make_tree(tree_no: str = "768", **facts: Any) -> dict[str, Any]:
    """One tree; what it carries (`measurements`, `inspections`, `aliases`, `tags` …) are lists of dicts."""
    uuid = facts.pop("uuid", hashlib.md5(tree_no.encode(), usedforsecurity=False).hexdigest())
    tree = {
        "uuid": uuid,
        "path": facts.pop("path", tilde(tree_no)),
        "tree_no": tree_no,
        "number_scheme": "tw-taipei",
        "authority_id": "taipei",
        "jurisdiction": "tw-taipei",
        "category": "listed",
        "status": "alive",
        "listings": ["tw-taipei"],
        "listing": "tw-taipei",
        "species_id": "ficus-microcarpa",
        "name_zh": "榕",
        "name_zh_lang": "zh-Hant",
        "name_latin": "Ficus microcarpa",
        "name_author": "L. f.",
        "name_en": "Banyan",
        "division_id": "taipei-wanhua",
        "division_path": ["臺北市", "萬華區"],
        "address": "青年公園",
        "lon": 121.5056,
        "lat": 25.0232,
        "datum": "WGS84",
        "position_precision": "exact",
        "photo_count": len(facts.get("photos", [])),
        "flag_count": len(facts.get("flags", [])),
        "withheld": [],
        "text_lang": "zh-Hant",
        "source_id": "taipei",
        "licence": "政府資料開放授權條款 1.0",
        "attribution": "臺北市政府",
    }
    return {**tree, **facts}


def make_species(id: str = "ficus-microcarpa", **facts: Any) -> dict[str, Any]:
    """One species; `tree_count` is counted."""
    names = {"name_latin": "Ficus microcarpa", "name_author": "L. f.", "name_hans": "榕树", "name_hant": "榕"}
    return {
        "id": id,
        "path": id,
        **names,
        "name_en": "Banyan",
        "family": "Moraceae",
        "genus": "Ficus",
        **facts,
    }


def make_area(number: str = "14040401", **facts: Any) -> dict[str, Any]:
    """What a grove, garden, place and element have in common."""
    empty = ("details", "inspections", "designations", "aliases", "flags", "history", "withheld")
    plain = {
        "uuid": number,
        "path": number,
        "number": number,
        "name": "柏树坡",
        "name_lang": "zh-Hans",
        "status": "alive",
        "authority_id": "taipei",
        "jurisdiction": "cn",
        "division_path": ["山西省", "长治市"],
        "datum": "CGCS2000",
        "file_count": 0,
        "position_precision": "exact",
        "text_lang": "zh-Hans",
        "source_id": "taipei",
        "licence": "CC0",
        "attribution": "某局",
    }
    return {**plain, **{name: [] for name in empty}, **facts}


def make_grove(number: str = "14040401", **facts: Any) -> dict[str, Any]:
    """One grove."""
    return make_area(number, **{"composition": [], **facts})


def make_division(id: str = "taipei-wanhua", name: str = "萬華區", **facts: Any) -> dict[str, Any]:
    """One division; `tree_count` is counted."""
    plain = {"name_lang": "zh-Hant", "level": "district", "parent_id": None, "jurisdiction": "tw-taipei"}
    return {"id": id, "path": id, "name": name, **plain, **facts}


def make_authority(id: str = "taipei", **facts: Any) -> dict[str, Any]:
    """One authority; `tree_count` is counted."""
    names = {"name_zh": "臺北市政府文化局", "name_zh_lang": "zh-Hant", "name_en": "Taipei City Government"}
    return {"id": id, **names, "jurisdiction": "tw-taipei", **facts}


def make_source(id: str = "taipei", **facts: Any) -> dict[str, Any]:
    """One source; `tree_count` is counted."""
    plain = {
        "title": "臺北市受保護樹木",
        "title_lang": "zh-Hant",
        "title_en": "Protected trees of Taipei",
        "publisher": "臺北市政府",
        "licence": "政府資料開放授權條款 1.0",
        "licence_url": "https://data.gov.tw/license",
        "attribution": "臺北市政府",
        "origin": "https://data.taipei/",
        "as_of": "2026-08-23",
    }
    return {"id": id, **plain, **facts}


def make_edition(
    path: Path,
    trees: list[dict[str, Any]] | None = None,
    *,
    species: list[dict[str, Any]] | None = None,
    divisions: list[dict[str, Any]] | None = None,
    authorities: list[dict[str, Any]] | None = None,
    sources: list[dict[str, Any]] | None = None,
    groves: list[dict[str, Any]] | None = None,
    gardens: list[dict[str, Any]] | None = None,
    places: list[dict[str, Any]] | None = None,
    elements: list[dict[str, Any]] | None = None,
    names: list[dict[str, Any]] | None = None,
    facts: dict[str, str] | None = None,
    rows: dict[str, list[dict[str, Any]]] | None = None,
) -> Path:
    """Write a public edition at `path`, beside it first and then in its place, as `gushu publish` does."""
    trees = [make_tree()] if trees is None else trees
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    db = sqlite3.connect(beside)
    db.executescript("PRAGMA journal_mode=OFF;" + SCHEMA.read_text(encoding="utf-8"))
    _insert(db, "authority", _counted(authorities or [make_authority()], trees, "authority_id"))
    _insert(db, "source", _counted(sources or [make_source()], trees, "source_id"))
    _insert(db, "species", _counted(species or [make_species()], trees, "species_id"))
    _insert(db, "division", _counted(divisions or [make_division()], trees, "division_id"))
    for tree in trees:
        _insert_tree(db, tree)
    _insert(db, "grove", groves or [])
    _insert(db, "garden", gardens or [])
    _insert(db, "place", places or [])
    _insert(db, "element", elements or [])
    for table, further in (rows or {}).items():
        _insert(db, table, further)
    _insert(db, "species_name", names or [])
    said = {
        "number": "1",
        "register_name": "示范名录",
        "register_name_en": "Trial register",
        "made_at": "2026-11-21T08:00:00+00:00",
        "history_head": "0" * 64,
    }
    _insert(db, "edition", [{"key": key, "value": value} for key, value in {**said, **(facts or {})}.items()])
    write_map(db)
    write_search(db)
    db.execute("PRAGMA user_version = 10300")
    db.commit()
    db.close()
    os.replace(beside, path)
    return path


def printed_tag(code: str = "7K2M9QXA") -> str:
    """The text of a genuine tag under the tests' key."""
    return f"{code}-{check_of(code, KEY)}"


def make_plate(text: str, **facts: Any) -> dict[str, Any]:
    """A bound plate of another maker as an edition knows it."""
    return {"plate_hash": plate_hash(text), "bound_on": "2026-05-06", **facts}


def make_tag(code: str = "7K2M9QXA", **facts: Any) -> dict[str, Any]:
    """A tag as an edition knows it."""
    return {"tag_hash": tag_hash(printed_tag(code)), "state": "issued", "issued_on": "2026-03-12", **facts}


def make_photo(**facts: Any) -> dict[str, Any]:
    """A photo; its picture is any JPEG."""
    plain = {
        "kind": "whole",
        "caption_lang": "zh-Hans",
        "width": 16,
        "height": 12,
        "jpeg": JPEG,
        "thumb": JPEG,
    }
    return {**plain, **facts}


def tilde(text: str) -> str:
    """`text` as one segment of an address."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else _escaped(c) for c in text)


def point(lon: float, lat: float) -> bytes:
    """A GeoPackage point, WGS84."""
    return b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BIdd", 1, 1, lon, lat)


def _escaped(character: str) -> str:
    return "+" if character == " " else "".join(f"~{byte:02X}" for byte in character.encode())


def _insert_tree(db: sqlite3.Connection, tree: dict[str, Any]) -> None:
    row = {key: value for key, value in tree.items() if key not in _CHILDREN}
    if row.get("lon") is not None:
        row["geom"] = point(row["lon"], row["lat"])
    _insert(db, "tree", [row])
    for name, table in _CHILDREN.items():
        _insert(db, table, [{"tree_uuid": tree["uuid"], **row} for row in tree.get(name, [])])


def _counted(rows: list[dict[str, Any]], trees: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [{"tree_count": sum(tree.get(key) == row["id"] for tree in trees), **row} for row in rows]


def _insert(db: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> int:
    fid = 0
    for row in rows:
        values = [json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for v in row.values()]
        names = ", ".join(f'"{name}"' for name in row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})"
        fid = db.execute(sql, values).lastrowid or 0
    return fid


_CHILDREN = {
    "measurements": "measurement",
    "ages": "age",
    "inspections": "inspection",
    "designations": "designation",
    "aliases": "alias",
    "flags": "flag",
    "photos": "photo",
    "history": "history",
    "tags": "tag",
    "plates": "plate",
}
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
