"""What may go wrong in a valley: what was captured arrives once and whole, nothing is called sent before."""

import hashlib

import pytest
from browser_kit import launched_chromium
from desk_kit import make_desk
from field_kit import LostReplyError, field_server
from phone_kit import BASE, Phone, lose_reply, opened_phone
from starlette.responses import JSONResponse

pytestmark = pytest.mark.browser
YEAR_S = 365 * 86400


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    kit = make_desk(tmp_path_factory.mktemp("faults"))
    yield kit
    kit.engine.dispose()


@pytest.fixture
def server(desk):
    with field_server(desk) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def phone(chromium, server):
    with opened_phone(chromium, server) as opened:
        yield opened


def all_photos(forms) -> set[str]:
    return {digest for form in forms for digest in form["photos"]}


def test_a_server_killed_in_the_middle_of_an_upload_gets_the_rest_later(phone: Phone, server):
    phone.go_offline()
    [form] = phone.fill_queue(1, photos=1, size=1_800_000)
    killed_at = []

    def kill(request):
        if request.method == "PUT" and not killed_at and "offset=524288" in str(request.url):
            killed_at.append(len(server.photos[form["photos"][0]]))
            server.stop_soon()
            raise LostReplyError

    server.before = kill
    phone.go_online()
    phone.sync()
    assert killed_at == [524288]
    assert phone.counts()["queue"] == 1
    assert phone.photo_count() == 1
    server.before = None
    server.asked.clear()
    server.start()
    phone.send_everything()
    assert server.whole_photos == all_photos([form])
    assert phone.counts()["queue"] == 0
    pieces = [each for each in server.asked if each.startswith("PUT")]
    assert len(pieces) == 3, "what was there is not sent again"


def test_a_reply_lost_after_the_form_was_taken_makes_no_second_form(phone: Phone, server):
    phone.go_offline()
    forms = phone.fill_queue(2, photos=1)
    lost = []

    def lose(request):
        what = f"{request.method} {request.url.path}"
        if request.method in {"POST", "PUT"} and lost.count(what) < 2:
            lost.append(what)
            raise LostReplyError

    server.after = lose
    phone.go_online()
    phone.send_until_empty()
    assert len(lost) >= 4
    assert set(server.forms) == {form["id"] for form in forms}
    assert max(server.times_sent.values()) > 1
    assert server.whole_photos == all_photos(forms)


@pytest.mark.parametrize("off_s", [-YEAR_S, YEAR_S])
def test_a_phone_whose_clock_is_off_by_a_year_says_so_and_sends_all_the_same(phone: Phone, server, off_s):
    server.clock_off_s = -off_s
    phone.go_offline()
    phone.fill_queue(1, photos=1)
    phone.go_online()
    phone.send_until_empty()
    assert len(server.forms) == 1
    phone.show("/more")
    assert ("快约 365 天" if off_s > 0 else "慢约 365 天") in phone.text()


def test_waiting_to_try_again_does_not_outlast_a_clock_that_is_put_right(phone: Phone, server):
    phone.go_offline()
    [form] = phone.fill_queue(1)
    phone.page.evaluate(
        """async id => { const store = await import('/-/desk/field/store.js');
        await store.updateItem(id, item => { item.next_at = Date.now() + 365 * 86400000; }); }""",
        form["id"],
    )
    phone.go_online()
    phone.sync()
    assert form["id"] in server.forms


def test_full_storage_keeps_the_form_and_drops_small_pictures_first(chromium, server):
    with opened_phone(chromium, server, quota=6_000_000) as phone:
        phone.take_package()
        assert phone.thumb_count() == 1
        [before] = phone.fill_queue(1, photos=1)
        phone.go_offline()
        said = phone.page.evaluate(
            """async () => { const store = await import('/-/desk/field/store.js');
            const draft = {kind: 'visit', record: null, label: 'x', content: {notes: '树洞'}, photos: []};
            await store.saveDraft(draft);
            try { for (let n = 0; n < 40; n++) {
              const noise = Array.from({length: 16}, () => crypto.getRandomValues(new Uint8Array(60000)));
              await store.addPhoto(draft, new Blob(noise)); }
            } catch (error) { return {code: error.code, id: draft.id, photos: draft.photos.length}; }
            return null; }"""
        )
        assert said is not None
        assert said["code"] == "storage_full"
        assert phone.thumb_count() == 0
        kept = phone.call("store", "draft", said["id"])
        assert kept["content"] == {"notes": "树洞"}
        assert len(kept["photos"]) == said["photos"] >= 1
        assert all(phone.has_photo(photo["sha256"]) for photo in kept["photos"]), (
            "named only where it is kept"
        )
        phone.show("/queue")
        assert "手机存储空间不足" in phone.text()
        phone.go_online()
        phone.send_until_empty()
        assert before["id"] in server.forms
        assert server.whole_photos == all_photos([before])


