"""Webhooks: which addresses are safe to call, how messages are signed, how long to wait. Pure."""

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

SIGNATURE = "Gushu-Signature"
TIMESTAMP = "Gushu-Timestamp"
TOLERANCE_SECONDS = 300
PAUSES_SECONDS = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400)
"""How long to wait after each failed attempt; after the last of them the message is given up."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST = 2000


def url_problem(url: str) -> str | None:
    """Why a message cannot go to an address (a phrase), or None: it names a host by http or https."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "it is no address"
    if len(url) > _LONGEST or not url.isascii() or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        return "it is no address"
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return "it must begin with https:// or http:// and name a host"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "it must hold no user, password or fragment"
    return None


def is_public_address(text: str) -> bool:
    """Whether an IP address is one of the public Internet: not of this machine, of a network of its own, of a
    link, reserved, or for many at once; addresses that stand for an IPv4 address are judged by that."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public_address(str(address.ipv4_mapped))
        if address.sixtofour is not None:
            return is_public_address(str(address.sixtofour))
        if address.teredo is not None:
            return False
        if address in _NAT64:
            return is_public_address(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    is_own = getattr(address, "is_site_local", False)  # fec0::/10: given up, and no public one for that
    return address.is_global and not (address.is_multicast or address.is_reserved or is_own)


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """The signature of a message: `v1=` and the HMAC-SHA256 of `<timestamp>.<body>`, hexadecimal."""
    return "v1=" + hmac.new(secret, str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, said: str, timestamp: str, body: bytes, now: int) -> bool:
    """Whether a message was signed with a secret, not more than five minutes ago or ahead of `now`."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    fresh = abs(now - int(timestamp)) <= TOLERANCE_SECONDS
    return fresh and hmac.compare_digest(signature(secret, int(timestamp), body).encode(), said.encode())


def pause_after(attempts: int) -> int | None:
    """Seconds to wait after so many failed attempts; None: give up."""
    return PAUSES_SECONDS[attempts - 1] if attempts <= len(PAUSES_SECONDS) else None
