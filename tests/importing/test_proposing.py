"""Proposing a mapping: what the values bear out is sure, what nobody can see is asked, nothing is guessed."""

import csv
import io
import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import HONG_KONG, REPOSITORY, SINGAPORE, TAIPEI

from registry.errors import InputUnreadableError, MappingError
from registry.importing.header_words import _file, known_words, language_of, read_heading
from registry.importing.interpret import interpret
from registry.importing.mapping import FIELDS, Mapping, read_mapping
from registry.importing.problems import RowProblem
from registry.importing.proposing import Proposal, propose
from registry.importing.proposing_columns import Proposed, Sure
from registry.importing.proposing_text import mapping_text
from registry.importing.reading import open_table

SHARED = REPOSITORY.parent / "shared" / "data"
UNDERSTOOD = json.loads((Path(__file__).parent / "understood.json").read_text("utf-8"))
"""What a person says of each column: its field, "" where it is left out, "?" where it must be asked."""
LEAST = 0.96
TODAY = date(2026, 11, 21)


def write(path: Path, columns: dict[str, list[str]]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def proposal_of(path: Path) -> Proposal:
    return propose(open_table(path))


@pytest.fixture
def proposed(tmp_path: Path):
    """Proposes for columns given as {header: cells}; all get as many rows as the longest, repeated."""

    def make(**columns: list[str]) -> dict[str, Proposed]:
        return make_of(columns)

    def make_of(columns: dict[str, list[str]]) -> dict[str, Proposed]:
        rows = max(30, *(len(cells) for cells in columns.values()))
        whole = {name: [cells[at % len(cells)] for at in range(rows)] for name, cells in columns.items()}
        found = proposal_of(write(tmp_path / "a.csv", {"编号": [f"A{n}" for n in range(rows)], **whole}))
        make.proposal = found  # type: ignore[attr-defined]
        return {column.header: column for column in found.columns}

    make.of = make_of  # type: ignore[attr-defined]
    return make


def written(proposal: Proposal, folder: Path) -> Mapping:
    path = folder / "proposed.toml"
    path.write_text(mapping_text(proposal), encoding="utf-8")
    return read_mapping(path)


def is_right(column: Proposed, wanted: str) -> bool:
    is_empty = column.reason is not None and str(column.reason) == "the column is empty"
    return is_empty or (not column.is_used if wanted == "?" else (column.field or "") == wanted)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected registers are not at hand")
def test_unknown_registers_are_understood_without_a_mapping() -> None:
    right = total = 0
    for name, wanted in UNDERSTOOD.items():
        columns = proposal_of(SHARED / name).columns
        assert {column.header for column in columns} == set(wanted), name
        good = sum(is_right(column, wanted[column.header]) for column in columns)
        assert good >= 0.85 * len(columns), name
        right, total = right + good, total + len(columns)
    assert right / total >= LEAST


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected registers are not at hand")
@pytest.mark.parametrize("name", [name for name in UNDERSTOOD if "street" not in name])
def test_a_proposal_can_be_imported_or_says_what_it_lacks(tmp_path: Path, name: str) -> None:
    proposal = proposal_of(SHARED / name)
    if not proposal.has("tree_no"):
        with pytest.raises(MappingError, match="tree_no"):
            written(proposal, tmp_path)
        return
    mapping = written(proposal, tmp_path)
    table = open_table(SHARED / name, fits=mapping.fits)
    located = mapping.locate(table.headers)
    read = bad = 0
    for row in table.rows:
        read += 1
        try:
            interpret(row, mapping, located, today=TODAY)
        except RowProblem:
            bad += 1
    assert read == proposal.rows
    assert bad <= 0.03 * read


@pytest.mark.parametrize(("path", "rows"), [(TAIPEI, 3874), (HONG_KONG, 713), (SINGAPORE, 255)])
def test_the_samples_are_understood(path: Path, rows: int, tmp_path: Path) -> None:
    proposal = proposal_of(path)
    assert proposal.rows == rows
    assert written(proposal, tmp_path).release == ()
    wanted = next(cols for name, cols in UNDERSTOOD.items() if name.endswith(path.name))
    assert all(is_right(column, wanted[column.header]) for column in proposal.columns)


def test_every_word_leads_to_a_field_that_there_is() -> None:
    assert set(_file()["fields"]) - FIELDS == set()
    for texts in _file()["fields"].values():
        for text in (text for words in texts.values() for text in words):
            assert read_heading(text).senses, text


@pytest.mark.parametrize("form", ["single_tree_form_fields.csv"])
@pytest.mark.parametrize("column", ["no", "short_code", "label_zh"])
def test_the_official_form_is_known_by_labels_numbers_and_short_codes(form: str, column: str) -> None:
    path = SHARED / "official-census-form" / form
    if not path.is_file():
        pytest.skip("the official form is not at hand")
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    named = [row for row in rows if row[column]]
    unknown = [row[column] for row in named if not read_heading(row[column]).senses]
    assert unknown in ([], ["说明"])
    for row in named:
        senses = {sense.name for sense in read_heading(row[column]).senses}
        label = {sense.name for sense in read_heading(row["label_zh"]).senses}
        assert not senses or not label or senses & label, row


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (
            "县市区 古树编号 树种名 树龄 树高m 胸径cm 冠幅m 具体位置",
            "county tree_no name_verbatim age_years height_m diameter_cm crown_m small_place",
        ),
        (
            "编号 位置 树种 拉丁名 科 属 树龄 树高 胸围cm 平均冠幅 认定理由",
            "tree_no address name_verbatim latin_verbatim family genus age_years height_m girth_cm crown_m "
            "values",
        ),
        (
            "乡镇 村 小地名 树名 拉丁文 估测年龄 胸围 地围 树高 平均冠幅",
            "town village small_place name_verbatim latin_verbatim age_years girth_cm ground_girth_cm "
            "height_m crown_m",
        ),
        ("樹木編號 樹種名稱 樹胸徑寬度公尺 緯度 經度", "tree_no name_verbatim diameter_cm lat lon"),
        (
            "幹周 樹高 枝張り 所在地 樹種 推定樹齢",
            "girth_cm height_m crown_m address name_verbatim age_years",
        ),
        ("circonférence_en_cm hauteur_m essence", "girth_cm height_m -"),
        ("Stammumfang_cm Baumhöhe Kronendurchmesser Baumart", "girth_cm height_m crown_m name_verbatim"),
        ("circonferenza_fusto altezza_m comune", "girth_cm height_m city"),
        ("perímetro altura especie municipio", "girth_cm height_m latin_verbatim city"),
        ("obvod_kmene výška druh", "girth_cm height_m name_verbatim"),
        ("ümbermõõt kõrgus liik", "girth_cm height_m name_verbatim"),
    ],
)
def test_headers_of_published_lists_are_known(headers: str, fields: str) -> None:
    for header, field in zip(headers.split(), fields.split(), strict=True):
        senses = read_heading(header).senses
        assert field in {sense.name for sense in senses} or field == "-", (header, senses)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("树高(m)", "m"),
        ("胸围（厘米）", "cm"),
        ("樹胸圍長度公尺", "m"),
        ("dbh_mm", "mm"),
        ("height_ft", "ft"),
        ("circonference en cm", "cm"),
        ("DBH [in]", "in"),
        ("树高", None),
        ("age_years", None),
        ("main", None),
    ],
)
def test_units_in_headers_are_read(header: str, unit: str | None) -> None:
    assert read_heading(header).unit == unit


