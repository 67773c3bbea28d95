"""Code lists as words. A word is stored by value; its labels stand beside it, Chinese first."""

from enum import StrEnum
from typing import NamedTuple


class Label(NamedTuple):
    """A word as people read it."""

    zh: str
    en: str


class Category(StrEnum):
    """What a record is in law (古树名木类别)."""

    ANCIENT = "ancient"
    FAMOUS = "famous"
    ANCIENT_FAMOUS = "ancient_famous"
    RESERVE = "reserve"
    CITY_BIG = "city_big"
    LISTED = "listed"


class TreeStatus(StrEnum):
    """What has become of the tree. Dead is a status, never a deletion."""

    ALIVE = "alive"
    DEAD = "dead"
    MISSING = "missing"
    TRANSPLANTED = "transplanted"
    DELISTED = "delisted"


class Grade(StrEnum):
    """Protection grade (保护等级); its scheme says what the number means."""

    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"


class AgeBasis(StrEnum):
    """How an age is known."""

    DOCUMENTED = "documented"
    ESTIMATED = "estimated"
    LEGEND = "legend"


class Vigour(StrEnum):
    """Vigour (生长势); `vigour_scale` says by which scale it was read."""

    NORMAL = "normal"
    WEAK = "weak"
    SLIGHTLY_WEAK = "slightly_weak"
    VERY_WEAK = "very_weak"
    ENDANGERED = "endangered"
    DEAD = "dead"
    HIGH = "high"
    LOW = "low"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Environment(StrEnum):
    """Growth environment (生长环境)."""

    GOOD = "good"
    MEDIUM = "medium"
    POOR = "poor"
    VERY_POOR = "very_poor"


class GrowthPlace(StrEnum):
    """Where a tree grows (生长场所), both editions of the form and the sample registers together."""

    REMOTE = "remote"
    RURAL = "rural"
    URBAN = "urban"
    HISTORIC_DISTRICT = "historic_district"
    SCENIC_SITE = "scenic_site"
    PARK_STREET = "park_street"
    UNIT_COURTYARD = "unit_courtyard"
    RELIC_UNIT = "relic_unit"
    TRANSPORT_LINE = "transport_line"
    WATERSIDE = "waterside"
    NATURAL_FOREST = "natural_forest"
    PARK = "park"
    SCHOOL = "school"
    STREET = "street"
    PUBLIC_PLACE = "public_place"
    PRIVATE_HOME = "private_home"
    OTHER = "other"


class Distribution(StrEnum):
    """Distribution (分布特点)."""

    SCATTERED = "scattered"
    GROUPED = "grouped"


class Ownership(StrEnum):
    """Ownership (权属)."""

    STATE = "state"
    COLLECTIVE = "collective"
    PRIVATE = "private"
    OTHER = "other"


class Datum(StrEnum):
    """Coordinate system that a position was given in."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly the public may see a position; a number is a grid in degrees."""

    EXACT = "exact"
    LOW = "0.001"
    MEDIUM = "0.01"
    HIGH = "0.1"
    WITHHELD = "withheld"


class TagState(StrEnum):
    """State of a tag, as the public may know it."""

    ISSUED = "issued"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class InspectionKind(StrEnum):
    """What kind of visit an inspection was."""

    CENSUS = "census"
    PATROL = "patrol"
    ASSESSMENT = "assessment"


class RiskRating(StrEnum):
    """Overall risk rating of a tree."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    EXTREME = "extreme"


class PhotoKind(StrEnum):
    """What a photo shows."""

    WHOLE = "whole"
    TRUNK = "trunk"
    CROWN = "crown"
    BARK = "bark"
    LEAF = "leaf"
    SITE = "site"
    TAG = "tag"
    DEFECT = "defect"
    OTHER = "other"


class PartyKind(StrEnum):
    """A unit may be named in public; a person may not, without consent."""

    UNIT = "unit"
    PERSON = "person"


class PartyRole(StrEnum):
    """What a party is to a tree."""

    STEWARD = "steward"
    MANAGER = "manager"
    SURVEYOR = "surveyor"
    REVIEWER = "reviewer"


class DesignationKind(StrEnum):
    """What a designation bestows: a legal grade, or a place on an authority's list."""

    GRADE = "grade"
    LISTING = "listing"


