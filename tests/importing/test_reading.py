"""Reading files: what a file is, is told by its bytes; what cannot be read says so once and clearly."""

import csv
import gzip
import io
import json
import sqlite3
import struct
import zipfile
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InputMissingError, InputUnreadableError, RegistryError
from registry.importing import files
from registry.importing.files import clean
from registry.importing.reading import open_table
from registry.vocab.language import translator

CONTENT = "编号,名称,地址\n1,国槐,东庄\n2,银杏,西庄\n"
TRADITIONAL = "編號,名稱,地址\n1,國槐,東莊\n2,銀杏,西莊\n"


def read(path: Path, *, expects: str = "") -> list[dict[str, str]]:
    """The cells of all rows; `expects`: a header that the mapping would need."""
    return [
        row.cells for row in open_table(path, fits=lambda headers: expects in headers or not expects).rows
    ]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_simplified_text_is_read_in_any_common_encoding(tmp_path: Path, encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path = write(tmp_path / "a.csv", mark + CONTENT.encode(encoding))
    assert read(path, expects="编号")[1] == {"编号": "2", "名称": "银杏", "地址": "西庄"}


def test_big5_is_told_from_gb18030_by_its_headers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TRADITIONAL.encode("big5"))
    table = open_table(path, fits=lambda headers: "編號" in headers)
    assert table.encoding.startswith(("big5", "cp950"))
    assert [row.cells["名稱"] for row in table.rows] == ["國槐", "銀杏"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path / "a.csv", CONTENT.replace(",", delimiter).encode())
    assert read(path)[0]["地址"] == "东庄"


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv", "a.xlsx", "no extension"])
def test_packing_is_told_by_the_bytes(tmp_path: Path, name: str) -> None:
    assert len(read(write(tmp_path / name, gzip.compress(CONTENT.encode())))) == 2


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2))
def test_a_quoted_cell_keeps_its_lines_and_commas(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b"], [f"x{cells[0]}\ny", f"{cells[1]},z"]])
    path = write(tmp_path_factory.getbasetemp() / "quoted.csv", text.getvalue().encode())
    rows = read(path)
    assert rows == [{"a": clean(f"x{cells[0]}\ny"), "b": clean(f"{cells[1]},z")}]


def test_rows_carry_the_numbers_a_spreadsheet_shows(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "a.csv", b"a,b\n1,2\n,\n , \n3,4\n"))
    assert [(row.number, row.cells["a"]) for row in table.rows] == [(2, "1"), (5, "3")]


def test_a_row_with_too_few_or_too_many_cells_is_marked(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "a.csv", b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n"))
    assert [row.missing for row in table.rows] == [None, (2, 3), (4, 3), None]


def test_a_workbook_gives_numbers_as_text_and_days_as_days(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [["no", "d", "x"], [14040400001, date(2023, 1, 12), 3.5], ["0123", None, 4.0]]
    )
    assert read(path) == [
        {"no": "14040400001", "d": "2023-01-12", "x": "3.5"},
        {"no": "0123", "d": "", "x": "4"},
    ]


def test_a_workbook_that_begins_lower_keeps_its_row_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[], [], ["no"], ["1"], [], ["2"]])
    assert [(row.number, row.cells["no"]) for row in open_table(path).rows] == [(4, "1"), (6, "2")]


def test_the_sheet_that_fits_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["about"], ["x"]], [["no"], ["1"]])
    assert read(path, expects="no") == [{"no": "1"}]


def test_a_workbook_with_another_extension_is_a_workbook(tmp_path: Path) -> None:
    assert read(workbook(tmp_path / "a.xlsx", [["no"], ["1"]]).rename(tmp_path / "a.csv")) == [{"no": "1"}]


