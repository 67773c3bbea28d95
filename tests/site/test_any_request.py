"""Whatever is asked of any address of the site: a page, a table or a polite refusal, never a 5xx."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from editions import make_area, make_edition, make_grove, make_photo, make_tag, make_tree, printed_tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasette_plugins.asgi import create_datasette
from datasette_plugins.site.compat import registered_routes

NAMES = (
    *("q", "page", "sort", "grade", "species", "division", "jurisdiction", "listing", "vigour", "age"),
    *("girth", "bbox", "box", "z", "limit", "offset", "since", "from", "to", "near", "walk", "f", "datetime"),
    *(
        "number",
        "status",
        "category",
        "authority",
        "tree",
        "lang",
        "crs",
        "_size",
        "_facet",
        "_sort",
        "_next",
    ),
)
REAL = (
    *("768", "AFCD/KS/005", "ficus-microcarpa", "taipei-wanhua", "榕", "rong", "1", "2", "tree", "json"),
    printed_tag(),
)
ODD = (
    *("", "0", "-1", "9" * 400, "1e999", "nan", "inf", "0,0,0,0", "181,91,-181,-91", "1,2,3", "'", '"', "%"),
    *(
        "*",
        "\\",
        "NEAR(",
        "a OR b",
        "x" * 5000,
        "../../etc/passwd",
        "\x00",
        "\ud800",
        "🌳",
        "<script>",
        "null",
    ),
)

texts = st.one_of(st.sampled_from(REAL), st.sampled_from(ODD), st.text(max_size=20))
questions = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=5)
prefixes = st.sampled_from(("", "/en", "/zh-hant"))


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


LOOP = asyncio.Runner()


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("any")
    trees = [
        make_tree(tags=[make_tag()], photos=[make_photo()]),
        make_tree("AFCD/KS/005", girth_cm=410.0, age_years=320, name_en="O'Neil's \"oak\" <b>"),
        make_tree("2", lon=None, lat=None, position_precision="withheld", species_id=None),
    ]
    datasette = create_datasette(
        make_edition(
            folder / "public.gpkg", trees, groves=[make_grove()], gardens=[make_area("Y1", listings=[])]
        )
    )
    yield datasette
    datasette.executor.shutdown()
    for database in datasette.databases.values():
        database.close()


@pytest.fixture(scope="module")
def patterns(ds: Any) -> list[str]:
    return registered_routes(ds)


async def asked(ds: Any, path: bytes, query: bytes, method: str = "GET") -> tuple[int, bytes]:
    """Status and body of the answer to a request as it comes over the wire, however malformed."""
    answer: dict[str, Any] = {"status": 0, "body": b""}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
        else:
            answer["body"] += message.get("body", b"")

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http", "method": method, "path": path.decode("latin-1"), "raw_path": path,
        "query_string": query, "headers": [(b"host", b"trees.example")], "scheme": "http",
        "http_version": "1.1", "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 80),
    }  # fmt: skip
    await ds.app()(scope, receive, send)
    return answer["status"], answer["body"]


def check(ds: Any, path: str, question: list[tuple[str, str]], method: str = "GET") -> None:
    query = "&".join(f"{name}={encoded(text)}" for name, text in question)
    status, body = LOOP.run(asked(ds, path.encode("latin-1", "replace"), query.encode(), method))
    assert 200 <= status < 500, (status, path, query, body[:300])
    assert b"Traceback" not in body


_PLACE = re.compile(r"\(\?P<[a-z_]+>((?:[^()\[\]]|\[[^\]]*\]|\([^()]*\))*)\)")
relaxed = settings(
    max_examples=400, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@relaxed
@given(data=st.data(), question=questions, prefix=prefixes)
def test_every_address_answers_to_every_question(ds, patterns, data, question, prefix):
    """Addresses as the routes describe them, with whatever the routes let through in their open places."""
    pattern = data.draw(st.sampled_from(patterns))
    path = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    check(ds, prefix + quote(path, safe="/%~:.-"), question)


@relaxed
@given(data=st.data(), question=questions, prefix=prefixes, value=texts)
def test_every_open_place_of_an_address_takes_anything(ds, patterns, data, question, prefix, value):
    """Real numbers, codes, quotes, long and broken texts where a number or a path is expected."""
    pattern = data.draw(st.sampled_from([each for each in patterns if "(?P<" in each]))
    path = _PLACE.sub(lambda _: encoded(value).replace("\\", "%5C"), pattern.strip("^$"))
    path = re.sub(r"\\(.)", r"\1", re.sub(r"\(\?:[^)]*\)\??", "", path))
    check(ds, prefix + path, question)


@relaxed
@given(path=st.text(alphabet=st.characters(max_codepoint=255), max_size=60), query=st.binary(max_size=60))
def test_any_bytes_at_all_are_answered(ds, path, query):
    status, body = LOOP.run(asked(ds, f"/{path}".encode("latin-1"), query))
    assert 200 <= status < 500, (status, path, query)
    assert b"Traceback" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "QUERY"])
def test_no_method_does_harm_at_any_address(ds, patterns, method):
    for pattern in patterns:
        path = re.sub(r"\\(.)", r"\1", _PLACE.sub("1", pattern.strip("^$")))
        check(ds, re.sub(r"\(\?:[^)]*\)\??", "", path), [], method)


@pytest.mark.parametrize("length", [7_000, 10_000, 60_000])
def test_a_question_of_any_length_is_answered(ds, patterns, length):
    for path in (
        "/",
        "/search",
        "/map",
        "/search.csv",
        "/ogc/collections/tree/items",
        "/feed.atom",
        "/stories",
    ):
        check(ds, path, [("q", "榕" * length)])
        check(ds, path, [("species", "x" * length)])
