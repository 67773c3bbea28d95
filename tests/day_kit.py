"""A whole office for a day: a register with an edition, the site with its desk in its own process."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from desk_kit import DeskKit, make_desk
from register_kit import NOW, REPOSITORY

from registry.commands.register import change_setting
from registry.commands.tags import issue_tags
from registry.db import transaction
from registry.keys import key_path, read_keys
from registry.photos import photo_store
from registry.publish import publish


@dataclass
class Office:
    """A register in `folder`, its twin as it was in the morning, the edition, and where the site answers."""

    folder: Path
    desk: DeskKit
    port: int = 0
    printed: dict[str, str] = field(default_factory=dict)
    """What is printed on the tags of the trees, by number."""
    process: "subprocess.Popen[bytes] | None" = None
    """The server, while it runs."""

    @property
    def address(self) -> str:
        """Where the site answers; a browser trusts localhost as it trusts HTTPS."""
        return f"http://localhost:{self.port}"

    @property
    def register(self) -> str:
        """The register of the day."""
        return str(self.folder / "register.db")

    @property
    def twin(self) -> str:
        """The register as it was in the morning."""
        return str(self.folder / "twin" / "register.db")

    @property
    def public(self) -> Path:
        """The edition that the site shows."""
        return self.folder / "public.gpkg"

    def start(self) -> None:
        """Serve at the port, and wait for an answer."""
        command = [sys.executable, "-m", "uvicorn", "--factory", "datasette_plugins.asgi:create_app"]
        options = ["--port", str(self.port), "--log-level", "warning", "--no-access-log"]
        env = {**os.environ, "GUSHU_PUBLIC": str(self.public), "GUSHU_DESK": self.register}
        self.process = subprocess.Popen([*command, *options], cwd=REPOSITORY, env=env)
        _wait_for(self.address)

    def stop(self, *, at_once: bool = False) -> None:
        """End the server; `at_once`: killed, whatever it is doing."""
        if self.process is None:
            return
        if at_once:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(60)
        self.process = None


def make_office(folder: Path) -> Office:
    """A register of two counties with tags and an edition, and a copy of it."""
    desk = make_desk(folder)
    address = str(folder / "register.db")
    keys = read_keys(key_path(address))
    numbers = sorted(desk.tree_ids)
    with transaction(desk.engine) as session:
        change_setting(session, "register_name", "上党区古树名木名册", actor="tests", now=NOW)
        issued = issue_tags(session, [desk.tree_ids[no] for no in numbers], keys=keys, actor="tests", now=NOW)
    publish(
        desk.engine, folder / "public.gpkg", keys=keys, photos=photo_store(address), actor="tests", now=NOW
    )
    desk.engine.dispose()
    (folder / "twin").mkdir()
    for name in ("register.db", "register.db.keys"):
        shutil.copy(folder / name, folder / "twin" / name)
    printed = {number: tag.printed for number, tag in zip(numbers, issued, strict=True)}
    return Office(folder, desk, printed=printed)


@contextmanager
def opened(office: Office) -> Iterator[Office]:
    """The site and the desk, as `gushu serve` runs them."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        office.port = int(listening.getsockname()[1])
    office.start()
    try:
        yield office
    finally:
        office.stop()


def _wait_for(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/robots.txt", timeout=30):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("the site did not start")