class Severity(StrEnum):
    """How much a data flag matters."""

    NOTE = "note"
    WARNING = "warning"


WORDS: dict[type[StrEnum], dict[str, Label]] = {
    Category: {
        "ancient": Label("古树", "Ancient tree"),
        "famous": Label("名木", "Famous tree"),
        "ancient_famous": Label("古树名木", "Ancient and famous tree"),
        "reserve": Label("后备资源", "Reserve tree"),
        "city_big": Label("城市大树", "City big tree"),
        "listed": Label("名录树木", "Listed tree"),
    },
    TreeStatus: {
        "alive": Label("在册", "On the register"),
        "dead": Label("死亡", "Dead"),
        "missing": Label("未找到", "Not found"),
        "transplanted": Label("已移植", "Transplanted"),
        "delisted": Label("已注销", "Delisted"),
    },
    Grade: {
        "1": Label("一级", "First grade"),
        "2": Label("二级", "Second grade"),
        "3": Label("三级", "Third grade"),
        "4": Label("四级", "Fourth grade"),
    },
    AgeBasis: {
        "documented": Label("有文献记载", "documented"),
        "estimated": Label("估测", "estimated"),
        "legend": Label("传说", "by legend"),
    },
    Vigour: {
        "normal": Label("正常", "Normal"),
        "weak": Label("衰弱", "Weak"),
        "slightly_weak": Label("轻弱", "Slightly weak"),
        "very_weak": Label("重弱", "Very weak"),
        "endangered": Label("濒危", "Endangered"),
        "dead": Label("死亡", "Dead"),
        "high": Label("旺盛", "High"),
        "low": Label("较弱", "Low"),
        "good": Label("良好", "Good"),
        "fair": Label("一般", "Fair"),
        "poor": Label("差", "Poor"),
    },
    Environment: {
        "good": Label("良好", "Good"),
        "medium": Label("中等", "Medium"),
        "poor": Label("差", "Poor"),
        "very_poor": Label("极差", "Very poor"),
    },
    GrowthPlace: {
        "remote": Label("远郊野外", "Remote countryside"),
        "rural": Label("乡村", "Village or township"),
        "urban": Label("城区", "Urban area"),
        "historic_district": Label("历史文化街区", "Historic district"),
        "scenic_site": Label("风景名胜古迹", "Scenic or heritage site"),
        "park_street": Label("城市公园街道", "City park or street"),
        "unit_courtyard": Label("单位庭院", "Grounds of an institution"),
        "relic_unit": Label("文保单位", "Protected heritage site"),
        "transport_line": Label("铁路公路", "Railway or road"),
        "waterside": Label("河湖库", "River, lake or reservoir"),
        "natural_forest": Label("自然森林", "Natural forest"),
        "park": Label("公园绿地", "Park or green space"),
        "school": Label("学校", "School"),
        "street": Label("道路人行道", "Road or pavement"),
        "public_place": Label("公共场所", "Public place"),
        "private_home": Label("私有住宅", "Private home"),
        "other": Label("其他", "Other"),
    },
    Distribution: {"scattered": Label("散生", "Scattered"), "grouped": Label("群状", "In a grove")},
    Ownership: {
        "state": Label("国有", "State"),
        "collective": Label("集体", "Collective"),
        "private": Label("个人", "Private"),
        "other": Label("其他", "Other"),
    },
    Datum: {
        "WGS84": Label("WGS84", "WGS84"),
        "CGCS2000": Label("CGCS2000（2000国家大地坐标系）", "CGCS2000"),
        "GCJ-02": Label("GCJ-02", "GCJ-02"),
        "BD-09": Label("BD-09", "BD-09"),
        "unknown": Label("来源未说明", "Not stated by the source"),
    },
    Precision: {
        "exact": Label("按来源精度公布", "as exact as the source"),
        "0.001": Label("概略到 0.001°（约 100 米）", "generalised to 0.001° (about 100 m)"),
        "0.01": Label("概略到 0.01°（约 1 公里）", "generalised to 0.01° (about 1 km)"),
        "0.1": Label("概略到 0.1°（约 10 公里）", "generalised to 0.1° (about 10 km)"),
        "withheld": Label("位置不公开", "position withheld"),
    },
    TagState: {
        "issued": Label("有效", "Genuine"),
        "replaced": Label("已更换", "Replaced"),
        "withdrawn": Label("已作废", "Withdrawn"),
    },
    InspectionKind: {
        "census": Label("普查", "Census"),
        "patrol": Label("巡查", "Patrol"),
        "assessment": Label("检查评估", "Assessment"),
    },
    RiskRating: {
        "low": Label("低", "Low"),
        "moderate": Label("中", "Moderate"),
        "high": Label("高", "High"),
        "extreme": Label("极高", "Extreme"),
    },
    PhotoKind: {
        "whole": Label("全株", "Whole tree"),
        "trunk": Label("树干", "Trunk"),
        "crown": Label("树冠", "Crown"),
        "bark": Label("树皮", "Bark"),
        "leaf": Label("叶花果", "Leaf, flower or fruit"),
        "site": Label("生境", "Surroundings"),
        "tag": Label("标牌", "Tag"),
        "defect": Label("病损", "Defect"),
        "other": Label("其他", "Other"),
    },
    PartyKind: {"unit": Label("单位", "Unit"), "person": Label("个人", "Person")},
    PartyRole: {
        "steward": Label("养护责任人", "Steward"),
        "manager": Label("管理单位", "Managing unit"),
        "surveyor": Label("调查人", "Surveyor"),
        "reviewer": Label("审核人", "Reviewer"),
    },
    DesignationKind: {
        "grade": Label("保护等级", "Protection grade"),
        "listing": Label("列入名录", "Listing"),
    },
    Severity: {"note": Label("提示", "Note"), "warning": Label("存疑", "Doubtful")},
}

