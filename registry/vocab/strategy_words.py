"""The headings of a strategy's template (一树一策), and what its texts are called."""

from registry.vocab.labels import Label

STRATEGY_TEXTS: dict[str, Label] = {
    "basis": Label("编制依据", "Basis"),
    "site": Label("立地环境", "Site"),
    "diagnosis": Label("健康诊断", "Diagnosis"),
    "risks": Label("风险评估", "Risks"),
    "problems": Label("存在问题", "Problems"),
    "aims": Label("保护目标与原则", "Aims and principles"),
    "monitoring": Label("养护与监测计划", "Care and monitoring"),
    "emergency_plan": Label("应急预案", "Emergency plan"),
}
"""The texts of a strategy, in the order of the template."""

HEADINGS: dict[str, Label] = {
    "cover": Label("封面与审批", "Cover and approvals"),
    "basis": STRATEGY_TEXTS["basis"],
    "facts": Label("基本情况", "The tree"),
    "site": STRATEGY_TEXTS["site"],
    "diagnosis": STRATEGY_TEXTS["diagnosis"],
    "risks": STRATEGY_TEXTS["risks"],
    "problems": STRATEGY_TEXTS["problems"],
    "aims": STRATEGY_TEXTS["aims"],
    "measures": Label("措施", "Measures"),
    "quantities": Label("工程量清单", "Bill of quantities"),
    "budget": Label("经费预算", "Budget"),
    "calendar": Label("进度安排", "Calendar"),
    "people": Label("责任人", "Who is responsible"),
    "monitoring": STRATEGY_TEXTS["monitoring"],
    "emergency_plan": STRATEGY_TEXTS["emergency_plan"],
    "photos": Label("附图附照", "Plans and photos"),
    "experts": Label("专家意见", "Opinions of experts"),
    "acceptance": Label("验收表", "Acceptance"),
}
"""The eighteen headings of the plan template, in their order."""
