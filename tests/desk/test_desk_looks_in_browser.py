"""Every page of the desk in a real Chromium, in both languages, on a phone: no barriers, nothing cut off,
nothing untranslated, nothing that the browser complains of."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import httpx
import pytest
from browser_kit import launched_chromium
from desk_kit import CAST, DeskKit, make_desk
from register_kit import NOW
from review_kit import EDIT, FIX, SIZES, Field
from sqlmodel import select
from test_review_in_browser import AXE, SMALL, serving

from datasette_plugins.desk.app import COOKIE, csrf_of
from datasette_plugins.desk.features import ROUTES
from registry.commands.accounts import add_account
from registry.db import reading, transaction
from registry.models import (
    Account,
    CaseFile,
    Event,
    Grove,
    Job,
    Party,
    Photo,
    Setting,
    Submission,
    Tag,
    ZoneCheck,
)
from registry.rules.permissions import Grant
from registry.vocab.desk_words import Role
from registry.vocab.language import _catalogue

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
AXE_FILE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PASSED_BY = re.compile(
    r"/field|/enrol|/api/|\.pdf|\.csv|/state$|/result$|/report$|/sign-in/code|/\{size\}|\{document\}|/review/photo|/opinion"
)
"""Addresses that are no pages of the office: of the phone, of programs, files, and a step in between."""
EVERYTHING = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER_PROVINCE, Role.REVIEWER_COUNTY)
WORDS = """[...document.querySelectorAll('main *, header *')].filter(
  e => e.offsetParent && !e.closest('[lang]:not(html)') && !e.matches('textarea, script, pre, code')
).flatMap(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim())
  .concat(['aria-label', 'placeholder', 'title'].map(n => e.getAttribute(n) || ''))
).filter(text => /[A-Za-z]{3}/.test(text))"""
"""What can be read on a page and has Latin letters, without what is tagged as another language."""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskKit]:
    """A register where something of each kind waits, and somebody who may see the whole office."""
    folder = tmp_path_factory.mktemp("looks")
    made = make_desk(folder)
    made.desk.public = folder / "public.gpkg"
    made.desk.jobs.wake = lambda: None
    with transaction(made.engine) as session:
        session.add(Setting(name="public_address", value="https://trees.example"))
        grants = [Grant(role, None) for role in EVERYTHING]
        add_account(session, "office", "办公室", grants, password="office-long-password", actor="t", now=NOW)
    _send_in(Field(made, folder))
    yield made
    made.desk.jobs.stop()
    made.engine.dispose()


@pytest.fixture(scope="module")
def address(kit: DeskKit) -> Iterator[str]:
    with serving(kit) as running:
        _work(kit, running)
        yield running


def _send_in(field: Field) -> None:
    """A form of each kind, with a photo, one of them in conflict with the register."""
    photos = [field.photo()]
    field.send("visit", {"notes": "一切如常"}, fix={**FIX, "lon": 113.09}, photos=photos)
    field.send("measurement", SIZES)
    field.send("edit", EDIT)
    field.change(village="西和", town="荫城")
    field.send("incident", {"incident": "I01", "text": "枝断"}, photos=photos)
    field.send("new_tree", {"species": "国槐", "village": "东和"}, fix=FIX, photos=photos)
    field.send("measurement", SIZES, no="nowhere")


def _work(kit: DeskKit, address: str) -> None:
    """What somebody at the office does on a day, so that the pages have something to show."""
    tree = kit.tree_ids["1"]
    corners = "113.0499,36.0499\n113.0501,36.0499\n113.0501,36.0501\n113.0499,36.0501"
    headers = {"origin": address, "x-gushu-csrf": csrf_of(token := kit.token("office"))}
    with httpx.Client(
        base_url=f"{address}/-/desk/", headers=headers, cookies={COOKIE: token}, follow_redirects=True
    ) as office:
        for path, data in (
            ("parties/new", {"name": "王大明", "kind": "person", "phone": "0912"}),
            ("tags/blank", {"count": "2", "batch": "盒1"}),
            (f"record/tree/{tree}/cases/open", {"kind": "incident", "on": "2026-05-02", "incident": "I01"}),
            ("zone-checks", {"points": corners, "crs": "WGS84", "project": "道路拓宽", "buffer": "5"}),
            ("export", {"what": "map"}),
            ("records/new/grove", {"number": "Q01", "name": "油松群"}),
            (f"record/tree/{tree}/edit", {"village": "南村", "was-village": "西和"}),
        ):
            answer = office.post(path, data=data)
            assert answer.status_code == 200, (path, answer.text)
        office.post("import", files={"file": ("rows.csv", b"no,name\n9,\xe6\xa7\x90\n")}).raise_for_status()
    while kit.desk.jobs.run_next():
        pass


def addresses(kit: DeskKit, address: str) -> list[str]:
    """Every page of the office, filled with what the register has."""
    with reading(kit.engine) as session:
        first = {
            name: getattr(session.exec(select(table)).first(), key, None)
            for name, table, key in (
                ("case", CaseFile, "id"), ("party", Party, "id"), ("tag", Tag, "id"),
                ("account", Account, "id"), ("job", Job, "id"), ("photo", Photo, "id"),
                ("number", ZoneCheck, "number"), ("grove", Grove, "id"),
            )
        }  # fmt: skip
        looked = next(x for x in session.exec(select(Job)) if x.kind == "import_look")
        looked = json.loads(looked.arguments)["upload"]
        waiting = [
            row.id for row in session.exec(select(Submission)) if row.state in ("pending", "quarantined")
        ]
        changed = session.exec(select(Event.seq).where(Event.kind == "tree:edited")).all()
    known = {**first, "kind": "tree", "pack": "cn-2025", "id": kit.tree_ids["1"], "seq": max(changed)}
    own = {"/jobs/{id}": str(first["job"]), "/evidence/{id}": str(first["case"])}
    own["/import/{id}"] = looked
    other = ("/grove/", "/garden/", "/place/", "/element/")
    found = [f"/review/{each}" for each in waiting]
    found.append(f"/record/tree/{kit.tree_ids['1']}/merge?other={kit.tree_ids['2']}")
    found += [f"/records/new/{kind}" for kind in ("garden", "place", "element")] + [
        f"/grove/{first['grove']}"
    ]
    for path in (route.path for route in ROUTES if route.method == "GET"):
        if PASSED_BY.search(path) or path == "/review/{submission}" or path.startswith(other):
            continue
        values = {**known, "id": own.get(path, known["id"])}
        if path.endswith(("/holds", "/boundary", "/new/{kind}")):
            values |= {"kind": "grove", "id": first["grove"]}
        if all(values.get(name) for name in re.findall(r"\{(\w+)\}", path)):
            found.append(path.format(**values))
    return found


LANGS = {"zh": "", "en": "/en"}


def _english() -> set[str]:
    """Sentences of the program in English that read otherwise in Chinese."""
    known = _catalogue("zh")._catalog
    names = {*CAST} | {login.title() for login in CAST}
    singles = {key: text for key, text in known.items() if isinstance(key, str)}
    return {key for key, text in singles.items() if key and text != key and len(key) > 3 and key not in names}


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_fits_a_phone_reads_in_one_language_and_has_no_barriers(
    kit: DeskKit, address: str, lang: str
) -> None:
    english, complaints, seen = _english(), [], 0
    axe = AXE_FILE.read_text("utf-8")
    with launched_chromium() as browser:
        context = browser.new_context(viewport=PHONE, color_scheme="dark" if lang == "en" else "light")
        context.add_cookies([{"name": COOKIE, "value": kit.token("office"), "url": address}])
        page = context.new_page()
        page.on(
            "console", lambda told: complaints.append((page.url, told.text)) if told.type == "error" else 0
        )
        page.on("pageerror", lambda error: complaints.append((page.url, str(error))))
        for path in addresses(kit, address):
            before = len(complaints)
            answer = page.goto(f"{address}{LANGS[lang]}/-/desk{path}")
            if answer.status == 403:  # another's room
                del complaints[before:]
                continue
            seen += 1
            if answer.status != 200:
                complaints.append((path, answer.status))
            if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                complaints.append((path, "wider than a phone"))
            if page.locator("h1:visible").count() != 1:
                complaints.append((path, "not one heading"))
            complaints += [(path, "small", each) for each in page.evaluate(SMALL)]
            if lang == "zh":
                complaints += [(path, "English", each) for each in page.evaluate(WORDS) if each in english]
            page.evaluate(axe)
            complaints += [(path, each) for each in page.evaluate(AXE)]
        context.close()
    assert not complaints, "\n".join(map(str, complaints))
    assert seen >= 40
