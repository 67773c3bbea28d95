"""`gushu verify --file`: a genuine document, and every way in which one is not."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from archive_kit import problems
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from register_kit import import_rows
from sqlalchemy.engine import Engine
from typer.testing import Result

from exports.proofs import PROOF_FILE, RECORD_FILE
from registry.proof_records import DOMAIN, Proof, read_proof

Gushu = Callable[..., Result]
ROW = {
    "no": "1", "name": "国槐", "girth": "300", "day": "1/5/2010", "notes": "甄小明说", "steward": "甄小明",
    "address": "某处", "grade": "二级", "designated": "2010-06-01",
}  # fmt: skip


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Engine:
    import_rows(engine, tmp_path, ROW, {**ROW, "no": "2"})
    import_rows(engine, tmp_path, {**ROW, "girth": "310"}, {**ROW, "no": "2"})
    return engine


@pytest.fixture
def made(register: Engine, gushu: Gushu, tmp_path: Path) -> Path:
    out = tmp_path / "1.pdf"
    result = gushu("dossier", "1", out, lang="zh")
    assert result.exit_code == 0, result.stderr
    return out


def checks(gushu: Gushu, path: Path) -> tuple[int, dict[str, bool | None], str]:
    result = gushu("--json", "verify", "--file", path)
    told = json.loads(result.stdout) if result.stdout else {"checks": []}
    return result.exit_code, {each["check"]: each["holds"] for each in told["checks"]}, result.stderr


def altered(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The document with one of its attachments changed."""
    out = path.with_name("altered.pdf")
    with pikepdf.open(path) as pdf:
        stream = pdf.attachments[name].get_file().obj
        stream.write(change(stream.read_bytes()))
        pdf.save(out)
    return out


def test_a_dossier_is_genuine_and_every_question_is_answered(gushu: Gushu, made: Path) -> None:
    code, found, _said = checks(gushu, made)
    assert code == 0
    assert found == dict.fromkeys(("record", "signature", "check_code", "history", "pages", "replay"), True)
    assert problems(made.read_bytes()) == []
    said = gushu("verify", "--file", made, lang="zh").stdout
    assert "文件属实" in said
    assert "与当时登记册的记录一致" in said


@pytest.mark.parametrize(
    "option", [("--restricted",), ("--as-of", "2026-03-05"), ("--effective", "2015-01-01")]
)
def test_every_kind_of_dossier_is_genuine(
    register: Engine, gushu: Gushu, tmp_path: Path, option: tuple[str]
) -> None:
    out = tmp_path / "kind.pdf"
    assert gushu("dossier", "1", out, *option).exit_code == 0
    code, found, said = checks(gushu, out)
    assert (code, said) == (0, "")
    assert False not in found.values()


def test_a_dossier_stays_genuine_when_the_register_goes_on(
    engine: Engine, gushu: Gushu, made: Path, tmp_path: Path
) -> None:
    import_rows(engine, tmp_path, {**ROW, "girth": "355"}, {**ROW, "no": "2"})
    code, found, _said = checks(gushu, made)
    assert (code, found["replay"], found["history"]) == (0, True, True)
    assert "1 event came since" in gushu("verify", "--file", made).stdout


def test_an_altered_record_is_found(gushu: Gushu, made: Path) -> None:
    other = altered(made, RECORD_FILE, lambda content: content.replace(b"310", b"910"))
    code, found, said = checks(gushu, other)
    assert code == 1
    assert (found["record"], found["pages"], found["replay"]) == (False, False, False)
    assert "document_not_genuine" in said


def test_an_altered_proof_is_found(gushu: Gushu, made: Path) -> None:
    other = altered(made, PROOF_FILE, lambda content: content.replace(b'"number": "1"', b'"number": "7"'))
    code, found, _said = checks(gushu, other)
    assert (code, found["signature"], found["check_code"]) == (1, False, False)


