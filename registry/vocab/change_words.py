"""What may happen to a record between two editions, in words."""

from enum import StrEnum

from registry.vocab.labels import Label

WHAT: dict[str, Label] = {
    "added": Label("新增", "Added"),
    "removed": Label("移除", "Removed"),
    "died": Label("死亡", "Died"),
    "redesignated": Label("认定变更", "Re-designated"),
    "zone": Label("保护范围", "Protection zone"),
    "photo": Label("照片", "Photos"),
    "text": Label("文字", "Texts"),
    "changed": Label("其他变更", "Other changes"),
}
WHAT_MEANS: dict[str, Label] = {
    "added": Label("本版首次列入的档案", "records that this edition has for the first time"),
    "removed": Label("本版不再列入，只留编号", "no longer in the edition; only the number is left"),
    "died": Label("状态改为已死亡", "the status has become dead"),
    "redesignated": Label(
        "类别、保护等级、名单、认定日期或在册状态有变",
        "another category, grade, list, day of designation or standing",
    ),
    "zone": Label("保护范围新划、调整或撤下", "a zone was drawn, altered or taken away"),
    "photo": Label("照片有增减或替换", "photos came, went or were replaced"),
    "text": Label(
        "历史、特征、备注等文字有变", "history, peculiarities, notes or other texts are others now"
    ),
    "changed": Label("尺寸、长势、位置等其他公开字段有变", "size, vigour, position or another public field"),
}
KIND: dict[str, Label] = {
    "tree": Label("古树", "Tree"),
    "grove": Label("古树群", "Grove"),
    "garden": Label("历史名园", "Heritage garden"),
    "place": Label("地点", "Place"),
    "element": Label("历史景观要素", "Landmark element"),
}
POSITION = Label("位置", "Position")


class DeliveryState(StrEnum):
    """What has become of a message to a webhook."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


CHANGE_STATES: dict[type[StrEnum], dict[str, Label]] = {
    DeliveryState: {
        "pending": Label("待送", "waiting"),
        "delivered": Label("已送达", "delivered"),
        "given_up": Label("已放弃", "given up"),
    }
}
WEBHOOK_COLUMNS: dict[str, Label] = {
    "webhook_id": Label("推送地址", "Webhook"),
    "filters": Label("筛选", "Filters"),
    "may_be_private": Label("可为内网地址", "May be in the own network"),
    "is_active": Label("启用", "Active"),
    "since_edition": Label("自第几版起", "After edition"),
    "attempts": Label("已试次数", "Attempts"),
    "next_at": Label("下次发送时间", "Next attempt at"),
    "last_status": Label("上次应答状态", "Status of the last answer"),
    "last_problem": Label("上次未送达的原因", "Why it was not delivered last"),
    "body_sha256": Label("正文指纹", "Hash of the body"),
    "delivered_at": Label("送达时间", "Delivered at"),
}
WEBHOOK_TABLES: dict[str, Label] = {
    "webhook": Label("推送地址", "Webhooks"),
    "webhook_delivery": Label("推送记录", "Messages to webhooks"),
}
