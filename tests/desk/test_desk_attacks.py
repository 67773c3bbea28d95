"""What somebody would try who wants more than he may: other people's records, forged forms, odd bytes."""

import base64
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from desk_kit import DeskKit
from register_kit import NOW
from sqlmodel import col, select
from submission_kit import jpeg, photo_said, sent

from datasette_plugins.asgi import create_datasette
from datasette_plugins.desk import MOUNTED
from registry.commands.cases import CaseDraft, open_case
from registry.commands.jobs import ask_job
from registry.db import reading, transaction
from registry.models import Account, AccountSession, Job, Party, Photo, Submission, Tree, TreeParty
from registry.rules.case_facts import StepFacts
from registry.rules.permissions import Right
from registry.settings import get_setting
from registry.vocab.desk_words import AccountState, JobState
from registry.vocab.words import CaseKind, PartyKind, PartyRole, StepKind

EVIL_ORIGINS = ("null", "https://evil.example", "http://desk.test.evil.example", "http://[", "")


def visit(desk: DeskKit, own: str, number: str, **more: Any) -> dict[str, Any]:
    captured = {"captured_at": datetime.now(UTC).isoformat(), **more}
    return sent(own, "visit", {"no_change": True}, desk.tree_ids[number], **captured)


async def send(client: httpx.AsyncClient, submission: Any) -> httpx.Response:
    return await client.post("api/submissions", content=json.dumps({"submission": submission}).encode())