def test_units_and_decimal_commas_in_cells_are_read(proposed) -> None:
    columns = proposed(girth=["1 m.", "0,8 m.", "2,4 m"], height=["16 m", "10 m"])
    assert columns["girth"].keys == {"field": "girth_cm", "decimal": ",", "unit": ["value", "m"]}
    assert columns["height"].keys == {"field": "height_m", "unit": ["value", "m"]}


@pytest.mark.parametrize(
    ("cells", "keys", "asked"),
    [
        (["25/12/2020", "1/2/2021"], {"date": "%d/%m/%Y"}, False),
        (["12/25/2020", "1/2/2021"], {"date": "%m/%d/%Y"}, False),
        (["2/6/2022", "8/9/2004"], None, True),
        (["2020-12-25", "2021/1/2", "20210103"], {}, False),
        (["25.12.2020"], {"date": "%d.%m.%Y"}, False),
        (["1998", "2004"], None, True),
    ],
)
def test_the_order_of_day_and_month_is_seen_or_asked(proposed, cells, keys, asked) -> None:
    column = proposed(调查日期=cells)["调查日期"]
    assert column.is_used is not asked
    assert bool(column.questions) is asked
    if keys is not None:
        assert {key: value for key, value in column.keys.items() if key == "date"} == keys


def test_an_odd_day_that_stands_too_often_is_asked_about(proposed) -> None:
    columns = proposed(registration_date=["1/1/2000", "1/1/2000", "25/3/2004"])
    assert "2000-01-01" in str(columns["registration_date"].questions)
    assert proposed.proposal.placeholder_dates == (date(2000, 1, 1),)