def test_geojson_gives_longitude_and_latitude(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"no": "1"},
            "geometry": {"type": "Point", "coordinates": [113.5, 36.25]},
        },
        {"type": "Feature", "properties": {"no": 2}, "geometry": None},
        {"type": "Feature", "properties": {"no": "3"}, "geometry": {"type": "Point", "coordinates": []}},
        {"type": "Feature", "properties": {"no": "4"}, "geometry": {"type": "Point"}},
        {"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}},
    ]
    path = write(
        tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode()
    )
    rows = read(path)
    assert rows[0] == {"no": "1", "longitude": "113.5", "latitude": "36.25"}
    assert [row.get("no") for row in rows] == ["1", "2", "3", "4", None]
    assert [row.get("longitude") for row in rows[1:]] == [None] * 4


def test_numbers_in_json_stay_as_they_were_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", b'[{"no": 14040400001, "x": 1.50, "y": 0.10000000000000000001}]')
    assert read(path) == [{"no": "14040400001", "x": "1.50", "y": "0.10000000000000000001"}]


def _geopackage(path: Path, blob: bytes | None) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """CREATE TABLE gpkg_contents (table_name, data_type);
            CREATE TABLE gpkg_geometry_columns (table_name, column_name);
            CREATE TABLE "odd ""name" (fid INTEGER PRIMARY KEY, no TEXT, geom BLOB);
            INSERT INTO gpkg_contents VALUES ('odd "name', 'features');
            INSERT INTO gpkg_geometry_columns VALUES ('odd "name', 'geom');"""
        )
        connection.execute('INSERT INTO "odd ""name" VALUES (1, ?, ?)', ["A/1", blob])
        connection.commit()
    return path


def _point(lon: float, lat: float) -> bytes:
    return b"GP\x00\x01" + struct.pack("<iBIdd", 4326, 1, 1, lon, lat)


@pytest.mark.parametrize("name", ["a.gpkg", "50% ?#.gpkg", "wrong.csv"])
def test_a_geopackage_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    rows = read(_geopackage(tmp_path / name, _point(113.5, 36.25)))
    assert rows == [{"fid": "1", "no": "A/1", "longitude": "113.5", "latitude": "36.25"}]


@pytest.mark.parametrize(
    "blob", [None, b"", b"GP", b"GP\x00\x01", _point(float("nan"), float("nan")), b"x" * 40]
)
def test_a_feature_without_a_point_is_read_without_one(tmp_path: Path, blob: bytes | None) -> None:
    assert read(_geopackage(tmp_path / "a.gpkg", blob)) == [{"fid": "1", "no": "A/1"}]


def test_a_packed_geopackage_is_read(tmp_path: Path) -> None:
    plain = _geopackage(tmp_path / "a.gpkg", _point(1.0, 2.0))
    assert read(write(tmp_path / "a.gpkg.gz", gzip.compress(plain.read_bytes())))[0]["no"] == "A/1"


def test_what_was_written_last_is_read_from_a_geopackage_that_is_open(tmp_path: Path) -> None:
    path = _geopackage(tmp_path / "a.gpkg", None)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute('UPDATE "odd ""name" SET no = \'new\'')
        connection.commit()
        assert read(path)[0]["no"] == "new"


def _zip_encrypted(path: Path) -> Path:
    workbook(path, [["no"], ["1"]])
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(magic, at + 4)
    return write(path, bytes(content))


def _password_protected(path: Path) -> Path:
    plain = workbook(path.with_suffix(".plain.xlsx"), [["no"], ["1"]])
    with plain.open("rb") as source, path.open("wb") as target:
        office = msoffcrypto.OfficeFile(source)
        office.encrypt("secret", target)
    return path


def _sparse(path: Path) -> Path:
    with path.open("wb") as stream:
        stream.truncate(2 << 30)
    return path


def _other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no table")
    return path


def _other_database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE x (a)")
    return path