async def put(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    digest = hashlib.sha256(content).hexdigest()
    return await client.put(f"api/photos/{digest}?size={len(content)}&offset=0", content=content)


def account_of(session: Any, login: str) -> Account:
    return session.exec(select(Account).where(Account.login == login)).one()


def a_person(desk: DeskKit, number: str) -> str:
    """Somebody with a telephone who looks after a tree; the id."""
    with transaction(desk.engine) as session:
        party = Party(name="王小二", kind=PartyKind.PERSON, phone="13800000000")
        session.add(party)
        session.flush()
        session.add(TreeParty(party_id=party.id, tree_id=desk.tree_ids[number], role=PartyRole.STEWARD))
        return party.id


def a_job(desk: DeskKit, login: str) -> str:
    with transaction(desk.engine) as session:
        own = account_of(session, login).id
        return ask_job(session, "export", {"about": "GEHEIM"}, account_id=own, now=NOW)[0].id


@pytest.mark.parametrize("method_path", ["GET {}", "POST {}", "GET {}/erase", "POST {}/erase"])
async def test_a_person_of_another_county_is_not_shown_nor_changed(desk: DeskKit, method_path: str):
    method, _, path = method_path.format(f"party/{a_person(desk, '3')}").partition(" ")
    async with desk.client("clerk") as clerk:
        answer = await clerk.request(method, path, data={"name": "x"} if method == "POST" else None)
        listed = (await clerk.get("parties?q=138")).text
    assert answer.status_code == 403
    assert "13800000000" not in answer.text + listed
    assert "王小二" not in answer.text + listed


async def test_other_people_s_jobs_and_files_are_not_there(desk: DeskKit):
    own = a_job(desk, "registrar")
    async with desk.client("clerk") as clerk:
        answers = [await clerk.get(f"jobs/{own}{more}") for more in ("", "/state", "/result")]
        answers.append(await clerk.post(f"jobs/{own}/cancel"))
        listed = await clerk.get("jobs")
    assert [answer.status_code for answer in answers] == [404] * 4
    assert "GEHEIM" not in listed.text
    with reading(desk.engine) as session:
        assert session.get_one(Job, own).state == JobState.WAITING


async def test_a_token_for_forms_alone_takes_no_files_out(desk: DeskKit):
    own = a_job(desk, "registrar")
    headers = desk.script("registrar", Right.SUBMIT)
    async with desk.client() as script:
        answers = [
            await script.get(path, headers=headers)
            for path in (f"jobs/{own}", f"jobs/{own}/result", "export", f"tree/{desk.tree_ids['1']}")
        ]
    assert [answer.status_code for answer in answers] == [403] * 4


async def test_a_token_changes_nothing_of_its_account(desk: DeskKit):
    headers = desk.script("admin", Right.PUBLISH)
    async with desk.client() as script:
        answers = [
            await script.post("account", headers=headers, data={"name": "x"}),
            await script.post("account/tokens", headers=headers, data={"name": "x", "right": "audit"}),
            await script.post("account/sessions/end", headers=headers),
            await script.get("accounts", headers=headers),
        ]
    assert [answer.status_code for answer in answers] == [403] * 4


async def test_a_token_changes_no_setting(desk: DeskKit):
    headers = desk.script("admin", Right.PUBLISH)
    async with desk.client() as script:
        answer = await script.post("settings", headers=headers, data={"second_factor_demanded": "yes"})
    assert answer.status_code == 403
    with reading(desk.engine) as session:
        assert get_setting(session, "second_factor_demanded") == "no"


@pytest.mark.parametrize(("rights", "status"), [([], 403), ([Right.FILE], 200)])
async def test_a_token_takes_the_office_s_file_out_only_where_it_may_see_it(
    desk: DeskKit, rights: list[Right], status: int
):
    headers, tree = desk.script("registrar", Right.EXPORT, *rights), desk.tree_ids["1"]
    draft = CaseDraft(CaseKind.DEATH, ("tree", tree), StepFacts(StepKind.REPORT, NOW.date()))
    with transaction(desk.engine) as session:
        case = open_case(session, draft, pack=None, actor="tests", now=NOW).id
    async with desk.client() as script:
        answers = [
            await script.request(method, path, headers=headers)
            for method, path in (
                ("GET", f"record/tree/{tree}/dossier.pdf"), ("GET", f"evidence/{case}"),
                ("POST", f"evidence/{case}"), ("GET", f"case/{case}/sheet.pdf"),
            )
        ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [status] * 4


async def test_other_people_s_sessions_and_tokens_are_not_ended(desk: DeskKit):
    desk.token("second")
    desk.script("second", Right.SUBMIT)
    with reading(desk.engine) as session:
        other = account_of(session, "second").id
        own = session.exec(select(AccountSession.id).where(AccountSession.account_id == other)).first()
    async with desk.client("inspector") as client:
        answers = [await client.post(f"account/{kind}/{own}/end") for kind in ("sessions", "tokens")]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_other_people_s_forms_are_not_told(desk: DeskKit):
    mine = visit(desk, "mine", "1")
    async with desk.client("inspector") as phone, desk.client("second") as other:
        assert (await send(phone, mine)).status_code == 200
        told = (await other.get(f"api/submissions?ids={mine['id']}")).json()
    assert told == {"submissions": []}


async def test_whoever_only_knows_a_photo_s_name_does_not_get_it_by_announcing_it(desk: DeskKit):
    """The stranger works in another county; the name of a private photo must not open it for him."""
    content = jpeg()
    said = photo_said(content)
    digest = said["sha256"]
    async with desk.client("inspector") as phone, desk.client("stranger") as stranger:
        await send(phone, visit(desk, "private", "1", photos=[said]))
        await put(phone, content)
        told = (await send(stranger, visit(desk, "stolen", "3", photos=[said]))).json()["photos"][0]
        far = (await stranger.get(f"api/photos/{digest}")).json()
        thumb = await stranger.get(f"api/thumb/{digest}")
        assert (told["complete"], told["received"]) == (False, 0)
        assert (far["complete"], far["received"]) == (False, 0)
        assert thumb.status_code == 404
        with reading(desk.engine) as session:
            photos = session.exec(select(Photo.tree_id).where(Photo.sha256 == digest)).all()
        assert photos == [desk.tree_ids["1"]]
        assert (await put(stranger, content)).json()["complete"]  # who has the bytes may send them


@pytest.mark.parametrize("login", ["stranger", None])
async def test_small_pictures_of_another_county_are_not_shown(desk: DeskKit, login: str | None):
    content = jpeg()
    async with desk.client("inspector") as phone, desk.client(login) as other:
        await send(phone, visit(desk, "private", "1", photos=[photo_said(content)]))
        await put(phone, content)
        answer = await other.get(f"api/thumb/{hashlib.sha256(content).hexdigest()}")
    assert answer.status_code == (401 if login is None else 404)


@pytest.mark.parametrize("origin", EVIL_ORIGINS)
async def test_no_other_origin_sends_a_form(desk: DeskKit, origin: str):
    async with desk.client("registrar") as client:
        answers = [
            await client.post("account", data={"name": "x"}, headers={"origin": origin}),
            await client.post("api/submissions", content=b"{}", headers={"origin": origin}),
            await client.post("sign-in", data={"login": "x", "password": "y"}, headers={"origin": origin}),
        ]
    assert [answer.status_code for answer in answers] == [403] * 3


async def test_a_form_without_headers_still_needs_the_token_of_the_session(desk: DeskKit):
    async with desk.client("registrar") as client:
        for name in ("origin", "x-gushu-csrf"):
            del client.headers[name]
        plain = {"content-type": "text/plain"}
        answers = [
            await client.post("account", data={"name": "x"}),
            await client.post("api/submissions", content=b"{}", headers=plain),
            await client.post("account", data={"name": "x", "csrf": "\ud800".encode("utf-8", "replace")}),
            await client.get("account?_method=POST&name=x", headers={"x-http-method-override": "POST"}),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 200]
    with reading(desk.engine) as session:
        assert account_of(session, "registrar").name == "Registrar"


async def test_a_closed_account_is_out_at_once_with_sessions_and_tokens(desk: DeskKit):
    headers = desk.script("second", Right.SUBMIT)
    async with desk.client("second") as phone, desk.client() as script:
        assert (await phone.get("api/me")).status_code == 200
        with transaction(desk.engine) as session:
            account = account_of(session, "second")
            account.state = AccountState.CLOSED
            session.add(account)
        answers = [await phone.get("api/me"), await script.get("api/submissions", headers=headers)]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_session_that_was_planted_is_not_taken_over_by_signing_in(desk: DeskKit):
    async with desk.client() as browser:
        browser.cookies.set("gushu_desk", "planted")
        answer = await browser.post("sign-in", data={"login": "clerk", "password": "clerk-long-password"})
    given = answer.cookies["gushu_desk"]
    assert given != "planted"
    told = answer.headers.get_list("set-cookie")[0].lower()
    assert "httponly" in told
    assert "samesite=lax" in told


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/-/desk", "/\\evil.example", "/-/desk@evil.example",
     "/-/desk/../../x", "/-/desk\r\nx: y", "/-/desk.evil.example"],
)  # fmt: skip
async def test_signing_in_leads_nowhere_else(desk: DeskKit, back: str):
    async with desk.client() as browser:
        told = {"cookie": f'gushu_back="{back}"'.replace("\r\n", "")}
        said = {"login": "clerk", "password": "clerk-long-password"}
        answer = await browser.post("sign-in", data=said, headers=told)
    assert answer.status_code == 303
    where = httpx.URL("http://desk.test/").join(answer.headers["location"])
    assert where.host == "desk.test"
    assert where.path.startswith("/-/desk/")


