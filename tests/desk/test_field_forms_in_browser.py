"""The forms of the field app in a real Chromium: my day, scanning, each form, the place, caretakers."""

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from browser_kit import SWITCHES, launched_chromium, until
from desk_kit import make_desk
from field_kit import field_server
from forms_kit import (
    FAR,
    FINDS,
    HERE,
    NONE,
    PLATE,
    PRINTED,
    SIGNED,
    forms_of,
    make_package,
    phone_in_the_field,
    returned_visit,
    serve_package,
    tree_id,
)
from phone_kit import Phone, opened_phone
from starlette.requests import Request
from starlette.responses import Response

from registry.rules.submission_format import SubmissionDraft
from registry.vocab.desk_words import SubmissionKind

pytestmark = pytest.mark.browser
TREE = f"/tree/tree/{tree_id(0)}"
AXE = """axe.run({resultTypes: ['violations']}).then(result => result.violations.map(
  each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 140)).join(' | ')))"""
TARGETS = "a, button, .chip > span, summary, input:not([type=radio]):not([type=checkbox]), select"
SMALL = (
    "[...document.querySelectorAll('" + TARGETS + "')].filter(e => e.offsetParent"
    " && !e.closest('.visually-hidden, .unseen') && e.getBoundingClientRect().height < 51.5"
    " && !(e.tagName === 'A' && e.closest('p, li') && !e.className)).map(e => e.outerHTML.slice(0, 160))"
)
WIDE = "document.documentElement.scrollWidth > innerWidth + 1"
COUNT_TAPS = (
    "window.taps = 0; addEventListener('click', event => { if (event.isTrusted) window.taps += 1; }, true);"
)
SEES = "() => (document.querySelector('.finder video') || {}).videoWidth > 0"
FINDS_AND_COUNTS = FINDS + COUNT_TAPS
SMALLEST = """Math.min(...[...document.querySelectorAll('.page *')].filter(e => e.offsetParent
  && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(
  e => parseFloat(getComputedStyle(e).fontSize)))"""
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1"
)
PAGES = {
    "day": "/", "map": "/?as=map", "all": "/map", "tree": TREE, "drafts": "/drafts", "scan": "/scan",
    "unknown": f"/scan/{PRINTED[2]}", "new": "/new",
    **{name: f"/{name}/tree/{tree_id(0)}" for name in ("measure", "assess", "edit")},
    **{name: f"/{name}/tree/{tree_id(0)}" for name in ("photos", "incident", "tag")},
    "assessing": f"/assess/tree/{tree_id(0)}?model=gushu-health",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    kit = make_desk(tmp_path_factory.mktemp("forms"))
    yield kit
    kit.engine.dispose()


@pytest.fixture(scope="module")
def server(desk):
    with field_server(desk) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    SWITCHES.extend(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
    try:
        with launched_chromium() as browser:
            yield browser
    finally:
        del SWITCHES[-2:]


@pytest.fixture
def phone(chromium, server):
    with phone_in_the_field(chromium, server) as opened:
        yield opened


def press(phone: Phone, act: str) -> None:
    """Press the button that does something."""
    phone.page.click(f"[data-act={act}]")


def choose(phone: Phone, group: str, word: str) -> None:
    """Tap a word of a choice."""
    phone.page.locator("fieldset", has_text=group).locator(".chip", has_text=word).first.click()


def sent(phone: Phone, count: int = 1) -> list[SubmissionDraft]:
    """The forms that wait, once there are so many."""
    until(
        phone.page,
        "n => import('/-/desk/field/store.js').then(s => s.queue()).then(q => q.length >= n)",
        arg=count,
    )
    return forms_of(phone)


# --- my day ----------------------------------------------------------------------------------------------


def test_my_day_counts_what_is_due_and_lists_it_as_a_walk_from_here(phone: Phone) -> None:
    phone.show("/")
    phone.page.wait_for_selector("text=按步行顺序")
    assert "逾期 6 · 到期 14 · 共 24 棵" in phone.text()
    order = phone.page.eval_on_selector_all(".part:last-of-type ol .row", "all => all.map(e => e.dataset.id)")
    assert len(order) == 14
    assert order[0] == tree_id(0)
    places = {tree["id"]: (tree["lon"], tree["lat"]) for tree in make_package()["trees"]}
    steps = [
        abs(places[a][0] - places[b][0]) * 90 + abs(places[a][1] - places[b][1]) * 111
        for a, b in pairwise(order)
    ]
    assert max(steps) < 0.6


def test_without_a_position_my_day_goes_by_village(chromium, server) -> None:
    with phone_in_the_field(chromium, server, place=None) as phone:
        phone.show("/")
        assert "没有定位，按村排列" in phone.text()
        places = phone.page.eval_on_selector_all(
            ".part:last-of-type ol .row small", "all => all.map(e => e.textContent.split(' ').pop())"
        )
        assert len(set(places)) == sum(a != b for a, b in zip(places, [None, *places], strict=False))


def test_my_day_shows_a_package_as_soon_as_it_is_here(chromium, server) -> None:
    serve_package(server, make_package())
    with opened_phone(chromium, server) as phone:
        phone.show("/")
        assert "手机上还没有树" in phone.text()
        phone.take_package()
        phone.page.wait_for_selector("text=逾期 6 · 到期 14 · 共 24 棵")


def test_a_package_that_comes_does_not_take_a_search_away(chromium, server) -> None:
    serve_package(server, make_package())
    with opened_phone(chromium, server) as phone:
        phone.show("/")
        phone.page.fill("input[type=search]", "银杏")
        phone.page.wait_for_selector("text=没有符合")
        phone.take_package()
        assert phone.page.input_value("input[type=search]") == "银杏"
        assert "没有符合" in phone.text()


def test_a_search_finds_by_number_name_and_village(phone: Phone) -> None:
    phone.show("/")
    for asked, found in (("14040400007", 1), ("银杏", 5), ("西坡村 油松", 2), ("没有这棵", 0)):
        phone.page.fill("input[type=search]", asked)
        until(
            phone.page,
            "n => { const hit = document.querySelector('main > section.part'); return !hit.hidden "
            "&& hit.querySelectorAll('.row').length === n && (n || hit.textContent.includes('没有符合')); }",
            found,
        )


def test_what_came_back_shows_the_reason_and_is_sent_anew_in_its_place(chromium, server) -> None:
    package = make_package()
    came = [returned_visit(package["trees"][4])]
    there = {**HERE, "longitude": 113.0584}
    with phone_in_the_field(chromium, server, package=package, returned=came, place=there) as phone:
        phone.show("/")
        assert "照片看不清树干基部" in phone.text()
        phone.page.click("text=打开更正")
        phone.page.wait_for_selector("[data-act=send]")
        assert "照片看不清树干基部" in phone.text()
        assert phone.page.is_checked("input[value=weak]")
        choose(phone, "生长势", "正常")
        press(phone, "send")
        (form,) = sent(phone)
        assert form.replaces == "old-visit-1"
        assert form.content["vigour"] == "normal"
        phone.show("/")
        assert "退回更正" not in phone.text()


def test_an_empty_phone_says_what_to_do(chromium, server) -> None:
    with phone_in_the_field(chromium, server, package=make_package(0)) as phone:
        phone.show("/")
        assert "今天没有到期的树" in phone.text()
        phone.call("package", "leave", "140404")
        phone.show("/drafts")
        assert "没有草稿" in phone.text()
        phone.show("/")
        assert "手机上还没有树" in phone.text()


def test_a_tree_tapped_on_the_map_leads_to_its_form(phone: Phone) -> None:
    phone.show("/?as=map")
    phone.page.wait_for_timeout(400)
    phone.page.focus("canvas")
    for _ in range(3):
        phone.page.keyboard.press("+")
    phone.page.click("text=我的位置")
    phone.page.focus("canvas")
    phone.page.keyboard.press("Enter")
    phone.page.click(".part .row >> text=14040400001")
    phone.page.wait_for_selector("[data-act=no-change]")


# --- scanning --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number", "state"),
    [
        (f"HTTPS://TREES.EXAMPLE.ORG/T/{PRINTED[0]}", "14040400001", "genuine"),
        (f"https://an.old.host/gushu/t/{PRINTED[0].lower()}", "14040400001", "genuine"),
        (PRINTED[1], "14040400002", "genuine"),
        (SIGNED[0], "14040400001", "signed"),
        (SIGNED[0][:26] + SIGNED[1][26:], "14040400001", "wrong"),
        (PRINTED[1][:8], "14040400002", "unsure"),
        (PRINTED[0][:9] + "A" * 16, "14040400001", "wrong"),
        (PLATE, "14040400002", "plate"),
        ("14040400003", "14040400003", "unsure"),
        ("https://somewhere.example/tree/14040400004", "14040400004", "unsure"),
    ],
)
def test_a_scan_opens_the_form_of_the_tree_with_no_further_tap(
    chromium, server, text: str, number: str, state: str
) -> None:
    with phone_in_the_field(chromium, server, init=FINDS_AND_COUNTS) as phone:
        phone.show("/scan")
        phone.page.evaluate("text => { window.taps = 0; window.scanned = text; }", text)
        phone.page.wait_for_selector("[data-act=no-change]")
        assert number in phone.text()
        assert phone.page.get_attribute("[data-tag]", "data-tag") == state
        assert phone.page.evaluate("window.taps") == 0


def test_a_signed_tag_that_is_not_on_the_phone_is_genuine_all_the_same(phone: Phone) -> None:
    phone.show(f"/scan/{SIGNED[2]}")
    phone.page.wait_for_selector("text=标牌是真的：签名已核对，不用网络。")
    phone.show(f"/scan/{SIGNED[2][:26]}{SIGNED[1][26:]}")
    phone.page.wait_for_selector("text=校验码不对")


def test_a_tag_that_is_not_on_the_phone_is_said_and_can_be_bound(phone: Phone) -> None:
    phone.show("/scan")
    phone.page.evaluate("text => { window.scanned = text; }", PRINTED[2])
    phone.page.wait_for_selector("text=手机上没有这块牌")
    assert "ZZZZ0000" in phone.text()
    phone.page.fill("input[type=search]", "14040400001")
    phone.page.click(".row >> text=14040400001")
    phone.page.wait_for_selector("text=本系统的标牌 ZZZZ0000")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.kind == SubmissionKind.BIND_TAG
    assert form.content["text"] == PRINTED[2]
    assert form.record.id == tree_id(0)


def test_without_a_detector_the_number_is_typed(chromium, server) -> None:
    with phone_in_the_field(chromium, server, init=NONE) as phone:
        phone.show("/scan")
        phone.page.wait_for_selector("text=这个浏览器不能直接扫码")
        phone.page.fill(".scan-type input", "7hbkm20t")
        phone.page.keyboard.press("Enter")
        phone.page.wait_for_selector("[data-act=no-change]")
        assert "14040400001" in phone.text()


# --- the forms -------------------------------------------------------------------------------------------


def test_all_as_before_is_one_tap(phone: Phone) -> None:
    phone.show(TREE)
    phone.page.wait_for_selector("text=离登记点")
    press(phone, "no-change")
    (form,) = sent(phone)
    assert form.content == {"no_change": True}
    assert form.base_seq == 40
    assert form.fix.accuracy_m == 6
    assert form.captured_on is not None


def test_a_visit_carries_what_was_ticked_by_the_scale_of_the_tree(chromium, server) -> None:
    third = {**HERE, "longitude": 113.0542}
    with phone_in_the_field(chromium, server, place=third) as phone:
        phone.show(f"/tree/tree/{tree_id(2)}")
        phone.page.wait_for_selector("text=离登记点")
        choose(phone, "生长势", "轻弱")
        choose(phone, "保护标志", "字迹不清")
        phone.page.click("summary >> text=有新的损害")
        choose(phone, "看到的损害", "刻划钉钉")
        choose(phone, "看到的损害", "攀爬")
        choose(phone, "天气", "多云")
        phone.page.fill("textarea >> nth=0", "围栏要修")
        press(phone, "send")
        (form,) = sent(phone)
        assert form.content == {
            "vigour": "slightly_weak", "vigour_scale": "gbt51168",
            "checks": {
                "plate": "illegible", "damage": ["I12", "I14"], "weather": "cloudy", "follow_up": "围栏要修",
            },
        }  # fmt: skip


def test_a_choice_is_let_go_of_by_another_tap_and_an_empty_visit_is_held_back(phone: Phone) -> None:
    phone.show(TREE)
    choose(phone, "生长势", "衰弱")
    choose(phone, "生长势", "衰弱")
    press(phone, "send")
    phone.page.wait_for_selector("text=没有变化就按“一切如常”")
    assert phone.counts()["queue"] == 0


def test_sizes_that_are_odd_ask_and_do_not_block(phone: Phone) -> None:
    phone.show(f"/measure/tree/{tree_id(0)}")
    girth = phone.page.locator("[data-step=girth_cm]")
    assert girth.get_attribute("inputmode") == "decimal"
    assert "上次 312 cm 2022-05-01" in phone.text()
    for typed, said in (
        ("300", "比上次 312 cm 小"),
        ("3120", "单位或小数点对吗"),
        ("99.3", "3.14"),
        ("x", "请填数字"),
    ):
        girth.fill(typed)
        phone.page.wait_for_selector(f"text={said}")
    press(phone, "send")
    assert phone.counts()["queue"] == 0
    girth.fill("３１５,５")
    phone.page.fill("[data-step=height_m]", "15.5")
    press(phone, "send")
    (form,) = sent(phone)
    sizes = form.read_content().sizes
    assert (sizes.girth_cm, sizes.height_m, sizes.measure_height_m) == (315.5, 15.5, 1.3)


def test_an_assessment_answers_the_models_indicators_and_shows_no_score(phone: Phone) -> None:
    phone.show(f"/assess/tree/{tree_id(0)}")
    phone.page.click("text=古树健康评估")
    phone.page.wait_for_selector("[data-step=H01]")
    phone.page.fill("[data-step=H01]", "120")
    phone.page.wait_for_selector("text=应在 0 到 100 之间")
    phone.page.fill("[data-step=H01]", "85")
    phone.page.locator("fieldset").nth(0).locator(".chip").first.click()
    assert "得分" not in phone.page.inner_text(".actions")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.content["model"] == "gushu-health"
    assert form.content["answers"]["H01"] == {"value": 85}
    assert len(form.content["answers"]) == 2


def test_a_correction_sends_what_differs_and_what_was_shown(phone: Phone) -> None:
    phone.show(f"/edit/tree/{tree_id(0)}")
    assert phone.page.input_value("input >> nth=0") == "国槐"
    phone.page.get_by_label("小地名").fill("村西古井旁")
    phone.page.get_by_label("地址").fill("韩店镇白水村 3 号")
    phone.page.get_by_label("俗名").fill("大槐树")
    phone.page.get_by_label("俗名").fill("国槐")
    phone.page.get_by_label("权属").select_option("state")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.content == {"fields": {
        "small_place": {"base": "村东土地庙前", "to": "村西古井旁"},
        "address": {"base": None, "to": "韩店镇白水村 3 号"},
        "ownership": {"base": "collective", "to": "state"},
    }}  # fmt: skip


def test_a_photo_is_made_small_and_keeps_time_and_place_to_itself(phone: Phone) -> None:
    phone.show(f"/photos/tree/{tree_id(0)}")
    phone.page.locator(".photo-part select").select_option("north")
    press(phone, "photo")
    phone.page.wait_for_selector(".finder .ghost")
    until(phone.page, SEES)
    phone.page.click(".shutter")
    phone.page.wait_for_selector(".photos img")
    press(phone, "send")
    (form,) = sent(phone)
    (photo,) = form.photos
    assert (photo.kind, photo.viewpoint, photo.evidence) == ("whole", "north", False)
    assert (photo.lon, photo.lat, photo.accuracy_m) == (113.05, 36.05, 6)
    assert photo.taken_at is not None


def test_the_last_photo_of_a_viewpoint_lies_over_the_finder_also_where_no_list_shows_it(phone: Phone) -> None:
    phone.show(f"/photos/tree/{tree_id(0)}")
    phone.page.locator(".photo-part select").select_option("base")
    press(phone, "photo")
    phone.page.wait_for_selector(".finder .ghost")
    until(phone.page, "document.querySelector('.finder .ghost').naturalWidth === 240")


def test_600_trees_go_along_with_their_pictures_and_as_many_viewpoints_as_fit_into_30_megabytes(
    phone: Phone, server
) -> None:
    package = make_package(600)
    for number, tree in enumerate(package["trees"]):
        tree["thumb"] = f"{number:064x}"
        tree["photos"] = [{"sha256": f"{n}{number:063x}", "viewpoint": n} for n in "abc"]
    serve_package(server, package)
    before = server.before
    large = bytes(40_000)

    def answer(request: Request) -> Response | None:
        return Response(large) if "/thumb/" in request.url.path else before(request)

    server.before = answer
    phone.go_online()
    phone.take_package()
    kept = phone.call("package", "packages")["140404"]
    assert phone.thumb_count() == kept["thumbs"] == len(kept["wanted"]) > 600
    assert phone.call("package", "thumb", package["trees"][-1]["thumb"]) is not None
    assert kept["bytes"] + kept["thumb_bytes"] < 30_000_000


def test_a_large_picture_of_the_album_is_scaled_to_2048_pixels(phone: Phone, tmp_path: Path) -> None:
    from PIL import Image

    large = tmp_path / "large.jpg"
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(large, "JPEG", quality=95)
    phone.show(f"/photos/tree/{tree_id(0)}")
    with phone.page.expect_file_chooser() as chooser:
        phone.page.click("text=从相册选")
    chooser.value.set_files(large)
    phone.page.wait_for_selector(".photos img")
    wide, high, kept = phone.page.evaluate("""async () => {
      const store = await import('/-/desk/field/store.js');
      const [draft] = await store.drafts();
      const bitmap = await createImageBitmap(await store.photo(draft.photos[0].sha256));
      return [bitmap.width, bitmap.height, draft.photos[0].size]; }""")
    assert (wide, high) == (2048, 1536)
    assert kept < large.stat().st_size


def test_evidence_keeps_the_bytes_of_the_camera(phone: Phone, tmp_path: Path) -> None:
    from PIL import Image

    original = tmp_path / "evidence.jpg"
    Image.new("RGB", (3000, 2000), (90, 60, 40)).save(original, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    phone.show(f"/incident/tree/{tree_id(0)}")
    assert phone.page.get_attribute("[data-act=call]", "href") == "tel:03551234567"
    press(phone, "send")
    phone.page.wait_for_selector("text=请选发生了什么")
    with phone.page.expect_file_chooser() as chooser:
        press(phone, "photo")
    chooser.value.set_files(original)
    phone.page.wait_for_selector(".photos img")
    choose(phone, "发生了什么", "刻划钉钉")
    phone.page.get_by_label("情况说明").fill("树干东面钉了三枚铁钉")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.content["incident"] == "I12"
    assert form.photos[0].evidence
    assert form.photos[0].sha256 == hashlib.sha256(original.read_bytes()).hexdigest()


def camera_file(folder: Path) -> Path:
    """A picture as a camera makes it, larger than what is sent of a usual visit."""
    from PIL import Image

    made = folder / "camera.jpg"
    Image.effect_noise((2600, 1800), 40).convert("RGB").save(
        made, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"
    )
    return made


def pick(phone: Phone, button: str, file: Path) -> str:
    """Add a file by a button of the photos; returns its SHA-256."""
    with phone.page.expect_file_chooser() as chooser:
        phone.page.click(button)
    chooser.value.set_files(file)
    phone.page.wait_for_selector(".photos img")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_damage_that_is_ticked_after_the_photo_was_taken_sends_the_original(
    phone: Phone, tmp_path: Path
) -> None:
    phone.show(TREE)
    original = pick(phone, "text=从相册选", camera_file(tmp_path))
    phone.page.click("summary:has-text('损害')")
    choose(phone, "损害", "刻划钉钉")
    phone.page.wait_for_selector("text=原片原样保存")
    phone.reopen("#" + TREE)  # also where the app was closed in between
    phone.page.wait_for_selector(".photos img")
    press(phone, "send")
    ((photo,),) = [form.photos for form in sent(phone)]
    assert (photo.sha256, photo.evidence) == (original, True)
    assert phone.has_photo(original)
    assert phone.photo_count() == 1, "what was made smaller goes"


@pytest.mark.parametrize("place", [TREE, f"/assess/tree/{tree_id(0)}?model=gushu-health"])
def test_a_dead_tree_is_photographed_by_the_phones_own_camera_and_its_bytes_stay(
    phone: Phone, tmp_path: Path, place: str
) -> None:
    phone.show(place)
    choose(phone, "生长势", "死亡")
    original = pick(phone, "[data-act=photo]", camera_file(tmp_path))
    press(phone, "send")
    ((photo,),) = [form.photos for form in sent(phone)]
    assert (photo.sha256, photo.evidence, photo.kind) == (original, True, "whole")


def test_a_visit_that_met_nothing_sends_small_pictures_and_keeps_no_originals(
    phone: Phone, tmp_path: Path
) -> None:
    phone.show(TREE)
    original = pick(phone, "text=从相册选", camera_file(tmp_path))
    choose(phone, "生长势", "死亡")
    choose(phone, "生长势", "衰弱")
    assert "原片原样保存" not in phone.text()
    press(phone, "send")
    ((photo,),) = [form.photos for form in sent(phone)]
    assert (photo.sha256 == original, photo.evidence) == (False, False)
    assert (phone.has_photo(original), phone.photo_count()) == (False, 1)


def test_a_photo_that_is_removed_takes_its_original_along(phone: Phone, tmp_path: Path) -> None:
    phone.show(TREE)
    pick(phone, "text=从相册选", camera_file(tmp_path))
    assert phone.photo_count() == 2
    phone.page.click(".photo-gone")
    phone.page.click(".question .danger")
    phone.page.wait_for_selector(".photos img", state="detached")
    assert phone.photo_count() == 0


NO_ROOM = """const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...rest) {
  if (value && value.bytes && value.size > 1500000) throw new DOMException('full', 'QuotaExceededError');
  return put.call(this, value, ...rest);
};"""


def test_where_there_was_no_room_for_the_original_the_form_says_so(
    chromium: Any, server: Any, tmp_path: Path
) -> None:
    with phone_in_the_field(chromium, server, init=FINDS + NO_ROOM) as phone:
        file = camera_file(tmp_path)
        assert file.stat().st_size > 1_500_000
        phone.show(TREE)
        original = pick(phone, "text=从相册选", file)
        assert "原片不在手机上" not in phone.text()
        choose(phone, "生长势", "死亡")
        phone.page.wait_for_selector("text=有 1 张的原片不在手机上")
        press(phone, "send")
        ((photo,),) = [form.photos for form in sent(phone)]
        assert (photo.sha256 == original, photo.evidence) == (False, True)


@pytest.mark.parametrize(("vigour", "is_told"), [(None, True), ("死亡", False)])
def test_a_form_that_is_opened_to_be_corrected_knows_whether_the_original_is_still_here(
    phone: Phone, tmp_path: Path, vigour: str | None, is_told: bool
) -> None:
    phone.show(TREE)
    original = pick(phone, "text=从相册选", camera_file(tmp_path))
    if vigour:
        choose(phone, "生长势", vigour)
    press(phone, "send")
    [form] = sent(phone)
    draft = phone.call("store", "reopen", str(form.id))
    phone.show(f"{TREE}?draft={draft['id']}")
    phone.page.wait_for_selector(".photos img")
    choose(phone, "生长势", "濒危")
    choose(phone, "生长势", "死亡")
    phone.page.wait_for_selector("text=原片原样保存")
    assert ("有 1 张的原片不在手机上" in phone.text()) is is_told
    press(phone, "send")
    ((photo,),) = [form.photos for form in sent(phone)]
    assert (photo.sha256 == original, photo.evidence) == (not is_told, True)
    assert phone.has_photo(photo.sha256)


def test_a_photo_that_the_office_has_stays_known_as_such_when_a_form_is_opened_to_be_corrected(
    phone: Phone,
) -> None:
    photo = {"sha256": "cd" * 32, "size": 1000, "kind": "whole"}
    record = {"kind": "tree", "id": tree_id(0)}
    own = {"kind": "visit", "record": record, "content": {}, "photos": [{**photo, "complete": True}]}
    told = {"kind": "visit", "form": 1, "record": record, "content": {"vigour": "weak"}, "photos": [photo]}
    item = phone.call("store", "queueDraft", phone.call("store", "saveDraft", own), told)
    draft = phone.call("store", "reopen", item["id"])
    phone.show(f"{TREE}?draft={draft['id']}")
    assert "办公室已收到" in phone.page.inner_text(".photos")
    again = phone.call("store", "queueDraft", draft, told)
    assert phone.counts()["photos"] == 0
    assert phone.call("export", "exportUnsent", {"items": [again]})["missing"] == []


def test_a_new_tree_takes_its_place_warns_of_neighbours_and_has_a_provisional_number(phone: Phone) -> None:
    phone.show("/new")
    press(phone, "take-place")
    phone.page.wait_for_selector("text=是不是其中一棵")
    press(phone, "send")
    phone.page.wait_for_selector("text=请写树种")
    phone.page.get_by_label("树种").fill("皂荚")
    phone.page.locator("[data-step=age]").fill("260")
    phone.page.locator("[data-step=girth_cm]").fill("240")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.record is None
    assert form.provisional_no.startswith("临")
    said = form.read_content()
    assert (said.species, said.age_years, said.sizes.girth_cm) == ("皂荚", 260, 240)
    assert said.division_id == "140404", "that of the nearest tree"
    assert form.fix.lon == pytest.approx(113.05)


def test_a_new_tree_far_from_all_others_asks_for_its_division(chromium, server) -> None:
    with phone_in_the_field(chromium, server, place={**HERE, "latitude": 36.3}) as phone:
        phone.show("/new")
        press(phone, "take-place")
        phone.page.get_by_label("树种").fill("皂荚")
        press(phone, "send")
        phone.page.wait_for_selector("text=请选这棵树在哪个区划")
        assert phone.counts()["queue"] == 0
        phone.page.get_by_label("行政区划").select_option("屯留区")
        press(phone, "send")
        (form,) = sent(phone)
        assert form.content["division_id"] == "140405"


def test_a_code_that_is_scanned_now_takes_the_place_of_the_one_in_an_older_draft(phone: Phone) -> None:
    phone.show(f"/tag/tree/{tree_id(0)}?text={PRINTED[1]}")
    phone.page.wait_for_selector("text=已存在手机上")
    phone.show(f"/tag/tree/{tree_id(0)}?text={PRINTED[2]}")
    phone.page.wait_for_selector("text=本系统的标牌 ZZZZ0000")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.content["text"] == PRINTED[2]


def test_a_tag_can_be_told_to_hang(phone: Phone) -> None:
    phone.show(f"/tag/tree/{tree_id(0)}")
    choose(phone, "要做什么", "挂牌")
    phone.page.click("text=扫标牌")
    phone.page.evaluate("text => { window.scanned = text; }", PRINTED[2])
    phone.page.wait_for_selector("text=本系统的标牌")
    press(phone, "send")
    (form,) = sent(phone)
    assert form.kind == SubmissionKind.MOUNT_TAG
    assert form.content["text"] == PRINTED[2]


# --- the place -------------------------------------------------------------------------------------------


def test_far_from_the_tree_the_form_asks_and_goes_on_with_a_reason(chromium, server) -> None:
    with phone_in_the_field(chromium, server, place=FAR) as phone:
        phone.show(TREE)
        phone.page.wait_for_selector("text=离这棵树的登记点有 899 米")
        press(phone, "no-change")
        phone.page.wait_for_selector("[role=alertdialog] >> text=是这棵树吗")
        assert phone.page.inner_text("[role=alertdialog] .button.main") == "再扫一次标牌"
        phone.page.keyboard.press("Escape")
        assert phone.counts()["queue"] == 0
        press(phone, "no-change")
        phone.page.click("text=树是对的，登记坐标不准")
        (form,) = sent(phone)
        assert form.no_fix_reason == "树是对的，登记坐标不准"
        assert form.fix.lon == 113.06


@pytest.mark.parametrize(("metres", "asks"), [(38, False), (50, True)])
def test_the_alarm_leaves_out_what_is_unsure(chromium, server, metres: int, asks: bool) -> None:
    """30 m beyond 6 m of the fix and 5 m of the register."""
    place = {**HERE, "latitude": 36.05 + metres / 111195}
    with phone_in_the_field(chromium, server, place=place) as phone:
        phone.show(TREE)
        phone.page.wait_for_selector("text=登记点")
        press(phone, "no-change")
        if asks:
            phone.page.wait_for_selector("[role=alertdialog]")
        else:
            assert len(sent(phone)) == 1


def test_no_position_is_accepted_with_a_reason(chromium, server) -> None:
    with phone_in_the_field(chromium, server, place=None) as phone:
        phone.show(TREE)
        phone.page.wait_for_selector("text=定位没有打开")
        press(phone, "no-change")
        phone.page.fill("[role=alertdialog] input", "手机摔坏了")
        phone.page.keyboard.press("Enter")
        (form,) = sent(phone)
        assert form.fix is None
        assert form.no_fix_reason == "手机摔坏了"


# --- nothing is lost -------------------------------------------------------------------------------------


def test_going_back_or_closing_the_app_loses_nothing(phone: Phone) -> None:
    phone.show("/")
    phone.show(TREE)
    choose(phone, "生长势", "濒危")
    phone.page.fill("textarea >> nth=1", "树冠东侧枯梢")
    phone.page.go_back()
    phone.page.wait_for_selector("text=草稿 1 件")
    phone.show(TREE)
    assert phone.page.input_value("textarea >> nth=1") == "树冠东侧枯梢"
    phone.page.fill("textarea >> nth=1", "树冠东侧枯梢，约三成")
    phone.page.wait_for_selector("text=已存在手机上")
    phone.reopen(f"#{TREE}")
    phone.page.wait_for_selector("[data-act=send]")
    assert phone.page.input_value("textarea >> nth=1") == "树冠东侧枯梢，约三成"
    assert phone.page.is_checked("input[value=endangered]")


def test_many_drafts_are_listed_opened_and_thrown_away_after_a_question(phone: Phone) -> None:
    for place in (TREE, f"/measure/tree/{tree_id(1)}", f"/tag/tree/{tree_id(2)}"):
        phone.show(place)
        phone.page.locator("main input:not([type=radio]):not([type=checkbox]), main textarea").last.fill("12")
        phone.page.wait_for_selector("text=已存在手机上")
    phone.show("/drafts")
    assert phone.page.locator(".rows .row").count() == 3
    phone.page.click(".small-button >> nth=0")
    phone.page.click("[role=alertdialog] .danger")
    until(phone.page, "() => document.querySelectorAll('.rows .row').length === 2")
    phone.page.click(".row >> text=测量")
    phone.page.wait_for_selector("[data-step=girth_cm]")


# --- caretakers ------------------------------------------------------------------------------------------


def test_a_caretaker_sends_no_change_with_a_photo_in_three_taps_after_the_scan(chromium, server) -> None:
    with phone_in_the_field(chromium, server, roles=("caretaker",), init=FINDS_AND_COUNTS) as phone:
        phone.show("/scan")
        phone.page.evaluate("text => { window.scanned = text; }", PRINTED[0])
        phone.page.wait_for_selector("[data-act=no-change]")
        phone.page.evaluate("window.taps = 0")
        press(phone, "no-change")
        until(phone.page, SEES)
        phone.page.click(".shutter")
        press(phone, "send")
        (form,) = sent(phone)
        assert phone.page.evaluate("window.taps") == 3
        assert form.content == {"no_change": True}
        assert len(form.photos) == 1
        assert form.scanned == PRINTED[0]


def test_a_caretaker_with_an_iphone_is_warned_that_what_waits_may_be_removed(chromium, server) -> None:
    options = {"roles": ("caretaker",), "user_agent": IPHONE}
    with phone_in_the_field(chromium, server, **options) as phone:
        phone.show("/")
        assert "七天不打开" not in phone.text()
        phone.fill_queue(1, photos=1, tree=tree_id(0))
        phone.page.wait_for_selector("text=1 份表单还没发出。本应用未安装，七天不打开，系统会清掉这些内容。")
        phone.page.click("text=怎样避免")
        phone.page.wait_for_selector("text=添加到主屏幕")


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
def test_a_caretakers_home_is_large_and_shows_only_trees(chromium, server, lang: str) -> None:
    with phone_in_the_field(
        chromium, server, package=make_package(3), roles=("caretaker",), locale=lang
    ) as phone:
        for place in ("/", TREE, "/scan"):
            phone.show(place)
            assert phone.page.evaluate(SMALLEST) >= 20, place
            assert phone.page.evaluate(WIDE) is False
        phone.show("/")
        assert phone.page.locator(".care-rows .row").count() == 3
        assert phone.page.locator("[data-act=scan]").bounding_box()["height"] >= 100


# --- how it looks and reads ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_every_target_fits_a_glove(chromium, server, lang: str, theme: str) -> None:
    package = make_package()
    came = [returned_visit(package["trees"][4])]
    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    options = {"package": package, "returned": came, "locale": lang, "color_scheme": theme}
    with phone_in_the_field(chromium, server, **options) as phone:
        found: dict[str, Any] = {}
        for name, place in PAGES.items():
            phone.show(place)
            phone.page.wait_for_timeout(150)
            phone.page.evaluate(axe)
            faults = phone.page.evaluate(AXE)
            small = phone.page.evaluate(SMALL)
            if faults or small or phone.page.evaluate(WIDE):
                found[name] = [*faults, *small, phone.page.evaluate(WIDE)]
        assert not found, json.dumps(found, ensure_ascii=False, indent=1)


def test_at_twice_the_text_size_nothing_is_cut_off(phone: Phone) -> None:
    wide = []
    for name, place in PAGES.items():
        phone.show(place)
        phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        phone.page.wait_for_timeout(60)
        if phone.page.evaluate(WIDE):
            wide.append(name)
    assert not wide


def test_no_text_of_the_app_is_missing(phone: Phone) -> None:
    """A missing text shows its key."""
    for place in PAGES.values():
        phone.show(place)
        phone.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        text = phone.page.inner_text("#app")
        keys = phone.page.evaluate("text => text.match(/\\b[a-z_]+\\.[a-z_]+\\b/g) || []", text)
        assert not keys, (place, keys)


# --- pure pieces -----------------------------------------------------------------------------------------


def test_a_walk_is_not_longer_than_going_to_the_nearest_and_loses_no_stop(phone: Phone) -> None:
    lengths = phone.page.evaluate("""async () => {
      const geo = await import('/-/desk/field/geo.js');
      let seed = 7;
      const random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
      return [1, 2, 3, 30, 150].map(n => {
        const stops = Array.from({length: n},
          (_, id) => ({id, lon: 113 + random() / 50, lat: 36 + random() / 50}));
        stops.push({id: 'nowhere', lon: null, lat: null});
        const start = {lon: 113, lat: 36};
        const walk = geo.walkOrder(start, stops);
        const greedy = geo.walkOrder(start, stops, {rounds: 0});
        const ids = new Set(walk.map(stop => stop.id));
        return [walk.length === n + 1 && ids.size === n + 1 && walk[n].id === 'nowhere',
          geo.walkLengthM(start, walk), geo.walkLengthM(start, greedy)];
      }); }""")
    assert all(whole and length <= greedy + 1e-6 for whole, length, greedy in lengths)
    assert lengths[-1][1] < 0.97 * lengths[-1][2]


def test_distances_directions_and_means_are_right(phone: Phone) -> None:
    told = phone.page.evaluate("""async () => {
      const geo = await import('/-/desk/field/geo.js');
      const mean = geo.meanFix([{lon: 113, lat: 36, accuracy_m: 5}, {lon: 113.00002, lat: 36, accuracy_m: 5},
        {lon: 113.00001, lat: 36.00001, accuracy_m: 20}, {lon: 113.01, lat: 36, accuracy_m: 8}]);
      const zero = {lon: 0, lat: 0};
      return [geo.distanceM(zero, {lon: 0, lat: 1}), geo.bearingDeg(zero, {lon: 1, lat: 0}),
        mean.count, mean.lon, mean.accuracy_m, geo.meanFix([]), geo.excessM({lon: 1, lat: 1}, null)]; }""")
    assert told[0] == pytest.approx(111195, abs=1)
    assert told[1] == pytest.approx(90)
    assert told[2] == 3
    assert told[3] == pytest.approx(113.00001, abs=1e-6)
    assert told[4] >= 2.5
    assert told[5:] == [None, 0]


def test_texts_of_tags_are_told_apart(phone: Phone) -> None:
    told = phone.page.evaluate("""async () => {
      const {readTagText} = await import('/-/desk/field/tagtext.js');
      return ['7hbkm20t', '7HBK M20T', 'x', '', 'https://h/T/7HBKM20T?x=1', 'https://h/T/7HBKM20L',
        'AFCD/KS/005', 'https://h/en/tree/hk-ovt:AFCD~2FKS~2F005'].map(text => {
          const it = readTagText(text);
          return [it.kind, it.code || it.no || it.text]; }); }""")
    assert told == [
        ["tag", "7HBKM20T"], ["tag", "7HBKM20T"], ["text", "x"], ["text", ""], ["tag", "7HBKM20T"],
        ["text", "https://h/T/7HBKM20L"], ["text", "AFCD/KS/005"], ["number", "AFCD/KS/005"],
    ]  # fmt: skip


def test_doubts_about_sizes(phone: Phone) -> None:
    cases = [
        ("girth_cm", 312, 312, []), ("girth_cm", 320, 312, []), ("girth_cm", 311, 312, ["smaller"]),
        ("girth_cm", 31.2, 312, ["factor"]), ("girth_cm", 3120, 312, ["factor", "high"]),
        ("girth_cm", 99.3, 312, ["girth_or_diameter"]), ("girth_cm", 0, 312, ["not_positive"]),
        ("height_m", 14, 15, []), ("height_m", 7, 15, ["jump"]), ("height_m", 120, None, ["high"]),
    ]  # fmt: skip
    told = phone.page.evaluate(
        """async cases => { const {sizeDoubts} = await import('/-/desk/field/forms/plausible.js');
        return cases.map(([name, value, last]) => sizeDoubts(name, value, last).map(each => each.code)); }""",
        [list(case[:3]) for case in cases],
    )
    assert told == [case[3] for case in cases]
