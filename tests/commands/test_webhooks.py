"""Webhooks: signed, retried with growing pauses, once each, to public addresses alone, secrets kept apart."""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.care_errors import WebhookTakenError, WebhookUnknownError, WebhookUrlError
from registry.commands.verifying import verify_history
from registry.commands.webhooks import (
    add_webhook,
    deliveries,
    find_webhook,
    plan_deliveries,
    remove_webhook,
    take_due,
)
from registry.db import SCHEMA_FOLDER, open_register, reading, transaction
from registry.errors import EditionMissingError, KeyMissingError
from registry.models import EventItem, Webhook, WebhookDelivery
from registry.rules.webhooks import (
    PAUSES_SECONDS,
    is_public_address,
    is_signed,
    pause_after,
    signature,
    url_problem,
)
from registry.vocab.change_words import DeliveryState
from registry.webhook_delivery import deliver, try_out
from registry.webhook_keys import keep_secret, read_secret
from registry.webhook_sending import Answer, send

SECRET = "ab" * 32
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
URL = "https://city.example.org/hook"


class Receiver:
    """A server of this machine that keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.pause = 200, 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append((dict(self.headers), body))
                time.sleep(receiver.pause)
                self.send_response(receiver.status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?city=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def engine(register_address: str) -> Engine:
    return open_register(register_address)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return tmp_path / "keys.webhooks"


def make_public(path: Path, *editions: int) -> Path:
    """An edition that knows of editions, each with one tree changed."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript((SCHEMA_FOLDER / "public.sql").read_text(encoding="utf-8"))
        facts = {"number": str(max(editions)), "public_address": "https://trees.example.org"}
        db.executemany("INSERT INTO edition VALUES (?, ?)", facts.items())
        for number in editions:
            db.execute(
                "INSERT INTO edition_log VALUES (?, ?, ?, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, NULL, ?)",
                (number, NOW.isoformat(), number - 1, "0" * 64),
            )
            db.execute(
                "INSERT INTO edition_change VALUES (?, ?, 'tree', 'u', '7', '7', '槐', 'zh-Hans', "
                '\'redesignated\', \'["protection_grade"]\', \'{"protection_grade":["2","1"]}\')',
                (number * 1_000_000 + 1, number),
            )
        db.commit()
    return path


def add(engine: Engine, secrets: Path, name: str = "city", url: str = URL, **more: Any) -> str:
    with transaction(engine) as session:
        facts = {"filters": {}, "may_be_private": False, **more}
        own = add_webhook(session, name, url, **facts, **ACTOR).id
    keep_secret(secrets, own, SECRET)
    return own


