"""Every form of the field app, filled in on a phone without a signal, is taken by the real desk."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
import uvicorn
from browser_kit import launched_chromium, until
from desk_kit import DeskKit, _with_language, make_desk
from forms_kit import FINDS, HERE, jpeg_of
from phone_kit import BASE, Phone
from sqlmodel import select

from datasette_plugins.desk.app import COOKIE
from registry.commands.verifying import verify_history
from registry.db import reading
from registry.models import Submission, SubmissionPhoto
from registry.vocab.desk_words import SubmissionKind, SubmissionState

pytestmark = pytest.mark.browser
PLATE = "某厂古树牌 NO.0042"


@contextmanager
def answering(desk: DeskKit) -> Iterator[str]:
    """The desk at an address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    config = uvicorn.Config(
        _with_language(desk.desk), port=port, log_level="critical", access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join(60)


def press(phone: Phone, act: str = "send") -> None:
    phone.page.click(f"[data-act={act}]")
    until(phone.page, "() => document.querySelector('.said')")
    phone.page.evaluate("document.querySelectorAll('.said').forEach(each => each.remove())")


def choose(phone: Phone, group: str, word: str) -> None:
    phone.page.locator("fieldset", has_text=group).locator(".chip", has_text=word).first.click()


def add_picture(phone: Phone, act: str, number: int, tmp_path) -> None:
    picture = tmp_path / f"{number}.jpg"
    picture.write_bytes(jpeg_of(number))
    with phone.page.expect_file_chooser() as chooser:
        phone.page.click(act)
    chooser.value.set_files(picture)
    phone.page.wait_for_selector(".photos img")


def test_every_kind_of_form_arrives_and_none_is_set_aside(tmp_path) -> None:
    desk = make_desk(tmp_path)
    tree = desk.tree_ids["1"]
    with answering(desk) as address, launched_chromium() as browser:
        context = browser.new_context(
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            geolocation=HERE,
            permissions=["geolocation"],
        )
        context.add_cookies([{"name": COOKIE, "value": desk.token("inspector"), "url": address}])
        page = context.new_page()
        page.add_init_script(FINDS)
        page.goto(address + BASE)
        page.wait_for_selector("html[data-ready]")
        phone = Phone(context, page, None)  # type: ignore[arg-type]
        phone.take_package()
        context.set_offline(True)

        phone.show(f"/tree/tree/{tree}")
        choose(phone, "生长势", "衰弱")
        choose(phone, "保护标志", "缺失")
        press(phone)
        phone.show(f"/measure/tree/{tree}")
        page.fill("[data-step=girth_cm]", "318")
        page.fill("[data-step=crown_ew_m]", "12.5")
        press(phone)
        phone.show(f"/assess/tree/{tree}?model=gushu-health")
        page.fill("[data-step=H01]", "85")
        page.locator("fieldset").nth(0).locator(".chip").first.click()
        press(phone)
        phone.show(f"/edit/tree/{tree}")
        page.get_by_label("小地名").fill("村西古井旁")
        page.get_by_label("权属").select_option("collective")
        press(phone)
        phone.show(f"/incident/tree/{tree}")
        choose(phone, "发生了什么", "刻划钉钉")
        add_picture(phone, "text=从相册选", 1, tmp_path)
        press(phone)
        phone.show(f"/photos/tree/{tree}")
        add_picture(phone, "text=从相册选", 2, tmp_path)
        press(phone)
        phone.show(f"/tag/tree/{tree}?text={quote(PLATE)}")
        press(phone)
        phone.show("/new")
        page.get_by_label("树种").fill("皂荚")
        page.fill("[data-step=girth_cm]", "240")
        page.click("[data-act=take-place]")
        press(phone)

        context.set_offline(False)
        phone.send_until_empty(10)
        lines = phone.call("store", "sent")
        context.close()
    with reading(desk.engine) as session:
        kept = {row.kind: row for row in session.exec(select(Submission))}
        told = {row.kind: (row.state, row.problem) for row in kept.values()}
        assert not [facts for facts in told.items() if facts[1][0] == SubmissionState.QUARANTINED], told
        assert set(kept) == set(SubmissionKind) - {SubmissionKind.MOUNT_TAG}
        for settled in (SubmissionKind.VISIT, SubmissionKind.PHOTO, SubmissionKind.INCIDENT):
            assert kept[settled].state == SubmissionState.ACCEPTED
        assert all(photo.received_at for photo in session.exec(select(SubmissionPhoto)))
        assert verify_history(session) > 0
    assert len(lines) == 8
    desk.engine.dispose()
