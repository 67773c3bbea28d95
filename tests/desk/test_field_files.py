"""The field app's files: one version, no session, every text there, nothing that older phones cannot read."""

import json
import re
from pathlib import Path

import pytest
from desk_kit import DeskKit

from datasette_plugins.desk import field_pages
from registry.vocab.field_app_words import ENGINE, FIELD_APP
from registry.vocab.field_form_words import FORMS

SCRIPTS = sorted(field_pages.FOLDER.rglob("*.js"))
KEY = re.compile(r"""\b_\(\s*"([a-z_]+\.[A-Za-z0-9_.]+)"\s*[,)]""")
TOO_NEW = (
    r"\binnerHTML\b", r"insertAdjacentHTML", r"\beval\(", r"\.at\(", r"structuredClone", r"Object\.hasOwn",
    r"\.replaceAll\(", r"showModal", r"\binert\b", r"^await ", r"\?\?=", r"\|\|=",
)  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_text_that_a_script_says_is_there(path: Path):
    missing = set(KEY.findall(path.read_text(encoding="utf-8"))) - set(FIELD_APP)
    assert missing == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_use_nothing_newer_than_their_phones_and_never_turn_data_into_html(path: Path):
    text = path.read_text(encoding="utf-8")
    assert [each for each in TOO_NEW if re.search(each, text, re.M)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_module_that_a_script_imports_is_there(path: Path):
    for name in re.findall(r"""(?:from|import)\s+"(\.[^"]+)";""", path.read_text(encoding="utf-8")):
        assert (path.parent / name).is_file(), name


def test_both_languages_say_every_text_with_the_same_facts():
    for key, label in FIELD_APP.items():
        names = [set(re.findall(r"\{(\w+)", text)) for text in label]
        assert label.zh, key
        assert label.en, key
        assert names[0] == names[1], key
    assert [key for key, label in ENGINE.items() if HAN.search(label.en)] == []


def test_the_engine_and_the_forms_use_keys_of_their_own():
    assert set(ENGINE) & set(FORMS) == set()


async def test_the_shell_and_its_files_are_served_without_a_session(desk: DeskKit):
    async with desk.client() as nobody:
        shell = await nobody.get("field/")
        assert shell.status_code == 200
        assert "inspector" not in shell.text
        assert "default-src 'self'" in shell.headers["content-security-policy"]
        for address, file in field_pages.app_files().items():
            answer = await nobody.get(address.removeprefix("/-/desk/"))
            assert answer.content == file.content, address
            again = {"if-none-match": answer.headers["etag"]}
            assert (await nobody.get(address.removeprefix("/-/desk/"), headers=again)).status_code == 304
        assert (await nobody.get("field/nothing.js")).status_code == 404
        assert (await nobody.get("field/..%2Fapp.py")).status_code == 404
        assert (await nobody.get("field/README.md")).status_code == 404


async def test_the_worker_names_every_file_with_its_checksum_and_may_answer_for_tags(desk: DeskKit):
    async with desk.client() as nobody:
        answer = await nobody.get("field/worker.js")
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "no-cache"
    version, files = answer.text.split("\n")[:2]
    assert version == f'const VERSION = "{field_pages.version()}";'
    told = json.loads(files.removeprefix("const FILES = ").removesuffix(";"))
    assert told == {address: file.digest for address, file in field_pages.app_files().items()}


def test_the_version_changes_with_any_file(monkeypatch):
    before = field_pages.version()
    files = field_pages.app_files()
    changed = {**files, field_pages.BASE: field_pages.AppFile(b"x", "text/html", "0" * 64)}
    monkeypatch.setattr(field_pages, "app_files", lambda: changed)
    assert field_pages.version() != before


async def test_the_app_can_be_installed(desk: DeskKit):
    async with desk.client() as nobody:
        manifest = (await nobody.get("field/manifest.webmanifest")).json()
        assert manifest["display"] == "standalone"
        assert manifest["start_url"].startswith(manifest["scope"])
        sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
        assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
        for icon in manifest["icons"]:
            answer = await nobody.get(icon["src"].removeprefix("/-/desk/"))
            assert answer.headers["content-type"].split(";")[0] == icon["type"]
            if icon["type"] == "image/png":
                assert answer.content[16:20] == int(icon["sizes"].split("x")[0]).to_bytes(4, "big")


async def test_entering_asks_for_sign_in_and_comes_back_to_the_app(desk: DeskKit):
    async with desk.client() as nobody:
        answer = await nobody.get("field/enter")
        assert (answer.status_code, answer.headers["location"]) == (303, "/-/desk/sign-in")
        assert "/-/desk/field/enter" in answer.headers["set-cookie"]
    async with desk.client("inspector") as inspector:
        answer = await inspector.get("field/enter")
        assert (answer.status_code, answer.headers["location"]) == (303, "/-/desk/field/")
