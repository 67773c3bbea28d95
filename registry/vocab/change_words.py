"""What may happen to a record between two editions, in words."""

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
    "added": Label("本期首次列入的档案", "records that this edition has for the first time"),
    "removed": Label("本期不再列入，只留编号", "no longer in the edition; only the number is left"),
    "died": Label("状态改为已死亡", "the status has become dead"),
    "redesignated": Label(
        "类别、保护等级、名单、认定日期或在册状态有变",
        "another category, grade, list, day of designation or standing",
    ),
    "zone": Label("保护范围新划、调整或撤下", "a zone was drawn, altered or taken away"),
    "photo": Label("照片有增减或替换", "photos came, went or were replaced"),
    "text": Label("历史、特征、备注等文字有变", "history, peculiarities, notes or other texts are others now"),
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