def said(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cookie",
    [said(["<script>alert(1)</script>"]), said(["\ud800"]), said({"a": 1}), said([1, None]), "%%%", "é",
     base64.urlsafe_b64encode(b"[" * 3000).decode()],
)  # fmt: skip
async def test_a_cookie_with_what_was_said_does_no_harm(desk: DeskKit, cookie: str):
    async with desk.client() as browser:
        answer = await browser.get("sign-in", headers={"cookie": f"gushu_said={cookie}".encode("latin-1")})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


ODD_JSON = (
    b"", b"null", b"[]", b"[" * 100_000, b'{"submission": ' * 5000, b'{"submission": NaN}', b"\xff\xfe",
    b'{"submission": {"id": "\\ud800"}}', b'{"submission": {"id": "a\\u0000b"}}', b"1" * 10_000,
    b'{"submission": {"id": "x-0123456789", "kind": "visit", "content": {"\\u0000": 1}}}',
    b'{"submission": {}, "sent_at": "0001-01-01T00:00:00+23:59"}', b'{"submission": {}, "sent_at": 1e999}',
)  # fmt: skip


@pytest.mark.parametrize("body", ODD_JSON, ids=range(len(ODD_JSON)))
async def test_odd_json_is_refused_in_words(desk: DeskKit, body: bytes):
    async with desk.client("inspector") as phone:
        answer = await phone.post("api/submissions", content=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e308", "9" * 400])
@pytest.mark.parametrize("field", ["lon", "accuracy_m"])
async def test_numbers_beyond_measure_are_refused_or_kept_never_fatal(desk: DeskKit, number: str, field: str):
    fix = {"lon": 113.05, "lat": 36.05, "accuracy_m": 5, field: "@"}
    body = json.dumps({"submission": visit(desk, "odd", "1", fix=fix)}).replace('"@"', number)
    async with desk.client("inspector") as phone:
        answer = await phone.post("api/submissions", content=body.encode())
    assert answer.status_code == 422, answer.text


async def test_a_day_beyond_the_calendar_is_no_fault_of_the_server(desk: DeskKit):
    body = {"submission": visit(desk, "odd", "1"), "sent_at": "0001-01-01T00:00:00+00:00"}
    late = {"submission": visit(desk, "odder", "1"), "sent_at": "9999-12-31T23:59:59+00:00"}
    old = {"submission": {**visit(desk, "old", "1"), "captured_at": "0001-01-01T00:00:00+14:00"}}
    async with desk.client("inspector") as phone:
        for each in (body, late, old):
            answer = await phone.post("api/submissions", content=json.dumps(each).encode())
            assert answer.status_code < 500, answer.text


async def chunks(size: int) -> Any:
    for _ in range(size >> 16):
        yield b"a" * (1 << 16)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
async def test_a_body_without_a_length_is_cut_off_at_the_limit(desk: DeskKit, kind: str):
    async with desk.client("registrar") as client:
        answer = await client.post("account", content=chunks(1 << 20), headers={"content-type": kind})
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("length", ["999999999999", "-1", "x", "²"])
async def test_a_length_that_is_none_or_too_much_is_refused(desk: DeskKit, length: str):
    async with desk.client("registrar") as client:
        answer = await client.post("account", content=b"", headers={"content-length": length.encode("utf-8")})
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "raw_unicode_escape", "idna", "nothing"])
async def test_a_form_in_an_odd_character_set_is_no_fault_of_the_server(desk: DeskKit, charset: str):
    part = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800+2AA-\\x00\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    async with desk.client("registrar") as client:
        answer = await client.post("account", content=part, headers={"content-type": kind})
    assert answer.status_code < 500


