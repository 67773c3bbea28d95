"""How much the desk answers within a minute."""

import json

import pytest
from desk_kit import DeskKit

from datasette_plugins.desk import limits
from datasette_plugins.desk.features import ROUTES
from datasette_plugins.desk.limits import COSTLY, PER_ADDRESS, Limits, TooMany


class Clock:
    """Seconds that a test lets go by."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(counted: Limits, address: str, most: int = 10**6) -> int:
    """How many requests of an address are answered at once, `most` at most."""
    for number in range(most):
        try:
            counted.count_address(address)
        except TooMany:
            return number
    return most


def test_an_address_is_answered_so_often_in_a_minute_and_then_at_that_pace():
    clock = Clock()
    counted = Limits(clock)
    assert taken(counted, "192.0.2.1") == PER_ADDRESS
    assert taken(counted, "192.0.2.1") == 0
    clock.now += 6
    assert taken(counted, "192.0.2.1") == PER_ADDRESS // 10
    clock.now += 3600
    assert taken(counted, "192.0.2.1") == PER_ADDRESS, "nothing is saved up"


def test_addresses_are_counted_apart_and_those_of_one_ipv6_network_together():
    counted = Limits(Clock())
    taken(counted, "192.0.2.1")
    taken(counted, "2001:db8:1:2::1")
    assert taken(counted, "2001:db8:1:2:ffff::9", 1) == 0
    assert taken(counted, "2001:db8:1:3::1", 1) == taken(counted, "192.0.2.2", 1) == 1
    taken(counted, "::ffff:192.0.2.3")
    assert (taken(counted, "192.0.2.3", 1), taken(counted, "::ffff:192.0.2.4", 1)) == (0, 1)
    assert taken(counted, "", 1) == 1


def test_whoever_has_to_wait_is_told_when_it_goes_on():
    clock = Clock()
    counted = Limits(clock)
    for _ in range(COSTLY["POST", "/import"]):
        counted.count_account("wang", "POST", "/import")
    with pytest.raises(TooMany) as told:
        counted.count_account("wang", "POST", "/import")
    clock.now += told.value.seconds
    counted.count_account("wang", "POST", "/import")


def test_callers_without_number_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MOST_KEPT", 100)
    counted = Limits(Clock())
    for number in range(1000):
        counted.count_address(f"10.0.{number // 250}.{number % 250}")
    assert len(counted._paid_until) == 100


def test_fifty_phones_behind_one_address_and_six_hundred_photos_of_one_are_within_a_minute():
    counted = Limits(Clock())
    for number in range(50 * 100):
        counted.count_address("192.0.2.1")
        counted.count_account(f"phone-{number % 50}", "POST", "/api/submissions")
    for _ in range(600):
        counted.count_account("phone-1", "PUT", "/api/photos/{sha256}")


def test_what_costs_much_is_named_as_its_route_is():
    assert set(COSTLY) <= {(route.method, route.path) for route in ROUTES}


async def test_an_account_that_asks_too_often_is_answered_in_words_and_others_go_on(
    desk: DeskKit, monkeypatch
):
    clock = Clock()
    desk.desk.limits = Limits(clock)
    monkeypatch.setattr(limits, "PER_ACCOUNT", 5)
    async with desk.client("inspector") as phone, desk.client("second") as other:
        answers = [await phone.get("api/me") for _ in range(6)]
        page = await phone.get("account")
        beside = await other.get("api/me")
        clock.now += int(answers[-1].headers["retry-after"])
        again = await phone.get("api/me")
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    told = json.loads(answers[-1].text)["error"]
    assert told["code"] == "too_many"
    assert answers[-1].headers["retry-after"] in told["message"]
    assert page.status_code == 429
    assert "请求过于频繁" in page.text
    assert beside.status_code == again.status_code == 200


async def test_an_address_that_asks_too_often_is_not_read_from(desk: DeskKit, monkeypatch):
    desk.desk.limits = Limits(Clock())
    monkeypatch.setattr(limits, "PER_ADDRESS", 3)
    async with desk.client() as nobody:
        answers = [await nobody.post("sign-in", data={"login": "x", "password": "y"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429]
    assert int(answers[-1].headers["retry-after"]) == 20


@pytest.mark.parametrize(("method", "path"), COSTLY)
async def test_what_costs_much_is_answered_less_often_than_the_rest(desk: DeskKit, method: str, path: str):
    desk.desk.limits = Limits(Clock())
    own = {"GET": "inspector", "POST": "registrar"}[method]
    asked = path[1:] + ("?division=140404" if method == "GET" else "")
    async with desk.client(own) as client:
        answers = [await client.request(method, asked) for _ in range(COSTLY[method, path] + 1)]
        rest = await client.get("account")
    assert 429 not in {answer.status_code for answer in answers[:-1]}
    assert (answers[-1].status_code, rest.status_code) == (429, 200)
