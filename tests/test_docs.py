"""The documents say what the code does: every name is there, every link leads on, every example runs."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from registry import care_errors, desk_errors, errors, export_errors  # noqa: F401 (its classes are counted)
from registry.cli.app import app, load_commands
from registry.commands import import_file
from registry.importing import mapping
from registry.rules import plausibility
from registry.settings import KNOWN
from registry.vocab.checks import all_checks

load_commands()
ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LANGUAGES = ("zh", "en")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), ROOT / "samples" / "README.md"]
SPOKEN_ONLY = {"crown_mean"}
"""Names that a mapping may use without any effect yet: not worth a reader's time."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    return _FENCE.sub("", text_of(path))


def blocks_of(path: Path, language: str) -> list[str]:
    return [content for name, content in _FENCE.findall(text_of(path)) if name == language]


def coded(path: Path) -> set[str]:
    """Everything that stands in `code` in a document, outside blocks."""
    return set(re.findall(r"`([^`\n]+)`", prose_of(path)))


def anchors_of(path: Path) -> set[str]:
    headings = (title.lower() for _, title in _HEADING.findall(prose_of(path)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in headings}


@cache
def program() -> Any:
    """The whole command line, built once."""
    return typer.main.get_command(app)


@cache
def commands() -> dict[str, Any]:
    """Every command by its whole name, such as `config set`."""
    return dict(_leaves(program(), ()))


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, child in command.commands.items():
        yield from _leaves(child, (*path, name))


def options_of(command: Any) -> set[str]:
    names = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return {name for name in names if name.startswith("--")}


def sections_of(path: Path) -> dict[str, str]:
    """The text below each `### gushu …` heading, by command."""
    parts = re.split(r"^(#{2,3} .+)$", text_of(path), flags=re.MULTILINE)
    return {
        title.removeprefix("### gushu "): body
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
        if title.startswith("### gushu ")
    }


def quoted_commands(path: Path) -> Iterator[str]:
    """Lines of shell blocks, and pieces of prose in `code`, that begin with gushu."""
    for block in blocks_of(path, "sh"):
        yield from (line for line in block.splitlines() if line.startswith("gushu "))
    yield from (piece for piece in coded(path) if piece.startswith("gushu "))


def split_command(line: str) -> tuple[str, list[str]]:
    """The command's whole name ("" for the program alone) and the words behind it, without global options."""
    words = shlex.split(line, comments=True)[1:]
    while words and words[0].startswith("--"):
        takes_value = words[0] in {"--register", "--lang"}
        words = words[2 if takes_value else 1 :]
    words = with_default(words)
    name = next((n for n in (" ".join(words[:3]), " ".join(words[:2]), *words[:1]) if n in commands()), "")
    return name, words[len(name.split()) :]


def with_default(words: list[str]) -> list[str]:
    """The words with the usual command of a group that has one, where none is named: `tags [print] OUT`."""
    group = program().commands.get(words[0]) if words else None
    default = getattr(group, "default", None)
    is_named = default is None or words[1:2] == ["--help"] or (words[1:] and words[1] in group.commands)
    return words if is_named else [words[0], default, *words[1:]]


def error_kinds(family: type[errors.RegistryError] = errors.RegistryError) -> set[type[errors.RegistryError]]:
    return {family, *(kind for child in family.__subclasses__() for kind in error_kinds(child))}


def doubt_codes() -> set[str]:
    """The code of every check: literals in `Doubt(…)`, one for each bound, and the shared point."""
    codes = {f"{field.rsplit('_', 1)[0]}_out_of_range" for field in plausibility.BOUNDS}
    for path in [*(ROOT / "registry/rules").glob("*.py"), *(ROOT / "registry/importing").glob("*.py")]:
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Doubt":
                first = node.args[0]
                codes |= {first.value} if isinstance(first, ast.Constant) else set()
    return codes | {import_file.SHARED_POINT, *all_checks()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in _LINK.findall(prose_of(path)):
        target, _, anchor = link.partition("#")
        if "://" in link:
            continue
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), link
        assert not anchor or anchor in anchors_of(file), link


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "zh").glob("*.md")))
def test_both_languages_have_the_same_headings(name: str) -> None:
    levels = [[marks for marks, _ in _HEADING.findall(prose_of(DOCS / lang / name))] for lang in LANGUAGES]
    assert levels[0] == levels[1]


