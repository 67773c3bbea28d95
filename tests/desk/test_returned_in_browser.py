"""A form that the office sends back: on the phone by itself, put right with its photos, gone once sent."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from browser_kit import launched_chromium, until
from day_kit import Office, make_office, opened
from desk_kit import send_back
from phone_kit import cookie_of, opened_phone

pytestmark = pytest.mark.browser
BESIDE = {"longitude": 113.06, "latitude": 36.05, "accuracy": 6}
"""900 m from tree 1."""
UNSURE = """async tree => {
  const store = await import('/-/desk/field/store.js');
  const record = {kind: 'tree', id: tree};
  const draft = {kind: 'visit', record, label: '国槐 1', photos: []};
  const canvas = document.createElement('canvas');
  for (const colour of ['green', 'brown']) {
    canvas.getContext('2d').fillStyle = colour;
    canvas.getContext('2d').fillRect(0, 0, 300, 150);
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg'));
    await store.addPhoto(draft, blob, {kind: 'whole'});
  }
  await store.saveDraft(draft);
  const fix = {lon: 113.06, lat: 36.05, accuracy_m: 6};
  await store.queueDraft(draft, {kind: 'visit', form: 1, record, fix, captured_at: new Date().toISOString(),
    content: {vigour: 'weak', vigour_scale: 'lyt2738'}, photos: draft.photos});
  return draft.id;
}"""
CARD = "section.returned"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with opened(make_office(tmp_path_factory.mktemp("returned"))) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with launched_chromium() as browser:
        yield browser


def asked(office: Office, question: str) -> list[Any]:
    with closing(sqlite3.connect(office.register, timeout=20)) as db:
        return db.execute(question).fetchall()


def test_what_came_back_is_shown_without_another_download_put_right_and_on_record_with_its_photos(
    chromium, office: Office
) -> None:
    options = {"geolocation": BESIDE, "permissions": ["geolocation"]}
    with opened_phone(chromium, office, cookies=[cookie_of(office, "inspector")], **options) as phone:
        page = phone.page
        phone.take_package()
        first = page.evaluate(UNSURE, office.desk.tree_ids["1"])
        phone.send_until_empty()
        assert asked(office, "SELECT state FROM submission") == [("pending",)]
        assert phone.photo_count() == 0
        phone.show("/")
        send_back(office.desk, first, "离得太远，请核对")
        phone.sync()
        page.wait_for_selector(f"{CARD} >> text=离得太远，请核对")
        page.click(f"{CARD} button")
        until(page, "() => document.querySelectorAll('.photos img').length === 2")
        assert page.inner_text(".photos").count("办公室已收到") == 2
        assert page.is_checked("input[value=weak]")
        assert page.locator(CARD).count() == 0, "the form that puts it right does not offer to be opened"
        page.click("[data-act=send]")
        page.click("text=树是对的，登记坐标不准")
        page.wait_for_selector("[data-page='/']")
        phone.send_until_empty()
        assert page.locator(CARD).count() == 0
        phone.reopen("#/")
        assert page.locator(CARD).count() == 0
        assert phone.call("package", "returned") == []
    assert asked(office, "SELECT state FROM submission ORDER BY received_at") == [
        ("replaced",),
        ("accepted",),
    ]
    sent = asked(office, "SELECT DISTINCT sha256 FROM submission_photo ORDER BY sha256")
    assert len(sent) == 2
    assert asked(office, "SELECT sha256 FROM photo ORDER BY sha256") == sent
