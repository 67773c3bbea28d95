"""Words of the rule packs: sections, rows, standings and levels, as people read them."""

from registry.vocab.desk_words import SubmissionKind
from registry.vocab.words import WORDS, CaseKind, Label

CONFIDENCES: dict[str, Label] = {
    "high": Label("高", "high"),
    "medium": Label("中", "medium"),
    "low": Label("低", "low"),
}

STANDINGS: dict[str, Label] = {
    "law": Label("法规", "law"),
    "standard": Label("标准", "standard"),
    "guidance": Label("指引", "guidance"),
    "default": Label("默认值，非法定，可改", "editable default, not law"),
    "unverified": Label("未核实", "not verified"),
}
"""What a rule rests on. A default is ours: it fills a gap of the law and may be changed."""

SECTIONS: dict[str, Label] = {
    "grades": Label("古树分级", "Grades of ancient trees"),
    "famous": Label("名木", "Famous trees"),
    "famous_categories": Label("名木类别", "Kinds of famous trees"),
    "reserve": Label("后备资源", "Reserve trees"),
    "city_big": Label("城市大树（符合其一）", "City big trees (any one of)"),
    "listing": Label("列入名录的条件（符合其一）", "Criteria for the list (any one of)"),
    "exclusions": Label("不列入", "Left out"),
    "grove": Label("古树群", "Groves"),
    "designation": Label("认定", "Designation"),
    "appraisal": Label("鉴定", "Appraisal"),
    "notice": Label("公示", "Public notice"),
    "patrol": Label("巡查周期", "Patrol interval"),
    "patrol_vigour": Label("长势差时的巡查周期", "Patrol interval by vigour"),
    "zone": Label("保护范围", "Protection zone"),
    "census": Label("普查周期", "Census"),
    "deadlines": Label("期限", "Time limits"),
    "transplant": Label("移植：可以申请的", "Transplanting: who may apply"),
    "works": Label("保护范围内建设", "Building in the protection zone"),
    "penalties": Label("罚款幅度（每株）", "Range of fines (for each tree)"),
    "plate": Label("保护标志内容", "What a plate says"),
    "vigour": Label("生长势标准", "Vigour scale"),
    "number": Label("编号体系", "Number scheme"),
    "strategy": Label("一树一策评审", "Review of a strategy"),
    "review": Label("外业提交的审核", "Review of what the field sends in"),
}

CLASSES: dict[str, Label] = {
    "1": Label("一级", "First grade"),
    "2": Label("二级", "Second grade"),
    "3": Label("三级", "Third grade"),
    "4": Label("四级", "Fourth grade"),
    "famous": Label("名木", "Famous trees"),
    "reserve": Label("后备资源", "Reserve trees"),
    "city_big": Label("城市大树", "City big trees"),
    "grove": Label("古树群", "Groves"),
    "any": Label("全部", "All"),
}
"""What a rule may hold for: a grade, or a class that has rules of its own."""

LEVELS: dict[str, Label] = {
    "state": Label("国务院", "national"),
    "province": Label("省级", "provincial"),
    "city": Label("设区的市级", "city"),
    "county": Label("县级", "county"),
}

MEASURES: dict[str, Label] = {
    "age_years": Label("树龄", "age"),
    "girth_cm": Label("胸围", "girth"),
    "diameter_cm": Label("胸径", "diameter"),
    "ground_diameter_cm": Label("地径", "diameter at ground"),
    "height_m": Label("树高", "height"),
    "crown_m": Label("冠幅", "crown spread"),
}

HABITS: dict[str, Label] = {
    "deciduous": Label("落叶树", "deciduous trees"),
    "evergreen": Label("常绿树", "evergreen trees"),
}

PROJECTS: dict[str, Label] = {
    "national_key": Label("无法避让的国家重点工程", "national key project that cannot avoid the tree"),
    "provincial_key": Label("省级重点工程", "provincial key project"),
    "other_infrastructure": Label("其他基础设施工程", "other infrastructure"),
    "public_danger": Label(
        "危及公共安全且修剪支撑不能消除（由县级主管部门提出）",
        "danger to the public that pruning or support cannot remove (the county department proposes)",
    ),
}

