"""A file of records: out of one register, into another, and out again the same; on both databases."""

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import HONG_KONG, NOW, REPOSITORY, SINGAPORE, TAIPEI
from sqlalchemy.engine import Engine

from exports.exchange.json_lines import Written, write_lines
from exports.record_json import canonical_json
from registry.commands.comparing import deviations
from registry.commands.history import CHILDREN
from registry.commands.import_file import import_table
from registry.commands.import_records import RecordsReport, import_records
from registry.commands.register import init_register
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.exchange import carried
from registry.exchange.carried import ALL, BY_KIND, RECORDS, line_schema, stored, told
from registry.exchange.file import check_records, is_records_file
from registry.exchange.reading_out import Records
from registry.export_errors import RecordsClashError, RecordsFileError
from registry.importing.mapping import named_mapping
from registry.importing.reading import open_table
from registry.models import Tree
from registry.rules.json_shape import misfits

SHANGDANG = REPOSITORY.parent / "shared" / "data" / "shanxi-shangdang-ancient-trees"
HEAD = {"format": "gushu-records-1", "kind": "restricted", "made_at": "2026-03-04T05:06:07+00:00",
        "head": "0" * 64, "count": 0}  # fmt: skip


def write_file(
    engine: Engine, path: Path, where: tuple[str, ...] = (), *, is_packed: bool = False
) -> Written:
    with reading(engine) as session, path.open("wb") as out:
        records = Records(session, where)
        return write_lines({**HEAD, "count": records.count()}, records.lines(), out, is_packed=is_packed)


def take(engine: Engine, path: Path) -> RecordsReport:
    with transaction(engine) as session:
        return import_records(session, path, actor="tests", now=NOW)


def fill(engine: Engine, path: Path, mapping: str, rows: int = 40) -> None:
    table = open_table(path, fits=lambda _headers: True)
    some = (row for place, row in enumerate(table.rows) if place < rows)
    with transaction(engine) as session:
        import_table(session, replace(table, rows=some), named_mapping(mapping), actor="tests", now=NOW)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Some trees of each sample, on SQLite."""
    engine = init_register(str(tmp_path_factory.mktemp("source") / "register.db"), actor="tests", now=NOW)
    fill(engine, HONG_KONG, "hk-ovt")
    fill(engine, TAIPEI, "tw-taipei-protected")
    fill(engine, SINGAPORE, "sg-heritage")
    if SHANGDANG.is_dir():
        found = next(path for path in sorted(SHANGDANG.iterdir()) if path.suffix in {".csv", ".xlsx", ".xls"})
        fill(engine, found, "cn-census-2")
    return engine


@pytest.fixture(scope="module")
def written(source: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    path = tmp_path_factory.mktemp("file") / "a.jsonl"
    return path, write_file(source, path)


def body(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()[1:]


def test_out_and_in_and_out_again_is_the_same_on_both_databases(
    written: tuple[Path, Written], engine: Engine, tmp_path: Path
) -> None:
    path, first = written
    report = take(engine, path)
    assert report.created == first.counts
    second = write_file(engine, tmp_path / "b.jsonl")
    back = init_register(str(tmp_path / "back.db"), actor="tests", now=NOW)
    take(back, tmp_path / "b.jsonl")
    third = write_file(back, tmp_path / "c.jsonl")
    assert first.sha256 == second.sha256 == third.sha256
    assert body(path) == body(tmp_path / "b.jsonl") == body(tmp_path / "c.jsonl")
    for register in (engine, back):
        with reading(register) as session:
            assert verify_history(session) > 1
            assert list(deviations(session)) == []


def test_the_same_file_again_changes_nothing(written: tuple[Path, Written], engine: Engine) -> None:
    take(engine, written[0])
    with reading(engine) as session:
        events = verify_history(session)
    again = take(engine, written[0])
    assert (again.created.total(), again.unchanged) == (0, written[1].counts)
    with reading(engine) as session:
        assert verify_history(session) == events


def test_a_selection_brings_what_it_refers_to_and_nothing_else(
    source: Engine, engine: Engine, tmp_path: Path
) -> None:
    found = write_file(source, tmp_path / "some.jsonl", ("authority=sg-nparks",))
    assert (found.counts["tree"], found.counts["authority"], found.counts["source"]) == (40, 1, 1)
    assert take(engine, tmp_path / "some.jsonl").created == found.counts
    assert write_file(engine, tmp_path / "all.jsonl").sha256 == found.sha256


def test_a_packed_file_says_the_same(
    source: Engine, written: tuple[Path, Written], engine: Engine, tmp_path: Path
) -> None:
    packed = write_file(source, tmp_path / "a.jsonl.gz", is_packed=True)
    assert packed.sha256 == written[1].sha256
    assert is_records_file(tmp_path / "a.jsonl.gz")
    assert take(engine, tmp_path / "a.jsonl.gz").created == packed.counts


Alter = Callable[[list[dict[str, Any]]], None]


def rewritten(path: Path, out: Path, alter: Alter) -> Path:
    """The file with other lines, and a closing line that fits them."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()[1:-1]]
    alter(lines)
    with out.open("wb") as stream:
        write_lines(HEAD, lines, stream)
    return out


