"""Code lists as words. A word is stored by value; its labels stand beside it, Chinese first."""

from enum import StrEnum

from registry.vocab.care_words import CARE_WORDS
from registry.vocab.change_words import CHANGE_STATES
from registry.vocab.culture_words import CULTURE_WORDS
from registry.vocab.desk_words import DESK_WORDS
from registry.vocab.labels import Label as Label  # noqa: PLC0414 (all words are found here)


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
    MERGED = "merged"


ON_REGISTER = (TreeStatus.ALIVE, TreeStatus.TRANSPLANTED)
"""Of these it is said that they stand on the register: they are counted, tagged and judged."""


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
    TWD97 = "TWD97"
    GRID = "grid"
    LOCAL = "local"
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

    BLANK = "blank"
    ISSUED = "issued"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class InspectionKind(StrEnum):
    """What kind of visit an inspection was."""

    CENSUS = "census"
    PATROL = "patrol"
    ASSESSMENT = "assessment"
    RESURVEY = "resurvey"


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
    LEAD = "lead"
    COOPERATING = "cooperating"
    OWNER = "owner"


class DesignationKind(StrEnum):
    """What a designation bestows: a legal grade, or a place on an authority's list."""

    GRADE = "grade"
    LISTING = "listing"


class Severity(StrEnum):
    """How much a data flag matters."""

    NOTE = "note"
    WARNING = "warning"


class FamousCategory(StrEnum):
    """Why a tree is a famous tree (名木类别)."""

    LEADER = "leader"
    FOREIGN_GUEST = "foreign_guest"
    CULTURAL_FIGURE = "cultural_figure"
    RECORDED_EVENT = "recorded_event"
    WORLD_HERITAGE = "world_heritage"
    COMMEMORATIVE = "commemorative"
    TYPE_SPECIMEN = "type_specimen"
    PRECIOUS_SPECIES = "precious_species"
    OTHER = "other"


class CensusScope(StrEnum):
    """Whether a tree was in the range of the census before (普查范围)."""

    SAME = "same"
    ADDED = "added"


class Department(StrEnum):
    """Which of the two competent departments is in charge (主管部门)."""

    FORESTRY = "forestry"
    URBAN_GREENING = "urban_greening"


class Condition(StrEnum):
    """State in which a census met the tree (现存状态)."""

    NORMAL = "normal"
    TRANSPLANTED = "transplanted"
    MAIMED = "maimed"
    NEW = "new"


class AddedReason(StrEnum):
    """Why a tree is new to the register (新增原因)."""

    GREW_OLD = "grew_old"
    MISSED_BEFORE = "missed_before"
    MOVED_IN = "moved_in"
    OTHER = "other"


class RemovalReason(StrEnum):
    """Why a tree is no longer there (减少原因)."""

    AGEING = "ageing"
    NATURAL_DISASTER = "natural_disaster"
    PEST_OR_DISEASE = "pest_or_disease"
    HUMAN_DAMAGE = "human_damage"
    MOVED_OUT = "moved_out"
    OTHER = "other"


class DeathDisposal(StrEnum):
    """What becomes of a dead tree (死亡处置措施)."""

    KEPT = "kept"
    KEPT_IN_PART = "kept_in_part"
    FELLED = "felled"


class PlaceKind(StrEnum):
    """What kind of place a ledger keeps."""

    VILLAGE = "village"
    TEMPLE = "temple"
    LINPAN = "linpan"
    TREE_PARK = "tree_park"
    OLD_TOWN_GREEN = "old_town_green"
    BIG_TREES = "big_trees"
    PARK = "park"
    GREEN_SPACE = "green_space"
    RELIC_SITE = "relic_site"
    OTHER = "other"


class ElementKind(StrEnum):
    """What kind of landmark element (历史景观要素) stands in a place."""

    BRIDGE = "bridge"
    WELL = "well"
    STELE = "stele"
    PAVING = "paving"
    PAVILION = "pavilion"
    BUILDING = "building"
    WALL = "wall"
    WATER = "water"
    ROCKERY = "rockery"
    OTHER = "other"


class CaseKind(StrEnum):
    """What a case decides."""

    DESIGNATION = "designation"
    REDESIGNATION = "redesignation"
    DELISTING = "delisting"
    DEATH = "death"
    MISSING = "missing"
    MOVE = "move"
    FOUND = "found"
    WORKS = "works"
    TRANSPLANT = "transplant"
    AFTERCARE = "aftercare"
    FELLING = "felling"
    INCIDENT = "incident"
    RESCUE = "rescue"
    GREENING = "greening"


