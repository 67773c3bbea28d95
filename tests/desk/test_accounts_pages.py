"""Pages about accounts: signing in with two factors, cards for phones, administrators, the audit."""

import base64
import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from desk_kit import HERE, DeskKit
from sqlmodel import select

from datasette_plugins.desk import asking
from datasette_plugins.desk.app import COOKIE
from datasette_plugins.desk.devices import device_words
from registry.commands.accounts import add_account, find_account, is_password, roles_of, set_password
from registry.commands.api_tokens import make_api_token
from registry.commands.comparing_records import stray_values
from registry.commands.enrolments import make_enrolment
from registry.commands.second_factor import begin_second_factor, code_at, confirm_second_factor
from registry.commands.sessions import find_session, open_sessions
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.models import Account, AuditEntry, Party, TreeParty
from registry.rules.permissions import Grant
from registry.settings import set_setting
from registry.vocab.desk_words import Role
from registry.vocab.words import PartyKind, PartyRole

NEW = "three stones under the tree"


def now() -> datetime:
    return datetime.now(UTC)


def account_of(desk: DeskKit, login: str) -> Account:
    with reading(desk.engine) as session:
        found = find_account(session, login)
        assert found is not None
        return found


def with_factor(desk: DeskKit, login: str) -> tuple[bytes, list[str]]:
    """Turns somebody's second factor on, an hour ago; its secret and the recovery codes."""
    with transaction(desk.engine) as session:
        account = find_account(session, login)
        assert account is not None
        secret = base64.b32decode(begin_second_factor(session, account, desk.desk.keys))
        at = now() - timedelta(hours=1)
        codes = confirm_second_factor(
            session, account, code_at(secret, at), desk.desk.keys, actor="tests", now=at
        )
    return secret, codes


async def sign_in(client: Any, login: str, password: str | None = None, **more: str) -> Any:
    data = {"login": login, "password": password or f"{login}-long-password", **more}
    return await client.post("sign-in", data=data)


