"""The field app in a real Chromium: offline, packages, queue, export, versions, and how it looks."""

import json
import zipfile
from pathlib import Path

import axe_playwright_python
import pytest
from browser_kit import launched_chromium, until
from desk_kit import make_desk
from field_kit import PUBLIC_PAGE, TREE, field_server, make_tree
from phone_kit import Phone, cookie_of, opened_phone
from sqlmodel import select
from typer.testing import CliRunner

from datasette_plugins.desk import field_pages
from registry.cli.app import app, load_commands
from registry.db import reading
from registry.models import Inspection, Submission, SubmissionPhoto
from registry.rules.submission_format import SubmissionDraft

pytestmark = pytest.mark.browser
AXE = """axe.run({resultTypes: ['violations']}).then(result => result.violations.map(
  each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 120)).join(' | ')))"""
SMALL = """[...document.querySelectorAll('a, button, .choice span')].filter(e => e.offsetParent
  && !e.closest('.visually-hidden') && e.getBoundingClientRect().height < 51.5)
  .map(e => e.outerHTML.slice(0, 160))"""
NETWORK = """Object.defineProperty(navigator, 'connection',
  {value: Object.assign(new EventTarget(), {type: '%s'})})"""
PAGES = ("/queue", "/packages", "/storage", "/more", "/missing")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    kit = make_desk(tmp_path_factory.mktemp("field"))
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


def test_after_one_visit_the_app_works_without_a_signal_from_the_first_tap(phone: Phone, server):
    phone.take_package()
    phone.go_offline()
    server.stop()
    phone.reopen()
    assert phone.page.evaluate("navigator.onLine") is False
    phone.fill_queue(1, photos=1)
    assert phone.counts()["queue"] == 1
    phone.reopen("#/queue")
    assert "1 份表单，1 张照片未发" in phone.text()
    assert phone.call("package", "tree", TREE)["no"] == "14040400001"


def test_a_tag_scanned_without_a_signal_opens_the_app(phone: Phone, server):
    phone.page.goto(f"{server.address}/T/GTEST123")
    assert PUBLIC_PAGE in phone.text(), "with a signal the public page comes"
    phone.go_offline()
    server.stop()
    for path in ("/T/GTEST123", "/en/t/gtest123"):
        phone.page.goto(server.address + path)
        phone.page.wait_for_selector("html[data-ready]")
        assert phone.page.url.lower().endswith("/-/desk/field/#/scan/gtest123")


def test_a_scanned_text_finds_its_record_by_tag_address_by_number_and_by_a_bound_plate(phone: Phone, server):
    text = "https://other.example/p?id=77 "
    plate = phone.call("store", "sha256", f"gushu-plate:{text.strip()}")
    server.trees = [make_tree(TREE, "14040400001", "国槐", plates=[plate])]
    phone.take_package()
    for scanned in ("HTTPS://TREES.EXAMPLE/T/GTEST123-ABCDEFGH234567AB", "gtest123", "14040400001", text):
        assert phone.call("package", "byTag", scanned)["id"] == TREE, scanned
    assert phone.call("package", "byTag", "nobody") is None


def test_the_worker_leaves_the_public_site_alone(phone: Phone, server):
    for path in ("/", "/search", "/tree/1"):
        phone.page.goto(server.address + path)
        assert PUBLIC_PAGE in phone.text()
    kept = phone.page.evaluate(
        """async () => { const found = [];
        for (const name of await caches.keys()) found.push(...await (await caches.open(name)).keys());
        return found.map(each => new URL(each.url).pathname); }"""
    )
    assert kept
    assert all(path.startswith("/-/desk/field/") for path in kept)
    assert not any("/api/" in path for path in kept)


def test_a_form_leaves_the_phone_only_after_every_photo_was_confirmed(phone: Phone, server):
    phone.set_photos_wait(True)
    [form] = phone.fill_queue(1, photos=3)
    phone.sync()
    assert form["id"] in server.forms
    assert server.photos == {}
    assert phone.photo_count() == 3
    assert "3 张照片暂不发送" in phone.text_of("#/queue")
    phone.send_everything()
    assert server.whole_photos == set(form["photos"])
    assert phone.counts()["queue"] == 0
    assert phone.photo_count() == 0
    assert "3 / 3 张照片已收到" in phone.text_of("#/queue")


def test_the_file_of_unsent_work_holds_the_same_submissions_and_whole_photos(phone: Phone, tmp_path: Path):
    phone.go_offline()
    forms = phone.fill_queue(3, photos=2)
    phone.show("/queue")
    with phone.page.expect_download() as waiting:
        phone.page.get_by_role("button", name="导出为一个文件").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert all(each.compress_type == zipfile.ZIP_STORED for each in file.infolist())
        manifest = json.loads(file.read("manifest.json"))
        lines = [json.loads(line) for line in file.read("submissions.jsonl").decode().splitlines()]
        photos = {name.removeprefix("photos/") for name in file.namelist() if name.startswith("photos/")}
    assert (manifest["format"], manifest["version"], manifest["login"]) == ("gushu-field", 1, "inspector")
    assert (manifest["submissions"], manifest["photos"]) == (3, 6)
    assert {SubmissionDraft.model_validate(line["submission"]).id for line in lines} == {
        each["id"] for each in forms
    }
    assert photos == {digest for each in forms for digest in each["photos"]}
    assert phone.counts()["queue"] == 3, "exporting removes nothing"


