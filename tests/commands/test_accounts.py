"""Accounts: what may be done to them, that nobody is locked out for good, and that no secret is told."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import Session, select, update

from registry.access import holder_of
from registry.audit_log import AuditWish, audit_lines
from registry.commands import accounts
from registry.commands.accounts import (
    add_account,
    change_account,
    change_own_password,
    close_account,
    find_account,
    get_account,
    grant_role,
    is_password,
    open_account,
    renew_hash,
    revoke_role,
    roles_of,
    set_password,
)
from registry.commands.api_tokens import make_api_token, revoke_api_token
from registry.commands.auditing import record_audit
from registry.commands.comparing_records import stray_values
from registry.commands.enrolments import (
    LASTS,
    MOST_TRIES,
    account_of_party,
    make_enrolment,
    try_enrolment,
)
from registry.commands.second_factor import (
    RECOVERY_CODES,
    begin_second_factor,
    code_at,
    codes_left,
    confirm_second_factor,
    otpauth_address,
    remove_second_factor,
    renew_recovery_codes,
    use_code,
)
from registry.commands.sessions import (
    KEPT,
    end_sessions,
    find_api_token,
    find_session,
    open_session,
    open_sessions,
    sweep,
    waiting_enrolments,
)
from registry.commands.sign_in import begin_try, forgive
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.desk_errors import (
    AccountNameError,
    AccountNotFoundError,
    EnrolmentError,
    LastAdministratorError,
    LoginInvalidError,
    LoginTakenError,
    PasswordRefusedError,
    SecondFactorError,
    TooManyTriesError,
)
from registry.errors import KeyMissingError, PartyNotFoundError
from registry.keys import Keys, read_keys
from registry.models import (
    Account,
    AccountRole,
    AccountSession,
    Commitment,
    Enrolment,
    Event,
    EventItem,
    Party,
    RecoveryCode,
    SignInAttempt,
)
from registry.rules.permissions import Grant, Right, may
from registry.vocab.desk_words import Role, SessionKind
from registry.vocab.words import PartyKind

PASSWORD = "three stones under the tree"
ADMIN = Grant(Role.ADMINISTRATOR)
BASE = "https://trees.example.org"


def make(session: Session, login: str, *grants: Grant, password: str | None = PASSWORD, **more) -> Account:
    return add_account(
        session,
        login,
        more.pop("name", f"Person {login}"),
        grants,
        password=password,
        actor="tests",
        now=NOW,
        **more,
    )


def opened(session: Session, account: Account, *, at: datetime = NOW, address: str | None = None) -> str:
    return open_session(session, account, SessionKind.BROWSER, address=address, device=None, now=at)[1]


def tries(
    engine: Engine, count: int, login: str = "wang", address: str | None = None, at: datetime = NOW
) -> None:
    for _ in range(count):
        with transaction(engine) as session:
            begin_try(session, login, address, at)


def binary(secret: str) -> bytes:
    import base64

    return base64.b32decode(secret + "=" * (-len(secret) % 8))


def test_an_account_is_found_by_its_login_in_any_case(engine: Engine):
    with transaction(engine) as session:
        make(session, " Wang.Shulin ", Grant(Role.INSPECTOR))
        assert get_account(session, "WANG.shulin").login == "wang.shulin"
        with pytest.raises(AccountNotFoundError):
            get_account(session, "li")


@pytest.mark.parametrize("login", ["", "w", "王", "a b", "-x", "x" * 41, "a'--"])
def test_a_login_has_letters_and_digits(engine: Engine, login: str):
    with transaction(engine) as session, pytest.raises(LoginInvalidError):
        make(session, login)


def test_a_login_is_given_once_also_after_its_account_is_closed(engine: Engine):
    with transaction(engine) as session:
        close_account(session, make(session, "wang"), actor="tests", now=NOW)
        with pytest.raises(LoginTakenError):
            make(session, "Wang")


def test_names_and_parties_are_looked_at(engine: Engine):
    with transaction(engine) as session:
        with pytest.raises(AccountNameError):
            make(session, "wang", name="  ")
        with pytest.raises(PartyNotFoundError):
            make(session, "wang", party_id="nobody")


def test_a_bad_password_makes_no_account(engine: Engine):
    with transaction(engine) as session, pytest.raises(PasswordRefusedError):
        make(session, "wang", password="short")
    with reading(engine) as session:
        assert find_account(session, "wang") is None


def test_roles_are_given_and_taken_once(engine: Engine):
    county = Grant(Role.INSPECTOR)
    with transaction(engine) as session:
        wang = make(session, "wang")
        assert grant_role(session, wang, county, actor="tests", now=NOW)
        assert not grant_role(session, wang, county, actor="tests", now=NOW)
        assert may(holder_of(session, wang), Right.SUBMIT)
        assert revoke_role(session, wang, county, actor="tests", now=NOW)
        assert not revoke_role(session, wang, county, actor="tests", now=NOW)
        assert roles_of(session, wang) == []


def test_phones_signed_in_by_a_pin_are_signed_out_when_the_account_gets_more_than_field_work(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.INSPECTOR))
        card = make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        by_pin = try_enrolment(session, card.code, card.pin, address=None, device=None, now=NOW).token
        waiting = make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        by_password = opened(session, wang)
        grant_role(session, wang, Grant(Role.CARETAKER), actor="tests", now=NOW)
        assert find_session(session, by_pin, NOW), "still work in the field alone"
        grant_role(session, wang, Grant(Role.AUDITOR), actor="tests", now=NOW)
        assert find_session(session, by_pin, NOW) is None
        assert find_session(session, by_password, NOW)
        with pytest.raises(EnrolmentError):
            try_enrolment(session, waiting.code, waiting.pin, address=None, device=None, now=NOW)
        later = open_session(session, wang, SessionKind.DEVICE, address=None, device=None, now=NOW)[1]
        grant_role(session, wang, Grant(Role.REGISTRAR), actor="tests", now=NOW)
        assert find_session(session, later, NOW), "an office account's phone was signed in with the password"


def test_a_second_factor_ends_the_sessions_that_were_opened_without_it(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        wang = make(session, "wang")
        mine, other = opened(session, wang), opened(session, wang)
        own = find_session(session, mine, NOW)
        assert own is not None
        assert own.session is not None
        secret = binary(begin_second_factor(session, wang, keys))
        confirm_second_factor(
            session, wang, code_at(secret, NOW), keys, keep_session=own.session.id, actor="tests", now=NOW
        )
        assert find_session(session, mine, NOW)
        assert find_session(session, other, NOW) is None


def test_the_last_administrator_is_neither_stripped_nor_closed(engine: Engine):
    with transaction(engine) as session:
        admin = make(session, "admin", ADMIN)
        make(session, "phone", ADMIN, password=None)  # cannot sign in: counts for nobody
        gone = make(session, "gone", ADMIN)
        close_account(session, gone, actor="tests", now=NOW)
        for attempt in (close_account, lambda s, a, **more: revoke_role(s, a, ADMIN, **more)):
            with pytest.raises(LastAdministratorError):
                attempt(session, admin, actor="tests", now=NOW)
        open_account(session, gone, actor="tests", now=NOW)
        assert close_account(session, admin, actor="tests", now=NOW)


def test_a_closed_account_opens_nothing_and_its_sessions_stay_ended(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.INSPECTOR))
        token = opened(session, wang)
        script = make_api_token(
            session, wang, "nightly", [], expires_at=NOW + timedelta(days=9), actor="tests", now=NOW
        )[1]
        card = make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        assert find_session(session, token, NOW)
        assert find_api_token(session, script, NOW)
        close_account(session, wang, actor="tests", now=NOW)
        open_account(session, wang, actor="tests", now=NOW)
        assert find_session(session, token, NOW) is None
        assert find_api_token(session, script, NOW) is None
        with pytest.raises(EnrolmentError):
            try_enrolment(session, card.code, card.pin, address=None, device=None, now=NOW)


def test_a_reset_password_ends_every_session_and_an_own_one_all_others(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang")
        mine, other = opened(session, wang), opened(session, wang)
        ends = NOW + timedelta(days=7)
        script = make_api_token(session, wang, "x", [], expires_at=ends, actor="tests", now=NOW)[1]
        own = find_session(session, mine, NOW)
        assert own is not None
        assert own.session is not None
        ended = change_own_password(
            session, wang, "another three stones", keep_session=own.session.id, actor="account:wang", now=NOW
        )
        assert ended == 1
        assert find_session(session, mine, NOW)
        assert not find_session(session, other, NOW)
        assert find_api_token(session, script, NOW), "one's own new password leaves scripts alone"
        set_password(session, wang, "and yet another one", must_change=True, actor="account:admin", now=NOW)
        assert find_session(session, mine, NOW) is None
        assert find_api_token(session, script, NOW) is None
        assert wang.must_change_password
        assert is_password(wang, "and yet another one")


def test_a_new_password_of_ones_own_is_another_one(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang")
        with pytest.raises(PasswordRefusedError):
            change_own_password(session, wang, PASSWORD, keep_session=None, actor="account:wang", now=NOW)


def test_an_unknown_login_costs_as_much_as_a_wrong_password(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash, password):
            checked.append(hash.split("$")[3])
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "_HASHER", Counting())
    with transaction(engine) as session:
        for account in (make(session, "wang"), make(session, "phone", password=None), None):
            assert not is_password(account, "not the password")
    assert len(checked) == 3
    assert len(set(checked)) == 1


def test_a_password_is_hashed_anew_when_the_parameters_grow(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang")
        wang.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        old = wang.password_hash
        assert is_password(wang, PASSWORD)
        assert renew_hash(session, wang, PASSWORD)
        assert wang.password_hash != old
        assert not renew_hash(session, wang, PASSWORD)
        assert is_password(wang, PASSWORD)
        verify_history(session)


def test_what_happened_to_accounts_is_in_the_history_and_no_secret_is(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        admin = make(session, "admin", ADMIN, name="王管理")
        wang = make(session, "wang", Grant(Role.INSPECTOR), name="王树林")
        change_account(session, wang, name="王树森", party_id=None, actor="account:admin", now=NOW)
        card = make_enrolment(session, wang, base=BASE, actor="account:admin", now=NOW)
        row, token = make_api_token(
            session, admin, "每夜导出", [Right.EXPORT], expires_at=NOW, actor="account:admin", now=NOW
        )
        revoke_api_token(session, admin, row, actor="account:admin", now=NOW)
        secret = begin_second_factor(session, admin, keys)
        codes = confirm_second_factor(
            session, admin, code_at(binary(secret), NOW), keys, actor="account:admin", now=NOW
        )
        set_password(session, wang, "another three stones", actor="account:admin", now=NOW)
        remove_second_factor(session, admin, actor="account:admin", now=NOW)
        close_account(session, wang, actor="account:admin", now=NOW)
    with reading(engine) as session:
        kinds = list(session.exec(select(Event.kind).order_by(Event.seq)))[1:]
        told = "".join(session.exec(select(EventItem.change))) + "".join(
            event.model_dump_json() for event in session.exec(select(Event))
        )
        private = "".join(session.exec(select(Commitment.value)))
        hashes = [account.password_hash or "" for account in session.exec(select(Account))]
        verify_history(session)
        assert list(stray_values(session)) == []
    assert kinds == [
        "account:made", "account:made", "account:changed", "account:enrolment_made", "account:token_made",
        "account:token_revoked", "account:second_factor_on", "account:password_set",
        "account:second_factor_off", "account:closed",
    ]  # fmt: skip
    hidden = [PASSWORD, "another three stones", card.code, card.pin, token, secret, *codes, *hashes]
    for each in hidden:
        assert each not in told + private
    for name in ("王管理", "王树林", "王树森"):
        assert name not in told
        assert name in private


def test_a_role_that_somebody_wrote_into_the_database_is_found(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.INSPECTOR))
        grant_role(session, wang, Grant(Role.AUDITOR), actor="tests", now=NOW)
        revoke_role(session, wang, Grant(Role.AUDITOR), actor="tests", now=NOW)
        assert list(stray_values(session)) == []
        session.add(AccountRole(account_id=wang.id, role=Role.ADMINISTRATOR))
    with reading(engine) as session:
        assert [(each.kind, each.called, each.field) for each in stray_values(session)] == [
            ("account", "wang", "roles")
        ]


@pytest.mark.parametrize(
    "facts", [{"state": "closed"}, {"login": "li"}, {"password_set_at": NOW + timedelta(1)}]
)
def test_an_account_that_was_altered_behind_the_history_is_found(engine: Engine, facts: dict):
    with transaction(engine) as session:
        make(session, "wang")
    with transaction(engine) as session:
        session.exec(update(Account).values(**facts))
    with reading(engine) as session:
        assert [each.field for each in stray_values(session)] == [*facts]


def test_after_five_wrong_passwords_somebody_waits_and_each_wait_is_longer(engine: Engine):
    tries(engine, 5)
    clock = NOW
    waits = []
    for _ in range(6):
        with pytest.raises(TooManyTriesError) as refused, transaction(engine) as session:
            begin_try(session, "wang", None, clock)
        waits.append(refused.value.facts["minutes"])
        clock += timedelta(minutes=refused.value.facts["minutes"])
        tries(engine, 1, at=clock)
    assert waits == [1, 2, 4, 8, 15, 15]


def test_who_waits_is_not_counted_on(engine: Engine):
    tries(engine, 5)
    for _ in range(40):
        with pytest.raises(TooManyTriesError), transaction(engine) as session:
            begin_try(session, "wang", None, NOW)
    tries(engine, 1, at=NOW + timedelta(minutes=1, seconds=1))


def test_nobody_is_locked_out_for_good(engine: Engine):
    clock = NOW
    for _ in range(60):
        try:
            tries(engine, 1, at=clock)
        except TooManyTriesError:
            clock += timedelta(minutes=1)
    tries(engine, 1, at=clock + timedelta(minutes=15))


def test_a_stranger_who_guesses_does_not_make_the_owner_wait_at_the_usual_place(engine: Engine):
    with transaction(engine) as session:
        opened(session, make(session, "wang"), address="192.0.2.1")
    tries(engine, 5, address="198.51.100.9")
    with pytest.raises(TooManyTriesError):
        tries(engine, 1, address="198.51.100.9")
    with pytest.raises(TooManyTriesError):
        tries(engine, 1, address="203.0.113.5")
    tries(engine, 5, address="192.0.2.1")
    with pytest.raises(TooManyTriesError):
        tries(engine, 1, address="192.0.2.1")


def test_an_address_that_tries_many_logins_waits_too(engine: Engine):
    for number in range(30):
        tries(engine, 1, login=f"login{number}", address="2001:db8::1")
    with pytest.raises(TooManyTriesError):
        tries(engine, 1, login="another", address="2001:db8::2")
    tries(engine, 1, login="another", address="2001:db8:1::1")


def test_an_unknown_login_waits_as_a_known_one_does(engine: Engine):
    with transaction(engine) as session:
        make(session, "wang")
    said = []
    for login in ("wang", "nobody"):
        tries(engine, 5, login=login)
        with pytest.raises(TooManyTriesError) as refused:
            tries(engine, 1, login=login)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_right_password_forgives_the_login_and_only_its_own_try_of_the_address(engine: Engine):
    tries(engine, 4, address="192.0.2.1")
    with transaction(engine) as session:
        forgive(session, begin_try(session, "wang", "192.0.2.1", NOW))
    with reading(engine) as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 4  # those of the address
    tries(engine, 5, address="192.0.2.1")


def test_what_is_counted_by_names_nobody(engine: Engine):
    tries(engine, 1, login="wang", address="192.0.2.1")
    with reading(engine) as session:
        assert all(
            len(row.key) == 64 and "wang" not in row.key for row in session.exec(select(SignInAttempt))
        )


def test_sessions_end_one_by_one_and_all_at_once(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang")
        tokens = [opened(session, wang) for _ in range(3)]
        keep = find_session(session, tokens[0], NOW)
        assert keep is not None
        assert keep.session is not None
        assert len(open_sessions(session, wang.id, NOW)) == 3
        assert end_sessions(session, wang.id, NOW, but=keep.session.id) == 2
        assert [find_session(session, token, NOW) is not None for token in tokens] == [True, False, False]


def test_old_tries_sessions_and_cards_are_swept(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.INSPECTOR))
        opened(session, wang)
        make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        begin_try(session, "wang", "192.0.2.1", NOW)
        sweep(session, NOW + timedelta(hours=2))
        assert session.exec(select(SignInAttempt)).first()
        assert session.exec(select(AccountSession)).first()
        sweep(session, NOW + KEPT + LASTS + timedelta(days=1))
        for table in (SignInAttempt, AccountSession, Enrolment):
            assert session.exec(select(table)).first() is None


def test_a_code_opens_once_and_only_near_its_time(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        wang = make(session, "wang")
        void = begin_second_factor(session, wang, keys)
        secret = begin_second_factor(session, wang, keys)
        with pytest.raises(SecondFactorError):
            confirm_second_factor(session, wang, code_at(binary(void), NOW), keys, actor="tests", now=NOW)
        assert use_code(session, wang, code_at(binary(secret), NOW), keys, NOW) is None
        with pytest.raises(SecondFactorError):
            confirm_second_factor(session, wang, "000000", keys, actor="tests", now=NOW)
        confirm_second_factor(session, wang, code_at(binary(secret), NOW), keys, actor="tests", now=NOW)
        assert use_code(session, wang, code_at(binary(secret), NOW), keys, NOW) is None  # used
        later = NOW + timedelta(seconds=60)
        code = code_at(binary(secret), later)
        assert use_code(session, wang, code, keys, later + timedelta(seconds=90)) is None  # too old
        assert use_code(session, wang, f" {code[:3]} {code[3:]} ", keys, later) == "app"
        assert use_code(session, wang, code, keys, later) is None
        earlier = code_at(binary(secret), later - timedelta(seconds=30))
        assert use_code(session, wang, earlier, keys, later) is None  # an older step, after a newer one


def test_codes_are_those_of_rfc_6238():
    secret = b"12345678901234567890"
    at = datetime.fromtimestamp(1111111109, tz=NOW.tzinfo)
    assert code_at(secret, at) == "081804"


def test_what_an_app_scans_says_whose_it_is():
    assert otpauth_address("ABC", "wang", "长治 名册").startswith("otpauth://totp/%E9%95%BF")
    assert otpauth_address("ABC", "wang", "Gushu").endswith("Gushu%3Awang?secret=ABC&issuer=Gushu")


def test_recovery_codes_open_once_and_new_ones_replace_them(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        wang = make(session, "wang")
        with pytest.raises(SecondFactorError):
            renew_recovery_codes(session, wang, actor="tests", now=NOW)
        secret = begin_second_factor(session, wang, keys)
        codes = confirm_second_factor(
            session, wang, code_at(binary(secret), NOW), keys, actor="tests", now=NOW
        )
        assert len(set(codes)) == RECOVERY_CODES == codes_left(session, wang)
        assert use_code(session, wang, codes[0].upper().replace("-", " "), keys, NOW) == "recovery"
        assert use_code(session, wang, codes[0], keys, NOW) is None
        assert codes_left(session, wang) == RECOVERY_CODES - 1
        stored = "".join(row.code_hash for row in session.exec(select(RecoveryCode)))
        assert not any(code.replace("-", "") in stored for code in codes)
        newer = renew_recovery_codes(session, wang, actor="tests", now=NOW)
        assert use_code(session, wang, codes[1], keys, NOW) is None
        assert use_code(session, wang, newer[1], keys, NOW) == "recovery"


def test_a_lost_second_factor_is_taken_off_with_its_codes(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        wang = make(session, "wang")
        assert not remove_second_factor(session, wang, actor="account:admin", now=NOW)
        secret = begin_second_factor(session, wang, keys)
        confirm_second_factor(session, wang, code_at(binary(secret), NOW), keys, actor="tests", now=NOW)
        with pytest.raises(SecondFactorError):
            begin_second_factor(session, wang, keys)
        assert remove_second_factor(session, wang, actor="account:admin", now=NOW)
        assert session.exec(select(RecoveryCode)).first() is None
        assert begin_second_factor(session, wang, keys) != secret
        verify_history(session)


def test_a_second_factor_is_sealed_for_its_account_and_by_this_register(engine: Engine, keys: Keys):
    with transaction(engine) as session:
        wang = make(session, "wang")
        secret = begin_second_factor(session, wang, keys)
        sealed = wang.second_factor or ""
        assert secret not in sealed
        assert keys.unseal(sealed, wang.id) == binary(secret)
        other = Keys("1", {"1": b"x" * 32}, b"y" * 32, b"z" * 32)
        for key, about in ((keys, "another account"), (other, wang.id)):
            with pytest.raises(KeyMissingError):
                key.unseal(sealed, about)


def test_key_files_older_than_the_desk_still_seal(tmp_path: Path, keys: Keys, register_address: str):
    from registry.keys import key_path, make_keys

    path = tmp_path / "older.keys"
    told = json.loads(key_path(register_address).read_text())
    del told["desk_key"]
    path.write_text(json.dumps(told))
    older = read_keys(path)
    assert older.desk_key is None
    assert older.edition_key == keys.edition_key
    assert older.unseal(older.seal(b"secret", "a"), "a") == b"secret"
    assert older.derived("seal") != older.derived("sign-in step") != older.edition_key
    made = tmp_path / "new.keys"
    make_keys(made)
    assert made.stat().st_mode & 0o777 == 0o600
    assert len(read_keys(made).desk_key or b"") == 32
    told["desk_key"] = "c2hvcnQ="
    path.write_text(json.dumps(told))
    with pytest.raises(KeyMissingError):
        read_keys(path)


def test_a_card_opens_one_phone_once(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.CARETAKER), password=None)
        card = make_enrolment(session, wang, base=BASE, actor="account:admin", now=NOW)
        assert card.address == f"{BASE}/-/desk/enrol/{card.code}"
        assert len(card.pin) == 6
        assert card.pin.isdigit()
    with transaction(engine) as session:
        found = try_enrolment(session, card.code, card.pin, address=None, device="phone", now=NOW)
        assert found.account is not None
        assert found.account.login == "wang"
        signed_in = find_session(session, found.token, NOW + timedelta(days=100))
        assert signed_in is not None
        assert signed_in.session is not None
        assert signed_in.session.kind == SessionKind.DEVICE
    with transaction(engine) as session, pytest.raises(EnrolmentError):
        try_enrolment(session, card.code, card.pin, address=None, device=None, now=NOW)


def test_five_wrong_pins_make_a_card_worthless(engine: Engine):
    with transaction(engine) as session:
        card = make_enrolment(
            session, make(session, "wang", Grant(Role.INSPECTOR)), base=BASE, actor="tests", now=NOW
        )
    wrong = f"{(int(card.pin) + 1) % 1_000_000:06}"
    left = []
    for _ in range(MOST_TRIES):
        with transaction(engine) as session:
            left.append(try_enrolment(session, card.code, wrong, address=None, device=None, now=NOW).left)
    assert left == [4, 3, 2, 1, 0]
    with transaction(engine) as session, pytest.raises(EnrolmentError):
        try_enrolment(session, card.code, card.pin, address=None, device=None, now=NOW)


def test_pins_tried_at_once_are_all_counted(engine: Engine):
    with transaction(engine) as session:
        card = make_enrolment(
            session, make(session, "wang", Grant(Role.INSPECTOR)), base=BASE, actor="tests", now=NOW
        )
    wrong = f"{(int(card.pin) + 1) % 1_000_000:06}"
    refused = []

    def guess() -> None:
        try:
            with transaction(engine) as session:
                try_enrolment(session, card.code, wrong, address=None, device=None, now=NOW)
        except EnrolmentError:
            refused.append(1)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3


def test_a_card_grows_old_and_a_new_one_makes_it_void(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.INSPECTOR))
        first = make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        second = make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        assert len(waiting_enrolments(session, wang.id, NOW)) == 1
        late = NOW + LASTS
        for card, now in ((first, NOW), (second, late)):
            with pytest.raises(EnrolmentError):
                try_enrolment(session, card.code, card.pin, address=None, device=None, now=now)
        found = try_enrolment(
            session, second.code, second.pin, address=None, device=None, now=late - timedelta(seconds=1)
        )
        assert found.account is not None


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REGISTRAR, Role.REVIEWER_COUNTY, Role.AUDITOR])
def test_a_card_never_opens_more_than_the_field(engine: Engine, role: Role):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(role))
        with pytest.raises(EnrolmentError):
            make_enrolment(session, wang, base=BASE, actor="tests", now=NOW)
        li = make(session, "li", Grant(Role.INSPECTOR))
        card = make_enrolment(session, li, base=BASE, actor="tests", now=NOW)
        grant_role(session, li, Grant(role), actor="tests", now=NOW)
        with pytest.raises(EnrolmentError):
            try_enrolment(session, card.code, card.pin, address=None, device=None, now=NOW)


def test_a_caretaker_without_an_account_gets_one_and_only_one(engine: Engine):
    with transaction(engine) as session:
        party = Party(kind=PartyKind.PERSON, name="王德顺")
        session.add(party)
        session.flush()
        made = account_of_party(session, party, actor="account:admin", now=NOW)
        assert (made.name, made.party_id, made.password_hash) == ("王德顺", party.id, None)
        assert [row.role for row in roles_of(session, made)] == [Role.CARETAKER]
        assert account_of_party(session, party, actor="account:admin", now=NOW).id == made.id
        assert may(holder_of(session, made), Right.SUBMIT)


def test_a_token_ends_by_itself_and_when_revoked(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", Grant(Role.REGISTRAR))
        ends = NOW + timedelta(days=7)
        row, token = make_api_token(
            session, wang, "nightly", [Right.EXPORT], expires_at=ends, actor="account:wang", now=NOW
        )
        found = find_api_token(session, token, NOW)
        assert found is not None
        assert found.token_rights == '["export"]'
        assert find_api_token(session, token, ends) is None
        assert token not in row.model_dump_json()
        assert revoke_api_token(session, wang, row, actor="account:wang", now=NOW)
        assert not revoke_api_token(session, wang, row, actor="account:wang", now=NOW)
        assert find_api_token(session, token, NOW) is None


def test_the_audit_is_one_list_with_its_filters(engine: Engine):
    with transaction(engine) as session:
        wang = make(session, "wang", name="王树林")
        seen = {"account_id": wang.id, "login": "wang", "address": "192.0.2.1"}
        record_audit(session, "photo_seen", subject=("photo", "f00"), now=NOW + timedelta(days=1), **seen)
        record_audit(session, "signed_in", subject=("account", wang.id), now=NOW + timedelta(days=2), **seen)
        close_account(session, wang, actor="account:admin", now=NOW + timedelta(days=3))

    def asked(**wish) -> list[str]:
        with reading(engine) as session:
            return [line.action for line in audit_lines(session, AuditWish(**wish), NOW.tzinfo)]

    first = ["account:closed", "signed_in", "photo_seen", "account:made"]
    assert asked()[:4] == first
    assert asked(person="WANG") == ["signed_in", "photo_seen"]
    assert asked(person="admin") == ["account:closed"]
    assert asked(record="f00") == ["photo_seen"]
    assert asked(record="wang") == ["account:closed", "signed_in", "account:made"]
    assert asked(action="account:") == ["account:closed", "account:made"]
    assert asked(action="%") == []
    assert asked(seen=True) == ["signed_in", "photo_seen"]
    assert asked(seen=False)[:2] == ["account:closed", "account:made"]
    day = (NOW + timedelta(days=1)).date()
    assert asked(since=day, until=day) == ["photo_seen"]
    with reading(engine) as session:
        pages = [
            [line.action for line in audit_lines(session, AuditWish(), NOW.tzinfo, offset=each, limit=1)]
            for each in range(4)
        ]
        (closed,) = audit_lines(session, AuditWish(person="admin"), NOW.tzinfo)
    assert [action for page in pages for action in page] == first
    assert [(kind, called) for kind, _, called in closed.subjects] == [("account", "wang")]
    assert "王树林" not in repr(closed)
