"""Words of the inspectors' desk (工作台): who may do what, what the field sends, what becomes of it."""

from enum import StrEnum

from registry.vocab.labels import Label


class Role(StrEnum):
    """What a person does in the register, within a division or everywhere."""

    INSPECTOR = "inspector"
    CARETAKER = "caretaker"
    REVIEWER_COUNTY = "reviewer_county"
    REVIEWER_CITY = "reviewer_city"
    REVIEWER_PROVINCE = "reviewer_province"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class AccountState(StrEnum):
    """Whether an account may be used."""

    ACTIVE = "active"
    CLOSED = "closed"


class SessionKind(StrEnum):
    """How long a session may last: that of a browser, or that of a phone that works without a signal."""

    BROWSER = "browser"
    DEVICE = "device"


class SubmissionKind(StrEnum):
    """What somebody sends in from the field; one submission is one saved form."""

    VISIT = "visit"
    MEASUREMENT = "measurement"
    ASSESSMENT = "assessment"
    EDIT = "edit"
    PHOTO = "photo"
    INCIDENT = "incident"
    NEW_TREE = "new_tree"
    BIND_TAG = "bind_tag"
    MOUNT_TAG = "mount_tag"


class SubmissionState(StrEnum):
    """What has become of a submission."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    REPLACED = "replaced"


class Decision(StrEnum):
    """What a reviewer decides on a submission."""

    ACCEPT = "accept"
    CORRECT = "correct"
    RETURN = "return"
    REFUSE = "refuse"


class ReviewLevel(StrEnum):
    """A level of review: 县级初审, 市级复审, 省级终审."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class TagNoteKind(StrEnum):
    """What happens to a tag in its life, beside being issued and ended."""

    PRINTED = "printed"
    BOUND = "bound"
    MOUNTED = "mounted"
    DAMAGED = "damaged"
    LOST = "lost"
    FOUND = "found"


class JobState(StrEnum):
    """What has become of a long piece of work."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


DESK_WORDS: dict[type[StrEnum], dict[str, Label]] = {
    Role: {
        "inspector": Label("巡查员", "inspector"),
        "caretaker": Label("养护人", "caretaker"),
        "reviewer_county": Label("县级审核员", "county reviewer"),
        "reviewer_city": Label("市级审核员", "city reviewer"),
        "reviewer_province": Label("省级审核员", "province reviewer"),
        "registrar": Label("登记员", "registrar"),
        "administrator": Label("系统管理员", "administrator"),
        "auditor": Label("审计员", "auditor"),
    },
    AccountState: {"active": Label("可用", "active"), "closed": Label("已停用", "closed")},
    SessionKind: {"browser": Label("浏览器", "browser"), "device": Label("手机应用", "phone app")},
    SubmissionKind: {
        "visit": Label("巡查", "visit"),
        "measurement": Label("测量", "measurement"),
        "assessment": Label("评估", "assessment"),
        "edit": Label("信息更正", "correction"),
        "photo": Label("照片", "photos"),
        "incident": Label("险情与损害", "incident"),
        "new_tree": Label("新发现树木", "new tree"),
        "bind_tag": Label("绑定标牌", "tag binding"),
        "mount_tag": Label("挂牌", "tag mounting"),
    },
    SubmissionState: {
        "pending": Label("待审核", "to be reviewed"),
        "accepted": Label("已通过", "accepted"),
        "returned": Label("已退回", "returned"),
        "refused": Label("不予采纳", "refused"),
        "quarantined": Label("需人工处理", "set aside"),
        "replaced": Label("已由新提交替代", "replaced by a later one"),
    },
    Decision: {
        "accept": Label("通过", "accept"),
        "correct": Label("更正后通过", "accept with corrections"),
        "return": Label("退回", "return"),
        "refuse": Label("不予采纳", "refuse"),
    },
    ReviewLevel: {
        "county": Label("县级初审", "county review"),
        "city": Label("市级复审", "city review"),
        "province": Label("省级终审", "province review"),
    },
    TagNoteKind: {
        "printed": Label("已印制", "printed"),
        "bound": Label("已绑定", "bound"),
        "mounted": Label("已挂牌", "mounted"),
        "damaged": Label("损坏", "damaged"),
        "lost": Label("遗失", "lost"),
        "found": Label("找回", "found again"),
    },
    JobState: {
        "waiting": Label("排队中", "waiting"),
        "running": Label("进行中", "running"),
        "done": Label("已完成", "done"),
        "failed": Label("未完成", "failed"),
        "cancelled": Label("已取消", "cancelled"),
    },
}
JOB_KINDS: dict[str, Label] = {
    "import_look": Label("查看文件", "look at a file"),
    "import_try": Label("导入预览", "try an import"),
    "import": Label("导入", "import"),
    "field_file": Label("收取手机未发送的工作", "take in a phone's unsent work"),
    "publish": Label("发布公开版", "publish an edition"),
    "zone_check": Label("建设范围核查", "zone check"),
    "export_tags": Label("打印标牌", "tags to print"),
    "export_plates": Label("单块标牌文件", "single plates"),
    "export_map": Label("交接地图", "hand-over map"),
    "export_dossier": Label("一树一档", "dossier"),
    "export_dossiers": Label("多份档案", "dossiers"),
    "export_office_dossiers": Label("多份档案（内部）", "dossiers, for the office"),
    "export_list": Label("保护名录", "protection list"),
    "export_tables": Label("汇总表与统计表", "tables and counts"),
    "export_office_tables": Label("汇总表与统计表（内部）", "tables and counts, for the office"),
    "export_report": Label("年度报告", "yearly report"),
    "export_strategy": Label("一树一策", "strategy"),
    "export_zones": Label("保护范围图层", "protection zones"),
    "export_patrols": Label("应巡查清单", "patrols due"),
    "export_field_sheets": Label("现场记录表", "field sheets"),
    "export_quality": Label("数据质量报告", "quality report"),
    "export_ledger": Label("台账", "ledger"),
    "export_assessments": Label("评估清单", "assessments"),
}
"""What long pieces of work are called."""