def test_what_the_office_imports_from_a_file_and_what_the_phone_then_sends_is_the_same(
    chromium, desk, server, tmp_path
):
    server.is_real = True
    load_commands()
    with opened_phone(chromium, server, cookies=[cookie_of(server, "inspector")]) as phone:
        phone.take_package()
        trees = [desk.tree_ids[no] for no in ("1", "2")]
        assert phone.call("package", "tree", trees[0])["no"] == "1"
        phone.go_offline()
        forms = [form for tree in trees for form in phone.fill_queue(1, photos=2, size=0, tree=tree)]
        phone.show("/queue")
        with phone.page.expect_download() as waiting:
            phone.page.get_by_role("button", name="导出为一个文件").click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        for _ in range(2):
            done = CliRunner().invoke(app, ["--register", desk.address, "--lang", "en", "import", str(path)])
            assert done.exit_code == 0, done.output
        phone.go_online()
        phone.send_until_empty()
        assert phone.counts()["queue"] == 0
        assert len(phone.call("store", "sent", 10)) == 2
    with reading(desk.engine) as session:
        assert {row.id for row in session.exec(select(Submission))} == {form["id"] for form in forms}
        photos = session.exec(select(SubmissionPhoto)).all()
        assert {row.sha256 for row in photos if row.received_at} == {
            digest for form in forms for digest in form["photos"]
        }
        assert {row.tree_id for row in session.exec(select(Inspection))} == set(trees)
        assert len(session.exec(select(Inspection)).all()) == 2


def test_a_new_version_comes_as_a_whole_and_only_when_nothing_is_open(phone: Phone, server, monkeypatch):
    older = phone.version()
    files = dict(field_pages.app_files())
    address = field_pages.BASE + "old.js"
    files[address] = field_pages._app_file("old.js", b"// another\n")
    monkeypatch.setattr(field_pages, "app_files", lambda: files)
    phone.show("/more")
    phone.look_for_update()
    phone.page.get_by_role("button", name="现在更新").wait_for()
    assert phone.version() == older, "the older version is used until somebody wants the newer one"
    phone.page.get_by_role("button", name="现在更新").click()
    until(
        phone.page,
        """async before => { const names = await caches.keys();
        return names.length === 1 && !names[0].endsWith(before); }""",
        arg=older,
    )


def test_a_version_whose_files_do_not_fit_together_is_not_taken(phone: Phone, server, monkeypatch):
    older = phone.version()
    files = dict(field_pages.app_files())
    address = field_pages.BASE + "old.js"
    right = files[address]
    files[address] = field_pages.AppFile(b"// cut off", right.content_type, "0" * 64)
    monkeypatch.setattr(field_pages, "app_files", lambda: files)
    phone.look_for_update()
    phone.page.wait_for_timeout(1500)
    assert phone.version() == older
    phone.go_offline()
    phone.reopen()


def test_another_account_on_the_same_phone_sees_only_its_own_and_removes_nothing(phone: Phone, server):
    phone.go_offline()
    phone.fill_queue(2)
    phone.go_online()
    server.login = "second"
    phone.sync()
    assert server.forms == {}, "nobody sends what somebody else wrote"
    assert phone.counts() == {**phone.counts(), "queue": 0, "others": {"inspector": 2}}
    assert "账号 inspector 有 2 份表单未发送" in phone.text_of("#/queue")
    server.login = "inspector"
    phone.sync()
    assert len(server.forms) == 2


def test_an_in_app_browser_is_told_how_to_go_on(chromium, server):
    agent = "Mozilla/5.0 (Linux; Android 11) Chrome/90.0 Mobile MicroMessenger/8.0"
    with opened_phone(chromium, server, user_agent=agent, locale="zh-CN") as phone:
        text = phone.text_of("#/missing")
    assert "页面是在别的应用里打开的" in text
    assert "请办公室打印纸质巡查表" in text


@pytest.mark.parametrize(("network", "go"), [("cellular", False), ("wifi", True)])
def test_photos_that_wait_for_wifi_go_by_wifi_alone(chromium, server, network, go):
    init = NETWORK % network
    with opened_phone(chromium, server, init=init) as phone:
        phone.set_photos_wait(True)
        [form] = phone.fill_queue(1, photos=2)
        phone.sync()
        assert form["id"] in server.forms
        assert server.whole_photos == (set(form["photos"]) if go else set())
        assert phone.counts()["queue"] == (0 if go else 1)


def test_without_https_the_page_says_what_is_missing_and_how_to_go_on(chromium, server):
    init = "Object.defineProperty(window, 'isSecureContext', {value: false})"
    with opened_phone(chromium, server, init=init, is_keeping=False) as phone:
        text = phone.text()
        assert "#/missing" in phone.page.url
        assert "连接没有加密（不是 HTTPS）" in text
        assert "请办公室打印纸质巡查表" in text
        assert f"{server.address}/-/desk/field/" in text


def test_where_nothing_can_be_kept_no_form_opens(chromium, server):
    init = "Object.defineProperty(window, 'indexedDB', {value: {open() {throw 1}}})"
    with opened_phone(chromium, server, init=init, is_keeping=False) as phone:
        assert "不能在手机上保存" in phone.text()
        assert "#/missing" in phone.page.url


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_sound_in_both_languages_and_themes(chromium, server, lang, scheme):
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    locale = {"zh": "zh-CN", "en": "en-GB"}[lang]
    with opened_phone(chromium, server, locale=locale, color_scheme=scheme) as phone:
        phone.take_package()
        phone.go_offline()
        [form, _] = phone.fill_queue(2, photos=1)
        phone.page.evaluate(axe)
        for path in (*PAGES, f"/queue/{form['id']}"):
            phone.show(path)
            assert phone.page.evaluate(AXE) == [], path
            assert phone.page.evaluate(SMALL) == [], path
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390, path
            phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} in large text"
            phone.page.evaluate("document.documentElement.style.fontSize = ''")
