"""The dossier of a tree, read back from its PDF."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from exports.dossier import Dossier, write_dossier
from exports.dossier_run import MANIFEST, Written, write_dossiers
from exports.dossier_text import dossier_characters
from exports.fonts import ALWAYS, Fonts, prepare_fonts
from exports.kit import wrap
from exports.sketch_map import _spots, grid_cell
from registry.errors import GlyphMissingError, OutputError
from registry.records import (
    DesignationRecord,
    FlagRecord,
    InspectionRecord,
    MapPoint,
    MeasurementRecord,
    TreeRecord,
)
from registry.vocab.language import translator
from tests.exports.builders import HEAD, make_facts, make_history, make_jpeg, make_photo, make_tree_record

ZH, EN = translator("zh"), translator("en")
STORY = "\n".join(f"第{n}行：老人说，树下的井在大旱之年也没有干过。" for n in range(1, 41))


def dossier(tree, *, t=ZH, facts=None, **more) -> bytes:
    out = BytesIO()
    write_dossier(tree, facts or make_facts(), out, language=t, **more)
    return out.getvalue()


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def squeezed(pdf: bytes) -> str:
    """All text without blanks and line ends."""
    return "".join("".join(pages(pdf)).split())


def decoded(pdf: bytes) -> list[str]:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(image)]


def full_tree():
    return make_tree_record(
        tree_no="AFCD/KS/005",
        path="AFCD~2FKS~2F005",
        name_author="L. f.",
        name_en="Banyan",
        address="臺北市萬華區騰雲里青年公園1.2號草坪",
        division_path=("臺北市", "萬華區"),
        protection_grade="1",
        grade_scheme="cn-2025",
        age_years=1484,
        age_basis="estimated",
        lon=121.5056,
        lat=25.0232,
        coordinate_uncertainty_m=8.0,
        history_text=STORY,
        measurements=(
            MeasurementRecord(date(2024, 5, 20), girth_cm=446.0, crown_m=18.0, measure_height_m=1.3),
            MeasurementRecord(date(2017, 6, 22), girth_cm=440.0),
        ),
        inspections=(
            InspectionRecord(date(2025, 4, 2), "patrol", vigour="weak", findings=("西侧主枝有枯梢",)),
        ),
        designations=(
            DesignationRecord(
                "grade",
                "cn-2025",
                "1",
                date(2018, 3, 1),
                authority="某市人民政府",
                document_no="〔2018〕12号",
            ),
        ),
        photos=(make_photo(caption="树下有井"), make_photo(jpeg=make_jpeg(240, 320), credit="林业站")),
        flags=(FlagRecord("diameter_exceeds_girth", "warning", "diameter_cm", "1.2 / 3.76"),),
        history=(make_history(7),),
        withheld=("steward", "surveyor"),
        source_url="https://example.org/768",
    )


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_what_the_record_says_can_be_copied_from_the_page(t):
    text = squeezed(dossier(full_tree(), t=t))
    sentences = (
        "榕",
        "Ficusmicrocarpa",
        "臺北市萬華區騰雲里青年公園1.2號草坪",
        "西侧主枝有枯梢",
        "〔2018〕12号",
    )
    figures = ("AFCD/KS/005", "446", "440", "121.5056", "1.2/3.76", HEAD)
    for said in (*sentences, *figures, "政府資料開放授權條款"):
        assert said in text


def test_each_language_speaks_for_itself():
    chinese, english = squeezed(dossier(full_tree())), squeezed(dossier(full_tree(), t=EN))
    assert "约1484年（估测）" in chinese
    assert "about1484years(estimated)" in english
    assert "照录原文（繁体中文）" in chinese
    assert "asrecorded,inTraditionalChinese" in english
    assert "每木调查表" in chinese
    assert "每木调查表" not in english


def test_every_page_says_which_tree_and_how_many_pages():
    found = ["".join(page.split()) for page in pages(dossier(full_tree()))]
    for number, page in enumerate(found, start=1):
        assert f"第{number}页，共{len(found)}页" in page
        assert "AFCD/KS/005" in page
        assert f"历史链首{HEAD}" in page
    assert all("第3版" in page for page in found[1:])


def test_the_document_has_title_author_language_and_bookmarks():
    reader = PdfReader(BytesIO(dossier(full_tree())))
    assert "榕" in reader.metadata.title
    assert "AFCD/KS/005" in reader.metadata.title
    assert reader.metadata.author == "台北市政府"
    assert reader.trailer["/Root"]["/Lang"] == "zh-Hans"
    titles = [entry.title for entry in reader.outline]
    assert titles[0] == "封面"
    assert titles[1] == "1  每木调查表"
    assert any("来源与许可" in title for title in titles)


def test_the_code_leads_to_the_page_of_the_tree():
    assert decoded(dossier(full_tree())) == ["https://trees.example.org/tree/AFCD~2FKS~2F005"]


def test_without_a_public_address_there_is_no_code_and_the_page_says_so():
    pdf = dossier(full_tree(), facts=make_facts(public_address=None))
    assert decoded(pdf) == []
    assert "没有设定公开网址" in squeezed(pdf)


def test_a_demonstration_says_sample_on_every_page():
    marked = pages(dossier(full_tree(), facts=make_facts(is_demonstration=True)))
    assert all("样张 SAMPLE" in page for page in marked)
    assert not any("SAMPLE" in page for page in pages(dossier(full_tree())))


def test_a_story_of_forty_lines_appears_whole():
    text = squeezed(dossier(full_tree()))
    assert all("".join(line.split()) in text for line in STORY.splitlines())


def test_a_very_long_text_flows_over_pages():
    long = "树" * 9_000
    pdf = dossier(make_tree_record(notes=long, damage="伤" * 3_000))
    text = squeezed(pdf)
    assert text.count("树") >= 9_000
    assert text.count("伤") >= 3_000


def test_many_findings_of_one_visit_flow_over_pages():
    findings = tuple(f"第{n}项" for n in range(200))
    text = squeezed(
        dossier(
            make_tree_record(inspections=(InspectionRecord(date(2025, 1, 1), "patrol", findings=findings),))
        )
    )
    assert all(finding in text for finding in findings)


def test_a_bare_record_is_three_pages_at_most_and_names_what_is_missing():
    pdf = dossier(make_tree_record(name_zh=None, common_name="Mangrove Apple", lon=103.99, lat=1.4))
    assert len(pages(pdf)) <= 3
    text = squeezed(pdf)
    assert "来源未载" in text
    assert "尚无照片" in text
    assert "MangroveApple" in text


def test_a_value_held_back_is_not_called_unknown():
    text = squeezed(dossier(make_tree_record(withheld=("steward",))))
    assert "不公开管护单位" in text
    assert "以下各项不在本件刊出：管护单位" in text


def test_two_trees_of_one_grid_cell_have_the_same_dossier():
    here = make_tree_record(position_precision="0.01", lon=121.5056, lat=25.0232)
    there = replace(here, lon=121.5011, lat=25.0299)
    around = [MapPoint(121.5057, 25.0233, "769"), MapPoint(121.5056, 25.0232, "768", is_self=True)]
    flag = FlagRecord("coordinates_rounded", "warning", "lon", "121.5056")
    assert dossier(replace(here, flags=(flag,)), neighbours=around) == dossier(there)
    text = squeezed(dossier(here, neighbours=around))
    assert "121.50°–121.51°" in text
    assert "121.5056" not in text
    assert "769" not in text


@pytest.mark.parametrize(("lon", "west"), [(121.505, 121.5), (-0.005, -0.01), (103.985, 103.98)])
def test_the_centre_of_a_grid_cell_gives_its_edges(lon, west):
    cell = grid_cell(make_tree_record(position_precision="0.01", lon=lon, lat=1.405))
    assert cell == (west, 1.4, round(west + 0.01, 2), 1.41)


def test_a_withheld_position_is_nowhere():
    text = squeezed(dossier(make_tree_record(position_precision="withheld", lon=121.5056, lat=25.0232)))
    assert "121.5" not in text
    assert "位置不公开" in text


def test_the_map_names_neighbours_that_are_exact_and_near():
    tree = make_tree_record(lon=121.5, lat=25.0)
    points = [
        MapPoint(121.5002, 25.0, "901"),
        MapPoint(121.5002, 25.0002, "902", is_exact=False),
        MapPoint(121.6, 25.0, "903"),
    ]
    text = squeezed(dossier(tree, neighbours=points))
    assert "901" in text
    assert "902" not in text
    assert "903" not in text


@pytest.mark.parametrize("lon", [121.5002, 121.5003], ids=["at an exact one", "alone"])
def test_a_neighbour_whose_place_is_generalised_leaves_no_trace(lon):
    """Neither a dot nor a number, no sentence and no other scale: the dossier is the same without it."""
    tree = make_tree_record(lon=121.5, lat=25.0)
    exact = MapPoint(121.5002, 25.0, "901")
    hidden = MapPoint(lon, 25.0, "902", is_exact=False)
    assert dossier(tree, neighbours=[exact, hidden]) == dossier(tree, neighbours=[exact])
    assert dossier(tree, neighbours=[hidden]) == dossier(tree)
    assert [label for *_, label in _spots(tree, [exact, hidden])] == ["901"]


def test_the_number_of_a_neighbour_may_have_characters_of_its_own():
    tree = make_tree_record(lon=121.5, lat=25.0)
    assert "鼋-9" in squeezed(dossier(tree, neighbours=[MapPoint(121.5002, 25.0, "鼋-9")]))


@pytest.mark.parametrize("jpeg", [b"no photo", make_jpeg()[:400], b""], ids=["text", "cut", "empty"])
def test_a_photo_that_cannot_be_read_is_said_in_its_frame(jpeg):
    photo = replace(make_photo(), jpeg=jpeg)
    assert "此照片无法读取" in squeezed(dossier(make_tree_record(photos=(photo,))))


def test_a_photo_goes_in_as_it_is_and_once():
    jpeg = make_jpeg(200, 100)
    pdf = dossier(make_tree_record(photos=(make_photo(jpeg=jpeg, width=200, height=100),)))
    assert pdf.count(jpeg) == 1


def test_markup_in_a_text_is_printed_as_it_stands():
    text = '<b>{{7*7}}</b><img src="file:///etc/passwd"/><a href="javascript:alert(1)">&lt;</a>(\\)) Tj'
    tree = make_tree_record(name_zh=text, history_text=text, address=text, source_url=text)
    pdf = dossier(tree, facts=make_facts(register_name=text))
    assert "".join(text.split()) in squeezed(pdf)
    reader = PdfReader(BytesIO(pdf))
    assert reader.metadata.subject == text
    links = [a["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", [])]
    assert links == ["https://trees.example.org/tree/768"]


def test_the_same_record_gives_the_same_bytes():
    assert dossier(full_tree()) == dossier(full_tree())


def test_a_character_without_a_shape_is_an_error_that_names_it():
    with pytest.raises(GlyphMissingError, match="\U00100000"):
        dossier(make_tree_record(name_zh="榕\U00100000"))


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_no_character_is_drawn_that_the_fonts_were_not_asked_for(t, monkeypatch):
    tree, facts = full_tree(), make_facts(is_demonstration=True, public_address=None)
    drawn: set[str] = set()
    width = Fonts.width

    def spy(self, text, role, size):
        drawn.update(text)
        return width(self, text, role, size)

    monkeypatch.setattr(Fonts, "width", spy)
    dossier(tree, t=t, facts=facts)
    assert drawn <= dossier_characters(tree, facts, t) | set(map(chr, ALWAYS))


def test_lines_do_not_begin_with_a_full_stop_or_end_with_an_opening_quote():
    fonts = prepare_fonts(["树下有井，井水甘甜。「古井」"])
    for width in range(30, 90, 7):
        lines = wrap(fonts, "树下有井，井水甘甜。「古井」", "sans", 10, width)
        assert "".join(lines) == "树下有井，井水甘甜。「古井」"
        assert not any(line[0] in "，。」" or line[-1] == "「" for line in lines)


def test_a_word_wider_than_the_line_is_broken():
    fonts = prepare_fonts([""])
    lines = wrap(fonts, "https://example.org/" + "a" * 200, "sans", 8, 120)
    assert all(fonts.width(line, "sans", 8) <= 120 for line in lines)


def test_an_endless_name_and_number_stay_on_the_page():
    pdf = dossier(
        make_tree_record(
            tree_no="N" * 64, path="N" * 64, name_zh="极其漫长的树名" * 9, name_latin="Longissimus " * 9
        )
    )
    assert "N" * 64 in squeezed(pdf)


def numbered(count: int):
    return (Dossier(make_tree_record(tree_no=f"T/{n}", path=f"T~2F{n}")) for n in range(count))


def test_the_pool_writes_what_one_process_writes(tmp_path):
    ticks: list[int] = []
    facts = make_facts()
    report = write_dossiers(numbered(11), tmp_path, facts, language=ZH, workers=2, on_progress=ticks.append)
    assert (report.made, report.kept) == (11, 0)
    assert ticks == sorted(ticks)
    assert ticks[-1] == 11
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [MANIFEST, *(f"T~2F{n}.pdf" for n in range(11))]
    )
    first = next(numbered(1))
    assert (tmp_path / first.file_name).read_bytes() == dossier(first.tree)


class InProcess:
    """An executor that does the work at once."""

    def __init__(self):
        self.batches = 0

    def submit(self, work, *args):
        from concurrent.futures import Future

        self.batches += 1
        future = Future()
        try:
            future.set_result(work(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    facts = make_facts()
    write_dossiers(numbered(3), tmp_path, facts, language=ZH, executor=InProcess())
    whole = (tmp_path / "T~2F1.pdf").read_bytes()
    (tmp_path / "T~2F1.pdf").write_bytes(whole[:-40])
    report = write_dossiers(numbered(5), tmp_path, facts, language=ZH, executor=InProcess())
    assert (report.made, report.kept) == (3, 2)
    assert (tmp_path / "T~2F1.pdf").read_bytes() == whole
    again = write_dossiers(numbered(5), tmp_path, facts, language=ZH, executor=InProcess(), overwrite=True)
    assert (again.made, again.kept) == (5, 0)


def test_few_records_wait_in_memory(tmp_path):
    taken = 0

    def endless():
        nonlocal taken
        for dossier in numbered(200):
            taken += 1
            yield dossier

    bad = (Dossier(replace(each.tree, path=f"missing/{each.tree.path}")) for each in endless())
    with pytest.raises(OutputError):
        write_dossiers(bad, tmp_path, make_facts(), language=ZH, executor=InProcess(), workers=1)
    assert taken <= 40
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_another_process_arrives_as_it_was(tmp_path):
    bad = [Dossier(make_tree_record(path="missing/768"))]
    with pytest.raises(OutputError, match="cannot be written"):
        write_dossiers(bad, tmp_path, make_facts(), language=ZH, workers=1)


def written(folder: Path, *trees: TreeRecord, t=ZH, neighbours=(), facts=None, **options) -> Written:
    dossiers = [Dossier(tree, neighbours) for tree in trees]
    return write_dossiers(
        dossiers, folder, facts or make_facts(), language=t, **{"executor": InProcess()} | options
    )


def three_trees(**second: str) -> list[TreeRecord]:
    return [make_tree_record(tree_no=n, **(second if n == "2" else {})) for n in "123"]


@pytest.mark.parametrize("options", [{}, {"executor": None, "workers": 1}], ids=["in process", "pool"])
def test_a_tree_that_cannot_be_drawn_is_named_and_the_others_are_made(tmp_path, options):
    ticks: list[int] = []
    trees = three_trees(name_zh="𣘺木🌳")
    report = written(tmp_path, *trees, on_progress=ticks.append, **options)
    assert (report.made, report.kept) == (2, 0)
    [(number, error)] = report.failed
    assert number == "2"
    assert isinstance(error, GlyphMissingError)
    assert "🌳" in str(error)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.pdf", "3.pdf", MANIFEST]
    assert ticks[-1] == 3


def test_a_register_whose_own_name_cannot_be_drawn_makes_no_dossier(tmp_path):
    with pytest.raises(GlyphMissingError, match="\U00100000"):
        written(tmp_path, *three_trees(), facts=make_facts(register_name="榕\U00100000"))


NEIGHBOUR = MapPoint(121.5057, 25.0233, "769")


@pytest.mark.parametrize(
    "change",
    [
        {"tree": {"position_precision": "withheld", "lon": None, "lat": None, "withheld": ("lat", "lon")}},
        {"tree": {"history_text": "树下有井"}},
        {"tree": {"photos": (make_photo(),)}},
        {"neighbours": ()},
        {"facts": {"is_demonstration": True}},
        {"facts": {"public_address": None}},
        {"t": EN},
    ],
    ids="-".join,
)
def test_a_dossier_that_says_something_else_is_made_again(tmp_path, change):
    tree = make_tree_record(lon=121.5056, lat=25.0232)
    written(tmp_path, tree, neighbours=(NEIGHBOUR,))
    old = (tmp_path / "768.pdf").read_bytes()
    changed = replace(tree, **change.get("tree", {}))
    facts, t = make_facts(**change.get("facts", {})), change.get("t", ZH)
    near = change.get("neighbours", (NEIGHBOUR,))
    report = written(tmp_path, changed, neighbours=near, facts=facts, t=t)
    assert (report.made, report.kept) == (1, 0)
    assert (tmp_path / "768.pdf").read_bytes() != old


def test_the_place_of_a_tree_that_is_withheld_now_leaves_the_folder(tmp_path):
    tree = make_tree_record(lon=121.5056, lat=25.0232)
    written(tmp_path, tree)
    assert "121.5056" in squeezed((tmp_path / "768.pdf").read_bytes())
    written(tmp_path, replace(tree, position_precision="withheld", lon=None, lat=None))
    assert "121.5056" not in squeezed((tmp_path / "768.pdf").read_bytes())


def test_a_dossier_that_no_longer_holds_is_removed_where_no_new_one_can_be_drawn(tmp_path):
    tree = make_tree_record(lon=121.5056, lat=25.0232)
    written(tmp_path, tree)
    report = written(tmp_path, replace(tree, lon=None, lat=None, name_zh="𣘺木\U00100000"))
    assert [number for number, _ in report.failed] == ["768"]
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_a_dossier_that_says_the_same_is_kept_on_another_day(tmp_path):
    tree = full_tree()
    near = (NEIGHBOUR, replace(NEIGHBOUR, lon=121.5058, tree_no="770"))
    written(tmp_path, tree, neighbours=near)
    old = (tmp_path / Dossier(tree).file_name).read_bytes()
    later = make_facts(
        made_at=datetime(2027, 1, 2, tzinfo=UTC), made_on=date(2027, 1, 2), edition=4, history_head="aa" * 32
    )
    report = written(tmp_path, full_tree(), neighbours=near[::-1], facts=later)
    assert (report.made, report.kept) == (0, 1)
    assert (tmp_path / Dossier(tree).file_name).read_bytes() == old


def test_a_dossier_of_another_version_of_the_program_is_made_again(tmp_path, monkeypatch):
    written(tmp_path, make_tree_record())
    monkeypatch.setattr("exports.dossier_content._program", lambda: "99")
    assert written(tmp_path, make_tree_record()).made == 1


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError):
        write_dossiers(numbered(1), tmp_path / "taken", make_facts(), language=ZH, executor=InProcess())


def test_real_census_records_become_dossiers():
    source = Path(__file__).parents[3] / "shared/data/shanxi-shangdang-ancient-trees/shangdang_points.json"
    if not source.exists():
        pytest.skip("the census file is not at hand")
    for row in json.loads(source.read_text("utf-8"))[:5]:
        tree = make_tree_record(
            tree_no=row["id"],
            path=row["id"],
            name_zh=row["species"],
            small_place=row["place"],
            history_text=row["story"] or None,
            age_years=row["age"],
            lon=row["lng"],
            lat=row["lat"],
        )
        text = squeezed(dossier(tree))
        assert row["id"] in text
        assert "".join(row["place"].split()) in text
        assert "".join((row["story"] or "").split()) in text