def trees(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["record"] == "tree"]


def test_a_record_that_says_something_else_is_refused_by_name(
    written: tuple[Path, Written], engine: Engine, tmp_path: Path
) -> None:
    take(engine, written[0])

    def alter(lines: list[dict[str, Any]]) -> None:
        trees(lines)[0]["values"]["vigour_scale"] = "another"

    with pytest.raises(RecordsClashError, match="vigour_scale"):
        take(engine, rewritten(written[0], tmp_path / "x.jsonl", alter))


def test_a_number_that_another_record_has_is_refused(
    written: tuple[Path, Written], engine: Engine, tmp_path: Path
) -> None:
    take(engine, written[0])

    def alter(lines: list[dict[str, Any]]) -> None:
        lines[:] = [line for line in lines if line["record"] != "tree"] + trees(lines)[:1]
        lines[-1]["values"]["id"] = "00000000-0000-4000-8000-000000000000"
        lines[-1].pop("rows", None)

    with pytest.raises(RecordsClashError, match="has the id"):
        take(engine, rewritten(written[0], tmp_path / "x.jsonl", alter))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("vigour", "splendid", "values.vigour"),
        ("tree_no", None, "values.tree_no"),
        ("lon", 200, "values.lon"),
        ("height", 3, "values.height"),
        ("age_years", "old", "values.age_years"),
        ("notes", "a\0b", "values.notes"),
        ("age_as_of", "2026-02-30", "values.age_as_of"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_key(
    written: tuple[Path, Written], tmp_path: Path, key: str, value: Any, said: str
) -> None:
    def alter(lines: list[dict[str, Any]]) -> None:
        values = trees(lines)[0]["values"]
        values[key] = value
        if value is None:
            del values[key]

    path = rewritten(written[0], tmp_path / "x.jsonl", alter)
    number = 1 + next(
        n for n, line in enumerate(path.read_bytes().splitlines()) if b'"record":"tree"' in line
    )
    with pytest.raises(RecordsFileError, match=rf"line {number}, {said}"):
        check_records(path)


def spoil_cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def spoil_last_line(raw: bytes) -> bytes:
    return b"\n".join(raw.splitlines()[:-1]) + b"\n"


def spoil_digit(raw: bytes) -> bytes:
    return raw.replace(b'"tree_no":"', b'"tree_no":"9', 1)


def spoil_version(raw: bytes) -> bytes:
    return raw.replace(b"gushu-records-1", b"gushu-records-2", 1)


def spoil_order(raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join([lines[0], *reversed(lines[1:-1]), lines[-1]])


def spoil_tail(raw: bytes) -> bytes:
    return raw + raw.splitlines(keepends=True)[5]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_cut, "cut off|not JSON"),
        (spoil_last_line, "cut off"),
        (spoil_digit, "SHA-256"),
        (spoil_version, "gushu-records-2"),
        (spoil_order, "too late"),
        (spoil_tail, "behind the closing line"),
    ],
)
def test_a_file_that_is_not_as_it_was_made_is_refused_before_anything_is_written(
    written: tuple[Path, Written], engine: Engine, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(spoil(written[0].read_bytes()))
    with pytest.raises(RecordsFileError, match=said):
        take(engine, path)
    with reading(engine) as session:
        assert Records(session).count() == 0


def test_a_packed_file_that_is_cut_off_is_refused(written: tuple[Path, Written], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(written[0].read_bytes())[:-2000])
    with pytest.raises(RecordsFileError, match="cut off"):
        check_records(path)


def test_what_the_tables_refuse_is_told_in_words_and_nothing_stays(
    written: tuple[Path, Written], engine: Engine, tmp_path: Path
) -> None:
    def alter(lines: list[dict[str, Any]]) -> None:
        trees(lines)[0]["values"]["source_id"] = "nowhere"

    with pytest.raises(RecordsFileError, match="the register refuses lines"):
        take(engine, rewritten(written[0], tmp_path / "x.jsonl", alter))
    with reading(engine) as session:
        assert Records(session).count() == 0


def test_a_public_file_is_not_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    with path.open("wb") as out:
        write_lines({**HEAD, "kind": "public"}, [], out)
    with pytest.raises(RecordsFileError, match="--restricted"):
        check_records(path)


def test_a_file_carries_all_rows_that_the_history_tells_of_a_record() -> None:
    for each in RECORDS:
        theirs = {name for name, table in CHILDREN.items() if each.whose in table.model_fields}
        assert theirs <= {name for name, _ in each.rows}, each.kind


def test_every_column_that_stays_behind_is_known() -> None:
    left = {
        (table.__name__, column.name)
        for each in ALL
        for table, whose in ((each.table, ""), *((child, each.whose) for _, child in each.rows))
        for column in carried.table_of(table).columns
        if column not in carried.columns(table, whose) and not column.name.endswith(
            ("tree_id", "grove_id", "garden_id", "place_id", "species_id", "craft_id", "story_id")
        )
    }  # fmt: skip
    names = {"Designation": "case_id", "CareAgreement": "letter_id"}
    names |= {"Assessment": "submission_id", "CareEntry": "submission_id"}
    assert left == {*names.items()}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
VALUES = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "tree_no": TEXTS.map(lambda text: f"1{text}"[:64]),
     "number_scheme": st.just("s"),
     "authority_id": st.just("a"), "category": st.just("ancient"), "status": st.just("alive"),
     "datum": st.just("WGS84"), "position_precision": st.just("exact"), "text_lang": st.just("zh-Hans"),
     "source_id": st.just("s"), "released": st.lists(TEXTS, max_size=3), "updated_on": st.dates().map(str)},
    optional={"notes": TEXTS, "lon": st.floats(-180, 180), "age_years": st.integers(0, 20000),
              "has_care_agreement": st.booleans(), "planted_year": st.integers(-3000, 3000)},
)  # fmt: skip


@given(VALUES)
def test_a_line_comes_out_of_a_row_as_it_went_in(values: dict[str, Any]) -> None:
    line = {"record": "tree", "values": values}
    assert not list(misfits(line, line_schema()["$defs"]["tree"]))
    row = dict.fromkeys((column.name for column in carried.columns(Tree)), None) | stored(values, Tree)
    assert canonical_json(told(row, Tree)) == canonical_json(values)
    out = io.BytesIO()
    write_lines(HEAD, [line], out)
    assert json.loads(out.getvalue().splitlines()[1])["values"].keys() == values.keys()


def test_every_kind_has_a_schema_of_its_own() -> None:
    assert {*line_schema()["$defs"]} == {"head", "end", *BY_KIND}
