"""The edition: only what is listed, as layers that GDAL reads, signed, whole or not there."""

import base64
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from register_kit import MAPPING, NOW, REPOSITORY, import_rows, make_mapping, rows_of
from sqlalchemy.engine import Engine
from sqlmodel import select

import registry.publish as publishing
from registry.commands.areas import AreaPlace, register_garden, register_grove
from registry.commands.history import canonical
from registry.commands.tags import end_tag, issue_tags
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.edition import PublishReport
from registry.errors import KeyMissingError, OutputError, RegisterLockedError
from registry.importing.mapping import read_mapping
from registry.importing.reading import open_table
from registry.keys import Keys
from registry.models import AreaDraft, Edition, Flag, Tree
from registry.photos import PhotoStore
from registry.publish import publish
from registry.queries import full_trees
from registry.rules.tag_codes import tag_hash
from registry.selection import neighbours_of, stream_ids
from registry.vocab.words import Precision, TagState

LON, LAT = 113.045678, 36.123456
ROWS = (
    {"no": "AFCD/KS/005", "name": "国槐", "latin": "Sophora japonica L.", "girth": 310, "lon": LON,
     "lat": LAT, "address": "东庄"},
    {"no": "2", "name": "银杏", "lon": "", "lat": "", "address": "甲某家院内", "steward": "王小明"},
)  # fmt: skip
RING = ((113.0, 36.0), (113.1, 36.0), (113.1, 36.1), (113.0, 36.0))


def edition(engine: Engine, keys: Keys, out: Path) -> PublishReport:
    return publish(engine, out, keys=keys, photos=PhotoStore(out.parent / "photos"), actor="tests", now=NOW)


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, *ROWS)
    place = AreaPlace("cn-test", "plain")
    with transaction(engine) as session:
        register_grove(
            session,
            AreaDraft(number="G1", name="柏树群", boundary=RING, tree_count=30),
            place,
            actor="t",
            now=NOW,
        )
        register_garden(
            session,
            AreaDraft(number="Y1", name="名园", boundary=RING, period="明"),
            place,
            actor="t",
            now=NOW,
        )
    return engine


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "public.gpkg"


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def test_only_the_listed_columns_exist(filled: Engine, keys: Keys, out: Path) -> None:
    edition(filled, keys, out)
    listed = sqlite3.connect(":memory:")
    listed.executescript((REPOSITORY / "schema" / "public.sql").read_text("utf-8"))
    for (table,) in query(
        out, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ):
        wanted = [row[1] for row in listed.execute(f"PRAGMA table_info('{table}')")]
        assert [row[1] for row in query(out, f"PRAGMA table_info('{table}')")] == wanted != []
    listed.close()


def test_gdal_sees_trees_groves_and_gardens_and_no_helper(filled: Engine, keys: Keys, out: Path) -> None:
    edition(filled, keys, out)
    layers = {str(name): kind for name, kind in pyogrio.list_layers(out)}
    assert layers == {
        "tree": "Point",
        "grove": "Unknown",  # a polygon where there is a boundary, a point where there is none
        "garden": "Unknown",
        "place": "Unknown",
        "element": "Unknown",
        "zone": "Unknown",
        "measurement": None,
        "inspection": None,
        "story": None,
        "walk": None,
        "walk_stop": None,
        "layer_styles": None,  # where QGIS looks for how to draw them
    }
    for layer in ("tree", "grove", "garden", "place", "element"):
        assert pyogrio.read_info(out, layer=layer)["crs"] == "EPSG:4326"
    meta, _, geometry, fields = pyogrio.raw.read(out, layer="tree")
    tree = {name: values[1] for name, values in zip(meta["fields"], fields, strict=True)}
    assert (tree["tree_no"], tree["name_zh"], tree["name_latin"]) == (
        "AFCD/KS/005",
        "国槐",
        "Styphnolobium japonicum",  # recorded as Sophora japonica, an older name of it
    )
    assert (tree["girth_cm"], tree["datum"], tree["licence"], tree["attribution"]) == (
        310,
        "WGS84",
        "CC0",
        "a",
    )
    assert struct.unpack("<dd", geometry[1][5:21]) == (LON, LAT)
    assert geometry[0] is None
    meta, _, _, fields = pyogrio.raw.read(out, layer="grove")
    grove = {name: values[0] for name, values in zip(meta["fields"], fields, strict=True)}
    assert (grove["number"], grove["name"], grove["tree_count"]) == ("G1", "柏树群", 30)


def test_the_file_is_sound_and_every_reference_holds(filled: Engine, keys: Keys, out: Path) -> None:
    edition(filled, keys, out)
    assert query(out, "PRAGMA integrity_check") == [("ok",)]
    assert query(out, "PRAGMA foreign_key_check") == []
    assert query(out, "PRAGMA application_id") == [(0x47504B47,)]
    assert query(out, "SELECT path FROM tree ORDER BY fid") == [("2",), ("AFCD~2FKS~2F005",)]