def _half_workbook(path: Path) -> Path:
    content = workbook(path, [["no"], *[[str(n)] for n in range(500)]]).read_bytes()
    return write(path, content[: len(content) // 2])


BAD = {
    "empty": (lambda p: write(p, b""), "empty"),
    "blank only": (lambda p: write(p, b" \n\n\t \r\n"), "empty"),
    "byte order mark only": (lambda p: write(p, b"\xef\xbb\xbf"), "no header row"),
    "blank UTF-16": (lambda p: write(p, "\n\n".encode("utf-16")), "no header row"),
    "truncated gz": (lambda p: write(p, gzip.compress(CONTENT.encode() * 99)[:-20]), "damaged or cut off"),
    "gz that is none": (lambda p: write(p, b"\x1f\x8bnothing"), "damaged or cut off"),
    "truncated JSON": (lambda p: write(p, b'[{"no": "1"}, {"no"'), "valid JSON"),
    "deep JSON": (lambda p: write(p, b"[" * 200_000), "valid JSON"),
    "JSON without records": (lambda p: write(p, b'{"a": 1}'), "0 lists of records"),
    "JSON with two lists": (lambda p: write(p, b'{"a": [{"x": 1}], "b": [{"x": 1}]}'), "2 lists of records"),
    "truncated workbook": (_half_workbook, "damaged"),
    "other zip": (_other_zip, "damaged"),
    "empty workbook": (lambda p: workbook(p, [[]]), "no rows"),
    "binary": (lambda p: write(p, bytes(range(256)) * 9), "binary"),
    "PDF": (lambda p: write(p, b"%PDF-1.7\n..."), "PDF"),
    "PNG": (lambda p: write(p, b"\x89PNG\r\n\x1a\n..."), "PNG"),
    "password": (_password_protected, "password"),
    "zip password": (_zip_encrypted, "password"),
    "2 GB": (_sparse, "larger than"),
    "no encoding": (lambda p: write(p, b"a,b\n\xff\xff\xff\x80,1\n"), "none of UTF-8"),
    "NUL inside": (lambda p: write(p, b"a,b\n" + b"1,2\n" * 2000 + b"\0,1\n"), "none of UTF-8"),
    "duplicate headers": (lambda p: write(p, b"no,x,no\n1,2,3\n"), "more than once"),
    "no header": (lambda p: write(p, b"\n1,2\n"), "no header row"),
    "SQLite but no GeoPackage": (_other_database, "not a GeoPackage"),
    "unclosed quote": (lambda p: write(p, b'a,b\n1,"2\n3,4\n'), "cut off"),
    "huge cell": (lambda p: write(p, b"a,b\n1," + b"x" * (2 << 20) + b"\n"), "field larger"),
    "huge header": (lambda p: write(p, b"a" * (2 << 20) + b",b\n1,2\n"), "line 1"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_gives_one_clear_error_in_both_languages(tmp_path: Path, what: str) -> None:
    make, words = BAD[what]
    path = make(tmp_path / "input.dat")
    with pytest.raises(InputUnreadableError, match=words) as caught:
        read(path)
    _can_be_said(caught.value)


def _can_be_said(error: RegistryError) -> None:
    for lang in ("zh", "en"):
        said = translator(lang).error(error)
        assert "input.dat" in said
        assert "{" not in said
        assert "\n" not in said.strip()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in translator("zh").error(error))


def test_a_missing_file_and_a_folder_are_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "input.dat", tmp_path):
        with pytest.raises(InputMissingError):
            open_table(path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 4 << 20)
    monkeypatch.setattr(files, "MAX_WHOLE_BYTES", 4 << 20)
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * (2 << 20))
    with pytest.raises(InputUnreadableError, match="larger than 4 MiB"):
        read(write(tmp_path / "input.dat", bomb))
    json_bomb = gzip.compress(b'[{"a": "' + b"x" * (5 << 20) + b'"}]')
    with pytest.raises(InputUnreadableError, match="larger than 4 MiB"):
        read(write(tmp_path / "input.dat", json_bomb))
    with zipfile.ZipFile(tmp_path / "input.dat", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (5 << 20))
    with pytest.raises(InputUnreadableError, match="larger than 4 MiB"):
        read(tmp_path / "input.dat")


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_one_of_our_errors(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "bytes.dat", content)
    with suppress(InputUnreadableError):
        read(path)


def test_text_that_two_encodings_read_differently_is_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path / "input.dat", "no,name\n1,榕樹\n".encode("big5"))
    with pytest.raises(InputUnreadableError, match="reads differently"):
        read(path)
