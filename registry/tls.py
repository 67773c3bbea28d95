"""A certificate and its key, looked over before anything is served with them: in words."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from registry.desk_errors import TlsFileError
from registry.errors import InputMissingError, Phrase

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2, forward secret all of them; those of 1.3 are settled by OpenSSL."""
SOON = timedelta(days=30)
LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 256
_WEAK_HASHES = frozenset({"md5", "sha1"})
_OTHERS_MAY_READ = 0o007


def check_tls(cert: Path, key: Path, now: datetime) -> datetime:
    """Look certificate and key over; returns when the certificate ends.

    Raises InputMissingError, TlsFileError: not PEM, no pair, out of date, weak, or a key that everybody on
    this computer can read.
    """
    for path in (cert, key):
        if not path.is_file():
            raise InputMissingError(path=path)
    found = _certificate(cert)
    if key.stat().st_mode & _OTHERS_MAY_READ:
        raise TlsFileError(path=key, reason=Phrase("everybody on this computer can read it; chmod 640"))
    _check_pair(cert, key, found)
    if found.not_valid_after_utc <= now:
        raise TlsFileError(
            path=cert, reason=Phrase("it ended on {day}", day=found.not_valid_after_utc.date())
        )
    if found.not_valid_before_utc > now:
        reason = Phrase(
            "it begins on {day}; look at this computer's clock", day=found.not_valid_before_utc.date()
        )
        raise TlsFileError(path=cert, reason=reason)
    if weakness := _weakness(found):
        raise TlsFileError(path=cert, reason=weakness)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise TlsFileError(path=cert, reason=error.reason or str(error)) from error
    return found.not_valid_after_utc


def ends_at(cert: Path) -> datetime:
    """When a certificate ends. Raises InputMissingError, TlsFileError."""
    if not cert.is_file():
        raise InputMissingError(path=cert)
    return _certificate(cert).not_valid_after_utc.astimezone(UTC)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise TlsFileError(path=path, reason=error.strerror or str(error)) from error
    except (ValueError, IndexError) as error:
        raise TlsFileError(path=path, reason=Phrase("it is not a certificate in PEM")) from error


def _check_pair(cert: Path, key: Path, found: x509.Certificate) -> None:
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except OSError as error:
        raise TlsFileError(path=key, reason=error.strerror or str(error)) from error
    except TypeError as error:
        reason = Phrase("it is under a passphrase; the server starts without anybody there to give it")
        raise TlsFileError(path=key, reason=reason) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsFileError(path=key, reason=Phrase("it is not a private key in PEM")) from error
    if private.public_key() != found.public_key():
        raise TlsFileError(path=key, reason=Phrase("it does not belong to the certificate {path}", path=cert))


def _weakness(found: x509.Certificate) -> Phrase | None:
    public, digest = found.public_key(), found.signature_hash_algorithm
    is_short = (isinstance(public, rsa.RSAPublicKey) and public.key_size < LEAST_RSA_BITS) or (
        isinstance(public, ec.EllipticCurvePublicKey) and public.key_size < LEAST_EC_BITS
    )
    if is_short:
        least = f"RSA {LEAST_RSA_BITS}, EC {LEAST_EC_BITS}"
        return Phrase("its key is too short; at least {least}", least=least)
    if digest is not None and digest.name in _WEAK_HASHES:
        return Phrase("it is signed with {hash}, which browsers refuse", hash=digest.name.upper())
    try:
        found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return Phrase("it names no host (subjectAltName), so browsers refuse it")
    return None