class CaseState(StrEnum):
    """Whether a case is still open."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """A step of a case."""

    PROPOSAL = "proposal"
    APPRAISAL = "appraisal"
    NOTICE = "notice"
    DECISION = "decision"
    APPROVAL = "approval"
    PUBLICATION = "publication"
    REPORT = "report"
    CONFIRMATION = "confirmation"
    CAUSE = "cause"
    DISPOSAL = "disposal"
    TAG_RECOVERY = "tag_recovery"
    ARCHIVE = "archive"
    APPLICATION = "application"
    SURVEY = "survey"
    PLAN = "plan"
    ADVICE = "advice"
    MEASURES = "measures"
    SUPERVISION = "supervision"
    ACCEPTANCE = "acceptance"
    HANDLING = "handling"
    EVIDENCE = "evidence"
    REFERRAL = "referral"
    PENALTY = "penalty"
    COMPENSATION = "compensation"
    RESTORATION = "restoration"
    FOLLOW_UP = "follow_up"


class Verdict(StrEnum):
    """What an expert or a checker says."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    ABSTAINS = "abstains"


class CampaignState(StrEnum):
    """State of a census campaign."""

    OPEN = "open"
    FROZEN = "frozen"


class VillageState(StrEnum):
    """How far a village has come in a campaign."""

    PLANNED = "planned"
    SURVEYING = "surveying"
    SURVEYED = "surveyed"
    CHECKED = "checked"
    RETURNED = "returned"


class TargetOutcome(StrEnum):
    """What a campaign found of a tree that it looked for."""

    PENDING = "pending"
    FOUND = "found"
    NOT_FOUND = "not_found"
    DEAD = "dead"
    NEW = "new"
    DUPLICATE = "duplicate"