@pytest.mark.parametrize("header", ["胸径(cm)", "XJ", "胸径"])
def test_a_diameter_with_the_sizes_of_girths_is_asked_about(proposed, header: str) -> None:
    column = proposed.of({header: ["440", "590", "305", "280"]})[header]
    assert (column.field, column.sure, column.is_used) == ("diameter_cm", Sure.UNSURE, False)
    assert "胸围" in str(column.questions)


def test_a_diameter_alone_is_never_sure(proposed) -> None:
    column = proposed.of({"中文名": ["国槐", "银杏"], "胸径(cm)": ["44", "59", "30"]})["胸径(cm)"]
    assert column.sure is Sure.PROBABLY
    assert column.questions


def test_girth_and_diameter_bear_each_other_out(proposed) -> None:
    columns = proposed.of({"胸围": ["314", "157", "94.2"], "胸径": ["100", "50", "30"]})
    assert {columns[name].sure for name in ("胸围", "胸径")} == {Sure.SURE}
    assert not columns["胸径"].questions


def test_girth_and_diameter_that_are_interchanged_are_asked_about(proposed) -> None:
    columns = proposed.of({"胸围": ["100", "50", "31"], "胸径": ["314", "157", "97.3"]})
    assert not columns["胸围"].is_used
    assert not columns["胸径"].is_used


def test_feet_and_inches_are_told_by_the_ratio_and_heights_are_asked_about(proposed) -> None:
    columns = proposed.of(
        {"CIRCUMFERE": ["12.17", "15.44", "14"], "DIAMETER": ["46.5", "59", "53.5"], "HEIGHT": ["78", "82"]}
    )
    assert columns["CIRCUMFERE"].keys["unit"] == "ft"
    assert columns["DIAMETER"].keys["unit"] == "in"
    assert not columns["HEIGHT"].is_used
    assert columns["HEIGHT"].keys["unit"] == "ft"


@pytest.mark.parametrize(("cells", "units"), [(["1.2", "3.4", "4.1"], "m"), (["137", "90", "240"], None)])
def test_a_girth_whose_size_does_not_fit_its_unit_is_asked_about(proposed, cells, units) -> None:
    column = proposed(girth_cm=cells)["girth_cm"]
    assert column.is_used is (units is None)
    assert units is None or units in str(column.questions[0])


def test_positions_need_a_datum_that_nobody_can_see(proposed, tmp_path: Path) -> None:
    columns = proposed.of({"经度": ["113.04", "113.1"], "纬度": ["36.04", "36.1"]})
    assert columns["经度"].sure is Sure.SURE
    assert any("datum" in str(question) for question in proposed.proposal.questions)
    assert written(proposed.proposal, tmp_path).defaults["datum"] == "unknown"
    assert '# datum = "CGCS2000"' in mapping_text(proposed.proposal)


