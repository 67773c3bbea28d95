"""Names of species in the edition: every name finds the tree, the page of the species knows them all."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from register_kit import MAPPING, NOW, import_rows
from sqlalchemy.engine import Engine

from registry.keys import Keys
from registry.photos import PhotoStore
from registry.publish import publish
from registry.rules.search_text import match_expression

TRADITIONAL = MAPPING.replace('text_lang = "zh-Hans"', 'text_lang = "zh-Hant"')


def query(path: Path, sql: str, facts: Iterable[Any] = ()) -> list[Any]:
    """Rows of an edition."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, tuple(facts)).fetchall()


@pytest.fixture
def edition(engine: Engine, keys: Keys, tmp_path: Path) -> Path:
    """An edition with a ginkgo written in Traditional characters and two pagoda trees."""
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "name": "銀杏", "latin": "Ginkgo biloba L."},
        {"no": "2", "name": "国槐", "latin": "Sophora japonica"},
        {"no": "3", "name": "槐", "latin": ""},
        mapping=TRADITIONAL,
    )
    out = tmp_path / "public.gpkg"
    publish(engine, out, keys=keys, photos=PhotoStore(tmp_path / "photos"), actor="tests", now=NOW)
    return out


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("銀杏", ["1"]),
        ("银杏", ["1"]),
        ("白果树", ["1"]),
        ("Salisburia", ["1"]),
        ("国槐", ["2", "3"]),
        ("Styphnolobium", ["2", "3"]),
        ("Sophora japonica", ["2", "3"]),
        ("松", []),
    ],
)
def test_every_name_of_a_species_finds_its_trees(edition: Path, wanted: str, numbers: list[str]) -> None:
    sql = (
        "SELECT tree_no FROM tree JOIN tree_search ON tree_search.rowid = tree.fid "
        "WHERE tree_search MATCH ? ORDER BY tree_no"
    )
    assert [number for (number,) in query(edition, sql, [match_expression(wanted)])] == numbers


def test_the_species_says_its_other_names(edition: Path) -> None:
    sql = "SELECT name_latin, name_hans, name_hant, also, tree_count FROM species WHERE id = ?"
    ((latin, hans, hant, also, trees),) = query(edition, sql, ["styphnolobium-japonicum"])
    assert (latin, hans, hant, trees) == ("Styphnolobium japonicum", "槐", "槐", 2)
    assert {"国槐", "Sophora japonica"} <= set(json.loads(also))
    assert "槐" not in json.loads(also)