def test_the_manifest_is_signed_and_a_changed_one_is_not(filled: Engine, keys: Keys, out: Path) -> None:
    report = edition(filled, keys, out)
    manifest = json.loads(out.with_name("public.gpkg.json").read_text("utf-8"))
    assert manifest["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest() == report.sha256
    assert (manifest["trees"], manifest["groves"], manifest["gardens"], manifest["edition"]) == (2, 1, 1, 1)
    signature = base64.b64decode(manifest.pop("signature"))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(manifest["public_key"]))
    key.verify(signature, canonical(manifest).encode())
    with pytest.raises(InvalidSignature):
        key.verify(signature, canonical({**manifest, "trees": 3}).encode())


def test_an_edition_made_at_night_in_greenwich_says_the_day_of_its_register(
    filled: Engine, keys: Keys, out: Path
) -> None:
    evening = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    publish(filled, out, keys=keys, photos=PhotoStore(out.parent / "photos"), actor="tests", now=evening)
    said = "2026-03-02T07:30:00+08:00"
    assert query(out, "SELECT value FROM edition WHERE key = 'made_at'") == [(said,)]
    assert query(out, "SELECT made_at FROM edition_log") == [(said,)]
    assert json.loads(out.with_name("public.gpkg.json").read_text("utf-8"))["made_at"] == said


