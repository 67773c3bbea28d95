"""A whole working day: taken along, without a signal in the valley, sent, reviewed at the office, published.

The same day out of the file that the phone can make gives a twin of the register the same.
"""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from browser_kit import SWITCHES, launched_chromium, until
from day_kit import Office, make_office, opened
from forms_kit import FINDS
from phone_kit import CONTROLLED, show
from PIL import Image
from playwright.sync_api import TimeoutError
from register_kit import REPOSITORY

pytestmark = pytest.mark.browser
FIELD = "/-/desk/field/"
AT_TREE_1 = {"longitude": 113.05, "latitude": 36.05, "accuracy": 6}
AT_TREE_2 = {"longitude": 113.06, "latitude": 36.06, "accuracy": 6}
ELSEWHERE = {"longitude": 113.07, "latitude": 36.07, "accuracy": 5}
SEND = """() => import('/-/desk/field/sync.js').then(async sync => {
  await sync.sync();
  await sync.sendEverything();
})"""
FIRST = "main a[href*='/review/']:not([href*='together'])"
IS_HERE = "place => decodeURI(document.querySelector('.page').dataset.page || '') === place"
WAITS = "n => import('/-/desk/field/store.js').then(s => s.queue()).then(q => q.length === n)"


OF_TREE = "JOIN tree ON tree.id = tree_id ORDER BY tree_no"
TOLD = {
    "trees": "SELECT tree_no, number_scheme, name_verbatim, vigour, small_place, age_years, lon, lat, "
    "category, status, division_id FROM tree ORDER BY tree_no",
    "sizes": f"SELECT tree_no, measured_on, girth_cm FROM measurement {OF_TREE}, measured_on",
    "visits": "SELECT tree_no, inspected_on, kind, inspection.vigour, checks "
    f"FROM inspection {OF_TREE}, inspected_on, checks",
    "photos": f"SELECT tree_no, sha256, kind, is_released FROM photo {OF_TREE}, sha256",
    "cases": "SELECT kind, incident, state FROM case_file ORDER BY number",
    "submissions": "SELECT id, kind, state FROM submission ORDER BY id",
}
"""What two registers are compared by: all but ids and instants."""


class Phone:
    """The inspector's phone: what is done with it by tapping."""

    def __init__(self, chromium: Any, office: Office, pictures: Path) -> None:
        self.office, self.pictures = office, pictures
        self.context = chromium.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, geolocation=AT_TREE_1,
            permissions=["geolocation", "camera"], accept_downloads=True,
        )  # fmt: skip
        self.page = self.context.new_page()
        self.page.add_init_script(FINDS)
        self.count = 0

    def look(self, name: str) -> None:
        """Keep a picture of the screen."""
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def sign_in(self) -> None:
        self.page.goto(f"{self.office.address}/-/desk/sign-in")
        self.page.fill("[name=login]", "inspector")
        self.page.fill("[name=password]", "inspector-long-password")
        self.page.check("[name=stay]")
        self.page.click("form button.main")
        self.page.click("text=去外业")
        self.page.wait_for_selector("html[data-offline]")
        self.page.evaluate(CONTROLLED)

    def show(self, place: str) -> None:
        """Open a page of the app; again where the app itself went on from a form that was just finished."""
        for _try in range(10):
            with suppress(TimeoutError):
                show(self.page, place, patience=10_000)
                self.page.wait_for_timeout(300)
                if self.page.evaluate(IS_HERE, place):
                    return
        raise AssertionError(f"{place} does not open")

    def choose(self, group: str, word: str) -> None:
        self.page.locator("fieldset", has_text=group).locator(".chip", has_text=word).first.click()

    def photo(self, path: Path, how: str = "text=从相册选") -> None:
        before = self.page.locator(".photos img").count()
        with self.page.expect_file_chooser() as chooser:
            self.page.click(how)
        chooser.value.set_files(path)
        until(self.page, "n => document.querySelectorAll('.photos img').length > n", arg=before)

    def send(self, act: str = "send") -> None:
        self.page.click(f"[data-act={act}]")
        self.count += 1
        until(self.page, WAITS, arg=self.count)


def make_photo(folder: Path, number: int) -> Path:
    path = folder / f"photo-{number}.jpg"
    Image.effect_noise((900, 700), 40 + number).convert("RGB").save(path, "JPEG", quality=85)
    return path