@pytest.mark.parametrize(
    ("header", "datum"),
    [("经度(CGCS2000)", "CGCS2000"), ("经度（WGS-84）", "WGS84"), ("高德坐标 经度", "GCJ-02")],
)
def test_a_datum_that_the_file_names_is_taken(proposed, tmp_path: Path, header: str, datum: str) -> None:
    proposed.of({header: ["113.04", "113.1"], "纬度": ["36.04", "36.1"]})
    assert written(proposed.proposal, tmp_path).defaults["datum"] == datum
    assert not any("datum" in str(question) for question in proposed.proposal.questions)


def test_ages_in_words_are_kept_as_text_and_months_are_no_days(proposed) -> None:
    columns = proposed.of({"树龄": ["约300年", "300余年", "500"], "认定时间": ["2018年5月", "2019年6月"]})
    assert columns["树龄"].keys["field"] == "age_text"
    assert not columns["认定时间"].is_used
    assert columns["认定时间"].questions


def test_ages_of_three_kinds_say_how_they_are_known(proposed, tmp_path: Path) -> None:
    columns = proposed.of({"真实树龄": ["310"], "估测树龄": ["300", "400"], "传说树龄": ["1000", "900"]})
    assert [columns[name].keys["also"]["age_basis"] for name in columns if name != "编号"] == [
        "documented",
        "estimated",
        "legend",
    ]
    assert written(proposed.proposal, tmp_path)


def test_coordinates_that_are_interchanged_are_told_by_their_values(proposed) -> None:
    columns = proposed.of({"经度": ["36.04", "36.1"], "纬度": ["113.04", "113.1"]})
    assert (columns["经度"].field, columns["纬度"].field) == ("lat", "lon")
    assert columns["经度"].questions


def test_both_coordinates_in_one_cell_are_read(proposed) -> None:
    assert proposed(geo=["48.85, 2.32", "48.83, 2.43"])["geo"].keys == {
        "field": "position",
        "order": "lat-lon",
    }
    turned = proposed.of({"经纬度": ["113.04,36.04", "113.1,36.1"]})["经纬度"]
    assert turned.keys["order"] == "lon-lat"
    assert not turned.questions


def test_metres_of_a_projected_grid_are_asked_about_and_not_read(proposed) -> None:
    columns = proposed(TWD97X=["302404.92", "302408.24"], TWD97Y=["2777358.41", "2777352.36"])
    assert not columns["TWD97X"].is_used
    assert not columns["TWD97Y"].is_used
    assert "EPSG" in str(columns["TWD97X"].questions)
    assert "EPSG:3826" in mapping_text(proposed.proposal)


def test_one_coordinate_alone_is_asked_about(proposed) -> None:
    assert not proposed.of({"经度": ["113.04", "113.1"]})["经度"].is_used


@pytest.mark.parametrize(
    ("numbers", "scheme"),
    [
        ([f"140404{n:05}" for n in range(1, 40)], "lyt1664-11"),
        ([f"994004{n:05}" for n in range(1, 40)], "other"),
        ([f"{n:03}" for n in range(40)], "other"),
    ],
)
def test_the_scheme_of_numbers_is_told_by_their_form(tmp_path: Path, numbers: list[str], scheme: str) -> None:
    found = proposal_of(write(tmp_path / "a.csv", {"古树编号": numbers, "中文名": ["国槐"] * len(numbers)}))
    assert found.number_scheme == scheme


def test_damaged_numbers_are_told_before_the_import(tmp_path: Path) -> None:
    cells = ["1.40404E+10", *(f"140404{n:05}" for n in range(1, 20))]
    found = proposal_of(write(tmp_path / "a.csv", {"古树编号": cells, "中文名": ["国槐"] * 20}))
    assert any("1.40404E+10" in str(question) for question in found.all_questions)


