"""Words of zones, health, strategies, works and care."""

from enum import StrEnum

from registry.vocab.labels import Label


class ZoneKind(StrEnum):
    """What a protection zone rests on: computed by a rule, or delineated and published."""

    COMPUTED = "computed"
    LEGAL = "legal"


class LayerKind(StrEnum):
    """What a map layer shows that zones may conflict with."""

    GREEN_LINE = "green_line"
    BUILDING = "building"
    ROAD = "road"
    PIPELINE = "pipeline"
    PAVING = "paving"
    PLANNING = "planning"
    OTHER = "other"


class ZoneVerdict(StrEnum):
    """What a check of a footprint against the zones says."""

    CONFLICT = "conflict"
    UNDECIDED = "undecided"
    NONE = "none"


class AssessmentState(StrEnum):
    """Whether a second person has looked at an assessment."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class InstrumentKind(StrEnum):
    """What a reading was taken with."""

    TOMOGRAPH = "tomograph"
    RESISTOGRAPH = "resistograph"
    RADAR = "radar"
    PENETROMETER = "penetrometer"
    SOIL = "soil"
    LIDAR = "lidar"
    SENSOR = "sensor"
    MODEL = "model"
    OTHER = "other"


class StrategyState(StrEnum):
    """How far a strategy (一树一策) has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class SignRole(StrEnum):
    """As what somebody signs a strategy."""

    PREPARED = "prepared"
    REVIEWED = "reviewed"
    EXPERT = "expert"
    APPROVED = "approved"
    ACCEPTED = "accepted"


class WorkState(StrEnum):
    """How far a work order has come."""

    PLANNED = "planned"
    ORDERED = "ordered"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class WorkStage(StrEnum):
    """When in the course of works a photo was taken."""

    BEFORE = "before"
    DURING = "during"
    HIDDEN = "hidden"
    AFTER = "after"


class CareKind(StrEnum):
    """What daily care was given (养护日志)."""

    WATERING = "watering"
    DRAINAGE = "drainage"
    FEEDING = "feeding"
    TREATMENT = "treatment"
    PRUNING = "pruning"
    WEEDING = "weeding"
    CLEANING = "cleaning"
    SUPPORT = "support"
    PROTECTION = "protection"
    MONITORING = "monitoring"
    OTHER = "other"


class LetterKind(StrEnum):
    """What a care letter is."""

    AGREEMENT = "agreement"
    RESPONSIBILITY = "responsibility"


class LetterState(StrEnum):
    """What has become of a care letter."""

    MADE = "made"
    SIGNED = "signed"
    VOID = "void"


class PaymentState(StrEnum):
    """Whether a payment for care was made."""

    DUE = "due"
    PAID = "paid"
    CANCELLED = "cancelled"


class NoticeKind(StrEnum):
    """Of what a steward was told."""

    DESIGNATION = "designation"
    CARETAKER = "caretaker"
    ZONE = "zone"
    WARNING = "warning"
    WORKS = "works"
    AGREEMENT = "agreement"
    OTHER = "other"


class DocumentKind(StrEnum):
    """What a file in a case is."""

    APPLICATION = "application"
    PERMIT = "permit"
    PLAN = "plan"
    DECISION = "decision"
    REPORT = "report"
    OPINION = "opinion"
    PHOTO = "photo"
    EVIDENCE = "evidence"
    RECEIPT = "receipt"
    OTHER = "other"


class FundSource(StrEnum):
    """Where money comes from."""

    CENTRAL = "central"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OWNER = "owner"
    BUILDER = "builder"
    DONATION = "donation"
    ADOPTION = "adoption"
    OTHER = "other"


class TrialState(StrEnum):
    """How far a research trial has come."""

    PLANNED = "planned"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class AlertKind(StrEnum):
    """What trees are warned of, and after what they are looked at once more."""

    STORM = "storm"
    RAIN = "rain"
    SNOW = "snow"
    FROST = "frost"
    HEAT = "heat"
    DROUGHT = "drought"
    LIGHTNING = "lightning"
    FIRE = "fire"
    QUAKE = "quake"


class PlateState(StrEnum):
    """How a plate (保护标志) was met on a patrol."""

    OK = "ok"
    ILLEGIBLE = "illegible"
    DAMAGED = "damaged"
    MISSING = "missing"


class FacilityState(StrEnum):
    """How fences, supports and other facilities were met on a patrol."""

    OK = "ok"
    DAMAGED = "damaged"
    MISSING = "missing"
    NONE = "none"


