"""The official forms: every field of both editions has a place, under each header, in words and codes."""

import csv
from pathlib import Path
from typing import Any

import pytest
from register_kit import REPOSITORY, import_path, make_csv, rows_of
from sqlalchemy.engine import Engine

from registry.importing.mapping import choose_mapping, codelist, named_mapping, shipped_mappings
from registry.models import AgeReading, Flag, Grove, GroveSpecies, Measurement, Party, Tree, TreeParty

FORMS = REPOSITORY.parent / "shared" / "data" / "official-census-form"
TREE_FORM: list[tuple[str, str, str, str]] = [
    # number, short code, label, a cell
    ("c1", "gsmmbh", "古树名木编号", "14020000001"), ("c2", "pcfw", "普查范围", "二普范围"),
    ("", "sfzdgylqfw", "是否重点国有林区范围", "0 否"), ("", "sgjt", "森工集团（林业集团）", "某森工集团"),
    ("", "lyj", "林业局", "某林业局"), ("", "lcmc", "林场名称", "某林场"), ("c3", "fbtz", "分布特点", "群状"),
    ("c4", "gsqbh", "古树群编号（群状时填）", "14020001"), ("c5", "xz", "乡镇(街道)", "某镇"),
    ("c6", "cun", "村(居委会)", "某村"), ("c7", "xdm", "小地名", "村口"), ("c8", "fbcs", "分布场所", "乡村"),
    ("c9", "jd", "经度（保留6位小数）", "113.512345"), ("c10", "wd", "纬度（保留6位小数）", "40°04′12.5″"),
    ("c11", "hb", "海拔(m)", "1045"), ("c12", "trjmd", "土壤紧密度", "中等"),
    ("c13", "tchd", "土层厚度", "厚"),
    ("c14", "pw", "坡位", "平地"), ("c15", "pd", "坡度", "平坡"), ("c16", "px", "坡向", "无坡向"),
    ("c17", "szhjdj", "生长环境等级", "中等"), ("c18", "ke", "科", "豆科"), ("c19", "shu", "属", "槐属"),
    ("c20", "zwm", "中文名", "槐"), ("c21", "xm", "学名", "Styphnolobium japonicum"),
    ("c22", "sm", "俗名", "国槐"), ("c23", "sl", "树龄(年)", "520"), ("c24", "cdff", "测定方法", "文献追踪"),
    ("c25", "bhdj", "保护等级", "一级"), ("c26", "gsmmlb", "古树名木类别", "古树且名木"),
    ("c27", "sg", "树高(m)", "15.5"), ("c28", "xj", "胸径(cm)", "100"), ("c29", "dj", "地径(cm)", "120"),
    ("c30", "pjgf", "平均冠幅(m)", "14"), ("c31", "xw", "胸围(cm)", "314"), ("c32", "dw", "地围(cm)", "377"),
    ("c33", "szsdj", "生长势等级", "衰弱"), ("c34", "stss", "树体损伤", "倾斜|腐朽或空心"),
    ("c35", "qzyxys", "潜在影响因素", "硬质铺装、踩实板结"), ("c36", "zgbm", "主管部门", "城市绿化"),
    ("c37", "qs", "权属", "集体"), ("c38", "rcyhzrrlx", "日常养护责任人类型", "个人"),
    ("c39", "dwmcOrgrmc", "单位名称或个人名称", "某村村民委员会"),
    ("c40", "bhcs", "保护措施", "标牌,围栏;刷白"), ("c41", "zyjz", "重要价值", "历史价值；文化价值"),
    ("c42", "zyjzsm", "说明", "见于县志"), ("c43", "xzyy", "新增原因", "二普遗漏树木"),
    ("c44", "jsyy", "减少原因", "病虫害死亡"), ("c45", "swczcs", "死亡处置措施", "保留"),
    ("c46", "smqtxz", "树木奇特性状", "连理"),
    ("c47", "zpjsm", "照片及说明（树体全貌、特征特写、生长环境）", "IMG_0001"),
    ("c48", "bz", "备注", "复核过"),
]  # fmt: skip
GROVE_FORM: list[tuple[str, str, str, str]] = [
    ("c1", "gsqbh", "古树群编号", "14020001"), ("c2", "pcfw", "普查范围", "新纳入范围"),
    ("c3", "dcf", "调查方法", "全面调查"), ("c4", "xz", "乡镇(街道)", "某镇"),
    ("c5", "cun", "村(居委会)", "某村"),
    ("c6", "xdm", "小地名", "后山"), ("c7", "fbcs", "分布场所", "自然森林"),
    ("c8", "szfwms", "四至范围描述", "东至沟，西至路"), ("c9", "hb", "海拔(m)", "950-1100"),
    ("c10", "mj", "面积(hm²)", "2.5"), ("c11", "gszs", "古树株数(株)", "200"),
    ("c12", "gt500", "树龄结构 >500年(%)", "10"), ("", "s300_500", "树龄结构 300-500年(%)", "30"),
    ("", "s100_300", "树龄结构 100-300年(%)", "60"),
    ("", "zysz", "主要树种组成（名称、株数、占比，可多行）", "侧柏 120株 60%; 油松 80株 40%"),
    ("", "zgbm", "主管部门", "林业"), ("", "qs", "权属", "国有"),
    ("", "rcyhzrrlx", "日常养护责任人类型", "单位"),
    ("", "dwlbOrGrmc", "单位类别或个人名称", "某国有林场管理局"), ("", "bhcs", "保护措施", "围栏、标牌"),
    ("", "lcjgzk", "林层结构状况", "复层"), ("", "ybd", "乔木层 郁闭度", "0.6"),
    ("", "pjxj", "乔木层 平均胸径(cm)", "45"), ("", "pjsg", "乔木层 平均树高(m)", "12"),
    ("", "gmzl", "灌木层 种类", "荆条"), ("", "gmgd", "灌木层 盖度(%)", "20"),
    ("", "gmhd", "灌木层 高度(m)", "0.8"),
    ("", "cbzl", "草本/地被物 种类", "羊胡子草"), ("", "cbgd", "草本/地被物 盖度(%)", "35"),
    ("", "cbhd", "草本/地被物 高度(m)", "0.2"), ("", "zyjz", "重要价值", "生态价值"),
    ("", "sm", "说明", "水源林"),
    ("", "bhyy", "变化原因", "新增"), ("", "zpsm", "照片说明", "全貌"), ("", "bz", "备注", "无道路"),
]  # fmt: skip
FORMS_AND_MAPPINGS = [
    ("single_tree_form_fields", TREE_FORM, "cn-census-3", 52),
    ("tree_group_form_fields", GROVE_FORM, "cn-census-3-grove", 35),
]