def test_a_number_that_repeats_is_asked_about_with_what_completes_it(tmp_path: Path) -> None:
    columns = {"register_id": [str(n // 3) for n in range(30)], "part": [str(n % 3 + 1) for n in range(30)]}
    found = proposal_of(write(tmp_path / "a.csv", columns))
    assert any("register_id and part together" in str(question) for question in found.questions)


def test_persons_and_telephones_are_kept_private(proposed, tmp_path: Path) -> None:
    columns = proposed.of(
        {"管护人": ["王某某", "李某某"], "联系电话": ["13800000000"], "户主": ["某某"], "小地名": ["后街"]}
    )
    assert columns["管护人"].field == "steward"
    assert (columns["联系电话"].field, columns["联系电话"].beside) == (None, "phone")
    assert columns["户主"].field == "owner"
    assert written(proposed.proposal, tmp_path).release == ()


def test_a_famous_tree_in_the_column_of_grades_is_a_category(proposed, tmp_path: Path) -> None:
    columns = proposed.of({"保护等级": ["一级", "三级", "名木"]})
    assert columns["保护等级"].is_used
    mapping = written(proposed.proposal, tmp_path)
    assert [when.settled for when in mapping.whens] == [{"category": "famous"}]


def test_words_that_no_list_has_are_asked_about(proposed) -> None:
    columns = proposed.of({"权属": ["国有", "集体", "宗教产"], "生长势": ["好极了", "马马虎虎"]})
    assert columns["权属"].keys["vocabulary"] == {"宗教产": ""}
    assert "宗教产" in str(columns["权属"].questions)
    assert not columns["生长势"].is_used


def test_placeholders_are_found_and_written(proposed, tmp_path: Path) -> None:
    proposed.of({"土壤": ["黄土", "未标注", "待补充"]})
    assert written(proposed.proposal, tmp_path).placeholder_texts == {"未标注", "待补充"}


def test_the_language_of_texts_is_told_by_script_and_small_words() -> None:
    assert language_of(["the oak of the park and the street"] * 9) == "en"
    assert language_of(["Eiche am Park und die Linde der Stadt"] * 9) == "de"
    assert language_of(["x y z"]) is None


@pytest.mark.parametrize(
    "header", ['a"b\\c', "多行\n列名", "a = { field", "# 胸围", "tab\t胸围", "\u2028列", "]"]
)
def test_any_header_can_be_written(proposed, tmp_path: Path, header: str) -> None:
    proposed.of({header: ["1", "2"], "胸围": ["300\n# x"]})
    mapping = written(proposed.proposal, tmp_path)
    assert {column.header for column in mapping.columns} <= {" ".join(header.split()), "编号", "胸围"}


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_HEADERS = st.one_of(
    _TEXT,
    st.sampled_from(
        [
            "古树编号",
            "胸围(cm)",
            "经度",
            "纬度",
            "树龄",
            "保护等级",
            "胸径",
            "调查日期",
            "名称",
            "name",
            "id",
            "girth_m",
            "species",
        ]
    ),
)
_CELLS = st.one_of(
    _TEXT, st.sampled_from(["1.4E+10", "3,5 m", "36.1", "2/6/2022", "一级", "国有", "未知", "Ficus virens"])
)


@given(
    headers=st.lists(_HEADERS, min_size=1, max_size=6),
    rows=st.lists(st.lists(_CELLS, min_size=1, max_size=6), max_size=8),
)
def test_any_table_gives_a_proposal_that_reads_or_is_refused_clearly(
    tmp_path_factory: pytest.TempPathFactory, headers: list[str], rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    path = folder / "any.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    with suppress(InputUnreadableError):
        proposal = proposal_of(path)
        assert known_words(headers) >= 0
        try:
            mapping = written(proposal, folder)
        except MappingError as error:
            assert not proposal.has("tree_no"), error  # noqa: PT017
            return
        table = open_table(path)
        located = mapping.locate(table.headers)
        for row in table.rows:
            with suppress(RowProblem):
                interpret(row, mapping, located, today=TODAY)
