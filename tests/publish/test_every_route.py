"""Every address that the site answers is asked: nothing private, no place of a hidden tree."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from leak_kit import (
    COST,
    GENERALISED_NO,
    OTHER_POINT_SAME_CELL,
    PLANTED,
    SECRET_PLACE,
    SECRET_POINT,
    Office,
    blurred,
    unpacked,
)
from public_kit import everything_private, full_office, own_addresses

from datasette_plugins.asgi import create_datasette
from datasette_plugins.site.compat import registered_routes
from registry.vocab.words import Precision

LANGUAGES = ("", "/en", "/zh-hant")
REDIRECTED = {"/favicon.ico", "/edition/"}
Answers = dict[str, httpx.Response]


@asynccontextmanager
async def serving(office: Office) -> AsyncIterator[Any]:
    datasette = create_datasette(office.edition)
    try:
        yield datasette
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()


async def asked(office: Office, *, stock: bool = True) -> tuple[Answers, list[str]]:
    """What each address of the office answers, pages in every language; and the patterns of all routes."""
    addresses = own_addresses(office)
    every = [prefix + page for page in addresses["pages"] for prefix in LANGUAGES]
    every += addresses["files"] + (addresses["datasette"] if stock else [])
    async with serving(office) as datasette:
        pages = [await datasette.client.get(address) for address in every]
        assets = sorted({found for page in pages[:30] for found in _assets(page)})
        files = [await datasette.client.get(address) for address in assets]
        answers = dict(zip([*every, *assets], [*pages, *files], strict=True))
        return answers, registered_routes(datasette)


def _assets(page: httpx.Response) -> list[str]:
    return re.findall(r'(?:href|src)="(/-/gushu/static/[^"#]+)', page.text)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return full_office(tmp_path_factory.mktemp("every") / "office")


@pytest.fixture(scope="module")
def answers(office: Office) -> tuple[Answers, list[str]]:
    return asyncio.run(asked(office))


def parts_of(answers: Answers) -> list[tuple[str, bytes]]:
    """All that is in all answers, equal contents once, the headers too."""
    seen, parts = set(), []
    for address, answer in answers.items():
        parts.append((address, repr(answer.headers.raw).encode()))
        digest = sha256(answer.content).digest()
        if digest not in seen:
            seen.add(digest)
            parts += [(address, part) for part in unpacked("", answer.content)]
    return parts


def test_every_registered_route_is_asked_and_answers(answers: tuple[Answers, list[str]]) -> None:
    found, patterns = answers
    for address, answer in found.items():
        wanted = {302} if address.startswith(tuple(REDIRECTED)) else {200}
        if not re.search(r"/edition/\d+/", address):
            assert answer.status_code in wanted, address
    paths = [re.sub(r"^/(en|zh-hant)(?=/)", "", address).partition("?")[0] for address in found]
    answered = [path for path, answer in zip(paths, found.values(), strict=True) if answer.status_code < 400]
    for pattern in patterns:
        assert any(re.match(pattern, path) for path in answered), pattern


def test_no_private_value_is_in_any_answer(answers: tuple[Answers, list[str]]) -> None:
    private = everything_private(PLANTED)
    named = {value.encode(): what for what, value in {**private, "place": SECRET_PLACE}.items()}
    needle = re.compile(b"|".join(map(re.escape, named)))
    found = [
        (address, named[match.group()])
        for address, part in parts_of(answers[0])
        for match in [needle.search(part)]
        if match
    ]
    assert found == []


def test_the_place_of_a_hidden_tree_and_money_are_in_no_answer(answers: tuple[Answers, list[str]]) -> None:
    lon, lat = SECRET_POINT
    words = [f"{lon:.4f}", f"{lat:.4f}", f"{lon:.4f}"[:-1], f"{lat:.4f}"[:-1], str(COST), f"{COST / 100:.2f}"]
    binary = [struct.pack(order + "d", value) for value in SECRET_POINT for order in "<>"]
    own = re.compile(b"|".join(map(re.escape, [word.encode() for word in words] + binary)))
    for address, part in parts_of(answers[0]):
        if f"near={lon}" not in address:
            assert not own.search(part), (address, own.search(part))


def test_readers_get_no_cookie_and_only_open_data_is_for_every_site(
    answers: tuple[Answers, list[str]],
) -> None:
    for address, answer in answers[0].items():
        assert "set-cookie" not in answer.headers, address
        if "access-control-allow-origin" in answer.headers:
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers
        stock = address.startswith("/public") and not address.startswith("/public.gpkg")
        policy = answer.headers["content-security-policy"]
        assert stock or "unsafe" not in policy, address


@pytest.mark.parametrize("number", ["1"])
async def test_an_edition_that_was_taken_back_is_gone_whichever_way_it_is_asked_for(
    office: Office, number: str
) -> None:
    names = ("public.gpkg", "public.gpkg.json", "SHA256SUMS", "trees.csv", "zones.geojson", "dwca/other.zip")
    addresses = [f"{prefix}/edition/{zeros}{number}/{name}" for name in names
                 for prefix in LANGUAGES for zeros in ("", "00")]  # fmt: skip
    addresses += [f"/edition/{number}", f"/ogc/collections/tree/items?edition={number}&after=1"]
    addresses += [f"/ogc/collections/tree/items?edition=0{number}&f=json&bbox=113,36,114,37"]
    async with serving(office) as datasette:
        for address in addresses:
            for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"range": "bytes=0-99"})):
                answer = await datasette.client.request(method, address, headers=headers)
                assert answer.status_code == 410, (method, address)
                assert b"SQLite" not in answer.content


@pytest.mark.parametrize("precision", [Precision.MEDIUM, Precision.WITHHELD])
async def test_two_places_in_one_cell_are_the_same_to_every_address(
    tmp_path: Path, precision: Precision
) -> None:
    """Whoever could recover the point of a generalised tree would see a difference between these two."""
    first = full_office(tmp_path / "first", point=SECRET_POINT, precision=precision)
    second = full_office(tmp_path / "second", point=OTHER_POINT_SAME_CELL, precision=precision)
    one, _ = await asked(first, stock=False)
    other, _ = await asked(second, stock=False)
    same = ("set-cookie", "content-type", "content-disposition", "x-total-count", "gushu-edition", "link")
    assert len(one) == len(other)
    by_place = zip(one.items(), other.items(), strict=True)  # names of photos and zones are their numbers
    for (address, answer), (_twin, twin_answer) in by_place:
        assert answer.status_code == twin_answer.status_code, address
        assert _said(answer) == _said(twin_answer), address
        assert [answer.headers.get(name) for name in same] == [
            twin_answer.headers.get(name) for name in same
        ], address


def _said(answer: httpx.Response) -> list[str]:
    """What an answer says but for identifiers; the cells of a database in no order."""
    is_file = answer.content.startswith((b"SQLite format 3", b"PK\x03\x04"))
    said = blurred(answer.content)
    return sorted(said) if is_file else said


def test_the_number_of_a_hidden_tree_is_there_and_its_place_is_not(
    answers: tuple[Answers, list[str]],
) -> None:
    """What is searched for above would be found: the number of the same tree is."""
    said = [address for address, part in parts_of(answers[0]) if GENERALISED_NO.encode() in part]
    assert len(said) > 20
