"""The site answers every kind of page where nobody can be reached: no route out, no attempt to use one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from network_kit import namespace
from page_kinds import PAGES, make_full_edition

from datasette_plugins.asgi import PUBLIC_VARIABLE

ROOT = Path(__file__).parents[2]
HERMIT = """
import asyncio, json, os, socket, subprocess, sys

reached = []
connect = socket.socket.connect

def refuse(self, address):
    reached.append(repr(address))
    raise OSError("nobody is to be reached")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = lambda *words, **more: reached.append(repr(words)) or []

from datasette_plugins.asgi import create_datasette
from pathlib import Path

async def ask(app, path):
    got = {}
    async def send(message):
        if message["type"] == "http.response.start":
            got["status"] = message["status"]
    async def receive():
        return {"type": "http.request", "body": b""}
    raw, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": raw, "raw_path": raw.encode(), "scheme": "http",
             "query_string": query.encode(), "headers": [(b"host", b"x")], "http_version": "1.1"}
    await app(scope, receive, send)
    return got["status"]

async def main():
    app = create_datasette(Path(os.environ["GUSHU_PUBLIC"])).app()
    return {path: await ask(app, path) for path in json.loads(sys.argv[1])}

print(json.dumps({"statuses": asyncio.run(main()), "reached": reached}), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
def test_every_kind_of_page_is_answered_without_a_network(tmp_path, prefix):
    public = make_full_edition(tmp_path / "public.gpkg")
    paths = [prefix + path.replace("榕", "%E6%A6%95") for path in PAGES.values()]
    result = subprocess.run(
        [*namespace(), sys.executable, "-c", HERMIT, json.dumps(paths)],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), PUBLIC_VARIABLE: str(public)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    told = json.loads(result.stdout)
    assert told["reached"] == []
    assert {path: status for path, status in told["statuses"].items() if status >= 500} == {}
    assert sum(status == 200 for status in told["statuses"].values()) >= len(paths) - 6
