"""Make a bundle that installs Gushu where there is no network: wheels, services, an install page, checksums.

    python deploy/bundle.py OUT                     wheels come from the package index that pip is set to
    python deploy/bundle.py OUT --from-environment  wheels are packed again from what is installed here

The first takes what `requirements/runtime.txt` pins, by its hashes. The second asks nobody: what pip once
unpacked is packed again, file by file, if it is still the file that pip noted down. Both are for the Python
and the platform that they were made on.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
RUNTIME = ROOT / "requirements" / "runtime.txt"
SCRIPTS = ("install.sh", "make-certificate.sh", "gushu-office")
TEXTS = ("README.md", "INSTALL.html", "gushu.env")
SOURCES = ("registry", "schema", "datasette_plugins", "exports")
LOOSE = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_NOT_PACKED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def make_bundle(out: Path, *, is_from_environment: bool) -> Path:
    """The bundle as a folder in `out`; returns the folder."""
    version = _version()
    folder = out / f"gushu-bundle-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    if is_from_environment:
        for name, wanted in _pins():
            if (found := _installed(name)) is not None:
                if found.version != wanted:
                    sys.exit(
                        f"{name} {found.version} is installed, {wanted} is pinned: run `make setup` again"
                    )
                pack(found, wheels)
    else:
        _pip("wheel", "--quiet", "--no-deps", "--require-hashes", "-r", str(RUNTIME), "-w", str(wheels))
    own_wheel(wheels)
    names = sorted(_requirement(path) for path in wheels.glob("*.whl"))
    (folder / "requirements.txt").write_text("".join(f"{name}\n" for name in names))
    facts = {"VERSION": version, "PYTHON": f"{sys.version_info[0]}.{sys.version_info[1]}",
             "PLATFORM": sysconfig.get_platform()}  # fmt: skip
    for name in (*SCRIPTS, *TEXTS):
        _fill(DEPLOY / name, folder / name, facts)
    shutil.copytree(DEPLOY / "systemd", folder / "systemd")
    _sums(folder)
    return folder


def as_one_file(folder: Path) -> Path:
    """The same as .tar.gz beside it, every file owned by nobody in particular."""
    path = folder.with_name(f"{folder.name}.tar.gz")
    with tarfile.open(path, "w:gz", compresslevel=6) as tar:
        tar.add(folder, folder.name, filter=_of_nobody)
    return path


def _of_nobody(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def own_wheel(wheels: Path) -> None:
    """The wheel of this program, built aside so that nothing is left in the sources."""
    with tempfile.TemporaryDirectory() as aside:
        for name in SOURCES:
            shutil.copytree(ROOT / name, Path(aside) / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in LOOSE:
            shutil.copy(ROOT / name, aside)
        _pip("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(wheels), aside)


def pack(found: Distribution, wheels: Path) -> Path:
    """The wheel of an installed distribution. Exits where a file is not the one that was installed."""
    name = re.sub(r"[-.]+", "_", found.metadata["Name"])
    home = f"{name}-{found.version}"
    path = wheels / f"{home}-{_tag(found)}.whl"
    record, dist_info = [], ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as wheel:
        for file in sorted(found.files or (), key=str):
            if file.parts[0] in {"..", "/"} or "__pycache__" in file.parts:
                continue  # programs in bin/ are made anew from the entry points
            if file.parts[0].endswith(".dist-info"):
                dist_info = file.parts[0]
                if file.name in _NOT_PACKED:
                    continue
            content = file.locate().read_bytes()
            digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            if file.hash is not None and file.hash.mode == "sha256" and file.hash.value != digest:
                sys.exit(f"{file} is not the file that was installed: run `make setup` in a fresh folder")
            wheel.writestr(zipfile.ZipInfo(str(file), (1980, 1, 1, 0, 0, 0)), content)
            record.append(f"{file},sha256={digest},{len(content)}\n")
        text = "".join([*record, f"{dist_info}/RECORD,,\n"])
        wheel.writestr(zipfile.ZipInfo(f"{dist_info}/RECORD", (1980, 1, 1, 0, 0, 0)), text)
    return path


def _tag(found: Distribution) -> str:
    """The tag of a wheel, all of its tags in one: py2.py3-none-any."""
    tags = re.findall(r"^Tag: (\S+)-(\S+)-(\S+)$", found.read_text("WHEEL") or "", re.MULTILINE)
    columns = (dict.fromkeys(column) for column in zip(*tags, strict=True))
    return "-".join(".".join(column) for column in columns)


def _pins() -> list[tuple[str, str]]:
    """Names and versions that are pinned; of a name with several, the one that is installed here."""
    found: dict[str, list[str]] = {}
    for name, version in _PIN.findall(RUNTIME.read_text(encoding="utf-8")):
        found.setdefault(name, []).append(version)
    pins = []
    for name, versions in found.items():
        here = _installed(name)
        pins.append((name, here.version if here and here.version in versions else versions[0]))
    return pins


def _installed(name: str) -> Distribution | None:
    """A distribution that is installed here; None where it is for another platform."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _requirement(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version}"


def _fill(source: Path, target: Path, facts: dict[str, str]) -> None:
    text = source.read_text(encoding="utf-8")
    for name, value in facts.items():
        text = text.replace(f"@{name}@", value)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o755 if source.name in SCRIPTS else 0o644)


def _sums(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def _version() -> str:
    found = re.search(r'^version = "([^"]+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    if found is None:
        sys.exit("pyproject.toml states no version")
    return found[1]


def _pip(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], check=True)  # noqa: S603


def main() -> None:
    """Parse, make, say where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--from-environment", action="store_true")
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    folder = make_bundle(words.out, is_from_environment=words.from_environment)
    path = as_one_file(folder)
    print(f"{folder}\n{path} ({path.stat().st_size / 2**20:.0f} MiB)")


if __name__ == "__main__":
    main()