CARE_WORDS: dict[type[StrEnum], dict[str, Label]] = {
    AlertKind: {
        "storm": Label("大风台风", "Storm"),
        "rain": Label("暴雨", "Heavy rain"),
        "snow": Label("暴雪", "Heavy snow"),
        "frost": Label("低温冻害", "Frost"),
        "heat": Label("高温", "Heat"),
        "drought": Label("干旱", "Drought"),
        "lightning": Label("雷电", "Lightning"),
        "fire": Label("森林火险", "Danger of fire"),
        "quake": Label("地震", "Earthquake"),
    },
    PlateState: {
        "ok": Label("完好", "In order"),
        "illegible": Label("字迹不清", "Illegible"),
        "damaged": Label("损坏", "Damaged"),
        "missing": Label("缺失", "Missing"),
    },
    FacilityState: {
        "ok": Label("完好", "In order"),
        "damaged": Label("损坏", "Damaged"),
        "missing": Label("缺失", "Missing"),
        "none": Label("无设施", "None there"),
    },
    ZoneKind: {
        "computed": Label("推算", "Computed"),
        "legal": Label("划定", "Delineated"),
    },
    LayerKind: {
        "green_line": Label("绿线", "Green line"),
        "building": Label("建筑", "Buildings"),
        "road": Label("道路", "Roads"),
        "pipeline": Label("管线", "Pipelines"),
        "paving": Label("硬化铺装", "Sealed ground"),
        "planning": Label("规划", "Planning"),
        "other": Label("其他", "Other"),
    },
    ZoneVerdict: {
        "conflict": Label("有冲突", "Conflict"),
        "undecided": Label("不能排除", "Cannot be ruled out"),
        "none": Label("无冲突", "No conflict"),
    },
    AssessmentState: {
        "draft": Label("待复核", "Awaiting review"),
        "reviewed": Label("已复核", "Reviewed"),
    },
    InstrumentKind: {
        "tomograph": Label("应力波断层成像", "Tomograph"),
        "resistograph": Label("阻力仪", "Resistograph"),
        "radar": Label("探地雷达", "Ground radar"),
        "penetrometer": Label("土壤紧实度仪", "Penetrometer"),
        "soil": Label("土壤化验", "Soil analysis"),
        "lidar": Label("激光扫描", "Laser scan"),
        "sensor": Label("在线监测", "Sensor"),
        "model": Label("图像识别", "Image recognition"),
        "other": Label("其他", "Other"),
    },
    StrategyState: {
        "draft": Label("草案", "Draft"),
        "reviewed": Label("已评审", "Reviewed"),
        "approved": Label("已批准", "Approved"),
        "in_progress": Label("实施中", "In progress"),
        "accepted": Label("已验收", "Accepted"),
        "superseded": Label("已被新版取代", "Superseded"),
        "withdrawn": Label("已撤回", "Withdrawn"),
    },
    SignRole: {
        "prepared": Label("编制", "Prepared"),
        "reviewed": Label("评审", "Reviewed"),
        "expert": Label("专家意见", "Expert opinion"),
        "approved": Label("批准", "Approved"),
        "accepted": Label("验收", "Accepted"),
    },
    WorkState: {
        "planned": Label("待下达", "Planned"),
        "ordered": Label("已下达", "Ordered"),
        "in_progress": Label("施工中", "In progress"),
        "finished": Label("已完工", "Finished"),
        "accepted": Label("验收合格", "Accepted"),
        "rejected": Label("验收不合格", "Rejected"),
        "cancelled": Label("已取消", "Cancelled"),
    },
    WorkStage: {
        "before": Label("施工前", "Before"),
        "during": Label("施工中", "During"),
        "hidden": Label("隐蔽工程", "Hidden work"),
        "after": Label("施工后", "After"),
    },
    CareKind: {
        "watering": Label("浇水", "Watering"),
        "drainage": Label("排水", "Drainage"),
        "feeding": Label("施肥", "Feeding"),
        "treatment": Label("病虫害防治", "Pest treatment"),
        "pruning": Label("修剪", "Pruning"),
        "weeding": Label("除草松土", "Weeding"),
        "cleaning": Label("清理保洁", "Cleaning"),
        "support": Label("支撑维护", "Care of supports"),
        "protection": Label("设施维护", "Care of fences and signs"),
        "monitoring": Label("观测", "Observation"),
        "other": Label("其他", "Other"),
    },
    LetterKind: {
        "agreement": Label("养护协议", "Care agreement"),
        "responsibility": Label("管护责任书", "Letter of responsibility"),
    },
    LetterState: {
        "made": Label("已印制", "Printed"),
        "signed": Label("已签订", "Signed"),
        "void": Label("已作废", "Void"),
    },
    PaymentState: {
        "due": Label("待发放", "Due"),
        "paid": Label("已发放", "Paid"),
        "cancelled": Label("已取消", "Cancelled"),
    },
    NoticeKind: {
        "designation": Label("认定告知", "Designation"),
        "caretaker": Label("养护责任告知", "Duty of care"),
        "zone": Label("保护范围告知", "Protection zone"),
        "warning": Label("天气预警", "Weather warning"),
        "works": Label("施工告知", "Works"),
        "agreement": Label("签订提醒", "Agreement to be signed"),
        "other": Label("其他", "Other"),
    },
    DocumentKind: {
        "application": Label("申请材料", "Application"),
        "permit": Label("许可文件", "Permit"),
        "plan": Label("方案", "Plan"),
        "decision": Label("决定文书", "Decision"),
        "report": Label("报告", "Report"),
        "opinion": Label("意见书", "Opinion"),
        "photo": Label("照片", "Photo"),
        "evidence": Label("证据", "Evidence"),
        "receipt": Label("票据", "Receipt"),
        "other": Label("其他", "Other"),
    },
    FundSource: {
        "central": Label("中央财政", "Central budget"),
        "province": Label("省级财政", "Provincial budget"),
        "city": Label("市级财政", "City budget"),
        "county": Label("县级财政", "County budget"),
        "owner": Label("权属人自筹", "Owner"),
        "builder": Label("建设单位", "Builder"),
        "donation": Label("社会捐赠", "Donation"),
        "adoption": Label("认养资金", "Adoption"),
        "other": Label("其他", "Other"),
    },
    TrialState: {
        "planned": Label("计划", "Planned"),
        "running": Label("进行中", "Running"),
        "finished": Label("已完成", "Finished"),
        "stopped": Label("已中止", "Stopped"),
    },
}