def test_a_tab_closed_while_it_saves_leaves_the_draft_before_or_after_never_half(phone: Phone, server):
    phone.go_offline()
    other = phone.another_tab()
    for number in range(6):
        other.evaluate(
            """async number => { const store = await import('/-/desk/field/store.js');
            const draft = {id: 'closing-tab-draft', kind: 'visit', record: null, photos: []};
            const saver = store.autosave(draft);
            for (let step = 0; step < 40; step++) {
              draft.content = {notes: 'x'.repeat(step * 2000), step}; draft.step = step; saver.changed(); }
            if (number % 2) store.addPhoto(draft, new Blob([new Uint8Array(400000 + number)])); }""",
            number,
        )
        other.close()
        other = phone.another_tab()
        kept = phone.call("store", "draft", "closing-tab-draft")
        assert kept is None or len(kept["content"]["notes"]) == kept["content"]["step"] * 2000
        for photo in (kept or {"photos": []})["photos"]:
            assert phone.has_photo(photo["sha256"])


@pytest.mark.parametrize("with_lease", [False, True], ids=["locks", "lease"])
def test_two_tabs_send_each_form_once(chromium, server, with_lease):
    init = "Object.defineProperty(navigator, 'locks', {value: undefined})" if with_lease else ""
    with opened_phone(chromium, server, init=init) as phone:
        phone.go_offline()
        forms = phone.fill_queue(12, photos=1)
        other = phone.another_tab(init)
        phone.go_online()
        for tab in (phone.page, other):
            tab.evaluate("() => { import('/-/desk/field/sync.js').then(sync => sync.sendEverything()); }")
        phone.send_until_empty()
        assert set(server.forms) == {form["id"] for form in forms}
        assert max(server.times_sent.values()) == 1
        assert server.whole_photos == all_photos(forms)


def test_one_bad_form_never_holds_up_the_rest(phone: Phone, server):
    phone.go_offline()
    forms = phone.fill_queue(5, photos=1)
    bad = {forms[0]["id"]: 422, forms[1]["id"]: 409, forms[2]["id"]: 500}
    codes = {422: "bad_form", 409: "submission_conflict", 500: "unexpected"}

    def answer(draft):
        status = bad.get(draft["id"])
        said = {"error": {"code": codes.get(status), "message": "树高须为正数", "field": "height_m"}}
        return JSONResponse(said, status) if status else None

    server.answer_form = answer
    phone.go_online()
    phone.sync()
    phone.sync()
    assert set(server.forms) == {form["id"] for form in forms[3:]}
    assert phone.counts()["queue"] == 3
    assert phone.photo_count() == 3
    phone.show(f"/queue/{forms[0]['id']}")
    assert "服务器认为有一项填得不对" in phone.text()
    assert "树高须为正数 (height_m)" in phone.text()
    phone.show(f"/queue/{forms[1]['id']}")
    phone.page.get_by_role("button", name="作为新表单发送").click()
    bad.clear()
    phone.send_until_empty(4)
    assert len(server.forms) == 4, "the one that the server called wrong waits for a person"
    assert phone.counts()["queue"] == 1


def test_a_session_that_ends_in_between_touches_nothing_and_says_what_to_do(phone: Phone, server):
    phone.go_offline()
    forms = phone.fill_queue(4, photos=1)
    before = server.login

    def end(request):
        if len(server.forms) == 2:
            server.login = None

    server.after = end
    phone.go_online()
    phone.sync()
    assert phone.counts()["queue"] == 4
    assert phone.photo_count() == 4
    phone.reopen("#/queue")
    phone.page.get_by_text("登录已过期").wait_for()
    assert "4 份表单都在手机上" in phone.text()
    server.after, server.login = None, before
    phone.send_until_empty()
    assert set(server.forms) == {form["id"] for form in forms}
    assert server.whole_photos == all_photos(forms)


def test_nothing_is_called_sent_while_the_server_lacks_a_byte(phone: Phone, server):
    phone.go_offline()
    [form] = phone.fill_queue(1, photos=2)
    stuck = form["photos"][1]
    told = server._told
    server._told = lambda digest: {**told(digest), "complete": False} if digest == stuck else told(digest)
    phone.go_online()
    phone.sync()
    assert phone.counts()["queue"] == 1
    assert phone.photo_count() == 2
    assert "已收 1 / 2 张" in phone.text_of(f"#/queue/{form['id']}")
    server._told = told
    phone.retry(form["id"])
    assert phone.counts()["queue"] == 0


def test_twenty_inspections_with_sixty_photos_arrive_once_over_a_link_that_fails_every_third_request(
    phone: Phone, server
):
    """Ten times as many go to the real desk in `test_real_faults_in_browser`."""
    phone.go_offline()
    forms = phone.fill_queue(20, photos=3, size=3000)
    asked = failed = 0

    def every_third(route):
        nonlocal asked, failed
        asked += 1
        if asked % 3:
            route.continue_()
            return
        failed += 1
        if failed % 2:
            lose_reply(route)
        else:
            route.abort("connectionreset")

    phone.context.route("**/-/desk/api/**", every_third)
    phone.go_online()
    early = 0
    for _ in range(40):
        phone.send_everything()
        gone = [form for form in forms if not phone.call("store", "item", form["id"])]
        early += sum(not set(form["photos"]) <= server.whole_photos for form in gone)
        if not phone.counts()["queue"]:
            break
    assert phone.counts()["queue"] == 0
    assert early == 0, "nothing is shown as sent before it is"
    assert failed > 20
    assert set(server.forms) == {form["id"] for form in forms}
    assert server.whole_photos == all_photos(forms)
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in server.photos.items())
    assert phone.photo_count() == 0
    assert len(phone.call("store", "sent", 1000)) == 20
    assert BASE in phone.page.url
