"""Faults in the field against the desk in a process of its own: what was captured is in the register once."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from browser_kit import launched_chromium
from day_kit import Office, make_office, opened
from desk_kit import HERE
from phone_kit import Phone, cookie_of, lose_reply, opened_phone
from register_kit import import_rows
from sqlmodel import select

from datasette_plugins.desk.app import COOKIE, csrf_of
from registry.calendars import register_today
from registry.commands.reviewing import Desk, Verdict, decide
from registry.db import transaction
from registry.models import Tree
from registry.photos import photo_store
from registry.vocab.desk_words import Decision

pytestmark = pytest.mark.browser
MORE_TREES = 40
YEAR_MS = 365 * 86_400_000
FIX = {"lon": 113.05, "lat": 36.05, "accuracy_m": 8}
QUEUE_VISITS = """async ({visits, photos, width, height, fix}) => {
  const store = await import('/-/desk/field/store.js');
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width, height});
  const drawing = canvas.getContext('2d');
  const picture = () => {
    const dots = drawing.createImageData(width, height);
    for (let at = 0; at < dots.data.length; at++) dots.data[at] = at % 4 === 3 ? 255 : Math.random() * 256;
    drawing.putImageData(dots, 0, 0);
    return new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.95));
  };
  const made = [];
  for (const [index, {tree, notes}] of visits.entries()) {
    const record = {kind: 'tree', id: tree};
    const draft = {kind: 'visit', record, label: notes, photos: []};
    for (let n = 0; n < photos; n++) await store.addPhoto(draft, await picture(), {kind: 'whole'});
    await store.saveDraft(draft);
    const said = {kind: 'visit', form: 1, record, captured_at: new Date().toISOString(), fix,
                  content: {kind: 'patrol', notes}, photos: draft.photos};
    await store.queueDraft(draft, said);
    made.push({id: draft.id, photos: draft.photos.map(each => each.sha256)});
  }
  return made;
}"""
QUEUE_EDIT = """async ({tree, fields}) => {
  const store = await import('/-/desk/field/store.js');
  const record = {kind: 'tree', id: tree};
  const draft = await store.saveDraft({kind: 'edit', record, label: '更正', photos: []});
  const said = {kind: 'edit', form: 1, record, captured_at: new Date().toISOString(), content: {fields}};
  await store.queueDraft(draft, said);
  return draft.id;
}"""
SHIFTED_CLOCK = """(() => {
  const Real = Date, off = %d;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + off); }
    static now() { return Real.now() + off; }
  };
})()"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_office(tmp_path_factory.mktemp("real-faults"))
    add_trees(made)
    with opened(made) as running:
        yield running


@pytest.fixture(autouse=True)
def serving(office):
    """Each test begins with a server that answers, whatever the one before left."""
    if office.process is None:
        office.start()


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def phone(chromium, office):
    with opened_phone(chromium, office, cookies=[cookie_of(office, "inspector")]) as opened_one:
        yield opened_one


def add_trees(office: Office) -> None:
    """Some dozens of trees more at one place of the inspector's county."""
    rows = [
        {"no": str(number), "name": "国槐", "girth": "300", "lon": "113.05", "lat": "36.05"}
        for number in range(101, 101 + MORE_TREES)
    ]
    import_rows(office.desk.engine, office.folder, *rows)
    with transaction(office.desk.engine) as session:
        for tree in session.exec(select(Tree).where(Tree.division_id == None)):  # noqa: E711
            tree.division_id = HERE
            session.add(tree)
            office.desk.tree_ids[tree.tree_no] = tree.id


def queue_visits(
    phone: Phone, office: Office, count: int, name: str, *, photos: int, px: tuple[int, int] = (40, 30)
) -> list[dict[str, Any]]:
    """Finish so many visits, each told apart by its note, over the trees in turn."""
    own = office.desk.tree_ids
    trees = [own["1"], *(own[str(number)] for number in range(101, 101 + MORE_TREES))]
    visits = [{"tree": trees[n % len(trees)], "notes": f"{name} {n}"} for n in range(count)]
    facts = {"visits": visits, "photos": photos, "width": px[0], "height": px[1], "fix": FIX}
    return list(phone.page.evaluate(QUEUE_VISITS, facts))


def asked(office: Office, question: str, *values: Any) -> list[Any]:
    """Rows of the register as it is on the disk."""
    with closing(sqlite3.connect(office.register, timeout=20)) as db:
        return db.execute(question, values).fetchall()


