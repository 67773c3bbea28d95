"""How much of a bare server's speed the scan page and the tree page reach: `python -m benchmarks.bench_site`.

The bare server is an ASGI application of a few lines that does the same selects on the same file and answers
with a fixed text of the same length. Both are asked in turn, in rounds, over one keep-alive connection per
client. What counts is the processor time that a server takes for an answer (median of the rounds): it does
not depend on what else the machine does; answers a second are told beside it. Then a page of the whole table
at 100,000 trees, two workers against one, and editions put in place while pages are read.
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

from benchmarks.bench_map_site import make_edition as make_large_edition
from datasette_plugins.qr_landing.scan import TAGGED_TREE
from registry.edition import FORMAT
from registry.public_visits import write_parts
from registry.rules.tag_codes import CODE_ALPHABET

TREES = 2000
ROUNDS = 3
SECONDS = 1.0
CLIENTS = 4
TABLE_TREES = 100_000
EDITIONS = 10
SETTLING = 10.0
SITE = "datasette_plugins.asgi:create_app"


async def bare(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """The least that can be done: read what the page is made of, answer with as many bytes as it has."""
    if scope["type"] != "http":
        return
    key = scope["path"].rpartition("/")[2]
    if scope["path"].startswith("/T/"):
        digest = hashlib.sha256(b"gushu tag hash v1\0" + key.encode()).hexdigest()
        row = _bare_db().execute(TAGGED_TREE, (digest,)).fetchone()
        body = f"<h1>{row['name_zh']}</h1>".encode().ljust(int(os.environ["GUSHU_BENCH_SCAN"]), b".")
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
        with _server(SITE, public, "--factory") as site:
            os.environ["GUSHU_BENCH_BYTES"] = str(asyncio.run(_length(site.port, trees[-1])))
            os.environ["GUSHU_BENCH_SCAN"] = str(asyncio.run(_length(site.port, pages["scan page"][-1])))
            with _server("benchmarks.bench_site:bare", public) as plain:
                return {name: _compare(site, plain, paths) for name, paths in pages.items()}


def table_page() -> tuple[float, float]:
    """Milliseconds, median: processor time and waiting for a page of the whole table of TABLE_TREES trees."""
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public.gpkg"
        make_large_edition(public, TABLE_TREES)
        with _server(SITE, public, "--factory") as site:
            asked = [f"/public/tree?_next={place * 700}" for place in range(1, 13)]
            found = []
            for path in asked:
                cpu, begun = site.cpu_seconds(), time.perf_counter()
                assert asyncio.run(_length(site.port, path)) > 10_000
                found.append((site.cpu_seconds() - cpu, time.perf_counter() - begun))
            del found[0]
            cpus, waits = zip(*found, strict=True)
            return statistics.median(cpus) * 1000, statistics.median(waits) * 1000


def two_workers() -> float:
    """Answers a second of two workers over those of one, asked in turn for pages that are never kept (scans).

    The clients take their part of the processors: with two of those it cannot come near to 2.
    """
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public.gpkg"
        trees = [_tree(place, str(place + 1), _code(place)) for place in range(TREES)]
        make_edition(public, trees, facts={"format": FORMAT})
        with _server(SITE, public, "--factory") as one, _workers(public) as two:
            found: dict[int, list[float]] = {one.port: [], two.port: []}
            paths = [f"/T/{printed_tag(_code(place))}" for place in range(TREES)]
            time.sleep(SETTLING)  # the second worker may start later than the first
            for _ in range(ROUNDS):
                for port, figures in found.items():
                    figures.append(asyncio.run(requests_per_second(port, paths, SECONDS * 2, CLIENTS * 2)))
        return statistics.median(found[two.port]) / statistics.median(found[one.port])


def swapped() -> tuple[int, int]:
    """Answers read, and those that failed, while EDITIONS editions are put in place one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public.gpkg"
        trees = [_tree(place, str(place + 1), _code(place)) for place in range(200)]
        make_edition(public, trees, facts={"format": FORMAT})
        with _workers(public) as site:
            return asyncio.run(_read_while_swapped(site.port, public, trees))


