"""The bundle installs, serves, backs up, restores and migrates where nobody can be reached.

Its wheels are packed out of the environment that the tests run in: so this needs no package index either, and
what is tried is the same installer with the same versions. `make bundle` without OFFLINE asks an index.
"""

import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from network_kit import namespace
from old_register_kit import make_older
from register_kit import MAPPING, make_csv, make_mapping

ROOT = Path(__file__).resolve().parent.parent
HERMIT = ROOT / "tests" / "hermit_office.py"
PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def load_bundle() -> ModuleType:
    """`deploy/bundle.py`, which is a program and no module of ours."""
    spec = importlib.util.spec_from_file_location("gushu_bundle", ROOT / "deploy" / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle out of this environment."""
    out = tmp_path_factory.mktemp("bundle")
    folder: Path = load_bundle().make_bundle(out, is_from_environment=True)
    return folder


@pytest.fixture(scope="module")
def prefix(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, installed in a network namespace without a route."""
    home = tmp_path_factory.mktemp("prefix") / "gushu"
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}"
    found = subprocess.run(
        [*namespace(), "sh", bundle / "install.sh", "--prefix", home],
        env={**PLAIN, "HOME": str(home.parent), "PYTHON": str(python)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    return home


def test_a_whole_office_life_without_a_network(bundle: Path, prefix: Path, tmp_path: Path) -> None:
    older, printed = make_older(tmp_path / "older", "0004")
    make_csv(
        tmp_path / "trees.csv", {"no": "乙-1", "name": "银杏", "lon": 113.1, "lat": 36.1, "grade": "一级"}
    )
    make_mapping(tmp_path, MAPPING)
    found = subprocess.run(
        [*namespace(), sys.executable, "-I", HERMIT, prefix / "current" / "bin" / "gushu", bundle],
        cwd=tmp_path, env={**PLAIN, "HOME": str(tmp_path), "OLDER": older, "PRINTED": printed},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    told: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    for which in ("new", "older"):
        assert told[which]["status"] == 200
        assert "这块牌子是真的" in told[which]["page"], told[which]["page"][:2000]
        assert told[which]["forged"] == 404 or "这块牌子是真的" not in told[which]["forged_page"]
    assert told["hsts"] == "max-age=15552000"
    assert told["cookies"]
    assert all("secure" in cookie.lower() and "httponly" in cookie.lower() for cookie in told["cookies"])
    assert told["stopped"] in {0, -signal.SIGTERM}
    assert told["restored_head"] == told["head"]
    assert told["moved_photo"]


def test_nothing_in_it_names_an_index_or_where_it_was_made(bundle: Path) -> None:
    strangers = ("pypi.org", "pythonhosted", "index-url", str(ROOT), "localhost")
    for path in bundle.rglob("*"):
        if path.is_file() and path.suffix != ".whl":
            text = path.read_text(encoding="utf-8")
            assert not [word for word in strangers if word in text], path
            assert "@VERSION@" not in text
            assert "@PYTHON@" not in text


def test_a_file_that_was_altered_is_not_installed(bundle: Path, tmp_path: Path) -> None:
    (bundle / "gushu.env").write_text((bundle / "gushu.env").read_text() + "#\n")
    try:
        found = subprocess.run(["sh", bundle / "install.sh", "--prefix", tmp_path / "x"], env=PLAIN,
                               capture_output=True, text=True, check=False)  # fmt: skip
    finally:
        (bundle / "gushu.env").write_text((bundle / "gushu.env").read_text()[:-2])
    assert found.returncode == 1
    assert not (tmp_path / "x").exists()


def test_every_service_is_confined_and_has_an_account_of_its_own() -> None:
    for path in (ROOT / "deploy" / "systemd").glob("*.service"):
        lines = path.read_text().splitlines()
        for line in ("User=gushu", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes",
                     "PrivateTmp=yes", "UMask=0077", "CapabilityBoundingSet="):  # fmt: skip
            assert line in lines, path
        written = next(line for line in lines if line.startswith("ReadWritePaths=")).partition("=")[2].split()
        assert set(written) <= {"/var/lib/gushu", "/var/backups/gushu"}
    for path in (ROOT / "deploy" / "systemd").glob("*.timer"):
        assert path.with_suffix(".service").is_file()


def test_the_variables_of_the_services_are_those_of_the_settings_file() -> None:
    stated = (ROOT / "deploy" / "gushu.env").read_text()
    for path in (ROOT / "deploy" / "systemd").glob("*.service"):
        for word in path.read_text().split("${")[1:]:
            assert f"\n{word.partition('}')[0]}=" in stated
