"""The field app without a signal: opening the form of one tree among 100,000, in a real Chromium.

Run: `python -m benchmarks.bench_field_app [trees …]`. The trees are synthetic and kept the way a downloaded
package is. Opening is counted from the tap to the second frame after the form is drawn.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import datasette.plugins  # noqa: F401  (plugins load from here, in their order)
import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from datasette_plugins.desk import field_pages

SIZES = (600, 100_000)
OPENED = 40
_FILL = """async count => {
  const pack = await import('/-/desk/field/package.js');
  const store = await import('/-/desk/field/store.js');
  const roles = [{role: 'inspector', division: 'd'}];
  await store.setMeta('account', {login: 'bench', name: 'Bench', roles});
  const trees = Array.from({length: count}, (ignored, n) => ({
    kind: 'tree', id: 'tree-' + n, no: 'S' + String(n).padStart(8, '0'), name: '国槐', species: '国槐',
    latin: 'Styphnolobium japonicum', lon: 113 + (n % 997) / 1000, lat: 36 + (n % 1009) / 1000,
    uncertainty_m: 5, grade: 'first', category: 'ancient', vigour: 'normal', status: 'alive',
    place: '上党区东庄村' + n % 400, stewards: ['村委会'],
    last: {visited_on: '2026-03-01', girth_cm: 300 + n % 200, measured_on: '2026-03-01'},
    due_on: '2026-12-01', is_overdue: false,
    tags: [{code: String(n).padStart(8, '0'), hash: '0'.repeat(64)}],
    photos: [{sha256: String(n).padStart(64, '0'), kind: 'whole', taken_on: '2026-03-01'}],
    editable: {village: '东庄村', small_place: '村口', notes: '树干中空'.repeat(20)}, base_seq: n,
  }));
  const before = performance.now();
  const made_at = new Date().toISOString();
  await pack.keep('bench', 'd', {made_at, head_seq: 1, trees, words: {}, models: []});
  return performance.now() - before;
}"""
_OPEN = """async id => {
  const begun = performance.now();
  location.hash = '#/tree/tree/' + id;
  await new Promise(done => addEventListener('field-shown', done, {once: true}));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}"""
_SEARCH = """async question => {
  const pack = await import('/-/desk/field/package.js');
  const begun = performance.now();
  const found = await pack.search(question);
  return [performance.now() - begun, found.length];
}"""


@contextmanager
def served() -> Iterator[str]:
    """The app's files, and a server that knows nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    def file(request: Request) -> Response:
        if request.url.path.endswith("/worker.js"):
            return field_pages.worker(None)  # type: ignore[arg-type]
        found = field_pages.app_files().get(request.url.path)
        return Response(found.content, media_type=found.content_type) if found else Response(status_code=404)

    def nobody(_request: Request) -> Response:
        return JSONResponse({"error": {"code": "signed_out", "message": ""}}, 401)

    routes = [Route("/-/desk/api/{name:path}", nobody), Route("/-/desk/field/{name:path}", file)]
    config = uvicorn.Config(Starlette(routes=routes), port=port, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://localhost:{port}/-/desk/field/"
    finally:
        server.should_exit = True


def measure(page: Page, count: int) -> list[tuple[str, float, str]]:
    """The figures of one size."""
    saving = page.evaluate(_FILL, count)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.context.set_offline(True)
    chosen = [f"tree-{(number * 7919) % count}" for number in range(OPENED)]
    first, *times = [page.evaluate(_OPEN, name) for name in chosen]
    search_first, _ = page.evaluate(_SEARCH, "东庄村77")
    search_later, found = page.evaluate(_SEARCH, "东庄村78")
    page.context.set_offline(False)
    if not found and count >= SIZES[0]:
        raise RuntimeError("the search found nothing")
    return [
        (f"{count:,} trees: kept on the phone", saving / 1000, "s"),
        (f"{count:,}: form of one tree, the very first", first, "ms"),
        (f"{count:,}: form of one tree, median", median(times), "ms"),
        (f"{count:,}: form of one tree, slowest of {len(times)}", max(times), "ms"),
        (f"{count:,}: first search", search_first, "ms"),
        (f"{count:,}: later searches", search_later, "ms"),
    ]


def run(sizes: tuple[int, ...] = SIZES) -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure."""
    figures = []
    chromium = os.environ.get("GUSHU_CHROMIUM", "/usr/bin/chromium")
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN"}
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for count in sizes:
            context = browser.new_context(**options)
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector("html[data-offline]")
            figures += measure(page, count)
            context.close()
        browser.close()
    return figures


if __name__ == "__main__":
    for line in run(tuple(map(int, sys.argv[1:])) or SIZES):
        print("{:46} {:12,.2f} {}".format(*line), flush=True)
