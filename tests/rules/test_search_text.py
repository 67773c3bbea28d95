"""Search text, through a real FTS5 table of the edition's own kind."""

import re
import sqlite3
import unicodedata
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.db import SCHEMA_FOLDER
from registry.rules.search_text import index_words, match_expression

HAN = "國槐樹榕银杏古〇㐀𠀀𪛖豈"
TEXTS = st.lists(st.text(HAN + " ,a1", max_size=8), min_size=1, max_size=8)
TABLE = re.search(r"CREATE VIRTUAL TABLE tree_search .*?;", (SCHEMA_FOLDER / "public.sql").read_text("utf-8"))


def found(texts: list[str], query: str) -> set[int]:
    """Which of `texts` the query finds."""
    assert TABLE
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(TABLE[0])
        connection.executemany(
            "INSERT INTO tree_search(rowid, words) VALUES (?, ?)",
            [(number, index_words(text)) for number, text in enumerate(texts)],
        )
        rows = connection.execute(
            "SELECT rowid FROM tree_search WHERE tree_search MATCH ?", [match_expression(query)]
        )
        return {row[0] for row in rows}


@given(TEXTS, st.text(HAN, min_size=1, max_size=4))
def test_chinese_finds_exactly_the_texts_that_contain_it(texts: list[str], query: str) -> None:
    plain = unicodedata.normalize("NFKC", query)
    wanted = {n for n, text in enumerate(texts) if plain in unicodedata.normalize("NFKC", text)}
    assert found(texts, query) == wanted


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("榕", {0, 1}),
        ("銀杏", {2}),
        ("ficus", {0}),
        ("FICUS", {0}),
        ("fic micro", {0}),
        ("ＡＦＣＤ", {1}),
        ("AFCD/KS/005", {1}),
        ("榕樹 城隍", {1}),
        ("樹榕", set()),
        ("mull", {3}),
    ],
)
def test_people_find_what_they_type(query: str, numbers: set[int]) -> None:
    texts = ["榕樹 Ficus microcarpa L.f.", "AFCD/KS/005 榕樹，城隍廟", "銀杏", "Hevea Müll.Arg."]
    assert found(texts, query) == numbers


@pytest.mark.parametrize("query", ["", "  ", "！？", '"', "--", "()"])
def test_a_query_without_words_has_no_expression(query: str) -> None:
    assert match_expression(query) is None


@given(st.text())
def test_no_query_breaks_the_search(query: str) -> None:
    if match_expression(query) is not None:
        found(["古樹"], query)


def test_words_of_different_fields_do_not_run_together() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        assert TABLE
        connection.execute(TABLE[0])
        connection.execute("INSERT INTO tree_search(rowid, words) VALUES (1, ?)", [index_words("國", "槐樹")])
        hits = connection.execute(
            "SELECT count(*) FROM tree_search WHERE tree_search MATCH ?", [match_expression("國槐")]
        )
        assert hits.fetchone() == (0,)
