"""PDF/A-3b: every clause that can be looked at without a validator, and files that travel inside."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from archive_kit import problems
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.dossier import write_dossier
from exports.fonts import new_canvas
from exports.pdf_archive import Attachment, srgb_profile
from exports.proofs import PROOF_FILE, RECORD_FILE, prove_record
from exports.record_json import canonical_json, record_values
from registry.proof_records import Proof, Signer, Statement, prove, read_proof, read_token
from registry.vocab.language import translator
from tests.exports.builders import make_facts, make_photo, make_tree_record

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer(KEY.sign, KEY.public_key().public_bytes_raw())
UUID = "11111111-2222-4333-8444-555555555555"


def dossier(lang="zh", *, signer=SIGNER, **facts) -> bytes:
    out = BytesIO()
    tree = make_tree_record(uuid=UUID, photos=(make_photo(),), lon=121.5, lat=25.0, **facts)
    write_dossier(tree, make_facts(history_seq=12), out, language=translator(lang), signer=signer)
    return out.getvalue()


def drawn(title="t", **facts) -> bytes:
    out = BytesIO()
    canvas = new_canvas(out, pagesize=(300, 200), title=title, **facts)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="module", params=["zh", "en"])
def pdf(request) -> bytes:
    return dossier(request.param)


def test_a_dossier_holds_every_clause_that_is_looked_at(pdf):
    assert problems(pdf) == []


def test_each_clause_that_is_broken_is_found(pdf):
    broken = {
        "6.1.2": pdf.replace(b"%PDF-1.7\n%\xe5\x8f\xa4\xe6", b"%PDF-1.7\n%abcd", 1),
        "6.1.7.1": pdf.replace(b"\nendstream", b"endstream"),
        "6.6.4": pdf.replace(b"<pdfaid:part>3<", b"<pdfaid:part>2<"),
        "6.6.3": pdf.replace(b"<xmp:CreatorTool>Gushu<", b"<xmp:CreatorTool>Other<"),
        "6.1.3": pdf + b"more",
        "6.3.2": pdf.replace(b"/F 4", b"/F 0"),
        "6.2.3": pdf.replace(b"/GTS_PDFA1", b"/GTS_PDFA9"),
        "6.8": pdf.replace(b"/AFRelationship", b"/AFRelationshop"),
    }
    for clause, content in broken.items():
        assert any(clause in each for each in problems(content)), clause


def test_the_same_content_gives_the_same_bytes():
    assert dossier() == dossier()


def test_the_record_and_its_proof_travel_inside(pdf):
    with pikepdf.open(BytesIO(pdf)) as opened:
        files = {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}
        relations = {str(each.UF): str(each.AFRelationship) for each in opened.Root.AF}
        kinds = {each.EF.F.Subtype for each in opened.Root.AF}
    assert relations == {RECORD_FILE: "/Data", PROOF_FILE: "/Supplement"}
    assert kinds == {"/application/json"}
    record = json.loads(files[RECORD_FILE])
    assert record["record"]["tree_no"] == "768"
    assert canonical_json(record) == files[RECORD_FILE]
    proof = read_proof(files[PROOF_FILE])
    assert proof.token.is_signed_by(SIGNER.public_key)
    assert proof.statement.history_seq == 12


def test_without_a_key_the_record_travels_and_nothing_is_proved():
    with pikepdf.open(BytesIO(dossier(signer=None))) as opened:
        assert [*opened.attachments] == [RECORD_FILE]


def test_an_exact_place_that_is_not_shown_does_not_travel_along():
    pdf = dossier(position_precision="0.01")
    with pikepdf.open(BytesIO(pdf)) as opened:
        record = json.loads(opened.attachments[RECORD_FILE].get_file().read_bytes())
    assert {"lon", "lat"} & record["record"].keys() == set()


def test_no_page_names_a_font_that_is_not_in_the_document():
    with pikepdf.open(BytesIO(dossier(name_latin="Ficus microcarpa"))) as opened:
        names = {str(font.BaseFont) for page in opened.pages for font in page.Resources.Font.values()}
    assert names
    assert all("+" in name for name in names)


def test_the_profile_is_that_of_srgb_and_bears_no_day_of_today():
    assert srgb_profile()[24:30] == bytes.fromhex("07d000010001")
    assert srgb_profile()[12:20] == b"mntrRGB "


@given(title=st.text(max_size=40), author=st.text(max_size=20))
@settings(max_examples=25)
def test_whatever_a_document_is_called_both_descriptions_say_the_same(title, author):
    assert problems(drawn(title=title, author=author, made_at=datetime(2026, 3, 1, tzinfo=UTC))) == []


@given(name=st.sampled_from(["a.json", "记录.json"]), content=st.binary(max_size=2000))
@settings(max_examples=20)
def test_any_file_comes_out_as_it_went_in(name, content):
    out = BytesIO()
    canvas = new_canvas(out, pagesize=(100, 100), title="t")
    canvas.file.attach(Attachment(name, content, "application/json", "Data", "a file"))
    canvas.showPage()
    canvas.save()
    with pikepdf.open(BytesIO(out.getvalue())) as opened:
        assert opened.attachments[name].get_file().read_bytes() == content
    assert problems(out.getvalue()) == []


statements = st.builds(
    Statement,
    kind=st.sampled_from(["tree", "grove", "booklet"]),
    uuid=st.uuids().map(str),
    number=st.text(max_size=30),
    register=st.text(max_size=30),
    made_at=st.integers(10**9, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    history_head=st.just("ab" * 32),
    history_seq=st.integers(0, 2**32 - 1),
    record_sha256=st.just("cd" * 32),
    is_restricted=st.booleans(),
    view_seq=st.none() | st.integers(0, 99),
)


@given(statement=statements)
@settings(max_examples=60)
def test_a_proof_comes_back_from_its_file_and_from_its_address(statement):
    proof = prove(statement, b"{}", SIGNER.sign, SIGNER.public_key)
    again = read_proof(proof.to_json())
    assert again.statement == statement
    assert again.check_code == proof.check_code
    token = read_token(proof.address("https://trees.example.org").rpartition("/")[2].lower())
    assert token == proof.token
    assert token.is_signed_by(SIGNER.public_key)
    assert (token.kind, token.uuid, token.history_seq, token.made_at, token.is_restricted) == (
        statement.kind, statement.uuid, statement.history_seq, statement.made_at, statement.is_restricted
    )  # fmt: skip
    assert re.fullmatch(
        "HTTPS://TREES.EXAMPLE.ORG/CHECK/[A-Z2-7]{196}", proof.address("https://trees.example.org/")
    )
    assert re.fullmatch("([A-Z2-7]{4}-){4}[A-Z2-7]{4}", proof.check_code)


@given(statement=statements, field=st.sampled_from(["number", "register", "history_head", "record_sha256"]))
@settings(max_examples=30)
def test_a_statement_that_says_otherwise_is_not_signed(statement, field):
    proof = prove(statement, b"{}", SIGNER.sign, SIGNER.public_key)
    other = Proof(
        replace(statement, **{field: getattr(statement, field) + "x"}), proof.signature, proof.public_key
    )
    assert not other.token.is_signed_by(SIGNER.public_key)


@given(content=st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps({"format": "gushu-proof-1", "kind": value}).encode()))  # fmt: skip
@settings(max_examples=40)
def test_whatever_is_no_proof_is_called_none(content):
    with pytest.raises(ValueError, match="no proof"):
        read_proof(content)


def test_the_record_is_that_of_the_tree():
    tree = make_tree_record(uuid=UUID, address="某处")
    proof = prove_record(tree, make_facts(), SIGNER)
    assert json.loads(proof.record)["record"] == json.loads(json.dumps(record_values(tree)))
