"""Search text, through a real FTS5 table of the edition's own kind."""

import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.db import SCHEMA_FOLDER
from registry.rules.search_text import (
    fold,
    index_words,
    match_expression,
    name_expression,
    name_words,
    number_words,
    sound_expression,
    tiers,
)

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
    wanted = {n for n, text in enumerate(texts) if fold(query) in fold(text)}
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
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臺北", "台北"),
        ("銀杏", "银杏"),
        ("國槐樹", "国槐树"),
        ("老幹", "老干"),
        ("裏院", "里院"),
        ("裡院", "里院"),
        ("羣峯", "群峰"),
        ("圓栢", "圆柏"),
        ("ＡＦＣＤ／０１", "afcd/01"),
        ("Müll. Straße", "mull. strasse"),
        ("豈", "岂"),
    ],
)
def test_variants_are_folded_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(HAN + "臺台樹裏", min_size=1, max_size=5), st.text(max_size=5))
def test_a_text_finds_itself_however_it_is_written(name: str, around: str) -> None:
    assert found([f"{around} {name} {around}"], fold(name)) == {0}
    assert found([f"{around} {fold(name)} {around}"], name) == {0}


@pytest.mark.parametrize(
    ("names", "query"),
    [
        (["国槐"], "guohuai"),
        (["國槐"], "guo huai"),
        (["国槐"], "gh"),
        (["国槐"], "GUÓ huái"),
        (["女贞"], "nvzhen"),
        (["女贞"], "nuzhen"),
        (["长治市"], "changzhi"),
        (["重阳木"], "cym"),
        (["西安"], "xi'an"),
    ],
)
def test_a_name_is_found_by_its_sound(names: list[str], query: str) -> None:
    assert marked([name_words(names), name_words(["银杏"])], query) == {0}


@pytest.mark.parametrize("query", ["0017", "404", "14040400017", "1404-0400"])
def test_a_number_is_found_by_any_part_of_it(query: str) -> None:
    assert marked([number_words(["14040400017"]), number_words(["15060500018"])], query) == {0}


@given(st.text("0123456789AB/-", min_size=3, max_size=12), st.integers(0, 9), st.integers(3, 12))
def test_every_part_of_three_signs_finds_its_number(number: str, start: int, length: int) -> None:
    plain = re.sub("[^0-9a-b]", "", number.lower())
    part = plain[start : start + length]
    if len(part) >= 3 and any(sign.isdigit() for sign in part):
        assert marked([f"{number_words([number])} {index_words(number)}"], part) == {0}


def test_sounds_come_after_all_that_is_written() -> None:
    assert all("♪" not in expression for expression in tiers("gh"))


def test_suggestions_begin_as_typed_and_homophones_are_heard() -> None:
    assert name_expression("！") is None
    assert sound_expression("国怀") == sound_expression("国槐")
    assert sound_expression("oak") is None


def marked(words: list[str], query: str) -> set[int]:
    """Which of these indexed words a query finds."""
    assert TABLE
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(TABLE[0])
        connection.executemany("INSERT INTO tree_search(rowid, words) VALUES (?, ?)", list(enumerate(words)))
        sql = "SELECT rowid FROM tree_search WHERE tree_search MATCH ?"
        return {row[0] for row in connection.execute(sql, [match_expression(query)])}


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
