"""Sending one message: over http or https, to an address that was looked up and judged first and is then the
only one called (a name cannot mean another machine the second time). Redirects are not followed.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from registry.rules.webhooks import is_public_address, url_problem

TIMEOUT_SECONDS = 10.0
WHOLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message: a status, or why there is none. Delivered is what was answered with 2xx."""

    status: int | None
    problem: str | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    may_be_private: bool = False,
    timeout: float = TIMEOUT_SECONDS,
    whole: float = WHOLE_SECONDS,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Post `body`. timeout: seconds for each step; whole: for all of them. Raises nothing: see `Answer`.

    may_be_private: whether the machine may be this one or one of the office's own network.
    """
    if problem := url_problem(url):
        return Answer(None, problem)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = list(dict.fromkeys(str(found[4][0]) for found in _looked_up(host, port)))
    except (OSError, UnicodeError):
        return Answer(None, "the host is not known")
    if not may_be_private and not all(map(is_public_address, addresses)):
        return Answer(None, "the host is in a private network")
    secure = (context or ssl.create_default_context()) if parts.scheme == "https" else None
    connection = _Pinned(host, port, addresses[0], timeout, secure)
    watch = threading.Timer(whole, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body=body, headers=dict(headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, _why(error))
    finally:
        watch.cancel()
        connection.close()
    if 300 <= status < 400:
        return Answer(status, "it answered with a redirect, which is not followed")
    return Answer(status, None if 200 <= status < 300 else "it refused the message")


def _looked_up(host: str, port: int) -> list[tuple[object, object, object, object, tuple[object, ...]]]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "its certificate cannot be trusted"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return "it cannot be reached"


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name of the host means meanwhile."""

    def __init__(
        self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address, self._context = address, context
        self.default_port = 443 if context else 80

    def connect(self) -> None:
        """Connect to the address; the certificate must be that of the host."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End it, whoever waits for it."""
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
