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

STRATEGY_EVENTS: dict[str, Label] = {
    "strategy:proposed:created": Label("提出方案草案", "Strategy proposed"),
    "strategy:new_version:created": Label("方案新版本", "New version of a strategy"),
    "strategy:changed:updated": Label("修改方案", "Strategy rewritten"),
    "strategy:line_added:updated": Label("增加措施", "Measure added"),
    "strategy:line_changed:updated": Label("修改措施", "Measure changed"),
    "strategy:lines_confirmed:updated": Label("确认措施", "Measures confirmed"),
    "strategy:line_struck:updated": Label("划去措施", "Measures struck"),
    "strategy:signed:updated": Label("方案签署", "Strategy signed"),
    "strategy:approved:updated": Label("方案批准", "Strategy approved"),
    "strategy:begun:updated": Label("方案开始实施", "Strategy begun"),
    "strategy:begun:created": Label("开出工程单", "Work order made"),
    "strategy:accepted:updated": Label("方案验收", "Strategy accepted"),
    "strategy:outcome:updated": Label("方案成效评估", "Outcome of a strategy assessed"),
    "strategy:withdrawn:updated": Label("方案撤回", "Strategy withdrawn"),
    "work:made:created": Label("开出工程单", "Work order made"),
    "work:changed:updated": Label("修改工程单", "Work order changed"),
    "work:ordered:updated": Label("工程下达", "Works ordered"),
    "work:begun:updated": Label("工程开工", "Works begun"),
    "work:finished:updated": Label("工程完工", "Works finished"),
    "work:accepted:updated": Label("工程验收合格", "Works accepted"),
    "work:rejected:updated": Label("工程验收不合格", "Works not accepted"),
    "work:cancelled:updated": Label("工程取消", "Works cancelled"),
    "work:photo:updated": Label("工程照片", "Photo of works"),
    "trial:made:created": Label("登记试验", "Trial entered"),
    "trial:changed:updated": Label("修改试验", "Trial changed"),
    "trial:partners:updated": Label("试验合作方", "Partner of a trial"),
    "trial:subjects:updated": Label("试验对象", "Record taken into a trial"),
}
"""What happened to strategies, works and trials, by the kinds of the history."""

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