GRADE_SCHEMES: dict[str, Label] = {
    "cn-2025": Label("《古树名木保护条例》分级", "National grades of China (2025 Regulation)"),
    "cn-lyt2738": Label("二次普查分级", "Grades of China's second census"),
}

LISTINGS: dict[str, Label] = {
    "hk-ovt": Label("香港古树名木", "Old and Valuable Tree (Hong Kong)"),
    "hk-swt": Label("香港石墙树", "Stonewall Tree (Hong Kong)"),
    "sg-heritage": Label("新加坡文化遗产树", "Heritage Tree (Singapore)"),
    "tw-taipei": Label("台北市受保护树木", "Protected Tree (Taipei)"),
}

VIGOUR_SCALES: dict[str, Label] = {
    "lyt2738": Label("LY/T 2738 四级", "LY/T 2738, four classes"),
    "gbt51168": Label("GB/T 51168 四级", "GB/T 51168, four classes"),
    "hk-vigor": Label("香港树木生长势", "Hong Kong tree vigor"),
    "hk-health": Label("香港健康状况", "Hong Kong health condition"),
}

NUMBER_SCHEMES: dict[str, Label] = {
    "lyt1664-11": Label("LY/T 1664 十一位编号", "LY/T 1664, 11 digits"),
    "legacy": Label("旧编号", "Former number"),
    "other": Label("其他编号", "Other number"),
    "tw-taipei": Label("台北市树木编号", "Taipei tree number"),
    "hk-ovt": Label("香港古树名木编号", "Hong Kong OVT number"),
    "hk-tr": Label("香港树木编号", "Hong Kong tree number"),
    "sg-nparks": Label("新加坡文化遗产树编号", "Singapore Heritage Tree number"),
}

JURISDICTIONS: dict[str, Label] = {
    "cn": Label("中国", "China"),
    "cn-shanxi": Label("山西省", "Shanxi"),
    "cn-chengdu": Label("成都市", "Chengdu"),
    "tw-taipei": Label("台北市", "Taipei"),
    "hk": Label("香港", "Hong Kong"),
    "sg": Label("新加坡", "Singapore"),
}