class LinkKind(StrEnum):
    """How two records belong together."""

    MERGED_INTO = "merged_into"
    SPLIT_FROM = "split_from"
    REPLACES = "replaces"
    STANDS_IN = "stands_in"
    RELATED = "related"


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
        "merged": Label("已并入另一档案", "Merged into another file"),
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
        "TWD97": Label("TWD97", "TWD97"),
        "grid": Label("投影坐标（见 EPSG 代号）", "National grid (see its EPSG code)"),
        "local": Label("地方独立坐标系", "Local grid"),
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
        "blank": Label("空白牌", "Blank"),
        "issued": Label("有效", "Genuine"),
        "replaced": Label("已更换", "Replaced"),
        "withdrawn": Label("已作废", "Withdrawn"),
    },
    InspectionKind: {
        "census": Label("普查", "Census"),
        "patrol": Label("巡查", "Patrol"),
        "assessment": Label("检查评估", "Assessment"),
        "resurvey": Label("抽查复测", "Re-survey"),
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
        "lead": Label("牵头单位", "Lead unit"),
        "cooperating": Label("配合单位", "Cooperating unit"),
        "owner": Label("权属人", "Owner"),
    },
    DesignationKind: {
        "grade": Label("保护等级", "Protection grade"),
        "listing": Label("列入名录", "Listing"),
    },
    Severity: {"note": Label("提示", "Note"), "warning": Label("存疑", "Doubtful")},
    FamousCategory: {
        "leader": Label("国家领导人手植", "Planted by a national leader"),
        "foreign_guest": Label(
            "外国元首或著名政治人物手植", "Planted by a foreign head of state or statesman"
        ),
        "cultural_figure": Label(
            "文化名人、科学家手植或题咏", "Planted or praised by a writer, artist or scientist"
        ),
        "recorded_event": Label(
            "园林寺观、名人事件有记载", "Tied by records to a person, event, garden or temple"
        ),
        "world_heritage": Label("世界遗产地标志树", "Landmark of a World Heritage property"),
        "commemorative": Label("名人故居或纪念树", "At a memorable home, or commemorative"),
        "type_specimen": Label("模式标本来源树", "Source of a type specimen"),
        "precious_species": Label("珍贵稀有树种（地方规定）", "Precious or rare species (local rule)"),
        "other": Label("其他重要价值", "Of other importance"),
    },
    CensusScope: {
        "same": Label("上次普查范围", "In the range of the census before"),
        "added": Label("新纳入范围", "Newly included"),
    },
    Department: {
        "forestry": Label("林业", "Forestry"),
        "urban_greening": Label("城市绿化", "Urban greening"),
    },
    Condition: {
        "normal": Label("正常", "Normal"),
        "transplanted": Label("移植", "Transplanted"),
        "maimed": Label("伤残", "Maimed"),
        "new": Label("新增", "New"),
    },
    AddedReason: {
        "grew_old": Label("树龄增长", "Came of age"),
        "missed_before": Label("上次普查遗漏", "Missed by the census before"),
        "moved_in": Label("异地移入", "Moved in from elsewhere"),
        "other": Label("其他", "Other"),
    },
    RemovalReason: {
        "ageing": Label("衰老死亡", "Died of age"),
        "natural_disaster": Label("自然灾害死亡", "Killed by a natural disaster"),
        "pest_or_disease": Label("病虫害死亡", "Killed by pest or disease"),
        "human_damage": Label("人为损害死亡", "Killed by people"),
        "moved_out": Label("本地移出", "Moved elsewhere"),
        "other": Label("其他", "Other"),
    },
    DeathDisposal: {
        "kept": Label("原地保留", "Kept standing"),
        "kept_in_part": Label("部分保留或展示", "Kept in part"),
        "felled": Label("砍伐", "Felled"),
    },
    PlaceKind: {
        "village": Label("村落", "Village"),
        "temple": Label("寺观祠庙", "Temple"),
        "linpan": Label("林盘", "Linpan"),
        "tree_park": Label("古树公园", "Ancient-tree park"),
        "old_town_green": Label("老城绿地", "Old-town green space"),
        "big_trees": Label("成片大树", "Stand of big trees"),
        "park": Label("公园", "Park"),
        "green_space": Label("绿地", "Green space"),
        "relic_site": Label("文物古迹", "Heritage site"),
        "other": Label("其他", "Other"),
    },
    ElementKind: {
        "bridge": Label("古桥", "Bridge"),
        "well": Label("古井", "Well"),
        "stele": Label("碑刻", "Stele"),
        "paving": Label("传统铺装", "Traditional paving"),
        "pavilion": Label("亭台", "Pavilion"),
        "building": Label("古建筑", "Historic building"),
        "wall": Label("墙垣", "Wall"),
        "water": Label("水系池泉", "Pond, spring or stream"),
        "rockery": Label("假山叠石", "Rockery"),
        "other": Label("其他", "Other"),
    },
    CaseKind: {
        "designation": Label("认定", "Designation"),
        "redesignation": Label("重新认定", "Re-designation"),
        "delisting": Label("注销", "Delisting"),
        "death": Label("死亡确认", "Death"),
        "missing": Label("未找到核实", "Not found"),
        "move": Label("移植变更", "Move"),
        "found": Label("重新找到", "Found again"),
        "works": Label("保护范围内施工", "Works in a protection zone"),
        "transplant": Label("移植申请", "Application to transplant"),
        "aftercare": Label("移植后养护", "Care after transplanting"),
        "felling": Label("紧急采伐处置", "Emergency felling"),
        "incident": Label("损害事件", "Incident"),
        "rescue": Label("濒危抢救", "Rescue of an endangered tree"),
        "greening": Label("绿化工程", "Greening works"),
    },
    CaseState: {
        "open": Label("办理中", "Open"),
        "granted": Label("已批准", "Granted"),
        "refused": Label("不予认定", "Refused"),
        "withdrawn": Label("已撤回", "Withdrawn"),
    },
    StepKind: {
        "proposal": Label("提出", "Proposal"),
        "appraisal": Label("鉴定", "Appraisal"),
        "notice": Label("公示", "Public notice"),
        "decision": Label("认定", "Decision"),
        "approval": Label("政府批准", "Approval"),
        "publication": Label("公布", "Publication"),
        "report": Label("报告", "Report"),
        "confirmation": Label("确认", "Confirmation"),
        "cause": Label("查明原因", "Cause"),
        "disposal": Label("处置", "Disposal"),
        "tag_recovery": Label("收回标牌", "Tag recovered"),
        "archive": Label("归档", "Archive"),
        "application": Label("申请", "Application"),
        "survey": Label("现场勘查", "Survey on site"),
        "plan": Label("方案", "Plan"),
        "advice": Label("意见", "Advice"),
        "measures": Label("保护措施", "Protective measures"),
        "supervision": Label("现场监督", "Supervision"),
        "acceptance": Label("验收", "Acceptance"),
        "handling": Label("应急处置", "Emergency handling"),
        "evidence": Label("取证", "Evidence"),
        "referral": Label("移送执法", "Referral to enforcement"),
        "penalty": Label("处罚", "Penalty"),
        "compensation": Label("赔偿补偿", "Compensation"),
        "restoration": Label("恢复原状", "Restoration"),
        "follow_up": Label("跟踪回访", "Follow-up"),
    },
    Verdict: {
        "agrees": Label("同意", "Agrees"),
        "disagrees": Label("不同意", "Disagrees"),
        "abstains": Label("保留意见", "Abstains"),
    },
    CampaignState: {"open": Label("进行中", "Open"), "frozen": Label("已封存", "Frozen")},
    VillageState: {
        "planned": Label("未开始", "Planned"),
        "surveying": Label("调查中", "Under survey"),
        "surveyed": Label("已调查", "Surveyed"),
        "checked": Label("已复核", "Checked"),
        "returned": Label("退回", "Returned"),
    },
    TargetOutcome: {
        "pending": Label("待查", "Pending"),
        "found": Label("已查到", "Found"),
        "not_found": Label("未找到", "Not found"),
        "dead": Label("死亡", "Dead"),
        "new": Label("新增", "New"),
        "duplicate": Label("重复", "Duplicate"),
    },
    LinkKind: {
        "merged_into": Label("并入", "Merged into"),
        "split_from": Label("分自", "Split from"),
        "replaces": Label("接替", "Replaces"),
        "stands_in": Label("位于", "Stands in"),
        "related": Label("相关", "Related"),
    },
    **CARE_WORDS,
    **CULTURE_WORDS,
    **CHANGE_STATES,
    **DESK_WORDS,
}

