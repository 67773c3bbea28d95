"""Nothing private leaves: planted values are searched for in every byte of everything that is public."""

import re
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from leak_kit import (
    COST,
    EXACT_NO,
    GENERALISED_NO,
    OTHER_POINT_SAME_CELL,
    PLANTED,
    SECRET_PLACE,
    SECRET_POINT,
    Office,
    blurred,
    exported_files,
    plant,
    publish_again,
    site_answers,
    unpacked,
)

from registry.vocab.words import Precision

ADDRESSES = [
    "/",
    "/en/",
    f"/tree/{EXACT_NO}",
    f"/tree/{GENERALISED_NO}",
    f"/en/tree/{GENERALISED_NO}",
    f"/tree/{GENERALISED_NO}.json",
    "/search?q=国槐",
    "/search.json?q=",
    "/search.csv?q=",
    "/search?q=" + SECRET_PLACE,
    "/map",
    "/map?near=113,35.9&walk=" + f"{EXACT_NO},{GENERALISED_NO}",
    "/map/cells.json?bbox=-180,-85,180,85&z=2",
    "/map/cells.json?bbox=110,35,115,41&z=11",
    "/map/points.json?bbox=-180,-85,180,85&z=2",
    "/map/outlines.json?box=110,35,115,41",
    f"/map/walk.gpx?walk={EXACT_NO},{GENERALISED_NO}",
    "/download",
    "/public.gpkg",
    "/edition/1/trees.csv",
    "/edition/1/trees.geojson",
    "/edition/1/zones.geojson",
    "/edition/1/groves.json",
    "/search.geojson?q=",
    "/search.gpkg?q=",
    "/search.dwca.zip?q=",
    "/ogc/collections/tree/items?f=json",
    "/ogc/collections/tree/items?f=html",
    "/ogc/collections/tree/items?bbox=113,36,114,37&f=json",
    "/ogc/collections/zone/items?f=json",
    "/ogc/collections/grove/items?f=json",
    "/grove/G1",
    "/garden/Y1",
    "/public",
    "/public/tree",
    "/public/tree.json?_shape=array",
    "/public/tree.csv",
    "/public/photo",
    "/public/zone.json?_shape=array",
    "/map/zones.json?box=112,39,114,41",
    "/changes",
    "/changes/2",
    "/changes.json",
    "/feed.atom",
    "/dashboard.json",
    "/kpi",
    "/lists",
    "/ledger/trees.csv",
    "/ledger/green.json",
    "/public/edition_change.json?_shape=array",
    "/public/protection_list_entry.json?_shape=array",
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return plant(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def files(office: Office) -> dict[str, bytes]:
    return exported_files(office)


@pytest.fixture(scope="module")
def parts(files: dict[str, bytes]) -> dict[str, bytes]:
    """All that is in each file, unpacked once."""
    return {name: b"\0".join(unpacked(name, content)) for name, content in files.items()}


def test_the_planted_values_are_in_the_register(office: Office) -> None:
    with closing(sqlite3.connect(office.address)) as connection:
        content = "\n".join(connection.iterdump())
    photos = b"".join(
        path.read_bytes() for path in Path(f"{office.address}.photos").rglob("*") if path.is_file()
    )
    for what, value in {**PLANTED, "place": SECRET_PLACE}.items():
        assert value in content or value.encode() in photos, what


@pytest.mark.parametrize("what", [*PLANTED])
def test_no_planted_value_is_in_any_export(parts: dict[str, bytes], what: str) -> None:
    needle = PLANTED[what].encode()
    assert [name for name, content in parts.items() if needle in content] == []


def test_what_is_public_is_there(files: dict[str, bytes]) -> None:
    """The search above would find something: the same search finds the public name everywhere."""
    for name, content in files.items():
        if not name.endswith(".json"):
            public = EXACT_NO if re.fullmatch(r"map\.\w+\.pdf", name) else "槐"  # paper has numbers alone
            assert any(public.encode() in part for part in unpacked(name, content)), name


async def test_no_planted_value_is_on_any_page(office: Office) -> None:
    answers = await site_answers(office, ADDRESSES)
    assert len(answers) > len(ADDRESSES)
    for address, content in answers.items():
        for what, value in {**PLANTED, "place": SECRET_PLACE}.items():
            asked_for = what == "place" and "search?q=" in address
            assert asked_for or not any(value.encode() in part for part in unpacked("", content)), (
                address,
                what,
            )


def test_the_place_of_a_generalised_tree_is_in_no_export(files: dict[str, bytes]) -> None:
    lon, lat = SECRET_POINT
    words = [SECRET_PLACE.encode(), f"{lon:.4f}".encode(), f"{lat:.4f}".encode()]
    words += [struct.pack(order + "d", value) for value in SECRET_POINT for order in "<>"]
    for name, content in files.items():
        for part in unpacked(name, content):
            assert not [word for word in words if word in part], name
            for number in re.findall(rb"[0-9]{2,3}\.[0-9]{3,}", part):
                assert min(abs(float(number) - lon), abs(float(number) - lat)) > 0.0002, (name, number)


def test_no_money_is_in_any_export(files: dict[str, bytes]) -> None:
    words = [str(COST).encode(), f"{COST / 100:,.2f}".encode(), f"{COST / 100:.2f}".encode()]
    for name, content in files.items():
        for part in unpacked(name, content):
            assert not [word for word in words if word in part], name


async def test_two_places_in_one_cell_cannot_be_told_apart(tmp_path: Path) -> None:
    """The strongest attack: whoever could recover the point would see a difference between these two."""
    first = plant(tmp_path / "first", point=SECRET_POINT)
    second = plant(tmp_path / "second", point=OTHER_POINT_SAME_CELL)
    one, other = exported_files(first), exported_files(second)
    for name in one:
        assert sorted(blurred(one[name])) == sorted(blurred(other[name])), name
    addresses = [address for address in ADDRESSES if not address.startswith("/public")]
    pages, others = await site_answers(first, addresses), await site_answers(second, addresses)
    for address in addresses:
        assert blurred(pages[address]) == blurred(others[address]), address


def test_a_moved_point_makes_no_difference_between_editions(tmp_path: Path) -> None:
    office = plant(tmp_path / "office")
    before = _tree_row(office)
    with closing(sqlite3.connect(office.address)) as connection, connection:
        lon, lat = OTHER_POINT_SAME_CELL
        connection.execute("UPDATE tree SET lon = ?, lat = ? WHERE tree_no = ?", (lon, lat, GENERALISED_NO))
    publish_again(office)
    assert _tree_row(office) == before


@pytest.mark.parametrize(
    ("precision", "decimals", "uncertainty"),
    [(Precision.LOW, 4, 157), (Precision.MEDIUM, 3, 1570), (Precision.HIGH, 2, 15691)],
)
def test_a_generalised_position_says_how_uncertain_it_is(
    tmp_path: Path, precision: Precision, decimals: int, uncertainty: float
) -> None:
    row = _tree_row(plant(tmp_path / "office", precision=precision))
    assert (row["lon"], row["lat"]) == (round(row["lon"], decimals), round(row["lat"], decimals))
    assert row["coordinate_uncertainty_m"] == uncertainty


def test_a_withheld_position_is_nowhere(tmp_path: Path) -> None:
    row = _tree_row(plant(tmp_path / "office", precision=Precision.WITHHELD))
    assert (row["lon"], row["lat"], row["geom"]) == (None, None, None)


def test_the_zones_of_a_generalised_tree_stay_inside_though_they_are_published(office: Office) -> None:
    with closing(sqlite3.connect(office.edition)) as connection:
        rows = connection.execute("SELECT number, kind, statement FROM zone ORDER BY kind").fetchall()
        (withheld,) = connection.execute("SELECT value FROM edition WHERE key = 'withheld'").fetchone()
    with closing(sqlite3.connect(office.address)) as connection:
        assert connection.execute("SELECT count(*) FROM zone").fetchone() == (4,)
    assert rows == [
        (EXACT_NO, "computed", "推算，未依法公布 / computed, not legally published"),
        (EXACT_NO, "legal", "依法划定 / delineated"),
    ]
    assert '"zone: position":2' in withheld


@pytest.mark.parametrize(
    ("growth_place", "published_on", "kinds"),
    [
        ("park_street", "2026-01-01", ["computed", "legal"]),
        ("private_home", "2026-01-01", ["legal"]),
        ("private_home", None, []),
    ],
)
def test_a_zone_at_a_private_home_leaves_only_where_it_was_published(
    tmp_path: Path, growth_place: str, published_on: str | None, kinds: list[str]
) -> None:
    office = plant(tmp_path / "office")
    with closing(sqlite3.connect(office.address)) as connection, connection:
        connection.execute("UPDATE tree SET growth_place = ?", (growth_place,))
        connection.execute("UPDATE zone SET published_on = ?", (published_on,))
    publish_again(office)
    with closing(sqlite3.connect(office.edition)) as connection:
        found = connection.execute("SELECT kind FROM zone ORDER BY kind").fetchall()
    assert [kind for (kind,) in found] == kinds


def test_a_grove_with_a_hidden_tree_shows_no_zone(tmp_path: Path) -> None:
    office = plant(tmp_path / "office")
    with closing(sqlite3.connect(office.address)) as connection, connection:
        connection.execute("UPDATE grove SET position_precision = 'exact'")
        (grove,) = connection.execute("SELECT id FROM grove").fetchone()
        connection.execute("UPDATE zone SET tree_id = NULL, grove_id = ? WHERE kind = 'legal'", (grove,))
    publish_again(office)
    assert _zones(office) == [("computed", EXACT_NO), ("legal", "G1"), ("legal", "G1")]
    with closing(sqlite3.connect(office.address)) as connection, connection:
        connection.execute("UPDATE tree SET grove_id = ? WHERE tree_no = ?", (grove, GENERALISED_NO))
    publish_again(office)
    assert _zones(office) == [("computed", EXACT_NO)]


def _zones(office: Office) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(office.edition)) as connection:
        return connection.execute("SELECT kind, number FROM zone ORDER BY kind, number").fetchall()


def test_photos_of_a_generalised_tree_stay_inside(office: Office) -> None:
    with closing(sqlite3.connect(office.edition)) as connection:
        shown = connection.execute("SELECT tree_no FROM photo JOIN tree ON uuid = tree_uuid").fetchall()
    assert shown == [(EXACT_NO,)]


def test_nobody_can_make_a_valid_tag_from_what_is_published(office: Office, files: dict[str, bytes]) -> None:
    """Neither keys nor codes nor checks are in the edition; a hash cannot be turned back into them."""
    from registry.keys import key_path, read_keys
    from registry.rules.tag_codes import check_of

    keys = read_keys(key_path(office.address))
    with closing(sqlite3.connect(office.address)) as connection:
        codes = [row[0] for row in connection.execute("SELECT code FROM tag")]
    secrets = [
        *keys.tag_keys.values(),
        keys.edition_key,
        *(check_of(code, keys.tag_keys["1"]).encode() for code in codes),
    ]
    secrets += [code.encode() for code in codes]
    public = [content for name, content in files.items() if not name.startswith("tags.")]
    for content in public:
        for part in unpacked("", content):
            assert not [secret for secret in secrets if secret in part]
    with closing(sqlite3.connect(office.edition)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(tag)")]
    assert columns == ["tag_hash", "tree_uuid", "grove_uuid", "state", "condition", "issued_on", "ended_on"]


def _tree_row(office: Office) -> dict[str, object]:
    with closing(sqlite3.connect(office.edition)) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM tree WHERE tree_no = ?", (GENERALISED_NO,)).fetchone()
    return {name: row[name] for name in row.keys() if name not in {"uuid", "flag_count"}}  # noqa: SIM118
