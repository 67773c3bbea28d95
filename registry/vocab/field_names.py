"""How a field is called in a message about it."""

from registry.vocab.care_columns import CARE_COLUMNS
from registry.vocab.columns import COLUMNS
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label

_OWN: dict[str, Label] = {
    "on": Label("日期", "the day"),
    "until": Label("截止日期", "the last day"),
    "by": Label("人员", "who"),
    "answers": Label("答案", "the answers"),
    "notes": Label("备注", "the notes"),
    "readings": Label("读数", "the readings"),
}


def field_name(name: str) -> Label:
    """The name of a field as people read it; its own name where it has none."""
    if found := _OWN.get(name) or CARE_COLUMNS.get(name) or COLUMNS.get(name):
        return found
    field = FIELDS.get(name)
    return Label(field.zh, field.en) if field else Label(name, name)
