"""Trees made ready where their rows are read: the same rows and the same history as made in one go."""

from collections.abc import Iterable
from datetime import date
from itertools import repeat
from pathlib import Path

import pytest
from register_kit import make_csv, make_mapping

from registry.commands import history, importing_ready
from registry.commands.bulk import flat_row
from registry.commands.history import Change
from registry.commands.importing_ready import Flat, Preparer, finish
from registry.commands.importing_rows import RowMaker, told_tree
from registry.commands.importing_said import Reader, Said
from registry.importing.mapping import Mapping, read_mapping
from registry.importing.reading import open_table
from registry.models import Tree

VISITOR = ("inspected_by", "person", "查“树”\\u0001人")


class Directory:
    """Knows everything."""

    def species_id(self, *_: object) -> str:
        return "sophora-japonica"

    def division_id(self, path: Iterable[tuple[str, str]]) -> str | None:
        return "河北省/\"县\"" if path else None  # fmt: skip

    def party_id(self, _kind: str, name: str, _lang: str) -> str:
        return f"party of {name}"


def said_by_rows(folder: Path, mapping: Mapping) -> list[Said]:
    path = make_csv(
        folder / "rows.csv",
        {"no": 1, "name": "国槐", "girth": 310, "day": "1/5/2020", "grade": "一级", "steward": "某村\"委\"",
         "address": "\\u0001 \"村\"", "lon": "113.5", "lat": "36.25"},
        {"no": 2, "name": "侧柏", "age": 500, "other_no": "旧2"},
        {"no": 3, "name": "银杏", "steward": "某村民委员会", "day": "2/5/2020"},
    )  # fmt: skip
    table = open_table(path)
    reader = Reader(mapping, mapping.locate(table.headers, path), path.name, date(2026, 12, 1))
    said = reader.understand(list(table.rows)).said
    assert len(said) == 3
    for each in said:
        if each.inspection:
            each.inspected_by = VISITOR
    return said


def test_a_tree_made_ready_is_written_and_told_as_one_made_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    monkeypatch.setattr(history.secrets, "token_hex", lambda _: "0" * 32)
    directory, preparer = Directory(), Preparer(mapping, "2026-11-21")
    usual = RowMaker(mapping, directory)
    usual.ids = preparer.maker.ids = repeat("x")  # type: ignore[assignment]
    for said in said_by_rows(tmp_path, mapping):
        row, rows = usual.tree(said), usual.told(said)
        kept: list[dict[str, object]] = []
        told = history._told(Change("tree", "x", "created", told_tree(row, rows)), kept)
        into: Flat = {}
        ready = preparer.prepare(said).ready
        parties = [directory.party_id(kind, name, said.lang) for _, kind, name in said.parties]
        visitor = directory.party_id(*said.inspected_by[1:], said.lang) if said.inspected_by else None
        change = finish(ready, row["species_id"], row.get("division_id"), parties, visitor, into)
        assert change.text == told
        assert (change.sealed.digest, change.sealed.value) == (kept[0]["digest"], kept[0]["value"])
        assert into.pop(Tree) == list(flat_row(Tree, {**row, "id": "x", "updated_on": "2026-11-21"}))
        assert into == {
            table: [value for each in some for value in flat_row(table, {**each, "tree_id": "x"})]
            for table, some in rows.items()
        }


def test_a_row_that_names_no_species_is_left_to_the_register(tmp_path: Path) -> None:
    mapping = read_mapping(make_mapping(tmp_path))
    said = said_by_rows(tmp_path, mapping)[0]
    said.species = (None,) * len(said.species)
    assert importing_ready.Preparer(mapping, "2026-11-21").prepare(said).ready is None
    assert said.measurement