def row_of(form: list[tuple[str, str, str, str]], how: str) -> dict[str, object]:
    """One filled form under one of its three kinds of headers."""
    place = {"no": 0, "short_code": 1, "label": 2}[how]
    return {field[place] or field[1]: field[3] for field in form}


@pytest.mark.parametrize(("name", "form", "mapping", "count"), FORMS_AND_MAPPINGS)
@pytest.mark.skipif(not FORMS.is_dir(), reason="the lists of the forms' fields are not at hand")
def test_our_table_is_that_of_the_form(name: str, form: list[Any], mapping: str, count: int) -> None:
    with (FORMS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        fields = list(csv.DictReader(stream))
    assert len(fields) == count
    assert [(row["no"], row["short_code"], row["label_zh"]) for row in fields] == [each[:3] for each in form]
    located = named_mapping(mapping).locate([row["label_zh"] for row in fields])
    for row in fields:
        words = located[row["label_zh"]].words or codelist("yes_no")
        listed = [word.lstrip("01 ") for word in row["code_list"].split("|") if word]
        assert set(listed) <= words.keys(), row["label_zh"]


@pytest.mark.parametrize("how", ["no", "short_code", "label"])
@pytest.mark.parametrize(("name", "form", "mapping", "count"), FORMS_AND_MAPPINGS)
def test_every_field_has_a_place_under_each_kind_of_header(
    tmp_path: Path, name: str, form: list[Any], mapping: str, count: int, how: str
) -> None:
    headers = tuple(row_of(form, how))
    assert len(headers) == count, name
    chosen = choose_mapping(tmp_path, headers, shipped_mappings())
    assert (chosen.id, chosen.unused(headers)) == (mapping, [])


@pytest.mark.parametrize("how", ["no", "short_code", "label"])
def test_a_filled_tree_form_comes_in_whole(engine: Engine, tmp_path: Path, how: str) -> None:
    path = make_csv(tmp_path / "form.csv", row_of(TREE_FORM, how), encoding="gb18030")
    report = import_path(engine, path, named_mapping("cn-census-3"))
    assert (report.created, report.rejected) == (1, 0), report.rejections
    (tree,) = rows_of(engine, Tree)
    said = {
        "census_scope": "same", "is_key_state_forest": False, "forest_group": "某森工集团",
        "forest_bureau": "某林业局", "forest_farm": "某林场", "distribution": "grouped",
        "grove_no": "14020001",
        "growth_place": "rural", "elevation_m": 1045, "soil_compaction": "中等", "soil_depth": "厚",
        "slope": "平坡", "slope_position": "平地", "aspect": "无坡向", "environment": "medium",
        "age_years": 520, "age_basis": "documented", "age_method": "文献追踪法", "category": "ancient_famous",
        "vigour": "weak", "damage": "倾斜、腐朽或空心", "threats": "硬质铺装、踩实板结",
        "department": "urban_greening", "ownership": "collective", "protection_measures": "标牌、围栏、刷白",
        "values": "历史价值、文化价值", "values_note": "见于县志", "added_reason": "missed_before",
        "removal_reason": "pest_or_disease", "death_disposal": "kept", "peculiarity": "连理",
        "photo_note": "IMG_0001", "notes": "复核过", "common_name": "国槐", "lon_raw": "113.512345",
        "lat_raw": "40°04′12.5″",
    }  # fmt: skip
    assert {name: getattr(tree, name) for name in said} == said
    assert (tree.lon, round(tree.lat, 6)) == (113.512345, 40.070139)
    (size,) = rows_of(engine, Measurement)
    assert (size.girth_cm, size.diameter_cm, size.ground_girth_cm, size.crown_m) == (314, 100, 377, 14)
    (party,) = rows_of(engine, Party)
    assert (party.kind, party.name) == ("person", "某村村民委员会")  # the form says: a person


@pytest.mark.parametrize("how", ["no", "short_code", "label"])
def test_a_filled_grove_form_comes_in_whole(engine: Engine, tmp_path: Path, how: str) -> None:
    path = make_csv(tmp_path / "form.csv", row_of(GROVE_FORM, how))
    report = import_path(engine, path, named_mapping("cn-census-3-grove"))
    assert (report.created, report.rejected) == (1, 0), report.rejections
    (grove,) = rows_of(engine, Grove)
    said = {
        "number": "14020001", "census_scope": "added", "survey_method": "全面调查", "town": "某镇",
        "village": "某村", "growth_place": "natural_forest", "extent_text": "东至沟，西至路",
        "elevation_m": 950,
        "elevation_max_m": 1100, "area_ha": 2.5, "tree_count": 200, "share_over_500": 10, "share_300_500": 30,
        "share_100_300": 60, "department": "forestry", "ownership": "state",
        "protection_measures": "围栏、标牌",
        "layers": "复层", "canopy_closure": 0.6, "mean_diameter_cm": 45, "mean_height_m": 12,
        "shrub_species": "荆条", "shrub_cover_percent": 20, "shrub_height_m": 0.8, "herb_species": "羊胡子草",
        "herb_cover_percent": 35, "herb_height_m": 0.2, "values": "生态价值", "values_note": "水源林",
        "change_reason": "新增", "photo_note": "全貌", "notes": "无道路",
    }  # fmt: skip
    assert {name: getattr(grove, name) for name in said} == said
    shares = sorted(rows_of(engine, GroveSpecies), key=lambda row: row.ordinal)
    assert [(row.name_verbatim, row.tree_count, row.share_percent) for row in shares] == [
        ("侧柏", 120, 60),
        ("油松", 80, 40),
    ]
    assert all(row.species_id for row in shares)
    assert [row.role for row in rows_of(engine, TreeParty)] == ["steward"]


OLD = {"古树编号": "14020000002", "中文名": "侧柏", "树高(m)": "12", "胸围(cm)": "250", "生长势": "1"}


def import_old(engine: Engine, tmp_path: Path, **cells: object) -> Any:
    path = make_csv(tmp_path / "old.csv", {**OLD, **cells})
    report = import_path(engine, path, named_mapping("cn-census-2"))
    assert report.rejected == 0, report.rejections
    return rows_of(engine, Tree)[0]


@pytest.mark.parametrize(
    ("ages", "years", "basis", "readings"),
    [
        ({"真实树龄": "", "估测树龄": "300", "传说树龄": ""}, 300, "estimated", 0),
        ({"真实树龄": "480", "估测树龄": "500", "传说树龄": "1000"}, 480, "documented", 3),
        ({"真实树龄": "", "估测树龄": "500", "传说树龄": "1000"}, 500, "estimated", 2),
        ({"真实树龄": "", "估测树龄": "", "传说树龄": "1000"}, 1000, "legend", 0),
        ({"真实树龄": "480", "估测树龄": "", "传说树龄": "", "树龄(年)": "480"}, 480, "documented", 2),
    ],
)
def test_three_columns_of_age_are_three_ways_of_knowing_it(
    engine: Engine, tmp_path: Path, ages: dict[str, object], years: int, basis: str, readings: int
) -> None:
    tree = import_old(engine, tmp_path, **ages)
    assert (tree.age_years, tree.age_basis) == (years, basis)
    assert len(rows_of(engine, AgeReading)) == readings


def test_the_code_numbers_of_the_older_form_are_those_of_the_older_form(
    engine: Engine, tmp_path: Path
) -> None:
    cells = {"生长场所": "5", "权属": "2", "生长环境": "3", "现存状态": "2", "分布特点": "1"}
    tree = import_old(engine, tmp_path, **cells)
    assert (tree.growth_place, tree.ownership, tree.environment, tree.condition) == (
        "scenic_site",
        "collective",
        "very_poor",
        "transplanted",
    )
    path = make_csv(tmp_path / "new.csv", {**row_of(TREE_FORM, "label"), "分布场所": "5"})
    report = import_path(engine, path, named_mapping("cn-census-3"))
    assert [(r.kind, r.column, r.value) for r in report.rejections] == [
        ("not_in_vocabulary", "分布场所", "5")
    ]
    assert "铁路公路" in str(report.rejections[0].facts["known"])  # the other list has other places


def test_a_dead_or_lost_tree_of_the_older_form_stays_in_the_register(engine: Engine, tmp_path: Path) -> None:
    assert import_old(engine, tmp_path, 现存状态="死亡").status == "dead"


def test_a_word_that_an_open_list_lacks_stays_as_it_was_written(engine: Engine, tmp_path: Path) -> None:
    tree = import_old(engine, tmp_path, 影响生长环境因素="硬质铺装、建筑、旅游", 坡向="东南")
    assert (tree.threats, tree.aspect) == ("硬质铺装、建筑、旅游", "东南坡")


def test_no_damage_is_something_said_and_a_dash_is_nothing(engine: Engine, tmp_path: Path) -> None:
    row = row_of(TREE_FORM, "label")
    path = make_csv(tmp_path / "form.csv", {**row, "树体损伤": "无", "小地名": "无", "备注": "-"})
    import_path(engine, path, named_mapping("cn-census-3"))
    (tree,) = rows_of(engine, Tree)
    assert (tree.damage, tree.small_place, tree.notes) == ("无", None, None)


def test_the_older_grove_form_has_counts_by_grade_and_the_best_grade(engine: Engine, tmp_path: Path) -> None:
    row = {
        "古树群编号": "14020002", "古树群名称": "某寺侧柏群", "古树株数": "45", "一级株数": "3",
        "二级株数": "12",
        "三级株数": "30", "主要树种": "侧柏、油松", "平均树龄(年)": "260", "最大树龄(年)": "620",
        "郁闭度": "0.7",
        "海拔(m)": "1100～1250", "目的保护树种": "侧柏", "人为经营活动情况": "轻度放牧", "保护建议": "设围栏",
        "古树群等级": "一级",
    }  # fmt: skip
    path = make_csv(tmp_path / "grove.csv", row)
    mapping = choose_mapping(path, tuple(row), shipped_mappings())
    assert mapping.id == "cn-census-2-grove"
    assert import_path(engine, path, mapping).created == 1
    (grove,) = rows_of(engine, Grove)
    assert (grove.count_first, grove.count_second, grove.count_third) == (3, 12, 30)
    assert (grove.max_age_years, grove.elevation_max_m, grove.disturbance) == (620, 1250, "轻度放牧")
    assert [row.name_verbatim for row in rows_of(engine, GroveSpecies)] == ["侧柏", "油松"]
    assert rows_of(engine, Flag) == []
