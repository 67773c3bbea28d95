"""The site in processes of its own, as `gushu serve` runs it: for browsers, and for swaps under load."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def served(public: Path, *, workers: int = 1) -> Iterator[int]:
    """The site over `public` on a free port of this machine; yields the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "--factory", "datasette_plugins.asgi:create_app"]
    options = ["--port", str(port), "--workers", str(workers), "--log-level", "warning", "--no-access-log"]
    env = {**os.environ, "GUSHU_PUBLIC": str(public)}
    process = subprocess.Popen([*command, *options], cwd=ROOT, env=env)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def wait_for(port: int) -> None:
    """Return when the site answers. Raises TimeoutError after 120 s."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if fetch(port, "/robots.txt")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the site did not start")


def fetch(port: int, path: str) -> tuple[int, str]:
    """Status and text of one answer, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