def digests(forms: Iterable[dict[str, Any]]) -> set[str]:
    return {digest for form in forms for digest in form["photos"]}


def is_whole(office: Office, digest: str) -> bool:
    """Whether the store of photos has exactly these bytes."""
    path = photo_store(office.register).path(digest)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def assert_all_arrived_once(office: Office, forms: list[dict[str, Any]], name: str) -> None:
    """Each form is accepted and one visit, each photo is in the register and whole in the store."""
    states = dict(asked(office, "SELECT id, state FROM submission"))
    assert {states.get(form["id"]) for form in forms} == {"accepted"}
    visits = asked(office, "SELECT notes FROM inspection WHERE notes LIKE ?", f"{name} %")
    assert len(visits) == len(set(visits)) == len(forms)
    kept = [digest for (digest,) in asked(office, "SELECT sha256 FROM photo")]
    assert len(kept) == len(set(kept))
    wanted = digests(forms)
    assert wanted <= set(kept)
    assert all(is_whole(office, digest) for digest in wanted)


def test_a_server_killed_again_and_again_while_it_takes_loses_nothing_and_takes_nothing_twice(
    phone: Phone, office: Office
) -> None:
    phone.go_offline()
    forms = queue_visits(phone, office, 4, "killed", photos=1, px=(1100, 800))
    killed: list[str] = []

    def kill(route):
        what = route.request.method + ("+" if "offset=524288" in route.request.url else "")
        if what in killed or what == "GET":
            route.continue_()
            return
        killed.append(what)
        if what == "PUT+":
            office.stop(at_once=True)
            route.abort("connectionreset")
        elif lose_reply(route):  # done, and killed before it could say so
            office.stop(at_once=True)
        else:  # another request of the same moment had it killed before
            killed.remove(what)

    phone.context.route("**/-/desk/api/**", kill)
    phone.go_online()
    for _ in range(30):
        phone.send_everything()
        if not phone.counts()["queue"]:
            break
        assert phone.counts()["queue"] + len(phone.call("store", "sent", 100)) == len(forms)
        if office.process is None:
            office.start()
    assert sorted(killed) == ["POST", "PUT", "PUT+"]
    assert phone.counts()["queue"] == 0
    assert_all_arrived_once(office, forms, "killed")


def test_replies_lost_after_the_desk_had_taken_it_make_nothing_twice(phone: Phone, office: Office) -> None:
    phone.go_offline()
    forms = queue_visits(phone, office, 3, "lost", photos=2)
    lost: list[str] = []

    def lose(route):
        what = f"{route.request.method} {route.request.url} {route.request.post_data_buffer or b''!r:.60}"
        if route.request.method == "GET" or lost.count(what) >= 2:
            route.continue_()
            return
        lost.append(what)
        lose_reply(route)

    phone.context.route("**/-/desk/api/**", lose)
    phone.go_online()
    phone.send_until_empty()
    assert len(lost) >= len(forms) + len(digests(forms))
    assert_all_arrived_once(office, forms, "lost")


def test_the_same_form_five_times_at_once_is_one_visit_and_has_one_answer(office: Office) -> None:
    token = office.desk.token("inspector")
    headers = {"origin": office.address, "x-gushu-csrf": csrf_of(token), "cookie": f"{COOKIE}={token}"}
    own = "five-at-once-0000-0000"
    form = {
        "id": own, "kind": "visit", "form": 1, "captured_at": datetime.now(UTC).isoformat(), "fix": FIX,
        "record": {"kind": "tree", "id": office.desk.tree_ids["1"]}, "content": {"notes": "five at once"},
    }  # fmt: skip

    def send(_number: int) -> httpx.Response:
        return httpx.post(
            f"{office.address}/-/desk/api/submissions", json={"submission": form}, headers=headers, timeout=60
        )

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json()["state"] == "accepted"
    assert asked(office, "SELECT count(*) FROM submission WHERE id = ?", own) == [(1,)]
    assert asked(office, "SELECT count(*) FROM inspection WHERE notes = 'five at once'") == [(1,)]


