"""Names: scientific ones taken apart, units told from persons."""

import csv
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import HONG_KONG, SINGAPORE, TAIPEI

from registry.rules.names import is_unit_name, split_scientific_name


@pytest.mark.parametrize(
    ("text", "name", "author"),
    [
        ("Ficus microcarpa L. f.", "Ficus microcarpa", "L. f."),
        ("Ginkgo biloba", "Ginkgo biloba", None),
        (
            "Ficus drupacea Thunb. var. pubescens (Roth) Corner",
            "Ficus drupacea var. pubescens",
            "(Roth) Corner",
        ),
        ("Adenanthera malayana subsp. malayana Kosterm.", "Adenanthera malayana subsp. malayana", "Kosterm."),
        ("Eucalyptus camaldulensis subsp.obtusa", "Eucalyptus camaldulensis subsp. obtusa", None),
        ("Platanus × acerifolia", "Platanus × acerifolia", None),
        ("Platanus ×acerifolia (Aiton) Willd.", "Platanus × acerifolia", "(Aiton) Willd."),
        ("Bauhinia x blakeana", "Bauhinia × blakeana", None),
        ("Melaleuca cajuputi cumingiana", "Melaleuca cajuputi cumingiana", None),
        ("Ficus virens (syn. Ficus infectoria)", "Ficus virens", None),
        ("Eucalyptus citriodora / Corymbia citriodora", "Eucalyptus citriodora", None),
        ("Ficus sp.", "Ficus sp.", None),
        ("Euphoria Longana Lam.", "Euphoria longana", "Lam."),
        ("Ficus Blume", "Ficus", "Blume"),
        ("Ficus elastica Roxb. ex Hornem.", "Ficus elastica", "Roxb. ex Hornem."),
    ],
)
def test_a_scientific_name_and_its_author_are_told_apart(text: str, name: str, author: str | None) -> None:
    found = split_scientific_name(text)
    assert found is not None
    assert (found.name, found.author) == (name, author)


@pytest.mark.parametrize("text", ["", "榕樹", "unknown", "123", "(syn. x)"])
def test_what_is_no_scientific_name_is_not_made_one(text: str) -> None:
    assert split_scientific_name(text) is None


@pytest.mark.parametrize(
    "author", ["L. f.", "(Roth) Corner", "Sieb. & Zucc.", "Müll.Arg.", "Å.Krüger", "A.St.-Hil."]
)
def test_an_author_is_kept(author: str) -> None:
    found = split_scientific_name(f"Sophora japonica {author}")
    assert found is not None
    assert found.author == author


@pytest.mark.parametrize(
    "tail", ["戚建国 13912345678", "戚建国", "13912345678", "L. 戚建国", "a@b.cn", "L. 1753"]
)
def test_a_note_behind_a_name_is_no_author(tail: str) -> None:
    found = split_scientific_name(f"Sophora japonica {tail}")
    assert found is not None
    assert (found.name, found.author) == ("Sophora japonica", None)


def test_no_scientific_name_of_the_samples_is_lost() -> None:
    with TAIPEI.open(encoding="utf-8-sig", newline="") as stream:
        taipei = {row["樹種學名"] for row in csv.DictReader(stream)}
    with gzip.open(HONG_KONG) as stream:
        hong_kong = {row["species"] for row in _records(json.load(stream))}
    singapore = {row["species_latin"] for row in _records(json.loads(SINGAPORE.read_text("utf-8")))}
    names = {name for name in taipei | hong_kong | singapore if name.strip()}
    assert len(names) > 300
    assert [
        name for name in names if (found := split_scientific_name(name)) is None or " " not in found.name
    ] == []


def _records(document: object) -> list[dict[str, str]]:
    if isinstance(document, dict):
        return next(value for value in document.values() if isinstance(value, list))
    assert isinstance(document, list)
    return document


@pytest.mark.parametrize(
    "text",
    [
        "林业局",
        "臺北市政府工務局公園路燈工程管理處",
        "財政部國有財產署(北區分署)",
        "臺北市政府文化局 文化資產科",
        "國防部政治作戰局 (玉山商業銀行股份有限公司代管)",
        "Leisure and Cultural Services Department",
        "Hong Kong Police Force",
        "李家村村委会",
        "法华寺",
        "立法院",
        "司法院",
        "文化部",
        "县政府",
        "Agriculture, Fisheries and Conservation Department",
        "Department of Health",
        "The Anglican Church",
        "國立臺灣大學",
        "奎山學校財團法人",
        "振興醫療財團法人",
        "財團法人台北市中和堂",
        "臺北市立浩然敬老院",
        "臺北市政府文化局與台北市立圖書館共同管理",
        "財政部國有財產署(安宏股份有限公司代管至181.5.23)",
        "財政部國有財產署(北區分署/安宏股份有限公司代管至181/04/28)",
        "臺北市立北投國民中學(北投區公所代管自114年6月1日起至117年5月31日止)",
    ],
)
def test_units_are_known(text: str) -> None:
    assert is_unit_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "王小明",
        "王新村",
        "陈丽园",
        "李建科",
        "张学会",
        "Chan Tai Man",
        "Chan Park",
        "Mr. Wong, Park Department",
        "私人",
        "某某某",
        "张某",
        "王小明、林业局",
        "王小明 林业局",
        "林业局 王小明",
        "林业局-王小明",
        "林业局：王小明",
        "王小明(林业局)",
        "林业局王小明先生",
        "新北市政府財政局(周○屏代管)",
        "陳O中、陳O元",
        "宋勝海等八人",
        "业主",
        "",
        " ",
        "、",
        "Chan Tai Man / Housing Department",
        "Chan Tai Man, Housing Department",
        "Wong, Park and Housing Department",
        "Chan Tai Man of the Housing Department",
        "Park Chan Ho",
        "Lucy Lee Park",
        "David Church Wong",
        "欧阳建会",
        "王德馆",
        "陈林秀會",
        "李小寺",
        "何伟局",
        "何伟民局",
        "王小明李建会",
        "王公园",
        "局" * 60_000,
        " " * 60_000,
    ],
)
def test_a_person_is_never_taken_for_a_unit(text: str) -> None:
    assert not is_unit_name(text)


SURNAMES = st.sampled_from("王李张陈刘赵黄周吴徐")
GIVEN_NAMES = st.text("明建国园科会村伟丽华小新站店", min_size=1, max_size=2)


@given(SURNAMES, GIVEN_NAMES)
def test_a_usual_personal_name_is_never_public(surname: str, given_name: str) -> None:
    assert not is_unit_name(surname + given_name)
