"""A real Chromium for tests. Where there is none the tests say so; on a machine of CI that is a failure."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Error, TimeoutError, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PATIENCE = 120_000
"""Milliseconds that a page may take: a busy machine is slow, which is no fault of the page."""
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str | None:
    """The Chromium that GUSHU_CHROMIUM names, else the first that the machine has."""
    named = os.environ.get("GUSHU_CHROMIUM")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return named or found or (MAC if os.path.exists(MAC) else None)


@contextmanager
def launched_chromium() -> Iterator[Any]:
    """A headless Chromium; skips the test where the machine has none, fails it in CI."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium here: install it, or name one with GUSHU_CHROMIUM"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE))
        yield browser
        browser.close()


def until(page: Any, script: str, arg: Any = None, *, patience: float = PATIENCE) -> Any:
    """Wait until `script` (an expression or a function of `arg`) answers with something true; that answer.

    It may answer with a promise; `Page.wait_for_function` asks such a script once and takes any answer.
    Raises playwright's TimeoutError after `patience` milliseconds, with what the script last failed with.
    """
    end = time.monotonic() + patience / 1000
    while True:
        problem: Error | None = None
        try:
            answer = page.evaluate(script, arg)
        except Error as error:  # such as: the page went on in the meantime
            answer, problem = None, error
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"never came true: {script}") from problem
        page.wait_for_timeout(25)
