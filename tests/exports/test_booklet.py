"""Booklets: page numbers that are true, links that lead there, volumes within their limits, flat memory."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from archive_kit import problems
from pypdf import PdfReader

from exports.booklet import Limits, chapter_of, roman, write_booklet
from exports.booklet_counts import Place, Volume, age_class, sort_key
from exports.dossier_text import Said
from registry.records import MeasurementRecord
from registry.vocab.language import translator
from tests.exports.builders import make_facts, make_photo, make_tree_record
from tests.exports.test_pdf_archive import SIGNER

ZH, EN = translator("zh"), translator("en")
SPECIES = (
    ("榕", "Ficus microcarpa", "Banyan"),
    ("银杏", "Ginkgo biloba", "Ginkgo"),
    ("茄苳", "Bischofia javanica", "Bishop wood"),
)


def trees(count: int, **facts):
    for number in range(1, count + 1):
        zh, latin, english = SPECIES[number % 3]
        yield make_tree_record(
            uuid=f"00000000-0000-4000-8000-{number:012}", tree_no=f"T{number:04}", path=f"T{number:04}",
            name_zh=zh, name_latin=latin, name_en=english,
            division_path=("臺北市", f"第{(number - 1) // 40}區"), town="某镇", village=f"{number % 4}村",
            age_years=80 * (number % 9) or None, age_basis="estimated",
            measurements=(MeasurementRecord(date(2024, 5, 1), girth_cm=300.0 + number),), **facts,
        )  # fmt: skip


def bind(source, *, t=ZH, limits=Limits(), **more):
    volumes = []

    @contextmanager
    def open_volume(number):
        out = BytesIO()
        yield out
        volumes.append(out.getvalue())

    bound = write_booklet(
        source, make_facts(history_seq=3), open_volume, language=t, limits=limits, place="某县", **more
    )
    return bound, volumes


@pytest.fixture(scope="module", params=["zh", "en"])
def volume(request) -> tuple[str, bytes]:
    _bound, (pdf,) = bind(trees(90), t=translator(request.param), signer=SIGNER)
    return request.param, pdf


def front_of(reader: PdfReader) -> int:
    return next(at for at, label in enumerate(reader.page_labels) if label == "1")


def test_the_contents_name_the_pages_where_the_towns_begin(volume):
    reader = PdfReader(BytesIO(volume[1]))
    texts, front = [page.extract_text() for page in reader.pages], front_of(reader)
    lines = re.findall(r"第(\d)區\W+某镇\s+\d+\s*(?:株|trees)\W*(\d+)", texts[1])
    assert [town for town, _page in lines] == ["0", "1", "2"]
    for town, page in lines:
        assert f"第{town}區" in texts[front + int(page) - 1]


def towns(count: int, **facts):
    """A tree in each town, with texts of every length."""
    for number, tree in enumerate(trees(count, **facts), start=1):
        yield replace(tree, town=f"第{number}镇", village="东岳村", address="某路某号，" * 9 * (number % 25))


def test_a_towns_heading_stands_on_the_page_of_its_first_tree():
    _bound, (pdf,) = bind(towns(30, photos=(make_photo(),)))
    reader = PdfReader(BytesIO(pdf))
    page_of = {str(each.title): reader.get_destination_page_number(each) for each in reader.outline}
    for number in range(1, 31):
        page = page_of[f"臺北市 · 第0區 · 第{number}镇"]
        assert f"T{number:04}" in reader.pages[page].extract_text()


def test_a_place_names_its_town_once_in_the_index():
    volume = Volume()
    for path, town, village in (
        (("西湖区", "留下街道"), "留下街道", "东岳村"), (("杭州市", "西湖区"), "留下街道", "东岳村"),
        (("杭州市", "西湖区"), "留下街道", None), ((), None, "东岳村"),
    ):  # fmt: skip
        tree = make_tree_record(division_path=path, town=town, village=village)
        volume.count(Said(tree, ZH), chapter_of(tree, ZH), Place("1", "樟", "tree-1", 1))
    assert list(volume.by_place) == [
        "西湖区 · 留下街道 · 东岳村", "杭州市 · 西湖区 · 留下街道 · 东岳村", "杭州市 · 西湖区 · 留下街道",
        f"{ZH.gettext('place not known')} · 东岳村",
    ]  # fmt: skip


def test_the_index_names_the_page_of_every_tree(volume):
    reader = PdfReader(BytesIO(volume[1]))
    texts, front = [page.extract_text() for page in reader.pages], front_of(reader)
    title = "树种索引" if volume[0] == "zh" else "Index by species"
    at = next(at for at, text in enumerate(texts) if title in text and at > 2)
    found = dict(re.findall(r"(T\d{4})\s+(\d+)", texts[at]))
    assert len(found) == 90
    for number, page in found.items():
        assert number in texts[front + int(page) - 1]


def test_links_lead_to_the_trees(volume):
    with pikepdf.open(BytesIO(volume[1])) as pdf:
        pages = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
        links = [
            (str(each.Contents), pages[each.Dest[0].objgen])
            for page in pdf.pages
            for each in page.get("/Annots", [])
            if "/Dest" in each
        ]
    texts = [page.extract_text() for page in PdfReader(BytesIO(volume[1])).pages]
    assert len(links) > 180
    assert all(text.split()[0] in texts[at] for text, at in links if text.startswith("T0"))


def test_a_booklet_is_an_archive_and_carries_its_proof(volume):
    assert problems(volume[1]) == []
    with pikepdf.open(BytesIO(volume[1])) as pdf:
        assert sorted(pdf.attachments) == ["proof.json", "record.json"]


def test_the_index_of_species_goes_by_pinyin_or_alphabet(volume):
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(volume[1])).pages)
    text = text[text.rindex("树种索引" if volume[0] == "zh" else "Index by species") :]
    order = ["茄苳", "榕", "银杏"] if volume[0] == "zh" else ["Banyan", "Bishop wood", "Ginkgo"]
    places = [re.search(rf"{name}\s+30\b", text).start() for name in order]
    assert places == sorted(places)


@pytest.mark.parametrize("limits", [Limits(pages=24), Limits(size=400_000)])
def test_volumes_stay_within_their_limit_and_hold_every_tree_once(limits):
    bound, volumes = bind(trees(200), limits=limits)
    assert len(volumes) > 1
    assert bound.trees == 200
    texts = ["".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages) for pdf in volumes]
    for pdf, (pages, _trees) in zip(volumes, bound.volumes, strict=True):
        assert len(PdfReader(BytesIO(pdf)).pages) == pages
        assert limits.pages is None or pages <= limits.pages
        assert limits.size is None or len(pdf) <= limits.size
    for number in range(1, 201):
        assert sum(f"T{number:04}" in text for text in texts) == 1


def test_a_photo_stands_in_the_file_once_however_often_it_is_shown():
    one = make_photo()
    _bound, (pdf,) = bind(trees(12, photos=(one,)))
    assert pdf.count(one.jpeg) == 1


def test_a_tree_that_no_font_draws_is_left_out_and_named():
    source = [
        *trees(3),
        make_tree_record(tree_no="X", uuid="00000000-0000-4000-8000-00000000000f", address="\U00020000"),
    ]
    bound, _volumes = bind(source)
    assert bound.trees == 3
    assert [number for number, _error in bound.failed] == ["X"]


def test_the_same_trees_give_the_same_bytes():
    assert bind(trees(5))[1] == bind(trees(5))[1]


def test_pages_do_not_wait_in_memory():
    sizes = []

    class Watched(BytesIO):
        def write(self, content):
            sizes.append(len(content))
            return super().write(content)

    @contextmanager
    def open_volume(number):
        yield Watched()

    drawn = []

    def watched():
        for tree in trees(250):
            drawn.append(sum(sizes))
            yield tree

    write_booklet(watched(), make_facts(), open_volume, language=ZH)
    assert drawn[-1] > 10_000  # though one chunk of trees is read ahead


@pytest.mark.parametrize(("number", "told"), [(1, "i"), (4, "iv"), (9, "ix"), (14, "xiv"), (1999, "mcmxcix")])
def test_roman_numbers(number, told):
    assert roman(number) == told


@pytest.mark.parametrize(
    ("age", "told"), [(None, "不详"), (99, "不足 100"), (100, "100"), (299, "100"), (1000, "1000")]
)
def test_a_class_of_age_begins_on_its_year(age, told):
    assert told in age_class(make_tree_record(age_years=age), ZH) or age is None


def test_names_are_sorted_as_people_look_them_up():
    assert sorted(["银杏", "榕", "T10", "T9", "茄苳"], key=sort_key) == ["茄苳", "榕", "T9", "T10", "银杏"]