class Post:
    """Stands where `send` stands, with answers made up beforehand."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.sent = list(answers), []

    def __call__(self, url: str, body: bytes, headers: dict[str, str], **_options: bool) -> Answer:
        self.sent.append((url, body, headers))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def run(engine: Engine, public: Path, secrets: Path, post: Any, at: datetime = NOW) -> list[WebhookDelivery]:
    done = deliver(engine, public, secrets, actor="tests", now=lambda: at, sender=post)
    return [row for _due, row in done]


def kept(engine: Engine, own: str) -> list[WebhookDelivery]:
    with reading(engine) as session:
        rows = deliveries(session, own)
        for row in rows:
            session.expunge(row)
    return rows


def test_each_edition_is_told_once_in_order_signed_and_with_a_key_of_its_own(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    own = add(engine, secrets)
    public, post = make_public(tmp_path / "public.gpkg", 1, 2), Post(Answer(200))
    run(engine, public, secrets, post)
    run(engine, public, secrets, post)
    assert [json.loads(body)["edition"] for _url, body, _headers in post.sent] == [1, 2]
    for _url, body, headers in post.sent:
        said, at = headers["Gushu-Signature"], headers["Gushu-Timestamp"]
        assert is_signed(SECRET.encode(), said, at, body, int(time.time()))
        assert json.loads(body)["delivery"] == headers["Idempotency-Key"]
    assert len({headers["Idempotency-Key"] for _url, _body, headers in post.sent}) == 2
    assert {row.state for row in kept(engine, own)} == {DeliveryState.DELIVERED}
    with reading(engine) as session:
        assert verify_history(session)


def test_editions_made_before_it_was_added_are_not_told(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    own = add(engine, secrets)
    with transaction(engine) as session:
        session.get_one(Webhook, own).since_edition = 2
    post = Post(Answer(200))
    run(engine, make_public(tmp_path / "public.gpkg", 1, 2, 3), secrets, post)
    assert [json.loads(body)["edition"] for _url, body, _headers in post.sent] == [3]


def test_a_failure_is_tried_again_after_growing_pauses_under_the_same_key_and_given_up_at_last(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    own = add(engine, secrets)
    public, post = make_public(tmp_path / "public.gpkg", 1), Post(Answer(500, "it refused the message"))
    at = NOW
    for attempt, pause in enumerate(PAUSES_SECONDS, start=1):
        (row,) = run(engine, public, secrets, post, at)
        assert (row.attempts, row.state, row.last_status) == (attempt, DeliveryState.PENDING, 500)
        assert run(engine, public, secrets, post, at + timedelta(seconds=pause - 1)) == []
        at += timedelta(seconds=pause)
    (row,) = run(engine, public, secrets, post, at)
    assert row.state == DeliveryState.GIVEN_UP
    assert run(engine, public, secrets, post, at + timedelta(days=9)) == []
    assert len({headers["Idempotency-Key"] for _url, _body, headers in post.sent}) == 1
    assert kept(engine, own)[0].body_sha256 == hashlib.sha256(post.sent[-1][1]).hexdigest()
    with reading(engine) as session:
        assert verify_history(session)


def test_a_later_edition_waits_for_the_one_before_it(engine: Engine, tmp_path: Path, secrets: Path) -> None:
    add(engine, secrets)
    public = make_public(tmp_path / "public.gpkg", 1, 2)
    post = Post(Answer(None, "it cannot be reached"), Answer(200))
    run(engine, public, secrets, post)
    assert len(post.sent) == 1
    run(engine, public, secrets, post, NOW + timedelta(minutes=2))
    assert [json.loads(body)["edition"] for _url, body, _headers in post.sent] == [1, 1, 2]


def test_two_senders_at_once_send_nothing_twice(engine: Engine, tmp_path: Path, secrets: Path) -> None:
    add(engine, secrets)
    with transaction(engine) as session:
        plan_deliveries(session, [1], NOW)
    with transaction(engine) as session:
        assert len(take_due(session, NOW)) == 1
    with transaction(engine) as session:
        assert take_due(session, NOW) == []
        assert len(take_due(session, NOW + timedelta(minutes=11))) == 1


def test_filters_leave_the_other_changes_out(engine: Engine, tmp_path: Path, secrets: Path) -> None:
    add(engine, secrets, filters={"what": ["added"]})
    post = Post(Answer(200))
    run(engine, make_public(tmp_path / "public.gpkg", 1), secrets, post)
    told = json.loads(post.sent[0][1])
    assert (told["changes"], told["counts"]["redesignated"]) == ([], 1)


def test_the_body_holds_what_the_edition_says(engine: Engine, tmp_path: Path, secrets: Path) -> None:
    add(engine, secrets)
    post = Post(Answer(200))
    run(engine, make_public(tmp_path / "public.gpkg", 1), secrets, post)
    (change,) = json.loads(post.sent[0][1])["changes"]
    assert change["url"] == "https://trees.example.org/tree/7"
    assert change["codes"] == {"protection_grade": ["2", "1"]}


def test_the_secret_and_the_whole_address_are_neither_in_history_nor_database(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    add(engine, secrets, url="https://city.example.org/hook/t0ken")
    with reading(engine) as session:
        told = " ".join(session.exec(select(EventItem.change)))
        rows = " ".join(str(row.model_dump()) for row in session.exec(select(Webhook)))
    assert "city.example.org" in told
    assert "t0ken" not in told
    assert SECRET not in told + rows
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_a_webhook_that_is_removed_is_told_nothing_and_its_name_is_free(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    own = add(engine, secrets)
    post = Post(Answer(500, "it refused the message"))
    run(engine, make_public(tmp_path / "public.gpkg", 1), secrets, post)
    with transaction(engine) as session:
        remove_webhook(session, "city", **ACTOR)
    assert run(engine, tmp_path / "public.gpkg", secrets, post, NOW + timedelta(days=1)) == []
    assert kept(engine, own)[0].state == DeliveryState.GIVEN_UP
    with reading(engine) as session:
        assert "hook" not in session.get_one(Webhook, own).url
        assert verify_history(session)
    add(engine, secrets)


def test_names_are_taken_once_and_must_be_known(engine: Engine, secrets: Path) -> None:
    add(engine, secrets)
    with pytest.raises(WebhookTakenError):
        add(engine, secrets)
    with reading(engine) as session, pytest.raises(WebhookUnknownError):
        find_webhook(session, "nobody")
    with pytest.raises(WebhookUrlError):
        add(engine, secrets, "other", "ftp://city.example.org/")


def test_without_an_edition_or_a_secret_nothing_is_sent(
    engine: Engine, tmp_path: Path, secrets: Path
) -> None:
    add(engine, secrets)
    with pytest.raises(EditionMissingError):
        run(engine, tmp_path / "nothing.gpkg", secrets, Post(Answer(200)))
    secrets.unlink()
    post = Post(Answer(200))
    (row,) = run(engine, make_public(tmp_path / "public.gpkg", 1), secrets, post)
    assert (row.last_problem, post.sent) == ("its secret is missing", [])


def test_secrets_are_kept_one_beside_the_other(secrets: Path) -> None:
    keep_secret(secrets, "a", "1")
    keep_secret(secrets, "b", "2")
    keep_secret(secrets, "a", None)
    assert read_secret(secrets, "b") == b"2"
    with pytest.raises(KeyMissingError):
        read_secret(secrets, "a")
    secrets.write_text("[", encoding="utf-8")
    with pytest.raises(KeyMissingError):
        read_secret(secrets, "b")


HEADERS = {"Content-Type": "application/json"}


def test_a_message_arrives_as_it_was_signed(receiver: Receiver) -> None:
    answer = try_out(receiver.url, b"secret", "d", may_be_private=True)
    assert (answer, answer.is_delivered) == (Answer(200), True)
    ((headers, body),) = receiver.got
    at = headers["Gushu-Timestamp"]
    assert is_signed(b"secret", headers["Gushu-Signature"], at, body, int(at))
    assert headers["Host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_redirects_are_not_followed_and_refusals_are_no_delivery(receiver: Receiver, status: int) -> None:
    receiver.status = status
    answer = send(receiver.url, b"{}", HEADERS, may_be_private=True)
    assert (answer.status, answer.is_delivered) == (status, False)
    assert answer.problem
    assert len(receiver.got) == 1


def test_who_does_not_answer_in_time_is_left(receiver: Receiver) -> None:
    receiver.pause = 0.6
    answer = send(receiver.url, b"{}", HEADERS, may_be_private=True, timeout=0.1)
    assert answer == Answer(None, "it did not answer in time")
    assert not send(receiver.url, b"{}", HEADERS, may_be_private=True, whole=0.1).is_delivered


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_never_called_unless_it_is_allowed(receiver: Receiver, host: str) -> None:
    answer = send(f"http://{host}:{receiver.server.server_port}/", b"{}", HEADERS)
    assert answer.status is None
    assert receiver.got == []


def test_the_address_that_was_judged_is_the_one_that_is_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    import registry.webhook_sending as sending

    asked = []

    def looked_up(host: str, port: int) -> Any:
        asked.append(host)
        return [(None, None, None, None, ("127.0.0.1", port))]

    monkeypatch.setattr(sending, "_looked_up", looked_up)
    url = f"http://once.example.org:{receiver.server.server_port}/"
    assert send(url, b"{}", HEADERS).problem == "the host is in a private network"
    assert send(url, b"{}", HEADERS, may_be_private=True).is_delivered
    assert asked == ["once.example.org"] * 2
    assert receiver.got[0][0]["Host"].startswith("once.example.org")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
     "224.0.0.1",      "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
     "fc00::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1", "nonsense", ""],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::6810:84e5", "64:ff9b::5db8:d822"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "url",
    ["", "city.example.org", "ftp://a/", "file:///etc/passwd", "http://", "http://user:pass@a/", "http://a/#x",
     "http://a:99999/", "http://a:0/", "http://a /", "http://a\n/", "http://甲/", "http://[::1",
     "http://a/" + "x" * 2000],
)  # fmt: skip
def test_addresses_that_no_message_goes_to(url: str) -> None:
    assert url_problem(url)


@given(st.text(max_size=80))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    url_problem(text)
    is_public_address(text)


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=40), st.integers(0, 10**10))
def test_a_signature_holds_for_its_own_body_secret_and_time_alone(
    body: bytes, secret: bytes, at: int
) -> None:
    said = signature(secret, at, body)
    assert is_signed(secret, said, str(at), body, at)
    assert not is_signed(secret, said, str(at), body + b" ", at)
    assert not is_signed(secret + b"x", said, str(at), body, at)
    assert not is_signed(secret, said, str(at + 1), body, at)
    assert not is_signed(secret, said, str(at), body, at + 301)
    assert not is_signed(secret, "v1=" + "0" * 64, str(at), body, at)
    assert not is_signed(secret, said, "soon", body, at)


def test_pauses_grow() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, len(PAUSES_SECONDS) + 1)]
    assert pauses == sorted(pauses, key=lambda pause: pause or 0)
    assert pause_after(len(PAUSES_SECONDS) + 1) is None


def test_on_the_command_line(
    gushu: Callable[..., Any], register_address: str, tmp_path: Path, receiver: Receiver
) -> None:
    public = tmp_path / "public.gpkg"
    added = json.loads(gushu("--json", "webhook", "add", "city", receiver.url, "--allow-private").output)
    assert len(added["secret"]) == 64
    assert gushu("webhook", "test", "city").exit_code == 0
    assert gushu("publish", "--out", public, "--notify").exit_code == 0
    assert [headers["Gushu-Event"] for headers, _body in receiver.got] == ["ping", "edition.published"]
    headers, body = receiver.got[-1]
    assert is_signed(added["secret"].encode(), headers["Gushu-Signature"], headers["Gushu-Timestamp"], body,
                     int(time.time()))  # fmt: skip
    assert "No message is due" in gushu("webhook", "send", "--public", public).output
    listed = json.loads(gushu("--json", "webhook", "list").output)["webhooks"]
    assert listed[0]["deliveries"][0]["state"] == "delivered"
    assert added["secret"] not in json.dumps(listed)
    assert gushu("webhook", "remove", "city").exit_code == 0
    assert gushu("webhook", "test", "city").exit_code == 1
    assert gushu("webhook", "add", "x", "http://127.0.0.1/", "--what", "nonsense").exit_code == 2
    assert "还没有推送地址" in gushu("webhook", "list", lang="zh").output
    assert gushu("verify").exit_code == 0
