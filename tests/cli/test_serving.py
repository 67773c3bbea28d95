"""How `gushu serve` starts the processes that answer."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner

import registry.cli.serving  # noqa: F401  (the command)
from registry.cli.app import app
from registry.cli.serving import listening


def test_what_workers_share_sends_at_once_what_it_has() -> None:
    with listening("127.0.0.1", 0) as found:
        found.listen()
        with socket.create_connection(found.getsockname()):
            connection, _ = found.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(("workers", "where"), [(1, {"host", "port"}), (2, {"fd"})])
def test_workers_share_a_socket_and_are_given_time_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int, where: set[str]
) -> None:
    public = tmp_path / "public.gpkg"
    with closing(sqlite3.connect(public)) as db, db:
        db.execute("CREATE TABLE edition (key TEXT, value TEXT)")
        db.execute("INSERT INTO edition VALUES ('format', 'gushu-public-1')")
    asked: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: asked.update(options))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["serve", "--public", str(public), "--port", str(port), "--workers", str(workers)]
    found = CliRunner().invoke(app, words)
    if "fd" in asked:
        with socket.socket(fileno=asked["fd"]) as shared:
            assert shared.getsockname()[1] == port
    assert found.exit_code == 0, found.output
    assert {"host", "port", "fd"} & asked.keys() == where
    assert asked["workers"] == workers
    assert asked["timeout_worker_healthcheck"] >= 30
