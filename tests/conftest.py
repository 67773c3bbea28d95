"""Fixtures that all tests may use: a fresh register of their own, and the `gushu` command."""

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import hypothesis
import pytest
import typer.testing
from register_kit import NOW
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli.app import app, load_commands
from registry.commands.register import init_register
from registry.db import open_register
from registry.keys import Keys, key_path, read_keys

Gushu = Callable[..., Result]
load_commands()
typer.testing._get_command = cache(typer.testing._get_command)  # built once, not for each command
hypothesis.settings.register_profile(
    "gushu",
    deadline=None,  # no test fails because the machine is busy
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("gushu")


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GUSHU_REGISTER", "GUSHU_KEYS", "GUSHU_PHOTOS", "GUSHU_LANG", "GUSHU_ACTOR", "GUSHU_PUBLIC"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _empty_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "register.db"
    init_register(str(path), actor="tests", now=NOW).dispose()
    return path


@pytest.fixture
def register_address(_empty_register: Path, tmp_path: Path) -> str:
    """The path of a fresh register with keys, in the test's own folder."""
    path = tmp_path / "register.db"
    shutil.copy(_empty_register, path)
    shutil.copy(key_path(str(_empty_register)), key_path(str(path)))
    return str(path)


@pytest.fixture
def gdal_whole() -> None:
    """GDAL with all of its drivers again, to look at what was written: ours keeps only what it needs."""
    import pyogrio
    from pyogrio._ogr import _register_drivers

    pyogrio.set_gdal_config_options({"GDAL_SKIP": None, "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": None})
    _register_drivers()


@pytest.fixture
def engine(register_address: str) -> Engine:
    """A fresh register, opened."""
    return open_register(register_address)


@pytest.fixture
def keys(register_address: str) -> Keys:
    """The keys of `register_address`."""
    return read_keys(key_path(register_address))


@pytest.fixture
def gushu(register_address: str) -> Gushu:
    """Runs `gushu --register …` on the test's register: `gushu("import", path, lang="zh")`."""

    def run(*arguments: object, lang: str = "en", register: str = register_address) -> Result:
        words = ["--register", register, "--lang", lang, *map(str, arguments)]
        return CliRunner().invoke(app, words)

    return run