def test_a_record_with_a_proof_of_somebody_elses_key_is_found(gushu: Gushu, made: Path) -> None:
    key = Ed25519PrivateKey.generate()

    def signed_anew(content: bytes) -> bytes:
        statement = read_proof(content).statement
        signature = key.sign(DOMAIN + statement.body())
        return Proof(statement, signature, key.public_key().public_bytes_raw()).to_json()

    other = altered(made, PROOF_FILE, signed_anew)
    code, found, _said = checks(gushu, other)
    assert (code, found["signature"]) == (1, False)
    assert "another register" in gushu("verify", "--file", other).stdout


def test_the_proof_of_another_tree_does_not_serve(gushu: Gushu, made: Path, tmp_path: Path) -> None:
    second = tmp_path / "2.pdf"
    assert gushu("dossier", "2", second).exit_code == 0
    with pikepdf.open(second) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in (RECORD_FILE, PROOF_FILE)}
    other = altered(made, RECORD_FILE, lambda _content: files[RECORD_FILE])
    other = altered(other.rename(tmp_path / "swapped.pdf"), PROOF_FILE, lambda _content: files[PROOF_FILE])
    code, found, _said = checks(gushu, other)
    assert code == 1
    assert (found["record"], found["signature"], found["check_code"]) == (True, True, False)


def test_pages_that_were_exchanged_are_found(gushu: Gushu, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "pages.pdf"
    with pikepdf.open(made) as pdf:
        del pdf.pages[1:]
        pdf.save(out)
    code, found, _said = checks(gushu, out)
    assert (code, found["record"]) == (1, True)
    assert False in (found["pages"], found["check_code"])


def test_a_document_of_another_register_is_not_of_this_one(
    gushu: Gushu, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "other.keys"
    from registry.keys import make_keys

    make_keys(keys)
    monkeypatch.setenv("GUSHU_KEYS", str(keys))
    code, found, _said = checks(gushu, made)
    assert (code, found["signature"]) == (1, False)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document_unreadable"),
        (b"%PDF-1.7\nnothing", "document_unreadable"),
        (None, "document_not_proved"),
    ],
)
def test_what_is_no_document_of_ours_is_named(
    register: Engine, gushu: Gushu, tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "odd.pdf"
    if content is None:
        blank = io.BytesIO()
        pdf = pikepdf.new()
        pdf.add_blank_page()
        pdf.save(blank)
        content = blank.getvalue()
    path.write_bytes(content)
    result = gushu("verify", "--file", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{code}:")


def test_a_file_that_is_not_there_is_named(register: Engine, gushu: Gushu, tmp_path: Path) -> None:
    assert gushu("verify", "--file", tmp_path / "none.pdf").stderr.startswith("input_missing")
    assert gushu("verify", "--file", tmp_path / "none.pdf", "--head", "0" * 64).exit_code == 2


@pytest.mark.parametrize(
    ("kind", "facts", "word"),
    [
        ("grove", ("name=柏林", "tree_count=20"), "古树群"),
        ("garden", ("name=某园",), "历史名园"),
        ("place", ("name=某村", "kind=village"), "地点"),
        ("element", ("name=石桥", "kind=bridge"), "历史景观要素"),
    ],
)
def test_the_dossier_of_an_area_is_proved_and_called_by_its_kind(
    register: Engine, gushu: Gushu, tmp_path: Path, kind: str, facts: tuple[str, ...], word: str
) -> None:
    added = gushu("ledger", "add", kind, "E1", *facts)
    assert added.exit_code == 0, added.output
    out = tmp_path / "area.pdf"
    assert gushu("dossier", f"{kind}:E1", out, lang="zh").exit_code == 0
    code, found, _said = checks(gushu, out)
    expected = dict.fromkeys(("record", "signature", "check_code", "history", "pages"), True)
    assert (code, found) == (0, {**expected, "replay": None})
    assert f"{word} E1" in gushu("verify", "--file", out, lang="zh").stdout
    other = altered(out, RECORD_FILE, lambda content: content.replace(b"E1", b"E7"))
    code, found, _said = checks(gushu, other)
    assert (code, found["record"], found["pages"]) == (1, False, False)