GRADE_SCHEMES: dict[str, Label] = {
    "cn-2025": Label("《古树名木保护条例》分级", "National grades of China (2025 Regulation)"),
    "cn-lyt2738": Label("二次普查分级", "Grades of China's second census"),
    "cn-2025-urban-uplift": Label("《条例》城市提级", "National grades, cities one grade higher"),
    "shanxi-urban-2022": Label("山西城市四级", "Shanxi, four levels in cities"),
    "shanghai-2017": Label("上海分级", "Grades of Shanghai"),
    "beijing-1998": Label("北京分级", "Grades of Beijing"),
    "zhengzhou-2021": Label("郑州分级", "Grades of Zhengzhou"),
    "zaozhuang-2019": Label("枣庄分级", "Grades of Zaozhuang"),
    "jining-2019": Label("济宁分级", "Grades of Jining"),
}

LISTINGS: dict[str, Label] = {
    "hk-ovt": Label("香港古树名木", "Old and Valuable Tree (Hong Kong)"),
    "hk-swt": Label("香港石墙树", "Stonewall Tree (Hong Kong)"),
    "sg-heritage": Label("新加坡文化遗产树", "Heritage Tree (Singapore)"),
    "tw-taipei": Label("台北市受保护树木", "Protected Tree (Taipei)"),
    "uk-ati": Label("英国古树名录", "Ancient Tree Inventory (United Kingdom)"),
    "it-ami": Label("意大利纪念性树木", "Monumental Tree (Italy)"),
    "at-wien": Label("维也纳自然纪念物", "Natural Monument (Vienna)"),
    "de-berlin": Label("柏林自然纪念物", "Natural Monument (Berlin)"),
    "es-barcelona": Label("巴塞罗那地方重要树木", "Tree of Local Interest (Barcelona)"),
    "es-valencia-local": Label("巴伦西亚地方纪念性树木", "Monumental Tree of Local Interest (Valencia)"),
    "es-valencia-generic": Label("巴伦西亚一般保护树木", "Generic protection (Valencia)"),
    "ch-geneva": Label("日内瓦珍稀树木", "Remarkable Tree (Geneva)"),
    "be-brussels-inventory": Label("布鲁塞尔法定清册", "Legal inventory (Brussels)"),
    "be-brussels-listed": Label("布鲁塞尔保护名单", "Protection list (Brussels)"),
    "be-brussels-classified": Label("布鲁塞尔列级保护", "Classified (Brussels)"),
    "be-brussels-pending": Label("布鲁塞尔列入名单办理中", "Protection pending (Brussels)"),
    "pt-icnf": Label("葡萄牙公共利益树木", "Tree of Public Interest (Portugal)"),
    "jp-monument": Label("日本天然纪念物", "Natural Monument (Japan)"),
    "jp-special-monument": Label("日本特别天然纪念物", "Special Natural Monument (Japan)"),
    "au-yarra": Label("雅拉市重要树木", "Significant Tree (City of Yarra)"),
    "au-boroondara": Label("博伦达拉市重要树木", "Significant Tree (City of Boroondara)"),
    "cz-aopk": Label("捷克纪念树木", "Memorial Tree (Czechia)"),
    "ca-ncc": Label("加拿大首都地区珍稀树木", "Remarkable Tree (Canada’s Capital)"),
    "us-hawaii": Label("夏威夷特别树木", "Exceptional Tree (Hawaii)"),
    "sk-sop": Label("斯洛伐克受保护树木", "Protected Tree (Slovakia)"),
    "ee-eelis": Label("爱沙尼亚受保护自然单体", "Protected natural object (Estonia)"),
    "fr-paris": Label("巴黎珍稀树木", "Remarkable Tree (Paris)"),
    "us-portland": Label("波特兰遗产树木", "Heritage Tree (Portland)"),
    "cn-suzhou-gardens": Label("苏州园林名录", "Register of the gardens of Suzhou"),
}