@pytest.mark.parametrize("off_ms", [-YEAR_MS, YEAR_MS], ids=["slow", "fast"])
def test_a_visit_by_a_clock_that_is_wrong_by_a_year_counts_for_its_true_day(chromium, office, off_ms) -> None:
    cookies = [cookie_of(office, "inspector")]
    with opened_phone(chromium, office, init=SHIFTED_CLOCK % off_ms, cookies=cookies) as phone:
        phone.go_offline()
        [form] = queue_visits(phone, office, 1, f"clock {off_ms}", photos=1)
        phone.go_online()
        phone.send_until_empty()
        [line] = phone.call("store", "sent", 1)
        assert "365" in " ".join(line["said"])
    assert_all_arrived_once(office, [form], f"clock {off_ms}")
    [(captured, beside)] = asked(
        office, "SELECT captured_at, circumstances FROM submission WHERE id = ?", form["id"]
    )
    captured_at = datetime.fromisoformat(captured).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - captured_at) < timedelta(minutes=10)
    on = json.loads(beside)["on"]
    assert asked(office, "SELECT inspected_on FROM inspection WHERE notes LIKE ?", f"clock {off_ms} %") == [
        (on,)
    ]


def accept(office: Office, own: str, **chosen: str) -> None:
    """The office decides on what waits."""
    with transaction(office.desk.engine) as session:
        now = datetime.now(UTC)
        keys, photos = office.desk.desk.keys, office.desk.desk.photos
        desk = Desk(register_today(session, now), "tests", now, keys, photos)
        decide(session, own, Verdict(Decision.ACCEPT, chosen=chosen), holder=None, desk=desk)


def test_two_inspectors_on_one_tree_both_arrive_and_what_both_changed_is_put_side_by_side(
    chromium, office: Office
) -> None:
    tree = office.desk.tree_ids["2"]
    with (
        opened_phone(chromium, office, cookies=[cookie_of(office, "inspector")]) as one,
        opened_phone(chromium, office, cookies=[cookie_of(office, "second")]) as other,
    ):
        for phone in (one, other):
            phone.go_offline()
        first = {"small_place": {"base": None, "to": "井旁"}, "village": {"base": None, "to": "东和"}}
        second = {"small_place": {"base": None, "to": "庙前"}, "town": {"base": None, "to": "韩店"}}
        ours = one.page.evaluate(QUEUE_EDIT, {"tree": tree, "fields": first})
        theirs = other.page.evaluate(QUEUE_EDIT, {"tree": tree, "fields": second})
        one.go_online()
        one.send_until_empty()
        accept(office, ours)
        other.go_online()
        other.send_until_empty()
    [(state, conflicts)] = asked(office, "SELECT state, conflicts FROM submission WHERE id = ?", theirs)
    [conflict] = json.loads(conflicts)
    assert state == "pending"
    assert (conflict["field"], conflict["here"], conflict["theirs"]) == ("small_place", "井旁", "庙前")
    assert standing(office, tree) == ("井旁", "东和", None), "what counts stays until somebody decides"
    accept(office, theirs, small_place="庙前")
    assert standing(office, tree) == ("庙前", "东和", "韩店"), "what only one of them changed is merged"


def standing(office: Office, tree: str) -> Any:
    return asked(office, "SELECT small_place, village, town FROM tree WHERE id = ?", tree)[0]


def test_200_visits_with_600_photos_reach_the_register_once_over_a_link_that_fails_every_third_request(
    phone: Phone, office: Office
) -> None:
    phone.go_offline()
    forms = queue_visits(phone, office, 200, "many", photos=3, px=(24, 18))
    assert len(digests(forms)) == 600
    asked_for = failed = early = 0

    def every_third(route):
        nonlocal asked_for, failed
        asked_for += 1
        if asked_for % 3:
            route.continue_()
            return
        failed += 1
        if failed % 2:
            lose_reply(route)
        else:
            route.abort("connectionreset")

    phone.context.route("**/-/desk/api/**", every_third)
    phone.go_online()
    waiting = {form["id"]: form for form in forms}
    while waiting:
        phone.send_everything()
        left = {item["id"] for item in phone.call("store", "queue")}
        gone = [waiting.pop(own) for own in set(waiting) - left]
        early += sum(not is_whole(office, digest) for form in gone for digest in form["photos"])
    assert early == 0, "nothing is shown as sent before it is"
    assert failed > 200
    assert_all_arrived_once(office, forms, "many")
    assert phone.photo_count() == 0
    lines = phone.call("store", "sent", 1000)
    assert sorted(line["id"] for line in lines) == sorted(form["id"] for form in forms)
    assert {line["state"] for line in lines} == {"accepted"}