def test_every_document_is_there_in_both_languages() -> None:
    assert len({frozenset(path.name for path in (DOCS / lang).glob("*.md")) for lang in LANGUAGES}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_and_option_is_described(lang: str) -> None:
    path = DOCS / lang / "commands.md"
    sections = sections_of(path)
    assert set(sections) == set(commands())
    for name, command in commands().items():
        described = set(re.findall(r"--[a-z-]+", sections[name]))
        assert options_of(command) - {"--help"} <= described, name
    assert options_of(program()) <= coded(path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_setting_and_variable_is_described(lang: str) -> None:
    known = coded(DOCS / lang / "commands.md")
    assert {kind.code for kind in error_kinds()} - known == set()
    assert set(KNOWN) - known == set()
    code = "".join(text_of(path) for path in (ROOT / "registry").rglob("*.py"))
    variables = set(re.findall(r"GUSHU_[A-Z_]+", code)) - {
        "GUSHU_PUBLIC",
        "GUSHU_DESK",
        "GUSHU_PROGRESS",
    }  # `serve` and its jobs set them for their workers
    assert variables - known == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_field_and_list_of_mappings_is_described(lang: str) -> None:
    known = coded(DOCS / lang / "mappings.md")
    assert set(mapping._SHAPES) - known == set()
    assert set(mapping._COLUMN_SHAPES) - known == set()
    assert {f"source.{key}" for key in (*mapping._SOURCE_KEYS, "as_of")} - known == set()
    assert mapping.FIELDS - SPOKEN_ONLY - known == set()
    assert set(mapping.LENGTHS_IN_M) - known == set()
    assert {path.stem for path in mapping.CODELIST_FOLDER.glob("*.toml")} - known == set()
    assert {path.stem for path in mapping.MAPPING_FOLDER.glob("*.toml")} - known == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_mapping_can_be_used(lang: str, tmp_path: Path) -> None:
    (example,) = blocks_of(DOCS / lang / "mappings.md", "toml")
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    read = mapping.read_mapping(path)
    assert {*tomllib.loads(example)} == set(mapping._SHAPES)
    used = {key for column in tomllib.loads(example)["columns"].values() for key in column}
    assert used == set(mapping._COLUMN_SHAPES)
    assert read.release == ("address",)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_doubt_is_described(lang: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", text_of(DOCS / lang / "flags.md"), re.MULTILINE)
    assert set(rows) == doubt_codes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_doubts_says_what_the_catalogue_says(lang: str) -> None:
    degrees = {"zh": {"note": "提示", "warning": "存疑"}, "en": {"note": "note", "warning": "doubtful"}}[lang]
    lines = text_of(DOCS / lang / "flags.md").splitlines()
    rows = {line.split("`")[1]: line[1:-1].split(" | ") for line in lines if line.startswith("| `")}
    for check in all_checks().values():
        told = [cell.strip() for cell in rows[check.id][1:]]
        words = [getattr(label, lang) for label in (check.name, check.source, check.remedy)]
        assert [told[0], *told[2:]] == [words[0], degrees[check.severity], *words[1:]], check.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bounds_are_those_of_the_code(lang: str) -> None:
    text = text_of(DOCS / lang / "flags.md")
    for field, bounds in plausibility.BOUNDS.items():
        row = next(line for line in text.splitlines() if f"`{field.rsplit('_', 1)[0]}_out_of_range`" in line)
        numbers = re.findall(r"-?[\d.,]*\d", row.split("|")[3])
        assert tuple(float(number.replace(",", "")) for number in numbers) == bounds, field


def test_every_table_of_the_edition_is_described() -> None:
    shape = text_of(ROOT / "schema" / "public.sql")
    tables = re.findall(r"^CREATE (?:VIRTUAL )?TABLE (\w+)", shape, re.MULTILINE)
    assert set(tables) - coded(DOCS / "edition.md") == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_quoted_command_can_be_parsed(path: Path) -> None:
    for line in quoted_commands(path):
        name, words = split_command(line)
        if not name:
            assert line == "gushu --help" or shlex.split(line)[1] in {"config", "tag", "photo"}, line
            continue
        command = commands()[name]
        given = {word.partition("=")[0] for word in words if word.startswith("--") and not word.endswith("…")}
        assert given <= options_of(command) | {"--help"}, line


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_is_a_whole_command(path: Path) -> None:
    for line in (line for block in blocks_of(path, "sh") for line in block.splitlines()):
        if line.startswith("gushu ") and line != "gushu --help":
            name, words = split_command(line)
            commands()[name].make_context(name, words)  # raises a usage error otherwise


def test_every_command_that_an_error_advises_exists() -> None:
    for kind in error_kinds():
        for line in re.findall(r"`(gushu [^`]+)`", kind.template):
            assert split_command(line)[0], f"{kind.code}: {line}"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in DOCUMENTS:
        named = re.findall(r"(?:^|`|=\d+ )make ([a-z-]+)", text_of(path), re.MULTILINE)
        assert set(named) <= targets, path


def test_the_readme_stays_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 120
    assert (DOCS / "picture.png").stat().st_size <= 200_000


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the README's own lines were run, but for the one that serves."""
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    block = next(block for block in blocks_of(ROOT / "README.md", "sh") if "gushu init" in block)
    lines = [line for line in block.splitlines() if line.startswith("gushu ")]
    assert shlex.split(lines[-1], comments=True) == ["gushu", "serve"]
    for line in lines[:-1]:
        words = shlex.split(line, comments=True)[1:]
        result = CliRunner().invoke(app, words, input="korean-spruce-9\nkorean-spruce-9\n")
        assert result.exit_code == 0, (line, result.output)
    return tmp_path


def test_the_lines_of_the_readme_make_what_they_say(office: Path) -> None:
    assert (office / "tags.pdf").read_bytes().startswith(b"%PDF")
    with closing(connect(office / "public.gpkg")) as edition:
        keys = {key for (key,) in edition.execute("SELECT key FROM edition")}
        assert edition.execute("SELECT count(*) FROM tree").fetchone() == (713,)
    assert keys - coded(DOCS / "edition.md") == set()
    _check_with_the_script_of_the_docs(office)


def _check_with_the_script_of_the_docs(office: Path) -> None:
    (script,) = blocks_of(DOCS / "edition.md", "python")
    words = [sys.executable, "-c", script, str(office / "public.gpkg")]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout.startswith("edition 1 ")
    with (office / "public.gpkg").open("ab") as stream:
        stream.write(b"\0")
    altered = subprocess.run(words, check=False, capture_output=True, text=True)
    assert "the file is another one" in altered.stderr
