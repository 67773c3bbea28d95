"""What `gushu serve` says of a certificate before it serves with it."""

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from registry.cli.app import app
from registry.desk_errors import TlsFileError
from registry.errors import InputMissingError
from registry.tls import CIPHERS, check_tls, ends_at

NOW = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def make(
    folder: Path,
    *,
    begins: dt.datetime = NOW - DAY,
    ends: dt.datetime = NOW + 90 * DAY,
    private: Any = None,
    host: str | None = "trees.lan",
    passphrase: bytes | None = None,
    name: str = "own",
) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trees.lan")])
    builder = x509.CertificateBuilder(own, own, private.public_key(), 7, begins, ends)
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM))
    sealing = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))
    key.chmod(0o600)
    return cert, key


def test_a_sound_pair_says_when_it_ends(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    assert check_tls(cert, key, NOW) == NOW + 90 * DAY
    assert ends_at(cert) == NOW + 90 * DAY


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"ends": NOW - dt.timedelta(hours=1)}, "ended"),
        ({"begins": NOW + DAY}, "begins"),
        ({"private": rsa.generate_private_key(65537, 1024)}, "too short"),  # noqa: S505
        ({"private": ec.generate_private_key(ec.SECP192R1())}, "too short"),
        ({"host": None}, "names no host"),
        ({"passphrase": b"secret"}, "passphrase"),
    ],
)
def test_what_browsers_or_an_unattended_start_would_refuse_is_refused(
    tmp_path: Path, words: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TlsFileError, match=reason):
        check_tls(*make(tmp_path, **words), NOW)


def test_files_that_are_missing_of_another_kind_or_no_pair_are_named(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    _, other = make(tmp_path, name="other")
    (tmp_path / "text").write_text("none")
    (tmp_path / "text").chmod(0o600)
    for pair, error, words in (
        ((tmp_path / "no", key), InputMissingError, "no file"),
        ((tmp_path / "text", key), TlsFileError, "not a certificate"),
        ((cert, tmp_path / "text"), TlsFileError, "not a private key"),
        ((cert, other), TlsFileError, "does not belong"),
    ):
        with pytest.raises(error, match=words):
            check_tls(*pair, NOW)


def test_a_key_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    key.chmod(0o644)
    with pytest.raises(TlsFileError, match="chmod"):
        check_tls(cert, key, NOW)


def test_the_ciphers_are_known_and_keep_what_was_said_secret_later_on() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(CIPHERS)
    for cipher in context.get_ciphers():
        assert cipher["aead"]
        assert cipher["protocol"] in {"TLSv1.2", "TLSv1.3"}
        assert cipher["protocol"] == "TLSv1.3" or cipher["name"].startswith("ECDHE-")


def test_serve_hands_the_pair_on_and_says_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.cli import serving

    now = dt.datetime.now(dt.UTC)
    cert, key = make(tmp_path, begins=now - DAY, ends=now + 10 * DAY)
    asked: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: asked.update(options))
    monkeypatch.setattr(serving, "check_edition", lambda _path: None)
    monkeypatch.setattr(serving, "_check_port", lambda _host, _port: None)
    words = ["--lang", "en", "serve", "--tls-cert", str(cert), "--tls-key", str(key), "--proxy", "10.0.0.7"]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    assert "https://127.0.0.1:8001/" in found.output
    assert "renew it" in found.output
    assert (asked["ssl_certfile"], asked["ssl_keyfile"]) == (str(cert), str(key))
    assert asked["forwarded_allow_ips"] == "10.0.0.7"
    assert asked["timeout_graceful_shutdown"] > 0
    half = CliRunner().invoke(app, words[:5])
    assert half.exit_code == 2
