"""One phone, two accounts: nobody sees what another took along, and nobody's unsent work is touched."""

from typing import Any

import pytest
from browser_kit import launched_chromium
from desk_kit import make_desk
from field_kit import TREE, FieldServer, field_server, make_tree
from phone_kit import MODULES, Phone, opened_phone
from starlette.responses import JSONResponse

pytestmark = pytest.mark.browser
DIGEST = "ab" * 32
WELCOME = "没有信号也能工作"
LATE = {"due_on": "2020-01-01", "is_overdue": True}
STORES = ("trees", "lists", "thumbs", "drafts", "queue")
OF = f"""async ([login, stores]) => {{ {MODULES} const base = await load('database');
  const found = {{}};
  for (const name of stores) {{
    const rows = await base.read(name, store => base.done(store.getAll()));
    const keys = await base.read(name, store => base.done(store.getAllKeys()));
    found[name] = rows.filter((row, at) => row.login === login || [].concat(keys[at])[0] === login).length;
  }}
  const facts = await base.read('meta', store => base.done(store.getAllKeys()));
  found.facts = facts.filter(key => key.endsWith(' ' + login)).sort();
  return found; }}"""


LEAVES_MEANWHILE = f"""async () => {{ {MODULES}
  const [pack, http, sync] = await Promise.all(['package', 'http', 'sync'].map(load));
  await sync.whoAmI();
  const fetchJson = async (...asked) => {{
    const answer = await http.fetchJson(...asked);
    document.cookie = 'gushu_left=1; path=/';
    return answer;
  }};
  const made = await pack.take('140404', '上党区', {{ fetchJson, fetchBytes: http.fetchBytes }});
  return made.thumbs; }}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    kit = make_desk(tmp_path_factory.mktemp("shared"))
    yield kit
    kit.engine.dispose()


@pytest.fixture
def server(desk):
    with field_server(desk) as running:
        running.trees = [make_tree(TREE, "1", "村口的槐树", thumb=DIGEST, **LATE)]
        yield running


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def phone(chromium, server):
    with opened_phone(chromium, server) as opened:
        yield opened


def kept_of(phone: Phone, login: str) -> dict[str, Any]:
    """How much of an account is on the phone, by store."""
    return dict(phone.page.evaluate(OF, [login, list(STORES)]))


def leave(phone: Phone, server: FieldServer) -> None:
    """Sign out, on purpose."""
    server.login = None
    phone.context.add_cookies([{"name": "gushu_left", "value": "1", "url": server.address}])


def enter(phone: Phone, server: FieldServer) -> None:
    """Sign in again."""
    phone.context.clear_cookies(name="gushu_left")
    server.login = "inspector"


def work(phone: Phone) -> tuple[str, str]:
    """A package, a form that waits and a draft; the ids of the last two."""
    phone.take_package()
    phone.go_offline()
    [form] = phone.fill_queue(1, photos=1)
    facts = {"kind": "visit", "record": {"kind": "tree", "id": TREE}, "label": "国槐 9"}
    draft = phone.call("store", "saveDraft", facts)
    phone.go_online()
    return form["id"], draft["id"]


def test_what_another_account_took_along_goes_when_somebody_else_signs_in_and_its_work_stays(
    phone: Phone, server: FieldServer
):
    before = server.before
    server.before = lambda request: JSONResponse({}, 503) if request.method == "POST" else None
    form, draft = work(phone)
    had = kept_of(phone, "inspector")
    assert min(had[name] for name in STORES) >= 1
    assert had["facts"][0] == "packages inspector"
    server.login = "second"
    phone.sync()
    left = kept_of(phone, "inspector")
    assert left == {"trees": 0, "lists": 0, "thumbs": 0, "drafts": 1, "queue": 1, "facts": []}
    assert phone.call("package", "tree", TREE) is None
    assert "村口的槐树" not in phone.text_of("#/")
    assert phone.call("store", "item", form) is None
    assert phone.call("store", "draft", draft) is None
    assert "国槐" not in phone.text_of(f"#/queue/{form}")
    assert phone.photo_count() == 1
    server.before, server.login = before, "inspector"
    phone.sync()
    phone.send_until_empty()
    assert set(server.forms) == {form}
    assert phone.call("store", "draft", draft)["label"] == "国槐 9"


def test_the_own_package_stays_from_one_start_to_the_next(phone: Phone, server: FieldServer):
    phone.take_package()
    phone.reopen()
    phone.sync()
    assert phone.call("package", "tree", TREE)["no"] == "1"
    assert kept_of(phone, "inspector")["facts"] != []


def test_a_phone_that_still_has_packages_of_earlier_accounts_is_tidied_at_the_next_start(
    phone: Phone, server: FieldServer
):
    phone.take_package()
    phone.call("package", "keep", "former", "140404", {"made_at": "2026-01-01", "trees": server.trees})
    assert kept_of(phone, "former")["trees"] == 1
    phone.reopen()
    phone.sync()
    assert kept_of(phone, "former") == {**dict.fromkeys(STORES, 0), "facts": []}
    assert kept_of(phone, "inspector")["trees"] == 1


def test_whoever_has_signed_out_leaves_no_records_to_see_and_an_ended_session_hides_nothing(
    phone: Phone, server: FieldServer
):
    server.before = lambda request: JSONResponse({}, 503) if request.method == "POST" else None
    _form, _draft = work(phone)
    server.login = None
    phone.sync()
    assert phone.call("package", "tree", TREE)["no"] == "1", "the session ran out: work goes on"
    assert "村口的槐树" in phone.text_of("#/")
    leave(phone, server)
    assert phone.call("package", "tree", TREE) is None
    assert phone.call("package", "rows") == []
    assert phone.call("package", "byTag", "1") is None
    assert phone.call("package", "packages") == {}
    for page in ("#/packages", f"#/tree/tree/{TREE}", "#/"):
        assert "村口的槐树" not in phone.text_of(page)
    assert phone.counts()["queue"] == 1
    enter(phone, server)
    phone.sync()
    assert phone.call("package", "tree", TREE)["no"] == "1", "nothing has to be taken along anew"


def test_whoever_has_signed_out_leaves_no_work_to_read_and_it_can_still_be_handed_over(
    phone: Phone, server: FieldServer
):
    [arrived] = phone.fill_queue(1)
    phone.send_until_empty()
    server.before = lambda request: JSONResponse({}, 503) if request.method == "POST" else None
    form, draft = work(phone)
    places = ("#/drafts", f"#/queue/{form}", f"#/sent/{arrived['id']}", f"#/new?draft={draft}", "#/new",
              f"#/tree/tree/{TREE}?draft={draft}", f"#/incident/tree/{TREE}", "#/map")  # fmt: skip
    server.login = None
    for place in places:
        assert WELCOME not in phone.text_of(place), "the session ran out: work goes on"
    leave(phone, server)
    for place in places:
        text = phone.text_of(place)
        assert WELCOME in text
        assert "国槐" not in text
    text = phone.text_of("#/queue")
    assert "1 份表单，1 张照片未发" in text
    assert "国槐" not in text
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="导出为一个文件").click()
    assert download.value.suggested_filename.startswith("gushu-field-inspector")
    assert kept_of(phone, "inspector")["drafts"] == 1, "no form was begun as the person who left"
    server.before = None
    enter(phone, server)
    phone.reopen("#/drafts")
    assert "国槐 9" in phone.text()
    phone.send_until_empty()
    assert set(server.forms) == {arrived["id"], form}
    assert phone.text_of("#/queue").count("国槐") == 3


def test_a_page_that_is_open_closes_when_its_reader_signs_out_elsewhere_and_comes_back(
    phone: Phone, server: FieldServer
):
    _form, draft = work(phone)
    phone.show("/drafts")
    assert "国槐 9" in phone.text()
    phone.go_offline()
    leave(phone, server)
    phone.sync()
    phone.page.wait_for_selector(f"text={WELCOME}")
    assert "国槐" not in phone.text()
    enter(phone, server)
    phone.sync()
    phone.page.wait_for_selector("text=国槐 9")
    assert phone.call("store", "draft", draft)["label"] == "国槐 9"


def test_signing_out_while_a_package_comes_does_not_break_the_download(phone: Phone, server: FieldServer):
    assert phone.page.evaluate(LEAVES_MEANWHILE) == 1
    assert phone.thumb_count() == 1
    assert phone.call("package", "packages") == {}
    enter(phone, server)
    assert phone.call("package", "packages")["140404"]["thumbs"] == 1


def test_a_server_that_asks_to_wait_is_asked_again_and_the_form_is_not_set_aside(
    phone: Phone, server: FieldServer
):
    told = {"error": {"code": "too_many", "message": "请求过于频繁。"}}
    left = [6]

    def busy(_request: Any) -> JSONResponse | None:
        left[0] -= 1
        return JSONResponse(told, 429, {"retry-after": "1"}) if left[0] >= 0 else None

    phone.go_offline()
    [form] = phone.fill_queue(1)
    server.before = busy
    phone.go_online()
    phone.send_everything()
    phone.send_until_empty()
    assert set(server.forms) == {form["id"]}
    assert phone.counts()["problems"] == 0