async def test_a_form_with_too_many_fields_is_refused(desk: DeskKit):
    async with desk.client("registrar") as client:
        answer = await client.post("account", data={f"f{number}": "x" for number in range(3000)})
    assert answer.status_code == 400


async def test_a_nul_byte_reaches_no_table(desk: DeskKit):
    async with desk.client("registrar") as client:
        answers = [
            await client.get("tree/a%00b"),
            await client.get("records?q=a%00b"),
            await client.post("account", data={"name": "a\0b"}),
        ]
    assert [answer.status_code for answer in answers] == [400] * 3


@pytest.mark.parametrize("path", ["field/..%2f..%2fapp.py", "field/../../app.py", "field/%2e%2e/app.py",
                                  "field//etc/passwd", "field/..%5c..%5capp.py"])  # fmt: skip
async def test_the_field_app_hands_out_its_own_files_alone(desk: DeskKit, path: str):
    async with desk.client("inspector") as client:
        answer = await client.get(path)
    assert "root:" not in answer.text
    assert "import asyncio" not in answer.text


async def test_private_answers_are_kept_by_nobody_and_nothing_is_ever_cleared(desk: DeskKit):
    own = desk.tree_ids["1"]
    paths = ("", "records", f"tree/{own}", "api/me", "account", "parties", "jobs", "nothing", "sign-in")
    async with desk.client("registrar") as client:
        answers = [await client.get(path) for path in paths] + [await client.post("sign-out")]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert not any("clear-site-data" in answer.headers for answer in answers)


