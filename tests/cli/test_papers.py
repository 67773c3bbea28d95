"""What an office hands out or files proves itself: strategy, opinion, care letter, protection list."""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import strategy_kit as kit
import zxingcpp
from archive_kit import problems
from register_kit import import_rows
from sqlalchemy.engine import Engine
from typer.testing import Result

from exports.proofs import PROOF_FILE, RECORD_FILE
from registry.db import transaction
from registry.proof_records import read_proof

Gushu = Callable[..., Result]
ROW = {
    "no": "1", "name": "国槐", "girth": "300", "steward": "张三", "address": "某处", "grade": "二级",
    "designated": "2010-06-01",
}  # fmt: skip
SITE = {
    "type": "Polygon",
    "coordinates": [
        [[113.05, 36.05], [113.051, 36.05], [113.051, 36.051], [113.05, 36.051], [113.05, 36.05]]
    ],
}
KINDS = ("strategy", "opinion", "letter", "list")


@pytest.fixture
def office(engine: Engine, gushu: Gushu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2"})
    assert gushu("config", "set", "public_address", "https://trees.example.org").exit_code == 0
    return tmp_path


def make(kind: str, engine: Engine, gushu: Gushu, folder: Path) -> Path:
    """A document of a kind, printed twice: the same bytes each time, but for a strategy's day."""
    out = folder / f"{kind}.pdf"
    if kind == "strategy":
        with transaction(engine) as session:
            kit.assess(session, "1", date(2026, 3, 1), 52.5, {"H04": {"value": 20}})
        assert gushu("strategy", "propose", "1").exit_code == 0
        steps: list[tuple[Any, ...]] = [("strategy", "print", "1", out)]
    elif kind == "opinion":
        (folder / "site.geojson").write_text(json.dumps(SITE), "utf-8")
        first = gushu("zones", "check", folder / "site.geojson", "--crs", "WGS84", "--out", out)
        assert first.exit_code == 0, first.output
        number = first.stdout.split()[0]
        steps = [("zones", "opinion", number, "--out", out)]
    elif kind == "letter":
        steps = [("letters", "make", "--out", out, "--yearly", "300")] * 2
    else:
        steps = [("list", "make", out), ("list", "reprint", "1", out)]
    before = out.read_bytes() if out.exists() else None
    for step in steps:
        result = gushu(*step, lang="zh")
        assert result.exit_code == 0, result.output
        assert before is None or out.read_bytes() == before
        before = out.read_bytes()
    return out


def checks(gushu: Gushu, path: Path) -> tuple[int, dict[str, bool | None]]:
    result = gushu("--json", "verify", "--file", path)
    return result.exit_code, {each["check"]: each["holds"] for each in json.loads(result.stdout)["checks"]}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_handed_out_proves_itself_and_is_kept_by_archives(
    engine: Engine, office: Path, gushu: Gushu, kind: str
) -> None:
    path = make(kind, engine, gushu, office)
    content = path.read_bytes()
    assert problems(content) == []
    asked = ("record", "signature", "check_code", "history", "pages", "register")
    assert checks(gushu, path) == (0, dict.fromkeys(asked, True))
    with pikepdf.open(BytesIO(content)) as pdf:
        proof = read_proof(pdf.attachments[PROOF_FILE].get_file().read_bytes())
    assert (proof.statement.kind, proof.statement.is_restricted) == (kind, kind != "list")
    with pypdfium2.PdfDocument(content) as document:
        last = document[len(document) - 1].render(scale=150 / 72, grayscale=True).to_pil()
    read = [each.text for each in zxingcpp.read_barcodes(last)]
    is_letter = kind == "letter"  # its pages have codes of their own, which the office's scan looks for
    assert (proof.address("https://trees.example.org") in read) is not is_letter


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_altered_in_a_paper_is_found(engine: Engine, office: Path, gushu: Gushu, kind: str) -> None:
    path = make(kind, engine, gushu, office)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        stream = pdf.attachments[RECORD_FILE].get_file().obj
        record = json.loads(stream.read_bytes())
        told = record["record"]
        told["content_sha256"] = told["changes"] = "0" * 64
        stream.write(json.dumps(record).encode())
        pdf.save(path)
    code, found = checks(gushu, path)
    assert (code, found["record"], found["register"]) == (1, False, False)


def test_a_paper_whose_end_was_taken_away_is_found(engine: Engine, office: Path, gushu: Gushu) -> None:
    path = make("strategy", engine, gushu, office)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[-1]
        pdf.save(path)
    code, found = checks(gushu, path)
    assert (code, found["pages"]) == (1, False)


def test_a_strategy_that_was_worked_on_since_is_not_called_false(
    engine: Engine, office: Path, gushu: Gushu
) -> None:
    path = make("strategy", engine, gushu, office)
    assert gushu("strategy", "set", "1", "目标=恢复树势", lang="zh").exit_code == 0
    code, found = checks(gushu, path)
    assert (code, found["register"]) == (0, None)


def test_an_opinion_carries_no_place_that_its_pages_do_not_show(
    engine: Engine, office: Path, gushu: Gushu
) -> None:
    path = make("opinion", engine, gushu, office)
    with pikepdf.open(path) as pdf:
        told = json.loads(pdf.attachments[RECORD_FILE].get_file().read_bytes())["record"]
    assert "context" not in told
    assert all({"outline", "trunk"}.isdisjoint(hit) for hit in told.get("hits", ()))


def test_letters_in_one_file_for_the_printer_carry_no_record(
    engine: Engine, office: Path, gushu: Gushu, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2"}, {**ROW, "no": "3", "steward": "李四"})
    path = make("letter", engine, gushu, office)
    with pikepdf.open(path) as pdf:
        assert not [*pdf.attachments]
    assert problems(path.read_bytes()) == []
    assert "not_proved" in gushu("verify", "--file", path).stderr


def test_without_keys_a_list_says_nothing_of_a_proof(
    engine: Engine, office: Path, gushu: Gushu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUSHU_KEYS", str(office / "none.keys"))
    path = make("list", engine, gushu, office)
    with pikepdf.open(path) as pdf:
        assert [*pdf.attachments] == [RECORD_FILE]
    with pypdfium2.PdfDocument(path) as document:
        assert all("核验码" not in page.get_textpage().get_text_range() for page in document)
