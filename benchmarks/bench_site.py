"""How much of a bare server's speed the scan page and the tree page reach: `python -m benchmarks.bench_site`.

The bare server is an ASGI application of twenty lines that does the same first select on the same file and
answers with a page of fixed text of the same length. Both are asked in turn, in rounds, over one keep-alive
connection per client; the ratio of the medians counts.
"""

import asyncio
import hashlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "site"))
from editions import make_edition, make_tag, make_tree, printed_tag

from registry.rules.tag_codes import CODE_ALPHABET

TREES = 2000
ROUNDS = 3
SECONDS = 1.0
CLIENTS = 4
PADDING = b"." * 5000


async def bare(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """The least that can be done: find the tree of the path, answer."""
    if scope["type"] != "http":
        return
    key = scope["path"].rpartition("/")[2]
    if scope["path"].startswith("/T/"):
        digest = hashlib.sha256(b"gushu tag hash v1\0" + key.encode()).hexdigest()
        sql = "SELECT tree.* FROM tag JOIN tree ON tree.uuid = tag.tree_uuid WHERE tag_hash = ?"
        row = _bare_db().execute(sql, (digest,)).fetchone()
    else:
        row = _bare_db().execute("SELECT * FROM tree WHERE path = ?", (key,)).fetchone()
    body = f"<h1>{row[6]}</h1>".encode() + PADDING
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _bare_db(kept: list[sqlite3.Connection] = []) -> sqlite3.Connection:  # noqa: B006
    if not kept:
        kept.append(sqlite3.connect(f"file:{os.environ['GUSHU_PUBLIC']}?immutable=1", uri=True))
    return kept[0]


async def requests_per_second(port: int, paths: list[str], seconds: float, clients: int) -> float:
    """Answers per second of a server to `clients` keep-alive connections that ask one path after another."""
    until = time.perf_counter() + seconds
    begun = time.perf_counter()
    counts = await asyncio.gather(*(_ask(port, paths[i::clients], until) for i in range(clients)))
    return sum(counts) / (time.perf_counter() - begun)


async def _ask(port: int, paths: list[str], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        path = paths[count % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        count += 1
    writer.close()
    return count


def measure() -> dict[str, dict[str, float]]:
    """Per page: requests per second of the site and of the bare server (medians), and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public.gpkg"
        codes = [_code(number) for number in range(TREES)]
        numbers = [str(number) for number in range(1, TREES + 1)]
        make_edition(
            public, [make_tree(no, tags=[make_tag(code)]) for no, code in zip(numbers, codes, strict=True)]
        )
        trees = [f"/tree/{number}" for number in numbers]
        pages = {"scan page": [f"/T/{printed_tag(code)}" for code in codes], "tree page, first time": trees}
        pages["tree page, again"] = trees[:20]
        ours = _server("datasette_plugins.asgi:create_app", public, "--factory")
        with ours as site, _server("benchmarks.bench_site:bare", public) as plain:
            return {name: _compare(site, plain, paths) for name, paths in pages.items()}


def _compare(site: int, plain: int, paths: list[str]) -> dict[str, float]:
    found: dict[int, list[float]] = {site: [], plain: []}
    for turn in range(ROUNDS):
        for port in (site, plain):
            part = paths if len(paths) < 100 else paths[turn::ROUNDS]  # a page is asked for once
            found[port].append(asyncio.run(requests_per_second(port, part, SECONDS, CLIENTS)))
    ours, theirs = statistics.median(found[site]), statistics.median(found[plain])
    return {"site": round(ours), "bare": round(theirs), "ratio": round(ours / theirs, 2)}


class _server:  # noqa: N801
    """A uvicorn process with one worker, for as long as the block lasts."""

    def __init__(self, app: str, public: Path, *options: str) -> None:
        self._port = _free_port()
        command = [sys.executable, "-m", "uvicorn", app, *options, "--port", str(self._port)]
        self._command = [*command, "--log-level", "error", "--no-access-log"]
        self._env = {**os.environ, "GUSHU_PUBLIC": str(public)}

    def __enter__(self) -> int:
        self._process = subprocess.Popen(self._command, env=self._env)
        for _ in range(200):
            try:
                asyncio.run(requests_per_second(self._port, ["/tree/1"], 0.01, 1))
                return self._port
            except (ConnectionError, asyncio.IncompleteReadError):
                time.sleep(0.05)
        raise TimeoutError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _code(number: int) -> str:
    return "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def run() -> Iterator[tuple[str, float, str]]:
    """The figures, one at a time: what, value, unit."""
    for page, figures in measure().items():
        yield f"{page}: the site", figures["site"], "requests/s"
        yield f"{page}: a bare ASGI server", figures["bare"], "requests/s"
        yield f"{page}: ratio", figures["ratio"], "of it"


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:44} {value:12,.2f} {unit}")