async def test_an_error_says_nothing_of_what_was_at_hand(desk: DeskKit, monkeypatch, capsys):
    secret = "very-secret-value"

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(secret)

    monkeypatch.setattr("datasette_plugins.desk.api.receive", broken)
    async with desk.client("inspector") as phone:
        answer = await send(phone, visit(desk, "any", "1"))
    said = capsys.readouterr()
    assert answer.status_code == 500
    assert secret not in answer.text + said.err + said.out
    assert "Traceback" not in answer.text + said.err


async def test_guessing_a_password_is_slowed_down(desk: DeskKit):
    async with desk.client() as browser:
        said = {"login": "clerk", "password": "wrong"}
        answers = [(await browser.post("sign-in", data=said)).status_code for _ in range(12)]
    assert answers[0] == 401
    assert answers[-1] == 429


async def test_names_with_marks_are_shown_as_text(desk: DeskKit):
    evil = "<img src=x onerror=alert(1)>\"'"
    own = desk.tree_ids["1"]
    with transaction(desk.engine) as session:
        tree = session.get_one(Tree, own)
        tree.village = tree.town = evil
        session.add(tree)
        account = account_of(session, "inspector")
        account.name = evil
        session.add(account)
    async with desk.client("inspector") as phone:
        content = {"sizes": {"girth_cm": 320}, "notes": evil}
        now = datetime.now(UTC).isoformat()
        form = sent("evil", "measurement", content, own, captured_at=now, no_fix_reason=evil)
        assert (await send(phone, form)).status_code == 200
    with reading(desk.engine) as session:
        submission = session.exec(select(Submission.id).order_by(col(Submission.id))).one()
    async with desk.client("county") as county, desk.client("registrar") as registrar:
        pages = [await county.get(path) for path in ("review", f"review/{submission}", f"tree/{own}")]
        pages += [await registrar.get(f"record/tree/{own}/{page}") for page in ("edit", "history", "tags")]
    assert [page.status_code for page in pages] == [200] * 6
    assert not any("<img src=x" in page.text for page in pages)


@pytest.mark.parametrize("name", ["../../../evil.jpg", "<b>.jpg", "a\\..\\b.jpg", "x" * 5000 + ".jpg"])
async def test_the_name_of_a_file_leads_nowhere(desk: DeskKit, name: str, tmp_path):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        files = {"photo": (name, io.BytesIO(jpeg()), "image/jpeg")}
        answer = await client.post(f"record/tree/{own}/photos/add", files=files, data={"licence": "CC0-1.0"})
    assert answer.status_code < 500
    assert not list(tmp_path.rglob("evil.jpg"))


@pytest.mark.parametrize("path", ["/-/desk", "/-/desk/", "/-/desk/sign-in", "/-/desk/api/me", "/en/-/desk/"])
async def test_a_host_of_the_public_site_alone_has_no_desk(path: str, tmp_path):
    datasette = create_datasette(tmp_path / "public.gpkg")
    assert not hasattr(datasette, MOUNTED)
    transport = httpx.ASGITransport(app=datasette.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        answers = [await client.get(path), await client.post(path)]
    assert answers[0].status_code in {302, 404, 503}
    assert answers[1].status_code in {302, 403, 404, 405, 503}
    assert "sign-in" not in answers[0].headers.get("location", "")