async def _read_while_swapped(port: int, public: Path, trees: list[dict[str, Any]]) -> tuple[int, int]:
    done = asyncio.Event()

    async def read(path: str) -> tuple[int, int]:
        told = failed = 0
        while not done.is_set():
            try:
                failed += await _status(port, path) != 200
            except (OSError, asyncio.IncompleteReadError):
                failed += 1
            told += 1
        return told, failed

    readers = [
        asyncio.create_task(read(path)) for path in ("/", "/tree/7", "/search?q=7", "/map", "/tree/9.json")
    ]
    for number in range(2, EDITIONS + 2):
        await asyncio.to_thread(make_edition, public, trees, facts={"format": FORMAT, "number": str(number)})
        await asyncio.sleep(0.3)
    done.set()
    counts = [await reader for reader in readers]
    return sum(told for told, _ in counts), sum(failed for _, failed in counts)


async def _status(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    return int(answer.split(b" ", 2)[1]) if answer else 0


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


def _compare(site: "_server", plain: "_server", paths: list[str]) -> dict[str, float]:
    answered: dict[str, list[float]] = {"site": [], "bare": []}
    taken: dict[str, list[float]] = {"site": [], "bare": []}
    for turn in range(ROUNDS):
        for name, server in (("site", site), ("bare", plain)):
            part = paths if len(paths) < 100 else paths[turn::ROUNDS]  # a page is asked for once
            cpu, begun = server.cpu_seconds(), time.perf_counter()
            rate = asyncio.run(requests_per_second(server.port, part, SECONDS, CLIENTS))
            answered[name].append(rate)
            taken[name].append((server.cpu_seconds() - cpu) / (rate * (time.perf_counter() - begun)))
    rates = {name: statistics.median(found) for name, found in answered.items()}
    cost = {name: statistics.median(found) * 1e6 for name, found in taken.items()}
    return {**rates, "ratio": rates["site"] / rates["bare"], "cpu": cost["site"], "bare_cpu": cost["bare"],
            "cpu_ratio": cost["bare"] / cost["site"]}  # fmt: skip


class _server:  # noqa: N801
    """A uvicorn server, for as long as the block lasts."""

    def __init__(self, app: str, public: Path, *options: str) -> None:
        self.port = _free_port()
        command = [sys.executable, "-m", "uvicorn", app, *options, "--port", str(self.port)]
        self._command = [*command, "--log-level", "error", "--no-access-log"]
        self._env = {**os.environ, "GUSHU_PUBLIC": str(public)}

    def cpu_seconds(self) -> float:
        """Processor time of its one process so far (Linux)."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> "_server":
        self._process = subprocess.Popen(self._command, env=self._env, stdout=subprocess.DEVNULL)
        for _ in range(800):
            try:
                asyncio.run(_length(self.port, "/tree/1"))
                return self
            except (ConnectionError, asyncio.IncompleteReadError):
                time.sleep(0.05)
        raise TimeoutError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


class _workers(_server):  # noqa: N801
    """The site as `gushu serve` serves it with two workers."""

    def __init__(self, public: Path) -> None:
        super().__init__(SITE, public)
        start = "import sys; from registry.cli import main; sys.exit(main())"
        options = ["--public", str(public), "--port", str(self.port), "--workers", "2"]
        self._command = [sys.executable, "-c", start, "serve", *options]


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
        yield f"{page}: share of its answers a second", figures["ratio"], "of it"
        yield f"{page}: processor time of the site", figures["cpu"], "µs"
        yield f"{page}: of the bare server", figures["bare_cpu"], "µs"
        yield f"{page}: share of its speed by processor time", figures["cpu_ratio"], "of it"
    cpu, wait = table_page()
    yield f"page of the table at {TABLE_TREES:,} trees: processor time", cpu, "ms"
    yield f"page of the table at {TABLE_TREES:,} trees: waiting", wait, "ms"
    yield "two workers over one, this machine's clients included", two_workers(), "x"
    told, failed = swapped()
    yield f"answers while {EDITIONS} editions were put in place", told, "answers"
    yield "of these failed", failed, "answers"


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:60} {value:12,.2f} {unit}")