DEADLINES: dict[str, Label] = {
    "strategy_review": Label("方案编制后评审", "review of a strategy"),
    "strategy_approval": Label("方案评审后批准", "approval of a reviewed strategy"),
    "strategy_start": Label("方案批准后开工", "start of an approved strategy"),
    "strategy_outcome": Label("方案验收后复评", "assessment after acceptance"),
    "rescue_review": Label("抢救方案编制后评审", "review of a rescue"),
    "rescue_approval": Label("抢救方案评审后批准", "approval of a reviewed rescue"),
    "rescue_start": Label("抢救方案批准后开工", "start of an approved rescue"),
    "rescue_outcome": Label("抢救方案验收后复评", "assessment after a rescue"),
    "felling_report": Label("紧急采伐处置后报告", "report after an emergency felling"),
    "transplant_care": Label("移植后养护", "care after transplanting"),
    "death_verification": Label("死亡核实", "verification of a death"),
    "plate_retrieval": Label("注销后到场收回标志", "visit after delisting, plate taken back"),
    "caretaker_change": Label("养护责任人变更报告", "report of a change of steward"),
    "report_check": Label("接到新发现报告后核查", "check of a reported tree"),
    "works_advice": Label("范围内施工意见", "advice on works in the zone"),
    "transplant_review": Label("移植审查", "review of a transplant"),
    "reserve_transplant_review": Label("后备资源移植审查", "review of a transplant of a reserve tree"),
    "follow_up": Label("移植后每次回访", "each visit after a transplant"),
    "rescue_survey": Label("濒危抢救：现场勘查", "rescue: survey on site"),
    "rescue_plan": Label("濒危抢救：抢救方案", "rescue: plan"),
    "rescue_handling": Label("濒危抢救：开始抢救", "rescue: handling"),
    "zone_check": Label("保护范围核查意见的有效期", "a check of the protection zones is valid for"),
    "rescue_follow_up": Label("濒危抢救：第一次回访", "rescue: first visit afterwards"),
}

REQUIREMENTS: dict[str, Label] = {
    "avoid_or_report": Label(
        "应当避让；确实无法避让的，开工前报告，并采取保护措施",
        "to be avoided; where that cannot be, reported before work begins, with protective measures",
    ),
    "forbidden": Label("禁止建设", "forbidden"),
    "prior_approval": Label("未经事先批准，不得施工", "no works without prior approval"),
    "assessment": Label(
        "由树艺师评估影响，能避则避，能减则减",
        "an arborist assesses the impact, which is avoided or kept small",
    ),
}
"""What the law asks of whoever builds in a protection zone."""

EXCLUSIONS: dict[str, Label] = {
    "timber_plantation": Label(
        "以生产木材为主要目的的人工商品林中的树木", "trees in plantations grown mainly for timber"
    ),
    "orchard": Label("果园经济树种", "economic species of orchards"),
    "without_value": Label("无文化价值的树种", "species without cultural value"),
}

PLATE_FIELDS: dict[str, Label] = {
    "name_zh": Label("树种", "species"),
    "name_latin": Label("学名", "scientific name"),
    "family": Label("科", "family"),
    "genus": Label("属", "genus"),
    "age_years": Label("树龄", "age"),
    "tree_no": Label("编号", "number"),
    "protection_grade": Label("保护等级", "protection grade"),
    "protection_zone": Label("保护范围", "protection zone"),
    "steward": Label("养护责任人", "steward"),
    "duty_phone": Label("联系电话", "telephone"),
    "qr_code": Label("二维码", "QR code"),
    "values": Label("特殊价值说明", "note on special value"),
}

ZONE_COMBINED: dict[str, Label] = {
    "larger_of": Label("取较大的一个", "the larger of the two"),
    "union": Label("两者合并", "both together"),
}
"""How a zone by the crown and one by the stem make one zone."""

STEM_EDGES: dict[str, Label] = {
    "center": Label("自树干中心起", "from the trunk's centre"),
    "base_edge": Label("自树干基部外缘起", "from the edge of the trunk's base"),
}
"""Where the distance by the stem's diameter begins."""

MULTI_STEMS: dict[str, Label] = {
    "root_of_squares": Label("多干取平方和的平方根", "several stems: root of the sum of their squares"),
    "mean_over_five": Label(
        "2 至 5 干取平方和的平方根，5 干以上按平均干径计",
        "2 to 5 stems: root of the sum of their squares; more: of their number times the mean squared",
    ),
}
"""How the diameters of several stems make one."""

REVIEWED: dict[str, Label] = {
    **WORDS[SubmissionKind],
    "death": Label("报告树木死亡的", "Whatever says that a tree is dead"),
}
"""What the field sends in, as far as its review is laid down."""

TWO_PERSONS: dict[str, Label] = {**WORDS[SubmissionKind], **WORDS[CaseKind]}
"""What may have to be decided by another person than who brought it: kinds of submissions and of cases."""