def test_the_number_grows_and_the_chain_holds(filled: Engine, keys: Keys, out: Path) -> None:
    numbers = [edition(filled, keys, out).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert [row.number for row in rows_of(filled, Edition)] == numbers
    with reading(filled) as session:
        verify_history(session)
    assert query(out, "SELECT value FROM edition WHERE key = 'number'") == [("3",)]


def test_what_is_held_back_is_counted_and_named(filled: Engine, keys: Keys, out: Path) -> None:
    report = edition(filled, keys, out)
    assert report.withheld == {"address: household": 1, "steward: person": 1}
    assert report.without_position == 1
    assert query(out, "SELECT withheld FROM tree WHERE tree_no = '2'") == [('["address", "steward"]',)]


@pytest.mark.parametrize("moment", ["_manifest", "_sha256", "_record"])
def test_a_publish_that_dies_leaves_the_old_edition(
    filled: Engine, keys: Keys, out: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    edition(filled, keys, out)
    before = {path.name: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()}

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, moment, die)
    with pytest.raises(KeyboardInterrupt):
        edition(filled, keys, out)
    assert {path.name: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()} == before
    assert len(rows_of(filled, Edition)) == 1
    monkeypatch.undo()
    assert edition(filled, keys, out).number == 2


def test_leftovers_of_a_killed_publish_are_cleared(filled: Engine, keys: Keys, out: Path) -> None:
    out.parent.mkdir()
    old, fresh = out.with_name("public.gpkg.99.part"), out.with_name("public.gpkg.98.part")
    for path in (old, fresh):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    edition(filled, keys, out)
    assert (old.exists(), fresh.exists()) == (False, True)


def test_two_publishers_never_make_two_editions_of_one_number(
    filled: Engine, keys: Keys, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = publishing._manifest

    def meanwhile(*args: object) -> str:
        monkeypatch.undo()
        edition(filled, keys, out.with_name("other.gpkg"))
        return manifest(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "_manifest", meanwhile)
    with pytest.raises(RegisterLockedError):
        edition(filled, keys, out)
    assert not out.exists()


def test_an_output_that_cannot_be_written_is_one_clear_error(
    filled: Engine, keys: Keys, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file" / "public.gpkg", tmp_path / "file" / "deeper" / "public.gpkg", tmp_path):
        with pytest.raises(OutputError):
            edition(filled, keys, out)
    assert rows_of(filled, Edition) == []


@pytest.mark.parametrize("precision", [Precision.LOW, Precision.MEDIUM, Precision.HIGH, Precision.WITHHELD])
def test_no_byte_of_the_file_holds_a_generalised_position(
    filled: Engine, keys: Keys, out: Path, precision: Precision
) -> None:
    edition(filled, keys, out)
    needles = [struct.pack(f"{order}d", value) for value in (LON, LAT) for order in "<>"]
    needles += [str(LON).encode(), str(LAT).encode()]
    assert any(needle in out.read_bytes() for needle in needles)
    with transaction(filled) as session:
        tree = session.get_one(Tree, next(t.id for t in rows_of(filled, Tree) if t.lon))
        tree.position_precision = precision
        session.add(tree)
    edition(filled, keys, out)
    content = out.read_bytes() + out.with_name("public.gpkg.json").read_bytes()
    assert [needle for needle in needles if needle in content] == []


def test_the_edition_knows_tags_by_hash_alone(filled: Engine, keys: Keys, out: Path) -> None:
    ids = [tree.id for tree in rows_of(filled, Tree)]
    with transaction(filled) as session:
        first, second = issue_tags(session, ids, keys=keys, actor="t", now=NOW)
        end_tag(session, second.printed, TagState.WITHDRAWN, keys=keys, actor="t", now=NOW, reason="lost")
    assert edition(filled, keys, out).tags == 2
    states = dict(query(out, "SELECT tag_hash, state FROM tag"))
    assert states == {tag_hash(first.printed): "issued", tag_hash(second.printed): "withdrawn"}
    content = out.read_bytes()
    for tag in (first, second):
        assert tag.printed[:8].encode() not in content
        assert tag.printed[9:].encode() not in content
    assert [key for key in keys.tag_keys.values() if key in content or base64.b64encode(key) in content] == []
    with pytest.raises(KeyMissingError):
        edition(filled, Keys("9", {"9": b"x" * 32}, b"y" * 32), out)


def test_an_edition_can_be_imported_again(filled: Engine, keys: Keys, out: Path, tmp_path: Path) -> None:
    edition(filled, keys, out)
    text = (
        MAPPING.replace("no = {", "tree_no = {")
        .replace("lon = {", "longitude = {")
        .replace("lat = {", "latitude = {")
    )
    mapping = read_mapping(make_mapping(tmp_path, text))
    table = open_table(shutil.copy(out, tmp_path / "renamed.dat"), fits=mapping.fits)
    rows = {row.cells["tree_no"]: row.cells for row in table.rows}
    assert table.kind == "geopackage"
    assert (rows["AFCD/KS/005"]["longitude"], rows["AFCD/KS/005"]["latitude"]) == (str(LON), str(LAT))


def test_what_the_search_indexes_is_what_is_public(filled: Engine, keys: Keys, out: Path) -> None:
    edition(filled, keys, out)
    assert query(out, "SELECT rowid FROM tree_search WHERE tree_search MATCH '\"东庄\"'") == [(2,)]
    assert query(out, "SELECT rowid FROM tree_search WHERE tree_search MATCH '\"院内\"'") == []


def test_a_register_without_a_tree_makes_an_edition(engine: Engine, keys: Keys, out: Path) -> None:
    assert edition(engine, keys, out).trees == 0
    assert [name for name, _ in pyogrio.list_layers(out)][:1] == ["tree"]
    assert re.fullmatch("[0-9a-f]{64}", edition(engine, keys, out).history_head)


def test_no_note_beside_a_name_gets_into_the_table_of_species(
    engine: Engine, keys: Keys, out: Path, tmp_path: Path
) -> None:
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "name": "国槐", "latin": "Sophora japonica 戚建国 13912345678"},
        {"no": "2", "name": "银杏 13912345678", "latin": ""},
        {"no": "3", "name": "戚某家槐", "latin": "Sophora japonica"},
        {"no": "4", "name": "侧柏 13912345678", "latin": "Platycladus orientalis (L.) Franco"},
    )
    edition(engine, keys, out)
    rows = query(out, "SELECT id, name_latin, name_author, name_hans, tree_count FROM species ORDER BY id")
    assert rows == [
        ("platycladus-orientalis", "Platycladus orientalis", "(L.) Franco", "侧柏", 1),
        ("styphnolobium-japonicum", "Styphnolobium japonicum", "(L.) Schott", "槐", 2),
    ]
    content = out.read_bytes()
    assert not [text for text in ("戚", "13912345678") if text.encode() in content]


def test_a_note_that_trees_share_a_point_gives_no_hidden_tree_away(
    engine: Engine, keys: Keys, out: Path, tmp_path: Path
) -> None:
    here = {"lon": LON, "lat": LAT}
    import_rows(engine, tmp_path, {"no": "1", **here}, {"no": "2", **here}, {"no": "3"})
    edition(engine, keys, out)
    assert len(query(out, "SELECT * FROM flag WHERE \"check\" = 'same_point'")) == 2
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "2")).one()
        tree.position_precision = Precision.MEDIUM
    edition(engine, keys, out)
    assert query(out, "SELECT * FROM flag WHERE \"check\" = 'same_point'") == []
    import_rows(engine, tmp_path, {"no": "3", "girth": 3})
    assert [flag for flag in rows_of(engine, Flag) if flag.check == "same_point"] == []


def test_the_extent_of_a_layer_is_west_south_east_north(filled: Engine, keys: Keys, out: Path) -> None:
    edition(filled, keys, out)
    columns = "min_x, min_y, max_x, max_y"
    assert query(out, f"SELECT {columns} FROM gpkg_contents WHERE table_name = 'grove'") == [
        (113.0, 36.0, 113.1, 36.1)
    ]
    assert query(out, f"SELECT {columns} FROM gpkg_contents WHERE table_name = 'tree'") == [
        (LON, LAT, LON, LAT)
    ]


def test_a_tree_whose_place_is_hidden_is_nobodys_neighbour(engine: Engine, tmp_path: Path) -> None:
    near = ({"no": str(n), "lon": LON + n / 100_000, "lat": LAT} for n in range(3))
    import_rows(engine, tmp_path, *near)
    with transaction(engine) as session:
        hidden = session.exec(select(Tree).where(Tree.tree_no == "2")).one()
        hidden.position_precision = Precision.LOW
    with reading(engine) as session:
        trees = {full.record.tree_no: full.record for full in full_trees(session, stream_ids(session, ()))}
        assert [point.tree_no for point in neighbours_of(session, trees["0"])] == ["1"]
        assert neighbours_of(session, trees["2"]) == ()