def texts(answer: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


async def test_a_right_password_opens_a_session_with_a_safe_cookie(desk: DeskKit):
    async with desk.client() as browser:
        answer = await sign_in(browser, "INSPECTOR", "inspector-long-password")
        assert answer.status_code == 303
        cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert (await browser.get("account")).status_code == 200


async def test_a_wrong_password_and_an_unknown_login_are_answered_alike(desk: DeskKit):
    async with desk.client() as browser:
        answers = [await sign_in(browser, login, "not the password") for login in ("admin", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text.replace("admin", "nobody") == answers[1].text


async def test_too_many_tries_are_said_with_when_to_try_again(desk: DeskKit, monkeypatch: pytest.MonkeyPatch):
    begun = now()
    clock = [begun]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):  # noqa: ARG003
            return clock[0]

    monkeypatch.setattr(asking, "datetime", Clock)
    async with desk.client() as browser:
        for _ in range(5):
            assert (await sign_in(browser, "admin", "not the password")).status_code == 401
        answer = await sign_in(browser, "admin")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "60"
        assert "1 分钟" in answer.text
        clock[0] = begun + timedelta(seconds=61)
        assert (await sign_in(browser, "admin")).status_code == 303
    with reading(desk.engine) as session:
        verify_history(session)


async def test_a_closed_account_is_told_what_a_wrong_password_is_told(desk: DeskKit):
    async with desk.client("admin") as admin:
        own = account_of(desk, "second").id
        assert (await admin.post(f"accounts/{own}/close")).status_code == 303
    async with desk.client() as browser:
        answer = await sign_in(browser, "second")
    assert answer.status_code == 401
    assert "停用" not in texts(answer)


async def test_the_second_step_asks_for_a_code_that_opens_once(desk: DeskKit):
    secret, codes = with_factor(desk, "registrar")
    async with desk.client() as browser:
        answer = await sign_in(browser, "registrar")
        assert answer.headers["location"].endswith("/sign-in/code")
        assert COOKIE not in browser.cookies
        assert (await browser.get("account")).status_code == 303
        wrong = await browser.post("sign-in/code", data={"code": "000000"})
        assert wrong.status_code == 401
        code = code_at(secret, now())
        right = await browser.post("sign-in/code", data={"code": code})
        assert right.status_code == 303
        assert COOKIE in browser.cookies
    async with desk.client() as other:
        await sign_in(other, "registrar")
        assert (await other.post("sign-in/code", data={"code": code})).status_code == 401
        assert (await other.post("sign-in/code", data={"code": codes[0]})).status_code == 303


async def test_the_second_step_cannot_be_reached_without_the_first(desk: DeskKit):
    secret, _ = with_factor(desk, "registrar")
    async with desk.client() as browser:
        answer = await browser.post("sign-in/code", data={"code": code_at(secret, now())})
        assert answer.headers["location"].endswith("/sign-in")
        await sign_in(browser, "registrar")
        step = browser.cookies["gushu_step"].strip('"')
        with transaction(desk.engine) as session:
            account = find_account(session, "registrar")
            assert account is not None
            set_password(session, account, NEW, actor="tests", now=now())
        for altered in (step, step[:-1] + ("0" if step[-1] != "0" else "1"), "x.y", "."):
            browser.cookies.set("gushu_step", altered, domain="desk.test", path="/")
            answer = await browser.post("sign-in/code", data={"code": code_at(secret, now())})
            assert answer.headers["location"].endswith("/sign-in")
        assert COOKIE not in browser.cookies


async def test_codes_are_not_guessed_for_long(desk: DeskKit):
    with_factor(desk, "registrar")
    async with desk.client() as browser:
        await sign_in(browser, "registrar")
        answers = [await browser.post("sign-in/code", data={"code": f"{each:06}"}) for each in range(6)]
    assert [answer.status_code for answer in answers][-1] == 429


async def test_signing_out_clears_nothing_that_a_phone_keeps(desk: DeskKit):
    async with desk.client("inspector") as phone:
        answer = await phone.post("sign-out")
        assert answer.status_code == 303
        assert "clear-site-data" not in answer.headers
        again = await phone.get("api/me")
        assert again.status_code in {401, 404}
        assert "clear-site-data" not in again.headers
        gone = await phone.get("account")
        assert gone.headers["location"].endswith("/sign-in")
        assert "clear-site-data" not in gone.headers


async def test_a_password_for_one_sign_in_has_to_be_changed_before_anything_else(desk: DeskKit):
    async with desk.client("admin") as admin:
        answer = await admin.post(f"accounts/{account_of(desk, 'registrar').id}/password")
        match = re.search(r'class="secret"><code>([^<]+)', answer.text)
        assert match is not None
    once = match.group(1)
    async with desk.client() as browser:
        assert (await sign_in(browser, "registrar", once)).status_code == 303
        for path in ("", "account", "account/tokens", "account/second-factor"):
            assert (await browser.get(path)).headers["location"].endswith("/account/password")
        page = await browser.get("account/password")
        token = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert token is not None
        data = {"csrf": token.group(1), "password": once, "new": NEW, "again": NEW}
        assert (await browser.post("account/password", data=data | {"again": "x"})).status_code == 422
        assert (await browser.post("account/password", data=data | {"password": "x"})).status_code == 422
        short = data | {"new": "short", "again": "short"}
        assert (await browser.post("account/password", data=short)).status_code == 422
        assert (await browser.post("account/password", data=data)).status_code == 303
        assert (await browser.get("account")).status_code == 200
    assert is_password(account_of(desk, "registrar"), NEW)


async def test_a_reset_ends_the_sessions_of_a_phone(desk: DeskKit):
    token = desk.token("inspector")
    async with desk.client("admin") as admin:
        answer = await admin.post(f"accounts/{account_of(desk, 'inspector').id}/password")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    with reading(desk.engine) as session:
        assert find_session(session, token, now()) is None


async def test_a_demanded_second_factor_leaves_an_administrator_nothing_else(desk: DeskKit):
    with transaction(desk.engine) as session:
        set_setting(session, "second_factor_demanded", "yes")
    async with desk.client("admin") as admin:
        for path in ("accounts", "account", "account/tokens", ""):
            assert (await admin.get(path)).headers["location"].endswith("/account/second-factor")
        assert (await admin.post("accounts/new", data={"login": "x1"})).status_code == 303
        wrong = await admin.post("account/second-factor", data={"password": "wrong"})
        assert wrong.status_code == 422
        page = await admin.post("account/second-factor", data={"password": "admin-long-password"})
        key = re.search(r'class="key">([A-Z2-7 ]+)<', page.text)
        assert key is not None
        assert "<svg" in page.text
        secret = base64.b32decode(key.group(1).replace(" ", ""))
        refused = await admin.post("account/second-factor/confirm", data={"code": "123"})
        assert refused.status_code == 422
        assert 'name="code"' in refused.text
        assert "<svg" not in refused.text, "the secret is told only after the password"
        assert key.group(1) not in refused.text
        shown = await admin.post("account/second-factor/confirm", data={"code": code_at(secret, now())})
        assert len(re.findall(r"<li><code>", shown.text)) == 10
        assert (await admin.get("accounts")).status_code == 200
    async with desk.client("inspector") as inspector:
        assert (await inspector.get("account")).status_code == 200


async def test_a_second_factor_is_not_begun_without_the_password(desk: DeskKit):
    async with desk.client("county") as county:
        for path, data in (("", {}), ("", {"password": "x"}), ("/confirm", {"code": "000000"})):
            answer = await county.post(f"account/second-factor{path}", data=data)
            assert answer.status_code == 422
            assert 'class="key"' not in answer.text
        assert account_of(desk, "county").second_factor is None
        for _ in range(8):  # until it is too many tries
            answer = await county.post("account/second-factor/confirm", data={"code": "000000"})
            assert 'class="key"' not in answer.text
    assert account_of(desk, "county").second_factor is None


async def test_turning_the_second_factor_on_ends_the_other_sessions_and_says_so(desk: DeskKit):
    other = desk.token("admin")
    async with desk.client("admin") as admin:
        page = await admin.post("account/second-factor", data={"password": "admin-long-password"})
        secret = base64.b32decode(
            re.search(r'class="key">([A-Z2-7 ]+)<', page.text).group(1).replace(" ", "")
        )
        shown = await admin.post("account/second-factor/confirm", data={"code": code_at(secret, now())})
        assert "另有 1 处登录已结束" in shown.text
        assert (await admin.get("account")).status_code == 200
    with reading(desk.engine) as session:
        assert find_session(session, other, now()) is None


async def test_tokens_end_with_a_reset_and_are_counted_at_an_own_new_password(desk: DeskKit):
    with transaction(desk.engine) as session:
        account = find_account(session, "registrar")
        ends = now() + timedelta(days=7)
        token = make_api_token(session, account, "x", [], expires_at=ends, actor="tests", now=now())[1]
    script = {"authorization": f"Bearer {token}"}
    data = {"password": "registrar-long-password", "new": NEW, "again": NEW}
    async with desk.client("registrar") as browser, desk.client() as nobody:
        await browser.post("account/password", data=data)
        assert "还有 1 个脚本令牌有效" in (await browser.get("account")).text
        assert (await nobody.get("api/divisions", headers=script)).status_code == 200
        async with desk.client("admin") as admin:
            await admin.post(f"accounts/{account_of(desk, 'registrar').id}/password")
        assert (await nobody.get("api/divisions", headers=script)).status_code == 401


async def test_signing_out_is_told_to_the_field_app_until_somebody_signs_in(desk: DeskKit):
    async with desk.client("inspector") as browser:
        left = await browser.post("sign-out")
        assert browser.cookies.get("gushu_left") == "1"
        assert "HttpOnly" not in str([each for each in left.headers.get_list("set-cookie") if "left" in each])
        await browser.post("sign-in", data={"login": "second", "password": "second-long-password"})
        assert browser.cookies.get("gushu_left") is None


async def test_the_qr_code_on_the_page_is_the_one_an_app_reads(desk: DeskKit):
    import numpy

    async with desk.client("admin") as admin:
        page = await admin.post("account/second-factor", data={"password": "admin-long-password"})
    size = int(re.search(r'viewBox="0 0 (\d+)', page.text).group(1))
    picture = numpy.full((size, size), 255, dtype=numpy.uint8)
    path = re.search(r'fill="#000" d="([^"]+)"', page.text).group(1)
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)", path):
        picture[int(y), int(x) : int(x) + int(wide)] = 0
    (found,) = zxingcpp.read_barcodes(picture.repeat(6, axis=0).repeat(6, axis=1))
    assert found.text.startswith("otpauth://totp/")
    assert re.search(r'class="key">([A-Z2-7 ]+)<', page.text).group(1).replace(" ", "") in found.text


async def test_tokens_are_shown_once_and_do_what_they_list(desk: DeskKit):
    form = {"name": "nightly", "days": "7", "password": "registrar-long-password"}
    async with desk.client("registrar") as registrar:
        assert (await registrar.post("account/tokens", data=form)).status_code == 422
        made = await registrar.post("account/tokens", data=form | {"right": ["file", "accounts", "audit"]})
        token = re.search(r"<code>(gushu_[\w-]+)</code>", made.text).group(1)
        assert token not in (await registrar.get("account/tokens")).text
    bearer = {"authorization": f"Bearer {token}"}
    async with desk.client() as script:
        assert (await script.get("audit", headers=bearer)).status_code == 403
        assert (await script.get("account/tokens", headers=bearer)).status_code == 200
        for path in ("account/tokens", "account", "account/password", "account/second-factor"):
            assert (await script.post(path, headers=bearer, data=form)).status_code == 403
    async with desk.client("registrar") as registrar:
        page = await registrar.get("account/tokens")
        assert "从未使用" not in page.text
        assert "看全部档案" in page.text
        assert "管理账户" not in page.text.split("<form")[1]
        own = re.search(r"account/tokens/([0-9a-f-]{36})/end", page.text).group(1)
        assert (await registrar.post(f"account/tokens/{own}/end")).status_code == 303
    async with desk.client() as script:
        assert (await script.get("account", headers=bearer)).status_code == 303


async def test_no_script_changes_accounts(desk: DeskKit):
    with transaction(desk.engine) as session:
        admin = find_account(session, "admin")
        assert admin is not None
        token = make_api_token(
            session, admin, "all", [], expires_at=now() + timedelta(days=1), actor="tests", now=now()
        )[1]
    bearer = {"authorization": f"Bearer {token}"}
    own = account_of(desk, "inspector").id
    async with desk.client() as script:
        assert (await script.get("accounts", headers=bearer)).status_code == 200
        for path in ("accounts/new", "accounts/cards", *(f"accounts/{own}/{each}" for each in (
            "roles", "roles/revoke", "password", "close", "sessions/end", "second-factor/off"
        ))):  # fmt: skip
            assert (await script.post(path, headers=bearer)).status_code == 403


async def test_own_sessions_are_ended_and_others_people_s_are_not(desk: DeskKit):
    other, strange = desk.token("inspector"), desk.token("second")
    async with desk.client("inspector") as inspector:
        page = await inspector.get("account")
        (own,) = set(re.findall(r"account/sessions/([0-9a-f-]{36})/end", page.text))
        with reading(desk.engine) as session:
            theirs = open_sessions(session, account_of(desk, "second").id, now())[0].id
        assert (await inspector.post(f"account/sessions/{theirs}/end")).status_code == 404
        assert (await inspector.post(f"account/sessions/{own}/end")).status_code == 303
        assert (await inspector.get("account")).status_code == 200
    with reading(desk.engine) as session:
        assert find_session(session, other, now()) is None
        assert find_session(session, strange, now()) is not None


async def test_name_and_language_are_ones_own(desk: DeskKit):
    async with desk.client("inspector") as inspector:
        answer = await inspector.post("account", data={"name": "张 巡林", "lang": "en"})
        assert answer.headers["location"] == "/en/-/desk/account"
    async with desk.client() as browser:
        assert (await sign_in(browser, "inspector")).headers["location"] == "/en/-/desk/"
    assert account_of(desk, "inspector").name == "张 巡林"


async def test_an_administrator_makes_an_account_within_a_division(desk: DeskKit):
    form = {"name": "李巡", "login": "li", "role": "inspector", "scope": "division", "how": "password"}
    async with desk.client("admin") as admin:
        unclear = await admin.post("accounts/new", data=form | {"division": "区"})
        assert unclear.status_code == 422
        assert 'name="division_id" value="140404"' in unclear.text
        assert "长治市 上党区" in unclear.text
        unknown = await admin.post("accounts/new", data=form | {"division": "太谷"})
        assert "没有这个区划" in unknown.text
        assert 'value="李巡"' in unknown.text
        made = await admin.post("accounts/new", data=form | {"division": "区", "division_id": HERE})
        assert made.status_code == 200
        assert "一次性口令" in made.text
        taken = await admin.post("accounts/new", data=form | {"division": "上党区"})
        assert taken.status_code == 422
        assert "已有账户 li" in texts(taken)
    with reading(desk.engine) as session:
        li = find_account(session, "li")
        assert li is not None
        assert li.must_change_password
        assert [(row.role, row.division_id) for row in roles_of(session, li)] == [(Role.INSPECTOR, HERE)]


async def test_roles_are_given_and_taken_on_the_page(desk: DeskKit):
    own = account_of(desk, "second").id
    async with desk.client("admin") as admin:
        form = {"role": "reviewer_county", "scope": "division", "division": "屯留区"}
        assert (await admin.post(f"accounts/{own}/roles", data=form)).status_code == 303
        page = await admin.get(f"accounts/{own}")
        assert "县级审核员" in page.text
        assert "长治市 屯留区" in page.text
        role = re.findall(r'name="role_id" value="([^"]+)"', page.text)[0]
        assert (await admin.post(f"accounts/{own}/roles/revoke", data={"role_id": role})).status_code == 303
        mine = await admin.get(f"accounts/{account_of(desk, 'admin').id}")
        last = re.search(r'name="role_id" value="([^"]+)"', mine.text).group(1)
        elsewhere = await admin.post(f"accounts/{own}/roles/revoke", data={"role_id": last})
        assert elsewhere.status_code == 404
        kept = await admin.post(
            f"accounts/{account_of(desk, 'admin').id}/roles/revoke", data={"role_id": last}
        )
        assert kept.status_code == 422
        assert "最后一位" in kept.text
        closed = await admin.post(f"accounts/{account_of(desk, 'admin').id}/close")
        assert closed.status_code == 422
    with reading(desk.engine) as session:
        verify_history(session)
        assert [each for each in stray_values(session) if each.kind == "account"] == []


async def test_the_list_is_searched_by_login_and_name(desk: DeskKit):
    async with desk.client("admin") as admin:
        page = await admin.get("accounts", params={"q": "INSPECT"})
        assert page.text.count("/-/desk/accounts/") >= 1
        page = await admin.get("accounts", params={"q": "inspect"})
        assert "inspector" in page.text
        assert "auditor" not in page.text
        assert "没有符合的账户" in (await admin.get("accounts", params={"q": "100%"})).text
        assert (await admin.get("accounts", params={"page": "x", "state": "y"})).status_code == 200


@pytest.mark.parametrize("login", ["inspector", "registrar", "clerk", "province", "auditor"])
async def test_nobody_but_administrators_comes_to_the_accounts(desk: DeskKit, login: str):
    async with desk.client(login) as someone:
        assert (await someone.get("accounts")).status_code == 403
        assert (await someone.get("accounts/cards")).status_code == 403
        own = account_of(desk, "inspector").id
        assert (await someone.post(f"accounts/{own}/password")).status_code == 403
        assert (await someone.get("audit")).status_code == (200 if login == "auditor" else 403)


async def test_a_card_printed_at_the_desk_opens_the_field_on_a_phone(desk: DeskKit):
    with transaction(desk.engine) as session:
        party = Party(kind=PartyKind.PERSON, name="王德顺")
        session.add(party)
        session.flush()
        own = party.id
        session.add(TreeParty(tree_id=desk.tree_ids["1"], party_id=own, role=PartyRole.STEWARD))
    async with desk.client("admin") as admin:
        assert "王德顺" in (await admin.get("accounts/cards")).text
        assert (await admin.post("accounts/cards")).status_code == 422
        office = {"account": account_of(desk, "registrar").id}
        assert (await admin.post("accounts/cards", data=office)).status_code == 422
        chosen = {"account": account_of(desk, "inspector").id, "party": own}
        answer = await admin.post("accounts/cards", data=chosen)
    assert answer.headers["content-type"] == "application/pdf"
    cards = read_cards(answer.content)
    assert [login for _, _, login in cards] == ["inspector", account_of_party_login(desk, own)]
    address, pin, login = cards[1]
    assert address.startswith("http://desk.test/-/desk/enrol/")
    path = address.removeprefix("http://desk.test/-/desk/")
    async with desk.client() as phone:
        page = await phone.get(path)
        assert page.status_code == 200
        assert "王德顺" not in page.text
        wrong = await phone.post(path, data={"pin": "x" + pin})
        assert wrong.status_code == 401
        assert "还可试 4 次" in wrong.text
        opened = await phone.post(path, data={"pin": f"{pin[:3]} {pin[3:]}"})
        assert opened.headers["location"] == "/-/desk/field/"
        assert (await phone.get("account")).status_code == 200
    async with desk.client() as another:
        assert (await another.post(path, data={"pin": pin})).status_code == 410
    with reading(desk.engine) as session:
        (opened_session,) = open_sessions(session, account_of(desk, login).id, now())
        assert opened_session.expires_at > now() + timedelta(days=170)


def account_of_party_login(desk: DeskKit, party: str) -> str:
    with reading(desk.engine) as session:
        return session.exec(select(Account.login).where(Account.party_id == party)).one()


def read_cards(content: bytes) -> list[tuple[str, str, str]]:
    """Address, PIN and login of each card of a PDF, its QR codes read as a phone would."""
    found = []
    document = pypdfium2.PdfDocument(content)
    for page in document:
        picture = page.render(scale=3).to_pil()
        codes = sorted(zxingcpp.read_barcodes(picture), key=lambda code: code.position.top_left.y)
        told = page.get_textpage().get_text_range()
        pins = re.findall(r"(\d{3}) (\d{3})(?!\d)", told)
        logins = re.findall(r"· ([a-z0-9.-]+)\s*$", told, re.MULTILINE)
        logins = [login for login in logins if login]
        found += [
            (code.text, "".join(pin), login) for code, pin, login in zip(codes, pins, logins, strict=True)
        ]
    return found


async def test_five_wrong_pins_end_a_card(desk: DeskKit):
    with transaction(desk.engine) as session:
        inspector = find_account(session, "inspector")
        assert inspector is not None
        card = make_enrolment(session, inspector, base="http://desk.test", actor="tests", now=now())
    async with desk.client() as phone:
        wrong = [await phone.post(f"enrol/{card.code}", data={"pin": "x"}) for _ in range(5)]
        assert [answer.status_code for answer in wrong] == [401] * 5
        assert (await phone.post(f"enrol/{card.code}", data={"pin": card.pin})).status_code in {410, 429}


async def test_the_audit_tells_who_did_what_and_its_export_is_told_too(desk: DeskKit):
    async with desk.client("admin") as admin:
        await admin.post(f"accounts/{account_of(desk, 'second').id}/close")
    async with desk.client() as browser:
        await sign_in(browser, "admin", "not the password")
    async with desk.client("auditor") as auditor:
        page = await auditor.get("audit")
        assert "停用账户" in page.text
        assert "登录未成功" in page.text
        only = await auditor.get("audit", params={"person": "admin", "what": "changed"})
        assert "停用账户" in only.text
        assert "登录未成功" not in only.text.split("<tbody>")[1]
        assert (await auditor.get("audit", params={"since": "yesterday"})).status_code == 422
        assert "没有符合的记录" in (await auditor.get("audit", params={"record": "nothing"})).text
        taken = await auditor.post("audit/export", data={"person": "admin"})
        assert taken.headers["content-type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
        assert rows[0][0] == "时间"
        assert {row[1] for row in rows[1:]} == {"admin"}
        told = await auditor.get("audit", params={"action": "audit_exported"})
        assert "人员：admin" in told.text


async def test_no_secret_is_in_the_audit_nor_in_what_the_program_prints(desk: DeskKit, capfd):
    async with desk.client() as browser:
        await sign_in(browser, "my-password-typed-here", NEW)
        await sign_in(browser, "inspector")
    with reading(desk.engine) as session:
        told = "".join(entry.model_dump_json() for entry in session.exec(select(AuditEntry)))
    printed = "".join(capfd.readouterr())
    for secret in (NEW, "inspector-long-password", "my-password-typed-here", browser.cookies[COOKIE]):
        assert secret not in told + printed


async def test_a_form_of_another_session_changes_nothing(desk: DeskKit):
    async with desk.client("admin") as admin:
        admin.headers["x-gushu-csrf"] = "0" * 40
        answer = await admin.post(f"accounts/{account_of(desk, 'inspector').id}/close")
    assert answer.status_code == 403
    assert account_of(desk, "inspector").state == "active"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 12; X) AppleWebKit/537.36 Chrome/90.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit Version/15.0 Safari/604",
            "Safari · iPhone",
        ),
        ("python-httpx/0.28", "python-httpx/0.28"),
        (None, ""),
    ],
)
def test_a_browser_is_said_in_two_words(agent: str | None, words: str):
    assert device_words(agent) == words


def test_an_account_for_a_phone_has_no_password_to_guess(desk: DeskKit):
    with transaction(desk.engine) as session:
        add_account(session, "elder", "王", [Grant(Role.CARETAKER)], actor="tests", now=now())
    assert not is_password(account_of(desk, "elder"), "")