VIGOUR_SCALES: dict[str, Label] = {
    "lyt2738": Label("LY/T 2738 四级", "LY/T 2738, four classes"),
    "gbt51168": Label("GB/T 51168 四级", "GB/T 51168, four classes"),
    "hk-vigor": Label("香港树木生长势", "Hong Kong tree vigor"),
    "hk-health": Label("香港健康状况", "Hong Kong health condition"),
    "ch-geneva": Label("日内瓦活力四级", "Geneva vitality"),
    "us-hawaii": Label("夏威夷活力", "Hawaii vitality"),
    "au-boroondara": Label("博伦达拉健康状况", "Boroondara health"),
}

NUMBER_SCHEMES: dict[str, Label] = {
    "lyt1664-11": Label("LY/T 1664 十一位编号", "LY/T 1664, 11 digits"),
    "legacy": Label("旧编号", "Former number"),
    "other": Label("其他编号", "Other number"),
    "source": Label("来源编号", "Number of the source"),
    "tw-taipei-street": Label("台北市行道树编号", "Taipei street tree number"),
    "tw-taipei": Label("台北市树木编号", "Taipei tree number"),
    "hk-ovt": Label("香港古树名木编号", "Hong Kong OVT number"),
    "hk-tr": Label("香港树木编号", "Hong Kong tree number"),
    "sg-nparks": Label("新加坡文化遗产树编号", "Singapore Heritage Tree number"),
}

JURISDICTIONS: dict[str, Label] = {
    "cn": Label("中国", "China"),
    "cn-shanxi": Label("山西省", "Shanxi"),
    "cn-chengdu": Label("成都市", "Chengdu"),
    "cn-beijing": Label("北京市", "Beijing"),
    "cn-shanghai": Label("上海市", "Shanghai"),
    "cn-zhengzhou": Label("郑州市", "Zhengzhou"),
    "cn-zaozhuang": Label("枣庄市", "Zaozhuang"),
    "cn-jining": Label("济宁市", "Jining"),
    "uk": Label("英国", "United Kingdom"),
    "it": Label("意大利", "Italy"),
    "any": Label("各地", "Anywhere"),
    "cn-nanjing": Label("南京市", "Nanjing"),
    "cn-suzhou": Label("苏州市", "Suzhou"),
    "at-wien": Label("维也纳", "Vienna"),
    "de-berlin": Label("柏林", "Berlin"),
    "es-barcelona": Label("巴塞罗那", "Barcelona"),
    "es-valencia": Label("巴伦西亚大区", "Valencian Community"),
    "ch-geneva": Label("日内瓦州", "Geneva"),
    "be-brussels": Label("布鲁塞尔", "Brussels"),
    "pt": Label("葡萄牙", "Portugal"),
    "jp": Label("日本", "Japan"),
    "au-melbourne": Label("墨尔本", "Melbourne"),
    "cz": Label("捷克", "Czechia"),
    "ca-ncc": Label("加拿大首都地区", "Canada’s capital region"),
    "us-hawaii": Label("夏威夷", "Hawaii"),
    "us": Label("美国", "United States"),
    "au": Label("澳大利亚", "Australia"),
    "us-portland": Label("波特兰", "Portland, Oregon"),
    "it-piemonte": Label("皮埃蒙特大区", "Piedmont"),
    "sk": Label("斯洛伐克", "Slovakia"),
    "ee": Label("爱沙尼亚", "Estonia"),
    "fr-paris": Label("巴黎", "Paris"),
    "tw-taipei": Label("台北市", "Taipei"),
    "hk": Label("香港", "Hong Kong"),
    "sg": Label("新加坡", "Singapore"),
}
