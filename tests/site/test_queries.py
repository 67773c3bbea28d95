"""Datasette's own pages in the house style, and stored queries that answer real questions."""

import pytest
from editions import make_tree

from datasette_plugins.queries.questions import questions
from datasette_plugins.site.compat import sql_address

SIZES = [
    {"girth_cm": 310, "measured_on": "2014-05-01"},
    {"girth_cm": 340, "measured_on": "2024-05-01"},
]
DOUBT = {"check": "unit_suspected", "severity": "warning", "field": "girth_cm", "value": "17300"}
DECISION = {"kind": "first", "scheme": "cn-2025", "grade": "1", "designated_on": "2024-02-03"}
TREES = [
    make_tree("1", protection_grade="1", girth_cm=340, age_years=600, measurements=SIZES),
    make_tree("2", girth_cm=17300, age_years=300, flags=[DOUBT], last_inspected_on="2026-01-01"),
    make_tree("3", designations=[DECISION]),
]


async def answered(ds, question, **given):
    words = "&".join(f"{name}={value}" for name, value in given.items())
    answer = await ds.client.get(f"{question.address('public', '.json')}?_shape=objects&{words}")
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def named(name):
    return next(question for question in questions() if question.id == name)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
async def test_every_question_is_answered(site, question):
    ds = site(TREES)
    assert isinstance(await answered(ds, question, **dict.fromkeys(question.asks, "2026-06-01")), list)


async def test_the_answers_are_right(site):
    ds = site(TREES)
    assert [row["tree_no"] for row in await answered(ds, named("oldest"))] == ["1", "2"]
    thickest = await answered(ds, named("thickest"))
    assert [(row["tree_no"], row["girth_cm"]) for row in thickest] == [("1", 340)]
    grown = await answered(ds, named("growth"))
    assert [(row["tree_no"], row["gained_cm"]) for row in grown] == [("1", 30)]
    since = await answered(ds, named("not_inspected"), since="2026-06-01")
    assert [row["tree_no"] for row in since] == ["1", "3", "2"]
    assert [row["tree_no"] for row in await answered(ds, named("not_inspected"), since="2025-12-31")] == [
        "1",
        "3",
    ]
    assert [(row["year"], row["decisions"]) for row in await answered(ds, named("designated"))] == [
        ("2024", 1)
    ]
    assert {row["check"] for row in await answered(ds, named("doubts"))} == {"unit_suspected"}


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "各地各等级有多少株？"),
        ("/en", "How many trees of each grade, and where?"),
        ("/zh-hant", "各地各等級有多少株？"),
    ],
)
async def test_the_questions_are_listed_in_the_readers_language(site, prefix, said):
    answer = await site(TREES).client.get(f"{prefix}/queries")
    assert answer.status_code == 200
    assert said in answer.text
    assert f'action="{prefix}{sql_address()}"' in answer.text


@pytest.mark.parametrize("path", ["/public", "/public/tree", "/en/public/tree/1", "/public/oldest"])
async def test_datasettes_pages_wear_the_head_of_the_house(site, path):
    answer = await site(TREES).client.get(path)
    assert answer.status_code == 200
    assert 'class="house-brand"' in answer.text
    home = "/en/" if path.startswith("/en") else "/"
    assert f'<a class="house-brand" href="{home}">' in answer.text


@pytest.mark.parametrize("given", ["", "since=%27%3B+drop+table+tree", "since=" + "9" * 5000, "since=%ff"])
async def test_what_a_reader_gives_to_a_question_is_a_value_and_nothing_else(site, given):
    ds = site(TREES)
    answer = await ds.client.get(f"/public/not_inspected.json?_shape=objects&{given}")
    assert answer.status_code in {200, 400}
    assert (await ds.client.get("/public/tree.json")).status_code == 200
