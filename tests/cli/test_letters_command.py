"""`gushu letters`, `payments`, `notices`, `duty suggest`: from printing to the payment, in both languages."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from conftest import Gushu
from register_kit import MAPPING, make_csv, make_mapping

DAY = "2026-11-01"


@pytest.fixture
def office(tmp_path: Path, gushu: Gushu, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    mapping = (
        MAPPING + 'place = { field = "growth_place", optional = true, vocabulary = { "学校" = "school" } }\n'
    )
    rows = [{"no": f"0{number}", "name": "国槐", "grade": "一级", "steward": "张三"} for number in (1, 2)]
    rows += [{"no": "03", "name": "侧柏", "steward": "某村村民委员会"}, {"no": "04", "place": "学校"}]
    path = make_csv(tmp_path / "rows.csv", *rows)
    result = gushu("import", path, "--mapping", make_mapping(tmp_path, mapping))
    assert result.exit_code == 0, result.output
    return tmp_path


def told(gushu: Gushu, *words: Any) -> Any:
    result = gushu("--lang", "zh", "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_from_the_printed_letter_to_the_payment(office: Path, gushu: Gushu) -> None:
    make = (
        "letters",
        "make",
        "--out",
        "all.pdf",
        "--yearly",
        "300",
        "--yearly",
        "一级=800",
        "--until",
        "2029-12-31",
    )
    first = told(gushu, *make)
    assert [(each["party"], each["records"], each["yearly_cents"]) for each in first["letters"]] == [
        ("张三", 2, 160_000),
        ("某村村民委员会", 1, 30_000),
    ]
    content = Path("all.pdf").read_bytes()
    assert not any(each["new"] for each in told(gushu, *make)["letters"])
    assert Path("all.pdf").read_bytes() == content
    with pypdfium2.PdfDocument("all.pdf") as document:
        pages = [page.render(scale=170 / 72, grayscale=True).to_pil().convert("L") for page in document]
    pages[-1].save("part.png")
    part = told(gushu, "letters", "scan", "part.png")
    assert [(each["party"], each["missing"], each["signed_now"]) for each in part["letters"]] == [
        ("某村村民委员会", [1], False)
    ]
    today = told(gushu, "letters", "list")["letters"][0]["valid_from"]
    pages[0].rotate(180).save("all_scan.pdf", save_all=True, append_images=pages[1:], resolution=170)
    done = told(gushu, "letters", "scan", "all_scan.pdf", "--signed-on", today)
    assert [each["agreements"] for each in done["letters"]] == [2, 1]
    assert {each["version"] for each in told(gushu, "agreement", "list")["agreements"]} == {1}
    assert told(gushu, "letters", "due")["due"] == []
    year = today[:4]
    assert told(gushu, "payments", "make", year, "pay.xlsx")["new"] == 2
    told(gushu, "payments", "paid", year, "张三", "--on", today, "--document", "支1")
    told(gushu, "payments", "list", year, "pay.xlsx")
    book = openpyxl.load_workbook("pay.xlsx")
    assert [
        cell.value for row in book.worksheets[1].iter_rows() for cell in row if cell.data_type == "f"
    ] == [
        "=SUMIFS('{0}'!$G:$G,'{0}'!$F:$F,A6,'{0}'!$H:$H,\"待发放\")".format(book.worksheets[0].title),
        "=SUMIFS('{0}'!$G:$G,'{0}'!$F:$F,A6,'{0}'!$H:$H,\"已发放\")".format(book.worksheets[0].title),
        "=SUM(B6:C6)",
    ]
    numbers = {cell.value for cell in book.worksheets[2]["D"] if cell.row > 5}
    assert {"01", "02", "03"} <= numbers
    assert "仅限内部使用" in str([row[0].value for row in book.worksheets[0].iter_rows(max_row=6)])
    assert gushu("verify").exit_code == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_letters_in_a_folder_name_no_person(office: Path, gushu: Gushu, lang: str) -> None:
    result = gushu("--lang", lang, "letters", "make", "--out", "letters", "--kind", "responsibility")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in Path("letters").iterdir()) == [
        f"YH-{told(gushu, 'letters', 'list')['letters'][0]['valid_from'][:4]}-000{number}.pdf"
        for number in (1, 2)
    ]
    assert {"zh": "仅限内部使用", "en": "For the office only"}[lang] in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("letters", "make", "--out", "x.pdf", "--yearly", "viel"),
        ("letters", "make", "--out", "x.pdf", "--yearly", "9=300"),
        ("letters", "make", "--out", "x.pdf", "--series", "a%"),
        ("letters", "scan", "rows.csv", "--letter", "X"),
        ("notices", "add", "--kind", "zone", "--on", DAY),
        ("notices", "list", "--missing", "warning"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_written(office: Path, gushu: Gushu, words: Any) -> None:
    assert gushu(*words).exit_code == 2
    assert not Path("x.pdf").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("letters", "make", "--out", "x.docx"), "output_kind"),
        (("letters", "make", "--out", "rows.csv.pdf/../register.db"), "output_"),
        (("letters", "make", "--out", "x.pdf", "--party", "无此人"), "party_not_found"),
        (("letters", "make", "--out", "x.pdf", "--where", "tree_no=04"), "nothing_selected"),
        (("letters", "scan", "rows.csv"), "scan_unreadable"),
        (("letters", "void", "YH-1", "--reason", "x"), "care_letter"),
        (("payments", "paid", "2026", "张三", "--on", DAY, "--document", "1"), "care_payment"),
        (("notices", "ack", "01", "--on", DAY), "steward_notice"),
    ],
)
def test_what_cannot_be_done_has_its_code(office: Path, gushu: Gushu, words: Any, code: str) -> None:
    result = gushu(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith(code)


def test_who_it_might_be_is_suggested_and_never_settled(office: Path, gushu: Gushu) -> None:
    found = told(gushu, "duty", "suggest")
    assert (found["looked_at"], found["without"], found["suggested"]) == (4, 1, 1)
    assert found["records"][0]["rule"] == "institution"
    assert told(gushu, "duty", "suggest", "s.xlsx")["without"] == 1
    assert told(gushu, "duty", "show", "04")["duties"] == []


def test_stewards_are_told_and_acknowledge(office: Path, gushu: Gushu) -> None:
    assert len(told(gushu, "notices", "list", "--missing", "agreement", "--out", "n.xlsx")["notices"]) == 3
    assert told(gushu, "notices", "add", "--missing", "--kind", "agreement", "--on", DAY)["new"] == 3
    assert told(gushu, "notices", "ack", "01", "--on", DAY)["acknowledged"] == 1
    assert len(told(gushu, "notices", "list", "--open")["notices"]) == 2
    assert gushu("verify").exit_code == 0


def test_nothing_of_letters_payments_and_notices_reaches_the_edition(office: Path, gushu: Gushu) -> None:
    told(gushu, "letters", "make", "--out", "all.pdf", "--yearly", "777")
    (number, code) = next(
        (each["document_no"], each["code"]) for each in told(gushu, "letters", "list")["letters"]
    )
    words = ("--means", "口头暗语", "--text", "内部暗语", "--document", "暗函1号")
    told(gushu, "notices", "add", "01", "--kind", "warning", "--on", DAY, *words)
    assert gushu("publish", "--out", "public.gpkg").exit_code == 0
    edition = Path("public.gpkg").read_bytes()
    for secret in ("张三", number, code, "口头暗语", "内部暗语", "暗函1号"):
        assert secret.encode() not in edition


def test_a_bare_name_of_several_villages_gets_no_letter_unless_allowed(
    tmp_path: Path, gushu: Gushu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mapping = MAPPING + 'village = { field = "village", optional = true }\n'
    rows = [
        {"no": f"0{number}", "name": "国槐", "steward": "村委会", "village": f"{number}村"}
        for number in (1, 2)
    ]
    path = make_csv(tmp_path / "rows.csv", *rows, {"no": "03", "name": "国槐", "steward": "张三"})
    assert gushu("import", path, "--mapping", make_mapping(tmp_path, mapping)).exit_code == 0
    make = ("letters", "make", "--out", "x.pdf", "--yearly", "300")
    result = gushu("--lang", "zh", *make)
    assert result.exit_code == 0, result.output
    assert "村委会：没有印" in result.stdout
    assert "1村" in result.stdout
    assert "2村" in result.stdout
    assert "--allow-shared 村委会" in result.stdout
    alone = gushu("--lang", "zh", *make, "--party", "村委会")
    assert alone.exit_code == 1
    assert "--allow-shared" in alone.output
    both = told(gushu, *make, "--allow-shared", "村委会")
    assert [each["party"] for each in both["letters"]] == ["张三", "村委会"]
    assert "同一个名字" in gushu("--lang", "zh", "duty", "list", "村委会").stdout


def test_a_year_without_agreements_is_told_and_no_list_is_written(office: Path, gushu: Gushu) -> None:
    result = gushu("--lang", "zh", "payments", "make", "2026", "pay.xlsx")
    assert result.exit_code == 0, result.output
    assert "2026 年没有有效的协议" in result.stdout
    assert not Path("pay.xlsx").exists()
