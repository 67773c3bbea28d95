"""How much of a bare server's speed the scan page and the tree page reach: `python -m benchmarks.bench_site`.

The bare server is an ASGI application of a few lines that does the same selects on the same file and answers
with a fixed text of the same length (of the scan page: the first select). Both are asked in turn, in rounds,
over one keep-alive connection per client; the ratio of the medians counts.
"""

import asyncio
import hashlib
import json
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

from registry.public_visits import write_parts
from registry.rules.tag_codes import CODE_ALPHABET

TREES = 2000
ROUNDS = 3
SECONDS = 1.0
CLIENTS = 4
SCAN_BYTES = 5000


async def bare(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """The least that can be done: read what the page is made of, answer with as many bytes as it has."""
    if scope["type"] != "http":
        return
    key = scope["path"].rpartition("/")[2]
    if scope["path"].startswith("/T/"):
        digest = hashlib.sha256(b"gushu tag hash v1\0" + key.encode()).hexdigest()
        sql = "SELECT tree.* FROM tag JOIN tree ON tree.uuid = tag.tree_uuid WHERE tag_hash = ?"
        row = _bare_db().execute(sql, (digest,)).fetchone()
        body = f"<h1>{row[6]}</h1>".encode().ljust(SCAN_BYTES, b".")
    else:
        body = _bare_tree(_bare_db(), key).encode().ljust(int(os.environ["GUSHU_BENCH_BYTES"]), b".")
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _bare_tree(db: sqlite3.Connection, key: str) -> str:
    """The same selects as the page's: the tree, its division, each table that holds something of it."""
    row = db.execute("SELECT * FROM tree WHERE path IN (?, ?)", (key, key)).fetchone()
    db.execute("SELECT * FROM division WHERE id = ?", (row["division_id"],)).fetchone()
    found = [
        db.execute(f"SELECT * FROM {table} WHERE tree_uuid = ?", (row["uuid"],)).fetchall()
        for table in json.loads(row["parts"])
    ]
    return f"<h1>{row['name_zh']}</h1>{sum(map(len, found))}"


def _bare_db(kept: list[sqlite3.Connection] = []) -> sqlite3.Connection:  # noqa: B006
    if not kept:
        kept.append(sqlite3.connect(f"file:{os.environ['GUSHU_PUBLIC']}?immutable=1", uri=True))
        kept[0].row_factory = sqlite3.Row
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
            public,
            [_tree(place, no, code) for place, (no, code) in enumerate(zip(numbers, codes, strict=True))],
        )
        with sqlite3.connect(public) as db:
            write_parts(db)
        trees = [f"/tree/{number}" for number in numbers]
        pages = {"scan page": [f"/T/{printed_tag(code)}" for code in codes], "tree page, first time": trees}
        pages["tree page, again"] = trees[:20]
        ours = _server("datasette_plugins.asgi:create_app", public, "--factory")
        with ours as site:
            os.environ["GUSHU_BENCH_BYTES"] = str(asyncio.run(_length(site, trees[-1])))
            with _server("benchmarks.bench_site:bare", public) as plain:
                return {name: _compare(site, plain, paths) for name, paths in pages.items()}


def _tree(place: int, number: str, code: str) -> dict[str, Any]:
    """A tree as a register knows it: sizes of two years, a visit, a decision, a story, a history."""
    girth = 200 + place % 400
    return make_tree(
        number, tags=[make_tag(code)], girth_cm=girth, height_m=8 + place % 20, age_years=100 + place % 900,
        age_basis="estimated", measured_on="2025-06-01", last_inspected_on="2026-03-01",
        history_text=f"第 {place} 株，村中老人相传为建村时所植。" * 4,
        protection_grade="2", grade_scheme="cn-2025",
        measurements=[{"measured_on": "2025-06-01", "girth_cm": girth, "height_m": 8 + place % 20},
                      {"measured_on": "2015-06-01", "girth_cm": girth - 12}],
        inspections=[{"inspected_on": "2026-03-01", "kind": "patrol", "vigour": "normal",
                      "findings": [f"枯枝 {place} 处"], "text_lang": "zh-Hans"}],
        designations=[{"kind": "grade", "scheme": "cn-2025", "grade": "2", "designated_on": "2020-05-01",
                       "authority": "某市绿化局", "document_no": f"绿发〔2020〕{place} 号"}],
        history=[{"seq": place, "at": "2026-03-01T00:00:00Z", "kind": "import:batch:created",
                  "fields": ["girth_cm"], "hash": f"{place:064x}"}],
    )  # fmt: skip


async def _length(port: int, path: str) -> int:
    """Bytes of a page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    return len(answer.partition(b"\r\n\r\n")[2])


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
        for _ in range(800):
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