def in_the_valley(phone: Phone, folder: Path) -> None:
    """Six forms with five photos, all without a signal."""
    page, office = phone.page, phone.office
    page.goto(f"{office.address}/T/{office.printed['1']}")
    page.wait_for_selector("[data-act=no-change]")
    page.wait_for_selector("text=离登记点")
    phone.look("3-scanned")
    phone.choose("生长势", "正常")
    phone.choose("保护标志", "字迹不清")
    phone.photo(make_photo(folder, 1))
    phone.photo(make_photo(folder, 2))
    phone.send()
    tree_1, tree_2 = (f"/tree/{office.desk.tree_ids[number]}" for number in "12")
    phone.show(f"/incident{tree_1}")
    phone.photo(make_photo(folder, 3), "[data-act=photo]")
    phone.choose("发生了什么", "刻划钉钉")
    page.get_by_label("情况说明").fill("树干东面钉了三枚铁钉")
    phone.look("4-incident")
    phone.send()
    phone.context.set_geolocation(AT_TREE_2)
    phone.show(f"/tree{tree_2}")
    page.wait_for_selector("text=离登记点")
    phone.send("no-change")
    phone.show(f"/measure{tree_2}")
    page.locator("[data-step=girth_cm]").fill("208")
    page.locator("[data-step=height_m]").fill("12.5")
    phone.photo(make_photo(folder, 4))
    phone.send()
    phone.show(f"/edit{tree_2}")
    page.get_by_label("小地名").fill("村西古井旁")
    phone.send()
    phone.context.set_geolocation(ELSEWHERE)
    phone.show("/new")
    page.click("[data-act=take-place]")
    page.wait_for_selector("text=精度")
    page.get_by_label("树种").fill("皂荚")
    page.locator("[data-step=age]").fill("260")
    page.locator("[data-step=girth_cm]").fill("240")
    phone.photo(make_photo(folder, 5))
    phone.look("5-new-tree")
    phone.send()


def exported(phone: Phone, folder: Path) -> Path:
    """All that waits, as one file."""
    phone.show("/queue")
    phone.look("6-queue")
    with phone.page.expect_download() as download:
        phone.page.click("text=导出")
    path = folder / "day.zip"
    download.value.save_as(path)
    return path


def send_all(phone: Phone) -> None:
    phone.context.set_offline(False)
    for _ in range(30):
        phone.page.evaluate(SEND)
        if phone.page.evaluate(WAITS.removeprefix("n => ").replace("=== n", "=== 0")):
            return
    raise AssertionError("something still waits")


class Desk:
    """Somebody at the office."""

    def __init__(self, chromium: Any, office: Office, login: str, pictures: Path) -> None:
        self.office, self.pictures = office, pictures
        self.context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        self.page = self.context.new_page()
        self.go("/sign-in")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", f"{login}-long-password")
        self.page.click("form button.main")
        self.page.wait_for_selector("text=退出登录", state="attached")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.office.address}/-/desk{path}")

    def look(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    def accept_all(self) -> int:
        """Accept what waits for this reviewer, one page after the other."""
        done = 0
        self.go("/review")
        while (
            first := self.page.query_selector("main a[href*='/review/']:not([href*='together'])")
        ) is not None:
            first.click()
            self.page.wait_for_selector("[name=decision][value=accept]")
            self.look(f"8-review-{done}")
            self.page.click("[name=decision][value=accept]")
            self.page.wait_for_load_state()
            done += 1
            assert done < 20
            self.go("/review")
        return done


def gushu(register: str, *arguments: str) -> str:
    """What the command answers."""
    command = [
        sys.executable,
        "-c",
        "from registry.cli import main; main()",
        "--register",
        register,
        "--lang",
        "en",
        *arguments,
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(register: str) -> dict[str, Any]:
    """What a register says of its trees, without ids and instants."""
    with closing(sqlite3.connect(register)) as db:
        db.row_factory = sqlite3.Row
        return {name: [dict(row) for row in db.execute(question)] for name, question in TOLD.items()}


def waits(register: str) -> set[str]:
    """The ids of what waits to be reviewed."""
    return {row["id"] for row in told(register)["submissions"] if row["state"] == "pending"}


@pytest.fixture(scope="module")
def chromium():
    SWITCHES.extend(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
    try:
        with launched_chromium() as browser:
            yield browser
    finally:
        del SWITCHES[-2:]


def test_a_working_day_from_the_valley_to_the_published_page(chromium, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with opened(make_office(tmp_path)) as office:
        phone = Phone(chromium, office, pictures)
        phone.sign_in()
        phone.show("/packages")
        phone.page.click(".package .button.main")
        phone.page.wait_for_selector("text=株")
        phone.show("/")
        phone.look("1-my-day")
        phone.context.set_offline(True)
        in_the_valley(phone, tmp_path)
        day = exported(phone, tmp_path)
        send_all(phone)
        phone.show("/queue")
        phone.look("7-sent")
        phone.page.wait_for_selector("text=全部已送达")
        said = phone.page.inner_text("main")
        assert "2 / 2 张照片已收到" in said

        reviewers = {
            login: Desk(chromium, office, login, pictures) for login in ("county", "city", "province")
        }
        assert reviewers["county"].accept_all() == 3  # sizes, correction, new tree
        assert reviewers["city"].accept_all() == 1
        assert reviewers["province"].accept_all() == 1
        registrar = Desk(chromium, office, "registrar", pictures)
        registrar.go("/publish")
        registrar.page.click("main form button.main")
        registrar.page.wait_for_url(re.compile("/jobs/"))
        registrar.page.wait_for_selector("text=已完成", timeout=90_000)
        registrar.look("9-published")
        registrar.page.goto(f"{office.address}/tree/2")
        assert "208" in registrar.page.inner_text("main")
        registrar.look("9-public-page")

    gushu(office.twin, "import", str(day))
    assert len(told(office.twin)["submissions"]) == 6
    assert len(waits(office.twin)) == 3
    for _level in range(3):
        for own in sorted(waits(office.twin)):
            gushu(office.twin, "review", "accept", own)
    assert told(office.twin) == told(office.register)
    for register in (office.twin, office.register):
        gushu(register, "verify")
