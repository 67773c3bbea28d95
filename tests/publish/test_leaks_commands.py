"""Whatever a command writes for the public holds nothing that was planted in private columns."""

import json
from pathlib import Path

import pytest
from leak_kit import EXACT_NO, GENERALISED_NO, PLANTED, SECRET_PLACE, Office, plant, unpacked
from typer.testing import CliRunner

from registry.cli.app import app

COMMANDS = {
    "list.pdf": ("list", "make", "{out}", "--document", "某政发〔2026〕1号"),
    "list.xlsx": ("list", "make", "{out}", "--document", "某政发〔2026〕1号"),
    "list.html": ("list", "make", "{out}", "--document", "某政发〔2026〕1号"),
    "tree.html": ("file", EXACT_NO, "{out}"),
    "tree.json": ("file", EXACT_NO, "{out}", "--as-of", "2100-01-01"),
    "tree.pdf": ("file", EXACT_NO, "{out}", "--effective", "2026-03-01"),
    "hidden.html": ("file", GENERALISED_NO, "{out}"),
    "hidden.json": ("file", GENERALISED_NO, "{out}", "--as-of", "2100-01-01"),
    "exact.pdf": ("dossier", EXACT_NO, "{out}"),
    "hidden.pdf": ("dossier", GENERALISED_NO, "{out}"),
    "grove.pdf": ("dossier", "grove:G1", "{out}"),
    "garden.pdf": ("dossier", "garden:Y1", "{out}"),
    "place.pdf": ("dossier", "place:P1", "{out}"),
    "element.pdf": ("dossier", "element:E1", "{out}"),
    "booklet.pdf": ("booklet", "{out}"),
    "folder of dossiers": ("dossiers", "{out}"),
    "tags.pdf": ("tags", "print", "{out}"),
    "groves.html": ("ledger", "list", "grove", "{out}"),
    "gardens.xlsx": ("ledger", "list", "garden", "{out}"),
    "places.html": ("ledger", "list", "place", "{out}"),
    "elements.xlsx": ("ledger", "list", "element", "{out}"),
    "tables.xlsx": ("tables", "{out}"),
    "tables.ods": ("tables", "{out}"),
    "census.csv": ("tables", "{out}", "--table", "census_form"),
    "public.csv": ("tables", "{out}", "--table", "public_list"),
    "groves.csv": ("tables", "{out}", "--table", "groves"),
    "part.gpkg": ("export", "geopackage", "{out}", "--photos"),
    "trees.geojson": ("export", "geojson", "{out}"),
    "zones.geojson": ("export", "geojson", "{out}", "--layer", "zone"),
    "orders.csv": ("export", "csv", "{out}"),
    "orders.zip": ("export", "csv", "{out}"),
    "events.zip": ("export", "dwca", "{out}"),
    "records.jsonl": ("export", "json", "{out}", "--photos"),
    "records.jsonl.gz": ("export", "json", "{out}"),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return plant(tmp_path_factory.mktemp("leaks"))


@pytest.fixture(scope="module")
def written(office: Office) -> dict[str, bytes]:
    """What each command writes, unpacked, and what it says on the way."""
    found: dict[str, bytes] = {}
    for name, words in COMMANDS.items():
        out: Path = office.folder / name
        for lang in ("zh", "en"):
            line = ["--register", office.address, "--lang", lang, *(word.format(out=out) for word in words)]
            result = CliRunner().invoke(app, line)
            assert result.exit_code == 0, (words, result.output)
            made = sorted(out.iterdir()) if out.is_dir() else sorted(out.parent.glob(f"{out.name}*"))
            parts = [part for path in made for part in unpacked(path.name, path.read_bytes())]
            found[f"{lang} {name}"] = b"\0".join(parts)
            found[f"{lang} {name} said"] = result.output.encode()
            for path in made:
                path.unlink()
    return found


@pytest.mark.parametrize("what", [*PLANTED])
def test_no_planted_value_is_in_what_a_command_writes_or_says(written: dict[str, bytes], what: str) -> None:
    needle = PLANTED[what].encode()
    escaped = json.dumps(PLANTED[what])[1:-1].encode()
    assert [n for n, content in written.items() if needle in content or escaped in content] == []


def test_the_place_of_a_generalised_tree_is_in_none_of_them(written: dict[str, bytes]) -> None:
    needle = SECRET_PLACE.encode()
    assert [name for name, content in written.items() if needle in content] == []


def test_the_same_search_finds_what_is_public(written: dict[str, bytes]) -> None:
    names = ("exact.pdf", "booklet.pdf", "folder of dossiers", "tags.pdf", "tree.html", "tree.json",
             "list.pdf", "list.xlsx", "list.html", "part.gpkg", "trees.geojson", "orders.csv", "orders.zip",
             "events.zip", "records.jsonl", "records.jsonl.gz")  # fmt: skip
    for name in (f"zh {each}" for each in names):
        assert EXACT_NO.encode() in written[name], name
