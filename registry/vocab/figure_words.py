"""The figures of an edition in words: what is counted, over what, and what that leaves out."""

from typing import NamedTuple

from registry.vocab.labels import Label


class FigureWords(NamedTuple):
    """How a figure is called, and what it counts."""

    name: Label
    about: Label


WHOLE = Label(
    "在册古树名木（档案状态为存活或已移植）", "trees on the register (recorded as alive or transplanted)"
)
TALLIES: dict[str, FigureWords] = {
    "grade": FigureWords(
        Label("保护等级", "Protection grade"), Label("以现行有效的认定为准", "by the decision in force")
    ),
    "category": FigureWords(
        Label("类别", "Category"), Label("古树、名木、后备资源等", "ancient, famous, reserve and other trees")
    ),
    "age": FigureWords(
        Label("树龄", "Age"),
        Label(
            "以档案所载树龄分段，含估测；100、300、500 年为国家分级界限",
            "by the age on record, estimates included; 100, 300 and 500 years are the national thresholds",
        ),
    ),
    "vigour": FigureWords(
        Label("生长势", "Vigour"),
        Label("最近一次记录，各来源所用标准不一", "as last recorded; scales differ between sources"),
    ),
    "species": FigureWords(
        Label("树种（前 12 位）", "Species (the first 12)"), Label("按株数排列", "by number of trees")
    ),
    "district": FigureWords(
        Label("区县（前 12 位）", "Districts (the first 12)"),
        Label(
            "按株数排列；位置受保护的古树按公开的区划计",
            "by number of trees; hidden ones by the division that is public",
        ),
    ),
}
SHARES: dict[str, FigureWords] = {
    "inspected": FigureWords(
        Label("一年内检查过", "Inspected within a year"),
        Label("本版公开日前 12 个月内有检查记录", "with an inspection in the 12 months before this edition"),
    ),
    "photographed": FigureWords(
        Label("有照片", "With photos"), Label("至少有一张公开照片", "with at least one public photo")
    ),
    "zone_legal": FigureWords(
        Label("保护范围已划定", "Zone delineated"),
        Label(
            "公开版中有依法划定的保护范围；位置受保护的不显示，故不计入",
            "with a delineated zone in this edition; those of hidden trees are not shown nor counted",
        ),
    ),
    "zone_computed": FigureWords(
        Label("保护范围仅为推算", "Zone computed only"),
        Label("只有按规则推算、未依法划定的保护范围", "with a zone computed by rule and none delineated"),
    ),
    "agreement": FigureWords(
        Label("有养护协议", "With a care agreement"),
        Label("档案记明已签订养护责任协议", "whose file says that a care agreement was signed"),
    ),
    "flagged": FigureWords(
        Label("数据存疑", "With doubts about data"),
        Label(
            "至少有一处数据存疑，存疑不等于有误", "with at least one doubtful value; a doubt is no error yet"
        ),
    ),
}
AGES: dict[str, Label] = {
    "0": Label("不足 100 年", "under 100 years"),
    "100": Label("100–299 年", "100–299 years"),
    "300": Label("300–499 年", "300–499 years"),
    "500": Label("500–999 年", "500–999 years"),
    "1000": Label("1000 年及以上", "1,000 years and more"),
}
UNKNOWN = Label("未载", "not recorded")
OTHERS = Label("其余", "all others")
GROUPS: dict[str, Label] = {
    "all": Label("全部", "All"),
    "ancient": Label("古树", "Ancient"),
    "famous": Label("名木", "Famous"),
    "reserve": Label("后备资源", "Reserve"),
    "other": Label("其他受保护树木", "Other protected trees"),
    "grove": Label("古树群", "Groves"),
}
LEDGERS: dict[str, FigureWords] = {
    "parks": FigureWords(
        Label("公园名录", "Directory of parks"),
        Label("名册中的公园与古树公园", "parks and ancient-tree parks of this register"),
    ),
    "green": FigureWords(
        Label("绿地台账", "Ledger of green space"),
        Label(
            "公园、绿地、老城绿地与大树片区", "parks, green spaces, old-town green and stands of big trees"
        ),
    ),
    "trees": FigureWords(
        Label("树木台账", "Ledger of trees"),
        Label("本版公开的每一株树", "every tree of this edition"),
    ),
}