INCIDENTS: dict[str, Label] = {
    "I01": Label("非法采伐", "Illegal felling"),
    "I02": Label("擅自移植", "Unauthorised transplant"),
    "I03": Label("买卖运输加工", "Trade, transport or processing"),
    "I04": Label("挖根断根", "Roots dug up or cut"),
    "I05": Label("剥损树皮", "Bark stripped"),
    "I06": Label("过度修剪、断干折枝", "Over-pruning or breaking"),
    "I07": Label("灌注有毒有害物质", "Toxic matter injected"),
    "I08": Label("非通透性硬化", "Impermeable paving in the zone"),
    "I09": Label("明火、焚香", "Open fire or incense"),
    "I10": Label("堆放重物", "Heavy piling"),
    "I11": Label("倾倒易燃有毒物、污水垃圾", "Dumping of inflammable or toxic matter"),
    "I12": Label("刻划钉钉", "Carving or nailing"),
    "I13": Label("架设线缆、缠绕悬挂", "Cables strung, things wrapped or hung"),
    "I14": Label("攀爬", "Climbing"),
    "I15": Label("破坏设施或标志", "Damage to facilities or signs"),
    "I16": Label("保护范围内建设未报告", "Works in the zone not reported"),
    "I17": Label("挖坑取土", "Excavation"),
    "I18": Label("作支撑物、拴系牲畜", "Used as a prop or tether"),
    "I99": Label("其他", "Other"),
}
"""Kinds of incidents: forbidden acts of article 17 of the national Regulation, and what local rules add."""


ZONE_LACKS: dict[str, Label] = {
    "position": Label("没有坐标", "no position"),
    "crown": Label("没有冠幅", "no crown spread"),
    "stem": Label("没有胸径或胸围", "no diameter or girth"),
    "grade": Label("没有认定等级", "no grade in force"),
    "pack": Label("没有适用的规则包", "no rule pack holds there"),
    "formula": Label("规则包没有米数", "the rule pack gives no metres"),
    "boundary": Label("没有边界", "no boundary"),
    "current": Label("现有范围与最新数据不符", "its zone does not follow the latest data"),
    "register": Label(
        "最近的在册记录；名册可能未覆盖此地", "the nearest record; the register may not cover this place"
    ),
    "any_position": Label("没有任何坐标；可能未覆盖此地", "no position at all; it may not cover this place"),
}
"""What is missing where no zone can be computed."""

ZONE_INPUTS: dict[str, Label] = {
    "class": Label("按", "class"),
    "crown_m": Label("冠幅", "crown spread"),
    "crown_radii_m": Label("冠半径（北东南西）", "crown radii (N E S W)"),
    "crown_on": Label("冠幅测于", "crown measured on"),
    "stems_cm": Label("胸径", "diameter"),
    "ground_cm": Label("地径", "diameter at ground"),
    "at_m": Label("测量高度", "measured at"),
    "stem_on": Label("胸径测于", "stem measured on"),
    "stem_radius_m": Label("保护范围半径（由胸径）", "radius of the zone by the stem"),
    "crown_reach_m": Label("保护范围半径（由树冠，北东南西）", "radius of the zone by the crown (N E S W)"),
    "root_radius_m": Label("结构根区半径", "radius of structural roots"),
    "trees_drawn": Label("画入的树", "trees drawn"),
    "trees_with_files": Label("有档案的树", "trees with files"),
    "trees": Label("群内株数", "trees of the grove"),
    "lon": Label("经度", "longitude"),
    "lat": Label("纬度", "latitude"),
}
"""What a zone was computed from, as it is shown."""
