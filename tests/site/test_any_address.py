"""Whatever is typed into the address bar: a polite page, never a breakdown."""

import asyncio
import re
from urllib.parse import quote, urlsplit

import pytest
from editions import make_edition, make_photo, make_tag, make_tree, printed_tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasette_plugins.asgi import create_datasette

ROUTES = (
    "/tree/",
    "/T/",
    "/species/",
    "/place/",
    "/grove/",
    "/garden/",
    "/photo/",
    "/-/gushu/static/",
    "/",
    "/en/",
)
NAMES = (
    "q",
    "page",
    "jurisdiction",
    "division",
    "listing",
    "grade",
    "species",
    "vigour",
    "category",
    "number",
)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A site with a bit of everything."""
    trees = [make_tree("768", tags=[make_tag()], photos=[make_photo()]), make_tree("AFCD/KS/005")]
    return create_datasette(make_edition(tmp_path_factory.mktemp("site") / "public.gpkg", trees))


def status(ds, path: str, query: bytes = b"", headers: tuple = ()) -> int:
    """The status of the site's answer to a raw request, as a server would hand it over."""
    statuses = []

    async def ask() -> None:
        async def send(message):
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def receive():
            return {"type": "http.request", "body": b""}

        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query, "headers": [(b"host", b"x"), *headers], "scheme": "http",
            "http_version": "1.1",
        }  # fmt: skip
        await ds.app()(scope, receive, send)

    asyncio.run(ask())
    return statuses[0]


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ROUTES), st.text(max_size=40), st.sampled_from(["", ".json", "/", ".jpg"]))
def test_no_path_breaks_the_site(crowded, route, text, ending):
    assert status(crowded, route + quote(text, errors="replace") + ending) < 500


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ROUTES), st.binary(max_size=30))
def test_no_bytes_in_a_path_break_the_site(crowded, route, raw):
    assert status(crowded, route + raw.decode("latin-1")) < 500


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["/search", "/search.csv", "/search.json"]),
    st.dictionaries(st.sampled_from(NAMES), st.text()),
)
def test_no_query_breaks_the_search(crowded, path, asked):
    query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in asked.items())
    assert status(crowded, path, query.encode()) < 500


@pytest.mark.parametrize(
    "query", [b"q=" + b"a" * 10_000, b"q=%E5%9D%", b"%", b"&&==", b"q=\xff\xfe", b"q=%00"]
)
def test_long_and_broken_queries_are_answered_politely(crowded, query):
    assert status(crowded, "/search", query) in {200, 400}


def test_a_cookie_that_cannot_be_read_breaks_nothing(crowded):
    for path in ("/", "/public", "/-/logout", "/nothing"):
        assert status(crowded, path, headers=((b"cookie", b"a,b=1; c/d=2; =; \xff"),)) < 500


async def test_every_link_of_the_site_answers(crowded):
    seen, waiting = set(), ["/", f"/T/{printed_tag()}"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith(("/public", "/map")):
            continue
        seen.add(path)
        answer = await crowded.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        if "html" in answer.headers["content-type"]:
            links = re.findall(r'(?:href|src|action)="([^"#]+)', answer.text)
            waiting += [link.replace("&amp;", "&") for link in links if not urlsplit(link).scheme]
    assert len(seen) > 30
